/* Why: every part of a page, tables, figures and cards, shows cells.
 *
 * How: every text, whatever made it, goes through html_text; all else that is written is ours.
 */
#include "report/html_put.h"

#include "report/cell_line.h"
#include "report/html_chart.h"
#include "report/utf8.h"

/* A line of a log may have 60 KB; its end is told by machines. */
enum { MOST_SHOWN = 2000 };

void html_words(struct out *out, const char *words) {
    html_text(out, slice_of(words));
}

/* ---- cells */

const char *html_tone(enum tone tone) {
    static const char *const tones[] = {[TONE_INFO] = "info",
                                        [TONE_NOTICE] = "notice",
                                        [TONE_WARNING] = "warning",
                                        [TONE_ERROR] = "error",
                                        [TONE_CRITICAL] = "critical"};
    return tones[tone];
}

static void put_end(struct out *out, struct slice text) {
    if (text.length > MOST_SHOWN)
        out_text(out, "\u2026");
}

static void put_shown(struct out *out, struct slice text) {
    html_text(out, utf8_head(text, MOST_SHOWN));
    put_end(out, text);
}

/* A line may break anywhere but inside "--year", which would be hard to read. A page has hundreds
 * of them, so what holds one together has the shortest name. */
static void put_words(struct out *out, struct slice text) {
    enum { LONGEST_OPTION = 24 };
    struct slice word;

    for (bool more = true; more;) {
        more = slice_cut(&text, ' ', &word);
        bool option = slice_starts(word, SLICE("--")) && word.length <= LONGEST_OPTION;
        out_text(out, option ? "<b>" : "");
        html_text(out, word);
        out_text(out, option ? "</b>" : "");
        out_text(out, more ? " " : "");
    }
}

/* A click takes the whole of a command. */
static void put_literal(struct out *out, const struct cell *cell) {
    out_text(out, cell->command ? "<code class=\"command\">" : "<code>");
    put_words(out, cell->command ? cell->text : utf8_head(cell->text, MOST_SHOWN));
    if (!cell->command)
        put_end(out, cell->text);
    out_text(out, "</code>");
}

/* What has a tone is a mark of its own; words of the log never name a class. */
void html_mark(struct out *out, const struct cell *cell) {
    const char *tone = html_tone(cell->tone);

    if (cell->literal) {
        put_literal(out, cell);
        return;
    }
    if (tone)
        out_print(out, "<span class=\"mark %s\">", tone);
    put_shown(out, cell->text);
    if (tone)
        out_text(out, "</span>");
}

void html_line(struct out *out, const struct cell *cell) {
    static const struct cell_line line = {put_shown, html_link};
    cell_line_put(&line, out, cell);
}

/* Several texts of which one is longer than a word or two: a list of its own, not a line. */
static bool is_long(const struct cell *list) {
    enum { SHORT = 24 };

    if (list->kind != CELL_LIST || list->first == list->last)
        return false;
    for (const struct cell *cell = list->first; cell; cell = cell->next)
        if (cell->kind == CELL_LINK || (cell->kind == CELL_TEXT && cell->text.length > SHORT))
            return true;
    return false;
}

static void put_item(struct out *out, const struct cell *cell) {
    if (cell->kind == CELL_TEXT)
        html_mark(out, cell);
    else
        html_line(out, cell);
}

void html_items(struct out *out, const struct cell *list, const char *element) {
    out_print(out, "<%s>\n", element);
    for (const struct cell *cell = list->first; cell; cell = cell->next) {
        out_text(out, "<li>");
        put_item(out, cell);
        out_text(out, "</li>\n");
    }
    out_print(out, "</%s>", element);
}

void html_cell(struct out *out, const struct cell *cell) {
    if (cell->kind == CELL_STRIP)
        html_strip(out, cell->strip);
    else if (is_long(cell))
        html_items(out, cell, "ul");
    else if (cell->kind == CELL_LIST && cell->first && cell->first == cell->last)
        put_item(out, cell->first);
    else
        put_item(out, cell);
}

/* ---- records */

static bool is_labelled(const struct cell *record, const struct cell *cell, bool folded,
                        bool is_card) {
    return cell_is_shown(cell) && *cell->title && cell->folded == folded &&
           !(is_card && cell_is_heading(record, cell));
}

void html_labelled(struct out *out, const struct cell *record, bool folded, bool is_card) {
    bool open = false;

    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!is_labelled(record, cell, folded, is_card))
            continue;
        if (!open)
            out_text(out, "<dl>\n");
        open = true;
        out_text(out, "<dt>");
        html_words(out, cell->title);
        out_text(out, "</dt><dd>");
        html_cell(out, cell);
        out_text(out, "</dd>\n");
    }
    if (open)
        out_text(out, "</dl>\n");
}

bool html_has_folded(const struct cell *record) {
    for (const struct cell *cell = record->first; cell; cell = cell->next)
        if (is_labelled(record, cell, true, false))
            return true;
    return false;
}

void html_details(const struct sheet *sheet, const struct cell *record, bool is_card) {
    if (!html_has_folded(record))
        return;
    out_text(sheet->out, "<details><summary>");
    html_words(sheet->out, sheet->words->text[WORD_DETAILS]);
    out_text(sheet->out, "</summary>\n");
    html_labelled(sheet->out, record, true, is_card);
    out_text(sheet->out, "</details>\n");
}
