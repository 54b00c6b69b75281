/* Doubts: what chance may show as well is a spike where it is of one driver, again and again; not
 * where it is one burst, one message, one recipient, no more than more mail brings, or what comes
 * at the same time each week.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tally/doubts.h"

enum { BEGIN = 1780272000, MINUTE = 60, HOURS = 5 };

/* Fifty failures in five hours, where twenty are usual. */
struct row {
    const char *what;
    int step;           /* seconds from one to the next */
    unsigned users;     /* that they are of */
    bool same_subject;  /* all of one recipient of a message */
    const char *sender; /* all of this one; NULL: of none */
    double extra, surprise;
    bool is_spike;
    bool by_moments, comes_again;
    unsigned elsewhere; /* of the first name, each half an hour at other times */
};

static const struct row rows[] = {
    {"one name, for hours", 360, 1, false, NULL, 0, 5, true, false, false, 0},
    {"many names", 360, 50, false, NULL, 0, 5, false, false, false, 0},
    {"many names, and beyond chance", 360, 50, false, NULL, 0, 13, true, false, false, 0},
    {"the same, known by that alone", 360, 50, false, NULL, 0, 13, false, true, false, 0},
    {"far beyond chance", 360, 50, false, NULL, 0, 40, true, true, false, 0},
    {"one name, in a minute", 1, 1, false, NULL, 0, 5, false, false, false, 0},
    {"one recipient, tried again and again", 360, 1, true, NULL, 0, 5, false, false, false, 0},
    {"one sender", 360, 50, false, "news@example.com", 0, 5, true, false, false, 0},
    {"one sender of a mailing", 360, 50, false, "offers@example.com", 18, 5, false, false, false,
     0},
    {"another name than last week", 360, 1, false, NULL, 0, 5, true, true, true, 0},
    {"many names, each week", 360, 50, false, NULL, 0, 40, false, true, true, 0},
    {"this name each week", 360, 1, false, NULL, 0, 40, false, true, true, 40},
    {"this name, now and then", 360, 1, false, NULL, 0, 40, true, true, false, 40},
};

struct world {
    struct spike spike;
    struct spikes spikes;
    struct drivers *drivers;
    struct doubts *doubts;
};

static void give_one(const struct world *world, struct failure *failure, const char *user,
                     int round) {
    failure->event = EVENT_AUTH_FAILED;
    failure->class_name = SLICE("bad-credentials");
    failure->count = 1;
    failure->values[DRIVER_USER] = slice_of(user);
    if (round == 0)
        drivers_look(world->drivers, failure);
    if (round == 1)
        drivers_count(world->drivers, failure);
    if (round == 2)
        doubts_look(world->doubts, failure);
}

static void give(const struct world *world, const struct row *row, int round) {
    char user[20];
    for (int i = 0; i < 500; i++) { /* at other times: four an hour, of twenty names */
        struct failure failure = {.seconds = BEGIN + (i + 40) * 15 * MINUTE};
        snprintf(user, sizeof user, "usual%d", i % 20);
        give_one(world, &failure, user, round);
    }
    for (unsigned i = 0; i < row->elsewhere; i++) {
        struct failure failure = {.seconds = BEGIN + ((int)i + 100) * 30 * MINUTE};
        give_one(world, &failure, "name0", round);
    }
    for (unsigned i = 0; i < 50; i++) {
        struct failure failure = {.seconds = BEGIN + (int)i * row->step,
                                  .subject = row->same_subject ? 7 : i + 1};
        failure.values[DRIVER_SENDER] = slice_of(row->sender);
        snprintf(user, sizeof user, "name%u", i % row->users);
        give_one(world, &failure, user, round);
    }
}

static bool stays(const struct row *row) {
    struct world world = {.spike = {.event = EVENT_AUTH_FAILED,
                                    .class_name = SLICE("bad-credentials"),
                                    .start = BEGIN,
                                    .end = BEGIN + HOURS * 60 * MINUTE,
                                    .count = 50,
                                    .expected = 20,
                                    .extra = row->extra,
                                    .surprise = row->surprise,
                                    .by_moments = row->by_moments,
                                    .comes_again = row->comes_again,
                                    .needed = 10}};
    world.spikes = (struct spikes){.items = &world.spike, .count = 1};
    world.drivers = drivers_new(&world.spikes, NULL, SERIES_BUCKET);
    give(&world, row, 0);
    drivers_settle(world.drivers);
    give(&world, row, 1);
    drivers_rank(world.drivers);
    world.doubts = doubts_new(&world.spikes, world.drivers);
    give(&world, row, 2);
    bool is_less = doubts_settle(world.doubts, &world.spikes);
    assert_int_equal(is_less, !world.spikes.count);
    doubts_free(world.doubts);
    drivers_free(world.drivers);
    return world.spikes.count == 1;
}

static void test_drivers_bear_out(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (stays(&rows[i]) != rows[i].is_spike)
            fail_msg("%s: %s", rows[i].what, rows[i].is_spike ? "a spike" : "none");
}

/* The order stays, and what is sure needs no failures. */
static void test_settled_alone(void **state) {
    (void)state;
    struct spike items[] = {{.count = 1, .surprise = 30, .needed = 10},
                            {.count = 2, .surprise = 9, .needed = 10},
                            {.count = 3, .surprise = 8, .needed = 8},
                            {.count = 4, .surprise = 8, .needed = 8, .comes_again = true}};
    struct spikes spikes = {.items = items, .count = 4};
    doubts_settle(NULL, &spikes);
    assert_int_equal(spikes.count, 2);
    assert_int_equal(items[0].count, 1);
    assert_int_equal(items[1].count, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drivers_bear_out),
        cmocka_unit_test(test_settled_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
