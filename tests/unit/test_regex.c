/* PCRE2 behind its limits: bytes, groups, refusals, and a bounded effort. */
#include "rules/regex.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *pattern;
    enum regex_flags flags;
    const char *text;
    enum regex_result result;
} rows[] = {
    {"a b", REGEX_PLAIN, "xa b", REGEX_YES},
    {"a b", REGEX_EXTENDED, "xab", REGEX_YES},
    {"a b # c", REGEX_EXTENDED, "ab", REGEX_YES},
    {"ab", REGEX_PLAIN, "AB", REGEX_NO},
    {"ab", REGEX_NOCASE, "AB", REGEX_YES},
    {"ab$", REGEX_PLAIN, "ab\n", REGEX_NO}, /* not before a line end */
    {"^.$", REGEX_PLAIN, "\xff", REGEX_YES},
    {"^.$", REGEX_PLAIN, "\xc3\xa9", REGEX_NO}, /* bytes, not letters */
    {"\xc3\xa9", REGEX_NOCASE, "caf\xc3\xa9", REGEX_YES},
    {"^$", REGEX_PLAIN, "", REGEX_YES},
    {"^(a+)+$", REGEX_PLAIN, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", REGEX_LIMIT},
    {"(*LIMIT_MATCH=4000000000)^(a+)+$", REGEX_PLAIN, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
     REGEX_LIMIT},
};

static void matches(void **state) {
    (void)state;
    struct regex_memory *memory = regex_memory_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct regex *regex;
        struct problem problem = {""};
        if (!regex_new(slice_of(rows[i].pattern), rows[i].flags, &regex, &problem))
            fail_msg("%s: %s", rows[i].pattern, problem.text);
        enum regex_result result = regex_match(regex, memory, slice_of(rows[i].text));
        if (result != rows[i].result)
            fail_msg("%s on '%s': %d and not %d", rows[i].pattern, rows[i].text, result,
                     rows[i].result);
        /* The same again and again: interpreted first, compiled just in time later. */
        for (int round = 0; round < 100; round++)
            assert_int_equal(regex_match(regex, memory, slice_of(rows[i].text)), result);
        regex_free(regex);
    }
    regex_memory_free(memory);
}

static const struct {
    const char *pattern, *problem;
} refused[] = {
    {"a(b", "at offset 3 of the pattern: missing closing parenthesis"},
    {"a**b)", "at offset "},
    {"(*UTF)a", "at offset "},
    {"\\C", "at offset "},
    {"(?<a>x)(?<a>y)", "at offset "},
};

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct regex *regex;
        struct problem problem = {""};
        assert_false(regex_new(slice_of(refused[i].pattern), REGEX_PLAIN, &regex, &problem));
        assert_null(regex);
        if (!strstr(problem.text, refused[i].problem))
            fail_msg("%s: '%s'", refused[i].pattern, problem.text);
    }
}

static void refuses_big_patterns(void **state) {
    (void)state;
    struct regex *regex;
    struct problem problem = {""};
    char text[20000];
    memset(text, 'a', sizeof text);
    assert_false(regex_new((struct slice){text, sizeof text}, REGEX_PLAIN, &regex, &problem));
    for (size_t i = 0; i < 64; i++)
        memcpy(text + 3 * i, "(a)", 3);
    assert_true(regex_new((struct slice){text, 3 * 63}, REGEX_PLAIN, &regex, &problem));
    regex_free(regex);
    assert_false(regex_new((struct slice){text, 3 * 64}, REGEX_PLAIN, &regex, &problem));
    assert_non_null(strstr(problem.text, "63 are the most"));
}

static void gives_groups(void **state) {
    (void)state;
    struct regex_memory *memory = regex_memory_new();
    struct regex *regex;
    struct slice text = SLICE("to=<ann> via mx");
    assert_true(
        regex_new(SLICE("<(?<who>\\w+)>(,)?.*(?<host>mx)|(?<none>z)"), REGEX_PLAIN, &regex, NULL));
    assert_int_equal(regex_group_count(regex), 5);
    assert_int_equal(regex_group_number(regex, "host"), 3);
    assert_int_equal(regex_group_number(regex, "hos"), -1);
    assert_string_equal(regex_group_name(regex, 1), "who");
    assert_null(regex_group_name(regex, 2));
    assert_null(regex_group_name(regex, 99));
    assert_int_equal(regex_match(regex, memory, text), REGEX_YES);
    assert_true(slice_is(regex_group(memory, text, 0), "<ann> via mx"));
    assert_true(slice_is(regex_group(memory, text, 1), "ann"));
    assert_null(regex_group(memory, text, 2).at);
    assert_true(slice_is(regex_group(memory, text, 3), "mx"));
    assert_null(regex_group(memory, text, 4).at);
    assert_null(regex_group(memory, text, 99).at);
    assert_int_equal(regex_match(regex, memory, SLICE("nothing")), REGEX_NO);
    assert_null(regex_group(memory, text, 0).at);
    regex_free(regex);
    regex_memory_free(memory);
}

/* More than the JIT stack holds: tried again without it, in bounded memory. */
static void long_subjects_end(void **state) {
    (void)state;
    enum { LONG = 2 * 1024 * 1024 };
    struct regex_memory *memory = regex_memory_new();
    struct regex *regex;
    char *text = memory_new(LONG);
    memset(text, 'a', LONG);
    assert_true(regex_new(SLICE("^(?:a|b)*$"), REGEX_PLAIN, &regex, NULL));
    assert_int_equal(regex_match(regex, memory, (struct slice){text, 2000}), REGEX_YES);
    assert_int_not_equal(regex_match(regex, memory, (struct slice){text, LONG}), REGEX_NO);
    free(text);
    regex_free(regex);
    regex_memory_free(memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_big_patterns),
        cmocka_unit_test(gives_groups),
        cmocka_unit_test(long_subjects_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
