/* Why: a page for the browser: one file to look at, to mail and to print, whole without script.
 *
 * How: sections become headings, tables, definition lists and paragraphs; all looks are in
 * html.css. Log text is an attacker's: every text goes through html_text, and the page forbids
 * itself everything but its own style by a Content-Security-Policy with the style's hash, so that
 * even a hole in the escaping would load and run nothing. The policy blocks style attributes too.
 */
#include <assert.h>

#include "report/cell_line.h"
#include "report/format.h"
#include "report/html_style.h"
#include "report/html_text.h"

struct sheet {
    struct out *out;
    const struct cell *named; /* the card whose heading is that of the page; NULL: none */
    unsigned sections;        /* titled ones so far: the ids of their headings */
    unsigned level;           /* of headings inside the section */
    const char *none;         /* for an empty list */
};

enum { UNDER_PAGE = 2, UNDER_SECTION = 3 }; /* levels: inside a section without and with a title */

/* ---- text */

static void put_words(struct out *out, const char *words) {
    html_text(out, slice_of(words));
}

/* ---- cells */

/* What has a tone is a mark of its own; words of the log never name a class. */
static void put_mark(struct out *out, const struct cell *cell) {
    static const char *const tones[] = {[TONE_INFO] = "info",
                                        [TONE_NOTICE] = "notice",
                                        [TONE_WARNING] = "warning",
                                        [TONE_ERROR] = "error",
                                        [TONE_CRITICAL] = "critical"};
    if (cell->tone)
        out_print(out, "<span class=\"mark %s\">", tones[cell->tone]);
    html_text(out, cell->text);
    if (cell->tone)
        out_text(out, "</span>");
}

/* A cell in a line of text. */
static void put_line(struct out *out, const struct cell *cell) {
    static const struct cell_line line = {html_text, html_link};
    cell_line_put(&line, out, cell);
}

/* Several texts of which one is longer than a word or two: a list of its own, not a line. */
static bool is_long(const struct cell *list) {
    enum { SHORT = 24 };

    if (list->kind != CELL_LIST || list->first == list->last)
        return false;
    for (const struct cell *cell = list->first; cell; cell = cell->next)
        if (cell->kind == CELL_LINK || cell->text.length > SHORT)
            return true;
    return false;
}

static void put_items(struct out *out, const struct cell *list, const char *element) {
    out_print(out, "<%s>\n", element);
    for (const struct cell *cell = list->first; cell; cell = cell->next) {
        out_text(out, "<li>");
        put_line(out, cell);
        out_text(out, "</li>\n");
    }
    out_print(out, "</%s>", element);
}

/* A cell with a box of its own: of a table, of a definition list. */
static void put_cell(struct out *out, const struct cell *cell) {
    if (is_long(cell))
        put_items(out, cell, "ul");
    else if (cell->kind == CELL_TEXT)
        put_mark(out, cell);
    else
        put_line(out, cell);
}

/* ---- facts: a table of labels and values, a body for each group */

/* Digits in one column and their units in the next, so that both line up. */
static void put_fact(struct out *out, const struct cell *cell) {
    char room[AMOUNT_ROOM];
    struct slice digits, unit = slice_of(cell->unit);

    out_text(out, "<tr><th scope=\"row\">");
    put_words(out, cell->title);
    if (!cell_is_amount(cell)) {
        out_text(out, "</th><td colspan=\"2\">");
        put_cell(out, cell);
        out_text(out, "</td></tr>\n");
        return;
    }
    out_text(out, "</th><td class=\"number\">");
    struct slice shown = amount_shown(cell, room);
    slice_cut(&shown, ' ', &digits);
    html_text(out, digits);
    if (shown.length > 0)
        unit = shown;
    out_text(out, "</td><td>");
    html_text(out, unit);
    out_text(out, "</td></tr>\n");
}

static void put_fact_groups(struct out *out, const struct cell *record) {
    bool open = record->title && *record->title;

    if (open) {
        out_text(out, "<tbody>\n<tr><th colspan=\"3\" scope=\"rowgroup\">");
        put_words(out, record->title);
        out_text(out, "</th></tr>\n");
    }
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        bool group = cell->kind == CELL_RECORD;
        if (!group && !cell->title)
            continue;
        if (open == group)
            out_text(out, group ? "</tbody>\n" : "<tbody>\n");
        open = !group;
        if (group)
            put_fact_groups(out, cell);
        else
            put_fact(out, cell);
    }
    if (open)
        out_text(out, "</tbody>\n");
}

