/* sessions - why: some lines of a session do not say whose it is, and only the pid joins them with
 * one that does.
 *
 * How: a hash of MTA, host, program and pid is the key and, cut to the size of the table, the
 * place. There are no chains and no list of ages: with some hundred processes at a time few share a
 * place, and then one client stays unknown. Nobody is ever told the client of another key.
 */
#include "finding/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"

enum { PLACES = 4096, TEXT_ROOM = 120, GAP = 3600 };

struct session {
    uint64_t key;  /* 0: nobody */
    uint64_t twin; /* the incident heard last, while it may be logged once more */
    int64_t heard;
    uint8_t host_length, ip_length;
    char text[TEXT_ROOM]; /* host, ip */
};

void sessions_release(struct sessions *sessions) {
    free(sessions->items);
    sessions->items = NULL;
}

static uint64_t key_of(const struct finding *finding) {
    enum { PART = 100 };
    const struct slice parts[] = {slice_of(finding->mta->name), slice_head(finding->host, PART),
                                  slice_head(finding->program, PART),
                                  slice_head(finding->pid, PART)};
    char bytes[4 * (PART + 1)];
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].length)
            memcpy(bytes + used, parts[i].at, parts[i].length);
        used += parts[i].length;
        bytes[used++] = '\0';
    }
    uint64_t key = bytes_hash(bytes, used);
    return key ? key : 1;
}

static bool is_over(const struct session *session, const struct finding *finding) {
    int64_t now = finding->time.seconds;
    return session->heard != MOMENT_NONE && now != MOMENT_NONE &&
           (now - session->heard > GAP || session->heard - now > GAP);
}

/* The session of the finding; NULL: not heard of. */
static struct session *session_of(const struct sessions *sessions, const struct finding *finding) {
    if (!sessions->items || !finding->pid.length)
        return NULL;
    uint64_t key = key_of(finding);
    struct session *session = &sessions->items[key % PLACES];
    return session->key == key && !is_over(session, finding) ? session : NULL;
}

/* The same, begun when it was not heard of. */
static struct session *session_begun(struct sessions *sessions, const struct finding *finding) {
    if (!sessions->items)
        sessions->items = memory_new(PLACES * sizeof *sessions->items);
    uint64_t key = key_of(finding);
    struct session *session = &sessions->items[key % PLACES];
    if (session->key != key || is_over(session, finding))
        *session = (struct session){.key = key, .heard = MOMENT_NONE};
    if (finding->time.seconds != MOMENT_NONE)
        session->heard = finding->time.seconds;
    return session;
}

static void session_client(struct session *session, struct slice host, struct slice ip) {
    host = slice_head(host, host.length + ip.length <= TEXT_ROOM ? host.length : 0);
    ip = slice_head(ip, TEXT_ROOM - host.length);
    if (host.length)
        memcpy(session->text, host.at, host.length);
    if (ip.length)
        memcpy(session->text + host.length, ip.at, ip.length);
    session->host_length = (uint8_t)host.length;
    session->ip_length = (uint8_t)ip.length;
}

static bool has_client(const struct record *record) {
    return record->peer_host.length || record->peer_ip.length;
}

/* A line of an incoming session that is no message's. */
static bool is_of_session(const struct record *record) {
    if (record->direction != DIRECTION_IN)
        return false;
    return record->kind == RECORD_INCIDENT ? record->level == LEVEL_SESSION
                                           : record->kind == RECORD_DETAIL;
}

/* An entry logged twice tells the same twice in a row; after that it may come a third time in its
 * own right. */
static bool is_twin(struct session *session, const struct finding *finding) {
    bool again = finding->twin && session->twin == finding->twin;
    session->twin = again ? 0 : finding->twin;
    return again;
}

bool sessions_hear(struct sessions *sessions, const struct finding *finding) {
    const struct record *record = &finding->record;
    if (!finding->pid.length || !is_of_session(record) || !(has_client(record) || finding->twin))
        return false;
    struct session *session = session_begun(sessions, finding);
    if (has_client(record))
        session_client(session, record->peer_host, record->peer_ip);
    return record->kind == RECORD_INCIDENT && is_twin(session, finding);
}

void sessions_tell(const struct sessions *sessions, struct finding *finding) {
    struct record *record = &finding->record;
    if (record->kind != RECORD_INCIDENT || !is_of_session(record) || has_client(record))
        return;
    const struct session *session = session_of(sessions, finding);
    if (!session)
        return;
    struct slice text = {session->text, session->host_length};
    record->peer_host = text;
    record->peer_ip = (struct slice){session->text + text.length, session->ip_length};
}

/* ---- saving ---- */

void sessions_save(const struct sessions *sessions, struct pack *pack) {
    size_t count = 0;
    for (size_t i = 0; sessions->items && i < PLACES; i++)
        count += sessions->items[i].key != 0;
    pack_number(pack, count);
    for (size_t i = 0; count && i < PLACES; i++) {
        const struct session *session = &sessions->items[i];
        if (!session->key)
            continue;
        pack_number(pack, session->key);
        pack_number(pack, session->twin);
        pack_signed(pack, session->heard);
        pack_text(pack, (struct slice){session->text, session->host_length});
        pack_text(pack, (struct slice){session->text + session->host_length, session->ip_length});
    }
}

void sessions_load(struct sessions *sessions, struct unpack *unpack) {
    size_t count = unpack_count(unpack);
    if (count && !unpack->broken)
        sessions->items = memory_new(PLACES * sizeof *sessions->items);
    for (; count && !unpack->broken; count--) {
        struct session session = {.key = unpack_number(unpack)};
        session.twin = unpack_number(unpack);
        session.heard = unpack_signed(unpack);
        struct slice host = unpack_text(unpack), ip = unpack_text(unpack);
        struct session *place = &sessions->items[session.key % PLACES];
        if (!session.key || place->key || host.length + ip.length > TEXT_ROOM)
            unpack->broken = true;
        if (unpack->broken)
            return;
        session_client(&session, host, ip);
        *place = session;
    }
}
