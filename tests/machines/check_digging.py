#!/usr/bin/env python3
"""From a number to its lines: every command of a report, in text, HTML and JSON, is followed by a
shell as somebody would paste it, and finds what the report counted; whatever stands in the log."""

import html.parser
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import checks
from checks import Checks, SAMPLES, hostile_log, mailtriage

MOST = 14  # commands of a kind followed in each log: the first and the last of them
OPTIONS = ["--no-config", "--year", "2026", "--timezone", "UTC"]

# Names and replies that try to be something else for a shell, a filter, a terminal, a page or JSON.
EVIL = ["$(touch pwned)", "`touch pwned`", "';touch pwned;'", '";touch pwned;"', "|touch pwned",
        "&touch pwned&", "-x", "--output=pwned", "it's", "a,b", "!a", "*", "?x", "[a-z]", "a\\b",
        "\\", "\u202eevil", "\x1b[31mred", "tab\there", "caf\u00e9", "\u0e44\u0e17\u0e22", "<b>",
        "&lt;", "~root", "#x", "$HOME", "{a,b}", "%s%n", "  two ", "\"", "x" * 340, "\udcff\udc80"]


def evil_log(path):
    lines = ["Jun  1 09:00:00 mx postfix/qmgr[9]: 4AAAAAAAAA: removed"]
    for i, evil in enumerate(EVIL * 2):
        bare = evil.replace(">", "")
        second = f"Jun  1 10:{i // 60:02}:{i % 60:02} mx postfix"
        number = f"4C1D2E{i:04X}"
        lines += [
            f"{second}/qmgr[9]: {number}: from=<{bare}@{bare}.example.com>, size=300, nrcpt=1 "
            "(queue active)",
            f"{second}/smtp[8]: {number}: to=<bob@{bare}.example.net>, "
            "relay=mx.example.net[192.0.2.9]:25, delay=1, delays=1/0/0/0, dsn=5.7.1, "
            f"status=bounced (host mx.example.net[192.0.2.9] said: 550 5.7.1 Refused by policy: "
            f"{evil} (in reply to RCPT TO command))",
            f"{second}/qmgr[9]: {number}: removed"]
    with open(path, "wb") as file:
        file.write("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")


