/* csv - what a spreadsheet or a terminal would obey does not get through. */
#include "report/format.h"

#include <csv.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "random_text.h"
#include "report/utf8.h"

static struct out row_out(const struct row *row, const char *wish) {
    const struct format *csv = format_named("csv");
    struct column_choice choice;
    struct out out;

    assert_true(column_choose(wish, &choice, NULL));
    out_init_memory(&out);
    csv->row(row, &choice, &(struct format_wishes){0}, &out);
    return out;
}

static void assert_row(const struct row *row, const char *wish, const char *expected) {
    struct out out = row_out(row, wish);
    struct slice line = out_held(&out);

    assert_true(slice_ends(line, SLICE("\r\n")));
    line.length -= 2;
    if (!slice_is(line, expected))
        fail_msg("'%.*s' is not '%s'", SLICE_ARGS(line), expected);
    out_release(&out);
}

static void test_cells(void **state) {
    static const struct {
        struct slice text;
        const char *cell;
    } cells[] = {
        {SLICE_INIT("mailbox full"), "\"mailbox full\""},
        {SLICE_INIT(""), "\"\""},
        {SLICE_INIT("say \"no\", please"), "\"say \"\"no\"\", please\""},
        {SLICE_INIT("<script>alert(1)</script>"), "\"<script>alert(1)</script>\""},
        /* formulas */
        {SLICE_INIT("=cmd()"), "\"'=cmd()\""},
        {SLICE_INIT("  =1+1"), "\"'  =1+1\""},
        {SLICE_INIT("@SUM(A1)"), "\"'@SUM(A1)\""},
        {SLICE_INIT("+1"), "\"'+1\""},
        {SLICE_INIT("-1"), "\"'-1\""},
        {SLICE_INIT("\t=1"), "\"' =1\""},
        {SLICE_INIT("\r=1"), "\"' =1\""},
        {SLICE_INIT("\tx"), "\"' x\""},
        {SLICE_INIT("\001=1"), "\"'=1\""},
        {SLICE_INIT("\342\200\256=1"), "\"'=1\""},
        {SLICE_INIT("\357\274\235cmd()"), "\"'\357\274\235cmd()\""},
        {SLICE_INIT("=\"a\""), "\"'=\"\"a\"\"\""},
        {SLICE_INIT("a=1"), "\"a=1\""},
        /* control bytes */
        {SLICE_INIT("a\033[31mb\177c\000d"), "\"a[31mbcd\""},
        {SLICE_INIT("a\nb\tc\r"), "\"a b c \""},
        {SLICE_INIT("c1 \302\233 bidi \342\200\256 isolate \342\201\246."),
         "\"c1  bidi  isolate .\""},
        /* bytes that are no UTF-8 */
        {SLICE_INIT("caf\303\251 \377\""), "\"caf\303\251 \357\277\275\"\"\""},
        {SLICE_INIT("\377"), "\"\357\277\275\""},
    };
    struct row row = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        row.cells[COL_REPLY] = (struct row_cell){true, cells[i].text};
        assert_row(&row, "reply", cells[i].cell);
    }
}

/* Absent is nothing, the null sender is an empty text, numbers are bare and never guarded. */
static void test_kinds(void **state) {
    struct row row = {0};

    (void)state;
    row.cells[COL_SENDER].present = true;
    row.cells[COL_DELAY] = (struct row_cell){true, SLICE("0.9")};
    row.cells[COL_ACTS] = (struct row_cell){true, SLICE("our-admin|wait")};
    assert_row(&row, "sender,recipient,delay,size,acts", "\"\",,0.9,,\"our-admin|wait\"");
}

static void test_header(void **state) {
    const struct format *csv = format_named("csv");
    struct column_choice choice;
    struct out out;

    (void)state;
    assert_true(column_choose("time,queue_id,reply", &choice, NULL));
    out_init_memory(&out);
    csv->rows_begin(&choice, &(struct format_wishes){0}, &out);
    assert_true(slice_is(out_held(&out), "time,queue_id,reply\r\n"));
    assert_false(csv->all_columns);
    out_release(&out);
}

/* Another delimiter; a tab inside a text is none. The mark comes once. */
static void test_delimiter(void **state) {
    const struct format *csv = format_named("csv");
    const struct format_wishes wishes = {.delimiter = '\t', .byte_order_mark = true};
    struct row row = {0};
    struct column_choice choice;
    struct out out;

    (void)state;
    assert_true(csv->delimited);
    assert_true(column_choose("code,reply,delay", &choice, NULL));
    row.cells[COL_CODE] = (struct row_cell){true, SLICE("550")};
    row.cells[COL_REPLY] = (struct row_cell){true, SLICE("a\tb;c,d")};
    out_init_memory(&out);
    csv->rows_begin(&choice, &wishes, &out);
    csv->row(&row, &choice, &wishes, &out);
    assert_true(slice_is(out_held(&out), "\357\273\277code\treply\tdelay\r\n"
                                         "550\t\"a b;c,d\"\t\r\n"));
    out_release(&out);
}

