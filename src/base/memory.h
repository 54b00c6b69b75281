/* memory - allocation that never returns NULL: out of memory ends the program here and nowhere
 * else.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* For the beginning of a program: what is freed goes back to the system. */
void memory_settle(void);
/* For the end of a piece of work that took much: what it freed in small pieces goes back too. */
void memory_give_back(void);

/* Like malloc, calloc, realloc; the caller owns the block and frees it with free(). */
void *memory_new(size_t size); /* zeroed */
void *memory_resize(void *block, size_t count,
                    size_t size);                   /* overflow of count * size ends it too */
char *memory_copy(const char *text, size_t length); /* with a NUL behind it */

/* For what has some hundred bytes: zeros by the widest moves of the machine. A compiler that was
 * told to clear by plain ones (Makefile) takes 80 instructions for 320 bytes. */
void memory_clear(void *at, size_t size);

/* Makes room for one more item in a growing array; *capacity is updated. Returns the array. */
void *memory_grow(void *array, size_t *capacity, size_t needed, size_t item_size);

/* Begins to fetch what will be read soon; where the compiler cannot say that, nothing. The empty
 * instruction is there because GCC 12 takes a function that only prefetches for one without effect
 * and leaves out its calls: 5 % of the time of a log of 1 GB. */
static inline void memory_expect(const void *at) {
#ifdef __GNUC__
    __builtin_prefetch(at);
    __asm__ volatile("" : : "r"(at));
#else
    (void)at;
#endif
}

#endif
