/* calendar - the days of which counts are known, one behind the other, in hours and in buckets, and
 * which hour of the week each hour is. Days of which nothing is known are left out.
 */
#ifndef TALLY_CALENDAR_H
#define TALLY_CALENDAR_H

#include "tally/series.h"

enum { WEEK_HOURS = 7 * DAY_HOURS, DAY_SECONDS = DAY_HOURS * HOUR };

struct calendar {
    int64_t bucket; /* seconds */
    size_t per_hour;
    size_t days, hours, buckets;
    int64_t *begins;   /* of days, in seconds and in order */
    uint8_t *of_week;  /* of each hour: which one of the week, by the clocks on the wall */
    double *known;     /* of each hour: how much of it, 0 to 1 */
    uint8_t *is_known; /* of each bucket, from the book */
    size_t from, to;   /* buckets: spikes are looked for in these */
};

/* What is known of the days that [learn, to) lies in: from the book, and where that knows nothing
 * from `usual` (may be NULL). Spikes are looked for in what the book knows of [from, to). */
void calendar_make(struct calendar *calendar_r, const struct series_list *book,
                   const struct series_list *usual, int64_t bucket, int64_t learn, int64_t from,
                   int64_t to);
void calendar_release(struct calendar *calendar);

int64_t calendar_time(const struct calendar *calendar, size_t bucket); /* of its begin, seconds */
/* The bucket that a time lies in; SIZE_MAX: nothing is known of its day. */
size_t calendar_bucket(const struct calendar *calendar, int64_t seconds);
/* The counts of a series, in buckets, which begin with zeros, as far as the book knows them, and in
 * hours, as far as either does. Either may be NULL. */
void calendar_count(const struct calendar *calendar, const struct series *of_book,
                    const struct series *of_usual, double *buckets, double *hours);

/* Begin and end in seconds of all that a list has; false: nothing. */
bool calendar_span(const struct series_list *list, int64_t bucket, int64_t *begin_r,
                   int64_t *end_r);

#endif
