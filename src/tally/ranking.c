/* Why: "the ten recipients with most mail" of millions, exactly, without keeping millions of names.
 *
 * How: numbers are kept for every name by its hash (counts). A name itself is kept when, after its
 * own line, it stands at or above the last place of the top as it was at the last clearing. When
 * twice as many names are held as can be on top, those that are not are let go and that place moves
 * up. It only ever moves up, so what ends in the top is never let go after its own last line. Order
 * is total (number, then name): among a million names seen once each the first by name are on top,
 * and the bound holds.
 */
#include "tally/ranking.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"

void ranking_init(struct ranking *ranking, size_t numbers, size_t maxima, const uint8_t *widths,
                  const size_t *orders, size_t order_count) {
    *ranking = (struct ranking){.order_count = order_count};
    counts_init(&ranking->counts, numbers, maxima, widths);
    map_init(&ranking->names, sizeof(uint64_t));
    for (size_t i = 0; i < order_count; i++)
        ranking->orders[i].number = orders[i];
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
    map_release(&ranking->names);
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

/* The last in order stands first: each is behind the two at 2 * i + 1 and 2 * i + 2. */
static void sift_down(struct placed *heap, size_t count, struct placed placed) {
    size_t at = 0, below;
    while ((below = 2 * at + 1) < count) {
        if (below + 1 < count && is_before(&heap[below], &heap[below + 1]))
            below++;
        if (!is_before(&placed, &heap[below]))
            break;
        heap[at] = heap[below];
        at = below;
    }
    heap[at] = placed;
}

static void sift_up(struct placed *heap, size_t at, struct placed placed) {
    for (size_t above; at && is_before(&heap[above = (at - 1) / 2], &placed); at = above)
        heap[at] = heap[above];
    heap[at] = placed;
}

/* The first `most` names of an order, the last of them in front, for the caller to free. Most names
 * are only compared with that one: nothing is sorted that nobody sees. Some want
 * only those with more than none. */
static struct placed *first_names(const struct ranking *ranking, size_t order, size_t most,
                                  bool above_zero, size_t *count_r) {
    size_t count = 0, room = most < ranking->names.count ? most : ranking->names.count;
    struct placed *heap = memory_resize(NULL, room + 1, sizeof *heap);
    for (size_t place = 0; room && place < ranking->names.used; place++) {
        struct placed placed;
        const uint64_t *hash = map_at(&ranking->names, place, &placed.name);
        if (!hash)
            continue;
        placed.number = number_of(ranking, *hash, order);
        if (above_zero && (int64_t)placed.number <= 0)
            continue;
        placed.hash = *hash;
        placed.front = front_of(placed.name);
        if (count < room)
            sift_up(heap, count++, placed);
        else if (is_before(&placed, &heap[0]))
            sift_down(heap, count, placed);
    }
    *count_r = count;
    return heap;
}

/* ---- adding */

static void set_least(struct ranking_order *order, const struct placed *last) {
    free(order->name);
    order->least = last->number;
    order->name = memory_copy(last->name.at, last->name.length);
    order->length = last->name.length;
    order->front = last->front;
}

/* Lets go of the names that are on top in no order. */
static void clear_names(struct ranking *ranking) {
    struct map kept;
    map_init(&kept, sizeof(uint64_t));
    for (size_t order = 0; order < ranking->order_count; order++) {
        size_t count;
        struct placed *top = first_names(ranking, order, RANKING_NAMES, false, &count);
        for (size_t i = 0; i < count; i++)
            *(uint64_t *)map_put(&kept, top[i].name, NULL) = top[i].hash;
        set_least(&ranking->orders[order], &top[0]);
        free(top);
    }
    map_release(&ranking->names);
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
    char room[RANKING_NAME];
    *(uint64_t *)map_put(&ranking->names, lowered(name->text, room), NULL) = name->hash;
    if (ranking->names.count >= 2 * RANKING_NAMES * ranking->order_count)
        clear_names(ranking);
}

uint64_t ranking_hash(struct slice name) {
    return lowered_hash(slice_head(name, RANKING_NAME));
}

struct name ranking_name(struct slice text) {
    return (struct name){text, ranking_hash(text)};
}

/* What was on top before has its name already: it was kept then, and clearing keeps what is on top.
 * Most names are far below. */
const uint64_t *ranking_add_name(struct ranking *ranking, const struct name *name,
                                 const struct amounts *by) {
    bool is_new, is_first = false, was_first = false;
    uint64_t *row = counts_row(&ranking->counts, name->hash, &is_new);
    counts_add_row(&ranking->counts, row, by);
    for (size_t i = 0; i < ranking->order_count; i++) {
        const struct ranking_order *order = &ranking->orders[i];
        uint64_t number = counts_number(&ranking->counts, row, order->number);
        if (number < order->least || !is_on_top(order, number, name->text))
            continue;
        is_first = true;
        was_first |= is_on_top(order, number - by->numbers[order->number], name->text);
    }
    if (is_first && (!was_first || is_new || ranking->merged))
        keep_name(ranking, name);
    return row;
}

uint64_t ranking_add(struct ranking *ranking, struct slice text, const uint64_t *by) {
    struct name name = ranking_name(text);
    struct amounts amounts = counts_amounts(&ranking->counts, by);
    ranking_add_name(ranking, &name, &amounts);
    return name.hash;
}

/* ---- reading out */

struct ranked *ranking_top(const struct ranking *ranking, size_t order, size_t most,
                           size_t *count_r) {
    size_t count;
    struct placed *heap = first_names(ranking, order, most, true, &count);
    struct ranked *top = memory_resize(NULL, count + 1, sizeof *top);
    for (size_t left = count; left--;) {
        top[left] = (struct ranked){.name = heap[0].name, .hash = heap[0].hash};
        counts_get(&ranking->counts, top[left].hash, top[left].numbers);
        sift_down(heap, left, heap[left]);
    }
    free(heap);
    *count_r = count;
    return top;
}

bool ranking_is_exact(const struct ranking *ranking, size_t order, size_t most) {
    size_t count, named = 0, above = 0, number = ranking->orders[order].number;
    struct placed *heap = first_names(ranking, order, most, false, &count);
    uint64_t last = count >= most && most ? heap[0].number : 1, numbers[COUNTS_MOST];
    free(heap);
    for (size_t place = 0; place < ranking->names.used; place++) {
        const uint64_t *hash = map_at(&ranking->names, place, NULL);
        named += hash && number_of(ranking, *hash, order) >= last;
    }
    for (size_t place = 0; place < ranking->counts.places; place++)
        above += counts_at(&ranking->counts, place, NULL, numbers) && numbers[number] >= last;
    return above == named || (!ranking->merged && most <= RANKING_NAMES);
}

/* ---- merging, saving */

/* Names of both sides are kept, uncut, so that any order of merging gives the same. */
void ranking_merge(struct ranking *into, const struct ranking *from) {
    counts_merge(&into->counts, &from->counts);
    forget_least(into);
    into->merged = true;
    for (size_t place = 0; place < from->names.used; place++) {
        struct slice name;
        const uint64_t *hash = map_at(&from->names, place, &name);
        if (hash)
            *(uint64_t *)map_put(&into->names, name, NULL) = *hash;
    }
}

static int compare_ranked(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    return slice_compare(a->name, b->name);
}

static void save_names(const struct ranking *ranking, struct pack *pack) {
    struct ranked *all = memory_resize(NULL, ranking->names.count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < ranking->names.used; place++)
        if (map_at(&ranking->names, place, &all[count].name))
            count++;
    qsort(all, count, sizeof *all, compare_ranked);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++)
        pack_text(pack, all[i].name);
    free(all);
}

void ranking_save(const struct ranking *ranking, struct pack *pack) {
    counts_save(&ranking->counts, pack);
    save_names(ranking, pack);
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
        *(uint64_t *)map_put(&ranking->names, name, NULL) = hash;
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
