/* html_table - tables of HTML pages: facts, rows, series. */
#ifndef REPORT_HTML_TABLE_H
#define REPORT_HTML_TABLE_H

#include "report/html_put.h"

/* Labels and amounts: a table for each group of them. */
void html_facts(const struct sheet *sheet, const struct section *section);
/* A list of records that is not empty. */
void html_table(const struct sheet *sheet, const struct section *section);

#endif
