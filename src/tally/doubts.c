/* Why: guessed passwords come in bursts all the time, so fifty more are nothing that chance would
 * not show; but fifty for one name that never had any are, and a person sees it at once. And what
 * is tried for days makes many failures of few causes.
 *
 * How: what counts are moments (moments.h), which come nearly as single events by chance do. Those
 * of the drivers of a spike, and those of its whole series, are held against how many there are at
 * other times; how far beyond chance they are speaks for the spike beside its own surprise.
 */
#include "tally/doubts.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/moment.h"
#include "tally/moments.h"
#include "tally/subjects.h"
#include "tally/surprise.h"

enum { WATCHED = DRIVERS_MOST + 2, NONE = SIZE_MAX };

/* How uneven moments are, of any length of time. */
static const struct scatter of_moments = {{1, 1, 1, 1, 1}, {0.2, 0.2, 0.2, 0.2, 0.2}};
/* Whoever was never seen may have such a part of what is usual. */
static const double part_of_new = 0.05;
/* What moments say counts so many times as much as what counts say, and beyond what is needed of
 * a surprise there must be so much of both. */
static const double weight_of_moments = 2, needed_more = 8;
/* Who has so much of his moments at other times, beside those in a spike that comes again, may have
 * driven the others too. */
static const double part_elsewhere = 0.25;

/* What is counted of a spike: failures that have a driver, or all. */
struct watched {
    const struct driver *driver; /* NULL: all */
    int64_t minute;              /* of the last one */
    uint64_t inside, outside;    /* moments */
};

struct doubted {
    const struct spike *spike;
    struct watched watched[WATCHED]; /* the last one is that of all */
    size_t count;
    uint64_t outside; /* failures of the series, but for those of other sure spikes */
    size_t next;      /* of the same series; NONE: it is the last */
};

struct doubts {
    struct doubted *items; /* of the first spikes */
    size_t count;
    size_t *firsts; /* of each series the first item */
    size_t series;
    struct subjects *subjects;
};

/* The first item of a series; NONE: it has no spike. */
static size_t first_of(const struct doubts *doubts, enum event event, struct slice class_name) {
    for (size_t i = 0; i < doubts->series; i++)
        if (spike_is_of(doubts->items[doubts->firsts[i]].spike, event, class_name))
            return doubts->firsts[i];
    return NONE;
}

static void chain(struct doubts *doubts, size_t place) {
    struct doubted *item = &doubts->items[place];
    size_t first = first_of(doubts, item->spike->event, item->spike->class_name);
    if (first == NONE) {
        item->next = NONE;
        doubts->firsts[doubts->series++] = place;
        return;
    }
    item->next = doubts->items[first].next;
    doubts->items[first].next = place;
}

struct doubts *doubts_new(const struct spikes *spikes, const struct drivers *drivers) {
    struct doubts *doubts = memory_new(sizeof *doubts);
    doubts->count = spikes->count < DRIVERS_SPIKES ? spikes->count : DRIVERS_SPIKES;
    doubts->items = memory_new((doubts->count + 1) * sizeof *doubts->items);
    doubts->firsts = memory_new((doubts->count + 1) * sizeof *doubts->firsts);
    doubts->subjects = subjects_new();
    for (size_t i = 0; i < doubts->count; i++) {
        const struct driven *driven = drivers_of(drivers, i);
        struct doubted *item = &doubts->items[i];
        item->spike = &spikes->items[i];
        for (size_t j = 0; driven && j < driven->driver_count; j++)
            item->watched[item->count++] =
                (struct watched){.driver = &driven->drivers[j], .minute = MOMENT_NONE};
        if (driven && driven->asked_for.value.length)
            item->watched[item->count++] =
                (struct watched){.driver = &driven->asked_for, .minute = MOMENT_NONE};
        item->watched[item->count++] = (struct watched){.minute = MOMENT_NONE};
        chain(doubts, i);
    }
    return doubts;
}

void doubts_free(struct doubts *doubts) {
    if (!doubts)
        return;
    free(doubts->items);
    free(doubts->firsts);
    subjects_free(doubts->subjects);
    free(doubts);
}

/* ---- looking ---- */

static bool is_sure(const struct spike *spike) {
    return spike->surprise >= spike->needed && !spike->comes_again;
}

