/* record - what one entry says, field by field, as the MTA reader understood it.
 *
 * A record borrows all its text from the entry; it knows nothing of other entries. One entry may
 * give several records (one a recipient). Words of the contract's columns are enums here, with one
 * table of their spellings each (words.def), so that reading and printing cannot drift apart.
 */
#ifndef MTA_RECORD_H
#define MTA_RECORD_H

#include "base/slice.h"
#include "rules/codes.h"

enum record_kind {
    RECORD_ARRIVAL,  /* a message entered the queue: queue_id, and client, size, sender ... as known
                      */
    RECORD_DETAIL,   /* more about a message or session: sender, size, nrcpt, message-id, user */
    RECORD_OUTCOME,  /* what became of one recipient, or of one host tried: event and level say */
    RECORD_INCIDENT, /* a refused command, failed login, lost session, warning: event and level say
                      */
    RECORD_END,      /* the message left the queue */
    RECORD_STEP,     /* a session went its way: no finding, but a table counts how often */
};

#define WORD(name, spelling) name,
enum event {
    EVENT_NONE,
#define EVENTS
#include "mta/words.def"
#undef EVENTS
};
enum level {
    LEVEL_NONE,
#define LEVELS
#include "mta/words.def"
#undef LEVELS
};
enum direction {
    DIRECTION_NONE,
#define DIRECTIONS
#include "mta/words.def"
#undef DIRECTIONS
};
enum side {
    SIDE_NONE,
#define SIDES
#include "mta/words.def"
#undef SIDES
};
enum stage {
    STAGE_NONE,
#define STAGES
#include "mta/words.def"
#undef STAGES
};
enum tls { /* of a delivery, or of the session that a detail tells of; NONE: not said */
           TLS_NONE,
#define TLSES
#include "mta/words.def"
#undef TLSES
};
#undef WORD

/* The spelling in the contract; "" for NONE. */
const char *event_name(enum event event);
const char *level_name(enum level level);
const char *direction_name(enum direction direction);
const char *side_name(enum side side);
const char *stage_name(enum stage stage);
const char *tls_name(enum tls tls);
/* False: no such word; the output is left as it was. */
bool event_read(struct slice word, enum event *event_r);
bool level_read(struct slice word, enum level *level_r);
bool direction_read(struct slice word, enum direction *direction_r);
bool side_read(struct slice word, enum side *side_r);
bool stage_read(struct slice word, enum stage *stage_r);
bool tls_read(struct slice word, enum tls *tls_r);

/* How the message of a record and that of its linked_id belong together. */
enum link {
    LINK_NONE,
    LINK_ONWARD, /* this one went on as that one: "queued as 4C1D2E3F99" */
    LINK_BACK,   /* this one is that one, come back: orig_queue_id= */
    LINK_NOTICE, /* that one is a bounce or notice about this one */
    LINK_CAUSE,  /* this one is a bounce or notice about that one */
};

/* A test of postscreen that a client failed. */
enum screen {
    SCREEN_NONE,
    SCREEN_EARLY,
    SCREEN_LISTED,
    SCREEN_DENIED,
    SCREEN_PIPELINING,
    SCREEN_NEWLINE,
    SCREEN_PASSED, /* or all that were made are over */
};

/* A block of the log becomes thousands of these, made by one thread and read by another: words are
 * one byte each, and what most entries fill or are asked for lies in front. */
struct record {
    enum record_kind kind : 8;
    enum event event : 8;
    enum level level : 8;
    enum direction direction : 8;
    enum side side : 8;
    enum stage stage : 8;
    enum tls tls : 8;       /* of a delivery, or of a session */
    enum link link : 8;     /* of linked_id */
    enum screen screen : 8; /* a detail: failed; an incident: only one if that was the last word */

    bool has_sender;          /* tells the null sender "" from no sender */
    bool reply_may_have_code; /* the anchor is one where a reply code stands when there is one */
    bool reply_escaped;       /* Exim: line ends are the two characters \n */

