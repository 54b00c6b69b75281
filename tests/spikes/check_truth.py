#!/usr/bin/env python3
"""The truth about made-up weeks holds: what export and report count in them is what it says, and
the scorer tells a right answer from a wrong one."""

import collections
import datetime
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../machines"))
from checks import Checks, mailtriage  # noqa: E402
import score  # noqa: E402

MTAS = "postfix", "exim", "sendmail"
NAMES = {"recipient_domain": "recipient", "peer_host": "peer_host", "peer_ip": "peer_ip",
         "sender": "sender", "sender_domain": "sender", "user": "user", "host": "host",
         "template": "template"}


def made(folder, mta, seed, days=10):
    log, truth = os.path.join(folder, f"{mta}.log"), os.path.join(folder, f"{mta}.json")
    subprocess.run([sys.executable, "-B", os.path.join(HERE, "make_weeks.py"), "--log", log,
                    "--truth", truth, "--seed", str(seed), "--mta", mta, "--volume", "500",
                    "--days", str(days)], check=True)
    with open(truth, encoding="utf-8") as file:
        return log, json.load(file)


def rows_of(log, truth):
    lines = mailtriage("export", "--year", str(truth["year"]), "--timezone", truth["zone"],
                       "--format", "ndjson", log).decode().splitlines()
    return [row for row in map(json.loads, lines) if row["level"] != "host"]


def series_faults(log, truth, rows):
    """Each failure is in the log as often as the truth says, by export and by report."""
    told = {(one["event"], one["class"]): one["count"] for one in truth["series"]}
    exported = collections.Counter((row["event"], row["class"]) for row in rows)
    report = json.loads(mailtriage("report", "--format", "json", "--top", "0", "--year",
                                   str(truth["year"]), log))
    reported = collections.Counter()
    for reason in report["reasons"]:
        reported[reason["event"], reason["class"]] += reason["count"]
    for name, counts in (("export", exported), ("report", reported)):
        for series in sorted(set(told) | set(counts)):
            if told.get(series, 0) != counts[series]:
                yield f"{name}: {series}: {counts[series]}, truth: {told.get(series, 0)}"


def holds(row, driver):
    value = row[NAMES[driver["dimension"]]] or ""
    if driver["dimension"].endswith("_domain"):
        value = value.rpartition("@")[2]
    return score.is_true(driver, {"dimension": driver["dimension"], "value": value})


def cause_faults(truth, rows):
    """So many rows of a cause's series and time have the driver that is said to be the true one."""
    for cause in truth["causes"]:
        start, end = score.moment(cause["start"]), score.moment(cause["end"])
        second = datetime.timedelta(seconds=1)
        mine = [row for row in rows if (row["event"], row["class"]) ==
                (cause["event"], cause["class"])
                and start <= score.moment(row["time"]) < end + second]
        drivers = [driver for driver in cause["drivers"] if driver["dimension"] in NAMES]
        if len(mine) < cause["count"]:
            yield f"{cause['what']}: {len(mine)} rows, truth: {cause['count']}"
        for driver in drivers:
            count = sum(holds(row, driver) for row in mine)
            if count < cause["count"]:
                yield f"{cause['what']}: {count} rows of {driver}, truth: {cause['count']}"


def perfect(truth):
    return [{"start": cause["start"], "end": cause["end"], "event": cause["event"],
             "class": cause["class"], "count": cause["count"], "expected": cause["usual"],
             "drivers": cause["drivers"], "first": {}, "examples": [], "hint": ""}
            for cause in truth["causes"]]


def shifted(spike, minutes):
    more = datetime.timedelta(minutes=minutes)
    return dict(spike, start=(score.moment(spike["start"]) + more).isoformat(),
                end=(score.moment(spike["end"]) + more).isoformat())


def with_one_begin(cause):
    return {key: value for key, value in cause.items() if key != "begun"}


def scorer_faults(truth):
    count = len(truth["causes"])
    begun = [dict(spike, start=cause["begun"])
             for cause, spike in zip(truth["causes"], perfect(truth))]
    if any(spike is None for _, spike in score.judge(truth, begun)["causes"]):
        yield "begun with the others: not found"
    truth = dict(truth, causes=[with_one_begin(cause) for cause in truth["causes"]])
    right = perfect(truth)
    alien = dict(right[0], event="bounced", **{"class": "mail-loop"})
    wrong = [{"dimension": "sender", "value": "nobody@example.org"}] * 2
    for name, spikes, found, false, driven in (
            ("right", right, count, 0, True), ("nothing", [], 0, 0, True),
            ("an hour late", [shifted(one, 60) for one in right], count, 0, True),
            ("two hours late", [shifted(one, 120) for one in right], 0, 0, True),
            ("a false one more", right + [alien], count, 1, True),
            ("told twice", right + right, count, 0, True),
            ("drivers third", [dict(one, drivers=wrong + one["drivers"]) for one in right], count,
             0, False)):
        account = score.Account()
        account.add(truth, score.judge(truth, spikes))
        of, _, among_two = account.driven(account.pairs)
        got = account.found(account.pairs), account.false, among_two == of
        if name == "two hours late" and got[1] and got[0] == 0:
            got = 0, 0, got[2]  # past the end of a short cause it is no part of it
        if got != (found, false, driven):
            yield f"{name}: {got}, should be {(found, false, driven)}"


def same_seed_faults(folder, mta):
    with open(made(folder, mta, 7, 3)[0], "rb") as one:
        first = one.read()
    with open(made(folder, mta, 7, 3)[0], "rb") as two:
        if first != two.read():
            yield "the same seed gives another log"


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        for seed, mta in enumerate(MTAS, 11):
            log, truth = made(folder, mta, seed)
            rows = rows_of(log, truth)
            checks.check(f"{mta}: series", lambda log=log, truth=truth, rows=rows:
                         series_faults(log, truth, rows))
            checks.check(f"{mta}: causes and drivers", lambda truth=truth, rows=rows:
                         cause_faults(truth, rows))
            checks.check(f"{mta}: the scorer", lambda truth=truth: scorer_faults(truth))
        checks.check("a seed is a log", lambda: same_seed_faults(folder, "postfix"))
    checks.end()


if __name__ == "__main__":
    main()
