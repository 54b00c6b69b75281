/* Unit tests of input/json_line: where a string ends, and what it says. */
#include "input/json_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void test_strings(void **state) {
    (void)state;
    static const struct {
        const char *object, *text; /* of the member "a"; NULL: no object */
    } rows[] = {
        {"{\"a\":\"\"}", ""},
        {"{\"a\":\"plain\"}", "plain"},
        {"{\"a\":\"\\\"\"}", "\""},
        {"{\"a\":\"\\\\\"}", "\\"},
        {"{\"a\":\"\\\\\\\"\"}", "\\\""},
        {"{\"a\":\"\\\"\\\"x\\\"\",\"b\":\"\\\"\"}", "\"\"x\""},
        {"{\"a\":\"x\\n\\t\\/\\u0041\"}", "x\n\t/A"},
        {"{\"b\":\"\\\\\",\"a\":\"behind\"}", "behind"},
        {"{\"a\":\"\\u0022\"}", "\""},
        {"{\"a\":\"\\ud83d\\ude00\"}", "\xf0\x9f\x98\x80"},
        {"{\"\\\"a\":\"no\",\"a\":\"yes\"}", "yes"},
        {"{\"a\":\"\\u00", NULL},
        {"{\"a\":\"\\u00\"}", NULL},
        {"{\"a\":\"\\u00\"\"}", NULL},
        {"{\"a\":\"\\", NULL},
        {"{\"a\":\"\\\"", NULL},
        {"{\"a\":\"\\\"}", NULL},
        {"{\"a\":\"\\x\"}", NULL},
        {"{\"a\":\"open", NULL},
        {"{\"a\":\"", NULL},
        {"{\"a", NULL},
        {"{\"", NULL},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json_member member = {.name = SLICE("a")};
        struct slice text;
        bool is_good = json_object(slice_of(rows[i].object), &member, 1);
        if (is_good != (rows[i].text != NULL))
            fail_msg("%s: %s", is_good ? "taken" : "not taken", rows[i].object);
        if (!is_good)
            continue;
        assert_true(json_text(&member, &arena, &text));
        if (!slice_is(text, rows[i].text))
            fail_msg("'%.*s' in %s", SLICE_ARGS(text), rows[i].object);
    }
    arena_release(&arena);
}

/* Each escape must not look through all that follows: a million of them would take minutes. */
static void test_many_escapes_take_no_time(void **state) {
    (void)state;
    enum { PAIRS = 1 << 20 };
    static const char *const pairs[] = {"\\n", "\\\"", "\\\\"};
    char *text = malloc(2 * PAIRS + 16);
    assert_non_null(text);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct json_member member = {.name = SLICE("a")};
        memcpy(text, "{\"a\":\"", 6);
        for (size_t pair = 0; pair < PAIRS; pair++)
            memcpy(text + 6 + 2 * pair, pairs[i], 2);
        memcpy(text + 6 + 2 * PAIRS, "\"}", 2);
        assert_true(json_object((struct slice){text, 2 * PAIRS + 8}, &member, 1));
        assert_int_equal(member.raw.length, 2 * PAIRS);
        assert_false(json_object((struct slice){text, 2 * PAIRS + 6}, &member, 1));
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_many_escapes_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
