/* Globs, networks and filters, by rows. */
#include "finding/filter.h"

#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "base/glob.h"
#include "finding/reply.h"
#include "reason_book.h"

static const struct {
    const char *pattern, *text;
    bool fold, wanted;
} globs[] = {
    {"", "", false, true},
    {"", "a", false, false},
    {"*", "", false, true},
    {"*", "anything at all", false, true},
    {"?", "", false, false},
    {"?", "a", false, true},
    {"?", "ab", false, false},
    {"?", "\xc3\xa9", false, true}, /* é is one */
    {"a?c",
     "a\xe0\xb8\x81"
     "c",
     false, true},
    {"??", "\xc3\xa9", false, false},
    {"abc", "abc", false, true},
    {"abc", "ABC", false, false},
    {"abc", "ABC", true, true},
    {"ABC", "abc", true, true},
    {"abc", "abcd", false, false},
    {"*bc", "abcbc", false, true},
    {"*.example.com", "mx.example.com", false, true},
    {"*.example.com", "example.com", false, false},
    {"a*b*c", "a-b-b-c", false, true},
    {"a*b*c", "a-c-b", false, false},
    {"[abc]x", "bx", false, true},
    {"[abc]x", "dx", false, false},
    {"[a-c]", "b", false, true},
    {"[a-c]", "B", false, false},
    {"[a-c]", "B", true, true},
    {"[!a-c]", "b", false, false},
    {"[^a-c]", "d", false, true},
    {"[!a]", "\xc3\xa9", false, true},
    {"[]]", "]", false, true},
    {"[a-]", "-", false, true},
    {"\\*", "*", false, true},
    {"\\*", "a", false, false},
    {"\\[x", "[x", false, true},
    {"*\\?", "what?", false, true},
    {"*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, false},
};

static void globs_match(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        struct slice pattern = slice_of(globs[i].pattern);
        assert_true(glob_check(pattern, NULL));
        if (glob_matches(pattern, slice_of(globs[i].text), globs[i].fold) != globs[i].wanted)
            fail_msg("row %zu: '%s' and '%s'", i, globs[i].pattern, globs[i].text);
    }
}

/* Whether any text of a few signs fits both, by trying all of them. */
static bool meets_by_trying(struct slice pattern, struct slice form, bool fold) {
    static const char signs[] = "abA@.";
    enum { SIGNS = sizeof signs - 1, LONGEST = 5 };
    for (unsigned long number = 0, end = 1, length = 0; length <= LONGEST; end *= SIGNS, length++)
        for (number = 0; number < end; number++) {
            char text[LONGEST];
            unsigned long left = number;
            for (unsigned long i = 0; i < length; i++, left /= SIGNS)
                text[i] = signs[left % SIGNS];
            struct slice tried = {text, length};
            if (glob_matches(pattern, tried, fold) && glob_matches(form, tried, fold))
                return true;
        }
    return false;
}

