/* operators - one name for the servers of one owner. */
#include "finding/operators.h"

#include "reason_book.h"

#ifdef HAVE_LIBPSL
enum { HAS_LIBPSL = true };
#else
enum { HAS_LIBPSL = false };
#endif

static struct slice owner(struct operators *operators, const struct record *record) {
    return operator_of(operators, record, operator_expect(operators, record));
}

static void owners_are_named(void **state) {
    static const struct {
        const char *host, *ip, *with, *without; /* libpsl */
    } rows[] = {
        {"aspmx.l.google.com", "192.0.2.1", "Google", "Google"},
        {"ALT1.ASPMX.L.GOOGLE.COM.", "", "Google", "Google"},
        {"google.com", "", "Google", "Google"},
        {"notgoogle.com", "", "notgoogle.com", "notgoogle.com"},
        {"example-com.mail.protection.outlook.com", "", "Microsoft", "Microsoft"},
        {"outlook-com.olc.protection.outlook.com", "", "Microsoft", "Microsoft"},
        {"mta5.am0.yahoodns.net", "", "Yahoo", "Yahoo"},
        {"mx3.mail.example.co.uk", "", "example.co.uk", "mx3.mail.example.co.uk"},
        {"MX3.Example.NET.", "", "Example.NET", "MX3.Example.NET"},
        {"co.uk", "", "co.uk", "co.uk"},
        {"localhost", "127.0.0.1", "localhost", "localhost"},
        {"192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1"},
        {"2001:db8::1", "", "2001:db8::1", "2001:db8::1"},
        {"", "192.0.2.1", "192.0.2.1", "192.0.2.1"},
        {"", "", "", ""},
        {".", "", "", ""},
        {"..", "", ".", "."},
    };
    struct operators *operators = operators_new(((struct book *)*state)->rules);
    for (size_t round = 0; round < 2; round++) /* the second out of memory */
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct record record = {.peer_host = slice_of(rows[i].host),
                                    .peer_ip = slice_of(rows[i].ip)};
            struct slice name = owner(operators, &record);
            if (!slice_is(name, HAS_LIBPSL ? rows[i].with : rows[i].without))
                fail_msg("'%s' is run by '%.*s'", rows[i].host, SLICE_ARGS(name));
        }
    operators_free(operators);
}

/* A server is a host with an address: each keeps its own hashes, and a nameless one has none. */
static void hashes_are_kept(void **state) {
    static const char *const ips[] = {"192.0.2.1", "192.0.2.2", ""};
    struct operators *operators = operators_new(((struct book *)*state)->rules);
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof ips / sizeof *ips; i++) {
            struct record record = {.peer_host = SLICE("mx.example.com"),
                                    .peer_ip = slice_of(ips[i])};
            owner(operators, &record);
            struct server_hashes *hashes = operator_hashes(operators);
            assert_non_null(hashes);
            assert_int_equal(hashes->relay, round ? i + 1 : 0);
            hashes->relay = i + 1;
        }
    struct record nameless = {.peer_ip = SLICE("192.0.2.1")};
    owner(operators, &nameless);
    assert_null(operator_hashes(operators));
    operators_free(operators);
}

/* Hosts are log text: of any length, with any byte, and without number. */
static void any_host_has_one(void **state) {
    static char text[400];
    struct operators *operators = operators_new(((struct book *)*state)->rules);
    memset(text, 'a', sizeof text);
    for (size_t length = 0; length < sizeof text; length++) {
        struct record record = {.peer_host = {text, length}};
        assert_int_equal(owner(operators, &record).length, length);
    }
    for (unsigned i = 0; i < 10000; i++) {
        char host[40];
        snprintf(host, sizeof host, "h%u%c.example.net", i, (int)(i % 256));
        struct record record = {.peer_host = {host, strlen("h.example.net") + 2}};
        owner(operators, &record);
    }
    operators_free(operators);
}

static void every_provider_has_one(void **state) {
    const struct rulebook *book = ((struct book *)*state)->rules;
    for (size_t i = 0; i < book->provider_count; i++)
        assert_true(book->providers[i].run_by.length > 0);
    struct operators *none = operators_new(NULL);
    struct record record = {.peer_host = SLICE("google.com")};
    assert_true(slice_is(owner(none, &record), "google.com"));
    operators_free(none);
    assert_true(strstr(operators_about(), HAS_LIBPSL ? "libpsl " : "LIBPSL=yes"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners_are_named),
        cmocka_unit_test(hashes_are_kept),
        cmocka_unit_test(any_host_has_one),
        cmocka_unit_test(every_provider_has_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
