/* Why: the file of a host is the truth and the outbox. What a cluster has of it must be the same in
 * the end, whatever was cut off, answered twice or not at all, and without sending a year each
 * night.
 *
 * How: the rows of one table, form, host and hour are a unit. A unit that is not what was sent last
 * time is sent whole, each row with the version of the file: on the server the newest row of a key
 * stays, so sending it again changes nothing. Rows that the unit had there and has no more become
 * zeros of the new version, which the server makes out of its own. Only behind its answer the file
 * remembers the unit; whatever is lost in between is sent again.
 */
#include "store/clickhouse_base.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/siphash.h"
#include "store/pushed.h"
#include "store/tab_text.h"

enum {
    BATCH_ROWS = 200000, /* a server takes less than a million all or none */
    BATCH_BYTES = 32 << 20,
    REMEMBER_ROWS = 20000, /* what a push that is killed may send again */
    BATCH_MONTHS = 30,     /* partitions; a server takes a hundred at once */
    HOURS_LISTED = 4000,
    KIND_TEMPLATES = HOURLY_TABLES * STORE_FORMS, /* behind table and form of the others */
    KIND_RUNS,
    KIND_HOST,
    KIND_VERSION, /* not of rows: the version that is there */
    DAY_SECONDS = DAY_HOURS * HOUR
};

static const char *const form_names[STORE_FORMS] = {
    [STORE_HOURS] = "hour", [STORE_DAYS] = "day", [STORE_OPEN_HOURS] = "open"};

/* One origin of the file. */
struct file_origin {
    struct store_origin origin; /* texts of the arena */
    uint64_t version;           /* of what is sent */
    bool was_there;             /* before this push, or a part of one */
};

struct host {
    struct slice name; /* of the arena */
    size_t origin;
    int64_t first_hour, last_hour, closed_day;
    int64_t first_of_file; /* before it the cluster may have more */
    bool was_there;
};

/* A unit of the batch, to be remembered when that has arrived. */
struct sent {
    struct unit unit;
    uint64_t digest;
    size_t origin;
    struct slice host; /* of the arena of the batch */
};

struct push {
    struct clickhouse_store *store;
    struct store *outbox;
    struct pushed pushed;
    struct store_pushed *told;
    struct problem *problem;
    char *state; /* the name of what is remembered */
    bool again;
    int64_t kept_from;   /* hours: what is before it the file has let go */
    int tables_done;     /* of hourly.def */
    size_t unremembered; /* changes since `remember` */
    struct arena arena;
    struct file_origin *origins;
    size_t origin_count, origin_room;
    struct host *hosts;
    size_t host_count, host_room;
    bool hosts_checked;
    /* The unit that is being read. */
    struct unit unit;
    bool in_unit;
    size_t unit_origin;
    struct slice unit_host;
    int unit_table;
    struct out rows; /* of it */
    size_t row_count;
    uint64_t digest;
    struct arena unit_arena;
    /* What goes with the next request. */
    struct out batch;
    int batch_table;
    size_t batch_rows;
    struct map months;
    struct sent *sent;
    size_t sent_count, sent_room;
    struct arena batch_arena;
    /* Units that are gone, in one list. */
    struct sent *gone;
    size_t gone_count, gone_room;
};

/* ---- what is remembered */

static bool remember(struct push *push) {
    struct pack pack;
    pack_init(&pack);
    pushed_save(&push->pushed, &pack);
    bool good = store_begin(push->outbox, push->problem);
    push->unremembered = 0;
    if (good && (!store_put_state(push->outbox, push->state,
                                  (struct slice){pack.bytes, pack.length}, push->problem) ||
                 !store_commit(push->outbox, push->problem))) {
        store_rollback(push->outbox);
        good = false;
    }
    pack_release(&pack);
    return good;
}

static bool recollect(struct push *push) {
    struct pack pack;
    pack_init(&pack);
    bool good = store_get_state(push->outbox, push->state, &pack, push->problem);
    if (good && pack.length)
        pushed_load(&push->pushed, (struct slice){pack.bytes, pack.length});
    if (push->again)
        pushed_clear(&push->pushed);
    pack_release(&pack);
    return good;
}

