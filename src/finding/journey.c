/* journey - follows messages by (MTA, host, instance, queue ID).
 *
 * A message is a struct of a reused slab with one text buffer for what was said of it (sender,
 * message-id, client, user), so following a million messages allocates for the number that is open
 * at once. Recipients are only remembered while they wait: a message delivered at the first attempt
 * costs nothing. The messages form a list from the one silent longest to the one heard last, from
 * whose front they are let go (JOURNEY_MESSAGES, JOURNEY_AGE).
 */
#include "finding/journey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"

enum field { FIELD_SENDER, FIELD_MESSAGE_ID, FIELD_HOST, FIELD_IP, FIELD_HELO, FIELD_USER, FIELDS };
enum {
    NOBODY = UINT32_MAX,
    TEXT_KEPT = 256,
    TEXT_MOST = 16 * 1024,
    ADDRESS_MOST = 512,
    SERVER_KEY = 8,
    SAVED_VERSION = 2
};

struct message {
    char *text;
    size_t text_used, text_room;
    struct {
        uint32_t at, length;
    } fields[FIELDS];
    bool has_sender, arrived, counted;
    uint64_t told; /* what an echo may repeat: hash of the recipient refused last; 0: nothing */
    int64_t size, last_seen;
    uint32_t older, newer;                /* the list; newer also links free ones */
    uint32_t first_waiting, last_waiting; /* places in journey->waiting */
    char key[64];                         /* in journey->open */
    uint8_t key_length;
};

/* One recipient of one message that waits; in journey->waiting by (message, recipient, original).
 */
struct waiting {
    uint32_t next, previous; /* of the same message */
    uint32_t recipient_length;
};

struct journey {
    struct map open;    /* hash of the server, queue ID -> uint32_t index into messages */
    struct map waiting; /* index, recipient, original recipient -> struct waiting */
    struct message *messages;
    size_t message_count, message_capacity;
    uint32_t free_message;
    uint32_t oldest, newest;
    size_t text_held; /* room of all messages that are open */
    uint64_t dropped;
    int64_t now;   /* time of the log, see move_clock */
    char *scratch; /* recipient of the finding given, while its entry is taken away */
    size_t scratch_room;
};

struct journey *journey_new(void) {
    struct journey *journey = memory_new(sizeof *journey);
    map_init(&journey->open, sizeof(uint32_t));
    map_init(&journey->waiting, sizeof(struct waiting));
    journey->free_message = journey->oldest = journey->newest = NOBODY;
    journey->now = MOMENT_NONE;
    return journey;
}

static void journey_empty(struct journey *journey) {
    for (size_t i = 0; i < journey->message_count; i++)
        free(journey->messages[i].text);
    free(journey->messages);
    free(journey->scratch);
    map_release(&journey->open);
    map_release(&journey->waiting);
}

void journey_free(struct journey *journey) {
    if (!journey)
        return;
    journey_empty(journey);
    free(journey);
}

uint64_t journey_open(const struct journey *journey) {
    return journey->open.count;
}

uint64_t journey_dropped(const struct journey *journey) {
    return journey->dropped;
}

/* ---- the list from oldest to newest ---- */

static void list_take_out(struct journey *journey, struct message *message) {
    if (message->older != NOBODY)
        journey->messages[message->older].newer = message->newer;
    else
        journey->oldest = message->newer;
    if (message->newer != NOBODY)
        journey->messages[message->newer].older = message->older;
    else
        journey->newest = message->older;
}

static void list_append(struct journey *journey, struct message *message) {
    uint32_t index = (uint32_t)(message - journey->messages);
    message->older = journey->newest;
    message->newer = NOBODY;
    if (journey->newest != NOBODY)
        journey->messages[journey->newest].newer = index;
    else
        journey->oldest = index;
    journey->newest = index;
}

/* ---- recipients that wait ---- */

/* Key of a recipient: message index, length of the recipient, both addresses. Addresses longer than
 * the buffer are cut: RFC 5321 allows 256 bytes. */
struct waiting_key {
    char bytes[4 + 4 + 2 * ADDRESS_MOST];
    size_t length;
};

static struct slice waiting_key(struct waiting_key *key, uint32_t message, struct slice recipient,
                                struct slice original) {
    recipient = slice_head(recipient, ADDRESS_MOST);
    original = slice_head(original, ADDRESS_MOST);
    uint32_t length = (uint32_t)recipient.length;
    memcpy(key->bytes, &message, 4);
    memcpy(key->bytes + 4, &length, 4);
    key->length = 8;
    if (recipient.length)
        memcpy(key->bytes + key->length, recipient.at, recipient.length);
    key->length += recipient.length;
    if (original.length)
        memcpy(key->bytes + key->length, original.at, original.length);
    key->length += original.length;
    return (struct slice){key->bytes, key->length};
}

