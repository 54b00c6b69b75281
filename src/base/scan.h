/* scan - a byte that is most likely near: most fields of a log end within some thirty bytes.
 *
 * memchr() takes 25 instructions for that, and guesses anew in which of its steps it will end, as
 * every caller shares them. Here 32 bytes are looked at in one step without a branch, where the
 * processor can (SSE2, that every x86-64 has); a byte farther off is memchr()'s.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include "base/ascii.h"
#include "base/digits.h"
#include "base/slice.h"

#if defined __SSE2__ && !defined SCAN_PLAIN
#define SCAN_BY_SSE2
#include <emmintrin.h>
#endif

enum { SCAN_WIDTH = 32, SCAN_STEP = 16 };

/* A bit for each of the 32 bytes at `at` that are the one, the first byte's lowest. */
static inline uint32_t scan_bits(const char *at, char byte) {
#ifdef SCAN_BY_SSE2
    const __m128i each = _mm_set1_epi8(byte);
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i last = _mm_loadu_si128((const __m128i *)(const void *)(at + sizeof first));
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(first, each)) |
           (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(last, each)) << sizeof first;
#else
    const uint64_t ones = UINT64_C(0x0101010101010101), sevens = ones * 0x7f;
    uint32_t bits = 0;
    for (unsigned i = 0; i < SCAN_WIDTH; i += 8) {
        uint64_t others = digits_load(at + i) ^ ones * (unsigned char)byte;
        uint64_t same = ~(((others & sevens) + sevens) | others) >> 7 & ones; /* its lowest bits */
        bits |= (uint32_t)(same * UINT64_C(0x0102040810204080) >> 56) << i;   /* side by side */
    }
    return bits;
#endif
}

/* The same of the bytes from `at` to `end`, the first 32 of them; where there are fewer, the 32 in
 * front of the end must be there to be read. */
static inline uint32_t scan_bits_until(const char *at, const char *end, char byte) {
    size_t left = (size_t)(end - at);
    if (left >= SCAN_WIDTH)
        return scan_bits(at, byte);
    return left ? scan_bits(end - SCAN_WIDTH, byte) >> (SCAN_WIDTH - left) : 0;
}

#ifdef SCAN_BY_SSE2
/* Of 16 bytes, those from `first` to `last`. */
static inline __m128i scan_between(__m128i bytes, char first, char last) {
    __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8((char)(last - first))), above);
}

static inline __m128i scan_letters(__m128i bytes) {
    return scan_between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
}

/* Of 16 bytes, those that are as in scan_is_address(); ':' comes right behind the digits. */
static inline __m128i scan_addresses(__m128i bytes) {
    __m128i signs = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('%')));
    return _mm_or_si128(_mm_or_si128(scan_between(bytes, '0', ':'), scan_letters(bytes)), signs);
}
#endif

/* A bit for each of the 16 bytes at `at` that is a letter, a digit or the sign, the first byte's
 * lowest. */
static inline unsigned scan_alnum_or(const char *at, char sign) {
#ifdef SCAN_BY_SSE2
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i words = _mm_or_si128(scan_between(bytes, '0', '9'), scan_letters(bytes));
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(words, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(sign))));
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < SCAN_STEP; i++)
        bits |= (unsigned)(is_alnum(at[i]) || at[i] == sign) << i;
    return bits;
#endif
}

static inline unsigned scan_alnum(const char *at) {
    return scan_alnum_or(at, '0');
}

/* How many of the 16 bytes at `at`, from the first on, are digits or letters from A to F. */
static inline unsigned scan_hex(const char *at) {
#ifdef SCAN_BY_SSE2
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i digits = _mm_or_si128(scan_between(bytes, '0', '9'), scan_between(bytes, 'A', 'F'));
    return (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8(digits));
#else
    unsigned count = 0;
    while (count < SCAN_STEP && (is_digit(at[count]) || (at[count] >= 'A' && at[count] <= 'F')))
        count++;
    return count;
#endif
}

/* Where the byte stands first; the end: nowhere. at may be NULL when it is the end. */
static inline const char *scan_for(const char *at, const char *end, char byte) {
    if (end - at >= SCAN_WIDTH) {
        uint32_t bits = scan_bits(at, byte);
        if (bits)
            return at + __builtin_ctz(bits);
        at += SCAN_WIDTH;
    }
    const char *found = at < end ? (const char *)memchr(at, byte, (size_t)(end - at)) : NULL;
    return found ? found : end;
}

/* What IP addresses are written with, and names of networks behind '%'. */
static inline bool scan_is_address(char byte) {
    return is_alnum(byte) || byte == '.' || byte == ':' || byte == '%';
}

/* Where the first byte stands that is no such one; the end: all are. */
static inline const char *scan_past_address(const char *at, const char *end) {
#ifdef SCAN_BY_SSE2
    for (; end - at >= SCAN_STEP; at += SCAN_STEP) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned bits = (unsigned)_mm_movemask_epi8(scan_addresses(bytes)) ^ 0xffff;
        if (bits)
            return at + __builtin_ctz(bits);
    }
#endif
    while (at < end && scan_is_address(*at))
        at++;
    return at;
}

#endif
