/* store - what is written is there when it is opened again, whole or not at all. */
#include "store/store.h"

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out.h"

#ifdef HAVE_LIBSQLITE
enum { HAS_SQLITE = true };
#else
enum { HAS_SQLITE = false };
#endif

struct place {
    char folder[64];
    char files[4][96];
};

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->folder, sizeof place->folder, "/tmp/test_store.XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    for (size_t i = 0; i < 4; i++)
        snprintf(place->files[i], sizeof place->files[i], "%s/%zu.db", place->folder, i);
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    char command[120];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    int status = system(command);
    free(place);
    return status;
}

static struct store *opened(const char *where, enum store_use use) {
    struct problem problem = {""};
    struct store *store = store_open(where, use, &problem);
    if (!store)
        fail_msg("%s", problem.text);
    return store;
}

static void good(bool done, const struct problem *problem) {
    if (!done)
        fail_msg("%s", problem->text);
}

/* ---- what is read, as text */

static void print_cell(void *context, const struct hourly_cell *cell) {
    const struct hourly_shape *shape = hourly_shape(cell->table);
    struct out *out = context;
    out_print(out, "%lld %.*s", (long long)cell->hour, SLICE_ARGS(cell->host));
    for (unsigned i = 0; i < shape->key_count; i++)
        out_print(out, " %.*s", SLICE_ARGS(cell->keys[i]));
    for (unsigned i = 0; i < shape->number_count; i++)
        out_print(out, " %lld", (long long)cell->numbers[i]);
    out_byte(out, ';');
}

static void has_cells(struct store *store, enum hourly_table table, struct store_span span,
                      const char *wanted) {
    struct problem problem;
    struct out out;
    out_init_memory(&out);
    good(store_each_cell(store, table, &span, print_cell, &out, &problem), &problem);
    out_byte(&out, '\0');
    assert_string_equal(out_held(&out).at, wanted);
    out_release(&out);
}

static const struct store_span everything = {INT64_MIN, INT64_MAX, .by_hour = true,
                                             .by_host = true};

static struct hourly_cell total(const char *host, int64_t hour, const char *name, int64_t count) {
    return (struct hourly_cell){.table = HOURLY_TOTALS,
                                .hour = hour,
                                .host = slice_of(host),
                                .keys = {slice_of(name)},
                                .numbers = {count}};
}

static struct hourly_cell failure(int64_t hour, const char *value, int64_t count) {
    return (struct hourly_cell){
        .table = HOURLY_FAILURES,
        .hour = hour,
        .host = SLICE("mx1"),
        .keys = {SLICE("relay"), SLICE("bounced"), SLICE("user-unknown"), slice_of(value)},
        .numbers = {count}};
}

static void put(struct store *store, enum cell_put how, struct hourly_cell cell) {
    struct problem problem;
    good(store_put_cell(store, how, &cell, &problem), &problem);
}

static void begin(struct store *store) {
    struct problem problem;
    good(store_begin(store, &problem), &problem);
}

static void commit(struct store *store) {
    struct problem problem;
    good(store_commit(store, &problem), &problem);
}

/* ---- tests */

static void cells_add_up(void **state) {
    const char *file = ((struct place *)*state)->files[0];
    struct store *store = opened(file, STORE_WRITE);
    struct stat status;
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    begin(store);
    put(store, CELL_HOUR, total("mx1", 100, "delivered", 5));
    put(store, CELL_HOUR, total("mx1", 100, "delivered", 2));
    put(store, CELL_HOUR, total("mx1", 101, "waiting", -3));
    put(store, CELL_HOUR, total("mx2", 100, "delivered", 1));
    put(store, CELL_OPEN, total("mx1", 102, "delivered", 4));
    commit(store);
    store_close(store);
    store = opened(file, STORE_READ);
    has_cells(store, HOURLY_TOTALS, everything,
              "100 mx1 delivered 7;101 mx1 waiting -3;102 mx1 delivered 4;100 mx2 delivered 1;");
    has_cells(store, HOURLY_TOTALS, (struct store_span){100, 102, .by_host = true},
              "0 mx1 delivered 7;0 mx1 waiting -3;0 mx2 delivered 1;");
    has_cells(store, HOURLY_TOTALS, (struct store_span){.since = 100, .until = 103},
              "0  delivered 12;0  waiting -3;");
    store_close(store);
}

