/* Why: one domain that takes nothing or one client that sends everything is seen in a table of who
 * comes first, and in no total.
 *
 * How: each table is a row of `lists` and a list of columns, and all are written by the same few
 * functions. The columns add up: what is not shown is in the last row, "(others)". Columns without
 * anything in them are not shown to people.
 */
#include "report/top_lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/page_words.h"
#include "report/parts.h"
#include "tally/correspondents.h"
#include "tally/destinations.h"
#include "tally/named.h"

enum { FEW_NAMES = 4 };                  /* fewer make no table worth its lines */
enum { MEDIAN = 500, NEARLY_ALL = 950 }; /* of a thousand */

enum figure {
    FIGURE_COUNT,
    FIGURE_BYTES,
    FIGURE_AVERAGE, /* of what lasts DESTINATION_DURATION in all */
    FIGURE_LONGEST,
    FIGURE_PERMILLE, /* an estimate */
    FIGURE_TLS,
    FIGURE_REJECTED, /* a client's refusals but for the logins */
};

struct list_column {
    const char *key;
    enum word title;
    enum figure figure;
    unsigned number; /* of the numbers of a row, or of a thousand */
};

static const struct list_column domain_columns[] = {
    {"recipients", WORD_LIST_RECIPIENTS, FIGURE_COUNT, DESTINATION_SEEN},
    {"delivered", WORD_DELIVERED, FIGURE_COUNT, DESTINATION_DELIVERED},
    {"bounced", WORD_BOUNCED, FIGURE_COUNT, DESTINATION_BOUNCED},
    {"expired", WORD_LIST_EXPIRED, FIGURE_COUNT, DESTINATION_EXPIRED},
    {"deferred", WORD_DEFERRED, FIGURE_COUNT, DESTINATION_DEFERRED},
    {"bytes", WORD_LIST_SIZE, FIGURE_BYTES, DESTINATION_BYTES},
    {"delay_average", WORD_LIST_AVERAGE, FIGURE_AVERAGE, DESTINATION_DURATION},
    {"delay_median_estimate", WORD_LIST_MEDIAN, FIGURE_PERMILLE, MEDIAN},
    {"delay_95_estimate", WORD_LIST_NEARLY_ALL, FIGURE_PERMILLE, NEARLY_ALL},
    {"delay_longest", WORD_LIST_LONGEST, FIGURE_LONGEST, DESTINATION_LONGEST},
    {"tls_share", WORD_LIST_TLS, FIGURE_TLS, DESTINATION_CIPHERED},
    {NULL, WORD_COUNT, FIGURE_COUNT, 0},
};

static const struct list_column relay_columns[] = {
    {"tries", WORD_LIST_TRIES, FIGURE_COUNT, DESTINATION_SEEN},
    {"delivered", WORD_DELIVERED, FIGURE_COUNT, DESTINATION_DELIVERED},
    {"bounced", WORD_BOUNCED, FIGURE_COUNT, DESTINATION_BOUNCED},
    {"expired", WORD_LIST_EXPIRED, FIGURE_COUNT, DESTINATION_EXPIRED},
    {"deferred", WORD_DEFERRED, FIGURE_COUNT, DESTINATION_DEFERRED},
    {"failed_tries", WORD_LIST_FAILED, FIGURE_COUNT, DESTINATION_FAILED},
    {"bytes", WORD_LIST_SIZE, FIGURE_BYTES, DESTINATION_BYTES},
    {"delay_average", WORD_LIST_AVERAGE, FIGURE_AVERAGE, DESTINATION_DURATION},
    {"delay_median_estimate", WORD_LIST_MEDIAN, FIGURE_PERMILLE, MEDIAN},
    {"delay_95_estimate", WORD_LIST_NEARLY_ALL, FIGURE_PERMILLE, NEARLY_ALL},
    {"delay_longest", WORD_LIST_LONGEST, FIGURE_LONGEST, DESTINATION_LONGEST},
    {"tls_share", WORD_LIST_TLS, FIGURE_TLS, DESTINATION_CIPHERED},
    {NULL, WORD_COUNT, FIGURE_COUNT, 0},
};

