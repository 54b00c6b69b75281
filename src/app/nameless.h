/* nameless - a temporary file that nobody else can open, and of which nothing is left however the
 * run ends.
 */
#ifndef APP_NAMELESS_H
#define APP_NAMELESS_H

#include "base/problem.h"

#include <stdbool.h>
#include <stddef.h>

/* In TMPDIR, else /tmp; mode 0600, and unlinked before anything is in it. what: "what comes out of
 * a pipe", for the problem. -1: said in problem. */
int nameless_open(const char *what, struct problem *problem);
/* False: said in problem. */
bool nameless_write(int fd, const char *bytes, size_t length, const char *what,
                    struct problem *problem);

#endif
