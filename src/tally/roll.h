/* roll - the texts of some names, under the 64-bit hashes by which they are counted.
 *
 * The first text that comes under a hash is its name.
 */
#ifndef TALLY_ROLL_H
#define TALLY_ROLL_H

#include "base/slice.h"

struct roll_place {
    uint64_t hash;
    uint64_t at : 48;     /* of its text */
    uint64_t length : 16; /* + 1; 0: no name is here */
};

/* Zeroed: empty. */
struct roll {
    size_t count;
    size_t size; /* places that walking goes over: a power of two, or 0 */
    struct roll_place *places;
    char *text;
    size_t used, room; /* of text */
};

void roll_release(struct roll *roll);
/* Where to write a new name of that length; NULL: the hash has a name. Valid until the next one. */
char *roll_put(struct roll *roll, uint64_t hash, size_t length);
/* Walking, in no order: places 0 .. roll->size - 1; false where a place is empty. */
static inline bool roll_at(const struct roll *roll, size_t place, uint64_t *hash_r,
                           struct slice *name_r) {
    const struct roll_place *at = &roll->places[place];
    *hash_r = at->hash;
    *name_r = (struct slice){roll->text + at->at, (size_t)at->length - 1};
    return at->length != 0;
}

#endif
