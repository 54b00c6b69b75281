/* asked - what is asked for and all but that make up the whole: of the totals, of the reasons, of
 * the rows. And a run that is stopped and goes on asks for the same.
 *
 * What counts once for several findings (deferred at least once) may count in both parts.
 */
#include "laws.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

enum { ROUNDS = 8, LINES = 400 };

/* One option, and the same negated. */
static const struct {
    enum filter_by by;
    const char *wanted, *but;
} asked[] = {
    {FILTER_CLASS, "user-*", "!user-*"},
    {FILTER_CLASS, "greylisted,bad-*", "!greylisted,!bad-*"},
    {FILTER_CLASS, "accepted", "!accepted"},
    {FILTER_CODE, "4*", "!4*"},
    {FILTER_CODE, "250", "!250"},
    {FILTER_ENHANCED, "*.1.*", "!*.1.*"},
    {FILTER_EVENT, "deferred", "!deferred"},
    {FILTER_EVENT, "bounced,delivered", "!bounced,!delivered"},
    {FILTER_LEVEL, "recipient", "!recipient"},
    {FILTER_DIRECTION, "out", "!out"},
    {FILTER_SENDER, "*@example.com", "!*@example.com"},
    {FILTER_SENDER, "<>", "!<>"},
    {FILTER_SENDER, "*", "!*"},
    {FILTER_RECIPIENT, "[a-m]*", "![a-m]*"},
    {FILTER_RECIPIENT_DOMAIN, "*.org", "!*.org"},
    {FILTER_PEER, "198.51.100.0/24", "!198.51.100.0/24"},
    {FILTER_USER, "*", "!*"},
    {FILTER_QUEUE_ID, "*[0-7]", "!*[0-7]"},
    {FILTER_HOST, "mx*", "!mx*"},
    {FILTER_STAGE, "rcpt", "!rcpt"},
    {FILTER_SIDE, "remote", "!remote"},
    {FILTER_CODE_SOURCE, "implied", "!implied"},
    {FILTER_TEMPLATE, "*not*", "!*not*"},
    {FILTER_STRANGERS, "yes", "!yes"},
};
enum { ASKED = sizeof asked / sizeof *asked };

static const struct options *asking(enum filter_by by, const char *value) {
    static struct options options;
    struct problem problem;
    options = *laws_options(1);
    if (value && !filter_add(&options.filter, by, value, &problem))
        fail_msg("%s", problem.text);
    return &options;
}

static void count_row(void *context, const struct finding *finding) {
    *(uint64_t *)context += finding->repeat;
}

struct counted {
    struct totals totals;
    uint64_t rows, reasons;
};

static void count_reason(void *context, const struct tally_reason *reason) {
    *(uint64_t *)context += reason->count;
}

static struct counted count(const struct options *options, const struct slice *lines, size_t many) {
    struct counted counted = {0};
    struct run run;
    run_init(&run, options, laws_knowledge());
    run.listen = count_row;
    run.context = &counted.rows;
    run.wants_deliveries = true;
    laws_feed(&run, "log", lines, 0, many);
    counted.totals = tally_totals(run.tally);
    tally_each_reason(run.tally, count_reason, &counted.reasons);
    run_release(&run);
    return counted;
}

enum { TOTALS = sizeof(struct totals) / sizeof(uint64_t) };