static void open_hours_are_replaced(void **state) {
    const char *file = ((struct place *)*state)->files[0];
    struct problem problem;
    struct store *store = opened(file, STORE_WRITE);
    for (int64_t round = 1; round < 3; round++) {
        begin(store);
        good(store_drop_open(store, &problem), &problem);
        put(store, CELL_OPEN, total("mx1", 100, "delivered", round));
        commit(store);
    }
    has_cells(store, HOURLY_TOTALS, everything, "100 mx1 delivered 2;");
    store_close(store);
}

/* As when a new version cannot read what an older one remembered of them: twice, and what comes is
 * added. */
static void open_hours_that_are_ended_stay(void **state) {
    struct problem problem;
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    const struct store_span day = {48, 72, .by_host = true};
    begin(store);
    put(store, CELL_HOUR, total("mx1", 50, "delivered", 1));
    put(store, CELL_HOUR, failure(47, "a", 500)); /* of a day that is over */
    put(store, CELL_DAY, failure(24, "a", 1000));
    good(store_put_clock(store, &(struct hourly_clock){SLICE("mx1"), 48}, &problem), &problem);
    for (int64_t round = 0; round < 2; round++) {
        put(store, CELL_HOUR, failure(50, "a", 1));
        put(store, CELL_OPEN, failure(50, "a", 10));
        put(store, CELL_OPEN, failure(51 + round, "b", 100));
        good(store_end_open(store, &problem), &problem);
        good(store_drop_open(store, &problem), &problem);
    }
    commit(store);
    has_cells(store, HOURLY_FAILURES, everything,
              "47 mx1 relay bounced user-unknown a 500;50 mx1 relay bounced user-unknown a 22;"
              "51 mx1 relay bounced user-unknown b 100;52 mx1 relay bounced user-unknown b 100;");
    begin(store); /* the day is over; more had come for it */
    put(store, CELL_DAY, failure(48, "a", 3));
    good(store_put_clock(store, &(struct hourly_clock){SLICE("mx1"), 72}, &problem), &problem);
    commit(store);
    has_cells(store, HOURLY_FAILURES, day,
              "0 mx1 relay bounced user-unknown a 25;0 mx1 relay bounced user-unknown b 200;");
    has_cells(store, HOURLY_FAILURES, (struct store_span){24, 48, .by_host = true},
              "0 mx1 relay bounced user-unknown a 1000;");
    store_close(store);
}

static void what_is_not_committed_is_not_there(void **state) {
    const char *file = ((struct place *)*state)->files[0];
    struct problem problem;
    struct pack bytes;
    struct store *store = opened(file, STORE_WRITE);
    begin(store);
    put(store, CELL_HOUR, total("mx1", 100, "delivered", 1));
    good(store_put_state(store, "journey", SLICE("a\0b"), &problem), &problem);
    commit(store);
    begin(store);
    put(store, CELL_HOUR, total("mx9", 100, "bounced", 1));
    good(store_put_state(store, "journey", SLICE("other"), &problem), &problem);
    store_rollback(store);
    begin(store);
    put(store, CELL_HOUR, total("mx9", 101, "bounced", 2)); /* its texts were rolled back */
    store_close(store);
    store = opened(file, STORE_WRITE);
    has_cells(store, HOURLY_TOTALS, everything, "100 mx1 delivered 1;");
    pack_init(&bytes);
    good(store_get_state(store, "journey", &bytes, &problem), &problem);
    assert_int_equal(bytes.length, 3);
    assert_memory_equal(bytes.bytes, "a\0b", 3);
    good(store_get_state(store, "none", &bytes, &problem), &problem);
    assert_int_equal(bytes.length, 3);
    pack_release(&bytes);
    store_close(store);
}

