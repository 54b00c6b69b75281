/* timeline - hours and days of the zone, gaps, what people see of them, what machines do. */
#include "report/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/moment.h"
#include "report/format.h"
#include "report/page_words.h"
#include "tally/hours.h"

static int64_t at(const char *stamp) {
    struct slice text = slice_of(stamp);
    struct clock clock = {0};
    struct moment moment;
    if (!text.length)
        return MOMENT_NONE;
    assert_true(moment_take_rfc3339(&clock, &text, &moment));
    return moment.seconds;
}

static struct finding finding_at(const char *stamp, enum event event, enum fate before,
                                 enum fate after) {
    bool is_session = event == EVENT_REJECTED || event == EVENT_AUTH_FAILED;
    return (struct finding){
        .record = {.kind = is_session ? RECORD_INCIDENT : RECORD_OUTCOME,
                   .event = event,
                   .level = is_session ? LEVEL_SESSION : LEVEL_RECIPIENT,
                   .queue_id = SLICE("4C1D2E3F40")},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = "unclassified",
        .source = "log",
        .time = {.seconds = at(stamp)},
        .repeat = 1,
        .before = before,
        .after = after,
    };
}

static void take(struct tally *tally, const char *stamp, enum event event) {
    bool is_delivery = event == EVENT_DELIVERED;
    struct finding finding =
        finding_at(stamp, event, FATE_NONE, is_delivery ? FATE_DELIVERED : FATE_NONE);
    tally_add(tally, &finding);
}

static void use_zone(const char *name) {
    struct problem problem;
    assert_true(moment_zone(name, &problem));
}

/* What a format makes of the sections, one time each. */
static void assert_shown(const struct tally *tally, const char *format, bool days,
                         const char *expected) {
    struct page page;
    struct out out;
    page_init(&page, NULL);
    page.words = &words_english;
    if (days)
        timeline_days(&page, tally, NULL, 20);
    else
        timeline_hours(&page, tally, NULL);
    out_init_memory(&out);
    struct format_wishes wishes = {.width = 100, .lang = "en", .colon = ":", .none = "none"};
    format_named(format)->page(&page, &wishes, &out);
    struct slice held = out_held(&out);
    char *text = strndup(held.length ? held.at : "", held.length);
    assert_string_equal(text, expected);
    free(text);
    out_release(&out);
    page_release(&page);
}

static void test_hours_of_a_zone(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    use_zone("Asia/Kolkata"); /* five hours and a half */
    take(tally, "2026-06-01T10:29:59+05:30", EVENT_REJECTED);
    take(tally, "2026-06-01T10:30:00+05:30", EVENT_REJECTED);
    take(tally, "2026-06-01T12:59:59+05:30", EVENT_DELIVERED);
    take(tally, "2026-06-01T13:00:00+05:30", EVENT_AUTH_FAILED);
    assert_shown(tally, "csv", false,
                 "begin,hour_of_day,received,delivered,deferred,bounced,expired,rejected,"
                 "auth_failed\r\n"
                 "\"2026-06-01T10:00:00+05:30\",,0,0,0,0,0,2,0\r\n"
                 "\"2026-06-01T11:00:00+05:30\",,0,0,0,0,0,0,0\r\n"
                 "\"2026-06-01T12:00:00+05:30\",,0,1,0,0,0,0,0\r\n"
                 "\"2026-06-01T13:00:00+05:30\",,0,0,0,0,0,0,1\r\n");
    tally_free(tally);
}

/* At a quarter past two in the morning of 2026-10-25 it is a quarter past two once more. */
static void test_an_hour_comes_twice(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    use_zone("Europe/Berlin");
    take(tally, "2026-10-25T02:15:00+02:00", EVENT_REJECTED);
    take(tally, "2026-10-25T02:15:00+01:00", EVENT_REJECTED);
    take(tally, "2026-10-25T02:45:00+01:00", EVENT_REJECTED);
    take(tally, "2026-10-25T23:59:00+01:00", EVENT_REJECTED);
    take(tally, "2026-10-26T00:00:00+01:00", EVENT_REJECTED);
    assert_shown(tally, "csv", true,
                 "day,received,delivered,deferred,bounced,expired,rejected,auth_failed\r\n"
                 "\"2026-10-25\",0,0,0,0,0,4,0\r\n\"2026-10-26\",0,0,0,0,0,1,0\r\n");
    struct page page;
    page_init(&page, NULL);
    page.words = &words_english;
    timeline_hours(&page, tally, NULL);
    const struct cell *row = page.first->cell->first, *second = row->next;
    assert_true(slice_is(cell_get(row, "begin")->text, "2026-10-25T02:00:00+02:00"));
    assert_int_equal(cell_get(row, "rejected")->number, 1);
    assert_true(slice_is(cell_get(second, "begin")->text, "2026-10-25T02:00:00+01:00"));
    assert_int_equal(cell_get(second, "rejected")->number, 2);
    page_release(&page);
    tally_free(tally);
}

