/* Why: a log has millions of addresses and a report shows ten. Their names would fill the memory,
 * their hashes do not; and most addresses come once or twice, so that eight bytes for each number
 * would mostly be zeros.
 *
 * How: a row is a key and a few words, into which narrow numbers are packed, so that one word holds
 * what took seven. Where a number does not fit any more the row becomes wide: its highest bit says
 * so, and the bits below where its numbers are now. Numbers of 64 bits have words of their own.
 *
 * Rows stand in the order of their keys, each at its home (the high half of key times homes), or as
 * near behind as those before it allow. So a search ends where a greater key stands, three of four
 * places can be taken, and growing is done in place: all rows move to the end, and from there in
 * order to their new homes. There are never two tables; what is held is the peak.
 *
 * A key is the hash times a secret odd number. Hashes are known to everybody, and who chooses his
 * names could put them all at one home. What is saved is sorted by hash: equal counts, equal bytes.
 */
#include "tally/counts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/keyed.h"
#include "base/memory.h"

enum { FIRST_HOMES = 16, FIRST_BEHIND = 8, FEW_HOMES = 1 << 15, WORD_BITS = 63 };

/* ---- the words of a row */

/* No two numbers share a bit, and the highest of the first word is free. */
static void lay_field(struct counts *counts, size_t number, struct counts_room room) {
    uint64_t most = ((uint64_t)1 << room.bits) - 1, field = most << room.shift;
    unsigned end = room.shift + room.bits;
    assert(room.word < COUNTS_WORDS && room.bits && end <= WORD_BITS + (room.word > 0));
    if (number >= counts->numbers - counts->maxima)
        counts->flags[room.word] |= field;
    if (end <= WORD_BITS)
        counts->behind[room.word] |= (uint64_t)1 << end;
    if (counts->narrow <= room.word)
        counts->narrow = room.word + 1u;
    counts->fields[number] = (struct counts_field){most, room.word, room.shift};
}

/* Words: of narrow numbers, of sums, of maxima. */
static void lay_out(struct counts *counts, const struct counts_room *rooms) {
    for (size_t i = 0; rooms && i < counts->numbers; i++)
        if (rooms[i].bits < WORD_BITS)
            lay_field(counts, i, rooms[i]);
    counts->words = counts->sums = counts->narrow;
    for (size_t i = 0; i < counts->numbers; i++) {
        if (rooms && rooms[i].bits < WORD_BITS)
            continue;
        assert(!rooms || rooms[i].word == counts->words);
        counts->fields[i] = (struct counts_field){UINT64_MAX, (uint8_t)counts->words++, 0};
        counts->sums += i < counts->numbers - counts->maxima;
    }
}

static void read_row(const struct counts *counts, const uint64_t *row, uint64_t *numbers_r) {
    for (size_t i = 0; i < counts->numbers; i++)
        numbers_r[i] = counts_number(counts, row, i);
}

/* False: a number does not fit. */
static bool pack_words(const struct counts *counts, const uint64_t *numbers, uint64_t *words_r) {
    uint64_t over = 0;
    for (size_t word = 0; word < counts->words; word++)
        words_r[word] = 0;
    for (size_t i = 0; i < counts->numbers; i++) {
        const struct counts_field *field = &counts->fields[i];
        over |= numbers[i] & ~field->most;
        words_r[field->word] |= numbers[i] << field->shift;
    }
    return !over;
}

/* Most rows are two words. */
static inline void move_row(uint64_t *to, const uint64_t *from, size_t words) {
    enum { MOST = 2 };
    for (size_t word = 0; word < MOST && word < words; word++)
        to[word] = from[word];
    for (size_t word = MOST; word < words; word++)
        to[word] = from[word];
}