static struct waiting *waiting_at(const struct journey *journey, uint32_t place,
                                  struct slice *key_r) {
    return map_at(&journey->waiting, place, key_r);
}

/* True when the recipient was not waiting before. */
static bool waiting_add(struct journey *journey, struct message *message, struct slice recipient,
                        struct slice original) {
    struct waiting_key key;
    bool is_new;
    uint32_t index = (uint32_t)(message - journey->messages);
    assert(journey->waiting.count <= JOURNEY_RECIPIENTS); /* see let_go */
    struct waiting *waiting =
        map_put(&journey->waiting, waiting_key(&key, index, recipient, original), &is_new);
    if (!is_new)
        return false;
    uint32_t place =
        (uint32_t)(((unsigned char *)waiting - journey->waiting.values) / sizeof(struct waiting));
    *waiting = (struct waiting){NOBODY, message->last_waiting,
                                (uint32_t)slice_head(recipient, ADDRESS_MOST).length};
    if (message->last_waiting != NOBODY)
        waiting_at(journey, message->last_waiting, NULL)->next = place;
    else
        message->first_waiting = place;
    message->last_waiting = place;
    return true;
}

static void waiting_unlink(struct journey *journey, struct message *message,
                           const struct waiting *waiting) {
    if (waiting->previous != NOBODY)
        waiting_at(journey, waiting->previous, NULL)->next = waiting->next;
    else
        message->first_waiting = waiting->next;
    if (waiting->next != NOBODY)
        waiting_at(journey, waiting->next, NULL)->previous = waiting->previous;
    else
        message->last_waiting = waiting->previous;
}

/* True when the recipient was waiting. */
static bool waiting_remove(struct journey *journey, struct message *message, struct slice recipient,
                           struct slice original) {
    if (message->first_waiting == NOBODY)
        return false;
    struct waiting_key bytes;
    uint32_t index = (uint32_t)(message - journey->messages);
    struct slice key = waiting_key(&bytes, index, recipient, original);
    const struct waiting *waiting = map_get(&journey->waiting, key);
    if (!waiting)
        return false;
    waiting_unlink(journey, message, waiting);
    map_remove(&journey->waiting, key);
    return true;
}

/* Takes the first waiting recipient out into the scratch text. */
static bool waiting_take_first(struct journey *journey, struct message *message,
                               struct slice *recipient_r, struct slice *original_r) {
    if (message->first_waiting == NOBODY)
        return false;
    struct slice key;
    const struct waiting *waiting = waiting_at(journey, message->first_waiting, &key);
    size_t length = waiting->recipient_length;
    journey->scratch = memory_grow(journey->scratch, &journey->scratch_room, key.length, 1);
    memcpy(journey->scratch, key.at, key.length);
    key.at = journey->scratch;
    waiting_unlink(journey, message, waiting);
    map_remove(&journey->waiting, key);
    *original_r = slice_from(key, 8 + length);
    *recipient_r = slice_head(slice_from(key, 8), length);
    return true;
}

static void waiting_clear(struct journey *journey, struct message *message) {
    struct slice recipient, original;
    while (waiting_take_first(journey, message, &recipient, &original)) {
    }
}

/* ---- messages ---- */

static void message_end(struct journey *journey, struct message *message) {
    waiting_clear(journey, message);
    list_take_out(journey, message);
    map_remove(&journey->open, (struct slice){message->key, message->key_length});
    journey->text_held -= message->text_room;
    if (message->text_room > TEXT_KEPT) {
        free(message->text);
        message->text = NULL;
        message->text_room = 0;
    }
    message->key_length = 0;
    message->newer = journey->free_message;
    journey->free_message = (uint32_t)(message - journey->messages);
}

static uint32_t message_new(struct journey *journey) {
    uint32_t index = journey->free_message;
    if (index != NOBODY) {
        journey->free_message = journey->messages[index].newer;
    } else {
        journey->messages = memory_grow(journey->messages, &journey->message_capacity,
                                        journey->message_count + 1, sizeof *journey->messages);
        index = (uint32_t)journey->message_count++;
        journey->messages[index].text = NULL;
        journey->messages[index].text_room = 0;
    }
    struct message *message = &journey->messages[index];
    *message = (struct message){.text = message->text,
                                .text_room = message->text_room,
                                .size = -1,
                                .first_waiting = NOBODY,
                                .last_waiting = NOBODY,
                                .last_seen = MOMENT_NONE};
    journey->text_held += message->text_room;
    list_append(journey, message);
    return index;
}

