/* queue - why: a log is endless, and what an entry leaves out was said many entries before.
 *
 * How: a message is one item of a reused slab with one text buffer for what was said of it, so
 * following a million messages allocates for the number that is open at once. Recipients are
 * remembered while they wait, and the few that ended last as a hash each: a message delivered at
 * the first attempt costs no entry. Open messages form a list from the one silent longest to the
 * one heard last, ended ones another; from their fronts messages are let go.
 *
 * Age is told by the time of the log, which goes on by an hour an entry at most: a server that
 * starts with a wrong clock logs some lines of another year, and they must not end what all others
 * wait for.
 */
#include "finding/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    TEXT_KEPT = 256,
    TEXT_MOST = 16 * 1024,
    SERVER_KEY = 8,
    ADDRESS_MOST = 512,
    SPELLINGS_TRIED = 64,
};

void queue_init(struct queue *queue) {
    *queue = (struct queue){.free_item = NOBODY,
                            .open = {NOBODY, NOBODY},
                            .ended = {NOBODY, NOBODY},
                            .now = MOMENT_NONE};
    map_init(&queue->messages, sizeof(uint32_t));
    map_init(&queue->ids, sizeof(uint32_t));
    map_init(&queue->waiting, sizeof(struct waiting));
}

void queue_release(struct queue *queue) {
    for (size_t i = 0; i < queue->item_count; i++)
        free(queue->items[i].text);
    free(queue->items);
    free(queue->scratch);
    map_release(&queue->messages);
    map_release(&queue->ids);
    map_release(&queue->waiting);
    causes_release(&queue->causes);
}

static uint32_t index_of(const struct queue *queue, const struct message *message) {
    return (uint32_t)(message - queue->items);
}

/* ---- the two lists, from oldest to newest ---- */

static struct queue_list *list_of(struct queue *queue, const struct message *message) {
    return message->ended ? &queue->ended : &queue->open;
}

static void list_take_out(struct queue *queue, struct message *message) {
    struct queue_list *list = list_of(queue, message);
    if (message->older != NOBODY)
        queue->items[message->older].newer = message->newer;
    else
        list->oldest = message->newer;
    if (message->newer != NOBODY)
        queue->items[message->newer].older = message->older;
    else
        list->newest = message->older;
}

