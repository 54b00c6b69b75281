/* slice - cutting, searching and reading numbers, with the empty slice in every place. */
#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_slice(struct slice s, const char *expected) {
    if (!slice_is(s, expected))
        fail_msg("'%.*s' is not '%s'", (int)s.length, s.at, expected);
}

static void test_cut(void **state) {
    (void)state;
    static const struct {
        const char *text, *head, *rest;
        bool found;
    } rows[] = {
        {"a,b", "a", "b", true}, {"a,b,c", "a", "b,c", true}, {",b", "", "b", true},
        {"a,", "a", "", true},   {"ab", "ab", "", false},     {"", "", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice rest = slice_of(rows[i].text), head;
        assert_int_equal(slice_cut(&rest, ',', &head), rows[i].found);
        assert_slice(head, rows[i].head);
        assert_slice(rest, rows[i].rest);
        rest = slice_of(rows[i].text);
        assert_int_equal(slice_cut_text(&rest, SLICE(","), &head), rows[i].found);
        assert_slice(head, rows[i].head);
        assert_slice(rest, rows[i].rest);
    }
}

static void test_find(void **state) {
    (void)state;
    struct slice text = SLICE("from=<a>; from=<b>");
    assert_int_equal(slice_find_text(text, SLICE("from=")), 0);
    assert_int_equal(slice_rfind_text(text, SLICE("from=")), 10);
    assert_int_equal(slice_rfind_text(text, SLICE("to=")), SIZE_MAX);
    assert_int_equal(slice_rfind_text(SLICE("ab"), SLICE("abc")), SIZE_MAX);
    assert_int_equal(slice_rfind_text(text, SLICE("from=<b>")), 10);
    assert_int_equal(slice_find(text, '<'), 5);
    assert_int_equal(slice_rfind(text, '<'), 15);
    assert_int_equal(slice_find((struct slice){0}, 'x'), SIZE_MAX);
    assert_int_equal(slice_find_text((struct slice){0}, SLICE("x")), SIZE_MAX);
    assert_int_equal(slice_find_text(SLICE("ab"), SLICE("abc")), SIZE_MAX);
    assert_int_equal(slice_find_text(SLICE("aaab"), SLICE("aab")), 1);
    assert_int_equal(slice_find_text(SLICE("aaa"), SLICE("ab")), SIZE_MAX);
    assert_int_equal(slice_find_text(SLICE("a text of sixteen. a text of sixteen!"),
                                     SLICE("a text of sixteen!")),
                     19);
    assert_int_equal(slice_rfind_text(SLICE("aabaab"), SLICE("aab")), 3);
    assert_int_equal(slice_rfind_text(SLICE("abaaa"), SLICE("ab")), 0);
}

/* However often the first or the last byte stands in front of it or behind. */
static void test_find_far(void **state) {
    (void)state;
    char text[64];
    for (size_t at = 0; at + 3 <= sizeof text; at++) {
        struct slice whole = {text, sizeof text};
        memset(text, 'a', sizeof text);
        memcpy(text + at, "abc", 3);
        assert_int_equal(slice_find_text(whole, SLICE("abc")), at);
        assert_int_equal(slice_find_text(slice_head(whole, at + 2), SLICE("abc")), SIZE_MAX);
        assert_int_equal(slice_find_text(slice_from(whole, at + 1), SLICE("abc")), SIZE_MAX);
        memset(text, 'c', sizeof text);
        memcpy(text + at, "abc", 3);
        assert_int_equal(slice_rfind_text(whole, SLICE("abc")), at);
        assert_int_equal(slice_rfind_text(slice_head(whole, at + 2), SLICE("abc")), SIZE_MAX);
        assert_int_equal(slice_rfind_text(slice_from(whole, at + 1), SLICE("abc")), SIZE_MAX);
    }
}

static void test_compare(void **state) {
    (void)state;
    assert_true(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("ab")) > 0);
    assert_true(slice_compare(SLICE("\xff"), SLICE("a")) > 0);
    assert_int_equal(slice_compare((struct slice){0}, SLICE("")), 0);
    assert_true(slice_equal_nocase(SLICE("RCPT to"), SLICE("rcpt TO")));
    assert_false(slice_equal_nocase(SLICE("[x"), SLICE("{x")));
    assert_true(slice_starts(SLICE("abc"), SLICE("")));
    assert_true(slice_ends(SLICE("abc"), SLICE("bc")));
    assert_false(slice_ends(SLICE("c"), SLICE("bc")));
}

/* Short texts are compared by words that overlap: every byte of every length tells. */
static void test_equal(void **state) {
    (void)state;
    enum { LONGEST = 40 };
    char a[LONGEST], b[LONGEST];
    for (size_t length = 0; length <= LONGEST; length++) {
        memset(a, 'x', sizeof a);
        memset(b, 'x', sizeof b);
        struct slice one = {a, length}, other = {b, length};
        memset(b + length, 'y', sizeof b - length); /* what stands behind does not */
        assert_true(slice_equal(one, other));
        for (size_t at = 0; at < length; at++) {
            b[at] = 'y';
            assert_false(slice_equal(one, other));
            b[at] = 'x';
        }
        assert_true(length == LONGEST || !slice_equal(one, (struct slice){b, length + 1}));
    }
    assert_true(slice_equal((struct slice){0}, SLICE("")));
}

static void test_trim(void **state) {
    (void)state;
    assert_slice(slice_trim(SLICE(" \ta b\r\n")), "a b");
    assert_slice(slice_trim(SLICE("  ")), "");
    assert_slice(slice_from(SLICE("abc"), 5), "");
    assert_slice(slice_head(SLICE("abc"), SIZE_MAX), "abc");
}

static void test_number(void **state) {
    (void)state;
    uint64_t number = 7;
    assert_true(slice_number(SLICE("18446744073709551615"), &number));
    assert_int_equal(number, UINT64_MAX);
    static const char *const refused[] = {"",
                                          "18446744073709551616",
                                          "99999999999999999999",
                                          "184467440737095516150",
                                          "-1",
                                          "1x",
                                          " 1",
                                          "+1"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(slice_number(slice_of(refused[i]), &number));
}

static void test_seconds(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t micros;
    } rows[] = {{"0", 0},         {"0.05", 50000},  {"1.5", 1500000},
                {"34", 34000000}, {"0.0000019", 1}, {"12.", 12000000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t micros = -1;
        assert_true(slice_seconds(slice_of(rows[i].text), &micros));
        assert_int_equal(micros, rows[i].micros);
    }
    static const char *const refused[] = {"", ".5", "1.5s", "-1", "99999999999999999999"};
    int64_t micros;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(slice_seconds(slice_of(refused[i]), &micros));
}

/* ASCII letters alone, whatever the locale; in its own place too. */
static void test_lowered(void **state) {
    char text[] = "MX1.Example\xC3\x89[@Z`{", room[sizeof text];
    struct slice whole = {text, sizeof text - 1};
    (void)state;
    assert_true(slice_is(slice_lowered(whole, room), "mx1.example\xC3\x89[@z`{"));
    assert_true(slice_is(slice_lowered(whole, text), "mx1.example\xC3\x89[@z`{"));
    assert_int_equal(slice_lowered((struct slice){0}, room).length, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),      cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_far), cmocka_unit_test(test_compare),
        cmocka_unit_test(test_trim),     cmocka_unit_test(test_number),
        cmocka_unit_test(test_seconds),  cmocka_unit_test(test_lowered),
        cmocka_unit_test(test_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
