/* sqlite_base - what the files of the SQLite store share: its statements, its texts, its errors. */
#ifndef STORE_SQLITE_BASE_H
#define STORE_SQLITE_BASE_H

#ifdef HAVE_LIBSQLITE
#include <sqlite3.h>

#include "base/arena.h"
#include "base/map.h"
#include "store/store.h"

/* The three forms of a table. */
enum sqlite_rows { ROWS_HOUR, ROWS_DAY, ROWS_OPEN, ROWS_KINDS };
extern const char *const sqlite_rows_names[ROWS_KINDS];

struct sqlite_store {
    struct store store; /* first */
    sqlite3 *db;
    char *where;
    bool pruned;        /* the file can be smaller */
    int64_t own;        /* the origin of what is written */
    uint64_t templates; /* of it; counted when the first is put */
    bool templates_known;
    struct map ids;   /* text -> int64_t, of `str` */
    struct map texts; /* id (int64_t) -> struct slice, in the arena */
    struct arena arena;
    sqlite3_stmt *puts[HOURLY_TABLES][ROWS_KINDS];
    sqlite3_stmt *id_of_text, *put_text, *text_of_id;
};

/* For queries: log_host(origin, host), each log host of each origin, where host > 0. It is found
 * from key to key, since hours are many and hosts few. */
#define SQLITE_LOG_HOSTS                                                                           \
    "WITH RECURSIVE log_host(origin, host) AS (SELECT id, 0 FROM origin UNION ALL"                 \
    " SELECT origin, (SELECT min(next) FROM"                                                       \
    "  (SELECT min(t.host) AS next FROM totals_hour t"                                             \
    "    WHERE t.origin = p.origin AND t.host > p.host UNION ALL"                                  \
    "   SELECT min(t.host) FROM totals_open t"                                                     \
    "    WHERE t.origin = p.origin AND t.host > p.host))"                                          \
    " FROM log_host p WHERE host IS NOT NULL) "

/* The same, and log_span(origin, host, first, last): the hours between which all of it lies. */
#define SQLITE_LOG_SPANS                                                                           \
    SQLITE_LOG_HOSTS                                                                               \
    ", log_span(origin, host, first, last) AS (SELECT origin, host,"                               \
    " (SELECT min(hour) FROM"                                                                      \
    "  (SELECT min(t.hour) AS hour FROM totals_hour t"                                             \
    "    WHERE t.origin = h.origin AND t.host = h.host UNION ALL"                                  \
    "   SELECT min(t.hour) FROM totals_open t"                                                     \
    "    WHERE t.origin = h.origin AND t.host = h.host)),"                                         \
    " (SELECT max(hour) FROM"                                                                      \
    "  (SELECT max(t.hour) AS hour FROM totals_hour t"                                             \
    "    WHERE t.origin = h.origin AND t.host = h.host UNION ALL"                                  \
    "   SELECT max(t.hour) FROM totals_open t"                                                     \
    "    WHERE t.origin = h.origin AND t.host = h.host))"                                          \
    " FROM log_host h WHERE host > 0) "

static inline struct sqlite_store *sqlite_of(struct store *store) {
    return (struct sqlite_store *)(void *)store;
}

/* Says what SQLite said, behind the name of the store; false. */
bool sqlite_fault(const struct sqlite_store *sqlite, struct problem *problem);
/* Runs statements without values. */
bool sqlite_run(struct sqlite_store *sqlite, const char *statements, struct problem *problem);
/* NULL: said in problem. */
sqlite3_stmt *sqlite_prepare(struct sqlite_store *sqlite, const char *text,
                             struct problem *problem);
/* Runs a statement that gives no rows, and makes it ready for the next values. */
bool sqlite_do(struct sqlite_store *sqlite, sqlite3_stmt *statement, struct problem *problem);
/* Steps a statement that gives rows: true while there is one. At the end *good_r tells whether all
 * went well, else it is said in problem. */
bool sqlite_next(struct sqlite_store *sqlite, sqlite3_stmt *statement, bool *good_r,
                 struct problem *problem);
void sqlite_bind_slice(sqlite3_stmt *statement, int place, struct slice text);
/* Valid until the next step. */
struct slice sqlite_slice(sqlite3_stmt *statement, int column);

/* The number of a text, added when it is new; -1: said in problem. */
int64_t sqlite_id(struct sqlite_store *sqlite, struct slice text, struct problem *problem);
/* The text of a number; empty when there is none. Valid until sqlite_forget_texts. */
struct slice sqlite_text(struct sqlite_store *sqlite, int64_t id);
void sqlite_forget_texts(struct sqlite_store *sqlite);

/* sqlite_cells.c */
bool sqlite_put_cell(struct store *store, enum cell_put put, const struct hourly_cell *cell,
                     struct problem *problem);
bool sqlite_drop_open(struct store *store, struct problem *problem);
bool sqlite_end_open(struct store *store, struct problem *problem);
bool sqlite_each_cell(struct store *store, enum hourly_table table, const struct store_span *span,
                      void (*each)(void *context, const struct hourly_cell *cell), void *context,
                      struct problem *problem);
bool sqlite_each_host(struct store *store,
                      void (*each)(void *context, const struct store_origin *origin,
                                   struct slice host, int64_t first_hour, int64_t last_hour),
                      void *context, struct problem *problem);
/* Lets go of hours that fade, of a host whose days before closed_day are handed over. */
bool sqlite_let_fade(struct sqlite_store *sqlite, int64_t host, int64_t closed_day,
                     struct problem *problem);
bool sqlite_has_rows(enum hourly_table table, enum sqlite_rows rows);

/* sqlite_care.c */
bool sqlite_prune(struct store *store, int64_t before_hour, struct problem *problem);
bool sqlite_merge(struct store *into, struct store *from, struct problem *problem);

/* sqlite_kept.c */
bool sqlite_each_kept(struct store *store, const struct store_sink *sink, struct problem *problem);

/* sqlite.c; rows from a column on, texts valid as those of sqlite_text and sqlite_slice: */
#define SQLITE_TEMPLATE_COLUMNS                                                                    \
    "host, class, event, direction, level, mta, text, count, first, last, reply, source, line"
struct hourly_template sqlite_template_at(struct sqlite_store *sqlite, sqlite3_stmt *statement,
                                          int column);
/* name, maker and own, in front of a row; of which hours is not known from it. */
struct store_origin sqlite_origin_at(sqlite3_stmt *statement);
/* rules, started, ended, and the ledger in the order of its fields. */
struct store_run sqlite_run_at(sqlite3_stmt *statement, int column);
bool sqlite_begin(struct store *store, struct problem *problem);
bool sqlite_commit(struct store *store, struct problem *problem);
void sqlite_rollback(struct store *store);

#endif
#endif
