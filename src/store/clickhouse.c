/* Why: of more hosts than one machine keeps, the history lies on a cluster that is there already.
 *
 * How: ClickHouse, over HTTP. Each host keeps its own file, which a run writes to, and pushes what
 * changed (clickhouse_push.c); here it is read, by the same questions as a file. Rows are those of
 * the files, so a report is the same as from all files merged. docs/decisions/0007 says why it is
 * done so.
 */
#include "store/clickhouse_base.h"

#include "base/memory.h"
#include "store/tab_text.h"

static const char *about(void) {
    static char text[100];
    snprintf(text, sizeof text, "ClickHouse by %s", http_about());
    return text;
}

/* ---- opening */

struct node {
    uint64_t version;
    int64_t kept_from;
    bool is_cluster, is_there;
};

static void take_node(void *context, struct slice *cells) {
    struct node *node = context;
    *node =
        (struct node){answer_number(cells[0]), answer_signed(cells[1]), cells[2].length > 0, true};
}

static bool check_version(struct clickhouse_store *store, const struct node *node,
                          struct problem *problem) {
    if (!node->is_there || node->version < CLICKHOUSE_SCHEMA)
        return problem_say(problem,
                           "history '%s': its tables are not there, or of an older version: "
                           "'mailtriage history init' makes them",
                           store->place.name);
    if (node->version > CLICKHOUSE_SCHEMA)
        return problem_say(problem,
                           "history '%s' was made by a newer mailtriage (its version is %llu, this "
                           "program knows %d): it is left as it is",
                           store->place.name, (unsigned long long)node->version,
                           (int)CLICKHOUSE_SCHEMA);
    return true;
}

static bool look_at_node(struct clickhouse_store *store, struct problem *problem) {
    struct node node = {0};
    struct out statement;
    out_init_memory(&statement);
    out_text(&statement, "SELECT `version`, toUInt32(`kept_from`), `cluster`, count() FROM ");
    sql_local(&statement, &store->tables, CLICKHOUSE_NODE);
    out_text(&statement, " FINAL GROUP BY `version`, `kept_from`, `cluster` WITH TOTALS");
    const struct clickhouse_question question = {out_held(&statement), 3, take_node, &node};
    bool good = clickhouse_ask(store, &question, problem) && check_version(store, &node, problem);
    out_release(&statement);
    store->tables.is_cluster = node.is_cluster;
    store->kept_from = node.kept_from;
    return good;
}

static void clickhouse_close(struct store *store) {
    clickhouse_end(clickhouse_of(store));
    free(store);
}

static struct store *clickhouse_open(const char *where, enum store_use use,
                                     const struct store_access *access, struct problem *problem) {
    struct clickhouse_store *store = memory_new(sizeof *store);
    store->store.engine = &store_clickhouse;
    store->closed_from = -1;
    bool good = clickhouse_begin(store, where, access, problem);
    if (good && (use == STORE_WRITE || use == STORE_MAKE))
        good = problem_say(problem,
                           "history '%s': a run keeps its history in a file; 'mailtriage history "
                           "push' brings that here",
                           store->place.name);
    if (good && look_at_node(store, problem))
        return &store->store;
    clickhouse_close(&store->store);
    return NULL;
}

/* ---- writing is for pushes; a prune is no transaction */

static bool no_transaction(struct store *store, struct problem *problem) {
    (void)store;
    (void)problem;
    return true;
}

static void no_rollback(struct store *store) {
    (void)store;
}

/* Nothing goes on from here. */
static bool get_no_state(struct store *store, const char *name, struct pack *bytes_r,
                         struct problem *problem) {
    (void)store;
    (void)name;
    (void)bytes_r;
    (void)problem;
    return true;
}

/* ---- reading */

/* " AND `host` IN ('a', 'b')" of the hosts that are asked for. */
static void out_hosts(struct out *out, const struct map *asked) {
    struct slice host;
    if (!asked)
        return;
    out_text(out, " AND `host` IN (''");
    for (size_t place = 0; place < asked->used; place++)
        if (map_at(asked, place, &host)) {
            out_text(out, ", ");
            tab_text_literal(out, host);
        }
    out_byte(out, ')');
}

