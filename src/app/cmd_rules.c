/* rules - lists the reasons and rules, and proves every example of the pattern files. What rules do
 * in logs (--hits) is counted in app/hits.c. */
#include <string.h>

#include "app/hits.h"
#include "app/knowledge.h"
#include "app/result.h"
#include "app/say.h"
#include "finding/reason.h"
#include "report/format.h"

int cmd_rules(const struct options *options);

static struct slice acts_words(struct page *page, unsigned acts) {
    char words[96];
    return arena_copy(&page->arena, (struct slice){words, acts_print(acts, '|', words)});
}

static void list_reasons(const struct rulebook *book, struct page *page) {
    size_t *rules = arena_zero(&page->arena, (book->reason_count + 1) * sizeof *rules);
    for (size_t i = 0; i < book->rule_count; i++)
        rules[book->rules[i].reason->id]++;
    struct cell *list =
        page_section(page, "reasons", "Reasons, in the order of trying", LOOK_SENTENCES, CELL_LIST)
            ->cell;
    for (size_t i = 0; i < book->reason_count; i++) {
        const struct reason *reason = &book->reasons[i];
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, "class", "class", slice_of(reason->name));
        cell_text(page, row, "group", "group", reason->group);
        cell_text(page, row, "severity_out", NULL, slice_of(severity_name(reason->severity_out)));
        cell_text(page, row, "severity_in", NULL, slice_of(severity_name(reason->severity_in)));
        words_add_severity(page, row, NULL, "out", reason->severity_out);
        words_add_severity(page, row, NULL, "in", reason->severity_in);
        cell_text(page, row, "acts_out", "who acts", acts_words(page, reason->acts_out));
        cell_count(page, row, "rules", "rules", rules[reason->id], NULL);
        cell_count(page, row, "proofs", "examples", reason->proof_count, NULL);
        cell_text(page, row, "title", "title", reason->title);
    }
}

static int rules_list(const struct options *options, const struct knowledge *knowledge,
                      struct result *result) {
    struct page page;
    struct format_wishes wishes = result_wishes(result, options, &knowledge->words);
    wishes.width = result_width(result, options, RESULT_WIDTH_WIDE);
    page_init(&page, "mailtriage rules");
    page.words = &knowledge->words;
    list_reasons(knowledge->book, &page);
    format_named(options->format ? options->format : "text")->page(&page, &wishes, &result->out);
    page_release(&page);
    return 0;
}

static void tell_failure(void *context, const char *text) {
    (void)context;
    say_fault("%s", text);
}

static void tell_note(void *context, const char *text) {
    (void)context;
    say_note_text(text);
}

/* No fault: a rule without an example is one nobody can judge. */
static void note_unproved(struct rulebook *book) {
    struct unproved left = reason_unproved(book, tell_note, NULL);
    if (left.silent + left.beaten > 0)
        say_note("of %zu rules %zu are fired by no example, and %zu always beaten by another",
                 left.rules, left.silent, left.beaten);
}

static int rules_test(const struct options *options, const struct knowledge *knowledge,
                      struct out *out) {
    size_t failed = 0, part = 0;
    size_t proved = reason_prove(knowledge->book, &part, tell_failure, NULL);
    failed += part;
    for (size_t i = 0; i < MTAS_MOST && knowledge->shapes[i]; i++) {
        part = 0;
        proved += shapes_prove(knowledge->shapes[i], &part, tell_failure, NULL);
        failed += part;
    }
    if (!options->quiet)
        note_unproved(knowledge->book);
    out_print(out, "%zu examples proved, %zu failed\n", proved, failed);
    return failed ? 2 : 0;
}

/* Runs `list` or `test` with the result open. */
static int rules(const struct options *options, const struct knowledge *knowledge, bool is_test) {
    struct result result;
    struct problem problem;
    int status = 1;
    if (result_open(&result, options, &problem)) {
        status = is_test ? rules_test(options, knowledge, &result.out)
                         : rules_list(options, knowledge, &result);
        if (result_close(&result, &problem))
            return status;
        status = 1;
    }
    options_fault(options, &problem);
    return status;
}

/* `list` is a page, `test` says one line. */
static bool knows_format(const struct options *options, bool is_test) {
    const struct format *format = format_named(options->format ? options->format : "text");
    if (is_test && !options_insist(options, "format"))
        return true;
    return is_test ? strcmp(options->format, "text") == 0
                   : format && format->page && !format->of_reports;
}

/* What only a run over logs can heed must not be passed over in silence. */
static bool asks_for_logs(const struct options *options) {
    static const char *const names[] = {"since", "until", "mta", "year", "jobs", "journal", "top"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (options_insist(options, names[i]))
            return true;
    return options->operand_count > 1;
}

/* The logs are the operands behind "list". */
static int rules_hits(const struct options *options) {
    struct options of_logs = *options;
    of_logs.operands++;
    of_logs.operand_count--;
    return hits_list(&of_logs);
}

int cmd_rules(const struct options *options) {
    const char *verb = options->operand_count > 0 ? options->operands[0] : "";
    bool is_test = strcmp(verb, "test") == 0;
    if (!is_test && strcmp(verb, "list") != 0) {
        say_fault("rules: write 'mailtriage rules list' or 'mailtriage rules test'");
        return 2;
    }
    if (options->hits && !is_test)
        return rules_hits(options);
    if (options->hits || asks_for_logs(options)) {
        say_fault("rules: logs are read by 'mailtriage rules list --hits [PATH...]'");
        return 2;
    }
    struct knowledge knowledge = {0};
    struct problem problem;
    int status = 2;
    if (!knows_format(options, is_test)) {
        problem_say(&problem,
                    "--format '%s': rules list knows text, html, json and csv, rules test knows "
                    "text",
                    options->format);
        options_fault(options, &problem);
        return 2;
    }
    bool for_people = format_named(options->format ? options->format : "text")->for_people;
    if (!knowledge_load(&knowledge, options, KNOW_ALL, for_people, &problem))
        options_fault(options, &problem);
    else
        status = rules(options, &knowledge, is_test);
    knowledge_release(&knowledge);
    return status;
}
