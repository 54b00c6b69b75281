/* Unit tests of input/entry and its wrappings: lines as rows, with what must come out of them. */
#include "input/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct arena arena;

static enum unwrapping read_entry(const char *text, struct entry *entry) {
    static struct clock clock = {.anchor = 1798761599}; /* 2026-12-31T23:59:59Z */
    struct line line = {.text = slice_of(text), .number = 7};
    return entry_read(&clock, &arena, &line, entry);
}

struct row {
    const char *line, *wrapping, *time, *host, *program, *pid, *text;
};

static void assert_row(const struct row *row) {
    struct entry entry;
    char time[MOMENT_TEXT];
    if (read_entry(row->line, &entry) != UNWRAPPED)
        fail_msg("not unwrapped: %s", row->line);
    moment_print(&entry.time, time);
    assert_string_equal(entry.wrapping->name, row->wrapping);
    assert_string_equal(time, row->time);
    const struct {
        struct slice is;
        const char *must;
    } fields[] = {
        {entry.host, row->host}, {entry.program, row->program}, {entry.pid, row->pid},
        {entry.text, row->text}, {entry.line.text, row->line},
    };
    for (size_t i = 0; i < COUNT(fields); i++)
        if (!slice_is(fields[i].is, fields[i].must))
            fail_msg("'%.*s', not '%s', in: %s", SLICE_ARGS(fields[i].is), fields[i].must,
                     row->line);
    assert_int_equal(entry.line.number, 7);
}

#define STAMP "2026-06-01T10:00:01+00:00"

