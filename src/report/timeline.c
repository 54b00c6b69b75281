/* Why: when did it begin, and is it over? And what is usual at this hour?
 *
 * How: quarters of an hour of UTC are put together to the hours and days of the zone of the run, by
 * the offset that holds at their beginning; no zone begins an hour within a quarter. What lies
 * between the first and the last one is shown too, as zeros, for an hour in which nothing came is
 * news. A gap of more rows than that is left as it is: a server that starts with a wrong clock
 * logs some lines of another year.
 */
#include "report/timeline.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/moment.h"
#include "report/page_words.h"
#include "report/parts.h"
#include "report/when.h"
#include "tally/hours.h"

enum { HOUR = 3600, DAY = 24 * HOUR, LONGEST_GAP = 48 /* rows */, MONTH = 31 };

/* One row. The key is what rows are sorted and stepped by: the second at which an hour begins, the
 * number of a day, or the hour of the day; MOMENT_NONE: of no known time. */
struct bucket {
    int64_t key;
    uint64_t numbers[HOURS_NUMBERS];
};

struct buckets {
    struct bucket *items;
    size_t count, capacity;
    int64_t (*key_of)(int64_t seconds); /* of a quarter that begins then */
};

/* As the clocks on the wall show it, as if it were UTC. */
static int64_t wall_clock(int64_t seconds) {
    return seconds + 60 * (int64_t)moment_here(seconds).offset;
}

static int64_t hour_of(int64_t seconds) {
    int64_t wall = wall_clock(seconds);
    return seconds - (wall - moment_floor(wall, HOUR));
}

static int64_t day_of(int64_t seconds) {
    return moment_units(wall_clock(seconds), DAY);
}

static int64_t hour_of_day(int64_t seconds) {
    int64_t wall = wall_clock(seconds);
    return moment_units(wall, HOUR) - moment_units(wall, DAY) * 24;
}

/* ---- putting together */

/* What has no time is the last one. */
static bool is_behind(int64_t key, int64_t other) {
    if (key == MOMENT_NONE || other == MOMENT_NONE)
        return key == MOMENT_NONE && other != MOMENT_NONE;
    return key > other;
}

/* Quarters come in order, so it is the last one or new; but for hours of the day, and where clocks
 * are set back over midnight. */
static struct bucket *bucket_for(struct buckets *buckets, int64_t key) {
    size_t place = buckets->count;
    while (place > 0 && is_behind(buckets->items[place - 1].key, key))
        place--;
    if (place > 0 && buckets->items[place - 1].key == key)
        return &buckets->items[place - 1];
    buckets->items =
        memory_grow(buckets->items, &buckets->capacity, buckets->count + 1, sizeof *buckets->items);
    for (size_t i = buckets->count++; i > place; i--)
        buckets->items[i] = buckets->items[i - 1];
    buckets->items[place] = (struct bucket){.key = key};
    return &buckets->items[place];
}

static void add_quarter(void *context, const struct quarter *quarter) {
    struct buckets *buckets = context;
    bool known = quarter->begin != MOMENT_NONE;
    struct bucket *bucket =
        bucket_for(buckets, known ? buckets->key_of(quarter->begin) : MOMENT_NONE);
    for (size_t i = 0; i < HOURS_NUMBERS; i++)
        bucket->numbers[i] += quarter->numbers[i];
}

static void buckets_make(struct buckets *buckets, const struct tally *tally,
                         int64_t (*key_of)(int64_t seconds)) {
    *buckets = (struct buckets){.key_of = key_of};
    hours_each(tally, add_quarter, buckets);
}

static void buckets_release(struct buckets *buckets) {
    free(buckets->items);
}

/* Those with a time; the one without stands behind them. */
static size_t timed(const struct buckets *buckets) {
    size_t count = buckets->count;
    return count && buckets->items[count - 1].key == MOMENT_NONE ? count - 1 : count;
}

static int64_t span_of(const struct buckets *buckets) {
    size_t count = timed(buckets);
    return count ? buckets->items[count - 1].key - buckets->items[0].key : 0;
}

/* Adds what lies between, as zeros. */
static void fill_gaps(struct buckets *buckets, int64_t step) {
    struct buckets filled = {.key_of = buckets->key_of};
    for (size_t i = 0; i < buckets->count; i++) {
        const struct bucket *next = &buckets->items[i];
        int64_t last = i ? buckets->items[i - 1].key : next->key;
        bool is_gap = next->key != MOMENT_NONE && (next->key - last) / step <= LONGEST_GAP;
        for (last += step; is_gap && last < next->key; last += step)
            bucket_for(&filled, last);
        *bucket_for(&filled, next->key) = *next;
    }
    free(buckets->items);
    *buckets = filled;
}

/* ---- showing */

static const struct {
    const char *key;
    enum word title;
} columns[HOURS_NUMBERS] = {
    [HOURS_RECEIVED] = {"received", WORD_RECEIVED},
    [HOURS_DELIVERED] = {"delivered", WORD_DELIVERED},
    [HOURS_DEFERRED] = {"deferred", WORD_DEFERRED},
    [HOURS_BOUNCED] = {"bounced", WORD_BOUNCED_COLUMN},
    [HOURS_EXPIRED] = {"expired", WORD_EXPIRED_COLUMN},
    [HOURS_REJECTED] = {"rejected", WORD_REJECTED},
    [HOURS_AUTH_FAILED] = {"auth_failed", WORD_AUTH_FAILED_COLUMN},
};

