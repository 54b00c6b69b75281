/* Moments: what comes in one minute, and what had failed before, is told once. */
#include "tally/moments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/moment.h"

enum { BEGIN = 1780272000, MINUTE = 60 };

static void look(struct moments *moments, const char *class_name, int64_t seconds,
                 uint32_t subject) {
    moments_look(moments, &(struct failure){.seconds = seconds,
                                            .event = EVENT_DEFERRED,
                                            .class_name = slice_of(class_name),
                                            .count = 1,
                                            .subject = subject});
}

static uint64_t count(const struct moments *moments, const char *class_name) {
    return series_book_count(moments_book(moments), EVENT_DEFERRED, slice_of(class_name), BEGIN,
                             BEGIN + DAY_HOURS * HOUR);
}

static void test_one_each(void **state) {
    (void)state;
    struct moments *moments = moments_new();
    for (uint32_t i = 0; i < 30; i++) /* a message to thirty recipients */
        look(moments, "mailbox-full", BEGIN + i, i + 1);
    assert_int_equal(count(moments, "mailbox-full"), 1);
    for (int i = 1; i < 20; i++) /* one of them is tried again and again */
        look(moments, "mailbox-full", BEGIN + i * HOUR, 7);
    assert_int_equal(count(moments, "mailbox-full"), 1);
    look(moments, "mailbox-full", BEGIN + MINUTE, 100);
    look(moments, "mailbox-full", BEGIN + 2 * MINUTE, 0); /* of no recipient: never again */
    look(moments, "mailbox-full", BEGIN + 3 * MINUTE, 0);
    assert_int_equal(count(moments, "mailbox-full"), 4);
    look(moments, "dns-failure", BEGIN + 3 * MINUTE, 7); /* another reason: another matter */
    look(moments, "dns-failure", MOMENT_NONE, 8);
    assert_int_equal(count(moments, "mailbox-full"), 4);
    assert_int_equal(count(moments, "dns-failure"), 1);
    moments_free(moments);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_each)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
