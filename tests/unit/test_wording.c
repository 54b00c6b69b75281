/* wording - equal causes give equal texts, and names of causes survive. */
#include "finding/wording.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* template NULL: unchanged */
static const struct {
    const char *text, *template;
} rows[] = {
    {"", NULL},
    {"mailbox full", NULL},
    /* addresses */
    {"<bob@example.net>: user unknown", "<address>: user unknown"},
    {"<\"a b\"@example.org>: user unknown", "<address>: user unknown"},
    {"<\"a b c> d", NULL},
    {"bob+tag@example.net is unknown", "<address> is unknown"},
    {"<\303\251lo\303\257se@example.fr>: unknown", "<address>: unknown"},
    {"sender=bob@example.net;", "sender=<address>;"},
    {"SRS0=aB3d=XY=example.org=bob@example.net unknown", "<address> unknown"},
    {"bob@[192.0.2.7] unknown.", "<address> unknown."},
    {"to bob@example.net.", "to <address>."},
    {"<bob>: Recipient address rejected", "<address>: Recipient address rejected"},
    {"<box1>: Helo command rejected", "<host>: Helo command rejected"},
    {"<box.example.net>: Helo command rejected", "<host>: Helo command rejected"},
    {"<BOX-1A2B3C4D5E>: Helo command rejected", "<host>: Helo command rejected"},
    {"<192.0.2.7>: Helo command rejected", "<host>: Helo command rejected"},
    {"<ab12cd34ef>: Recipient address rejected", "<address>: Recipient address rejected"},
    {"SASL CRAM-MD5 said PDEyMzQ1Njc4OTBAbXgxLmV4YW1wbGUub3JnPj4+", "SASL CRAM-MD5 said <id>"},
    {"rejected: not owned by user alice", "rejected: not owned by user <address>"},
    {"no password (set_id=bob): later", "no password (set_id=<address>): later"},
    {"<> is the null sender", NULL},
    {"a < b and c > d", NULL},
    {"<b>bold</b>", NULL},
    {"meet @ noon, 3 @ 4", NULL},
    /* URLs */
    {"see https://help.example.com/a?ip=192.0.2.1&x=1.", "see <url>."},
    {"(http://example.com/x)", "(<url>)"},
    {"WWW.example.com/why", "<url>"},
    {"http:// is empty", NULL},
    /* IPs */
    {"[192.0.2.1] is listed", "[<ip>] is listed"},
    {"client 192.0.2.1:2525 and 198.51.100.0/24", "client <ip>:<n> and <ip>"},
    {"[IPv6:2001:db8::25] and ::1, fe80::1/64", "[IPv6:<ip>] and <ip>, <ip>"},
    {"2001:db8:0:1:2:3:4:5 listed", "<ip> listed"},
    {"::ffff:192.0.2.1 listed", "<ip> listed"},
    {"1.2.3.4.5 is no IP", NULL},
    {"mail::queue is a name", NULL},
    /* hosts */
    {"mx1.example.net said so", "<host> said so"},
    {"said by bob@a_b.example.net_", "said by <address>_"},
    {"try mx40 or relay2, not mx-2 nor smtp550x", "try <host> or <host>, not mx-2 nor smtp550x"},
    /* block lists stay, what was asked of them does not */
    {"blocked using bl.example.org; see there", NULL},
    {"Blocked Using Lists.Example.net, mx.example.net", "Blocked Using Lists.Example.net, <host>"},
    {"is in a black list at zone.example.net", NULL},
    {"203.0.113.9 is listed by zen.spamhaus.org", "<ip> is listed by zen.spamhaus.org"},
    {"see bl.spamcop.net and b.barracudacentral.org", NULL},
    {"9.113.0.203.zen.spamhaus.org", "<host>"},
    {"https://www.spamhaus.org/query/ip/203.0.113.9", "<url>"},
    {"1.2.0.192.bl.example.org", "<host>"},
    {"host=mx-a.example.net[192.0.2.1]:25", "host=<host>[<ip>]:25"},
    {"bad \303\251.example.net", "bad <host>"},
    {"rejected.Please wait", NULL},
    {"RESOLVER.ADR.RecipNotFound; not found", NULL},
    {"e.g. this, i.e. that", NULL},
    {"xn--mgba3a.xn--p1ai is", "<host> is"},
    /* times and spans */
    {"at 2026-06-01T10:00:01.123Z done", "at <time> done"},
    {"at 2026-06-01 10:00:01 +0200 done", "at <time> done"},
    {"on Mon, 01 Jun 2026 10:00:01 +0200 (CEST)", "on <time> (CEST)"},
    {"Jun  1 10:00:01 was", "<time> was"},
    {"until 10:11:12, or 9:15.", "until <time>, or <time>."},
    {"Mon Jun 1 10:00:01 2026 it was", "<time> it was"},
    {"on 2026/06/01", "on <time>"},
    {"greylisted, try again in 287 seconds", "greylisted, try again in <time>"},
    {"greylisted for 5 min; wait 59s", "greylisted for <time>; wait <time>"},
    {"it may 10:00:01 or may 1 come", "it may <time> or <time> come"},
    {"3 m tall, may not, sun shines", NULL},
    /* ids */
    {"queued as 4C1D2E3F40", "queued as <id>"},
    {"id=1wAbCd-000000012AB-0xYz", "id=<id>"},
    {"4XkLm21qRszBcd refused", "<id> refused"},
    {"ticket 7b0c9a52-77b3-4da6-a3ce-929d0e0e4736", "ticket <id>"},
    {"a1-20020a05600c19cc00b0041be0a5si18347wmq.114 - gsmtp", "<id> - gsmtp"},
    {"token dGhpcyBpcyBub3QgYSBzZWNyZXQ5 end", "token <id> end"},
    {"token bm90aGluZzEyMw== end", "token <id> end"},
    /* tokens and names stay */
    {"[TSS04] (S3150) AS(201806281) [BL001122]", NULL},
    {"OFR004_104 AS16012609 SMTPUTF8 CRAM-MD5 SCRAM-SHA-256 8BITMIME", NULL},
    {"deadbeefdeadbeef and identification stay", NULL},
    /* numbers */
    {"5.7.1 550 421 code and 4.4.2", NULL},
    {"limit 10240000 bytes, 999 left, 1024kB", "limit <n> bytes, 999 left, <n>kB"},
    {"1780300801.123", "<n>"},
    {"version 8.17.2", NULL},
    {"#1234 AUP#1000", "#<n> AUP#1000"},
    {"score 12, score of 3, scored 7.5", "score <n>, score of 3, scored <n>"},
    {"hits=7.5 required=5 code=550", "hits=<n> required=<n> code=550"},
    {"spam score=-2.1", "spam score=-<n>"},
    {"load average: 17", "load average: <n>"},
    {"12 recipients, 3 connections, 85% full", "<n> recipients, <n> connections, <n>% full"},
    {"quota 10MB of 20 MB", "quota <n>MB of <n> MB"},
    {"TLS 1.2, TLSv1.3, version 8.1 and 0.25", "TLS 1.2, TLSv1.3, version 8.1 and <n>"},
    {"error 3, signal 11, SASL(-13), exit (127)", NULL},
    {"PREGREET 14 after 0.08", "PREGREET <n> after <n>"},
    /* files */
    {"writing to /var/mail/bob: no space", "writing to <path>: no space"},
    {"and/or, /quit, 1/2, a /b", NULL},
    {"file \"/etc/postfix/main.cf\".", "file \"<path>\"."},
    /* bytes of any kind pass */
    {"\001\377\200 \033[K", NULL},
};

