/* Why: somebody makes the tables, lets go of what is old, and asks what is missing.
 *
 * How: nothing here is of all nodes at once: that would need ZooKeeper. Tables are made, and old
 * months let go, on the node that is named, and the same is said to each of the others.
 */
#include "store/clickhouse_base.h"

#include <stdlib.h>
#include <time.h>

#include "base/map.h"
#include "base/memory.h"
#include "store/tab_text.h"

/* ---- making */

struct making {
    struct clickhouse_store *store;
    struct out *print; /* NULL: does it */
    bool good;
    struct problem *problem;
};

static void make(void *context, struct slice statement) {
    struct making *making = context;
    if (making->print) {
        out_slice(making->print, statement);
        out_text(making->print, ";\n");
    } else if (making->good) {
        making->good = clickhouse_do(making->store, statement, making->problem);
    }
}

static void make_database(struct making *making) {
    struct out statement;
    out_init_memory(&statement);
    out_print(&statement, "CREATE DATABASE IF NOT EXISTS %s", making->store->place.database);
    make(making, out_held(&statement));
    out_release(&statement);
}

/* The node notes its version, and which shard it is, so that one that is missing has a name. */
static void note_node(struct making *making, const char *cluster) {
    struct out statement;
    out_init_memory(&statement);
    out_text(&statement, "INSERT INTO ");
    sql_local(&statement, &making->store->tables, CLICKHOUSE_NODE);
    out_byte(&statement, ' ');
    sql_columns(&statement, CLICKHOUSE_NODE);
    out_text(&statement, " SELECT 1, toUInt32(max(shard_num)), ");
    tab_text_literal(&statement, slice_of(cluster));
    out_print(&statement, ", toDateTime(%lld, 'UTC'), %d FROM system.clusters WHERE cluster = ",
              (long long)making->store->kept_from, (int)CLICKHOUSE_SCHEMA);
    tab_text_literal(&statement, slice_of(cluster));
    out_text(&statement, " AND is_local = 1");
    make(making, out_held(&statement));
    out_release(&statement);
}

struct found {
    uint64_t count, version;
    struct slice cluster; /* of the arena */
    struct clickhouse_store *store;
};

static void take_replicas(void *context, struct slice *cells) {
    struct found *found = context;
    found->count++;
    found->version = answer_number(cells[1]);
}

static void take_count(void *context, struct slice *cells) {
    struct found *found = context;
    (void)cells;
    found->count++;
}

static void take_node(void *context, struct slice *cells) {
    struct found *found = context;
    found->count++;
    found->version = answer_number(cells[0]);
    found->cluster = arena_copy(&found->store->arena, cells[1]);
    found->store->kept_from = answer_signed(cells[2]);
}

static bool ask_text(struct clickhouse_store *store, struct out *statement, size_t columns,
                     void (*row)(void *context, struct slice *cells), void *context,
                     struct problem *problem) {
    const struct clickhouse_question question = {out_held(statement), columns, row, context};
    bool good = clickhouse_ask(store, &question, problem);
    out_release(statement);
    return good;
}

static bool check_cluster(struct clickhouse_store *store, const char *cluster,
                          struct problem *problem) {
    struct found found = {0};
    struct out statement;
    if (!*cluster)
        return true;
    out_init_memory(&statement);
    out_text(&statement,
             "SELECT cluster, max(replica_num), count() FROM system.clusters WHERE cluster = ");
    tab_text_literal(&statement, slice_of(cluster));
    out_text(&statement, " GROUP BY cluster WITH TOTALS");
    if (!ask_text(store, &statement, 2, take_replicas, &found, problem))
        return false;
    if (found.count && found.version > 1)
        return problem_say(
            problem,
            "history '%s': shards of cluster '%s' have replicas, which would not get "
            "the same rows: name a cluster of one replica a shard",
            store->place.name, cluster);
    return found.count || problem_say(problem,
                                      "history '%s': the server knows no cluster '%s': "
                                      "remote_servers of its configuration names them",
                                      store->place.name, cluster);
}

/* What is there already: nothing, or tables of the same kind, not of a newer program. */
static bool check_tables(struct clickhouse_store *store, const char *cluster,
                         struct problem *problem) {
    struct found found = {.store = store};
    struct out statement;
    out_init_memory(&statement);
    out_print(&statement,
              "SELECT name, count() FROM system.tables WHERE database = '%s' AND name = 'node'"
              " GROUP BY name WITH TOTALS",
              store->place.database);
    if (!ask_text(store, &statement, 1, take_count, &found, problem))
        return false;
    if (!found.count)
        return true;
    found.count = 0;
    out_init_memory(&statement);
    out_text(&statement, "SELECT `version`, `cluster`, toUInt32(`kept_from`), count() FROM ");
    sql_local(&statement, &store->tables, CLICKHOUSE_NODE);
    out_text(&statement, " FINAL GROUP BY `version`, `cluster`, `kept_from` WITH TOTALS");
    if (!ask_text(store, &statement, 3, take_node, &found, problem))
        return false;
    if (found.count && found.version > CLICKHOUSE_SCHEMA)
        return problem_say(problem,
                           "history '%s' was made by a newer mailtriage (its version is %llu, this "
                           "program knows %d): it is left as it is",
                           store->place.name, (unsigned long long)found.version,
                           (int)CLICKHOUSE_SCHEMA);
    if (found.count && !slice_is(found.cluster, cluster))
        return problem_say(
            problem, "history '%s' was made %s%.*s%s: take another name for the database",
            store->place.name, found.cluster.length ? "for the cluster '" : "",
            SLICE_ARGS(found.cluster), found.cluster.length ? "'" : "without a cluster");
    return true;
}

