/* What is read out of Sendmail's lines by hand: each row is a line and the records it gives. The
 * shapes are proved by their own examples; here they are left out. */
#include "record_shown.h"

extern const struct mta mta_sendmail;

#define ID          "65L80001002101"
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows)[0])

static void check_rows(const struct record_row *rows, size_t count) {
    struct shapes *none = shapes_new();
    check_records(&mta_sendmail, none, "sm-mta", rows, count);
    shapes_free(none);
}

static void arrivals(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {ID ": from=<alice@example.org>, size=1200, class=0, nrcpts=2, msgid=<m1@example.org>, "
            "bodytype=8BITMIME, proto=ESMTPS, daemon=MTA-v4, relay=client.example.org [192.0.2.10]",
         {"arrival SM-FROM in id=" ID " mid=<m1@example.org> from=alice@example.org "
          "host=client.example.org ip=192.0.2.10 size=1200 nrcpt=2"}},
        {ID
         ": from=<>, size=1200, class=0, nrcpts=1, msgid=<m1, relay=[198.51.100.1]>, proto=ESMTP, "
         "daemon=MTA, relay=[IPv6:2001:db8:0:0:0:0:0:9] (may be forged)",
         {"arrival SM-FROM in id=" ID
          " mid=<m1, relay=[198.51.100.1]> from= ip=2001:db8:0:0:0:0:0:9 size=1200 nrcpt=1"}},
        {ID ": from=<\"a>, size=5, relay=x\"@example.org>, size=7, nrcpts=1, relay=[192.0.2.10]",
         {"arrival SM-FROM in id=" ID
          " from=\"a>, size=5, relay=x\"@example.org ip=192.0.2.10 size=7 nrcpt=1"}},
        {"j061bW9V000809: from=alice, size=99999999999999999999, nrcpts=1, relay=alice@localhost",
         {"arrival SM-FROM in id=j061bW9V000809 from=alice host=localhost nrcpt=1"}},
        {ID ": from=<a@example.org>, size=0, class=0, nrcpts=1, proto=ESMTP, relay=[192.0.2.10]",
         {"detail SM-FROM in id=" ID " from=a@example.org ip=192.0.2.10 size=0 nrcpt=1"}},
        {ID
         ": from=<a@example.org>, size=0, class=0, nrcpts=1, msgid=<m1@example.org>, relay=local",
         {"arrival SM-FROM in id=" ID " mid=<m1@example.org> from=a@example.org host=local size=0 "
          "nrcpt=1"}},
        {ID ": from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, relay=[192.0.2.10]",
         {"detail SM-FROM in id=" ID " from=a@example.org ip=192.0.2.10 size=0 nrcpt=0"}},
        {"NOQUEUE: from=<a@example.org>", {"arrival SM-FROM in from=a@example.org"}},
    };
    CHECK(rows);
}

#define TO ID ": to=<bob@example.net>, delay=00:00:02, xdelay=00:00:01, mailer=esmtp, pri=121200, "
#define MX "relay=mx.example.net. [198.51.100.5], "

