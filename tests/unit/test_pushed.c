/* pushed - what has arrived is remembered, and nothing else is. */
#include "store/pushed.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct unit unit_of(struct pushed *pushed, const char *host, uint32_t kind, int64_t hour) {
    return (struct unit){pushed_source(pushed, SLICE("origin"), slice_of(host)), kind, hour};
}

static void count_gone(void *context, struct unit unit, struct slice origin, struct slice host) {
    int64_t *hours = context;
    assert_true(slice_is(origin, "origin"));
    assert_true(slice_is(host, "mx1") || slice_is(host, ""));
    *hours += unit.hour;
}

static int64_t gone(const struct pushed *pushed, uint32_t first, uint32_t last) {
    int64_t hours = 0;
    pushed_each_gone(pushed, first, last, count_gone, &hours);
    return hours;
}

static void units_are_remembered(void **state) {
    struct pushed one, other;
    struct pack pack;
    (void)state;
    pushed_init(&one);
    pushed_init(&other);
    pack_init(&pack);
    assert_false(pushed_has(&one, unit_of(&one, "mx1", 3, 100), 7));
    pushed_put(&one, unit_of(&one, "mx1", 3, 100), 7);
    pushed_put(&one, unit_of(&one, "mx1", 4, 90), UINT64_MAX);
    pushed_put(&one, unit_of(&one, "", 3, -5), 1);
    one.ahead = 12;
    assert_int_equal(gone(&one, 0, 99), 0);
    pushed_save(&one, &pack);
    assert_true(pushed_load(&other, (struct slice){pack.bytes, pack.length}));
    assert_int_equal(other.ahead, 12);
    assert_int_equal(gone(&other, 0, 99), 185);
    assert_int_equal(gone(&other, 3, 3), 95);
    assert_true(pushed_has(&other, unit_of(&other, "mx1", 4, 90), UINT64_MAX));
    assert_false(pushed_has(&other, unit_of(&other, "mx1", 3, 100), 8));
    assert_int_equal(gone(&other, 0, 99), -5);
    pushed_forget(&other, unit_of(&other, "", 3, -5));
    assert_int_equal(gone(&other, 0, 99), 0);
    pack_release(&pack);
    pushed_release(&one);
    pushed_release(&other);
}

/* Of anything else nothing is taken: all is sent again. */
static void what_is_broken_is_forgotten(void **state) {
    struct pushed pushed;
    struct pack pack;
    (void)state;
    pushed_init(&pushed);
    pack_init(&pack);
    for (int64_t hour = 0; hour < 20; hour++)
        pushed_put(&pushed, unit_of(&pushed, "mx1", 3, hour), 1000 * (uint64_t)hour);
    pushed_save(&pushed, &pack);
    for (size_t length = 0; length < pack.length; length++) {
        struct pushed other;
        pushed_init(&other);
        assert_false(pushed_load(&other, (struct slice){pack.bytes, length}));
        assert_int_equal(other.units.count, 0);
        pushed_release(&other);
    }
    for (size_t at = 0; at < pack.length; at++) {
        struct pushed other;
        pushed_init(&other);
        pack.bytes[at] ^= 0x55;
        pushed_load(&other, (struct slice){pack.bytes, pack.length});
        pack.bytes[at] ^= 0x55;
        pushed_release(&other);
    }
    pack_release(&pack);
    pushed_release(&pushed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(units_are_remembered),
                                       cmocka_unit_test(what_is_broken_is_forgotten)};
    return cmocka_run_group_tests_name("pushed", tests, NULL, NULL);
}
