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


def row_faults(log, kinds=None):
    """kinds: of a log in which a recipient ends more than once, and counts once, by his last end."""
    for kind, pairs in counted(log.report).items():
        if kinds and kind not in kinds:
            continue
        asked = [(command, count) for command, count in pairs if command]
        for command, count in some(asked):
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


def filtered_faults(log):
    """The filters of the report are in its commands."""
    for words in (["--event", "bounced,rejected", "--recipient-domain", "*.net,!cellar*"],
                  ["--sender", "*example.org", "--code", "5*"], ["--strangers", "no"],
                  ["--stage", "rcpt", "--side", "remote"]):
        part = Log(log.path, log.folder)
        part.report = json.loads(log.run("--format", "json", "--top", "0", *words))
        yield from row_faults(part)


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
        logs += [Log(evil, folder)]
        for log in logs:
            name = os.path.basename(log.path)
            said.check(f"{name}: rows", lambda log=log: row_faults(log))
            said.check(f"{name}: all that has a name", lambda log=log: nameless_faults(log))
            said.check(f"{name}: messages", lambda log=log: trace_faults(log))
            said.check(f"{name}: commands of HTML", lambda log=log: html_faults(log))
            said.check(f"{name}: commands of text", lambda log=log: text_faults(log))
        hostile = Log(hostile_log(), folder)
        said.check("hostile lines: rows",
                   lambda: row_faults(hostile, ("reasons", "codes", "templates")))
        said.check("hostile lines: messages", lambda: trace_faults(hostile))
        said.check("a part of a log", lambda: filtered_faults(logs[0]))
        said.check("no names under masks", masked_faults)
        said.check("a shell ran nothing else", lambda: [
            name for name in ("pwned", "pwned;", "pwned&") for place in (folder, checks.ROOT)
            if os.path.exists(os.path.join(place, name))])
    said.end()


if __name__ == "__main__":
    main()
