/* timeline - the sections of a report over time: what came in which hour and on which day. */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include "finding/filter.h"
#include "report/page.h"
#include "tally/tally.h"

/* Adds the section "hours": of a log of up to two days each hour, else the hours of the day, all
 * days together; and "days". A section that says no more than the totals is for machines only.
 * top: people see the last days, that many or a month; 0: all. */
void timeline_hours(struct page *page, const struct tally *tally, const struct filter *filter);
void timeline_days(struct page *page, const struct tally *tally, const struct filter *filter,
                   unsigned top);

#endif
