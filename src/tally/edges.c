/* Why: whoever looks for what changed at 14:35 must not be told 11:30; and the first failure that
 * is shown should be one of the spike, not one that would have come anyway.
 *
 * How: as the search for spikes itself finds edges, with two levels and the stretch that is
 * likeliest to be on the higher one; but of single failures instead of buckets, and of those that
 * have the first driver. What is usual of that is nearly nothing, so a pause of some times the
 * usual distance ends it. What is put off waits, and is tried again until it gets through: failures
 * hours before, of which none waits any longer when the next ones come, were something else.
 */
#include "tally/edges.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    REACH_LEAST = 3 * HOUR, /* a spike is looked around so far, or as far as it is long */
    REACH_MOST = 24 * HOUR,
    MOST_TIMES = 1 << 16, /* of one spike; with more of them its edges are known anyway */
};

/* What a driver must have of a spike, and may have at other times as a part of that. */
static const double least_part = 0.4, most_usual = 0.5;
/* The higher level is this part of the spike's, since many build up and fade; the lower one, what
 * is usual of the driver, is at least that part. */
static const double higher_part = 1 / 8., lower_part = 1 / 60.;

struct moment_count {
    int64_t seconds;
    uint64_t count;
    uint32_t subject;
    size_t last; /* the place of the last one of this subject */
};

struct watched {
    const struct spike *spike;
    const struct driver *driver; /* NULL: none that edges can be told by */
    int64_t from, to;
    struct moment_count *times;
    size_t count, capacity;
};

struct edges {
    struct watched *items;
    size_t count;
};

/* What is put off is so for where it goes, or for ourselves: who sends much while that lasts has
 * much of it, from when he sends. */
static bool may_tell(const struct spike *spike, const struct driver *driver) {
    static const bool are_senders[DRIVER_SHOWN] = {
        [DRIVER_SENDER] = true, [DRIVER_SENDER_DOMAIN] = true, [DRIVER_USER] = true};
    return spike->event != EVENT_DEFERRED || !are_senders[driver->dimension];
}

static bool is_telling(const struct driver *driver, const struct driven *driven) {
    double share = (double)driver->count / (double)driven->count;
    return driver->part >= least_part && driver->usual_share <= most_usual * share;
}

/* What was asked for tells them best, where it has failed in the spike alone. */
static const struct driver *telling_driver(const struct spike *spike, const struct driven *driven) {
    if (driven && driven->count && driven->asked_for.value.length &&
        may_tell(spike, &driven->asked_for) && is_telling(&driven->asked_for, driven))
        return &driven->asked_for;
    for (size_t i = 0; driven && driven->count && i < driven->driver_count; i++)
        if (may_tell(spike, &driven->drivers[i]) && is_telling(&driven->drivers[i], driven))
            return &driven->drivers[i];
    return NULL;
}

struct edges *edges_new(const struct spikes *spikes, const struct drivers *drivers) {
    struct edges *edges = memory_new(sizeof *edges);
    edges->items = memory_new((spikes->count + 1) * sizeof *edges->items);
    bool tells = false;
    edges->count = spikes->count;
    for (size_t i = 0; i < spikes->count; i++) {
        const struct spike *spike = &spikes->items[i];
        int64_t reach = spike->end - spike->start;
        reach = reach < REACH_LEAST ? REACH_LEAST : reach > REACH_MOST ? REACH_MOST : reach;
        edges->items[i] = (struct watched){.spike = spike,
                                           .driver = telling_driver(spike, drivers_of(drivers, i)),
                                           .from = spike->start - reach,
                                           .to = spike->end + reach};
        tells |= edges->items[i].driver != NULL;
    }
    if (tells)
        return edges;
    edges_free(edges);
    return NULL;
}

void edges_free(struct edges *edges) {
    if (!edges)
        return;
    for (size_t i = 0; i < edges->count; i++)
        free(edges->items[i].times);
    free(edges->items);
    free(edges);
}

static bool is_of(const struct watched *watched, const struct failure *failure) {
    return watched->driver && watched->count < MOST_TIMES && failure->seconds >= watched->from &&
           failure->seconds < watched->to &&
           spike_is_of(watched->spike, failure->event, failure->class_name) &&
           slice_equal(failure->values[watched->driver->dimension], watched->driver->value);
}

void edges_look(struct edges *edges, const struct failure *failure) {
    if (failure->row != FAILURE_WHOLE || failure->seconds == MOMENT_NONE)
        return;
    for (size_t i = 0; i < edges->count; i++) {
        struct watched *watched = &edges->items[i];
        if (!is_of(watched, failure))
            continue;
        watched->times = memory_grow(watched->times, &watched->capacity, watched->count + 1,
                                     sizeof *watched->times);
        watched->times[watched->count++] = (struct moment_count){
            .seconds = failure->seconds, .count = failure->count, .subject = failure->subject};
    }
}

/* ---- moving ---- */

static int compare_moments(const void *left, const void *right) {
    const struct moment_count *a = left, *b = right;
    return (a->seconds > b->seconds) - (a->seconds < b->seconds);
}

/* The place behind a failure or two that came long before the others: more would have come in the
 * pause behind them. */
static size_t without_stray(const struct watched *watched, size_t begin, size_t end) {
    static const double least_missing = 3, most_part = 0.1;
    enum { STRAY = 2, PAUSE = 90 * 60 };
    const struct moment_count *times = watched->times;
    double all = 0, before = 0;
    size_t place = begin;
    for (size_t i = begin; i <= end; i++)
        all += (double)times[i].count;
    for (size_t i = begin; i < end; i++) {
        before += (double)times[i].count;
        if (before > STRAY || before > most_part * all)
            break;
        double pause = (double)(times[i + 1].seconds - times[i].seconds);
        double rest = (double)(times[end].seconds - times[i + 1].seconds) + SERIES_BUCKET;
        if (pause > PAUSE && (all - before) / rest * pause >= least_missing)
            place = i + 1;
    }
    return place;
}

