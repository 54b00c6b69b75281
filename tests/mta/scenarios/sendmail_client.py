"""sendmail_client - what only a Sendmail is asked as a client, and what it delivers itself."""
from dataclasses import replace

from scenario import (
    IMPLIED, Scenario, alias, bounced, deferred, delivered, entry, expire, mail, only, report, row, server, unclear,
    warned,
)

HERE, AWAY = "{name}@example.com", "{name}.example.net"
NO_PEER = {"peer_host": None, "peer_ip": None}


def tell(name, *parts, **about):
    return Scenario("sm-" + name, *parts, only("sendmail"), **about)


def here(event, cls, reply="", level="recipient", **columns):
    """What became of a recipient on this host."""
    return row(event, level, "local", "delivery", reply, cls,
               **{"side": "synthetic", "sender": "{sender}", "recipient": HERE, **NO_PEER, **columns})


def piped(name, command, row):
    return tell(name, alias("{name}", f'"|cat > /dev/null; {command}"'), mail(to=HERE), row)


LOCAL = [
    tell("local", mail(to="dave+{name}@example.com"),
         here("delivered", "accepted", recipient="dave+{name}@example.com")),
    piped("pipe", "exit 0", here("delivered", "accepted")),
    piped("pipe-75", "exit 75", here("deferred", "local-delivery-failed", level="attempt")),
    piped("pipe-67", "exit 67", here("bounced", "user-unknown", "550 5.1.1", unsaid=True, **IMPLIED)),
    piped("pipe-73", "exit 73", here("bounced", "local-delivery-failed", "550 5.0.0", unsaid=True, **IMPLIED)),
    piped("pipe-1", "exit 1", here("bounced", "local-delivery-failed")),
    tell("file-refused", alias("{name}", "/nowhere/file"), mail(to=HERE),
         here("bounced", "local-delivery-failed", "550 5.0.0", unsaid=True, **IMPLIED)),
    tell("alias-loop", alias("{name}", "b-{name}"), alias("b-{name}", "{name}"), mail(to=HERE),
         here("bounced", "mail-loop", "554 5.4.6", unsaid=True, recipient=None, **IMPLIED)),
    tell("forward", alias("{name}", "bob@{name}.example.net"), server(), mail(to=HERE),
         delivered("250", **IMPLIED)),
    tell("forward-refused", alias("{name}", "bob@{name}.example.net"), server(rcpt="550 5.1.1 No such user"),
         mail(to=HERE), bounced("rcpt", "550 5.1.1", "user-unknown")),
]

BOUNCES = [
    tell("double-bounce", server(rcpt="550 5.1.1 No such user"),
         mail(sender="nobody-here@{name}.example.net"),
         bounced("rcpt", "550 5.1.1", "user-unknown", sender="nobody-here@{name}.example.net"),
         bounced("rcpt", "550 5.1.1", "user-unknown", level="mta", sender="",
                 recipient="nobody-here@{name}.example.net")),
    tell("bounce-of-null", server(rcpt="550 5.1.1 No such user"), mail(sender=""),
         bounced("rcpt", "550 5.1.1", "user-unknown", sender="")),
]

def hop(reply="250", **columns):
    """Handed to this very host: no delivery, for the message goes on under another queue ID."""
    told = delivered(reply, peer_host="[127.0.0.1]", peer_ip="127.0.0.1", **IMPLIED, **columns)
    return replace(told, columns={**told.columns, "level": "host"}, unsaid=True)


THROUGH = entry("sendmail", "mailertable", "{name}.example.net", "filter:[127.0.0.1]")
TO_BOX = entry("sendmail", "mailertable", "{name}.example.net", "cyrusbox:{name}")
WAYS = [
    tell("expire", server(rcpt="450 4.2.1 Mailbox busy"), mail(), expire(),
         deferred("other", "450 4.2.1", "mailbox-unavailable", times=2),
         row("expired", "recipient", "out", "queue", "", "queue-expired", side="synthetic", sender="{sender}",
             recipient="{recipient}", **NO_PEER)),
    tell("command", server(), mail(door="command"), hop(), delivered("250", **IMPLIED)),
    tell("own-report", server(), report(), hop(sender="mailtriage"),
         delivered("250", sender="mailtriage@mail.example.com", **IMPLIED)),
    tell("command-refused", server(rcpt="550 5.1.1 No such user"), mail(door="command"), hop(),
         bounced("rcpt", "550 5.1.1", "user-unknown")),
    tell("command-unknown", mail(to="nobody+{name}@example.com", door="command"),
         row("rejected", "session", "in", "rcpt", "550 5.1.1", "user-unknown", side="local", unsaid=True,
             recipient="nobody+{name}@example.com", **IMPLIED),
         bounced("rcpt", "550 5.1.1", "user-unknown", recipient="nobody+{name}@example.com", unsaid=True,
                 peer_host="[127.0.0.1]", peer_ip="127.0.0.1"),
         hop(sender="", recipient="{sender}")),
    tell("filter", THROUGH, server(), mail(), hop("250 2.0.0"), delivered("250", **IMPLIED)),
    tell("filter-refused", THROUGH, server(dot="554 5.7.1 Message rejected as spam"), mail(), hop("250 2.0.0"),
         bounced("other", "554 5.7.1", "spam-content")),
    tell("disk-full", mail(to="frank+{name}@example.com"),
         here("deferred", "system-full", "450 4.2.0", level="attempt", side="remote", unsaid=True,
              recipient="frank+{name}@example.com")),
    tell("mailbox-full", TO_BOX, mail(), here("bounced", "mailbox-full", "552 5.2.2", side="remote",
                                             unsaid=True, recipient="{recipient}")),
    tell("savemail-panic", alias("{name}", "bob@{name}.example.net"), server(rcpt="550 5.1.1 No such user"),
         mail(sender="", to=HERE, door="small"),
         bounced("rcpt", "550 5.1.1", "user-unknown", sender=""),
         warned("savemail panic", "server-error")),
]

LIE = ", dsn=2.0.0, stat=Sent (250 2.0.0 ok)"
HOSTILE = [
    tell("reply-fakes-stat", server(rcpt="550 5.1.1 User unknown" + LIE), mail(),
         bounced("rcpt", "550 5.1.1", "user-unknown")),
    tell("reply-fakes-relay", server(rcpt="450 4.2.1 Mailbox busy, relay=x [192.0.2.99]" + LIE), mail(),
         deferred("other", "450 4.2.1", "mailbox-unavailable")),
    tell("success-fakes-stat", server(dot="250 2.0.0 Ok), dsn=5.1.1, reply=550 5.1.1 no, stat=User unknown"), mail(),
         delivered("250", **IMPLIED)),
    tell("to-fakes-stat", server(rcpt="550 5.1.1 User unknown"), mail(to='"x, relay=y [192.0.2.99], stat=Sent (ok"@' + AWAY),
         bounced("rcpt", "550 5.1.1", "user-unknown", recipient='"x, relay=y [192.0.2.99], stat=Sent (ok"@' + AWAY)),
    tell("to-octal", server(rcpt="550 5.1.1 User unknown"), mail(to='"a\\012b"@' + AWAY),
         bounced("rcpt", "550 5.1.1", "user-unknown", recipient='"a\\012b"@' + AWAY),
         unclear("sendmail", "a backslash is doubled in the log", recipient='"a\\\\012b"@' + AWAY)),
]

SCENARIOS = [*LOCAL, *BOUNCES, *WAYS, *HOSTILE]
