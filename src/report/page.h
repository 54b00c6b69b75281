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
    CELL_NONE,     /* null */
    CELL_COUNT,    /* number, with a unit for people */
    CELL_BYTES,    /* number of bytes; people see KB, MB */
    CELL_DURATION, /* number of microseconds; machines see seconds, people s, min, h, d */
    CELL_SHARE,    /* number of `whole`; machines see a fraction, people %; of 0 there is none */
    CELL_TEXT,     /* log text or words; escaped by the format */
    CELL_CODE,     /* CELL_COUNT that is a name and not an amount: 535 */
    CELL_LINK,     /* CELL_TEXT with an address: {"text": ..., "url": ...}; "text (address)" */
    CELL_STRIP,    /* amounts over time, some of them marked; people see bars */
    CELL_LIST,     /* cells without keys */
    CELL_RECORD,   /* cells with keys */
};

/* How much a text wants to be seen: a colour, beside the words. */
enum tone { TONE_NONE, TONE_INFO, TONE_NOTICE, TONE_WARNING, TONE_ERROR, TONE_CRITICAL };

/* What a CELL_STRIP draws; `mark` to `mark_end` of the amounts are marked. */
struct strip {
    const uint64_t *amounts;
    size_t count, mark, mark_end;
    struct slice from, to; /* the times at its ends, as people read them */
};

/* A report for machines has a hundred thousand: what no cell has at the same time shares its place,
 * so who reads it looks at the kind first. */
struct cell {
    enum cell_kind kind : 8;
    enum tone tone : 8;
    bool literal : 1;  /* to be read letter by letter: log text, a command */
    bool command : 1;  /* a literal to be copied whole: never wrapped or cut */
    bool uncut : 1;    /* a time, a code: of a table's texts the last to be cut */
    bool folded : 1;   /* proof, which a format folds away where that can be opened */
    const char *key;   /* inside a record */
    const char *title; /* for people; NULL: not shown to them */
    struct cell *next; /* sibling */
    union {
        struct {
            uint64_t number; /* of amounts: of whatever cell_is_amount() */
            union {
                const char *unit; /* "recipients", or NULL; not of CELL_SHARE */
                uint64_t whole;   /* CELL_SHARE: what number is a part of */
            };
        };
        struct slice text;         /* CELL_TEXT, CELL_LINK */
        const struct strip *strip; /* CELL_STRIP */
        struct {
            struct cell *first, *last; /* CELL_LIST, CELL_RECORD: children in order */
        };
    };
};

/* How people see a section; machines see the cell. A cell without a title is not shown to people, a
 * section or a cell of a record without a key not to machines. The first row of a table names its
 * columns. In cards, cells with the title "" make the heading, the others a line "Title: text"
 * each; without any "" the first one is the heading. A record inside a table or card is shown as
 * its titled cells, amounts in parentheses: "550 5.1.1 (12)". Folded cells are no columns. */
enum section_look {
    LOOK_HIDDEN,    /* machines only */
    LOOK_FACTS,     /* record of records: one line each, label, number, unit */
    LOOK_TABLE,     /* list of records: one row each */
    LOOK_SERIES,    /* LOOK_TABLE over time or another order: a label, then amounts; to be drawn */
    LOOK_SENTENCES, /* LOOK_TABLE whose texts are to be read whole: they flow and are not cut */
    LOOK_CARDS,     /* list of records: a heading line and indented text; numbered if several */
    LOOK_SIDE_BY_SIDE, /* LOOK_CARDS to be compared: next to each other where there is room */
    LOOK_POINTS,       /* list: one point each, "- text" */
    LOOK_STEPS,        /* LOOK_POINTS numbered: "1. text" */
    LOOK_TEXT,         /* paragraphs, for people only: a text, or a list of texts */
};

enum { MOST_COLUMNS = 16 }; /* of a table, for people */

