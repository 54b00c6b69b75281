"""mailhosts - the histories of several hosts, made by mailtriage itself from made-up logs.

mx1 and mx2 run Postfix, mx3 Sendmail and for so long that hours of `lists` fade, each with traffic
of its own (tests/bench). HOSTILE is told by strangers what some reader of our texts may obey, and
mx5 fails to so many domains within an hour that they are cut when it is over. Each log is read in
two runs, so that hours change between them, and some of their rows go.
"""
import datetime
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MAILTRIAGE = os.environ.get("MAILTRIAGE") or os.path.join(ROOT, "build/mailtriage")
MAKERS = os.path.join(ROOT, "build/release/tests/bench")
# Kind, days, and how many of these lie in May.
HOSTS = {"mx1": ("postfix", 3, 0), "mx2": ("postfix", 3, 0), "mx3": ("sendmail", 14, 6)}
# The name of a host is of a log, too.
HOSTILE, MANY = "mx4')\\", "mx5"
USUAL = ["--no-config", "--timezone", "UTC", "--jobs", "1", "--quiet"]
# What strangers say to us: each of it must come back as it was, from whatever keeps it.
SAYINGS = [
    b"'); DROP TABLE totals; --",
    b"\\'); DROP TABLE totals; --",
    b"it's 100% \\ off \\n \\t \\0 \\N and `quoted` \"so\" $1 {x:String}",
    b"a\ttab and \\\ttwo",
    b"broken \xff\xfe \xc0\xaf \xed\xa0\x80 \xf0\x9f end",
    "gr\u00fc\u00dfe \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \U0001f4e7 \u202e bidi".encode(),
    b"\x01\x02\x1b[31m controls \x7f",
    b"\\",
    b"'",
    b"NULL",
    b"a line\x0bof \x0c several \x85 \xe2\x80\xa8 feeds",
    b"x" * 5000,
]


def run(*words, env=None, status=0, **how):
    """Standard output; raises when the program ends otherwise than with the status."""
    done = subprocess.run([MAILTRIAGE, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=env, check=False, **how)
    if status is not None and done.returncode != status:
        raise AssertionError("mailtriage %s: status %d: %s" % (
            " ".join(words), done.returncode, done.stderr.decode(errors="replace")))
    return done.stdout


def skip_without_library(name):
    """Ends the program where mailtriage was built without libcurl."""
    if b"libcurl" not in run("--version"):
        print("ok 1 %s # SKIP this build has no libcurl\n1..1" % name)
        raise SystemExit


def earlier(lines, days):
    """The same lines, so many days earlier."""
    def moved(stamp):
        day = datetime.date.fromisoformat(stamp[0].decode()) - datetime.timedelta(days)
        return day.isoformat().encode()
    return re.sub(rb"^\d{4}-\d\d-\d\d", moved, lines, flags=re.M) if days else lines


def make_log(folder, host, kind, days, seed, size, before=0):
    """The log of one host."""
    path = os.path.join(folder, host + ".log")
    subprocess.run([os.path.join(MAKERS, "make_%s_log" % kind), "--stamps", "rfc3339", "--bytes",
                    str(size), "--days", str(days), "--seed", str(seed), path, path + ".json"],
                   check=True, stdout=subprocess.DEVNULL)
    with open(path, "rb") as file:
        lines = file.read().replace(b" mx1 ", b" %s " % host.encode())
    with open(path, "wb") as file:
        file.write(earlier(lines, before))
    return path


def make_hostile_log(folder, host=HOSTILE):
    """Refusals, addresses and logins with what strangers say."""
    path = os.path.join(folder, host + ".log")
    with open(path, "wb") as file:
        for number, saying in enumerate(SAYINGS * 2):
            stamp = b"2026-06-0%dT%02d:10:00+00:00 %s " % (1 + number // 20, number % 20,
                                                           host.encode())
            file.write(stamp + b"postfix/smtp[9]: 4C1D2E%02X: to=<bob@example.net>, "
                       b"relay=mx.example.net[198.51.100.5]:25, delay=0.9, dsn=5.0.0, "
                       b"status=bounced (host mx.example.net[198.51.100.5] said: 550 %s "
                       b"(in reply to RCPT TO command))\n" % (number, saying))
            file.write(stamp + b"postfix/smtp[9]: 4C1D2F%02X: to=<bob@d%s.example.net>, "
                       b"relay=none, delay=0.9, dsn=4.4.3, status=deferred (Host or domain name "
                       b"not found. %s)\n" % (number, saying[:60].replace(b" ", b"-"), saying))
            file.write(stamp + b"postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL PLAIN "
                       b"authentication failed: (reason unavailable), sasl_username=%s\n"
                       % saying[:60])
    return path


def make_log_of_many(folder, host=MANY, domains=300):
    """Hours in which more names fail than are kept. Those that fail often in the first half of an
    hour are others than in its second half, and the log is cut between the two."""
    path = os.path.join(folder, host + ".log")
    with open(path, "wb") as file:
        for number in range(4 * domains):
            domain, part = number % domains, number // domains
            for once in range(3 if domain % 4 == part else 1):
                file.write(b"2026-06-02T%02d:%02d:%02d+00:00 %s postfix/smtp[9]: 4D%03X%X: "
                           b"to=<bob@far%d.example.net>, relay=mx.far%d.example.net"
                           b"[198.51.100.5]:25, delay=2, dsn=5.1.1, status=bounced (host mx.far%d."
                           b"example.net[198.51.100.5] said: 550 5.1.1 no such user (in reply to "
                           b"RCPT TO command))\n"
                           % (10 + (part + 1) // 2, part % 2 * 30 + domain // 30, domain % 30,
                              host.encode(), number, once, domain, domain, domain))
    return path


def read_into(history, log, *more):
    """One run of a host over its log."""
    run("report", *USUAL, "--resume", "--history", history, "--format", "json", log, *more)


class Fleet:
    """The histories of the hosts below a folder; `halves` are those after the first run."""

    def __init__(self, folder, size=300000):
        self.folder = folder
        self.hosts = [*HOSTS, HOSTILE, MANY]
        self.logs = {host: make_log(folder, host, kind, days, seed, size, before)
                     for seed, (host, (kind, days, before)) in enumerate(HOSTS.items(), 11)}
        self.logs[HOSTILE] = make_hostile_log(folder)
        self.logs[MANY] = make_log_of_many(folder)
        self.halves = {host: self.path(host + ".half.db") for host in self.hosts}
        self.whole = {host: self.path(host + ".db") for host in self.hosts}
        for host, log in self.logs.items():
            self.read_in_two(host, log)

    def path(self, name):
        return os.path.join(self.folder, name)

    def read_in_two(self, host, log):
        with open(log, "rb") as file:
            lines = file.readlines()
        half = len(lines) // 2
        with open(log, "wb") as file:
            file.writelines(lines[:half])
        read_into(self.whole[host], log)
        shutil.copy(self.whole[host], self.halves[host])
        with open(log, "ab") as file:
            file.writelines(lines[half:])
        read_into(self.whole[host], log)

    def merged(self, name, files):
        """One file of all of them."""
        target = self.path(name)
        if os.path.exists(target):
            os.unlink(target)
        run("history", "merge", *files, "-o", target)
        return target
