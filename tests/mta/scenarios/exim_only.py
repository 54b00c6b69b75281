"""exim_only - where Exim differs from what all are told of, and what only Exim can be asked."""
from scenario import (
    DROP, RECIPIENT, RESET, SENDER, Row, Scenario, await_close, bounced, came_in, crowd, deferred, delivered, dns,
    early, expire, host_failed as any_host_failed, lines, login_login, mail, offer, on, only, only_in, pause, plain_login,
    raw, rejected, retry, route, row, sent_out, server, silent, start_tls, talk, wrapped_tls, burst, Drop, Hang,
)

EVE = "eve@{name}.example.net"
DAVE = "dave@example.com"
ELSEWHERE = "somebody@elsewhere.example.net"
UNLOGGED = silent("exim-default", "a wrong command is only logged with +smtp_syntax_error or +smtp_protocol_error")


def implied(stage, code, cls, **columns):
    """Refused without a word of the code in the log."""
    return rejected(stage, code, cls, code_source="implied", **columns)


def host_failed(stage, reply, cls, **columns):
    """Exim names the message, and so its sender is known."""
    return any_host_failed(stage, reply, cls, sender=SENDER, **columns)


def tls_was_tried(**columns):
    return sent_out("tls-failed", "host", "starttls", "", "tls-failure", recipient=None, **columns)


NO_PEER = {"peer_host": None, "peer_ip": None}

def nobody(recipient="nobody@example.com", **columns):
    return implied("rcpt", "550", "user-unknown", recipient=recipient, **columns)


class WrongCommand(Row):
    """Only logged with +smtp_syntax_error or +smtp_protocol_error."""


def wrong_command(stage, code, cls):
    return WrongCommand(implied(stage, code, cls, sender=None).columns)


def lost(**columns):
    """Exim does not say after which command."""
    return came_in("connection-lost", "other", "", "connection-lost", **columns)


