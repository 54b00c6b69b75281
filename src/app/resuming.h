/* resuming - reads of each source what came since the last run. */
#ifndef APP_RESUMING_H
#define APP_RESUMING_H

#include "app/inputs.h"

/* Of all that the options name, from the places in run->resume, which are moved on. */
void resuming_read(struct run *run, struct inputs *inputs);

#endif
