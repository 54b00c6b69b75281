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

struct kept_hours {
    int64_t first, last; /* first > last: none */
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
/* Adds one table of it alone: no names are in totals and reasons, so nothing is masked. */
bool recall_table(struct store *store, enum hourly_table table, const struct store_span *span,
                  struct tally *tally, struct problem *problem);
/* Counts the wordings of the hours in a tally that keeps none yet. *tells_r is false when an older
 * program has counted the failures, which did not keep that. */
bool recall_texts(struct store *store, const struct store_span *span, struct masker *masker,
                  struct tally *tally, bool *tells_r, struct problem *problem);
/* The hours of all that is kept. */
bool recall_kept(struct store *store, struct kept_hours *kept_r, struct problem *problem);
/* Logs of some of the span were read: what is not kept of it did not happen. */
bool recall_covers(struct store *store, const struct store_span *span,
                   const struct kept_hours *kept, bool *covers_r, struct problem *problem);

#endif
