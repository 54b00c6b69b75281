/* Why: "the ten recipients with most mail" of millions, exactly, without keeping millions of names.
 *
 * How: numbers are kept for every name by its hash (counts). A name itself is kept (roll) when,
 * after its own line, it stands at or above the last place of the top as it was at the last
 * clearing. When twice as many names are held as can be on top, those that are not are let go and
 * that place moves up. It only ever moves up, so what ends in the top is never let go after its own
 * last line. Order is total (number, then name): among a million names seen once each the first by
 * name are on top, and the bound holds.
 */
#include "tally/ranking.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"

void ranking_init(struct ranking *ranking, const struct ranking_layout *layout) {
    *ranking = (struct ranking){
        .layout = layout, .most = RANKING_NAMES, .order_count = layout->order_count};
    counts_init(&ranking->counts, layout->numbers, layout->maxima, layout->rooms);
    assert(counts_has_shape(&ranking->counts, layout->shape));
    for (size_t i = 0; i < layout->order_count; i++)
        ranking->orders[i].number = layout->orders[i];
}

static void forget_least(struct ranking *ranking) {
    for (size_t i = 0; i < ranking->order_count; i++) {
        free(ranking->orders[i].name);
        ranking->orders[i].name = NULL;
        ranking->orders[i].least = 0;
    }
}

void ranking_release(struct ranking *ranking) {
    forget_least(ranking);
    counts_release(&ranking->counts);
    roll_release(&ranking->names);
}

/* Of a report in which a table has ten rows, not to keep a thousand names takes 2 % off. What was
 * taken back (correspondents.c) leaves its place to another, whose name must be known: it was
 * counted twice between two entries about one message, so few names stand too high at a time. */
void ranking_expect_shown(struct ranking *ranking, size_t shown) {
    enum { RESERVE = 200 };
    if (shown && shown + RESERVE < RANKING_NAMES)
        ranking->most = shown + RESERVE;
}

/* ---- the order */

/* A name in an order. Most names differ from others within their first eight bytes, which are
 * compared as one number. */
struct placed {
    uint64_t number, front;
    struct slice name;
    uint64_t hash;
};

static uint64_t front_of(struct slice name) {
    uint64_t eight = 0;
    if (name.length >= sizeof eight)
        memcpy(&eight, name.at, sizeof eight);
    else if (name.length)
        memcpy(&eight, name.at, name.length);
    return be64toh(eight);
}

/* The number that orders; each name that is kept has a row. */
static uint64_t number_of(const struct ranking *ranking, uint64_t hash, size_t order) {
    const struct counts *counts = &ranking->counts;
    return counts_number(counts, counts_find(counts, hash), ranking->orders[order].number);
}

static bool is_before(const struct placed *a, const struct placed *b) {
    if (a->number != b->number)
        return a->number > b->number;
    if (a->front != b->front)
        return a->front < b->front;
    return slice_compare(a->name, b->name) < 0;
}

/* All names that are kept, as they are placed in an order, for the caller to free. Some want only
 * those with more than none. */
static struct placed *all_names(const struct ranking *ranking, size_t order, bool above_zero,
                                size_t *count_r) {
    enum { AHEAD = 32 };
    struct placed *all = memory_resize(NULL, ranking->names.count + 1, sizeof *all), ahead;
    size_t count = 0;
    for (size_t place = 0; place < ranking->names.size; place++) {
        struct placed *placed = &all[count];
        if (place + AHEAD < ranking->names.size &&
            roll_at(&ranking->names, place + AHEAD, &ahead.hash, &ahead.name))
            counts_expect(&ranking->counts, ahead.hash);
        if (!roll_at(&ranking->names, place, &placed->hash, &placed->name))
            continue;
        placed->number = number_of(ranking, placed->hash, order);
        placed->front = front_of(placed->name);
        count += !above_zero || (int64_t)placed->number > 0;
    }
    *count_r = count;
    return all;
}

/* Moves the first `most` to the front, and the last of those to its place (Hoare's FIND): nothing
 * is sorted that nobody sees. They come in the order of spread hashes, which nobody can choose. */
static void part(struct placed *all, size_t count, size_t most) {
    ptrdiff_t low = 0, high = (ptrdiff_t)count - 1, last = (ptrdiff_t)most - 1;
    while (low < high) {
        const struct placed pivot = all[last];
        ptrdiff_t left = low, right = high;
        while (left <= right) {
            while (is_before(&all[left], &pivot))
                left++;
            while (is_before(&pivot, &all[right]))
                right--;
            if (left > right)
                break;
            struct placed swap = all[left];
            all[left++] = all[right];
            all[right--] = swap;
        }
        if (right < last)
            low = left;
        if (last < left)
            high = right;
    }
}

/* ---- adding */

/* A name in small letters. */
static void put_name(struct roll *names, uint64_t hash, struct slice name) {
    char *room = roll_put(names, hash, name.length);
    if (room)
        slice_lowered(name, room);
}

