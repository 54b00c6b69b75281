/* counts, ranking, spread - against plain sums over everything that was added, across growing,
 * clearing of names, saving and merging. */
#include "tally/ranking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "tally/spread.h"

enum { NAMES = 20000, LINES = 200000 };

/* Few names are frequent, most are rare. */
static unsigned any_name(void) {
    unsigned of = chance(4) ? NAMES : 1 + chance(NAMES);
    return chance(1 + chance(of));
}

/* Too few for most of what is added. */
static const struct counts_room rooms[] = {{0, 0, 4}, {0, 4, 11}, {1, 0, 64}};
static const struct ranking_layout layout = {.numbers = 3,
                                             .maxima = 1,
                                             .rooms = rooms,
                                             .shape = {1, 1, 2},
                                             .order_count = 2,
                                             .orders = {0, 1}};

struct truth {
    uint64_t lines[NAMES], bytes[NAMES], longest[NAMES];
};

static struct slice name_text(unsigned name, char *room) {
    return (struct slice){room, (size_t)snprintf(room, 64, "user%u@example.com", name)};
}

/* In both ways: by hash most additions go a short way. */
static void add_some_way(struct ranking *ranking, struct slice text, const uint64_t by[3]) {
    struct name name = ranking_name(text);
    struct amounts amounts;
    if (chance(2)) {
        ranking_add(ranking, text, by);
        return;
    }
    amounts_clear(&amounts);
    for (size_t number = 0; number < 3; number++)
        amounts_set(&amounts, rooms, number, by[number]);
    ranking_add_name(ranking, &layout, &name, &amounts);
}

static struct ranking ranking_of(struct truth *truth, unsigned lines) {
    struct ranking ranking;
    ranking_init(&ranking, &layout);
    for (unsigned line = 0; line < lines; line++) {
        char room[64];
        unsigned name = any_name();
        uint64_t by[3] = {1, chance(1000), chance(100000)};
        struct slice text = name_text(name, room);
        room[0] = chance(2) ? 'u' : 'U';
        add_some_way(&ranking, text, by);
        truth->lines[name] += by[0];
        truth->bytes[name] += by[1];
        truth->longest[name] = truth->longest[name] > by[2] ? truth->longest[name] : by[2];
    }
    return ranking;
}

static uint64_t *ordered_by; /* of compare_truth */

static int compare_truth(const void *left, const void *right) {
    unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;
    char name[64], other[64];
    if (ordered_by[a] != ordered_by[b])
        return ordered_by[a] > ordered_by[b] ? -1 : 1;
    return slice_compare(name_text(a, name), name_text(b, other));
}

static void assert_top(const struct ranking *ranking, const struct truth *truth, size_t order,
                       uint64_t *numbers, size_t most) {
    static unsigned all[NAMES];
    size_t count;
    struct ranked *top = ranking_top(ranking, order, most, &count);
    for (unsigned name = 0; name < NAMES; name++)
        all[name] = name;
    ordered_by = numbers;
    qsort(all, NAMES, sizeof *all, compare_truth);
    assert_int_equal(count, most);
    for (size_t i = 0; i < count; i++) {
        char room[64];
        struct slice expected = name_text(all[i], room);
        assert_int_equal(slice_compare(top[i].name, expected), 0);
        assert_int_equal(top[i].numbers[0], truth->lines[all[i]]);
        assert_int_equal(top[i].numbers[1], truth->bytes[all[i]]);
        assert_int_equal(top[i].numbers[2], truth->longest[all[i]]);
        assert_int_equal(top[i].hash, ranking_hash(expected));
    }
    free(top);
}

static void test_the_top_is_exact(void **state) {
    static struct truth truth;
    struct ranking ranking = ranking_of(&truth, LINES);
    size_t distinct = 0;
    (void)state;
    for (unsigned name = 0; name < NAMES; name++)
        distinct += truth.lines[name] > 0;
    assert_int_equal(ranking.counts.count, distinct);
    uint64_t totals[COUNTS_MOST];
    counts_totals(&ranking.counts, totals);
    assert_int_equal(totals[0], LINES);
    assert_true(ranking.names.count <= 2 * RANKING_NAMES * 2); /* bounded, and was cleared */
    assert_true(distinct > 2 * RANKING_NAMES * 2);
    assert_top(&ranking, &truth, 0, truth.lines, RANKING_NAMES);
    assert_top(&ranking, &truth, 1, truth.bytes, RANKING_NAMES);
    assert_true(ranking_is_exact(&ranking, 0, RANKING_NAMES));
    assert_false(ranking_is_exact(&ranking, 0, distinct));
    ranking_release(&ranking);
}

