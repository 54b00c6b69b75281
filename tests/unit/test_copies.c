/* Unit tests of input/copies: which lines of Exim's rejectlog and paniclog stand elsewhere too. */
#include "input/copies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "own_folder.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { NAMES = 8 };

static void write_text(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void hear(void *context, bool is_fault, const char *text) {
    (void)context;
    fail_msg("%d: %s", is_fault, text);
}

/* One letter a line of `name`: c for a copy, - for none; "" when it has none at all. The other
 * names are read with it. */
static const char *copies_in(const char *name, const char *const *names, unsigned lines) {
    static char found[64];
    struct sources sources = {0};
    for (; *names != NULL; names++)
        sources_add(&sources, *names, 0, 0, hear, NULL);
    sources_add(&sources, name, 0, 0, hear, NULL);
    struct copies *copies = copies_new(&sources, &sources.items[sources.count - 1]);
    unsigned told = copies == NULL ? 0 : lines;
    for (unsigned line = 1; line <= told; line++)
        found[line - 1] = copies_has(copies, line) ? 'c' : '-';
    found[told] = '\0';
    copies_free(copies);
    sources_release(&sources);
    return found;
}

#define ON(day, text) "2026-06-" day " 10:00:01 " text "\n"
#define REFUSED       "H=a [192.0.2.1] rejected RCPT <b@example.com>"

static void test_which_lines(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
    } files[] = {
        {"mainlog", ON("01", "Start queue run: pid=1") ON("01", REFUSED) ON("01", "panic")},
        {"mainlog.1", ON("09", "later") ON("09", REFUSED)},
        {"rejectlog", ON("01", REFUSED) "F From: a@example.org\n" ON("01", "only here")
                          ON("01", "both here") ON("09", REFUSED)},
        {"paniclog", ON("01", "panic") ON("01", "panic") ON("01", "both here") ON("01", "Panic")},
        {"mainlog.9", ON("20", "much later") ON("09", REFUSED)},
        {"main.log", ON("01", REFUSED)},
        {"exim_mainlog", ON("01", REFUSED)},
        {"empty_mainlog", ""},
    };
    static const struct {
        const char *names[NAMES], *name, *found;
    } rows[] = {
        {{NULL}, "rejectlog", ""},
        {{"mainlog"}, "rejectlog", "c----"},
        {{"mainlog", "mainlog.1"}, "rejectlog", "c---c"},
        {{"mainlog.1", "mainlog"}, "rejectlog", "c---c"},
        {{"mainlog.1"}, "rejectlog", "----c"},
        {{"mainlog.9"}, "rejectlog", "-----"}, /* too far to be opened */
        {{"main.log", "exim_mainlog", "empty_mainlog"}, "rejectlog", ""},
        {{"mainlog"}, "paniclog", "cc--"},
        {{"rejectlog"}, "paniclog", "--c-"},
        {{"rejectlog", "mainlog"}, "paniclog", "ccc-"},
        {{"rejectlog", "paniclog"}, "mainlog", ""},
        {{"paniclog"}, "rejectlog", ""},
    };
    for (size_t i = 0; i < COUNT(files); i++)
        write_text(files[i].name, files[i].text);
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned lines = strcmp(rows[i].name, "paniclog") == 0 ? 4 : 5;
        const char *found = copies_in(rows[i].name, rows[i].names, lines);
        if (strcmp(found, rows[i].found) != 0)
            fail_msg("row %zu: '%s' and not '%s'", i, found, rows[i].found);
    }
}

/* A log that is gone when it is to be looked into has no lines. */
static void test_gone(void **state) {
    (void)state;
    struct sources sources = {0};
    write_text("mainlog", ON("01", REFUSED));
    write_text("rejectlog", ON("01", REFUSED));
    sources_add(&sources, "mainlog", 0, 0, hear, NULL);
    sources_add(&sources, "rejectlog", 0, 0, hear, NULL);
    assert_int_equal(unlink("mainlog"), 0);
    struct copies *copies = copies_new(&sources, &sources.items[1]);
    assert_false(copies_has(copies, 1));
    copies_free(copies);
    assert_int_equal(unlink("rejectlog"), 0);
    copies = copies_new(&sources, &sources.items[1]);
    assert_false(copies_has(copies, 1));
    copies_free(copies);
    sources_release(&sources);
}

/* More lines than are looked up at a time; asked from the first line on, and from the middle. */
static void test_many_lines(void **state) {
    enum { LINES = 300000, STEP = 7 };
    (void)state;
    FILE *mainlog = fopen("many_mainlog", "w"), *rejectlog = fopen("many_rejectlog", "w");
    assert_true(mainlog && rejectlog);
    for (unsigned i = 1; i <= LINES; i++) {
        fprintf(rejectlog, "2026-06-01 10:00:01 %u\n", i);
        if (i % STEP)
            fprintf(mainlog, "2026-06-01 10:00:01 %u\n", i);
    }
    assert_int_equal(fclose(mainlog) | fclose(rejectlog), 0);
    struct sources sources = {0};
    sources_add(&sources, "many_*log", 0, 0, hear, NULL);
    assert_int_equal(sources.count, 2);
    size_t place = strcmp(sources.items[0].name, "many_rejectlog") != 0;
    static const unsigned begins[] = {1, 150000, LINES - 1};
    for (size_t i = 0; i < COUNT(begins); i++) {
        struct copies *copies = copies_new(&sources, &sources.items[place]);
        for (unsigned line = begins[i]; line <= LINES; line++)
            if (copies_has(copies, line) != (line % STEP != 0))
                fail_msg("line %u", line);
        assert_false(copies_has(copies, LINES + 1));
        copies_free(copies);
    }
    sources_release(&sources);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_lines),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_many_lines),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
