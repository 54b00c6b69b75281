/* ascii - kinds of bytes, of ASCII alone and whatever the locale. */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>

static inline bool is_digit(char byte) {
    return (unsigned char)(byte - '0') <= 9;
}

static inline bool is_letter(char byte) {
    return (unsigned char)((byte | 0x20) - 'a') <= 25;
}

static inline char lower_of(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

static inline bool is_alnum(char byte) {
    return is_digit(byte) || is_letter(byte);
}

#endif
