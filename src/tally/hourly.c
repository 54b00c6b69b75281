/* Why: a question about last month cannot wait for last month's logs to be read again, and mostly
 * they are gone.
 *
 * How: each log host has its open hours, each with small tables. On the hot path a finding adds to
 * the totals of its hour and, as in the tally, to names by their hashes; texts are put together
 * when the hour is handed over. Days are the sums of their cut hours.
 *
 * The time of a log is that of its latest entry. A stamp that is a day ahead of all others is
 * believed when the next entry is, too; after many entries in a row that are of hours handed over,
 * the log is another one (or the clock was set back), and its time begins there. Hosts are log
 * text: of more than HOSTS the rest is one.
 */
#include "tally/hourly.h"

#include <stdlib.h>

#include "base/memory.h"
#include "finding/strangers.h"
#include "tally/example.h"
#include "tally/hour_lists.h"
#include "tally/named.h"
#include "tally/spread.h"

enum {
    SAVED_VERSION = 1,
    HOSTS = 1000,
    OPEN_HOURS = 64,  /* of a host; those of wrong stamps among them */
    LATE_HOURS = 256, /* of a host, until they are handed over */
    OPEN_FOR = 2 * HOUR,
    LEAP = DAY_HOURS * HOUR,
    LATE_RUN = 50,
    NAMES = 200000, /* of an hour, until it is cut */
    TEMPLATES = 10000,
    TEXT_LENGTH = 255,
    TEMPLATE_LENGTH = 300,
    TEMPLATE_PARTS = 7,
    WORDS = 4096, /* classes and servers: none is log text */
    WORD_PLACES = 64,
    DIRECTIONS = DIRECTION_LOCAL + 1,
    TOTALS = sizeof(struct totals) / sizeof(uint64_t),
};

/* In the order of struct totals. */
const char *const hourly_totals[] = {"received",
                                     "received_bytes",
                                     "delivered",
                                     "bounced",
                                     "expired",
                                     "waiting",
                                     "discarded",
                                     "deferred_ever",
                                     "deferred",
                                     "delivered_after_deferral",
                                     "delivered_bytes",
                                     "delivered_unsized",
                                     "rejected",
                                     "auth_failed",
                                     "tls_failed",
                                     "connection_lost",
                                     "timeout",
                                     "held_on_arrival",
                                     "discarded_on_arrival",
                                     "notices",
                                     "notices_delivered",
                                     "notices_failed"};
_Static_assert(sizeof hourly_totals / sizeof *hourly_totals == TOTALS, "one name a number");

const char *const delay_edges[DELAY_EDGES] = {
    "0.1",  "0.2",   "0.5",   "1",     "2",     "5",      "10",     "20",
    "30",   "60",    "120",   "300",   "600",   "900",    "1800",   "3600",
    "7200", "14400", "21600", "43200", "86400", "172800", "432000", "inf"};
static const uint64_t edge_microseconds[DELAY_EDGES - 1] = {
    100000,      200000,      500000,      1000000,      2000000,     5000000,
    10000000,    20000000,    30000000,    60000000,     120000000,   300000000,
    600000000,   900000000,   1800000000,  3600000000,   7200000000,  14400000000,
    21600000000, 43200000000, 86400000000, 172800000000, 432000000000};

/* Of a host of which no hour was handed over yet, and of what is loaded no time is further away. */
static const int64_t never = -((int64_t)1 << 50);

/* A reason with its codes, as bytes without holes. */
struct reason_key {
    uint16_t class_word, mta_word, code, subject, detail;
    uint8_t event, direction, level, stage, side, class_digit, implied, who;
};

enum dimension {
    BY_RECIPIENT_DOMAIN,
    BY_SENDER_DOMAIN,
    BY_RELAY,
    BY_CLIENT,
    BY_USER,
    BY_BLOCKLIST,
    BY_AFFECTED, /* and one for each direction, but for strangers */
    BY_TEMPLATE = BY_AFFECTED + DIRECTIONS,
    DIMENSIONS
};
static const char *const dimension_names[BY_AFFECTED] = {
    "recipient_domain", "sender_domain", "relay", "client", "user", "blocklist"};
const char hourly_texts[] = "template";
const char *const hourly_affected[] = {"affected", "affected_in", "affected_out", "affected_local"};
_Static_assert(sizeof hourly_affected / sizeof *hourly_affected == DIRECTIONS, "one name a way");

/* A failure in one dimension: this head, then the value in small letters. */
struct failure_head {
    uint16_t class_word;
    uint8_t dimension, event;
};

struct hour {
    int64_t number;
    struct totals totals; /* modulo 2^64: what is taken back may have been counted before */
    uint64_t delays[DIRECTIONS][DELAY_EDGES];
    struct map reasons;  /* struct reason_key -> uint64_t */
    struct map failures; /* struct failure_head, value -> uint64_t */
    struct hour_lists lists;
};

/* The sums of hours that were handed over. */
struct day {
    int64_t first;
    struct hour_rows tables[HOURLY_TABLES];
};

