/* distinct - how many different senders, recipients and domains of them there were. */
#ifndef TALLY_DISTINCT_H
#define TALLY_DISTINCT_H

#include "tally/tally.h"

struct distinct {
    uint64_t senders, sender_domains;       /* of messages received; the null sender is none */
    uint64_t recipients, recipient_domains; /* of those that have a state in the totals */
};

struct distinct distinct_of(const struct tally *tally);

#endif
