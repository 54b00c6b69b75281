/* flows - which way mail goes: in, out, between our own, or through us. Not the direction of the
 * protocol: a message that a user of ours sends to another one comes in and goes out by SMTP, and
 * is internal.
 */
#ifndef TALLY_FLOWS_H
#define TALLY_FLOWS_H

#include "tally/ranking.h"
#include "tally/tally.h"

enum flow {
    FLOW_INBOUND,  /* from elsewhere to a local domain */
    FLOW_OUTBOUND, /* from us to elsewhere */
    FLOW_INTERNAL, /* from us to a local domain */
    FLOW_RELAYED,  /* from elsewhere to elsewhere, through us */
    FLOWS
};

/* Recipients as in the totals, all states together; modulo 2^64, as one that is taken back may be
 * of another sender by then (counts_not_below_zero). A message, with its bytes, counts once: under
 * its first recipient. */
struct flow_sum {
    uint64_t messages, recipients, bytes;
};

/* What counts as local. */
struct local_domains {
    const uint64_t *hashes; /* of their names, ranking_hash */
    size_t count;           /* 0: guessed from what is delivered here */
};

void flows_read(const struct tally *tally, const struct local_domains *local,
                struct flow_sum sums_r[FLOWS]);
/* The domains that are guessed to be local, of which most was delivered here first; the caller
 * frees the array. */
struct ranked *flows_guess(const struct tally *tally, size_t *count_r);

#endif
