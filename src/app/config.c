/* config - a configuration is a command line written beforehand: the same options by the same names
 * with the same checks (options.def), and the command line has the last word.
 *
 *     timezone: Europe/Berlin           for every command that knows the option
 *     report: {top: 10, mail-to: root}  for one command; goes before what stands outside
 *
 * The whole file is checked at every run, also what is for other commands: a mistake shows at once
 * and not on the day when that command runs. The values of other commands are set in options that
 * nobody uses.
 */
#include "app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_mute.h"
#include "app/option_rows.h"
#include "base/edits.h"
#include "input/reader.h"
#include "rules/yaml.h"

static const char usual_file[] = CONFIG_FOLDER "/config.yaml";

/* ---- the key */

/* The option that may have been meant, or NULL. */
static const char *near_option(struct slice key) {
    const char *near = NULL;
    size_t fewest = key.length < 4 ? 2 : 3; /* so many are another word */
    for (size_t i = 0; i < OPTION_ROWS; i++) {
        size_t edits = edits_between(key, slice_of(option_rows[i].name));
        if (edits < fewest && option_rows[i].kind != OPTION_ONCE) {
            fewest = edits;
            near = option_rows[i].name;
        }
    }
    return near;
}

static bool is_of_secrets(struct slice name) {
    static const char *const words[] = {"passw", "passphrase", "secret", "token", "key"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_find_text(name, slice_of(words[i])) != SIZE_MAX)
            return true;
    return false;
}

static bool say_at_key(const struct yaml *node, struct problem *problem, const char *text) {
    return problem_say(problem, "%s:%u:%u: %s", node->file, node->key_line, node->key_column, text);
}

static bool say_unknown(const struct yaml *node, struct problem *problem) {
    struct problem why;
    struct slice key = slice_head(node->key, 64), bare = key;
    while (slice_skip_byte(&bare, '-'))
        ;
    const char *near = near_option(bare);
    if (near && bare.length < key.length)
        problem_say(&why, "'%.*s': options are written without dashes: '%s'", SLICE_ARGS(key),
                    near);
    else if (near)
        problem_say(&why, "no option '%.*s'; did you mean '%s'?", SLICE_ARGS(key), near);
    else if (is_of_secrets(key))
        problem_say(&why,
                    "'%.*s': no secret may stand here, others read this file; the only one that "
                    "mailtriage takes is the key of --mask, by the name of its file: 'mask-key'",
                    SLICE_ARGS(key));
    else
        problem_say(&why,
                    "no option or command '%.*s': 'mailtriage --help' lists them; options are "
                    "written without dashes",
                    SLICE_ARGS(key));
    return say_at_key(node, problem, why.text);
}

/* The option of a key; NULL: said in problem. */
static const struct option_row *row_of(const struct yaml *node, const struct command *command,
                                       struct problem *problem) {
    const struct option_row *row = option_named(node->key);
    struct problem why;
    if (row && row->kind != OPTION_ONCE && (!command || option_is_of(row, command)))
        return row;
    if (!row) {
        say_unknown(node, problem);
        return NULL;
    }
    if (row->kind == OPTION_ONCE)
        problem_say(&why, "'%s' stands on the command line only", row->name);
    else
        problem_say(&why, "'%s' is no option of 'mailtriage %s'", row->name, command->name);
    say_at_key(node, problem, why.text);
    return NULL;
}

/* ---- the value */

/* Runs begin in any folder, so a name of a file must not hang on it. Where a secret is asked for by
 * its file, what is no such name may be the secret itself: it is not repeated. */
static bool check_path(const struct option_row *row, const struct yaml *node,
                       struct problem *problem) {
    bool is_path = strcmp(row->argument, "FILE") == 0 || strcmp(row->argument, "DIR") == 0;
    if (!is_path || node->text.at[0] == '/')
        return true;
    if (is_of_secrets(slice_of(row->name)))
        return yaml_say(node, problem,
                        "no secret may stand here, others read this file: '%s' takes the name of "
                        "the file that holds it, beginning with '/'",
                        row->name);
    return yaml_say(node, problem, "'%s' takes a name that begins with '/', not '%.*s'", row->name,
                    SLICE_ARGS(slice_head(node->text, 200)));
}

static bool check_text(const struct option_row *row, const struct yaml *node,
                       struct problem *problem) {
    if (node->kind == YAML_MAPPING)
        return yaml_say(node, problem, "'%s' takes no keys; text with ':' goes in quotes",
                        row->name);
    if (node->kind == YAML_LIST)
        return yaml_say(node, problem, "'%s' takes one value, no list%s", row->name,
                        row->kind == OPTION_LIST ? " of lists" : "");
    if (node->text.length == 0)
        return yaml_say(node, problem, "'%s' without a value: take the line out%s", row->name,
                        row->argument ? ", or write \"...\"" : "");
    return true;
}

static bool set_flag_value(struct options *options, const struct option_row *row,
                           const struct yaml *node, struct problem *problem) {
    bool wanted = slice_is(node->text, "true");
    if (!wanted && !slice_is(node->text, "false"))
        return yaml_say(node, problem, "'%s' is true or false, not '%.*s'", row->name,
                        SLICE_ARGS(slice_head(node->text, 200)));
    return !wanted || row->set(row, NULL, options, problem);
}

