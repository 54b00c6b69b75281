/* Unit tests of finding/judge: what is remembered of a text is what it would be judged anew. */
#include "finding/judge.h"
#include "finding/wording.h"

#include "chance.h"
#include "reason_book.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct judge *judge;
static struct arena arena;

static bool is_same(struct slice a, struct slice b) {
    return a.length == b.length && (!a.length || memcmp(a.at, b.at, a.length) == 0);
}

/* Without a memory; for a record that implies no code. */
static struct finding judged_anew(struct book *book, const struct record *record) {
    struct finding finding = {.record = *record, .mta = mtas[0]};
    reply_read(&finding.record, &arena, &finding.reply);
    reason_decide(book->rules, book->memory, &finding);
    finding.template = wording_template(finding.reply.text, &arena);
    return finding;
}

static void check(struct book *book, const struct record *record) {
    struct finding finding = {.record = *record, .mta = mtas[0]};
    struct finding must = judged_anew(book, record);
    judge_finding(judge, &arena, &finding);
    if (!is_same(finding.reply.whole, must.reply.whole) ||
        !is_same(finding.reply.text, must.reply.text) || finding.reply.code != must.reply.code ||
        !enhanced_equal(finding.reply.enhanced, must.reply.enhanced) ||
        finding.reply.enhanced_behind != must.reply.enhanced_behind ||
        finding.reply.mismatch != must.reply.mismatch ||
        !is_same(finding.template, must.template) ||
        strcmp(finding.verdict.class_name, must.verdict.class_name) != 0 ||
        finding.verdict.reason != must.verdict.reason ||
        finding.verdict.rule != must.verdict.rule || finding.verdict.by != must.verdict.by ||
        finding.verdict.severity != must.verdict.severity ||
        finding.verdict.permanence != must.verdict.permanence ||
        finding.verdict.acts != must.verdict.acts ||
        finding.verdict.provider != must.verdict.provider ||
        !is_same(finding.verdict.blocklist, must.verdict.blocklist) ||
        finding.code_implied != must.code_implied)
        fail_msg("judged in another way: %.*s: %.*s, %s instead of %.*s, %s",
                 SLICE_ARGS(record->reply), SLICE_ARGS(finding.template),
                 finding.verdict.class_name, SLICE_ARGS(must.template), must.verdict.class_name);
    if (finding.verdict.blocklist.length && must.verdict.blocklist.at >= must.reply.whole.at &&
        must.verdict.blocklist.at < must.reply.whole.at + must.reply.whole.length)
        assert_true(finding.verdict.blocklist.at >= finding.reply.whole.at);
}

/* The text with the address in the place of each "%s". */
static struct slice filled(struct slice text, struct slice address, char *to) {
    size_t length = 0;
    struct slice part;
    bool more;
    do {
        more = slice_cut_text(&text, SLICE("%s"), &part);
        memcpy(to + length, part.at, part.length);
        length += part.length;
        if (more && address.length)
            memcpy(to + length, address.at, address.length);
        length += more ? address.length : 0;
    } while (more);
    return (struct slice){to, length};
}

