/* logged - what stands in the log of an MTA when a reply with a certain code was given
 * (patterns/codes/logged.csv; codes.h reads it and asks here).
 */
#ifndef RULES_LOGGED_H
#define RULES_LOGGED_H

#include "base/map.h"
#include "rules/codes.h"

struct logged {
    struct map texts; /* by "CODE MTA DIRECTION", as the row has them: struct slice */
};

/* A row as it is written. */
struct logged_row {
    struct slice code, mta, direction, text;
};

void logged_init(struct logged *logged);
void logged_release(struct logged *logged);
/* Adds a row, in place of one of the same code, MTA and direction; borrows its text. Gives NULL, or
 * what is wrong with the row. */
const char *logged_put(struct logged *logged, const struct logged_row *row, struct arena *arena);
/* See codes_logged. */
struct slice logged_text(const struct logged *logged, struct code code, const char *mta,
                         const char *direction, const char *stage, struct arena *arena);

#endif
