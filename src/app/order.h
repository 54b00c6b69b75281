/* order - the ordered step: blocks in the order of the input become line numbers, journeys, counts.
 */
#ifndef APP_ORDER_H
#define APP_ORDER_H

#include "app/block.h"

/* For workers_new: takes a job that was worked on, and empties it for the next block. */
void order_take(void *context, void *argument);

/* No line will follow: what is still open will never be whole. */
void order_end(struct run *run);

#endif
