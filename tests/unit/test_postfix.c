/* What is read out of Postfix's lines: each row is a line and the records it gives, written out. */
#include "mta/mta.h"

#include "record_shown.h"
#include "rules/pattern_files.h"

extern const struct mta mta_postfix;

static struct shapes *shapes;
static struct records records;
static struct arena arena;

static int load_shapes(void **state) {
    (void)state;
    struct problem problem;
    struct pattern_files files;
    shapes = shapes_new();
    records_init(&records, sizeof(struct record));
    arena_init(&arena);
    pattern_files_builtin(&files, &arena);
    const struct pattern_file *file = pattern_file_get(&files, "mta/postfix.yaml");
    return shapes_load(shapes, "postfix", file, &problem) ? 0 : -1;
}

static int free_shapes(void **state) {
    (void)state;
    shapes_free(shapes);
    arena_release(&arena);
    records_release(&records);
    return 0;
}

static enum reading read_text(const char *program, const char *text) {
    struct entry entry = {.program = slice_of(program), .text = slice_of(text)};
    records_clear(&records);
    return mta_postfix.read(shapes, &entry, &records);
}

struct row {
    const char *program, *text, *record;
};

static void check_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct out out;
        out_init_memory(&out);
        if (read_text(rows[i].program, rows[i].text) != READING_READ || records.count != 1)
            fail_msg("not read: %s", rows[i].text);
        show_record(&out, records_at(&records, 0));
        if (!slice_is(out_held(&out), rows[i].record))
            fail_msg("%s\n   gives %.*s\nexpected %s", rows[i].text, SLICE_ARGS(out_held(&out)),
                     rows[i].record);
        out_release(&out);
    }
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows)[0])

static void messages(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"postfix/smtpd",
         "4C1D2E3F40: client=client.example.org[192.0.2.10], sasl_method=PLAIN, "
         "sasl_username=alice, sasl_sender=a@example.org",
         "arrival PF-SMTPD-CLIENT in id=4C1D2E3F40 host=client.example.org ip=192.0.2.10 "
         "user=alice"},
        {"postfix/smtpd", "4XkLm21qRszBcd: client=unknown[2001:db8::1]:4711",
         "arrival PF-SMTPD-CLIENT in id=4XkLm21qRszBcd host=unknown ip=2001:db8::1"},
        {"postfix/smtpd", "4C1D2E3F40: client=unknown[unknown]",
         "arrival PF-SMTPD-CLIENT in id=4C1D2E3F40 host=unknown"},
        {"postfix/smtpd",
         "4C1D2E3F40: client=localhost[127.0.0.1], orig_queue_id=3B0C1D2E3F, "
         "orig_client=client.example.org[192.0.2.10]",
         "arrival PF-SMTPD-CLIENT in id=4C1D2E3F40 back=3B0C1D2E3F host=localhost ip=127.0.0.1"},
        {"postfix/pickup", "4C1D2E3F40: uid=1000 from=<alice>",
         "arrival PF-PICKUP in id=4C1D2E3F40"},
        {"postfix/pickup", "4C1D2E3F40: uid=0 from=<alice> orig_id=3B0C1D2E3F",
         "arrival PF-PICKUP in id=4C1D2E3F40 back=3B0C1D2E3F"},
        {"postfix/bounce", "4C1D2E3F40: sender non-delivery notification: 4C1D2E3F99",
         "detail PF-BO-NDN id=4C1D2E3F40 notice=4C1D2E3F99"},
        {"postfix/bounce", "4C1D2E3F40: sender delay notification: 4C1D2E3F99",
         "detail PF-BO-NDN id=4C1D2E3F40 notice=4C1D2E3F99"},
        {"postfix/trace", "4C1D2E3F40: sender delivery status notification: 4C1D2E3F99",
         "detail PF-BO-NDN id=4C1D2E3F40 notice=4C1D2E3F99"},
        {"postfix/bounce", "4C1D2E3F40: postmaster non-delivery notification: 4C1D2E3F99",
         "detail PF-BO-NDN id=4C1D2E3F40 notice=4C1D2E3F99"},
        {"postfix/postsuper", "4C1D2E3F40: requeued", "end PF-PSUPER id=4C1D2E3F40"},
        {"postfix/cleanup", "4C1D2E3F40: removed (canceled)", "end PF-QM-REMOVED id=4C1D2E3F40"},
        {"postfix/cleanup", "4C1D2E3F40: message-id=<m1@example.org>",
         "detail PF-CL-MSGID id=4C1D2E3F40 mid=<m1@example.org>"},
        {"postfix/qmgr", "4C1D2E3F40: from=<alice@example.org>, size=1200, nrcpt=2 (queue active)",
         "detail PF-QM-ACTIVE id=4C1D2E3F40 from=alice@example.org size=1200 nrcpt=2"},
        {"postfix/qmgr", "4C1D2E3F40: from=<>, size=99999999999999999999, nrcpt=1 (queue active)",
         "detail PF-QM-ACTIVE id=4C1D2E3F40 from= nrcpt=1"},
        {"postfix/qmgr",
         "4C1D2E3F40: from=<\"a>, size=1\"@example.org>, size=1200, nrcpt=2 (queue active)",
         "detail PF-QM-ACTIVE id=4C1D2E3F40 from=\"a>, size=1\"@example.org size=1200 nrcpt=2"},
        {"postfix/qmgr",
         "4C1D2E3F40: from=<\"a\\\">, b\"@example.org>, size=1, nrcpt=1 (queue active)",
         "detail PF-QM-ACTIVE id=4C1D2E3F40 from=\"a\\\">, b\"@example.org size=1 nrcpt=1"},
        {"postfix/qmgr", "4C1D2E3F40: from=<a@example.org>, status=expired, returned to sender",
         "outcome PF-QM-EXPIRED expired recipient out synthetic queue id=4C1D2E3F40 "
         "from=a@example.org [status=expired, returned to sender]"},
        {"postfix/qmgr", "0D7037A4: removed", "end PF-QM-REMOVED id=0D7037A4"},
        {"postfix/cleanup", "4C1D2E3F40: removed (canceled)", "end PF-QM-REMOVED id=4C1D2E3F40"},
    };
    CHECK(rows);
}

