/* Why: which domain, which server, whose servers: where mail gets stuck shows who has to act.
 *
 * How: a finding about a recipient gives one row of numbers, which is added to three rankings. The
 * relay of a bounce for want of any is "", and so is the domain of an address without one: each
 * column adds up. Durations are kept once, by all three names together.
 */
#include "tally/destinations.h"

#include "tally/cell.h"
#include "tally/counter.h"

struct destinations {
    struct ranking rankings[DESTINATION_TABLES];
    struct spread spread; /* its owners have a name in each table */
};

/* Four words; few domains and relays have more than fits. */
static const struct counts_room rooms[DESTINATION_NUMBERS] = {
    [DESTINATION_SEEN] = {0, 0, 13},      [DESTINATION_DELIVERED] = {0, 13, 13},
    [DESTINATION_BOUNCED] = {0, 26, 10},  [DESTINATION_EXPIRED] = {0, 36, 8},
    [DESTINATION_DEFERRED] = {0, 44, 11}, [DESTINATION_FAILED] = {0, 55, 8},
    [DESTINATION_BYTES] = {1, 0, 36},     [DESTINATION_TIMED] = {1, 36, 13},
    [DESTINATION_CIPHERED] = {1, 49, 13}, [DESTINATION_DURATION] = {2, 0, 36},
    [DESTINATION_CLEAR] = {2, 36, 13},    [DESTINATION_LONGEST] = {3, 0, 64},
};

static const struct ranking_layout layout = {.numbers = DESTINATION_NUMBERS,
                                             .maxima = 1,
                                             .rooms = rooms,
                                             .shape = {3, 3, 4},
                                             .order_count = 1,
                                             .orders = {DESTINATION_SEEN}};

static void destinations_init(void *content) {
    struct destinations *all = content;
    for (int table = 0; table < DESTINATION_TABLES; table++)
        ranking_init(&all->rankings[table], &layout);
    spread_init(&all->spread);
}

static void destinations_release(void *content) {
    struct destinations *all = content;
    for (int table = 0; table < DESTINATION_TABLES; table++)
        ranking_release(&all->rankings[table]);
    spread_release(&all->spread);
}

/* ---- what a finding adds */

static void add(struct amounts *by, enum destination_number number, uint64_t more) {
    amounts_set(by, rooms, number, by->numbers[number] + more);
}

static void add_fate(struct amounts *by, enum fate fate, uint64_t recipients) {
    if (fate == FATE_DELIVERED)
        add(by, DESTINATION_DELIVERED, recipients);
    else if (fate == FATE_BOUNCED)
        add(by, DESTINATION_BOUNCED, recipients);
    else if (fate == FATE_EXPIRED)
        add(by, DESTINATION_EXPIRED, recipients);
}

static void add_delivery(struct amounts *by, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    if (finding->record.size > 0)
        amounts_set(by, rooms, DESTINATION_BYTES,
                    (uint64_t)finding->record.size * counting->recipients);
    amounts_set(by, rooms, DESTINATION_CIPHERED,
                finding->record.tls == TLS_USED ? counting->recipients : 0);
    amounts_set(by, rooms, DESTINATION_CLEAR,
                finding->record.tls == TLS_NOT ? counting->recipients : 0);
    if (finding->waited < 0)
        return;
    amounts_set(by, rooms, DESTINATION_TIMED, counting->recipients);
    amounts_set(by, rooms, DESTINATION_DURATION, (uint64_t)finding->waited * counting->recipients);
    amounts_set(by, rooms, DESTINATION_LONGEST, (uint64_t)finding->waited);
}

/* What is taken back was counted a moment ago, under the same domain; modulo 2^64. */
static void take_back(struct amounts *by, const struct counting *counting) {
    add_fate(by, counting->from, 0 - counting->recipients);
    if (counting->from == FATE_DELIVERED && counting->finding->record.size > 0)
        add(by, DESTINATION_BYTES,
            0 - (uint64_t)counting->finding->record.size * counting->recipients);
}

