/* Drivers: what is different in a spike is told, in an order, once; what is as ever is not; and
 * what has one cause in several series is told under one of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tally/drivers.h"

enum { BUCKET = 300, BEGIN = 1780272000, START = BEGIN + 40 * BUCKET, END = START + 12 * BUCKET };

static struct spike spike_of(enum event event, const char *class_name, int64_t start, int64_t end) {
    return (struct spike){.event = event,
                          .class_name = slice_of(class_name),
                          .start = start,
                          .end = end,
                          .count = 100,
                          .expected = 5,
                          .surprise = 100};
}

/* Some failures of one kind, a minute apart; %u in a value is the number of the failure. */
struct batch {
    unsigned count;
    int64_t from; /* seconds */
    enum event event;
    const char *class_name;
    struct {
        enum driver_dimension dimension;
        const char *value;
    } values[5];
    bool is_retry; /* all of one message */
    const char *cause;
    enum failure_row row;
};

typedef void giver(struct drivers *drivers, const struct failure *failure);

static void give(struct drivers *drivers, giver *round, const struct batch *batch) {
    for (unsigned i = 0; i < batch->count; i++) {
        struct failure failure = {.seconds = batch->from + i % 50 * 60,
                                  .event = batch->event,
                                  .row = batch->row,
                                  .class_name = slice_of(batch->class_name),
                                  .count = 1,
                                  .subject = batch->is_retry ? 1 : 0,
                                  .source = SLICE("mail.log"),
                                  .line = i + 1,
                                  .reply = SLICE("550 no")};
        char room[5][64];
        for (size_t j = 0; j < 5 && batch->values[j].value; j++) {
            const char *value = batch->values[j].value;
            const char *mark = strchr(value, '#');
            if (mark)
                snprintf(room[j], sizeof room[j], "%.*s%u%s", (int)(mark - value), value, i,
                         mark + 1);
            failure.values[batch->values[j].dimension] = slice_of(mark ? room[j] : value);
        }
        failure.values[DRIVER_CAUSE] = slice_of(batch->cause);
        round(drivers, &failure);
    }
}

static struct drivers *find_with(const struct common *common, const struct spikes *spikes,
                                 const struct batch *batches, size_t count) {
    struct drivers *drivers = drivers_new(spikes, common, BUCKET);
    for (size_t i = 0; i < count; i++)
        give(drivers, drivers_look, &batches[i]);
    drivers_settle(drivers);
    for (size_t i = 0; i < count; i++)
        give(drivers, drivers_count, &batches[i]);
    drivers_rank(drivers);
    return drivers;
}

static struct drivers *find(const struct spikes *spikes, const struct batch *batches,
                            size_t count) {
    return find_with(NULL, spikes, batches, count);
}

/* "sender=a code=550" */
static void told(const struct driven *driven, char *room, size_t size) {
    size_t length = 0;
    room[0] = '\0';
    for (size_t i = 0; i < driven->driver_count && length < size; i++)
        length += (size_t)snprintf(room + length, size - length, "%s%s=%.*s", i ? " " : "",
                                   driver_name(driven->drivers[i].dimension),
                                   SLICE_ARGS(driven->drivers[i].value));
}

static void assert_told(const struct batch *batches, size_t count, const char *wanted) {
    struct spike item = spike_of(EVENT_BOUNCED, "user-unknown", START, END);
    struct spikes spikes = {.items = &item, .count = 1};
    struct drivers *drivers = find(&spikes, batches, count);
    char found[400];
    told(drivers_of(drivers, 0), found, sizeof found);
    assert_string_equal(found, wanted);
    drivers_free(drivers);
}

#define BATCH(number, at, ...)                                                                     \
    { number, at, EVENT_BOUNCED, "user-unknown", {__VA_ARGS__}, false, NULL, FAILURE_WHOLE }
#define ASSERT_TOLD(wanted, ...)                                                                   \
    assert_told((const struct batch[]){__VA_ARGS__},                                               \
                sizeof((const struct batch[]){__VA_ARGS__}) / sizeof(struct batch), wanted)

