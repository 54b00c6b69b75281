/* counts - against plain numbers of 64 bits: rows that outgrow their words, fall below zero, are
 * merged, saved and loaded; and how much memory a name takes, also while the table grows.
 */
#include "tally/counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chance.h"

enum { NUMBERS = 6, MAXIMA = 2, NAMES = 3000, STEPS = 60000 };

/* Two words, and one of a whole number; the next layout has the same in words of their own. Others
 * are as narrow and as wide as can be. */
static const struct counts_room rooms[NUMBERS] = {{0, 0, 5}, {0, 5, 30}, {0, 35, 28},
                                                  {1, 0, 7}, {1, 7, 1},  {2, 0, 64}};
static const struct counts_room single[NUMBERS] = {{0, 0, 1}, {0, 1, 1}, {0, 2, 1},
                                                   {0, 3, 1}, {0, 4, 1}, {0, 5, 1}};
static const struct counts_room words[NUMBERS] = {{0, 0, 62}, {1, 0, 62}, {2, 0, 62},
                                                  {3, 0, 62}, {4, 0, 64}, {5, 0, 64}};
static const struct counts_room two_words[NUMBERS] = {{0, 0, 5}, {0, 5, 30}, {0, 35, 27},
                                                      {1, 0, 7}, {1, 7, 1},  {1, 8, 1}};
static const struct counts_room one_word[NUMBERS] = {{0, 0, 7},  {0, 7, 5},  {0, 12, 25},
                                                     {0, 56, 6}, {0, 62, 1}, {0, 55, 1}};
static const struct counts_room wide_maximum[NUMBERS] = {{0, 0, 7},  {0, 7, 5},  {0, 12, 25},
                                                         {0, 37, 6}, {0, 43, 9}, {0, 52, 1}};
static const struct counts_room *const layouts[] = {
    rooms, NULL, single, words, two_words, one_word, wide_maximum,
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

struct truth {
    bool known[NAMES];
    uint64_t numbers[NAMES][NUMBERS];
};

/* As names are hashed; the first two are one (0 and 1). */
static uint64_t hash_of(unsigned name) {
    return name < 2 ? name : bytes_hash(&name, sizeof name);
}

static unsigned any_name(void) {
    unsigned name = chance(1 + chance(NAMES));
    return name == 1 ? 0 : name;
}

/* Small ones mostly, and what brings each width to its end: exactly, by one, and below zero. */
static uint64_t any_amount(void) {
    static const unsigned bits[] = {1, 5, 7, 11, 28, 30, 62, 63};
    uint64_t edge = (uint64_t)1 << bits[chance(sizeof bits / sizeof *bits)];
    switch (chance(12)) {
    case 0:
        return edge - 1;
    case 1:
        return edge;
    case 2:
        return 0 - (uint64_t)chance(3);
    default:
        return chance(3);
    }
}

static void add_truth(uint64_t *into, const uint64_t *by) {
    for (size_t i = 0; i < NUMBERS; i++)
        if (i < NUMBERS - MAXIMA)
            into[i] += by[i];
        else if (by[i] > into[i])
            into[i] = by[i];
}

/* As what is added often is: laid out beforehand, if the layout is of few words and one that such
 * may have. A number may be set twice. */
static void add(struct counts *counts, const struct counts_room *layout, uint64_t hash,
                const uint64_t *by) {
    struct amounts amounts;
    if (counts->words > COUNTS_WORDS || layout == wide_maximum || chance(2)) {
        counts_add(counts, hash, by);
        return;
    }
    amounts_clear(&amounts);
    for (size_t i = 0; i < NUMBERS; i++) {
        if (!chance(4))
            amounts_set(&amounts, layout, i, any_amount());
        amounts_set(&amounts, layout, i, by[i]);
    }
    counts_add_row(counts, counts_row(counts, hash, NULL), &amounts);
}

static void fill(struct counts *counts, const struct counts_room *layout, struct truth *truth,
                 unsigned steps) {
    for (unsigned step = 0; step < steps; step++) {
        unsigned name = any_name();
        uint64_t by[NUMBERS], *numbers = truth->numbers[name];
        for (size_t i = 0; i < NUMBERS; i++)
            by[i] = any_amount();
        truth->known[name] = true;
        if (chance(2)) {
            add(counts, layout, hash_of(name), by);
            add_truth(numbers, by);
        } else {
            size_t number = chance(NUMBERS - MAXIMA);
            numbers[number] += by[0];
            assert_int_equal(counts_sum(counts, hash_of(name), number, by[0]), numbers[number]);
        }
    }
}

static void assert_numbers(const struct counts *counts, const struct truth *truth) {
    uint64_t numbers[COUNTS_MOST], totals[COUNTS_MOST], together[NUMBERS] = {0};
    size_t count = 0, walked = 0, above = 0;
    for (unsigned name = 0; name < NAMES; name++) {
        if (name == 1)
            continue;
        assert_int_equal(counts_get(counts, hash_of(name), numbers), truth->known[name]);
        if (!truth->known[name])
            continue;
        count++;
        above += (int64_t)truth->numbers[name][1] > 0;
        assert_memory_equal(numbers, truth->numbers[name], sizeof truth->numbers[name]);
        add_truth(together, numbers);
    }
    assert_int_equal(counts->count, count);
    assert_int_equal(counts_above_zero(counts, 1), above);
    counts_totals(counts, totals);
    assert_memory_equal(totals, together, sizeof together);
    for (size_t place = 0; place < counts->places; place++) {
        uint64_t hash, found[COUNTS_MOST];
        if (!counts_at(counts, place, &hash, numbers))
            continue;
        walked++;
        assert_true(counts_get(counts, hash, found));
        assert_memory_equal(numbers, found, sizeof together);
    }
    assert_int_equal(walked, count);
}

static struct pack saved(const struct counts *counts) {
    struct pack pack;
    pack_init(&pack);
    counts_save(counts, &pack);
    return pack;
}

static void assert_same(const struct counts *one, const struct counts *other) {
    struct pack a = saved(one), b = saved(other);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.bytes, b.bytes, a.length);
    pack_release(&a);
    pack_release(&b);
}