#define OUT(daemon, rest, record)                                                                  \
    { "postfix/" daemon, "4C1D2E3F40: to=<bob@example.net>, " rest, "outcome PF-STATUS " record }
#define RELAY  "relay=mx.example.net[198.51.100.5]:25, delay=0.9, dsn="
#define PEER   " id=4C1D2E3F40 to=bob@example.net host=mx.example.net ip=198.51.100.5 delay=900000 "
#define NONE   "relay=none, delay=3, delays=1/1/1/0, dsn="
#define NOPEER " id=4C1D2E3F40 to=bob@example.net delay=3000000 "

static void deliveries(void **state) {
    (void)state;
    static const struct row rows[] = {
        OUT("smtp",
            "orig_to=<info@example.org>, relay=mx.example.net[2001:db8::5]:25, conn_use=3, "
            "delay=0.9, delays=0.05/0.01/0.5/0.34, tls=may, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
            "delivered recipient out remote end-of-data id=4C1D2E3F40 to=bob@example.net "
            "orig=info@example.org host=mx.example.net ip=2001:db8::5 delay=900000 dsn=2.0.0 "
            "[250 2.0.0 Ok]c"),
        OUT("smtp", "relay=mx.example.net[198.51.100.5], delay=9, status=sent (250 ok (1 2))",
            "delivered recipient out remote end-of-data id=4C1D2E3F40 to=bob@example.net "
            "host=mx.example.net ip=198.51.100.5 delay=9000000 [250 ok (1 2)]c"),
        OUT("lmtp",
            "relay=mail.example.org[private/dovecot-lmtp], delay=0.2, dsn=2.0.0, status=sent "
            "(250 2.0.0 <bob> Saved)",
            "delivered recipient local remote end-of-data id=4C1D2E3F40 to=bob@example.net "
            "host=mail.example.org delay=200000 dsn=2.0.0 [250 2.0.0 <bob> Saved]c"),
        OUT("local", "relay=local, delay=3, dsn=2.0.0, status=sent (delivered to mailbox)",
            "delivered recipient local synthetic delivery" NOPEER "dsn=2.0.0 "
            "[delivered to mailbox]"),
        OUT("discard", NONE "2.0.0, status=sent (example.net)",
            "discarded recipient out synthetic queue" NOPEER "dsn=2.0.0 [example.net]"),
        OUT("pipe",
            "relay=filter, delay=3, dsn=5.3.0, status=bounced (Command died with status 1: "
            "\"filter\". Command output: host mx[198.51.100.9] said: 550 no )",
            "bounced recipient local synthetic delivery" NOPEER "dsn=5.3.0 [Command died with "
            "status 1: \"filter\". Command output: host mx[198.51.100.9] said: 550 no ]"),
        OUT("smtp", NONE "5.1.1, status=SOFTBOUNCE (unable to look up host mx: no)",
            "deferred attempt out synthetic dns" NOPEER "dsn=5.1.1 "
            "[unable to look up host mx: no]"),
        OUT("virtual", "relay=virtual, delay=3, dsn=5.1.1, status=bounced (unknown user: \"bob\")",
            "bounced recipient local synthetic delivery" NOPEER "dsn=5.1.1 "
            "[unknown user: \"bob\"]"),
        OUT("error", NONE "5.1.1, status=bounced (User unknown)",
            "bounced recipient out synthetic queue" NOPEER "dsn=5.1.1 [User unknown]"),
        OUT("cleanup", NONE "5.4.6, status=bounced (mail forwarding loop for bob@example.net)",
            "bounced recipient local synthetic delivery" NOPEER
            "dsn=5.4.6 [mail forwarding loop for bob@example.net]"),
        /* values that do not end where a server, a number or a time does */
        OUT("smtp",
            "relay=mx.example.net[198.51.100.5]:25x, delay=0.9, dsn=2.0.0, status=sent (250 Ok)",
            "delivered recipient out remote end-of-data" PEER "dsn=2.0.0 [250 Ok]c"),
        OUT("smtp", "relay=mx[198.51,100.5]:25, delay=0.9x, dsn=2.0.0, status=sent (250 Ok)",
            "delivered recipient out remote end-of-data id=4C1D2E3F40 to=bob@example.net dsn=2.0.0 "
            "[250 Ok]c"),
        OUT("smtp", "relay=m,x[198.51.100.5]:25, delay=3., dsn=2.0.0, status=sent (250 Ok)",
            "delivered recipient out remote end-of-data" NOPEER "dsn=2.0.0 [250 Ok]c"),
        OUT("smtp", "relay=none, delay=12345678.12345678, dsn=2.0.0, status=sent (250 Ok)",
            "delivered recipient out remote end-of-data id=4C1D2E3F40 to=bob@example.net "
            "delay=12345678123456 dsn=2.0.0 [250 Ok]c"),
        OUT("smtp", RELAY "2.0.0, relay=none, status=sent (250 Ok)",
            "delivered recipient out remote end-of-data" PEER "dsn=2.0.0 [250 Ok]c"),
        OUT("smtp", RELAY "2.0.0x, status=sent (250 Ok)",
            "delivered recipient out remote end-of-data" PEER "dsn=2.0.0 [250 Ok]c"),
        OUT("smtp", RELAY ", status=sent (250 Ok)",
            "delivered recipient out remote end-of-data" PEER "[250 Ok]c"),
        OUT("smtp",
            "dsn=2.0.0, new=1, delay=0.9, relay=mx.example.net[198.51.100.5]:25, delays=1, "
            "status=sent (250 Ok)",
            "delivered recipient out remote end-of-data" PEER "dsn=2.0.0 [250 Ok]c"),
        /* a quoted recipient that looks like the fields behind it */
        {"postfix/smtp",
         "4C1D2E3F40: to=<\"x>, relay=evil[203.0.113.9]:25, status=sent (250\"@example.net>, "
         "relay=none, delay=3, dsn=5.1.0, status=bounced (no)",
         "outcome PF-STATUS bounced recipient out synthetic other id=4C1D2E3F40 to=\"x>, "
         "relay=evil[203.0.113.9]:25, status=sent (250\"@example.net delay=3000000 dsn=5.1.0 [no]"},
        /* the tag was cut by a relay */
        {"postfix-outbound-cluster/submission/sm",
         "4C1D2E3F40: to=<bob@example.net>, relay=mx.example.net[198.51.100.5]:25, delay=0.9, "
         "dsn=2.0.0, status=sent (250 Ok)",
         "outcome PF-STATUS delivered recipient out remote end-of-data" PEER "dsn=2.0.0 "
         "[250 Ok]c"},
    };
    CHECK(rows);
}