# How mail to users, and a notice about mail, may end: what smtp(8) or Exim says of it.
REFUSED, BUSY = "550 5.1.1 No such user here", "451 4.3.0 Try again later"
POSTFIX_ENDS = [
    "postfix/smtp[8]: {id}: to=<{to}>, relay=mx.example.net[192.0.2.9]:25, delay=1, dsn=5.1.1, "
    f"status=bounced (host mx.example.net[192.0.2.9] said: {REFUSED} (in reply to RCPT TO "
    "command))",
    f"postfix/smtp[8]: {{id}}: host mx.example.net[192.0.2.9] said: {BUSY} (in reply to RCPT TO "
    "command)\npostfix/smtp[8]: {id}: to=<{to}>, relay=mx2.example.net[192.0.2.10]:25, delay=1, "
    f"dsn=4.3.0, status=deferred (host mx2.example.net[192.0.2.10] said: {BUSY} (in reply to RCPT "
    "TO command))",
    "postfix/smtp[8]: {id}: to=<{to}>, relay=none, delay=400000, dsn=4.4.1, status=expired "
    "(connect to mx.example.net[192.0.2.9]:25: Connection refused)",
    "postfix/discard[8]: {id}: to=<{to}>, relay=none, delay=1, dsn=2.0.0, status=sent (no more)",
    "postfix/smtp[8]: {id}: Cannot start TLS: handshake failure\n"
    "postfix/smtp[8]: {id}: to=<{to}>, relay=mx.example.net[192.0.2.9]:25, delay=1, dsn=4.7.5, "
    "status=deferred (Cannot start TLS: handshake failure)",
    "postfix/postsuper[8]: {id}: removed",
]
EXIM_ENDS = [
    "exim[8]: {id} ** {to} R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.9]: SMTP error from "
    f"remote mail server after RCPT TO:<{{to}}>: {REFUSED}",
    "exim[8]: {id} H=mx.example.net [192.0.2.9]: SMTP error from remote mail server after RCPT "
    f"TO:<{{to}}>: {BUSY}\nexim[8]: {{id}} == {{to}} R=dnslookup T=remote_smtp defer (-44) "
    "H=mx2.example.net [192.0.2.10]: SMTP error from remote mail server after RCPT TO:<{to}>: "
    f"{BUSY}",
    "exim[8]: {id} ** {to}: retry timeout exceeded",
    "exim[8]: {id} => :blackhole: <{to}> R=throw_away",
    "exim[8]: {id} == {to} R=dnslookup T=remote_smtp defer (-56): domain is in queue_domains",
    "exim[8]: {id} cancelled by root",
]
SENDMAIL_ENDS = [
    "sm-mta[8]: {id}: to=<{to}>, delay=00:00:01, mailer=esmtp, relay=mx.example.net. [192.0.2.9], "
    f"dsn=5.1.1, reply={REFUSED}, stat=User unknown",
    "sm-mta[8]: {id}: to=<{to}>, delay=00:00:01, mailer=esmtp, relay=mx.example.net. [192.0.2.9], "
    f"dsn=4.3.0, reply={BUSY}, stat=Deferred: {BUSY}",
    "sm-mta[8]: {id}: to=<{to}>, delay=5+00:00:00, mailer=esmtp, relay=mx.example.net. "
    "[192.0.2.9], dsn=4.4.7, stat=Cannot send message for 5 days",
    "sm-mta[8]: {id}: to=<{to}>, delay=00:00:01, mailer=esmtp, relay=mx.example.net., "
    "quarantine=looks odd, stat=quarantined",
]
BEGINS = {  # of mail: of users, and a notice about it
    "postfix": ("postfix/smtpd[8]: {id}: client=client.example.org[192.0.2.77]\n"
                "postfix/qmgr[9]: {id}: from=<{sender}>, size=300, nrcpt=1 (queue active)",
                "postfix/bounce[9]: {about}: sender non-delivery notification: {id}\n"
                "postfix/qmgr[9]: {id}: from=<>, size=900, nrcpt=1 (queue active)"),
    "exim": ("exim[8]: {id} <= {sender} H=client.example.org [192.0.2.77] P=esmtp S=300",
             "exim[8]: {id} <= <> R={about} U=Debian-exim P=local S=900"),
    "sendmail": ("sm-mta[8]: {id}: from=<{sender}>, size=300, class=0, nrcpts=1, "
                 "msgid=<{id}@example.org>, relay=client.example.org [192.0.2.77]",
                 "sm-mta[8]: {about}: {id}: DSN: User unknown"),
}
IDS = {"postfix": "4C1D2E{:04X}", "exim": "1wAb{:02d}-00000001{:03d}-0xYz",
       "sendmail": "65L8{:04d}002101"}
# Warnings of the server itself, and TLS that fails at the door.
WARNINGS = ["postfix/smtpd[8]: warning: hash:/etc/postfix/access is unavailable. open database "
            "/etc/postfix/access.db: No such file or directory",
            "postfix/smtpd[8]: SSL_accept error from ray.example.net[203.0.113.9]: -1"]


def write_notices(path):
    """Mail of users, and notices about it, with a sender and without, ends in all ways."""
    texts, number = [], 0
    for mta, ends in (("postfix", POSTFIX_ENDS), ("exim", EXIM_ENDS), ("sendmail", SENDMAIL_ENDS)):
        for sender in ("anna@example.org", ""):
            for is_notice in (False, True):
                for end in ends:
                    about, number = number, number + 1
                    one, other = (IDS[mta].format(*[i] * 2) for i in (number, about))
                    text = BEGINS[mta][is_notice] + "\n" + end
                    texts += text.format(id=one, about=other, to="bob@example.net",
                                         sender=sender).splitlines()
    with open(path, "w", encoding="utf-8") as file:
        for i, text in enumerate(texts + WARNINGS):
            file.write(f"Jun  1 10:{i // 60:02}:{i % 60:02} mx {text}\n")


class Commands(html.parser.HTMLParser):
    """The commands of a page, as a browser shows them."""

    def __init__(self):
        super().__init__()
        self.inside, self.found = False, []

    def handle_starttag(self, tag, attrs):
        if tag == "code" and ("class", "command") in attrs:
            self.inside = True
            self.found.append("")

    def handle_endtag(self, tag):
        if tag == "code":
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.found[-1] += data


