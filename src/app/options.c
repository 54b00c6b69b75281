/* options - getopt_long fed from options.def; --help is printed from the same lines, so an option
 * that is read is also told. */
#include "app/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/moment.h"
#include "report/parts.h"

#define COMMAND(name, letter, operands, help) int cmd_##name(const struct options *options);
#include "app/commands.def"
#undef COMMAND

const struct command commands[] = {
#define COMMAND(name, letter, operands, help) {#name, letter, operands, help, cmd_##name},
#include "app/commands.def"
#undef COMMAND
    {0},
};

/* One line of options.def. */
struct option_row {
    const char *name;
    char letter;
    const char *argument, *commands;
    bool (*set)(const struct option_row *row, const char *argument, struct options *options,
                struct problem *problem);
    size_t place; /* of the field it sets */
    unsigned least, most;
    const char *help;
};

/* ---- what an option sets */

/* Paths, and nothing else. */
static bool takes_paths(const struct command *command) {
    return strcmp(command->operands, "[PATH...]") == 0;
}

static void *field_of(struct options *options, const struct option_row *row) {
    return (char *)options + row->place;
}

static bool set_flag(const struct option_row *row, const char *argument, struct options *options,
                     struct problem *problem) {
    (void)argument;
    (void)problem;
    *(bool *)field_of(options, row) = true;
    return true;
}

static bool set_word(const struct option_row *row, const char *argument, struct options *options,
                     struct problem *problem) {
    (void)problem;
    *(const char **)field_of(options, row) = argument;
    return true;
}

static bool set_when(const struct option_row *row, const char *argument, struct options *options,
                     struct problem *problem) {
    static const char *const words[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++)
        if (strcmp(argument, words[i]) == 0) {
            *(enum when *)field_of(options, row) = (enum when)i;
            return true;
        }
    return problem_say(problem, "--%s '%s': write auto, always or never", row->name, argument);
}

static bool set_number(const struct option_row *row, const char *argument, struct options *options,
                       struct problem *problem) {
    uint64_t number;
    if (!slice_number(slice_of(argument), &number) || number < row->least || number > row->most)
        return problem_say(problem, "--%s '%s': write a number from %u to %u", row->name, argument,
                           row->least, row->most);
    *(unsigned *)field_of(options, row) = (unsigned)number;
    return true;
}

static bool set_top(const struct option_row *row, const char *argument, struct options *options,
                    struct problem *problem) {
    options->top_given = true;
    return set_number(row, argument, options, problem);
}

static bool set_mta(const struct option_row *row, const char *argument, struct options *options,
                    struct problem *problem) {
    return set_word(row, strcmp(argument, "auto") ? argument : NULL, options, problem);
}

/* `least` is what the filter goes by. */
static bool set_filter(const struct option_row *row, const char *argument, struct options *options,
                       struct problem *problem) {
    return filter_add(&options->filter, (enum filter_by)row->least, argument, problem);
}

/* Of a reply explain is told the direction, of a log it is filtered. */
static bool set_direction(const struct option_row *row, const char *argument,
                          struct options *options, struct problem *problem) {
    if (!takes_paths(options->command))
        return set_word(row, argument, options, problem);
    return filter_add(&options->filter, FILTER_DIRECTION, argument, problem);
}

static bool set_parts(const struct option_row *row, const char *argument, struct options *options,
                      struct problem *problem) {
    struct problem why;
    return parts_read(argument, field_of(options, row), &why) ||
           problem_say(problem, "--%s: %s", row->name, why.text);
}

/* Numbers and the names of columns stand without quotes: what they are made of is no delimiter. */
static bool set_delimiter(const struct option_row *row, const char *argument,
                          struct options *options, struct problem *problem) {
    struct slice sign = strcmp(argument, "tab") == 0 ? SLICE("\t") : slice_of(argument);
    bool fits =
        sign.length == 1 && (sign.at[0] == '\t' || (sign.at[0] >= ' ' && sign.at[0] <= '~'));
    if (!fits || is_alnum(sign.at[0]) || strchr("\"._-+", sign.at[0]))
        return problem_say(problem,
                           "--%s '%s': write one sign such as ';' (no letter, digit, quote or any "
                           "of . _ - +), or the word tab",
                           row->name, argument);
    options->delimiter = sign.at[0];
    return true;
}

static bool set_output(const struct option_row *row, const char *argument, struct options *options,
                       struct problem *problem) {
    if (!*argument)
        return problem_say(problem, "--output: name a file");
    return set_word(row, argument, options, problem);
}

static bool say_bad_address(const struct option_row *row, struct slice address,
                            struct problem *problem) {
    return problem_say(problem,
                       "--%s '%.*s': write an address such as postmaster@example.com, or a local "
                       "name such as root",
                       row->name, SLICE_ARGS(address));
}

