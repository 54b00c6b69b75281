/* What is offered for a mistyped code, from the built-in tables. */
#include "rules/near.h"

#include "reason_book.h"

static const struct {
    const char *typed, *near;
} rows[] = {
    {"5355", "535 555 355"},      /* a digit too many */
    {"53", "530 534 535 523"},    /* a digit lost */
    {"5550", "550 555"},          /* a key held too long */
    {"536", "5.3.6 535 534 538"}, /* digits that may lack their dots, else the next key */
    {"5,7,1", "5.7.1"},           /* the comma of some keyboards */
    {"5.7.260", "5.7.26 5.7.20 5.7.60"},
    {"5.71", "5.7.1 571"}, /* a dot lost */
    {"57.8", "5.7.8"},
    {"57606", "5.7.606"},         /* the first of several that share a page */
    {"578", "5.7.8 538 572 571"}, /* no dots */
    {"57139", "5.7.139"},
    {"5.7.99", "5.7.9 5.7.29 5.7.19"},
    {"4.1.88", "4.1.8"},
    {"55O", "550"}, /* the letter, and then nothing is wrong */
    {"5.O.0", "5.0.0"},
    {"45l", "451"}, /* the letter */
    {"355", "355"},
    {"305", "355 505"}, /* two swapped, or a wrong one */
    {"5", ""},
    {"999", "599"}, /* half of it may be wrong, not more */
    {"55555555", ""},
    {"5e5", "555 535 525 585"},
    {" 5500 ", "550 500"},
    {"5.7.1.", "5.7.1 5.7.10 5.7.11 5.7.12"},
    {"..", ""},
    {"x.7.88", "5.7.8 5.7.28 5.7.18"},
    {"4,4,77", "4.4.7"},
    {"550", "550"},
    {"hello", ""}, /* words */
    {"", ""},
    {"ab1", ""},
    {"550 5.1.1", ""},
    {"1234567890123456", ""},
    {"55555555555555555555", ""},
};

static void offers_what_is_near(void **state) {
    struct book *book = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct near_code near[NEAR_MOST];
        struct slice said = {0};
        size_t count = codes_near(book->rules->codes, slice_of(rows[i].typed), near);
        for (size_t j = 0; j < count; j++)
            said =
                arena_print(&book->arena, "%.*s%s%s", SLICE_ARGS(said), j ? " " : "", near[j].text);
        if (!slice_is(said, rows[i].near))
            fail_msg("'%s': '%.*s' and not '%s'", rows[i].typed, SLICE_ARGS(said), rows[i].near);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_what_is_near),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
