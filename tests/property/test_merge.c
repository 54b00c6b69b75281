/* merge - tallies of different hosts add up to the same in any order and grouping, and to what one
 * run over all of them counts. */
#include "laws.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

enum { HOSTS = 6, ROUNDS = 200 };

/* One log a host: every host reads another part of the samples, so nothing is shared. */
static void host_run(struct run *run, int host, bool init) {
    struct laws_lines lines = laws_samples();
    char name[32];
    size_t part = lines.count / HOSTS;
    snprintf(name, sizeof name, "host-%d.log", HOSTS - host);
    if (init) {
        run_init(run, laws_options(1), laws_knowledge());
        tally_keep_templates(run->tally);
    }
    /* Whole messages of a host stay together: the cut is between hosts, not inside one. */
    laws_feed(run, name, lines.items + (size_t)host * part, 0, part);
}

static void tally_bytes(const struct tally *tally, struct pack *pack) {
    pack_init(pack);
    tally_save(tally, pack);
}

static void assert_same_tally(const struct tally *a, const struct tally *b) {
    struct pack left, right;
    tally_bytes(a, &left);
    tally_bytes(b, &right);
    assert_int_equal(left.length, right.length);
    assert_memory_equal(left.bytes, right.bytes, left.length);
    pack_release(&left);
    pack_release(&right);
}

static void shuffle(int order[HOSTS]) {
    for (int i = 0; i < HOSTS; i++)
        order[i] = i;
    for (int i = HOSTS - 1; i > 0; i--) {
        int other = (int)laws_chance((unsigned)i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static void test_any_order(void **state) {
    (void)state;
    struct run runs[HOSTS];
    for (int i = 0; i < HOSTS; i++)
        host_run(&runs[i], i, true);
    struct tally *first = tally_new();
    for (int i = 0; i < HOSTS; i++)
        tally_merge(first, runs[i].tally);
    assert_true(tally_totals(first).delivered > 0);
    for (int round = 0; round < ROUNDS; round++) {
        int order[HOSTS];
        struct tally *left = tally_new(), *right = tally_new();
        shuffle(order);
        unsigned cut = laws_chance(HOSTS + 1);
        for (unsigned i = 0; i < HOSTS; i++)
            tally_merge(i < cut ? left : right, runs[order[i]].tally);
        tally_merge(left, right);
        assert_same_tally(first, left);
        tally_free(left);
        tally_free(right);
    }
    tally_free(first);
    for (int i = 0; i < HOSTS; i++)
        run_release(&runs[i]);
}

static void test_equals_separate_runs(void **state) {
    (void)state;
    struct run all;
    struct tally *sum = tally_new();
    run_init(&all, laws_options(1), laws_knowledge());
    for (int i = 0; i < HOSTS; i++) {
        struct run one;
        host_run(&one, i, true);
        tally_merge(sum, one.tally);
        run_release(&one);
    }
    struct totals totals = tally_totals(sum);
    struct ledger ledger = tally_ledger(sum);
    for (int i = 0; i < HOSTS; i++)
        host_run(&all, i, false);
    struct ledger whole = tally_ledger(all.tally);
    assert_memory_equal(&ledger, &whole, sizeof whole);
    assert_int_equal(totals.rejections, tally_totals(all.tally).rejections);
    assert_int_equal(totals.deferrals, tally_totals(all.tally).deferrals);
    assert_int_equal(totals.auth_failed, tally_totals(all.tally).auth_failed);
    run_release(&all);
    tally_free(sum);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_any_order),
                                       cmocka_unit_test(test_equals_separate_runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
