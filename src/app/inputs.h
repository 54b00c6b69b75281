/* inputs - what the user named, read one after the other, and judged at the end: contract,
 * section 2.
 */
#ifndef APP_INPUTS_H
#define APP_INPUTS_H

#include "app/run.h"

enum { INPUTS_ROUNDS = 8 };

/* The sources that were found; more than once where they were rotated while they were read. */
struct inputs {
    struct sources rounds[INPUTS_ROUNDS];
};

/* Finds the sources that the options name, or the usual ones; troubles as with inputs_read. */
void inputs_find(struct run *run, struct sources *sources);

/* Reads everything the options name. Troubles of inputs are said on standard error, go on with the
 * next input, and leave run->faulty. `inputs` (all zero at first) is filled and outlives the run.
 */
void inputs_read(struct run *run, struct inputs *inputs);
void inputs_release(struct inputs *inputs);

/* Finds them, and those in which a log goes on that was read before (predecessors.h); what is worth
 * a word is told, and not said. */
void inputs_look(const struct run *run, struct sources *sources, source_told *tell, void *context);
/* Nothing is read when the result would replace one of them, which is said. */
void inputs_keep(struct run *run, struct sources *sources);
/* Tells on standard error; context: the run, of which a fault is remembered. */
void inputs_told(void *context, bool is_fault, const char *text);

#endif
