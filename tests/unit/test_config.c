/* The configuration: what it sets, what goes before it, and every way to write it wrong, by rows.
 */
#include "app/config.h"

#include <cmocka.h>

#include "app/option_rows.h"

/* The options of a command line behind "mailtriage", with a configuration; all lives in *options.
 */
static bool read_both(struct options *options, const char *line, const char *config,
                      struct problem *problem) {
    static char words[256]; /* the options keep pointers into it */
    char *argv[16] = {(char *)(uintptr_t) "mailtriage", (char *)(uintptr_t) "--no-config"};
    int argc = 2;
    snprintf(words, sizeof words, "%s", line);
    for (char *rest = words; rest;)
        argv[argc++] = strsep(&rest, " ");
    assert_true(options_read(options, argc, argv, problem));
    return config_apply(options, "c.yaml", slice_of(config), problem);
}

/* Lines of --print-config, without the blanks in front of who gave it. */
static const struct {
    const char *line, *config;
    const char *shown[4];
} given[] = {
    {"report", "", {"# top: 20 # default\n", "# format: text # default\n"}},
    {"export", "\xef\xbb\xbf# nothing\n \n", {"# format: csv # default\n"}},
    {"report", "top: 7", {"top: 7 # c.yaml:1\n"}},
    {"report --top 3", "top: 7", {"top: 3 # command line\n"}},
    {"report --top 3 --top 4", "", {"top: 4 # command line\n"}},
    {"rules list", "report: {top: 7}\ntop: 8\n", {"top: 8 # c.yaml:2\n"}},
    {"report", "report: {top: 7}\ntop: 8\n", {"top: 7 # c.yaml:1\n"}},
    {"report", "top: 8\nreport: {top: 7}\n", {"top: 7 # c.yaml:2\n"}},
    {"report --top 1", "top: 8\nreport: {top: 7}\n", {"top: 1 # command line\n"}},
    {"export", "mask: true\n", {"mask: true # c.yaml:1\n"}},
    {"export", "mask: true\nexport: {mask: false}", {"mask: false # c.yaml:2\n"}},
    {"export --mask", "mask: false\n", {"mask: true # command line\n"}},
    {"export", "columns: [time,\n  host]", {"columns:\n - time # c.yaml:1\n - host # c.yaml:2\n"}},
    {"export", "columns: time,host", {"columns: 'time,host' # c.yaml:1\n"}},
    {"export --columns code", "columns: [time, host]", {"columns: code # command line\n"}},
    {"export", "class: ['auth-*', \"o'clock\"]", {" - 'auth-*' # c.yaml:1\n - 'o''clock' #"}},
    {"export", "patterns: /etc/mine", {"patterns: /etc/mine # c.yaml:1\n"}},
    {"report", "output: \"/var/\\eb\\nx\"", {"output: '/var/?b?x' # c.yaml:1\n"}},
    {"report", "explain: {stage: rcpt}\nstage: mail\n", {"# top: 20 # default\n"}},
    {"explain", "explain: {stage: rcpt}\n", {"stage: rcpt # c.yaml:1\n"}},
    {"explain", "direction: in\n", {"direction: in # c.yaml:1\n"}},
    {"report",
     "mta: auto\ncolor: never\n",
     {"mta: auto # c.yaml:1\n", "color: never # c.yaml:2\n"}},
};

/* As printed, blanks drawn together. */
static const char *printed(const struct options *options, struct out *out) {
    config_print(options, out);
    out_byte(out, '\0');
    char *to = out->bytes;
    for (const char *from = out->bytes; *from; from++)
        if (*from != ' ' || to == out->bytes || to[-1] != ' ')
            *to++ = *from;
    *to = '\0';
    return out->bytes;
}

static void sets_what_is_missing(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct options options;
        struct problem problem;
        struct out out;
        out_init_memory(&out);
        if (!read_both(&options, given[i].line, given[i].config, &problem))
            fail_msg("%s: %s", given[i].config, problem.text);
        const char *text = printed(&options, &out);
        for (size_t k = 0; k < 4 && given[i].shown[k]; k++)
            if (!strstr(text, given[i].shown[k]))
                fail_msg("%s, %s: no '%s' in\n%s", given[i].line, given[i].config,
                         given[i].shown[k], text);
        out_release(&out);
        options_release(&options);
    }
}

