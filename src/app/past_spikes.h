/* past_spikes - spikes out of history: its hours as series, its names as drivers. */
#ifndef APP_PAST_SPIKES_H
#define APP_PAST_SPIKES_H

#include "finding/masker.h"
#include "store/store.h"
#include "tally/drivers.h"

/* Fills a book with the hours of a span. */
bool past_spikes_read(struct store *store, const struct store_span *span, struct series_book *book,
                      bool *is_empty_r, struct problem *problem);
/* Gives the drivers what history keeps of names, in both rounds; with a masker (may be NULL) under
 * masks. */
bool past_spikes_drivers(struct store *store, struct masker *masker, struct drivers *drivers,
                         struct problem *problem);
/* What all that was delivered has in common: as far as history tells, in all its hours. */
bool past_spikes_common(struct store *store, struct masker *masker, struct common *common,
                        struct problem *problem);
/* Beside a log of [begin, end), in seconds: all other hours, of which the failures are usual. In
 * the second round. */
bool past_spikes_others(struct store *store, struct masker *masker, struct drivers *drivers,
                        int64_t begin, int64_t end, struct problem *problem);

#endif
