/* hash - multiply and fold (the mixing of wyhash), eight bytes a step; capital letters are made
 * small on the way, so that no name is written twice: sixteen at a time where the compiler has
 * vectors (HASH_PLAIN: as if it had none), else eight. An address of 30 bytes takes 60
 * instructions, 90 without vectors, where lowering it into a room first took 270. */
#include "base/hash.h"

#include <sys/auxv.h>

#include "base/ascii.h"

static inline bool low_end_first(void) {
    const uint16_t one = 1;
    return *(const unsigned char *)&one;
}

/* The last bytes of a text, fewer than eight, behind a whole word, as a word with nothing behind
 * them: they are read together with the end of what is before them, which is shifted out. */
static inline uint64_t last_of(uint64_t word, size_t rest) {
    unsigned shift = (unsigned)(63 - 8 * rest); /* and one more: a shift by 64 is none */
    return low_end_first() ? word >> 1 >> shift : word << 1 << shift;
}

static inline uint64_t last_bytes(const unsigned char *at, size_t rest) {
    uint64_t word;
    memcpy(&word, at + rest - sizeof word, sizeof word);
    return last_of(word, rest);
}

static inline uint64_t hash_end(uint64_t hash, uint64_t word, bool lower) {
    hash = hash_mix(hash ^ (lower ? lower_of_eight(word) : word), 0xa0761d6478bd642fu);
    return hash ^ hash >> 32;
}

/* Where a byte of a word lies, from its low end. */
static inline unsigned shift_of(size_t place) {
    return 8 * (unsigned)(low_end_first() ? place : sizeof(uint64_t) - 1 - place);
}

/* Fewer than eight bytes as a word with nothing behind them, without a call. */
static inline uint64_t few_bytes(const unsigned char *at, size_t length) {
    uint32_t head, tail;
    if (!length)
        return 0;
    if (length < sizeof head)
        return (uint64_t)at[0] << shift_of(0) | (uint64_t)at[length / 2] << shift_of(length / 2) |
               (uint64_t)at[length - 1] << shift_of(length - 1);
    memcpy(&head, at, sizeof head);
    memcpy(&tail, at + length - sizeof tail, sizeof tail);
    return low_end_first() ? (uint64_t)head | (uint64_t)tail << shift_of(length - sizeof tail)
                           : (uint64_t)head << 32 | (uint64_t)tail << shift_of(length - 1);
}

/* Apart, so that the others stay small enough to be made for each seed and case. */
__attribute__((noinline)) static uint64_t hash_of_few(const void *bytes, size_t length,
                                                      uint64_t seed, bool lower) {
    return hash_end(seed ^ length, few_bytes(bytes, length), lower);
}

static const uint64_t step = 0xd6e8feb86659fd93u;

static inline uint64_t hash_of(const void *bytes, size_t length, uint64_t seed, bool lower) {
    const unsigned char *at = bytes;
    uint64_t hash = seed ^ length, word;
    size_t rest = length;
    if (length < sizeof word)
        return hash_of_few(bytes, length, seed, lower);
    for (; rest >= sizeof word; at += sizeof word, rest -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = hash_mix(hash ^ (lower ? lower_of_eight(word) : word), step);
    }
    return hash_end(hash, last_bytes(at, rest), lower);
}

#if defined __GNUC__ && !defined HASH_PLAIN
struct pair {
    uint64_t first, second;
};

/* Two words in small letters. A byte is a capital letter when it is among the 26 least once what
 * makes 'A' the least of all is added. */
static inline struct pair lowered_pair(const unsigned char *first, const unsigned char *second) {
    enum { WORD = 8 };
    typedef unsigned char vector __attribute__((vector_size(2 * WORD)));
    typedef signed char numbers __attribute__((vector_size(2 * WORD)));
    struct pair pair;
    vector all;
    memcpy(&pair.first, first, WORD);
    memcpy(&pair.second, second, WORD);
    memcpy(&all, &pair, sizeof all);
    numbers from_a = (numbers)(all + (unsigned char)(0x80 - 'A'));
    all |= (vector)(from_a < (signed char)(-0x80 + 26)) & 0x20;
    memcpy(&pair, &all, sizeof pair);
    return pair;
}

/* Of eight bytes or more. */
static inline uint64_t hash_lowered(const unsigned char *at, size_t length, uint64_t seed) {
    uint64_t hash = seed ^ length;
    size_t rest = length;
    for (; rest >= 16; at += 16, rest -= 16) {
        struct pair pair = lowered_pair(at, at + 8);
        hash = hash_mix(hash_mix(hash ^ pair.first, step) ^ pair.second, step);
    }
    if (rest < 8)
        return hash_end(hash, last_bytes(at, rest), true);
    struct pair pair = lowered_pair(at, at + rest - 8);
    return hash_end(hash_mix(hash ^ pair.first, step), last_of(pair.second, rest - 8), false);
}
#else
static inline uint64_t hash_lowered(const unsigned char *at, size_t length, uint64_t seed) {
    return hash_of(at, length, seed, true);
}
#endif

static const uint64_t lasting_seed = 0x9e3779b97f4a7c15u;

uint64_t bytes_hash(const void *bytes, size_t length) {
    return hash_of(bytes, length, lasting_seed, false);
}

uint64_t lowered_hash(struct slice text) {
    if (text.length < 8)
        return hash_of_few(text.at, text.length, lasting_seed, true);
    return hash_lowered((const unsigned char *)text.at, text.length, lasting_seed);
}

static uint64_t secret;

__attribute__((constructor)) static void take_secret(void) {
    const void *random = (const void *)getauxval(AT_RANDOM);
    if (random)
        memcpy(&secret, random, sizeof secret);
}

uint64_t secret_hash(struct slice text) {
    return hash_of(text.at, text.length, secret, false);
}

uint64_t hash_secret(void) {
    return secret;
}
