/* Why: a spike is what is not usual at its hour, and a spike must not make itself usual.
 *
 * How: in four steps from what is known best to what is known least. The level over all, times the
 * shape of all mail, times what this series is at this hour of the day, on this day of the week, at
 * this hour of the week; each a ratio of what came to what the steps before make of it, both with a
 * few counts added, so that a series of few counts keeps the shape of all mail. Where nothing was
 * taken out yet a day or hour that stands out counts only as far as others allow (cap_of).
 */
#include "tally/level.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* Counts that speak for "as before", in each step. */
static const double even_day = 4, even_weekday = 8, even_hour = 10, even_all = 0.5;
/* A value may be so many times the middle one. */
static const double cap_times = 1.5;

/* How far a count goes up and down with no week in it: the variance, as a part of its square. */
static const double uneven = 0.4;
enum { FEW_DAYS = 5, PART = 3 /* hours: of few days parts are compared, not days */ };

struct sums {
    double count, expected;
    double members;
};

static int compare_ratios(const void *left, const void *right) {
    const struct sums *a = left, *b = right;
    double first = a->count * b->expected, second = b->count * a->expected;
    return (first > second) - (first < second);
}

/* The most that one of `members` may count, as a multiple of what is expected of it: more than half
 * of what is known must say that so much is usual. */
static double cap_of(struct sums *members, size_t count, double expected) {
    double sum = 0;
    size_t middle = 0;
    qsort(members, count, sizeof *members, compare_ratios);
    while (middle + 1 < count && (sum += members[middle].expected) < expected / 2)
        middle++;
    double one = expected / (double)count; /* is expected of each */
    double usual = one * members[middle].count / members[middle].expected;
    double times = usual * cap_times, more = usual + 2 * sqrt(usual) + 2;
    return (times > more ? times : more) / one;
}

/* What members came to together, each cut where that is asked for. */
static struct sums sum_of(struct sums *members, size_t count, bool is_cut) {
    struct sums sum = {.members = (double)count};
    for (size_t i = 0; i < count; i++)
        sum.expected += members[i].expected;
    double cap = is_cut && count ? cap_of(members, count, sum.expected) : 0;
    for (size_t i = 0; i < count; i++) {
        double most = cap * members[i].expected;
        sum.count += is_cut && members[i].count > most ? most : members[i].count;
    }
    return sum;
}

struct fitting {
    const struct level_source *source;
    double *of_week;      /* so far */
    struct sums *members; /* room for all hours */
};

static void add_hour(struct sums *sums, const struct fitting *fitting, size_t hour) {
    const struct level_source *source = fitting->source;
    double weight = source->weights[hour];
    sums->count += source->counts[hour] * (weight > 0);
    sums->expected += weight * fitting->of_week[source->calendar->of_week[hour]];
}

/* Hours of one group, of which each `unit` neighbours are one member. */
static struct sums sum_group(struct fitting *fitting, int group, int (*group_of)(int of_week),
                             size_t unit, size_t least, bool is_cut) {
    const struct calendar *calendar = fitting->source->calendar;
    size_t count = 0;
    for (size_t begin = 0; begin < calendar->hours; begin += unit) {
        struct sums member = {0};
        for (size_t hour = begin; hour < begin + unit && hour < calendar->hours; hour++)
            if (group_of(calendar->of_week[hour]) == group)
                add_hour(&member, fitting, hour);
        if (member.expected > 0)
            fitting->members[count++] = member;
    }
    if (count < least)
        return (struct sums){0};
    return sum_of(fitting->members, count, fitting->source->is_rough || is_cut);
}

static int all_hours(int of_week) {
    return of_week * 0;
}

static int hour_of_day(int of_week) {
    return of_week % DAY_HOURS;
}

static int day_of_week(int of_week) {
    return of_week / DAY_HOURS;
}

static int hour_of_week(int of_week) {
    return of_week;
}

/* One step: each group of hours by its own ratio. */
static void fit_groups(struct fitting *fitting, int groups, int (*group_of)(int of_week),
                       size_t unit, double even) {
    double ratios[WEEK_HOURS];
    for (int group = 0; group < groups; group++) {
        struct sums sum = sum_group(fitting, group, group_of, unit, 2, group_of != hour_of_day);
        double doubt = sum.members > 0 ? 1 + uneven * sum.expected / sum.members : 1;
        ratios[group] = (sum.count / doubt + even) / (sum.expected / doubt + even);
    }
    for (int hour = 0; hour < WEEK_HOURS; hour++)
        fitting->of_week[hour] *= ratios[group_of(hour)];
}

/* The steps behind the first give it a shape; the level stays. */
static void keep_level(const struct fitting *fitting, double level) {
    struct sums sum = {0};
    for (size_t hour = 0; hour < fitting->source->calendar->hours; hour++)
        add_hour(&sum, fitting, hour);
    for (int hour = 0; sum.expected > 0 && hour < WEEK_HOURS; hour++)
        fitting->of_week[hour] *= level / sum.expected;
}

void level_fit(const struct level_source *source, double of_week_r[WEEK_HOURS]) {
    const struct calendar *calendar = source->calendar;
    struct fitting fitting = {.source = source, .of_week = of_week_r};
    fitting.members = memory_resize(NULL, calendar->hours + 1, sizeof *fitting.members);
    for (int hour = 0; hour < WEEK_HOURS; hour++)
        of_week_r[hour] = source->shape ? source->shape[hour] : 1;
    struct sums all =
        sum_group(&fitting, 0, all_hours, calendar->days < FEW_DAYS ? PART : DAY_HOURS, 1, false);
    double level = all.expected > 0 ? (all.count + even_all) / all.expected : 0;
    for (int hour = 0; hour < WEEK_HOURS; hour++)
        of_week_r[hour] *= level;
    if (calendar->days >= 2) {
        fit_groups(&fitting, DAY_HOURS, hour_of_day, 1, even_day);
        fit_groups(&fitting, 7, day_of_week, DAY_HOURS, even_weekday);
        fit_groups(&fitting, WEEK_HOURS, hour_of_week, 1, even_hour);
    }
    keep_level(&fitting, all.count + even_all);
    free(fitting.members);
}
