/* Unit tests of app/coverage: what is missing of the asked span, and what is only quiet. */
#include "app/coverage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/moment.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define NONE         MOMENT_NONE

enum { H = 3600, D = 24 * H, NOW = 40 * D };

static char heard[1024];

static void hear(const char *text) {
    size_t length = strlen(heard);
    snprintf(heard + length, sizeof heard - length, "%s\n", text);
}

#define MISSING(from, to, name)                                                                    \
    "no log from 1970-01-" from " to 1970-01-" to ", a part of the asked span, among '" name       \
    "' and its like\n"

static void test_what_is_missing(void **state) {
    (void)state;
    static const struct {
        int64_t since, until;
        struct {
            const char *name;
            int64_t first, last;
        } pieces[4];
        const char *told;
    } rows[] = {
        /* nothing asked: nothing is missing */
        {NONE, NONE, {{"m.log", 5 * D, 6 * D}, {"m.log.1", D, 2 * D}}, ""},
        /* covered, also with an hour of silence at both ends and a day between */
        {2 * D, 3 * D, {{"m.log", D, 4 * D}}, ""},
        {2 * D, 3 * D, {{"m.log", 2 * D + H, 3 * D - H}}, ""},
        {2 * D, 6 * D, {{"m.log", 4 * D, 7 * D}, {"m.log.1", D, 3 * D}}, ""},
        /* the begin, the end, between */
        {2 * D,
         3 * D,
         {{"m.log", 2 * D + H + 1, 4 * D}},
         MISSING("03 00:00:00", "03 01:00:01", "m.log")},
        {2 * D,
         3 * D,
         {{"m.log", D, 3 * D - H - 1}},
         MISSING("03 22:59:59", "04 00:00:00", "m.log")},
        {2 * D,
         9 * D,
         {{"m.log", 6 * D + 1, 9 * D}, {"m.log.1", D, 5 * D}},
         MISSING("06 00:00:00", "07 00:00:01", "m.log.1")},
        {NONE,
         9 * D,
         {{"m.log", 8 * D, 9 * D}, {"m.log.1", D, 5 * D}},
         MISSING("06 00:00:00", "09 00:00:00", "m.log.1")},
        /* all of it: before, behind, in the hole between two pieces */
        {2 * D, 3 * D, {{"m.log", 5 * D, 6 * D}}, MISSING("03 00:00:00", "04 00:00:00", "m.log")},
        {7 * D, 8 * D, {{"m.log", 5 * D, 6 * D}}, MISSING("08 00:00:00", "09 00:00:00", "m.log")},
        {7 * D, NONE, {{"m.log", 5 * D, 6 * D}}, MISSING("08 00:00:00", "10 00:00:00", "m.log")},
        {7 * D,
         8 * D,
         {{"m.log", 9 * D, 10 * D}, {"m.log.1", 5 * D, 6 * D}},
         MISSING("08 00:00:00", "09 00:00:00", "m.log.1")},
        /* an old log, and all since: no log need reach to now */
        {2 * D, NONE, {{"m.log", D, 4 * D}}, ""},
        /* the day is not over */
        {2 * D, 99 * D, {{"m.log", D, NOW}}, ""},
        /* one server's log does not stand for another's; one without times says nothing */
        {2 * D,
         3 * D,
         {{"a.log", D, 4 * D}, {"b.log", 5 * D, 6 * D}},
         MISSING("03 00:00:00", "04 00:00:00", "b.log")},
        {2 * D, 3 * D, {{"a.log", D, 4 * D}, {"b.log", INT64_MAX, INT64_MIN}}, ""},
        {2 * D, 3 * D, {{NULL, 0, 0}}, ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct coverage coverage = {
            .since = rows[i].since, .until = rows[i].until, .now = NOW, .told = hear};
        heard[0] = '\0';
        if (rows[i].since == 7 * D && rows[i].until == NONE)
            coverage.now = 9 * D;
        for (size_t p = 0; p < 4 && rows[i].pieces[p].name != NULL; p++) {
            struct span span = span_none;
            span_add(&span, rows[i].pieces[p].first);
            span_add(&span, rows[i].pieces[p].last == INT64_MIN ? NONE : rows[i].pieces[p].last);
            coverage_add(&coverage, rows[i].pieces[p].name, &span);
        }
        coverage_tell(&coverage);
        coverage_release(&coverage);
        if (strcmp(heard, rows[i].told) != 0)
            fail_msg("row %zu: '%s', not '%s'", i, heard, rows[i].told);
    }
}

static int set_zone(void **state) {
    (void)state;
    setenv("TZ", "UTC0", 1);
    return moment_zone(NULL, NULL) ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_is_missing)};
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
