/* differ - whether two counts differ by more than chance.
 *
 * Counts of logs come in bursts and have good and bad days. So a count of n is taken to be off by
 * chance as much as sqrt(BURST * n + (SWAY * n)^2): as if everything came in bursts of two, on days
 * that differ by 15 %. The score says how many times that far apart two rates are, on the scale
 * of the square root, where this holds for small and for large counts alike. docs/changes.md has
 * the formula and how it was chosen.
 */
#ifndef TALLY_DIFFER_H
#define TALLY_DIFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long was counted, in any unit; one of 0 makes both be taken for equally long. */
struct differ_spans {
    double before, now;
};

struct differ_pair {
    uint64_t before, now;
    struct differ_spans spans;
    double score;      /* below 0: less than before */
    bool is_looked_at; /* enough in all that one side could stand out */
    bool is_told;      /* beyond chance, with so many others looked at beside it */
};

/* Of two counts and the same two exchanged, together with their spans, one score is exactly the
 * other with the opposite sign. */
double differ_score(uint64_t before, uint64_t now, struct differ_spans spans);
/* What `before` would have been in a span as long as that of now. */
uint64_t differ_expected(uint64_t before, struct differ_spans spans);
/* Scores all pairs and marks those that are told: of a hundred of them at most one is expected to
 * be chance, however many are looked at (Benjamini and Hochberg). */
void differ_mark(struct differ_pair *pairs, size_t count);

#endif
