/* source - a file or pipe that is read, and what is known of it: name, anchor of yearless stamps,
 * how it begins.
 *
 * Finds the sources behind what the user named: a file, a folder (its log files), a glob, "-".
 */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include "input/reader.h"

struct wrapping;

/* Where the anchor of a source comes from, the best first. */
enum anchor { ANCHOR_NAMED, ANCHOR_PACKED, ANCHOR_MODIFIED, ANCHOR_NOW };

struct source {
    char *name;       /* as shown: the path, "-", or "journal" */
    char *was;        /* rotated since: the path that it was read under (resume.h); or NULL */
    bool is_pipe;     /* no regular file: read once, front to end; the anchor is --year or now */
    bool is_journal;  /* read through libsystemd; no file but that of this host, when is_pipe */
    int64_t size;     /* bytes, -1 unknown */
    int64_t modified; /* seconds, 0 unknown */
    int64_t anchor;   /* seconds UTC: contract section 2, "Yearless stamps" */
    enum anchor anchor_by;
    uint64_t device, inode; /* of a regular file */
    /* Of regular files that were named or found, not of standard input: */
    struct slice head;               /* its first bytes, unpacked; owned */
    int64_t first;                   /* time of the first entry in its head, or MOMENT_NONE */
    const struct wrapping *wrapping; /* of that entry, or NULL */
};

struct sources {
    struct source *items;
    size_t count, capacity;
};

/* Called for what could not be used (is_fault) or was passed over (a note). */
typedef void source_told(void *context, bool is_fault, const char *text);

/* Adds the sources behind one path. A missing or unreadable path is told as a fault and adds
 * nothing; so is a compressed one that cannot be unpacked, and a file named by the user that is
 * binary. In a folder or behind a glob, what is no log (by content: binary, or no line in its head
 * that a wrapping knows) is told as a note, and a folder without any log as a fault. An empty file
 * is a source. What a folder or a glob gives is put in order by the times of the first entries; the
 * systemd journals of it are passed over where there are logs in text too.
 * year: --year, 0 when not given. now: seconds, the anchor of pipes. */
void sources_add(struct sources *sources, const char *path, int year, int64_t now,
                 source_told *told, void *context);
/* Adds a file that was found before, under the name it has now. */
void sources_add_known(struct sources *sources, const struct source *known, const char *path);
/* Adds the systemd journal of this host. */
void sources_add_journal(struct sources *sources, int year, int64_t now);
void sources_release(struct sources *sources);

/* Takes one out, as if it had never been added. */
void sources_remove(struct sources *sources, size_t place);
/* Moves one of others in front of the one at `place`. */
void sources_move(struct sources *sources, size_t place, struct sources *others, size_t other);

/* Opens for reading; NULL with problem filled on failure. The time in a gzip header becomes the
 * anchor here, unless there is a better one. */
struct reader *source_open(struct source *source, struct problem *problem);

#endif
