/* journal_line - a record of the systemd journal as one line, as journalctl -o json prints it, of
 * the fields that are read.
 *
 * What reads the journal, or its export, gives such lines; so a record is a line for everything
 * behind it, and wrap_journal_json knows it.
 */
#ifndef INPUT_JOURNAL_LINE_H
#define INPUT_JOURNAL_LINE_H

#include "input/line.h"

/* The fields that are read. */
enum journal_field {
    JOURNAL_STAMP,
    JOURNAL_HOST,
    JOURNAL_MESSAGE,
    JOURNAL_IDENTIFIER,
    JOURNAL_COMMAND,
    JOURNAL_SYSLOG_PID,
    JOURNAL_PID,
    JOURNAL_FIELDS,
};
extern const struct slice journal_field_names[JOURNAL_FIELDS];

/* One for all records; begins as all zero. */
struct journal_line {
    char bytes[LINE_LONGEST + 1];
    size_t length;
    size_t most;  /* bytes up to which the open field may go */
    unsigned has; /* a bit for each field that is there */
};

/* An empty record. */
void journal_line_begin(struct journal_line *line);
/* Opens a field. False: nobody reads it, or it is there already (the first one counts). */
bool journal_line_open(struct journal_line *line, struct slice name);
/* Adds to the value of the open field; what is too long for a line is left out. */
void journal_line_add(struct journal_line *line, struct slice part);
void journal_line_close(struct journal_line *line);
/* The whole line with its newline, borrowed until the next begin. */
struct slice journal_line_end(struct journal_line *line);

#endif
