/* history - the same lines give the same history, to the last row, wherever runs were cut. */
#include "laws.h"

#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/recall.h"
#include "app/remembering.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/out.h"
#include "tally/coded.h"
#include "tally/hours.h"
#include "tally/incidents.h"
#include "tally/templates.h"

enum { ROUNDS = 6, LINES = 1500, STOPS = 6, NAMES = 400 };

#ifdef HAVE_LIBSQLITE
enum { HAS_SQLITE = true };
#else
enum { HAS_SQLITE = false };
#endif

static char folder[] = "/tmp/test_history.XXXXXX";

static const char *file_named(const char *name) {
    static char path[2][100];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    unlink(path[turn]);
    return path[turn];
}

/* One run over some lines, as `report --resume --history FILE` makes it. */
static void run_once(const char *file, const struct slice *lines, size_t from, size_t to) {
    struct options options = *laws_options(1);
    struct remembering remembering;
    struct run run;
    struct problem problem = {""};
    options.history = file;
    options.resume = true;
    run_init(&run, &options, laws_knowledge());
    if (!remembering_begin(&remembering, &run, &problem))
        fail_msg("%s", problem.text);
    laws_feed(&run, "log", lines, from, to);
    if (!remembering_write(&remembering, &problem) || !remembering_keep(&remembering, &problem))
        fail_msg("%s", problem.text);
    run_release(&run);
    remembering_release(&remembering);
}

/* ---- what a history holds, as sorted lines */

struct dump {
    char **rows;
    size_t count, capacity;
};

static void add_row(struct dump *dump, struct out *out) {
    dump->rows = memory_grow(dump->rows, &dump->capacity, dump->count + 1, sizeof *dump->rows);
    dump->rows[dump->count++] = memory_copy(out_held(out).at, out_held(out).length);
    out_release(out);
}

static void dump_cell(void *context, const struct hourly_cell *cell) {
    const struct hourly_shape *shape = hourly_shape(cell->table);
    struct out out;
    out_init_memory(&out);
    out_print(&out, "%s %lld %.*s", shape->name, (long long)cell->hour, SLICE_ARGS(cell->host));
    for (unsigned i = 0; i < shape->key_count; i++)
        out_print(&out, "|%.*s", SLICE_ARGS(cell->keys[i]));
    for (unsigned i = 0; i < shape->number_count; i++)
        out_print(&out, " %lld", (long long)cell->numbers[i]);
    add_row(context, &out);
}

static void dump_template(void *context, const struct hourly_template *text) {
    struct out out;
    out_init_memory(&out);
    out_print(&out, "template %.*s|%.*s|%.*s %llu %lld %lld %llu|%.*s", SLICE_ARGS(text->host),
              SLICE_ARGS(text->class_name), SLICE_ARGS(text->text), (unsigned long long)text->count,
              (long long)text->first, (long long)text->last, (unsigned long long)text->line,
              SLICE_ARGS(text->reply));
    add_row(context, &out);
}

