/* bench_fleet - makes the histories of many hosts, a file each, as a fleet of mail servers has
 * them.
 *
 * usage: bench_fleet FOLDER HOSTS DAYS
 *
 * Each hour of each host has ROWS rows: totals, reasons, delays and failures by name, as a server
 * of some thousand messages an hour has them. Domains are those of all hosts, clients their own.
 * The days end yesterday, at the time that the clock has. Nothing in it is of a real log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "store/store.h"
#include "tally/hourly.h"

#include "../unit/chance.h"

enum {
    TOTALS = 16,
    REASONS = 14,
    DELAYS = 8,
    FAILURES = 32,
    ROWS = TOTALS + REASONS + DELAYS + FAILURES,
    DOMAINS = 400,
    CLIENTS = 200,
    TEMPLATES = 100,
};

static struct store *store;
static struct problem problem;
static char host[32];
static struct {
    const char *event, *class_name, *direction, *level, *stage, *code, *enhanced;
} reasons[REASONS] = {
    {"bounced", "user-unknown", "out", "recipient", "rcpt", "550", "5.1.1"},
    {"bounced", "mailbox-full", "out", "recipient", "rcpt", "552", "5.2.2"},
    {"bounced", "spam-content", "out", "recipient", "end-of-data", "554", "5.7.1"},
    {"bounced", "blocklisted", "out", "recipient", "connect", "554", "5.7.1"},
    {"bounced", "dns-failure", "out", "recipient", "dns", "", "5.4.4"},
    {"deferred", "greylisted", "out", "attempt", "rcpt", "451", "4.7.1"},
    {"deferred", "mailbox-full", "out", "attempt", "rcpt", "452", "4.2.2"},
    {"deferred", "connection-timeout", "out", "attempt", "connect", "", "4.4.1"},
    {"deferred", "rate-limited", "out", "attempt", "mail", "421", "4.7.0"},
    {"rejected", "relay-denied", "in", "session", "rcpt", "554", "5.7.1"},
    {"rejected", "user-unknown", "in", "session", "rcpt", "550", "5.1.1"},
    {"rejected", "blocklisted", "in", "session", "rcpt", "554", "5.7.1"},
    {"auth-failed", "bad-credentials", "in", "session", "auth", "535", "5.7.8"},
    {"connection-lost", "connection-lost", "in", "session", "data", "", ""},
};

static void need(bool done) {
    if (done)
        return;
    fprintf(stderr, "bench_fleet: %s\n", problem.text);
    exit(1);
}

static void put(enum cell_put how, enum hourly_table table, int64_t hour, const char *const *keys) {
    struct hourly_cell cell = {.table = table, .hour = hour, .host = slice_of(host)};
    for (unsigned key = 0; key < hourly_shape(table)->key_count; key++)
        cell.keys[key] = slice_of(keys[key]);
    cell.numbers[0] = 1 + chance(200);
    need(store_put_cell(store, how, &cell, &problem));
}

static void put_reason(enum cell_put how, int64_t hour, unsigned i) {
    put(how, HOURLY_REASONS, hour,
        (const char *const[]){reasons[i].event, reasons[i].class_name, reasons[i].direction,
                              reasons[i].level, reasons[i].stage,
                              reasons[i].direction[0] == 'o' ? "remote" : "local", reasons[i].code,
                              reasons[i].enhanced, "", "postfix", ""});
}

/* Some names fail often and most of them seldom. */
static void put_failure(enum cell_put how, int64_t hour, unsigned i) {
    char name[64];
    unsigned which = i % REASONS;
    bool outgoing = reasons[which].direction[0] == 'o';
    unsigned number = chance(1 + chance(outgoing ? DOMAINS : CLIENTS));
    snprintf(name, sizeof name, outgoing ? "domain%u.example.net" : "client%u.%s", number, host);
    put(how, HOURLY_FAILURES, hour,
        (const char *const[]){outgoing ? "recipient_domain" : "client", reasons[which].event,
                              reasons[which].class_name, name});
}

/* What both an hour and a day have. */
static void put_parts(enum cell_put how, int64_t hour) {
    for (unsigned i = 0; i < REASONS; i++)
        put_reason(how, hour, i);
    for (unsigned i = 0; i < DELAYS; i++)
        put(how, HOURLY_DELAYS, hour, (const char *const[]){"out", delay_edges[i]});
    for (unsigned i = 0; i < FAILURES; i++)
        put_failure(how, hour, i);
}

static void put_day(int64_t day) {
    for (int64_t hour = day; hour < day + DAY_HOURS; hour++) {
        for (unsigned i = 0; i < TOTALS; i++)
            put(CELL_HOUR, HOURLY_TOTALS, hour, &hourly_totals[i]);
        put_parts(CELL_HOUR, hour);
    }
    put_parts(CELL_DAY, day);
}

static void put_templates(int64_t first, int64_t last) {
    char text[80], reply[96];
    for (unsigned i = 0; i < TEMPLATES; i++) {
        unsigned which = i % REASONS;
        snprintf(text, sizeof text, "no mailbox %u for that recipient here", i);
        snprintf(reply, sizeof reply, "%s %s %s", reasons[which].code, reasons[which].enhanced,
                 text);
        struct hourly_template template = {.host = slice_of(host),
                                           .class_name = slice_of(reasons[which].class_name),
                                           .event = slice_of(reasons[which].event),
                                           .direction = slice_of(reasons[which].direction),
                                           .level = slice_of(reasons[which].level),
                                           .mta = SLICE("postfix"),
                                           .text = slice_of(text),
                                           .reply = slice_of(reply),
                                           .source = SLICE("mail.log"),
                                           .line = 1 + i,
                                           .count = 1 + chance(100),
                                           .first = first * HOUR + chance(HOUR),
                                           .last = last * HOUR};
        need(store_put_template(store, &template, &problem));
    }
}

static void make_host(const char *folder, unsigned number, int64_t begin, int64_t end) {
    char file[4096];
    snprintf(host, sizeof host, "mx%03u.example.org", number);
    snprintf(file, sizeof file, "%s/%s.db", folder, host);
    need((store = store_open(file, STORE_MAKE, &problem)) != NULL);
    need(store_begin(store, &problem));
    for (int64_t day = begin; day < end; day += DAY_HOURS)
        put_day(day);
    put_templates(begin, end - 1);
    need(store_put_clock(store, &(struct hourly_clock){slice_of(host), end}, &problem));
    need(store_put_run(store,
                       &(struct store_run){.rules = SLICE("made up"),
                                           .started = end * HOUR,
                                           .ended = end * HOUR + 1,
                                           .ledger = {.read = 1, .used = 1}},
                       &problem));
    need(store_commit(store, &problem));
    store_close(store);
}

int main(int argc, char **argv) {
    long hosts = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    long days = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    if (hosts <= 0 || days <= 0) {
        fprintf(stderr, "usage: bench_fleet FOLDER HOSTS DAYS\n");
        return 2;
    }
    int64_t end = day_of(hour_of((int64_t)time(NULL)));
    mkdir(argv[1], 0777);
    for (unsigned i = 0; i < hosts; i++)
        make_host(argv[1], i + 1, end - days * DAY_HOURS, end);
    printf("%lld\n", (long long)hosts * days * DAY_HOURS * ROWS);
    return 0;
}