# What holds for Exim in scenarios that are told for all.
LOGGED_BY_DEBIAN = {
    # An ACL says what its administrator wrote; what Exim adds by itself has no enhanced code.
    "relay-denied": [implied("rcpt", "550", "relay-denied", recipient=ELSEWHERE)],
    "unknown-user": [nobody()],
    "two-refused": [nobody(), nobody("noone@example.com")],
    "null-sender-refused": [nobody(sender="")],
    "sender-fakes-status": [nobody(sender='"status=sent (250 ok)"@{name}.example.net')],
    "recipient-fakes-envelope": [
        implied("rcpt", "550", "malformed-address",
                recipient='"x; from=<a@example.com> to=<b@example.com>"@example.com'),
    ],
    "recipient-8bit": [implied("rcpt", "550", "user-unknown")],
    "accepted": [
        row("delivered", "recipient", "local", "delivery", "", "accepted", sender=EVE, recipient=DAVE,
            side="local"),
    ],
    "sender-needs-login": [rejected("mail", "530 5.7.0", "auth-required", sender="anna@example.com")],
    "sender-of-another": [],  # nobody asks whose the address is
    "tls-required": [rejected("mail", "530 5.7.0", "encryption-required")],
    "tls-dropped": [came_in("tls-failed", "starttls", "", "tls-failure")],
    "vrfy": [rejected("other", "502 5.5.1", "syntax-error")],
    "etrn": [implied("other", "458", "unclassified")],
    "login-wrong-twice": [
        came_in("auth-failed", "auth", "535", "bad-credentials", user="anna"),
        came_in("auth-failed", "auth", "535", "bad-credentials", user="carol"),
    ],
    "login-broken-off": [came_in("auth-failed", "auth", "501", "syntax-error")],
    # Exim names wrong commands, each with what was wrong.
    "recipient-syntax": [wrong_command("rcpt", "501", "malformed-address")],
    "sender-syntax": [wrong_command("mail", "501", "malformed-address")],
    "line-too-long": [wrong_command("rcpt", "501", "malformed-address")],
    "login-mechanism": [wrong_command("auth", "504", "auth-mechanism")],
    "login-backend-down": [wrong_command("auth", "504", "auth-mechanism")],
    "login-not-offered": [wrong_command("auth", "503", "bad-sequence")],
    "rcpt-before-mail": [wrong_command("rcpt", "503", "bad-sequence")],
    "command-fakes-line": [wrong_command("rcpt", "503", "bad-sequence")],
    "unknown-command": [wrong_command("other", "500", "syntax-error")],
    "data-without-recipient": [wrong_command("data", "503", "bad-sequence")],
    "helo-fakes-client": [
        implied("helo", "501", "bad-helo"),
        implied("mail", "503", "bad-sequence", sender=None),
        wrong_command("rcpt", "503", "bad-sequence"),
    ],
    # The session goes on, until nothing more comes.
    "web-client": [
        wrong_command("other", "500", "syntax-error"),
        came_in("timeout", "other", "421", "connection-timeout", code_source="implied", side="synthetic"),
    ],
    "leaves-at-connect": [],
    "leaves-after-helo": [],
    "leaves-after-auth": [],
    "leaves-after-mail": [lost()],
    "leaves-after-rcpt": [lost()],
    "resets-after-rcpt": [lost()],
    # Without hosts_require_auth Exim goes on without a login.
    "login-535": [
        host_failed("auth", "535 5.7.8", "bad-credentials", times=2),
        delivered("250 2.0.0"),
    ],
    "login-534": [
        host_failed("auth", "534 5.7.9", "auth-mechanism", times=2),
        delivered("250 2.0.0"),
    ],
    "login-no-mechanism": [delivered("250 2.0.0")],
    # STARTTLS refused: Exim keeps the reply to itself.
    "tls-454": [
        host_failed("starttls", "", "tls-failure"),
        deferred("starttls", "", "tls-failure"),
    ],
    "tls-may-broken": [tls_was_tried(), delivered("250 2.0.0")],
    # A host that refuses the connection for good is no use to any recipient.
    "connect-554": [
        host_failed("connect", "554 5.7.1", "access-denied"),
        bounced("connect", "554 5.7.1", "access-denied"),
    ],
    "connect-554-listed": [
        host_failed("connect", "554 5.7.1", "blocklisted"),
        bounced("connect", "554 5.7.1", "blocklisted"),
    ],
    # self = freeze, the default.
    "dns-mx-is-us": [deferred("dns", "", "mail-loop", **NO_PEER)],
    # Exim reads no more than 4 KiB of a reply.
    "reply-long-lines": [
        host_failed("rcpt", "", "server-error"),
        deferred("rcpt", "", "server-error"),
    ],
    # A line that is no reply ends the session; a reply that none should be is tried again.
    "reply-no-code": [host_failed("rcpt", "", "server-error"), deferred("rcpt", "", "server-error")],
    "connect-no-smtp": [host_failed("connect", "", "server-error"), deferred("connect", "", "server-error")],
    "reply-850": [deferred("rcpt", "", "unclassified", side="remote")],
    "reply-354": [deferred("rcpt", "354", "unclassified")],
    "hangs-at-starttls": [
        host_failed("starttls", "", "connection-timeout"),
        deferred("starttls", "", "connection-timeout"),
    ],
    "hangs-at-auth": [host_failed("auth", "", "connection-timeout"), deferred("auth", "", "connection-timeout")],
    "hangs-at-connect": [
        host_failed("connect", "", "connection-timeout"),
        deferred("connect", "", "connection-timeout"),
    ],
    "ehlo-helo-550": [host_failed("helo", "550 5.7.1", "bad-helo"), bounced("helo", "550 5.7.1", "bad-helo")],
    "login-454": [
        host_failed("auth", "454 4.7.0", "auth-temporary"),
        deferred("auth", "454 4.7.0", "auth-temporary"),
    ],
    "tls-not-offered": [host_failed("starttls", "", "tls-failure"), deferred("starttls", "", "tls-failure")],
    # The size limit is the server's to uphold.
    "size-limit-of-server": [delivered("250 2.0.0")],
}

DIFFERS = {
    "exim": LOGGED_BY_DEBIAN,
    "exim-all": {name: [lost()] for name in ("leaves-at-connect", "leaves-after-helo", "leaves-after-auth")},
    "exim-default": {
        name: [row for row in rows if not isinstance(row, WrongCommand)]
        for name, rows in LOGGED_BY_DEBIAN.items()
    },
}

# --- refused by an ACL

HELLO = "EHLO client.{name}.example.net"


def asked(name, recipient, *rows, door="mx", sender=EVE):
    return Scenario(name, only("exim"), talk(*offer(recipient, sender=sender), "QUIT", door=door), *rows)


def told(name, head, *rows):
    """A message with a header line that the ACL looks for."""
    return Scenario(
        name, only("exim"),
        talk(*offer(DAVE), "DATA", lines(f"From: <{EVE}>", f"To: <{DAVE}>", head, "", "text"), ".", "QUIT"),
        *rows,
    )


def scanner_warns(words):
    return row("warning", "mta", "in", "end-of-data", "", "server-error", side="synthetic", says=words)


