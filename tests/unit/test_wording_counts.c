/* templates - what is counted together, the bound, merging and saving; and that a tally counts them
 * only when it is told to.
 */
#include "tally/templates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEN = 16 };

static struct finding finding_of(const char *class_name, const char *text, int64_t seconds) {
    return (struct finding){
        .record = {.kind = RECORD_OUTCOME, .event = EVENT_BOUNCED, .level = LEVEL_RECIPIENT},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = class_name,
        .template = slice_of(text),
        .source = "log",
        .line = (uint64_t)seconds,
        .time = {.seconds = seconds},
        .repeat = 1,
    };
}

struct seen {
    struct template_count rows[SEEN];
    size_t count;
};

static void keep_row(void *context, const struct template_count *count) {
    struct seen *seen = context;
    if (seen->count < SEEN)
        seen->rows[seen->count] = *count;
    seen->count++;
}

static struct seen rows_of(const struct templates *templates) {
    struct seen seen = {.count = 0};
    templates_each(templates, keep_row, &seen);
    return seen;
}

static void test_counted_together(void **state) {
    (void)state;
    const struct finding findings[] = {
        finding_of("user-unknown", "no such user <address>", 20),
        finding_of("user-unknown", "no such user <address>", 10),
        finding_of("mailbox-full", "no such user <address>", 30),
        finding_of("user-unknown", "", 40),
    };
    struct templates *templates = templates_new();
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
        templates_add(templates, &findings[i]);
    struct seen seen = rows_of(templates);
    assert_int_equal(seen.count, 2);
    assert_int_equal(templates_count(templates), 2);
    assert_true(slice_is(seen.rows[0].class_name, "mailbox-full"));
    assert_true(slice_is(seen.rows[1].class_name, "user-unknown"));
    assert_true(slice_is(seen.rows[1].text, "no such user <address>"));
    assert_int_equal(seen.rows[1].count, 2);
    assert_int_equal(seen.rows[1].example.seconds, 10);
    assert_int_equal(seen.rows[1].last, 20);
    assert_int_equal(templates_others(templates), 0);
    templates_free(templates);
}

static void add_many(struct templates *templates, unsigned from, unsigned count) {
    for (unsigned i = from; i < from + count; i++) {
        char text[32];
        snprintf(text, sizeof text, "text %u", i);
        struct finding finding = finding_of("user-unknown", text, 1);
        templates_add(templates, &finding);
    }
}

static void test_bound(void **state) {
    (void)state;
    struct templates *templates = templates_new(), *more = templates_new();
    add_many(templates, 0, TEMPLATES + 10);
    add_many(templates, 0, 1); /* one that is known already */
    assert_int_equal(templates_count(templates), TEMPLATES);
    assert_int_equal(templates_others(templates), 10);
    add_many(more, TEMPLATES, 5);
    templates_merge(templates, more); /* uncut, so that any order gives the same */
    assert_int_equal(templates_count(templates), TEMPLATES + 5);
    templates_free(templates);
    templates_free(more);
}

static void test_saved(void **state) {
    (void)state;
    struct templates *templates = templates_new(), *loaded = templates_new();
    struct pack pack, again;
    add_many(templates, 0, 100);
    pack_init(&pack);
    templates_save(templates, &pack);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    templates_load(loaded, &unpack);
    assert_false(unpack.broken);
    pack_init(&again);
    templates_save(loaded, &again);
    assert_int_equal(pack.length, again.length);
    assert_memory_equal(pack.bytes, again.bytes, pack.length);
    pack_release(&pack);
    pack_release(&again);
    templates_free(templates);
    templates_free(loaded);
}

static void test_only_when_told(void **state) {
    (void)state;
    struct finding finding = finding_of("user-unknown", "no such user", 1);
    struct finding delivery = finding_of("accepted", "ok", 1);
    struct tally *tally = tally_new();
    delivery.record.event = EVENT_DELIVERED;
    tally_add(tally, &finding);
    assert_null(tally_templates(tally));
    tally_keep_templates(tally);
    tally_add(tally, &finding);
    tally_add(tally, &delivery);
    assert_int_equal(templates_count(tally_templates(tally)), 1);
    assert_int_equal(rows_of(tally_templates(tally)).rows[0].count, 1);
    tally_free(tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counted_together),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_saved),
        cmocka_unit_test(test_only_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
