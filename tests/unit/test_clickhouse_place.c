/* clickhouse_place - a URL tells where a cluster is and no secret; a key lies where nobody else
 * reads it. */
#include "store/clickhouse_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "own_folder.h"

static void urls(void **state) {
    static const struct {
        const char *url, *base, *database; /* base NULL: refused */
    } rows[] = {
        {"clickhouse://db.example.com:8123/mail", "http://db.example.com:8123/", "mail"},
        {"clickhouse://db.example.com/mail_1", "http://db.example.com:8123/", "mail_1"},
        {"clickhouses://db.example.com/mail", "https://db.example.com:8443/", "mail"},
        {"clickhouse://192.0.2.1:1/m", "http://192.0.2.1:1/", "m"},
        {"clickhouse://[2001:db8::1]:8123/mail", "http://[2001:db8::1]:8123/", "mail"},
        {"clickhouse://[2001:db8::1]/mail", "http://[2001:db8::1]:8123/", "mail"},
        {"clickhouse://db.example.com:8123", NULL, NULL},
        {"clickhouse://db.example.com:8123/", NULL, NULL},
        {"clickhouse:///mail", NULL, NULL},
        {"clickhouse://:8123/mail", NULL, NULL},
        {"clickhouse://db.example.com:0/mail", NULL, NULL},
        {"clickhouse://db.example.com:65536/mail", NULL, NULL},
        {"clickhouse://db.example.com:http/mail", NULL, NULL},
        {"clickhouse://db.example.com/mail;DROP", NULL, NULL},
        {"clickhouse://db.example.com/mail?user=a", NULL, NULL},
        {"clickhouse://db.example.com/1mail", NULL, NULL},
        {"clickhouse://db.example.com/mail/x", NULL, NULL},
        {"clickhouse://db#.example.com/mail", NULL, NULL},
        {"clickhouse://user:s3cret@db.example.com/mail", NULL, NULL},
        {"clickhouse://db.example.com/mail@x", NULL, NULL},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct clickhouse_place place;
        struct problem problem = {""};
        bool good = clickhouse_place_read(rows[i].url, &arena, &place, &problem);
        if (good != (rows[i].base != NULL))
            fail_msg("%s: %s", rows[i].url, problem.text);
        assert_int_equal(clickhouse_can_be(rows[i].url, &problem), good);
        assert_null(strstr(problem.text, "s3cret"));
        if (!good)
            continue;
        assert_string_equal(place.base, rows[i].base);
        assert_string_equal(place.database, rows[i].database);
    }
    arena_release(&arena);
    assert_true(clickhouse_knows("clickhouse://a/b"));
    assert_true(clickhouse_knows("clickhouses://a/b"));
    assert_false(clickhouse_knows("clickhouse:/a/b"));
    assert_false(clickhouse_knows("/var/lib/history.db"));
}

static void write_file(const char *name, const char *text, mode_t mode) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(name, mode), 0);
}

static void keys(void **state) {
    static const struct {
        const char *text;
        mode_t mode;
        const char *user, *key; /* user NULL: refused */
    } rows[] = {
        {"mail:s3cret\n", 0600, "X-ClickHouse-User: mail", "X-ClickHouse-Key: s3cret"},
        {"mail:a:b c", 0400, "X-ClickHouse-User: mail", "X-ClickHouse-Key: a:b c"},
        {"mail:", 0600, "X-ClickHouse-User: mail", NULL},
        {"mail:s3cret\n", 0640, NULL, NULL},
        {"mail:s3cret\n", 0604, NULL, NULL},
        {"mail\n", 0600, NULL, NULL},
        {":s3cret\n", 0600, NULL, NULL},
        {"", 0600, NULL, NULL},
        {"mail:s3cret\r\nX-Other: s3cret\n", 0600, NULL, NULL},
    };
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *headers[CLICKHOUSE_HEADERS] = {NULL};
        struct problem problem = {""};
        write_file("key", rows[i].text, rows[i].mode);
        bool good = clickhouse_login("key", &arena, headers, &problem);
        if (good != (rows[i].user != NULL))
            fail_msg("row %zu: %s", i, problem.text);
        assert_null(strstr(problem.text, "s3cret"));
        if (good)
            assert_string_equal(headers[0], rows[i].user);
        if (good && rows[i].key)
            assert_string_equal(headers[1], rows[i].key);
        assert_true(!good || !headers[rows[i].key ? 2 : 1]);
        unlink("key");
    }
    const char *headers[CLICKHOUSE_HEADERS];
    struct problem problem;
    assert_false(clickhouse_login("none", &arena, headers, &problem));
    assert_false(clickhouse_login(".", &arena, headers, &problem));
    unsetenv("MAILTRIAGE_CLICKHOUSE_USER");
    unsetenv("MAILTRIAGE_CLICKHOUSE_KEY");
    assert_true(clickhouse_login(NULL, &arena, headers, &problem));
    assert_null(headers[0]);
    setenv("MAILTRIAGE_CLICKHOUSE_USER", "reader", 1);
    setenv("MAILTRIAGE_CLICKHOUSE_KEY", "s3cret", 1);
    assert_true(clickhouse_login(NULL, &arena, headers, &problem));
    assert_string_equal(headers[0], "X-ClickHouse-User: reader");
    assert_string_equal(headers[1], "X-ClickHouse-Key: s3cret");
    setenv("MAILTRIAGE_CLICKHOUSE_KEY", "s3cret\nX-Other: a", 1);
    assert_false(clickhouse_login(NULL, &arena, headers, &problem));
    assert_null(strstr(problem.text, "s3cret"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(urls), cmocka_unit_test(keys)};
    return cmocka_run_group_tests_name("clickhouse_place", tests, enter_folder, leave_folder);
}
