/* Why: a name that may be shown comes with its hash, so neither is it hashed once more nor compared
 * with others: keeping one takes a quarter of what a map of texts takes.
 *
 * How: open addressing over the hashes, spread by a secret number, since hashes are known to
 * everybody; texts one behind the other, never removed one by one.
 */
#include "tally/roll.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { FIRST_SIZE = 64, GROWS_BY = 4, FIRST_TEXT = 2048 };

void roll_release(struct roll *roll) {
    free(roll->places);
    free(roll->text);
    *roll = (struct roll){0};
}

/* The place of a hash, or the empty one where it belongs. */
static struct roll_place *place_of(const struct roll *roll, uint64_t hash) {
    size_t mask = roll->size - 1;
    size_t at = (size_t)((hash * (hash_secret() | 1)) >> 32) & mask;
    while (roll->places[at].length && roll->places[at].hash != hash)
        at = (at + 1) & mask;
    return &roll->places[at];
}

/* A quarter is always empty. */
static void grow_when_full(struct roll *roll) {
    struct roll old = *roll;
    if ((roll->count + 1) * 4 <= roll->size * 3)
        return;
    roll->size = old.size ? old.size * GROWS_BY : FIRST_SIZE;
    roll->places = memory_new(roll->size * sizeof *roll->places);
    for (size_t i = 0; i < old.size; i++)
        if (old.places[i].length)
            *place_of(roll, old.places[i].hash) = old.places[i];
    free(old.places);
}

char *roll_put(struct roll *roll, uint64_t hash, size_t length) {
    grow_when_full(roll);
    struct roll_place *place = place_of(roll, hash);
    if (place->length)
        return NULL;
    roll->text = memory_grow(roll->text, &roll->room, roll->used + length + 1, 1);
    *place = (struct roll_place){.hash = hash, .at = roll->used, .length = length + 1};
    roll->used += length;
    roll->count++;
    return roll->text + place->at;
}
