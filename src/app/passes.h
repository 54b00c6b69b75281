/* passes - the lines of a log that belong to what is traced, found by reading the log up to three
 * times: first what holds WHAT, then what holds the ids of those entries, then what holds the ids
 * of those.
 */
#ifndef APP_PASSES_H
#define APP_PASSES_H

#include "app/run.h"
#include "app/wanted.h"

enum {
    PASSES_MOST = 3,
    KEPT_BYTES = 1 << 28, /* of lines that are kept; what comes behind is cut */
    JOINED_MOST = 16,     /* messages that one message-id joins */
};

/* A line that is kept, with its place. */
struct kept {
    uint32_t source; /* in sources->items */
    uint64_t number;
    struct slice text;
};

struct found_place {
    const struct source *source;
    uint64_t line;
};

struct found_lines {
    struct kept *items; /* in the order of the sources, each once */
    size_t count, capacity;
    struct arena arena;
    size_t bytes;
    bool cut;                 /* some were too many */
    struct found_place place; /* where the entry at a wanted place begins; source NULL: none */
    unsigned passes;          /* how often the logs were read */
    uint64_t not_joined;      /* messages that have the message-id of a match, and are left out */
};

/* Reads the sources; troubles are said on standard error and leave run->faulty. `lines` begins as
 * all zero. */
void passes_read(struct run *run, struct wanted *wanted, struct sources *sources,
                 struct found_lines *lines);
void found_lines_release(struct found_lines *lines);

/* True for what the first entry of a session says, and for the last. */
bool session_begins(struct slice text);
bool session_ends(struct slice text);

#endif
