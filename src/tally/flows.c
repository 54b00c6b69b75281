/* Why: how much do we receive, how much do we send, and does anybody use us as a relay?
 *
 * How: who handed a message in is known when a recipient is counted (finding->giver); which
 * domains are ours may be known at the end only, when it is guessed. So numbers are kept by giver,
 * domain of the sender and domain of the recipient, and put together to flows when they are read.
 * Of what one of ours handed in the sender does not matter, and he is left out. There are hundreds
 * of such pairs to a domain: a domain has a short number here, in the order in which they come, and
 * a pair is the key of its own row.
 *
 * The guess: a domain is local when more of its recipients were delivered on this host or to one in
 * a private network than to others. Names are kept of those alone of which any was: they are few,
 * and what was delivered to others is a number beside the domain's.
 */
#include "tally/flows.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tally/counter.h"

enum number { RECIPIENTS, MESSAGES, BYTES, NUMBERS };
enum { DOMAIN_BITS = 31, NO_DOMAIN = 0 };

static const struct counts_room rooms[NUMBERS] = {
    [RECIPIENTS] = {0, 0, 15}, [MESSAGES] = {0, 15, 14}, [BYTES] = {0, 29, 34}};
static const struct counts_room home_rooms[] = {{0, 0, 62}};

static const struct ranking_layout home_layout = {
    .numbers = 1, .rooms = home_rooms, .shape = {1, 1, 1}, .order_count = 1, .orders = {0}};

struct domain {
    uint64_t hash;
    uint64_t away; /* recipients that were delivered elsewhere */
};

struct content {
    struct counts ids;      /* hash of a domain -> its place in domains, from 1 on */
    struct domain *domains; /* the first is none */
    size_t domain_places;
    struct counts pairs;
    struct ranking homes; /* domains of recipients that were delivered here: how many */
};

struct pair {
    enum giver giver;
    uint64_t sender, recipient; /* hashes of their domains; 0: none */
};

static void flows_init(void *content) {
    struct content *flows = content;
    counts_init(&flows->ids, 1, 0, NULL);
    counts_init(&flows->pairs, NUMBERS, 0, rooms);
    ranking_init(&flows->homes, &home_layout);
}

static void flows_release(void *content) {
    struct content *flows = content;
    counts_release(&flows->ids);
    counts_release(&flows->pairs);
    ranking_release(&flows->homes);
    free(flows->domains);
}

/* ---- pairs */

static uint64_t id_of(struct content *flows, uint64_t domain) {
    if (!domain)
        return NO_DOMAIN;
    bool is_new;
    uint64_t *row = counts_row(&flows->ids, domain, &is_new);
    if (!is_new)
        return counts_number(&flows->ids, row, 0);
    size_t id = flows->ids.count;
    flows->domains =
        memory_grow(flows->domains, &flows->domain_places, id + 1, sizeof *flows->domains);
    flows->domains[id] = (struct domain){domain, 0};
    return counts_sum_row(&flows->ids, row, 0, id);
}

/* The giver from 1 on, so that no key is 0. */
static uint64_t key_of(struct content *flows, const struct pair *pair) {
    return (uint64_t)(pair->giver + 1) << 2 * DOMAIN_BITS |
           id_of(flows, pair->sender) << DOMAIN_BITS | id_of(flows, pair->recipient);
}

static uint64_t domain_at(const struct content *flows, uint64_t id) {
    return id == NO_DOMAIN ? 0 : flows->domains[id].hash;
}

static enum giver giver_of(uint64_t key) {
    return (enum giver)((key >> 2 * DOMAIN_BITS) - 1);
}

static uint64_t sender_of(uint64_t key) {
    return key >> DOMAIN_BITS & (((uint64_t)1 << DOMAIN_BITS) - 1);
}

static uint64_t recipient_of(uint64_t key) {
    return key & (((uint64_t)1 << DOMAIN_BITS) - 1);
}

static struct pair pair_of(const struct content *flows, uint64_t key) {
    return (struct pair){.giver = giver_of(key),
                         .sender = domain_at(flows, sender_of(key)),
                         .recipient = domain_at(flows, recipient_of(key))};
}

/* ---- adding */

static struct name recipient_domain(const struct counting *counting) {
    const struct record *record = &counting->finding->record;
    if (counting->recipient_domain.text.length)
        return counting->recipient_domain;
    return ranking_name(address_domain(record->orig_recipient));
}

/* 0: no domain; the null sender has none. Most often it is the sender that is counted. */
static uint64_t sender_domain(const struct counting *counting) {
    struct slice sender = counting->finding->record.sender;
    if (sender.at == counting->sender.text.at && sender.length == counting->sender.text.length &&
        !slice_is(sender, "<>"))
        return counting->sender_domain.text.length ? counting->sender_domain.hash : 0;
    struct slice domain = address_domain(sender);
    return domain.length ? ranking_hash(domain) : 0;
}

static void add_home(struct content *flows, const struct name *domain, uint64_t recipients) {
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, home_rooms, 0, recipients);
    ranking_add_name(&flows->homes, &home_layout, domain, &by);
}