static void list_append(struct queue *queue, struct message *message) {
    struct queue_list *list = list_of(queue, message);
    uint32_t index = index_of(queue, message);
    message->older = list->newest;
    message->newer = NOBODY;
    if (list->newest != NOBODY)
        queue->items[list->newest].newer = index;
    else
        list->oldest = index;
    list->newest = index;
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

static struct waiting *waiting_at(const struct queue *queue, uint32_t place, struct slice *key_r) {
    return map_at(&queue->waiting, place, key_r);
}

static struct slice key_recipient(struct slice key, const struct waiting *waiting) {
    return slice_head(slice_from(key, 8), waiting->recipient_length);
}

static struct slice key_original(struct slice key, const struct waiting *waiting) {
    return slice_from(key, 8 + waiting->recipient_length);
}

struct waiting *waiting_put(struct queue *queue, struct message *message, struct slice recipient,
                            struct slice original, bool *is_new_r) {
    struct waiting_key key;
    uint32_t index = index_of(queue, message);
    struct waiting *waiting =
        map_put(&queue->waiting, waiting_key(&key, index, recipient, original), is_new_r);
    if (!*is_new_r)
        return waiting;
    uint32_t place =
        (uint32_t)(((unsigned char *)waiting - queue->waiting.values) / sizeof(struct waiting));
    uint32_t length = (uint32_t)slice_head(recipient, ADDRESS_MOST).length;
    *waiting = (struct waiting){.next = NOBODY,
                                .previous = message->last_waiting,
                                .recipient_length = length,
                                .since = MOMENT_NONE};
    if (message->last_waiting != NOBODY)
        waiting_at(queue, message->last_waiting, NULL)->next = place;
    else
        message->first_waiting = place;
    message->last_waiting = place;
    return waiting;
}

static void waiting_unlink(struct queue *queue, struct message *message,
                           const struct waiting *waiting) {
    if (waiting->previous != NOBODY)
        waiting_at(queue, waiting->previous, NULL)->next = waiting->next;
    else
        message->first_waiting = waiting->next;
    if (waiting->next != NOBODY)
        waiting_at(queue, waiting->next, NULL)->previous = waiting->previous;
    else
        message->last_waiting = waiting->previous;
}

static bool remove_exactly(struct queue *queue, struct message *message, struct slice recipient,
                           struct slice original, struct waiting *was_r) {
    struct waiting_key bytes;
    struct slice key = waiting_key(&bytes, index_of(queue, message), recipient, original);
    const struct waiting *waiting = map_get(&queue->waiting, key);
    if (!waiting)
        return false;
    *was_r = *waiting;
    waiting_unlink(queue, message, waiting);
    map_remove(&queue->waiting, key);
    return true;
}

/* The first of those that wait who came from this address; few are looked at. */
static bool find_child(const struct queue *queue, const struct message *message,
                       struct slice address, struct slice *recipient_r) {
    uint32_t at = message->first_waiting;
    for (int i = 0; at != NOBODY && i < SPELLINGS_TRIED; i++) {
        struct slice key;
        const struct waiting *waiting = waiting_at(queue, at, &key);
        if (slice_equal(key_original(key, waiting), slice_head(address, ADDRESS_MOST))) {
            *recipient_r = key_recipient(key, waiting);
            return true;
        }
        at = waiting->next;
    }
    return false;
}

/* Exim: "== info@d" is followed by "=> bob@d <info@d>" when the routing of info@d was put off, and
 * "== bob@d <info@d>" by "=> bob <info@d>", where only the top address is one. */
bool waiting_remove(struct queue *queue, struct message *message, struct slice recipient,
                    struct slice original, struct waiting *was_r) {
    if (message->first_waiting == NOBODY)
        return false;
    if (remove_exactly(queue, message, recipient, original, was_r))
        return true;
    if (original.length)
        return remove_exactly(queue, message, original, (struct slice){0}, was_r);
    struct slice child;
    if (!recipient.length || !find_child(queue, message, recipient, &child))
        return false;
    char copy[ADDRESS_MOST];
    if (child.length)
        memcpy(copy, child.at, child.length);
    return remove_exactly(queue, message, (struct slice){copy, child.length}, recipient, was_r);
}

bool waiting_take_first(struct queue *queue, struct message *message, struct slice *recipient_r,
                        struct slice *original_r, struct waiting *was_r) {
    if (message->first_waiting == NOBODY)
        return false;
    struct slice key;
    const struct waiting *waiting = waiting_at(queue, message->first_waiting, &key);
    *was_r = *waiting;
    queue->scratch = memory_grow(queue->scratch, &queue->scratch_room, key.length, 1);
    memcpy(queue->scratch, key.at, key.length);
    key.at = queue->scratch;
    waiting_unlink(queue, message, waiting);
    map_remove(&queue->waiting, key);
    *original_r = key_original(key, was_r);
    *recipient_r = key_recipient(key, was_r);
    return true;
}

static void waiting_clear(struct queue *queue, struct message *message) {
    struct slice recipient, original;
    struct waiting was;
    while (waiting_take_first(queue, message, &recipient, &original, &was)) {
    }
}

static void each_of_message(const struct queue *queue, const struct message *message,
                            void (*each)(void *context, const struct waiter *waiter),
                            void *context) {
    for (uint32_t at = message->first_waiting; at != NOBODY;) {
        struct slice key;
        const struct waiting *waiting = waiting_at(queue, at, &key);
        struct waiter waiter = {key_recipient(key, waiting),
                                causes_name(&queue->causes, waiting->cause), waiting->held,
                                waiting->since};
        if (!waiting->left_out)
            each(context, &waiter);
        at = waiting->next;
    }
}

/* In a message that ended nobody waits, but for what was logged late. */
void waiting_each(const struct queue *queue,
                  void (*each)(void *context, const struct waiter *waiter), void *context) {
    const struct queue_list *lists[] = {&queue->open, &queue->ended};
    for (size_t i = 0; i < 2; i++)
        for (uint32_t at = lists[i]->oldest; at != NOBODY; at = queue->items[at].newer)
            each_of_message(queue, &queue->items[at], each, context);
}

/* ---- servers and time ---- */

/* The instance that owns the queue: "postfix/submission" and "postfix" share one. */
static struct slice queue_instance(struct slice instance) {
    return slice_head(instance, slice_find(instance, '/'));
}

static size_t keep(char *text, struct slice part) {
    if (part.length)
        memcpy(text, part.at, part.length);
    return part.length;
}

static bool is_kept(const char *text, size_t length, struct slice part) {
    return part.length == length && (!length || memcmp(part.at, text, length) == 0);
}

static uint64_t server_hash(const struct mta *mta, struct slice host, struct slice instance) {
    const struct slice parts[] = {slice_of(mta->name), host, instance};
    char bytes[3 * (128 + 1)];
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        used += keep(bytes + used, slice_head(parts[i], 128));
        bytes[used++] = '\0';
    }
    return bytes_hash(bytes, used);
}

