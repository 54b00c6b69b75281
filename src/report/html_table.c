/* Why: amounts are compared down a column, and what proves a row is wanted now and then only.
 *
 * How: digits and units stand in columns of their own, so that both line up; the first column of
 * counts has a bar under each of its amounts, unless all are the same. What is folded of a row is a
 * row below it that opens; the two are one body of the table, for the script to sort. Where digits
 * alone do not order the amounts (12.3 MB, 4 min), they carry the number that does.
 */
#include "report/html_table.h"

#include <assert.h>

enum {
    BARS_FROM = 3,     /* rows: fewer are compared without bars */
    LONGEST_SHORT = 20 /* bytes of a text that stays in one line: a time, a word */
};

struct table {
    size_t count, across;   /* across: with the columns of units */
    const struct cell *bar; /* head of the column with bars; NULL: none */
    uint64_t most;          /* the amount of the longest bar */
    bool folds;             /* rows have something folded */
    struct table_column {
        const struct cell *head;          /* its cell in the first row */
        bool amounts, is_short, has_unit; /* of every row; has_unit: of any */
    } columns[MOST_COLUMNS];
};

/* ---- amounts: "12.3" and "MB" */

static struct slice unit_of(const struct cell *cell, char room[AMOUNT_ROOM]) {
    struct slice unit = amount_shown(cell, room), digits;
    slice_cut(&unit, ' ', &digits);
    return unit.length > 0 ? unit : slice_of(cell_unit(cell));
}

static void put_digits(struct out *out, const struct cell *cell, bool is_sorted) {
    char room[AMOUNT_ROOM], number[AMOUNT_ROOM];
    struct slice shown = amount_shown(cell, room), digits;
    bool valued = is_sorted && (cell->kind == CELL_BYTES || cell->kind == CELL_DURATION);

    slice_cut(&shown, ' ', &digits);
    if (valued) {
        out_text(out, "<data value=\"");
        out_slice(out, amount_number(cell, number));
        out_text(out, "\">");
    }
    html_text(out, digits);
    if (valued)
        out_text(out, "</data>");
}

/* What is told in a softer colour, so that something stands out. */
static bool is_nothing(const struct cell *cell) {
    return !cell || (cell->kind != CELL_CODE && cell->number == 0);
}

/* ---- facts */

static void put_fact(struct out *out, const struct cell *cell) {
    char room[AMOUNT_ROOM];

    out_text(out, "<tr><th scope=\"row\">");
    html_words(out, cell->title);
    if (!cell_is_amount(cell)) {
        out_text(out, "</th><td colspan=\"2\">");
        html_cell(out, cell);
        out_text(out, "</td></tr>\n");
        return;
    }
    out_print(out, "</th><td class=\"number%s\">", is_nothing(cell) ? " zero" : "");
    put_digits(out, cell, false);
    out_text(out, "</td><td>");
    html_text(out, unit_of(cell, room));
    out_text(out, "</td></tr>\n");
}

static void put_fact_groups(struct out *out, const struct cell *record) {
    bool open = record->title && *record->title;

    if (open) {
        out_text(out, "<table>\n<caption>");
        html_words(out, record->title);
        out_text(out, "</caption>\n");
    }
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        bool group = cell->kind == CELL_RECORD;
        if (!group && !cell->title)
            continue;
        if (open == group)
            out_text(out, group ? "</table>\n" : "<table>\n");
        open = !group;
        if (group)
            put_fact_groups(out, cell);
        else
            put_fact(out, cell);
    }
    if (open)
        out_text(out, "</table>\n");
}

void html_facts(const struct sheet *sheet, const struct section *section) {
    struct cell untitled = *section->cell; /* the section has its heading */

    untitled.title = NULL;
    out_text(sheet->out, "<div class=\"facts\">\n");
    put_fact_groups(sheet->out, &untitled);
    out_text(sheet->out, "</div>\n");
}

/* ---- tables: measuring */

static void judge_column(const struct cell *list, struct table_column *column) {
    char room[AMOUNT_ROOM];

    for (const struct cell *row = list->first; row; row = row->next) {
        const struct cell *cell = cell_under(row, column->head);
        if (!cell)
            continue;
        column->amounts &= cell_is_amount(cell);
        column->is_short &= cell->kind == CELL_NONE ||
                            (cell->kind == CELL_TEXT && cell->text.length <= LONGEST_SHORT);
        column->has_unit |= cell_is_amount(cell) && unit_of(cell, room).length > 0;
    }
    column->has_unit &= column->amounts;
}

/* The first counts are what the rows are ordered by, mostly. */
static void choose_bars(const struct cell *list, struct table *table) {
    uint64_t least = UINT64_MAX;
    size_t rows = 0;

    for (size_t i = 0; i < table->count && !table->bar; i++)
        if (table->columns[i].amounts && table->columns[i].head->kind == CELL_COUNT)
            table->bar = table->columns[i].head;
    for (const struct cell *row = list->first; row; row = row->next, rows++) {
        const struct cell *cell = table->bar ? cell_under(row, table->bar) : NULL;
        uint64_t number = cell ? cell->number : 0;
        table->most = number > table->most ? number : table->most;
        least = number < least ? number : least;
    }
    if (rows < BARS_FROM || table->most == least)
        table->bar = NULL;
}

