/* Why: history must not grow for ever, and several hosts want one.
 *
 * How: what is older than asked is deleted host by host, then the texts that no row has any more,
 * and the file becomes smaller. Merging attaches the other file and copies each origin with the
 * numbers of its texts translated; an origin that is there already goes before the newer copy
 * comes, so merging twice changes nothing.
 */
#include "store/sqlite_base.h"

#ifdef HAVE_LIBSQLITE
#include "base/memory.h"
#include "base/out.h"

/* ---- every column that holds the number of a text */

static void each_text_column(void (*each)(void *context, const char *table, struct slice column),
                             void *context) {
    static const char templates[] = "host class event direction level mta text";
    for (int table = 0; table < HOURLY_TABLES; table++)
        for (int rows = 0; rows < ROWS_KINDS; rows++) {
            const struct hourly_shape *shape = hourly_shape((enum hourly_table)table);
            char name[64];
            struct slice rest = slice_of(shape->keys), column;
            snprintf(name, sizeof name, "%s_%s", shape->name, sqlite_rows_names[rows]);
            each(context, name, SLICE("host"));
            for (bool more = true; more; each(context, name, column))
                more = slice_cut(&rest, ' ', &column);
        }
    struct slice rest = slice_of(templates), column;
    for (bool more = true; more; each(context, "template", column))
        more = slice_cut(&rest, ' ', &column);
    each(context, "clock", SLICE("host"));
}

/* ---- pruning */

/* One bit a text. */
struct used_texts {
    struct sqlite_store *sqlite;
    unsigned char *bits;
    int64_t most;
    bool good;
    struct problem *problem;
};

static void mark_used(void *context, const char *table, struct slice column) {
    struct used_texts *used = context;
    char query[160];
    snprintf(query, sizeof query, "SELECT %.*s FROM %s", SLICE_ARGS(column), table);
    sqlite3_stmt *statement =
        used->good ? sqlite_prepare(used->sqlite, query, used->problem) : NULL;
    used->good = statement != NULL;
    while (used->good && sqlite_next(used->sqlite, statement, &used->good, used->problem)) {
        int64_t id = sqlite3_column_int64(statement, 0);
        if (id >= 0 && id <= used->most)
            used->bits[id / 8] |= (unsigned char)(1 << id % 8);
    }
    sqlite3_finalize(statement);
}

static bool most_text(struct sqlite_store *sqlite, int64_t *most_r, struct problem *problem) {
    bool good;
    sqlite3_stmt *statement =
        sqlite_prepare(sqlite, "SELECT coalesce(max(id), 0) FROM str", problem);
    if (!statement)
        return false;
    if (sqlite_next(sqlite, statement, &good, problem))
        *most_r = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return good;
}

static bool delete_unused(const struct used_texts *used) {
    sqlite3_stmt *statement =
        sqlite_prepare(used->sqlite, "DELETE FROM str WHERE id = ?", used->problem);
    bool good = statement != NULL;
    for (int64_t id = 0; good && id <= used->most; id++) {
        if (used->bits[id / 8] & 1 << id % 8)
            continue;
        sqlite3_bind_int64(statement, 1, id);
        good = sqlite_do(used->sqlite, statement, used->problem);
    }
    sqlite3_finalize(statement);
    return good;
}

static bool forget_texts(struct sqlite_store *sqlite, struct problem *problem) {
    struct used_texts used = {.sqlite = sqlite, .good = true, .problem = problem};
    if (!most_text(sqlite, &used.most, problem))
        return false;
    used.bits = memory_new((size_t)used.most / 8 + 1);
    each_text_column(mark_used, &used);
    bool good = used.good && delete_unused(&used);
    free(used.bits);
    map_clear(&sqlite->ids);
    return good;
}

static bool prune_rows(struct sqlite_store *sqlite, int64_t before, struct problem *problem) {
    char text[160];
    for (int table = 0; table < HOURLY_TABLES; table++)
        for (int rows = 0; rows < ROWS_KINDS; rows++) {
            snprintf(text, sizeof text, "DELETE FROM %s_%s WHERE hour < %lld",
                     hourly_shape((enum hourly_table)table)->name, sqlite_rows_names[rows],
                     (long long)before);
            if (!sqlite_run(sqlite, text, problem))
                return false;
        }
    snprintf(text, sizeof text,
             "DELETE FROM template WHERE last < %lld; DELETE FROM run WHERE ended < %lld",
             (long long)before * HOUR, (long long)before * HOUR);
    return sqlite_run(sqlite, text, problem);
}

