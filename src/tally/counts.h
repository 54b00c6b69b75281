/* counts - numbers under 64-bit hashes. For what is counted by very many names, most of them seen
 * once or twice: 8 bytes for the hash and a few bits for each number, whatever the names are.
 *
 * Two names of one hash count as one: among a million names that happens once in 37 million logs.
 * Who makes such names on purpose only hides his own. A number that is its own key (a time) serves
 * as a hash too, 0 and 1 being one.
 *
 * Numbers are of 64 bits, modulo 2^64, and exact. Widths only say how many bits are enough for
 * most: a row with a number that needs more gets room for all of them elsewhere.
 */
#ifndef TALLY_COUNTS_H
#define TALLY_COUNTS_H

#include "base/hash.h"
#include "base/memory.h"
#include "base/pack.h"

enum { COUNTS_MOST = 16 /* numbers of a hash */, COUNTS_WORDS = 4 };

/* Where a number is in the words of a row, and how many bits are enough for most: 1 to 62, or 64
 * for a word of its own, which stands behind all others. What counts_add_row adds to has maxima of
 * 1 bit or 64 only, and an empty bit at the end of each word. */
struct counts_room {
    uint8_t word, shift, bits;
};

struct counts {
    size_t numbers; /* of each hash */
    size_t maxima;  /* so many of them, the last ones, are merged by their maximum, not their sum */
    size_t count;   /* hashes */
    size_t places;  /* that walking goes over */
    /* The rest is told in counts.c. */
    struct counts_field {
        uint64_t most;
        uint8_t word, shift;
    } fields[COUNTS_MOST];
    uint64_t behind[COUNTS_WORDS], flags[COUNTS_WORDS];
    size_t words, narrow, sums, homes, wide_count, wide_places;
    uint64_t *rows, *wide;
    uint64_t spreading, gathering;
};

/* In front of a loop of few rounds, whose number is known where it is inlined. */
#if defined __GNUC__ && !defined __clang__
#define UNROLLED _Pragma("GCC unroll 16")
#else
#define UNROLLED
#endif

/* How many words of a row are narrow numbers, sums with those, and all. Who knows that of his table
 * (COUNTS_SHORT: one narrow word) adds to it in a third of the instructions. */
struct counts_shape {
    size_t narrow, sums, words;
};
#define COUNTS_SHORT ((struct counts_shape){1, 1, 1})

/* What is added at once to rows of one layout, of at most COUNTS_WORDS words. */
struct amounts {
    uint64_t numbers[COUNTS_MOST];
    uint64_t words[COUNTS_WORDS]; /* the same as in a row */
    uint64_t over;                /* not 0: a number is wider than its room */
};

/* In parts: of a whole so large the compiler makes a `rep stos`, which takes 30 cycles to begin. */
static inline void amounts_clear(struct amounts *amounts) {
    enum { HALF = COUNTS_MOST / 2 };
    memset(&amounts->numbers[0], 0, HALF * sizeof *amounts->numbers);
    memset(&amounts->numbers[HALF], 0, HALF * sizeof *amounts->numbers);
    memset(amounts->words, 0, sizeof amounts->words);
    amounts->over = 0;
}

/* With a constant layout and number it takes seven instructions. */
static inline void amounts_set(struct amounts *amounts, const struct counts_room *rooms,
                               size_t number, uint64_t by) {
    const struct counts_room room = rooms[number];
    amounts->words[room.word] += (by - amounts->numbers[number]) << room.shift;
    amounts->numbers[number] = by;
    if (room.bits < 64)
        amounts->over |= by >> room.bits;
}

/* One of those in the words of a narrow row. */
static inline uint64_t amounts_number(const struct counts_room *rooms, const uint64_t *words,
                                      size_t number) {
    const struct counts_room room = rooms[number];
    uint64_t most = room.bits < 64 ? ((uint64_t)1 << room.bits) - 1 : UINT64_MAX;
    return words[room.word] >> room.shift & most;
}

/* NULL: all numbers have 64 bits. */
void counts_init(struct counts *counts, size_t numbers, size_t maxima,
                 const struct counts_room *rooms);
void counts_release(struct counts *counts);

/* The numbers of a hash, if numbers_r is not NULL; false when it has none. */
bool counts_get(const struct counts *counts, uint64_t hash, uint64_t *numbers_r);
/* Adds to the numbers of a hash, which begin with zeros. */
void counts_add(struct counts *counts, uint64_t hash, const uint64_t *by);
/* Adds to one of its sums alone, and gives what that is now. */
uint64_t counts_sum(struct counts *counts, uint64_t hash, size_t number, uint64_t by);
/* Walking, in no order: places 0 .. counts->places - 1; false where a place is empty. Either output
 * may be NULL. */
