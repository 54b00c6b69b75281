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

#include "chance.h"

static const struct {
    const char *pattern;
    const char *begins; /* with "|" between them */
    const char *text;   /* the pattern matches here */
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
    {"^ (?<reply> lost \\s input ) \\s from \\s (?<host> \\S+ )", "lost input from",
     "lost input from mx"},
    {"^ ( a (?: b ( c ) ) d ) e", "abcde", "abcde"},
    {"^ (?: user | recipient ) \\s unknown", "user unknown|recipient unknow", "recipient unknown"},
    {"^ no \\s (?: user | recipient )", "no user|no recipient", "no recipient"},
    {"^ no (?: \\s user )? \\s known", "no user known|no known", "no known"},
    {"^ no (?: \\s user )?+ \\s known", "no user known|no known", "no known"},
    {"^ no (?: \\s user )?? \\s known", "no user known|no known", "no user known"},
    {"^ no (?: \\s user )+ \\s known", "no", "no user user known"},
    {"^ (?: [Uu]ser | name ) s", "", "Users"},
    {"^ (?: user \\w | name ) \\s full", "user|name full", "users full"},
    {"^ (?: users? | name ) \\s full", "user|name full", "user full"},
    {"^ (?: user (?: \\d | name ) | ) full", "user|usernamefull|full", "full"},
    {"^ (?: a | b ) (?: c (?: d | e ) | f ) g", "acdg|bcdg|aceg|bceg|afg|bfg", "bceg"},
    {"^ (?: a | b ) (?: \\d c (?: d | e ) | f ) g", "a|b|afg|bfg", "b1ceg"},
    {"^ (?<a> a | (?<b> b ) ) c", "ac|bc", "bc"},
    {"^ (?: a | b (?i) | c ) d", "", "Cd"},
    {"^ (?: a \\d (?i) | c ) d", "", "Cd"},
    {"^ (?: a | (?-i) b ) d", "", "bd"},
    {"^ (?: \\( | b ) d", "(d|bd", "(d"},
    {"^ (?: a | b ){2} c", "", "abc"},
    {"^ (?(?=a) a | b ) c", "", "bc"},
    {"^ x (?: a | (*ACCEPT) ) c", "", "x"},
    {"^ (?: a | b ) (?: c | d ) (?: e | f ) (?: g | h ) i",
     "acegi|bcegi|adegi|bdegi|acfgi|bcfgi|adfgi|bdfgi|acehi|bcehi|adehi|bdehi|acfhi|bcfhi|adfhi|"
     "bdfhi",
     "bdfhi"},
    {"^ (?: a | b ) (?: c | d ) (?: e | f ) (?: g | h | i ) j", "ace|bce|ade|bde|acf|bcf|adf|bdf",
     "bdfij"},
    {"^ x (?: a | b | c | d | e | f | g | h | i | j | k | l | m | n | o | p | q ) s", "x", "xqs"},
    {"^ 012345678901234567890123456789x", "0123456789012345", "012345678901234567890123456789x"},
    {"^ no (?<who> user ) * known", "no", "noknown"},
    {"^ no (?: user ){0} known", "no", "noknown"},
    {"^ (?: a b (?: c | d ) ) e", "abce|abde", "abde"},
    {"^ (?! x ) full", "", "full"},
    {"^ full (?= stop ) \\w", "full", "fullstop"},
    {"^ (?> full ) stop", "", "fullstop"},
    {"^ (?| full ) stop", "", "fullstop"},
    {"^ (?i) full", "", "FULL"},
    {"^ (?i: full )", "", "FULL"},
    {"(?i) ^ full", "", "FULL"},
    {"^ a (?i) full", "", "aFULL"},
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
    {"^ x (?: a | b \\c\\| zzz ) \\s hello", "", "xzzz hello"},
    {"^ y (?: a | b [\\E](?:] | zzz [\\E])] c ) \\s hello", "", "yzzz)c hello"},
    {"^ z (?: a | b (*:() | zzz ) \\s hello", "", "zzzz hello"},
    {"^ caf\xc3\xa9", "caf", "caf\xc3\xa9"},
    {"(*COMMIT) ^ full", "", "full"},
    {"^ (*COMMIT) full", "", "full"},
    {"^ full $", "full", "full"},
    {"", "", "anything"},
    {"^", "", "anything"},
};

/* "|" between them, and a blank for any byte; where nothing is sure, "". */
static struct slice shown(struct arena *arena, const struct begins *begins) {
    struct slice all = {0};
    for (size_t i = 0; i < begins->count; i++) {
        char bytes[BEGIN_LONGEST], masks[BEGIN_LONGEST];
        size_t length = BEGIN_LONGEST;
        memcpy(bytes, begins->items[i].words, sizeof bytes);
        memcpy(masks, begins->items[i].masks, sizeof masks);
        while (length && !masks[length - 1])
            length--;
        for (size_t at = 0; at < length; at++)
            bytes[at] = masks[at] ? bytes[at] : ' ';
        all = arena_print(arena, "%.*s%s%.*s", SLICE_ARGS(all), i ? "|" : "", (int)length, bytes);
    }
    return all;
}

static bool fit(const struct begins *begins, struct slice text) {
    const struct front front = front_of(text);
    return begins_fit(begins, &front);
}

