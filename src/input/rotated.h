/* rotated - which files are one log, cut up by a log rotator. By their names alone. */
#ifndef INPUT_ROTATED_H
#define INPUT_ROTATED_H

#include "base/slice.h"

/* A file name without what rotation adds: "mail.log" for mail.log.2.gz, mail.log-20261120 and
 * 20261120-mail.log; for mail.1.log too, which is why it is in two parts. Borrows from the path. */
struct rotated_stem {
    struct slice name;
    bool is_log; /* ".log" comes behind */
};
struct rotated_stem rotated_stem(const char *path);

/* Pieces of one log, as far as names tell; folders do not matter, because rotators move files. */
bool rotated_together(const char *path, const char *other);

/* Both lie in one folder, as it is written. */
bool rotated_beside(const char *path, const char *other);

/* The one is an Exim rejectlog and the other the mainlog of the same Exim; or it is a paniclog and
 * the other the mainlog or rejectlog. */
bool rotated_has_copies_of(const char *path, const char *other);

#endif