/* Of a server: who runs it, or else the relay itself. */
static struct slice operator_name(const void *whose, char room[RANKING_NAME]) {
    const struct finding *finding = whose;
    return finding->run_by.length ? finding->run_by : counting_relay_name(&finding->record, room);
}

static void add_relay(struct destinations *all, const struct counting *counting,
                      const struct amounts *by) {
    const struct finding *finding = counting->finding;
    ranking_add_told(&all->rankings[DESTINATION_RELAY], &layout, counting->relay, by,
                     counting_relay_name, &finding->record);
    ranking_add_told(&all->rankings[DESTINATION_OPERATOR], &layout, counting->run_by, by,
                     operator_name, finding);
}

static struct spread_owner owner_of(const struct counting *counting) {
    return (struct spread_owner){{
        [DESTINATION_DOMAIN] = counting->recipient_domain.hash,
        [DESTINATION_RELAY] = counting->relay,
        [DESTINATION_OPERATOR] = counting->run_by,
    }};
}

/* By relay and by who runs it: outcomes as they were told, nothing is taken back. */
static void add_at_relay(struct destinations *all, const struct counting *counting,
                         struct amounts *by) {
    const uint64_t *numbers = by->numbers;
    uint64_t seen = numbers[DESTINATION_DELIVERED] + numbers[DESTINATION_BOUNCED] +
                    numbers[DESTINATION_EXPIRED] + numbers[DESTINATION_DEFERRED] +
                    numbers[DESTINATION_FAILED];
    if (!seen)
        return;
    amounts_set(by, rooms, DESTINATION_SEEN, seen);
    add_relay(all, counting, by);
}

static bool concerns(const struct counting *counting) {
    return counting->recipients || counting->of & OF_TRIES;
}

static void expect(const struct destinations *all, enum destination_table table, uint64_t hash) {
    counts_expect(&all->rankings[table].counts, hash);
}

static bool has_duration(const struct counting *counting) {
    return counting->into == FATE_DELIVERED && counting->finding->waited >= 0;
}

static void expect_rows(const struct destinations *all, struct counting *counting) {
    const struct server_hashes server = counting_server(counting->finding);
    counting->relay = server.relay;
    counting->run_by = server.run_by;
    expect(all, DESTINATION_RELAY, counting->relay);
    if (!counting->recipients)
        return;
    expect(all, DESTINATION_DOMAIN, counting->recipient_domain.hash);
    if (!has_duration(counting))
        return;
    const struct spread_owner owner = owner_of(counting);
    counting->way = spread_hash(&owner);
    spread_expect(&all->spread, counting->way);
}

/* Rows, then what they lead to, then what that leads to: each is there when it is looked at. */
static void destinations_expect(void *content, struct counting *const *countings, size_t count) {
    const struct destinations *all = content;
    for (size_t i = 0; i < count; i++)
        if (concerns(countings[i]))
            expect_rows(all, countings[i]);
    for (size_t i = 0; i < count; i++)
        if (countings[i]->way)
            countings[i]->durations = spread_place(&all->spread, countings[i]->way);
    for (size_t i = 0; i < count; i++)
        if (countings[i]->durations)
            spread_expect_steps(&all->spread, countings[i]->durations);
}

static void add_duration(struct destinations *all, const struct counting *counting,
                         const struct amounts *by) {
    uint64_t duration = by->numbers[DESTINATION_LONGEST], times = by->numbers[DESTINATION_TIMED];
    if (!times)
        return;
    const struct spread_owner owner = owner_of(counting);
    if (counting->durations)
        spread_add_at(&all->spread, counting->durations, duration, times);
    else
        spread_add(&all->spread, &owner, duration, times);
}

