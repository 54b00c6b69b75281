/* literal - text that a pattern cannot match without, so that most patterns need not be tried. */
#ifndef RULES_LITERAL_H
#define RULES_LITERAL_H

#include "base/slice.h"

/* The longest run of plain bytes every match of an extended (PCRE2_EXTENDED) pattern contains, or
 * empty when none of at least LITERAL_LEAST bytes is sure. Written to buffer (pattern.length bytes),
 * without blanks, in the case of the pattern. */
enum { LITERAL_LEAST = 3 };
struct slice literal_of(struct slice pattern, char *buffer);

#endif
