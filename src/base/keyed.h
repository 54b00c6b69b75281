/* keyed - very many numbers, each under another one, put in the order of those keys: hashes most of
 * all, for which qsort takes ten times as long, and counts.
 */
#ifndef BASE_KEYED_H
#define BASE_KEYED_H

#include <stddef.h>
#include <stdint.h>

struct keyed {
    uint64_t key, value;
};

/* By key; those of the same key stay in their order. `room` has place for as many. Gives which of
 * the two has them in order; what is in the other is of no use. */
struct keyed *keyed_sort(struct keyed *all, struct keyed *room, size_t count);

#endif