static void deliveries(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {TO MX "dsn=2.0.0, stat=Sent (ok, stat=Deferred (x))",
         {"outcome SM-TO delivered recipient out remote end-of-data id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 implied=SM-STAT sent "
          "delay=2000000 dsn=2.0.0 [ok, stat=Deferred (x)]"}},
        {TO MX "dsn=2.0.0, ntries=1, reply=250 2.0.0 Kept, stat=Sent (2.0.0 Kept)",
         {"outcome SM-TO delivered recipient out remote end-of-data id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 delay=2000000 dsn=2.0.0 [250 "
          "2.0.0 Kept]c"}},
        {ID ": to=carol,dora, ctladdr=<alice@example.org> (1000/1000), delay=1+02:03:04, "
            "mailer=local, "
            "dsn=2.0.0, stat=Sent",
         {"outcome SM-TO delivered recipient local synthetic delivery id=" ID
          " to=carol delay=93784000000 dsn=2.0.0",
          "outcome SM-TO delivered recipient local synthetic delivery id=65L80001002101 to=dora "
          "delay=93784000000 dsn=2.0.0"}},
        {ID ": to=<\"a,b>, stat=Sent\"@example.net>,<bob@example.net>,<c@example.net> [more], "
            "delay=00:00:02, mailer=esmtp, " MX "dsn=5.1.1, stage=RCPT, reply=550 5.1.1 No box, "
            "stat=User unknown",
         {"outcome SM-TO bounced recipient out remote rcpt id=" ID
          " to=\"a,b>, stat=Sent\"@example.net host=mx.example.net ip=198.51.100.5 delay=2000000 "
          "dsn=5.1.1 [550 5.1.1 No box]c",
          "outcome SM-TO bounced recipient out remote rcpt id=65L80001002101 to=bob@example.net "
          "host=mx.example.net ip=198.51.100.5 delay=2000000 dsn=5.1.1 [550 5.1.1 No box]c",
          "outcome SM-TO bounced recipient out remote rcpt id=65L80001002101 to=c@example.net "
          "host=mx.example.net ip=198.51.100.5 delay=2000000 dsn=5.1.1 [550 5.1.1 No box]c"}},
        {ID
         ": to=\"|/usr/bin/sort-mail -d x, y\", delay=00:00:00, mailer=prog, dsn=2.0.0, stat=Sent",
         {"outcome SM-TO delivered recipient local synthetic delivery id=" ID
          " to=\"|/usr/bin/sort-mail -d x, y\" delay=0 dsn=2.0.0"}},
        {ID ": to=kay@example.org, delay=00:00:01, mailer=cyrusv2, relay=localhost, dsn=2.0.0",
         {"outcome SM-TO delivered recipient local synthetic delivery id=" ID
          " to=kay@example.org host=localhost delay=1000000 dsn=2.0.0"}},
    };
    CHECK(rows);
}

static void failures(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {TO MX "dsn=4.7.1, stat=Deferred: 451 4.7.1 Later, stat=Sent (ok)",
         {"outcome SM-TO deferred attempt out remote other id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 delay=2000000 dsn=4.7.1 [451 "
          "4.7.1 Later, stat=Sent (ok)]c"}},
        {TO MX "dsn=4.0.0, reply=451 try, stat=Sent (x), stat=Deferred: 451 try, stat=Sent (x)",
         {"outcome SM-TO deferred attempt out remote other id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 delay=2000000 dsn=4.0.0 [451 "
          "try]c"}},
        {TO
         "relay=mx.example.net., dsn=4.0.0, stat=Deferred: Connection refused by mx.example.net.",
         {"outcome SM-TO deferred attempt out synthetic connect id=" ID
          " to=bob@example.net host=mx.example.net delay=2000000 dsn=4.0.0 [Connection refused by "
          "mx.example.net.]"}},
        {TO "dsn=4.4.3, stat=Deferred: Name server: mx.example.net.: host name lookup failure",
         {"outcome SM-TO deferred attempt out synthetic dns id=" ID
          " to=bob@example.net delay=2000000 dsn=4.4.3 [Name server: mx.example.net.: host name "
          "lookup failure]"}},
        {TO MX "dsn=4.0.0, stat=Deferred",
         {"outcome SM-TO deferred attempt out synthetic other id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 implied=SM-STAT deferred "
          "delay=2000000 dsn=4.0.0 [Deferred]"}},
        {TO MX "dsn=5.1.1, stat=User unknown",
         {"outcome SM-TO bounced recipient out remote rcpt id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 implied=SM-STAT user unknown "
          "delay=2000000 dsn=5.1.1 [User unknown]"}},
        {TO MX "stat=Service unavailable",
         {"outcome SM-TO bounced recipient out remote other id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 implied=SM-STAT service "
          "unavailable delay=2000000 [Service unavailable]"}},
        {TO "dsn=5.1.2, stat=Host unknown (Name server: example.invalid: host not found)",
         {"outcome SM-TO bounced recipient out synthetic dns id=" ID
          " to=bob@example.net implied=SM-STAT host unknown delay=2000000 dsn=5.1.2 [Host unknown "
          "(Name server: example.invalid: host not found)]"}},
        {TO MX "dsn=5.7.1, reply=550 5.7.1 Not you, stat=Data format error",
         {"outcome SM-TO bounced recipient out remote other id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 delay=2000000 dsn=5.7.1 [550 "
          "5.7.1 Not you]c"}},
        {TO "dsn=5.3.5, stat=example.org. config error: mail loops back to me (MX problem?)",
         {"outcome SM-TO bounced recipient out synthetic dns id=" ID
          " to=bob@example.net implied=SM-STAT config error delay=2000000 dsn=5.3.5 [example.org. "
          "config error: mail loops back to me (MX problem?)]"}},
        {TO "dsn=5.4.6, stat=Too many hops 26 (25 max): from <a@example.org>",
         {"outcome SM-TO bounced recipient out synthetic delivery id=" ID
          " to=bob@example.net implied=SM-STAT too many hops delay=2000000 dsn=5.4.6 [Too many "
          "hops 26 (25 max): from <a@example.org>]"}},
        {TO MX "dsn=5.0.0, stat=Message could not be delivered for 5 days",
         {"outcome SM-TO expired recipient out synthetic queue id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 delay=2000000 dsn=5.0.0 "
          "[Message could not be delivered for 5 days]"}},
        {ID ": 65L80009002130: return to sender: Cannot send message for 5 days",
         {"outcome SM-DSN expired recipient out synthetic queue id=" ID
          " notice=65L80009002130 [Cannot send message for 5 days]"}},
        {ID ": 65L80009002130: sender notify: Cannot send message within 5 days",
         {"outcome SM-DSN expired recipient out synthetic queue id=" ID
          " notice=65L80009002130 [Cannot send message within 5 days]"}},
        {ID ": to=dora, delay=00:00:00, mailer=local, dsn=5.1.1, stat=User unknown",
         {"outcome SM-TO bounced recipient local synthetic delivery id=" ID
          " to=dora implied=SM-STAT user unknown delay=0 dsn=5.1.1 [User unknown]"}},
        {ID ": to=<bob@example.net>, delay=00:00:00, pri=30000, quarantine=odd, stat=quarantined",
         {"outcome SM-TO held recipient out synthetic queue id=" ID
          " to=bob@example.net delay=0 [quarantined]"}},
        {ID ": to=<bob@example.net>, delay=00:00:00, pri=30000, stat=Command rejected",
         {"detail SM-TO id=" ID " to=bob@example.net delay=0"}},
    };
    CHECK(rows);
}

