#!/usr/bin/env python3
"""check_widths - text keeps to --width: no line is wider but that of a command to copy, which is
whole, and in tables no time, amount or code is cut; of every sample, in every language.
"""
import collections
import glob
import os
import re
import subprocess
import tempfile
import unicodedata

from checks import Checks, PROGRAM, SAMPLES, golden_logs, hostile_log

WIDTHS = [40, 60, 80, 100, 120]
WIDE = 1000  # the most that --width takes: nothing is cut there
LANGUAGES = ["en", "es", "fr", "th"]
COMMAND = re.compile(r"^(?: *\S[^:]*:)? *(mailtriage (?:export|trace|report|spikes) .*)", re.M)
# A cell of which a piece says nothing: a time, an amount, a code.
WHOLE = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?|\d\d:\d\d|\d+|\d+(?:\.\d)? [KMGTP]?B|\d+\.\d %|"
                   r"\d+(?:\.\d+)? s|\d+ (?:d|h|min) \d\d (?:h|min|s)|"
                   r"\d{3}(?: \d\.\d+\.\d+)?(?: \(\w+\))?")
FOLDER = tempfile.TemporaryDirectory()
REPORT = ["report", "--quiet", "--year", "2026"]


def written(*words):
    """Status 1 is a log that it finds fault with, and as good as any."""
    done = subprocess.run([PROGRAM, *words, "--no-config"], env={**os.environ, "TZ": "UTC"},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode > 1:
        raise AssertionError(f"{' '.join(words)}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


def reports():
    """(name, command and its words) of logs and history."""
    samples = sorted(path for path in glob.glob("samples/*/*") if os.path.isfile(path))
    for sample in samples:
        yield sample, [*REPORT, sample]
    yield "all samples", [*REPORT, "--top", "0", *samples]
    yield "strange logs", [*REPORT, "--top", "0", *golden_logs(), hostile_log()]
    yield "two logs", [*REPORT, "--against", SAMPLES[1], SAMPLES[0]]
    week = os.path.join(FOLDER.name, "week.log")
    with open(week, "wb") as log:
        subprocess.run(["awk", "-f", "tests/golden/spikes-postfix/spikes_week.awk"], stdout=log,
                       check=True)
    yield "spikes", ["spikes", "--year", "2026", week]
    yield "a week", [*REPORT, week]
    history = os.path.join(FOLDER.name, "history.db")
    try:
        written(*REPORT, "--resume", "--history", history, SAMPLES[0])
    except AssertionError as fault:
        if "LIBSQLITE" not in str(fault):
            raise
        return
    yield "history", [*REPORT, "--history", history]
    yield "history show", ["history", "show", history]


def rules():
    """The same of what is known without a log, and of the rules that a log meets."""
    yield "codes", ["explain"]
    yield "two codes", ["explain", "550", "553"]
    yield "a code", ["explain", "5.7.1"]
    yield "a reply", ["explain", "--why", "550 5.1.1 <nobody@example.com>: User unknown"]
    yield "rules", ["rules", "list"]
    yield "hits", ["rules", "list", "--hits", "--year", "2026", *SAMPLES]


def columns(line):
    """What it takes on a terminal: a mark none, a wide sign two."""
    if line.isascii():
        return len(line)
    return sum(0 if unicodedata.category(sign) in ("Mn", "Me", "Cf") else
               2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def too_wide(text, width):
    for line in text.splitlines():
        if columns(line) > width and not COMMAND.match(line):
            yield f"{columns(line)} columns, not {width}: {line}"


def whole_cells(text):
    """How often each stands in rows of tables, which have two blanks and more between columns."""
    return collections.Counter(cell for line in text.splitlines() if line.startswith("  ")
                               for cell in re.split(" {2,}", line.strip()) if WHOLE.fullmatch(cell))


def apart(text):
    """Its words with two blanks around each, so that what is found in it ends where words end."""
    return "".join(f" {word} " for word in text.split())


def cut(text, wide):
    text = apart(text)
    for cell, count in whole_cells(wide).items():
        found = text.count(apart(cell))
        if found < count:
            yield f"{count} times '{cell}', and {found} of them whole"


def faults_of(name, words, language):
    def page(width):
        return written(*words, "--lang", language, "--width", str(width))
    wide = page(WIDE)
    for width in WIDTHS:
        text = page(width)
        found = [*too_wide(text, width), *cut(text, wide)]
        if COMMAND.findall(text) != COMMAND.findall(wide):
            found.append("its commands are not those of a wide page")
        for fault in found:
            yield f"{name}, --lang {language}, --width {width}: {fault}"


def faults(pages, language):
    return lambda: (fault for name, words in pages for fault in faults_of(name, words, language))


def main():
    checks = Checks()
    of_logs, of_rules = list(reports()), list(rules())
    for language in LANGUAGES:
        checks.check(f"{language}: reports, spikes and history", faults(of_logs, language))
        checks.check(f"{language}: codes and rules", faults(of_rules, language))
    checks.catches("a line that is too wide",
                   lambda: too_wide("short\n" + "\u0e17\u0e35\u0e48" * 41, 40))
    checks.catches("a time that is cut",
                   lambda: cut("  1 2026-06-01\u2026", "  1  2026-06-01 08:41"))
    checks.end()


if __name__ == "__main__":
    main()
