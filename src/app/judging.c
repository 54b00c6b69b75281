/* judging - what thresholds need beside the tally: the names of reasons, the span of the log, when
 * the mail server was heard last, and the masks under which names are counted. */
#include "app/judging.h"

#include "app/block.h"
#include "app/fleet.h"
#include "app/say.h"
#include "tally/named.h"

static bool refuse(const struct threshold *threshold, size_t at, const char *option,
                   struct analysis *analysis, struct problem *problem, const char *why) {
    analysis->mistake = (struct mistake){threshold->text.at, at};
    return problem_say(problem, "--%s '%.100s': %s", option, threshold->text.at, why);
}

/* Hours of other names are not kept for weeks. */
static bool has_usual(const struct threshold *threshold) {
    enum subject subject = threshold->subject;
    return figure_is_kept(threshold->figure, subject) &&
           (subject == SUBJECT_ALL || subject == SUBJECT_CLASS || subject == SUBJECT_USER);
}

static bool check_one(const struct threshold *threshold, const char *option,
                      struct analysis *analysis, const struct run *run, struct problem *problem) {
    const struct rulebook *book = run->knowledge->book;
    bool names_class = threshold->subject == SUBJECT_CLASS && !threshold->any;
    bool is_growth = threshold->unit == UNIT_USUAL;
    bool is_kept = figure_is_kept(threshold->figure, threshold->subject);
    if (names_class && !filter_knows_class(book, threshold->name))
        return refuse(threshold, (size_t)(threshold->name.at - threshold->text.at), option,
                      analysis, problem,
                      "there is no such reason; 'mailtriage rules list' names them");
    if (is_growth && !run->options->history)
        return refuse(threshold, 0, option, analysis, problem,
                      "what is usual is known from history alone: name it with --history");
    if (is_growth && !has_usual(threshold))
        return refuse(threshold, 0, option, analysis, problem,
                      "what is usual is known of all mail, of reasons, and of the failed logins of "
                      "users");
    if (!is_kept && recall_is_asked(run->options))
        return refuse(threshold, 0, option, analysis, problem,
                      "history does not keep this: name the log");
    return true;
}

bool judging_check(const struct thresholds *thresholds, const char *option,
                   struct analysis *analysis, const struct run *run, struct problem *problem) {
    for (size_t i = 0; i < thresholds->count; i++)
        if (!check_one(&thresholds->items[i], option, analysis, run, problem))
            return false;
    return true;
}

/* ---- under masks */

/* "mx.example.net [198.51.100.5]", or one of both. */
static struct slice shown_host(struct masker *masker, struct slice name, struct arena *arena) {
    struct slice host, ip;
    char room[RANKING_NAME];
    named_parts(name, &host, &ip);
    host = host.length ? masker_host(masker, host) : host;
    ip = ip.length ? masker_ip(masker, ip) : ip;
    return arena_copy(arena, named_host(host, ip, room));
}

struct threshold judging_shown(const struct run *run, const struct threshold *threshold,
                               struct arena *arena) {
    struct threshold shown = *threshold;
    struct masker *masker = run->masker;
    if (!masker || shown.any)
        return shown;
    switch (shown.subject) {
    case SUBJECT_DOMAIN:
    case SUBJECT_SENDER_DOMAIN:
        shown.name = arena_copy(arena, masker_host(masker, shown.name));
        break;
    case SUBJECT_RELAY:
    case SUBJECT_CLIENT:
        shown.name = shown_host(masker, shown.name, arena);
        break;
    case SUBJECT_SENDER:
        shown.name = arena_copy(arena, masker_address(masker, shown.name));
        break;
    case SUBJECT_USER:
        shown.name = arena_copy(arena, masker_user(masker, shown.name));
        break;
    default:
        break;
    }
    masker_clear(masker);
    return shown;
}

/* ---- what they are held against */

/* The span is the part of the asked one for which there is a log. */
static void begin_with_logs(struct threshold_basis *basis, const struct run *run) {
    const struct options *options = run->options;
    const struct pipeline *pipeline = run->pipeline;
    struct span span = span_none;
    for (size_t i = 0; pipeline && i < pipeline->progress_count; i++) {
        span_add(&span, pipeline->progress[i]->span.first);
        span_add(&span, pipeline->progress[i]->span.last);
    }
    basis->last = run_heard(run, &basis->is_ahead);
    if (span.first > span.last)
        return;
    bool begins_before = options->since != MOMENT_NONE && span.first < options->since;
    bool ends_behind = options->until != MOMENT_NONE && span.last > options->until;
    basis->begin = begins_before ? options->since : span.first;
    basis->end = ends_behind ? options->until : span.last;
}

