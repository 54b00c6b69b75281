/* against - what a report is compared with: --against. */
#ifndef APP_AGAINST_H
#define APP_AGAINST_H

#include "app/run.h"
#include "report/changes.h"
#include "store/store.h"

struct against;

/* Makes ready to read what the options of a run name; NULL: they name nothing. Before the run reads
 * its first line. */
struct against *against_new(struct run *run);
/* Reads it and says how it stands beside the run, which has read all of its own. What is of no use
 * in it is said, and makes the run faulty. The texts live as long as `against`. False: there is
 * nothing to compare with. */
bool against_read(struct against *against, struct compared *compared_r);
/* The same where the report is one out of history, of [begin, end). */
bool against_recall(struct against *against, struct store *store, int64_t begin, int64_t end,
                    struct compared *compared_r);
void against_free(struct against *against);

/* When the first and the last entry could count that a run has read; MOMENT_NONE: none had a time.
 */
void against_times(const struct run *run, int64_t *begin_r, int64_t *end_r);

#endif
