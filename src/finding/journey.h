/* journey - what earlier entries said of a message: sender, client, size, where each recipient
 * stands, and under which other queue IDs it went on. The one ordered step; the same for every MTA.
 *
 * Memory is bounded (finding/queue.h). Messages that were let go with recipients still waiting are
 * counted: what comes of them later is taken for a new recipient.
 */
#ifndef FINDING_JOURNEY_H
#define FINDING_JOURNEY_H

#include "base/arena.h"
#include "base/pack.h"
#include "finding/filter.h"
#include "finding/queue.h"

struct journey;

struct journey *journey_new(void);
void journey_free(struct journey *journey);
/* Only what matches is given from now on; borrowed, NULL: everything. A recipient counts under the
 * last state that a finding asked for said of him, while no other finding says another. */
void journey_ask(struct journey *journey, const struct filter *filter);

/* What is not asked for is given as well, as left out. */
void journey_tell_all(struct journey *journey);

/* Takes the next finding in order, fills what only earlier entries know, and gives what there is to
 * count or show to `give`: nothing for a detail or a twin, once for most, and once for each
 * recipient that was waiting where an entry speaks of all of them (Postfix: status=expired). Text
 * in the finding is borrowed from the block and from the journey, until `give` returns. */
void journey_take(struct journey *journey, struct finding *finding,
                  void (*give)(void *context, const struct finding *finding), void *context);
/* From now on what is given lasts as long as the finding that was taken and this arena; but for
 * `hashes` of its origins. `turns`: so many arenas may be in use at once, the last given among them
 * (queue_lend_with). NULL: only until `give` returns. */
void journey_lend(struct journey *journey, struct arena *arena, size_t turns);

uint64_t journey_open(const struct journey *journey);    /* messages followed now */
uint64_t journey_dropped(const struct journey *journey); /* let go with recipients still waiting */

/* Who waits now, of what is asked for (finding/queue.h). */
void journey_each_waiting(const struct journey *journey,
                          void (*each)(void *context, const struct waiter *waiter), void *context);

void journey_save(const struct journey *journey, struct pack *pack);
/* Nothing that it gave may be in use. False: not a saved journey, or one of another version;
 * journey is then empty. */
bool journey_load(struct journey *journey, struct unpack *unpack);

#endif
