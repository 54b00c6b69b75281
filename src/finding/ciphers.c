/* Why: "Untrusted TLS connection established to mx.example.net[198.51.100.5]:25" names no message,
 * and the delivery behind it does not say TLS.
 *
 * How: the session stands under a hash of MTA, host and process, in a table of fixed size where
 * another one may take its place; a delivery of that process to that server went over it. Postfix
 * opens a session for one message; Sendmail keeps it, and may have two at a time, so each server of
 * a process is a session of its own there.
 */
#include "finding/ciphers.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { SESSIONS = 4096 }; /* of 24 bytes: 96 KB */

struct cipher_session {
    uint64_t key;     /* 0: none */
    uint64_t peer;    /* hash of the server */
    uint64_t message; /* hash of the queue ID it was used for; 0: of none yet, or of any */
};

void ciphers_release(struct ciphers *ciphers) {
    free(ciphers->items);
    *ciphers = (struct ciphers){0};
}

/* ---- who speaks with whom */

static uint64_t hash_of(struct slice text, uint64_t seed) {
    return hash_with(bytes_hash(text.at, text.length), seed);
}

/* Sendmail's line about TLS has a host's name alone, Postfix's an address too. */
static uint64_t peer_of(const struct finding *finding) {
    const struct record *record = &finding->record;
    bool by_host = finding->mta->keeps_sessions || !record->peer_ip.length;
    struct slice peer = by_host ? record->peer_host : record->peer_ip;
    if (slice_ends(peer, SLICE(".")))
        peer.length--;
    return hash_of(peer, 2);
}

/* NULL: no process is named, or none was yet that told of a session. */
static struct cipher_session *session_at(struct ciphers *ciphers, const struct finding *finding,
                                         uint64_t *key_r) {
    uint64_t key = speaker_of(&ciphers->speaker, finding) + hash_of(finding->pid, 3);
    if (finding->mta->keeps_sessions)
        key += 5 * peer_of(finding);
    *key_r = key ? key : 1;
    return ciphers->items && finding->pid.length ? &ciphers->items[*key_r % SESSIONS] : NULL;
}

static bool logs_tls(struct ciphers *ciphers, const struct finding *finding) {
    uint64_t server = speaker_of(&ciphers->speaker, finding);
    for (size_t i = 0; i < ciphers->server_count; i++)
        if (ciphers->servers[i] == server)
            return true;
    return false;
}

static void note_server(struct ciphers *ciphers, const struct finding *finding) {
    ciphers->noted = speaker_of(&ciphers->speaker, finding);
    if (ciphers->server_count < sizeof ciphers->servers / sizeof *ciphers->servers &&
        !logs_tls(ciphers, finding))
        ciphers->servers[ciphers->server_count++] = ciphers->noted;
}

/* The table begins with a session that it can hold: saved state has no other. */
static void note_session(struct ciphers *ciphers, const struct finding *finding) {
    uint64_t key;
    if (!ciphers->items && finding->pid.length)
        ciphers->items = memory_new(SESSIONS * sizeof *ciphers->items);
    struct cipher_session *session = session_at(ciphers, finding, &key);
    if (session)
        *session = (struct cipher_session){key, peer_of(finding), 0};
}

/* ---- deliveries */

/* Over the session of its process with that server, or in the clear. Unknown without a process. */
static enum tls tls_of_session(struct ciphers *ciphers, const struct finding *finding) {
    uint64_t key, message = hash_of(finding->record.queue_id, 4) | 1;
    struct cipher_session *session = session_at(ciphers, finding, &key);
    if (!session)
        return TLS_NONE;
    if (session->key != key || session->peer != peer_of(finding))
        return TLS_NOT;
    if (finding->mta->keeps_sessions)
        return TLS_USED;
    if (session->message && session->message != message)
        return TLS_NOT;
    session->message = message;
    return TLS_USED;
}

static bool is_delivery_out(const struct record *record) {
    return record->kind == RECORD_OUTCOME && record->event == EVENT_DELIVERED &&
           record->direction == DIRECTION_OUT &&
           (record->peer_host.length || record->peer_ip.length);
}

void ciphers_hear(struct ciphers *ciphers, struct finding *finding) {
    struct record *record = &finding->record;
    if (record->tls == TLS_USED) {
        note_server(ciphers, finding);
        if (record->kind == RECORD_DETAIL && record->direction == DIRECTION_OUT)
            note_session(ciphers, finding);
        return;
    }
    if (record->tls == TLS_NONE && is_delivery_out(record) && logs_tls(ciphers, finding))
        record->tls = finding->mta->tells_tls ? TLS_NOT : tls_of_session(ciphers, finding);
}

/* ---- saving */

void ciphers_save(const struct ciphers *ciphers, struct pack *pack) {
    size_t count = 0;
    for (size_t i = 0; ciphers->items && i < SESSIONS; i++)
        count += ciphers->items[i].key != 0;
    pack_number(pack, ciphers->server_count);
    for (size_t i = 0; i < ciphers->server_count; i++)
        pack_number(pack, ciphers->servers[i]);
    pack_number(pack, count);
    for (size_t i = 0; count && i < SESSIONS; i++) {
        if (!ciphers->items[i].key)
            continue;
        pack_number(pack, ciphers->items[i].key);
        pack_number(pack, ciphers->items[i].peer);
        pack_number(pack, ciphers->items[i].message);
    }
}

void ciphers_load(struct ciphers *ciphers, struct unpack *unpack) {
    size_t servers = unpack_count(unpack);
    if (servers > sizeof ciphers->servers / sizeof *ciphers->servers)
        unpack->broken = true;
    for (; servers && !unpack->broken; servers--)
        ciphers->servers[ciphers->server_count++] = unpack_number(unpack);
    size_t count = unpack_count(unpack);
    if (count && !unpack->broken)
        ciphers->items = memory_new(SESSIONS * sizeof *ciphers->items);
    for (; count && !unpack->broken; count--) {
        struct cipher_session session = {.key = unpack_number(unpack)};
        session.peer = unpack_number(unpack);
        session.message = unpack_number(unpack);
        if (!session.key || ciphers->items[session.key % SESSIONS].key)
            unpack->broken = true;
        else
            ciphers->items[session.key % SESSIONS] = session;
    }
}