REFUSED = [
    asked("relay-denied-coded", ELSEWHERE, rejected("rcpt", "554 5.7.1", "relay-denied", recipient=ELSEWHERE)),
    asked("relay-denied-logged", ELSEWHERE, implied("rcpt", "550", "relay-denied", recipient=ELSEWHERE)),
    asked("user-none", "nosuch@example.com",
          implied("rcpt", "550", "user-unknown", recipient="nosuch@example.com")),
    asked("user-moved", "moved@example.com",
          rejected("rcpt", "551 5.1.6", "mailbox-moved", recipient="moved@example.com")),
    asked("user-retired", "retired@example.com",
          implied("rcpt", "550", "user-unknown", recipient="retired@example.com")),
    asked("user-waiting", "waiting@example.com",
          implied("rcpt", "451", "unclassified", recipient="waiting@example.com")),
    asked("user-full", "quota@example.com",
          rejected("rcpt", "552 5.2.2", "mailbox-full", recipient="quota@example.com")),
    asked("restricted-characters", "a%b@example.com",
          implied("rcpt", "550", "malformed-address", recipient="a%b@example.com")),
    asked("greylisted", "greylisted@example.com",
          rejected("rcpt", "451 4.7.1", "greylisted", recipient="greylisted@example.com")),
    asked("rcpt-deferred", "later@example.com",
          implied("rcpt", "451", "unclassified", recipient="later@example.com")),
    asked("spf-refused", "unloved@example.com",
          rejected("rcpt", "550 5.7.1", "spf-fail", recipient="unloved@example.com")),
    asked("spam-trap", "trap@example.com",
          rejected("rcpt", "550 5.7.1", "unclassified", recipient="trap@example.com")),
    asked("told-in-rejectlog", "quietly@example.com",
          only_in("rejectlog", rejected("rcpt", "550 5.7.1", "access-denied", recipient="quietly@example.com"))),
    asked("told-in-paniclog", "alarmed@example.com",
          only_in("paniclog", rejected("rcpt", "550 5.7.1", "access-denied", recipient="alarmed@example.com"))),
    asked("told-with-alarm", "alarming@example.com",
          rejected("rcpt", "550 5.7.1", "access-denied", recipient="alarming@example.com")),
    asked("asked-in-vain", "asked@example.com",
          implied("rcpt", "451", "server-error", recipient="asked@example.com")),
    told("virus-scanner-down", "Subject: scanned",
         scanner_warns("malware acl condition: clamd [127.0.0.1]"), scanner_warns("clamd : all servers failed"),
         implied("end-of-data", "451", "unclassified")),
    told("spam-scanner-down", "Subject: rated",
         scanner_warns("spam acl condition: spamd"), scanner_warns("spam acl condition: all spamd"),
         implied("end-of-data", "451", "unclassified")),
    asked("sender-owner", DAVE, rejected("rcpt", "553 5.7.1", "sender-not-owned", recipient=DAVE)),
    asked("sender-refused", DAVE, implied("mail", "550", "access-denied")),
    Scenario("predata-refused", only("exim"), talk(*offer(DAVE), "DATA", "QUIT"),
             rejected("data", "554 5.7.1", "unclassified", sender=None)),
    told("virus-refused", "Subject: virus", rejected("end-of-data", "554 5.7.1", "virus-detected")),
    told("spam-refused", "Subject: spam", implied("end-of-data", "550", "spam-content")),
    told("unwanted-refused", "Subject: unwanted", implied("end-of-data", "550", "unclassified")),
    told("content-deferred", "Subject: later", rejected("end-of-data", "451 4.7.1", "unclassified")),
    told("dmarc-refused", "Subject: unsigned", rejected("end-of-data", "550 5.7.26", "dmarc-fail")),
    Scenario("vrfy-refused", only("exim"), talk(HELLO, "VRFY dave@example.com", "QUIT"),
             rejected("other", "502 5.5.1", "syntax-error")),
    Scenario("etrn-refused", only("exim"), talk(HELLO, "ETRN #x", "QUIT"),
             implied("other", "458", "unclassified")),
    Scenario("mail-limited", only("exim"),
             talk(HELLO, f"MAIL FROM:<{EVE}>", "RSET", f"MAIL FROM:<{EVE}>", "RSET", f"MAIL FROM:<{EVE}>", "QUIT"),
             rejected("mail", "450 4.7.1", "rate-limited", times=3)),
    Scenario("rcpt-limited", only("exim"), talk(*offer(DAVE, "carol@example.com", "erin@example.com"), "QUIT"),
             rejected("rcpt", "451 4.7.1", "rate-limited", recipient="erin@example.com")),
]

# --- connection and HELO

