/* masker - what is masked in a text and what stays, by rows; and what holds for all masks: one
 * name, one mask, and networks that hold what they held. */
#include "finding/masker.h"

#include <stdio.h>

#include "base/network.h"
#include "reason_book.h"

static struct masker *new_masker(void **state, const char *secret) {
    const struct book *book = *state;
    return masker_new(slice_of(secret), book->rules);
}

static bool is_of_ip(char byte) {
    return byte != '\0' && strchr("0123456789abcdef.:", byte);
}

static bool is_of_mask(char byte) {
    return byte != '\0' && strchr("0123456789abcdefghjkmnpqrstvwxyz", byte);
}

/* The text with '#' for what hangs on the key: "user-#@d-#.example", "IP". */
static struct slice shape_of(struct slice text, char *to) {
    static const char *const begins[] = {"user-", "id-", "h-", "d-"};
    enum { LENGTH = 10 };
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        struct slice rest = slice_from(text, at);
        struct network network;
        size_t ip = 0, begin = 0, hash = 0;
        bool free = !at || !is_of_mask(text.at[at - 1]);
        bool free_of_dots = free && (!at || !is_of_ip(text.at[at - 1]) || text.at[at - 1] == ':');
        while (free_of_dots && ip < rest.length && is_of_ip(rest.at[ip]))
            ip++;
        while (ip && strchr(".:", rest.at[ip - 1]))
            ip--;
        for (size_t i = 0; free && i < 4 && !begin; i++)
            if (slice_starts(rest, slice_of(begins[i])))
                begin = strlen(begins[i]);
        while (begin && begin + hash < rest.length && is_of_mask(rest.at[begin + hash]))
            hash++;
        if (hash == LENGTH) {
            memcpy(to + length, rest.at, begin);
            length += begin;
            to[length++] = '#';
            at += begin + LENGTH;
        } else if (ip > 6 && network_read(slice_head(rest, ip), &network)) {
            memcpy(to + length, "IP", 2);
            length += 2;
            at += ip;
        } else {
            to[length++] = text.at[at++];
        }
    }
    return (struct slice){to, length};
}

static void assert_shape(struct slice text, const char *original, const char *shape) {
    char room[2000];
    struct slice is = shape_of(text, room);
    if (!slice_is(is, shape))
        fail_msg("'%s':\n'%.*s' is not\n'%s'", original, SLICE_ARGS(is), shape);
}

/* ---- texts ---- */

