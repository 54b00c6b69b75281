/* search - all that the rules of a book look for in a text, as one search. */
#ifndef RULES_SEARCH_H
#define RULES_SEARCH_H

#include "rules/rulebook.h"

/* Makes book->phrases, and with them what the patterns of rules need, when that is not yet done.
 * Threads may meet here: all go on when it is. */
void search_prepare(struct rulebook *book);

#endif
