/* ascii - kinds of bytes, of ASCII alone and whatever the locale. */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline bool is_digit(char byte) {
    return (unsigned char)(byte - '0') <= 9;
}

static inline bool is_letter(char byte) {
    return (unsigned char)((byte | 0x20) - 'a') <= 25;
}

static inline bool is_lower(char byte) {
    return byte >= 'a' && byte <= 'z';
}

/* What \s takes in a pattern. */
static inline bool is_space(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static inline char lower_of(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

/* Eight bytes at once, in any order: a byte's highest bit is free to tell whether its other seven
 * are at least 'A', or behind 'Z'. */
static inline uint64_t lower_of_eight(uint64_t bytes) {
    const uint64_t each = 0x0101010101010101u;
    uint64_t sevens = bytes & 0x7f * each;
    uint64_t from_a = sevens + (0x80 - 'A') * each, behind_z = sevens + (0x7f - 'Z') * each;
    uint64_t capitals = (from_a ^ behind_z) & ~bytes & 0x80 * each;
    return bytes | capitals >> 2;
}

extern const bool ascii_alnum[256];

static inline bool is_alnum(char byte) {
    return ascii_alnum[(unsigned char)byte];
}

/* Eight letters or digits: all of them in one number, which takes a quarter of the instructions. To
 * a byte below 0x80 is added what sets its highest bit from the first letter (or digit) on, and
 * what sets it behind the last one. */
static inline bool all_alnum(uint64_t bytes) {
    const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
    uint64_t small = bytes | each * 0x20;
    uint64_t letters = (small + each * (0x80 - 'a')) & ~(small + each * (0x80 - 'z' - 1));
    uint64_t digits = (bytes + each * (0x80 - '0')) & ~(bytes + each * (0x80 - '9' - 1));
    return ((letters | digits) & ~bytes & high) == high;
}

static inline bool are_alnum(const char at[8]) {
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return all_alnum(bytes);
}

#endif
