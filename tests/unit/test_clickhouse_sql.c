/* clickhouse_sql - which rows a question is about; that servers take the SQL is shown with servers
 * (tests/fleet). */
#include "store/clickhouse_sql.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/hash.h"

static const struct clickhouse_tables one = {"mail", false}, many = {"mail", true};

static void has(const char *sql, const char *part) {
    if (!strstr(sql, part))
        fail_msg("'%s' is not in: %s", part, sql);
}

static const char *cells(const struct clickhouse_tables *tables, enum hourly_table table,
                         struct store_span span, struct out *out) {
    out->length = 0;
    sql_cells(out, tables, table, &span, 130, (struct slice){0});
    out_byte(out, '\0');
    return out_held(out).at;
}

static void spans(void **state) {
    static const struct {
        enum hourly_table table;
        struct store_span span;
        const char *part;
    } rows[] = {
        /* Totals are hours. */
        {HOURLY_TOTALS,
         {.since = 100, .until = 200, .by_hour = true},
         "AND `hour` >= toDateTime(360000, 'UTC') AND `hour` < toDateTime(720000, 'UTC') AND "
         "`form` IN ('hour', 'open') AND (`count` != 0)"},
        /* Days from the first whole one on, as far as each host has them. */
        {HOURLY_REASONS,
         {.since = 100, .until = 200},
         "AND (`form` IN ('day', 'open') OR (`form` = 'hour' AND (`hour` < toDateTime(432000, "
         "'UTC') OR `hour` >= toDateTime(432000, 'UTC')))) AND (`form` = 'open' OR (`form` = "
         "'day') "
         "= (`hour` >= toDateTime(432000, 'UTC') AND "
         "`hour` < least(`closed_day`, toDateTime(691200, 'UTC'))))"},
        {HOURLY_REASONS,
         {.since = 120, .until = 144},
         "(`form` = 'day') = (`hour` >= toDateTime(432000, 'UTC') AND `hour` < least(`closed_day`, "
         "toDateTime(518400, 'UTC'))))"},
        {HOURLY_REASONS,
         {.since = 100, .until = 200, .by_hour = true},
         "`form` IN ('hour', 'open')"},
        /* Hours that are gone: the day that the end is nearest to. */
        {HOURLY_LISTS,
         {.since = 100, .until = 200},
         "`hour` >= if(toDateTime(1051200, 'UTC') < `closed_day`, toDateTime(345600, 'UTC'), "
         "toDateTime(360000, 'UTC')) AND `hour` < if(toDateTime(1411200, 'UTC') < `closed_day`, "
         "toDateTime(691200, 'UTC'), toDateTime(720000, 'UTC'))"},
        {HOURLY_LISTS,
         {.since = 100, .until = 200, .by_hour = true},
         "`form` IN ('hour', 'open') AND `hour` + 691200 >= `closed_day`"},
        {HOURLY_LISTS, {.since = 100, .until = 200}, "(`seen` != 0 OR `mail` != 0 OR "},
        /* From the beginning, to the end. */
        {HOURLY_REASONS,
         {.since = INT64_MIN, .until = INT64_MAX},
         "`hour` >= toDateTime(0, 'UTC') AND `hour` < toDateTime(4294965600, 'UTC')"},
    };
    struct out out;
    (void)state;
    out_init_memory(&out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        has(cells(&one, rows[i].table, rows[i].span, &out), rows[i].part);
    out_release(&out);
}

static void whose_they_are(void **state) {
    struct out out;
    const char *sql;
    (void)state;
    out_init_memory(&out);
    sql = cells(&one, HOURLY_DELAYS, (struct store_span){.until = 24}, &out);
    has(sql, "SELECT '', 0, `direction`, `edge`, sum(`count`), count() FROM mail.delays FINAL");
    has(sql, "FROM mail.host FINAL");
    has(sql, "GROUP BY `direction`, `edge` WITH TOTALS ORDER BY `direction`, `edge`");
    sql = cells(&many, HOURLY_DELAYS, (struct store_span){0, 24, true, true}, &out);
    has(sql, "SELECT `host`, toUInt32(`hour`), `direction`, ");
    has(sql, "FROM mail.delays FINAL");
    has(sql, "FROM mail.host_local FINAL");
    has(sql, "GROUP BY `host`, `hour`, `direction`, `edge` WITH TOTALS");
    out_release(&out);
}

static void keep_statement(void *context, struct slice statement) {
    out_slice(context, statement);
    out_byte(context, ';');
}

/* A table more in hourly.def is one more here. */
static void tables(void **state) {
    struct out out;
    (void)state;
    for (int table = 0; table < CLICKHOUSE_TABLES; table++) {
        char name[80];
        out_init_memory(&out);
        sql_create(&many, "a'b", table, keep_statement, &out);
        out_byte(&out, '\0');
        snprintf(name, sizeof name, "EXISTS mail.%s", clickhouse_table_name(table));
        has(out_held(&out).at, name);
        has(out_held(&out).at, "ENGINE = ReplacingMergeTree(`version`)");
        has(out_held(&out).at, "ENGINE = Distributed('a\\'b', 'mail', '");
        out_release(&out);
    }
}

/* What a released version has made stays as it is: another hourly.def is another version, with
 * statements that make the one of the other (CLICKHOUSE_SCHEMA). */
static void the_version_is_of_these_tables(void **state) {
    struct out out;
    (void)state;
    out_init_memory(&out);
    for (int table = 0; table < CLICKHOUSE_TABLES; table++)
        sql_create(&one, "", table, keep_statement, &out);
    struct slice all = out_held(&out);
    assert_int_equal(CLICKHOUSE_SCHEMA, 1);
    assert_int_equal(bytes_hash(all.at, all.length), 0xf0004dbed1c9d7f1u);
    out_release(&out);
}

static void times(void **state) {
    static const struct {
        int64_t seconds, kept;
    } rows[] = {{-1, 0}, {0, 0}, {1780000000, 1780000000}, {INT64_MAX, 4294965600}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(sql_seconds(rows[i].seconds), rows[i].kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans), cmocka_unit_test(whose_they_are), cmocka_unit_test(tables),
        cmocka_unit_test(the_version_is_of_these_tables), cmocka_unit_test(times)};
    return cmocka_run_group_tests_name("clickhouse_sql", tests, NULL, NULL);
}
