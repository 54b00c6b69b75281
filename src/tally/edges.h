/* edges - when a spike began and ended, by the failures of what drove it.
 *
 * All failures of a reason together tell the hours of a spike: a few of them an hour come at any
 * time. Those of the sender or domain that drove it come hardly ever, so their first one tells the
 * minute. docs/spikes.md has the formula.
 */
#ifndef TALLY_EDGES_H
#define TALLY_EDGES_H

#include "tally/drivers.h"

struct edges;

/* Borrows the spikes and what drivers_rank has found of them. NULL: no driver of any tells when. */
struct edges *edges_new(const struct spikes *spikes, const struct drivers *drivers);
void edges_free(struct edges *edges);

/* Every failure that was given to the drivers. */
void edges_look(struct edges *edges, const struct failure *failure);

/* Moves start and end of the spikes to edges of buckets, and what is counted and expected between
 * them with it; those that meet become one. False: none has moved. */
bool edges_move(struct edges *edges, struct spikes *spikes, const struct series_book *book);
/* Makes one of those of a series that have met. False: none have. */
bool edges_join(struct spikes *spikes, const struct series_book *book);

#endif
