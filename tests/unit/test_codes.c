/* The code tables, and the two kinds of code as text. */
#include "rules/codes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD  "code,name,description,when,fix,source,reason\n"
#define FULL  "code,name,standard,description,when,fix,use,stage,source,reason,others\n"
#define PAIRS "one,other,difference\n"

static const struct {
    const char *text, *enhanced, *rest; /* enhanced NULL: refused */
} enhanced_rows[] = {
    {"5.1.1 text", "5.1.1", " text"},
    {"4.2.2", "4.2.2", ""},
    {"2.0.0)", "2.0.0", ")"},
    {"5.7.999", "5.7.999", ""},
    {"5.1.1:x", "5.1.1", ":x"},
    {"3.1.1", NULL, NULL},
    {"5.1", NULL, NULL},
    {"5.1.", NULL, NULL},
    {"5.1.1.1", NULL, NULL},
    {"5.1.1.", NULL, NULL},
    {"5.01.1", NULL, NULL},
    {"5.1.1000", NULL, NULL},
    {"55.1.1", NULL, NULL},
    {"5.1.x", NULL, NULL},
    {"", NULL, NULL},
    {"5", NULL, NULL},
};

static void takes_enhanced_codes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof enhanced_rows / sizeof *enhanced_rows; i++) {
        struct slice text = slice_of(enhanced_rows[i].text);
        struct enhanced enhanced = {0};
        char buffer[16];
        bool taken = enhanced_take(&text, &enhanced);
        if (taken != (enhanced_rows[i].enhanced != NULL))
            fail_msg("'%s'", enhanced_rows[i].text);
        if (!taken) {
            assert_true(slice_is(text, enhanced_rows[i].text));
            continue;
        }
        assert_int_equal(enhanced_print(enhanced, buffer), strlen(enhanced_rows[i].enhanced));
        assert_string_equal(buffer, enhanced_rows[i].enhanced);
        assert_true(slice_is(text, enhanced_rows[i].rest));
    }
    char buffer[16] = "x";
    assert_int_equal(enhanced_print((struct enhanced){0}, buffer), 0);
    assert_string_equal(buffer, "");
}

static const struct {
    const char *text;
    uint16_t basic;
    struct enhanced enhanced;
    bool read, is;
} code_rows[] = {
    {"550", 550, {0}, true, true},
    {"550", 551, {5, 5, 0}, true, false},
    {"5.1.1", 550, {5, 1, 1}, true, true},
    {"5.1.1", 450, {4, 1, 1}, true, false},
    {"x.1.1", 450, {4, 1, 1}, true, true},
    {"X.1.1", 0, {5, 1, 1}, true, true},
    {"x.1.1", 550, {5, 1, 2}, true, false},
    {"x.0.0", 550, {0}, true, false}, /* no enhanced code is no x.0.0 */
    {"199", 0, {0}, false, false},
    {"600", 0, {0}, false, false},
    {"55", 0, {0}, false, false},
    {"5500", 0, {0}, false, false},
    {"y.1.1", 0, {0}, false, false},
    {"x.1", 0, {0}, false, false},
    {"5.1.1 ", 0, {0}, false, false},
    {"", 0, {0}, false, false},
};

static void reads_codes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof code_rows / sizeof *code_rows; i++) {
        struct code code;
        if (code_read(slice_of(code_rows[i].text), &code) != code_rows[i].read)
            fail_msg("'%s'", code_rows[i].text);
        if (code_rows[i].read &&
            code_is(code, code_rows[i].basic, code_rows[i].enhanced) != code_rows[i].is)
            fail_msg("'%s' is", code_rows[i].text);
    }
}

