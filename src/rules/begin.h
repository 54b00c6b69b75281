/* begin - what a text begins with when a pattern matches it, so that most patterns need not be
 * tried: one look at the front of the text is a hundred times cheaper than the pattern.
 */
#ifndef RULES_BEGIN_H
#define RULES_BEGIN_H

#include "base/arena.h"

/* In a begin, a blank stands for any byte that \s takes. */
enum { BEGIN_BLANK = ' ' };

/* Reads a pattern that compiled with PCRE2_EXTENDED. Empty: nothing is sure, always try it. */
struct slice begin_of(struct arena *arena, struct slice pattern);

/* Whether a pattern with that begin may match the text. */
bool begin_fits(struct slice begin, struct slice text);

#endif
