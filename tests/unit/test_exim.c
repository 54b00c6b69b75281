/* What is read out of Exim's lines by hand: each row is a line and the records it gives. The shapes
 * are proved by their own examples; here they are left out. */
#include "record_shown.h"

extern const struct mta mta_exim;

#define ID          "1wAbCd-000000012AB-0xYz"
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows)[0])

static void check_rows(const struct record_row *rows, size_t count) {
    struct shapes *none = shapes_new();
    check_records(&mta_exim, none, "exim", rows, count);
    shapes_free(none);
}

static void arrivals(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {ID " <= alice@example.org H=client.example.org (laptop) [192.0.2.10]:50111 "
            "I=[192.0.2.25]:587 Ci=4711 P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no "
            "A=plain:alice K S=1200 id=m1@example.org T=\"to \\\"you\\\" H=[198.51.100.1]\" "
            "from <alice@example.org> for bob@example.net",
         {"arrival EX-ARRIVE in id=" ID
          " mid=m1@example.org from=alice@example.org host=client.example.org ip=192.0.2.10 "
          "helo=laptop user=alice size=1200"}},
        {"1wAbCd-0012AB-0x <= <> R=" ID " U=mail P=local S=900",
         {"detail EX-ARRIVE in id=1wAbCd-0012AB-0x from= cause=" ID " size=900"}},
        {ID " <= www@example.org U=www-data P=local S=900",
         {"arrival EX-ARRIVE in id=" ID " from=www@example.org user=www-data size=900"}},
        {ID " <= \"a b S=5\"@example.org H=[2001:db8::9]:4711 P=esmtp S=1200",
         {"arrival EX-ARRIVE in id=" ID " from=\"a b S=5\"@example.org ip=2001:db8::9 size=1200"}},
        {ID " <= a@example.org H=(x) [198.51.100.1]: 550 5.1.1 x) [203.0.113.7] P=smtp S=10",
         {"arrival EX-ARRIVE in id=" ID
          " from=a@example.org ip=203.0.113.7 helo=x) [198.51.100.1]: 550 5.1.1 x size=10"}},
        {ID " <= a@example.org H=([10.0.0.1]) [203.0.113.7] P=smtp S=99999999999999999999",
         {"arrival EX-ARRIVE in id=" ID " from=a@example.org ip=203.0.113.7 helo=[10.0.0.1]"}},
        {ID " (= a@example.org H=(box) [203.0.113.7] P=esmtp S=10",
         {"arrival EX-ARRIVE in id=" ID " from=a@example.org ip=203.0.113.7 helo=box size=10",
          "incident EX-ARRIVE rejected session in local end-of-data id=" ID
          " from=a@example.org ip=203.0.113.7 helo=box implied=EX-REJECT end-of-data size=10"}},
    };
    CHECK(rows);
}

