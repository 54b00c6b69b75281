/* Why: most mail readers show HTML, and drop what makes the page of html.c good to look at: its
 * style sheet, and soon its pictures. What is left would be a heap of words.
 *
 * How: every section is a table with its looks on the elements themselves; a series also gets a bar
 * a row, which is a cell with a colour. No address is loaded, nothing is named.
 */
#include "report/mail_html.h"

#include "report/cell_line.h"
#include "report/html_text.h"

struct sheet {
    struct out *out;
    const char *none, *colon;
};

#define CELL   "padding:2px 12px 2px 0;vertical-align:top;text-align:left"
#define NUMBER "padding:2px 12px 2px 0;vertical-align:top;text-align:right;white-space:nowrap"
#define TABLE                                                                                      \
    "<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:0 0 12px 0\">\n"

/* ---- cells */

static void put_line(struct out *out, const struct cell *cell) {
    static const struct cell_line line = {html_text, html_link};
    static const char *const colors[] = {[TONE_NOTICE] = "#0b6e6e",
                                         [TONE_WARNING] = "#8a5a00",
                                         [TONE_ERROR] = "#b3261e",
                                         [TONE_CRITICAL] = "#b3261e"};
    const char *color = colors[cell->tone];
    if (color)
        out_print(out, "<b style=\"color:%s\">", color);
    cell_line_put(&line, out, cell);
    if (color)
        out_text(out, "</b>");
}

static void put_words(struct out *out, const char *words) {
    html_text(out, slice_of(words));
}

static void put_cell(struct out *out, const struct cell *cell, const char *look) {
    out_print(out, "<td style=\"%s\">", look);
    if (cell)
        put_line(out, cell);
    else
        out_byte(out, '-');
    out_text(out, "</td>");
}

/* ---- facts */

static void put_facts(struct out *out, const struct cell *record) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        bool titled = cell->title && *cell->title;
        if (cell->kind == CELL_RECORD) {
            if (titled) {
                out_text(out, "<tr><th colspan=\"2\" style=\"" CELL "\">");
                put_words(out, cell->title);
                out_text(out, "</th></tr>\n");
            }
            put_facts(out, cell);
        } else if (cell->title) {
            out_text(out, "<tr><td style=\"" CELL "\">");
            put_words(out, cell->title);
            out_text(out, "</td>");
            put_cell(out, cell, cell_is_amount(cell) ? NUMBER : CELL);
            out_text(out, "</tr>\n");
        }
    }
}

/* ---- tables */

struct table {
    size_t count;
    const struct cell *heads[MOST_COLUMNS];
    bool numbers[MOST_COLUMNS]; /* amounts in every row */
};

static struct table table_of(const struct cell *list) {
    struct table table = {0};
    for (const struct cell *head = list->first->first; head; head = head->next) {
        if (!head->title || head->folded || table.count == MOST_COLUMNS)
            continue;
        bool number = true;
        for (const struct cell *row = list->first; row && number; row = row->next) {
            const struct cell *cell = cell_under(row, head);
            number = !cell || cell_is_amount(cell);
        }
        table.heads[table.count] = head;
        table.numbers[table.count++] = number;
    }
    return table;
}

/* The first amount of a row is what its bar shows. */
static uint64_t bar_number(const struct cell *row, const struct table *table) {
    const struct cell *cell = table->count > 1 ? cell_under(row, table->heads[1]) : NULL;
    return cell && cell_is_amount(cell) ? cell->number : 0;
}

static void put_bar(struct out *out, uint64_t number, uint64_t most) {
    unsigned share = most ? (unsigned)((double)number / (double)most * 100 + 0.5) : 0;
    out_text(out, "<td style=\"" CELL "\">");
    if (share)
        out_print(out,
                  "<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" width=\"160\"><tr>"
                  "<td width=\"%u%%\" bgcolor=\"#4a7fb5\" style=\"line-height:12px\">&nbsp;</td>"
                  "<td width=\"%u%%\"></td></tr></table>",
                  share, 100 - share);
    out_text(out, "</td>");
}

static void put_table(struct out *out, const struct cell *list, bool has_bars) {
    struct table table = table_of(list);
    uint64_t most = 0;
    out_text(out, TABLE "<tr>");
    for (size_t i = 0; i < table.count; i++) {
        out_print(out, "<th style=\"%s;border-bottom:1px solid #888\">",
                  table.numbers[i] ? NUMBER : CELL);
        put_words(out, table.heads[i]->title);
        out_text(out, "</th>");
    }
    out_text(out, has_bars ? "<th></th></tr>\n" : "</tr>\n");
    for (const struct cell *row = list->first; row; row = row->next)
        most = bar_number(row, &table) > most ? bar_number(row, &table) : most;
    for (const struct cell *row = list->first; row; row = row->next) {
        out_text(out, "<tr>");
        for (size_t i = 0; i < table.count; i++)
            put_cell(out, cell_under(row, table.heads[i]), table.numbers[i] ? NUMBER : CELL);
        if (has_bars)
            put_bar(out, bar_number(row, &table), most);
        out_text(out, "</tr>\n");
    }
    out_text(out, "</table>\n");
}

