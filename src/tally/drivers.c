/* Why: "500 bounces more than usual" is no help; "all from news@example.com, who is never among
 * them" is.
 *
 * How: in the first round each dimension of a spike keeps counters of its most frequent values
 * (Misra and Gries: a value that finds no free counter takes one from each). In the second round
 * the values that are left are counted anew, in the spike and among the others. The rank of a value
 * is how unlikely its share would be if nothing but the amount had changed: the likelihood ratio of
 * a binomial. Which values go together is told by a sample of the failures of the spike, a bit
 * each.
 *
 * What an attacker writes into a log only moves counters; all of it is bounded by the numbers of
 * spikes, dimensions and candidates.
 */
#include "tally/drivers.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/memory.h"
#include "tally/subjects.h"

enum {
    SAMPLE = 512,
    SAMPLE_WORDS = SAMPLE / 64,
    ONCE = 5, /* the weight of a failure, */
    AGAIN = 2 /* and of another one of the same recipient of a message */
};

struct amount {
    uint64_t count, weight;
};

/* Those of the log, and those of history, which has no sender, provider or wording of them. */
struct amounts_of {
    struct amount log, past;
};

/* A value of a dimension in a spike. */
struct candidate {
    uint64_t hash;
    char *text; /* owned */
    size_t length;
    struct amount amount;
    uint64_t places; /* sum of the numbers of its failures: tells sets apart */
    uint64_t sample[SAMPLE_WORDS];
    struct slice reply; /* of a template: the first, owned; at NULL: none yet */
};

struct candidates {
    struct candidate *items;
    size_t count, capacity;
};

/* One event and reason that has spikes. */
struct line_of {
    enum event event;
    struct slice class_name;
    size_t *spikes; /* places, by start */
    size_t spike_count, spike_capacity;
    struct amounts_of usual;
    struct map values; /* dimension and value of candidates -> struct amount, of the others */
};

struct looked_at {
    const struct spike *spike;
    struct line_of *line;
    struct candidates candidates[DRIVER_DIMENSIONS];
    struct driven driven;
    uint64_t weight; /* of its failures */
    uint64_t seen;   /* failures of the second round so far */
    uint64_t stride; /* of the sample */
    struct offered {
        struct slice reply; /* owned */
        uint64_t count;
    } offered[DRIVEN_EXAMPLES]; /* most frequent first */
    bool began_before; /* a wording of its reason did, and when it came first is not known */
};

struct drivers {
    const struct common *common; /* may be NULL */
    struct looked_at *items;
    size_t count;
    struct line_of *lines;
    size_t line_count;
    /* All failures of an event outside of spikes: those that are asked for, and those left out. */
    struct map everywhere, elsewhere; /* event, then as the values of a line */
    struct amounts_of others[EVENT_WARNING + 1];
    struct amount left_out[EVENT_WARNING + 1];
    struct subjects *subjects; /* in some spike, or in none */
};

/* ---- spikes and their series ---- */

static struct line_of *line_for(struct drivers *drivers, enum event event,
                                struct slice class_name) {
    for (size_t i = 0; i < drivers->line_count; i++)
        if (drivers->lines[i].event == event &&
            slice_equal(drivers->lines[i].class_name, class_name))
            return &drivers->lines[i];
    return NULL;
}

static void add_spike(struct drivers *drivers, size_t place, const struct spike *spike) {
    struct line_of *line = line_for(drivers, spike->event, spike->class_name);
    if (!line) {
        line = &drivers->lines[drivers->line_count++];
        *line = (struct line_of){.event = spike->event, .class_name = spike->class_name};
        map_init(&line->values, sizeof(struct amount));
    }
    line->spikes =
        memory_grow(line->spikes, &line->spike_capacity, line->spike_count + 1, sizeof(size_t));
    line->spikes[line->spike_count++] = place;
}

/* As long again before and behind as the spike is, and some hours. */
static void lay_strip(struct driven *driven, const struct spike *spike, int64_t bucket) {
    int64_t length = spike->end - spike->start;
    int64_t step = (2 * length / DRIVEN_STRIP + bucket - 1) / bucket * bucket;
    driven->strip_step = step > bucket ? step : bucket;
    int64_t rest = DRIVEN_STRIP - length / driven->strip_step;
    driven->strip_start = spike->start - rest / 2 * driven->strip_step;
}