static void replies(void **state) {
    (void)state;
    static const struct row rows[] = {
        OUT("smtp",
            RELAY "5.1.1, status=bounced (host mx.example.net[198.51.100.5] said: 550 5.1.1 "
                  "<bob@example.net>: nobody (in the book) (in reply to RCPT TO command))",
            "bounced recipient out remote rcpt" PEER "dsn=5.1.1 "
            "[550 5.1.1 <bob@example.net>: nobody (in the book)]c"),
        OUT("smtp",
            RELAY "4.0.0, status=deferred (host mx.example.net[198.51.100.5]:25 said: 451 later "
                  "(in reply to end of DATA command))",
            "deferred attempt out remote end-of-data" PEER "dsn=4.0.0 [451 later]c"),
        OUT("smtp",
            RELAY "4.0.0, status=deferred (host mx.example.net[198.51.100.5] said: 451 later (in "
                  "reply to final RSET command))",
            "deferred attempt out remote other" PEER "dsn=4.0.0 [451 later]c"),
        /* cut by syslog: in the reply, and in what it is a reply to */
        OUT("smtp",
            RELAY "5.7.1, status=bounced (host mx.example.net[198.51.100.5] said: 550 5.7.1 very "
                  "long",
            "bounced recipient out remote other" PEER "dsn=5.7.1 [550 5.7.1 very long]c"),
        OUT("smtp",
            RELAY "5.7.1, status=bounced (host mx.example.net[198.51.100.5] said: 550 no (in "
                  "reply to MAIL FR",
            "bounced recipient out remote mail" PEER "dsn=5.7.1 [550 no]c"),
        OUT("smtp",
            RELAY "4.7.0, status=deferred (host mx.example.net[198.51.100.5] refused to talk to "
                  "me: 554-mx.example.net 554 no)",
            "deferred attempt out remote connect" PEER "dsn=4.7.0 [554-mx.example.net 554 no]c"),
        OUT("smtp",
            RELAY "4.7.5, status=deferred (TLS is required, but host mx.example.net[198.51.100.5] "
                  "refused to start TLS: 454 4.7.0 not now)",
            "deferred attempt out remote starttls" PEER "dsn=4.7.5 [454 4.7.0 not now]c"),
        OUT("smtp",
            RELAY "4.7.8, status=deferred (SASL authentication failed; server "
                  "mx.example.net[198.51.100.5] said: 535 5.7.8 not you)",
            "deferred attempt out remote auth" PEER "dsn=4.7.8 [535 5.7.8 not you]c"),
        OUT("smtp",
            RELAY "4.7.8, status=deferred (SASL [CACHED] authentication failed; server "
                  "mx.example.net[198.51.100.5] said: 535 5.7.8 not you)",
            "deferred attempt out remote auth" PEER "dsn=4.7.8 [535 5.7.8 not you]c"),
        OUT("smtp",
            RELAY "5.5.0, status=bounced (Protocol error: host mx.example.net[198.51.100.5] said: "
                  "250 fine (in reply to MAIL FROM command))",
            "bounced recipient out remote mail" PEER "dsn=5.5.0 [250 fine]c"),
        OUT("error",
            "relay=none, delay=0.9, dsn=4.0.0, status=deferred (delivery temporarily suspended: "
            "host mx.example.net[198.51.100.5] said: 421 full (in reply to RCPT TO command))",
            "deferred attempt out remote rcpt" PEER "dsn=4.0.0 [421 full]c"),
        {"postfix/smtp",
         "4C1D2E3F40: host mx1.example.net[198.51.100.5] said: 450 4.2.0 busy (in reply to RCPT "
         "TO command)",
         "outcome PF-SMTP-ATTEMPT deferred host out remote rcpt id=4C1D2E3F40 "
         "host=mx1.example.net ip=198.51.100.5 [450 4.2.0 busy]c"},
    };
    CHECK(rows);
}