static bool set_value(struct options *options, const struct option_row *row,
                      const struct yaml *node, struct problem *problem) {
    struct problem why;
    if (!check_text(row, node, problem))
        return false;
    options_note(options, row, node->text.at, node);
    if (!row->argument)
        return set_flag_value(options, row, node, problem);
    return check_path(row, node, problem) &&
           (row->set(row, node->text.at, options, &why) || yaml_say(node, problem, "%s", why.text));
}

static bool set_values(struct options *options, const struct option_row *row,
                       const struct yaml *node, struct problem *problem) {
    if (node->kind != YAML_LIST || row->kind != OPTION_LIST)
        return set_value(options, row, node, problem);
    for (const struct yaml *item = node->first; item; item = item->next)
        if (!set_value(options, row, item, problem))
            return false;
    return node->count > 0 || yaml_say(node, problem, "an empty list: take '%s' out", row->name);
}

/* ---- the file */

static const struct command *first_command_of(const struct option_row *row) {
    const struct command *command = commands;
    while (!option_is_of(row, command))
        command++;
    return command;
}

/* Whether the option could be set, in options that nobody uses. */
static bool check_setting(const struct yaml *node, const struct command *command,
                          struct options *options, struct problem *problem) {
    const struct option_row *row = row_of(node, command, problem);
    if (!row)
        return false;
    struct options unused = {.command = command ? command : first_command_of(row)};
    bool good = set_values(&unused, row, node, problem);
    options->mistake = unused.mistake;
    options_release(&unused);
    return good;
}

static bool check_section(const struct yaml *section, const struct command *command,
                          struct options *options, struct problem *problem) {
    if (section->kind != YAML_MAPPING)
        return yaml_say(section, problem,
                        "'%s' is a command: write its options under it, as in '%s: {quiet: true}'",
                        command->name, command->name);
    for (const struct yaml *node = section->first; node; node = node->next) {
        if (slice_is(node->key, "mute"))
            return say_at_key(node, problem, "'mute' stands outside of the commands");
        if (!check_setting(node, command, options, problem))
            return false;
    }
    return true;
}

/* A word may be both a command and an option: then it is one by what stands behind it. */
static const struct command *section_of(const struct yaml *node) {
    bool is_setting = node->kind != YAML_MAPPING && option_named(node->key);
    return is_setting ? NULL : command_named(node->key);
}

static bool check_file(const struct yaml *root, struct options *options, struct problem *problem) {
    if (root->kind != YAML_MAPPING)
        return yaml_say(root, problem, "options are needed here, such as 'timezone: UTC'");
    for (const struct yaml *node = root->first; node; node = node->next) {
        const struct command *command = section_of(node);
        if (slice_is(node->key, "mute")) {
            if (!config_mutes(options, node, problem))
                return false;
            continue;
        }
        if (!(command ? check_section(node, command, options, problem)
                      : check_setting(node, NULL, options, problem)))
            return false;
    }
    return true;
}

/* What is given already stays. */
static bool set_missing(struct options *options, const struct yaml *mapping,
                        struct problem *problem) {
    for (const struct yaml *node = mapping->first; node; node = node->next) {
        const struct option_row *row = option_named(node->key);
        if (row && !section_of(node) && option_is_of(row, options->command) &&
            !options_gave(options, row) && !set_values(options, row, node, problem))
            return false;
    }
    return true;
}

/* Comments and blank lines are a configuration that sets nothing. */
static bool is_blank(struct slice bytes) {
    struct slice line;
    slice_skip(&bytes, SLICE("\xef\xbb\xbf"));
    for (bool more = true; more;) {
        more = slice_cut(&bytes, '\n', &line);
        line = slice_trim(line);
        if (line.length && line.at[0] != '#')
            return false;
    }
    return true;
}

bool config_apply(struct options *options, const char *file, struct slice bytes,
                  struct problem *problem) {
    const struct yaml *root;
    options->config = file;
    if (is_blank(bytes))
        return true;
    if (!yaml_read(&options->arena, file, bytes, &root, problem) ||
        !check_file(root, options, problem))
        return false;
    const struct yaml *section = yaml_get(root, options->command->name);
    return (!section || !section_of(section) || set_missing(options, section, problem)) &&
           set_missing(options, root, problem);
}

static bool read_bytes(int fd, const char *file, struct arena *arena, struct slice *bytes_r,
                       struct problem *problem) {
    enum { MOST = 1024 * 1024 };
    struct problem why;
    char *bytes = arena_alloc(arena, MOST);
    struct reader *reader = reader_plain(fd);
    size_t length = 0;
    bool good = reader_fill(reader, bytes, MOST, &length, &why);
    reader_close(reader);
    if (!good)
        return problem_say(problem, "cannot read '%s': %s", file, why.text);
    *bytes_r = (struct slice){bytes, length};
    return length < MOST || problem_say(problem, "'%s' is larger than 1 MiB", file);
}

bool config_read(struct options *options, struct problem *problem) {
    const char *file = options->config ? options->config : usual_file;
    struct slice bytes;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && !options->config && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (fd < 0)
        return problem_errno(problem, "cannot open '%s'", file);
    return read_bytes(fd, file, &options->arena, &bytes, problem) &&
           config_apply(options, file, bytes, problem);
}
