/* Why: "is this more than yesterday?" needs a second count that was made in the very same way.
 *
 * How: another log is another run, with the same rules, filters and masks, which nothing is shown
 * of but its tally. */
#include "app/against.h"

#include <stdlib.h>

#include "app/block.h"
#include "app/inputs.h"
#include "base/memory.h"

struct against {
    struct run *run;        /* of the report */
    struct options options; /* of the other one */
    struct run other;
    struct sources sources;
    char *files[AGAINST_MOST]; /* operands of the other run: getopt's are not const */
    struct arena arena;
};

struct against *against_new(struct run *run) {
    if (!run->options->against_count)
        return NULL;
    struct against *against = memory_new(sizeof *against);
    against->run = run;
    arena_init(&against->arena);
    tally_keep_templates(run->tally);
    return against;
}

void against_free(struct against *against) {
    if (!against)
        return;
    if (against->other.tally)
        run_release(&against->other);
    sources_release(&against->sources);
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
static void counted_span(struct span log, int64_t since, int64_t until, int64_t *begin_r,
                         int64_t *end_r) {
    *begin_r = *end_r = MOMENT_NONE;
    if (log.first > log.last)
        return;
    *begin_r = since != MOMENT_NONE && since > log.first ? since : log.first;
    *end_r = until != MOMENT_NONE && until < log.last ? until : log.last;
    if (*end_r < *begin_r)
        *end_r = *begin_r;
}

static double seconds_of(int64_t begin, int64_t end) {
    return begin == MOMENT_NONE ? 0 : (double)(end - begin);
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
    inputs_read(&against->other, &against->sources);
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

bool against_read(struct against *against, struct comparison *comparison_r) {
    const struct options *options = against->run->options;
    read_files(against);
    *comparison_r =
        (struct comparison){.before = against->other.tally, .with = files_named(against)};
    counted_span(span_of(&against->other), MOMENT_NONE, MOMENT_NONE, &comparison_r->begins[0],
                 &comparison_r->ends[0]);
    counted_span(span_of(against->run), options->since, options->until, &comparison_r->begins[1],
                 &comparison_r->ends[1]);
    comparison_r->spans =
        (struct differ_spans){seconds_of(comparison_r->begins[0], comparison_r->ends[0]),
                              seconds_of(comparison_r->begins[1], comparison_r->ends[1])};
    return tally_ledger(against->other.tally).used > 0;
}
