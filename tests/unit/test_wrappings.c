/* Unit tests of the wrappings beyond plain syslog and Exim's files (tests/unit/test_entry.c has
 * those): lines by the id that docs/formats/wrappings.md gives them, with what must come out. */
#include "input/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct arena arena;

static enum unwrapping read_entry(struct slice text, struct entry *entry) {
    static struct clock clock = {.anchor = 1798761599}; /* 2026-12-31T23:59:59Z */
    struct line line = {.text = text};
    return entry_read(&clock, &arena, &line, entry);
}

struct row {
    const char *id, *line, *wrapping, *time, *host, *program, *pid, *text;
};

static void assert_row(const struct row *row) {
    struct entry entry;
    char time[MOMENT_TEXT];
    if (read_entry(slice_of(row->line), &entry) != UNWRAPPED)
        fail_msg("%s: not unwrapped: %s", row->id, row->line);
    moment_print(&entry.time, time);
    const struct {
        struct slice is;
        const char *must;
    } fields[] = {
        {slice_of(entry.wrapping->name), row->wrapping},
        {slice_of(time), row->time},
        {entry.host, row->host},
        {entry.program, row->program},
        {entry.pid, row->pid},
        {entry.text, row->text},
    };
    for (size_t i = 0; i < COUNT(fields); i++)
        if (!slice_is(fields[i].is, fields[i].must))
            fail_msg("%s: '%.*s', not '%s', in: %s", row->id, SLICE_ARGS(fields[i].is),
                     fields[i].must, row->line);
}

#define STAMP "2026-06-01T10:00:01+00:00"
#define ID    "1wAbCd-000000012AB-0xYz"

