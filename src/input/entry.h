/* entry - one logged message: time, host, program, pid and text, whatever surrounded it in the log.
 */
#ifndef INPUT_ENTRY_H
#define INPUT_ENTRY_H

#include "base/moment.h"
#include "input/line.h"

struct wrapping;

struct entry {
    struct line line;
    const struct wrapping *wrapping;
    struct moment time;
    struct slice host; /* empty: not in the log */
    struct slice
        program;      /* the tag as written, "postfix/submission/smtpd"; "exim" for its own files */
    struct slice pid; /* digits, may be empty */
    struct slice text; /* what the program said */
};

enum unwrapping {
    UNWRAPPED,      /* *entry is filled */
    UNWRAP_FOREIGN, /* not this wrapping: try the next */
    UNWRAP_DULL,    /* a line of the wrapping itself: blank, "-- MARK --", "-- Boot ... --" */
};

/* One wrapping: one file, one line in wrappings.def. Pure, but for the clock's memory. unwrap gets
 * a line that is not blank, and an entry without time (MOMENT_NONE), with empty fields and the
 * whole line as text; it writes into it only when it answers UNWRAPPED. */
struct wrapping {
    const char *name;  /* "syslog" */
    const char *title; /* "syslog, RFC 3164 or RFC 3339" */
    enum unwrapping (*unwrap)(struct clock *clock, struct slice line, struct entry *entry);
};

/* Tries the wrappings in the order of wrappings.def. Fills entry->line too. UNWRAP_FOREIGN: no
 * wrapping knows the line; the entry then has no time, no wrapping, and the whole line as text. */
enum unwrapping entry_read(struct clock *clock, const struct line *line, struct entry *entry);

/* All wrappings, NULL at the end. */
extern const struct wrapping *const wrappings[];

#endif
