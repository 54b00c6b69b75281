/* Values once, in the order of coming, and what happens past the bounds. */
#include "app/unique.h"

#include <cmocka.h>

static void each_value_once(void **state) {
    (void)state;
    static const struct {
        const char *value;
        bool is_new;
    } rows[] = {{"b", true}, {"a", true}, {"b", false}, {"", true},
                {"", false}, {"B", true}, {"a", false}, {"a ", true}};
    struct unique unique;
    unique_init(&unique, UNIQUE_VALUES, UNIQUE_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (unique_is_new(&unique, slice_of(rows[i].value)) != rows[i].is_new)
            fail_msg("row %zu '%s'", i, rows[i].value);
    assert_false(unique.full);
    unique_release(&unique);
}

static void bounds_hold(void **state) {
    (void)state;
    static const size_t bounds[][2] = {{2, 100}, {100, 4}}; /* values, bytes */
    for (size_t i = 0; i < 2; i++) {
        struct unique unique;
        unique_init(&unique, bounds[i][0], bounds[i][1]);
        assert_true(unique_is_new(&unique, SLICE("aa")));
        assert_true(unique_is_new(&unique, SLICE("bb")));
        assert_false(unique.full);
        assert_true(unique_is_new(&unique, SLICE("cc")));
        assert_true(unique.full);
        assert_true(unique_is_new(&unique, SLICE("cc"))); /* not remembered */
        assert_false(unique_is_new(&unique, SLICE("aa")));
        assert_int_equal(unique.seen.count, 2);
        unique_release(&unique);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_value_once),
                                       cmocka_unit_test(bounds_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