static void loads_tables(void **state) {
    (void)state;
    struct codes *codes = codes_new();
    struct problem problem = {""};
    bool good =
        codes_load(codes, "reply.csv", "r.csv",
                   SLICE("\xef\xbb\xbf" HEAD "550,Mailbox unavailable,\"a \"\"b\"\", c\",,,RFC "
                         "5321,user-unknown\r\n451,\" Local\nerror\",,,,,\n554,Failed,,,,,"),
                   &problem) &&
        codes_load(codes, "reply.csv", "mine.csv",
                   SLICE("reason,source,fix,when,description,name,code\n"
                         "mine,,,,,Mine,451\n"),
                   &problem) &&
        codes_load(codes, "enhanced.csv", "e.csv",
                   SLICE(HEAD "X.1.1,Bad mailbox,,,,,user-unknown\n5.1.1,Exactly,,,,,\n"),
                   &problem) &&
        codes_load(codes, "implied.csv", "i.csv",
                   SLICE("line_type,code,enhanced,source\n"
                         "PF-X,535,5.7.8,smtpd.c\nPF-X temporary rcpt,,4.7.0,\nPF-Y,421,,\n"),
                   &problem);
    if (!good)
        fail_msg("%s", problem.text);

    const struct code_page *page = codes_reply(codes, 550);
    assert_true(slice_is(page->name, "Mailbox unavailable"));
    assert_true(slice_is(page->description, "a \"b\", c"));
    assert_true(slice_is(page->reason, "user-unknown"));
    assert_int_equal(page->line, 2);
    assert_string_equal(page->file, "r.csv");
    assert_int_equal(codes_reply_count(codes), 3);
    assert_ptr_equal(codes_reply_at(codes, 0), page);
    assert_int_equal(codes_reply(codes, 554)->line, 5);
    page = codes_reply(codes, 451); /* the later row, at the place of the first */
    assert_ptr_equal(codes_reply_at(codes, 1), page);
    assert_true(slice_is(page->name, "Mine"));
    assert_string_equal(page->file, "mine.csv");
    assert_null(codes_reply(codes, 552));
    assert_null(codes_reply(codes, 0));

    assert_true(slice_is(codes_enhanced(codes, (struct enhanced){5, 1, 1})->name, "Exactly"));
    assert_true(slice_is(codes_enhanced(codes, (struct enhanced){4, 1, 1})->name, "Bad mailbox"));
    assert_null(codes_enhanced(codes, (struct enhanced){4, 1, 2}));
    assert_int_equal(codes_enhanced_count(codes), 2);
    assert_true(slice_is(codes_enhanced_at(codes, 0)->code, "X.1.1"));

    const struct implied *implied = codes_implied(codes, SLICE("PF-X"));
    assert_int_equal(implied->code, 535);
    assert_true(enhanced_equal(implied->enhanced, (struct enhanced){5, 7, 8}));
    assert_int_equal(codes_implied(codes, SLICE("PF-X temporary rcpt"))->code, 0);
    assert_int_equal(codes_implied(codes, SLICE("PF-Y"))->enhanced.class_digit, 0);
    assert_null(codes_implied(codes, SLICE("PF")));
    codes_free(codes);
    codes_free(NULL);
}

static void reads_what_a_page_may_tell(void **state) {
    (void)state;
    struct codes *codes = codes_new();
    struct problem problem = {""};
    if (!codes_load(codes, "reply.csv", "r.csv",
                    SLICE(FULL
                          "530,Login,Login first,,,,Not 535.,mail|rcpt,RFC 4954 section 6; RFC "
                          "3207,auth-required,relay-denied|tls-failure\n535,Bad,,,,,,any,,,\n"),
                    &problem) ||
        !codes_load(codes, "reply.csv", "old.csv", SLICE(HEAD "535,Mine,,,,,\n"), &problem))
        fail_msg("%s", problem.text);
    const struct code_page *page = codes_reply(codes, 530);
    assert_true(slice_is(page->standard, "Login first"));
    assert_true(slice_is(page->use, "Not 535."));
    assert_true(slice_is(page->stage, "mail|rcpt"));
    assert_true(slice_is(page->source, "RFC 4954 section 6; RFC 3207"));
    assert_true(slice_is(page->others, "relay-denied|tls-failure"));
    assert_int_equal(page->first.basic, 530);
    page = codes_reply(codes, 535); /* of a table that lacks the later columns */
    assert_true(slice_is(page->name, "Mine"));
    assert_int_equal(page->stage.length + page->use.length + page->others.length, 0);
    codes_free(codes);
}

static const struct {
    struct enhanced enhanced;
    const char *name; /* NULL: no page */
} range_rows[] = {
    {{5, 7, 605}, "any class"},
    {{5, 7, 606}, "range"},
    {{5, 7, 620}, "exactly"},
    {{5, 7, 621}, "narrow"},
    {{5, 7, 629}, "narrow"},
    {{5, 7, 630}, "range again"},
    {{5, 7, 649}, "range again"},
    {{5, 7, 650}, "any class"},
    {{4, 7, 650}, "any class"},
    {{4, 7, 700}, "any class"},
    {{4, 7, 701}, NULL},
    {{5, 6, 606}, NULL},
    {{5, 7, 0}, NULL},
    {{0}, NULL},
};