static void patterns_meet(void **state) {
    (void)state;
    static const char *const items[] = {"",  "*",    "?",    "a",     "b",   "A",    "@",
                                        ".", "[ab]", "[!a]", "[A-B]", "\\a", "[b-a]"};
    enum { ITEMS = sizeof items / sizeof *items, EVERY = 17 };
    unsigned met = 0, tried = 0;
    for (unsigned number = 0; number < ITEMS * ITEMS * ITEMS * ITEMS; number += EVERY) {
        char pattern[32], form[32];
        snprintf(pattern, sizeof pattern, "%s%s", items[number % ITEMS],
                 items[number / ITEMS % ITEMS]);
        snprintf(form, sizeof form, "%s%s", items[number / ITEMS / ITEMS % ITEMS],
                 items[number / ITEMS / ITEMS / ITEMS]);
        bool fold = number % 2, wanted, found;
        if (strstr(form, "[b-a]")) /* what fits nothing is in no form */
            continue;
        wanted = meets_by_trying(slice_of(pattern), slice_of(form), fold);
        found = glob_meets(slice_of(pattern), form, "", fold);
        if (found != wanted)
            fail_msg("'%s' and '%s'%s: %d", pattern, form, fold ? " folded" : "", found);
        tried++;
        met += found;
    }
    assert_in_range(met, tried / 10, tried - tried / 10);
    static const struct {
        const char *pattern, *form, *without;
        bool wanted;
    } rows[] = {
        {"", "*", "@", true},       {"*", "*", "@", true},        {"a@b", "*", "@", false},
        {"*@*", "*", "@", false},   {"*\\@*", "*", "@", false},   {"[@]", "*", "@", false},
        {"[@a]", "*", "@", true},   {"?", "*", "@", true},        {"\xc3\xa9", "*", "@", true},
        {"a@b", "*@*", "@", true},  {"a@b@c", "*@*", "@", false}, {"*", "ab", "", true},
        {"*b*a*", "ab", "", false}, {"*a*b*", "ab", "", true},    {"a*b", "a", "", false},
        {"***", "", "", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (glob_meets(slice_of(rows[i].pattern), rows[i].form, rows[i].without, true) !=
            rows[i].wanted)
            fail_msg("'%s' and '%s' without '%s'", rows[i].pattern, rows[i].form, rows[i].without);
}

static void broken_globs_are_refused(void **state) {
    (void)state;
    static const char *const broken[] = {"[",   "[a",  "a[!",   "[]",
                                         "[!]", "x\\", "\\\\[", "[\xc3\xa9]"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        if (glob_check(slice_of(broken[i]), NULL))
            fail_msg("'%s' is taken", broken[i]);
}

static const struct {
    const char *network, *address;
    bool wanted;
} networks[] = {
    {"192.0.2.0/24", "192.0.2.200", true},
    {"192.0.2.0/24", "192.0.3.1", false},
    {"192.0.2.77/24", "192.0.2.1", true}, /* the bits behind do not count */
    {"192.0.2.128/25", "192.0.2.127", false},
    {"192.0.2.128/25", "192.0.2.128", true},
    {"0.0.0.0/0", "203.0.113.9", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"::/0", "2001:db8::1", true},
    {"192.0.2.7", "192.0.2.7", true},
    {"192.0.2.7", "::ffff:192.0.2.7", true},
    {"192.0.2.7", "192.0.2.70", false},
    {"2001:db8::/32", "2001:DB8:1::9", true},
    {"2001:db8::/33", "2001:db8:8000::", false},
    {"2001:db8::1", "2001:DB8:0:0:0:0:0:1", true},
    {"192.0.2.0/24", "mx.example.com", false},
    {"192.0.2.0/24", "", false},
};

static void networks_hold(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        struct network network;
        assert_true(network_read(slice_of(networks[i].network), &network));
        if (network_holds(&network, slice_of(networks[i].address)) != networks[i].wanted)
            fail_msg("row %zu: %s and '%s'", i, networks[i].network, networks[i].address);
    }
    static const char *const none[] = {
        "",          "192.0.2",      "192.0.2.0/33",    "192.0.2.0/",
        "/24",       "192.0.2.0/2x", "2001:db8::/129",  "example.com",
        "1.2.3.4.5", "192.0.2.0/-1", "2001:db8::1%eth0"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct network network;
        assert_false(network_read(slice_of(none[i]), &network));
    }
    struct network network;
    assert_false(network_read((struct slice){"192.0.2.7\0x", 11}, &network));
}

/* A bounce with everything, and a refused connection with next to nothing. */
static struct finding bounce(void) {
    return (struct finding){.record = {.kind = RECORD_OUTCOME,
                                       .event = EVENT_BOUNCED,
                                       .level = LEVEL_RECIPIENT,
                                       .direction = DIRECTION_OUT,
                                       .stage = STAGE_RCPT,
                                       .side = SIDE_REMOTE,
                                       .queue_id = SLICE("4C1D2e3F40"),
                                       .sender = SLICE("Anna@Example.com"),
                                       .has_sender = true,
                                       .recipient = SLICE("bob@lists@Example.NET"),
                                       .orig_recipient = SLICE("info@example.org"),
                                       .peer_host = SLICE("mx.example.net"),
                                       .peer_ip = SLICE("198.51.100.5"),
                                       .user = SLICE("anna")},
                            .host = SLICE("mx1"),
                            .template = SLICE("<address>: no such user, here"),
                            .reply = {.code = 550, .enhanced = {5, 1, 1}},
                            .verdict.class_name = "user-unknown"};
}

static struct finding bare(void) {
    return (struct finding){.record = {.kind = RECORD_INCIDENT,
                                       .event = EVENT_REJECTED,
                                       .level = LEVEL_SESSION,
                                       .direction = DIRECTION_IN,
                                       .has_sender = true},
                            .verdict.class_name = "unclassified"};
}

static const struct {
    enum filter_by by;
    const char *value;
    bool bounce, bare;
} rows[] = {
    {FILTER_CLASS, "user-unknown", true, false},
    {FILTER_CLASS, "user-*,mailbox-full", true, false},
    {FILTER_CLASS, "mailbox-full,user-unknown", true, false},
    {FILTER_CLASS, "!user-unknown", false, true},
    {FILTER_CLASS, "!mailbox-full,!user-unknown", false, true},
    {FILTER_CLASS, "*,!user-unknown", false, true},
    {FILTER_CODE, "550", true, false},
    {FILTER_CODE, "5?0", true, false},
    {FILTER_CODE, "4*,5*", true, false},
    {FILTER_CODE, "*", true, false},
    {FILTER_CODE, "!*", false, true},
    {FILTER_CODE, "!451", true, true},
    {FILTER_ENHANCED, "5.1.1", true, false},
    {FILTER_ENHANCED, "*.1.*", true, false},
    {FILTER_ENHANCED, "5.7.*", false, false},
    {FILTER_EVENT, "bounced", true, false},
    {FILTER_EVENT, "Bounced,expired", true, false},
    {FILTER_EVENT, "!bounced", false, true},
    {FILTER_LEVEL, "session", false, true},
    {FILTER_DIRECTION, "out", true, false},
    {FILTER_DIRECTION, "in,local", false, true},
    {FILTER_SENDER, "anna@example.com", true, false},
    {FILTER_SENDER, "<anna@example.com>", true, false},
    {FILTER_SENDER, "*@EXAMPLE.com", true, false},
    {FILTER_SENDER, "<>", false, true},
    {FILTER_SENDER, "*", true, true},
    {FILTER_SENDER, "?*", true, false},
    {FILTER_SENDER, "!<>", true, false},
    {FILTER_RECIPIENT, "bob*", true, false},
    {FILTER_RECIPIENT, "!*", false, true},
    {FILTER_RECIPIENT, "INFO@example.org", true, false},
    {FILTER_RECIPIENT, "!info@*", false, true},
    {FILTER_RECIPIENT_DOMAIN, "example.org", false, false},
    {FILTER_RECIPIENT_DOMAIN, "example.net", true, false},
    {FILTER_RECIPIENT_DOMAIN, "*.net", true, false},
    {FILTER_RECIPIENT_DOMAIN, "!example.net", false, true},
    {FILTER_PEER, "*.example.net", true, false},
    {FILTER_PEER, "198.51.100.*", true, false},
    {FILTER_PEER, "198.51.100.0/24", true, false},
    {FILTER_PEER, "[198.51.100.5]", true, false},
    {FILTER_PEER, "203.0.113.0/24,MX.example.net", true, false},
    {FILTER_PEER, "!198.51.100.0/24", false, true},
    {FILTER_PEER, "!mx.example.net", false, true},
    {FILTER_USER, "ANNA", true, false},
    {FILTER_USER, "*", true, false},
    {FILTER_QUEUE_ID, "4C1D2e3F40", true, false},
    {FILTER_QUEUE_ID, "4c1d2e3f40", false, false},
    {FILTER_STAGE, "rcpt", true, false},
    {FILTER_STAGE, "!rcpt", false, true},
    {FILTER_STAGE, "!*", false, true},
    {FILTER_SIDE, "remote,callout", true, false},
    {FILTER_SIDE, "synthetic", false, false},
    {FILTER_CODE_SOURCE, "explicit", true, false},
    {FILTER_CODE_SOURCE, "implied", false, false},
    {FILTER_CODE_SOURCE, "!*", false, true},
    {FILTER_TEMPLATE, "*NO SUCH USER*", true, false},
    {FILTER_TEMPLATE, "<address>: no such user\\, here", true, false},
    {FILTER_TEMPLATE, "no such user", false, false},
    {FILTER_STRANGERS, "yes", false, false},
    {FILTER_STRANGERS, "no", true, true},
    {FILTER_HOST, "MX[0-9]", true, false},
    {FILTER_HOST, "mx[2,3]", false, false},
    {FILTER_HOST, "mx[1,3]", true, false},
    {FILTER_USER, "anna\\,x, anna", true, false},
};

static void filters_match(void **state) {
    (void)state;
    struct finding one = bounce(), other = bare();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter filter = {0};
        struct problem problem;
        if (!filter_add(&filter, rows[i].by, rows[i].value, &problem))
            fail_msg("row %zu: %s", i, problem.text);
        if (filter_matches(&filter, &one) != rows[i].bounce ||
            filter_matches(&filter, &other) != rows[i].bare)
            fail_msg("row %zu: --%s '%s'", i, filter_name(rows[i].by), rows[i].value);
    }
}

static void different_options_must_all_hold(void **state) {
    (void)state;
    struct finding one = bounce();
    struct filter filter = {0};
    assert_true(filter_matches(&filter, &one));
    assert_true(filter_add(&filter, FILTER_CODE, "550", NULL));
    assert_true(filter_add(&filter, FILTER_EVENT, "deferred", NULL));
    assert_false(filter_matches(&filter, &one));
    assert_true(filter_add(&filter, FILTER_EVENT, "bounced", NULL)); /* repeated: one of both */
    assert_true(filter_matches(&filter, &one));
    assert_true(filter_add(&filter, FILTER_CODE, "!55*", NULL));
    assert_false(filter_matches(&filter, &one));
}

static void what_follows_goes_with_its_cause(void **state) {
    (void)state;
    struct finding one = bounce();
    struct filter filter = {0};
    one.follows = true;
    one.cause = "greylisted";
    assert_true(filter_add(&filter, FILTER_CLASS, "greylisted", NULL));
    assert_true(filter_matches(&filter, &one));
    one.follows = false; /* what expired is no greylisting */
    assert_false(filter_matches(&filter, &one));
}

#define NO_CODE ": a reply code has three digits, the first from 2 to 5: 550, 5?? or 4*"
#define NO_ENHANCED                                                                                \
    ": an enhanced code is like 5.7.1, the first number 2, 4 or 5: write 5.7.* or '*.7.1'; 550 "   \
    "and the like are --code"
#define NO_DOMAIN                                                                                  \
    ": a domain stands behind the last @: write example.com or '*.example.com'; whole addresses "  \
    "are --recipient"
#define NO_ID                                                                                      \
    ": a queue ID has no blank and no : @ < >: write 4C1D2E3F40; what belongs to a Message-ID is " \
    "shown by 'mailtriage trace'"

static const struct {
    enum filter_by by;
    const char *value, *said;
} refused[] = {
    {FILTER_CLASS, "", "--class: a word is empty"},
    {FILTER_CLASS, "a,,b", "--class: a word is empty"},
    {FILTER_CLASS, "!", "--class: a word is empty"},
    {FILTER_SENDER, "", "--sender: a word is empty (the null sender is '<>')"},
    {FILTER_EVENT, "bounce",
     "--event 'bounce': there is delivered deferred bounced expired rejected "
     "auth-failed tls-failed connection-lost timeout discarded held warning"},
    {FILTER_LEVEL, "x*", "--level 'x*': there is recipient attempt host session mta"},
    {FILTER_DIRECTION, "up", "--direction 'up': there is in out local"},
    {FILTER_CODE, "5.7.1",
     "--code '5.7.1': a reply code has three digits; 5.7.1 and the like are "
     "--enhanced"},
    {FILTER_CODE, "55", "--code '55'" NO_CODE},
    {FILTER_CODE, "999", "--code '999'" NO_CODE},
    {FILTER_CODE, "9*", "--code '9*'" NO_CODE},
    {FILTER_CODE, "!1*", "--code '1*'" NO_CODE},
    {FILTER_CODE, "550,600", "--code '600'" NO_CODE},
    {FILTER_CODE, "[!2-5]*", "--code '[!2-5]*'" NO_CODE},
    {FILTER_CODE, "*x", "--code '*x'" NO_CODE},
    {FILTER_ENHANCED, "550", "--enhanced '550'" NO_ENHANCED},
    {FILTER_ENHANCED, "5", "--enhanced '5'" NO_ENHANCED},
    {FILTER_ENHANCED, "5.7", "--enhanced '5.7'" NO_ENHANCED},
    {FILTER_ENHANCED, "!5.7", "--enhanced '5.7'" NO_ENHANCED},
    {FILTER_ENHANCED, "9.9.9", "--enhanced '9.9.9'" NO_ENHANCED},
    {FILTER_ENHANCED, "3.*", "--enhanced '3.*'" NO_ENHANCED},
    {FILTER_ENHANCED, "5.7.1.1", "--enhanced '5.7.1.1'" NO_ENHANCED},
    {FILTER_ENHANCED, "*.*.*.*", "--enhanced '*.*.*.*'" NO_ENHANCED},
    {FILTER_ENHANCED, "5.07.1", "--enhanced '5.07.1'" NO_ENHANCED},
    {FILTER_ENHANCED, "5.7.1000", "--enhanced '5.7.1000'" NO_ENHANCED},
    {FILTER_RECIPIENT_DOMAIN, "@x", "--recipient-domain '@x'" NO_DOMAIN},
    {FILTER_RECIPIENT_DOMAIN, "a@b", "--recipient-domain 'a@b'" NO_DOMAIN},
    {FILTER_RECIPIENT_DOMAIN, "!*@example.com", "--recipient-domain '*@example.com'" NO_DOMAIN},
    {FILTER_QUEUE_ID, "4C1D2E3F40:", "--queue-id '4C1D2E3F40:'" NO_ID},
    {FILTER_QUEUE_ID, "<a@example.com>", "--queue-id '<a@example.com>'" NO_ID},
    {FILTER_QUEUE_ID, "4C1D 2E3F40", "--queue-id '4C1D 2E3F40'" NO_ID},
    {FILTER_PEER, "999.1.1.1/8",
     "--peer '999.1.1.1/8': no network; write 192.0.2.0/24 or 2001:db8::/32"},
    {FILTER_PEER, "192.0.2.0/",
     "--peer '192.0.2.0/': no network; write 192.0.2.0/24 or 2001:db8::/32"},
    {FILTER_PEER, "!192.0.2.0/2x",
     "--peer '192.0.2.0/2x': no network; write 192.0.2.0/24 or 2001:db8::/32"},
    {FILTER_PEER, "192.0.2.0/33",
     "--peer '192.0.2.0/33': no network; write 192.0.2.0/24 or 2001:db8::/32"},
    {FILTER_PEER, "192.0.2/24",
     "--peer '192.0.2/24': no network; write 192.0.2.0/24 or 2001:db8::/32"},
    {FILTER_HOST, "mx[1", "--host 'mx[1': a '[' without its ']' (the sign itself is '\\[')"},
    {FILTER_CODE, "[5", "--code '[5': a '[' without its ']' (the sign itself is '\\[')"},
    {FILTER_USER, "x\\", "--user 'x\\': nothing stands behind the '\\'"},
    {FILTER_EVENT, "!bounced,expired",
     "--event '!bounced,expired': '!' is for one word; write '!a,!b' for neither of two, and words "
     "without '!' in front"},
};

static void slips_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct filter filter = {0};
        struct problem problem;
        if (filter_add(&filter, refused[i].by, refused[i].value, &problem))
            fail_msg("row %zu '%s' is taken", i, refused[i].value);
        assert_string_equal(problem.text, refused[i].said);
    }
}