GREETED = [
    Scenario("connect-dropped", only("exim"), talk(await_close()),
             rejected("connect", "554 5.7.1", "access-denied")),
    Scenario("connect-refused-in", only("exim"), talk("QUIT"), implied("connect", "550", "unclassified")),
    Scenario("connect-deferred-in", only("exim"), talk("QUIT"),
             rejected("connect", "421 4.3.2", "service-unavailable")),
    Scenario("connect-listed", only("exim"), dns({("{reversed}.bl.example.com", "A"): ["127.0.0.2"]}),
             talk("QUIT"), rejected("connect", "554 5.7.1", "blocklisted")),
    Scenario("connections-of-one", only("exim"), talk(crowd(3), "QUIT"),
             implied("connect", "421", "too-many-connections", peer_host=None)),
    Scenario("connections-of-all", only("exim"), talk(crowd(2), "QUIT", door="narrow"),
             implied("connect", "421", "too-many-connections", peer_host=None)),
    Scenario("host-rejected", only("exim"), talk(await_close()), implied("connect", "554", "access-denied")),
    Scenario("helo-local", only("exim"), talk("EHLO localhost", "QUIT"),
             implied("helo", "550", "unclassified", helo="localhost")),
    Scenario("helo-forged", only("exim"), talk("EHLO forged.example.com", "QUIT"),
             rejected("helo", "550 5.7.1", "bad-helo", helo="forged.example.com")),
    Scenario("helo-junk", only("exim"), talk("EHLO what_is!this", "QUIT"),
             implied("helo", "501", "bad-helo")),
    Scenario("helo-verified", only("exim"), talk("EHLO other.example.net", "QUIT"),
             implied("helo", "550", "bad-helo")),
    Scenario("helo-hostile", only("exim"),
             talk("EHLO [198.51.100.1]", f"MAIL FROM:<{EVE}>", "RCPT TO:<nosuch@example.com>", "QUIT"),
             implied("rcpt", "550", "user-unknown", recipient="nosuch@example.com", helo="[198.51.100.1]")),
    asked("block-listed", DAVE, implied("rcpt", "550", "blocklisted", recipient=DAVE)),
    asked("block-listed-default", DAVE, implied("rcpt", "550", "unclassified", recipient=DAVE)),
]
for scenario in GREETED[-2:]:
    scenario.parts += (dns({("{reversed}.bl.example.com", "A"): ["127.0.0.2"],
                            ("{reversed}.bl.example.com", "TXT"): ["Listed for spam, see https://bl.example.com/"]}),)

# --- logging in


def wrong(name, step, code, cls, *rows, door="submission", **columns):
    return Scenario(name, only("exim"), talk(HELLO, step, "QUIT", door=door),
                    *(rows or [came_in("auth-failed", "auth", code, cls, **columns)]))


LOGINS = [
    wrong("login-wrong-plain", plain_login("anna", "wrong"), "535", "bad-credentials", user="anna"),
    wrong("login-wrong-login", login_login("anna", "wrong"), "535", "bad-credentials", user="anna"),
    wrong("login-unknown-user", plain_login("mallory", "x"), "535", "bad-credentials", user="mallory"),
    wrong("login-hostile-user", plain_login("x) [198.51.100.1]: 535 (set_id=root", "x"), "535",
          "bad-credentials"),
    Scenario("login-cancelled", only("exim"),
             talk(HELLO, "AUTH LOGIN", "*", "QUIT", door="submission"),
             came_in("auth-failed", "auth", "501", "syntax-error")),
    wrong("login-bad-base64", "AUTH PLAIN !!!!", "501", "syntax-error"),
    wrong("login-initial-data", "AUTH CRAM-MD5 dGVzdA==", "553", "syntax-error"),
    wrong("login-down-lookup", login_login("anna", "right-secret"), "435", "auth-temporary",
          door="login-down", user="anna"),
    wrong("login-down-dovecot", "AUTH DIGEST-MD5", "435", "auth-temporary", door="login-down"),
    Scenario("login-right", only("exim"),
             talk(HELLO, plain_login("anna", "right-secret"), f"MAIL FROM:<{EVE}>", "QUIT", door="submission")),
    Scenario("login-mechanism-unknown", only("exim"), talk(HELLO, "AUTH NTLM", "QUIT", door="submission"),
             implied("auth", "504", "auth-mechanism"), UNLOGGED),
    Scenario("login-not-advertised", only("exim"), talk(HELLO, plain_login("anna", "x"), "QUIT"),
             implied("auth", "503", "bad-sequence"), UNLOGGED),
    Scenario("auth-refused", only("exim"), talk(HELLO, plain_login("anna", "x"), "QUIT", door="submission"),
             rejected("auth", "550 5.7.1", "unclassified")),
    Scenario("login-needed", only("exim"), talk(HELLO, f"MAIL FROM:<{EVE}>", "QUIT", door="submission"),
             rejected("mail", "530 5.7.0", "auth-required")),
    # The first two show whether this server logs each twice.
    Scenario("login-guesser", only("exim"),
             talk(HELLO, plain_login("carol", "guess"), plain_login("dave", "guess"),
                  *[plain_login("anna", f"guess{n}") for n in range(4)], "QUIT", door="submission"),
             *[came_in("auth-failed", "auth", "535", "bad-credentials", user=user)
               for user in ("carol", "dave", *["anna"] * 4)]),
]

# --- TLS

