/* run - the pipeline. A worker turns a block into findings with their reasons and an account of its
 * lines; it shares nothing but the rule book, which nobody writes. The ordered step (take_job)
 * gives line numbers, asks the journey, and counts. With one thread the same functions run in turn.
 *
 * A line that needs what came before its block (a piece of an entry, "last message repeated", the
 * second line of an entry) is left by the worker as a mark in the sequence of its findings, and the
 * ordered step reads it there, with the functions of the workers.
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
#include "input/lasts.h"
#include "input/lines.h"
#include "input/pieces.h"
#include "input/rotated.h"
#include "input/twice.h"

enum { JOB_SAMPLES = 10, THREADS_MOST = 64, PROGRAMS_SEEN = 8 };

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

/* Where the entry before went, with which a line that only goes on with it goes too. */
struct went {
    const struct wrapping *wrapping; /* NULL: no line goes on with it */
    struct slice program;
    enum reading reading;
    bool outside, known; /* known: an entry was there */
};

/* A line that cannot be read without what came before its block. */
struct mark {
    enum { MARK_PIECE, MARK_REPEAT, MARK_LOOSE } kind;
    size_t at; /* findings before it */
    struct entry entry;
    uint64_t times; /* of a repeat */
};

/* What the ordered step remembers from block to block. */
struct before {
    struct pieces *pieces;
    struct lasts lasts; /* owned */
    struct went went;
    char program[80]; /* of went */
};

