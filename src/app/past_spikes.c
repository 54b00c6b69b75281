/* Why: the logs of last month are gone, and the spike in it is not.
 *
 * How: a row of the reasons knows the code, the direction and the MTA of its failures, and by host
 * the host; one of the failures one name. Such rows are given as failures that have those values
 * alone: the former count, the latter are parts of them (drivers.h).
 */
#include "app/past_spikes.h"

#include "app/recall.h"
#include "tally/destinations.h"
#include "tally/hour_lists.h"
#include "tally/named.h"

/* ---- series ---- */

struct filling {
    struct series_book *book;
    bool is_any;
};

static void fill(void *context, const struct hourly_cell *cell) {
    struct filling *filling = context;
    filling->is_any = true;
    series_book_put(filling->book, cell);
}

bool past_spikes_read(struct store *store, const struct store_span *span, struct series_book *book,
                      bool *is_empty_r, struct problem *problem) {
    struct store_span by_hour = {.since = span->since, .until = span->until, .by_hour = true};
    struct filling filling = {book, false};
    bool good = store_each_cell(store, HOURLY_TOTALS, &by_hour, fill, &filling, problem) &&
                store_each_cell(store, HOURLY_REASONS, &by_hour, fill, &filling, problem) &&
                store_each_cell(store, HOURLY_DELAYS, &by_hour, fill, &filling, problem);
    *is_empty_r = !filling.is_any;
    return good;
}

/* ---- names ---- */

struct giving {
    struct drivers *drivers;
    struct masker *masker;
    void (*give)(struct drivers *drivers, const struct failure *failure);
    int64_t begin, end; /* hours between them are passed over */
};

/* The text of a key, by its name in hourly.def; empty: the table has no such key. */
static struct slice key_of(const struct hourly_cell *cell, const char *name) {
    struct slice rest = slice_of(hourly_shape(cell->table)->keys), word;
    for (size_t i = 0; rest.length; i++) {
        slice_cut(&rest, ' ', &word);
        if (slice_is(word, name))
            return cell->keys[i];
    }
    return (struct slice){0};
}

static struct failure failure_of_cell(const struct hourly_cell *cell, enum failure_row row) {
    struct failure failure = {.seconds = cell->hour * HOUR,
                              .row = row,
                              .class_name = key_of(cell, "class"),
                              .count = cell->numbers[0] > 0 ? (uint64_t)cell->numbers[0] : 0};
    event_read(key_of(cell, "event"), &failure.event);
    return failure;
}

static bool is_passed_over(const struct giving *giving, const struct hourly_cell *cell) {
    int64_t begin = cell->hour * HOUR;
    return begin < giving->end && begin + HOUR > giving->begin;
}

static void give_reason(void *context, const struct hourly_cell *cell) {
    const struct giving *giving = context;
    struct failure failure = failure_of_cell(cell, FAILURE_SUM);
    char codes[80];
    struct slice code = key_of(cell, "code"), enhanced = key_of(cell, "enhanced");
    struct slice implied = key_of(cell, "implied");
    int length = snprintf(codes, sizeof codes, "%.*s%s%.*s%s%.*s", SLICE_ARGS(code),
                          code.length && enhanced.length ? " " : "", SLICE_ARGS(enhanced),
                          implied.length ? " " : "", SLICE_ARGS(implied));
    failure.values[DRIVER_CODE] = code;
    failure.values[DRIVER_CODES] =
        slice_head((struct slice){codes, (size_t)length}, sizeof codes - 1);
    failure.values[DRIVER_MTA] = key_of(cell, "mta");
    failure.values[DRIVER_WAY] = key_of(cell, "direction");
    failure.values[DRIVER_HOST] =
        giving->masker ? masker_host(giving->masker, cell->host) : cell->host;
    if (failure.count && !is_passed_over(giving, cell))
        giving->give(giving->drivers, &failure);
    if (giving->masker)
        masker_clear(giving->masker);
}

/* A host is kept as "mx.example.net [198.51.100.5]". */
static void set_name(const struct hourly_cell *cell, struct failure *failure) {
    static const struct {
        const char *kept;
        enum driver_dimension dimension;
    } names[] = {{"recipient_domain", DRIVER_RECIPIENT_DOMAIN},
                 {"sender_domain", DRIVER_SENDER_DOMAIN},
                 {"user", DRIVER_USER}};
    struct slice kind = key_of(cell, "dimension"), value = key_of(cell, "value");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_is(kind, names[i].kept))
            failure->values[names[i].dimension] = value;
    if (slice_is(kind, "relay") || slice_is(kind, "client"))
        named_parts(value, &failure->values[DRIVER_PEER_HOST], &failure->values[DRIVER_PEER_IP]);
}

static void mask_names(struct masker *masker, struct slice values[DRIVER_DIMENSIONS]) {
    static struct slice (*const masks[DRIVER_DIMENSIONS])(struct masker * masker,
                                                          struct slice text) = {
        [DRIVER_RECIPIENT_DOMAIN] = masker_host,
        [DRIVER_SENDER_DOMAIN] = masker_host,
        [DRIVER_USER] = masker_user,
        [DRIVER_PEER_HOST] = masker_host,
        [DRIVER_PEER_IP] = masker_ip,
    };
    for (size_t i = 0; i < DRIVER_DIMENSIONS; i++)
        if (masks[i] && values[i].length && !slice_is(values[i], "<>"))
            values[i] = masks[i](masker, values[i]);
}

