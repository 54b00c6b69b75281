/* changes - what is new, gone, more and fewer between two tallies; a name is told once, by what
 * says most; names far down the lists are found on both sides; and the order of what is to be done.
 */
#include "report/changes.h"

#include <stdio.h>

#include "reason_book.h"
#include "report/joined.h"
#include "tally/ranking.h"
#include "tally/templates.h"

static struct finding finding_of(const char *class_name, enum event event, const char *recipient) {
    return (struct finding){
        .record = {.kind = RECORD_OUTCOME,
                   .event = event,
                   .level = LEVEL_RECIPIENT,
                   .direction = DIRECTION_OUT,
                   .peer_host = SLICE("mx.example.net"),
                   .peer_ip = SLICE("198.51.100.5"),
                   .queue_id = SLICE("4C1D2E3F40"),
                   .recipient = slice_of(recipient)},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = class_name,
        .after = event == EVENT_DELIVERED ? FATE_DELIVERED : FATE_BOUNCED,
        .source = "log",
        .time = {.seconds = 1000},
        .repeat = 1,
    };
}

static void add(struct tally *tally, const char *class_name, const char *recipient,
                uint64_t times) {
    bool is_delivery = !class_name;
    struct finding finding = finding_of(is_delivery ? "accepted" : class_name,
                                        is_delivery ? EVENT_DELIVERED : EVENT_BOUNCED, recipient);
    for (; times; times--)
        tally_add(tally, &finding);
}

static struct changes changes_of(const struct tally *before, const struct tally *now) {
    struct changes changes;
    changes_find(&changes, now, &(struct compared){.before = before, .spans = {1, 1}});
    return changes;
}

/* The row of a name that changed; NULL: none. */
static const struct changed *row_of(const struct changes *changes, enum changed_table table,
                                    const char *name) {
    const struct changed *found = NULL;
    for (size_t i = 0; i < changes->count; i++) {
        const struct changed *row = &changes->rows[i];
        if (row->table != table || !slice_is(row->name, name) || row->change == CHANGE_NONE)
            continue;
        if (found)
            fail_msg("%s is told twice", name);
        found = row;
    }
    return found;
}

static void assert_row(const struct changes *changes, enum changed_table table, const char *name,
                       enum change change, uint64_t before, uint64_t now) {
    const struct changed *row = row_of(changes, table, name);
    if (!row)
        fail_msg("%s is not told", name);
    assert_int_equal(row->change, change);
    assert_int_equal(row->before, before);
    assert_int_equal(row->now, now);
}

static void test_each_change(void **state) {
    (void)state;
    struct tally *before = tally_new(), *now = tally_new();
    add(before, NULL, "a@same.example", 100);
    add(now, NULL, "a@same.example", 110);
    add(before, NULL, "a@gone.example", 100);
    add(now, NULL, "a@new.example", 100);
    add(before, NULL, "a@fewer.example", 400);
    add(now, NULL, "a@fewer.example", 20);
    add(before, NULL, "a@fails.example", 90);
    add(now, NULL, "a@fails.example", 10);
    add(now, "user-unknown", "a@fails.example", 80);
    add(now, NULL, "a@seldom.example", 1);
    add(before, NULL, "a@seldom-gone.example", 1);
    struct changes changes = changes_of(before, now);
    assert_row(&changes, CHANGED_RECIPIENT_DOMAINS, "gone.example", CHANGE_GONE, 100, 0);
    assert_row(&changes, CHANGED_RECIPIENT_DOMAINS, "new.example", CHANGE_NEW, 0, 100);
    assert_row(&changes, CHANGED_RECIPIENT_DOMAINS, "fewer.example", CHANGE_SHRANK, 400, 20);
    /* By its failures, of which there were none; the name was there. */
    assert_row(&changes, CHANGED_RECIPIENT_DOMAINS, "fails.example", CHANGE_GREW, 0, 80);
    assert_string_equal(row_of(&changes, CHANGED_RECIPIENT_DOMAINS, "fails.example")->unit,
                        "failures");
    assert_row(&changes, CHANGED_REASONS, "user-unknown", CHANGE_NEW, 0, 80);
    assert_row(&changes, CHANGED_TOTALS, "bounced", CHANGE_NEW, 0, 80);
    assert_null(row_of(&changes, CHANGED_RECIPIENT_DOMAINS, "same.example"));
    assert_null(row_of(&changes, CHANGED_RECIPIENT_DOMAINS, "seldom.example"));
    assert_int_equal(changes.seldom_new, 1);
    assert_int_equal(changes.seldom_gone, 1);
    changes_release(&changes);
    tally_free(before);
    tally_free(now);
}

