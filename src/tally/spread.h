/* spread - how durations are spread over very many owners (a domain, a relay), for percentiles:
 * counts in fixed steps, eight to each doubling, from 1 ms to 12 days.
 *
 * A percentile read from it is an estimate: at most 7 % off between those ends. Sums and maxima are
 * exact and kept elsewhere (struct ranking).
 */
#ifndef TALLY_SPREAD_H
#define TALLY_SPREAD_H

#include "tally/counts.h"

enum { SPREAD_STEPS = 224 };

struct spread {
    struct counts owners; /* hash -> place in lists */
    struct spread_list *lists;
    size_t list_places;
    struct counts carried; /* what does not fit into the lists: hash of owner and step */
};

void spread_init(struct spread *spread);
void spread_release(struct spread *spread);
/* The owner is a hash (ranking_hash); `repeat` durations of so many microseconds. */
void spread_add(struct spread *spread, uint64_t owner, uint64_t microseconds, uint64_t repeat);
/* The duration in microseconds below which so many of a thousand are, at least one; 0: none. */
uint64_t spread_permille(const struct spread *spread, uint64_t owner, unsigned permille);
/* The durations of several owners together. */
struct spread_sum {
    uint64_t steps[SPREAD_STEPS], all;
};
/* Adds those of an owner. */
void spread_gather(const struct spread *spread, uint64_t owner, struct spread_sum *sum);
uint64_t spread_sum_permille(const struct spread_sum *sum, unsigned permille);

/* The step of a duration, and the duration in the middle of a step; microseconds. */
unsigned spread_step(uint64_t microseconds);
uint64_t spread_middle(unsigned step);

void spread_merge(struct spread *into, const struct spread *from);
void spread_save(const struct spread *spread, struct pack *pack);
void spread_load(struct spread *spread, struct unpack *unpack);

#endif
