/* Why: a year of hours of a busy server is millions of rows, and a report over it must be there in
 * a second or two.
 *
 * How: rows are numbers only, in the order of their keys. A span is read as whole days where those
 * are there, and as hours at its ends; rows are added up by the numbers of their texts, and only
 * what is left is looked up.
 */
#include "store/sqlite_base.h"

#ifdef HAVE_LIBSQLITE
#include <stdlib.h>

#include "base/memory.h"
#include "base/out.h"

bool sqlite_has_rows(enum hourly_table table, enum sqlite_rows rows) {
    return rows != ROWS_DAY || hourly_shape(table)->keeping & HOURLY_SUMMED;
}

/* ---- statements out of the names in hourly.def */

static void out_names(struct out *out, const char *names, const char *between) {
    struct slice rest = slice_of(names), name;
    for (bool more = true, first = true; more; first = false) {
        more = slice_cut(&rest, ' ', &name);
        out_text(out, first ? "" : between);
        out_slice(out, name);
    }
}

static void out_sums(struct out *out, const char *names) {
    struct slice rest = slice_of(names), name;
    for (bool more = true, first = true; more; first = false) {
        more = slice_cut(&rest, ' ', &name);
        out_print(out, "%s%.*s = %.*s + excluded.%.*s", first ? "" : ", ", SLICE_ARGS(name),
                  SLICE_ARGS(name), SLICE_ARGS(name));
    }
}

static sqlite3_stmt *prepare_out(struct sqlite_store *sqlite, struct out *out,
                                 struct problem *problem) {
    out_byte(out, '\0');
    sqlite3_stmt *statement = sqlite_prepare(sqlite, out_held(out).at, problem);
    out_release(out);
    return statement;
}

static sqlite3_stmt *prepare_put(struct sqlite_store *sqlite, enum hourly_table table,
                                 enum sqlite_rows rows, struct problem *problem) {
    const struct hourly_shape *shape = hourly_shape(table);
    struct out out;
    out_init_memory(&out);
    out_print(&out, "INSERT INTO %s_%s VALUES(?, ?, ?", shape->name, sqlite_rows_names[rows]);
    for (unsigned i = 0; i < shape->key_count + shape->number_count; i++)
        out_text(&out, ", ?");
    out_text(&out, ") ON CONFLICT(origin, host, hour, ");
    out_names(&out, shape->keys, ", ");
    out_text(&out, ") DO UPDATE SET ");
    out_sums(&out, shape->numbers);
    return prepare_out(sqlite, &out, problem);
}

/* ---- writing */

enum { ID_HOST, ID_KEYS, IDS = ID_KEYS + HOURLY_KEYS };

static bool ids_of(struct sqlite_store *sqlite, const struct hourly_cell *cell, int64_t ids_r[IDS],
                   struct problem *problem) {
    unsigned keys = hourly_shape(cell->table)->key_count;
    if ((ids_r[ID_HOST] = sqlite_id(sqlite, cell->host, problem)) < 0)
        return false;
    for (unsigned i = 0; i < keys; i++)
        if ((ids_r[ID_KEYS + i] = sqlite_id(sqlite, cell->keys[i], problem)) < 0)
            return false;
    return true;
}

/* The first keys of a cell. Gives how many are bound with them. */
static int bind_keys(sqlite3_stmt *statement, const struct sqlite_store *sqlite,
                     const struct hourly_cell *cell, const int64_t *ids, unsigned keys) {
    int place = 0;
    sqlite3_bind_int64(statement, ++place, sqlite->own);
    sqlite3_bind_int64(statement, ++place, ids[ID_HOST]);
    sqlite3_bind_int64(statement, ++place, cell->hour);
    for (unsigned i = 0; i < keys; i++)
        sqlite3_bind_int64(statement, ++place, ids[ID_KEYS + i]);
    return place;
}

static bool write_cell(struct sqlite_store *sqlite, enum sqlite_rows rows,
                       const struct hourly_cell *cell, const int64_t *ids,
                       struct problem *problem) {
    const struct hourly_shape *shape = hourly_shape(cell->table);
    sqlite3_stmt **put = &sqlite->puts[cell->table][rows];
    if (!*put && !(*put = prepare_put(sqlite, cell->table, rows, problem)))
        return false;
    int place = bind_keys(*put, sqlite, cell, ids, shape->key_count);
    for (unsigned i = 0; i < shape->number_count; i++)
        sqlite3_bind_int64(*put, ++place, cell->numbers[i]);
    return sqlite_do(sqlite, *put, problem);
}

