/* top_lists - the tables of a report by domain, relay, sender, client ...: who comes first, and how
 * much all others are.
 */
#ifndef REPORT_TOP_LISTS_H
#define REPORT_TOP_LISTS_H

#include "report/digging.h"
#include "tally/tally.h"

/* Adds them; in each the first `top` (0: all that are known by name), and the others as one row.
 * People do not see a table of a few rows, unless its part is one of `only`. is_past: of history,
 * which does not keep every column. */
void top_lists(const struct digging *digging, const struct tally *tally, unsigned top,
               uint64_t only, bool is_past);

/* Before anything is counted: that, with this `top`, is all that names will be asked for. */
void top_lists_expect(struct tally *tally, unsigned top);

#endif