static const struct {
    const char *text, *shape;
} texts[] = {
    {"", ""},
    {"550 5.1.1 Mailbox full, TLS 1.2, 12 recipients, 31457280 bytes, 10:00:01",
     "550 5.1.1 Mailbox full, TLS 1.2, 12 recipients, 31457280 bytes, 10:00:01"},
    {"<bob@example.net>: unknown", "<user-#@d-#.example>: unknown"},
    {"to=bob.smith+x@mx.example.co.uk,", "to=user-#@h-#.d-#.example,"},
    {"to <\"a b\"@example.net>", "to <user-#@d-#.example>"},
    {"bob@[192.0.2.7] <bob@[IPv6:2001:db8::7]>", "user-#@[IP] <user-#@[IPv6:IP]>"},
    {"<20260601.7F3A1@mx.example.net>", "<id-#@h-#.d-#.example>"},
    /* hosts */
    {"host MX.Example.Net[192.0.2.7]:25 said", "host h-#.d-#.example[IP]:25 said"},
    {"connect to mx40: refused by mx.example.net.", "connect to h-#: refused by h-#.d-#.example."},
    {"rejected.Please try later", "rejected.Please try later"},
    {"RESOLVER.ADR.RecipNotFound", "RESOLVER.ADR.RecipNotFound"},
    {"see main.cf, /etc/postfix/header_checks.pcre and mail.log.2.gz",
     "see main.cf, /etc/postfix/header_checks.pcre and mail.log.2.gz"},
    {"unknown[192.0.2.7], localhost[127.0.0.1]", "unknown[IP], localhost[IP]"},
    /* of providers and lists the domain stays */
    {"gmail-smtp-in.l.google.com said", "h-#.h-#.google.com said"},
    {"example-com.mail.protection.outlook.com", "h-#.h-#.protection.outlook.com"},
    {"bob@gmail.com", "user-#@gmail.com"},
    {"listed in zen.spamhaus.org (127.0.0.2)", "listed in zen.spamhaus.org (IP)"},
    {"blocked using bl.example.org", "blocked using bl.example.org"},
    {"see https://www.spamhaus.org/query/ip/192.0.2.7", "see https://www.spamhaus.org/query/ip/IP"},
    {"see https://bl.example.org/q?ip=192.0.2.7&m=bob%40gmail.com",
     "see https://bl.example.org/q?ip=IP&m=user-#%40gmail.com"},
    {"http://help.example.net:8080/bob@example.net",
     "http://h-#.d-#.example:8080/user-#@d-#.example"},
    {"www.www.www.example.net mailto:bob@example.net",
     "h-#.h-#.h-#.d-#.example mailto:user-#@d-#.example"},
    /* ids */
    {"Ok: queued as 4C1D2E3F40", "Ok: queued as id-#"},
    {"OK id=1abCDe-000123-AB", "OK id=id-#"},
    {"u5HA1b2c012345 Message accepted for delivery", "id-# Message accepted for delivery"},
    {"ticket 123456789012 (S3150) [TSS04] AUP#1310 OFR004_104",
     "ticket id-# (S3150) [TSS04] AUP#1310 OFR004_104"},
    {"cipher ECDHE-RSA-AES256-GCM-SHA384, error:0A000102:SSL routines",
     "cipher ECDHE-RSA-AES256-GCM-SHA384, error:0A000102:SSL routines"},
    /* logins, and who stands where one stands */
    {"not owned by user alice", "not owned by user user-#"},
    {"sasl_username=full, user \"bob\", mailbox 'bob' is full, account: bob.smith",
     "sasl_username=user-#, user \"user-#\", mailbox 'user-#' is full, account: user-#"},
    {"User unknown in local recipient table", "User unknown in local recipient table"},
    {"user mailbox not found, user is over quota", "user mailbox not found, user is over quota"},
    {"helo=<pc-17>, <quux>: Helo command rejected", "helo=<user-#>, <h-#>: Helo command rejected"},
    {"from=<>, <unknown>", "from=<>, <unknown>"},
    /* what stays where nobody's name stands, and a HELO name and a login by their places */
    {"login authenticator failed for (pluto) [192.0.2.1]: (set_id=bob)",
     "login authenticator failed for (h-#) [IP]: (set_id=user-#)"},
    {"H=mx.example.net (mail) [IPv6] (pluto) [2001:db8::1]:25 (unknown) [192.0.2.1] (idle) [1]",
     "H=h-#.d-#.example (mail) [IPv6] (h-#) [IP]:25 (unknown) [IP] (idle) [1]"},
    {"H=x (mail) [192.0.2.1] A=plain_server:bob A=login:mail A=plain S=1 DATA=plain:bob",
     "H=h-# (h-#) [IP] A=plain_server:user-# A=login:user-# A=plain S=1 DATA=plain:bob"},
    {"cannot open /home/bob/Maildir/new, /var/vmail/example.net/bob/x",
     "cannot open /home/user-#/Maildir/new, /var/vmail/d-#.example/user-#/x"},
    {"lock /proc/mailbox.lock.mail.quux.6a3f.0001", "lock /proc/mailbox.lock.mail.h-#.h-#.0001"},
    /* templates */
    {"<address>: User <id> at <host>[<ip>], <n> of <time>, <path>, <url>",
     "<address>: User <id> at <host>[<ip>], <n> of <time>, <path>, <url>"},
    {"User <address> bob", "User <address> bob"},
};

