"""as_client - the server under test hands mail on, and the servers it meets answer as they like."""
from scenario import (
    CLOSED, NODATA, NXDOMAIN, SERVFAIL, TIMEOUT, UNREACHABLE, VOID, Drop, Hang, Scenario, also,
    bounced, deferred, delivered, dns, host_failed, mail, only, report, retry, route, server, tries, unclear,
)

# --- one reply at one stage: name, stage, reply, reason

REPLIES = [
    ("mail-530", "mail", "530 5.7.0 Authentication required", "auth-required"),
    ("mail-530-tls", "mail", "530 5.7.0 Must issue a STARTTLS command first", "encryption-required"),
    ("mail-550-relay-auth", "mail", "550 5.7.1 Submission needs SMTP AUTH", "auth-required"),
    ("mail-553-owner", "mail",
     "553 5.7.1 <{sender}>: Sender address rejected: not owned by user anna", "sender-not-owned"),
    ("mail-553-domain", "mail",
     "553 5.1.8 <{sender}>... Domain of sender address does not exist", "invalid-sender"),
    ("mail-501-syntax", "mail", "501 5.1.7 Bad sender address syntax", "malformed-address"),
    ("mail-552-size", "mail", "552 5.3.4 Message size exceeds fixed limit", "message-too-large"),
    ("mail-452-disk", "mail", "452 4.3.1 Insufficient system storage", "system-full"),
    ("mail-451-lookup", "mail", "451 4.3.0 Temporary lookup failure", "server-error"),
    ("mail-550-spf", "mail", "550 5.7.23 SPF does not let 192.0.2.1 send for this domain", "spf-fail"),
    ("mail-421-reputation", "mail",
     "421 4.7.0 Mail from 192.0.2.1 is deferred because of user complaints", "poor-reputation"),
    ("rcpt-550-unknown", "rcpt", "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown",
     "user-unknown"),
    ("rcpt-550-plain", "rcpt", "550 No such user here", "user-unknown"),
    ("rcpt-550-bare", "rcpt", "550", "user-unknown"),
    ("rcpt-551-moved", "rcpt", "551 5.1.6 User has moved; please try <new@example.org>", "mailbox-moved"),
    ("rcpt-552-full", "rcpt", "552 5.2.2 Mailbox full", "mailbox-full"),
    ("rcpt-452-full", "rcpt", "452 4.2.2 The recipient's mailbox is over quota", "mailbox-full"),
    ("rcpt-553-rcpthosts", "rcpt",
     "553 sorry, that domain isn't in my list of allowed rcpthosts", "relay-denied"),
    ("rcpt-553-syntax", "rcpt", "553 5.1.3 The recipient address is not a valid RFC 5321 address",
     "malformed-address"),
    ("rcpt-554-relay", "rcpt", "554 5.7.1 <{recipient}>: Relay access denied", "relay-denied"),
    ("rcpt-554-listed", "rcpt",
     "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example.org", "blocklisted"),
    ("rcpt-550-ptr", "rcpt", "550 5.7.25 Reverse DNS for 192.0.2.1 is missing", "reverse-dns-fail"),
    ("rcpt-450-grey", "rcpt", "450 4.2.0 <{recipient}>: Recipient address rejected: Greylisted",
     "greylisted"),
    ("rcpt-450-busy", "rcpt", "450 4.2.1 Mailbox busy, being moved", "mailbox-unavailable"),
    ("rcpt-450-rate", "rcpt", "450 4.2.1 The user you want is getting mail too quickly", "rate-limited"),
    ("rcpt-451-error", "rcpt", "451 4.3.0 Temporary internal error", "server-error"),
    ("rcpt-452-many", "rcpt", "452 4.5.3 Too many recipients", "too-many-recipients"),
    ("rcpt-550-disabled", "rcpt", "550 5.2.1 This account has been disabled", "mailbox-disabled"),
    ("rcpt-421-down", "rcpt", "421 4.3.2 Service shutting down", "service-unavailable"),
    ("rcpt-501-syntax", "rcpt", "501 5.1.3 Bad recipient address syntax", "malformed-address"),
    ("data-554-no-recipients", "data", "554 5.5.1 Error: no valid recipients", "bad-sequence"),
    ("data-451-filter", "data", "451 4.3.0 Error: queue file write error", "server-error"),
    ("data-550-dmarc", "data", "550 5.7.26 Refused by the DMARC policy of the sending domain",
     "dmarc-fail"),
    ("dot-554-spam", "dot", "554 5.7.1 Message rejected as spam, score 14.2", "spam-content"),
    ("dot-550-virus", "dot", "550 5.7.1 Message has a virus: Eicar-Test-Signature", "virus-detected"),
    ("dot-552-size", "dot", "552 5.3.4 Message too big", "message-too-large"),
    ("dot-552-attachment", "dot", "552 5.7.0 This attachment type is not accepted here",
     "attachment-blocked"),
    ("dot-451-later", "dot", "451 4.7.1 Greylisting in action, please come back later", "greylisted"),
    ("dot-452-disk", "dot", "452 4.3.1 Out of disk space", "system-full"),
    ("dot-550-header", "dot", "550 5.6.0 Message has two From headers", "message-malformed"),
    ("dot-421-gone", "dot", "421 4.3.0 Shutting down in the middle of it", "service-unavailable"),
]

