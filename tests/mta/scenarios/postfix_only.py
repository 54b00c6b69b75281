"""postfix_only - what only Postfix has: its transports, its checks, its ways to hand mail on."""
from scenario import (
    ANSWER, CLOSED, DROP, IMPLIED, VANISH, Scenario, alias, await_close, bounced, burst, came_in, crowd, deferred, delivered, dns,
    early, early_crowd, entry, expire, host_failed, lines, mail, offer, only, pause, plain_login, raw, rejected, retry,
    route, row, sent_out, server, start_tls, talk, unclear, warned,
)

DAVE = "dave@example.com"
DOMAIN = "{name}.example.net"
HERE = {"peer_host": None, "peer_ip": None}


def here(event, cls, to, level="recipient", **columns):
    """What became of a recipient on this host."""
    return row(event, level, "local", "delivery", "", cls,
               **{"side": "synthetic", "sender": "{sender}", "recipient": to, **columns})


ALIASES = [
    Scenario("local", mail(to="dave+{name}@example.com"), here("delivered", "accepted", "dave+{name}@example.com")),
    Scenario("pipe", alias("{name}", '"|cat > /dev/null"'), mail(to="{name}@example.com"),
             here("delivered", "accepted", "{name}@example.com")),
    Scenario("pipe-exit-1", alias("{name}", '"|exit 1"'), mail(to="{name}@example.com"),
             here("bounced", "local-delivery-failed", "{name}@example.com")),
    Scenario("pipe-exit-67", alias("{name}", '"|echo no such user here; exit 67"'), mail(to="{name}@example.com"),
             here("bounced", "user-unknown", "{name}@example.com")),
    Scenario("pipe-exit-75", alias("{name}", '"|echo disk is full, status=sent; exit 75"'), mail(to="{name}@example.com"),
             here("deferred", "system-full", "{name}@example.com", level="attempt")),
    Scenario("pipe-fakes-reply", alias("{name}", '"|echo 550 5.1.1 said: 535 from=x; exit 69"'),
             mail(to="{name}@example.com"),
             here("bounced", "local-delivery-failed", "{name}@example.com", code=None)),
    Scenario("pipe-too-slow", alias("{name}", '"|sleep 60"'), mail(to="{name}@example.com"),
             here("bounced", "local-delivery-failed", "{name}@example.com")),
    Scenario("mailbox-full", mail(to="full+{name}@example.com"),
             here("bounced", "mailbox-full", "full+{name}@example.com")),
    Scenario("mailbox-locked", mail(to="locked+{name}@example.com"),
             here("bounced", "local-delivery-failed", "locked+{name}@example.com")),
    Scenario("local-unknown", mail(to="noone+{name}@example.com", door="blind"),
             here("bounced", "user-unknown", "noone+{name}@example.com")),
    Scenario("alias-loop", alias("{name}", "{name}-back"), alias("{name}-back", "{name}"),
             mail(to="{name}@example.com"), here("bounced", "mail-loop", "{name}-back@example.com", orig_recipient="{name}@example.com")),
    Scenario("forward", alias("{name}", "bob@" + DOMAIN), server(), mail(to="{name}@example.com"),
             here("delivered", "accepted", "{name}@example.com", level="host"), delivered("250 2.0.0")),
    Scenario("forward-refused", alias("{name}", "bob@" + DOMAIN), server(rcpt="550 5.1.1 User unknown"),
             mail(to="{name}@example.com"), here("delivered", "accepted", "{name}@example.com", level="host"),
             bounced("rcpt", "550 5.1.1", "user-unknown")),
]

TRANSPORTS = [
    Scenario("transport-error", entry("postfix", "transport", DOMAIN, "error:5.1.1 User unknown here"),
             mail(door="blind"), bounced("queue", "", "user-unknown", **HERE)),
    Scenario("transport-retry", entry("postfix", "transport", DOMAIN, "retry:4.3.2 Service unavailable, under repair"),
             mail(door="blind"), deferred("queue", "", "service-unavailable", **HERE)),
    Scenario("transport-unknown", entry("postfix", "transport", DOMAIN, "nowhere:"), mail(),
             deferred("queue", "", "local-delivery-failed", **HERE),
             warned("connect to transport private/nowhere", "local-delivery-failed")),
    Scenario("transport-discard", entry("postfix", "transport", DOMAIN, "discard:"), mail(),
             row("discarded", "recipient", "out", "queue", "", "unclassified", recipient="{recipient}")),
    Scenario("transport-pipe", entry("postfix", "transport", DOMAIN, "pipe-exit:0"), mail(),
             here("delivered", "accepted", "{recipient}")),
    Scenario("transport-pipe-75", entry("postfix", "transport", DOMAIN, "pipe-exit:75"), mail(),
             here("deferred", "local-delivery-failed", "{recipient}", level="attempt")),
    Scenario("transport-pipe-77", entry("postfix", "transport", DOMAIN, "pipe-exit:77"), mail(),
             here("bounced", "local-delivery-failed", "{recipient}")),
    Scenario("transport-loops", entry("postfix", "transport", DOMAIN, "smtp:[192.0.2.1]"), mail(),
             bounced("dns", "", "mail-loop", **HERE)),
]