static void test_texts(void **state) {
    struct masker *masker = new_masker(state, "sixteen bytes or more");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_shape(masker_text(masker, slice_of(texts[i].text), SLICE("")), texts[i].text,
                     texts[i].shape);
    /* the host of the entry is known, wherever it stands */
    assert_shape(masker_text(masker,
                             SLICE("Jun  1 10:00:01 pluto postfix/smtpd[7]: pluto.x, Pluto"),
                             SLICE("pluto")),
                 "pluto", "Jun  1 10:00:01 h-# postfix/smtpd[7]: pluto.x, h-#");
    masker_free(masker);
}

static void test_paths(void **state) {
    static const struct {
        const char *path, *shape;
    } rows[] = {
        {"/var/log/mail.log", "/var/log/mail.log"},
        {"-", "-"},
        {"mail/mail.log.1.gz", "mail/mail.log.1.gz"},
        {"logs/mx1.example.com/mainlog", "logs/h-#.d-#.example/mainlog"},
        {"exim-mx1.example.com-2026-06-01.log", "exim-h-#.d-#.example-2026-06-01.log"},
        {"/home/bob/mail.log", "/home/user-#/mail.log"},
        {"bob@example.com.log", "user-#@d-#.example.log"},
        {"192.0.2.7.log", "IP.log"},
        {"postfix/smtpd", "postfix/smtpd"},
    };
    struct masker *masker = new_masker(state, "sixteen bytes or more");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_shape(masker_path(masker, slice_of(rows[i].path)), rows[i].path, rows[i].shape);
    masker_free(masker);
}

/* ---- a finding: its names are found in its texts ---- */

static void test_finding(void **state) {
    struct finding finding = {
        .record = {.queue_id = SLICE("ABCDEF"),
                   .sender = SLICE("alice@example.com"),
                   .has_sender = true,
                   .recipient = SLICE("bob@mail.example.net"),
                   .peer_host = SLICE("pluto.example.net"),
                   .peer_ip = SLICE("192.0.2.7"),
                   .helo = SLICE("[192.0.2.7]"),
                   .user = SLICE("DOMAIN\\carol")},
        .host = SLICE("saturn"),
        .source = "mail.log",
        .reply = {.text = SLICE("bob: no DOMAIN\\carol, saturn: bobby, ABCDEF, Pluto, full"),
                  .whole = SLICE("550 bob")},
        .template = SLICE("bob: no <n>"),
        .listed_ip = SLICE("192.0.2.7"),
        .verdict.blocklist = SLICE("alice"),
    };
    struct masker *masker = new_masker(state, "sixteen bytes or more");
    struct finding masked = masker_finding(masker, &finding);
    assert_shape(masked.reply.text, "text", "user-#: no user-#, h-#: bobby, id-#, h-#, full");
    assert_shape(masked.reply.whole, "whole", "550 user-#");
    assert_shape(masked.template, "template", "user-#: no <n>");
    assert_shape(masked.record.queue_id, "queue id", "id-#");
    assert_shape(masked.record.sender, "sender", "user-#@d-#.example");
    assert_shape(masked.record.recipient, "recipient", "user-#@h-#.d-#.example");
    assert_shape(masked.record.peer_host, "peer", "h-#.d-#.example");
    assert_shape(masked.record.helo, "helo", "[IP]");
    assert_shape(masked.record.user, "user", "user-#");
    assert_shape(masked.host, "host", "h-#");
    assert_true(slice_is(masked.verdict.blocklist, "alice"));
    assert_true(masked.record.has_sender);
    assert_string_equal(masked.source, "mail.log");
    assert_true(slice_equal(masked.listed_ip, masked.record.peer_ip));
    assert_false(slice_equal(masked.record.peer_ip, finding.record.peer_ip));
    masker_free(masker);
}

/* ---- a text beside the fields of records ---- */

