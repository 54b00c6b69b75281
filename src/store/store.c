/* store - hands each call to the engine of the store. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const struct store_engine *const engines[] = {
#define STORE(object) &object,
#include "store/stores.def"
#undef STORE
    NULL,
};

static const struct store_engine *engine_of(const char *where) {
    for (size_t i = 0; engines[i]; i++)
        if (engines[i]->knows(where))
            return engines[i];
    return NULL;
}

/* What stands behind the scheme may hold a key, so it is not shown. */
static bool say_no_kind(const char *where, struct problem *problem) {
    const char *behind = strstr(where, "://");
    int shown = behind ? (int)(behind - where) : 0;
    return problem_say(problem,
                       "'%.*s://': no kind of history is named like this: write the name of a "
                       "file, or clickhouse://HOST:PORT/DATABASE",
                       shown, where);
}

bool store_can_be(const char *where, struct problem *problem) {
    const struct store_engine *engine = engine_of(where);
    if (!engine)
        return say_no_kind(where, problem);
    return !engine->can_be || engine->can_be(where, problem);
}

struct store *store_open_as(const char *where, enum store_use use,
                            const struct store_access *access, struct problem *problem) {
    const struct store_engine *engine = engine_of(where);
    if (engine)
        return engine->open(where, use, access, problem);
    say_no_kind(where, problem);
    return NULL;
}

struct store *store_open(const char *where, enum store_use use, struct problem *problem) {
    static const struct store_access nobody;
    return store_open_as(where, use, &nobody, problem);
}

bool store_is_cluster(const char *where) {
    const struct store_engine *engine = engine_of(where);
    return engine && engine->init;
}

bool store_is_file(const struct store *store) {
    return !store->engine->init;
}

void store_close(struct store *store) {
    if (!store)
        return;
    struct map *asked = (struct map *)store->asked;
    store->engine->close(store);
    if (asked)
        map_release(asked);
    free(asked);
}

/* ---- some hosts of it */

struct narrowing {
    bool (*wants)(void *context, struct slice host);
    void *context;
    struct map *asked;
};

static void take_wanted(void *context, const struct store_origin *origin, struct slice host,
                        int64_t first_hour, int64_t last_hour) {
    const struct narrowing *narrowing = context;
    (void)origin;
    (void)first_hour;
    (void)last_hour;
    if (narrowing->wants(narrowing->context, host))
        map_put(narrowing->asked, host, NULL);
}

bool store_narrow(struct store *store, bool (*wants)(void *context, struct slice host),
                  void *context, struct problem *problem) {
    struct narrowing narrowing = {wants, context, memory_new(sizeof(struct map))};
    map_init(narrowing.asked, 1);
    bool good = store_each_host(store, take_wanted, &narrowing, problem);
    store->asked = narrowing.asked;
    return good;
}

/* What is called back with, behind what is asked for. */
struct asked {
    const struct store *store;
    void *context;
    void (*each_template)(void *context, const struct hourly_template *text);
    void (*each_host)(void *context, const struct store_origin *origin, struct slice host,
                      int64_t first_hour, int64_t last_hour);
    void (*each_origin)(void *context, const struct store_origin *origin);
    struct map spans; /* origin -> its first and last hour */
};

static void give_template(void *context, const struct hourly_template *text) {
    const struct asked *asked = context;
    if (map_get(asked->store->asked, text->host))
        asked->each_template(asked->context, text);
}

static void give_host(void *context, const struct store_origin *origin, struct slice host,
                      int64_t first_hour, int64_t last_hour) {
    const struct asked *asked = context;
    if (map_get(asked->store->asked, host))
        asked->each_host(asked->context, origin, host, first_hour, last_hour);
}

static void add_span(void *context, const struct store_origin *origin, struct slice host,
                     int64_t first_hour, int64_t last_hour) {
    struct asked *asked = context;
    bool is_new;
    int64_t *span = map_put(&asked->spans, origin->id, &is_new);
    (void)host;
    if (is_new || first_hour < span[0])
        span[0] = first_hour;
    if (is_new || last_hour > span[1])
        span[1] = last_hour;
}

static void give_origin(void *context, const struct store_origin *origin) {
    const struct asked *asked = context;
    const int64_t *span = map_get(&asked->spans, origin->id);
    struct store_origin narrowed = *origin;
    narrowed.first_hour = span ? span[0] : INT64_MAX;
    narrowed.last_hour = span ? span[1] : INT64_MIN;
    asked->each_origin(asked->context, &narrowed);
}

bool store_begin(struct store *store, struct problem *problem) {
    return store->engine->begin(store, problem);
}

bool store_commit(struct store *store, struct problem *problem) {
    return store->engine->commit(store, problem);
}

