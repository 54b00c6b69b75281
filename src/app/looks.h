/* looks - what a line looks like that no wrapping knows, and what to try. */
#ifndef APP_LOOKS_H
#define APP_LOOKS_H

#include "base/slice.h"

struct looks {
    const char *like;   /* "JSON" */
    const char *advice; /* "print it as text first ..." */
};

/* Always has an answer. */
struct looks looks_of(struct slice line);

#endif