static bool set_mail_to(const struct option_row *row, const char *argument, struct options *options,
                        struct problem *problem) {
    struct slice rest = slice_of(argument), address;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ',', &address);
        while (slice_skip_byte(&address, ' '))
            ;
        if (!mail_address_is_good(address))
            return say_bad_address(row, address, problem);
        if (options->mail_to_count == MAIL_RECIPIENTS)
            return problem_say(problem, "--%s: at most %d addresses", row->name, MAIL_RECIPIENTS);
        options->mail_to[options->mail_to_count++] = address;
    }
    return true;
}

static bool set_mail_from(const struct option_row *row, const char *argument,
                          struct options *options, struct problem *problem) {
    if (!mail_address_is_good(slice_of(argument)))
        return say_bad_address(row, slice_of(argument), problem);
    return set_word(row, argument, options, problem);
}

static bool add_local_domain(struct options *options, struct slice domain,
                             struct problem *problem) {
    if (!domain.length || slice_find(domain, '@') != SIZE_MAX ||
        slice_find(domain, '*') != SIZE_MAX)
        return problem_say(problem, "--local-domain '%.*s': write a domain, such as example.com",
                           SLICE_ARGS(slice_head(domain, 64)));
    if (options->local_domain_count == LOCAL_DOMAINS)
        return problem_say(problem, "--local-domain: at most %d domains", LOCAL_DOMAINS);
    options->local_domains[options->local_domain_count++] = domain;
    return true;
}

static bool set_local_domain(const struct option_row *row, const char *argument,
                             struct options *options, struct problem *problem) {
    struct slice rest = slice_of(argument), domain;
    (void)row;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ',', &domain);
        if (!add_local_domain(options, slice_trim(domain), problem))
            return false;
    }
    return true;
}

static bool set_patterns(const struct option_row *row, const char *argument,
                         struct options *options, struct problem *problem) {
    (void)row;
    if (options->pattern_count == PATTERN_FOLDERS)
        return problem_say(problem, "--patterns: at most %d folders", PATTERN_FOLDERS);
    options->patterns[options->pattern_count++] = argument;
    return true;
}

static const struct option_row rows[] = {
#define SET(function, field, least, most) function, offsetof(struct options, field), least, most
#define FLAG(field)                       SET(set_flag, field, 0, 0)
#define WORD(field)                       SET(set_word, field, 0, 0)
#define WHEN(field)                       SET(set_when, field, 0, 0)
#define NUMBER(field, least, most)        SET(set_number, field, least, most)
#define FILTERS(by)                       SET(set_filter, filter, by, 0)
#define OPTION(name, letter, argument, commands, sets, help)                                       \
    {name, letter, argument, commands, sets, help},
#include "app/options.def"
#undef OPTION
};

/* Long options are told by their place behind all letters. */
enum { ROWS = sizeof rows / sizeof *rows, FIRST_LONG = 1000 };

/* ---- reading them */

static bool takes(const struct command *command, const struct option_row *row) {
    return strcmp(row->commands, "*") == 0 || strstr(row->commands, command->letter);
}

static const struct option_row *row_of(int found) {
    for (int i = 0; i < ROWS; i++)
        if (found == FIRST_LONG + i || (rows[i].letter && found == rows[i].letter))
            return &rows[i];
    return NULL;
}

static const struct command *command_named(const char *word) {
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(command->name, word) == 0)
            return command;
    return NULL;
}

/* The table as getopt wants it. */
struct spelling {
    struct option longs[ROWS + 1];
    char shorts[2 * ROWS + 3]; /* behind a first byte of the caller's */
};

static struct spelling spelling_of(char first) {
    struct spelling spelling = {.shorts = {first, ':'}};
    size_t used = 2;
    for (int i = 0; i < ROWS; i++) {
        spelling.longs[i] = (struct option){
            rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, FIRST_LONG + i};
        if (rows[i].letter)
            spelling.shorts[used++] = rows[i].letter;
        if (rows[i].letter && rows[i].argument)
            spelling.shorts[used++] = ':';
    }
    return spelling;
}

/* The command is the first word that is no option, when it is one: a file called "report" is read
 * as ./report. */
static void take_command(struct options *options, int *argc, char **argv) {
    struct spelling spelling = spelling_of('+');
    opterr = 0;
    while (getopt_long(*argc, argv, spelling.shorts, spelling.longs, NULL) != -1)
        ;
    int at = optind;
    optind = 0; /* from the start again */
    options->command = &commands[0];
    const struct command *named =
        at < *argc && strcmp(argv[at - 1], "--") != 0 ? command_named(argv[at]) : NULL;
    if (!named)
        return;
    options->command = named;
    options->command_given = true;
    memmove(&argv[at], &argv[at + 1], (size_t)(*argc - at) * sizeof *argv);
    --*argc;
}

