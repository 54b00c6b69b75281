/* digits - decimal digits eight at a time, in 25 instructions however many there are; a loop takes
 * nine for each.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

/* Eight bytes, the first one lowest, whatever the machine; compilers make one load of it. */
static inline uint64_t digits_load(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
           (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 |
           (uint64_t)at[7] << 56;
}

/* The number that eight bytes from 0 to 9 make, the first one lowest. */
static inline uint32_t digits_value(uint64_t digits) {
    digits = (digits * 10 + (digits >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    digits = (digits * 100 + (digits >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (uint32_t)(digits * 10000 + (digits >> 32));
}

/* How many of the eight bytes at `at` are digits, from the first on; *number_r is what they make.
 */
static inline unsigned digits_read(const char *at, uint32_t *number_r) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t digits = digits_load(at) ^ each * '0'; /* of a digit its number is left, 0 to 9 */
    uint64_t others = (((digits & each * 0x7f) + each * (0x80 - 10)) | digits) & each * 0x80;
    unsigned count = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
    *number_r = digits_value(count ? digits << (64 - 8 * count) : 0); /* zeros in front instead */
    return count;
}

/* How many digits stand in front, read at once; 0: none, eight or more, or fewer bytes than eight.
 */
static inline unsigned digits_few(const char *at, size_t length, uint32_t *number_r) {
    unsigned count = length < 8 ? 0 : digits_read(at, number_r);
    return count < 8 ? count : 0;
}

/* Whether so many bytes (1 to 8) are digits; *number_r is what they make. Eight are read. */
static inline bool digits_are(const char *at, unsigned count, uint32_t *number_r) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t digits = (digits_load(at) ^ each * '0') << (64 - 8 * count); /* zeros in front */
    if (((digits + each * (0x80 - 10)) | digits) & each * 0x80)
        return false;
    *number_r = digits_value(digits);
    return true;
}

/* The highest bit of each byte that is not from `first` to `last`. */
static inline uint64_t digits_outside(uint64_t bytes, char first, char last) {
    const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
    uint64_t sevens = bytes & ~high;
    uint64_t from = sevens + each * (uint64_t)(0x80 - first);
    uint64_t behind = sevens + each * (uint64_t)(0x80 - last - 1);
    return (~from | behind | bytes) & high;
}

static inline unsigned digits_before(uint64_t others) {
    return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

/* How many of the eight bytes at `at`, from the first on, are digits or letters: from A to F, or
 * any ones. */
static inline unsigned digits_hex(const char *at) {
    uint64_t bytes = digits_load(at);
    return digits_before(digits_outside(bytes, '0', '9') & digits_outside(bytes, 'A', 'F'));
}

static inline unsigned digits_alnum(const char *at) {
    uint64_t bytes = digits_load(at), small = bytes | UINT64_C(0x2020202020202020);
    return digits_before(digits_outside(bytes, '0', '9') & digits_outside(small, 'a', 'z'));
}

/* Whether the eight bytes end with so many digits, at least one. */
static inline bool digits_end(const char *at, unsigned count) {
    return digits_outside(digits_load(at), '0', '9') >> (64 - 8 * count) == 0;
}

#endif