static const struct list_column sender_columns[] = {
    {"messages", WORD_LIST_MESSAGES, FIGURE_COUNT, CORRESPONDENT_MAIL},
    {"recipients", WORD_LIST_RECIPIENTS, FIGURE_COUNT, CORRESPONDENT_RECIPIENTS},
    {"bytes", WORD_LIST_SIZE, FIGURE_BYTES, CORRESPONDENT_BYTES},
    {"bounced", WORD_BOUNCED, FIGURE_COUNT, CORRESPONDENT_BOUNCED},
    {"deferred", WORD_DEFERRED, FIGURE_COUNT, CORRESPONDENT_DEFERRED},
    {"rejected", WORD_REJECTED, FIGURE_COUNT, CORRESPONDENT_REFUSED},
    {NULL, WORD_COUNT, FIGURE_COUNT, 0},
};

static const struct list_column recipient_columns[] = {
    {"messages", WORD_LIST_MESSAGES, FIGURE_COUNT, CORRESPONDENT_MAIL},
    {"delivered", WORD_DELIVERED, FIGURE_COUNT, CORRESPONDENT_RECIPIENTS},
    {"bytes", WORD_LIST_SIZE, FIGURE_BYTES, CORRESPONDENT_BYTES},
    {"bounced", WORD_BOUNCED, FIGURE_COUNT, CORRESPONDENT_BOUNCED},
    {"deferred", WORD_DEFERRED, FIGURE_COUNT, CORRESPONDENT_DEFERRED},
    {"rejected", WORD_REJECTED, FIGURE_COUNT, CORRESPONDENT_REFUSED},
    {NULL, WORD_COUNT, FIGURE_COUNT, 0},
};

static const struct list_column client_columns[] = {
    {"messages", WORD_LIST_MESSAGES, FIGURE_COUNT, CORRESPONDENT_MAIL},
    {"recipients", WORD_LIST_RECIPIENTS, FIGURE_COUNT, CORRESPONDENT_RECIPIENTS},
    {"bytes", WORD_LIST_SIZE, FIGURE_BYTES, CORRESPONDENT_BYTES},
    {"bounced", WORD_BOUNCED, FIGURE_COUNT, CORRESPONDENT_BOUNCED},
    {"deferred", WORD_DEFERRED, FIGURE_COUNT, CORRESPONDENT_DEFERRED},
    {"rejected", WORD_REJECTED, FIGURE_REJECTED, CORRESPONDENT_REFUSED},
    {"auth_failed", WORD_AUTH_FAILED, FIGURE_COUNT, CORRESPONDENT_LOGINS},
    {NULL, WORD_COUNT, FIGURE_COUNT, 0},
};

/* One table of the page. */
struct list {
    enum part part;                            /* and its key */
    enum word title, delays_title, name_title; /* WORD_COUNT: has no delays */
    const char *name_key;
    bool has_delays; /* shown to people who did not ask for this table */
    bool is_host;    /* names are those of named_host(): machines see two members */
    const struct list_column *columns;
    const struct ranking *(*ranking)(const struct tally *tally,
                                     unsigned table); /* NULL: networks */
    unsigned table;
};

static const struct ranking *ranking_of_destinations(const struct tally *tally, unsigned table) {
    return destinations(tally, (enum destination_table)table);
}

static const struct ranking *ranking_of_correspondents(const struct tally *tally, unsigned table) {
    return correspondents(tally, (enum correspondent_table)table);
}

#define DESTINATIONS(table) relay_columns, ranking_of_destinations, (table)
#define SENDERS(table)      sender_columns, ranking_of_correspondents, (table)

