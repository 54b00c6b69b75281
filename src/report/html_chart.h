/* html_chart - a series drawn: a figure with its title, its description and its numbers. */
#ifndef REPORT_HTML_CHART_H
#define REPORT_HTML_CHART_H

#include "report/html_put.h"

/* A LOOK_SERIES whose list is not empty. */
void html_chart(struct sheet *sheet, const struct section *section);
/* A CELL_STRIP: small, in a line of its own. */
void html_strip(struct out *out, const struct strip *strip);

#endif