static void failures(void **state) {
    (void)state;
    static const struct row rows[] = {
        OUT("smtp",
            "relay=none, delay=0.9, dsn=4.4.1, status=deferred (connect to "
            "mx.example.net[198.51.100.5]:25: Connection refused)",
            "deferred attempt out synthetic connect" PEER "dsn=4.4.1 [connect to "
            "mx.example.net[198.51.100.5]:25: Connection refused]"),
        OUT("retry",
            "relay=none, delay=0.9, dsn=4.4.1, status=deferred (delivery temporarily suspended: "
            "connect to mx.example.net[198.51.100.5]:25: Connection timed out)",
            "deferred attempt out synthetic connect" PEER "dsn=4.4.1 [connect to "
            "mx.example.net[198.51.100.5]:25: Connection timed out]"),
        OUT("smtp",
            RELAY "4.4.2, status=deferred (lost connection with mx.example.net[198.51.100.5] "
                  "while sending end of data -- message may be sent more than once)",
            "deferred attempt out synthetic end-of-data" PEER "dsn=4.4.2 [lost connection with "
            "mx.example.net[198.51.100.5] while sending end of data -- message may be sent more "
            "than once]"),
        OUT("smtp",
            RELAY "4.4.2, status=deferred (conversation with mx.example.net[198.51.100.5] timed "
                  "out while receiving the initial server greeting)",
            "deferred attempt out synthetic connect" PEER "dsn=4.4.2 [conversation with "
            "mx.example.net[198.51.100.5] timed out while receiving the initial server greeting]"),
        OUT("smtp",
            NONE "5.4.4, status=bounced (Host or domain name not found. Name service error for "
                 "name=example.net type=MX: Host not found)",
            "bounced recipient out synthetic dns" NOPEER "dsn=5.4.4 [Host or domain name not "
            "found. Name service error for name=example.net type=MX: Host not found]"),
        OUT("smtp", NONE "5.1.0, status=bounced (Domain example.net does not accept mail (nullMX))",
            "bounced recipient out synthetic dns" NOPEER "dsn=5.1.0 [Domain example.net does not "
            "accept mail (nullMX)]"),
        OUT("smtp", RELAY "4.7.5, status=deferred (Server certificate not verified)",
            "deferred attempt out synthetic starttls" PEER "dsn=4.7.5 [Server certificate not "
            "verified]"),
        OUT("smtp",
            RELAY "4.7.0, status=deferred (SASL authentication failed; cannot authenticate to "
                  "server mx.example.net[198.51.100.5]: no mechanism available)",
            "deferred attempt out synthetic auth" PEER "dsn=4.7.0 [SASL authentication failed; "
            "cannot authenticate to server mx.example.net[198.51.100.5]: no mechanism available]"),
        OUT("smtp", NONE "4.3.0, status=deferred (something new)",
            "deferred attempt out synthetic other" NOPEER "dsn=4.3.0 [something new]"),
        {"postfix/smtp", "connect to mx.example.com[2001:db8::25]:25: Connection timed out",
         "outcome PF-SMTP-CONNFAIL deferred host out synthetic connect host=mx.example.com "
         "ip=2001:db8::25 [connect to mx.example.com[2001:db8::25]:25: Connection timed out]"},
        {"postfix/smtp", "4C1D2E3F40: Cannot start TLS: handshake failure",
         "outcome PF-SMTP-ATTEMPT deferred host out synthetic starttls id=4C1D2E3F40 "
         "[Cannot start TLS: handshake failure]"},
    };
    CHECK(rows);
}

