/* order - takes the blocks one after the other: gives line numbers, joins what was split, asks the
 * journey, and counts. It does little a line, so that it is never what the workers wait for. */
#include "app/order.h"

#include "base/memory.h"
#include "tally/counting.h"

/* ---- what is counted and shown: under masks, when they are asked for ---- */

/* What may be counted beside the next block. */
static void gather(void *context, const struct finding *finding) {
    countings_add(context, finding);
}

static const struct finding *as_shown(const struct run *run, const struct finding *finding,
                                      struct finding *masked) {
    if (!run->masker)
        return finding;
    *masked = masker_finding(run->masker, finding);
    return masked;
}

/* History is kept as it is, whatever a report shows. */
static void count_at_once(void *context, const struct finding *finding) {
    struct run *run = context;
    struct finding masked;
    struct counting counting;
    bool is_for_history = run->hourly && !run->whole;
    bool is_shared = is_for_history && run->counts && !run->masker;
    if (is_for_history)
        counting_begin(&counting, finding);
    if (is_shared)
        tally_count(run->tally, &counting, 1);
    if (is_for_history)
        hourly_add(run->hourly, &counting);
    finding = as_shown(run, finding, &masked);
    if (run->counts && !is_shared)
        tally_add(run->tally, finding);
    if (run->listen && (run->wants_details || record_is_finding(&finding->record)))
        run->listen(run->context, finding);
    if (run->masker)
        masker_clear(run->masker);
}

static void count_lines(struct run *run, const char *source, const struct ledger *ledger) {
    tally_source(run->tally, run_shown_source(run, source), ledger);
}

static void count_program(struct run *run, struct slice program, const struct ledger *ledger) {
    tally_program(run->tally, run->masker ? masker_path(run->masker, program) : program, ledger);
}

static struct slice shown_text(struct run *run, struct slice text, struct slice host) {
    return run->masker ? masker_text(run->masker, text, host) : text;
}

static void keep_sample(struct run *run, const char *source, uint64_t line, struct slice text,
                        struct slice host) {
    tally_sample(run->tally, run_shown_source(run, source), line, shown_text(run, text, host));
}

static void remember_odd(struct run *run, struct progress *progress, enum odd kind,
                         const struct odd_line *line) {
    usable_keep(&progress->usable, kind, line->number, shown_text(run, line->text, line->host),
                line->program);
}

/* Not all programs are kept, so each has its place where it was first met, also beside those of
 * marks: wherever the blocks are cut, the same ones are kept. *known: those of the block that have
 * it. */
static void place_programs(struct run *run, const struct job *job, size_t to, size_t *known) {
    if (*known >= to)
        return;
    for (; *known < to; ++*known) {
        struct slice program;
        map_at(&job->programs, *known, &program);
        count_program(run, program, &(struct ledger){0});
    }
    if (run->masker)
        masker_clear(run->masker);
}

static void take_ledger(struct pipeline *pipeline, struct job *job) {
    struct run *run = pipeline->run;
    struct progress *progress = job->progress;
    count_lines(run, progress->source->name, &job->ledger);
    for (size_t place = 0; place < job->programs.used; place++) {
        struct slice program;
        const struct ledger *ledger = map_at(&job->programs, place, &program);
        count_program(run, program, ledger);
    }
    for (size_t i = 0; i < job->sample_count; i++)
        keep_sample(run, progress->source->name, progress->lines + job->samples[i].number,
                    job->samples[i].text, job->samples[i].host);
    for (size_t kind = 0; kind < ODD_KINDS; kind++)
        if (job->odd[kind].number) {
            job->odd[kind].number += progress->lines;
            remember_odd(run, progress, (enum odd)kind, &job->odd[kind]);
        }
    if (run->masker)
        masker_clear(run->masker);
    span_add(&progress->span, job->span.first);
    span_add(&progress->span, job->span.last);
    if (job->own_last.seconds > progress->own_last.seconds)
        progress->own_last.seconds = job->own_last.seconds;
    progress->own_last.is_ahead |= job->own_last.is_ahead;
    progress->guessed |= job->guessed;
    tally_lost(run->tally, job->lost);
    progress->usable.own += job->own;
    progress->usable.unknown += job->unknown;
    progress->usable.wrapped += job->wrapped;
    pipeline->own_used += job->own - job->unknown;
    progress->lines += job->lines;
}

