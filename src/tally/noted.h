/* noted - what a counter's `expect` works out for its `add`: notes of a batch, in the order of its
 * countings. A note is a struct of the counter whose first member points to its counting.
 */
#ifndef TALLY_NOTED_H
#define TALLY_NOTED_H

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tally/counting.h"

struct noted {
    char *notes; /* owned */
    size_t count, room, next;
};

/* Another batch; keeps the memory. */
static inline void noted_begin(struct noted *noted) {
    noted->count = noted->next = 0;
}

static inline void noted_release(struct noted *noted) {
    free(noted->notes);
    *noted = (struct noted){0};
}

/* Copies a note behind the others; all of a batch have one size. */
static inline void noted_put(struct noted *noted, const void *note, size_t size) {
    noted->notes = memory_grow(noted->notes, &noted->room, noted->count + 1, size);
    memcpy(noted->notes + noted->count++ * size, note, size);
}

/* The next note, when it is one of this counting, valid until another is put; NULL: it has no more.
 */
static inline const void *noted_next(struct noted *noted, size_t size,
                                     const struct counting *counting) {
    const struct counting *whose;
    if (noted->next == noted->count)
        return NULL;
    const char *note = noted->notes + noted->next * size;
    memcpy(&whose, note, sizeof whose);
    noted->next += whose == counting;
    return whose == counting ? note : NULL;
}

#endif