static void destinations_add(void *content, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    struct destinations *all = content;
    struct amounts by;
    amounts_clear(&by);
    if (counting_is_failed_try(finding)) {
        amounts_set(&by, rooms, DESTINATION_FAILED, finding->repeat);
        add_at_relay(all, counting, &by);
        return;
    }
    if (!counting->recipients)
        return;
    if (finding->record.event == EVENT_DEFERRED)
        amounts_set(&by, rooms, DESTINATION_DEFERRED, counting->events);
    add_fate(&by, counting->into, counting->recipients);
    if (counting->into == FATE_DELIVERED)
        add_delivery(&by, counting);
    if (fate_is_counted(counting->into))
        add_at_relay(all, counting, &by);
    amounts_set(&by, rooms, DESTINATION_SEEN, counting->new_recipients);
    if (fate_is_counted(counting->from))
        take_back(&by, counting);
    ranking_add_name(&all->rankings[DESTINATION_DOMAIN], &layout, &counting->recipient_domain, &by);
    add_duration(all, counting, &by);
}

/* ---- merging, saving, reading */

static void destinations_merge(void *into, const void *from) {
    struct destinations *all = into;
    const struct destinations *more = from;
    for (int table = 0; table < DESTINATION_TABLES; table++)
        ranking_merge(&all->rankings[table], &more->rankings[table]);
    spread_merge(&all->spread, &more->spread);
}

static void destinations_save(const void *content, struct pack *pack) {
    const struct destinations *all = content;
    for (int table = 0; table < DESTINATION_TABLES; table++)
        ranking_save(&all->rankings[table], pack);
    spread_save(&all->spread, pack);
}

static void destinations_load(void *content, struct unpack *unpack) {
    struct destinations *all = content;
    for (int table = 0; table < DESTINATION_TABLES; table++)
        ranking_load(&all->rankings[table], unpack);
    spread_load(&all->spread, unpack);
}

const struct counter counter_destinations = {
    .name = "destinations",
    .size = sizeof(struct destinations),
    .of = OF_RECIPIENTS | OF_TRIES,
    .init = destinations_init,
    .release = destinations_release,
    .expect = destinations_expect,
    .add = destinations_add,
    .merge = destinations_merge,
    .save = destinations_save,
    .load = destinations_load,
};

void destinations_put(struct tally *tally, enum destination_table table, struct slice name,
                      const uint64_t numbers[DESTINATION_NUMBERS]) {
    struct destinations *all = tally_content_to_fill(tally, &counter_destinations);
    if (slice_is(name, HOURLY_OTHER))
        ranking_add_nameless(&all->rankings[table], numbers);
    else
        ranking_add(&all->rankings[table], name, numbers);
}

void destinations_put_delay(struct tally *tally, uint64_t microseconds, uint64_t recipients) {
    struct destinations *all = tally_content_to_fill(tally, &counter_destinations);
    const uint64_t by[DESTINATION_NUMBERS] = {[DESTINATION_TIMED] = recipients};
    uint64_t hash = ranking_add(&all->rankings[DESTINATION_OPERATOR], (struct slice){0}, by);
    const struct spread_owner owner = {{[DESTINATION_OPERATOR] = hash}};
    spread_add(&all->spread, &owner, microseconds, recipients);
}

void destinations_expect_shown(struct tally *tally, size_t shown) {
    struct destinations *all = tally_content_to_fill(tally, &counter_destinations);
    for (int table = 0; table < DESTINATION_TABLES; table++)
        ranking_expect_shown(&all->rankings[table], shown);
}

const struct ranking *destinations(const struct tally *tally, enum destination_table table) {
    const struct destinations *all = tally_content(tally, &counter_destinations);
    return &all->rankings[table];
}

uint64_t destination_permille(const struct tally *tally, enum destination_table table,
                              uint64_t hash, unsigned permille) {
    struct spread_sum sum = {.all = 0};
    destination_gather(tally, table, hash, &sum);
    return spread_sum_permille(&sum, permille);
}

/* What it finds them by is all that changes. */
void destination_gather(const struct tally *tally, enum destination_table table, uint64_t hash,
                        struct spread_sum *sum) {
    struct destinations *all =
        (struct destinations *)(uintptr_t)tally_content(tally, &counter_destinations);
    spread_gather(&all->spread, table, hash, sum);
}

void destinations_gather(const struct tally *tally, struct spread_sum *sum) {
    const struct destinations *all = tally_content(tally, &counter_destinations);
    spread_gather_all(&all->spread, sum);
}