bool sqlite_prune(struct store *store, int64_t before_hour, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    sqlite->templates_known = false;
    sqlite->pruned = true;
    return prune_rows(sqlite, day_of(before_hour), problem) && forget_texts(sqlite, problem);
}

/* ---- merging */

static bool attach(struct sqlite_store *into, const struct sqlite_store *from,
                   struct problem *problem) {
    sqlite3_stmt *statement = sqlite_prepare(into, "ATTACH ? AS other", problem);
    if (!statement)
        return false;
    sqlite_bind_slice(statement, 1, slice_of(from->where));
    bool good = sqlite_do(into, statement, problem);
    sqlite3_finalize(statement);
    return good;
}

/* The same host from two origins would be counted twice: who has which is said. */
static bool refuse_twice(struct sqlite_store *into, const struct sqlite_store *from,
                         struct problem *problem) {
    static const char query[] = SQLITE_LOG_HOSTS
        "SELECT s.text, a.maker, a.name, b.maker, b.name FROM"
        " (SELECT origin, host FROM log_host WHERE host > 0) x"
        " JOIN origin a ON a.id = x.origin JOIN str s ON s.id = x.host"
        " JOIN other.str t ON t.text = s.text"
        " JOIN (SELECT DISTINCT origin, host FROM other.totals_hour"
        "  UNION SELECT DISTINCT origin, host FROM other.totals_open) y ON y.host = t.id"
        " JOIN other.origin b ON b.id = y.origin WHERE a.name <> b.name LIMIT 1";
    bool good;
    sqlite3_stmt *statement = sqlite_prepare(into, query, problem);
    if (!statement)
        return false;
    if (sqlite_next(into, statement, &good, problem)) {
        good = problem_say(
            problem,
            "the log of host '%.*s' is in two histories, one made on '%.*s' (%.8s) and one in "
            "'%s', "
            "made on '%.*s' (%.8s): it would be counted twice; leave one of them out",
            SLICE_ARGS(sqlite_slice(statement, 0)), SLICE_ARGS(sqlite_slice(statement, 1)),
            sqlite_slice(statement, 2).at, from->where, SLICE_ARGS(sqlite_slice(statement, 3)),
            sqlite_slice(statement, 4).at);
    }
    sqlite3_finalize(statement);
    return good;
}

struct copying {
    struct sqlite_store *into;
    bool good;
    struct problem *problem;
};

/* Origins that come are those not there yet, and newer copies. `coming` has their numbers there
 * and here, `gone` what is replaced. */
static bool choose_origins(struct sqlite_store *into, struct problem *problem) {
    return sqlite_run(into,
                      "CREATE TEMP TABLE coming(theirs INTEGER PRIMARY KEY, ours INTEGER);"
                      "INSERT INTO coming(theirs) SELECT b.id FROM other.origin b"
                      " LEFT JOIN main.origin a ON a.name = b.name"
                      " WHERE (a.id IS NULL OR (a.own = 0 AND a.serial < b.serial)) AND EXISTS"
                      "  (SELECT 1 FROM other.totals_hour t WHERE t.origin = b.id"
                      "   UNION ALL SELECT 1 FROM other.totals_open t WHERE t.origin = b.id);"
                      "CREATE TEMP TABLE gone AS SELECT id FROM main.origin WHERE name IN"
                      " (SELECT name FROM other.origin WHERE id IN (SELECT theirs FROM coming));",
                      problem);
}

static bool drop_origins(struct sqlite_store *into, struct problem *problem) {
    static const char *const others[] = {"template", "clock", "run"};
    char text[160];
    for (int table = 0; table < HOURLY_TABLES; table++)
        for (int rows = 0; rows < ROWS_KINDS; rows++) {
            snprintf(text, sizeof text,
                     "DELETE FROM main.%s_%s WHERE origin IN (SELECT id FROM gone)",
                     hourly_shape((enum hourly_table)table)->name, sqlite_rows_names[rows]);
            if (!sqlite_run(into, text, problem))
                return false;
        }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        snprintf(text, sizeof text, "DELETE FROM main.%s WHERE origin IN (SELECT id FROM gone)",
                 others[i]);
        if (!sqlite_run(into, text, problem))
            return false;
    }
    return sqlite_run(into, "DELETE FROM main.origin WHERE id IN (SELECT id FROM gone)", problem);
}

