/* Unit tests of input/heads: what it reads is what entry_read() would, whatever stood before. */
#include "input/heads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { ANCHOR = 1780358399 }; /* 2026-06-01T23:59:59Z */

static struct arena arena;

static bool is_same(struct slice a, struct slice b) {
    return a.length == b.length && (!a.length || memcmp(a.at, b.at, a.length) == 0);
}

static bool are_same(const struct entry *a, const struct entry *b) {
    return a->line.text.at == b->line.text.at && a->line.number == b->line.number &&
           a->wrapping == b->wrapping && a->time.seconds == b->time.seconds &&
           a->time.nanos == b->time.nanos && a->time.offset == b->time.offset &&
           a->time.digits == b->time.digits && is_same(a->host, b->host) &&
           is_same(a->program, b->program) && is_same(a->pid, b->pid) &&
           is_same(a->text, b->text) && a->repeat == b->repeat && !a->stream.at && !b->stream.at &&
           !a->inner.at && !b->inner.at && a->goes_on == b->goes_on;
}

/* Reads a line in both ways, and keeps it. True: it was known. */
static bool take(struct heads *heads, struct clock *clock, struct slice text) {
    struct clock fresh = {.anchor = clock->anchor};
    struct line line = {.text = text, .number = 7};
    struct entry quick = {.line = line}, entry;
    clock->guessed = false;
    bool is_known = heads_read(heads, clock, &quick) != NULL;
    enum unwrapping unwrapping = entry_read(&fresh, &arena, &line, &entry);
    if (is_known &&
        (unwrapping != UNWRAPPED || !are_same(&quick, &entry) || clock->guessed != fresh.guessed))
        fail_msg("read in another way: %.*s", SLICE_ARGS(text));
    if (!is_known && entry_read(clock, &arena, &line, &entry) == UNWRAPPED)
        heads_keep(heads, clock, &entry);
    return is_known;
}