/* Most entries come from the server of the one before. */
uint64_t queue_server(struct queue *queue, const struct finding *finding) {
    struct slice host = slice_head(finding->host, sizeof queue->last.host);
    struct slice instance =
        slice_head(queue_instance(finding->record.instance), sizeof queue->last.instance);
    if (queue->last.mta == finding->mta &&
        is_kept(queue->last.host, queue->last.host_length, host) &&
        is_kept(queue->last.instance, queue->last.instance_length, instance))
        return queue->last.hash;
    queue->last.mta = finding->mta;
    queue->last.host_length = keep(queue->last.host, host);
    queue->last.instance_length = keep(queue->last.instance, instance);
    queue->last.hash = server_hash(finding->mta, host, instance);
    return queue->last.hash;
}

static void move_clock(struct queue *queue, int64_t seconds) {
    enum { HOUR = 3600 };
    if (seconds == MOMENT_NONE)
        return;
    bool is_leap = queue->now != MOMENT_NONE && seconds > queue->now + HOUR;
    queue->now = is_leap ? queue->now + HOUR : seconds;
    queue->ripe |= is_leap;
}

/* ---- message-ids ---- */

/* The server and a hash: the text is compared with that of the message found. */
struct id_key {
    char bytes[SERVER_KEY + 8];
};

static struct slice id_key(struct id_key *key, uint64_t server, uint64_t hash) {
    memcpy(key->bytes, &server, SERVER_KEY);
    memcpy(key->bytes + SERVER_KEY, &hash, 8);
    return (struct slice){key->bytes, sizeof key->bytes};
}

struct message *queue_by_id(const struct queue *queue, const struct message *message) {
    struct id_key bytes;
    struct slice id = message_field(message, FIELD_MESSAGE_ID);
    if (!id.length)
        return NULL;
    struct slice key = id_key(&bytes, message->server, bytes_hash(id.at, id.length));
    const uint32_t *index = map_get(&queue->ids, key);
    struct message *found = index ? &queue->items[*index] : NULL;
    return found && slice_equal(message_field(found, FIELD_MESSAGE_ID), id) ? found : NULL;
}

struct message *queue_take_id(struct queue *queue, struct message *message) {
    struct id_key bytes;
    bool is_new;
    struct slice id = message_field(message, FIELD_MESSAGE_ID);
    message->id_hash = bytes_hash(id.at, id.length);
    uint32_t *index =
        map_put(&queue->ids, id_key(&bytes, message->server, message->id_hash), &is_new);
    struct message *before = is_new ? NULL : &queue->items[*index];
    if (before)
        before->holds_id = false;
    *index = index_of(queue, message);
    message->holds_id = true;
    return before && slice_equal(message_field(before, FIELD_MESSAGE_ID), id) ? before : NULL;
}

static void id_let_go(struct queue *queue, struct message *message) {
    struct id_key bytes;
    if (message->holds_id)
        map_remove(&queue->ids, id_key(&bytes, message->server, message->id_hash));
    message->holds_id = false;
}

/* ---- messages ---- */

struct slice message_field(const struct message *message, enum field field) {
    size_t length = message->fields[field].length;
    return length ? (struct slice){message->text + message->fields[field].at, length}
                  : (struct slice){0};
}

/* Appended, never moved, so it costs one copy. */
void message_keep(struct queue *queue, struct message *message, enum field field,
                  struct slice text) {
    if (!text.length || message->fields[field].length ||
        message->text_used + text.length > TEXT_MOST)
        return;
    queue->text_held -= message->text_room;
    message->text =
        memory_grow(message->text, &message->text_room, message->text_used + text.length, 1);
    queue->text_held += message->text_room;
    memcpy(message->text + message->text_used, text.at, text.length);
    message->fields[field].at = (uint32_t)message->text_used;
    message->fields[field].length = (uint32_t)text.length;
    message->text_used += text.length;
}