TLS = [
    Scenario("tls-needed", only("exim"), talk(HELLO, f"MAIL FROM:<{EVE}>", "QUIT", door="tls-only"),
             rejected("mail", "530 5.7.0", "encryption-required")),
    Scenario("tls-used", only("exim"), talk(HELLO, start_tls(), HELLO, f"MAIL FROM:<{EVE}>", "QUIT",
                                            door="tls-only")),
    Scenario("tls-old-client", only("exim"), talk(HELLO, start_tls(newest="TLSv1_1"), door="mx"),
             came_in("tls-failed", "starttls", "", "tls-failure")),
    Scenario("tls-garbage", only("exim"), talk(HELLO, "STARTTLS", raw(b"EHLO plain\r\n")),
             came_in("tls-failed", "starttls", "", "tls-failure")),
    Scenario("tls-plain-on-smtps", only("exim"), talk(early(b"EHLO plain\r\n"), door="smtps"),
             came_in("tls-failed", "starttls", "", "tls-failure")),
    Scenario("tls-gone", only("exim"), talk(HELLO, "STARTTLS", DROP),
             came_in("tls-failed", "starttls", "", "tls-failure")),
    Scenario("tls-wrapped", only("exim"), talk(wrapped_tls(), HELLO, f"MAIL FROM:<{EVE}>", "QUIT", door="smtps"),
             rejected("mail", "530 5.7.0", "auth-required")),
    Scenario("starttls-refused", only("exim"), talk(HELLO, "STARTTLS", "QUIT"),
             implied("starttls", "550", "unclassified")),
    Scenario("tls-hello-on-25", only("exim"), talk(raw(b"\x16\x03\x01\x02\x00\x01\x00\r\n")),
             implied("other", "501", "syntax-error"), UNLOGGED,
             on("exim-all", implied("other", "501", "syntax-error"), lost())),
]

# --- commands out of order, unknown, too many

COMMANDS = [
    Scenario("rcpt-first", only("exim"), talk(HELLO, f"RCPT TO:<{DAVE}>", "QUIT"),
             implied("rcpt", "503", "bad-sequence", sender=None), UNLOGGED),
    Scenario("data-first", only("exim"), talk(HELLO, f"MAIL FROM:<{EVE}>", "DATA", "QUIT"),
             implied("data", "503", "bad-sequence", sender=None), UNLOGGED),
    Scenario("mail-twice", only("exim"), talk(HELLO, f"MAIL FROM:<{EVE}>", f"MAIL FROM:<{EVE}>", "QUIT"),
             implied("mail", "503", "bad-sequence", sender=None), UNLOGGED),
    Scenario("command-unknown", only("exim"), talk(HELLO, "XYZZY plugh", "QUIT"),
             implied("other", "500", "syntax-error"), UNLOGGED),
    Scenario("address-two-ats", only("exim"), talk(HELLO, f"MAIL FROM:<{EVE}>", "RCPT TO:<a@b@example.com>", "QUIT"),
             implied("rcpt", "501", "malformed-address", sender=None), UNLOGGED),
    Scenario("address-bad-sender", only("exim"), talk(HELLO, "MAIL FROM:<no body@{name}.example.net>", "QUIT"),
             implied("mail", "501", "malformed-address", sender=None), UNLOGGED),
    Scenario("address-without-domain", only("exim"), talk(HELLO, "MAIL FROM:<eve>", "QUIT"),
             implied("mail", "501", "malformed-address", sender="eve"),
             on("exim-default", only_in("rejectlog", implied("mail", "501", "malformed-address", sender="eve")))),
    Scenario("address-hostile", only("exim"),
             talk(HELLO, f"MAIL FROM:<{EVE}>", 'RCPT TO:<x" H=(fake) [198.51.100.1] rejected RCPT <a@b>', "QUIT"),
             implied("rcpt", "501", "malformed-address", sender=None), UNLOGGED),
    Scenario("unknown-many", only("exim"), talk(HELLO, "AAAA", "BBBB", "CCCC", "DDDD", await_close()),
             implied("other", "500", "syntax-error", times=4),
             on("exim-default", implied("other", "500", "too-many-errors"))),
    Scenario("errors-many", only("exim"),
             talk(HELLO, *[f"RCPT TO:<{DAVE}>"] * 6, await_close()),
             implied("rcpt", "503", "bad-sequence", sender=None, times=6),
             on("exim-default", rejected("rcpt", "", "too-many-errors", sender=None, side="local"))),
    Scenario("nonmail-many", only("exim"), talk(HELLO, *["NOOP"] * 12, await_close()),
             implied("other", "554", "too-many-errors")),
    Scenario("hops-many", only("exim"),
             talk(*offer(DAVE, sender=SENDER), "DATA",
                  lines(*[f"Received: from h{n}.example.net" for n in range(60)], f"From: <{SENDER}>", "", "text"), ".", "QUIT"),
             row("bounced", "recipient", "local", "delivery", "", "mail-loop", side="synthetic", sender=SENDER, recipient=DAVE)),
    Scenario("messages-many", only("exim"),
             talk(HELLO, *[f"MAIL FROM:<{EVE}>", "RSET"] * 4, f"MAIL FROM:<{EVE}>", "QUIT"),
             implied("mail", "421", "too-many-connections", sender=None)),
    Scenario("talks-early", only("exim"), talk(early(b"EHLO early\r\n")),
             implied("connect", "554", "bad-sequence")),
    Scenario("pipelines-helo", only("exim"),
             talk("HELO client.{name}.example.net", burst(f"MAIL FROM:<{EVE}>", "QUIT")),
             implied("mail", "554", "bad-sequence", sender=None)),
    Scenario("size-announced", only("exim"), talk(HELLO, f"MAIL FROM:<{EVE}> SIZE=5000", "QUIT", door="small"),
             implied("mail", "552", "message-too-large")),
    Scenario("size-sent", only("exim"),
             talk(*offer(DAVE), "DATA", lines("Subject: big", "", *["x" * 70] * 50), ".", "QUIT", door="small"),
             implied("end-of-data", "552", "message-too-large")),
    Scenario("recipients-many", only("exim"), talk(*offer(*[DAVE] * 7), "QUIT"),
             implied("rcpt", "452", "too-many-recipients"),
             on("exim-all", implied("rcpt", "552", "too-many-recipients"))),
]