static void deliveries(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {ID
         " => bob@example.net <info@example.org> F=<alice@example.org> R=dnslookup T=remote_smtp "
         "S=1290 H=mx.example.net DS [198.51.100.5]:25* I=[192.0.2.25]:41000 TFO* "
         "X=TLS1.3:TLS_AES_256_GCM_SHA384:256* CV=dane DN=\"CN=mx.example.net, O=A B\" A=plain L "
         "C=\"250 OK \\\"id\\\"=7\\\\n250 done\" QT=1m1.5s DT=0.9s",
         {"outcome EX-DELIVER delivered recipient out remote end-of-data id=" ID
          " from=alice@example.org to=bob@example.net orig=info@example.org host=mx.example.net "
          "ip=198.51.100.5 delay=61500000 [250 OK \\\"id\\\"=7\\\\n250 done]c"}},
        {ID " -> carol <carol@example.org> R=local_user T=mail_spool",
         {"outcome EX-DELIVER delivered recipient local local delivery id=" ID
          " to=carol@example.org target=carol"}},
        {ID " >> bob@example.net R=r T=remote_smtp H=mx.example.net [2001:db8::5] C=\"250 OK\"",
         {"outcome EX-DELIVER delivered recipient out remote end-of-data id=" ID
          " to=bob@example.net host=mx.example.net ip=2001:db8::5 [250 OK]c"}},
        {ID " => |/usr/bin/sort-mail -d x <dora@example.org> R=userforward T=address_pipe",
         {"outcome EX-DELIVER delivered recipient local local delivery id=" ID
          " to=dora@example.org target=|/usr/bin/sort-mail -d x"}},
        {ID " => /home/dora/Mail/in box <dora@example.org> R=userforward T=address_file",
         {"outcome EX-DELIVER delivered recipient local local delivery id=" ID
          " to=dora@example.org target=/home/dora/Mail/in box"}},
        {ID " => \":fail: x R=y\"@example.org R=r T=remote_smtp H=mx.example.net [198.51.100.5]",
         {"outcome EX-DELIVER delivered recipient out remote end-of-data id=" ID
          " to=\":fail: x R=y\"@example.org host=mx.example.net ip=198.51.100.5"}},
        {ID " => bob@example.net (lists@example.org, all@example.org) <top@example.org> R=r T=t",
         {"outcome EX-DELIVER delivered recipient local local delivery id=" ID
          " to=bob@example.net orig=top@example.org"}},
        {ID " => :blackhole: <void@example.org> R=system_aliases",
         {"outcome EX-DELIVER discarded recipient local local delivery id=" ID
          " to=void@example.org target=:blackhole:"}},
        {ID " => blackhole (DATA ACL discarded recipients)",
         {"outcome EX-DELIVER discarded session local local delivery id=" ID}},
        {ID " => blackhole *the filter wants it gone*",
         {"outcome EX-DELIVER discarded session local local delivery id=" ID}},
        {ID " => blackhole <blackhole@example.org> R=local T=mail_spool",
         {"outcome EX-DELIVER delivered recipient local local delivery id=" ID
          " to=blackhole@example.org target=blackhole"}},
        {ID " => >alice@example.org <dora@example.org> R=vacation T=autoreply",
         {"outcome EX-DELIVER delivered recipient local local delivery id=" ID
          " to=dora@example.org target=>alice@example.org"}},
        {ID " => dora <dora@example.org> R=r T=dovecot_lmtp C=\"250 2.0.0 Saved\"",
         {"outcome EX-DELIVER delivered recipient local remote end-of-data id=" ID
          " to=dora@example.org target=dora [250 2.0.0 Saved]c"}},
        {ID " Completed", {"end EX-COMPLETED id=" ID}},
        {ID " Completed QT=3s", {"end EX-COMPLETED id=" ID " delay=3000000"}},
    };
    CHECK(rows);
}

