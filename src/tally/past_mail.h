/* past_mail - how much mail there was in the hours of history, that could fail, and how much of it
 * is what failed.
 *
 * History has sums: states that recipients came into or left, and failures by reason. How many
 * recipients were first heard of, and how many of these by their failure, follows from both.
 */
#ifndef TALLY_PAST_MAIL_H
#define TALLY_PAST_MAIL_H

#include "finding/finding.h"
#include "tally/cell.h"

struct past_mail;

struct past_mail *past_mail_new(void);
void past_mail_free(struct past_mail *past);

/* A row of the totals, the reasons or the delays, of an hour; others are passed over. */
void past_mail_put(struct past_mail *past, const struct hourly_cell *cell);

/* Recipients that were first heard of in an hour, elsewhere and on this host. */
struct past_hour {
    int64_t hour;
    double out, local;
};

size_t past_mail_hours(const struct past_mail *past);
struct past_hour past_mail_at(const struct past_mail *past, size_t place); /* in no order */
/* Of the failures of an hour and event the part in which a recipient was first heard of: 0 to 1. */
double past_mail_first_part(const struct past_mail *past, int64_t hour, enum event event);

#endif
