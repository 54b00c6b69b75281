/* run - sets the pipeline up, feeds it with blocks, and saves what it remembers. The work is done
 * in block.c (any thread) and order.c (in order); with one thread the same functions run in turn.
 */
#include "app/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/meter.h"
#include "app/order.h"
#include "app/say.h"
#include "base/memory.h"

static unsigned threads_wanted(const struct options *options) {
    if (options->jobs)
        return options->jobs;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > 8 ? 8 : (unsigned)processors;
}

static struct pipeline *pipeline_new(struct run *run) {
    struct pipeline *pipeline = memory_new(sizeof *pipeline);
    pipeline->run = run;
    pipeline->only = run->options->mta ? mta_named(slice_of(run->options->mta)) : NULL;
    pipeline->threads = threads_wanted(run->options);
    pipeline->job_count = pipeline->threads > 1 ? pipeline->threads * JOBS_A_THREAD : 1;
    pipeline->jobs = memory_new(pipeline->job_count * sizeof *pipeline->jobs);
    pipeline->hands = memory_new((pipeline->threads + 1) * sizeof *pipeline->hands);
    for (size_t i = 0; i < pipeline->job_count; i++) {
        struct job *job = &pipeline->jobs[i];
        pipeline->ring[i] = job;
        job->span = span_none;
        job->own_last.seconds = MOMENT_NONE;
        job->block.bytes = memory_resize(NULL, LINES_BLOCK + LINE_LONGEST + 1, 1);
        arena_init(&job->arena);
        records_init(&job->found, sizeof(struct finding));
        map_init(&job->programs, sizeof(struct ledger));
    }
    records_init(&pipeline->late, sizeof(struct finding));
    for (unsigned i = 0; i <= pipeline->threads; i++) {
        pipeline->hands[i].operators = operators_new(run->knowledge->book);
    }
    pipeline->workers = workers_new(pipeline->threads, pipeline->ring, pipeline->job_count,
                                    block_work, order_take, order_count, pipeline);
    return pipeline;
}

/* What reading needs, and nothing that was learnt. */
static void pipeline_finish(struct pipeline *pipeline) {
    if (!pipeline->jobs)
        return;
    workers_free(pipeline->workers);
    for (size_t i = 0; i < pipeline->job_count; i++) {
        free(pipeline->jobs[i].block.bytes);
        records_release(&pipeline->jobs[i].found);
        countings_release(&pipeline->jobs[i].countings);
        free(pipeline->jobs[i].marks);
        arena_release(&pipeline->jobs[i].arena);
        map_release(&pipeline->jobs[i].programs);
    }
    for (unsigned i = 0; i <= pipeline->threads; i++) {
        judge_free(pipeline->hands[i].judge);
        operators_free(pipeline->hands[i].operators);
    }
    records_release(&pipeline->late);
    free(pipeline->jobs);
    free(pipeline->hands);
    pipeline->workers = NULL;
    pipeline->jobs = NULL;
    pipeline->hands = NULL;
    memory_give_back();
}

static void pipeline_free(struct pipeline *pipeline) {
    pipeline_finish(pipeline);
    for (size_t i = 0; i < pipeline->progress_count; i++)
        free(pipeline->progress[i]);
    free(pipeline->progress);
    free(pipeline);
}

void run_init(struct run *run, const struct options *options, const struct knowledge *knowledge) {
    *run = (struct run){.options = options, .knowledge = knowledge, .counts = true};
    run->journey = journey_new();
    journey_ask(run->journey, options->filter.count ? &options->filter : NULL);
    run->wants_deliveries = filter_is_of_replies(&options->filter);
    run->tally = tally_new();
    run->before = memory_new(sizeof *run->before);
    run->before->pieces = pieces_new();
}

void run_finish(struct run *run) {
    if (run->pipeline)
        pipeline_finish(run->pipeline);
    journey_lend(run->journey, NULL, 0); /* the arenas are gone */
}

void run_release(struct run *run) {
    if (run->pipeline)
        pipeline_free(run->pipeline);
    journey_free(run->journey);
    tally_free(run->tally);
    masker_free(run->masker);
    pieces_free(run->before->pieces);
    lasts_release(&run->before->lasts);
    free(run->before);
}

/* ---- saving ---- */

static const struct wrapping *wrapping_named(struct slice name) {
    for (size_t i = 0; wrappings[i]; i++)
        if (slice_is(name, wrappings[i]->name))
            return wrappings[i];
    return NULL;
}

static void save_went(const struct went *went, struct pack *pack) {
    pack_text(pack, slice_of(went->wrapping ? went->wrapping->name : ""));
    pack_text(pack, went->program);
    pack_number(pack, went->reading);
    pack_number(pack, went->outside);
}

static void load_went(struct before *before, struct unpack *unpack) {
    struct slice name = unpack_text(unpack);
    struct slice program = slice_head(unpack_text(unpack), sizeof before->program);
    uint64_t reading = unpack_number(unpack);
    bool outside = unpack_number(unpack) != 0;
    if (program.length)
        memcpy(before->program, program.at, program.length);
    before->went = (struct went){.wrapping = wrapping_named(name),
                                 .program = {before->program, program.length},
                                 .reading = reading <= READING_UNKNOWN ? (enum reading)reading
                                                                       : READING_UNKNOWN,
                                 .outside = outside,
                                 .known = true};
}

