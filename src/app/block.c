/* block - from lines to findings, in any thread. */
#include "app/block.h"

#include "base/guess.h"
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

/* Who runs the server of an outcome is told when the next one asks (3 % of the time of a block went
 * into waiting for it), at the latest at the end of the block. */
static void tell_awaited(struct hands *hands, struct job *job) {
    if (!job->awaited.number)
        return;
    struct finding *finding = job_finding(job, job->awaited.number - 1);
    finding->run_by = operator_of(hands->operators, &finding->record, job->awaited.hash);
    struct server_hashes *hashes = operator_hashes(hands->operators);
    if (hashes && !hashes->relay)
        *hashes = counting_server(finding);
    if (hashes)
        finding->server = *hashes;
    job->awaited.number = 0;
}

static void await_operator(struct hands *hands, struct job *job, const struct finding *finding) {
    tell_awaited(hands, job);
    job->awaited.number = (size_t)(finding - job_finding(job, 0)) + 1;
    job->awaited.hash = operator_expect(hands->operators, &finding->record);
}

/* Reply and reason: the work of a failure, and of a delivery that is shown. The template and
 * the listed address are columns of the row; of tables only where they say so. */
static void decide(struct pipeline *pipeline, struct hands *hands, struct job *job,
                   struct finding *finding) {
    bool is_delivery = finding->record.event == EVENT_DELIVERED;
    if (finding->record.kind == RECORD_OUTCOME && pipeline->run->counts)
        await_operator(hands, job, finding);
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
    finding->server = (struct server_hashes){0};
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
static inline void finish_finding(struct finding *finding, const struct entry *entry,
                                  const struct mta *mta) {
    finding->mta = mta;
    finding->time = entry->time;
    finding->host = entry->host;
    finding->program = entry->program;
    finding->pid = entry->pid;
    finding->line = entry->line.number;
    finding->repeat = entry->repeat;
    finding->arrives = finding->record.kind == RECORD_ARRIVAL;
    finding->verdict.class_name = "";
}

/* Of an entry outside of the asked span. */
static bool counts_beside(const struct run *run, const struct moment *time) {
    return run->whole || (run->beside && !block_is_outside_of(run->beside->span, time));
}

/* Whether the record says all there is to know of its finding, as that of most lines does. */
static inline bool is_plain(const struct record *record, bool outside) {
    return !outside && !record_is_finding(record) && !record->is_answer && !record->is_stand;
}

static void finish_other(struct pipeline *pipeline, struct hands *hands, struct job *job,
                         struct finding *finding, const struct entry *entry, bool outside) {
    finding->twin = twin_hash(finding->mta, entry, &finding->record);
    finding->outside = outside;
    if (outside && !counts_beside(pipeline->run, &entry->time))
        make_detail(&finding->record);
    if (record_is_finding(&finding->record))
        decide(pipeline, hands, job, finding);
    else if (finding->record.is_answer)
        reply_read(&finding->record, &job->arena, &finding->reply);
}

static inline void finish_one(struct pipeline *pipeline, struct hands *hands, struct job *job,
                              size_t place, const struct entry *entry, const struct mta *mta,
                              bool outside) {
    struct finding *finding = job_finding(job, place);
    finish_finding(finding, entry, mta);
    if (!is_plain(&finding->record, outside))
        finish_other(pipeline, hands, job, finding, entry, outside);
}

static void finish_several(struct pipeline *pipeline, struct hands *hands, struct job *job,
                           size_t first, const struct entry *entry, const struct mta *mta,
                           bool outside) {
    for (size_t place = first; place < job->found.count; place++)
        finish_one(pipeline, hands, job, place, entry, mta, outside);
}

/* Nearly every line comes by here, with one finding; in a call of its own 20 instructions are only
 * spent on what is handed over. */
__attribute__((always_inline)) static inline void
finish_findings(struct pipeline *pipeline, struct hands *hands, struct job *job, size_t first,
                const struct entry *entry, const struct mta *mta, bool outside) {
    if (guess(job->found.count == first + 1))
        finish_one(pipeline, hands, job, first, entry, mta, outside);
    else
        finish_several(pipeline, hands, job, first, entry, mta, outside);
}

/* Of a program that stands beside any MTA: its shapes alone. */
static enum reading read_beside(const struct shapes *shapes, const struct entry *entry,
                                struct records *records) {
    if (entry_is_blob(entry))
        return READING_OTHER;
    enum reading reading = shapes_read(shapes, entry->program, entry->text, records);
    return reading == READING_READ ? reading : READING_OTHER; /* no MTA's own */
}

enum reading block_read_records(const struct knowledge *knowledge, const struct mta *only,
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
    if (entry_is_blob(entry))
        return READING_UNKNOWN;
    return mta->read(shapes, entry, records);
}

/* What no MTA says may be the log daemon's word about lines that it lost. */
static enum reading read_loss(struct job *job, const struct entry *entry, bool outside) {
    uint64_t lost;
    if (!entry_tells_loss(entry, &lost))
        return READING_OTHER;
    job->lost += outside ? 0 : lost ? lost : 1;
    return READING_DULL;
}

/* An entry that was not read leaves no findings. */
static enum reading drop_findings(struct job *job, size_t first, const struct entry *entry,
                                  enum reading reading, bool outside) {
    job->found.count = first;
    return reading == READING_OTHER ? read_loss(job, entry, outside) : reading;
}

/* Reads a whole entry and adds its findings to the job's. */
enum reading block_read_entry(struct pipeline *pipeline, struct hands *hands, struct job *job,
                              const struct entry *entry, const struct mta *mta, bool outside,
                              bool *is_own_r) {
    size_t first = job->found.count;
    enum reading reading =
        block_read_records(pipeline->run->knowledge, pipeline->only, &job->found, entry, &mta);
    *is_own_r = reading != READING_OTHER;
    if (reading != READING_READ && reading != READING_DULL)
        return drop_findings(job, first, entry, reading, outside);
    finish_findings(pipeline, hands, job, first, entry, mta, outside);
    tell_awaited(hands, job);
    return reading;
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

/* A look that costs little, as every line is asked. False: the text may need the lines before it,
 * which leave_mark() knows. */
static inline bool stands_alone(const struct entry *entry) {
    char first = slice_byte(entry->text, 0);
    return !entry->stream.at && first != 'l' && first != '-' && !piece_may_be(entry->text);
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
    if (piece_of_text(entry, &piece)) {
        entry->stream = (struct slice){0};
        mark_add(job, MARK_PIECE, entry, 0);
        return true;
    }
    if (entry_repeats_last(entry, &times) &&
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

/* Puts lines of a known tag into the ledger of its program. */
static void account_seen(struct job *job, struct seen *seen) {
    struct ledger *ledger = (struct ledger *)(void *)(job->programs.values + seen->at);
    for (size_t reading = 0; reading < READINGS; reading++)
        for (size_t outside = 0; outside < 2; outside++)
            block_account(ledger, (enum reading)reading, outside, seen->lines[reading][outside]);
    *seen = (struct seen){0};
}

/* Lines of a few programs make up a log: those of a known tag are counted in one of a few places,
 * without hashing its name. */
static inline void account_known(struct job *job, const struct known_tag *tag, struct slice program,
                                 enum reading reading, bool outside) {
    struct seen *seen = &job->seen[tag->number % PROGRAMS_SEEN];
    if (seen->tag != tag->number) {
        if (seen->tag)
            account_seen(job, seen);
        unsigned char *ledger = map_put(&job->programs, program, NULL);
        seen->tag = tag->number;
        seen->at = (uint32_t)(ledger - job->programs.values);
    }
    seen->lines[reading][outside]++;
}

static void account_line(struct job *job, const struct known_tag *tag, struct slice program,
                         enum reading reading, bool outside) {
    if (tag)
        account_known(job, tag, program, reading, outside);
    else
        block_account(map_put(&job->programs, program, NULL), reading, outside, 1);
}

/* The block's own ledger is the sum of its programs'. */
static void account_block(struct job *job) {
    for (size_t slot = 0; slot < PROGRAMS_SEEN; slot++)
        if (job->seen[slot].tag)
            account_seen(job, &job->seen[slot]);
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

static void know_tag(const struct pipeline *pipeline, struct known_tag *tag, struct entry *entry) {
    const struct mta *mta = mta_surely_of(entry);
    tag->is_asked = true;
    if (!mta || (pipeline->only && mta != pipeline->only))
        return;
    tag->owner = mta;
    tag->shapes = knowledge_shapes(pipeline->run->knowledge, mta);
    if (mta->speaker)
        entry->speaker = tag->speaker = mta->speaker(entry->program);
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

/* What comes of a time is the same for all lines of a second. */
static inline void take_time(const struct options *options, struct job *job,
                             const struct moment *time) {
    job->wrapped++;
    if (job->second.seconds == time->seconds)
        return;
    job->second.seconds = time->seconds;
    job->second.outside = block_is_outside(options, time);
    span_add(&job->span, time->seconds);
}

static void keep_not_read(struct job *job, const struct line *line, const struct entry *entry,
                          enum reading reading, bool outside) {
    keep_odd(job, reading == READING_OTHER ? ODD_OTHER : ODD_UNKNOWN, line, entry);
    if (reading == READING_UNKNOWN && !outside)
        sample(job, line, entry);
}

/* What a known tag said could not be read. */
static enum reading drop_known(struct job *job, size_t first, const struct entry *entry,
                               enum reading reading, bool outside) {
    reading = drop_findings(job, first, entry, reading, outside);
    if (reading == READING_UNKNOWN || reading == READING_OTHER)
        keep_not_read(job, &entry->line, entry, reading, outside);
    return reading;
}

static void work_entry(struct pipeline *pipeline, struct hands *hands, struct job *job,
                       const struct line *line, const struct known_tag *tag,
                       const struct entry *entry) {
    bool is_own, outside = job->second.outside;
    bool is_repeated = entry->line.text.at != line->text.at;
    enum reading reading = block_read_entry(pipeline, hands, job, entry, NULL, outside, &is_own);
    block_count_own(job, entry, is_own, reading, pipeline->run->options->now);
    if (reading == READING_UNKNOWN || reading == READING_OTHER)
        keep_not_read(job, line, entry, reading, outside);
    account_line(job, is_repeated ? NULL : tag, entry->program, reading, outside);
    job->went = (struct went){entry->wrapping, entry->program, reading, outside, true};
    if (is_repeated || entry->stream.at)
        job->went = (struct went){.known = true}; /* as when it is left to a mark */
    if (!is_repeated && entry->wrapping->layer == LAYER_LINE)
        lasts_put(&job->lasts, entry->host, line->text);
}

static void work_unwrapped(struct pipeline *pipeline, struct hands *hands, struct job *job,
                           const struct line *line, const struct known_tag *tag,
                           enum unwrapping unwrapping, struct entry *entry) {
    if (!stands_alone(entry) && leave_mark(hands, job, unwrapping, entry))
        job->went = (struct went){.known = true};
    else if (unwrapping == UNWRAP_DULL)
        account_line(job, NULL, (struct slice){0}, READING_DULL, false);
    else
        work_entry(pipeline, hands, job, line, tag, entry);
}

/* A line that begins like none before. */
static void work_new_line(struct pipeline *pipeline, struct hands *hands, struct job *job,
                          struct entry *entry) {
    struct line line = entry->line;
    enum unwrapping unwrapping = entry_read(&hands->clock, &job->arena, &line, entry);
    if (unwrapping == UNWRAP_FOREIGN) {
        work_loose_line(job, entry);
        return;
    }
    if (unwrapping == UNWRAPPED) {
        heads_keep(&hands->heads, &hands->clock, entry);
        take_time(pipeline->run->options, job, &entry->time);
    }
    work_unwrapped(pipeline, hands, job, &line, NULL, unwrapping, entry);
}

/* As work_entry(), of an entry that stands alone and whose MTA its tag has told, as nearly all do:
 * most of what there is to ask was asked when the tag came first. That and being of one piece saves
 * 100 instructions a line. */
static inline void work_known(struct pipeline *pipeline, struct hands *hands, struct job *job,
                              const struct known_tag *tag, const struct entry *entry) {
    const struct mta *mta = tag->owner;
    bool outside = job->second.outside;
    size_t first = job->found.count;
    enum reading reading = mta->read(tag->shapes, entry, &job->found);
    bool is_own = reading != READING_OTHER;
    if (reading == READING_READ || reading == READING_DULL)
        finish_findings(pipeline, hands, job, first, entry, mta, outside);
    else
        reading = drop_known(job, first, entry, reading, outside);
    block_count_own(job, entry, is_own, reading, pipeline->run->options->now);
    account_known(job, tag, entry->program, reading, outside);
    job->went = (struct went){entry->wrapping, entry->program, reading, outside, true};
    lasts_put(&job->lasts, entry->host, entry->line.text);
}

/* Of an entry only its line is filled. */
static inline void work_line(struct pipeline *pipeline, struct hands *hands, struct job *job,
                             struct entry *entry) {
    struct known_tag *tag = heads_read(&hands->heads, &hands->clock, entry);
    if (!tag) {
        work_new_line(pipeline, hands, job, entry);
        return;
    }
    take_time(pipeline->run->options, job, &entry->time);
    if (!tag->is_asked)
        know_tag(pipeline, tag, entry);
    if (guess(tag->owner && stands_alone(entry))) {
        work_known(pipeline, hands, job, tag, entry);
    } else {
        struct line line = entry->line;
        work_unwrapped(pipeline, hands, job, &line, tag, UNWRAPPED, entry);
    }
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
    struct lines_walk walk;
    struct entry entry = {0};
    hands->clock.guessed = false;
    job->second.seconds = MOMENT_NONE;
    job->second.outside = false;
    lines_begin(&walk, &job->block);
    while (lines_next(&walk, &entry.line)) {
        job->lines++;
        work_line(pipeline, hands, job, &entry);
    }
    tell_awaited(hands, job);
    account_block(job);
    job->guessed = hands->clock.guessed;
}
