/* digits - decimal digits eight at a time, in 25 instructions however many there are; a loop takes
 * nine for each.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stdint.h>

/* Eight bytes, the first one lowest, whatever the machine; compilers make one load of it. */
static inline uint64_t digits_load(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 |
           (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 |
           (uint64_t)at[7] << 56;
}

/* How many of the eight bytes at `at` are digits, from the first on; *number_r is what they make.
 */
static inline unsigned digits_read(const char *at, uint32_t *number_r) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t digits = digits_load(at) ^ each * '0'; /* of a digit its number is left, 0 to 9 */
    uint64_t others = (((digits & each * 0x7f) + each * (0x80 - 10)) | digits) & each * 0x80;
    unsigned count = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
    digits = count ? digits << (64 - 8 * count) : 0; /* zeros in front instead of what is behind */
    digits = (digits * 10 + (digits >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    digits = (digits * 100 + (digits >> 16)) & UINT64_C(0x0000ffff0000ffff);
    *number_r = (uint32_t)(digits * 10000 + (digits >> 32));
    return count;
}

/* How many of the eight bytes at `at` are digits or letters from A to F, from the first on. */
static inline unsigned digits_hex(const char *at) {
    const uint64_t each = UINT64_C(0x0101010101010101), high = each * 0x80;
    uint64_t bytes = digits_load(at), sevens = bytes & ~high;
    uint64_t digits = (sevens + each * (0x80 - '0')) & ~(sevens + each * (0x80 - '9' - 1));
    uint64_t letters = (sevens + each * (0x80 - 'A')) & ~(sevens + each * (0x80 - 'F' - 1));
    uint64_t others = (~(digits | letters) | bytes) & high;
    return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

#endif