/* When all options are read, because --timezone may come behind a time. */
static bool resolve_times(struct options *options, struct problem *problem) {
    const char *since = options->since_wish, *until = options->until_wish;
    struct problem why;
    if (!moment_zone(options->timezone, problem))
        return false;
    if (since && !moment_read_wish(slice_of(since), options->now, &options->since, &why))
        return problem_say(problem, "--since: %s", why.text);
    if (until && !moment_read_wish(slice_of(until), options->now, &options->until, &why))
        return problem_say(problem, "--until: %s", why.text);
    if (since && until && options->since >= options->until)
        return problem_say(problem, "--since '%s' is not before --until '%s'", since, until);
    return true;
}

bool options_read(struct options *options, int argc, char **argv, struct problem *problem) {
    *options = (struct options){
        .now = (int64_t)time(NULL), .since = MOMENT_NONE, .until = MOMENT_NONE, .top = 20};
    take_command(options, &argc, argv);
    struct spelling spelling = spelling_of('-');
    for (int found;
         (found = getopt_long(argc, argv, spelling.shorts + 1, spelling.longs, NULL)) != -1;) {
        const struct option_row *row = row_of(found);
        const char *word = argv[optind - 1];
        if (found == ':')
            return problem_say(problem, "%s needs a value: see 'mailtriage %s --help'", word,
                               options->command->name);
        if (!row && optopt >= FIRST_LONG)
            return problem_say(problem, "'%s': this option takes no value", word);
        if (!row && optopt) /* a letter, maybe one of several in a word */
            return problem_say(problem, "unknown option '-%c': see 'mailtriage %s --help'", optopt,
                               options->command->name);
        if (!row)
            return problem_say(problem, "unknown option '%s': see 'mailtriage %s --help'", word,
                               options->command->name);
        if (!takes(options->command, row))
            return problem_say(problem, "--%s is no option of 'mailtriage %s'", row->name,
                               options->command->name);
        if (!row->set(row, optarg, options, problem))
            return false;
    }
    options->operands = argv + optind;
    options->operand_count = (size_t)(argc - optind);
    if (options->journal && options->operand_count && takes_paths(options->command))
        return problem_say(problem,
                           "--journal and '%s': the one or the other; journal files are "
                           "read without --journal",
                           options->operands[0]);
    return resolve_times(options, problem);
}

/* Prints words after a margin, broken at 100 columns. */
static void print_flowing(const char *text, size_t margin, size_t column) {
    for (bool first = true; *text; first = false) {
        size_t length = strcspn(text, " ");
        if (!first && column + 1 + length > 99) {
            printf("\n%*s", (int)margin, "");
            column = margin;
        } else if (!first) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)length, text);
        column += length;
        text += length + strspn(text + length, " ");
    }
    putchar('\n');
}

static void print_option(const struct option_row *row) {
    char name[64];
    int length = row->letter ? snprintf(name, sizeof name, "  -%c, --%s", row->letter, row->name)
                             : snprintf(name, sizeof name, "      --%s", row->name);
    if (row->argument)
        length += snprintf(name + length, sizeof name - (size_t)length, " %s", row->argument);
    printf("%-26s ", name);
    print_flowing(row->help, 27, length > 26 ? (size_t)length + 1 : 27);
}

static void print_commands(void) {
    printf("mailtriage - reads Postfix, Exim and Sendmail logs and says what went wrong, why, and "
           "what to do\n\n"
           "usage: mailtriage [COMMAND] [OPTION...] [PATH|WORD...]\n\ncommands:\n");
    for (const struct command *command = commands; command->name; command++) {
        printf("  %-8s %-16s ", command->name, command->operands);
        print_flowing(command->help, 28, 28);
    }
    printf("\nPATH is a log file, a folder of them, a glob in quotes, or - for standard input; "
           "plain or\ncompressed. Without PATH: standard input when it is a pipe or file, else the "
           "system's usual mail\nlogs, else the systemd journal.\n");
}

void options_help(const struct command *command) {
    if (command)
        printf("usage: mailtriage %s [OPTION...] %s\n\n%s\n", command->name, command->operands,
               command->help);
    else
        print_commands();
    printf("\noptions:\n");
    for (int i = 0; i < ROWS; i++)
        if (!command || takes(command, &rows[i]))
            print_option(&rows[i]);
    printf("\nexit status: 0 done; 1 done, but an input was missing, damaged or not understood; "
           "2 wrong usage\nor pattern file\n");
}
