/* parts - which parts of a report are shown. A part is a section of the page, or several that make
 * sense together only; it is named like the section that machines read.
 */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include "base/problem.h"
#include "report/page.h"

enum part {
#define PART(constant, name) constant,
#include "report/parts.def"
#undef PART
    PART_COUNT
};
enum { PARTS_ALL = (1 << PART_COUNT) - 1 };

const char *part_name(enum part part);
/* Adds the parts that a list names ("totals,reasons") to *parts, a bit for each. */
bool parts_read(const char *list, unsigned *parts, struct problem *problem);
/* Takes the sections of all other parts out of the page; what is of no part stays. */
void parts_keep(struct page *page, unsigned parts);

#endif
