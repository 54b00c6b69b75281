/* run - the pipeline. A worker turns a block into findings with their reasons and an account of its
 * lines; it shares nothing but the rule book, which nobody writes. The ordered step (take_job)
 * gives line numbers, asks the journey, and counts. With one thread the same functions run in turn.
 */
#include "app/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/coverage.h"
#include "app/looks.h"
#include "app/say.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/workers.h"
#include "finding/reason.h"
#include "finding/wording.h"
#include "input/entry.h"
#include "input/lines.h"
#include "input/rotated.h"
#include "input/twice.h"

enum { JOB_SAMPLES = 10, THREADS_MOST = 64 };

/* Lines of which the first is kept, to show it when a source was of no use. */
enum odd {
    ODD_FOREIGN, /* in no known wrapping */
    ODD_UNKNOWN, /* an MTA's own, not understood */
    ODD_OTHER,   /* another program's */
    ODD_KINDS,
};

/* One on its way; number from 1 in its block, 0: none; its text is in the arena of the job. */
struct odd_line {
    uint64_t number;
    struct slice text, program;
};

/* One that is remembered, with its number in the source. */
struct odd_kept {
    uint64_t number;
    char text[120], program[40];
};

/* What is remembered of each source until the end. */
struct progress {
    const struct source *source;
    uint64_t lines;        /* lines before the next block, in order */
    uint64_t own, unknown; /* entries of an MTA, and those not understood */
    uint64_t wrapped;      /* lines in a known wrapping */
    struct odd_kept odd[ODD_KINDS];
    struct span span; /* of its entries */
    bool guessed;     /* some stamps had no year */
};

/* One block on its way. */
struct job {
    struct lines_block block;
    struct progress *progress;
    struct arena arena;
    struct finding *findings;
    size_t finding_count, finding_capacity;
    struct ledger ledger;
    struct map programs; /* name -> struct ledger */
    uint64_t own, unknown, wrapped;
    struct odd_line samples[JOB_SAMPLES]; /* not understood, inside the asked span */
    size_t sample_count;
    struct odd_line odd[ODD_KINDS]; /* the first ones, inside or outside */
    struct span span;
    bool guessed;
};

/* What one thread needs for itself. */
struct hands {
    struct records records;
    struct reason_memory *reasons;
    struct clock clock;
};

struct pipeline {
    struct run *run;
    const struct mta *only; /* --mta */
    struct workers *workers;
    struct job *jobs;
    void *ring[2 * THREADS_MOST + 1]; /* the jobs, as the workers want them */
    size_t job_count;
    struct hands *hands;
    unsigned threads;
    struct progress **progress;
    size_t progress_count, progress_capacity;
    uint64_t own_used; /* usable entries of all sources */
};

/* ---- one block: pure ---- */

static bool is_outside(const struct options *options, const struct moment *time) {
    if (time->seconds == MOMENT_NONE)
        return false;
    return (options->since != MOMENT_NONE && time->seconds < options->since) ||
           (options->until != MOMENT_NONE && time->seconds >= options->until);
}

static struct finding *finding_add(struct job *job) {
    job->findings = memory_grow(job->findings, &job->finding_capacity, job->finding_count + 1,
                                sizeof *job->findings);
    return &job->findings[job->finding_count++];
}

/* The code a line type stands for when it prints none (implied.csv). Where the MTA's own dsn= says
 * another thing, the words were made of it: "Data format error" with dsn=5.7.1 is no 501 5.6.0. */
static void imply_code(const struct codes *codes, struct finding *finding) {
    const struct record *record = &finding->record;
    if (finding->reply.code || !record->implied.length)
        return;
    const struct implied *implied = codes_implied(codes, record->implied);
    if (!implied)
        return;
    struct enhanced told = implied->enhanced, dsn = record->dsn;
    bool other = told.class_digit && dsn.class_digit &&
                 (told.subject != dsn.subject || told.detail != dsn.detail);
    if (other && (told.subject || told.detail))
        return;
    finding->reply.code = implied->code;
    if (!finding->reply.enhanced.class_digit && !other)
        finding->reply.enhanced = told;
    finding->code_implied = true;
}

