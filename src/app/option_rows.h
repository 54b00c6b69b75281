/* option_rows - options.def as a table: what each option is called, who takes it, and what sets it.
 * The command line, --help, the configuration and --print-config all go by it.
 */
#ifndef APP_OPTION_ROWS_H
#define APP_OPTION_ROWS_H

#include "app/options.h"

enum option_kind {
    OPTION_ONE,  /* of several the last counts */
    OPTION_LIST, /* several add up */
    OPTION_ONCE  /* asks for something now: no setting, so it has no place in a configuration */
};

/* One line of options.def. */
struct option_row {
    const char *name;
    char letter;
    const char *argument, *commands; /* argument NULL: a flag */
    enum option_kind kind;
    bool (*set)(const struct option_row *row, const char *argument, struct options *options,
                struct problem *problem);
    size_t place; /* of the field it sets */
    unsigned least, most;
    const char *help;
};

enum {
    OPTION_ROWS = 0
#define OPTION(name, letter, argument, commands, sets, help) +1
#include "app/options.def"
#undef OPTION
};

extern const struct option_row option_rows[OPTION_ROWS];

const struct option_row *option_named(struct slice name); /* NULL: none */
bool option_is_of(const struct option_row *row, const struct command *command);
/* True when the command takes paths, and nothing else. */
bool command_takes_paths(const struct command *command);
/* What holds when nobody gives it, as the help says; empty: it does not say. */
struct slice option_default(const struct option_row *row, const struct command *command);

#endif