static void failures(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {ID
         " ** bob@example.net F=<alice@example.org> R=dnslookup T=remote_smtp H=mx.example.net "
         "[198.51.100.5] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes : SMTP error from remote mail "
         "server after RCPT TO:<bob@example.net>: 550-5.1.1 No box\\n550 5.1.1 of that name "
         "DT=0.6s",
         {"outcome EX-FAIL bounced recipient out remote rcpt id=" ID
          " from=alice@example.org to=bob@example.net host=mx.example.net ip=198.51.100.5 "
          "[550-5.1.1 No box\\n550 5.1.1 of that name]c"}},
        {ID " ** bob@example.net R=dnslookup T=remote_smtp: SMTP error from remote mailer after "
            "pipelined MAIL FROM:<\"a>: 250 b\"@example.org> SIZE=9: host mx.example.net "
            "[198.51.100.5]: 530 Log in first",
         {"outcome EX-FAIL bounced recipient out remote mail id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 [530 Log in first]c"}},
        {ID
         " ** bob@example.net R=r T=remote_smtp H=mx.example.net [198.51.100.5]: SMTP error from "
         "remote mail server after end of data: 850 what",
         {"outcome EX-FAIL bounced recipient out remote end-of-data id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 [850 what]c"}},
        {ID " ** nobody@example.invalid : Unrouteable address",
         {"outcome EX-FAIL bounced recipient out synthetic dns id=" ID
          " to=nobody@example.invalid [Unrouteable address]"}},
        {ID " ** bob@example.net <top@example.org>: retry timeout exceeded",
         {"outcome EX-FAIL expired recipient out synthetic queue id=" ID
          " to=bob@example.net orig=top@example.org [retry timeout exceeded]"}},
        {ID " ** bob@example.net R=r T=remote_smtp H=mx.example.net [198.51.100.5] : Remote host "
            "closed "
            "connection in response to EHLO mx1.example.org: retry timeout exceeded",
         {"outcome EX-FAIL expired recipient out synthetic helo id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 [Remote host closed connection "
          "in response to EHLO mx1.example.org]"}},
        {ID
         " ** bob@example.net R=r T=remote_smtp H=mx.example.net [198.51.100.5] : Connection timed "
         "out : SMTP timeout after RCPT TO:<bob@example.net>",
         {"outcome EX-FAIL bounced recipient out synthetic rcpt id=" ID
          " to=bob@example.net host=mx.example.net ip=198.51.100.5 [SMTP timeout after RCPT "
          "TO:<bob@example.net>]"}},
        {ID " ** list@example.org R=closed : 550 ask the owner first",
         {"outcome EX-FAIL bounced recipient local local delivery id=" ID
          " to=list@example.org [550 ask the owner first]c"}},
        {ID " ** dora@example.org R=r T=mail_spool : mailbox is full (MTA-imposed quota exceeded "
            "while "
            "writing to /var/mail/dora)",
         {"outcome EX-FAIL bounced recipient local synthetic delivery id=" ID
          " to=dora@example.org [mailbox is full (MTA-imposed quota exceeded while writing to "
          "/var/mail/dora)]"}},
    };
    CHECK(rows);
}

static void deferrals(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {ID
         " == carol@example.com R=dnslookup T=remote_smtp defer (-44) H=mx.example.com "
         "[203.0.113.9] "
         "DT=0.4s: SMTP error from remote mail server after RCPT TO:<carol@example.com>: 451 4.7.1 "
         "Later",
         {"outcome EX-DEFER deferred attempt out remote rcpt id=" ID
          " to=carol@example.com host=mx.example.com ip=203.0.113.9 [451 4.7.1 Later]c"}},
        {ID " == carol@example.com R=r T=remote_smtp defer (110): Connection timed out "
            "H=mx.example.com "
            "[203.0.113.9]:25: SMTP timeout after end of data (12 bytes written)",
         {"outcome EX-DEFER deferred attempt out synthetic end-of-data id=" ID
          " to=carol@example.com host=mx.example.com ip=203.0.113.9 [SMTP timeout after end of "
          "data (12 bytes written)]"}},
        {ID " == carol@example.com R=r T=remote_smtp defer (111): Connection refused",
         {"outcome EX-DEFER deferred attempt out synthetic connect id=" ID
          " to=carol@example.com [Connection refused]"}},
        {ID " == carol@example.com R=dnslookup defer (-1): host lookup did not complete H=x",
         {"outcome EX-DEFER deferred attempt out synthetic dns id=" ID
          " to=carol@example.com [host lookup did not complete H=x]"}},
        {ID " == carol@example.com routing defer (-56): domain is in queue_domains",
         {"outcome EX-DEFER held recipient local local queue id=" ID
          " to=carol@example.com [domain is in queue_domains]"}},
        {ID " == dora@example.org R=r T=mail_spool defer (-22): mailbox is full",
         {"outcome EX-DEFER deferred attempt local synthetic delivery id=" ID
          " to=dora@example.org [mailbox is full]"}},
        {ID " H=mx1.example.net [198.51.100.5]:25 Connection refused",
         {"outcome EX-ATTEMPT deferred host out synthetic connect id=" ID
          " host=mx1.example.net ip=198.51.100.5 [Connection refused]"}},
        {ID
         " H=mx1.example.net [198.51.100.5]: SMTP error from remote mail server after end of data: "
         "451 Busy",
         {"outcome EX-ATTEMPT deferred host out remote end-of-data id=" ID
          " host=mx1.example.net ip=198.51.100.5 [451 Busy]c"}},
        {ID " H=mx1.example.net [198.51.100.5] SMTP error from remote mail server after RCPT "
            "TO:<b@c>: "
            "450 Busy",
         {"outcome EX-ATTEMPT deferred host out remote rcpt id=" ID
          " host=mx1.example.net ip=198.51.100.5 [450 Busy]c"}},
        {ID " H=mx1.example.net [198.51.100.5]: SMTP timeout after initial connection: Connection "
            "timed "
            "out",
         {"outcome EX-ATTEMPT deferred host out synthetic connect id=" ID
          " host=mx1.example.net ip=198.51.100.5 [SMTP timeout after initial connection: "
          "Connection timed out]"}},
    };
    CHECK(rows);
}