static void put_facts(struct out *out, const struct section *section) {
    struct cell untitled = *section->cell; /* the section has its heading */

    untitled.title = NULL;
    out_text(out, "<table class=\"facts\">\n");
    put_fact_groups(out, &untitled);
    out_text(out, "</table>\n");
}

/* ---- tables */

struct table {
    size_t count;
    struct {
        const struct cell *head; /* its cell in the first row */
        bool number;             /* amounts in every row */
    } columns[MOST_COLUMNS];
};

static void find_columns(const struct cell *list, struct table *table) {
    table->count = 0;
    for (const struct cell *head = list->first->first; head; head = head->next) {
        if (!head->title)
            continue;
        assert(table->count < MOST_COLUMNS);
        bool number = true;
        for (const struct cell *row = list->first; row && number; row = row->next) {
            const struct cell *cell = cell_under(row, head);
            number = !cell || cell_is_amount(cell);
        }
        table->columns[table->count].head = head;
        table->columns[table->count++].number = number;
    }
}

static void put_table_row(struct out *out, const struct table *table, const struct cell *row) {
    out_text(out, "<tr>");
    for (size_t i = 0; i < table->count; i++) {
        const struct cell *cell = cell_under(row, table->columns[i].head);
        out_text(out, table->columns[i].number ? "<td class=\"number\">" : "<td>");
        if (cell)
            put_cell(out, cell);
        else
            out_byte(out, '-');
        out_text(out, "</td>");
    }
    out_text(out, "</tr>\n");
}

/* A table wider than the screen scrolls in its box; the keyboard must reach that box, and a reader
 * of the screen be told what it is. */
static void put_table(const struct sheet *sheet, const struct section *section) {
    struct out *out = sheet->out;
    struct table table;

    find_columns(section->cell, &table);
    out_text(out, "<section class=\"scroll\" tabindex=\"0\" aria-labelledby=\"");
    if (sheet->level == UNDER_SECTION)
        out_print(out, "section-%u", sheet->sections);
    else
        out_text(out, "title");
    out_text(out, "\">\n<table>\n<thead>\n<tr>");
    for (size_t i = 0; i < table.count; i++) {
        out_print(out, "<th scope=\"col\"%s>", table.columns[i].number ? " class=\"number\"" : "");
        put_words(out, table.columns[i].head->title);
        out_text(out, "</th>");
    }
    out_text(out, "</tr>\n</thead>\n<tbody>\n");
    for (const struct cell *row = section->cell->first; row; row = row->next)
        put_table_row(out, &table, row);
    out_text(out, "</tbody>\n</table>\n</section>\n");
}

/* ---- cards */

static void put_heading_cell(struct out *out, const struct cell *cell) {
    if (cell->kind != CELL_CODE && cell_is_amount(cell)) {
        out_text(out, "<span class=\"amount\">");
        put_line(out, cell);
        out_text(out, "</span>");
    } else if (cell->kind == CELL_TEXT) {
        put_mark(out, cell);
    } else {
        put_line(out, cell);
    }
}

static void put_card_heading(const struct sheet *sheet, const struct cell *card) {
    struct out *out = sheet->out;
    bool first = true;

    out_print(out, "<h%u>", sheet->level);
    for (const struct cell *cell = card->first; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || !cell_is_heading(card, cell))
            continue;
        if (!first)
            out_byte(out, ' ');
        first = false;
        put_heading_cell(out, cell);
    }
    out_print(out, "</h%u>\n", sheet->level);
}

static void put_card(const struct sheet *sheet, const struct cell *card) {
    struct out *out = sheet->out;
    bool open = false;

    if (card != sheet->named)
        put_card_heading(sheet, card);
    for (const struct cell *cell = card->first; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || cell_is_heading(card, cell))
            continue;
        if (!open)
            out_text(out, "<dl>\n");
        open = true;
        out_text(out, "<dt>");
        put_words(out, cell->title);
        out_text(out, "</dt><dd>");
        put_cell(out, cell);
        out_text(out, "</dd>\n");
    }
    if (open)
        out_text(out, "</dl>\n");
}

static void put_cards(const struct sheet *sheet, const struct section *section) {
    const struct cell *list = section->cell;
    bool beside = section->look == LOOK_SIDE_BY_SIDE, numbered = !beside && list->first->next;

    out_print(sheet->out, "<%s class=\"%s\">\n", numbered ? "ol" : "div",
              beside ? "beside" : "cards");
    for (const struct cell *card = list->first; card; card = card->next) {
        out_text(sheet->out, numbered ? "<li class=\"card\">\n" : "<div class=\"card\">\n");
        put_card(sheet, card);
        out_text(sheet->out, numbered ? "</li>\n" : "</div>\n");
    }
    out_print(sheet->out, "</%s>\n", numbered ? "ol" : "div");
}

