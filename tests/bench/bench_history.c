/* bench_history - makes a history as large as one becomes: every hour of a busy host has all the
 * names that are kept of an hour.
 *
 * usage: bench_history FILE DAYS
 *
 * The days end yesterday, at the time that the clock has. Nothing in it is of a real log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/store.h"
#include "tally/hour_lists.h"
#include "tally/hourly.h"

#include "../unit/chance.h"

enum { REASONS = 60, CODES = 3, TEMPLATES = 3000, NAMES_A_DAY = 400 };

static struct store *store;
static struct problem problem;

static void need(bool done) {
    if (done)
        return;
    fprintf(stderr, "bench_history: %s\n", problem.text);
    exit(1);
}

static struct slice named(char room[64], const char *kind, unsigned number) {
    return (struct slice){room, (size_t)snprintf(room, 64, "%s%u.example.net", kind, number)};
}

static struct hourly_cell cell_of(enum hourly_table table, int64_t hour) {
    return (struct hourly_cell){.table = table, .hour = hour, .host = SLICE("mx1")};
}

static void put_totals(int64_t hour) {
    for (size_t i = 0; i < sizeof(struct totals) / sizeof(uint64_t); i++) {
        struct hourly_cell cell = cell_of(HOURLY_TOTALS, hour);
        cell.keys[0] = slice_of(hourly_totals[i]);
        cell.numbers[0] = 1 + chance(10000);
        need(store_put_cell(store, CELL_HOUR, &cell, &problem));
    }
}

static void put_reasons(enum cell_put put, int64_t hour) {
    static const char *const classes[] = {"user-unknown", "mailbox-full", "blocklisted",
                                          "greylisted",   "spam-content", "relay-denied"};
    static const char *const codes[CODES] = {"550", "451", "554"};
    for (unsigned i = 0; i < REASONS; i++) {
        struct hourly_cell cell = cell_of(HOURLY_REASONS, hour);
        const char *const keys[] = {i % 2 ? "bounced" : "deferred",
                                    classes[i % 6],
                                    "out",
                                    i % 2 ? "recipient" : "attempt",
                                    i % 3 ? "rcpt" : "end-of-data",
                                    "remote",
                                    codes[i % CODES],
                                    i % 5 ? "5.1.1" : "",
                                    "",
                                    i % 4 ? "postfix" : "exim",
                                    ""};
        for (size_t key = 0; key < sizeof keys / sizeof *keys; key++)
            cell.keys[key] = slice_of(keys[key]);
        cell.numbers[0] = 1 + chance(100);
        need(store_put_cell(store, put, &cell, &problem));
    }
}

static void put_failures(enum cell_put put, int64_t hour) {
    static const char *const dimensions[] = {
        "recipient_domain", "sender_domain", "relay",        "client",         "user",
        "blocklist",        "affected_in",   "affected_out", "affected_local", "template"};
    char room[64];
    for (size_t dimension = 0; dimension < sizeof dimensions / sizeof *dimensions; dimension++)
        for (unsigned i = 0; i < HOURLY_KEPT; i++) {
            struct hourly_cell cell = cell_of(HOURLY_FAILURES, hour);
            cell.keys[0] = slice_of(dimensions[dimension]);
            cell.keys[1] = SLICE("bounced");
            cell.keys[2] = SLICE("user-unknown");
            cell.keys[3] = named(room, dimensions[dimension], i + chance(NAMES_A_DAY));
            cell.numbers[0] = 1 + chance(100);
            need(store_put_cell(store, put, &cell, &problem));
        }
}

static void put_delays(enum cell_put put, int64_t hour) {
    for (size_t edge = 0; edge < DELAY_EDGES; edge++) {
        struct hourly_cell cell = cell_of(HOURLY_DELAYS, hour);
        cell.keys[0] = SLICE("out");
        cell.keys[1] = slice_of(delay_edges[edge]);
        cell.numbers[0] = 1 + chance(1000);
        need(store_put_cell(store, put, &cell, &problem));
    }
}

static void put_lists(enum cell_put put, int64_t hour) {
    char room[64];
    for (size_t list = 0; list < HOUR_LISTS; list++)
        for (unsigned i = 0; i < HOURLY_KEPT; i++) {
            struct hourly_cell cell = cell_of(HOURLY_LISTS, hour);
            cell.keys[0] = slice_of(hour_list_names[list]);
            cell.keys[1] = named(room, hour_list_names[list], i + chance(NAMES_A_DAY));
            for (size_t number = 0; number < LIST_NUMBERS; number++)
                cell.numbers[number] = 1 + chance(1000);
            need(store_put_cell(store, put, &cell, &problem));
        }
}

static void put_templates(int64_t first, int64_t last) {
    char text[64], reply[64];
    for (unsigned i = 0; i < TEMPLATES; i++) {
        struct hourly_template template = {.host = SLICE("mx1"),
                                           .class_name = SLICE("user-unknown"),
                                           .event = SLICE("bounced"),
                                           .direction = SLICE("out"),
                                           .level = SLICE("recipient"),
                                           .mta = SLICE("postfix"),
                                           .text = named(text, "no user at ", i),
                                           .reply = named(reply, "550 5.1.1 no user at ", i),
                                           .source = SLICE("mail.log"),
                                           .count = 1 + chance(100),
                                           .first = first * HOUR + chance(HOUR),
                                           .last = last * HOUR};
        need(store_put_template(store, &template, &problem));
    }
}

int main(int argc, char **argv) {
    int64_t days = argc == 3 ? strtoll(argv[2], NULL, 10) : 0;
    if (days <= 0) {
        fprintf(stderr, "usage: bench_history FILE DAYS\n");
        return 2;
    }
    int64_t end = day_of(hour_of((int64_t)time(NULL))), begin = end - days * DAY_HOURS;
    need((store = store_open(argv[1], STORE_MAKE, &problem)) != NULL);
    need(store_begin(store, &problem));
    for (int64_t day = begin; day < end; day += DAY_HOURS) {
        for (int64_t hour = day; hour < day + DAY_HOURS; hour++) {
            put_totals(hour);
            put_reasons(CELL_HOUR, hour);
            put_failures(CELL_HOUR, hour);
            put_delays(CELL_HOUR, hour);
            if (day >= end - HOURLY_FADE_DAYS * DAY_HOURS)
                put_lists(CELL_HOUR, hour);
        }
        put_reasons(CELL_DAY, day);
        put_failures(CELL_DAY, day);
        put_delays(CELL_DAY, day);
        put_lists(CELL_DAY, day);
    }
    put_templates(begin, end);
    need(store_put_clock(store, &(struct hourly_clock){SLICE("mx1"), end}, &problem));
    need(store_commit(store, &problem));
    store_close(store);
    return 0;
}
