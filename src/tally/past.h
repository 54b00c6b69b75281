/* past - a tally made of what history kept: the same report, of hours whose logs are gone. What a
 * tally has beyond that stays empty: docs/history.md says what is exact, about and not kept.
 */
#ifndef TALLY_PAST_H
#define TALLY_PAST_H

#include "tally/cell.h"
#include "tally/tally.h"

/* Adds a cell; of the totals each hour for itself. Reasons come before failures and wordings. */
void past_cell(struct tally *tally, const struct hourly_cell *cell);
/* Adds a wording as an example, of hours [since, until). */
void past_template(struct tally *tally, const struct hourly_template *text, int64_t since,
                   int64_t until);

#endif
