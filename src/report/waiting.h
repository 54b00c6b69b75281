/* waiting - the section of a report about who still waits in the queue. */
#ifndef REPORT_WAITING_H
#define REPORT_WAITING_H

#include "finding/journey.h"
#include "finding/masker.h"
#include "report/summary.h"

/* Who waits, put together by recipient domain, state and reason. */
struct waiting_table;

/* What the journey knows when the log is at its end; NULL: nothing. Domains stand under the masks
 * of a masker; NULL: as they are. */
struct waiting_table *waiting_table_new(const struct journey *journey, struct masker *masker);
void waiting_table_free(struct waiting_table *table);
/* Recipients of messages that are held. */
uint64_t waiting_table_held(const struct waiting_table *table);

/* Adds the section; `waiting` is the total, of which the journey may no longer follow some. */
void waiting_add(struct page *page, const struct waiting_table *table,
                 const struct summary_wishes *wishes, uint64_t waiting);

#endif