static void count_beside(void *context, const struct finding *finding) {
    struct run *run = context;
    struct finding masked;
    tally_add(run->beside->tally, as_shown(run, finding, &masked));
    if (run->masker)
        masker_clear(run->masker);
}

/* The finding is as the worker left it: whole when it counts in one of the two spans. */
static void take_beside(struct run *run, struct finding *finding) {
    struct finding other = *finding;
    other.outside = false;
    if (block_is_outside_of(run->beside->span, &other.time))
        block_put_outside(&other);
    journey_take(run->beside->journey, &other, count_beside, run);
    if (finding->outside)
        block_put_outside(finding);
}

static void count_for_history(void *context, const struct finding *finding) {
    struct run *run = context;
    struct counting counting;
    counting_begin(&counting, finding);
    hourly_add(run->hourly, &counting);
}

/* What is stored is not narrowed by what is shown. */
static void take_for_history(struct run *run, const struct finding *finding) {
    struct finding whole = *finding;
    whole.outside = false;
    journey_take(run->whole, &whole, count_for_history, run);
}

static inline void take_finding(struct run *run, struct finding *finding, const char *source) {
    finding->source = source;
    if (run->hear)
        run->hear(run->context, finding);
    if (run->whole)
        take_for_history(run, finding);
    if (run->beside)
        take_beside(run, finding);
    else if (run->whole && finding->outside)
        block_put_outside(finding);
    if (run->gathers)
        journey_take(run->journey, finding, gather, run->gathers);
    else
        journey_take(run->journey, finding, count_at_once, run);
}

/* What another log has too counts there. */
static void take_next(struct run *run, struct finding *finding, const struct progress *progress) {
    finding->line += progress->lines + 1;
    if (!progress->copies || !copies_has(progress->copies, finding->line))
        take_finding(run, finding, progress->source->name);
}

/* In most runs a finding goes to one journey, and all of it is asked here once. */
static void take_each(struct run *run, struct job *job, size_t from, size_t to) {
    const struct progress *progress = job->progress;
    bool goes_elsewhere = run->hear || run->whole || run->beside || progress->copies;
    for (size_t i = from; i < to; i++) {
        struct finding *finding = job_finding(job, i);
        if (goes_elsewhere || !run->gathers) {
            take_next(run, finding, progress);
            continue;
        }
        finding->line += progress->lines + 1;
        finding->source = progress->source->name;
        journey_take(run->journey, finding, gather, run->gathers);
    }
}

/* ---- in order: what needed the lines before ---- */

/* What the ordered step does with an entry, and for whom. */
struct taking {
    struct pipeline *pipeline;
    struct job *job;
    struct hands *hands;
    const struct split *piece; /* the one that is being taken */
};

static void take_account(struct taking *taking, const struct split *part, enum reading reading,
                         bool outside) {
    struct run *run = taking->pipeline->run;
    const struct entry *entry = &part->entry;
    struct ledger ledger = {0};
    block_account(&ledger, reading, outside, part->lines);
    count_lines(run, part->source, &ledger);
    count_program(run, entry->program, &ledger);
    if (reading == READING_UNKNOWN && !outside)
        keep_sample(run, part->source, entry->line.number,
                    reply_safe(entry->line.text, &taking->job->arena), entry->host);
}

static void take_odd(struct taking *taking, const struct split *part, enum odd kind) {
    const struct entry *entry = &part->entry;
    struct odd_line line = {entry->line.number, reply_safe(entry->line.text, &taking->job->arena),
                            entry->program, entry->host};
    remember_odd(taking->pipeline->run, taking->job->progress, kind, &line);
}

static void swap_found(const struct taking *taking) {
    struct records *late = &taking->pipeline->late, found = taking->job->found;
    taking->job->found = *late;
    *late = found;
}

/* What was read of a mark is put where it lasts as long as its block. */
static void take_late(struct taking *taking, const char *source) {
    struct job *job = taking->job;
    for (size_t i = 0; i < job->found.count; i++) {
        struct finding *finding = arena_alloc(&job->arena, sizeof *finding);
        memcpy(finding, job_finding(job, i), sizeof *finding);
        take_finding(taking->pipeline->run, finding, source);
    }
    job->found.count = 0;
}

