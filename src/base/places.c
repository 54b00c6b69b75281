/* places - open addressing; the hash stands in the slot, so that items are only looked at when it
 * is theirs, and growing and closing gaps look at none. */
#include "base/places.h"

#include <stdlib.h>

#include "base/memory.h"

void places_release(struct places *places) {
    free(places->slots);
    *places = (struct places){0};
}

static void insert(struct places *places, struct places_slot slot) {
    size_t mask = places->size - 1, at = slot.hash & mask;
    while (places->slots[at].place)
        at = (at + 1) & mask;
    places->slots[at] = slot;
}

static void grow(struct places *places) {
    struct places old = *places;
    places->size = old.size ? old.size * 2 : 64;
    places->slots = memory_new(places->size * sizeof *places->slots);
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].place)
            insert(places, old.slots[i]);
    free(old.slots);
}

/* Apart, for it has calls in it: without one nothing is kept on the stack. */
__attribute__((noinline)) static void put_in_more(struct places *places, uint32_t hash,
                                                  uint32_t place) {
    grow(places);
    places_put(places, hash, place);
}

void places_put(struct places *places, uint32_t hash, uint32_t place) {
    if ((places->count + 1) * 3 > places->size * 2) {
        put_in_more(places, hash, place);
        return;
    }
    insert(places, (struct places_slot){hash, place + 1});
    places->count++;
}

/* Items behind the gap that were pushed on by it move back: no tombstones. */
static void close_gap(struct places *places, size_t gap) {
    size_t mask = places->size - 1;
    for (size_t at = (gap + 1) & mask; places->slots[at].place; at = (at + 1) & mask) {
        size_t home = places->slots[at].hash & mask;
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            places->slots[gap] = places->slots[at];
            gap = at;
        }
    }
    places->slots[gap].place = 0;
}

void places_remove(struct places *places, uint32_t hash, uint32_t place) {
    size_t mask = places->size - 1, at = hash & mask;
    while (places->slots[at].place != place + 1)
        at = (at + 1) & mask;
    close_gap(places, at);
    places->count--;
}