/* ---- rows that are gone */

static void out_zeros(struct out *out, int table) {
    const struct hourly_shape *shape = hourly_shape((enum hourly_table)table);
    for (unsigned i = 0; i < shape->number_count; i++)
        out_text(out, "0, ");
}

/* Of one origin: what is there under an older version becomes zeros. */
static void out_clearing(struct out *out, const struct push *push, int table,
                         const struct file_origin *origin) {
    const struct clickhouse_tables *tables = &push->store->tables;
    out_text(out, "INSERT INTO ");
    sql_table(out, tables, table);
    out_byte(out, ' ');
    sql_columns(out, table);
    out_text(out, " SELECT `form`, `hour`, `origin`, `host`, ");
    sql_names(out, hourly_shape((enum hourly_table)table)->keys, "", "");
    out_text(out, ", ");
    out_zeros(out, table);
    out_print(out, "%llu FROM ", (unsigned long long)origin->version);
    sql_table(out, tables, table);
    out_print(out, " FINAL WHERE `version` < %llu AND ", (unsigned long long)origin->version);
    sql_counts(out, (enum hourly_table)table);
    out_text(out, " AND `origin` = ");
    tab_text_literal(out, origin->origin.id);
}

static int by_place(const void *one, const void *other) {
    const struct sent *a = one, *b = other;
    if (a->unit.source != b->unit.source)
        return a->unit.source < b->unit.source ? -1 : 1;
    if (a->unit.kind != b->unit.kind)
        return a->unit.kind < b->unit.kind ? -1 : 1;
    return (a->unit.hour > b->unit.hour) - (a->unit.hour < b->unit.hour);
}

static bool is_same_list(const struct sent *a, const struct sent *b) {
    return a->unit.source == b->unit.source && a->unit.kind == b->unit.kind;
}

/* Sorts them. */
static bool clear_units(struct push *push, int table, struct sent *units, size_t count) {
    bool good = true;
    if (count)
        qsort(units, count, sizeof *units, by_place);
    for (size_t i = 0, end; good && i < count; i = end) {
        struct out out;
        for (end = i; end < count && end - i < HOURS_LISTED && is_same_list(&units[i], &units[end]);
             end++)
            ;
        if (!push->origins[units[i].origin].was_there)
            continue;
        out_init_memory(&out);
        out_clearing(&out, push, table, &push->origins[units[i].origin]);
        out_text(&out, " AND `host` = ");
        tab_text_literal(&out, units[i].host);
        out_print(&out, " AND `form` = '%s' AND `hour` >= ",
                  form_names[units[i].unit.kind % STORE_FORMS]);
        sql_hour(&out, units[i].unit.hour);
        out_text(&out, " AND `hour` <= ");
        sql_hour(&out, units[end - 1].unit.hour);
        out_text(&out, " AND toUInt32(`hour`) IN (");
        for (size_t at = i; at < end; at++)
            out_print(&out, "%s%lld", at > i ? ", " : "",
                      (long long)sql_seconds(units[at].unit.hour * HOUR));
        out_byte(&out, ')');
        good = clickhouse_do(push->store, out_held(&out), push->problem);
        out_release(&out);
    }
    return good;
}

/* ---- batches */

static void forget_batch(struct push *push) {
    push->batch.length = 0;
    push->batch_rows = push->sent_count = 0;
    map_clear(&push->months);
    arena_clear(&push->batch_arena);
}

/* A request, and the clearing of what its units have no more. */
static bool send_batch(struct push *push) {
    if (!push->sent_count)
        return true;
    bool good =
        clickhouse_insert(push->store, push->batch_table, out_held(&push->batch), push->problem) &&
        (push->batch_table >= HOURLY_TABLES ||
         clear_units(push, push->batch_table, push->sent, push->sent_count));
    for (size_t i = 0; good && i < push->sent_count; i++) {
        pushed_put(&push->pushed, push->sent[i].unit, push->sent[i].digest);
        push->told->hours += push->sent[i].unit.kind < KIND_TEMPLATES;
    }
    push->told->rows += good ? push->batch_rows : 0;
    push->unremembered += push->batch_rows;
    forget_batch(push);
    return good && (push->unremembered < REMEMBER_ROWS || remember(push));
}

