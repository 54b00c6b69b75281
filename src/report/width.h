/* width - the room a text takes where every column is as wide as the next: on a terminal, in a
 * mail. A Thai vowel above its consonant takes none, a Chinese character two columns.
 *
 * An optional part, built with libunistring (make LIBUNISTRING=auto|yes|no). Without it the marks
 * of Thai and the accents U+0300..36F take no column, everything else one.
 *
 * The locale does not matter, and neither do broken bytes: each takes one column, as the ? does
 * that is shown for it. The text has no control characters.
 */
#ifndef REPORT_WIDTH_H
#define REPORT_WIDTH_H

#include "base/slice.h"

/* The widest unit that width_take gives; a column is never narrower. */
enum { WIDTH_UNIT = 8 };

size_t width_of(struct slice text);
/* Moves past the first unit of *text (not empty), which a line is never cut inside of: a letter
 * with its marks, a Thai consonant with its vowels and tone mark. Gives its columns. */
size_t width_take(struct slice *text);

/* For --version: "libunistring 1.0" or how to get it. */
const char *width_about(void);

#endif