struct section {
    const char *key, *title;
    const char *part; /* of the page that it belongs to (parts.h); NULL: none */
    enum section_look look;
    bool unfolded; /* only where nothing can be opened: in text */
    struct cell *cell;
    struct section *next;
};

struct page {
    struct arena arena;
    const char *title;
    const char *part;             /* that new sections belong to; NULL: none */
    bool for_machines;            /* nobody reads it: cells without a key are left out of records */
    const struct words *words;    /* of whoever makes the page, page_words.h; borrowed */
    const struct metric *metrics; /* what of it is measured, metrics.h; NULL: nothing */
    struct section *first, *last;
    struct cell unseen; /* stands for each cell that is left out, and for what is in it */
};

void page_init(struct page *page, const char *title);
void page_release(struct page *page);
/* The cell of the new section is empty: fill its number or text, or add children to it. */
struct section *page_section(struct page *page, const char *key, const char *title,
                             enum section_look look, enum cell_kind kind);
/* A new section that is one paragraph for people; its text is borrowed. */
void page_text(struct page *page, struct slice text);

/* Adds a child cell at the end of a record or list (there key is NULL). Text is copied, keys and
 * titles are borrowed. */
struct cell *cell_none(struct page *page, struct cell *parent, const char *key, const char *title);
struct cell *cell_count(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number, const char *unit);
struct cell *cell_code(struct page *page, struct cell *parent, const char *key, const char *title,
                       uint64_t number);
struct cell *cell_bytes(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number);
struct cell *cell_duration(struct page *page, struct cell *parent, const char *key,
                           const char *title, uint64_t microseconds);
struct cell *cell_share(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number, uint64_t whole);
struct cell *cell_text(struct page *page, struct cell *parent, const char *key, const char *title,
                       struct slice text);
/* The same; of an empty text a cell without a value. */
struct cell *cell_known(struct page *page, struct cell *parent, const char *key, const char *title,
                        struct slice text);
struct cell *cell_link(struct page *page, struct cell *parent, const char *key, const char *title,
                       struct slice text, struct slice address); /* copies the address too */
struct cell *cell_list(struct page *page, struct cell *parent, const char *key, const char *title);
struct cell *cell_record(struct page *page, struct cell *parent, const char *key,
                         const char *title);
/* The strip is borrowed. */
struct cell *cell_strip(struct page *page, struct cell *parent, const char *key, const char *title,
                        const struct strip *strip);
/* Adds each of the words, joined by '|', to a list; an empty text has none. */
void cell_words(struct page *page, struct cell *list, struct slice words);
const struct cell *cell_get(const struct cell *record, const char *key); /* NULL: none */
/* Of a CELL_LINK: http or https, of our own data, never out of a log. */
struct slice cell_address(const struct cell *link);
/* "recipients"; NULL: an amount without one. */
static inline const char *cell_unit(const struct cell *amount) {
    return amount->kind == CELL_SHARE ? NULL : amount->unit;
}

/* What people see of cells, the same in every format for them. */
bool cell_is_amount(const struct cell *cell); /* digits, or where they would stand */
bool cell_is_shown(const struct cell *cell);  /* in a card: has a title, and something to say */
bool cell_is_heading(const struct cell *card, const struct cell *cell);
/* The cell of a row that stands under a cell of the first row; NULL: none. */
const struct cell *cell_under(const struct cell *row, const struct cell *column);
uint64_t strip_most(const struct strip *strip); /* the largest amount */
enum { AMOUNT_ROOM = 48 };
/* An amount without the words of its unit: "12", "12.3 MB", "4.2 s", "2 h 05 min", "12.5 %"; "-"
 * for none. */
struct slice amount_shown(const struct cell *amount, char room[AMOUNT_ROOM]);
/* What machines see of an amount: digits with at most one dot, empty for none. */
struct slice amount_number(const struct cell *amount, char room[AMOUNT_ROOM]);

#endif
