/* destinations - where mail goes: by recipient domain, by relay (the host that took or refused it)
 * and by who runs the relay. Numbers of each; sums are those of the totals, but for relays: what a
 * filter hands back was taken by its relay, too.
 */
#ifndef TALLY_DESTINATIONS_H
#define TALLY_DESTINATIONS_H

#include "tally/ranking.h"
#include "tally/spread.h"
#include "tally/tally.h"

enum destination_table {
    DESTINATION_DOMAIN,
    DESTINATION_RELAY, /* names: "mx.example.net [198.51.100.5]" */
    DESTINATION_OPERATOR,
    DESTINATION_TABLES
};

/* Of recipients unless said otherwise. */
enum destination_number {
    DESTINATION_SEEN, /* the order: a domain's recipients, a relay's outcomes and failed tries */
    DESTINATION_DELIVERED,
    DESTINATION_BOUNCED,
    DESTINATION_EXPIRED,
    DESTINATION_DEFERRED, /* attempts */
    DESTINATION_FAILED,   /* tries at one host of several; none of the totals */
    DESTINATION_BYTES,    /* delivered */
    DESTINATION_TIMED,    /* deliveries of known duration */
    DESTINATION_DURATION, /* microseconds, of all those together */
    DESTINATION_CIPHERED, /* deliveries over TLS */
    DESTINATION_CLEAR,    /* deliveries of which the log says that they were not */
    DESTINATION_LONGEST,  /* microseconds; a maximum */
    DESTINATION_NUMBERS
};

/* The relay of what was delivered on this host. What has no relay is "". */
#define DESTINATION_LOCAL "(local)"

const struct ranking *destinations(const struct tally *tally, enum destination_table table);
/* Before anything is counted: of each table no more than the first `shown` names will be asked for.
 */
void destinations_expect_shown(struct tally *tally, size_t shown);
/* Adds to the numbers of a name what was counted elsewhere (past.h). */
void destinations_put(struct tally *tally, enum destination_table table, struct slice name,
                      const uint64_t numbers[DESTINATION_NUMBERS]);
/* An estimate (spread.h), in microseconds; 0: nothing of known duration. */
uint64_t destination_permille(const struct tally *tally, enum destination_table table,
                              uint64_t hash, unsigned permille);
/* Adds durations of so many recipients, of nobody knows which name. */
void destinations_put_delay(struct tally *tally, uint64_t microseconds, uint64_t recipients);
/* Adds the durations of one name, or of all together, to a sum. */
void destination_gather(const struct tally *tally, enum destination_table table, uint64_t hash,
                        struct spread_sum *sum);
void destinations_gather(const struct tally *tally, struct spread_sum *sum);

#endif
