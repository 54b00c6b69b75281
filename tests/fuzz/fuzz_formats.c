/* Any bytes as the texts of a page and of a row, a line each, in every format.
 *
 * Holds: what comes out is valid UTF-8 without a control character; outside its texts it is the
 * same as with harmless texts of the same length, so that no text breaks out of its place; no cell
 * of a table begins like a formula.
 */
#include "report/format.h"

#include <string.h>

#include "report/metrics.h"
#include "report/utf8.h"

#include "target.h"

enum { MOST_TEXTS = 6, LONGEST = 4000 };

struct texts {
    struct slice items[MOST_TEXTS];
    size_t count;
};

static const struct metric metrics[] = {
    {"named", "", "named[].count", "name", "By name."},
    {NULL, NULL, NULL, NULL, NULL},
};

/* ---- the page, and the row */

static void add_rows(struct page *page, const struct texts *texts, const char *key,
                     enum section_look look) {
    struct cell *list = page_section(page, key, "Title", look, CELL_LIST)->cell;
    for (size_t i = 0; i < texts->count; i++) {
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, "name", "name", texts->items[i]);
        cell_count(page, row, "count", "count", i, "recipients");
        cell_text(page, cell_list(page, row, "more", "more"), NULL, NULL, texts->items[0]);
        cell_link(page, row, "link", "link", texts->items[i], SLICE("https://example.org/"));
    }
}

static void make_page(struct page *page, const struct texts *texts) {
    static const enum section_look looks[] = {LOOK_TABLE, LOOK_SERIES, LOOK_CARDS,
                                              LOOK_SIDE_BY_SIDE};
    static const char *const keys[] = {"table", "series", "cards", "beside"};
    page_init(page, "Title");
    page->metrics = metrics;
    page_section(page, "text", "Text", LOOK_TEXT, CELL_TEXT)->cell->text = texts->items[0];
    struct cell *facts = page_section(page, "facts", "Facts", LOOK_FACTS, CELL_RECORD)->cell;
    cell_count(page, facts, "count", "count", 1, "recipients");
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        add_rows(page, texts, keys[i], looks[i]);
    struct cell *points = page_section(page, "points", "Points", LOOK_POINTS, CELL_LIST)->cell;
    for (size_t i = 0; i < texts->count; i++)
        cell_text(page, points, NULL, NULL, texts->items[i]);
    add_rows(page, &(struct texts){{texts->items[0]}, 1}, "named", LOOK_HIDDEN);
}

static void make_row(struct row *row, const struct texts *texts) {
    memset(row->cells, 0, sizeof row->cells);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (columns[i].kind == COLUMN_TEXT)
            row->cells[i] = (struct row_cell){true, texts->items[i % texts->count]};
}

/* All that a format can write of them. */
static void write_all(const struct format *format, const struct texts *texts, struct out *out) {
    const struct format_wishes wishes = {.delimiter = ';', .width = 60};
    struct column_choice choice;
    struct page page;
    struct row row;
    make_page(&page, texts);
    make_row(&row, texts);
    MUST(column_choose("all", &choice, NULL));
    out_init_memory(out);
    if (format->page)
        format->page(&page, &wishes, out);
    if (format->line)
        format->line(&page, out);
    if (format->row)
        format->row(&row, &choice, &wishes, out);
    page_release(&page);
}

/* ---- what must hold */

static void check_characters(struct slice written) {
    while (written.length > 0) {
        uint32_t code_point = utf8_take(&written);
        MUST(code_point != UTF8_BROKEN);
        MUST(code_point == '\n' || code_point == '\r' || !utf8_is_control(code_point));
    }
}

static void check_formula(struct slice text) {
    while (text.length > 0 && text.at[0] == ' ')
        text = slice_from(text, 1);
    MUST(text.length == 0 || !memchr("=+-@\t\r", text.at[0], 6));
}

/* What stands outside of quotes; with `escapes` a backslash takes the next byte along. */
static void put_unquoted(struct slice written, bool escapes, bool is_table, struct out *out) {
    bool quoted = false;
    for (size_t i = 0; i < written.length; i++) {
        if (written.at[i] == '"') {
            bool goes_on = quoted || (i > 0 && written.at[i - 1] == '"');
            if (is_table && !goes_on)
                check_formula(slice_from(written, i + 1));
            quoted = !quoted;
        } else if (quoted && escapes && written.at[i] == '\\') {
            i++;
        } else if (!quoted) {
            out_byte(out, written.at[i]);
        }
    }
    MUST(!quoted);
}

/* The signs of markup, in their order. */
static void put_markup(struct slice written, struct out *out) {
    for (size_t i = 0; i < written.length; i++)
        if (memchr("<>\"", written.at[i], 3))
            out_byte(out, written.at[i]);
}

static void put_frame(const struct format *format, struct slice written, struct out *out) {
    out_init_memory(out);
    if (strcmp(format->name, "html") == 0)
        put_markup(written, out);
    else if (strcmp(format->name, "text") != 0)
        put_unquoted(written, !format->delimited, format->delimited, out);
}

static void check_format(const struct format *format, const struct texts *texts,
                         const struct texts *harmless) {
    struct out written, plain, frame, plain_frame;
    write_all(format, texts, &written);
    write_all(format, harmless, &plain);
    check_characters(out_held(&written));
    put_frame(format, out_held(&written), &frame);
    put_frame(format, out_held(&plain), &plain_frame);
    MUST(slice_equal(out_held(&frame), out_held(&plain_frame)));
    out_release(&written);
    out_release(&plain);
    out_release(&frame);
    out_release(&plain_frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice rest = {(const char *)bytes, length < LONGEST ? length : LONGEST};
    struct texts texts = {0}, harmless = {0};
    char plain[LONGEST];
    memset(plain, 'x', sizeof plain);
    do {
        slice_cut(&rest, '\n', &texts.items[texts.count]);
        harmless.items[texts.count] = (struct slice){plain, texts.items[texts.count].length};
        harmless.count = ++texts.count;
    } while (texts.count < MOST_TEXTS && rest.length > 0);
    for (size_t i = 0; formats[i]; i++)
        check_format(formats[i], &texts, &harmless);
    return 0;
}
