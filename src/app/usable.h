/* usable - of what use a source was: its entries are counted, the first line of each kind that was
 * of none is kept, and words are found for it (contract, section 2, exit status 1).
 */
#ifndef APP_USABLE_H
#define APP_USABLE_H

#include "input/source.h"
#include "mta/mta.h"

/* Lines of which the first is kept, to show it when a source was of no use. */
enum odd {
    ODD_FOREIGN, /* in no known wrapping */
    ODD_UNKNOWN, /* an MTA's own, not understood */
    ODD_OTHER,   /* another program's */
    ODD_KINDS,
};

/* One that is remembered, with its number in the source, from 1; 0: none. */
struct odd_kept {
    uint64_t number;
    char text[120], program[40];
};

struct usable {
    uint64_t own, unknown; /* entries of an MTA, and those not understood */
    uint64_t wrapped;      /* lines in a known wrapping */
    struct odd_kept odd[ODD_KINDS];
    bool is_begin; /* only the begin of the source was counted */
};

/* Its name in a message. */
const char *usable_name(const struct source *source);
/* Keeps the line if it stands before the one that is kept. text: fit to be shown. */
void usable_keep(struct usable *usable, enum odd kind, uint64_t number, struct slice text,
                 struct slice program);
/* Else it is empty, or all blank lines and lines of journalctl itself ("-- No entries --"). */
bool usable_has_entries(const struct usable *usable);
/* Notes that it holds no entry; lines: all that it has. */
void usable_note_empty(const struct source *source, uint64_t lines);
/* Says why the source was of no use, when it was of none: which line it was, what it looks like,
 * and what to try. */
bool usable_understood(const struct usable *usable, const struct source *source);
/* Says that not one entry in all of the input was of use; only: --mta, or NULL. other: the first
 * source with a line of another program; NULL: none has. */
void usable_say_nothing(const struct mta *only, const struct usable *other,
                        const struct source *source);

#endif
