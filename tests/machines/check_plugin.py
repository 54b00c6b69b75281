#!/usr/bin/env python3
"""check_plugin - `mailtriage check`: its line is that of a monitoring plugin whatever the log and
the thresholds, its numbers are those of the report, and the sets of docs/thresholds.md hold and do
not hold where they should."""
import json
import os
import re
import subprocess
import tempfile

from checks import Checks, PROGRAM, SAMPLES, golden_logs, hostile_log, mailtriage
from plugin_line import Line, alerts

HOSTILE = hostile_log()
WORDS = {"received": ("messages", "received"), "delivered": ("recipients", "delivered"),
         "bounced": ("recipients", "bounced"), "expired": ("recipients", "expired"),
         "waiting": ("recipients", "waiting"), "discarded": ("recipients", "discarded"),
         "deferred-ever": ("recipients", "deferred_ever"), "deferred": ("attempts", "deferred"),
         "rejected": ("rejections", "rejected"), "auth-failed": ("sessions", "auth_failed"),
         "tls-failed": ("sessions", "tls_failed"), "timeout": ("sessions", "timeout"),
         "connection-lost": ("sessions", "connection_lost")}
ALL = (list(WORDS) + ["held", "warning", "p95 delay", "silence"] +
       [f"{word}%" for word in ("delivered", "bounced", "expired", "discarded")] +
       [f"deferred/{unit}" for unit in "mhd"] + ["rejected/m", "rejected/d"] +
       [f"any {whose} {word}" for whose, words in {
           "class": ["bounced", "rejected", "auth-failed"],
           "domain": ["bounced", "delivered", "p50 delay"], "relay": ["deferred", "p95 delay"],
           "client": ["received", "rejected", "auth-failed"],
           "user": ["received", "recipients", "auth-failed"],
           "sender": ["recipients", "bounced"], "sender-domain": ["received", "rejected"],
       }.items() for word in words] + ["any class", "class auth-*", "class mailbox-full%"])


