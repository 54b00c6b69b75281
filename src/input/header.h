/* header - what syslog puts between the stamp and the text: level, host, level, tag, and pid. */
#ifndef INPUT_HEADER_H
#define INPUT_HEADER_H

#include "input/entry.h"

/* "<22>": facility * 8 + severity, at most 191. Anything else that begins with '<' is no syslog. */
bool header_skip_written_priority(struct slice *s);

/* Cuts "<22>" off the front; true when there is none. False: '<' and something else. */
static inline bool header_skip_priority(struct slice *s) {
    return !s->length || s->at[0] != '<' || header_skip_written_priority(s);
}

/* Reads "[level] [host] [level] [tag] text" into host, program, pid and text of the entry.
 * UNWRAP_DULL: a mark of syslogd. */
enum unwrapping header_read(struct slice s, struct entry *entry);
/* The same of a line that was written at `time`, which so becomes the entry's. */
enum unwrapping header_read_at(struct slice s, const struct moment *time, struct entry *entry);

/* Reads "[level] tag text", with no host in front. False: no tag; all of it is text then. */
bool header_read_tag(struct slice s, struct entry *entry);

static inline struct slice header_without_blanks(struct slice s) {
    while (slice_skip_byte(&s, ' '))
        ;
    return s;
}

#endif