bool counts_at(const struct counts *counts, size_t place, uint64_t *hash_r, uint64_t *numbers_r);
/* The row itself; NULL where a place is empty. */
const uint64_t *counts_row_at(const struct counts *counts, size_t place);
/* The numbers of all hashes together. */
void counts_totals(const struct counts *counts, uint64_t *totals_r);
/* How many hashes have a number that is more than none. */
size_t counts_above_zero(const struct counts *counts, size_t number);
/* Makes room in empty ones: so many hashes come without growing. */
void counts_reserve(struct counts *counts, size_t hashes);
/* Begins to fetch what a hash has: it will be asked for soon. */
static inline void counts_expect(const struct counts *counts, uint64_t hash);

/* In steps, for who looks before and after: the row of a hash, valid until the next is asked for,
 * and its numbers. */
const uint64_t *counts_find(const struct counts *counts, uint64_t hash); /* NULL: it has none */
static inline uint64_t *counts_row(struct counts *counts, uint64_t hash, bool *is_new_r);
static inline uint64_t counts_number(const struct counts *counts, const uint64_t *row,
                                     size_t number);
static inline void counts_add_row(struct counts *counts, uint64_t *row, const struct amounts *by);
/* The same for any layout, in ten times as many instructions. */
void counts_add_numbers(struct counts *counts, uint64_t *row, const uint64_t *by);
uint64_t counts_sum_row(struct counts *counts, uint64_t *row, size_t number, uint64_t by);

/* Sums are modulo 2^64, and those of a part may hold less than none: what was taken back in it was
 * counted in another. That is shown as none. */
static inline uint64_t counts_not_below_zero(uint64_t sum) {
    return (int64_t)sum < 0 ? 0 : sum;
}

/* Adds numbers to others of the same kind, by sum or maximum. */
void counts_add_up(const struct counts *counts, uint64_t *into, const uint64_t *from);
void counts_merge(struct counts *into, const struct counts *from);
void counts_save(const struct counts *counts, struct pack *pack);
void counts_load(struct counts *counts, struct unpack *unpack); /* into empty ones */

/* The memory they hold. */
size_t counts_bytes(const struct counts *counts);

/* ---- a row: its key, then words. With the highest bit of the first, the rest of that is the place
 * of its numbers among those of 64 bits. Inline: each finding looks at ten rows. */

#define COUNTS_WIDE ((uint64_t)1 << 63)

static inline bool counts_is_wide(const struct counts *counts, const uint64_t *row) {
    return counts->narrow && row[1] & COUNTS_WIDE;
}

static inline uint64_t *counts_wide(const struct counts *counts, const uint64_t *row) {
    return counts->wide + (row[1] & ~COUNTS_WIDE) * counts->numbers;
}

static inline uint64_t counts_number(const struct counts *counts, const uint64_t *row,
                                     size_t number) {
    const struct counts_field *field = &counts->fields[number];
    if (counts_is_wide(counts, row))
        return counts_wide(counts, row)[number];
    return row[1 + field->word] >> field->shift & field->most;
}

/* The numbers of a row, where all have 64 bits. */
static inline uint64_t *counts_whole(uint64_t *row) {
    return row + 1;
}

/* 0 marks an empty place. */
static inline uint64_t counts_key(const struct counts *counts, uint64_t hash) {
    return (hash ? hash : 1) * counts->spreading;
}

static inline struct counts_shape counts_shape(const struct counts *counts) {
    return (struct counts_shape){counts->narrow, counts->sums, counts->words};
}

static inline bool counts_has_shape(const struct counts *counts, struct counts_shape shape) {
    return counts->narrow == shape.narrow && counts->sums == shape.sums &&
           counts->words == shape.words;
}

static inline uint64_t *counts_home(const struct counts *counts, struct counts_shape shape,
                                    uint64_t key) {
    return counts->rows + (size_t)((__uint128_t)key * counts->homes >> 64) * (1 + shape.words);
}

/* A row stands at its home or some rows behind it. */
static inline void counts_expect(const struct counts *counts, uint64_t hash) {
    enum { CACHE_LINE = 8 /* words */ };
    if (!counts->homes)
        return;
    const uint64_t *home = counts_home(counts, counts_shape(counts), counts_key(counts, hash));
    memory_expect(home);
    memory_expect(home + CACHE_LINE);
}

/* The row of a key, or where it would be: the first that is empty or has a greater one. The last
 * place is always empty. How far it is cannot be foretold; most are found in two steps without a
 * branch, which takes 1 % off a report of Exim's. */
__attribute__((always_inline)) static inline uint64_t *
counts_seek(const struct counts *counts, struct counts_shape shape, uint64_t key) {
    uint64_t *row = counts_home(counts, shape, key);
    row += (*row - 1 < key - 1) * (1 + shape.words); /* 0 - 1 is the greatest */
    row += (*row - 1 < key - 1) * (1 + shape.words);
    while (*row - 1 < key - 1)
        row += 1 + shape.words;
    return row;
}

/* A quarter of the homes stays without a row. With seven of eight taken a report would have 8 %
 * less memory, but take 3 % more time: ways from home are long then. */
static inline bool counts_is_full(const struct counts *counts) {
    return (counts->count + 1) * 4 > counts->homes * 3;
}

