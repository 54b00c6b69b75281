/* finding - what one entry tells about one recipient or session, with its reason.
 *
 * Made in two halves. A worker reads the record and decides (reply, reason, wording): pure. The
 * ordered step (journey) adds what earlier entries said and which state the recipient was in.
 */
#ifndef FINDING_FINDING_H
#define FINDING_FINDING_H

#include "finding/reply.h"
#include "mta/mta.h"
#include "rules/rulebook.h"

enum class_by { BY_NOTHING, BY_TOKEN, BY_TEXT, BY_ENHANCED, BY_CODE, BY_WEAK, BY_DEFAULT };
const char *class_by_name(enum class_by by); /* "" for BY_NOTHING */

enum permanence { PERMANENCE_NONE, TEMPORARY, PERMANENT };
const char *permanence_name(enum permanence permanence);

/* What was decided of a reply. `class_name` is never NULL: a reason's name, or one of the three
 * book-keeping classes "accepted", "intermediate", "unclassified". */
struct verdict {
    const char *class_name;
    const struct reason *reason; /* NULL for the book-keeping classes */
    const struct rule *rule;     /* NULL: none */
    enum class_by by : 8;
    enum severity severity : 8;
    enum permanence permanence : 8;
    unsigned acts;
    const struct provider *provider; /* of the server that spoke; NULL: not recognised */
    struct slice blocklist;          /* name of the block list that the reply names, or empty */
};

/* The last state of a recipient, for totals that add up. FATE_HANDED_ON: it goes on under another
 * queue ID and is counted there. */
enum fate {
    FATE_NONE,
    FATE_DELIVERED,
    FATE_BOUNCED,
    FATE_EXPIRED,
    FATE_WAITING,
    FATE_DISCARDED,
    FATE_HANDED_ON
};

/* Who handed a message in: one of ours (a login, a program on this host, a client in a private
 * network), or any other client. */
enum giver { GIVER_UNKNOWN, GIVER_OURS, GIVER_OTHER };

/* What whoever counts has worked out of a message's origin, kept with the message so that it is
 * worked out once and not for each recipient. Zeros: not yet. */
struct origin_hashes {
    uint64_t sender, sender_domain, client;
    size_t domain_length;
};

/* Whose mail it is: what the entries about its arrival said. Empty: they did not say. */
struct origin {
    bool has_sender; /* tells the null sender "" from no sender */
    struct slice sender, host, ip;
    struct origin_hashes *hashes; /* NULL: there is no place for any */
};

/* Hashes of the names that the server of an outcome is counted under (tally/counting.h), worked out
 * where it is known (operators.h). Zeros: not yet, or there are none. */
struct server_hashes {
    uint64_t relay, run_by;
};

struct finding {
    struct record record; /* first: a reader fills it in its place (struct records) */
    const struct mta *mta;
    struct moment time;
    struct slice host, program, pid;
    uint64_t twin;   /* hash of an entry that is logged twice; 0: such are not */
    uint64_t line;   /* in the block; the ordered step makes it the number in the file */
    uint64_t repeat; /* 1, or how often a repeated entry stands for it */
    bool outside;    /* of the asked span: tells who sent what, counts nothing */
    bool arrives;    /* tells of the arrival of a message, outside the asked span too */
    bool code_implied;
    struct reply reply;
    struct verdict verdict;
    struct slice template;  /* in the arena of the block; empty for deliveries */
    struct slice listed_ip; /* the address that the reply says is refused; in the reply */
    struct slice run_by;    /* who runs the server of an outcome (operators.h); or empty */
    struct server_hashes server;

    /* From the journey: */
    const char *source;           /* name of the file */
    const struct origin *origin;  /* of its message; NULL: it has none. Borrowed as text is */
    const struct origin *counted; /* of the message that new_messages counts */
    int64_t waited;               /* microseconds from the arrival to this outcome; -1: not known */
    const char *cause;            /* class of what this follows from; NULL: none, or not known */
    uint64_t new_bytes;           /* the size of that message; modulo 2^64 when it is taken back */
    int8_t new_messages;   /* 1: a message received; -1: it was counted before, under another ID */
    uint8_t new_notices;   /* 1: the first entry about a bounce or notice that the MTA made */
    bool follows;          /* no fault of its own: counts with its cause */
    bool follows_stranger; /* what it follows from was a stranger's (finding/strangers.h) */
    bool client_is_ours;   /* a login from its address was good before */
    bool login;            /* tells of a good login, and who logged in from where */
    bool is_notice;        /* about the delivery of such a one: no mail of users */
    enum fate before : 8, after : 8; /* of the recipient; FATE_NONE: this is not about one */
    bool first_deferral;             /* counts one recipient that was ever deferred */
    bool was_put_off;                /* he was deferred before this, asked for or not */
    bool was_sized;                  /* and the size of what he had been delivered was known */
    enum giver giver : 8;            /* of the message, when a recipient is in a state */
    bool is_first;                   /* of the message's recipients to be in one that is counted */
    bool stays;                      /* delivered on this host, or to one in a private network */
    bool left_out;      /* not asked for (filter.h): counts nothing, only ends what counted */
    bool of_asked_mail; /* but its mail is, and only something else is asked of what became of it */
};

/* What stands behind the last '@'; empty: the address has no domain. */
struct slice address_domain(struct slice address);

/* The class under which a finding counts: a fault that only follows counts as its cause. */
const char *finding_class(const struct finding *finding);

#endif
