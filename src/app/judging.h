/* judging - thresholds held against what a run has counted: for check, and for --mail-if. */
#ifndef APP_JUDGING_H
#define APP_JUDGING_H

#include "app/analysis.h"
#include "app/recall.h"
#include "tally/threshold.h"

/* False: one asks for what is not there: a reason that the book does not have, growth without
 * history, what history does not keep. The analysis gets the place; `option` is what gave them. */
bool judging_check(const struct thresholds *thresholds, const char *option,
                   struct analysis *analysis, const struct run *run, struct problem *problem);
/* As the run counts: names are under masks, when they are asked for. Lives as long as the arena. */
struct threshold judging_shown(const struct run *run, const struct threshold *threshold,
                               struct arena *arena);
/* What thresholds are held against. */
struct judging {
    struct threshold_basis basis;
    struct tally *before[WEEKS_MOST]; /* owned */
};

/* Of a run that has read all. `past`: of that span, out of `store`; NULL: out of logs. What is
 * usual is read when one of the thresholds asks for it; what goes wrong with that is said, and
 * makes the run faulty. */
void judging_begin(struct judging *judging, struct run *run,
                   const struct thresholds *const thresholds[], size_t count,
                   const struct recalled *past);
void judging_end(struct judging *judging);
/* Any of them holds. */
bool judging_any_holds(struct run *run, const struct thresholds *thresholds,
                       const struct recalled *past);

#endif