static struct finding spoken(struct slice reply) {
    struct finding finding = {.record = {.reply = reply, .reply_may_have_code = true}};
    struct arena arena;
    arena_init(&arena);
    reply_read(&finding.record, &arena, &finding.reply);
    finding.reply.text = finding.reply.whole = (struct slice){0};
    arena_release(&arena);
    return finding;
}

/* The word is taken just when the reader of replies makes of it what it fits. */
static void assert_as_read(enum filter_by by, const char *word) {
    struct filter filter = {0};
    struct finding finding = spoken(slice_of(word));
    bool is_read = by == FILTER_CODE ? finding.reply.code : finding.reply.enhanced.class_digit;
    if (filter_add(&filter, by, word, NULL) != is_read)
        fail_msg("--%s %s: %s", filter_name(by), word, is_read ? "refused" : "taken");
    if (is_read)
        assert_true(filter_matches(&filter, &finding));
}

static void codes_are_those_that_are_read(void **state) {
    (void)state;
    static const unsigned parts[] = {0, 1, 7, 9, 10, 99, 100, 999, 1000};
    enum { PARTS = sizeof parts / sizeof *parts };
    char word[32];
    for (unsigned code = 0; code < 1100; code++) {
        snprintf(word, sizeof word, "%u", code);
        assert_as_read(FILTER_CODE, word);
    }
    for (unsigned class_digit = 0; class_digit < 10; class_digit++)
        for (unsigned i = 0; i < PARTS * PARTS; i++) {
            snprintf(word, sizeof word, "%u.%u.%u", class_digit, parts[i / PARTS],
                     parts[i % PARTS]);
            assert_as_read(FILTER_ENHANCED, word);
        }
    static const char *const others[] = {"5.07.1", "5.7.01", "5.7.00", "5.7", "5.7.1.1", "5..1"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_as_read(FILTER_ENHANCED, others[i]);
}

/* What only may fit something is taken. */
static void what_may_fit_is_taken(void **state) {
    (void)state;
    static const struct {
        enum filter_by by;
        const char *value;
    } taken[] = {
        {FILTER_CODE, "[!4]*"},
        {FILTER_CODE, "*9"},
        {FILTER_CODE, "2??,!25*"},
        {FILTER_ENHANCED, "5*"},
        {FILTER_ENHANCED, "*.*"},
        {FILTER_ENHANCED, "5.7*"},
        {FILTER_ENHANCED, "?.7.???"},
        {FILTER_ENHANCED, "[4,5].7.708"},
        {FILTER_ENHANCED, "*"},
        {FILTER_RECIPIENT_DOMAIN, "*.example.*"},
        {FILTER_RECIPIENT_DOMAIN, "!*"},
        {FILTER_RECIPIENT_DOMAIN, "b\u00fccher.example"},
        {FILTER_QUEUE_ID, "1wAbCd-000000012AB-0xYz"},
        {FILTER_QUEUE_ID, "4C*"},
        {FILTER_QUEUE_ID, "!*"},
        {FILTER_PEER, "/run/dovecot/lmtp"},
        {FILTER_PEER, "*/lmtp"},
        {FILTER_PEER, "2001:db8::/32"},
        {FILTER_SENDER, "a b@x"},
        {FILTER_RECIPIENT, "root"},
        {FILTER_USER, "a b"},
        {FILTER_HOST, "my host"},
    };
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        struct filter filter = {0};
        struct problem problem;
        if (!filter_add(&filter, taken[i].by, taken[i].value, &problem))
            fail_msg("%s", problem.text);
    }
}

