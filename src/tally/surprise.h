/* surprise - how far a count is beyond chance, of failures that come in bursts. */
#ifndef TALLY_SURPRISE_H
#define TALLY_SURPRISE_H

#include <stdbool.h>
#include <stddef.h>

enum { SCATTER_SCALES = 5 };

/* How uneven a series is: the variance of a count of which `m` is expected is
 * m + clusters * m + levels * m * m, both by the length of what is counted over. */
struct scatter {
    double clusters[SCATTER_SCALES], levels[SCATTER_SCALES];
};

/* Hours of each scale. */
extern const double scatter_hours[SCATTER_SCALES];

/* What a scatter is estimated from: sums over pieces of time of each scale. */
struct scatter_sums {
    double squares[SCATTER_SCALES];  /* of what a count differs from the expected */
    double expected[SCATTER_SCALES]; /* and their squares: */
    double expected_squares[SCATTER_SCALES];
    size_t pieces[SCATTER_SCALES]; /* those of which some are expected */
};

void scatter_add(struct scatter_sums *sums, size_t scale, double count, double expected);
/* What the sums say, as far as they are many; else what is so before any. */
void scatter_of(const struct scatter_sums *sums, const struct scatter *before,
                struct scatter *scatter_r);
/* What most of many say; `fallback` where none say anything. */
void scatter_of_most(const struct scatter_sums *sums, size_t count, const struct scatter *fallback,
                     struct scatter *scatter_r);

/* What is expected of a piece of time. */
struct expectation {
    double count;
    double extra; /* the part of it that is there because more mail was there than usual */
    double hours;
    double doubt; /* of the level itself: the square of how far it may be off, as a part of it */
};

/* Minus the natural logarithm of the chance that so many or more come. */
double surprise_of(const struct scatter *scatter, const struct expectation *expected, double count);

#endif
