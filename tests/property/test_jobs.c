/* jobs - one thread and eight give the same state and the same rows, to the last byte. */
#include "laws.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/out.h"
#include "report/format.h"

enum { LINES = 20000 };

struct rows {
    struct out out;
    struct column_choice columns;
};

static void write_row(void *context, const struct finding *finding) {
    struct rows *rows = context;
    struct row row;
    row_of(finding, &row);
    format_named("ndjson")->row(&row, &rows->columns, &(struct format_wishes){0}, &rows->out);
}

static void run_with(unsigned jobs, const struct slice *lines, struct pack *state,
                     struct rows *rows) {
    struct run run;
    struct problem problem;
    run_init(&run, laws_options(jobs), laws_knowledge());
    out_init_memory(&rows->out);
    assert_true(column_choose("all", &rows->columns, &problem));
    run.listen = write_row;
    run.context = rows;
    run.wants_deliveries = true;
    laws_feed(&run, "log", lines, 0, LINES);
    laws_state(&run, state);
    run_release(&run);
}

static void test_jobs(void **state) {
    (void)state;
    static const unsigned jobs[] = {2, 3, 8};
    struct laws_lines samples = laws_samples();
    struct slice *lines = memory_resize(NULL, LINES, sizeof *lines);
    for (int i = 0; i < LINES; i++)
        lines[i] = laws_chance(10) ? samples.items[(size_t)i % samples.count]
                                   : samples.items[laws_chance((unsigned)samples.count)];
    struct pack one;
    struct rows rows_of_one;
    run_with(1, lines, &one, &rows_of_one);
    assert_true(out_held(&rows_of_one.out).length > 1000000);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        struct pack many;
        struct rows rows;
        run_with(jobs[i], lines, &many, &rows);
        assert_int_equal(one.length, many.length);
        assert_memory_equal(one.bytes, many.bytes, one.length);
        assert_true(slice_equal(out_held(&rows_of_one.out), out_held(&rows.out)));
        pack_release(&many);
        out_release(&rows.out);
    }
    pack_release(&one);
    out_release(&rows_of_one.out);
    free(lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_jobs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
