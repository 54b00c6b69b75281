/* past - a tally made of what history kept: the same report, of hours whose logs are gone. What a
 * tally has beyond that stays empty: docs/history.md says what is exact, about and not kept.
 */
#ifndef TALLY_PAST_H
#define TALLY_PAST_H

#include "tally/cell.h"
#include "tally/tally.h"

enum { PAST_NAMELESS = 3 }; /* tables by client or user */

/* A tally that is being made, and what is known of it behind the last cell only. */
struct past {
    struct tally *tally;
    bool tells_affected;              /* failures tell who is hit; those of older programs do not */
    uint64_t nameless[PAST_NAMELESS]; /* what came under no name */
};

/* Adds a cell; of the totals each hour for itself. Reasons come before failures and wordings. */
void past_cell(struct past *past, const struct hourly_cell *cell);
/* Behind all cells: a failure of a history that does not tell who is hit, which then is the domain
 * of recipients. */
void past_affected_domain(struct past *past, const struct hourly_cell *cell);
/* How often a wording came, when the cell tells it, into the templates that the tally keeps. */
void past_text(struct tally *tally, const struct hourly_cell *cell);
/* Behind all of them. */
void past_end(struct past *past);
/* Adds a wording as an example, of hours [since, until). */
void past_template(struct tally *tally, const struct hourly_template *text, int64_t since,
                   int64_t until);

#endif
