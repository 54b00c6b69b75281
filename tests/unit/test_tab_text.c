/* tab_text - whatever a log says is one cell, and comes back as it was. */
#include "store/tab_text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "chance.h"

static void is_put_as(void (*put)(struct out *out, struct slice text), struct slice text,
                      const char *wanted) {
    struct out out;
    out_init_memory(&out);
    put(&out, text);
    out_byte(&out, '\0');
    assert_string_equal(out_held(&out).at, wanted);
    out_release(&out);
}

static void cells_and_literals(void **state) {
    static const struct {
        struct slice text;
        const char *cell;
    } rows[] = {
        {SLICE_INIT(""), ""},
        {SLICE_INIT("550 5.1.1 <a@example.com>"), "550 5.1.1 <a@example.com>"},
        {SLICE_INIT("'); DROP TABLE totals"), "\\'); DROP TABLE totals"},
        {SLICE_INIT("a\\b"), "a\\\\b"},
        {SLICE_INIT("a\tb\nc\rd\be\ff"), "a\\tb\\nc\\rd\\be\\ff"},
        {SLICE_INIT("a\0b"), "a\\0b"},
        {SLICE_INIT("\\N"), "\\\\N"},
        {SLICE_INIT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
         "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {SLICE_INIT("caf\xe9"), "caf\xef\x9f\xa9"},                           /* Latin-1: U+F7E9 */
        {SLICE_INIT("\xc3"), "\xef\x9f\x83"},                                 /* cut */
        {SLICE_INIT("\xc0\x80"), "\xef\x9f\x80\xef\x9e\x80"},                 /* overlong */
        {SLICE_INIT("\xed\xa0\x80"), "\xef\x9f\xad\xef\x9e\xa0\xef\x9e\x80"}, /* a surrogate */
        {SLICE_INIT("\xef\x9e\x80"), "\xef\x9f\xaf\xef\x9e\x9e\xef\x9e\x80"}, /* U+F780 itself */
        {SLICE_INIT("\xef\xbf\xbd"), "\xef\xbf\xbd"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[80];
        is_put_as(tab_text_put, rows[i].text, rows[i].cell);
        snprintf(room, sizeof room, "'%s'", rows[i].cell);
        is_put_as(tab_text_literal, rows[i].text, room);
        snprintf(room, sizeof room, "%s", rows[i].cell);
        assert_true(slice_equal(tab_text_take(room, strlen(room)), rows[i].text));
    }
    is_put_as(tab_text_parameter, SLICE("a b=c&d\n%-._"), "a%20b%3Dc%26d%0A%25-._");
}

/* One line, UTF-8, and the same again. */
static void any_bytes(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        static const char odd[] = "\xef\x9e\x9f\x80\xc3\\\t\n'\0\xf0\xed";
        char text[24];
        struct slice bytes = {text, chance(sizeof text)};
        struct out out;
        for (size_t i = 0; i < bytes.length; i++)
            text[i] = chance(2) ? odd[chance(sizeof odd - 1)] : (char)chance(256);
        out_init_memory(&out);
        tab_text_put(&out, bytes);
        struct slice cell = out_held(&out);
        assert_true(!cell.length || !memchr(cell.at, '\t', cell.length));
        assert_true(!cell.length || !memchr(cell.at, '\n', cell.length));
        assert_true(slice_equal(tab_text_take(out.bytes, cell.length), bytes));
        out_release(&out);
    }
}

/* What a server says is anything. */
static void any_cell(void **state) {
    static const struct {
        const char *cell;
        struct slice text;
    } rows[] = {{"a\\", SLICE_INIT("a\\")},
                {"\\x", SLICE_INIT("x")},
                {"\xef\x9e", SLICE_INIT("\xef\x9e")},
                {"\xef\x9e\x41", SLICE_INIT("\xef\x9e\x41")}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[20];
        snprintf(room, sizeof room, "%s", rows[i].cell);
        assert_true(slice_equal(tab_text_take(room, strlen(room)), rows[i].text));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells_and_literals),
                                       cmocka_unit_test(any_bytes), cmocka_unit_test(any_cell)};
    return cmocka_run_group_tests_name("tab_text", tests, NULL, NULL);
}
