/* correspondents - who sends, who receives, who hands mail in: by sender domain, sender, recipient
 * and client (name and address); client networks follow from the clients. Numbers of each; their
 * sums are those of the totals.
 */
#ifndef TALLY_CORRESPONDENTS_H
#define TALLY_CORRESPONDENTS_H

#include "tally/ranking.h"
#include "tally/tally.h"

enum correspondent_table {
    CORRESPONDENT_SENDER_DOMAIN,
    CORRESPONDENT_SENDER,    /* "<>": the null sender */
    CORRESPONDENT_RECIPIENT, /* "" here and above: not known, or a domain that is not there */
    CORRESPONDENT_CLIENT,    /* "host [192.0.2.10]"; "": this host */
    CORRESPONDENT_TABLES
};
enum { CORRESPONDENT_ORDERS = 2 }; /* most mail; without any, most often seen */

enum correspondent_number {
    CORRESPONDENT_MAIL,       /* messages received; of a recipient: those that came for him */
    CORRESPONDENT_SEEN,       /* how often anything was said of the name */
    CORRESPONDENT_REFUSED,    /* rejections and, of a client, failed logins */
    CORRESPONDENT_BYTES,      /* received; of a recipient: delivered */
    CORRESPONDENT_RECIPIENTS, /* of all states; of a recipient: delivered */
    CORRESPONDENT_BOUNCED,    /* recipients, bounced or expired */
    CORRESPONDENT_DEFERRED,   /* attempts */
    CORRESPONDENT_TOLD,       /* 1: counts as a different one (distinct.h); a maximum */
    /* Of a client: */
    CORRESPONDENT_LOGINS,  /* that failed */
    CORRESPONDENT_NETWORK, /* as network_of() gives it; a maximum */
    CORRESPONDENT_NUMBERS
};

/* One number for a client's network: /24 of an IPv4 address, /64 else; 0: it has no address. */
uint64_t network_of(struct slice ip);
enum { NETWORK_ROOM = 48 };
struct slice network_shown(uint64_t network, char room[NETWORK_ROOM]);

const struct ranking *correspondents(const struct tally *tally, enum correspondent_table table);
/* Before anything is counted: of each table no more than the first `shown` names will be asked for.
 */
void correspondents_expect_shown(struct tally *tally, size_t shown);
/* Adds to the numbers of a name what was counted elsewhere (past.h). */
void correspondents_put(struct tally *tally, enum correspondent_table table, struct slice name,
                        const uint64_t numbers[CORRESPONDENT_NUMBERS]);
/* The networks of all clients: network -> the numbers of the clients. To be released. */
void correspondent_networks(const struct tally *tally, struct counts *networks_r);

#endif
