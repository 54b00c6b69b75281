/* correspondents and destinations - under which name what counts, and what the numbers are. That
 * the columns add up to the totals: tests/property/test_tables.c.
 */
#include "tally/correspondents.h"

#include <stdlib.h>

#include <cmocka.h>

#include "tally/destinations.h"
#include "tally/named.h"

static struct finding outcome(enum event event, enum fate before, enum fate after) {
    return (struct finding){
        .record = {.kind = RECORD_OUTCOME,
                   .event = event,
                   .level = event == EVENT_DEFERRED ? LEVEL_ATTEMPT : LEVEL_RECIPIENT,
                   .direction = DIRECTION_OUT,
                   .queue_id = SLICE("A1"),
                   .has_sender = true,
                   .sender = SLICE("alice@example.com"),
                   .recipient = SLICE("bob@example.net"),
                   .peer_host = SLICE("mx.example.net"),
                   .peer_ip = SLICE("198.51.100.5"),
                   .size = 1000,
                   .delay = -1},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = "unclassified",
        .source = "log",
        .time = {.seconds = 1000},
        .repeat = 1,
        .before = before,
        .after = after,
        .waited = -1,
    };
}

static const uint64_t *numbers_of(const struct ranking *ranking, const char *name) {
    static uint64_t found[8][COUNTS_MOST]; /* so many can be asked for in one breath */
    static unsigned next;
    uint64_t *numbers = found[next++ % 8];
    memset(numbers, 0, sizeof *found);
    counts_get(&ranking->counts, ranking_hash(slice_of(name)), numbers);
    return numbers;
}

static const uint64_t *at_domain(const struct tally *tally, const char *name) {
    return numbers_of(destinations(tally, DESTINATION_DOMAIN), name);
}

static const uint64_t *at_relay(const struct tally *tally, const char *name) {
    return numbers_of(destinations(tally, DESTINATION_RELAY), name);
}

static const uint64_t *of_sender(const struct tally *tally, const char *name) {
    return numbers_of(correspondents(tally, CORRESPONDENT_SENDER), name);
}

static const uint64_t *of_client(const struct tally *tally, const char *name) {
    return numbers_of(correspondents(tally, CORRESPONDENT_CLIENT), name);
}

static const char relay[] = "mx.example.net [198.51.100.5]";

static void a_recipient_goes_its_way(void **state) {
    struct tally *tally = tally_new();
    struct finding steps[] = {
        outcome(EVENT_DEFERRED, FATE_NONE, FATE_WAITING),
        outcome(EVENT_DEFERRED, FATE_WAITING, FATE_WAITING),
        outcome(EVENT_DELIVERED, FATE_WAITING, FATE_DELIVERED),
    };
    (void)state;
    steps[2].waited = 3000000;
    for (size_t i = 0; i < 3; i++)
        tally_add(tally, &steps[i]);
    const uint64_t *domain = at_domain(tally, "Example.NET"), *host = at_relay(tally, relay);
    assert_int_equal(domain[DESTINATION_SEEN], 1);
    assert_int_equal(domain[DESTINATION_DELIVERED], 1);
    assert_int_equal(domain[DESTINATION_DEFERRED], 2);
    assert_int_equal(domain[DESTINATION_BYTES], 1000);
    assert_int_equal(domain[DESTINATION_DURATION], 3000000);
    assert_int_equal(domain[DESTINATION_LONGEST], 3000000);
    assert_int_equal(host[DESTINATION_SEEN], 3);
    assert_int_equal(of_sender(tally, "alice@example.com")[CORRESPONDENT_DEFERRED], 2);
    assert_int_equal(of_sender(tally, "alice@example.com")[CORRESPONDENT_RECIPIENTS], 1);
    uint64_t median =
        destination_permille(tally, DESTINATION_DOMAIN, ranking_hash(SLICE("example.net")), 500);
    assert_in_range(median, 2790000, 3210000);
    assert_int_equal(destination_permille(tally, DESTINATION_DOMAIN, 5, 500), 0);
    tally_free(tally);
}

