/* Why: bounces jumped, and a person wants to know when it began. Of hundreds of series each has its
 * chance to look odd, so a spike must be more than the luck of all of them together.
 *
 * How: for each series what is usual at each hour of the week (level.h), and more where more mail
 * than usual came; windows of ten minutes to days are held against it (surprise.h), the most
 * surprising one may be a spike; its edges are moved to where the level changed, it is taken out,
 * and the rest is looked at again. Twice: what the first round found is no part of what is usual in
 * the second. What comes at the same time of most days or of another week is usual (regular.h).
 * More is found than can be said of counts alone: each has its surprise, and how much of it chance
 * does not show in a week.
 *
 * All of that once more for moments (moments.h): fifty guesses for one name in five hours are
 * nothing beside clients that try fifty passwords in a minute each, but these are a moment each.
 */
#include "tally/spikes.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "tally/level.h"
#include "tally/regular.h"
#include "tally/surprise.h"

enum {
    MINUTE = 60,
    LEAST_COUNT = 20,
    LEAST_MOMENTS = 10,
    LEAST_HOURS = 6,    /* of a log that anything can be said of */
    MOST_SPIKES = 24,   /* of one series and chunk */
    CHUNK_DAYS = 28,    /* looked at together */
    LEARNING_DAYS = 56, /* before them, that say what is usual */
    FEW_DAYS = 3,
};

/* More than so much of it in one bucket is one message, or one client. */
static const double most_at_once = 0.7;
/* Shorter windows are taken before longer ones that are not so many times as surprising. */
static const double shorter_first = 1.1;
/* The level that is told from the usual one: between that and the spike's, in parts of the way as
 * ratios go. For what belongs together, and for its edges. */
static const double inner_part = 0.35, outer_part = 0.9;
/* Usual is at least so much of the spike's level, when its edges are looked for. */
static const double least_usual = 0.03;
/* So much less surprise is enough, and so many times what is usual must have come: in the first
 * round; in the second; and in the second for what is looked at beside, which has its edges by
 * itself and moves none of the others. What drove it tells whether any of these is a spike
 * (doubts.h). */
struct demand {
    double lenience, least_ratio;
};
static const struct demand at_first = {3, 2.5}, likely = {5, 2.5}, doubtful = {10, 2};
/* And this of the failures, where their moments have what is likely. */
static const double least_beside = 1.5;
/* So many false ones a week, if the model held. */
static const double false_a_week = 1;
/* What is found at first and is more than so many a week is how the series is; two may always be
 * no part of it. */
static const double rare_a_week = 0.4;
enum { RARE = 2 };

static const int64_t window_minutes[] = {10, 15, 30, 60, 120, 240, 480, 960, 1440, 2880, 4320};
enum { WINDOWS = sizeof window_minutes / sizeof *window_minutes };

static const struct scatter common = {{1, 1.5, 2, 2.5, 3}, {0.3, 0.3, 0.2, 0.15, 0.1}};
/* In the first round: what might be a spike is better no part of what is usual. */
static const struct scatter calm = {{0.8, 1.1, 1.5, 1.8, 2.2}, {0.2, 0.2, 0.14, 0.1, 0.08}};

/* Of buckets: [start, end). */
struct stretch {
    size_t start, end;
    double surprise;
};

struct found {
    struct stretch items[MOST_SPIKES];
    size_t count;
    struct stretch regular[MOST_SPIKES]; /* that come again, and are none */
    size_t regular_count;
};

/* What is counted of a series. */
enum view { FAILURES, MOMENTS, VIEWS };

/* What was learned in the first round. */
struct first_round {
    struct found *masked; /* of each series */
    struct scatter_sums *sums;
    struct scatter before;
};

/* How much could fail: one way of mail. */
struct mail {
    double *buckets, *hours;
    double of_week[WEEK_HOURS];
};

/* One series, laid out along the calendar; sums are of all before each bucket. */
struct track {
    const struct series *series;
    const struct mail *mail; /* NULL: it depends on none */
    double *counts, *hours;
    double *own;              /* that are part of the mail, of buckets */
    double *expected, *extra; /* extra: the part that is due to more mail */
    double *count_sums, *expected_sums, *extra_sums;
    double *whole_sums, *first_sums; /* what was found included */
    struct again again;              /* these */
    double *weights;                 /* of hours */
    uint8_t *is_out;                 /* buckets that are no part of what is usual, or were found */
    double of_week[WEEK_HOURS];
    double total; /* of what the level was learned from */
    struct scatter scatter;
};

