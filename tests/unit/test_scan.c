/* scan - against loops that look byte by byte, at every length, and with no byte behind the text.
 */
#include "base/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chance.h"

enum { LONGEST = 80, ROUNDS = 200 };

static bool is_slow_alnum(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

static bool is_slow_address(unsigned char byte) {
    return is_slow_alnum(byte) || byte == '.' || byte == ':' || byte == '%';
}

/* The byte is rare, so that it stands in every place; the text ends where its memory does. */
static void test_for(void **state) {
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t length = 0; length <= LONGEST; length++) {
            char *text = malloc(length ? length : 1);
            size_t first = length;
            for (size_t i = 0; i < length; i++) {
                text[i] = chance(40) ? (char)(' ' + 1 + chance(200)) : ' ';
                if (text[i] == ' ' && first == length)
                    first = i;
            }
            assert_ptr_equal(scan_for(text, text + length, ' '), text + first);
            free(text);
        }
    assert_null(scan_for(NULL, NULL, ' '));
}

/* Of so many bytes, the last of which have others in front that may be read. */
static void test_bits(void **state) {
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t left = 0; left <= LONGEST; left++) {
            size_t length = left < SCAN_WIDTH ? SCAN_WIDTH : left;
            char *text = malloc(length);
            for (size_t i = 0; i < length; i++)
                text[i] = chance(4) ? (char)chance(256) : '[';
            const char *at = text + length - left;
            uint32_t bits = 0;
            for (size_t i = 0; i < left && i < SCAN_WIDTH; i++)
                bits |= (uint32_t)(at[i] == '[') << i;
            assert_int_equal(scan_bits_until(at, text + length, '['), bits);
            free(text);
        }
}

static void test_past_address(void **state) {
    (void)state;
    static const char good[] = "019AZaz.:%";
    for (size_t round = 0; round < ROUNDS; round++)
        for (size_t length = 0; length <= LONGEST; length++) {
            char *text = malloc(length ? length : 1);
            size_t first = length;
            for (size_t i = 0; i < length; i++) {
                text[i] = chance(30) ? good[chance(sizeof good - 1)] : (char)chance(256);
                if (!is_slow_address((unsigned char)text[i]) && first == length)
                    first = i;
            }
            assert_ptr_equal(scan_past_address(text, text + length), text + first);
            free(text);
        }
}

/* Each byte in each place. */
static void test_kinds(void **state) {
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (unsigned place = 0; place < SCAN_STEP; place++) {
            char *text = malloc(SCAN_STEP);
            memset(text, '-', SCAN_STEP);
            text[place] = (char)byte;
            unsigned bit = 1u << place, all = (1u << SCAN_STEP) - 1;
            assert_int_equal(scan_alnum(text), is_slow_alnum((unsigned char)byte) ? bit : 0);
            assert_int_equal(scan_alnum_or(text, '-'),
                             is_slow_alnum((unsigned char)byte) || byte == '-' ? all : all ^ bit);
            memset(text, 'F', SCAN_STEP);
            text[place] = (char)byte;
            bool is_hex = byte < 0x80 && strchr("0123456789ABCDEF", (int)byte) && byte;
            assert_int_equal(scan_hex(text), is_hex ? SCAN_STEP : place);
            memset(text, 'x', SCAN_STEP);
            text[place] = (char)byte;
            assert_ptr_equal(scan_past_address(text, text + SCAN_STEP),
                             text + (is_slow_address((unsigned char)byte) ? SCAN_STEP : place));
            free(text);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_for),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_past_address),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
