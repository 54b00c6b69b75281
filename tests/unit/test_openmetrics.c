/* openmetrics - the numbers that a page names become series that any collector takes. */
#include "report/format.h"
#include "report/metrics.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* What stands before the metrics of the program itself. */
static void assert_metrics(struct page *page, const char *expected) {
    struct format_wishes wishes = {.now = 1780272000};
    struct out out;
    static const char end[] = "# HELP mailtriage_last_run_timestamp_seconds When that run began.\n"
                              "# TYPE mailtriage_last_run_timestamp_seconds gauge\n"
                              "# UNIT mailtriage_last_run_timestamp_seconds seconds\n"
                              "mailtriage_last_run_timestamp_seconds 1780272000\n"
                              "# EOF\n";

    out_init_memory(&out);
    format_named("openmetrics")->page(page, &wishes, &out);
    struct slice held = out_held(&out);
    size_t length = slice_find_text(held, SLICE("# HELP mailtriage_build_info "));
    if (!slice_is(slice_head(held, length), expected))
        fail_msg("'%.*s' is not '%s'", SLICE_ARGS(held), expected);
    assert_true(slice_ends(held, SLICE(end)));
    out_release(&out);
    page_release(page);
}

static void test_nothing(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    assert_metrics(&page, "");
}

/* Members of records, each kind of number in its base unit; what is null or not there is left out,
 * and a metric without any number is not there at all. */
static void test_members(void **state) {
    static const struct metric metrics[] = {
        {"received_bytes", "bytes", "totals.received.bytes", "", "Bytes."},
        {"recipients", "", "totals.recipients.state=bounced|delivered|waiting|lost", "", "Some."},
        {"delay_seconds", "seconds", "delay.median", "", "Half are faster."},
        {"tls_ratio", "ratio", "tls", "", "Part of all sessions."},
        {"nulls", "", "totals.received.count", "", "Null."},
        {"words", "", "totals.word", "", "No number."},
        {"missing", "", "totals.missing.count", "", "Not there."},
        {"nowhere", "", "nowhere.state=a|b", "", "Not there either."},
        {NULL, NULL, NULL, NULL, NULL},
    };
    struct page page;

    (void)state;
    page_init(&page, NULL);
    page.metrics = metrics;
    struct cell *totals = page_section(&page, "totals", NULL, LOOK_FACTS, CELL_RECORD)->cell;
    struct cell *received = cell_record(&page, totals, "received", NULL);
    cell_none(&page, received, "count", NULL);
    cell_bytes(&page, received, "bytes", NULL, 12345678901);
    cell_text(&page, totals, "word", NULL, SLICE("5"));
    struct cell *recipients = cell_record(&page, totals, "recipients", NULL);
    cell_count(&page, recipients, "delivered", NULL, 7, NULL);
    cell_count(&page, recipients, NULL, "for people", 9, NULL);
    cell_count(&page, recipients, "bounced", NULL, 0, NULL);
    cell_none(&page, recipients, "waiting", NULL);
    struct cell *delay = page_section(&page, "delay", NULL, LOOK_FACTS, CELL_RECORD)->cell;
    cell_duration(&page, delay, "median", NULL, 90500000);
    struct section *tls = page_section(&page, "tls", NULL, LOOK_HIDDEN, CELL_SHARE);
    tls->cell->number = 1;
    tls->cell->whole = 4;
    assert_metrics(&page, "# HELP mailtriage_received_bytes Bytes.\n"
                          "# TYPE mailtriage_received_bytes gauge\n"
                          "# UNIT mailtriage_received_bytes bytes\n"
                          "mailtriage_received_bytes 12345678901\n"
                          "# HELP mailtriage_recipients Some.\n"
                          "# TYPE mailtriage_recipients gauge\n"
                          "mailtriage_recipients{state=\"bounced\"} 0\n"
                          "mailtriage_recipients{state=\"delivered\"} 7\n"
                          "# HELP mailtriage_delay_seconds Half are faster.\n"
                          "# TYPE mailtriage_delay_seconds gauge\n"
                          "# UNIT mailtriage_delay_seconds seconds\n"
                          "mailtriage_delay_seconds 90.500\n"
                          "# HELP mailtriage_tls_ratio Part of all sessions.\n"
                          "# TYPE mailtriage_tls_ratio gauge\n"
                          "# UNIT mailtriage_tls_ratio ratio\n"
                          "mailtriage_tls_ratio 0.2500\n");
}

