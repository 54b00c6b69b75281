/* store - where history is kept: what each hour counted, and what a run needs to go on later. A
 * store is a table of functions; stores.def lists them, so another engine is one more file.
 *
 * All that is written stands between store_begin and store_commit, and is there whole or not at
 * all: the positions in the logs are in the same transaction as what was counted of them. Two runs
 * cannot both be between the two.
 *
 * A store belongs to one origin, a random name it got when it was made. Merged stores keep what is
 * of each origin apart; what is read is the sum of all.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/pack.h"
#include "base/problem.h"
#include "tally/cell.h"
#include "tally/tally.h"

enum store_use {
    STORE_READ,  /* it must be there, and is not changed */
    STORE_WRITE, /* made when it is not there */
    STORE_OLD,   /* it must be there, and is changed */
    STORE_MAKE,  /* must not be there yet */
};

/* Whose history it is, and what of it. */
struct store_origin {              /* texts are borrowed during the call */
    struct slice id;               /* random */
    struct slice maker;            /* the host on which it was made */
    struct slice rules;            /* of the last run that read something; empty: none yet */
    int64_t made;                  /* seconds */
    uint64_t serial;               /* of two copies of one origin the newer one has more */
    bool own;                      /* not merged into it */
    int64_t first_hour, last_hour; /* of what is kept; first > last: nothing */
};

/* One run. */
struct store_run {
    struct slice rules; /* their version */
    int64_t started, ended;
    struct ledger ledger;
};

/* A part of history. Hours of INT64_MIN and INT64_MAX: from the beginning, to the end. */
struct store_span {
    int64_t since, until; /* hours, half-open */
    bool by_hour;         /* each hour for itself; else all of the span together, hour 0 */
    bool by_host;         /* each host for itself; else all hosts together, host "" */
};

struct store_engine;
struct store {
    const struct store_engine *engine;
};

/* NULL: said in problem. */
struct store *store_open(const char *where, enum store_use use, struct problem *problem);
void store_close(struct store *store);

bool store_begin(struct store *store, struct problem *problem);
bool store_commit(struct store *store, struct problem *problem);
void store_rollback(struct store *store);

/* What a run remembers, by name. A state that is not there is empty. */
bool store_put_state(struct store *store, const char *name, struct slice bytes,
                     struct problem *problem);
bool store_get_state(struct store *store, const char *name, struct pack *bytes_r,
                     struct problem *problem);

bool store_drop_open(struct store *store, struct problem *problem);
/* Open hours count as over, as they are: nobody remembers what else is theirs. */
bool store_end_open(struct store *store, struct problem *problem);
bool store_put_cell(struct store *store, enum cell_put put, const struct hourly_cell *cell,
                    struct problem *problem);
bool store_put_clock(struct store *store, const struct hourly_clock *clock,
                     struct problem *problem);
bool store_put_template(struct store *store, const struct hourly_template *text,
                        struct problem *problem);
bool store_put_run(struct store *store, const struct store_run *run, struct problem *problem);

/* Calls back in no order that means anything; texts are borrowed during the call. */
bool store_each_cell(struct store *store, enum hourly_table table, const struct store_span *span,
                     void (*each)(void *context, const struct hourly_cell *cell), void *context,
                     struct problem *problem);
/* Those that were seen in the span: last and first overlap it. */
bool store_each_template(struct store *store, const struct store_span *span,
                         void (*each)(void *context, const struct hourly_template *text),
                         void *context, struct problem *problem);
/* The newest first, of all origins. */
bool store_each_run(struct store *store,
                    void (*each)(void *context, const struct store_origin *origin,
                                 const struct store_run *run),
                    void *context, struct problem *problem);
/* The own one first. */
bool store_each_origin(struct store *store,
                       void (*each)(void *context, const struct store_origin *origin),
                       void *context, struct problem *problem);
/* Hosts of logs with the first and last hour of each, by name. */
bool store_each_host(struct store *store,
                     void (*each)(void *context, const struct store_origin *origin,
                                  struct slice host, int64_t first_hour, int64_t last_hour),
                     void *context, struct problem *problem);

/* Bytes that it takes; 0: not known. */
uint64_t store_bytes(struct store *store);
/* Lets go of what is before an hour. */
bool store_prune(struct store *store, int64_t before_hour, struct problem *problem);
/* Adds what another store of the same kind has: its origins replace older copies of themselves. */
bool store_merge(struct store *into, struct store *from, struct problem *problem);
/* For --version: "SQLite 3.40.1", or how to get it. */
const char *store_about(void);

/* One kind of store: the functions above, of its own. */
struct store_engine {
    const char *name;
    bool (*knows)(const char *where); /* the name is one of its kind */
    struct store *(*open)(const char *where, enum store_use use, struct problem *problem);
    void (*close)(struct store *store);
    bool (*begin)(struct store *store, struct problem *problem);
    bool (*commit)(struct store *store, struct problem *problem);
    void (*rollback)(struct store *store);
    bool (*put_state)(struct store *store, const char *name, struct slice bytes,
                      struct problem *problem);
    bool (*get_state)(struct store *store, const char *name, struct pack *bytes_r,
                      struct problem *problem);
    bool (*drop_open)(struct store *store, struct problem *problem);
    bool (*end_open)(struct store *store, struct problem *problem);
    bool (*put_cell)(struct store *store, enum cell_put put, const struct hourly_cell *cell,
                     struct problem *problem);
    bool (*put_clock)(struct store *store, const struct hourly_clock *clock,
                      struct problem *problem);
    bool (*put_template)(struct store *store, const struct hourly_template *text,
                         struct problem *problem);
    bool (*put_run)(struct store *store, const struct store_run *run, struct problem *problem);
    bool (*each_cell)(struct store *store, enum hourly_table table, const struct store_span *span,
                      void (*each)(void *context, const struct hourly_cell *cell), void *context,
                      struct problem *problem);
    bool (*each_template)(struct store *store, const struct store_span *span,
                          void (*each)(void *context, const struct hourly_template *text),
                          void *context, struct problem *problem);
    bool (*each_run)(struct store *store,
                     void (*each)(void *context, const struct store_origin *origin,
                                  const struct store_run *run),
                     void *context, struct problem *problem);
    bool (*each_origin)(struct store *store,
                        void (*each)(void *context, const struct store_origin *origin),
                        void *context, struct problem *problem);
    bool (*each_host)(struct store *store,
                      void (*each)(void *context, const struct store_origin *origin,
                                   struct slice host, int64_t first_hour, int64_t last_hour),
                      void *context, struct problem *problem);
    uint64_t (*bytes)(struct store *store);
    bool (*prune)(struct store *store, int64_t before_hour, struct problem *problem);
    bool (*merge)(struct store *into, struct store *from, struct problem *problem);
    const char *(*about)(void);
};

#define STORE(object) extern const struct store_engine object;
#include "store/stores.def"
#undef STORE

#endif
