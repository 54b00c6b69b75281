"""judge - holds what our program reads from the logs of a run to what really happened.

usage: python3 tests/mta/judge.py PROGRAM OUT     (OUT as bench.py left it; writes TAP)

Each log is read by the program in each wrapping, and every row goes to the scenario whose names or
addresses it has. A scenario passes when its rows are the expected ones in every wrapping: each
once, no other. What a row says of a reply must have been on the wire. At last the report's totals
must be what the scenarios add up to, and no row may be left that belongs to none.
"""
import json
import os
import re
import subprocess
import sys

import wrappings

MATCHED_BY = ("recipient", "orig_recipient", "sender", "peer_host", "helo", "user")


def rows_of(program, paths):
    """(rows, report) as the program reads them."""
    common = ["--no-config", "--quiet", "--year", wrappings.year_of(paths[0]), *paths]
    export = subprocess.run([program, "export", "--all", "--format", "ndjson", *common],
                            capture_output=True, text=True, check=False)
    report = subprocess.run([program, "report", "--format", "json", *common],
                            capture_output=True, text=True, check=False)
    if export.returncode or report.returncode:
        raise RuntimeError(f"{program}: {export.stderr} {report.stderr}")
    return [json.loads(line) for line in export.stdout.splitlines()], json.loads(report.stdout)


def lines_of(out):
    """The lines of one log of the run that has them all."""
    for name in sorted(os.listdir(os.path.join(out, "logs")), reverse=True):
        path = os.path.join(out, "logs", name)
        if name.endswith(".log") and os.path.isfile(path):
            with open(path, encoding="latin-1") as file:
                return file.readlines()
    return []


class Finder:
    """Finds the scenario that a row is about."""

    def __init__(self, scenarios, notes, lines):
        self.lines = lines
        self.by_words = {row["columns"]["says"]: s["scenario"] for s in scenarios
                         for row in s["rows"] if "says" in row["columns"]}
        self.by_address = {a: s["scenario"] for s in scenarios for a in s["addresses"]}
        self.names = {s["scenario"] for s in scenarios}
        # The queue ID that the server told when it took a message: a row may have nothing else.
        self.by_id = {
            word: note["scenario"]
            for note in notes
            if note["who"] == "client" and note.get("heard", "").startswith("250 ")
            for word in re.findall(r"[A-Za-z0-9-]{8,}", note["heard"])
            if re.search(r"\d", word)
        }

    def by_line(self, queue_id):
        """Whose message it is, by what any line of it says; for rows that name nobody."""
        if queue_id not in self.by_id:
            labels = (label for line in self.lines if queue_id in line
                      for label in re.findall(r"([a-z0-9][a-z0-9-]*)[.@]example\.", line))
            self.by_id[queue_id] = next((label for label in labels if label in self.names), None)
        return self.by_id[queue_id]

    def scenario_of(self, row):
        for column in MATCHED_BY:
            for label in re.split(r"[.@+]", row[column] or ""):
                if label in self.names:
                    return label
        if row["peer_ip"] in self.by_address:
            return self.by_address[row["peer_ip"]]
        for words, name in self.by_words.items():
            if words in (row["reply"] or ""):
                return name
        if self.by_id.get(row["queue_id"]):
            return self.by_id[row["queue_id"]]
        if row["queue_id"] and self.by_line(row["queue_id"]):
            return self.by_line(row["queue_id"])
        # A warning of the server names whom it is about in its text alone, or it is known by that.
        for word in re.findall(r"[a-z0-9][a-z0-9-]*[.][a-z0-9.-]+", row["reply"] or ""):
            if word in self.by_address:
                return self.by_address[word]
            for label in word.split("."):
                if label in self.names:
                    return label
        return None


def rows_in(scenario, log):
    return [row for row in scenario["rows"] if not wrappings.lacks(log, row["log"])]


def expected_rows(scenario, log):
    rows = [row["columns"] for row in rows_in(scenario, log) for _ in range(row["times"])]
    notice = {"event": "delivered", "level": "mta", "direction": "out", "sender": "", "code": 250}
    return rows + [{**notice, "recipient": to} for to in scenario["notices"]]


def differences(want, row):
    """says is no column, but words that the reply must hold."""
    wrong = {key: (value, row[key]) for key, value in want.items()
             if key != "says" and row[key] != value}
    if want.get("says", "") not in (row["reply"] or ""):
        wrong["reply"] = (want["says"], row["reply"])
    return wrong


def compare(wanted, rows):
    """What is wrong, as lines; nothing when each wanted row is there once, and no other."""
    left, unmet = list(rows), []
    for want in wanted:
        match = next((row for row in left if not differences(want, row)), None)
        if match:
            left.remove(match)
        else:
            unmet.append(want)
    wrong = []
    for want in unmet:
        nearest = min(left, key=lambda row: len(differences(want, row)), default=None)
        if nearest is None:
            wrong.append(f"missing: {shown(want)}")
            continue
        left.remove(nearest)
        for key, (wish, is_now) in differences(want, nearest).items():
            wrong.append(f"line {nearest['line']}: {key} is {is_now!r}, the truth is {wish!r}")
    wrong += [f"line {row['line']}: one too many: {shown(row)}" for row in left]
    return wrong


def place_nameless(log, scenarios, found):
    """Rows that name nobody go to the scenarios that say so of theirs."""
    strangers = found.get((log, None), [])
    for scenario in scenarios:
        for want in scenario["rows"]:
            own = found.setdefault((log, scenario["scenario"]), [])
            lacking = want["times"] - sum(not differences(want["columns"], row) for row in own)
            fitting = [row for row in strangers if not differences(want["columns"], row)]
            for row in fitting[:max(lacking, 0)] if want.get("nameless") else ():
                strangers.remove(row)
                own.append(row)


