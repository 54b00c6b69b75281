/* options - the command line, read by one table (options.def). */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "base/problem.h"
#include "base/slice.h"
#include "finding/filter.h"
#include "report/mail.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

struct options;

struct command {
    const char *name, *letter, *operands, *help;
    int (*run)(const struct options *options);
};

extern const struct command commands[]; /* name NULL at the end */

enum { PATTERN_FOLDERS = 16, LOCAL_DOMAINS = 256 };

struct options {
    const struct command *command;
    bool command_given;                  /* else it is the default command */
    int64_t now;                         /* seconds: the one clock of the run */
    int64_t since, until;                /* seconds; MOMENT_NONE: not given */
    const char *since_wish, *until_wish; /* as they were written; NULL: not given */
    const char *mta;                     /* NULL: auto */
    unsigned year;                       /* 0: not given */
    const char *timezone, *format, *output, *columns, *unique, *stage, *direction, *lang, *mask_key;
    struct filter filter;
    uint64_t only, without;   /* parts of the report, report/parts.h; 0: not given */
    unsigned top, min, width; /* width: 0: not given */
    bool journal, mask, top_given, all, why, hits, bom, no_config, quiet, help, version;
    char delimiter; /* of CSV; 0: not given */
    unsigned jobs;  /* 0: not given */
    const char *patterns[PATTERN_FOLDERS];
    size_t pattern_count;
    struct slice local_domains[LOCAL_DOMAINS];
    size_t local_domain_count;
    enum when color, progress;
    struct slice mail_to[MAIL_RECIPIENTS]; /* checked */
    size_t mail_to_count;
    const char *mail_from; /* checked; NULL: not given */
    char **operands;
    size_t operand_count;
};

/* Reads argv. False: wrong usage, said in problem. Sets the zone of the run (--timezone). */
bool options_read(struct options *options, int argc, char **argv, struct problem *problem);
/* The text of --help, for one command or (NULL) for the program. */
void options_help(const struct command *command);

#endif