class Log:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder
        self.report = json.loads(self.run("--format", "json", "--top", "0"))

    def run(self, *words):
        return mailtriage("report", *OPTIONS, *words, self.path)

    def shell(self, command):
        """What it writes; in a folder of its own when that is where the log is."""
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False,
                              env=dict(os.environ, PATH=self.path_with_program()))
        if done.returncode > 1:
            raise AssertionError(f"{command}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    @staticmethod
    def path_with_program():
        return os.path.dirname(os.path.abspath(checks.PROGRAM)) + ":" + os.environ["PATH"]

    def count(self, command):
        rows = self.shell(command + " --quiet --format ndjson").splitlines()
        return sum(json.loads(row)["repeat"] for row in rows)


def some(things):
    return things if len(things) <= MOST else things[:MOST - 5] + things[-5:]


# ---- what JSON tells of each command

def counted(report):
    """By kind: the command of the rows, and how many those are."""
    failed = ("bounced", "deferred")
    kinds = {"reasons": [(one["rows"], one["count"]) for one in report["reasons"]],
             "codes": [(one["rows"], one["count"]) for one in report["codes"]],
             "templates": [(one["rows"], one["count"]) for code in report["codes"]
                           for one in code["templates"]],
             "recipient_domains": [(one["rows"], sum(one[key] for key in failed + ("expired",)))
                                   for one in report["recipient_domains"]]}
    for name in ("sender_domains", "senders"):
        kinds[name] = [(one["rows"], sum(one[key] for key in failed + ("rejected",)))
                       for one in report[name]]
    return kinds


def row_faults(log, kinds=None, whole=False):
    """whole: every command is followed. kinds: of a log in which a recipient ends more than once,
    and counts once, by his last end."""
    for kind, pairs in counted(log.report).items():
        if kinds and kind not in kinds:
            continue
        asked = [(command, count) for command, count in pairs if command]
        for command, count in asked if whole else some(asked):
            found = log.count(command)
            if found != count:
                yield f"{kind}: {found} rows, not {count}: {command}"


def nameless_faults(log):
    """Only what has no name, or none that can be typed, or is the rest of a table has no command."""
    keys = {"recipient_domains": "recipient_domain", "sender_domains": "sender_domain",
            "senders": "sender"}
    for part, key in keys.items():
        for one in log.report[part]:
            if one[key] in (None, "", "(others)") or "\ufffd" in one[key]:
                continue
            if not one["rows"]:
                yield f"{part}: no command for {one[key]!r}"
    for part in ("reasons", "codes"):
        for one in log.report[part]:
            if not one["rows"]:
                yield f"{part}: no command for {one['class']}"


def places(report):
    for reason in report["reasons"]:
        yield reason["example"]
    for code in report["codes"]:
        yield from code["templates"]


def trace_faults(log):
    """The messages that a place leads to hold that very line."""
    for place in some([one for one in places(log.report) if one["trace"]]):
        told = json.loads(log.shell(place["trace"] + " --quiet --format json"))
        lines = [(entry["source"], entry["line"]) for message in told["messages"]
                 for entry in message["entries"]]
        if (place["source"], place["line"]) not in lines:
            yield f"{place['source']}:{place['line']} is not among them: {place['trace']}"


# ---- what people see

def option(words, name):
    return words[words.index(name) + 1] if name in words else ""


def expected(log, command):
    """How many rows a command of a page must find, by JSON; None: JSON has no such number."""
    for pairs in counted(log.report).values():
        for told, count in pairs:
            if told == command:
                return count
    words = shlex.split(command)
    for reason in log.report["reasons"]:
        if (reason["class"], reason["event"], reason["direction"]) == (
                option(words, "--class"), option(words, "--event"), option(words, "--direction")):
            strangers = reason["strangers"]
            return strangers if option(words, "--strangers") == "yes" else \
                reason["count"] - strangers
    return None


def page_faults(log, commands):
    traces = {one["trace"] for one in places(log.report)}
    if not commands:
        yield "there is no command at all"
    for command in some(commands):
        if command.startswith("mailtriage trace "):
            if command not in traces:
                yield f"JSON does not know it: {command}"
            continue
        if " --all --user " in command:  # of accounts: all that they did
            continue
        count = expected(log, command)
        found = log.count(command)
        if found != count:
            yield f"{found} rows, not {count}: {command}"


def html_faults(log):
    page = Commands()
    page.feed(log.run("--format", "html", "--top", "0").decode())
    yield from page_faults(log, page.found)


def text_faults(log):
    """A command is one line; the number in front of its card is that of its rows."""
    text = log.run("--format", "text", "--top", "0").decode()
    commands, count = [], None
    for line in text.splitlines():
        heading = re.match(r"(?:\d+\. )?(?:warning|error|critical)  (\S+): ([\d,]+) ", line)
        count = int(heading.group(2).replace(",", "")) if heading else count
        command = re.match(r"   \S.*?: +(mailtriage (?:export|trace) .*)$", line)
        if not command:
            continue
        commands.append(command.group(1))
        if " export --class " in line and expected(log, command.group(1)) != count:
            yield f"its card says {count}: {line}"
    if log.report["reasons"] and "Rows of one of them: mailtriage export " not in text:
        yield "no table says how its rows are found"
    yield from page_faults(log, commands) if commands else ()


# ---- without rows

def masked_faults():
    """Names under masks cannot be asked for, and no command tells what they are."""
    report = json.loads(mailtriage("report", *OPTIONS, "--mask", "--format", "json", SAMPLES[0]))
    for part in ("recipient_domains", "sender_domains", "senders"):
        for one in report[part]:
            if one["rows"]:
                yield f"{part}: {one['rows']}"
    for place in places(report):
        if place["trace"]:
            yield place["trace"]


def part_faults(log, filters, whole=False):
    for words in filters:
        part = Log(log.path, log.folder)
        part.report = json.loads(log.run("--format", "json", "--top", "0", *words))
        yield from row_faults(part, whole=whole)


def filtered_faults(log):
    """The filters of the report are in its commands."""
    yield from part_faults(log, (
        ["--event", "bounced,rejected", "--recipient-domain", "*.net,!cellar*"],
        ["--sender", "*example.org", "--code", "5*"], ["--strangers", "no"],
        ["--stage", "rcpt", "--side", "remote"]))


def level_faults(log):
    """What a command says of levels does not take the place of what the report was asked."""
    yield from part_faults(log, [["--level", words] for words in (
        "recipient", "attempt", "mta", "session,mta", "!attempt", "!mta", "!recipient,!session")],
        whole=True)


def notice_faults(log):
    """What the notices came to has rows, and is in no number: else nothing is proved of it."""
    rows = log.shell("mailtriage export " + shlex.join(OPTIONS + ["--format", "ndjson", log.path]))
    ends = {(row["event"], row["level"]) for row in map(json.loads, rows.splitlines())}
    for event in ("bounced", "deferred", "expired", "discarded", "held"):
        for level in ("mta", "attempt" if event == "deferred" else "recipient"):
            if (event, level) not in ends:
                yield f"nothing is {event} at the level {level}"
    for end in (("deferred", "host"), ("warning", "mta"), ("tls-failed", "session")):
        if end not in ends:
            yield f"there is no {end}"


def notices_log(folder):
    path = os.path.join(folder, "notices.log")
    write_notices(path)
    return Log(path, folder)


def made_log(folder):
    path = os.path.join(folder, "made.log")
    subprocess.run([sys.executable, "-B", "tests/spikes/make_weeks.py", "--log", path, "--truth",
                    os.path.join(folder, "truth.json"), "--mta", "exim", "--seed", "5", "--volume",
                    "150", "--days", "3", "--causes", "2"], check=True)
    return path


def main():
    said = Checks()
    with tempfile.TemporaryDirectory() as folder:
        evil = os.path.join(folder, "-e vil's $(touch pwned).log")
        evil_log(evil)
        logs = [Log(path, checks.ROOT) for path in SAMPLES + [made_log(folder)]]
        notices = notices_log(folder)
        logs += [Log(evil, folder), notices]
        for log in logs:
            name = os.path.basename(log.path)
            whole = log.path in SAMPLES or log is notices
            said.check(f"{name}: rows", lambda log=log, whole=whole: row_faults(log, whole=whole))
            said.check(f"{name}: all that has a name", lambda log=log: nameless_faults(log))
            said.check(f"{name}: messages", lambda log=log: trace_faults(log))
            said.check(f"{name}: commands of HTML", lambda log=log: html_faults(log))
            said.check(f"{name}: commands of text", lambda log=log: text_faults(log))
        hostile = Log(hostile_log(), folder)
        said.check("hostile lines: rows",
                   lambda: row_faults(hostile, ("reasons", "codes", "templates")))
        said.check("hostile lines: messages", lambda: trace_faults(hostile))
        said.check("notices end in all ways", lambda: notice_faults(notices))
        said.check("a part of a log", lambda: filtered_faults(logs[0]))
        said.check("levels", lambda: level_faults(notices))
        said.check("no names under masks", masked_faults)
        said.check("a shell ran nothing else", lambda: [
            name for name in ("pwned", "pwned;", "pwned&") for place in (folder, checks.ROOT)
            if os.path.exists(os.path.join(place, name))])
    said.end()


if __name__ == "__main__":
    main()