static void give_name(void *context, const struct hourly_cell *cell) {
    const struct giving *giving = context;
    struct failure failure = failure_of_cell(cell, FAILURE_PART);
    if (!failure.count || is_passed_over(giving, cell) ||
        slice_is(key_of(cell, "value"), HOURLY_OTHER))
        return;
    set_name(cell, &failure);
    if (giving->masker)
        mask_names(giving->masker, failure.values);
    giving->give(giving->drivers, &failure);
    if (giving->masker)
        masker_clear(giving->masker);
}

/* ---- what was delivered ---- */

struct noting {
    struct common *common;
    struct masker *masker;
};

static void note_host(void *context, const struct hourly_cell *cell) {
    const struct noting *noting = context;
    struct slice host = noting->masker ? masker_host(noting->masker, cell->host) : cell->host;
    common_note_host(noting->common, host);
    if (slice_is(key_of(cell, "name"), "delivered") && cell->numbers[0] > 0)
        common_note(noting->common, DRIVER_HOST, DIRECTION_NONE, host, (uint64_t)cell->numbers[0]);
    if (noting->masker)
        masker_clear(noting->masker);
}

/* Of who sends and hands in, the messages received are known. What all the others have together is
 * a name of its own, and so is what goes to this host itself. */
static void note_name(void *context, const struct hourly_cell *cell) {
    static const struct {
        enum hour_list list;
        enum list_number number;
        enum driver_dimension by; /* of a server or client, its name */
        enum direction way;
    } rows[] = {
        {LIST_RECIPIENT_DOMAINS, LIST_DELIVERED, DRIVER_RECIPIENT_DOMAIN, DIRECTION_NONE},
        {LIST_SENDER_DOMAINS, LIST_MAIL, DRIVER_SENDER_DOMAIN, DIRECTION_NONE},
        {LIST_RELAYS, LIST_DELIVERED, DRIVER_PEER_HOST, DIRECTION_OUT},
        {LIST_CLIENTS, LIST_MAIL, DRIVER_PEER_HOST, DIRECTION_IN},
    };
    const struct noting *noting = context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice values[DRIVER_DIMENSIONS] = {{0}}, name = key_of(cell, "name");
        int64_t count = cell->numbers[rows[i].number];
        if (!slice_is(key_of(cell, "list"), hour_list_names[rows[i].list]) || count <= 0 ||
            slice_is(name, DESTINATION_LOCAL))
            continue;
        values[rows[i].by] = name;
        if (rows[i].by == DRIVER_PEER_HOST)
            named_parts(name, &values[DRIVER_PEER_HOST], &values[DRIVER_PEER_IP]);
        if (noting->masker && !slice_is(name, HOURLY_OTHER))
            mask_names(noting->masker, values);
        for (enum driver_dimension by = 0; by < DRIVER_SHOWN; by++)
            if (values[by].length)
                common_note(noting->common, by, rows[i].way, values[by], (uint64_t)count);
    }
    if (noting->masker)
        masker_clear(noting->masker);
}

bool past_spikes_common(struct store *store, struct masker *masker, struct common *common,
                        struct problem *problem) {
    const struct store_span hosts = {.since = INT64_MIN, .until = INT64_MAX, .by_host = true},
                            all = {.since = INT64_MIN, .until = INT64_MAX};
    struct noting noting = {common, masker};
    return store_each_cell(store, HOURLY_TOTALS, &hosts, note_host, &noting, problem) &&
           store_each_cell(store, HOURLY_LISTS, &all, note_name, &noting, problem);
}

static bool give_all(struct store *store, struct giving *giving, struct problem *problem) {
    const struct store_span hosts = {.since = INT64_MIN,
                                     .until = INT64_MAX,
                                     .by_hour = true,
                                     .by_host = true},
                            names = {.since = INT64_MIN, .until = INT64_MAX, .by_hour = true};
    return store_each_cell(store, HOURLY_REASONS, &hosts, give_reason, giving, problem) &&
           store_each_cell(store, HOURLY_FAILURES, &names, give_name, giving, problem);
}

static void give_wording(void *context, const struct hourly_template *text) {
    const struct giving *giving = context;
    struct masker *masker = giving->masker;
    struct failure failure = {.seconds = text->first,
                              .class_name = text->class_name,
                              .count = text->count,
                              .source = text->source,
                              .line = text->line,
                              .reply = text->reply};
    event_read(text->event, &failure.event);
    if (masker) {
        failure.reply = masker_text(masker, text->reply, text->host);
        failure.source = masker_path(masker, text->source);
    }
    drivers_offer(giving->drivers, &failure, text->last);
    if (masker)
        masker_clear(masker);
}

bool past_spikes_drivers(struct store *store, struct masker *masker, struct drivers *drivers,
                         struct problem *problem) {
    struct giving giving = {.drivers = drivers, .masker = masker, .give = drivers_look};
    if (!give_all(store, &giving, problem))
        return false;
    drivers_settle(drivers);
    giving.give = drivers_count;
    const struct store_span all = {.since = INT64_MIN, .until = INT64_MAX};
    return give_all(store, &giving, problem) &&
           store_each_template(store, &all, give_wording, &giving, problem);
}

bool past_spikes_others(struct store *store, struct masker *masker, struct drivers *drivers,
                        int64_t begin, int64_t end, struct problem *problem) {
    struct giving giving = {
        .drivers = drivers, .masker = masker, .give = drivers_count, .begin = begin, .end = end};
    return give_all(store, &giving, problem);
}
