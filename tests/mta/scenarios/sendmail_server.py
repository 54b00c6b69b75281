"""sendmail_server - what only a Sendmail is asked as a server, for its tables and words are its own."""
from scenario import (
    DROP, IMPLIED, RESET, Scenario, await_close, came_in, early, entry, lines, meanwhile, milter, offer, only,
    plain_login, raw, rejected, row, silent, talk, wrapped_tls,
)

LOCAL = "dave+{name}@example.com"
ALIAS = "{name}@example.com"
EHLO = "EHLO client.{name}.example.net"
FROM = "MAIL FROM:<eve@{name}.example.net>"
MESSAGE = lines("From: <eve@{name}.example.net>", "Subject: bench", "", "a message")
SENDING = ("DATA", MESSAGE, ".", "QUIT")
NO_PEER = {"peer_host": None, "peer_ip": None}
NO_CLIENT = {"sender": None, **NO_PEER}
ONLY_15 = "logged from LogLevel 15 on"
EVE, ALICE = "eve@{name}.example.net", "alice@{name}.example.org"


def access(key, value):
    return entry("sendmail", "access", key, value)


def alias(name, value):
    return entry("sendmail", "aliases", name, value)


HERE = alias("{name}", "dave")


def tell(name, *parts, **about):
    return Scenario("sm-" + name, *parts, only("sendmail"), **about)


def quiet(name, *parts):
    return tell(name, *parts, silent("sendmail", ONLY_15))


def delivered_here():
    """What aliases say is logged, not what the client said."""
    return row("delivered", "recipient", "local", "delivery", "", "accepted", side="synthetic",
               sender=EVE, recipient="dave", **NO_PEER)


def at_rcpt(reply, cls, **columns):
    """from= follows when the message is done, so that a refused recipient has no sender."""
    return rejected("rcpt", reply, cls, **{"sender": None, **columns})


def user_error(reply, cls, **columns):
    return at_rcpt(reply, cls, **{**IMPLIED, **NO_PEER, **columns})


def wrong_login(times=1):
    return came_in("auth-failed", "auth", "535 5.7.0", "bad-credentials", **IMPLIED, times=times)


ADDRESSES = [
    tell("unknown-then-good", HERE, talk(*offer("x+" + ALIAS, ALIAS), *SENDING),
         user_error("550 5.1.1", "user-unknown", recipient="x+" + ALIAS), delivered_here()),
    tell("same-twice", talk(*offer("x+" + ALIAS, "x+" + ALIAS), "QUIT"),
         user_error("550 5.1.1", "user-unknown", recipient="x+" + ALIAS, times=2)),
    tell("malformed-rcpt", talk(*offer("bob@@{name}.example.net"), "QUIT"),
         user_error("553", "malformed-address", recipient="bob@@{name}.example.net")),
    quiet("malformed-sender", talk(EHLO, "MAIL FROM:<eve@{name}..example.net>", "QUIT")),
    quiet("unbalanced", talk(EHLO, "MAIL FROM:<eve@{name}.example.net", "QUIT")),
    tell("no-domain", talk(EHLO, "MAIL FROM:<{name}>", "QUIT"),
         rejected("mail", "553 5.5.4", "malformed-address", sender="{name}")),
    tell("rcpt-syntax", talk(EHLO, FROM, "RCPT {name}@example.com", "QUIT"),
         came_in("rejected", "other", "501 5.5.2", "syntax-error", **IMPLIED, **NO_PEER)),
    tell("rcpt-empty", talk(EHLO, FROM, "RCPT TO:<>", "QUIT"),
         at_rcpt("553 5.0.0", "malformed-address")),
    tell("many-unknown", talk(*offer(*["u%d+{name}@example.com" % i for i in range(4)]), "QUIT"),
         *[user_error("550 5.1.1", "user-unknown", recipient="u%d+{name}@example.com" % i) for i in range(3)],
         came_in("warning", "other", "", "too-many-errors"),
         at_rcpt("550 5.1.1", "user-unknown", recipient="u3+{name}@example.com", **IMPLIED)),
    tell("too-many-rcpts", *[alias("n%d" % i, "dave") for i in range(4)],
         talk(*offer(*["n%d+{name}@example.com" % i for i in range(4)]), *SENDING, door="limited"),
         user_error("452 4.5.3", "too-many-recipients", times=2), delivered_here()),
]

