/* Why: a table is read down its columns, so a row is one line, whatever a log put into it; amounts,
 * times and codes are always whole, for a piece of them says nothing.
 *
 * How: every column is measured, then made narrower until the table fits, what costs least first:
 * headings of amounts flow over several lines, the widest column of texts gives way, columns move
 * together, and words of headings are broken. What has no room even then goes on below: the rows
 * once more, with their first column and those that were left. Texts are cut by an ellipsis; in a
 * table of sentences they flow. On a terminal a series has a bar a row behind its columns, for its
 * first amount.
 */
#include "report/text_table.h"

#include <assert.h>

#include "report/width.h"

enum {
    BAR_LEAST = 8, /* columns; less than that shows nothing */
    BAR_WISH = 24, /* headings flow for so many */
    BAR_MOST = 40,
    LONGEST_UNCUT = 24, /* a time, a code; two columns fit into 40 then */
};

/* How close the columns of a table stand, from the best on. */
static const struct spacing {
    size_t gap;  /* blanks between columns */
    size_t word; /* a heading is not narrower than its longest word, or so much of it */
} spacings[] = {{GAP, SIZE_MAX}, {1, SIZE_MAX}, {1, 5}};
enum { SPACINGS = sizeof spacings / sizeof *spacings };

struct table {
    size_t count;
    struct table_column {
        const struct cell *head; /* its cell in the first row */
        struct shown {
            const struct cell *cell; /* NULL: the row has none */
            struct slice text;       /* as it stands in its column */
        } * rows;
        size_t width, number; /* number: width of the digits in front of units */
        size_t uncut, word;   /* widths of what is never cut, of the longest word of the heading */
        bool amounts, has_unit; /* amounts: in every row */
    } columns[MOST_COLUMNS];
    const struct spacing *spacing;
    size_t bar;      /* columns of the longest bar; 0: no bars */
    uint64_t height; /* what the longest bar stands for */
};

/* One cell of a row; `above` lines stay empty over it. */
struct place {
    struct slice text;
    const char *color;
    size_t above;
};

static struct table table_of(const struct cell *list) {
    struct table table = {0};

    for (const struct cell *cell = list->first->first; cell; cell = cell->next) {
        if (!cell->title || cell->folded)
            continue;
        assert(table.count < MOST_COLUMNS);
        table.columns[table.count++] = (struct table_column){.head = cell, .amounts = true};
    }
    return table;
}

/* ---- measuring */

static bool is_amount(const struct shown *shown) {
    return shown->cell && cell_is_amount(shown->cell);
}

static size_t count_rows(const struct cell *list) {
    size_t count = 0;
    for (const struct cell *record = list->first; record; record = record->next)
        count++;
    return count;
}

/* Each cell is shown once. */
static void show_column(struct pen *pen, const struct cell *list, struct table_column *column) {
    struct shown *shown = column->rows =
        arena_zero(&pen->arena, count_rows(list) * sizeof *column->rows);

    for (const struct cell *record = list->first; record; record = record->next, shown++) {
        const struct cell *cell = cell_under(record, column->head);
        *shown = (struct shown){cell, pen_show(pen, cell)};
        column->amounts &= !cell || is_amount(shown);
        if (!is_amount(shown))
            continue;
        size_t number = pen_number_width(shown->text);
        column->number = number > column->number ? number : column->number;
        column->has_unit |= number < shown->text.length;
    }
}

/* Digits are right-aligned in front of their units. */
static void align_number(struct pen *pen, const struct table_column *column, struct shown *shown) {
    size_t number = pen_number_width(shown->text);
    if (number < column->number)
        shown->text = arena_print(&pen->arena, "%*s%.*s", (int)(column->number - number), "",
                                  SLICE_ARGS(shown->text));
}

static size_t longest_word(struct slice text) {
    struct slice word;
    size_t longest = 0;
    while (text.length > 0) {
        slice_cut(&text, ' ', &word);
        size_t width = width_of(word);
        longest = width > longest ? width : longest;
    }
    return longest;
}

static size_t smaller(size_t one, size_t other) {
    return one < other ? one : other;
}

static size_t larger(size_t one, size_t other) {
    return one > other ? one : other;
}