/* Before the row that stands where the key belongs. Its words are still to be set; NULL: the rows
 * behind it have no place to go. Most move by none or one, which is no case for memmove. */
__attribute__((always_inline)) static inline uint64_t *
counts_make_room(struct counts *counts, struct counts_shape shape, uint64_t key, uint64_t *row) {
    const size_t stride = 1 + shape.words;
    uint64_t *gap = row;
    while (*gap)
        gap += stride;
    if (gap == counts->rows + (counts->places - 1) * stride)
        return NULL;
    for (; gap > row; gap -= stride)
        UNROLLED for (size_t word = 0; word < stride; word++) {
            gap[word] = (gap - stride)[word];
        }
    *row = key;
    counts->count++;
    return row;
}

/* The same for sure: the table grows. */
uint64_t *counts_make_more_room(struct counts *counts, uint64_t key);

/* `row`: where the key belongs; NULL in a table without homes. Its words are zeros then. */
__attribute__((always_inline)) static inline uint64_t *
counts_insert(struct counts *counts, struct counts_shape shape, uint64_t key, uint64_t *row) {
    row = counts_is_full(counts) ? NULL : counts_make_room(counts, shape, key, row);
    if (!row)
        row = counts_make_more_room(counts, key);
    UNROLLED for (size_t word = 1; word <= shape.words; word++) {
        row[word] = 0;
    }
    return row;
}

__attribute__((always_inline)) static inline uint64_t *
counts_row_of(struct counts *counts, struct counts_shape shape, uint64_t hash, bool *is_new_r) {
    uint64_t key = counts_key(counts, hash);
    uint64_t *row = counts->homes ? counts_seek(counts, shape, key) : NULL;
    bool is_new = !row || *row != key;
    if (is_new_r)
        *is_new_r = is_new;
    return is_new ? counts_insert(counts, shape, key, row) : row;
}

static inline uint64_t *counts_row(struct counts *counts, uint64_t hash, bool *is_new_r) {
    return counts_row_of(counts, counts_shape(counts), hash, is_new_r);
}

static inline void counts_add_wide(const struct counts *counts, uint64_t *numbers,
                                   const uint64_t *by) {
    size_t sums = counts->numbers - counts->maxima, i = 0;
    for (; i + 2 < sums; i += 3) { /* three at a time: half of the instructions */
        numbers[i] += by[i];
        numbers[i + 1] += by[i + 1];
        numbers[i + 2] += by[i + 2];
    }
    for (; i < sums; i++)
        numbers[i] += by[i];
    for (; i < counts->numbers; i++)
        numbers[i] = numbers[i] > by[i] ? numbers[i] : by[i];
}

/* The words of a narrow row with others added. All numbers of a word at once: where one does not
 * fit any more it carries into the bit behind it. A maximum among them is one bit, which is not
 * added twice. False: one does not fit. */
__attribute__((always_inline)) static inline bool
counts_sum_words(const struct counts *counts, struct counts_shape shape, const uint64_t *words,
                 const uint64_t *by, uint64_t sums_r[COUNTS_WORDS]) {
    uint64_t carried = 0;
    UNROLLED for (size_t i = 0; i < shape.narrow; i++) {
        uint64_t more = by[i] & ~(words[i] & counts->flags[i]);
        sums_r[i] = words[i] + more;
        carried |= (words[i] ^ more ^ sums_r[i]) & counts->behind[i];
    }
    UNROLLED for (size_t i = shape.narrow; i < shape.sums; i++) {
        sums_r[i] = words[i] + by[i];
    }
    UNROLLED for (size_t i = shape.sums; i < shape.words; i++) {
        sums_r[i] = words[i] > by[i] ? words[i] : by[i];
    }
    return !carried;
}

/* The same of any row. False: it is wide, or must become that. */
__attribute__((always_inline)) static inline bool
counts_sum_narrow(const struct counts *counts, struct counts_shape shape, const uint64_t *row,
                  const struct amounts *by, uint64_t sums_r[COUNTS_WORDS]) {
    return !by->over && !(shape.narrow && row[1] & COUNTS_WIDE) &&
           counts_sum_words(counts, shape, row + 1, by->words, sums_r);
}

static inline void counts_add_row_of(struct counts *counts, struct counts_shape shape,
                                     uint64_t *row, const struct amounts *by) {
    uint64_t sums[COUNTS_WORDS];
    if (counts_is_wide(counts, row)) {
        counts_add_wide(counts, counts_wide(counts, row), by->numbers);
    } else if (counts_sum_narrow(counts, shape, row, by, sums)) {
        for (size_t i = 0; i < shape.words; i++)
            row[1 + i] = sums[i];
    } else {
        counts_add_numbers(counts, row, by->numbers);
    }
}

static inline void counts_add_row(struct counts *counts, uint64_t *row, const struct amounts *by) {
    counts_add_row_of(counts, counts_shape(counts), row, by);
}

#endif