/* Each text with each address in it, twice, so that it is told by itself and by the others. */
static void test_texts(void **state) {
    static const char *const texts[] = {
        "550 5.1.1 %s: Recipient address rejected: User unknown in virtual mailbox table",
        "554 5.7.1 %s: Relay access denied",
        "450 4.1.8 %s: Sender address rejected: Domain not found",
        "550 %s... User unknown",
        "%s... User unknown",
        "550-5.1.1 %s no such user. 550 5.1.1 Look again at it",
        "550-5.1.1 There is no user. 550 5.1.1 %s it was",
        "550 no user %s 550 here ",
        "552 mailbox full %s (#5.2.2)",
        "552 mailbox full (#5.2.2) %s",
        "500 5.5.1 \"QWxhZGRpbjpPcGVu\" %s unrecognized command",
        "500 5.5.1 \"QWxhZGRpbjpPcGVu\" from %s refused",
        "500 5.5.1 Error: %s AUTH PLAIN QWxhZGRpbjpPcGVuU2VzYW1l",
        "550 5.7.1 Service unavailable; client %s blocked using bl.example.org",
        "550 5.7.1 Host [192.0.2.7] is listed at bl.example.org, %s",
        "421 4.7.0 Try again later, closing connection. %s helo",
        "550 5.7.1 %s: helo command rejected",
        "550 5.1.1 x%sy",
        "550 5.1.1 %s and %s",
        "  550   5.1.1\t%s  blanks ",
        "SASL LOGIN authentication failed: UGFzc3dvcmQ6",
        "connect to mx.example.net[198.51.100.5]:25: Connection timed out",
        "lost connection after AUTH",
        "550 5.7.1 Your message %s was refused by its content, www.example.org/why",
        "",
    };
    static const char *const addresses[] = {
        "<bob@example.net>",
        "<alice.long+tag_x-1@mail.example.org>",
        "<recommand@example.net>",
        "<auth@example.net>",
        "<a550b@example.net>",
        "<550@example.net>",
        "<552@5.2.2>",
        "<www.bob@example.net>",
        "<WWW.x@example.net>",
        "<https@example.net>",
        "<set_id@bl.example.org>",
        "<spam.listed.blocked@example.net>",
        "<4C1D2E3F40AB@example.net>",
        "<10@192.0.2.1>",
        "<bob@example.net.>",
        "<bob@example.net->",
        "<-bob@example.net>",
        "<\"a b\"@example.net>",
        "<bob@[192.0.2.1]>",
        "<@>",
        "<bob@>",
        "<bob>",
        "bob@example.net",
        "<bob@example.net",
        "<bob=x@example.net>",
        "<b\xc3\xb6@example.net>",
        "<Mon@example.net>",
        "",
    };
    static const char *const hosts[] = {"mx.example.net", "mx2.example.org", "aspmx.l.google.com",
                                        "example-com.mail.protection.outlook.com", ""};
    for (size_t i = 0; i < COUNT(texts); i++)
        for (size_t j = 0; j < 2 * COUNT(addresses); j++)
            for (size_t k = 0; k < COUNT(hosts) + 1; k++) {
                char reply[512];
                const char *address = addresses[j % COUNT(addresses)];
                struct record record = {.kind = RECORD_OUTCOME,
                                        .event = i % 3 ? EVENT_BOUNCED : EVENT_REJECTED,
                                        .level = LEVEL_RECIPIENT,
                                        .direction = DIRECTION_OUT,
                                        .side = k < COUNT(hosts) ? SIDE_REMOTE : SIDE_LOCAL,
                                        .stage = STAGE_RCPT,
                                        .reply_may_have_code = k != 1};
                record.peer_host = slice_of(hosts[k % COUNT(hosts)]);
                record.reply = filled(slice_of(texts[i]), slice_of(address), reply);
                check(*state, &record);
            }
    arena_clear(&arena);
}

/* What stands in front of an address may be as long as a name may just be, and another one behind.
 */
static void test_long_texts(void **state) {
    static const char *const addresses[] = {"<a@b.de>", "<alice.long+tag_x-1@mail.example.org>"};
    static const char begins[] = "<a=", behind[] = "%s x@y.de>";
    char text[512], reply[1024];
    for (size_t begin = 0; begin < sizeof begins - 1; begin++)
        for (size_t length = 30; length < 340; length++) {
            struct record record = {.kind = RECORD_OUTCOME,
                                    .event = EVENT_BOUNCED,
                                    .side = SIDE_REMOTE,
                                    .stage = STAGE_RCPT,
                                    .reply_may_have_code = true};
            memset(text, 'a', length);
            text[0] = begins[begin];
            memcpy(text + length, behind, sizeof behind);
            for (size_t i = 0; i < 2 * COUNT(addresses); i++) {
                struct slice address = slice_of(addresses[i % COUNT(addresses)]);
                record.reply = filled(slice_of(text), address, reply);
                check(*state, &record);
            }
            arena_clear(&arena);
        }
}

/* Two parts and up to `more`, by chance. Gives the length. */
static size_t join(const char *const *parts, size_t count, unsigned more, char *to) {
    size_t length = 0;
    for (unsigned i = 2 + chance(more + 1); i > 0; i--) {
        const char *part = parts[chance(count)];
        memcpy(to + length, part, strlen(part));
        length += strlen(part);
    }
    return length;
}

