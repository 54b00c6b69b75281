/* nojit - where the kernel refuses memory that is written and run (PR_SET_MDWE), no pattern can be
 * compiled just in time; the program says so and gives the same, to the last byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif
#define REFUSE_EXEC_GAIN 1UL

enum { REFUSED = 99 };

static bool refuses_exec(void) {
    return prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0L, 0L, 0L) == 0;
}

/* What the command writes, NUL at the end; NULL: the kernel knows no such prctl. */
static char *output_of(const char *const words[], bool without_jit) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        if (without_jit && !refuses_exec())
            _exit(REFUSED);
        execv(words[0], (char *const *)words);
        _exit(1);
    }
    close(ends[1]);
    char *text = NULL;
    size_t length = 0;
    for (ssize_t got = 1; got > 0; length += (size_t)got) {
        text = realloc(text, length + 65536 + 1);
        assert_non_null(text);
        got = read(ends[0], text + length, 65536);
        assert_true(got >= 0);
    }
    text[length] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == REFUSED) {
        free(text);
        return NULL;
    }
    return text;
}

static const char *program(void) {
    const char *named = getenv("MAILTRIAGE");
    return named ? named : "build/mailtriage";
}

static void test_same_without_jit(void **state) {
    (void)state;
    const char *const commands[][9] = {
        {program(), "report", "--no-config", "--year", "2026", "--jobs", "2", "samples"},
        {program(), "export", "--no-config", "--year", "2026", "--all", "samples"},
        {program(), "rules", "test", "--no-config"},
    };
    const char *const version[] = {program(), "--version", NULL};
    char *told = output_of(version, true);
    if (!told) {
        print_message("# this kernel has no PR_SET_MDWE\n");
        skip();
    }
    assert_non_null(strstr(told, "JIT unavailable"));
    free(told);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char *fast = output_of(commands[i], false), *slow = output_of(commands[i], true);
        assert_true(strlen(fast) > 20);
        assert_string_equal(fast, slow);
        free(fast);
        free(slow);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_without_jit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