struct looking {
    struct calendar calendar;
    struct series_list book, usual, moments;
    bool has_usual, has_moments;
    double shape[WEEK_HOURS];
    struct mail mails[SERIES_MAILS];
    struct track track;
    double weeks;     /* that are looked at */
    double log_tests; /* of one second's windows */
    struct demand demand;
    uint8_t *none_out; /* of buckets: zeros */
    enum view view;
    struct first_round first_rounds[VIEWS];
    struct spikes *spikes;
    size_t capacity;
};

/* ---- sums over stretches */

static void add_up(struct looking *looking) {
    struct track *track = &looking->track;
    double count = 0, expected = 0, extra = 0;
    for (size_t i = 0; i <= looking->calendar.buckets; i++) {
        track->count_sums[i] = count;
        track->expected_sums[i] = expected;
        track->extra_sums[i] = extra;
        if (i == looking->calendar.buckets || track->is_out[i] || !looking->calendar.is_known[i])
            continue;
        count += track->counts[i];
        expected += track->expected[i];
        extra += track->extra[i];
    }
}

/* Whatever was taken out. */
static void add_up_all(struct looking *looking) {
    uint8_t *is_out = looking->track.is_out;
    looking->track.is_out = looking->none_out;
    add_up(looking);
    looking->track.is_out = is_out;
}

static double over(const double *sums, size_t start, size_t end) {
    return sums[end] - sums[start];
}

static double hours_of(const struct looking *looking, size_t buckets) {
    return (double)buckets / (double)looking->calendar.per_hour;
}

static double surprise_at(const struct looking *looking, size_t start, size_t end) {
    const struct track *track = &looking->track;
    const struct expectation expectation = {
        .count = over(track->expected_sums, start, end),
        .extra = over(track->extra_sums, start, end),
        .hours = hours_of(looking, end - start),
        .doubt = 1 / (4 + track->total / 8),
    };
    return surprise_of(&track->scatter, &expectation, over(track->count_sums, start, end));
}

/* ---- what is expected */

/* More mail than usual, in the half hour up to each bucket: as much of it as is beyond chance. */
static double busy_at(const struct looking *looking, const double *mail_sums,
                      const double *usual_sums, size_t bucket) {
    size_t half = looking->calendar.per_hour / 2 ? looking->calendar.per_hour / 2 : 1;
    size_t start = bucket + 1 > half ? bucket + 1 - half : 0;
    double usual = over(usual_sums, start, bucket + 1), mail = over(mail_sums, start, bucket + 1);
    double more = mail - 1.2 * usual - 2 * sqrt(usual) - 1;
    return more > 0 ? more / (double)half : 0;
}

/* The failures that more mail brings come with it, and of deferrals the tries after it. */
static void add_extra(struct looking *looking, double share) {
    const struct calendar *calendar = &looking->calendar;
    struct track *track = &looking->track;
    bool is_tried_again = track->series->event == EVENT_DEFERRED;
    double at_once = is_tried_again ? 0.4 : 0.8;
    double kept = exp(-1 / ((is_tried_again ? 3 : 1) * (double)calendar->per_hour)), later = 0;
    double *mail = track->count_sums, *usual = track->expected_sums; /* lent */
    double mail_sum = 0, usual_sum = 0;
    for (size_t i = 0; i <= calendar->buckets; i++) {
        mail[i] = mail_sum;
        usual[i] = usual_sum;
        if (i == calendar->buckets || !calendar->is_known[i])
            continue;
        mail_sum += track->mail->buckets[i] - track->own[i];
        usual_sum += track->mail->of_week[calendar->of_week[i / calendar->per_hour]] /
                     (double)calendar->per_hour;
    }
    for (size_t i = 0; i < calendar->buckets; i++) {
        double busy = share * busy_at(looking, mail, usual, i);
        later = kept * later + (1 - kept) * busy;
        track->extra[i] = at_once * busy + (1 - at_once) * later;
        track->expected[i] += track->extra[i];
    }
}

static double share_of(const struct looking *looking) {
    const struct track *track = &looking->track;
    double failures = 0, mail = 0;
    for (size_t i = 0; i < looking->calendar.hours; i++) {
        failures += track->weights[i] * track->of_week[looking->calendar.of_week[i]];
        mail += track->weights[i] * track->mail->of_week[looking->calendar.of_week[i]];
    }
    return mail > 0 ? failures / mail : 0;
}

/* How much of an hour is known; history knows no moments. */
static double known_part(const struct looking *looking, size_t hour, bool is_of_book) {
    return is_of_book || looking->view == FAILURES ? looking->calendar.known[hour] : 0;
}