#define FROM_BAD " from bad.example.net[203.0.113.77]: "
#define ENVELOPE "from=<x@example.net> to=<dave@example.com> proto=ESMTP helo=<h>"
#define BAD      " host=bad.example.net ip=203.0.113.77 "
#define SENT     " from=x@example.net to=dave@example.com"

static void refusals(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"postfix/smtpd",
         "NOQUEUE: reject: RCPT" FROM_BAD "554 5.7.1 Service unavailable; Client host "
         "[203.0.113.77] blocked using bl.example.org; https://bl.example.org/q; " ENVELOPE,
         "incident PF-SMTPD-REJECT rejected session in local rcpt" SENT BAD
         "helo=h [554 5.7.1 Service unavailable; Client host [203.0.113.77] blocked using "
         "bl.example.org; https://bl.example.org/q]c"},
        {"postfix/smtpd",
         "4C1D2E3F40: reject: RCPT" FROM_BAD "553 5.7.1 <x@example.net>: not yours; " ENVELOPE
         " sasl_method=PLAIN sasl_username=alice",
         "incident PF-SMTPD-REJECT rejected session in local rcpt id=4C1D2E3F40" SENT BAD
         "helo=h user=alice [553 5.7.1 <x@example.net>: not yours]c"},
        {"postfix/smtpd", "NOQUEUE: reject: CONNECT" FROM_BAD "450 4.7.25 no name; proto=SMTP",
         "incident PF-SMTPD-REJECT rejected session in local connect" BAD "[450 4.7.25 no name]c"},
        {"postfix/smtpd", "NOQUEUE: reject: VRFY" FROM_BAD "550 5.1.1 cut here",
         "incident PF-SMTPD-REJECT rejected session in local other" BAD "[550 5.1.1 cut here]c"},
        /* a quoted recipient that looks like an envelope; a HELO name that looks like a client */
        {"postfix/smtpd",
         "NOQUEUE: reject: RCPT" FROM_BAD "550 5.1.1 <\"; from=<evil> to=<e\"@example.com>: no; "
         "from=<> to=<\"; from=?evil? to=?e\"@example.com> proto=ESMTP "
         "helo=<?? [198.51.100.1]: 250 ok>",
         "incident PF-SMTPD-REJECT rejected session in local rcpt from= "
         "to=\"; from=?evil? to=?e\"@example.com" BAD "helo=?? [198.51.100.1]: 250 ok "
         "[550 5.1.1 <\"; from=<evil> to=<e\"@example.com>: no]c"},
        {"postfix/smtpd", "NOQUEUE: reject_warning: HELO" FROM_BAD "450 4.7.1 <h>: hm; " ENVELOPE,
         "incident PF-SMTPD-REJECT warning session in local helo" SENT BAD
         "helo=h [450 4.7.1 <h>: hm]c"},
        {"postfix/smtpd",
         "NOQUEUE: reject: RCPT" FROM_BAD "450 4.1.1 <dave@example.com>: Recipient address "
         "rejected: unverified address: host mx.example.com[198.51.100.7] said: 550 5.1.1 gone "
         "(in reply to RCPT TO command); " ENVELOPE,
         "incident PF-SMTPD-REJECT rejected session in callout rcpt" SENT BAD
         "helo=h [450 4.1.1 <dave@example.com>: Recipient address rejected: unverified address: "
         "host mx.example.com[198.51.100.7] said: 550 5.1.1 gone (in reply to RCPT TO command)]c"},
        {"postfix/smtpd", "4C1D2E3F40: hold: DATA" FROM_BAD "<h>: kept; " ENVELOPE,
         "incident PF-SMTPD-REJECT held session in local data id=4C1D2E3F40" SENT BAD
         "helo=h [<h>: kept]"},
        {"postfix/smtpd", "NOQUEUE: milter-reject: MAIL" FROM_BAD "451 4.7.1 later; " ENVELOPE,
         "incident PF-SMTPD-REJECT rejected session in local mail" SENT BAD
         "helo=h [451 4.7.1 later]c"},
        {"postfix/smtpd", "proxy-reject: END-OF-MESSAGE: 554 5.7.1 spam; " ENVELOPE,
         "incident PF-SMTPD-PROXY rejected session in local end-of-data" SENT
         " helo=h [554 5.7.1 spam]c"},
        {"postfix/cleanup",
         "4C1D2E3F40: milter-reject: END-OF-MESSAGE" FROM_BAD "4.7.1 later; " ENVELOPE,
         "incident PF-CL-MILTER rejected session in local end-of-data id=4C1D2E3F40" SENT BAD
         "helo=h implied=PF-CL-MILTER temporary [4.7.1 later]c"},
        {"postfix/cleanup",
         "4C1D2E3F40: milter-reject: END-OF-MESSAGE" FROM_BAD "Command rejected; " ENVELOPE,
         "incident PF-CL-MILTER rejected session in local end-of-data id=4C1D2E3F40" SENT BAD
         "helo=h implied=PF-CL-MILTER permanent [Command rejected]c"},
        {"postfix/postscreen",
         "NOQUEUE: reject: RCPT from [203.0.113.9]:4711: 550 5.7.1 no; from=<x@example.net>, "
         "to=<dave@example.com>, proto=ESMTP, helo=<h>",
         "incident PF-PSC-REJECT rejected session in local rcpt" SENT
         " ip=203.0.113.9 helo=h [550 5.7.1 no]c"},
        {"postfix/postscreen",
         "NOQUEUE: reject: CONNECT from [2001:db8::9]:4711: too many connections",
         "incident PF-PSC-REJECT rejected session in local connect ip=2001:db8::9 "
         "implied=PF-PSC too-many-connections [too many connections]c"},
        {"postfix/postscreen", "reject: connect from [203.0.113.9]:4711: all screening ports busy",
         "incident PF-PSC-REJECT rejected session in local connect ip=203.0.113.9 "
         "implied=PF-PSC all-ports-busy [all screening ports busy]c"},
    };
    CHECK(rows);
}

