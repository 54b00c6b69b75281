/* recall - reads each table of history in the order in which past.h wants them. */
#include "app/recall.h"

#include "app/remembering.h"
#include "base/moment.h"
#include "tally/named.h"
#include "tally/past.h"

struct recalling {
    struct past past;
    struct masker *masker;
    const struct store_span *span;
    int64_t first, last; /* hours that hold anything */
    bool has_failures, tells_texts;
};

bool recall_is_full(struct store *store, const struct options *options) {
    enum { USUAL_SIZE = 1024 };
    uint64_t size = options->history_size ? options->history_size : USUAL_SIZE;
    return store_is_file(store) && store_bytes(store) >= size << 20;
}

bool recall_is_asked(const struct options *options) {
    return options->history && !options->resume && !options->journal && !options->operand_count;
}

struct store_span recall_hours(int64_t since, int64_t until) {
    struct store_span span = {.since = INT64_MIN, .until = INT64_MAX};
    if (since != MOMENT_NONE)
        span.since = hour_of(since);
    if (until != MOMENT_NONE)
        span.until = hour_of(until - 1) + 1;
    return span;
}

/* ---- masks */

static struct slice mask_peer(struct masker *masker, struct slice name, char room[RANKING_NAME]) {
    struct slice host, ip;
    named_parts(name, &host, &ip);
    return named_host(host.length ? masker_host(masker, host) : host,
                      ip.length ? masker_ip(masker, ip) : ip, room);
}

/* Names of our own, which are nobody's. */
static bool is_bare(struct slice name) {
    return !name.length || name.at[0] == '(' || slice_is(name, "<>");
}

static struct slice mask_user_or_ip(struct masker *masker, struct slice name) {
    struct slice host, ip;
    named_parts(name, &host, &ip);
    return ip.length ? masker_ip(masker, ip) : masker_user(masker, name);
}

static struct slice mask_text(struct masker *masker, struct slice text) {
    return slice_is(text, HOURLY_OTHER) ? text : masker_text(masker, text, (struct slice){0});
}

/* By the words of the dimensions and lists of history. */
static struct slice mask_name(struct masker *masker, struct slice kind, struct slice name,
                              char room[RANKING_NAME]) {
    if (slice_is(kind, hourly_texts))
        return mask_text(masker, name);
    if (is_bare(name) || slice_is(kind, "blocklist"))
        return name;
    if (slice_is(kind, "senders") || slice_is(kind, "recipients") ||
        slice_is(kind, hourly_affected[DIRECTION_LOCAL]))
        return masker_address(masker, name);
    if (slice_is(kind, hourly_affected[DIRECTION_IN]))
        return mask_user_or_ip(masker, name);
    if (slice_is(kind, "user"))
        return masker_user(masker, name);
    if (slice_is(kind, "relay") || slice_is(kind, "relays") || slice_is(kind, "client") ||
        slice_is(kind, "clients"))
        return mask_peer(masker, name, room);
    return masker_host(masker, name);
}

static void give_cell(struct recalling *recalling,
                      void (*take)(struct past *past, const struct hourly_cell *cell),
                      const struct hourly_cell *cell) {
    const struct hourly_shape *shape = hourly_shape(cell->table);
    char room[RANKING_NAME];
    struct hourly_cell masked = *cell;
    if (recalling->masker && shape->keeping & HOURLY_CUT) {
        struct slice *name = &masked.keys[shape->key_count - 1];
        *name = mask_name(recalling->masker, cell->keys[0], *name, room);
    }
    take(&recalling->past, &masked);
    if (recalling->masker)
        masker_clear(recalling->masker);
}

static void take_cell(void *context, const struct hourly_cell *cell) {
    struct recalling *recalling = context;
    if (cell->table == HOURLY_TOTALS) {
        recalling->first = cell->hour < recalling->first ? cell->hour : recalling->first;
        recalling->last = cell->hour > recalling->last ? cell->hour : recalling->last;
    }
    give_cell(recalling, past_cell, cell);
}

static void take_affected_domain(void *context, const struct hourly_cell *cell) {
    give_cell(context, past_affected_domain, cell);
}

static void take_template(void *context, const struct hourly_template *text) {
    struct recalling *recalling = context;
    struct hourly_template masked = *text;
    if (recalling->masker) {
        masked.reply = masker_text(recalling->masker, text->reply, text->host);
        masked.text = masker_text(recalling->masker, text->text, text->host);
        masked.source = masker_path(recalling->masker, text->source);
        masked.host = masker_host(recalling->masker, text->host);
    }
    past_template(recalling->past.tally, &masked, recalling->span->since, recalling->span->until);
    if (recalling->masker)
        masker_clear(recalling->masker);
}

/* Who came out of waiting in the span had come into it before. */
static void leave_none_below_zero(struct tally *tally) {
    uint64_t numbers[sizeof(struct totals) / sizeof(uint64_t)];
    memcpy(numbers, tally_totals_to_fill(tally), sizeof numbers);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        numbers[i] = (int64_t)numbers[i] < 0 ? 0 : numbers[i];
    memcpy(tally_totals_to_fill(tally), numbers, sizeof numbers);
}

