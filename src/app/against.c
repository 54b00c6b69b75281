/* Why: "is this more than yesterday?" needs a second count that was made in the very same way.
 *
 * How: another log is another run, with the same rules, filters and masks, which nothing is shown
 * of but its tally. Another span of the same logs is counted while they are read (struct beside).
 */
#include "app/against.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/block.h"
#include "app/coverage.h"
#include "app/fleet.h"
#include "app/inputs.h"
#include "app/recall.h"
#include "app/say.h"
#include "base/memory.h"

struct against {
    struct run *run;        /* of the report */
    struct beside beside;   /* of a span: its journey NULL for files */
    struct options options; /* of the run over files */
    struct run other;
    struct tally *past; /* out of history; NULL: none */
    struct inputs inputs;
    char *files[AGAINST_MOST]; /* operands of the other run: getopt's are not const */
    struct arena arena;
};

/* With the filters of the report. */
static void count_beside(struct against *against) {
    struct run *run = against->run;
    const struct options *options = run->options;
    against->beside = (struct beside){options->against_span, journey_new(), tally_new()};
    journey_ask(against->beside.journey, options->filter.count ? &options->filter : NULL);
    tally_keep_templates(against->beside.tally);
    run->beside = &against->beside;
}

struct against *against_new(struct run *run) {
    if (!run->options->against_count)
        return NULL;
    struct against *against = memory_new(sizeof *against);
    against->run = run;
    arena_init(&against->arena);
    if (!recall_is_asked(run->options)) /* history tells them behind the rest */
        tally_keep_templates(run->tally);
    if (run->options->against_is_span)
        count_beside(against);
    return against;
}

void against_free(struct against *against) {
    if (!against)
        return;
    if (against->other.tally)
        run_release(&against->other);
    journey_free(against->beside.journey);
    tally_free(against->beside.tally);
    tally_free(against->past);
    inputs_release(&against->inputs);
    arena_release(&against->arena);
    free(against);
}

/* ---- how long was counted */

/* Of all entries, whether they count or not. */
static struct span span_of(const struct run *run) {
    struct span span = span_none;
    for (size_t i = 0; run->pipeline && i < run->pipeline->progress_count; i++) {
        span_add(&span, run->pipeline->progress[i]->span.first);
        span_add(&span, run->pipeline->progress[i]->span.last);
    }
    return span;
}

/* What is asked for, as far as the log goes; both ends MOMENT_NONE: no entry had a time. */
static void counted_span(struct span log, struct time_span asked, int64_t *begin_r,
                         int64_t *end_r) {
    *begin_r = *end_r = MOMENT_NONE;
    if (log.first > log.last)
        return;
    *begin_r = asked.since != MOMENT_NONE && asked.since > log.first ? asked.since : log.first;
    *end_r = asked.until != MOMENT_NONE && asked.until < log.last ? asked.until : log.last;
    if (*end_r < *begin_r)
        *end_r = *begin_r;
}

static double seconds_of(int64_t begin, int64_t end) {
    return begin == MOMENT_NONE ? 0 : (double)(end - begin);
}

void against_times(const struct run *run, int64_t *begin_r, int64_t *end_r) {
    counted_span(span_of(run), (struct time_span){run->options->since, run->options->until},
                 begin_r, end_r);
}

/* ---- another log */

/* All of it, whatever span of its own the report has. */
static void read_files(struct against *against) {
    against->options = *against->run->options;
    for (size_t i = 0; i < against->run->options->against_count; i++)
        against->files[i] = (char *)against->run->options->against[i];
    against->options.operands = against->files;
    against->options.operand_count = against->options.against_count;
    against->options.since = against->options.until = MOMENT_NONE;
    run_init(&against->other, &against->options, against->run->knowledge);
    tally_keep_templates(against->other.tally);
    against->other.masker = against->run->masker;
    inputs_read(&against->other, &against->inputs);
    against->other.masker = NULL; /* is the run's */
    against->run->faulty |= against->other.faulty;
}

static struct slice files_named(struct against *against) {
    struct slice names = {0};
    for (size_t i = 0; i < against->options.against_count; i++) {
        const char *name = run_shown_source(against->run, against->options.against[i]);
        names = arena_print(&against->arena, "%.*s%s%s", SLICE_ARGS(names), i ? ", " : "", name);
    }
    return names;
}

/* ---- another span of the same logs */

