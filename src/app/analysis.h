/* analysis - what report and export share: knowledge, inputs, result, exit status. */
#ifndef APP_ANALYSIS_H
#define APP_ANALYSIS_H

#include "app/result.h"
#include "app/run.h"
#include "report/format.h"

/* One command that reads logs. */
struct analysis {
    const char *default_format;               /* "text" */
    bool (*has)(const struct format *format); /* the format can do what the command needs */
    /* Before the first line: sets run->listen, writes what comes first. May be NULL. */
    bool (*begin)(struct analysis *analysis, struct run *run, struct problem *problem);
    /* Instead of reading the inputs. May be NULL. */
    void (*read)(struct analysis *analysis, struct run *run);
    /* After the last line. May be NULL. */
    void (*end)(struct analysis *analysis, struct run *run);
    /* Behind the result, whether it could be written or not. May be NULL. */
    void (*told)(struct analysis *analysis, struct run *run, bool is_told);
    const struct format *format;
    struct result result;
    struct mistake mistake; /* set by a `begin` that fails: to be pointed at */
    bool without_result;    /* set by `end`: there is nothing to be written */
    struct run *run;
};

/* Gives the exit status; says every problem. */
int analysis_run(struct analysis *analysis, const struct options *options);

#endif