SESSIONS = [
    quiet("login-required", talk(EHLO, FROM, "QUIT", door="submission")),
    tell("tls-465-good", talk(wrapped_tls(), EHLO, "QUIT", door="smtps")),
    quiet("data-before-mail", talk(EHLO, "DATA", "QUIT")),
    quiet("two-mails", talk(EHLO, FROM, FROM, "QUIT")),
    quiet("expn", talk(EHLO, "EXPN {name}", "QUIT")),
    tell("size-done", HERE,
         talk(*offer(ALIAS), "DATA", MESSAGE, lines(*["x" * 900] * 150), ".", "QUIT"),
         rejected("end-of-data", "552 5.2.3", "message-too-large", **IMPLIED)),
    tell("helo-ours", talk(*offer(LOCAL, helo="mail.example.com"), "QUIT", door="strict"),
         at_rcpt("550 5.7.1", "bad-helo", recipient=LOCAL)),
    tell("helo-no-dot", talk(*offer(LOCAL, helo="laptop"), "QUIT", door="strict"),
         at_rcpt("550 5.7.1", "bad-helo", recipient=LOCAL)),
    quiet("helo-syntax", talk("EHLO a(b)c", "QUIT")),
    quiet("helo-missing", talk("EHLO", "QUIT")),
    tell("lost-data", HERE, talk(*offer(ALIAS), "DATA", DROP),
         came_in("connection-lost", "data", "", "connection-lost", sender=EVE, peer_ip=None)),
    tell("reset-message", HERE, talk(*offer(ALIAS), "DATA", MESSAGE, RESET),
         came_in("connection-lost", "data", "", "connection-lost", sender=EVE, peer_ip=None)),
    tell("timeout-mail", talk(EHLO, FROM, await_close()),
         came_in("timeout", "other", "", "connection-timeout", peer_ip=None)),
    tell("greet-pause", access("GreetPause:client.{name}.example.net", "2000"),
         talk(early(b"EHLO x\r\n"), "QUIT"),
         came_in("rejected", "connect", "554", "bad-sequence", **IMPLIED)),
    tell("too-many-noops", talk(EHLO, *["NOOP"] * 21, "QUIT"),
         came_in("warning", "other", "", "too-many-errors")),
    tell("too-many-auth", talk(EHLO, *[plain_login("{name}", "wrong")] * 5, "QUIT"), wrong_login(5),
         came_in("warning", "auth", "", "too-many-errors")),
    tell("milter-down-strict", talk(EHLO, FROM, "QUIT", door="milter-down-strict"),
         row("warning", "mta", "in", "other", "", "server-error", nameless=True),
         row("rejected", "session", "in", "connect", "554", "server-error", nameless=True, **IMPLIED)),
]

TABLES = [
    tell("access-reject", access("From:" + EVE, "REJECT"), talk(*offer(LOCAL), "QUIT"),
         rejected("mail", "550 5.7.1", "access-denied")),
    tell("access-error", access("From:" + EVE, "ERROR:5.7.1:550 You are on our block list"),
         talk(*offer(LOCAL), "QUIT"), rejected("mail", "550 5.7.1", "blocklisted")),
    tell("access-later", access("From:" + EVE, "ERROR:4.7.1:450 Greylisted for now"),
         talk(*offer(LOCAL), "QUIT"), rejected("mail", "450 4.7.1", "greylisted")),
    tell("access-discard", access("From:" + EVE, "DISCARD"), talk(*offer(LOCAL), *SENDING),
         came_in("discarded", "mail", "", "unclassified", side="local", sender=EVE)),
    tell("access-quarantine", access("From:" + EVE, "QUARANTINE:looks odd"), HERE,
         talk(*offer(ALIAS), *SENDING),
         came_in("held", "mail", "", "unclassified", side="local", sender=EVE)),
    tell("access-connect", access("Connect:{client}", "REJECT"), talk(*offer(LOCAL), "QUIT"),
         came_in("rejected", "connect", "550 5.7.1", "access-denied")),
    tell("access-connect-error", access("Connect:{client}", "ERROR:5.7.1:554 No mail from here"),
         talk(*offer(LOCAL), "QUIT"), came_in("rejected", "connect", "554 5.7.1", "access-denied")),
    tell("access-rcpt", access("To:" + ALIAS, "ERROR:5.2.1:550 Mailbox closed"), HERE,
         talk(*offer(ALIAS), "QUIT"), at_rcpt("550 5.2.1", "mailbox-disabled", recipient=ALIAS)),
    tell("access-rcpt-later", access("To:" + ALIAS, "ERROR:4.7.1:451 Greylisted, please come back later"),
         HERE, talk(*offer(ALIAS), "QUIT"), at_rcpt("451 4.7.1", "greylisted", recipient=ALIAS)),
    tell("connection-limit", access("ClientConn:{client}", "1"), talk(EHLO, meanwhile("QUIT"), "QUIT"),
         came_in("rejected", "connect", "421 4.3.2", "too-many-connections")),
    tell("delayed-connect", access("Connect:{client}", "REJECT"), talk(*offer(LOCAL), "QUIT", door="strict"),
         at_rcpt("550 5.7.1", "access-denied", recipient=LOCAL)),
    tell("delayed-from", access("From:" + EVE, "REJECT"), talk(*offer(LOCAL), "QUIT", door="strict"),
         at_rcpt("550 5.7.1", "access-denied", recipient=LOCAL)),
]

