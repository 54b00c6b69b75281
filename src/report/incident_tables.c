/* Why: after "what to do" comes "who, since when, and is it right that we refuse them".
 *
 * How: each section is a theme of the tally (tally/incidents.h), its groups or its owners, most
 * frequent first; a row of `tables` says which columns it has. What a group has as its example
 * machines get too; people find it by the reason.
 */
#include "report/incident_tables.h"

#include "report/rows.h"
#include "report/when.h"
#include "tally/cell.h"
#include "tally/incidents.h"

/* What stands in a column. */
enum source {
    OF_NOTHING,
    OF_PART, /* of the name of the group; of an owner: of the group it had most of */
    OF_NAME, /* of the owner */
    OF_COUNT,
    OF_STRANGERS,
    OF_OWNERS,
    OF_TIMES,
    OF_LAST, /* the same, of which people see the last only */
    OF_EXAMPLE,
};

struct column {
    enum source source;
    const char *key;
    enum word title;
    size_t part; /* OF_PART */
};

#define COUNT                                                                                      \
    { OF_COUNT, "count", WORD_COUNT_COLUMN, 0 }
#define STRANGERS                                                                                  \
    { OF_STRANGERS, "strangers", WORD_OF_STRANGERS, 0 }
#define TIMES                                                                                      \
    { OF_TIMES, NULL, WORD_COUNT, 0 }
#define LAST                                                                                       \
    { OF_LAST, NULL, WORD_COUNT, 0 }
#define EXAMPLE                                                                                    \
    { OF_EXAMPLE, NULL, WORD_COUNT, 0 }

enum { COLUMNS = 9 };

/* In the order of the page. */
static const struct table {
    enum theme theme;
    bool of_owners; /* rows are the owners, not the groups */
    bool repeats;   /* a single row says nothing that other tables have not said */
    enum part part;
    enum word title;
    struct column columns[COLUMNS];
} tables[] = {
    {THEME_LISTED,
     false,
     false,
     PART_LISTED,
     WORD_LISTED,
     {{OF_PART, "list", WORD_LIST, 0},
      {OF_PART, "ip", WORD_LISTED_IP, 1},
      COUNT,
      {OF_OWNERS, "servers", WORD_SERVERS, 0},
      TIMES,
      EXAMPLE}},
    {THEME_REJECTIONS,
     false,
     false,
     PART_REJECTIONS,
     WORD_REJECTIONS,
     {{OF_PART, "class", WORD_REASON, 0},
      {OF_PART, "stage", WORD_STAGE_COLUMN, 1},
      COUNT,
      STRANGERS,
      {OF_OWNERS, "clients", WORD_CLIENTS, 0},
      TIMES,
      EXAMPLE}},
    {THEME_REJECTIONS,
     true,
     true,
     PART_REJECTED_CLIENTS,
     WORD_REJECTED_CLIENTS,
     {{OF_NAME, "client", WORD_CLIENT, 0},
      COUNT,
      STRANGERS,
      TIMES,
      {OF_PART, "class", WORD_MOSTLY, 0}}},
    {THEME_BLOCKLISTS,
     false,
     false,
     PART_BLOCKLISTS,
     WORD_BLOCKLISTS,
     {{OF_PART, "list", WORD_LIST, 0},
      COUNT,
      {OF_OWNERS, "clients", WORD_CLIENTS, 0},
      TIMES,
      EXAMPLE}},
    {THEME_POSTSCREEN,
     false,
     false,
     PART_POSTSCREEN,
     WORD_POSTSCREEN,
     {{OF_PART, "what", WORD_WHAT, 0},
      {OF_PART, "class", WORD_REASON, 1},
      COUNT,
      {OF_OWNERS, "clients", WORD_CLIENTS, 0},
      TIMES}},
    {THEME_FILTERS,
     false,
     false,
     PART_MILTERS,
     WORD_MILTERS,
     {{OF_PART, "who", WORD_WHO, 0},
      {OF_PART, "event", WORD_EVENT, 1},
      COUNT,
      {OF_OWNERS, "clients", WORD_CLIENTS, 0},
      LAST,
      {OF_PART, "text", WORD_TEXT, 2},
      EXAMPLE}},
    {THEME_TLS,
     false,
     false,
     PART_TLS,
     WORD_TLS,
     {{OF_PART, "event", WORD_EVENT, 0},
      {OF_PART, "direction", WORD_DIRECTION, 1},
      COUNT,
      {OF_OWNERS, "peers", WORD_PEERS, 0},
      LAST,
      {OF_PART, "text", WORD_TEXT, 2},
      EXAMPLE}},
    {THEME_TLS,
     true,
     true,
     PART_TLS_PEERS,
     WORD_TLS_PEERS,
     {{OF_NAME, "peer", WORD_PEER, 0}, COUNT, TIMES, {OF_PART, "text", WORD_MOSTLY, 2}}},
    {THEME_LOGIN_USERS,
     true,
     true,
     PART_LOGIN_USERS,
     WORD_LOGIN_USERS,
     {{OF_NAME, "user", WORD_USER, 0},
      COUNT,
      STRANGERS,
      TIMES,
      {OF_PART, "method", WORD_METHOD, 0}}},
    {THEME_LOGIN_CLIENTS,
     true,
     true,
     PART_LOGIN_CLIENTS,
     WORD_LOGIN_CLIENTS,
     {{OF_NAME, "client", WORD_CLIENT, 0},
      COUNT,
      STRANGERS,
      TIMES,
      {OF_PART, "class", WORD_MOSTLY, 0}}},
    {THEME_LOGIN_USERS,
     false,
     true,
     PART_LOGIN_METHODS,
     WORD_LOGIN_METHODS,
     {{OF_PART, "method", WORD_METHOD, 0},
      COUNT,
      STRANGERS,
      {OF_OWNERS, "users", WORD_USERS, 0},
      TIMES}},
};

