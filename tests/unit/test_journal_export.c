/* Unit tests of input/journal_export and input/journal_line: each record is one line, read in any
 * pieces; the line is what wrap_journal_json takes for the same entry; nothing is too long. */
#include "input/journal_export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "input/entry.h"
#include "input/journal_line.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Bytes in memory, `piece` at a time; then a fault, when there is one. */
struct source {
    struct reader reader;
    struct slice rest;
    size_t piece;
    const char *fault;
};

static ssize_t source_read(struct reader *reader, char *bytes, size_t room,
                           struct problem *problem) {
    struct source *source = (struct source *)reader;
    struct slice given = slice_head(slice_head(source->rest, source->piece), room);
    if (given.length == 0 && source->fault) {
        problem_say(problem, "%s", source->fault);
        return -1;
    }
    if (given.length)
        memcpy(bytes, given.at, given.length);
    source->rest = slice_from(source->rest, given.length);
    reader->taken += given.length;
    return (ssize_t)given.length;
}

static void source_close(struct reader *reader) {
    free(reader);
}

static struct reader *reader_of(struct slice bytes, size_t piece, const char *fault) {
    struct source *source = memory_new(sizeof *source);
    *source = (struct source){{.read = source_read, .close = source_close}, bytes, piece, fault};
    return journal_export_open(&source->reader);
}

enum { ROOM = 1024 * 1024 };

/* What comes out; whether it ended without a fault. */
static bool lines_of(struct reader *reader, char *room, struct slice *lines_r,
                     struct problem *problem) {
    size_t length;
    bool whole = reader_fill(reader, room, ROOM, &length, problem);
    *lines_r = (struct slice){room, length};
    return whole;
}

/* A slice with NUL bytes in it. */
#define ROW(bytes, lines)                                                                          \
    { SLICE_INIT(bytes), lines }

static void test_records(void **state) {
    (void)state;
    static const struct {
        struct slice bytes;
        const char *lines;
    } rows[] = {
        ROW("", ""),
        ROW("\n\n\n", ""),
        /* fields that nobody reads, and no blank line behind the last */
        ROW("__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=12\n_UID=0\nMESSAGE=a b=c\n\n\n"
            "__REALTIME_TIMESTAMP=13\n_HOSTNAME=mx1\nMESSAGE=\n",
            "{\"__REALTIME_TIMESTAMP\":\"12\",\"MESSAGE\":\"a b=c\"}\n"
            "{\"__REALTIME_TIMESTAMP\":\"13\",\"_HOSTNAME\":\"mx1\",\"MESSAGE\":\"\"}\n"),
        ROW("_UID=0\n\nMESSAGE=x", "{}\n{\"MESSAGE\":\"x\"}\n"),
        /* a blank line and fields inside of a value */
        ROW("MESSAGE\n\x12\0\0\0\0\0\0\0a\n\nMESSAGE=b\n\"\\\x01\0\xff\nSYSLOG_PID=7\n\n",
            "{\"MESSAGE\":\"a\\n\\nMESSAGE=b\\n\\\"\\\\\\u0001\\u0000\xff\",\"SYSLOG_PID\":\"7\"}"
            "\n"),
        ROW("_COREDUMP\n\3\0\0\0\0\0\0\0\n\n\n\n_PID=7\n\n", "{\"_PID\":\"7\"}\n"),
        ROW("MESSAGE\n\0\0\0\0\0\0\0\0\n_PID=7\n\n", "{\"MESSAGE\":\"\",\"_PID\":\"7\"}\n"),
        /* the first of two */
        ROW("MESSAGE=x\nMESSAGE=y\n\n", "{\"MESSAGE\":\"x\"}\n"),
        /* another log behind it, also without a blank line between */
        ROW("MESSAGE=x\n\nJun  1 10:00:01 mx1 a: b\n2026-06-01 c\nMESSAGE=y\nno field\n",
            "{\"MESSAGE\":\"x\"}\nJun  1 10:00:01 mx1 a: b\n2026-06-01 c\n{\"MESSAGE\":\"y\"}\n"
            "no field\n"),
        /* no names: a digit in front, lower case, nothing */
        ROW("9A=x\nMessage=x\n=x\n", "9A=x\nMessage=x\n=x\n"),
        /* a length that is too small */
        ROW("MESSAGE\n\1\0\0\0\0\0\0\0abc\n_PID=7\n\n",
            "{\"MESSAGE\":\"a\"}\nbc\n{\"_PID\":\"7\"}\n"),
    };
    char *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t piece = 1; piece < 100; piece += piece < 12 ? 1 : 29) {
            struct slice lines;
            struct reader *reader = reader_of(rows[i].bytes, piece, NULL);
            assert_true(lines_of(reader, room, &lines, NULL));
            assert_int_equal(reader->taken, rows[i].bytes.length);
            assert_int_equal(reader_read(reader, room, ROOM, NULL), 0);
            reader_close(reader);
            assert_int_equal(lines.length, strlen(rows[i].lines));
            assert_memory_equal(lines.at, rows[i].lines, lines.length);
        }
    free(room);
}

