/* mutes - known causes that nobody wants to be told of until a date. What is muted is counted as
 * ever; a report only tells it apart.
 */
#ifndef FINDING_MUTES_H
#define FINDING_MUTES_H

#include "finding/finding.h"

enum { MUTES_MOST = 100 };

struct mute {
    struct slice class_name; /* of the reason, with wildcards; empty: any */
    struct slice words;      /* somewhere in the reply or its template; empty: whatever it says */
    struct slice why;        /* empty: not said */
    struct slice until_wish; /* as it was written */
    int64_t until;           /* seconds */
    bool is_over;
    const char *file; /* where it stands */
    unsigned line, column;
};

struct mutes {
    const struct mute *items;
    size_t count;
};

/* The place of the first that holds, from 1; 0: none. Of one finding by those with words, of a
 * whole reason by those without. */
unsigned mutes_of_finding(const struct mutes *mutes, const struct finding *finding);
unsigned mutes_of_class(const struct mutes *mutes, struct slice class_name);
/* False when a class fits no reason of the book. */
bool mutes_check_classes(const struct mutes *mutes, const struct rulebook *book,
                         struct problem *problem);

#endif