LIMITS = [
    tell("milter-connect", milter(connect="550 5.7.1 No mail from your network"),
         talk(*offer(LOCAL), "QUIT", door="milter"),
         came_in("rejected", "connect", "554", "access-denied", **IMPLIED)),
    tell("milter-connect-later", milter(connect="451 4.7.1 Come back later"),
         talk(*offer(LOCAL), "QUIT", door="milter"),
         came_in("rejected", "connect", "451 4.3.2", "server-error", **IMPLIED)),
    tell("milter-data", milter(data="550 5.7.1 Rejected by policy"),
         talk(*offer(LOCAL), "DATA", "QUIT", door="milter"),
         rejected("data", "550 5.7.1", "policy-rejected", **NO_CLIENT)),
    tell("milter-dies", milter(rcpt=""), talk(*offer(LOCAL), "QUIT", door="milter"),
         row("warning", "mta", "in", "other", "", "server-error", side="local"),
         rejected("rcpt", "451 4.3.2", "service-unavailable", recipient=LOCAL, **NO_CLIENT)),
    quiet("bad-commands", talk(EHLO, *["X%d" % i for i in range(26)], await_close())),
    tell("too-many-hops", HERE,
         talk(*offer(ALIAS, sender=ALICE), "DATA", lines(*["Received: from a by b"] * 25), MESSAGE, ".", "QUIT"),
         row("bounced", "recipient", "local", "delivery", "554 5.4.6", "mail-loop", side="synthetic",
             sender=ALICE, recipient=ALIAS, unsaid=True, **NO_PEER, **IMPLIED)),
    tell("headers-too-long", HERE,
         talk(*offer(ALIAS), "DATA", lines(*["X-Long: " + "x" * 900] * 40), MESSAGE, ".", "QUIT"),
         rejected("end-of-data", "552 5.6.0", "message-malformed", sender=None, peer_ip=None, **IMPLIED)),
    tell("control-in-address", talk(EHLO, FROM, b"RCPT TO:<d\x01ve+{name}@example.com>", "QUIT"),
         came_in("rejected", "other", "501", "malformed-address", **IMPLIED, **NO_PEER)),
]

FAKE = '"a, relay=mail.example.com [192.0.2.99], dsn=2.0.0, stat=Sent (ok"'
HOSTILE = [
    tell("sender-fakes-stat", HERE, talk(*offer(ALIAS, sender=FAKE + "@{name}.example.net"), *SENDING),
         row("delivered", "recipient", "local", "delivery", "", "accepted", side="synthetic",
             sender=FAKE + "@{name}.example.net", recipient="dave", **NO_PEER)),
    tell("recipient-fakes-stat", talk(*offer(FAKE + "@example.com"), "QUIT"),
         user_error("550 5.1.1", "user-unknown", recipient=FAKE + "@example.com")),
    tell("message-id-fakes-relay", HERE,
         talk(*offer(ALIAS), "DATA",
              lines("Message-ID: <{name}, relay=x [192.0.2.99], from=<evil@example.org>@example.net>", ""), ".", "QUIT"),
         delivered_here()),
    tell("user-fakes-relay", talk(EHLO, plain_login("anna, relay=x [192.0.2.99]", "wrong"), "QUIT"),
         came_in("auth-failed", "auth", "535 5.7.0", "bad-credentials", user="anna, relay=x [192.0.2.99]", **IMPLIED)),
    quiet("secret-as-command",
          talk(EHLO, "AUTH NTLM", raw(b"YW5uYQ==\r\n"), raw(b"d3Jvbmctc2VjcmV0\r\n"), "QUIT")),
    quiet("secret-behind-auth", talk(EHLO, "AUTH NTLM d3Jvbmctc2VjcmV0", "AUTH LOGIN YW5uYQ==", raw(b"*\r\n"), "QUIT")),
]

SCENARIOS = [*ADDRESSES, *SESSIONS, *TABLES, *LIMITS, *HOSTILE]