static const struct list lists[] = {
    {PART_RECIPIENT_DOMAINS, WORD_BY_RECIPIENT_DOMAIN, WORD_DELAYS_BY_DOMAIN, WORD_LIST_DOMAIN,
     "recipient_domain", true, false, domain_columns, ranking_of_destinations, DESTINATION_DOMAIN},
    {PART_OPERATORS, WORD_BY_OPERATOR, WORD_DELAYS_BY_OPERATOR, WORD_LIST_OPERATOR, "operator",
     true, false, DESTINATIONS(DESTINATION_OPERATOR)},
    {PART_RELAYS, WORD_BY_RELAY, WORD_DELAYS_BY_RELAY, WORD_LIST_RELAY, "relay", false, true,
     DESTINATIONS(DESTINATION_RELAY)},
    {PART_SENDER_DOMAINS, WORD_BY_SENDER_DOMAIN, WORD_COUNT, WORD_LIST_DOMAIN, "sender_domain",
     false, false, SENDERS(CORRESPONDENT_SENDER_DOMAIN)},
    {PART_SENDERS, WORD_BY_SENDER, WORD_COUNT, WORD_LIST_SENDER, "sender", false, false,
     SENDERS(CORRESPONDENT_SENDER)},
    {PART_RECIPIENTS, WORD_BY_RECIPIENT, WORD_COUNT, WORD_LIST_RECIPIENT, "recipient", false, false,
     recipient_columns, ranking_of_correspondents, CORRESPONDENT_RECIPIENT},
    {PART_CLIENTS, WORD_BY_CLIENT, WORD_COUNT, WORD_LIST_CLIENT, "client", false, true,
     client_columns, ranking_of_correspondents, CORRESPONDENT_CLIENT},
    {PART_NETWORKS, WORD_BY_NETWORK, WORD_COUNT, WORD_LIST_NETWORK, "network", false, false,
     client_columns, NULL, 0},
};

/* The rows of a table, and what it is made of. */
struct standing {
    const struct digging *digging;
    struct page *page;
    const struct tally *tally;
    const struct list *list;
    uint64_t only; /* parts asked for by name */
    bool is_past;
    struct ranked *rows;
    size_t count;
    size_t numbers;               /* of each row */
    uint64_t totals[COUNTS_MOST]; /* of all names, shown or not */
    size_t names;                 /* how many those are */
};

/* ---- cells */

/* How much there is to show of a column; 0: nothing. */
static uint64_t weight_of(const struct list_column *column, const uint64_t *numbers) {
    switch (column->figure) {
    case FIGURE_REJECTED:
        return counts_not_below_zero(numbers[CORRESPONDENT_REFUSED] -
                                     numbers[CORRESPONDENT_LOGINS]);
    case FIGURE_AVERAGE:
    case FIGURE_LONGEST:
    case FIGURE_PERMILLE:
        return numbers[DESTINATION_TIMED];
    case FIGURE_TLS:
        return numbers[DESTINATION_CIPHERED] + numbers[DESTINATION_CLEAR];
    default:
        return counts_not_below_zero(numbers[column->number]);
    }
}

/* An estimate is no longer than what is known to be the longest. */
static uint64_t least(uint64_t estimate, uint64_t longest) {
    return estimate < longest ? estimate : longest;
}

/* hash: of a name, for what is known of each alone; NULL: the others together. */
static void add_duration(const struct standing *standing, struct cell *row,
                         const struct list_column *column, const char *title,
                         const uint64_t *numbers, const uint64_t *hash) {
    uint64_t timed = numbers[DESTINATION_TIMED], lasted;
    if (!timed || (!hash && column->figure != FIGURE_AVERAGE)) {
        cell_none(standing->page, row, column->key, title);
        return;
    }
    if (column->figure == FIGURE_AVERAGE)
        lasted = numbers[DESTINATION_DURATION] / timed;
    else if (column->figure == FIGURE_LONGEST)
        lasted = numbers[DESTINATION_LONGEST];
    else
        lasted = least(
            destination_permille(standing->tally, standing->list->table, *hash, column->number),
            numbers[DESTINATION_LONGEST]);
    cell_duration(standing->page, row, column->key, title, lasted);
}

