"""as_server - a client speaks with the server under test, and is refused, leaves or errs.

Where nobody is refused, what a client gets wrong must not become a finding: those scenarios have
no row.
"""
from scenario import (
    DROP, IMPLIED, NXDOMAIN, RESET, Row, Scenario, also, await_close, burst, came_in, dns, early, lines,
    login_login, milter, offer, on, plain_login, policy, raw, rejected, row, silent, start_tls, talk,
    unclear, warned, without,
)

DAVE = "dave@example.com"
EVE = "eve@{name}.example.net"
WRONG, RIGHT = ("anna", "wrong-secret"), ("anna", "right-secret")
HEAD = ("From: <eve@{name}.example.net>", "Message-ID: <in-{name}@example.net>", "Subject: hello", "")


def accepted(to=DAVE, **columns):
    """A message that got in, and where it went."""
    return row("delivered", "recipient", "local", "delivery", "", "accepted",
               **{"sender": EVE, "recipient": to, "side": "synthetic", **columns})


ENVELOPE = [
    Scenario("accepted", talk(*offer(DAVE), "DATA", lines(*HEAD, "text"), ".", "QUIT"), accepted()),
    Scenario(
        "relay-denied", talk(*offer("somebody@elsewhere.example.net"), "QUIT"),
        rejected("rcpt", "554 5.7.1", "relay-denied", recipient="somebody@elsewhere.example.net"),
    ),
    Scenario(
        "unknown-user", talk(*offer("nobody@example.com"), "QUIT"),
        rejected("rcpt", "550 5.1.1", "user-unknown", recipient="nobody@example.com"),
    ),
    Scenario(
        "two-refused", talk(*offer("nobody@example.com", DAVE, "noone@example.com"), "QUIT"),
        rejected("rcpt", "550 5.1.1", "user-unknown", recipient="nobody@example.com"),
        rejected("rcpt", "550 5.1.1", "user-unknown", recipient="noone@example.com"),
    ),
    Scenario(
        "recipient-syntax", talk(*offer("@"), "QUIT"),
        rejected("rcpt", "501 5.1.3", "malformed-address", **IMPLIED, sender=None),
    ),
    Scenario(
        "sender-syntax", talk("EHLO client.{name}.example.net", "MAIL FROM:<@>", "QUIT"),
        rejected("mail", "501 5.1.7", "malformed-address", **IMPLIED, sender="@"),
    ),
    Scenario(
        "null-sender-refused", talk(*offer("nobody@example.com", sender=""), "QUIT"),
        rejected("rcpt", "550 5.1.1", "user-unknown", sender="", recipient="nobody@example.com"),
    ),
]

