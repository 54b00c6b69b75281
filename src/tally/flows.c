/* Why: how much do we receive, how much do we send, and does anybody use us as a relay?
 *
 * How: who handed a message in is known when a recipient is counted (finding->giver); which
 * domains are ours may be known at the end only, when it is guessed. So numbers are kept by giver,
 * domain of the sender and domain of the recipient, and put together to flows when they are read.
 * Of what one of ours handed in the sender does not matter, and he is left out.
 *
 * The guess: a domain is local when more of its recipients were delivered on this host or to one in
 * a private network than to others.
 */
#include "tally/flows.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tally/counter.h"

/* The last three are the same for all of a key, so their maximum is, too. */
enum number { RECIPIENTS, MESSAGES, BYTES, GIVER, SENDER, RECIPIENT, NUMBERS, MAXIMA = 3 };
enum delivered { HOME, AWAY, DELIVERED_NUMBERS };

struct content {
    struct counts counts;
    struct ranking domains; /* of recipients delivered: HOME, AWAY */
};

static void flows_init(void *content) {
    static const size_t orders[] = {HOME};
    struct content *flows = content;
    counts_init(&flows->counts, NUMBERS, MAXIMA);
    ranking_init(&flows->domains, DELIVERED_NUMBERS, 0, orders, 1);
}

static void flows_release(void *content) {
    struct content *flows = content;
    counts_release(&flows->counts);
    ranking_release(&flows->domains);
}

static struct slice recipient_domain(const struct record *record) {
    struct slice domain = address_domain(record->recipient);
    return domain.length ? domain : address_domain(record->orig_recipient);
}

/* 0: no domain. */
static uint64_t hash_of(struct slice domain) {
    return domain.length ? ranking_hash(domain) : 0;
}

static void add_delivered(struct content *flows, const struct counting *counting,
                          struct slice domain) {
    uint64_t by[DELIVERED_NUMBERS] = {0};
    by[counting->finding->stays ? HOME : AWAY] = counting->recipients;
    if (counting->into == FATE_DELIVERED && domain.length)
        ranking_add(&flows->domains, domain, by);
}

static void flows_add(void *content, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    const struct record *record = &finding->record;
    bool was = fate_is_counted(counting->from), is = fate_is_counted(counting->into);
    struct slice domain = recipient_domain(record);
    add_delivered(content, counting, domain);
    if (was == is)
        return;
    bool is_ours = finding->giver == GIVER_OURS;
    uint64_t by[NUMBERS] = {[RECIPIENTS] = is ? counting->recipients : UINT64_MAX,
                            [MESSAGES] = finding->is_first,
                            [GIVER] = finding->giver,
                            [SENDER] = is_ours ? 0 : hash_of(address_domain(record->sender)),
                            [RECIPIENT] = hash_of(domain)};
    by[BYTES] = finding->is_first && record->size > 0 ? (uint64_t)record->size : 0;
    struct counts *counts = &((struct content *)content)->counts;
    uint64_t key = bytes_hash(&by[GIVER], MAXIMA * sizeof *by);
    counts_add(counts, counts_put(counts, key), by);
}

static void flows_merge(void *into, const void *from) {
    struct content *sum = into;
    const struct content *more = from;
    counts_merge(&sum->counts, &more->counts);
    ranking_merge(&sum->domains, &more->domains);
}

static void flows_save(const void *content, struct pack *pack) {
    const struct content *flows = content;
    counts_save(&flows->counts, pack);
    ranking_save(&flows->domains, pack);
}

static void flows_load(void *content, struct unpack *unpack) {
    struct content *flows = content;
    counts_load(&flows->counts, unpack);
    ranking_load(&flows->domains, unpack);
}

const struct counter counter_flows = {
    .name = "flows",
    .size = sizeof(struct content),
    .init = flows_init,
    .release = flows_release,
    .add = flows_add,
    .merge = flows_merge,
    .save = flows_save,
    .load = flows_load,
};

/* ---- reading out */

static bool is_given(const struct local_domains *local, uint64_t hash) {
    size_t i = 0;
    while (i < local->count && local->hashes[i] != hash)
        i++;
    return i < local->count;
}

static bool is_local(const struct content *flows, const struct local_domains *local,
                     uint64_t hash) {
    if (local->count)
        return is_given(local, hash);
    const uint64_t *delivered = counts_get(&flows->domains.counts, hash);
    return delivered && delivered[HOME] > delivered[AWAY];
}

/* What has no domain is delivered here. A sender is only written down: his domain makes a message
 * ours when nobody knows who handed it in, or when it went out, which not everybody may do. A
 * message without a sender that goes out is a bounce that was made here. */
static enum flow flow_of(const struct content *flows, const struct local_domains *local,
                         const uint64_t *numbers) {
    uint64_t sender = numbers[SENDER], recipient = numbers[RECIPIENT];
    bool to_us = !recipient || is_local(flows, local, recipient);
    bool is_unknown = numbers[GIVER] == GIVER_UNKNOWN;
    bool by_sender = sender ? is_local(flows, local, sender) : is_unknown;
    bool from_us = numbers[GIVER] == GIVER_OURS || (by_sender && !to_us) ||
                   (by_sender && is_unknown && sender);
    if (to_us)
        return from_us ? FLOW_INTERNAL : FLOW_INBOUND;
    return from_us ? FLOW_OUTBOUND : FLOW_RELAYED;
}

void flows_read(const struct tally *tally, const struct local_domains *local,
                struct flow_sum sums_r[FLOWS]) {
    const struct content *flows = tally_content(tally, &counter_flows);
    for (size_t flow = 0; flow < FLOWS; flow++)
        sums_r[flow] = (struct flow_sum){0};
    for (size_t place = 0; place < flows->counts.places; place++) {
        const uint64_t *numbers = counts_at(&flows->counts, place, NULL);
        if (!numbers)
            continue;
        struct flow_sum *sum = &sums_r[flow_of(flows, local, numbers)];
        sum->recipients += numbers[RECIPIENTS];
        sum->messages += numbers[MESSAGES];
        sum->bytes += numbers[BYTES];
    }
}

struct ranked *flows_guess(const struct tally *tally, size_t *count_r) {
    const struct content *flows = tally_content(tally, &counter_flows);
    size_t count, used = 0;
    struct ranked *top = ranking_top(&flows->domains, 0, RANKING_NAMES, &count);
    for (size_t i = 0; i < count; i++)
        if (top[i].numbers[HOME] > top[i].numbers[AWAY])
            top[used++] = top[i];
    *count_r = used;
    return top;
}