struct drivers *drivers_new(const struct spikes *spikes, const struct common *common,
                            int64_t bucket) {
    struct drivers *drivers = memory_new(sizeof *drivers);
    drivers->common = common;
    drivers->count = spikes->count < DRIVERS_SPIKES ? spikes->count : DRIVERS_SPIKES;
    drivers->items = memory_new((drivers->count + 1) * sizeof *drivers->items);
    drivers->lines = memory_new((drivers->count + 1) * sizeof *drivers->lines);
    map_init(&drivers->everywhere, sizeof(struct amount));
    map_init(&drivers->elsewhere, sizeof(struct amount));
    drivers->subjects = subjects_new();
    for (size_t i = 0; i < drivers->count; i++) {
        add_spike(drivers, i, &spikes->items[i]);
        drivers->items[i].spike = &spikes->items[i];
        drivers->items[i].stride = 1;
        drivers->items[i].driven.first = MOMENT_NONE;
        lay_strip(&drivers->items[i].driven, &spikes->items[i], bucket);
    }
    for (size_t i = 0; i < drivers->count; i++)
        drivers->items[i].line =
            line_for(drivers, spikes->items[i].event, spikes->items[i].class_name);
    return drivers;
}

static void forget(struct candidate *candidate) {
    free(candidate->text);
    free((char *)(uintptr_t)candidate->reply.at);
}

void drivers_free(struct drivers *drivers) {
    if (!drivers)
        return;
    for (size_t i = 0; i < drivers->count; i++) {
        struct looked_at *item = &drivers->items[i];
        for (size_t by = 0; by < DRIVER_DIMENSIONS; by++) {
            for (size_t j = 0; j < item->candidates[by].count; j++)
                forget(&item->candidates[by].items[j]);
            free(item->candidates[by].items);
        }
        for (size_t j = 0; j < DRIVEN_EXAMPLES; j++)
            free((char *)(uintptr_t)item->offered[j].reply.at);
        free((char *)(uintptr_t)item->driven.source.at);
    }
    for (size_t i = 0; i < drivers->line_count; i++) {
        free(drivers->lines[i].spikes);
        map_release(&drivers->lines[i].values);
    }
    map_release(&drivers->everywhere);
    map_release(&drivers->elsewhere);
    subjects_free(drivers->subjects);
    free(drivers->lines);
    free(drivers->items);
    free(drivers);
}

/* The spike of the series that holds a time; NULL: none. */
static struct looked_at *spike_at(const struct drivers *drivers, const struct line_of *line,
                                  int64_t seconds) {
    for (size_t i = 0; line && i < line->spike_count; i++) {
        struct looked_at *item = &drivers->items[line->spikes[i]];
        if (item->spike->start <= seconds && seconds < item->spike->end)
            return item;
    }
    return NULL;
}

/* The edges of a spike are about right: what lies around it is neither of it nor usual. */
static bool is_around(const struct drivers *drivers, const struct line_of *line, int64_t seconds) {
    enum { AROUND = 2 * HOUR };
    for (size_t i = 0; line && i < line->spike_count; i++) {
        const struct spike *spike = drivers->items[line->spikes[i]].spike;
        if (spike->start - AROUND <= seconds && seconds < spike->end + AROUND)
            return true;
    }
    return false;
}

/* ---- the first round ---- */

static struct candidate *candidate_of(const struct candidates *candidates, struct slice value,
                                      uint64_t hash) {
    for (size_t i = 0; i < candidates->count; i++) {
        struct candidate *candidate = &candidates->items[i];
        if (candidate->hash == hash &&
            slice_equal((struct slice){candidate->text, candidate->length}, value))
            return candidate;
    }
    return NULL;
}