/* ---- cards */

static void put_card(const struct sheet *sheet, const struct cell *card, size_t number) {
    struct out *out = sheet->out;
    bool first = true;
    out_text(out, TABLE "<tr><th colspan=\"2\" style=\"" CELL ";border-bottom:1px solid #888\">");
    if (number)
        out_print(out, "%zu. ", number);
    for (const struct cell *cell = card->first; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || !cell_is_heading(card, cell))
            continue;
        if (!first)
            out_byte(out, ' ');
        first = false;
        put_line(out, cell);
    }
    out_text(out, "</th></tr>\n");
    for (const struct cell *cell = card->first; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || cell_is_heading(card, cell))
            continue;
        out_text(out, "<tr><td style=\"" CELL ";white-space:nowrap\">");
        put_words(out, cell->title);
        put_words(out, sheet->colon);
        out_text(out, "</td>");
        put_cell(out, cell, CELL);
        out_text(out, "</tr>\n");
    }
    out_text(out, "</table>\n");
}

static void put_cards(const struct sheet *sheet, const struct cell *list, bool numbered) {
    size_t number = 0;
    for (const struct cell *card = list->first; card; card = card->next)
        put_card(sheet, card, numbered ? ++number : 0);
}

/* ---- sections */

/* One row each: "- text", "1. text", or the text alone. */
static void put_rows(struct out *out, const struct cell *cell, enum section_look look) {
    size_t number = 0;
    out_text(out, TABLE);
    for (const struct cell *row = cell->kind == CELL_LIST ? cell->first : cell; row;
         row = cell->kind == CELL_LIST ? row->next : NULL) {
        out_text(out, "<tr><td style=\"" CELL "\">");
        number++;
        if (look == LOOK_STEPS)
            out_print(out, "%zu. ", number);
        else if (look == LOOK_POINTS)
            out_text(out, "- ");
        put_line(out, row);
        out_text(out, "</td></tr>\n");
    }
    out_text(out, "</table>\n");
}

static void put_none(const struct sheet *sheet) {
    out_text(sheet->out, "<p>");
    put_words(sheet->out, sheet->none);
    out_text(sheet->out, "</p>\n");
}

static void put_section(const struct sheet *sheet, const struct section *section) {
    const struct cell *cell = section->cell;
    if (section->unfolded)
        return;
    if (section->title && *section->title) {
        out_text(sheet->out, "<h2 style=\"font-size:16px;margin:16px 0 6px 0\">");
        put_words(sheet->out, section->title);
        out_text(sheet->out, "</h2>\n");
    }
    if (cell->kind == CELL_LIST && !cell->first) {
        put_none(sheet);
        return;
    }
    switch (section->look) {
    case LOOK_HIDDEN:
        break;
    case LOOK_FACTS:
        out_text(sheet->out, TABLE);
        put_facts(sheet->out, cell);
        out_text(sheet->out, "</table>\n");
        break;
    case LOOK_TABLE:
    case LOOK_SERIES:
    case LOOK_SENTENCES:
        put_table(sheet->out, cell, section->look == LOOK_SERIES);
        break;
    case LOOK_CARDS:
    case LOOK_SIDE_BY_SIDE:
        put_cards(sheet, cell, section->look == LOOK_CARDS && cell->first->next);
        break;
    case LOOK_POINTS:
    case LOOK_STEPS:
    case LOOK_TEXT:
        put_rows(sheet->out, cell, section->look);
        break;
    }
}

void mail_html_page(const struct page *page, const struct format_wishes *wishes, struct out *out) {
    struct sheet sheet = {.out = out,
                          .none = wishes->none ? wishes->none : "none",
                          .colon = wishes->colon ? wishes->colon : ":"};
    const char *title = page->title && *page->title ? page->title : "mailtriage";
    out_text(out, "<!DOCTYPE html>\n<html lang=\"");
    put_words(out, wishes->lang ? wishes->lang : "en");
    out_text(out, "\">\n<head><meta charset=\"utf-8\"><title>");
    put_words(out, title);
    out_text(out, "</title></head>\n<body style=\"font-family:sans-serif;font-size:14px\">\n"
                  "<h1 style=\"font-size:20px;margin:0 0 12px 0\">");
    put_words(out, title);
    out_text(out, "</h1>\n");
    for (const struct section *section = page->first; section; section = section->next)
        if (section->look != LOOK_HIDDEN)
            put_section(&sheet, section);
    out_text(out, "</body>\n</html>\n");
}