STAGE_NAMES = {"dot": "end-of-data", "connect": "connect", "ehlo": "helo"}


def refused(name, stage, reply, cls):
    """Bounced or deferred, as the first digit says."""
    outcome = bounced if reply.startswith("5") else deferred
    row = outcome(STAGE_NAMES.get(stage, stage), reply, cls)
    return Scenario(name, server(**{stage: reply}), mail(), row)


SINGLE = [refused(*entry) for entry in REPLIES]

MANY_LINES = [
    Scenario(
        "rcpt-550-lines",
        server(rcpt="550-5.1.1 The address does not exist here.\n"
                    "550-5.1.1 Please check it for typing errors or\n"
                    "550 5.1.1 unneeded blanks."),
        mail(),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "greeting-lines",
        server(connect="220-mx1.example.net ESMTP\n220-No bulk mail\n220 here"),
        mail(),
        delivered("250 2.0.0"),
    ),
    Scenario(
        "dot-554-lines",
        server(dot="554-5.7.1 The message was refused.\n554-5.7.1 Reason: junk mail\n554 5.7.1 Bye"),
        mail(),
        bounced("end-of-data", "554 5.7.1", "spam-content"),
    ),
]

DELIVERED = [
    Scenario("delivered", mail(), delivered("250 2.0.0")),
    Scenario("delivered-plain", server(dot="250 Ok"), mail(), delivered("250")),
    Scenario("delivered-lines", server(dot="250-2.0.0 taken\n250 2.0.0 as ABC"), mail(), delivered("250 2.0.0")),
    Scenario("helo-only", server(ehlo="502 5.5.1 What is EHLO?"), mail(), delivered("250 2.0.0")),
    Scenario(
        "delivered-tls", server(features=["STARTTLS"]), mail(), delivered("250 2.0.0"),
    ),
    Scenario(
        "delivered-login", server(features=["AUTH PLAIN LOGIN"]), route(login=("anna", "secret")),
        mail(), delivered("250 2.0.0"),
    ),
    Scenario("quit-fails", server(quit=Drop()), mail(), delivered("250 2.0.0")),
    Scenario("quit-550", server(quit="550 5.0.0 never"), mail(), delivered("250 2.0.0")),
]

# --- before the envelope

REFUSED_TO_TALK = "greeting, EHLO and HELO are all logged as 'refused to talk to me'"

