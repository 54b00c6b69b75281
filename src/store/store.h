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

#include "base/map.h"
#include "base/out.h"
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

/* How a cluster is spoken to. All zero: as nobody in particular, and whole. */
struct store_access {
    const char *key_file; /* NULL: the environment says who asks */
    bool partial;         /* parts of it may be missing: store_missing tells which */
};

/* Where rows stand: hours that are over, days that are, hours that still go on. */
enum store_form { STORE_HOURS, STORE_DAYS, STORE_OPEN_HOURS, STORE_FORMS };

/* A part of history. Hours of INT64_MIN and INT64_MAX: from the beginning, to the end. */
struct store_span {
    int64_t since, until; /* hours, half-open */
    bool by_hour;         /* each hour for itself; else all of the span together, hour 0 */
    bool by_host;         /* each host for itself; else all hosts together, host "" */
};

struct store_engine;
struct store {
    const struct store_engine *engine;
    const struct map *asked; /* names of the hosts that are read; NULL: all */
};

/* Takes all that is kept, as it is kept, for another store to have the same. False ends it, said in
 * the problem of whoever called. Texts are borrowed during the call. */
struct store_sink {
    void *context;
    bool (*origin)(void *context, const struct store_origin *origin);
    bool (*host)(void *context, const struct store_origin *origin, struct slice host,
                 int64_t first_hour, int64_t last_hour, int64_t closed_day);
    bool (*cell)(void *context, const struct store_origin *origin, enum store_form form,
                 const struct hourly_cell *cell);
    bool (*template)(void *context, const struct store_origin *origin,
                     const struct hourly_template *text);
    bool (*run)(void *context, const struct store_origin *origin, uint64_t id,
                const struct store_run *run);
};

/* What was pushed. */
struct store_pushed {
    uint64_t rows, hours; /* rows sent; hours and days of tables that they are of */
    uint64_t outside;     /* rows of times before 1970 or behind 2106: the server has none */
};

/* NULL: said in problem. */
struct store *store_open(const char *where, enum store_use use, struct problem *problem);
struct store *store_open_as(const char *where, enum store_use use,
                            const struct store_access *access, struct problem *problem);
void store_close(struct store *store);
/* From now on only hosts are read that are wanted. */
bool store_narrow(struct store *store, bool (*wants)(void *context, struct slice host),
                  void *context, struct problem *problem);
/* The name can be one of a history: wrong usage is told before anything is read. */
bool store_can_be(const char *where, struct problem *problem);
/* The name is one of a cluster, not of a file. */
bool store_is_cluster(const char *where);
bool store_is_file(const struct store *store);

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
/* First the origins, then their hosts, then each table form by form, origin by origin, host by host
 * and hour by hour; all as of one time. */
bool store_each_kept(struct store *store, const struct store_sink *sink, struct problem *problem);
/* Names what is missing of a cluster that may be read in part; empty: nothing. */
bool store_missing(struct store *store, struct out *out, struct problem *problem);
/* Makes the tables of a cluster, or those of one server (cluster NULL), on the node that is named;
 * with `print` only tells how. */
bool store_init(const char *where, const struct store_access *access, const char *cluster,
                struct out *print, struct problem *problem);
/* Brings into a cluster what changed in a file since the last time. from: the file, to be read;
 * outbox: the same, which remembers what has arrived. again: all, whatever it remembers. */
bool store_push(struct store *into, struct store *from, struct store *outbox, bool again,
                struct store_pushed *pushed_r, struct problem *problem);
/* For --version: "SQLite 3.40.1", or how to get it. */
const char *store_about(void);

/* One kind of store: the functions above, of its own. */
struct store_engine {
    const char *name;
    bool (*knows)(const char *where); /* the name is one of its kind */
    struct store *(*open)(const char *where, enum store_use use, const struct store_access *access,
                          struct problem *problem);
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
    /* Of files alone, NULL of others. */
    bool (*each_kept)(struct store *store, const struct store_sink *sink, struct problem *problem);
    /* Of clusters alone. */
    bool (*can_be)(const char *where, struct problem *problem); /* well formed */
    bool (*missing)(struct store *store, struct out *out, struct problem *problem);
    bool (*init)(const char *where, const struct store_access *access, const char *cluster,
                 struct out *print, struct problem *problem);
    bool (*push)(struct store *into, struct store *from, struct store *outbox, bool again,
                 struct store_pushed *pushed_r, struct problem *problem);
};

#define STORE(object) extern const struct store_engine object;
#include "store/stores.def"
#undef STORE

#endif
