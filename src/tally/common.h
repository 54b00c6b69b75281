/* common - what all mail that is asked for has in common, gone wrong or not: no driver of a spike.
 *
 * Whoever asks for one recipient domain knows that all failures are of that. But of two domains
 * that are asked for one may be what is different, and of all senders that fit '*@example.com', so
 * what counts is which values there are. And where all that is delivered goes by one smart host,
 * so will what fails, though nothing like it has failed before.
 */
#ifndef TALLY_COMMON_H
#define TALLY_COMMON_H

#include "finding/filter.h"
#include "tally/failure.h"

struct common;

/* What the filter is about is what is asked for. */
struct common *common_new(const struct filter *filter);
void common_free(struct common *common);

/* Each finding; of what is left out (journey_tell_all) only mail that is asked for counts. */
void common_add(struct common *common, const struct finding *finding);
/* A host of which history has anything. */
void common_note_host(struct common *common, struct slice host);
/* So much that was delivered has a value, or was handed in by such a client: a row of history,
 * which does not tell the way it went. */
void common_note(struct common *common, enum driver_dimension by, enum direction peers_way,
                 struct slice value, uint64_t count);

/* Of mail that went one of some ways (bits of enum direction; 0: not known), and a value as it is
 * in a failure: whether all of it has that, because it was asked for; */
bool common_is_asked(const struct common *common, enum driver_dimension by, unsigned ways,
                     struct slice value);
/* and whether all has it that was delivered, which is enough to tell. */
bool common_is_usual(const struct common *common, enum driver_dimension by, unsigned ways,
                     struct slice value);
/* Whether no other host wrote what is looked at, asked for or not. */
bool common_is_only_host(const struct common *common, struct slice host);

#endif
