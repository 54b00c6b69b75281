/* row - the promised columns: their order, what is absent, what is empty. */
#include "report/row.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct mta some_mta = {.name = "postfix"};

static struct finding plain_finding(void) {
    struct finding finding = {
        .time = {.seconds = 1780300801, .nanos = 500000000, .offset = 120, .digits = 1},
        .mta = &some_mta,
        .program = SLICE_INIT("postfix/smtp"),
        .verdict = {.class_name = "unclassified"},
        .repeat = 1,
        .line = 7,
    };
    finding.record.size = finding.record.delay = finding.record.nrcpt = -1;
    return finding;
}

static void assert_cell(const struct row *row, enum column column, const char *expected) {
    const struct row_cell *cell = &row->cells[column];

    if (cell->present != (expected != NULL))
        fail_msg("%s is %s", columns[column].name, cell->present ? "there" : "absent");
    if (expected && !slice_is(cell->text, expected))
        fail_msg("%s is '%.*s', not '%s'", columns[column].name, SLICE_ARGS(cell->text), expected);
}

/* Contract, section 3: names and order; the starred ones are the default of CSV. */
static void test_columns(void **state) {
    static const char promised[] =
        "time* host* mta* program instance queue_id* message_id event* level direction* side "
        "stage* "
        "code* enhanced* dsn code_source class* class_by rule severity* permanence acts sender* "
        "recipient* orig_recipient peer_host* peer_ip* helo user* size delay* reply* template "
        "repeat "
        "hint source line blocklist provider listed_ip cause ";
    struct slice rest = SLICE(promised), name;

    (void)state;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        assert_true(slice_cut(&rest, ' ', &name));
        bool starred = slice_ends(name, SLICE("*"));
        name.length -= starred;
        assert_true(slice_is(name, columns[i].name));
        assert_int_equal(starred, columns[i].in_csv);
    }
    assert_int_equal(rest.length, 0);
}

static void test_absent(void **state) {
    struct finding finding = plain_finding();
    struct row row;
    size_t present = 0;

    (void)state;
    row_of(&finding, &row);
    assert_cell(&row, COL_TIME, "2026-06-01T10:00:01.5+02:00");
    assert_cell(&row, COL_MTA, "postfix");
    assert_cell(&row, COL_PROGRAM, "postfix/smtp");
    assert_cell(&row, COL_CLASS, "unclassified");
    assert_cell(&row, COL_SEVERITY, "info");
    assert_cell(&row, COL_REPEAT, "1");
    assert_cell(&row, COL_LINE, "7");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        present += row.cells[i].present;
    assert_int_equal(present, 7);

    finding.time.seconds = MOMENT_NONE;
    row_of(&finding, &row);
    assert_cell(&row, COL_TIME, NULL);
}

static void test_filled(void **state) {
    struct finding finding = plain_finding();
    struct rule rule = {.file = "patterns/reasons/mailbox-full.yaml", .line = 12};
    struct row row;

    (void)state;
    finding.record.daemon = SLICE("smtp");
    finding.record.event = EVENT_DEFERRED;
    finding.record.direction = DIRECTION_OUT;
    finding.record.sender = SLICE("alice@example.org");
    finding.record.size = 0;
    finding.record.dsn = (struct enhanced){4, 2, 2};
    finding.reply.code = 452;
    finding.reply.enhanced = (struct enhanced){4, 2, 2};
    finding.reply.whole = SLICE("452 4.2.2 full");
    finding.template = SLICE("full");
    finding.verdict = (struct verdict){.class_name = "mailbox-full",
                                       .by = BY_TEXT,
                                       .rule = &rule,
                                       .severity = SEVERITY_NOTICE,
                                       .permanence = TEMPORARY,
                                       .acts = ACTS_RECIPIENT | ACTS_WAIT};
    finding.source = "mail.log";
    finding.repeat = 18446744073709551615u;
    row_of(&finding, &row);

    assert_cell(&row, COL_PROGRAM, "smtp");
    assert_cell(&row, COL_EVENT, "deferred");
    assert_cell(&row, COL_DIRECTION, "out");
    assert_cell(&row, COL_CODE, "452");
    assert_cell(&row, COL_ENHANCED, "4.2.2");
    assert_cell(&row, COL_DSN, "4.2.2");
    assert_cell(&row, COL_CODE_SOURCE, "explicit");
    assert_cell(&row, COL_CLASS_BY, "text");
    assert_cell(&row, COL_RULE, "patterns/reasons/mailbox-full.yaml:12");
    assert_cell(&row, COL_SEVERITY, "notice");
    assert_cell(&row, COL_PERMANENCE, "temporary");
    assert_cell(&row, COL_ACTS, "recipient|wait");
    assert_cell(&row, COL_SENDER, "alice@example.org");
    assert_cell(&row, COL_SIZE, "0");
    assert_cell(&row, COL_REPLY, "452 4.2.2 full");
    assert_cell(&row, COL_TEMPLATE, "full");
    assert_cell(&row, COL_REPEAT, "18446744073709551615");
    assert_cell(&row, COL_SOURCE, "mail.log");
}