static void one_sender_has_a_bad_list(void **state) {
    (void)state;
    ASSERT_TOLD("sender=news@a.example",
                BATCH(90, START, {DRIVER_SENDER, "news@a.example"},
                      {DRIVER_RECIPIENT_DOMAIN, "firm#.example"}, {DRIVER_HOST, "mx1"},
                      {DRIVER_CODE, "550"}),
                BATCH(200, BEGIN, {DRIVER_SENDER, "staff#@b.example"},
                      {DRIVER_RECIPIENT_DOMAIN, "firm#.example"}, {DRIVER_HOST, "mx1"},
                      {DRIVER_CODE, "550"}));
}

static void what_selects_the_same_is_told_once_under_the_first(void **state) {
    (void)state;
    ASSERT_TOLD("recipient_domain=big.example",
                BATCH(90, START, {DRIVER_PEER_IP, "192.0.2.1"},
                      {DRIVER_RECIPIENT_DOMAIN, "big.example"},
                      {DRIVER_PEER_HOST, "mx.big.example"}, {DRIVER_SENDER, "staff#@b.example"}),
                BATCH(200, BEGIN, {DRIVER_SENDER, "staff#@b.example"},
                      {DRIVER_RECIPIENT_DOMAIN, "firm#.example"}));
}

static void what_is_as_ever_is_no_driver(void **state) {
    (void)state;
    ASSERT_TOLD("",
                BATCH(90, START, {DRIVER_SENDER, "staff#@b.example"},
                      {DRIVER_SENDER_DOMAIN, "b.example"}, {DRIVER_HOST, "mx1"}),
                BATCH(90, START, {DRIVER_SENDER, "staff#@b.example"},
                      {DRIVER_SENDER_DOMAIN, "b.example"}, {DRIVER_HOST, "mx2"}),
                BATCH(300, BEGIN, {DRIVER_SENDER, "staff#@b.example"},
                      {DRIVER_SENDER_DOMAIN, "b.example"}, {DRIVER_HOST, "mx1"}),
                BATCH(300, BEGIN, {DRIVER_SENDER, "staff#@b.example"},
                      {DRIVER_SENDER_DOMAIN, "b.example"}, {DRIVER_HOST, "mx2"}));
}

/* Of a reason that never came before, its code and wording are what it is; a host is all there is
 * as long as all other failures have it, too. */
static void what_defines_the_spike_is_no_driver(void **state) {
    static const struct batch others = {
        300, BEGIN, EVENT_BOUNCED, "mailbox-full", {{DRIVER_HOST, "mx1"}}, .is_retry = false};
    (void)state;
    ASSERT_TOLD("recipient_domain=big.example",
                BATCH(60, START, {DRIVER_CODE, "550"}, {DRIVER_TEMPLATE, "no"},
                      {DRIVER_HOST, "mx1"}, {DRIVER_RECIPIENT_DOMAIN, "big.example"}),
                BATCH(10, START, {DRIVER_CODE, "550"}, {DRIVER_TEMPLATE, "no"},
                      {DRIVER_HOST, "mx1"}, {DRIVER_RECIPIENT_DOMAIN, "firm#.example"}),
                others);
}

/* What all others of the reason have as well, be they few, says nothing more than the reason. */
static void few_others_tell_the_code_of_a_reason(void **state) {
    (void)state;
    ASSERT_TOLD("recipient_domain=big.example",
                BATCH(60, START, {DRIVER_CODE, "550"}, {DRIVER_TEMPLATE, "no"},
                      {DRIVER_RECIPIENT_DOMAIN, "big.example"}),
                BATCH(10, START, {DRIVER_CODE, "550"}, {DRIVER_TEMPLATE, "no"},
                      {DRIVER_RECIPIENT_DOMAIN, "firm#.example"}),
                BATCH(1, BEGIN, {DRIVER_CODE, "550"}, {DRIVER_TEMPLATE, "no"},
                      {DRIVER_RECIPIENT_DOMAIN, "firm7.example"}));
}

