/* Why: a line must be counted once, whatever happens to the run that reads it.
 *
 * How: one transaction from the first line to the last. What the run counts goes into it as hours
 * are over; what it remembers goes in at its end; it is stored when the report has been handed
 * over. A run that is killed leaves nothing.
 */
#include "app/remembering.h"

#include <time.h>
#include <unistd.h>

#include "app/recall.h"
#include "app/say.h"
#include "base/moment.h"

static const char state_reading[] = "reading", state_hours[] = "hours", state_places[] = "places",
                  state_heard[] = "heard";

/* ---- what is counted goes to the store */

static void keep_cell(void *context, enum cell_put put, const struct hourly_cell *cell) {
    struct remembering *remembering = context;
    if (!remembering->failed)
        remembering->failed = !store_put_cell(remembering->store, put, cell, &remembering->problem);
}

static void keep_template(void *context, const struct hourly_template *text) {
    struct remembering *remembering = context;
    if (!remembering->failed)
        remembering->failed = !store_put_template(remembering->store, text, &remembering->problem);
}

static void keep_clock(void *context, const struct hourly_clock *clock) {
    struct remembering *remembering = context;
    if (!remembering->failed)
        remembering->failed = !store_put_clock(remembering->store, clock, &remembering->problem);
}

/* ---- loading */

/* A state that is not there is that of a first run. */
static bool load_state(struct remembering *remembering, const char *name,
                       bool (*load)(struct remembering *remembering, struct unpack *unpack),
                       struct problem *problem) {
    struct pack bytes;
    pack_init(&bytes);
    bool good = store_get_state(remembering->store, name, &bytes, problem);
    struct unpack unpack = {{bytes.bytes, bytes.length}, false};
    if (good && bytes.length && (!load(remembering, &unpack) || unpack.rest.length))
        good = problem_say(problem,
                           "history '%s': what the last run remembered cannot be read: it was "
                           "another version of mailtriage",
                           remembering->run->options->history);
    pack_release(&bytes);
    return good;
}

static void count_waiter(void *context, const struct waiter *waiter) {
    uint64_t *count = context;
    (void)waiter;
    ++*count;
}

/* Who waits from before is delivered to now, or still waits: the report begins with them. One that
 * is narrowed is made as if what is new were all there is. */
static void take_over_waiting(struct run *run) {
    uint64_t count = 0;
    if (run->whole)
        return;
    journey_each_waiting(run->journey, count_waiter, &count);
    tally_waiting_before(run->tally, count);
}

/* A new version may keep it in another way; that is no reason never to read on. */
static bool load_reading(struct remembering *remembering, struct unpack *unpack) {
    const struct options *options = remembering->run->options;
    bool is_read = run_load_reading(remembering->run, unpack) && !unpack->rest.length;
    take_over_waiting(remembering->run);
    if (is_read)
        return true;
    unpack->rest.length = 0;
    if (!options->quiet)
        say_note("history '%s': what the last run remembered of messages on their way cannot be "
                 "read, it was another version of mailtriage: what becomes of them counts as if "
                 "they were new",
                 options->history);
    return true;
}

static void begin_hours(struct remembering *remembering) {
    const struct hourly_sink sink = {remembering, keep_cell, keep_template, keep_clock};
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    hourly_free(remembering->hourly);
    remembering->hourly = hourly_new(&sink, host);
}

/* What they have counted so far is in the store as well: it stays, and what comes is added. */
static bool load_hours(struct remembering *remembering, struct unpack *unpack) {
    const struct options *options = remembering->run->options;
    if (hourly_load(remembering->hourly, unpack) && !unpack->rest.length)
        return true;
    unpack->rest.length = 0;
    begin_hours(remembering);
    remembering->failed = !store_end_open(remembering->store, &remembering->problem);
    if (!options->quiet)
        say_note("history '%s': what the last run remembered of hours that go on cannot be read, "
                 "it was another version of mailtriage: they stay as they are, and what comes for "
                 "them is added",
                 options->history);
    return true;
}

static bool load_places(struct remembering *remembering, struct unpack *unpack) {
    return resume_load(remembering->places, unpack);
}

static void keep_last_end(void *context, const struct store_origin *origin,
                          const struct store_run *run) {
    int64_t *ended = context;
    if (origin->own && run->ended > *ended)
        *ended = run->ended;
}

/* Nothing depends on it, but it should be known: a clock that is wrong makes wrong logs. */
static bool look_at_clock(const struct remembering *remembering, struct problem *problem) {
    enum { MINUTE = 60 };
    const struct options *options = remembering->run->options;
    int64_t ended = 0;
    char then[MOMENT_TEXT];
    if (!store_each_run(remembering->store, keep_last_end, &ended, problem))
        return false;
    if (ended <= options->now + MINUTE || options->quiet)
        return true;
    struct moment moment = moment_here(ended);
    moment_print(&moment, then);
    say_note("the clock of this host is behind the end of the last run, %s: it was or is wrong "
             "(what is new is told by the logs, and counts once all the same)",
             then);
    return true;
}