/* What a hostile server may say around an address and in it. Gives the length. */
static size_t hostile_text(char *to) {
    static const char *const parts[] = {
        "@x.org",
        "a@",
        "<%s>",
        "@b.net> ",
        "x%s@y.de",
        "<b@c.de>",
        ",%s@",
        "mailto:%s",
        "to=%s,<b@c.de>",
        "%s",
        "%s",
        "550 ",
        "550-",
        "5.1.1 ",
        "<",
        ">",
        "@",
        "bob",
        "example.net",
        "\"",
        "\\n",
        "\n",
        " ",
        ": ",
        "auth ",
        "AUTH ",
        "www.",
        "(#5.2.2)",
        "[5.1.1]",
        "UGFzc3dvcmQ6",
        "user unknown",
        "blocked using bl.example.org",
        "<bob.x-1@mail.example.org>",
        "command",
        " helo",
        "...",
        "=",
        "192.0.2.1",
        "\t",
        "\x80",
        "Mon",
    };
    return join(parts, COUNT(parts), 8, to);
}

static void test_hostile_texts(void **state) {
    static const char *const addresses[] = {"<a@b.net>", "<550-ommand@x.5.1.1>", "<alice@b.net>"};
    for (int round = 0; round < 4000; round++) {
        char text[512], reply[1024];
        size_t length = hostile_text(text);
        struct record record = {.kind = RECORD_OUTCOME,
                                .event = chance(2) ? EVENT_BOUNCED : EVENT_DEFERRED,
                                .side = SIDE_REMOTE,
                                .stage = STAGE_RCPT,
                                .peer_host = SLICE("mx.example.net"),
                                .reply_may_have_code = chance(4),
                                .reply_escaped = chance(2)};
        for (size_t i = 0; i < 2 * COUNT(addresses); i++) {
            struct slice address = slice_of(addresses[i % COUNT(addresses)]);
            record.reply = filled((struct slice){text, length}, address, reply);
            check(*state, &record);
        }
        arena_clear(&arena);
    }
}

/* Servers in what the MTA itself says: those that take no part, and such as look like something
 * else. */
static const char *const servers[] = {
    "mx.example.net[198.51.100.5]",
    "mail-2.long.name.of.a.host.example.org[203.0.113.250]",
    "spam.listed.blocked.example[192.0.2.1]",
    "greylisted.example[192.0.2.1]",
    "bl.example.org[192.0.2.1]",
    "spamhaus.example[192.0.2.1]",
    "www.example.org[192.0.2.1]",
    "mon.jan.example[192.0.2.1]",
    "min.example[192.0.2.1]",
    "recipients.example[192.0.2.1]",
    "recommand.example[192.0.2.1]",
    "x.auth[192.0.2.1]",
    "smtp.limit[192.0.2.1]",
    "a1b2c3d4e5f6a7.example[192.0.2.1]",
    "mx550.example[5.1.1.1]",
    "mx.EXAMPLE[192.0.2.1]",
    "10-jan-2026.example[192.0.2.1]",
    "192.0.2.1[192.0.2.1]",
    "mx..example[192.0.2.1]",
    "mx.example.[192.0.2.1]",
    "mx.example-[192.0.2.1]",
    "mx[192.0.2.1]",
    "mx.example[5.1.1]",
    "mx.example[192.0.2.1.]",
    "mx.example[2001:db8::1]",
    "mx.example[]",
    "mx.example.net",
    "greylisted.example",
    "spamhaus.example",
    "x.auth",
    "smtp.limit",
    "ab.cd",
    "[192.0.2.1]",
    "",
};

static struct record own_words(struct slice reply) {
    return (struct record){.kind = RECORD_OUTCOME,
                           .event = chance(3) ? EVENT_DEFERRED : EVENT_BOUNCED,
                           .direction = DIRECTION_OUT,
                           .side = chance(8) ? SIDE_SYNTHETIC : SIDE_LOCAL,
                           .stage = STAGE_CONNECT,
                           .reply_may_have_code = chance(2),
                           .reply = reply};
}

static void check_servers(struct book *book, struct slice text) {
    char reply[2048];
    for (size_t i = 0; i < 2 * COUNT(servers); i++) {
        struct slice server = slice_of(servers[i % COUNT(servers)]);
        struct record record = own_words(filled(text, server, reply));
        check(book, &record);
    }
    arena_clear(&arena);
}

