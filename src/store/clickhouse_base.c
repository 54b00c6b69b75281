/* Why: every file of this store asks a server, and wants to say what was wrong in the same way.
 *
 * How: a statement is the body of a request, rows are the body of an INSERT. Settings go along with
 * each request: no session, so nothing is left behind of one that was cut off.
 */
#include "store/clickhouse_base.h"

#include "base/memory.h"
#include "store/tab_text.h"

enum {
    LONG_STATEMENT = 200 * 1024 /* of 256 KiB, which a server reads when nothing else is said */
};

bool clickhouse_begin(struct clickhouse_store *store, const char *where,
                      const struct store_access *access, struct problem *problem) {
    const char *headers[CLICKHOUSE_HEADERS];
    struct problem why;
    arena_init(&store->arena);
    store->partial = access->partial;
    if (!clickhouse_place_read(where, &store->arena, &store->place, problem) ||
        !clickhouse_login(access->key_file, &store->arena, headers, problem))
        return false;
    store->tables.database = store->place.database;
    store->http = http_open(store->place.base, headers, &why);
    return store->http || problem_say(problem, "history '%s': %s", store->place.name, why.text);
}

void clickhouse_end(struct clickhouse_store *store) {
    http_close(store->http);
    arena_release(&store->arena);
}

/* ---- faults */

/* What to do about it is said where it is known. By the numbers of src/Common/ErrorCodes.cpp. */
static const char *advice_for(struct slice words) {
    static const struct {
        struct slice part;
        const char *advice;
    } advice[] = {
        {SLICE_INIT("Code: 60,"), "; 'mailtriage history init' makes the tables"},
        {SLICE_INIT("Code: 60."), "; 'mailtriage history init' makes the tables"},
        {SLICE_INIT("Code: 81,"), "; 'mailtriage history init' makes the database"},
        {SLICE_INIT("Code: 81."), "; 'mailtriage history init' makes the database"},
        {SLICE_INIT("Code: 279"), "; a node is down: with --partial a report leaves it out"},
        {SLICE_INIT("Code: 243"), "; the disk of the server is full"},
        {SLICE_INIT("status 401"), "; who asks stands in --key-file"},
        {SLICE_INIT("status 403"), "; who asks stands in --key-file"},
    };
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++)
        if (slice_find_text(words, advice[i].part) != SIZE_MAX)
            return advice[i].advice;
    return "";
}

/* The server does not always say which node it is that does not answer. */
static bool say_missing(struct clickhouse_store *store, struct problem *problem) {
    struct out nodes;
    struct problem unsaid;
    out_init_memory(&nodes);
    store->partial = true; /* the others know */
    bool are_known = clickhouse_missing(&store->store, &nodes, &unsaid) && nodes.length;
    store->partial = false;
    if (are_known)
        problem_say(problem,
                    "history '%s': no answer from the node %.*s; with --partial a report leaves it "
                    "out",
                    store->place.name, SLICE_ARGS(out_held(&nodes)));
    out_release(&nodes);
    return are_known;
}

/* A server says it two times: "Code: 60, e.displayText() = DB::Exception: ..., e.what() = ...". */
static bool fault(struct clickhouse_store *store, const struct problem *why,
                  struct problem *problem) {
    bool is_node = slice_find_text(slice_of(why->text), SLICE("Code: 279")) != SIZE_MAX;
    if (is_node && !store->partial && say_missing(store, problem))
        return false;
    struct slice rest = slice_of(why->text), words, code = {0};
    slice_cut_text(&rest, SLICE(", e.what() ="), &words);
    rest = words;
    if (slice_cut_text(&rest, SLICE("e.displayText() = "), &words))
        code = words;
    else
        rest = words;
    return problem_say(problem, "history '%s': %.*s%.*s%s", store->place.name, SLICE_ARGS(code),
                       SLICE_ARGS(rest), advice_for(slice_of(why->text)));
}

/* ---- statements */

static void add_parameter(struct out *parameters, const char *name, struct slice value) {
    out_print(parameters, "%s%s=", parameters->length ? "&" : "", name);
    tab_text_parameter(parameters, value);
}

/* What a statement says that should say nothing. */
static bool keep_answer(void *context, struct slice bytes) {
    out_slice(context, slice_head(bytes, 500));
    return true;
}

static bool run(struct clickhouse_store *store, struct slice parameters, struct slice body,
                struct problem *problem) {
    struct out said;
    struct problem why;
    out_init_memory(&said);
    const struct http_request request = {parameters, body, keep_answer, &said};
    bool good = http_post(store->http, &request, &why);
    if (good && out_held(&said).length)
        good = problem_say(&why, "%.*s", SLICE_ARGS(out_held(&said)));
    out_release(&said);
    return good || fault(store, &why, problem);
}

/* That a node has got the rows, and not only that it will. */
static void wait_for_nodes(const struct clickhouse_store *store, struct out *parameters) {
    if (store->tables.is_cluster)
        add_parameter(parameters, "insert_distributed_sync", SLICE("1"));
}

static void allow_length(struct out *parameters, struct slice statement) {
    char most[24];
    snprintf(most, sizeof most, "%zu", statement.length + LONG_STATEMENT);
    if (statement.length > LONG_STATEMENT)
        add_parameter(parameters, "max_query_size", slice_of(most));
}

bool clickhouse_do(struct clickhouse_store *store, struct slice statement,
                   struct problem *problem) {
    struct out parameters;
    out_init_memory(&parameters);
    wait_for_nodes(store, &parameters);
    allow_length(&parameters, statement);
    bool good = run(store, out_held(&parameters), statement, problem);
    out_release(&parameters);
    return good;
}

bool clickhouse_insert(struct clickhouse_store *store, int table, struct slice rows,
                       struct problem *problem) {
    struct out statement, parameters;
    out_init_memory(&statement);
    out_init_memory(&parameters);
    out_text(&statement, "INSERT INTO ");
    if (table == CLICKHOUSE_NODE)
        sql_local(&statement, &store->tables, table);
    else
        sql_table(&statement, &store->tables, table);
    out_byte(&statement, ' ');
    sql_columns(&statement, table);
    out_text(&statement, " FORMAT TabSeparated");
    wait_for_nodes(store, &parameters);
    add_parameter(&parameters, "query", out_held(&statement));
    bool good = run(store, out_held(&parameters), rows, problem);
    out_release(&statement);
    out_release(&parameters);
    return good;
}

/* ---- questions */

static bool take_answer(void *context, struct slice bytes) {
    return answer_take(context, bytes);
}

bool clickhouse_ask(struct clickhouse_store *store, const struct clickhouse_question *question,
                    struct problem *problem) {
    struct problem why;
    struct answer answer = {.columns = question->columns,
                            .row = question->row,
                            .context = question->context,
                            .problem = &why};
    struct out parameters;
    out_init_memory(&parameters);
    answer_begin(&answer);
    if (store->partial)
        add_parameter(&parameters, "skip_unavailable_shards", SLICE("1"));
    allow_length(&parameters, question->statement);
    const struct http_request request = {out_held(&parameters), question->statement, take_answer,
                                         &answer};
    bool good = http_post(store->http, &request, &why) && answer_is_whole(&answer);
    out_release(&parameters);
    answer_release(&answer);
    return good || fault(store, &why, problem);
}

int64_t clickhouse_hour(struct slice cell) {
    return hour_of(answer_signed(cell));
}
