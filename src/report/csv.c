/* Why: rows for spreadsheets and scripts, RFC 4180.
 *
 * How: libcsv quotes each text cell; delimiters, line ends and numbers are written here. Text is
 * quoted and numbers are not, always, so that a spreadsheet can be told to take what is quoted as
 * text (docs/spreadsheet.md). What a text cell may hold is decided in put_text alone: libcsv passes
 * everything through, and a spreadsheet runs a quoted =formula as readily as a bare one.
 */
#include <csv.h>
#include <string.h>

#include "report/format.h"
#include "report/utf8.h"

/* ---- cells */

static const struct slice line_end = SLICE_INIT("\r\n");

/* Text without what a terminal or a spreadsheet trips over: line ends and tabs become blanks, other
 * control characters go, bytes that are no UTF-8 become U+FFFD. to: three times the length. */
static size_t clean(struct slice text, char *to) {
    size_t length = 0;

    while (text.length > 0) {
        const char *begin = text.at;
        uint32_t code_point = utf8_take(&text);
        struct slice shown = slice_range(begin, text.at);
        if (code_point == UTF8_BROKEN)
            shown = SLICE(UTF8_REPLACEMENT);
        else if (code_point == '\t' || code_point == '\n' || code_point == '\r')
            shown = SLICE(" ");
        else if (utf8_is_control(code_point))
            continue;
        memcpy(to + length, shown.at, shown.length);
        length += shown.length;
    }
    return length;
}

/* A spreadsheet takes a cell that begins so for a formula, also behind blanks (OWASP, "CSV
 * Injection"); some take the full-width forms too. */
static bool begins_formula(struct slice text) {
    static const struct slice signs[] = {
        SLICE_INIT("="),
        SLICE_INIT("+"),
        SLICE_INIT("-"),
        SLICE_INIT("@"),
        SLICE_INIT("\t"),
        SLICE_INIT("\r"),
        SLICE_INIT("\xEF\xBC\x9D"),
        SLICE_INIT("\xEF\xBC\x8B"),
        SLICE_INIT("\xEF\xBC\x8D"),
        SLICE_INIT("\xEF\xBC\xA0"),
    };

    while (text.length > 0 && text.at[0] == ' ')
        text = slice_from(text, 1);
    if (text.length == 0 || !strchr("=+-@\t\r\xEF", text.at[0]))
        return false;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (slice_starts(text, signs[i]))
            return true;
    return false;
}

static char *put_bytes(char *to, struct slice bytes) {
    if (bytes.length > 0)
        memcpy(to, bytes.at, bytes.length);
    return to + bytes.length;
}

/* What a text cell of this length takes: the quoted text, and behind it the cleaned text that it is
 * made of. */
static size_t room_of(struct slice text) {
    size_t cleaned = 3 * text.length + 1;
    return 3 * cleaned + 2;
}

static char *put_odd_text(char *to, struct slice text) {
    size_t longest = 3 * text.length + 1, quoted = 2 * longest + 2;
    char *cleaned = to + quoted;
    size_t length = clean(text, cleaned + 1);
    struct slice shown = {cleaned + 1, length};

    if (begins_formula(shown) || begins_formula(text)) {
        cleaned[0] = '\'';
        shown = (struct slice){cleaned, length + 1};
    }
    return to + csv_write(to, quoted, shown.at, shown.length);
}

/* What holds nothing to double and nothing to clean is what csv_write() makes of it when it stands
 * between two quotes; tests/unit/test_csv.c compares them. A cell takes 147 instructions
 * instead of 493 on a log of Postfix. */
static char *put_text(char *to, struct slice text) {
    unsigned kinds = utf8_bytes(text);
    bool as_it_stands = !(kinds & (BYTE_ODD | BYTE_QUOTE)) &&
                        (!(kinds & BYTE_BEFORE_FORMULA) || !begins_formula(text));

    if (!as_it_stands)
        return put_odd_text(to, text);
    *to++ = '"';
    to = put_bytes(to, text);
    *to++ = '"';
    return to;
}

static void write_text(struct out *out, struct slice text) {
    char *room = out_room(out, room_of(text));
    out_wrote(out, (size_t)(put_text(room, text) - room));
}

/* ---- rows */

static char delimiter_of(const struct format_wishes *wishes) {
    return wishes->delimiter ? wishes->delimiter : ',';
}