# --- callouts

CALLOUTS = [
    Scenario("sender-verify-none", only("exim"), talk(*offer(DAVE, sender="eve@nowhere.{name}.example.net"), "QUIT"),
             implied("rcpt", "550", "invalid-sender", recipient=DAVE, sender="eve@nowhere.{name}.example.net")),
    Scenario("sender-verify-defer", only("exim"), dns({("sick.{name}.example.net", "*"): "SERVFAIL"}),
             talk(*offer(DAVE, sender="eve@sick.{name}.example.net"), "QUIT"),
             implied("rcpt", "451", "invalid-sender", recipient=DAVE, sender="eve@sick.{name}.example.net")),
    Scenario("sender-callout", only("exim"), server(rcpt="550 5.1.1 No such user here"), talk(*offer(DAVE), "QUIT"),
             implied("rcpt", "550", "invalid-sender", recipient=DAVE)),
    Scenario("sender-callout-null", only("exim"), server(mail="550 5.7.1 No bounces, please"),
             talk(*offer(DAVE), "QUIT"),
             implied("rcpt", "550", "invalid-sender", recipient=DAVE)),
    Scenario("sender-strict-callout", only("exim"), server(at="closed"), talk(*offer(DAVE), "QUIT"),
             implied("rcpt", "451", "invalid-sender", recipient=DAVE)),
    Scenario("rcpt-callout", only("exim"), server(rcpt="550 5.1.1 No such user here"),
             talk(*offer(RECIPIENT), "QUIT"),
             rejected("rcpt", "550 5.1.1", "user-unknown", recipient=RECIPIENT, side="callout")),
]

# --- sessions that end badly


def ended(name, event, stage, cls, *steps, **columns):
    if event == "timeout":
        columns = {"code": 421, "code_source": "implied", **columns}
    return Scenario(name, only("exim"), talk(*steps), came_in(event, stage, "", cls, **columns))


NOTHING_BEGUN = silent("exim", "the end of a session without MAIL is only logged with +smtp_no_mail")
BODY = lines("Subject: half", "", "half a line")
TAKEN = row("delivered", "recipient", "local", "delivery", "", "accepted", side="local", sender=EVE, recipient=DAVE)
ENDS = [
    Scenario("lost-at-connect", only("exim"), talk(DROP), NOTHING_BEGUN, on("exim-all", lost())),
    Scenario("lost-at-helo", only("exim"), talk(HELLO, DROP), NOTHING_BEGUN, on("exim-all", lost())),
    ended("lost-at-mail", "connection-lost", "other", "connection-lost", HELLO, f"MAIL FROM:<{EVE}>", DROP),
    ended("lost-at-rcpt", "connection-lost", "other", "connection-lost", *offer(DAVE), DROP),
    ended("lost-at-rcpt-reset", "connection-lost", "other", "connection-lost", *offer(DAVE), RESET),
    ended("lost-in-data", "connection-lost", "data", "connection-lost", *offer(DAVE), "DATA", BODY, DROP),
    ended("lost-in-data-reset", "connection-lost", "data", "connection-lost", *offer(DAVE), "DATA", BODY, RESET),
    ended("slow-at-connect", "timeout", "other", "connection-timeout", await_close()),
    ended("slow-at-helo", "timeout", "other", "connection-timeout", HELLO, await_close()),
    ended("slow-at-rcpt", "timeout", "other", "connection-timeout", *offer(DAVE), await_close()),
    ended("slow-at-mail", "timeout", "other", "connection-timeout", HELLO, f"MAIL FROM:<{EVE}>", await_close()),
    Scenario("slow-in-auth", only("exim"), talk(HELLO, "AUTH LOGIN", await_close(), door="submission"),
             came_in("timeout", "other", "421", "connection-timeout", code_source="implied", side="synthetic")),
    # Exim took it; that nobody heard so it does not know.
    Scenario("leaves-after-dot", only("exim"),
             talk(*offer(DAVE), "DATA", lines(f"From: <{EVE}>", "", "text", "."), pause(2), DROP),
             TAKEN, on("exim-all", TAKEN, lost())),
    # Without TLS the session goes on, and is given up in its turn.
    Scenario("slow-in-handshake", only("exim"), talk(HELLO, "STARTTLS", await_close()),
             came_in("tls-failed", "starttls", "", "tls-failure"),
             came_in("timeout", "other", "421", "connection-timeout", code_source="implied", side="synthetic")),
    ended("slow-in-data", "timeout", "data", "connection-timeout", *offer(DAVE), "DATA", BODY, await_close()),
]