static void refusals(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {ID ": ruleset=check_rcpt, arg1=<x@example.com>, relay=bad.example.net [203.0.113.77], "
            "reject=550 "
            "5.7.1 <x@example.com>... Relaying denied",
         {"incident SM-RULESET rejected session in local rcpt id=" ID
          " to=x@example.com host=bad.example.net ip=203.0.113.77 [550 5.7.1 <x@example.com>... "
          "Relaying denied]c"}},
        {ID ": ruleset=check_rcpt, arg1=<\"a, relay=[198.51.100.1], reject=250 b>\"@example.com>, "
            "relay=[203.0.113.77] (may be forged), reject=550 5.7.1 <\"a, relay=[198.51.100.1], "
            "reject=250 b>\"@example.com>... no",
         {"incident SM-RULESET rejected session in local rcpt id=" ID
          " to=\"a, relay=[198.51.100.1], reject=250 b>\"@example.com ip=203.0.113.77 [550 5.7.1 "
          "<\"a, relay=[198.51.100.1], reject=250 b>\"@example.com>... no]c"}},
        {"ruleset=check_relay, arg1=ray.example.net, arg2=203.0.113.77, relay=ray.example.net "
         "[203.0.113.77], reject=421 4.3.2 Too many open connections.",
         {"incident SM-RULESET rejected session in local connect host=ray.example.net "
          "ip=203.0.113.77 [421 4.3.2 Too many open connections.]c"}},
        {ID
         ": ruleset=check_mail, arg1=<a@example.invalid>, relay=[203.0.113.77], reject=553 5.1.8 "
         "<a@example.invalid>... no such domain",
         {"incident SM-RULESET rejected session in local mail id=" ID
          " from=a@example.invalid ip=203.0.113.77 [553 5.1.8 <a@example.invalid>... no such "
          "domain]c"}},
        {ID ": ruleset=check_rcpt, arg1=<x@example.com>, relay=[203.0.113.77], discard",
         {"incident SM-RULESET discarded session in local rcpt id=" ID
          " to=x@example.com ip=203.0.113.77 [discard]"}},
        {ID ": ruleset=check_eom, arg1=1 2, relay=[203.0.113.77], quarantine=odd mail",
         {"incident SM-RULESET held session in local end-of-data id=" ID
          " ip=203.0.113.77 [odd mail]"}},
        {ID ": ruleset=tls_server, arg1=SOFTWARE, relay=mx.example.net, reject=454 4.7.0 TLS "
            "handshake",
         {"incident SM-RULESET tls-failed host out local starttls id=" ID
          " host=mx.example.net [454 4.7.0 TLS handshake]c"}},
        {ID ": Milter: from=<a, reject=250@example.net>, reject=550 5.7.1 Command rejected",
         {"incident SM-MILTER rejected session in local mail id=" ID
          " from=a, reject=250@example.net [550 5.7.1 Command rejected]c"}},
        {ID ": Milter: to=<bob@example.net>, reject=451 4.7.1 Greylisted",
         {"incident SM-MILTER rejected session in local rcpt id=" ID
          " to=bob@example.net [451 4.7.1 Greylisted]c"}},
        {"NOQUEUE: Milter: connect: host=ray.example.net, addr=203.0.113.77, rejecting commands",
         {"incident SM-MILTER rejected session in local connect host=ray.example.net "
          "ip=203.0.113.77 implied=SM-MILTER init-permanent [rejecting commands]"}},
        {"NOQUEUE: Milter: connect: host=ray.example.net, addr=203.0.113.77, reject=421 4.7.0 no",
         {"incident SM-MILTER rejected session in local connect host=ray.example.net "
          "ip=203.0.113.77 [421 4.7.0 no]c"}},
        {ID ": Milter: helo=x, reject=250, reject=550 5.7.1 no",
         {"incident SM-MILTER rejected session in local helo id=" ID
          " helo=x, reject=250 [550 5.7.1 no]c"}},
        {ID ": Milter: data, reject=554 5.7.1 spam",
         {"incident SM-MILTER rejected session in local end-of-data id=" ID " [554 5.7.1 spam]c"}},
        {ID ": Milter: data, discard",
         {"incident SM-MILTER discarded session in local end-of-data id=" ID " [discard]"}},
        {ID ": <nobody@example.org>... User unknown",
         {"incident SM-USERERR rejected session in local rcpt id=" ID
          " to=nobody@example.org implied=SM-USERERR [User unknown]"}},
        {ID ": <nobody@.example.org>... Invalid host name",
         {"incident SM-USERERR rejected session in local rcpt id=" ID
          " to=nobody@.example.org implied=SM-USERERR host [Invalid host name]"}},
        {ID ": <sales@example.org>... This box is gone",
         {"incident SM-USERERR rejected session in local rcpt id=" ID
          " to=sales@example.org [This box is gone]"}},
    };
    CHECK(rows);
}

