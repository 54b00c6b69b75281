#!/usr/bin/env python3
"""check_metrics - the metrics of every report are OpenMetrics text, bounded and true to the JSON of
the same report. tests/machines/formats_metrics.sh asks real collectors."""
import json
import re

import metrics_text
from checks import Checks, SAMPLES, golden_logs, hostile_log, mailtriage, names_in

HOSTILE = hostile_log()
METRICS = {"mailtriage_" + name for name in names_in("src/report/metrics.def", "METRIC")}
OWN = {"mailtriage_build_info", "mailtriage_last_run_timestamp_seconds"}
# Labels whose values are our own lists, or a number of three digits.
LABELS = {"outcome", "state", "event", "class", "direction", "severity", "code", "reason", "of", "version",
          "change", "table"}


def metrics(*words):
    return metrics_text.read(mailtriage("report", "--format", "openmetrics", *words))


def all_reports():
    for words in [SAMPLES, [HOSTILE], [*SAMPLES, HOSTILE], ["--event", "bounced", *SAMPLES]] + [
            [log] for log in golden_logs()]:
        families = metrics(*words)
        for fault in metrics_text.faults(families):
            yield f"{words}: {fault}"
        for name, family in families.items():
            for labels in family.series:
                for label in {label for label, _ in labels} - LABELS:
                    yield f"{name} has the label {label}, which may have any number of values"


def missing():
    found = set(metrics(*SAMPLES, "--against", SAMPLES[0]))
    for name in sorted((METRICS | OWN) ^ found):
        yield f"{name} is {'in no report' if name not in found else 'in no list'}"


def untold():
    with open("docs/metrics.md", encoding="utf-8") as page:
        told = set(re.findall("^[|] .*", page.read(), re.MULTILINE))
    told = set(re.findall("`(mailtriage_[a-z_]+)`", " ".join(told)))
    for name in sorted((METRICS | OWN) ^ told):
        yield f"{name} is {'not in docs/metrics.md' if name not in told else 'there alone'}"


def value(families, name, **labels):
    return sum(number for series, number in families["mailtriage_" + name].series.items()
               if all((label, wanted) in series for label, wanted in labels.items()))


def differences():
    families = metrics(*SAMPLES)
    report = json.loads(mailtriage("report", "--format", "json", *SAMPLES))
    pairs = [(value(families, "log_lines"), report["lines"]["read"]),
             (value(families, "received_bytes"), report["totals"]["messages"]["bytes"]),
             (value(families, "recipients", state="bounced"),
              report["totals"]["recipients"]["bounced"]),
             (value(families, "replies", code="550"),
              sum(code["count"] for reason in report["reasons"] for code in reason["codes"]
                  if code["code"] == 550))]
    for reason in report["reasons"]:
        labels = {name: reason[name] for name in ("class", "event", "direction", "severity")}
        pairs.append((value(families, "reasons", **labels), reason["count"]))
    for found, wanted in pairs:
        if found != wanted:
            yield f"{found} is not {wanted}"


checks = Checks()
checks.check("reports", all_reports)
checks.check("every metric is in the report of the samples", missing)
checks.check("docs/metrics.md tells of each", untold)
checks.check("the numbers are those of the JSON", differences)
HEAD = b"# HELP mailtriage_x X.\n# TYPE mailtriage_x gauge\n"
for what, text in {"no end": HEAD + b"mailtriage_x 1\n",
                   "a series twice": HEAD + b"mailtriage_x 1\nmailtriage_x 2\n# EOF\n",
                   "a time stamp": HEAD + b"mailtriage_x 1 1780272000\n# EOF\n",
                   "a label that breaks out": HEAD + b'mailtriage_x{a="b"c"} 1\n# EOF\n',
                   "a line of its own": HEAD + b"mailtriage_y 1\n# EOF\n",
                   "a family twice": (HEAD + b"mailtriage_x 1\n").replace(b"_x", b"_y") + HEAD + HEAD
                   + b"mailtriage_x 1\n# EOF\n"}.items():
    checks.refuses(what, lambda text=text: [metrics_text.read(text)])
for what, text in {"a unit that the name does not have":
                       HEAD + b"# UNIT mailtriage_x bytes\nmailtriage_x 1\n# EOF\n",
                   "a counter": HEAD.replace(b"gauge", b"counter") + b"mailtriage_x 1\n# EOF\n",
                   "an address": HEAD + b'mailtriage_x{a="bob@example.com"} 1\n# EOF\n',
                   "labels that differ": HEAD + b'mailtriage_x{a="1"} 1\nmailtriage_x 2\n# EOF\n'
                   }.items():
    checks.catches(what, lambda text=text: metrics_text.faults(metrics_text.read(text)))
checks.end()
