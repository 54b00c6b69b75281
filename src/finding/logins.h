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
/* For logins_follow. */
void logins_hear(struct logins *logins, struct finding *finding, bool login);
/* Hears of a good login, and tells whether there was one before from the client's address. The user
 * of a failed login is only what was tried; nor has a server that we deliver to a login here. */
static inline void logins_follow(struct logins *logins, struct finding *finding) {
    const struct record *record = &finding->record;
    if (!record->peer_ip.length) /* most */
        return;
    bool login =
        record->user.length && record->event != EVENT_AUTH_FAILED && record->kind != RECORD_OUTCOME;
    bool is_asked = logins->items && record->direction == DIRECTION_IN && record_is_finding(record);
    if (login || is_asked)
        logins_hear(logins, finding, login);
}
void logins_save(const struct logins *logins, struct pack *pack);
void logins_load(struct logins *logins, struct unpack *unpack); /* of an empty table */

#endif