/* One block on its way. */
struct job {
    struct lines_block block;
    struct progress *progress;
    struct arena arena;
    struct finding *findings;
    size_t finding_count, finding_capacity;
    struct mark *marks;
    size_t mark_count, mark_capacity;
    struct lasts lasts;
    struct went went;
    bool is_joined[2]; /* stdout, stderr: no piece before the block can still belong to the next */
    uint64_t lines, lost;
    struct ledger ledger;
    struct map programs; /* name -> struct ledger */
    struct {
        struct slice name;
        size_t at;         /* bytes into the values of `programs` */
    } seen[PROGRAMS_SEEN]; /* a few of them, found without hashing */
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
    struct hands *hands; /* one a thread, the last for the ordered step */
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

/* Tells an entry that is logged twice from others: its time and text. */
static uint64_t twin_hash(const struct mta *mta, const struct entry *entry,
                          const struct record *record) {
    if (!mta->logs_twice || record->kind != RECORD_INCIDENT || !entry->pid.length)
        return 0;
    return bytes_hash(entry->text.at, entry->text.length) ^ (uint64_t)entry->time.seconds;
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
                                    .pid = entry->pid,
                                    .outside = outside,
                                    .twin = twin_hash(mta, entry, &hands->records.items[i]),
                                    .line = entry->line.number,
                                    .verdict.class_name = "",
                                    .repeat = entry->repeat};
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

/* Reads a whole entry and adds its findings to the job's. */
static enum reading find_in_entry(struct pipeline *pipeline, struct hands *hands, struct job *job,
                                  const struct entry *entry, bool outside, bool *is_own_r) {
    const struct mta *mta;
    uint64_t lost;
    enum reading reading = read_entry(pipeline, hands, entry, &mta);
    *is_own_r = reading != READING_OTHER;
    if (reading == READING_READ || reading == READING_DULL)
        add_findings(pipeline, hands, job, entry, mta, outside);
    if (reading == READING_OTHER && entry_tells_loss(entry, &lost)) {
        job->lost += outside ? 0 : lost ? lost : 1;
        return READING_DULL;
    }
    return reading;
}

/* Makes of "last message repeated N times" the entry that it repeats. False: what stood there is
 * no entry of its own. */
static bool read_repeated(struct hands *hands, struct job *job, struct slice last, uint64_t times,
                          struct entry *entry) {
    struct entry repeated;
    struct piece piece;
    struct line line = {.text = last, .number = entry->line.number};
    if (entry_read(&hands->clock, &job->arena, &line, &repeated) != UNWRAPPED ||
        piece_of_text(&repeated, &piece))
        return false;
    repeated.time = entry->time;
    repeated.repeat = times;
    *entry = repeated;
    return true;
}

static struct odd_line odd_line(struct job *job, const struct line *line, struct slice program) {
    return (struct odd_line){line->number + 1, reply_safe(line->text, &job->arena), program};
}

static void sample(struct job *job, const struct line *line) {
    if (job->sample_count < JOB_SAMPLES)
        job->samples[job->sample_count++] = odd_line(job, line, (struct slice){0});
}

static void account(struct ledger *ledger, enum reading reading, bool outside, uint64_t lines) {
    ledger->read += lines;
    if (outside)
        ledger->outside += lines;
    else if (reading == READING_READ)
        ledger->used += lines;
    else if (reading == READING_DULL)
        ledger->dull += lines;
    else if (reading == READING_OTHER)
        ledger->other += lines;
    else
        ledger->not_understood += lines;
}

static void mark_add(struct job *job, int kind, const struct entry *entry, uint64_t times) {
    job->marks =
        memory_grow(job->marks, &job->mark_capacity, job->mark_count + 1, sizeof *job->marks);
    struct mark *mark = &job->marks[job->mark_count++];
    *mark = (struct mark){.at = job->finding_count, .entry = *entry, .times = times};
    mark->kind = kind;
}

/* True for a line of a container that is a piece, or may be the last one of pieces in blocks
 * before. */
static bool may_be_piece(struct job *job, const struct entry *entry) {
    if (!entry->stream.at)
        return false;
    bool *is_joined = &job->is_joined[slice_is(entry->stream, "stderr")];
    bool is_whole = *is_joined && !entry->goes_on;
    *is_joined = !entry->goes_on;
    return !is_whole;
}

/* Leaves what needs the lines before to the ordered step. False: the entry is whole and stands for
 * itself, also when it was a repeat of one in this block. */
static bool leave_mark(struct hands *hands, struct job *job, enum unwrapping unwrapping,
                       struct entry *entry) {
    struct piece piece;
    struct slice last;
    uint64_t times;
    if (may_be_piece(job, entry)) {
        mark_add(job, MARK_PIECE, entry, 0);
        return true;
    }
    if (unwrapping != UNWRAPPED)
        return false;
    char first = entry->text.length ? entry->text.at[0] : '\0';
    if (piece_may_be(entry->text) && piece_of_text(entry, &piece)) {
        entry->stream = (struct slice){0};
        mark_add(job, MARK_PIECE, entry, 0);
        return true;
    }
    if ((first == 'l' || first == '-') && entry_repeats_last(entry, &times) &&
        !(lasts_find(&job->lasts, entry->host, &last) &&
          read_repeated(hands, job, last, times, entry))) {
        mark_add(job, MARK_REPEAT, entry, times);
        return true;
    }
    return false;
}

/* A line that no wrapping knows. True: it goes on with the entry before, *reading_r tells where to;
 * or it may do so, which the ordered step will know: then it is left as a mark. */
static bool goes_on(struct job *job, const struct entry *entry, bool *is_marked_r) {
    *is_marked_r = false;
    if (job->went.known)
        return entry_goes_on(job->went.wrapping, entry->line.text);
    for (size_t i = 0; wrappings[i] && !*is_marked_r; i++)
        *is_marked_r = entry_goes_on(wrappings[i], entry->line.text);
    if (*is_marked_r)
        mark_add(job, MARK_LOOSE, entry, 0);
    return *is_marked_r;
}

/* Lines of a few programs make up a log, so most are found again in `seen`, by length and last
 * letter. */
static struct ledger *ledger_of(struct job *job, struct slice program) {
    size_t last = program.length ? (unsigned char)program.at[program.length - 1] : 0;
    size_t slot = (program.length + last) % PROGRAMS_SEEN;
    if (!job->seen[slot].name.at || !slice_equal(job->seen[slot].name, program)) {
        unsigned char *ledger = map_put(&job->programs, program, NULL);
        job->seen[slot].name = program;
        job->seen[slot].at = (size_t)(ledger - job->programs.values);
    }
    return (struct ledger *)(void *)(job->programs.values + job->seen[slot].at);
}

static void account_line(struct job *job, struct slice program, enum reading reading,
                         bool outside) {
    account(&job->ledger, reading, outside, 1);
    account(ledger_of(job, program), reading, outside, 1);
}

static void keep_odd(struct job *job, enum odd kind, const struct line *line,
                     struct slice program) {
    if (!job->odd[kind].number)
        job->odd[kind] = odd_line(job, line, program);
}

static void work_loose_line(struct job *job, const struct entry *entry) {
    bool is_marked;
    if (goes_on(job, entry, &is_marked)) {
        if (!is_marked)
            account_line(job, job->went.program, job->went.reading, job->went.outside);
        return;
    }
    job->went = (struct went){.known = true};
    keep_odd(job, ODD_FOREIGN, &entry->line, (struct slice){0});
    sample(job, &entry->line);
    account_line(job, (struct slice){0}, READING_UNKNOWN, false);
}

static void work_line(struct pipeline *pipeline, struct hands *hands, struct job *job,
                      const struct line *line) {
    struct entry entry;
    enum unwrapping unwrapping = entry_read(&hands->clock, &job->arena, line, &entry);
    job->lines++;
    if (unwrapping == UNWRAP_FOREIGN) {
        work_loose_line(job, &entry);
        return;
    }
    if (unwrapping == UNWRAPPED) {
        job->wrapped++;
        span_add(&job->span, entry.time.seconds);
    }
    if (leave_mark(hands, job, unwrapping, &entry)) {
        job->went = (struct went){.known = true};
        return;
    }
    if (unwrapping == UNWRAP_DULL) {
        account_line(job, (struct slice){0}, READING_DULL, false);
        return;
    }
    bool outside = is_outside(pipeline->run->options, &entry.time);
    bool is_own;
    enum reading reading = find_in_entry(pipeline, hands, job, &entry, outside, &is_own);
    job->own += is_own;
    job->unknown += reading == READING_UNKNOWN;
    if (reading == READING_UNKNOWN || reading == READING_OTHER)
        keep_odd(job, reading == READING_OTHER ? ODD_OTHER : ODD_UNKNOWN, line, entry.program);
    if (reading == READING_UNKNOWN && !outside)
        sample(job, line);
    account_line(job, entry.program, reading, outside);
    bool is_repeated = entry.line.text.at != line->text.at;
    job->went = (struct went){entry.wrapping, entry.program, reading, outside, true};
    if (is_repeated || entry.stream.at)
        job->went = (struct went){.known = true}; /* as when it is left to a mark */
    if (!is_repeated && entry.wrapping->layer == LAYER_LINE)
        lasts_put(&job->lasts, entry.host, line->text);
}

static void set_anchor(struct hands *hands, const struct job *job) {
    if (hands->clock.anchor == job->progress->source->anchor)
        return;
    hands->clock.anchor = job->progress->source->anchor;
    hands->clock.last.valid = false;
}

static void work_job(void *context, unsigned thread, void *argument) {
    struct pipeline *pipeline = context;
    struct job *job = argument;
    struct hands *hands = &pipeline->hands[thread];
    set_anchor(hands, job);
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
    if (text.length)
        memcpy(to, text.at, text.length);
    to[text.length] = '\0';
}

static void remember_odd(struct progress *progress, enum odd kind, uint64_t number,
                         struct slice text, struct slice program) {
    struct odd_kept *odd = &progress->odd[kind];
    if (odd->number && odd->number <= number)
        return;
    odd->number = number;
    copy_head(odd->text, sizeof odd->text, text);
    copy_head(odd->program, sizeof odd->program, program);
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
    for (size_t kind = 0; kind < ODD_KINDS; kind++)
        if (job->odd[kind].number)
            remember_odd(progress, (enum odd)kind, progress->lines + job->odd[kind].number,
                         job->odd[kind].text, job->odd[kind].program);
    span_add(&progress->span, job->span.first);
    span_add(&progress->span, job->span.last);
    progress->guessed |= job->guessed;
    tally_lost(tally, job->lost);
    progress->own += job->own;
    progress->unknown += job->unknown;
    progress->wrapped += job->wrapped;
    pipeline->own_used += job->own - job->unknown;
    progress->lines += job->lines;
}

static void take_finding(struct run *run, struct finding *finding, const char *source,
                         uint64_t lines_before) {
    finding->source = source;
    finding->line += lines_before;
    journey_take(run->journey, finding, count_finding, run);
}

/* ---- in order: what needed the lines before ---- */

/* What the ordered step does with an entry, and for whom. */
struct taking {
    struct pipeline *pipeline;
    struct job *job;
    struct hands *hands;
};

static void take_account(struct taking *taking, const struct split *part, enum reading reading,
                         bool outside) {
    struct tally *tally = taking->pipeline->run->tally;
    const struct entry *entry = &part->entry;
    struct ledger ledger = {0};
    account(&ledger, reading, outside, part->lines);
    tally_source(tally, part->source, &ledger);
    tally_program(tally, entry->program, &ledger);
    if (reading == READING_UNKNOWN && !outside)
        tally_sample(tally, part->source, entry->line.number,
                     reply_safe(entry->line.text, &taking->job->arena));
}

static void take_odd(struct taking *taking, const struct split *part, enum odd kind) {
    const struct entry *entry = &part->entry;
    remember_odd(taking->job->progress, kind, entry->line.number,
                 reply_safe(entry->line.text, &taking->job->arena), entry->program);
}

/* Reads a whole entry as a worker would have; entry.line.number is that in its file. */
static void take_entry(struct taking *taking, const struct split *whole) {
    struct pipeline *pipeline = taking->pipeline;
    struct job *job = taking->job;
    size_t first = job->finding_count;
    bool outside = is_outside(pipeline->run->options, &whole->entry.time);
    bool is_own;
    enum reading reading =
        find_in_entry(pipeline, taking->hands, job, &whole->entry, outside, &is_own);
    job->own += is_own;
    job->unknown += reading == READING_UNKNOWN;
    for (size_t i = first; i < job->finding_count; i++)
        take_finding(pipeline->run, &job->findings[i], whole->source, 0);
    job->finding_count = first;
    if (reading == READING_UNKNOWN || reading == READING_OTHER)
        take_odd(taking, whole, reading == READING_OTHER ? ODD_OTHER : ODD_UNKNOWN);
    take_account(taking, whole, reading, outside);
}

static void take_given_up(void *context, const struct split *split) {
    struct taking *taking = context;
    bool is_own = mta_of(&split->entry);
    taking->job->own += is_own;
    taking->job->unknown += is_own;
    take_odd(taking, split, ODD_UNKNOWN);
    take_account(taking, split, READING_UNKNOWN,
                 is_outside(taking->pipeline->run->options, &split->entry.time));
}

/* A piece of an MTA's own; or the entry that a container's pieces have become. */
static void take_text(struct taking *taking, const struct split *part) {
    struct pieces *pieces = taking->pipeline->run->before->pieces;
    struct piece piece;
    struct split whole;
    if (!piece_of_text(&part->entry, &piece))
        take_entry(taking, part);
    else if (pieces_take(pieces, &piece, part, take_given_up, taking, &whole))
        take_entry(taking, &whole);
}

static void take_stream(struct taking *taking, const struct split *part) {
    struct pieces *pieces = taking->pipeline->run->before->pieces;
    struct piece piece;
    struct split whole;
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
static void take_repeat(struct taking *taking, struct split *part, uint64_t times) {
    struct before *before = taking->pipeline->run->before;
    struct slice last;
    if (lasts_find(&before->lasts, part->entry.host, &last) &&
        read_repeated(taking->hands, taking->job, last, times, &part->entry))
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
        take_repeat(taking, &part, mark->times);
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
    job->finding_count = job->sample_count = job->mark_count = 0;
    job->ledger = (struct ledger){0};
    memset(job->odd, 0, sizeof job->odd);
    job->span = span_none;
    job->own = job->unknown = job->wrapped = job->lines = job->lost = 0;
    job->lasts.count = job->lasts.current = 0;
    job->lasts.now = 0;
    job->went = (struct went){0};
    memset(job->seen, 0, sizeof job->seen);
    job->is_joined[0] = job->is_joined[1] = false;
}

static void take_job(void *context, void *argument) {
    struct pipeline *pipeline = context;
    struct job *job = argument;
    struct run *run = pipeline->run;
    struct taking taking = {pipeline, job, &pipeline->hands[pipeline->threads]};
    uint64_t dropped = journey_dropped(run->journey);
    size_t count = job->finding_count, next = 0;
    for (size_t i = 0; i <= job->mark_count; i++) {
        size_t to = i < job->mark_count ? job->marks[i].at : count;
        for (; next < to; next++)
            take_finding(run, &job->findings[next], job->progress->source->name,
                         job->progress->lines + 1);
        if (i == job->mark_count)
            break;
        set_anchor(taking.hands, job);
        take_mark(&taking, &job->marks[i]);
    }
    tally_dropped(run->tally, journey_dropped(run->journey) - dropped);
    take_ledger(pipeline, job);
    remember_block(run->before, job);
    job_clear(job);
}

/* No line will follow: what is still open will never be whole. */
static void end_pieces(struct run *run) {
    struct pipeline *pipeline = run->pipeline;
    if (!pipeline || !pipeline->progress_count)
        return;
    struct job *job = &pipeline->jobs[0];
    struct taking taking = {pipeline, job, &pipeline->hands[pipeline->threads]};
    job->progress = pipeline->progress[pipeline->progress_count - 1];
    pieces_end(run->before->pieces, take_given_up, &taking);
    take_ledger(pipeline, job);
    job_clear(job);
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
    pipeline->hands = memory_new((pipeline->threads + 1) * sizeof *pipeline->hands);
    for (size_t i = 0; i < pipeline->job_count; i++) {
        struct job *job = &pipeline->jobs[i];
        pipeline->ring[i] = job;
        job->span = span_none;
        job->block.bytes = memory_resize(NULL, LINES_BLOCK + LINE_LONGEST + 1, 1);
        arena_init(&job->arena);
        map_init(&job->programs, sizeof(struct ledger));
    }
    for (unsigned i = 0; i <= pipeline->threads; i++) {
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
        free(pipeline->jobs[i].marks);
        arena_release(&pipeline->jobs[i].arena);
        map_release(&pipeline->jobs[i].programs);
    }
    for (unsigned i = 0; i <= pipeline->threads; i++) {
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
    run->before = memory_new(sizeof *run->before);
    run->before->pieces = pieces_new();
}

void run_release(struct run *run) {
    if (run->pipeline)
        pipeline_free(run->pipeline);
    journey_free(run->journey);
    tally_free(run->tally);
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

void run_save(const struct run *run, struct pack *pack) {
    journey_save(run->journey, pack);
    tally_save(run->tally, pack);
    pieces_save(run->before->pieces, pack);
    lasts_save(&run->before->lasts, pack);
    save_went(&run->before->went, pack);
}

bool run_load(struct run *run, struct unpack *unpack) {
    struct before *before = run->before;
    bool good = journey_load(run->journey, unpack) && tally_load(run->tally, unpack) &&
                pieces_load(before->pieces, unpack) && lasts_load(&before->lasts, unpack);
    load_went(before, unpack);
    if (!good || unpack->broken)
        before->went = (struct went){0};
    return good && !unpack->broken;
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
    end_pieces(run);
    say_progress_end();
    judge_sources(run);
    judge_coverage(run);
}
