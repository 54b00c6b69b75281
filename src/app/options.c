/* options - getopt_long fed from options.def; --help is printed from the same lines, so an option
 * that is read is also told. The configuration comes behind the command line (config.c), for what
 * that leaves open. */
#include "app/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/config.h"
#include "app/config_mute.h"
#include "app/option_rows.h"
#include "app/say.h"
#include "base/ascii.h"
#include "base/moment.h"
#include "rules/yaml.h"
#include "store/store.h"

#define COMMAND(name, letter, operands, help) int cmd_##name(const struct options *options);
#include "app/commands.def"
#undef COMMAND

const struct command commands[] = {
#define COMMAND(name, letter, operands, help) {#name, letter, operands, help, cmd_##name},
#include "app/commands.def"
#undef COMMAND
    {0},
};

/* Long options are told by their place behind all letters. */
enum { FIRST_LONG = 1000 };

/* ---- reading them */

static const struct option_row *row_of(int found) {
    for (int i = 0; i < OPTION_ROWS; i++)
        if (found == FIRST_LONG + i || (option_rows[i].letter && found == option_rows[i].letter))
            return &option_rows[i];
    return NULL;
}

const struct command *command_named(struct slice word) {
    for (const struct command *command = commands; command->name; command++)
        if (slice_is(word, command->name))
            return command;
    return NULL;
}

/* The table as getopt wants it. */
struct spelling {
    struct option longs[OPTION_ROWS + 1];
    char shorts[2 * OPTION_ROWS + 3]; /* behind a first byte of the caller's */
};

static struct spelling spelling_of(char first) {
    struct spelling spelling = {.shorts = {first, ':'}};
    size_t used = 2;
    for (int i = 0; i < OPTION_ROWS; i++) {
        spelling.longs[i] = (struct option){
            option_rows[i].name, option_rows[i].argument ? required_argument : no_argument, NULL,
            FIRST_LONG + i};
        if (option_rows[i].letter)
            spelling.shorts[used++] = option_rows[i].letter;
        if (option_rows[i].letter && option_rows[i].argument)
            spelling.shorts[used++] = ':';
    }
    return spelling;
}

/* The command is the first word that is no option, when it is one: a file called "report" is read
 * as ./report. */
static void take_command(struct options *options, int *argc, char **argv) {
    struct spelling spelling = spelling_of('+');
    opterr = optind = 0; /* from the start, whatever was read before */
    while (getopt_long(*argc, argv, spelling.shorts, spelling.longs, NULL) != -1)
        ;
    int at = optind;
    optind = 0; /* and again */
    options->command = &commands[0];
    const struct command *named =
        at < *argc && strcmp(argv[at - 1], "--") != 0 ? command_named(slice_of(argv[at])) : NULL;
    if (!named)
        return;
    options->command = named;
    options->command_given = true;
    memmove(&argv[at], &argv[at + 1], (size_t)(*argc - at) * sizeof *argv);
    --*argc;
}

/* ---- what is compared */

/* RFC 3339: what the commands that a report shows can be given again. */
static const char *time_words(struct options *options, int64_t seconds) {
    char text[MOMENT_TEXT];
    struct moment moment = moment_here(seconds);
    return arena_copy(&options->arena, (struct slice){text, moment_print(&moment, text)}).at;
}

/* A report that has no span of its own is of what is beside the span it is compared with: behind
 * it, or else before. */
static void stand_beside(struct options *options) {
    struct time_span span = options->against_span;
    if (options->since_wish || options->until_wish)
        return;
    if (span.until != MOMENT_NONE) {
        options->since = span.until;
        options->since_wish = time_words(options, options->since);
    } else {
        options->until = span.since;
        options->until_wish = time_words(options, options->until);
    }
}

static bool say_no_span(const char *word, struct problem *problem) {
    return problem_say(problem,
                       "--against '%s': no such file, and no span of time: write today, yesterday, "
                       "a date, 'last week' (hour, day, month), FROM..UNTIL with words of --since, "
                       "before, 'day before' or 'week before'",
                       word);
}

/* A glob is looked up later, as a path is. */
static bool is_file(const char *word) {
    return strcmp(word, "-") == 0 || strpbrk(word, "*?[") || store_is_cluster(word) ||
           access(word, F_OK) == 0;
}

static bool resolve_against(struct options *options, struct problem *problem) {
    struct problem why;
    for (size_t i = 0; i < options->against_count; i++) {
        const char *word = options->against[i];
        enum span_reading reading = span_words_read(
            slice_of(word), options->now, (struct time_span){options->since, options->until},
            &options->against_span, &why);
        if (reading == SPAN_IS_WRONG)
            return problem_say(problem, "--against: %s", why.text);
        if (reading == SPAN_IS_NONE && !is_file(word))
            return say_no_span(word, problem);
        if (store_is_cluster(word) && !store_can_be(word, &why))
            return problem_say(problem, "--against: %s", why.text);
        options->against_is_span |= reading == SPAN_IS_READ;
    }
    if (options->against_is_span && options->against_count > 1)
        return problem_say(problem, "--against: one span, or files");
    if (options->against_is_span)
        stand_beside(options);
    return true;
}

