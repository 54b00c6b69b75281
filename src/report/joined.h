/* joined - the reasons of a report. The tally counts them by MTA and level; people and the contract
 * see one reason a class, event and direction, with the hint of the MTA when there is only one.
 */
#ifndef REPORT_JOINED_H
#define REPORT_JOINED_H

#include "finding/mutes.h"
#include "report/changes.h"
#include "rules/rulebook.h"
#include "tally/tally.h"

struct joined_code {
    uint16_t code;
    struct enhanced enhanced;
    bool implied;
    uint64_t count;
};

/* One reason of the page. */
struct joined {
    struct slice class_name, event, direction;
    uint64_t count;
    const struct mta *mta; /* NULL: several */
    const struct reason *reason;
    enum direction way; /* whose severity, acts and hint count (finding/hint.h) */
    enum severity severity;
    unsigned acts;
    struct joined_code *codes;
    size_t code_count, code_capacity;
    struct tally_tie *ties;
    size_t tie_count, tie_capacity;
    bool strangers;        /* did it, all of it; only when they are kept apart */
    unsigned muted;        /* by which mute, from 1; 0: by none; only when they are kept apart */
    uint64_t of_strangers; /* how often they did */
    struct tally_affected
        *affected; /* of affected_count the first AFFECTED_KNOWN: most hit first */
    size_t affected_count, affected_capacity;
    bool affected_more;            /* one more of them is those not told apart, which comes last */
    size_t affected_of;            /* so many reasons told some */
    struct tally_example example;  /* of the first */
    int64_t last;                  /* seconds, or MOMENT_NONE */
    const struct changed *changed; /* since what it is compared with; NULL: with nothing */
};

enum { AFFECTED_KNOWN = 3 }; /* there may be thousands, and twice: only the first are shown */

struct joining {
    const struct rulebook *book;
    const struct mutes *mutes; /* NULL: none */
    bool apart;                /* what strangers did and what is ours are two reasons */
    struct joined *items; /* most serious first; then, apart, what strangers did, what is muted */
    size_t count, capacity;
};

/* Both ways at once: the tally sorts all that it tells. Texts are borrowed from it until it
 * changes.
 */
void joining_make(struct joining *all, struct joining *apart, const struct tally *tally,
                  const struct rulebook *book, const struct mutes *mutes);
/* Leaves out what came less often than that; gives how many reasons those are. */
size_t joining_leave_out(struct joining *joining, uint64_t least);
/* Leaves out what is not in another joining, of ours and strangers' together. */
void joining_keep(struct joining *joining, const struct joining *others);
/* Ours and strangers' apart: puts what is new or came more often in front of what is as it always
 * was, unless that is critical; in each half by severity, growth, and how many it hits. */
void joining_rank(struct joining *apart, const struct changes *changes);
void joining_release(struct joining *joining);

#endif
