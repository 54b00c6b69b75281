/* Any bytes as the texts of a page, under every look: the first byte is the width, each line of the
 * rest a row whose columns are cut at '|', and its length the amounts.
 *
 * Holds of text and HTML: what comes out is UTF-8 without a character that steers; no line of text
 * is wider than was asked for; and HTML has no markup but ours, for as many '<' open as '>' close,
 * and none stands in a text.
 */
#include "report/format.h"
#include "report/utf8.h"
#include "report/width.h"

#include "target.h"

static const enum section_look looks[] = {LOOK_TABLE, LOOK_SENTENCES, LOOK_SERIES, LOOK_CARDS,
                                          LOOK_SIDE_BY_SIDE};

static void add_row(struct page *page, struct cell *list, struct slice line, size_t number) {
    static const char *const titles[] = {"first", "second", "third"};
    struct cell *row = cell_record(page, list, NULL, NULL);

    for (size_t i = 0; i < 3; i++) {
        struct slice text;
        slice_cut(&line, '|', &text);
        struct cell *cell = cell_text(page, row, NULL, titles[i], text);
        cell->literal = i == 1;
        cell->folded = i == 2;
        cell->tone = text.length % (TONE_CRITICAL + 1);
        cell_count(page, row, NULL, "count", number * number, i ? "lines" : NULL);
        cell_duration(page, row, NULL, "time", number * 1000003);
    }
}

static void make_page(struct page *page, struct slice text) {
    page_init(page, "Any bytes");
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct cell *list =
            page_section(page, NULL, i % 2 ? "Rows" : NULL, looks[i], CELL_LIST)->cell;
        struct slice rest = text, line;
        for (size_t number = 0; rest.length > 0 && number < 40; number++) {
            slice_cut(&rest, '\n', &line);
            add_row(page, list, line, line.length);
        }
    }
    struct cell *points = page_section(page, NULL, "Points", LOOK_POINTS, CELL_LIST)->cell;
    cell_link(page, points, NULL, NULL, text, text);
    page_section(page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text = text;
}

static void check_bytes(struct slice text, bool is_html) {
    bool inside = false;
    while (text.length > 0) {
        uint32_t code_point = utf8_take(&text);
        MUST(code_point != UTF8_BROKEN);
        MUST(code_point == '\n' || !utf8_is_control(code_point));
        if (!is_html || (code_point != '<' && code_point != '>'))
            continue;
        MUST(inside == (code_point == '>'));
        inside = !inside;
    }
    MUST(!inside);
}

static void check_lines(struct slice text, size_t width) {
    struct slice line;
    while (slice_cut(&text, '\n', &line))
        MUST(width_of(line) <= width);
}

/* The page without its head and its script, which are ours and have signs of their own. */
static struct slice body_of(struct slice html) {
    struct slice before;
    MUST(slice_cut_text(&html, SLICE("</head>"), &before));
    MUST(slice_cut_text(&html, SLICE("<script>"), &before));
    return before;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice text = {(const char *)bytes, length};
    struct format_wishes wishes = {.width = 40, .bars = true};
    static const char *const names[] = {"text", "html"};

    if (length > 0) {
        wishes.width += bytes[0];
        text = slice_from(text, 1);
    }
    for (size_t i = 0; i < 2; i++) {
        struct page page;
        struct out out;
        make_page(&page, text);
        out_init_memory(&out);
        format_named(names[i])->page(&page, &wishes, &out);
        check_bytes(i ? body_of(out_held(&out)) : out_held(&out), i);
        if (i == 0)
            check_lines(out_held(&out), wishes.width);
        out_release(&out);
        page_release(&page);
    }
    return 0;
}
