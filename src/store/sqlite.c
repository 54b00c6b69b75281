/* Why: history is one file that an administrator can copy, look into and throw away.
 *
 * How: SQLite. The schema grows by steps (migrations.def); its number is the user_version of the
 * file. A file is made with mode 0600. Writing goes through a write-ahead log: a run that is killed
 * leaves the file as it was, readers are not in the way of a long run, and a copy of the file alone
 * is always whole. A run holds the write lock from its beginning, so two cannot count the same
 * lines.
 */
#include "store/store.h"

#ifdef HAVE_LIBSQLITE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/sqlite_base.h"

enum {
    APPLICATION = 0x6d747269, /* "mtri", tells the file from other databases */
    BUSY_WAIT = 10000,        /* milliseconds */
    TEMPLATES = 20000,        /* of one origin so many are told apart */
    REPLY_LENGTH = 1000,
    RUNS = 4000, /* are kept */
};

static const char *const migrations[] = {
#define MIGRATION(statements) statements,
#include "store/migrations.def"
#undef MIGRATION
};
enum { SCHEMA = sizeof migrations / sizeof *migrations };

static bool knows_any(const char *where) {
    return strstr(where, "://") == NULL;
}

static const char *about(void) {
    static char text[40];
    snprintf(text, sizeof text, "SQLite %s", sqlite3_libversion());
    return text;
}

/* ---- the file */

static bool say_file(const char *where, struct problem *problem) {
    return problem_errno(problem, "history '%s'", where);
}

/* SQLite would make it with the modes that the umask leaves. */
static bool make_file(const char *where, enum store_use use, struct problem *problem) {
    int how = O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | (use == STORE_MAKE ? O_EXCL : 0);
    int fd = open(where, how, 0600);
    if (fd < 0)
        return say_file(where, problem);
    close(fd);
    return true;
}

static bool check_file(const char *where, struct problem *problem) {
    struct stat status;
    if (stat(where, &status) != 0 || access(where, R_OK) != 0)
        return say_file(where, problem);
    return S_ISREG(status.st_mode) || problem_say(problem, "history '%s' is no file", where);
}

/* Where nothing may be written beside the file, it is read as it is; what a killed run has left
 * beside it is then not seen, which only is as if that run had not been. */
static int open_as_it_is(const char *where, sqlite3 **db_r) {
    struct pack name;
    static const char hex[] = "0123456789abcdef";
    pack_init(&name);
    pack_bytes(&name, SLICE("file:"));
    for (const char *at = where; *at; at++) {
        const char escaped[] = {'%', hex[(unsigned char)*at >> 4], hex[*at & 15]};
        bool plain = *at != '%' && *at != '?' && *at != '#';
        pack_bytes(&name, plain ? (struct slice){at, 1} : (struct slice){escaped, 3});
    }
    pack_bytes(&name, (struct slice){"?immutable=1", sizeof "?immutable=1"});
    int code = sqlite3_open_v2(name.bytes, db_r, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    pack_release(&name);
    return code;
}

static bool is_readable(sqlite3 *db) {
    return sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) == SQLITE_OK;
}

/* Who reads changes nothing, but opens the file as a writer does, where it may: only then the last
 * one takes away what SQLite keeps beside the file while it is open. */
