/* places - every item is found under its hash, also past others and after some were removed. */
#include "base/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

enum { ITEMS = 3000 };

/* Few hashes for many items, and runs of hashes that stand side by side at the end of the table. */
static uint32_t hash_of(uint32_t item) {
    return item % 7 ? item % 500 : UINT32_MAX - item % 3;
}

static bool has(const struct places *places, uint32_t item) {
    struct places_walk walk = places_walk(hash_of(item));
    size_t found = 0;
    for (uint32_t at; (at = places_next(places, &walk)) != PLACES_END;) {
        assert_int_equal(hash_of(at), hash_of(item));
        found += at == item;
    }
    assert_in_range(found, 0, 1);
    return found;
}

static void test_put_and_remove(void **state) {
    (void)state;
    struct places places = {0};
    assert_false(has(&places, 0));
    for (uint32_t i = 0; i < ITEMS; i++)
        places_put(&places, hash_of(i), i);
    for (uint32_t i = 0; i < ITEMS; i += 2)
        places_remove(&places, hash_of(i), i);
    assert_int_equal(places.count, ITEMS / 2);
    for (uint32_t i = 0; i < ITEMS; i++)
        assert_int_equal(has(&places, i), i % 2);
    for (uint32_t i = 0; i < ITEMS; i += 2)
        places_put(&places, hash_of(i), i);
    for (uint32_t i = ITEMS; i-- > 0;) {
        assert_true(has(&places, i));
        places_remove(&places, hash_of(i), i);
        assert_false(has(&places, i));
    }
    assert_int_equal(places.count, 0);
    places_release(&places);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_and_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