static void finds_ranges(void **state) {
    (void)state;
    struct codes *codes = codes_new();
    struct problem problem = {""};
    if (!codes_load(codes, "enhanced.csv", "e.csv",
                    SLICE(HEAD
                          "5.7.606-649,range,,,,,\n5.7.620,exactly,,,,,\n5.7.600-649,wider,,,,,\n"
                          "5.7.621-629,narrow,,,,,\nX.7.600-700,any class,,,,,\n"),
                    &problem) ||
        !codes_load(codes, "enhanced.csv", "f.csv",
                    SLICE(HEAD "5.7.600-649,any class,,,,,\n5.7.630-649,range again,,,,,\n"),
                    &problem))
        fail_msg("%s", problem.text);
    for (size_t i = 0; i < sizeof range_rows / sizeof *range_rows; i++) {
        const struct code_page *page = codes_enhanced(codes, range_rows[i].enhanced);
        char text[16];
        enhanced_print(range_rows[i].enhanced, text);
        if (!page != !range_rows[i].name || (page && !slice_is(page->name, range_rows[i].name)))
            fail_msg("%s is '%.*s'", text, page ? (int)page->name.length : 0,
                     page ? page->name.at : "");
    }
    assert_int_equal(codes_enhanced_count(codes), 6);
    const struct code_page *page = codes_enhanced_at(codes, 0);
    assert_int_equal(page->first.enhanced.detail, 606);
    assert_int_equal(page->last, 649);
    assert_int_equal(codes_enhanced_at(codes, 1)->last, 620);
    codes_free(codes);
}

static const struct {
    const char *one, *other, *difference; /* empty: the table does not tell */
} pair_rows[] = {
    {"530", "535", "not yet, not so"},
    {"535", "530", "not yet, not so"},
    {"530", "530", ""},
    {"530", "550", ""},
    {"X.7.8", "X.7.9", "what, how"},
    {"X.7.9", "x.7.8", "what, how"},
    {"5.7.8", "4.7.9", "what, how"},
    {"4.7.8", "5.7.9", "exactly"},
    {"5.7.9", "4.7.8", "exactly"},
    {"5.7.10", "5.7.8", ""},
    {"5.7.11", "5.7.8", "of its own"}, /* has a page of its own, which is not that of X.7.11 */
    {"5.7.12", "5.7.11", ""},
    {"4.7.11", "5.7.12", "any"},
};

static void join_pair(void *context, struct code_pair *pair) {
    size_t length = strlen(context);
    snprintf((char *)context + length, 64 - length, "%.*s-%.*s ", SLICE_ARGS(pair->one),
             SLICE_ARGS(pair->other));
}

static void tells_pairs_apart(void **state) {
    (void)state;
    struct codes *codes = codes_new();
    struct problem problem = {""};
    if (!codes_load(codes, "enhanced.csv", "e.csv",
                    SLICE(HEAD "X.7.8,a,,,,,\nX.7.9,b,,,,,\nX.7.11,c,,,,,\n5.7.11,d,,,,,\n"
                               "X.7.12,e,,,,,\n"),
                    &problem) ||
        !codes_load(codes, "pairs.csv", "p.csv",
                    SLICE(PAIRS
                          "535,530,\"not yet, not so\"\nX.7.8,X.7.9,old\n"
                          "4.7.8,5.7.9,exactly\nX.7.11,X.7.12,any\n5.7.11,X.7.8,of its own\n"),
                    &problem) ||
        !codes_load(codes, "pairs.csv", "mine.csv",
                    SLICE("difference,one,other\n\"what, how\",X.7.9,X.7.8\n"), &problem))
        fail_msg("%s", problem.text);
    for (size_t i = 0; i < sizeof pair_rows / sizeof *pair_rows; i++) {
        struct code one, other;
        assert_true(code_read(slice_of(pair_rows[i].one), &one));
        assert_true(code_read(slice_of(pair_rows[i].other), &other));
        struct slice told = codes_pair(codes, one, other);
        if (!slice_is(told, pair_rows[i].difference))
            fail_msg("%s and %s: '%.*s'", pair_rows[i].one, pair_rows[i].other, SLICE_ARGS(told));
    }
    char shown[64] = "";
    codes_each_pair(codes, join_pair, shown); /* the later row stands in the place of the first */
    assert_string_equal(shown, "535-530 X.7.9-X.7.8 4.7.8-5.7.9 X.7.11-X.7.12 5.7.11-X.7.8 ");
    codes_free(codes);
}

