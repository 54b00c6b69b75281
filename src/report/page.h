/* page - a report as data: sections of facts, tables and cards made of typed cells. A format turns
 * any page into text and knows no mail; what a page says is decided where it is made.
 *
 * Every part has a key (for machines: JSON member names, never translated) and a title (for
 * people).
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "base/arena.h"

enum cell_kind {
    CELL_NONE,   /* null */
    CELL_COUNT,  /* number, with a unit for people */
    CELL_BYTES,  /* number of bytes; people see KB, MB */
    CELL_TEXT,   /* log text or words; escaped by the format */
    CELL_CODE,   /* CELL_COUNT that is a name and not an amount: 535 */
    CELL_LIST,   /* cells without keys */
    CELL_RECORD, /* cells with keys */
};

struct cell {
    enum cell_kind kind;
    const char *key;   /* inside a record */
    const char *title; /* for people; NULL: not shown to them */
    const char *unit;  /* "recipients", or NULL */
    uint64_t number;
    struct slice text;
    struct cell *first, *last, *next; /* children in order, sibling */
};

/* How people see a section; machines see the cell. A cell without a title is not shown to people, a
 * section or a cell of a record without a key not to machines. The first row of a table names its
 * columns. In cards, cells with the title "" make the heading, the others a line "Title: text"
 * each; without any "" the first one is the heading. A record inside a table or card is shown as
 * its titled cells, amounts in parentheses: "550 5.1.1 (12)". */
enum section_look {
    LOOK_HIDDEN, /* machines only */
    LOOK_FACTS,  /* record of records: one line each, label, number, unit */
    LOOK_TABLE,  /* list of records: one row each */
    LOOK_CARDS,  /* list of records: a heading line and indented text */
    LOOK_TEXT,   /* paragraphs, for people only: a text, or a list of texts */
};

struct section {
    const char *key, *title;
    enum section_look look;
    struct cell *cell;
    struct section *next;
};

struct page {
    struct arena arena;
    const char *title;
    struct section *first, *last;
};

void page_init(struct page *page, const char *title);
void page_release(struct page *page);
/* The cell of the new section is empty: fill its number or text, or add children to it. */
struct section *page_section(struct page *page, const char *key, const char *title,
                             enum section_look look, enum cell_kind kind);

/* Adds a child cell at the end of a record or list (there key is NULL). Text is copied, keys and
 * titles are borrowed. */
struct cell *cell_none(struct page *page, struct cell *parent, const char *key, const char *title);
struct cell *cell_count(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number, const char *unit);
struct cell *cell_code(struct page *page, struct cell *parent, const char *key, const char *title,
                       uint64_t number);
struct cell *cell_bytes(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number);
struct cell *cell_text(struct page *page, struct cell *parent, const char *key, const char *title,
                       struct slice text);
struct cell *cell_list(struct page *page, struct cell *parent, const char *key, const char *title);
struct cell *cell_record(struct page *page, struct cell *parent, const char *key,
                         const char *title);
const struct cell *cell_get(const struct cell *record, const char *key); /* NULL: none */

#endif
