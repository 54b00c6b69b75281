/* Why: the tables of a report must add up to its totals, so what a finding counts for is decided in
 * one place: what one entry says of one host of several, of a bounce made here, of a recipient told
 * for the second time. */
#include "tally/counting.h"

#include <string.h>

bool fate_is_counted(enum fate fate) {
    return fate != FATE_NONE && fate != FATE_HANDED_ON;
}

/* What a repeated entry stands for was logged that often, but a recipient of a message has one
 * state; without a queue ID each entry is one more. */
static uint64_t weight_of(const struct finding *finding) {
    return finding->record.queue_id.length ? 1 : finding->repeat;
}

/* A notice is about mail made here: where it went is no event of users' mail. */
static bool is_event(const struct finding *finding) {
    const struct record *record = &finding->record;
    return record_is_finding(record) && record->level != LEVEL_HOST &&
           !(finding->is_notice && record->kind == RECORD_OUTCOME);
}

struct name counting_sender(const struct origin *origin, const struct record *record) {
    bool has = record->has_sender || (origin && origin->has_sender);
    struct slice sender = record->has_sender ? record->sender
                          : origin           ? origin->sender
                                             : (struct slice){0};
    return ranking_name(has && !sender.length ? SLICE("<>") : sender);
}

struct name counting_sender_domain(struct slice sender) {
    return ranking_name(slice_is(sender, "<>") ? sender : address_domain(sender));
}

bool counting_tells_sender(const struct finding *finding) {
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
    counting->sender = counting_sender(finding->origin, record);
    counting->sender_domain = counting_sender_domain(counting->sender.text);
}

void counting_begin(struct counting *counting, const struct finding *finding) {
    memset(counting, 0, offsetof(struct counting, relay_room));
    counting->finding = finding;
    if (finding->after != FATE_NONE) {
        counting->from = finding->before;
        counting->into = finding->after;
        counting->recipients = weight_of(finding);
        if (finding->before == FATE_NONE && fate_is_counted(finding->after))
            counting->new_recipients = counting->recipients;
    }
    if (is_event(finding)) {
        counting->events = finding->repeat;
        if (finding->first_deferral)
            counting->deferred_ever = weight_of(finding);
    }
    if (counting->recipients || (counting->events && finding->record.event != EVENT_DELIVERED))
        add_names(counting);
}
