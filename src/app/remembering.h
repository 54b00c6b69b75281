/* remembering - a run that goes on where the last one ended: what that one remembered is loaded
 * from history before the first line, and stored there after the last one, with what was counted,
 * all at once or not at all.
 */
#ifndef APP_REMEMBERING_H
#define APP_REMEMBERING_H

#include "app/run.h"
#include "store/store.h"

struct remembering {
    struct store *store; /* NULL: none is open */
    struct run *run;
    struct hourly *hourly;
    struct resume *places;
    struct journey *whole; /* of a run that shows only some of what it reads; else NULL */
    bool failed;           /* writing did; what followed was not written */
    bool is_written;
    struct problem problem;
    int64_t heard; /* when a mail server was heard last, in the runs before */
};

/* Opens the history that the options name and keeps all others from writing to it; loads the run,
 * which from then on counts for history, too. To be released, also after false. */
bool remembering_begin(struct remembering *remembering, struct run *run, struct problem *problem);
/* Writes all, which is not stored yet. False: nothing will be. */
bool remembering_write(struct remembering *remembering, struct problem *problem);
/* Stores what was written. False: nothing was stored. */
bool remembering_keep(struct remembering *remembering, struct problem *problem);
void remembering_release(struct remembering *remembering);
/* When a mail server was heard last, as a history knows that is not merged of others; MOMENT_NONE:
 * it does not. */
bool remembering_heard(struct store *store, int64_t *heard_r, struct problem *problem);

#endif
