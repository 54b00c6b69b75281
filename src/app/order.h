/* order - the ordered step: blocks in the order of the input become line numbers, journeys, counts.
 */
#ifndef APP_ORDER_H
#define APP_ORDER_H

#include "app/block.h"

/* For workers_new: takes a job that was worked on. */
void order_take(void *context, void *argument);
/* Counts what was taken, and empties the job for the next block. Beside order_take of blocks behind
 * it: the counts of the tally (tally_count) and the hours of history are touched by nobody else. */
void order_count(void *context, void *argument);

/* No line will follow: what is still open will never be whole. */
void order_end(struct run *run);

#endif
