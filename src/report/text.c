/* Why: the report as a person reads it in a terminal or a mail.
 *
 * How: cells become lines of plain text first, which are then measured, wrapped and padded
 * (text_pen.h); tables have a file of their own. Numbers stay digits with their unit behind them,
 * so that a report can be searched with grep.
 */
#include <math.h>

#include "report/text_pen.h"
#include "report/text_table.h"
#include "report/width.h"

enum { LONGEST_LABEL = 24 };

static void write_heading(const struct pen *pen, const char *title) {
    if (title && *title)
        pen_write_wrapped(pen, slice_of(title), "1", 0, 0);
}

/* Gives where it ends. One that goes beyond `most` has lines of its own. */
static size_t write_label(const struct pen *pen, struct slice label, size_t indent, size_t most) {
    size_t end = indent + width_of(label);

    if (end > most) {
        pen_write_wrapped(pen, label, NULL, 0, indent);
        return 0;
    }
    out_spaces(pen->out, indent);
    out_slice(pen->out, label);
    return end;
}

/* ---- facts */

struct facts {
    size_t label, number, unit; /* widths; label with what it is indented */
    size_t place;               /* column of the numbers and texts */
};

static void measure_facts(struct pen *pen, const struct cell *record, size_t indent,
                          struct facts *facts) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (cell->kind == CELL_RECORD) {
            bool titled = cell->title && *cell->title;
            measure_facts(pen, cell, indent + (titled ? INDENT : 0), facts);
            continue;
        }
        if (!cell->title)
            continue;
        size_t label = indent + width_of(slice_of(cell->title));
        facts->label = label > facts->label ? label : facts->label;
        if (!cell_is_amount(cell))
            continue;
        struct slice shown = pen_show(pen, cell);
        size_t number = pen_number_width(shown), unit = width_of(slice_from(shown, number));
        facts->number = number > facts->number ? number : facts->number;
        facts->unit = unit > facts->unit ? unit : facts->unit;
    }
}

/* Behind the labels, unless amounts or texts would have no room there. */
static void place_facts(const struct pen *pen, struct facts *facts) {
    size_t room = facts->number + facts->unit;

    room = room > NARROWEST ? room : NARROWEST;
    facts->place = facts->label + GAP;
    if (facts->place + room > pen->width && pen->width > room)
        facts->place = pen->width - room;
}

static void write_fact(struct pen *pen, const struct cell *cell, size_t indent,
                       const struct facts *facts) {
    struct slice shown = pen_show(pen, cell);
    size_t place = facts->place;
    size_t at = write_label(pen, slice_of(cell->title), indent, place - 1);

    if (cell_is_amount(cell))
        place += facts->number - pen_number_width(shown);
    pen_write_wrapped(pen, shown, pen_color(cell), at, place);
}

static void write_facts(struct pen *pen, const struct cell *record, size_t indent,
                        const struct facts *facts) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        bool titled = cell->title && *cell->title;
        if (cell->kind == CELL_RECORD) {
            if (titled)
                pen_write_wrapped(pen, arena_print(&pen->arena, "%s%s", cell->title, pen->colon),
                                  NULL, 0, indent);
            write_facts(pen, cell, indent + (titled ? INDENT : 0), facts);
        } else if (cell->title) {
            write_fact(pen, cell, indent, facts);
        }
    }
}

/* ---- cards */

/* "1. error  Mailbox full", bold; what has a tone and stands in front in its own colour. number 0:
 * none. */
static void write_card_heading(struct pen *pen, const struct cell *record, size_t number) {
    struct slice mark = {0}, text;
    if (number > 0)
        mark = arena_print(&pen->arena, "%zu. ", number);
    size_t room = pen->width > mark.length + NARROWEST ? pen->width - mark.length : NARROWEST;
    size_t toned = 0; /* bytes in front */
    const char *color = NULL;
    struct out joined;

    out_init_memory(&joined);
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || !cell_is_heading(record, cell))
            continue;
        bool first = joined.length == 0;
        if (!first)
            out_spaces(&joined, GAP);
        pen_show_into(&joined, cell);
        if (first && pen_color(cell)) {
            color = pen_color(cell);
            toned = joined.length;
        }
    }
    text = arena_copy(&pen->arena, out_held(&joined));
    out_release(&joined);

    pen_write(pen, mark, "1");
    do {
        struct slice line = pen_take_line(&text, room);
        if (toned > 0)
            pen_write(pen, slice_head(line, toned), color);
        pen_write(pen, slice_from(line, toned < line.length ? toned : line.length), "1");
        out_byte(pen->out, '\n');
        toned = 0;
        if (text.length > 0)
            out_spaces(pen->out, mark.length);
    } while (text.length > 0);
}

/* "2026-06-05 06:00 ___.[-*#]_._ 14:00": what is marked stands in brackets. */
static struct slice strip_shown(struct pen *pen, const struct strip *strip) {
    static const char *const plain[] = {"_", ".", "-", "=", "*", "#"}, *const drawn[] = {
                                                                           "\u2581", "\u2582",
                                                                           "\u2583", "\u2585",
                                                                           "\u2587", "\u2588"};
    enum { STEPS = sizeof plain / sizeof *plain - 1 };
    double most = (double)strip_most(strip);
    size_t end = strip->mark_end < strip->count ? strip->mark_end : strip->count;
    struct out shown;