static void add_away(struct content *flows, uint64_t id, uint64_t recipients) {
    if (id != NO_DOMAIN)
        flows->domains[id].away += recipients;
}

/* Its short number is known where a pair of it is counted. */
static void add_delivered(struct content *flows, const struct counting *counting) {
    const struct name *domain = &counting->to_domain;
    uint64_t id = recipient_of(counting->flow);
    if (counting->finding->stays)
        add_home(flows, domain, counting->recipients);
    else
        add_away(flows, id != NO_DOMAIN ? id : id_of(flows, domain->hash), counting->recipients);
}

static bool changes(const struct counting *counting) {
    return fate_is_counted(counting->from) != fate_is_counted(counting->into);
}

static void expect_domain(const struct content *flows, uint64_t domain) {
    if (domain)
        counts_expect(&flows->ids, domain);
}

/* The domains; the short numbers they have are not asked for yet. */
static void expect_domains(const struct content *flows, struct counting *counting) {
    const struct finding *finding = counting->finding;
    if (!changes(counting) && counting->into != FATE_DELIVERED)
        return;
    counting->to_domain = recipient_domain(counting);
    if (finding->stays)
        counts_expect(&flows->homes.counts, counting->to_domain.hash);
    if (!changes(counting))
        return;
    counting->flow_sender = finding->giver == GIVER_OURS ? 0 : sender_domain(counting);
    expect_domain(flows, counting->flow_sender);
    if (counting->to_domain.text.length)
        expect_domain(flows, counting->to_domain.hash);
}

static void expect_pair(struct content *flows, struct counting *counting) {
    const struct pair pair = {
        .giver = counting->finding->giver,
        .sender = counting->flow_sender,
        .recipient = counting->to_domain.text.length ? counting->to_domain.hash : 0,
    };
    counting->flow = key_of(flows, &pair);
    counts_expect(&flows->pairs, counting->flow);
}

/* There are more domains and pairs than caches hold. */
static void flows_expect(void *content, struct counting *const *all, size_t count) {
    for (size_t i = 0; i < count; i++)
        expect_domains(content, all[i]);
    for (size_t i = 0; i < count; i++)
        if (changes(all[i]))
            expect_pair(content, all[i]);
}

static void flows_add(void *content, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    struct content *flows = content;
    if (counting->into == FATE_DELIVERED && counting->to_domain.text.length)
        add_delivered(flows, counting);
    if (!changes(counting))
        return;
    uint64_t size = finding->record.size > 0 ? (uint64_t)finding->record.size : 0;
    uint64_t *row = counts_row_of(&flows->pairs, COUNTS_SHORT, counting->flow, NULL);
    struct amounts by;
    amounts_clear(&by);
    amounts_set(&by, rooms, RECIPIENTS,
                fate_is_counted(counting->into) ? counting->recipients : UINT64_MAX);
    amounts_set(&by, rooms, MESSAGES, finding->is_first);
    amounts_set(&by, rooms, BYTES, finding->is_first * size);
    counts_add_row_of(&flows->pairs, COUNTS_SHORT, row, &by);
}

/* ---- merging, saving: the short numbers are others in each tally */

static void flows_merge(void *into, const void *from) {
    struct content *sum = into;
    const struct content *more = from;
    for (size_t place = 0; place < more->pairs.places; place++) {
        uint64_t key, numbers[COUNTS_MOST];
        if (!counts_at(&more->pairs, place, &key, numbers))
            continue;
        struct pair pair = pair_of(more, key);
        counts_add(&sum->pairs, key_of(sum, &pair), numbers);
    }
    for (size_t id = 1; id <= more->ids.count; id++)
        add_away(sum, id_of(sum, more->domains[id].hash), more->domains[id].away);
    ranking_merge(&sum->homes, &more->homes);
}

struct saved {
    struct pair pair;
    uint64_t key;
};

static int compare_saved(const void *left, const void *right) {
    const struct pair *a = &((const struct saved *)left)->pair;
    const struct pair *b = &((const struct saved *)right)->pair;
    if (a->giver != b->giver)
        return a->giver < b->giver ? -1 : 1;
    if (a->sender != b->sender)
        return a->sender < b->sender ? -1 : 1;
    return (a->recipient > b->recipient) - (a->recipient < b->recipient);
}

static void save_pairs(const struct content *flows, struct pack *pack) {
    struct saved *all = memory_resize(NULL, flows->pairs.count + 1, sizeof *all);
    size_t count = 0;
    for (size_t place = 0; place < flows->pairs.places; place++)
        if (counts_at(&flows->pairs, place, &all[count].key, NULL)) {
            all[count].pair = pair_of(flows, all[count].key);
            count++;
        }
    qsort(all, count, sizeof *all, compare_saved);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t numbers[COUNTS_MOST] = {0};
        counts_get(&flows->pairs, all[i].key, numbers);
        pack_number(pack, all[i].pair.giver);
        pack_number(pack, all[i].pair.sender);
        pack_number(pack, all[i].pair.recipient);
        for (size_t number = 0; number < NUMBERS; number++)
            pack_number(pack, numbers[number]);
    }
    free(all);
}

