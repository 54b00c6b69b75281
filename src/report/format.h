/* format - how a page, or a stream of rows, becomes text. One const object a file, one line in
 * formats.def; a format knows no mail and owns its escaping in one function.
 */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include "base/out.h"
#include "report/page.h"
#include "report/row.h"

struct format_wishes {
    bool color;           /* text: use colours */
    bool bars;            /* text: draw series, in characters that only UTF-8 has */
    unsigned width;       /* text: columns, 100 by default */
    const char *lang;     /* html: the language of the page, "en" by default */
    const char *colon;    /* text: behind a label; ":" by default */
    const char *none;     /* text and html: for an empty list; "none" by default */
    char delimiter;       /* csv: between cells; a comma by default */
    bool byte_order_mark; /* csv: begin with one */
    int64_t now;          /* openmetrics: when the run began, in seconds */
};

struct mail_head; /* mail.h */

struct format {
    const char *name; /* "text", "html", "json", "csv", "ndjson", "mail": the word of --format */
    bool for_people;  /* shows what people see, in the language of the environment */
    /* A whole page. NULL: the format is for rows alone. */
    void (*page)(const struct page *page, const struct format_wishes *wishes, struct out *out);
    /* A whole page as a mail to somebody. NULL: the format is none of those. */
    void (*letter)(const struct page *page, const struct format_wishes *wishes,
                   const struct mail_head *head, struct out *out);
    /* A whole page in one line, as a row is. NULL: the format has no such. */
    void (*line)(const struct page *page, struct out *out);
    /* Rows: the header, then each row. NULL: the format has no rows. */
    void (*rows_begin)(const struct column_choice *choice, const struct format_wishes *wishes,
                       struct out *out);
    void (*row)(const struct row *row, const struct column_choice *choice,
                const struct format_wishes *wishes, struct out *out);
    bool one_table;   /* of a page it shows the first table alone */
    bool all_columns; /* rows always have every column */
    bool of_reports;  /* shows pages of `report` alone */
    bool delimited;   /* heeds delimiter and byte_order_mark */
};

extern const struct format *const formats[];         /* NULL at the end */
const struct format *format_named(const char *name); /* NULL: none */

#endif