static void test_null_sender(void **state) {
    struct finding finding = plain_finding();
    struct row row;

    (void)state;
    finding.record.has_sender = true;
    row_of(&finding, &row);
    assert_cell(&row, COL_SENDER, "");
}

static void test_code_source(void **state) {
    static const struct {
        uint16_t code;
        uint8_t class_digit;
        bool implied;
        const char *source;
    } rows[] = {{0, 0, false, NULL},       {0, 0, true, NULL},  {550, 0, false, "explicit"},
                {535, 5, true, "implied"}, {0, 5, false, NULL}, {0, 5, true, "implied"}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct finding finding = plain_finding();
        struct row row;
        finding.reply.code = rows[i].code;
        finding.reply.enhanced = (struct enhanced){rows[i].class_digit, 7, 8};
        finding.code_implied = rows[i].implied;
        row_of(&finding, &row);
        assert_cell(&row, COL_CODE_SOURCE, rows[i].source);
    }
}

static void test_delay(void **state) {
    static const struct {
        int64_t microseconds;
        const char *seconds;
    } rows[] = {{-1, NULL},          {0, "0"},        {900000, "0.9"},         {34000000, "34"},
                {53211, "0.053211"}, {1, "0.000001"}, {86400500000, "86400.5"}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct finding finding = plain_finding();
        struct row row;
        finding.record.delay = rows[i].microseconds;
        row_of(&finding, &row);
        assert_cell(&row, COL_DELAY, rows[i].seconds);
    }
}

/* A rule file at the end of a very long path: the row keeps the end and stays in its memory. */
static void test_long_rule(void **state) {
    struct finding finding = plain_finding();
    struct rule rule = {.line = 4000000000};
    char *path = malloc(20001);
    struct row row;

    (void)state;
    memset(path, 'x', 20000);
    path[20000] = '\0';
    rule.file = path;
    finding.verdict.rule = &rule;
    row_of(&finding, &row);
    assert_true(slice_ends(row.cells[COL_RULE].text, SLICE("x:4000000000")));
    assert_true(row.cells[COL_RULE].text.at + row.cells[COL_RULE].text.length <=
                row.scratch + sizeof(row.scratch));
    free(path);
}

static void test_choose(void **state) {
    static const struct {
        const char *wish;
        size_t count;
        enum column first;
        const char *says; /* NULL: taken */
    } rows[] = {
        {NULL, 18, COL_TIME, NULL},
        {"all", COLUMN_COUNT, COL_TIME, NULL},
        {"line", 1, COL_LINE, NULL},
        {"reply,time", 2, COL_REPLY, NULL},
        {" class , code ", 2, COL_CLASS, NULL},
        {"", 0, 0, "no column ''"},
        {"time,", 0, 0, "no column ''"},
        {"Time", 0, 0, "did you mean 'time'"},
        {"recipent", 0, 0, "did you mean 'recipient'"},
        {"time,frobnicated", 0, 0, "the columns are: time host mta"},
        {"time,time", 0, 0, "'time' is named twice"},
    };
    struct column_choice choice;
    struct problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool chosen = column_choose(rows[i].wish, &choice, &problem);
        assert_int_equal(chosen, rows[i].says == NULL);
        if (chosen) {
            assert_int_equal(choice.count, rows[i].count);
            assert_int_equal(choice.items[0], rows[i].first);
        } else if (!strstr(problem.text, rows[i].says)) {
            fail_msg("'%s' does not say '%s'", problem.text, rows[i].says);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),     cmocka_unit_test(test_absent),
        cmocka_unit_test(test_filled),      cmocka_unit_test(test_null_sender),
        cmocka_unit_test(test_code_source), cmocka_unit_test(test_delay),
        cmocka_unit_test(test_long_rule),   cmocka_unit_test(test_choose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