static struct slice template_of(const char *text, struct arena *arena) {
    return wording_template(slice_of(text), arena);
}

static void test_rows(void **state) {
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *expected = rows[i].template ? rows[i].template : rows[i].text;
        struct slice template = template_of(rows[i].text, &arena);
        if (!slice_is(template, expected))
            print_error("'%s' gives '%.*s', not '%s'\n", rows[i].text, SLICE_ARGS(template),
                        expected);
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *expected = rows[i].template ? rows[i].template : rows[i].text;
        assert_true(slice_is(template_of(rows[i].text, &arena), expected));
    }
    arena_release(&arena);
}

/* Two replies with one cause. */
static void test_equal(void **state) {
    static const char *const pairs[][2] = {
        {"Client host [192.0.2.9] blocked using bl.example.org; https://bl.example.org/q?192.0.2.9",
         "Client host [2001:db8::9] blocked using bl.example.org; https://bl.example.org/x"},
        {"Message has a spam score of 7.3 (limit 5.0)",
         "Message has a spam score of 12.9 (limit 6)"},
        {"too many recipients (101 recipients, limit 100)",
         "too many recipients (2500 recipients, limit 50)"},
        {"rejected by mx4.example.net at Mon, 01 Jun 2026 10:00:01 +0200",
         "rejected by out.example.org at 2026-06-02 23:59:59"},
        {"quota exceeded for /var/mail/bob", "quota exceeded for /home/eve/Maildir"},
        {"mailbox of bob@example.net is 101% full", "mailbox of eve@example.org is 99% full"},
        {"refused (mx40)", "refused (mx7)"},
        {"DT 4C1D2E3F40 from [192.0.2.7]:25000", "DT 7AAD2E3F4011 from [198.51.100.7]:1025"},
        {"<bob@example.net>: mailbox full, 102400000 of 102400000 bytes",
         "<eve@example.com>: mailbox full, 99999999 of 1048576 bytes"},
        {"Greylisted, come back in 5 minutes (id 4C1D2E3F40)",
         "Greylisted, come back in 299 seconds (id 7AAD2E3F4011)"},
    };
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_true(
            slice_equal(template_of(pairs[i][0], &arena), template_of(pairs[i][1], &arena)));
    arena_release(&arena);
}