struct hours_of { /* in no order */
    struct hour **items;
    size_t count, capacity;
};

struct log_host {
    struct slice name; /* owned */
    int64_t now;       /* MOMENT_NONE: nothing had a time */
    int64_t ahead;     /* the time of the entry before, when it was too far ahead; or MOMENT_NONE */
    int64_t closed;    /* hours before it are handed over */
    unsigned late_run;
    struct hours_of open, late;
    struct hour *last; /* of both, the one that was asked for last */
    struct day **days;
    size_t day_count, day_capacity;
};

struct wording_kept {
    uint64_t count;
    int64_t first, last;
    struct example example;
};

struct hourly {
    struct hourly_sink sink;
    char own_host[TEXT_LENGTH + 1];
    size_t kept; /* names of an hour */
    struct log_host **hosts;
    size_t host_count, host_capacity;
    struct map host_places; /* name -> size_t */
    struct log_host *last;
    struct map words;          /* text -> uint16_t */
    struct slice texts[WORDS]; /* of a word; owned */
    uint16_t word_count;
    struct {
        const char *text;
        uint16_t word;
    } seen[WORD_PLACES];  /* by address, which is that of a name of a reason or server */
    struct map templates; /* TEMPLATE_PARTS, each with a NUL behind it -> struct wording_kept */
};

/* ---- hours and days */

static struct hour *hour_new(int64_t number) {
    struct hour *hour = memory_new(sizeof *hour);
    hour->number = number;
    map_init(&hour->reasons, sizeof(uint64_t));
    map_init(&hour->failures, sizeof(uint64_t));
    hour_lists_init(&hour->lists);
    return hour;
}

static void hour_free(struct hour *hour) {
    map_release(&hour->reasons);
    map_release(&hour->failures);
    hour_lists_release(&hour->lists);
    free(hour);
}

static void hours_release(struct hours_of *hours) {
    for (size_t i = 0; i < hours->count; i++)
        hour_free(hours->items[i]);
    free(hours->items);
    *hours = (struct hours_of){0};
}

static struct hour *find_hour(const struct hours_of *hours, int64_t number) {
    for (size_t i = 0; i < hours->count; i++)
        if (hours->items[i]->number == number)
            return hours->items[i];
    return NULL;
}

static struct hour *add_hour(struct hours_of *hours, int64_t number) {
    const struct hour *before = find_hour(hours, number - 1);
    struct hour *hour = hour_new(number);
    if (before)
        hour_lists_expect(&hour->lists, &before->lists);
    hours->items =
        memory_grow(hours->items, &hours->capacity, hours->count + 1, sizeof *hours->items);
    return hours->items[hours->count++] = hour;
}

static void day_free(struct day *day) {
    for (int table = 0; table < HOURLY_TABLES; table++)
        hour_rows_release(&day->tables[table]);
    free(day);
}

static struct day *day_at(struct log_host *host, int64_t first) {
    for (size_t i = 0; i < host->day_count; i++)
        if (host->days[i]->first == first)
            return host->days[i];
    struct day *day = memory_new(sizeof *day);
    day->first = first;
    for (int table = 0; table < HOURLY_TABLES; table++)
        hour_rows_init(&day->tables[table], (enum hourly_table)table);
    host->days =
        memory_grow(host->days, &host->day_capacity, host->day_count + 1, sizeof *host->days);
    return host->days[host->day_count++] = day;
}

/* ---- making and freeing */

struct hourly *hourly_new(const struct hourly_sink *sink, const char *own_host) {
    struct hourly *hourly = memory_new(sizeof *hourly);
    hourly->sink = *sink;
    snprintf(hourly->own_host, sizeof hourly->own_host, "%s", own_host);
    hourly->kept = HOURLY_KEPT;
    map_init(&hourly->host_places, sizeof(size_t));
    map_init(&hourly->words, sizeof(uint16_t));
    map_init(&hourly->templates, sizeof(struct wording_kept));
    return hourly;
}

static void forget_templates(struct hourly *hourly) {
    for (size_t place = 0; place < hourly->templates.used; place++)
        example_release(&((struct wording_kept *)map_at(&hourly->templates, place, NULL))->example);
    map_clear(&hourly->templates);
}

static void host_free(struct log_host *host) {
    hours_release(&host->open);
    hours_release(&host->late);
    for (size_t i = 0; i < host->day_count; i++)
        day_free(host->days[i]);
    free(host->days);
    free((char *)host->name.at);
    free(host);
}

static void forget_all(struct hourly *hourly) {
    for (size_t i = 0; i < hourly->host_count; i++)
        host_free(hourly->hosts[i]);
    for (uint16_t i = 0; i < hourly->word_count; i++)
        free((char *)hourly->texts[i].at);
    forget_templates(hourly);
    map_clear(&hourly->host_places);
    map_clear(&hourly->words);
    memset(hourly->seen, 0, sizeof hourly->seen);
    hourly->host_count = hourly->word_count = 0;
    hourly->last = NULL;
}