static struct table table_of(const struct section *section) {
    const struct cell *list = section->cell;
    struct table table = {0};

    for (const struct cell *head = list->first->first; head; head = head->next) {
        if (!head->title || head->folded)
            continue;
        assert(table.count < MOST_COLUMNS);
        struct table_column *column = &table.columns[table.count++];
        *column = (struct table_column){.head = head, .amounts = true, .is_short = true};
        judge_column(list, column);
        table.across += column->has_unit ? 2 : 1;
    }
    for (const struct cell *row = list->first; row && !table.folds; row = row->next)
        table.folds = html_has_folded(row);
    if (section->look == LOOK_TABLE)
        choose_bars(list, &table);
    return table;
}

/* ---- tables: writing */

/* In steps of a twentieth; what is not nothing shows. */
static void put_bar(struct out *out, const struct table *table, const struct cell *cell) {
    enum { STEPS = 20 };
    unsigned steps = (unsigned)((double)cell->number / (double)table->most * STEPS + 0.5);

    if (cell->number > 0)
        out_print(out, "<i class=\"b%u\"></i>", steps ? steps : 1);
}

static void put_amount(struct out *out, const struct table *table,
                       const struct table_column *column, const struct cell *cell) {
    char room[AMOUNT_ROOM];

    out_text(out, is_nothing(cell) ? "<td class=\"zero\">" : "<td>");
    if (cell)
        put_digits(out, cell, true);
    else
        out_byte(out, '-');
    if (cell && column->head == table->bar)
        put_bar(out, table, cell);
    out_text(out, "</td>");
    if (!column->has_unit)
        return;
    out_text(out, "<td class=\"unit\">");
    if (cell)
        html_text(out, unit_of(cell, room));
    out_text(out, "</td>");
}

static void put_row(struct out *out, const struct table *table, const struct cell *row) {
    out_text(out, "<tr>");
    for (size_t i = 0; i < table->count; i++) {
        const struct table_column *column = &table->columns[i];
        const struct cell *cell = cell_under(row, column->head);
        if (column->amounts) {
            put_amount(out, table, column, cell);
            continue;
        }
        out_text(out, "<td>");
        if (cell)
            html_cell(out, cell);
        else
            out_byte(out, '-');
        out_text(out, "</td>");
    }
    out_text(out, "</tr>\n");
}

/* The row below a row: what proves it, closed. */
static void put_folded(const struct sheet *sheet, const struct table *table,
                       const struct cell *row) {
    struct out *out = sheet->out;

    if (!html_has_folded(row))
        return;
    out_print(out, "<tr class=\"more\"><td colspan=\"%zu\">\n", table->across);
    html_details(sheet, row, false);
    out_text(out, "</td></tr>\n");
}

/* The places of the columns of numbers and of those that stay in one line, for the style: said once
 * for the table and not in each cell. */
static void put_classes(struct out *out, const struct table *table) {
    size_t place = 1;

    if (table->folds)
        out_text(out, " folds");
    for (size_t i = 0; i < table->count; i++) {
        const struct table_column *column = &table->columns[i];
        if (column->amounts || column->is_short)
            out_print(out, column->amounts ? " n-%zu" : " s-%zu", place);
        place += column->has_unit ? 2 : 1;
    }
}

static void put_headings(struct out *out, const struct table *table) {
    out_text(out, "<thead>\n<tr>");
    for (size_t i = 0; i < table->count; i++) {
        const struct table_column *column = &table->columns[i];
        out_print(out, "<th scope=\"col\"%s%s>", column->amounts ? " class=\"number\"" : "",
                  column->has_unit ? " colspan=\"2\"" : "");
        html_words(out, column->head->title);
        out_text(out, "</th>");
    }
    out_text(out, "</tr>\n</thead>\n");
}

static void put_bodies(const struct sheet *sheet, const struct table *table,
                       const struct cell *list) {
    struct out *out = sheet->out;

    for (const struct cell *row = list->first; row; row = row->next) {
        if (table->folds || row == list->first)
            out_text(out, "<tbody>\n");
        put_row(out, table, row);
        if (table->folds)
            put_folded(sheet, table, row);
        if (table->folds || !row->next)
            out_text(out, "</tbody>\n");
    }
}

/* A table wider than the screen scrolls in its box; the keyboard must reach that box, and a reader
 * of the screen be told what it is. */
void html_table(const struct sheet *sheet, const struct section *section) {
    struct out *out = sheet->out;
    struct table table = table_of(section);

    out_text(out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-labelledby=\"");
    if (sheet->level == UNDER_SECTION)
        out_print(out, "section-%u", sheet->sections);
    else
        out_text(out, "title");
    out_text(out, "\">\n<table class=\"rows");
    put_classes(out, &table);
    out_text(out, "\">\n");
    put_headings(out, &table);
    put_bodies(sheet, &table, section->cell);
    out_text(out, "</table>\n</div>\n");
}