void run_save_reading(const struct run *run, struct pack *pack) {
    journey_save(run->whole ? run->whole : run->journey, pack);
    pieces_save(run->before->pieces, pack);
    lasts_save(&run->before->lasts, pack);
    save_went(&run->before->went, pack);
}

void run_save(const struct run *run, struct pack *pack) {
    run_save_reading(run, pack);
    tally_save(run->tally, pack);
}

bool run_load_reading(struct run *run, struct unpack *unpack) {
    struct before *before = run->before;
    struct journey *journey = run->whole ? run->whole : run->journey;
    bool good = journey_load(journey, unpack) && pieces_load(before->pieces, unpack) &&
                lasts_load(&before->lasts, unpack);
    load_went(before, unpack);
    if (!good || unpack->broken)
        before->went = (struct went){0};
    return good && !unpack->broken;
}

bool run_load(struct run *run, struct unpack *unpack) {
    return run_load_reading(run, unpack) && tally_load(run->tally, unpack);
}

/* ---- sources ---- */

const char *run_shown_source(const struct run *run, const char *name) {
    return run->masker ? masker_source(run->masker, name) : name;
}

static struct progress *progress_new(struct pipeline *pipeline, const struct source *source,
                                     const struct stood *stood) {
    pipeline->progress = memory_grow(pipeline->progress, &pipeline->progress_capacity,
                                     pipeline->progress_count + 1, sizeof *pipeline->progress);
    struct progress *progress = memory_new(sizeof *progress);
    *progress = (struct progress){
        .source = source,
        .lines = stood->lines,
        .usable = {.own = stood->own, .unknown = stood->unknown, .wrapped = stood->wrapped},
        .span = span_none,
        .own_last = {MOMENT_NONE, false}};
    pipeline->own_used += stood->own - stood->unknown;
    if (pipeline->run->sources)
        progress->copies = copies_new(pipeline->run->sources, source);
    pipeline->progress[pipeline->progress_count++] = progress;
    /* Every source has a line in the ledger, an empty one too. */
    tally_source(pipeline->run->tally, run_shown_source(pipeline->run, source->name),
                 &(struct ledger){0});
    return progress;
}

/* They take some room, and many logs may have them. */
static void forget_copies(struct run *run, struct progress *progress) {
    run_settle(run);
    copies_free(progress->copies);
    progress->copies = NULL;
}

static struct progress *read_blocks(struct run *run, const struct source *source,
                                    struct reader *reader, const struct stood *stood) {
    if (!run->pipeline)
        run->pipeline = pipeline_new(run);
    struct pipeline *pipeline = run->pipeline;
    struct progress *progress = progress_new(pipeline, source, stood);
    struct lines lines;
    struct problem problem;
    bool failed = false;
    lines_init(&lines, reader);
    while (!run->stopped) {
        struct job *job = workers_idle(pipeline->workers);
        job->progress = progress;
        if (!lines_fill(&lines, &job->block, &failed, &problem))
            break;
        workers_give(pipeline->workers, job);
        meter_move(source, reader->taken);
    }
    if (failed) {
        say_fault("cannot read '%s' to its end: %s", source->name, problem.text);
        run->faulty = true;
    }
    meter_pass(source, reader->taken);
    lines_release(&lines);
    if (progress->copies)
        forget_copies(run, progress);
    return progress;
}

void run_source(struct run *run, const struct source *source, struct reader *reader,
                uint64_t lines) {
    read_blocks(run, source, reader, &(struct stood){.lines = lines});
}

int64_t run_heard(const struct run *run, bool *is_ahead_r) {
    const struct pipeline *pipeline = run->pipeline;
    int64_t heard = MOMENT_NONE;
    *is_ahead_r = false;
    for (size_t i = 0; pipeline && i < pipeline->progress_count; i++) {
        const struct own_last *last = &pipeline->progress[i]->own_last;
        heard = last->seconds > heard ? last->seconds : heard;
        *is_ahead_r |= last->is_ahead;
    }
    return heard;
}

void run_settle(struct run *run) {
    if (run->pipeline && run->pipeline->workers)
        workers_drain(run->pipeline->workers);
}

/* What one line may leave to the next; too much of it, for many hosts, is not worth its room. */
static void save_before(const struct before *before, struct pack *pack) {
    enum { BEFORE_MOST = 16 * 1024 };
    lasts_save(&before->lasts, pack);
    save_went(&before->went, pack);
    if (pack->length > BEFORE_MOST)
        pack->length = 0;
}

static void load_before(struct before *before, struct slice bytes) {
    struct unpack unpack = {.rest = bytes};
    if (!bytes.length)
        return;
    lasts_load(&before->lasts, &unpack);
    load_went(before, &unpack);
    if (unpack.broken)
        before->went = (struct went){0};
}

void run_source_on(struct run *run, const struct source *source, struct reader *reader,
                   struct stood *stood, struct pack *before) {
    load_before(run->before, stood->before);
    const struct progress *progress = read_blocks(run, source, reader, stood);
    run_settle(run);
    before->length = 0;
    save_before(run->before, before);
    *stood = (struct stood){.lines = progress->lines,
                            .own = progress->usable.own,
                            .unknown = progress->usable.unknown,
                            .wrapped = progress->usable.wrapped,
                            .last = progress->span.last > stood->last ? progress->span.last
                                                                      : stood->last,
                            .before = {before->bytes, before->length}};
}
