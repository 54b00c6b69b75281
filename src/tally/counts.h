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
#include "base/pack.h"

enum { COUNTS_MOST = 16 /* numbers of a hash */ };

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
    size_t words, narrow, homes, wide_count, wide_places;
    uint64_t *rows, *wide;
    uint64_t spreading, gathering;
};

/* What is added at once: most numbers of a row have nothing to add, and are not looked at. */
struct amounts {
    uint64_t numbers[COUNTS_MOST];
    unsigned which; /* a bit for each that is not 0 */
};

static inline void amounts_set(struct amounts *amounts, unsigned number, uint64_t by) {
    amounts->numbers[number] = by;
    amounts->which = (amounts->which & ~(1u << number)) | (unsigned)(by != 0) << number;
}

/* The bits of each number, 1 to 62, or 64; NULL: all have 64. */
void counts_init(struct counts *counts, size_t numbers, size_t maxima, const uint8_t *widths);
void counts_release(struct counts *counts);

/* The numbers of a hash, if numbers_r is not NULL; false when it has none. */
bool counts_get(const struct counts *counts, uint64_t hash, uint64_t *numbers_r);
struct amounts counts_amounts(const struct counts *counts, const uint64_t *by);
/* Adds to the numbers of a hash, which begin with zeros. */
void counts_add(struct counts *counts, uint64_t hash, const uint64_t *by);
/* Adds to one of its sums alone, and gives what that is now. */
uint64_t counts_sum(struct counts *counts, uint64_t hash, size_t number, uint64_t by);
/* Walking, in no order: places 0 .. counts->places - 1; false where a place is empty. Either output
 * may be NULL. */
bool counts_at(const struct counts *counts, size_t place, uint64_t *hash_r, uint64_t *numbers_r);
/* The numbers of all hashes together. */
void counts_totals(const struct counts *counts, uint64_t *totals_r);
/* How many hashes have a number that is more than none. */
size_t counts_above_zero(const struct counts *counts, size_t number);
/* Begins to fetch what a hash has: it will be asked for soon. */
void counts_expect(const struct counts *counts, uint64_t hash);

/* In steps, for who looks before and after: the row of a hash, valid until the next is asked for,
 * and its numbers. */
const uint64_t *counts_find(const struct counts *counts, uint64_t hash); /* NULL: it has none */
uint64_t *counts_row(struct counts *counts, uint64_t hash, bool *is_new_r);
static inline uint64_t counts_number(const struct counts *counts, const uint64_t *row,
                                     size_t number);
void counts_add_row(struct counts *counts, uint64_t *row, const struct amounts *by);
uint64_t counts_sum_row(struct counts *counts, uint64_t *row, size_t number, uint64_t by);

/* Adds numbers to others of the same kind, by sum or maximum. */
void counts_add_up(const struct counts *counts, uint64_t *into, const uint64_t *from);
void counts_merge(struct counts *into, const struct counts *from);
void counts_save(const struct counts *counts, struct pack *pack);
void counts_load(struct counts *counts, struct unpack *unpack); /* into empty ones */

/* The memory they hold. */
size_t counts_bytes(const struct counts *counts);

/* ---- a row: its key, then words. With the highest bit of the first, the rest of that is the place
 * of its numbers among those of 64 bits. Inline: each name of each finding is looked at twice. */

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

#endif