static bool add_origins(struct sqlite_store *into, struct problem *problem) {
    return sqlite_run(
        into,
        "INSERT INTO main.origin(name, maker, rules, made, serial, own)"
        " SELECT name, maker, rules, made, serial, 0 FROM other.origin"
        "  WHERE id IN (SELECT theirs FROM coming) ORDER BY name;"
        "UPDATE coming SET ours = (SELECT a.id FROM main.origin a JOIN other.origin b"
        "  ON a.name = b.name WHERE b.id = theirs);"
        "INSERT OR IGNORE INTO main.str(text) SELECT text FROM other.str;"
        "CREATE TEMP TABLE word(theirs INTEGER PRIMARY KEY, ours INTEGER);"
        "INSERT INTO word SELECT b.id, a.id FROM other.str b JOIN main.str a ON a.text = b.text;",
        problem);
}

static void out_words(struct out *out, const char *names) {
    struct slice rest = slice_of(names), name;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ' ', &name);
        out_print(out, ", (SELECT ours FROM word WHERE theirs = t.%.*s)", SLICE_ARGS(name));
    }
}

static void out_plain(struct out *out, const char *names) {
    struct slice rest = slice_of(names), name;
    for (bool more = true; more;) {
        more = slice_cut(&rest, ' ', &name);
        out_print(out, ", t.%.*s", SLICE_ARGS(name));
    }
}

/* words: columns that are texts; plain: the others. In the order of the table: `before` the first
 * ones that are plain, then the words, then the rest. */
static bool copy_table(struct sqlite_store *into, const char *table, const char *first,
                       const char *before, const char *words, const char *plain,
                       struct problem *problem) {
    struct out out;
    out_init_memory(&out);
    out_print(&out, "INSERT INTO main.%s SELECT %sc.ours", table, first);
    if (strchr(before, 'h'))
        out_words(&out, "host");
    if (strchr(before, 'o'))
        out_plain(&out, "hour");
    if (*words)
        out_words(&out, words);
    if (*plain)
        out_plain(&out, plain);
    out_print(&out, " FROM other.%s t JOIN coming c ON c.theirs = t.origin", table);
    out_byte(&out, '\0');
    bool good = sqlite_run(into, out_held(&out).at, problem);
    out_release(&out);
    return good;
}

static bool copy_tables(struct sqlite_store *into, struct problem *problem) {
    char name[64];
    for (int table = 0; table < HOURLY_TABLES; table++)
        for (int rows = 0; rows < ROWS_KINDS; rows++) {
            const struct hourly_shape *shape = hourly_shape((enum hourly_table)table);
            snprintf(name, sizeof name, "%s_%s", shape->name, sqlite_rows_names[rows]);
            if (!copy_table(into, name, "", "ho", shape->keys, shape->numbers, problem))
                return false;
        }
    return copy_table(into, "clock", "", "h", "", "closed_day", problem) &&
           copy_table(into, "template", "NULL, ", "", "host class event direction level mta text",
                      "count first last reply source line", problem) &&
           copy_table(into, "run", "NULL, ", "", "",
                      "rules started ended read used dull other outside not_understood", problem);
}

static bool copy_all(struct sqlite_store *into, struct problem *problem) {
    return choose_origins(into, problem) && drop_origins(into, problem) &&
           add_origins(into, problem) && copy_tables(into, problem) &&
           sqlite_run(into, "DROP TABLE coming; DROP TABLE gone; DROP TABLE word", problem);
}

bool sqlite_merge(struct store *store, struct store *other, struct problem *problem) {
    struct sqlite_store *into = sqlite_of(store), *from = sqlite_of(other);
    if (!attach(into, from, problem))
        return false;
    bool good = refuse_twice(into, from, problem);
    if (good && sqlite_begin(store, problem)) {
        good = copy_all(into, problem) && sqlite_run(into, "COMMIT", problem);
        if (!good)
            sqlite_rollback(store);
    }
    map_clear(&into->ids);
    struct problem unsaid;
    return sqlite_run(into, "DETACH other", good ? problem : &unsaid) && good;
}
#endif