EARLY = [
    Scenario(
        "connect-554", server(connect="554 5.7.1 No mail from your network"), mail(),
        deferred("connect", "554 5.7.1", "access-denied"),
    ),
    Scenario(
        "connect-554-listed",
        server(connect="554 5.7.1 mx1.example.net: 192.0.2.1 is on the block list bl.example.org"),
        mail(),
        deferred("connect", "554 5.7.1", "blocklisted"),
    ),
    Scenario(
        "connect-421", server(connect="421 4.3.2 Too many connections, try again later"), mail(),
        deferred("connect", "421 4.3.2", "too-many-connections"),
    ),
    Scenario(
        "connect-450", server(connect="450 4.3.2 Service currently unavailable"), mail(),
        deferred("connect", "450 4.3.2", "service-unavailable"),
    ),
    Scenario(
        "connect-no-smtp", server(connect="SSH-2.0-OpenSSH_9.2"), mail(),
        deferred("connect", "", "connection-timeout"),
    ),
    Scenario(
        "ehlo-helo-550", server(ehlo="550 5.7.1 Your name is refused", helo="550 5.7.1 Your HELO name is refused"),
        mail(), bounced("helo", "550 5.7.1", "bad-helo"),
        unclear("postfix", REFUSED_TO_TALK, stage="connect"),
    ),
    Scenario(
        "ehlo-421", server(ehlo="421 4.7.0 Too many connections from you", helo="421 4.7.0 Too many connections from you"),
        mail(), deferred("helo", "421 4.7.0", "too-many-connections"),
        unclear("postfix", REFUSED_TO_TALK, stage="connect"),
    ),
]

# --- logging in at a smart host

LOGIN = [
    Scenario(
        "login-535", server(features=["AUTH PLAIN LOGIN"], auth="535 5.7.8 Error: authentication failed"),
        route(login=("anna", "wrong")), mail(),
        deferred("auth", "535 5.7.8", "bad-credentials"),
    ),
    Scenario(
        "login-534", server(features=["AUTH PLAIN LOGIN"], auth="534 5.7.9 Use an app password here"),
        route(login=("anna", "wrong")), mail(),
        deferred("auth", "534 5.7.9", "auth-mechanism"),
    ),
    Scenario(
        "login-454", server(features=["AUTH PLAIN LOGIN"], auth="454 4.7.0 Temporary authentication failure"),
        route(login=("anna", "secret")), mail(),
        deferred("auth", "454 4.7.0", "auth-temporary"),
    ),
    Scenario(
        "login-no-mechanism", server(features=["AUTH KERBEROS_V4"]),
        route(login=("anna", "secret")), mail(),
        deferred("auth", "", "auth-mechanism"),
    ),
    Scenario(
        "login-hidden", server(mail="530 5.7.0 Authentication required"),
        route(login=("anna", "secret")), mail(),
        bounced("mail", "530 5.7.0", "auth-required"),
    ),
    Scenario(
        "login-535-at-rcpt", server(rcpt="535 5.7.0 Authentication required for relaying"), mail(),
        bounced("rcpt", "535 5.7.0", "auth-required"),
    ),
]

# --- TLS