static void put_mark(const struct format_wishes *wishes, struct out *out) {
    if (wishes->byte_order_mark)
        out_text(out, "\xEF\xBB\xBF");
}

static void csv_begin(const struct column_choice *choice, const struct format_wishes *wishes,
                      struct out *out) {
    put_mark(wishes, out);
    for (size_t i = 0; i < choice->count; i++) {
        if (i > 0)
            out_byte(out, delimiter_of(wishes));
        out_text(out, columns[choice->items[i]].name);
    }
    out_slice(out, line_end);
}

/* One piece of room for the whole line: asking for each cell costs more than writing it. */
static void csv_row(const struct row *row, const struct column_choice *choice,
                    const struct format_wishes *wishes, struct out *out) {
    size_t longest = line_end.length;

    for (size_t i = 0; i < choice->count; i++)
        longest += room_of(row->cells[choice->items[i]].text) + 1;
    char *room = out_room(out, longest), *to = room, delimiter = delimiter_of(wishes);
    for (size_t i = 0; i < choice->count; i++) {
        enum column column = choice->items[i];
        const struct row_cell *cell = &row->cells[column];
        if (i > 0)
            *to++ = delimiter;
        if (cell->present)
            to = columns[column].kind == COLUMN_NUMBER ? put_bytes(to, cell->text)
                                                       : put_text(to, cell->text);
    }
    to = put_bytes(to, line_end);
    out_wrote(out, (size_t)(to - room));
}

/* ---- one section of a page */

/* The text of a cell inside a list, in one piece: "550 5.1.1 12". What has no key in a record is
 * for people, and what is not there takes no room. */
static void join(const struct cell *cell, const char *separator, struct out *out) {
    char number[AMOUNT_ROOM];
    bool first = true;

    for (const struct cell *child = cell->first; child; child = child->next) {
        if (cell->kind == CELL_RECORD && (!child->key || child->kind == CELL_NONE))
            continue;
        if (!first)
            out_text(out, separator);
        first = false;
        if (child->kind == CELL_TEXT || child->kind == CELL_LINK)
            out_slice(out, child->text);
        else if (child->kind == CELL_LIST || child->kind == CELL_RECORD)
            join(child, " ", out);
        else
            out_slice(out, amount_number(child, number));
    }
}

static void put_cell(const struct cell *cell, struct out *out) {
    char number[AMOUNT_ROOM];

    if (cell->kind == CELL_TEXT || cell->kind == CELL_LINK) {
        write_text(out, cell->text);
    } else if (cell->kind == CELL_LIST) {
        struct out joined;
        out_init_memory(&joined);
        join(cell, "|", &joined);
        write_text(out, out_held(&joined));
        out_release(&joined);
    } else {
        out_slice(out, amount_number(cell, number));
    }
}

/* The sheet that a section becomes. A record inside a row becomes columns of its own, and rows need
 * not all have the same members: a column is there when any row has it, in the order of coming. */
struct sheet {
    struct out *out;
    char delimiter;
    bool begun; /* the line has a cell already */
    struct arena arena;
};

struct sheet_column {
    const char *key;
    struct sheet_column *first, *next; /* of the record that stands here; its sibling */
};

static void next_cell(struct sheet *sheet) {
    if (sheet->begun)
        out_byte(sheet->out, sheet->delimiter);
    sheet->begun = true;
}

static void end_line(struct sheet *sheet) {
    out_slice(sheet->out, line_end);
    sheet->begun = false;
}

/* The columns that a record has, added to those known. */
static void add_columns(struct sheet *sheet, struct sheet_column **known,
                        const struct cell *record) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        struct sheet_column **place = known;
        if (!cell->key)
            continue;
        while (*place && !slice_is(slice_of((*place)->key), cell->key))
            place = &(*place)->next;
        if (!*place) {
            *place = arena_zero(&sheet->arena, sizeof **place);
            (*place)->key = cell->key;
        }
        if (cell->kind == CELL_RECORD)
            add_columns(sheet, &(*place)->first, cell);
    }
}

/* "example_reply": the keys on the way, joined. */
static struct slice name_below(struct sheet *sheet, struct slice above, const char *key) {
    return arena_print(&sheet->arena, "%.*s%s%s", SLICE_ARGS(above), above.length ? "_" : "", key);
}