static const struct {
    const char *name, *text, *problem;
} refused[] = {
    {"reply.csv", "", "t.csv:1: the row of column names is missing"},
    {"reply.csv", "code,name\n", "t.csv:1: missing column 'description'"},
    {"reply.csv", "code,nome\n", "t.csv:1: unknown column 'nome'"},
    {"reply.csv", "code,code\n", "t.csv:1: repeated column 'code'"},
    {"reply.csv", HEAD "550,a,b\n", "t.csv:2: 3 fields, the first row has 7"},
    {"reply.csv", HEAD "550,a,,,,,\n\"551\"x,a,,,,,\n", "t.csv:3: "},
    {"reply.csv", HEAD "550,a,,,,,\n551,\"a,,,,,\n\n", "t.csv:3: a quote is not closed"},
    {"reply.csv", HEAD "550,a,\"b\nc\",,,,\n650,a,,,,,\n",
     "t.csv:4: no reply code (200 .. 599) '650'"},
    {"reply.csv", HEAD "5.1.1,a,,,,,\n", "t.csv:2: no reply code"},
    {"reply.csv", HEAD " 550,a,,,,,\n", "no reply code (200 .. 599) ' 550'"},
    {"reply.csv", HEAD "550,,,,,,\n", "t.csv:2: no name for code '550'"},
    {"enhanced.csv", HEAD "550,a,,,,,\n",
     "t.csv:2: no enhanced code (5.7.8, X.7.8 or 5.7.606-649) '550'"},
    {"enhanced.csv", HEAD "5.7.6-5,a,,,,,\n", "t.csv:2: no enhanced code"},
    {"enhanced.csv", HEAD "5.7.6-6,a,,,,,\n", "'5.7.6-6'"},
    {"enhanced.csv", HEAD "5.7.6-1000,a,,,,,\n", "'5.7.6-1000'"},
    {"enhanced.csv", HEAD "5.7.6-,a,,,,,\n", "'5.7.6-'"},
    {"reply.csv", HEAD "550-559,a,,,,,\n", "'550-559'"},
    {"reply.csv", "code,name,when,fix,source,reason,use\n", "missing column 'description'"},
    {"reply.csv", FULL "550,a,,,,,,mail|rcp,,,\n",
     "t.csv:2: write any or stages such as mail|rcpt, and not 'rcp'"},
    {"reply.csv", FULL "550,a,,,,,,any|mail,,,\n", "and not 'any'"},
    {"enhanced.csv", FULL "X.1.1,a,,,,,,mail|,,,\n", "and not ''"},
    {"implied.csv", "line_type,code,enhanced,source\nA,,,\n", "t.csv:2: no code at all for 'A'"},
    {"implied.csv", "line_type,code,enhanced,source\nA,9,,\n", "t.csv:2: no reply code '9'"},
    {"implied.csv", "line_type,code,enhanced,source\nA,,x.1.1,\n", "no enhanced code 'x.1.1'"},
    {"implied.csv", "line_type,code,enhanced,source\n,550,,\n", "no line type for '550'"},
    {"pairs.csv", PAIRS "535,X.7.8,a\n", "t.csv:2: no reply code 'X.7.8'"},
    {"pairs.csv", PAIRS "X.7.8,535,a\n", "t.csv:2: no enhanced code '535'"},
    {"pairs.csv", PAIRS "535,530,a\n53,530,a\n", "t.csv:3: no code '53'"},
    {"pairs.csv", PAIRS "535,530,\n", "t.csv:2: no difference of '535'"},
    {"pairs.csv", PAIRS "X.7.8,x.7.8,a\n", "t.csv:2: no pair: twice 'X.7.8'"},
    {"pairs.csv", "one,other\n", "t.csv:1: missing column 'difference'"},
    {"other.csv", HEAD, "t.csv: unknown table 'other.csv'"},
};

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct codes *codes = codes_new();
        struct problem problem = {""};
        bool good =
            codes_load(codes, refused[i].name, "t.csv", slice_of(refused[i].text), &problem);
        if (good || !strstr(problem.text, refused[i].problem))
            fail_msg("'%s': '%s' and not '%s'", refused[i].text, problem.text, refused[i].problem);
        codes_free(codes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_enhanced_codes),
        cmocka_unit_test(reads_codes),
        cmocka_unit_test(loads_tables),
        cmocka_unit_test(reads_what_a_page_may_tell),
        cmocka_unit_test(finds_ranges),
        cmocka_unit_test(tells_pairs_apart),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
