/* Why: who compares says "yesterday" or "last week" and not two times.
 *
 * How: days are counted in the zone of the run. The begin of a day is read from its date, as that
 * of --since is, so that days on which the clocks change are as long as they are. */
#include "base/span_words.h"

#include <stdio.h>

enum { HOUR = 3600, DAY = 24 * HOUR, WEEK_DAYS = 7, THURSDAY = 3 /* was 1970-01-01 */ };

/* ---- days of the zone, counted from 1970-01-01 */

static int64_t local_of(int64_t seconds) {
    return seconds + 60 * (int64_t)moment_here(seconds).offset;
}

static int64_t day_of(int64_t seconds) {
    return moment_units(local_of(seconds), DAY);
}

/* Its date: "2026-11-20", of which `length` characters count, and "-01" for the rest. */
static bool begin_of_date(int64_t day, size_t length, int64_t *seconds_r) {
    enum { DATE = 10, MONTH = 7 };
    char text[MOMENT_TEXT], date[DATE + 1];
    struct problem unused;
    struct moment noon = {.seconds = day * DAY + DAY / 2};
    if (moment_print(&noon, text) < DATE)
        return false;
    snprintf(date, sizeof date, "%.*s%s", (int)length, text, length == MONTH ? "-01" : "");
    return moment_read_wish(slice_of(date), 0, seconds_r, &unused);
}

static bool begin_of_day(int64_t day, int64_t *seconds_r) {
    return begin_of_date(day, 10, seconds_r);
}

static bool begin_of_month(int64_t day, int64_t *seconds_r) {
    return begin_of_date(day, 7, seconds_r);
}

static bool days(int64_t first, int64_t count, struct time_span *span_r) {
    return begin_of_day(first, &span_r->since) && begin_of_day(first + count, &span_r->until);
}

/* ---- words */

/* A blank, or what stands for one on a command line. */
static bool skip_word(struct slice *text, struct slice word) {
    struct slice rest = *text;
    if (!slice_skip(&rest, word) || (rest.length && rest.at[0] != ' ' && rest.at[0] != '-'))
        return false;
    *text = slice_trim(slice_from(rest, rest.length > 0));
    return true;
}

static bool last_hour(int64_t now, struct time_span *span_r) {
    int64_t local = local_of(now);
    span_r->until = now - (local - moment_floor(local, HOUR));
    span_r->since = span_r->until - HOUR;
    return true;
}

static bool last_month(int64_t now, struct time_span *span_r) {
    return begin_of_month(day_of(now), &span_r->until) &&
           begin_of_month(day_of(span_r->until) - 1, &span_r->since);
}

static bool last_one(struct slice unit, int64_t now, struct time_span *span_r) {
    int64_t today = day_of(now);
    int64_t monday = today - ((today + THURSDAY) % WEEK_DAYS + WEEK_DAYS) % WEEK_DAYS;
    if (slice_is(unit, "hour"))
        return last_hour(now, span_r);
    if (slice_is(unit, "day"))
        return days(today - 1, 1, span_r);
    if (slice_is(unit, "week"))
        return days(monday - WEEK_DAYS, WEEK_DAYS, span_r);
    return slice_is(unit, "month") && last_month(now, span_r);
}

/* One day, by its name or date. */
static bool one_day(struct slice text, int64_t now, struct time_span *span_r) {
    enum { DATE = 10 };
    struct problem unused;
    bool is_date = text.length == DATE && slice_find(text, '-') == 4 && text.at[0] != '-';
    if (slice_is(text, "today"))
        return days(day_of(now), 1, span_r);
    if (slice_is(text, "yesterday"))
        return days(day_of(now) - 1, 1, span_r);
    return is_date && moment_read_wish(text, now, &span_r->since, &unused) &&
           days(day_of(span_r->since), 1, span_r);
}

static bool one_end(struct slice text, int64_t now, int64_t *seconds_r) {
    struct problem unused;
    *seconds_r = MOMENT_NONE;
    return !text.length || moment_read_wish(text, now, seconds_r, &unused);
}

/* "../mail.log" is the name of a file. */
static bool two_ends(struct slice text, int64_t now, struct time_span *span_r) {
    struct slice from;
    if (!slice_cut_text(&text, SLICE(".."), &from))
        return false;
    from = slice_trim(from);
    text = slice_trim(text);
    return (from.length || text.length) && one_end(from, now, &span_r->since) &&
           one_end(text, now, &span_r->until);
}

/* ---- as long as another span, and earlier */

static enum span_reading moved(struct time_span base, int64_t now, int64_t by,
                               struct time_span *span_r, struct problem *problem) {
    if (base.since == MOMENT_NONE) {
        problem_say(problem, "before what? --since says where the report begins");
        return SPAN_IS_WRONG;
    }
    int64_t until = base.until == MOMENT_NONE ? now : base.until;
    by = by ? by : until - base.since;
    *span_r = (struct time_span){base.since - by, until - by};
    return SPAN_IS_READ;
}

static bool earlier_by(struct slice text, int64_t *by_r) {
    *by_r = 0;
    if (skip_word(&text, SLICE("day")))
        *by_r = DAY;
    else if (skip_word(&text, SLICE("week")))
        *by_r = WEEK_DAYS * DAY;
    return slice_is(text, "before");
}

enum span_reading span_words_read(struct slice text, int64_t now, struct time_span base,
                                  struct time_span *span_r, struct problem *problem) {
    struct slice wish = slice_trim(text), unit = wish;
    int64_t by;
    enum span_reading reading = SPAN_IS_READ;
    if (earlier_by(wish, &by))
        reading = moved(base, now, by, span_r, problem);
    else if (!(skip_word(&unit, SLICE("last")) && last_one(unit, now, span_r)) &&
             !one_day(wish, now, span_r) && !two_ends(wish, now, span_r))
        return SPAN_IS_NONE;
    bool is_empty = reading == SPAN_IS_READ && span_r->since != MOMENT_NONE &&
                    span_r->until != MOMENT_NONE && span_r->since >= span_r->until;
    if (!is_empty)
        return reading;
    problem_say(problem, "the span '%.*s' ends before it begins",
                SLICE_ARGS(slice_head(wish, 100)));
    return SPAN_IS_WRONG;
}