/* Reply, reason and template: the work of a failure, and of a delivery that is shown. */
static void judge(struct pipeline *pipeline, struct hands *hands, struct job *job,
                  struct finding *finding) {
    const struct rulebook *book = pipeline->run->knowledge->book;
    bool is_delivery = finding->record.event == EVENT_DELIVERED;
    if (finding->record.kind != RECORD_OUTCOME && finding->record.kind != RECORD_INCIDENT)
        return;
    if (is_delivery && !pipeline->run->wants_deliveries)
        return;
    reply_read(&finding->record, &job->arena, &finding->reply);
    imply_code(book->codes, finding);
    reason_decide(book, hands->reasons, finding);
    if (!is_delivery)
        finding->template = wording_template(finding->reply.text, &job->arena);
}

/* An entry outside the asked span tells who sent what and counts nothing. The other side of an
 * outcome is a server we spoke to; in a detail it would be taken for the client. */
static void make_detail(struct record *record) {
    if (record->kind == RECORD_OUTCOME)
        record->peer_host = record->peer_ip = record->helo = record->user = (struct slice){0};
    if (record->kind != RECORD_END)
        record->kind = RECORD_DETAIL;
}

static void add_findings(struct pipeline *pipeline, struct hands *hands, struct job *job,
                         const struct entry *entry, const struct mta *mta, bool outside) {
    for (size_t i = 0; i < hands->records.count; i++) {
        struct finding *finding = finding_add(job);
        *finding = (struct finding){.record = hands->records.items[i],
                                    .mta = mta,
                                    .time = entry->time,
                                    .host = entry->host,
                                    .program = entry->program,
                                    .line = entry->line.number,
                                    .verdict.class_name = "",
                                    .repeat = 1};
        if (outside)
            make_detail(&finding->record);
        judge(pipeline, hands, job, finding);
    }
}

static enum reading read_entry(struct pipeline *pipeline, struct hands *hands,
                               const struct entry *entry, const struct mta **mta_r) {
    const struct knowledge *knowledge = pipeline->run->knowledge;
    const struct mta *mta = mta_of(entry);
    bool beside = !mta;
    if (beside)
        mta = knowledge_beside(knowledge, entry->program);
    *mta_r = mta;
    if (!mta || (pipeline->only && mta != pipeline->only))
        return READING_OTHER;
    const struct shapes *shapes = knowledge_shapes(knowledge, mta);
    hands->records.count = 0;
    if (entry->text.length && entry->text.at[0] == '[' && entry_is_blob(entry))
        return beside ? READING_OTHER : READING_UNKNOWN;
    if (!beside)
        return mta->read(shapes, entry, &hands->records);
    enum reading reading = shapes_read(shapes, entry->program, entry->text, &hands->records);
    return reading == READING_READ ? reading : READING_OTHER; /* no MTA's own */
}

static struct odd_line odd_line(struct job *job, const struct line *line, struct slice program) {
    return (struct odd_line){line->number + 1, reply_safe(line->text, &job->arena), program};
}

static void sample(struct job *job, const struct line *line) {
    if (job->sample_count < JOB_SAMPLES)
        job->samples[job->sample_count++] = odd_line(job, line, (struct slice){0});
}

static void account(struct ledger *ledger, enum reading reading, bool outside) {
    ledger->read++;
    if (outside)
        ledger->outside++;
    else if (reading == READING_READ)
        ledger->used++;
    else if (reading == READING_DULL)
        ledger->dull++;
    else if (reading == READING_OTHER)
        ledger->other++;
    else
        ledger->not_understood++;
}