static void test_gaps(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    use_zone("UTC");
    take(tally, "1970-01-01T00:00:05Z", EVENT_REJECTED); /* a clock without a battery */
    take(tally, "2026-02-27T10:00:00Z", EVENT_REJECTED);
    take(tally, "2026-03-02T11:00:00Z", EVENT_DELIVERED);
    take(tally, "", EVENT_DELIVERED);
    assert_shown(tally, "text", true,
                 "By day\n"
                 "  day              delivered  rejected\n"
                 "  1970-01-01               0         1\n"
                 "  2026-02-27               0         1\n"
                 "  2026-02-28               0         0\n"
                 "  2026-03-01               0         0\n"
                 "  2026-03-02               1         0\n"
                 "  (no time known)          1         0\n");
    tally_free(tally);
}

/* What lies more than two days apart is told by the hour of the day, all 24 of them. */
static void test_hours_of_the_day(void **state) {
    (void)state;
    static const struct {
        const char *last;
        size_t rows;
    } rows[] = {{"2026-06-03T09:59:59Z", 48}, {"2026-06-03T10:00:00Z", 24}};
    use_zone("UTC");
    for (size_t i = 0; i < 2; i++) {
        struct tally *tally = tally_new();
        struct page page;
        size_t count = 0;
        uint64_t sum = 0;
        take(tally, "2026-06-01T10:00:00Z", EVENT_REJECTED);
        take(tally, "2026-06-01T11:00:00Z", EVENT_REJECTED);
        take(tally, rows[i].last, EVENT_REJECTED);
        page_init(&page, NULL);
        page.words = &words_english;
        timeline_hours(&page, tally, NULL);
        for (struct cell *row = page.first->cell->first; row; row = row->next, count++)
            sum += cell_get(row, "rejected")->number;
        assert_int_equal(count, rows[i].rows);
        assert_int_equal(sum, 3);
        const struct cell *of_day = cell_get(page.first->cell->last, "hour_of_day");
        assert_int_equal(of_day->kind, i ? CELL_CODE : CELL_NONE);
        page_release(&page);
        tally_free(tally);
    }
}

static void test_one_row_says_nothing(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    use_zone("UTC");
    take(tally, "2026-06-01T10:00:00Z", EVENT_REJECTED);
    take(tally, "2026-06-01T10:59:00Z", EVENT_REJECTED);
    assert_shown(tally, "text", false, "");
    assert_shown(tally, "text", true, "");
    tally_free(tally);
}

static void test_people_see_the_last_days(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    struct page page;
    size_t count = 0;
    use_zone("UTC");
    take(tally, "2026-06-01T10:00:00Z", EVENT_REJECTED);
    take(tally, "2026-07-03T10:00:00Z", EVENT_REJECTED);
    page_init(&page, NULL);
    page.words = &words_english;
    timeline_days(&page, tally, NULL, 20);
    for (struct cell *row = page.first->cell->first; row; row = row->next)
        count++;
    assert_int_equal(count, 31);
    assert_true(slice_is(page.last->cell->text, "2 earlier days: --top 0 shows all"));
    timeline_days(&page, tally, NULL, 0);
    assert_true(slice_is(cell_get(page.last->cell->first, "day")->text, "2026-06-01"));
    page_release(&page);
    tally_free(tally);
}

struct read_out {
    uint64_t delivered[4], received[4];
    size_t count;
};

static void read_quarter(void *context, const struct quarter *quarter) {
    struct read_out *read = context;
    read->delivered[read->count] = quarter->numbers[HOURS_DELIVERED];
    read->received[read->count++] = quarter->numbers[HOURS_RECEIVED];
}

/* What is taken back later, or earlier by its clock, is taken where there is something. */
static void test_taken_back(void **state) {
    (void)state;
    static const char *const stamps[] = {"2026-06-01T10:00:00Z", "2026-06-01T10:15:00Z",
                                         "2026-06-01T10:30:00Z"};
    static const struct {
        int delivered, taken_back;
        uint64_t left[3];
    } rows[] = {{0, 2, {0, 1, 0}}, {2, 0, {0, 1, 0}}, {1, 1, {0, 1, 0}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tally *tally = tally_new();
        struct read_out read = {0};
        take(tally, stamps[1], EVENT_DELIVERED);
        take(tally, stamps[rows[i].delivered], EVENT_DELIVERED);
        struct finding back =
            finding_at(stamps[rows[i].taken_back], EVENT_DELIVERED, FATE_DELIVERED, FATE_HANDED_ON);
        back.record.level = LEVEL_HOST;
        tally_add(tally, &back);
        hours_each(tally, read_quarter, &read);
        uint64_t sum = 0;
        for (size_t j = 0; j < read.count; j++)
            sum += read.delivered[j];
        assert_int_equal(sum, tally_totals(tally).delivered);
        assert_int_equal(sum, 1);
        tally_free(tally);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hours_of_a_zone),
        cmocka_unit_test(test_an_hour_comes_twice),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_hours_of_the_day),
        cmocka_unit_test(test_one_row_says_nothing),
        cmocka_unit_test(test_people_see_the_last_days),
        cmocka_unit_test(test_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
