/* Why: a page for the browser: one file to look at, to mail and to print, whole without script.
 *
 * How: sections become headings, tables, figures, definition lists and paragraphs; all looks are in
 * html.css. Log text is an attacker's: every text goes through html_text, and the page forbids
 * itself everything but its own style and its own script by a Content-Security-Policy with their
 * hashes, so that even a hole in the escaping would load and run nothing. The policy blocks style
 * attributes too. The script sorts and filters tables; nothing waits for it.
 */
#include "report/format.h"
#include "report/html_chart.h"
#include "report/html_style.h"
#include "report/html_table.h"

/* ---- cards */

static void put_heading_cell(struct out *out, const struct cell *cell) {
    if (cell->kind != CELL_CODE && cell_is_amount(cell)) {
        out_text(out, "<span class=\"amount\">");
        html_line(out, cell);
        out_text(out, "</span>");
    } else if (cell->kind == CELL_TEXT) {
        html_mark(out, cell);
    } else {
        html_line(out, cell);
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
    if (card != sheet->named)
        put_card_heading(sheet, card);
    html_labelled(sheet->out, card, false, true);
    html_details(sheet, card, true);
}

/* Of the first cell that has one. */
static const char *tone_of(const struct cell *card) {
    const struct cell *cell = card->first;
    while (cell && !(cell->tone && cell_is_heading(card, cell)))
        cell = cell->next;
    return cell ? html_tone(cell->tone) : NULL;
}

static void put_cards(const struct sheet *sheet, const struct section *section) {
    const struct cell *list = section->cell;
    bool beside = section->look == LOOK_SIDE_BY_SIDE, numbered = !beside && list->first->next;

    out_print(sheet->out, "<%s class=\"%s\">\n", numbered ? "ol" : "div",
              beside ? "beside" : "cards");
    for (const struct cell *card = list->first; card; card = card->next) {
        const char *tone = tone_of(card);
        out_print(sheet->out, "<%s class=\"card%s%s\">\n", numbered ? "li" : "div",
                  tone ? " is-" : "", tone ? tone : "");
        put_card(sheet, card);
        out_text(sheet->out, numbered ? "</li>\n" : "</div>\n");
    }
    out_print(sheet->out, "</%s>\n", numbered ? "ol" : "div");
}

/* ---- sections */

static void put_paragraph(struct out *out, const struct cell *cell) {
    out_text(out, "<p>");
    html_line(out, cell);
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

static void put_list(struct sheet *sheet, const struct section *section) {
    if (!section->cell->first) {
        out_text(sheet->out, "<p>");
        html_words(sheet->out, sheet->none);
        out_text(sheet->out, "</p>\n");
    } else if (section->look == LOOK_SERIES) {
        html_chart(sheet, section);
    } else if (section->look == LOOK_TABLE || section->look == LOOK_SENTENCES) {
        html_table(sheet, section);
    } else if (section->look == LOOK_CARDS || section->look == LOOK_SIDE_BY_SIDE) {
        put_cards(sheet, section);
    } else {
        html_items(sheet->out, section->cell, section->look == LOOK_STEPS ? "ol" : "ul");
        out_byte(sheet->out, '\n');
    }
}

static bool is_titled(const struct section *section) {
    return section->look != LOOK_HIDDEN && section->title && *section->title;
}

/* What has no title goes on with the section before it. */
static void put_section(struct sheet *sheet, const struct section *section) {
    if (section->unfolded)
        return;
    if (is_titled(section)) {
        out_text(sheet->out, sheet->sections ? "</section>\n" : "");
        sheet->level = UNDER_SECTION;
        out_print(sheet->out, "<section>\n<h2 id=\"section-%u\">", ++sheet->sections);
        html_words(sheet->out, section->title);
        out_text(sheet->out, "</h2>\n");
    }
    switch (section->look) {
    case LOOK_HIDDEN:
        break;
    case LOOK_FACTS:
        html_facts(sheet, section);
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
}

/* Where to go on a long page, closed. */
static void put_contents(const struct sheet *sheet, const struct page *page) {
    enum { LONG = 5 }; /* sections */
    unsigned number = 0;

    for (const struct section *section = page->first; section; section = section->next)
        number += is_titled(section);
    if (number < LONG)
        return;
    out_text(sheet->out, "<nav>\n<details><summary>");
    html_words(sheet->out, sheet->words->text[WORD_CONTENTS]);
    out_text(sheet->out, "</summary>\n<ul>\n");
    number = 0;
    for (const struct section *section = page->first; section; section = section->next) {
        if (!is_titled(section))
            continue;
        out_print(sheet->out, "<li><a href=\"#section-%u\">", ++number);
        html_words(sheet->out, section->title);
        out_text(sheet->out, "</a></li>\n");
    }
    out_text(sheet->out, "</ul>\n</details>\n</nav>\n");
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
        html_words(sheet->out, page->title && *page->title ? page->title : "mailtriage");
    for (const struct cell *cell = card ? card->first : NULL; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || !cell_is_heading(card, cell) || cell->kind == CELL_LINK)
            continue;
        if (!first)
            out_byte(sheet->out, ' ');
        first = false;
        html_line(sheet->out, cell);
    }
}

static void put_head(const struct sheet *sheet, const struct page *page, const char *lang) {
    struct out *out = sheet->out;

    out_text(out, "<!DOCTYPE html>\n<html lang=\"");
    html_words(out, lang);
    out_text(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'sha256-");
    out_text(out, html_style_hash);
    out_text(out, "'; script-src 'sha256-");
    out_text(out, html_script_hash);
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
    struct sheet sheet = {.out = out,
                          .named = naming_card(page),
                          .words = page->words ? page->words : &words_english,
                          .none = wishes->none ? wishes->none : "none",
                          .level = UNDER_PAGE};

    put_head(&sheet, page, wishes->lang ? wishes->lang : "en");
    out_text(out, "<body data-filter=\"");
    html_words(out, sheet.words->text[WORD_FILTER_ROWS]);
    out_text(out, "\">\n<main>\n<h1 id=\"title\">");
    put_name(&sheet, page);
    out_text(out, "</h1>\n");
    put_contents(&sheet, page);
    for (const struct section *section = page->first; section; section = section->next)
        if (section->look != LOOK_HIDDEN)
            put_section(&sheet, section);
    out_text(out, sheet.sections ? "</section>\n</main>\n<script>" : "</main>\n<script>");
    out_text(out, html_script);
    out_text(out, "</script>\n</body>\n</html>\n");
}

extern const struct format format_html; /* formats.def */

const struct format format_html = {.name = "html", .for_people = true, .page = html_page};
