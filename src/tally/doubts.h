/* doubts - whether what spikes_find has found are spikes: by what drove them.
 *
 * Failures of a reason come in clusters, so some hours have many of them with nothing wrong. But
 * where they are of one user, client, sender or domain that hardly ever has any, again and again
 * and not in one message, that is no chance. docs/spikes.md has the formula.
 */
#ifndef TALLY_DOUBTS_H
#define TALLY_DOUBTS_H

#include "tally/drivers.h"

struct doubts;

/* Borrows the spikes and what drivers_rank has found of them. */
struct doubts *doubts_new(const struct spikes *spikes, const struct drivers *drivers);
void doubts_free(struct doubts *doubts);

/* Every failure that was given to the drivers. */
void doubts_look(struct doubts *doubts, const struct failure *failure);

/* Takes those from the list, the same that was borrowed, that are none. NULL where failures are not
 * known one by one: only what is sure by itself stays. Whether any was none: then what is known of
 * drivers is of other places. */
bool doubts_settle(const struct doubts *doubts, struct spikes *spikes);

#endif
