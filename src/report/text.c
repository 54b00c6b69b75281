/* Why: the report as a person reads it in a terminal or a mail.
 *
 * How: cells become lines of plain text first (show), in which no control character is left; layout
 * then only measures, wraps and pads such text, in columns (width.h). Numbers stay digits with
 * their unit behind them, so that a report can be searched with grep.
 */
#include <assert.h>
#include <string.h>

#include "report/cell_line.h"
#include "report/format.h"
#include "report/utf8.h"
#include "report/width.h"

enum {
    INDENT = 2,
    GAP = 2,        /* blanks between columns */
    NARROWEST = 12, /* a column is not squeezed further; more than WIDTH_UNIT */
    LONGEST_LABEL = 24,
};

struct pen {
    struct out *out;
    struct arena arena; /* shown text */
    size_t width;
    bool color;
    const char *colon, *none;
};

/* ---- showing: cell -> text without control characters */

static void show_text(struct out *to, struct slice text) {
    while (text.length > 0) {
        const char *begin = text.at;
        uint32_t code_point = utf8_take(&text);
        if (code_point == '\t' || code_point == '\n')
            out_byte(to, ' ');
        else if (code_point == UTF8_BROKEN || utf8_is_control(code_point))
            out_byte(to, '?');
        else
            out_slice(to, slice_range(begin, text.at));
    }
}

static void show_link(struct out *to, const struct cell *cell) {
    show_text(to, cell->text);
    out_text(to, " (");
    show_text(to, cell->address);
    out_byte(to, ')');
}

static void show_into(struct out *to, const struct cell *cell) {
    static const struct cell_line line = {show_text, show_link};
    cell_line_put(&line, to, cell);
}

/* Lives as long as the pen. */
static struct slice show(struct pen *pen, const struct cell *cell) {
    struct out shown;

    if (!cell)
        return SLICE("-");
    out_init_memory(&shown);
    show_into(&shown, cell);
    struct slice text = arena_copy(&pen->arena, out_held(&shown));
    out_release(&shown);
    return text;
}

/* ---- measuring and writing */

/* A blank with an accent on it is none. */
static bool skip_blank(struct slice *text) {
    struct slice rest = *text;

    if (rest.length == 0 || rest.at[0] != ' ')
        return false;
    width_take(&rest);
    if (rest.at != text->at + 1)
        return false;
    *text = rest;
    return true;
}

/* The next line of at most `width` columns, cut at a blank where there is one. */
static struct slice take_line(struct slice *rest, size_t width) {
    struct slice ahead = *rest;
    size_t end = 0, columns_used = 0, blank = 0;

    while (ahead.length > 0) {
        size_t at = (size_t)(ahead.at - rest->at);
        bool is_blank = skip_blank(&ahead);
        columns_used += is_blank ? 1 : width_take(&ahead);
        if (is_blank)
            blank = at;
        if (columns_used > width && at > 0)
            break;
        end = (size_t)(ahead.at - rest->at);
    }
    if (end < rest->length && blank > 0)
        end = blank;
    struct slice line = slice_head(*rest, end);
    *rest = slice_from(*rest, end);
    while (skip_blank(rest))
        ;
    while (line.length > 0 && line.at[line.length - 1] == ' ')
        line.length--;
    return line;
}

/* SGR parameters, or NULL. */
static const char *color_of(const struct cell *cell) {
    static const char *const colors[] = {
        [TONE_NOTICE] = "36", [TONE_WARNING] = "33", [TONE_ERROR] = "31", [TONE_CRITICAL] = "1;31"};
    return cell ? colors[cell->tone] : NULL;
}

static void write_colored(const struct pen *pen, struct slice text, const char *color) {
    bool colored = pen->color && color && text.length > 0;
    if (colored)
        out_print(pen->out, "\033[%sm", color);
    out_slice(pen->out, text);
    if (colored)
        out_text(pen->out, "\033[0m");
}

static void pad(const struct pen *pen, size_t used, size_t width) {
    if (used < width)
        out_spaces(pen->out, width - used);
}