static void put_header(struct sheet *sheet, const struct sheet_column *columns_of,
                       struct slice above) {
    for (const struct sheet_column *column = columns_of; column; column = column->next) {
        struct slice name = name_below(sheet, above, column->key);
        if (column->first) {
            put_header(sheet, column->first, name);
            continue;
        }
        next_cell(sheet);
        out_slice(sheet->out, name);
    }
}

/* record: NULL where the row has none. */
static void put_row(struct sheet *sheet, const struct sheet_column *columns_of,
                    const struct cell *record) {
    for (const struct sheet_column *column = columns_of; column; column = column->next) {
        const struct cell *cell = record ? cell_get(record, column->key) : NULL;
        if (column->first) {
            put_row(sheet, column->first, cell && cell->kind == CELL_RECORD ? cell : NULL);
            continue;
        }
        next_cell(sheet);
        if (cell)
            put_cell(cell, sheet->out);
    }
}

static void put_table(struct sheet *sheet, const struct cell *list) {
    struct sheet_column *columns_of = NULL;

    for (const struct cell *row = list->first; row; row = row->next)
        add_columns(sheet, &columns_of, row);
    put_header(sheet, columns_of, (struct slice){0});
    end_line(sheet);
    for (const struct cell *row = list->first; row; row = row->next) {
        put_row(sheet, columns_of, row);
        end_line(sheet);
    }
}

/* One column, named like the section. A list without anything might have been a table, whose
 * columns nobody knows: it is no line at all, as is what is not there. */
static void put_values(struct sheet *sheet, const struct section *section) {
    bool is_list = section->cell->kind == CELL_LIST;
    const struct cell *value = is_list ? section->cell->first : section->cell;

    if (!value || value->kind == CELL_NONE)
        return;
    out_text(sheet->out, section->key);
    end_line(sheet);
    for (; value; value = value->next) {
        put_cell(value, sheet->out);
        end_line(sheet);
    }
}

/* One row for each member: "recipients_bounced,12". */
static void put_members(struct sheet *sheet, const struct cell *record, struct slice above) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!cell->key)
            continue;
        struct slice name = name_below(sheet, above, cell->key);
        if (cell->kind == CELL_RECORD) {
            put_members(sheet, cell, name);
            continue;
        }
        next_cell(sheet);
        write_text(sheet->out, name);
        next_cell(sheet);
        put_cell(cell, sheet->out);
        end_line(sheet);
    }
}

/* A record of numbers, or of such records: the totals. */
static bool is_account(const struct cell *cell) {
    if (cell->kind != CELL_RECORD || !cell->first)
        return false;
    for (const struct cell *child = cell->first; child; child = child->next)
        if (child->kind == CELL_RECORD ? !is_account(child) : !cell_is_amount(child))
            return false;
    return true;
}

static bool is_table(const struct cell *cell) {
    return cell->kind == CELL_LIST && cell->first && cell->first->kind == CELL_RECORD;
}

static void put_section(struct sheet *sheet, const struct section *section) {
    if (is_table(section->cell)) {
        put_table(sheet, section->cell);
    } else if (section->cell->kind == CELL_RECORD) {
        out_print(sheet->out, "name%c%s", sheet->delimiter,
                  is_account(section->cell) ? "number" : "value");
        end_line(sheet);
        put_members(sheet, section->cell, (struct slice){0});
    } else {
        put_values(sheet, section);
    }
}

/* How much a section is what is asked for. Of a part of a page it is the one that is named like the
 * part; without parts, what a reader of tables would look for. */
static unsigned weight_of(const struct section *section) {
    if (!section->key || section->look == LOOK_TEXT)
        return 0;
    if (section->part && slice_is(slice_of(section->part), section->key))
        return 3;
    return is_table(section->cell) ? 2 : is_account(section->cell);
}

static void csv_page(const struct page *page, const struct format_wishes *wishes, struct out *out) {
    struct sheet sheet = {.out = out, .delimiter = delimiter_of(wishes)};
    const struct section *chosen = NULL;

    put_mark(wishes, out);
    for (const struct section *section = page->first; section; section = section->next)
        if (weight_of(section) > (chosen ? weight_of(chosen) : 0))
            chosen = section;
    if (!chosen)
        return;
    arena_init(&sheet.arena);
    put_section(&sheet, chosen);
    arena_release(&sheet.arena);
}

extern const struct format format_csv; /* formats.def */

const struct format format_csv = {
    .name = "csv",
    .page = csv_page,
    .one_table = true,
    .delimited = true,
    .rows_begin = csv_begin,
    .row = csv_row,
};
