/* How: a stretch of the calendar is laid over all other days, and over the same day of all other
 * weeks, give or take an hour. It comes again where at least 40 % as much more than usual came
 * there. What waits in a queue is tried for days, and so at any hour of some other week: of that
 * the first tries must have come again as well.
 */
#include "tally/regular.h"

#include "base/moment.h"

enum { LONG_HOURS = 12 /* longer ones are the same as another week's only by most weeks */ };

static const double least_like = 0.4;

struct stretch {
    const struct calendar *calendar;
    const double *sums, *expected;
    double part; /* that the sums usually are of what is expected */
    size_t start, end;
};

static double over(const double *sums, size_t start, size_t end) {
    return sums[end] - sums[start];
}

static double more_in(const struct stretch *stretch, size_t start, size_t end) {
    return over(stretch->sums, start, end) - stretch->part * over(stretch->expected, start, end);
}

/* Of the hour around a time the most that came; false: nothing is known of it. */
static bool most_near(const struct stretch *stretch, int64_t time, double *more_r) {
    const struct calendar *calendar = stretch->calendar;
    size_t length = stretch->end - stretch->start;
    double most = -1;
    for (int64_t shift = -HOUR; shift <= HOUR; shift += HOUR / 4) {
        size_t start = calendar_bucket(calendar, time + shift);
        if (start == SIZE_MAX || start + length > calendar->buckets || !calendar->is_known[start] ||
            !calendar->is_known[start + length - 1])
            continue;
        double count = over(stretch->sums, start, start + length);
        if (count > most) {
            most = count;
            *more_r = more_in(stretch, start, start + length);
        }
    }
    return most >= 0;
}

struct others {
    size_t known, like;
};

static struct others at_other_times(const struct stretch *stretch, int64_t step) {
    const struct calendar *calendar = stretch->calendar;
    double more = more_in(stretch, stretch->start, stretch->end), there = 0;
    int64_t time = calendar_time(calendar, stretch->start);
    int64_t begin = calendar->begins[0], end = calendar->begins[calendar->days - 1] + DAY_SECONDS;
    struct others others = {0};
    for (int64_t at = time - (time - begin) / step * step; at < end; at += step) {
        if (at == time || !most_near(stretch, at, &there))
            continue;
        others.known++;
        others.like += there >= least_like * more;
    }
    return others;
}

static bool came_again(const struct stretch *stretch) {
    const struct calendar *calendar = stretch->calendar;
    if (more_in(stretch, stretch->start, stretch->end) <= 0)
        return false;
    struct others weeks = at_other_times(stretch, 7 * (int64_t)DAY_SECONDS);
    if (stretch->end - stretch->start > LONG_HOURS * calendar->per_hour)
        return weeks.like >= 2 && 2 * weeks.like >= weeks.known;
    struct others days = at_other_times(stretch, DAY_SECONDS);
    return weeks.like >= 1 || (days.like >= 2 && 5 * days.like >= days.known);
}

bool comes_again(const struct calendar *calendar, const struct again *again, size_t start,
                 size_t end) {
    struct stretch stretch = {calendar, again->counts, again->expected, 1, start, end};
    if (!came_again(&stretch))
        return false;
    if (!again->first_part)
        return true;
    stretch.sums = again->first_tries;
    stretch.part = again->first_part;
    return came_again(&stretch);
}
