/* Why: the first question of every morning is what is different from yesterday.
 *
 * How: each name of each table is a pair of numbers, one a tally, and all pairs are judged together
 * (tally/differ.h). Tallies keep the names of those on top only, but the numbers of all: a name
 * that one of them knows is found in the other by its hash, so "new" is never a name that was only
 * lower in the list before. A name with two numbers, its mail and what failed of it, is told once,
 * by the one that says more.
 */
#include "report/changes.h"

#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "tally/accounts.h"
#include "tally/correspondents.h"
#include "tally/destinations.h"
#include "tally/incidents.h"
#include "tally/templates.h"

enum time { BEFORE, NOW, TIMES, EVER, WEEK /* and those behind it */ };

/* While they are gathered. */
struct gathering {
    bool of_history;
    struct changed *rows;
    size_t count, capacity;
    struct map places; /* table, unit, name -> size_t, a place in rows */
};

enum { KEY_LENGTH = 512 };

/* All names of history that are not told apart. */
static const struct slice others = SLICE_INIT("(other)");

/* A key of parts, each with a NUL behind it; what is too long for it is cut. */
static struct slice key_of(char key[KEY_LENGTH], const struct slice *parts, size_t count) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice part = slice_head(parts[i], KEY_LENGTH - 1 - used);
        if (part.length)
            memcpy(key + used, part.at, part.length);
        used += part.length;
        if (used < KEY_LENGTH - 1)
            key[used++] = '\0';
    }
    return (struct slice){key, used};
}

/* The row of what `like` names; it stays in its place only until the next is asked for. */
static struct changed *row_of(struct gathering *gathering, const struct changed *like) {
    char room[KEY_LENGTH], table = (char)('0' + like->table);
    const struct slice parts[] = {
        {&table, 1}, slice_of(like->unit), like->strangers ? SLICE("s") : SLICE(""),
        like->event, like->direction,      like->name};
    bool is_new;
    size_t *place =
        map_put(&gathering->places, key_of(room, parts, sizeof parts / sizeof *parts), &is_new);
    if (is_new) {
        gathering->rows = memory_grow(gathering->rows, &gathering->capacity, gathering->count + 1,
                                      sizeof *gathering->rows);
        *place = gathering->count;
        gathering->rows[gathering->count++] = *like;
    }
    return &gathering->rows[*place];
}

static void put(struct gathering *gathering, const struct changed *like, enum time time,
                uint64_t number) {
    struct changed *row = row_of(gathering, like);
    if (time >= WEEK)
        row->weeks[time - WEEK] += number;
    else if (time < TIMES)
        *(time == NOW ? &row->now : &row->before) += number;
    *(time == NOW ? &row->is_known : &row->was_known) |= number || like->table == CHANGED_USERS;
}

/* ---- totals, reasons, templates, users */

