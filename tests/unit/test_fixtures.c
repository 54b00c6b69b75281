/* fixtures - every line type with the row it must give: tests/fixtures/ID.fixture.
 *
 * A fixture is read, each case in it is run through the whole pipeline (app/run), and the file is
 * written anew with what came out: the two must be the same text. So the expected rows are made by
 * the program and read by people, as those of the golden cases; `make fixtures-accept` shows what
 * differs and takes it. tests/fixtures/README.md tells the form of a fixture.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/run.h"
#include "base/arena.h"
#include "base/memory.h"
#include "base/out.h"
#include "report/row.h"

enum { LINES_MOST = 32, RUN_LEAST = 32, FIXTURE_MOST = 1 << 20, FIXTURES_MOST = 512 };

static const char folder[] = "tests/fixtures";
static struct knowledge knowledge;
static struct options options = {.no_config = true, .quiet = true, .jobs = 1, .year = 2026};

/* Lines that follow each other in one log. */
struct log_line {
    struct slice text;   /* as it is read: runs of one byte written out */
    struct slice reason; /* "dull: why", as the fixture says; empty: it says nothing */
    const char *verdict; /* of a line without a row: "dull", "detail" ... */
    struct out rows;     /* what came out, as the fixture should say it */
};

struct log_case {
    struct log_line lines[LINES_MOST];
    size_t count, reading; /* lines of the case; those of the run that goes on */
};

/* ---- rows as text ---- */

/* Columns that stand together. source and line are left out, they are where the fixture is. */
#define GROUP_END COLUMN_COUNT
static const enum column groups[][8] = {
    {COL_TIME, COL_HOST, COL_MTA, COL_PROGRAM, COL_INSTANCE, GROUP_END},
    {COL_EVENT, COL_LEVEL, COL_DIRECTION, COL_SIDE, COL_STAGE, GROUP_END},
    {COL_CODE, COL_ENHANCED, COL_DSN, COL_CODE_SOURCE, GROUP_END},
    {COL_CLASS, COL_CLASS_BY, COL_RULE, COL_CAUSE, GROUP_END},
    {COL_BLOCKLIST, COL_LISTED_IP, COL_PROVIDER, GROUP_END},
    {COL_SEVERITY, COL_PERMANENCE, COL_ACTS, GROUP_END},
    {COL_QUEUE_ID, COL_MESSAGE_ID, GROUP_END},
    {COL_SENDER, COL_RECIPIENT, COL_ORIG_RECIPIENT, GROUP_END},
    {COL_PEER_HOST, COL_PEER_IP, COL_HELO, COL_USER, GROUP_END},
    {COL_SIZE, COL_DELAY, COL_REPEAT, GROUP_END},
    {COL_REPLY, GROUP_END},
    {COL_TEMPLATE, GROUP_END},
    {COL_HINT, GROUP_END},
};
enum { GROUPS = sizeof groups / sizeof *groups };

static size_t run_length(struct slice text) {
    size_t length = 1;
    while (length < text.length && text.at[length] == text.at[0])
        length++;
    return length;
}

/* Bare words as they are, else in quotes; a long run of one byte as "{a*1700}". */
static void print_value(struct out *to, struct slice text) {
    bool bare = text.length > 0;
    for (size_t i = 0; i < text.length; i++)
        bare = bare && (unsigned char)text.at[i] > ' ' && text.at[i] != '"' && text.at[i] != '{';
    if (!bare)
        out_byte(to, '"');
    while (text.length) {
        size_t length = run_length(text);
        unsigned char byte = (unsigned char)text.at[0];
        if (length >= RUN_LEAST)
            out_print(to, "{%c*%zu}", byte, length);
        else if (byte < ' ' || byte == 127)
            out_print(to, "\\x%02x", byte);
        else
            out_print(to, byte == '"' || byte == '\\' ? "\\%c" : "%c", byte);
        text = slice_from(text, length >= RUN_LEAST ? length : 1);
    }
    if (!bare)
        out_byte(to, '"');
}

/* Of a rule the file is shown: its line moves with every rule that is added above it. */
static struct slice shown_value(const struct row *row, enum column column) {
    struct slice text = row->cells[column].text;
    return column == COL_RULE ? slice_head(text, slice_rfind(text, ':')) : text;
}

static bool is_shown(const struct row *row, enum column column) {
    return row->cells[column].present &&
           !(column == COL_REPEAT && slice_is(row->cells[column].text, "1"));
}

