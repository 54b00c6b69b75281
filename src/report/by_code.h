/* by_code - the section of a report about reasons and the codes they came with. */
#ifndef REPORT_BY_CODE_H
#define REPORT_BY_CODE_H

#include "report/summary.h"

void by_code_add(struct page *page, const struct tally *tally, const struct summary_wishes *wishes);

#endif
