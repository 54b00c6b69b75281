/* Unit tests of finding/clean: which names in what an MTA says take no part. */
#include "finding/clean.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct row {
    const char *text;
    enum side side;
    const char *names[CLEAN_NAMES + 1]; /* until NULL */
};

static const struct row rows[] = {
    {"connect to mx.example.net[192.0.2.1]:25: no", SIDE_SYNTHETIC, {"mx.example.net[192.0.2.1]"}},
    {"to a-1.b2.net[192.0.2.1]", SIDE_SYNTHETIC, {"a-1.b2.net[192.0.2.1]"}},
    {"connect to mx.example.net[192.0.2.1]:25", SIDE_REMOTE, {0}},
    {"mx.example.net[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"5 mx.example.net[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to MX.example.net[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to mx..net[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to .mx.net[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to mx.net.[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to mx.n[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to mx.n3t[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to mx[192.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to mx.net[192.0.2]", SIDE_SYNTHETIC, {0}},
    {"to mx.net[192.0..1]", SIDE_SYNTHETIC, {0}},
    {"to mx.net[1920.0.2.1]", SIDE_SYNTHETIC, {0}},
    {"to mx.net[192.0.2.1.1]", SIDE_SYNTHETIC, {0}},
    {"to mx.net[192.0.2.", SIDE_SYNTHETIC, {0}},
    {"to mx.net[192.0.2.1] and a.net[192.0.2.2]", SIDE_SYNTHETIC, {0}},
    {"error for name=example.net type=MX: no", SIDE_SYNTHETIC, {"example.net"}},
    {"try=2, error for name=example.net type=MX", SIDE_SYNTHETIC, {"example.net"}},
    {"error for name=example.net x=y type=MX", SIDE_SYNTHETIC, {0}},
    {"error for name= name=example.net type=MX", SIDE_SYNTHETIC, {0}},
    {"error for name=example.net", SIDE_SYNTHETIC, {0}},
    {"name=example.net type=MX", SIDE_SYNTHETIC, {0}},
    {"[192.0.2.9] (192.0.2.9) http://x/?192.0.2.9",
     SIDE_LOCAL,
     {"192.0.2.9", "192.0.2.9", "192.0.2.9"}},
    {"[192.0.2.9] 192.0.2.9", SIDE_LOCAL, {0}},
    {"[192.0.2.9] [192.0.2.9] [192.0.2.9] [192.0.2.9]", SIDE_LOCAL, {0}},
    {"[192.0.2.9] <", SIDE_LOCAL, {0}},
    {"192.0.2.9 is listed, see http://x/192.0.2.9", SIDE_LOCAL, {"192.0.2.9", "192.0.2.9"}},
    {"Rejected: 192.0.2.9 listed", SIDE_LOCAL, {"192.0.2.9"}},
    {"Rejected 192.0.2.9 listed", SIDE_LOCAL, {0}},
    {"Rejected:192.0.2.9 listed", SIDE_LOCAL, {0}},
    {"192.0.2.9 is listed, 192.0.2.9 is", SIDE_LOCAL, {0}},
    {" 192.0.2.9 is listed", SIDE_LOCAL, {0}},
    {"192.0.2.9 25 times", SIDE_LOCAL, {0}},
    {"192.0.2.9s", SIDE_LOCAL, {0}},
    {"192.0.2.9 ", SIDE_LOCAL, {0}},
    {"192.0.2.9", SIDE_LOCAL, {0}},
    {"nobody", SIDE_LOCAL, {0}},
};

static void test_names(void **state) {
    (void)state;
    for (const struct row *row = rows; row < rows + sizeof rows / sizeof *rows; row++) {
        struct slice names[CLEAN_NAMES];
        size_t must = 0;
        size_t count = clean_names(slice_of(row->text), row->side, SLICE("192.0.2.9"), names);
        for (; row->names[must]; must++)
            if (must >= count || !slice_is(names[must], row->names[must]))
                fail_msg("%s: not %s", row->text, row->names[must]);
        if (count != must)
            fail_msg("%s: %zu names", row->text, count);
    }
}

/* Only an address of IPv4 that is not the one which stands for all is a client's. */
static void test_clients(void **state) {
    static const char *const no_clients[] = {"",          "192.0.2",   "192.0.2.1.5",
                                             "192.0.2.1", "127.0.0.2", "2001:db8::1"};
    (void)state;
    for (size_t i = 0; i < sizeof no_clients / sizeof *no_clients; i++) {
        char text[64];
        struct slice names[CLEAN_NAMES];
        snprintf(text, sizeof text, "client [%s]", no_clients[i]);
        assert_int_equal(clean_names(slice_of(text), SIDE_LOCAL, slice_of(no_clients[i]), names),
                         0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