# --- delivered here


def at_home(name, user, *rows, mail_lines=("a message",)):
    return Scenario(name, only("exim"), mail(to=f"{user}@example.com", lines=mail_lines), *rows)


def kept(event, level, user, cls, **columns):
    return row(event, level, "local", "delivery", "", cls,
               **{"side": "synthetic", "sender": SENDER, "recipient": f"{user}@example.com", **columns})


LOCAL = [
    at_home("local-accepted", "carol", kept("delivered", "recipient", "carol", "accepted", side="local")),
    at_home("local-full", "full", kept("deferred", "attempt", "full", "mailbox-full"),
            mail_lines=["x" * 70] * 30),
    at_home("local-pipe-fails", "broken-pipe",
            kept("bounced", "recipient", "broken-pipe", "local-delivery-failed")),
    at_home("local-pipe-later", "silent-pipe",
            kept("deferred", "attempt", "silent-pipe", "local-delivery-failed")),
    at_home("local-pipe-says", "noisy-pipe",
            kept("bounced", "recipient", "noisy-pipe", "local-delivery-failed")),
    at_home("local-pipe-slow", "slow-pipe",
            kept("bounced", "recipient", "slow-pipe", "local-delivery-failed")),
    at_home("local-pipe-missing", "missing-pipe",
            kept("bounced", "recipient", "missing-pipe", "local-delivery-failed")),
    at_home("local-unwritable", "unwritable",
            kept("deferred", "attempt", "unwritable", "local-delivery-failed")),
    # "Unrouteable address" and no router: the log does not tell whether domain or user is unknown.
    at_home("local-loop", "loop-a",
            row("bounced", "recipient", "out", "dns", "", "domain-not-found", side="synthetic",
                sender=SENDER, recipient="loop-a@example.com")),
    at_home("local-nobody", "nosuch",
            row("bounced", "recipient", "out", "dns", "", "domain-not-found", side="synthetic",
                sender=SENDER, recipient="nosuch@example.com")),
    at_home("local-retired", "retired", kept("bounced", "recipient", "retired", "user-unknown", side="local")),
    at_home("local-moved", "moved",
            row("bounced", "recipient", "local", "delivery", "551 5.1.6", "mailbox-moved", side="local",
                sender=SENDER, recipient="moved@example.com")),
    at_home("local-waiting", "waiting", kept("deferred", "attempt", "waiting", "unclassified", side="local")),
    Scenario("forwarded", only("exim"), server(), mail(to="to-{name}@example.com"),
             delivered("250 2.0.0", orig_recipient="to-{name}@example.com")),
    Scenario("forwarded-refused", only("exim"), server(rcpt="550 5.1.1 User unknown"),
             mail(to="to-{name}@example.com"),
             bounced("rcpt", "550 5.1.1", "user-unknown", orig_recipient="to-{name}@example.com")),
    Scenario("fates-of-all-kinds", only("exim"), server(rcpt={"gone": "550 5.1.1 User unknown"}),
             mail(to=("erin@example.com", "retired@example.com", "bob@{name}.example.net", "gone@{name}.example.net")),
             kept("delivered", "recipient", "erin", "accepted", side="local"),
             kept("bounced", "recipient", "retired", "user-unknown", side="local"),
             delivered("250 2.0.0"),
             bounced("rcpt", "550 5.1.1", "user-unknown", recipient="gone@{name}.example.net")),
    Scenario("black-hole", only("exim"), mail(to="x@sink.example.com"),
             row("discarded", "recipient", "local", "delivery", "", "unclassified", side="local", sender=SENDER)),
]

# --- the queue

# Why stands in the line before.
EXPIRED = sent_out("expired", "recipient", "queue", "", "queue-expired", **NO_PEER)


def handed_on(**columns):
    """To the filter and back: no delivery yet."""
    return sent_out("delivered", "host", "end-of-data", "250", "accepted",
                    **{"peer_host": "127.0.0.1", "peer_ip": "127.0.0.1", **columns})