void store_rollback(struct store *store) {
    store->engine->rollback(store);
}

bool store_put_state(struct store *store, const char *name, struct slice bytes,
                     struct problem *problem) {
    return store->engine->put_state(store, name, bytes, problem);
}

bool store_get_state(struct store *store, const char *name, struct pack *bytes_r,
                     struct problem *problem) {
    return store->engine->get_state(store, name, bytes_r, problem);
}

bool store_drop_open(struct store *store, struct problem *problem) {
    return store->engine->drop_open(store, problem);
}

bool store_end_open(struct store *store, struct problem *problem) {
    return store->engine->end_open(store, problem);
}

bool store_put_cell(struct store *store, enum cell_put put, const struct hourly_cell *cell,
                    struct problem *problem) {
    return store->engine->put_cell(store, put, cell, problem);
}

bool store_put_clock(struct store *store, const struct hourly_clock *clock,
                     struct problem *problem) {
    return store->engine->put_clock(store, clock, problem);
}

bool store_put_template(struct store *store, const struct hourly_template *text,
                        struct problem *problem) {
    return store->engine->put_template(store, text, problem);
}

bool store_put_run(struct store *store, const struct store_run *run, struct problem *problem) {
    return store->engine->put_run(store, run, problem);
}

bool store_each_cell(struct store *store, enum hourly_table table, const struct store_span *span,
                     void (*each)(void *context, const struct hourly_cell *cell), void *context,
                     struct problem *problem) {
    return store->engine->each_cell(store, table, span, each, context, problem);
}

bool store_each_template(struct store *store, const struct store_span *span,
                         void (*each)(void *context, const struct hourly_template *text),
                         void *context, struct problem *problem) {
    struct asked asked = {store, context, .each_template = each};
    return store->asked ? store->engine->each_template(store, span, give_template, &asked, problem)
                        : store->engine->each_template(store, span, each, context, problem);
}

bool store_each_run(struct store *store,
                    void (*each)(void *context, const struct store_origin *origin,
                                 const struct store_run *run),
                    void *context, struct problem *problem) {
    return store->engine->each_run(store, each, context, problem);
}

bool store_each_origin(struct store *store,
                       void (*each)(void *context, const struct store_origin *origin),
                       void *context, struct problem *problem) {
    struct asked asked = {store, context, .each_origin = each};
    if (!store->asked)
        return store->engine->each_origin(store, each, context, problem);
    map_init(&asked.spans, 2 * sizeof(int64_t));
    bool good = store_each_host(store, add_span, &asked, problem) &&
                store->engine->each_origin(store, give_origin, &asked, problem);
    map_release(&asked.spans);
    return good;
}

bool store_each_host(struct store *store,
                     void (*each)(void *context, const struct store_origin *origin,
                                  struct slice host, int64_t first_hour, int64_t last_hour),
                     void *context, struct problem *problem) {
    struct asked asked = {store, context, .each_host = each};
    return store->asked ? store->engine->each_host(store, give_host, &asked, problem)
                        : store->engine->each_host(store, each, context, problem);
}

uint64_t store_bytes(struct store *store) {
    return store->engine->bytes(store);
}

bool store_prune(struct store *store, int64_t before_hour, struct problem *problem) {
    return store->engine->prune(store, before_hour, problem);
}

bool store_merge(struct store *into, struct store *from, struct problem *problem) {
    if (into->engine != from->engine || !into->engine->merge)
        return problem_say(problem, "only files are merged: 'mailtriage history push' brings one "
                                    "into a cluster");
    return into->engine->merge(into, from, problem);
}

bool store_each_kept(struct store *store, const struct store_sink *sink, struct problem *problem) {
    if (!store->engine->each_kept)
        return problem_say(problem, "only a file is pushed: name it with --history");
    return store->engine->each_kept(store, sink, problem);
}

bool store_missing(struct store *store, struct out *out, struct problem *problem) {
    return !store->engine->missing || store->engine->missing(store, out, problem);
}

bool store_init(const char *where, const struct store_access *access, const char *cluster,
                struct out *print, struct problem *problem) {
    const struct store_engine *engine = engine_of(where);
    if (!engine)
        return say_no_kind(where, problem);
    if (!engine->init)
        return problem_say(problem, "'%s': a file is made by the first run that writes to it",
                           where);
    return engine->init(where, access, cluster, print, problem);
}

bool store_push(struct store *into, struct store *from, struct store *outbox, bool again,
                struct store_pushed *pushed_r, struct problem *problem) {
    if (!into->engine->push)
        return problem_say(problem, "a file is not pushed into another: merge them with "
                                    "'mailtriage history merge'");
    return into->engine->push(into, from, outbox, again, pushed_r, problem);
}

const char *store_about(void) {
    return engines[0]->about();
}
