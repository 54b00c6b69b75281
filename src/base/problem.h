/* problem - the one shape of error: a problem of the world, told to whoever called.
 *
 * Functions that can fail for a reason outside the program return false and fill their last
 * parameter. Only app/ prints it. Messages: lower case, no full stop, names in single quotes,
 * where first ("file:line:column: "). Too long a message is cut, control bytes are shown as '?'.
 */
#ifndef BASE_PROBLEM_H
#define BASE_PROBLEM_H

#include <stdbool.h>

struct problem {
    char text[768];
};

/* Fills *problem (which may be NULL) and returns false, so that callers can `return problem_say()`.
 */
bool problem_say(struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same, with ": " and strerror(errno) behind it. */
bool problem_errno(struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
