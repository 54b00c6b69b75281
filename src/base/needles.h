/* needles - plain texts looked for in a block of bytes, all at once: one or thousands.
 *
 * For who reads a log several times over, looking for few lines: a block is searched at about the
 * speed of reading it, and what is found says which text it was. Texts may be added between two
 * searches.
 */
#ifndef BASE_NEEDLES_H
#define BASE_NEEDLES_H

#include "base/slice.h"

enum { NEEDLE_LONGEST = 1000 };

struct needles;

/* One place where a text stands. */
struct needle_hit {
    uint32_t at;     /* in the block */
    uint32_t needle; /* which text, in the order of adding */
};

struct needle_hits {
    struct needle_hit *items;
    size_t count, capacity;
};

struct needles *needles_new(void);
void needles_free(struct needles *needles); /* NULL is fine */

/* Adds a text of 1 to NEEDLE_LONGEST bytes, which is copied; gives its number. any_case: ASCII
 * letters of the block may be capital or small. A text that is there already
 * keeps its number, and *is_new_r (may be NULL) is false. */
size_t needles_add(struct needles *needles, struct slice text, bool any_case, bool *is_new_r);
/* The number of a text that was added, or SIZE_MAX. */
size_t needles_number(const struct needles *needles, struct slice text);
size_t needles_count(const struct needles *needles);
struct slice needles_text(const struct needles *needles, size_t needle);

/* Adds to `hits` every place of every text from number `first` on, in the order of the block. Of a
 * block of at most 4 GiB. */
void needles_find(struct needles *needles, struct slice block, size_t first,
                  struct needle_hits *hits);

#endif
