/* mime - lines that any mail server carries, and headers that stay one header. */
#include "report/mime.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_out(struct out *out, const char *expected) {
    struct slice is = out_held(out);
    if (!slice_is(is, expected))
        fail_msg("is:\n%.*s\nnot:\n%s", SLICE_ARGS(is), expected);
    out_release(out);
}

#define TEN     "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void test_quoted_printable(void **state) {
    static const struct {
        const char *text, *mail;
    } rows[] = {
        {"", ""},
        {"a\n\nb", "a\n\nb\n"},
        {"1 = 1\ttab \n", "1 =3D 1\ttab=20\n"},
        {"caf\xc3\xa9\r\n", "caf=C3=A9=0D\n"},
        {".\n..\nFrom me\nFromage\n", "=2E\n=2E.\n=46rom me\nFromage\n"},
        {SEVENTY "123456\n", SEVENTY "123456\n"},
        {SEVENTY "1234567\n", SEVENTY "12345=\n67\n"},
        {SEVENTY "12345\xc3\xa9\n", SEVENTY "12345=\n=C3=A9\n"},
        {SEVENTY "123=\n", SEVENTY "123=3D\n"},
        {SEVENTY "1234=\n", SEVENTY "1234=\n=3D\n"},
        {SEVENTY "12345.com\n", SEVENTY "12345=\n=2Ecom\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct out out;
        out_init_memory(&out);
        mime_quoted_printable(&out, slice_of(rows[i].text));
        assert_out(&out, rows[i].mail);
    }
}

static void test_base64(void **state) {
    static const struct {
        const char *text, *mail;
    } rows[] = {
        /* RFC 4648, section 10 */
        {"", ""},
        {"f", "Zg==\n"},
        {"fo", "Zm8=\n"},
        {"foo", "Zm9v\n"},
        {"foob", "Zm9vYg==\n"},
        {"fooba", "Zm9vYmE=\n"},
        {"foobar", "Zm9vYmFy\n"},
        {"\xff\xfe\xfd", "//79\n"},
        {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
         "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\neA==\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct out out;
        out_init_memory(&out);
        mime_base64(&out, slice_of(rows[i].text));
        assert_out(&out, rows[i].mail);
    }
}

static void test_headers(void **state) {
    static const struct {
        const char *text, *mail;
    } rows[] = {
        {"", "Subject: \n"},
        {"14 things to do", "Subject: 14 things to do\n"},
        {"a\r\nBcc: b@example.com", "Subject: =?utf-8?B?YQ0KQmNjOiBiQGV4YW1wbGUuY29t?=\n"},
        {"=?x", "Subject: =?utf-8?B?PT94?=\n"},
        {"caf\xc3\xa9", "Subject: =?utf-8?B?Y2Fmw6k=?=\n"},
        {SEVENTY, "Subject: =?utf-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4?=\n"
                  " =?utf-8?B?OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OQ==?=\n"},
        /* no word ends inside a character */
        {"01234567890123456789012345678901234567\xe0\xb9\x80\xe0\xb9\x80",
         "Subject: =?utf-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc=?=\n"
         " =?utf-8?B?4LmA4LmA?=\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct out out;
        out_init_memory(&out);
        mime_header(&out, "Subject", slice_of(rows[i].text));
        assert_out(&out, rows[i].mail);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quoted_printable),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_headers),
    };
    return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
