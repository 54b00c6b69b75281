/* usual - what history says is usual, for a report to be compared with. */
#ifndef APP_USUAL_H
#define APP_USUAL_H

#include "app/knowledge.h"
#include "finding/masker.h"
#include "report/changes.h"
#include "store/store.h"

struct usual_tallies; /* what the comparison borrows */

/* Reads what history has from before a report of [begin, end), in seconds; MOMENT_NONE: nothing had
 * a time. With a masker (may be NULL) names go under masks. NULL: said in problem. */
struct usual_tallies *usual_read(struct store *store, const struct knowledge *knowledge,
                                 struct masker *masker, int64_t begin, int64_t end,
                                 struct compared *compared_r, struct problem *problem);
void usual_free(struct usual_tallies *tallies);

#endif
