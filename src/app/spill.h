/* spill - the failures of a run, kept while it reads and read again at its end, as often as wanted.
 *
 * The first of them are kept in memory, all others in a file without a name.
 */
#ifndef APP_SPILL_H
#define APP_SPILL_H

#include "base/problem.h"
#include "tally/failure.h"

struct spill {
    struct failure_memory *memory; /* of writing */
    struct pack packed;            /* what is in no file yet */
    int fd;                        /* -1: there is no file */
    bool failed;
    struct problem problem; /* why; filled when it failed */
};

void spill_init(struct spill *spill);
void spill_release(struct spill *spill);
/* After it failed nothing more is kept. */
void spill_add(struct spill *spill, const struct failure *failure);
/* In the order of adding. False: said in problem; what came before the fault was given. */
bool spill_each(struct spill *spill, void (*each)(void *context, const struct failure *failure),
                void *context, struct problem *problem);

#endif
