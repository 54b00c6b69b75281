/* json - valid UTF-8 and valid JSON, whatever the log held. */
#include "report/format.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "random_text.h"

static void assert_held(struct out *out, const char *expected) {
    if (!slice_is(out_held(out), expected))
        fail_msg("'%.*s' is not '%s'", SLICE_ARGS(out_held(out)), expected);
    out_release(out);
}

static struct out row_out(const struct row *row, const char *wish) {
    struct column_choice choice;
    struct out out;

    assert_true(column_choose(wish, &choice, NULL));
    out_init_memory(&out);
    format_named("ndjson")->row(row, &choice, &(struct format_wishes){0}, &out);
    return out;
}

static void assert_row(const struct row *row, const char *wish, const char *expected) {
    struct out out = row_out(row, wish);
    assert_held(&out, expected);
}

static void test_text(void **state) {
    static const struct {
        struct slice text;
        const char *json;
    } texts[] = {
        {SLICE_INIT("mailbox full"), "mailbox full"},
        {SLICE_INIT(""), ""},
        {SLICE_INIT("say \"no\" C:\\new"), "say \\\"no\\\" C:\\\\new"},
        {SLICE_INIT("<script>alert(1)</script>"), "<script>alert(1)<\\/script>"},
        {SLICE_INIT("a/b"), "a/b"},
        {SLICE_INIT("a\nb\tc\rd"), "a\\nb\\tc\\u000dd"},
        {SLICE_INIT("\000\033[31m\177"), "\\u0000\\u001b[31m\\u007f"},
        {SLICE_INIT("caf\303\251 \360\237\223\247"), "caf\303\251 \360\237\223\247"},
        {SLICE_INIT("\302\233 \342\200\250\342\200\251"), "\\u009b \\u2028\\u2029"},
        {SLICE_INIT("\342\200\256 \342\201\246"), "\\u202e \\u2066"},
        /* broken: lone, cut, overlong, surrogate, too high */
        {SLICE_INIT("\377"), "\357\277\275"},
        {SLICE_INIT("a\303"), "a\357\277\275"},
        {SLICE_INIT("\300\257"), "\357\277\275\357\277\275"},
        {SLICE_INIT("\355\240\200"), "\357\277\275\357\277\275\357\277\275"},
        {SLICE_INIT("\364\220\200\200"), "\357\277\275\357\277\275\357\277\275\357\277\275"},
        {SLICE_INIT("\342\202x"), "\357\277\275\357\277\275x"},
    };
    struct row row = {0};
    char expected[256];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        row.cells[COL_REPLY] = (struct row_cell){true, texts[i].text};
        snprintf(expected, sizeof(expected), "{\"reply\":\"%s\"}\n", texts[i].json);
        assert_row(&row, "reply", expected);
    }
}

/* Plain text is copied in one piece. With a line end behind it, it never is: then the same is
 * written, and the line end. */
static void test_short_way(void **state) {
    static const struct slice end = SLICE_INIT("\"}\n");
    char room[RANDOM_TEXT_ROOM + 1];
    struct row row = {0};

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct slice text = random_text(room);
        row.cells[COL_REPLY] = (struct row_cell){true, text};
        struct out out = row_out(&row, "reply");
        room[text.length] = '\n';
        row.cells[COL_REPLY].text.length++;
        struct out other = row_out(&row, "reply");
        assert_true(slice_ends(out_held(&out), end));
        out.length -= end.length;
        out_text(&out, "\\n\"}\n");
        assert_true(slice_equal(out_held(&out), out_held(&other)));
        out_release(&out);
        out_release(&other);
    }
}