static void put_totals(struct gathering *gathering, const struct tally *tally, enum time time) {
    const struct totals totals = tally_totals(tally);
    const struct {
        const char *name, *unit;
        uint64_t number;
    } rows[] = {{"received", "messages", totals.messages_received},
                {"delivered", "recipients", totals.delivered},
                {"bounced", "recipients", totals.bounced},
                {"expired", "recipients", totals.expired},
                {"discarded", "recipients", totals.discarded},
                {"deferred", "attempts", totals.deferrals},
                {"rejected", "rejections", totals.rejections},
                {"auth_failed", "logins", totals.auth_failed},
                {"tls_failed", "sessions", totals.tls_failed},
                {"connection_lost", "sessions", totals.connection_lost},
                {"timeout", "sessions", totals.timeout}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put(gathering,
            &(struct changed){
                .table = CHANGED_TOTALS, .unit = rows[i].unit, .name = slice_of(rows[i].name)},
            time, counts_not_below_zero(rows[i].number));
}

struct putting {
    struct gathering *gathering;
    enum time time;
};

static void put_reason(void *context, const struct tally_reason *reason) {
    const struct putting *putting = context;
    put(putting->gathering,
        &(struct changed){.table = CHANGED_REASONS,
                          .unit = "",
                          .name = reason->class_name,
                          .event = reason->event,
                          .direction = reason->direction,
                          .strangers = reason->strangers},
        putting->time, reason->count);
}

/* By the text alone: a text that another reason has now is no new text. */
static void put_template(void *context, const struct template_count *count) {
    const struct putting *putting = context;
    put(putting->gathering,
        &(struct changed){.table = CHANGED_TEMPLATES, .unit = "findings", .name = count->text},
        putting->time, count->count);
}

/* Accounts are gone as soon as they are read, their names stay with the tally. */
static void put_users(struct gathering *gathering, const struct tally *tally, enum time time) {
    struct accounts accounts;
    accounts_read(tally, &accounts);
    for (size_t i = 0; i < accounts.count; i++) {
        const struct account *account = &accounts.items[i];
        struct changed like = {.table = CHANGED_USERS, .unit = "messages", .name = account->name};
        put(gathering, &like, time, counts_not_below_zero(account->messages));
        like.unit = "failed_logins";
        like.is_beside = true;
        put(gathering, &like, time, account->failures);
    }
    accounts_release(&accounts);
}

/* Of history, which knows no accounts: names that somebody failed to log in under. */
static void put_login_users(struct gathering *gathering, const struct tally *tally,
                            enum time time) {
    struct incidents incidents;
    incidents_read(tally, THEME_LOGIN_USERS, &incidents);
    for (size_t i = 0; i < incidents.owner_count; i++) {
        const struct incident_owner *owner = &incidents.owners[i];
        if (owner->name.length && !slice_equal(owner->name, others))
            put(gathering,
                &(struct changed){
                    .table = CHANGED_USERS, .unit = "failed_logins", .name = owner->name},
                time, owner->count);
    }
    incidents_release(&incidents);
}

static void put_reasons(struct gathering *gathering, const struct tally *tally, enum time time) {
    tally_each_reason(tally, put_reason, &(struct putting){gathering, time});
}

static void put_templates(struct gathering *gathering, const struct tally *tally, enum time time) {
    if (tally_templates(tally))
        templates_each(tally_templates(tally), put_template, &(struct putting){gathering, time});
}

static void put_tally(struct gathering *gathering, const struct tally *tally, enum time time) {
    put_totals(gathering, tally, time);
    put_reasons(gathering, tally, time);
    put_users(gathering, tally, time);
}

/* Totals and reasons week by week; of wordings only whether they came. */
static void put_history(struct gathering *gathering, const struct tally *now,
                        const struct compared *compared) {
    const struct usual *usual = compared->usual;
    for (size_t i = 0; i < usual->week_count; i++) {
        put_totals(gathering, usual->weeks[i], WEEK + (enum time)i);
        put_reasons(gathering, usual->weeks[i], WEEK + (enum time)i);
    }
    put_reasons(gathering, usual->ever, EVER);
    put_templates(gathering, usual->ever, EVER);
    put_totals(gathering, now, NOW);
    put_reasons(gathering, now, NOW);
    put_templates(gathering, now, NOW);
    put_login_users(gathering, compared->before, BEFORE);
    put_login_users(gathering, now, NOW);
}

/* ---- names of rankings */

static uint64_t tries_of(const uint64_t *numbers) {
    return numbers[DESTINATION_SEEN];
}

static uint64_t failures_of(const uint64_t *numbers) {
    return numbers[DESTINATION_BOUNCED] + numbers[DESTINATION_EXPIRED] +
           numbers[DESTINATION_DEFERRED] + numbers[DESTINATION_FAILED];
}

static uint64_t mail_of(const uint64_t *numbers) {
    return numbers[CORRESPONDENT_MAIL];
}

static uint64_t refused_of(const uint64_t *numbers) {
    return numbers[CORRESPONDENT_REFUSED];
}

/* A table of names with two numbers each; of equally telling ones the first is told. */
static const struct named_table {
    enum changed_table table;
    bool is_of_destinations;
    unsigned ranking;
    struct {
        const char *unit;
        uint64_t (*number)(const uint64_t *numbers);
    } measures[2];
} named_tables[] = {
    {CHANGED_RELAYS, true, DESTINATION_RELAY, {{"failures", failures_of}, {"tries", tries_of}}},
    {CHANGED_RECIPIENT_DOMAINS,
     true,
     DESTINATION_DOMAIN,
     {{"failures", failures_of}, {"recipients", tries_of}}},
    {CHANGED_SENDER_DOMAINS,
     false,
     CORRESPONDENT_SENDER_DOMAIN,
     {{"refused", refused_of}, {"messages", mail_of}}},
    {CHANGED_CLIENTS,
     false,
     CORRESPONDENT_CLIENT,
     {{"refused", refused_of}, {"messages", mail_of}}},
};

static const struct ranking *ranking_of(const struct tally *tally,
                                        const struct named_table *table) {
    return table->is_of_destinations
               ? destinations(tally, (enum destination_table)table->ranking)
               : correspondents(tally, (enum correspondent_table)table->ranking);
}

/* What history does not have by name may be among those that it counts together. */
static uint64_t hidden_in(const struct ranking *ranking, const struct named_table *table,
                          size_t measure) {
    uint64_t numbers[COUNTS_MOST] = {0};
    counts_get(&ranking->counts, ranking_hash(others), numbers);
    return counts_not_below_zero(table->measures[measure].number(numbers));
}

/* Both sides of a name at once, unless that was done when the other side named it. */
static void put_name(struct gathering *gathering, const struct named_table *table,
                     const struct ranking *rankings[TIMES], const struct ranked *ranked) {
    for (size_t i = 0; i < 2; i++) {
        struct changed like = {.table = table->table,
                               .unit = table->measures[i].unit,
                               .name = ranked->name,
                               .is_beside = i == 0};
        size_t known = gathering->count;
        struct changed *row = row_of(gathering, &like);
        if (gathering->count == known)
            continue;
        for (size_t time = 0; time < TIMES; time++) {
            uint64_t numbers[COUNTS_MOST] = {0};
            *(time == NOW ? &row->is_known : &row->was_known) =
                counts_get(&rankings[time]->counts, ranked->hash, numbers);
            *(time == NOW ? &row->now : &row->before) =
                counts_not_below_zero(table->measures[i].number(numbers));
        }
        if (!row->was_known && gathering->of_history)
            row->hidden = hidden_in(rankings[BEFORE], table, i);
    }
}

static void put_names(struct gathering *gathering, const struct named_table *table,
                      const struct tally *before, const struct tally *now) {
    const struct ranking *rankings[TIMES] = {ranking_of(before, table), ranking_of(now, table)};
    for (size_t time = 0; time < TIMES; time++)
        for (size_t order = 0; order < rankings[time]->order_count; order++) {
            size_t count;
            struct ranked *top = ranking_top(rankings[time], order, RANKING_NAMES, &count);
            for (size_t i = 0; i < count; i++)
                if (top[i].name.length && !slice_equal(top[i].name, others))
                    put_name(gathering, table, rankings, &top[i]);
            free(top);
        }
}

/* ---- judging */

static enum change change_of(const struct changed *row) {
    if (row->score > 0)
        return row->was_known ? CHANGE_GREW : CHANGE_NEW;
    return row->is_known ? CHANGE_SHRANK : CHANGE_GONE;
}

static int compare_numbers(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static uint64_t median_of(const uint64_t *numbers, size_t count) {
    uint64_t sorted[USUAL_WEEKS];
    memcpy(sorted, numbers, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    return count % 2 ? sorted[count / 2]
                     : sorted[count / 2 - 1] + (sorted[count / 2] - sorted[count / 2 - 1]) / 2;
}

/* By median and median deviation, so that one bad week neither is the rule nor hides the next. */
static bool is_usual(const struct changed *row, size_t weeks) {
    static const double usual_range = 3 * 1.4826; /* so many deviations: 3 of the normal curve */
    uint64_t expected = differ_expected(row->before, row->spans), apart[USUAL_WEEKS];
    for (size_t i = 0; i < weeks; i++)
        apart[i] =
            row->weeks[i] > row->before ? row->weeks[i] - row->before : row->before - row->weeks[i];
    double off = (double)(row->now > expected ? row->now - expected : expected - row->now);
    return off <= usual_range * (double)median_of(apart, weeks);
}

static bool is_by_week(const struct changed *row, const struct compared *compared) {
    return compared->usual && compared->usual->week_count && row->table <= CHANGED_REASONS;
}

/* What was never seen in a long history is told, be it once; and reasons by another name are not
 * told as new or gone. */
static enum change change_in_history(const struct changed *row, const struct usual *usual,
                                     enum change change) {
    bool may_be_new = row->table == CHANGED_TEMPLATES || row->table == CHANGED_REASONS;
    if (row->table == CHANGED_TEMPLATES && row->was_known)
        return CHANGE_NONE;
    if (may_be_new && !row->was_known && row->now)
        change = usual->learning_until == MOMENT_NONE ? CHANGE_NEW : CHANGE_NONE;
    return row->is_unsure ? CHANGE_NONE : change;
}

static void judge_row(struct changed *row, const struct differ_pair *pair,
                      const struct compared *compared) {
    bool stays = is_by_week(row, compared) && is_usual(row, compared->usual->week_count);
    row->score = pair->score;
    row->is_unsure = row->table == CHANGED_REASONS && compared->usual &&
                     compared->usual->rules_changed && !(row->was_known && row->is_known);
    bool is_explained = (row->hidden && row->score < 0) || (row->hidden_now && row->score > 0);
    row->change = pair->is_told && !stays && !is_explained ? change_of(row) : CHANGE_NONE;
    if (compared->usual)
        row->change = change_in_history(row, compared->usual, row->change);
}

static void judge(struct gathering *gathering, const struct compared *compared) {
    struct differ_pair *pairs = memory_resize(NULL, gathering->count + 1, sizeof *pairs);
    for (size_t i = 0; i < gathering->count; i++) {
        struct changed *row = &gathering->rows[i];
        bool by_week = is_by_week(row, compared);
        row->spans = by_week ? compared->usual->week_spans : compared->spans;
        if (by_week)
            row->before = median_of(row->weeks, compared->usual->week_count);
        pairs[i] = (struct differ_pair){.before = row->before + row->hidden,
                                        .now = row->now + row->hidden_now,
                                        .spans = row->spans};
    }
    differ_mark(pairs, gathering->count);
    for (size_t i = 0; i < gathering->count; i++)
        judge_row(&gathering->rows[i], &pairs[i], compared);
    free(pairs);
}

/* By table, what is told first, the most telling of it first, then by name. */
static int compare_rows(const void *left, const void *right) {
    const struct changed *a = left, *b = right;
    double a_score = fabs(a->score), b_score = fabs(b->score);
    if (a->table != b->table)
        return a->table < b->table ? -1 : 1;
    if (!a->change != !b->change)
        return a->change ? -1 : 1;
    if (a_score != b_score)
        return a_score > b_score ? -1 : 1;
    int order = slice_compare(a->name, b->name);
    if (!order)
        order = slice_compare(a->event, b->event);
    if (!order)
        order = slice_compare(a->direction, b->direction);
    if (!order)
        order = a->strangers - b->strangers;
    return order ? order : strcmp(a->unit, b->unit);
}

/* A name of a table that may have two rows. */
static struct slice name_key(char room[KEY_LENGTH], const struct changed *row) {
    char table = (char)('0' + row->table);
    const struct slice parts[] = {{&table, 1}, row->name};
    return key_of(room, parts, 2);
}

/* Keeps what changed, once for each name, and all reasons; counts the others. What changed stands
 * in front of what did not, in each table. */
static void settle(struct changes *changes, struct gathering *gathering) {
    struct map told;
    map_init(&told, 1);
    changes->rows = gathering->rows;
    for (size_t i = 0; i < gathering->count; i++) {
        const struct changed *row = &gathering->rows[i];
        char room[KEY_LENGTH];
        bool is_new = true, is_named = row->table > CHANGED_TEMPLATES;
        struct slice key = name_key(room, row);
        if (!row->was_known && !row->is_known)
            continue;
        changes->names += !row->is_beside;
        if (!row->change && !row->is_beside && !(is_named && map_get(&told, key))) {
            changes->seldom_new += !row->was_known;
            changes->seldom_gone += !row->is_known;
        }
        if (row->change && is_named)
            map_put(&told, key, &is_new);
        if (row->table == CHANGED_REASONS || (row->change && is_new))
            changes->rows[changes->count++] = *row;
    }
    map_release(&told);
}

/* Of history only the most of each hour are told apart. */
static void put_both_templates(struct gathering *gathering, const struct compared *comparison,
                               const struct tally *now) {
    const struct templates *before = tally_templates(comparison->before);
    if (comparison->without_texts || !before || !tally_templates(now))
        return;
    put_templates(gathering, comparison->before, BEFORE);
    put_templates(gathering, now, NOW);
    for (size_t i = 0; i < gathering->count; i++) {
        struct changed *row = &gathering->rows[i];
        if (row->table != CHANGED_TEMPLATES)
            continue;
        row->hidden = row->was_known ? 0 : templates_others(before);
        row->hidden_now = row->is_known ? 0 : templates_others(tally_templates(now));
    }
}

void changes_find(struct changes *changes, const struct tally *now,
                  const struct compared *comparison) {
    struct gathering gathering = {.of_history = comparison->usual};
    *changes = (struct changes){0};
    if (comparison->usual && comparison->usual->since == MOMENT_NONE)
        return;
    map_init(&gathering.places, sizeof(size_t));
    if (comparison->usual) {
        put_history(&gathering, now, comparison);
    } else {
        put_tally(&gathering, comparison->before, BEFORE);
        put_tally(&gathering, now, NOW);
        put_both_templates(&gathering, comparison, now);
    }
    for (size_t i = 0; i < sizeof named_tables / sizeof *named_tables; i++)
        put_names(&gathering, &named_tables[i], comparison->before, now);
    map_release(&gathering.places);
    judge(&gathering, comparison);
    if (gathering.count)
        qsort(gathering.rows, gathering.count, sizeof *gathering.rows, compare_rows);
    settle(changes, &gathering);
}

void changes_release(struct changes *changes) {
    free(changes->rows);
    *changes = (struct changes){0};
}

const struct changed *changes_of_reason(const struct changes *changes, struct slice class_name,
                                        struct slice event, struct slice direction,
                                        bool strangers) {
    for (size_t i = 0; i < changes->count; i++) {
        const struct changed *row = &changes->rows[i];
        if (row->table == CHANGED_REASONS && !row->is_unsure && row->strangers == strangers &&
            slice_equal(row->name, class_name) && slice_equal(row->event, event) &&
            slice_equal(row->direction, direction))
            return row;
    }
    return NULL;
}
