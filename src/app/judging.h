/* judging - thresholds held against what a run has counted: for check, and for --mail-if. */
#ifndef APP_JUDGING_H
#define APP_JUDGING_H

#include "app/analysis.h"
#include "tally/threshold.h"

/* False: one is about a reason that the book does not have; the analysis gets the place.
 * `option` is what gave them. */
bool judging_check(const struct thresholds *thresholds, const char *option,
                   struct analysis *analysis, const struct rulebook *book, struct problem *problem);
/* As the run counts: names are under masks, when they are asked for. Lives as long as the arena. */
struct threshold judging_shown(const struct run *run, const struct threshold *threshold,
                               struct arena *arena);
/* What a run that is settled has to say. */
struct threshold_basis judging_basis(const struct run *run);
/* Any of them holds. */
bool judging_any_holds(const struct run *run, const struct thresholds *thresholds);

#endif