static void test_naming(void **state) {
    struct record client = {.kind = RECORD_ARRIVAL,
                            .user = SLICE("bob"),
                            .helo = SLICE("pluto.lan"),
                            .sender = SLICE("status@example.net")};
    struct record outcome = {.kind = RECORD_OUTCOME,
                             .peer_host = SLICE("vega"),
                             .user = SLICE("1200"),
                             .helo = SLICE("250.0.2.1"),
                             .recipient = SLICE("carol@example.net")};
    struct told_name items[2][NAMES_MOST];
    struct told_names of_message = {items[0], 0}, of_entry = {items[1], 0};
    struct masker *masker = new_masker(state, "sixteen bytes or more");
    names_of_giver(&of_message, &client);
    names_of_giver(&of_message, &outcome);
    assert_int_equal(of_message.count, 5); /* no recipient, no server */
    names_of_record(&of_entry, &outcome);
    names_of_record(&of_entry, &outcome);
    assert_int_equal(of_entry.count, 4);
    struct slice text = SLICE("250 Bob, bobby: carol on vega, pluto S=1200 status=sent saturn");
    assert_shape(masker_text_naming(masker, text, SLICE("saturn"), &of_message, &of_entry),
                 "naming", "250 user-#, bobby: user-# on h-#, h-# S=1200 status=sent h-#");
    assert_shape(masker_text_naming(masker, text, SLICE(""), &of_message, NULL), "of the message",
                 "250 user-#, bobby: carol on vega, h-# S=1200 status=sent saturn");
    /* nothing of one text is known in the next */
    assert_true(slice_equal(masker_text(masker, text, SLICE("")), text));
    masker_free(masker);
}

static void test_many_names(void **state) {
    struct told_name items[NAMES_MOST];
    struct told_names names = {items, 0};
    char texts_of[2 * NAMES_MOST][8];
    struct masker *masker = new_masker(state, "sixteen bytes or more");
    for (int i = 0; i < 2 * NAMES_MOST; i++) {
        int length = snprintf(texts_of[i], sizeof texts_of[i], "pc%d.x", i);
        names_add(&names, (struct told_name){{texts_of[i], (size_t)length}, true, true});
    }
    assert_int_equal(names.count, NAMES_MOST);
    assert_shape(
        masker_text_naming(masker, SLICE("on pc31 of saturn"), SLICE("saturn.x"), &names, &names),
        "many", "on h-# of h-#");
    masker_free(masker);
}

/* ---- what holds for all ---- */

static void test_keys(void **state) {
    struct masker *one = new_masker(state, "sixteen bytes or more");
    struct masker *same = new_masker(state, "sixteen bytes or more");
    struct masker *other = new_masker(state, "sixteen bytes or morf"); /* the last byte counts */
    struct slice name = SLICE("bob@example.net"), loud = SLICE("BOB@Example.NET");
    struct slice masked = masker_address(one, name);
    assert_true(slice_equal(masked, masker_address(same, name)));
    assert_true(slice_equal(masked, masker_address(one, loud)));
    assert_false(slice_equal(masked, masker_address(other, name)));
    assert_false(
        slice_equal(masker_ip(one, SLICE("192.0.2.7")), masker_ip(other, SLICE("192.0.2.7"))));
    /* queue ids differ by case; domains group whatever stands in front */
    assert_false(slice_equal(masker_id(one, SLICE("AbC")), masker_id(one, SLICE("ABC"))));
    struct slice domain = masker_host(one, SLICE("example.net"));
    assert_true(slice_ends(masked, domain));
    assert_true(slice_ends(masker_host(one, SLICE("a.mx.example.net")), domain));
    masker_free(one);
    masker_free(same);
    masker_free(other);
}

static unsigned common_bits(struct slice a, struct slice b) {
    struct network left, right;
    unsigned bits = 0;
    assert_true(network_read(a, &left) && network_read(b, &right));
    while (bits < 128 && !((left.bytes[bits / 8] ^ right.bytes[bits / 8]) & (0x80 >> bits % 8)))
        bits++;
    return bits;
}

