/* What a pattern needs: a set that is wrong would hide a match, so each row is also proved against
 * texts in which the pattern matches. */
#include "rules/needed.h"

#include "rules/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *pattern;
    const char *needed; /* sets by ';', words by ',' */
    const char *text;   /* the pattern matches here */
} rows[] = {
    {"mailbox", "mailbox", "mailbox"},
    {"mail box", "mailbox", "mailbox"},
    {"\\b mail \\s* box \\b", "mail;box", "mailbox"},
    {"mails? \\s full", "mail;full", "mail full"},
    {"mails* full", "mail;full", "mailssfull"},
    {"mails+ full", "mails;full", "mailssfull"},
    {"mails +full", "mails;full", "mailssfull"},
    {"mail{2} full", "mail;full", "maillfull"},
    {"mail{0,2} full", "full;mai", "maifull"},
    {"mail{full", "", "mail{full"},
    {"(?: user | recipient )", "user,recipient", "user"},
    {"(?: user | no )", "", "no"},
    {"(?: user | recipient )? unknown", "unknown", "unknown"},
    {"(?: user | recipient ){0,3} unknown", "unknown", "unknown"},
    {"(?: user | recipient )+ \\s unknown", "unknown;user,recipient", "user unknown"},
    {"(?: full | (?: over \\s+ )? quota ) .* user", "user;full,quota", "quota user"},
    {"^ (?! .* sender ) .* unknown", "unknown", "unknown"},
    {"^ (?<! sender ) unknown", "unknown", "unknown"},
    {"(?= .* recipient ) .* full", "recipient;full", "full recipient"},
    {"unrecogni[sz]ed", "unrecogni", "unrecognised"},
    {"[abc] full []x] mail [^]y]", "full;mail", "afull]mailx"},
    {"\\[TSS04\\]", "[TSS04]", "[tss04]"},
    {"full \\. stop", "full.stop", "full.stop"},
    {"full \\  stop", "full;stop", "full stop"},
    {"user | mailbox", "user,mailbox", "mailbox"},
    {"user |", "", ""},
    {"(?<who> user ) \\s (?P<what> full )", "user;full", "user full"},
    {"full # a comment (\n stop", "fullstop", "fullstop"},
    {"( full # a comment )\n | stop )", "full,stop", "stop"},
    {"(?i) full", "", "full"},
    {"(?i: full )", "", "full"},
    {"(full) \\1", "", "fullfull"},
    {"\\x66ull", "", "full"},
    {"\\Qa.b\\E full", "", "a.bfull"},
    {"[[:alpha:]] full", "", "afull"},
    {"(*COMMIT) full", "", "full"},
    {"(?(?=f) full | stop )", "", "full"},
    {"ab", "", "ab"},
    {"\\d+ \\s+ \\w", "", "1 a"},
    {"three | four | fi \\s ve", "", "fi ve"},
    {"one \\s three \\s fifteen \\s seventeen", "seventeen;fifteen;three",
     "one three fifteen seventeen"},
    {"caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9"},
};

static struct slice shown(struct arena *arena, const struct needed *needed) {
    struct slice text = {0};
    for (size_t i = 0; i < needed->count; i++)
        for (size_t j = 0; j < needed->sets[i].count; j++)
            text = arena_print(arena, "%.*s%s%.*s", SLICE_ARGS(text),
                               j > 0   ? ","
                               : i > 0 ? ";"
                                       : "",
                               SLICE_ARGS(needed->sets[i].words[j]));
    return text;
}

static void needs(void **state) {
    (void)state;
    struct regex_memory *memory = regex_memory_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct regex *regex;
        struct problem problem = {""};
        arena_init(&arena);
        struct needed needed = needed_of(&arena, slice_of(rows[i].pattern));
        struct slice text = shown(&arena, &needed);
        if (!slice_is(text, rows[i].needed))
            fail_msg("%s: '%.*s' and not '%s'", rows[i].pattern, SLICE_ARGS(text), rows[i].needed);
        if (!regex_new(slice_of(rows[i].pattern), REGEX_EXTENDED | REGEX_NOCASE, &regex, &problem))
            fail_msg("%s: %s", rows[i].pattern, problem.text);
        if (regex_match(regex, memory, slice_of(rows[i].text)) != REGEX_YES)
            fail_msg("%s does not match '%s'", rows[i].pattern, rows[i].text);
        regex_free(regex);
        arena_release(&arena);
    }
    regex_memory_free(memory);
}

static void deep_and_wide_is_not_sure(void **state) {
    (void)state;
    struct arena arena;
    char pattern[2000];
    size_t length = 0;
    arena_init(&arena);
    memset(pattern, '(', 100);
    memcpy(pattern + 100, "full", 4);
    memset(pattern + 104, ')', 100);
    assert_int_equal(needed_of(&arena, (struct slice){pattern, 204}).count, 0);
    for (int i = 0; i < 100; i++) {
        memcpy(pattern + length, "|wide", 5);
        length += 5;
    }
    assert_int_equal(needed_of(&arena, (struct slice){pattern + 1, length - 1}).count, 0);
    assert_int_equal(needed_of(&arena, (struct slice){0}).count, 0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs),
        cmocka_unit_test(deep_and_wide_is_not_sure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
