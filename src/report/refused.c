/* Why: after "what to do" comes "who, since when, and is it right that we refuse them".
 *
 * How: each section is a theme of the tally (tally/incidents.h), its groups or its owners, most
 * frequent first. What a group has as its example machines get too; people find it by the reason.
 */
#include "report/refused.h"

#include "report/rows.h"
#include "tally/incidents.h"

/* What begins the tables: the theme, and the rows of its section. */
struct table {
    struct rows rows;
    struct incidents incidents;
};

static void table_begin(struct table *table, struct page *page, const struct tally *tally,
                        const struct summary_wishes *wishes, enum theme theme, enum part part,
                        enum word title) {
    incidents_read(tally, theme, &table->incidents);
    rows_begin(&table->rows, page, wishes, part, title);
}

static void table_end(struct table *table) {
    rows_end(&table->rows);
    incidents_release(&table->incidents);
}

/* ---- rejected commands ---- */

static void add_rejections(struct page *page, const struct tally *tally,
                           const struct summary_wishes *wishes) {
    struct table table;
    struct rows *rows = &table.rows;
    table_begin(&table, page, tally, wishes, THEME_REJECTIONS, PART_REJECTIONS, WORD_REJECTIONS);
    for (size_t i = 0; i < table.incidents.group_count; i++) {
        const struct incident_group *group = &table.incidents.groups[i];
        struct cell *row = rows_add(rows, group->count);
        if (!row)
            continue;
        row_text(rows, row, "class", WORD_REASON, group->parts[0]);
        row_text(rows, row, "stage", WORD_STAGE_COLUMN, group->parts[1]);
        row_count(rows, row, "count", WORD_COUNT_COLUMN, group->count);
        row_count(rows, row, "strangers", WORD_OF_STRANGERS, group->strangers);
        row_count(rows, row, "clients", WORD_CLIENTS, group->owners);
        row_times(rows, row, group->example.seconds, group->last);
        row_example(rows, row, &group->example);
    }
    table_end(&table);
}

/* Owners with what they had most of. One alone says nothing that the groups have not said. */
static void add_owners(struct table *table, const char *key, enum word title, const char *most_key,
                       size_t most_part) {
    struct rows *rows = &table->rows;
    bool of_clients = title == WORD_CLIENT;
    for (size_t i = 0; i < table->incidents.owner_count; i++) {
        const struct incident_owner *owner = &table->incidents.owners[i];
        struct cell *row = rows_add(rows, owner->count);
        if (!row)
            continue;
        row_text(rows, row, key, title, owner->name);
        row_count(rows, row, "count", WORD_COUNT_COLUMN, owner->count);
        if (of_clients)
            row_count(rows, row, "strangers", WORD_OF_STRANGERS, owner->strangers);
        row_times(rows, row, owner->first, owner->last);
        row_text(rows, row, most_key, WORD_MOSTLY,
                 owner->mostly ? owner->mostly->parts[most_part] : (struct slice){0});
    }
    if (table->incidents.owner_count < 2)
        rows->section->look = LOOK_HIDDEN;
}

static void add_rejected_clients(struct page *page, const struct tally *tally,
                                 const struct summary_wishes *wishes) {
    struct table table;
    table_begin(&table, page, tally, wishes, THEME_REJECTIONS, PART_REJECTED_CLIENTS,
                WORD_REJECTED_CLIENTS);
    add_owners(&table, "client", WORD_CLIENT, "class", 0);
    table_end(&table);
}

/* ---- block lists ---- */

void refused_listed(struct page *page, const struct tally *tally,
                    const struct summary_wishes *wishes) {
    struct table table;
    struct rows *rows = &table.rows;
    table_begin(&table, page, tally, wishes, THEME_LISTED, PART_LISTED, WORD_LISTED);
    for (size_t i = 0; i < table.incidents.group_count; i++) {
        const struct incident_group *group = &table.incidents.groups[i];
        struct cell *row = rows_add(rows, group->count);
        if (!row)
            continue;
        row_text(rows, row, "list", WORD_LIST, group->parts[0]);
        row_text(rows, row, "ip", WORD_LISTED_IP, group->parts[1]);
        row_count(rows, row, "count", WORD_COUNT_COLUMN, group->count);
        row_count(rows, row, "servers", WORD_SERVERS, group->owners);
        row_times(rows, row, group->example.seconds, group->last);
        row_example(rows, row, &group->example);
    }
    table_end(&table);
}

