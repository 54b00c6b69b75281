/* edits - the table of all pairs of beginnings, of which one row is kept. */
#include "base/edits.h"

size_t edits_between(struct slice a, struct slice b) {
    enum { LONGEST = 32 };
    size_t row[LONGEST + 1];

    if (a.length > LONGEST || b.length > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t change = diagonal + (a.at[i - 1] != b.at[j - 1]);
            diagonal = row[j];
            size_t step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = step < change ? step : change;
        }
    }
    return row[b.length];
}