static struct slice message_field(const struct message *message, enum field field) {
    size_t length = message->fields[field].length;
    return length ? (struct slice){message->text + message->fields[field].at, length}
                  : (struct slice){0};
}

/* Keeps the first text said of a field; appended, never moved, so it costs one copy. */
static void message_keep(struct journey *journey, struct message *message, enum field field,
                         struct slice text) {
    if (!text.length || message->fields[field].length ||
        message->text_used + text.length > TEXT_MOST)
        return;
    journey->text_held -= message->text_room;
    message->text =
        memory_grow(message->text, &message->text_room, message->text_used + text.length, 1);
    journey->text_held += message->text_room;
    memcpy(message->text + message->text_used, text.at, text.length);
    message->fields[field].at = (uint32_t)message->text_used;
    message->fields[field].length = (uint32_t)text.length;
    message->text_used += text.length;
}

/* The instance that owns the queue: "postfix/submission" and "postfix" share one. */
static struct slice queue_instance(struct slice instance) {
    return slice_head(instance, slice_find(instance, '/'));
}

/* Who owns the queue: MTA, host and instance, as a hash, because hosts are log text and without
 * number. */
static uint64_t server_of(const struct finding *finding) {
    char bytes[320];
    struct slice parts[] = {slice_of(finding->mta->name), slice_head(finding->host, 128),
                            slice_head(queue_instance(finding->record.instance), 128)};
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].length)
            memcpy(bytes + used, parts[i].at, parts[i].length);
        used += parts[i].length;
        bytes[used++] = '\0';
    }
    return bytes_hash(bytes, used);
}

/* The message the finding speaks of; begun when it was not known. NULL: it has no queue ID. */
static struct message *message_of(struct journey *journey, const struct finding *finding) {
    struct slice id = finding->record.queue_id;
    char key[64];
    if (!id.length || id.length > sizeof key - SERVER_KEY)
        return NULL;
    uint64_t server = server_of(finding);
    memcpy(key, &server, SERVER_KEY);
    memcpy(key + SERVER_KEY, id.at, id.length);
    bool is_new;
    uint32_t *index = map_put(&journey->open, (struct slice){key, id.length + SERVER_KEY}, &is_new);
    if (is_new) {
        *index = message_new(journey);
        struct message *message = &journey->messages[*index];
        memcpy(message->key, key, id.length + SERVER_KEY);
        message->key_length = (uint8_t)(id.length + SERVER_KEY);
        return message;
    }
    struct message *message = &journey->messages[*index];
    if (message->newer != NOBODY) {
        list_take_out(journey, message);
        list_append(journey, message);
    }
    return message;
}

/* A server that starts with a wrong clock logs some lines of another year, and they must not end
 * what all others wait for: time goes on by an hour an entry at most. */
static void move_clock(struct journey *journey, int64_t seconds) {
    enum { HOUR = 3600 };
    if (seconds == MOMENT_NONE)
        return;
    bool is_leap = journey->now != MOMENT_NONE && seconds > journey->now + HOUR;
    journey->now = is_leap ? journey->now + HOUR : seconds;
}

static bool is_too_much(const struct journey *journey) {
    return journey->open.count > JOURNEY_MESSAGES || journey->text_held > JOURNEY_TEXT ||
           journey->waiting.count > JOURNEY_RECIPIENTS;
}

/* Lets go of what was silent too long or is one too many. The message just heard is the newest and
 * stays. */
static void let_go(struct journey *journey) {
    while (journey->oldest != journey->newest) {
        struct message *oldest = &journey->messages[journey->oldest];
        bool too_old = journey->now != MOMENT_NONE && oldest->last_seen != MOMENT_NONE &&
                       journey->now - oldest->last_seen > JOURNEY_AGE;
        if (!too_old && !is_too_much(journey))
            return;
        journey->dropped += oldest->first_waiting != NOBODY;
        message_end(journey, oldest);
    }
    if (is_too_much(journey)) { /* all of one message */
        journey->dropped++;
        waiting_clear(journey, &journey->messages[journey->newest]);
    }
}

/* ---- learning and telling ---- */