static void assert_parts(const struct counted *whole, const struct counted *one,
                         const struct counted *other, bool of_messages, size_t row) {
    struct totals sum = whole->totals, parts = one->totals, more = other->totals;
    uint64_t wholes[TOTALS], ones[TOTALS], others[TOTALS];
    assert_true(parts.deferred_ever + more.deferred_ever >= sum.deferred_ever);
    assert_true(parts.deferred_ever <= sum.deferred_ever);
    sum.deferred_ever = parts.deferred_ever = more.deferred_ever = 0;
    if (!of_messages)
        sum.messages_received = sum.bytes_received = 0;
    sum.notices = parts.notices = more.notices = 0;
    memcpy(wholes, &sum, sizeof sum);
    memcpy(ones, &parts, sizeof sum);
    memcpy(others, &more, sizeof sum);
    for (size_t i = 0; i < TOTALS; i++) {
        if (wholes[i] != ones[i] + others[i])
            fail_msg("--%s '%s': total %zu: %llu is not %llu + %llu", filter_name(asked[row].by),
                     asked[row].wanted, i, (unsigned long long)wholes[i],
                     (unsigned long long)ones[i], (unsigned long long)others[i]);
        assert_true(ones[i] <= wholes[i]); /* none below zero */
    }
    assert_int_equal(whole->rows, one->rows + other->rows);
    assert_int_equal(whole->reasons, one->reasons + other->reasons);
}

static void assert_makes_up_the_whole(const struct slice *lines, size_t many) {
    struct counted whole = count(laws_options(1), lines, many);
    for (size_t i = 0; i < ASKED; i++) {
        struct counted one = count(asking(asked[i].by, asked[i].wanted), lines, many);
        bool of_messages = filter_is_of_messages(&asking(asked[i].by, asked[i].wanted)->filter);
        struct counted other = count(asking(asked[i].by, asked[i].but), lines, many);
        assert_parts(&whole, &one, &other, of_messages, i);
    }
}

static void test_samples(void **state) {
    (void)state;
    struct laws_lines lines = laws_samples();
    assert_makes_up_the_whole(lines.items, lines.count);
    /* and each filter finds something, so that the sums say something */
    for (size_t i = 0; i < ASKED; i++) {
        struct counted one = count(asking(asked[i].by, asked[i].wanted), lines.items, lines.count);
        struct counted all = count(laws_options(1), lines.items, lines.count);
        if (!one.rows || one.rows == all.rows)
            fail_msg("--%s '%s' finds nothing or everything", filter_name(asked[i].by),
                     asked[i].wanted);
    }
}

static void random_lines(struct slice lines[LINES]) {
    struct laws_lines samples = laws_samples();
    size_t first = laws_chance((unsigned)samples.count), jump = 1 + laws_chance(3);
    for (int i = 0; i < LINES; i++)
        lines[i] = laws_chance(4) ? samples.items[(first + (size_t)i * jump) % samples.count]
                                  : samples.items[laws_chance((unsigned)samples.count)];
}

static void test_random_logs(void **state) {
    (void)state;
    struct slice lines[LINES];
    for (int round = 0; round < ROUNDS; round++) {
        random_lines(lines);
        assert_makes_up_the_whole(lines, LINES);
    }
}

static void state_of(const struct options *options, size_t stop, struct pack *state) {
    struct laws_lines lines = laws_samples();
    struct run run, rest;
    run_init(&run, options, laws_knowledge());
    laws_feed(&run, "log", lines.items, 0, stop);
    run_init(&rest, options, laws_knowledge());
    laws_move(&run, &rest);
    laws_feed(&rest, "log", lines.items, stop, lines.count);
    laws_state(&rest, state);
    run_release(&run);
    run_release(&rest);
}

/* Stops at every place, or at one by chance. */
static void stop_and_go_on(enum filter_by by, const char *wanted, bool everywhere) {
    const struct options *options = asking(by, wanted);
    size_t count = laws_samples().count;
    struct pack whole, parts;
    state_of(options, count, &whole);
    for (size_t stop = everywhere ? 0 : laws_chance((unsigned)count); stop < count; stop++) {
        state_of(options, stop, &parts);
        assert_int_equal(whole.length, parts.length);
        assert_memory_equal(whole.bytes, parts.bytes, whole.length);
        pack_release(&parts);
        if (!everywhere)
            break;
    }
    pack_release(&whole);
}

static void test_go_on(void **state) {
    (void)state;
    for (size_t i = 0; i < ASKED; i++)
        stop_and_go_on(asked[i].by, asked[i].wanted, false);
    stop_and_go_on(FILTER_SENDER, "*", true); /* what a message is remembered by */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_random_logs),
        cmocka_unit_test(test_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