    bool by_filter;  /* a milter decided it */
    bool is_verb;    /* the refused command is one of SMTP's, whatever was wrong with it */
    bool is_single;  /* goes to one log only, where incidents go to two */
    bool is_doubled; /* goes to two logs, unless an administrator wants it otherwise */
    bool may_echo;   /* the line after it may tell the same event of the session again */
    bool is_echo;    /* the same event may have been told just before: the journey drops it then */
    bool is_pipelining; /* improper; the session ends with it, or goes on as if nothing was */
    bool is_stand;      /* a refusal of the whole client, told again at each command until MAIL */

    /* Of a server that logs the session word for word, beside the lines that tell what happened: */
    bool is_command;  /* the client's command, or that he connected: what follows belongs to it */
    bool is_answer;   /* our reply to it */
    bool refuses_all; /* whatever the client asks for from now on is refused, and told again */

    struct enhanced dsn; /* the MTA's own dsn= */

    const char *line_type; /* id of log-formats: "PF-STATUS"; static or owned by the shapes */
    struct slice queue_id; /* empty: none (also for NOQUEUE) */
    struct slice peer_host, peer_ip;
    struct slice sender; /* without angle brackets */
    struct slice recipient;
    /* The reply at its anchor, from its code on (or the local text when no SMTP reply happened):
     * raw bytes as logged. finding/reply reads code, enhanced code and text out of it. A code is
     * only ever read from here, and only when reply_may_have_code is set by the reader that knows
     * the anchor. */
    struct slice reply;
    struct slice daemon;   /* column program: "smtpd"; empty: the entry's program */
    struct slice instance; /* syslog_name or service part: "postfix/submission"; may be empty */
    int64_t size;          /* bytes, -1 unknown */
    int64_t delay;         /* microseconds, -1 unknown */
    int64_t nrcpt;         /* -1 unknown */

    struct slice message_id;
    struct slice user, helo;
    struct slice peer_port;   /* of a client, where it is logged: tells his sessions apart */
    struct slice linked_id;   /* another queue ID, as link says */
    struct slice session_pid; /* of the process, where the text says it and not the wrapping */
    struct slice implied; /* key into implied.csv when the entry prints no reply code, or empty */
    struct slice orig_recipient;
    struct slice target; /* what stood in the recipient's place: a local part, a pipe, a file */
    struct slice method; /* of a login: "PLAIN", or what our server calls it */
    struct slice label;  /* how bad the server calls a trouble of its own: "fatal" */
};

/* The records of one entry, or of many, in a row; each is the head of an item that may be larger: a
 * reader fills the record of a whole finding, and nothing is copied. */
struct records {
    char *items;
    size_t item_size;
    size_t count, capacity;
    struct regex_memory *memory; /* of this thread, for shapes */
};

void records_init(struct records *records, size_t item_size);
void records_release(struct records *records);
void records_clear(struct records *records); /* ready for the next entry; keeps the memory */
/* A new record, its whole item all zero but size, delay and nrcpt (-1). Valid until the next
 * records_add. */
struct record *records_add(struct records *records, enum record_kind kind, const char *line_type);

static inline struct record *records_at(const struct records *records, size_t place) {
    return (struct record *)(void *)(records->items + place * records->item_size);
}

/* True when a record of that kind tells of such an event at such a level (contract, part 4): of
 * what became of a recipient, of a try or of one host; in a session, or the server's own warning.
 * Kinds that are no finding have neither. */
bool record_may_tell(enum record_kind kind, enum event event, enum level level);

/* What is counted, classed and exported; the other kinds only tell more about it. */
static inline bool record_is_finding(const struct record *record) {
    return record->kind == RECORD_OUTCOME || record->kind == RECORD_INCIDENT;
}

/* Whose queue it is, of several MTAs on one host: "postfix/submission" and "postfix" share one. */
static inline struct slice record_owner(const struct record *record) {
    return slice_head(record->instance, slice_find(record->instance, '/'));
}

/* True when the text begins with a command of SMTP: it is no text of a message. */
bool record_is_verb(struct slice text);

/* Links the message onward when the reply to its delivery ends with the queue ID that the next
 * server gave it: "queued as ID", "forwarded as ID", "ID Message accepted for delivery", "id=ID".
 */
void record_link_onward(struct record *record, struct slice reply);

/* The queue gave up on all that wait: `reply` is how the MTA says so. */
void record_expired(struct record *record, struct slice reply);

#endif