/* Takes one from each for one that finds no place, as often as there are enough of all. */
static uint64_t make_room(struct candidates *candidates, uint64_t count) {
    uint64_t least = count;
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->items[i].amount.count < least)
            least = candidates->items[i].amount.count;
    for (size_t i = 0; i < candidates->count; i++) {
        candidates->items[i].amount.count -= least;
        if (candidates->items[i].amount.count)
            candidates->items[kept++] = candidates->items[i];
        else
            forget(&candidates->items[i]);
    }
    candidates->count = kept;
    return count - least;
}

static void look_at_value(struct candidates *candidates, struct slice value, uint64_t count) {
    uint64_t hash = bytes_hash(value.at, value.length);
    struct candidate *known = candidate_of(candidates, value, hash);
    if (known) {
        known->amount.count += count;
        return;
    }
    if (candidates->count == DRIVERS_CANDIDATES)
        count = make_room(candidates, count);
    if (!count)
        return;
    candidates->items = memory_grow(candidates->items, &candidates->capacity, candidates->count + 1,
                                    sizeof *candidates->items);
    candidates->items[candidates->count++] =
        (struct candidate){.hash = hash,
                           .text = memory_copy(value.at, value.length),
                           .length = value.length,
                           .amount.count = count};
}

void drivers_look(struct drivers *drivers, const struct failure *failure) {
    struct line_of *line = line_for(drivers, failure->event, failure->class_name);
    struct looked_at *item = spike_at(drivers, line, failure->seconds);
    if (!item || failure->row == FAILURE_LEFT_OUT)
        return;
    if (failure->row != FAILURE_PART)
        item->driven.count += failure->count;
    for (size_t by = 0; by < DRIVER_DIMENSIONS; by++)
        if (failure->values[by].length)
            look_at_value(&item->candidates[by], failure->values[by], failure->count);
}

/* ---- the second round ---- */

enum { KEY_LENGTH = FAILURE_TEXT + 2 };

/* In a line the event is that of the line. */
static struct slice key_of(enum event event, size_t by, struct slice value, char room[KEY_LENGTH]) {
    value = slice_head(value, FAILURE_TEXT);
    room[0] = (char)event;
    room[1] = (char)by;
    memcpy(room + 2, value.at, value.length);
    return (struct slice){room, value.length + 2};
}

void drivers_settle(struct drivers *drivers) {
    char room[KEY_LENGTH];
    for (size_t i = 0; i < drivers->count; i++) {
        struct looked_at *item = &drivers->items[i];
        item->stride = item->driven.count / SAMPLE + 1;
        item->driven.count = 0;
        for (size_t by = 0; by < DRIVER_DIMENSIONS; by++)
            for (size_t j = 0; j < item->candidates[by].count; j++) {
                struct candidate *candidate = &item->candidates[by].items[j];
                struct slice value = {candidate->text, candidate->length};
                candidate->amount = (struct amount){0};
                if (by >= DRIVER_SHOWN)
                    continue;
                struct slice key = key_of(item->line->event, by, value, room);
                map_put(&item->line->values, key, NULL);
                map_put(&drivers->everywhere, key, NULL);
                map_put(&drivers->elsewhere, key, NULL);
            }
    }
}

static void add_amount(struct amount *to, const struct amount *by) {
    to->count += by->count;
    to->weight += by->weight;
}

static void add_other(struct amounts_of *others, const struct failure *failure,
                      const struct amount *by) {
    add_amount(failure->row == FAILURE_WHOLE ? &others->log : &others->past, by);
}

static void add_to_known(const struct map *values, struct slice key, const struct amount *by) {
    struct amount *known = map_get(values, key);
    if (known)
        add_amount(known, by);
}

static void count_left_out(struct drivers *drivers, const struct failure *failure,
                           const struct amount *amount) {
    char room[KEY_LENGTH];
    for (size_t by = 0; by < DRIVER_SHOWN; by++)
        if (failure->values[by].length)
            add_to_known(&drivers->elsewhere, key_of(failure->event, by, failure->values[by], room),
                         amount);
    add_amount(&drivers->left_out[failure->event], amount);
}

