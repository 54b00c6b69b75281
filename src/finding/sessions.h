/* sessions - who speaks with which process: the client of lines that name none (a TLS library's
 * warning, a proxy's refusal), entries that are logged twice, and faults that only follow from what
 * was said before.
 *
 * A session is known by (MTA, host, program, pid), or by the client's address and port where no pid
 * is logged. The table has a fixed number of places; a session that falls on the place of another
 * one takes it. A new client of the same process, or an hour of silence, closes the session before.
 */
#ifndef FINDING_SESSIONS_H
#define FINDING_SESSIONS_H

#include "base/pack.h"
#include "finding/causes.h"
#include "finding/speaker.h"

struct session;
struct spoken;
struct habit;
struct sessions {
    struct session *items;    /* NULL until the first is heard */
    struct session_key *keys; /* of the items */
    struct spoken *spoken;    /* of the items; NULL until one is logged word for word */
    struct habit *habits;     /* of servers; NULL until the first incident that may be doubled */
    struct causes causes;
    struct speaker speaker;
    struct speaker_part process; /* its program, of the entry before */
    bool pipelined; /* somebody did, improperly, at some time: a habit may have to be learnt */
    bool screened;  /* somebody failed a test of postscreen, at some time */
    uint64_t key;   /* of the finding at hand; 0: not worked out yet */
    uint64_t who;   /* in that key: hash of its pid, or of its client's address */
};

void sessions_release(struct sessions *sessions);

/* False for what the three functions below pass by: most entries are about a message in the queue,
 * and not about the session in which it came. */
static inline bool sessions_concern(const struct sessions *sessions,
                                    const struct finding *finding) {
    const struct record *record = &finding->record;
    switch (record->kind) {
    case RECORD_INCIDENT:
        return true;
    case RECORD_ARRIVAL:
        return finding->mta->arrives_whole || sessions->pipelined || record->peer_port.length;
    case RECORD_DETAIL:
        return record->direction == DIRECTION_IN || record->peer_port.length;
    case RECORD_STEP:
        return record->peer_port.length;
    default:
        return false;
    }
}

/* Gives a fault that follows from what was said before in its session its cause: DATA without a
 * recipient after all were refused, and commands that were none after a message was taken. To be
 * called first, and before sessions_hear, which may know a new client. */
void sessions_follow(struct sessions *sessions, struct finding *finding);
/* True when the finding says only that a command came without a recipient, or in a wrong order:
 * what follows from a refused recipient. */
bool sessions_is_sequel(const struct finding *finding);
/* Hears what the finding says of its session. True: the entry is the one before once more. */
bool sessions_hear(struct sessions *sessions, const struct finding *finding);
/* Fills the client of an incident that names none; borrowed until the next sessions_hear. */
void sessions_tell(struct sessions *sessions, struct finding *finding);

void sessions_save(const struct sessions *sessions, struct pack *pack);
void sessions_load(struct sessions *sessions, struct unpack *unpack); /* of an empty table */

#endif
