/* Why: yesterday is one day, and a log begins where it was rotated; history knows what all Mondays
 * at ten are like, and what was never there.
 *
 * How: all of it is tallies. The same hours and weekdays of some weeks before say what totals and
 * reasons usually are; of names only days are kept for long, so that the same weekdays of four
 * weeks together are what they are held against; and all that was before says what is new. Of each
 * only the tables are read that are compared: names of all times would be most of the work. Nothing
 * is read of the hours of the report itself, which may be in history already.
 */
#include "app/usual.h"

#include <stdlib.h>

#include "app/recall.h"
#include "base/memory.h"
#include "base/moment.h"
#include "tally/templates.h"

enum {
    WEEK_HOURS = 7 * DAY_HOURS,
    RECENT_WEEKS = 4,
    MOST_OF_A_DAY = 18,              /* hours; of less, days say nothing */
    LEARNING_HOURS = 2 * WEEK_HOURS, /* so long nothing is called new */
};

struct usual_tallies {
    struct usual usual;
    struct tally *weeks[USUAL_WEEKS], *recent, *ever;
};

void usual_free(struct usual_tallies *tallies) {
    if (!tallies)
        return;
    for (size_t i = 0; i < USUAL_WEEKS; i++)
        tally_free(tallies->weeks[i]);
    tally_free(tallies->recent);
    tally_free(tallies->ever);
    free(tallies);
}

/* ---- how far history goes back */

struct origins {
    const struct knowledge *knowledge;
    int64_t first_hour; /* INT64_MAX: nothing is kept */
    bool rules_changed;
};

static void look_at_origin(void *context, const struct store_origin *origin) {
    struct origins *origins = context;
    char room[KNOWLEDGE_VERSION];
    if (origin->first_hour <= origin->last_hour && origin->first_hour < origins->first_hour)
        origins->first_hour = origin->first_hour;
    if (origin->own && origin->rules.length)
        origins->rules_changed =
            !slice_equal(origin->rules, knowledge_version(origins->knowledge, room));
}

/* ---- tallies of it */

struct looking_back {
    struct store *store;
    struct masker *masker;
    int64_t begin; /* seconds: of the report */
    struct tally *into;
};

/* As it is masked in a finding. */
static void keep_template(void *context, const struct hourly_template *text) {
    const struct looking_back *reading = context;
    struct template_count count = {
        .class_name = text->class_name, .text = text->text, .count = text->count};
    count.example.seconds = count.last = text->last;
    if (text->first >= reading->begin)
        return;
    if (reading->masker)
        count.text = masker_text(reading->masker, text->text, text->host);
    templates_put(tally_templates(reading->into), &count);
    if (reading->masker)
        masker_clear(reading->masker);
}

static bool read_ever(struct looking_back *reading, int64_t until, struct tally **tally_r,
                      struct problem *problem) {
    const struct store_span all = {.since = INT64_MIN, .until = INT64_MAX};
    const struct store_span before = {.since = INT64_MIN, .until = until};
    *tally_r = reading->into = tally_new();
    tally_keep_templates(*tally_r);
    return recall_table(reading->store, HOURLY_REASONS, &before, *tally_r, problem) &&
           store_each_template(reading->store, &all, keep_template, reading, problem);
}

/* The same hours in weeks that lie wholly in front of the report, as far as history goes. */
static bool read_weeks(const struct looking_back *reading, int64_t first_hour, int64_t since,
                       int64_t until, struct usual_tallies *tallies, struct problem *problem) {
    int64_t step = (until - since + WEEK_HOURS - 1) / WEEK_HOURS * WEEK_HOURS;
    for (int64_t i = 1; i <= USUAL_WEEKS && since - i * step >= first_hour; i++) {
        const struct store_span span = {.since = since - i * step, .until = until - i * step};
        struct tally *tally = tallies->weeks[i - 1] = tally_new();
        if (!recall_table(reading->store, HOURLY_TOTALS, &span, tally, problem) ||
            !recall_table(reading->store, HOURLY_REASONS, &span, tally, problem))
            return false;
        tallies->usual.weeks[tallies->usual.week_count++] = tally;
    }
    return true;
}