static void add_figure(const struct standing *standing, struct cell *row,
                       const struct list_column *column, const char *title, const uint64_t *numbers,
                       const uint64_t *hash) {
    struct page *page = standing->page;
    uint64_t weight = weight_of(column, numbers);
    switch (column->figure) {
    case FIGURE_BYTES:
        cell_bytes(page, row, column->key, title, weight);
        break;
    case FIGURE_AVERAGE:
    case FIGURE_LONGEST:
    case FIGURE_PERMILLE:
        add_duration(standing, row, column, title, numbers, hash);
        break;
    case FIGURE_TLS:
        if (weight)
            cell_share(page, row, column->key, title, numbers[DESTINATION_CIPHERED], weight);
        else
            cell_none(page, row, column->key, title);
        break;
    default:
        cell_count(page, row, column->key, title, weight, NULL);
        break;
    }
}

/* How long it took and how safely is a table of its own for people: both would not fit into one. */
static bool is_of_delays(const struct list_column *column) {
    return column->figure >= FIGURE_AVERAGE && column->figure <= FIGURE_TLS;
}

/* History has neither: bounced and expired are one number there, recipients of a sender and logins
 * of a client none. */
static bool is_unknown(const struct standing *standing, const struct list_column *column) {
    static const char *const keys[] = {"expired", "recipients", "auth_failed"};
    if (!standing->is_past || weight_of(column, standing->totals))
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(column->key, keys[i]) == 0)
            return true;
    return false;
}

static void add_figures(const struct standing *standing, struct cell *row, const uint64_t *numbers,
                        const uint64_t *hash) {
    for (const struct list_column *column = standing->list->columns; column->key; column++) {
        bool is_shown = !is_of_delays(column) && weight_of(column, standing->totals);
        if (is_unknown(standing, column))
            cell_none(standing->page, row, column->key, NULL);
        else
            add_figure(standing, row, column,
                       is_shown ? page_word(standing->page, column->title) : NULL, numbers, hash);
    }
}

static struct slice shown_name(const struct standing *standing, struct slice name) {
    enum part part = standing->list->part;
    enum word none =
        part == PART_CLIENTS || part == PART_NETWORKS ? WORD_LIST_HERE : WORD_LIST_NONE;
    if (!name.length)
        return slice_of(page_word(standing->page, none));
    if (slice_is(name, DESTINATION_LOCAL))
        return slice_of(page_word(standing->page, WORD_LIST_LOCAL));
    return name;
}

static struct cell *add_row(const struct standing *standing, struct slice name,
                            struct slice shown) {
    struct page *page = standing->page;
    const struct list *list = standing->list;
    struct cell *row = cell_record(page, page->last->cell, NULL, NULL);
    struct slice host = name, ip = {0};
    cell_text(page, row, NULL, page_word(page, list->name_title), shown);
    if (list->is_host)
        named_parts(name, &host, &ip);
    cell_known(page, row, list->name_key, NULL, host);
    if (list->is_host)
        cell_known(page, row, "ip", NULL, ip);
    return row;
}

/* The rows of what failed, as the columns count it: of names that are one address or one domain.
 * (A host has several addresses, and an address several hosts.) */
static const struct asking {
    enum part part;
    enum filter_by by;
    bool of_domain;   /* the name is what stands behind the @ */
    bool of_refusals; /* there is a column of them */
    const char *one;
} askings[] = {
    {PART_RECIPIENT_DOMAINS, FILTER_RECIPIENT_DOMAIN, false, false, "DOMAIN"},
    {PART_SENDER_DOMAINS, FILTER_SENDER, true, true, "*@DOMAIN"},
    {PART_SENDERS, FILTER_SENDER, false, true, "SENDER"},
};

