/* Why: the tables of a report must add up to its totals, so what a finding counts for is decided in
 * one place: what one entry says of one host of several, of a bounce made here, of a recipient told
 * for the second time. */
#include "tally/counting.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tally/destinations.h"
#include "tally/named.h"

/* What a repeated entry stands for was logged that often, but a recipient of a message has one
 * state; without a queue ID each entry is one more. */
static uint64_t weight_of(const struct finding *finding) {
    return finding->record.queue_id.length ? 1 : finding->repeat;
}

/* A notice is about mail made here: where it went is no event of users' mail. */
bool counting_is_event(const struct finding *finding) {
    const struct record *record = &finding->record;
    return record_is_finding(record) && record->level != LEVEL_HOST &&
           !(finding->is_notice && record->kind == RECORD_OUTCOME);
}

/* Most often the journey put the one text into both. */
static bool is_same(struct slice a, struct slice b) {
    return (a.at == b.at && a.length == b.length) || slice_equal(a, b);
}

/* What is known of the sender that stands in the record, which most often is the message's. */
static struct origin_hashes *hashes_of(const struct origin *origin, const struct record *record) {
    bool is_origins = origin && origin->has_sender &&
                      (!record->has_sender || is_same(record->sender, origin->sender));
    return is_origins ? origin->hashes : NULL;
}

static void work_out(struct slice sender, struct origin_hashes *hashes_r) {
    struct slice domain = slice_is(sender, "<>") ? sender : address_domain(sender);
    hashes_r->sender = ranking_hash(sender);
    hashes_r->sender_domain = ranking_hash(domain);
    hashes_r->domain_length = domain.length;
}

/* Whose message it is. */
static void name_sender(const struct origin *origin, const struct record *record,
                        struct name *sender_r, struct name *domain_r) {
    struct origin_hashes own = {0}, *hashes = hashes_of(origin, record);
    struct slice sender = record->has_sender ? record->sender
                          : origin           ? origin->sender
                                             : (struct slice){0};
    bool has_sender = record->has_sender || (origin && origin->has_sender);
    if (has_sender && !sender.length)
        sender = SLICE("<>");
    hashes = hashes ? hashes : &own;
    if (!hashes->sender)
        work_out(sender, hashes);
    *sender_r = (struct name){sender, hashes->sender};
    *domain_r = (struct name){slice_from(sender, sender.length - hashes->domain_length),
                              hashes->sender_domain};
}

/* The hash of its name (named_host), worked out once a message. */
static uint64_t hash_client(const struct origin *client) {
    static const struct origin nobody;
    client = client ? client : &nobody;
    uint64_t own = 0, *hash = client->hashes ? &client->hashes->client : &own;
    char room[RANKING_NAME];
    if (!*hash)
        *hash = ranking_hash(named_host(client->host, client->ip, room));
    return *hash;
}

static bool tells_sender(const struct finding *finding) {
    const struct origin *origin = finding->counted;
    return finding->new_messages > 0 && origin && origin->has_sender &&
           slice_equal(origin->sender, finding->record.sender);
}

static void add_names(struct counting *counting) {
    const struct finding *finding = counting->finding;
    const struct record *record = &finding->record;
    counting->recipient = ranking_name(record->recipient);
    counting->recipient_domain = ranking_name(address_domain(record->recipient));
    if (!counting->recipients && record->event != EVENT_REJECTED)
        return;
    name_sender(finding->origin, record, &counting->sender, &counting->sender_domain);
    if (counting->recipients)
        counting->client = hash_client(finding->origin);
}

static void add_names_of_message(struct counting *counting) {
    static const struct record nothing_said;
    const struct finding *finding = counting->finding;
    name_sender(finding->counted, &nothing_said, &counting->message_sender,
                &counting->message_sender_domain);
    counting->message_client = hash_client(finding->counted);
    counting->tells_sender = tells_sender(finding);
}

/* What is delivered on this host may be told by the local part alone, or by a pipe. */
struct slice counting_affected(const struct record *record) {
    struct slice recipient = record->recipient.length ? record->recipient : record->target;
    if (record->direction == DIRECTION_IN)
        return record->user.length      ? record->user
               : record->peer_ip.length ? record->peer_ip
                                        : record->peer_host;
    size_t at = slice_rfind(recipient, '@');
    if (record->direction == DIRECTION_OUT && at != SIZE_MAX)
        return slice_from(recipient, at + 1);
    return recipient.length ? recipient : record->peer_host;
}

struct slice counting_relay_name(const void *outcome, char room[RANKING_NAME]) {
    const struct record *record = outcome;
    bool is_named = record->peer_host.length || record->peer_ip.length;
    if (!is_named && record->direction == DIRECTION_LOCAL)
        return SLICE(DESTINATION_LOCAL);
    return named_host(record->peer_host, record->peer_ip, room);
}

struct slice counting_client_name(const void *origin, char room[RANKING_NAME]) {
    static const struct origin nobody;
    const struct origin *client = origin ? origin : &nobody;
    return named_host(client->host, client->ip, room);
}

struct server_hashes counting_server(const struct finding *finding) {
    struct server_hashes hashes = finding->server;
    char room[RANKING_NAME];
    if (!hashes.relay)
        hashes.relay = ranking_hash(counting_relay_name(&finding->record, room));
    if (!hashes.run_by)
        hashes.run_by = finding->run_by.length ? ranking_hash(finding->run_by) : hashes.relay;
    return hashes;
}

bool counting_is_failed_try(const struct finding *finding) {
    const struct record *record = &finding->record;
    return record->kind == RECORD_OUTCOME && record->level == LEVEL_HOST &&
           record->event != EVENT_DELIVERED && !finding->is_notice;
}

static unsigned what_of(const struct counting *counting) {
    const struct finding *finding = counting->finding;
    const struct record *record = &finding->record;
    bool is_fault = counting->events && record->event != EVENT_DELIVERED;
    return (finding->new_messages ? OF_MESSAGES : 0) |
           (finding->after != FATE_NONE ? OF_RECIPIENTS : 0) | (counting->events ? OF_EVENTS : 0) |
           (is_fault ? OF_FAULTS : 0) | (counting_is_failed_try(finding) ? OF_TRIES : 0) |
           (record->kind == RECORD_STEP ? OF_STEPS : 0) |
           (record->user.length || record->event == EVENT_AUTH_FAILED ? OF_USERS : 0);
}

void counting_begin(struct counting *counting, const struct finding *finding) {
    memory_clear(counting, sizeof *counting);
    counting->finding = finding;
    if (finding->after != FATE_NONE) {
        counting->from = finding->before;
        counting->into = finding->after;
        counting->recipients = weight_of(finding);
        if (finding->before == FATE_NONE && fate_is_counted(finding->after))
            counting->new_recipients = counting->recipients;
    }
    if (counting_is_event(finding)) {
        counting->events = finding->repeat;
        if (finding->first_deferral)
            counting->deferred_ever = weight_of(finding);
    }
    counting->of = what_of(counting);
    if (counting->of & (OF_RECIPIENTS | OF_FAULTS))
        add_names(counting);
    if (counting->of & OF_MESSAGES)
        add_names_of_message(counting);
}

void countings_add(struct countings *countings, const struct finding *finding) {
    countings->all =
        memory_grow(countings->all, &countings->room, countings->count + 1, sizeof *countings->all);
    counting_begin(&countings->all[countings->count++], finding);
}

void countings_release(struct countings *countings) {
    free(countings->all);
}
