/* row - the exported row: one table of columns (contract, section 3), made from a finding.
 *
 * A new column is one more line in columns.def and one case in row.c; columns are only ever added
 * at the end.
 */
#ifndef REPORT_ROW_H
#define REPORT_ROW_H

#include "finding/finding.h"

enum column {
#define COLUMN(constant, name, kind, in_csv) constant,
#include "report/columns.def"
#undef COLUMN
    COLUMN_COUNT
};

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_LIST };

struct column_info {
    const char *name;
    enum column_kind kind;
    bool in_csv; /* among the default columns of CSV */
};
extern const struct column_info columns[COLUMN_COUNT];

/* One value. present false: null, empty. Numbers are printed as text already; a list's items are
 * joined by '|'. Text is raw log text: the format escapes it. */
struct row_cell {
    bool present;
    struct slice text;
};
struct row {
    struct row_cell cells[COLUMN_COUNT];
    char scratch[4096 + 512]; /* printed numbers, times and the place of the rule live here */
};

/* Fills the row; text is borrowed from the finding and the row. */
void row_of(const struct finding *finding, struct row *row);

/* The columns asked for by --columns: "all", a list of names, or NULL for the default of CSV. */
struct column_choice {
    enum column items[COLUMN_COUNT];
    size_t count;
};
bool column_choose(const char *wish, struct column_choice *choice, struct problem *problem);

#endif
