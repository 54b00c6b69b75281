/* go on - stop anywhere, save, load, go on: the same state, to the last byte, as one run. */
#include "laws.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 300, STOPS = 12, LINES = 400 };

static void assert_same_state(const struct run *a, const struct run *b) {
    struct pack left, right;
    laws_state(a, &left);
    laws_state(b, &right);
    assert_int_equal(left.length, right.length);
    assert_memory_equal(left.bytes, right.bytes, left.length);
    pack_release(&left);
    pack_release(&right);
}

static void one_run(struct run *run, const struct slice *lines, size_t count) {
    run_init(run, laws_options(1), laws_knowledge());
    laws_feed(run, "log", lines, 0, count);
}

/* Reads lines in pieces that end at stops[], each in a run of its own that begins with what the one
 * before it saved. */
static void stopped_run(struct run *run, const struct slice *lines, size_t count,
                        const size_t *stops, size_t stop_count) {
    size_t at = 0;
    run_init(run, laws_options(1), laws_knowledge());
    for (size_t i = 0; i <= stop_count; i++) {
        size_t to = i < stop_count ? stops[i] : count;
        laws_feed(run, "log", lines, at, to);
        at = to;
        struct run next;
        run_init(&next, laws_options(1), laws_knowledge());
        laws_move(run, &next);
        run_release(run);
        *run = next;
    }
}

static void test_every_stop(void **state) {
    (void)state;
    struct laws_lines lines = laws_samples();
    struct run whole;
    one_run(&whole, lines.items, lines.count);
    struct ledger ledger = tally_ledger(whole.tally);
    assert_int_equal(ledger.read, lines.count);
    assert_true(tally_totals(whole.tally).delivered > 0);
    assert_true(tally_totals(whole.tally).deferrals > 0);
    for (size_t stop = 0; stop <= lines.count; stop++) {
        struct run parts;
        stopped_run(&parts, lines.items, lines.count, &stop, 1);
        assert_same_state(&whole, &parts);
        run_release(&parts);
    }
    run_release(&whole);
}

static int ascending(const void *a, const void *b) {
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

static bool has_same_state(const struct run *a, const struct run *b) {
    struct pack left, right;
    laws_state(a, &left);
    laws_state(b, &right);
    bool same = left.length == right.length && memcmp(left.bytes, right.bytes, left.length) == 0;
    pack_release(&left);
    pack_release(&right);
    return same;
}

/* What it takes to do it again. */
static void tell_stops(int round, const size_t *stops) {
    const char *chance = getenv("CHANCE");
    fprintf(stderr, "CHANCE=%s, round %d, stops", chance ? chance : "0", round);
    for (int i = 0; i < STOPS; i++)
        fprintf(stderr, " %zu", stops[i]);
    fprintf(stderr, "\n");
}

/* One run, and one that was stopped and gone on with at random places. */
static void try_stops(int round, const struct slice *lines, unsigned count) {
    size_t stops[STOPS];
    for (int i = 0; i < STOPS; i++)
        stops[i] = laws_chance(count + 1);
    qsort(stops, STOPS, sizeof *stops, ascending);
    struct run whole, parts;
    one_run(&whole, lines, count);
    stopped_run(&parts, lines, count, stops, STOPS);
    if (!has_same_state(&whole, &parts))
        tell_stops(round, stops);
    assert_same_state(&whole, &parts);
    run_release(&whole);
    run_release(&parts);
}

/* Lines of the samples in any order, with repetitions: messages that never begin or never end. */
static void test_random_logs_random_stops(void **state) {
    (void)state;
    struct laws_lines samples = laws_samples();
    for (int round = 0; round < ROUNDS; round++) {
        struct slice lines[LINES];
        size_t first = laws_chance((unsigned)samples.count), jump = 1 + laws_chance(3);
        for (int i = 0; i < LINES; i++)
            lines[i] = laws_chance(4) ? samples.items[(first + (size_t)i * jump) % samples.count]
                                      : samples.items[laws_chance((unsigned)samples.count)];
        try_stops(round, lines, LINES);
    }
}

/* One of 70 hosts tells of one of 1300 programs, whole or in pieces; or its syslogd says
 * that its last line came again. */
static struct slice line_of_many(char room[160]) {
    static const char *const shapes[] = {
        "Jun  1 10:00:01 h%1$u p%2$u[7]: something",
        "Jun  1 10:00:01 h%1$u exim%2$u[7]: [1/2] something",
        "Jun  1 10:00:01 h%1$u postfix/smtpd[%2$u]: NOQUEUE: reject: RCPT from "
        "unknown[203.0.113.7]: 554 5.7.1 <a@example.net>: Relay access denied; "
        "to=<a@example.net>",
        "Jun  1 10:00:01 h%1$u last message repeated 2 times",
    };
    unsigned host = laws_chance(70), program = laws_chance(1300);
    const char *shape = shapes[laws_chance(sizeof shapes / sizeof *shapes)];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int length = snprintf(room, 160, shape, host, program);
#pragma GCC diagnostic pop
    room[length] = '\n';
    return (struct slice){room, (size_t)length + 1};
}

/* More hosts and programs than are remembered. */
static void test_too_many_names(void **state) {
    enum { MANY = 6000, FEW_ROUNDS = 4 };
    static char rooms[MANY][160];
    (void)state;
    for (int round = 0; round < FEW_ROUNDS; round++) {
        struct slice lines[MANY];
        for (int i = 0; i < MANY; i++)
            lines[i] = line_of_many(rooms[i]);
        try_stops(round, lines, MANY);
    }
}

static struct ledger ledger_and_totals(const struct run *run, struct totals *totals_r) {
    *totals_r = tally_totals(run->tally);
    return tally_ledger(run->tally);
}

/* One log cut into two files anywhere: the same account and the same totals. */
static void test_every_cut(void **state) {
    (void)state;
    struct laws_lines lines = laws_samples();
    struct totals must_totals, totals;
    struct run whole;
    one_run(&whole, lines.items, lines.count);
    struct ledger must = ledger_and_totals(&whole, &must_totals);
    for (size_t cut = 0; cut <= lines.count; cut++) {
        struct run parts;
        run_init(&parts, laws_options(1), laws_knowledge());
        laws_feed(&parts, "log.1", lines.items, 0, cut);
        laws_feed(&parts, "log", lines.items, cut, lines.count);
        struct ledger ledger = ledger_and_totals(&parts, &totals);
        assert_memory_equal(&ledger, &must, sizeof must);
        assert_memory_equal(&totals, &must_totals, sizeof must_totals);
        run_release(&parts);
    }
    run_release(&whole);
}

static void test_broken_state_is_refused(void **state) {
    (void)state;
    struct laws_lines lines = laws_samples();
    struct run whole;
    struct pack pack;
    one_run(&whole, lines.items, lines.count);
    laws_state(&whole, &pack);
    for (size_t length = 0; length < pack.length; length += 1 + length / 40) {
        struct run fresh;
        run_init(&fresh, laws_options(1), laws_knowledge());
        struct unpack unpack = {{pack.bytes, length}, false};
        assert_false(run_load(&fresh, &unpack));
        run_release(&fresh);
    }
    pack_release(&pack);
    run_release(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_stop),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_random_logs_random_stops),
        cmocka_unit_test(test_too_many_names),
        cmocka_unit_test(test_broken_state_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