/* A filter took it and handed it back; then another server did. */
static void what_comes_back_is_taken_back(void **state) {
    struct tally *tally = tally_new();
    struct finding first = outcome(EVENT_DELIVERED, FATE_NONE, FATE_DELIVERED);
    struct finding second = outcome(EVENT_BOUNCED, FATE_DELIVERED, FATE_BOUNCED);
    (void)state;
    first.record.peer_host = first.record.peer_ip = (struct slice){0};
    first.record.direction = DIRECTION_LOCAL;
    tally_add(tally, &first);
    tally_add(tally, &second);
    const uint64_t *domain = at_domain(tally, "example.net");
    assert_int_equal(domain[DESTINATION_SEEN], 1);
    assert_int_equal(domain[DESTINATION_DELIVERED], 0);
    assert_int_equal(domain[DESTINATION_BOUNCED], 1);
    assert_int_equal(domain[DESTINATION_BYTES], 0);
    assert_int_equal(at_relay(tally, DESTINATION_LOCAL)[DESTINATION_DELIVERED], 1);
    assert_int_equal(at_relay(tally, relay)[DESTINATION_BOUNCED], 1);
    tally_free(tally);
}

/* One host of several: a try of that relay, and of no recipient. */
static void a_failed_try_is_the_relays(void **state) {
    struct tally *tally = tally_new();
    struct finding failed = outcome(EVENT_TIMEOUT, FATE_NONE, FATE_NONE);
    (void)state;
    failed.record.level = LEVEL_HOST;
    tally_add(tally, &failed);
    failed.is_notice = true;
    tally_add(tally, &failed);
    assert_int_equal(at_relay(tally, relay)[DESTINATION_FAILED], 1);
    assert_int_equal(at_relay(tally, relay)[DESTINATION_SEEN], 1);
    assert_int_equal(destinations(tally, DESTINATION_DOMAIN)->counts.count, 0);
    assert_int_equal(correspondents(tally, CORRESPONDENT_SENDER)->counts.count, 0);
    tally_free(tally);
}

static void add_message(struct tally *tally, const struct origin *counted, int messages) {
    struct finding finding = {.record = {.kind = RECORD_DETAIL},
                              .mta = mta_named(SLICE("postfix")),
                              .verdict.class_name = "",
                              .source = "log",
                              .repeat = 1,
                              .counted = counted,
                              .new_messages = messages,
                              .new_bytes = (uint64_t)(500 * (int64_t)messages)};
    tally_add(tally, &finding);
}

static void senders_have_names(void **state) {
    static const struct origin null = {
        true, {"", 0}, SLICE_INIT(""), SLICE_INIT("192.0.2.7"), NULL};
    static const struct origin alice = {true, SLICE_INIT("Alice@Example.com"),
                                        SLICE_INIT("box.example.com"), SLICE_INIT("2001:db8::7"),
                                        NULL};
    struct tally *tally = tally_new();
    (void)state;
    add_message(tally, &null, 1);
    add_message(tally, &alice, 1);
    add_message(tally, &alice, 1);
    add_message(tally, &alice, -1);
    add_message(tally, NULL, 1);
    assert_int_equal(of_sender(tally, "<>")[CORRESPONDENT_MAIL], 1);
    assert_int_equal(of_sender(tally, "")[CORRESPONDENT_MAIL], 1);
    assert_int_equal(of_sender(tally, "alice@example.com")[CORRESPONDENT_MAIL], 1);
    assert_int_equal(of_sender(tally, "alice@example.com")[CORRESPONDENT_BYTES], 500);
    const struct ranking *domains = correspondents(tally, CORRESPONDENT_SENDER_DOMAIN);
    assert_int_equal(numbers_of(domains, "<>")[CORRESPONDENT_MAIL], 1);
    assert_int_equal(numbers_of(domains, "example.com")[CORRESPONDENT_MAIL], 1);
    assert_int_equal(of_client(tally, "192.0.2.7")[CORRESPONDENT_MAIL], 1);
    assert_int_equal(of_client(tally, "box.example.com [2001:db8::7]")[CORRESPONDENT_MAIL], 1);
    tally_free(tally);
}

