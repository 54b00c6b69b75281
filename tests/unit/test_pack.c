/* pack - what was packed comes back; what was cut short is noticed. */
#include "base/pack.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void pack_all(struct pack *pack) {
    pack_number(pack, 0);
    pack_number(pack, 127);
    pack_number(pack, 128);
    pack_number(pack, UINT64_MAX);
    pack_signed(pack, -1);
    pack_signed(pack, INT64_MIN);
    pack_signed(pack, INT64_MAX);
    pack_text(pack, SLICE("a\0b"));
    pack_text(pack, SLICE(""));
}

static void test_round(void **state) {
    (void)state;
    struct pack pack;
    pack_init(&pack);
    pack_all(&pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_int_equal(unpack_number(&unpack), 0);
    assert_int_equal(unpack_number(&unpack), 127);
    assert_int_equal(unpack_number(&unpack), 128);
    assert_true(unpack_number(&unpack) == UINT64_MAX);
    assert_int_equal(unpack_signed(&unpack), -1);
    assert_true(unpack_signed(&unpack) == INT64_MIN);
    assert_true(unpack_signed(&unpack) == INT64_MAX);
    assert_true(slice_equal(unpack_text(&unpack), SLICE("a\0b")));
    assert_int_equal(unpack_text(&unpack).length, 0);
    assert_false(unpack.broken);
    assert_int_equal(unpack.rest.length, 0);
    pack_release(&pack);
}

static void test_cut_anywhere(void **state) {
    (void)state;
    struct pack pack;
    pack_init(&pack);
    pack_all(&pack);
    for (size_t length = 0; length < pack.length; length++) {
        struct unpack unpack = {{pack.bytes, length}, false};
        for (int i = 0; i < 7; i++)
            unpack_number(&unpack);
        unpack_text(&unpack);
        unpack_text(&unpack);
        assert_true(unpack.broken);
        assert_int_equal(unpack_number(&unpack), 0);
    }
    pack_release(&pack);
}

static void test_refused(void **state) {
    (void)state;
    struct unpack endless = {SLICE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), false};
    unpack_number(&endless);
    assert_true(endless.broken);
    struct unpack greedy = {SLICE("\x7f"
                                  "abc"),
                            false};
    assert_int_equal(unpack_text(&greedy).length, 0);
    assert_true(greedy.broken);
    struct unpack many = {SLICE("\x7f"
                                "abc"),
                          false};
    assert_int_equal(unpack_count(&many), 0);
    assert_true(many.broken);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round),
                                       cmocka_unit_test(test_cut_anywhere),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
