/* Why: text and HTML write a list or a record inside a line the same way; only their escaping and
 * their links differ.
 *
 * How: one walk over the cell, and two functions of the format.
 */
#include "report/cell_line.h"

static void put_amount(const struct cell_line *line, struct out *out, const struct cell *cell) {
    char room[AMOUNT_ROOM];

    out_slice(out, amount_shown(cell, room));
    if (cell_unit(cell)) {
        out_byte(out, ' ');
        line->text(out, slice_of(cell_unit(cell)));
    }
}

static void put_children(const struct cell_line *line, struct out *out, const struct cell *cell) {
    bool record = cell->kind == CELL_RECORD, first = true;

    for (const struct cell *child = cell->first; child; child = child->next) {
        if (child->kind == CELL_NONE || (record && !child->title))
            continue;
        if (!first)
            out_text(out, record ? " " : ", ");
        first = false;
        bool amount = record && child->kind != CELL_CODE && cell_is_amount(child);
        if (amount)
            out_byte(out, '(');
        cell_line_put(line, out, child);
        if (amount)
            out_byte(out, ')');
    }
}

void cell_line_put(const struct cell_line *line, struct out *out, const struct cell *cell) {
    switch (cell->kind) {
    case CELL_NONE:
    case CELL_COUNT:
    case CELL_BYTES:
    case CELL_DURATION:
    case CELL_SHARE:
    case CELL_CODE:
        put_amount(line, out, cell);
        break;
    case CELL_TEXT:
        line->text(out, cell->text);
        break;
    case CELL_LINK:
        line->link(out, cell);
        break;
    case CELL_STRIP: /* drawn where there is room for it */
        line->text(out, cell->strip->from);
        out_text(out, " - ");
        line->text(out, cell->strip->to);
        break;
    case CELL_LIST:
    case CELL_RECORD:
        put_children(line, out, cell);
        break;
    }
}
