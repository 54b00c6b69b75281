/* journey - follows messages by (MTA, host, instance, queue ID), and counts each thing once.
 *
 * What is remembered lies in finding/queue.c, sessions.c and logins.c. Here is what follows from
 * it, step by step for each finding: is it told for the second time; whose message is it; does that
 * belong to another one (a hop, a bounce); what does it teach and what is known already; where does
 * its recipient go. docs/formats/counting.md has the rules and the entries they rest on.
 */
#include "finding/journey.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "finding/ciphers.h"
#include "finding/logins.h"
#include "finding/queue.h"
#include "finding/sessions.h"
#include "finding/strangers.h"

enum { SAVED_VERSION = 14 };

struct journey {
    struct queue queue;
    struct sessions sessions;
    const struct filter *filter; /* borrowed; NULL: all is asked for */
    bool tells_all;              /* what is not asked for, too */
    struct logins logins;
    struct ciphers ciphers;
    /* While a finding is taken: */
    void (*give)(void *context, const struct finding *finding);
    void *context;
    struct origin origins[2]; /* of the one that is given: origin, counted */
};

struct journey *journey_new(void) {
    struct journey *journey = memory_new(sizeof *journey);
    queue_init(&journey->queue);
    return journey;
}

void journey_ask(struct journey *journey, const struct filter *filter) {
    journey->filter = filter;
}

void journey_tell_all(struct journey *journey) {
    journey->tells_all = true;
}

void journey_lend(struct journey *journey, struct arena *arena, size_t turns) {
    queue_lend_with(&journey->queue, arena, turns);
}

static void journey_empty(struct journey *journey) {
    queue_release(&journey->queue);
    sessions_release(&journey->sessions);
    logins_release(&journey->logins);
    ciphers_release(&journey->ciphers);
}

void journey_free(struct journey *journey) {
    if (!journey)
        return;
    journey_empty(journey);
    free(journey);
}

uint64_t journey_open(const struct journey *journey) {
    return journey->queue.open_count;
}

uint64_t journey_dropped(const struct journey *journey) {
    return journey->queue.dropped;
}

void journey_each_waiting(const struct journey *journey,
                          void (*each)(void *context, const struct waiter *waiter), void *context) {
    waiting_each(&journey->queue, each, context);
}

/* ---- what is asked for ---- */

static bool is_left_out(const struct journey *journey, const struct finding *finding) {
    return journey->filter && !filter_matches(journey->filter, finding);
}

/* ---- what is given, as long as the arena lasts */

static const struct finding *lent_finding(const struct journey *journey,
                                          const struct finding *finding) {
    if (!journey->queue.arena)
        return finding;
    return memcpy(arena_alloc(journey->queue.arena, sizeof *finding), finding, sizeof *finding);
}

/* Of text that the journey keeps, where it may not stay. */
static struct slice lent(const struct journey *journey, struct slice text) {
    return journey->queue.arena && text.length ? arena_copy(journey->queue.arena, text) : text;
}

/* text: that of queue_lend. */
static inline struct slice field_in(const char *text, const struct message *message,
                                    enum field field) {
    return (struct slice){text + message->fields[field].at, message->fields[field].length};
}

static inline struct slice lent_field(const struct queue *queue, struct message *message,
                                      enum field field) {
    return message->fields[field].length ? field_in(queue_lend(queue, message), message, field)
                                         : (struct slice){0};
}

/* What is not asked for is no finding; but the recipient whose state counted has left it. */
static void hand_over(const struct journey *journey, const struct finding *finding) {
    if (!finding->left_out) {
        journey->give(journey->context, finding);
        return;
    }
    struct finding rest = *finding;
    bool is_told = journey->tells_all && record_is_finding(&rest.record);
    if (is_told)
        rest.of_asked_mail = filter_matches_mail(journey->filter, finding);
    else if (record_is_finding(&rest.record))
        rest.record.kind = RECORD_DETAIL;
    if (rest.after != FATE_NONE)
        rest.after = FATE_HANDED_ON;
    bool moves = rest.after != FATE_NONE && rest.before != FATE_NONE;
    if (is_told || moves || rest.new_messages || rest.new_notices)
        journey->give(journey->context, lent_finding(journey, &rest));
}

/* ---- whose message ---- */

/* True when the queue ID was used again: what is known of it is another message's. Postfix says
 * client= or uid= once, cleanup and qmgr speak of an ended message no more. */
