/* Why: an average hides the slow tenth; a median and a 95th percentile for each of many thousand
 * domains need their durations, but not each one.
 *
 * How: a duration in whole milliseconds falls into a step: up to 15 each its own, then eight to
 * each doubling. Most owners have a few steps only, so a step of an owner is a number under the
 * hash of both.
 */
#include "tally/spread.h"

enum { MILLISECOND = 1000, EXACT = 16, TO_A_DOUBLING = 8 };

/* The doublings are the bits in front of the four that tell the step. */
unsigned spread_step(uint64_t microseconds) {
    uint64_t value = microseconds / MILLISECOND;
    unsigned doublings = value < EXACT ? 0 : 60 - (unsigned)__builtin_clzll(value);
    unsigned step = (unsigned)(value >> doublings) + doublings * TO_A_DOUBLING;
    return step < SPREAD_STEPS ? step : SPREAD_STEPS - 1;
}

/* The first millisecond of a step. */
static uint64_t begin_of(unsigned step) {
    if (step < EXACT)
        return step;
    unsigned doublings = (step - TO_A_DOUBLING) / TO_A_DOUBLING;
    return (uint64_t)(TO_A_DOUBLING + step % TO_A_DOUBLING) << doublings;
}

uint64_t spread_middle(unsigned step) {
    return (begin_of(step) + begin_of(step + 1)) * MILLISECOND / 2;
}

/* The owner is a hash already: his steps stand far from each other, and from those of others. */
static uint64_t key_of(uint64_t owner, unsigned step) {
    return owner + (step + 1) * 0x9e3779b97f4a7c15u;
}

void spread_init(struct spread *spread) {
    counts_init(&spread->counts, 1, 0, NULL);
}

void spread_release(struct spread *spread) {
    counts_release(&spread->counts);
}

void spread_add(struct spread *spread, uint64_t owner, uint64_t microseconds, uint64_t repeat) {
    counts_sum(&spread->counts, key_of(owner, spread_step(microseconds)), 0, repeat);
}

void spread_expect(const struct spread *spread, uint64_t owner, uint64_t microseconds) {
    counts_expect(&spread->counts, key_of(owner, spread_step(microseconds)));
}

static uint64_t number_at(const struct spread *spread, uint64_t owner, unsigned step) {
    uint64_t number = 0;
    counts_get(&spread->counts, key_of(owner, step), &number);
    return number;
}

/* So many of `all` are a permille of them. */
static uint64_t wanted_of(uint64_t all, unsigned permille) {
    return all / 1000 * permille + (all % 1000 * permille + 999) / 1000;
}

uint64_t spread_permille(const struct spread *spread, uint64_t owner, uint64_t all,
                         unsigned permille) {
    uint64_t below = 0;
    for (unsigned step = 0; !all && step < SPREAD_STEPS; step++)
        below += number_at(spread, owner, step);
    all = all ? all : below;
    uint64_t wanted = wanted_of(all, permille);
    below = 0;
    for (unsigned step = 0; all && step < SPREAD_STEPS; step++) {
        below += number_at(spread, owner, step);
        if (below && below >= wanted)
            return spread_middle(step);
    }
    return 0;
}

/* Most owners have few steps, so nothing is looked for behind the last. */
void spread_gather(const struct spread *spread, uint64_t owner, uint64_t all,
                   struct spread_sum *sum) {
    uint64_t found = 0;
    for (unsigned step = 0; found < all && step < SPREAD_STEPS; step++) {
        uint64_t number = number_at(spread, owner, step);
        sum->steps[step] += number;
        found += number;
    }
    sum->all += found;
}

uint64_t spread_sum_permille(const struct spread_sum *sum, unsigned permille) {
    uint64_t wanted = wanted_of(sum->all, permille), below = 0;
    for (unsigned step = 0; sum->all && step < SPREAD_STEPS; step++) {
        below += sum->steps[step];
        if (below && below >= wanted)
            return spread_middle(step);
    }
    return 0;
}

void spread_merge(struct spread *into, const struct spread *from) {
    counts_merge(&into->counts, &from->counts);
}

void spread_save(const struct spread *spread, struct pack *pack) {
    counts_save(&spread->counts, pack);
}

void spread_load(struct spread *spread, struct unpack *unpack) {
    counts_load(&spread->counts, unpack);
}