/* One domain is asked for: it is no driver, nor is the sender domain of all that goes out. */
static void what_is_asked_for_is_no_driver(void **state) {
    struct batch batches[] = {
        BATCH(60, START, {DRIVER_RECIPIENT_DOMAIN, "b.example"},
              {DRIVER_SENDER_DOMAIN, "ours.example"}, {DRIVER_SENDER, "news@ours.example"}),
        BATCH(6, START, {DRIVER_RECIPIENT_DOMAIN, "b.example"},
              {DRIVER_SENDER_DOMAIN, "ours.example"}, {DRIVER_SENDER, "staff#@ours.example"}),
        BATCH(200, BEGIN, {DRIVER_RECIPIENT_DOMAIN, "firm#.example"},
              {DRIVER_SENDER_DOMAIN, "ours.example"}, {DRIVER_SENDER, "staff#@ours.example"}),
        BATCH(50, START, {DRIVER_RECIPIENT_DOMAIN, "firm#.example"})};
    struct finding finding = {.record = {.kind = RECORD_OUTCOME,
                                         .event = EVENT_BOUNCED,
                                         .level = LEVEL_RECIPIENT,
                                         .recipient = SLICE("bob@b.example")}};
    struct spike item = spike_of(EVENT_BOUNCED, "user-unknown", START, END);
    struct spikes spikes = {.items = &item, .count = 1};
    struct filter filter = {0};
    char found[400];
    (void)state;
    batches[2].row = batches[3].row = FAILURE_LEFT_OUT;
    assert_true(filter_add(&filter, FILTER_RECIPIENT_DOMAIN, "b.example", NULL));
    struct common *common = common_new(&filter);
    common_add(common, &finding);
    struct drivers *drivers = find_with(common, &spikes, batches, sizeof batches / sizeof *batches);
    const struct driven *driven = drivers_of(drivers, 0);
    told(driven, found, sizeof found);
    assert_string_equal(found, "sender=news@ours.example");
    assert_int_equal(driven->count, 66);
    assert_int_equal(driven->drivers[0].others, 0);
    assert_int_equal(driven->asked_for.dimension, DRIVER_RECIPIENT_DOMAIN);
    assert_true(slice_is(driven->asked_for.value, "b.example"));
    drivers_free(drivers);
    common_free(common);
}

/* Nothing like it has failed before; but all goes out by one smart host, and one host has logs. */
static void what_all_has_is_no_driver(void **state) {
    static const struct filter none;
    const struct batch batches[] = {
        BATCH(40, START, {DRIVER_PEER_HOST, "smart.example"}, {DRIVER_HOST, "mx1"},
              {DRIVER_SENDER, "news@ours.example"}, {DRIVER_WAY, "out"}),
        BATCH(20, START, {DRIVER_PEER_HOST, "smart.example"}, {DRIVER_HOST, "mx1"},
              {DRIVER_SENDER, "staff#@ours.example"}, {DRIVER_WAY, "out"})};
    struct spike item = spike_of(EVENT_BOUNCED, "user-unknown", START, END);
    struct spikes spikes = {.items = &item, .count = 1};
    char found[2][400];
    (void)state;
    for (size_t is_known = 0; is_known < 2; is_known++) {
        struct common *common = common_new(&none);
        if (is_known)
            common_note(common, DRIVER_PEER_HOST, DIRECTION_OUT, SLICE("smart.example"), 100);
        common_note_host(common, is_known ? SLICE("mx1") : SLICE("mx2"));
        struct drivers *drivers =
            find_with(common, &spikes, batches, sizeof batches / sizeof *batches);
        told(drivers_of(drivers, 0), found[is_known], sizeof found[is_known]);
        drivers_free(drivers);
        common_free(common);
    }
    assert_string_equal(found[0], "peer_host=smart.example sender=news@ours.example");
    assert_string_equal(found[1], "sender=news@ours.example");
}

/* But failures at other times are better to go by than deliveries. */
static void others_tell_more_than_deliveries(void **state) {
    static const struct filter none;
    const struct batch batches[] = {BATCH(60, START, {DRIVER_USER, "alice"}, {DRIVER_WAY, "in"}),
                                    BATCH(200, BEGIN, {DRIVER_USER, "name#"}, {DRIVER_WAY, "in"})};
    struct spike item = spike_of(EVENT_BOUNCED, "user-unknown", START, END);
    struct spikes spikes = {.items = &item, .count = 1};
    struct common *common = common_new(&none);
    char found[400];
    (void)state;
    common_note(common, DRIVER_USER, DIRECTION_NONE, SLICE("alice"), 100);
    struct drivers *drivers = find_with(common, &spikes, batches, sizeof batches / sizeof *batches);
    told(drivers_of(drivers, 0), found, sizeof found);
    assert_string_equal(found, "user=alice");
    drivers_free(drivers);
    common_free(common);
}