static bool begins_anew(const struct queue *queue, const struct message *message,
                        const struct record *record) {
    bool arrives = record->kind == RECORD_ARRIVAL;
    if (!arrives &&
        (record->kind != RECORD_DETAIL || !(record->has_sender || record->message_id.length)))
        return false;
    return message->ended || (arrives && message->arrived) || queue_is_stale(queue, message);
}

/* The message the finding speaks of; begun when it was not known. NULL: it has no queue ID. */
static struct message *message_of(struct queue *queue, uint64_t server,
                                  const struct finding *finding) {
    struct message *message = queue_begin(queue, server, finding->record.queue_id);
    if (!message)
        return NULL;
    if (begins_anew(queue, message, &finding->record))
        queue_restart(queue, message);
    queue_hear(queue, message, finding->time.seconds);
    return message;
}

/* ---- messages that belong together ---- */

static bool is_near(struct slice ip) {
    return slice_starts(ip, SLICE("127.")) || slice_is(ip, "::1") ||
           slice_is(ip, "0:0:0:0:0:0:0:1");
}

/* A message that came back from a filter is its first hop's. */
static bool has_first_hop(const struct message *message) {
    return message->fields[FIELD_FROM_HOST].length || message->fields[FIELD_FROM_IP].length;
}

static struct slice first_host(const struct message *message) {
    return message_field(message, has_first_hop(message) ? FIELD_FROM_HOST : FIELD_HOST);
}

static struct slice first_ip(const struct message *message) {
    return message_field(message, has_first_hop(message) ? FIELD_FROM_IP : FIELD_IP);
}

/* What comes without a client was handed in by a program on this host. */
static enum giver giver_of(const struct message *message) {
    if (message->giver != GIVER_UNKNOWN)
        return (enum giver)message->giver;
    if (message_field(message, FIELD_USER).length)
        return GIVER_OURS;
    struct slice ip = first_ip(message);
    if (!message->arrived || (!ip.length && first_host(message).length))
        return GIVER_UNKNOWN;
    return !ip.length || ip_is_near(ip) ? GIVER_OURS : GIVER_OTHER;
}

/* Not when a recipient is counted already: he is taken back where he was. */
static void inherit_giver(struct message *message, const struct message *before) {
    if (!message->begun)
        message->giver = (uint8_t)giver_of(before);
    message->begun |= before->begun;
}

/* What is known of the first hop and the second does not say. */
static void inherit(struct queue *queue, struct message *message, const struct message *before) {
    if (!message->has_sender && before->has_sender) {
        message->has_sender = true;
        message_keep(queue, message, FIELD_SENDER, message_field(before, FIELD_SENDER));
    }
    message_keep(queue, message, FIELD_USER, message_field(before, FIELD_USER));
    message_keep(queue, message, FIELD_FROM_HOST, first_host(before));
    message_keep(queue, message, FIELD_FROM_IP, first_ip(before));
    message->is_notice |= before->is_notice;
    inherit_giver(message, before);
}

/* What was counted of the message twice, under this queue ID and the one before, is taken back. */
static void count_once(struct queue *queue, struct message *message, const struct message *before,
                       struct finding *finding) {
    bool is_one = before->counted || before->is_notice;
    if (is_one && message->counted && message->asked && !message->onward) {
        queue->counted = message;
        finding->new_messages = -1;
        finding->new_bytes = 0 - (uint64_t)message->size;
    }
    message->counted |= before->counted;
    message->onward = true;
}

/* The message is the one before under a new queue ID. */
static void continues(struct queue *queue, struct message *message, const struct message *before,
                      struct finding *finding) {
    inherit(queue, message, before);
    count_once(queue, message, before, finding);
}

/* "sender non-delivery notification: 4C1D2E3F99": that message is the MTA's own, and what tells of
 * a message that failed has no sender to tell in its turn. */
static void note_notice(struct message *notice, struct finding *finding) {
    finding->new_notices = !notice->is_notice && !finding->outside;
    notice->is_notice = true;
    notice->has_sender = true;
}

/* A bounce has its queue ID from an entry about another message, so it may have to be begun: before
 * the pointer to that other message is looked up. */
static void begin_notice(struct queue *queue, uint64_t server, struct finding *finding) {
    struct message *notice = queue_begin(queue, server, finding->record.linked_id);
    if (!notice)
        return;
    queue_hear(queue, notice, finding->time.seconds);
    note_notice(notice, finding);
}