void hourly_free(struct hourly *hourly) {
    if (!hourly)
        return;
    forget_all(hourly);
    free(hourly->hosts);
    map_release(&hourly->host_places);
    map_release(&hourly->words);
    map_release(&hourly->templates);
    free(hourly);
}

void hourly_without_names(struct hourly *hourly) {
    hourly->kept = 0;
}

/* ---- hosts and their time */

static struct log_host *add_host(struct hourly *hourly, struct slice name) {
    struct log_host *host = memory_new(sizeof *host);
    *(size_t *)map_put(&hourly->host_places, name, NULL) = hourly->host_count;
    host->name = (struct slice){memory_copy(name.at, name.length), name.length};
    host->now = host->ahead = MOMENT_NONE;
    host->closed = never;
    hourly->hosts = memory_grow(hourly->hosts, &hourly->host_capacity, hourly->host_count + 1,
                                sizeof *hourly->hosts);
    return hourly->hosts[hourly->host_count++] = host;
}

static struct log_host *host_named(struct hourly *hourly, struct slice name) {
    name = name.length ? slice_head(name, TEXT_LENGTH) : slice_of(hourly->own_host);
    if (hourly->last && slice_equal(hourly->last->name, name))
        return hourly->last;
    size_t *place = map_get(&hourly->host_places, name);
    if (!place && hourly->host_count >= HOSTS) {
        name = SLICE(HOURLY_OTHER);
        place = map_get(&hourly->host_places, name);
    }
    return hourly->last = place ? hourly->hosts[*place] : add_host(hourly, name);
}

static int64_t closed_at(int64_t now) {
    return hour_of(now - OPEN_FOR);
}

/* Counts late entries. True: so many came in a row that the clock must have been set back. */
static bool count_late(struct log_host *host, int64_t seconds) {
    if (seconds == MOMENT_NONE)
        return false;
    host->late_run = hour_of(seconds) < host->closed ? host->late_run + 1 : 0;
    return host->late_run == LATE_RUN;
}

/* True: hours are over now. */
static bool move_clock(struct log_host *host, int64_t seconds) {
    if (seconds == MOMENT_NONE)
        return false;
    bool is_leap = host->now != MOMENT_NONE && seconds > host->now + LEAP;
    int64_t believed = is_leap && host->ahead < seconds ? host->ahead : seconds;
    host->ahead = is_leap ? seconds : MOMENT_NONE;
    if (believed == MOMENT_NONE || (host->now != MOMENT_NONE && believed <= host->now))
        return false;
    host->now = believed;
    return closed_at(believed) > host->closed;
}

/* ---- handing over */

/* What is on its way to the store: how, and into which day as well. */
struct giving {
    struct hourly *hourly;
    struct log_host *host;
    enum cell_put put;
    struct day *day; /* NULL: of none */
};

static void give(void *context, const struct hourly_cell *cell) {
    struct giving *giving = context;
    const struct hourly_sink *sink = &giving->hourly->sink;
    sink->cell(sink->context, giving->put, cell);
    if (giving->day && hourly_shape(cell->table)->keeping & HOURLY_SUMMED)
        hour_rows_add(&giving->day->tables[cell->table], cell);
}

static void total_rows(const struct hour *hour, struct hour_rows *rows) {
    uint64_t numbers[TOTALS];
    memcpy(numbers, &hour->totals, sizeof numbers);
    for (size_t i = 0; i < TOTALS; i++) {
        struct hourly_cell cell = {.table = HOURLY_TOTALS,
                                   .keys = {slice_of(hourly_totals[i])},
                                   .numbers = {(int64_t)numbers[i]}};
        if (numbers[i])
            hour_rows_add(rows, &cell);
    }
}

static void delay_rows(const struct hour *hour, struct hour_rows *rows) {
    for (int way = 0; way < DIRECTIONS; way++)
        for (size_t edge = 0; edge < DELAY_EDGES; edge++) {
            struct hourly_cell cell = {.table = HOURLY_DELAYS,
                                       .keys = {slice_of(direction_name((enum direction)way)),
                                                slice_of(delay_edges[edge])},
                                       .numbers = {(int64_t)hour->delays[way][edge]}};
            if (hour->delays[way][edge])
                hour_rows_add(rows, &cell);
        }
}

enum { CODE_ROOM = 24 };

static struct slice print_code(char room[CODE_ROOM], unsigned code) {
    return (struct slice){room, code ? (size_t)snprintf(room, CODE_ROOM, "%u", code) : 0};
}

static struct slice print_enhanced(char room[CODE_ROOM], const struct reason_key *key) {
    int length = snprintf(room, CODE_ROOM, "%u.%u.%u", key->class_digit, key->subject, key->detail);
    return (struct slice){room, key->class_digit ? (size_t)length : 0};
}

