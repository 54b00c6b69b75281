/* slice - borrowed text. Small functions over memchr, memcmp and memmem; nothing here allocates. */
#include "base/slice.h"

#include <string.h>

#include "base/ascii.h"
#include "base/digits.h"

static bool same_nocase(const char *a, const char *b, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (lower_of(a[i]) != lower_of(b[i]))
            return false;
    return true;
}

bool slice_equal_nocase(struct slice a, struct slice b) {
    return a.length == b.length && same_nocase(a.at, b.at, a.length);
}

static void lower_eight(char *to, const char *from) {
    uint64_t eight;
    memcpy(&eight, from, sizeof eight);
    eight = lower_of_eight(eight);
    memcpy(to, &eight, sizeof eight);
}

/* The last eight bytes may have been written before, and stay what they are. */
struct slice slice_lowered(struct slice text, char *room) {
    enum { EIGHT = 8 };
    size_t i = 0;
    for (; i + EIGHT <= text.length; i += EIGHT)
        lower_eight(room + i, text.at + i);
    if (text.length >= EIGHT && i < text.length)
        lower_eight(room + text.length - EIGHT, text.at + text.length - EIGHT);
    else
        for (; i < text.length; i++)
            room[i] = lower_of(text.at[i]);
    return (struct slice){room, text.length};
}

int slice_compare(struct slice a, struct slice b) {
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

bool slice_starts_nocase(struct slice s, struct slice prefix) {
    return s.length >= prefix.length && same_nocase(s.at, prefix.at, prefix.length);
}

size_t slice_rfind(struct slice s, char byte) {
    const char *found = s.length ? memrchr(s.at, byte, s.length) : NULL;
    return found ? (size_t)(found - s.at) : SIZE_MAX;
}

/* memmem() fills a table of 256 bytes first, which costs more than to search the rest of a line: it
 * is left to those texts whose first byte stands everywhere (some 300 instructions less a search).
 */
size_t slice_find_text(struct slice s, struct slice text) {
    enum { TRIES = 8 };
    if (text.length == 0)
        return 0;
    struct slice rest = s;
    for (int i = 0; i < TRIES; i++) {
        rest = slice_from(rest, slice_find(rest, text.at[0]));
        if (rest.length < text.length)
            return SIZE_MAX;
        if (memcmp(rest.at, text.at, text.length) == 0)
            return (size_t)(rest.at - s.at);
        rest = slice_from(rest, 1);
    }
    const char *found = rest.length ? memmem(rest.at, rest.length, text.at, text.length) : NULL;
    return found ? (size_t)(found - s.at) : SIZE_MAX;
}

/* By the last byte, which is the rarer one of ", relay=" and its like. */
size_t slice_rfind_text(struct slice s, struct slice text) {
    if (text.length == 0)
        return s.length;
    for (size_t end = s.length; end >= text.length;) {
        const char *last = memrchr(s.at, text.at[text.length - 1], end);
        if (!last || (size_t)(last - s.at) + 1 < text.length)
            break;
        end = (size_t)(last - s.at);
        size_t at = end + 1 - text.length;
        if (memcmp(s.at + at, text.at, text.length) == 0)
            return at;
    }
    return SIZE_MAX;
}

bool slice_cut(struct slice *rest, char separator, struct slice *head_r) {
    size_t at = slice_find(*rest, separator);
    *head_r = slice_head(*rest, at);
    *rest = slice_from(*rest, at == SIZE_MAX ? rest->length : at + 1);
    return at != SIZE_MAX;
}

bool slice_cut_text(struct slice *rest, struct slice separator, struct slice *head_r) {
    size_t at = slice_find_text(*rest, separator);
    *head_r = slice_head(*rest, at);
    *rest = slice_from(*rest, at == SIZE_MAX ? rest->length : at + separator.length);
    return at != SIZE_MAX;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s) {
    while (s.length && is_blank(s.at[0]))
        s = slice_from(s, 1);
    while (s.length && is_blank(s.at[s.length - 1]))
        s.length--;
    return s;
}

bool slice_take_number(struct slice *s, uint64_t *number_r) {
    if (s->length == 0 || !is_digit(s->at[0]))
        return false;
    uint32_t few;
    unsigned digits = digits_few(s->at, s->length, &few);
    if (digits) {
        *s = (struct slice){s->at + digits, s->length - digits};
        *number_r = few;
        return true;
    }
    enum { SURE_DIGITS = 19 }; /* so many fit */
    const char *at = s->at, *end = s->at + s->length;
    const char *sure = s->length > SURE_DIGITS ? at + SURE_DIGITS : end;
    uint64_t number = 0;
    for (; at < sure && is_digit(*at); at++)
        number = number * 10 + (unsigned)(*at - '0');
    for (; at < end && is_digit(*at); at++) {
        unsigned digit = (unsigned)(*at - '0');
        if (number >= UINT64_MAX / 10 && (number > UINT64_MAX / 10 || digit > UINT64_MAX % 10))
            return false;
        number = number * 10 + digit;
    }
    *s = slice_range(at, end);
    *number_r = number;
    return true;
}

bool slice_number(struct slice s, uint64_t *number_r) {
    uint64_t number;
    if (!slice_take_number(&s, &number) || s.length)
        return false;
    *number_r = number;
    return true;
}

bool slice_seconds(struct slice s, int64_t *microseconds_r) {
    uint64_t whole, micros = 0;
    if (!slice_take_number(&s, &whole) || whole > INT64_MAX / 1000000 - 1)
        return false;
    size_t used = s.length && s.at[0] == '.';
    uint64_t scale = 100000;
    for (; used && used < s.length && is_digit(s.at[used]); used++, scale /= 10)
        micros += (unsigned)(s.at[used] - '0') * scale;
    if (used < s.length)
        return false;
    *microseconds_r = (int64_t)(whole * 1000000 + micros);
    return true;
}
