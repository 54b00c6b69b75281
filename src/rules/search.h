/* search - all that the rules of a book look for in a text, as one search. */
#ifndef RULES_SEARCH_H
#define RULES_SEARCH_H

#include "rules/rulebook.h"

/* Makes book->phrases, which whoever only looks up reasons does not need; once, and by one thread.
 */
void search_prepare(struct rulebook *book);

#endif