static void add_blocklists(struct page *page, const struct tally *tally,
                           const struct summary_wishes *wishes) {
    struct table table;
    struct rows *rows = &table.rows;
    table_begin(&table, page, tally, wishes, THEME_BLOCKLISTS, PART_BLOCKLISTS, WORD_BLOCKLISTS);
    for (size_t i = 0; i < table.incidents.group_count; i++) {
        const struct incident_group *group = &table.incidents.groups[i];
        struct cell *row = rows_add(rows, group->count);
        if (!row)
            continue;
        row_text(rows, row, "list", WORD_LIST, group->parts[0]);
        row_count(rows, row, "count", WORD_COUNT_COLUMN, group->count);
        row_count(rows, row, "clients", WORD_CLIENTS, group->owners);
        row_times(rows, row, group->example.seconds, group->last);
        row_example(rows, row, &group->example);
    }
    table_end(&table);
}

/* ---- postscreen, filters, TLS ---- */

static void add_postscreen(struct page *page, const struct tally *tally,
                           const struct summary_wishes *wishes) {
    struct table table;
    struct rows *rows = &table.rows;
    table_begin(&table, page, tally, wishes, THEME_POSTSCREEN, PART_POSTSCREEN, WORD_POSTSCREEN);
    for (size_t i = 0; i < table.incidents.group_count; i++) {
        const struct incident_group *group = &table.incidents.groups[i];
        struct cell *row = rows_add(rows, group->count);
        if (!row)
            continue;
        row_text(rows, row, "what", WORD_WHAT, group->parts[0]);
        row_text(rows, row, "class", WORD_REASON, group->parts[1]);
        row_count(rows, row, "count", WORD_COUNT_COLUMN, group->count);
        row_count(rows, row, "clients", WORD_CLIENTS, group->owners);
        row_times(rows, row, group->example.seconds, group->last);
    }
    table_end(&table);
}

static void add_filters(struct page *page, const struct tally *tally,
                        const struct summary_wishes *wishes) {
    struct table table;
    struct rows *rows = &table.rows;
    table_begin(&table, page, tally, wishes, THEME_FILTERS, PART_MILTERS, WORD_MILTERS);
    for (size_t i = 0; i < table.incidents.group_count; i++) {
        const struct incident_group *group = &table.incidents.groups[i];
        struct cell *row = rows_add(rows, group->count);
        if (!row)
            continue;
        row_text(rows, row, "who", WORD_WHO, group->parts[0]);
        row_text(rows, row, "event", WORD_EVENT, group->parts[1]);
        row_count(rows, row, "count", WORD_COUNT_COLUMN, group->count);
        row_count(rows, row, "clients", WORD_CLIENTS, group->owners);
        row_last(rows, row, group->example.seconds, group->last);
        row_text(rows, row, "text", WORD_TEXT, group->parts[2]);
        row_example(rows, row, &group->example);
    }
    table_end(&table);
}

static void add_tls(struct page *page, const struct tally *tally,
                    const struct summary_wishes *wishes) {
    struct table table;
    struct rows *rows = &table.rows;
    table_begin(&table, page, tally, wishes, THEME_TLS, PART_TLS, WORD_TLS);
    for (size_t i = 0; i < table.incidents.group_count; i++) {
        const struct incident_group *group = &table.incidents.groups[i];
        struct cell *row = rows_add(rows, group->count);
        if (!row)
            continue;
        row_text(rows, row, "event", WORD_EVENT, group->parts[0]);
        row_text(rows, row, "direction", WORD_DIRECTION, group->parts[1]);
        row_count(rows, row, "count", WORD_COUNT_COLUMN, group->count);
        row_count(rows, row, "peers", WORD_PEERS, group->owners);
        row_last(rows, row, group->example.seconds, group->last);
        row_text(rows, row, "text", WORD_TEXT, group->parts[2]);
        row_example(rows, row, &group->example);
    }
    table_end(&table);
}

static void add_tls_peers(struct page *page, const struct tally *tally,
                          const struct summary_wishes *wishes) {
    struct table table;
    table_begin(&table, page, tally, wishes, THEME_TLS, PART_TLS_PEERS, WORD_TLS_PEERS);
    add_owners(&table, "peer", WORD_PEER, "text", 2);
    table_end(&table);
}

void refused_sections(struct page *page, const struct tally *tally,
                      const struct summary_wishes *wishes) {
    add_rejections(page, tally, wishes);
    add_rejected_clients(page, tally, wishes);
    add_blocklists(page, tally, wishes);
    add_postscreen(page, tally, wishes);
    add_filters(page, tally, wishes);
    add_tls(page, tally, wishes);
    add_tls_peers(page, tally, wishes);
}
