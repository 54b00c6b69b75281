/* tab_text - texts as ClickHouse takes and gives them: cells with tabs between, one row a line, and
 * literals of its SQL.
 *
 * Log text may be any bytes; what is stored for others to query should be UTF-8. A byte that is
 * none stands as a private character, U+F780 to U+F7FF, and is that byte again when it is read; so
 * is each byte of such a character of the log itself.
 */
#ifndef STORE_TAB_TEXT_H
#define STORE_TAB_TEXT_H

#include "base/out.h"

/* Without what stands before and behind it. */
void tab_text_put(struct out *out, struct slice text);
/* With quotes around it. */
void tab_text_literal(struct out *out, struct slice text);
/* For a URL: "%0A" for all but letters, digits and "-._". */
void tab_text_parameter(struct out *out, struct slice text);

/* Undoes tab_text_put in the text itself; gives what is left of it. */
struct slice tab_text_take(char *text, size_t length);

#endif
