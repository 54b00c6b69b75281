/* result - where the result goes: standard output, or a file that appears whole or not at all. */
#ifndef APP_RESULT_H
#define APP_RESULT_H

#include "app/options.h"
#include "base/out.h"

struct result {
    struct out out;
    const char *name; /* for messages */
    char *temporary;  /* owned; NULL: written directly */
    char *target;     /* owned, as temporary: what it becomes */
};

bool result_open(struct result *result, const struct options *options, struct problem *problem);
/* Writes what is left, and puts the file in its place. On failure the old file stays as it was. */
bool result_close(struct result *result, struct problem *problem);
/* Whether the result goes to a terminal that wants colours (--color, NO_COLOR, TERM). */
bool result_wants_color(const struct result *result, const struct options *options);

#endif