static const struct asking *asking_of(const struct standing *standing) {
    for (size_t i = 0; i < sizeof askings / sizeof *askings; i++)
        if (askings[i].part == standing->list->part)
            return &askings[i];
    return NULL;
}

static void ask_events(struct dig *dig, const struct asking *asking) {
    static const enum event events[] = {EVENT_BOUNCED, EVENT_EXPIRED, EVENT_DEFERRED,
                                        EVENT_REJECTED};
    dig_events(dig, events, asking->of_refusals ? 4 : 3);
}

static void add_rows(const struct standing *standing, struct cell *row, struct slice name) {
    const struct asking *asking = asking_of(standing);
    struct dig dig;
    if (!asking)
        return;
    dig_begin(&dig, standing->digging);
    if (slice_is(name, "<>")) /* the null sender */
        dig_word(&dig, asking->by, "<>");
    else if (asking->of_domain)
        dig_domain(&dig, asking->by, name);
    else
        dig_name(&dig, asking->by, name);
    ask_events(&dig, asking);
    digging_cell(standing->digging, row, "rows", page_word(standing->page, WORD_ROWS),
                 dig_end(&dig));
}

/* "mailtriage export --recipient-domain DOMAIN --event bounced,expired,deferred mail.log" */
static void add_rows_line(const struct standing *standing) {
    const struct asking *asking = asking_of(standing);
    struct dig dig;
    if (!asking || !standing->count || standing->digging->is_masked)
        return;
    dig_begin(&dig, standing->digging);
    dig_word(&dig, asking->by, asking->one);
    ask_events(&dig, asking);
    digging_line(standing->digging, dig_end(&dig));
}

/* What the rows do not show. */
static void add_others(const struct standing *standing, size_t shown) {
    uint64_t rest[COUNTS_MOST] = {0};
    for (size_t number = 0; number < standing->numbers; number++) {
        rest[number] = standing->totals[number];
        for (size_t i = 0; i < shown; i++)
            rest[number] -= standing->rows[i].numbers[number];
    }
    struct cell *row =
        add_row(standing, SLICE("(others)"), slice_of(page_word(standing->page, WORD_LIST_OTHERS)));
    add_figures(standing, row, rest, NULL);
    add_rows(standing, row, (struct slice){0});
}

/* ---- rows */

/* Those with mail, most first; then those without. */
static void take_rows(struct standing *standing, const struct ranking *ranking, size_t most) {
    standing->rows = memory_resize(NULL, most + 1, sizeof *standing->rows);
    for (size_t order = 0; order < ranking->order_count && standing->count < most; order++) {
        size_t count, first = ranking->orders[0].number;
        struct ranked *top = ranking_top(ranking, order, order ? RANKING_NAMES : most, &count);
        for (size_t i = 0; i < count && standing->count < most; i++)
            if (!order || !top[i].numbers[first])
                standing->rows[standing->count++] = top[i];
        free(top);
    }
    standing->names = ranking->counts.count;
    standing->numbers = ranking->counts.numbers;
    ranking_totals(ranking, standing->totals);
}

