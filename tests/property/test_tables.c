/* tables - every table by name adds up to the totals, column by column: what is counted under one
 * name is counted once, and what has no name is counted under none.
 */
#include "laws.h"

#include <cmocka.h>

#include "tally/correspondents.h"
#include "tally/destinations.h"

static void read_samples(struct run *run) {
    struct laws_lines lines = laws_samples();
    run_init(run, laws_options(1), laws_knowledge());
    laws_feed(run, "log", lines.items, 0, lines.count);
}

struct sum {
    const char *what;
    unsigned number;
    uint64_t total;
};

/* Of all names, as they are counted and as the ranking has them together. */
static void assert_sums(const struct ranking *ranking, const char *table, const struct sum *sums,
                        size_t count) {
    uint64_t together[COUNTS_MOST], numbers[COUNTS_MOST];
    counts_totals(&ranking->counts, together);
    for (size_t i = 0; i < count; i++) {
        uint64_t all = 0;
        for (size_t place = 0; place < ranking->counts.places; place++)
            if (counts_at(&ranking->counts, place, NULL, numbers))
                all += numbers[sums[i].number];
        if (all != sums[i].total || together[sums[i].number] != all)
            fail_msg("%s, %s: names %llu, together %llu, totals %llu", table, sums[i].what,
                     (unsigned long long)all, (unsigned long long)together[sums[i].number],
                     (unsigned long long)sums[i].total);
    }
    assert_true(ranking->counts.count > 2);
}
#define ASSERT_SUMS(ranking, table, ...)                                                           \
    assert_sums((ranking), (table), (const struct sum[]){__VA_ARGS__},                             \
                sizeof((const struct sum[]){__VA_ARGS__}) / sizeof(struct sum))

static uint64_t all_recipients(const struct totals *totals) {
    return totals->delivered + totals->bounced + totals->expired + totals->waiting +
           totals->discarded;
}

static void destinations_add_up(void **state) {
    struct run run;
    (void)state;
    read_samples(&run);
    struct totals totals = tally_totals(run.tally);
    ASSERT_SUMS(destinations(run.tally, DESTINATION_DOMAIN), "recipient domains",
                {"delivered", DESTINATION_DELIVERED, totals.delivered},
                {"bounced", DESTINATION_BOUNCED, totals.bounced},
                {"expired", DESTINATION_EXPIRED, totals.expired},
                {"deferred", DESTINATION_DEFERRED, totals.deferrals},
                {"failed", DESTINATION_FAILED, 0});
    ASSERT_SUMS(destinations(run.tally, DESTINATION_RELAY), "relays",
                {"deferred", DESTINATION_DEFERRED, totals.deferrals});
    uint64_t relays[COUNTS_MOST];
    counts_totals(&destinations(run.tally, DESTINATION_RELAY)->counts, relays);
    assert_true(relays[DESTINATION_DELIVERED] >= totals.delivered);
    assert_true(relays[DESTINATION_FAILED] > 0);
    for (unsigned i = 0; i < DESTINATION_LONGEST; i++)
        ASSERT_SUMS(destinations(run.tally, DESTINATION_OPERATOR), "operators",
                    {"as relays", i, relays[i]});
    run_release(&run);
}

static void correspondents_add_up(void **state) {
    struct run run;
    (void)state;
    read_samples(&run);
    struct totals totals = tally_totals(run.tally);
    static const char *const names[] = {"sender domains", "senders", "recipients", "clients"};
    for (unsigned i = 0; i < CORRESPONDENT_TABLES; i++) {
        const struct ranking *ranking = correspondents(run.tally, (enum correspondent_table)i);
        ASSERT_SUMS(ranking, names[i],
                    {"bounced", CORRESPONDENT_BOUNCED, totals.bounced + totals.expired},
                    {"deferred", CORRESPONDENT_DEFERRED, totals.deferrals});
        if (i == CORRESPONDENT_RECIPIENT)
            ASSERT_SUMS(ranking, names[i], {"mail", CORRESPONDENT_MAIL, all_recipients(&totals)},
                        {"delivered", CORRESPONDENT_RECIPIENTS, totals.delivered},
                        {"refused", CORRESPONDENT_REFUSED, totals.rejections});
        else
            ASSERT_SUMS(ranking, names[i],
                        {"messages", CORRESPONDENT_MAIL, totals.messages_received},
                        {"bytes", CORRESPONDENT_BYTES, totals.bytes_received},
                        {"recipients", CORRESPONDENT_RECIPIENTS, all_recipients(&totals)});
    }
    ASSERT_SUMS(correspondents(run.tally, CORRESPONDENT_SENDER), "senders",
                {"refused", CORRESPONDENT_REFUSED, totals.rejections});
    ASSERT_SUMS(correspondents(run.tally, CORRESPONDENT_SENDER_DOMAIN), "sender domains",
                {"refused", CORRESPONDENT_REFUSED, totals.rejections});
    ASSERT_SUMS(correspondents(run.tally, CORRESPONDENT_CLIENT), "clients",
                {"logins", CORRESPONDENT_LOGINS, totals.auth_failed},
                {"refused", CORRESPONDENT_REFUSED, totals.rejections + totals.auth_failed});
    run_release(&run);
}

/* The networks are the clients once more. */
static void networks_add_up(void **state) {
    struct run run;
    struct counts networks;
    uint64_t sums[COUNTS_MOST], clients[COUNTS_MOST];
    (void)state;
    read_samples(&run);
    counts_totals(&correspondents(run.tally, CORRESPONDENT_CLIENT)->counts, clients);
    correspondent_networks(run.tally, &networks);
    counts_totals(&networks, sums);
    assert_true(networks.count > 2);
    for (unsigned i = 0; i < CORRESPONDENT_NETWORK; i++)
        assert_int_equal(sums[i], clients[i]);
    counts_release(&networks);
    run_release(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(destinations_add_up),
        cmocka_unit_test(correspondents_add_up),
        cmocka_unit_test(networks_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
