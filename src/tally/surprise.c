/* Why: failures do not come one by one. One message has ten bad recipients, one client tries fifty
 * passwords, one day is worse than another; what would be one in a million of single events is seen
 * each week.
 *
 * How: the negative binomial distribution, whose variance is fitted in two parts. The first grows
 * with the count: how many come together, seen in short pieces. The second grows with its square:
 * how the level itself goes up and down, seen in pieces of hours to a day, as what is left of their
 * scatter. Both are drawn towards what most series have, the more the less a series has to say.
 */
#include "tally/surprise.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

const double scatter_hours[SCATTER_SCALES] = {0.25, 1, 3, 8, 24};

/* Events, and pieces, that speak for what was so before. */
static const double even_events = 15, even_pieces = 12;
static const double least_clusters = 0.25, least_levels = 0.02;
/* The share of failures of one busy mailing is not that of another. */
static const double scatter_of_extra = 0.5;

void scatter_add(struct scatter_sums *sums, size_t scale, double count, double expected) {
    sums->squares[scale] += (count - expected) * (count - expected);
    sums->expected[scale] += expected;
    sums->expected_squares[scale] += expected * expected;
    sums->pieces[scale] += expected >= 2;
}

static double clusters_of(const struct scatter_sums *sums, size_t scale) {
    double clusters = sums->squares[scale] / sums->expected[scale] - 1;
    return clusters > 0 ? clusters : 0;
}

static double levels_of(const struct scatter_sums *sums, size_t scale, double clusters) {
    double by_clusters = (1 + clusters) * sums->expected[scale];
    double levels = (sums->squares[scale] - by_clusters) / sums->expected_squares[scale];
    return levels > 0 ? levels : 0;
}

static double drawn(double value, double weight, double before, double even, double least) {
    value = (value * weight + before * even) / (weight + even);
    return value > least ? value : least;
}

void scatter_of(const struct scatter_sums *sums, const struct scatter *before,
                struct scatter *scatter_r) {
    for (size_t i = 0; i < SCATTER_SCALES; i++) {
        double events = sums->expected[i], pieces = (double)sums->pieces[i];
        bool is_dense = i > 0 && pieces >= even_pieces;
        double clusters = events > 0 ? clusters_of(sums, i) : 0;
        double least = i > 0 ? scatter_r->clusters[i - 1] : least_clusters;
        scatter_r->clusters[i] =
            is_dense ? scatter_r->clusters[i - 1]
                     : drawn(clusters, events, before->clusters[i], even_events, least);
        double levels = is_dense ? levels_of(sums, i, scatter_r->clusters[i]) : 0;
        scatter_r->levels[i] =
            is_dense ? drawn(levels, pieces, before->levels[i], even_pieces, least_levels)
                     : before->levels[i];
    }
}

static int compare_doubles(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double middle_or(double *values, size_t count, double fallback) {
    enum { FEW = 3 };
    if (count < FEW)
        return fallback;
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

void scatter_of_most(const struct scatter_sums *sums, size_t count, const struct scatter *fallback,
                     struct scatter *scatter_r) {
    double *values = memory_resize(NULL, count + 1, sizeof *values);
    for (size_t scale = 0; scale < SCATTER_SCALES; scale++) {
        size_t used = 0;
        for (size_t i = 0; i < count; i++)
            if (sums[i].expected[scale] >= even_events &&
                (scale == 0 || (double)sums[i].pieces[scale] < even_pieces))
                values[used++] = clusters_of(&sums[i], scale);
        scatter_r->clusters[scale] = middle_or(values, used, fallback->clusters[scale]);
        used = 0;
        for (size_t i = 0; i < count; i++)
            if ((double)sums[i].pieces[scale] >= even_pieces)
                values[used++] = levels_of(&sums[i], scale, clusters_of(&sums[i], 0));
        scatter_r->levels[scale] = middle_or(values, used, fallback->levels[scale]);
    }
    free(values);
}

static size_t scale_of(double hours) {
    size_t scale = 0;
    while (scale + 1 < SCATTER_SCALES && scatter_hours[scale] < hours)
        scale++;
    return scale;
}

/* The chance of `count` or more where `mean` is expected and the variance is more than that. */
static double log_tail(double mean, double variance, double count) {
    enum { MOST_TERMS = 5000 };
    double size = mean * mean / (variance - mean), failing = 1 - mean / variance;
    double log_first = lgamma(count + size) - lgamma(size) - lgamma(count + 1) +
                       size * log(mean / variance) + count * log(failing);
    double sum = 1, term = 1;
    for (int i = 0; i < MOST_TERMS && term > sum * 1e-6; i++) {
        term *= failing * (count + i + size) / (count + i + 1);
        sum += term;
    }
    return log_first + log(sum);
}

double surprise_of(const struct scatter *scatter, const struct expectation *expected,
                   double count) {
    static const double nothing = 1e-6;
    double mean = expected->count > nothing ? expected->count : nothing;
    size_t scale = scale_of(expected->hours);
    double variance = mean * (1 + scatter->clusters[scale]) +
                      mean * mean * (scatter->levels[scale] + expected->doubt) +
                      expected->extra * expected->extra * scatter_of_extra;
    if (count <= mean)
        return 0;
    return -log_tail(mean, variance, count);
}