static bool open_database(struct sqlite_store *sqlite, enum store_use use,
                          struct problem *problem) {
    int code = sqlite3_open_v2(sqlite->where, &sqlite->db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        sqlite3_busy_timeout(sqlite->db, BUSY_WAIT);
    if (use == STORE_READ && code == SQLITE_OK)
        sqlite3_exec(sqlite->db, "PRAGMA query_only = ON", NULL, NULL, NULL);
    if (use == STORE_READ && code == SQLITE_OK && !is_readable(sqlite->db) &&
        (sqlite3_errcode(sqlite->db) & 0xff) != SQLITE_NOTADB) {
        sqlite3_close(sqlite->db);
        code = open_as_it_is(sqlite->where, &sqlite->db);
    }
    return (code == SQLITE_OK && is_readable(sqlite->db)) || sqlite_fault(sqlite, problem);
}

/* ---- the schema */

/* One number that a pragma or a query gives. */
static bool ask_number(struct sqlite_store *sqlite, const char *query, int64_t *number_r,
                       struct problem *problem) {
    sqlite3_stmt *statement = sqlite_prepare(sqlite, query, problem);
    bool good = statement != NULL;
    if (good && sqlite_next(sqlite, statement, &good, problem))
        *number_r = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return good;
}

static bool check_schema(struct sqlite_store *sqlite, int64_t *version_r, struct problem *problem) {
    int64_t application = 0, tables = 0;
    if (!ask_number(sqlite, "PRAGMA application_id", &application, problem) ||
        !ask_number(sqlite, "PRAGMA user_version", version_r, problem) ||
        !ask_number(sqlite, "SELECT count(*) FROM sqlite_master", &tables, problem))
        return false;
    if (application != APPLICATION && (application || *version_r || tables))
        return problem_say(problem, "history '%s': it is no history of mailtriage", sqlite->where);
    if (*version_r > SCHEMA)
        return problem_say(problem,
                           "history '%s' was written by a newer mailtriage (its version is %lld, "
                           "this program knows %d): it is left as it is",
                           sqlite->where, (long long)*version_r, (int)SCHEMA);
    return true;
}

static bool migrate_from(struct sqlite_store *sqlite, int64_t version, struct problem *problem) {
    char mark[120];
    for (; version < SCHEMA; version++)
        if (!sqlite_run(sqlite, migrations[version], problem))
            return false;
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             (int)APPLICATION, (int)SCHEMA);
    return sqlite_run(sqlite, mark, problem);
}

/* Looks again when it has the lock: another run may have done it meanwhile. */
static bool migrate(struct sqlite_store *sqlite, struct problem *problem) {
    int64_t version = 0;
    if (!sqlite_begin(&sqlite->store, problem))
        return false;
    if (check_schema(sqlite, &version, problem) && migrate_from(sqlite, version, problem) &&
        sqlite_run(sqlite, "COMMIT", problem))
        return true;
    sqlite_rollback(&sqlite->store);
    return false;
}

/* ---- whose it is */

