#!/usr/bin/env python3
"""The history of a fleet on a real cluster: what is pushed is what is read, whatever goes wrong.

usage: clickhouse.sh cluster.py

Five hosts push to two shards; then every page of the cluster is compared with that of `history
merge` of their files, byte for byte. Each scenario has a database of its own on the same two nodes.
"""
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../machines"))
from checks import Checks
from mailhosts import HOSTILE, MAILTRIAGE, Fleet, read_into, skip_without_library
from nodes import KEY, ON_A_DISK, USER, Cluster, own_folder
from scripted import Scripted, answer, hang_up, lost, raw

KILLED = 40  # pushes
BASE = ["--no-config", "--timezone", "UTC"]
# What is asked of both: words of a command before and behind the history.
PAGES = [
    ("report", []),
    ("report", ["--format", "json"]),
    ("report", ["--format", "html", "--top", "0"]),
    ("report", ["--format", "csv"]),
    ("report", ["--format", "openmetrics"]),
    ("report", ["--lang", "th", "--top", "5"]),
    ("report", ["--since", "2026-06-01T10:00:00Z", "--until", "2026-06-02T03:00:00Z"]),
    ("report", ["--since", "2026-06-02", "--format", "json"]),
    ("report", ["--since", "2026-05-27T06:00:00Z", "--until", "2026-06-01", "--format", "json"]),
    ("report", ["--timezone", "Asia/Kolkata", "--format", "json"]),
    ("report", ["--since", "2026-06-02", "--until", "2026-06-03", "--against", "2026-06-01"]),
    ("report", ["--host", "mx1", "--format", "json"]),
    ("report", ["--host", "mx2,mx4*", "--format", "json"]),
    ("spikes", []),
    ("spikes", ["--host", "mx2", "--format", "json"]),
    ("check", ["--critical", "bounced% > 1", "--since", "2026-06-01", "--until", "2026-06-03"]),
    ("check", ["--warning", "class user-unknown > 100/h", "--since", "2026-06-01"]),
]
FEW = [PAGES[1], PAGES[6], PAGES[7], PAGES[8]]
ENV = dict(os.environ, MAILTRIAGE_CLICKHOUSE_USER=USER, MAILTRIAGE_CLICKHOUSE_KEY=KEY)


class Skipped(Exception):
    """What cannot be tried here, and why."""