static void rejections(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {"H=(bad.example.net) [203.0.113.77]:4711 I=[192.0.2.25]:25 X=TLS1.3:A:256 CV=no "
         "F=<x@example.net> A=plain:bob SPF=fail rejected RCPT <dave@example.com>: relay not "
         "permitted",
         {"incident EX-REJECT rejected session in local rcpt from=x@example.net "
          "to=dave@example.com ip=203.0.113.77 helo=bad.example.net user=bob implied=EX-REJECT "
          "rcpt [relay not permitted]"}},
        {"H=[203.0.113.77] F=<> temporarily rejected RCPT <dave@example.com>: Could not complete "
         "recipient verify callout",
         {"incident EX-REJECT rejected session in local rcpt from= to=dave@example.com "
          "ip=203.0.113.77 implied=EX-REJECT rcpt temporary [Could not complete recipient verify "
          "callout]"}},
        {"H=mx.example.net [203.0.113.77] F=<a@example.net> rejected RCPT <d@example.com>: 553 "
         "5.1.3 Not "
         "so",
         {"incident EX-REJECT rejected session in local rcpt from=a@example.net to=d@example.com "
          "host=mx.example.net ip=203.0.113.77 implied=EX-REJECT rcpt [553 5.1.3 Not so]c"}},
        {"H=[203.0.113.77] F=<a@example.net> rejected RCPT <d@example.com>: mx.example.com "
         "[198.51.100.5] : SMTP error from remote mail server after RCPT TO:<d@example.com>: 550 "
         "no",
         {"incident EX-REJECT rejected session in callout rcpt from=a@example.net to=d@example.com "
          "ip=203.0.113.77 implied=EX-REJECT rcpt [550 no]c"}},
        {"H=[203.0.113.77] rejected MAIL <a@example.net>: 127.0.0.1 [127.0.0.1] : response to "
         "\"MAIL "
         "FROM:<>\" was: 550 no bounces",
         {"incident EX-REJECT rejected session in callout mail from=a@example.net ip=203.0.113.77 "
          "implied=EX-REJECT mail [550 no bounces]c"}},
        {"H=[203.0.113.77] F=<a@example.net> rejected RCPT <d@example.com>: response to \"RCPT "
         "TO:<d@example.com>\" from mx.example.com [198.51.100.5] was: 550 no",
         {"incident EX-REJECT rejected session in callout rcpt from=a@example.net to=d@example.com "
          "ip=203.0.113.77 implied=EX-REJECT rcpt [550 no]c"}},
        {"H=(x) [198.51.100.1]: 550 5.1.1 x) [203.0.113.77] F=<a@example.net> rejected RCPT "
         "<d@example.com>: no",
         {"incident EX-REJECT rejected session in local rcpt from=a@example.net to=d@example.com "
          "ip=203.0.113.77 helo=x) [198.51.100.1]: 550 5.1.1 x implied=EX-REJECT rcpt [no]"}},
        {"H=[203.0.113.77] F=<\"a rejected RCPT <b@c>: 550 d\"@example.net> rejected RCPT "
         "<\"(a) [198.51.100.1] rejected RCPT <b>: 550\"@example.com>: Unrouteable address",
         {"incident EX-REJECT rejected session in local rcpt from=\"a rejected RCPT <b@c>: 550 "
          "d\"@example.net to=\"(a) [198.51.100.1] rejected RCPT <b>: 550\"@example.com "
          "ip=203.0.113.77 implied=EX-REJECT rcpt [Unrouteable address]"}},
        {"H=[203.0.113.77] F=a@example.net rejected RCPT d@example.com: relay not permitted",
         {"incident EX-REJECT rejected session in local rcpt from=a@example.net to=d@example.com "
          "ip=203.0.113.77 implied=EX-REJECT rcpt [relay not permitted]"}},
        {"H=[203.0.113.77] rejected connection in \"connect\" ACL: listed",
         {"incident EX-REJECT rejected session in local connect ip=203.0.113.77 implied=EX-REJECT "
          "connect [listed]"}},
        {"H=[203.0.113.77] rejected EHLO or HELO box: no",
         {"incident EX-REJECT rejected session in local helo ip=203.0.113.77 implied=EX-REJECT "
          "helo [no]"}},
        {"H=(box) [203.0.113.77] rejected AUTH plain: not without TLS",
         {"incident EX-REJECT rejected session in local auth ip=203.0.113.77 helo=box "
          "implied=EX-REJECT auth [not without TLS]"}},
        {ID " H=(box) [203.0.113.77] F=<a@example.net> rejected after DATA: virus found",
         {"incident EX-REJECT rejected session in local end-of-data id=" ID
          " from=a@example.net ip=203.0.113.77 helo=box implied=EX-REJECT end-of-data [virus "
          "found]"}},
        {ID " F=a@example.net H=(box) [203.0.113.77] P=smtp temporarily rejected by local_scan(): "
            "busy",
         {"incident EX-REJECT rejected session in local end-of-data id=" ID
          " from=a@example.net ip=203.0.113.77 helo=box implied=EX-OTHERREJ local-scan temporary "
          "[busy]"}},
        {"U=bob F=<bob@example.org> rejected VRFY carol",
         {"incident EX-REJECT rejected session in local other from=bob@example.org user=bob "
          "implied=EX-REJECT vrfy"}},
        {"H=(box) [203.0.113.77] sender verify fail for <x@example.net>: Unrouteable address",
         {"detail EX-VERIFY ip=203.0.113.77 helo=box"}},
        {"H=[203.0.113.77]:99 dropped by 'connect' ACL: not from there",
         {"incident EX-CONN rejected session in local connect ip=203.0.113.77 implied=EX-REJECT "
          "connect [not from there]"}},
        {"H=(box) [203.0.113.77] F=<a@example.net> RCPT <trap@example.com>: discarded by RCPT ACL",
         {"incident EX-OTHERREJ discarded session in local rcpt from=a@example.net "
          "to=trap@example.com ip=203.0.113.77 helo=box [discarded by RCPT ACL]"}},
        {"H=(box) [203.0.113.77] incomplete transaction (connection lost) from <a@example.net> for "
         "b",
         {"incident EX-CONN connection-lost session in synthetic other from=a@example.net "
          "ip=203.0.113.77 helo=box [connection lost]"}},
    };
    CHECK(rows);
}

