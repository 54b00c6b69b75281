/* html_text - text as HTML: all escaping of the formats that write it. */
#ifndef REPORT_HTML_TEXT_H
#define REPORT_HTML_TEXT_H

#include "base/out.h"
#include "report/page.h"

/* Fit for an element and for an attribute in double quotes. */
void html_text(struct out *out, struct slice text);
/* A CELL_LINK. An address of another kind (javascript:, data:) is shown and not linked. */
void html_link(struct out *out, const struct cell *cell);

#endif
