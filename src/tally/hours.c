/* Why: the report's hours and days, in any time zone, out of one count.
 *
 * How: numbers under the number of the quarter since 1970, which is its own hash. Time stamps are
 * log text: of more than MOST_QUARTERS different ones, each a year of quarters, the rest counts as
 * of no known time.
 */
#include "tally/hours.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/moment.h"
#include "tally/counter.h"
#include "tally/counts.h"

enum { MOST_QUARTERS = 2 * 366 * 96 };

/* No quarter of a time that moments can hold. */
static const uint64_t no_quarter = UINT64_MAX;

struct hours {
    struct counts counts;
    /* The row that was added to last, which nearly all entries share with the one before: */
    bool has_last;
    int64_t last_begin; /* of its quarter */
    size_t last_at;     /* in counts.rows */
};

static void hours_init(void *content) {
    counts_init(&((struct hours *)content)->counts, HOURS_NUMBERS, 0, NULL);
}

static void hours_release(void *content) {
    counts_release(&((struct hours *)content)->counts);
}

/* Times before 1970 too: divided down, and moved so that none is 0, which counts cannot tell from
 * 1. */
static uint64_t quarter_of(int64_t seconds) {
    if (seconds == MOMENT_NONE)
        return no_quarter;
    int64_t quarter = moment_units(seconds, QUARTER);
    return (uint64_t)quarter + ((uint64_t)1 << 62);
}

static int64_t begin_of(uint64_t quarter) {
    static const uint64_t middle = (uint64_t)1 << 62, most = (uint64_t)1 << 40;
    if (quarter - (middle - most) > 2 * most) /* what is loaded is anybody's number */
        return MOMENT_NONE;
    return (int64_t)(quarter - middle) * QUARTER;
}

static uint64_t *row_of(struct counts *counts, uint64_t quarter) {
    if (counts->count >= MOST_QUARTERS && !counts_get(counts, quarter, NULL))
        quarter = no_quarter;
    return counts_row(counts, quarter, NULL);
}

/* The numbers of the quarter of a time. */
static uint64_t *numbers_at(struct hours *hours, int64_t seconds) {
    uint64_t quarter = quarter_of(seconds);
    uint64_t *row = row_of(&hours->counts, quarter);
    hours->has_last = quarter != no_quarter;
    hours->last_begin = begin_of(quarter);
    hours->last_at = (size_t)(row - hours->counts.rows);
    return counts_whole(row);
}

/* Where a recipient in a state is counted, and an event; 0: nowhere. */
static const uint8_t number_of[] = {[FATE_DELIVERED] = HOURS_DELIVERED,
                                    [FATE_BOUNCED] = HOURS_BOUNCED,
                                    [FATE_EXPIRED] = HOURS_EXPIRED,
                                    [FATE_HANDED_ON] = 0};

static unsigned number_of_event(enum event event) {
    switch (event) {
    case EVENT_DEFERRED:
        return HOURS_DEFERRED;
    case EVENT_REJECTED:
        return HOURS_REJECTED;
    case EVENT_AUTH_FAILED:
        return HOURS_AUTH_FAILED;
    default:
        return 0;
    }
}

/* Without a branch: messages and recipients come mixed. */
static void add(uint64_t *numbers, unsigned number, uint64_t by) {
    numbers[number] += number ? by : 0;
}

/* What is taken back makes numbers of less than none, modulo 2^64: hours_each sets them right. */
static void hours_add(void *content, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    struct hours *hours = content;
    int64_t seconds = finding->time.seconds;
    bool is_last =
        hours->has_last && seconds >= hours->last_begin && seconds - hours->last_begin < QUARTER;
    uint64_t *numbers =
        is_last ? counts_whole(hours->counts.rows + hours->last_at) : numbers_at(hours, seconds);
    numbers[HOURS_RECEIVED] += (uint64_t)(int64_t)finding->new_messages;
    add(numbers, number_of[counting->from], UINT64_MAX);
    add(numbers, number_of[counting->into], counting->recipients);
    add(numbers, number_of_event(finding->record.event), counting->events);
}

void hours_put(struct tally *tally, int64_t seconds, enum hours_number number, uint64_t by) {
    struct hours *hours = tally_content_to_fill(tally, &counter_hours);
    numbers_at(hours, seconds)[number] += by;
}

static void hours_merge(void *into, const void *from) {
    counts_merge(&((struct hours *)into)->counts, &((const struct hours *)from)->counts);
    ((struct hours *)into)->has_last = false;
}

static void hours_save(const void *content, struct pack *pack) {
    counts_save(&((const struct hours *)content)->counts, pack);
}

static void hours_load(void *content, struct unpack *unpack) {
    counts_load(&((struct hours *)content)->counts, unpack);
    ((struct hours *)content)->has_last = false;
}

const struct counter counter_hours = {
    .name = "hours",
    .size = sizeof(struct hours),
    .of = OF_MESSAGES | OF_RECIPIENTS | OF_EVENTS,
    .init = hours_init,
    .release = hours_release,
    .add = hours_add,
    .merge = hours_merge,
    .save = hours_save,
    .load = hours_load,
};

static int compare_quarters(const void *left, const void *right) {
    const struct quarter *a = left, *b = right;
    if ((a->begin == MOMENT_NONE) != (b->begin == MOMENT_NONE))
        return a->begin == MOMENT_NONE ? 1 : -1;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

/* All quarters in order; the caller frees the array. */
static struct quarter *sorted(const struct counts *counts, size_t *count_r) {
    struct quarter *quarters = memory_resize(NULL, counts->count + 1, sizeof *quarters);
    size_t count = 0;
    for (size_t place = 0; place < counts->places; place++) {
        uint64_t number;
        if (counts_at(counts, place, &number, quarters[count].numbers))
            quarters[count++].begin = begin_of(number);
    }
    qsort(quarters, count, sizeof *quarters, compare_quarters);
    *count_r = count;
    return quarters;
}

/* Takes from a quarter what another has too much of; gives what is still to be taken. */
static uint64_t take(uint64_t *number, uint64_t less) {
    uint64_t has = *number - less;
    bool is_less = (int64_t)has < 0;
    *number = is_less ? 0 : has;
    return is_less ? 0 - has : 0;
}

/* What a quarter has less than none of is taken from those before it, and where the log is not in
 * the order of time from those behind. In a part of a log that can be more than all have. */
static void set_right(struct quarter *quarters, size_t count, size_t number) {
    uint64_t less = 0;
    for (size_t i = count; i-- > 0;)
        less = take(&quarters[i].numbers[number], less);
    for (size_t i = 0; i < count; i++)
        less = take(&quarters[i].numbers[number], less);
}

void hours_each(const struct tally *tally,
                void (*each)(void *context, const struct quarter *quarter), void *context) {
    const struct hours *hours = tally_content(tally, &counter_hours);
    size_t count;
    struct quarter *quarters = sorted(&hours->counts, &count);
    for (size_t number = 0; number < HOURS_NUMBERS; number++)
        set_right(quarters, count, number);
    for (size_t i = 0; i < count; i++)
        each(context, &quarters[i]);
    free(quarters);
}