/* "<20260601080001.4C1D2E3F41@mail.example.com>": Postfix gave this ID itself. */
static bool has_own_id(const struct message *message, struct slice queue_id) {
    struct slice id = message_field(message, FIELD_MESSAGE_ID);
    size_t at = slice_find(id, '.');
    return at != SIZE_MAX && slice_starts(slice_from(id, at + 1), queue_id);
}

/* Postfix tells its postmaster of trouble under the first sender, and names no cause; of a bounce,
 * bounce(8) may tell only when it is delivered. A probe of verify(8) has no outcome; and what came
 * from outside is somebody's mail. */
static void note_own(struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    if (record->kind != RECORD_OUTCOME || message->arrived || message->is_notice)
        return;
    struct slice sender = message_field(message, FIELD_SENDER);
    if (slice_starts(sender, SLICE("double-bounce@")) ||
        (message->has_sender && !sender.length && has_own_id(message, record->queue_id)))
        note_notice(message, finding);
}

static void link_back(struct queue *queue, struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    if (record->link == LINK_CAUSE)
        note_notice(message, finding);
    if (record->link != LINK_BACK)
        return;
    const struct message *before = queue_find(queue, message->server, record->linked_id);
    if (before && before != message)
        continues(queue, message, before, finding);
}

/* Where a delivered message went on on this host: under the queue ID that the reply names, when
 * that is followed; or, handed to this very host and without a name, under its message-id. LMTP
 * delivers to mailboxes. */
static struct message *hop_behind(const struct queue *queue, const struct message *message,
                                  const struct record *record) {
    struct message *next = NULL;
    if (record->link == LINK_ONWARD)
        next = queue_find(queue, message->server, record->linked_id);
    if (!next && is_near(record->peer_ip) && !slice_is(record->daemon, "lmtp")) {
        next = queue_by_id(queue, message);
        next = next && next->near ? next : NULL;
    }
    return next != message ? next : NULL;
}

static inline struct message *next_hop(const struct queue *queue, const struct message *message,
                                       const struct record *record) {
    return record->kind == RECORD_OUTCOME && record->event == EVENT_DELIVERED &&
                   record->level == LEVEL_RECIPIENT
               ? hop_behind(queue, message, record)
               : NULL;
}

/* ---- filters behind a pipe ---- */

/* Of most messages nobody ended yet: then nobody is looked for. */
static size_t final_of(const struct message *message, uint32_t person) {
    uint64_t pairs[QUEUE_FINALS / 2], any = 0;
    memcpy(pairs, message->persons, sizeof pairs);
    for (size_t i = 0; i < QUEUE_FINALS / 2; i++)
        any |= pairs[i];
    size_t at = any ? 0 : QUEUE_FINALS;
    while (at < QUEUE_FINALS && message->persons[at] != person)
        at++;
    return at;
}

/* A program that was given a message hands one in under the same message-id. It may be a filter, or
 * send on what it also put into a mailbox; the recipients tell. Those of a filter stay the same,
 * and what becomes of them now replaces the "delivered" of before. */
static void follow_pipe(struct queue *queue, struct message *again, const struct message *before,
                        struct finding *finding) {
    if (!before->piped || !again->arrived || message_field(again, FIELD_IP).length)
        return;
    if (!again->onward)
        count_once(queue, again, before, finding);
    inherit_giver(again, before);
    for (size_t i = 0; i < QUEUE_FINALS; i++) {
        uint32_t person = before->finals[i].fate == FATE_DELIVERED ? before->persons[i] : 0;
        if (!person || final_of(again, person) < QUEUE_FINALS)
            continue;
        again->finals[again->next_final] = before->finals[i];
        again->persons[again->next_final] = person;
        again->next_final = (again->next_final + 1) % QUEUE_FINALS;
    }
}

/* The message that the program hands in may have begun before pipe(8) says that it took this one.
 */
static void note_pipe(struct queue *queue, struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    if (record->event != EVENT_DELIVERED || !slice_is(record->daemon, "pipe"))
        return;
    message->piped = true;
    queue->keeps_ids = true;
    struct message *again = queue_by_id(queue, message);
    if (again && again != message)
        follow_pipe(queue, again, message, finding);
    else if (!again && message->fields[FIELD_MESSAGE_ID].length)
        queue_take_id(queue, message);
}

/* ---- learning and telling ---- */

