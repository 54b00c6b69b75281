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
                                 "5.x.x@end-of-data,postfix,in,dot {enhanced}\n"
                                 "5xx@end-of-data,postfix,in,dot {code}\n"
                                 "5.7.8,exim,in,first\n"
                                 "5.7.8,exim,in,the later row\n";

static const struct {
    const char *code, *mta, *direction, *text, *stage;
} rows[] = {
    {"535", "postfix", "in", "SASL \"x\" failed", "rcpt"},
    {"550", "postfix", "in", "any 550", "rcpt"},
    {"550", "postfix", "out", "550, 550 and again 550", "rcpt"},
    {"550", "exim", "in", "", "rcpt"},
    {"450", "postfix", "in", "", "rcpt"},
    {"354", "exim", "in", "-", "rcpt"},
    {"5.7.8", "postfix", "in", "login", "rcpt"},
    {"4.7.8", "postfix", "in", "login later", "rcpt"},
    {"5.7.26", "postfix", "in", "<5.7.26> policy", "rcpt"},
    {"5.7.5", "postfix", "in", "certificate 5.7.5", "rcpt"}, /* a code before a class */
    {"4.7.5", "postfix", "in", "certificate 4.7.5", "rcpt"},
    {"5.1.1", "postfix", "in", "any 5.1.1", "rcpt"},
    {"4.1.1", "postfix", "in", "", "rcpt"},
    {"5.7.8", "postfix", "out", "", "rcpt"},
    {"5.7.8", "exim", "in", "the later row", "rcpt"},
    {"X.7.8", "postfix", "in", "login", "rcpt"}, /* of 5.7.8 and 4.7.8 the more serious */
    {"X.2.0", "postfix", "in", "later", "rcpt"},
    {"X.1.5", "postfix", "in", "fine", "rcpt"},
    {"X.7.26", "postfix", "in", "<5.7.26> policy", "rcpt"},
    {"X.1.1", "postfix", "in", "any 5.1.1", "rcpt"},
    {"X.1.1", "nobody", "in", "", "rcpt"},
    {"5.7.26", "postfix", "in", "dot 5.7.26", "end-of-data"},
    {"550", "postfix", "in", "dot 550", "end-of-data"},
    {"550", "postfix", "in", "", "mail"}, /* no row of that stage */
    {"5.7.26", "postfix", "in", "", NULL},
    {"5.7.5", "postfix", "in", "certificate 5.7.5", NULL},
    {"5.7.8", "postfix", "in", "login", "end-of-data"},
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
        struct slice text =
            codes_logged(codes, code, rows[i].mta, rows[i].direction, rows[i].stage, &arena);
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
    {"650,exim,in,x",
     "l.csv:2: no code (535, 5xx, 5.7.8, X.7.8, 5.7.x, 5.x.x or 5.x.x@mail) '650'"},
    {"5xx@lunch,exim,in,{code}", "no code"},
    {"5xx@,exim,in,{code}", "no code"},
    {"550@mail,exim,in,550", "no code"},
    {"5xx@mail,exim,in,550", "no {code} in the text for '5xx@mail'"},
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