static int compare_rows(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static struct dump dump_of(const char *file) {
    const struct store_span hours = {INT64_MIN, INT64_MAX, .by_hour = true, .by_host = true},
                            days = {INT64_MIN, INT64_MAX, .by_hour = false, .by_host = true};
    struct dump dump = {0};
    struct problem problem = {""};
    struct store *store = store_open(file, STORE_READ, &problem);
    bool good = store != NULL;
    for (int table = 0; good && table < HOURLY_TABLES; table++)
        good =
            store_each_cell(store, (enum hourly_table)table, &hours, dump_cell, &dump, &problem) &&
            store_each_cell(store, (enum hourly_table)table, &days, dump_cell, &dump, &problem);
    good = good && store_each_template(store, &days, dump_template, &dump, &problem);
    if (!good)
        fail_msg("%s", problem.text);
    store_close(store);
    qsort(dump.rows, dump.count, sizeof *dump.rows, compare_rows);
    return dump;
}

static void dump_release(struct dump *dump) {
    for (size_t i = 0; i < dump->count; i++)
        free(dump->rows[i]);
    free(dump->rows);
}

static void assert_same_history(const char *one, const char *other) {
    struct dump left = dump_of(one), right = dump_of(other);
    assert_true(left.count > 0);
    for (size_t i = 0; i < left.count && i < right.count; i++)
        assert_string_equal(left.rows[i], right.rows[i]);
    assert_int_equal(left.count, right.count);
    dump_release(&left);
    dump_release(&right);
}

/* ---- runs cut anywhere */

static int ascending(const void *a, const void *b) {
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

static void cut_and_compare(const struct slice *lines, size_t count) {
    const char *whole = file_named("whole.db"), *parts = file_named("parts.db");
    size_t stops[STOPS], at = 0;
    for (size_t i = 0; i < STOPS; i++)
        stops[i] = i ? laws_chance((unsigned)count + 1) : count;
    qsort(stops, STOPS, sizeof *stops, ascending);
    run_once(whole, lines, 0, count);
    for (size_t i = 0; i < STOPS; at = stops[i++])
        run_once(parts, lines, at, stops[i]);
    assert_same_history(whole, parts);
}

static void samples_in_parts(void **state) {
    (void)state;
    struct laws_lines lines = laws_samples();
    for (int round = 0; HAS_SQLITE && round < ROUNDS; round++)
        cut_and_compare(lines.items, lines.count);
}

/* More names than are kept, over five days, of two hosts; every tenth entry is late, some by days,
 * some stamps are far ahead, and now and then the clock is set forth or back for so long that it is
 * believed. */
static void many_names_in_parts(void **state) {
    static const char *const clock_names[] = {"mx1", "mx2"};
    (void)state;
    for (int round = 0; HAS_SQLITE && round < ROUNDS; round++) {
        struct slice lines[LINES];
        unsigned ahead_until = 0, back_until = 0, set_back = 0;
        for (unsigned i = 0; i < LINES; i++) {
            char text[400];
            if (laws_chance(1500) == 0)
                ahead_until = i + 10;
            if (laws_chance(300) == 0) {
                set_back = 180 + laws_chance(1500);
                back_until = i + 100 + laws_chance(200);
            }
            unsigned minute = i * 5 * 24 * 60 / LINES,
                     back = (i < back_until ? set_back : 0) +
                            (laws_chance(10) ? 0 : laws_chance(3000));
            if (i < ahead_until || laws_chance(200) == 0)
                minute += 20000;
            else
                minute = minute > back ? minute - back : 0;
            int length = snprintf(
                text, sizeof text,
                "2026-06-%02uT%02u:%02u:00+00:00 %s postfix/smtp[812]: 4C1D2E%04X: "
                "to=<u%u@d%u.example.net>, relay=mx%u.example.net[198.51.100.%u]:25, delay=%u, "
                "delays=0.05/0.01/0.5/0.34, dsn=%s, status=%s\n",
                1 + minute / 1440, minute / 60 % 24, minute % 60, clock_names[laws_chance(2)],
                laws_chance(3000), laws_chance(NAMES), laws_chance(NAMES), laws_chance(NAMES),
                laws_chance(200), laws_chance(5000), laws_chance(2) ? "5.1.1" : "4.2.2",
                laws_chance(2) ? "bounced (host mx.example.net[198.51.100.5] said: 550 5.1.1 no "
                                 "such user here (in reply to RCPT TO command))"
                               : "deferred (host mx.example.net[198.51.100.5] said: 452 4.2.2 "
                                 "mailbox full (in reply to RCPT TO command))");
            lines[i] = (struct slice){memory_copy(text, (size_t)length), (size_t)length};
        }
        cut_and_compare(lines, LINES);
        for (unsigned i = 0; i < LINES; i++)
            free((char *)lines[i].at);
    }
}

/* ---- history and the logs it was made of */

static void dump_reason(void *context, const struct tally_reason *reason) {
    struct out out;
    out_init_memory(&out);
    out_print(&out, "%.*s %.*s %.*s %.*s %.*s %d %llu", SLICE_ARGS(reason->class_name),
              SLICE_ARGS(reason->event), SLICE_ARGS(reason->direction), SLICE_ARGS(reason->level),
              SLICE_ARGS(reason->mta), reason->strangers, (unsigned long long)reason->count);
    for (size_t i = 0; i < reason->code_count; i++) {
        const struct tally_code *code = &reason->codes[i];
        out_print(&out, " %u/%u.%u.%u/%d=%llu", code->code, code->enhanced.class_digit,
                  code->enhanced.subject, code->enhanced.detail, code->implied,
                  (unsigned long long)code->count);
    }
    add_row(context, &out);
}

static void dump_coded(void *context, const struct coded *coded) {
    struct out out;
    out_init_memory(&out);
    out_print(&out, "%.*s %d %d %d %d %u %u.%u.%u %d %llu", SLICE_ARGS(coded->class_name),
              coded->event, coded->direction, coded->stage, coded->side, coded->code,
              coded->enhanced.class_digit, coded->enhanced.subject, coded->enhanced.detail,
              coded->implied, (unsigned long long)coded->count);
    add_row(context, &out);
}

/* Who is hit, of all servers and levels together: so a report shows it. */
static void add_affected(void *context, const struct tally_reason *reason) {
    struct map *counts = context;
    for (size_t i = 0; i < reason->affected_count; i++) {
        struct out key;
        out_init_memory(&key);
        out_print(&key, "affected %.*s %.*s %.*s %.*s", SLICE_ARGS(reason->class_name),
                  SLICE_ARGS(reason->event), SLICE_ARGS(reason->direction),
                  SLICE_ARGS(reason->affected[i].name));
        *(uint64_t *)map_put(counts, out_held(&key), NULL) += reason->affected[i].count;
        out_release(&key);
    }
}

static void dump_affected(struct dump *dump, const struct tally *tally) {
    struct map counts;
    map_init(&counts, sizeof(uint64_t));
    tally_each_reason(tally, add_affected, &counts);
    for (size_t place = 0; place < counts.used; place++) {
        struct slice key;
        struct out out;
        const uint64_t *count = map_at(&counts, place, &key);
        out_init_memory(&out);
        out_print(&out, "%.*s %llu", SLICE_ARGS(key), (unsigned long long)*count);
        add_row(dump, &out);
    }
    map_release(&counts);
}

/* Of failed logins and refused commands, and who of them came under no name. */
static void dump_owners(struct dump *dump, const struct tally *tally) {
    static const enum theme themes[] = {THEME_LOGIN_USERS, THEME_LOGIN_CLIENTS, THEME_REJECTIONS};
    for (size_t i = 0; i < sizeof themes / sizeof *themes; i++) {
        struct incidents incidents;
        incidents_read(tally, themes[i], &incidents);
        for (size_t at = 0; at < incidents.owner_count; at++) {
            struct out out;
            out_init_memory(&out);
            out_print(&out, "owner %d %.*s %llu", themes[i], SLICE_ARGS(incidents.owners[at].name),
                      (unsigned long long)incidents.owners[at].count);
            add_row(dump, &out);
        }
        incidents_release(&incidents);
    }
}

static void add_hour(void *context, const struct quarter *quarter) {
    struct map *hours = context;
    int64_t hour = hour_of(quarter->begin);
    uint64_t *numbers = map_put(hours, (struct slice){(const char *)&hour, sizeof hour}, NULL);
    for (size_t i = 0; i < HOURS_NUMBERS; i++)
        numbers[i] += quarter->numbers[i];
}

static void dump_hours(struct dump *dump, const struct tally *tally) {
    struct map hours;
    map_init(&hours, HOURS_NUMBERS * sizeof(uint64_t));
    hours_each(tally, add_hour, &hours);
    for (size_t place = 0; place < hours.used; place++) {
        struct slice key;
        const uint64_t *numbers = map_at(&hours, place, &key);
        struct out out;
        int64_t hour;
        uint64_t any = 0;
        memcpy(&hour, key.at, sizeof hour);
        out_init_memory(&out);
        out_print(&out, "hour %lld", (long long)hour);
        for (size_t i = 0; i < HOURS_NUMBERS; any |= numbers[i++])
            out_print(&out, " %llu", (unsigned long long)numbers[i]);
        if (any)
            add_row(dump, &out);
        else
            out_release(&out);
    }
    map_release(&hours);
}

/* `about`: the span cuts lives of messages, so who waits or ever was deferred is left out. */
static struct dump dump_tally(const struct tally *tally, bool about) {
    struct dump dump = {0};
    struct totals totals = tally_totals(tally);
    struct out out;
    uint64_t numbers[sizeof totals / sizeof(uint64_t)];
    if (about)
        totals.waiting = totals.deferred_ever = totals.got_through = 0;
    memcpy(numbers, &totals, sizeof totals);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        out_init_memory(&out);
        out_print(&out, "total %s %llu", hourly_totals[i], (unsigned long long)numbers[i]);
        add_row(&dump, &out);
    }
    tally_each_reason(tally, dump_reason, &dump);
    coded_each(tally, dump_coded, &dump);
    dump_hours(&dump, tally);
    qsort(dump.rows, dump.count, sizeof *dump.rows, compare_rows);
    return dump;
}

static void dump_text(void *context, const struct template_count *count) {
    struct out out;
    out_init_memory(&out);
    out_print(&out, "text %.*s|%.*s %llu", SLICE_ARGS(count->class_name), SLICE_ARGS(count->text),
              (unsigned long long)count->count);
    add_row(context, &out);
}

static struct dump dump_names(const struct tally *tally, bool about) {
    struct dump dump = {0};
    (void)about;
    templates_each(tally_templates(tally), dump_text, &dump);
    assert_int_equal(templates_others(tally_templates(tally)), 0);
    dump_affected(&dump, tally);
    dump_owners(&dump, tally);
    qsort(dump.rows, dump.count, sizeof *dump.rows, compare_rows);
    return dump;
}

static void assert_same_tally(const struct tally *logs, const struct tally *past, bool about,
                              struct dump (*dump_of_tally)(const struct tally *tally, bool about)) {
    struct dump left = dump_of_tally(logs, about), right = dump_of_tally(past, about);
    for (size_t i = 0; i < left.count && i < right.count; i++)
        assert_string_equal(left.rows[i], right.rows[i]);
    assert_int_equal(left.count, right.count);
    dump_release(&left);
    dump_release(&right);
}

static void compare_span(const char *file, const struct laws_lines *lines, int64_t since,
                         int64_t until,
                         struct dump (*dump_of_tally)(const struct tally *tally, bool about)) {
    struct options options = *laws_options(1);
    struct run run;
    struct problem problem = {""};
    struct recalled recalled;
    const struct store_span span = recall_hours(since, until);
    struct tally *past = tally_new();
    struct store *store = store_open(file, STORE_READ, &problem);
    if (!store || !recall_tally(store, &span, NULL, past, &recalled, &problem))
        fail_msg("%s", problem.text);
    bool tells_texts;
    if (!recall_texts(store, &span, NULL, past, &tells_texts, &problem))
        fail_msg("%s", problem.text);
    assert_true(tells_texts);
    options.since = since;
    options.until = until;
    run_init(&run, &options, laws_knowledge());
    tally_keep_templates(run.tally);
    laws_feed(&run, "log", lines->items, 0, lines->count);
    assert_same_tally(run.tally, past, since != MOMENT_NONE || until != MOMENT_NONE, dump_of_tally);
    store_close(store);
    tally_free(past);
    run_release(&run);
}

static void history_tells_what_logs_tell(void **state) {
    static const int64_t begin = 1780272000; /* 2026-06-01 */
    struct laws_lines lines = laws_samples();
    const char *file = file_named("past.db");
    (void)state;
    if (!HAS_SQLITE)
        return;
    run_once(file, lines.items, 0, lines.count / 3);
    run_once(file, lines.items, lines.count / 3, lines.count);
    compare_span(file, &lines, MOMENT_NONE, MOMENT_NONE, dump_tally);
    for (int64_t hour = 0; hour < 24; hour += 5)
        compare_span(file, &lines, begin + hour * HOUR, begin + (hour + 6) * HOUR, dump_tally);
}

/* Of logs in their order with fewer names an hour than are kept: who is hit, by which way the mail
 * went, what came under no name, and how often each wording came. */
static void history_names_whom_logs_name(void **state) {
    static const char *const logs[] = {"samples/postfix/mail.log", "samples/exim/mainlog",
                                       "samples/sendmail/maillog"};
    (void)state;
    for (size_t i = 0; HAS_SQLITE && i < sizeof logs / sizeof *logs; i++) {
        struct laws_lines lines = laws_file(logs[i]);
        const char *file = file_named("named.db");
        run_once(file, lines.items, 0, lines.count / 2);
        run_once(file, lines.items, lines.count / 2, lines.count);
        compare_span(file, &lines, MOMENT_NONE, MOMENT_NONE, dump_names);
        for (size_t at = 0; at < lines.count; at++)
            free((char *)lines.items[at].at);
        free(lines.items);
    }
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    char command[100];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_in_parts),
        cmocka_unit_test(many_names_in_parts),
        cmocka_unit_test(history_tells_what_logs_tell),
        cmocka_unit_test(history_names_whom_logs_name),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
