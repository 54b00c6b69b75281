/* sums - every table of a report adds up to the totals: of the samples, of logs by chance, and of
 * what filters leave of them.
 */
#include "laws.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "tally/coded.h"
#include "tally/flows.h"
#include "tally/hours.h"

enum { ROUNDS = 60, LINES = 400 };

static const struct {
    enum filter_by by;
    const char *wanted;
} asked[] = {
    {FILTER_CLASS, NULL}, /* nothing: all */
    {FILTER_CLASS, "!user-*"},
    {FILTER_EVENT, "bounced,delivered"},
    {FILTER_RECIPIENT_DOMAIN, "*.org"},
    {FILTER_DIRECTION, "out"},
};

static void add_quarter(void *context, const struct quarter *quarter) {
    uint64_t *sums = context;
    for (size_t i = 0; i < HOURS_NUMBERS; i++)
        sums[i] += quarter->numbers[i];
}

static void assert_hours(const struct tally *tally, const struct totals *totals) {
    uint64_t sums[HOURS_NUMBERS] = {0};
    hours_each(tally, add_quarter, sums);
    assert_int_equal(sums[HOURS_RECEIVED], totals->messages_received);
    assert_int_equal(sums[HOURS_DELIVERED], totals->delivered);
    assert_int_equal(sums[HOURS_DEFERRED], totals->deferrals);
    assert_int_equal(sums[HOURS_BOUNCED], totals->bounced);
    assert_int_equal(sums[HOURS_EXPIRED], totals->expired);
    assert_int_equal(sums[HOURS_REJECTED], totals->rejections);
    assert_int_equal(sums[HOURS_AUTH_FAILED], totals->auth_failed);
}

/* The count of one reason, by class, event and direction, in both tables. */
struct reason_sum {
    struct slice class_name;
    enum event event;
    enum direction direction;
    uint64_t by_reason, by_code;
};

struct reason_sums {
    struct reason_sum items[512];
    size_t count;
};

static struct reason_sum *reason_sum_of(struct reason_sums *sums, struct slice class_name,
                                        enum event event, enum direction direction) {
    for (size_t i = 0; i < sums->count; i++)
        if (slice_equal(sums->items[i].class_name, class_name) && sums->items[i].event == event &&
            sums->items[i].direction == direction)
            return &sums->items[i];
    assert_true(sums->count < 512);
    sums->items[sums->count] = (struct reason_sum){class_name, event, direction, 0, 0};
    return &sums->items[sums->count++];
}

static void add_reason(void *context, const struct tally_reason *reason) {
    enum event event = EVENT_NONE;
    enum direction direction = DIRECTION_NONE;
    event_read(reason->event, &event);
    direction_read(reason->direction, &direction);
    reason_sum_of(context, reason->class_name, event, direction)->by_reason += reason->count;
}

static void add_coded(void *context, const struct coded *coded) {
    reason_sum_of(context, coded->class_name, coded->event, coded->direction)->by_code +=
        coded->count;
    uint64_t templates = 0, domains = 0;
    for (size_t i = 0; i < coded->template_count; i++)
        templates += coded->templates[i].count;
    for (size_t i = 0; i < coded->domain_count; i++)
        domains += coded->domains[i].count;
    assert_true(templates <= coded->count && domains <= coded->count);
}

static void assert_codes(const struct tally *tally) {
    struct reason_sums sums = {.count = 0};
    tally_each_reason(tally, add_reason, &sums);
    coded_each(tally, add_coded, &sums);
    for (size_t i = 0; i < sums.count; i++)
        assert_int_equal(sums.items[i].by_reason, sums.items[i].by_code);
}

/* Which domains are ours changes the flows, not their sum. In lines that stand together by chance a
 * recipient may be taken back from another flow. */
static void assert_flows(const struct tally *tally, const struct totals *totals, bool is_log) {
    const uint64_t hashes[] = {ranking_hash(SLICE("example.com")),
                               ranking_hash(SLICE("example.org"))};
    const struct local_domains given[] = {{NULL, 0}, {hashes, 1}, {hashes, 2}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct flow_sum sums[FLOWS];
        uint64_t recipients = 0;
        flows_read(tally, &given[i], sums);
        for (size_t flow = 0; flow < FLOWS; flow++) {
            recipients += sums[flow].recipients;
            assert_true(!is_log || (int64_t)sums[flow].recipients >= 0);
        }
        assert_int_equal(recipients, totals->delivered + totals->bounced + totals->expired +
                                         totals->waiting + totals->discarded);
    }
}

static void count_waiter(void *context, const struct waiter *waiter) {
    *(uint64_t *)context += waiter->recipient.length < SIZE_MAX;
}

/* Who waits in a message that was let go is counted for ever; and so is, without a queue ID, who
 * cannot be heard of again. */
static void assert_waiting(const struct run *run, const struct totals *totals, bool is_log) {
    uint64_t waiting = 0;
    journey_each_waiting(run->journey, count_waiter, &waiting);
    if (is_log)
        assert_int_equal(waiting, totals->waiting);
    else
        assert_true(waiting <= totals->waiting);
}

static void assert_sums(const struct run *run, bool is_log) {
    struct totals totals = tally_totals(run->tally);
    assert_hours(run->tally, &totals);
    assert_waiting(run, &totals, is_log);
    assert_codes(run->tally);
    assert_flows(run->tally, &totals, is_log);
}

/* is_log: not by chance. */
static void assert_sums_of(const struct slice *lines, size_t count, bool is_log) {
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct options options = *laws_options(1);
        struct problem problem;
        struct run run;
        if (asked[i].wanted)
            assert_true(filter_add(&options.filter, asked[i].by, asked[i].wanted, &problem));
        run_init(&run, &options, laws_knowledge());
        laws_feed(&run, "log", lines, 0, count);
        assert_sums(&run, is_log);
        run_release(&run);
    }
}

static void test_samples(void **state) {
    (void)state;
    struct laws_lines lines = laws_samples();
    assert_sums_of(lines.items, lines.count, true);
}

static void test_random_logs(void **state) {
    (void)state;
    struct laws_lines samples = laws_samples();
    struct slice lines[LINES];
    for (int round = 0; round < ROUNDS; round++) {
        size_t first = laws_chance((unsigned)samples.count), jump = 1 + laws_chance(3);
        for (int i = 0; i < LINES; i++)
            lines[i] = laws_chance(4) ? samples.items[(first + (size_t)i * jump) % samples.count]
                                      : samples.items[laws_chance((unsigned)samples.count)];
        assert_sums_of(lines, LINES, false);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_random_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
