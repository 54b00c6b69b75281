/* logins - the addresses from which somebody logged in: who comes from there is one of ours.
 *
 * Bounded: a table of 4096 places, in which an address takes the place of another one.
 */
#ifndef FINDING_LOGINS_H
#define FINDING_LOGINS_H

#include "base/pack.h"
#include "finding/finding.h"

struct logins {
    uint64_t *items; /* hashes of addresses, 0: none; NULL until the first login */
};

void logins_release(struct logins *logins);
/* Hears of a good login, and tells whether there was one before from the client's address. */
void logins_follow(struct logins *logins, struct finding *finding);
void logins_save(const struct logins *logins, struct pack *pack);
void logins_load(struct logins *logins, struct unpack *unpack); /* of an empty table */

#endif
