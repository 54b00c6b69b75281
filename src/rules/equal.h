/* equal - rules that say the same: of two the later could never fire. */
#ifndef RULES_EQUAL_H
#define RULES_EQUAL_H

#include "rules/rulebook.h"

/* False, and both named, when two rules are equal. Those of the code tables stand behind all others
 * on purpose and are passed over. */
bool rules_differ(const struct rulebook *book, struct problem *problem);

#endif