/* Text from column `indent` on, wrapped there. The first line stands at `at` already. */
static void write_wrapped(const struct pen *pen, struct slice text, const char *color, size_t at,
                          size_t indent) {
    size_t room = pen->width > indent + NARROWEST ? pen->width - indent : NARROWEST;

    pad(pen, at, indent);
    do {
        write_colored(pen, take_line(&text, room), color);
        out_byte(pen->out, '\n');
        if (text.length > 0)
            out_spaces(pen->out, indent);
    } while (text.length > 0);
}

static void write_heading(const struct pen *pen, const char *title) {
    if (!title || !*title)
        return;
    write_colored(pen, slice_of(title), "1");
    out_byte(pen->out, '\n');
}

/* ---- facts */

struct facts {
    size_t label, number; /* widths; label with what it is indented */
};

static size_t number_width(struct slice shown) {
    size_t blank = slice_find(shown, ' ');
    return blank == SIZE_MAX ? shown.length : blank;
}

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
        size_t number = cell_is_amount(cell) ? number_width(show(pen, cell)) : 0;
        facts->label = label > facts->label ? label : facts->label;
        facts->number = number > facts->number ? number : facts->number;
    }
}

static void write_fact(struct pen *pen, const struct cell *cell, size_t indent,
                       const struct facts *facts) {
    struct slice shown = show(pen, cell);
    size_t place = facts->label + GAP;

    out_spaces(pen->out, indent);
    out_text(pen->out, cell->title);
    if (cell_is_amount(cell))
        place += facts->number - number_width(shown);
    write_wrapped(pen, shown, color_of(cell), indent + width_of(slice_of(cell->title)), place);
}

static void write_facts(struct pen *pen, const struct cell *record, size_t indent,
                        const struct facts *facts) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        bool titled = cell->title && *cell->title;
        if (cell->kind == CELL_RECORD) {
            if (titled)
                out_print(pen->out, "%*s%s%s\n", (int)indent, "", cell->title, pen->colon);
            write_facts(pen, cell, indent + (titled ? INDENT : 0), facts);
        } else if (cell->title) {
            write_fact(pen, cell, indent, facts);
        }
    }
}

/* ---- tables */

struct table {
    size_t count;
    struct table_column {
        const struct cell *head; /* its cell in the first row */
        size_t width, number;    /* number: width of the digits in front of units */
        bool right, has_unit;
    } columns[MOST_COLUMNS];
};

static struct table table_of(const struct cell *list) {
    struct table table = {0};

    for (const struct cell *cell = list->first->first; cell; cell = cell->next) {
        if (!cell->title)
            continue;
        assert(table.count < MOST_COLUMNS);
        table.columns[table.count++] = (struct table_column){
            .head = cell,
            .width = width_of(slice_of(cell->title)),
            .right = true,
        };
    }
    return table;
}

/* A cell as it stands in its column: digits are right-aligned in front of their units. */
static struct slice show_in(struct pen *pen, const struct table_column *column,
                            const struct cell *record) {
    const struct cell *cell = cell_under(record, column->head);
    struct slice shown = show(pen, cell);

    if (!cell || !column->has_unit || !cell_is_amount(cell))
        return shown;
    return arena_print(&pen->arena, "%*s%.*s", (int)(column->number - number_width(shown)), "",
                       SLICE_ARGS(shown));
}

static bool has_unit(struct slice shown) {
    return number_width(shown) < shown.length;
}

static void measure_column(struct pen *pen, const struct cell *list, struct table_column *column) {
    for (const struct cell *record = list->first; record; record = record->next) {
        const struct cell *cell = cell_under(record, column->head);
        if (!cell)
            continue;
        size_t number = cell_is_amount(cell) ? number_width(show(pen, cell)) : 0;
        column->number = number > column->number ? number : column->number;
        column->has_unit |= cell_is_amount(cell) && has_unit(show(pen, cell));
        column->right &= cell_is_amount(cell);
    }
    column->right &= !column->has_unit;
    for (const struct cell *record = list->first; record; record = record->next) {
        size_t width = width_of(show_in(pen, column, record));
        column->width = width > column->width ? width : column->width;
    }
}

/* Makes the widest column narrower, and the widest then, until the table fits. */
static void squeeze(struct table *table, size_t width) {
    size_t total = INDENT;

    for (size_t i = 0; i < table->count; i++)
        total += table->columns[i].width + (i > 0 ? GAP : 0);
    for (; total > width; total--) {
        struct table_column *widest = &table->columns[0];
        for (size_t i = 1; i < table->count; i++)
            if (table->columns[i].width > widest->width)
                widest = &table->columns[i];
        if (widest->width <= NARROWEST)
            return;
        widest->width--;
    }
}

