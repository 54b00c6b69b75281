/* exchanged - comparing A with B tells the rows of comparing B with A, with new and gone, more and
 * fewer exchanged; a log does not differ from itself; and two spans that are counted in one run are
 * what two runs count. */
#include "laws.h"

#include <setjmp.h>

#include <cmocka.h>

#include "report/changes.h"

enum { ROUNDS = 40, MOST = 400 };

static const enum change turned[] = {
    [CHANGE_NONE] = CHANGE_NONE,   [CHANGE_NEW] = CHANGE_GONE, [CHANGE_GREW] = CHANGE_SHRANK,
    [CHANGE_SHRANK] = CHANGE_GREW, [CHANGE_GONE] = CHANGE_NEW,
};

/* Lines of the samples by chance, some of them very often. */
static void run_of_chance(struct run *run, unsigned times) {
    struct laws_lines lines = laws_samples();
    run_init(run, laws_options(1), laws_knowledge());
    tally_keep_templates(run->tally);
    for (unsigned i = 0; i < times; i++) {
        size_t from = laws_chance((unsigned)lines.count);
        size_t to = from + 1 + laws_chance(100);
        to = to < lines.count ? to : lines.count;
        for (unsigned again = laws_chance(20); again; again--)
            laws_feed(run, "log", lines.items, from, to);
    }
}

static struct changes changes_between(const struct run *before, const struct run *now,
                                      double length_before, double length_now) {
    struct changes changes;
    changes_find(&changes, now->tally,
                 &(struct compared){.before = before->tally, .spans = {length_before, length_now}});
    return changes;
}

static void assert_exchanged(const struct changes *there, const struct changes *back) {
    assert_int_equal(there->count, back->count);
    assert_int_equal(there->names, back->names);
    assert_int_equal(there->seldom_new, back->seldom_gone);
    assert_int_equal(there->seldom_gone, back->seldom_new);
    for (size_t i = 0; i < there->count; i++) {
        const struct changed *a = &there->rows[i], *b = &back->rows[i];
        assert_int_equal(a->table, b->table);
        assert_true(slice_equal(a->name, b->name) && slice_equal(a->event, b->event));
        assert_string_equal(a->unit, b->unit);
        assert_int_equal(a->before, b->now);
        assert_int_equal(a->now, b->before);
        assert_int_equal(a->change, turned[b->change]);
    }
}

static size_t told_in(const struct changes *changes) {
    size_t told = 0;
    for (size_t i = 0; i < changes->count; i++)
        told += changes->rows[i].change != CHANGE_NONE;
    return told;
}

static void test_exchanged(void **state) {
    (void)state;
    size_t told = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct run a, b;
        double lengths[2] = {1 + laws_chance(MOST), 1 + laws_chance(MOST)};
        run_of_chance(&a, laws_chance(20));
        run_of_chance(&b, laws_chance(20));
        struct changes there = changes_between(&a, &b, lengths[0], lengths[1]);
        struct changes back = changes_between(&b, &a, lengths[1], lengths[0]);
        assert_exchanged(&there, &back);
        told += told_in(&there);
        changes_release(&there);
        changes_release(&back);
        run_release(&a);
        run_release(&b);
    }
    assert_true(told > ROUNDS);
}

static void test_itself(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS / 4; round++) {
        struct run run;
        run_of_chance(&run, laws_chance(20));
        struct changes changes = changes_between(&run, &run, 5, 5);
        assert_int_equal(told_in(&changes), 0);
        assert_int_equal(changes.seldom_new + changes.seldom_gone, 0);
        changes_release(&changes);
        run_release(&run);
    }
}

/* ---- another span of the same log, in the same run */

static void run_of_span(struct run *run, struct options *options, struct time_span span,
                        struct beside *beside) {
    struct laws_lines lines = laws_samples();
    *options = *laws_options(1 + laws_chance(2));
    options->since = span.since;
    options->until = span.until;
    run_init(run, options, laws_knowledge());
    tally_keep_templates(run->tally);
    run->beside = beside;
    laws_feed(run, "log", lines.items, 0, lines.count);
}

static struct time_span span_of_chance(void) {
    enum { FIRST_OF_JUNE = 1780272000, DAY = 86400 };
    int64_t since = FIRST_OF_JUNE + laws_chance(DAY);
    struct time_span span = {since, since + 1 + laws_chance(DAY)};
    if (!laws_chance(4))
        span.since = MOMENT_NONE;
    if (!laws_chance(4))
        span.until = MOMENT_NONE;
    return span;
}

static void assert_same_counts(const struct tally *a, const struct tally *b) {
    struct totals of_a = tally_totals(a), of_b = tally_totals(b);
    struct changes changes;
    assert_memory_equal(&of_a, &of_b, sizeof of_a);
    changes_find(&changes, a, &(struct compared){.before = b, .spans = {1, 1}});
    assert_int_equal(told_in(&changes), 0);
    assert_int_equal(changes.seldom_new + changes.seldom_gone, 0);
    for (size_t i = 0; i < changes.count; i++)
        assert_int_equal(changes.rows[i].before, changes.rows[i].now);
    changes_release(&changes);
}

static void assert_same_bytes(const struct tally *a, const struct tally *b) {
    struct pack of_a, of_b;
    pack_init(&of_a);
    pack_init(&of_b);
    tally_save(a, &of_a);
    tally_save(b, &of_b);
    assert_int_equal(of_a.length, of_b.length);
    assert_memory_equal(of_a.bytes, of_b.bytes, of_a.length);
    pack_release(&of_a);
    pack_release(&of_b);
}

static void test_beside(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct run both, one, other;
        struct options options[3];
        struct time_span span = span_of_chance();
        struct beside beside = {span_of_chance(), journey_new(), tally_new()};
        tally_keep_templates(beside.tally);
        run_of_span(&both, &options[0], span, &beside);
        run_of_span(&one, &options[1], span, NULL);
        run_of_span(&other, &options[2], beside.span, NULL);
        assert_same_bytes(both.tally, one.tally);
        assert_same_counts(beside.tally, other.tally);
        run_release(&both);
        run_release(&one);
        run_release(&other);
        journey_free(beside.journey);
        tally_free(beside.tally);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exchanged),
                                       cmocka_unit_test(test_itself),
                                       cmocka_unit_test(test_beside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