    out_init_memory(&shown);
    out_slice(&shown, strip->from);
    out_byte(&shown, ' ');
    for (size_t i = 0; i < strip->count; i++) {
        size_t step = (size_t)ceil((double)strip->amounts[i] / most * STEPS);
        out_text(&shown, i == strip->mark ? "[" : "");
        out_text(&shown, (pen->bars ? drawn : plain)[step]);
        out_text(&shown, i + 1 == end ? "]" : "");
    }
    out_byte(&shown, ' ');
    out_slice(&shown, strip->to);
    struct slice text = arena_copy(&pen->arena, out_held(&shown));
    out_release(&shown);
    return text;
}

static void write_card(struct pen *pen, const struct cell *record, size_t number) {
    size_t indent = INDENT + 1, behind = width_of(slice_of(pen->colon)) + 1;
    size_t most = pen->width > NARROWEST ? pen->width - NARROWEST : 0; /* texts begin there */
    size_t text_at = indent + behind;

    write_card_heading(pen, record, number);
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        size_t width = cell_is_shown(cell) ? width_of(slice_of(cell->title)) : 0;
        size_t end = indent + width + behind;
        if (width <= LONGEST_LABEL && end <= most && end > text_at &&
            !cell_is_heading(record, cell))
            text_at = end;
    }
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || cell_is_heading(record, cell))
            continue;
        struct slice label = arena_print(&pen->arena, "%s%s ", cell->title, pen->colon);
        size_t at = write_label(pen, label, indent, most);
        if (cell->kind == CELL_STRIP)
            pen_write_wrapped(pen, strip_shown(pen, cell->strip), pen_color(cell), at,
                              at > text_at ? at : text_at);
        else
            pen_write_cell(pen, cell, at, at > text_at ? at : text_at);
    }
}

static void write_cards(struct pen *pen, const struct cell *list, bool numbered) {
    size_t number = 0;

    for (const struct cell *record = list->first; record; record = record->next) {
        if (number > 0)
            out_byte(pen->out, '\n');
        number++;
        write_card(pen, record, numbered ? number : 0);
    }
}

/* ---- sections */

static void write_paragraphs(struct pen *pen, const struct cell *cell) {
    if (cell->kind != CELL_LIST) {
        pen_write_cell(pen, cell, 0, 0);
        return;
    }
    for (const struct cell *child = cell->first; child; child = child->next)
        pen_write_cell(pen, child, 0, 0);
}

/* "- text", or "1. text" with numbers of one width. */
static void write_points(struct pen *pen, const struct cell *list, bool numbered) {
    size_t count = 0, number = 0;

    for (const struct cell *cell = list->first; cell; cell = cell->next)
        count++;
    size_t digits = arena_print(&pen->arena, "%zu", count).length;
    for (const struct cell *cell = list->first; cell; cell = cell->next) {
        size_t mark = numbered ? digits + 1 : 1;
        number++;
        if (numbered)
            out_print(pen->out, "%*s%*zu.", INDENT, "", (int)digits, number);
        else
            out_print(pen->out, "%*s-", INDENT, "");
        pen_write_wrapped(pen, pen_show(pen, cell), pen_color(cell), INDENT + mark,
                          INDENT + mark + 1);
    }
}

static void write_list(struct pen *pen, const struct section *section) {
    const struct cell *list = section->cell;

    if (!list->first)
        out_print(pen->out, "%*s%s\n", INDENT, "", pen->none);
    else if (section->look == LOOK_TABLE || section->look == LOOK_SERIES ||
             section->look == LOOK_SENTENCES)
        text_table_write(pen, section);
    else if (section->look == LOOK_CARDS || section->look == LOOK_SIDE_BY_SIDE)
        write_cards(pen, list, section->look == LOOK_CARDS && list->first->next);
    else
        write_points(pen, list, section->look == LOOK_STEPS);
}

static void write_section(struct pen *pen, const struct section *section) {
    struct facts facts = {0};

    write_heading(pen, section->title);
    switch (section->look) {
    case LOOK_HIDDEN:
        break;
    case LOOK_FACTS:
        measure_facts(pen, section->cell, INDENT, &facts);
        place_facts(pen, &facts);
        write_facts(pen, section->cell, INDENT, &facts);
        break;
    case LOOK_TABLE:
    case LOOK_SERIES:
    case LOOK_SENTENCES:
    case LOOK_CARDS:
    case LOOK_SIDE_BY_SIDE:
    case LOOK_POINTS:
    case LOOK_STEPS:
        write_list(pen, section);
        break;
    case LOOK_TEXT:
        write_paragraphs(pen, section->cell);
        break;
    }
}

static void text_page(const struct page *page, const struct format_wishes *wishes,
                      struct out *out) {
    struct pen pen = {
        .out = out,
        .width = wishes->width ? wishes->width : 100,
        .color = wishes->color,
        .bars = wishes->bars,
        .colon = wishes->colon ? wishes->colon : ":",
        .none = wishes->none ? wishes->none : "none",
    };
    bool first = !page->title || !*page->title, after_plain = false;

    arena_init(&pen.arena);
    write_heading(&pen, page->title);
    for (const struct section *section = page->first; section; section = section->next) {
        if (section->look == LOOK_HIDDEN)
            continue;
        bool plain = section->look == LOOK_TEXT && !section->title;
        if (!first && !(plain && after_plain))
            out_byte(out, '\n');
        first = false;
        after_plain = plain;
        write_section(&pen, section);
        arena_clear(&pen.arena);
    }
    arena_release(&pen.arena);
}

extern const struct format format_text; /* formats.def */

const struct format format_text = {.name = "text", .for_people = true, .page = text_page};