/* Hours as they count for what is usual: what is taken out is not there. */
static void weigh(struct looking *looking, double *kept_r) {
    const struct calendar *calendar = &looking->calendar;
    struct track *track = &looking->track;
    track->total = 0;
    for (size_t hour = 0; hour < calendar->hours; hour++) {
        double out = 0, known = 0, count = 0;
        for (size_t i = hour * calendar->per_hour; i < (hour + 1) * calendar->per_hour; i++) {
            known += calendar->is_known[i];
            out += calendar->is_known[i] && track->is_out[i];
            count += track->is_out[i] ? 0 : track->counts[i];
        }
        track->weights[hour] =
            known_part(looking, hour, known > 0) * (known > 0 ? 1 - out / known : 1);
        kept_r[hour] = known > 0 ? count : track->hours[hour];
        track->total += kept_r[hour];
    }
}

static void expect(struct looking *looking, bool is_rough) {
    const struct calendar *calendar = &looking->calendar;
    struct track *track = &looking->track;
    double *kept = memory_resize(NULL, calendar->hours + 1, sizeof *kept);
    weigh(looking, kept);
    level_fit(&(struct level_source){.calendar = calendar,
                                     .counts = kept,
                                     .weights = track->weights,
                                     .shape = looking->shape,
                                     .is_rough = is_rough},
              track->of_week);
    free(kept);
    for (size_t i = 0; i < calendar->buckets; i++) {
        track->expected[i] =
            track->of_week[calendar->of_week[i / calendar->per_hour]] / (double)calendar->per_hour;
        track->extra[i] = 0;
    }
    if (track->mail)
        add_extra(looking, share_of(looking));
}

/* ---- looking for one */

static double needed(const struct looking *looking, size_t buckets) {
    return looking->log_tests - log((double)buckets * (double)looking->calendar.bucket);
}

static bool is_whole(const struct calendar *calendar, size_t start, size_t end) {
    return calendar_time(calendar, end - 1) - calendar_time(calendar, start) ==
           (int64_t)(end - 1 - start) * calendar->bucket;
}

static bool is_much(const struct looking *looking, size_t start, size_t end) {
    const struct track *track = &looking->track;
    double count = over(track->count_sums, start, end);
    double expected = over(track->expected_sums, start, end);
    return count >= (looking->view == MOMENTS ? LEAST_MOMENTS : LEAST_COUNT) &&
           count >= looking->demand.least_ratio * expected &&
           is_whole(&looking->calendar, start, end);
}

/* The window that is farthest beyond what chance shows; its surprise is what it has more. */
static struct stretch best_window(const struct looking *looking) {
    const struct calendar *calendar = &looking->calendar;
    struct stretch best = {0};
    for (size_t i = 0; i < WINDOWS; i++) {
        size_t length = (size_t)(window_minutes[i] * MINUTE / calendar->bucket);
        size_t step = length / 8 ? length / 8 : 1;
        if (!length)
            continue;
        double least = needed(looking, length) - looking->demand.lenience;
        for (size_t start = calendar->from; start + length <= calendar->to; start += step) {
            if (!is_much(looking, start, start + length))
                continue;
            double more = surprise_at(looking, start, start + length) - least;
            if (more > 0 &&
                more > (best.end - best.start < length ? shorter_first : 1) * best.surprise)
                best = (struct stretch){start, start + length, more};
        }
    }
    return best;
}

/* Two levels to be told apart: what is expected, so many times, and `ratio` times that. Where
 * nearly nothing is expected, a straggler is no part of a spike. */
struct levels {
    double usual, ratio;
};

static struct levels levels_of(const struct looking *looking, const struct stretch *stretch,
                               double part) {
    const struct track *track = &looking->track;
    double count = over(track->count_sums, stretch->start, stretch->end);
    double expected = over(track->expected_sums, stretch->start, stretch->end);
    double least = least_usual * count;
    struct levels levels = {expected < least ? least / (expected + 1e-9) : 1, 0};
    levels.ratio = pow(count / (expected > least ? expected : least + 1e-9), part);
    levels.ratio = levels.ratio > 1.5 ? levels.ratio : 1.5;
    return levels;
}

/* How much likelier a bucket is on the higher one, as logarithms go. */
static double gain_at(const struct looking *looking, size_t bucket, const struct levels *levels) {
    const struct track *track = &looking->track;
    if (track->is_out[bucket] || !looking->calendar.is_known[bucket])
        return 0;
    double usual = track->expected[bucket] * levels->usual;
    return track->counts[bucket] * log(levels->ratio) - (levels->ratio - 1) * usual;
}

