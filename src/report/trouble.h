/* trouble - the section of what the server said of its own faults. */
#ifndef REPORT_TROUBLE_H
#define REPORT_TROUBLE_H

#include "report/summary.h"

void trouble_section(struct page *page, const struct tally *tally,
                     const struct summary_wishes *wishes);

#endif