static int compare_subjects(const void *left, const void *right) {
    const struct moment_count *a = *(struct moment_count *const *)left,
                              *b = *(struct moment_count *const *)right;
    if (a->subject != b->subject)
        return a->subject < b->subject ? -1 : 1;
    return (a > b) - (a < b);
}

/* Where each subject failed last in [begin, end]. */
static void find_lasts(const struct watched *watched, size_t begin, size_t end) {
    size_t count = end + 1 - begin;
    struct moment_count **ordered = memory_resize(NULL, count, sizeof *ordered);
    for (size_t i = 0; i < count; i++)
        ordered[i] = &watched->times[begin + i];
    qsort(ordered, count, sizeof *ordered, compare_subjects);
    for (size_t i = count; i-- > 0;) {
        bool has_next =
            i + 1 < count && ordered[i]->subject && ordered[i]->subject == ordered[i + 1]->subject;
        ordered[i]->last = has_next ? ordered[i + 1]->last : (size_t)(ordered[i] - watched->times);
    }
    free(ordered);
}

/* The place behind those of which none waited any longer, for hours before the next ones came, in
 * front of the spike as it was found. */
static size_t without_ended(const struct watched *watched, size_t begin, size_t end) {
    enum { PAUSE = 4 * HOUR };
    const struct moment_count *times = watched->times;
    size_t place = begin, last = begin;
    if (watched->spike->event != EVENT_DEFERRED)
        return begin;
    find_lasts(watched, begin, end);
    for (size_t i = begin; i < end && times[i].seconds < watched->spike->start; i++) {
        last = times[i].last > last ? times[i].last : last;
        if (last == i && times[i + 1].seconds - times[i].seconds > PAUSE)
            place = i + 1;
    }
    return place;
}

/* From the first to the last failure of the stretch that is likeliest to be on the level of the
 * spike. */
static bool likeliest(struct watched *watched, int64_t *first_r, int64_t *last_r) {
    const struct spike *spike = watched->spike;
    const struct driver *driver = watched->driver;
    double length = (double)(spike->end - spike->start), best = 0, sum = 0;
    double all = (double)driver->count / length, level = all * higher_part;
    double usual = driver->usual_share * spike->expected / length;
    usual = usual < all * lower_part ? all * lower_part : usual;
    size_t begin = 0, best_begin = 0, best_end = 0;
    qsort(watched->times, watched->count, sizeof *watched->times, compare_moments);
    for (size_t i = 0; level > usual && i < watched->count; i++) {
        int64_t pause = i ? watched->times[i].seconds - watched->times[i - 1].seconds : 0;
        sum -= (level - usual) * (double)pause;
        if (sum <= 0) {
            sum = 0;
            begin = i;
        }
        sum += log(level / usual) * (double)watched->times[i].count;
        if (sum <= best)
            continue;
        best = sum;
        best_begin = begin;
        best_end = i;
    }
    if (best <= 0)
        return false;
    best_begin = without_ended(watched, best_begin, best_end);
    *first_r = watched->times[without_stray(watched, best_begin, best_end)].seconds;
    *last_r = watched->times[best_end].seconds;
    return true;
}

static bool move(struct watched *watched, struct spike *spike, const struct series_book *book) {
    int64_t bucket = series_book_bucket(book), first = 0, last = 0,
            length = spike->end - spike->start;
    if (!watched->driver || watched->count == MOST_TIMES || !likeliest(watched, &first, &last))
        return false;
    int64_t start = moment_floor(first, bucket), end = moment_floor(last, bucket) + bucket;
    uint64_t count = series_book_count(book, spike->event, spike->class_name, start, end);
    double part = (double)(end - start) / (double)length, expected = spike->expected * part;
    bool moves = (start != spike->start || end != spike->end) && (double)count > 2 * expected;
    if (!moves)
        return false;
    spike->start = start;
    spike->end = end;
    spike->count = count;
    spike->extra *= part;
    spike->expected = expected;
    return true;
}

static bool is_same(const struct spike *a, const struct spike *b) {
    return spike_is_of(a, b->event, b->class_name) && a->start < b->end && b->start < a->end;
}

/* Two of a series that have met are one: the one that is farther beyond chance, and both their
 * time. */
static bool join_once(struct spikes *spikes, const struct series_book *book) {
    size_t kept = 0, count = spikes->count;
    for (size_t i = 0; i < count; i++) {
        struct spike *next = &spikes->items[i], *met = NULL;
        for (size_t j = 0; j < kept && !met; j++)
            if (is_same(&spikes->items[j], next))
                met = &spikes->items[j];
        if (!met) {
            spikes->items[kept++] = *next;
            continue;
        }
        double length = (double)(met->end - met->start);
        met->start = next->start < met->start ? next->start : met->start;
        met->end = next->end > met->end ? next->end : met->end;
        met->count = series_book_count(book, met->event, met->class_name, met->start, met->end);
        met->expected *= (double)(met->end - met->start) / length;
        met->extra *= (double)(met->end - met->start) / length;
    }
    spikes->count = kept;
    return kept < count;
}

bool edges_join(struct spikes *spikes, const struct series_book *book) {
    bool has_joined = false;
    while (join_once(spikes, book))
        has_joined = true;
    return has_joined;
}

bool edges_move(struct edges *edges, struct spikes *spikes, const struct series_book *book) {
    bool has_moved = false;
    for (size_t i = 0; i < edges->count; i++)
        has_moved |= move(&edges->items[i], &spikes->items[i], book);
    return has_moved;
}