static bool is_in(const struct spike *spike, int64_t seconds) {
    return spike->start <= seconds && seconds < spike->end;
}

static bool is_in_sure(const struct doubts *doubts, size_t first, int64_t seconds) {
    for (size_t i = first; i != NONE; i = doubts->items[i].next)
        if (is_sure(doubts->items[i].spike) && is_in(doubts->items[i].spike, seconds))
            return true;
    return false;
}

static void count_moment(struct watched *watched, const struct failure *failure, bool is_inside) {
    const struct driver *driver = watched->driver;
    if (driver && !slice_equal(failure->values[driver->dimension], driver->value))
        return;
    if (moments_is_next(&watched->minute, failure->seconds))
        *(is_inside ? &watched->inside : &watched->outside) += 1;
}

void doubts_look(struct doubts *doubts, const struct failure *failure) {
    if (failure->row != FAILURE_WHOLE || failure->seconds == MOMENT_NONE)
        return;
    size_t first = first_of(doubts, failure->event, failure->class_name);
    if (first == NONE)
        return;
    bool is_again = subjects_again(doubts->subjects, failure, 0),
         is_taken = is_in_sure(doubts, first, failure->seconds);
    for (size_t i = first; i != NONE; i = doubts->items[i].next) {
        struct doubted *item = &doubts->items[i];
        bool is_inside = is_in(item->spike, failure->seconds);
        if (is_taken && !(is_inside && is_sure(item->spike)))
            continue;
        item->outside += is_inside ? 0 : failure->count;
        for (size_t j = 0; !is_again && j < item->count; j++)
            count_moment(&item->watched[j], failure, is_inside);
    }
}

/* ---- settling ---- */

/* Who sends more than usual may be alone what more mail is due to. */
static bool sends(const struct driver *driver) {
    static const bool are_senders[DRIVER_SHOWN] = {[DRIVER_SENDER] = true,
                                                   [DRIVER_SENDER_DOMAIN] = true,
                                                   [DRIVER_PEER_HOST] = true,
                                                   [DRIVER_PEER_IP] = true};
    return driver && are_senders[driver->dimension];
}

/* Of the moments of a driver, or of all. */
static double surprise_in(const struct doubted *item, const struct watched *watched) {
    const struct spike *spike = item->spike;
    double failures = (double)item->outside + 1;
    double all = (double)item->watched[item->count - 1].outside;
    double extra = sends(watched->driver) ? spike->extra : 0;
    double usual = (double)watched->outside + 1 + (watched->driver ? part_of_new * all : 0);
    double mean = usual * (spike->expected - extra) / failures + extra * (all + 1) / failures;
    return surprise_of(
        &of_moments,
        &(struct expectation){.count = mean, .hours = (double)(spike->end - spike->start) / HOUR},
        (double)watched->inside);
}

/* What was found by all moments has these in its surprise; and that much came again says nothing
 * where it was someone's who hardly ever had any. */
static bool may_speak(const struct doubted *item, const struct watched *watched) {
    const struct spike *spike = item->spike;
    if (spike->comes_again && (double)watched->outside > part_elsewhere * (double)watched->inside)
        return false;
    return watched->driver || !spike->by_moments;
}

static bool is_borne_out(const struct doubted *item) {
    const struct spike *spike = item->spike;
    double most = 0;
    for (size_t i = 0; i < item->count; i++) {
        double surprise =
            may_speak(item, &item->watched[i]) ? surprise_in(item, &item->watched[i]) : 0;
        most = surprise > most ? surprise : most;
    }
    return (most > 0 || !spike->comes_again) &&
           spike->surprise + weight_of_moments * most > spike->needed + needed_more;
}

/* What was not looked at must be sure by itself. */
static bool is_kept(const struct doubts *doubts, const struct spikes *spikes, size_t place) {
    if (!doubts || place >= doubts->count)
        return is_sure(&spikes->items[place]);
    return is_borne_out(&doubts->items[place]);
}

bool doubts_settle(const struct doubts *doubts, struct spikes *spikes) {
    size_t kept = 0, count = spikes->count;
    for (size_t i = 0; i < count; i++)
        if (is_kept(doubts, spikes, i)) /* by what stands in its place, so far */
            spikes->items[kept++] = spikes->items[i];
    spikes->count = kept;
    return kept < count;
}