/* Whole days that are over are read as days, the ends of a span as hours. */
static void days_stand_for_their_hours(void **state) {
    struct problem problem;
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    begin(store);
    for (int64_t hour = 48; hour < 100; hour++)
        put(store, CELL_HOUR, failure(hour, "a", 1));
    put(store, CELL_HOUR, total("mx1", 48, "delivered", 1));
    put(store, CELL_DAY, failure(48, "a", 1000));
    put(store, CELL_DAY, failure(72, "a", 2000));
    good(store_put_clock(store, &(struct hourly_clock){SLICE("mx1"), 72}, &problem), &problem);
    commit(store);
    const struct {
        int64_t since, until, count;
    } rows[] = {{INT64_MIN, INT64_MAX, 1000 + 28},
                {48, 72, 1000},
                {47, 73, 1001},
                {49, 72, 23},
                {48, 71, 23},
                {50, 51, 1},
                {0, 48, 0},
                {72, 96, 24}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char wanted[80] = "";
        if (rows[i].count)
            snprintf(wanted, sizeof wanted, "0  relay bounced user-unknown a %lld;",
                     (long long)rows[i].count);
        has_cells(store, HOURLY_FAILURES,
                  (struct store_span){.since = rows[i].since, .until = rows[i].until}, wanted);
    }
    store_close(store);
}

static void late_names_find_a_free_place(void **state) {
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    char name[20];
    begin(store);
    put(store, CELL_HOUR, total("mx1", 10, "delivered", 1));
    for (int i = 0; i < HOURLY_KEPT - 1; i++) {
        snprintf(name, sizeof name, "n%d", i);
        put(store, CELL_HOUR, failure(10, name, 1));
    }
    put(store, CELL_LATE_HOUR, failure(10, "first", 1));
    put(store, CELL_LATE_HOUR, failure(10, "second", 1));
    put(store, CELL_LATE_HOUR, failure(10, "n5", 4));
    put(store, CELL_LATE_HOUR, failure(10, "first", 6));
    commit(store);
    struct problem problem;
    struct out out;
    out_init_memory(&out);
    good(store_each_cell(store, HOURLY_FAILURES, &everything, print_cell, &out, &problem),
         &problem);
    struct slice text = out_held(&out);
    assert_true(slice_find_text(text, SLICE(" n5 5;")) != SIZE_MAX);
    assert_true(slice_find_text(text, SLICE(" first 7;")) != SIZE_MAX);
    assert_true(slice_find_text(text, SLICE(" second ")) == SIZE_MAX);
    assert_true(slice_find_text(text, SLICE(" " HOURLY_OTHER " 1;")) != SIZE_MAX);
    out_release(&out);
    store_close(store);
}

/* Who waits and no longer does: the same whether both come in one run or in two. */
static void what_is_back_at_zero_is_none(void **state) {
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    begin(store);
    put(store, CELL_HOUR, total("mx1", 10, "delivered", 1));
    put(store, CELL_LATE_HOUR, total("mx1", 10, "waiting", 2));
    put(store, CELL_LATE_HOUR, total("mx1", 10, "delivered", 1));
    put(store, CELL_LATE_HOUR, total("mx1", 11, "waiting", 1));
    commit(store);
    begin(store);
    put(store, CELL_LATE_HOUR, total("mx1", 10, "waiting", -2));
    commit(store);
    has_cells(store, HOURLY_TOTALS,
              (struct store_span){.since = INT64_MIN, .until = INT64_MAX, .by_hour = true},
              "10  delivered 2;11  waiting 1;");
    store_close(store);
}

static void print_template(void *context, const struct hourly_template *text) {
    out_print(context, "%.*s %.*s %llu %lld-%lld %.*s %llu;", SLICE_ARGS(text->host),
              SLICE_ARGS(text->text), (unsigned long long)text->count, (long long)text->first,
              (long long)text->last, SLICE_ARGS(text->reply), (unsigned long long)text->line);
}

static void templates_keep_their_first(void **state) {
    struct problem problem;
    struct out out;
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    struct hourly_template text = {.host = SLICE("mx1"),
                                   .class_name = SLICE("user-unknown"),
                                   .event = SLICE("bounced"),
                                   .direction = SLICE("out"),
                                   .level = SLICE("recipient"),
                                   .mta = SLICE("postfix"),
                                   .text = SLICE("no <user>"),
                                   .count = 2,
                                   .first = 5000,
                                   .last = 6000,
                                   .reply = SLICE("no bob"),
                                   .source = SLICE("a"),
                                   .line = 7};
    begin(store);
    good(store_put_template(store, &text, &problem), &problem);
    text.first = 4000;
    text.last = 4500;
    text.reply = SLICE("no eve");
    text.line = 3;
    good(store_put_template(store, &text, &problem), &problem);
    text.first = 9000;
    text.last = 9001;
    text.reply = SLICE("no ann");
    good(store_put_template(store, &text, &problem), &problem);
    commit(store);
    out_init_memory(&out);
    good(store_each_template(store, &everything, print_template, &out, &problem), &problem);
    struct store_span later = {.since = 3, .until = INT64_MAX};
    good(store_each_template(store, &later, print_template, &out, &problem), &problem);
    out_byte(&out, '\0');
    assert_string_equal(out_held(&out).at, "mx1 no <user> 6 4000-9001 no eve 3;");
    out_release(&out);
    store_close(store);
}

