/* Why: when it began and when it stopped is seen at a glance in a picture, and in no table.
 *
 * How: each amount has a strip of bars of its own under its name, with a scale of its own:
 * deliveries in thousands beside ten bounces. So no colour has to tell one from the other. Places
 * are in percent and letters in the page's own size, so the picture fits any screen without script;
 * the bars of a strip are one path, which keeps the page small. A closed table has the numbers.
 */
#include "report/html_chart.h"

#include <assert.h>

#include "report/html_table.h"

enum {
    NAME = 15,       /* pixels from the top of a strip to the line its name stands on */
    BARS = 22,       /* and to its bars */
    HEIGHT = 40,     /* of the bars */
    STRIP = 78,      /* from strip to strip */
    LABELS = 22,     /* below the last strip */
    SCALE = 100,     /* units of a path in height */
    FEW = 8,         /* bars: fewer are not stretched over the whole width */
    LETTER = 8,      /* pixels, about */
    NARROW = 300,    /* pixels of a chart on a narrow screen */
    WIDE = 860,      /* and on a wide one */
    SHORT_LABEL = 5, /* bytes */
    LONGEST_LABEL = 24
};

struct chart {
    const struct cell *list, *label; /* label: head of the first column */
    size_t points, strips;
    double span;   /* percent of the width that the points take */
    size_t common; /* bytes that all labels begin with */
    const struct cell *heads[MOST_COLUMNS];
    const struct cell *peaks[MOST_COLUMNS]; /* the row with the largest amount */
};

/* ---- measuring */

/* What a bar is as high as. */
static double height_of(const struct cell *cell) {
    if (!cell || !cell_is_amount(cell))
        return 0;
    if (cell->kind == CELL_SHARE)
        return cell->whole ? (double)cell->number / (double)cell->whole : 0;
    return (double)cell->number;
}

static const struct cell *peak_of(const struct cell *list, const struct cell *head) {
    const struct cell *peak = NULL;
    double most = 0;

    for (const struct cell *row = list->first; row; row = row->next) {
        double height = height_of(cell_under(row, head));
        if (height > most) {
            most = height;
            peak = row;
        }
    }
    return peak;
}

static struct slice label_of(const struct chart *chart, const struct cell *row) {
    const struct cell *cell = cell_under(row, chart->label);
    return cell && cell->kind == CELL_TEXT ? slice_head(cell->text, LONGEST_LABEL)
                                           : (struct slice){0};
}

/* The day that all hours have in common is not said below each of them: the bytes of it. */
static size_t common_words(const struct chart *chart) {
    struct slice first = label_of(chart, chart->list->first);
    size_t blank = slice_rfind(first, ' ');

    if (blank == SIZE_MAX)
        return 0;
    for (const struct cell *row = chart->list->first; row; row = row->next)
        if (!slice_starts(label_of(chart, row), slice_head(first, blank + 1)))
            return 0;
    return blank + 1;
}

/* Amounts that are nothing throughout are told by the table alone. */
static struct chart chart_of(const struct cell *list) {
    struct chart chart = {.list = list};

    for (const struct cell *row = list->first; row; row = row->next)
        chart.points++;
    for (const struct cell *head = list->first->first; head; head = head->next) {
        if (!head->title || head->folded)
            continue;
        const struct cell *peak = chart.label && cell_is_amount(head) ? peak_of(list, head) : NULL;
        if (!chart.label)
            chart.label = head;
        if (!peak)
            continue;
        assert(chart.strips < MOST_COLUMNS);
        chart.heads[chart.strips] = head;
        chart.peaks[chart.strips++] = peak;
    }
    chart.common = common_words(&chart);
    chart.span = chart.points < FEW ? 100.0 * (double)chart.points / FEW : 100;
    return chart;
}

/* ---- words */