static void reason_rows(const struct hourly *hourly, const struct hour *hour,
                        struct hour_rows *rows) {
    for (size_t place = 0; place < hour->reasons.used; place++) {
        struct slice bytes;
        struct reason_key key;
        char code[CODE_ROOM], enhanced[CODE_ROOM];
        const uint64_t *count = map_at(&hour->reasons, place, &bytes);
        memcpy(&key, bytes.at, sizeof key);
        struct hourly_cell cell = {
            .table = HOURLY_REASONS,
            .keys = {slice_of(event_name((enum event)key.event)), hourly->texts[key.class_word],
                     slice_of(direction_name((enum direction)key.direction)),
                     slice_of(level_name((enum level)key.level)),
                     slice_of(stage_name((enum stage)key.stage)),
                     slice_of(side_name((enum side)key.side)), print_code(code, key.code),
                     print_enhanced(enhanced, &key), slice_of(key.implied ? "implied" : ""),
                     hourly->texts[key.mta_word], slice_of(key.who ? "stranger" : "")},
            .numbers = {(int64_t)*count}};
        hour_rows_add(rows, &cell);
    }
}

/* ---- the most of the failures of an hour: most rows of a busy one came once, and are looked at
 * twice and never sorted. */

struct picked {
    uint64_t count;
    struct slice key;
};

/* Of one dimension; the last in order stands first: each is behind the two at 2 * i + 1 and
 * 2 * i + 2. */
struct picking {
    struct picked items[HOURLY_KEPT];
    size_t count;
};

static bool is_before(const struct picked *a, const struct picked *b) {
    return a->count != b->count ? a->count > b->count : slice_compare(a->key, b->key) < 0;
}

static void sift_up(struct picking *picking, struct picked picked) {
    size_t at = picking->count++;
    for (size_t above; at && is_before(&picking->items[above = (at - 1) / 2], &picked); at = above)
        picking->items[at] = picking->items[above];
    picking->items[at] = picked;
}

static void sift_down(struct picking *picking, struct picked picked) {
    size_t at = 0, below;
    while ((below = 2 * at + 1) < picking->count) {
        if (below + 1 < picking->count &&
            is_before(&picking->items[below], &picking->items[below + 1]))
            below++;
        if (!is_before(&picked, &picking->items[below]))
            break;
        picking->items[at] = picking->items[below];
        at = below;
    }
    picking->items[at] = picked;
}

static void pick(struct picking *picking, size_t kept, struct picked picked) {
    if (picking->count < kept)
        sift_up(picking, picked);
    else if (kept && is_before(&picked, &picking->items[0]))
        sift_down(picking, picked);
}

static bool is_picked(const struct picking *picking, const struct picked *picked) {
    return picking->count && !is_before(&picking->items[0], picked);
}

static struct failure_head head_of(struct slice key) {
    struct failure_head head;
    memcpy(&head, key.at, sizeof head);
    return head;
}

static const char *dimension_name(unsigned dimension) {
    if (dimension == BY_TEMPLATE)
        return hourly_texts;
    return dimension < BY_AFFECTED ? dimension_names[dimension]
                                   : hourly_affected[dimension - BY_AFFECTED];
}

static void add_failure_row(const struct hourly *hourly, struct failure_head head,
                            struct slice value, uint64_t count, struct hour_rows *rows) {
    const struct hourly_cell cell = {.table = HOURLY_FAILURES,
                                     .keys = {slice_of(dimension_name(head.dimension)),
                                              slice_of(event_name((enum event)head.event)),
                                              hourly->texts[head.class_word], value},
                                     .numbers = {(int64_t)count}};
    hour_rows_add(rows, &cell);
}

static void pick_failures(const struct hour *hour, size_t kept,
                          struct picking pickings[DIMENSIONS]) {
    for (size_t place = 0; place < hour->failures.used; place++) {
        struct picked picked;
        picked.count = *(const uint64_t *)map_at(&hour->failures, place, &picked.key);
        pick(&pickings[head_of(picked.key).dimension], kept, picked);
    }
}

/* What is not picked is one row of each reason. */
static void cut_failures(const struct hourly *hourly, const struct hour *hour,
                         struct hour_rows *rows) {
    struct picking pickings[DIMENSIONS] = {0};
    struct map others;
    map_init(&others, sizeof(uint64_t));
    pick_failures(hour, hourly->kept, pickings);
    for (size_t place = 0; place < hour->failures.used; place++) {
        struct picked picked;
        picked.count = *(const uint64_t *)map_at(&hour->failures, place, &picked.key);
        struct failure_head head = head_of(picked.key);
        struct slice reason = slice_head(picked.key, sizeof head);
        if (is_picked(&pickings[head.dimension], &picked))
            add_failure_row(hourly, head, slice_from(picked.key, sizeof head), picked.count, rows);
        else
            *(uint64_t *)map_put(&others, reason, NULL) += picked.count;
    }
    for (size_t place = 0; place < others.used; place++) {
        struct slice reason;
        const uint64_t *count = map_at(&others, place, &reason);
        add_failure_row(hourly, head_of(reason), SLICE(HOURLY_OTHER), *count, rows);
    }
    map_release(&others);
}