static void learn_id(struct queue *queue, struct message *message, struct finding *finding) {
    struct slice id = finding->record.message_id;
    enum { SHORTEST = 3 }; /* "<>": none */
    if (id.length < SHORTEST || message->fields[FIELD_MESSAGE_ID].length)
        return;
    message_keep(queue, message, FIELD_MESSAGE_ID, id);
    if (!queue->keeps_ids || !message->fields[FIELD_MESSAGE_ID].length)
        return;
    const struct message *before = queue_take_id(queue, message);
    if (before && message->near)
        inherit(queue, message, before);
    if (before)
        follow_pipe(queue, message, before, finding);
}

static void learn_time(struct message *message, const struct finding *finding) {
    if (message->began != MOMENT_NONE)
        return;
    message->began = finding->time.seconds;
    message->began_nanos = finding->time.nanos;
}

static void learn_start(struct queue *queue, struct message *message, const struct record *record) {
    message->near = is_near(record->peer_ip);
    queue->keeps_ids |= message->near;
    message->nrcpt = record->nrcpt > 0 && record->nrcpt < NOBODY ? (uint32_t)record->nrcpt : 0;
}

static void learn(struct queue *queue, struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    bool is_start = record->kind == RECORD_ARRIVAL;
    if (is_start)
        learn_start(queue, message, record);
    if (finding->arrives)
        learn_time(message, finding);
    if (record->has_sender && !message->has_sender) {
        message->has_sender = true;
        message_keep(queue, message, FIELD_SENDER, record->sender);
    }
    if (record->size >= 0 && record->kind != RECORD_OUTCOME &&
        (!message->counted || message->size < 0))
        message->size = record->size;
    if (is_start || record->kind == RECORD_DETAIL) {
        message_keep(queue, message, FIELD_HOST, record->peer_host);
        message_keep(queue, message, FIELD_IP, record->peer_ip);
        message_keep(queue, message, FIELD_HELO, record->helo);
        message_keep(queue, message, FIELD_USER, record->user);
    }
    if (record->message_id.length)
        learn_id(queue, message, finding);
}

static void fill(struct slice *text, struct slice known) {
    if (!text->length)
        *text = known;
}

static void tell(const struct queue *queue, struct message *message, struct record *record) {
    const char *text = queue_lend(queue, message);
    if (!record->has_sender && message->has_sender) {
        record->has_sender = true;
        record->sender = field_in(text, message, FIELD_SENDER);
    }
    fill(&record->message_id, field_in(text, message, FIELD_MESSAGE_ID));
    fill(&record->user, field_in(text, message, FIELD_USER));
    if (record->size < 0)
        record->size = message->size;
    if (record->kind != RECORD_INCIDENT || record->peer_host.length || record->peer_ip.length)
        return;
    record->peer_host = field_in(text, message, FIELD_HOST);
    record->peer_ip = field_in(text, message, FIELD_IP);
    fill(&record->helo, field_in(text, message, FIELD_HELO));
}

/* Microseconds from the arrival to this entry; -1: not known, or the clock went back. */
static int64_t time_since(const struct message *message, const struct moment *time) {
    enum { LONGEST = 1 << 30, MILLION = 1000000, NANOS = 1000 }; /* 34 years */
    if (message->began == MOMENT_NONE || time->seconds < message->began ||
        time->seconds - message->began > LONGEST)
        return -1;
    int64_t nanos = (int64_t)time->nanos - message->began_nanos;
    int64_t since = (time->seconds - message->began) * MILLION + nanos / NANOS;
    return since < 0 ? -1 : since;
}

/* What the MTA says itself is exact; Exim says it when asked to. */
static void tell_delay(const struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    finding->waited = record->delay;
    if (record->delay < 0 && message && record->kind == RECORD_OUTCOME)
        finding->waited = time_since(message, &finding->time);
}

/* Of a message that comes in only a part of what can be asked for is known. */
static bool is_message_asked(struct journey *journey, struct message *message,
                             const struct finding *finding) {
    const struct filter *filter = journey->filter;
    struct finding arrival = *finding;
    if (!filter_is_of_messages(filter))
        return false;
    tell(&journey->queue, message, &arrival.record);
    return filter_matches(filter, &arrival);
}

/* A notice has another sender than what it is about: only its host can be asked for. */
static bool is_notice_asked(const struct filter *filter, const struct finding *finding) {
    return !filter || (filter_is_of_hosts(filter) && filter_matches(filter, finding));
}

