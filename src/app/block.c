/* block - from lines to findings, in any thread. */
#include "app/block.h"

#include "base/memory.h"
#include "finding/values.h"
#include "tally/incidents.h"

bool block_is_outside_of(struct time_span span, const struct moment *time) {
    if (time->seconds == MOMENT_NONE)
        return false;
    return (span.since != MOMENT_NONE && time->seconds < span.since) ||
           (span.until != MOMENT_NONE && time->seconds >= span.until);
}

bool block_is_outside(const struct options *options, const struct moment *time) {
    return block_is_outside_of((struct time_span){options->since, options->until}, time);
}

/* Made for the first reply of a thread: few runs need all. */
static struct judge *judge_of(struct pipeline *pipeline, struct hands *hands) {
    if (!hands->judge)
        hands->judge = judge_new(pipeline->run->knowledge->book);
    return hands->judge;
}

/* Reply and reason: the work of a failure, and of a delivery that is shown. The template and
 * the listed address are columns of the row; of tables only where they say so. */
static void decide(struct pipeline *pipeline, struct hands *hands, struct job *job,
                   struct finding *finding) {
    bool is_delivery = finding->record.event == EVENT_DELIVERED;
    if (finding->record.kind == RECORD_OUTCOME && pipeline->run->counts)
        finding->run_by = operator_of(hands->operators, &finding->record);
    if (!record_is_finding(&finding->record)) {
        if (finding->record.is_answer)
            reply_read(&finding->record, &job->arena, &finding->reply);
        return;
    }
    if (is_delivery && !pipeline->run->wants_deliveries)
        return;
    judge_finding(judge_of(pipeline, hands), &job->arena, finding);
    if (is_delivery)
        return;
    if (pipeline->run->listen || incidents_want_listed_ip(finding))
        finding->listed_ip = values_listed_ip(finding);
}

/* An entry outside the asked span tells who sent what and counts nothing. The other side of an
 * outcome is a server we spoke to; in a detail it would be taken for the client. */
static void make_detail(struct record *record) {
    if (record->kind == RECORD_OUTCOME)
        record->peer_host = record->peer_ip = record->helo = record->user = (struct slice){0};
    if (record->kind != RECORD_END)
        record->kind = RECORD_DETAIL;
}

/* Also of one that was read whole, for a span beside (run.h). */
void block_put_outside(struct finding *finding) {
    finding->outside = true;
    make_detail(&finding->record);
    finding->verdict = (struct verdict){.class_name = ""};
    finding->template = finding->listed_ip = finding->run_by = (struct slice){0};
    finding->code_implied = false;
    if (!finding->record.is_answer)
        finding->reply = (struct reply){0};
}

/* Tells an entry that is logged twice from others: its time and the first line of its text, which
 * is all that the two have in common where one goes to a rejectlog. */
static uint64_t twin_hash(const struct mta *mta, const struct entry *entry,
                          const struct record *record) {
    if (record->is_stand)
        return bytes_hash(record->reply.at, record->reply.length);
    if (!mta->logs_twice || record->is_single || record->kind != RECORD_INCIDENT ||
        !entry->pid.length)
        return 0;
    struct slice rest = entry->text, first;
    slice_cut(&rest, '\n', &first);
    return bytes_hash(first.at, first.length) ^ (uint64_t)entry->time.seconds;
}

/* What the entry says beside its records. */
static void finish_finding(struct finding *finding, const struct entry *entry,
                           const struct mta *mta) {
    finding->mta = mta;
    finding->time = entry->time;
    finding->host = entry->host;
    finding->program = entry->program;
    finding->pid = entry->pid;
    finding->twin = twin_hash(mta, entry, &finding->record);
    finding->line = entry->line.number;
    finding->repeat = entry->repeat;
    finding->arrives = finding->record.kind == RECORD_ARRIVAL;
    finding->verdict.class_name = "";
}

/* Of an entry outside of the asked span. */
static bool counts_beside(const struct run *run, const struct moment *time) {
    return run->whole || (run->beside && !block_is_outside_of(run->beside->span, time));
}

static void finish_findings(struct pipeline *pipeline, struct hands *hands, struct job *job,
                            size_t first, const struct entry *entry, const struct mta *mta,
                            bool outside) {
    bool tells_only = outside && !counts_beside(pipeline->run, &entry->time);
    for (size_t i = first; i < job->found.count; i++) {
        struct finding *finding = job_finding(job, i);
        finish_finding(finding, entry, mta);
        finding->outside = outside;
        if (tells_only)
            make_detail(&finding->record);
        decide(pipeline, hands, job, finding);
    }
}

/* Of a program that stands beside any MTA: its shapes alone. */
static enum reading read_beside(const struct shapes *shapes, const struct entry *entry,
                                struct records *records) {
    if (entry_is_blob(entry))
        return READING_OTHER;
    enum reading reading = shapes_read(shapes, entry->program, entry->text, records);
    return reading == READING_READ ? reading : READING_OTHER; /* no MTA's own */
}