/* How many rows stand under the first keys of a cell: one or none with all of them. */
static bool count_rows(struct sqlite_store *sqlite, enum sqlite_rows rows,
                       const struct hourly_cell *cell, const int64_t *ids, unsigned keys,
                       int64_t *count_r, struct problem *problem) {
    const struct hourly_shape *shape = hourly_shape(cell->table);
    struct slice rest = slice_of(shape->keys), name;
    struct out out;
    bool good;
    out_init_memory(&out);
    out_print(&out, "SELECT count(*) FROM %s_%s WHERE origin = ? AND host = ? AND hour = ?",
              shape->name, sqlite_rows_names[rows]);
    for (unsigned i = 0; i < keys; i++) {
        slice_cut(&rest, ' ', &name);
        out_print(&out, " AND %.*s = ?", SLICE_ARGS(name));
    }
    sqlite3_stmt *statement = prepare_out(sqlite, &out, problem);
    if (!statement)
        return false;
    bind_keys(statement, sqlite, cell, ids, keys);
    if (sqlite_next(sqlite, statement, &good, problem))
        *count_r = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return good;
}

/* Of what comes late, in the order of coming. */
static bool find_place(struct sqlite_store *sqlite, enum sqlite_rows rows,
                       const struct hourly_cell *cell, int64_t *ids, struct problem *problem) {
    const struct hourly_shape *shape = hourly_shape(cell->table);
    int64_t count = 0;
    if (!(shape->keeping & HOURLY_CUT))
        return true;
    if (!count_rows(sqlite, rows, cell, ids, shape->key_count, &count, problem))
        return false;
    if (count)
        return true;
    if (rows == ROWS_HOUR && !count_rows(sqlite, rows, cell, ids, 1, &count, problem))
        return false;
    if (rows == ROWS_DAY || count >= HOURLY_KEPT)
        ids[ID_KEYS + shape->key_count - 1] = sqlite_id(sqlite, SLICE(HOURLY_OTHER), problem);
    return ids[ID_KEYS + shape->key_count - 1] >= 0;
}

/* What comes late is added as it comes: up in one run and down in the next, or both at once. */
static bool drop_zeros(struct sqlite_store *sqlite, enum sqlite_rows rows,
                       const struct hourly_cell *cell, const int64_t *ids,
                       struct problem *problem) {
    const struct hourly_shape *shape = hourly_shape(cell->table);
    struct out out;
    out_init_memory(&out);
    out_print(&out, "DELETE FROM %s_%s WHERE origin = ? AND host = ? AND hour = ? AND (",
              shape->name, sqlite_rows_names[rows]);
    out_names(&out, shape->keys, ", ");
    out_text(&out, ") = (?");
    for (unsigned i = 1; i < shape->key_count; i++)
        out_text(&out, ", ?");
    out_text(&out, ") AND NOT (");
    out_names(&out, shape->numbers, " OR ");
    out_byte(&out, ')');
    sqlite3_stmt *statement = prepare_out(sqlite, &out, problem);
    if (!statement)
        return false;
    bind_keys(statement, sqlite, cell, ids, shape->key_count);
    bool good = sqlite_do(sqlite, statement, problem);
    sqlite3_finalize(statement);
    return good;
}

bool sqlite_put_cell(struct store *store, enum cell_put put, const struct hourly_cell *cell,
                     struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    int64_t ids[IDS];
    bool is_day = put == CELL_DAY || put == CELL_LATE_DAY;
    enum sqlite_rows rows = put == CELL_OPEN ? ROWS_OPEN : is_day ? ROWS_DAY : ROWS_HOUR;
    if (!ids_of(sqlite, cell, ids, problem))
        return false;
    bool is_late = put == CELL_LATE_HOUR || put == CELL_LATE_DAY;
    bool may_be_zero = is_late && hourly_shape(cell->table)->keeping & HOURLY_SIGNED;
    if (is_late && !find_place(sqlite, rows, cell, ids, problem))
        return false;
    return write_cell(sqlite, rows, cell, ids, problem) &&
           (!may_be_zero || drop_zeros(sqlite, rows, cell, ids, problem));
}

bool sqlite_drop_open(struct store *store, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    char text[100];
    for (int table = 0; table < HOURLY_TABLES; table++) {
        snprintf(text, sizeof text, "DELETE FROM %s_open WHERE origin = %lld",
                 hourly_shape((enum hourly_table)table)->name, (long long)sqlite->own);
        if (!sqlite_run(sqlite, text, problem))
            return false;
    }
    return true;
}

