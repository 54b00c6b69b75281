/* Every text that people read has a translation into each language that is built in, made from the
 * English of today: a missing, unknown or outdated key fails here. LANG_MISSING=1 prints what is to
 * be done as YAML to paste into the files (make lang).
 */
#include "rules/lang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "reason_book.h"
#include "report/page_words.h"

static const char *const languages[] = {"es", "fr", "th"};
enum { LANGUAGES = sizeof languages / sizeof *languages };

struct translated {
    struct slice english, text;
    unsigned line;
    bool is_known; /* the program has that key */
};

struct checking {
    const char *name;
    struct map translated; /* by key */
    size_t faults;
};

static void fault(struct checking *checking, const char *what, struct slice key, unsigned line) {
    checking->faults++;
    if (!getenv("LANG_MISSING"))
        fprintf(stderr, "patterns/lang/%s.yaml:%u: %s: %.*s\n", checking->name, line, what,
                SLICE_ARGS(key));
}

static void propose(const struct checking *checking, struct slice key, struct slice english,
                    struct slice text) {
    if (getenv("LANG_MISSING"))
        printf("%.*s:\n  en: >-\n    %.*s\n  %s: >-\n    %.*s\n", SLICE_ARGS(key),
               SLICE_ARGS(english), checking->name, SLICE_ARGS(text));
}

static void take_key(void *context, struct slice key, struct slice english, struct slice text,
                     const char *file, unsigned line) {
    struct checking *checking = context;
    (void)file;
    *(struct translated *)map_put(&checking->translated, key, NULL) =
        (struct translated){english, text, line, false};
}

/* How often "{1}" to "{9}" stand in a text, as decimal digits of a number each. */
static uint64_t blanks_of(struct slice text) {
    uint64_t blanks = 0;
    for (size_t i = 0; i + 2 < text.length; i++)
        if (text.at[i] == '{' && text.at[i + 2] == '}' && text.at[i + 1] >= '1' &&
            text.at[i + 1] <= '9')
            blanks += (uint64_t)1 << (text.at[i + 1] - '1') * 6;
    return blanks;
}

static void check_text(void *context, struct slice key, struct slice *text) {
    struct checking *checking = context;
    struct translated *found = map_get(&checking->translated, key);
    if (!found || !slice_equal(found->english, *text)) {
        fault(checking, found ? "outdated, the English changed" : "missing", key,
              found ? found->line : 0);
        propose(checking, key, *text, found ? found->text : (struct slice){0});
    } else if (blanks_of(found->text) != blanks_of(*text)) {
        fault(checking, "other {1}, {2} ... than in English", key, found->line);
    }
    if (found)
        found->is_known = true;
}

static void every_text_is_translated(void **state) {
    struct book *book = *state;
    size_t faults = 0;
    for (size_t i = 0; i < LANGUAGES; i++) {
        struct problem problem = {""};
        struct lang *lang = lang_load(&book->files, languages[i], &problem);
        if (!lang)
            fail_msg("%s", problem.text);
        struct checking checking = {.name = languages[i]};
        map_init(&checking.translated, sizeof(struct translated));
        lang_each_key(lang, take_key, &checking);
        lang_each_text(book->rules, check_text, &checking);
        words_each_text(check_text, &checking);
        for (size_t place = 0; place < checking.translated.used; place++) {
            struct slice key;
            struct translated *found = map_at(&checking.translated, place, &key);
            if (!found->is_known)
                fault(&checking, "unknown, nothing has this key", key, found->line);
        }
        faults += checking.faults;
        map_release(&checking.translated);
        lang_free(lang);
    }
    assert_int_equal(faults, 0);
}

/* ---- small files */

#define ENTRY(key, english, text) key ":\n  en: " english "\n  xx: " text "\n"

static struct lang *load_small(struct book *book, const char *first, const char *second,
                               struct problem *problem) {
    book_init(book);
    pattern_files_put(&book->files,
                      (struct pattern_file){"lang/xx.yaml", "a.yaml", slice_of(first)});
    if (second)
        pattern_files_put(&book->files,
                          (struct pattern_file){"lang/xx.yaml", "b.yaml", slice_of(second)});
    return lang_load(&book->files, "xx", problem);
}

