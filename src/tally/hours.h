/* hours - what happened when: numbers of each quarter of an hour of UTC, so that the hours and days
 * of every time zone are sums of them.
 */
#ifndef TALLY_HOURS_H
#define TALLY_HOURS_H

#include "tally/tally.h"

enum { QUARTER = 900 /* seconds */ };

/* Units as in the totals, but of when it was said: an outcome stands in the quarter in which it
 * came, also when the recipient was in another state later. */
struct quarter {
    int64_t begin; /* seconds; MOMENT_NONE: of no known time, or of one quarter too many */
    uint64_t received, delivered, deferred, bounced, expired, rejected, auth_failed;
};

/* Calls back in the order of time, MOMENT_NONE last. */
void hours_each(const struct tally *tally,
                void (*each)(void *context, const struct quarter *quarter), void *context);

#endif