/* The stretch of [from, to) that is likeliest to be so much above what is expected. */
static struct stretch likeliest(const struct looking *looking, size_t from, size_t to,
                                const struct levels *levels) {
    struct stretch edges = {from, to, 0};
    double sum = 0;
    size_t start = from;
    for (size_t i = from; i < to; i++) {
        if (sum <= 0 || !is_whole(&looking->calendar, i - (i > from), i + 1)) {
            sum = 0;
            start = i;
        }
        sum += gain_at(looking, i, levels);
        if (sum > edges.surprise)
            edges = (struct stretch){start, i + 1, sum};
    }
    return edges;
}

/* The middle of where an edge may be, by how likely each place is: of the sums of gains from each
 * of `count` buckets to the sure part, the nearest to it first. */
static size_t likely_place(const struct looking *looking, const double *sums, size_t count) {
    double most = 0, all = 0, so_far = 0, heat = 1 + looking->track.scatter.clusters[1];
    size_t place = 0;
    for (size_t i = 0; i < count; i++)
        most = sums[i] > most ? sums[i] : most;
    for (size_t i = 0; i < count; i++)
        all += exp((sums[i] - most) / heat);
    while (place + 1 < count && (so_far += exp((sums[place] - most) / heat)) < all / 2)
        place++;
    return place;
}

static void move_edges(const struct looking *looking, struct stretch *edges, size_t from, size_t to,
                       const struct levels *levels) {
    const double *counts = looking->track.counts;
    size_t middle = (edges->start + edges->end) / 2, count = 0;
    double *sums = memory_resize(NULL, to - from + 1, sizeof *sums), sum = 0;
    for (size_t i = middle; i-- > from && is_whole(&looking->calendar, i, i + 2);)
        sums[count++] = sum += gain_at(looking, i, levels);
    if (count)
        edges->start = middle - 1 - likely_place(looking, sums, count);
    count = 0;
    sum = 0;
    for (size_t i = middle; i < to && is_whole(&looking->calendar, i - (i > 0), i + 1); i++)
        sums[count++] = sum += gain_at(looking, i, levels);
    if (count)
        edges->end = middle + 1 + likely_place(looking, sums, count);
    free(sums);
    while (edges->start + 1 < edges->end && !counts[edges->start])
        edges->start++;
    while (edges->start + 1 < edges->end && !counts[edges->end - 1])
        edges->end--;
}

/* To where the level changed. */
static struct stretch with_edges(const struct looking *looking, struct stretch window) {
    enum { TIMES = 3 };
    const struct calendar *calendar = &looking->calendar;
    size_t reach = window.end - window.start + 3 * calendar->per_hour;
    size_t from = window.start > calendar->from + reach ? window.start - reach : calendar->from;
    size_t to = window.end + reach < calendar->to ? window.end + reach : calendar->to;
    struct stretch edges = window;
    struct levels levels;
    for (int i = 0; i < TIMES; i++) {
        levels = levels_of(looking, &edges, inner_part);
        edges = likeliest(looking, from, to, &levels);
    }
    levels = levels_of(looking, &edges, outer_part);
    move_edges(looking, &edges, from, to, &levels);
    return edges;
}

static void take_out(struct looking *looking, const struct stretch *stretch) {
    memset(looking->track.is_out + stretch->start, 1, stretch->end - stretch->start);
}

/* ---- all of a series */

/* One message to many recipients, or one client that tries and tries. What has buckets of hours
 * does not tell. */
static bool is_one_burst(const struct looking *looking, const struct stretch *stretch) {
    double most = 0, count = over(looking->track.count_sums, stretch->start, stretch->end);
    for (size_t i = stretch->start; i < stretch->end; i++)
        most = looking->track.counts[i] > most ? looking->track.counts[i] : most;
    return looking->calendar.bucket < HOUR && most > most_at_once * count;
}

/* In what is not taken out. */
static void find_all(struct looking *looking, struct found *found_r) {
    found_r->count = found_r->regular_count = 0;
    add_up(looking);
    for (size_t tries = 0; tries < MOST_SPIKES; tries++) {
        struct stretch window = best_window(looking);
        if (window.surprise <= 0)
            break;
        struct stretch edges = with_edges(looking, window);
        if (!is_much(looking, edges.start, edges.end))
            edges = window;
        edges.surprise = window.surprise;
        if (is_one_burst(looking, &edges) ||
            comes_again(&looking->calendar, &looking->track.again, edges.start, edges.end))
            found_r->regular[found_r->regular_count++] = edges;
        else
            found_r->items[found_r->count++] = edges;
        take_out(looking, &edges);
        add_up(looking);
    }
}