static void count_other(struct drivers *drivers, struct line_of *line,
                        const struct failure *failure, const struct amount *amount) {
    char room[KEY_LENGTH];
    if (failure->row == FAILURE_LEFT_OUT) {
        count_left_out(drivers, failure, amount);
        return;
    }
    for (size_t by = 0; by < DRIVER_SHOWN; by++) {
        if (!failure->values[by].length)
            continue;
        struct slice key = key_of(failure->event, by, failure->values[by], room);
        add_to_known(&drivers->everywhere, key, amount);
        if (line)
            add_to_known(&line->values, key, amount);
    }
    if (failure->row == FAILURE_PART)
        return;
    add_other(&drivers->others[failure->event], failure, amount);
    if (line)
        add_other(&line->usual, failure, amount);
}

static void count_on_strips(struct drivers *drivers, const struct line_of *line,
                            const struct failure *failure) {
    for (size_t i = 0; i < line->spike_count; i++) {
        struct driven *driven = &drivers->items[line->spikes[i]].driven;
        bool is_finer = failure->row != FAILURE_WHOLE && driven->strip_step < HOUR;
        if (failure->seconds < driven->strip_start || is_finer)
            continue;
        uint64_t at =
            (uint64_t)(failure->seconds - driven->strip_start) / (uint64_t)driven->strip_step;
        if (at < DRIVEN_STRIP)
            driven->strip[at] += failure->count;
    }
}

static bool is_earlier(const struct driven *driven, const struct failure *failure) {
    if (!driven->source.at || failure->seconds != driven->first)
        return !driven->source.at || failure->seconds < driven->first;
    return failure->nanos < driven->first_nanos;
}

static struct slice owned(struct slice text) {
    return (struct slice){memory_copy(text.at, text.length), text.length};
}

static void keep_first(struct driven *driven, const struct failure *failure) {
    if (!failure->source.length || !is_earlier(driven, failure))
        return;
    if (!slice_equal(driven->source, failure->source)) {
        free((char *)(uintptr_t)driven->source.at);
        driven->source = owned(failure->source);
    }
    driven->line = failure->line;
    driven->first = failure->seconds;
    driven->first_nanos = failure->nanos;
}

static void count_value(struct looked_at *item, size_t by, const struct failure *failure,
                        const struct amount *amount, uint64_t number) {
    struct slice value = failure->values[by];
    struct candidate *candidate =
        candidate_of(&item->candidates[by], value, bytes_hash(value.at, value.length));
    if (!candidate)
        return;
    add_amount(&candidate->amount, amount);
    candidate->places += bytes_hash(&number, sizeof number) * failure->count;
    if (number % item->stride == 0)
        candidate->sample[number / item->stride % SAMPLE / 64] |= (uint64_t)1
                                                                  << number / item->stride % 64;
    if (by == DRIVER_TEMPLATE && failure->reply.length && !candidate->reply.at)
        candidate->reply = owned(failure->reply);
}

void drivers_count(struct drivers *drivers, const struct failure *failure) {
    bool is_part = failure->row == FAILURE_PART, is_left_out = failure->row == FAILURE_LEFT_OUT;
    struct line_of *line = line_for(drivers, failure->event, failure->class_name);
    struct looked_at *item = is_left_out ? NULL : spike_at(drivers, line, failure->seconds);
    if (line && !is_part && !is_left_out && failure->seconds != MOMENT_NONE)
        count_on_strips(drivers, line, failure);
    uint64_t place = item ? (uint64_t)(item - drivers->items) + 1 : is_left_out ? UINT64_MAX : 0;
    bool again = subjects_again(drivers->subjects, failure, place);
    struct amount amount = {failure->count, failure->count * (again ? AGAIN : ONCE)};
    if (!item && !is_around(drivers, line, failure->seconds))
        count_other(drivers, line, failure, &amount);
    if (!item)
        return;
    if (!is_part) {
        item->driven.count += failure->count;
        item->weight += amount.weight;
        keep_first(&item->driven, failure);
    }
    /* Rows of history are told apart by their hours: values that go together have equal counts in
     * each. */
    uint64_t number = is_part ? (uint64_t)failure->seconds : item->seen++;
    for (size_t by = 0; by < DRIVER_DIMENSIONS; by++)
        if (failure->values[by].length)
            count_value(item, by, failure, &amount, number);
}