/* A message is received when it came from outside the queue and its size is known: Postfix says the
 * first before the data, when the message may still be refused, and the second when it is queued.
 * Mail that the MTA makes itself (bounces) never came from outside. */
static void count_arrival(struct journey *journey, struct message *message,
                          struct finding *finding) {
    if (finding->record.kind == RECORD_ARRIVAL)
        message->arrived = true;
    if (!message->counted && message->arrived && !message->is_notice && message->size >= 0) {
        journey->queue.counted = message;
        message->counted = true;
        message->asked = !journey->filter || is_message_asked(journey, message, finding);
        finding->new_messages = message->asked;
        fill(&finding->record.user, lent_field(&journey->queue, message, FIELD_USER));
        finding->new_bytes = message->asked ? (uint64_t)message->size : 0;
    }
}

static uint64_t hash_of(struct slice text) {
    return bytes_hash(text.at, text.length);
}

enum { EXPIRED = 1, SESSION_OVER, LOOPED, ONCE_MOST = LOOPED, A_HASH = 4 };

/* What an echo may repeat: the refusal of a recipient, that the message expired or has a bounce
 * that names nobody, or that the session is over. 0: nothing. */
static uint32_t telling_of(const struct record *record) {
    switch (record->event) {
    case EVENT_REJECTED:
        return record->recipient.length ? (uint32_t)hash_of(record->recipient) | A_HASH : 0;
    case EVENT_EXPIRED:
        return EXPIRED;
    case EVENT_BOUNCED:
        return record->recipient.length ? 0 : LOOPED;
    case EVENT_TIMEOUT:
    case EVENT_CONNECTION_LOST:
        return SESSION_OVER;
    default:
        return 0;
    }
}

/* True for an entry that only repeats what was just told. What may be an echo and was none is told
 * in its own right, and no other echo repeats it: the same recipient may be refused twice. The
 * other things happen once, and are repeated to everybody. */
static bool is_echo(struct message *message, const struct record *record) {
    uint32_t told = telling_of(record);
    if (!told)
        return false;
    bool known = message->told == told;
    message->told = record->is_echo && told > ONCE_MOST ? 0 : told;
    return record->is_echo && known;
}

/* ---- where the recipients go ---- */

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

/* A recipient among the few that ended last: a hash of all that names him. */
static uint32_t person_of(const struct record *record) {
    uint64_t hash = hash_of(record->recipient);
    if (record->orig_recipient.length)
        hash += 3 * hash_of(record->orig_recipient);
    if (record->target.length)
        hash += 5 * hash_of(record->target);
    return (uint32_t)(hash >> 32) | 1;
}

/* A state that was not asked for counts under none. */
static enum fate counted_as(unsigned fate, bool left_out) {
    return left_out ? FATE_NONE : (enum fate)fate;
}

/* The recipient waits, for the first time or once more. */
static void make_wait(struct queue *queue, struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    bool is_new, is_deferral = record->event == EVENT_DEFERRED, deferred_before = false;
    bool deferred = is_deferral && !finding->left_out;
    struct waiting *waiting =
        waiting_put(queue, message, record->recipient, record->orig_recipient, &is_new);
    finding->before = is_new ? FATE_NONE : counted_as(FATE_WAITING, waiting->left_out);
    waiting->left_out = finding->left_out;
    waiting->held = !is_deferral;
    if (waiting->since == MOMENT_NONE)
        waiting->since = finding->time.seconds;
    size_t final = is_new ? final_of(message, person_of(record)) : QUEUE_FINALS;
    if (final < QUEUE_FINALS) {
        waiting->put_off = message->finals[final].put_off;
        finding->was_sized = message->finals[final].sized;
        finding->before = counted_as(message->finals[final].fate, message->finals[final].left_out);
        deferred_before = message->finals[final].deferred;
        message->persons[final] = 0;
        message->finished--;
    }
    finding->first_deferral = deferred && !waiting->deferred && !deferred_before;
    waiting->deferred |= deferred || deferred_before;
    finding->was_put_off = waiting->put_off;
    waiting->put_off |= is_deferral;
    if (is_deferral)
        waiting->cause = causes_number(&queue->causes, slice_of(finding_class(finding)));
}

/* Given up by age: the last deferral is the cause. */
static void tell_cause(const struct queue *queue, const struct waiting *was,
                       struct finding *finding) {
    if (!was->cause && !finding->cause)
        return;
    if (finding->after == FATE_EXPIRED ||
        slice_is(slice_of(finding->verdict.class_name), "queue-expired"))
        finding->cause = causes_name(&queue->causes, was->cause);
}

