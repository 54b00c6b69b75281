/* Unit tests of base/needles: the same places as looking for each text at each place. */
#include "base/needles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chance.h"

struct text {
    const char *text;
    bool any_case;
};

/* Looked for at each place, one after the other. */
static size_t naive_count(const struct needles *needles, struct slice block, size_t first,
                          const bool *any_case, struct needle_hit *hits) {
    size_t count = 0;
    for (size_t at = 0; at < block.length; at++)
        for (size_t i = first; i < needles_count(needles); i++) {
            struct slice rest = slice_from(block, at), text = needles_text(needles, i);
            if (any_case[i] ? slice_starts_nocase(rest, text) : slice_starts(rest, text))
                hits[count++] = (struct needle_hit){(uint32_t)at, (uint32_t)i};
        }
    return count;
}

static void assert_as_naive(struct needles *needles, struct slice block, size_t first,
                            const bool *any_case) {
    static struct needle_hit expected[1 << 16];
    struct needle_hits hits = {0};
    size_t count = naive_count(needles, block, first, any_case, expected);
    needles_find(needles, block, first, &hits);
    assert_int_equal(hits.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(hits.items[i].at, expected[i].at);
        assert_int_equal(hits.items[i].needle, expected[i].needle);
    }
    free(hits.items);
}

static void test_rows(void **state) {
    static const struct {
        const char *block;
        const char *texts[10];
        size_t count; /* places */
    } rows[] = {
        {"", {"a"}, 0},
        {"a", {"a"}, 1},
        {"aaa", {"aa"}, 2},
        {"4C1D2E3F40: removed", {"4C1D2E3F40"}, 1},
        {"4c1d2e3f40: removed", {"4C1D2E3F40"}, 0},
        {"x4C1D2E3F4", {"4C1D2E3F40"}, 0},
        {"to=<bob@example.net>", {"bob@example.net", "bob", "example.net", ">"}, 4},
        {"abcdefgh abcdefg abcdef abcde abcd abc ab a",
         {"abcdefgh", "abcdefg", "abcdef", "abcde", "abcd", "abc", "ab", "a"},
         8 + 7 + 6 + 5 + 4 + 3 + 2 + 1},
        {"abcdefghij abcdefghik abcdefghil",
         {"abcdefghij", "abcdefghik", "abcdefghil", "bcdefg", "cdefgh", "defghi", "efghij"},
         3 + 9 + 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct needles *needles = needles_new();
        struct needle_hits hits = {0};
        bool any_case[10] = {false};
        for (size_t text = 0; text < 10 && rows[i].texts[text]; text++)
            needles_add(needles, slice_of(rows[i].texts[text]), false, NULL);
        needles_find(needles, slice_of(rows[i].block), 0, &hits);
        if (hits.count != rows[i].count)
            fail_msg("row %zu: %zu places", i, hits.count);
        assert_as_naive(needles, slice_of(rows[i].block), 0, any_case);
        free(hits.items);
        needles_free(needles);
    }
}

static void test_adding(void **state) {
    struct needles *needles = needles_new();
    bool is_new;
    (void)state;
    assert_int_equal(needles_add(needles, SLICE("first"), false, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(needles_add(needles, SLICE("second"), true, &is_new), 1);
    assert_int_equal(needles_add(needles, SLICE("first"), true, &is_new), 0);
    assert_false(is_new);
    assert_int_equal(needles_count(needles), 2);
    assert_int_equal(needles_number(needles, SLICE("second")), 1);
    assert_true(needles_number(needles, SLICE("third")) == SIZE_MAX);
    needles_free(needles);
    needles_free(NULL);
}

/* Texts of few letters over a block of few letters meet and overlap all the time; more of them are
 * added between two searches. */
static void test_random(void **state) {
    static char block[2000];
    (void)state;
    for (unsigned run = 0; run < 300; run++) {
        struct needles *needles = needles_new();
        bool any_case[64] = {false};
        size_t letters = 2 + chance(6), length = chance(2000);
        for (size_t i = 0; i < length; i++)
            block[i] = "abABcdef\n\xc3"[chance(letters)];
        for (size_t round = 0; round < 3; round++) {
            size_t before = needles_count(needles), wanted = chance(20);
            for (size_t i = 0; i < wanted; i++) {
                char text[16];
                size_t room = 1 + chance(14);
                for (size_t at = 0; at < room; at++)
                    text[at] = "abABcdef\n\xc3"[chance(letters)];
                bool is_new, any = chance(2);
                size_t number = needles_add(needles, (struct slice){text, room}, any, &is_new);
                if (is_new)
                    any_case[number] = any;
            }
            assert_as_naive(needles, (struct slice){block, length}, 0, any_case);
            assert_as_naive(needles, (struct slice){block, length}, before, any_case);
        }
        needles_free(needles);
    }
}

/* Thousands of ids, as a trace of an address looks for. */
static void test_thousands(void **state) {
    enum { IDS = 30000, EACH = 12 };
    static char block[IDS * EACH + 1];
    struct needles *needles = needles_new();
    struct needle_hits hits = {0};
    (void)state;
    for (unsigned i = 0; i < IDS; i++) {
        char id[16];
        snprintf(id, sizeof id, "%07X%03X: ", i * 2654435761u >> 4, i & 0xfff);
        memcpy(block + (size_t)i * EACH, id, EACH);
        needles_add(needles, (struct slice){id, 10}, false, NULL);
    }
    needles_find(needles, (struct slice){block, IDS * EACH}, 0, &hits);
    size_t found = 0;
    for (size_t i = 0; i < hits.count; i++)
        found += hits.items[i].at % EACH == 0;
    assert_int_equal(found, IDS);
    free(hits.items);
    needles_free(needles);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_adding),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
