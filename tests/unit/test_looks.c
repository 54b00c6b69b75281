/* Unit tests of app/looks: a guess for every line. */
#include "app/looks.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_guesses(void **state) {
    (void)state;
    static const struct {
        struct slice line;
        const char *like;
    } rows[] = {
        {SLICE_INIT("{"), "JSON of several lines an entry"},
        {SLICE_INIT("{\"level\":\"info\"}"), "JSON"},
        {SLICE_INIT("<?xml version=\"1.0\"?>"), "XML or HTML"},
        {SLICE_INIT("\xff\xfeJ"), "UTF-16 text"},
        {SLICE_INIT("From ann@example.com Mon Jun  1 10:00:00 2026"), "a mailbox"},
        {SLICE_INIT("Received: from a"), "a mail message"},
        {SLICE_INIT("192.0.2.1 - - [01/Jun/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5"),
         "a web server's log"},
        {SLICE_INIT("** postfix/smtp[8]: 4C1D2E3F40: to=<bob@example.net>, status=sent"),
         "a mail server's text behind something unknown"},
        {SLICE_INIT("01/06/2026 10:00:01 mx1"), "a time stamp of another fashion"},
        {SLICE_INIT("time,host,mta,queue_id"), "a table"},
        {SLICE_INIT("once upon a time"), "text without a time stamp"},
        {SLICE_INIT(""), "text without a time stamp"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(looks_of(rows[i].line).like, rows[i].like);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_guesses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
