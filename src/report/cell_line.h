/* cell_line - a cell as a piece of one line of text, for the formats that people read. */
#ifndef REPORT_CELL_LINE_H
#define REPORT_CELL_LINE_H

#include "base/out.h"
#include "report/page.h"

/* What a format does its own way: all escaping is in `text`. */
struct cell_line {
    void (*text)(struct out *out, struct slice text);
    void (*link)(struct out *out, const struct cell *cell);
};

/* Lists are joined by commas; of a record the titled cells are written, amounts in parentheses:
 * "550 5.1.1 (12)". */
void cell_line_put(const struct cell_line *line, struct out *out, const struct cell *cell);

#endif