static void begins(void **state) {
    (void)state;
    struct regex_memory *memory = regex_memory_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct regex *regex;
        struct problem problem = {""};
        arena_init(&arena);
        struct begins begins = begins_of(&arena, slice_of(rows[i].pattern));
        struct slice text = slice_of(rows[i].text), all = shown(&arena, &begins);
        if (!slice_is(all, rows[i].begins))
            fail_msg("%s: '%.*s' and not '%s'", rows[i].pattern, SLICE_ARGS(all), rows[i].begins);
        if (!regex_new(slice_of(rows[i].pattern), REGEX_EXTENDED, &regex, &problem))
            fail_msg("%s: %s", rows[i].pattern, problem.text);
        if (text.length > 0 && regex_match(regex, memory, text) != REGEX_YES)
            fail_msg("%s does not match '%s'", rows[i].pattern, rows[i].text);
        assert_true(text.length == 0 || fit(&begins, text));
        regex_free(regex);
        arena_release(&arena);
    }
    regex_memory_free(memory);
}

static void fits(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena);
    struct begins any = {0}, two = begins_of(&arena, SLICE("^ (?: a \\s b | c )")),
                  longest = begins_of(&arena, SLICE("^ 0123456789abcdefgh"));
    assert_true(fit(&any, (struct slice){0}));
    assert_true(fit(&any, SLICE("x")));
    assert_true(fit(&two, SLICE("a b")));
    assert_true(fit(&two, SLICE("a\vbc")));
    assert_true(fit(&two, SLICE("c")));
    assert_false(fit(&two, SLICE("a")));
    assert_false(fit(&two, SLICE("acc")));
    assert_false(fit(&two, SLICE("b")));
    assert_false(fit(&two, (struct slice){0}));
    assert_true(fit(&longest, SLICE("0123456789abcdefgh")));
    assert_true(fit(&longest, SLICE("0123456789abcdef")));
    assert_false(fit(&longest, SLICE("0123456789abcde")));
    assert_false(fit(&longest, SLICE("0123456789abcdeF")));
    assert_false(fit(&longest, SLICE("012345x789abcdef")));
    arena_release(&arena);
}

/* ---- patterns and texts made by chance */

enum { PATTERNS = 20000, TEXTS = 20, PATTERN_ROOM = 8192, TEXT_MOST = 6 };

static void put(char *pattern, const char *more) {
    memcpy(pattern + strlen(pattern), more, strlen(more) + 1);
}

static void put_branches(char *pattern, unsigned depth) {
    static const char *const parts[] = {"a ",    "b ",       "\\s ",      "[ab] ", ".",
                                        "\\( ",  "a{0,2}",   "^",         "\\c( ", "\\c| ",
                                        "\\c[ ", "[\\E]a] ", "[^\\E)a] ", "(*:() "};
    static const char *const openings[] = {"(", "(?:", "(?<n>", "(?=", "(?!", "(?>", "(?i:", "(?|"};
    static const char *const quantifiers[] = {"", "", "", " ?", "??", "?+", "*", "+", "{2}"};
    for (unsigned left = 1 + chance(4); left; left--) {
        if (depth && chance(3) == 0) {
            put(pattern, openings[chance(chance(3) ? 3 : 8)]);
            put_branches(pattern, depth - 1);
            put(pattern, ") ");
        } else {
            put(pattern, parts[chance(chance(4) ? 3 : 14)]);
        }
        if (chance(3) == 0)
            put(pattern, quantifiers[chance(9)]);
        if (chance(8) == 0)
            put(pattern, "| ");
    }
}

static void a_text_that_matches_has_a_begin(void **state) {
    struct regex_memory *memory = regex_memory_new();
    size_t matches = 0, refused = 0, sure = 0;
    (void)state;
    for (unsigned i = 0; i < PATTERNS; i++) {
        char pattern[PATTERN_ROOM] = "^ ";
        struct arena arena;
        struct regex *regex;
        put_branches(pattern, 3);
        if (!regex_new(slice_of(pattern), REGEX_EXTENDED, &regex, NULL))
            continue;
        arena_init(&arena);
        struct begins begins = begins_of(&arena, slice_of(pattern));
        sure += begins.count > 0;
        for (unsigned text = 0; text < TEXTS; text++) {
            char bytes[TEXT_MOST];
            struct slice subject = {bytes, chance(TEXT_MOST + 1)};
            for (size_t at = 0; at < subject.length; at++)
                bytes[at] = "aabb A\t("[chance(8)];
            bool does_match = regex_match(regex, memory, subject) == REGEX_YES;
            matches += does_match;
            refused += !fit(&begins, subject);
            if (does_match && !fit(&begins, subject))
                fail_msg("%s hides '%.*s'", pattern, SLICE_ARGS(subject));
        }
        regex_free(regex);
        arena_release(&arena);
    }
    print_message("%zu matches, %zu refused, %zu sure\n", matches, refused, sure);
    assert_true(matches > PATTERNS && refused > PATTERNS && sure > PATTERNS / 10);
    regex_memory_free(memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins),
        cmocka_unit_test(fits),
        cmocka_unit_test(a_text_that_matches_has_a_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