/* What is remembered for the lines to come may not stay as long as the block. */
static struct split lasting(const struct split *whole, struct arena *arena) {
    struct split split = *whole;
    struct slice *texts[] = {&split.entry.text, &split.entry.host, &split.entry.program,
                             &split.entry.pid, &split.entry.line.text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i]->length)
            *texts[i] = arena_copy(arena, *texts[i]);
    split.source = arena_copy(arena, slice_of(whole->source)).at;
    return split;
}

/* Reads a whole entry as a worker would have; entry.line.number is that in its file. */
static void take_entry(struct taking *taking, const struct split *remembered) {
    struct pipeline *pipeline = taking->pipeline;
    struct job *job = taking->job;
    const struct split split = lasting(remembered, &job->arena), *whole = &split;
    swap_found(taking);
    bool outside = block_is_outside(pipeline->run->options, &whole->entry.time);
    bool is_own;
    enum reading reading =
        block_read_entry(pipeline, taking->hands, job, &whole->entry, NULL, outside, &is_own);
    block_count_own(job, &whole->entry, is_own, reading, pipeline->run->options->now);
    take_late(taking, whole->source);
    swap_found(taking);
    if (reading == READING_UNKNOWN || reading == READING_OTHER)
        take_odd(taking, whole, reading == READING_OTHER ? ODD_OTHER : ODD_UNKNOWN);
    take_account(taking, whole, reading, outside);
}

/* Of an orphan the entry began where no file tells: there is nothing in it to understand. */
static void take_given_up(void *context, const struct split *split) {
    struct taking *taking = context;
    bool is_own = mta_of(&split->entry), is_orphan = split == taking->piece;
    taking->job->own += is_own;
    if (!is_orphan) {
        taking->job->unknown += is_own;
        take_odd(taking, split, ODD_UNKNOWN);
    }
    take_account(taking, split, is_orphan ? READING_DULL : READING_UNKNOWN,
                 block_is_outside(taking->pipeline->run->options, &split->entry.time));
}

/* A piece of an MTA's own; or the entry that a container's pieces have become. */
static void take_text(struct taking *taking, const struct split *part) {
    struct pieces *pieces = taking->pipeline->run->before->pieces;
    struct piece piece;
    struct split whole;
    taking->piece = part;
    if (!piece_of_text(&part->entry, &piece))
        take_entry(taking, part);
    else if (pieces_take(pieces, &piece, part, take_given_up, taking, &whole))
        take_entry(taking, &whole);
}

static void take_stream(struct taking *taking, const struct split *part) {
    struct pieces *pieces = taking->pipeline->run->before->pieces;
    struct piece piece;
    struct split whole;
    taking->piece = part;
    piece_of_stream(&part->entry, &piece);
    if (!pieces_take(pieces, &piece, part, take_given_up, taking, &whole))
        return;
    struct slice inner = whole.entry.text;
    if (entry_read_inner(&taking->hands->clock, &taking->job->arena, LAYER_CONTAINER, inner,
                         &whole.entry) == UNWRAP_DULL)
        take_account(taking, &whole, READING_DULL, false);
    else
        take_text(taking, &whole);
}

/* A repeat of what nobody remembers is syslogd's own affair. */
static void take_repeat(struct taking *taking, struct split *part, const struct mark *mark) {
    const struct lasts *before = &taking->pipeline->run->before->lasts;
    struct job *job = taking->job;
    struct slice last;
    if (lasts_find_behind(before, &job->lasts, mark->hosts, part->entry.host, &last) &&
        block_read_repeated(taking->hands, job, last, mark->times, &part->entry))
        take_entry(taking, part);
    else
        take_account(taking, part, READING_DULL, false);
}

static void take_loose_line(struct taking *taking, const struct split *part) {
    struct went *went = &taking->pipeline->run->before->went;
    struct split with = *part;
    if (!entry_goes_on(went->wrapping, part->entry.line.text)) {
        *went = (struct went){.known = true};
        take_odd(taking, part, ODD_FOREIGN);
        take_account(taking, part, READING_UNKNOWN, false);
        return;
    }
    with.entry.program = went->program;
    take_account(taking, &with, went->reading, went->outside);
}

