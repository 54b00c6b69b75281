#!/usr/bin/env python3
"""Holds what `mailtriage spikes` finds in made-up logs against the truth about them.

usage: score.py [--logs N] [--first SEED] [--small] [--jobs N] [--keep FOLDER] [--table FILE]
                [--verbose] [--tap] [--margin]

Logs are made by make_weeks.py, one for each seed, of several volumes. A cause counts as found when
a spike has its event and reason and begins at most 75 minutes before or after it; where its first
failure or two come hours before the others, between these, too. What matches no cause is a false
alarm, unless it lies in the time of one: then it is the same thing told again (by its own series,
or one that the cause shows in too), or it is late, and both are counted apart.

It ends with status 1 when a must is missed: see MUSTS. --small makes a few small logs; --margin
takes off the musts what chance can do in so few. --keep leaves logs, truth and answers in a folder
and takes from there what is there. --verbose names what was missed and what was false.
"""

import argparse
import datetime
import json
import math
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
MAILTRIAGE = os.environ.get("MAILTRIAGE") or os.path.join(HERE, "../../build/mailtriage")
NEAR = datetime.timedelta(minutes=75)
VOLUMES = [300, 700, 1500, 2500, 4000, 6000, 1000, 12000, 500, 3000]
ONE_OF_MANY = 30000  # a day, of every tenth log beside
CLASSES = [2, 3, 4, 6, 10, 20]
MANY = 25
# From four times usual and 25 events on: how many are found, and how many of these have the true
# driver among the first two. And false alarms a week.
MUSTS = {"found": .95, "driven": .90, "false": .5}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def size_class(ratio):
    """The nearest one, by proportion."""
    return min(CLASSES, key=lambda known: abs(math.log(max(ratio, 1.01) / known)))


def is_true(driver, told):
    """A template that must only name something is true where it does."""
    if driver["dimension"] != told["dimension"]:
        return False
    if driver["dimension"] == "template":
        return driver["value"].lower() in told["value"].lower()
    return driver["value"].lower() == told["value"].lower()


def place_of_driver(cause, spike):
    """1 for the first, 0 where none is true; None where nobody stands out."""
    if not cause["drivers"]:
        return None
    for place, told in enumerate(spike["drivers"], 1):
        if any(is_true(driver, told) for driver in cause["drivers"]):
            return place
    return 0


def distance(cause, spike):
    """From the beginning of a cause, which may be a stretch, to that of a spike."""
    began = moment(spike["start"])
    first, begun = moment(cause["start"]), moment(cause.get("begun", cause["start"]))
    return max(first - began, began - begun, datetime.timedelta())


def overlaps(cause, spike):
    """Retries and notices come after the cause: some hours of them still belong to it."""
    after = datetime.timedelta(hours=3)
    return (moment(spike["start"]) <= moment(cause["end"]) + after
            and moment(spike["end"]) >= moment(cause["start"]) - NEAR)


def judge(truth, spikes):
    """{"causes": [(cause, spike or None)], "again": [...], "late": [...], "false": [...]}"""
    left, pairs, late = list(spikes), [], []
    for cause in truth["causes"]:
        able = [spike for spike in left
                if (spike["event"], spike["class"]) == (cause["event"], cause["class"])
                and distance(cause, spike) <= NEAR]
        best = min(able, key=lambda spike: distance(cause, spike), default=None)
        if best:
            left.remove(best)
        pairs.append((cause, best))
    again, false = [], []
    for spike in left:
        series = spike["event"], spike["class"]
        for cause, found in pairs:
            shows_in = [(cause["event"], cause["class"])]
            shows_in += [(other["event"], other["class"]) for other in cause["also"]]
            if overlaps(cause, spike) and series in shows_in:
                (again if found or series != shows_in[0] else late).append((cause, spike))
                break
        else:
            false.append(spike)
    return {"causes": pairs, "again": again, "late": late, "false": false}


# ---- logs and answers

def made_once(path, make):
    if not os.path.exists(path):
        make(path + ".new")
        os.rename(path + ".new", path)