static void keep_odd(struct job *job, enum odd kind, const struct line *line,
                     struct slice program) {
    if (!job->odd[kind].number)
        job->odd[kind] = odd_line(job, line, program);
}

static void work_line(struct pipeline *pipeline, struct hands *hands, struct job *job,
                      const struct line *line) {
    struct entry entry;
    const struct mta *mta = NULL;
    enum reading reading = READING_DULL;
    bool outside = false;
    struct slice program = {0};
    enum unwrapping unwrapping = entry_read(&hands->clock, &job->arena, line, &entry);
    if (unwrapping == UNWRAPPED) {
        program = entry.program;
        outside = is_outside(pipeline->run->options, &entry.time);
        reading = read_entry(pipeline, hands, &entry, &mta);
        if (reading == READING_READ)
            add_findings(pipeline, hands, job, &entry, mta, outside);
        span_add(&job->span, entry.time.seconds);
        job->wrapped++;
        job->own += reading != READING_OTHER;
        job->unknown += reading == READING_UNKNOWN;
        if (reading == READING_UNKNOWN || reading == READING_OTHER)
            keep_odd(job, reading == READING_OTHER ? ODD_OTHER : ODD_UNKNOWN, line, program);
    } else if (unwrapping == UNWRAP_FOREIGN) {
        reading = READING_UNKNOWN;
        keep_odd(job, ODD_FOREIGN, line, program);
    }
    if (reading == READING_UNKNOWN && !outside)
        sample(job, line);
    account(&job->ledger, reading, outside);
    account(map_put(&job->programs, program, NULL), reading, outside);
}

static void work_job(void *context, unsigned thread, void *argument) {
    struct pipeline *pipeline = context;
    struct job *job = argument;
    struct hands *hands = &pipeline->hands[thread];
    if (hands->clock.anchor != job->progress->source->anchor) {
        hands->clock.anchor = job->progress->source->anchor;
        hands->clock.last.valid = false;
    }
    size_t at = 0;
    struct line line = {0};
    hands->clock.guessed = false;
    while (lines_next(&job->block, &at, &line))
        work_line(pipeline, hands, job, &line);
    job->guessed = hands->clock.guessed;
}

/* ---- in order ---- */

static void count_finding(void *context, const struct finding *finding) {
    struct run *run = context;
    tally_add(run->tally, finding);
    bool is_shown =
        finding->record.kind == RECORD_OUTCOME || finding->record.kind == RECORD_INCIDENT;
    if (run->listen && is_shown)
        run->listen(run->context, finding);
}

static void copy_head(char *to, size_t room, struct slice text) {
    text = slice_head(text, room - 1);
    memcpy(to, text.at, text.length);
    to[text.length] = '\0';
}

static void remember_odd(struct progress *progress, const struct job *job) {
    for (size_t kind = 0; kind < ODD_KINDS; kind++) {
        struct odd_kept *odd = &progress->odd[kind];
        if (odd->number || !job->odd[kind].number)
            continue;
        odd->number = progress->lines + job->odd[kind].number;
        copy_head(odd->text, sizeof odd->text, job->odd[kind].text);
        copy_head(odd->program, sizeof odd->program, job->odd[kind].program);
    }
}

static void take_ledger(struct pipeline *pipeline, struct job *job) {
    struct tally *tally = pipeline->run->tally;
    struct progress *progress = job->progress;
    tally_source(tally, progress->source->name, &job->ledger);
    for (size_t place = 0; place < job->programs.used; place++) {
        struct slice program;
        const struct ledger *ledger = map_at(&job->programs, place, &program);
        tally_program(tally, program, ledger);
    }
    for (size_t i = 0; i < job->sample_count; i++)
        tally_sample(tally, progress->source->name, progress->lines + job->samples[i].number,
                     job->samples[i].text);
    remember_odd(progress, job);
    span_add(&progress->span, job->span.first);
    span_add(&progress->span, job->span.last);
    progress->guessed |= job->guessed;
    progress->own += job->own;
    progress->unknown += job->unknown;
    progress->wrapped += job->wrapped;
    pipeline->own_used += job->own - job->unknown;
    progress->lines += job->ledger.read;
}

