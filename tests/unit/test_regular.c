/* Regular: what comes at the same time of other days or weeks is told from what came once. */
#include "tally/regular.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/moment.h"

enum {
    DAYS = 15,
    BUCKET = 3600,
    BUCKETS = DAYS * DAY_HOURS,
    MONDAY = 1780272000,
    TEN = 7 * DAY_HOURS + 10, /* of the second Monday */
    LENGTH = 2
};

struct world {
    struct calendar calendar;
    int64_t begins[DAYS];
    uint8_t is_known[BUCKETS + 1];
    double counts[BUCKETS + 1], first_tries[BUCKETS + 1], expected[BUCKETS + 1];
};

static void sum_up(double *values) {
    double sum = 0;
    for (size_t i = 0; i <= BUCKETS; i++) {
        double here = values[i];
        values[i] = sum;
        sum += here;
    }
}

/* Failures in two hours, on some days. */
struct came {
    int day, hour;
    double count, first_tries;
};

static bool is_again(const struct came *came, double first_part) {
    static struct world world;
    memset(&world, 0, sizeof world);
    for (int i = 0; i < DAYS; i++)
        world.begins[i] = MONDAY + (int64_t)i * DAY_SECONDS;
    memset(world.is_known, 1, BUCKETS);
    world.calendar = (struct calendar){.bucket = BUCKET,
                                       .per_hour = 1,
                                       .days = DAYS,
                                       .hours = BUCKETS,
                                       .buckets = BUCKETS,
                                       .begins = world.begins,
                                       .is_known = world.is_known};
    for (size_t i = 0; i < BUCKETS; i++)
        world.expected[i] = 0.5;
    for (; came->count > 0; came++)
        for (int i = 0; i < LENGTH; i++) {
            world.counts[came->day * DAY_HOURS + came->hour + i] = came->count / LENGTH;
            world.first_tries[came->day * DAY_HOURS + came->hour + i] = came->first_tries / LENGTH;
        }
    sum_up(world.counts);
    sum_up(world.first_tries);
    sum_up(world.expected);
    return comes_again(&world.calendar,
                       &(struct again){.counts = world.counts,
                                       .first_tries = world.first_tries,
                                       .first_part = first_part,
                                       .expected = world.expected},
                       TEN, TEN + LENGTH);
}

static void test_other_times(void **state) {
    (void)state;
    const struct {
        struct came came[9];
        double first_part;
        bool wanted;
    } rows[] = {
        {{{7, 10, 50, 0}}, 0, false},
        {{{7, 10, 50, 0}, {14, 10, 40, 0}}, 0, true},  /* of another week */
        {{{7, 10, 50, 0}, {14, 11, 40, 0}}, 0, true},  /* an hour later */
        {{{7, 10, 50, 0}, {14, 14, 40, 0}}, 0, false}, /* at another time */
        {{{7, 10, 50, 0}, {14, 10, 10, 0}}, 0, false}, /* much less */
        {{{7, 10, 50, 0}, {3, 10, 40, 0}, {5, 10, 40, 0}}, 0, false},
        {{{7, 10, 50, 0}, {3, 10, 40, 0}, {5, 10, 40, 0}, {9, 10, 40, 0}}, 0, true},
        /* Tries of what waits since another day, and a mailing that comes each week. */
        {{{7, 10, 50, 20}, {14, 10, 40, 1}}, 0.1, false},
        {{{7, 10, 50, 20}, {14, 10, 40, 15}}, 0.1, true},
        {{{7, 10, 50, 0}, {14, 10, 40, 1}}, 0.1, false}, /* nothing but tries */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_again(rows[i].came, rows[i].first_part) != rows[i].wanted)
            fail_msg("row %zu", i);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_other_times)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
