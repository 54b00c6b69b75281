/* by_code - the section of a report about reasons and the codes they came with. */
#ifndef REPORT_BY_CODE_H
#define REPORT_BY_CODE_H

#include "report/digging.h"
#include "report/summary.h"

void by_code_add(const struct digging *digging, const struct tally *tally,
                 const struct summary_wishes *wishes);

#endif