/* This and read_entry() are inline, with names for others below: with what they hand on to each
 * other a line took 60 instructions more. */
static inline enum reading read_records(const struct knowledge *knowledge, const struct mta *only,
                                        struct records *records, const struct entry *entry,
                                        const struct mta **mta_) {
    const struct mta *mta = *mta_ ? *mta_ : mta_of(entry);
    bool beside = !mta;
    if (beside)
        mta = knowledge_beside(knowledge, entry->program);
    *mta_ = mta;
    if (!mta || (only && mta != only))
        return READING_OTHER;
    const struct shapes *shapes = knowledge_shapes(knowledge, mta);
    if (beside)
        return read_beside(shapes, entry, records);
    if (entry->text.length && entry->text.at[0] == '[' && entry_is_blob(entry))
        return READING_UNKNOWN;
    return mta->read(shapes, entry, records);
}

enum reading block_read_records(const struct knowledge *knowledge, const struct mta *only,
                                struct records *records, const struct entry *entry,
                                const struct mta **mta_) {
    return read_records(knowledge, only, records, entry, mta_);
}

/* What no MTA says may be the log daemon's word about lines that it lost. */
static enum reading read_loss(struct job *job, const struct entry *entry, bool outside) {
    uint64_t lost;
    if (!entry_tells_loss(entry, &lost))
        return READING_OTHER;
    job->lost += outside ? 0 : lost ? lost : 1;
    return READING_DULL;
}

static inline enum reading read_entry(struct pipeline *pipeline, struct hands *hands,
                                      struct job *job, const struct entry *entry,
                                      const struct mta *mta, bool outside, bool *is_own_r) {
    size_t first = job->found.count;
    enum reading reading =
        read_records(pipeline->run->knowledge, pipeline->only, &job->found, entry, &mta);
    *is_own_r = reading != READING_OTHER;
    if (reading == READING_READ || reading == READING_DULL) {
        finish_findings(pipeline, hands, job, first, entry, mta, outside);
        return reading;
    }
    job->found.count = first;
    return reading == READING_OTHER ? read_loss(job, entry, outside) : reading;
}

/* Reads a whole entry and adds its findings to the job's. */
enum reading block_read_entry(struct pipeline *pipeline, struct hands *hands, struct job *job,
                              const struct entry *entry, const struct mta *mta, bool outside,
                              bool *is_own_r) {
    return read_entry(pipeline, hands, job, entry, mta, outside, is_own_r);
}

/* Makes of "last message repeated N times" the entry that it repeats. False: what stood there is
 * no entry of its own. */
