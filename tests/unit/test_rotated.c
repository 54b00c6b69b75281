/* Unit tests of input/rotated: which names are one log. */
#include "input/rotated.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void test_stems(void **state) {
    (void)state;
    static const struct {
        const char *path, *name;
        bool is_log;
    } rows[] = {
        {"/var/log/mail.log", "mail", true},
        {"/var/log/mail.log.1", "mail", true},
        {"mail.log.2.gz", "mail", true},
        {"mail.log-20261120", "mail", true},
        {"mail.log-20261120.xz", "mail", true},
        {"mail.log-20261120-1718", "mail", true},
        {"mail.1.log", "mail", true},
        {"mail.log.0.bz2", "mail", true},
        {"maillog", "maillog", false},
        {"maillog.2026-06-01", "maillog", false},
        {"maillog_3.zst", "maillog", false},
        {"mainlog-20260601", "mainlog", false},
        {"20260601-mainlog", "mainlog", false},
        {"main.202606", "main", false},
        {"mx25-mail.log.3", "mx25-mail", true},
        {"25-mail.log", "25-mail", true},
        {"mail.log.old", "mail.log.old", false},
        {"mx1.lz4", "mx1", false},
        {"2", "2", false},
        {".1", ".1", false},
        {".log", ".log", false},
        {".gz", ".gz", false},
        {"", "", false},
        {"logs/", "", false},
        {"20260601-", "20260601-", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rotated_stem stem = rotated_stem(rows[i].path);
        if (!slice_is(stem.name, rows[i].name) || stem.is_log != rows[i].is_log)
            fail_msg("%s: '%.*s' %d", rows[i].path, SLICE_ARGS(stem.name), stem.is_log);
    }
}

static void test_pairs(void **state) {
    (void)state;
    static const struct {
        const char *path, *other;
        bool together, beside;
    } rows[] = {
        {"a/mail.log", "a/mail.log.2.gz", true, true},
        {"a/mail.log", "a/old/mail.log.2.gz", true, false},
        {"mail.log", "a/mail.log", true, false},
        {"b/mail.log", "a/mail.log", true, false},
        {"mail.log", "mail", false, true},
        {"mail.log", "mail.err", false, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(rotated_together(rows[i].path, rows[i].other), rows[i].together);
        assert_int_equal(rotated_beside(rows[i].path, rows[i].other), rows[i].beside);
    }
}

static void test_logs_with_copies(void **state) {
    (void)state;
    static const struct {
        const char *path, *other;
        bool has_copies;
    } rows[] = {
        {"a/rejectlog", "a/mainlog", true},
        {"a/rejectlog.2.gz", "a/mainlog", true},
        {"a/reject.log", "a/main.log", true},
        {"exim_rejectlog", "exim_mainlog-20260601", true},
        {"rejectlog-20260601", "20260601-mainlog", true},
        {"b/rejectlog", "a/mainlog", false},
        {"rejectlog", "main.log", false},
        {"paniclog", "mainlog", true},
        {"paniclog.1", "rejectlog", true},
        {"rejectlog", "paniclog", false},
        {"mainlog", "paniclog", false},
        {"b/paniclog", "a/mainlog", false},
        {"rejectlog", "rejectlog.1", false},
        {"mainlog", "mainlog", false},
        {"mainlog", "rejectlog", false},
        {"exim_rejectlog", "eximxmainlog", false},
        {"rejectlog", "mai", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rotated_has_copies_of(rows[i].path, rows[i].other) != rows[i].has_copies)
            fail_msg("%s and %s", rows[i].path, rows[i].other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stems),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_logs_with_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