static void logins(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {"plain authenticator failed for (box) [203.0.113.77]:4711 I=[192.0.2.25]:587: 535 "
         "Incorrect "
         "authentication data (set_id=bob)",
         {"incident EX-AUTHFAIL auth-failed session in local auth ip=203.0.113.77 helo=box "
          "user=bob implied=EX-AUTHFAIL [535 Incorrect authentication data]c"}},
        {"login_server authenticator failed for H=ray.example.net (x) [198.51.100.1]: 550 y) "
         "[203.0.113.77]: 535 Incorrect authentication data (set_id=a) [198.51.100.2]: 535 b)",
         {"incident EX-AUTHFAIL auth-failed session in local auth host=ray.example.net "
          "ip=203.0.113.77 helo=x) [198.51.100.1]: 550 y user=a) [198.51.100.2]: 535 b "
          "implied=EX-AUTHFAIL [535 Incorrect authentication data]c"}},
        {"plain authenticator failed for [2001:db8::77]: 435 Unable to authenticate at present "
         "(set_id=bob): socket is gone",
         {"incident EX-AUTHFAIL auth-failed session in local auth ip=2001:db8::77 user=bob "
          "implied=EX-AUTHFAIL [435 Unable to authenticate at present (set_id=bob): socket is "
          "gone]c"}},
        {"plain authenticator failed for H=(box) [203.0.113.77]: 553 Initial data not expected",
         {"incident EX-AUTHFAIL auth-failed session in local auth ip=203.0.113.77 helo=box "
          "implied=EX-AUTHFAIL [553 Initial data not expected]c"}},
        {"plain authenticator failed for (box) [203.0.113.77] U=bob: 501 Authentication cancelled",
         {"incident EX-AUTHFAIL auth-failed session in local auth ip=203.0.113.77 helo=box "
          "implied=EX-AUTHFAIL [501 Authentication cancelled]c"}},
        {"SMTP protocol error in \"AUTH PLAIN AGFsaWNlAHNlY3JldA==\" H=(box) [203.0.113.79] AUTH "
         "command "
         "used when not advertised",
         {"incident EX-SYNPROT rejected session in local auth ip=203.0.113.79 helo=box "
          "implied=EX-SYNPROT protocol [AUTH command used when not advertised]"}},
        {"SMTP protocol error in \"aUtH login\" H=(t) [198.51.100.1]\" H=(box) [203.0.113.79] "
         "LOGIN "
         "authentication mechanism not supported",
         {"incident EX-SYNPROT rejected session in local auth ip=203.0.113.79 helo=box "
          "implied=EX-SYNPROT mechanism [LOGIN authentication mechanism not supported]"}},
        {"SMTP protocol error in \"AUTH PLAIN AGFsaWNlAHNlY3",
         {"incident EX-SYNPROT rejected session in local auth implied=EX-SYNPROT protocol"}},
        {"SMTP syntax error in \"rcpt to:<a@b@c>\" H=(box) [203.0.113.79] malformed address: @c "
         "may not "
         "follow a@b",
         {"incident EX-SYNPROT rejected session in local rcpt ip=203.0.113.79 helo=box "
          "implied=EX-SYNPROT syntax [malformed address: @c may not follow a@b]"}},
        {"SMTP syntax error in \"\\026\\003\\001\" H=[203.0.113.79] unrecognized command",
         {"incident EX-SYNPROT rejected session in local other ip=203.0.113.79 implied=EX-SYNPROT "
          "unrecognized [unrecognized command]"}},
    };
    CHECK(rows);
}

