"""sendmail_rows - what the log of a Sendmail tells of the shared scenarios where it differs.

Either the server does something else (on), or its log has no entry (silent), or an entry without
what the wire shows (unclear). Names that cannot be run are in CANNOT.
"""
from scenario import (
    also, bounced, came_in, deferred, delivered, host_failed, on, rejected, row, silent, unclear,
)

ME = "sendmail"
NO_COMMAND = "a to= line does not say which command was refused"
SENT = "stat=Sent (...) is the text without code and enhanced code"
FIRST_LINE = "reply= is the first line alone"
NO_SENDER = "from= is logged when the message is done, behind the refusal"
USERERR = "the line is the address and the text, without code, sender and client"
MILTER = "the line of a milter names the address alone, not the client"
IMPLIED = {"code_source": "implied"}
NO_PEER = {"peer_host": None, "peer_ip": None}
NO_CLIENT = {"sender": None, **NO_PEER}
DAVE = "dave@example.com"


def stage_unknown(*names, **columns):
    return {name: (unclear(ME, NO_COMMAND, stage="other", **columns),) for name in names}


def sent(*names):
    return {name: (unclear(ME, SENT, enhanced=None, **IMPLIED),) for name in names}


def refused(stage, reply, cls, **columns):
    return on(ME, rejected(stage, reply, cls, **{"sender": None, **columns}))


def user_error(reply, cls, **columns):
    return refused("rcpt", reply, cls, **{**IMPLIED, **NO_PEER, **columns})


def waited(stage, host_stage=None):
    """A host that says nothing: the time-out, which knows the command, and the attempt."""
    return on(ME, host_failed(host_stage or stage, "", "connection-timeout", sender="{sender}", peer_ip=None),
              deferred("other", "", "connection-timeout"))


def broke(*names):
    return {name: (on(ME, deferred("other", "", "connection-lost")),) for name in names}


def demanded(text_class="tls-failure"):
    """Our own demand for TLS is not met: the rule set says so, then the attempt."""
    own = {"side": "local", "unsaid": True}
    return on(ME, host_failed("starttls", "454 4.7.0", text_class, event="tls-failed", peer_ip=None, **own),
              deferred("starttls", "454 4.7.0", text_class, **own))


# --- as client

REPLIES = {
    **stage_unknown(
        "mail-530", "mail-530-tls", "mail-550-relay-auth", "mail-553-owner", "mail-553-domain",
        "mail-501-syntax", "mail-552-size", "mail-452-disk", "mail-451-lookup", "mail-550-spf",
        "mail-421-reputation", "rcpt-552-full", "rcpt-452-full", "rcpt-554-relay", "rcpt-554-listed",
        "rcpt-450-grey", "rcpt-450-busy", "rcpt-450-rate", "rcpt-451-error", "rcpt-452-many",
        "rcpt-421-down", "rcpt-501-syntax", "data-554-no-recipients", "data-451-filter",
        "data-550-dmarc", "dot-554-spam", "dot-550-virus", "dot-552-size", "dot-552-attachment",
        "dot-451-later", "dot-452-disk", "dot-550-header", "dot-421-gone", "dot-refused-for-two",
        "connect-421", "connect-450", "ehlo-helo-550", "ehlo-421", "login-not-offered",
        "login-535-at-rcpt", "login-hidden",
    ),
    "dot-554-lines": (unclear(ME, FIRST_LINE, stage="other", **{"class": "unclassified"}),),
    **sent(
        "greeting-lines", "delivered", "delivered-plain", "delivered-lines", "delivered-tls",
        "delivered-login", "quit-fails", "quit-550", "tls-may-454",
    ),
    "helo-only": (unclear(ME, SENT, **IMPLIED),),
    "connect-554": (on(ME, bounced("other", "554 5.7.1", "access-denied")),),
    "connect-554-listed": (on(ME, bounced("other", "554 5.7.1", "blocklisted")),),
    "connect-no-smtp": (waited("connect"),),
}
AUTH_AND_TLS = {
    **{name: (on(ME, delivered("250", **IMPLIED)),) for name in (
        "login-535", "login-534",  # goes on without a login
        "tls-wrong-name",          # compares no name
        "size-limit-of-server",    # sends without SIZE what is no longer than it guessed
    )},
    "login-no-mechanism": (
        on(ME, host_failed("auth", "", "auth-mechanism", sender="{sender}", **NO_PEER),
           deferred("auth", "", "auth-temporary")),
    ),
    "tls-not-offered": (demanded(),),
    "tls-454": (on(ME, host_failed("starttls", "454 4.7.0", "tls-failure", event="tls-failed", side="local",
                                   peer_ip=None, unsaid=True),
                   deferred("starttls", "454 4.7.0", "tls-failure")),),
    "tls-no-handshake": (demanded(),),
    "tls-too-old": (demanded(),),
    "tls-self-signed": (demanded(),),
    "tls-expired": (demanded(),),
    "tls-may-broken": (demanded(),),
}
UNKNOWN_HOST = bounced("dns", "550 5.1.2", "domain-not-found", side="synthetic", unsaid=True, **IMPLIED,
                       **NO_PEER)