HELO_AND_NAMES = [
    Scenario(
        "helo-not-qualified", talk(*offer(DAVE, helo="mailbox"), "QUIT", door="strict"),
        rejected("rcpt", "504 5.5.2", "bad-helo", recipient=DAVE, helo="mailbox"),
    ),
    Scenario(
        "helo-invalid", talk("EHLO -bad-.example.net", "QUIT", door="early"),
        rejected("helo", "501 5.5.2", "bad-helo"),
    ),
    Scenario(
        "helo-unknown", talk(*offer(DAVE, helo="nowhere.{name}.example.net"), "QUIT", door="strict"),
        rejected("rcpt", "450 4.7.1", "bad-helo", recipient=DAVE),
    ),
    Scenario(
        "sender-domain-missing",
        talk(*offer(DAVE, sender="eve@gone.{name}.example.net"), "QUIT", door="strict"),
        rejected("rcpt", "450 4.1.8", "invalid-sender", sender="eve@gone.{name}.example.net", recipient=DAVE),
    ),
    Scenario(
        "sender-domain-missing-early",
        talk("EHLO client.{name}.example.net", "MAIL FROM:<eve@gone.{name}.example.net>", "QUIT", door="early"),
        rejected("mail", "450 4.1.8", "invalid-sender", sender="eve@gone.{name}.example.net"),
    ),
    Scenario(
        "sender-null-mx", dns({("null.{name}.example.net", "MX"): [(0, "")]}),
        talk(*offer(DAVE, sender="eve@null.{name}.example.net"), "QUIT", door="strict"),
        rejected("rcpt", "550 5.7.27", "invalid-sender", sender="eve@null.{name}.example.net", recipient=DAVE),
    ),
    Scenario(
        "sender-not-qualified", talk(*offer(DAVE, sender="eve"), "QUIT", door="strict"),
        rejected("rcpt", "504 5.5.2", "malformed-address", sender="eve", recipient=DAVE),
    ),
    Scenario(
        "no-reverse-name", dns({("{reversed}.in-addr.arpa", "PTR"): NXDOMAIN}),
        talk(*offer(DAVE), "QUIT", door="strict"),
        rejected("rcpt", "450 4.7.1", "reverse-dns-fail", recipient=DAVE, peer_host="unknown"),
    ),
    Scenario(
        "block-list",
        dns({("{reversed}.bl.example.org", "A"): ["127.0.0.2"],
             ("{reversed}.bl.example.org", "TXT"): ["Listed, see https://bl.example.org/q"]}),
        talk(*offer(DAVE), "QUIT", door="strict"),
        rejected("rcpt", "554 5.7.1", "blocklisted", recipient=DAVE),
    ),
    Scenario(
        "block-list-early", dns({("{reversed}.bl.example.org", "A"): ["127.0.0.2"]}),
        talk("EHLO client.{name}.example.net", "QUIT", door="early"),
        rejected("connect", "554 5.7.1", "blocklisted"),
    ),
]

# --- logging in

LOGIN = [
    Scenario("login", talk("EHLO client.{name}.example.net", plain_login(*RIGHT), "QUIT", door="submission")),
    Scenario(
        "login-wrong-plain",
        talk("EHLO client.{name}.example.net", plain_login(*WRONG), "QUIT", door="submission"),
        came_in("auth-failed", "auth", "535 5.7.8", "bad-credentials", **IMPLIED),
    ),
    Scenario(
        "login-wrong-login",
        talk("EHLO client.{name}.example.net", login_login(*WRONG), "QUIT", door="submission"),
        came_in("auth-failed", "auth", "535 5.7.8", "bad-credentials", **IMPLIED),
    ),
    Scenario(
        "login-wrong-twice",
        talk("EHLO client.{name}.example.net", plain_login(*WRONG), plain_login("carol", "guess"), "QUIT",
             door="submission"),
        came_in("auth-failed", "auth", "535 5.7.8", "bad-credentials", **IMPLIED, times=2),
    ),
    Scenario(
        "login-wrong-cyrus",
        talk("EHLO client.{name}.example.net", plain_login(*WRONG), "QUIT", door="submission-cyrus"),
        came_in("auth-failed", "auth", "535 5.7.8", "bad-credentials", **IMPLIED),
    ),
    Scenario(
        "login-wrong-cyrus-login",
        talk("EHLO client.{name}.example.net", login_login(*WRONG), "QUIT", door="submission-cyrus"),
        came_in("auth-failed", "auth", "535 5.7.8", "bad-credentials", **IMPLIED),
    ),
    Scenario(
        "login-mechanism",
        talk("EHLO client.{name}.example.net", "AUTH NTLM", "QUIT", door="submission"),
        came_in("auth-failed", "auth", "535 5.7.8", "auth-mechanism", **IMPLIED),
    ),
    Scenario(
        "login-mechanism-cyrus",
        talk("EHLO client.{name}.example.net", "AUTH NTLM", "QUIT", door="submission-cyrus"),
        came_in("auth-failed", "auth", "535 5.7.8", "auth-mechanism", **IMPLIED),
    ),
    Scenario(
        "login-broken-off",
        talk("EHLO client.{name}.example.net", "AUTH LOGIN", raw(b"*\r\n"), "QUIT", door="submission"),
        came_in("auth-failed", "auth", "501 5.7.0", "syntax-error", **IMPLIED),
    ),
    Scenario(
        "login-bad-base64",
        talk("EHLO client.{name}.example.net", "AUTH PLAIN !!!", "QUIT", door="submission"),
        came_in("auth-failed", "auth", "535 5.7.8", "bad-credentials", **IMPLIED),
    ),
    Scenario(
        "login-backend-down",
        talk("EHLO client.{name}.example.net", plain_login(*RIGHT), "QUIT", door="login-down"),
        came_in("auth-failed", "auth", "454 4.7.0", "auth-temporary", **IMPLIED),
        also("postfix", warned("cannot connect to saslauthd server", "auth-temporary", stage="auth")),
    ),
    Scenario(
        "login-not-offered", talk("EHLO client.{name}.example.net", plain_login(*RIGHT), "QUIT"),
        silent("postfix", "503 authentication not enabled is only counted in the disconnect line, auth=0/1"),
    ),
    Scenario(
        "login-needs-tls",
        talk("EHLO client.{name}.example.net", plain_login(*RIGHT), "QUIT", door="tls-login-only"),
        silent("postfix", "AUTH before STARTTLS is only counted in the disconnect line, auth=0/1"),
    ),
    Scenario(
        "sender-needs-login",
        talk(*offer(DAVE, sender="anna@example.com"), "QUIT", door="submission"),
        rejected("rcpt", "553 5.7.1", "auth-required", sender="anna@example.com", recipient=DAVE),
    ),
    Scenario(
        "sender-of-another",
        talk("EHLO client.{name}.example.net", plain_login(*RIGHT), "MAIL FROM:<boss@example.com>",
             "RCPT TO:<dave@example.com>", "QUIT", door="submission"),
        rejected("rcpt", "553 5.7.1", "sender-not-owned", sender="boss@example.com", recipient=DAVE),
    ),
]