static void all_failures(const struct hourly *hourly, const struct hour *hour,
                         struct hour_rows *rows) {
    for (size_t place = 0; place < hour->failures.used; place++) {
        struct slice key;
        const uint64_t *count = map_at(&hour->failures, place, &key);
        struct failure_head head = head_of(key);
        add_failure_row(hourly, head, slice_from(key, sizeof head), *count, rows);
    }
}

/* Cut, but for failures that come late: those find their places one by one. Names of lists that
 * come late are not told apart: which are the most of them hangs on when they are handed over. */
static void rows_of(const struct hourly *hourly, const struct hour *hour, enum hourly_table table,
                    bool is_late, struct hour_rows *rows) {
    hour_rows_init(rows, table);
    switch (table) {
    case HOURLY_TOTALS:
        total_rows(hour, rows);
        break;
    case HOURLY_REASONS:
        reason_rows(hourly, hour, rows);
        break;
    case HOURLY_FAILURES:
        if (is_late && hourly->kept)
            all_failures(hourly, hour, rows);
        else
            cut_failures(hourly, hour, rows);
        break;
    case HOURLY_DELAYS:
        delay_rows(hour, rows);
        break;
    case HOURLY_LISTS:
        hour_lists_rows(&hour->lists, is_late ? 0 : hourly->kept, rows);
        break;
    case HOURLY_TABLES:
        break;
    }
}

static void give_hour(struct giving *giving, const struct hour *hour) {
    struct hourly *hourly = giving->hourly;
    bool is_late = giving->put == CELL_LATE_HOUR;
    for (int table = 0; table < HOURLY_TABLES; table++) {
        struct hour_rows rows;
        rows_of(hourly, hour, (enum hourly_table)table, is_late, &rows);
        hour_rows_each(&rows, hour->number, giving->host->name, give, giving);
        hour_rows_release(&rows);
    }
}

static void give_day(struct hourly *hourly, struct log_host *host, const struct day *day) {
    struct giving giving = {hourly, host, CELL_DAY, NULL};
    for (int table = 0; table < HOURLY_TABLES; table++)
        hour_rows_give(&day->tables[table], hourly->kept, day->first, host->name, give, &giving);
}

/* A difference to a day that was handed over is one more time a difference. */
static void give_late(struct hourly *hourly, struct log_host *host) {
    int64_t closed_day = day_of(host->closed);
    for (size_t i = 0; i < host->late.count; i++) {
        const struct hour *hour = host->late.items[i];
        int64_t first = day_of(hour->number);
        struct day late = {.first = first};
        bool is_over = first < closed_day;
        for (int table = 0; table < HOURLY_TABLES; table++)
            hour_rows_init(&late.tables[table], (enum hourly_table)table);
        struct giving giving = {hourly, host, CELL_LATE_HOUR,
                                is_over ? &late : day_at(host, first)};
        give_hour(&giving, hour);
        giving = (struct giving){hourly, host, CELL_LATE_DAY, NULL};
        for (int table = 0; table < HOURLY_TABLES; table++) {
            hour_rows_each(&late.tables[table], first, host->name, give, &giving);
            hour_rows_release(&late.tables[table]);
        }
    }
    hours_release(&host->late);
    host->last = NULL;
}

/* The store lets go of old hours by this clock. It is told when it moves, and not at the end of a
 * run, so that what is let go does not depend on where runs end. */
static void move_closed(struct hourly *hourly, struct log_host *host, int64_t closed) {
    bool is_same_day = day_of(host->closed) == day_of(closed);
    const struct hourly_sink *sink = &hourly->sink;
    host->closed = closed;
    if (!is_same_day)
        sink->clock(sink->context, &(struct hourly_clock){host->name, day_of(closed)});
}

static void close_days(struct hourly *hourly, struct log_host *host, int64_t closed_day) {
    size_t kept = 0;
    for (size_t i = 0; i < host->day_count; i++) {
        struct day *day = host->days[i];
        if (day->first >= closed_day) {
            host->days[kept++] = day;
            continue;
        }
        give_day(hourly, host, day);
        day_free(day);
    }
    host->day_count = kept;
}

/* What is late for the hours handed over before goes first, as it would at the end of a run. */
static void close_hours(struct hourly *hourly, struct log_host *host) {
    size_t kept = 0;
    int64_t closed = closed_at(host->now);
    give_late(hourly, host);
    for (size_t i = 0; i < host->open.count; i++) {
        struct hour *hour = host->open.items[i];
        if (hour->number >= closed) {
            host->open.items[kept++] = hour;
            continue;
        }
        struct giving giving = {hourly, host, CELL_HOUR, day_at(host, day_of(hour->number))};
        give_hour(&giving, hour);
        hour_free(hour);
    }
    host->open.count = kept;
    close_days(hourly, host, day_of(closed));
    move_closed(hourly, host, closed);
    host->last = NULL;
}

/* What was late is so for the days that were over until now, as at the end of a run. */
static void set_back(struct hourly *hourly, struct log_host *host, int64_t seconds) {
    give_late(hourly, host);
    host->late_run = 0;
    host->now = seconds;
    move_closed(hourly, host, closed_at(seconds));
}

