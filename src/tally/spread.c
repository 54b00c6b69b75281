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
    struct spread_owner owner;
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

/* How many items are of smaller steps. Where it goes on cannot be foretold, so it is no branch. */
static size_t place_of(const uint32_t *items, size_t count, uint32_t step) {
    const uint32_t *from = items;
    while (count > 1) {
        size_t half = count / 2;
        from += half & -(size_t)(from[half - 1] < step << COUNT_BITS);
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

uint64_t spread_hash(const struct spread_owner *owner) {
    return bytes_hash(owner->names, sizeof owner->names);
}

/* A hash already: the steps of an owner stand far from each other, and from those of others. */
static uint64_t key_of(const struct spread_owner *owner, unsigned step) {
    return spread_hash(owner) + (step + 1) * 0x9e3779b97f4a7c15u;
}

static void add_step(struct spread *spread, struct spread_list *list, unsigned step,
                     uint64_t number) {
    uint32_t *item = item_of(list, step);
    uint64_t low = (*item & COUNT_MOST) + (number & COUNT_MOST);
    uint64_t carried = (number >> COUNT_BITS) + (low >> COUNT_BITS);
    *item = (uint32_t)step << COUNT_BITS | (low & COUNT_MOST);
    if (carried)
        counts_sum(&spread->carried, key_of(&list->owner, step), 0, carried);
}

static void forget_order(struct spread *spread) {
    free(spread->sorted);
    spread->sorted = NULL;
}

static struct spread_list *list_of(struct spread *spread, const struct spread_owner *owner) {
    bool is_new;
    uint64_t *row = counts_row(&spread->owners, spread_hash(owner), &is_new);
    if (!is_new)
        return &spread->lists[counts_number(&spread->owners, row, 0)];
    size_t place = spread->owners.count - 1;
    counts_sum_row(&spread->owners, row, 0, place);
    spread->lists =
        memory_grow(spread->lists, &spread->list_places, place + 1, sizeof *spread->lists);
    spread->lists[place] = (struct spread_list){.owner = *owner};
    forget_order(spread);
    return &spread->lists[place];
}

/* Adds all numbers of an owner to those of their steps. */
static void add_steps(const struct spread *spread, const struct spread_list *list,
                      uint64_t numbers[SPREAD_STEPS]) {
    const uint32_t *items = list->room ? list->items.far : list->items.near;
    for (size_t i = 0; i < list->count; i++) {
        uint64_t carried = 0;
        unsigned step = items[i] >> COUNT_BITS;
        if (spread->carried.count)
            counts_get(&spread->carried, key_of(&list->owner, step), &carried);
        numbers[step] += (items[i] & COUNT_MOST) + (carried << COUNT_BITS);
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
    forget_order(spread);
    counts_release(&spread->owners);
    counts_release(&spread->carried);
}

void spread_add(struct spread *spread, const struct spread_owner *owner, uint64_t microseconds,
                uint64_t repeat) {
    add_step(spread, list_of(spread, owner), spread_step(microseconds), repeat);
}

size_t spread_place(const struct spread *spread, uint64_t hash) {
    const uint64_t *row = counts_find(&spread->owners, hash);
    if (!row)
        return 0;
    size_t at = counts_number(&spread->owners, row, 0);
    memory_expect(&spread->lists[at]);
    return at + 1;
}

/* The middle of a list is where the search for a step begins. */
void spread_expect_steps(const struct spread *spread, size_t place) {
    const struct spread_list *list = &spread->lists[place - 1];
    if (list->room)
        memory_expect(&list->items.far[list->count / 2]);
}

void spread_add_at(struct spread *spread, size_t place, uint64_t microseconds, uint64_t repeat) {
    add_step(spread, &spread->lists[place - 1], spread_step(microseconds), repeat);
}

static void add_up(struct spread_sum *sum) {
    sum->all = 0;
    for (unsigned step = 0; step < SPREAD_STEPS; step++)
        sum->all += sum->steps[step];
}

void spread_gather_all(const struct spread *spread, struct spread_sum *sum) {
    for (size_t i = 0; i < spread->owners.count; i++)
        add_steps(spread, &spread->lists[i], sum->steps);
    add_up(sum);
}

/* ---- those of a name: owners in the order of one of theirs */

struct sorting {
    const struct spread *spread;
    size_t place;
};

static int compare_names(const void *left, const void *right, void *argument) {
    const struct sorting *sorting = argument;
    const struct spread_list *lists = sorting->spread->lists;
    uint64_t a = lists[*(const uint32_t *)left].owner.names[sorting->place];
    uint64_t b = lists[*(const uint32_t *)right].owner.names[sorting->place];
    return (a > b) - (a < b);
}

static void sort_by(struct spread *spread, size_t place) {
    struct sorting sorting = {spread, place};
    size_t count = spread->owners.count;
    if (spread->sorted && spread->sorted_by == place)
        return;
    spread->sorted = memory_resize(spread->sorted, count + 1, sizeof *spread->sorted);
    spread->sorted_by = place;
    for (size_t i = 0; i < count; i++)
        spread->sorted[i] = (uint32_t)i;
    qsort_r(spread->sorted, count, sizeof *spread->sorted, compare_names, &sorting);
}

void spread_gather(struct spread *spread, size_t place, uint64_t name, struct spread_sum *sum) {
    size_t low = 0, high = spread->owners.count;
    sort_by(spread, place);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool is_before = spread->lists[spread->sorted[middle]].owner.names[place] < name;
        low = is_before ? middle + 1 : low;
        high = is_before ? high : middle;
    }
    for (; low < spread->owners.count; low++) {
        const struct spread_list *list = &spread->lists[spread->sorted[low]];
        if (list->owner.names[place] != name)
            break;
        add_steps(spread, list, sum->steps);
    }
    add_up(sum);
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

/* ---- merging, saving: owners by their names, each with his steps in order */

void spread_merge(struct spread *into, const struct spread *from) {
    for (size_t i = 0; i < from->owners.count; i++) {
        uint64_t numbers[SPREAD_STEPS] = {0};
        add_steps(from, &from->lists[i], numbers);
        struct spread_list *list = list_of(into, &from->lists[i].owner);
        for (unsigned step = 0; step < SPREAD_STEPS; step++)
            if (numbers[step])
                add_step(into, list, step, numbers[step]);
    }
}

static int compare_owners(const void *left, const void *right) {
    const struct spread_list *const *a = left, *const *b = right;
    const uint64_t *one = (*a)->owner.names, *other = (*b)->owner.names;
    size_t i = 0;
    while (i < SPREAD_NAMES - 1 && one[i] == other[i])
        i++;
    return (one[i] > other[i]) - (one[i] < other[i]);
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
    size_t count = spread->owners.count;
    const struct spread_list **all = memory_resize(NULL, count + 1, sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i] = &spread->lists[i];
    qsort(all, count, sizeof *all, compare_owners);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t numbers[SPREAD_STEPS] = {0};
        add_steps(spread, all[i], numbers);
        for (size_t name = 0; name < SPREAD_NAMES; name++)
            pack_number(pack, all[i]->owner.names[name]);
        save_steps(numbers, pack);
    }
    free(all);
}

void spread_load(struct spread *spread, struct unpack *unpack) {
    for (size_t owners = unpack_count(unpack); owners && !unpack->broken; owners--) {
        struct spread_owner owner;
        for (size_t name = 0; name < SPREAD_NAMES; name++)
            owner.names[name] = unpack_number(unpack);
        struct spread_list *list = list_of(spread, &owner);
        for (size_t steps = unpack_count(unpack); steps && !unpack->broken; steps--) {
            uint64_t step = unpack_number(unpack), number = unpack_number(unpack);
            if (step >= SPREAD_STEPS)
                unpack->broken = true;
            else
                add_step(spread, list, (unsigned)step, number);
        }
    }
}
