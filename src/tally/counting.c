/* Why: the tables of a report must add up to its totals, so what a finding counts for is decided in
 * one place: what one entry says of one host of several, of a bounce made here, of a recipient told
 * for the second time. */
#include "tally/counting.h"

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

struct counting counting_of(const struct finding *finding) {
    struct counting counting = {.finding = finding};
    if (finding->after != FATE_NONE) {
        counting.from = finding->before;
        counting.into = finding->after;
        counting.recipients = weight_of(finding);
        if (finding->before == FATE_NONE && fate_is_counted(finding->after))
            counting.new_recipients = counting.recipients;
    }
    if (!is_event(finding))
        return counting;
    counting.events = finding->repeat;
    if (finding->first_deferral)
        counting.deferred_ever = weight_of(finding);
    return counting;
}
