/* Why: another store is to have the same rows: each in its form, under its own origin and host, not
 * the sums that reports are made of.
 *
 * How: one transaction that reads, so that all is as of one time whatever a run writes meanwhile.
 * Tables are walked in the order of their keys, which is that of origins, hosts and hours.
 */
#include "store/sqlite_base.h"

#ifdef HAVE_LIBSQLITE
#include "base/out.h"

struct walk {
    struct sqlite_store *sqlite;
    const struct store_sink *sink;
    struct problem *problem;
    /* The origin of the row: */
    int64_t number;
    struct store_origin origin;
    struct arena arena; /* its texts */
};

/* Prepares and releases what stands in `out`. */
static sqlite3_stmt *prepare_out(struct walk *walk, struct out *out) {
    out_byte(out, '\0');
    sqlite3_stmt *statement = sqlite_prepare(walk->sqlite, out_held(out).at, walk->problem);
    out_release(out);
    return statement;
}

static bool find_origin(struct walk *walk, int64_t number) {
    bool good;
    if (number == walk->number)
        return true;
    sqlite3_stmt *statement = sqlite_prepare(
        walk->sqlite, "SELECT name, maker, rules, made, serial, own FROM origin WHERE id = ?",
        walk->problem);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, number);
    arena_clear(&walk->arena);
    walk->number = number;
    walk->origin = (struct store_origin){.first_hour = INT64_MAX, .last_hour = INT64_MIN};
    if (sqlite_next(walk->sqlite, statement, &good, walk->problem)) {
        walk->origin.id = arena_copy(&walk->arena, sqlite_slice(statement, 0));
        walk->origin.maker = arena_copy(&walk->arena, sqlite_slice(statement, 1));
        walk->origin.rules = arena_copy(&walk->arena, sqlite_slice(statement, 2));
        walk->origin.made = sqlite3_column_int64(statement, 3);
        walk->origin.serial = (uint64_t)sqlite3_column_int64(statement, 4);
        walk->origin.own = sqlite3_column_int(statement, 5) != 0;
    }
    sqlite3_finalize(statement);
    return good;
}

/* Each row, its first column being the number of its origin. */
static bool walk_rows(struct walk *walk, sqlite3_stmt *statement,
                      bool (*row)(struct walk *walk, sqlite3_stmt *statement, void *context),
                      void *context) {
    bool good = statement != NULL;
    while (good && sqlite_next(walk->sqlite, statement, &good, walk->problem))
        good =
            find_origin(walk, sqlite3_column_int64(statement, 0)) && row(walk, statement, context);
    sqlite3_finalize(statement);
    return good;
}

static bool give_origin(struct walk *walk, sqlite3_stmt *statement, void *context) {
    (void)statement;
    (void)context;
    return walk->sink->origin(walk->sink->context, &walk->origin);
}

static bool give_host(struct walk *walk, sqlite3_stmt *statement, void *context) {
    (void)context;
    return walk->sink->host(walk->sink->context, &walk->origin, sqlite_slice(statement, 1),
                            sqlite3_column_int64(statement, 2), sqlite3_column_int64(statement, 3),
                            sqlite3_column_int64(statement, 4));
}

/* ---- cells */

struct cells {
    enum hourly_table table;
    enum store_form form;
};

static const enum sqlite_rows rows_of[STORE_FORMS] = {
    [STORE_HOURS] = ROWS_HOUR, [STORE_DAYS] = ROWS_DAY, [STORE_OPEN_HOURS] = ROWS_OPEN};

static bool give_cell(struct walk *walk, sqlite3_stmt *statement, void *context) {
    const struct cells *cells = context;
    const struct hourly_shape *shape = hourly_shape(cells->table);
    struct hourly_cell cell = {.table = cells->table, .hour = sqlite3_column_int64(statement, 2)};
    int column = 3;
    cell.host = sqlite_text(walk->sqlite, sqlite3_column_int64(statement, 1));
    for (unsigned i = 0; i < shape->key_count; i++)
        cell.keys[i] = sqlite_text(walk->sqlite, sqlite3_column_int64(statement, column++));
    for (unsigned i = 0; i < shape->number_count; i++)
        cell.numbers[i] = sqlite3_column_int64(statement, column++);
    return walk->sink->cell(walk->sink->context, &walk->origin, cells->form, &cell);
}

