/* slice - borrowed text: a pointer and a length, never owned, never NUL-terminated.
 *
 * Everything left of the tally passes text around as slices of the block that was read. A slice is
 * valid as long as the memory it points into; copying one copies no bytes. The empty slice is
 * {NULL, 0} or any slice of length 0. Comparing "no case" folds ASCII letters only.
 *
 * The smallest functions are inline: every line of a log goes through dozens of them (measured on a
 * Postfix log: a sixth of the whole run).
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *at;
    size_t length;
};

/* A slice of a string literal, usable as an initialiser. */
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})
#define SLICE_INIT(literal)                                                                        \
    { (literal), sizeof(literal) - 1 }
/* For printf("%.*s", SLICE_ARGS(slice)). */
#define SLICE_ARGS(slice) (int)((slice).length > 4096 ? 4096 : (slice).length), (slice).at

/* text may be NULL: empty */
static inline struct slice slice_of(const char *text) {
    return (struct slice){text, text ? strlen(text) : 0};
}

/* [begin, end) */
static inline struct slice slice_range(const char *begin, const char *end) {
    return (struct slice){begin, (size_t)(end - begin)};
}

/* Texts of one length. Short ones, as most names are, by two words that may overlap, without a
 * call. */
static inline bool bytes_same(const char *a, const char *b, size_t length) {
    uint64_t first[2], last[2];
    uint32_t head[2], tail[2];
    if (length > 2 * sizeof *first)
        return memcmp(a, b, length) == 0;
    if (length >= sizeof *first) {
        memcpy(&first[0], a, sizeof *first);
        memcpy(&first[1], b, sizeof *first);
        memcpy(&last[0], a + length - sizeof *last, sizeof *last);
        memcpy(&last[1], b + length - sizeof *last, sizeof *last);
        return first[0] == first[1] && last[0] == last[1];
    }
    if (length >= sizeof *head) {
        memcpy(&head[0], a, sizeof *head);
        memcpy(&head[1], b, sizeof *head);
        memcpy(&tail[0], a + length - sizeof *tail, sizeof *tail);
        memcpy(&tail[1], b + length - sizeof *tail, sizeof *tail);
        return head[0] == head[1] && tail[0] == tail[1];
    }
    return !length ||
           (a[0] == b[0] && a[length / 2] == b[length / 2] && a[length - 1] == b[length - 1]);
}

/* Copies to another place. Few bytes, as most names have, by two moves that may overlap, without a
 * call. */
static inline void bytes_copy(char *to, const char *from, size_t length) {
    uint64_t first[2], last[2];
    uint32_t head, tail;
    if (length > 2 * sizeof first) {
        memcpy(to, from, length);
    } else if (length >= sizeof first) {
        memcpy(first, from, sizeof first);
        memcpy(last, from + length - sizeof last, sizeof last);
        memcpy(to, first, sizeof first);
        memcpy(to + length - sizeof last, last, sizeof last);
    } else if (length >= sizeof *first) {
        memcpy(first, from, sizeof *first);
        memcpy(last, from + length - sizeof *last, sizeof *last);
        memcpy(to, first, sizeof *first);
        memcpy(to + length - sizeof *last, last, sizeof *last);
    } else if (length >= sizeof head) {
        memcpy(&head, from, sizeof head);
        memcpy(&tail, from + length - sizeof tail, sizeof tail);
        memcpy(to, &head, sizeof head);
        memcpy(to + length - sizeof tail, &tail, sizeof tail);
    } else if (length) {
        to[0] = from[0];
        to[length / 2] = from[length / 2];
        to[length - 1] = from[length - 1];
    }
}

static inline bool slice_equal(struct slice a, struct slice b) {
    return a.length == b.length && bytes_same(a.at, b.at, a.length);
}

static inline bool slice_is(struct slice s, const char *text) {
    return slice_equal(s, slice_of(text));
}

/* The byte at a place; NUL past the end. */
static inline char slice_byte(struct slice s, size_t place) {
    return place < s.length ? s.at[place] : '\0';
}

/* The first byte tells most prefixes of a table apart, without a call. */
static inline bool slice_starts(struct slice s, struct slice prefix) {
    return s.length >= prefix.length &&
           (prefix.length == 0 ||
            (s.at[0] == prefix.at[0] && memcmp(s.at, prefix.at, prefix.length) == 0));
}

bool slice_equal_nocase(struct slice a, struct slice b);
/* The text with its ASCII letters small, written to a room of as many bytes. */
struct slice slice_lowered(struct slice text, char *room);
int slice_compare(struct slice a, struct slice b); /* memcmp order, shorter first */
bool slice_starts_nocase(struct slice s, struct slice prefix);

/* Most ends are told by their last byte. */
static inline bool slice_ends(struct slice s, struct slice suffix) {
    return s.length >= suffix.length &&
           (suffix.length == 0 ||
            (s.at[s.length - 1] == suffix.at[suffix.length - 1] &&
             memcmp(s.at + s.length - suffix.length, suffix.at, suffix.length) == 0));
}

/* The tail from offset; empty past the end. */
static inline struct slice slice_from(struct slice s, size_t offset) {
    if (offset == 0)
        return s; /* also keeps NULL + 0 out of the arithmetic */
    if (offset >= s.length)
        return (struct slice){s.at ? s.at + s.length : NULL, 0};
    return (struct slice){s.at + offset, s.length - offset};
}

/* At most length bytes of the front. */
static inline struct slice slice_head(struct slice s, size_t length) {
    return (struct slice){s.at, length < s.length ? length : s.length};
}

/* Cuts `prefix` off the front; false and unchanged when it is not there. */
static inline bool slice_skip(struct slice *s, struct slice prefix) {
    if (!slice_starts(*s, prefix))
        return false;
    *s = slice_from(*s, prefix.length);
    return true;
}

static inline bool slice_skip_byte(struct slice *s, char byte) {
    if (s->length == 0 || s->at[0] != byte)
        return false;
    s->at++;
    s->length--;
    return true;
}

/* First position of a byte or text, or SIZE_MAX. The ones with an r give the last one. */
static inline size_t slice_find(struct slice s, char byte) {
    const char *found = s.length ? (const char *)memchr(s.at, byte, s.length) : NULL;
    return found ? (size_t)(found - s.at) : SIZE_MAX;
}

size_t slice_rfind(struct slice s, char byte);
size_t slice_find_text(struct slice s, struct slice text);
size_t slice_rfind_text(struct slice s, struct slice text);

/* Cuts *rest at the first `separator`: head_r is what stood before it, *rest what stands after.
 * Without a separator: false, head_r is all of it, *rest becomes empty. */
bool slice_cut(struct slice *rest, char separator, struct slice *head_r);
bool slice_cut_text(struct slice *rest, struct slice separator, struct slice *head_r);

struct slice slice_trim(struct slice s); /* blanks, tabs, CR, LF off both ends */

/* Reads an unsigned decimal number that is the whole slice; false on anything else or overflow. */
bool slice_number(struct slice s, uint64_t *number_r);
/* Reads digits at the front of *s and moves past them; false when there is none, or on overflow. */
bool slice_take_number(struct slice *s, uint64_t *number_r);
/* Reads "12", "0.05", "1.5" as microseconds (seconds with a decimal fraction). */
bool slice_seconds(struct slice s, int64_t *microseconds_r);

#endif