static void print_run(void *context, const struct store_origin *origin,
                      const struct store_run *run) {
    out_print(context, "%d %.*s %lld %llu %llu;", origin->own, SLICE_ARGS(run->rules),
              (long long)run->started, (unsigned long long)run->ledger.read,
              (unsigned long long)run->ledger.not_understood);
}

static void print_host(void *context, const struct store_origin *origin, struct slice host,
                       int64_t first_hour, int64_t last_hour) {
    out_print(context, "%d %.*s %lld-%lld;", origin->own, SLICE_ARGS(host), (long long)first_hour,
              (long long)last_hour);
}

static void print_origin(void *context, const struct store_origin *origin) {
    out_print(context, "%d %zu %llu %.*s %lld;", origin->own, origin->id.length,
              (unsigned long long)origin->serial, SLICE_ARGS(origin->rules),
              (long long)(origin->first_hour > origin->last_hour ? -1 : origin->first_hour));
}

static void told(struct store *store, const char *wanted) {
    struct problem problem;
    struct out out;
    out_init_memory(&out);
    good(store_each_origin(store, print_origin, &out, &problem), &problem);
    good(store_each_host(store, print_host, &out, &problem), &problem);
    good(store_each_run(store, print_run, &out, &problem), &problem);
    out_byte(&out, '\0');
    assert_string_equal(out_held(&out).at, wanted);
    out_release(&out);
}

static void add_run(struct store *store, int64_t started, const char *host, int64_t hour) {
    struct problem problem;
    const struct store_run run = {SLICE("r1"), started, started + 5, {10, 4, 3, 2, 1, 0}};
    begin(store);
    put(store, CELL_HOUR, total(host, hour, "delivered", 1));
    good(store_put_run(store, &run, &problem), &problem);
    commit(store);
}

static void runs_and_hosts_are_told(void **state) {
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    told(store, "1 32 0  -1;");
    add_run(store, 1000, "mx1", 50);
    add_run(store, 2000, "mx2", 40);
    told(store, "1 32 2 r1 40;1 mx1 50-50;1 mx2 40-40;1 r1 2000 10 0;1 r1 1000 10 0;");
    assert_true(store_bytes(store) > 4096);
    /* One that read nothing leaves the change of rules to the one that tells it. */
    struct problem problem;
    const struct store_run idle = {SLICE("r2"), 3000, 3001, {0}};
    begin(store);
    good(store_put_run(store, &idle, &problem), &problem);
    commit(store);
    told(store, "1 32 3 r1 40;1 mx1 50-50;1 mx2 40-40;"
                "1 r2 3000 0 0;1 r1 2000 10 0;1 r1 1000 10 0;");
    store_close(store);
}

/* Between hosts of many hours there are such that only have open ones. */
static void hosts_with_and_without_open_hours(void **state) {
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    begin(store);
    put(store, CELL_HOUR, total("mx3", 100, "delivered", 1));
    put(store, CELL_OPEN, total("mx2", 101, "delivered", 1));
    put(store, CELL_OPEN, total("mx1", 90, "bounced", 1));
    put(store, CELL_HOUR, total("mx4", 80, "received", 1));
    put(store, CELL_HOUR, total("mx4", 70, "delivered", 1));
    put(store, CELL_HOUR, total("mx4", 90, "bounced", 1));
    put(store, CELL_OPEN, total("mx4", 95, "bounced", 1));
    put(store, CELL_OPEN, total("mx0", 99, "bounced", 1));
    commit(store);
    told(store, "1 32 1  70;1 mx0 99-99;1 mx1 90-90;1 mx2 101-101;1 mx3 100-100;1 mx4 70-95;");
    has_cells(store, HOURLY_TOTALS, everything,
              "100 mx3 delivered 1;101 mx2 delivered 1;90 mx1 bounced 1;70 mx4 delivered 1;"
              "80 mx4 received 1;90 mx4 bounced 1;95 mx4 bounced 1;99 mx0 bounced 1;");
    store_close(store);
}