/* Causes that must stay apart. */
static void test_different(void **state) {
    static const char *const pairs[][2] = {
        {"blocked using bl.example.org", "blocked using rbl.example.net"},
        {"listed by zen.spamhaus.org", "listed by bl.spamcop.net"},
        {"refused [TSS04]", "refused [TSS09]"},
        {"part of their network is on our block list (S3150)",
         "part of their network is on our block list (S3140)"},
        {"Access denied, spam abuse detected. AS(1410)", "Access denied, AS(8561)"},
        {"your mail was refused AUP#1310", "your mail was refused AUP#1260"},
        {"5.7.26 unauthenticated", "5.7.27 unauthenticated"},
        {"error 3", "error 4"},
        {"550 no", "553 no"},
        {"TLS 1.0 is refused", "TLS 1.3 is refused"},
        {"RL000001", "RL000010"},
        {"OFR004_104", "OFR004_105"},
        {"user unknown", "user suspended"},
    };
    struct arena arena;

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (slice_equal(template_of(pairs[i][0], &arena), template_of(pairs[i][1], &arena)))
            fail_msg("'%s' and '%s' have one template", pairs[i][0], pairs[i][1]);
    arena_release(&arena);
}

/* Linear in length: runs that no mask takes, as long as a line can be. A quadratic scanner would
 * take minutes here. */
static void test_long(void **state) {
    static const char *const pieces[] = {
        "a-",  "a.", "a=", "<a",   "::",   "1:",  "a/",   "9_a",    "a@",
        "a.b", "/a", "1=", "mx1 ", "1.5 ", "www", "<a@b", "1.1.1.", "\303\251"};
    enum { LENGTH = 65536 };
    struct arena arena;
    char *text = malloc(LENGTH);

    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        for (size_t at = 0; at < LENGTH; at++)
            text[at] = pieces[i][at % strlen(pieces[i])];
        struct slice template = wording_template((struct slice){text, LENGTH}, &arena);
        assert_true(template.length <= 3 * LENGTH);
        arena_clear(&arena);
    }
    free(text);
    arena_release(&arena);
}

/* Each label that tells a list, at any place of a name, and nothing that only begins with one. */
static void test_lists(void **state) {
    static const char *const labels[] = {
        "bl",          "rbl",        "dnsbl",   "sbl",      "xbl",       "pbl",
        "zen",         "dbl",        "cbl",     "psbl",     "uribl",     "surbl",
        "multi",       "ubl",        "ivmuri",  "drbl",     "spamhaus",  "spamcop",
        "sorbs",       "uceprotect", "abuseat", "spamrats", "mailspike", "barracudacentral",
        "invaluement", "hostkarma",  "surriel", "ZEN",
    };
    static const struct {
        const char *name;
        bool is_list;
    } names[] = {{"%s", true},
                 {"%s.example.org", true},
                 {"a.%s.example", true},
                 {"example.%s", true},
                 {"a%s.example", false},
                 {"%sx.example", false},
                 {"%s-1.example", false},
                 {"example.x%sx", false},
                 {"..", false}};
    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            char name[64];
            const char *mark = strstr(names[j].name, "%s");
            int before = mark ? (int)(mark - names[j].name) : 0;
            snprintf(name, sizeof name, "%.*s%s%s", before, names[j].name, mark ? labels[i] : "",
                     mark ? mark + 2 : names[j].name);
            if (wording_is_list(slice_of(name)) != names[j].is_list)
                fail_msg("%s: a list or not", name);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_equal), cmocka_unit_test(test_different),
        cmocka_unit_test(test_long), cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