static void take_mark(struct taking *taking, const struct mark *mark) {
    struct progress *progress = taking->job->progress;
    struct split part = {mark->entry, progress->source->name, 1};
    part.entry.line.number += progress->lines + 1;
    if (mark->kind == MARK_LOOSE)
        take_loose_line(taking, &part);
    else if (mark->kind == MARK_REPEAT)
        take_repeat(taking, &part, mark);
    else if (mark->entry.stream.at)
        take_stream(taking, &part);
    else
        take_text(taking, &part);
}

/* For the blocks that follow. */
static void remember_block(struct before *before, const struct job *job) {
    lasts_keep(&before->lasts, &job->lasts);
    if (!job->went.known)
        return;
    before->went = job->went;
    before->went.program = slice_head(job->went.program, sizeof before->program);
    if (before->went.program.length)
        memcpy(before->program, job->went.program.at, before->went.program.length);
    before->went.program.at = before->program;
}

static void job_clear(struct job *job) {
    arena_clear(&job->arena);
    map_clear(&job->programs);
    job->found.count = job->sample_count = job->mark_count = job->countings.count = 0;
    job->ledger = (struct ledger){0};
    memset(job->odd, 0, sizeof job->odd);
    job->span = span_none;
    job->own_last = (struct own_last){MOMENT_NONE, false};
    job->own = job->unknown = job->wrapped = job->lines = job->lost = 0;
    job->lasts.count = job->lasts.current = 0;
    job->lasts.now = 0;
    job->went = (struct went){0};
    memset(job->seen, 0, sizeof job->seen);
    job->is_joined[0] = job->is_joined[1] = false;
}

/* What is shown under masks, told to a listener, or stored of another journey is counted one by
 * one. Settled before the first block: what is lent to one must not end while it waits. */
static bool gathers(const struct run *run) {
    return run->counts && !run->masker && !run->listen && !(run->hourly && run->whole);
}

void order_take(void *context, void *argument) {
    struct pipeline *pipeline = context;
    struct job *job = argument;
    struct run *run = pipeline->run;
    struct taking taking = {pipeline, job, &pipeline->hands[pipeline->threads], NULL};
    uint64_t dropped = journey_dropped(run->journey);
    run->gathers = gathers(run) ? &job->countings : NULL;
    journey_lend(run->journey, run->gathers ? &job->arena : NULL, pipeline->job_count);
    if (taking.hands->judge)
        reason_memory_round(judge_reasons(taking.hands->judge));
    size_t count = job->found.count, next = 0, known_programs = 0;
    for (size_t i = 0; i <= job->mark_count; i++) {
        size_t to = i < job->mark_count ? job->marks[i].at : count;
        take_each(run, job, next, to);
        next = to;
        if (i == job->mark_count)
            break;
        block_set_anchor(taking.hands, job);
        place_programs(run, job, job->marks[i].programs, &known_programs);
        take_mark(&taking, &job->marks[i]);
    }
    tally_dropped(run->tally, journey_dropped(run->journey) - dropped);
    take_ledger(pipeline, job);
    remember_block(run->before, job);
}

void order_count(void *context, void *argument) {
    const struct run *run = ((const struct pipeline *)context)->run;
    struct job *job = argument;
    const struct countings *countings = &job->countings;
    if (countings->count) /* else order_take counts, beside this */
        tally_count(run->tally, countings->all, countings->count);
    for (size_t i = 0; run->hourly && i < countings->count; i++)
        hourly_add(run->hourly, &countings->all[i]);
    job_clear(job);
}

void order_end(struct run *run) {
    struct pipeline *pipeline = run->pipeline;
    if (!pipeline || !pipeline->progress_count)
        return;
    struct job *job = &pipeline->jobs[0];
    struct taking taking = {pipeline, job, &pipeline->hands[pipeline->threads], NULL};
    job->progress = pipeline->progress[pipeline->progress_count - 1];
    run->gathers = NULL;
    journey_lend(run->journey, NULL, 0);
    pieces_end(run->before->pieces, take_given_up, &taking);
    take_ledger(pipeline, job);
    job_clear(job);
}
