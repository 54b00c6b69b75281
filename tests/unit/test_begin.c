/* What the texts of a pattern begin with: a begin that is wrong would hide a match, so each row is
 * also proved by texts in which the pattern matches. */
#include "rules/begin.h"

#include "rules/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *pattern;
    const char *begin;
    const char *text; /* the pattern matches here */
} rows[] = {
    {"^ mailbox", "mailbox", "mailbox"},
    {"mailbox", "", "a mailbox"},
    {"^ mail \\s box", "mail box", "mail\tbox"},
    {"^ mail \\ box", "mail box", "mail box"},
    {"^ SIG \\( \\[ \\. \\*", "SIG([.*", "SIG([.*"},
    {"^ AUTH=server, \\s \"x\"", "AUTH=server, \"x\"", "AUTH=server, \"x\""},
    {"^ mails? \\s full", "mail", "mail full"},
    {"^ mails * full", "mail", "mailssfull"},
    {"^ mails +full", "mails", "mailssfull"},
    {"^ mails++ full", "mails", "mailssfull"},
    {"^ mail{0,2} full", "mai", "maifull"},
    {"^ mail \\s{0} full", "mail", "mailfull"},
    {"^ full | user", "", "user"},
    {"full | ^ user", "", "is full"},
    {"^ (?<reply> lost \\s input ) \\s from \\s (?<host> \\S+ )", "lost input from ",
     "lost input from mx"},
    {"^ ( a (?: b ( c ) ) d ) e", "abcde", "abcde"},
    {"^ (?: user | recipient ) \\s unknown", "", "recipient unknown"},
    {"^ no \\s (?: user | recipient )", "no ", "no recipient"},
    {"^ no (?: \\s user )? \\s known", "no", "no known"},
    {"^ no (?<who> user ) * known", "no", "noknown"},
    {"^ no (?: user ){0} known", "no", "noknown"},
    {"^ (?: a b (?: c | d ) ) e", "ab", "abde"},
    {"^ (?! x ) full", "", "full"},
    {"^ full (?= stop ) \\w", "full", "fullstop"},
    {"^ (?> full ) stop", "", "fullstop"},
    {"^ (?| full ) stop", "", "fullstop"},
    {"^ (?i) full", "", "FULL"},
    {"^ (?i: full )", "", "FULL"},
    {"(?i) ^ full", "", "FULL"},
    {"^ a (?i) full", "a", "aFULL"},
    {"(?m) ^ full", "", "a\nfull"},
    {"^ full [|)] stop", "full", "full|stop"},
    {"^ full []|)] stop", "full", "full)stop"},
    {"^ full [^]|)] stop", "full", "fullxstop"},
    {"^ full [\\]|)] stop", "full", "full]stop"},
    {"^ full [[:alpha:]] stop", "", "fullxstop"},
    {"^ full # a comment |\n stop", "", "fullstop"},
    {"^ \\Qa|b\\E", "", "a|b"},
    {"^ a\\x66ull", "a", "afull"},
    {"^ a\\bull", "a", ""},
    {"^ caf\xc3\xa9", "caf", "caf\xc3\xa9"},
    {"(*COMMIT) ^ full", "", "full"},
    {"^ (*COMMIT) full", "", "full"},
    {"^ full $", "full", "full"},
    {"", "", "anything"},
    {"^", "", "anything"},
};

static void begins(void **state) {
    (void)state;
    struct regex_memory *memory = regex_memory_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct regex *regex;
        struct problem problem = {""};
        arena_init(&arena);
        struct slice begin = begin_of(&arena, slice_of(rows[i].pattern));
        struct slice text = slice_of(rows[i].text);
        if (!slice_is(begin, rows[i].begin))
            fail_msg("%s: '%.*s' and not '%s'", rows[i].pattern, SLICE_ARGS(begin), rows[i].begin);
        if (!regex_new(slice_of(rows[i].pattern), REGEX_EXTENDED, &regex, &problem))
            fail_msg("%s: %s", rows[i].pattern, problem.text);
        if (text.length > 0 && regex_match(regex, memory, text) != REGEX_YES)
            fail_msg("%s does not match '%s'", rows[i].pattern, rows[i].text);
        assert_true(text.length == 0 || begin_fits(begin, text));
        regex_free(regex);
        arena_release(&arena);
    }
    regex_memory_free(memory);
}

static void fits(void **state) {
    (void)state;
    assert_true(begin_fits((struct slice){0}, (struct slice){0}));
    assert_true(begin_fits((struct slice){0}, SLICE("x")));
    assert_true(begin_fits(SLICE("a b"), SLICE("a b")));
    assert_true(begin_fits(SLICE("a b"), SLICE("a\vbc")));
    assert_false(begin_fits(SLICE("a b"), SLICE("a")));
    assert_false(begin_fits(SLICE("a b"), SLICE("axb")));
    assert_false(begin_fits(SLICE("a"), SLICE("b")));
    assert_false(begin_fits(SLICE("a"), (struct slice){0}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins),
        cmocka_unit_test(fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