def ended(*words, env=None, **how):
    """Status, what is written, what is said."""
    done = subprocess.run([MAILTRIAGE, *words, "--no-config"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env or ENV,
                          check=False, **how)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def must(*words, **how):
    """Raises when the program does not end with 0."""
    status, written, said = ended(*words, **how)
    if status:
        raise AssertionError("mailtriage %s: status %d: %s" % (" ".join(words), status, said))
    return written


def odd_end(done, status, pattern):
    """A line when a command did not end with that status and those words."""
    if done[0] != status or not re.search(pattern, done[2]):
        yield "status %d, and it said: %s" % (done[0], done[2])
    if KEY in done[2]:
        yield "the key is in what it says"


def page(history, words):
    """What is written about a history, and with which status."""
    command, more = words
    done = ended(command, *BASE[1:], "--quiet", "--history", history, *more)
    written = re.sub(rb"(?m)^(mailtriage_last_run_timestamp_seconds) .*", rb"\1", done[1])
    return done[0], written or done[2].replace(history, "HISTORY").encode()


class Tried:
    def __init__(self, folder, cluster):
        self.folder, self.cluster, self.nodes = folder, cluster, cluster.nodes
        self.fleet = Fleet(folder)
        self.merged = self.fleet.merged("all.db", self.fleet.whole.values())
        self.merged_halves = self.fleet.merged("halves.db", self.fleet.halves.values())

    # ---- what scenarios do

    def init(self, name):
        """The tables on both nodes; gives the URL of the first."""
        for node in self.nodes:
            must("history", "init", node.url(name), "--cluster", "fleet")
        return self.nodes[0].url(name)

    def copy(self, file, name):
        """A file that a scenario may change. What SQLite keeps beside one of before stays there."""
        return shutil.copy(file, os.path.join(tempfile.mkdtemp(dir=self.folder), name))

    @staticmethod
    def push(file, url):
        must("history", "push", "--history", file, url)

    def push_all(self, url, files):
        """Gives the files that were pushed, copies of these."""
        copies = [self.copy(file, "pushed.%s.db" % host) for host, file in files.items()]
        for file in copies:
            self.push(file, url)
        return copies

    def differences(self, url, file, pages=None):
        """A line a page that is not the same."""
        for words in pages or FEW:
            ours, wanted = page(url, words), page(file, words)
            if ours != wanted:
                yield "%s %s" % (words[0], " ".join(words[1]))
                yield from self.first_difference(ours, wanted)

    @staticmethod
    def first_difference(ours, wanted):
        if ours[0] != wanted[0]:
            yield "status %d, and %d of the files" % (ours[0], wanted[0])
        for one, other in zip(ours[1].split(b"\n"), wanted[1].split(b"\n")):
            if one != other:
                yield "    cluster: %.300r" % one
                yield "    files:   %.300r" % other
                return
        yield "    %d bytes, and %d of the files" % (len(ours[1]), len(wanted[1]))

    # ---- scenarios

    def first_print(self):
        """init --print shows SQL and asks nobody"""
        url = "clickhouse://127.0.0.1:1/none"
        written = must("history", "init", url, "--cluster", "fleet", "--print")
        for word in (b"CREATE TABLE", b"ReplacingMergeTree", b"Distributed"):
            if word not in written:
                yield "no %s in it" % word.decode()

    def pages(self):
        """every page is that of history merge, from either node"""
        url = self.init("pages")
        self.push_all(url, self.fleet.whole)
        yield from self.differences(url, self.merged, PAGES)
        yield from self.differences(self.nodes[1].url("pages"), self.merged, FEW)
        log = self.fleet.logs["mx2"]
        beside = [(done[0], done[1].replace(history.encode(), b"HISTORY"))
                  for history in (url, self.merged)
                  for done in [ended("report", *BASE[1:], log, "--format", "json", "--against",
                                     history)]]
        if beside[0] != beside[1] or beside[0][0]:
            yield "--against"
            yield from self.first_difference(*beside)

    def changed_hours(self):
        """hours that changed, names that were cut and hours that faded between two pushes"""
        url = self.init("changed")
        grown = self.push_all(url, self.fleet.halves)
        yield from self.differences(url, self.merged_halves)
        for host, file in zip(self.fleet.hosts, grown):
            read_into(file, self.fleet.logs[host])
            self.push(file, url)
        yield from self.differences(url, self.merged)

    def pushed_again(self):
        """a push again sends nothing, and from an old copy of the file changes nothing"""
        url = self.init("again")
        self.push_all(url, self.fleet.whole)
        for file in self.push_all(url, self.fleet.whole):
            self.push(file, url)
        yield from self.differences(url, self.merged)

    def killed(self):
        """pushes that are killed at random"""
        url = self.init("killed")
        rest = KILLED
        for host, log in self.fleet.logs.items():
            grown = self.fleet.path("killed.%s.db" % host)
            part = self.fleet.path("part.%s.log" % host)
            with open(log, "rb") as file:
                lines = file.readlines()
            pieces = KILLED // len(self.fleet.logs)
            for piece in range(1, pieces + 1):
                with open(part, "wb") as file:
                    file.writelines(lines[:len(lines) * piece // pieces])
                read_into(grown, part)
                rest -= self.push_and_kill(grown, url)
            self.push(grown, url)
        print("# %d of %d pushes were killed" % (KILLED - rest, KILLED))
        files = [self.fleet.path("killed.%s.db" % host) for host in self.fleet.logs]
        yield from self.differences(url, self.fleet.merged("killed.db", files))

    @staticmethod
    def push_and_kill(file, url):
        """Whether it was killed before its end."""
        push = subprocess.Popen([MAILTRIAGE, "history", "push", "--no-config", "--history", file,
                                 url], env=ENV, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(random.random() * 0.4)
        push.kill()
        said = push.communicate()[1].decode()
        if push.returncode not in (0, -signal.SIGKILL):
            raise AssertionError("status %d: %s" % (push.returncode, said))
        return push.returncode != 0

    def lost_answers(self):
        """an answer lost, a connection cut, a request refused: at each request of a push"""
        faults = [lambda request: hang_up, lambda request: answer(500, "Code: 999, overloaded"),
                  lambda request: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nO")]
        number = 0
        while True:
            for kind, fault in enumerate((lost, faults[number % len(faults)])):
                name = "lost%d_%d" % (number, kind)
                must("history", "init", self.nodes[0].url(name))
                file = self.copy(self.fleet.whole[HOSTILE], "lost.db")
                with Scripted(lambda request, fault=fault: fault(request)
                              if request.number == number else None, self.nodes[0].http) as server:
                    done = ended("history", "push", "--history", file, server.url(name))
                    if len(server.requests) <= number:
                        print("# requests of a push: %d" % number)
                        return
                    if done[0] not in (0, 1):  # libcurl asks once more where nothing came
                        yield "request %d, fault %d: status %d, %s" % (number, kind, *done[::2])
                    self.push(file, server.url(name))
                yield from self.differences(self.nodes[0].url(name), self.fleet.whole[HOSTILE],
                                            [PAGES[1]])
            number += 1

    def shard_down(self):
        """a shard that is down is named; with --partial the page says what is missing"""
        url = self.init("down")
        grown = self.push_all(url, self.fleet.halves)
        for host, file in zip(self.fleet.hosts, grown):
            read_into(file, self.fleet.logs[host])
        up, down = self.nodes
        if up.ask("SELECT count() FROM down.totals_local") == "0":  # all hosts, by chance
            up, down = down, up
            url = up.url("down")
        down.stop()
        try:
            done = ended("report", *BASE[1:], "--history", url)
            yield from odd_end(done, 1, "127.0.0.1:%d|127.0.0.1:%d" % (down.tcp, down.http))
            if done[1]:
                yield "there is a page all the same"
            done = ended("report", *BASE[1:], "--history", url, "--partial")
            if done[0] or str(down.tcp).encode() not in done[1][:2000]:
                yield "--partial: status %d, %s, %.300r" % (done[0], done[2], done[1])
            for file in grown:
                done = ended("history", "push", "--history", file, url)
                if done[0] not in (0, 1):
                    yield "push: status %d: %s" % (done[0], done[2])
        finally:
            down.start()
        for file in grown:
            self.push(file, url)
        yield from self.differences(url, self.merged)
        done = ended("report", *BASE[1:], "--history", url, "--partial")
        if done[:2] != page(self.merged, PAGES[0])[:2]:
            yield "--partial says something where nothing is missing"

    def disk_full(self):
        """a full disk fails the push, and it goes through when there is room"""
        if subprocess.run([*ON_A_DISK, "1m", self.folder, "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode:
            raise Skipped("a disk of its own cannot be had here")
        with Cluster(os.path.join(self.folder, "full"), 1, "24m") as cluster:
            node = cluster.nodes[0]
            url = node.url("full")
            must("history", "init", url)
            file = self.copy(self.fleet.halves["mx1"], "full.db")
            self.push(file, url)
            read_into(file, self.fleet.logs["mx1"])
            filler = node.on_disk("filler")
            with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as rest:
                while rest.write(b"x" * 4096):
                    pass
            yield from odd_end(ended("history", "push", "--history", file, url), 1,
                               "[Nn]o space|Cannot write|Code: ")
            os.unlink(filler)
            self.push(file, url)
            yield from self.differences(url, self.fleet.whole["mx1"])

    @staticmethod
    def since_june():
        """--keep of what is not before June 2026: a cluster lets go of whole months."""
        return "%dh" % ((time.time() - 1780272000) // 3600)

    def pruned(self):
        """history prune URL --keep leaves what history prune of the merged file leaves"""
        url = self.init("pruned")
        self.push_all(url, self.fleet.whole)
        file = self.copy(self.merged, "kept.db")
        keep = self.since_june()
        for where in (url, self.nodes[1].url("pruned"), file):
            must("history", "prune", where, "--keep", keep)
        yield from self.differences(url, file)

    def pruned_at_home(self):
        """hours that a host lets go stay in the cluster"""
        url = self.init("home")
        file = self.copy(self.fleet.whole["mx3"], "home.db")
        self.push(file, url)
        must("history", "prune", file, "--keep", self.since_june())
        self.push(file, url)
        yield from self.differences(url, self.fleet.whole["mx3"])

    def restored(self):
        """tables that are empty or of a backup get all again; an older file has to be meant"""
        url = self.init("restored")
        old = self.copy(self.fleet.halves["mx1"], "restored.db")
        self.push(old, url)
        new = self.copy(old, "restored.db")
        read_into(new, self.fleet.logs["mx1"])
        self.push(new, url)
        for file, wanted in ((new, "whole"), (old, "halves")):
            for node in self.nodes:
                node.ask("DROP DATABASE restored")
            self.init("restored")
            self.push(file, url)
            yield from self.differences(url, getattr(self.fleet, wanted)["mx1"])
        self.push(new, url)  # the cluster has what was before its last push
        yield from self.differences(url, self.fleet.whole["mx1"])
        yield from odd_end(ended("history", "push", "--history", old, url), 1, "--again")
        yield from self.differences(url, self.fleet.whole["mx1"])
        must("history", "push", "--history", old, url, "--again")
        yield from self.differences(url, self.fleet.halves["mx1"])

    def one_name_twice(self):
        """a second host of the same name is refused"""
        url = self.init("twice")
        self.push(self.copy(self.fleet.whole["mx1"], "first.db"), url)
        other = self.fleet.path("other.db")
        read_into(other, self.fleet.logs["mx1"])
        done = ended("history", "push", "--history", other, url)
        yield from odd_end(done, 1, "'?mx1'?")
        yield from self.differences(url, self.fleet.whole["mx1"])

    def wrong_clock(self):
        """a clock that is years off makes no newer hour older"""
        if not FAKETIME:
            raise Skipped("libfaketime is not installed")
        url = self.init("clock")
        file = self.copy(self.fleet.halves["mx1"], "clock.db")
        clocks = {"future": "@2036-01-01 00:00:00", "past": "@2001-01-01 00:00:00"}
        ahead = dict(ENV, LD_PRELOAD=FAKETIME, FAKETIME=clocks["future"])
        must("history", "push", "--history", file, url, env=ahead)
        read_into(file, self.fleet.logs["mx1"])
        must("history", "push", "--history", file, url,
             env=dict(ahead, FAKETIME=clocks["past"]))
        yield from self.differences(url, self.fleet.whole["mx1"])

    def refused(self):
        """a wrong key, a missing table, an unknown database, a schema that is newer"""
        url = self.init("refused")
        file = self.copy(self.fleet.whole["mx1"], "refused.db")
        wrong = dict(ENV, MAILTRIAGE_CLICKHOUSE_KEY="quite wrong")
        for words in (("report", "--history", url), ("history", "push", "--history", file, url),
                      ("history", "init", url), ("history", "prune", url)):
            done = ended(*words, env=wrong)
            yield from odd_end(done, 1, "401|403|[Pp]assword|[Aa]uthentication|key")
            if "quite wrong" in done[2]:
                yield "the key is told: " + done[2]
        other = self.nodes[0].url("nowhere")
        yield from odd_end(ended("report", "--history", other), 1, "nowhere.*history init")
        yield from odd_end(ended("history", "push", "--history", file, other), 1, "history init")
        self.nodes[0].ask("DROP TABLE refused.failures")
        yield from odd_end(ended("report", "--history", url), 1, "failures.*history init")
        yield from odd_end(ended("history", "push", "--history", file, url), 1, "history init")
        must("history", "init", url, "--cluster", "fleet")
        self.push(file, url)
        yield from self.differences(url, self.fleet.whole["mx1"])
        self.nodes[0].ask("INSERT INTO refused.node SELECT id, shard, cluster, kept_from, 99 FROM "
                          "refused.node")
        for words in (("report", "--history", url), ("history", "push", "--history", file, url),
                      ("history", "init", url, "--cluster", "fleet"), ("history", "prune", url)):
            yield from odd_end(ended(*words), 1, "newer mailtriage.*99")


FAKETIME = next((path for path in ("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",)
                 if os.path.exists(path)), "")


def play(checks, scenario):
    """Its faults are looked for at once, so that it may find that it cannot be played here."""
    begun = time.monotonic()
    try:
        found = list(scenario())
    except Skipped as reason:
        checks.skip(scenario.__doc__, reason)
        return
    except Exception:
        found = traceback.format_exc().splitlines()
    checks.check(scenario.__doc__, lambda: found)
    print("# %s: %.1f s" % (scenario.__name__, time.monotonic() - begun), flush=True)


def main():
    skip_without_library("cluster")
    checks = Checks()
    begun = time.monotonic()
    with own_folder() as folder, Cluster(folder) as cluster:
        tried = Tried(folder, cluster)
        print("# began in %.1f s" % (time.monotonic() - begun), flush=True)
        for scenario in (tried.first_print, tried.pages, tried.changed_hours, tried.pushed_again,
                         tried.killed, tried.lost_answers, tried.shard_down, tried.disk_full,
                         tried.pruned, tried.pruned_at_home, tried.restored,
                         tried.one_name_twice, tried.wrong_clock, tried.refused):
            if not sys.argv[1:] or scenario.__name__ in sys.argv[1:]:
                play(checks, scenario)
    checks.end()


if __name__ == "__main__":
    main()