static void refusals_are_the_clients(void **state) {
    struct tally *tally = tally_new();
    struct finding refusal = outcome(EVENT_REJECTED, FATE_NONE, FATE_NONE);
    (void)state;
    refusal.record.kind = RECORD_INCIDENT;
    refusal.record.level = LEVEL_SESSION;
    refusal.record.direction = DIRECTION_IN;
    refusal.repeat = 3;
    tally_add(tally, &refusal);
    refusal.record.event = EVENT_AUTH_FAILED;
    tally_add(tally, &refusal);
    const uint64_t *client = of_client(tally, relay);
    assert_int_equal(client[CORRESPONDENT_REFUSED], 6);
    assert_int_equal(client[CORRESPONDENT_LOGINS], 3);
    assert_int_equal(of_sender(tally, "alice@example.com")[CORRESPONDENT_REFUSED], 3);
    tally_free(tally);
}

static void networks_are_shown(void **state) {
    static const struct {
        const char *ip, *network;
    } rows[] = {
        {"192.0.2.77", "192.0.2.0/24"},
        {"0.0.0.1", "0.0.0.0/24"},
        {"255.255.255.255", "255.255.255.0/24"},
        {"::ffff:192.0.2.77", "192.0.2.0/24"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"2001:DB8::1", "2001:db8::/64"},
        {"::1", "::/64"},
        {"ffff:ffff:ffff:ffff::1", "ffff:ffff:ffff:ffff::/64"},
        {"", NULL},
        {"unknown", NULL},
        {"192.0.2.256", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[NETWORK_ROOM];
        uint64_t network = network_of(slice_of(rows[i].ip));
        if (!rows[i].network)
            assert_int_equal(network, 0);
        else if (!network || !slice_is(network_shown(network, room), rows[i].network))
            fail_msg("%s is in %s", rows[i].ip, network ? room : "none");
    }
}

static void hosts_have_two_parts(void **state) {
    static const struct {
        const char *host, *ip, *name, *host_again, *ip_again;
    } rows[] = {
        {"mx.example.net", "192.0.2.1", "mx.example.net [192.0.2.1]", "mx.example.net",
         "192.0.2.1"},
        {"mx.example.net", "", "mx.example.net", "mx.example.net", ""},
        {"", "192.0.2.1", "192.0.2.1", "", "192.0.2.1"},
        {"unknown", "192.0.2.1", "192.0.2.1", "", "192.0.2.1"},
        {"unknown", "", "unknown", "unknown", ""},
        {"", "2001:db8::1", "2001:db8::1", "", "2001:db8::1"},
        {"", "", "", "", ""},
        {"a [b]", "192.0.2.1", "a [b] [192.0.2.1]", "a [b]", "192.0.2.1"},
    };
    static char text[600];
    char room[RANKING_NAME];
    struct slice host, ip;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice name = named_host(slice_of(rows[i].host), slice_of(rows[i].ip), room);
        assert_true(slice_is(name, rows[i].name));
        named_parts(name, &host, &ip);
        assert_true(slice_is(host, rows[i].host_again));
        assert_true(slice_is(ip, rows[i].ip_again));
    }
    memset(text, 'x', sizeof text);
    for (size_t length = 0; length < sizeof text; length++) {
        struct slice name =
            named_host((struct slice){text, length}, (struct slice){text, length}, room);
        assert_true(name.length <= RANKING_NAME);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recipient_goes_its_way),
        cmocka_unit_test(what_comes_back_is_taken_back),
        cmocka_unit_test(a_failed_try_is_the_relays),
        cmocka_unit_test(senders_have_names),
        cmocka_unit_test(refusals_are_the_clients),
        cmocka_unit_test(networks_are_shown),
        cmocka_unit_test(hosts_have_two_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
