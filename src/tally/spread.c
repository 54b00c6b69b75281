/* Why: an average hides the slow tenth; a median and a 95th percentile for each of many thousand
 * domains need their durations, but not each one.
 *
 * How: a duration in whole milliseconds falls into a step: up to 15 each its own, then eight to
 * each doubling. Most owners have a few steps only, one or two have room in the list itself. A step
 * is four bytes, 24 bits of them its number; the few that have more carry the rest into a table.
 */
#include "tally/spread.h"

#include <stdlib.h>

#include "base/memory.h"

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

/* ---- the steps of an owner */

enum { NEAR = 2, COUNT_BITS = 24, COUNT_MOST = (1 << COUNT_BITS) - 1 };

/* Each item is step << COUNT_BITS | number, in the order of the steps. */
struct spread_list {
    uint16_t count, room; /* room 0: they are near */
    union {
        uint32_t near[NEAR];
        uint32_t *far;
    } items;
};

static uint32_t *items_of(struct spread_list *list) {
    return list->room ? list->items.far : list->items.near;
}

static void make_room(struct spread_list *list) {
    size_t room = list->room ? list->room + list->room / 2u : 3 * NEAR;
    uint32_t *far = memory_resize(list->room ? list->items.far : NULL, room, sizeof *far);
    if (!list->room)
        memcpy(far, list->items.near, sizeof list->items.near);
    list->items.far = far;
    list->room = (uint16_t)room;
}

/* How many items are of smaller steps. */
static size_t place_of(const uint32_t *items, size_t count, uint32_t step) {
    const uint32_t *from = items;
    while (count > 1) {
        size_t half = count / 2;
        from += from[half - 1] < step << COUNT_BITS ? half : 0;
        count -= half;
    }
    return (size_t)(from - items) + (count && *from < step << COUNT_BITS);
}

/* The item of a step, with nothing in it when it is new. */
static uint32_t *item_of(struct spread_list *list, uint32_t step) {
    uint32_t *items = items_of(list);
    size_t place = place_of(items, list->count, step);
    if (place < list->count && items[place] >> COUNT_BITS == step)
        return &items[place];
    if (list->count == (list->room ? list->room : NEAR))
        make_room(list);
    items = items_of(list);
    memmove(&items[place + 1], &items[place], (list->count - place) * sizeof *items);
    items[place] = step << COUNT_BITS;
    list->count++;
    return &items[place];
}

/* The owner is a hash already: his steps stand far from each other, and from those of others. */
static uint64_t key_of(uint64_t owner, unsigned step) {
    return owner + (step + 1) * 0x9e3779b97f4a7c15u;
}

static void add_step(struct spread *spread, struct spread_list *list, uint64_t owner, unsigned step,
                     uint64_t number) {
    uint32_t *item = item_of(list, step);
    uint64_t low = (*item & COUNT_MOST) + (number & COUNT_MOST);
    uint64_t carried = (number >> COUNT_BITS) + (low >> COUNT_BITS);
    *item = (uint32_t)step << COUNT_BITS | (low & COUNT_MOST);
    if (carried)
        counts_sum(&spread->carried, key_of(owner, step), 0, carried);
}

static struct spread_list *list_of(struct spread *spread, uint64_t owner) {
    bool is_new;
    uint64_t *row = counts_row(&spread->owners, owner, &is_new);
    if (!is_new)
        return &spread->lists[counts_number(&spread->owners, row, 0)];
    size_t place = spread->owners.count - 1;
    counts_sum_row(&spread->owners, row, 0, place);
    spread->lists =
        memory_grow(spread->lists, &spread->list_places, place + 1, sizeof *spread->lists);
    spread->lists[place] = (struct spread_list){0};
    return &spread->lists[place];
}

static const struct spread_list *list_at(const struct spread *spread, uint64_t place) {
    return &spread->lists[place];
}

/* All numbers of an owner, by their steps. */
static void read_steps(const struct spread *spread, const struct spread_list *list, uint64_t owner,
                       uint64_t numbers_r[SPREAD_STEPS]) {
    const uint32_t *items = list->room ? list->items.far : list->items.near;
    memset(numbers_r, 0, SPREAD_STEPS * sizeof *numbers_r);
    for (size_t i = 0; i < list->count; i++) {
        uint64_t carried = 0;
        unsigned step = items[i] >> COUNT_BITS;
        if (spread->carried.count)
            counts_get(&spread->carried, key_of(owner, step), &carried);
        numbers_r[step] = (items[i] & COUNT_MOST) + (carried << COUNT_BITS);
    }
}

