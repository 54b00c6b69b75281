/* keyed_sort - against qsort: keys of any width, few and many of them equal. */
#include "base/keyed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"

enum { MOST = 3000, ROUNDS = 200 };

static uint64_t any_key(unsigned kind) {
    uint64_t any = (uint64_t)chance(1u << 31) << 32 | chance(1u << 31);
    switch (kind) {
    case 0:
        return any;
    case 1:
        return any % 3;
    case 2:
        return (any % 5) << 56 | 0xabcd00;
    default:
        return UINT64_MAX - any % 70000;
    }
}

/* The value is the place it had. */
static int compare(const void *left, const void *right) {
    const struct keyed *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

static void test_sorted(void **state) {
    static struct keyed all[MOST], room[MOST], expected[MOST];
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t count = round < 3 ? round : chance(MOST);
        for (size_t i = 0; i < count; i++)
            expected[i] = all[i] = (struct keyed){any_key(round % 4), i};
        const struct keyed *sorted = keyed_sort(all, room, count);
        if (count)
            qsort(expected, count, sizeof *expected, compare);
        assert_true(sorted == all || sorted == room);
        assert_memory_equal(sorted, expected, count * sizeof *sorted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sorted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