TLS = [
    Scenario(
        "tls-not-offered", server(), route(tls="must"), mail(),
        deferred("starttls", "", "tls-failure"),
    ),
    Scenario(
        "tls-454", server(features=["STARTTLS"], starttls="454 4.7.0 TLS not available due to local problem"),
        route(tls="must"), mail(),
        deferred("starttls", "454 4.7.0", "tls-failure"),
    ),
    Scenario(
        "tls-no-handshake", server(features=["STARTTLS"], certificate="none"), route(tls="must"), mail(),
        deferred("starttls", "", "tls-failure"),
        also("postfix", host_failed("starttls", "", "tls-failure", event="tls-failed")),
    ),
    Scenario(
        "tls-too-old", server(features=["STARTTLS"], certificate="old"), route(tls="must"), mail(),
        deferred("starttls", "", "tls-failure"),
        also("postfix", host_failed("starttls", "", "tls-failure", event="tls-failed")),
    ),
    Scenario(
        "tls-self-signed", server(features=["STARTTLS"], certificate="self-signed"),
        route(tls="verify"), mail(), deferred("starttls", "", "tls-failure"),
    ),
    Scenario(
        "tls-wrong-name", server(features=["STARTTLS"]), route(tls="verify"), mail(),
        deferred("starttls", "", "tls-failure"),
    ),
    Scenario(
        "tls-expired", server(features=["STARTTLS"], certificate="expired"),
        route(tls="verify"), mail(), deferred("starttls", "", "tls-failure"),
    ),
    Scenario(
        "tls-may-454", server(features=["STARTTLS"], starttls="454 4.7.0 TLS not available"), mail(),
        delivered("250 2.0.0"),
    ),
    Scenario(
        "tls-may-broken", server(features=["STARTTLS"], certificate="none"), mail(),
        deferred("starttls", "", "tls-failure"),
        also("postfix", host_failed("starttls", "", "tls-failure", event="tls-failed")),
    ),
]

# --- the network

STAGES = {"connect": "connect", "ehlo": "helo", "mail": "mail", "rcpt": "rcpt", "data": "data",
          "dot": "end-of-data"}

SILENT_SERVERS = [
    Scenario(f"hangs-at-{stage}", server(**{stage: Hang()}), mail(),
             deferred(name, "", "connection-timeout"))
    for stage, name in STAGES.items()
]
LOST = [
    Scenario(f"drops-at-{stage}", server(**{stage: Drop()}, **({"helo": Drop()} if stage == "ehlo" else {})),
             mail(), deferred(name, "", "connection-lost"))
    for stage, name in STAGES.items()
]
# Stages that are only reached with TLS or a login.
AUTH_IS_EHLO = "what happens in AUTH is logged as in the EHLO handshake"
LATER = [
    Scenario("hangs-at-starttls", only("postfix", "exim"), server(features=["STARTTLS"], starttls=Hang()), mail(),
             deferred("starttls", "", "connection-timeout")),
    Scenario("drops-at-starttls", only("postfix", "exim"), server(features=["STARTTLS"], starttls=Drop()), mail(),
             deferred("starttls", "", "connection-lost")),
    Scenario("hangs-at-auth", only("postfix", "exim"), server(features=["AUTH PLAIN"], auth=Hang()),
             route(login=("anna", "secret")), mail(), deferred("auth", "", "connection-timeout"),
             unclear("postfix", AUTH_IS_EHLO, stage="helo")),
    Scenario("drops-at-auth", only("postfix", "exim"), server(features=["AUTH PLAIN"], auth=Drop()),
             route(login=("anna", "secret")), mail(), deferred("auth", "", "connection-lost"),
             unclear("postfix", AUTH_IS_EHLO, stage="helo")),
]
RESET = [
    Scenario("resets-at-rcpt", server(rcpt=Drop(reset=True)), mail(),
             deferred("rcpt", "", "connection-lost")),
]
NETWORK = [
    Scenario("refused", server(CLOSED), mail(),
             deferred("connect", "", "connection-refused"),
             also("postfix", host_failed("connect", "", "connection-refused"))),
    Scenario("no-route", server(UNREACHABLE), mail(),
             deferred("connect", "", "host-unreachable"),
             also("postfix", host_failed("connect", "", "host-unreachable"))),
    Scenario("no-answer", server(VOID), mail(),
             deferred("connect", "", "connection-timeout"),
             also("postfix", host_failed("connect", "", "connection-timeout"))),
    Scenario("second-host", server(CLOSED), server(), mail(),
             host_failed("connect", "", "connection-refused"),
             delivered("250 2.0.0", peer_host="mx2.{name}.example.net", peer_ip="{mx2}")),
    Scenario("second-host-550", server(rcpt="450 4.2.1 Mailbox busy, being moved"),
             server(rcpt="550 5.1.1 User unknown"), mail(),
             host_failed("rcpt", "450 4.2.1", "mailbox-unavailable", sender="{sender}"),
             bounced("rcpt", "550 5.1.1", "user-unknown", peer_host="mx2.{name}.example.net",
                     peer_ip="{mx2}")),
]