static void set_least(struct ranking_order *order, const struct placed *last) {
    free(order->name);
    order->least = last->number;
    order->name = memory_copy(last->name.at, last->name.length);
    order->length = last->name.length;
    order->front = last->front;
}

/* Lets go of the names that are on top in no order. */
static void clear_names(struct ranking *ranking) {
    struct roll kept = {0};
    for (size_t order = 0; order < ranking->order_count; order++) {
        size_t count;
        struct placed *all = all_names(ranking, order, false, &count);
        part(all, count, ranking->most);
        for (size_t i = 0; i < ranking->most; i++)
            put_name(&kept, all[i].hash, all[i].name);
        set_least(&ranking->orders[order], &all[ranking->most - 1]);
        free(all);
    }
    roll_release(&ranking->names);
    ranking->names = kept;
}

static struct slice lowered(struct slice name, char room[RANKING_NAME]) {
    return slice_lowered(slice_head(name, RANKING_NAME), room);
}

/* Of as many as the last place of an order: names are compared, mostly by their first eight bytes;
 * only then a name needs small letters. */
static bool is_first_by_name(const struct ranking_order *order, struct slice name) {
    uint64_t front = lower_of_eight(front_of(name));
    char room[RANKING_NAME];
    if (front != order->front)
        return front < order->front;
    return slice_compare(lowered(name, room), (struct slice){order->name, order->length}) <= 0;
}

/* At or above the last place of an order. */
static inline bool is_on_top(const struct ranking_order *order, uint64_t number,
                             struct slice name) {
    if (number != order->least)
        return number > order->least || !order->name;
    return !order->name || is_first_by_name(order, name);
}

static void keep_name(struct ranking *ranking, const struct name *name) {
    put_name(&ranking->names, name->hash, slice_head(name->text, RANKING_NAME));
    if (ranking->names.count >= 2 * ranking->most * ranking->order_count)
        clear_names(ranking);
}

uint64_t ranking_hash(struct slice name) {
    return lowered_hash(slice_head(name, RANKING_NAME));
}

struct name ranking_name(struct slice text) {
    return (struct name){text, ranking_hash(text)};
}

/* What was on top before has its name already: it was kept then, and clearing keeps what is on top.
 */
static void consider(struct ranking *ranking, const struct name *name, const uint64_t *row,
                     const uint64_t *by, bool is_new) {
    bool is_first = false, was_first = false;
    if (!ranking->orders[0].name && !ranking->merged) { /* all are on top so far */
        if (is_new)
            keep_name(ranking, name);
        return;
    }
    for (size_t i = 0; i < ranking->order_count; i++) {
        const struct ranking_order *order = &ranking->orders[i];
        uint64_t number = counts_number(&ranking->counts, row, order->number);
        if (number < order->least || !is_on_top(order, number, name->text))
            continue;
        is_first = true;
        was_first |= is_on_top(order, number - by[order->number], name->text);
    }
    if (is_first && (!was_first || is_new || ranking->merged))
        keep_name(ranking, name);
}

/* A name that is new is on top of an order, or was not and may be now. */
static bool may_keep(const struct ranking *ranking, const uint64_t *row, const uint64_t *by,
                     bool is_new) {
    for (size_t i = 0; i < ranking->order_count; i++) {
        const struct ranking_order *order = &ranking->orders[i];
        if (is_new ? by[order->number] >= order->least
                   : ranking_is_near(order, counts_number(&ranking->counts, row, order->number),
                                     by[order->number]))
            return true;
    }
    return ranking->merged;
}

/* Where *asks_r, consider() wants to see the name. */
static uint64_t *add_hash(struct ranking *ranking, uint64_t hash, const struct amounts *by,
                          bool *is_new_r, bool *asks_r) {
    struct counts *counts = &ranking->counts;
    uint64_t *row = counts_row(counts, hash, is_new_r);
    if (*is_new_r && !by->over) /* half of the instructions */
        for (size_t i = 0; i < counts->words; i++)
            row[1 + i] = by->words[i];
    else
        counts_add_row(counts, row, by);
    *asks_r = may_keep(ranking, row, by->numbers, *is_new_r);
    return row;
}

void ranking_add_wholly(struct ranking *ranking, const struct name *name,
                        const struct amounts *by) {
    bool is_new, asks;
    uint64_t *row = add_hash(ranking, name->hash, by, &is_new, &asks);
    if (asks)
        consider(ranking, name, row, by->numbers, is_new);
}

uint64_t *ranking_add_telling(struct ranking *ranking, uint64_t hash, const struct amounts *by,
                              ranking_tell *tell, const void *whose) {
    char room[RANKING_NAME];
    bool is_new, asks;
    uint64_t *row = add_hash(ranking, hash, by, &is_new, &asks);
    if (asks) {
        const struct name name = {tell(whose, room), hash};
        consider(ranking, &name, row, by->numbers, is_new);
    }
    return row;
}