static void learn(struct journey *journey, struct message *message, const struct finding *finding) {
    const struct record *record = &finding->record;
    if (finding->time.seconds != MOMENT_NONE)
        message->last_seen = finding->time.seconds;
    if (record->has_sender && !message->has_sender) {
        message->has_sender = true;
        message_keep(journey, message, FIELD_SENDER, record->sender);
    }
    message_keep(journey, message, FIELD_MESSAGE_ID, record->message_id);
    if (record->size >= 0 && record->kind != RECORD_OUTCOME)
        message->size = record->size;
    if (record->kind != RECORD_ARRIVAL && record->kind != RECORD_DETAIL)
        return;
    message_keep(journey, message, FIELD_HOST, record->peer_host);
    message_keep(journey, message, FIELD_IP, record->peer_ip);
    message_keep(journey, message, FIELD_HELO, record->helo);
    message_keep(journey, message, FIELD_USER, record->user);
}

static void fill(struct slice *text, struct slice known) {
    if (!text->length)
        *text = known;
}

static void tell(const struct message *message, struct record *record) {
    if (!record->has_sender && message->has_sender) {
        record->has_sender = true;
        record->sender = message_field(message, FIELD_SENDER);
    }
    fill(&record->message_id, message_field(message, FIELD_MESSAGE_ID));
    fill(&record->user, message_field(message, FIELD_USER));
    if (record->size < 0)
        record->size = message->size;
    if (record->kind != RECORD_INCIDENT || record->peer_host.length || record->peer_ip.length)
        return;
    record->peer_host = message_field(message, FIELD_HOST);
    record->peer_ip = message_field(message, FIELD_IP);
    fill(&record->helo, message_field(message, FIELD_HELO));
}

/* A message is received when it came from outside the queue and its size is known: Postfix says the
 * first before the data, when the message may still be refused, and the second when it is queued.
 * Mail that the MTA makes itself (bounces) never came from outside. */
static void count_arrival(struct message *message, struct finding *finding) {
    if (finding->record.kind == RECORD_ARRIVAL)
        message->arrived = true;
    if (message->arrived && !message->counted && message->size >= 0) {
        message->counted = true;
        finding->new_message = true;
        finding->new_bytes = (uint64_t)message->size;
    }
}

/* True for an entry that only repeats what was just told: the refusal of the same recipient, or
 * that the message expired. */
static bool is_echo(struct message *message, const struct record *record) {
    enum { EXPIRED = 1 }; /* no hash in practice */
    uint64_t told = EXPIRED;
    if (record->event == EVENT_REJECTED && record->recipient.length)
        told = bytes_hash(record->recipient.at, record->recipient.length);
    else if (record->event != EVENT_EXPIRED)
        return false;
    bool known = message->told == told;
    message->told = told;
    return record->is_echo && known;
}

static enum fate fate_of(const struct record *record) {
    if (record->kind != RECORD_OUTCOME ||
        (record->level != LEVEL_RECIPIENT && record->level != LEVEL_ATTEMPT))
        return FATE_NONE;
    switch (record->event) {
    case EVENT_DELIVERED:
        return FATE_DELIVERED;
    case EVENT_BOUNCED:
        return FATE_BOUNCED;
    case EVENT_EXPIRED:
        return FATE_EXPIRED;
    case EVENT_DEFERRED:
    case EVENT_HELD:
        return FATE_WAITING;
    case EVENT_DISCARDED:
        return FATE_DISCARDED;
    default:
        return FATE_NONE;
    }
}

static void move_recipient(struct journey *journey, struct message *message,
                           struct finding *finding) {
    const struct record *record = &finding->record;
    finding->after = fate_of(record);
    if (finding->after == FATE_NONE)
        return;
    if (finding->after == FATE_WAITING) {
        bool is_new =
            !message || waiting_add(journey, message, record->recipient, record->orig_recipient);
        finding->before = is_new ? FATE_NONE : FATE_WAITING;
        finding->first_deferral = is_new && record->event == EVENT_DEFERRED;
    } else if (message &&
               waiting_remove(journey, message, record->recipient, record->orig_recipient)) {
        finding->before = FATE_WAITING;
    }
}

/* An outcome that names no recipient is about all that wait. */
static bool is_about_all(const struct record *record) {
    return record->kind == RECORD_OUTCOME && record->level == LEVEL_RECIPIENT &&
           !record->recipient.length;
}

static void give_each_waiting(struct journey *journey, struct message *message,
                              struct finding *finding,
                              void (*give)(void *context, const struct finding *finding),
                              void *context) {
    finding->after = fate_of(&finding->record);
    struct slice recipient, original;
    bool any = false;
    while (waiting_take_first(journey, message, &recipient, &original)) {
        finding->record.recipient = recipient;
        finding->record.orig_recipient = original;
        finding->before = FATE_WAITING;
        give(context, finding);
        any = true;
    }
    if (!any)
        give(context, finding);
}