bool block_read_repeated(struct hands *hands, struct job *job, struct slice last, uint64_t times,
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

/* entry: what was read in the line; NULL: nothing. */
static struct odd_line odd_line(struct job *job, const struct line *line,
                                const struct entry *entry) {
    struct odd_line odd = {.number = line->number + 1, .text = reply_safe(line->text, &job->arena)};
    if (entry) {
        odd.program = entry->program;
        odd.host = entry->host;
    }
    return odd;
}

static void sample(struct job *job, const struct line *line, const struct entry *entry) {
    if (job->sample_count < JOB_SAMPLES)
        job->samples[job->sample_count++] = odd_line(job, line, entry);
}

void block_account(struct ledger *ledger, enum reading reading, bool outside, uint64_t lines) {
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
    *mark = (struct mark){.at = job->found.count,
                          .entry = *entry,
                          .times = times,
                          .hosts = job->lasts.count,
                          .programs = job->programs.used};
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
          block_read_repeated(hands, job, last, times, entry))) {
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

/* Lines of a few programs make up a log, so most are found again in `seen`, by their tag. */
static struct ledger *ledger_of(struct job *job, const struct known_tag *tag,
                                struct slice program) {
    size_t slot = tag ? tag->number % PROGRAMS_SEEN : 0;
    if (tag && job->seen[slot].tag == tag->number)
        return (struct ledger *)(void *)(job->programs.values + job->seen[slot].at);
    unsigned char *ledger = map_put(&job->programs, program, NULL);
    if (tag) {
        job->seen[slot].tag = tag->number;
        job->seen[slot].at = (uint32_t)(ledger - job->programs.values);
    }
    return (struct ledger *)(void *)ledger;
}

static void account_line(struct job *job, const struct known_tag *tag, struct slice program,
                         enum reading reading, bool outside) {
    block_account(ledger_of(job, tag, program), reading, outside, 1);
}

/* The block's own ledger is the sum of its programs'. */
static void account_block(struct job *job) {
    for (size_t place = 0; place < job->programs.used; place++)
        ledger_add(&job->ledger, map_at(&job->programs, place, NULL));
}

static void keep_odd(struct job *job, enum odd kind, const struct line *line,
                     const struct entry *entry) {
    if (!job->odd[kind].number)
        job->odd[kind] = odd_line(job, line, entry);
}

static void work_loose_line(struct job *job, const struct entry *entry) {
    bool is_marked;
    if (goes_on(job, entry, &is_marked)) {
        if (!is_marked)
            account_line(job, NULL, job->went.program, job->went.reading, job->went.outside);
        return;
    }
    job->went = (struct went){.known = true};
    keep_odd(job, ODD_FOREIGN, &entry->line, NULL);
    sample(job, &entry->line, NULL);
    account_line(job, NULL, (struct slice){0}, READING_UNKNOWN, false);
}

static void know_tag(struct known_tag *tag, struct entry *entry) {
    const struct mta *mta = mta_surely_of(entry);
    tag->owner = mta;
    if (mta && mta->speaker)
        entry->speaker = tag->speaker = mta->speaker(entry->program);
}

/* As entry_read(), but most lines begin like one before: then their tag is known. */
static enum unwrapping unwrap(struct hands *hands, struct job *job, const struct line *line,
                              struct entry *entry, struct known_tag **tag_r) {
    struct known_tag *tag = heads_read(&hands->heads, &hands->clock, line, entry);
    *tag_r = tag;
    if (tag) {
        if (!tag->owner)
            know_tag(tag, entry);
        return UNWRAPPED;
    }
    enum unwrapping unwrapping = entry_read(&hands->clock, &job->arena, line, entry);
    if (unwrapping == UNWRAPPED)
        heads_keep(&hands->heads, &hands->clock, entry);
    return unwrapping;
}

/* Clocks of two hosts may differ by some minutes; a zone that is wrong is an hour. */
void block_count_own(struct job *job, const struct entry *entry, bool is_own, enum reading reading,
                     int64_t now) {
    enum { AHEAD = 3600 };
    job->own += is_own;
    job->unknown += reading == READING_UNKNOWN;
    if (!is_own || entry->time.seconds <= job->own_last.seconds)
        return;
    if (entry->time.seconds > now + AHEAD)
        job->own_last.is_ahead = true;
    else
        job->own_last.seconds = entry->time.seconds;
}

static void work_entry(struct pipeline *pipeline, struct hands *hands, struct job *job,
                       const struct line *line, const struct known_tag *tag,
                       const struct entry *entry) {
    bool outside = block_is_outside(pipeline->run->options, &entry->time);
    bool is_own, is_repeated = entry->line.text.at != line->text.at;
    if (is_repeated)
        tag = NULL;
    enum reading reading =
        read_entry(pipeline, hands, job, entry, tag ? tag->owner : NULL, outside, &is_own);
    block_count_own(job, entry, is_own, reading, pipeline->run->options->now);
    if (reading == READING_UNKNOWN || reading == READING_OTHER)
        keep_odd(job, reading == READING_OTHER ? ODD_OTHER : ODD_UNKNOWN, line, entry);
    if (reading == READING_UNKNOWN && !outside)
        sample(job, line, entry);
    account_line(job, tag, entry->program, reading, outside);
    job->went = (struct went){entry->wrapping, entry->program, reading, outside, true};
    if (is_repeated || entry->stream.at)
        job->went = (struct went){.known = true}; /* as when it is left to a mark */
    if (!is_repeated && entry->wrapping->layer == LAYER_LINE)
        lasts_put(&job->lasts, entry->host, line->text);
}

static void work_line(struct pipeline *pipeline, struct hands *hands, struct job *job,
                      const struct line *line) {
    struct entry entry;
    struct known_tag *tag;
    enum unwrapping unwrapping = unwrap(hands, job, line, &entry, &tag);
    job->lines++;
    if (unwrapping == UNWRAP_FOREIGN) {
        work_loose_line(job, &entry);
        return;
    }
    if (unwrapping == UNWRAPPED) {
        job->wrapped++;
        span_add(&job->span, entry.time.seconds);
    }
    if (leave_mark(hands, job, unwrapping, &entry))
        job->went = (struct went){.known = true};
    else if (unwrapping == UNWRAP_DULL)
        account_line(job, NULL, (struct slice){0}, READING_DULL, false);
    else
        work_entry(pipeline, hands, job, line, tag, &entry);
}

void block_set_anchor(struct hands *hands, const struct job *job) {
    hands->clock.anchor = job->progress->source->anchor;
}

void block_work(void *context, unsigned thread, void *argument) {
    struct pipeline *pipeline = context;
    struct job *job = argument;
    struct hands *hands = &pipeline->hands[thread];
    block_set_anchor(hands, job);
    if (hands->judge)
        reason_memory_round(judge_reasons(hands->judge));
    size_t at = 0;
    struct line line = {0};
    hands->clock.guessed = false;
    while (lines_next(&job->block, &at, &line))
        work_line(pipeline, hands, job, &line);
    account_block(job);
    job->guessed = hands->clock.guessed;
}