/* Thousands of addresses, of which none stands out, guess one user. */
static void a_botnet_guesses_one_user(void **state) {
    (void)state;
    ASSERT_TOLD("user=alice",
                BATCH(3000, START, {DRIVER_USER, "alice"}, {DRIVER_PEER_IP, "192.0.2.#"}),
                BATCH(300, BEGIN, {DRIVER_USER, "name#"}, {DRIVER_PEER_IP, "198.51.100.#"}));
}

/* One of very many values, which has a third, is found, and its number is exact. */
static void a_value_among_thousands_is_counted_exactly(void **state) {
    struct spike item = spike_of(EVENT_BOUNCED, "user-unknown", START, END);
    struct spikes spikes = {.items = &item, .count = 1};
    const struct batch batches[] = {
        BATCH(2000, START, {DRIVER_PEER_IP, "192.0.2.#"}),
        BATCH(1000, START, {DRIVER_PEER_IP, "203.0.113.5"}),
        BATCH(2000, START, {DRIVER_PEER_IP, "198.51.100.#"}),
        BATCH(500, BEGIN, {DRIVER_PEER_IP, "10.#"}),
    };
    struct drivers *drivers = find(&spikes, batches, sizeof batches / sizeof *batches);
    const struct driven *driven = drivers_of(drivers, 0);
    (void)state;
    assert_int_equal(driven->driver_count, 1);
    assert_true(slice_is(driven->drivers[0].value, "203.0.113.5"));
    assert_int_equal(driven->drivers[0].count, 1000);
    assert_int_equal(driven->count, 5000);
    assert_int_equal(driven->drivers[0].others, 500);
    drivers_free(drivers);
}

/* One message to one domain is tried sixty times; thirty others have the sender in common. */
static void retries_of_one_message_are_not_many(void **state) {
    struct batch retries = BATCH(60, START, {DRIVER_RECIPIENT_DOMAIN, "slow.example"},
                                 {DRIVER_SENDER, "staff1@b.example"});
    (void)state;
    retries.is_retry = true;
    ASSERT_TOLD("sender=news@a.example recipient_domain=slow.example",
                BATCH(60, START, {DRIVER_SENDER, "news@a.example"},
                      {DRIVER_RECIPIENT_DOMAIN, "firm#.example"}),
                retries,
                BATCH(300, BEGIN, {DRIVER_SENDER, "staff#@b.example"},
                      {DRIVER_RECIPIENT_DOMAIN, "firm#.example"}));
}

static void tells_the_first_the_codes_and_examples(void **state) {
    struct spike item = spike_of(EVENT_BOUNCED, "user-unknown", START, END);
    struct spikes spikes = {.items = &item, .count = 1};
    const struct batch batches[] = {
        BATCH(5, BEGIN, {DRIVER_TEMPLATE, "before"}),
        BATCH(30, START + 600, {DRIVER_TEMPLATE, "often"}, {DRIVER_CODES, "550 5.1.1"},
              {DRIVER_MTA, "exim"}, {DRIVER_WAY, "out"}),
        BATCH(10, START + 60, {DRIVER_TEMPLATE, "sometimes"}, {DRIVER_CODES, "550"},
              {DRIVER_MTA, "postfix"}, {DRIVER_WAY, "out"}),
    };
    struct drivers *drivers = find(&spikes, batches, sizeof batches / sizeof *batches);
    const struct driven *driven = drivers_of(drivers, 0);
    (void)state;
    assert_int_equal(driven->first, START + 60);
    assert_int_equal(driven->line, 1);
    assert_true(slice_is(driven->source, "mail.log"));
    assert_int_equal(driven->code_count, 2);
    assert_true(slice_is(driven->codes[0].code, "550 5.1.1"));
    assert_int_equal(driven->codes[0].count, 30);
    assert_int_equal(driven->example_count, 2);
    assert_true(slice_is(driven->mta, "exim"));
    assert_true(slice_is(driven->way, "out"));
    uint64_t sum = 0;
    for (size_t i = 0; i < DRIVEN_STRIP; i++)
        sum += driven->strip[i];
    assert_int_equal(sum, 40);
    assert_null(drivers_of(drivers, 1));
    drivers_free(drivers);
}

