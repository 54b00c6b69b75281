/* page - building one, and every format on the same page. */
#include "report/page.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "report/format.h"

static void test_order(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "Report");
    struct cell *facts = page_section(&page, "facts", "Facts", LOOK_FACTS, CELL_RECORD)->cell;
    struct cell *list = page_section(&page, "list", NULL, LOOK_TABLE, CELL_LIST)->cell;
    char word[] = "copied";
    cell_count(&page, facts, "one", "One", 1, "lines");
    cell_text(&page, facts, "two", NULL, slice_of(word));
    cell_none(&page, facts, "three", "Three");
    cell_record(&page, list, NULL, NULL);
    word[0] = 'X';

    assert_string_equal(page.first->key, "facts");
    assert_string_equal(page.first->next->key, "list");
    assert_ptr_equal(page.last, page.first->next);
    assert_int_equal(cell_get(facts, "one")->number, 1);
    assert_true(slice_is(cell_get(facts, "two")->text, "copied"));
    assert_int_equal(cell_get(facts, "three")->kind, CELL_NONE);
    assert_null(cell_get(facts, "four"));
    assert_ptr_equal(facts->first->next->next, facts->last);
    assert_int_equal(list->first->kind, CELL_RECORD);
    page_release(&page);
}

static struct cell *add_row_for_people(struct page *page, struct cell *record) {
    static const uint64_t amounts[] = {1};
    static const struct strip strip = {.amounts = amounts, .count = 1};
    struct cell *words = cell_text(page, record, NULL, "Words", SLICE("words"));
    words->literal = words->folded = true;
    struct cell *proof = cell_record(page, record, NULL, "Proof");
    cell_link(page, record, NULL, "Page", SLICE("page"), SLICE("https://example.org/"));
    cell_text(page, proof, "inside", "Inside", SLICE("words"));
    cell_count(page, cell_list(page, proof, "deeper", NULL), NULL, NULL, 1, NULL);
    cell_strip(page, record, NULL, "Strip", &strip);
    return words;
}

/* What nobody would see is in no record, and the formats for machines write the same. */
static void test_for_machines(void **state) {
    static const char *const names[] = {"json", "csv"};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
        struct page page;
        struct out out;
        page_init(&page, NULL);
        out_init_memory(&out);
        page.for_machines = i % 2;
        struct cell *list = page_section(&page, "list", "List", LOOK_TABLE, CELL_LIST)->cell;
        struct cell *record = cell_record(&page, list, NULL, NULL);
        struct cell *words = add_row_for_people(&page, record);
        cell_count(&page, record, "count", "Count", 5, "lines");
        add_row_for_people(&page, record);
        cell_text(&page, record, "name", NULL, SLICE("example.net"));
        assert_int_equal(record->first == words, !page.for_machines);
        assert_ptr_equal(cell_get(record, "name"), record->last);
        format_named(names[i / 2])->page(&page, &(struct format_wishes){.delimiter = ','}, &out);
        assert_true(
            slice_is(out_held(&out), i < 2 ? "{\n  \"list\": [\n    {\n      \"count\": 5,\n"
                                             "      \"name\": \"example.net\"\n    }\n  ]\n}\n"
                                           : "count,name\r\n5,\"example.net\"\r\n"));
        out_release(&out);
        page_release(&page);
    }
}

static void test_formats(void **state) {
    static const char *const names[] = {"text",   "html",        "json", "csv",
                                        "ndjson", "openmetrics", "mail"};
    size_t count = 0;

    (void)state;
    for (; count < sizeof(names) / sizeof(names[0]); count++) {
        assert_string_equal(formats[count]->name, names[count]);
        assert_ptr_equal(format_named(names[count]), formats[count]);
    }
    assert_null(formats[count]);
    assert_null(format_named("xml"));
    assert_null(format_named(""));
}

/* A page without anything is still a page. */
static void test_empty(void **state) {
    /* what is too long to write here: NULL */
    static const char *const expected[] = {"", NULL, "{}\n", "", NULL, NULL, NULL};
    struct format_wishes wishes = {0};

    (void)state;
    for (size_t i = 0; formats[i]; i++) {
        if (!formats[i]->page)
            continue;
        struct page page;
        struct out out;
        page_init(&page, NULL);
        out_init_memory(&out);
        formats[i]->page(&page, &wishes, &out);
        assert_true(expected[i] ? slice_is(out_held(&out), expected[i]) : out.length > 0);
        out_release(&out);
        page_release(&page);
    }
}

static void test_amounts(void **state) {
    static const struct {
        struct cell cell;
        const char *shown, *number;
    } rows[] = {
        {{.kind = CELL_NONE}, "-", ""},
        {{.kind = CELL_COUNT, .number = 12}, "12", "12"},
        {{.kind = CELL_BYTES, .number = 999}, "999 B", "999"},
        {{.kind = CELL_BYTES, .number = 12345678}, "12.3 MB", "12345678"},
        {{.kind = CELL_DURATION, .number = 0}, "0.00 s", "0.000"},
        {{.kind = CELL_DURATION, .number = 50000}, "0.05 s", "0.050"},
        {{.kind = CELL_DURATION, .number = 996000}, "1.0 s", "0.996"},
        {{.kind = CELL_DURATION, .number = 9960000}, "10 s", "9.960"},
        {{.kind = CELL_DURATION, .number = 59960000}, "1 min 00 s", "59.960"},
        {{.kind = CELL_DURATION, .number = 3723000000}, "1 h 02 min", "3723.000"},
        {{.kind = CELL_DURATION, .number = 432000000000}, "5 d 00 h", "432000.000"},
        {{.kind = CELL_SHARE, .number = 1, .whole = 8}, "12.5 %", "0.1250"},
        {{.kind = CELL_SHARE, .number = 3, .whole = 3}, "100.0 %", "1.0000"},
        {{.kind = CELL_SHARE, .number = UINT64_MAX / 2, .whole = UINT64_MAX}, "50.0 %", "0.5000"},
        {{.kind = CELL_SHARE, .number = 0, .whole = 0}, "-", ""},
    };
    char room[AMOUNT_ROOM];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(slice_is(amount_shown(&rows[i].cell, room), rows[i].shown));
        assert_true(slice_is(amount_number(&rows[i].cell, room), rows[i].number));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),   cmocka_unit_test(test_for_machines),
        cmocka_unit_test(test_formats), cmocka_unit_test(test_empty),
        cmocka_unit_test(test_amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
