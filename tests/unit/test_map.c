/* map - against a plain array that does the same slowly: puts, removals and long keys at random. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "chance.h"

enum { KEYS = 500, STEPS = 200000 };

static struct slice key_text(unsigned key, char *buffer, size_t size) {
    int length = key % 3 ? snprintf(buffer, size, "key-%u", key)
                         : snprintf(buffer, size, "%0*u", 60 + (int)(key % 40), key);
    return (struct slice){buffer, (size_t)length};
}

static void test_like_an_array(void **state) {
    (void)state;
    struct map map;
    map_init(&map, sizeof(unsigned));
    bool known[KEYS] = {0};
    unsigned values[KEYS], count = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned key = chance(KEYS);
        char buffer[128];
        struct slice text = key_text(key, buffer, sizeof buffer);
        if (chance(3)) {
            bool is_new;
            unsigned *value = map_put(&map, text, &is_new);
            assert_int_equal(is_new, !known[key]);
            assert_int_equal(*value, known[key] ? values[key] : 0);
            count += is_new;
            known[key] = true;
            *value = values[key] = step;
        } else {
            assert_int_equal(map_remove(&map, text), known[key]);
            count -= known[key];
            known[key] = false;
        }
        assert_int_equal(map.count, count);
    }
    for (unsigned key = 0; key < KEYS; key++) {
        char buffer[128];
        const unsigned *value = map_get(&map, key_text(key, buffer, sizeof buffer));
        assert_int_equal(value != NULL, known[key]);
        if (value)
            assert_int_equal(*value, values[key]);
    }
    unsigned walked = 0;
    for (size_t place = 0; place < map.used; place++)
        walked += map_at(&map, place, NULL) != NULL;
    assert_int_equal(walked, count);
    map_clear(&map);
    assert_int_equal(map.count, 0);
    assert_null(map_get(&map, SLICE("key-1")));
    map_release(&map);
}

static void test_empty_key(void **state) {
    (void)state;
    struct map map;
    map_init(&map, sizeof(int));
    assert_null(map_get(&map, SLICE("")));
    *(int *)map_put(&map, (struct slice){0}, NULL) = 5;
    assert_int_equal(*(int *)map_get(&map, SLICE("")), 5);
    assert_true(map_remove(&map, SLICE("")));
    map_release(&map);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_like_an_array),
                                       cmocka_unit_test(test_empty_key)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