# --- TLS

TLS = [
    Scenario("tls", talk("EHLO client.{name}.example.net", start_tls(), "EHLO client.{name}.example.net", "QUIT")),
    Scenario(
        "tls-required", talk(*offer(DAVE)[:2], "QUIT", door="tls-only"),
        silent("postfix", "530 Must issue a STARTTLS command first is only counted, mail=0/1"),
    ),
    Scenario(
        "tls-old-client",
        talk("EHLO client.{name}.example.net", start_tls(newest="TLSv1"), door="tls-only"),
        came_in("tls-failed", "starttls", "", "tls-failure"),
    ),
    Scenario(
        "tls-nonsense",
        talk("EHLO client.{name}.example.net", "STARTTLS", raw(b"EHLO again\r\n"), DROP),
        came_in("tls-failed", "starttls", "", "tls-failure"),
    ),
    Scenario(
        "tls-dropped", talk("EHLO client.{name}.example.net", "STARTTLS", DROP),
        came_in("tls-failed", "starttls", "", "tls-failure"),
    ),
    Scenario(
        "tls-plain-at-465", talk(early(b"EHLO client.{name}.example.net\r\n"), door="smtps"),
        came_in("tls-failed", "starttls", "", "tls-failure"),
    ),
]

# --- commands

COMMANDS = [
    Scenario(
        "rcpt-before-mail", talk("EHLO client.{name}.example.net", "RCPT TO:<dave@example.com>", "QUIT"),
        silent("postfix", "503 need MAIL command is only counted, rcpt=0/1"),
    ),
    Scenario(
        "no-helo", talk("MAIL FROM:<eve@{name}.example.net>", "QUIT", door="strict"),
        silent("postfix", "503 send HELO/EHLO first is only counted, mail=0/1"),
    ),
    Scenario(
        "unknown-command", talk("EHLO client.{name}.example.net", "BLURDYBLOOP", "QUIT"),
        silent("postfix", "500 command not recognized is only counted, unknown=0/1"),
    ),
    Scenario(
        "web-client", talk("GET / HTTP/1.1", await_close()),
        came_in("rejected", "other", "", "syntax-error", side="local"),
    ),
    Scenario(
        "data-without-recipient",
        talk("EHLO client.{name}.example.net", "MAIL FROM:<eve@{name}.example.net>", "DATA", "QUIT"),
        silent("postfix", "503 need RCPT command is only counted, data=0/1"),
    ),
    Scenario(
        "size-announced",
        talk("EHLO client.{name}.example.net", "MAIL FROM:<eve@{name}.example.net> SIZE=5000000000", "QUIT",
             door="small"),
        rejected("mail", "552 5.3.4", "message-too-large"),
    ),
    Scenario(
        "size-sent",
        talk(*offer(DAVE), "DATA", lines(*HEAD, *["x" * 70] * 60), ".", "QUIT", door="small"),
        rejected("end-of-data", "552 5.3.4", "message-too-large", **IMPLIED),
        unclear("postfix", "the line names nobody of the message, whose sender is not logged", sender=None),
    ),
    Scenario(
        "too-many-recipients",
        talk(*offer(DAVE, "carol@example.com", "dave+3@example.com", "dave+4@example.com"), "QUIT", door="limited"),
        rejected("rcpt", "452 4.5.3", "too-many-recipients", recipient="dave+4@example.com"),
        silent("postfix", "452 Too many recipients is only counted, rcpt=3/4"),
    ),
    Scenario(
        "too-many-errors",
        talk("EHLO client.{name}.example.net", "X1", "X2", "X3", "X4", await_close(), door="limited"),
        came_in("rejected", "other", "421 4.7.0", "too-many-errors", **IMPLIED),
    ),
    Scenario(
        "pipelining",
        *[talk(burst("EHLO client.{name}.example.net", "MAIL FROM:<eve@{name}.example.net>",
                     "RCPT TO:<dave@example.com>", "DATA"), "QUIT", door="in-turn")] * 2,
        rejected("data", "503 5.5.0", "bad-sequence", times=2),
        on("postfix-file", rejected("helo", "554 5.5.0", "bad-sequence", **IMPLIED, sender=None, times=2)),
        unclear("postfix", "'improper command pipelining' ends the session where that is forbidden (from 3.9"
                " on by default), and is a remark elsewhere: read as the former, until a session goes on"),
        also("postfix", Row({"event": "rejected", "stage": "helo", "class": "bad-sequence",
                             "level": "session", "direction": "in", "peer_ip": "{client}"})),
        also("postfix-file"),
    ),
    Scenario(
        "pipelining-ends",
        talk(burst("EHLO client.{name}.example.net", "MAIL FROM:<eve@{name}.example.net>"), await_close(),
             door="out-of-turn"),
        rejected("helo", "554 5.5.0", "bad-sequence", **IMPLIED, sender=None),
        without("postfix", "not forbidden there: one server, one setting"),
    ),
    Scenario("vrfy", talk("EHLO client.{name}.example.net", "VRFY nobody@example.com", "QUIT"),
             rejected("other", "550 5.1.1", "user-unknown", recipient="nobody@example.com")),
    Scenario("etrn", talk("EHLO client.{name}.example.net", "ETRN elsewhere.example.net", "QUIT"),
             rejected("other", "459", "unclassified", **IMPLIED)),
]

