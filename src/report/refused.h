/* refused - the sections of what was refused and by whom: commands, block lists on both sides,
 * postscreen, filters, TLS. */
#ifndef REPORT_REFUSED_H
#define REPORT_REFUSED_H

#include "report/summary.h"

void refused_sections(struct page *page, const struct tally *tally,
                      const struct summary_wishes *wishes);
/* Block lists that others refuse us by: with those of what is to be done. */
void refused_listed(struct page *page, const struct tally *tally,
                    const struct summary_wishes *wishes);

#endif
