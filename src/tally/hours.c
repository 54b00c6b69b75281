/* Why: the report's hours and days, in any time zone, out of one count.
 *
 * How: numbers under the number of the quarter since 1970, which is its own hash. Time stamps are
 * log text: of more than MOST_QUARTERS different ones, each a year of quarters, the rest counts as
 * of no known time.
 */
#include "tally/hours.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tally/counter.h"
#include "tally/counts.h"

enum { MOST_QUARTERS = 2 * 366 * 96 };
enum number { RECEIVED, DELIVERED, DEFERRED, BOUNCED, EXPIRED, REJECTED, AUTH_FAILED, NUMBERS };

/* No quarter of a time that moments can hold. */
static const uint64_t no_quarter = UINT64_MAX;

struct hours {
    struct counts counts;
};

static void hours_init(void *content) {
    counts_init(&((struct hours *)content)->counts, NUMBERS, 0);
}

static void hours_release(void *content) {
    counts_release(&((struct hours *)content)->counts);
}

/* Times before 1970 too: divided down, and moved so that none is 0, which counts cannot tell from
 * 1. */
static uint64_t quarter_of(int64_t seconds) {
    if (seconds == MOMENT_NONE)
        return no_quarter;
    int64_t quarter = seconds / QUARTER - (seconds % QUARTER < 0);
    return (uint64_t)quarter + ((uint64_t)1 << 62);
}

static int64_t begin_of(uint64_t quarter) {
    if (quarter == no_quarter)
        return MOMENT_NONE;
    return (int64_t)(quarter - ((uint64_t)1 << 62)) * QUARTER;
}

static uint64_t *numbers_of(struct hours *hours, uint64_t quarter) {
    if (hours->counts.count >= MOST_QUARTERS && !counts_get(&hours->counts, quarter))
        quarter = no_quarter;
    return counts_put(&hours->counts, quarter);
}

static void add_event(uint64_t *numbers, const struct counting *counting) {
    switch (counting->finding->record.event) {
    case EVENT_DEFERRED:
        numbers[DEFERRED] += counting->events;
        break;
    case EVENT_REJECTED:
        numbers[REJECTED] += counting->events;
        break;
    case EVENT_AUTH_FAILED:
        numbers[AUTH_FAILED] += counting->events;
        break;
    default:
        break;
    }
}

static void hours_add(void *content, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    if (!counting->events && !counting->recipients && !finding->new_messages)
        return;
    uint64_t *numbers = numbers_of(content, quarter_of(finding->time.seconds));
    numbers[RECEIVED] += (uint64_t)(int64_t)finding->new_messages;
    numbers[DELIVERED] += counting->into == FATE_DELIVERED ? counting->recipients : 0;
    numbers[BOUNCED] += counting->into == FATE_BOUNCED ? counting->recipients : 0;
    numbers[EXPIRED] += counting->into == FATE_EXPIRED ? counting->recipients : 0;
    if (counting->events)
        add_event(numbers, counting);
}

static void hours_merge(void *into, const void *from) {
    counts_merge(&((struct hours *)into)->counts, &((const struct hours *)from)->counts);
}

static void hours_save(const void *content, struct pack *pack) {
    counts_save(&((const struct hours *)content)->counts, pack);
}

static void hours_load(void *content, struct unpack *unpack) {
    counts_load(&((struct hours *)content)->counts, unpack);
}

const struct counter counter_hours = {
    .name = "hours",
    .size = sizeof(struct hours),
    .init = hours_init,
    .release = hours_release,
    .add = hours_add,
    .merge = hours_merge,
    .save = hours_save,
    .load = hours_load,
};

static int compare_quarters(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

void hours_each(const struct tally *tally,
                void (*each)(void *context, const struct quarter *quarter), void *context) {
    const struct counts *counts =
        &((const struct hours *)tally_content(tally, &counter_hours))->counts;
    uint64_t *quarters = memory_resize(NULL, counts->count + 1, sizeof *quarters);
    size_t count = 0;
    for (size_t place = 0; place < counts->places; place++)
        if (counts_at(counts, place, &quarters[count]))
            count++;
    qsort(quarters, count, sizeof *quarters, compare_quarters);
    for (size_t i = 0; i < count; i++) {
        const uint64_t *numbers = counts_get(counts, quarters[i]);
        each(context, &(struct quarter){.begin = begin_of(quarters[i]),
                                        .received = numbers[RECEIVED],
                                        .delivered = numbers[DELIVERED],
                                        .deferred = numbers[DEFERRED],
                                        .bounced = numbers[BOUNCED],
                                        .expired = numbers[EXPIRED],
                                        .rejected = numbers[REJECTED],
                                        .auth_failed = numbers[AUTH_FAILED]});
    }
    free(quarters);
}
