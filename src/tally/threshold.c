/* Why: an administrator says in one line what is too much, and a line that says something else than
 * he meant is worse than none: it would be silent for ever.
 *
 * How: the grammar of the header, read from left to right. What is not understood is told with its
 * place and with what is expected there; what can never hold, or is not counted, is a mistake too.
 */
#include "tally/threshold.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/edits.h"
#include "base/glob.h"
#include "base/moment.h"

static const char *const comparisons[] = {
    [COMPARE_MORE] = ">",     [COMPARE_AT_LEAST] = ">=", [COMPARE_LESS] = "<",
    [COMPARE_AT_MOST] = "<=", [COMPARE_SAME] = "=",      [COMPARE_OTHER] = "!=",
};
enum { COMPARISONS = sizeof comparisons / sizeof *comparisons };

static const struct {
    const char *front, *back; /* as it stands behind the metric, and behind a number */
    int64_t seconds;          /* of a rate */
} units[] = {
    [UNIT_NUMBER] = {"", "", 0},        [UNIT_SHARE] = {"%", "%", 0},
    [UNIT_A_MINUTE] = {"/m", "/m", 60}, [UNIT_AN_HOUR] = {"/h", "/h", 3600},
    [UNIT_A_DAY] = {"/d", "/d", 86400}, [UNIT_USUAL] = {" growth", "x", 0},
    [UNIT_SECONDS] = {"", "", 0},
};
enum { UNITS = sizeof units / sizeof *units };

