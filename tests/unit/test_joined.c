/* joined - who is hit by a reason: names that several reasons of the tally have are one, and the
 * first by count and name are kept, against a plain table of sums.
 */
#include "report/joined.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "mta/mta.h"
#include "reason_book.h"

enum { NAMES = 40, LOGS = 60 };

static void hit(struct tally *tally, const char *mta, unsigned name, unsigned times) {
    char recipient[32];
    snprintf(recipient, sizeof recipient, "a@d%u.example.net", name);
    struct finding finding = {
        .record = {.kind = RECORD_OUTCOME,
                   .event = EVENT_BOUNCED,
                   .level = LEVEL_RECIPIENT,
                   .direction = DIRECTION_OUT,
                   .recipient = slice_of(name ? recipient : "")},
        .mta = mta_named(slice_of(mta)),
        .verdict.class_name = "unclassified",
        .source = "log",
        .repeat = times,
    };
    tally_add(tally, &finding);
}

struct truth {
    char name[32];
    uint64_t count;
};

/* Those hit first, then by name, never hit ones last. */
static int compare(const void *left, const void *right) {
    const struct truth *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(a->name, b->name);
}

static void check(const struct joining *joining, const struct truth *truth) {
    size_t names = 0;
    assert_int_equal(joining->count, 1);
    const struct joined *joined = &joining->items[0];
    while (names < NAMES && truth[names].count)
        names++;
    assert_int_equal(joined->affected_count, names);
    for (size_t i = 0; i < names && i < AFFECTED_KNOWN; i++) {
        const struct tally_affected *affected = &joined->affected[i];
        assert_true(slice_is(affected->name, truth[i].name));
        assert_int_equal(affected->count, truth[i].count);
    }
}

static void test_names_of_several(void **state) {
    static const char *const names[] = {"postfix", "exim", "sendmail"};
    const struct rulebook *book = ((struct book *)*state)->rules;
    for (unsigned log = 0; log < LOGS; log++) {
        struct tally *tally = tally_new();
        struct truth truth[NAMES];
        struct joining all, apart;
        for (unsigned name = 0; name < NAMES; name++) {
            truth[name].count = 0;
            snprintf(truth[name].name, sizeof truth->name, "d%u.example.net", name + 1);
        }
        for (unsigned i = 0, hits = 1 + chance(1 + chance(100)); i < hits; i++) {
            unsigned name = chance(1 + chance(NAMES)), times = 1 + chance(3);
            hit(tally, names[chance(1 + log % 3)], name + 1, times);
            truth[name].count += times;
        }
        qsort(truth, NAMES, sizeof *truth, compare);
        joining_make(&all, &apart, tally, book, NULL);
        check(&all, truth);
        check(&apart, truth);
        joining_release(&all);
        joining_release(&apart);
        tally_free(tally);
    }
}

/* More than are told apart: the rest is counted as one, and stands behind those with names. */
static void test_more_than_told(void **state) {
    enum { MANY = 1200, TOLD = 1000 };
    const struct rulebook *book = ((struct book *)*state)->rules;
    struct tally *tally = tally_new();
    struct joining all, apart;
    for (unsigned name = 1; name <= MANY; name++)
        hit(tally, "postfix", name, 1);
    hit(tally, "exim", 7, 1);
    joining_make(&all, &apart, tally, book, NULL);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.items[0].affected_count, TOLD + 1);
    assert_true(all.items[0].affected_more);
    assert_true(slice_is(all.items[0].affected[0].name, "d7.example.net"));
    assert_true(slice_is(all.items[0].affected[1].name, "d1.example.net"));
    joining_release(&all);
    joining_release(&apart);
    tally_free(tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_of_several),
                                       cmocka_unit_test(test_more_than_told)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
