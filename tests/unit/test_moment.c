/* Unit tests of base/moment: reading, resolving and printing stamps. Zones are POSIX rules, so that
 * the tests need no zone files. */
#include "base/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *const BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3";

static void use_zone(const char *rule) {
    setenv("TZ", rule, 1);
    assert_true(moment_zone(NULL, NULL));
}

static int64_t at_utc(int year, int month, int day, int hour, int minute, int second) {
    struct civil civil = {year, month, day, hour, minute, second, 0, 0};
    return civil_utc(&civil);
}

static void assert_printed(const struct moment *moment, const char *expected) {
    char text[MOMENT_TEXT];
    assert_int_equal(moment_print(moment, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void test_days_and_seconds(void **state) {
    (void)state;
    assert_int_equal(at_utc(1970, 1, 1, 0, 0, 0), 0);
    assert_int_equal(at_utc(1969, 12, 31, 23, 59, 59), -1);
    assert_int_equal(at_utc(2000, 2, 29, 12, 0, 0), 951825600);
    assert_int_equal(at_utc(2026, 6, 1, 10, 0, 1), 1780308001);
    assert_int_equal(at_utc(2100, 3, 1, 0, 0, 0), 4107542400);
}

static void test_every_day_is_printed_back(void **state) {
    (void)state;
    struct moment moment = {.seconds = at_utc(1890, 1, 1, 0, 0, 0)};
    for (int year = 1890; year < 2110; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 31; day++) {
                struct civil civil = {.year = year, .month = month, .day = day};
                if (!civil_valid(&civil))
                    continue;
                assert_int_equal(civil_utc(&civil), moment.seconds);
                char expected[64];
                snprintf(expected, sizeof expected, "%04d-%02d-%02dT00:00:00+00:00", year, month,
                         day);
                assert_printed(&moment, expected);
                moment.seconds += 86400;
            }
}

static void test_dates_that_do_not_exist(void **state) {
    (void)state;
    static const struct civil wrong[] = {
        {2026, 2, 29, 0, 0, 0, 0, 0}, {2100, 2, 29, 0, 0, 0, 0, 0}, {0, 2, 30, 0, 0, 0, 0, 0},
        {2026, 4, 31, 0, 0, 0, 0, 0}, {2026, 0, 1, 0, 0, 0, 0, 0},  {2026, 13, 1, 0, 0, 0, 0, 0},
        {2026, 1, 0, 0, 0, 0, 0, 0},  {2026, 1, 1, 24, 0, 0, 0, 0}, {2026, 1, 1, 0, 60, 0, 0, 0},
        {2026, 1, 1, 0, 0, 61, 0, 0}, {-1, 1, 1, 0, 0, 0, 0, 0},    {2026, -7, 1, 0, 0, 0, 0, 0},
        {2026, 1, 1, -1, 0, 0, 0, 0}, {10000, 1, 1, 0, 0, 0, 0, 0}, {2026, 1, 1, 0, -1, 0, 0, 0},
        {2026, 1, 1, 0, 0, -1, 0, 0}, {2026, 1, 32, 0, 0, 0, 0, 0}, {2026, 6, 31, 0, 0, 0, 0, 0},
    };
    struct clock clock = {0};
    struct moment moment;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_false(civil_valid(&wrong[i]));
        assert_false(moment_local(&clock, &wrong[i], &moment));
        assert_false(moment_offset(&wrong[i], 0, &moment));
    }
    assert_true(civil_valid(&(struct civil){0, 2, 29, 0, 0, 0, 0, 0}));
    assert_true(civil_valid(&(struct civil){2024, 2, 29, 23, 59, 60, 0, 0}));
    assert_false(moment_offset(&(struct civil){0, 2, 28, 0, 0, 0, 0, 0}, 0, &moment));
}

static void test_rfc3339(void **state) {
    (void)state;
    static const struct {
        const char *text, *printed, *rest;
    } good[] = {
        {"2026-06-01T10:00:01Z mx1", "2026-06-01T10:00:01+00:00", " mx1"},
        {"2026-06-01T10:00:01.123456+02:00 x", "2026-06-01T10:00:01.123456+02:00", " x"},
        {"2026-06-01T10:00:01+0200", "2026-06-01T10:00:01+02:00", ""},
        {"2026-06-01T00:00:01-09:30", "2026-06-01T00:00:01-09:30", ""},
        {"2026-01-01T00:30:00+14:00", "2026-01-01T00:30:00+14:00", ""},
        {"2026-06-01T10:00:01.000Z", "2026-06-01T10:00:01.000+00:00", ""},
        {"2026-06-01T10:00:01.123456789Z", "2026-06-01T10:00:01.123456789+00:00", ""},
        {"2026-06-01T10:00:01.12345678987Z", "2026-06-01T10:00:01.123456789+00:00", ""},
        {"2026-06-01T10:00:01.12345678Z behind", "2026-06-01T10:00:01.12345678+00:00", " behind"},
        {"2026-06-01T10:00:01.1Z behind it", "2026-06-01T10:00:01.1+00:00", " behind it"},
        {"2026-06-01T10:00:01.1234567Z", "2026-06-01T10:00:01.1234567+00:00", ""},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00", ""},
    };
    static const char *const wrong[] = {
        "",
        "2026-06-01",
        "2026-06-01 10:00:01Z",
        "2026-06-01T10:00:01",
        "2026-06-01T10:00:01 ",
        "2026-06-01T10:00:01.Z",
        "2026-02-30T10:00:01Z",
        "0000-01-01T10:00:01Z",
        "2026-6-01T10:00:01Z",
        "2026-06-01T10:00:01+02",
        "2026-06-01T10:00:01+02:",
        "2026-06-01T10:00:01+02:0",
        "2026-06-01T10:00:01+24:00",
        "2026-06-01T10:00:01+02:60",
        "2026/06/01T10:00:01Z",
        "2026-06-01T1a:00:01Z",
    };
    struct clock clock = {0};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct slice s = slice_of(good[i].text);
        struct moment moment;
        assert_true(moment_take_rfc3339(&clock, &s, &moment));
        assert_printed(&moment, good[i].printed);
        assert_true(slice_is(s, good[i].rest));
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct slice s = slice_of(wrong[i]);
        struct moment moment;
        if (moment_take_rfc3339(&clock, &s, &moment))
            fail_msg("taken: %s", wrong[i]);
        assert_true(slice_is(s, wrong[i]));
    }
}

static void test_stamps_without_zone(void **state) {
    (void)state;
    static const struct {
        bool dashed;
        const char *text;
        struct civil civil;
        const char *rest;
    } good[] = {
        {false, "Jun  1 10:00:01 mx1", {0, 6, 1, 10, 0, 1, 0, 0}, " mx1"},
        {false, "Jun 01 10:00:01", {0, 6, 1, 10, 0, 1, 0, 0}, ""},
        {false, "Mar 7 10:00:01 mx1", {0, 3, 7, 10, 0, 1, 0, 0}, " mx1"},
        {false, "Dec 31 23:59:59.5 x", {0, 12, 31, 23, 59, 59, 500000000, 1}, " x"},
        {false, "Feb 29 00:00:00.001000 x", {0, 2, 29, 0, 0, 0, 1000000, 6}, " x"},
        {false, "Jun  1 10:00:01. x", {0, 6, 1, 10, 0, 1, 0, 0}, ". x"},
        {true, "2026-06-01 10:00:01 x", {2026, 6, 1, 10, 0, 1, 0, 0}, " x"},
        {true, "2026-06-01 10:00:01.123", {2026, 6, 1, 10, 0, 1, 123000000, 3}, ""},
    };
    static const char *const wrong[] = {
        "",
        "Jun",
        "Jun  1 10:00:0",
        "Jux  1 10:00:01",
        "jun  1 10:00:01",
        "Jun   1 10:00:01",
        "Jun  1  10:00:01",
        "Jun 001 10:00:01",
        "Jun  1 10-00-01",
        "Jun 12 10:00:0",
        "June 1 10:00:01",
        "2026-06-01 10:00:0",
        "2026-06-01T10:00:01",
        "0000-06-01 10:00:01",
        "2026-06-0110:00:01",
        "20260601 10:00:01 ......",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct slice s = slice_of(good[i].text);
        struct civil civil = {0}, expected = good[i].civil;
        assert_true(good[i].dashed ? civil_take_dashed(&s, &civil)
                                   : civil_take_rfc3164(&s, &civil));
        assert_int_equal(civil.year, expected.year);
        assert_int_equal(civil.month, expected.month);
        assert_int_equal(civil.day, expected.day);
        assert_int_equal(civil.hour, expected.hour);
        assert_int_equal(civil.minute, expected.minute);
        assert_int_equal(civil.second, expected.second);
        assert_int_equal(civil.nanos, expected.nanos);
        assert_int_equal(civil.digits, expected.digits);
        assert_true(slice_is(s, good[i].rest));
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct slice s = slice_of(wrong[i]);
        struct civil civil;
        if (civil_take_rfc3164(&s, &civil) || civil_take_dashed(&s, &civil))
            fail_msg("taken: %s", wrong[i]);
        assert_true(slice_is(s, wrong[i]));
    }
}

/* Contract, section 2: a repeated hour is the first one. */
static void test_clock_changes(void **state) {
    (void)state;
    static const struct {
        const char *zone, *text, *printed;
    } rows[] = {
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-06-01 10:00:01", "2026-06-01T10:00:01+02:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-12-01 10:00:01.5", "2026-12-01T10:00:01.5+01:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 01:59:59", "2026-10-25T01:59:59+02:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 02:00:00", "2026-10-25T02:00:00+02:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 02:59:59", "2026-10-25T02:59:59+02:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25 03:00:00", "2026-10-25T03:00:00+01:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 01:59:59", "2026-03-29T01:59:59+01:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 02:30:00", "2026-03-29T03:30:00+02:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 03:00:00", "2026-03-29T03:00:00+02:00"},
        {"EST5EDT,M3.2.0,M11.1.0", "2026-11-01 01:30:00", "2026-11-01T01:30:00-04:00"},
        {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08 02:30:00", "2026-03-08T03:30:00-04:00"},
        {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-04-05 02:30:00", "2026-04-05T02:30:00+13:00"},
        {"LHST-10:30LHDT-11,M10.1.0,M4.1.0", "2026-04-05 01:45:00", "2026-04-05T01:45:00+11:00"},
        {"UTC0", "2026-06-01 10:00:01", "2026-06-01T10:00:01+00:00"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        use_zone(rows[i].zone);
        struct clock clock = {0};
        struct slice s = slice_of(rows[i].text);
        struct civil civil;
        struct moment moment;
        assert_true(civil_take_dashed(&s, &civil));
        assert_true(moment_local(&clock, &civil, &moment));
        assert_printed(&moment, rows[i].printed);
    }
}

/* Contract, section 2: the latest year in which the date exists, at most a day after the anchor. */
static void test_year_of_yearless_stamps(void **state) {
    (void)state;
    static const struct {
        const char *anchor, *stamp;
        int year;
    } rows[] = {
        {"2026-06-01 10:00:00", "Jun  1 10:00:00", 2026},
        {"2026-06-01 10:00:00", "May 31 10:00:00", 2026},
        {"2026-06-01 10:00:00", "Jun  2 10:00:00", 2026},
        {"2026-06-01 10:00:00", "Jun  2 10:00:01", 2025},
        {"2026-06-01 10:00:30", "Jun  2 10:00:30", 2026},
        {"2026-06-01 10:00:30", "Jun  2 10:00:31", 2025},
        {"2026-06-01 10:00:30", "Jun  2 10:00:29", 2026},
        {"2026-12-31 23:59:59", "Jan  1 00:00:00", 2027},
        {"2026-12-31 23:59:59", "Jan  1 23:59:59", 2027},
        {"2026-12-31 23:59:59", "Jan  2 00:00:00", 2026},
        {"2026-12-31 23:59:59", "Dec 31 23:59:59", 2026},
        {"2026-01-01 00:00:00", "Dec 31 23:59:59", 2025},
        {"2026-06-01 10:00:00", "Feb 29 10:00:00", 2024},
        {"2028-02-28 10:00:00", "Feb 29 10:00:00", 2028},
        {"2028-02-28 10:00:00", "Feb 29 10:00:01", 2024},
        {"2103-06-01 10:00:00", "Feb 29 10:00:00", 2096},
        {"2024-12-31 23:59:59", "Feb 29 23:59:59", 2024},
    };
    static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3",
                                        "NZST-12NZDT,M9.5.0,M4.1.0/3"};
    struct clock warm = {0}; /* one memory for all rows: it must not show */
    for (size_t z = 0; z < COUNT(zones); z++)
        for (size_t round = 0; round < 2; round++)
            for (size_t i = 0; i < COUNT(rows); i++) {
                use_zone(zones[z]);
                struct slice s = slice_of(rows[i].anchor), stamp = slice_of(rows[i].stamp);
                struct clock cold = {0};
                struct civil civil;
                struct moment anchor, moment, again;
                assert_true(civil_take_dashed(&s, &civil));
                assert_true(moment_local(&cold, &civil, &anchor));
                warm.anchor = cold.anchor = anchor.seconds;
                if (i == 0 && round == 0)
                    warm.last.valid = false; /* another zone */
                assert_true(civil_take_rfc3164(&stamp, &civil));
                assert_true(moment_local(&cold, &civil, &moment));
                assert_true(moment_local(&warm, &civil, &again));
                char text[MOMENT_TEXT];
                moment_print(&moment, text);
                text[4] = '\0';
                if ((int)strtol(text, NULL, 10) != rows[i].year)
                    fail_msg("%s before %s: %s", rows[i].stamp, rows[i].anchor, text);
                assert_int_equal(moment.seconds, again.seconds);
                assert_int_equal(moment.nanos, again.nanos);
                assert_int_equal(moment.offset, again.offset);
            }
}

static void test_anchors_out_of_this_world(void **state) {
    (void)state;
    static const int64_t anchors[] = {INT64_MIN, INT64_MAX, 0, -1, -99999999999999};
    use_zone("UTC0");
    for (size_t i = 0; i < COUNT(anchors); i++) {
        struct clock clock = {.anchor = anchors[i]};
        struct civil civil = {.month = 2, .day = 29};
        struct moment moment;
        char text[MOMENT_TEXT];
        assert_true(moment_local(&clock, &civil, &moment));
        moment_print(&moment, text);
    }
}

enum form { ZONED, YEARLESS, DASHED };

static bool take(enum form form, struct clock *clock, struct slice *s, struct moment *moment_r) {
    struct wall wall;
    switch (form) {
    case ZONED:
        return moment_take_rfc3339(clock, s, moment_r);
    case YEARLESS:
        return moment_take_rfc3164(clock, s, moment_r);
    case DASHED:
        if (!wall_take_dashed(clock, s, &wall))
            return false;
        *moment_r = moment_of_wall(clock, &wall);
        return true;
    }
    return false;
}

static void assert_taken(enum form form, struct clock *clock, const char *text, const char *printed,
                         const char *rest) {
    struct slice s = slice_of(text);
    struct moment moment;
    bool is_taken = take(form, clock, &s, &moment);
    if (is_taken != (printed != NULL))
        fail_msg("%s: %s", is_taken ? "taken" : "not taken", text);
    if (printed)
        assert_printed(&moment, printed);
    assert_true(slice_is(s, rest));
}

/* Each stamp is read with the memory of the ones before, in their order, and with none. NULL: it is
 * not taken, and nothing is moved. */
static void test_what_follows_a_stamp(void **state) {
    (void)state;
    static const struct {
        enum form form;
        const char *text, *printed, *rest;
    } rows[] = {
        /* the same minute, the next, and the ends of hours, days, months, years */
        {ZONED, "2026-12-31T23:58:59.999999+01:00 a", "2026-12-31T23:58:59.999999+01:00", " a"},
        {ZONED, "2026-12-31T23:59:00+01:00 a", "2026-12-31T23:59:00+01:00", " a"},
        {ZONED, "2026-12-31T23:59:59.5+01:00 a", "2026-12-31T23:59:59.5+01:00", " a"},
        {ZONED, "2027-01-01T00:00:00+01:00 a", "2027-01-01T00:00:00+01:00", " a"},
        {ZONED, "2027-02-28T23:59:59+01:00 a", "2027-02-28T23:59:59+01:00", " a"},
        {ZONED, "2027-03-01T00:00:00+01:00 a", "2027-03-01T00:00:00+01:00", " a"},
        /* leap seconds, and what is none */
        {ZONED, "2026-12-31T23:59:60+01:00 a", "2027-01-01T00:00:00+01:00", " a"},
        {ZONED, "2026-12-31T23:59:61+01:00 a", NULL, "2026-12-31T23:59:61+01:00 a"},
        {ZONED, "2026-12-31T23:59:5x+01:00 a", NULL, "2026-12-31T23:59:5x+01:00 a"},
        {ZONED, "2026-12-31T23:59:x5+01:00 a", NULL, "2026-12-31T23:59:x5+01:00 a"},
        {ZONED, "2026-12-31T23:59:", NULL, "2026-12-31T23:59:"},
        {ZONED, "2026-12-31T23:59:1", NULL, "2026-12-31T23:59:1"},
        {ZONED, "2026-12-31T23:59:11", NULL, "2026-12-31T23:59:11"},
        /* the zone changes within a minute, or is short, or is none */
        {ZONED, "2026-12-31T23:59:01+02:00 a", "2026-12-31T23:59:01+02:00", " a"},
        {ZONED, "2026-12-31T23:59:01-02:00 a", "2026-12-31T23:59:01-02:00", " a"},
        {ZONED, "2026-12-31T23:59:01+0200 a", "2026-12-31T23:59:01+02:00", " a"},
        {ZONED, "2026-12-31T23:59:02+0200 b", "2026-12-31T23:59:02+02:00", " b"},
        {ZONED, "2026-12-31T23:59:02+0200", "2026-12-31T23:59:02+02:00", ""},
        {ZONED, "2026-12-31T23:59:02+020", NULL, "2026-12-31T23:59:02+020"},
        {ZONED, "2026-12-31T23:59:02Z mx1 a", "2026-12-31T23:59:02+00:00", " mx1 a"},
        {ZONED, "2026-12-31T23:59:02Z mx1 b", "2026-12-31T23:59:02+00:00", " mx1 b"},
        {ZONED, "2026-12-31T23:59:02Z", "2026-12-31T23:59:02+00:00", ""},
        {ZONED, "2026-12-31T23:59:02z mx1 b", "2026-12-31T23:59:02+00:00", " mx1 b"},
        {ZONED, "2026-12-31T23:59:02+24:00 a", NULL, "2026-12-31T23:59:02+24:00 a"},
        {ZONED, "2026-12-31T23:59:02 a", NULL, "2026-12-31T23:59:02 a"},
        /* one form is no other */
        {DASHED, "2026-12-31T23:59:02 a", NULL, "2026-12-31T23:59:02 a"},
        {ZONED, "2026-12-31 23:59:02+02:00 a", NULL, "2026-12-31 23:59:02+02:00 a"},
        {ZONED, "2026-12-31t23:59:02+02:00 a", "2026-12-31T23:59:02+02:00", " a"},
        {ZONED, "2026-02-29T23:59:02+02:00 a", NULL, "2026-02-29T23:59:02+02:00 a"},
        {DASHED, "2026-02-29 23:59:02 a", NULL, "2026-02-29 23:59:02 a"},
        {DASHED, "2026-12-31 23:59:02.25 a", "2026-12-31T23:59:02.25+01:00", " a"},
        {DASHED, "2026-12-31 23:59:60 a", "2027-01-01T00:00:00+01:00", " a"},
        /* the clocks of Berlin are put forward, and back */
        {DASHED, "2026-03-29 01:59:59 a", "2026-03-29T01:59:59+01:00", " a"},
        {DASHED, "2026-03-29 02:00:00 a", "2026-03-29T03:00:00+02:00", " a"},
        {DASHED, "2026-03-29 03:00:00 a", "2026-03-29T03:00:00+02:00", " a"},
        {DASHED, "2026-10-25 02:59:59 a", "2026-10-25T02:59:59+02:00", " a"},
        {DASHED, "2026-10-25 03:00:00 a", "2026-10-25T03:00:00+01:00", " a"},
        /* no year: the anchor is 2026-06-01T12:00:00Z */
        {YEARLESS, "Oct 25 02:59:59 a", "2025-10-25T02:59:59+02:00", " a"},
        {YEARLESS, "Oct 26 02:59:59 a", "2025-10-26T02:59:59+02:00", " a"},
        {YEARLESS, "Oct 26 03:00:00 a", "2025-10-26T03:00:00+01:00", " a"},
        {YEARLESS, "Dec 31 23:59:59 a", "2025-12-31T23:59:59+01:00", " a"},
        {YEARLESS, "Dec 31 23:59:60 a", "2026-01-01T00:00:00+01:00", " a"},
        {YEARLESS, "Dec 31 23:59:61 a", NULL, "Dec 31 23:59:61 a"},
        {YEARLESS, "Jan  1 00:00:00 a", "2026-01-01T00:00:00+01:00", " a"},
        {YEARLESS, "Jan  1 00:00:07.123 a", "2026-01-01T00:00:07.123+01:00", " a"},
        {YEARLESS, "Jan  1 00:00:0", NULL, "Jan  1 00:00:0"},
        {YEARLESS, "Jan  1 00:00:0x a", NULL, "Jan  1 00:00:0x a"},
        {YEARLESS, "Jan  1 00:00:7 a", NULL, "Jan  1 00:00:7 a"},
        {YEARLESS, "Jan 1 00:00:08 a", "2026-01-01T00:00:08+01:00", " a"},
        {YEARLESS, "Jan 1 00:00:09 a", "2026-01-01T00:00:09+01:00", " a"},
        {YEARLESS, "Jan 1 00:00:0112", "2026-01-01T00:00:01+01:00", "12"},
        {YEARLESS, "Jan 01 00:00:09 a", "2026-01-01T00:00:09+01:00", " a"},
        {YEARLESS, "Feb 29 00:00:09 a", "2024-02-29T00:00:09+01:00", " a"},
        {YEARLESS, "Feb 30 00:00:09 a", NULL, "Feb 30 00:00:09 a"},
        /* the anchor and a day more is in the middle of this minute */
        {YEARLESS, "Jun  2 14:00:00 a", "2026-06-02T14:00:00+02:00", " a"},
        {YEARLESS, "Jun  2 14:00:01 a", "2025-06-02T14:00:01+02:00", " a"},
        {YEARLESS, "Jun  2 14:00:00 a", "2026-06-02T14:00:00+02:00", " a"},
    };
    /* as memories begin */
    static const char nothing[32] = {[13] = '1', [14] = '1'}, zone[32] = "2026-12-31T23:59:02";
    use_zone(BERLIN);
    const int64_t anchor = at_utc(2026, 6, 1, 12, 0, 0);
    struct clock warm = {.anchor = anchor};
    struct clock first = {0};
    struct slice none = {nothing, sizeof nothing}, no_zone = {zone, sizeof zone};
    struct moment moment;
    for (enum form form = ZONED; form <= DASHED; form++)
        assert_false(take(form, &first, &none, &moment));
    assert_false(moment_take_rfc3339(&first, &no_zone, &moment));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct clock cold = {.anchor = anchor};
        for (int times = 0; times < 2; times++)
            assert_taken(rows[i].form, &warm, rows[i].text, rows[i].printed, rows[i].rest);
        assert_taken(rows[i].form, &cold, rows[i].text, rows[i].printed, rows[i].rest);
    }
}

/* Another source, another year; and stamps without a year are told of each time. */
static void test_anchor_changes_under_a_stamp(void **state) {
    (void)state;
    use_zone(BERLIN);
    struct clock clock = {.anchor = at_utc(2026, 6, 1, 12, 0, 0)};
    assert_taken(YEARLESS, &clock, "Feb 28 10:00:01 a", "2026-02-28T10:00:01+01:00", " a");
    clock.anchor = at_utc(2024, 6, 1, 12, 0, 0);
    clock.guessed = false;
    assert_taken(YEARLESS, &clock, "Feb 28 10:00:02 a", "2024-02-28T10:00:02+01:00", " a");
    assert_true(clock.guessed);
    clock.guessed = false;
    assert_taken(YEARLESS, &clock, "Feb 28 10:00:03 a", "2024-02-28T10:00:03+01:00", " a");
    assert_true(clock.guessed);
    clock.guessed = false;
    assert_taken(ZONED, &clock, "2026-02-28T10:00:03Z a", "2026-02-28T10:00:03+00:00", " a");
    assert_taken(DASHED, &clock, "2026-02-28 10:00:03 a", "2026-02-28T10:00:03+01:00", " a");
    assert_false(clock.guessed);
}

/* Stamps near each other, with any byte changed: the same answer as with an empty memory. */
static void test_damaged_stamps(void **state) {
    (void)state;
    static const char *const stamps[] = {
        "2026-06-01T10:00:01.123456+02:00 mx1", "2026-06-01T10:00:02Z mx1 postfix",
        "2026-06-01 10:00:01.123 mx1 postfix",  "Jun  1 10:00:01 mx1 postfix",
        "Jun 01 10:00:01.123456 mx1",
    };
    static const char bytes[] = "0123456789:-+ TZ.t\n\0\xff";
    use_zone(BERLIN);
    struct clock warm = {.anchor = at_utc(2026, 6, 1, 12, 0, 0)};
    uint32_t chance = 4711;
    for (int i = 0; i < 200000; i++) {
        char text[40] = {0};
        chance = chance * 1664525 + 1013904223;
        const char *stamp = stamps[(chance >> 8) % COUNT(stamps)];
        size_t length = strlen(stamp);
        memcpy(text, stamp, length);
        if (chance >> 31)
            text[(chance >> 12) % length] = bytes[(chance >> 20) % sizeof bytes];
        length = (chance >> 29) == 1 ? (chance >> 16) % length : length;
        for (enum form form = ZONED; form <= DASHED; form++) {
            struct clock cold = {.anchor = warm.anchor};
            struct slice a = {text, length}, b = a;
            struct moment first, second;
            bool is_taken = take(form, &warm, &a, &first);
            assert_int_equal(is_taken, take(form, &cold, &b, &second));
            assert_ptr_equal(a.at, b.at);
            if (is_taken) {
                assert_int_equal(first.seconds, second.seconds);
                assert_int_equal(first.nanos, second.nanos);
                assert_int_equal(first.offset, second.offset);
                assert_int_equal(first.digits, second.digits);
            }
        }
    }
}

/* Whatever was asked before: the same answer as with an empty memory. */
static void test_memory_never_shows(void **state) {
    (void)state;
    use_zone(BERLIN);
    struct clock warm = {0};
    uint32_t chance = 12345;
    for (int i = 0; i < 20000; i++) {
        chance = chance * 1664525 + 1013904223;
        int64_t near = at_utc(2026, 10, 25, 0, 0, 0);
        struct civil civil = {chance >> 31 ? 2026 : 0,  10, 25, 2, (int)(chance >> 20) % 3,
                              (int)(chance >> 10) % 61, 0,  0};
        int64_t anchor = near - 86400 + (chance >> 8) % 180;
        warm.anchor = anchor;
        struct clock cold = {.anchor = anchor};
        struct moment a, b;
        assert_true(moment_local(&warm, &civil, &a));
        assert_true(moment_local(&cold, &civil, &b));
        assert_int_equal(a.seconds, b.seconds);
        assert_int_equal(a.offset, b.offset);
    }
}

static void test_printing_what_is_no_time(void **state) {
    (void)state;
    assert_printed(&(struct moment){.seconds = MOMENT_NONE}, "");
    assert_printed(&(struct moment){.seconds = INT64_MAX}, "");
    assert_printed(&(struct moment){.offset = INT16_MAX}, "");
    assert_printed(&(struct moment){.digits = 255}, "");
}

static void test_wishes(void **state) {
    (void)state;
    use_zone(BERLIN);
    const int64_t now = at_utc(2026, 6, 1, 22, 30, 0); /* 00:30 on June 2 in Berlin */
    const struct {
        const char *text;
        int64_t seconds;
    } good[] = {
        {"now", now},
        {"today", at_utc(2026, 6, 1, 22, 0, 0)},
        {"yesterday", at_utc(2026, 5, 31, 22, 0, 0)},
        {"2026-11-20", at_utc(2026, 11, 19, 23, 0, 0)},
        {"2026-11-20 10:11", at_utc(2026, 11, 20, 9, 11, 0)},
        {"2026-11-20T10:11", at_utc(2026, 11, 20, 9, 11, 0)},
        {" 2026-11-20 10:11:12 ", at_utc(2026, 11, 20, 9, 11, 12)},
        {"2026-11-20T10:11:12Z", at_utc(2026, 11, 20, 10, 11, 12)},
        {"2026-11-20T10:11:12.5+01:00", at_utc(2026, 11, 20, 9, 11, 12)},
        {"-24h", now - 86400},
        {"-90s", now - 90},
        {"-15min", now - 900},
        {"-7d", now - 7 * 86400},
        {"-2w", now - 14 * 86400},
        {"-0h", now},
    };
    static const char *const wrong[] = {
        "",
        "soon",
        "24h",
        "-24",
        "-24m",
        "-h",
        "--4h",
        "-99999999999999999999w",
        "2026-02-30",
        "2026-11-20 1:11",
        "2026-11-20 10:11:12 x",
        "20261120",
        "2026-11-20 25:00",
        "Today",
        "2026-11-20T10:11:12Zx",
        "2026-11-20x10:11",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        int64_t seconds = -1;
        struct problem problem;
        if (!moment_read_wish(slice_of(good[i].text), now, &seconds, &problem))
            fail_msg("%s", problem.text);
        assert_int_equal(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int64_t seconds;
        struct problem problem = {.text = ""};
        if (moment_read_wish(slice_of(wrong[i]), now, &seconds, &problem))
            fail_msg("taken: %s", wrong[i]);
        assert_non_null(strstr(problem.text, "no such time"));
    }
}

static void test_zones(void **state) {
    (void)state;
    static const char *const wrong[] = {"Nowhere/Atall", "../zoneinfo/UTC", "/etc/passwd", ".",
                                        "UTC "};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct problem problem = {.text = ""};
        assert_false(moment_zone(wrong[i], &problem));
        assert_non_null(strstr(problem.text, "no such time zone"));
    }
    assert_true(moment_zone("UTC", NULL));
    assert_true(moment_zone("", NULL));
    if (!moment_zone("Asia/Bangkok", NULL))
        skip(); /* no zone files here */
    struct clock clock = {0};
    struct moment moment;
    assert_true(moment_local(&clock, &(struct civil){2026, 6, 1, 10, 0, 1, 0, 0}, &moment));
    assert_printed(&moment, "2026-06-01T10:00:01+07:00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_and_seconds),
        cmocka_unit_test(test_every_day_is_printed_back),
        cmocka_unit_test(test_dates_that_do_not_exist),
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test(test_stamps_without_zone),
        cmocka_unit_test(test_clock_changes),
        cmocka_unit_test(test_year_of_yearless_stamps),
        cmocka_unit_test(test_anchors_out_of_this_world),
        cmocka_unit_test(test_what_follows_a_stamp),
        cmocka_unit_test(test_anchor_changes_under_a_stamp),
        cmocka_unit_test(test_damaged_stamps),
        cmocka_unit_test(test_memory_never_shows),
        cmocka_unit_test(test_printing_what_is_no_time),
        cmocka_unit_test(test_wishes),
        cmocka_unit_test(test_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
