/* queue - the messages that are followed: what was said of each, and where its recipients stand.
 * The memory of the journey; it decides nothing.
 *
 * Bounded: QUEUE_OPEN open messages with QUEUE_TEXT bytes of text and QUEUE_RECIPIENTS recipients
 * that wait, of which the message silent longest goes first, and those silent for QUEUE_AGE. The
 * QUEUE_ENDED that ended last are still known, for what comes late.
 */
#ifndef FINDING_QUEUE_H
#define FINDING_QUEUE_H

#include "base/map.h"
#include "base/pack.h"
#include "finding/causes.h"
#include "finding/finding.h"

enum {
    QUEUE_OPEN = 1 << 20,
    QUEUE_RECIPIENTS = 1 << 21,
    QUEUE_TEXT = 1 << 28,
    QUEUE_AGE = 10 * 24 * 3600,
    QUEUE_ENDED = 256,
    QUEUE_FINALS = 8
};
enum { NOBODY = UINT32_MAX };

enum field {
    FIELD_SENDER,
    FIELD_MESSAGE_ID,
    FIELD_HOST,
    FIELD_IP,
    FIELD_HELO,
    FIELD_USER,
    FIELD_FROM_HOST,
    FIELD_FROM_IP,
    /* client of the hop before */ FIELDS
};

struct message {
    char *text; /* all fields, one behind the other */
    size_t text_used, text_room;
    struct {
        uint32_t at, length;
    } fields[FIELDS];
    bool has_sender;
    bool arrived; /* came from outside the queue */
    bool counted; /* as received, here or under the queue ID it had before */
    bool asked;   /* and that was asked for: the totals hold it */
    bool onward;  /* had another queue ID on this host before */
    bool near;    /* was handed in by this very host: 127.0.0.1 */
    bool piped;   /* was given to a program, which may hand it in again */
    bool is_notice;
    bool begun;    /* a recipient has a state that is counted */
    uint8_t giver; /* enum giver, once it is decided */
    bool ended;
    bool holds_id;    /* its message-id leads to it */
    uint64_t id_hash; /* of the message-id, when it does */
    uint64_t told;    /* what an echo may repeat: hash of the recipient refused last; 0: nothing */
    int64_t size;     /* -1 unknown */
    int64_t heard;    /* the time of the log then */
    int64_t began;    /* seconds, when it arrived; MOMENT_NONE: not known */
    uint32_t began_nanos;
    uint32_t nrcpt;      /* 0 unknown */
    uint32_t finished;   /* recipients with a final state */
    uint64_t server;     /* hash of MTA, host, instance */
    struct {             /* the recipients that ended last, to know them when they end again */
        uint32_t person; /* 0: free */
        uint8_t fate;
        bool deferred : 1, put_off : 1, left_out : 1;
        bool sized : 1; /* how much was delivered is known */
    } finals[QUEUE_FINALS];
    uint32_t next_final;
    uint8_t refused; /* class of the recipient that a server refused last, in causes; 0: none */
    uint32_t older, newer;                /* in its list; newer also links free ones */
    uint32_t first_waiting, last_waiting; /* places in queue->waiting */
    char key[64];                         /* in queue->messages */
    uint8_t key_length;
};

/* One recipient of one message that waits. */
struct waiting {
    uint32_t next, previous; /* of the same message */
    uint32_t recipient_length;
    bool deferred; /* that was asked for */
    bool put_off;  /* was deferred, asked for or not */
    bool held;     /* the last that was said of him: nothing is tried */
    bool left_out; /* what said so was not asked for */
    uint8_t cause; /* class of the last deferral, in causes; 0: none */
    int64_t since; /* when he began to wait; MOMENT_NONE: no entry had a time */
};

struct queue_list {
    uint32_t oldest, newest;
};

