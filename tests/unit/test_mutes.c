/* mutes - what holds for a finding and for a whole reason; and that a tally tells muted findings
 * apart and counts them as ever, saved and loaded too.
 */
#include "finding/mutes.h"

#include "reason_book.h"
#include "report/joined.h"

static const struct mute items[] = {
    {.class_name = SLICE_INIT("auth-*")},
    {.class_name = SLICE_INIT("greylisted"), .is_over = true},
    {.words = SLICE_INIT("no such USER")},
    {.class_name = SLICE_INIT("mailbox-full"), .words = SLICE_INIT("quota of <address>")},
};
static const struct mutes mutes = {items, sizeof items / sizeof *items};

static struct finding finding_of(const char *class_name, const char *reply, const char *template) {
    return (struct finding){
        .record = {.kind = RECORD_OUTCOME,
                   .event = EVENT_BOUNCED,
                   .level = LEVEL_RECIPIENT,
                   .direction = DIRECTION_OUT,
                   .recipient = SLICE("a@example.net")},
        .mta = mta_named(SLICE("postfix")),
        .reply.whole = slice_of(reply),
        .template = slice_of(template),
        .verdict.class_name = class_name,
        .source = "log",
        .repeat = 1,
    };
}

static void test_what_holds(void **state) {
    (void)state;
    static const struct {
        const char *class_name, *reply, *template;
        unsigned by_words, by_class;
    } rows[] = {
        {"user-unknown", "550 5.1.1 No such user here", "No such user here", 3, 0},
        {"user-unknown", "550 5.1.1 unknown", "unknown", 0, 0},
        {"auth-required", "530 Log in", "Log in", 0, 1},
        {"greylisted", "450 later", "later", 0, 0},
        {"mailbox-full", "552 quota of <a@example.net>", "quota of <address>", 4, 0},
        {"over-size", "552 quota of <a@example.net>", "quota of <address>", 0, 0},
        {"over-size", "", "", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding finding = finding_of(rows[i].class_name, rows[i].reply, rows[i].template);
        assert_int_equal(mutes_of_finding(&mutes, &finding), rows[i].by_words);
        assert_int_equal(mutes_of_class(&mutes, slice_of(rows[i].class_name)), rows[i].by_class);
    }
}

static void assert_joined(const struct tally *tally, const struct rulebook *book) {
    static const struct {
        const char *class_name;
        unsigned muted;
        uint64_t count;
    } rows[] = {{"user-unknown", 0, 2}, {"user-unknown", 3, 1}, {"auth-required", 1, 1}};
    struct joining all, apart;
    joining_make(&all, &apart, tally, book, &mutes);
    assert_int_equal(all.count, 2);
    assert_int_equal(all.items[0].count + all.items[1].count, 4);
    assert_int_equal(apart.count, 3);
    for (size_t i = 0; i < apart.count; i++) {
        size_t found = 0;
        for (size_t row = 0; row < 3; row++)
            found += slice_is(apart.items[i].class_name, rows[row].class_name) &&
                     apart.items[i].muted == rows[row].muted &&
                     apart.items[i].count == rows[row].count;
        assert_int_equal(found, 1);
        assert_true(i > 0 || !apart.items[i].muted); /* what is to be done comes first */
    }
    joining_release(&all);
    joining_release(&apart);
}

static void test_told_apart(void **state) {
    const struct book *book = *state;
    const struct finding findings[] = {
        finding_of("user-unknown", "550 5.1.1 No such user here", "No such user here"),
        finding_of("user-unknown", "550 5.1.1 unknown", "unknown"),
        finding_of("user-unknown", "550 5.1.1 unknown", "unknown"),
        finding_of("auth-required", "530 Log in", "Log in"),
    };
    struct tally *tally = tally_new(), *loaded = tally_new();
    struct pack pack;
    tally_mute(tally, &mutes);
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
        tally_add(tally, &findings[i]);
    assert_joined(tally, book->rules);
    pack_init(&pack);
    tally_save(tally, &pack);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    assert_true(tally_load(loaded, &unpack));
    assert_joined(loaded, book->rules);
    pack_release(&pack);
    tally_free(tally);
    tally_free(loaded);
}

static void test_classes(void **state) {
    const struct book *book = *state;
    const struct mute wrong = {.class_name = SLICE_INIT("no-such"), .file = "c.yaml"};
    struct problem problem = {""};
    assert_true(mutes_check_classes(&mutes, book->rules, &problem));
    assert_false(mutes_check_classes(&(struct mutes){&wrong, 1}, book->rules, &problem));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_holds),
        cmocka_unit_test(test_told_apart),
        cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