/* Makes room for the unit. */
static bool begin_batch(struct push *push) {
    bool is_full = push->batch_rows + push->row_count > BATCH_ROWS ||
                   push->batch.length + push->rows.length > BATCH_BYTES ||
                   push->months.count >= BATCH_MONTHS;
    if ((is_full || push->batch_table != push->unit_table) && !send_batch(push))
        return false;
    push->batch_table = push->unit_table;
    return true;
}

static bool end_unit(struct push *push) {
    if (!push->in_unit)
        return true;
    push->in_unit = false;
    if (pushed_has(&push->pushed, push->unit, push->digest))
        return true;
    if (!begin_batch(push))
        return false;
    int64_t month = push->unit.hour / (30 * DAY_HOURS);
    if (push->unit.kind < KIND_TEMPLATES)
        map_put(&push->months, (struct slice){(const char *)&month, sizeof month}, NULL);
    out_slice(&push->batch, out_held(&push->rows));
    push->batch_rows += push->row_count;
    push->sent =
        memory_grow(push->sent, &push->sent_room, push->sent_count + 1, sizeof *push->sent);
    push->sent[push->sent_count++] = (struct sent){push->unit, push->digest, push->unit_origin,
                                                   arena_copy(&push->batch_arena, push->unit_host)};
    return true;
}

/* The unit that the next row belongs to. */
static bool in_unit(struct push *push, size_t origin, struct slice host, int table, uint32_t kind,
                    int64_t hour) {
    struct unit unit = {push->unit.source, kind, hour};
    bool same_source =
        push->in_unit && push->unit_origin == origin && slice_equal(push->unit_host, host);
    if (!same_source)
        unit.source = pushed_source(&push->pushed, push->origins[origin].origin.id, host);
    if (push->in_unit && memcmp(&unit, &push->unit, sizeof unit) == 0)
        return true;
    if (!end_unit(push))
        return false;
    arena_clear(&push->unit_arena);
    push->in_unit = true;
    push->unit = unit;
    push->unit_origin = origin;
    push->unit_host = arena_copy(&push->unit_arena, host);
    push->unit_table = table;
    push->rows.length = 0;
    push->row_count = 0;
    push->digest = 0;
    return true;
}

/* Ends the row that was begun at `begin`: its digest does not depend on the version. */
static void end_row(struct push *push, size_t begin) {
    unsigned char key[SIPHASH_KEY] = {0};
    struct slice id = push->origins[push->unit_origin].origin.id;
    memcpy(key, id.at, id.length < sizeof key ? id.length : sizeof key);
    uint64_t row = siphash(key, slice_from(out_held(&push->rows), begin));
    push->digest = (push->digest ^ row) * 0x9E3779B97F4A7C15u + row;
    out_print(&push->rows, "\t%llu\n",
              (unsigned long long)push->origins[push->unit_origin].version);
    push->row_count++;
}

static void put_cell(struct push *push, struct slice text) {
    out_byte(&push->rows, '\t');
    tab_text_put(&push->rows, text);
}

/* Ten digits: fewer are taken for a date. */
static void put_time(struct push *push, int64_t seconds) {
    out_print(&push->rows, "\t%010lld", (long long)sql_seconds(seconds));
}

