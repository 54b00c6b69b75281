/* slice - borrowed text: a pointer and a length, never owned, never NUL-terminated.
 *
 * Everything left of the tally passes text around as slices of the block that was read. A slice is
 * valid as long as the memory it points into; copying one copies no bytes. The empty slice is
 * {NULL, 0} or any slice of length 0. Comparing "no case" folds ASCII letters only.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct slice slice_of(const char *text);                      /* text may be NULL: empty */
struct slice slice_range(const char *begin, const char *end); /* [begin, end) */
bool slice_equal(struct slice a, struct slice b);
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_is(struct slice s, const char *text);
int slice_compare(struct slice a, struct slice b); /* memcmp order, shorter first */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_starts_nocase(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);

/* Cuts `prefix` off the front; false and unchanged when it is not there. */
bool slice_skip(struct slice *s, struct slice prefix);
/* The same for one byte; inline, because readers of every line live on it. */
static inline bool slice_skip_byte(struct slice *s, char byte) {
    if (s->length == 0 || s->at[0] != byte)
        return false;
    s->at++;
    s->length--;
    return true;
}
struct slice slice_from(struct slice s, size_t offset); /* tail; empty past the end */
struct slice slice_head(struct slice s, size_t length); /* at most length bytes */

/* First position of a byte or text, or SIZE_MAX. `slice_rfind_text` gives the last one. */
size_t slice_find(struct slice s, char byte);
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
