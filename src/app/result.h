/* result - where the result goes: standard output, or a file that appears whole or not at all. */
#ifndef APP_RESULT_H
#define APP_RESULT_H

#include "app/options.h"
#include "base/out.h"
#include "report/format.h"
#include "report/page_words.h"

struct result {
    struct out out;
    const char *name; /* for messages */
    char *temporary;  /* owned; NULL: written directly */
    char *target;     /* owned, as temporary: what it becomes */
};

/* Whether the result would take the place of that file. */
bool result_replaces(const struct options *options, const char *file);
/* Never where the history or what else is read for every command would be lost by it; whether one
 * of the inputs would, the command asks before. */
bool result_open(struct result *result, const struct options *options, struct problem *problem);
/* Writes what is left, and puts the file in its place. On failure the old file stays as it was. */
bool result_close(struct result *result, struct problem *problem);
/* Ends without a result: the old file stays as it was. */
void result_drop(struct result *result);
/* Columns of a page that nobody gave a width, and of one whose rows are long. */
enum { RESULT_WIDTH = 100, RESULT_WIDTH_WIDE = 120 };
/* --width; else as wide as the terminal, between what can be read and `widest`. */
unsigned result_width(const struct result *result, const struct options *options, unsigned widest);
/* How a page is to look there: in colours where a terminal wants them (--color, NO_COLOR, TERM), no
 * wider than the terminal, and in the language of the words. */
struct format_wishes result_wishes(const struct result *result, const struct options *options,
                                   const struct words *words);

#endif