/* ---- using */

void spread_init(struct spread *spread) {
    *spread = (struct spread){.lists = NULL};
    counts_init(&spread->owners, 1, 0, NULL);
    counts_init(&spread->carried, 1, 0, NULL);
}

void spread_release(struct spread *spread) {
    for (size_t i = 0; i < spread->owners.count; i++)
        if (spread->lists[i].room)
            free(spread->lists[i].items.far);
    free(spread->lists);
    counts_release(&spread->owners);
    counts_release(&spread->carried);
}

void spread_add(struct spread *spread, uint64_t owner, uint64_t microseconds, uint64_t repeat) {
    add_step(spread, list_of(spread, owner), owner, spread_step(microseconds), repeat);
}

void spread_gather(const struct spread *spread, uint64_t owner, struct spread_sum *sum) {
    uint64_t place, numbers[SPREAD_STEPS];
    if (!counts_get(&spread->owners, owner, &place))
        return;
    read_steps(spread, list_at(spread, place), owner, numbers);
    for (unsigned step = 0; step < SPREAD_STEPS; step++) {
        sum->steps[step] += numbers[step];
        sum->all += numbers[step];
    }
}

uint64_t spread_sum_permille(const struct spread_sum *sum, unsigned permille) {
    uint64_t all = sum->all, below = 0;
    uint64_t wanted = all / 1000 * permille + (all % 1000 * permille + 999) / 1000;
    for (unsigned step = 0; all && step < SPREAD_STEPS; step++) {
        below += sum->steps[step];
        if (below && below >= wanted)
            return spread_middle(step);
    }
    return 0;
}

uint64_t spread_permille(const struct spread *spread, uint64_t owner, unsigned permille) {
    struct spread_sum sum = {.all = 0};
    spread_gather(spread, owner, &sum);
    return spread_sum_permille(&sum, permille);
}

/* ---- merging, saving: owners by their hash, each with his steps in order */

void spread_merge(struct spread *into, const struct spread *from) {
    for (size_t at = 0; at < from->owners.places; at++) {
        uint64_t owner, place, numbers[SPREAD_STEPS];
        if (!counts_at(&from->owners, at, &owner, &place))
            continue;
        read_steps(from, list_at(from, place), owner, numbers);
        struct spread_list *list = list_of(into, owner);
        for (unsigned step = 0; step < SPREAD_STEPS; step++)
            if (numbers[step])
                add_step(into, list, owner, step, numbers[step]);
    }
}

struct saved {
    uint64_t owner, place;
};

static int compare_saved(const void *left, const void *right) {
    const struct saved *a = left, *b = right;
    return (a->owner > b->owner) - (a->owner < b->owner);
}

static void save_steps(const uint64_t numbers[SPREAD_STEPS], struct pack *pack) {
    size_t count = 0;
    for (unsigned step = 0; step < SPREAD_STEPS; step++)
        count += numbers[step] != 0;
    pack_number(pack, count);
    for (unsigned step = 0; step < SPREAD_STEPS; step++)
        if (numbers[step]) {
            pack_number(pack, step);
            pack_number(pack, numbers[step]);
        }
}

void spread_save(const struct spread *spread, struct pack *pack) {
    struct saved *all = memory_resize(NULL, spread->owners.count + 1, sizeof *all);
    size_t count = 0;
    for (size_t at = 0; at < spread->owners.places; at++)
        count += counts_at(&spread->owners, at, &all[count].owner, &all[count].place);
    qsort(all, count, sizeof *all, compare_saved);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t numbers[SPREAD_STEPS];
        read_steps(spread, list_at(spread, all[i].place), all[i].owner, numbers);
        pack_number(pack, all[i].owner);
        save_steps(numbers, pack);
    }
    free(all);
}

void spread_load(struct spread *spread, struct unpack *unpack) {
    for (size_t owners = unpack_count(unpack); owners && !unpack->broken; owners--) {
        uint64_t owner = unpack_number(unpack);
        struct spread_list *list = list_of(spread, owner);
        for (size_t steps = unpack_count(unpack); steps && !unpack->broken; steps--) {
            uint64_t step = unpack_number(unpack), number = unpack_number(unpack);
            if (step >= SPREAD_STEPS)
                unpack->broken = true;
            else
                add_step(spread, list, owner, (unsigned)step, number);
        }
    }
}