/* Gives its numbers room for 64 bits each. */
static void widen(struct counts *counts, uint64_t *row) {
    uint64_t numbers[COUNTS_MOST];
    read_row(counts, row, numbers);
    if (counts->wide_count == counts->wide_places) {
        counts->wide_places += counts->wide_places / 4 + 4;
        counts->wide = memory_resize(counts->wide, counts->wide_places,
                                     counts->numbers * sizeof *counts->wide);
    }
    row[1] = COUNTS_WIDE | counts->wide_count++;
    move_row(counts_wide(counts, row), numbers, counts->numbers);
}

static void write_row(struct counts *counts, uint64_t *row, const uint64_t *numbers) {
    uint64_t words[COUNTS_MOST];
    bool is_narrow = !counts_is_wide(counts, row) && pack_words(counts, numbers, words);
    if (!is_narrow && !counts_is_wide(counts, row))
        widen(counts, row);
    if (is_narrow)
        move_row(row + 1, words, counts->words);
    else
        move_row(counts_wide(counts, row), numbers, counts->numbers);
}

/* ---- where rows are */

static size_t stride_of(const struct counts *counts) {
    return 1 + counts->words;
}

static uint64_t *row_at(const struct counts *counts, size_t place) {
    return counts->rows + place * stride_of(counts);
}

/* ---- growing */

/* From the end to their homes. With more homes none stands further behind the last of them than
 * before: a home moves on by no more than the number of those that are new. So each row goes to a
 * place before the one it has, or stays, and the room behind the last home, with an empty place at
 * the end, is still enough. Which places are empty, and which rows find their home free, cannot be
 * foretold, so there is no branch: what is empty goes to the next free place, which is empty too.
 */
__attribute__((always_inline)) static inline void
move_home_of(struct counts *counts, struct counts_shape shape, uint64_t *from) {
    const size_t stride = 1 + shape.words;
    uint64_t *free_place = counts->rows, *last = row_at(counts, counts->places - 1);
    for (; from < last; from += stride) {
        uint64_t key = *from, *home = counts_home(counts, shape, key),
                 *to = home > free_place ? home : free_place;
        assert(to <= from);
        *from = 0;
        UNROLLED for (size_t word = 1; word < stride; word++) {
            to[word] = from[word];
        }
        *to = key;
        free_place = key ? to + stride : free_place;
    }
}

static void move_home(struct counts *counts, uint64_t *from) {
    if (counts_has_shape(counts, COUNTS_SHORT))
        move_home_of(counts, COUNTS_SHORT, from);
    else
        move_home_of(counts, counts_shape(counts), from);
}

static void grow(struct counts *counts, size_t homes, size_t behind) {
    size_t places = counts->places, stride = stride_of(counts);
    counts->homes = homes;
    counts->places = homes + behind;
    counts->rows = memory_resize(counts->rows, counts->places, stride * sizeof *counts->rows);
    size_t more = (counts->places - places) * stride;
    memmove(counts->rows + more, counts->rows, places * stride * sizeof *counts->rows);
    memset(counts->rows, 0, more * sizeof *counts->rows);
    move_home(counts, counts->rows + more);
}

/* Many rows grow by a quarter, so that they never hold much more than they need; one is then moved
 * ten times. */
static void grow_when_full(struct counts *counts) {
    size_t homes = counts->homes;
    if (!counts_is_full(counts))
        return;
    homes = homes ? homes + homes / (homes < FEW_HOMES ? 1 : 4) : FIRST_HOMES;
    grow(counts, homes, counts->places ? counts->places - counts->homes : FIRST_BEHIND);
}

uint64_t *counts_make_more_room(struct counts *counts, uint64_t key) {
    const struct counts_shape shape = counts_shape(counts);
    uint64_t *row;
    grow_when_full(counts);
    while (!(row = counts_make_room(counts, shape, key, counts_seek(counts, shape, key))))
        grow(counts, counts->homes, 2 * (counts->places - counts->homes));
    return row;
}

/* ---- using */