/* What came is given, then it is told. */
static void test_what_is_cut_off(void **state) {
    (void)state;
    static const struct {
        struct slice bytes;
        const char *lines;
    } rows[] = {
        ROW("MESSAGE=x\n\nMESSAGE\n\3\0\0\0\0\0\0\0ab", "{\"MESSAGE\":\"x\"}\n"
                                                        "{\"MESSAGE\":\"ab\"}\n"),
        ROW("MESSAGE=x\n\n_PID=7\nMESSAGE\n\3\0\0", "{\"MESSAGE\":\"x\"}\n"
                                                    "{\"_PID\":\"7\",\"MESSAGE\":\"\"}\n"),
        ROW("MESSAGE=x\n\n_COREDUMP\n\xff\xff\xff\xff\xff\xff\xff\xff"
            "ab\n\nMESSAGE=y\n",
            "{\"MESSAGE\":\"x\"}\n{}\n"),
    };
    char *room = memory_new(ROOM);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct slice lines;
        struct problem problem = {.text = ""};
        struct reader *reader = reader_of(rows[i].bytes, 5, NULL);
        assert_false(lines_of(reader, room, &lines, &problem));
        assert_string_equal(problem.text, "cut off inside record 2");
        assert_int_equal(reader_read(reader, room, ROOM, NULL), 0);
        reader_close(reader);
        assert_int_equal(lines.length, strlen(rows[i].lines));
        assert_memory_equal(lines.at, rows[i].lines, lines.length);
    }
    free(room);
}

static void test_fault_of_the_source(void **state) {
    (void)state;
    char *room = memory_new(ROOM);
    struct slice lines;
    struct problem problem = {.text = ""};
    struct reader *reader = reader_of(SLICE("MESSAGE=x\n\nMESS"), 5, "truncated gzip input");
    assert_false(lines_of(reader, room, &lines, &problem));
    assert_string_equal(problem.text, "truncated gzip input");
    reader_close(reader);
    assert_true(slice_is(lines, "{\"MESSAGE\":\"x\"}\nMESS\n"));
    free(room);
}

/* A value without end costs no more than a line, and hides none of the fields behind it. */
static void test_too_long(void **state) {
    (void)state;
    static const char bytes[] = {'x', '\n', '\0'};
    static const struct slice names[] = {SLICE_INIT("_COREDUMP"), SLICE_INIT("_HOSTNAME"),
                                         SLICE_INIT("SYSLOG_IDENTIFIER"), SLICE_INIT("MESSAGE")};
    enum { LONG = 300 * 1000 };
    char *room = memory_new(ROOM), *stream = memory_new(2 * ROOM);
    for (size_t kind = 0; kind < COUNT(bytes); kind++) {
        size_t used = 0;
        for (size_t i = 0; i < COUNT(names); i++) {
            static const unsigned char size[] = {
                LONG & 255, LONG >> 8 & 255, LONG >> 16, 0, 0, 0, 0, 0};
            memcpy(stream + used, names[i].at, names[i].length);
            used += names[i].length;
            stream[used++] = '\n';
            memcpy(stream + used, size, sizeof size);
            memset(stream + used + sizeof size, bytes[kind], LONG);
            used += sizeof size + LONG;
            stream[used++] = '\n';
        }
        memcpy(stream + used, "_PID=7\n\n", 8);
        struct slice lines;
        struct reader *reader = reader_of((struct slice){stream, used + 8}, ROOM, NULL);
        assert_true(lines_of(reader, room, &lines, NULL));
        reader_close(reader);
        assert_true(lines.length <= LINE_LONGEST + 1 && lines.length > LINE_LONGEST / 2);
        assert_true(slice_ends(lines, SLICE("\",\"_PID\":\"7\"}\n")));
        assert_int_equal(slice_find(lines, '\n'), lines.length - 1);
        struct clock clock = {0};
        struct arena arena;
        struct line line = {.text = slice_head(lines, lines.length - 1)};
        struct entry entry;
        arena_init(&arena);
        assert_int_equal(entry_read(&clock, &arena, &line, &entry), UNWRAPPED);
        assert_true(entry.text.length > 9000 &&
                    entry.text.at[entry.text.length - 1] == bytes[kind]);
        assert_true(slice_is(entry.pid, "7"));
        arena_release(&arena);
    }
    free(room);
    free(stream);
}

