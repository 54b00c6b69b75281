/* past_section - of a report from history: what of it is exact, what about right, and what history
 * does not keep.
 */
#ifndef REPORT_PAST_SECTION_H
#define REPORT_PAST_SECTION_H

#include "report/page.h"
#include "report/summary.h"

/* Parts that history has anything of: a bit for each. */
uint64_t past_parts(void);
/* Adds the member "history" and the same in words. */
void past_section(struct page *page, const struct summary_past *past);

#endif