void ranking_add_nameless(struct ranking *ranking, const uint64_t *by) {
    static const uint64_t many = 0x6f7468657273; /* of no name, but with the chance of any two */
    counts_add(&ranking->counts, many, by);
}

void ranking_add_numbers(struct ranking *ranking, const struct name *name, const uint64_t *by) {
    bool is_new;
    uint64_t *row = counts_row(&ranking->counts, name->hash, &is_new);
    counts_add_numbers(&ranking->counts, row, by);
    consider(ranking, name, row, by, is_new);
}

uint64_t ranking_add(struct ranking *ranking, struct slice text, const uint64_t *by) {
    struct name name = ranking_name(text);
    ranking_add_numbers(ranking, &name, by);
    return name.hash;
}

/* ---- reading out */

static int compare_placed(const void *left, const void *right) {
    return is_before(left, right) ? -1 : is_before(right, left);
}

struct ranked *ranking_top(const struct ranking *ranking, size_t order, size_t most,
                           size_t *count_r) {
    size_t count;
    struct placed *all = all_names(ranking, order, true, &count);
    if (most && most < count)
        part(all, count, most);
    count = most < count ? most : count;
    qsort(all, count, sizeof *all, compare_placed);
    struct ranked *top = memory_resize(NULL, count + 1, sizeof *top);
    for (size_t i = 0; i < count; i++) {
        top[i] = (struct ranked){.name = all[i].name, .hash = all[i].hash};
        counts_get(&ranking->counts, top[i].hash, top[i].numbers);
    }
    free(all);
    *count_r = count;
    return top;
}

void ranking_totals(const struct ranking *ranking, uint64_t *totals_r) {
    counts_totals(&ranking->counts, totals_r);
}

bool ranking_is_exact(const struct ranking *ranking, size_t order, size_t most) {
    size_t count, named = 0, above = 0, number = ranking->orders[order].number;
    struct placed *all = all_names(ranking, order, false, &count);
    uint64_t last = 1, numbers[COUNTS_MOST];
    if (most && most <= count) {
        part(all, count, most);
        last = all[most - 1].number;
    }
    for (size_t i = 0; i < count; i++)
        named += all[i].number >= last;
    free(all);
    for (size_t place = 0; place < ranking->counts.places; place++)
        above += counts_at(&ranking->counts, place, NULL, numbers) && numbers[number] >= last;
    return above == named || (!ranking->merged && most <= ranking->most);
}

/* ---- merging, saving */

/* Names of both sides are kept, uncut, so that any order of merging gives the same. */
void ranking_merge(struct ranking *into, const struct ranking *from) {
    counts_merge(&into->counts, &from->counts);
    forget_least(into);
    into->merged = true;
    for (size_t place = 0; place < from->names.size; place++) {
        struct slice name;
        uint64_t hash;
        if (roll_at(&from->names, place, &hash, &name))
            put_name(&into->names, hash, name);
    }
}

static int compare_names(const void *left, const void *right) {
    return slice_compare(*(const struct slice *)left, *(const struct slice *)right);
}

static void save_names(const struct roll *names, struct pack *pack) {
    struct slice *all = memory_resize(NULL, names->count + 1, sizeof *all);
    size_t count = 0;
    uint64_t hash;
    for (size_t place = 0; place < names->size; place++)
        count += roll_at(names, place, &hash, &all[count]);
    qsort(all, count, sizeof *all, compare_names);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++)
        pack_text(pack, all[i]);
    free(all);
}

void ranking_save(const struct ranking *ranking, struct pack *pack) {
    counts_save(&ranking->counts, pack);
    save_names(&ranking->names, pack);
    pack_number(pack, ranking->merged);
    for (size_t i = 0; i < ranking->order_count; i++) {
        const struct ranking_order *order = &ranking->orders[i];
        pack_number(pack, order->name != NULL);
        if (order->name) {
            pack_number(pack, order->least);
            pack_text(pack, (struct slice){order->name, order->length});
        }
    }
}

static void load_name(struct ranking *ranking, struct unpack *unpack) {
    struct slice name = unpack_text(unpack);
    uint64_t hash = bytes_hash(name.at, name.length);
    if (name.length > RANKING_NAME || !counts_get(&ranking->counts, hash, NULL))
        unpack->broken = true;
    if (!unpack->broken)
        put_name(&ranking->names, hash, name);
}

void ranking_load(struct ranking *ranking, struct unpack *unpack) {
    counts_load(&ranking->counts, unpack);
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--)
        load_name(ranking, unpack);
    ranking->merged = unpack_number(unpack);
    for (size_t i = 0; i < ranking->order_count; i++) {
        struct ranking_order *order = &ranking->orders[i];
        if (!unpack_number(unpack))
            continue;
        order->least = unpack_number(unpack);
        struct slice name = unpack_text(unpack);
        order->name = memory_copy(name.at, name.length);
        order->length = name.length;
        order->front = front_of(name);
    }
}
