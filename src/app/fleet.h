/* fleet - history of many hosts on a cluster: its tables are made, and a host pushes its file. */
#ifndef APP_FLEET_H
#define APP_FLEET_H

#include "app/options.h"
#include "store/store.h"

/* Opens a history as the options say who asks (--key-file, --partial), and of which hosts (--host).
 * NULL: said in problem. */
struct store *fleet_open(const struct options *options, const char *where, enum store_use use,
                         struct problem *problem);

/* False when it is asked for what history has only sums of: filters other than --host. */
bool fleet_can_tell(const struct options *options);
bool fleet_say_filters(struct problem *problem); /* of such filters; always false */

/* Says that a history holds nothing of the asked span, which is a fault. */
void fleet_say_empty(const char *where);

/* Adds the nodes that are missing of a cluster that may be read in part (--partial), and notes
 * them. */
bool fleet_missing(struct store *store, const char *where, struct out *out,
                   struct problem *problem);

/* history init URL; history push --history FILE URL. Give the exit status, and say every problem.
 */
int fleet_init(const struct options *options);
int fleet_push(const struct options *options);

#endif