static void test_numbers(void **state) {
    static const struct {
        const char *text, *json;
    } numbers[] = {{"0", "0"},        {"34", "34"},    {"0.9", "0.9"}, {"", "null"},
                   {"1.2.3", "null"}, {".5", "null"},  {"5.", "null"}, {"-1", "null"},
                   {"1e5", "null"},   {"007", "null"}, {"0.0", "0.0"}, {"=1", "null"}};
    struct row row = {0};
    char expected[64];

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        row.cells[COL_DELAY] = (struct row_cell){true, slice_of(numbers[i].text)};
        snprintf(expected, sizeof(expected), "{\"delay\":%s}\n", numbers[i].json);
        assert_row(&row, "delay", expected);
    }
}

static void test_kinds(void **state) {
    struct row row = {0};

    (void)state;
    row.cells[COL_SENDER].present = true;
    row.cells[COL_ACTS] = (struct row_cell){true, SLICE("our-admin|wait")};
    assert_row(
        &row, "sender,recipient,size,acts",
        "{\"sender\":\"\",\"recipient\":null,\"size\":null,\"acts\":[\"our-admin\",\"wait\"]}\n");
    assert_true(format_named("ndjson")->all_columns);
    assert_null(format_named("json")->row);
}

static void build_page(struct page *page) {
    page_init(page, "Report");
    page_section(page, "schema", NULL, LOOK_HIDDEN, CELL_COUNT)->cell->number = 1;
    page_section(page, NULL, "Note", LOOK_TEXT, CELL_TEXT)->cell->text = SLICE("people only");
    page_section(page, "words", "Words", LOOK_TEXT, CELL_TEXT)->cell->text = SLICE("people too");
    struct cell *lines = page_section(page, "lines", "Lines", LOOK_FACTS, CELL_RECORD)->cell;
    cell_count(page, lines, "read", "read", UINT64_MAX, "lines");
    cell_text(page, lines, NULL, "for people", SLICE("x"));
    cell_none(page, lines, "rest", NULL);
    struct cell *list = page_section(page, "reasons", "Reasons", LOOK_TABLE, CELL_LIST)->cell;
    struct cell *reason = cell_record(page, list, NULL, NULL);
    cell_text(page, reason, "class", "class", SLICE("</x>"));
    cell_text(page, cell_list(page, reason, "acts", NULL), NULL, NULL, SLICE("wait"));
    cell_link(page, reason, "standard", "Standard", SLICE("RFC 5321"),
              SLICE("https://example.org/5321"));
    page_section(page, "empty", NULL, LOOK_TABLE, CELL_LIST);
}

static void test_page(void **state) {
    static const char indented[] = "{\n"
                                   "  \"schema\": 1,\n"
                                   "  \"lines\": {\n"
                                   "    \"read\": 18446744073709551615,\n"
                                   "    \"rest\": null\n"
                                   "  },\n"
                                   "  \"reasons\": [\n"
                                   "    {\n"
                                   "      \"class\": \"<\\/x>\",\n"
                                   "      \"acts\": [\n"
                                   "        \"wait\"\n"
                                   "      ],\n"
                                   "      \"standard\": {\n"
                                   "        \"text\": \"RFC 5321\",\n"
                                   "        \"url\": \"https://example.org/5321\"\n"
                                   "      }\n"
                                   "    }\n"
                                   "  ],\n"
                                   "  \"empty\": []\n"
                                   "}\n";
    struct format_wishes wishes = {0};
    struct page page;
    struct out out;

    (void)state;
    build_page(&page);
    out_init_memory(&out);
    format_named("json")->page(&page, &wishes, &out);
    assert_held(&out, indented);
    out_init_memory(&out);
    format_named("ndjson")->line(&page, &out);
    assert_held(&out, "{\"schema\":1,\"lines\":{\"read\":18446744073709551615,\"rest\":null},"
                      "\"reasons\":[{\"class\":\"<\\/x>\",\"acts\":[\"wait\"],"
                      "\"standard\":{\"text\":\"RFC 5321\",\"url\":\"https://example.org/5321\"}}],"
                      "\"empty\":[]}\n");
    page_release(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),    cmocka_unit_test(test_short_way),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
