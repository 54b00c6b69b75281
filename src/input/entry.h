/* entry - one logged message: time, host, program, pid and text, whatever surrounded it in the log.
 */
#ifndef INPUT_ENTRY_H
#define INPUT_ENTRY_H

#include "base/arena.h"
#include "base/moment.h"
#include "input/line.h"

struct wrapping;

struct entry {
    struct line line;
    const struct wrapping *wrapping; /* the outermost */
    struct moment time;
    struct slice host; /* empty: not in the log */
    struct slice
        program;      /* the tag as written, "postfix/submission/smtpd"; "exim" for its own files */
    struct slice pid; /* digits, may be empty */
    const void *speaker; /* what the program is to its MTA, where its tag was seen before (mta.h) */
    struct slice text;   /* what the program said */
    uint64_t repeat;     /* 1, or how often "message repeated N times: [ text]" says */

    /* Of a container that cuts long lines: the stream ("stdout", at NULL when it is none), what the
     * stream said before it was unwrapped again, and whether it goes on in the next line of it. */
    struct slice stream, inner;
    bool goes_on;
};

enum unwrapping {
    UNWRAPPED,      /* *entry is filled */
    UNWRAP_FOREIGN, /* not this wrapping: try the next */
    UNWRAP_DULL,    /* a line of the wrapping itself: blank, "-- MARK --", "-- Boot ... --" */
};

/* What may stand inside what: a wrapping only looks for others of less layers inside its own. */
enum layer { LAYER_LINE, LAYER_CONTAINER, LAYER_COMPOSE, LAYER_ANY };

/* What a line begins with: most wrappings need not be asked about most lines. */
enum first_byte {
    FIRST_DIGIT = 1,
    FIRST_CAPITAL = 2,
    FIRST_SMALL = 4,
    FIRST_ANGLE = 8,  /* '<' */
    FIRST_BRACE = 16, /* '{' */
    FIRST_OTHER = 32,
};

/* One wrapping: one file, one line in wrappings.def. Pure, but for the clock's memory. unwrap gets
 * a line that is not blank, and an entry without time (MOMENT_NONE), with empty fields and the
 * whole line as text; it writes into it only when it does not answer UNWRAP_FOREIGN. What has to be
 * unescaped goes into the arena. */
struct wrapping {
    const char *name;  /* "syslog" */
    const char *title; /* "syslog, RFC 3164 or RFC 3339" */
    enum layer layer;
    unsigned first; /* of enum first_byte: the rest is foreign to it; 0: it may be anything */
    enum unwrapping (*unwrap)(struct clock *clock, struct arena *arena, struct slice line,
                              struct entry *entry);
};

/* Tries the wrappings in the order of wrappings.def. Fills entry->line too. UNWRAP_FOREIGN: no
 * wrapping knows the line; the entry then has no time, no wrapping, and the whole line as text. */
enum unwrapping entry_read(struct clock *clock, struct arena *arena, const struct line *line,
                           struct entry *entry);

/* Unwraps what was inside a wrapping of that layer: a line in another wrapping, an object with a
 * message in it, or a bare tag and text, with a level word in front or not. entry->time, when there
 * is one, wins over a stamp inside. UNWRAP_FOREIGN: nothing of this; all of it is text then. */
enum unwrapping entry_read_inner(struct clock *clock, struct arena *arena, enum layer layer,
                                 struct slice inner, struct entry *entry);

/* Fills the entry with what a container said on a stream, entry->time being when. What goes on in
 * the next line is left as it is: somebody who remembers has to put it together, and then calls
 * entry_read_inner. */
enum unwrapping entry_read_stream(struct clock *clock, struct arena *arena, struct slice stream,
                                  struct slice inner, bool goes_on, struct entry *entry);

/* "last message repeated 3 times", which syslogd writes about the entry before of the same host. */
bool entry_repeats_last(const struct entry *entry, uint64_t *times_r);

/* An entry of the log daemon about entries that it lost: how many, 0 when it does not say. */
bool entry_tells_loss(const struct entry *entry, uint64_t *lost_r);

/* journalctl prints "[123B blob data]" for what it does not want to print. */
bool entry_is_blob(const struct entry *entry);

/* A line that no wrapping knows, as the next line of a multi-line entry of another line in front of
 * it: journalctl's short formats, Exim's rejectlog. */
bool entry_goes_on(const struct wrapping *before, struct slice line);

/* All wrappings, NULL at the end. */
extern const struct wrapping *const wrappings[];

/* One of them: what stands in it is Exim's. */
extern const struct wrapping wrap_exim;

#endif
