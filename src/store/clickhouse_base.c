/* Why: a server says "200 OK" and then finds that it has no memory; a network cuts off what was
 * half told. A report of half an answer is wrong in silence.
 *
 * How: every question asks for totals too. They come last, and hold how many rows the groups before
 * them were made of: an answer whose rows do not add up to its totals is none.
 */
#include "store/clickhouse_base.h"

#include "base/memory.h"
#include "store/tab_text.h"

enum {
    LONG_STATEMENT = 200 * 1024, /* of 256 KiB, which a server reads when nothing else is said */
    LONGEST_LINE = 1 << 20       /* of an answer: no row is as long */
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

/* A server says it two times: "Code: 60, e.displayText() = DB::Exception: ..., e.what() = ...". */
static bool fault(const struct clickhouse_store *store, const struct problem *why,
                  struct problem *problem) {
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

/* ---- answers */

struct answer {
    const struct clickhouse_question *question;
    struct out line; /* the begin of one whose end has not come */
    uint64_t rows, total;
    bool totals_next, complete;
    struct problem *problem;
};

static bool take_cells(struct answer *answer, struct slice *cells) {
    uint64_t count;
    if (!slice_number(cells[answer->question->columns], &count))
        return false;
    if (answer->totals_next) {
        answer->complete = true;
        answer->total = count;
        return true;
    }
    answer->rows += count;
    answer->question->row(answer->question->context, cells);
    return true;
}

/* Cells are unescaped where they stand. */
static bool take_line(struct answer *answer, char *line, size_t length) {
    struct slice rest = {line, length}, cells[CLICKHOUSE_COLUMNS];
    size_t columns = answer->question->columns + 1, count = 0;
    if (!length && !answer->totals_next && !answer->complete) {
        answer->totals_next = true;
        return true;
    }
    for (bool more = true; more && count < columns; count++) {
        more = slice_cut(&rest, '\t', &cells[count]);
        cells[count] = tab_text_take(line + (cells[count].at - line), cells[count].length);
    }
    if (!answer->complete && count == columns && !rest.length && take_cells(answer, cells))
        return true;
    struct slice words = slice_head((struct slice){line, length}, 400);
    bool broke_off = slice_find_text(words, SLICE("Exception")) != SIZE_MAX;
    return problem_say(answer->problem, "%s: %.*s",
                       broke_off ? "the answer broke off" : "it does not answer as ClickHouse",
                       SLICE_ARGS(words));
}

static bool take_bytes(void *context, struct slice bytes) {
    struct answer *answer = context;
    struct slice line;
    out_slice(&answer->line, bytes);
    char *at = answer->line.bytes;
    size_t left = answer->line.length;
    for (char *end; left && (end = memchr(at, '\n', left));) {
        line = slice_range(at, end);
        if (!take_line(answer, at, line.length))
            return false;
        left -= line.length + 1;
        at = end + 1;
    }
    if (left)
        memmove(answer->line.bytes, at, left);
    answer->line.length = left;
    return left < LONGEST_LINE || problem_say(answer->problem, "it does not answer as ClickHouse");
}

/* To no rows there are totals, too. */
static bool judge(const struct answer *answer, struct problem *problem) {
    struct slice rest = out_held(&answer->line);
    if (!rest.length && answer->complete && answer->rows == answer->total)
        return true;
    return problem_say(problem, "the answer was cut off%s%.*s", rest.length ? ": " : "",
                       SLICE_ARGS(slice_head(rest, 400)));
}

bool clickhouse_ask(struct clickhouse_store *store, const struct clickhouse_question *question,
                    struct problem *problem) {
    struct problem why;
    struct answer answer = {.question = question, .problem = &why};
    struct out parameters;
    out_init_memory(&parameters);
    out_init_memory(&answer.line);
    if (store->partial)
        add_parameter(&parameters, "skip_unavailable_shards", SLICE("1"));
    allow_length(&parameters, question->statement);
    const struct http_request request = {out_held(&parameters), question->statement, take_bytes,
                                         &answer};
    bool good = http_post(store->http, &request, &why) && judge(&answer, &why);
    out_release(&parameters);
    out_release(&answer.line);
    return good || fault(store, &why, problem);
}

/* ---- cells */

uint64_t clickhouse_number(struct slice cell) {
    uint64_t number;
    return slice_number(cell, &number) ? number : 0;
}

int64_t clickhouse_signed(struct slice cell) {
    bool is_negative = slice_skip_byte(&cell, '-');
    int64_t number = (int64_t)clickhouse_number(cell);
    return is_negative ? -number : number;
}

int64_t clickhouse_hour(struct slice cell) {
    return hour_of(clickhouse_signed(cell));
}