/* Of a cell: what of its width is never cut. */
static size_t uncut_of(const struct shown *shown, size_t width) {
    if (is_amount(shown))
        return width;
    return shown->cell && shown->cell->uncut ? smaller(width, LONGEST_UNCUT) : 0;
}

static void measure_column(struct pen *pen, const struct cell *list, struct table_column *column) {
    struct slice title = slice_of(column->head->title);

    show_column(pen, list, column);
    struct shown *shown = column->rows;
    for (const struct cell *record = list->first; record; record = record->next, shown++) {
        if (column->has_unit && is_amount(shown))
            align_number(pen, column, shown);
        size_t width = width_of(shown->text);
        column->width = larger(column->width, width);
        column->uncut = larger(column->uncut, uncut_of(shown, width));
    }
    column->word = longest_word(title);
    column->width = larger(column->width, width_of(title));
}

/* ---- making it fit */

static size_t least_width(const struct table_column *column, size_t word) {
    size_t least =
        column->amounts ? smaller(column->word, word) : smaller(column->width, NARROWEST);
    return larger(least, column->uncut);
}

static bool fits(const struct table *table, size_t width, const struct spacing *spacing) {
    size_t total = INDENT;
    for (size_t i = 0; i < table->count; i++)
        total += least_width(&table->columns[i], spacing->word) + (i > 0 ? spacing->gap : 0);
    return total <= width;
}

static size_t width_of_table(const struct table *table) {
    size_t total = INDENT;
    for (size_t i = 0; i < table->count; i++)
        total += table->columns[i].width + (i > 0 ? table->spacing->gap : 0);
    return total;
}

/* Makes the widest column of a kind narrower, and the widest then, until the table fits. */
static void squeeze(struct table *table, size_t width, bool amounts, size_t word) {
    for (size_t total = width_of_table(table); total > width; total--) {
        struct table_column *widest = NULL;
        for (size_t i = 0; i < table->count; i++) {
            struct table_column *column = &table->columns[i];
            if (column->amounts == amounts && column->width > least_width(column, word) &&
                (!widest || column->width > widest->width))
                widest = column;
        }
        if (!widest)
            return;
        widest->width--;
    }
}

/* `wished`: less than the width, where headings shall flow for more than the table. */
static void fit(struct table *table, size_t width, size_t wished) {
    size_t i = 0;
    while (i + 1 < SPACINGS && !fits(table, width, &spacings[i]))
        i++;
    table->spacing = &spacings[i];
    squeeze(table, wished, true, SIZE_MAX);
    squeeze(table, width, false, SIZE_MAX);
    squeeze(table, width, true, table->spacing->word);
}

/* The whole table if it can be made to fit; else its first column and as many of those from `next`
 * on as stand well. */
static struct table piece_of(const struct table *table, size_t width, size_t *next) {
    struct table piece = *table;

    if (fits(table, width, &spacings[SPACINGS - 1])) {
        *next = table->count;
        return piece;
    }
    piece.count = 1;
    *next = larger(*next, 1);
    while (*next < table->count) {
        piece.columns[piece.count++] = table->columns[*next];
        if (piece.count > 2 && !fits(&piece, width, &spacings[0])) {
            piece.count--;
            break;
        }
        ++*next;
    }
    return piece;
}

/* ---- bars */

static size_t room_beside(size_t width, size_t taken) {
    return width > taken ? width - taken : 0;
}

static const struct cell *drawn_cell(const struct table *table, const struct cell *record) {
    for (size_t i = 1; i < table->count; i++)
        if (table->columns[i].amounts)
            return cell_under(record, table->columns[i].head);
    return NULL;
}

static void measure_bars(struct table *table, const struct cell *list, size_t width) {
    size_t used = width_of_table(table) + table->spacing->gap;

    for (const struct cell *record = list->first; record; record = record->next) {
        const struct cell *cell = drawn_cell(table, record);
        if (cell && cell->number > table->height)
            table->height = cell->number;
    }
    if (used + BAR_LEAST > width || table->height == 0)
        return;
    table->bar = width - used < BAR_MOST ? width - used : BAR_MOST;
}

