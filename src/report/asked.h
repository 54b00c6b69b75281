/* asked - what a report says of the filters it was made with. */
#ifndef REPORT_ASKED_H
#define REPORT_ASKED_H

#include "finding/filter.h"
#include "report/page.h"

/* Adds the member "filters" and, when there are any, a line for people. */
void asked_of(const struct filter *filter, struct page *page);

#endif