static void logins(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {ID
         ": AUTH failure (LOGIN): authentication failure (-13) SASL(-13): authentication failure: "
         "checkpass failed, user=bob, relay=ray.example.net [203.0.113.77] (may be forged)",
         {"incident SM-AUTHFAIL auth-failed session in local auth id=" ID
          " host=ray.example.net ip=203.0.113.77 user=bob implied=SM-AUTHFAIL [authentication "
          "failure (-13) SASL(-13): authentication failure: checkpass failed]"}},
        {ID ": AUTH failure (PLAIN): user not found (-20), user=x, relay=[198.51.100.1], "
            "relay=[IPv6:2001:db8:0:0:0:0:0:77]",
         {"incident SM-AUTHFAIL auth-failed session in local auth id=" ID
          " ip=2001:db8:0:0:0:0:0:77 user=x, relay=[198.51.100.1] implied=SM-AUTHFAIL [user not "
          "found (-20)]"}},
        {ID ": AUTH failure (LOGIN): generic failure (-1), relay=[203.0.113.77]",
         {"incident SM-AUTHFAIL auth-failed session in local auth id=" ID
          " ip=203.0.113.77 implied=SM-AUTHFAIL [generic failure (-1)]"}},
    };
    CHECK(rows);
}

/* Of no interest by themselves; what is told of a server is for the delivery behind it. */
static void handshakes(void **state) {
    (void)state;
    static const struct {
        const char *text, *host; /* NULL: no record */
        enum reading reading;
    } rows[] = {
        {"STARTTLS=client, relay=mx.example.net., version=TLSv1.3, verify=FAIL, cipher=X, bits=1/1",
         "mx.example.net.", READING_DULL},
        {"STARTTLS=client, relay=mx.example.net. [198.51.100.5], version=TLSv1.2",
         "mx.example.net.", READING_DULL},
        {"STARTTLS=server, relay=client.example.org [192.0.2.10], version=TLSv1.3, verify=NO", NULL,
         READING_DULL},
        {"STARTTLS=client, relay=[198.51.100.5], version=TLSv1.2", NULL, READING_UNKNOWN},
        {"STARTTLS=client, relay=mx.example.net., x=y, version=TLSv1.2", NULL, READING_UNKNOWN},
        {"STARTTLS=client, relay=mx.example.net.", NULL, READING_UNKNOWN},
        {"STARTTLS=client, relay=, version=TLSv1.2", NULL, READING_UNKNOWN},
    };
    struct shapes *none = shapes_new();
    struct records records;
    records_init(&records, sizeof(struct record));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct entry entry = {.program = SLICE("sm-mta"), .text = slice_of(rows[i].text)};
        records_clear(&records);
        assert_int_equal(mta_sendmail.read(none, &entry, &records), rows[i].reading);
        assert_int_equal(records.count, rows[i].host != NULL);
        if (!rows[i].host)
            continue;
        const struct record *record = records_at(&records, 0);
        assert_true(slice_is(record->peer_host, rows[i].host));
        assert_int_equal(record->kind, RECORD_DETAIL);
        assert_int_equal(record->direction, DIRECTION_OUT);
        assert_int_equal(record->tls, TLS_USED);
    }
    records_release(&records);
    shapes_free(none);
}