/* Blank, with the buffer, key and server it has. */
static void message_clear(struct message *message) {
    struct message blank = {.text = message->text,
                            .text_room = message->text_room,
                            .size = -1,
                            .first_waiting = NOBODY,
                            .last_waiting = NOBODY,
                            .heard = MOMENT_NONE,
                            .began = MOMENT_NONE,
                            .server = message->server,
                            .key_length = message->key_length};
    memcpy(blank.key, message->key, message->key_length);
    *message = blank;
}

static uint32_t item_new(struct queue *queue) {
    uint32_t index = queue->free_item;
    if (index != NOBODY) {
        queue->free_item = queue->items[index].newer;
        return index;
    }
    queue->items = memory_grow(queue->items, &queue->item_capacity, queue->item_count + 1,
                               sizeof *queue->items);
    index = (uint32_t)queue->item_count++;
    queue->items[index] = (struct message){.text = NULL};
    return index;
}

/* Server and queue ID. Gives the length, 0 when the ID is none that can be followed.
 */
static size_t message_key(char bytes[64], uint64_t server, struct slice id) {
    if (!id.length || id.length > 64 - SERVER_KEY)
        return 0;
    memcpy(bytes, &server, SERVER_KEY);
    memcpy(bytes + SERVER_KEY, id.at, id.length);
    return id.length + SERVER_KEY;
}

static struct message *message_add(struct queue *queue, struct slice key, uint32_t *index_r) {
    *index_r = item_new(queue);
    struct message *message = &queue->items[*index_r];
    memcpy(message->key, key.at, key.length);
    memcpy(&message->server, key.at, SERVER_KEY);
    message->key_length = (uint8_t)key.length;
    message_clear(message);
    queue->text_held += message->text_room;
    return message;
}

struct message *queue_find(const struct queue *queue, uint64_t server, struct slice id) {
    char bytes[64];
    size_t length = message_key(bytes, server, id);
    const uint32_t *index =
        length ? map_get(&queue->messages, (struct slice){bytes, length}) : NULL;
    return index ? &queue->items[*index] : NULL;
}

struct message *queue_begin(struct queue *queue, uint64_t server, struct slice id) {
    char bytes[64];
    bool is_new;
    struct slice key = {bytes, message_key(bytes, server, id)};
    if (!key.length)
        return NULL;
    uint32_t *index = map_put(&queue->messages, key, &is_new);
    if (!is_new)
        return &queue->items[*index];
    struct message *message = message_add(queue, key, index);
    list_append(queue, message);
    queue->open_count++;
    queue->ripe = true;
    return message;
}

void queue_hear(struct queue *queue, struct message *message, int64_t seconds) {
    move_clock(queue, seconds);
    message->heard = seconds != MOMENT_NONE && seconds < queue->now ? seconds : queue->now;
    if (message->newer == NOBODY)
        return;
    list_take_out(queue, message);
    list_append(queue, message);
}

bool queue_is_stale(const struct queue *queue, const struct message *message) {
    return queue->now != MOMENT_NONE && message->heard != MOMENT_NONE &&
           queue->now - message->heard > QUEUE_AGE;
}

/* Nobody waits any longer, and no list or message-id leads to it. */
static void message_detach(struct queue *queue, struct message *message) {
    queue->dropped += message->first_waiting != NOBODY;
    waiting_clear(queue, message);
    id_let_go(queue, message);
    list_take_out(queue, message);
    if (message->ended)
        queue->ended_count--;
    else
        queue->open_count--;
}

void queue_restart(struct queue *queue, struct message *message) {
    message_detach(queue, message);
    message_clear(message);
    list_append(queue, message);
    queue->open_count++;
}

static void message_forget(struct queue *queue, struct message *message) {
    message_detach(queue, message);
    map_remove(&queue->messages, (struct slice){message->key, message->key_length});
    queue->text_held -= message->text_room;
    if (message->text_room > TEXT_KEPT) {
        free(message->text);
        message->text = NULL;
        message->text_room = 0;
    }
    message->key_length = 0;
    message->newer = queue->free_item;
    queue->free_item = index_of(queue, message);
}

