/* ciphers - which deliveries went over TLS. Exim and Postfix 3.11 say it in the line of the
 * delivery; older Postfix and Sendmail before it, once a session, in a line of the same process.
 *
 * Nothing is guessed: that a delivery was in the clear is known only after the same server has
 * logged TLS once, and so logs it at all.
 */
#ifndef FINDING_CIPHERS_H
#define FINDING_CIPHERS_H

#include "base/pack.h"
#include "finding/speaker.h"

struct cipher_session;
struct ciphers {
    struct cipher_session *items; /* NULL until the first is heard */
    uint64_t servers[64];         /* hashes of those that log TLS; of more nothing is told */
    size_t server_count;
    uint64_t noted; /* the one that said TLS last; 0: none */
    struct speaker speaker;
};

void ciphers_release(struct ciphers *ciphers);
/* For ciphers_follow. */
void ciphers_hear(struct ciphers *ciphers, struct finding *finding);
/* Hears of TLS, and says of a delivery to another server whether it went over TLS. That the server
 * logs TLS is heard once, and only a detail tells of a session. */
static inline void ciphers_follow(struct ciphers *ciphers, struct finding *finding) {
    const struct record *record = &finding->record;
    bool tells = record->tls == TLS_USED
                     ? record->kind == RECORD_DETAIL ||
                           speaker_of(&ciphers->speaker, finding) != ciphers->noted
                     : ciphers->server_count && record->kind == RECORD_OUTCOME;
    if (tells)
        ciphers_hear(ciphers, finding);
}

void ciphers_save(const struct ciphers *ciphers, struct pack *pack);
void ciphers_load(struct ciphers *ciphers, struct unpack *unpack); /* into empty ones */

#endif
