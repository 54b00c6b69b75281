/* Why: the formats for machines. A page becomes one JSON document, an exported row one line.
 *
 * How: a writer of our own, because libraries refuse or pass through bytes that are no UTF-8 and
 * lose numbers over 2^53 (docs/decisions). All escaping is in put_text: output is valid UTF-8 with
 * U+FFFD where the log was not, control and bidi characters are \u escapes, and "</" is never
 * written, so that a document may stand inside a script element.
 */
#include <assert.h>
#include <string.h>

#include "report/format.h"
#include "report/utf8.h"

/* ---- text and numbers */

static char *put_escape(char *to, uint32_t code_point) {
    static const char hex[] = "0123456789abcdef";

    *to++ = '\\';
    *to++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *to++ = hex[code_point >> shift & 15];
    return to;
}

/* One character that is not printable ASCII, or one of "\ and /. */
static char *put_character(char *to, struct slice *rest, bool after_less) {
    const char *begin = rest->at;
    uint32_t code_point = utf8_take(rest);

    if (code_point == '"' || code_point == '\\' || (code_point == '/' && after_less)) {
        *to++ = '\\';
        *to++ = (char)code_point;
    } else if (code_point == '\n' || code_point == '\t') {
        *to++ = '\\';
        *to++ = code_point == '\n' ? 'n' : 't';
    } else if (code_point == UTF8_BROKEN) {
        memcpy(to, UTF8_REPLACEMENT, 3);
        to += 3;
    } else if (utf8_is_control(code_point)) {
        to = put_escape(to, code_point);
    } else {
        memcpy(to, begin, (size_t)(rest->at - begin));
        to += rest->at - begin;
    }
    return to;
}

/* Bytes a text of this length takes at most: \u0001 is six. */
static size_t room_of(struct slice text) {
    return 6 * text.length + 2;
}

static char *put_bytes(char *to, struct slice bytes) {
    if (bytes.length > 0)
        memcpy(to, bytes.at, bytes.length);
    return to + bytes.length;
}

/* True for what JSON takes as it stands, and a script element too. */
static bool is_plain(struct slice text) {
    unsigned kinds = utf8_bytes(text), both = BYTE_LESS | BYTE_SLASH;

    return !(kinds & (BYTE_ODD | BYTE_QUOTE | BYTE_BACKSLASH)) &&
           ((kinds & both) != both || slice_find_text(text, SLICE("</")) == SIZE_MAX);
}

static char *put_text(char *to, struct slice text) {
    *to++ = '"';
    if (is_plain(text)) {
        to = put_bytes(to, text);
        text.length = 0;
    }
    while (text.length > 0) {
        char byte = text.at[0];
        bool plain = byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\' && byte != '/';
        if (plain) {
            *to++ = byte;
            text.at++;
            text.length--;
        } else {
            to = put_character(to, &text, to[-1] == '<');
        }
    }
    *to++ = '"';
    return to;
}

static void write_text(struct out *out, struct slice text) {
    char *room = out_room(out, room_of(text));
    out_wrote(out, (size_t)(put_text(room, text) - room));
}

/* Digits with at most one dot between them. */
static bool is_number(struct slice text) {
    size_t dots = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '.' && i > 0 && i + 1 < text.length)
            dots++;
        else if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    }
    return text.length > 0 && dots < 2 &&
           (text.length == 1 || text.at[0] != '0' || text.at[1] == '.');
}

/* ---- pages */

enum { DEEPEST = 16 };

struct tree {
    struct out *out;
    unsigned depth;
    bool flat; /* in one line */
};

static void new_line(const struct tree *tree) {
    if (tree->flat)
        return;
    out_byte(tree->out, '\n');
    out_spaces(tree->out, 2 * (size_t)tree->depth);
}

static void open_bracket(struct tree *tree, char bracket) {
    out_byte(tree->out, bracket);
    tree->depth++;
    assert(tree->depth < DEEPEST);
}

static void close_bracket(struct tree *tree, char bracket, bool empty) {
    tree->depth--;
    if (!empty)
        new_line(tree);
    out_byte(tree->out, bracket);
}

/* What stands in front of the next member of a record or item of a list. */
static void begin_item(struct tree *tree, bool first, const char *key) {
    if (!first)
        out_byte(tree->out, ',');
    new_line(tree);
    if (!key)
        return;
    write_text(tree->out, slice_of(key));
    out_text(tree->out, tree->flat ? ":" : ": ");
}

static void put_cell(struct tree *tree, const struct cell *cell);

static void put_children(struct tree *tree, const struct cell *cell) {
    bool record = cell->kind == CELL_RECORD, first = true;

    open_bracket(tree, record ? '{' : '[');
    for (const struct cell *child = cell->first; child; child = child->next) {
        if (record && !child->key)
            continue;
        begin_item(tree, first, child->key);
        put_cell(tree, child);
        first = false;
    }
    close_bracket(tree, record ? '}' : ']', first);
}