static void out_columns(struct out *out, const char *names) {
    struct slice rest = slice_of(names), name;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ' ', &name);
        out_print(out, ", %.*s", SLICE_ARGS(name));
    }
}

static bool walk_cells(struct walk *walk, struct cells cells) {
    const struct hourly_shape *shape = hourly_shape(cells.table);
    struct out out;
    if (!sqlite_has_rows(cells.table, rows_of[cells.form]))
        return true;
    out_init_memory(&out);
    out_text(&out, "SELECT origin, host, hour");
    out_columns(&out, shape->keys);
    out_columns(&out, shape->numbers);
    out_print(&out, " FROM %s_%s ORDER BY origin, host, hour", shape->name,
              sqlite_rows_names[rows_of[cells.form]]);
    return walk_rows(walk, prepare_out(walk, &out), give_cell, &cells);
}

/* ---- wordings and runs */

static bool give_template(struct walk *walk, sqlite3_stmt *statement, void *context) {
    (void)context;
    const struct hourly_template text = sqlite_template_at(walk->sqlite, statement, 1);
    return walk->sink->template(walk->sink->context, &walk->origin, &text);
}

static bool give_run(struct walk *walk, sqlite3_stmt *statement, void *context) {
    (void)context;
    const struct store_run run = sqlite_run_at(statement, 2);
    return walk->sink->run(walk->sink->context, &walk->origin,
                           (uint64_t)sqlite3_column_int64(statement, 1), &run);
}

/* The tables beside those of hours, in the order of store_each_kept. */
static const struct plain {
    const char *query;
    bool (*give)(struct walk *walk, sqlite3_stmt *statement, void *context);
} before[] = {{"SELECT id FROM origin ORDER BY id", give_origin},
              {"SELECT t.origin, s.text, min(t.hour), max(t.hour), coalesce(max(c.closed_day), 0)"
               " FROM (SELECT origin, host, hour FROM totals_hour UNION ALL"
               "  SELECT origin, host, hour FROM totals_open) t JOIN str s ON s.id = t.host"
               " LEFT JOIN clock c ON c.origin = t.origin AND c.host = t.host"
               " GROUP BY t.origin, t.host ORDER BY t.origin, t.host",
               give_host}},
  behind[] = {{"SELECT origin, " SQLITE_TEMPLATE_COLUMNS " FROM template ORDER BY origin, host, id",
               give_template},
              {"SELECT origin, id, rules, started, ended, read, used, dull, other, outside,"
               " not_understood FROM run ORDER BY origin, ended, id",
               give_run}};

static bool walk_plain(struct walk *walk, const struct plain *plains, size_t count) {
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = walk_rows(walk, sqlite_prepare(walk->sqlite, plains[i].query, walk->problem),
                         plains[i].give, NULL);
    return good;
}

static bool walk_all(struct walk *walk) {
    if (!walk_plain(walk, before, sizeof before / sizeof *before))
        return false;
    for (int table = 0; table < HOURLY_TABLES; table++)
        for (int form = 0; form < STORE_FORMS; form++)
            if (!walk_cells(walk, (struct cells){(enum hourly_table)table, (enum store_form)form}))
                return false;
    return walk_plain(walk, behind, sizeof behind / sizeof *behind);
}

bool sqlite_each_kept(struct store *store, const struct store_sink *sink, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    struct walk walk = {.sqlite = sqlite, .sink = sink, .problem = problem, .number = -1};
    if (!sqlite_run(sqlite, "BEGIN", problem))
        return false;
    arena_init(&walk.arena);
    bool good = walk_all(&walk);
    arena_release(&walk.arena);
    sqlite_forget_texts(sqlite);
    struct problem unsaid;
    return sqlite_run(sqlite, "COMMIT", good ? problem : &unsaid) && good;
}
#endif
