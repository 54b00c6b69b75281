/* Why: whatever can be asked of logs can be asked of history, by the same words.
 *
 * How: each table of hourly.def goes into the counters that would have counted the findings behind
 * it. A reason becomes one finding that stands for all of them.
 */
#include "tally/past.h"

#include "tally/correspondents.h"
#include "tally/counter.h"
#include "tally/destinations.h"
#include "tally/hour_lists.h"
#include "tally/hours.h"
#include "tally/incidents.h"
#include "tally/named.h"
#include "tally/templates.h"

enum { TEXT_ROOM = 64, TOTALS = sizeof(struct totals) / sizeof(uint64_t) };

static uint64_t number_of(const struct hourly_cell *cell, size_t at) {
    return (uint64_t)cell->numbers[at];
}

/* ---- totals */

/* Those that the days and hours of a report show, too. */
static const struct {
    const char *name;
    enum hours_number number;
} of_hours[] = {{"received", HOURS_RECEIVED},      {"delivered", HOURS_DELIVERED},
                {"deferred", HOURS_DEFERRED},      {"bounced", HOURS_BOUNCED},
                {"expired", HOURS_EXPIRED},        {"rejected", HOURS_REJECTED},
                {"auth_failed", HOURS_AUTH_FAILED}};

static void add_total(struct tally *tally, const struct hourly_cell *cell) {
    uint64_t totals[TOTALS];
    memcpy(totals, tally_totals_to_fill(tally), sizeof totals);
    for (size_t i = 0; i < TOTALS; i++)
        if (slice_is(cell->keys[0], hourly_totals[i]))
            totals[i] += number_of(cell, 0);
    memcpy(tally_totals_to_fill(tally), totals, sizeof totals);
    for (size_t i = 0; i < sizeof of_hours / sizeof *of_hours; i++)
        if (slice_is(cell->keys[0], of_hours[i].name))
            hours_put(tally, cell->hour * HOUR, of_hours[i].number, number_of(cell, 0));
}

/* ---- reasons */

enum {
    KEY_EVENT,
    KEY_CLASS,
    KEY_DIRECTION,
    KEY_LEVEL,
    KEY_STAGE,
    KEY_SIDE,
    KEY_CODE,
    KEY_ENHANCED,
    KEY_IMPLIED,
    KEY_MTA,
    KEY_WHO
};

static struct enhanced read_enhanced(struct slice text) {
    uint64_t parts[3] = {0};
    for (size_t i = 0; i < 3; i++)
        if (!slice_take_number(&text, &parts[i]) || (i < 2 && !slice_skip_byte(&text, '.')))
            return (struct enhanced){0};
    return (struct enhanced){(uint8_t)parts[0], (uint16_t)parts[1], (uint16_t)parts[2]};
}

/* One finding for all of them. That it follows from its own reason lets it be a stranger's or not,
 * as was judged when it was counted. */
static struct finding finding_of(const struct hourly_cell *cell, char class_name[TEXT_ROOM]) {
    const struct slice *keys = cell->keys;
    struct finding finding = {.repeat = number_of(cell, 0), .follows = true};
    struct record *record = &finding.record;
    uint64_t code = 0;
    enum event event = EVENT_NONE;
    enum direction direction = DIRECTION_NONE;
    enum level level = LEVEL_NONE;
    enum stage stage = STAGE_NONE;
    enum side side = SIDE_NONE;
    event_read(keys[KEY_EVENT], &event);
    direction_read(keys[KEY_DIRECTION], &direction);
    level_read(keys[KEY_LEVEL], &level);
    stage_read(keys[KEY_STAGE], &stage);
    side_read(keys[KEY_SIDE], &side);
    slice_number(keys[KEY_CODE], &code);
    snprintf(class_name, TEXT_ROOM, "%.*s", SLICE_ARGS(keys[KEY_CLASS]));
    record->kind = RECORD_INCIDENT;
    record->event = event;
    record->direction = direction;
    record->level = level;
    record->stage = stage;
    record->side = side;
    finding.reply.code = (uint16_t)code;
    finding.reply.enhanced = read_enhanced(keys[KEY_ENHANCED]);
    finding.code_implied = keys[KEY_IMPLIED].length != 0;
    finding.mta = mta_named(keys[KEY_MTA]);
    finding.time.seconds = MOMENT_NONE;
    finding.cause = class_name;
    finding.verdict.class_name = "";
    finding.follows_stranger = keys[KEY_WHO].length != 0;
    return finding;
}