struct cells {
    struct hourly_cell cell;
    const struct hourly_shape *shape;
    bool by_hour;
    void (*each)(void *context, const struct hourly_cell *cell);
    void *context;
};

static void take_cell(void *context, struct slice *cells) {
    struct cells *reading = context;
    struct hourly_cell *cell = &reading->cell;
    cell->host = *cells++;
    cell->hour = reading->by_hour ? clickhouse_hour(*cells) : 0;
    cells++;
    for (unsigned i = 0; i < reading->shape->key_count; i++)
        cell->keys[i] = *cells++;
    for (unsigned i = 0; i < reading->shape->number_count; i++)
        cell->numbers[i] = answer_signed(*cells++);
    reading->each(reading->context, cell);
}

static void take_closed(void *context, struct slice *cells) {
    *(int64_t *)context = clickhouse_hour(cells[1]);
}

/* By the host whose log is the furthest behind. */
static bool find_closed(struct clickhouse_store *store, struct problem *problem) {
    struct out statement;
    if (store->closed_from >= 0)
        return true;
    out_init_memory(&statement);
    out_text(&statement, "SELECT `version` > 0 AS `is_there`, toUInt32(min(`closed_day`)), count()"
                         " FROM ");
    sql_table(&statement, &store->tables, CLICKHOUSE_HOST);
    out_text(&statement, " FINAL WHERE `version` > 0 GROUP BY `is_there` WITH TOTALS");
    const struct clickhouse_question question = {out_held(&statement), 2, take_closed,
                                                 &store->closed_from};
    store->closed_from = 0;
    bool good = clickhouse_ask(store, &question, problem);
    out_release(&statement);
    return good;
}

static bool each_cell(struct store *store, enum hourly_table table, const struct store_span *span,
                      void (*each)(void *context, const struct hourly_cell *cell), void *context,
                      struct problem *problem) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    struct cells cells = {{.table = table}, hourly_shape(table), span->by_hour, each, context};
    struct out statement, hosts;
    if (!find_closed(clickhouse, problem))
        return false;
    out_init_memory(&statement);
    out_init_memory(&hosts);
    out_hosts(&hosts, store->asked);
    sql_cells(&statement, &clickhouse->tables, table, span, clickhouse->closed_from,
              out_held(&hosts));
    const struct clickhouse_question question = {
        out_held(&statement), 2 + cells.shape->key_count + cells.shape->number_count, take_cell,
        &cells};
    bool good = clickhouse_ask(clickhouse, &question, problem);
    out_release(&statement);
    out_release(&hosts);
    return good;
}

struct templates {
    void (*each)(void *context, const struct hourly_template *text);
    void *context;
};

static void take_template(void *context, struct slice *cells) {
    const struct templates *reading = context;
    const struct hourly_template text = {
        .host = cells[0],
        .class_name = cells[1],
        .event = cells[2],
        .direction = cells[3],
        .level = cells[4],
        .mta = cells[5],
        .text = cells[6],
        .count = answer_number(cells[7]),
        .first = answer_signed(cells[8]),
        .last = answer_signed(cells[9]),
        .reply = cells[10],
        .source = cells[11],
        .line = answer_number(cells[12]),
    };
    reading->each(reading->context, &text);
}

/* Seconds of an hour; far off: as far as any. */
static long long seconds_of(int64_t hour) {
    return hour > INT64_MAX / HOUR ? UINT32_MAX : sql_seconds(hour < 0 ? 0 : hour * HOUR);
}

#define TEMPLATE_TIMES "toUInt32(`first`), toUInt32(`last`)"
#define TEMPLATE_TEXTS "`host`, `class`, `event`, `direction`, `level`, `mta`, `text`, `count`, "
#define TEMPLATE_REST  ", `reply`, `source`, `line`"