static int compare_domains(const void *left, const void *right) {
    const struct domain *a = left, *b = right;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static void save_away(const struct content *flows, struct pack *pack) {
    struct domain *all = memory_resize(NULL, flows->ids.count + 1, sizeof *all);
    size_t count = 0;
    for (size_t id = 1; id <= flows->ids.count; id++)
        if (flows->domains[id].away)
            all[count++] = flows->domains[id];
    qsort(all, count, sizeof *all, compare_domains);
    pack_number(pack, count);
    for (size_t i = 0; i < count; i++) {
        pack_number(pack, all[i].hash);
        pack_number(pack, all[i].away);
    }
    free(all);
}

static void load_away(struct content *flows, struct unpack *unpack) {
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        uint64_t domain = unpack_number(unpack), recipients = unpack_number(unpack);
        if (!unpack->broken)
            add_away(flows, id_of(flows, domain), recipients);
    }
}

static void load_pairs(struct content *flows, struct unpack *unpack) {
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        uint64_t giver = unpack_number(unpack), numbers[NUMBERS];
        struct pair pair = {(enum giver)giver, unpack_number(unpack), 0};
        pair.recipient = unpack_number(unpack);
        for (size_t number = 0; number < NUMBERS; number++)
            numbers[number] = unpack_number(unpack);
        if (giver > GIVER_OTHER)
            unpack->broken = true;
        if (!unpack->broken)
            counts_add(&flows->pairs, key_of(flows, &pair), numbers);
    }
}

static void flows_save(const void *content, struct pack *pack) {
    const struct content *flows = content;
    save_pairs(flows, pack);
    save_away(flows, pack);
    ranking_save(&flows->homes, pack);
}

static void flows_load(void *content, struct unpack *unpack) {
    struct content *flows = content;
    load_pairs(flows, unpack);
    load_away(flows, unpack);
    ranking_load(&flows->homes, unpack);
}

const struct counter counter_flows = {
    .name = "flows",
    .size = sizeof(struct content),
    .of = OF_RECIPIENTS,
    .init = flows_init,
    .release = flows_release,
    .expect = flows_expect,
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
                     const struct domain *domain) {
    if (local->count)
        return is_given(local, domain->hash);
    uint64_t home;
    return counts_get(&flows->homes.counts, domain->hash, &home) && home > domain->away;
}

/* Which domains are local, by their short numbers; the caller frees it. There are hundreds of pairs
 * to a domain. */
static bool *locals_of(const struct content *flows, const struct local_domains *local) {
    bool *locals = memory_new((flows->ids.count + 1) * sizeof *locals);
    for (size_t id = 1; id <= flows->ids.count; id++)
        locals[id] = is_local(flows, local, &flows->domains[id]);
    return locals;
}

/* What has no domain is delivered here. A sender is only written down: his domain makes a message
 * ours when nobody knows who handed it in, or when it went out, which not everybody may do. A
 * message without a sender that goes out is a bounce that was made here. */
static enum flow flow_of(const bool *locals, uint64_t key) {
    enum giver giver = giver_of(key);
    uint64_t sender = sender_of(key), recipient = recipient_of(key);
    bool to_us = !recipient || locals[recipient];
    bool is_unknown = giver == GIVER_UNKNOWN;
    bool by_sender = sender ? locals[sender] : is_unknown;
    bool from_us =
        giver == GIVER_OURS || (by_sender && !to_us) || (by_sender && is_unknown && sender);
    if (to_us)
        return from_us ? FLOW_INTERNAL : FLOW_INBOUND;
    return from_us ? FLOW_OUTBOUND : FLOW_RELAYED;
}

void flows_read(const struct tally *tally, const struct local_domains *local,
                struct flow_sum sums_r[FLOWS]) {
    const struct content *flows = tally_content(tally, &counter_flows);
    bool *locals = locals_of(flows, local);
    for (size_t flow = 0; flow < FLOWS; flow++)
        sums_r[flow] = (struct flow_sum){0};
    for (size_t place = 0; place < flows->pairs.places; place++) {
        uint64_t key;
        const uint64_t *row = counts_row_at(&flows->pairs, place);
        if (!row)
            continue;
        counts_at(&flows->pairs, place, &key, NULL);
        struct flow_sum *sum = &sums_r[flow_of(locals, key)];
        sum->recipients += counts_number(&flows->pairs, row, RECIPIENTS);
        sum->messages += counts_number(&flows->pairs, row, MESSAGES);
        sum->bytes += counts_number(&flows->pairs, row, BYTES);
    }
    free(locals);
}

static uint64_t away_of(const struct content *flows, uint64_t hash) {
    uint64_t id;
    return counts_get(&flows->ids, hash, &id) ? flows->domains[id].away : 0;
}

struct ranked *flows_guess(const struct tally *tally, size_t *count_r) {
    const struct content *flows = tally_content(tally, &counter_flows);
    size_t count, used = 0;
    struct ranked *top = ranking_top(&flows->homes, 0, RANKING_NAMES, &count);
    for (size_t i = 0; i < count; i++)
        if (top[i].numbers[0] > away_of(flows, top[i].hash))
            top[used++] = top[i];
    *count_r = used;
    return top;
}