def run(*words):
    done = subprocess.run([PROGRAM, "check", "--quiet", *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    line = Line(done.stdout)
    if done.returncode != line.status:
        raise AssertionError(f"{words}: status {done.returncode}, and the line says {line.status}")
    return line


def check(*words):
    return run("--no-config", "--year", "2026", "--timezone", "UTC", *words)


def bound(metric, comparison, number):
    is_time = metric.endswith("delay") or metric == "silence"
    return f"{metric} {comparison} {number}{'s' if is_time else ''}"


def every_metric():
    """One threshold each, that holds for all and then for none that is above 0."""
    for logs in [SAMPLES, [HOSTILE]] + [[log] for log in golden_logs()]:
        line = check(*[word for metric in ALL for word in ("-w", bound(metric, ">", 0))], *logs)
        if line.status == 3:
            continue
        if len(line.data) != len(ALL):
            yield f"{logs}: {len(line.data)} of {len(ALL)} metrics"
        holds = any(datum.value is not None and alerts(datum.value, datum.warn)
                    for datum in line.data.values())
        if line.status != int(holds):
            yield f"{logs}: status {line.status}: {line.text}"


def ranges():
    """Whether a threshold holds is what its range says of the value."""
    for metric in ("bounced", "bounced%", "auth-failed/h", "any class"):
        value = list(check("-w", f"{metric} > 0", *SAMPLES).data.values())[0].value
        for comparison in (">", ">=", "<", "<=", "=", "!="):
            for number in (0, value - 0.5, value, value + 0.5, 100):
                threshold = f"{metric} {comparison} {number:.3f}"
                line = check("-c", threshold, *SAMPLES)
                datum = list(line.data.values())[0]
                rounded = metric.endswith(("%", "/h")) and number == value
                if not rounded and (line.status == 2) != alerts(datum.value, datum.crit):
                    yield f"{threshold}: status {line.status}, range {datum.crit}"


def differences():
    """The numbers are those of the JSON of the same log."""
    for log in SAMPLES:
        report = json.loads(mailtriage("report", "--format", "json", log))
        totals = report["totals"]
        wanted = {word: totals[group][name] for word, (group, name) in WORDS.items()}
        finals = sum(wanted[word] for word in ("delivered", "bounced", "expired", "discarded"))
        wanted["recipients"] = finals + wanted["waiting"]
        wanted["bounced%"] = round(100 * wanted["bounced"] / finals, 3)
        classes = {}
        for reason in report["reasons"]:
            classes[reason["class"]] = classes.get(reason["class"], 0) + reason["count"]
        wanted.update({f"class {name}": count for name, count in classes.items()})
        wanted["any class"] = max(classes.values())
        # A bare number of rejections is a rate. The samples are less than a day.
        asked = [f"{word}/d" if WORDS.get(word, ("",))[0] in ("rejections", "sessions") else word
                 for word in wanted]
        line = check(*[word for metric in asked for word in ("-w", f"{metric} > 0")], log)
        for metric, word in zip(asked, wanted):
            if line.data[metric].value != wanted[word]:
                yield f"{log}: {metric} is {line.data[metric].value}, not {wanted[word]}"


def history():
    """Without a log the numbers are those of the log that was kept."""
    exact = [bound(metric, ">", 0) for metric in
             list(WORDS) + ["held", "warning", "bounced%", "rejected/d", "any class", "class auth-*", "silence"]]
    exact = [word for metric in exact for word in ("-w", metric)]
    with tempfile.TemporaryDirectory() as folder:
        for number, log in enumerate(SAMPLES):
            path = os.path.join(folder, f"{number}.db")
            mailtriage("report", "--resume", "--history", path, log)
            logs, kept = check(*exact, log), check(*exact, "--history", path)
            for label, datum in logs.data.items():
                found = kept.data[label].value
                # What counts by the hour: history has whole ones.
                most = 5 if label == "silence" else datum.value / 10 if label.endswith("/h") else 0
                if abs(found - datum.value) > most:
                    yield f"{log}: {label} is {found} in history, and {datum.value}"
            first, other = (check("-w", "p90 delay > 0s", *words).data["p90 delay"].value
                            for words in ([log], ["--history", path]))
            if not first / 2 <= other <= first * 2:
                yield f"{log}: a delay is {other} in history, and {first}"


# --- the sets of the documentation

def sets():
    with open("docs/thresholds.md", encoding="utf-8") as page:
        found = re.findall(r"`mine/(\w+)\.yaml`:\n\n((?:    .*\n)+)", page.read())
    return {name: re.sub("(?m)^    ", "", text) for name, text in found}


def bad_hour(now):
    """A log of an hour that ends now, in which everything goes wrong."""
    def stamp(second):
        done = subprocess.run(["date", "-u", "-d", f"@{now - 1900 + second}", "+%Y-%m-%dT%H:%M:%SZ"],
                              stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().strip()
    when = stamp(0)
    for i in range(6000):
        when = stamp(i // 3) if i % 600 == 0 else when
        mail = f"{when} mx1 postfix/smtp[812]: 4C1D2E{i:06X}: to=<u{i}@example.net>, " \
               "relay=mx.example.net[198.51.100.5]:25, delay=4000, delays=1/1/1/3997, "
        yield (f"{when} mx1 postfix/smtpd[7]: 4C1D2E{i:06X}: client=web.example.com[192.0.2.9], "
               "sasl_method=PLAIN, sasl_username=mallory")
        yield f"{when} mx1 postfix/qmgr[9]: 4C1D2E{i:06X}: from=<m@example.com>, size=900, nrcpt=1 (queue active)"
        if i % 2:
            yield mail + ("dsn=5.7.1, status=bounced (host mx.example.net[198.51.100.5] said: 554 5.7.1 "
                          "Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org "
                          "(in reply to RCPT TO command))")
        else:
            yield mail + "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5D)"
        yield (f"{when} mx1 postfix/smtpd[8]: warning: unknown[203.0.113.{i % 250}]: SASL LOGIN authentication "
               "failed: UGFzc3dvcmQ6, sasl_username=bob")


def written(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def ready_sets():
    now = int(subprocess.run(["date", "+%s"], stdout=subprocess.PIPE, check=True).stdout)
    found = sets()
    if sorted(found) != ["large", "small"]:
        yield f"the sets are {sorted(found)}"
    with tempfile.TemporaryDirectory() as folder:
        bad = "\n".join(bad_hour(now)) + "\n"
        bad_log = written(folder, "bad.log", bad)
        good_log = written(folder, "good.log", "".join(
            line + "\n" for line in bad.replace("delay=4000", "delay=1").split("\n")
            if "status=sent" in line))
        for name, text in found.items():
            config = written(folder, f"{name}.yaml", text)
            count = text.count("\n    - ")
            for log, wanted in ((good_log, 0), (bad_log, 2), (SAMPLES[0], 2)):
                line = run("--config", config, log)
                if line.status != wanted:
                    yield f"{name}, {log}: {line.text}"
            line = run("--config", config, bad_log)
            for word in ("bounced is 50", "user mallory recipients", "class blocklisted bounced"):
                if word not in line.text:
                    yield f"{name}: '{word}' is not told: {line.text}"
            labels = {re.sub("[<>=!].*", "", item).strip() for item in re.findall("- (.*)", text)}
            if len(line.data) != len(labels) or count < len(labels):
                yield f"{name}: {sorted(line.data)} of {sorted(labels)}"


checks = Checks()
checks.check("every metric, of every log", every_metric)
checks.check("what holds is what the range says", ranges)
checks.check("the numbers are those of the JSON", differences)
if b"history: SQLite" in subprocess.run([PROGRAM, "--version"], stdout=subprocess.PIPE, check=True).stdout:
    checks.check("history says what the log says", history)
else:
    checks.skip("history says what the log says", "built without SQLite")
checks.check("the sets of docs/thresholds.md", ready_sets)
LINE = b"MAILTRIAGE OK - fine | 'a'=1;2;3;0;\n"
Line(LINE)
for what, raw in {"no line end": LINE[:-1], "two lines": LINE + LINE, "no text": b"MAILTRIAGE OK -  | 'a'=1;;;0;\n",
                  "a second bar": LINE.replace(b"fine", b"fi|ne"), "a control byte": LINE.replace(b"fine", b"fi\x1bne"),
                  "a quote that ends": LINE.replace(b"'a'", b"'a'b'"), "an equals sign": LINE.replace(b"'a'", b"'a=b'"),
                  "no label": LINE.replace(b"'a'", b"''"), "a unit that is none": LINE.replace(b"=1;", b"=1h;"),
                  "a comma": LINE.replace(b"=1;", b"=1,5;"), "a label twice": LINE[:-1] + b" 'a'=1;;;0;\n",
                  "a range that is none": LINE.replace(b";2;", b";>2;"), "another status": LINE.replace(b"OK", b"FINE"),
                  }.items():
    checks.refuses(what, lambda raw=raw: [Line(raw)])
checks.end()