/* Whole hours, but that the last one may still go on. */
static void begin_with_past(struct threshold_basis *basis, const struct recalled *past) {
    basis->is_ahead = past->heard != MOMENT_NONE && past->heard > basis->now + HOUR;
    basis->last = basis->is_ahead ? MOMENT_NONE : past->heard;
    if (past->is_empty)
        return;
    basis->begin = past->since;
    basis->end = past->until;
    if (past->heard != MOMENT_NONE && past->heard < past->until && past->heard > past->since)
        basis->end = past->heard;
}

static bool ask_growth(const struct thresholds *thresholds) {
    for (size_t i = 0; i < thresholds->count; i++)
        if (thresholds->items[i].unit == UNIT_USUAL)
            return true;
    return false;
}

/* The same hours, whole weeks before. A week that is not in history as a whole says nothing. */
static bool read_weeks(struct judging *judging, struct run *run, struct store *store,
                       struct problem *problem) {
    enum { WEEK_HOURS = 7 * DAY_HOURS };
    struct threshold_basis *basis = &judging->basis;
    struct kept_hours kept;
    if (!recall_kept(store, &kept, problem))
        return false;
    int64_t since = hour_of(basis->begin), until = hour_of(basis->end - 1) + 1;
    int64_t step = (until - since + WEEK_HOURS - 1) / WEEK_HOURS * WEEK_HOURS;
    basis->hours = until - since;
    for (int64_t back = step; back <= WEEKS_MOST * step; back += step) {
        const struct store_span span = {.since = since - back, .until = until - back};
        struct recalled recalled;
        if (span.since < kept.first || span.until - 1 > kept.last)
            continue;
        struct tally *tally = judging->before[basis->before_count++] = tally_new();
        if (!recall_tally(store, &span, run->masker, tally, &recalled, problem))
            return false;
    }
    return true;
}

static void read_usual(struct judging *judging, struct run *run) {
    const struct options *options = run->options;
    struct threshold_basis *basis = &judging->basis;
    struct problem problem;
    if (basis->begin == MOMENT_NONE || basis->end <= basis->begin)
        return;
    struct store *store = fleet_open(options, options->history, STORE_READ, &problem);
    if (!store || !read_weeks(judging, run, store, &problem)) {
        say_fault("%s", problem.text);
        run->faulty = true;
    } else if (basis->before_count < WEEKS_LEAST && !options->quiet) {
        say_note(
            "history '%s' is still learning what is usual: it needs the same hours of %d weeks "
            "before, and has them of %zu",
            options->history, WEEKS_LEAST, basis->before_count);
    }
    store_close(store);
}

void judging_begin(struct judging *judging, struct run *run,
                   const struct thresholds *const thresholds[], size_t count,
                   const struct recalled *past) {
    *judging = (struct judging){.basis = {.tally = run->tally,
                                          .begin = MOMENT_NONE,
                                          .end = MOMENT_NONE,
                                          .last = MOMENT_NONE,
                                          .now = run->options->now}};
    bool asked = false;
    if (past)
        begin_with_past(&judging->basis, past);
    else
        begin_with_logs(&judging->basis, run);
    for (size_t i = 0; i < count; i++)
        asked |= ask_growth(thresholds[i]);
    if (asked)
        read_usual(judging, run);
    judging->basis.before = (const struct tally *const *)judging->before;
}

void judging_end(struct judging *judging) {
    for (size_t i = 0; i < judging->basis.before_count; i++)
        tally_free(judging->before[i]);
}

bool judging_any_holds(struct run *run, const struct thresholds *thresholds,
                       const struct recalled *past) {
    struct judging judging;
    struct arena arena;
    bool holds = false;
    arena_init(&arena);
    judging_begin(&judging, run, &thresholds, 1, past);
    for (size_t i = 0; i < thresholds->count && !holds; i++) {
        struct threshold threshold = judging_shown(run, &thresholds->items[i], &arena);
        holds = threshold_judge(&threshold, &judging.basis).holds;
    }
    judging_end(&judging);
    arena_release(&arena);
    return holds || run->faulty;
}
