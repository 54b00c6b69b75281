/* glance - what a trace reads besides what it looks for: of each log its begin, until that is known
 * to be a mail server's, so that what was not found in it was not there.
 *
 * A log that is none, or is not understood so far, is read to its end. Else a thousand entries are
 * enough, and not more than the first 4 MiB once an entry of use was seen: a pass shall take no
 * longer than grep.
 */
#ifndef APP_GLANCE_H
#define APP_GLANCE_H

#include "app/run.h"
#include "app/usable.h"
#include "input/entry.h"
#include "mta/record.h"

struct glance {
    struct run *run;
    const struct mta *only;  /* --mta; NULL: any */
    struct usable usable;    /* of the source at hand */
    uint64_t bytes;          /* of it, that were looked at */
    struct arena *arena;     /* of the line at hand; not owned */
    struct records *records; /* the same */
    bool is_any;             /* an entry of use was seen, in any source */
    struct {
        struct usable usable;
        const struct source *source; /* NULL: none */
    } other;                         /* the first with a line of another program */
};

void glance_begin(struct glance *glance);
/* False: enough was seen of the source. */
bool glance_goes_on(const struct glance *glance);
/* A line of it, as entry_read() read it; number: from 1. */
void glance_take(struct glance *glance, enum unwrapping unwrapping, const struct entry *entry,
                 uint64_t number);
/* Says why the source was of no use, when it was of none, and leaves run->faulty. lines: all. */
void glance_judge(struct glance *glance, const struct source *source, uint64_t lines);
/* The same of all sources together. */
void glance_end(const struct glance *glance);

#endif