struct queue {
    struct map messages; /* server, queue ID -> uint32_t index into items */
    struct map ids;      /* server, hash of the message-id -> uint32_t index into items */
    struct map waiting;  /* index, recipient, original recipient -> struct waiting */
    struct causes causes;
    struct message *items;
    size_t item_count, item_capacity;
    uint32_t free_item;
    struct queue_list open, ended;
    uint64_t open_count, ended_count, dropped;
    size_t text_held; /* room of all messages */
    int64_t now;      /* time of the log */
    bool keeps_ids; /* message-ids lead to messages: mail is handed in by this host or a program */
    bool ripe;      /* a message began or ended, or time jumped: some may have to go */
    struct {        /* the server looked up last */
        const struct mta *mta; /* NULL: none */
        char host[128], instance[128];
        size_t host_length, instance_length;
        uint64_t hash;
    } last;
    const struct message *counted; /* as received, or taken back, by the entry at hand */
    char *scratch; /* recipient of the finding given, while its entry is taken away */
    size_t scratch_room;
};

void queue_init(struct queue *queue);
void queue_release(struct queue *queue);

/* Who owns the queue that the finding is about: MTA, host and instance, as a hash, because hosts
 * are log text and without number. */
uint64_t queue_server(struct queue *queue, const struct finding *finding);

/* A message of a server by its queue ID, NULL when it is not followed. A pointer to a message is
 * good until the next queue_begin. */
struct message *queue_find(const struct queue *queue, uint64_t server, struct slice id);
/* The same, begun when it is not followed. NULL: no queue ID that can be followed. */
struct message *queue_begin(struct queue *queue, uint64_t server, struct slice id);
/* Notes that the message was heard of at a time. */
void queue_hear(struct queue *queue, struct message *message, int64_t seconds);
/* Was silent for so long that its queue ID must be another message's by now. */
bool queue_is_stale(const struct queue *queue, const struct message *message);
/* Forgets all of the message: its queue ID is used again. */
void queue_restart(struct queue *queue, struct message *message);
/* Ends the message; nobody may wait. It is known until QUEUE_ENDED others have ended. */
void queue_end(struct queue *queue, struct message *message);
/* Lets go of what was silent too long or is one too many; never of the one heard last. */
void queue_let_go(struct queue *queue);

struct slice message_field(const struct message *message, enum field field);
/* Keeps the first text said of a field. */
void message_keep(struct queue *queue, struct message *message, enum field field,
                  struct slice text);
/* Lets the message-id lead to this message; gives the one it led to before, or NULL. */
struct message *queue_take_id(struct queue *queue, struct message *message);
/* Where the message-id of this message leads; NULL: it has none. */
struct message *queue_by_id(const struct queue *queue, const struct message *message);

/* The recipient who waits, added when he did not. */
struct waiting *waiting_put(struct queue *queue, struct message *message, struct slice recipient,
                            struct slice original, bool *is_new_r);
/* True when he was waiting, under this or another spelling that Exim has for him; he no longer is.
 * `was_r` is what was known of him. */
bool waiting_remove(struct queue *queue, struct message *message, struct slice recipient,
                    struct slice original, struct waiting *was_r);
/* Takes the first who waits out; the text is good until the next call. */
bool waiting_take_first(struct queue *queue, struct message *message, struct slice *recipient_r,
                        struct slice *original_r, struct waiting *was_r);

/* One who waits; the text is good until the queue changes. */
struct waiter {
    struct slice recipient;
    const char *reason; /* class of the last deferral; NULL: not known, or only held */
    bool held;          /* nothing is tried until somebody releases the message */
    int64_t since;      /* MOMENT_NONE: no entry had a time */
};

/* All who wait, of the message silent longest first; without those not asked for. */
void waiting_each(const struct queue *queue,
                  void (*each)(void *context, const struct waiter *waiter), void *context);

void queue_save(const struct queue *queue, struct pack *pack);
void queue_load(struct queue *queue, struct unpack *unpack); /* into an empty one */

#endif