/* ---- one cause in several series ---- */

static void assert_joined(const struct spike *items, const struct batch *batches, size_t wanted) {
    struct spikes spikes = {.items = (struct spike *)(uintptr_t)items, .count = 2};
    struct drivers *drivers = find(&spikes, batches, 2);
    size_t under[2];
    drivers_join(drivers, under, 2);
    assert_int_equal(under[0], 0);
    assert_int_equal(under[1], wanted);
    drivers_free(drivers);
}

static struct batch batch_of(const struct spike *spike, const char *domain, const char *cause) {
    char *class_name = (char *)(uintptr_t)spike->class_name.at;
    return (struct batch){
        60,    spike->start, spike->event, class_name, {{DRIVER_RECIPIENT_DOMAIN, domain}},
        false, cause,        FAILURE_WHOLE};
}

static void one_cause_in_two_series_is_told_once(void **state) {
    enum { DAY = 86400 };
    const struct {
        enum event second;
        int64_t later;
        const char *domains[2], *cause;
        bool is_one;
    } rows[] = {
        {EVENT_REJECTED, 0, {"big.example", "big.example"}, NULL, true},
        {EVENT_REJECTED, 0, {"big.example", "other.example"}, NULL, false},
        {EVENT_REJECTED, DAY, {"big.example", "big.example"}, NULL, false},
        {EVENT_EXPIRED, 5 * DAY, {"big.example", "big.example"}, "connection-timeout", true},
        {EVENT_EXPIRED, 5 * DAY, {"big.example", "big.example"}, "greylisted", false},
        {EVENT_EXPIRED, 9 * DAY, {"big.example", "big.example"}, "connection-timeout", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct spike items[] = {spike_of(EVENT_DEFERRED, "connection-timeout", START, END),
                                      spike_of(rows[i].second, "host-unreachable",
                                               START + rows[i].later, END + rows[i].later)};
        const struct batch batches[] = {batch_of(&items[0], rows[i].domains[0], NULL),
                                        batch_of(&items[1], rows[i].domains[1], rows[i].cause)};
        assert_joined(items, batches, rows[i].is_one ? 0 : 1);
    }
}

/* The greater surprise stands first, but what was put off comes before what expired of it. */
static void what_was_put_off_stands_for_what_expired(void **state) {
    const struct spike items[] = {
        spike_of(EVENT_EXPIRED, "host-unreachable", START + 86400, END + 86400),
        spike_of(EVENT_DEFERRED, "connection-timeout", START, END)};
    const struct batch batches[] = {batch_of(&items[0], "big.example", "connection-timeout"),
                                    batch_of(&items[1], "big.example", NULL)};
    (void)state;
    struct spikes spikes = {.items = (struct spike *)(uintptr_t)items, .count = 2};
    struct drivers *drivers = find(&spikes, batches, 2);
    size_t under[2];
    drivers_join(drivers, under, 2);
    assert_int_equal(under[0], 1);
    assert_int_equal(under[1], 1);
    drivers_free(drivers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sender_has_a_bad_list),
        cmocka_unit_test(what_selects_the_same_is_told_once_under_the_first),
        cmocka_unit_test(what_is_as_ever_is_no_driver),
        cmocka_unit_test(what_defines_the_spike_is_no_driver),
        cmocka_unit_test(few_others_tell_the_code_of_a_reason),
        cmocka_unit_test(what_is_asked_for_is_no_driver),
        cmocka_unit_test(what_all_has_is_no_driver),
        cmocka_unit_test(others_tell_more_than_deliveries),
        cmocka_unit_test(a_botnet_guesses_one_user),
        cmocka_unit_test(a_value_among_thousands_is_counted_exactly),
        cmocka_unit_test(retries_of_one_message_are_not_many),
        cmocka_unit_test(tells_the_first_the_codes_and_examples),
        cmocka_unit_test(one_cause_in_two_series_is_told_once),
        cmocka_unit_test(what_was_put_off_stands_for_what_expired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