static void take_job(void *context, void *argument) {
    struct pipeline *pipeline = context;
    struct job *job = argument;
    struct run *run = pipeline->run;
    uint64_t dropped = journey_dropped(run->journey);
    for (size_t i = 0; i < job->finding_count; i++) {
        struct finding *finding = &job->findings[i];
        finding->source = job->progress->source->name;
        finding->line += job->progress->lines + 1;
        journey_take(run->journey, finding, count_finding, run);
    }
    tally_dropped(run->tally, journey_dropped(run->journey) - dropped);
    take_ledger(pipeline, job);
    arena_clear(&job->arena);
    map_clear(&job->programs);
    job->finding_count = job->sample_count = 0;
    job->ledger = (struct ledger){0};
    job->own = job->unknown = job->wrapped = 0;
    memset(job->odd, 0, sizeof job->odd);
    job->span = span_none;
}

/* ---- setting up ---- */

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
    pipeline->job_count = pipeline->threads > 1 ? pipeline->threads * 2 + 1 : 1;
    pipeline->jobs = memory_new(pipeline->job_count * sizeof *pipeline->jobs);
    pipeline->hands = memory_new(pipeline->threads * sizeof *pipeline->hands);
    for (size_t i = 0; i < pipeline->job_count; i++) {
        struct job *job = &pipeline->jobs[i];
        pipeline->ring[i] = job;
        job->span = span_none;
        job->block.bytes = memory_resize(NULL, LINES_BLOCK + LINE_LONGEST + 1, 1);
        arena_init(&job->arena);
        map_init(&job->programs, sizeof(struct ledger));
    }
    for (unsigned i = 0; i < pipeline->threads; i++) {
        records_init(&pipeline->hands[i].records);
        pipeline->hands[i].reasons = reason_memory_new(run->knowledge->book);
    }
    pipeline->workers = workers_new(pipeline->threads, pipeline->ring, pipeline->job_count,
                                    work_job, take_job, pipeline);
    return pipeline;
}

static void pipeline_free(struct pipeline *pipeline) {
    workers_free(pipeline->workers);
    for (size_t i = 0; i < pipeline->job_count; i++) {
        free(pipeline->jobs[i].block.bytes);
        free(pipeline->jobs[i].findings);
        arena_release(&pipeline->jobs[i].arena);
        map_release(&pipeline->jobs[i].programs);
    }
    for (unsigned i = 0; i < pipeline->threads; i++) {
        records_release(&pipeline->hands[i].records);
        reason_memory_free(pipeline->hands[i].reasons);
    }
    for (size_t i = 0; i < pipeline->progress_count; i++)
        free(pipeline->progress[i]);
    free(pipeline->progress);
    free(pipeline->jobs);
    free(pipeline->hands);
    free(pipeline);
}

void run_init(struct run *run, const struct options *options, const struct knowledge *knowledge) {
    *run = (struct run){.options = options, .knowledge = knowledge};
    run->journey = journey_new();
    run->tally = tally_new();
}

void run_release(struct run *run) {
    if (run->pipeline)
        pipeline_free(run->pipeline);
    journey_free(run->journey);
    tally_free(run->tally);
}

/* ---- sources ---- */

static struct progress *progress_new(struct pipeline *pipeline, const struct source *source,
                                     uint64_t lines) {
    pipeline->progress = memory_grow(pipeline->progress, &pipeline->progress_capacity,
                                     pipeline->progress_count + 1, sizeof *pipeline->progress);
    struct progress *progress = memory_new(sizeof *progress);
    progress->source = source;
    progress->lines = lines;
    progress->span = span_none;
    pipeline->progress[pipeline->progress_count++] = progress;
    /* Every source has a line in the ledger, an empty one too. */
    tally_source(pipeline->run->tally, source->name, &(struct ledger){0});
    return progress;
}