static int64_t nearest_day(int64_t hour) {
    return day_of(hour + DAY_HOURS / 2);
}

/* Names: the days that the report is nearest to, weeks before; of a part of a day its hours, which
 * are kept for one week. */
static bool read_recent(const struct looking_back *reading, int64_t first_hour, int64_t since,
                        int64_t until, struct usual_tallies *tallies, struct compared *compared,
                        struct problem *problem) {
    bool is_short = until - since < MOST_OF_A_DAY;
    int64_t begin = is_short ? since : nearest_day(since);
    int64_t end = is_short ? until : nearest_day(until);
    int64_t step = (end - begin + WEEK_HOURS - 1) / WEEK_HOURS * WEEK_HOURS, hours = 0;
    tallies->recent = tally_new();
    for (int64_t i = 1; i <= (is_short ? 1 : RECENT_WEEKS); i++) {
        const struct store_span span = {.since = begin - i * step, .until = end - i * step};
        struct recalled recalled;
        if (span.since < day_of(first_hour) || span.until > since)
            continue;
        if (!recall_tally(reading->store, &span, reading->masker, tallies->recent, &recalled,
                          problem))
            return false;
        hours += end - begin;
        compared->begins[0] = span.since * HOUR;
        if (compared->ends[0] == MOMENT_NONE)
            compared->ends[0] = span.until * HOUR;
    }
    compared->spans.before = (double)(hours * HOUR);
    return true;
}

static bool read_all(struct looking_back *reading, const struct origins *origins, int64_t end,
                     struct usual_tallies *tallies, struct compared *compared,
                     struct problem *problem) {
    int64_t since = hour_of(reading->begin), until = hour_of(end) + 1;
    if (!read_weeks(reading, origins->first_hour, since, until, tallies, problem) ||
        !read_recent(reading, origins->first_hour, since, until, tallies, compared, problem) ||
        !read_ever(reading, since, &tallies->ever, problem))
        return false;
    double now = (double)(end - reading->begin);
    tallies->usual.week_spans = (struct differ_spans){(double)((until - since) * HOUR), now};
    compared->spans.now = now;
    return true;
}

/* Less than a week is nothing: any Sunday would be a loss. */
static bool knows_a_week(const struct origins *origins, int64_t begin) {
    return begin != MOMENT_NONE && origins->first_hour != INT64_MAX &&
           hour_of(begin) - origins->first_hour >= WEEK_HOURS;
}

struct usual_tallies *usual_read(struct store *store, const struct knowledge *knowledge,
                                 struct masker *masker, int64_t begin, int64_t end,
                                 struct compared *compared_r, struct problem *problem) {
    struct origins origins = {.knowledge = knowledge, .first_hour = INT64_MAX};
    struct looking_back reading = {.store = store, .masker = masker, .begin = begin};
    struct usual_tallies *tallies = memory_new(sizeof *tallies);
    *compared_r = (struct compared){.usual = &tallies->usual,
                                    .begins = {MOMENT_NONE, begin},
                                    .ends = {MOMENT_NONE, end},
                                    .with = SLICE("history")};
    tallies->usual.since = tallies->usual.learning_until = MOMENT_NONE;
    bool good = store_each_origin(store, look_at_origin, &origins, problem);
    int64_t learned = origins.first_hour != INT64_MAX ? (origins.first_hour + LEARNING_HOURS) * HOUR
                                                      : MOMENT_NONE;
    tallies->usual.rules_changed = origins.rules_changed;
    if (begin == MOMENT_NONE || begin < learned)
        tallies->usual.learning_until = learned;
    if (good && knows_a_week(&origins, begin)) {
        tallies->usual.since = origins.first_hour * HOUR;
        good = read_all(&reading, &origins, end, tallies, compared_r, problem);
    } else {
        tallies->recent = tally_new();
        tallies->ever = tally_new();
    }
    compared_r->before = tallies->recent;
    tallies->usual.ever = tallies->ever;
    if (good)
        return tallies;
    usual_free(tallies);
    return NULL;
}