static int compare_starts(const void *left, const void *right) {
    const struct stretch *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

static int compare_surprises(const void *left, const void *right) {
    const struct stretch *a = left, *b = right;
    if (a->surprise != b->surprise)
        return a->surprise > b->surprise ? -1 : 1;
    return compare_starts(left, right);
}

/* Between two of them nothing shows that it was over: the pause is short, or much came in it, too;
 * or it is a night, in which little comes anyway. */
static bool goes_on(const struct looking *looking, const struct stretch *first,
                    const struct stretch *second) {
    const struct track *track = &looking->track;
    size_t pause = second->start - first->end, whole = second->end - first->start;
    size_t one = first->end - first->start, other = second->end - second->start;
    size_t shorter = one < other ? one : other;
    double usual = over(track->expected_sums, first->start, second->end) / (double)whole;
    double expected = over(track->expected_sums, first->end, second->start);
    double came = over(track->count_sums, first->end, second->start);
    bool is_night = expected < 0.6 * usual * (double)pause;
    if (hours_of(looking, pause) <= 1)
        return true;
    return (pause <= 2 * shorter && (came > 1.6 * expected || is_night)) ||
           (pause <= shorter && expected < 2);
}

/* Sums hold all counts. */
static void join(const struct looking *looking, struct found *found) {
    size_t used = 0;
    if (!found->count)
        return;
    qsort(found->items, found->count, sizeof *found->items, compare_starts);
    for (size_t i = 1; i < found->count; i++) {
        struct stretch *last = &found->items[used], *next = &found->items[i];
        if (next->start > last->end && !goes_on(looking, last, next)) {
            found->items[++used] = *next;
            continue;
        }
        last->end = next->end > last->end ? next->end : last->end;
        last->surprise = next->surprise > last->surprise ? next->surprise : last->surprise;
    }
    found->count = used + 1;
}

/* All counts, and of what is deferred the first tries. Moments are such. */
static void sum_again(struct looking *looking) {
    struct track *track = &looking->track;
    const struct series *series = track->series;
    double whole = 0, first = 0, *of_first = track->first_sums;
    memset(of_first, 0, (looking->calendar.buckets + 1) * sizeof *of_first);
    bool is_tried_again = series->event == EVENT_DEFERRED && looking->view == FAILURES;
    for (size_t i = 0; i < series->cell_count && is_tried_again; i++) {
        size_t at = calendar_bucket(&looking->calendar, series->cells[i].bucket);
        if (at != SIZE_MAX)
            of_first[at] += series->cells[i].fresh;
    }
    for (size_t i = 0; i <= looking->calendar.buckets; i++) {
        double here = of_first[i];
        track->whole_sums[i] = whole;
        of_first[i] = first;
        whole += track->counts[i];
        first += here;
    }
    track->again = (struct again){.counts = track->whole_sums,
                                  .first_tries = track->first_sums,
                                  .first_part = whole > 0 ? first / whole : 0,
                                  .expected = track->expected_sums};
}

static const struct series *same_series(const struct series_list *list,
                                        const struct series *series) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].event == series->event &&
            slice_equal(list->items[i].class_name, series->class_name))
            return &list->items[i];
    return NULL;
}

static void begin_track(struct looking *looking, size_t place) {
    struct track *track = &looking->track;
    const struct calendar *calendar = &looking->calendar;
    const struct series *series = &looking->book.items[place], *counted = series, *usual = NULL;
    track->series = series;
    if (looking->view == MOMENTS)
        counted = same_series(&looking->moments, series);
    else if (looking->has_usual)
        usual = same_series(&looking->usual, series);
    memset(track->counts, 0, calendar->buckets * sizeof *track->counts);
    memset(track->hours, 0, calendar->hours * sizeof *track->hours);
    memset(track->is_out, 0, calendar->buckets);
    calendar_count(calendar, counted, usual, track->counts, track->hours);
    track->mail = NULL;
    if (series->event == EVENT_AUTH_FAILED)
        return;
    memset(track->own, 0, calendar->buckets * sizeof *track->own);
    for (size_t i = 0; i < series->cell_count; i++) {
        size_t at = calendar_bucket(calendar, series->cells[i].bucket);
        if (at != SIZE_MAX)
            track->own[at] += series->direction != DIRECTION_IN ? series->cells[i].fresh
                              : series->event == EVENT_REJECTED ? (double)series->cells[i].count
                                                                : 0;
    }
    if (series->direction == DIRECTION_OUT)
        track->mail = &looking->mails[SERIES_OUT];
    if (series->direction == DIRECTION_LOCAL)
        track->mail = &looking->mails[SERIES_LOCAL];
    if (series->direction == DIRECTION_IN)
        track->mail = &looking->mails[SERIES_RECEIVED];
}

