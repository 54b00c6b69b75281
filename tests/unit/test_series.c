/* series - what counts in which bucket and series, of findings and of history. */
#include "tally/series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/moment.h"
#include "tally/calendar.h"

enum { START = 1780300800 };

static struct finding finding_of(enum event event, enum level level, int64_t seconds) {
    bool is_session = level == LEVEL_SESSION || level == LEVEL_MTA;
    return (struct finding){
        .record = {.kind = is_session ? RECORD_INCIDENT : RECORD_OUTCOME,
                   .event = event,
                   .level = level,
                   .direction = is_session ? DIRECTION_IN : DIRECTION_OUT,
                   .queue_id = SLICE("4C1D2E3F40")},
        .verdict.class_name = "mailbox-full",
        .time = {.seconds = seconds},
        .repeat = 1,
    };
}

static void add(struct series_book *book, const struct finding *finding) {
    series_book_add(book, finding);
}

static uint64_t count_of(const struct series_book *book, enum event event) {
    return series_book_count(book, event, SLICE("mailbox-full"), START, START + DAY_HOURS * HOUR);
}

static void test_units(void **state) {
    (void)state;
    struct series_book *book = series_book_new(SERIES_BUCKET);
    struct finding finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, START);
    finding.after = FATE_BOUNCED;
    add(book, &finding);
    finding.repeat = 5; /* as the reasons of a report count it */
    add(book, &finding);
    finding = finding_of(EVENT_BOUNCED, LEVEL_HOST, START);
    add(book, &finding);
    finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, START);
    finding.is_notice = true;
    add(book, &finding);
    finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, START);
    finding.outside = true;
    add(book, &finding);
    finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, MOMENT_NONE);
    add(book, &finding);
    finding = finding_of(EVENT_DELIVERED, LEVEL_RECIPIENT, START);
    finding.after = FATE_DELIVERED;
    add(book, &finding);
    finding = finding_of(EVENT_REJECTED, LEVEL_SESSION, START);
    finding.repeat = 3;
    add(book, &finding);
    assert_int_equal(count_of(book, EVENT_BOUNCED), 6);
    assert_int_equal(count_of(book, EVENT_DELIVERED), 0);
    assert_int_equal(count_of(book, EVENT_REJECTED), 3);

    struct series_list list;
    series_list_read(book, &list);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0].event, EVENT_BOUNCED);
    assert_int_equal(list.items[0].direction, DIRECTION_OUT);
    assert_int_equal(list.items[0].total, 6);
    assert_int_equal(list.items[0].cells[0].fresh, 2);
    assert_int_equal(list.items[1].direction, DIRECTION_IN);
    assert_int_equal(list.mails[SERIES_OUT].total, 3);
    assert_int_equal(list.mails[SERIES_REFUSED].total, 3);
    series_list_release(&list);
    series_book_free(book);
}

/* What was not asked for counts as nothing, and tells that there was a log. */
static void test_heard(void **state) {
    (void)state;
    struct series_book *book = series_book_new(SERIES_BUCKET);
    series_book_hear(book, START + 10 * HOUR);
    series_book_hear(book, MOMENT_NONE);
    struct series_list list;
    int64_t begin, end;
    series_list_read(book, &list);
    assert_int_equal(series_book_series(book), 0);
    for (size_t i = 0; i < SERIES_MAILS; i++)
        assert_int_equal(list.mails[i].total, 0);
    assert_true(calendar_span(&list, SERIES_BUCKET, &begin, &end));
    assert_int_equal(begin, START + 10 * HOUR);
    assert_int_equal(end, START + 10 * HOUR + SERIES_BUCKET);
    series_list_release(&list);
    series_book_free(book);
}

static void test_buckets(void **state) {
    (void)state;
    struct series_book *book = series_book_new(SERIES_BUCKET);
    const int64_t times[] = {START, START + 299, START + 300, -1, -300, -301};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct finding finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, times[i]);
        add(book, &finding);
    }
    struct slice full = SLICE("mailbox-full");
    assert_int_equal(series_book_count(book, EVENT_BOUNCED, full, START, START + 300), 2);
    assert_int_equal(series_book_count(book, EVENT_BOUNCED, full, START, START + 600), 3);
    assert_int_equal(series_book_count(book, EVENT_BOUNCED, full, -300, 0), 2);
    assert_int_equal(series_book_count(book, EVENT_BOUNCED, full, -600, 0), 3);
    assert_int_equal(series_book_count(book, EVENT_BOUNCED, SLICE("no"), START, START + 600), 0);
    assert_int_equal(series_book_count(book, EVENT_BOUNCED, full, START, START), 0);
    series_book_free(book);
}