static void test_syslog(void **state) {
    (void)state;
    static const struct row rows[] = {
        /* ENV-3164 */
        {"Jun  1 10:00:01 mx1 postfix/smtpd[4711]: connect from a[192.0.2.1]", "syslog", STAMP,
         "mx1", "postfix/smtpd", "4711", "connect from a[192.0.2.1]"},
        {"Jun 01 10:00:01 mx1.example.org sm-mta[88]: x", "syslog", STAMP, "mx1.example.org",
         "sm-mta", "88", "x"},
        {"Jun 1 10:00:01.25 2001:db8::9 postfix/submission/smtpd[1]: x", "syslog",
         "2026-06-01T10:00:01.25+00:00", "2001:db8::9", "postfix/submission/smtpd", "1", "x"},
        {"Jun  1 10:00:01 mx1/relay exim: x", "syslog", STAMP, "mx1/relay", "exim", "", "x"},
        {"Jun  1 10:00:01 mx1 postfix@-/smtpd[1]:  two blanks ", "syslog", STAMP, "mx1",
         "postfix@-/smtpd", "1", " two blanks "},
        {"Jun  1 10:00:01 mx1 postfix/[4]: x", "syslog", STAMP, "mx1", "postfix/", "4", "x"},
        {"Jun  1 10:00:01 mx1 postfix/: x", "syslog", STAMP, "mx1", "postfix/", "", "x"},
        {"Jun  1 10:00:01 mx1 postfix/ x: y", "syslog", STAMP, "mx1", "", "", "postfix/ x: y"},
        {"Jun  1 10:00:01 mx1 postfix/", "syslog", STAMP, "mx1", "", "", "postfix/"},
        {"Jun  1 10:00:01 mx1 sendmail[88]:", "syslog", STAMP, "mx1", "sendmail", "88", ""},
        {"Jun  1 10:00:01 mx1 sendmail:", "syslog", STAMP, "mx1", "sendmail", "", ""},
        {"Jun  1 10:00:01 mx1 /usr/sbin/cron[9]: x", "syslog", STAMP, "mx1", "/usr/sbin/cron", "9",
         "x"},
        {"Jun  1 10:00:01 mx1 amavis[ch2-01]: x", "syslog", STAMP, "mx1", "amavis", "", "x"},
        /* ENV-3164-pri, ENV-3339 */
        {"<22>Jun  1 10:00:01 mx1 postfix/qmgr[2]: x", "syslog", STAMP, "mx1", "postfix/qmgr", "2",
         "x"},
        {"<0>2026-06-01T10:00:01Z mx1 a[2]: x", "syslog", STAMP, "mx1", "a", "2", "x"},
        {"2026-06-01T10:00:01.123456+02:00 mx1 postfix/smtp[3]: x", "syslog",
         "2026-06-01T10:00:01.123456+02:00", "mx1", "postfix/smtp", "3", "x"},
        {"2026-06-01T10:00:01+0200 mx1 exim[77]: 2026-06-01 10:00:01 1wAbCd-0012AB-0x Completed",
         "syslog", "2026-06-01T10:00:01+02:00", "mx1", "exim", "77",
         "2026-06-01 10:00:01 1wAbCd-0012AB-0x Completed"},
        {"2026-06-01 10:00:01 mx1 postfix/smtp[3]: x", "syslog", STAMP, "mx1", "postfix/smtp", "3",
         "x"},
        {"2026-06-01 10:00:01.5 info exim[77]: [77] x", "syslog", "2026-06-01T10:00:01.5+00:00",
         "info", "exim", "77", "[77] x"},
        /* ENV-BSD, ENV-SUN */
        {"Jun  1 10:00:01 <mail.info> mx1 sm-mta[88]: x", "syslog", STAMP, "mx1", "sm-mta", "88",
         "x"},
        {"Jun  1 10:00:01 mx1 <2.6> sm-mta[88]: x", "syslog", STAMP, "mx1", "sm-mta", "88", "x"},
        {"Jun  1 10:00:01 mx1 <postmaster> x", "syslog", STAMP, "mx1", "", "", "<postmaster> x"},
        {"Jun  1 10:00:01 mx1 sendmail[88]: [ID 801593 mail.info] 651A: x", "syslog", STAMP, "mx1",
         "sendmail", "88", "651A: x"},
        {"Jun  1 10:00:01 mx1 sendmail[88]: [ID card] x", "syslog", STAMP, "mx1", "sendmail", "88",
         "[ID card] x"},
        /* parts that are missing */
        {"Jun  1 10:00:01 postfix/smtpd[4711]: x", "syslog", STAMP, "", "postfix/smtpd", "4711",
         "x"},
        {"Jun  1 10:00:01 postfix/smtpd: x", "syslog", STAMP, "", "postfix/smtpd", "", "x"},
        {"Jun  1 10:00:01 - postfix/smtpd[1]: x", "syslog", STAMP, "", "postfix/smtpd", "1", "x"},
        {"Jun  1 10:00:01 mx1 no tag here: x", "syslog", STAMP, "mx1", "", "", "no tag here: x"},
        {"Jun  1 10:00:01 mx1 http://www.example.com/ x", "syslog", STAMP, "mx1", "", "",
         "http://www.example.com/ x"},
        {"Jun  1 10:00:01 mx1 a[1 x", "syslog", STAMP, "mx1", "", "", "a[1 x"},
        {"Jun  1 10:00:01 mx1 a[1] x", "syslog", STAMP, "mx1", "", "", "a[1] x"},
        {"Jun  1 10:00:01 mx1", "syslog", STAMP, "mx1", "", "", ""},
        {"Jun  1 10:00:01 ", "syslog", STAMP, "", "", "", ""},
        /* ENV-REP-BSD stays as it is, ENV-REP-RSYS is taken apart */
        {"Jun  1 10:00:01 mx1 last message repeated 3 times", "syslog", STAMP, "mx1", "", "",
         "last message repeated 3 times"},
        {"Jun  1 10:00:01 last message repeated 3 times", "syslog", STAMP, "", "", "",
         "last message repeated 3 times"},
        {"Jun  1 10:00:01 mx1 postfix/smtpd[4]: message repeated 2 times: [ warning: x]", "syslog",
         STAMP, "mx1", "postfix/smtpd", "4", "warning: x"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(&rows[i]);
}

static void test_exim(void **state) {
    (void)state;
#define ID "1wAbCd-000000012AB-0xYz"
    static const struct row rows[] = {
        {"2026-06-01 10:00:01 " ID " Completed", "exim", STAMP, "", "exim", "", ID " Completed"},
        {"2026-06-01 10:00:01.123 " ID " x", "exim", "2026-06-01T10:00:01.123+00:00", "", "exim",
         "", ID " x"},
        {"2026-06-01 10:00:01 +0200 x", "exim", "2026-06-01T10:00:01+02:00", "", "exim", "", "x"},
        {"2026-06-01 10:00:01 [4711] x", "exim", STAMP, "", "exim", "4711", "x"},
        {"2026-06-01 10:00:01.123 +0200 x", "exim", "2026-06-01T10:00:01.123+02:00", "", "exim", "",
         "x"},
        {"2026-06-01 10:00:01.123 [4711] x", "exim", "2026-06-01T10:00:01.123+00:00", "", "exim",
         "4711", "x"},
        {"2026-06-01 10:00:01 -0930 [4711] x", "exim", "2026-06-01T10:00:01-09:30", "", "exim",
         "4711", "x"},
        {"2026-06-01 10:00:01.123 +0200 [4711] " ID " => bob", "exim",
         "2026-06-01T10:00:01.123+02:00", "", "exim", "4711", ID " => bob"},
        {"2026-06-01 10:00:01 [192.0.2.7] x", "exim", STAMP, "", "exim", "", "[192.0.2.7] x"},
        {"2026-06-01 10:00:01 [7]x", "exim", STAMP, "", "exim", "", "[7]x"},
        {"2026-06-01 10:00:01 +0200x", "exim", STAMP, "", "exim", "", "+0200x"},
        {"2026-06-01 10:00:01 + x", "exim", STAMP, "", "exim", "", "+ x"},
        {"2026-06-01 10:00:01 exim daemon[1] x", "exim", STAMP, "", "exim", "", "exim daemon[1] x"},
        {"2026-06-01 10:00:01 from mx1[192.0.2.7]: x", "exim", STAMP, "", "exim", "",
         "from mx1[192.0.2.7]: x"},
        {"2026-06-01 10:00:01 Start queue run: pid=4711", "exim", STAMP, "", "exim", "",
         "Start queue run: pid=4711"},
        {"2026-06-01 10:00:01", "exim", STAMP, "", "exim", "", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(&rows[i]);
}

static void test_dull_lines(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",
        "   \t ",
        "-- Boot 3f2a --",
        "-- Reboot --",
        "-- No entries --",
        "-- Logs begin at Mon 2026-06-01 10:00:01 UTC, end at Tue 2026-06-02 10:00:01 UTC. --",
        "-- Journal begins at Mon 2026-06-01 10:00:01 UTC, ends at Tue 2026-06-02. --",
        "Jun  1 10:00:01 mx1 -- MARK --",
        "Jun  1 10:00:01 -- MARK --",
        "2026-06-01T10:00:01Z mx1 -- MARK --",
    };
    struct entry entry;
    for (size_t i = 0; i < COUNT(lines); i++)
        if (read_entry(lines[i], &entry) != UNWRAP_DULL)
            fail_msg("not dull: %s", lines[i]);
}

static void test_foreign_lines(void **state) {
    (void)state;
    static const char *const lines[] = {
        "hello",
        "-- a signature",
        "Feb 30 10:00:01 mx1 postfix/smtpd[1]: x",
        "Jun  1 25:00:01 mx1 postfix/smtpd[1]: x",
        "2026-02-29T10:00:01Z mx1 postfix/smtpd[1]: x",
        "2026-02-29 10:00:01 " ID " Completed",
        "2026-06-01 10:00:01,123 INFO x",
        "2026-06-01 10:00:01x",
        "Jun  1 10:00:01",
        "Jun  1 10:00:01mx1 postfix/smtpd[1]: x",
        "<192>Jun  1 10:00:01 mx1 a[1]: x",
        "<>Jun  1 10:00:01 mx1 a[1]: x",
        "<22",
        "    <bob@example.net>",
        "I Message-Id: <m1@example.org>",
        "{\"MESSAGE\": \"x\"}",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct entry entry;
        if (read_entry(lines[i], &entry) != UNWRAP_FOREIGN)
            fail_msg("known: %s", lines[i]);
        assert_null(entry.wrapping);
        assert_true(entry.time.seconds == MOMENT_NONE);
        assert_true(slice_is(entry.text, lines[i]));
        assert_int_equal(entry.program.length + entry.host.length + entry.pid.length, 0);
    }
}

/* Every line, cut short anywhere, stays within its bytes: the sanitizers watch. */
static void test_cut_lines(void **state) {
    (void)state;
    static const char *const lines[] = {
        "<22>Jun  1 10:00:01.123 <mail.info> mx1 <2.6> sendmail[88]: [ID 801593 mail.info] x",
        "2026-06-01T10:00:01.123456+02:00 mx1 postfix/smtp[3]: x",
        "2026-06-01 10:00:01.123 +0200 [4711] " ID " => bob",
        "-- Logs begin at",
    };
    for (size_t i = 0; i < COUNT(lines); i++)
        for (size_t length = 0; length <= strlen(lines[i]); length++) {
            struct clock clock = {0};
            struct entry entry;
            char *copy = malloc(length + 1);
            assert_non_null(copy);
            memcpy(copy + 1, lines[i], length); /* ends where the block of memory ends */
            struct line line = {.text = {copy + 1, length}};
            if (entry_read(&clock, &arena, &line, &entry) == UNWRAPPED)
                assert_true(entry.text.at + entry.text.length == copy + 1 + length);
            free(copy);
        }
}

static void test_bytes_that_are_no_text(void **state) {
    (void)state;
    static const char bytes[] = "Jun  1 10:00:01 mx\0 1 a\xff[1]: \0x";
    struct clock clock = {0};
    struct entry entry;
    struct line line = {.text = {bytes, sizeof bytes - 1}};
    assert_int_equal(entry_read(&clock, &arena, &line, &entry), UNWRAPPED);
    assert_int_equal(entry.host.length, 3);
    assert_int_equal(entry.program.length, 0);
}

static void test_all_wrappings_are_listed(void **state) {
    (void)state;
    size_t count = 0;
    for (; wrappings[count] != NULL; count++) {
        assert_non_null(wrappings[count]->unwrap);
        assert_true(strlen(wrappings[count]->name) > 0 && strlen(wrappings[count]->title) > 0);
    }
    assert_true(count >= 2);
}

/* Whether a year was guessed tells the wrapping that knows the line, and no other. */
static void test_guessed_years(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool guessed;
    } rows[] = {
        {"Jun  1 10:00:01 mx1 postfix/smtpd[1]: x", true},
        {"Jun  1 10:00:02 mx1 postfix/smtpd[1]: x", true},
        {"Jun  1 10:00:02 2026 mx1 postfix/smtpd[1]: x", false},
        {"2026 Jun  1 10:00:02 mx1 postfix/smtpd[1]: x", false},
        {"2026-06-01T10:00:02Z mx1 postfix/smtpd[1]: x", false},
        {"2026-06-01T10:00:02.123456789Z Jun  1 10:00:02 mx1 postfix/smtpd[1]: x", false},
        {"mail-1  | Jun  1 10:00:02 mx1 postfix/smtpd[1]: x", true},
        {"nobody knows this", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct clock clock = {.anchor = 1798761599};
        struct line line = {.text = slice_of(rows[i].line)};
        struct entry entry;
        entry_read(&clock, &arena, &line, &entry);
        if (clock.guessed != rows[i].guessed)
            fail_msg("%s", rows[i].line);
    }
}

static unsigned first_of(int byte) {
    return byte >= '0' && byte <= '9'   ? FIRST_DIGIT
           : byte >= 'A' && byte <= 'Z' ? FIRST_CAPITAL
           : byte >= 'a' && byte <= 'z' ? FIRST_SMALL
           : byte == '<'                ? FIRST_ANGLE
           : byte == '{'                ? FIRST_BRACE
                                        : FIRST_OTHER;
}

/* What a wrapping says it cannot begin with is foreign to it indeed. */
static void test_first_bytes(void **state) {
    (void)state;
    static const char *const lines[] = {
        "2026-06-01T10:00:01Z mx1 postfix/smtpd[1]: x",
        "2026-06-01 10:00:01 mx1 postfix/smtpd[1]: x",
        "2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz Completed",
        "2026-06-01T10:00:01.123456789Z stdout F postfix/smtpd[1]: x",
        "2026 Jun  1 10:00:01 mx1 postfix/smtpd[1]: x",
        "Jun  1 10:00:01 2026 mx1 postfix/smtpd[1]: x",
        "Jun  1 10:00:01 mx1 postfix/smtpd[1]: x",
        "<22>Jun  1 10:00:01 mx1 postfix/smtpd[1]: x",
        "<22>1 2026-06-01T10:00:01Z mx1 postfix/smtpd 1 - - x",
        "Mon 2026-06-01 10:00:01 UTC mx1 postfix/smtpd[1]: x",
        "1780308001.123456 mx1 postfix/smtpd[1]: x",
        "[12345.678901] mx1 postfix/smtpd[1]: x",
        "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"}",
        "data: {\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"}",
        "\x1e{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"}",
        "{\"log\":\"postfix/smtpd[1]: x\\n\",\"time\":\"2026-06-01T10:00:01Z\"}",
        "mail-1  | Jun  1 10:00:01 mx1 postfix/smtpd[1]: x",
    };
    for (size_t i = 0; i < COUNT(lines); i++)
        for (int byte = 0; byte < 256; byte++)
            for (size_t w = 0; wrappings[w] != NULL; w++) {
                char text[128];
                size_t length = strlen(lines[i]);
                memcpy(text, lines[i], length);
                text[0] = (char)byte;
                if (!wrappings[w]->first || (wrappings[w]->first & first_of(byte)))
                    continue;
                struct clock clock = {0};
                struct slice line = {text, length};
                struct entry entry = {.time = {.seconds = MOMENT_NONE}, .text = line};
                if (wrappings[w]->unwrap(&clock, &arena, line, &entry) != UNWRAP_FOREIGN)
                    fail_msg("%s knows: %.*s", wrappings[w]->name, SLICE_ARGS(line));
            }
}

int main(void) {
    setenv("TZ", "UTC0", 1);
    moment_zone(NULL, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syslog),
        cmocka_unit_test(test_exim),
        cmocka_unit_test(test_dull_lines),
        cmocka_unit_test(test_foreign_lines),
        cmocka_unit_test(test_cut_lines),
        cmocka_unit_test(test_bytes_that_are_no_text),
        cmocka_unit_test(test_all_wrappings_are_listed),
        cmocka_unit_test(test_first_bytes),
        cmocka_unit_test(test_guessed_years),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
