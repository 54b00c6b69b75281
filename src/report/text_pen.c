/* Why: log text that reaches a terminal must not command it, and what stands in columns must be
 * measured as the terminal shows it, not in bytes.
 *
 * How: a cell becomes a line of text first, in which no control character is left. Everything else
 * only measures, cuts and pads such text.
 */
#include "report/text_pen.h"

#include "report/cell_line.h"
#include "report/utf8.h"
#include "report/width.h"

/* ---- showing: cell -> text without control characters */

/* A line of a log may have 60 KB; its end is told by machines. */
enum { MOST_SHOWN = 1000 };

static void show_whole(struct out *to, struct slice text) {
    while (text.length > 0) {
        size_t plain = utf8_plain(text);
        out_slice(to, slice_head(text, plain));
        text = slice_from(text, plain);
        if (text.length == 0)
            break;
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

static void show_text(struct out *to, struct slice whole) {
    show_whole(to, utf8_head(whole, MOST_SHOWN));
    if (whole.length > MOST_SHOWN)
        out_text(to, "\u2026");
}

static void show_link(struct out *to, const struct cell *cell) {
    show_text(to, cell->text);
    out_text(to, " (");
    show_text(to, cell_address(cell));
    out_byte(to, ')');
}

void pen_show_into(struct out *to, const struct cell *cell) {
    static const struct cell_line line = {show_text, show_link};
    if (cell->command)
        show_whole(to, cell->text);
    else
        cell_line_put(&line, to, cell);
}

struct slice pen_show(struct pen *pen, const struct cell *cell) {
    struct out shown;

    if (!cell)
        return SLICE("-");
    out_init_memory(&shown);
    pen_show_into(&shown, cell);
    struct slice text = arena_copy(&pen->arena, out_held(&shown));
    out_release(&shown);
    return text;
}

size_t pen_number_width(struct slice shown) {
    size_t blank = slice_find(shown, ' ');
    return blank == SIZE_MAX ? shown.length : blank;
}

const char *pen_color(const struct cell *cell) {
    static const char *const colors[] = {
        [TONE_NOTICE] = "36", [TONE_WARNING] = "33", [TONE_ERROR] = "31", [TONE_CRITICAL] = "1;31"};
    return cell ? colors[cell->tone] : NULL;
}

/* ---- measuring and cutting */

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

static struct slice without_blanks_behind(struct slice text) {
    while (text.length > 0 && text.at[text.length - 1] == ' ')
        text.length--;
    return text;
}

struct slice pen_take_line(struct slice *rest, size_t width) {
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
    return without_blanks_behind(line);
}

struct slice pen_cut(struct pen *pen, struct slice text, size_t width) {
    struct slice rest = text;
    size_t used = 0, kept = 0; /* kept: bytes that leave a column for the ellipsis */

    if (text.length <= width && utf8_plain(text) == text.length) /* as nearly all are */
        return text;
    while (rest.length > 0) {
        used += width_take(&rest);
        if (used > width)
            return arena_print(&pen->arena, "%.*s\u2026",
                               SLICE_ARGS(without_blanks_behind(slice_head(text, kept))));
        if (used < width)
            kept = (size_t)(rest.at - text.at);
    }
    return text;
}

/* ---- writing */

void pen_write(const struct pen *pen, struct slice text, const char *color) {
    bool colored = pen->color && color && text.length > 0;
    if (colored)
        out_print(pen->out, "\033[%sm", color);
    out_slice(pen->out, text);
    if (colored)
        out_text(pen->out, "\033[0m");
}

void pen_pad(const struct pen *pen, size_t used, size_t width) {
    if (used < width)
        out_spaces(pen->out, width - used);
}

void pen_write_cell(struct pen *pen, const struct cell *cell, size_t at, size_t indent) {
    struct slice shown = pen_show(pen, cell);
    if (!cell->command) {
        pen_write_wrapped(pen, shown, pen_color(cell), at, indent);
        return;
    }
    pen_pad(pen, at, indent);
    out_slice(pen->out, shown);
    out_byte(pen->out, '\n');
}

void pen_write_wrapped(const struct pen *pen, struct slice text, const char *color, size_t at,
                       size_t indent) {
    size_t room = pen->width > indent + NARROWEST ? pen->width - indent : NARROWEST;

    pen_pad(pen, at, indent);
    do {
        pen_write(pen, pen_take_line(&text, room), color);
        out_byte(pen->out, '\n');
        if (text.length > 0)
            out_spaces(pen->out, indent);
    } while (text.length > 0);
}
