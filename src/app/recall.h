/* recall - a tally out of history: what the hours of a span counted, as a report shows it. */
#ifndef APP_RECALL_H
#define APP_RECALL_H

#include "app/options.h"
#include "finding/masker.h"
#include "store/store.h"

/* Whole hours: [since, until), which is rounded outwards; INT64_MIN, INT64_MAX: not given. */
struct recalled {
    int64_t since, until; /* seconds: the span that was asked, or that holds anything */
    bool is_empty;        /* nothing is kept of it */
    int64_t heard;        /* when a mail server was heard last, in all of it, or MOMENT_NONE */
};

/* It takes more room than it may: names of new hours are not told apart. */
bool recall_is_full(struct store *store, const struct options *options);
/* Nothing is named to be read but history. */
bool recall_is_asked(const struct options *options);
/* The hours that a span of seconds lies in; MOMENT_NONE: it is open there. */
struct store_span recall_hours(int64_t since, int64_t until);
/* Adds all that is kept of the hours; with a masker (may be NULL) names go under masks. */
bool recall_tally(struct store *store, const struct store_span *span, struct masker *masker,
                  struct tally *tally, struct recalled *recalled_r, struct problem *problem);

#endif