static void assert_text(const struct lang *lang, const char *key, const char *english,
                        const char *wanted) {
    struct slice got = lang_text(lang, slice_of(key), slice_of(english));
    assert_int_equal(got.length, strlen(wanted));
    assert_memory_equal(got.at, wanted, got.length);
}

static void gives_the_text_of_a_key(void **state) {
    struct book book;
    struct problem problem = {""};
    (void)state;
    struct lang *lang = load_small(&book, ENTRY("words.hint", "Hint", "Rat"),
                                   ENTRY("words.rule", "Rule", "Regel"), &problem);
    assert_text(lang, "words.hint", "Hint", "Rat");
    assert_text(lang, "words.rule", "Rule", "Regel");
    assert_text(lang, "words.code", "Code", "Code");
    lang_free(lang);
    arena_release(&book.arena);
}

/* A site that rewrites a hint must not get the translation of the old one. */
static void gives_english_when_the_english_changed(void **state) {
    struct book book;
    struct problem problem = {""};
    (void)state;
    struct lang *lang = load_small(&book, ENTRY("words.hint", "Hint", "Rat"), NULL, &problem);
    assert_text(lang, "words.hint", "What to do", "What to do");
    lang_free(lang);
    arena_release(&book.arena);
}

static void takes_the_later_of_two(void **state) {
    struct book book;
    struct problem problem = {""};
    (void)state;
    struct lang *lang = load_small(&book, ENTRY("words.hint", "Hint", "Rat"),
                                   ENTRY("words.hint", "Hint", "Tipp"), &problem);
    assert_text(lang, "words.hint", "Hint", "Tipp");
    lang_free(lang);
    arena_release(&book.arena);
}

static void says_what_is_wrong(void **state) {
    static const struct {
        const char *file, *problem;
    } rows[] = {
        {"words.hint:\n  en: Hint\n", "a.yaml:2:"},
        {"words.hint:\n  en: Hint\n  yy: Rat\n", "a.yaml:3:"},
        {"words.hint: Rat\n", "a.yaml:1:"},
        {"- a\n", "a.yaml:1:"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct book book;
        struct problem problem = {""};
        assert_null(load_small(&book, rows[i].file, NULL, &problem));
        assert_memory_equal(problem.text, rows[i].problem, strlen(rows[i].problem));
        arena_release(&book.arena);
    }
}

static void names_the_languages_there_are(void **state) {
    struct book *book = *state;
    struct problem problem = {""};
    assert_null(lang_load(&book->files, "xx", &problem));
    assert_string_equal(problem.text, "--lang 'xx': there is en, es, fr, th");
    assert_true(lang_is_there(&book->files, "en"));
    assert_true(lang_is_there(&book->files, "th"));
    assert_false(lang_is_there(&book->files, "../reasons/order"));
    assert_false(lang_is_there(&book->files, "")); /* no file is of it, and no other file either */
}

/* Runs last: the book is changed. */
static void is_laid_over_the_book(void **state) {
    struct book *book = *state;
    struct problem problem = {""};
    struct lang *lang = lang_load(&book->files, "es", &problem);
    const struct code_page *page = codes_reply(book->rules->codes, 354);
    struct slice english = page->name;
    lang_lay_over(lang, book->rules);
    assert_false(slice_equal(page->name, english));
    const struct reason *reason = rulebook_reason(book->rules, SLICE("mailbox-full"));
    assert_true(slice_is(reason->title, "Buzón lleno"));
    assert_string_equal(reason->name, "mailbox-full");
    lang_free(lang);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_translated),
        cmocka_unit_test(gives_the_text_of_a_key),
        cmocka_unit_test(gives_english_when_the_english_changed),
        cmocka_unit_test(takes_the_later_of_two),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(names_the_languages_there_are),
        cmocka_unit_test(is_laid_over_the_book),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