void counts_init(struct counts *counts, size_t numbers, size_t maxima,
                 const struct counts_room *rooms) {
    assert(numbers <= COUNTS_MOST);
    *counts = (struct counts){.numbers = numbers, .maxima = maxima};
    lay_out(counts, rooms);
    counts->spreading = (hash_secret() ^ 0x9e3779b97f4a7c15u) | 1;
    counts->gathering = counts->spreading; /* what gives 1 with it: three bits are right, then 6 */
    for (int bits = 3; bits < 64; bits *= 2)
        counts->gathering *= 2 - counts->spreading * counts->gathering;
}

void counts_release(struct counts *counts) {
    free(counts->rows);
    free(counts->wide);
    counts->rows = counts->wide = NULL;
    counts->count = counts->places = counts->homes = counts->wide_count = counts->wide_places = 0;
}

const uint64_t *counts_find(const struct counts *counts, uint64_t hash) {
    uint64_t key = counts_key(counts, hash);
    const uint64_t *row = counts->homes ? counts_seek(counts, counts_shape(counts), key) : NULL;
    return row && *row == key ? row : NULL;
}

bool counts_get(const struct counts *counts, uint64_t hash, uint64_t *numbers_r) {
    const uint64_t *row = counts_find(counts, hash);
    if (row && numbers_r)
        read_row(counts, row, numbers_r);
    return row != NULL;
}

/* Two of three places are then taken. */
void counts_reserve(struct counts *counts, size_t hashes) {
    if (!counts->homes && hashes > FIRST_HOMES)
        grow(counts, hashes + hashes / 2, FIRST_BEHIND);
}

void counts_add_up(const struct counts *counts, uint64_t *into, const uint64_t *from) {
    size_t sums = counts->numbers - counts->maxima;
    for (size_t i = 0; i < sums; i++)
        into[i] += from[i];
    for (size_t i = sums; i < counts->numbers; i++)
        into[i] = into[i] > from[i] ? into[i] : from[i];
}

/* Adds to each number where it lies in the words of a narrow row. False: one does not fit any more,
 * and the row is as it was. */
static bool add_narrow(const struct counts *counts, uint64_t *row, const uint64_t *by) {
    size_t sums = counts->numbers - counts->maxima;
    uint64_t words[COUNTS_MOST], over = 0;
    move_row(words, row + 1, counts->words);
    for (size_t i = 0; i < counts->numbers; i++) {
        const struct counts_field *field = &counts->fields[i];
        uint64_t was = words[field->word] >> field->shift & field->most;
        uint64_t is = i < sums ? was + by[i] : was > by[i] ? was : by[i];
        over |= is & ~field->most;
        words[field->word] += (is - was) << field->shift;
    }
    if (!over)
        move_row(row + 1, words, counts->words);
    return !over;
}

/* In 64 bits; the row becomes wide when a number does not fit. */
void counts_add_numbers(struct counts *counts, uint64_t *row, const uint64_t *by) {
    uint64_t numbers[COUNTS_MOST];
    if (!counts->narrow) {
        counts_add_wide(counts, counts_whole(row), by);
        return;
    }
    if (!counts_is_wide(counts, row) && add_narrow(counts, row, by))
        return;
    read_row(counts, row, numbers);
    counts_add_up(counts, numbers, by);
    write_row(counts, row, numbers);
}

void counts_add(struct counts *counts, uint64_t hash, const uint64_t *by) {
    counts_add_numbers(counts, counts_row(counts, hash, NULL), by);
}

uint64_t counts_sum_row(struct counts *counts, uint64_t *row, size_t number, uint64_t by) {
    const struct counts_field *field = &counts->fields[number];
    uint64_t sum = counts_number(counts, row, number) + by;
    if (!counts_is_wide(counts, row)) {
        if (sum <= field->most) {
            row[1 + field->word] += by << field->shift;
            return sum;
        }
        widen(counts, row);
    }
    return counts_wide(counts, row)[number] = sum;
}

uint64_t counts_sum(struct counts *counts, uint64_t hash, size_t number, uint64_t by) {
    return counts_sum_row(counts, counts_row(counts, hash, NULL), number, by);
}

