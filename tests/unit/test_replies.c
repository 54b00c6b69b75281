/* replies - the labelled set (replies.tsv): replies in wording that stands in no rule file, each
 * with the class a postmaster would give it. A wrong class costs more than none, so both are
 * bounded.
 *
 * Columns: context (stage, side, direction, MTA: the words of an example), reply, class; the class
 * "other" is any that is none of the reasons known: it must come out unclassified.
 */
#include "finding/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/pattern_files.h"

enum { WRONG_MOST = 1, UNCLASSIFIED_MOST = 2, ROWS_LEAST = 260 };

static void take_context(struct slice words, struct finding *finding) {
    while (words.length) {
        struct slice word;
        slice_cut(&words, ' ', &word);
        bool known = stage_read(word, &finding->record.stage) ||
                     side_read(word, &finding->record.side) ||
                     direction_read(word, &finding->record.direction);
        if (!known && word.length)
            fail_msg("'%.*s' is no context", SLICE_ARGS(word));
    }
}

static void test_labelled_set(void **state) {
    (void)state;
    struct arena arena, scratch;
    struct pattern_files files = {0};
    struct rulebook *book;
    struct problem problem;
    arena_init(&arena);
    arena_init(&scratch);
    pattern_files_builtin(&files, &arena);
    assert_true(rulebook_load(&files, &book, &problem));
    struct reason_memory *memory = reason_memory_new(book);
    FILE *set = fopen("tests/unit/replies.tsv", "r");
    assert_non_null(set);
    char *line = NULL;
    size_t room = 0;
    unsigned rows = 0, wrong = 0, unclassified = 0;
    for (ssize_t length; (length = getline(&line, &room, set)) > 0;) {
        struct slice rest = slice_trim((struct slice){line, (size_t)length}), context, reply;
        if (!rest.length || rest.at[0] == '#' || slice_starts(rest, SLICE("context\t")))
            continue;
        slice_cut(&rest, '\t', &context);
        slice_cut(&rest, '\t', &reply);
        struct finding finding = {.record = {.direction = DIRECTION_OUT, .stage = STAGE_OTHER}};
        take_context(context, &finding);
        reason_of_reply(book, memory, reply, &scratch, &finding);
        rows++;
        const char *class_name = finding.verdict.class_name;
        if (slice_is(rest, "other") || slice_is(rest, class_name))
            continue;
        bool is_none = strcmp(class_name, "unclassified") == 0;
        *(is_none ? &unclassified : &wrong) += 1;
        print_message("# %.*s: %s, not %.*s\n", SLICE_ARGS(reply), class_name, SLICE_ARGS(rest));
        arena_clear(&scratch);
    }
    print_message("# %u replies: %u wrong, %u unclassified\n", rows, wrong, unclassified);
    assert_true(rows >= ROWS_LEAST);
    assert_true(wrong <= WRONG_MOST);
    assert_true(unclassified <= UNCLASSIFIED_MOST);
    free(line);
    fclose(set);
    reason_memory_free(memory);
    rulebook_free(book);
    arena_release(&scratch);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labelled_set)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