void journey_take(struct journey *journey, struct finding *finding,
                  void (*give)(void *context, const struct finding *finding), void *context) {
    struct message *message = message_of(journey, finding);
    if (message) {
        learn(journey, message, finding);
        tell(message, &finding->record);
        count_arrival(message, finding);
        if (is_echo(message, &finding->record))
            return;
    }
    bool is_end = finding->record.kind == RECORD_END;
    if (message && is_about_all(&finding->record))
        give_each_waiting(journey, message, finding, give, context);
    else {
        move_recipient(journey, message, finding);
        if (finding->new_message || finding->new_bytes || finding->record.kind == RECORD_OUTCOME ||
            finding->record.kind == RECORD_INCIDENT)
            give(context, finding);
    }
    if (message && is_end)
        message_end(journey, message);
    if (message) {
        move_clock(journey, finding->time.seconds);
        let_go(journey);
    }
}

/* ---- saving ---- */

static void save_message(const struct journey *journey, const struct message *message,
                         struct pack *pack) {
    pack_text(pack, (struct slice){message->key, message->key_length});
    for (int field = 0; field < FIELDS; field++)
        pack_text(pack, message_field(message, (enum field)field));
    pack_number(pack, (unsigned)message->has_sender | (unsigned)message->arrived << 1 |
                          (unsigned)message->counted << 2);
    pack_number(pack, message->told);
    pack_signed(pack, message->size);
    pack_signed(pack, message->last_seen);
    size_t count = 0;
    for (uint32_t at = message->first_waiting; at != NOBODY;
         at = waiting_at(journey, at, NULL)->next)
        count++;
    pack_number(pack, count);
    for (uint32_t at = message->first_waiting; at != NOBODY;) {
        struct slice key;
        const struct waiting *waiting = waiting_at(journey, at, &key);
        pack_text(pack, slice_head(slice_from(key, 8), waiting->recipient_length));
        pack_text(pack, slice_from(key, 8 + waiting->recipient_length));
        at = waiting->next;
    }
}

void journey_save(const struct journey *journey, struct pack *pack) {
    pack_number(pack, SAVED_VERSION);
    pack_number(pack, journey->dropped);
    pack_signed(pack, journey->now);
    pack_number(pack, journey->open.count);
    for (uint32_t at = journey->oldest; at != NOBODY; at = journey->messages[at].newer)
        save_message(journey, &journey->messages[at], pack);
}

/* A saved time is anybody's number: kept away from overflow. */
static int64_t bounded_time(int64_t seconds) {
    return seconds > INT64_MAX / 4 || seconds < -(INT64_MAX / 4) ? MOMENT_NONE : seconds;
}

static void load_message(struct journey *journey, struct unpack *unpack) {
    struct slice key = unpack_text(unpack);
    uint32_t index = message_new(journey);
    struct message *message = &journey->messages[index];
    if (key.length <= SERVER_KEY || key.length > sizeof message->key ||
        map_get(&journey->open, key))
        unpack->broken = true;
    if (unpack->broken)
        return;
    memcpy(message->key, key.at, key.length);
    message->key_length = (uint8_t)key.length;
    *(uint32_t *)map_put(&journey->open, key, NULL) = index;
    for (int field = 0; field < FIELDS; field++)
        message_keep(journey, message, (enum field)field, unpack_text(unpack));
    uint64_t flags = unpack_number(unpack);
    message->has_sender = flags & 1;
    message->arrived = flags >> 1 & 1;
    message->counted = flags >> 2 & 1;
    message->told = unpack_number(unpack);
    message->size = unpack_signed(unpack);
    message->last_seen = bounded_time(unpack_signed(unpack));
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--) {
        struct slice recipient = unpack_text(unpack);
        struct slice original = unpack_text(unpack);
        if (journey->waiting.count == JOURNEY_RECIPIENTS) {
            unpack->broken = true;
            return;
        }
        waiting_add(journey, message, recipient, original);
    }
}

static void load_all(struct journey *journey, struct unpack *unpack) {
    if (unpack_number(unpack) != SAVED_VERSION)
        unpack->broken = true;
    journey->dropped = unpack_number(unpack);
    journey->now = bounded_time(unpack_signed(unpack));
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--)
        load_message(journey, unpack);
}

bool journey_load(struct journey *journey, struct unpack *unpack) {
    struct journey *fresh = journey_new();
    load_all(fresh, unpack);
    if (unpack->broken) {
        journey_free(fresh);
        fresh = journey_new();
    }
    journey_empty(journey);
    *journey = *fresh;
    free(fresh);
    return !unpack->broken;
}
