/* text_pen - cells as text for a terminal or a mail: without control characters, measured, wrapped
 * and padded in columns (width.h). The text format writes with it.
 */
#ifndef REPORT_TEXT_PEN_H
#define REPORT_TEXT_PEN_H

#include "report/format.h"

struct pen {
    struct out *out;
    struct arena arena; /* shown text */
    size_t width;
    bool color, bars;
    const char *colon, *none;
};

enum {
    INDENT = 2,
    GAP = 2,        /* blanks between columns */
    NARROWEST = 12, /* a text is not squeezed further; more than WIDTH_UNIT */
};

/* A cell as text without control characters. */
void pen_show_into(struct out *to, const struct cell *cell);
/* The same; lives as long as the pen, "-" for NULL. */
struct slice pen_show(struct pen *pen, const struct cell *cell);
/* The bytes of shown digits, in front of a unit. */
size_t pen_number_width(struct slice shown);
/* The colour of a tone: SGR parameters, or NULL. */
const char *pen_color(const struct cell *cell);

/* The next line of at most `width` columns, cut at a blank where there is one. */
struct slice pen_take_line(struct slice *rest, size_t width);
/* Text of at most `width` columns (1 at least), what is cut off told by an ellipsis. */
struct slice pen_cut(struct pen *pen, struct slice text, size_t width);

void pen_write(const struct pen *pen, struct slice text, const char *color);
/* Blanks from column `used` to column `width`. */
void pen_pad(const struct pen *pen, size_t used, size_t width);
/* Text from column `indent` on, wrapped there, whole lines. The first stands at `at` already. */
void pen_write_wrapped(const struct pen *pen, struct slice text, const char *color, size_t at,
                       size_t indent);
/* The same of a cell; a command is one line, which a terminal wraps as it likes and copies whole.
 */
void pen_write_cell(struct pen *pen, const struct cell *cell, size_t at, size_t indent);

#endif
