/* tally - everything that is counted. Two laws: a saved and loaded tally goes on as if nothing had
 * happened; tallies of different hosts add up to the same in any order.
 */
#ifndef TALLY_TALLY_H
#define TALLY_TALLY_H

#include "base/pack.h"
#include "finding/finding.h"

/* The account of lines. read is their sum; nothing vanishes. */
struct ledger {
    uint64_t read, used, dull, other, outside, not_understood;
};

void ledger_add(struct ledger *into, const struct ledger *from);

/* One printed combination of codes of a reason. */
struct tally_code {
    uint16_t code; /* 0: none */
    struct enhanced enhanced;
    bool implied;
    uint64_t count;
};

/* What a reason came of ("expired because of"), or what it led to: a fault that only follows counts
 * with its cause. */
struct tally_tie {
    bool is_sequel; /* led to it */
    struct slice class_name;
    uint64_t count;
};

/* Who is hit by a reason: the domain of recipients that mail goes out to, the recipient of what is
 * delivered here, the user of a login or session, else the client. "": those not told apart. */
struct tally_affected {
    struct slice name;
    uint64_t count;
};

/* The first finding of a reason, as an example: the least by (time, host, source, line). */
struct tally_example {
    int64_t seconds;
    uint32_t nanos;
    struct slice host, reply, source;
    uint64_t line;
};

struct tally_reason { /* borrowed from the tally until it changes */
    struct slice class_name, event, direction, level, mta;
    bool strangers; /* did it (finding/strangers.h): no affected then */
    unsigned muted; /* by words: the place of the mute, from 1 (finding/mutes.h); 0: by none */
    uint64_t count;
    const struct tally_code *codes; /* most frequent first, then by code */
    size_t code_count;
    const struct tally_tie *ties; /* causes first; most frequent first, then by name */
    size_t tie_count;
    const struct tally_affected *affected; /* in no order */
    size_t affected_count;
    struct tally_example example; /* its time is that of the first */
    int64_t last;                 /* seconds; MOMENT_NONE: no entry had a time */
};

struct totals {
    uint64_t messages_received, bytes_received;
    uint64_t delivered, bounced, expired, waiting, discarded, deferred_ever; /* recipients */
    uint64_t deferrals;                                                      /* attempts */
    uint64_t got_through; /* of the delivered those that had been deferred */
    uint64_t bytes_delivered,
        unsized; /* to the delivered, and how many of them it is not known of */
    uint64_t rejections, auth_failed, tls_failed, connection_lost, timeout;
    uint64_t held_on_arrival, discarded_on_arrival; /* as a client hands it in: no recipient yet */
    uint64_t notices, notices_delivered, notices_failed; /* bounces and the like, made here */
};

struct counting; /* counting.h */

/* Adds what one finding changes in them. */
void totals_count(struct totals *totals, const struct counting *counting);

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *tally);

struct mutes; /* finding/mutes.h */
/* Tells apart what is muted by its words, from now on; borrowed. NULL: nothing is. */
void tally_mute(struct tally *tally, const struct mutes *mutes);

struct templates; /* templates.h */
/* Counts templates too, from now on. */
void tally_keep_templates(struct tally *tally);
struct templates *tally_templates(const struct tally *tally); /* NULL: they are not counted */

void tally_add(struct tally *tally, const struct finding *finding);
/* The same of many, of which each counting was begun. */
void tally_count(struct tally *tally, struct counting *all, size_t count);

/* For what was counted elsewhere (past.h): the totals; a reason with its codes, as often as
 * `repeat` says; of all reasons of that name an example and the time of the last; and who is hit by
 * the first one of that name. */
struct totals *tally_totals_to_fill(struct tally *tally);
void tally_add_reason(struct tally *tally, const struct finding *finding);
void tally_offer_example(struct tally *tally, struct slice class_name, struct slice event,
                         struct slice direction, struct tally_example example, int64_t last);
void tally_add_affected(struct tally *tally, struct slice class_name, struct slice event,
                        struct slice direction, struct slice name, uint64_t count);

/* Adds a ledger to that of a source, and to that of a program ("postfix/smtpd"; "" for lines that
 * no wrapping knew). */
void tally_source(struct tally *tally, const char *source, const struct ledger *ledger);
void tally_program(struct tally *tally, struct slice program, const struct ledger *ledger);
/* Offers a line that was not understood as a sample; the first ten by (source, line) are kept. */
void tally_sample(struct tally *tally, const char *source, uint64_t line, struct slice text);
/* What the journey let go before its end. */
void tally_dropped(struct tally *tally, uint64_t messages);
/* Recipients who were waiting before the first finding, of a run that goes on. */
void tally_waiting_before(struct tally *tally, uint64_t count);
/* Entries that the log daemon says it lost: at least so many. */
void tally_lost(struct tally *tally, uint64_t entries);

void tally_merge(struct tally *into, const struct tally *from);

struct totals tally_totals(const struct tally *tally);
struct ledger tally_ledger(const struct tally *tally); /* all sources together */
uint64_t tally_messages_dropped(const struct tally *tally);
uint64_t tally_entries_lost(const struct tally *tally);

/* Call back in the order of the names. */
void tally_each_source(const struct tally *tally,
                       void (*each)(void *context, struct slice name, const struct ledger *ledger),
                       void *context);
void tally_each_program(const struct tally *tally,
                        void (*each)(void *context, struct slice name, const struct ledger *ledger),
                        void *context);
void tally_each_sample(const struct tally *tally,
                       void (*each)(void *context, struct slice source, uint64_t line,
                                    struct slice text),
                       void *context);
/* Sorted by class, event, direction, level, mta, strangers. */
void tally_each_reason(const struct tally *tally,
                       void (*each)(void *context, const struct tally_reason *reason),
                       void *context);

void tally_save(const struct tally *tally, struct pack *pack);
/* False: no saved tally, or of another version; the tally is then empty. */
bool tally_load(struct tally *tally, struct unpack *unpack);

#endif