static void offer_to(struct looked_at *item, const struct failure *first) {
    size_t place = DRIVEN_EXAMPLES;
    while (place > 0 && item->offered[place - 1].count < first->count)
        place--;
    if (first->seconds >= item->spike->start)
        keep_first(&item->driven, first);
    else
        item->began_before = true;
    if (place == DRIVEN_EXAMPLES || !first->reply.length)
        return;
    free((char *)(uintptr_t)item->offered[DRIVEN_EXAMPLES - 1].reply.at);
    for (size_t i = DRIVEN_EXAMPLES - 1; i > place; i--)
        item->offered[i] = item->offered[i - 1];
    item->offered[place] = (struct offered){owned(first->reply), first->count};
}

void drivers_offer(struct drivers *drivers, const struct failure *first, int64_t last) {
    const struct line_of *line = line_for(drivers, first->event, first->class_name);
    for (size_t i = 0; line && i < line->spike_count; i++) {
        struct looked_at *item = &drivers->items[line->spikes[i]];
        if (first->seconds < item->spike->end && last >= item->spike->start)
            offer_to(item, first);
    }
}

/* ---- ranks ---- */

struct ranked {
    enum driver_dimension by;
    const struct candidate *candidate;
    struct driver driver;
};

/* So many failures of the same event count like others of the series where there are few of these,
 * and so rare is what never came before, but for what all has that was delivered. */
static const double PRIOR = 10, LEAST_SHARE = 0.005;

static struct amount all_of(const struct amounts_of *others, enum driver_dimension by) {
    static const bool is_in_history[DRIVER_SHOWN] = {[DRIVER_RECIPIENT_DOMAIN] = true,
                                                     [DRIVER_SENDER_DOMAIN] = true,
                                                     [DRIVER_USER] = true,
                                                     [DRIVER_PEER_HOST] = true,
                                                     [DRIVER_PEER_IP] = true,
                                                     [DRIVER_HOST] = true,
                                                     [DRIVER_CODE] = true};
    struct amount all = others->log;
    if (is_in_history[by])
        add_amount(&all, &others->past);
    return all;
}

static double share_of(const struct amount *part, struct amount all, double prior,
                       double prior_share) {
    double of_part = part ? (double)part->weight / ONCE : 0;
    return (of_part + prior * prior_share) / ((double)all.weight / ONCE + prior);
}

/* What hangs on the reason is not as rare as among all failures. */
static bool hangs_on_reason(enum driver_dimension by) {
    return by == DRIVER_TEMPLATE || by == DRIVER_CODE;
}

/* Bits of the directions that its failures have. */
static unsigned ways_of(const struct looked_at *item) {
    const struct candidates *ways = &item->candidates[DRIVER_WAY];
    unsigned all = 0;
    for (size_t i = 0; i < ways->count; i++) {
        enum direction way = DIRECTION_NONE;
        direction_read((struct slice){ways->items[i].text, ways->items[i].length}, &way);
        all |= 1u << way;
    }
    return all;
}

/* Of those that are asked for, or of all there are: who asks for one domain gets one server with
 * it, and nearly all of what goes out has one sender domain, whatever is asked for. */
static double share_of_event(const struct drivers *drivers, enum event event,
                             const struct driver *driver, struct slice key, unsigned ways) {
    enum driver_dimension by = driver->dimension;
    bool is_usual = drivers->common && common_is_usual(drivers->common, by, ways, driver->value);
    double least = is_usual ? 1 : LEAST_SHARE;
    const struct amount *asked = map_get(&drivers->everywhere, key),
                        *left_out = map_get(&drivers->elsewhere, key);
    struct amount part = asked ? *asked : (struct amount){0};
    struct amount all = all_of(&drivers->others[event], by);
    double of_asked = share_of(&part, all, PRIOR, least);
    if (left_out)
        add_amount(&part, left_out);
    add_amount(&all, &drivers->left_out[event]);
    double of_all = share_of(&part, all, PRIOR, least);
    return of_asked > of_all ? of_asked : of_all;
}

