/* config_print - --print-config: each option of the command as a line of a configuration, with who
 * gave it behind. What nobody gave is a comment with its default; so the whole is a configuration
 * again, which sets the same:
 *
 *     top: 50                              # command line
 *     # color: auto                        # default
 */
#include "app/config.h"
#include "app/option_rows.h"
#include "app/say.h"
#include "base/ascii.h"

/* True when YAML takes it for the same text. */
static bool is_plain(struct slice text) {
    if (!text.length || !(is_alnum(text.at[0]) || text.at[0] == '/'))
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!is_alnum(text.at[i]) && !memchr("_./+-", text.at[i], 5))
            return false;
    return true;
}

static void put_value(struct out *line, struct slice text) {
    if (is_plain(text)) {
        out_slice(line, text);
        return;
    }
    out_byte(line, '\'');
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '\'')
            out_byte(line, '\'');
        out_byte(line, text.at[i]);
    }
    out_byte(line, '\'');
}

/* A terminal must not obey what the line says. */
static void make_safe(struct out *line) {
    out_byte(line, '\0');
    say_safely(line->bytes);
    line->length = strlen(line->bytes);
}

static void put_origin(struct out *line, const struct options *options, const struct given *given) {
    enum { COLUMN = 40 };
    make_safe(line);
    out_spaces(line, line->length < COLUMN ? COLUMN - line->length : 1);
    if (!given)
        out_text(line, "# default");
    else if (given->line)
        out_print(line, "# %s:%u", options->config, given->line);
    else
        out_text(line, "# command line");
}

static void end_line(struct out *line, struct out *out) {
    make_safe(line);
    out_slice(out, out_held(line));
    out_byte(out, '\n');
    line->length = 0;
}

static void print_given(const struct options *options, const struct option_row *row,
                        const struct given *given, bool is_item, struct out *line,
                        struct out *out) {
    if (is_item)
        out_text(line, "  - ");
    else
        out_print(line, "%s: ", row->name);
    put_value(line, slice_of(given->text));
    put_origin(line, options, given);
    end_line(line, out);
}

static const struct given *next_of(const struct given *given, const struct option_row *row) {
    while (given && given->row != row)
        given = given->next;
    return given;
}

/* Of an option that is no list only the last one counts. */
static void print_row(const struct options *options, const struct option_row *row, struct out *line,
                      struct out *out) {
    const struct given *first = next_of(options->given, row), *last = first;
    size_t count = 0;
    for (const struct given *given = first; given; given = next_of(given->next, row)) {
        last = given;
        count++;
    }
    bool is_list = row->kind == OPTION_LIST && count > 1;
    if (!first) {
        out_print(line, "# %s: ", row->name);
        out_slice(line, option_default(row, options->command));
        put_origin(line, options, NULL);
        end_line(line, out);
    } else if (!is_list) {
        print_given(options, row, last, false, line, out);
    } else {
        out_print(out, "%s:\n", row->name);
        for (const struct given *given = first; given; given = next_of(given->next, row))
            print_given(options, row, given, true, line, out);
    }
}

static void print_mutes(const struct options *options, struct out *line, struct out *out) {
    if (options->mutes.count)
        out_text(out, "mute:\n");
    for (size_t i = 0; i < options->mutes.count; i++) {
        const struct mute *mute = &options->mutes.items[i];
        const struct {
            const char *key;
            struct slice text;
        } keys[] = {{"until", mute->until_wish},
                    {"class", mute->class_name},
                    {"words", mute->words},
                    {"why", mute->why}};
        for (size_t key = 0; key < sizeof keys / sizeof *keys; key++) {
            if (!keys[key].text.length)
                continue;
            out_print(line, "  %c %s: ", key ? ' ' : '-', keys[key].key);
            put_value(line, keys[key].text);
            put_origin(line, options, &(struct given){.line = mute->line});
            end_line(line, out);
        }
    }
}

void config_print(const struct options *options, struct out *out) {
    struct out line;
    out_init_memory(&line);
    out_print(&line, "# mailtriage %s, ", options->command->name);
    if (options->config)
        out_print(&line, "with %s", options->config);
    else
        out_text(&line, options->no_config ? "without a configuration"
                                           : "without " CONFIG_FOLDER
                                             "/config.yaml: it is not there");
    end_line(&line, out);
    for (size_t i = 0; i < OPTION_ROWS; i++)
        if (option_rows[i].kind != OPTION_ONCE && option_is_of(&option_rows[i], options->command))
            print_row(options, &option_rows[i], &line, out);
    print_mutes(options, &line, out);
    out_release(&line);
}