/* What came and what was expected in some hours; what was taken out is in neither. */
static void sum_hours(const struct looking *looking, size_t hour, size_t end, double *count_r,
                      double *expected_r) {
    const struct calendar *calendar = &looking->calendar;
    const struct track *track = &looking->track;
    *count_r = *expected_r = 0;
    for (; hour < end; hour++) {
        size_t first = hour * calendar->per_hour, next = first + calendar->per_hour;
        bool is_of_book = false;
        for (size_t i = first; i < next; i++)
            is_of_book |= calendar->is_known[i];
        *count_r += is_of_book ? over(track->count_sums, first, next) : track->hours[hour];
        *expected_r +=
            is_of_book ? over(track->expected_sums, first, next)
                       : known_part(looking, hour, false) * track->of_week[calendar->of_week[hour]];
    }
}

/* How far counts lie about what is expected, in pieces of each length. */
static void measure(const struct looking *looking, struct scatter_sums *sums_r) {
    const struct calendar *calendar = &looking->calendar;
    const struct track *track = &looking->track;
    size_t quarter = calendar->per_hour / 4 ? calendar->per_hour / 4 : 1;
    double count, expected;
    *sums_r = (struct scatter_sums){0};
    for (size_t i = 0; i + quarter <= calendar->buckets; i += quarter) {
        expected = over(track->expected_sums, i, i + quarter);
        if (expected > 0)
            scatter_add(sums_r, 0, over(track->count_sums, i, i + quarter), expected);
    }
    for (size_t scale = 1; scale < SCATTER_SCALES; scale++) {
        size_t hours = (size_t)scatter_hours[scale];
        for (size_t hour = 0; hour + hours <= calendar->hours; hour += hours) {
            sum_hours(looking, hour, hour + hours, &count, &expected);
            if (expected > 0)
                scatter_add(sums_r, scale, count, expected);
        }
    }
}

static void first_round(struct looking *looking, size_t place) {
    struct first_round *learned = &looking->first_rounds[looking->view];
    struct found *masked = &learned->masked[place];
    begin_track(looking, place);
    looking->track.scatter = calm;
    expect(looking, true);
    sum_again(looking);
    looking->demand = at_first;
    find_all(looking, masked);
    size_t most = (size_t)(rare_a_week * looking->weeks) + 1;
    most = most < RARE ? RARE : most;
    if (masked->count) {
        qsort(masked->items, masked->count, sizeof *masked->items, compare_surprises);
        masked->count = masked->count > most ? most : masked->count;
    }
    memset(looking->track.is_out, 0, looking->calendar.buckets);
    for (size_t i = 0; i < masked->count; i++)
        take_out(looking, &masked->items[i]);
    expect(looking, false);
    for (size_t i = 0; i < masked->regular_count; i++)
        take_out(looking, &masked->regular[i]);
    add_up(looking);
    measure(looking, &learned->sums[place]);
}

static void put_spike(struct looking *looking, const struct stretch *stretch) {
    struct spikes *spikes = looking->spikes;
    const struct track *track = &looking->track;
    double least = needed(looking, stretch->end - stretch->start);
    spikes->items =
        memory_grow(spikes->items, &looking->capacity, spikes->count + 1, sizeof *spikes->items);
    spikes->items[spikes->count++] = (struct spike){
        .event = track->series->event,
        .class_name = track->series->class_name,
        .start = calendar_time(&looking->calendar, stretch->start),
        .end = calendar_time(&looking->calendar, stretch->end - 1) + looking->calendar.bucket,
        .count = (uint64_t)over(track->count_sums, stretch->start, stretch->end),
        .expected = over(track->expected_sums, stretch->start, stretch->end),
        .extra = over(track->extra_sums, stretch->start, stretch->end),
        .surprise = stretch->surprise + least - looking->demand.lenience,
        .needed = least,
    };
}

/* Finds all, and puts together what belongs together; the sums are of all counts then. */
static void find_whole(struct looking *looking, const struct demand *demand,
                       struct found *found_r) {
    looking->demand = *demand;
    find_all(looking, found_r);
    add_up_all(looking);
    join(looking, found_r);
}

/* Beside those that were found before. */
static void put_found(struct looking *looking, const struct demand *demand) {
    struct found found;
    find_whole(looking, demand, &found);
    for (size_t i = 0; i < found.count; i++) {
        put_spike(looking, &found.items[i]);
        take_out(looking, &found.items[i]);
    }
}

static void begin_second_round(struct looking *looking, size_t place) {
    const struct first_round *learned = &looking->first_rounds[looking->view];
    struct track *track = &looking->track;
    begin_track(looking, place);
    for (size_t i = 0; i < learned->masked[place].count; i++)
        take_out(looking, &learned->masked[place].items[i]);
    expect(looking, false);
    sum_again(looking);
    scatter_of(&learned->sums[place], &learned->before, &track->scatter);
    memset(track->is_out, 0, looking->calendar.buckets);
}

