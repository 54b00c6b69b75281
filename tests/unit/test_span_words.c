/* span_words - what each word is, on days when the clocks change too, and what is no span. */
#include "base/span_words.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* In the zone of the run. */
static int64_t at(const char *wish) {
    struct problem problem;
    int64_t seconds = MOMENT_NONE;
    if (*wish && !moment_read_wish(slice_of(wish), 0, &seconds, &problem))
        fail_msg("%s", problem.text);
    return seconds;
}

static const struct {
    const char *now, *text, *since, *until; /* since NULL: no span */
} rows[] = {
    {"2026-11-22 17:30", "today", "2026-11-22", "2026-11-23"},
    {"2026-11-22 17:30", " yesterday ", "2026-11-21", "2026-11-22"},
    {"2026-11-22 17:30", "2026-10-25", "2026-10-25", "2026-10-26"}, /* of 25 hours */
    {"2026-11-22 17:30", "2026-12-31", "2026-12-31", "2027-01-01"},
    {"2026-11-22 17:30", "last hour", "2026-11-22 16:00", "2026-11-22 17:00"},
    {"2026-11-22 17:30", "last-day", "2026-11-21", "2026-11-22"},
    {"2026-11-22 17:30", "last week", "2026-11-09", "2026-11-16"}, /* a Sunday */
    {"2026-11-23 00:00", "last-week", "2026-11-16", "2026-11-23"}, /* a Monday */
    {"2026-03-31 10:00", "last week", "2026-03-23", "2026-03-30"}, /* the clocks change */
    {"2026-11-22 17:30", "last month", "2026-10-01", "2026-11-01"},
    {"2026-01-05 10:00", "last month", "2025-12-01", "2026-01-01"},
    {"2026-11-22 17:30", "2026-11-01..2026-11-08 12:00", "2026-11-01", "2026-11-08 12:00"},
    {"2026-11-22 17:30", "yesterday .. now", "2026-11-21", "2026-11-22 17:30"},
    {"2026-11-22 17:30", "-48h..-24h", "2026-11-20 17:30", "2026-11-21 17:30"},
    {"2026-11-22 17:30", "..today", "", "2026-11-22"},
    {"2026-11-22 17:30", "2026-11-01..", "2026-11-01", ""},
    {"2026-11-22 17:30", "before", "2026-11-17", "2026-11-19"},
    {"2026-11-22 17:30", "day before", "2026-11-18", "2026-11-20"},
    {"2026-11-22 17:30", "week-before", "2026-11-12", "2026-11-14"},
    {"2026-11-22 17:30", "mail.log", NULL, NULL},
    {"2026-11-22 17:30", "../mail.log", NULL, NULL},
    {"2026-11-22 17:30", "..", NULL, NULL},
    {"2026-11-22 17:30", "last", NULL, NULL},
    {"2026-11-22 17:30", "last year", NULL, NULL},
    {"2026-11-22 17:30", "lastweek", NULL, NULL},
    {"2026-11-22 17:30", "2026-13-01", NULL, NULL},
    {"2026-11-22 17:30", "today..mail.log", NULL, NULL},
    {"2026-11-22 17:30", "", NULL, NULL},
};

static void test_words(void **state) {
    (void)state;
    struct time_span base = {at("2026-11-19"), at("2026-11-21")};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct time_span span;
        struct problem problem;
        enum span_reading reading =
            span_words_read(slice_of(rows[i].text), at(rows[i].now), base, &span, &problem);
        enum span_reading wanted = rows[i].since ? SPAN_IS_READ : SPAN_IS_NONE;
        if (reading != wanted ||
            (rows[i].since && (span.since != at(rows[i].since) || span.until != at(rows[i].until))))
            fail_msg("'%s': %d, %lld to %lld", rows[i].text, reading, (long long)span.since,
                     (long long)span.until);
    }
}

static void test_wrong(void **state) {
    (void)state;
    static const char *const wrong[] = {"before", "2026-11-20..2026-11-20", "now..yesterday"};
    struct time_span base = {MOMENT_NONE, MOMENT_NONE}, span;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct problem problem = {""};
        assert_int_equal(
            span_words_read(slice_of(wrong[i]), at("2026-11-22 17:30"), base, &span, &problem),
            SPAN_IS_WRONG);
        assert_true(problem.text[0]);
    }
}

/* Until now, where the report has no end. */
static void test_open_base(void **state) {
    (void)state;
    struct time_span base = {at("2026-11-22"), MOMENT_NONE}, span;
    struct problem problem;
    assert_int_equal(
        span_words_read(SLICE("day before"), at("2026-11-22 17:30"), base, &span, &problem),
        SPAN_IS_READ);
    assert_int_equal(span.since, at("2026-11-21"));
    assert_int_equal(span.until, at("2026-11-21 17:30"));
}

static int set_zone(void **state) {
    (void)state;
    struct problem problem;
    return moment_zone("Europe/Berlin", &problem) ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_open_base),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