static void pruning_lets_go(void **state) {
    struct problem problem;
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    add_run(store, 100 * HOUR, "old.example", 100);
    add_run(store, 200 * HOUR, "mx2", 200);
    begin(store);
    good(store_prune(store, 195, &problem), &problem); /* the day of it begins at 192 */
    commit(store);
    told(store, "1 32 3 r1 200;1 mx2 200-200;1 r1 720000 10 0;");
    add_run(store, 300 * HOUR, "old.example", 300);
    has_cells(store, HOURLY_TOTALS, everything, "200 mx2 delivered 1;300 old.example delivered 1;");
    store_close(store);
}

static void merge(const char *into, const char *from, bool done, const char *said) {
    struct problem problem = {""};
    struct store *target = opened(into, STORE_WRITE), *source = opened(from, STORE_READ);
    if (store_merge(target, source, &problem) != done || (said && !strstr(problem.text, said)))
        fail_msg("%s", problem.text);
    store_close(source);
    store_close(target);
}

static void merging_twice_changes_nothing(void **state) {
    struct place *place = *state;
    const char *one = place->files[0], *other = place->files[1], *both = place->files[2];
    struct store *store = opened(one, STORE_WRITE);
    add_run(store, 1000, "mx1", 50);
    store_close(store);
    store = opened(other, STORE_WRITE);
    add_run(store, 2000, "mx2", 60);
    store_close(store);
    for (int round = 0; round < 2; round++) {
        merge(both, one, true, NULL);
        merge(both, other, true, NULL);
        store = opened(both, STORE_READ);
        has_cells(store, HOURLY_TOTALS, everything, "50 mx1 delivered 1;60 mx2 delivered 1;");
        store_close(store);
    }
    store = opened(one, STORE_WRITE); /* a newer copy replaces the older one, not the other way */
    add_run(store, 3000, "mx1", 51);
    store_close(store);
    char command[300];
    merge(both, one, true, NULL);
    snprintf(command, sizeof command, "cp '%s' '%s'", both, place->files[3]);
    assert_int_equal(system(command), 0);
    merge(place->files[3], both, true, NULL);
    store = opened(place->files[3], STORE_READ);
    has_cells(store, HOURLY_TOTALS, (struct store_span){INT64_MIN, INT64_MAX, .by_host = true},
              "0 mx2 delivered 1;0 mx1 delivered 2;");
    store_close(store);
}

static void one_host_in_two_histories_is_refused(void **state) {
    struct place *place = *state;
    for (int i = 0; i < 2; i++) {
        struct store *store = opened(place->files[i], STORE_WRITE);
        add_run(store, 1000, "mx1", 50 + i);
        store_close(store);
    }
    merge(place->files[2], place->files[0], true, NULL);
    merge(place->files[2], place->files[1], false, "the log of host 'mx1' is in two histories");
    struct store *store = opened(place->files[2], STORE_READ);
    has_cells(store, HOURLY_TOTALS, everything, "50 mx1 delivered 1;");
    store_close(store);
}

static void write_file(const char *file, const char *text, size_t length) {
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, length), length);
    close(fd);
}

static void refused(const char *where, enum store_use use, const char *said) {
    struct problem problem = {""};
    struct store *store = store_open(where, use, &problem);
    if (store || !strstr(problem.text, said))
        fail_msg("'%s' is not said of '%s': '%s'", said, where, problem.text);
}

static void what_is_no_history_is_named(void **state) {
    struct place *place = *state;
    char garbage[4096], text[200];
    memset(garbage, 'x', sizeof garbage);
    refused(place->files[0], STORE_READ, "No such file");
    refused(place->folder, STORE_READ, "is no file");
    write_file(place->files[0], garbage, sizeof garbage);
    refused(place->files[0], STORE_READ, "no history of mailtriage");
    refused(place->files[0], STORE_WRITE, "no history of mailtriage");
    write_file(place->files[1], "", 0);
    refused(place->files[1], STORE_READ, "is empty");
    refused("http://example.com/", STORE_READ, "no kind of history");
    store_close(opened(place->files[1], STORE_WRITE));
    refused(place->files[1], STORE_MAKE, "File exists");
    snprintf(text, sizeof text, "sqlite3 '%s' 'PRAGMA user_version = 99'", place->files[1]);
    if (system("command -v sqlite3 > /dev/null") != 0)
        return;
    assert_int_equal(system(text), 0);
    refused(place->files[1], STORE_READ, "newer mailtriage");
    refused(place->files[1], STORE_WRITE, "newer mailtriage");
    snprintf(text, sizeof text, "sqlite3 '%s' 'CREATE TABLE t(a)'", place->files[2]);
    assert_int_equal(system(text), 0);
    refused(place->files[2], STORE_WRITE, "no history of mailtriage");
}

