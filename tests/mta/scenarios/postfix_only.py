"""postfix_only - what only Postfix has: its transports, its checks, its ways to hand mail on."""
from scenario import (
    Scenario, alias, bounced, deferred, delivered, entry, expire, host_failed, lines, mail, offer, only,
    rejected, route, row, sent_out, server, talk, warned,
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

SCENARIOS = [*ALIASES, *TRANSPORTS, *FILTERS, *BOUNCES, *CHECKS]
for scenario in SCENARIOS:
    scenario.parts = (*scenario.parts, only("postfix"))
