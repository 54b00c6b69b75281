/* mail_html - a page as HTML that mail readers leave alone: tables, with the looks on each element.
 * They drop style sheets, scripts and SVG.
 */
#ifndef REPORT_MAIL_HTML_H
#define REPORT_MAIL_HTML_H

#include "report/format.h"

void mail_html_page(const struct page *page, const struct format_wishes *wishes, struct out *out);

#endif