/* Where the state of one more recipient that ended is kept. */
static size_t final_begin(struct message *message) {
    size_t final = message->next_final;
    message->next_final = (message->next_final + 1) % QUEUE_FINALS;
    message->finals[final] = (struct final){.fate = FATE_NONE};
    message->finished++;
    return final;
}

/* The recipient has a final state, the last one said counts. */
static void make_final(struct queue *queue, struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    struct waiting was = {0};
    uint32_t person = person_of(record);
    size_t final = final_of(message, person);
    if (waiting_remove(queue, message, record->recipient, record->orig_recipient, &was))
        finding->before = counted_as(FATE_WAITING, was.left_out);
    else if (final < QUEUE_FINALS)
        finding->before = counted_as(message->finals[final].fate, message->finals[final].left_out);
    if (final == QUEUE_FINALS)
        final = final_begin(message);
    const struct final before = message->finals[final];
    message->persons[final] = person;
    message->finals[final] =
        (struct final){.fate = (uint8_t)finding->after,
                       .deferred = before.deferred | was.deferred,
                       .put_off = before.put_off | was.put_off,
                       .left_out = finding->left_out,
                       .sized = finding->after == FATE_DELIVERED && record->size >= 0};
    finding->was_sized = before.sized;
    finding->was_put_off = before.put_off | was.put_off;
    tell_cause(queue, &was, finding);
}

/* For the flow of mail. */
static void tell_giver(struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    finding->stays = record->direction == DIRECTION_LOCAL || ip_is_near(record->peer_ip);
    if (!message)
        return;
    finding->giver = giver_of(message);
    if (finding->after == FATE_HANDED_ON || finding->left_out)
        return;
    finding->is_first = !message->begun;
    message->giver = (uint8_t)finding->giver;
    message->begun = true;
}

/* Without a message nothing is known of the recipient's past. */
static void move_recipient(struct queue *queue, struct message *message, struct finding *finding) {
    if (finding->after == FATE_NONE)
        return;
    tell_giver(message, finding);
    if (!message)
        finding->first_deferral = finding->record.event == EVENT_DEFERRED;
    else if (finding->after == FATE_WAITING)
        make_wait(queue, message, finding);
    else
        make_final(queue, message, finding);
}

/* An outcome that names no recipient is about all that wait; but a bounce is about one of them. */
static bool is_about_all(const struct record *record) {
    return record->kind == RECORD_OUTCOME && record->level == LEVEL_RECIPIENT &&
           record->event != EVENT_BOUNCED && !record->recipient.length;
}

/* True when anybody waited. */
static bool give_each_waiting(struct journey *journey, struct message *message,
                              struct finding *finding) {
    struct queue *queue = &journey->queue;
    struct slice recipient, original;
    struct waiting was;
    bool any = false;
    while (waiting_take_first(queue, message, &recipient, &original, &was)) {
        tell_cause(queue, &was, finding);
        finding->record.recipient = lent(journey, recipient);
        finding->record.orig_recipient = lent(journey, original);
        finding->before = counted_as(FATE_WAITING, was.left_out);
        finding->was_put_off = was.put_off;
        finding->giver = (enum giver)message->giver;
        finding->left_out = is_left_out(journey, finding);
        hand_over(journey, lent_finding(journey, finding));
        finding->new_notices = 0; /* one for all of them */
        any = true;
        message->finished++;
    }
    return any;
}

/* The message left the queue, so nobody waits in it: who still did ended under another spelling or
 * in an entry that the log lacks. */
static void end_message(struct journey *journey, struct message *message,
                        const struct finding *finding) {
    if (message->first_waiting != NOBODY) {
        struct finding end = *finding;
        end.record.kind = RECORD_END;
        end.is_notice = message->is_notice;
        end.after = finding->outside ? FATE_NONE : FATE_HANDED_ON;
        end.new_messages = 0;
        end.new_notices = 0;
        end.new_bytes = 0;
        give_each_waiting(journey, message, &end);
    }
    queue_end(&journey->queue, message);
}

/* Sendmail logs no end: a message is over when all of its recipients are. */
static bool is_over(const struct message *message, const struct finding *finding) {
    if (finding->record.kind == RECORD_END)
        return true;
    return finding->mta->ends_unsaid && message->nrcpt && message->finished >= message->nrcpt &&
           message->first_waiting == NOBODY;
}

