/* sessions - who speaks with which process: the client of lines that name none (a TLS library's
 * warning, a proxy's refusal), and entries that are logged twice.
 *
 * A session is known by (MTA, host, program, pid). The table has a fixed number of places; a
 * session that falls on the place of another one takes it. A new client of the same process, or an
 * hour of silence, closes the session before.
 */
#ifndef FINDING_SESSIONS_H
#define FINDING_SESSIONS_H

#include "base/pack.h"
#include "finding/finding.h"

struct session;
struct sessions {
    struct session *items; /* NULL until the first is heard */
};

void sessions_release(struct sessions *sessions);

/* Hears what the finding says of its session. True: the entry is the one before once more. */
bool sessions_hear(struct sessions *sessions, const struct finding *finding);
/* Fills the client of an incident that names none; borrowed until the next sessions_hear. */
void sessions_tell(const struct sessions *sessions, struct finding *finding);

void sessions_save(const struct sessions *sessions, struct pack *pack);
void sessions_load(struct sessions *sessions, struct unpack *unpack); /* of an empty table */

#endif