def in_which_logs(wrong):
    """The same fault in several logs is told once."""
    logs = {}
    for log, texts in wrong.items():
        for text in texts:
            logs.setdefault(text, []).append(log)
    return [text + ("" if len(where) == len(wrong) else f"  (in {', '.join(where)})")
            for text, where in logs.items()]


def shown(row):
    return ", ".join(f"{key}={value}" for key, value in row.items() if value is not None and key in SHOWN)


SHOWN = ("event", "level", "direction", "side", "stage", "code", "enhanced", "class", "sender",
         "recipient", "peer_host", "peer_ip", "reply")


def check_wire(scenario, notes):
    """A code in a wanted row was really said, by whoever the row says it was; an implied one too."""
    wrong = []
    for row in scenario["rows"]:
        columns = row["columns"]
        if (columns.get("code") is None or "callout" in columns.values() or row.get("unsaid")
                or "local" in columns["direction"]):
            continue
        if "code" in scenario["unclear"]:
            continue
        start = f"(?m)^{columns['code']}"  # a screen's greeting may begin with another one
        ours = columns["direction"] != "out"  # our own server said it, and a client heard it
        key = "heard" if ours else "said"
        said = [note[key] for note in notes if re.search(start, note.get(key, ""))
                and (note["who"] == "client") == ours]
        if not any((columns["enhanced"] or "") in text for text in said):
            wrong.append(f"the wire has no {columns['code']} {columns['enhanced'] or ''} for it: {shown(columns)}")
    return wrong


def secrets_of(notes):
    """What clients said to log in, as it was on the wire."""
    said = [note["said"].split() for note in notes if note["who"] == "client" and note.get("said")]
    words = [words[2] for words in said if words[:1] == ["AUTH"] and len(words) > 2]
    return {word for word in words if len(word) > 8}


def totals_of(scenarios, log):
    """What the report must count."""
    totals = {"delivered": 0, "bounced": 0, "expired": 0, "deferred": 0, "rejected": 0,
              "auth_failed": 0, "tls_failed": 0, "connection_lost": 0, "timeout": 0}
    levels = {"delivered": "recipient", "bounced": "recipient", "expired": "recipient",
              "deferred": "attempt"}
    for scenario in scenarios:
        for row in rows_in(scenario, log):
            event = row["columns"]["event"].replace("-", "_")
            if row["columns"]["level"] == levels.get(event, "session") and event in totals:
                totals[event] += row["times"]
    return totals


def totals_in(report):
    totals = report["totals"]
    return {
        **{key: totals["recipients"][key] for key in ("delivered", "bounced", "expired")},
        "deferred": totals["attempts"]["deferred"],
        "rejected": totals["rejections"]["rejected"],
        **totals["sessions"],
    }


def secrets_of(notes):
    """What clients sent to log in, mechanisms and the like left out."""
    said = " ".join(note["said"] for note in notes if note["who"] == "client" and note["stage"] == "auth"
                    and "said" in note)
    return {word for word in re.findall(r"[A-Za-z0-9+/=]{8,}", said) if re.search(r"[a-z]", word)}


class Tap:
    def __init__(self, prefix):
        self.prefix, self.number = prefix, 0

    def test(self, name, wrong):
        self.number += 1
        for line in wrong:
            print("# " + line)
        print(f"{'not ok' if wrong else 'ok'} {self.number} {self.prefix} {name}")

    def end(self):
        print(f"1..{self.number}")


def main(program, out):
    with open(os.path.join(out, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    with open(os.path.join(out, "wire.jsonl"), encoding="ascii") as file:
        notes = [json.loads(line) for line in file]
    scenarios = truth["scenarios"]
    finder = Finder(scenarios, notes, lines_of(out))
    tap = Tap(os.path.basename(out))
    read = {log: rows_of(program, paths) for log, paths in wrappings.all_of(out).items()}

    found = {}  # (log, scenario) -> rows
    for log, (rows, _) in read.items():
        for row in rows:
            found.setdefault((log, finder.scenario_of(row)), []).append(row)
    for log in read:
        place_nameless(log, scenarios, found)
    for scenario in scenarios:
        name = scenario["scenario"]
        wrong = check_wire(scenario, [note for note in notes if note["scenario"] == name])
        wrong += in_which_logs({log: compare(expected_rows(scenario, log), found.get((log, name), []))
                                for log in read})
        tap.test(name, wrong)

    tap.test("ended at rest", [] if truth["at_rest"] else ["the queue still works"])
    tap.test("has logs", [] if read else ["no log was written"])
    for log, (rows, report) in read.items():
        wanted, counted = totals_of(scenarios, log), totals_in(report)
        tap.test(f"{log}: totals are what happened", [
            f"{key}: counted {counted[key]}, happened {wanted[key]}"
            for key in wanted if counted[key] != wanted[key]])
        strangers = [row for row in found.get((log, None), [])
                     if not any(words in (row["reply"] or "") for words in truth["by_chance"])]
        tap.test(f"{log}: no row without a cause", [
            f"line {row['line']}: {shown(row)}" for row in strangers])
        shown_text = json.dumps([rows, report])
        tap.test(f"{log}: no secret is shown", [word for word in secrets_of(notes) if word in shown_text])
        shown_text = json.dumps([read[log][0], report])
        tap.test(f"{log}: no secret is shown", [
            f"'{secret}' is" for secret in secrets_of(notes) if secret in shown_text])
        odd = report["lines"]["not_understood"]
        tap.test(f"{log}: every line is understood", [f"{odd} are not: {report.get('not_understood')}"] if odd else [])
    tap.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