/* What has no room ends the value, also when something shorter would fit behind it. */
static void test_no_gap_in_a_value(void **state) {
    (void)state;
    static struct journal_line line;
    char *value = memory_new(LINE_LONGEST);
    memset(value, 'x', LINE_LONGEST);
    journal_line_begin(&line);
    assert_true(journal_line_open(&line, SLICE("MESSAGE")));
    journal_line_add(&line, (struct slice){value, line.most - line.length - 3});
    journal_line_add(&line, SLICE("\0"));
    journal_line_add(&line, SLICE("y"));
    journal_line_close(&line);
    assert_true(slice_ends(journal_line_end(&line), SLICE("x\"}\n")));
    free(value);
}

/* A line that is too long, among records. */
static void test_foreign_line_too_long(void **state) {
    (void)state;
    enum { LONG = 100 * 1000 };
    char *room = memory_new(ROOM), *stream = memory_new(LONG + 20);
    struct slice lines;
    memset(stream, 'x', LONG);
    memcpy(stream + LONG, "\nMESSAGE=y\n", 11);
    struct reader *reader = reader_of((struct slice){stream, LONG + 11}, ROOM, NULL);
    assert_true(lines_of(reader, room, &lines, NULL));
    reader_close(reader);
    assert_int_equal(slice_find(lines, '\n'), LINE_LONGEST);
    assert_true(slice_is(slice_from(lines, LINE_LONGEST + 1), "{\"MESSAGE\":\"y\"}\n"));
    free(room);
    free(stream);
}

static void test_entry(void **state) {
    (void)state;
    static const struct slice bytes =
        SLICE_INIT("__REALTIME_TIMESTAMP=1780308001123456\n_HOSTNAME=mx1\n_COMM=smtpd\n"
                   "SYSLOG_IDENTIFIER=postfix/smtpd\nSYSLOG_PID=4711\n_PID=1\n"
                   "MESSAGE\n\x0b\0\0\0\0\0\0\0one\ntw\xf6\t\"\\\0\n\n");
    char *room = memory_new(ROOM);
    struct slice lines;
    struct reader *reader = reader_of(bytes, ROOM, NULL);
    assert_true(lines_of(reader, room, &lines, NULL));
    reader_close(reader);
    struct clock clock = {0};
    struct arena arena;
    struct line line = {.text = slice_head(lines, lines.length - 1)};
    struct entry entry;
    arena_init(&arena);
    assert_int_equal(entry_read(&clock, &arena, &line, &entry), UNWRAPPED);
    assert_string_equal(entry.wrapping->name, "journal-json");
    assert_int_equal(entry.time.seconds, 1780308001);
    assert_true(slice_is(entry.host, "mx1"));
    assert_true(slice_is(entry.program, "postfix/smtpd"));
    assert_true(slice_is(entry.pid, "4711"));
    assert_true(slice_equal(entry.text, SLICE("one\ntw\xf6\t\"\\\0")));
    arena_release(&arena);
    free(room);
}

static void test_known_by_its_begin(void **state) {
    (void)state;
    static const struct {
        const char *head;
        bool is_export;
    } rows[] = {
        {"__CURSOR=s=73eadea0d0d6469d998c85a7be084001;i=7cf;b=0123456789abcdef", true},
        {"__REALTIME_TIMESTAMP=1780308001123456\n", true},
        {"\n\n_BOOT_ID=0123", true},
        {"_COREDUMP\n\1", true},
        {"MESSAGE=x\n", true},
        {"MESSAGE\n\1", true},
        {"PRIORITY=6\n", true},
        {"SYSLOG_IDENTIFIER=postfix/smtpd\n", true},
        {"MESSAGE", false},
        {"MESSAGES=x\n", false},
        {"PATH=/usr/bin\n", false},
        {"_=/usr/bin/env\n", false},
        {"__CURSOR: s=7\n", false},
        {"__cursor=s=7\n", false},
        {"Jun  1 10:00:01 mx1 postfix/smtpd[4711]: x\n", false},
        {"{\"MESSAGE\":\"x\"}\n", false},
        {"\n\n\n", false},
        {"", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(journal_export_begins(slice_of(rows[i].head)), rows[i].is_export);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_what_is_cut_off),
        cmocka_unit_test(test_fault_of_the_source),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_no_gap_in_a_value),
        cmocka_unit_test(test_foreign_line_too_long),
        cmocka_unit_test(test_entry),
        cmocka_unit_test(test_known_by_its_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
