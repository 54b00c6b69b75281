"""find_names - what is left of the names of a log in what was made of it under masks.

usage: find_names.py LOG... -- MADE...      prints each name that is left, and where; fails then

The names are taken from the log by what they are there, not by the rules of the program: addresses
and their two sides, host names, IPs, queue and message ids, logins, HELO names.
"""
import re
import sys

NAMES = {
    "address": r"[\w.+=-]+@[\w-]+(?:\.[\w-]+)+",
    "local part": r"([\w.+=-]+)@[\w-]+(?:\.[\w-]+)+",
    "host": r"\b(?:[\w-]+\.)+(?:com|net|org|test|invalid|lan)\b",
    "IPv4": r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])",
    "IPv6": r"\b2001:db8:[0-9a-f:]+",
    "queue id": r"(?:\]|\d): ([0-9A-F]{8,12}|[0-9B-Zb-z]{12,15}|[A-Za-z0-9]{14}):? ",
    "Exim id": r"\b\w{6}-\w{6,11}-\w{2,4}\b",
    "login": r"(?:sasl_username=|user=|set_id=|A=\w+:|owned by user )([\w.@+-]+)",
    "HELO": r"(?:helo=<|H=\S+ \()([^>) ]+)[>)]",
    "log host": r"(?m)^(?:\w{3} [ \d]\d|\d{4}-\S+T)\S* ?(?:\d\d:\d\d:\d\d )?(\w+) \S+(?:\[\d+\])?: ",
}
# Nobody's names, and those that stay.
NOBODY = re.compile(r"unknown|localhost|127\.|0\.0\.0\.0|[\d.]{1,6}$|(?:.*\.)?spamhaus\.org$")


def names_of(text):
    for kind, pattern in NAMES.items():
        for match in re.finditer(pattern, text):
            name = match.group(match.lastindex or 0)
            if len(name) > 1 and not NOBODY.match(name):
                yield kind, name


def text_of(name):
    with open(name, encoding="utf-8", errors="replace") as file:
        return file.read()


def main():
    split = sys.argv.index("--")
    names = {}
    for log in sys.argv[1:split]:
        for kind, name in names_of(text_of(log)):
            names.setdefault(name.lower(), kind)
    left = 0
    for made in sys.argv[split + 1:]:
        words = text_of(made).lower()
        for name, kind in sorted(names.items()):
            for match in re.finditer(rf"(?<![\w@]){re.escape(name)}(?![\w@])", words):
                left += 1
                place = words[max(0, match.start() - 40):match.end() + 20].replace("\n", " ")
                print(f"{made}: {kind} {name}: {place}")
                break
    print(f"{len(names)} names, {left} left")
    return 1 if left else 0


sys.exit(main())