static void find_hours(void *context, const struct store_origin *origin) {
    struct kept_hours *kept = context;
    kept->first = origin->first_hour < kept->first ? origin->first_hour : kept->first;
    kept->last = origin->last_hour > kept->last ? origin->last_hour : kept->last;
}

bool recall_kept(struct store *store, struct kept_hours *kept_r, struct problem *problem) {
    *kept_r = (struct kept_hours){INT64_MAX, INT64_MIN};
    return store_each_origin(store, find_hours, kept_r, problem);
}

/* A history that was merged knows the hour alone: it was at its end, or before. */
static bool find_heard(struct store *store, int64_t *heard_r, struct problem *problem) {
    struct kept_hours kept;
    if (!remembering_heard(store, heard_r, problem))
        return false;
    if (*heard_r != MOMENT_NONE)
        return true;
    bool good = recall_kept(store, &kept, problem);
    *heard_r = good && kept.first <= kept.last ? (kept.last + 1) * HOUR : MOMENT_NONE;
    return good;
}

static void find_last_end(void *context, const struct store_origin *origin,
                          const struct store_run *run) {
    int64_t *ended = context;
    (void)origin;
    *ended = run->ended > *ended ? run->ended : *ended;
}

/* From the first hour that is kept, in front of which hours were let go or never read, to the end
 * of the last run: where nothing is kept there, nothing happened. */
bool recall_covers(struct store *store, const struct store_span *span,
                   const struct kept_hours *kept, bool *covers_r, struct problem *problem) {
    int64_t ended = INT64_MIN;
    if (!store_each_run(store, find_last_end, &ended, problem))
        return false;
    int64_t last = ended != INT64_MIN && hour_of(ended) > kept->last ? hour_of(ended) : kept->last;
    *covers_r = kept->first <= kept->last && span->since <= last && span->until > kept->first;
    return true;
}

bool recall_tally(struct store *store, const struct store_span *asked, struct masker *masker,
                  struct tally *tally, struct recalled *recalled_r, struct problem *problem) {
    struct store_span span = {.since = asked->since, .until = asked->until};
    struct recalling recalling = {.past.tally = tally,
                                  .masker = masker,
                                  .span = &span,
                                  .first = INT64_MAX,
                                  .last = INT64_MIN};
    for (int table = 0; table < HOURLY_TABLES; table++) {
        span.by_hour = table == HOURLY_TOTALS;
        if (!store_each_cell(store, (enum hourly_table)table, &span, take_cell, &recalling,
                             problem))
            return false;
    }
    if (!recalling.past.tells_affected &&
        !store_each_cell(store, HOURLY_FAILURES, &span, take_affected_domain, &recalling, problem))
        return false;
    past_end(&recalling.past);
    if (!store_each_template(store, &span, take_template, &recalling, problem))
        return false;
    leave_none_below_zero(tally);
    *recalled_r = (struct recalled){.is_empty = recalling.first > recalling.last};
    if (!find_heard(store, &recalled_r->heard, problem))
        return false;
    if (recalled_r->is_empty)
        return true;
    recalled_r->since = (span.since == INT64_MIN ? recalling.first : span.since) * HOUR;
    recalled_r->until = (span.until == INT64_MAX ? recalling.last + 1 : span.until) * HOUR;
    return true;
}

static void take_plain(void *context, const struct hourly_cell *cell) {
    past_cell(context, cell);
}

bool recall_table(struct store *store, enum hourly_table table, const struct store_span *asked,
                  struct tally *tally, struct problem *problem) {
    const struct store_span span = {
        .since = asked->since, .until = asked->until, .by_hour = table == HOURLY_TOTALS};
    struct past past = {.tally = tally};
    return store_each_cell(store, table, &span, take_plain, &past, problem);
}

/* ---- wordings ---- */

static void take_text(void *context, const struct hourly_cell *cell) {
    struct recalling *recalling = context;
    struct hourly_cell masked = *cell;
    recalling->has_failures = true;
    if (!slice_is(cell->keys[0], hourly_texts))
        return;
    recalling->tells_texts = true;
    if (recalling->masker)
        masked.keys[3] = mask_text(recalling->masker, cell->keys[3]);
    past_text(recalling->past.tally, &masked);
    if (recalling->masker)
        masker_clear(recalling->masker);
}

bool recall_texts(struct store *store, const struct store_span *asked, struct masker *masker,
                  struct tally *tally, bool *tells_r, struct problem *problem) {
    const struct store_span span = {.since = asked->since, .until = asked->until};
    struct recalling recalling = {.past.tally = tally, .masker = masker};
    tally_keep_templates(tally);
    bool good = store_each_cell(store, HOURLY_FAILURES, &span, take_text, &recalling, problem);
    *tells_r = recalling.tells_texts || !recalling.has_failures;
    return good;
}
