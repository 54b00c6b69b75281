/* Why: rows for spreadsheets and scripts, RFC 4180.
 *
 * How: libcsv quotes each text cell; commas, line ends and numbers are written here. What a text
 * cell may hold is decided in put_text alone: libcsv passes everything through, and a spreadsheet
 * runs a quoted =formula as readily as a bare one.
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

/* Room for the quoted text, and behind it for the cleaned text it is made of. */
static void put_text(struct out *out, struct slice text) {
    bool plain = utf8_plain(text) == text.length;

    if (plain && !begins_formula(text)) {
        char *to = out_room(out, 2 * text.length + 2);
        out_wrote(out, csv_write(to, 2 * text.length + 2, text.length ? text.at : "", text.length));
        return;
    }
    size_t longest = 3 * text.length + 1, quoted = 2 * longest + 2;
    char *to = out_room(out, quoted + longest), *cleaned = to + quoted;
    size_t length = clean(text, cleaned + 1);
    struct slice shown = {cleaned + 1, length};
    if (begins_formula(shown) || begins_formula(text)) {
        cleaned[0] = '\'';
        shown = (struct slice){cleaned, length + 1};
    }
    out_wrote(out, csv_write(to, quoted, shown.at, shown.length));
}

/* ---- rows */

static void csv_begin(const struct column_choice *choice, struct out *out) {
    for (size_t i = 0; i < choice->count; i++) {
        if (i > 0)
            out_byte(out, ',');
        out_text(out, columns[choice->items[i]].name);
    }
    out_slice(out, line_end);
}

static void csv_row(const struct row *row, const struct column_choice *choice, struct out *out) {
    for (size_t i = 0; i < choice->count; i++) {
        enum column column = choice->items[i];
        const struct row_cell *cell = &row->cells[column];
        if (i > 0)
            out_byte(out, ',');
        if (cell->present && columns[column].kind == COLUMN_NUMBER)
            out_slice(out, cell->text);
        else if (cell->present)
            put_text(out, cell->text);
    }
    out_slice(out, line_end);
}

/* ---- pages: the first list of records, or else the first record of numbers; a record inside
 * becomes columns of its own */

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
        put_text(out, cell->text);
    } else if (cell->kind == CELL_LIST) {
        struct out joined;
        out_init_memory(&joined);
        join(cell, "|", &joined);
        put_text(out, out_held(&joined));
        out_release(&joined);
    } else {
        out_slice(out, amount_number(cell, number));
    }
}

static void put_record(const struct cell *record, bool first, struct out *out) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!cell->key)
            continue;
        if (cell->kind == CELL_RECORD) {
            put_record(cell, first, out);
        } else {
            if (!first)
                out_byte(out, ',');
            put_cell(cell, out);
        }
        first = false;
    }
}

static void put_header(const struct cell *record, const char *above, bool first, struct out *out) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!cell->key)
            continue;
        if (cell->kind == CELL_RECORD)
            put_header(cell, cell->key, first, out);
        else
            out_print(out, "%s%s%s%s", first ? "" : ",", above ? above : "", above ? "_" : "",
                      cell->key);
        first = false;
    }
}

static bool is_table(const struct section *section) {
    const struct cell *cell = section->cell;
    return section->key && cell->kind == CELL_LIST && cell->first &&
           cell->first->kind == CELL_RECORD;
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

/* One row for each number: "recipients_bounced,12". */
static void put_account(const struct cell *record, const char *above, struct out *out) {
    for (const struct cell *cell = record->first; cell; cell = cell->next) {
        if (!cell->key)
            continue;
        if (cell->kind == CELL_RECORD) {
            put_account(cell, cell->key, out);
            continue;
        }
        struct out name;
        out_init_memory(&name);
        out_print(&name, "%s%s%s", above ? above : "", above ? "_" : "", cell->key);
        put_text(out, out_held(&name));
        out_release(&name);
        out_byte(out, ',');
        put_cell(cell, out);
        out_slice(out, line_end);
    }
}

static void put_table(const struct cell *list, struct out *out) {
    put_header(list->first, NULL, true, out);
    out_slice(out, line_end);
    for (const struct cell *record = list->first; record; record = record->next) {
        put_record(record, true, out);
        out_slice(out, line_end);
    }
}

static void csv_page(const struct page *page, const struct format_wishes *wishes, struct out *out) {
    const struct section *section = page->first;

    (void)wishes;
    while (section && !is_table(section))
        section = section->next;
    if (section) {
        put_table(section->cell, out);
        return;
    }
    for (section = page->first; section; section = section->next)
        if (section->key && is_account(section->cell)) {
            out_text(out, "name,number");
            out_slice(out, line_end);
            put_account(section->cell, NULL, out);
            return;
        }
}

extern const struct format format_csv; /* formats.def */

const struct format format_csv = {
    .name = "csv",
    .page = csv_page,
    .one_table = true,
    .rows_begin = csv_begin,
    .row = csv_row,
};