static void add_reason(struct page *page, struct cell *list, struct slice name, uint64_t count) {
    struct cell *reason = cell_record(page, list, NULL, NULL);
    cell_text(page, reason, NULL, "for people", SLICE("not here"));
    cell_text(page, reason, "class", NULL, name);
    cell_count(page, reason, "count", NULL, count, NULL);
    struct cell *codes = cell_list(page, reason, "codes", NULL);
    for (uint64_t i = 0; i < 2; i++) {
        struct cell *code = cell_record(page, codes, NULL, NULL);
        if (i)
            cell_code(page, code, "code", NULL, 550);
        else
            cell_none(page, code, "code", NULL);
        cell_count(page, code, "count", NULL, count + i, NULL);
    }
}

/* Labels are members of the records on the way; the same labels are one series; no text breaks out
 * of its quotes. */
static void test_rows(void **state) {
    static const struct metric metrics[] = {
        {"reasons", "", "reasons[].count", "class", "Reasons."},
        {"codes", "", "reasons[].codes[].count", "code", "Codes."},
        {"both", "", "reasons[].codes[].count", "class code", "Both."},
        {"rows", "", "reasons[]", "", "How many."},
        {"codes_each", "", "reasons[].codes[]", "code", "How many of each."},
        {"none", "", "empty[]", "", "None at all."},
        {"labelled", "", "empty[]", "class", "None to be told."},
        {NULL, NULL, NULL, NULL, NULL},
    };
    struct page page;

    (void)state;
    page_init(&page, NULL);
    page.metrics = metrics;
    struct cell *list = page_section(&page, "reasons", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    page_section(&page, "empty", NULL, LOOK_TABLE, CELL_LIST);
    add_reason(&page, list, SLICE("a\"} 1\nb\\c\r\033\377\342\200\256"), 1);
    add_reason(&page, list, SLICE("x"), 10);
    assert_metrics(&page,
                   "# HELP mailtriage_reasons Reasons.\n"
                   "# TYPE mailtriage_reasons gauge\n"
                   "mailtriage_reasons{class=\"a\\\"} 1\\nb\\\\c\357\277\275\"} 1\n"
                   "mailtriage_reasons{class=\"x\"} 10\n"
                   "# HELP mailtriage_codes Codes.\n"
                   "# TYPE mailtriage_codes gauge\n"
                   "mailtriage_codes{code=\"\"} 11\n"
                   "mailtriage_codes{code=\"550\"} 13\n"
                   "# HELP mailtriage_both Both.\n"
                   "# TYPE mailtriage_both gauge\n"
                   "mailtriage_both{class=\"a\\\"} 1\\nb\\\\c\357\277\275\",code=\"\"} 1\n"
                   "mailtriage_both{class=\"a\\\"} 1\\nb\\\\c\357\277\275\",code=\"550\"} 2\n"
                   "mailtriage_both{class=\"x\",code=\"\"} 10\n"
                   "mailtriage_both{class=\"x\",code=\"550\"} 11\n"
                   "# HELP mailtriage_rows How many.\n"
                   "# TYPE mailtriage_rows gauge\n"
                   "mailtriage_rows 2\n"
                   "# HELP mailtriage_codes_each How many of each.\n"
                   "# TYPE mailtriage_codes_each gauge\n"
                   "mailtriage_codes_each{code=\"\"} 2\n"
                   "mailtriage_codes_each{code=\"550\"} 2\n"
                   "# HELP mailtriage_none None at all.\n"
                   "# TYPE mailtriage_none gauge\n"
                   "mailtriage_none 0\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
