/* reply - the three ways of many lines, codes that are none, and text that wants to be one. */
#include "finding/reply.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum anchor { NO_CODE, CODE, EXIM, PASTED };

struct row {
    enum anchor anchor;
    const char *logged;
    unsigned code;
    const char *enhanced, *text, *whole;
};

/* whole NULL: as logged */
static const struct row rows[] = {
    /* one line */
    {CODE, "550 5.1.1 no such user", 550, "5.1.1", "no such user", NULL},
    {CODE, "550 no such user", 550, "", "no such user", NULL},
    {CODE, "250 2.0.0 Ok: queued", 250, "2.0.0", "Ok: queued", NULL},
    {CODE, "550", 550, "", "", NULL},
    {CODE, "550 ", 550, "", "", "550"},
    {CODE, "550-", 550, "", "", "550"},
    {CODE, "550 5.1.1", 550, "5.1.1", "", NULL},
    {CODE, "354 go on", 354, "", "go on", NULL},
    {CODE, "550 <eve@example.net>: unknown", 550, "", "<eve@example.net>: unknown", NULL},
    {CODE, "550 5.1.1: unknown", 550, "5.1.1", "unknown", NULL},
    {CODE, "550 #5.1.0 refused", 550, "5.1.0", "refused", NULL},
    {CODE, "550-5.7.1 only one line", 550, "5.7.1", "only one line", "550 5.7.1 only one line"},
    {CODE, "550 -5.7.1 blank before the dash", 550, "5.7.1", "blank before the dash",
     "550 5.7.1 blank before the dash"},
    /* no code, though the anchor may have one */
    {CODE, "850 NONSENSE", 0, "", "850 NONSENSE", NULL},
    {CODE, "150 early", 0, "", "150 early", NULL},
    {CODE, "600 late", 0, "", "600 late", NULL},
    {CODE, "5501 numbers", 0, "", "5501 numbers", NULL},
    {CODE, "550: a colon", 0, "", "550: a colon", NULL},
    {CODE, "55", 0, "", "55", NULL},
    {CODE, "Connection refused", 0, "", "Connection refused", NULL},
    {CODE, "host said: 550 5.1.1 no", 0, "", "host said: 550 5.1.1 no", NULL},
    {CODE, "", 0, "", "", NULL},
    /* not an anchor of codes */
    {NO_CODE, "550 5.1.1 no such user", 0, "", "550 5.1.1 no such user", NULL},
    {NO_CODE, "5.7.1 refused by a filter", 0, "5.7.1", "refused by a filter", NULL},
    /* enhanced codes and what is none */
    {CODE, "550 5.1.1.1 four parts", 550, "", "5.1.1.1 four parts", NULL},
    {CODE, "550 192.0.2.1 listed", 550, "", "192.0.2.1 listed", NULL},
    {CODE, "550 3.1.1 class", 550, "", "3.1.1 class", NULL},
    {CODE, "550 5.1 short", 550, "", "5.1 short", NULL},
    {CODE, "550 5.1.1beta version", 550, "", "5.1.1beta version", NULL},
    {CODE, "550 sorry, nobody (#5.1.1)", 550, "5.1.1", "sorry, nobody (#5.1.1)", NULL},
    {CODE, "550 sorry (#5.1.1) (in reply to RCPT TO)", 550, "5.1.1",
     "sorry (#5.1.1) (in reply to RCPT TO)", NULL},
    {CODE, "550 sorry #5.1.1", 550, "5.1.1", "sorry #5.1.1", NULL},
    {CODE, "550 sorry [5.1.1].", 550, "5.1.1", "sorry [5.1.1].", NULL},
    {CODE, "550 sorry 5.1.1", 550, "", "sorry 5.1.1", NULL},
    {CODE, "550 sorry [5.1.1.1]", 550, "", "sorry [5.1.1.1]", NULL},
    {CODE, "550 sorry [192.0.2.1]", 550, "", "sorry [192.0.2.1]", NULL},
    {CODE, "550 4.2.2 first (#5.1.1)", 550, "4.2.2", "first (#5.1.1)", NULL},
    /* Postfix: lines joined by a blank */
    {CODE, "550-5.7.1 one 550-5.7.1 two 550 5.7.1 three", 550, "5.7.1", "one two three",
     "550 5.7.1 one two three"},
    {CODE, "550-one 550-two 550 three 550 dollars", 550, "", "one two three 550 dollars",
     "550 one two three 550 dollars"},
    {CODE, "550 5.1.1 one 550-5.1.1 two", 550, "5.1.1", "one two", "550 5.1.1 one two"},
    {CODE, "250 2.0.0 from filter: 250 2.0.0 Ok: queued", 250, "2.0.0",
     "from filter: 250 2.0.0 Ok: queued", NULL},
    {CODE, "550 5.1.1 see 550 Main Street", 550, "5.1.1", "see 550 Main Street", NULL},
    {CODE, "550-5.1.1 call 554-1234 550 5.1.1 now", 550, "5.1.1", "call 554-1234 now",
     "550 5.1.1 call 554-1234 now"},
    {CODE, "550-5.7.1 one 550 two", 550, "5.7.1", "one two", "550 5.7.1 one two"},
    {CODE, "550- 550-5.7.1 one 550 5.7.1", 550, "5.7.1", "one", "550 5.7.1 one"},
    {CODE, "550-5.7.1 550 5.7.1 one", 550, "5.7.1", "one", "550 5.7.1 one"},
    {CODE, "550-one 550", 550, "", "one", "550 one"},
    /* Exim: "\n", and "\\n" inside C="..." */
    {EXIM, "550-5.7.1 one\\n550-5.7.1 two\\n550 5.7.1 three", 550, "5.7.1", "one two three",
     "550 5.7.1 one two three"},
    {EXIM, "550-one\\\\n550 two", 550, "", "one two", "550 one two"},
    {EXIM, "550-one\\n554 two", 550, "", "one two", "550 one two"},
    {EXIM, "250-\\n250 done", 250, "", "done", "250 done"},
    {EXIM, "550-\\n550-\\n550 5.1.1 one", 550, "5.1.1", "one", "550 5.1.1 one"},
    {EXIM, "not wanted\\n  at all\\n", 0, "", "not wanted at all", "not wanted at all"},
    {EXIM, "550 a \\\"b\\\" c\\\\d\\te", 550, "", "a \"b\" c\\d e", "550 a \"b\" c\\d e"},
    {EXIM, "550 octal \\303\\251", 550, "", "octal \\303\\251", NULL},
    {EXIM, "550 ends with \\", 550, "", "ends with \\", NULL},
    {CODE, "550 path C:\\new", 550, "", "path C:\\new", NULL},
    /* real line ends, control bytes, blanks */
    {CODE, "550-one\r\n550 two", 550, "", "one two", "550 one two"},
    {CODE, "  550  5.1.1\t two   blanks ", 550, "5.1.1", "two blanks", "550 5.1.1 two blanks"},
    {CODE, "550 e\033[31msc\177 b\001ell\a", 550, "", "e[31msc bell", "550 e[31msc bell"},
    {CODE, "55\0010 5.1.1 hidden", 550, "5.1.1", "hidden", "550 5.1.1 hidden"},
    {CODE, "550 octal #012 stays", 550, "", "octal #012 stays", NULL},
    {CODE, "550 caf\303\251 \377", 550, "", "caf\303\251 \377", NULL},
    /* pasted by a person */
    {PASTED, "550 5.7.1 text", 550, "5.7.1", "text", NULL},
    {PASTED, "5.7.1 text", 0, "5.7.1", "text", NULL},
    {PASTED, "5.7.1", 0, "5.7.1", "", NULL},
    {PASTED, "535", 535, "", "", NULL},
    {PASTED, "text alone", 0, "", "text alone", NULL},
    {PASTED, "550-one\\n550 two", 550, "", "one two", "550 one two"},
    {PASTED, "550-one\n550 two\n", 550, "", "one two", "550 one two"},
    {PASTED, "smtp; 550 5.1.1 no", 550, "5.1.1", "no", "550 5.1.1 no"},
    {PASTED, "Diagnostic-Code: SMTP; 550 no", 550, "", "no", "550 no"},
    {PASTED, "550 smtp; no", 550, "", "smtp; no", NULL},
    {PASTED, "550 C:\\new\\notes", 550, "", "C:\\new\\notes", NULL},
    {PASTED, "", 0, "", "", NULL},
};

