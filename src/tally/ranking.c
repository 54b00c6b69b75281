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

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void ranking_init(struct ranking *ranking, size_t numbers, size_t maxima, const size_t *orders,
                  size_t order_count) {
    *ranking = (struct ranking){.order_count = order_count};
    counts_init(&ranking->counts, numbers, maxima);
    ranking->totals = memory_new(numbers * sizeof *ranking->totals);
    map_init(&ranking->names, sizeof(uint64_t));
    for (size_t i = 0; i < order_count; i++)
        ranking->orders[i].number = orders[i];
}

static void forget_least(struct ranking *ranking) {
    for (size_t i = 0; i < ranking->order_count; i++) {
        free(ranking->orders[i].name);
        ranking->orders[i].name = NULL;
    }
}

void ranking_release(struct ranking *ranking) {
    forget_least(ranking);
    counts_release(&ranking->counts);
    map_release(&ranking->names);
    free(ranking->totals);
    ranking->totals = NULL;
}

/* ---- the order */

static int compare(uint64_t number, struct slice name, uint64_t other, struct slice other_name) {
    if (number != other)
        return number > other ? -1 : 1;
    return slice_compare(name, other_name);
}

/* qsort has no context: entries carry the number they are ordered by. */
struct placed {
    struct ranked ranked;
    uint64_t number;
};

static int compare_placed(const void *left, const void *right) {
    const struct placed *a = left, *b = right;
    return compare(a->number, a->ranked.name, b->number, b->ranked.name);
}

/* All names in an order; the caller frees the array. */
static struct placed *place_names(const struct ranking *ranking, size_t order, size_t *count_r) {
    struct placed *all = memory_resize(NULL, ranking->names.count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < ranking->names.used; place++) {
        struct slice name;
        const uint64_t *hash = map_at(&ranking->names, place, &name);
        if (!hash)
            continue;
        const uint64_t *numbers = counts_get(&ranking->counts, *hash);
        all[count++] =
            (struct placed){{name, *hash, numbers}, numbers[ranking->orders[order].number]};
    }
    qsort(all, count, sizeof *all, compare_placed);
    *count_r = count;
    return all;
}

/* ---- adding */

/* Lets go of the names that are on top in no order. */
static void clear_names(struct ranking *ranking) {
    struct map kept;
    map_init(&kept, sizeof(uint64_t));
    for (size_t order = 0; order < ranking->order_count; order++) {
        size_t count;
        struct placed *all = place_names(ranking, order, &count);
        count = count < RANKING_NAMES ? count : RANKING_NAMES;
        for (size_t i = 0; i < count; i++)
            *(uint64_t *)map_put(&kept, all[i].ranked.name, NULL) = all[i].ranked.hash;
        struct ranking_order *least = &ranking->orders[order];
        const struct placed *last = &all[count - 1];
        free(least->name);
        least->least = last->number;
        least->name = memory_copy(last->ranked.name.at, last->ranked.name.length);
        least->length = last->ranked.name.length;
        free(all);
    }
    map_release(&ranking->names);
    ranking->names = kept;
}

static bool is_on_top(const struct ranking *ranking, const uint64_t *numbers, struct slice name) {
    for (size_t i = 0; i < ranking->order_count; i++) {
        const struct ranking_order *order = &ranking->orders[i];
        if (!order->name || compare(numbers[order->number], name, order->least,
                                    (struct slice){order->name, order->length}) <= 0)
            return true;
    }
    return false;
}

static struct slice lowered(struct slice name, char room[RANKING_NAME]) {
    return slice_lowered(slice_head(name, RANKING_NAME), room);
}

uint64_t ranking_hash(struct slice name) {
    return lowered_hash(slice_head(name, RANKING_NAME));
}

uint64_t ranking_add(struct ranking *ranking, struct slice name, const uint64_t *by) {
    char room[RANKING_NAME];
    struct slice lower = lowered(name, room);
    uint64_t hash = bytes_hash(lower.at, lower.length);
    size_t before = ranking->counts.count;
    uint64_t *numbers = counts_put(&ranking->counts, hash);
    bool is_new = ranking->counts.count > before;
    /* What was on top has its name already: it was kept then, and clearing keeps what is on top. */
    bool has_name = !is_new && !ranking->merged && is_on_top(ranking, numbers, lower);
    counts_add(&ranking->counts, numbers, by);
    counts_add(&ranking->counts, ranking->totals, by);
    if (!has_name && is_on_top(ranking, numbers, lower)) {
        *(uint64_t *)map_put(&ranking->names, lower, NULL) = hash;
        if (ranking->names.count >= 2 * RANKING_NAMES * ranking->order_count)
            clear_names(ranking);
    }
    return hash;
}

/* ---- reading out */

struct ranked *ranking_top(const struct ranking *ranking, size_t order, size_t most,
                           size_t *count_r) {
    size_t count, used = 0;
    struct placed *all = place_names(ranking, order, &count);
    struct ranked *top = memory_resize(NULL, count + 1, sizeof *top);
    for (; used < count && used < most && all[used].number; used++)
        top[used] = all[used].ranked;
    free(all);
    *count_r = used;
    return top;
}

bool ranking_is_exact(const struct ranking *ranking, size_t order, size_t most) {
    size_t count, named = 0, above = 0, number = ranking->orders[order].number;
    struct placed *all = place_names(ranking, order, &count);
    uint64_t last = count >= most && most ? all[most - 1].number : 1;
    for (size_t i = 0; i < count; i++)
        named += all[i].number >= last;
    free(all);
    for (size_t place = 0; place < ranking->counts.places; place++) {
        const uint64_t *numbers = counts_at(&ranking->counts, place, NULL);
        above += numbers && numbers[number] >= last;
    }
    return above == named || (!ranking->merged && most <= RANKING_NAMES);
}

/* ---- merging, saving */

/* Names of both sides are kept, uncut, so that any order of merging gives the same. */
void ranking_merge(struct ranking *into, const struct ranking *from) {
    counts_merge(&into->counts, &from->counts);
    counts_add(&into->counts, into->totals, from->totals);
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
    if (name.length > RANKING_NAME || !counts_get(&ranking->counts, hash))
        unpack->broken = true;
    if (!unpack->broken)
        *(uint64_t *)map_put(&ranking->names, name, NULL) = hash;
}

void ranking_load(struct ranking *ranking, struct unpack *unpack) {
    counts_load(&ranking->counts, unpack);
    for (size_t place = 0; place < ranking->counts.places; place++) {
        const uint64_t *numbers = counts_at(&ranking->counts, place, NULL);
        if (numbers)
            counts_add(&ranking->counts, ranking->totals, numbers);
    }
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
    }
}