/* A message that is taken back may have come in another bucket. */
static void test_mail_is_never_less_than_none(void **state) {
    (void)state;
    struct series_book *book = series_book_new(SERIES_BUCKET);
    struct finding finding = finding_of(EVENT_NONE, LEVEL_NONE, START);
    finding.record.kind = RECORD_ARRIVAL;
    finding.new_messages = 1;
    add(book, &finding);
    finding.time.seconds = START + 600;
    finding.new_messages = -1;
    add(book, &finding);
    struct series_list list;
    series_list_read(book, &list);
    assert_int_equal(list.mails[SERIES_RECEIVED].total, 1);
    assert_int_equal(list.mails[SERIES_RECEIVED].cell_count, 1);
    assert_int_equal(list.mails[SERIES_RECEIVED].cells[0].bucket, START);
    series_list_release(&list);
    series_book_free(book);
}

static void test_history(void **state) {
    (void)state;
    const struct hourly_cell cells[] = {
        {HOURLY_REASONS,
         START / HOUR,
         SLICE_INIT("mail"),
         {SLICE_INIT("deferred"), SLICE_INIT("mailbox-full"), SLICE_INIT("out")},
         {7}},
        {HOURLY_REASONS,
         START / HOUR,
         SLICE_INIT("mail"),
         {SLICE_INIT("no event"), SLICE_INIT("mailbox-full"), SLICE_INIT("out")},
         {7}},
        {HOURLY_TOTALS, START / HOUR, SLICE_INIT("mail"), {SLICE_INIT("delivered")}, {5}},
        {HOURLY_TOTALS, START / HOUR, SLICE_INIT("mail"), {SLICE_INIT("waiting")}, {-2}},
        {HOURLY_TOTALS, START / HOUR, SLICE_INIT("mail"), {SLICE_INIT("deferred")}, {9}},
        {HOURLY_TOTALS, START / HOUR, SLICE_INIT("mail"), {SLICE_INIT("received")}, {4}},
        {HOURLY_TOTALS, START / HOUR + 1, SLICE_INIT("mail"), {SLICE_INIT("waiting")}, {2}},
        {HOURLY_TOTALS, START / HOUR + 1, SLICE_INIT("mail"), {SLICE_INIT("deferred_ever")}, {2}},
        {HOURLY_REASONS,
         START / HOUR + 1,
         SLICE_INIT("mail"),
         {SLICE_INIT("deferred"), SLICE_INIT("mailbox-full"), SLICE_INIT("local")},
         {5}},
        {HOURLY_LISTS, START / HOUR, SLICE_INIT("mail"), {SLICE_INIT("delivered")}, {5}},
    };
    struct series_book *book = series_book_new(HOUR);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        series_book_put(book, &cells[i]);
    assert_int_equal(count_of(book, EVENT_DEFERRED), 12);
    struct series_list list;
    series_list_read(book, &list);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.mails[SERIES_OUT].total, 3);
    assert_int_equal(list.mails[SERIES_LOCAL].total, 2);
    assert_int_equal(list.mails[SERIES_RECEIVED].total, 4);
    assert_int_equal(list.items[0].total, 12);
    assert_int_equal(list.items[0].cell_count, 2);
    double fresh = list.items[0].cells[0].fresh + list.items[0].cells[1].fresh;
    assert_true(fresh > 1.99 && fresh < 2.01);
    series_list_release(&list);
    series_book_free(book);
}

/* Names beyond those that are told apart are one. */
static void test_too_many(void **state) {
    (void)state;
    struct series_book *book = series_book_new(SERIES_BUCKET);
    char name[32];
    struct finding finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, START);
    finding.verdict.class_name = name;
    for (int i = 0; i < SERIES_MOST + 10; i++) {
        snprintf(name, sizeof name, "reason-%d", i);
        add(book, &finding);
    }
    assert_int_equal(series_book_count(book, EVENT_BOUNCED, (struct slice){0}, START, START + 300),
                     10);
    series_book_free(book);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),   cmocka_unit_test(test_heard),
        cmocka_unit_test(test_buckets), cmocka_unit_test(test_mail_is_never_less_than_none),
        cmocka_unit_test(test_history), cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
