/* clickhouse_sql - the statements a cluster is asked with, made out of hourly.def.
 *
 * They keep to what servers of 2018 and of today both know. A value of a log or of a user stands in
 * them as a literal (tab_text.h); names of tables and columns are ours.
 */
#ifndef STORE_CLICKHOUSE_SQL_H
#define STORE_CLICKHOUSE_SQL_H

#include "base/out.h"
#include "store/store.h"

/* The tables beside those of hourly.def. */
enum clickhouse_table {
    CLICKHOUSE_TEMPLATE = HOURLY_TABLES,
    CLICKHOUSE_RUN,
    CLICKHOUSE_HOST,
    CLICKHOUSE_ORIGIN,
    CLICKHOUSE_NODE,
    CLICKHOUSE_TABLES
};

/* Where the tables are. */
struct clickhouse_tables {
    const char *database;
    bool is_cluster; /* each table is of all nodes; the part of a node is called _local */
};

/* Versions of the schema; the first is made of hourly.def as it is, later ones are steps to it. */
enum { CLICKHOUSE_SCHEMA = 1 };

const char *clickhouse_table_name(int table);
/* "mail.totals"; of this node alone: "mail.totals_local". */
void sql_table(struct out *out, const struct clickhouse_tables *tables, int table);
void sql_local(struct out *out, const struct clickhouse_tables *tables, int table);
/* "`event`, `class`", names with blanks between; front and back stand around each. */
void sql_names(struct out *out, const char *names, const char *front, const char *back);
/* "(`form`, `hour`, ...)": the columns that are sent, in their order. */
void sql_columns(struct out *out, int table);

/* "(`count` != 0)": true of a row that stands for something. */
void sql_counts(struct out *out, enum hourly_table table);

/* The statements that make one table, each in a call. */
void sql_create(const struct clickhouse_tables *tables, const char *cluster, int table,
                void (*each)(void *context, struct slice statement), void *context);
/* An hour as a time of the server, pulled into what that can hold. */
void sql_hour(struct out *out, int64_t hour);
int64_t sql_seconds(int64_t seconds);

/* The question behind store_each_cell. closed_from: hours before it are over on every host; hosts:
 * " AND host IN (...)" or nothing. Its columns: the
 * host or '', the hour or 0, the keys, the numbers, how many rows. */
void sql_cells(struct out *out, const struct clickhouse_tables *tables, enum hourly_table table,
               const struct store_span *span, int64_t closed_from, struct slice hosts);

#endif
