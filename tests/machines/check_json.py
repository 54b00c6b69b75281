#!/usr/bin/env python3
"""check_json - every report and every row fits its schema in docs/, and is strict JSON.

The reports are those of the samples, alone, together and filtered, and of the logs of all golden
cases.
"""
import json
import os
import tempfile

from checks import Checks, SAMPLES, golden_logs, hostile_log, mailtriage, names_in
from fitting import changed, loose, misfits, unseen
from json_schema import Schema, read

FILTERS = {"class": "*", "code": "5*", "enhanced": "5.*", "event": "bounced,rejected",
           "level": "!mta", "direction": "in", "sender": "*", "recipient": "*",
           "recipient-domain": "*.example.com,!example.net", "peer": "203.0.113.0/24", "user": "*",
           "queue-id": "*", "host": "*"}


def load(name):
    with open(f"docs/{name}.schema.json", encoding="utf-8") as text:
        return Schema(json.load(text))


REPORT, ROW = load("report"), load("export")
HOSTILE = hostile_log()
PARTS = names_in("src/report/parts.def", "PART")


def report(*words):
    return read(mailtriage("report", "--format", "json", *words))


def past():
    """Reports of a history of the samples; none where the build has no SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        history = ["--history", os.path.join(folder, "history.db")]
        try:
            mailtriage("report", "--resume", *history, *SAMPLES)
        except AssertionError as fault:
            if "LIBSQLITE" not in str(fault):
                raise
            return
        yield "history", report(*history)
        yield "beside history", report(*history, SAMPLES[0])
        yield "history of an hour", report(*history, "--since", "2026-06-01T09:00:00Z",
                                           "--until", "2026-06-01T10:00:00Z")


def reports():
    """(name, report) of all there are."""
    yield "samples", report(*SAMPLES)
    for log in SAMPLES + golden_logs() + [HOSTILE]:
        yield log, report(log)
    for name, words in FILTERS.items():
        yield f"--{name} {words}", report(f"--{name}", words, *SAMPLES)
    yield "muted", report(*SAMPLES, "--config", "tests/machines/muted.yaml")
    yield "--against", report(*SAMPLES, "--against", SAMPLES[0])
    yield "--lang th", report("--lang", "th", *SAMPLES)
    yield "--top 1 --min 2", report("--top", "1", "--min", "2", *SAMPLES)
    yield from past()
    for part in PARTS:
        yield f"--without {part}", report("--without", part, *SAMPLES)


def rows():
    """(name, row) of all there are."""
    for log in SAMPLES + golden_logs() + [HOSTILE]:
        text = mailtriage("export", "--all", "--format", "ndjson", log)
        for number, line in enumerate(text.split(b"\n")[:-1], 1):
            yield f"{log}: row {number}", read(line)


def parts_alone():
    for part in PARTS:
        alone = set(report("--only", part, *SAMPLES))
        if alone != {"schema", "filters", part}:
            yield f"--only {part}: {sorted(alone)}"


def disorder():
    names = names_in("src/report/columns.def", "COLUMN")
    if list(ROW.root["properties"]) != names:
        yield "the properties are not the columns of columns.def in their order"
    for name, row in rows():
        if list(row) != names:
            yield f"{name}: {list(row)}"


checks = Checks()
checks.check("the schema of reports is strict", lambda: loose(REPORT, ("$", "$.filters")))
checks.check("the schema of rows is strict", lambda: loose(ROW, ()))
checks.check("reports fit", lambda: misfits(REPORT, reports()))
checks.check("every member of the schema is in a report", lambda: unseen(REPORT))
checks.check("--only leaves the member of that name", parts_alone)
checks.check("rows fit", lambda: misfits(ROW, rows()))
checks.check("rows have the columns in their order", disorder)

good = report(*SAMPLES)
for what, change in {
        "a section that is not in the schema": lambda value: value.update(planets=[]),
        "a member that is not in the schema":
            lambda value: value["reasons"][0]["example"].update(colour="red"),
        "a member that is missing": lambda value: value["totals"]["sessions"].pop("timeout"),
        "a text for a number": lambda value: value["lines"].update(read="5"),
        "true for a number": lambda value: value["lines"].update(read=True),
        "a negative count": lambda value: value["reasons"][0].update(count=-1),
        "an unknown word": lambda value: value["reasons"][0].update(event="lost"),
        "a wrong time": lambda value: value["reasons"][0].update(first="yesterday"),
        "another schema": lambda value: value.update(schema=2)}.items():
    checks.catches(what, lambda change=change: misfits(REPORT, changed(good, change)))


for text in (b'"\xff"', b'"\xed\xa0\x80"', b'"\\ud800"', b'"\x1b"', b'"\xe2\x80\xae"', b'{"a":1,"a":2}',
             b"NaN", b"[1,]", b"{} {}", b'"\x7f"', b'"\xc2\x9b"'):
    checks.refuses(str(text), lambda text=text: [read(text)])
checks.refuses("a keyword that the validator does not know",
               lambda: Schema({"oneOf": []}).faults(1))
checks.end()
