/* header - what syslog puts between the stamp and the text: level, host, level, tag, and pid. */
#ifndef INPUT_HEADER_H
#define INPUT_HEADER_H

#include "input/entry.h"

/* Cuts "<22>" off the front; true when there is none. False: '<' and something else. */
bool header_skip_priority(struct slice *s);

/* Reads "[level] [host] [level] [tag] text" into host, program, pid and text of the entry.
 * UNWRAP_DULL: a mark of syslogd. */
enum unwrapping header_read(struct slice s, struct entry *entry);
/* The same of a line that was written at `time`, which so becomes the entry's. */
enum unwrapping header_read_at(struct slice s, const struct moment *time, struct entry *entry);

/* Reads "[level] tag text", with no host in front. False: no tag; all of it is text then. */
bool header_read_tag(struct slice s, struct entry *entry);

struct slice header_without_blanks(struct slice s);

#endif