static void test_any_layout_is_exact(void **state) {
    static struct truth truth;
    (void)state;
    for (size_t i = 0; i < LAYOUTS; i++) {
        struct counts counts;
        memset(&truth, 0, sizeof truth);
        counts_init(&counts, NUMBERS, MAXIMA, layouts[i]);
        assert_false(counts_get(&counts, 7, NULL));
        for (unsigned round = 0; round < 8; round++) {
            fill(&counts, layouts[i], &truth, STEPS / 8);
            assert_numbers(&counts, &truth);
        }
        counts_release(&counts);
    }
}

/* Whatever secret they are spread by. */
static void assert_sorted(const struct pack *pack) {
    struct unpack unpack = {.rest = {pack->bytes, pack->length}};
    uint64_t before = 0;
    for (size_t left = unpack_count(&unpack), first = left; left; left--) {
        uint64_t hash = unpack_number(&unpack);
        assert_true(left == first || hash > before);
        before = hash;
        for (size_t i = 0; i < NUMBERS; i++)
            unpack_number(&unpack);
    }
    assert_false(unpack.broken);
}

/* What is saved is the same for any layout, and goes on the same after loading. */
static void test_saved_and_merged(void **state) {
    static struct truth truth, more;
    struct counts all[LAYOUTS], loaded, both;
    (void)state;
    for (size_t i = 0; i < LAYOUTS; i++) {
        counts_init(&all[i], NUMBERS, MAXIMA, layouts[i]);
        if (!i)
            fill(&all[0], layouts[0], &truth, STEPS / 4);
        else
            counts_merge(&all[i], &all[0]);
        assert_same(&all[i], &all[0]);
    }
    struct pack pack = saved(&all[1]);
    assert_sorted(&pack);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    counts_init(&loaded, NUMBERS, MAXIMA, rooms);
    counts_load(&loaded, &unpack);
    assert_false(unpack.broken);
    assert_numbers(&loaded, &truth);
    fill(&loaded, rooms, &truth, STEPS / 4);
    assert_numbers(&loaded, &truth);
    counts_init(&both, NUMBERS, MAXIMA, rooms);
    fill(&both, rooms, &more, STEPS / 4);
    counts_merge(&both, &loaded);
    for (unsigned name = 0; name < NAMES; name++) {
        more.known[name] |= truth.known[name];
        add_truth(more.numbers[name], truth.numbers[name]);
    }
    assert_numbers(&both, &more);
    pack_release(&pack);
    for (size_t i = 0; i < LAYOUTS; i++)
        counts_release(&all[i]);
    counts_release(&loaded);
    counts_release(&both);
}