/* The hour in which an entry counts. */
static struct hour *hour_for(struct hourly *hourly, struct log_host *host, int64_t seconds) {
    if (count_late(host, seconds))
        set_back(hourly, host, seconds);
    else if (move_clock(host, seconds))
        close_hours(hourly, host);
    int64_t known = host->now == MOMENT_NONE ? 0 : host->now;
    int64_t number = hour_of(seconds == MOMENT_NONE ? known : seconds);
    if (host->last && host->last->number == number)
        return host->last;
    bool is_late = number < host->closed;
    struct hours_of *hours = is_late ? &host->late : &host->open;
    struct hour *hour = find_hour(hours, number);
    if (!hour && is_late && hours->count >= LATE_HOURS)
        give_late(hourly, host);
    if (!hour && !is_late && hours->count >= OPEN_HOURS) {
        number = hour_of(known); /* so many stamps ahead of the log are wrong */
        hour = find_hour(hours, number);
    }
    return host->last = hour ? hour : add_hour(hours, number);
}

/* ---- counting */

static uint16_t learn_word(struct hourly *hourly, struct slice text) {
    bool is_new;
    text = slice_head(text, TEXT_LENGTH);
    uint16_t *word = map_put(&hourly->words, text, &is_new);
    if (is_new && hourly->word_count < WORDS) {
        hourly->texts[hourly->word_count] =
            (struct slice){memory_copy(text.at, text.length), text.length};
        *word = hourly->word_count++;
    }
    return *word;
}

static uint16_t word_of(struct hourly *hourly, const char *text) {
    size_t place = ((uintptr_t)text >> 3 ^ (uintptr_t)text >> 9) % WORD_PLACES;
    if (hourly->seen[place].text != text) {
        hourly->seen[place].text = text;
        hourly->seen[place].word = learn_word(hourly, slice_of(text));
    }
    return hourly->seen[place].word;
}

static void add_reason(struct hourly *hourly, struct hour *hour, const struct counting *counting,
                       uint16_t class_word) {
    const struct finding *finding = counting->finding;
    const struct record *record = &finding->record;
    const struct enhanced *enhanced = &finding->reply.enhanced;
    const struct reason_key key = {
        .class_word = class_word,
        .mta_word = word_of(hourly, finding->mta->name),
        .code = finding->reply.code,
        .subject = enhanced->subject,
        .detail = enhanced->detail,
        .event = record->event,
        .direction = record->direction,
        .level = record->level,
        .stage = record->stage,
        .side = record->side,
        .class_digit = enhanced->class_digit,
        .implied = finding->code_implied,
        .who = strangers_did(finding),
    };
    uint64_t *count = map_put(&hour->reasons, (struct slice){(const char *)&key, sizeof key}, NULL);
    *count += counting->events;
}

static void add_failure(struct hour *hour, struct failure_head head, struct slice value,
                        uint64_t count) {
    char key[sizeof head + TEMPLATE_LENGTH];
    bool is_text = head.dimension == BY_TEMPLATE;
    if (!value.length)
        return;
    value = slice_head(value, is_text ? TEMPLATE_LENGTH : TEXT_LENGTH);
    memcpy(key, &head, sizeof head);
    if (is_text)
        memcpy(key + sizeof head, value.at, value.length);
    else
        slice_lowered(value, key + sizeof head);
    struct slice whole = {key, sizeof head + value.length};
    if (hour->failures.count >= NAMES && !map_get(&hour->failures, whole)) {
        memcpy(key + sizeof head, HOURLY_OTHER, sizeof HOURLY_OTHER - 1);
        whole.length = sizeof head + sizeof HOURLY_OTHER - 1;
    }
    *(uint64_t *)map_put(&hour->failures, whole, NULL) += count;
}

/* Where it failed: the relay of what goes out, the client of what comes in. */
static void add_failures(struct hour *hour, const struct counting *counting, uint16_t class_word) {
    const struct finding *finding = counting->finding;
    const struct record *record = &finding->record;
    bool comes_in = record->direction == DIRECTION_IN;
    char room[RANKING_NAME];
    struct slice peer = named_host(record->peer_host, record->peer_ip, room);
    struct slice values[DIMENSIONS] = {
        [BY_RECIPIENT_DOMAIN] = counting->recipient_domain.text,
        [BY_SENDER_DOMAIN] = counting->sender_domain.text,
        [BY_RELAY] = comes_in ? (struct slice){0} : peer,
        [BY_CLIENT] = comes_in ? peer : (struct slice){0},
        [BY_USER] = record->user,
        [BY_BLOCKLIST] = finding->verdict.blocklist,
        [BY_TEMPLATE] = finding->template,
    };
    if (!strangers_did(finding))
        values[BY_AFFECTED + record->direction] = counting_affected(record);
    for (uint8_t i = 0; i < DIMENSIONS; i++)
        add_failure(hour, (struct failure_head){class_word, i, (uint8_t)record->event}, values[i],
                    counting->events);
}

