/* Edges: a spike begins with the first failure of what drove it, and ends with the last one; where
 * nothing drove it, or what did comes at other times as well, it stays as it was found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tally/edges.h"

enum { BEGIN = 1780272000, MINUTE = 60 };

static int64_t at(int minutes) {
    return BEGIN + (int64_t)minutes * MINUTE;
}

struct world {
    struct series_book *book;
    struct common *common;
    struct drivers *drivers;
    struct spike spike;
    struct spikes spikes;
    struct edges *edges;
};

/* One failure each `step` minutes of [from, to). */
struct run_of {
    int from, to, step;
    const char *domain;
    const char *sender; /* NULL: of nobody */
    uint32_t subject;   /* the same recipient of a message, tried again; 0: each another one */
};

/* Everywhere: what would come anyway, to one domain and another. */
static const struct run_of background[] = {{-6000, 6000, 97, "one.example.net", NULL, 0},
                                           {-6000, 6000, 113, "two.example.net", NULL, 0}};

static void give(const struct world *world, const struct run_of *run, unsigned round) {
    for (int minute = run->from; minute < run->to; minute += run->step) {
        struct failure failure = {.seconds = at(minute),
                                  .event = EVENT_DEFERRED,
                                  .class_name = SLICE("dns-failure"),
                                  .count = 1,
                                  .subject = run->subject,
                                  .source = SLICE("mail.log"),
                                  .line = 1};
        failure.values[DRIVER_SENDER] = slice_of(run->sender);
        failure.values[DRIVER_RECIPIENT_DOMAIN] = slice_of(run->domain);
        const struct finding finding = {.record = {.kind = RECORD_OUTCOME,
                                                   .event = EVENT_DEFERRED,
                                                   .level = LEVEL_ATTEMPT,
                                                   .direction = DIRECTION_OUT},
                                        .verdict = {.class_name = "dns-failure"},
                                        .repeat = 1,
                                        .after = FATE_WAITING,
                                        .time = {.seconds = at(minute)}};
        if (round == 0)
            series_book_add(world->book, &finding);
        if (round == 1)
            drivers_look(world->drivers, &failure);
        if (round == 2)
            drivers_count(world->drivers, &failure);
        if (round == 3)
            edges_look(world->edges, &failure);
    }
}

static void give_all(const struct world *world, const struct run_of *runs, unsigned round) {
    for (size_t i = 0; i < sizeof background / sizeof *background; i++)
        give(world, &background[i], round);
    for (; runs->step; runs++)
        give(world, runs, round);
}

static struct spike found_at(const struct world *world, int from, int to) {
    struct spike spike = {.event = EVENT_DEFERRED,
                          .class_name = SLICE("dns-failure"),
                          .start = at(from),
                          .end = at(to),
                          .expected = 4,
                          .surprise = 50};
    spike.count =
        series_book_count(world->book, EVENT_DEFERRED, spike.class_name, spike.start, spike.end);
    return spike;
}

static bool move_all(struct world *world, struct spike *items, size_t count,
                     const struct run_of *runs) {
    world->spikes = (struct spikes){.items = items, .count = count};
    world->drivers = drivers_new(&world->spikes, world->common, SERIES_BUCKET);
    give_all(world, runs, 1);
    drivers_settle(world->drivers);
    give_all(world, runs, 2);
    drivers_rank(world->drivers);
    world->edges = edges_new(&world->spikes, world->drivers);
    bool has_moved = false;
    if (world->edges) { /* a driver tells */
        give_all(world, runs, 3);
        has_moved = edges_move(world->edges, &world->spikes, world->book);
    }
    return edges_join(&world->spikes, world->book) || has_moved;
}

/* Found between two times: gives whether it has moved. */
static bool find_with(struct common *common, struct world *world, int from, int to,
                      const struct run_of *runs) {
    *world = (struct world){.book = series_book_new(SERIES_BUCKET), .common = common};
    give_all(world, runs, 0);
    world->spike = found_at(world, from, to);
    return move_all(world, &world->spike, 1, runs);
}

static bool find(struct world *world, int from, int to, const struct run_of *runs) {
    return find_with(NULL, world, from, to, runs);
}

static void end(const struct world *world) {
    common_free(world->common);
    edges_free(world->edges);
    drivers_free(world->drivers);
    series_book_free(world->book);
}

static void assert_between(const struct world *world, int from, int to) {
    assert_int_equal((world->spike.start - BEGIN) / MINUTE, from);
    assert_int_equal((world->spike.end - BEGIN) / MINUTE, to);
    assert_int_equal(world->spike.count,
                     series_book_count(world->book, EVENT_DEFERRED, SLICE("dns-failure"),
                                       world->spike.start, world->spike.end));
}

/* Noise in front of it was taken for its beginning. */
static void test_found_too_wide(void **state) {
    (void)state;
    const struct run_of runs[] = {{180, 400, 6, "lost.example.net", NULL, 0}, {0}};
    struct world world;
    assert_true(find(&world, 0, 450, runs));
    assert_between(&world, 180, 400);
    assert_true(world.spike.expected < 2.5);
    end(&world);
}

/* What is asked for is told to be no driver, and it tells them. */
static void test_asked_for(void **state) {
    const struct run_of runs[] = {{180, 400, 6, "lost.example.net", NULL, 0}, {0}};
    const struct finding finding = {.record = {.kind = RECORD_OUTCOME,
                                               .event = EVENT_DEFERRED,
                                               .level = LEVEL_ATTEMPT,
                                               .recipient = SLICE("kim@lost.example.net")}};
    struct filter filter = {0};
    struct world world;
    (void)state;
    assert_true(filter_add(&filter, FILTER_RECIPIENT_DOMAIN, "lost*", NULL));
    struct common *common = common_new(&filter);
    common_add(common, &finding);
    assert_true(find_with(common, &world, 0, 450, runs));
    assert_int_equal(drivers_of(world.drivers, 0)->driver_count, 0);
    assert_between(&world, 180, 400);
    end(&world);
}

