/* spread - how durations are spread over very many owners (the ways that mail goes), for
 * percentiles: counts in fixed steps, eight to each doubling, from 1 ms to 12 days. An owner has
 * some names, which he shares with others (a domain, a relay), and those of a name are added up.
 *
 * A percentile read from it is an estimate: at most 7 % off between those ends. Sums and maxima are
 * exact and kept elsewhere (struct ranking).
 */
#ifndef TALLY_SPREAD_H
#define TALLY_SPREAD_H

#include "tally/counts.h"

enum { SPREAD_STEPS = 224, SPREAD_NAMES = 3 };

/* Whose a duration is: hashes (ranking_hash); 0: has no name in that place. */
struct spread_owner {
    uint64_t names[SPREAD_NAMES];
};

struct spread {
    struct counts owners; /* hash of all names -> place in lists */
    struct spread_list *lists;
    size_t list_places;
    struct counts carried; /* what does not fit into the lists: hash of owner and step */
    uint32_t *sorted;      /* places in lists, by the names that were asked for; NULL: not now */
    size_t sorted_by;
};

void spread_init(struct spread *spread);
void spread_release(struct spread *spread);
/* `repeat` durations of so many microseconds. */
void spread_add(struct spread *spread, const struct spread_owner *owner, uint64_t microseconds,
                uint64_t repeat);

/* The same in steps, of many owners side by side, since each needs what the one before has fetched:
 * the hash of an owner; where his list is, 0: nowhere; its steps. */
uint64_t spread_hash(const struct spread_owner *owner);
static inline void spread_expect(const struct spread *spread, uint64_t hash) {
    counts_expect(&spread->owners, hash);
}
size_t spread_place(const struct spread *spread, uint64_t hash);
void spread_expect_steps(const struct spread *spread, size_t place);
void spread_add_at(struct spread *spread, size_t place, uint64_t microseconds, uint64_t repeat);

/* The durations of several owners together. */
struct spread_sum {
    uint64_t steps[SPREAD_STEPS], all;
};
/* Adds those of all owners with this name in that place; of all. To be asked for many names of one
 * place in a row. */
void spread_gather(struct spread *spread, size_t place, uint64_t name, struct spread_sum *sum);
void spread_gather_all(const struct spread *spread, struct spread_sum *sum);
/* The duration in microseconds below which so many of a thousand are, at least one; 0: none. */
uint64_t spread_sum_permille(const struct spread_sum *sum, unsigned permille);

/* The step of a duration, and the duration in the middle of a step; microseconds. */
unsigned spread_step(uint64_t microseconds);
uint64_t spread_middle(unsigned step);

void spread_merge(struct spread *into, const struct spread *from);
void spread_save(const struct spread *spread, struct pack *pack);
void spread_load(struct spread *spread, struct unpack *unpack);

#endif
