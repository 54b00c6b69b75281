"""samples - makes samples/ of the logs of the story (story.py), as real servers wrote them.

usage: python3 tests/mta/samples.py RUNS SAMPLES        (RUNS: build/mta/run; see `make samples`)

Why: the servers played a day within minutes. Every stamp is moved by what lies between the moment
at which its step was really played and the time of the story; what was logged before the first step
and after the last is left out. Nothing else of a line is touched.
"""
import bisect
import datetime
import json
import os
import re
import sys

from wrappings import make_export

DAY = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
END = 30  # seconds: what is logged so much later than the last step began is the end of the bench

# variant of the bench, its log, where it goes
LOGS = (
    ("postfix", "rfc3339.log", "postfix/mail.log"),
    ("postfix", "traditional.log", "wrappings/postfix-traditional.log"),
    ("postfix", "rfc5424.log", "wrappings/postfix-rfc5424.log"),
    ("postfix-file", "maillog_file.log", "wrappings/postfix-maillog_file.log"),
    ("exim", "exim4/mainlog", "exim/mainlog"),
    ("exim", "exim4/rejectlog", "exim/rejectlog"),
    ("exim", "traditional.log", "wrappings/exim-traditional.log"),
    ("sendmail", "traditional.log", "sendmail/maillog"),
    ("sendmail", "rfc3339.log", "wrappings/sendmail-rfc3339.log"),
)

RFC3339 = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?=\+00:00|Z)")
TRADITIONAL = re.compile(rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d")
EXIM = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
SHAPES = (
    (RFC3339, "%Y-%m-%dT%H:%M:%S.%f"),
    (TRADITIONAL, "%b %e %H:%M:%S"),
    (EXIM, "%Y-%m-%d %H:%M:%S"),
)


class Story:
    """Where in the story a moment of the clock is."""

    def __init__(self, moments):
        self.begins = [begin for _, begin in moments]
        self.times = [DAY + datetime.timedelta(hours=int(time[:2]), minutes=int(time[3:]))
                      for time, _ in moments]

    def time_of(self, moment):
        """None: before it or behind it."""
        place = bisect.bisect_right(self.begins, moment) - 1
        if place < 0 or moment > self.begins[-1] + END:
            return None
        return self.times[place] + datetime.timedelta(seconds=moment - self.begins[place])


def moment_of(text, shape, year):
    if "%e" in shape:
        text, shape = f"{year} {text}", "%Y %b %d %H:%M:%S"
    return datetime.datetime.strptime(text, shape).replace(tzinfo=datetime.timezone.utc)


def moved(line, story, year):
    """The line with each of its stamps moved (Exim's through syslog has two); None: not of it.
    Stamps without a fraction count as the last of their second, or the first lines of a step would
    be of the one before."""
    for stamp, shape in SHAPES:
        for match in reversed(list(stamp.finditer(line, 0, 80))):
            moment = moment_of(match[0].decode(), shape, year).timestamp()
            time = story.time_of(moment + (0 if "%f" in shape else 0.999999))
            if not time:
                return None
            line = line[:match.start()] + time.strftime(shape).encode() + line[match.end():]
    return line


def move_log(log, sample, story, year):
    with open(log, "rb") as source, open(sample, "wb") as target:
        kept = [moved(line, story, year) for line in source]
        target.writelines(line for line in kept if line)


def main(runs, samples):
    for variant, log, sample in LOGS:
        with open(os.path.join(runs, variant, "moments.json"), encoding="utf-8") as file:
            moments = json.load(file)
        path = os.path.join(samples, sample)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        year = datetime.datetime.fromtimestamp(moments[0][1], datetime.timezone.utc).year
        move_log(os.path.join(runs, variant, "logs", log), path, Story(moments), year)
    make_export(os.path.join(samples, LOGS[0][2]), os.path.join(samples, "wrappings/postfix-journal.export"))


if __name__ == "__main__":
    main(*sys.argv[1:])