static void put_link(struct tree *tree, const struct cell *cell) {
    open_bracket(tree, '{');
    begin_item(tree, true, "text");
    write_text(tree->out, cell->text);
    begin_item(tree, false, "url");
    write_text(tree->out, cell_address(cell));
    close_bracket(tree, '}', false);
}

static void put_strip(struct tree *tree, const struct strip *strip) {
    open_bracket(tree, '[');
    for (size_t i = 0; i < strip->count; i++) {
        begin_item(tree, i == 0, NULL);
        out_number(tree->out, strip->amounts[i]);
    }
    close_bracket(tree, ']', !strip->count);
}

static void put_amount(struct tree *tree, const struct cell *cell) {
    char room[AMOUNT_ROOM];
    struct slice number = amount_number(cell, room);

    out_slice(tree->out, number.length > 0 ? number : SLICE("null"));
}

static void put_cell(struct tree *tree, const struct cell *cell) {
    switch (cell->kind) {
    case CELL_NONE:
    case CELL_COUNT:
    case CELL_BYTES:
    case CELL_DURATION:
    case CELL_SHARE:
    case CELL_CODE:
        put_amount(tree, cell);
        break;
    case CELL_TEXT:
        write_text(tree->out, cell->text);
        break;
    case CELL_LINK:
        put_link(tree, cell);
        break;
    case CELL_STRIP:
        put_strip(tree, cell->strip);
        break;
    case CELL_LIST:
    case CELL_RECORD:
        put_children(tree, cell);
        break;
    }
}

static void put_page(struct tree *tree, const struct page *page) {
    bool first = true;

    open_bracket(tree, '{');
    for (const struct section *section = page->first; section; section = section->next) {
        if (!section->key || section->look == LOOK_TEXT)
            continue;
        begin_item(tree, first, section->key);
        put_cell(tree, section->cell);
        first = false;
    }
    close_bracket(tree, '}', first);
    out_byte(tree->out, '\n');
}

static void json_page(const struct page *page, const struct format_wishes *wishes,
                      struct out *out) {
    (void)wishes;
    put_page(&(struct tree){.out = out}, page);
}

static void ndjson_line(const struct page *page, struct out *out) {
    put_page(&(struct tree){.out = out, .flat = true}, page);
}

/* ---- rows */

/* "a|b" as ["a","b"]: a bar makes three bytes, so the room of the text and two more. */
static char *put_list(char *to, struct slice joined) {
    struct slice item;
    bool more = true;

    *to++ = '[';
    while (more) {
        more = slice_cut(&joined, '|', &item);
        to = put_text(to, item);
        *to++ = more ? ',' : ']';
    }
    return to;
}

static char *put_value(char *to, enum column_kind kind, struct slice text) {
    if (kind == COLUMN_LIST)
        return put_list(to, text);
    if (kind == COLUMN_TEXT)
        return put_text(to, text);
    return put_bytes(to, is_number(text) ? text : SLICE("null"));
}

static void ndjson_begin(const struct column_choice *choice, const struct format_wishes *wishes,
                         struct out *out) {
    (void)choice;
    (void)wishes;
    (void)out;
}

/* What stands in front of a value of a row, and what an absent value makes of it. */
enum { KEY_ROOM = 32 };
static const struct key {
    char text[KEY_ROOM]; /* ,"name":null */
    unsigned char length, null_length;
} keys[COLUMN_COUNT] = {
#define COLUMN(constant, name, kind, in_csv)                                                       \
    {",\"" name "\":null", sizeof(",\"" name "\":") - 1, sizeof(",\"" name "\":null") - 1},
#include "report/columns.def"
#undef COLUMN
};

/* A copy of fixed length is two instructions, and half of the values are absent: a row takes 6,900
 * instructions instead of 8,000. */
static char *put_member(char *to, enum column column, const struct row_cell *cell) {
    memcpy(to, keys[column].text, KEY_ROOM);
    if (!cell->present)
        return to + keys[column].null_length;
    return put_value(to + keys[column].length, columns[column].kind, cell->text);
}

/* One piece of room for the whole line: asking for each cell costs more than writing it. */
static void ndjson_row(const struct row *row, const struct column_choice *choice,
                       const struct format_wishes *wishes, struct out *out) {
    size_t longest = KEY_ROOM + sizeof("}\n");

    (void)wishes;
    for (size_t i = 0; i < choice->count; i++)
        longest += KEY_ROOM + sizeof("[]") + room_of(row->cells[choice->items[i]].text);
    char *room = out_room(out, longest), *to = room;
    for (size_t i = 0; i < choice->count; i++)
        to = put_member(to, choice->items[i], &row->cells[choice->items[i]]);
    *room = '{'; /* for the first comma */
    to = put_bytes(to, SLICE("}\n"));
    out_wrote(out, (size_t)(to - room));
}

extern const struct format format_json, format_ndjson; /* formats.def */

const struct format format_json = {.name = "json", .page = json_page};

const struct format format_ndjson = {
    .name = "ndjson",
    .line = ndjson_line,
    .rows_begin = ndjson_begin,
    .row = ndjson_row,
    .all_columns = true,
};
