/* Unit tests of app/wanted: what is asked for stands as a whole word, whatever it is. */
#include "app/wanted.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_stands(void **state) {
    static const struct {
        const char *what, *text;
        bool stands;
    } rows[] = {
        /* queue IDs: their case counts, unless it was typed in small letters */
        {"4C1D2E3F40", "4C1D2E3F40: removed", true},
        {"4C1D2E3F40", "4c1d2e3f40: removed", false},
        {"4c1d2e3f40", "4C1D2E3F40: removed", true},
        {"4C1D2E3F4", "4C1D2E3F40: removed", false},
        {"C1D2E3F40", "4C1D2E3F40: removed", false},
        {"4C1D2E3F40", "250 2.0.0 Ok: queued as 4C1D2E3F40)", true},
        {"1wAbCd-000000012AB-0xYz", "1wAbCd-000000012AB-0xYz Completed", true},
        {"1wAbCd-000000012AB-0xYz", "1wAbCd-000000012AB-0xYz2 Completed", false},
        {"65L80001002101", "65L80001002101[1]: to=<bob@example.net>", true},
        /* addresses */
        {"bob@example.net", "to=<bob@example.net>, relay=none", true},
        {"<bob@example.net>", "to=bob@example.net, relay=none", true},
        {"Bob@Example.NET", "to=<bob@example.net>", true},
        {"bob@example.net", "to=<jim.bob@example.net>", false},
        {"bob@example.net", "to=<x+bob@example.net>", false},
        {"bob@example.net", "to=<bob@example.net.example.org>", false},
        {"bob@example.net", "Not to bob@example.net.", true},
        {"bob@example.net", "A=plain:bob@example.net S=1", true},
        {"bob@example.net", "sasl_username=bob@example.net", true},
        {"<a.b$c@mx.example.org>", "message-id=<a.b$c@mx.example.org>", true},
        /* users */
        {"alice", "sasl_method=PLAIN, sasl_username=alice", true},
        {"alice", "sasl_username=alice@example.com", false},
        {"alice", "sasl_username=malice", false},
        {"alice", "A=login:alice S=1", true},
        /* IPs */
        {"192.0.2.1", "connect from unknown[192.0.2.1]", true},
        {"192.0.2.1", "connect from unknown[192.0.2.11]", false},
        {"192.0.2.1", "connect from unknown[192.0.2.1]:25", true},
        {"192.0.2.1", "H=192.0.2.1.example.net [203.0.113.1]", false},
        {"[192.0.2.1]", "H=(x) [192.0.2.1]:4711", true},
        {"2.0.2.1", "connect from unknown[192.0.2.1]", false},
        {"2001:db8::1", "connect from unknown[2001:db8::1]", true},
        {"2001:DB8::1", "relay=[IPv6:2001:db8:0:0:0:0:0:1]", true},
        {"2001:db8:0:0:0:0:0:1", "connect from unknown[2001:db8::1]", true},
        {"2001:db8::1", "connect from unknown[2001:db8::1:5]", false},
        {"2001:db8::1", "connect from unknown[2001:db8::11]", false},
        /* hosts */
        {"mx.example.net", "relay=mx.example.net[192.0.2.1]:25", true},
        {"mx.example.net", "relay=a.mx.example.net[192.0.2.1]:25", false},
        {"mx.example.net", "relay=a-mx.example.net[192.0.2.1]:25", false},
        {"mx.example.net", "to=<bob@mx.example.net>", true},
        /* patterns */
        {"/queued as 4C1D/", "250 2.0.0 Ok: queued as 4C1D2E3F40", true},
        {"/Queued/", "queued", false},
        {"/Queued/i", "queued", true},
        {"/^to=<[^@>]*@example\\.net>/", "to=<bob@example.net>, relay=none", true},
        {"/var/mail", "mailbox /var/mail is full", true},
        {"/", "a / b", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wanted wanted;
        struct problem problem;
        assert_true(wanted_read(&wanted, slice_of(rows[i].what), &problem));
        if (wanted_stands(&wanted, slice_of(rows[i].text)) != rows[i].stands)
            fail_msg("'%s' in '%s'", rows[i].what, rows[i].text);
        wanted_release(&wanted);
    }
}

static void test_refused(void **state) {
    static const char *const rows[] = {"", "  ", "/(/", "a\nb"};
    char longest[WANTED_TEXT + 1];
    struct wanted wanted;
    struct problem problem;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(wanted_read(&wanted, slice_of(rows[i]), &problem));
        wanted_release(&wanted);
    }
    memset(longest, 'a', sizeof longest);
    assert_false(wanted_read(&wanted, (struct slice){longest, WANTED_TEXT}, &problem));
    assert_true(wanted_read(&wanted, (struct slice){longest, WANTED_TEXT - 1}, &problem));
}

static void test_places(void **state) {
    struct wanted wanted;
    struct problem problem;
    char name[] = "/dev/null", other[] = "-";
    struct source source = {.name = name}, input = {.name = other};
    (void)state;
    assert_true(wanted_read(&wanted, SLICE("/dev/null:12"), &problem));
    assert_true(wanted_is_at(&wanted, &source, 12));
    assert_false(wanted_is_at(&wanted, &source, 13));
    assert_false(wanted_is_at(&wanted, &input, 12));
    assert_false(wanted_stands(&wanted, SLICE("/dev/null:12")));
    assert_true(wanted_read(&wanted, SLICE("-:3"), &problem));
    assert_true(wanted_is_at(&wanted, &input, 3));
    assert_true(wanted_read(&wanted, SLICE("no/such/file:12"), &problem));
    assert_false(wanted_is_at(&wanted, &source, 12));
    assert_true(wanted_stands(&wanted, SLICE("in no/such/file:12")));
}

static void test_unescaped(void **state) {
    static const char *const rows[][2] = {
        {"bob@example.net", "bob@example.net"},
        {"a\"bcd@example.net", "bcd@example.net"},
        {"<x", "x"},
        {"\"", "\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(slice_is(wanted_unescaped(slice_of(rows[i][0])), rows[i][1]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stands),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_unescaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
