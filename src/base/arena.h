/* arena - memory freed all at once. One belongs to each block of input, one to each rule book. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena {
    struct arena_chunk *first, *current;
    struct arena_guest *guests;
    char *next;  /* free from here on in the current one ... */
    size_t left; /* ... so many bytes */
};

void arena_init(struct arena *arena);
void arena_release(struct arena *arena);
void arena_clear(struct arena *arena); /* keeps the memory for the next use */
/* For arena_alloc. */
void arena_next_chunk(struct arena *arena, size_t size);
/* 16-aligned, not zeroed */
static inline void *arena_alloc(struct arena *arena, size_t size) {
    size = (size + 15) & ~(size_t)15;
    if (size - 1 >= arena->left) /* no bytes want a place, too */
        arena_next_chunk(arena, size);
    void *block = arena->next;
    arena->next += size;
    arena->left -= size;
    return block;
}
void *arena_zero(struct arena *arena, size_t size);              /* 16-aligned, zeroed */
struct slice arena_copy(struct arena *arena, struct slice text); /* with a NUL behind it */
/* Takes a block of malloc over: it is freed when the arena is cleared or released. */
void arena_adopt(struct arena *arena, void *block);
/* printf into the arena. */
struct slice arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
