/* store - hands each call to the engine of the store. */
#include "store/store.h"

static const struct store_engine *const engines[] = {
#define STORE(object) &object,
#include "store/stores.def"
#undef STORE
    NULL,
};

struct store *store_open(const char *where, enum store_use use, struct problem *problem) {
    for (size_t i = 0; engines[i]; i++)
        if (engines[i]->knows(where))
            return engines[i]->open(where, use, problem);
    problem_say(problem, "'%s': no kind of history is named like this", where);
    return NULL;
}

void store_close(struct store *store) {
    if (store)
        store->engine->close(store);
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
    return store->engine->each_template(store, span, each, context, problem);
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
    return store->engine->each_origin(store, each, context, problem);
}

bool store_each_host(struct store *store,
                     void (*each)(void *context, const struct store_origin *origin,
                                  struct slice host, int64_t first_hour, int64_t last_hour),
                     void *context, struct problem *problem) {
    return store->engine->each_host(store, each, context, problem);
}

uint64_t store_bytes(struct store *store) {
    return store->engine->bytes(store);
}

bool store_prune(struct store *store, int64_t before_hour, struct problem *problem) {
    return store->engine->prune(store, before_hour, problem);
}

bool store_merge(struct store *into, struct store *from, struct problem *problem) {
    if (into->engine != from->engine)
        return problem_say(problem, "stores of two kinds cannot be merged");
    return into->engine->merge(into, from, problem);
}

const char *store_about(void) {
    return engines[0]->about();
}