/* In eighths of a column; what is not nothing shows. */
static struct slice bar_of(struct pen *pen, const struct table *table, const struct cell *record) {
    static const char *const parts[] = {"",       "\u258f", "\u258e", "\u258d",
                                        "\u258c", "\u258b", "\u258a", "\u2589"};
    const struct cell *cell = drawn_cell(table, record);
    struct slice bar = {0};

    if (!cell || cell->number == 0)
        return bar;
    double share = (double)cell->number / (double)table->height;
    size_t eighths = (size_t)(share * (double)table->bar * 8 + 0.5);
    if (eighths == 0)
        eighths = 1;
    for (size_t i = 0; i < eighths / 8; i++)
        bar = arena_print(&pen->arena, "%.*s\u2588", SLICE_ARGS(bar));
    return arena_print(&pen->arena, "%.*s%s", SLICE_ARGS(bar), parts[eighths % 8]);
}

/* ---- writing */

/* The cells of one row, of as many lines as the longest of them needs. Changes texts. */
static void write_row(const struct pen *pen, const struct table *table, struct place *places,
                      struct slice bar) {
    for (bool more = true; more;) {
        size_t at = INDENT, begin = INDENT;
        more = false;
        out_spaces(pen->out, INDENT);
        for (size_t i = 0; i < table->count; i++) {
            const struct table_column *column = &table->columns[i];
            struct place *place = &places[i];
            bool waits = place->above > 0;
            struct slice line =
                waits ? (struct slice){0} : pen_take_line(&place->text, column->width);
            size_t width = width_of(line);
            if (width > 0) {
                bool right = column->amounts && !column->has_unit;
                size_t indent = begin + (right ? column->width - width : 0);
                pen_pad(pen, at, indent);
                pen_write(pen, line, place->color);
                at = indent + width;
            }
            place->above -= waits;
            begin += column->width + table->spacing->gap;
            more |= place->text.length > 0;
        }
        if (bar.length > 0) {
            pen_pad(pen, at, begin);
            pen_write(pen, bar, "36");
        }
        bar.length = 0;
        out_byte(pen->out, '\n');
    }
}

/* Headings stand on the rows below them. */
static void write_headings(const struct pen *pen, const struct table *table) {
    struct place places[MOST_COLUMNS] = {0};
    size_t lines[MOST_COLUMNS] = {0}, most = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct slice title = slice_of(table->columns[i].head->title);
        for (struct slice rest = title; rest.length > 0; lines[i]++)
            pen_take_line(&rest, table->columns[i].width);
        most = lines[i] > most ? lines[i] : most;
        places[i] = (struct place){.text = title, .color = "2"};
    }
    for (size_t i = 0; i < table->count; i++)
        places[i].above = most - lines[i];
    write_row(pen, table, places, (struct slice){0});
}

static void write_rows(struct pen *pen, const struct section *section, const struct table *table) {
    struct place places[MOST_COLUMNS] = {0};
    size_t row = 0;

    for (const struct cell *record = section->cell->first; record; record = record->next, row++) {
        for (size_t i = 0; i < table->count; i++) {
            const struct shown *shown = &table->columns[i].rows[row];
            places[i] = (struct place){.text = shown->text, .color = pen_color(shown->cell)};
            if (section->look != LOOK_SENTENCES)
                places[i].text = pen_cut(pen, shown->text, table->columns[i].width);
        }
        write_row(pen, table, places, table->bar ? bar_of(pen, table, record) : (struct slice){0});
    }
}

void text_table_write(struct pen *pen, const struct section *section) {
    struct table table = table_of(section->cell);
    size_t next = 0;

    for (size_t i = 0; i < table.count; i++)
        measure_column(pen, section->cell, &table.columns[i]);
    do {
        if (next > 0)
            out_byte(pen->out, '\n');
        struct table piece = piece_of(&table, pen->width, &next);
        bool has_bars = pen->bars && section->look == LOOK_SERIES && piece.count == table.count;
        fit(&piece, pen->width, has_bars ? room_beside(pen->width, GAP + BAR_WISH) : pen->width);
        if (has_bars)
            measure_bars(&piece, section->cell, pen->width);
        write_headings(pen, &piece);
        write_rows(pen, section, &piece);
    } while (next < table.count);
}
