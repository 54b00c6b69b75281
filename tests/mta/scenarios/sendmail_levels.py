"""sendmail_levels - what the log of a Sendmail tells more when LogLevel is raised.

LogLevel 9, which most servers have, gives the rows of sendmail_rows. From 10 on the log says who
connected, from 14 on which host was tried in vain, from 15 on every command and reply: then each
refusal that the client heard is a row, whether or not a line of its own tells of it too.
"""
from dataclasses import replace

from scenario import (
    SENDER, Talk, bounced, came_in, deferred, delivered, host_failed, rejected, row,
)
from scenarios.sendmail_client import hop

EVE, DAVE = "eve@{name}.example.net", "dave@example.com"
CLIENT = {"peer_host": "client.{name}.example.net", "peer_ip": "{client}"}
LOCAL_CLIENT = {"peer_host": "localhost", "peer_ip": "127.0.0.1"}
IMPLIED = {"code_source": "implied"}
IN_MAIL = ("rcpt", "data", "end-of-data")


def is_of_client(columns):
    return columns["level"] == "session" and columns["direction"] == "in"


def with_client(_, rows):
    """Who connected is said, so that a line without a client is about him."""
    told = []
    for told_row in rows:
        columns = told_row.columns
        if is_of_client(columns) and columns.get("peer_host", "") is columns.get("peer_ip", "") is None:
            told_row = replace(told_row, columns={**columns, **CLIENT}, nameless=False)
        told.append(told_row)
    return told


def sender_of(scenario):
    commands = [step for talk in scenario.parts_of(Talk) for step in talk.steps if isinstance(step, str)]
    begun = [command for command in commands if command.startswith("MAIL FROM:<")]
    return begun[0][len("MAIL FROM:<"):].partition(">")[0] if begun else None


# The line of its own comes before the reply.
TOLD_BEFORE = ("size-sent", "sm-size-done", "milter-down", "sm-milter-down-strict", "sm-greet-pause",
               "pipelining", "pipelining-ends", "sleeps-in-data", "sm-milter-connect",
               "sm-milter-connect-later", "sm-headers-too-long")


def with_words(scenario, rows):
    """The code was logged as it was said, and the sender when he was named."""
    told = []
    for told_row in with_client(scenario, rows):
        columns = dict(told_row.columns)
        if is_of_client(columns) and columns["code"] and scenario.name not in TOLD_BEFORE:
            columns["code_source"] = "explicit"
        if is_of_client(columns) and columns["stage"] in IN_MAIL and "sender" in columns:
            columns["sender"] = columns["sender"] or sender_of(scenario)
        told.append(replace(told_row, columns=columns))
    return told


REREAD = {"sendmail-12": with_client, "sendmail-14": with_client, "sendmail-15": with_words}

BAD_HELO = came_in("rejected", "helo", "501 5.0.0", "bad-helo")
IMPLIED_HELO = came_in("rejected", "helo", "501 5.0.0", "bad-helo", **IMPLIED)
FROM_10 = {"helo-fakes-client": [IMPLIED_HELO], "sm-helo-syntax": [IMPLIED_HELO]}


def in_vain(cls):
    return [host_failed("connect", "", cls, sender=SENDER), deferred("connect", "", cls)]


FROM_14 = {
    **FROM_10,
    "refused": in_vain("connection-refused"),
    "no-route": in_vain("host-unreachable"),
    "no-answer": in_vain("connection-timeout"),
    "second-host": [
        host_failed("connect", "", "connection-refused", sender=SENDER),
        delivered("250", peer_host="mx2.{name}.example.net", peer_ip="{mx2}", **IMPLIED),
    ],
}


def out_of_turn(stage, reply="503 5.0.0", **columns):
    return rejected(stage, reply, "bad-sequence", **columns)


def lost(stage):
    return [came_in("connection-lost", stage, "", "connection-lost")]


def no_such(recipient):
    return [rejected("other", "550 5.1.1", "user-unknown", recipient=recipient)]


def login(reply, cls):
    return [came_in("auth-failed", "auth", reply, cls)]


