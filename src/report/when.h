/* when - times of a report, in the zone of the run. */
#ifndef REPORT_WHEN_H
#define REPORT_WHEN_H

#include "base/moment.h"
#include "report/page.h"

/* "2026-06-01 10:00"; empty: not known (MOMENT_NONE). */
struct slice when_words(struct page *page, int64_t seconds);
/* For people, in a column that is never cut. */
void when_shown(struct page *page, struct cell *record, const char *title, int64_t seconds);
/* For machines: RFC 3339, or null. */
void when_cell(struct page *page, struct cell *record, const char *key, int64_t seconds);

#endif
