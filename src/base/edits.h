/* edits - how far a mistyped name is from the one that was meant. */
#ifndef BASE_EDITS_H
#define BASE_EDITS_H

#include "base/slice.h"

/* Letters that are to be put in, taken out or changed to make a into b (Levenshtein); SIZE_MAX when
 * one is longer than names are. */
size_t edits_between(struct slice a, struct slice b);

#endif