bool clickhouse_init(const char *where, const struct store_access *access, const char *cluster,
                     struct out *print, struct problem *problem) {
    struct clickhouse_store store = {0};
    struct making making = {&store, print, true, problem};
    cluster = cluster ? cluster : "";
    bool good = print ? (arena_init(&store.arena), true) : true;
    if (print)
        good = clickhouse_place_read(where, &store.arena, &store.place, problem);
    else
        good = clickhouse_begin(&store, where, access, problem);
    store.tables = (struct clickhouse_tables){store.place.database, *cluster != '\0'};
    good = good && (print || (check_cluster(&store, cluster, problem) &&
                              check_tables(&store, cluster, problem)));
    if (good) {
        make_database(&making);
        for (int table = 0; table < CLICKHOUSE_TABLES; table++)
            sql_create(&store.tables, cluster, table, make, &making);
        note_node(&making, cluster);
    }
    clickhouse_end(&store);
    return good && making.good;
}

/* ---- letting go */

struct pruning {
    struct clickhouse_store *store;
    int64_t month, faded_month; /* 202611: what is before it goes */
    bool good;
    struct arena arena;
    struct slice *statements;
    size_t count, capacity;
};

/* "202611" of seconds. */
static int64_t month_of(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm parts = {0};
    gmtime_r(&time, &parts);
    return (parts.tm_year + 1900) * 100 + parts.tm_mon + 1;
}

/* Hours that fade and hours that are open: in a month that is over on every host there is nothing
 * of them any more but zeros and what only days are read of. */
static bool is_old(const struct pruning *pruning, enum hourly_table table, struct slice id) {
    struct slice month, form = id;
    slice_cut(&form, '-', &month);
    bool fades =
        slice_is(form, "3") || (slice_is(form, "1") && hourly_shape(table)->keeping & HOURLY_FADES);
    int64_t number = answer_signed(month);
    return number > 0 && (number < pruning->month || (fades && number < pruning->faded_month));
}

static void take_partition(void *context, struct slice *cells) {
    struct pruning *pruning = context;
    for (int table = 0; table < HOURLY_TABLES; table++) {
        struct out local;
        out_init_memory(&local);
        sql_local(&local, &pruning->store->tables, table);
        struct slice name =
            slice_from(out_held(&local), strlen(pruning->store->place.database) + 1);
        if (slice_equal(name, cells[0]) && is_old(pruning, (enum hourly_table)table, cells[1])) {
            pruning->statements = memory_grow(pruning->statements, &pruning->capacity,
                                              pruning->count + 1, sizeof *pruning->statements);
            pruning->statements[pruning->count++] =
                arena_print(&pruning->arena, "ALTER TABLE %.*s DROP PARTITION ID '%.*s'",
                            SLICE_ARGS(out_held(&local)), SLICE_ARGS(cells[1]));
        }
        out_release(&local);
    }
}

/* Of wordings and runs there are few: no partitions. */
static void add_rest(struct pruning *pruning, int64_t seconds) {
    static const struct {
        int table;
        const char *column;
    } rest[] = {{CLICKHOUSE_TEMPLATE, "last"}, {CLICKHOUSE_RUN, "ended"}};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        struct out out;
        out_init_memory(&out);
        out_text(&out, "ALTER TABLE ");
        sql_local(&out, &pruning->store->tables, rest[i].table);
        out_print(&out, " DELETE WHERE `%s` < toDateTime(%lld, 'UTC')", rest[i].column,
                  (long long)seconds);
        pruning->statements = memory_grow(pruning->statements, &pruning->capacity,
                                          pruning->count + 1, sizeof *pruning->statements);
        pruning->statements[pruning->count++] = arena_copy(&pruning->arena, out_held(&out));
        out_release(&out);
    }
}

static int64_t begin_of_month(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm parts = {0};
    gmtime_r(&time, &parts);
    parts = (struct tm){.tm_year = parts.tm_year, .tm_mon = parts.tm_mon, .tm_mday = 1};
    return timegm(&parts);
}

static void take_clock(void *context, struct slice *cells) {
    *(int64_t *)context = answer_signed(cells[0]);
}

/* Who lets go by a clock that is wrong lets go of all there is. */
static bool check_clock(struct clickhouse_store *store, struct problem *problem) {
    int64_t theirs = 0, ours = (int64_t)time(NULL);
    struct out statement;
    enum { DAY = DAY_HOURS * HOUR };
    out_init_memory(&statement);
    out_text(&statement, "SELECT toUInt32(now()) AS t, count() FROM system.one GROUP BY t"
                         " WITH TOTALS");
    if (!ask_text(store, &statement, 1, take_clock, &theirs, problem))
        return false;
    if (theirs - ours < DAY && ours - theirs < DAY)
        return true;
    return problem_say(problem,
                       "history '%s': the clocks of this host and of the server are more than a "
                       "day apart: one of them is wrong, and nothing is let go",
                       store->place.name);
}