# --- names

NO_PEER = {"peer_host": None, "peer_ip": None}
DOMAIN = "{name}.example.net"


def named(name, records, row):
    return Scenario(name, dns(records), mail(), row)


NAMES = [
    named("dns-nxdomain", {(DOMAIN, "*"): NXDOMAIN}, bounced("dns", "", "domain-not-found", **NO_PEER)),
    named("dns-no-records", {(DOMAIN, "MX"): NODATA}, bounced("dns", "", "domain-not-found", **NO_PEER)),
    named("dns-servfail", {(DOMAIN, "MX"): SERVFAIL}, deferred("dns", "", "dns-failure", **NO_PEER)),
    named("dns-timeout", {(DOMAIN, "MX"): TIMEOUT}, deferred("dns", "", "dns-failure", **NO_PEER)),
    named("dns-null-mx", {(DOMAIN, "MX"): [(0, "")]}, bounced("dns", "", "domain-no-mail", **NO_PEER)),
    named("dns-mx-without-host", {(DOMAIN, "MX"): [(10, "nowhere.{name}.example.net")]},
          bounced("dns", "", "domain-not-found", **NO_PEER)),
    named("dns-mx-host-servfail", {(DOMAIN, "MX"): [(10, "sick.{name}.example.net")],
                                   ("sick.{name}.example.net", "*"): SERVFAIL},
          deferred("dns", "", "dns-failure", **NO_PEER)),
    named("dns-mx-is-us", {(DOMAIN, "MX"): [(10, "mail.example.com")]},
          bounced("dns", "", "mail-loop", **NO_PEER)),
]

# --- more than one recipient, more than one try

