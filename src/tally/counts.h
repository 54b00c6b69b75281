/* counts - numbers under 64-bit hashes. For what is counted by very many names: 8 bytes for the
 * hash and 8 for each number, whatever the names are.
 *
 * Two names of one hash count as one: among a million names that happens once in 37 million logs.
 * Who makes such names on purpose only hides his own. A number that
 * is its own key (a time) serves as a hash too, 0 and 1 being one.
 */
#ifndef TALLY_COUNTS_H
#define TALLY_COUNTS_H

#include "base/map.h" /* bytes_hash */
#include "base/pack.h"

struct counts {
    size_t numbers; /* of each hash */
    size_t maxima;  /* so many of them, the last ones, are merged by their maximum, not their sum */
    size_t count;   /* hashes */
    size_t places;  /* that walking goes over */
    uint64_t *words; /* a hash and its numbers, each place; hash 0: empty */
};

void counts_init(struct counts *counts, size_t numbers, size_t maxima);
void counts_release(struct counts *counts);
/* The numbers of a hash, NULL when it has none. Valid until the next counts_put. */
const uint64_t *counts_get(const struct counts *counts, uint64_t hash);
/* The same, added with zeros when it has none. */
uint64_t *counts_put(struct counts *counts, uint64_t hash);
/* Walking, in no order: places 0 .. counts->places - 1; NULL where a place is empty. */
const uint64_t *counts_at(const struct counts *counts, size_t place, uint64_t *hash_r);

/* Adds numbers to others of the same kind, by sum or maximum. */
void counts_add(const struct counts *counts, uint64_t *into, const uint64_t *from);
void counts_merge(struct counts *into, const struct counts *from);
void counts_save(const struct counts *counts, struct pack *pack);
void counts_load(struct counts *counts, struct unpack *unpack); /* into empty ones */

#endif