/* Names what part of it no log is there for. False: all of it. */
static bool is_covered(const struct against *against, struct span log) {
    const struct run *run = against->run;
    struct time_span span = against->beside.span;
    struct coverage coverage = {
        .since = span.since, .until = span.until, .now = run->options->now, .told = say_note_text};
    if (log.first > log.last || (span.since != MOMENT_NONE && log.last < span.since) ||
        (span.until != MOMENT_NONE && log.first >= span.until))
        return false;
    for (size_t i = 0; i < run->pipeline->progress_count && !run->options->quiet; i++)
        coverage_add(&coverage, run->pipeline->progress[i]->source->name,
                     &run->pipeline->progress[i]->span);
    coverage_tell(&coverage);
    coverage_release(&coverage);
    return true;
}

static bool read_span(struct against *against, struct compared *compared_r) {
    struct span log = span_of(against->run);
    const char *words = against->run->options->against[0];
    if (!is_covered(against, log)) {
        say_fault("--against '%s': the logs that were read hold nothing of that time", words);
        against->run->faulty = true;
        return false;
    }
    compared_r->before = against->beside.tally;
    compared_r->with = slice_of(words);
    counted_span(log, against->beside.span, &compared_r->begins[0], &compared_r->ends[0]);
    return true;
}

/* ---- out of history */

static bool fail(struct against *against, const struct problem *problem) {
    say_fault("%s", problem->text);
    against->run->faulty = true;
    return false;
}

static bool recall(struct against *against, struct store *store, struct time_span span,
                   struct compared *compared_r) {
    const struct store_span hours = recall_hours(span.since, span.until);
    struct recalled recalled;
    struct problem problem;
    const char *words = against->run->options->against[0];
    against->past = tally_new();
    if (!recall_tally(store, &hours, against->run->masker, against->past, &recalled, &problem))
        return fail(against, &problem);
    if (recalled.is_empty) {
        problem_say(&problem, "--against '%s': history holds nothing of that time", words);
        return fail(against, &problem);
    }
    bool tells_texts;
    if (!recall_texts(store, &hours, against->run->masker, against->past, &tells_texts, &problem))
        return fail(against, &problem);
    compared_r->without_texts = !tells_texts;
    compared_r->before = against->past;
    compared_r->with = slice_of(run_shown_source(against->run, words));
    compared_r->begins[0] = recalled.since;
    compared_r->ends[0] = recalled.until;
    return true;
}

/* By the first bytes, as compressed files are. */
static bool is_history(const char *file) {
    if (store_is_cluster(file))
        return true;
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic];
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool is_one = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
                  memcmp(head, magic, sizeof magic) == 0;
    if (fd >= 0)
        close(fd);
    return is_one;
}

static bool read_history(struct against *against, struct compared *compared_r) {
    struct problem problem;
    struct store *store =
        fleet_open(against->run->options, against->run->options->against[0], STORE_READ, &problem);
    if (!store)
        return fail(against, &problem);
    bool good = recall(against, store, (struct time_span){MOMENT_NONE, MOMENT_NONE}, compared_r);
    store_close(store);
    return good;
}

static bool read_other(struct against *against, struct compared *compared_r) {
    const struct options *given = against->run->options;
    if (given->against_count == 1 && is_history(given->against[0]))
        return read_history(against, compared_r);
    read_files(against);
    compared_r->before = against->other.tally;
    compared_r->with = files_named(against);
    counted_span(span_of(&against->other), (struct time_span){MOMENT_NONE, MOMENT_NONE},
                 &compared_r->begins[0], &compared_r->ends[0]);
    return tally_ledger(against->other.tally).used > 0;
}

static void measure(struct compared *compared) {
    compared->spans = (struct differ_spans){seconds_of(compared->begins[0], compared->ends[0]),
                                            seconds_of(compared->begins[1], compared->ends[1])};
}

bool against_read(struct against *against, struct compared *compared_r) {
    const struct options *options = against->run->options;
    *compared_r = (struct compared){0};
    if (!(options->against_is_span ? read_span : read_other)(against, compared_r))
        return false;
    against_times(against->run, &compared_r->begins[1], &compared_r->ends[1]);
    measure(compared_r);
    return true;
}

bool against_recall(struct against *against, struct store *store, int64_t begin, int64_t end,
                    struct compared *compared_r) {
    const struct options *options = against->run->options;
    *compared_r = (struct compared){0};
    if (!(options->against_is_span ? recall(against, store, options->against_span, compared_r)
                                   : read_other(against, compared_r)))
        return false;
    compared_r->begins[1] = begin;
    compared_r->ends[1] = end;
    measure(compared_r);
    return true;
}