RCPT_LATER = out_of_turn("rcpt", recipient="dave+{name}@example.com")
UNKNOWN_COMMAND = came_in("rejected", "other", "500 5.5.1", "syntax-error")
FROM_15 = {
    **FROM_14,
    "sender-syntax": [rejected("mail", "553 5.1.3", "malformed-address", sender="@")],
    "sm-malformed-sender": [rejected("mail", "553 5.1.2", "malformed-address", sender="eve@{name}..example.net")],
    "sm-malformed-rcpt": [
        rejected("rcpt", "553 5.1.3", "malformed-address", recipient="bob@@{name}.example.net")],
    "sm-unbalanced": [rejected("mail", "553 5.0.0", "malformed-address")],
    "sm-rcpt-syntax": [rejected("rcpt", "501 5.5.2", "syntax-error")],
    "sm-rcpt-empty": [rejected("rcpt", "553 5.0.0", "malformed-address")],
    "login-mechanism": login("504 5.3.3", "auth-mechanism"),
    "login-mechanism-cyrus": login("504 5.3.3", "auth-mechanism"),
    "login-broken-off": login("501 5.0.0", "syntax-error"),
    "sm-login-required": [rejected("mail", "530 5.7.0", "auth-required")],
    "helo-fakes-client": [BAD_HELO, out_of_turn("mail"), out_of_turn("rcpt", recipient="nobody@example.com")],
    "sm-helo-syntax": [BAD_HELO],
    "sm-helo-missing": [BAD_HELO],
    "no-helo": [out_of_turn("mail")],
    "rcpt-before-mail": [out_of_turn("rcpt", sender=None, recipient=DAVE)],
    "data-without-recipient": [out_of_turn("data")],
    "sm-data-before-mail": [out_of_turn("data", sender=None)],
    "sm-two-mails": [out_of_turn("mail", "503 5.5.0")],
    "command-fakes-line": [out_of_turn("rcpt", sender=None, recipient="\\377\\001\\t@example.com")],
    "unknown-command": [UNKNOWN_COMMAND],
    "too-many-errors": [replace(UNKNOWN_COMMAND, times=4),
                        came_in("timeout", "other", "", "connection-timeout", peer_ip=None)],
    "too-many-recipients": [
        rejected("rcpt", "452 4.5.3", "too-many-recipients", recipient="dave+%d@example.com" % i)
        for i in (3, 4)],
    "sm-bad-commands": [replace(UNKNOWN_COMMAND, times=25),
                        came_in("rejected", "other", "421 4.7.0", "too-many-errors")],
    "sm-control-in-address": [rejected("rcpt", "501 5.1.3", "malformed-address")],
    "sm-secret-as-command": [*login("504 5.3.3", "auth-mechanism"), replace(UNKNOWN_COMMAND, times=2)],
    "sm-secret-behind-auth": [*login("504 5.3.3", "auth-mechanism"), *login("501 5.0.0", "syntax-error")],
    "sm-command-unknown": [
        row("rejected", "session", "in", "rcpt", "550 5.1.1", "user-unknown", side="local", unsaid=True,
            sender=SENDER, recipient="nobody+{name}@example.com", **LOCAL_CLIENT),
        row("rejected", "session", "in", "data", "503 5.0.0", "bad-sequence", side="local", unsaid=True,
            sender=SENDER, **LOCAL_CLIENT),
        bounced("rcpt", "550 5.1.1", "user-unknown", unsaid=True, recipient="nobody+{name}@example.com",
                peer_host="[127.0.0.1]", peer_ip="127.0.0.1"),
        hop(sender="", recipient="{sender}"),
    ],
    "size-announced": [rejected("mail", "552 5.2.3", "message-too-large")],
    "vrfy": no_such("nobody@example.com"),
    "sm-expn": no_such("{name}"),
    "leaves-at-connect": lost("connect"),
    "leaves-after-helo": lost("helo"),
    "leaves-after-auth": lost("auth"),
    "sm-access-reject": [rejected("mail", "550 5.7.1", "access-denied"), RCPT_LATER],
    "sm-access-error": [rejected("mail", "550 5.7.1", "blocklisted"), RCPT_LATER],
    "sm-access-later": [rejected("mail", "450 4.7.1", "greylisted"), RCPT_LATER],
}

DIFFERS = {"sendmail-12": FROM_10, "sendmail-14": FROM_14, "sendmail-15": FROM_15}