static void shapes_behind_the_frame(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"postfix/submission/smtpd",
         "NOQUEUE: lost connection after AUTH"
         " from a[192.0.2.9]",
         "incident PF-SMTPD-LOST connection-lost session in synthetic auth host=a ip=192.0.2.9 "
         "implied=PF-SMTPD-LOST [lost connection after AUTH]"},
        {"postfix/smtpd", "4C1D2E3F40: timeout after DATA (23170 bytes) from a[192.0.2.9]",
         "incident PF-SMTPD-LOST timeout session in local data id=4C1D2E3F40 host=a ip=192.0.2.9 "
         "implied=PF-SMTPD-LOST timeout [timeout after DATA]"},
        {"postfix/proxymap", "warning: 4C1D2E3F40: something is wrong",
         "incident PF-SEVERE warning mta local local other id=4C1D2E3F40 implied=PF-SEVERE "
         "[something is wrong]"},
        {"postfix/cleanup", "warning: connect to Milter service unix:/run/m: No such file",
         "incident PF-SEVERE warning mta local local other implied=PF-SEVERE "
         "[connect to Milter service unix:/run/m: No such file]"},
    };
    CHECK(rows);
    assert_true(slice_is(records_at(&records, 0)->daemon, "cleanup"));
    read_text("postfix/submission/smtpd", "lost connection after AUTH from a[192.0.2.9]");
    assert_true(slice_is(records_at(&records, 0)->daemon, "smtpd"));
    assert_true(slice_is(records_at(&records, 0)->instance, "postfix/submission"));
}

