/* Unit tests of input/twice: what is read once, and what must still be read. */
#include "input/twice.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "own_folder.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static char heard[4096];
static unsigned faults;

static void hear(void *context, bool is_fault, const char *text) {
    (void)context;
    faults += is_fault;
    size_t length = strlen(heard);
    snprintf(heard + length, sizeof heard - length, "%s\n", text);
}

static void write_lines(const char *name, unsigned from, unsigned to) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    for (unsigned i = from; i < to; i++)
        fprintf(file, "2026-06-01T%02u:%02u:%02uZ mx1 postfix/qmgr[7]: %08X: removed\n",
                i / 3600 % 24, i / 60 % 60, i % 60, i);
    assert_int_equal(fclose(file), 0);
}

static void run_command(const char *command) {
    assert_int_equal(system(command), 0);
}

/* What stays of the names, each with a blank behind. */
static const char *left_of(const char *const *names) {
    static char left[256];
    struct sources sources = {0};
    heard[0] = left[0] = '\0';
    faults = 0;
    for (; *names != NULL; names++)
        sources_add(&sources, *names, 0, 0, hear, NULL);
    assert_string_equal(heard, "");
    twice_remove(&sources, hear, NULL);
    for (size_t i = 0; i < sources.count; i++) {
        size_t length = strlen(left);
        snprintf(left + length, sizeof left - length, "%s ", sources.items[i].name);
    }
    sources_release(&sources);
    return left;
}

static void test_what_is_left(void **state) {
    (void)state;
    write_lines("a", 0, 5000);
    write_lines("copy", 0, 5000);
    write_lines("grown", 0, 5001);
    write_lines("short", 0, 2);
    write_lines("later", 5000, 6000);
    write_lines("more", 5000, 5001);
    assert_int_equal(link("a", "hard") | symlink("a", "soft"), 0);
    run_command("cp a differs && printf 'x\\n' >> differs");
    run_command("cp a middle && printf X | dd of=middle bs=1 seek=200000 conv=notrunc 2>/dev/null");
    run_command(": > empty && : > empty2");
    static const struct {
        const char *names[6], *left, *told;
    } rows[] = {
        {{"a", "later"}, "a later ", ""},
        {{"a", "a"}, "a ", "'a' is the same file as 'a': read once\n"},
        {{"a", "hard", "soft"},
         "a ",
         "'hard' is the same file as 'a': read once\n'soft' is the same file as 'a': read once\n"},
        {{"copy", "a"}, "copy ", "'a' holds the same as 'copy': read once\n"},
        {{"a", "grown"}, "grown ", "'a' is the begin of 'grown': read once\n"},
        {{"grown", "a"}, "grown ", "'a' is the begin of 'grown': read once\n"},
        {{"short", "later", "a", "grown"},
         "later grown ",
         "'short' is the begin of 'a': read once\n'a' is the begin of 'grown': read once\n"},
        {{"later", "a", "more", "copy"},
         "later a ",
         "'more' is the begin of 'later': read once\n'copy' holds the same as 'a': read once\n"},
        {{"grown", "differs"}, "grown differs ", ""}, /* grew apart: no line may be lost */
        {{"a", "middle"}, "a middle ", ""},
        {{"empty", "empty2", "a"}, "empty empty2 a ", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *left = left_of(rows[i].names);
        if (strcmp(left, rows[i].left) != 0 || strcmp(heard, rows[i].told) != 0)
            fail_msg("row %zu: left '%s', told '%s'", i, left, heard);
        assert_int_equal(faults, 0);
    }
}

#ifdef HAVE_LIBARCHIVE
static void test_compressed(void **state) {
    (void)state;
    run_command("gzip -9nc a > a.gz && gzip -1nc grown > grown.gz");
    run_command("head -c 12000 grown.gz > cut.gz");
    assert_string_equal(left_of((const char *const[]){"a", "a.gz", NULL}), "a ");
    assert_string_equal(heard, "'a.gz' holds the same as 'a': read once\n");
    assert_string_equal(left_of((const char *const[]){"a", "grown.gz", NULL}), "grown.gz ");
    assert_int_equal(faults, 0);
    /* What came out of it is not lost, and the damage is told. */
    assert_string_equal(left_of((const char *const[]){"cut.gz", "a", NULL}), "a ");
    assert_int_equal(faults, 1);
    assert_non_null(strstr(heard, "'cut.gz' is damaged (truncated gzip input, after "));
    /* The damaged one has more: it stays, and tells its damage when it is read. */
    assert_string_equal(left_of((const char *const[]){"short", "cut.gz", NULL}), "cut.gz ");
    assert_int_equal(faults, 0);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_left),
#ifdef HAVE_LIBARCHIVE
        cmocka_unit_test(test_compressed),
#endif
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