static void find_usual(const struct drivers *drivers, const struct looked_at *item,
                       struct driver *driver, unsigned ways) {
    char room[KEY_LENGTH];
    enum event event = item->line->event;
    struct slice key = key_of(event, driver->dimension, driver->value, room);
    enum driver_dimension by = driver->dimension;
    const struct amount *usual = map_get(&item->line->values, key);
    struct amount others = all_of(&item->line->usual, by);
    double of_event = share_of_event(drivers, event, driver, key, ways);
    driver->usual = usual ? usual->count : 0;
    driver->others = others.count;
    driver->usual_share = share_of(usual, others, hangs_on_reason(by) ? 1 : PRIOR, of_event);
}

static double times_log(double a, double b) {
    return a > 0 ? a * log(a / b) : 0;
}

/* How unlikely so many are, where nothing but the amount changed. */
static double surprise_of(double all, double share, double usual) {
    usual = usual < 1 - 1e-9 ? usual : 1 - 1e-9;
    return share > usual ? all * (times_log(share, usual) + times_log(1 - share, 1 - usual)) : 0;
}

/* The wording or code that all others of the reason have as well, or of which it is seen for the
 * first time, is the reason itself; and there may be one host alone. */
static bool is_always_so(const struct drivers *drivers, const struct driver *driver) {
    if (driver->dimension == DRIVER_HOST)
        return drivers->common && common_is_only_host(drivers->common, driver->value);
    return hangs_on_reason(driver->dimension) && driver->usual == driver->others;
}

/* False: it is none. */
static bool weigh(const struct looked_at *item, struct ranked *ranked) {
    static const double LEAST_SURPRISE = 6, LEAST_PART = 0.1, LEAST_RATIO = 1.5;
    struct driver *driver = &ranked->driver;
    double all = (double)item->driven.count, weight = (double)item->weight,
           expected = item->spike->expected < all ? item->spike->expected : all;
    double share = (double)ranked->candidate->amount.weight / weight, usual = driver->usual_share;
    double surprise = surprise_of(weight / ONCE, share, usual);
    driver->part = (share * all - expected * usual) / (all - expected + 1);
    driver->score = surprise * driver->part * driver->part;
    return driver->part >= LEAST_PART && share >= LEAST_RATIO * usual && surprise >= LEAST_SURPRISE;
}

static bool is_asked_for(const struct drivers *drivers, const struct driver *driver,
                         unsigned ways) {
    return drivers->common &&
           common_is_asked(drivers->common, driver->dimension, ways, driver->value);
}

/* Those that may be told. */
static size_t collect(const struct drivers *drivers, struct looked_at *item,
                      struct ranked *ranked) {
    size_t count = 0;
    unsigned ways = ways_of(item);
    for (enum driver_dimension by = 0; by < DRIVER_SHOWN; by++)
        for (size_t i = 0; i < item->candidates[by].count; i++) {
            const struct candidate *candidate = &item->candidates[by].items[i];
            struct ranked *next = &ranked[count];
            *next = (struct ranked){.by = by,
                                    .candidate = candidate,
                                    .driver = {.dimension = by,
                                               .value = {candidate->text, candidate->length},
                                               .count = candidate->amount.count}};
            find_usual(drivers, item, &next->driver, ways);
            if (is_always_so(drivers, &next->driver) || !weigh(item, next))
                continue;
            if (!is_asked_for(drivers, &next->driver, ways))
                count++;
            else if (!item->driven.asked_for.value.length)
                item->driven.asked_for = next->driver;
        }
    return count;
}

static bool selects_same(const struct candidate *a, const struct candidate *b) {
    return a->amount.count == b->amount.count && a->places == b->places;
}

/* Nine of ten failures that have one have the other as well. */
static bool is_alike(const struct candidate *a, const struct candidate *b) {
    unsigned both = 0, any = 0;
    for (size_t i = 0; i < SAMPLE_WORDS; i++) {
        both += (unsigned)__builtin_popcountll(a->sample[i] & b->sample[i]);
        any += (unsigned)__builtin_popcountll(a->sample[i] | b->sample[i]);
    }
    return any && 10 * both >= 9 * any;
}