static void print_row(struct out *to, const struct row *row) {
    const char *begin = "    - ";
    for (size_t group = 0; group < GROUPS; group++) {
        size_t shown = 0;
        for (const enum column *column = groups[group]; *column != GROUP_END; column++) {
            if (!is_shown(row, *column))
                continue;
            out_text(to, shown++ ? " " : begin);
            begin = "      ";
            out_print(to, "%s=", columns[*column].name);
            print_value(to, shown_value(row, *column));
        }
        if (shown)
            out_byte(to, '\n');
    }
}

static void take_row(void *context, const struct finding *finding) {
    struct log_case *log = context;
    struct row row;
    assert_in_range(finding->line, 1, log->count);
    row_of(finding, &row);
    print_row(&log->lines[finding->line - 1].rows, &row);
}

/* ---- running ---- */

static int lines_as_file(const struct log_case *log, size_t count) {
    int fd = memfd_create("fixture", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t i = 0; i < count; i++) {
        struct slice text = log->lines[i].text;
        assert_int_equal(write(fd, text.at, text.length), text.length);
        assert_int_equal(write(fd, "\n", 1), 1);
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* Runs the first lines of a case; only the run of all of them is listened to. */
static struct ledger run_lines(struct log_case *log, size_t count) {
    struct source source = {.name = (char *)"fixture", .size = -1, .anchor = 1798761599};
    struct run run;
    run_init(&run, &options, &knowledge);
    run.wants_deliveries = true;
    if (count == log->count) {
        run.listen = take_row;
        run.context = log;
    }
    struct reader *reader = reader_plain(lines_as_file(log, count));
    run_source(&run, &source, reader, 0);
    run_settle(&run);
    reader_close(reader);
    struct ledger ledger = tally_ledger(run.tally);
    run_release(&run);
    return ledger;
}

/* A line's place in the ledger: what it adds to that of the lines before it. */
static const char *verdict_of(const struct ledger *before, const struct ledger *after) {
    if (after->used > before->used)
        return "detail";
    if (after->dull > before->dull)
        return "dull";
    return after->other > before->other ? "other" : "unknown";
}

static void run_case(struct log_case *log) {
    struct ledger before = {0}, after;
    for (size_t i = 0; i < log->count; i++) {
        after = run_lines(log, i + 1);
        log->lines[i].verdict = verdict_of(&before, &after);
        before = after;
    }
}

/* ---- a fixture ---- */

/* Writes "{a*1700}" out. */
static struct slice write_out(struct arena *arena, struct slice text) {
    struct out to;
    out_init_memory(&to);
    while (text.length) {
        struct slice run = text;
        uint64_t length;
        char byte = run.length > 4 ? run.at[1] : '\0';
        if (slice_skip(&run, SLICE("{")) && run.length > 3 && run.at[1] == '*') {
            run = slice_from(run, 2);
            if (slice_take_number(&run, &length) && length < 100000 &&
                slice_skip(&run, SLICE("}"))) {
                for (uint64_t i = 0; i < length; i++)
                    out_byte(&to, byte);
                text = run;
                continue;
            }
        }
        out_byte(&to, text.at[0]);
        text = slice_from(text, 1);
    }
    struct slice written = arena_copy(arena, out_held(&to));
    out_release(&to);
    return written;
}

/* A line without a row says why in the fixture; a new one gets a question mark, which fails. */
static void print_outcome(struct out *to, struct log_line *line) {
    if (line->rows.length) {
        out_slice(to, out_held(&line->rows));
        return;
    }
    struct slice verdict, reason = line->reason;
    bool same = slice_cut(&reason, ':', &verdict) && slice_is(verdict, line->verdict);
    reason = same ? slice_trim(reason) : SLICE("?");
    out_print(to, "    %s: %.*s\n", line->verdict, SLICE_ARGS(reason));
}

static struct slice take_line(struct slice *rest) {
    struct slice line;
    slice_cut(rest, '\n', &line);
    return line;
}

/* Reads a case off the front: its lines of the log and what is said of them, up to a blank line or
 * a remark. */
static void take_case(struct arena *arena, struct slice *rest, struct log_case *log) {
    *log = (struct log_case){0};
    while (rest->length && (rest->at[0] == '>' || rest->at[0] == ' ')) {
        struct slice text = take_line(rest);
        if (slice_skip(&text, SLICE("> "))) {
            assert_true(log->count < LINES_MOST);
            log->lines[log->count++].text = write_out(arena, text);
        } else if (log->count) {
            struct slice said = slice_trim(text);
            if (!slice_starts(said, SLICE("- ")) && !log->lines[log->count - 1].reason.length)
                log->lines[log->count - 1].reason = said;
        }
    }
}

static void print_case(struct out *to, struct slice from, struct log_case *log) {
    size_t place = 0;
    while (from.length) {
        struct slice text = take_line(&from);
        if (!slice_starts(text, SLICE("> ")))
            continue;
        out_print(to, "%.*s\n", SLICE_ARGS(text));
        print_outcome(to, &log->lines[place++]);
    }
}

/* The fixture as it should be. */
static void renew(struct slice fixture, struct out *to) {
    struct arena arena;
    arena_init(&arena);
    while (fixture.length) {
        if (fixture.at[0] != '>') {
            out_slice(to, take_line(&fixture));
            out_byte(to, '\n');
            continue;
        }
        struct log_case log;
        struct slice whole = fixture;
        take_case(&arena, &fixture, &log);
        for (size_t i = 0; i < log.count; i++)
            out_init_memory(&log.lines[i].rows);
        run_case(&log);
        print_case(to, slice_range(whole.at, fixture.at), &log);
        for (size_t i = 0; i < log.count; i++)
            out_release(&log.lines[i].rows);
    }
    arena_release(&arena);
}

static struct slice read_fixture(const char *name, char *bytes) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is missing", path);
    size_t length = fread(bytes, 1, FIXTURE_MOST, file);
    fclose(file);
    return (struct slice){bytes, length};
}

/* `make fixtures-accept` wants what came out in a folder. */
static void keep(const char *name, struct slice text) {
    const char *to = getenv("FIXTURES_TO");
    if (!to)
        return;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", to, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(text.at, 1, text.length, file);
    fclose(file);
}

/* The first line that differs, and whether there is one. */
static bool differ(const char *name, struct slice wanted, struct slice found) {
    for (unsigned number = 1; wanted.length || found.length; number++) {
        struct slice want = take_line(&wanted), got = take_line(&found);
        if (slice_equal(want, got))
            continue;
        print_message("%s:%u: expected %.*s\n#   found %.*s\n", name, number, SLICE_ARGS(want),
                      SLICE_ARGS(got));
        return true;
    }
    return false;
}

static void test_fixture(void **state) {
    const char *name = *state;
    char *bytes = memory_new(FIXTURE_MOST);
    struct slice fixture = read_fixture(name, bytes);
    struct out to;
    out_init_memory(&to);
    renew(fixture, &to);
    keep(name, out_held(&to));
    bool other = differ(name, fixture, out_held(&to));
    bool asks = slice_find_text(fixture, SLICE(": ?\n")) != SIZE_MAX;
    out_release(&to);
    free(bytes);
    if (other)
        fail_msg("%s: look at the rows, then `make fixtures-accept`", name);
    if (asks)
        fail_msg("%s: a line without a row does not say why", name);
}

static void test_all_columns(void **state) {
    (void)state;
    bool stands[COLUMN_COUNT] = {[COL_SOURCE] = true, [COL_LINE] = true};
    for (size_t group = 0; group < GROUPS; group++)
        for (const enum column *column = groups[group]; *column != GROUP_END; column++)
            stands[*column] = true;
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        if (!stands[column])
            fail_msg("column %s is in no group", columns[column].name);
}

/* ---- the list of fixtures ---- */

static int is_fixture(const struct dirent *item) {
    return slice_ends(slice_of(item->d_name), SLICE(".fixture"));
}

int main(void) {
    struct problem problem;
    struct dirent **found;
    struct CMUnitTest *tests = memory_new((FIXTURES_MOST + 1) * sizeof *tests);
    int count = scandir(folder, &found, is_fixture, alphasort);
    if (!moment_zone("UTC", &problem) || count < 0 || count > FIXTURES_MOST ||
        !knowledge_load(&knowledge, &options, KNOW_LOGS, false, &problem))
        return 1;
    options.since = options.until = MOMENT_NONE;
    tests[0] = (struct CMUnitTest)cmocka_unit_test(test_all_columns);
    for (int i = 0; i < count; i++)
        tests[i + 1] =
            (struct CMUnitTest){found[i]->d_name, test_fixture, NULL, NULL, found[i]->d_name};
    int failed = _cmocka_run_group_tests("fixtures", tests, (size_t)count + 1, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(found[i]);
    free(found);
    free(tests);
    knowledge_release(&knowledge);
    return failed;
}