/* ---- sections */

static void put_paragraph(struct out *out, const struct cell *cell) {
    out_text(out, "<p>");
    put_line(out, cell);
    out_text(out, "</p>\n");
}

static void put_paragraphs(struct out *out, const struct cell *cell) {
    if (cell->kind != CELL_LIST) {
        put_paragraph(out, cell);
        return;
    }
    for (const struct cell *child = cell->first; child; child = child->next)
        put_paragraph(out, child);
}

static void put_list(const struct sheet *sheet, const struct section *section) {
    if (!section->cell->first) {
        out_text(sheet->out, "<p>");
        put_words(sheet->out, sheet->none);
        out_text(sheet->out, "</p>\n");
    } else if (section->look == LOOK_TABLE || section->look == LOOK_SERIES ||
               section->look == LOOK_SENTENCES) {
        put_table(sheet, section);
    } else if (section->look == LOOK_CARDS || section->look == LOOK_SIDE_BY_SIDE) {
        put_cards(sheet, section);
    } else {
        put_items(sheet->out, section->cell, section->look == LOOK_STEPS ? "ol" : "ul");
        out_byte(sheet->out, '\n');
    }
}

static void put_section(struct sheet *sheet, const struct section *section) {
    bool titled = section->title && *section->title;

    sheet->level = titled ? UNDER_SECTION : UNDER_PAGE;
    if (titled) {
        sheet->sections++;
        out_print(sheet->out, "<section>\n<h2 id=\"section-%u\">", sheet->sections);
        put_words(sheet->out, section->title);
        out_text(sheet->out, "</h2>\n");
    }
    switch (section->look) {
    case LOOK_HIDDEN:
        break;
    case LOOK_FACTS:
        put_facts(sheet->out, section);
        break;
    case LOOK_TABLE:
    case LOOK_SERIES:
    case LOOK_SENTENCES:
    case LOOK_CARDS:
    case LOOK_SIDE_BY_SIDE:
    case LOOK_POINTS:
    case LOOK_STEPS:
        put_list(sheet, section);
        break;
    case LOOK_TEXT:
        put_paragraphs(sheet->out, section->cell);
        break;
    }
    if (titled)
        out_text(sheet->out, "</section>\n");
}

/* ---- the page */

/* A page without a title that begins with a single card is called after it. NULL: is not. */
static const struct cell *naming_card(const struct page *page) {
    const struct section *section = page->first;

    if (page->title && *page->title)
        return NULL;
    while (section && section->look == LOOK_HIDDEN)
        section = section->next;
    if (!section || section->look != LOOK_CARDS || section->cell->first != section->cell->last)
        return NULL;
    return section->cell->first;
}

/* Text without elements, fit for <title>. */
static void put_name(const struct sheet *sheet, const struct page *page) {
    const struct cell *card = sheet->named;
    bool first = true;

    if (!card)
        put_words(sheet->out, page->title && *page->title ? page->title : "mailtriage");
    for (const struct cell *cell = card ? card->first : NULL; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || !cell_is_heading(card, cell) || cell->kind == CELL_LINK)
            continue;
        if (!first)
            out_byte(sheet->out, ' ');
        first = false;
        put_line(sheet->out, cell);
    }
}

static void put_head(const struct sheet *sheet, const struct page *page, const char *lang) {
    struct out *out = sheet->out;

    out_text(out, "<!DOCTYPE html>\n<html lang=\"");
    put_words(out, lang);
    out_text(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'sha256-");
    out_text(out, html_style_hash);
    out_text(out, "'; base-uri 'none'; form-action 'none'\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    put_name(sheet, page);
    out_text(out, "</title>\n<style>");
    out_text(out, html_style);
    out_text(out, "</style>\n</head>\n");
}

static void html_page(const struct page *page, const struct format_wishes *wishes,
                      struct out *out) {
    struct sheet sheet = {
        .out = out, .named = naming_card(page), .none = wishes->none ? wishes->none : "none"};

    put_head(&sheet, page, wishes->lang ? wishes->lang : "en");
    out_text(out, "<body>\n<main>\n<h1 id=\"title\">");
    put_name(&sheet, page);
    out_text(out, "</h1>\n");
    for (const struct section *section = page->first; section; section = section->next)
        if (section->look != LOOK_HIDDEN)
            put_section(&sheet, section);
    out_text(out, "</main>\n</body>\n</html>\n");
}

extern const struct format format_html; /* formats.def */

const struct format format_html = {.name = "html", .for_people = true, .page = html_page};