/* A row that outgrew its words stays exact where one that never did is read. */
static void test_at_the_edge(void **state) {
    (void)state;
    for (size_t number = 0; number < NUMBERS; number++) {
        uint64_t most =
            rooms[number].bits < 64 ? ((uint64_t)1 << rooms[number].bits) - 1 : UINT64_MAX;
        const uint64_t amounts[] = {most, 1, 0 - (uint64_t)2, most, UINT64_MAX};
        uint64_t truth[NUMBERS] = {0};
        struct counts counts;
        counts_init(&counts, NUMBERS, MAXIMA, rooms);
        for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
            uint64_t by[NUMBERS] = {0}, numbers[COUNTS_MOST];
            by[number] = amounts[i];
            add_truth(truth, by);
            counts_add(&counts, 5, by);
            assert_true(counts_get(&counts, 5, numbers));
            assert_memory_equal(numbers, truth, sizeof truth);
        }
        counts_release(&counts);
    }
}

/* Keys that lie close together (times) are spread as well as hashes are; so are a sender's own
 * choices, for nobody knows by what they are multiplied. */
static void test_rows_stand_near_their_homes(void **state) {
    enum { MANY = 200000 };
    (void)state;
    for (unsigned step = 0; step < 3; step++) {
        struct counts counts;
        counts_init(&counts, 1, 0, NULL);
        for (uint64_t key = 1; key <= MANY; key++)
            counts_sum(&counts, key << 20 * step, 0, key);
        assert_int_equal(counts.count, MANY);
        assert_true(counts.places - counts.homes <= 2048); /* so far behind is the last at most */
        for (uint64_t key = 1; key <= MANY; key++)
            assert_int_equal(counts_sum(&counts, key << 20 * step, 0, 0), key);
        counts_release(&counts);
    }
}

/* Nobody can know which names these are. All of them at the last home, or one place too many for
 * those behind it, whenever the table grows: they are found all the same. */
static void test_all_at_the_last_home(void **state) {
    enum { MOST = 400 };
    (void)state;
    for (unsigned others = 0; others < MOST; others += 7) {
        struct counts counts;
        counts_init(&counts, 1, 0, NULL);
        for (uint64_t name = 0; name < MOST; name++) {
            uint64_t key = name < others ? name << 54 | 1 : UINT64_MAX - name;
            counts_sum(&counts, key * counts.gathering, 0, name + 1);
        }
        assert_int_equal(counts.count, MOST);
        for (uint64_t name = 0; name < MOST; name++) {
            uint64_t number = 0, key = name < others ? name << 54 | 1 : UINT64_MAX - name;
            assert_true(counts_get(&counts, key * counts.gathering, &number));
            assert_int_equal(number, name + 1);
        }
        assert_int_equal(counts.rows[2 * (counts.places - 1)], 0); /* where each search ends */
        counts_release(&counts);
    }
}

/* The promise is 40 bytes for each address at any moment, of which names and pairs want some, too:
 * growing is in place, so what is held is all there ever is. One of fifty has more than fits into a
 * word. */
static void test_bytes_a_name(void **state) {
    enum { ADDRESSES = 400000, FEW = 40000, HEAVY = 50 };
    enum { ADDRESS = 7 };
    static const struct counts_room address[ADDRESS] = {
        {0, 0, 7}, {0, 7, 7}, {0, 14, 5}, {0, 19, 26}, {0, 45, 7}, {0, 52, 5}, {0, 57, 6}};
    struct counts counts;
    uint64_t totals[COUNTS_MOST], together[ADDRESS] = {0};
    size_t most = 0;
    (void)state;
    counts_init(&counts, ADDRESS, 0, address);
    for (uint64_t name = 1; name <= ADDRESSES; name++) {
        uint64_t by[ADDRESS] = {1, 2, 0, name % HEAVY ? 8000 : 1 << 27, 1};
        counts_add(&counts, bytes_hash(&name, sizeof name), by);
        for (size_t i = 0; i < ADDRESS; i++)
            together[i] += by[i];
        size_t bytes = name > FEW ? counts_bytes(&counts) * 100 / name : 0;
        most = bytes > most ? bytes : most;
    }
    print_message("at most %zu.%02zu bytes a name\n", most / 100, most % 100);
    assert_true(most < 2800);
    counts_totals(&counts, totals);
    assert_memory_equal(totals, together, sizeof together);
    counts_release(&counts);
    assert_int_equal(counts_bytes(&counts), 0);
}

/* Every number as great as its room allows, so that sums of words have no bit to spare; and the
 * same of numbers that fill a word so that they cannot be added up as words. */