void queue_end(struct queue *queue, struct message *message) {
    if (message->ended)
        return;
    list_take_out(queue, message);
    message->ended = true;
    list_append(queue, message);
    queue->open_count--;
    queue->ended_count++;
    queue->ripe = true;
}

static bool is_too_much(const struct queue *queue) {
    return queue->open_count > QUEUE_OPEN || queue->text_held > QUEUE_TEXT ||
           queue->waiting.count > QUEUE_RECIPIENTS;
}

void queue_let_go(struct queue *queue) {
    if (!queue->ripe && !is_too_much(queue))
        return;
    queue->ripe = false;
    while (queue->ended_count > QUEUE_ENDED)
        message_forget(queue, &queue->items[queue->ended.oldest]);
    while (queue->open.oldest != queue->open.newest) {
        struct message *oldest = &queue->items[queue->open.oldest];
        if (!queue_is_stale(queue, oldest) && !is_too_much(queue))
            return;
        message_forget(queue, oldest);
    }
    if (is_too_much(queue) && queue->open.newest != NOBODY) { /* all of one message */
        queue->dropped++;
        waiting_clear(queue, &queue->items[queue->open.newest]);
    }
}

/* ---- saving ---- */

/* The yes-and-no parts of a message, in the order of their bits. */
static const size_t flags[] = {
    offsetof(struct message, has_sender), offsetof(struct message, arrived),
    offsetof(struct message, counted),    offsetof(struct message, onward),
    offsetof(struct message, near),       offsetof(struct message, is_notice),
    offsetof(struct message, ended),      offsetof(struct message, holds_id),
    offsetof(struct message, piped),      offsetof(struct message, asked),
    offsetof(struct message, begun),
};
enum { FLAGS = sizeof flags / sizeof *flags };

static void save_flags(const struct message *message, struct pack *pack) {
    uint64_t bits = 0;
    for (size_t i = 0; i < FLAGS; i++)
        bits |= (uint64_t) * ((const bool *)message + flags[i]) << i;
    pack_number(pack, bits);
}

static void load_flags(struct message *message, struct unpack *unpack) {
    uint64_t bits = unpack_number(unpack);
    for (size_t i = 0; i < FLAGS; i++)
        *((bool *)message + flags[i]) = bits >> i & 1;
}

static void save_waiting(const struct queue *queue, const struct message *message,
                         struct pack *pack) {
    size_t count = 0;
    for (uint32_t at = message->first_waiting; at != NOBODY; at = waiting_at(queue, at, NULL)->next)
        count++;
    pack_number(pack, count);
    for (uint32_t at = message->first_waiting; at != NOBODY;) {
        struct slice key;
        const struct waiting *waiting = waiting_at(queue, at, &key);
        pack_text(pack, key_recipient(key, waiting));
        pack_text(pack, key_original(key, waiting));
        pack_number(pack, waiting->deferred | (unsigned)waiting->left_out << 1 |
                              (unsigned)waiting->put_off << 2 | (unsigned)waiting->held << 3);
        pack_signed(pack, waiting->since);
        causes_save(&queue->causes, waiting->cause, pack);
        at = waiting->next;
    }
}

/* A saved time is anybody's number: kept away from overflow. */
static int64_t bounded_time(int64_t seconds) {
    return seconds > INT64_MAX / 4 || seconds < -(INT64_MAX / 4) ? MOMENT_NONE : seconds;
}

static void load_waiting(struct queue *queue, struct message *message, struct unpack *unpack) {
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--) {
        struct slice recipient = unpack_text(unpack), original = unpack_text(unpack);
        uint64_t state = unpack_number(unpack);
        int64_t since = bounded_time(unpack_signed(unpack));
        uint8_t cause = causes_load(&queue->causes, unpack);
        if (queue->waiting.count == QUEUE_RECIPIENTS) {
            unpack->broken = true;
            return;
        }
        bool is_new;
        struct waiting *waiting = waiting_put(queue, message, recipient, original, &is_new);
        waiting->deferred = state & 1;
        waiting->left_out = state >> 1 & 1;
        waiting->put_off = state >> 2 & 1;
        waiting->held = state >> 3 & 1;
        waiting->since = since;
        waiting->cause = cause;
    }
}

