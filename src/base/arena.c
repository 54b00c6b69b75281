/* arena - chunks in a list; a cleared arena walks through its old chunks again before it asks for
 * more, so a block's arena settles at the size of the largest block. */
#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { CHUNK = 64 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

/* A block of somebody else's; in the arena itself. */
struct arena_guest {
    struct arena_guest *next;
    void *block;
};

void arena_init(struct arena *arena) {
    *arena = (struct arena){0};
}

static void free_guests(struct arena *arena) {
    for (struct arena_guest *guest = arena->guests; guest; guest = guest->next)
        free(guest->block);
    arena->guests = NULL;
}

void arena_release(struct arena *arena) {
    free_guests(arena);
    for (struct arena_chunk *chunk = arena->first; chunk;) {
        struct arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    arena_init(arena);
}

static void begin_chunk(struct arena *arena, struct arena_chunk *chunk) {
    arena->current = chunk;
    arena->next = chunk->bytes;
    arena->left = chunk->size;
}

void arena_clear(struct arena *arena) {
    free_guests(arena);
    if (arena->first)
        begin_chunk(arena, arena->first);
}

void arena_next_chunk(struct arena *arena, size_t size) {
    struct arena_chunk **link = arena->current ? &arena->current->next : &arena->first;
    if (!*link || (*link)->size < size) {
        size_t room = size > CHUNK ? size : CHUNK;
        struct arena_chunk *fresh = memory_resize(NULL, sizeof *fresh + room, 1);
        fresh->size = room;
        fresh->next = *link;
        *link = fresh;
    }
    begin_chunk(arena, *link);
}

void arena_adopt(struct arena *arena, void *block) {
    struct arena_guest *guest = arena_alloc(arena, sizeof *guest);
    *guest = (struct arena_guest){arena->guests, block};
    arena->guests = guest;
}

void *arena_zero(struct arena *arena, size_t size) {
    return memset(arena_alloc(arena, size), 0, size);
}

struct slice arena_copy(struct arena *arena, struct slice text) {
    char *copy = arena_alloc(arena, text.length + 1);
    if (text.length)
        memcpy(copy, text.at, text.length);
    copy[text.length] = '\0';
    return (struct slice){copy, text.length};
}

struct slice arena_print(struct arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return (struct slice){text, (size_t)length};
}
