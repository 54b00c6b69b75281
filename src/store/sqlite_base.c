/* Why: SQLite is spoken to in C in three steps (prepare, bind, step), each of which may fail.
 *
 * How: short words for those steps that keep the one shape of error, and the table of texts: a name
 * is stored once and is a number everywhere else, which makes rows small and reading fast.
 */
#include "store/sqlite_base.h"

#ifdef HAVE_LIBSQLITE
#include "base/memory.h"

enum { TEXTS_KEPT = 1 << 17 };

const char *const sqlite_rows_names[ROWS_KINDS] = {"hour", "day", "open"};

/* What to do about it is said where it is known. */
static const char *advice_for(int code) {
    switch (code) {
    case SQLITE_CORRUPT:
        return "; the file is damaged: move it away and begin a new one, or copy the last good one "
               "back";
    case SQLITE_NOTADB:
        return "; it is no history of mailtriage";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "; another run is writing to it: try again when that has ended";
    case SQLITE_FULL:
        return "; nothing of this run is stored: make room, and run it again";
    case SQLITE_IOERR:
        return "; nothing of this run is stored: look for room on the disk, limits to the size of "
               "files, and faults of the disk";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return "; the file and its folder must be writable for the user of this run";
    default:
        return "";
    }
}

bool sqlite_fault(const struct sqlite_store *sqlite, struct problem *problem) {
    int code = sqlite3_extended_errcode(sqlite->db);
    /* All is written, and nobody knows what of it is on the disk. */
    bool is_unsure = code == SQLITE_IOERR_FSYNC;
    return problem_say(problem, "history '%s': %s%s", sqlite->where, sqlite3_errmsg(sqlite->db),
                       is_unsure ? "; the next run will see whether this one is stored, and "
                                   "counts nothing twice: look for faults of the disk"
                                 : advice_for(code & 0xff));
}

bool sqlite_run(struct sqlite_store *sqlite, const char *statements, struct problem *problem) {
    return sqlite3_exec(sqlite->db, statements, NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_fault(sqlite, problem);
}

sqlite3_stmt *sqlite_prepare(struct sqlite_store *sqlite, const char *text,
                             struct problem *problem) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(sqlite->db, text, -1, &statement, NULL) != SQLITE_OK)
        sqlite_fault(sqlite, problem);
    return statement;
}

bool sqlite_do(struct sqlite_store *sqlite, sqlite3_stmt *statement, struct problem *problem) {
    bool good = sqlite3_step(statement) == SQLITE_DONE || sqlite_fault(sqlite, problem);
    sqlite3_reset(statement);
    return good;
}

bool sqlite_next(struct sqlite_store *sqlite, sqlite3_stmt *statement, bool *good_r,
                 struct problem *problem) {
    int code = sqlite3_step(statement);
    *good_r = code == SQLITE_ROW || code == SQLITE_DONE || sqlite_fault(sqlite, problem);
    return code == SQLITE_ROW;
}

/* Log text may be any bytes, a NUL among them: its length says where it ends. */
void sqlite_bind_slice(sqlite3_stmt *statement, int place, struct slice text) {
    sqlite3_bind_text(statement, place, text.length ? text.at : "", (int)text.length,
                      SQLITE_STATIC);
}

struct slice sqlite_slice(sqlite3_stmt *statement, int column) {
    const char *text = (const char *)sqlite3_column_text(statement, column);
    int length = sqlite3_column_bytes(statement, column);
    return (struct slice){text, text && length > 0 ? (size_t)length : 0};
}

/* ---- texts and their numbers */

static bool prepare_texts(struct sqlite_store *sqlite, struct problem *problem) {
    if (!sqlite->id_of_text)
        sqlite->id_of_text = sqlite_prepare(sqlite, "SELECT id FROM str WHERE text = ?", problem);
    if (!sqlite->put_text)
        sqlite->put_text = sqlite_prepare(sqlite, "INSERT INTO str(text) VALUES(?)", problem);
    return sqlite->id_of_text && sqlite->put_text;
}

/* -1: said in problem. */
static int64_t stored_id(struct sqlite_store *sqlite, struct slice text, struct problem *problem) {
    int64_t id = -1;
    bool good;
    if (!prepare_texts(sqlite, problem))
        return -1;
    sqlite_bind_slice(sqlite->id_of_text, 1, text);
    if (sqlite_next(sqlite, sqlite->id_of_text, &good, problem))
        id = sqlite3_column_int64(sqlite->id_of_text, 0);
    sqlite3_reset(sqlite->id_of_text);
    if (id >= 0 || !good)
        return id;
    sqlite_bind_slice(sqlite->put_text, 1, text);
    return sqlite_do(sqlite, sqlite->put_text, problem) ? sqlite3_last_insert_rowid(sqlite->db)
                                                        : -1;
}

int64_t sqlite_id(struct sqlite_store *sqlite, struct slice text, struct problem *problem) {
    bool is_new;
    if (sqlite->ids.count >= TEXTS_KEPT)
        map_clear(&sqlite->ids);
    int64_t *id = map_put(&sqlite->ids, text, &is_new);
    if (is_new)
        *id = stored_id(sqlite, text, problem);
    int64_t found = *id;
    if (found < 0)
        map_remove(&sqlite->ids, text);
    return found;
}

struct slice sqlite_text(struct sqlite_store *sqlite, int64_t id) {
    bool is_new, good;
    struct slice key = {(const char *)&id, sizeof id};
    struct slice *text = map_put(&sqlite->texts, key, &is_new);
    if (!is_new)
        return *text;
    if (!sqlite->text_of_id)
        sqlite->text_of_id = sqlite_prepare(sqlite, "SELECT text FROM str WHERE id = ?", NULL);
    if (!sqlite->text_of_id)
        return *text;
    sqlite3_bind_int64(sqlite->text_of_id, 1, id);
    if (sqlite_next(sqlite, sqlite->text_of_id, &good, NULL))
        *text = arena_copy(&sqlite->arena, sqlite_slice(sqlite->text_of_id, 0));
    sqlite3_reset(sqlite->text_of_id);
    return *text;
}

void sqlite_forget_texts(struct sqlite_store *sqlite) {
    map_clear(&sqlite->texts);
    arena_clear(&sqlite->arena);
}
#endif