/* "at most 123 messages: 14" */
static void put_peak(const struct sheet *sheet, const struct chart *chart, size_t strip) {
    char room[AMOUNT_ROOM];
    struct arena arena;
    const struct cell *cell = cell_under(chart->peaks[strip], chart->heads[strip]);

    arena_init(&arena);
    html_text(sheet->out,
              WORDS_FILL(&arena, sheet->words->text[WORD_SERIES_PEAK], amount_shown(cell, room),
                         label_of(chart, chart->peaks[strip])));
    arena_release(&arena);
}

/* What the picture shows, in a sentence for each strip. */
static void put_description(const struct sheet *sheet, const struct chart *chart) {
    struct out *out = sheet->out;

    html_words(out, chart->label->title);
    out_text(out, ": ");
    html_text(out, label_of(chart, chart->list->first));
    out_text(out, " \u2013 ");
    html_text(out, label_of(chart, chart->list->last));
    out_byte(out, '.');
    for (size_t i = 0; i < chart->strips; i++) {
        out_byte(out, ' ');
        html_words(out, chart->heads[i]->title);
        out_text(out, ": ");
        put_peak(sheet, chart, i);
        out_byte(out, '.');
    }
}

/* ---- drawing */

/* One path of all bars, ten units wide each; what is not nothing shows. */
static void put_bars(struct out *out, const struct chart *chart, size_t strip) {
    double most = height_of(cell_under(chart->peaks[strip], chart->heads[strip]));
    size_t at = 0;

    out_text(out, "<path d=\"");
    for (const struct cell *row = chart->list->first; row; row = row->next, at += 10) {
        double height = height_of(cell_under(row, chart->heads[strip]));
        if (height <= 0)
            continue;
        unsigned top = (unsigned)(height / most * SCALE + 0.5);
        out_print(out, "M%zu %dV%uh8V%dz", at + 1, SCALE, SCALE - (top > 3 ? top : 3), SCALE);
    }
    out_text(out, "\"/>");
}

static void put_strip(const struct sheet *sheet, const struct chart *chart, size_t strip) {
    struct out *out = sheet->out;
    unsigned top = (unsigned)strip * STRIP;

    out_print(out, "<text class=\"name\" x=\"0\" y=\"%u\">", top + NAME);
    html_words(out, chart->heads[strip]->title);
    out_print(out, "</text>\n<text class=\"end\" x=\"100%%\" y=\"%u\">", top + NAME);
    put_peak(sheet, chart, strip);
    out_print(out,
              "</text>\n<svg y=\"%u\" width=\"%.4g%%\" height=\"%d\" viewBox=\"0 0 %zu %d\" "
              "preserveAspectRatio=\"none\">",
              top + BARS, chart->span, HEIGHT, chart->points * 10, SCALE);
    put_bars(out, chart, strip);
    out_print(out, "</svg>\n<line x1=\"0\" x2=\"%.4g%%\" y1=\"%u\" y2=\"%u\"/>\n", chart->span,
              top + BARS + HEIGHT, top + BARS + HEIGHT);
}

static struct slice short_label_of(const struct chart *chart, const struct cell *row) {
    return slice_from(label_of(chart, row), chart->common);
}