/* They come in the order of dimensions, so the first of those that select the same stays. */
static size_t drop_same(struct ranked *ranked, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_told = false;
        for (size_t j = 0; j < kept && !is_told; j++)
            is_told = ranked[j].by != ranked[i].by &&
                      selects_same(ranked[j].candidate, ranked[i].candidate);
        if (!is_told)
            ranked[kept++] = ranked[i];
    }
    return kept;
}

static int compare_ranked(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    if (a->driver.score != b->driver.score)
        return a->driver.score > b->driver.score ? -1 : 1;
    if (a->by != b->by)
        return a->by < b->by ? -1 : 1;
    return slice_compare(a->driver.value, b->driver.value);
}

/* What says nearly the same as one above it comes behind all that say something else; of those that
 * are alike the first dimension stands for them. */
static void put_alike_behind(struct ranked *ranked, size_t count, struct ranked *ordered) {
    bool is_put[DRIVER_SHOWN * DRIVERS_CANDIDATES] = {false},
                               is_behind[DRIVER_SHOWN * DRIVERS_CANDIDATES] = {false};
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t first = i;
        if (is_put[i] || is_behind[i])
            continue;
        for (size_t j = i + 1; j < count; j++) {
            if (is_put[j] || !is_alike(ranked[i].candidate, ranked[j].candidate))
                continue;
            is_behind[j] = true;
            if (ranked[j].by < ranked[first].by)
                first = j;
        }
        is_behind[i] = first != i;
        is_put[first] = true;
        ordered[at++] = ranked[first];
    }
    for (size_t i = 0; i < count; i++)
        if (!is_put[i])
            ordered[at++] = ranked[i];
}

/* Each of the domains that a bad list holds has a small part of what its one sender has. */
static size_t drop_small(struct ranked *ranked, size_t count) {
    static const double LEAST_OF_FIRST = 0.25;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (ranked[i].driver.part >= LEAST_OF_FIRST * ranked[0].driver.part)
            ranked[kept++] = ranked[i];
    return kept;
}

static void rank(const struct drivers *drivers, struct looked_at *item) {
    enum { MOST = DRIVER_SHOWN * DRIVERS_CANDIDATES };
    struct driven *driven = &item->driven;
    struct ranked *ranked = memory_resize(NULL, (size_t)2 * MOST, sizeof *ranked),
                  *ordered = ranked + MOST;
    size_t count = drop_same(ranked, collect(drivers, item, ranked));
    if (count)
        qsort(ranked, count, sizeof *ranked, compare_ranked);
    count = drop_small(ranked, count);
    put_alike_behind(ranked, count, ordered);
    driven->driver_count = count < DRIVERS_MOST ? count : DRIVERS_MOST;
    for (size_t i = 0; i < driven->driver_count; i++)
        driven->drivers[i] = ordered[i].driver;
    free(ranked);
}

/* ---- what is told beside ---- */

static int compare_candidates(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    if (a->amount.count != b->amount.count)
        return a->amount.count > b->amount.count ? -1 : 1;
    return slice_compare((struct slice){a->text, a->length}, (struct slice){b->text, b->length});
}

static void add_examples(struct looked_at *item) {
    const struct candidates *wordings = &item->candidates[DRIVER_TEMPLATE];
    struct driven *driven = &item->driven;
    for (size_t i = 0; i < wordings->count && driven->example_count < DRIVEN_EXAMPLES; i++)
        if (wordings->items[i].reply.at)
            driven->examples[driven->example_count++] = wordings->items[i].reply;
    for (size_t i = 0; i < DRIVEN_EXAMPLES && driven->example_count < DRIVEN_EXAMPLES; i++)
        if (item->offered[i].reply.at)
            driven->examples[driven->example_count++] = item->offered[i].reply;
}

static void add_codes(struct looked_at *item) {
    const struct candidates *codes = &item->candidates[DRIVER_CODES];
    struct driven *driven = &item->driven;
    for (size_t i = 0; i < codes->count; i++) {
        const struct candidate *code = &codes->items[i];
        if (i < DRIVEN_CODES)
            driven->codes[driven->code_count++] =
                (struct driven_code){{code->text, code->length}, code->amount.count};
        else
            driven->more_codes++;
    }
}