NETWORK = {
    "hangs-at-connect": (waited("connect"),),
    "hangs-at-ehlo": (waited("helo"),),
    "hangs-at-mail": (waited("mail"),),
    "hangs-at-rcpt": (waited("rcpt"),),
    "hangs-at-data": (waited("data"),),
    "hangs-at-dot": (waited("end-of-data"),),
    "reply-no-code": (waited("rcpt"),),
    **broke("drops-at-connect", "drops-at-ehlo", "drops-at-mail", "drops-at-rcpt", "drops-at-data",
            "drops-at-dot", "resets-at-rcpt"),
    "second-host": (on(ME, delivered("250", peer_host="mx2.{name}.example.net", peer_ip="{mx2}", **IMPLIED)),),
    "second-host-550": (
        on(ME, deferred("other", "450 4.2.1", "mailbox-unavailable"),
           bounced("rcpt", "550 5.1.1", "user-unknown", peer_host="mx2.{name}.example.net", peer_ip="{mx2}")),
    ),
    "dns-nxdomain": (on(ME, UNKNOWN_HOST),),
    "dns-no-records": (on(ME, UNKNOWN_HOST),),
    "dns-mx-without-host": (on(ME, UNKNOWN_HOST),),
    "dns-null-mx": (
        on(ME, bounced("other", "554", "domain-no-mail", side="synthetic", unsaid=True, **IMPLIED,
                       peer_host="{name}.example.net", peer_ip=None)),
    ),
    "dns-mx-is-us": (
        on(ME, row("warning", "mta", "local", "other", "", "mail-loop", side="local"),
           bounced("other", "554 5.3.5", "server-error", side="synthetic", unsaid=True, **IMPLIED,
                   peer_host="{name}.example.net", peer_ip=None)),
    ),
}
SEVERAL = {
    "mixed-fate": (
        on(ME, delivered("250", recipient="good@{name}.example.net", **IMPLIED),
           bounced("rcpt", "550 5.1.1", "user-unknown", recipient="gone@{name}.example.net"),
           deferred("other", "452 4.2.2", "mailbox-full", recipient="full@{name}.example.net")),
    ),
    "retry-until-success": (
        on(ME, deferred("other", "450 4.2.0", "greylisted", times=2), delivered("250", **IMPLIED)),
    ),
    "retry-until-bounce": (
        on(ME, deferred("other", "450 4.2.1", "mailbox-unavailable"),
           bounced("rcpt", "550 5.1.1", "user-unknown")),
    ),
    "reply-850": (
        on(ME, host_failed("rcpt", "", "unclassified", sender="{sender}", side="remote", peer_ip=None),
           bounced("other", "", "unclassified", side="remote")),
    ),
    "reply-354": (
        on(ME, host_failed("rcpt", "354", "unclassified", sender="{sender}", side="remote", peer_ip=None),
           bounced("other", "354", "unclassified")),
    ),
}

# --- as server