static bool run_out(struct sqlite_store *sqlite, struct out *out, struct problem *problem) {
    out_byte(out, '\0');
    bool good = sqlite_run(sqlite, out_held(out).at, problem);
    out_release(out);
    return good;
}

static bool add_open_to_hours(struct sqlite_store *sqlite, const struct hourly_shape *shape,
                              struct problem *problem) {
    struct out out;
    out_init_memory(&out);
    out_print(&out, "INSERT INTO %s_hour SELECT * FROM %s_open WHERE origin = %lld", shape->name,
              shape->name, (long long)sqlite->own);
    out_text(&out, " ON CONFLICT(origin, host, hour, ");
    out_names(&out, shape->keys, ", ");
    out_text(&out, ") DO UPDATE SET ");
    out_sums(&out, shape->numbers);
    return run_out(sqlite, &out, problem);
}

/* Days that are not handed over have been counted in memory only: out of their hours again. What
 * comes for them is added, and hours are read until they are over. */
static bool sum_open_days(struct sqlite_store *sqlite, const struct hourly_shape *shape,
                          struct problem *problem) {
    struct out out;
    out_init_memory(&out);
    out_print(&out, "INSERT OR REPLACE INTO %s_day SELECT origin, host, ", shape->name);
    out_print(&out, "hour - ((hour %% %d) + %d) %% %d AS day, ", DAY_HOURS, DAY_HOURS, DAY_HOURS);
    out_names(&out, shape->keys, ", ");
    out_text(&out, ", sum(");
    out_names(&out, shape->numbers, "), sum(");
    out_print(&out,
              ") FROM %s_hour t WHERE origin = %lld AND hour >= coalesce((SELECT closed_day"
              " FROM clock c WHERE c.origin = t.origin AND c.host = t.host), -1000000000)"
              " GROUP BY origin, host, day, ",
              shape->name, (long long)sqlite->own);
    out_names(&out, shape->keys, ", ");
    return run_out(sqlite, &out, problem);
}

bool sqlite_end_open(struct store *store, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    for (int table = 0; table < HOURLY_TABLES; table++) {
        const struct hourly_shape *shape = hourly_shape((enum hourly_table)table);
        if (!add_open_to_hours(sqlite, shape, problem) ||
            (sqlite_has_rows((enum hourly_table)table, ROWS_DAY) &&
             !sum_open_days(sqlite, shape, problem)))
            return false;
    }
    return sqlite_drop_open(store, problem);
}

bool sqlite_let_fade(struct sqlite_store *sqlite, int64_t host, int64_t closed_day,
                     struct problem *problem) {
    char text[160];
    for (int table = 0; table < HOURLY_TABLES; table++) {
        const struct hourly_shape *shape = hourly_shape((enum hourly_table)table);
        snprintf(text, sizeof text,
                 "DELETE FROM %s_hour WHERE origin = %lld AND host = %lld AND hour < %lld",
                 shape->name, (long long)sqlite->own, (long long)host,
                 (long long)(closed_day - HOURLY_FADE_DAYS * DAY_HOURS));
        if (shape->keeping & HOURLY_FADES && !sqlite_run(sqlite, text, problem))
            return false;
    }
    return true;
}

/* ---- reading */

/* One log host of one origin: days before this hour are there as days. */
struct log_host {
    int64_t origin, host, closed_day;
};

struct log_hosts {
    struct log_host *items;
    size_t count, capacity;
};

static const char all_hosts[] = SQLITE_LOG_HOSTS
    "SELECT h.origin, h.host, coalesce(c.closed_day, -9223372036854775807) FROM log_host h"
    " LEFT JOIN clock c ON c.origin = h.origin AND c.host = h.host"
    " WHERE h.host > 0 ORDER BY h.origin, h.host";

static bool find_hosts(struct sqlite_store *sqlite, struct log_hosts *hosts,
                       struct problem *problem) {
    sqlite3_stmt *statement = sqlite_prepare(sqlite, all_hosts, problem);
    bool good = statement != NULL;
    while (good && sqlite_next(sqlite, statement, &good, problem)) {
        const struct map *asked = sqlite->store.asked;
        if (asked && !map_get(asked, sqlite_text(sqlite, sqlite3_column_int64(statement, 1))))
            continue;
        hosts->items =
            memory_grow(hosts->items, &hosts->capacity, hosts->count + 1, sizeof *hosts->items);
        hosts->items[hosts->count++] = (struct log_host){sqlite3_column_int64(statement, 0),
                                                         sqlite3_column_int64(statement, 1),
                                                         sqlite3_column_int64(statement, 2)};
    }
    sqlite3_finalize(statement);
    return good;
}

