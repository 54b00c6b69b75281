/* Why: hourly.def says what history keeps; a table or a key more must not be a change in ten
 * statements.
 *
 * How: of each table one on each node, ReplacingMergeTree, ordered by all its keys: of rows with
 * the same keys the one with the highest version stays, so the same row sent again is no other row.
 * FINAL reads them so even before the server has thrown the others away.
 */
#include "store/clickhouse_sql.h"

#include "store/tab_text.h"

/* ---- the tables */

#define SOURCE "`origin` String, `host` String, "

/* Those beside hourly.def: what is sent, how it is ordered. */
static const struct {
    const char *name, *sent, *columns, *order;
} others[] = {
    [CLICKHOUSE_TEMPLATE - HOURLY_TABLES] =
        {"template",
         "origin host class event direction level mta text count first last reply source line "
         "version",
         SOURCE "`class` String, `event` String, `direction` String, `level` String, `mta` String, "
                "`text` String, `count` Int64, `first` DateTime('UTC'), `last` DateTime('UTC'), "
                "`reply` String, `source` String, `line` UInt64, `version` UInt64",
         "`origin`, `host`, `class`, `event`, `direction`, `level`, `mta`, `text`"},
    [CLICKHOUSE_RUN - HOURLY_TABLES] =
        {"run", "origin id rules started ended read used dull other outside not_understood version",
         "`origin` String, `id` UInt64, `rules` String, `started` DateTime('UTC'), "
         "`ended` DateTime('UTC'), `read` UInt64, `used` UInt64, `dull` UInt64, `other` UInt64, "
         "`outside` UInt64, `not_understood` UInt64, `version` UInt64",
         "`origin`, `id`"},
    [CLICKHOUSE_HOST -
        HOURLY_TABLES] = {"host", "origin host first_hour last_hour closed_day version",
                          SOURCE "`first_hour` DateTime('UTC'), `last_hour` DateTime('UTC'), "
                                 "`closed_day` DateTime('UTC'), `version` UInt64",
                          "`origin`, `host`"},
    [CLICKHOUSE_ORIGIN - HOURLY_TABLES] =
        {"origin", "origin maker rules made version",
         "`origin` String, `maker` String, `rules` String, `made` DateTime('UTC'), "
         "`version` UInt64",
         "`origin`"},
    [CLICKHOUSE_NODE - HOURLY_TABLES] =
        {"node", "id shard cluster kept_from version",
         "`id` UInt8, `shard` UInt32, `cluster` String, `kept_from` DateTime('UTC'), "
         "`version` UInt64",
         "`id`"},
};

const char *clickhouse_table_name(int table) {
    return table < HOURLY_TABLES ? hourly_shape((enum hourly_table)table)->name
                                 : others[table - HOURLY_TABLES].name;
}

void sql_table(struct out *out, const struct clickhouse_tables *tables, int table) {
    out_print(out, "%s.%s%s", tables->database, clickhouse_table_name(table),
              table == CLICKHOUSE_NODE ? "s" : "");
}

/* What a node says of itself is there without a cluster, too, and says whether there is one. */
void sql_local(struct out *out, const struct clickhouse_tables *tables, int table) {
    out_print(out, "%s.%s%s", tables->database, clickhouse_table_name(table),
              tables->is_cluster && table != CLICKHOUSE_NODE ? "_local" : "");
}

void sql_names(struct out *out, const char *names, const char *front, const char *back) {
    struct slice rest = slice_of(names), name;
    for (bool more = true, first = true; more; first = false) {
        more = slice_cut(&rest, ' ', &name);
        out_print(out, "%s%s`%.*s`%s", first ? "" : ", ", front, SLICE_ARGS(name), back);
    }
}

void sql_columns(struct out *out, int table) {
    out_byte(out, '(');
    if (table < HOURLY_TABLES) {
        const struct hourly_shape *shape = hourly_shape((enum hourly_table)table);
        sql_names(out, "form hour origin host", "", "");
        out_text(out, ", ");
        sql_names(out, shape->keys, "", "");
        out_text(out, ", ");
        sql_names(out, shape->numbers, "", "");
        out_text(out, ", `version`");
    } else {
        sql_names(out, others[table - HOURLY_TABLES].sent, "", "");
    }
    out_byte(out, ')');
}

