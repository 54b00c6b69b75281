/* hits - how often each rule decided in a log, and what no rule knows.
 */
#ifndef APP_HITS_H
#define APP_HITS_H

#include "app/options.h"

/* `rules list --hits [PATH...]`: reads the logs as report does and writes both. Gives the exit
 * status. The paths are the operands. */
int hits_list(const struct options *options);

#endif
