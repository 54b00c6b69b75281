#!/usr/bin/env python3
"""docs/fleet.md, done line by line on two real servers: what it says is what happens.

usage: clickhouse.sh told.py

The servers stand for ch1.example.net and ch2.example.net. A command prints what stands below it
("[...]" for any lines); a block behind `FILE`: is that file; a statement of SQL is asked, with what
Grafana puts in for its macros.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../machines"))
from checks import PROGRAM, ROOT, Checks
from mailhosts import make_log, skip_without_library
from nodes import KEY, USER, Cluster, Refused, own_folder

PAGE = os.path.join(ROOT, "docs/fleet.md")
STATEMENT = re.compile("(CREATE|SELECT|ALTER|DROP|BACKUP) ")
TIMES = ("hour >= toDateTime('2026-06-01 00:00:00') AND hour <= toDateTime('2026-07-01 00:00:00')")
# What is typed by root, and what is not there in a test.
SHELL = """sudo() { "$@"; }
mailtriage() { "$PROGRAM" "$@" || [ "$1" = check ]; }
cd "$PLACE" && eval "$1" """


def steps(page):
    """Kind, first line or name, and the lines of each block that is a step."""
    found, name = [], None
    with open(page, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, line in enumerate(lines):
        inside = number and lines[number - 1].startswith("    ")
        named = re.fullmatch("`([^`]+)`:", line)
        if named:
            name = named[1]
        elif line.startswith("    $ "):
            found.append(["command", line[6:], []])
        elif line.startswith("    ") and name:
            found.append(["file", name, [line[4:]]])
            name = None
        elif line.startswith("    ") and not inside and STATEMENT.match(line[4:]):
            found.append(["statement", line[4:], [line[4:]]])
        elif line.startswith("    ") and inside and found:
            found[-1][2].append(line[4:])
    return found


class Told:
    def __init__(self, folder, cluster):
        self.folder, self.nodes = folder, cluster.nodes
        self.names = {"ch%d.example.net:8123" % number: "127.0.0.1:%d" % node.http
                      for number, node in enumerate(cluster.nodes, 1)}
        for host, seed in (("mx1", 1), ("mx2", 2)):
            make_log(folder, host, "postfix", 3, seed, 100000)

    def here(self, text):
        for name, address in self.names.items():
            text = text.replace(name, address)
        return text.replace("NAME:KEY", "%s:%s" % (USER, KEY))

    def as_told(self, text):
        for name, address in self.names.items():
            text = text.replace(address, name)
        return text

    def command(self, words, shown):
        done = subprocess.run(["bash", "-c", SHELL, "typed", self.here(words)], check=False,
                              env=dict(os.environ, PROGRAM=PROGRAM, PLACE=self.folder, TZ="UTC"),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        written = self.as_told(done.stdout.decode(errors="replace"))
        if done.returncode:
            yield "status %d: %s" % (done.returncode, written)
        box = os.path.join(self.folder, "box.")
        for name, text in (("block", "\n".join([words, *shown])), ("output", written)):
            with open(box + name, "w", encoding="utf-8") as file:
                file.write(text.rstrip("\n") + "\n" if text else "")
        looked = subprocess.run(["bash", "-c", '. tests/lint/shown.bash; shown_in "$1" "$2"',
                                 "looked", box + "block", box + "output"], check=False,
                                stdout=subprocess.PIPE)
        if looked.returncode:
            yield looked.stdout.decode()
            yield from written.split("\n")

    def file(self, name, lines):
        """Files of the system are shown, and not tried."""
        if name.startswith("/"):
            return
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.here("\n".join(lines)) + "\n")
        os.chmod(path, 0o600)
        yield from ()

    def statement(self, _, lines):
        query = "\n".join(lines).replace("$__timeFilter(hour)", TIMES)
        try:
            rows = self.nodes[0].ask(query)
        except Refused as fault:
            yield str(fault)
            return
        if query.startswith("SELECT") and not rows:
            yield "no rows"


def main():
    skip_without_library("docs/fleet.md")
    checks = Checks()
    with own_folder() as folder, Cluster(folder) as cluster:
        told = Told(folder, cluster)
        for kind, first, lines in steps(PAGE):
            checks.check("%s: %s" % (kind, first[:80]),
                         lambda kind=kind, first=first, lines=lines:
                         getattr(told, kind)(first, lines))
    checks.end()


if __name__ == "__main__":
    main()