static struct reply read_as(enum anchor anchor, struct slice logged, struct arena *arena) {
    struct record record = {
        .reply = logged, .reply_may_have_code = anchor != NO_CODE, .reply_escaped = anchor == EXIM};
    struct reply reply;

    if (anchor == PASTED)
        reply_read_text(logged, arena, &reply);
    else
        reply_read(&record, arena, &reply);
    return reply;
}

static void assert_slice(struct slice s, const char *expected, const char *logged) {
    if (!slice_is(s, expected))
        fail_msg("'%s' gives '%.*s', not '%s'", logged, SLICE_ARGS(s), expected);
}

static void test_rows(void **state) {
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct reply reply = read_as(row->anchor, slice_of(row->logged), &arena);
        char enhanced[16];
        size_t length = enhanced_print(reply.enhanced, enhanced);
        if (reply.code != row->code)
            fail_msg("'%s' gives code %u", row->logged, reply.code);
        assert_slice((struct slice){enhanced, length}, row->enhanced, row->logged);
        assert_slice(reply.text, row->text, row->logged);
        assert_slice(reply.whole, row->whole ? row->whole : row->logged, row->logged);
    }
    arena_release(&arena);
}

static void test_mismatch(void **state) {
    static const struct {
        const char *logged;
        bool mismatch;
    } mismatches[] = {{"550 4.4.2 odd", true},   {"450 5.1.1 odd", true},
                      {"550 5.1.1 fine", false}, {"550 without", false},
                      {"5.1.1 alone", false},    {"421 sorry (#5.3.2)", true},
                      {"354 2.0.0 go on", true}, {"text", false}};
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(mismatches) / sizeof(mismatches[0]); i++) {
        struct reply reply = read_as(CODE, slice_of(mismatches[i].logged), &arena);
        if (reply.mismatch != mismatches[i].mismatch)
            fail_msg("mismatch of '%s'", mismatches[i].logged);
    }
    arena_release(&arena);
}

