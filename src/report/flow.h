/* flow - the sections of a report about which way mail goes. */
#ifndef REPORT_FLOW_H
#define REPORT_FLOW_H

#include "report/summary.h"

/* Adds "flow", and "local_domains" with which it was told. */
void flow_add(struct page *page, const struct tally *tally, const struct summary_wishes *wishes);

#endif
