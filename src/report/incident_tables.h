/* incident_tables - the sections of what went wrong, by what it was and by whom: rejections, block
 * lists on both sides, postscreen, filters, TLS, logins.
 */
#ifndef REPORT_INCIDENT_TABLES_H
#define REPORT_INCIDENT_TABLES_H

#include "report/summary.h"

void incident_tables(struct page *page, const struct tally *tally,
                     const struct summary_wishes *wishes);

#endif