static void test_long(void **state) {
    enum { LENGTH = 60000 };
    struct row row = {0};
    char *text = malloc(LENGTH);

    (void)state;
    memset(text, '\377', LENGTH);
    text[0] = '"';
    row.cells[COL_REPLY] = (struct row_cell){true, {text, LENGTH}};
    struct out out = row_out(&row, "reply");
    assert_int_equal(out_held(&out).length, 2 + 2 + 3 * (LENGTH - 1) + 2);
    out_release(&out);
    free(text);
}

/* What is copied in one piece is what csv_write() makes of it; and a text with a control character
 * behind it, which is never copied so, gives the same cell, for the character goes. */
static void test_short_way(void **state) {
    char room[RANDOM_TEXT_ROOM + 1], quoted[2 * RANDOM_TEXT_ROOM + 2];
    struct row row = {0};
    size_t plain = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct slice text = random_text(room);
        row.cells[COL_REPLY] = (struct row_cell){true, text};
        struct out out = row_out(&row, "reply");
        struct slice cell = slice_head(out_held(&out), out_held(&out).length - 2);
        if (!(utf8_bytes(text) & (BYTE_ODD | BYTE_BEFORE_FORMULA))) {
            size_t length = csv_write(quoted, sizeof quoted, room, text.length);
            assert_true(slice_equal(cell, (struct slice){quoted, length}));
            plain++;
        }
        room[text.length] = '\001';
        row.cells[COL_REPLY].text.length++;
        struct out other = row_out(&row, "reply");
        assert_true(slice_equal(out_held(&out), out_held(&other)));
        out_release(&out);
        out_release(&other);
    }
    assert_in_range(plain, 1000, 19000);
}

/* ---- pages */

static void assert_page(struct page *page, const struct format_wishes *wishes,
                        const char *expected) {
    struct out out;

    out_init_memory(&out);
    format_named("csv")->page(page, wishes, &out);
    if (!slice_is(out_held(&out), expected))
        fail_msg("'%.*s' is not '%s'", SLICE_ARGS(out_held(&out)), expected);
    out_release(&out);
    page_release(page);
}

/* The first list of records with a key; a record inside becomes columns. */
static void test_page(void **state) {
    struct page page;

    (void)state;
    page_init(&page, "Report");
    cell_count(&page, page_section(&page, "lines", "Lines", LOOK_FACTS, CELL_RECORD)->cell, "read",
               "read", 5, NULL);
    page_section(&page, NULL, "People", LOOK_CARDS, CELL_LIST);
    struct cell *list = page_section(&page, "reasons", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    struct cell *reason = cell_record(&page, list, NULL, NULL);
    cell_text(&page, reason, "class", "class", SLICE("=x"));
    cell_text(&page, reason, NULL, "for people", SLICE("not here"));
    cell_count(&page, reason, "count", "count", 12, "attempts");
    struct cell *codes = cell_list(&page, reason, "codes", NULL);
    for (uint64_t code = 450; code < 452; code++) {
        struct cell *one = cell_record(&page, codes, NULL, NULL);
        cell_code(&page, one, "code", "", code);
        cell_none(&page, one, "enhanced", "");
        cell_text(&page, one, NULL, "for people", SLICE("nor here"));
        cell_text(&page, one, "by", NULL, SLICE("us"));
    }
    struct cell *example = cell_record(&page, reason, "example", NULL);
    cell_text(&page, example, "reply", NULL, SLICE("no"));
    cell_none(&page, example, "line", NULL);
    cell_link(&page, reason, "standard", NULL, SLICE("RFC 5321"),
              SLICE("https://example.org/5321"));
    assert_page(&page, &(struct format_wishes){.delimiter = ';', .byte_order_mark = true},
                "\357\273\277class;count;codes;example_reply;example_line;standard\r\n"
                "\"'=x\";12;\"450 us|451 us\";\"no\";;\"RFC 5321\"\r\n");
}

/* A row may lack what another one has, and be the first; what lies two records deep has both in its
 * name. */
static void test_uneven_rows(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "relays", "Relays", LOOK_TABLE, CELL_LIST)->cell;
    struct cell *first = cell_record(&page, list, NULL, NULL);
    cell_text(&page, first, "relay", "relay", SLICE("mx.example.net"));
    cell_none(&page, first, "delay", NULL);
    cell_share(&page, first, "tls", "TLS", 1, 3);
    struct cell *second = cell_record(&page, list, NULL, NULL);
    cell_share(&page, second, "tls", "TLS", 0, 0);
    cell_text(&page, second, "relay", "relay", SLICE(""));
    struct cell *delay = cell_record(&page, second, "delay", NULL);
    cell_duration(&page, delay, "median", NULL, 1500000);
    cell_count(&page, cell_record(&page, delay, "worst", NULL), "line", NULL, 7, NULL);
    cell_count(&page, second, "count", "count", 2, NULL);
    assert_page(&page, &(struct format_wishes){0},
                "relay,delay_median,delay_worst_line,tls,count\r\n"
                "\"mx.example.net\",,,0.3333,\r\n"
                "\"\",1.500,7,,2\r\n");
}

