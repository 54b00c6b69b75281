/* parts - which parts of a report are shown. A part is a section of the page, or several that make
 * sense together only; it is named like the section that machines read.
 */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include <stdint.h>

#include "base/problem.h"
#include "report/page.h"

enum part {
#define PART(constant, name) constant,
#include "report/parts.def"
#undef PART
    PART_COUNT
};
/* Parts together: a bit for each. */
#define PART_BIT(part) ((uint64_t)1 << (part))
#define PARTS_ALL      (PART_BIT(PART_COUNT) - 1)

const char *part_name(enum part part);
/* Adds the parts that a list names ("totals,reasons") to *parts. */
bool parts_read(const char *list, uint64_t *parts, struct problem *problem);
/* Takes the sections of all other parts out of the page; what is of no part stays. */
void parts_keep(struct page *page, uint64_t parts);

#endif