struct cell_reading {
    struct sqlite_store *sqlite;
    enum hourly_table table;
    const struct hourly_shape *shape;
    const struct store_span *span;
    struct map sums; /* numbers of the texts -> HOURLY_NUMBERS numbers */
    void (*each)(void *context, const struct hourly_cell *cell);
    void *context;
};

static void give(struct cell_reading *reading, int64_t host, int64_t hour, const uint32_t *keys,
                 const int64_t *numbers) {
    struct sqlite_store *sqlite = reading->sqlite;
    struct hourly_cell cell = {.table = reading->table, .hour = hour};
    if (reading->span->by_host)
        cell.host = sqlite_text(sqlite, host);
    for (unsigned i = 0; i < reading->shape->key_count; i++)
        cell.keys[i] = sqlite_text(sqlite, keys[i]);
    memcpy(cell.numbers, numbers, reading->shape->number_count * sizeof *numbers);
    reading->each(reading->context, &cell);
}

/* Rows of many hours are added up by their numbers, host first: none of them is over 2^32, for so
 * many texts no file holds. */
static void take_row(struct cell_reading *reading, int64_t host, sqlite3_stmt *statement) {
    unsigned key_count = reading->shape->key_count, number_count = reading->shape->number_count;
    uint32_t ids[1 + HOURLY_KEYS];
    int64_t numbers[HOURLY_NUMBERS] = {0};
    ids[0] = reading->span->by_host ? (uint32_t)host : 0;
    for (unsigned i = 0; i < key_count; i++)
        ids[1 + i] = (uint32_t)sqlite3_column_int64(statement, (int)i + 1);
    for (unsigned i = 0; i < number_count; i++)
        numbers[i] = sqlite3_column_int64(statement, (int)(1 + key_count + i));
    if (reading->span->by_hour) {
        give(reading, host, sqlite3_column_int64(statement, 0), ids + 1, numbers);
        return;
    }
    struct slice key = {(const char *)ids, (1 + key_count) * sizeof *ids};
    int64_t *sums = map_put(&reading->sums, key, NULL);
    for (unsigned i = 0; i < number_count; i++)
        sums[i] += numbers[i];
}

static void give_sums(struct cell_reading *reading) {
    for (size_t place = 0; place < reading->sums.used; place++) {
        struct slice key;
        const int64_t *numbers = map_at(&reading->sums, place, &key);
        uint32_t ids[1 + HOURLY_KEYS];
        memcpy(ids, key.at, key.length);
        give(reading, ids[0], 0, ids + 1, numbers);
    }
}

static sqlite3_stmt *prepare_read(struct cell_reading *reading, enum sqlite_rows rows,
                                  struct problem *problem) {
    struct out out;
    out_init_memory(&out);
    out_text(&out, "SELECT hour, ");
    out_names(&out, reading->shape->keys, ", ");
    out_text(&out, ", ");
    out_names(&out, reading->shape->numbers, ", ");
    out_print(&out, " FROM %s_%s WHERE origin = ? AND host = ? AND hour >= ? AND hour < ?",
              reading->shape->name, sqlite_rows_names[rows]);
    return prepare_out(reading->sqlite, &out, problem);
}

static bool read_range(struct cell_reading *reading, sqlite3_stmt *statement,
                       const struct log_host *host, int64_t since, int64_t until,
                       struct problem *problem) {
    bool good = true;
    if (since >= until)
        return true;
    sqlite3_bind_int64(statement, 1, host->origin);
    sqlite3_bind_int64(statement, 2, host->host);
    sqlite3_bind_int64(statement, 3, since);
    sqlite3_bind_int64(statement, 4, until);
    while (sqlite_next(reading->sqlite, statement, &good, problem))
        take_row(reading, host->host, statement);
    sqlite3_reset(statement);
    return good;
}

static int64_t day_at_or_behind(int64_t hour) {
    int64_t day = day_of(hour);
    return day == hour ? hour : day + DAY_HOURS;
}