static void lines_without_records(void **state) {
    (void)state;
    static const struct reading_row rows[] = {
        {ID ": to=<bob@example.net>, delay=00:00:00, mailer=esmtp, pri=30000, stat=queued",
         READING_DULL},
        {ID
         ": ruleset=trust_auth, arg1=x, relay=[203.0.113.77], reject=550 5.7.1 not authenticated",
         READING_DULL},
        {ID ": to=<bob@example.net>", READING_UNKNOWN},
        {ID ": to=", READING_UNKNOWN},
        {ID ": ruleset=check_rcpt", READING_UNKNOWN},
        {ID ": ruleset=check_rcpt, arg1=<x@example.com>, relay=[203.0.113.77]", READING_UNKNOWN},
        {ID ": Milter: something", READING_UNKNOWN},
        {ID ": Milter: to=<bob@example.net>", READING_UNKNOWN},
        {ID ": AUTH failure (LOGIN", READING_UNKNOWN},
        {ID ": <nobody@example.org>", READING_UNKNOWN},
        {ID ": ", READING_UNKNOWN},
        {"", READING_UNKNOWN},
    };
    check_readings(&mta_sendmail, "sm-mta", rows, sizeof rows / sizeof rows[0]);
}

static void likeness(void **state) {
    (void)state;
    static const struct {
        const char *program, *text;
        unsigned likeness;
    } rows[] = {
        {"outgoing", ID ": from=<a@example.org>, size=1, class=0, nrcpts=1", 60},
        {"outgoing", ID ": hello", 0},
        {"outgoing", "4C1D2E3F40: from=<a@example.org>, size=1, nrcpt=1", 0},
        {"postfix/smtp", "", 0},
        {"exim", "", 0},
        {"", "", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry entry = {.program = slice_of(rows[i].program), .text = slice_of(rows[i].text)};
        assert_int_equal(mta_sendmail.likeness(&entry), rows[i].likeness);
    }
}

/* Told by the tag alone. */
static void tags(void **state) {
    (void)state;
    static const char *const own[] = {"sendmail", "sm-mta", "sm-msp-queue", "sendmail-client"};
    static const char *const others[] = {"sm", "send", "sendmai", "xsendmail"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        assert_ptr_equal(mta_of(&(struct entry){.program = slice_of(own[i])}), &mta_sendmail);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_ptr_not_equal(mta_of(&(struct entry){.program = slice_of(others[i])}),
                             &mta_sendmail);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrivals),
        cmocka_unit_test(deliveries),
        cmocka_unit_test(failures),
        cmocka_unit_test(refusals),
        cmocka_unit_test(logins),
        cmocka_unit_test(handshakes),
        cmocka_unit_test(lines_without_records),
        cmocka_unit_test(likeness),
        cmocka_unit_test(tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