static bool each_template(struct store *store, const struct store_span *span,
                          void (*each)(void *context, const struct hourly_template *text),
                          void *context, struct problem *problem) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    struct templates templates = {each, context};
    struct out statement;
    out_init_memory(&statement);
    out_text(&statement, "SELECT " TEMPLATE_TEXTS TEMPLATE_TIMES TEMPLATE_REST ", count() FROM ");
    sql_table(&statement, &clickhouse->tables, CLICKHOUSE_TEMPLATE);
    out_print(&statement,
              " FINAL WHERE `count` != 0 AND toUInt32(`last`) >= %lld AND toUInt32(`first`) < %lld",
              seconds_of(span->since), seconds_of(span->until) + (span->until == INT64_MAX));
    out_hosts(&statement, store->asked);
    out_text(&statement, " GROUP BY " TEMPLATE_TEXTS "`first`, `last`" TEMPLATE_REST
                         " WITH TOTALS ORDER BY `first`, `last`, " TEMPLATE_TEXTS "`line`");
    const struct clickhouse_question question = {out_held(&statement), 13, take_template,
                                                 &templates};
    bool good = clickhouse_ask(clickhouse, &question, problem);
    out_release(&statement);
    return good;
}

/* " FROM `table` FINAL ALL INNER JOIN (... of the origins) USING `origin`" */
static void out_with_origin(struct out *out, const struct clickhouse_tables *tables, int table) {
    out_text(out, " FROM ");
    sql_table(out, tables, table);
    out_text(out, " FINAL ALL INNER JOIN (SELECT `origin`, `maker` FROM ");
    sql_local(out, tables, CLICKHOUSE_ORIGIN);
    out_text(out, " FINAL) USING (`origin`)");
}

struct runs {
    void (*each)(void *context, const struct store_origin *origin, const struct store_run *run);
    void *context;
};

static void take_run(void *context, struct slice *cells) {
    const struct runs *reading = context;
    uint64_t lines[6];
    for (int i = 0; i < 6; i++)
        lines[i] = answer_number(cells[6 + i]);
    const struct store_origin origin = {
        .id = cells[0], .maker = cells[1], .first_hour = INT64_MAX, .last_hour = INT64_MIN};
    const struct store_run run = {cells[3],
                                  answer_signed(cells[4]),
                                  answer_signed(cells[5]),
                                  {lines[0], lines[1], lines[2], lines[3], lines[4], lines[5]}};
    reading->each(reading->context, &origin, &run);
}

#define RUN_LINES "`read`, `used`, `dull`, `other`, `outside`, `not_understood`"

static bool each_run(struct store *store,
                     void (*each)(void *context, const struct store_origin *origin,
                                  const struct store_run *run),
                     void *context, struct problem *problem) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    struct runs runs = {each, context};
    struct out statement;
    out_init_memory(&statement);
    out_text(&statement, "SELECT `origin`, `maker`, `id`, `rules`, toUInt32(`started`),"
                         " toUInt32(`ended`), " RUN_LINES ", count()");
    out_with_origin(&statement, &clickhouse->tables, CLICKHOUSE_RUN);
    out_text(&statement,
             " GROUP BY `origin`, `maker`, `id`, `rules`, `started`, `ended`, " RUN_LINES
             " WITH TOTALS ORDER BY `ended` DESC, `origin`, `id` DESC");
    const struct clickhouse_question question = {out_held(&statement), 12, take_run, &runs};
    bool good = clickhouse_ask(clickhouse, &question, problem);
    out_release(&statement);
    return good;
}

struct origins {
    struct clickhouse_store *store;
    void (*each_origin)(void *context, const struct store_origin *origin);
    void (*each_host)(void *context, const struct store_origin *origin, struct slice host,
                      int64_t first_hour, int64_t last_hour);
    void *context;
};

static int64_t first_kept(const struct clickhouse_store *store, struct slice cell) {
    int64_t first = clickhouse_hour(cell), kept = hour_of(store->kept_from);
    return first < kept ? kept : first;
}

static void take_origin(void *context, struct slice *cells) {
    const struct origins *reading = context;
    const struct store_origin origin = {
        .id = cells[0],
        .maker = cells[1],
        .rules = cells[2],
        .made = answer_signed(cells[3]),
        .serial = answer_number(cells[4]),
        .first_hour = first_kept(reading->store, cells[5]),
        .last_hour = clickhouse_hour(cells[6]),
    };
    reading->each_origin(reading->context, &origin);
}

