/* source - a file or pipe that is read, and what is known of it: name, anchor of yearless stamps.
 *
 * Finds the sources behind what the user named: a file, a folder (its log files), a glob, "-".
 */
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H

#include "base/problem.h"
#include "base/slice.h"

struct source {
    char *name;       /* as shown: the path, or "-" */
    bool is_pipe;     /* no regular file: read once, front to end; the anchor is --year or now */
    int64_t size;     /* bytes, -1 unknown */
    int64_t modified; /* seconds, 0 unknown */
    int64_t anchor;   /* seconds UTC: contract section 2, "Yearless stamps" */
};

struct sources {
    struct source *items;
    size_t count, capacity;
};

/* Called for what could not be used (is_fault) or was passed over (a note). */
typedef void source_told(void *context, bool is_fault, const char *text);

/* Adds the sources behind one path. A missing or unreadable path is told as a fault and adds
 * nothing; so is a file named by the user that is binary or compressed. In a folder or behind a
 * glob, what is no log (by content: binary, compressed, or no line in its head that a wrapping
 * knows) is told as a note, and a folder without any log as a fault. An empty file is a source.
 * year: --year, 0 when not given. now: seconds, the anchor of pipes. */
void sources_add(struct sources *sources, const char *path, int year, int64_t now,
                 source_told *told, void *context);
void sources_release(struct sources *sources);

/* Opens for reading; -1 with problem filled on failure. The caller closes it. */
int source_open(const struct source *source, struct problem *problem);

#endif