TO_FILTER = {"peer_host": "127.0.0.1", "peer_ip": "127.0.0.1"}
FILTERS = [
    Scenario("content-filter", server(), mail(door="to-filter"),
             sent_out("delivered", "host", "end-of-data", "250 2.0.0", "accepted", **TO_FILTER),
             delivered("250 2.0.0")),
    Scenario("content-filter-550", server(rcpt="550 5.1.1 User unknown"), mail(door="to-filter"),
             sent_out("delivered", "host", "end-of-data", "250 2.0.0", "accepted", **TO_FILTER),
             bounced("rcpt", "550 5.1.1", "user-unknown")),
    Scenario("content-filter-down", server(), mail(door="filter-down"),
             deferred("connect", "", "connection-refused", **TO_FILTER),
             host_failed("connect", "", "connection-refused", **TO_FILTER,
                         says="connect to 127.0.0.1[127.0.0.1]:8899")),
]

BOUNCES = [
    Scenario("null-sender-bounces", server(rcpt="550 5.1.1 User unknown"), mail(sender=""),
             bounced("rcpt", "550 5.1.1", "user-unknown", sender="")),
    Scenario("bounce-bounces",
             server(rcpt={"bob": "550 5.1.1 User unknown", "nina": "550 5.7.1 Rejected by local policy"}),
             mail(sender="nina@" + DOMAIN),
             bounced("rcpt", "550 5.1.1", "user-unknown", sender="nina@" + DOMAIN),
             bounced("rcpt", "550 5.7.1", "policy-rejected", sender="", recipient="nina@" + DOMAIN, level="mta")),
    Scenario("forced-expiry", server(rcpt="450 4.2.0 Greylisted"), mail(), expire(),
             deferred("rcpt", "450 4.2.0", "greylisted"),
             row("expired", "recipient", "out", "queue", "", "queue-expired", sender="{sender}",
                 recipient="{recipient}", cause="greylisted")),
]

CHECKS = [
    Scenario("callout-550", server(rcpt="550 5.1.1 <bob@{name}.example.net>: no such user"), route(relayed=True),
             talk(*offer("bob@" + DOMAIN), "QUIT", door="callout"),
             rejected("rcpt", "550 5.1.1", "user-unknown", side="callout", recipient="bob@" + DOMAIN)),
    Scenario("callout-450", server(rcpt="450 4.2.0 Greylisted, come back"), route(relayed=True),
             talk(*offer("bob@" + DOMAIN), "QUIT", door="callout"),
             rejected("rcpt", "450 4.1.1", "greylisted", side="callout", recipient="bob@" + DOMAIN)),
    Scenario("sender-callout-550", server(rcpt="550 5.1.1 no such user"),
             talk(*offer(DAVE), "QUIT", door="callout-sender"),
             rejected("rcpt", "550 5.1.7", "invalid-sender", side="callout", recipient=DAVE)),
    Scenario("sender-callout-refused", server(CLOSED), talk(*offer(DAVE), "QUIT", door="callout-sender"),
             rejected("rcpt", "450 4.1.7", "invalid-sender", recipient=DAVE),
             host_failed("connect", "", "connection-refused")),
    Scenario("header-hold",
             talk(*offer(DAVE), "DATA", lines("From: <eve@" + DOMAIN + ">", "Subject: hold", ""), ".", "QUIT", door="checks"),
             row("held", "session", "in", "end-of-data", "", "unclassified", sender="eve@" + DOMAIN, recipient=DAVE)),
    Scenario("header-discard",
             talk(*offer(DAVE), "DATA", lines("From: <eve@" + DOMAIN + ">", "Subject: away", ""), ".", "QUIT", door="checks"),
             row("discarded", "session", "in", "end-of-data", "", "unclassified", sender="eve@" + DOMAIN, recipient=DAVE)),
    Scenario("utf8-not-offered", server(),
             mail(to="b\u00f6b@" + DOMAIN, utf8=True),
             bounced("mail", "", "unsupported-content", recipient="b\u00f6b@" + DOMAIN)),
]

# --- the screen in front

