/* Why: a user who mistypes his password, or whose phone still has the old one, looks like a
 * guesser. That a login from the same address was good before tells him from one.
 *
 * How: the hash of the address is its key and, cut to the size of the table, its place. A guesser
 * cannot enter: only a good login does.
 */
#include "finding/logins.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { PLACES = 4096 }; /* of 8 bytes: 32 KB */

void logins_release(struct logins *logins) {
    free(logins->items);
    logins->items = NULL;
}

void logins_hear(struct logins *logins, struct finding *finding, bool login) {
    const struct record *record = &finding->record;
    uint64_t key = bytes_hash(record->peer_ip.at, record->peer_ip.length);
    if (login && !logins->items)
        logins->items = memory_new(PLACES * sizeof *logins->items);
    uint64_t *place = &logins->items[key % PLACES];
    finding->client_is_ours = record->direction == DIRECTION_IN && *place == key;
    finding->login = login && !finding->outside;
    if (login)
        *place = key;
}

/* ---- saving ---- */

void logins_save(const struct logins *logins, struct pack *pack) {
    size_t count = 0;
    for (size_t i = 0; logins->items && i < PLACES; i++)
        count += logins->items[i] != 0;
    pack_number(pack, count);
    for (size_t i = 0; count && i < PLACES; i++)
        if (logins->items[i])
            pack_number(pack, logins->items[i]);
}

void logins_load(struct logins *logins, struct unpack *unpack) {
    size_t count = unpack_count(unpack);
    if (count && !unpack->broken)
        logins->items = memory_new(PLACES * sizeof *logins->items);
    for (; count && !unpack->broken; count--) {
        uint64_t key = unpack_number(unpack);
        if (!key || logins->items[key % PLACES])
            unpack->broken = true;
        else
            logins->items[key % PLACES] = key;
    }
}
