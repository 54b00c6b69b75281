/* answer - an answer is taken whole or not at all, however it comes. */
#include "store/answer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "chance.h"

static void put_row(void *context, struct slice *cells) {
    out_print(context, "%.*s=%lld;", SLICE_ARGS(cells[0]), (long long)answer_signed(cells[1]));
}

/* Takes a text in pieces of so many bytes; gives its rows, or what was wrong. */
static const char *told(const char *text, size_t piece, struct out *out) {
    struct problem problem = {""};
    struct answer answer = {.columns = 2, .row = put_row, .context = out, .problem = &problem};
    struct slice rest = slice_of(text);
    bool good = true;
    out->length = 0;
    answer_begin(&answer);
    for (; good && rest.length; rest = slice_from(rest, piece))
        good = answer_take(&answer, slice_head(rest, piece));
    good = good && answer_is_whole(&answer);
    answer_release(&answer);
    out_byte(out, '\0');
    if (good)
        return out_held(out).at;
    out->length = 0;
    out_print(out, "%s", problem.text);
    return out_held(out).at;
}

static void answers(void **state) {
    static const struct {
        const char *text, *told;
    } rows[] = {
        {"\n\t0\t0\n", ""},
        {"a\t5\t1\n\n\t5\t1\n", "a=5;"},
        {"a\t5\t1\nb\t-7\t2\n\n\t0\t3\n", "a=5;b=-7;"},
        {"a\\tb\t5\t1\n\n\t5\t1\n", "a\tb=5;"},
        {"\t5\t1\n\n\t5\t1\n", "=5;"},
        {"a\t18446744073709551616\t1\n\n\t0\t1\n", "a=0;"},
        {"", "the answer was cut off"},
        {"a\t5\t1\n", "the answer was cut off"},
        {"a\t5\t1\n\n", "the answer was cut off"},
        {"a\t5\t1\n\n\t5\t", "the answer was cut off: ?5?"},
        {"a\t5\t1\n\n\t5\t1", "the answer was cut off: ?5?1"},
        {"a\t5\t1\n\n\t5\t2\n", "the answer was cut off"},
        {"a\t5\t1\nb\t", "the answer was cut off: b?"},
        {"a\t5\t1\nCode: 241, DB::Exception: no memory\n",
         "the answer broke off: Code: 241, DB::Exception: no memory"},
        {"a\t5\n", "it does not answer as ClickHouse: a?5"},
        {"a\t5\t1\t9\n", "it does not answer as ClickHouse: a?5?1?9"},
        {"a\t5\tx\n", "it does not answer as ClickHouse: a?5?x"},
        {"\n\n", "it does not answer as ClickHouse: "},
        {"\n\t0\t0\n\n", "it does not answer as ClickHouse: "},
        {"\n\t0\t0\n\t0\t0\n", "it does not answer as ClickHouse: ?0?0"},
        {"<html>\n", "it does not answer as ClickHouse: <html>"},
    };
    static const size_t pieces[] = {1, 2, 3, 1000};
    struct out out;
    (void)state;
    out_init_memory(&out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t at = 0; at < sizeof pieces / sizeof *pieces; at++)
            assert_string_equal(told(rows[i].text, pieces[at], &out), rows[i].told);
    out_release(&out);
}

/* No line without an end fills the memory. */
static void endless(void **state) {
    static char text[4096];
    struct problem problem;
    struct out out;
    struct answer answer = {.columns = 2, .row = put_row, .context = &out, .problem = &problem};
    size_t most = 1 << 20, took = 0;
    (void)state;
    memset(text, 'x', sizeof text);
    answer_begin(&answer);
    while (answer_take(&answer, (struct slice){text, sizeof text}) && took <= most)
        took += sizeof text;
    assert_true(took <= most);
    answer_release(&answer);
}

static void any_bytes(void **state) {
    struct out out;
    (void)state;
    out_init_memory(&out);
    for (int round = 0; round < 20000; round++) {
        static const char likely[] = "\t\n\\0123456789-a\xef";
        char text[64];
        size_t length = chance(sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = likely[chance(sizeof likely - 1)];
        text[length] = '\0';
        told(text, 1 + chance(9), &out);
    }
    out_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers), cmocka_unit_test(endless),
                                       cmocka_unit_test(any_bytes)};
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