/* As many names of one line each as one likes: the first by name are on top. */
static void test_ties_are_bounded(void **state) {
    static const struct ranking_layout whole = {
        .numbers = 1, .shape = {0, 1, 1}, .order_count = 1, .orders = {0}};
    struct ranking ranking;
    size_t count;
    (void)state;
    ranking_init(&ranking, &whole);
    for (unsigned name = 0; name < 50000; name++) {
        char room[64];
        uint64_t one = 1;
        struct slice text = {room, (size_t)snprintf(room, 64, "%05u", (name * 7919) % 50000)};
        ranking_add(&ranking, text, &one);
    }
    assert_true(ranking.names.count < 2 * RANKING_NAMES);
    struct ranked *top = ranking_top(&ranking, 0, 3, &count);
    assert_int_equal(count, 3);
    assert_true(slice_is(top[0].name, "00000") && slice_is(top[2].name, "00002"));
    free(top);
    ranking_release(&ranking);
}

static struct pack saved(const struct ranking *ranking) {
    struct pack pack;
    pack_init(&pack);
    ranking_save(ranking, &pack);
    return pack;
}

static void assert_same(const struct ranking *one, const struct ranking *other) {
    struct pack a = saved(one), b = saved(other);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.bytes, b.bytes, a.length);
    pack_release(&a);
    pack_release(&b);
}

static void test_saved_and_merged(void **state) {
    static struct truth one_truth, other_truth;
    struct ranking one = ranking_of(&one_truth, LINES / 2), loaded, there, back;
    struct ranking other = ranking_of(&other_truth, LINES / 4);
    struct pack pack = saved(&one);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    (void)state;
    ranking_init(&loaded, &layout);
    ranking_load(&loaded, &unpack);
    assert_false(unpack.broken);
    assert_same(&one, &loaded);
    ranking_init(&there, &layout);
    ranking_init(&back, &layout);
    ranking_merge(&there, &one);
    ranking_merge(&there, &other);
    ranking_merge(&back, &other);
    ranking_merge(&back, &one);
    assert_same(&there, &back);
    for (unsigned name = 0; name < NAMES; name++) {
        char room[64];
        uint64_t sums[COUNTS_MOST] = {0};
        counts_get(&there.counts, ranking_hash(name_text(name, room)), sums);
        assert_int_equal(sums[0], one_truth.lines[name] + other_truth.lines[name]);
    }
    for (size_t cut = 0; cut < pack.length; cut += 1 + pack.length / 50) {
        struct unpack part = {.rest = {pack.bytes, cut}};
        struct ranking broken;
        ranking_init(&broken, &layout);
        ranking_load(&broken, &part);
        assert_true(part.broken);
        ranking_release(&broken);
    }
    pack_release(&pack);
    struct ranking *all[] = {&one, &other, &loaded, &there, &back};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ranking_release(all[i]);
}

static int compare_numbers(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void assert_near(uint64_t estimate, uint64_t truth) {
    uint64_t error = estimate > truth ? estimate - truth : truth - estimate;
    assert_true(error <= truth * 7 / 100 + 500);
}

static uint64_t permille_of(struct spread *spread, size_t place, uint64_t name, unsigned permille) {
    struct spread_sum sum = {.all = 0};
    spread_gather(spread, place, name, &sum);
    return spread_sum_permille(&sum, permille);
}

static void test_percentiles(void **state) {
    enum { DURATIONS = 9999 };
    static uint64_t all[DURATIONS];
    struct spread spread;
    (void)state;
    spread_init(&spread);
    for (size_t i = 0; i < DURATIONS; i++) {
        const struct spread_owner one = {{7, 1 + i % 3, 20}}, other = {{8, 1, 20}};
        all[i] = (uint64_t)chance(1000) * chance(1000) * chance(10000);
        spread_add(&spread, &one, all[i], 1);
        spread_add(&spread, &other, 5000000, 3); /* another name's do not matter */
    }
    qsort(all, DURATIONS, sizeof *all, compare_numbers);
    assert_near(permille_of(&spread, 0, 7, 500), all[DURATIONS / 2]);
    assert_near(permille_of(&spread, 0, 7, 950), all[DURATIONS * 95 / 100]);
    assert_near(permille_of(&spread, 0, 8, 950), 5000000);
    assert_int_equal(permille_of(&spread, 0, 9, 500), 0);
    assert_int_equal(permille_of(&spread, 2, 7, 500), 0);
    struct spread_sum all_of_one = {.all = 0}, sum = {.all = 0};
    spread_gather(&spread, 1, 1, &all_of_one);
    assert_int_equal(all_of_one.all, DURATIONS / 3 + 3 * DURATIONS);
    spread_gather_all(&spread, &sum);
    assert_int_equal(sum.all, 4 * DURATIONS);
    const struct spread_owner late = {{9, 1, 20}}; /* after it was asked */
    spread_add(&spread, &late, 5000000, 1);
    assert_near(permille_of(&spread, 0, 9, 500), 5000000);
    spread_release(&spread);
}

static struct pack packed_spread(const struct spread *spread) {
    struct pack pack;
    pack_init(&pack);
    spread_save(spread, &pack);
    return pack;
}

static void assert_same_spread(const struct spread *one, const struct spread *other) {
    struct pack a = packed_spread(one), b = packed_spread(other);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.bytes, b.bytes, a.length);
    pack_release(&a);
    pack_release(&b);
}

