/* clickhouse_base - what the files of the ClickHouse store share: asking a server, and its answers,
 * row by row.
 */
#ifndef STORE_CLICKHOUSE_BASE_H
#define STORE_CLICKHOUSE_BASE_H

#include "store/answer.h"
#include "store/clickhouse_place.h"
#include "store/clickhouse_sql.h"
#include "store/http.h"
#include "store/store.h"

struct clickhouse_store {
    struct store store; /* first */
    struct http *http;
    struct clickhouse_place place;
    struct clickhouse_tables tables;
    bool partial;
    int64_t kept_from;   /* seconds: what was before has been let go */
    int64_t closed_from; /* hours before it are over on every host; -1: not asked yet */
    struct arena arena;
};

static inline struct clickhouse_store *clickhouse_of(struct store *store) {
    return (struct clickhouse_store *)(void *)store;
}

/* Connects to nothing yet. To be released also after false. */
bool clickhouse_begin(struct clickhouse_store *store, const char *where,
                      const struct store_access *access, struct problem *problem);
void clickhouse_end(struct clickhouse_store *store);

/* A statement without an answer. */
bool clickhouse_do(struct clickhouse_store *store, struct slice statement, struct problem *problem);
/* Rows of a table, as tab_text puts them: a line each, with the columns of sql_columns. They are
 * stored when this gives true. */
bool clickhouse_insert(struct clickhouse_store *store, int table, struct slice rows,
                       struct problem *problem);

/* As answer.h wants it. */
struct clickhouse_question {
    struct slice statement;
    size_t columns;
    /* The cells of a row, without the count; they may be written to. */
    void (*row)(void *context, struct slice *cells);
    void *context;
};
bool clickhouse_ask(struct clickhouse_store *store, const struct clickhouse_question *question,
                    struct problem *problem);

/* Seconds as an hour. */
int64_t clickhouse_hour(struct slice cell);

/* clickhouse_push.c */
bool clickhouse_push(struct store *into, struct store *from, struct store *outbox, bool again,
                     struct store_pushed *pushed_r, struct problem *problem);
/* clickhouse_care.c */
bool clickhouse_init(const char *where, const struct store_access *access, const char *cluster,
                     struct out *print, struct problem *problem);
bool clickhouse_prune(struct store *store, int64_t before_hour, struct problem *problem);
bool clickhouse_missing(struct store *store, struct out *out, struct problem *problem);

#endif
