/* Many phrases in one pass: whole words, folding, overlaps; and the same answers as looking for
 * each phrase by itself. */
#include "rules/phrases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint64_t search(const struct phrases *phrases, const char *text) {
    char buffer[512];
    uint64_t found = 0;
    phrases_search(phrases, phrases_fold(slice_of(text), buffer), &found);
    return found;
}

static const struct {
    const char *phrase, *text;
    bool whole, part; /* found as whole words, found at all */
} rows[] = {
    {"mailbox full", "The mailbox full", true, true},
    {"mailbox full", "MAILBOX  \t FULL!", true, true},
    {"Mailbox\n Full", "mailbox full", true, true},
    {"mailbox full", "mailbox fully used", false, true},
    {"mailbox full", "xmailbox full", false, true},
    {"mailbox full", "mailbox-full", false, false},
    {"full", "mail_full", false, true},
    {"full", "mail-full.", true, true},
    {"full",
     "\xc3\xa9"
     "full",
     false, true},
    {"full", "full\xc3\xa9", false, true},
    {"[ts04]", "x[TS04]y", true, true}, /* ends in no word: nothing to cut */
    {"p=over", "?p=OverQuota p=over", true, true},
    {"p=over", "?p=OverQuota", false, true},
    {"(s77)", "(S775)", false, false},
    {"full", "", false, false},
    {"caf\xc3\xa9", "un caf\xc3\xa9.", true, true},
    /* "contains a virus" in Chinese, where no blank parts the words */
    {"\xe7\x97\x85\xe6\xaf\x92", "\xe5\x90\xab\xe7\x97\x85\xe6\xaf\x92\xe9\x82\xae", true, true},
    {"\xe7\x97\x85 x", "\xe7\x97\x85 xy", false, true},
};

static void finds_whole_words(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct phrases *phrases = phrases_new();
        phrases_add(phrases, slice_of(rows[i].phrase), 3);
        phrases_add_part(phrases, slice_of(rows[i].phrase), 5);
        phrases_build(phrases);
        uint64_t wanted = (rows[i].whole ? 1u << 3 : 0) | (rows[i].part ? 1u << 5 : 0);
        if (search(phrases, rows[i].text) != wanted)
            fail_msg("'%s' in '%s'", rows[i].phrase, rows[i].text);
        phrases_free(phrases);
    }
}

static void finds_all_that_overlap(void **state) {
    (void)state;
    struct phrases *phrases = phrases_new();
    const char *const all[] = {"user unknown",      "unknown", "unknown user", "user",
                               "unknown user here", "known",   "user unknown"};
    for (unsigned i = 0; i < 7; i++)
        phrases_add(phrases, slice_of(all[i]), i);
    phrases_build(phrases);
    assert_int_equal(search(phrases, "User unknown user"), 0x4f); /* all but 4 and 5 */
    assert_int_equal(search(phrases, "unknown users"), 0x02);
    assert_int_equal(search(phrases, "an unknown user here"), 0x1e);
    assert_int_equal(search(phrases, "nothing"), 0);
    phrases_free(phrases);
}

static void an_open_word_may_go_on(void **state) {
    (void)state;
    struct phrases *phrases = phrases_new();
    phrases_add(phrases, SLICE("block*"), 0);
    phrases_add(phrases, SLICE("is block*"), 1);
    phrases_add(phrases, SLICE("block"), 2);
    phrases_build(phrases);
    assert_int_equal(search(phrases, "This is blocked"), 0x03);
    assert_int_equal(search(phrases, "a block"), 0x05);
    assert_int_equal(search(phrases, "unblocked, roadblock"), 0);
    phrases_free(phrases);
}

static void none_is_fine(void **state) {
    (void)state;
    struct phrases *phrases = phrases_new();
    phrases_build(phrases);
    assert_int_equal(search(phrases, "anything"), 0);
    phrases_free(phrases);
    phrases_free(NULL);
}

/* What the search must give, worked out the slow way. */
static uint64_t search_slowly(char all[][8], size_t count, struct slice text) {
    uint64_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (slice_find_text(text, slice_of(all[i])) != SIZE_MAX)
            found |= UINT64_C(1) << i;
    return found;
}

static void agrees_with_looking_for_each(void **state) {
    (void)state;
    uint32_t chance = 12345;
    for (int round = 0; round < 300; round++) {
        char all[24][8], text[120], buffer[120];
        struct phrases *phrases = phrases_new();
        for (unsigned i = 0; i < 24; i++) {
            size_t length = 1 + (chance = chance * 1664525 + 1013904223) / 65536 % 6;
            for (size_t j = 0; j < length; j++)
                all[i][j] = "abc-"[(chance = chance * 1664525 + 1013904223) / 65536 % 4];
            all[i][length] = '\0';
            phrases_add_part(phrases, slice_of(all[i]), i);
        }
        phrases_build(phrases);
        for (size_t j = 0; j < sizeof text; j++)
            text[j] = "abc-"[(chance = chance * 1664525 + 1013904223) / 65536 % 4];
        struct slice folded = phrases_fold((struct slice){text, sizeof text}, buffer);
        uint64_t found = 0;
        phrases_search(phrases, folded, &found);
        assert_int_equal(found, search_slowly(all, 24, folded));
        phrases_free(phrases);
    }
}

static const struct {
    const char *text, *folded;
} folds[] = {
    {"", ""},
    {" \t\r\n ", ""},
    {"  A  b\tC ", "a b c"},
    {"x\xc3\x89y \xc3\x97\xc3\x9f", "x\xc3\xa9y \xc3\x97\xc3\x9f"}, /* E acute; times, sharp s */
    {"\xd0\x9f\xd0\xa0 \xd0\xbf", "\xd0\xbf\xd1\x80 \xd0\xbf"},     /* Russian P, R, small p */
    {"\xc5\x81 \xe7\xc3\x89\xd0", "\xc5\x81 \xe7\xc3\xa9\xd0"},     /* Polish stays; no UTF-8 */
    {"[@Z`{", "[@z`{"},
};

static void folds_text(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
        char buffer[64];
        assert_true(slice_is(phrases_fold(slice_of(folds[i].text), buffer), folds[i].folded));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_whole_words),
        cmocka_unit_test(finds_all_that_overlap),
        cmocka_unit_test(an_open_word_may_go_on),
        cmocka_unit_test(none_is_fine),
        cmocka_unit_test(agrees_with_looking_for_each),
        cmocka_unit_test(folds_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
