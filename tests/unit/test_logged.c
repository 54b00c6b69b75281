/* What is logged for a code: which row is taken, and what stands where the code belongs. */
#include "rules/logged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "code,mta,direction,text\n"

static const char table[] = HEAD "5xx,postfix,in,any {code}\n"
                                 "5xx,postfix,out,\"{code}, {code} and again {code}\"\n"
                                 "3xx,exim,in,-\n"
                                 "535,postfix,in,\"SASL \"\"x\"\" failed\"\n"
                                 "5.x.x,postfix,in,any {enhanced}\n"
                                 "5.7.x,postfix,in,<{enhanced}> policy\n"
                                 "X.7.5,postfix,in,certificate {enhanced}\n"
                                 "5.7.8,postfix,in,login\n"
                                 "4.2.0,postfix,in,later\n"
                                 "4.7.8,postfix,in,login later\n"
                                 "2.1.5,postfix,in,fine\n"
                                 "5.7.8,exim,in,first\n"
                                 "5.7.8,exim,in,the later row\n";

static const struct {
    const char *code, *mta, *direction, *text;
} rows[] = {
    {"535", "postfix", "in", "SASL \"x\" failed"},
    {"550", "postfix", "in", "any 550"},
    {"550", "postfix", "out", "550, 550 and again 550"},
    {"550", "exim", "in", ""},
    {"450", "postfix", "in", ""},
    {"354", "exim", "in", "-"},
    {"5.7.8", "postfix", "in", "login"},
    {"4.7.8", "postfix", "in", "login later"},
    {"5.7.26", "postfix", "in", "<5.7.26> policy"},
    {"5.7.5", "postfix", "in", "certificate 5.7.5"}, /* a code before a class */
    {"4.7.5", "postfix", "in", "certificate 4.7.5"},
    {"5.1.1", "postfix", "in", "any 5.1.1"},
    {"4.1.1", "postfix", "in", ""},
    {"5.7.8", "postfix", "out", ""},
    {"5.7.8", "exim", "in", "the later row"},
    {"X.7.8", "postfix", "in", "login"}, /* of 5.7.8 and 4.7.8 the more serious */
    {"X.2.0", "postfix", "in", "later"},
    {"X.1.5", "postfix", "in", "fine"},
    {"X.7.26", "postfix", "in", "<5.7.26> policy"},
    {"X.1.1", "postfix", "in", "any 5.1.1"},
    {"X.1.1", "nobody", "in", ""},
};

static void finds_the_nearest_row(void **state) {
    (void)state;
    struct codes *codes = codes_new();
    struct arena arena;
    struct problem problem = {""};
    arena_init(&arena);
    if (!codes_load(codes, "logged.csv", "l.csv", slice_of(table), &problem))
        fail_msg("%s", problem.text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct code code;
        assert_true(code_read(slice_of(rows[i].code), &code));
        struct slice text = codes_logged(codes, code, rows[i].mta, rows[i].direction, true, &arena);
        if (!slice_is(text, rows[i].text))
            fail_msg("%s %s %s: '%.*s'", rows[i].code, rows[i].mta, rows[i].direction,
                     SLICE_ARGS(text));
    }
    arena_release(&arena);
    codes_free(codes);
}

static const struct {
    const char *row, *problem;
} refused[] = {
    {"650,exim,in,x", "l.csv:2: no code (535, 5xx, 5.7.8, X.7.8, 5.7.x or 5.x.x) '650'"},
    {"6xx,exim,in,{code}", "no code"},
    {"5x,exim,in,{code}", "no code"},
    {"5xxx,exim,in,{code}", "no code"},
    {"x.7.8,exim,in,x", "no code"},
    {"X.7.x,exim,in,{enhanced}", "no code"},
    {"5.x.8,exim,in,{enhanced}", "no code"},
    {"5.x,exim,in,{enhanced}", "no code"},
    {"3.x.x,exim,in,{enhanced}", "no code"},
    {".x.x,exim,in,{enhanced}", "no code"},
    {"x.x,exim,in,{enhanced}", "no code"},
    {".x,exim,in,{enhanced}", "no code"},
    {"5.99999999999999999999.x,exim,in,{enhanced}", "no code"},
    {",exim,in,x", "no code"},
    {"550,,in,x", "no name of an MTA for '550'"},
    {"550,a b,in,x", "no name of an MTA for '550'"},
    {"550,exim,local,x", "no direction (in or out) for '550'"},
    {"550,exim,in,", "no text, or not one line, for '550'"},
    {"550,exim,in,\"a\nb\"", "no text, or not one line, for '550'"},
    {"550,exim,in,a\tb", "no text, or not one line, for '550'"},
    {"5xx,exim,in,550", "no {code} in the text for '5xx'"},
    {"5.7.x,exim,in,{code}", "no {enhanced} in the text for '5.7.x'"},
};

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct codes *codes = codes_new();
        struct problem problem = {""};
        char bytes[200];
        snprintf(bytes, sizeof bytes, HEAD "%s\n", refused[i].row);
        bool good = codes_load(codes, "logged.csv", "l.csv", slice_of(bytes), &problem);
        if (good || !strstr(problem.text, refused[i].problem))
            fail_msg("'%s': '%s' and not '%s'", refused[i].row, problem.text, refused[i].problem);
        codes_free(codes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_nearest_row),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
