/* utf8 - log text as characters. Log text is bytes of strangers: every format asks here what a
 * character is and whether it may be shown as it stands.
 */
#ifndef REPORT_UTF8_H
#define REPORT_UTF8_H

#include "base/slice.h"

#define UTF8_BROKEN      0xFFFFFFFFu
#define UTF8_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Moves past the first character of *s (not empty) and gives its code point; UTF8_BROKEN and one
 * byte further when no character of valid UTF-8 stands there. */
uint32_t utf8_take(struct slice *s);
/* The control characters C0, DEL and C1, and those that turn or break the line: U+061C, U+200E/F,
 * U+2028..E, U+2066..9. A terminal obeys them, so it must not get them. */
bool utf8_is_control(uint32_t code_point);
/* What a byte is to those who do not take every text as it stands, a bit for each. */
enum {
    BYTE_ODD = 1, /* no printable ASCII */
    BYTE_QUOTE = 2,
    BYTE_BACKSLASH = 4,
    BYTE_LESS = 8,
    BYTE_SLASH = 16,
    BYTE_BEFORE_FORMULA =
        32 /* a spreadsheet may take what begins so for a formula: = + - @, blank */
};
/* The bits of all bytes of s. Most text of a log is plain, and is copied in one piece when this has
 * told so. */
unsigned utf8_bytes(struct slice s);
/* Length of the run of printable ASCII at the front of s. */
size_t utf8_plain(struct slice s);

/* What fits into `most` bytes from the front of s, without a part of a character behind. */
struct slice utf8_head(struct slice s, size_t most);

#endif