static void random_name(char name[33]) {
    unsigned char bytes[16];
    sqlite3_randomness(sizeof bytes, bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(name + 2 * i, 3, "%02x", bytes[i]);
}

static bool make_origin(struct sqlite_store *sqlite, struct problem *problem) {
    char name[33], maker[256] = "";
    sqlite3_stmt *statement = sqlite_prepare(
        sqlite, "INSERT INTO origin VALUES(NULL, ?, ?, '', strftime('%s', 'now'), 0, 1)", problem);
    random_name(name);
    gethostname(maker, sizeof maker - 1);
    bool good = statement != NULL;
    if (good) {
        sqlite_bind_slice(statement, 1, slice_of(name));
        sqlite_bind_slice(statement, 2, slice_of(maker));
        good = sqlite_do(sqlite, statement, problem);
    }
    sqlite3_finalize(statement);
    return good;
}

static bool find_own(struct sqlite_store *sqlite, struct problem *problem) {
    return ask_number(sqlite, "SELECT coalesce(max(id), -1) FROM origin WHERE own = 1",
                      &sqlite->own, problem);
}

/* ---- opening and closing */

static bool begin_writing(struct sqlite_store *sqlite, int64_t version, struct problem *problem) {
    if (!version && !sqlite_run(sqlite, "PRAGMA auto_vacuum = INCREMENTAL", problem))
        return false;
    if (!sqlite_run(sqlite, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", problem) ||
        (version < SCHEMA && !migrate(sqlite, problem)) || !find_own(sqlite, problem))
        return false;
    return sqlite->own >= 0 ||
           (sqlite_begin(&sqlite->store, problem) && make_origin(sqlite, problem) &&
            find_own(sqlite, problem) && sqlite_run(sqlite, "COMMIT", problem));
}

static bool begin_reading(struct sqlite_store *sqlite, int64_t version, struct problem *problem) {
    if (version == 0)
        return problem_say(problem, "history '%s' is empty", sqlite->where);
    if (version < SCHEMA)
        return problem_say(problem,
                           "history '%s' is of an older version: the next run with --resume brings "
                           "it up to date",
                           sqlite->where);
    return find_own(sqlite, problem);
}

static void sqlite_close(struct store *store) {
    struct sqlite_store *sqlite = sqlite_of(store);
    for (int table = 0; table < HOURLY_TABLES; table++)
        for (int rows = 0; rows < ROWS_KINDS; rows++)
            sqlite3_finalize(sqlite->puts[table][rows]);
    sqlite3_finalize(sqlite->id_of_text);
    sqlite3_finalize(sqlite->put_text);
    sqlite3_finalize(sqlite->text_of_id);
    if (sqlite->pruned)
        sqlite3_exec(sqlite->db, "PRAGMA incremental_vacuum", NULL, NULL, NULL);
    sqlite3_close(sqlite->db);
    map_release(&sqlite->ids);
    map_release(&sqlite->texts);
    arena_release(&sqlite->arena);
    free(sqlite->where);
    free(sqlite);
}

/* SQLite has a meaning of its own for names such as ":memory:". */
static char *path_of(const char *where) {
    char *path = memory_new(strlen(where) + 3);
    snprintf(path, strlen(where) + 3, "%s%s", where[0] == ':' ? "./" : "", where);
    return path;
}

static struct store *sqlite_open(const char *where, enum store_use use,
                                 const struct store_access *access, struct problem *problem) {
    (void)access;
    struct sqlite_store *sqlite = memory_new(sizeof *sqlite);
    int64_t version = 0;
    sqlite->store.engine = &store_sqlite;
    sqlite->where = path_of(where);
    map_init(&sqlite->ids, sizeof(int64_t));
    map_init(&sqlite->texts, sizeof(struct slice));
    arena_init(&sqlite->arena);
    bool good = (use == STORE_READ || use == STORE_OLD || make_file(sqlite->where, use, problem)) &&
                check_file(sqlite->where, problem) && open_database(sqlite, use, problem) &&
                check_schema(sqlite, &version, problem) &&
                (use == STORE_READ ? begin_reading(sqlite, version, problem)
                                   : begin_writing(sqlite, version, problem));
    if (good)
        return &sqlite->store;
    sqlite_close(&sqlite->store);
    return NULL;
}

/* ---- transactions */

bool sqlite_begin(struct store *store, struct problem *problem) {
    return sqlite_run(sqlite_of(store), "BEGIN IMMEDIATE", problem);
}

bool sqlite_commit(struct store *store, struct problem *problem) {
    return sqlite_run(sqlite_of(store),
                      "UPDATE origin SET serial = serial + 1 WHERE own = 1; COMMIT", problem);
}

/* Numbers of texts that were new are gone with it. */
void sqlite_rollback(struct store *store) {
    sqlite3_exec(sqlite_of(store)->db, "ROLLBACK", NULL, NULL, NULL);
    map_clear(&sqlite_of(store)->ids);
    sqlite_of(store)->templates_known = false;
}

/* ---- states */

static bool put_state(struct store *store, const char *name, struct slice bytes,
                      struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    sqlite3_stmt *statement =
        sqlite_prepare(sqlite, "INSERT OR REPLACE INTO state VALUES(?, ?)", problem);
    bool good = statement != NULL;
    if (good) {
        sqlite_bind_slice(statement, 1, slice_of(name));
        sqlite3_bind_blob64(statement, 2, bytes.length ? bytes.at : "", bytes.length,
                            SQLITE_STATIC);
        good = sqlite_do(sqlite, statement, problem);
    }
    sqlite3_finalize(statement);
    return good;
}

static bool get_state(struct store *store, const char *name, struct pack *bytes_r,
                      struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    sqlite3_stmt *statement =
        sqlite_prepare(sqlite, "SELECT bytes FROM state WHERE name = ?", problem);
    bool good = statement != NULL;
    if (!good)
        return false;
    sqlite_bind_slice(statement, 1, slice_of(name));
    if (sqlite_next(sqlite, statement, &good, problem)) {
        const char *bytes = sqlite3_column_blob(statement, 0);
        int length = sqlite3_column_bytes(statement, 0);
        if (length > 0)
            pack_bytes(bytes_r, (struct slice){bytes, (size_t)length});
    }
    sqlite3_finalize(statement);
    return good;
}

/* ---- clocks, runs, origins */

static bool put_clock(struct store *store, const struct hourly_clock *clock,
                      struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    int64_t host = sqlite_id(sqlite, clock->host, problem);
    sqlite3_stmt *statement =
        sqlite_prepare(sqlite, "INSERT OR REPLACE INTO clock VALUES(?, ?, ?)", problem);
    bool good = statement && host >= 0;
    if (good) {
        sqlite3_bind_int64(statement, 1, sqlite->own);
        sqlite3_bind_int64(statement, 2, host);
        sqlite3_bind_int64(statement, 3, clock->closed_day);
        good = sqlite_do(sqlite, statement, problem);
    }
    sqlite3_finalize(statement);
    return good && sqlite_let_fade(sqlite, host, clock->closed_day, problem);
}

static bool note_rules(struct sqlite_store *sqlite, struct slice rules, struct problem *problem) {
    sqlite3_stmt *statement =
        sqlite_prepare(sqlite, "UPDATE origin SET rules = ? WHERE own = 1", problem);
    if (!statement)
        return false;
    sqlite_bind_slice(statement, 1, rules);
    bool good = sqlite_do(sqlite, statement, problem);
    sqlite3_finalize(statement);
    return good;
}

static bool forget_old_runs(struct sqlite_store *sqlite, struct problem *problem) {
    char text[160];
    snprintf(text, sizeof text,
             "DELETE FROM run WHERE origin = %lld AND id <= (SELECT max(id) FROM run) - %d",
             (long long)sqlite->own, (int)RUNS);
    return sqlite_run(sqlite, text, problem);
}

static bool put_run(struct store *store, const struct store_run *run, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    const struct ledger *ledger = &run->ledger;
    const int64_t numbers[] = {run->started,
                               run->ended,
                               (int64_t)ledger->read,
                               (int64_t)ledger->used,
                               (int64_t)ledger->dull,
                               (int64_t)ledger->other,
                               (int64_t)ledger->outside,
                               (int64_t)ledger->not_understood};
    sqlite3_stmt *statement = sqlite_prepare(
        sqlite, "INSERT INTO run VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", problem);
    bool good = statement != NULL;
    if (good) {
        sqlite3_bind_int64(statement, 1, sqlite->own);
        sqlite_bind_slice(statement, 2, run->rules);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            sqlite3_bind_int64(statement, (int)i + 3, numbers[i]);
        good = sqlite_do(sqlite, statement, problem);
    }
    sqlite3_finalize(statement);
    /* A run that read nothing had nothing to tell a change of the rules with. */
    return good && (!ledger->read || note_rules(sqlite, run->rules, problem)) &&
           forget_old_runs(sqlite, problem);
}

static struct store_origin read_origin(sqlite3_stmt *statement) {
    bool has_hours = sqlite3_column_type(statement, 6) != SQLITE_NULL;
    return (struct store_origin){
        .id = sqlite_slice(statement, 0),
        .maker = sqlite_slice(statement, 1),
        .rules = sqlite_slice(statement, 2),
        .made = sqlite3_column_int64(statement, 3),
        .serial = (uint64_t)sqlite3_column_int64(statement, 4),
        .own = sqlite3_column_int(statement, 5) != 0,
        .first_hour = has_hours ? sqlite3_column_int64(statement, 6) : INT64_MAX,
        .last_hour = has_hours ? sqlite3_column_int64(statement, 7) : INT64_MIN,
    };
}

static bool each_origin(struct store *store,
                        void (*each)(void *context, const struct store_origin *origin),
                        void *context, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    sqlite3_stmt *statement = sqlite_prepare(
        sqlite,
        SQLITE_LOG_SPANS
        "SELECT o.name, o.maker, o.rules, o.made, o.serial, o.own, min(t.first), max(t.last)"
        " FROM origin o LEFT JOIN log_span t ON t.origin = o.id"
        " GROUP BY o.id ORDER BY o.own DESC, o.maker, o.name",
        problem);
    bool good = statement != NULL;
    while (good && sqlite_next(sqlite, statement, &good, problem)) {
        struct store_origin origin = read_origin(statement);
        each(context, &origin);
    }
    sqlite3_finalize(statement);
    return good;
}

struct store_origin sqlite_origin_at(sqlite3_stmt *statement) {
    return (struct store_origin){.id = sqlite_slice(statement, 0),
                                 .maker = sqlite_slice(statement, 1),
                                 .own = sqlite3_column_int(statement, 2) != 0,
                                 .first_hour = INT64_MAX,
                                 .last_hour = INT64_MIN};
}

struct store_run sqlite_run_at(sqlite3_stmt *statement, int column) {
    uint64_t lines[6];
    for (int i = 0; i < 6; i++)
        lines[i] = (uint64_t)sqlite3_column_int64(statement, column + 3 + i);
    return (struct store_run){
        sqlite_slice(statement, column),
        sqlite3_column_int64(statement, column + 1),
        sqlite3_column_int64(statement, column + 2),
        {lines[0], lines[1], lines[2], lines[3], lines[4], lines[5]},
    };
}

static bool each_run(struct store *store,
                     void (*each)(void *context, const struct store_origin *origin,
                                  const struct store_run *run),
                     void *context, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    sqlite3_stmt *statement = sqlite_prepare(
        sqlite,
        "SELECT o.name, o.maker, o.own, r.rules, started, ended, read, used, dull, other, outside,"
        " not_understood FROM run r JOIN origin o ON o.id = r.origin ORDER BY ended DESC, r.id "
        "DESC",
        problem);
    bool good = statement != NULL;
    while (good && sqlite_next(sqlite, statement, &good, problem)) {
        const struct store_origin origin = sqlite_origin_at(statement);
        const struct store_run run = sqlite_run_at(statement, 3);
        each(context, &origin, &run);
    }
    sqlite3_finalize(statement);
    return good;
}

/* ---- templates */

static bool know_templates(struct sqlite_store *sqlite, struct problem *problem) {
    char query[80];
    int64_t count = 0;
    if (sqlite->templates_known)
        return true;
    snprintf(query, sizeof query, "SELECT count(*) FROM template WHERE origin = %lld",
             (long long)sqlite->own);
    sqlite->templates_known = ask_number(sqlite, query, &count, problem);
    sqlite->templates = (uint64_t)count;
    return sqlite->templates_known;
}

enum { TEMPLATE_KEYS = 7 };

static bool template_ids(struct sqlite_store *sqlite, const struct hourly_template *text,
                         int64_t *ids_r, struct problem *problem) {
    const struct slice keys[TEMPLATE_KEYS] = {text->host,      text->class_name, text->event,
                                              text->direction, text->level,      text->mta,
                                              text->text};
    for (int i = 0; i < TEMPLATE_KEYS; i++)
        if ((ids_r[i] = sqlite_id(sqlite, keys[i], problem)) < 0)
            return false;
    return true;
}

static bool write_template(struct sqlite_store *sqlite, const struct hourly_template *text,
                           const int64_t *ids, struct problem *problem) {
    sqlite3_stmt *statement = sqlite_prepare(
        sqlite,
        "INSERT INTO template VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(origin, host, class, event, direction, level, mta, text) DO UPDATE SET"
        " count = count + excluded.count, last = max(last, excluded.last),"
        " reply = CASE WHEN excluded.first < first THEN excluded.reply ELSE reply END,"
        " source = CASE WHEN excluded.first < first THEN excluded.source ELSE source END,"
        " line = CASE WHEN excluded.first < first THEN excluded.line ELSE line END,"
        " first = min(first, excluded.first)",
        problem);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, sqlite->own);
    for (int i = 0; i < TEMPLATE_KEYS; i++)
        sqlite3_bind_int64(statement, i + 2, ids[i]);
    sqlite3_bind_int64(statement, 9, (int64_t)text->count);
    sqlite3_bind_int64(statement, 10, text->first);
    sqlite3_bind_int64(statement, 11, text->last);
    sqlite_bind_slice(statement, 12, slice_head(text->reply, REPLY_LENGTH));
    sqlite_bind_slice(statement, 13, text->source);
    sqlite3_bind_int64(statement, 14, (int64_t)text->line);
    bool good = sqlite_do(sqlite, statement, problem);
    sqlite3_finalize(statement);
    return good;
}

static bool has_template(struct sqlite_store *sqlite, const int64_t *ids, bool *has_r,
                         struct problem *problem) {
    sqlite3_stmt *statement = sqlite_prepare(
        sqlite,
        "SELECT 1 FROM template WHERE origin = ? AND host = ? AND class = ? AND event = ?"
        " AND direction = ? AND level = ? AND mta = ? AND text = ?",
        problem);
    bool good = statement != NULL;
    if (!good)
        return false;
    sqlite3_bind_int64(statement, 1, sqlite->own);
    for (int i = 0; i < TEMPLATE_KEYS; i++)
        sqlite3_bind_int64(statement, i + 2, ids[i]);
    *has_r = sqlite_next(sqlite, statement, &good, problem);
    sqlite3_finalize(statement);
    return good;
}

/* Wordings are log text: beyond the bound a new one counts as "(other)" of its reason. */
static bool put_template(struct store *store, const struct hourly_template *text,
                         struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    int64_t ids[TEMPLATE_KEYS];
    bool has;
    if (!know_templates(sqlite, problem) || !template_ids(sqlite, text, ids, problem) ||
        !has_template(sqlite, ids, &has, problem))
        return false;
    if (!has && sqlite->templates >= TEMPLATES) {
        int64_t other = sqlite_id(sqlite, SLICE(HOURLY_OTHER), problem);
        if (other < 0)
            return false;
        ids[TEMPLATE_KEYS - 1] = other;
    } else {
        sqlite->templates += !has;
    }
    return write_template(sqlite, text, ids, problem);
}

static int64_t seconds_of(int64_t hour) {
    if (hour > INT64_MAX / HOUR)
        return INT64_MAX;
    return hour < INT64_MIN / HOUR ? INT64_MIN : hour * HOUR;
}

struct hourly_template sqlite_template_at(struct sqlite_store *sqlite, sqlite3_stmt *statement,
                                          int column) {
    struct slice keys[TEMPLATE_KEYS];
    for (int i = 0; i < TEMPLATE_KEYS; i++)
        keys[i] = sqlite_text(sqlite, sqlite3_column_int64(statement, column++));
    return (struct hourly_template){
        .host = keys[0],
        .class_name = keys[1],
        .event = keys[2],
        .direction = keys[3],
        .level = keys[4],
        .mta = keys[5],
        .text = keys[6],
        .count = (uint64_t)sqlite3_column_int64(statement, column),
        .first = sqlite3_column_int64(statement, column + 1),
        .last = sqlite3_column_int64(statement, column + 2),
        .reply = sqlite_slice(statement, column + 3),
        .source = sqlite_slice(statement, column + 4),
        .line = (uint64_t)sqlite3_column_int64(statement, column + 5),
    };
}

static bool each_template(struct store *store, const struct store_span *span,
                          void (*each)(void *context, const struct hourly_template *text),
                          void *context, struct problem *problem) {
    struct sqlite_store *sqlite = sqlite_of(store);
    sqlite3_stmt *statement =
        sqlite_prepare(sqlite,
                       "SELECT " SQLITE_TEMPLATE_COLUMNS
                       " FROM template WHERE last >= ? AND first < ? ORDER BY first, id",
                       problem);
    bool good = statement != NULL;
    if (!good)
        return false;
    sqlite3_bind_int64(statement, 1, seconds_of(span->since));
    sqlite3_bind_int64(statement, 2, seconds_of(span->until));
    while (sqlite_next(sqlite, statement, &good, problem)) {
        const struct hourly_template text = sqlite_template_at(sqlite, statement, 0);
        each(context, &text);
    }
    sqlite3_finalize(statement);
    sqlite_forget_texts(sqlite);
    return good;
}

static uint64_t bytes_of(struct store *store) {
    int64_t pages = 0, size = 0;
    if (!ask_number(sqlite_of(store), "PRAGMA page_count", &pages, NULL) ||
        !ask_number(sqlite_of(store), "PRAGMA page_size", &size, NULL))
        return 0;
    return (uint64_t)(pages * size);
}

#else /* without the library */

static bool knows_any(const char *where) {
    return strstr(where, "://") == NULL;
}

static const char *about(void) {
    return "not built in (make LIBSQLITE=yes)";
}

static struct store *sqlite_open(const char *where, enum store_use use,
                                 const struct store_access *access, struct problem *problem) {
    (void)use;
    (void)access;
    problem_say(problem, "history '%s': this build has no SQLite to keep it in: %s", where,
                about());
    return NULL;
}
#endif

const struct store_engine store_sqlite = {
    .name = "sqlite",
    .knows = knows_any,
    .open = sqlite_open,
    .about = about,
#ifdef HAVE_LIBSQLITE
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .put_state = put_state,
    .get_state = get_state,
    .drop_open = sqlite_drop_open,
    .end_open = sqlite_end_open,
    .put_cell = sqlite_put_cell,
    .put_clock = put_clock,
    .put_template = put_template,
    .put_run = put_run,
    .each_cell = sqlite_each_cell,
    .each_template = each_template,
    .each_run = each_run,
    .each_origin = each_origin,
    .each_host = sqlite_each_host,
    .bytes = bytes_of,
    .prune = sqlite_prune,
    .merge = sqlite_merge,
    .each_kept = sqlite_each_kept,
#endif
};