static const struct {
    char letter;
    unsigned seconds;
} durations[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
enum { DURATIONS = sizeof durations / sizeof *durations };

/* ---- reading: the text that is left, and where it stands in the whole */

struct reading_text {
    struct slice text, rest;
    struct threshold_mistake *mistake;
};

static size_t place_of(const struct reading_text *reading, struct slice part) {
    return (size_t)(part.at - reading->text.at);
}

/* What `why` says is wrong at this part of the text. */
#define WRONG(reading, part, ...)                                                                  \
    ((reading)->mistake->at = place_of(reading, part),                                             \
     problem_say(&(reading)->mistake->why, __VA_ARGS__))

static void skip_blanks(struct reading_text *reading) {
    while (slice_skip_byte(&reading->rest, ' ') || slice_skip_byte(&reading->rest, '\t'))
        ;
}

/* Letters and dashes at the front; moves past them. */
static struct slice take_word(struct reading_text *reading) {
    size_t length = 0;
    struct slice rest = reading->rest;
    while (length < rest.length && (is_letter(rest.at[length]) || rest.at[length] == '-'))
        length++;
    reading->rest = slice_from(rest, length);
    return slice_head(rest, length);
}

/* A word, and nothing else of a word behind it. */
static bool skip_word(struct reading_text *reading, const char *wanted) {
    struct slice before = reading->rest;
    if (slice_is(take_word(reading), wanted))
        return true;
    reading->rest = before;
    return false;
}

/* Digits with or without a decimal point; false and unmoved when there are none, or too many. */
static bool take_decimal(struct slice *rest, double *number_r) {
    enum { DIGITS_MOST = 15 };
    double number = 0, scale = 1;
    size_t digits = 0, at = 0;
    bool is_fraction = false;
    for (; at < rest->length; at++) {
        char sign = rest->at[at];
        if (sign == '.' && !is_fraction && digits && at + 1 < rest->length &&
            is_digit(rest->at[at + 1])) {
            is_fraction = true;
            continue;
        }
        if (!is_digit(sign))
            break;
        number = number * 10 + (sign - '0');
        scale = is_fraction ? scale * 10 : scale;
        digits++;
    }
    if (!digits || digits > DIGITS_MOST)
        return false;
    *rest = slice_from(*rest, at);
    *number_r = number / scale;
    return true;
}

/* ---- whose */

static bool subject_named(struct slice word, enum subject *subject_r) {
    for (int i = 1; i < SUBJECTS; i++)
        if (slice_is(word, subject_rows[i].word)) {
            *subject_r = (enum subject)i;
            return true;
        }
    return false;
}

static bool ends_name(char sign) {
    return sign == ' ' || sign == '\t' || memchr("<>=!%/", sign, 6);
}

/* In quotes, or up to what no name has without them. */
static bool take_name(struct reading_text *reading, struct slice *name_r) {
    char quote = slice_byte(reading->rest, 0);
    struct slice begin = reading->rest;
    size_t length = 0;
    if (quote == '"' || quote == '\'') {
        slice_skip_byte(&reading->rest, quote);
        if (slice_cut(&reading->rest, quote, name_r) && name_r->length)
            return true;
        return WRONG(reading, begin,
                     name_r->length ? "this quote does not end" : "a name is expected here");
    }
    while (length < begin.length && !ends_name(begin.at[length]))
        length++;
    *name_r = slice_head(begin, length);
    reading->rest = slice_from(begin, length);
    return length || WRONG(reading, begin, "a name is expected here; one with blanks in quotes");
}

static bool check_name(struct reading_text *reading, const struct threshold *threshold) {
    struct problem why;
    if (threshold->subject == SUBJECT_CLASS && !glob_check(threshold->name, &why))
        return WRONG(reading, threshold->name, "%s", why.text);
    return threshold->name.length <= RANKING_NAME ||
           WRONG(reading, threshold->name, "a name has at most %d bytes", RANKING_NAME);
}

static bool read_subject(struct reading_text *reading, struct threshold *threshold) {
    threshold->any = skip_word(reading, "any");
    skip_blanks(reading);
    struct slice begin = reading->rest;
    if (!subject_named(take_word(reading), &threshold->subject)) {
        reading->rest = begin;
        return !threshold->any ||
               WRONG(reading, begin,
                     "after 'any': class, domain, relay, sender, sender-domain, client or user");
    }
    skip_blanks(reading);
    return threshold->any ||
           (take_name(reading, &threshold->name) && check_name(reading, threshold));
}

/* ---- what of it */

static bool figure_named(struct slice word, enum figure *figure_r) {
    for (int i = 0; i < FIGURES; i++)
        if (*figure_rows[i].word && slice_is(word, figure_rows[i].word)) {
            *figure_r = (enum figure)i;
            return true;
        }
    return false;
}

/* The word that may have been meant, or NULL. */
static const char *near_word(struct slice word, enum subject subject) {
    const char *near = NULL;
    size_t fewest = word.length < 5 ? 2 : 3; /* so many are another word */
    for (int i = 0; i < FIGURES + SUBJECTS; i++) {
        const char *known = i < FIGURES ? figure_rows[i].word : subject_rows[i - FIGURES].word;
        bool fits = i < FIGURES ? figure_is_of((enum figure)i, subject) : subject == SUBJECT_ALL;
        size_t edits = fits && *known ? edits_between(word, slice_of(known)) : SIZE_MAX;
        if (edits < fewest) {
            fewest = edits;
            near = known;
        }
    }
    return near;
}

/* What is counted of a subject, in words. */
static const char *words_of(enum subject subject, struct problem *room) {
    struct out words;
    out_init_memory(&words);
    for (int i = 0; i < FIGURES; i++)
        if (*figure_rows[i].word && figure_is_of((enum figure)i, subject))
            out_print(&words, " %s%s", i == FIGURE_DELAY ? "p95 " : "", figure_rows[i].word);
    problem_say(room, "%.*s", SLICE_ARGS(out_held(&words)));
    out_release(&words);
    return room->text;
}

static bool wrong_figure(struct reading_text *reading, struct slice word, struct slice begin,
                         enum subject subject) {
    struct problem words;
    enum figure figure;
    bool is_known = figure_named(word, &figure);
    const char *near = is_known ? NULL : near_word(word, subject);
    if (near)
        return WRONG(reading, begin, "'%.*s' is nothing that is counted; did you mean '%s'?",
                     SLICE_ARGS(word), near);
    words_of(subject, &words);
    if (subject != SUBJECT_ALL)
        return WRONG(reading, begin, "of a %s this can be asked:%s", subject_rows[subject].word,
                     words.text);
    return WRONG(reading, begin,
                 "what is it about? one of%s, or class, domain, relay, sender, sender-domain, "
                 "client or user and a name, or 'any' of these",
                 words.text);
}

/* "p95 " in front of "delay". */
static bool take_percent(struct reading_text *reading, unsigned *percent_r) {
    struct slice rest = reading->rest;
    uint64_t number;
    if (!slice_skip_byte(&rest, 'p') || !rest.length || !is_digit(rest.at[0]))
        return true;
    if (!slice_take_number(&rest, &number) || number < 1 || number > 99)
        return WRONG(reading, reading->rest, "p1 to p99 are expected here, such as p95");
    *percent_r = (unsigned)number;
    reading->rest = rest;
    skip_blanks(reading);
    return true;
}

static bool read_figure(struct reading_text *reading, struct threshold *threshold) {
    skip_blanks(reading);
    if (!take_percent(reading, &threshold->percent))
        return false;
    struct slice begin = reading->rest, word = take_word(reading);
    threshold->figure = FIGURE_EVENTS;
    bool is_left_out = !word.length || slice_is(word, "growth");
    if (threshold->subject == SUBJECT_CLASS && is_left_out && !threshold->percent) {
        reading->rest = begin;
        return true;
    }
    if (threshold->percent && !slice_is(word, "delay"))
        return WRONG(reading, begin, "'delay' is expected here");
    if (!figure_named(word, &threshold->figure) ||
        !figure_is_of(threshold->figure, threshold->subject))
        return wrong_figure(reading, word, begin, threshold->subject);
    return threshold->figure != FIGURE_DELAY || threshold->percent ||
           WRONG(reading, begin, "of a delay a percentile is asked: p95 delay");
}

/* ---- how it is told */

/* "%", "/h"; false: none of them stands here. */
static bool take_unit(struct slice *rest, bool is_front, enum threshold_unit *unit_r) {
    for (int i = 0; i < UNITS; i++) {
        struct slice word = slice_trim(slice_of(is_front ? units[i].front : units[i].back));
        struct slice after = slice_from(*rest, word.length);
        bool ends =
            !is_letter(word.length ? word.at[0] : '%') || !after.length || !is_alnum(after.at[0]);
        if (word.length && ends && slice_starts(*rest, word)) {
            *rest = after;
            *unit_r = (enum threshold_unit)i;
            return true;
        }
    }
    return false;
}

static bool has_share(const struct threshold *threshold) {
    enum figure_kind kind = figure_rows[threshold->figure].kind;
    return kind == KIND_EVENTS ||
           (kind == KIND_FINAL && figure_is_of(FIGURE_EXPIRED, threshold->subject));
}

static bool check_unit(struct reading_text *reading, const struct threshold *threshold,
                       struct slice begin) {
    if (figure_rows[threshold->figure].kind == KIND_TIME)
        return WRONG(reading, begin, "%s", "a time is compared with a time, such as 30m");
    return threshold->unit != UNIT_SHARE || has_share(threshold) ||
           WRONG(reading, begin,
                 "%% is a share of the recipients that reached a final state: delivered, bounced, "
                 "expired or discarded, of all mail, a class, domain or relay");
}

/* Behind the figure, if it stands there. */
static bool read_unit_in_front(struct reading_text *reading, struct threshold *threshold) {
    skip_blanks(reading);
    struct slice begin = reading->rest;
    if (take_unit(&reading->rest, true, &threshold->unit))
        return check_unit(reading, threshold, begin);
    bool is_slash = begin.length && begin.at[0] == '/';
    return !is_slash || WRONG(reading, begin, "%s", "a rate is /m, /h or /d");
}

static bool read_comparison(struct reading_text *reading, struct threshold *threshold) {
    skip_blanks(reading);
    size_t longest = 0;
    for (int i = 0; i < COMPARISONS; i++) {
        struct slice sign = slice_of(comparisons[i]);
        if (sign.length > longest && slice_starts(reading->rest, sign)) {
            longest = sign.length;
            threshold->comparison = (enum comparison)i;
        }
    }
    if (!longest)
        return WRONG(reading, reading->rest, "a comparison is expected here: > >= < <= = !=");
    reading->rest = slice_from(reading->rest, longest);
    return true;
}

/* "30m", "1.5h". */
static bool read_duration(struct reading_text *reading, struct threshold *threshold) {
    threshold->unit = UNIT_SECONDS;
    skip_blanks(reading);
    for (int i = 0; i < DURATIONS; i++) {
        struct slice rest = reading->rest;
        if (slice_skip_byte(&rest, durations[i].letter) && !(rest.length && is_alnum(rest.at[0]))) {
            threshold->bound *= durations[i].seconds;
            reading->rest = rest;
            return true;
        }
    }
    return WRONG(reading, reading->rest, "a unit of time is expected here: s, m, h or d");
}

/* The unit may stand in front, behind, or on both sides alike. */
static bool read_unit_behind(struct reading_text *reading, struct threshold *threshold) {
    enum threshold_unit in_front = threshold->unit;
    skip_blanks(reading);
    struct slice begin = reading->rest;
    if (!take_unit(&reading->rest, false, &threshold->unit)) {
        bool is_hourly = figure_rows[threshold->figure].kind == KIND_HOURLY;
        bool is_slash = begin.length && begin.at[0] == '/';
        threshold->unit = is_hourly && in_front == UNIT_NUMBER ? UNIT_AN_HOUR : in_front;
        return !is_slash || WRONG(reading, begin, "%s", "a rate is /m, /h or /d");
    }
    if (in_front != UNIT_NUMBER && in_front != threshold->unit)
        return WRONG(reading, begin, "the unit in front of the comparison is another one: %s",
                     slice_trim(slice_of(units[in_front].front)).at);
    return check_unit(reading, threshold, begin);
}

/* "of at least 100" */
static bool read_least(struct reading_text *reading, struct threshold *threshold) {
    double number = 0;
    skip_blanks(reading);
    struct slice begin = reading->rest;
    if (!skip_word(reading, "of"))
        return true;
    skip_blanks(reading);
    bool good = skip_word(reading, "at");
    skip_blanks(reading);
    good = good && skip_word(reading, "least");
    skip_blanks(reading);
    if (!good)
        return WRONG(reading, begin, "'of at least' and a number are expected here");
    begin = reading->rest;
    if (!take_decimal(&reading->rest, &number))
        return WRONG(reading, begin, "a number is expected here");
    threshold->at_least = (uint64_t)number;
    return threshold->figure != FIGURE_SILENCE || WRONG(reading, begin, "silence is of no number");
}

static bool read_bound(struct reading_text *reading, struct threshold *threshold) {
    skip_blanks(reading);
    struct slice begin = reading->rest;
    if (!take_decimal(&reading->rest, &threshold->bound))
        return WRONG(reading, begin, "a number is expected here");
    if (figure_rows[threshold->figure].kind == KIND_TIME ? !read_duration(reading, threshold)
                                                         : !read_unit_behind(reading, threshold))
        return false;
    return threshold->unit != UNIT_SHARE || threshold->bound <= 100 ||
           WRONG(reading, begin, "a share is at most 100");
}

static bool read_end(struct reading_text *reading, const struct threshold *threshold) {
    skip_blanks(reading);
    if (!reading->rest.length)
        return true;
    return threshold->at_least
               ? WRONG(reading, reading->rest, "nothing more is expected here")
               : WRONG(reading, reading->rest,
                       "the end is expected here, %sor 'of at least' and a number",
                       threshold->unit == UNIT_NUMBER ? "a unit (%, /m, /h, /d, x) " : "");
}

bool threshold_read(struct slice text, struct threshold *threshold_r,
                    struct threshold_mistake *mistake) {
    struct reading_text reading = {text, text, mistake};
    *threshold_r = (struct threshold){.text = text};
    if (text.length > THRESHOLD_LONGEST)
        return WRONG(&reading, text, "a threshold has at most %d bytes", THRESHOLD_LONGEST);
    skip_blanks(&reading);
    return read_subject(&reading, threshold_r) && read_figure(&reading, threshold_r) &&
           read_unit_in_front(&reading, threshold_r) && read_comparison(&reading, threshold_r) &&
           read_bound(&reading, threshold_r) && read_least(&reading, threshold_r) &&
           read_end(&reading, threshold_r);
}

/* ---- judging */

static bool compare(enum comparison comparison, double value, double bound) {
    switch (comparison) {
    case COMPARE_MORE:
        return value > bound;
    case COMPARE_AT_LEAST:
        return value >= bound;
    case COMPARE_LESS:
        return value < bound;
    case COMPARE_AT_MOST:
        return value <= bound;
    case COMPARE_SAME:
        return value == bound;
    case COMPARE_OTHER:
        return value != bound;
    }
    return false;
}

/* While the names go by. */
struct judging {
    const struct threshold *threshold;
    const struct threshold_basis *basis;
    struct threshold_result *result;
    struct counts usual[WEEKS_MOST]; /* hash of a name -> its number then; of growth alone */
};

static int64_t span_of(const struct threshold_basis *basis) {
    bool has_span = basis->begin != MOMENT_NONE && basis->end != MOMENT_NONE;
    return has_span ? basis->end - basis->begin : 0;
}

/* A log of less than an hour is no reason to say what an hour would have brought. */
static double rate_of(uint64_t number, int64_t unit, const struct threshold_basis *basis) {
    int64_t span = span_of(basis);
    return (double)number * (double)unit / (double)(span > unit ? span : unit);
}

static int compare_numbers(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* The median, and at least one: what never came cannot come a number of times as often. */
static double usual_of(const struct judging *judging, struct slice name) {
    size_t count = judging->basis->before_count;
    uint64_t numbers[WEEKS_MOST] = {0};
    for (size_t i = 0; i < count; i++)
        counts_get(&judging->usual[i], ranking_hash(name), &numbers[i]);
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    double median = (double)(numbers[(count - 1) / 2] + numbers[count / 2]) / 2;
    return median > 1 ? median : 1;
}

static double growth_of(const struct judging *judging, const struct figures *figures) {
    enum { HOUR_SECONDS = 3600 };
    const struct threshold_basis *basis = judging->basis;
    uint64_t number = figures->numbers[judging->threshold->figure];
    double now = rate_of(number, HOUR_SECONDS, basis);
    return now * (double)basis->hours / usual_of(judging, figures->name);
}

/* False: there is nothing to go by. `of_r` is how much there is. */
static bool value_of(const struct judging *judging, const struct figures *figures, double *value_r,
                     uint64_t *of_r) {
    enum { MICROSECONDS = 1000000 };
    const struct threshold *threshold = judging->threshold;
    uint64_t number = figures->numbers[threshold->figure];
    *of_r = number;
    switch (threshold->unit) {
    case UNIT_NUMBER:
        *value_r = (double)number;
        return true;
    case UNIT_SHARE:
        *of_r = figures->finals;
        number = threshold->figure == FIGURE_EVENTS ? figures->ended : number;
        *value_r = *of_r ? 100.0 * (double)number / (double)*of_r : 0;
        return *of_r;
    case UNIT_SECONDS:
        *of_r = figures->delays.all;
        *value_r =
            (double)spread_sum_permille(&figures->delays, threshold->percent * 10) / MICROSECONDS;
        return *of_r;
    case UNIT_USUAL:
        *value_r = growth_of(judging, figures);
        return true;
    default:
        *value_r = rate_of(number, units[threshold->unit].seconds, judging->basis);
        return true;
    }
}

/* Whether a value is farther off than the one before. */
static bool is_farther(const struct threshold *threshold, double value, double before) {
    if (threshold->comparison == COMPARE_LESS || threshold->comparison == COMPARE_AT_MOST)
        return value < before;
    return value > before;
}

/* One that holds goes before one that does not, of two of a kind the farther one. */
static void judge_figures(void *context, const struct figures *figures) {
    const struct judging *judging = context;
    const struct threshold *threshold = judging->threshold;
    struct threshold_result *result = judging->result;
    double value;
    uint64_t of;
    if (!value_of(judging, figures, &value, &of))
        return;
    bool holds =
        of >= threshold->at_least && compare(threshold->comparison, value, threshold->bound);
    if (result->known &&
        (holds != result->holds ? result->holds : !is_farther(threshold, value, result->value)))
        return;
    struct slice name = slice_head(figures->name, threshold->any ? sizeof result->name : 0);
    *result = (struct threshold_result){
        .known = true, .holds = holds, .value = value, .name_length = name.length};
    if (name.length)
        memcpy(result->name, name.at, name.length);
}

/* ---- what is usual */

struct keeping {
    const struct threshold *threshold;
    struct counts *counts;
};

static void keep_usual(void *context, const struct figures *figures) {
    const struct keeping *keeping = context;
    counts_sum(keeping->counts, ranking_hash(figures->name), 0,
               figures->numbers[keeping->threshold->figure]);
}

static void judge_growth(struct judging *judging, const struct figure_wish *wish) {
    const struct threshold_basis *basis = judging->basis;
    judging->result->learning = basis->before_count < WEEKS_LEAST;
    if (judging->result->learning)
        return;
    for (size_t i = 0; i < basis->before_count; i++) {
        struct keeping keeping = {judging->threshold, &judging->usual[i]};
        counts_init(keeping.counts, 1, 0, NULL);
        figure_read(basis->before[i], wish, keep_usual, &keeping);
    }
    figure_read(basis->tally, wish, judge_figures, judging);
    for (size_t i = 0; i < basis->before_count; i++)
        counts_release(&judging->usual[i]);
}

static void judge_silence(const struct judging *judging) {
    const struct threshold_basis *basis = judging->basis;
    struct threshold_result *result = judging->result;
    result->known = basis->last != MOMENT_NONE;
    result->is_ahead = basis->is_ahead;
    if (result->known && basis->now > basis->last)
        result->value = (double)(basis->now - basis->last);
    result->holds = result->known && compare(judging->threshold->comparison, result->value,
                                             judging->threshold->bound);
}

struct threshold_result threshold_judge(const struct threshold *threshold,
                                        const struct threshold_basis *basis) {
    struct threshold_result result = {0};
    struct judging judging = {.threshold = threshold, .basis = basis, .result = &result};
    const struct figure_wish wish = {threshold->subject, threshold->any, threshold->name,
                                     threshold->figure == FIGURE_DELAY};
    if (threshold->figure == FIGURE_SILENCE)
        judge_silence(&judging);
    else if (basis->is_blind)
        return result;
    else if (threshold->unit == UNIT_USUAL)
        judge_growth(&judging, &wish);
    else
        figure_read(basis->tally, &wish, judge_figures, &judging);
    return result;
}

/* ---- words */

void threshold_put_metric(struct out *out, const struct threshold *threshold, struct slice name) {
    const char *figure = figure_rows[threshold->figure].word;
    const char *between = "";
    if (threshold->subject != SUBJECT_ALL) {
        out_print(out, "%s%s", name.length ? "" : "any ", subject_rows[threshold->subject].word);
        if (name.length)
            out_print(out, " %.*s", SLICE_ARGS(name));
        between = " ";
    }
    if (*figure)
        out_text(out, between);
    if (threshold->percent)
        out_print(out, "p%u ", threshold->percent);
    out_text(out, figure);
}

void threshold_put_unit(struct out *out, const struct threshold *threshold) {
    out_text(out, units[threshold->unit].front);
}

void threshold_put_number(struct out *out, double number) {
    char text[400];
    int length = snprintf(text, sizeof text, "%.3f", number);
    while (length > 0 && text[length - 1] == '0')
        length--;
    if (length > 0 && text[length - 1] == '.')
        length--;
    out_slice(out, (struct slice){text, (size_t)length});
}

void threshold_put_value(struct out *out, const struct threshold *threshold, double value) {
    if (threshold->unit != UNIT_SECONDS) {
        threshold_put_number(out, value);
        out_text(out, units[threshold->unit].back);
        return;
    }
    int unit = DURATIONS - 1;
    while (unit > 0 && value < durations[unit].seconds)
        unit--;
    threshold_put_number(out, value / durations[unit].seconds);
    out_byte(out, durations[unit].letter);
}

void threshold_put_bound(struct out *out, const struct threshold *threshold) {
    out_print(out, "%s ", comparisons[threshold->comparison]);
    threshold_put_value(out, threshold, threshold->bound);
}
