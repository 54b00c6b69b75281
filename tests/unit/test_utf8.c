/* utf8 - what a byte is to those who do not take every text as it stands. */
#include "report/utf8.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "random_text.h"

static unsigned kinds_of(unsigned char byte) {
    unsigned kinds = byte < ' ' || byte > '~' ? BYTE_ODD : 0;
    kinds |= byte == '"' ? BYTE_QUOTE : 0;
    kinds |= byte == '\\' ? BYTE_BACKSLASH : 0;
    kinds |= byte == '<' ? BYTE_LESS : 0;
    kinds |= byte == '/' ? BYTE_SLASH : 0;
    return kinds | (byte && strchr("=+-@ ", byte) ? BYTE_BEFORE_FORMULA : 0);
}

/* Each byte, alone and at each place of a short text. */
static void test_each_byte(void **state) {
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        char text[9] = "abcdefghi";
        for (size_t place = 0; place < sizeof text; place++) {
            memcpy(text, "abcdefghi", sizeof text);
            text[place] = (char)byte;
            for (size_t length = 0; length <= sizeof text; length++)
                assert_int_equal(utf8_bytes((struct slice){text, length}),
                                 place < length ? kinds_of((unsigned char)byte) : 0);
        }
    }
}

static void test_any_text(void **state) {
    char room[RANDOM_TEXT_ROOM];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct slice text = random_text(room);
        unsigned kinds = 0;
        for (size_t i = 0; i < text.length; i++)
            kinds |= kinds_of((unsigned char)text.at[i]);
        assert_int_equal(utf8_bytes(text), kinds);
        assert_int_equal(utf8_plain(text) == text.length, !(kinds & BYTE_ODD));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_byte),
        cmocka_unit_test(test_any_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