static void put_signed(struct push *push, int64_t number) {
    if (number < 0)
        out_text(&push->rows, "\t-");
    else
        out_byte(&push->rows, '\t');
    out_number(&push->rows, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

/* ---- origins and hosts */

static void take_version(void *context, struct slice *cells) {
    struct file_origin *origin = context;
    origin->was_there = true;
    origin->version = answer_number(cells[1]); /* there, until check_version */
}

static bool say_newer(const struct push *push, const struct file_origin *origin) {
    return problem_say(push->problem,
                       "history '%s' has more of the history made on '%.*s' (%.8s) than this file: "
                       "an older copy of it? --again takes this one for the truth",
                       push->store->place.name, SLICE_ARGS(origin->origin.maker),
                       origin->origin.id.at);
}

/* False: what is there is not what this file has sent last. The file was restored from a backup, or
 * the cluster was; or the last answer was lost. */
static bool is_remembered(struct push *push, const struct file_origin *origin) {
    struct unit unit = {pushed_source(&push->pushed, origin->origin.id, (struct slice){0}),
                        KIND_VERSION, 0};
    if (!origin->was_there) /* the cluster is another one */
        return !push->pushed.units.count;
    return origin->version ? pushed_has(&push->pushed, unit, origin->version)
                           : !pushed_knows(&push->pushed, unit);
}

/* What is there must not be newer: a copy out of a backup would hide behind it. */
static bool check_version(struct push *push, struct file_origin *origin) {
    struct out out;
    uint64_t serial = origin->origin.serial;
    out_init_memory(&out);
    out_text(&out, "SELECT `origin`, max(`version`), count() FROM ");
    sql_table(&out, &push->store->tables, CLICKHOUSE_ORIGIN);
    out_text(&out, " WHERE `origin` = ");
    tab_text_literal(&out, origin->origin.id);
    out_text(&out, " GROUP BY `origin` WITH TOTALS");
    const struct clickhouse_question question = {out_held(&out), 2, take_version, origin};
    bool good = clickhouse_ask(push->store, &question, push->problem);
    out_release(&out);
    if (good && origin->version > serial + push->pushed.ahead) {
        if (!push->again)
            return say_newer(push, origin);
        push->pushed.ahead = origin->version + 1 - serial;
    }
    if (good && !push->again && !is_remembered(push, origin)) {
        push->again = true;
        pushed_clear(&push->pushed);
    }
    origin->version = serial + push->pushed.ahead;
    return good;
}

static bool take_origin(void *context, const struct store_origin *origin) {
    struct push *push = context;
    push->origins = memory_grow(push->origins, &push->origin_room, push->origin_count + 1,
                                sizeof *push->origins);
    struct file_origin *kept = &push->origins[push->origin_count++];
    *kept = (struct file_origin){.origin = *origin};
    kept->origin.id = arena_copy(&push->arena, origin->id);
    kept->origin.maker = arena_copy(&push->arena, origin->maker);
    kept->origin.rules = arena_copy(&push->arena, origin->rules);
    return true;
}

static size_t origin_named(const struct push *push, struct slice id) {
    size_t at = 0;
    while (at + 1 < push->origin_count && !slice_equal(push->origins[at].origin.id, id))
        at++;
    return at;
}

static bool take_host(void *context, const struct store_origin *origin, struct slice host,
                      int64_t first_hour, int64_t last_hour, int64_t closed_day) {
    struct push *push = context;
    push->hosts =
        memory_grow(push->hosts, &push->host_room, push->host_count + 1, sizeof *push->hosts);
    push->hosts[push->host_count++] = (struct host){arena_copy(&push->arena, host),
                                                    origin_named(push, origin->id),
                                                    first_hour,
                                                    last_hour,
                                                    closed_day,
                                                    first_hour,
                                                    false};
    return true;
}

struct asking {
    struct push *push;
    bool good;
};

/* What the file has let go is still there. (A claim, of version 0, has no hours.) */
static void keep_first(struct host *host, struct slice *cells) {
    int64_t first = clickhouse_hour(cells[3]);
    if (host->was_there && answer_number(cells[4]) > 0 && first < host->first_hour)
        host->first_hour = first;
}

/* The log of one host out of two files would be counted twice. */
static void look_at_host(void *context, struct slice *cells) {
    struct asking *asking = context;
    struct push *push = asking->push;
    for (size_t i = 0; asking->good && i < push->host_count; i++) {
        struct host *host = &push->hosts[i];
        const struct store_origin *ours = &push->origins[host->origin].origin;
        if (!slice_equal(host->name, cells[0]))
            continue;
        host->was_there = slice_equal(ours->id, cells[1]);
        keep_first(host, cells);
        if (!host->was_there)
            asking->good = problem_say(
                push->problem,
                "the log of host '%.*s' is in history '%s' already, out of a file made on '%.*s' "
                "(%.8s); this one was made on '%.*s' (%.8s): it would be counted twice; rename one "
                "of the hosts, or take the other out (docs/fleet.md)",
                SLICE_ARGS(cells[0]), push->store->place.name, SLICE_ARGS(cells[2]),
                cells[1].length ? cells[1].at : "", SLICE_ARGS(ours->maker), ours->id.at);
    }
}

static bool check_hosts(struct push *push) {
    struct asking asking = {push, true};
    struct out out;
    out_init_memory(&out);
    out_text(&out,
             "SELECT `host`, `origin`, `maker`, toUInt32(`first_hour`), `version`, count() FROM ");
    sql_table(&out, &push->store->tables, CLICKHOUSE_HOST);
    out_text(&out, " FINAL ALL INNER JOIN (SELECT `origin`, `maker` FROM ");
    sql_local(&out, &push->store->tables, CLICKHOUSE_ORIGIN);
    out_text(&out, " FINAL) USING (`origin`) WHERE `host` IN (''");
    for (size_t i = 0; i < push->host_count; i++) {
        out_text(&out, ", ");
        tab_text_literal(&out, push->hosts[i].name);
    }
    out_text(&out, ") GROUP BY `host`, `origin`, `maker`, `first_hour`, `version` WITH TOTALS");
    const struct clickhouse_question question = {out_held(&out), 5, look_at_host, &asking};
    bool good = clickhouse_ask(push->store, &question, push->problem) && asking.good;
    out_release(&out);
    return good;
}

static void put_origin(struct push *push, const struct file_origin *origin) {
    tab_text_put(&push->rows, origin->origin.id);
    put_cell(push, origin->origin.maker);
    put_cell(push, origin->origin.rules);
    put_time(push, origin->origin.made);
}

static void put_host(struct push *push, const struct host *host, bool is_claim) {
    tab_text_put(&push->rows, push->origins[host->origin].origin.id);
    put_cell(push, host->name);
    put_time(push, is_claim ? 0 : host->first_hour * HOUR);
    put_time(push, is_claim ? 0 : host->last_hour * HOUR);
    put_time(push, is_claim ? 0 : host->closed_day * HOUR);
}

static bool send_rows(struct push *push, int table) {
    bool good = !push->rows.length ||
                clickhouse_insert(push->store, table, out_held(&push->rows), push->problem);
    push->rows.length = 0;
    return good;
}

static bool has_host(const struct push *push, size_t origin) {
    for (size_t i = 0; i < push->host_count; i++)
        if (push->hosts[i].origin == origin)
            return true;
    return false;
}

/* Who is new says so first, with version 0: it is nobody's report yet, and a name that is taken. */
static bool claim(struct push *push) {
    push->rows.length = 0;
    for (size_t i = 0; i < push->origin_count; i++)
        if (!push->origins[i].was_there && has_host(push, i)) {
            put_origin(push, &push->origins[i]);
            out_text(&push->rows, "\t0\n");
        }
    if (!send_rows(push, CLICKHOUSE_ORIGIN))
        return false;
    for (size_t i = 0; i < push->host_count; i++)
        if (!push->hosts[i].was_there) {
            put_host(push, &push->hosts[i], true);
            out_text(&push->rows, "\t0\n");
        }
    return send_rows(push, CLICKHOUSE_HOST);
}

static bool begin_rows(struct push *push) {
    if (push->hosts_checked)
        return true;
    push->hosts_checked = true;
    for (size_t i = 0; i < push->origin_count; i++)
        if (has_host(push, i) && !check_version(push, &push->origins[i]))
            return false;
    return !push->host_count || (check_hosts(push) && claim(push));
}

/* The last word: from now on this version is there. */
static bool send_versions(struct push *push) {
    push->rows.length = 0;
    for (size_t i = 0; i < push->origin_count; i++)
        if (has_host(push, i)) {
            put_origin(push, &push->origins[i]);
            out_print(&push->rows, "\t%llu\n", (unsigned long long)push->origins[i].version);
        }
    if (!send_rows(push, CLICKHOUSE_ORIGIN))
        return false;
    for (size_t i = 0; i < push->origin_count; i++) {
        struct slice id = push->origins[i].origin.id;
        if (has_host(push, i))
            pushed_put(
                &push->pushed,
                (struct unit){pushed_source(&push->pushed, id, (struct slice){0}), KIND_VERSION, 0},
                push->origins[i].version);
    }
    return true;
}

/* At the end: all of it is there. */
static bool finish(struct push *push) {
    for (size_t i = 0; i < push->host_count; i++) {
        const struct host *host = &push->hosts[i];
        if (!in_unit(push, host->origin, host->name, CLICKHOUSE_HOST, KIND_HOST, 0))
            return false;
        put_host(push, host, false);
        end_row(push, 0);
    }
    return end_unit(push) && send_batch(push) && (!push->told->rows || send_versions(push));
}

/* ---- cells, wordings, runs */

static bool is_of_server(int64_t hour) {
    return hour >= 0 && hour <= UINT32_MAX / HOUR;
}

static void note_gone(void *context, struct unit unit, struct slice origin, struct slice host) {
    struct push *push = context;
    push->gone =
        memory_grow(push->gone, &push->gone_room, push->gone_count + 1, sizeof *push->gone);
    push->gone[push->gone_count++] =
        (struct sent){unit, 0, origin_named(push, origin), arena_copy(&push->arena, host)};
}

/* Units of a table that were there and are no more. What the file let go of because it is old is
 * not cleared there: how long a cluster keeps is its own matter. */
static void find_gone(struct push *push, int table) {
    uint32_t first = (uint32_t)table * STORE_FORMS;
    push->gone_count = 0;
    pushed_each_gone(&push->pushed, first, first + STORE_FORMS - 1, note_gone, push);
    size_t count = 0;
    for (size_t i = 0; i < push->gone_count; i++) {
        struct sent *gone = &push->gone[i];
        bool fades = hourly_shape((enum hourly_table)table)->keeping & HOURLY_FADES &&
                     gone->unit.kind % STORE_FORMS == STORE_HOURS;
        bool is_old = gone->unit.hour < push->kept_from || fades;
        pushed_forget(&push->pushed, gone->unit);
        if (!is_old && gone->unit.kind % STORE_FORMS != STORE_OPEN_HOURS)
            push->gone[count++] = *gone;
    }
    push->unremembered += push->gone_count;
    push->gone_count = count;
}

static void look_at_open(void *context, struct slice *cells) {
    struct push *push = context;
    uint32_t source = pushed_source(&push->pushed, cells[0], cells[1]);
    uint32_t kind = (uint32_t)push->tables_done * STORE_FORMS + STORE_OPEN_HOURS;
    struct unit unit = {source, kind, clickhouse_hour(cells[2])};
    if (!pushed_is_there(&push->pushed, unit))
        note_gone(push, unit, cells[0], cells[1]);
}

/* What is open there and not here. The cluster is asked, and not what is remembered: a push that
 * was killed remembers nothing of what it had sent, and an hour is open for a short time only. */
static bool find_closed(struct push *push, int table) {
    struct out out;
    size_t count = 0;
    out_init_memory(&out);
    out_text(&out, "SELECT `origin`, `host`, toUInt32(`hour`), count() FROM ");
    sql_table(&out, &push->store->tables, table);
    out_text(&out, " FINAL WHERE `form` = 'open' AND ");
    sql_counts(&out, (enum hourly_table)table);
    out_text(&out, " AND `origin` IN (");
    for (size_t i = 0; i < push->origin_count; i++)
        if (push->origins[i].was_there) {
            out_text(&out, count++ ? ", " : "");
            tab_text_literal(&out, push->origins[i].origin.id);
        }
    out_text(&out, ") GROUP BY `origin`, `host`, `hour` WITH TOTALS");
    const struct clickhouse_question question = {out_held(&out), 3, look_at_open, push};
    bool good = !count || clickhouse_ask(push->store, &question, push->problem);
    out_release(&out);
    return good;
}

static bool clear_gone(struct push *push, int table) {
    find_gone(push, table);
    return find_closed(push, table) && clear_units(push, table, push->gone, push->gone_count);
}

/* Tables come one behind the other; those before this one are over. */
static bool reach(struct push *push, int table) {
    if (push->tables_done == table)
        return true;
    if (!end_unit(push))
        return false;
    for (; push->tables_done < table; push->tables_done++)
        if (!send_batch(push) || !clear_gone(push, push->tables_done))
            return false;
    return true;
}

/* Wordings, in the same way. */
static void out_template_clearing(struct out *out, const struct push *push,
                                  const struct file_origin *origin) {
    const struct clickhouse_tables *tables = &push->store->tables;
    out_text(out, "INSERT INTO ");
    sql_table(out, tables, CLICKHOUSE_TEMPLATE);
    out_byte(out, ' ');
    sql_columns(out, CLICKHOUSE_TEMPLATE);
    out_text(out, " SELECT `origin`, `host`, `class`, `event`, `direction`, `level`, `mta`, `text`,"
                  " 0, `first`, `last`, '', '', 0, ");
    out_print(out, "%llu FROM ", (unsigned long long)origin->version);
    sql_table(out, tables, CLICKHOUSE_TEMPLATE);
    out_print(out, " FINAL WHERE `version` < %llu AND `count` != 0 AND `origin` = ",
              (unsigned long long)origin->version);
    tab_text_literal(out, origin->origin.id);
}

static int64_t first_hour_of(const struct push *push, size_t origin) {
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < push->host_count; i++)
        if (push->hosts[i].origin == origin && push->hosts[i].first_of_file < first)
            first = push->hosts[i].first_of_file;
    return first;
}

static bool clear_table(struct push *push, int table, size_t origin) {
    int64_t first = day_of(first_hour_of(push, origin));
    struct out out;
    out_init_memory(&out);
    if (table < HOURLY_TABLES)
        out_clearing(&out, push, table, &push->origins[origin]);
    else
        out_template_clearing(&out, push, &push->origins[origin]);
    out_text(&out, table < HOURLY_TABLES ? " AND `hour` >= " : " AND `last` >= ");
    sql_hour(&out, first);
    bool good = clickhouse_do(push->store, out_held(&out), push->problem);
    out_release(&out);
    return good;
}

/* Behind a push of all: what is there of a time that the file knows, and was not sent. */
static bool clear_rest(struct push *push) {
    bool good = end_unit(push) && send_batch(push);
    for (size_t i = 0; good && push->again && i < push->origin_count; i++)
        for (int table = 0; good && table <= CLICKHOUSE_TEMPLATE; table++)
            good = !push->origins[i].was_there || !has_host(push, i) || clear_table(push, table, i);
    return good;
}

static bool take_cell(void *context, const struct store_origin *origin, enum store_form form,
                      const struct hourly_cell *cell) {
    struct push *push = context;
    const struct hourly_shape *shape = hourly_shape(cell->table);
    uint32_t kind = (uint32_t)cell->table * STORE_FORMS + form;
    if (!is_of_server(cell->hour)) {
        push->told->outside++;
        return true;
    }
    if (!begin_rows(push) || !reach(push, (int)cell->table) ||
        !in_unit(push, origin_named(push, origin->id), cell->host, (int)cell->table, kind,
                 cell->hour))
        return false;
    size_t begin = push->rows.length;
    out_text(&push->rows, form_names[form]);
    put_time(push, cell->hour * HOUR);
    put_cell(push, origin->id);
    put_cell(push, cell->host);
    for (unsigned i = 0; i < shape->key_count; i++)
        put_cell(push, cell->keys[i]);
    for (unsigned i = 0; i < shape->number_count; i++)
        put_signed(push, cell->numbers[i]);
    end_row(push, begin);
    return true;
}

/* All wordings of a host are one unit: there are few, and nearly all runs change some. */
static bool take_template(void *context, const struct store_origin *origin,
                          const struct hourly_template *text) {
    struct push *push = context;
    const struct slice keys[] = {text->host,  text->class_name, text->event, text->direction,
                                 text->level, text->mta,        text->text};
    if (!begin_rows(push) || !reach(push, HOURLY_TABLES) ||
        !in_unit(push, origin_named(push, origin->id), text->host, CLICKHOUSE_TEMPLATE,
                 KIND_TEMPLATES, 0))
        return false;
    size_t begin = push->rows.length;
    tab_text_put(&push->rows, origin->id);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        put_cell(push, keys[i]);
    put_signed(push, (int64_t)text->count);
    put_time(push, text->first);
    put_time(push, text->last);
    put_cell(push, text->reply);
    put_cell(push, text->source);
    put_signed(push, (int64_t)text->line);
    end_row(push, begin);
    return true;
}

/* Those of a day are a unit. */
static bool take_run(void *context, const struct store_origin *origin, uint64_t id,
                     const struct store_run *run) {
    struct push *push = context;
    const struct ledger *ledger = &run->ledger;
    const uint64_t lines[] = {ledger->read,  ledger->used,    ledger->dull,
                              ledger->other, ledger->outside, ledger->not_understood};
    size_t at = origin_named(push, origin->id);
    if (!has_host(push, at))
        return true;
    if (!begin_rows(push) || !reach(push, HOURLY_TABLES) ||
        !in_unit(push, at, (struct slice){0}, CLICKHOUSE_RUN, KIND_RUNS, run->ended / DAY_SECONDS))
        return false;
    size_t begin = push->rows.length;
    tab_text_put(&push->rows, origin->id);
    put_signed(push, (int64_t)id);
    put_cell(push, run->rules);
    put_time(push, run->started);
    put_time(push, run->ended);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        put_signed(push, (int64_t)lines[i]);
    end_row(push, begin);
    return true;
}

/* ---- all of it */

static bool read_kept_from(struct push *push) {
    struct pack bytes;
    pack_init(&bytes);
    bool good = store_get_state(push->outbox, "pruned", &bytes, push->problem);
    struct unpack unpack = {{bytes.bytes, bytes.length}, false};
    push->kept_from = bytes.length ? unpack_signed(&unpack) : INT64_MIN;
    pack_release(&bytes);
    return good;
}

static void begin(struct push *push) {
    size_t length = strlen(push->store->place.name) + sizeof "pushed ";
    push->state = memory_new(length);
    snprintf(push->state, length, "pushed %s", push->store->place.name);
    pushed_init(&push->pushed);
    map_init(&push->months, 1);
    arena_init(&push->arena);
    arena_init(&push->unit_arena);
    arena_init(&push->batch_arena);
    out_init_memory(&push->rows);
    out_init_memory(&push->batch);
}

static void end(struct push *push) {
    pushed_release(&push->pushed);
    map_release(&push->months);
    arena_release(&push->arena);
    arena_release(&push->unit_arena);
    arena_release(&push->batch_arena);
    out_release(&push->rows);
    out_release(&push->batch);
    free(push->origins);
    free(push->hosts);
    free(push->sent);
    free(push->gone);
    free(push->state);
}

bool clickhouse_push(struct store *into, struct store *from, struct store *outbox, bool again,
                     struct store_pushed *pushed_r, struct problem *problem) {
    struct push push = {.store = clickhouse_of(into),
                        .outbox = outbox,
                        .told = pushed_r,
                        .problem = problem,
                        .again = again};
    const struct store_sink sink = {&push,     take_origin,   take_host,
                                    take_cell, take_template, take_run};
    *pushed_r = (struct store_pushed){0};
    begin(&push);
    bool good = recollect(&push) && read_kept_from(&push) &&
                store_each_kept(from, &sink, problem) && begin_rows(&push) &&
                reach(&push, HOURLY_TABLES) && clear_rest(&push) && finish(&push) &&
                (!push.unremembered || remember(&push));
    end(&push);
    return good;
}
