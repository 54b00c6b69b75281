/* counting - what one finding changes in the numbers of the report. Worked out once and read by
 * every counter, so that each table adds up to the totals.
 */
#ifndef TALLY_COUNTING_H
#define TALLY_COUNTING_H

#include "finding/finding.h"
#include "tally/ranking.h"

/* What it is about: a counter is only asked for what it counts. */
enum counting_of {
    OF_MESSAGES = 1,   /* received, or taken back */
    OF_RECIPIENTS = 2, /* who went from one state to another */
    OF_EVENTS = 4,     /* of the totals, deliveries too */
    OF_FAULTS = 8,     /* those of the reasons */
    OF_TRIES = 16,     /* at one host of several, that failed: no event of the totals */
    OF_STEPS = 32,     /* of postscreen */
    OF_USERS = 64,     /* who log in, try to, or are told with a message */
};

struct counting {
    const struct finding *finding;
    unsigned of; /* of enum counting_of */
    /* A recipient went from one state to another: `into` has `recipients` more, `from`, if it is
     * one that is counted, has one less. FATE_NONE: no recipient of users' mail changed. */
    enum fate from, into;
    uint64_t recipients;
    uint64_t new_recipients; /* of `recipients` those not heard of before */
    uint64_t deferred_ever;  /* recipients that were deferred for the first time */
    /* How often it is an event of the totals and, unless it is a delivery, of the reasons: an
     * attempt, rejection, login, session. 0: it is none (about one host of several, about a bounce
     * made here, a detail). */
    uint64_t events;
    /* Of what is about a recipient, or an event of a reason: the names that several counters have.
     */
    struct name recipient, recipient_domain;
    struct name sender, sender_domain; /* only of recipients and rejections */
    uint64_t client;                   /* only of recipients: hash of whose mail it is */
    /* Of a message received or taken back: */
    struct name message_sender, message_sender_domain;
    uint64_t message_client;
    bool tells_sender; /* from whom is what the entry itself says */
    /* What a counter works out where it begins to fetch its rows, for where it adds to them: */
    struct name to_domain;
    uint64_t relay, run_by; /* hashes of names */
    uint64_t way;           /* hash of domain, relay and operator; 0: it has no duration */
    size_t durations;       /* where those of its way are (spread_place); 0: nowhere yet */
    uint64_t flow_sender;   /* hash of the sender's domain; 0: it does not matter */
    uint64_t flow;          /* key of the pair of domains */
    uint64_t user;          /* hash of who logged in (map_hash); 0: nobody */
    size_t reason;          /* place of the reason that hits somebody, from 1 on; 0: none does */
    uint64_t hit;           /* hash of whom, for map_expect */
};

/* Its names point into the finding. The hashes of the finding's origins are asked for here only. A
 * sender is "<>" when he is the null sender, "" when he is not known. */
void counting_begin(struct counting *counting, const struct finding *finding);

/* What the findings of a block change, to be counted at once. */
struct countings {
    struct counting *all;
    size_t count, room;
};

void countings_add(struct countings *countings, const struct finding *finding);
void countings_release(struct countings *countings);

/* Who is hit by a fault, by name (struct tally_affected). */
struct slice counting_affected(const struct record *record);

/* For ranking_add_told: the name of the server that the struct record of an outcome is about, and
 * that of the client of a struct origin (NULL: nobody). */
struct slice counting_relay_name(const void *outcome, char room[RANKING_NAME]);
struct slice counting_client_name(const void *origin, char room[RANKING_NAME]);

/* The hashes of the server's names, whether the finding has them already or not. */
struct server_hashes counting_server(const struct finding *finding);

/* It is an event of the totals. */
bool counting_is_event(const struct finding *finding);

/* One host of several failed: no event of the totals. */
bool counting_is_failed_try(const struct finding *finding);

/* Is counted as a state of recipients. */
static inline bool fate_is_counted(enum fate fate) {
    return fate != FATE_NONE && fate != FATE_HANDED_ON;
}

static inline bool fate_is_failure(enum fate fate) {
    return fate == FATE_BOUNCED || fate == FATE_EXPIRED;
}

/* By how many the recipients of a kind change, whose last state is of it now, or was before; modulo
 * 2^64. */
static inline uint64_t counting_change(const struct counting *counting, bool now, bool before) {
    return counting->recipients * now - counting->recipients * before;
}

/* The same of those in a state that is counted, those delivered, and those bounced or expired. */
static inline uint64_t counting_counted(const struct counting *counting) {
    return counting_change(counting, fate_is_counted(counting->into),
                           fate_is_counted(counting->from));
}

static inline uint64_t counting_delivered(const struct counting *counting) {
    return counting_change(counting, counting->into == FATE_DELIVERED,
                           counting->from == FATE_DELIVERED);
}

static inline uint64_t counting_failed(const struct counting *counting) {
    return counting_change(counting, fate_is_failure(counting->into),
                           fate_is_failure(counting->from));
}

/* How often a recipient was put off. */
static inline uint64_t counting_deferred(const struct counting *counting) {
    return counting->finding->record.event == EVENT_DEFERRED ? counting->events : 0;
}

#endif
