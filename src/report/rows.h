/* rows - a section that is a table of what a tally counted most of: the first rows, what was left
 * out, and the cells that such tables share.
 */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include "report/page_words.h"
#include "report/parts.h"
#include "report/summary.h"

struct rows {
    struct page *page;
    const struct summary_wishes *wishes;
    struct section *section;
    size_t shown, more; /* more: left out by --top */
};

/* Begins the section of a part; its key is the part's name. */
void rows_begin(struct rows *rows, struct page *page, const struct summary_wishes *wishes,
                enum part part, enum word title);
/* A new row of something that came so often; NULL: it is not wanted. */
struct cell *rows_add(struct rows *rows, uint64_t count);
/* The last row, of all that has no row by name: of history, which keeps so many names an hour. */
struct cell *rows_add_others(struct rows *rows, uint64_t count);
/* Says how many more there are; without any row people see nothing. */
void rows_end(struct rows *rows);

/* Text, "-" for people and null for machines when it is empty. */
void row_text(struct rows *rows, struct cell *row, const char *key, enum word title,
              struct slice text);
/* The same of a name, in a table that has a row of others; is_others: in that row. */
void row_name(struct rows *rows, struct cell *row, const char *key, enum word title,
              struct slice name, bool is_others);
void row_count(struct rows *rows, struct cell *row, const char *key, enum word title,
               uint64_t count);
/* "first" and "last": to the minute for people. MOMENT_NONE: not known. */
void row_times(struct rows *rows, struct cell *row, int64_t first, int64_t last);
/* The same, of which people see the last. */
void row_last(struct rows *rows, struct cell *row, int64_t first, int64_t last);
/* "example": reply, source, line and how it is traced, for machines. */
void row_example(struct rows *rows, struct cell *row, const struct tally_example *example);

#endif