static bool each_origin(struct store *store,
                        void (*each)(void *context, const struct store_origin *origin),
                        void *context, struct problem *problem) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    struct origins origins = {clickhouse, each, NULL, context};
    struct out statement;
    out_init_memory(&statement);
    out_text(&statement, "SELECT `origin`, `maker`, `rules`, toUInt32(`made`), max(`serial`),"
                         " toUInt32(min(`first_hour`)), toUInt32(max(`last_hour`)), count() FROM ");
    sql_table(&statement, &clickhouse->tables, CLICKHOUSE_HOST);
    out_text(&statement, " FINAL ALL INNER JOIN (SELECT `origin`, `maker`, `rules`, `made`,"
                         " `version` AS `serial` FROM ");
    sql_local(&statement, &clickhouse->tables, CLICKHOUSE_ORIGIN);
    out_text(&statement, " FINAL) USING (`origin`) WHERE `version` > 0"
                         " GROUP BY `origin`, `maker`, `rules`, `made` WITH TOTALS"
                         " ORDER BY `maker`, `origin`");
    const struct clickhouse_question question = {out_held(&statement), 7, take_origin, &origins};
    bool good = clickhouse_ask(clickhouse, &question, problem);
    out_release(&statement);
    return good;
}

static void take_host(void *context, struct slice *cells) {
    const struct origins *reading = context;
    const struct store_origin origin = {
        .id = cells[0], .maker = cells[1], .first_hour = INT64_MAX, .last_hour = INT64_MIN};
    reading->each_host(reading->context, &origin, cells[2], first_kept(reading->store, cells[3]),
                       clickhouse_hour(cells[4]));
}

static bool each_host(struct store *store,
                      void (*each)(void *context, const struct store_origin *origin,
                                   struct slice host, int64_t first_hour, int64_t last_hour),
                      void *context, struct problem *problem) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    struct origins origins = {clickhouse, NULL, each, context};
    struct out statement;
    out_init_memory(&statement);
    out_text(&statement, "SELECT `origin`, `maker`, `host`, toUInt32(`first_hour`),"
                         " toUInt32(`last_hour`), count()");
    out_with_origin(&statement, &clickhouse->tables, CLICKHOUSE_HOST);
    out_text(&statement, " WHERE `version` > 0"
                         " GROUP BY `origin`, `maker`, `host`, `first_hour`, `last_hour`"
                         " WITH TOTALS ORDER BY `host`, `origin`");
    const struct clickhouse_question question = {out_held(&statement), 5, take_host, &origins};
    bool good = clickhouse_ask(clickhouse, &question, problem);
    out_release(&statement);
    return good;
}

static void take_number(void *context, struct slice *cells) {
    *(uint64_t *)context = answer_number(cells[1]);
}

/* Of the node that is asked. */
static uint64_t bytes_of(struct store *store) {
    struct clickhouse_store *clickhouse = clickhouse_of(store);
    struct problem unsaid;
    struct out statement;
    uint64_t bytes = 0;
    out_init_memory(&statement);
    out_print(&statement,
              "SELECT database, sum(bytes_on_disk), count() FROM system.parts"
              " WHERE database = '%s' AND active GROUP BY database WITH TOTALS",
              clickhouse->place.database);
    const struct clickhouse_question question = {out_held(&statement), 2, take_number, &bytes};
    clickhouse_ask(clickhouse, &question, &unsaid);
    out_release(&statement);
    return bytes;
}

const struct store_engine store_clickhouse = {
    .name = "clickhouse",
    .knows = clickhouse_knows,
    .can_be = clickhouse_can_be,
    .open = clickhouse_open,
    .close = clickhouse_close,
    .begin = no_transaction,
    .commit = no_transaction,
    .rollback = no_rollback,
    .get_state = get_no_state,
    .each_cell = each_cell,
    .each_template = each_template,
    .each_run = each_run,
    .each_origin = each_origin,
    .each_host = each_host,
    .bytes = bytes_of,
    .prune = clickhouse_prune,
    .about = about,
    .missing = clickhouse_missing,
    .init = clickhouse_init,
    .push = clickhouse_push,
};