static void lines_without_records(void **state) {
    (void)state;
    static const struct {
        const char *program, *text;
        enum reading reading;
    } rows[] = {
        {"postfix/smtpd", "disconnect from client.example.org[192.0.2.10] commands=0/0",
         READING_DULL},
        {"postfix/smtp",
         "4C1D2E3F40: to=<bob@example.net>, relay=none, delay=1, dsn=5.1.1, status=undeliverable "
         "(host mx.example.net[198.51.100.5] said: 550 no)",
         READING_DULL},
        {"postfix/cleanup",
         "4C1D2E3F40: warning: header Subject: hi from a[192.0.2.9]; from=<a@example.net>",
         READING_DULL},
        {"postfix/smtp", "4C1D2E3F40: to=<bob@example.net>, relay=none, delay=1", READING_UNKNOWN},
        {"postfix/smtp", "4C1D2E3F40: to=<bob@example.net", READING_UNKNOWN},
        {"postfix/smtp", "4C1D2E3F40: to=<b>, status=lost (what)", READING_UNKNOWN},
        {"postfix/smtpd", "NOQUEUE: reject: RCPT from nobody: 550 no", READING_UNKNOWN},
        {"postfix/smtpd", "NOQUEUE: reject: RCPT", READING_UNKNOWN},
        {"postfix/smtpd", "4C1D2E3F40: client=nobody", READING_UNKNOWN},
        {"postfix/qmgr", "4C1D2E3F40: removed?", READING_UNKNOWN},
        {"postfix/qmgr", "4C1D2: removed", READING_UNKNOWN},
        {"postfix/qmgr", "statistics: removed", READING_UNKNOWN},
        {"postfix/smtpd", "a new line of a version to come", READING_UNKNOWN},
        {"postfix/smtpd", "", READING_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (read_text(rows[i].program, rows[i].text) != rows[i].reading)
            fail_msg("row %zu: %s", i, rows[i].text);
        assert_int_equal(records.count, 0);
    }
}

/* Dull in the ledger, but other lines of the process are about this client. */
static void clients_of_sessions(void **state) {
    (void)state;
    static const char *const rows[] = {"connect from client.example.org[192.0.2.10]",
                                       "NOQUEUE: client=client.example.org[192.0.2.10]"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_text("postfix/smtpd", rows[i]), READING_DULL);
        assert_int_equal(records.count, 1);
        assert_int_equal(records_at(&records, 0)->kind, RECORD_DETAIL);
        assert_true(slice_is(records_at(&records, 0)->peer_ip, "192.0.2.10"));
    }
}