# --- clients that leave

BEGUN = offer(DAVE)
LEFT = [
    Scenario("leaves-at-connect", talk(DROP),
             came_in("connection-lost", "connect", "", "connection-lost")),
    Scenario("leaves-after-helo", talk(*BEGUN[:1], DROP),
             came_in("connection-lost", "helo", "", "connection-lost")),
    Scenario("leaves-after-mail", talk(*BEGUN[:2], DROP),
             came_in("connection-lost", "mail", "", "connection-lost")),
    Scenario("leaves-after-rcpt", talk(*BEGUN, DROP),
             came_in("connection-lost", "rcpt", "", "connection-lost")),
    Scenario("leaves-in-data", talk(*BEGUN, "DATA", lines(*HEAD, "half a"), DROP),
             came_in("connection-lost", "data", "", "connection-lost")),
    Scenario("resets-after-rcpt", talk(*BEGUN, RESET),
             came_in("connection-lost", "rcpt", "", "connection-lost")),
    Scenario("leaves-after-auth", talk(*BEGUN[:1], "AUTH LOGIN", DROP, door="submission"),
             came_in("connection-lost", "auth", "", "connection-lost")),
    Scenario("quits-without-mail", talk(*BEGUN[:1], "QUIT")),
    Scenario("sleeps-after-helo", talk(*BEGUN[:1], await_close(), door="impatient"),
             came_in("timeout", "helo", "421 4.4.2", "connection-timeout", **IMPLIED, side="local")),
    Scenario("sleeps-after-rcpt", talk(*BEGUN, await_close(), door="impatient"),
             came_in("timeout", "rcpt", "421 4.4.2", "connection-timeout", **IMPLIED, side="local")),
    Scenario("sleeps-in-data", talk(*BEGUN, "DATA", lines(*HEAD), await_close(), door="impatient"),
             came_in("timeout", "data", "421 4.4.2", "connection-timeout", **IMPLIED, side="local")),
]

