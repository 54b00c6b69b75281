/* Why: CSV and NDJSON show one table, whatever made the finding; its columns are promised to users.
 *
 * How: a row is an array of slices into the finding; only numbers, times and lists are printed,
 * into the scratch of the row. Nothing is allocated: export writes millions of rows.
 */
#include "report/row.h"

#include <string.h>

#include "base/edits.h"
#include "finding/hint.h"
#include "finding/reason.h"

const struct column_info columns[COLUMN_COUNT] = {
#define COLUMN(constant, name, kind, in_csv) {name, kind, in_csv},
#include "report/columns.def"
#undef COLUMN
};

/* ---- filling */

struct filler {
    struct row *row;
    char *free; /* in the scratch of the row */
};

static void fill(struct row *row, enum column column, struct slice text) {
    row->cells[column] = (struct row_cell){text.length > 0, text};
}

static void fill_word(struct row *row, enum column column, const char *word) {
    fill(row, column, slice_of(word));
}

/* What was just printed at filler->free. */
static void fill_printed(struct filler *filler, enum column column, size_t length) {
    fill(filler->row, column, (struct slice){filler->free, length});
    filler->free += length;
}

static size_t print_number(uint64_t number, char *to) {
    char digits[20];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < count; i++)
        to[i] = digits[count - 1 - i];
    return count;
}

/* Microseconds as seconds: "34", "0.9", "0.053211". */
static size_t print_seconds(uint64_t microseconds, char *to) {
    size_t length = print_number(microseconds / 1000000, to);
    uint64_t fraction = microseconds % 1000000;

    if (fraction == 0)
        return length;
    to[length++] = '.';
    for (uint64_t place = 100000; fraction > 0; place /= 10) {
        to[length++] = (char)('0' + fraction / place);
        fraction %= place;
    }
    return length;
}

static void fill_number(struct filler *filler, enum column column, uint64_t number) {
    fill_printed(filler, column, print_number(number, filler->free));
}

static void fill_codes(struct filler *filler, const struct finding *finding) {
    struct row *row = filler->row;
    const struct reply *reply = &finding->reply;

    if (reply->code)
        fill_number(filler, COL_CODE, reply->code);
    fill_printed(filler, COL_ENHANCED, enhanced_print(reply->enhanced, filler->free));
    fill_printed(filler, COL_DSN, enhanced_print(finding->record.dsn, filler->free));
    if (finding->code_implied && (reply->code || reply->enhanced.class_digit))
        fill_word(row, COL_CODE_SOURCE, "implied");
    else if (reply->code)
        fill_word(row, COL_CODE_SOURCE, "explicit");
    fill(row, COL_REPLY, reply->whole);
    fill(row, COL_TEMPLATE, finding->template);
}

/* FILE:LINE; of a path too long for the scratch the end is kept. */
static void fill_rule(struct filler *filler, const struct rule *rule) {
    enum { LONGEST = 4000 };
    struct slice file = slice_of(rule->file);

    if (file.length > LONGEST)
        file = slice_from(file, file.length - LONGEST);
    memcpy(filler->free, file.at, file.length);
    filler->free[file.length] = ':';
    fill_printed(filler, COL_RULE,
                 file.length + 1 + print_number(rule->line, filler->free + file.length + 1));
}

static void fill_verdict(struct filler *filler, const struct finding *finding) {
    struct row *row = filler->row;
    const struct verdict *verdict = &finding->verdict;

    fill_word(row, COL_CLASS, verdict->class_name);
    fill_word(row, COL_CLASS_BY, class_by_name(verdict->by));
    if (verdict->rule && verdict->rule->file)
        fill_rule(filler, verdict->rule);
    fill_word(row, COL_SEVERITY, severity_name(verdict->severity));
    fill_word(row, COL_PERMANENCE, permanence_name(verdict->permanence));
    if (verdict->acts)
        fill_printed(filler, COL_ACTS, acts_print(verdict->acts, '|', filler->free));
    fill(row, COL_BLOCKLIST, verdict->blocklist);
    if (verdict->provider)
        fill(row, COL_PROVIDER, verdict->provider->name);
    fill(row, COL_LISTED_IP, finding->listed_ip);
    fill_word(row, COL_CAUSE, finding->cause);
    if (!verdict->reason)
        return;
    struct slice hint = reason_hint_after(verdict->reason, slice_of(finding->cause));
    if (!hint.length)
        hint = reason_hint(
            verdict->reason, finding->mta,
            reason_way(verdict->reason, finding->record.event, finding->record.direction));
    fill(row, COL_HINT, hint);
}

