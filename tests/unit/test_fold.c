/* fold - blanks and letters, eight bytes at once, as one byte after the other gives them. */
#include "base/fold.h"

#include <stdlib.h>

#include <cmocka.h>

static void folds_blanks(void **state) {
    (void)state;
    static const struct {
        const char *before, *text, *all;
    } rows[] = {
        {"", "", ""},
        {"", "   ", ""},
        {"", "  a  b  ", "a b "},
        {"", "no such user here", "no such user here"},
        {"", "no such user  here  at all", "no such user here at all"},
        {"", "tab\tand\r\nline", "tab and line"},
        {"x", " y", "x y"},
        {"x ", " y", "x y"},
        {"x ", "        y", "x y"},
        {"1234567 ", " 2345678", "1234567 2345678"},
        {"", "a\001b c!d !e! !", "a\001b c!d !e! !"},
        {"", "plain 12\302\240 \303\234ber alles", "plain 12\302\240 \303\234ber alles"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char to[64];
        size_t length = strlen(rows[i].before);
        memcpy(to, rows[i].before, length);
        length = fold_blanks(slice_of(rows[i].text), to, length);
        if (!slice_is((struct slice){to, length}, rows[i].all))
            fail_msg("row %zu: '%.*s'", i, (int)length, to);
    }
}

static void folds_letters(void **state) {
    (void)state;
    static const struct {
        const char *text, *folded;
    } rows[] = {
        {"", ""},
        {"@AMZ[`amz{ 09", "@amz[`amz{ 09"},
        {"USER Unknown", "user unknown"},
        {"\303\204\303\226\303\234 STRASSE", "\303\244\303\266\303\274 strasse"},
        {"1234567\303\204", "1234567\303\244"},
        {"\303\227 \303\237 \303\236", "\303\227 \303\237 \303\276"},
        {"\320\220\320\237\320\240\320\257", "\320\260\320\277\321\200\321\217"},
        {"A\302B\377Z\300C", "a\302b\377z\300c"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char to[64];
        struct slice text = slice_of(rows[i].text);
        fold_case(text, to);
        if (!slice_is((struct slice){to, text.length}, rows[i].folded))
            fail_msg("row %zu: '%.*s'", i, (int)text.length, to);
    }
}

/* ---- any bytes */

static size_t blanks_one_by_one(struct slice text, char *to) {
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.at[i];
        bool blank = byte == ' ' || (byte >= '\t' && byte <= '\r');
        if (!blank)
            to[length++] = byte;
        else if (length > 0 && to[length - 1] != ' ')
            to[length++] = ' ';
    }
    return length;
}

static bool done_one_by_one(struct slice text) {
    char before = ' ';
    for (size_t i = 0; i < text.length; before = text.at[i++])
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f ||
            (text.at[i] == ' ' && before == ' '))
            return false;
    return text.length == 0 || before != ' ';
}

/* Most random texts have much to fold; so each is tried with all but a little of it made good. */
static void knows_what_is_folded(void **state) {
    (void)state;
    static const char bytes[] = "aB!\200\303";
    static const char odd[] = "    !\001\t\n\177\257";
    srand(2);
    unsigned done = 0;
    for (unsigned round = 0; round < 40000; round++) {
        char text[40];
        struct slice given = {text, (size_t)rand() % sizeof text};
        for (size_t i = 0; i < given.length; i++)
            text[i] = bytes[(size_t)rand() % (sizeof bytes - 1)];
        for (int changes = rand() % 4; given.length && changes > 0; changes--)
            text[(size_t)rand() % given.length] = odd[(size_t)rand() % (sizeof odd - 1)];
        assert_int_equal(fold_is_done(given), done_one_by_one(given));
        done += fold_is_done(given);
    }
    assert_in_range(done, 4000, 36000);
}

/* Where the bytes stand does not matter, nor whether they are folded in place. */
static void folds_any_bytes(void **state) {
    (void)state;
    static const char bytes[] = "  \t\n\001!aBZ[@\177\200\303\204\320\220\257\377";
    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        char text[40], wanted[40], folded[40], moved[48];
        struct slice given = {text, (size_t)rand() % sizeof text};
        for (size_t i = 0; i < given.length; i++)
            text[i] = bytes[(size_t)rand() % (sizeof bytes - 1)];
        size_t length = blanks_one_by_one(given, wanted);
        assert_int_equal(fold_blanks(given, folded, 0), length);
        assert_memory_equal(folded, wanted, length);

        size_t at = (size_t)rand() % 8;
        memcpy(moved + at, text, given.length);
        assert_int_equal(fold_blanks((struct slice){moved + at, given.length}, moved + at, 0),
                         length);
        assert_memory_equal(moved + at, wanted, length);

        fold_case((struct slice){wanted, length}, folded);
        fold_case((struct slice){moved + at, length}, moved + at);
        assert_memory_equal(moved + at, folded, length);
        for (size_t i = 0; i < length; i++)
            if ((unsigned char)wanted[i] < 0x80)
                assert_int_equal(folded[i], wanted[i] >= 'A' && wanted[i] <= 'Z' ? wanted[i] | 0x20
                                                                                 : wanted[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_blanks),
        cmocka_unit_test(folds_letters),
        cmocka_unit_test(folds_any_bytes),
        cmocka_unit_test(knows_what_is_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