void sql_counts(struct out *out, enum hourly_table table) {
    const struct hourly_shape *shape = hourly_shape(table);
    out_byte(out, '(');
    struct slice rest = slice_of(shape->numbers), name;
    for (bool more = true, first = true; more; first = false) {
        more = slice_cut(&rest, ' ', &name);
        out_print(out, "%s`%.*s` != 0", first ? "" : " OR ", SLICE_ARGS(name));
    }
    out_byte(out, ')');
}

static void out_hourly(struct out *out, const struct hourly_shape *shape) {
    out_text(out,
             "`form` Enum8('hour' = 1, 'day' = 2, 'open' = 3), `hour` DateTime('UTC'), " SOURCE);
    sql_names(out, shape->keys, "", " String");
    out_text(out, ", ");
    sql_names(out, shape->numbers, "", " Int64");
    out_text(out, ", `version` UInt64) ENGINE = ReplacingMergeTree(`version`)"
                  " PARTITION BY (toYYYYMM(`hour`), `form`)"
                  " ORDER BY (`form`, `hour`, `origin`, `host`, ");
    sql_names(out, shape->keys, "", "");
    out_byte(out, ')');
}

static void out_other(struct out *out, int table) {
    out_print(out, "%s) ENGINE = ReplacingMergeTree(`version`) PARTITION BY tuple() ORDER BY (%s)",
              others[table - HOURLY_TABLES].columns, others[table - HOURLY_TABLES].order);
}

/* All that is of one origin lies on one node: there its rows replace each other. */
void sql_create(const struct clickhouse_tables *tables, const char *cluster, int table,
                void (*each)(void *context, struct slice statement), void *context) {
    struct out out;
    out_init_memory(&out);
    out_text(&out, "CREATE TABLE IF NOT EXISTS ");
    sql_local(&out, tables, table);
    out_text(&out, " (");
    if (table < HOURLY_TABLES)
        out_hourly(&out, hourly_shape((enum hourly_table)table));
    else
        out_other(&out, table);
    each(context, out_held(&out));
    if (tables->is_cluster) {
        struct out local;
        out_init_memory(&local);
        sql_local(&local, tables, table);
        struct slice name = slice_from(out_held(&local), strlen(tables->database) + 1);
        out.length = 0;
        out_text(&out, "CREATE TABLE IF NOT EXISTS ");
        sql_table(&out, tables, table);
        out_text(&out, " AS ");
        sql_local(&out, tables, table);
        out_text(&out, " ENGINE = Distributed(");
        tab_text_literal(&out, slice_of(cluster));
        out_print(&out, ", '%s', '%.*s'%s)", tables->database, SLICE_ARGS(name),
                  table == CLICKHOUSE_NODE ? "" : ", cityHash64(`origin`)");
        each(context, out_held(&out));
        out_release(&local);
    }
    out_release(&out);
}

/* ---- times */

int64_t sql_seconds(int64_t seconds) {
    static const int64_t most = (int64_t)UINT32_MAX / HOUR * HOUR;
    return seconds < 0 ? 0 : seconds > most ? most : seconds;
}

void sql_hour(struct out *out, int64_t hour) {
    int64_t most = UINT32_MAX / HOUR;
    hour = hour < 0 ? 0 : hour > most ? most : hour;
    out_print(out, "toDateTime(%lld, 'UTC')", (long long)hour * HOUR);
}

/* ---- reading cells */

static int64_t day_at_or_behind(int64_t hour) {
    int64_t day = day_of(hour);
    return day == hour ? hour : day + DAY_HOURS;
}

/* An end of the span, as it is and rounded to a day, in hours that the server knows. */
struct bound {
    int64_t hour, rounded;
};

static struct bound bound_of(int64_t hour) {
    static const int64_t most = UINT32_MAX / HOUR;
    if (hour < 0)
        hour = 0;
    if (hour > most)
        return (struct bound){most, most};
    return (struct bound){hour, day_of(hour + DAY_HOURS / 2)};
}

/* One of two hours: the first where the hours of a host at this bound are gone, and only their day
 * is left. */
