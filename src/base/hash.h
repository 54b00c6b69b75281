/* hash - a text as a number of 64 bits: under which millions of names are counted, and where a map
 * finds its keys.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/slice.h"

/* Multiply and fold. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The same in every run, on machines of one byte order: it is saved. */
uint64_t bytes_hash(const void *bytes, size_t length);
/* That of the text with its ASCII letters small. */
uint64_t lowered_hash(struct slice text);

/* Another one in each run, for what comes out of hostile logs: nobody can know which texts meet. */
uint64_t secret_hash(struct slice text);
/* What makes it another one; 16 random bytes are what the kernel gives each process. */
uint64_t hash_secret(void);

#endif
