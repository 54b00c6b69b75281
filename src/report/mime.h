/* mime - text and bytes as they may stand in a mail (RFC 2045, 2047, 5322), with LF at line ends,
 * as sendmail wants them. Text is valid UTF-8.
 */
#ifndef REPORT_MIME_H
#define REPORT_MIME_H

#include "base/out.h"

/* A body part. Lines of at most 76; no line begins with "." or "From ", which some on the way take
 * for more than it is. Ends with a newline. */
void mime_quoted_printable(struct out *out, struct slice text);
void mime_base64(struct out *out, struct slice bytes);
/* "Name: text", as encoded words where it needs them. No byte of the text begins a new header. */
void mime_header(struct out *out, const char *name, struct slice text);

#endif