void run_source(struct run *run, const struct source *source, struct reader *reader,
                uint64_t lines_before) {
    if (!run->pipeline)
        run->pipeline = pipeline_new(run);
    struct pipeline *pipeline = run->pipeline;
    struct progress *progress = progress_new(pipeline, source, lines_before);
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
        say_progress(run->options, source, reader->taken);
    }
    if (failed) {
        say_fault("cannot read '%s' to its end: %s", source->name, problem.text);
        run->faulty = true;
    }
    lines_release(&lines);
}

void run_settle(struct run *run) {
    if (run->pipeline)
        workers_drain(run->pipeline->workers);
}

/* The name of a source in a message. */
static const char *shown(const struct source *source) {
    return strcmp(source->name, "-") == 0 ? "standard input" : source->name;
}

/* Else it is empty, or all blank lines and lines of journalctl itself ("-- No entries --"). */
static bool has_entries(const struct progress *progress) {
    return progress->wrapped || progress->odd[ODD_FOREIGN].number;
}

/* Says why a source was of no use, when it was of none: contract, section 2, exit status 1. Which
 * line it was, what it looks like, and what to try. */
static bool is_understood(const struct progress *progress) {
    const char *name = shown(progress->source);
    if (!has_entries(progress) || (progress->wrapped && progress->unknown * 2 <= progress->own))
        return true;
    if (!progress->wrapped) {
        const struct odd_kept *odd = &progress->odd[ODD_FOREIGN];
        struct looks looks = looks_of(slice_of(odd->text));
        say_fault("'%s': not one line in a known wrapping; line %llu looks like %s: '%s'; %s", name,
                  (unsigned long long)odd->number, looks.like, odd->text, looks.advice);
    } else {
        const struct odd_kept *odd = &progress->odd[ODD_UNKNOWN];
        say_fault("'%s': %llu of %llu entries of the mail server not understood; first line %llu, "
                  "of '%s': '%s'; a pattern file can teach such lines (--patterns), --mta says "
                  "whose they are",
                  name, (unsigned long long)progress->unknown, (unsigned long long)progress->own,
                  (unsigned long long)odd->number, odd->program, odd->text);
    }
    return false;
}

/* Not one usable entry in all of the input. */
static void say_nothing_of_use(const struct run *run) {
    const struct pipeline *pipeline = run->pipeline;
    const char *wanted = pipeline->only ? pipeline->only->title : "Postfix, Exim or Sendmail";
    const char *advice = pipeline->only ? "leave out --mta to read those of all mail servers"
                                        : "name the log that the mail server writes to";
    for (size_t i = 0; i < pipeline->progress_count; i++) {
        const struct progress *progress = pipeline->progress[i];
        const struct odd_kept *odd = &progress->odd[ODD_OTHER];
        if (!odd->number)
            continue;
        say_fault("no input held an entry of %s; line %llu of '%s' is one of '%s': '%s'; %s",
                  wanted, (unsigned long long)odd->number, shown(progress->source), odd->program,
                  odd->text, advice);
        return;
    }
    say_fault("no input held an entry of %s", wanted);
}

static void say_years_guessed(const struct progress *progress) {
    if (progress->guessed && progress->source->anchor_by == ANCHOR_NOW)
        say_note("the stamps of %s have no year: each is taken as the last one before now (--year "
                 "says another)",
                 shown(progress->source));
}

