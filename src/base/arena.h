/* arena - memory freed all at once. One belongs to each block of input, one to each rule book. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena {
    struct arena_chunk *first, *current;
    size_t used;
};

void arena_init(struct arena *arena);
void arena_release(struct arena *arena);
void arena_clear(struct arena *arena);               /* keeps the memory for the next use */
void *arena_alloc(struct arena *arena, size_t size); /* 16-aligned, not zeroed */
void *arena_zero(struct arena *arena, size_t size);  /* 16-aligned, zeroed */
struct slice arena_copy(struct arena *arena, struct slice text); /* with a NUL behind it */
/* printf into the arena. */
struct slice arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
