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

/* Whether this build can. */
bool journal_is_built_in(void);

/* For --version. */
const char *journal_about(void);

#endif
