/* journal - the systemd journal, of this host or a file of it, each record as one line
 * (journal_line.h).
 *
 * An optional part, built with libsystemd (make LIBSYSTEMD=auto|yes|no). Without it a journal is
 * recognised and refused; its export (journal_export.h) can be read by every build.
 */
#ifndef INPUT_JOURNAL_H
#define INPUT_JOURNAL_H

#include "input/reader.h"

/* By the first bytes: a file of the journal. */
bool journal_begins(struct slice head);

/* The records of the journal file that `file` reads, which it takes over, also on failure; fd is
 * its descriptor, -1 when it is packed. NULL with problem filled: this build cannot, it is no
 * regular file, or it is damaged. */
struct reader *journal_open_file(struct reader *file, int fd, struct problem *problem);

/* The journal of this host, as far as the user may read it. NULL with problem filled: this build
 * cannot, or there is nothing to be read. */
struct reader *journal_open_host(struct problem *problem);

/* Of an open journal that was not read yet: goes on behind the record with this cursor. Where that
 * is not there any more (*is_there_r), what comes is what was logged after it. False: it is no
 * cursor. */
bool journal_go_on(struct reader *reader, struct slice cursor, bool *is_there_r);
/* The cursor of the last record, when all were read: owned by the caller; NULL: none. */
char *journal_cursor(const struct reader *reader);

/* Whether this build can. */
bool journal_is_built_in(void);

/* For --version. */
const char *journal_about(void);

#endif