/* ---- all of them */

static uint64_t hash_at(const struct counts *counts, size_t place) {
    return *row_at(counts, place) * counts->gathering;
}

bool counts_at(const struct counts *counts, size_t place, uint64_t *hash_r, uint64_t *numbers_r) {
    const uint64_t *row = row_at(counts, place);
    if (*row && hash_r)
        *hash_r = hash_at(counts, place);
    if (*row && numbers_r)
        read_row(counts, row, numbers_r);
    return *row;
}

const uint64_t *counts_row_at(const struct counts *counts, size_t place) {
    const uint64_t *row = row_at(counts, place);
    return *row ? row : NULL;
}

size_t counts_above_zero(const struct counts *counts, size_t number) {
    const struct counts_field field = counts->fields[number];
    const uint64_t *row = counts->rows, *end = row_at(counts, counts->places);
    size_t above = 0;
    for (; row < end; row += stride_of(counts)) {
        if (*row && counts_is_wide(counts, row))
            above += (int64_t)counts_wide(counts, row)[number] > 0;
        else
            above += *row && (int64_t)(row[1 + field.word] >> field.shift & field.most) > 0;
    }
    return above;
}

/* The numbers of a row are added to others, each where it lies. */
static inline void add_up_row(const struct counts *counts, const uint64_t *row, uint64_t *into) {
    size_t sums = counts->numbers - counts->maxima;
    if (counts_is_wide(counts, row)) {
        counts_add_up(counts, into, counts_wide(counts, row));
        return;
    }
    for (size_t i = 0; i < counts->numbers; i++) {
        const struct counts_field *field = &counts->fields[i];
        uint64_t number = row[1 + field->word] >> field->shift & field->most;
        into[i] = i < sums ? into[i] + number : into[i] > number ? into[i] : number;
    }
}

/* ---- totals of one word
 *
 * There are millions of rows of one word, with seven numbers in it. A lane takes some of them that
 * stand apart, so that there is room behind each, and adds up words as they are; after so many rows
 * that the room may be full, the numbers are taken out of the sums. That is 20 instructions a row;
 * to take the numbers out of each row is 36. */

enum { LANES = 3, LANE_ROWS = 32, HIGH_LANE = 2, HIGH_SHIFT = 16 };

struct lanes {
    uint64_t masks[LANES]; /* which numbers of a word each adds up */
    uint8_t of[COUNTS_MOST];
};

/* The highest lane adds up words moved to the right: so the last number has room, too. */
static unsigned shift_of(size_t lane) {
    return lane == HIGH_LANE ? HIGH_SHIFT : 0;
}

/* The most that a lane may hold of a number; all bits where it is more, as sums are modulo 2^64. */
static uint64_t lane_most(const struct counts_field *field) {
    return (field->most + 1) * LANE_ROWS - 1;
}

/* False: it would run into others, or over the end. */
static bool enter_lane(struct lanes *lanes, size_t lane, const struct counts_field *field,
                       uint64_t *taken) {
    if (field->shift < shift_of(lane))
        return false;
    unsigned shift = field->shift - shift_of(lane);
    uint64_t most = lane_most(field), room = most << shift;
    if (room >> shift != most || *taken & room)
        return false;
    *taken |= room;
    lanes->masks[lane] |= field->most << shift;
    return true;
}

/* Each number in the first lane that has room. False: one finds none, or there is more than sums
 * and single bits in one word. */
static bool lay_lanes(const struct counts *counts, struct lanes *lanes_r) {
    size_t sums = counts->numbers - counts->maxima;
    uint64_t taken[LANES] = {0};
    *lanes_r = (struct lanes){0};
    if (!counts_has_shape(counts, COUNTS_SHORT))
        return false;
    for (size_t i = sums; i < counts->numbers; i++)
        if (counts->fields[i].most != 1)
            return false;
    for (size_t i = 0; i < sums; i++) {
        size_t lane = 0;
        while (lane < LANES && !enter_lane(lanes_r, lane, &counts->fields[i], &taken[lane]))
            lane++;
        if (lane == LANES)
            return false;
        lanes_r->of[i] = (uint8_t)lane;
    }
    return true;
}

