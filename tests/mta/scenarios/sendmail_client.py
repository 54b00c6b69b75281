"""sendmail_client - what only a Sendmail is asked as a client, and what it delivers itself."""
from scenario import IMPLIED, Scenario, alias, bounced, delivered, mail, only, row, server

HERE = "{name}@example.com"
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

SCENARIOS = [*LOCAL, *BOUNCES]
