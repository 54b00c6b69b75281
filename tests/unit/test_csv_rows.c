/* csv_rows - rows that were packed are those that were read. */
#include "rules/csv_rows.h"

#include <csv.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/out.h"
#include "random_text.h"

/* "3: a | b" for each row. */
static bool show_row(void *context, const struct csv_row *row) {
    out_print(context, "%u:", row->line);
    for (size_t i = 0; i < row->count; i++) {
        out_text(context, i ? " | " : " ");
        out_slice(context, row->fields[i]);
    }
    out_byte(context, '\n');
    return true;
}

static void assert_packed_is_read(struct slice bytes, const char *expected) {
    struct arena arena;
    struct out read, unpacked;
    struct pack pack;
    struct problem problem;

    arena_init(&arena);
    out_init_memory(&read);
    out_init_memory(&unpacked);
    pack_init(&pack);
    assert_true(
        csv_rows_read("t.csv", bytes, &arena, &(struct csv_taker){show_row, &read}, &problem));
    assert_true(csv_rows_pack("t.csv", bytes, &pack, &problem));
    assert_true(csv_rows_unpack((struct slice){pack.bytes, pack.length},
                                &(struct csv_taker){show_row, &unpacked}));
    assert_true(slice_equal(out_held(&read), out_held(&unpacked)));
    if (expected)
        assert_true(slice_is(out_held(&read), expected));
    pack_release(&pack);
    out_release(&unpacked);
    out_release(&read);
    arena_release(&arena);
}

static void test_tables(void **state) {
    static const struct {
        const char *csv, *rows;
    } tables[] = {
        {"", ""},
        {"a,b\n1,2\n", "1: a | b\n2: 1 | 2\n"},
        {"\xef\xbb\xbf"
         "a,b\r\n\"1,\"\"x\"\"\", 2",
         "1: a | b\n2: 1,\"x\" |  2\n"},
        {"a\n\"two\nlines\"\nlast\n", "1: a\n2: two\nlines\n4: last\n"},
        {"a,\n,\n", "1: a | \n2:  | \n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        assert_packed_is_read(slice_of(tables[i].csv), tables[i].rows);
}

static void test_any_table(void **state) {
    char room[RANDOM_TEXT_ROOM], quoted[2 * RANDOM_TEXT_ROOM + 2];

    (void)state;
    for (int round = 0; round < 500; round++) {
        struct out table;
        out_init_memory(&table);
        for (unsigned row = chance(20), columns = 1 + chance(CSV_FIELDS_MOST); row > 0; row--) {
            for (unsigned i = 0; i < columns; i++) {
                struct slice text = random_text(room);
                out_text(&table, i ? "," : "");
                out_slice(&table, (struct slice){quoted, csv_write(quoted, sizeof quoted, text.at,
                                                                   text.length)});
            }
            out_text(&table, "\n");
        }
        assert_packed_is_read(out_held(&table), NULL);
        out_release(&table);
    }
}

static bool stop_at_second(void *context, const struct csv_row *row) {
    (void)row;
    return ++*(int *)context < 2;
}

/* Refused by libcsv or by whoever takes the rows. */
static void test_refused(void **state) {
    static const char *const broken[] = {"a,b\"c\n", "a\n\"open\n", "\"a\"b\n"};
    struct arena arena;
    struct pack pack;
    struct problem problem;
    int rows = 0;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        pack_init(&pack);
        assert_false(csv_rows_pack("t.csv", slice_of(broken[i]), &pack, &problem));
        assert_non_null(strstr(problem.text, "t.csv:"));
        pack_release(&pack);
    }
    assert_false(csv_rows_read("t.csv", SLICE("1\n2\n3\n"), &arena,
                               &(struct csv_taker){stop_at_second, &rows}, &problem));
    assert_int_equal(rows, 2);
    pack_init(&pack);
    assert_true(csv_rows_pack("t.csv", SLICE("1\n2\n3\n"), &pack, &problem));
    rows = 0;
    assert_false(csv_rows_unpack((struct slice){pack.bytes, pack.length},
                                 &(struct csv_taker){stop_at_second, &rows}));
    assert_int_equal(rows, 2);
    pack_release(&pack);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_any_table),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
