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

#include "base/hash.h"
#include "base/memory.h"

enum {
    TEXT_KEPT = 256,
    TEXT_STEP = 64,
    TEXT_MOST = 16 * 1024,
    ADDRESS_MOST = 512,
    INSTANCE_MOST = 64,
    SPELLINGS_TRIED = 64,
};

void queue_init(struct queue *queue) {
    *queue = (struct queue){.free_item = NOBODY,
                            .free_waiting = NOBODY,
                            .secret = hash_secret(),
                            .open = {NOBODY, NOBODY},
                            .ended = {NOBODY, NOBODY},
                            .now = MOMENT_NONE};
}

void queue_release(struct queue *queue) {
    for (size_t i = 0; i < queue->item_count; i++)
        free(queue->items[i].text);
    for (size_t i = 0; i < queue->waiting_used; i++)
        free(queue->waiting[i].text);
    free(queue->items);
    free(queue->waiting);
    free(queue->taken);
    places_release(&queue->messages);
    places_release(&queue->ids);
    places_release(&queue->recipients);
    causes_release(&queue->causes);
}

static uint32_t index_of(const struct queue *queue, const struct message *message) {
    return (uint32_t)(message - queue->items);
}

/* ---- the two lists, from oldest to newest ---- */

static struct queue_list *list_of(struct queue *queue, const struct message *message) {
    return message->ended ? &queue->ended : &queue->open;
}