static void sessions(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {"SMTP call from (box) [203.0.113.79] dropped: too many nonmail commands (last was "
         "\"AUTH\")",
         {"incident EX-DROP rejected session in local auth ip=203.0.113.79 helo=box "
          "implied=EX-DROP nonmail [too many nonmail commands]"}},
        {"SMTP call from [203.0.113.79] dropped: too many syntax or protocol errors (last command "
         "was "
         "\"AUTH LOGIN c2VjcmV0\",  C=EHLO)",
         {"incident EX-DROP rejected session in local auth ip=203.0.113.79 "
          "[too many syntax or protocol errors]"}},
        {"SMTP call from bob dropped: too many unrecognized commands (last was \"x\")",
         {"incident EX-DROP rejected session in local other implied=EX-DROP unrecognized [too many "
          "unrecognized commands]"}},
        {"unexpected disconnection while reading SMTP command from ray.example.net (box) "
         "[203.0.113.79] "
         "D=5s",
         {"incident EX-CONN connection-lost session in synthetic other host=ray.example.net "
          "ip=203.0.113.79 helo=box [connection lost while reading an SMTP command]"}},
        {"SMTP connection from (box) [203.0.113.79] lost D=1s",
         {"incident EX-CONN connection-lost session in synthetic other ip=203.0.113.79 helo=box "
          "[connection lost]"}},
        {"SMTP connection from (box) [203.0.113.79] closed by DROP in ACL",
         {"detail EX-CONN in ip=203.0.113.79 helo=box"}},
        {ID " SMTP connection from [203.0.113.79]:99 lost while reading message data",
         {"incident EX-CONN connection-lost session in synthetic data id=" ID
          " ip=203.0.113.79 [connection lost while reading message data]"}},
        {"SMTP command timeout on TLS connection from (box) [203.0.113.79]:99 D=5m",
         {"incident EX-CONN timeout session in synthetic other ip=203.0.113.79 helo=box "
          "implied=EX-CONN command-timeout [SMTP command timeout]"}},
        {"SMTP data timeout (message abandoned) on connection from (box) [203.0.113.79] "
         "F=<a@example.net>",
         {"incident EX-CONN timeout session in synthetic data from=a@example.net ip=203.0.113.79 "
          "helo=box implied=EX-CONN data-timeout [SMTP data timeout]"}},
        {"Connection from [203.0.113.79]:99 refused: too many connections from that IP address",
         {"incident EX-CONN rejected session in local connect ip=203.0.113.79 implied=EX-CONN "
          "refused [too many connections from that IP address]"}},
        {"temporarily refused connection from [203.0.113.79]: not in reserve list: connected=10",
         {"incident EX-CONN rejected session in local connect ip=203.0.113.79 implied=EX-CONN "
          "reserve [not in reserve list: connected=10]"}},
        {"refused connection from ray.example.net [203.0.113.79] (host_reject_connection)",
         {"incident EX-CONN rejected session in local connect host=ray.example.net ip=203.0.113.79 "
          "implied=EX-CONN host-reject [connection refused]"}},
        {"TLS error on connection from (box) [203.0.113.79]:99 (SSL_accept): error:0A000102:SSL "
         "routines",
         {"incident EX-TLSIN tls-failed session in synthetic starttls ip=203.0.113.79 helo=box "
          "[(SSL_accept): error:0A000102:SSL routines]"}},
        {"no MAIL in SMTP connection from [203.0.113.79] D=0s C=EHLO,AUTH",
         {"detail EX-CONN in ip=203.0.113.79"}},
    };
    CHECK(rows);
}

