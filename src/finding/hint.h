/* hint - what to do about a reason, by the MTA and the direction of the mail. */
#ifndef FINDING_HINT_H
#define FINDING_HINT_H

#include "finding/finding.h"

/* The direction whose severity, acts and hint count. What a server says of its own faults is ours
 * like what it says to a client: a full disk is here, and not where mail goes to. */
enum direction reason_way(const struct reason *reason, enum event event, enum direction direction);
/* The hint for what follows from a class ("after accepted" in the file); empty: there is none. */
struct slice reason_hint_after(const struct reason *reason, struct slice cause);
/* The hint for this MTA and direction: the most specific of reason->hints, else reason->hint. */
struct slice reason_hint(const struct reason *reason, const struct mta *mta,
                         enum direction direction);

#endif