/* The second line begins like the first one, or not. */
static void test_pairs(void **state) {
    (void)state;
#define ISO "2026-06-01T10:00:"
    static const struct {
        const char *first, *second;
        bool known;
    } rows[] = {
        {ISO "01.123456+02:00 mx1 postfix/smtpd[4711]: connect from a[192.0.2.1]",
         ISO "59.000001+02:00 mx1 postfix/smtpd[12]: 4C1D2E3F40: client=a[192.0.2.1]", true},
        {ISO "01+02:00 mx1.example.org sm-mta[4711]: 651A0001: x",
         ISO "60+02:00 mx1.example.org sm-mta[1234567]: ", true},
        {ISO "01Z mx1 CRON[1]: x of some length", ISO "02Z mx1 CRON[2]: y of some length", true},
        {"Jun  1 10:00:01 mx1 postfix/qmgr[2]: 4C1D2E3F40: removed",
         "Jun  1 10:00:02 mx1 postfix/qmgr[2]: 4C1D2E3F41: removed", true},
        {"Jun  1 10:00:01.5 mx1 postfix/qmgr[2]: 4C1D2E3F40: removed",
         "Jun  1 10:00:02.7 mx1 postfix/qmgr[2]:4C1D2E3F41: removed", true},
        {ISO "01.123456+02:00 2001:db8::25 a[1]: some text of it",
         ISO "01.123456+02:00 2001:db8::25 a[2]: that text of it", true},
        {ISO "01Z <mail.info> mx1 a[1]: some text of it",
         ISO "02Z <mail.info> mx1 a[1]: that text of it", true},
        /* another minute, second, fraction, zone, host, tag */
        {ISO "01+02:00 mx1 a[1]: some text of it", "2026-06-01T10:01:01+02:00 mx1 a[1]: some text",
         false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "61+02:00 mx1 a[1]: some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "1+02:00 mx1 a[1]: some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01.5+02:00 mx1 a[1]: some text", false},
        {ISO "01.5+02:00 mx1 a[1]: some text of it", ISO "01.25+02:00 mx1 a[1]: some text", false},
        {ISO "01.5+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1 a[1]: some text", false},
        {ISO "01.123456789Z mx1 a[1]: some text", ISO "01.123456789Z mx1 a[1]: some text", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+03:00 mx1 a[1]: some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx2 a[1]: some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1 b[1]: some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1  a[1]: some text", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1 a[1b]: some text", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1 a[1] some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1 a[]: some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1 a: some text of it", false},
        {ISO "01+02:00 mx1 a[1]: some text of it", ISO "01+02:00 mx1", false},
        {ISO "01+02:00 mx1 a: some text of it all", ISO "01+02:00 mx1 a: some text of it", false},
        {"Jun  1 10:00:01 mx1 a[1]: some text of it", "Jul  1 10:00:01 mx1 a[1]: some text", false},
        {"Jun  1 10:00:01 mx1 a[1]: some text of it", "Jun  1 10:01:01 mx1 a[1]: some text", false},
        /* texts that are more than that */
        {ISO "01+02:00 mx1 a[1]: some text of it",
         ISO "01+02:00 mx1 a[1]: message repeated 2 times: [ x]", false},
        {ISO "01+02:00 mx1 a[1]: some text of it",
         ISO "01+02:00 mx1 a[1]: [ID 801593 mail.info] some text", false},
        /* what is a host only because of what stands behind it */
        {ISO "01+02:00 last a[1]: some text of it",
         ISO "01+02:00 last a[1]: message repeated 2 times", false},
        {ISO "01+02:00 Jun a[1]: some text of it", ISO "01+02:00 Jun a[1]: some text of it", false},
        {"Jun  1 10:00:01 2026 a[1]: some text of it", "Jun  1 10:00:01 2026 a[1]: some text of it",
         false},
        {ISO "01+02:00 2026-06-01 a[1]: some text", ISO "01+02:00 2026-06-01 a[1]: some text",
         false},
        {ISO "01+02:00 MX1 a[1]: some text of it", ISO "01+02:00 MX1 a[1]: some text of it", false},
        {ISO "01+02:00 MX01 a[1]: some text of it", ISO "01+02:00 MX01 a[1]: some text of it",
         true},
        {ISO "01+02:00 - a[1]: some text of it", ISO "01+02:00 - a[1]: some text of it", false},
        /* files of Exim */
        {"2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed",
         "2026-06-01 10:00:59 [12] 1wAbCd-000000012AB-0xYz <= a@example.org U=a P=local S=1", true},
        {"2026-06-01 10:00:01.123 Start queue run: pid=4711",
         "2026-06-01 10:00:59.007 1wAbCd-000000012AB-0xYz Completed", true},
        {"2026-06-01 10:00:01 [1] 1wAbCd-000000012AB-0xYz Completed",
         "2026-06-01 10:00:01 mx1 postfix/smtpd[1]: x of some length", false},
        {"2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed",
         "2026-06-01 10:00:01 +0200 1wAbCd-000000012AB-0xYz Completed", false},
        {"2026-06-01 10:00:01 +0200 1wAbCd-000000012AB-0xYz Completed",
         "2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed", false},
        {"2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed",
         "2026-06-01 10:00:01x 1wAbCd-000000012AB-0xYz Completed", false},
        {"2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed",
         "2026-06-01 10:00:01 message repeated 2 times: [ 1wAbCd-000000012AB-0xYz Completed]",
         false},
        {"2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed",
         "2026-06-01T10:00:01 1wAbCd-000000012AB-0xYz Completed", false},
        /* other wrappings */
        {"2026-06-01 10:00:01 mx1 a[1]: some text of it", "2026-06-01 10:00:02 mx1 a[1]: some text",
         false},
        {"<22>Jun  1 10:00:01 mx1 a[1]: some text of it", "<22>Jun  1 10:00:01 mx1 a[1]: some text",
         false},
        {ISO "01.123456789Z stdout F a[1]: some text", ISO "01.123456789Z stdout F a[1]: some text",
         false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        static struct heads heads;
        struct clock clock = {.anchor = ANCHOR};
        memset(&heads, 0, sizeof heads);
        take(&heads, &clock, slice_of(rows[i].first));
        if (take(&heads, &clock, slice_of(rows[i].second)) != rows[i].known)
            fail_msg("%s: %s", rows[i].known ? "not known" : "known", rows[i].second);
    }
}

/* The lines of several hosts stand between each other. */
static void test_hosts(void **state) {
    (void)state;
    static const char *const lines[] = {
        ISO "01.123456+02:00 mx1 postfix/smtpd[4711]: connect from a[192.0.2.1]",
        ISO "01.123456+02:00 mx2 postfix/smtpd[4711]: connect from a[192.0.2.1]",
        ISO "01.123456+02:00 mail-in-1.example.org postfix/smtpd[1]: connect from a[192.0.2.1]",
        ISO "01.123456+02:00 192.0.2.25 postfix/smtpd[1]: connect from a[192.0.2.1]",
    };
    static struct heads heads;
    struct clock clock = {.anchor = ANCHOR};
    size_t known = 0;
    for (size_t i = 0; i < 5 * COUNT(lines); i++)
        known += take(&heads, &clock, slice_of(lines[i % COUNT(lines)]));
    assert_int_equal(known, 4 * 4);
}

/* Hosts of several zones, and with stamps of several forms, tell of one minute of their clocks. */
static void test_zones(void **state) {
    (void)state;
    static const char *const lines[] = {
        ISO "01.123456+02:00 mx1 a[1]: some text of it",
        ISO "02.123456-05:00 mx2 a[1]: some text of it",
        ISO "03.123456+00:00 mx3 a[1]: some text of it",
        ISO "04.123456Z mx3 a[1]: some text of it",
        ISO "04.123456 mx4 a[1]: some text of it",
        "Jun  1 10:00:05.123456 mx4 a[1]: some text of it",
        "Jun  1 10:00:06.123456+02:00 mx1 a[1]: some text of it",
    };
    static struct heads heads;
    struct clock clock = {.anchor = ANCHOR};
    size_t known = 0;
    for (size_t i = 0; i < 3 * 3; i++)
        known += take(&heads, &clock, slice_of(lines[i % 3]));
    assert_int_equal(known, 2 * 3);
    for (size_t i = 0; i < COUNT(lines); i++)
        for (size_t k = 0; k < COUNT(lines); k++)
            for (size_t j = 0; j < COUNT(lines); j++) {
                memset(&heads, 0, sizeof heads);
                take(&heads, &clock, slice_of(lines[i]));
                take(&heads, &clock, slice_of(lines[i]));
                take(&heads, &clock, slice_of(lines[k]));
                take(&heads, &clock, slice_of(lines[j]));
            }
}

/* From second to second of a minute, forth and back. */
static void test_seconds(void **state) {
    (void)state;
    static const char seconds[][3] = {"01", "02", "02", "59", "60", "10", "09", "00"};
    static const char *const heads_of[] = {ISO, "Jun  1 10:00:"};
    for (size_t i = 0; i < COUNT(heads_of); i++) {
        static struct heads heads;
        struct clock clock = {.anchor = ANCHOR};
        memset(&heads, 0, sizeof heads);
        for (size_t k = 0; k < COUNT(seconds); k++) {
            char text[120];
            snprintf(text, sizeof text, "%s%s.%06zu%s mx1 a[1]: some text of it", heads_of[i],
                     seconds[k], k * 7, i ? "" : "+02:00");
            assert_int_equal(take(&heads, &clock, slice_of(text)), k > 0);
        }
    }
}

/* A stamp without a year is of another one when the anchor is, and near the turn of the year. */
static void test_years(void **state) {
    (void)state;
    static const char line[] = "Jun  1 10:00:01 mx1 postfix/qmgr[2]: 4C1D2E3F40: removed";
    static struct heads heads;
    struct clock clock = {.anchor = ANCHOR};
    take(&heads, &clock, slice_of(line));
    assert_true(take(&heads, &clock, slice_of(line)));
    clock.anchor -= 366 * 86400;
    assert_false(take(&heads, &clock, slice_of(line)));
    assert_true(take(&heads, &clock, slice_of(line)));
    clock.anchor = 1780308030 - 86400; /* a day before 10:00:30 */
    assert_false(take(&heads, &clock, slice_of(line)));
    assert_false(take(&heads, &clock, slice_of(line)));
}

/* Any byte of a known line may be another one, missing, or twice. */
static void test_changes(void **state) {
    (void)state;
    static const char *const lines[] = {
        "2026-06-01T10:00:01.123456+02:00 mx1 postfix/smtpd[4711]: connect from a[192.0.2.1]",
        "Jun  1 10:00:01 mx1 postfix/submission/smtpd[4711]: connect from a[192.0.2.1]",
        "2026-06-01T10:00:01Z mx1 sm-mta[4711]: 651A0001: x",
        "2026-06-01 10:00:01.5 [4711] 1wAbCd-000000012AB-0xYz Completed",
        "2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed",
    };
    static const char bytes[] = "09:aT+- []<.\t\0Z";
    static struct heads heads;
    struct clock clock = {.anchor = ANCHOR};
    for (size_t i = 0; i < COUNT(lines); i++)
        for (size_t at = 0; at < 62; at++)
            for (size_t k = 0; k <= sizeof bytes; k++) {
                char text[160];
                size_t length = strlen(lines[i]);
                memset(&heads, 0, sizeof heads);
                take(&heads, &clock, slice_of(lines[i]));
                assert_true(take(&heads, &clock, slice_of(lines[i])));
                memcpy(text, lines[i], length + 1);
                if (at >= length)
                    continue;
                if (k < sizeof bytes)
                    text[at] = bytes[k];
                else
                    memmove(text + at, text + at + 1, length-- - at);
                char *alone = malloc(length); /* so that what is read behind its end shows */
                memcpy(alone, text, length);
                take(&heads, &clock, (struct slice){alone, length});
                free(alone);
                char *begin = malloc(at + 1);
                memcpy(begin, text, at + 1);
                take(&heads, &clock, (struct slice){begin, at + 1});
                free(begin);
            }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs), cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_zones), cmocka_unit_test(test_seconds),
        cmocka_unit_test(test_years), cmocka_unit_test(test_changes),
    };
    arena_init(&arena);
    moment_zone("UTC", NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