# --- helpers of the server

HELPERS = [
    Scenario("milter-refuses-mail", milter(mail="550 5.7.1 Sender not welcome here"),
             talk(*BEGUN[:2], "QUIT", door="milter"),
             rejected("mail", "550 5.7.1", "access-denied")),
    Scenario("milter-refuses-rcpt", milter(rcpt="550 5.7.1 Rejected by policy"),
             talk(*BEGUN, "QUIT", door="milter"),
             rejected("rcpt", "550 5.7.1", "policy-rejected", recipient=DAVE)),
    Scenario("milter-greylists", milter(rcpt="451 4.7.1 Greylisted, come back in five minutes"),
             talk(*BEGUN, "QUIT", door="milter"),
             rejected("rcpt", "451 4.7.1", "greylisted", recipient=DAVE)),
    Scenario("milter-refuses-message", milter(dot="554 5.7.1 Spam message rejected"),
             talk(*BEGUN, "DATA", lines(*HEAD), ".", "QUIT", door="milter"),
             rejected("end-of-data", "554 5.7.1", "spam-content", recipient=DAVE),
             unclear("postfix", "cleanup cuts the code off; 550 stands for every 5xx", code=550, **IMPLIED)),
    Scenario("milter-helo", milter(helo="550 5.7.1 Bad HELO name"),
             talk(*BEGUN[:2], "QUIT", door="milter"),
             rejected("helo", "550 5.7.1", "bad-helo", sender=None)),
    Scenario("milter-down", talk(*BEGUN, "QUIT", door="milter-down"),
             rejected("mail", "451 4.7.1", "server-error"),
             unclear("postfix", "the milter's word is logged at connect and heard at MAIL", stage="connect", sender=None),
             also("postfix", warned("connect to Milter service", "server-error"))),
    Scenario("policy-refuses", policy("550 5.7.23 SPF fail: not authorized"),
             talk(*BEGUN, "QUIT", door="policy"),
             rejected("rcpt", "550 5.7.23", "spf-fail", recipient=DAVE)),
    Scenario("policy-greylists", policy("DEFER_IF_PERMIT 4.2.0 Greylisted, see https://grey.example.org/"),
             talk(*BEGUN, "QUIT", door="policy"),
             rejected("rcpt", "450 4.2.0", "greylisted", recipient=DAVE)),
    Scenario("policy-holds", policy("HOLD for a look"),
             talk(*BEGUN, "DATA", lines(*HEAD), ".", "QUIT", door="policy"),
             came_in("held", "rcpt", "", "unclassified", side="local", recipient=DAVE)),
    Scenario("policy-down", talk(*BEGUN, "QUIT", door="policy-down"),
             rejected("rcpt", "451 4.3.5", "server-error", recipient=DAVE),
             also("postfix", warned("connect to 127.0.0.1:8899", "connection-refused"),
                  warned("problem talking to server 127.0.0.1:8899", "connection-refused"))),
    Scenario("rate-of-connections", talk("QUIT", door="rate"), talk("QUIT", door="rate"),
             rejected("connect", "421 4.7.0", "rate-limited", **IMPLIED)),
    Scenario("rate-of-messages",
             talk(*BEGUN, "RSET", "MAIL FROM:<eve@{name}.example.net>", "QUIT", door="message-rate"),
             rejected("mail", "450 4.7.1", "rate-limited", **IMPLIED, sender=None)),
    Scenario("rate-of-recipients", talk(*offer(DAVE, "carol@example.com"), "QUIT", door="recipient-rate"),
             rejected("rcpt", "450 4.7.1", "rate-limited", **IMPLIED, sender=None)),
    Scenario("header-check", talk(*BEGUN, "DATA", lines(*HEAD[:2], "Subject: prize", ""), ".", "QUIT", door="checks"),
             rejected("end-of-data", "550 5.7.1", "policy-rejected", **IMPLIED, recipient=DAVE)),
    Scenario("header-check-later", talk(*BEGUN, "DATA", lines(*HEAD[:2], "Subject: later", ""), ".", "QUIT", door="checks"),
             rejected("end-of-data", "451 4.7.1", "greylisted", **IMPLIED, recipient=DAVE)),
    Scenario("proxy-down", talk(*BEGUN, "DATA", "QUIT", door="proxy-down"),
             on("postfix", warned("connect to proxy filter", "server-error", stage="end-of-data",
                                  code=451, enhanced="4.3.0", **IMPLIED),
                row("delivered", "mta", "local", "delivery", "", "accepted",
                    sender="double-bounce@mail.example.com", recipient="dave+proxy-down@example.com"))),
    Scenario("table-broken", talk(*BEGUN, "QUIT", door="table-broken"),
             rejected("rcpt", "451 4.3.5", "server-error", recipient=DAVE),
             also("postfix", warned("open database /etc/postfix/not-there", "server-error"),
                  warned("/etc/postfix/not-there is unavailable", "server-error"),
                  warned('not-there lookup error for "dave', "server-error"))),
]

