/* asked - what a report says of the filters it was made with. */
#ifndef REPORT_ASKED_H
#define REPORT_ASKED_H

#include "base/out.h"
#include "finding/filter.h"
#include "report/page.h"

/* Adds the member "filters" and, when there are any, a line for people. */
void asked_of(const struct filter *filter, struct page *page);
/* That messages received are left out, on a page that counts them otherwise. */
void asked_leaves_out(const struct filter *filter, struct page *page);
/* Puts " --NAME WORD", as a shell takes it; name NULL: a word alone. */
void asked_put(struct out *out, const char *name, struct slice word);
/* Puts the filters so, but for those that a bit is set for. */
void asked_put_others(struct out *out, const struct filter *filter, unsigned but,
                      struct arena *arena);

#endif