/* One row, of as many lines as its longest cell needs. Changes texts. */
static void write_row(const struct pen *pen, const struct table *table, struct slice *texts,
                      const char *const *colors) {
    for (bool more = true; more;) {
        size_t at = INDENT, place = INDENT;
        more = false;
        out_spaces(pen->out, INDENT);
        for (size_t i = 0; i < table->count; i++) {
            const struct table_column *column = &table->columns[i];
            struct slice line = take_line(&texts[i], column->width);
            size_t width = width_of(line);
            if (width > 0) {
                size_t indent = place + (column->right ? column->width - width : 0);
                pad(pen, at, indent);
                write_colored(pen, line, colors[i]);
                at = indent + width;
            }
            place += column->width + GAP;
            more |= texts[i].length > 0;
        }
        out_byte(pen->out, '\n');
    }
}

static void write_table(struct pen *pen, const struct cell *list) {
    struct table table = table_of(list);
    struct slice texts[MOST_COLUMNS];
    const char *colors[MOST_COLUMNS] = {NULL};

    for (size_t i = 0; i < table.count; i++)
        measure_column(pen, list, &table.columns[i]);
    squeeze(&table, pen->width);
    for (size_t i = 0; i < table.count; i++)
        texts[i] = slice_of(table.columns[i].head->title);
    write_row(pen, &table, texts, colors);
    for (const struct cell *record = list->first; record; record = record->next) {
        for (size_t i = 0; i < table.count; i++) {
            texts[i] = show_in(pen, &table.columns[i], record);
            colors[i] = color_of(cell_under(record, table.columns[i].head));
        }
        write_row(pen, &table, texts, colors);
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
        show_into(&joined, cell);
        if (first && color_of(cell)) {
            color = color_of(cell);
            toned = joined.length;
        }
    }
    text = arena_copy(&pen->arena, out_held(&joined));
    out_release(&joined);

    write_colored(pen, mark, "1");
    do {
        struct slice line = take_line(&text, room);
        if (toned > 0)
            write_colored(pen, slice_head(line, toned), color);
        write_colored(pen, slice_from(line, toned < line.length ? toned : line.length), "1");
        out_byte(pen->out, '\n');
        toned = 0;
        if (text.length > 0)
            out_spaces(pen->out, mark.length);
    } while (text.length > 0);
}

static void write_card(struct pen *pen, const struct cell *record, size_t number) {
    size_t label = 0;

    write_card_heading(pen, record, number);
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        size_t width = cell_is_shown(cell) ? width_of(slice_of(cell->title)) : 0;
        if (width <= LONGEST_LABEL && width > label && !cell_is_heading(record, cell))
            label = width;
    }
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!cell_is_shown(cell) || cell_is_heading(record, cell))
            continue;
        size_t indent = INDENT + 1;
        out_spaces(pen->out, indent);
        out_print(pen->out, "%s%s ", cell->title, pen->colon);
        size_t behind = width_of(slice_of(pen->colon)) + 1;
        size_t at = indent + width_of(slice_of(cell->title)) + behind;
        size_t text_at = indent + label + behind;
        write_wrapped(pen, show(pen, cell), color_of(cell), at, at > text_at ? at : text_at);
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
        write_wrapped(pen, show(pen, cell), color_of(cell), 0, 0);
        return;
    }
    for (const struct cell *child = cell->first; child; child = child->next)
        write_wrapped(pen, show(pen, child), color_of(child), 0, 0);
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
        write_wrapped(pen, show(pen, cell), color_of(cell), INDENT + mark, INDENT + mark + 1);
    }
}

static void write_list(struct pen *pen, const struct section *section) {
    const struct cell *list = section->cell;

    if (!list->first)
        out_print(pen->out, "%*s%s\n", INDENT, "", pen->none);
    else if (section->look == LOOK_TABLE || section->look == LOOK_SERIES)
        write_table(pen, list);
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
        write_facts(pen, section->cell, INDENT, &facts);
        break;
    case LOOK_TABLE:
    case LOOK_SERIES:
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
