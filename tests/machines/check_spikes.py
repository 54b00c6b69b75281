#!/usr/bin/env python3
"""check_spikes - every page of spikes fits its schema in docs/, is strict JSON, and holds: its rows
are as many as it counts, and drivers are of the spike and no more than one of a kind.
"""
import json
import os
import shlex
import subprocess
import tempfile

from checks import Checks, PROGRAM, SAMPLES, golden_logs, hostile_log, mailtriage
from fitting import changed, loose, misfits, unseen
from json_schema import Schema, read

with open("docs/spikes.schema.json", encoding="utf-8") as text:
    SCHEMA = Schema(json.load(text))
WEEKS = {"postfix": "spikes-postfix/spikes_week.awk", "exim": "spikes-exim/exim_week.awk",
         "sendmail": "spikes-sendmail/sendmail_week.awk"}
FOLDER = tempfile.TemporaryDirectory()


def spikes(*words):
    return read(mailtriage("spikes", "--format", "json", *words))


def week(name):
    path = os.path.join(FOLDER.name, name + ".log")
    if not os.path.exists(path):
        with open(path, "wb") as log:
            subprocess.run(["awk", "-f", "tests/golden/" + WEEKS[name]], stdout=log, check=True)
    return path


def past():
    """Of history; none where the build has no SQLite."""
    history = ["--history", os.path.join(FOLDER.name, "history.db")]
    try:
        mailtriage("report", "--resume", *history, week("postfix"))
    except AssertionError as fault:
        if "LIBSQLITE" not in str(fault):
            raise
        return
    yield "history", spikes(*history)
    yield "history under masks", spikes("--mask", *history)


def pages():
    """(name, page) of all there are."""
    for name in WEEKS:
        yield name, spikes(week(name))
    for log in SAMPLES + golden_logs() + [hostile_log()]:
        yield log, spikes(log)
    yield "filters", spikes("--class", "!dmarc-*", "--event", "bounced", *map(week, WEEKS))
    yield "all", spikes(*map(week, WEEKS))
    yield "masks", spikes("--mask", *map(week, WEEKS))
    yield from past()


def wrong_rows():
    """What the command of each spike shows."""
    for name in WEEKS:
        for spike in spikes(week(name))["spikes"]:
            words = shlex.split(spike["rows"])
            done = subprocess.run([PROGRAM, *words[1:]], stdout=subprocess.PIPE, check=True)
            count = done.stdout.count(b"\n") - 1
            if count != spike["count"]:
                yield f"{name}: {count} rows of {spike['rows']}, and not {spike['count']}"


def wrong_drivers():
    for name, page in pages():
        for spike in page["spikes"]:
            kinds = [(driver["dimension"], driver["value"]) for driver in spike["drivers"]]
            if len(kinds) != len(set(kinds)):
                yield f"{name}: told twice: {kinds}"
            for driver in spike["drivers"]:
                if abs(driver["share"] - driver["count"] / spike["count"]) > 1e-4:
                    yield f"{name}: the share of {driver}, of {spike['count']}"
            if spike["timeline"] and not sum(spike["timeline"]["counts"]) >= spike["count"]:
                yield f"{name}: the timeline has less than {spike['count']}"


checks = Checks()
checks.check("the schema is strict", lambda: loose(SCHEMA, ("$.filters",)))
checks.check("pages fit", lambda: misfits(SCHEMA, pages()))
checks.check("every member of the schema is in a page", lambda: unseen(SCHEMA, ("$.filters",)))
checks.check("rows are as many as it counts", wrong_rows)
checks.check("drivers are of the spike", wrong_drivers)
good = spikes(week("postfix"))
for what, change in {
        "a member that is not in the schema": lambda value: value["spikes"][0].update(colour="red"),
        "a member that is missing": lambda value: value["spikes"][0].pop("hint"),
        "another dimension":
            lambda value: value["spikes"][0]["drivers"][0].update(dimension="weather"),
        "a share of more than all":
            lambda value: value["spikes"][0]["drivers"][0].update(share=1.5)}.items():
    checks.catches(what, lambda change=change: misfits(SCHEMA, changed(good, change)))
checks.end()