/* It builds up: the thin beginning was not enough for the search. */
static void test_found_too_late(void **state) {
    (void)state;
    const struct run_of runs[] = {{60, 240, 25, "lost.example.net", NULL, 0},
                                  {240, 400, 4, "lost.example.net", NULL, 0},
                                  {0}};
    struct world world;
    assert_true(find(&world, 240, 400, runs));
    assert_between(&world, 60, 400);
    end(&world);
}

/* The same domain had a failure the day before: that is another matter. */
static void test_a_stray_one(void **state) {
    (void)state;
    const struct run_of runs[] = {{-300, -299, 5, "lost.example.net", NULL, 0},
                                  {180, 400, 6, "lost.example.net", NULL, 0},
                                  {0}};
    struct world world;
    assert_true(find(&world, 0, 450, runs));
    assert_between(&world, 180, 400);
    end(&world);
}

/* Two of its failures, and then none for two hours: those were something else. */
static void test_strays_before(void **state) {
    (void)state;
    const struct run_of runs[] = {{50, 61, 10, "lost.example.net", NULL, 0},
                                  {180, 400, 10, "lost.example.net", NULL, 0},
                                  {0}};
    struct world world;
    assert_true(find(&world, 0, 450, runs));
    assert_between(&world, 180, 395);
    end(&world);
}

/* The third lies across both of the others, so all three are one. */
static void test_all_that_meet(void **state) {
    (void)state;
    struct world world = {.book = series_book_new(SERIES_BUCKET)};
    const struct run_of runs[] = {{0, 400, 5, "lost.example.net", NULL, 0}, {0}};
    give_all(&world, runs, 0);
    struct spike three[] = {found_at(&world, 0, 100), found_at(&world, 200, 300),
                            found_at(&world, 80, 220)};
    struct spikes spikes = {.items = three, .count = 3};
    three[0].extra = three[0].expected / 2;
    assert_true(edges_join(&spikes, world.book));
    assert_int_equal(spikes.count, 1);
    assert_int_equal((three[0].start - BEGIN) / MINUTE, 0);
    assert_int_equal((three[0].end - BEGIN) / MINUTE, 300);
    assert_true(three[0].extra == three[0].expected / 2);
    assert_false(edges_join(&spikes, world.book));
    series_book_free(world.book);
}

/* Found in two parts: its driver says that they are one. */
static void test_two_that_meet(void **state) {
    (void)state;
    const struct run_of runs[] = {{180, 400, 6, "lost.example.net", NULL, 0}, {0}};
    struct world world = {.book = series_book_new(SERIES_BUCKET)};
    give_all(&world, runs, 0);
    struct spike items[] = {found_at(&world, 180, 280), found_at(&world, 300, 420)};
    assert_true(move_all(&world, items, 2, runs));
    assert_int_equal(world.spikes.count, 1);
    world.spike = items[0];
    assert_between(&world, 180, 400);
    end(&world);
}

/* Some of its mail waited, and got through hours before. */
static void test_what_got_through(void **state) {
    (void)state;
    const struct run_of runs[] = {{-80, -60, 5, "lost.example.net", NULL, 7},
                                  {190, 400, 6, "lost.example.net", NULL, 0},
                                  {0}};
    struct world world;
    assert_true(find(&world, 180, 450, runs));
    assert_between(&world, 190, 395);
    end(&world);
}

/* The same, but that it waits all the time. */
static void test_what_still_waits(void **state) {
    (void)state;
    const struct run_of runs[] = {{-80, -60, 5, "lost.example.net", NULL, 7},
                                  {190, 400, 6, "lost.example.net", NULL, 0},
                                  {395, 396, 6, "lost.example.net", NULL, 7},
                                  {0}};
    struct world world;
    assert_true(find(&world, 180, 450, runs));
    assert_between(&world, -80, 400);
    end(&world);
}

/* A newsletter goes out while no name can be resolved: that is not when it began. */
static void test_who_only_sends(void **state) {
    (void)state;
    const struct run_of runs[] = {{100, 400, 10, "one.example.net", NULL, 0},
                                  {104, 400, 10, "two.example.net", NULL, 0},
                                  {300, 340, 1, "one.example.net", "letter@example.com", 0},
                                  {301, 341, 1, "two.example.net", "letter@example.com", 0},
                                  {0}};
    struct world world;
    assert_false(find(&world, 100, 400, runs));
    assert_between(&world, 100, 400);
    end(&world);
}

static void test_nothing_drove_it(void **state) {
    (void)state;
    const struct run_of runs[] = {{180, 400, 12, "one.example.net", NULL, 0},
                                  {182, 400, 12, "two.example.net", NULL, 0},
                                  {0}};
    struct world world;
    assert_false(find(&world, 100, 450, runs));
    assert_between(&world, 100, 450);
    end(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_too_wide),   cmocka_unit_test(test_found_too_late),
        cmocka_unit_test(test_asked_for),        cmocka_unit_test(test_a_stray_one),
        cmocka_unit_test(test_strays_before),    cmocka_unit_test(test_all_that_meet),
        cmocka_unit_test(test_two_that_meet),    cmocka_unit_test(test_what_got_through),
        cmocka_unit_test(test_what_still_waits), cmocka_unit_test(test_who_only_sends),
        cmocka_unit_test(test_nothing_drove_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