static void add_reason(struct tally *tally, const struct hourly_cell *cell) {
    char class_name[TEXT_ROOM];
    const struct finding finding = finding_of(cell, class_name);
    struct counting counting = {.finding = &finding, .events = finding.repeat};
    if (!finding.mta || !finding.repeat)
        return;
    tally_add_reason(tally, &finding);
    if (finding.record.event != EVENT_DELIVERED) /* coded counts faults alone */
        counter_add_one(&counter_coded, tally_content_to_fill(tally, &counter_coded), &counting);
    if (finding.record.event == EVENT_REJECTED)
        incidents_put_group(
            tally, THEME_REJECTIONS,
            (const struct slice[INCIDENT_PARTS]){cell->keys[KEY_CLASS], cell->keys[KEY_STAGE]},
            finding.repeat, finding.follows_stranger ? finding.repeat : 0);
}

/* ---- failures */

/* A dimension and an event that a table of its own goes by. */
static const struct {
    const char *dimension, *event;
    enum theme theme;
} of_themes[PAST_NAMELESS] = {{"client", "rejected", THEME_REJECTIONS},
                              {"client", "auth-failed", THEME_LOGIN_CLIENTS},
                              {"user", "auth-failed", THEME_LOGIN_USERS}};

/* Every one of them is nameless until a row has its name. */
static void expect_names(struct past *past, const struct hourly_cell *cell) {
    for (size_t i = 0; i < PAST_NAMELESS; i++)
        if (slice_is(cell->keys[KEY_EVENT], of_themes[i].event))
            past->nameless[i] += number_of(cell, 0);
}

/* A client goes by its address, which may have had several names. */
static struct slice owner_of(struct slice dimension, struct slice value) {
    struct slice host, ip;
    if (!slice_is(dimension, "client"))
        return value;
    named_parts(value, &host, &ip);
    return ip.length ? ip : value;
}

static void add_owner(struct past *past, const struct hourly_cell *cell) {
    const struct slice dimension = cell->keys[0], event = cell->keys[1], value = cell->keys[3];
    for (size_t i = 0; i < PAST_NAMELESS; i++)
        if (slice_is(dimension, of_themes[i].dimension) && slice_is(event, of_themes[i].event)) {
            past->nameless[i] -= number_of(cell, 0);
            incidents_put_owner(past->tally, of_themes[i].theme, owner_of(dimension, value),
                                number_of(cell, 0));
        }
}

static void add_affected(struct past *past, enum direction direction,
                         const struct hourly_cell *cell) {
    const struct slice event = cell->keys[1], class_name = cell->keys[2], value = cell->keys[3];
    bool is_rest = slice_is(value, HOURLY_OTHER);
    tally_add_affected(past->tally, class_name, event, slice_of(direction_name(direction)),
                       is_rest ? (struct slice){0} : value, number_of(cell, 0));
}

static void add_failure(struct past *past, const struct hourly_cell *cell) {
    const struct slice dimension = cell->keys[0], event = cell->keys[1], value = cell->keys[3];
    add_owner(past, cell);
    if (slice_is(dimension, "blocklist") && slice_is(event, "rejected"))
        incidents_put_group(past->tally, THEME_BLOCKLISTS,
                            (const struct slice[INCIDENT_PARTS]){value}, number_of(cell, 0), 0);
    for (int way = 0; way <= DIRECTION_LOCAL; way++)
        if (slice_is(dimension, hourly_affected[way])) {
            past->tells_affected = true;
            add_affected(past, (enum direction)way, cell);
        }
}

void past_affected_domain(struct past *past, const struct hourly_cell *cell) {
    if (slice_is(cell->keys[0], "recipient_domain"))
        add_affected(past, DIRECTION_OUT, cell);
}

void past_text(struct tally *tally, const struct hourly_cell *cell) {
    if (!slice_is(cell->keys[0], hourly_texts))
        return;
    if (slice_is(cell->keys[3], HOURLY_OTHER))
        templates_put_others(tally_templates(tally), number_of(cell, 0));
    else
        templates_put(tally_templates(tally),
                      &(struct template_count){.class_name = cell->keys[2],
                                               .text = cell->keys[3],
                                               .count = number_of(cell, 0),
                                               .last = MOMENT_NONE,
                                               .example.seconds = MOMENT_NONE});
}

void past_end(struct past *past) {
    for (size_t i = 0; i < PAST_NAMELESS; i++)
        if ((int64_t)past->nameless[i] > 0)
            incidents_put_owner(past->tally, of_themes[i].theme, (struct slice){0},
                                past->nameless[i]);
}

/* ---- lists */

static void add_destination(struct tally *tally, enum destination_table table,
                            const struct hourly_cell *cell) {
    destinations_put(tally, table, cell->keys[1],
                     (const uint64_t[DESTINATION_NUMBERS]){
                         [DESTINATION_SEEN] = number_of(cell, LIST_SEEN),
                         [DESTINATION_DELIVERED] = number_of(cell, LIST_DELIVERED),
                         [DESTINATION_BOUNCED] = number_of(cell, LIST_FAILED),
                         [DESTINATION_DEFERRED] = number_of(cell, LIST_DEFERRED),
                         [DESTINATION_FAILED] = number_of(cell, LIST_REFUSED),
                         [DESTINATION_BYTES] = number_of(cell, LIST_BYTES),
                     });
}