static void test_series(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *list = page_section(&page, "hours", "Hours", LOOK_SERIES, CELL_LIST)->cell;
    for (uint64_t hour = 0; hour < 2; hour++) {
        struct cell *row = cell_record(&page, list, NULL, NULL);
        cell_text(&page, row, "hour", "hour", hour ? SLICE("-1") : SLICE("00:00"));
        cell_count(&page, row, "delivered", "delivered", 10 * hour, "recipients");
        cell_bytes(&page, row, "bytes", "size", 123456 * hour);
    }
    assert_page(&page, &(struct format_wishes){0},
                "hour,delivered,bytes\r\n\"00:00\",0,0\r\n\"'-1\",10,123456\r\n");
}

/* A record is a line a member; with anything but numbers its second column is called otherwise. */
static void test_facts(void **state) {
    struct page page;

    (void)state;
    page_init(&page, NULL);
    struct cell *facts = page_section(&page, "totals", NULL, LOOK_FACTS, CELL_RECORD)->cell;
    struct cell *waiting = cell_record(&page, facts, "waiting", "Waiting");
    cell_count(&page, waiting, "count", "count", 3, "recipients");
    cell_duration(&page, cell_record(&page, waiting, "oldest", NULL), "age", "age", 60000000);
    cell_none(&page, facts, "rest", NULL);
    assert_page(&page, &(struct format_wishes){.delimiter = ';'},
                "name;number\r\n\"waiting_count\";3\r\n\"waiting_oldest_age\";60.000\r\n"
                "\"rest\";\r\n");
    page_init(&page, NULL);
    page.part = "host";
    facts = page_section(&page, "host", NULL, LOOK_FACTS, CELL_RECORD)->cell;
    cell_text(&page, facts, "name", "name", SLICE("@mx1"));
    cell_words(&page, cell_list(&page, facts, "acts", NULL), SLICE("wait|recipient"));
    assert_page(&page, &(struct format_wishes){0},
                "name,value\r\n\"name\",\"'@mx1\"\r\n\"acts\",\"wait|recipient\"\r\n");
}

/* Of a part the section that is named like it, though a table stands before; any kind of it. */
static void test_parts(void **state) {
    struct page page;
    struct format_wishes wishes = {0};

    (void)state;
    for (unsigned kind = 0; kind < 3; kind++) {
        page_init(&page, NULL);
        page.part = "domains";
        struct cell *list = page_section(&page, "rest", NULL, LOOK_TABLE, CELL_LIST)->cell;
        cell_count(&page, cell_record(&page, list, NULL, NULL), "count", "count", 1, NULL);
        page_section(&page, "domains", NULL, LOOK_TEXT, CELL_TEXT);
        struct section *section =
            page_section(&page, "domains", NULL, LOOK_POINTS, kind == 2 ? CELL_COUNT : CELL_LIST);
        if (kind == 1)
            cell_words(&page, section->cell, SLICE("example.net|=x"));
        if (kind == 2)
            section->cell->number = 12;
        assert_page(&page, &wishes,
                    kind == 0   ? ""
                    : kind == 1 ? "domains\r\n\"example.net\"\r\n\"'=x\"\r\n"
                                : "domains\r\n12\r\n");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),       cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_header),      cmocka_unit_test(test_delimiter),
        cmocka_unit_test(test_long),        cmocka_unit_test(test_short_way),
        cmocka_unit_test(test_page),        cmocka_unit_test(test_series),
        cmocka_unit_test(test_uneven_rows), cmocka_unit_test(test_facts),
        cmocka_unit_test(test_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