/* By the host whose log is the furthest behind. */
static bool find_faded(struct pruning *pruning, struct problem *problem) {
    int64_t closed = 0;
    struct out statement;
    out_init_memory(&statement);
    out_text(&statement, "SELECT toUInt32(`closed_day`) AS t, count() FROM ");
    sql_local(&statement, &pruning->store->tables, CLICKHOUSE_HOST);
    out_text(&statement, " FINAL WHERE `version` > 0 GROUP BY t WITH TOTALS ORDER BY t DESC");
    if (!ask_text(pruning->store, &statement, 1, take_clock, &closed, problem))
        return false;
    pruning->faded_month = month_of(closed - HOURLY_FADE_DAYS * DAY_HOURS * HOUR);
    return true;
}

static void note_kept_from(struct pruning *pruning, int64_t seconds, struct problem *problem) {
    struct clickhouse_store *store = pruning->store;
    struct out out, table;
    out_init_memory(&out);
    out_init_memory(&table);
    sql_local(&table, &store->tables, CLICKHOUSE_NODE);
    out_text(&out, "INSERT INTO ");
    out_slice(&out, out_held(&table));
    out_byte(&out, ' ');
    sql_columns(&out, CLICKHOUSE_NODE);
    out_print(&out, " SELECT `id`, `shard`, `cluster`, toDateTime(%lld, 'UTC'), `version` FROM ",
              (long long)seconds);
    out_slice(&out, out_held(&table));
    out_text(&out, " FINAL");
    pruning->good = pruning->good && clickhouse_do(store, out_held(&out), problem);
    out_release(&table);
    out_release(&out);
}

bool clickhouse_prune(struct store *store, int64_t before_hour, struct problem *problem) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    int64_t seconds = begin_of_month(sql_seconds(before_hour * HOUR));
    struct pruning pruning = {.store = clickhouse, .month = month_of(seconds)};
    struct out statement;
    if (!check_clock(clickhouse, problem) || !find_faded(&pruning, problem))
        return false;
    arena_init(&pruning.arena);
    out_init_memory(&statement);
    out_print(&statement,
              "SELECT table, partition_id, count() FROM system.parts WHERE database = '%s'"
              " AND active GROUP BY table, partition_id WITH TOTALS ORDER BY table, partition_id",
              clickhouse->place.database);
    pruning.good = ask_text(clickhouse, &statement, 2, take_partition, &pruning, problem);
    add_rest(&pruning, seconds);
    for (size_t i = 0; pruning.good && i < pruning.count; i++)
        pruning.good = clickhouse_do(clickhouse, pruning.statements[i], problem);
    if (pruning.good && seconds > clickhouse->kept_from)
        note_kept_from(&pruning, seconds, problem);
    free(pruning.statements);
    arena_release(&pruning.arena);
    return pruning.good;
}

/* ---- what is missing */

struct shards {
    struct clickhouse_store *store;
    struct map named; /* number -> whether it answers */
    struct out *out;
};

static void take_answering(void *context, struct slice *cells) {
    struct shards *shards = context;
    *(bool *)map_put(&shards->named, cells[0], NULL) = true;
}

static void take_configured(void *context, struct slice *cells) {
    struct shards *shards = context;
    bool is_new;
    bool *is_told = map_put(&shards->named, cells[0], &is_new);
    if (*is_told)
        return;
    out_print(shards->out, "%s%.*s:%.*s", shards->out->length ? ", " : "", SLICE_ARGS(cells[1]),
              SLICE_ARGS(cells[2]));
}

bool clickhouse_missing(struct store *store, struct out *out, struct problem *problem) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    struct shards shards = {.store = clickhouse, .out = out};
    struct out statement;
    if (!clickhouse->partial || !clickhouse->tables.is_cluster)
        return true;
    map_init(&shards.named, sizeof(bool));
    out_init_memory(&statement);
    out_text(&statement, "SELECT `shard`, count() FROM ");
    sql_table(&statement, &clickhouse->tables, CLICKHOUSE_NODE);
    out_text(&statement, " GROUP BY `shard` WITH TOTALS");
    bool good = ask_text(clickhouse, &statement, 1, take_answering, &shards, problem);
    out_init_memory(&statement);
    out_text(&statement, "SELECT shard_num, host_name, port, count() FROM system.clusters"
                         " WHERE cluster = (SELECT max(`cluster`) FROM ");
    sql_local(&statement, &clickhouse->tables, CLICKHOUSE_NODE);
    out_text(&statement, ") GROUP BY shard_num, host_name, port WITH TOTALS"
                         " ORDER BY shard_num, host_name, port");
    good = ask_text(clickhouse, &statement, 3, take_configured, &shards, good ? problem : NULL) &&
           good;
    map_release(&shards.named);
    return good;
}
