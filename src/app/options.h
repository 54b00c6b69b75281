/* options - the command line, read by one table (options.def). */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "base/arena.h"
#include "base/problem.h"
#include "base/slice.h"
#include "base/span_words.h"
#include "finding/filter.h"
#include "finding/mutes.h"
#include "report/mail.h"
#include "tally/threshold.h"

/* Where the configuration and a site's own patterns lie. */
#define CONFIG_FOLDER MAILTRIAGE_SYSCONFDIR "/mailtriage"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

struct options;
struct option_row; /* option_rows.h */
struct yaml;       /* rules/yaml.h */

struct command {
    const char *name, *letter, *operands, *help;
    int (*run)(const struct options *options);
};

extern const struct command commands[];                 /* name NULL at the end */
const struct command *command_named(struct slice word); /* NULL: none */

enum { PATTERN_FOLDERS = 16, LOCAL_DOMAINS = 256, AGAINST_MOST = 64 };

/* One time that an option was given: `line` of the configuration, or of no line (0), on the
 * command line. */
struct given {
    const struct option_row *row;
    const char *text; /* a flag of the command line: "true" */
    unsigned line, column;
    struct given *next;
};

struct options {
    const struct command *command;
    bool command_given;                  /* else it is the default command */
    int64_t now;                         /* seconds: the one clock of the run */
    int64_t since, until;                /* seconds; MOMENT_NONE: not given */
    const char *since_wish, *until_wish; /* as they were written; NULL: not given */
    const char *mta;                     /* NULL: auto */
    unsigned year;                       /* 0: not given */
    const char *timezone, *format, *output, *columns, *unique, *stage, *direction, *lang, *mask_key;
    const char *history, *keep, *key_file, *cluster, *push_to;
    struct filter filter;
    uint64_t only, without;   /* parts of the report, report/parts.h; 0: not given */
    unsigned top, min, width; /* width: 0: not given */
    unsigned history_size;    /* MiB; 0: not given */
    bool journal, resume, mask, top_given, all, why, hits, bom, no_config, print_config, quiet;
    bool help, version, partial, print, again;
    char delimiter; /* of CSV; 0: not given */
    unsigned jobs;  /* 0: not given */
    const char *patterns[PATTERN_FOLDERS];
    size_t pattern_count;
    struct mutes mutes;
    const char *against[AGAINST_MOST]; /* what the report is compared with, as it was written */
    size_t against_count;
    bool against_is_span; /* the one word is a span of the same logs: */
    struct time_span against_span;
    struct slice local_domains[LOCAL_DOMAINS];
    size_t local_domain_count;
    enum when color, progress;
    struct slice mail_to[MAIL_RECIPIENTS]; /* checked */
    size_t mail_to_count;
    const char *mail_from; /* checked; NULL: not given */
    struct thresholds warning, critical, mail_if;
    struct mistake {      /* in the value of an option, to be pointed at */
        const char *line; /* NULL: none */
        size_t at;
    } mistake;
    char **operands;
    size_t operand_count;
    const char *config;               /* the configuration that is read; NULL: none */
    struct given *given, *given_last; /* in the order of reading: the command line first */
    struct arena arena;               /* of these, and of what the configuration says */
};

/* Reads argv, and the configuration for what it leaves open. False: wrong usage, said in problem.
 * Sets the zone of the run (--timezone). Release also after failure. */
bool options_read(struct options *options, int argc, char **argv, struct problem *problem);
void options_release(struct options *options);

/* Keeps that an option was given; where: NULL for the command line. */
void options_note(struct options *options, const struct option_row *row, const char *text,
                  const struct yaml *where);
bool options_gave(const struct options *options, const struct option_row *row);
/* True when the command line gives it. What only the configuration says is passed over where it
 * does not fit what is asked: it is not said for this run. */
bool options_insist(const struct options *options, const char *name);
/* Says a problem, behind its place when it begins with an option ("--top ...") that the
 * configuration has set. */
void options_fault(const struct options *options, const struct problem *problem);
/* The text of --help, for one command or (NULL) for the program. */
void options_help(const struct command *command);

#endif
