/* needed - the words a pattern cannot match without, so that most patterns need not be tried. */
#ifndef RULES_NEEDED_H
#define RULES_NEEDED_H

#include "base/arena.h"

enum { NEEDED_MOST = 3, NEEDED_WORDS = 48, NEEDED_LEAST = 3 };

/* A text in which the pattern matches holds, of each set, at least one word (within a word, too; in
 * any case of letters). Every word has at least NEEDED_LEAST bytes and no blank. */
struct needed {
    struct {
        const struct slice *words;
        size_t count;
    } sets[NEEDED_MOST]; /* the most telling first */
    size_t count;        /* 0: nothing is sure, always try the pattern */
};

/* Reads a pattern that compiled with PCRE2_EXTENDED. */
struct needed needed_of(struct arena *arena, struct slice pattern);

#endif
