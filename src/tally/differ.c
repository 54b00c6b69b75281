/* Why: of ten thousand names some have doubled since yesterday by chance alone, and an
 * administrator who is told of those stops reading.
 *
 * How: variance-stabilised difference of two rates, one p-value a pair, and a threshold that grows
 * with the number of pairs. A pair too small to be told either way is not looked at: it would only
 * make the threshold higher for the others, and whether it is depends on the sum alone.
 */
#include "tally/differ.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static const double BURST = 2, SWAY = 0.15; /* as the header says */
static const double CHANCES = 0.01;         /* so much of what is told may be chance */
static const double LEAST = 3;              /* who cannot score so much is not looked at */
static const double AT_ROOT = 3.0 / 8; /* what makes the root of a small count even (Anscombe) */

static struct differ_spans usable(struct differ_spans spans) {
    bool good = spans.before > 0 && spans.now > 0;
    return good ? spans : (struct differ_spans){1, 1};
}

/* With both spans multiplied in, nothing is divided by one of them, and exchanging the two sides
 * gives the same numbers to the last bit. */
double differ_score(uint64_t before, uint64_t now, struct differ_spans spans) {
    spans = usable(spans);
    double left = ((double)before + AT_ROOT) * spans.now;
    double right = ((double)now + AT_ROOT) * spans.before;
    double variance = BURST * (spans.before + spans.now) + SWAY * SWAY * (left + right);
    return 2 * (sqrt(right) - sqrt(left)) / sqrt(variance);
}

uint64_t differ_expected(uint64_t before, struct differ_spans spans) {
    spans = usable(spans);
    return (uint64_t)((double)before * spans.now / spans.before + 0.5);
}

/* All of it on one side. */
static bool can_stand_out(uint64_t sum, struct differ_spans spans) {
    return differ_score(0, sum, spans) >= LEAST || -differ_score(sum, 0, spans) >= LEAST;
}

static int compare_scores(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

/* The score from which on is told; `scores`, all above 0, are sorted by it. */
static double threshold_of(double *scores, size_t count) {
    double threshold = INFINITY;
    if (count)
        qsort(scores, count, sizeof *scores, compare_scores);
    for (size_t i = 0; i < count; i++)
        if (erfc(scores[i] / sqrt(2)) <= CHANCES * (double)(i + 1) / (double)count)
            threshold = scores[i];
    return threshold;
}

void differ_mark(struct differ_pair *pairs, size_t count) {
    double *scores = memory_resize(NULL, count + 1, sizeof *scores);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct differ_pair *pair = &pairs[i];
        pair->score = differ_score(pair->before, pair->now, pair->spans);
        pair->is_looked_at = can_stand_out(pair->before + pair->now, pair->spans);
        if (pair->is_looked_at)
            scores[used++] = fabs(pair->score);
    }
    double threshold = threshold_of(scores, used);
    for (size_t i = 0; i < count; i++)
        pairs[i].is_told = pairs[i].is_looked_at && fabs(pairs[i].score) >= threshold;
    free(scores);
}
