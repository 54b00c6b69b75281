/* differ - what stands out and what does not, exchanged sides, spans of other lengths, and how much
 * is told of logs that only chance keeps apart.
 */
#include "tally/differ.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "chance.h"

static const struct differ_spans day = {86400, 86400};

static void test_one_pair(void **state) {
    (void)state;
    static const struct {
        uint64_t before, now;
        struct differ_spans spans;
        bool is_told;
    } rows[] = {
        {0, 0, {1, 1}, false},          {5, 5, {1, 1}, false},
        {0, 1, {1, 1}, false},          {0, 5, {1, 1}, false},
        {0, 20, {1, 1}, true},          {20, 0, {1, 1}, true},
        {100, 130, {1, 1}, false},      {100, 300, {1, 1}, true},
        {1000, 1300, {1, 1}, false},    {100000, 130000, {1, 1}, false},
        {100000, 250000, {1, 1}, true}, {2400, 100, {24, 1}, false},
        {2400, 400, {24, 1}, true},     {2400, 10, {24, 1}, true},
        {100, 300, {0, 5}, true},       {100, 100, {0, 0}, false},
        {UINT64_MAX, 0, {1, 1}, true},  {UINT64_MAX, UINT64_MAX, {1, 1}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct differ_pair pair = {rows[i].before, rows[i].now, rows[i].spans, 0, false, false};
        differ_mark(&pair, 1);
        if (pair.is_told != rows[i].is_told)
            fail_msg("row %zu: score %f", i, pair.score);
    }
}

static void test_exchanged(void **state) {
    (void)state;
    for (int round = 0; round < 10000; round++) {
        uint64_t before = chance(1 + chance(100000)), now = chance(1 + chance(100000));
        struct differ_spans spans = {chance(100000), chance(100000)};
        struct differ_spans exchanged = {spans.now, spans.before};
        assert_true(differ_score(before, now, spans) == -differ_score(now, before, exchanged));
    }
}

static void test_expected(void **state) {
    (void)state;
    assert_int_equal(differ_expected(24, (struct differ_spans){24, 1}), 1);
    assert_int_equal(differ_expected(7, (struct differ_spans){1, 2}), 14);
    assert_int_equal(differ_expected(7, (struct differ_spans){0, 2}), 7);
}

/* More names beside one that stands out make it stand out less. */
static void test_many_beside(void **state) {
    (void)state;
    enum { NAMES = 5000 };
    static struct differ_pair pairs[NAMES];
    pairs[0] = (struct differ_pair){.before = 0, .now = 18, .spans = day};
    differ_mark(pairs, 1);
    assert_true(pairs[0].is_told);
    for (size_t i = 1; i < NAMES; i++)
        pairs[i] = (struct differ_pair){.before = 50, .now = 50, .spans = day};
    differ_mark(pairs, NAMES);
    assert_false(pairs[0].is_told);
    for (size_t i = 1; i < NAMES; i++) /* too few to be looked at: they do not count */
        pairs[i] = (struct differ_pair){.before = 1, .now = 1, .spans = day};
    differ_mark(pairs, NAMES);
    assert_true(pairs[0].is_told);
}

/* So many bursts of one to three. */
static uint64_t bursts(unsigned wanted) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < 8 * wanted; i++)
        sum += chance(8) ? 0 : 1 + chance(3);
    return sum;
}

/* Two days of one server that differ by a fifth of either sign, and nothing is new in them. */
static void test_of_chance_alone(void **state) {
    (void)state;
    enum { ROUNDS = 100, NAMES = 200 };
    size_t told = 0, rounds_told = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct differ_pair pairs[NAMES];
        size_t of_round = 0;
        for (size_t i = 0; i < NAMES; i++) {
            unsigned usual = 1 + chance(1 + chance(200));
            pairs[i] = (struct differ_pair){.before = bursts(usual * (80 + chance(41)) / 100),
                                            .now = bursts(usual * (80 + chance(41)) / 100),
                                            .spans = day};
        }
        differ_mark(pairs, NAMES);
        for (size_t i = 0; i < NAMES; i++)
            of_round += pairs[i].is_told;
        told += of_round;
        rounds_told += of_round > 0;
    }
    assert_true(rounds_told <= ROUNDS / 50);
    assert_true(told <= ROUNDS * NAMES / 10000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_pair),        cmocka_unit_test(test_exchanged),
        cmocka_unit_test(test_expected),        cmocka_unit_test(test_many_beside),
        cmocka_unit_test(test_of_chance_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