static void test_rows(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"ENV-5424", "<22>1 2026-06-01T10:00:01.5Z mx1 postfix/smtpd 4711 - - connect",
         "syslog-5424", "2026-06-01T10:00:01.5+00:00", "mx1", "postfix/smtpd", "4711", "connect"},
        {"ENV-5424 data", "<22>1 2026-06-01T10:00:01+02:00 mx1 exim 7 ID47 [a@1 k=\"v\"] x",
         "syslog-5424", "2026-06-01T10:00:01+02:00", "mx1", "exim", "7", "x"},
        {"ENV-5424 escapes", "<22>1 2026-06-01T10:00:01Z mx1 a 7 - [a k=\"\\\"] \\] \\\\\"][b] x ]",
         "syslog-5424", STAMP, "mx1", "a", "7", "x ]"},
        {"ENV-5424 BOM", "<22>1 2026-06-01T10:00:01Z mx1 a 7 - - \xef\xbb\xbfx", "syslog-5424",
         STAMP, "mx1", "a", "7", "x"},
        {"ENV-5424 nil", "<22>1 - - - - - -", "syslog-5424", "", "", "", "", ""},
        {"ENV-5424 no pid", "<22>1 2026-06-01T10:00:01Z mx1 a ch2-01 - -  x", "syslog-5424", STAMP,
         "mx1", "a", "", "x"},
        {"ENV-5424 no PRI", "1 2026-06-01T10:00:01Z mx1 a 7 - - x", "syslog-5424", STAMP, "mx1",
         "a", "7", "x"},

        {"ENV-YEAR behind", "Jun  1 10:00:01 2024 mx1 postfix/smtp[3]: x", "syslog-year",
         "2024-06-01T10:00:01+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-YEAR before", "2024 Jun  1 10:00:01 mx1 postfix/smtp[3]: x", "syslog-year",
         "2024-06-01T10:00:01+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-YEAR inside", "<22>Jun 01 2024 10:00:01 mx1 postfix/smtp[3]: x", "syslog-year",
         "2024-06-01T10:00:01+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-YEAR leap day", "Feb 29 10:00:01.25 2024 mx1 a[3]: x", "syslog-year",
         "2024-02-29T10:00:01.25+00:00", "mx1", "a", "3", "x"},

        {"ENV-BUSY pair", "Jun  1 10:00:01 mx1 mail.info postfix/smtpd[4711]: x", "syslog", STAMP,
         "mx1", "postfix/smtpd", "4711", "x"},
        {"ENV-BUSY colon", "Jun  1 10:00:01 mx1 mail:info sendmail[88]: x", "syslog", STAMP, "mx1",
         "sendmail", "88", "x"},
        {"ENV-BUSY word", "Jun  1 10:00:01 mx1 info postfix/smtpd[4711]: x", "syslog", STAMP, "mx1",
         "postfix/smtpd", "4711", "x"},
        {"ENV-BUSY a host", "Jun  1 10:00:01 mail.info postfix/smtpd[4711]: x", "syslog", STAMP,
         "mail.info", "postfix/smtpd", "4711", "x"},
        {"ENV-BUSY no level", "Jun  1 10:00:01 mx1 web.info a[1]: x", "syslog", STAMP, "mx1", "",
         "", "web.info a[1]: x"},

        {"ENV-J-SHORT precise", "Jun 01 10:00:01.123456 mx1 postfix/smtp[3]: x", "syslog",
         "2026-06-01T10:00:01.123456+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-J-ISO old", "2026-06-01T10:00:01+0200 mx1 postfix/smtp[3]: x", "syslog",
         "2026-06-01T10:00:01+02:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-J-ISO new", "2026-06-01T10:00:01.123456+02:00 mx1 postfix/smtp[3]: x", "syslog",
         "2026-06-01T10:00:01.123456+02:00", "mx1", "postfix/smtp", "3", "x"},

        {"ENV-J-FULL", "Mon 2026-06-01 10:00:01 CEST mx1 postfix/smtp[3]: x", "journal-full",
         "2026-06-01T10:00:01+02:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-J-FULL UTC", "Mon 2026-06-01 10:00:01 UTC mx1 postfix/smtp[3]: x", "journal-full",
         STAMP, "mx1", "postfix/smtp", "3", "x"},
        {"ENV-J-FULL number", "Mon 2026-06-01 10:00:01 +0530 mx1 a[3]: x", "journal-full",
         "2026-06-01T10:00:01+05:30", "mx1", "a", "3", "x"},
        {"ENV-J-FULL unknown zone", "Mon 2026-06-01 10:00:01 XYZT mx1 a[3]: x", "journal-full",
         STAMP, "mx1", "a", "3", "x"},
        {"ENV-J-FULL unit", "Mon 2026-06-01 10:00:01 EST mx1 exim4.service[3]: x", "journal-full",
         "2026-06-01T10:00:01-05:00", "mx1", "exim4.service", "3", "x"},

        {"ENV-J-UNIX", "1780308001.123456 mx1 postfix/smtp[3]: x", "journal-unix",
         "2026-06-01T10:00:01.123456+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-J-MONO", "[12345.678901] mx1 postfix/smtp[3]: x", "journal-monotonic", "", "mx1",
         "postfix/smtp", "3", "x"},
        {"ENV-J-MONO padded", "[    5.678901] mx1 postfix/smtp[3]: x", "journal-monotonic", "",
         "mx1", "postfix/smtp", "3", "x"},

        {"ENV-J-JSON",
         "{\"__REALTIME_TIMESTAMP\":\"1780308001123456\",\"MESSAGE\":\"a "
         "\\\"b\\\"\",\"_PID\":\"9\","
         "\"SYSLOG_IDENTIFIER\":\"postfix/smtp\",\"_HOSTNAME\":\"mx1\",\"SYSLOG_PID\":\"3\"}",
         "journal-json", "2026-06-01T10:00:01.123456+00:00", "mx1", "postfix/smtp", "3", "a \"b\""},
        {"ENV-J-JSON bytes", "{ \"MESSAGE\" : [ 72, 255, 105 ], \"SYSLOG_IDENTIFIER\" : \"a\" }",
         "journal-json", "", "", "a", "", "H\xffi"},
        {"ENV-J-JSON strings",
         "{\"MESSAGE\":[\"x\",\"y\"],\"SYSLOG_IDENTIFIER\":\"a\",\"_PID\":\"9\"}", "journal-json",
         "", "", "a", "9", "x"},
        {"ENV-J-JSON null", "{\"MESSAGE\":null,\"SYSLOG_IDENTIFIER\":\"a\"}", "journal-json", "",
         "", "a", "", "[0B blob data]"},
        {"ENV-J-JSON unicode",
         "{\"MESSAGE\":\"\\u00e9\\ud83d\\ude00\\ud83dx\",\"SYSLOG_IDENTIFIER\":\"a\"}",
         "journal-json", "", "", "a", "", "\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbdx"},
        {"ENV-J-JSON nested",
         "{\"X\":{\"a\":[1,{}],\"b\":[]},\"MESSAGE\":\"x\",\"_COMM\":\"b\",\"SYSLOG_IDENTIFIER\":"
         "null}",
         "journal-json", "", "", "b", "", "x"},
        {"ENV-J-JSON seq", "\x1e{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"}", "journal-json",
         "", "", "a", "", "x"},
        {"ENV-J-JSON sse", "data: {\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"}", "journal-json",
         "", "", "a", "", "x"},

        {"ENV-UNSTAMPED Postfix", "mx1 postfix/smtpd[3]: x", "unstamped", "", "mx1",
         "postfix/smtpd", "3", "x"},
        {"ENV-UNSTAMPED Exim", "mx1.example.org exim[3]: 2026-06-01 10:00:01 x", "unstamped", STAMP,
         "mx1.example.org", "exim", "3", "2026-06-01 10:00:01 x"},

        {"ENV-J-CAT Postfix", "4C1D2E3F40: to=<bob@example.net>, relay=none, status=deferred (x)",
         "text", "", "", "postfix/smtp", "",
         "4C1D2E3F40: to=<bob@example.net>, relay=none, status=deferred (x)"},
        {"ENV-J-CAT no queue ID", "NOQUEUE: reject: RCPT from a.example.net[203.0.113.7]: 554 x",
         "text", "", "", "postfix/smtpd", "",
         "NOQUEUE: reject: RCPT from a.example.net[203.0.113.7]: 554 x"},
        {"ENV-J-CAT Exim", ID " => bob@example.net R=local", "text", "", "", "exim", "",
         ID " => bob@example.net R=local"},
        {"ENV-J-CAT Sendmail", "65L80001002101: to=<bob@example.net>, delay=00:00:02, stat=Sent",
         "text", "", "", "sendmail", "",
         "65L80001002101: to=<bob@example.net>, delay=00:00:02, stat=Sent"},

        {"ENV-DOCKER syslog inside",
         "{\"log\":\"Jun 01 12:00:01 mx1 postfix/smtp[3]: x\\n\",\"stream\":\"stdout\","
         "\"time\":\"2026-06-01T10:00:01.123456789Z\"}",
         "docker", "2026-06-01T10:00:01.123456789+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-DOCKER tag inside",
         "{\"log\":\"postfix/smtp[3]: x\\r\\n\",\"stream\":\"stderr\",\"attrs\":{\"a\":\"b\"},"
         "\"time\":\"2026-06-01T10:00:01Z\"}",
         "docker", STAMP, "", "postfix/smtp", "3", "x"},
        {"ENV-DOCKER level inside",
         "{\"log\":\"info postfix/smtp[3]: x\\n\",\"time\":\"2026-06-01T10:00:01Z\"}", "docker",
         STAMP, "", "postfix/smtp", "3", "x"},
        {"ENV-DOCKER Exim inside",
         "{\"log\":\"2024-01-01 01:01:01 " ID " Completed\\n\",\"stream\":\"stdout\","
         "\"time\":\"2026-06-01T10:00:01Z\"}",
         "docker", STAMP, "", "exim", "", ID " Completed"},
        {"ENV-DOCKER object inside",
         "{\"log\":\"{\\\"msg\\\":\\\"postfix/smtp[3]: \\\\\\\"x\\\\\\\"\\\"}\\n\",\"stream\":"
         "\"stdout\",\"time\":\"2026-06-01T10:00:01Z\"}",
         "docker", STAMP, "", "postfix/smtp", "3", "\"x\""},
        {"ENV-DOCKER anything inside",
         "{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"2026-06-01T10:00:01Z\"}", "docker",
         STAMP, "", "", "", "hello"},
        {"ENV-DOCKER a piece",
         "{\"log\":\"postfix/smtp[3]: x\",\"stream\":\"stdout\",\"time\":\"2026-06-01T10:00:01Z\"}",
         "docker", STAMP, "", "", "", "postfix/smtp[3]: x"},

        {"ENV-CRI",
         "2026-06-01T10:00:01.123456789Z stdout F Jun 01 12:00:01 mx1 postfix/smtp[3]: x", "cri",
         "2026-06-01T10:00:01.123456789+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"ENV-CRI tags", "2026-06-01T10:00:01Z stderr F:x postfix/smtp[3]: x", "cri", STAMP, "",
         "postfix/smtp", "3", "x"},
        {"ENV-CRI a piece", "2026-06-01T10:00:01.5Z stdout P postfix/smtp[3]: x ", "cri",
         "2026-06-01T10:00:01.5+00:00", "", "", "", "postfix/smtp[3]: x "},

        {"stamped syslog", "2026-06-01T10:00:01.1Z Jun 01 12:00:01 mx1 postfix/smtp[3]: x",
         "stamped", "2026-06-01T10:00:01.1+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"stamped RFC 3339", "2026-06-01T10:00:01Z 2024-06-01T12:00:01+02:00 mx1 a[3]: x",
         "stamped", STAMP, "mx1", "a", "3", "x"},
        {"stamped tag", "2026-06-01T10:00:01.123456789Z postfix/smtp[3]: x", "stamped",
         "2026-06-01T10:00:01.123456789+00:00", "", "postfix/smtp", "3", "x"},
        {"stamped level", "2026-06-01T10:00:01.123456789Z info postfix/smtp[3]: x", "stamped",
         "2026-06-01T10:00:01.123456789+00:00", "", "postfix/smtp", "3", "x"},
        {"stamped host", "2026-06-01T10:00:01.1234567Z mx1 postfix/smtp[3]: x", "stamped",
         "2026-06-01T10:00:01.1234567+00:00", "mx1", "postfix/smtp", "3", "x"},
        {"stamped object", "2026-06-01T10:00:01Z {\"message\":\"postfix/smtp[3]: x\"}", "stamped",
         STAMP, "", "postfix/smtp", "3", "x"},
        {"stamped Exim", "2026-06-01T10:00:01Z 2024-01-01 01:01:01 " ID " Completed", "stamped",
         STAMP, "", "exim", "", ID " Completed"},

        {"compose", "mail-1  | Jun 01 10:00:01 mx1 postfix/smtp[3]: x", "compose", STAMP, "mx1",
         "postfix/smtp", "3", "x"},
        {"compose no time", "mail  | postfix/smtp[3]: x", "compose", "", "", "postfix/smtp", "3",
         "x"},
        {"compose stamped", "mail_1 | 2026-06-01T10:00:01.123456789Z postfix/smtp[3]: x", "compose",
         "2026-06-01T10:00:01.123456789+00:00", "", "postfix/smtp", "3", "x"},
        {"compose another", "web-1   | GET /", "compose", "", "", "", "", "GET /"},

        {"BOM of a file", "\xef\xbb\xbfJun  1 10:00:01 mx1 postfix/smtp[3]: x", "syslog", STAMP,
         "mx1", "postfix/smtp", "3", "x"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(&rows[i]);
}

