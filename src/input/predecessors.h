/* predecessors - what a log was before it was rotated, as far as it was not read yet.
 *
 * Who names mail.log means the log, not the file: when it was rotated since the last run, the rest
 * of what it was then lies beside it as mail.log.1, mail.log-20261120 or mail.log.2.gz, and so do
 * whole files that came and went in between.
 */
#ifndef INPUT_PREDECESSORS_H
#define INPUT_PREDECESSORS_H

#include "input/resume.h"

/* How sources are found. */
struct finding_wishes {
    int year; /* --year, 0 when not given */
    int64_t now;
    source_told *told;
    void *context;
};

/* Puts in front of each source that is another content than at the last run those files beside it
 * that hold the rest of that, and what came after it; the oldest first. */
void predecessors_add(const struct resume *resume, struct sources *sources,
                      const struct finding_wishes *wishes);

/* The same for a name that is not there now, which may be so between rotation and the next line of
 * the log. False: it was not read before, or nothing of it is beside it. */
bool predecessors_of_missing(const struct resume *resume, struct sources *sources, const char *name,
                             const struct finding_wishes *wishes);

#endif