static void add_correspondent(struct tally *tally, enum correspondent_table table,
                              const struct hourly_cell *cell) {
    struct slice host, ip;
    named_parts(cell->keys[1], &host, &ip);
    correspondents_put(
        tally, table, cell->keys[1],
        (const uint64_t[CORRESPONDENT_NUMBERS]){
            [CORRESPONDENT_MAIL] = number_of(cell, LIST_MAIL),
            [CORRESPONDENT_SEEN] = number_of(cell, LIST_SEEN),
            [CORRESPONDENT_REFUSED] = number_of(cell, LIST_REFUSED),
            [CORRESPONDENT_BYTES] = number_of(cell, LIST_BYTES),
            [CORRESPONDENT_RECIPIENTS] = number_of(cell, LIST_DELIVERED),
            [CORRESPONDENT_BOUNCED] = number_of(cell, LIST_FAILED),
            [CORRESPONDENT_DEFERRED] = number_of(cell, LIST_DEFERRED),
            [CORRESPONDENT_NETWORK] = table == CORRESPONDENT_CLIENT ? network_of(ip) : 0,
        });
}

static const struct {
    bool of_destinations;
    int table;
} of_lists[HOUR_LISTS] = {
    [LIST_RECIPIENT_DOMAINS] = {true, DESTINATION_DOMAIN},
    [LIST_RELAYS] = {true, DESTINATION_RELAY},
    [LIST_SENDER_DOMAINS] = {false, CORRESPONDENT_SENDER_DOMAIN},
    [LIST_SENDERS] = {false, CORRESPONDENT_SENDER},
    [LIST_RECIPIENTS] = {false, CORRESPONDENT_RECIPIENT},
    [LIST_CLIENTS] = {false, CORRESPONDENT_CLIENT},
};

static void add_list(struct tally *tally, const struct hourly_cell *cell) {
    for (size_t i = 0; i < HOUR_LISTS; i++)
        if (slice_is(cell->keys[0], hour_list_names[i])) {
            if (of_lists[i].of_destinations)
                add_destination(tally, (enum destination_table)of_lists[i].table, cell);
            else
                add_correspondent(tally, (enum correspondent_table)of_lists[i].table, cell);
        }
}

/* ---- delays, of which no more is known than their step: its middle stands for all */

static uint64_t edge_of(size_t step) {
    int64_t microseconds = 0;
    slice_seconds(slice_of(delay_edges[step]), &microseconds);
    return (uint64_t)microseconds;
}

static void add_delay(struct tally *tally, const struct hourly_cell *cell) {
    size_t step = 0;
    while (step < DELAY_EDGES && !slice_is(cell->keys[1], delay_edges[step]))
        step++;
    if (step == DELAY_EDGES)
        return;
    uint64_t from = step ? edge_of(step - 1) : 0;
    uint64_t to = step < DELAY_EDGES - 1 ? edge_of(step) : from;
    destinations_put_delay(tally, (from + to) / 2, number_of(cell, 0));
}

void past_cell(struct past *past, const struct hourly_cell *cell) {
    switch (cell->table) {
    case HOURLY_TOTALS:
        add_total(past->tally, cell);
        break;
    case HOURLY_REASONS:
        add_reason(past->tally, cell);
        expect_names(past, cell);
        break;
    case HOURLY_FAILURES:
        add_failure(past, cell);
        break;
    case HOURLY_LISTS:
        add_list(past->tally, cell);
        break;
    case HOURLY_DELAYS:
        add_delay(past->tally, cell);
        break;
    case HOURLY_TABLES:
        break;
    }
}

/* Seen before or behind the span, too: then the time is where that ends. */
void past_template(struct tally *tally, const struct hourly_template *text, int64_t since,
                   int64_t until) {
    int64_t first = text->first, last = text->last;
    if (since > INT64_MIN / HOUR && first < since * HOUR)
        first = since * HOUR;
    if (until < INT64_MAX / HOUR && last >= until * HOUR)
        last = until * HOUR - 1;
    const struct tally_example example = {.seconds = first,
                                          .host = text->host,
                                          .reply = text->reply,
                                          .source = text->source,
                                          .line = text->line};
    tally_offer_example(tally, text->class_name, text->event, text->direction, example, last);
    if (tally_templates(tally))
        templates_put(tally_templates(tally),
                      &(struct template_count){.class_name = text->class_name,
                                               .text = text->text,
                                               .count = text->count,
                                               .last = last,
                                               .example = example});
}
