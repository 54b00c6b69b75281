/* option_rows - what an option of options.def sets, and how its value is checked. */
#include "app/option_rows.h"

#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "mta/mta.h"
#include "report/parts.h"

/* ---- what an option sets */

/* Paths, and nothing else. */
bool command_takes_paths(const struct command *command) {
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
    bool is_auto = strcmp(argument, "auto") == 0;
    if (!is_auto && !mta_named(slice_of(argument)))
        return problem_say(problem, "--mta '%s': write auto, postfix, exim or sendmail", argument);
    return set_word(row, is_auto ? NULL : argument, options, problem);
}

/* `least` is what the filter goes by. */
static bool set_filter(const struct option_row *row, const char *argument, struct options *options,
                       struct problem *problem) {
    return filter_add(&options->filter, (enum filter_by)row->least, argument, problem);
}

/* Of a reply explain is told the direction, of a log it is filtered. */
static bool set_direction(const struct option_row *row, const char *argument,
                          struct options *options, struct problem *problem) {
    enum direction direction;
    if (!command_takes_paths(options->command))
        return direction_read(slice_of(argument), &direction)
                   ? set_word(row, argument, options, problem)
                   : problem_say(problem, "--direction '%s': write in, out or local", argument);
    return filter_add(&options->filter, FILTER_DIRECTION, argument, problem);
}

static bool set_stage(const struct option_row *row, const char *argument, struct options *options,
                      struct problem *problem) {
    enum stage stage;
    if (!command_takes_paths(options->command))
        return stage_read(slice_of(argument), &stage)
                   ? set_word(row, argument, options, problem)
                   : problem_say(problem,
                                 "--stage '%s': write connect, helo, starttls, auth, mail, rcpt, "
                                 "data, end-of-data, quit, other, dns, delivery or queue",
                                 argument);
    return filter_add(&options->filter, FILTER_STAGE, argument, problem);
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

static bool set_threshold(const struct option_row *row, const char *argument,
                          struct options *options, struct problem *problem) {
    struct thresholds *list = field_of(options, row);
    struct threshold_mistake mistake;
    if (list->count == THRESHOLDS_MOST)
        return problem_say(problem, "--%s: at most %d of them", row->name, THRESHOLDS_MOST);
    if (!threshold_read(slice_of(argument), &list->items[list->count], &mistake)) {
        options->mistake = (struct mistake){argument, mistake.at};
        return problem_say(problem, "--%s '%.100s': %s", row->name, argument, mistake.why.text);
    }
    list->count++;
    return true;
}

/* Lists of one command line are one list. */
static bool set_columns(const struct option_row *row, const char *argument, struct options *options,
                        struct problem *problem) {
    const char *before = options->columns;
    if (before)
        argument = arena_print(&options->arena, "%s,%s", before, argument).at;
    return set_word(row, argument, options, problem);
}

static bool set_against(const struct option_row *row, const char *argument, struct options *options,
                        struct problem *problem) {
    (void)row;
    if (options->against_count == AGAINST_MOST)
        return problem_say(problem, "--against: at most %d files", AGAINST_MOST);
    options->against[options->against_count++] = argument;
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

const struct option_row option_rows[OPTION_ROWS] = {
#define ONE(function, field, least, most)                                                          \
    OPTION_ONE, function, offsetof(struct options, field), least, most
#define FLAG(field)                ONE(set_flag, field, 0, 0)
#define WORD(field)                ONE(set_word, field, 0, 0)
#define WHEN(field)                ONE(set_when, field, 0, 0)
#define NUMBER(field, least, most) ONE(set_number, field, least, most)
#define LIST(function, field)      OPTION_LIST, function, offsetof(struct options, field), 0, 0
#define FILTERS(by)                OPTION_LIST, set_filter, offsetof(struct options, filter), by, 0
#define ONCE(function, field)      OPTION_ONCE, function, offsetof(struct options, field), 0, 0
#define OPTION(name, letter, argument, commands, sets, help)                                       \
    {name, letter, argument, commands, sets, help},
#include "app/options.def"
#undef OPTION
};

/* ---- the rows */

const struct option_row *option_named(struct slice name) {
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (slice_is(name, option_rows[i].name))
            return &option_rows[i];
    return NULL;
}

bool option_is_of(const struct option_row *row, const struct command *command) {
    return strcmp(row->commands, "*") == 0 || strstr(row->commands, command->letter);
}

/* ---- defaults, as the help tells them */

/* "20" of "(default: 20; 0: all)", "auto" of "auto (default)". */
static struct slice default_of_all(const char *help) {
    struct slice rest = slice_of(help), before, words;
    if (!slice_cut_text(&rest, SLICE("(default"), &before))
        return (struct slice){0};
    slice_cut(&rest, ')', &words);
    if (words.length == 0) {
        before = slice_trim(before);
        return slice_from(before, slice_rfind(before, ' ') + 1);
    }
    slice_skip_byte(&words, ':');
    rest = words;
    slice_cut(&rest, ';', &words);
    return slice_trim(words);
}

/* "csv" of "report: text html; export: csv ndjson", for export. */
static struct slice default_of_command(const char *help, const struct command *command) {
    struct slice rest = slice_of(help), words, name;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ';', &words);
        words = slice_trim(words);
        if (slice_skip(&words, slice_of(command->name)) && slice_cut(&words, ':', &name)) {
            words = slice_trim(words);
            slice_cut(&words, ' ', &name);
            return name;
        }
    }
    return (struct slice){0};
}

struct slice option_default(const struct option_row *row, const struct command *command) {
    struct slice told = default_of_all(row->help);
    if (!row->argument)
        return SLICE("false");
    return told.length ? told : default_of_command(row->help, command);
}
