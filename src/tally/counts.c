/* Why: a log has millions of addresses and a report shows ten. Their names would fill the memory,
 * their hashes do not.
 *
 * How: open addressing, each place a hash and its numbers side by side, so that one name is one
 * cache line. Any number of places, found by the high half of the hash times
 * the number of places: growing by half
 * wastes less than doubling. What is saved is sorted, so that equal counts are equal bytes.
 */
#include "tally/counts.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_PLACES = 24 };

void counts_init(struct counts *counts, size_t numbers, size_t maxima) {
    *counts = (struct counts){.numbers = numbers, .maxima = maxima};
}

void counts_release(struct counts *counts) {
    free(counts->words);
    counts_init(counts, counts->numbers, counts->maxima);
}

static uint64_t *place_at(const struct counts *counts, size_t place) {
    return counts->words + place * (1 + counts->numbers);
}

/* Where a hash is, or the empty place where it would be. */
static uint64_t *place_of(const struct counts *counts, uint64_t hash) {
    uint64_t spread = hash * 0x9e3779b97f4a7c15u; /* keys that are numbers lie close together */
    size_t place = (size_t)((__uint128_t)spread * counts->places >> 64);
    for (;;) {
        uint64_t *words = place_at(counts, place);
        if (words[0] == hash || !words[0])
            return words;
        if (++place == counts->places)
            place = 0;
    }
}

static void grow(struct counts *counts) {
    struct counts old = *counts;
    counts->places = old.places ? old.places + old.places / 2 : FIRST_PLACES;
    counts->words = memory_new(counts->places * (1 + counts->numbers) * sizeof *counts->words);
    for (size_t place = 0; place < old.places; place++) {
        const uint64_t *from = place_at(&old, place);
        uint64_t *into = from[0] ? place_of(counts, from[0]) : NULL;
        for (size_t i = 0; into && i <= counts->numbers; i++)
            into[i] = from[i];
    }
    free(old.words);
}

/* 0 marks an empty place. */
static uint64_t marked(uint64_t hash) {
    return hash ? hash : 1;
}

const uint64_t *counts_get(const struct counts *counts, uint64_t hash) {
    const uint64_t *words = counts->places ? place_of(counts, marked(hash)) : NULL;
    return words && words[0] ? words + 1 : NULL;
}

uint64_t *counts_put(struct counts *counts, uint64_t hash) {
    if ((counts->count + 1) * 5 > counts->places * 4)
        grow(counts);
    uint64_t *words = place_of(counts, marked(hash));
    counts->count += !words[0];
    words[0] = marked(hash);
    return words + 1;
}

const uint64_t *counts_at(const struct counts *counts, size_t place, uint64_t *hash_r) {
    const uint64_t *words = place_at(counts, place);
    if (hash_r)
        *hash_r = words[0];
    return words[0] ? words + 1 : NULL;
}

void counts_add(const struct counts *counts, uint64_t *into, const uint64_t *from) {
    size_t sums = counts->numbers - counts->maxima;
    for (size_t i = 0; i < sums; i++)
        into[i] += from[i];
    for (size_t i = sums; i < counts->numbers; i++)
        into[i] = into[i] > from[i] ? into[i] : from[i];
}

void counts_merge(struct counts *into, const struct counts *from) {
    for (size_t place = 0; place < from->places; place++) {
        uint64_t hash;
        const uint64_t *numbers = counts_at(from, place, &hash);
        if (numbers)
            counts_add(into, counts_put(into, hash), numbers);
    }
}

static int compare_hashes(const void *left, const void *right) {
    uint64_t a = **(const uint64_t *const *)left, b = **(const uint64_t *const *)right;
    return (a > b) - (a < b);
}

void counts_save(const struct counts *counts, struct pack *pack) {
    const uint64_t **all = memory_resize(NULL, counts->count + 1, sizeof *all);
    size_t used = 0;
    for (size_t place = 0; place < counts->places; place++)
        if (*place_at(counts, place))
            all[used++] = place_at(counts, place);
    qsort(all, used, sizeof *all, compare_hashes);
    pack_number(pack, used);
    for (size_t i = 0; i < used; i++)
        for (size_t word = 0; word <= counts->numbers; word++)
            pack_number(pack, all[i][word]);
    free(all);
}

void counts_load(struct counts *counts, struct unpack *unpack) {
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        uint64_t *numbers = counts_put(counts, unpack_number(unpack));
        for (size_t i = 0; i < counts->numbers; i++)
            numbers[i] = unpack_number(unpack);
    }
}