/* What a row is made of, of a group and of an owner alike. */
struct values {
    const struct slice *parts; /* NULL: none */
    struct slice name;
    bool is_rest; /* all that history does not know by name */
    uint64_t count, strangers, owners;
    int64_t first, last;
    const struct tally_example *example;
};

/* History has groups and owners, and not which of them met, nor when. */
static bool is_unknown(const struct rows *rows, const struct table *table, enum source source) {
    if (!rows->wishes->past)
        return false;
    switch (source) {
    case OF_PART:
        return table->of_owners;
    case OF_STRANGERS:
        return table->of_owners || table->theme != THEME_REJECTIONS;
    default:
        return source == OF_OWNERS || source == OF_TIMES || source == OF_LAST;
    }
}

/* People do not see a column in which there never is anything; for machines it is null. */
static void add_unknown(struct rows *rows, struct cell *row, const struct column *column) {
    if (column->key) {
        cell_none(rows->page, row, column->key, NULL);
        return;
    }
    when_cell(rows->page, row, "first", MOMENT_NONE);
    when_cell(rows->page, row, "last", MOMENT_NONE);
}

static void add_cell(struct rows *rows, struct cell *row, const struct column *column,
                     const struct values *values) {
    struct slice part = values->parts ? values->parts[column->part] : (struct slice){0};
    switch (column->source) {
    case OF_PART:
        if (rows->wishes->past)
            row_name(rows, row, column->key, column->title, part, values->is_rest);
        else
            row_text(rows, row, column->key, column->title, part);
        break;
    case OF_NAME:
        row_name(rows, row, column->key, column->title, values->name, values->is_rest);
        break;
    case OF_COUNT:
        row_count(rows, row, column->key, column->title, values->count);
        break;
    case OF_STRANGERS:
        row_count(rows, row, column->key, column->title, values->strangers);
        break;
    case OF_OWNERS:
        row_count(rows, row, column->key, column->title, values->owners);
        break;
    case OF_TIMES:
        row_times(rows, row, values->first, values->last);
        break;
    case OF_LAST:
        row_last(rows, row, values->first, values->last);
        break;
    case OF_EXAMPLE:
        row_example(rows, row, values->example);
        break;
    case OF_NOTHING:
        break;
    }
}

static void add_row(struct rows *rows, const struct table *table, const struct values *values) {
    struct cell *row =
        values->is_rest ? rows_add_others(rows, values->count) : rows_add(rows, values->count);
    for (size_t i = 0; row && i < COLUMNS; i++) {
        const struct column *column = &table->columns[i];
        if (is_unknown(rows, table, column->source))
            add_unknown(rows, row, column);
        else
            add_cell(rows, row, column, values);
    }
}

/* It comes last, however much it is. */
static bool is_rest(const struct rows *rows, struct slice name) {
    return rows->wishes->past && slice_is(name, HOURLY_OTHER);
}

static void add_groups(struct rows *rows, const struct table *table,
                       const struct incidents *incidents) {
    uint64_t rest = 0;
    for (size_t i = 0; i < incidents->group_count; i++) {
        const struct incident_group *group = &incidents->groups[i];
        if (is_rest(rows, group->parts[0])) {
            rest = group->count;
            continue;
        }
        add_row(rows, table,
                &(struct values){.parts = group->parts,
                                 .count = group->count,
                                 .strangers = group->strangers,
                                 .owners = group->owners,
                                 .first = group->example.seconds,
                                 .last = group->last,
                                 .example = &group->example});
    }
    static const struct tally_example none = {.seconds = MOMENT_NONE};
    add_row(rows, table,
            &(struct values){.is_rest = true,
                             .count = rest,
                             .first = MOMENT_NONE,
                             .last = MOMENT_NONE,
                             .example = &none});
}

static void add_owners(struct rows *rows, const struct table *table,
                       const struct incidents *incidents) {
    uint64_t rest = 0;
    for (size_t i = 0; i < incidents->owner_count; i++) {
        const struct incident_owner *owner = &incidents->owners[i];
        if (is_rest(rows, owner->name)) {
            rest = owner->count;
            continue;
        }
        add_row(rows, table,
                &(struct values){.parts = owner->mostly ? owner->mostly->parts : NULL,
                                 .name = owner->name,
                                 .count = owner->count,
                                 .strangers = owner->strangers,
                                 .first = owner->first,
                                 .last = owner->last});
    }
    add_row(rows, table,
            &(struct values){
                .is_rest = true, .count = rest, .first = MOMENT_NONE, .last = MOMENT_NONE});
}

void incident_tables(struct page *page, const struct tally *tally,
                     const struct summary_wishes *wishes) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct incidents incidents;
        struct rows rows;
        incidents_read(tally, tables[i].theme, &incidents);
        rows_begin(&rows, page, wishes, tables[i].part, tables[i].title);
        (tables[i].of_owners ? add_owners : add_groups)(&rows, &tables[i], &incidents);
        bool is_asked = wishes->only & PART_BIT(tables[i].part);
        if (tables[i].repeats && rows.shown < 2 && !is_asked)
            rows.section->look = LOOK_HIDDEN;
        rows_end(&rows);
        incidents_release(&incidents);
    }
}
