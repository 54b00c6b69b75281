/* width - columns as terminals count them, and what a line is never cut inside of: the same under
 * every locale, for broken bytes too, and without libunistring as much of it as width.h says. */
#include "report/width.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#ifdef HAVE_LIBUNISTRING
enum { HAS_LIBUNISTRING = true };
#else
enum { HAS_LIBUNISTRING = false };
#endif

static const char *const locales[] = {"C", "C.UTF-8"};

static void assert_columns(const char *text, size_t expected) {
    size_t columns = width_of(slice_of(text));
    if (columns != expected)
        fail_msg("'%s' has %zu columns, not %zu", text, columns, expected);
}

static void test_columns(void **state) {
    static const struct {
        const char *text;
        size_t columns, without; /* without libunistring */
    } rows[] = {
        {"", 0, 0},
        {"mail.log", 8, 8},
        {"caf\u00e9", 4, 4},
        {"cafe\u0301", 4, 4},
        {"Vi\u1ec7t Vie\u0323\u0302t", 9, 9},
        {"\u0e04\u0e33\u0e2d\u0e18\u0e34\u0e1a\u0e32\u0e22", 7, 7},
        {"\u0e40\u0e21\u0e37\u0e48\u0e2d", 3, 3},
        {"\u0e17\u0e35\u0e48\u0e2d\u0e22\u0e39\u0e48", 3, 3},
        {"\u03b1\u03b2 \u0431\u0432", 5, 5},
        {"\u90ae\u4ef6", 4, 2},
        {"\uba54\uc77c", 4, 2},
        {"\uff21\uff71", 3, 2},
        {"\U0001f4e7", 2, 1},
        {"\U0001f1ea\U0001f1f8", 2, 2},
        {"a\u200bb", 2, 3},
        {"\377\303", 2, 2},         /* no UTF-8 at all */
        {"a\340\270", 3, 3},        /* Thai, cut in a letter */
        {"\355\240\200", 3, 3},     /* a surrogate */
        {"\300\257\340b", 4, 4},    /* overlong */
        {"\364\220\200\200", 4, 4}, /* past the last code point */
        {"\u0301", 0, 0},           /* a mark alone */
        {"x\001", 2, 2},
    };
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
        assert_non_null(setlocale(LC_ALL, locales[i % 2]));
        assert_columns(rows[i / 2].text,
                       HAS_LIBUNISTRING ? rows[i / 2].columns : rows[i / 2].without);
    }
}

/* Takes the units, and gives them with a | between. */
static void cut(struct slice text, char *to) {
    while (text.length > 0) {
        const char *begin = text.at;
        size_t columns = width_take(&text), length = (size_t)(text.at - begin);
        assert_int_equal(columns, width_of((struct slice){begin, length}));
        assert_true(columns <= WIDTH_UNIT);
        memcpy(to, begin, length);
        to += length;
        *to++ = text.length > 0 ? '|' : '\0';
    }
}

static void test_units(void **state) {
    static const struct {
        const char *units;
        bool is_known; /* to libunistring only */
    } rows[] = {
        {"a|b| |c", false},
        {"c|a|f|e\u0301|s", false},
        {"e\u0301\u0323", false},
        {"\u0e04\u0e33|\u0e2d|\u0e18\u0e34|\u0e1a\u0e32|\u0e22", false}, /* explanation */
        {"\u0e40\u0e21\u0e37\u0e48|\u0e2d", false},                      /* when */
        {"\u0e41\u0e01\u0e49|\u0e44\u0e02", false},                      /* mend */
        {"\u0e41\u0e25\u0e30", false},                                   /* and */
        {"\u0e01\u0e47", false},
        {"\u0e15\u0e48\u0e32|\u0e07\u0e46", false}, /* various, with the sign of doubling */
        {"\u0e40|a", false},
        {"\U0001f1ea\U0001f1f8", false},
        {"\u90ae|\u4ef6", false},
        {"\377|\303|a", false},
        {"\u0e01|\377|\u0e31", false},
        {"\U0001f44d\U0001f3fd|x", true},
        {"\U0001f469\u200d\U0001f4bb|x", true},
        {"\u1106\u1166|\u110b\u1175\u11af", true}, /* Korean, decomposed */
    };
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
        const char *units = rows[i / 2].units;
        char text[64], is[128];
        size_t length = 0;
        if (rows[i / 2].is_known && !HAS_LIBUNISTRING)
            continue;
        assert_non_null(setlocale(LC_ALL, locales[i % 2]));
        for (const char *at = units; *at; at++)
            if (*at != '|')
                text[length++] = *at;
        cut((struct slice){text, length}, is);
        if (strcmp(is, units) != 0)
            fail_msg("'%s' is not '%s'", is, units);
    }
}

/* What a stranger strings together without an end is cut somewhere, and its columns add up. */
static void test_endless(void **state) {
    static const char *const links[] = {
        "\u0e30", "\U0001f1ea", "\U0001f469\u200d", "\u0301", "\u0e31", "\340\270", "\u1106"};
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        char text[8000];
        size_t length = 0, columns = 0;
        for (; length + strlen(links[i]) <= sizeof text; length += strlen(links[i]))
            memcpy(text + length, links[i], strlen(links[i]));
        struct slice rest = {text, length};
        while (rest.length > 0) {
            size_t more = width_take(&rest);
            assert_true(more <= WIDTH_UNIT);
            columns += more;
        }
        assert_int_equal(columns, width_of((struct slice){text, length}));
    }
}

static void test_about(void **state) {
    (void)state;
    assert_non_null(strstr(width_about(), HAS_LIBUNISTRING ? "libunistring " : "LIBUNISTRING=yes"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
