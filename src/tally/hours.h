/* hours - what happened when: numbers of each quarter of an hour of UTC, so that the hours and days
 * of every time zone are sums of them.
 */
#ifndef TALLY_HOURS_H
#define TALLY_HOURS_H

#include "tally/tally.h"

enum { QUARTER = 900 /* seconds */ };

/* Units as in the totals. */
enum hours_number {
    HOURS_RECEIVED,
    HOURS_DELIVERED,
    HOURS_DEFERRED,
    HOURS_BOUNCED,
    HOURS_EXPIRED,
    HOURS_REJECTED,
    HOURS_AUTH_FAILED,
    HOURS_NUMBERS
};

/* All quarters together are the totals. An outcome stands in the quarter in which it came; what is
 * taken back later (the recipient has another state, the message was counted before) is taken from
 * there, or from the last quarter before that has any. */
struct quarter {
    int64_t begin; /* seconds; MOMENT_NONE: of no known time, or of one quarter too many */
    uint64_t numbers[HOURS_NUMBERS];
};

/* Adds to a number of the quarter that holds a time; modulo 2^64. */
void hours_put(struct tally *tally, int64_t seconds, enum hours_number number, uint64_t by);

/* Calls back in the order of time, MOMENT_NONE last. */
void hours_each(const struct tally *tally,
                void (*each)(void *context, const struct quarter *quarter), void *context);

#endif