static const struct {
    const char *config, *problem;
} wrong[] = {
    {"top", "c.yaml:1:1: options are needed here, such as 'timezone: UTC'"},
    {"[top]", "c.yaml:1:1: options are needed here"},
    {"a: 1\n  b", "c.yaml:"},
    {"top: 1\ntop: 2", "c.yaml:2:1: key 'top' stands in line 1 already"},
    {"top:  many", "c.yaml:1:7: --top 'many': write a number from 0 to 1000000"},
    {"top: [1]", "c.yaml:1:6: 'top' takes one value, no list"},
    {"top: {a: 1}", "c.yaml:1:6: 'top' takes no keys; text with ':' goes in quotes"},
    {"top:\nmin: 1", "'top' without a value: take the line out, or write \"...\""},
    {"mask:", "'mask' without a value: take the line out"},
    {"mask: yes", "c.yaml:1:7: 'mask' is true or false, not 'yes'"},
    {"class: []", "c.yaml:1:8: an empty list: take 'class' out"},
    {"class: [a, [b]]", "c.yaml:1:12: 'class' takes one value, no list of lists"},
    {"class: [a, {b: c}]", "c.yaml:1:12: 'class' takes no keys"},
    {"event: [bounced, lost]", "c.yaml:1:18: --event"},
    {"\n topp: 1", "c.yaml:2:2: no option 'topp'; did you mean 'top'?"},
    {"mail_to: root", "c.yaml:1:1: no option 'mail_to'; did you mean 'mail-to'?"},
    {"--top: 3", "c.yaml:1:1: '--top': options are written without dashes: 'top'"},
    {"colour: never", "c.yaml:1:1: no option 'colour'; did you mean 'color'?"},
    {"xylophone: 1", "no option or command 'xylophone': 'mailtriage --help' lists them"},
    {"help: true", "c.yaml:1:1: 'help' stands on the command line only"},
    {"report: {no-config: true}", "c.yaml:1:10: 'no-config' stands on the command line only"},
    {"report: true", "c.yaml:1:9: 'report' is a command: write its options under it"},
    {"report: {columns: time}", "c.yaml:1:10: 'columns' is no option of 'mailtriage report'"},
    {"export: {report: {top: 1}}", "c.yaml:1:10: no option or command 'report'"},
    {"explain: {top: 1}", "c.yaml:1:11: 'top' is no option of 'mailtriage explain'"},
    {"explain: {direction: ij}", "c.yaml:1:22: --direction 'ij': write in, out or local"},
    {"export: {delimiter: ab}", "c.yaml:1:21: --delimiter 'ab'"},
    {"output: report.html", "c.yaml:1:9: 'output' takes a name that begins with '/', not 'report"},
    {"patterns: [/a, b]", "c.yaml:1:16: 'patterns' takes a name that begins with '/', not 'b'"},
    {"mask-key: hunter22hunter22", "c.yaml:1:11: no secret may stand here, others read this"},
    {"mail-password: hunter22", "c.yaml:1:1: 'mail-password': no secret may stand here"},
    {"api-token: hunter22", "c.yaml:1:1: 'api-token': no secret may stand here"},
    {"mail-if: bouncd > 5", "c.yaml:1:10: --mail-if 'bouncd > 5': 'bouncd' is nothing"},
    {"check: {critical: [silence > 5]}", "c.yaml:1:20: --critical 'silence > 5': a unit of time"},
    {"top: &x 1", "c.yaml:1:6: no anchors here"},
    {"top: 1\n---\ntop: 2", "c.yaml:2:1: only one document"},
};

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct options options;
        struct problem problem = {""};
        if (read_both(&options, "report", wrong[i].config, &problem))
            fail_msg("%s: taken", wrong[i].config);
        if (!strstr(problem.text, wrong[i].problem) || strstr(problem.text, "hunter22"))
            fail_msg("%s: '%s' and not '%s'", wrong[i].config, problem.text, wrong[i].problem);
        options_release(&options);
    }
}

/* A value that an option takes, by its name or by what it is called in the help. */
static const char *value_for(const struct option_row *row) {
    static const struct {
        const char *of, *value;
    } values[] = {{"mta", "exim"},
                  {"event", "[held]"},
                  {"level", "[mta]"},
                  {"stage", "[rcpt, data]"},
                  {"side", "[remote]"},
                  {"code-source", "[implied]"},
                  {"ANSWER", "'yes'"},
                  {"enhanced", "5.7.*"},
                  {"FILE", "/a"},
                  {"DIR", "[/a, /b]"},
                  {"N", "41"},
                  {"YEAR", "2026"},
                  {"MIB", "64"},
                  {"WHEN", "never"},
                  {"SIGN", "tab"},
                  {"NAMES", "[totals]"},
                  {"TIME", "now"},
                  {"WAY", "in"},
                  {"ADDRESSES", "[a, b]"},
                  {"WORDS", "[550, '5*']"},
                  {"THRESHOLD", "[waiting > 5]"}};
    if (!row->argument)
        return "true";
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (strcmp(row->name, values[i].of) == 0 || strcmp(row->argument, values[i].of) == 0)
            return values[i].value;
    return "text";
}

static void every_setting_is_taken(void **state) {
    (void)state;
    for (size_t i = 0; i < OPTION_ROWS; i++) {
        const struct option_row *row = &option_rows[i];
        char config[100];
        struct options options;
        struct problem problem;
        snprintf(config, sizeof config, "%s: %s", row->name, value_for(row));
        if (read_both(&options, "report", config, &problem) != (row->kind != OPTION_ONCE))
            fail_msg("%s: %s", config, problem.text);
        options_release(&options);
    }
}

static void what_is_insisted_on(void **state) {
    struct options options;
    struct problem problem;
    (void)state;
    assert_true(read_both(&options, "report --top 3", "year: 2026", &problem));
    assert_true(options_insist(&options, "top"));
    assert_false(options_insist(&options, "year"));
    assert_false(options_insist(&options, "width"));
    assert_int_equal(options.year, 2026);
    options_release(&options);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_what_is_missing),
        cmocka_unit_test(refuses),
        cmocka_unit_test(every_setting_is_taken),
        cmocka_unit_test(what_is_insisted_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