static void fill_record(struct filler *filler, const struct record *record) {
    struct row *row = filler->row;

    fill(row, COL_INSTANCE, record->instance);
    fill(row, COL_QUEUE_ID, record->queue_id);
    fill(row, COL_MESSAGE_ID, record->message_id);
    fill_word(row, COL_EVENT, event_name(record->event));
    fill_word(row, COL_LEVEL, level_name(record->level));
    fill_word(row, COL_DIRECTION, direction_name(record->direction));
    fill_word(row, COL_SIDE, side_name(record->side));
    fill_word(row, COL_STAGE, stage_name(record->stage));
    fill(row, COL_SENDER, record->sender);
    row->cells[COL_SENDER].present |= record->has_sender; /* the null sender is there, and empty */
    fill(row, COL_RECIPIENT, record->recipient);
    fill(row, COL_ORIG_RECIPIENT, record->orig_recipient);
    fill(row, COL_PEER_HOST, record->peer_host);
    fill(row, COL_PEER_IP, record->peer_ip);
    fill(row, COL_HELO, record->helo);
    fill(row, COL_USER, record->user);
    if (record->size >= 0)
        fill_number(filler, COL_SIZE, (uint64_t)record->size);
    if (record->delay >= 0)
        fill_printed(filler, COL_DELAY, print_seconds((uint64_t)record->delay, filler->free));
}

void row_of(const struct finding *finding, struct row *row) {
    struct filler filler = {row, row->scratch};

    memset(row->cells, 0, sizeof(row->cells));
    fill_printed(&filler, COL_TIME, moment_print(&finding->time, filler.free));
    fill(row, COL_HOST, finding->host);
    fill_word(row, COL_MTA, finding->mta ? finding->mta->name : NULL);
    fill(row, COL_PROGRAM,
         finding->record.daemon.length > 0 ? finding->record.daemon : finding->program);
    fill_record(&filler, &finding->record);
    fill_codes(&filler, finding);
    fill_number(&filler, COL_REPEAT, finding->repeat);
    fill_word(row, COL_SOURCE, finding->source);
    fill_number(&filler, COL_LINE, finding->line);
    fill_verdict(&filler, finding); /* last: the only text of unbounded length */
}

/* ---- choosing */

static bool say_unknown(struct slice name, struct problem *problem) {
    char known[512] = "";
    size_t nearest = 0, least = SIZE_MAX, length = 0;

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        size_t distance = edits_between(name, slice_of(columns[i].name));
        if (distance < least) {
            least = distance;
            nearest = i;
        }
        length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s", i ? " " : "",
                                   columns[i].name);
    }
    struct slice shown = slice_head(name, 64);
    if (least <= 2)
        return problem_say(problem, "no column '%.*s' (did you mean '%s'?); the columns are: %s",
                           SLICE_ARGS(shown), columns[nearest].name, known);
    return problem_say(problem, "no column '%.*s'; the columns are: %s", SLICE_ARGS(shown), known);
}

static bool column_named(struct slice name, enum column *column_r) {
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (slice_is(name, columns[i].name)) {
            *column_r = (enum column)i;
            return true;
        }
    }
    return false;
}

static void choose_where(bool all, struct column_choice *choice) {
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (all || columns[i].in_csv)
            choice->items[choice->count++] = (enum column)i;
}

bool column_choose(const char *wish, struct column_choice *choice, struct problem *problem) {
    struct slice rest = slice_of(wish), name;
    bool taken[COLUMN_COUNT] = {false}, more = true;
    enum column column;

    choice->count = 0;
    if (!wish || slice_is(rest, "all")) {
        choose_where(wish != NULL, choice);
        return true;
    }
    while (more) {
        more = slice_cut(&rest, ',', &name);
        name = slice_trim(name);
        if (!column_named(name, &column))
            return say_unknown(name, problem);
        if (taken[column])
            return problem_say(problem, "column '%s' is named twice", columns[column].name);
        taken[column] = true;
        choice->items[choice->count++] = column;
    }
    return true;
}