static void out_faded(struct out *out, struct bound bound, int64_t gone, int64_t kept) {
    if (gone == kept) {
        sql_hour(out, kept);
        return;
    }
    out_text(out, "if(");
    sql_hour(out, bound.hour + HOURLY_FADE_DAYS * DAY_HOURS);
    out_text(out, " < `closed_day`, ");
    sql_hour(out, gone);
    out_text(out, ", ");
    sql_hour(out, kept);
    out_byte(out, ')');
}

/* Whole days that are over are read as days, as they were summed up on their host; what is around
 * them as hours. (As in sqlite_cells.c.) */
static void out_forms(struct out *out, const struct hourly_shape *shape,
                      const struct store_span *span, int64_t closed_from) {
    bool fades = shape->keeping & HOURLY_FADES;
    struct bound since = bound_of(span->since), until = bound_of(span->until);
    out_text(out, "`hour` >= ");
    out_faded(out, since, fades ? since.rounded : since.hour, since.hour);
    out_text(out, " AND `hour` < ");
    out_faded(out, until, fades ? until.rounded : until.hour, until.hour);
    if (span->by_hour || !(shape->keeping & HOURLY_SUMMED)) {
        out_text(out, " AND `form` IN ('hour', 'open')");
        if (fades)
            out_print(out, " AND `hour` + %d >= `closed_day`", HOURLY_FADE_DAYS * DAY_HOURS * HOUR);
        return;
    }
    int64_t begin = day_at_or_behind(since.hour), end = day_of(until.hour);
    /* Of hours that days stand for nearly all are passed over unread. */
    out_print(out, " AND (`form` IN ('day', 'open') OR (`form` = 'hour' AND (`hour` < ");
    sql_hour(out, begin);
    out_text(out, " OR `hour` >= ");
    sql_hour(out, closed_from < end ? day_of(closed_from) : end);
    out_text(out, "))) AND (`form` = 'open' OR (`form` = 'day') = (`hour` >= ");
    out_faded(out, since, fades ? since.rounded : begin, begin);
    out_text(out, " AND `hour` < least(`closed_day`, ");
    out_faded(out, until, fades ? until.rounded : end, end);
    out_text(out, ")))");
}

static void out_question(struct out *out, const struct hourly_shape *shape,
                         const struct store_span *span) {
    out_text(out, span->by_host ? "`host`, " : "'', ");
    out_text(out, span->by_hour ? "toUInt32(`hour`), " : "0, ");
    sql_names(out, shape->keys, "", "");
    out_text(out, ", ");
    sql_names(out, shape->numbers, "sum(", ")");
    out_text(out, ", count()");
}

static void out_groups(struct out *out, const struct hourly_shape *shape,
                       const struct store_span *span) {
    out_text(out, span->by_host ? "`host`, " : "");
    out_text(out, span->by_hour ? "`hour`, " : "");
    sql_names(out, shape->keys, "", "");
}

void sql_cells(struct out *out, const struct clickhouse_tables *tables, enum hourly_table table,
               const struct store_span *span, int64_t closed_from, struct slice hosts) {
    const struct hourly_shape *shape = hourly_shape(table);
    out_text(out, "SELECT ");
    out_question(out, shape, span);
    out_text(out, " FROM ");
    sql_table(out, tables, table);
    out_text(out, " FINAL ALL INNER JOIN (SELECT `origin`, `host`, `closed_day` FROM ");
    sql_local(out, tables, CLICKHOUSE_HOST);
    out_text(out, " FINAL WHERE `version` > 0) USING (`origin`, `host`) WHERE ");
    /* What the index of the table can answer, whatever the host. */
    out_text(out, "`hour` >= ");
    sql_hour(out, day_of(bound_of(span->since).hour));
    out_text(out, " AND `hour` < ");
    sql_hour(out, day_at_or_behind(bound_of(span->until).hour));
    out_text(out, " AND ");
    out_forms(out, shape, span, closed_from);
    out_text(out, " AND ");
    sql_counts(out, table);
    out_slice(out, hosts);
    out_text(out, " GROUP BY ");
    out_groups(out, shape, span);
    out_text(out, " WITH TOTALS ORDER BY ");
    out_groups(out, shape, span);
}