static void filters_are_bounded(void **state) {
    (void)state;
    static char long_word[FILTER_LONGEST + 2];
    struct filter filter = {0};
    memset(long_word, 'a', FILTER_LONGEST + 1);
    assert_false(filter_add(&filter, FILTER_USER, long_word, NULL));
    for (int i = 0; i < FILTER_WORDS; i++)
        assert_true(filter_add(&filter, FILTER_USER, "anna", NULL));
    assert_false(filter_add(&filter, FILTER_USER, "anna", NULL));
}

static void classes_are_those_of_the_book(void **state) {
    const struct book *book = *state;
    static const struct {
        const char *value;
        bool known;
    } classes[] = {{"user-unknown", true}, {"!user-*", true},   {"unclassified", true},
                   {"accepted", true},     {"user-unk", false}, {"mailbox-full,spam", false}};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        struct filter filter = {0};
        assert_true(filter_add(&filter, FILTER_CLASS, classes[i].value, NULL));
        assert_int_equal(filter_check_classes(&filter, book->rules, NULL), classes[i].known);
    }
}

static void knows_what_is_asked_for(void **state) {
    (void)state;
    static const struct {
        enum filter_by by;
        const char *value;
        bool messages, hosts, replies, delivered;
    } asked[] = {{FILTER_HOST, "mx1", true, true, false, false},
                 {FILTER_SENDER, "a@b", true, false, false, false},
                 {FILTER_QUEUE_ID, "!X", true, false, false, false},
                 {FILTER_RECIPIENT, "a@b", false, false, false, false},
                 {FILTER_PEER, "192.0.2.1", false, false, false, false},
                 {FILTER_CLASS, "*", false, false, true, false},
                 {FILTER_CODE, "250", false, false, true, false},
                 {FILTER_ENHANCED, "2.*", false, false, true, false},
                 {FILTER_EVENT, "bounced,deliv*", false, false, false, true},
                 {FILTER_EVENT, "!bounced", false, false, false, false},
                 {FILTER_EVENT, "!delivered", false, false, false, false}};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct filter filter = {0};
        assert_true(filter_add(&filter, asked[i].by, asked[i].value, NULL));
        assert_int_equal(filter_is_of_messages(&filter), asked[i].messages);
        assert_int_equal(filter_is_of_hosts(&filter), asked[i].hosts);
        assert_int_equal(filter_is_of_replies(&filter), asked[i].replies);
        assert_int_equal(filter_names_event(&filter, EVENT_DELIVERED), asked[i].delivered);
    }
}

