/* out - buffered text, in memory and to files that fail. */
#include "base/out.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static void test_memory(void **state) {
    (void)state;
    struct out out;
    out_init_memory(&out);
    out_text(&out, "a");
    out_byte(&out, '-');
    out_number(&out, 0);
    out_number(&out, UINT64_MAX);
    out_spaces(&out, 2);
    out_print(&out, "%s=%d", "x", 7);
    out_slice(&out, (struct slice){0});
    assert_true(slice_is(out_held(&out), "a-018446744073709551615  x=7"));
    out_release(&out);
}

static void test_large_goes_through(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    struct out out;
    out_init(&out, ends[1]);
    for (int i = 0; i < 30000; i++)
        out_text(&out, "0123456789");
    assert_true(out_flush(&out, "pipe", NULL));
    close(ends[1]);
    size_t total = 0;
    char buffer[65536];
    for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
        total += (size_t)got;
    assert_int_equal(total, 300000);
    close(ends[0]);
    out_release(&out);
}

static void test_error_is_kept(void **state) {
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0)
        skip();
    struct out out;
    struct problem problem;
    out_init(&out, fd);
    out_text(&out, "lost");
    assert_false(out_flush(&out, "report.txt", &problem));
    assert_string_equal(problem.text, "cannot write 'report.txt': No space left on device");
    out_text(&out, "more");
    assert_false(out_flush(&out, "report.txt", &problem));
    out_release(&out);
    close(fd);
}

static void test_problem_is_harmless(void **state) {
    (void)state;
    struct problem problem;
    assert_false(problem_say(&problem, "bad '%s'", "a\033[31mb\n"));
    assert_string_equal(problem.text, "bad 'a?[31mb?'");
    assert_false(problem_say(NULL, "nobody listens"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory), cmocka_unit_test(test_large_goes_through),
        cmocka_unit_test(test_error_is_kept), cmocka_unit_test(test_problem_is_harmless)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