static void stamps(void **state) {
    (void)state;
    static const struct record_row rows[] = {
        {"2026-06-01 10:00:01 " ID " Completed", {"end EX-COMPLETED id=" ID}},
        {"2026-06-01 10:00:01.123 +0200 [4711] " ID " Completed", {"end EX-COMPLETED id=" ID}},
        {"[4711] " ID " Completed", {"end EX-COMPLETED id=" ID}},
    };
    CHECK(rows);
}

/* Dull lines and those not understood give no record. */
static void lines_without_records(void **state) {
    (void)state;
    static const struct reading_row rows[] = {
        {ID " == bob@example.net routing defer (-52): retry time not reached", READING_DULL},
        {ID " == b@example.net R=r T=t defer (-53): retry time not reached for any host",
         READING_DULL},
        {ID " *> bob@example.net R=r T=t", READING_DULL},
        {"H=(box) [203.0.113.77] Warning: looks odd", READING_DULL},
        {ID " == bob@example.net something else", READING_UNKNOWN},
        {"1wAbCd-000000012AB-0xY <= alice@example.org P=local S=1", READING_UNKNOWN},
        {ID "z => bob@example.net R=r T=t", READING_UNKNOWN},
        {ID " <=", READING_UNKNOWN},
        {ID " <= a@example.org H=(box [203.0.113.7 P=smtp", READING_UNKNOWN},
        {ID, READING_UNKNOWN},
        {"H=(box) [203.0.113.77]", READING_UNKNOWN},
        {"plain authenticator failed for (box) [203.0.113.77]: no code", READING_UNKNOWN},
        {"rejected RCPT <a@example.com>: by whom", READING_UNKNOWN},
        {"a text of an administrator", READING_UNKNOWN},
        {"", READING_UNKNOWN},
    };
    check_readings(&mta_exim, "exim", rows, sizeof rows / sizeof rows[0]);
}

