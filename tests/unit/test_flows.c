/* flows - by giver, sender and recipient; what is guessed; what is taken back. */
#include "tally/flows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/flow.h"
#include "report/page_words.h"

static struct finding finding_of(enum giver giver, const char *sender, const char *recipient) {
    return (struct finding){
        .record = {.kind = RECORD_OUTCOME,
                   .event = EVENT_DELIVERED,
                   .level = LEVEL_RECIPIENT,
                   .sender = slice_of(sender),
                   .recipient = slice_of(recipient),
                   .queue_id = SLICE("4C1D2E3F40"),
                   .size = 100},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = "accepted",
        .source = "log",
        .repeat = 1,
        .after = FATE_DELIVERED,
        .giver = giver,
        .is_first = true,
    };
}

static void assert_flow(const struct tally *tally, const struct local_domains *local,
                        enum flow flow, uint64_t recipients) {
    struct flow_sum sums[FLOWS];
    flows_read(tally, local, sums);
    for (size_t i = 0; i < FLOWS; i++) {
        uint64_t expected = i == flow ? recipients : 0;
        assert_int_equal(sums[i].recipients, expected);
        assert_int_equal(sums[i].messages, expected);
        assert_int_equal(sums[i].bytes, 100 * expected);
    }
}

static void test_each_way(void **state) {
    (void)state;
    static const struct {
        enum giver giver;
        const char *sender, *recipient;
        enum flow flow;
    } rows[] = {
        {GIVER_OTHER, "a@example.net", "b@Example.com", FLOW_INBOUND},
        {GIVER_OTHER, "", "b@example.com", FLOW_INBOUND},
        {GIVER_OTHER, "a@example.com", "b@example.com", FLOW_INBOUND}, /* written by anybody */
        {GIVER_OTHER, "a@example.net", "b", FLOW_INBOUND},
        {GIVER_OURS, "a@example.com", "b@example.net", FLOW_OUTBOUND},
        {GIVER_OURS, "a@example.net", "b@example.net", FLOW_OUTBOUND},
        {GIVER_OTHER, "a@EXAMPLE.com", "b@example.net", FLOW_OUTBOUND},
        {GIVER_OURS, "a@example.net", "b@example.com", FLOW_INTERNAL},
        {GIVER_OTHER, "a@example.org", "b@example.net", FLOW_RELAYED},
        {GIVER_OTHER, "", "b@example.net", FLOW_RELAYED},
        {GIVER_OTHER, "a@example.org", "b@sub.example.com", FLOW_RELAYED},
        {GIVER_UNKNOWN, "a@example.net", "b@example.com", FLOW_INBOUND},
        {GIVER_UNKNOWN, "", "b@example.com", FLOW_INBOUND},
        {GIVER_UNKNOWN, "a@example.com", "b@example.com", FLOW_INTERNAL},
        {GIVER_UNKNOWN, "a@example.com", "b@example.net", FLOW_OUTBOUND},
        {GIVER_UNKNOWN, "", "b@example.net", FLOW_OUTBOUND},
        {GIVER_UNKNOWN, "a@example.net", "b@example.net", FLOW_RELAYED},
    };
    const uint64_t hash = ranking_hash(SLICE("example.com"));
    const struct local_domains local = {&hash, 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tally *tally = tally_new();
        struct finding finding = finding_of(rows[i].giver, rows[i].sender, rows[i].recipient);
        tally_add(tally, &finding);
        assert_flow(tally, &local, rows[i].flow, 1);
        finding.before = FATE_DELIVERED; /* another state changes nothing */
        finding.after = FATE_BOUNCED;
        finding.is_first = false;
        tally_add(tally, &finding);
        assert_flow(tally, &local, rows[i].flow, 1);
        finding.before = FATE_BOUNCED;
        finding.after = FATE_HANDED_ON;
        tally_add(tally, &finding);
        struct flow_sum sums[FLOWS];
        flows_read(tally, &local, sums);
        assert_int_equal(sums[rows[i].flow].recipients, 0);
        tally_free(tally);
    }
}

static void deliver(struct tally *tally, const char *recipient, bool stays, size_t times) {
    struct finding finding = finding_of(GIVER_OTHER, "a@example.net", recipient);
    finding.stays = stays;
    for (; times; times--)
        tally_add(tally, &finding);
}

static void assert_the_guess(const struct tally *tally) {
    size_t count;
    struct ranked *guess = flows_guess(tally, &count);
    assert_int_equal(count, 2);
    assert_true(slice_is(guess[0].name, "sub.example.com"));
    assert_true(slice_is(guess[1].name, "example.com"));
    free(guess);
    struct flow_sum sums[FLOWS];
    flows_read(tally, &(struct local_domains){NULL, 0}, sums);
    assert_int_equal(sums[FLOW_INBOUND].recipients, 3 + 2 + 5 + 9);
    assert_int_equal(sums[FLOW_RELAYED].recipients, 4 + 4 + 1);
}

/* Saved and loaded, and added to what knows the domains under other numbers. */
static struct tally *gone_on(const struct tally *tally) {
    struct tally *loaded = tally_new(), *sum = tally_new();
    struct pack pack;
    pack_init(&pack);
    tally_save(tally, &pack);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    assert_true(tally_load(loaded, &unpack));
    pack_release(&pack);
    struct finding refused = finding_of(GIVER_OURS, "a@example.info", "b@example.org");
    refused.after = FATE_BOUNCED;
    tally_add(sum, &refused);
    refused.before = FATE_BOUNCED;
    refused.after = FATE_HANDED_ON;
    tally_add(sum, &refused);
    tally_merge(sum, loaded);
    tally_free(loaded);
    return sum;
}

static void test_the_guess(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    deliver(tally, "a@example.com", true, 3);
    deliver(tally, "b@Example.com", false, 2);
    deliver(tally, "c@example.org", true, 4);
    deliver(tally, "c@example.org", false, 4); /* as many elsewhere */
    deliver(tally, "d@example.net", false, 1);
    deliver(tally, "e@sub.example.com", true, 5);
    deliver(tally, "f", true, 9);
    assert_the_guess(tally);
    struct tally *later = gone_on(tally);
    assert_the_guess(later);
    tally_free(later);
    tally_free(tally);
}

static const struct cell *row_of(const struct section *section, const char *flow) {
    const struct cell *row = section->cell->first;
    while (row && !slice_is(cell_get(row, "flow")->text, flow))
        row = row->next;
    assert_non_null(row);
    return row;
}

/* Put off when the log began, and handed on when its sender was known. */
static void test_less_than_none_is_shown_as_none(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    struct finding finding = finding_of(GIVER_UNKNOWN, "", "b@example.net");
    finding.after = FATE_WAITING;
    tally_add(tally, &finding);
    finding = finding_of(GIVER_OTHER, "a@example.org", "b@example.net");
    finding.before = FATE_WAITING;
    finding.after = FATE_HANDED_ON;
    finding.is_first = false;
    tally_add(tally, &finding);
    deliver(tally, "a@example.com", true, 1);
    struct page page;
    page_init(&page, "report");
    page.words = &words_english;
    flow_add(&page, tally, &(struct summary_wishes){0});
    assert_int_equal(cell_get(row_of(page.first, "outbound"), "recipients")->number, 1);
    assert_int_equal(cell_get(row_of(page.first, "inbound"), "recipients")->number, 1);
    assert_int_equal(cell_get(row_of(page.first, "relayed"), "recipients")->number, 0);
    page_release(&page);
    tally_free(tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_way),
        cmocka_unit_test(test_the_guess),
        cmocka_unit_test(test_less_than_none_is_shown_as_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