QUEUE = [
    Scenario("expires-rcpt", only("exim"), route(expires="4s"), server(rcpt="451 4.7.1 Greylisted, later"),
             mail(), retry(),
             deferred("rcpt", "451 4.7.1", "greylisted", times=2), EXPIRED),
    Scenario("expires-refused", only("exim"), route(expires="4s"), server("closed"), mail(), retry(),
             host_failed("connect", "", "connection-refused", times=2),
             deferred("connect", "", "connection-refused", **NO_PEER, times=2), EXPIRED),
    Scenario("bounce-bounces", only("exim"), server(rcpt="550 5.1.1 User unknown"),
             mail(sender="alice@{name}.example.net"),
             bounced("rcpt", "550 5.1.1", "user-unknown", sender="alice@{name}.example.net"),
             sent_out("bounced", "mta", "rcpt", "550 5.1.1", "user-unknown", sender="",
                      recipient="alice@{name}.example.net")),
    Scenario("bounce-frozen", only("exim"), server(rcpt="550 5.1.1 User unknown"),
             mail(sender="alice@{name}.example.net"), expire(),
             bounced("rcpt", "550 5.1.1", "user-unknown", sender="alice@{name}.example.net"),
             sent_out("bounced", "mta", "rcpt", "550 5.1.1", "user-unknown", sender="",
                      recipient="alice@{name}.example.net"),
             sent_out("expired", "mta", "queue", "", "queue-expired", sender="", recipient=None, **NO_PEER)),
    Scenario("loop-frozen", only("exim"), dns({("{name}.example.net", "MX"): [(10, "mail.example.com")]}),
             mail(), expire(),
             deferred("dns", "", "mail-loop", **NO_PEER),
             sent_out("expired", "recipient", "queue", "", "queue-expired", cause="mail-loop", **NO_PEER)),
    Scenario("filter-hop", only("exim"), server(), mail(), handed_on(), delivered("250 2.0.0")),
    Scenario("filter-hop-refused", only("exim"), server(rcpt="550 5.1.1 User unknown"), mail(),
             handed_on(), bounced("rcpt", "550 5.1.1", "user-unknown")),
]

# --- the smart host: no way around the login


def smart(name, features, *rows, **replies):
    return Scenario(name, only("exim"), server(features=features, **replies),
                    route(login=("anna", "secret"), must_login=True), mail(), *rows)


SMART = [
    smart("smart", ["AUTH PLAIN"], delivered("250 2.0.0")),
    smart("smart-535", ["AUTH PLAIN"],
          host_failed("auth", "535 5.7.8", "bad-credentials"),
          deferred("auth", "", "bad-credentials", **NO_PEER), auth="535 5.7.8 Bad username or password"),
    smart("smart-not-offered", [], deferred("auth", "", "auth-mechanism", **NO_PEER)),
    smart("smart-no-mechanism", ["AUTH GSSAPI"], deferred("auth", "", "auth-mechanism", **NO_PEER)),
    smart("smart-lost", ["AUTH PLAIN"], deferred("auth", "", "connection-lost"), auth=Drop()),
    smart("smart-slow", ["AUTH PLAIN"], host_failed("auth", "", "connection-timeout"),
          deferred("auth", "", "connection-timeout"), auth=Hang()),
]

HOSTILE = [
    Scenario("recipient-fakes-fields", only("exim"), server(rcpt="550 5.1.1 User unknown"),
             mail(to='"a R=x T=y H=z [192.0.2.99] <b@c> : 421 d"@{name}.example.net'),
             bounced("rcpt", "550 5.1.1", "user-unknown",
                     recipient='"a R=x T=y H=z [192.0.2.99] <b@c> : 421 d"@{name}.example.net')),
    Scenario("sender-fakes-fields", only("exim"), server(rcpt="550 5.1.1 User unknown"),
             mail(sender='"a H=z [192.0.2.99] P=esmtp"@{name}.example.org'),
             bounced("rcpt", "550 5.1.1", "user-unknown",
                     sender='"a H=z [192.0.2.99] P=esmtp"@{name}.example.org')),
    Scenario("reply-fakes-exim", only("exim"),
             server(rcpt="550 5.1.1 no user: SMTP error from remote mail server after RCPT TO:<x>: 421 4.3.2 busy DT=3s"),
             mail(), bounced("rcpt", "550 5.1.1", "user-unknown")),
    Scenario("reply-fakes-cause", only("exim"), server(rcpt="550 5.1.1 User unknown: SMTP timeout after DATA"),
             mail(), bounced("rcpt", "550 5.1.1", "user-unknown")),
]

SCENARIOS = [*LOCAL, *QUEUE, *SMART, *HOSTILE, *REFUSED, *GREETED, *LOGINS, *TLS, *COMMANDS, *CALLOUTS, *ENDS]