static bool is_told(const struct finding *finding) {
    return record_is_finding(&finding->record) || finding->record.kind == RECORD_STEP ||
           finding->new_messages || finding->new_notices || finding->login;
}

static struct origin *lent_origin(struct journey *journey, size_t place) {
    return journey->queue.arena ? arena_alloc(journey->queue.arena, sizeof(struct origin))
                                : &journey->origins[place];
}

/* What was said of a message when it arrived, at its first hop or at this one. `hashes`: NULL when
 * those of the message are of another. */
static inline const struct origin *lend_origin(struct journey *journey, size_t place,
                                               struct message *message, bool first,
                                               struct origin_hashes *hashes) {
    struct origin *origin = lent_origin(journey, place);
    const char *text = queue_lend(&journey->queue, message);
    origin->has_sender = message->has_sender;
    origin->sender = field_in(text, message, FIELD_SENDER);
    origin->host = field_in(text, message, first ? FIELD_FROM_HOST : FIELD_HOST);
    origin->ip = field_in(text, message, first ? FIELD_FROM_IP : FIELD_IP);
    origin->hashes = hashes;
    return origin;
}

/* Whose mail it is. */
static const struct origin *origin_of(struct journey *journey, struct message *message) {
    return lend_origin(journey, 0, message, has_first_hop(message), &message->hashes);
}

/* Who handed the message in. */
static const struct origin *client_of(struct journey *journey, struct message *message) {
    return lend_origin(journey, 1, message, false,
                       has_first_hop(message) ? NULL : &message->hashes);
}

/* Lent to the finding while it is given. */
static void tell_origins(struct journey *journey, struct message *message,
                         struct finding *finding) {
    struct message *counted = journey->queue.counted;
    if (message)
        finding->origin = origin_of(journey, message);
    if (counted)
        finding->counted = counted == message && !has_first_hop(message)
                               ? finding->origin
                               : client_of(journey, counted);
}

/* Delivery of a notice is no mail of users: shown, and counted apart. It may go through a filter as
 * well, and what comes back is the notice. */
static void take_notice(struct journey *journey, struct message *message, struct finding *finding) {
    struct queue *queue = &journey->queue;
    struct message *next = next_hop(queue, message, &finding->record);
    finding->is_notice = true;
    if (next) {
        continues(queue, next, message, finding);
        finding->record.level = LEVEL_HOST;
    }
    if (finding->record.kind == RECORD_OUTCOME && finding->record.level != LEVEL_HOST)
        finding->record.level = LEVEL_MTA;
    finding->left_out = is_left_out(journey, finding);
    if (!is_told(finding))
        return;
    tell_origins(journey, message, finding);
    hand_over(journey, finding);
}

/* The server refused the recipients, and then, sent in one go with them, the data. */
static void follow_refusal(struct queue *queue, struct message *message, struct finding *finding) {
    const struct record *record = &finding->record;
    if (record->kind != RECORD_OUTCOME || record->side != SIDE_REMOTE)
        return;
    if (record->event == EVENT_DELIVERED) {
        message->refused = 0;
    } else if (message->refused && sessions_is_sequel(finding)) {
        finding->cause = causes_name(&queue->causes, message->refused);
        finding->follows = true;
    } else if (record->stage == STAGE_RCPT) {
        message->refused = causes_number(&queue->causes, slice_of(finding->verdict.class_name));
    }
}

/* Sender, size, message-id, the end: most entries only teach. */
static bool is_lesson(const struct finding *finding) {
    return finding->record.event == EVENT_NONE && !is_told(finding);
}

static void take_mail(struct journey *journey, struct message *message, struct finding *finding) {
    struct queue *queue = &journey->queue;
    struct message *next = message ? next_hop(queue, message, &finding->record) : NULL;
    finding->after = next ? FATE_HANDED_ON : fate_of(&finding->record);
    if (next) {
        continues(queue, next, message, finding);
        finding->record.level = LEVEL_HOST;
    }
    tell_delay(message, finding);
    if (message && is_about_all(&finding->record)) {
        tell_origins(journey, message, finding);
        finding->left_out = is_left_out(journey, finding);
        if (!give_each_waiting(journey, message, finding))
            hand_over(journey, finding);
        return;
    }
    if (message)
        follow_refusal(queue, message, finding);
    finding->left_out = is_left_out(journey, finding);
    move_recipient(queue, message, finding);
    if (message)
        note_pipe(queue, message, finding);
    if (!is_told(finding))
        return;
    tell_origins(journey, message, finding);
    hand_over(journey, finding);
}

