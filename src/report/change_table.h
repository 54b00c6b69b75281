/* change_table - "What changed": the section of a report that was compared with another. */
#ifndef REPORT_CHANGE_TABLE_H
#define REPORT_CHANGE_TABLE_H

#include "report/changes.h"
#include "report/page.h"

/* most: rows of each kind of name; 0: all. */
void change_table_add(struct page *page, const struct changes *changes,
                      const struct compared *comparison, unsigned most);
/* The same sections of a report that is compared with nothing. */
void change_table_none(struct page *page, bool is_asked);
/* "new: none of it before": what a card says of its reason. */
struct slice change_words(struct page *page, const struct changed *changed);

#endif
