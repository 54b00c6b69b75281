/* queue - the messages that are followed: what was said of each, and where its recipients stand.
 * The memory of the journey; it decides nothing.
 *
 * Bounded: QUEUE_OPEN open messages and QUEUE_RECIPIENTS recipients that wait, with QUEUE_TEXT
 * bytes of text, of which the message silent longest goes first, and those silent for QUEUE_AGE.
 * The QUEUE_ENDED that ended last are still known, for what comes late.
 *
 * An open message takes 224 bytes, some 16 in `messages`, and its text, 150 bytes most often; one
 * who waits 40, some 16, and his address. At the bounds that is 126 MB + 56 MB + 128 MiB of text;
 * and 8 MB where message-ids lead to messages. An item that is used again keeps its buffer, of up
 * to 256 bytes, which counts for as much as the new text needs; one whose text is still lent
 * (queue_lend) gets another.
 */
#ifndef FINDING_QUEUE_H
#define FINDING_QUEUE_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/pack.h"
#include "base/places.h"
#include "finding/causes.h"
#include "finding/speaker.h"

enum {
    QUEUE_OPEN = 1 << 19,
    QUEUE_RECIPIENTS = 1 << 20,
    QUEUE_TEXT = 1 << 27,
    QUEUE_AGE = 10 * 24 * 3600,
    QUEUE_ENDED = 256,
    QUEUE_FINALS = 8,
    QUEUE_ID_MOST = 56 /* bytes of a queue ID that can be followed */
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

/* What became of a recipient. */
struct final {
    uint8_t fate : 4;
    bool deferred : 1, put_off : 1, left_out : 1;
    bool sized : 1; /* how much was delivered is known */
};

struct message {
    /* What nearly every entry asks for, in one line of the cache: */
    uint64_t server;            /* hash of MTA, host, instance */
    uint64_t id_first, id_last; /* see queue_words */
    char *text;                 /* queue ID, then all fields, one behind the other */

    /* From here to `hash` blank when the queue ID is used again, but for id_length: */
    int64_t heard;          /* the time of the log then */
    uint32_t older, newer;  /* in its list; newer also links free ones */
    uint32_t first_waiting; /* place in queue->waiting */
    uint8_t id_length;
    uint8_t giver; /* enum giver, once it is decided */
    bool has_sender;
    bool arrived; /* came from outside the queue */
    bool counted; /* as received, here or under the queue ID it had before */
    bool asked;   /* and that was asked for: the totals hold it */
    bool onward;  /* had another queue ID on this host before */
    bool near;    /* was handed in by this very host: 127.0.0.1 */
    bool piped;   /* was given to a program, which may hand it in again */
    bool is_notice;
    bool begun; /* a recipient has a state that is counted */
    bool ended;

    int64_t size;          /* -1 unknown */
    uint32_t last_waiting; /* place in queue->waiting */
    bool holds_id;         /* its message-id leads to it */
    uint8_t refused;    /* class of the recipient that a server refused last, in causes; 0: none */
    uint8_t next_final; /* which of the finals is the oldest */
    struct final finals[QUEUE_FINALS]; /* the recipients that ended last ... */
    uint32_t persons[QUEUE_FINALS];    /* ... to know them when they end again; 0: free */
    struct {
        uint16_t at, length;
    } fields[FIELDS];
    int64_t began; /* seconds, when it arrived; MOMENT_NONE: not known */
    uint32_t began_nanos;
    uint32_t told;     /* what an echo may repeat: hash of the recipient refused last; 0: nothing */
    uint32_t nrcpt;    /* 0 unknown */
    uint32_t finished; /* recipients with a final state */
    struct origin_hashes hashes; /* not saved */
    uint64_t lent_until;         /* a turn of the queue; not saved */