/* Whether it meets a spike, of those from that place on. */
static bool is_told(const struct looking *looking, const struct stretch *stretch, size_t place) {
    int64_t start = calendar_time(&looking->calendar, stretch->start);
    int64_t end = calendar_time(&looking->calendar, stretch->end - 1) + looking->calendar.bucket;
    for (; place < looking->spikes->count; place++)
        if (looking->spikes->items[place].start < end && start < looking->spikes->items[place].end)
            return true;
    return false;
}

/* What moments show, beside the spikes of the series, which begin at that place: sums are of all
 * failures. */
static void put_beside(struct looking *looking, const struct stretch *stretches, size_t count,
                       bool comes_again, size_t place) {
    looking->demand = (struct demand){likely.lenience, least_beside};
    for (size_t i = 0; i < count; i++) {
        if (is_told(looking, &stretches[i], place) ||
            !is_much(looking, stretches[i].start, stretches[i].end))
            continue;
        put_spike(looking, &stretches[i]);
        struct spike *spike = &looking->spikes->items[looking->spikes->count - 1];
        spike->by_moments = true;
        spike->comes_again = comes_again;
    }
}

static void second_round(struct looking *looking, size_t place) {
    struct found of_moments = {.count = 0};
    size_t first = looking->spikes->count;
    if (looking->has_moments) {
        looking->view = MOMENTS;
        begin_second_round(looking, place);
        find_whole(looking, &likely, &of_moments);
        looking->view = FAILURES;
    }
    begin_second_round(looking, place);
    put_found(looking, &likely);
    put_found(looking, &doubtful);
    add_up_all(looking);
    put_beside(looking, of_moments.items, of_moments.count, false, first);
    put_beside(looking, of_moments.regular, of_moments.regular_count, true, first);
}

/* ---- one stretch of time */

static void begin_mail(struct looking *looking, enum series_mail mail, double *weights) {
    struct mail *into = &looking->mails[mail];
    const struct calendar *calendar = &looking->calendar;
    into->buckets = memory_new((calendar->buckets + 1) * sizeof *into->buckets);
    into->hours = memory_new((calendar->hours + 1) * sizeof *into->hours);
    for (size_t i = 0; i < SERIES_MAILS; i++) {
        bool is_part = i == mail || (mail == SERIES_RECEIVED && i == SERIES_REFUSED);
        if (is_part)
            calendar_count(calendar, &looking->book.mails[i],
                           looking->has_usual ? &looking->usual.mails[i] : NULL, into->buckets,
                           into->hours);
    }
    level_fit(
        &(struct level_source){
            .calendar = calendar, .counts = into->hours, .weights = weights, .is_rough = true},
        into->of_week);
}

static void begin_shape(struct looking *looking) {
    double sum = 0;
    for (int hour = 0; hour < WEEK_HOURS; hour++) {
        looking->shape[hour] = 0;
        for (size_t i = 0; i < SERIES_MAILS; i++)
            looking->shape[hour] += looking->mails[i].of_week[hour];
        sum += looking->shape[hour];
    }
    for (int hour = 0; hour < WEEK_HOURS; hour++)
        looking->shape[hour] =
            0.25 + (sum > 0 ? 0.75 * WEEK_HOURS * looking->shape[hour] / sum : 0.75);
}

static double *room_for(size_t count) {
    return memory_new((count + 1) * sizeof(double));
}

static void begin_looking(struct looking *looking) {
    const struct calendar *calendar = &looking->calendar;
    struct track *track = &looking->track;
    for (size_t i = 0; i < SERIES_MAILS; i++)
        begin_mail(looking, (enum series_mail)i, calendar->known);
    begin_shape(looking);
    double **of_buckets[] = {&track->counts,     &track->own,        &track->expected,
                             &track->extra,      &track->count_sums, &track->expected_sums,
                             &track->extra_sums, &track->whole_sums, &track->first_sums};
    for (size_t i = 0; i < sizeof of_buckets / sizeof *of_buckets; i++)
        *of_buckets[i] = room_for(calendar->buckets);
    track->hours = room_for(calendar->hours);
    track->weights = room_for(calendar->hours);
    track->is_out = memory_new(calendar->buckets + 1);
    looking->none_out = memory_new(calendar->buckets + 1);
    for (enum view view = FAILURES; view < VIEWS; view++) {
        struct first_round *learned = &looking->first_rounds[view];
        learned->masked = memory_new((looking->book.count + 1) * sizeof *learned->masked);
        learned->sums = memory_new((looking->book.count + 1) * sizeof *learned->sums);
    }
}