static inline void list_take_out(struct queue *queue, struct message *message) {
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

static inline void list_append(struct queue *queue, struct message *message) {
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

static struct slice recipient_of(const struct waiting *waiting) {
    return (struct slice){waiting->text, waiting->recipient_length};
}

static struct slice original_of(const struct waiting *waiting) {
    return (struct slice){waiting->text + waiting->recipient_length, waiting->original_length};
}

static uint32_t waiting_hash(uint32_t message, struct slice recipient, struct slice original) {
    uint64_t hash = secret_hash(recipient) + message;
    if (original.length)
        hash = hash_with(hash, secret_hash(original));
    return (uint32_t)(hash >> 32 ^ hash);
}

/* NOBODY: he does not wait. */
static uint32_t waiting_find(const struct queue *queue, const struct message *message,
                             struct slice recipient, struct slice original) {
    uint32_t index = index_of(queue, message);
    struct places_walk walk = places_walk(waiting_hash(index, recipient, original));
    for (uint32_t at; (at = places_next(&queue->recipients, &walk)) != PLACES_END;) {
        const struct waiting *waiting = &queue->waiting[at];
        if (waiting->message == index && slice_equal(recipient_of(waiting), recipient) &&
            slice_equal(original_of(waiting), original))
            return at;
    }
    return NOBODY;
}

static uint32_t waiting_new(struct queue *queue) {
    uint32_t place = queue->free_waiting;
    if (place != NOBODY) {
        queue->free_waiting = queue->waiting[place].next;
        return place;
    }
    queue->waiting = memory_grow(queue->waiting, &queue->waiting_capacity, queue->waiting_used + 1,
                                 sizeof *queue->waiting);
    return (uint32_t)queue->waiting_used++;
}

static void waiting_name(struct queue *queue, struct waiting *waiting, struct slice recipient,
                         struct slice original) {
    waiting->recipient_length = (uint16_t)recipient.length;
    waiting->original_length = (uint16_t)original.length;
    waiting->text = memory_resize(NULL, recipient.length + original.length, 1);
    if (recipient.length)
        memcpy(waiting->text, recipient.at, recipient.length);
    if (original.length)
        memcpy(waiting->text + recipient.length, original.at, original.length);
    queue->text_held += recipient.length + original.length;
}

static void waiting_append(struct queue *queue, struct message *message, uint32_t place) {
    struct waiting *waiting = &queue->waiting[place];
    waiting->next = NOBODY;
    waiting->previous = message->last_waiting;
    if (message->last_waiting != NOBODY)
        queue->waiting[message->last_waiting].next = place;
    else
        message->first_waiting = place;
    message->last_waiting = place;
}

/* Addresses are cut: RFC 5321 allows 256 bytes. */
struct waiting *waiting_put(struct queue *queue, struct message *message, struct slice recipient,
                            struct slice original, bool *is_new_r) {
    recipient = slice_head(recipient, ADDRESS_MOST);
    original = slice_head(original, ADDRESS_MOST);
    uint32_t place = waiting_find(queue, message, recipient, original);
    *is_new_r = place == NOBODY;
    if (!*is_new_r)
        return &queue->waiting[place];
    place = waiting_new(queue);
    struct waiting *waiting = &queue->waiting[place];
    *waiting = (struct waiting){.message = index_of(queue, message), .since = MOMENT_NONE};
    waiting->hash = waiting_hash(waiting->message, recipient, original);
    waiting_name(queue, waiting, recipient, original);
    waiting_append(queue, message, place);
    places_put(&queue->recipients, waiting->hash, place);
    queue->ripe |= queue_is_too_much(queue);
    return waiting;
}

static void waiting_unlink(struct queue *queue, struct message *message,
                           const struct waiting *waiting) {
    if (waiting->previous != NOBODY)
        queue->waiting[waiting->previous].next = waiting->next;
    else
        message->first_waiting = waiting->next;
    if (waiting->next != NOBODY)
        queue->waiting[waiting->next].previous = waiting->previous;
    else
        message->last_waiting = waiting->previous;
}

static void waiting_take(struct queue *queue, struct message *message, uint32_t place,
                         struct waiting *was_r) {
    struct waiting *waiting = &queue->waiting[place];
    *was_r = *waiting;
    waiting_unlink(queue, message, waiting);
    places_remove(&queue->recipients, waiting->hash, place);
    queue->text_held -= (size_t)waiting->recipient_length + waiting->original_length;
    free(queue->taken);
    queue->taken = waiting->text;
    waiting->text = NULL;
    waiting->next = queue->free_waiting;
    queue->free_waiting = place;
}

/* The first of those that wait who came from this address; few are looked at. */
static uint32_t find_child(const struct queue *queue, const struct message *message,
                           struct slice address) {
    uint32_t at = message->first_waiting;
    for (int i = 0; at != NOBODY && i < SPELLINGS_TRIED; i++) {
        if (slice_equal(original_of(&queue->waiting[at]), address))
            return at;
        at = queue->waiting[at].next;
    }
    return NOBODY;
}

/* Exim: "== info@d" is followed by "=> bob@d <info@d>" when the routing of info@d was put off, and
 * "== bob@d <info@d>" by "=> bob <info@d>", where only the top address is one. */
bool waiting_remove(struct queue *queue, struct message *message, struct slice recipient,
                    struct slice original, struct waiting *was_r) {
    if (message->first_waiting == NOBODY)
        return false;
    recipient = slice_head(recipient, ADDRESS_MOST);
    original = slice_head(original, ADDRESS_MOST);
    uint32_t place = waiting_find(queue, message, recipient, original);
    if (place == NOBODY && original.length)
        place = waiting_find(queue, message, original, (struct slice){0});
    else if (place == NOBODY && recipient.length)
        place = find_child(queue, message, recipient);
    if (place == NOBODY)
        return false;
    waiting_take(queue, message, place, was_r);
    return true;
}

bool waiting_take_first(struct queue *queue, struct message *message, struct slice *recipient_r,
                        struct slice *original_r, struct waiting *was_r) {
    if (message->first_waiting == NOBODY)
        return false;
    waiting_take(queue, message, message->first_waiting, was_r);
    *recipient_r = recipient_of(was_r);
    *original_r = original_of(was_r);
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
    for (uint32_t at = message->first_waiting; at != NOBODY; at = queue->waiting[at].next) {
        const struct waiting *waiting = &queue->waiting[at];
        struct waiter waiter = {recipient_of(waiting), causes_name(&queue->causes, waiting->cause),
                                waiting->held, waiting->since};
        if (!waiting->left_out)
            each(context, &waiter);
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

uint64_t queue_learn_server(struct queue *queue, const struct finding *finding) {
    struct slice owner = slice_head(record_owner(&finding->record), INSTANCE_MOST);
    uint64_t server =
        hash_with(speaker_of(&queue->speaker, finding), bytes_hash(owner.at, owner.length));
    return speaker_part_learn(&queue->owner, finding, finding->record.instance, server);
}

void queue_move_clock(struct queue *queue, int64_t seconds) {
    enum { HOUR = 3600 };
    if (seconds == MOMENT_NONE)
        return;
    bool is_leap = queue->now != MOMENT_NONE && seconds > queue->now + HOUR;
    queue->now = is_leap ? queue->now + HOUR : seconds;
    queue->ripe |= is_leap;
}

/* ---- message-ids ---- */

static uint32_t holder_hash(uint64_t server, struct slice id) {
    return (uint32_t)(hash_with(secret_hash(id), server) >> 32);
}

static struct message *holder_of(const struct queue *queue, uint64_t server, struct slice id) {
    struct places_walk walk = places_walk(holder_hash(server, id));
    for (uint32_t at; (at = places_next(&queue->ids, &walk)) != PLACES_END;) {
        struct message *message = &queue->items[at];
        if (message->server == server && slice_equal(message_field(message, FIELD_MESSAGE_ID), id))
            return message;
    }
    return NULL;
}

static void id_let_go(struct queue *queue, struct message *message) {
    places_remove(&queue->ids,
                  holder_hash(message->server, message_field(message, FIELD_MESSAGE_ID)),
                  index_of(queue, message));
    message->holds_id = false;
}

struct message *queue_by_id(const struct queue *queue, const struct message *message) {
    struct slice id = message_field(message, FIELD_MESSAGE_ID);
    return id.length ? holder_of(queue, message->server, id) : NULL;
}

struct message *queue_take_id(struct queue *queue, struct message *message) {
    struct slice id = message_field(message, FIELD_MESSAGE_ID);
    struct message *before = holder_of(queue, message->server, id);
    if (before && before->holds_id)
        id_let_go(queue, before);
    places_put(&queue->ids, holder_hash(message->server, id), index_of(queue, message));
    message->holds_id = true;
    return before;
}

/* ---- messages ---- */

static struct slice id_of(const struct message *message) {
    return (struct slice){message->text, message->id_length};
}

/* What the text of a message counts for: the room it takes in a new item, not that of the item it
 * has, which was of another message. Saved and loaded it counts for the same. */
static size_t room_for(size_t used) {
    return (used + TEXT_STEP - 1) / TEXT_STEP * TEXT_STEP;
}

void queue_lend_with(struct queue *queue, struct arena *arena, size_t turns) {
    queue->turn += arena ? 1 : 1 + queue->turns;
    queue->turns = arena ? turns : 0;
    queue->arena = arena;
}

static inline bool is_lent(const struct queue *queue, const struct message *message) {
    return message->lent_until > queue->turn;
}

/* Before text is written over or given back: what others may read still stays where it is, as long
 * as they do, and the message has none. */
static inline bool text_is_left(const struct queue *queue, struct message *message) {
    if (!is_lent(queue, message))
        return false;
    arena_adopt(queue->arena, message->text);
    message->text = NULL;
    message->text_room = 0;
    message->lent_until = 0;
    return true;
}

__attribute__((noinline)) static void text_grow(const struct queue *queue, struct message *message,
                                                size_t needed) {
    const char *before = message->text;
    bool is_left = text_is_left(queue, message);
    message->text = memory_resize(message->text, room_for(needed), 1);
    message->text_room = (uint16_t)room_for(needed);
    if (is_left)
        memcpy(message->text, before, message->text_used);
}

/* Appended, never moved, so it costs one copy. */
static inline void text_add(struct queue *queue, struct message *message, struct slice text) {
    size_t used = message->text_used, needed = used + text.length;
    queue->text_held += room_for(needed) - room_for(used);
    queue->ripe |= queue->text_held > QUEUE_TEXT;
    message->text_used = (uint16_t)needed;
    bytes_copy(message->text + used, text.at, text.length);
}

/* Room is made in small steps: what is open for days must not hold twice its text. */
__attribute__((noinline)) static void add_to_more_room(struct queue *queue, struct message *message,
                                                       enum field field, struct slice text) {
    text_grow(queue, message, message->text_used + text.length);
    message_add_text(queue, message, field, text);
}

/* Growing stands apart, for it has a call in it: without one nothing is kept on the stack, which is
 * a third of the instructions. */
void message_add_text(struct queue *queue, struct message *message, enum field field,
                      struct slice text) {
    if (message->text_used + text.length > TEXT_MOST)
        return;
    if (message->text_used + text.length > message->text_room) {
        add_to_more_room(queue, message, field, text);
        return;
    }
    message->hashes = (struct origin_hashes){0};
    message->fields[field].at = message->text_used;
    message->fields[field].length = (uint16_t)text.length;
    text_add(queue, message, text);
}

/* Blank, with the text buffer, queue ID and server it has. */
static inline void message_clear(struct message *message) {
    uint8_t id_length = message->id_length;
    memory_clear(&message->heard, offsetof(struct message, hash) - offsetof(struct message, heard));
    message->id_length = id_length;
    message->text_used = id_length;
    message->size = -1;
    message->first_waiting = message->last_waiting = NOBODY;
    message->heard = message->began = MOMENT_NONE;
}

/* Apart, for few messages need it. */
__attribute__((noinline)) static struct message *item_of_more(struct queue *queue) {
    queue->items = memory_grow(queue->items, &queue->item_capacity, queue->item_count + 1,
                               sizeof *queue->items);
    struct message *message = &queue->items[queue->item_count++];
    *message = (struct message){.text = NULL};
    return message;
}

static inline struct message *item_new(struct queue *queue) {
    uint32_t index = queue->free_item;
    if (index == NOBODY)
        return item_of_more(queue);
    queue->free_item = queue->items[index].newer;
    return &queue->items[index];
}

/* In no list yet. */
static inline struct message *message_add(struct queue *queue, uint64_t server, struct slice id,
                                          uint32_t hash) {
    struct message *message = item_new(queue);
    message->server = server;
    queue_words(id, &message->id_first, &message->id_last);
    message->hash = hash;
    message->id_length = 0;
    message_clear(message);
    if (message->text_room < id.length)
        text_grow(queue, message, id.length);
    text_add(queue, message, id);
    message->id_length = (uint8_t)id.length;
    queue->id_lengths |= UINT64_C(1) << id.length;
    places_put(&queue->messages, hash, index_of(queue, message));
    return message;
}

struct message *queue_add(struct queue *queue, uint64_t server, struct slice id, uint32_t hash) {
    struct message *message = message_add(queue, server, id, hash);
    list_append(queue, message);
    queue->open_count++;
    queue->ripe = true;
    return message;
}

static uint32_t other_hash(uint64_t server, struct slice id) {
    return queue_hash(secret_hash(id), server);
}

static uint32_t id_hash(const struct queue *queue, uint64_t server, struct slice id) {
    uint64_t first, last;
    return queue_words(id, &first, &last) ? queue_words_hash(queue, server, first, last)
                                          : other_hash(server, id);
}

static struct message *find_other(const struct queue *queue, uint64_t server, struct slice id,
                                  uint32_t hash) {
    struct places_walk walk = places_walk(hash);
    for (uint32_t at; (at = places_next(&queue->messages, &walk)) != PLACES_END;) {
        struct message *message = &queue->items[at];
        if (message->server == server && slice_equal(id_of(message), id))
            return message;
    }
    return NULL;
}

struct message *queue_find_other(const struct queue *queue, uint64_t server, struct slice id) {
    return find_other(queue, server, id, other_hash(server, id));
}

struct message *queue_begin_other(struct queue *queue, uint64_t server, struct slice id) {
    if (!queue_can_follow(id))
        return NULL;
    uint32_t hash = other_hash(server, id);
    struct message *message = find_other(queue, server, id, hash);
    return message ? message : queue_add(queue, server, id, hash);
}

void queue_make_newest(struct queue *queue, struct message *message) {
    struct queue_list *list = list_of(queue, message);
    struct message *items = queue->items;
    uint32_t index = index_of(queue, message);
    items[message->newer].older = message->older;
    if (message->older != NOBODY)
        items[message->older].newer = message->newer;
    else
        list->oldest = message->newer;
    items[list->newest].newer = index;
    message->older = list->newest;
    message->newer = NOBODY;
    list->newest = index;
}

/* Nobody waits any longer, and no list or message-id leads to it. */
static inline void message_detach(struct queue *queue, struct message *message) {
    if (message->first_waiting != NOBODY) {
        queue->dropped++;
        waiting_clear(queue, message);
    }
    if (message->holds_id)
        id_let_go(queue, message);
    list_take_out(queue, message);
    if (message->ended)
        queue->ended_count--;
    else
        queue->open_count--;
}

void queue_restart(struct queue *queue, struct message *message) {
    message_detach(queue, message);
    queue->text_held -= room_for(message->text_used) - room_for(message->id_length);
    message->text_used = message->id_length;
    if (is_lent(queue, message))
        text_grow(queue, message, message->id_length);
    message_clear(message);
    list_append(queue, message);
    queue->open_count++;
}

static void message_forget(struct queue *queue, struct message *message) {
    message_detach(queue, message);
    places_remove(&queue->messages, message->hash, index_of(queue, message));
    queue->text_held -= room_for(message->text_used);
    if (!text_is_left(queue, message) && message->text_room > TEXT_KEPT) {
        free(message->text);
        message->text = NULL;
        message->text_room = 0;
    }
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

void queue_let_ripe_go(struct queue *queue) {
    while (queue->ended_count > QUEUE_ENDED)
        message_forget(queue, &queue->items[queue->ended.oldest]);
    while (queue->open.oldest != queue->open.newest) {
        struct message *oldest = &queue->items[queue->open.oldest];
        if (!queue_is_stale(queue, oldest) && !queue_is_too_much(queue))
            return;
        message_forget(queue, oldest);
    }
    if (queue_is_too_much(queue) && queue->open.newest != NOBODY) { /* all of one message */
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
    for (uint32_t at = message->first_waiting; at != NOBODY; at = queue->waiting[at].next)
        count++;
    pack_number(pack, count);
    for (uint32_t at = message->first_waiting; at != NOBODY; at = queue->waiting[at].next) {
        const struct waiting *waiting = &queue->waiting[at];
        pack_text(pack, recipient_of(waiting));
        pack_text(pack, original_of(waiting));
        pack_number(pack, waiting->deferred | (unsigned)waiting->left_out << 1 |
                              (unsigned)waiting->put_off << 2 | (unsigned)waiting->held << 3);
        pack_signed(pack, waiting->since);
        pack_number(pack, waiting->cause);
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
        uint8_t cause = causes_unpack(&queue->causes, unpack);
        if (queue->recipients.count == QUEUE_RECIPIENTS) {
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
        const struct final *final = &message->finals[i];
        pack_number(pack, message->persons[i]);
        if (message->persons[i])
            pack_number(pack, final->fate | (unsigned) final->deferred << 4 |
                                  (unsigned) final->left_out << 5 | (unsigned) final->put_off << 6 |
                                  (unsigned) final->sized << 7);
    }
}

static void load_finals(struct message *message, struct unpack *unpack) {
    message->next_final = (uint8_t)(unpack_number(unpack) % QUEUE_FINALS);
    for (size_t i = 0; i < QUEUE_FINALS; i++) {
        message->persons[i] = (uint32_t)unpack_number(unpack);
        uint64_t state = message->persons[i] ? unpack_number(unpack) : 0;
        if ((state & 15) > FATE_HANDED_ON)
            unpack->broken = true;
        message->finals[i] = (struct final){.fate = state & 15,
                                            .deferred = state >> 4 & 1,
                                            .left_out = state >> 5 & 1,
                                            .put_off = state >> 6 & 1,
                                            .sized = state >> 7 & 1};
    }
}

static void save_message(const struct queue *queue, const struct message *message,
                         struct pack *pack) {
    pack_number(pack, message->server);
    pack_text(pack, id_of(message));
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
    pack_number(pack, message->refused);
    save_finals(message, pack);
    save_waiting(queue, message, pack);
}

static void load_message(struct queue *queue, struct unpack *unpack) {
    uint64_t server = unpack_number(unpack);
    struct slice id = unpack_text(unpack);
    if (unpack->broken || !queue_can_follow(id) || queue_find(queue, server, id)) {
        unpack->broken = true;
        return;
    }
    struct message *message = message_add(queue, server, id, id_hash(queue, server, id));
    for (int field = 0; field < FIELDS; field++)
        message_keep(queue, message, (enum field)field, unpack_text(unpack));
    load_flags(message, unpack);
    list_append(queue, message);
    queue->open_count += !message->ended;
    queue->ended_count += message->ended;
    message->holds_id &= message->fields[FIELD_MESSAGE_ID].length > 0;
    if (message->holds_id)
        queue_take_id(queue, message);
    message->told = (uint32_t)unpack_number(unpack);
    uint64_t giver = unpack_number(unpack);
    message->giver = giver <= GIVER_OTHER ? (uint8_t)giver : GIVER_UNKNOWN;
    message->size = unpack_signed(unpack);
    message->heard = bounded_time(unpack_signed(unpack));
    message->began = bounded_time(unpack_signed(unpack));
    message->began_nanos = (uint32_t)unpack_number(unpack);
    message->nrcpt = (uint32_t)unpack_number(unpack);
    message->finished = (uint32_t)unpack_number(unpack);
    message->refused = causes_unpack(&queue->causes, unpack);
    load_finals(message, unpack);
    load_waiting(queue, message, unpack);
}

void queue_save(const struct queue *queue, struct pack *pack) {
    pack_number(pack, queue->dropped);
    pack_signed(pack, queue->now);
    pack_number(pack, queue->keeps_ids);
    causes_save(&queue->causes, pack);
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
    causes_load(&queue->causes, unpack);
    for (size_t count = unpack_count(unpack); count && !unpack->broken; count--)
        load_message(queue, unpack);
    queue->ripe = queue_is_too_much(queue);
}