static void give_templates(struct hourly *hourly) {
    const struct hourly_sink *sink = &hourly->sink;
    for (size_t place = 0; place < hourly->templates.used; place++) {
        struct slice key, parts[TEMPLATE_PARTS];
        const struct wording_kept *kept = map_at(&hourly->templates, place, &key);
        const struct tally_example example = example_read(&kept->example);
        for (int i = 0; i < TEMPLATE_PARTS; i++)
            slice_cut(&key, '\0', &parts[i]);
        const struct hourly_template text = {
            .host = parts[0],
            .class_name = parts[1],
            .event = parts[2],
            .direction = parts[3],
            .level = parts[4],
            .mta = parts[5],
            .text = parts[6],
            .count = kept->count,
            .first = kept->first,
            .last = kept->last,
            .reply = example.reply,
            .source = example.source,
            .line = example.line,
        };
        sink->template(sink->context, &text);
    }
    forget_templates(hourly);
}

/* NULs of log text would end a part. */
static struct slice template_key(const struct log_host *host, const struct finding *finding,
                                 char *room) {
    const struct record *record = &finding->record;
    const struct slice parts[TEMPLATE_PARTS] = {
        host->name,
        slice_of(finding_class(finding)),
        slice_of(event_name(record->event)),
        slice_of(direction_name(record->direction)),
        slice_of(level_name(record->level)),
        slice_of(finding->mta->name),
        finding->template,
    };
    size_t used = 0;
    for (int i = 0; i < TEMPLATE_PARTS; i++) {
        struct slice part = slice_head(parts[i], TEMPLATE_LENGTH);
        if (part.length)
            memcpy(room + used, part.at, part.length);
        for (char *nul; part.length && (nul = memchr(room + used, '\0', part.length));)
            *nul = ' ';
        used += part.length;
        room[used++] = '\0';
    }
    return (struct slice){room, used};
}

static void add_template(struct hourly *hourly, const struct log_host *host,
                         const struct counting *counting) {
    const struct finding *finding = counting->finding;
    char room[TEMPLATE_PARTS * (TEMPLATE_LENGTH + 1)];
    int64_t seconds = finding->time.seconds != MOMENT_NONE ? finding->time.seconds
                      : host->now != MOMENT_NONE           ? host->now
                                                           : 0;
    bool is_new;
    struct slice key = template_key(host, finding, room);
    struct wording_kept *kept = map_put(&hourly->templates, key, &is_new);
    kept->count += counting->events;
    if (is_new || seconds < kept->first)
        kept->first = seconds;
    if (is_new || seconds > kept->last)
        kept->last = seconds;
    example_offer(&kept->example, example_of_finding(finding));
    if (hourly->templates.count >= TEMPLATES)
        give_templates(hourly);
}

static void add_delay(struct hour *hour, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    size_t edge = 0;
    if (counting->into != FATE_DELIVERED || finding->waited < 0)
        return;
    while (edge < DELAY_EDGES - 1 && (uint64_t)finding->waited > edge_microseconds[edge])
        edge++;
    hour->delays[finding->record.direction][edge] += counting->recipients;
}

void hourly_add(struct hourly *hourly, const struct counting *counting) {
    const struct finding *finding = counting->finding;
    if (!counting->events && !counting->recipients && !finding->new_messages &&
        !finding->new_notices && !finding->is_notice)
        return;
    struct log_host *host = host_named(hourly, finding->host);
    struct hour *hour = hour_for(hourly, host, finding->time.seconds);
    totals_count(&hour->totals, counting);
    add_delay(hour, counting);
    hour_lists_add(&hour->lists, counting);
    if (!counting->events || finding->record.event == EVENT_DELIVERED)
        return;
    uint16_t class_word = word_of(hourly, finding_class(finding));
    add_reason(hourly, hour, counting, class_word);
    add_failures(hour, counting, class_word);
    add_template(hourly, host, counting);
}

void hourly_give(struct hourly *hourly) {
    give_templates(hourly);
    for (size_t i = 0; i < hourly->host_count; i++) {
        struct log_host *host = hourly->hosts[i];
        give_late(hourly, host);
        struct giving giving = {hourly, host, CELL_OPEN, NULL};
        for (size_t at = 0; at < host->open.count; at++)
            give_hour(&giving, host->open.items[at]);
    }
}

/* ---- saving */

static void save_map(const struct map *map, struct pack *pack) {
    pack_number(pack, map->used);
    for (size_t place = 0; place < map->used; place++) {
        struct slice key;
        const uint64_t *number = map_at(map, place, &key);
        pack_text(pack, key);
        pack_number(pack, *number);
    }
}

static void save_hour(const struct hour *hour, struct pack *pack) {
    uint64_t totals[TOTALS];
    memcpy(totals, &hour->totals, sizeof totals);
    pack_signed(pack, hour->number);
    for (size_t i = 0; i < TOTALS; i++)
        pack_number(pack, totals[i]);
    for (int way = 0; way < DIRECTIONS; way++)
        for (size_t edge = 0; edge < DELAY_EDGES; edge++)
            pack_number(pack, hour->delays[way][edge]);
    save_map(&hour->reasons, pack);
    save_map(&hour->failures, pack);
    hour_lists_save(&hour->lists, pack);
}