LISTED = dns({("{reversed}.bl.example.org", "A"): ["127.0.0.2"]})
HELLO = "EHLO client.{name}.example.net"
EARLY = b"EHLO client.{name}.example.net\r\n"
UNNAMED = {"peer_host": None}


def told(stage, reply, cls, **columns):
    return rejected(stage, reply, cls, **{**UNNAMED, **columns})


SCREEN = [
    Scenario("screen-passes", talk(*offer("nobody@example.com"), "QUIT", door="screen"),
             rejected("rcpt", "550 5.1.1", "user-unknown", recipient="nobody@example.com")),
    Scenario("screen-early", talk(early(EARLY), *offer(DAVE)[1:], "QUIT", door="screen"),
             told("rcpt", "550 5.5.1", "bad-sequence", recipient=DAVE)),
    Scenario("screen-early-dropped", talk(early(EARLY), await_close(), door="screen-drop"),
             told("connect", "521 5.5.1", "bad-sequence", **IMPLIED)),
    Scenario("screen-early-ignored", talk(early(EARLY), ANSWER, "QUIT", door="screen-ignore")),
    Scenario("screen-listed", LISTED, talk(*offer(DAVE), "QUIT", door="screen"),
             told("rcpt", "550 5.7.1", "blocklisted", recipient=DAVE)),
    Scenario("screen-listed-dropped", LISTED, talk(await_close(), door="screen-drop"),
             told("connect", "521 5.7.1", "blocklisted", **IMPLIED)),
    Scenario("screen-listed-ignored", LISTED, talk("QUIT", door="screen-ignore")),
    Scenario("screen-denied", entry("postfix", "screened", "{client}", "reject"),
             talk(*offer(DAVE), "QUIT", door="screen"),
             told("rcpt", "550 5.3.2", "service-unavailable", recipient=DAVE)),
    Scenario("screen-denied-dropped", entry("postfix", "screened", "{client}", "reject"),
             talk(await_close(), door="screen-drop"),
             told("connect", "521 5.3.2", "access-denied", **IMPLIED)),
    Scenario("screen-left", talk(VANISH, door="screen"),
             came_in("connection-lost", "connect", "", "connection-lost", **UNNAMED)),
    Scenario("screen-left-in-handshake", talk(HELLO, DROP, door="screen-deep"),
             came_in("connection-lost", "helo", "", "connection-lost", **UNNAMED),
             unclear("postfix", "'in tests after SMTP handshake' is all that postscreen says", stage="other")),
    Scenario("screen-greylists", talk(*offer(DAVE), "QUIT", door="screen-deep"),
             told("rcpt", "450 4.3.2", "greylisted", recipient=DAVE)),
    Scenario("screen-web-client", talk("GET / HTTP/1.1", await_close(), door="screen-deep"),
             told("connect", "521 5.7.0", "syntax-error", **IMPLIED)),
    Scenario("screen-pipelining", talk(burst(HELLO, "NOOP"), *offer(DAVE)[1:], "QUIT", door="screen-deep"),
             told("rcpt", "550 5.5.1", "bad-sequence", recipient=DAVE)),
    Scenario("screen-bare-newline", talk(HELLO, raw(b"NOOP\n"), *offer(DAVE)[1:], "QUIT", door="screen-deep"),
             told("rcpt", "550 5.5.1", "bad-sequence", recipient=DAVE)),
    Scenario("screen-many-commands", talk(HELLO, *["NOOP"] * 6, await_close(), door="screen-deep"),
             told("other", "421", "too-many-errors", **IMPLIED)),
    Scenario("screen-slow", talk(HELLO, await_close(), door="screen-deep"),
             came_in("timeout", "helo", "421", "connection-timeout", **IMPLIED, **UNNAMED, side="local")),
    Scenario("screen-long-command", talk(HELLO, "NOOP " + "x" * 3000, await_close(), door="screen-deep"),
             told("other", "421", "syntax-error", **IMPLIED),
             unclear("postfix", "postscreen says after which command the long one came", stage="helo")),
    Scenario("screen-data-first", talk(HELLO, "MAIL FROM:<eve@{name}.example.net>", "DATA", "QUIT", door="screen-deep"),
             told("data", "554 5.5.1", "bad-sequence", **IMPLIED, sender=None)),
    Scenario("screen-crowd", talk(early_crowd(1), "QUIT", door="screen-ignore"),
             told("connect", "421 4.7.0", "too-many-connections", **IMPLIED)),
]