    uint32_t hash; /* of server and queue ID */
    uint16_t text_room, text_used;
};

/* One recipient of one message that waits. */
struct waiting {
    uint32_t next, previous; /* of the same message; next also links free ones */
    uint32_t message, hash;  /* whose he is; of all that names him */
    int64_t since;           /* when he began to wait; MOMENT_NONE: no entry had a time */
    char *text;              /* recipient, original recipient */
    uint16_t recipient_length, original_length;
    bool deferred : 1; /* that was asked for */
    bool put_off : 1;  /* was deferred, asked for or not */
    bool held : 1;     /* the last that was said of him: nothing is tried */
    bool left_out : 1; /* what said so was not asked for */
    uint8_t cause;     /* class of the last deferral, in causes; 0: none */
};

struct queue_list {
    uint32_t oldest, newest;
};

struct queue {
    struct places messages;   /* by server and queue ID */
    struct places ids;        /* by server and message-id, of those that hold it */
    struct places recipients; /* who waits, by message, recipient, original recipient */
    struct message *items;
    size_t item_count, item_capacity;
    struct waiting *waiting;
    size_t waiting_used, waiting_capacity;
    uint32_t free_item, free_waiting;
    struct causes causes;
    uint64_t secret;     /* of this run, for hashes of queue IDs */
    uint64_t id_lengths; /* a bit for each that a queue ID had: those of other servers differ */
    struct queue_list open, ended;
    uint64_t open_count, ended_count, dropped;
    size_t text_held; /* of all messages and recipients */
    int64_t now;      /* time of the log */
    bool keeps_ids; /* message-ids lead to messages: mail is handed in by this host or a program */
    bool ripe;      /* something began or ended, or time jumped: some may have to go */
    struct speaker speaker;
    struct speaker_part owner; /* of the queue that the entry before was about */
    struct message *counted;   /* as received, or taken back, by the entry at hand */
    char *taken;         /* text of the recipient taken out last, while his finding is given */
    struct arena *arena; /* holds what is given (journey_lend); NULL: nothing lasts */
    uint64_t turn, turns;
};

void queue_init(struct queue *queue);
void queue_release(struct queue *queue);

/* For queue_server. */
uint64_t queue_learn_server(struct queue *queue, const struct finding *finding);
/* Who owns the queue that the finding is about: MTA, host and instance, as a hash (speaker.h). */
static inline uint64_t queue_server(struct queue *queue, const struct finding *finding) {
    return speaker_part_is(&queue->owner, finding, finding->record.instance)
               ? queue->owner.hash
               : queue_learn_server(queue, finding);
}

/* A message of a server by its queue ID, NULL when it is not followed. A pointer to a message is
 * good until the next queue_begin. */
static inline struct message *queue_find(const struct queue *queue, uint64_t server,
                                         struct slice id);
/* The same, begun when it is not followed. NULL: no queue ID that can be followed. */
static inline struct message *queue_begin(struct queue *queue, uint64_t server, struct slice id);
/* For queue_hear. */
void queue_move_clock(struct queue *queue, int64_t seconds);
void queue_make_newest(struct queue *queue, struct message *message);
/* Notes that the message was heard of at a time. */
static inline void queue_hear(struct queue *queue, struct message *message, int64_t seconds) {
    if (seconds != queue->now) /* few */
        queue_move_clock(queue, seconds);
    message->heard = seconds != MOMENT_NONE && seconds < queue->now ? seconds : queue->now;
    if (message->newer != NOBODY)
        queue_make_newest(queue, message);
}
/* Was silent for so long that its queue ID must be another message's by now. */
static inline bool queue_is_stale(const struct queue *queue, const struct message *message) {
    return queue->now != MOMENT_NONE && message->heard != MOMENT_NONE &&
           queue->now - message->heard > QUEUE_AGE;
}
/* Forgets all of the message: its queue ID is used again. */
void queue_restart(struct queue *queue, struct message *message);
/* Ends the message; nobody may wait. It is known until QUEUE_ENDED others have ended. */
void queue_end(struct queue *queue, struct message *message);
static inline bool queue_is_too_much(const struct queue *queue) {
    return queue->open_count > QUEUE_OPEN || queue->text_held > QUEUE_TEXT ||
           queue->recipients.count > QUEUE_RECIPIENTS;
}
/* For queue_let_go. */
void queue_let_ripe_go(struct queue *queue);
/* Lets go of what was silent too long or is one too many; never of the one heard last. */
static inline void queue_let_go(struct queue *queue) {
    if (!queue->ripe)
        return;
    queue->ripe = false;
    bool is_old =
        queue->open.oldest != NOBODY && queue_is_stale(queue, &queue->items[queue->open.oldest]);
    if (is_old || queue->ended_count > QUEUE_ENDED || queue_is_too_much(queue))
        queue_let_ripe_go(queue);
}

static inline struct slice message_field(const struct message *message, enum field field) {
    size_t length = message->fields[field].length;
    return length ? (struct slice){message->text + message->fields[field].at, length}
                  : (struct slice){0};
}

/* What queue_lend gives may be read beside the queue, in another thread too, until this was called
 * so many times more as `turns`. Where the queue wants to write there before, the text is left to
 * the arena, which must live as long. NULL: only until the queue changes, and nothing lent
 * before is read any more. */
void queue_lend_with(struct queue *queue, struct arena *arena, size_t turns);
/* Where the fields of the message lie. */
static inline const char *queue_lend(const struct queue *queue, struct message *message) {
    message->lent_until = queue->turn + queue->turns;
    return message->text;
}

/* For message_keep. */
void message_add_text(struct queue *queue, struct message *message, enum field field,
                      struct slice text);
/* Keeps the first text said of a field. */
static inline void message_keep(struct queue *queue, struct message *message, enum field field,
                                struct slice text) {
    if (text.length && !message->fields[field].length)
        message_add_text(queue, message, field, text);
}

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
/* Takes the first who waits out; the text is good until the next call that takes one out. */
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

/* ---- finding: inline, for every entry does it (20 instructions a line) */

static inline bool queue_can_follow(struct slice id) {
    return id.length && id.length <= QUEUE_ID_MOST;
}

/* Most have 8 to 16 bytes: two words that may overlap are all of it, so it is hashed without a loop
 * and a call, and its text is not fetched to compare it. False, and zeros: it is another one. */
static inline bool queue_words(struct slice id, uint64_t *first_r, uint64_t *last_r) {
    *first_r = *last_r = 0;
    if (id.length - sizeof *first_r > sizeof *last_r)
        return false;
    memcpy(first_r, id.at, sizeof *first_r);
    memcpy(last_r, id.at + id.length - sizeof *last_r, sizeof *last_r);
    return true;
}

static inline uint32_t queue_hash(uint64_t hash, uint64_t server) {
    return (uint32_t)(hash_with(hash, server) >> 32);
}

static inline uint32_t queue_words_hash(const struct queue *queue, uint64_t server, uint64_t first,
                                        uint64_t last) {
    return queue_hash(hash_mix(first ^ queue->secret, last ^ ~queue->secret), server);
}

static inline struct message *queue_find_words(const struct queue *queue, uint64_t server,
                                               size_t length, uint64_t first, uint64_t last,
                                               uint32_t hash) {
    struct places_walk walk = places_walk(hash);
    for (uint32_t at; (at = places_next(&queue->messages, &walk)) != PLACES_END;) {
        struct message *message = &queue->items[at];
        if (message->id_first == first && message->id_last == last && message->server == server &&
            message->id_length == length)
            return message;
    }
    return NULL;
}

/* For queue_find and queue_begin. */
struct message *queue_find_other(const struct queue *queue, uint64_t server, struct slice id);
struct message *queue_begin_other(struct queue *queue, uint64_t server, struct slice id);
/* One that is not followed yet. */
struct message *queue_add(struct queue *queue, uint64_t server, struct slice id, uint32_t hash);

static inline struct message *queue_find(const struct queue *queue, uint64_t server,
                                         struct slice id) {
    uint64_t first, last;
    if (!queue_can_follow(id) || !(queue->id_lengths >> id.length & 1))
        return NULL;
    if (!queue_words(id, &first, &last))
        return queue_find_other(queue, server, id);
    return queue_find_words(queue, server, id.length, first, last,
                            queue_words_hash(queue, server, first, last));
}

__attribute__((always_inline)) static inline struct message *
queue_begin(struct queue *queue, uint64_t server, struct slice id) {
    uint64_t first, last;
    if (!queue_words(id, &first, &last))
        return queue_begin_other(queue, server, id);
    uint32_t hash = queue_words_hash(queue, server, first, last);
    struct message *message = queue_find_words(queue, server, id.length, first, last, hash);
    return message ? message : queue_add(queue, server, id, hash);
}

#endif