static void add_up_lanes(const struct counts *counts, const struct lanes *lanes,
                         const uint64_t *words, uint64_t *totals) {
    for (size_t i = 0; i < counts->numbers - counts->maxima; i++) {
        const struct counts_field *field = &counts->fields[i];
        size_t lane = lanes->of[i];
        totals[i] += words[lane] >> (field->shift - shift_of(lane)) & lane_most(field);
    }
}

/* That a place is empty cannot be foretold: one in four is. */
static void add_up_words(const struct counts *counts, const struct lanes *lanes, uint64_t *totals) {
    const uint64_t *row = counts->rows, *end = row_at(counts, counts->places);
    const uint64_t first = lanes->masks[0], second = lanes->masks[1],
                   high = lanes->masks[HIGH_LANE];
    uint64_t any = 0;
    while (row < end) {
        const uint64_t *stop = end - row > 2 * LANE_ROWS ? row + 2 * LANE_ROWS : end;
        uint64_t words[LANES] = {0};
        for (; row < stop; row += 2) {
            uint64_t word = row[0] ? row[1] : 0;
            if (word & COUNTS_WIDE) {
                counts_add_up(counts, totals, counts_wide(counts, row));
                continue;
            }
            words[0] += word & first;
            words[1] += word & second;
            words[HIGH_LANE] += word >> HIGH_SHIFT & high;
            any |= word;
        }
        add_up_lanes(counts, lanes, words, totals);
    }
    for (size_t i = counts->numbers - counts->maxima; i < counts->numbers; i++)
        if (!totals[i])
            totals[i] = any >> counts->fields[i].shift & 1;
}

void counts_totals(const struct counts *counts, uint64_t *totals_r) {
    struct lanes lanes;
    memset(totals_r, 0, counts->numbers * sizeof *totals_r);
    if (lay_lanes(counts, &lanes)) {
        add_up_words(counts, &lanes, totals_r);
        return;
    }
    for (size_t place = 0; place < counts->places; place++)
        if (*row_at(counts, place))
            add_up_row(counts, row_at(counts, place), totals_r);
}

void counts_merge(struct counts *into, const struct counts *from) {
    for (size_t place = 0; place < from->places; place++) {
        uint64_t hash, numbers[COUNTS_MOST];
        if (counts_at(from, place, &hash, numbers))
            counts_add(into, hash, numbers);
    }
}

/* By hash. */
void counts_save(const struct counts *counts, struct pack *pack) {
    struct keyed *both = memory_resize(NULL, 2 * counts->count + 1, sizeof *both), *all;
    size_t used = 0;
    for (size_t place = 0; place < counts->places; place++)
        if (*row_at(counts, place))
            both[used++] = (struct keyed){hash_at(counts, place), place};
    all = keyed_sort(both, both + used, used);
    pack_number(pack, used);
    for (size_t i = 0; i < used; i++) {
        const uint64_t *row = row_at(counts, all[i].value);
        pack_number(pack, all[i].key);
        for (size_t number = 0; number < counts->numbers; number++)
            pack_number(pack, counts_number(counts, row, number));
    }
    free(both);
}

void counts_load(struct counts *counts, struct unpack *unpack) {
    uint64_t numbers[COUNTS_MOST];
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        uint64_t *row = counts_row(counts, unpack_number(unpack), NULL);
        for (size_t i = 0; i < counts->numbers; i++)
            numbers[i] = unpack_number(unpack);
        write_row(counts, row, numbers);
    }
}

size_t counts_bytes(const struct counts *counts) {
    return (counts->places * stride_of(counts) + counts->wide_places * counts->numbers) *
           sizeof *counts->rows;
}
