/* begin - what a text begins with when a pattern matches it, so that most patterns need not be
 * tried: one look at the front of the text is a hundred times cheaper than the pattern.
 */
#ifndef RULES_BEGIN_H
#define RULES_BEGIN_H

#include "base/arena.h"

enum { BEGIN_LONGEST = 16, BEGIN_WORDS = BEGIN_LONGEST / sizeof(uint64_t), BEGINS_MOST = 16 };

/* The first bytes of a text, with zeros behind its end. */
struct front {
    uint64_t words[BEGIN_WORDS];
};

/* The bytes of a begin and which of them count: \s stands for any byte. */
struct begin {
    uint64_t words[BEGIN_WORDS], masks[BEGIN_WORDS];
};

/* A text in which the pattern matches has one of them. */
struct begins {
    const struct begin *items; /* in the arena of who asks */
    size_t count;              /* 0: nothing is sure, always try the pattern */
};

/* Reads a pattern that compiled with PCRE2_EXTENDED. */
struct begins begins_of(struct arena *arena, struct slice pattern);

static inline struct front front_of(struct slice text) {
    struct front front = {{0}};
    if (text.length)
        memcpy(front.words, text.at, text.length < BEGIN_LONGEST ? text.length : BEGIN_LONGEST);
    return front;
}

/* Whether a pattern with those begins may match a text with that front. Eight bytes at once:
 * one by one took 42 instructions. */
static inline bool begins_fit(const struct begins *begins, const struct front *front) {
    bool fits = !begins->count;
    for (size_t i = 0; i < begins->count && !fits; i++) {
        const struct begin *begin = &begins->items[i];
        fits = !(((front->words[0] ^ begin->words[0]) & begin->masks[0]) |
                 ((front->words[1] ^ begin->words[1]) & begin->masks[1]));
    }
    return fits;
}

#endif
