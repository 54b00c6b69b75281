/* level - what is usual at each hour of the week, of counts that are few and uneven. */
#ifndef TALLY_LEVEL_H
#define TALLY_LEVEL_H

#include "tally/calendar.h"

/* What the level of a series is learned from. */
struct level_source {
    const struct calendar *calendar;
    const double *counts;  /* of hours */
    const double *weights; /* of hours: which part of each is known and taken for usual */
    const double *shape;   /* WEEK_HOURS: how all mail goes, 1 on average; NULL: evenly */
    bool is_rough;         /* nothing was taken out yet: what stands out is cut */
};

/* Counts an hour for each hour of the week. */
void level_fit(const struct level_source *source, double of_week_r[WEEK_HOURS]);

#endif
