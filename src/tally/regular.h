/* regular - whether what came in some hours comes at the same time of other days or weeks, too:
 * then it is usual there, as the newsletter of each night is.
 */
#ifndef TALLY_REGULAR_H
#define TALLY_REGULAR_H

#include "tally/calendar.h"

/* Of one series, of all buckets before each one. */
struct again {
    const double *counts;
    const double *first_tries; /* of what is tried again: the failures that were the first, */
    double first_part;         /* which are such a part of all; 0: it is not known which were */
    const double *expected;
};

bool comes_again(const struct calendar *calendar, const struct again *again, size_t start,
                 size_t end);

#endif