static void save_finals(const struct message *message, struct pack *pack) {
    pack_number(pack, message->next_final);
    for (size_t i = 0; i < QUEUE_FINALS; i++) {
        pack_number(pack, message->finals[i].person);
        if (message->finals[i].person)
            pack_number(pack, message->finals[i].fate | (unsigned)message->finals[i].deferred << 4 |
                                  (unsigned)message->finals[i].left_out << 5 |
                                  (unsigned)message->finals[i].put_off << 6 |
                                  (unsigned)message->finals[i].sized << 7);
    }
}

static void load_finals(struct message *message, struct unpack *unpack) {
    message->next_final = (uint32_t)unpack_number(unpack) % QUEUE_FINALS;
    for (size_t i = 0; i < QUEUE_FINALS; i++) {
        message->finals[i].person = (uint32_t)unpack_number(unpack);
        uint64_t state = message->finals[i].person ? unpack_number(unpack) : 0;
        if ((state & 15) > FATE_HANDED_ON)
            unpack->broken = true;
        message->finals[i].fate = state & 15;
        message->finals[i].deferred = state >> 4 & 1;
        message->finals[i].left_out = state >> 5 & 1;
        message->finals[i].put_off = state >> 6 & 1;
        message->finals[i].sized = state >> 7 & 1;
    }
}

static void save_message(const struct queue *queue, const struct message *message,
                         struct pack *pack) {
    pack_text(pack, (struct slice){message->key, message->key_length});
    for (int field = 0; field < FIELDS; field++)
        pack_text(pack, message_field(message, (enum field)field));
    save_flags(message, pack);
    pack_number(pack, message->told);
    pack_number(pack, message->giver);
    pack_signed(pack, message->size);
    pack_signed(pack, message->heard);
    pack_signed(pack, message->began);
    pack_number(pack, message->began_nanos);
    pack_number(pack, message->nrcpt);
    pack_number(pack, message->finished);
    causes_save(&queue->causes, message->refused, pack);
    save_finals(message, pack);
    save_waiting(queue, message, pack);
}

static void load_message(struct queue *queue, struct unpack *unpack) {
    struct slice key = unpack_text(unpack);
    if (unpack->broken || key.length <= SERVER_KEY || key.length > 64 ||
        map_get(&queue->messages, key)) {
        unpack->broken = true;
        return;
    }
    uint32_t *index = map_put(&queue->messages, key, NULL);
    struct message *message = message_add(queue, key, index);
    for (int field = 0; field < FIELDS; field++)
        message_keep(queue, message, (enum field)field, unpack_text(unpack));
    load_flags(message, unpack);
    list_append(queue, message);
    queue->open_count += !message->ended;
    queue->ended_count += message->ended;
    if (message->holds_id)
        queue_take_id(queue, message);
    message->told = unpack_number(unpack);
    uint64_t giver = unpack_number(unpack);
    message->giver = giver <= GIVER_OTHER ? (uint8_t)giver : GIVER_UNKNOWN;
    message->size = unpack_signed(unpack);
    message->heard = bounded_time(unpack_signed(unpack));
    message->began = bounded_time(unpack_signed(unpack));
    message->began_nanos = (uint32_t)unpack_number(unpack);
    message->nrcpt = (uint32_t)unpack_number(unpack);
    message->finished = (uint32_t)unpack_number(unpack);
    message->refused = causes_load(&queue->causes, unpack);
    load_finals(message, unpack);
    load_waiting(queue, message, unpack);
}

void queue_save(const struct queue *queue, struct pack *pack) {
    pack_number(pack, queue->dropped);
    pack_signed(pack, queue->now);
    pack_number(pack, queue->keeps_ids);
    pack_number(pack, queue->open_count + queue->ended_count);
    for (uint32_t at = queue->open.oldest; at != NOBODY; at = queue->items[at].newer)
        save_message(queue, &queue->items[at], pack);
    for (uint32_t at = queue->ended.oldest; at != NOBODY; at = queue->items[at].newer)
        save_message(queue, &queue->items[at], pack);
}

void queue_load(struct queue *queue, struct unpack *unpack) {
    queue->dropped = unpack_number(unpack);
    queue->now = bounded_time(unpack_signed(unpack));
    queue->keeps_ids = unpack_number(unpack) & 1;
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--)
        load_message(queue, unpack);
}
