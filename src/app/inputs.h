/* inputs - what the user named, read one after the other, and judged at the end: contract,
 * section 2.
 */
#ifndef APP_INPUTS_H
#define APP_INPUTS_H

#include "app/run.h"

/* Reads everything the options name. Troubles of inputs are said on standard error, go on with the
 * next input, and leave run->faulty. `sources` (all zero at first) is filled and outlives the run.
 */
void inputs_read(struct run *run, struct sources *sources);

#endif