/* In any order, in two parts, and saved in between, also where numbers outgrow their 24 bits. */
static void test_spread_is_a_sum(void **state) {
    enum { OWNERS = 50, ADDED = 20000, MANY = 1 << 22 };
    struct spread whole, parts[2], loaded;
    (void)state;
    spread_init(&whole);
    spread_init(&parts[0]);
    spread_init(&parts[1]);
    spread_init(&loaded);
    for (size_t i = 0; i < ADDED; i++) {
        const struct spread_owner owner = {{1 + chance(OWNERS), chance(2), 1}};
        uint64_t duration = (uint64_t)chance(100) << chance(30);
        uint64_t repeat = chance(20) ? 1 : 1 + (uint64_t)chance(MANY) * chance(MANY);
        spread_add(&whole, &owner, duration, repeat);
        spread_add(&parts[chance(2)], &owner, duration, repeat);
    }
    assert_true(whole.carried.count > 0);
    struct pack pack = packed_spread(&parts[1]);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    spread_load(&loaded, &unpack);
    assert_false(unpack.broken);
    spread_merge(&loaded, &parts[0]);
    spread_merge(&parts[0], &parts[1]);
    assert_same_spread(&loaded, &whole);
    assert_same_spread(&parts[0], &whole);
    pack_release(&pack);
    spread_release(&whole);
    spread_release(&parts[0]);
    spread_release(&parts[1]);
    spread_release(&loaded);
}

/* Each duration is near the middle of its step, and steps are in order. */
static void test_steps(void **state) {
    (void)state;
    for (uint64_t duration = 0; duration < 1000000000000; duration += 1 + duration / 50) {
        assert_near(spread_middle(spread_step(duration)), duration);
        assert_true(spread_step(duration + duration / 4) >= spread_step(duration));
    }
    assert_int_equal(spread_step(UINT64_MAX), SPREAD_STEPS - 1);
}

/* A name that was let go of before a merge is known again when it is added to. */
static void test_names_come_after_a_merge(void **state) {
    struct ranking from, into;
    struct amounts one;
    char room[64];
    size_t count;
    (void)state;
    ranking_init(&from, &layout);
    ranking_init(&into, &layout);
    from.most = into.most = 2;
    for (unsigned round = 0; round < 2; round++)
        for (unsigned name = 1; name < 20; name++)
            ranking_add(&from, name_text(name, room), (const uint64_t[]){2, 1, 1});
    ranking_add(&from, name_text(99, room), (const uint64_t[]){1, 0, 0});
    ranking_merge(&into, &from);
    amounts_clear(&one);
    amounts_set(&one, rooms, 0, 1);
    struct name name = ranking_name(name_text(99, room));
    for (int times = 0; times < 9; times++)
        ranking_add_name(&into, &layout, &name, &one);
    struct ranked *top = ranking_top(&into, 0, 1, &count);
    assert_int_equal(count, 1);
    assert_true(slice_is(top[0].name, "user99@example.com"));
    free(top);
    ranking_release(&from);
    ranking_release(&into);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_top_is_exact),         cmocka_unit_test(test_ties_are_bounded),
        cmocka_unit_test(test_saved_and_merged),         cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_spread_is_a_sum),          cmocka_unit_test(test_steps),
        cmocka_unit_test(test_names_come_after_a_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