/* A column of nothing but zeros is none that people need. */
static void columns_used(const struct buckets *buckets, bool used_r[HOURS_NUMBERS]) {
    for (size_t number = 0; number < HOURS_NUMBERS; number++) {
        used_r[number] = false;
        for (size_t i = 0; i < buckets->count; i++)
            used_r[number] |= buckets->items[i].numbers[number] != 0;
    }
}

static void add_numbers(struct page *page, struct cell *row, const struct bucket *bucket,
                        const bool used[HOURS_NUMBERS], bool knows_received) {
    for (size_t i = 0; i < HOURS_NUMBERS; i++) {
        const char *title = used[i] ? page_word(page, columns[i].title) : NULL;
        if (i == HOURS_RECEIVED && !knows_received)
            cell_none(page, row, columns[i].key, NULL);
        else
            cell_count(page, row, columns[i].key, title, bucket->numbers[i], NULL);
    }
}

/* What a row begins with: for people, and for machines in front of the numbers. */
struct row_head {
    const char *title;
    void (*add)(struct page *page, struct cell *row, const char *title, int64_t key);
};

static void head_without_time(struct page *page, struct cell *row, const char *title) {
    cell_text(page, row, NULL, title, slice_of(page_word(page, WORD_NO_TIME)));
}

static void head_of_hour(struct page *page, struct cell *row, const char *title, int64_t key) {
    if (when_words(page, key).length)
        when_shown(page, row, title, key);
    else
        head_without_time(page, row, title);
    when_cell(page, row, "begin", key);
    cell_none(page, row, "hour_of_day", NULL);
}

static void head_of_day_hour(struct page *page, struct cell *row, const char *title, int64_t key) {
    if (key == MOMENT_NONE)
        head_without_time(page, row, title);
    else
        cell_text(page, row, NULL, title, arena_print(&page->arena, "%02d:00", (int)key))->uncut =
            true;
    cell_none(page, row, "begin", NULL);
    if (key == MOMENT_NONE)
        cell_none(page, row, "hour_of_day", NULL);
    else
        cell_code(page, row, "hour_of_day", NULL, (uint64_t)key);
}

static void head_of_day(struct page *page, struct cell *row, const char *title, int64_t key) {
    enum { DATE = 10 };
    struct moment midnight = {.seconds = key == MOMENT_NONE ? key : key * DAY};
    char text[MOMENT_TEXT];
    struct slice day = {text, moment_print(&midnight, text)};
    if (!day.length) {
        head_without_time(page, row, title);
        cell_none(page, row, "day", NULL);
    } else {
        cell_text(page, row, NULL, title, slice_head(day, DATE))->uncut = true;
        cell_text(page, row, "day", NULL, slice_head(day, DATE));
    }
}

static struct section *add_series(struct page *page, const char *key, const char *title,
                                  const struct buckets *buckets, size_t first,
                                  const struct row_head *head, const struct filter *filter) {
    struct section *section = page_section(page, key, title, LOOK_SERIES, CELL_LIST);
    bool used[HOURS_NUMBERS], knows_received = !filter || filter_is_of_messages(filter);
    columns_used(buckets, used);
    for (size_t i = first; i < buckets->count; i++) {
        struct cell *row = cell_record(page, section->cell, NULL, NULL);
        head->add(page, row, head->title, buckets->items[i].key);
        add_numbers(page, row, &buckets->items[i], used, knows_received);
    }
    if (buckets->count < 2)
        section->look = LOOK_HIDDEN;
    return section;
}

void timeline_hours(struct page *page, const struct tally *tally, const struct filter *filter) {
    const char *word = page_word(page, WORD_HOUR);
    struct buckets buckets;
    buckets_make(&buckets, tally, hour_of);
    page->part = part_name(PART_HOURS);
    if (span_of(&buckets) < 2 * DAY) {
        fill_gaps(&buckets, HOUR);
        add_series(page, "hours", page_word(page, WORD_HOURS), &buckets, 0,
                   &(struct row_head){word, head_of_hour}, filter);
    } else {
        buckets_release(&buckets);
        buckets_make(&buckets, tally, hour_of_day);
        for (int64_t hour = 0; hour < 24; hour++)
            bucket_for(&buckets, hour);
        add_series(page, "hours", page_word(page, WORD_HOURS_OF_DAY), &buckets, 0,
                   &(struct row_head){word, head_of_day_hour}, filter);
    }
    buckets_release(&buckets);
}

void timeline_days(struct page *page, const struct tally *tally, const struct filter *filter,
                   unsigned top) {
    struct buckets buckets;
    size_t most = top > MONTH ? top : MONTH;
    buckets_make(&buckets, tally, day_of);
    fill_gaps(&buckets, 1);
    size_t first = top && buckets.count > most ? buckets.count - most : 0;
    page->part = part_name(PART_DAYS);
    add_series(page, "days", page_word(page, WORD_DAYS), &buckets, first,
               &(struct row_head){page_word(page, WORD_DAY), head_of_day}, filter);
    if (first)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_MORE_DAYS),
                                   words_number(page, first)));
    buckets_release(&buckets);
}