static void test_foreign(void **state) {
    (void)state;
    static const char *const lines[] = {
        "<22>0 2026-06-01T10:00:01Z mx1 a 7 - - x",
        "<22>1 2026-06-01T10:00:01 mx1 a 7 - - x",
        "<22>1 2026-06-01T10:00:01Z mx1 a 7 - x",
        "<22>1 2026-06-01T10:00:01Z mx1 a 7 - [a k=\"v] x",
        "<22>1 2026-06-01T10:00:01Z mx1 a 7 - [a]x",
        "Feb 29 10:00:01 2026 mx1 a[3]: x",
        "20244 Jun  1 10:00:01 mx1 a[3]: x",
        "Mon 2026-06-01 10:00:01 mx1 a[3]: x",
        "Mon 2026-06-31 10:00:01 UTC mx1 a[3]: x",
        "Mom 2026-06-01 10:00:01 UTC mx1 a[3]: x",
        "1780308001 mx1 a[3]: x",
        "99999999999999.5 mx1 a[3]: x",
        "[    5.678901] usb 1-1: new device",
        "[12345] mx1 a[3]: x",
        "{\"MESSAGE\":\"x\"}",
        "{\"SYSLOG_IDENTIFIER\":\"x\"}",
        "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"",
        "{\"MESSAGE\":\"x\",\"SYSLOG_IDENTIFIER\":\"a\"} x",
        "{\"MESSAGE\":\"\\x\",\"SYSLOG_IDENTIFIER\":\"a\"}",
        "{\"MESSAGE\":\"\\u12g4\",\"SYSLOG_IDENTIFIER\":\"a\"}",
        "{\"MESSAGE\":01,\"SYSLOG_IDENTIFIER\":\"a\"}",
        "{\"MESSAGE\":[1,2}],\"SYSLOG_IDENTIFIER\":\"a\"}",
        "{\"MESSAGE\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],"
        "\"SYSLOG_IDENTIFIER\":\"a\"}",
        "{",
        "\t\"MESSAGE\" : \"x\",",
        "{\"log\":\"x\\n\",\"stream\":\"stdout\"}",
        "{\"log\":\"x\\n\",\"time\":\"2026-06-01\"}",
        "2026-06-01T10:00:01.1 stdout F x",
        "a | b",
        "mail-1 b | c",
        "mx1 cron[3]: x",
        "mx1 postfix/smtpd: x",
        "UTC mx1 exim[3]: x",
        "mx1 exim[3]: 2026-02-30 10:00:01 x",
        "package: to=<x>, status=",
        "4C1D2E3F40: hello",
        "NOQUEUE: hello",
        "1wAbCd-000000012AB-0xYz hello",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct entry entry;
        if (read_entry(slice_of(lines[i]), &entry) != UNWRAP_FOREIGN)
            fail_msg("known: %s", lines[i]);
        assert_null(entry.wrapping);
        assert_int_equal(entry.program.length + entry.host.length + entry.pid.length, 0);
        assert_true(slice_is(entry.text, lines[i]));
    }
}

