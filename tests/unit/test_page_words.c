/* The fixed words: what is filled in, and what people read for the words of the contract. */
#include "report/page_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void fills_in(void **state) {
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"{1} and {2}", "one and two"},
        {"{2}{1}{2}", "twoonetwo"},
        {"none", "none"},
        {"", ""},
        {"{3} {0} {1", "{3} {0} {1"},
        {"{{1}}", "{one}"},
        {"%s %n {1}", "%s %n one"},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice got = WORDS_FILL(&arena, rows[i].text, SLICE("one"), SLICE("two"));
        assert_string_equal(got.at, rows[i].wanted);
    }
    arena_release(&arena);
}

/* What is filled in is text of strangers: it is not read again. */
static void does_not_fill_in_what_was_filled_in(void **state) {
    struct arena arena;
    (void)state;
    arena_init(&arena);
    struct slice got = WORDS_FILL(&arena, "{1} {2}", SLICE("{2}"), SLICE("two"));
    assert_string_equal(got.at, "{2} two");
    arena_release(&arena);
}

static void says_who_acts(void **state) {
    struct arena arena;
    (void)state;
    arena_init(&arena);
    assert_string_equal(words_acts(&words_english, ACTS_OUR_ADMIN | ACTS_RECIPIENT, &arena).at,
                        "our administrator, the recipient");
    assert_string_equal(words_acts(&words_english, ACTS_WAIT, &arena).at, "nobody: wait");
    assert_int_equal(words_acts(&words_english, 0, &arena).length, 0);
    arena_release(&arena);
}

static void has_words_for_each_word_of_the_contract(void **state) {
    (void)state;
    for (enum severity severity = SEVERITY_INFO; severity <= SEVERITY_CRITICAL; severity++)
        assert_string_equal(words_severity(&words_english, severity), severity_name(severity));
    assert_string_equal(words_permanence(&words_english, TEMPORARY), "temporary");
    assert_string_equal(words_permanence(&words_english, PERMANENCE_NONE), "");
    assert_string_equal(words_permanence(&words_english, PERMANENT), "permanent");
    static const char *const by[] = {[BY_NOTHING] = "",
                                     [BY_TOKEN] = "a token of the provider",
                                     [BY_TEXT] = "the text",
                                     [BY_ENHANCED] = "the enhanced code",
                                     [BY_CODE] = "the reply code",
                                     [BY_WEAK] = "weak wording",
                                     [BY_DEFAULT] = "the code, for want of better"};
    for (size_t i = 0; i < sizeof by / sizeof *by; i++)
        assert_string_equal(words_class_by(&words_english, (enum class_by)i), by[i]);
    static const char *const directions[] = {[DIRECTION_NONE] = "the server itself",
                                             [DIRECTION_IN] = "a client spoke to us",
                                             [DIRECTION_OUT] = "we spoke to a server",
                                             [DIRECTION_LOCAL] = "delivery on this host"};
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        assert_string_equal(words_direction(&words_english, (enum direction)i), directions[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in),
        cmocka_unit_test(does_not_fill_in_what_was_filled_in),
        cmocka_unit_test(says_who_acts),
        cmocka_unit_test(has_words_for_each_word_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
