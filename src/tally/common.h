/* common - what all mail that is asked for has in common, gone wrong or not: no driver of a spike.
 *
 * Whoever asks for one recipient domain knows that all failures are of that. But of two domains
 * that are asked for one may be what is different, and of all senders that fit '*@example.com', so
 * what counts is which values there are.
 */
#ifndef TALLY_COMMON_H
#define TALLY_COMMON_H

#include "finding/filter.h"
#include "tally/failure.h"

struct common;

/* Dimensions that the filter is about are looked at. */
struct common *common_new(const struct filter *filter);
void common_free(struct common *common);

/* Each finding; of what is left out (journey_tell_all) only mail that is asked for counts. */
void common_add(struct common *common, const struct finding *finding);

/* Whether all mail that went one of these ways (bits of enum direction; 0: not known) has that
 * value, which is as in a failure. */
bool common_has(const struct common *common, enum driver_dimension by, unsigned ways,
                struct slice value);

#endif