def answer(folder, seed, volume, causes, days):
    """Makes a log, asks about it, and forgets it; the truth and the spikes."""
    name = os.path.join(folder, f"{seed}-{volume}-{causes}-{days}")
    log, truth, spikes = name + ".log", name + ".truth.json", name + ".spikes.json"

    def make_log(path):
        subprocess.run([sys.executable, "-B", os.path.join(HERE, "make_weeks.py"), "--log", path,
                        "--truth", truth, "--seed", str(seed), "--volume", str(volume),
                        "--causes", str(causes), "--days", str(days)], check=True)

    made_once(log, make_log)
    with open(truth, encoding="utf-8") as file:
        told = json.load(file)
    with open(spikes, "wb") as file:
        done = subprocess.run([MAILTRIAGE, "spikes", "--no-config", "--quiet", "--format", "json",
                               "--year", str(told["year"]), "--timezone", told["zone"], log],
                              stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE,
                              env=dict(os.environ, LC_ALL="C.UTF-8"), check=False)
    if done.returncode:
        raise RuntimeError(f"seed {seed}: status {done.returncode}: "
                           f"{done.stderr.decode(errors='replace')}")
    with open(spikes, encoding="utf-8") as file:
        return told, json.load(file)["spikes"]


def some_logs(wishes, folder):
    """One after the other as they are done, and no log is kept that nobody asked for."""
    def one(place):
        seed = wishes.first + place
        volume = VOLUMES[place % len(VOLUMES)]
        if place % 10 == 7 and not wishes.small:
            volume = ONE_OF_MANY
        truth, spikes = answer(folder, seed, volume, wishes.causes, wishes.days)
        if not wishes.keep:
            os.remove(os.path.join(folder, f"{seed}-{volume}-{wishes.causes}-{wishes.days}.log"))
        return seed, truth, judge(truth, spikes)

    with ThreadPoolExecutor(wishes.jobs) as pool:
        yield from pool.map(one, range(wishes.logs))


# ---- the account

class Account:
    def __init__(self):
        self.pairs, self.weeks, self.logs = [], 0.0, 0
        self.again = self.late = self.false = 0

    def add(self, truth, verdict):
        self.logs += 1
        self.weeks += truth["days"] / 7
        self.pairs += verdict["causes"]
        self.again += len(verdict["again"])
        self.late += len(verdict["late"])
        self.false += len(verdict["false"])

    def part(self, wanted):
        return [(cause, spike) for cause, spike in self.pairs if wanted(cause)]

    @staticmethod
    def found(pairs):
        return sum(1 for _, spike in pairs if spike)

    @staticmethod
    def driven(pairs):
        """How many found ones that have a true driver, and of how many it is first, and second."""
        places = [place_of_driver(cause, spike) for cause, spike in pairs if spike]
        places = [place for place in places if place is not None]
        return len(places), places.count(1), places.count(1) + places.count(2)

    def musts(self, margin):
        """[(what, is, must, fine)]; the margin is what three in a hundred such runs would miss."""
        large = self.part(lambda cause: cause["ratio"] >= 4 and cause["above"] >= MANY)
        with_driver, _, among_two = self.driven(large)
        shares = [("found", self.found(large), len(large)), ("driven", among_two, with_driver)]
        rows = []
        for name, count, of in shares:
            share, must = count / max(of, 1), MUSTS[name]
            slack = 1.9 * math.sqrt(must * (1 - must) / max(of, 1)) if margin else 0
            rows.append((name, share, must, of > 0 and share >= must - slack))
        false = self.false / max(self.weeks, .01)
        slack = 1.9 * math.sqrt(MUSTS["false"] / max(self.weeks, .01)) if margin else 0
        rows.append(("false", false, MUSTS["false"], false <= MUSTS["false"] + slack))
        return rows

    def table(self):
        lines = ["| times usual | events above usual | spikes | found | true driver first | among "
                 "the first two |", "|---|---|---|---|---|---|"]
        for name, low, high in (("< 25", 0, MANY), (">= 25", MANY, math.inf)):
            for known in CLASSES:
                pairs = self.part(lambda cause, known=known, low=low, high=high:
                                  size_class(cause["ratio"]) == known
                                  and low <= cause["above"] < high)
                lines.append(row(str(known), name, pairs))
        large = self.part(lambda cause: cause["ratio"] >= 4 and cause["above"] >= MANY)
        lines.append(row("**4 and more**", "**>= 25**", large))
        return lines

    def kinds(self):
        lines = ["| cause (4 times usual and 25 events, and more) | spikes | found | true driver "
                 "first | among the first two |", "|---|---|---|---|---|"]
        large = self.part(lambda cause: cause["ratio"] >= 4 and cause["above"] >= MANY)
        for what in sorted({cause["what"] for cause, _ in large}):
            line = row(what, "", [pair for pair in large if pair[0]["what"] == what])
            lines.append(line.replace(" |  |", " |", 1))
        return lines

    def words(self):
        return (f"{len(self.pairs)} spikes in {self.logs} logs of {self.weeks:.0f} weeks together: "
                f"{self.false} false alarms ({self.false / max(self.weeks, .01):.2f} a week), "
                f"{self.again} told again, {self.late} at another time.")


