/* Why: names are log text, and an hour under attack has millions of them; history keeps those that
 * matter and the sum of all.
 *
 * How: rows are cut when their hour is over, never before, so it does not matter in which order or
 * in how many runs they came. Order is total: the first number, then the keys.
 */
#include "tally/hour_rows.h"

#include <stdlib.h>

#include "base/memory.h"

enum { TEXT_LENGTH = 300, ROW_KEY = HOURLY_KEYS * (TEXT_LENGTH + 1) };

void hour_rows_init(struct hour_rows *rows, enum hourly_table table) {
    rows->table = table;
    map_init(&rows->map, HOURLY_NUMBERS * sizeof(int64_t));
}

void hour_rows_release(struct hour_rows *rows) {
    map_release(&rows->map);
}

/* A NUL in a text would end it. */
static size_t put_text(char *to, struct slice text) {
    text = slice_head(text, TEXT_LENGTH);
    for (size_t i = 0; i < text.length; i++)
        to[i] = text.at[i] ? text.at[i] : ' ';
    to[text.length] = '\0';
    return text.length + 1;
}

void hour_rows_add(struct hour_rows *rows, const struct hourly_cell *cell) {
    char key[ROW_KEY];
    size_t length = 0;
    unsigned keys = hourly_shape(rows->table)->key_count;
    for (unsigned i = 0; i < keys; i++)
        length += put_text(key + length, cell->keys[i]);
    int64_t *numbers = map_put(&rows->map, (struct slice){key, length}, NULL);
    for (size_t i = 0; i < HOURLY_NUMBERS; i++)
        numbers[i] += cell->numbers[i];
}

static void read_key(struct slice key, unsigned count, struct hourly_cell *cell) {
    for (unsigned i = 0; i < count; i++)
        slice_cut(&key, '\0', &cell->keys[i]);
}

static bool is_nothing(const struct hourly_cell *cell) {
    for (size_t i = 0; i < HOURLY_NUMBERS; i++)
        if (cell->numbers[i])
            return false;
    return true;
}

void hour_rows_each(const struct hour_rows *rows, int64_t hour, struct slice host,
                    void (*give)(void *context, const struct hourly_cell *cell), void *context) {
    unsigned keys = hourly_shape(rows->table)->key_count;
    struct hourly_cell cell = {.table = rows->table, .hour = hour, .host = host};
    for (size_t place = 0; place < rows->map.used; place++) {
        struct slice key;
        const int64_t *numbers = map_at(&rows->map, place, &key);
        memcpy(cell.numbers, numbers, sizeof cell.numbers);
        read_key(key, keys, &cell);
        if (!is_nothing(&cell))
            give(context, &cell);
    }
}

/* ---- cutting */

struct placed_row {
    struct slice first, key;
    const int64_t *numbers;
};

static int compare_rows(const void *left, const void *right) {
    const struct placed_row *a = left, *b = right;
    int order = slice_compare(a->first, b->first);
    if (order)
        return order;
    if (a->numbers[0] != b->numbers[0])
        return a->numbers[0] > b->numbers[0] ? -1 : 1;
    return slice_compare(a->key, b->key);
}

/* All rows, by first key and then most first; the caller frees the array. */
static struct placed_row *sorted(const struct hour_rows *rows) {
    struct placed_row *all = memory_resize(NULL, rows->map.count + 1, sizeof *all);
    for (size_t place = 0; place < rows->map.used; place++) {
        all[place].numbers = map_at(&rows->map, place, &all[place].key);
        struct slice rest = all[place].key;
        slice_cut(&rest, '\0', &all[place].first);
    }
    qsort(all, rows->map.used, sizeof *all, compare_rows);
    return all;
}

void hour_rows_give(const struct hour_rows *rows, size_t kept, int64_t hour, struct slice host,
                    void (*give)(void *context, const struct hourly_cell *cell), void *context) {
    const struct hourly_shape *shape = hourly_shape(rows->table);
    if (!(shape->keeping & HOURLY_CUT)) {
        hour_rows_each(rows, hour, host, give, context);
        return;
    }
    struct hour_rows cut;
    struct placed_row *all = sorted(rows);
    size_t in_first = 0;
    hour_rows_init(&cut, rows->table);
    for (size_t i = 0; i < rows->map.used; i++) {
        struct hourly_cell cell = {.table = rows->table};
        bool is_same = i && slice_equal(all[i].first, all[i - 1].first);
        in_first = is_same ? in_first + 1 : 0;
        memcpy(cell.numbers, all[i].numbers, sizeof cell.numbers);
        read_key(all[i].key, shape->key_count, &cell);
        if (in_first >= kept)
            cell.keys[shape->key_count - 1] = SLICE(HOURLY_OTHER);
        hour_rows_add(&cut, &cell);
    }
    hour_rows_each(&cut, hour, host, give, context);
    hour_rows_release(&cut);
    free(all);
}

/* ---- saving */

void hour_rows_save(const struct hour_rows *rows, struct pack *pack) {
    unsigned numbers = hourly_shape(rows->table)->number_count;
    pack_number(pack, rows->map.used);
    for (size_t place = 0; place < rows->map.used; place++) {
        struct slice key;
        const int64_t *of_row = map_at(&rows->map, place, &key);
        pack_text(pack, key);
        for (unsigned i = 0; i < numbers; i++)
            pack_signed(pack, of_row[i]);
    }
}

static bool is_key(struct slice key, unsigned count) {
    struct slice head;
    for (unsigned i = 0; i < count; i++)
        if (!slice_cut(&key, '\0', &head) || head.length > TEXT_LENGTH)
            return false;
    return !key.length;
}

void hour_rows_load(struct hour_rows *rows, struct unpack *unpack) {
    const struct hourly_shape *shape = hourly_shape(rows->table);
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        struct slice key = unpack_text(unpack);
        unpack->broken |= !is_key(key, shape->key_count);
        if (unpack->broken)
            return;
        int64_t *numbers = map_put(&rows->map, key, NULL);
        for (unsigned i = 0; i < shape->number_count; i++)
            numbers[i] = unpack_signed(unpack);
    }
}