static void test_totals_of_full_rows(void **state) {
    enum { FIELDS = 8, ROWS = 1000 };
    static const struct counts_room layouts_of_one[][FIELDS] = {
        {{0, 0, 7},
         {0, 7, 7},
         {0, 14, 5},
         {0, 19, 25},
         {0, 44, 7},
         {0, 51, 5},
         {0, 56, 6},
         {0, 62, 1}},
        {{0, 56, 6},
         {0, 50, 6},
         {0, 44, 6},
         {0, 19, 25},
         {0, 12, 7},
         {0, 6, 6},
         {0, 0, 6},
         {0, 62, 1}},
        {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {0, 3, 1}, {0, 4, 1}, {0, 5, 1}, {0, 6, 57}, {0, 0, 0}}};
    (void)state;
    for (size_t layout = 0; layout < sizeof layouts_of_one / sizeof *layouts_of_one; layout++) {
        const struct counts_room *fields = layouts_of_one[layout];
        size_t maxima = fields[FIELDS - 1].shift == 62, numbers = FIELDS - !maxima;
        struct counts counts;
        uint64_t totals[COUNTS_MOST], by[FIELDS];
        counts_init(&counts, numbers, maxima, fields);
        for (size_t i = 0; i < numbers; i++)
            by[i] = ((uint64_t)1 << fields[i].bits) - 1;
        for (uint64_t name = 1; name <= ROWS; name++)
            counts_add(&counts, bytes_hash(&name, sizeof name), by);
        counts_totals(&counts, totals);
        for (size_t i = 0; i < numbers - maxima; i++)
            assert_int_equal(totals[i], by[i] * ROWS);
        if (maxima)
            assert_int_equal(totals[numbers - 1], 1);
        counts_release(&counts);
    }
}

/* As many as were expected come without growing, and more come as well. */
static void test_room_beforehand(void **state) {
    enum { EXPECTED = 10000 };
    struct counts counts;
    (void)state;
    counts_init(&counts, 1, 0, NULL);
    counts_reserve(&counts, EXPECTED);
    size_t bytes = counts_bytes(&counts);
    assert_true(bytes < 2 * EXPECTED * 2 * sizeof(uint64_t));
    for (uint64_t name = 1; name <= 3 * EXPECTED; name++) {
        counts_sum(&counts, bytes_hash(&name, sizeof name), 0, name);
        assert_true(name > EXPECTED || counts_bytes(&counts) - bytes < bytes / 10);
    }
    assert_int_equal(counts.count, 3 * EXPECTED);
    bytes = counts_bytes(&counts);
    counts_reserve(&counts, 100 * EXPECTED);
    assert_int_equal(counts_bytes(&counts), bytes);
    for (uint64_t name = 1; name <= 3 * EXPECTED; name++)
        assert_int_equal(counts_sum(&counts, bytes_hash(&name, sizeof name), 0, 0), name);
    counts_release(&counts);
}

static void test_empty_ones_hold_nothing(void **state) {
    struct counts counts;
    uint64_t hash, numbers[COUNTS_MOST];
    (void)state;
    counts_init(&counts, NUMBERS, MAXIMA, rooms);
    assert_int_equal(counts_bytes(&counts), 0);
    assert_int_equal(counts_above_zero(&counts, 0), 0);
    counts_expect(&counts, 9);
    counts_totals(&counts, numbers);
    assert_int_equal(numbers[0], 0);
    counts_sum(&counts, 9, 0, 1);
    assert_true(counts_bytes(&counts) <= 1024);
    for (size_t place = 0; place < counts.places; place++)
        if (counts_at(&counts, place, &hash, NULL))
            assert_int_equal(hash, 9);
    counts_release(&counts);
}

/* Rows of one word whose maxima are no single bits, which add up to something else. */
static void test_totals_of_wide_maxima(void **state) {
    (void)state;
    static const uint64_t one[NUMBERS] = {1, 1, 1, 1, 1, 1}, two[NUMBERS] = {2, 2, 2, 2, 2, 0};
    static const uint64_t both[NUMBERS] = {3, 3, 3, 3, 2, 1};
    uint64_t totals[COUNTS_MOST];
    struct counts counts;
    counts_init(&counts, NUMBERS, MAXIMA, wide_maximum);
    counts_add(&counts, hash_of(5), one);
    counts_add(&counts, hash_of(6), two);
    counts_totals(&counts, totals);
    assert_memory_equal(totals, both, sizeof both);
    counts_release(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_layout_is_exact),
        cmocka_unit_test(test_saved_and_merged),
        cmocka_unit_test(test_at_the_edge),
        cmocka_unit_test(test_rows_stand_near_their_homes),
        cmocka_unit_test(test_all_at_the_last_home),
        cmocka_unit_test(test_bytes_a_name),
        cmocka_unit_test(test_totals_of_full_rows),
        cmocka_unit_test(test_totals_of_wide_maxima),
        cmocka_unit_test(test_room_beforehand),
        cmocka_unit_test(test_empty_ones_hold_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
