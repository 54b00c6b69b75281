/* meter - how far the reading of all inputs is: one line on standard error that is drawn over, at
 * most ten times a second, and gone before anything else is written.
 */
#ifndef APP_METER_H
#define APP_METER_H

#include "app/options.h"
#include "input/source.h"

/* What the line tells. Bytes are those of the files: of a compressed one the compressed ones. */
struct meter_reading {
    const char *name; /* of the source that is read now */
    uint64_t bytes;   /* of all so far */
    int64_t size;     /* of all; -1: not known */
    double seconds;   /* since the begin */
};

enum { METER_LINE = 160 };
/* "mail.log: 34 % of 120 MB, 55 MB/s, 2 s left", without what is not known. */
void meter_print(const struct meter_reading *reading, char line[METER_LINE]);

/* Before the first source; nothing is drawn unless a terminal is there to see it, or it is asked
 * for. has_rows: rows are written meanwhile, and on a terminal the line would stand among them. */
void meter_begin(const struct options *options, const struct sources *sources, bool has_rows);
/* `taken` bytes of a source are read, and it goes on. */
void meter_move(const struct source *source, uint64_t taken);
/* This source is read. */
void meter_pass(const struct source *source, uint64_t taken);
/* Takes the line away. */
void meter_clear(void);

#endif
