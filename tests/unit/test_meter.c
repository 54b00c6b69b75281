/* meter - what its line tells, by rows; that it comes and goes on a terminal is tests/golden/meter.
 */
#include "app/meter.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_lines(void **state) {
    static const struct {
        struct meter_reading reading;
        const char *line;
    } rows[] = {
        {{"mail.log", 0, -1, 0}, "mail.log: 0 KB"},
        {{"mail.log", 0, 0, 0}, "mail.log: 0 KB"},
        {{"-", 262144, -1, 0.5}, "-: 262 KB, 524 KB/s"},
        {{"mail.log", 262144, 120000000, 0.01}, "mail.log: 0 % of 120 MB"},
        {{"mail.log", 30000000, 120000000, 2}, "mail.log: 25 % of 120 MB, 15 MB/s, 6 s left"},
        {{"mail.log", 3000000000, 12000000000, 60},
         "mail.log: 25 % of 12.0 GB, 50 MB/s, 3 min left"},
        {{"mail.log", 3000000, 900000000000, 1}, "mail.log: 0 % of 900.0 GB, 3 MB/s, 83.3 h left"},
        {{"mail.log", 120000000, 120000000, 2}, "mail.log: 100 % of 120 MB, 60 MB/s, 0 s left"},
        /* a log that has grown meanwhile */
        {{"mail.log", 130000000, 120000000, 2}, "mail.log: 130 MB, 65 MB/s"},
        {{"a-name-of-a-file-that-is-longer-than-it-may-be.log", 1000, -1, 0},
         "a-name-of-a-file-that-is-longer-than-it-: 1 KB"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char line[METER_LINE];
        meter_print(&rows[i].reading, line);
        assert_string_equal(line, rows[i].line);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