static void a_damaged_file_is_named(void **state) {
    const char *file = ((struct place *)*state)->files[0];
    struct store *store = opened(file, STORE_WRITE);
    char garbage[2000];
    struct problem problem = {""};
    struct out out;
    for (int64_t hour = 0; hour < 2000; hour++) {
        if (hour % 1000 == 0)
            begin(store);
        put(store, CELL_HOUR, total("mx1", hour, "delivered", 1));
        if (hour % 1000 == 999)
            commit(store);
    }
    store_close(store);
    memset(garbage, 'x', sizeof garbage);
    int fd = open(file, O_WRONLY);
    for (off_t at = 8192; at < lseek(fd, 0, SEEK_END) - (off_t)sizeof garbage; at += 4096)
        assert_int_equal(pwrite(fd, garbage, sizeof garbage, at), sizeof garbage);
    close(fd);
    store = store_open(file, STORE_READ, &problem);
    if (store) {
        out_init_memory(&out);
        assert_false(
            store_each_cell(store, HOURLY_TOTALS, &everything, print_cell, &out, &problem));
        out_release(&out);
        store_close(store);
    }
    if (!strstr(problem.text, "damaged") || !strstr(problem.text, file))
        fail_msg("%s", problem.text);
}

static void without_the_library_it_is_said(void **state) {
    const char *file = ((struct place *)*state)->files[0];
    if (!HAS_SQLITE)
        refused(file, STORE_WRITE, "LIBSQLITE=yes");
    assert_true(strstr(store_about(), HAS_SQLITE ? "SQLite " : "LIBSQLITE=yes"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- as it is kept, and some hosts of it */

static bool print_kept_origin(void *context, const struct store_origin *origin) {
    out_print(context, "origin %llu;", (unsigned long long)origin->serial);
    return true;
}

static bool print_kept_host(void *context, const struct store_origin *origin, struct slice host,
                            int64_t first_hour, int64_t last_hour, int64_t closed_day) {
    (void)origin;
    out_print(context, "host %.*s %lld-%lld %lld;", SLICE_ARGS(host), (long long)first_hour,
              (long long)last_hour, (long long)closed_day);
    return true;
}

static bool print_kept_cell(void *context, const struct store_origin *origin, enum store_form form,
                            const struct hourly_cell *cell) {
    assert_int_equal(origin->id.length, 32);
    out_print(context, "form %d ", (int)form);
    print_cell(context, cell);
    return cell->numbers[0] != 13;
}

static bool print_kept_template(void *context, const struct store_origin *origin,
                                const struct hourly_template *text) {
    (void)origin;
    print_template(context, text);
    return true;
}

static bool print_kept_run(void *context, const struct store_origin *origin, uint64_t id,
                           const struct store_run *run) {
    (void)origin;
    out_print(context, "run %llu %llu;", (unsigned long long)id,
              (unsigned long long)run->ledger.read);
    return true;
}

static void all_is_given_as_it_is_kept(void **state) {
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    const struct hourly_template text = {.host = SLICE("mx1"), .text = SLICE("t"), .count = 2};
    struct problem problem;
    struct out out;
    const struct store_sink sink = {
        &out,          print_kept_origin, print_kept_host, print_kept_cell, print_kept_template,
        print_kept_run};
    begin(store);
    put(store, CELL_HOUR, total("mx1", 100, "delivered", 1));
    put(store, CELL_HOUR, total("mx2", 90, "delivered", 2));
    put(store, CELL_HOUR, total("mx1", 99, "delivered", 3));
    put(store, CELL_OPEN, total("mx1", 101, "delivered", 4));
    put(store, CELL_HOUR, failure(99, "a", 5));
    put(store, CELL_DAY, failure(72, "a", 6));
    good(store_put_clock(store, &(struct hourly_clock){SLICE("mx1"), 96}, &problem), &problem);
    good(store_put_template(store, &text, &problem), &problem);
    good(store_put_run(store, &(struct store_run){.ledger = {.read = 7}}, &problem), &problem);
    commit(store);
    out_init_memory(&out);
    good(store_each_kept(store, &sink, &problem), &problem);
    out_byte(&out, '\0');
    assert_string_equal(out_held(&out).at, "origin 1;host mx1 99-101 96;host mx2 90-90 0;"
                                           "form 0 99 mx1 delivered 3;form 0 100 mx1 delivered 1;"
                                           "form 0 90 mx2 delivered 2;form 2 101 mx1 delivered 4;"
                                           "form 0 99 mx1 relay bounced user-unknown a 5;"
                                           "form 1 72 mx1 relay bounced user-unknown a 6;"
                                           "mx1 t 2 0-0  0;run 1 7;");
    out.length = 0;
    begin(store);
    put(store, CELL_HOUR, total("mx1", 98, "delivered", 13)); /* the sink ends at it */
    commit(store);
    assert_false(store_each_kept(store, &sink, &problem));
    begin(store); /* it holds nothing open */
    commit(store);
    out_release(&out);
    store_close(store);
}

static bool is_mx2(void *context, struct slice host) {
    (void)context;
    return slice_is(host, "mx2");
}

static void count_all(void *context, const struct store_origin *origin, struct slice host,
                      int64_t first_hour, int64_t last_hour) {
    (void)origin;
    *(int64_t *)context += first_hour + last_hour;
    assert_true(slice_is(host, "mx2"));
}

static void keep_span(void *context, const struct store_origin *origin) {
    *(int64_t *)context = origin->first_hour + origin->last_hour;
}

static void hosts_that_are_asked_for(void **state) {
    struct store *store = opened(((struct place *)*state)->files[0], STORE_WRITE);
    const struct hourly_template texts[] = {
        {.host = SLICE("mx1"), .text = SLICE("one"), .count = 1},
        {.host = SLICE("mx2"), .text = SLICE("two"), .count = 1}};
    struct problem problem;
    struct out out;
    int64_t hours = 0;
    begin(store);
    put(store, CELL_HOUR, total("mx1", 100, "delivered", 1));
    put(store, CELL_HOUR, total("mx2", 90, "delivered", 2));
    put(store, CELL_OPEN, total("mx2", 92, "delivered", 4));
    for (size_t i = 0; i < 2; i++)
        good(store_put_template(store, &texts[i], &problem), &problem);
    commit(store);
    good(store_narrow(store, is_mx2, NULL, &problem), &problem);
    has_cells(store, HOURLY_TOTALS, (struct store_span){INT64_MIN, INT64_MAX, false, false},
              "0  delivered 6;");
    good(store_each_host(store, count_all, &hours, &problem), &problem);
    assert_int_equal(hours, 182);
    good(store_each_origin(store, keep_span, &hours, &problem), &problem);
    assert_int_equal(hours, 182);
    out_init_memory(&out);
    good(store_each_template(store, &everything, print_template, &out, &problem), &problem);
    out_byte(&out, '\0');
    assert_string_equal(out_held(&out).at, "mx2 two 1 0-0  0;");
    out_release(&out);
    store_close(store);
}

int main(void) {
    const struct CMUnitTest of_any[] = {TEST(without_the_library_it_is_said)};
    const struct CMUnitTest of_sqlite[] = {
        TEST(cells_add_up),
        TEST(open_hours_are_replaced),
        TEST(open_hours_that_are_ended_stay),
        TEST(what_is_not_committed_is_not_there),
        TEST(days_stand_for_their_hours),
        TEST(late_names_find_a_free_place),
        TEST(what_is_back_at_zero_is_none),
        TEST(templates_keep_their_first),
        TEST(runs_and_hosts_are_told),
        TEST(hosts_with_and_without_open_hours),
        TEST(pruning_lets_go),
        TEST(merging_twice_changes_nothing),
        TEST(one_host_in_two_histories_is_refused),
        TEST(what_is_no_history_is_named),
        TEST(a_damaged_file_is_named),
        TEST(all_is_given_as_it_is_kept),
        TEST(hosts_that_are_asked_for),
    };
    int failed = cmocka_run_group_tests(of_any, NULL, NULL);
    return HAS_SQLITE ? failed + cmocka_run_group_tests(of_sqlite, NULL, NULL) : failed;
}