/* When all options are read, because --timezone may come behind a time. */
static bool resolve_times(struct options *options, struct problem *problem) {
    const char *since = options->since_wish, *until = options->until_wish;
    struct problem why;
    if (!moment_zone(options->timezone, &why))
        return problem_say(problem, "--timezone: %s", why.text);
    if (since && !moment_read_wish(slice_of(since), options->now, &options->since, &why))
        return problem_say(problem, "--since: %s", why.text);
    if (until && !moment_read_wish(slice_of(until), options->now, &options->until, &why))
        return problem_say(problem, "--until: %s", why.text);
    if (since && until && options->since >= options->until)
        return problem_say(problem, "--since '%s' is not before --until '%s'", since, until);
    return config_mutes_resolve(options, problem) && resolve_against(options, problem);
}

static bool read_command_line(struct options *options, int argc, char **argv,
                              struct problem *problem) {
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
        if (!option_is_of(row, options->command))
            return problem_say(problem, "--%s is no option of 'mailtriage %s'", row->name,
                               options->command->name);
        if (!row->set(row, optarg, options, problem))
            return false;
        options_note(options, row, optarg ? optarg : "true", NULL);
    }
    options->operands = argv + optind;
    options->operand_count = (size_t)(argc - optind);
    return true;
}

/* Paths are read instead of the journal of the configuration; those of rules stand behind a word.
 */
static bool choose_journal(struct options *options, struct problem *problem) {
    size_t words = command_takes_paths(options->command) ? 0 : 1;
    if (!options->journal || options->operand_count <= words)
        return true;
    if (options_insist(options, "journal"))
        return problem_say(problem,
                           "--journal and '%s': the one or the other; journal files are "
                           "read without --journal",
                           options->operands[words]);
    options->journal = false;
    return true;
}

/* Help must be had with a broken configuration too. */
static bool read_config(struct options *options, struct problem *problem) {
    if (options->help || options->version)
        return true;
    if (options->config && options->no_config)
        return problem_say(problem, "--config and --no-config: the one or the other");
    return options->no_config || config_read(options, problem);
}

/* What no history can be named is wrong usage, wherever it would be opened. */
static bool name_histories(const struct options *options, struct problem *problem) {
    const struct {
        const char *option, *where;
    } names[] = {{"history", options->history}, {"push-to", options->push_to}};
    struct problem why;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].where && !store_can_be(names[i].where, &why))
            return problem_say(problem, "--%s: %s", names[i].option, why.text);
    if (options->resume && options->history && store_is_cluster(options->history))
        return problem_say(problem, "--history: --resume keeps history in a file; 'mailtriage "
                                    "history push' brings that to a cluster");
    return true;
}

bool options_read(struct options *options, int argc, char **argv, struct problem *problem) {
    *options = (struct options){
        .now = (int64_t)time(NULL), .since = MOMENT_NONE, .until = MOMENT_NONE, .top = 20};
    arena_init(&options->arena);
    return read_command_line(options, argc, argv, problem) && read_config(options, problem) &&
           choose_journal(options, problem) && resolve_times(options, problem) &&
           name_histories(options, problem);
}

void options_release(struct options *options) {
    arena_release(&options->arena);
}

/* ---- who gave what */

void options_note(struct options *options, const struct option_row *row, const char *text,
                  const struct yaml *where) {
    struct given *given = arena_alloc(&options->arena, sizeof *given);
    *given = (struct given){.row = row, .text = text};
    if (where) {
        given->line = where->line;
        given->column = where->column;
    }
    if (options->given_last)
        options->given_last->next = given;
    else
        options->given = given;
    options->given_last = given;
}

static const struct given *last_given(const struct options *options, struct slice name) {
    const struct given *last = NULL;
    for (const struct given *given = options->given; given; given = given->next)
        if (slice_is(name, given->row->name))
            last = given;
    return last;
}

bool options_gave(const struct options *options, const struct option_row *row) {
    return last_given(options, slice_of(row->name));
}

bool options_insist(const struct options *options, const char *name) {
    const struct given *given = last_given(options, slice_of(name));
    return given && !given->line;
}

/* Messages about an option begin with it. */
static const struct given *given_of(const struct options *options, struct slice message) {
    size_t length = 0;
    if (!slice_skip(&message, SLICE("--")))
        return NULL;
    while (length < message.length && (is_letter(message.at[length]) || message.at[length] == '-'))
        length++;
    return last_given(options, slice_head(message, length));
}

void options_fault(const struct options *options, const struct problem *problem) {
    const struct given *given = given_of(options, slice_of(problem->text));
    if (given && given->line)
        say_fault("%s:%u:%u: %s", options->config, given->line, given->column, problem->text);
    else
        say_fault("%s", problem->text);
    if (options->mistake.line)
        say_place(options->mistake.line, options->mistake.at);
}

/* ---- help */

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
    for (int i = 0; i < OPTION_ROWS; i++)
        if (!command || option_is_of(&option_rows[i], command))
            print_option(&option_rows[i]);
    if (command && command->run == cmd_check)
        printf("\nexit status: 0 fine; 1 warning; 2 critical; 3 unknown: no input, one that could "
               "not be read or\nunderstood, or wrong usage\n");
    else
        printf("\nexit status: 0 done; 1 done, but an input was missing, damaged or not "
               "understood; 2 wrong usage,\nconfiguration or pattern file\n");
}