static void test_networks(void **state) {
    static const struct {
        const char *a, *b;
    } pairs[] = {
        {"192.0.2.7", "192.0.2.6"},         {"192.0.2.7", "192.0.2.200"},
        {"192.0.2.7", "192.0.3.7"},         {"203.0.113.1", "203.0.112.1"},
        {"10.1.2.3", "10.1.2.4"},           {"10.1.2.3", "10.200.2.3"},
        {"192.168.1.1", "192.168.200.1"},   {"2001:db8::1", "2001:db8::2"},
        {"2001:db8::1", "2001:db8:0:1::1"}, {"fe80::1", "fe80::ffff"},
        {"fd00::1", "fd00:1::1"},
    };
    struct masker *masker = new_masker(state, "sixteen bytes or more");
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct slice a = slice_of(pairs[i].a), b = slice_of(pairs[i].b);
        struct slice masked_a = masker_ip(masker, a), masked_b = masker_ip(masker, b);
        if (common_bits(a, b) != common_bits(masked_a, masked_b) || slice_equal(a, masked_a))
            fail_msg("%s and %s became %.*s and %.*s", pairs[i].a, pairs[i].b, SLICE_ARGS(masked_a),
                     SLICE_ARGS(masked_b));
    }
    /* a private address stays one, a public one public, and nobody's nobody's */
    for (unsigned i = 1; i < 256; i++) {
        struct network block;
        char text[40];
        snprintf(text, sizeof text, "%u.20.30.40", i);
        bool is_private = i == 10;
        assert_true(network_read(SLICE("10.0.0.0/8"), &block));
        assert_int_equal(network_holds(&block, masker_ip(masker, slice_of(text))), is_private);
        assert_true(network_read(SLICE("127.0.0.0/8"), &block));
        assert_int_equal(network_holds(&block, masker_ip(masker, slice_of(text))), i == 127);
    }
    assert_true(slice_is(masker_ip(masker, SLICE("127.0.0.2")), "127.0.0.2"));
    assert_true(slice_is(masker_ip(masker, SLICE("::1")), "::1"));
    /* a network is that of its addresses; spellings of one address are one */
    struct network network;
    assert_true(network_read(masker_ip(masker, SLICE("192.0.2.0/24")), &network));
    assert_true(network_holds(&network, masker_ip(masker, SLICE("192.0.2.99"))));
    assert_true(slice_equal(masker_ip(masker, SLICE("2001:DB8:0::1")),
                            masker_ip(masker, SLICE("2001:db8::1"))));
    masker_free(masker);
}

static void test_filters(void **state) {
    static const struct {
        enum filter_by by;
        const char *value, *shape;
    } rows[] = {
        {FILTER_SENDER, "*@example.com", "*@d-#.example"},
        {FILTER_SENDER, "<>", ""},
        {FILTER_RECIPIENT, "bob@*.example.com", "user-#@*.d-#.example"},
        {FILTER_RECIPIENT_DOMAIN, "*.example.com", "*.d-#.example"},
        {FILTER_PEER, "*", "*"},
        {FILTER_PEER, "192.0.2.7", "IP"},
        {FILTER_USER, "*", "*"},
        {FILTER_USER, "alice", "user-#"},
        {FILTER_QUEUE_ID, "4C1D2E3F40", "id-#"},
        {FILTER_CLASS, "user-unknown", "user-unknown"},
        {FILTER_CODE, "55*", "55*"},
    };
    struct masker *masker = new_masker(state, "sixteen bytes or more");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter filter = {0};
        assert_true(filter_add(&filter, rows[i].by, rows[i].value, NULL));
        assert_shape(masker_filter(masker, &filter.words[0]), rows[i].value, rows[i].shape);
    }
    masker_free(masker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),    cmocka_unit_test(test_paths),
        cmocka_unit_test(test_finding),  cmocka_unit_test(test_keys),
        cmocka_unit_test(test_networks), cmocka_unit_test(test_filters),
        cmocka_unit_test(test_naming),   cmocka_unit_test(test_many_names),
    };
    return cmocka_run_group_tests_name("masker", tests, set_up, tear_down);
}