/* What follows AUTH may be a password; words must stay. */
static void test_secrets(void **state) {
    static const struct {
        const char *logged, *whole;
    } secrets[] = {
        {"501 AUTH PLAIN AGFsaWNlAHNlY3JldA== refused", "501 AUTH PLAIN [redacted] refused"},
        {"501 \"AUTH PLAIN AGFsaWNl\" refused", "501 \"AUTH PLAIN [redacted]\" refused"},
        {"501 \"auth login aaaabbbb\" refused", "501 \"auth login [redacted]\" refused"},
        {"AUTH LOGIN YWxpY2U= c2VjcmV0MQ==", "AUTH LOGIN [redacted] [redacted]"},
        {"AUTH CRAM-MD5 YWxpY2UgMTIz, AUTH XOAUTH2 dXNlcj1hbGlj",
         "AUTH CRAM-MD5 [redacted], AUTH XOAUTH2 [redacted]"},
        {"AUTH AGFsaWNlAHNlY3JldHNlY3JldA==", "AUTH [redacted]"},
        {"501 AUTH PLAIN AGFsaW", "501 AUTH PLAIN [redacted]"},
        {"501 AUTH PLAIN: AGFsaWNl", "501 AUTH PLAIN: [redacted]"},
        {"501 AUTH\\tPLAIN\\tAGJvYgBzZWNyZXQ=\\r\\n", "501 AUTH\\tPLAIN\\t[redacted]\\r\\n"},
        {"501 AUTH\\011PLAIN AGJvYgBzZWNyZXQ=", "501 AUTH\\011PLAIN [redacted]"},
        {"550 AU\001TH PLAIN AGFsaWNl", "550 AUTH PLAIN [redacted]"},
        {"PREGREET AUTH PLAIN AGFsaWNl\\r\\nMAIL FROM:<x>",
         "PREGREET AUTH PLAIN [redacted]\\r\\nMAIL FROM:<x>"},
        {"EHLO x\\r\\nAUTH LOGIN\\r\\nYWxpY2U=\\r\\nc2VjcmV0MQ==\\r\\n",
         "EHLO x\\r\\nAUTH LOGIN\\r\\n[redacted]\\r\\n[redacted]\\r\\n"},
        {"AUTH PLAIN\\015\\012aaaabbbb\\015\\012", "AUTH PLAIN\\015\\012[redacted]\\015\\012"},
        {"503 command AUTH=PLAIN AGFsaWNl", "503 command AUTH=PLAIN [redacted]"},
        {"503 \\r\\nAUTH=LOGIN AGFsaWNl", "503 \\r\\nAUTH=LOGIN [redacted]"},
        {"501-AUTH PLAIN 501 AGFsaWNl", "501 AUTH PLAIN [redacted]"},
        {"500 5.5.1 Command unrecognized: \"YWxpY2VzIHNlY3JldA==\"",
         "500 5.5.1 Command unrecognized: \"[redacted]\""},
        {"500 \"YWxpY2U=\" is no command; \"c2VjcmV0MQ==\" neither",
         "500 \"[redacted]\" is no command; \"[redacted]\" neither"},
        {"500 5.5.1 Command unrecognized: \"BLURDYBLOOPS\"",
         "500 5.5.1 Command unrecognized: \"BLURDYBLOOPS\""},
        {"500 Command unrecognized: \"as I said above\"",
         "500 Command unrecognized: \"as I said above\""},
        {"501 Syntax error in mailbox address \"anna2024\"",
         "501 Syntax error in mailbox address \"anna2024\""},
        {"550 no such \"aB3aB3aB\" here", "550 no such \"aB3aB3aB\" here"},
        {"503 AUTH LOGIN not available", NULL},
        {"503 AUTH PLAIN requires encryption", NULL},
        {"503 AUTH LOGIN FAILED", NULL},
        {"503 AUTH LOGIN Failed", NULL},
        {"503 AUTH from client1.example.net refused", NULL},
        {"503 AUTH limit exceeded 1000 times", NULL},
        {"503 \"AUTH LOGIN\" is not offered", NULL},
        {"503 \"AUTH PLAIN =\" is empty", NULL},
        {"550 author PLAIN AGFsaWNl", NULL},
        {"250 AUTH=LOGIN CRAM-MD5", NULL},
        {"503 XAUTH=PLAIN AGFsaWNl", NULL},
        {"503 c:\\auth c:\\new\\author", NULL},
        {"503 AUTH", NULL},
        {"503 AUTH ", "503 AUTH"},
        {"503 AUTH PLAIN", NULL},
    };
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        struct reply reply = read_as(CODE, slice_of(secrets[i].logged), &arena);
        assert_slice(reply.whole, secrets[i].whole ? secrets[i].whole : secrets[i].logged,
                     secrets[i].logged);
        assert_true(slice_ends(reply.whole, reply.text));
    }
    arena_release(&arena);
}

/* Work and memory stay in proportion to a reply as long as a line can be. */
static void test_long(void **state) {
    static const char *const pieces[] = {"550-",     "550 5.1.1 ", "AUTH P AGFs ",
                                         " \\n550-", "\n",         "x"};
    enum { LENGTH = 60000 };
    struct arena arena;
    char *logged = malloc(LENGTH);

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        for (size_t at = 0; at < LENGTH; at++)
            logged[at] = pieces[i][at % strlen(pieces[i])];
        for (enum anchor anchor = NO_CODE; anchor <= PASTED; anchor++) {
            struct reply reply = read_as(anchor, (struct slice){logged, LENGTH}, &arena);
            assert_true(reply.whole.length <= 2 * LENGTH);
        }
        arena_clear(&arena);
    }
    free(logged);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