static void test_servers(void **state) {
    static const char *const texts[] = {
        "connect to %s:25: Connection timed out",
        "conversation with %s timed out while sending RCPT TO",
        "lost connection with %s while receiving the initial server greeting",
        "message size 41943040 exceeds size limit 36700160 of server %s",
        "Host or domain name not found. Name service error for name=%s type=MX: Host not found",
        "Name service error for name=%s type=MX: Host not found, name=%s type=A",
        "Name service error for name=%s 25 times",
        "host %s is listed at %s",
        "it is listed at %s",
        "12 %s and 5 %s",
        "after 5 %s",
        "Mon, 01 Jun %s",
        "owned by user %s, set_id=%s)",
        "AUTH %s UGFzc3dvcmQ6",
        "AUTH  name=%s type=UGFzc3dvcmQ6",
        "AUTH name=%s type=UGFzc3dvcmQ6",
        "error for name=%s type=MX UGFzc3dvcmQ6",
        "refused \"QWxhZGRpbjpPcGVu\" by %s",
        "it is listed at %s, not at mx.a.de[192.0.2.2]",
        "550-5.1.1 to %s 550 5.1.1 it was",
        "550 5.1.1 of %s",
        "syntax error \"%s\" \"QWxhZGRpbjpPcGVu\"",
        "x%s: Connection refused",
        "%s: Connection refused",
        "connect to %s[192.0.2.1]: Connection refused",
        "connect to <bob@example.net> by %s: Connection refused",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        check_servers(*state, slice_of(texts[i]));
}

/* "auth type=PLAIN" says that a secret follows, of a name that ends so as of a word. */
static void test_server_before_a_secret(void **state) {
    static const char *const names[] = {"mx.de", "mx.auth", "mx.de", "x.auth"};
    char reply[200];
    for (size_t i = 0; i < 2 * COUNT(names); i++) {
        struct record record = own_words(
            filled(SLICE("Name service error for name=%s type=PLAIN UGFzc3dvcmQ6cGFzcw=="),
                   slice_of(names[i % COUNT(names)]), reply));
        record.event = EVENT_DEFERRED;
        record.side = SIDE_SYNTHETIC;
        record.reply_may_have_code = i < COUNT(names);
        check(*state, &record);
    }
    arena_clear(&arena);
}

static void test_hostile_servers(void **state) {
    static const char *const parts[] = {
        "%s",
        "%s",
        " %s",
        " name=%s",
        " type=",
        ":25: ",
        "5 ",
        "auth ",
        "AUTH PLAIN ",
        "mx.a.de",
        "listed at ",
        "UGFzc3dvcmQ6 ",
        "[5.1.1]",
        " ",
        "\"",
        "command",
        "@",
        "Mon ",
        "limit ",
        "4.7.1 ",
        "=",
        "set_id=",
        "12 messages",
        "bl.",
        "www.",
        "https://",
        "/var/",
        "<",
        ">",
        "timed out",
        "host not found",
    };
    for (int round = 0; round < 2000; round++) {
        char text[512];
        size_t length = join(parts, COUNT(parts), 6, text);
        check_servers(*state, (struct slice){text, length});
    }
}

/* What our own server says to clients. */
static const char *const clients[] = {
    "192.0.2.1",   "203.0.113.250", "1.2.3.4",     "5.1.1.7", "250.250.250.250", "127.0.0.2",
    "10.20.30.40", "2.2.2.2",       "2001:db8::1", "192.0.2", "192.0.2.1.5",     "",
};

static void check_clients(struct book *book, struct slice text) {
    char reply[2048];
    for (size_t i = 0; i < 2 * COUNT(clients); i++) {
        struct slice client = slice_of(clients[i % COUNT(clients)]);
        struct record record = own_words(filled(text, client, reply));
        record.side = chance(8) ? SIDE_LOCAL : SIDE_REMOTE;
        record.direction = DIRECTION_IN;
        record.event = EVENT_REJECTED;
        record.reply_may_have_code = chance(8) > 0;
        record.reply_escaped = !chance(8);
        record.peer_ip = chance(8) ? client : SLICE("192.0.2.99");
        check(book, &record);
    }
    arena_clear(&arena);
}

static void test_clients(void **state) {
    static const char *const texts[] = {
        "554 5.7.1 Service unavailable; client [%s] blocked using zen.example.org",
        "554 5.7.1 Service unavailable; Client host [%s] blocked using bl.example.org; see "
        "https://www.example.org/query/ip/%s",
        "554 5.7.1 Service unavailable; client [%s] blocked using some.list.example",
        "554 5.7.1 Service unavailable; [%s] blocked using some.list.example; https://a.de/%s",
        "554 5.7.1 listed in some.list.example, [%s], (%s)",
        "554 5.7.1 https://foo.%s, blocked using foo.1.2",
        "554 5.7.1 https://foo.%sbl.org, blocked using 4bl.org",
        "450 4.7.1 Client host rejected: cannot find your hostname, [%s]",
        "450 4.7.1 Client host rejected: cannot find your hostname, (%s)",
        "550 5.7.1 %s is listed at bl.example.org",
        "%s is listed at bl.example.org",
        "550 5.7.1 Rejected: %s listed at bl.example.org",
        "550 5.7.1 Rejected: %s listed at %s, [%s]",
        "Jun: %s listed at 4bl.org",
        "auth: %s listed at bl.example.org",
        "550 5.7.1: %s listed, 25: %s seconds",
        "owned by user : %s listed",
        "at 10:00:01: %s jan 10",
        "550 \"x: %s listed at bl.example.org\"",
        "%s is in a black list at zen.example.org, see https://example.org/%s",
        "%s is listed at bl.example.org (%s)",
        "%s blocked using 4bl.org",
        "%s%s is listed at bl.example.org",
        "%s s 25 messages from [%s]",
        "%s is listed, %s is listed",
        "%s command \"QWxhZGRpbjpPcGVu\"",
        "%s auth UGFzc3dvcmQ6",
        "%s jan 10 10:00:01",
        "%s x550 5.1.1 what",
        "%s x\\n550 5.1.1 what",
        " %s is listed at bl.example.org",
        "%s  is listed at bl.example.org",
        "550 5.7.1 [%s] is listed at bl.example.org (%s), http://example.org/%s?%s",
        "550 5.7.1 Jun [%s] 25 messages from [%s]",
        "550 5.7.1 path/ab%s/[%s]",
        "250 [%s] 250 what",
        "550-5.1.1 [%s] 550 5.1.1 it was",
        "550 5.1.1 it was [%s]",
        "550 AUTH [%s] UGFzc3dvcmQ6",
        "550 AUTH  (%s) UGFzc3dvcmQ6",
        "550 AUTH https://x/%s UGFzc3dvcmQ6",
        "550 \"[%s]\" command \"QWxhZGRpbjpPcGVu\"",
        "550 <x[%s]>: no",
        "550 bob@example.net [%s]",
        "550 set_id=[%s] [%s]0",
        "550  two  blanks [%s]",
        "550 see https://x.org/>%s4C1D2E3F40AB",
        "550 see https://(%s4C1D2E3F40AB",
        "550 it is owned by user https://x,%s4C1D2E3F40AB",
        "550 [%s4C1D2E3F40AB]",
        "550 \"x\" no host name [%s] aaaaaaaaaaaaaaaaaaaaaaaaaaaa for 198.51.100.1",
        "550 no host name [1.2.3\x01.4] aaaaaaaaaaaaaaaaaaaaaaaaaaaa for 198.51.100.1",
    };
    char is_long[512] = "550 <";
    for (size_t i = 0; i < COUNT(texts); i++)
        check_clients(*state, slice_of(texts[i]));
    memset(is_long + 5, 'a', 308); /* as long as an address may just be with a short one in it */
    memcpy(is_long + 5 + 308, "[%s]>: no", sizeof "[%s]>: no");
    check_clients(*state, slice_of(is_long));
}

/* That nobody is named does not hold for the next one, once the text is cleaned. */
static void test_hidden_clients(void **state) {
    static const char *const in_turn[] = {"", "1.2.3.4", "192.0.2.99", "1.2.3.4", ""};
    for (size_t i = 0; i < COUNT(in_turn); i++) {
        struct record record = own_words(
            SLICE("550 no host name [1.2.3\x01.4] aaaaaaaaaaaaaaaaaaaaaaaaaaaa for 198.51.100.1"));
        record.side = SIDE_LOCAL;
        record.direction = DIRECTION_IN;
        record.event = EVENT_REJECTED;
        record.reply_may_have_code = true;
        record.peer_ip = slice_of(in_turn[i]);
        check(*state, &record);
    }
    arena_clear(&arena);
}

static void test_hostile_clients(void **state) {
    static const char *const parts[] = {
        "[%s]",
        "(%s)",
        "%s",
        ": %s is ",
        ": ",
        "%s is ",
        "https://x.org/",
        " ",
        "550 ",
        "550-",
        "5.1.1 ",
        "auth ",
        "AUTH https://",
        "listed at ",
        "\"",
        "command",
        "@",
        "<",
        ">",
        "Jun ",
        "12 ",
        "limit ",
        "UGFzc3dvcmQ6 ",
        "bl.",
        "www.",
        "set_id=",
        "/var/",
        "\t",
        "\\",
        "(#5.2.2)",
        "[5.1.1]",
        ":",
        "blocked using zen.example.org",
        "not found",
        "mx.a.de",
        "4C1D2E3F40AB",
    };
    for (int round = 0; round < 2000; round++) {
        char text[512];
        size_t length = join(parts, COUNT(parts), 6, text);
        check_clients(*state, (struct slice){text, length});
    }
}

/* A name that says what a rule looks for is no reason. */
static void test_server_is_no_reason(void **state) {
    static const char *const names[] = {"mx.example.net", "greylisted.example", "spamhaus.example",
                                        "mailbox.full.user.unknown.virus.example"};
    for (size_t i = 0; i < COUNT(names); i++) {
        char reply[256];
        struct slice name = slice_of(names[i]);
        struct record timeout = own_words(
            filled(SLICE("connect to %s[192.0.2.1]:25: Connection timed out"), name, reply));
        timeout.side = SIDE_SYNTHETIC;
        assert_string_equal(judged_anew(*state, &timeout).verdict.class_name, "connection-timeout");
        struct record unknown = own_words(
            filled(SLICE("Host or domain name not found. Name service error for name=%s type=MX: "
                         "Host not found, try again"),
                   name, reply));
        unknown.side = SIDE_SYNTHETIC;
        unknown.event = EVENT_DEFERRED;
        assert_string_equal(judged_anew(*state, &unknown).verdict.class_name, "dns-failure");
    }
}

/* What stands around the text counts, too. */
static void test_contexts(void **state) {
    static const char text[] = "450-4.7.1 try again\\n450 4.7.1 later";
    for (unsigned bits = 0; bits < 512; bits++) {
        struct record record = {.kind = RECORD_OUTCOME,
                                .event = bits & 1 ? EVENT_BOUNCED : EVENT_DEFERRED,
                                .level = bits & 2 ? LEVEL_HOST : LEVEL_MTA,
                                .direction = bits & 4 ? DIRECTION_IN : DIRECTION_OUT,
                                .side = bits & 8 ? SIDE_SYNTHETIC : SIDE_REMOTE,
                                .stage = bits & 16 ? STAGE_RCPT : STAGE_AUTH,
                                .reply_may_have_code = bits & 32,
                                .reply_escaped = bits & 64,
                                .reply = SLICE(text)};
        if (bits & 128)
            record.dsn = (struct enhanced){5, 1, 1};
        if (bits & 256)
            record.label = SLICE("fatal");
        check(*state, &record);
        check(*state, &record);
    }
    struct record implied = {.kind = RECORD_INCIDENT,
                             .event = EVENT_REJECTED,
                             .implied = SLICE("PF-PSC all-ports-busy"),
                             .reply = SLICE(text)};
    for (int i = 0; i < 4; i++) {
        struct finding finding = {.record = implied, .mta = mtas[0]};
        if (i % 2)
            finding.record.implied = (struct slice){0};
        judge_finding(judge, &arena, &finding);
        assert_true(i % 2 ? !finding.code_implied : finding.code_implied && finding.reply.code);
    }
}

static void test_deliveries(void **state) {
    (void)state;
    struct finding finding = {.record = {.kind = RECORD_OUTCOME,
                                         .event = EVENT_DELIVERED,
                                         .side = SIDE_REMOTE,
                                         .reply_may_have_code = true,
                                         .reply = SLICE("250 2.0.0 Ok")},
                              .mta = mtas[0]};
    judge_finding(judge, &arena, &finding);
    assert_string_equal(finding.verdict.class_name, "accepted");
    assert_int_equal(finding.template.length, 0);
}

static int begin(void **state) {
    set_up(state);
    arena_init(&arena);
    judge = judge_new(((struct book *)*state)->rules);
    return 0;
}

static int end(void **state) {
    judge_free(judge);
    arena_release(&arena);
    return tear_down(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),           cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_hostile_texts),   cmocka_unit_test(test_server_before_a_secret),
        cmocka_unit_test(test_servers),         cmocka_unit_test(test_hostile_servers),
        cmocka_unit_test(test_clients),         cmocka_unit_test(test_hidden_clients),
        cmocka_unit_test(test_hostile_clients), cmocka_unit_test(test_server_is_no_reason),
        cmocka_unit_test(test_contexts),        cmocka_unit_test(test_deliveries),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