RELAY = {"recipient": "somebody@elsewhere.example.net"}
UNKNOWN = {"recipient": "nobody@example.com"}
ONLY_15 = "logged from LogLevel 15 on"
ENVELOPE = {
    "relay-denied": (refused("rcpt", "550 5.7.1", "relay-denied", **RELAY),),
    "unknown-user": (user_error("550 5.1.1", "user-unknown", **UNKNOWN),),
    "two-refused": (
        user_error("550 5.1.1", "user-unknown", **UNKNOWN),
        user_error("550 5.1.1", "user-unknown", recipient="noone@example.com"),
    ),
    "recipient-syntax": (user_error("553 5.1.3", "malformed-address", recipient="@"),),
    "sender-syntax": (silent(ME, ONLY_15),),
    "null-sender-refused": (user_error("550 5.1.1", "user-unknown", **UNKNOWN),),
    "helo-not-qualified": (refused("rcpt", "550 5.7.1", "bad-helo", recipient=DAVE),),
    "helo-invalid": (on(ME),),
    "helo-unknown": (on(ME),),
    "sender-domain-missing": (refused("rcpt", "553 5.1.8", "invalid-sender", recipient=DAVE),),
    "sender-domain-missing-early": (
        on(ME, rejected("mail", "553 5.1.8", "invalid-sender", sender="eve@gone.{name}.example.net")),
    ),
    "sender-null-mx": (on(ME),),
    "sender-not-qualified": (refused("rcpt", "553 5.5.4", "malformed-address", recipient=DAVE),),
    "no-reverse-name": (on(ME),),
    "block-list": (refused("rcpt", "550 5.7.1", "blocklisted", recipient=DAVE),),
    "block-list-early": (on(ME, came_in("rejected", "connect", "550 5.7.1", "blocklisted", unsaid=True)),),
}
WRONG = came_in("auth-failed", "auth", "535 5.7.0", "bad-credentials", **IMPLIED)
LOGIN = {
    **{name: (on(ME, WRONG),) for name in (
        "login-wrong-plain", "login-wrong-login", "login-wrong-cyrus", "login-wrong-cyrus-login")},
    "login-wrong-twice": (on(ME, WRONG, WRONG),),
    "login-mechanism": (silent(ME, ONLY_15),),
    "login-mechanism-cyrus": (silent(ME, ONLY_15),),
    "login-broken-off": (silent(ME, ONLY_15),),
    "login-bad-base64": (on(ME, came_in("auth-failed", "auth", "501 5.5.4", "syntax-error", **IMPLIED)),),
    "login-backend-down": (on(ME, came_in("auth-failed", "auth", "535 5.7.0", "auth-temporary", **IMPLIED)),),
    "tls-required": (on(ME, rejected("mail", "454 4.7.0", "encryption-required")),),
    "tls-dropped": (unclear(ME, "it says that the handshake failed, not how", **{"class": "tls-failure"}),),
}
LEFT = "the line of a client that left before MAIL is that of one that said QUIT"
OVER = "during server cmd read: not after which command, and no address"
COMMANDS = {
    **{name: (silent(ME, ONLY_15),) for name in (
        "rcpt-before-mail", "no-helo", "unknown-command", "data-without-recipient", "size-announced",
        "command-fakes-line", "vrfy")},
    "web-client": (on(ME, came_in("rejected", "connect", "421 4.7.0", "syntax-error", **IMPLIED)),),
    "size-sent": (on(ME, rejected("end-of-data", "552 5.2.3", "message-too-large", **IMPLIED)),),
    "too-many-recipients": (user_error("452 4.5.3", "too-many-recipients", recipient=None, times=2),),
    "etrn": (on(ME),),
    "pipelining-ends": (also(ME, came_in("timeout", "other", "", "connection-timeout", peer_ip=None)),),
    "pipelining": (on(ME, came_in("rejected", "helo", "554 5.5.0", "bad-sequence", **IMPLIED, times=2)),),
    "line-too-long": (on(ME, came_in("rejected", "other", "421 4.7.0", "syntax-error", **IMPLIED)),),
    **{name: (silent(ME, LEFT),) for name in (
        "leaves-at-connect", "leaves-after-helo", "leaves-after-auth")},
    "leaves-in-data": (unclear(ME, "names the host alone", peer_ip=None),),
    **{name: (on(ME, came_in("timeout", "other", "", "connection-timeout", peer_ip=None)),) for name in (
        "too-many-errors", "sleeps-after-helo", "sleeps-after-rcpt")},
    "sleeps-in-data": (
        on(ME, came_in("timeout", "data", "421 4.4.1", "connection-timeout", **IMPLIED, side="synthetic",
                       peer_ip=None)),
    ),
}
HELPERS = {
    "milter-refuses-mail": (unclear(ME, MILTER, **NO_PEER),),
    "milter-refuses-rcpt": (unclear(ME, MILTER, **NO_CLIENT),),
    "milter-greylists": (unclear(ME, MILTER, **NO_CLIENT),),
    "milter-refuses-message": (unclear(ME, "the refusal names nobody", recipient=None),),
    "milter-helo": (unclear(ME, MILTER, **NO_PEER),),
    "milter-down": (
        on(ME, row("warning", "mta", "in", "other", "", "server-error", nameless=True),
           row("rejected", "session", "in", "connect", "451 4.3.2", "server-error", nameless=True, **IMPLIED)),
    ),
    "rate-of-connections": (on(ME, came_in("rejected", "connect", "421 4.3.2", "rate-limited")),),
}
LIE = '"x; from=<a@example.com> to=<b@example.com>"@example.com'
HOSTILE = {
    "recipient-fakes-envelope": (user_error("550 5.1.1", "user-unknown", recipient=LIE),),
    "recipient-fakes-fields": (
        user_error("550 5.1.1", "user-unknown", recipient='"x; from=a to=b proto=SMTP: 535 5.7.8"@example.com'),
    ),
    "sender-fakes-status": (user_error("550 5.1.1", "user-unknown", **UNKNOWN),),
    "helo-fakes-client": (on(ME),),
    "recipient-8bit": (user_error("550 5.1.1", "user-unknown", recipient="noqo@example.com"),),
}

ROWS = {**REPLIES, **AUTH_AND_TLS, **NETWORK, **SEVERAL, **ENVELOPE, **LOGIN, **COMMANDS, **HELPERS, **HOSTILE}

POLICY = "the policy protocol is Postfix's"
CANNOT = {
    "policy-refuses": POLICY,
    "policy-greylists": POLICY,
    "policy-holds": POLICY,
    "policy-down": POLICY,
    "rate-of-messages": "counts connections, not messages",
    "rate-of-recipients": "counts connections, not recipients",
    "header-check": "header checks are rule sets of the administrator",
    "header-check-later": "header checks are rule sets of the administrator",
    "proxy-down": "has no filter in front of the queue but milters",
    "table-broken": "does not start with a map it cannot open",
    "login-needs-tls": "holds for a whole daemon (p in AuthOptions), and then offers no AUTH",
    "sender-needs-login": "has no list of who may use a sender",
    "sender-of-another": "has no list of who may use a sender",
}