static void each_filter_is_an_option(void **state) {
    (void)state;
    for (unsigned by = 0; by < FILTER_COUNT; by++) {
        char option[64], program[] = "mailtriage", report[] = "report", bare[] = "--no-config";
        char *words[] = {program, report, bare, option, NULL};
        struct options options;
        struct problem problem;
        snprintf(option, sizeof option, "--%s=*", filter_name((enum filter_by)by));
        if (!options_read(&options, 4, words, &problem))
            fail_msg("%s", problem.text);
        assert_int_equal(options.filter.given, 1u << by);
        options_release(&options);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_match),
        cmocka_unit_test(broken_globs_are_refused),
        cmocka_unit_test(patterns_meet),
        cmocka_unit_test(networks_hold),
        cmocka_unit_test(filters_match),
        cmocka_unit_test(different_options_must_all_hold),
        cmocka_unit_test(what_follows_goes_with_its_cause),
        cmocka_unit_test(slips_are_refused),
        cmocka_unit_test(codes_are_those_that_are_read),
        cmocka_unit_test(what_may_fit_is_taken),
        cmocka_unit_test(filters_are_bounded),
        cmocka_unit_test(classes_are_those_of_the_book),
        cmocka_unit_test(knows_what_is_asked_for),
        cmocka_unit_test(each_filter_is_an_option),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