static void save_host(const struct log_host *host, struct pack *pack) {
    pack_text(pack, host->name);
    pack_signed(pack, host->now);
    pack_signed(pack, host->ahead);
    pack_signed(pack, host->closed);
    pack_number(pack, host->late_run);
    pack_number(pack, host->open.count);
    for (size_t i = 0; i < host->open.count; i++)
        save_hour(host->open.items[i], pack);
    pack_number(pack, host->day_count);
    for (size_t i = 0; i < host->day_count; i++) {
        pack_signed(pack, host->days[i]->first);
        for (int table = 0; table < HOURLY_TABLES; table++)
            hour_rows_save(&host->days[i]->tables[table], pack);
    }
}

void hourly_save(const struct hourly *hourly, struct pack *pack) {
    pack_number(pack, SAVED_VERSION);
    pack_number(pack, hourly->word_count);
    for (uint16_t i = 0; i < hourly->word_count; i++)
        pack_text(pack, hourly->texts[i]);
    pack_number(pack, hourly->host_count);
    for (size_t i = 0; i < hourly->host_count; i++)
        save_host(hourly->hosts[i], pack);
}

/* ---- loading: what is loaded is anybody's bytes */

static bool is_reason_key(struct slice bytes, uint16_t words) {
    struct reason_key key;
    if (bytes.length != sizeof key)
        return false;
    memcpy(&key, bytes.at, sizeof key);
    return key.class_word < words && key.mta_word < words && key.event <= EVENT_WARNING &&
           key.direction <= DIRECTION_LOCAL && key.level <= LEVEL_MTA && key.stage <= STAGE_QUEUE &&
           key.side <= SIDE_SYNTHETIC;
}

static bool is_failure_key(struct slice bytes, uint16_t words) {
    struct failure_head head;
    if (bytes.length <= sizeof head || bytes.length > sizeof head + TEMPLATE_LENGTH)
        return false;
    memcpy(&head, bytes.at, sizeof head);
    return head.class_word < words && head.dimension < DIMENSIONS && head.event <= EVENT_WARNING;
}

static void load_map(struct map *map, bool (*is_key)(struct slice key, uint16_t words),
                     uint16_t words, struct unpack *unpack) {
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        struct slice key = unpack_text(unpack);
        uint64_t number = unpack_number(unpack);
        unpack->broken |= !is_key(key, words);
        if (!unpack->broken)
            *(uint64_t *)map_put(map, key, NULL) = number;
    }
}

/* MOMENT_NONE is one, too. */
static int64_t load_time(struct unpack *unpack) {
    int64_t time = unpack_signed(unpack);
    unpack->broken |= time != MOMENT_NONE && (time < never || time > -never);
    return unpack->broken ? 0 : time;
}

static int64_t load_number(struct unpack *unpack) {
    int64_t number = load_time(unpack);
    unpack->broken |= number == MOMENT_NONE;
    return unpack->broken ? 0 : number;
}

static void load_hour(struct hourly *hourly, struct log_host *host, struct unpack *unpack) {
    struct hour *hour = add_hour(&host->open, load_number(unpack));
    uint64_t totals[TOTALS];
    for (size_t i = 0; i < TOTALS; i++)
        totals[i] = unpack_number(unpack);
    memcpy(&hour->totals, totals, sizeof totals);
    for (int way = 0; way < DIRECTIONS; way++)
        for (size_t edge = 0; edge < DELAY_EDGES; edge++)
            hour->delays[way][edge] = unpack_number(unpack);
    load_map(&hour->reasons, is_reason_key, hourly->word_count, unpack);
    load_map(&hour->failures, is_failure_key, hourly->word_count, unpack);
    hour_lists_load(&hour->lists, unpack);
}

static void load_host(struct hourly *hourly, struct unpack *unpack) {
    struct slice name = unpack_text(unpack);
    if (map_get(&hourly->host_places, name))
        unpack->broken = true;
    if (unpack->broken)
        return;
    struct log_host *host = add_host(hourly, name);
    host->now = load_time(unpack);
    host->ahead = load_time(unpack);
    host->closed = load_number(unpack);
    host->late_run = (unsigned)unpack_number(unpack);
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--)
        load_hour(hourly, host, unpack);
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--) {
        struct day *day = day_at(host, load_number(unpack));
        for (int table = 0; table < HOURLY_TABLES; table++)
            hour_rows_load(&day->tables[table], unpack);
    }
}

bool hourly_load(struct hourly *hourly, struct unpack *unpack) {
    if (unpack_number(unpack) != SAVED_VERSION)
        unpack->broken = true;
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--)
        learn_word(hourly, unpack_text(unpack));
    for (size_t left = unpack_count(unpack); left && !unpack->broken; left--)
        load_host(hourly, unpack);
    if (unpack->broken)
        forget_all(hourly);
    return !unpack->broken;
}
