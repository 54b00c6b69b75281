/* Why: bounces jumped, and a person wants to know when it began.
 *
 * How: for the time being the level of the whole log, without its highest hours, and one threshold.
 */
#include "tally/spikes.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    LEAST_COUNT = 20,
    LEAST_RATIO = 3,
    LEAST_HOURS = 6,
    FEW_DAYS = 3,
    HIGHEST = 20 /* hours in 100 */
};

struct looking {
    int64_t begin, bucket; /* seconds */
    size_t hours;
    uint64_t *of_hours;
    struct spikes *spikes;
    size_t capacity;
};

static void span_of(const struct series *series, struct spikes *spikes) {
    for (size_t i = 0; i < series->cell_count; i++) {
        int64_t at = series->cells[i].bucket;
        bool is_first = spikes->begin == spikes->end;
        if (is_first || at < spikes->begin)
            spikes->begin = at;
        if (is_first || at >= spikes->end)
            spikes->end = at + 1;
    }
}

static int compare_numbers(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static double usual_of(const struct looking *looking) {
    uint64_t *all = memory_resize(NULL, looking->hours, sizeof *all);
    double sum = 0;
    size_t kept = looking->hours - looking->hours * HIGHEST / 100;
    memcpy(all, looking->of_hours, looking->hours * sizeof *all);
    qsort(all, looking->hours, sizeof *all, compare_numbers);
    for (size_t i = 0; i < kept; i++)
        sum += (double)all[i];
    free(all);
    return (sum + 1) / (double)kept;
}

static void look_at(struct looking *looking, const struct series *series) {
    memset(looking->of_hours, 0, looking->hours * sizeof *looking->of_hours);
    for (size_t i = 0; i < series->cell_count; i++)
        looking->of_hours[(series->cells[i].bucket - looking->begin) / HOUR] +=
            series->cells[i].count;
    double usual = usual_of(looking);
    for (size_t i = 0, end; i < looking->hours; i = end) {
        uint64_t sum = 0;
        for (end = i; end < looking->hours && (double)looking->of_hours[end] >= LEAST_RATIO * usual;
             end++)
            sum += looking->of_hours[end];
        double expected = usual * (double)(end - i);
        if (sum >= LEAST_COUNT) {
            struct spikes *spikes = looking->spikes;
            spikes->items = memory_grow(spikes->items, &looking->capacity, spikes->count + 1,
                                        sizeof *spikes->items);
            spikes->items[spikes->count++] =
                (struct spike){.event = series->event,
                               .class_name = series->class_name,
                               .start = looking->begin + (int64_t)i * HOUR,
                               .end = looking->begin + (int64_t)end * HOUR,
                               .count = sum,
                               .expected = expected,
                               .surprise = (double)sum * log((double)sum / expected)};
        }
        end += end == i;
    }
}

static int compare_spikes(const void *left, const void *right) {
    const struct spike *a = left, *b = right;
    if (a->surprise != b->surprise)
        return a->surprise > b->surprise ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->event != b->event)
        return a->event < b->event ? -1 : 1;
    return slice_compare(a->class_name, b->class_name);
}

void spikes_find(const struct series_book *book, const struct series_book *usual,
                 struct spikes *spikes_r) {
    struct series_list list;
    (void)usual;
    *spikes_r = (struct spikes){0};
    series_list_read(book, &list);
    for (size_t i = 0; i < list.count; i++)
        span_of(&list.items[i], spikes_r);
    for (size_t i = 0; i < SERIES_MAILS; i++)
        span_of(&list.mails[i], spikes_r);
    int64_t begin = hour_of(spikes_r->begin) * HOUR;
    size_t hours = (size_t)((spikes_r->end - begin + HOUR - 1) / HOUR);
    spikes_r->note = !hours                         ? SPIKES_NO_TIMES
                     : hours < LEAST_HOURS          ? SPIKES_TOO_SHORT
                     : hours < FEW_DAYS * DAY_HOURS ? SPIKES_FEW_DAYS
                                                    : SPIKES_KNOWN;
    if (hours >= LEAST_HOURS) {
        struct looking looking = {
            .begin = begin, .bucket = series_book_bucket(book), .hours = hours, .spikes = spikes_r};
        looking.of_hours = memory_resize(NULL, hours, sizeof *looking.of_hours);
        for (size_t i = 0; i < list.count; i++)
            look_at(&looking, &list.items[i]);
        free(looking.of_hours);
    }
    if (spikes_r->count)
        qsort(spikes_r->items, spikes_r->count, sizeof *spikes_r->items, compare_spikes);
    series_list_release(&list);
}

void spikes_release(struct spikes *spikes) {
    free(spikes->items);
    *spikes = (struct spikes){0};
}
