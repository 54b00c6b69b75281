"""wrappings - the logs of a run in the wrappings that no program of the bench writes by itself.

Why: a journal would need systemd as the first process. What rsyslog took down is put into records
instead, as journald keeps them, and systemd-journal-remote makes a real journal file of those.
"""
import datetime
import os
import re
import struct
import subprocess

REMOTE = "/lib/systemd/systemd-journal-remote"
LINE = re.compile(rb"(?P<time>\S+) (?P<host>\S+) (?P<tag>[^\s\[:]+)(?:\[(?P<pid>\d+)\])?: ?(?P<text>.*)")


def records_of(log):
    """The journal's export format, from a log with RFC 3339 stamps."""
    with open(log, "rb") as file:
        for line in file:
            match = LINE.match(line.rstrip(b"\n"))
            if not match:
                continue
            stamp = datetime.datetime.fromisoformat(match["time"].decode())
            micros = round(stamp.timestamp() * 1_000_000)
            text = match["text"]
            yield (
                b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n" % (micros, micros % 10**12)
                + b"_BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=6\n_HOSTNAME=%s\n" % match["host"]
                + b"SYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%s\n" % (match["tag"], match["pid"] or b"0")
                + b"MESSAGE\n" + struct.pack("<Q", len(text)) + text + b"\n\n"
            )


def make_export(log, export):
    with open(export, "wb") as file:
        file.writelines(records_of(log))


def make_journal(log, journal):
    export = journal.replace(".journal", ".export")
    make_export(log, export)
    if os.access(REMOTE, os.X_OK):
        subprocess.run([REMOTE, "--output=" + journal, export], check=True, capture_output=True)


# Exim's own logs, and what else than the folder may be named of them, in any order.
WAYS = (("mainlog",), ("mainlog", "rejectlog"), ("rejectlog", "mainlog"), ("paniclog", "mainlog"),
        ("paniclog", "rejectlog", "mainlog"))


def ways_into(folder):
    """Name -> paths, of what may be read of a folder with Exim's logs."""
    name, there = os.path.basename(folder), os.listdir(folder)
    yield name, (folder,)
    for way in WAYS:
        if all(file in there for file in way):
            yield f"{name}: {'+'.join(way)}", tuple(os.path.join(folder, file) for file in way)


def all_of(out):
    """Name -> paths: every log of a run, the made ones too, in every way to read it."""
    folder = os.path.join(out, "logs")
    plain = os.path.join(folder, "rfc3339.log")
    if os.path.exists(plain) and not os.path.exists(plain.replace("rfc3339.log", "journal.export")):
        make_journal(plain, os.path.join(folder, "journal.journal"))
    ways = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        ways.update(ways_into(path) if os.path.isdir(path) else {name: (path,)})
    return ways


def lacks(way, log):
    """True when what only stands in this log of Exim's is not read in this way."""
    files = way.partition(": ")[2]
    return bool(log and files and log not in files.split("+"))


def year_of(path):
    """The year in which it was written: traditional stamps have none."""
    return str(datetime.datetime.fromtimestamp(os.path.getmtime(path)).year)
