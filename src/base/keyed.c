/* A byte of the keys at a time, the last first; bytes that are the same in all keys are passed
 * over, so small numbers take few rounds. Whoever chooses his names gains nothing: no order of keys
 * takes longer than another.
 */
#include "base/keyed.h"

#include <string.h>

enum { BITS = 8, VALUES = 1 << BITS, BYTES = sizeof(uint64_t) };

static unsigned byte_of(uint64_t key, unsigned byte) {
    return (unsigned)(key >> BITS * byte) & (VALUES - 1);
}

struct keyed *keyed_sort(struct keyed *all, struct keyed *room, size_t count) {
    size_t counts[BYTES][VALUES];
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < count; i++)
        for (unsigned byte = 0; byte < BYTES; byte++)
            counts[byte][byte_of(all[i].key, byte)]++;
    for (unsigned byte = 0; byte < BYTES && count; byte++) {
        size_t *places = counts[byte], before = 0;
        if (places[byte_of(all[0].key, byte)] == count)
            continue;
        for (size_t value = 0; value < VALUES; value++) {
            size_t here = places[value];
            places[value] = before;
            before += here;
        }
        for (size_t i = 0; i < count; i++)
            room[places[byte_of(all[i].key, byte)]++] = all[i];
        struct keyed *sorted = room;
        room = all;
        all = sorted;
    }
    return all;
}