/* True: the entry is the one before once more. */
static bool follow_session(struct journey *journey, struct finding *finding) {
    struct record *record = &finding->record;
    sessions_follow(&journey->sessions, finding);
    if (finding->mta->logs_words) { /* then addresses may be those said before */
        record->sender = lent(journey, record->sender);
        record->recipient = lent(journey, record->recipient);
    }
    return sessions_hear(&journey->sessions, finding);
}

/* Whose session it was. */
static void tell_session(struct journey *journey, struct finding *finding) {
    struct record *record = &finding->record;
    if (record->peer_host.length || record->peer_ip.length)
        return;
    sessions_tell(&journey->sessions, finding);
    record->peer_host = lent(journey, record->peer_host);
    record->peer_ip = lent(journey, record->peer_ip);
}

/* Learns what the entry says of its message. NULL: of none. */
static inline struct message *follow_message(struct journey *journey, struct finding *finding) {
    struct queue *queue = &journey->queue;
    uint64_t server = queue_server(queue, finding);
    if (finding->record.link == LINK_NOTICE)
        begin_notice(queue, server, finding);
    struct message *message = message_of(queue, server, finding);
    if (!message)
        return NULL;
    if (finding->record.link != LINK_NONE)
        link_back(queue, message, finding);
    learn(queue, message, finding);
    count_arrival(journey, message, finding);
    return message;
}

/* Tells a finding what is known of its message. */
static void tell_message(struct journey *journey, struct message *message,
                         struct finding *finding) {
    note_own(message, finding);
    if (!record_is_finding(&finding->record))
        return;
    tell(&journey->queue, message, &finding->record);
    if (is_echo(message, &finding->record))
        finding->record.kind = RECORD_DETAIL;
}

/* Takes what does more than teach. */
static void take_told(struct journey *journey, struct message *message, bool has_session,
                      bool is_named, struct finding *finding) {
    if (message)
        tell_message(journey, message, finding);
    if (finding->new_notices && !is_notice_asked(journey->filter, finding))
        finding->new_notices = 0;
    if (has_session)
        tell_session(journey, finding);
    if (!is_named)
        logins_follow(&journey->logins, finding);
    if (message && message->is_notice)
        take_notice(journey, message, finding);
    else if (!is_lesson(finding))
        take_mail(journey, message, finding);
}

/* Every entry comes through here, so each step leaves at its first test what is not its own. */
void journey_take(struct journey *journey, struct finding *finding,
                  void (*give)(void *context, const struct finding *finding), void *context) {
    struct message *message = NULL;
    journey->queue.counted = NULL;
    journey->give = give;
    journey->context = context;
    bool is_named = finding->record.peer_ip.length > 0;
    ciphers_follow(&journey->ciphers, finding);
    logins_follow(&journey->logins, finding);
    bool has_session = sessions_concern(&journey->sessions, finding);
    if (has_session && follow_session(journey, finding))
        return;
    if (finding->record.queue_id.length)
        message = follow_message(journey, finding);
    if (!is_lesson(finding))
        take_told(journey, message, has_session, is_named, finding);
    if (!message)
        return;
    if (is_over(message, finding))
        end_message(journey, message, finding);
    queue_let_go(&journey->queue);
}

/* ---- saving ---- */

void journey_save(const struct journey *journey, struct pack *pack) {
    pack_number(pack, SAVED_VERSION);
    queue_save(&journey->queue, pack);
    sessions_save(&journey->sessions, pack);
    logins_save(&journey->logins, pack);
    ciphers_save(&journey->ciphers, pack);
}

bool journey_load(struct journey *journey, struct unpack *unpack) {
    struct journey *fresh = journey_new();
    if (unpack_number(unpack) != SAVED_VERSION)
        unpack->broken = true;
    queue_load(&fresh->queue, unpack);
    sessions_load(&fresh->sessions, unpack);
    logins_load(&fresh->logins, unpack);
    ciphers_load(&fresh->ciphers, unpack);
    if (unpack->broken) {
        journey_free(fresh);
        fresh = journey_new();
    }
    fresh->filter = journey->filter;
    journey_empty(journey);
    *journey = *fresh;
    free(fresh);
    return !unpack->broken;
}