static void leave_names_out(struct remembering *remembering) {
    const struct options *options = remembering->run->options;
    hourly_without_names(remembering->hourly);
    if (!options->quiet)
        say_note("history '%s' has reached its size (--history-size): names of new hours only "
                 "count together; 'mailtriage history prune' makes room",
                 options->history);
}

static bool is_narrowed(const struct options *options) {
    return options->filter.count || options->since != MOMENT_NONE || options->until != MOMENT_NONE;
}

bool remembering_heard(struct store *store, int64_t *heard_r, struct problem *problem) {
    struct pack bytes;
    pack_init(&bytes);
    bool good = store_get_state(store, state_heard, &bytes, problem);
    struct unpack unpack = {{bytes.bytes, bytes.length}, false};
    *heard_r = bytes.length ? unpack_signed(&unpack) : MOMENT_NONE;
    if (unpack.broken)
        *heard_r = MOMENT_NONE;
    pack_release(&bytes);
    return good;
}

bool remembering_begin(struct remembering *remembering, struct run *run, struct problem *problem) {
    *remembering = (struct remembering){.run = run, .places = resume_new()};
    begin_hours(remembering);
    if (is_narrowed(run->options))
        run->whole = remembering->whole = journey_new();
    remembering->store = store_open(run->options->history, STORE_WRITE, problem);
    if (!remembering->store || !store_begin(remembering->store, problem) ||
        !load_state(remembering, state_reading, load_reading, problem) ||
        !load_state(remembering, state_hours, load_hours, problem) ||
        !load_state(remembering, state_places, load_places, problem) ||
        !remembering_heard(remembering->store, &remembering->heard, problem) ||
        !look_at_clock(remembering, problem))
        return false;
    if (recall_is_full(remembering->store, run->options))
        leave_names_out(remembering);
    run->hourly = remembering->hourly;
    run->resume = remembering->places;
    return true;
}

/* ---- storing */

/* Releases what is packed. */
static bool put_packed(const struct remembering *remembering, const char *name, struct pack *pack,
                       struct problem *problem) {
    struct slice bytes = {pack->bytes, pack->length};
    bool good = store_put_state(remembering->store, name, bytes, problem);
    pack_release(pack);
    return good;
}

static bool put_reading(const struct remembering *remembering, struct problem *problem) {
    struct pack pack;
    pack_init(&pack);
    run_save_reading(remembering->run, &pack);
    return put_packed(remembering, state_reading, &pack, problem);
}

static bool put_hours(const struct remembering *remembering, struct problem *problem) {
    struct pack pack;
    pack_init(&pack);
    hourly_save(remembering->hourly, &pack);
    return put_packed(remembering, state_hours, &pack, problem);
}

static bool put_places(const struct remembering *remembering, struct problem *problem) {
    struct pack pack;
    pack_init(&pack);
    resume_save(remembering->places, &pack);
    return put_packed(remembering, state_places, &pack, problem);
}

/* What is new and all of the future tells no more than that something was heard. */
static bool put_heard(const struct remembering *remembering, struct problem *problem) {
    struct pack pack;
    bool is_ahead;
    int64_t heard = run_heard(remembering->run, &is_ahead), now = remembering->run->options->now;
    if (heard > now || (heard == MOMENT_NONE && is_ahead))
        heard = now;
    if (heard == MOMENT_NONE || (heard <= remembering->heard && remembering->heard <= now))
        return true;
    pack_init(&pack);
    pack_signed(&pack, heard);
    return put_packed(remembering, state_heard, &pack, problem);
}

static bool put_run(const struct remembering *remembering, struct problem *problem) {
    char rules[KNOWLEDGE_VERSION];
    const struct store_run run = {
        .rules = knowledge_version(remembering->run->knowledge, rules),
        .started = remembering->run->options->now,
        .ended = (int64_t)time(NULL),
        .ledger = tally_ledger(remembering->run->tally),
    };
    return store_put_run(remembering->store, &run, problem);
}

bool remembering_write(struct remembering *remembering, struct problem *problem) {
    struct store *store = remembering->store;
    if (!remembering->failed)
        remembering->failed = !store_drop_open(store, &remembering->problem);
    hourly_give(remembering->hourly);
    if (remembering->failed) {
        *problem = remembering->problem;
        return false;
    }
    remembering->is_written = put_hours(remembering, problem) &&
                              put_reading(remembering, problem) &&
                              put_places(remembering, problem) && put_heard(remembering, problem) &&
                              put_run(remembering, problem);
    return remembering->is_written;
}

bool remembering_keep(struct remembering *remembering, struct problem *problem) {
    return store_commit(remembering->store, problem);
}

void remembering_release(struct remembering *remembering) {
    if (remembering->store)
        store_rollback(remembering->store); /* of what was not stored; else of nothing */
    store_close(remembering->store);
    hourly_free(remembering->hourly);
    resume_free(remembering->places);
    journey_free(remembering->whole);
    *remembering = (struct remembering){0};
}