LIMITS = [
    Scenario("crowd", talk(crowd(1), "QUIT", door="one-at-a-time"),
             rejected("connect", "421 4.7.0", "too-many-connections", **IMPLIED)),
    Scenario("rate-of-logins", talk(HELLO, plain_login("anna", "wrong"), plain_login("anna", "wrong"), "QUIT", door="login-rate"),
             came_in("auth-failed", "auth", "535 5.7.8", "bad-credentials", **IMPLIED),
             rejected("auth", "450 4.7.1", "rate-limited", **IMPLIED)),
    Scenario("rate-of-tls", *[talk(HELLO, start_tls(), HELLO, "QUIT", door="tls-rate")] * 2,
             rejected("starttls", "421 4.7.0", "rate-limited", **IMPLIED)),
]


def slept(name, stage, *steps, **columns):
    return Scenario(name, talk(*steps, await_close(), door="impatient"),
                    came_in("timeout", stage, "421 4.4.2", "connection-timeout", **IMPLIED, side="local", **columns))


BEGUN = offer(DAVE)
ENDS = [
    slept("sleeps-at-connect", "connect"),
    slept("sleeps-after-mail", "mail", *BEGUN[:2]),
    slept("sleeps-in-auth", "auth", HELLO, "AUTH LOGIN"),
    slept("sleeps-after-data", "data", *BEGUN, "DATA"),
    Scenario("sleeps-in-handshake", talk(HELLO, "STARTTLS", await_close(), door="impatient"),
             came_in("tls-failed", "starttls", "", "tls-failure")),
    Scenario("leaves-after-data", talk(*BEGUN, "DATA", DROP),
             came_in("connection-lost", "data", "", "connection-lost")),
    # Postfix took it, and nobody heard so.
    Scenario("leaves-after-dot", talk(*BEGUN, "DATA", lines("From: <eve@" + DOMAIN + ">", "", "text", "."), pause(1), DROP),
             here("delivered", "accepted", DAVE, sender="eve@" + DOMAIN)),
    Scenario("too-many-hops", talk(*BEGUN, "DATA", lines(*[f"Received: from h{n}.example.net" for n in range(60)], "", "text"), ".", "QUIT"),
             rejected("end-of-data", "554 5.4.0", "mail-loop", **IMPLIED, sender=None)),
]

LMTP = [
    Scenario("lmtp", entry("postfix", "transport", DOMAIN, "lmtp:inet:mx1.{name}.example.net:25"), server(), mail(),
             delivered("250 2.0.0")),
    Scenario("lmtp-unknown", entry("postfix", "transport", DOMAIN, "lmtp:inet:mx1.{name}.example.net:25"),
             server(rcpt="550 5.1.1 <bob@{name}.example.net> User doesn't exist"), mail(),
             bounced("rcpt", "550 5.1.1", "user-unknown")),
    Scenario("lmtp-full", entry("postfix", "transport", DOMAIN, "lmtp:inet:mx1.{name}.example.net:25"),
             server(dot="452 4.2.2 <bob@{name}.example.net> Quota exceeded (mailbox for user is full)"), mail(),
             deferred("end-of-data", "452 4.2.2", "mailbox-full")),
    Scenario("lmtp-down", entry("postfix", "transport", DOMAIN, "lmtp:unix:private/no-lmtp"), mail(),
             row("deferred", "attempt", "local", "connect", "", "local-delivery-failed", side="synthetic",
                 sender="{sender}", recipient="{recipient}", peer_host="mail.example.com")),
]

AGE = [
    Scenario("expires", server(rcpt="450 4.2.0 Greylisted"), mail(sender=""), talk(pause(7), "QUIT"), retry(),
             deferred("rcpt", "450 4.2.0", "greylisted", sender="", times=2),
             row("expired", "recipient", "out", "queue", "", "queue-expired", sender="",
                 recipient="{recipient}", cause="greylisted")),
    Scenario("suspended", server(CLOSED), mail(), talk(pause(2), "QUIT"), mail(to="bill@" + DOMAIN),
             deferred("connect", "", "connection-refused"),
             host_failed("connect", "", "connection-refused"),
             deferred("connect", "", "connection-refused", recipient="bill@" + DOMAIN)),
    Scenario("suspended-421", server(connect="421 4.3.2 Too many connections, try again later"), mail(),
             talk(pause(2), "QUIT"), mail(to="bill@" + DOMAIN),
             deferred("connect", "421 4.3.2", "too-many-connections"),
             deferred("connect", "421 4.3.2", "too-many-connections", recipient="bill@" + DOMAIN)),
]

SCENARIOS = [*SCREEN, *LIMITS, *ENDS, *LMTP, *AGE, *ALIASES, *TRANSPORTS, *FILTERS, *BOUNCES, *CHECKS]
for scenario in SCENARIOS:
    scenario.parts = (*scenario.parts, only("postfix"))