SEVERAL = [
    Scenario(
        "mixed-fate",
        server(rcpt={"good": "250 2.1.5 Ok", "gone": "550 5.1.1 User unknown",
                     "full": "452 4.2.2 Mailbox full"}),
        mail(to=tuple(f"{who}@" + DOMAIN for who in ("good", "gone", "full"))),
        delivered("250 2.0.0", recipient="good@" + DOMAIN),
        bounced("rcpt", "550 5.1.1", "user-unknown", recipient="gone@" + DOMAIN),
        deferred("rcpt", "452 4.2.2", "mailbox-full", recipient="full@" + DOMAIN),
    ),
    Scenario(
        "all-refused",
        server(rcpt={"one": "550 5.1.1 User unknown", "two": "550 5.2.1 Mailbox disabled"}),
        mail(to=("one@" + DOMAIN, "two@" + DOMAIN)),
        bounced("rcpt", "550 5.1.1", "user-unknown", recipient="one@" + DOMAIN),
        bounced("rcpt", "550 5.2.1", "mailbox-disabled", recipient="two@" + DOMAIN),
    ),
    Scenario(
        "dot-refused-for-two", server(dot="554 5.7.1 Rejected as spam"),
        mail(to=("one@" + DOMAIN, "two@" + DOMAIN)),
        bounced("end-of-data", "554 5.7.1", "spam-content", recipient="one@" + DOMAIN),
        bounced("end-of-data", "554 5.7.1", "spam-content", recipient="two@" + DOMAIN),
    ),
    Scenario(
        "retry-until-success",
        server(rcpt=tries("450 4.2.0 Greylisted, come back in 1 second",
                          "450 4.2.0 Greylisted, come back in 1 second", "250 2.1.5 Ok")),
        mail(), retry(), retry(),
        deferred("rcpt", "450 4.2.0", "greylisted", times=2),
        delivered("250 2.0.0"),
    ),
    Scenario(
        "retry-until-bounce",
        server(rcpt=tries("450 4.2.1 Mailbox busy", "550 5.1.1 User unknown")),
        mail(), retry(),
        deferred("rcpt", "450 4.2.1", "mailbox-unavailable"),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
]

# --- texts that lie

HOSTILE = [
    Scenario(
        "reply-fakes-envelope",
        server(rcpt="550 5.1.1 no such user; from=<evil@example.com> to=<victim@example.com> "
                    "proto=ESMTP helo=<x>"),
        mail(), bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-quotes-535",
        server(rcpt="550 5.1.1 unknown user (host mx.example.com[192.0.2.99] said: 535 5.7.8 "
                    "authentication failed (in reply to AUTH command))"),
        mail(), bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-fakes-status",
        server(rcpt="550 5.1.1 User unknown), dsn=2.0.0, status=sent (250 2.0.0 Ok"),
        mail(), bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-8bit", server(rcpt=b"550 5.1.1 B\xf4\xeete inconnue: utilisateur inconnu\r\n"), mail(),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-utf8", server(rcpt="550 5.1.1 Usuario desconocido: el buz\u00f3n no existe"), mail(),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-control", server(rcpt=b"550 5.1.1 \x1b[31mUser\x07 unknown\x1b[0m\t\x01\r\n"), mail(),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-long", server(rcpt="550 5.1.1 User unknown " + "x" * 1500), mail(),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-long-lines",
        server(rcpt="\n".join(f"550-5.1.1 User unknown, line {n} of many" for n in range(120))
                    + "\n550 5.1.1 the end"),
        mail(), bounced("rcpt", "550 5.1.1", "user-unknown"),
        unclear("postfix", "the line is cut at 2000 bytes, before the command", stage="other"),
    ),
    Scenario(
        "reply-octal", server(rcpt="550 5.1.1 User unknown \\012status=sent \\303\\251 #012"), mail(),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
    Scenario(
        "reply-other-class", server(rcpt="550 4.2.2 Mailbox full"), mail(),
        bounced("rcpt", "550 4.2.2", "mailbox-full"),
    ),
    Scenario(
        "recipient-fakes-status", server(rcpt="550 5.1.1 User unknown"),
        mail(to='"x>, relay=none, dsn=2.0.0, status=sent (250"@' + DOMAIN),
        bounced("rcpt", "550 5.1.1", "user-unknown",
                recipient='"x>, relay=none, dsn=2.0.0, status=sent (250"@' + DOMAIN),
    ),
    Scenario(
        "recipient-quoted", server(rcpt="550 5.1.1 User unknown"), mail(to='"a b"@' + DOMAIN),
        bounced("rcpt", "550 5.1.1", "user-unknown", recipient='"a b"@' + DOMAIN),
    ),
    Scenario(
        "reply-no-code", server(rcpt="go away"), mail(),
        deferred("rcpt", "", "connection-timeout"),
    ),
    Scenario(
        "reply-850", server(rcpt="850 5.1.1 what"), mail(),
        bounced("rcpt", "", "unclassified", side="remote"),
    ),
    Scenario(
        "reply-354", server(rcpt="354 go ahead"), mail(),
        bounced("rcpt", "354", "unclassified"),
    ),
]

SIZE = [
    Scenario(
        "size-limit-of-server", server(features=["SIZE 500"]), mail(lines=["x" * 70] * 20),
        bounced("mail", "", "message-too-large"),
    ),
]

# --- the message of the night, sent by the user that the units run as

REPORTS = [
    Scenario("own-report", only("postfix", "exim"), server(), report(),
             delivered("250 2.0.0", sender="mailtriage@example.com")),
]

SCENARIOS = [
    *SINGLE, *MANY_LINES, *DELIVERED, *EARLY, *LOGIN, *TLS, *SILENT_SERVERS, *LOST, *LATER, *RESET, *NETWORK,
    *NAMES, *SEVERAL, *HOSTILE, *SIZE, *REPORTS,
]