/* The whole days of the span that are over: [*begin_r, *end_r). */
static void days_of(const struct cell_reading *reading, const struct log_host *host,
                    int64_t *begin_r, int64_t *end_r) {
    static const int64_t far = (int64_t)1 << 40;
    const struct store_span *span = reading->span;
    int64_t since = span->since < -far ? -far : span->since;
    int64_t until = span->until > far ? far : span->until;
    bool summed = reading->shape->keeping & HOURLY_SUMMED && !span->by_hour;
    int64_t end = day_of(until), closed = host->closed_day;
    *begin_r = day_at_or_behind(since);
    *end_r = closed < end ? closed : end;
    if (!summed || *end_r < *begin_r)
        *end_r = *begin_r = since;
}

/* Of a table whose hours fade, days that the span cuts count when half of them lies in it. */
static int64_t rounded_day(int64_t hour) {
    return hour < -((int64_t)1 << 40) || hour > (int64_t)1 << 40 ? hour
                                                                 : day_of(hour + DAY_HOURS / 2);
}

static bool read_host(struct cell_reading *reading, sqlite3_stmt **statements,
                      const struct log_host *host, struct problem *problem) {
    struct store_span span = *reading->span;
    const struct store_span *asked = reading->span;
    int64_t faded = host->closed_day - HOURLY_FADE_DAYS * DAY_HOURS, begin, end;
    if (reading->shape->keeping & HOURLY_FADES) {
        span.since = span.since < faded ? rounded_day(span.since) : span.since;
        span.until = span.until < faded ? rounded_day(span.until) : span.until;
    }
    reading->span = &span;
    days_of(reading, host, &begin, &end);
    bool good =
        read_range(reading, statements[ROWS_HOUR], host, span.since, begin, problem) &&
        (begin == end || read_range(reading, statements[ROWS_DAY], host, begin, end, problem)) &&
        read_range(reading, statements[ROWS_HOUR], host, end, span.until, problem) &&
        read_range(reading, statements[ROWS_OPEN], host, span.since, span.until, problem);
    reading->span = asked;
    return good;
}

static bool read_hosts(struct cell_reading *reading, const struct log_hosts *hosts,
                       struct problem *problem) {
    sqlite3_stmt *statements[ROWS_KINDS] = {NULL};
    bool good = true;
    for (int rows = 0; good && rows < ROWS_KINDS; rows++)
        if (sqlite_has_rows(reading->table, (enum sqlite_rows)rows))
            good = (statements[rows] = prepare_read(reading, (enum sqlite_rows)rows, problem));
    for (size_t i = 0; good && i < hosts->count; i++)
        good = read_host(reading, statements, &hosts->items[i], problem);
    for (int rows = 0; rows < ROWS_KINDS; rows++)
        sqlite3_finalize(statements[rows]);
    return good;
}

bool sqlite_each_cell(struct store *store, enum hourly_table table, const struct store_span *span,
                      void (*each)(void *context, const struct hourly_cell *cell), void *context,
                      struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    struct log_hosts hosts = {0};
    struct cell_reading reading = {.sqlite = sqlite,
                                   .table = table,
                                   .shape = hourly_shape(table),
                                   .span = span,
                                   .each = each,
                                   .context = context};
    map_init(&reading.sums, HOURLY_NUMBERS * sizeof(int64_t));
    bool good = find_hosts(sqlite, &hosts, problem) && read_hosts(&reading, &hosts, problem);
    if (good)
        give_sums(&reading);
    map_release(&reading.sums);
    free(hosts.items);
    sqlite_forget_texts(sqlite);
    return good;
}

bool sqlite_each_host(struct store *store,
                      void (*each)(void *context, const struct store_origin *origin,
                                   struct slice host, int64_t first_hour, int64_t last_hour),
                      void *context, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    sqlite3_stmt *statement = sqlite_prepare(
        sqlite,
        SQLITE_LOG_SPANS "SELECT o.name, o.maker, o.own, s.text, t.first, t.last FROM log_span t"
                         " JOIN origin o ON o.id = t.origin JOIN str s ON s.id = t.host"
                         " ORDER BY s.text, o.name",
        problem);
    bool good = statement != NULL;
    while (good && sqlite_next(sqlite, statement, &good, problem)) {
        const struct store_origin origin = sqlite_origin_at(statement);
        each(context, &origin, sqlite_slice(statement, 3), sqlite3_column_int64(statement, 4),
             sqlite3_column_int64(statement, 5));
    }
    sqlite3_finalize(statement);
    return good;
}
#endif