def percent(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else "-"


def row(size, events, pairs):
    of, first, two = Account.driven(pairs)
    return (f"| {size} | {events} | {len(pairs)} | {percent(Account.found(pairs), len(pairs))} "
            f"| {percent(first, of)} | {percent(two, of)} |")


def span(thing):
    return f"{thing['start']} .. {thing['end']} {thing['event']} {thing['class']}"


def tell(seed, truth, verdict):
    """What to look at, a line each."""
    head = f"{seed} ({truth['mta']}, {truth['volume']} a day)"
    for cause, spike in verdict["causes"]:
        size = f"{cause['what']}, {cause['ratio']} times, {cause['above']} events"
        if not spike:
            print(f"{head}: missed {span(cause)}: {size}")
        elif place_of_driver(cause, spike) not in (None, 1, 2):
            told = [f"{one['dimension']}={one['value']}" for one in spike["drivers"][:3]]
            true = [f"{one['dimension']}={one['value']}" for one in cause["drivers"]]
            print(f"{head}: driver of {span(cause)}: {size}: {true}, told {told}")
    for name in ("again", "late"):
        for cause, spike in verdict[name]:
            print(f"{head}: {name} {span(spike)}, of {span(cause)}")
    for spike in verdict["false"]:
        decoys = [decoy["what"] for decoy in truth["decoys"]
                  if moment(decoy["start"]) <= moment(spike["end"])
                  and moment(decoy["end"]) >= moment(spike["start"])]
        print(f"{head}: false {span(spike)}: {spike['count']} for {spike['expected']}"
              f"{', in ' + ', '.join(decoys) if decoys else ''}")


def main():
    parser = argparse.ArgumentParser(description="spikes against the truth")
    parser.add_argument("--logs", type=int, default=20)
    parser.add_argument("--first", type=int, default=101, help="the seed of the first log")
    parser.add_argument("--causes", type=int, default=7, help="in each log")
    parser.add_argument("--days", type=int, default=21)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep")
    parser.add_argument("--table")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--margin", action="store_true")
    wishes = parser.parse_args()
    account = Account()
    with tempfile.TemporaryDirectory() as scratch:
        if wishes.keep:
            os.makedirs(wishes.keep, exist_ok=True)
        for seed, truth, verdict in some_logs(wishes, wishes.keep or scratch):
            account.add(truth, verdict)
            if wishes.verbose:
                tell(seed, truth, verdict)
    lines = [account.words(), ""] + account.table() + [""] + account.kinds()
    if wishes.table:
        with open(wishes.table, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    if not wishes.tap:
        print("\n".join(lines))
    musts = account.musts(wishes.margin)
    for number, (name, share, must, fine) in enumerate(musts, 1):
        said = f"{name}: {share:.2f}, {'at most' if name == 'false' else 'at least'} {must:.2f}"
        print(f"{'ok' if fine else 'not ok'} {number} - {said}")
    if wishes.tap:
        print(f"1..{len(musts)}")
    return 0 if all(fine for *_, fine in musts) else 1


if __name__ == "__main__":
    sys.exit(main())
