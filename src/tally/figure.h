/* figure - numbers of a tally by their words: "bounced" of all, of a domain, of each domain. What
 * a threshold is held against.
 */
#ifndef TALLY_FIGURE_H
#define TALLY_FIGURE_H

#include "tally/spread.h"
#include "tally/tally.h"

/* Whose numbers. */
enum subject {
#define SUBJECT(constant, letter, word) constant,
#include "tally/subjects.def"
#undef SUBJECT
    SUBJECTS
};

enum figure {
#define FIGURE(constant, word, kind, subjects, kept) constant,
#include "tally/figures.def"
#undef FIGURE
    FIGURES
};

enum figure_kind {
    KIND_FINAL,  /* recipients in a final state: has a share of all that reached one */
    KIND_COUNT,  /* recipients, messages or attempts */
    KIND_HOURLY, /* rejections, logins, sessions: they count per hour */
    KIND_EVENTS, /* of a reason: its recipients have a share too */
    KIND_TIME    /* seconds */
};

extern const struct figure_row {
    const char *word;
    enum figure_kind kind;
    const char *subjects, *kept; /* letters */
} figure_rows[FIGURES];

extern const struct subject_row { const char *letter, *word; } subject_rows[SUBJECTS];

bool figure_is_of(enum figure figure, enum subject subject);
/* A tally out of history (past.h) has it, too. */
bool figure_is_kept(enum figure figure, enum subject subject);

/* The numbers of all mail, of a reason, or of a name. */
struct figures {
    struct slice name;         /* "" of all; borrowed from the tally or the wish */
    uint64_t numbers[FIGURES]; /* 0 where they are not of the subject; none of KIND_TIME */
    uint64_t finals;           /* recipients that reached a final state; of a reason those of all */
    uint64_t ended;            /* of `finals` those that are of the reason */
    struct spread_sum delays;  /* empty unless they were asked for */
};

struct figure_wish {
    enum subject subject;
    bool each;         /* of each name that is known, not of one alone */
    struct slice name; /* a glob for a reason; of a relay or client its host or address will do */
    bool delays;
};

/* Calls back with the numbers of a name, once, all 0 when it did not come; or with those of each.
 * Of domains, relays, clients and senders the 1000 on top are known by name: others by their
 * whole name alone. */
void figure_read(const struct tally *tally, const struct figure_wish *wish,
                 void (*take)(void *context, const struct figures *figures), void *context);

#endif
