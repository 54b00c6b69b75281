/* Why: what is usual is usual at an hour of the day and of the week, and a server that was off or
 * whose log is gone had no quiet night.
 *
 * How: a day that has anything gets its place; in it a bucket is known from the first entry to the
 * last one, but for silences of SILENCE hours. So the edges of a log, what was rotated away and
 * what the server slept through are no zeros, and a line with a wrong clock is one odd day.
 */
#include "tally/calendar.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/moment.h"

enum { SILENCE = 6 /* hours */, THURSDAY = 4 /* the first day of 1970 */ };

/* ---- days */

static int compare_begins(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

struct day_list {
    int64_t *begins;
    size_t count, capacity;
    int64_t from, to;
};

/* Cells are in no order, but most are of the day of the one before. */
static void list_days(struct day_list *days, const struct series *series) {
    for (size_t i = 0; i < series->cell_count; i++) {
        int64_t at = series->cells[i].bucket, day = moment_floor(at, DAY_SECONDS);
        if (at < days->from || at >= days->to ||
            (days->count && days->begins[days->count - 1] == day))
            continue;
        days->begins =
            memory_grow(days->begins, &days->capacity, days->count + 1, sizeof *days->begins);
        days->begins[days->count++] = day;
    }
}

static void list_all_days(struct day_list *days, const struct series_list *list) {
    for (size_t i = 0; i < list->count; i++)
        list_days(days, &list->items[i]);
    for (size_t i = 0; i < SERIES_ALL; i++)
        list_days(days, &list->mails[i]);
}

static void sort_days(struct day_list *days) {
    size_t used = 0;
    if (!days->count)
        return;
    qsort(days->begins, days->count, sizeof *days->begins, compare_begins);
    for (size_t i = 0; i < days->count; i++)
        if (!used || days->begins[used - 1] != days->begins[i])
            days->begins[used++] = days->begins[i];
    days->count = used;
}

int64_t calendar_time(const struct calendar *calendar, size_t bucket) {
    size_t per_day = calendar->per_hour * DAY_HOURS;
    return calendar->begins[bucket / per_day] + (int64_t)(bucket % per_day) * calendar->bucket;
}

size_t calendar_bucket(const struct calendar *calendar, int64_t seconds) {
    int64_t day = moment_floor(seconds, DAY_SECONDS);
    size_t low = 0, high = calendar->days;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (calendar->begins[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == calendar->days || calendar->begins[low] != day)
        return SIZE_MAX;
    return low * calendar->per_hour * DAY_HOURS + (size_t)((seconds - day) / calendar->bucket);
}

/* ---- what is known */

static void mark(const struct calendar *calendar, const struct series *series, uint8_t *active) {
    for (size_t i = 0; i < series->cell_count; i++) {
        size_t bucket = calendar_bucket(calendar, series->cells[i].bucket);
        if (bucket != SIZE_MAX)
            active[bucket] = 1;
    }
}

static bool are_close(const struct calendar *calendar, size_t bucket, size_t next) {
    return calendar_time(calendar, next) - calendar_time(calendar, bucket) <= SILENCE * HOUR;
}

/* From where something was to where something was next, unless that is too far. */
static void mark_known(const struct calendar *calendar, const struct series_list *list,
                       uint8_t *known) {
    uint8_t *active = memory_new(calendar->buckets + 1);
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < list->count; i++)
        mark(calendar, &list->items[i], active);
    for (size_t i = 0; i < SERIES_ALL; i++)
        mark(calendar, &list->mails[i], active);
    for (size_t i = 0; i < calendar->buckets; i++) {
        if (!active[i])
            continue;
        if (last != SIZE_MAX && are_close(calendar, last, i))
            memset(known + last, 1, i - last);
        known[i] = 1;
        last = i;
    }
    free(active);
}

/* An hour of which the book knows anything is the book's. */
static void know_hours(struct calendar *calendar, const struct series_list *usual) {
    uint8_t *known = memory_new(calendar->buckets + 1);
    if (usual)
        mark_known(calendar, usual, known);
    for (size_t hour = 0; hour < calendar->hours; hour++) {
        double of_book = 0, of_usual = 0;
        for (size_t i = hour * calendar->per_hour; i < (hour + 1) * calendar->per_hour; i++) {
            of_book += calendar->is_known[i];
            of_usual += known[i];
        }
        calendar->known[hour] = of_book > 0    ? of_book / (double)calendar->per_hour
                                : of_usual > 0 ? 1
                                               : 0;
    }
    free(known);
}

static void name_hours(struct calendar *calendar) {
    for (size_t hour = 0; hour < calendar->hours; hour++) {
        int64_t at = calendar_time(calendar, hour * calendar->per_hour);
        int64_t wall = at + 60 * (int64_t)moment_here(at).offset + THURSDAY * DAY_SECONDS;
        calendar->of_week[hour] =
            (uint8_t)((moment_floor(wall, HOUR) - moment_floor(wall, 7 * DAY_SECONDS)) / HOUR);
    }
}

void calendar_make(struct calendar *calendar_r, const struct series_list *book,
                   const struct series_list *usual, int64_t bucket, int64_t learn, int64_t from,
                   int64_t to) {
    struct day_list days = {.from = learn, .to = to};
    list_all_days(&days, book);
    if (usual)
        list_all_days(&days, usual);
    sort_days(&days);
    struct calendar *calendar = calendar_r;
    *calendar = (struct calendar){.bucket = bucket,
                                  .per_hour = (size_t)(HOUR / bucket),
                                  .days = days.count,
                                  .hours = days.count * DAY_HOURS,
                                  .begins = days.begins};
    calendar->buckets = calendar->hours * calendar->per_hour;
    calendar->of_week = memory_new(calendar->hours + 1);
    calendar->known = memory_new((calendar->hours + 1) * sizeof *calendar->known);
    calendar->is_known = memory_new(calendar->buckets + 1);
    mark_known(calendar, book, calendar->is_known);
    name_hours(calendar);
    know_hours(calendar, usual);
    while (calendar->from < calendar->buckets && calendar_time(calendar, calendar->from) < from)
        calendar->from++;
    calendar->to = calendar->buckets;
    while (calendar->to > calendar->from && calendar_time(calendar, calendar->to - 1) >= to)
        calendar->to--;
}

void calendar_release(struct calendar *calendar) {
    free(calendar->begins);
    free(calendar->of_week);
    free(calendar->known);
    free(calendar->is_known);
}

/* ---- counts */

static bool is_of_book(const struct calendar *calendar, size_t hour) {
    for (size_t i = hour * calendar->per_hour; i < (hour + 1) * calendar->per_hour; i++)
        if (calendar->is_known[i])
            return true;
    return false;
}

void calendar_count(const struct calendar *calendar, const struct series *of_book,
                    const struct series *of_usual, double *buckets, double *hours) {
    for (size_t i = 0; of_book && i < of_book->cell_count; i++) {
        size_t at = calendar_bucket(calendar, of_book->cells[i].bucket);
        if (at == SIZE_MAX)
            continue;
        if (buckets)
            buckets[at] += (double)of_book->cells[i].count;
        if (hours)
            hours[at / calendar->per_hour] += (double)of_book->cells[i].count;
    }
    for (size_t i = 0; hours && of_usual && i < of_usual->cell_count; i++) {
        size_t at = calendar_bucket(calendar, of_usual->cells[i].bucket);
        if (at != SIZE_MAX && !is_of_book(calendar, at / calendar->per_hour))
            hours[at / calendar->per_hour] += (double)of_usual->cells[i].count;
    }
}

static void widen(const struct series *series, int64_t *begin, int64_t *end) {
    for (size_t i = 0; i < series->cell_count; i++) {
        int64_t at = series->cells[i].bucket;
        *begin = at < *begin ? at : *begin;
        *end = at > *end ? at : *end;
    }
}

bool calendar_span(const struct series_list *list, int64_t bucket, int64_t *begin_r,
                   int64_t *end_r) {
    *begin_r = INT64_MAX;
    *end_r = INT64_MIN;
    for (size_t i = 0; i < list->count; i++)
        widen(&list->items[i], begin_r, end_r);
    for (size_t i = 0; i < SERIES_ALL; i++)
        widen(&list->mails[i], begin_r, end_r);
    if (*begin_r > *end_r)
        return false;
    *end_r += bucket;
    return true;
}