/* What the administrator takes out is discarded, and over. */
static void removal(void **state) {
    (void)state;
    assert_int_equal(read_text("postfix/postsuper", "4C1D2E3F40: removed"), READING_READ);
    assert_int_equal(records.count, 2);
    assert_int_equal(records_at(&records, 0)->event, EVENT_DISCARDED);
    assert_int_equal(records_at(&records, 0)->recipient.length, 0);
    assert_int_equal(records_at(&records, 1)->kind, RECORD_END);
}

static void likeness(void **state) {
    (void)state;
    static const struct {
        const char *program;
        unsigned likeness;
    } rows[] = {
        {"postfix/smtpd", 100},
        {"postfix-in/submission/smtpd", 100},
        {"postfix", 90},
        {"mx-out/smtp", 95},
        {"smtpd", 40},
        {"sendmail", 0},
        {"mx-out/imap", 0},
        {"exim", 0},
        {"", 0},
        {"/", 0},
        {"master", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry entry = {.program = slice_of(rows[i].program)};
        assert_int_equal(mta_postfix.likeness(&entry), rows[i].likeness);
    }
}

/* What the rows above do not show, as few records have it. */
static void rare_things(void **state) {
    (void)state;
    static const struct {
        const char *text, *label;
        bool is_pipelining;
    } rows[] = {
        {"fatal: open database /etc/aliases.db: No such file or directory", "fatal", false},
        {"improper command pipelining after DATA from unknown[203.0.113.77]: QUIT\\r\\n", "", true},
        {"4C1D2E3F40: client=client.example.org[192.0.2.10]", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_text("postfix/smtpd", rows[i].text), READING_READ);
        const struct record *record = records_at(&records, 0);
        assert_true(slice_is(record->label, rows[i].label));
        assert_int_equal(record->is_pipelining, rows[i].is_pipelining);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),
        cmocka_unit_test(deliveries),
        cmocka_unit_test(replies),
        cmocka_unit_test(failures),
        cmocka_unit_test(refusals),
        cmocka_unit_test(shapes_behind_the_frame),
        cmocka_unit_test(lines_without_records),
        cmocka_unit_test(clients_of_sessions),
        cmocka_unit_test(removal),
        cmocka_unit_test(rare_things),
        cmocka_unit_test(likeness),
    };
    return cmocka_run_group_tests(tests, load_shapes, free_shapes);
}