/* Dull lines that tell all the same whose session begins, ends or went on, and by which process. */
static void dull_lines_of_sessions(void **state) {
    (void)state;
    static const struct {
        const char *text, *pid, *port;
    } rows[] = {
        {"SMTP connection from [203.0.113.79]:99 (TCP/IP connection count = 3)", "", "99"},
        {"[4711] SMTP connection from (box) [203.0.113.79] D=0.3s closed by QUIT", "4711", ""},
        {"SMTP connection from (box) [203.0.113.79]:99 closed after SIGTERM", "", "99"},
        {"[4711] H=(box) [203.0.113.79]:99* incomplete transaction (RSET) from <a@example.net>",
         "4711", "99"},
    };
    struct shapes *none = shapes_new();
    struct records records;
    records_init(&records, sizeof(struct record));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct entry entry = {.program = SLICE("exim"), .text = slice_of(rows[i].text)};
        records_clear(&records);
        assert_int_equal(mta_exim.read(none, &entry, &records), READING_DULL);
        assert_int_equal(records.count, 1);
        const struct record *record = records_at(&records, 0);
        assert_int_equal(record->kind, RECORD_DETAIL);
        assert_int_equal(record->direction, DIRECTION_IN);
        assert_true(slice_is(record->peer_ip, "203.0.113.79"));
        assert_true(slice_is(record->peer_port, rows[i].port));
        assert_true(slice_is(record->session_pid, rows[i].pid));
    }
    records_release(&records);
    shapes_free(none);
}

static void likeness(void **state) {
    (void)state;
    static const struct {
        const char *program;
        unsigned likeness;
    } rows[] = {
        {"exim", 100},       {"exim4", 100},  {"exim-mta", 100}, {"eximon", 0},
        {"postfix/smtp", 0}, {"sendmail", 0}, {"", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry entry = {.program = slice_of(rows[i].program)};
        assert_int_equal(mta_exim.likeness(&entry), rows[i].likeness);
    }
}

/* Whatever the program is called. */
static void own_files(void **state) {
    (void)state;
    static const struct wrapping other = {.name = "syslog"};
    struct entry entry = {.program = SLICE("smtpd"), .wrapping = &wrap_exim};
    assert_ptr_equal(mta_of(&entry), &mta_exim);
    entry.wrapping = &other;
    assert_ptr_not_equal(mta_of(&entry), &mta_exim);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrivals),
        cmocka_unit_test(deliveries),
        cmocka_unit_test(failures),
        cmocka_unit_test(deferrals),
        cmocka_unit_test(rejections),
        cmocka_unit_test(logins),
        cmocka_unit_test(sessions),
        cmocka_unit_test(stamps),
        cmocka_unit_test(lines_without_records),
        cmocka_unit_test(dull_lines_of_sessions),
        cmocka_unit_test(likeness),
        cmocka_unit_test(own_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