# --- texts that lie

NO_UTF8 = "500 bad UTF-8 syntax is not even counted"

HOSTILE = [
    Scenario(
        "recipient-fakes-envelope", talk(*offer('"x; from=<a@example.com> to=<b@example.com>"@example.com'), "QUIT"),
        rejected("rcpt", "501 5.1.3", "malformed-address", **IMPLIED, sender=None),
    ),
    Scenario(
        "recipient-fakes-fields", talk(*offer('"x; from=a to=b proto=SMTP: 535 5.7.8"@example.com'), "QUIT"),
        rejected("rcpt", "550 5.1.1", "user-unknown",
                 recipient='"x; from=a to=b proto=SMTP: 535 5.7.8"@example.com'),
    ),
    Scenario(
        "sender-fakes-status",
        talk(*offer("nobody@example.com", sender='"status=sent (250 ok)"@{name}.example.net'), "QUIT"),
        rejected("rcpt", "550 5.1.1", "user-unknown", sender='"status=sent (250 ok)"@{name}.example.net',
                 recipient="nobody@example.com"),
    ),
    Scenario(
        "helo-fakes-client",
        talk(*offer("nobody@example.com", helo="x]: 535 5.7.8 [192.0.2.99"), "QUIT"),
        rejected("rcpt", "550 5.1.1", "user-unknown", recipient="nobody@example.com"),
    ),
    Scenario(
        "command-fakes-line",
        talk("EHLO client.{name}.example.net", b"RCPT TO:<\xff\x01\t@example.com> status=bounced", "QUIT"),
        silent("postfix", NO_UTF8),
    ),
    Scenario(
        "recipient-8bit", talk(*BEGUN[:2], "RCPT TO:<no\u00f1o@example.com>".encode("latin-1"), "QUIT"),
        silent("postfix", NO_UTF8),
    ),
    Scenario("line-too-long", talk(*BEGUN[:2], "RCPT TO:<" + "a" * 3000 + "@example.com>", "QUIT"),
             rejected("rcpt", "501 5.1.3", "malformed-address", **IMPLIED, sender=None),
             on("postfix", came_in("warning", "other", "", "syntax-error", side="local"))),
]

SCENARIOS = [
    *ENVELOPE, *HELO_AND_NAMES, *LOGIN, *TLS, *COMMANDS, *LEFT, *HELPERS, *HOSTILE,
]