static int compare_networks(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    for (int i = CORRESPONDENT_MAIL; i <= CORRESPONDENT_SEEN; i++)
        if (a->numbers[i] != b->numbers[i])
            return a->numbers[i] > b->numbers[i] ? -1 : 1;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static void take_networks(struct standing *standing, const struct counts *networks, size_t most) {
    standing->rows = memory_resize(NULL, networks->count + 1, sizeof *standing->rows);
    standing->numbers = CORRESPONDENT_NUMBERS;
    for (size_t place = 0; place < networks->places; place++) {
        struct ranked *row = &standing->rows[standing->count];
        if (!counts_at(networks, place, NULL, row->numbers))
            continue;
        row->hash = row->numbers[CORRESPONDENT_NETWORK];
        row->name = (struct slice){0};
        counts_add_up(networks, standing->totals, row->numbers);
        standing->count++;
    }
    standing->names = standing->count;
    qsort(standing->rows, standing->count, sizeof *standing->rows, compare_networks);
    standing->count = standing->count < most ? standing->count : most;
    for (size_t i = 0; i < standing->count; i++) {
        char room[NETWORK_ROOM];
        if (standing->rows[i].hash)
            standing->rows[i].name =
                arena_copy(&standing->page->arena, network_shown(standing->rows[i].hash, room));
    }
}

/* For people: the deliveries, and how long they took. */
static void add_delay_row(const struct standing *standing, const struct ranked *ranked) {
    const uint64_t *numbers = ranked->numbers;
    struct page *page = standing->page;
    struct cell *row = cell_record(page, page->last->cell, NULL, NULL);
    cell_text(page, row, NULL, page_word(page, standing->list->name_title),
              shown_name(standing, ranked->name));
    cell_count(page, row, NULL, page_word(page, WORD_DELIVERED),
               counts_not_below_zero(numbers[DESTINATION_DELIVERED]), NULL);
    for (const struct list_column *column = standing->list->columns; column->key; column++)
        if (is_of_delays(column) && weight_of(column, standing->totals))
            add_figure(standing, row, column, page_word(page, column->title), numbers,
                       &ranked->hash);
}

static void add_delays(const struct standing *standing) {
    struct page *page = standing->page;
    page_section(page, NULL, page_word(page, standing->list->delays_title), LOOK_TABLE, CELL_LIST);
    for (size_t i = 0; i < standing->count; i++)
        if (counts_not_below_zero(standing->rows[i].numbers[DESTINATION_DELIVERED]))
            add_delay_row(standing, &standing->rows[i]);
}

static void add_list(const struct standing *standing) {
    const struct list *list = standing->list;
    struct page *page = standing->page;
    const char *name = page->part = part_name(list->part);
    struct section *section =
        page_section(page, name, page_word(page, list->title), LOOK_TABLE, CELL_LIST);
    for (size_t i = 0; i < standing->count; i++) {
        const struct ranked *ranked = &standing->rows[i];
        struct cell *row = add_row(standing, ranked->name, shown_name(standing, ranked->name));
        add_figures(standing, row, ranked->numbers, &ranked->hash);
        add_rows(standing, row, ranked->name);
    }
    if (standing->count < standing->names)
        add_others(standing, standing->count);
    bool is_asked = standing->only & PART_BIT(list->part);
    if (standing->names < FEW_NAMES && !is_asked) {
        section->look = LOOK_HIDDEN;
        return;
    }
    if (page->for_machines) /* which see up to a thousand rows of each table */
        return;
    add_rows_line(standing);
    if (standing->totals[DESTINATION_TIMED] && (list->has_delays || is_asked) &&
        list->delays_title != WORD_COUNT)
        add_delays(standing);
}

void top_lists_expect(struct tally *tally, unsigned top) {
    correspondents_expect_shown(tally, top);
    destinations_expect_shown(tally, top);
}

void top_lists(const struct digging *digging, const struct tally *tally, unsigned top,
               uint64_t only, bool is_past) {
    struct page *page = digging->page;
    const char *part = page->part;
    size_t most = top && top < RANKING_NAMES ? top : RANKING_NAMES;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct standing standing = {.digging = digging,
                                    .page = page,
                                    .tally = tally,
                                    .list = &lists[i],
                                    .only = only,
                                    .is_past = is_past};
        struct counts networks = {0};
        if (lists[i].ranking) {
            take_rows(&standing, lists[i].ranking(tally, lists[i].table), most);
        } else {
            correspondent_networks(tally, &networks);
            take_networks(&standing, &networks, most);
        }
        add_list(&standing);
        free(standing.rows);
        counts_release(&networks);
    }
    page->part = part;
}
