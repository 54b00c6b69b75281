/* places - leads from the hash of a key to the places of items that lie elsewhere, with their keys:
 * eight bytes a slot, and nothing moves when it grows. Who owns the items compares the keys:
 *
 *     struct places_walk walk = places_walk(hash);
 *     for (uint32_t at; (at = places_next(&places, &walk)) != PLACES_END;)
 *         if (the key of items[at] is the one)
 *             ...
 */
#ifndef BASE_PLACES_H
#define BASE_PLACES_H

#include <stddef.h>
#include <stdint.h>

enum { PLACES_END = UINT32_MAX };

struct places_slot {
    uint32_t hash, place; /* place + 1; 0: free */
};

/* Zeroed: empty. */
struct places {
    struct places_slot *slots;
    size_t size, count; /* size is a power of two, or 0 */
};

void places_release(struct places *places);
/* An item that is not there yet; several may have one hash. */
void places_put(struct places *places, uint32_t hash, uint32_t place);
/* An item that is there. */
void places_remove(struct places *places, uint32_t hash, uint32_t place);

struct places_walk {
    uint32_t hash;
    size_t slot;
};

static inline struct places_walk places_walk(uint32_t hash) {
    return (struct places_walk){hash, hash};
}

/* The next item that may be the one, PLACES_END behind the last. Whether it stands at its home
 * cannot be foretold: that step is taken without a branch. */
static inline uint32_t places_next(const struct places *places, struct places_walk *walk) {
    if (places->size) {
        const struct places_slot *slot = &places->slots[walk->slot & (places->size - 1)];
        walk->slot += (slot->place != 0) & (slot->hash != walk->hash);
    }
    while (places->size) {
        const struct places_slot *slot = &places->slots[walk->slot++ & (places->size - 1)];
        if (!slot->place)
            break;
        if (slot->hash == walk->hash)
            return slot->place - 1;
    }
    return PLACES_END;
}

#endif
