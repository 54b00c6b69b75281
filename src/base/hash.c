/* hash - multiply and fold (the mixing of wyhash), eight bytes a step; capital letters are made
 * small on the way, eight at a time too, so that no name is written twice. An address of 30 bytes
 * takes 90 instructions, where lowering it into a room first took 270. */
#include "base/hash.h"

#include <sys/auxv.h>

#include "base/ascii.h"

/* The last bytes of a text, fewer than eight, behind a whole word, as a word with nothing behind
 * them: they are read together with the end of what is before them, which is shifted out. */
static inline uint64_t last_bytes(const unsigned char *at, size_t rest) {
    const uint16_t one = 1;
    const bool low_end_first = *(const unsigned char *)&one;
    unsigned shift = (unsigned)(63 - 8 * rest); /* and one more: a shift by 64 is none */
    uint64_t word;
    memcpy(&word, at + rest - sizeof word, sizeof word);
    return low_end_first ? word >> 1 >> shift : word << 1 << shift;
}

static inline uint64_t hash_end(uint64_t hash, uint64_t word, bool lower) {
    hash = hash_mix(hash ^ (lower ? lower_of_eight(word) : word), 0xa0761d6478bd642fu);
    return hash ^ hash >> 32;
}

/* Of fewer than eight bytes. Apart, for it has a call in it: without one the others keep less on
 * the stack, which is 16 instructions a line. */
static uint64_t hash_of_few(const void *bytes, size_t length, uint64_t seed, bool lower) {
    uint64_t word = 0;
    if (length)
        memcpy(&word, bytes, length);
    return hash_end(seed ^ length, word, lower);
}

static inline uint64_t hash_of(const void *bytes, size_t length, uint64_t seed, bool lower) {
    const unsigned char *at = bytes;
    uint64_t hash = seed ^ length, word;
    size_t rest = length;
    if (length < sizeof word)
        return hash_of_few(bytes, length, seed, lower);
    for (; rest >= sizeof word; at += sizeof word, rest -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = hash_mix(hash ^ (lower ? lower_of_eight(word) : word), 0xd6e8feb86659fd93u);
    }
    return hash_end(hash, last_bytes(at, rest), lower);
}

static const uint64_t lasting_seed = 0x9e3779b97f4a7c15u;

uint64_t bytes_hash(const void *bytes, size_t length) {
    return hash_of(bytes, length, lasting_seed, false);
}

uint64_t lowered_hash(struct slice text) {
    return hash_of(text.at, text.length, lasting_seed, true);
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