static void test_dull_inside(void **state) {
    (void)state;
    static const char *const lines[] = {
        "{\"log\":\"\\n\",\"stream\":\"stdout\",\"time\":\"2026-06-01T10:00:01Z\"}",
        "2026-06-01T10:00:01Z stdout F ",
        "2026-06-01T10:00:01Z stdout F -- Boot 3f2a --",
        "mail-1  | ",
        "2026 Jun  1 10:00:01 mx1 -- MARK --",
        "{\"__REALTIME_TIMESTAMP\":\"1780308001123456\",\"_PID\":\"7\"}",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct entry entry;
        if (read_entry(slice_of(lines[i]), &entry) != UNWRAP_DULL)
            fail_msg("not dull: %s", lines[i]);
    }
}

/* The name of a zone means the zone of the run when that has it, and the half of the year too. */
static void test_zone_names(void **state) {
    (void)state;
    static const struct {
        const char *zone, *line, *time;
    } rows[] = {
        {"Europe/Berlin", "Sun 2026-10-25 02:30:00 CEST", "2026-10-25T02:30:00+02:00"},
        {"Europe/Berlin", "Sun 2026-10-25 02:30:00 CET", "2026-10-25T02:30:00+01:00"},
        {"America/Chicago", "Mon 2026-06-01 10:00:01 CDT", "2026-06-01T10:00:01-05:00"},
        {"America/Chicago", "Sun 2026-11-01 01:30:00 CST", "2026-11-01T01:30:00-06:00"},
        {"Asia/Shanghai", "Mon 2026-06-01 10:00:01 CST", "2026-06-01T10:00:01+08:00"},
        {"Asia/Kolkata", "Mon 2026-06-01 10:00:01 IST", "2026-06-01T10:00:01+05:30"},
        {"UTC", "Mon 2026-06-01 10:00:01 CST", "2026-06-01T10:00:01-06:00"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char time[MOMENT_TEXT];
        struct entry entry;
        struct problem problem;
        struct line line = {.text = arena_print(&arena, "%s mx1 a[1]: x", rows[i].line)};
        struct clock clock = {0};
        assert_true(moment_zone(rows[i].zone, &problem));
        assert_int_equal(entry_read(&clock, &arena, &line, &entry), UNWRAPPED);
        moment_print(&entry.time, time);
        assert_string_equal(time, rows[i].time);
    }
    assert_true(moment_zone("UTC", NULL));
}

static void test_containers_tell_their_stream(void **state) {
    (void)state;
    static const struct {
        const char *line, *stream, *inner;
        bool goes_on;
    } rows[] = {
        {"{\"log\":\"a[1]: x\\n\",\"stream\":\"stderr\",\"time\":\"2026-06-01T10:00:01Z\"}",
         "stderr", "a[1]: x", false},
        {"{\"log\":\"a[1]: x\",\"stream\":\"stdout\",\"time\":\"2026-06-01T10:00:01Z\"}", "stdout",
         "a[1]: x", true},
        {"{\"log\":\"\\n\",\"stream\":\"stdout\",\"time\":\"2026-06-01T10:00:01Z\"}", "stdout", "",
         false},
        {"2026-06-01T10:00:01Z stderr P a[1]: x", "stderr", "a[1]: x", true},
        {"2026-06-01T10:00:01Z stdout F a[1]: x", "stdout", "a[1]: x", false},
        {"2026-06-01T10:00:01Z a[1]: x", "", "", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct entry entry;
        assert_int_not_equal(read_entry(slice_of(rows[i].line), &entry), UNWRAP_FOREIGN);
        assert_true(slice_is(entry.stream, rows[i].stream) && slice_is(entry.inner, rows[i].inner));
        assert_int_equal(entry.goes_on, rows[i].goes_on);
    }
}

static void test_repeats(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t repeat; /* of message repeated */
        uint64_t last;   /* of last message repeated */
        const char *left;
    } rows[] = {
        {"message repeated 7 times: [ warning: x]", 7, 0, "warning: x"},
        {"message repeated 7 times: [ warning: x[1]: y]", 7, 0, "warning: x[1]: y"},
        {"message repeated 7 times: [ cut sho", 7, 0, "cut sho"},
        {"message repeated 0 times: [ x]", 1, 0, "message repeated 0 times: [ x]"},
        {"message repeated 9999999999 times: [ x]", 1, 0,
         "message repeated 9999999999 times: [ x]"},
        {"message repeated", 1, 0, "message repeated"},
        {"last message repeated 3 times", 1, 3, "last message repeated 3 times"},
        {"last message repeated 1 time", 1, 1, "last message repeated 1 time"},
        {"--- last message repeated 2 times ---", 1, 2, "--- last message repeated 2 times ---"},
        {"last message repeated often", 1, 0, "last message repeated often"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct slice line = arena_print(&arena, "Jun  1 10:00:01 mx1 a[1]: %s", rows[i].text);
        struct entry entry;
        uint64_t last = 0;
        assert_int_equal(read_entry(line, &entry), UNWRAPPED);
        assert_int_equal(entry.repeat, rows[i].repeat);
        assert_true(slice_is(entry.text, rows[i].left));
        assert_int_equal(entry_repeats_last(&entry, &last), rows[i].last > 0);
        assert_true(!rows[i].last || last == rows[i].last);
    }
}

static void test_losses(void **state) {
    (void)state;
    static const struct {
        const char *tagged;
        bool is_loss;
        uint64_t lost;
    } rows[] = {
        {"systemd-journald[1]: Suppressed 123 messages from postfix.service", true, 123},
        {"rsyslogd: imuxsock lost 345 messages from pid 4711 due to rate-limiting", true, 345},
        {"rsyslogd: imjournal: begin to drop messages due to rate-limiting", true, 0},
        {"rsyslogd: imuxsock: 12 messages lost due to rate-limiting", true, 0},
        {"rsyslogd: [origin software=\"rsyslogd\"] start", false, 0},
        {"postfix/smtpd[1]: Suppressed 123 messages from x", false, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct slice line = arena_print(&arena, "Jun  1 10:00:01 mx1 %s", rows[i].tagged);
        struct entry entry;
        uint64_t lost = 0;
        assert_int_equal(read_entry(line, &entry), UNWRAPPED);
        assert_int_equal(entry_tells_loss(&entry, &lost), rows[i].is_loss);
        assert_int_equal(lost, rows[i].lost);
    }
}

static void test_blobs(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool is_blob;
    } rows[] = {
        {"Jun  1 10:00:01 mx1 a[1]: [123B blob data]", true},
        {"Jun  1 10:00:01 mx1 a[1]: [1.2K blob data]", true},
        {"Jun  1 10:00:01 mx1 a[1]: [123] x", false},
        {"Jun  1 10:00:01 mx1 a[1]: [a long word of blob data]", false},
        {"{\"MESSAGE\":null,\"SYSLOG_IDENTIFIER\":\"a\"}", true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct entry entry;
        assert_int_equal(read_entry(slice_of(rows[i].line), &entry), UNWRAPPED);
        if (entry_is_blob(&entry) != rows[i].is_blob)
            fail_msg("%s", rows[i].line);
    }
}

static void test_lines_that_go_on(void **state) {
    (void)state;
    static const struct {
        const char *before, *line;
        bool goes_on;
    } rows[] = {
        {"2026-06-01 10:00:01 x", "Envelope-from: <a@example.org>", true},
        {"2026-06-01 10:00:01 x", "Envelope-to: <b@example.net>", true},
        {"2026-06-01 10:00:01 x", "    <c@example.net>", true},
        {"2026-06-01 10:00:01 x", "P Received: from a", true},
        {"2026-06-01 10:00:01 x", "\tby b", true},
        {"2026-06-01 10:00:01 x", "  Subject: x", true},
        {"2026-06-01 10:00:01 x", "* From: x", true},
        {"2026-06-01 10:00:01 x", "P no header", false},
        {"2026-06-01 10:00:01 x", "hello", false},
        {"Jun  1 10:00:01 mx1 a[1]: x", "                          second line", true},
        {"Jun  1 10:00:01 mx1 a[1]: x", "       second line", false},
        {"Jun  1 10:00:01 mx1 a[1]: x", "P Received: from a", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct entry entry;
        assert_int_equal(read_entry(slice_of(rows[i].before), &entry), UNWRAPPED);
        if (entry_goes_on(entry.wrapping, slice_of(rows[i].line)) != rows[i].goes_on)
            fail_msg("%s", rows[i].line);
    }
    assert_false(entry_goes_on(NULL, SLICE("                          x")));
}

int main(void) {
    setenv("TZ", "UTC", 1);
    moment_zone(NULL, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_dull_inside),
        cmocka_unit_test(test_zone_names),
        cmocka_unit_test(test_containers_tell_their_stream),
        cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_blobs),
        cmocka_unit_test(test_lines_that_go_on),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}
