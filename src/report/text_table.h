/* text_table - tables of the text format. */
#ifndef REPORT_TEXT_TABLE_H
#define REPORT_TEXT_TABLE_H

#include "report/text_pen.h"

/* A section whose cell is a list that is not empty: LOOK_TABLE, LOOK_SERIES or LOOK_SENTENCES. */
void text_table_write(struct pen *pen, const struct section *section);

#endif