static struct slice most_of(const struct looked_at *item, enum driver_dimension by) {
    const struct candidates *values = &item->candidates[by];
    if (!values->count || 2 * values->items[0].amount.count <= item->driven.count)
        return (struct slice){0};
    return (struct slice){values->items[0].text, values->items[0].length};
}

void drivers_rank(struct drivers *drivers) {
    for (size_t i = 0; i < drivers->count; i++) {
        struct looked_at *item = &drivers->items[i];
        for (size_t by = 0; by < DRIVER_DIMENSIONS; by++)
            if (item->candidates[by].count)
                qsort(item->candidates[by].items, item->candidates[by].count,
                      sizeof(struct candidate), compare_candidates);
        if (item->began_before) {
            free((char *)(uintptr_t)item->driven.source.at);
            item->driven.source = (struct slice){0};
        }
        rank(drivers, item);
        add_examples(item);
        add_codes(item);
        item->driven.cause = most_of(item, DRIVER_CAUSE);
        item->driven.mta = most_of(item, DRIVER_MTA);
        item->driven.way = most_of(item, DRIVER_WAY);
    }
}

const struct driven *drivers_of(const struct drivers *drivers, size_t place) {
    return place < drivers->count ? &drivers->items[place].driven : NULL;
}

/* ---- one cause in several series ---- */

static const double MOST_OF_IT = 0.7;

static bool is_same_driver(const struct driver *a, const struct driver *b) {
    return a->dimension == b->dimension && slice_equal(a->value, b->value);
}

static bool has_driver(const struct driven *driven, const struct driver *driver) {
    for (size_t i = 0; i < driven->driver_count; i++)
        if (is_same_driver(&driven->drivers[i], driver))
            return driven->drivers[i].part >= MOST_OF_IT;
    return false;
}

/* Each explains most of both: one that has a part of many spikes is no cause of them. */
static bool share_driver(const struct driven *one, const struct driven *other) {
    for (size_t i = 0; i < one->driver_count; i++)
        if (one->drivers[i].part >= MOST_OF_IT && has_driver(other, &one->drivers[i]))
            return true;
    return false;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Half of the shorter one is in the other. */
static bool share_hours(const struct spike *one, const struct spike *other) {
    int64_t begin = one->start > other->start ? one->start : other->start;
    int64_t both = least(one->end, other->end) - begin;
    return 2 * both >= least(one->end - one->start, other->end - other->start);
}

/* What was put off and then expired, for the queue gives up on it some days later. */
static bool is_sequel(const struct looked_at *item, const struct looked_at *before) {
    enum { QUEUE_LIFE = 7 * 86400 };
    return item->spike->event == EVENT_EXPIRED && before->spike->event == EVENT_DEFERRED &&
           slice_equal(item->driven.cause, before->spike->class_name) &&
           item->spike->start >= before->spike->start &&
           item->spike->start <= before->spike->end + QUEUE_LIFE;
}

static bool is_one_cause(const struct looked_at *item, const struct looked_at *head) {
    bool is_shared = share_driver(&item->driven, &head->driven);
    if (is_sequel(item, head))
        return is_shared || !item->driven.driver_count;
    return is_shared && share_hours(item->spike, head->spike);
}

/* Spikes come with the greatest surprise first, and that one is told; but for what was put off,
 * which comes before what expired of it. */
void drivers_join(const struct drivers *drivers, size_t *under, size_t count) {
    for (size_t i = 0; i < count; i++)
        under[i] = i;
    for (size_t i = 0; i < drivers->count; i++) {
        if (under[i] != i)
            continue;
        for (size_t j = 0; j < drivers->count; j++) {
            const struct looked_at *item = &drivers->items[j], *head = &drivers->items[i];
            bool may_go = under[j] == j && i != j && (j > i || is_sequel(item, head));
            if (may_go && is_one_cause(item, head))
                under[j] = i;
        }
    }
    for (size_t i = 0; i < drivers->count; i++)
        while (under[under[i]] != under[i])
            under[i] = under[under[i]];
}