static size_t longest_label(const struct chart *chart) {
    size_t longest = 0;
    for (const struct cell *row = chart->list->first; row; row = row->next) {
        size_t length = short_label_of(chart, row).length;
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* So many points from label to label that they do not touch. */
static size_t step_in(const struct chart *chart, size_t pixels) {
    double room = (double)pixels * chart->span / 100;
    size_t labels = (size_t)(room / (double)((longest_label(chart) + 2) * LETTER));
    return labels ? (chart->points + labels - 1) / labels : chart->points;
}

/* Short ones stand in the middle below their bars. On a narrow screen some are left out. */
static void put_labels(const struct sheet *sheet, const struct chart *chart, unsigned top) {
    size_t narrow = step_in(chart, NARROW), wide = step_in(chart, WIDE), at = 0;

    bool middle = longest_label(chart) <= SHORT_LABEL;
    while (narrow % wide != 0)
        narrow++;
    for (const struct cell *row = chart->list->first; row; row = row->next, at++) {
        if (at % wide != 0)
            continue;
        double place = ((double)at + (middle ? 0.5 : 0.1)) * chart->span / (double)chart->points;
        out_print(sheet->out, "<text%s%s x=\"%.4g%%\" y=\"%u\">",
                  at % narrow == 0 ? "" : " class=\"wide\"",
                  middle ? " text-anchor=\"middle\"" : "", place, top);
        html_text(sheet->out, short_label_of(chart, row));
        out_text(sheet->out, "</text>\n");
    }
}

static void put_picture(struct sheet *sheet, const struct section *section,
                        const struct chart *chart) {
    struct out *out = sheet->out;
    unsigned number = ++sheet->figures,
             bottom = (unsigned)chart->strips * STRIP - (STRIP - BARS - HEIGHT);

    out_print(out,
              "<svg role=\"img\" aria-labelledby=\"figure-%u\" aria-describedby=\"figure-%u-says\" "
              "width=\"100%%\" height=\"%u\">\n<title id=\"figure-%u\">",
              number, number, bottom + LABELS, number);
    html_words(out, section->title && *section->title ? section->title : chart->label->title);
    out_print(out, "</title>\n<desc id=\"figure-%u-says\">", number);
    put_description(sheet, chart);
    out_text(out, "</desc>\n");
    for (size_t i = 0; i < chart->strips; i++)
        put_strip(sheet, chart, i);
    put_labels(sheet, chart, bottom + LABELS - 5);
    out_text(out, "</svg>\n");
}

void html_chart(struct sheet *sheet, const struct section *section) {
    struct out *out = sheet->out;
    struct chart chart = chart_of(section->cell);

    if (chart.strips == 0 || chart.points < 2) {
        html_table(sheet, section);
        return;
    }
    out_text(out, "<figure>\n");
    put_picture(sheet, section, &chart);
    out_text(out, "<details><summary>");
    html_words(out, sheet->words->text[WORD_AS_TABLE]);
    out_text(out, "</summary>\n");
    html_table(sheet, section);
    out_text(out, "</details>\n</figure>\n");
}

/* ---- a strip ---- */

/* What is marked stands on a ground of its own, and its bars in another colour. */
static void put_strip_bars(struct out *out, const struct strip *strip, bool marked) {
    double most = (double)strip_most(strip);

    out_print(out, "<path%s d=\"", marked ? " class=\"marked\"" : "");
    for (size_t i = 0; i < strip->count; i++) {
        bool is_marked = i >= strip->mark && i < strip->mark_end;
        unsigned top = (unsigned)((double)strip->amounts[i] / most * SCALE + 0.5);
        if (strip->amounts[i] && is_marked == marked)
            out_print(out, "M%zu %dV%uh8V%dz", 10 * i + 1, SCALE, SCALE - (top > 3 ? top : 3),
                      SCALE);
    }
    out_text(out, "\"/>");
}

void html_strip(struct out *out, const struct strip *strip) {
    size_t end = strip->mark_end < strip->count ? strip->mark_end : strip->count;

    if (!strip_most(strip))
        return;
    out_text(out, "<svg class=\"strip\" role=\"img\" width=\"100%\" height=\"60\" aria-label=\"");
    html_text(out, strip->from);
    out_text(out, " \u2013 ");
    html_text(out, strip->to);
    out_print(out,
              "\">\n<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %zu %d\" "
              "preserveAspectRatio=\"none\">",
              HEIGHT, 10 * strip->count, SCALE);
    if (strip->mark < end)
        out_print(out, "<rect x=\"%zu\" width=\"%zu\" height=\"%d\"/>", 10 * strip->mark,
                  10 * (end - strip->mark), SCALE);
    put_strip_bars(out, strip, false);
    put_strip_bars(out, strip, true);
    out_print(out, "</svg>\n<text x=\"0\" y=\"%d\">", HEIGHT + NAME);
    html_text(out, strip->from);
    out_print(out, "</text>\n<text class=\"end\" x=\"100%%\" y=\"%d\">", HEIGHT + NAME);
    html_text(out, strip->to);
    out_text(out, "</text>\n</svg>");
}