static void judge_sources(struct run *run) {
    struct pipeline *pipeline = run->pipeline;
    if (!pipeline)
        return;
    for (size_t i = 0; i < pipeline->progress_count; i++) {
        struct progress *progress = pipeline->progress[i];
        if (!has_entries(progress) && !run->options->quiet)
            say_note("%s %s", shown(progress->source),
                     progress->lines ? "holds no entry" : "is empty");
        if (!run->options->quiet)
            say_years_guessed(progress);
        if (!is_understood(progress))
            run->faulty = true;
    }
    if (!pipeline->own_used && !run->faulty) {
        say_nothing_of_use(run);
        run->faulty = true;
    }
}

/* Names what part of the asked span no log is there for. */
static void judge_coverage(const struct run *run) {
    const struct pipeline *pipeline = run->pipeline;
    const struct options *options = run->options;
    if (!pipeline || options->quiet)
        return;
    struct coverage coverage = {.since = options->since,
                                .until = options->until,
                                .now = options->now,
                                .told = say_note_text};
    for (size_t i = 0; i < pipeline->progress_count; i++)
        coverage_add(&coverage, pipeline->progress[i]->source->name, &pipeline->progress[i]->span);
    coverage_tell(&coverage);
    coverage_release(&coverage);
}

static void told(void *context, bool is_fault, const char *text) {
    struct run *run = context;
    if (is_fault) {
        say_fault("%s", text);
        run->faulty = true;
    } else if (!run->options->quiet) {
        say_note("%s", text);
    }
}

/* The usual mail logs of the system, when nothing was named and standard input is a terminal. */
static void add_usual(struct run *run, struct sources *sources) {
    static const char *const usual[] = {"/var/log/mail.log", "/var/log/maillog",
                                        "/var/log/exim4/mainlog", "/var/log/exim/mainlog",
                                        "/var/log/exim/main.log"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (access(usual[i], F_OK) == 0)
            sources_add(sources, usual[i], run->options->year, run->options->now, told, run);
    if (sources->count || run->faulty)
        return;
    say_fault("no mail log found in the usual places (/var/log/mail.log, /var/log/maillog, "
              "/var/log/exim4/mainlog): name one");
    run->faulty = true;
}

/* A terminal or the null device (cron) is no log; a pipe, a socket or a file is. */
static bool stdin_holds_log(void) {
    struct stat status;
    return fstat(STDIN_FILENO, &status) == 0 &&
           (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISREG(status.st_mode));
}

/* What a shell made of a glob comes by name, the newest log first. */
static void note_backward_order(const struct sources *sources) {
    for (size_t i = 1; i < sources->count; i++) {
        const struct source *before = &sources->items[i - 1], *source = &sources->items[i];
        if (source->first == MOMENT_NONE || source->first >= before->first ||
            !rotated_together(before->name, source->name) ||
            !rotated_beside(before->name, source->name))
            continue;
        say_note("'%s' is read before '%s', which begins earlier: name the oldest first, or put "
                 "the glob in quotes",
                 before->name, source->name);
        return;
    }
}

static void find_named(struct run *run, struct sources *sources) {
    const struct options *options = run->options;
    for (size_t i = 0; i < options->operand_count; i++)
        sources_add(sources, options->operands[i], options->year, options->now, told, run);
    if (options->operand_count)
        return;
    if (stdin_holds_log())
        sources_add(sources, "-", options->year, options->now, told, run);
    else
        add_usual(run, sources);
}

static void find_sources(struct run *run, struct sources *sources) {
    find_named(run, sources);
    twice_remove(sources, told, run);
    if (!run->options->quiet)
        note_backward_order(sources);
}

void run_all(struct run *run, struct sources *sources) {
    find_sources(run, sources);
    for (size_t i = 0; i < sources->count && !run->stopped; i++) {
        struct problem problem;
        struct reader *reader = source_open(&sources->items[i], &problem);
        if (reader == NULL) {
            say_fault("%s", problem.text);
            run->faulty = true;
            continue;
        }
        run_source(run, &sources->items[i], reader, 0);
        reader_close(reader);
    }
    run_settle(run);
    say_progress_end();
    judge_sources(run);
    judge_coverage(run);
}