static void end_looking(struct looking *looking) {
    struct track *track = &looking->track;
    for (size_t i = 0; i < SERIES_MAILS; i++) {
        free(looking->mails[i].buckets);
        free(looking->mails[i].hours);
    }
    double *of_track[] = {track->counts,        track->own,        track->hours,
                          track->expected,      track->extra,      track->count_sums,
                          track->expected_sums, track->extra_sums, track->whole_sums,
                          track->first_sums,    track->weights};
    for (size_t i = 0; i < sizeof of_track / sizeof *of_track; i++)
        free(of_track[i]);
    free(track->is_out);
    free(looking->none_out);
    for (enum view view = FAILURES; view < VIEWS; view++) {
        free(looking->first_rounds[view].masked);
        free(looking->first_rounds[view].sums);
    }
    calendar_release(&looking->calendar);
}

static size_t active_series(const struct looking *looking) {
    size_t active = 1;
    for (size_t i = 0; i < looking->book.count; i++)
        active += looking->book.items[i].total >= LEAST_COUNT;
    return active;
}

static void look_through(struct looking *looking) {
    size_t known = 0;
    for (size_t i = looking->calendar.from; i < looking->calendar.to; i++)
        known += looking->calendar.is_known[i];
    looking->weeks = (double)known * (double)looking->calendar.bucket / (7.0 * DAY_SECONDS);
    looking->log_tests =
        log(7.0 * DAY_SECONDS * WINDOWS * (double)active_series(looking) / false_a_week);
    begin_looking(looking);
    for (enum view view = FAILURES; view < (looking->has_moments ? VIEWS : MOMENTS); view++) {
        struct first_round *learned = &looking->first_rounds[view];
        looking->view = view;
        for (size_t i = 0; i < looking->book.count; i++)
            if (looking->book.items[i].total >= LEAST_COUNT)
                first_round(looking, i);
        scatter_of_most(learned->sums, looking->book.count, &common, &learned->before);
    }
    looking->view = FAILURES;
    for (size_t i = 0; i < looking->book.count; i++)
        if (looking->book.items[i].total >= LEAST_COUNT)
            second_round(looking, i);
    end_looking(looking);
}

/* ---- all of it */

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

static void look_at_all(struct looking *looking, int64_t bucket) {
    struct spikes *spikes = looking->spikes;
    int64_t chunk = CHUNK_DAYS * (int64_t)DAY_SECONDS;
    for (int64_t from = spikes->begin; from < spikes->end; from += chunk) {
        int64_t to = spikes->end - from < chunk + chunk / 2 ? spikes->end : from + chunk;
        calendar_make(&looking->calendar, &looking->book,
                      looking->has_usual ? &looking->usual : NULL, bucket,
                      from - LEARNING_DAYS * (int64_t)DAY_SECONDS, from, to);
        look_through(looking);
        if (to == spikes->end)
            break;
    }
}

/* Of few days what is usual of moments is not known: history has none. */
static void read_moments(struct looking *looking, const struct series_book *moments) {
    if (!moments || looking->spikes->end - looking->spikes->begin < FEW_DAYS * DAY_SECONDS)
        return;
    looking->has_moments = true;
    series_list_read(moments, &looking->moments);
}

void spikes_find(const struct series_book *book, const struct series_book *moments,
                 const struct series_book *usual, struct spikes *spikes_r) {
    struct looking looking = {.spikes = spikes_r, .has_usual = usual != NULL};
    int64_t bucket = series_book_bucket(book);
    *spikes_r = (struct spikes){.note = SPIKES_NO_TIMES};
    series_list_read(book, &looking.book);
    if (usual)
        series_list_read(usual, &looking.usual);
    if (calendar_span(&looking.book, bucket, &spikes_r->begin, &spikes_r->end)) {
        int64_t span = spikes_r->end - spikes_r->begin;
        spikes_r->note = span < LEAST_HOURS * HOUR       ? SPIKES_TOO_SHORT
                         : span < FEW_DAYS * DAY_SECONDS ? SPIKES_FEW_DAYS
                                                         : SPIKES_KNOWN;
        read_moments(&looking, moments);
        if (spikes_r->note != SPIKES_TOO_SHORT)
            look_at_all(&looking, bucket);
    }
    if (spikes_r->count)
        qsort(spikes_r->items, spikes_r->count, sizeof *spikes_r->items, compare_spikes);
    series_list_release(&looking.book);
    series_list_release(&looking.usual);
    series_list_release(&looking.moments);
}

bool spike_is_of(const struct spike *spike, enum event event, struct slice class_name) {
    return spike->event == event && slice_equal(spike->class_name, class_name);
}

void spikes_release(struct spikes *spikes) {
    free(spikes->items);
    *spikes = (struct spikes){0};
}