/* Below the names that the lists of the other log know. */
static void test_far_down(void **state) {
    (void)state;
    struct tally *before = tally_new(), *now = tally_new();
    for (unsigned i = 0; i < 3 * RANKING_NAMES; i++) {
        char recipient[64];
        snprintf(recipient, sizeof recipient, "a@d%u.example", i);
        add(before, NULL, recipient, 30);
    }
    add(before, NULL, "a@zz.example", 25);
    add(now, NULL, "a@zz.example", 25);
    struct changes changes = changes_of(before, now);
    assert_null(row_of(&changes, CHANGED_RECIPIENT_DOMAINS, "zz.example"));
    changes_release(&changes);
    tally_free(before);
    tally_free(now);
}

/* Texts, of some of which history only has the number: what that explains is not told. */
static void texts_that_are_not_told_apart(void **state) {
    static const struct {
        uint64_t before, now, before_others, now_others;
        enum change change;
    } rows[] = {
        {0, 100, 0, 0, CHANGE_NEW},      {0, 100, 100, 0, CHANGE_NONE},
        {0, 100, 5000, 0, CHANGE_NONE},  {0, 1000, 100, 0, CHANGE_NEW},
        {100, 0, 0, 0, CHANGE_GONE},     {100, 0, 0, 100, CHANGE_NONE},
        {100, 0, 0, 5000, CHANGE_NONE},  {1000, 0, 0, 100, CHANGE_GONE},
        {10, 1000, 500, 0, CHANGE_GREW}, {100, 100, 0, 5000, CHANGE_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tally *both[2] = {tally_new(), tally_new()};
        const uint64_t counts[2] = {rows[i].before, rows[i].now},
                       others[2] = {rows[i].before_others, rows[i].now_others};
        for (size_t time = 0; time < 2; time++) {
            tally_keep_templates(both[time]);
            templates_put_others(tally_templates(both[time]), others[time]);
            if (counts[time])
                templates_put(tally_templates(both[time]),
                              &(struct template_count){.class_name = SLICE("spam-content"),
                                                       .text = SLICE("no"),
                                                       .count = counts[time]});
        }
        struct changes changes = changes_of(both[0], both[1]);
        const struct changed *row = row_of(&changes, CHANGED_TEMPLATES, "no");
        assert_int_equal(row ? row->change : CHANGE_NONE, rows[i].change);
        changes_release(&changes);
        tally_free(both[0]);
        tally_free(both[1]);
    }
}

static void assert_order(const struct joining *joining, const char *const *names, size_t count) {
    assert_int_equal(joining->count, count);
    for (size_t i = 0; i < count; i++)
        if (!slice_is(joining->items[i].class_name, names[i]))
            fail_msg("place %zu: %.*s, not %s", i, SLICE_ARGS(joining->items[i].class_name),
                     names[i]);
}

/* Severities of what goes out: critical, error twice, warning twice. */
static void test_order_of_cards(void **state) {
    const struct book *book = *state;
    static const char *const plain[] = {"blocklisted", "auth-required", "bad-credentials",
                                        "user-unknown", "policy-rejected"};
    static const char *const ranked[] = {"blocklisted", "bad-credentials", "policy-rejected",
                                         "auth-required", "user-unknown"};
    struct tally *before = tally_new(), *now = tally_new();
    struct joining all, apart;
    add(before, "blocklisted", "a@a.example", 5);
    add(now, "blocklisted", "a@a.example", 5);
    add(before, "auth-required", "a@a.example", 100);
    add(now, "auth-required", "a@a.example", 100);
    add(now, "bad-credentials", "a@a.example", 2);
    add(before, "user-unknown", "a@a.example", 100);
    add(now, "user-unknown", "a@a.example", 90);
    add(before, "policy-rejected", "a@a.example", 3);
    add(now, "policy-rejected", "a@a.example", 80);
    joining_make(&all, &apart, now, book->rules, NULL);
    assert_order(&apart, plain, sizeof plain / sizeof *plain);
    struct changes changes = changes_of(before, now);
    joining_rank(&apart, &changes);
    assert_order(&apart, ranked, sizeof ranked / sizeof *ranked);
    changes_release(&changes);
    joining_release(&all);
    joining_release(&apart);
    tally_free(before);
    tally_free(now);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_change),
        cmocka_unit_test(test_far_down),
        cmocka_unit_test(texts_that_are_not_told_apart),
        cmocka_unit_test(test_order_of_cards),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
