#!/usr/bin/env python3
"""What a fleet costs: 200 hosts and 30 days of hourly rows, in SQLite and on two shards.

usage: clickhouse.sh speed.py [HOSTS [DAYS]]

Histories are made by bench_fleet, merged by `history merge` (both stay in build/bench for the next
time), and pushed host by host; then the same is asked of both. Times are of the second of two runs:
wall, CPU of the program, and CPU of the two servers. What the servers keep is in memory, if there
is room. Writes build/bench/fleet.md for docs/performance.md.
"""
import glob
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time

from cluster import ENV, must  # also puts the folder of checks.py into the path
from mailhosts import ROOT
from nodes import Cluster, own_folder

TOOLS = os.path.join(ROOT, "build/release/tests/bench")
DATABASE = "mail"
DOMAIN = "domain1.example.net"
TICKS = os.sysconf("SC_CLK_TCK")


class Cost:
    """Seconds: wall, CPU of the program, CPU of the servers."""

    def __init__(self, cluster, wall=0.0, own=0.0):
        self.cluster, self.wall, self.own, self.servers = cluster, wall, own, 0.0

    @staticmethod
    def of_children():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def of_servers(self):
        ticks = 0
        for node in self.cluster.nodes if self.cluster else []:
            with open("/proc/%d/stat" % node.process.pid, encoding="ascii") as file:
                ticks += sum(map(int, file.read().rsplit(") ", 1)[1].split()[11:13]))
        return ticks / TICKS

    def __enter__(self):
        self.began = time.monotonic(), self.of_children(), self.of_servers()
        return self

    def __exit__(self, *_):
        now = time.monotonic(), self.of_children(), self.of_servers()
        self.wall, self.own, self.servers = (b - a for a, b in zip(self.began, now))


def measured(cluster, work):
    """The cost of the second of two times."""
    for _ in range(2):
        with Cost(cluster) as cost:
            work()
    return cost


def report(history, *words):
    must("report", "--quiet", "--timezone", "UTC", "--format", "json", "--history", history, *words)


def rows_of(file):
    """Rows of hours and days of a SQLite history."""
    store = sqlite3.connect(file)
    tables = [name for (name,) in store.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'") if name.endswith(("_hour", "_day"))]
    return sum(store.execute("SELECT count(*) FROM " + table).fetchone()[0] for table in tables)


def domain_in_sqlite(file):
    """How one domain failed, by hour."""
    query = ("SELECT hour, sum(count) FROM failures_hour WHERE dimension = (SELECT id FROM str "
             "WHERE text = 'recipient_domain') AND value = (SELECT id FROM str WHERE text = '%s') "
             "GROUP BY hour" % DOMAIN)
    return subprocess.run(["sqlite3", file, query], stdout=subprocess.PIPE, check=True).stdout


def domain_in_cluster(node):
    return node.ask("SELECT hour, sum(count) FROM %s.failures FINAL WHERE form IN ('hour', 'open') "
                    "AND dimension = 'recipient_domain' AND value = '%s' GROUP BY hour"
                    % (DATABASE, DOMAIN))


def bytes_in(node):
    """Bytes and rows of the parts that are in use."""
    return map(int, node.ask("SELECT sum(bytes_on_disk), sum(rows) FROM system.parts WHERE active "
                             "AND database = '%s'" % DATABASE).split())


class Speed:
    def __init__(self, folder, cluster, hosts, days):
        self.folder, self.cluster, self.hosts, self.days = folder, cluster, hosts, days
        self.url = cluster.nodes[0].url(DATABASE)
        self.merged = None
        self.lines = []

    def tell(self, *cells):
        self.lines.append("| " + " | ".join(cells) + " |")
        print("# " + " | ".join(cells), flush=True)

    def made(self):
        """Files of hosts, and the one of all of them: from last time, when they are the same. Gives
        wall and CPU of making and merging."""
        work = os.path.join(ROOT, "build/bench/fleet.%dx%d" % (self.hosts, self.days))
        told = os.path.join(work, "made.json")
        self.merged = os.path.join(work, "all.sqlite")
        if not os.path.exists(told):
            shutil.rmtree(work, ignore_errors=True)
            with Cost(None) as making:
                subprocess.run([os.path.join(TOOLS, "bench_fleet"), work, str(self.hosts),
                                str(self.days)], check=True, stdout=subprocess.DEVNULL)
            with Cost(None) as merging:
                must("history", "merge", *glob.glob(work + "/*.db"), "-o", self.merged)
            with open(told, "w", encoding="ascii") as file:
                json.dump([[cost.wall, cost.own] for cost in (making, merging)], file)
        copies = os.path.join(self.folder, "hosts")
        os.mkdir(copies)
        for file in glob.glob(work + "/*.db"):
            shutil.copy(file, copies)
        with open(told, encoding="ascii") as file:
            return json.load(file)

    def fill(self):
        costs = [Cost(None, *pair) for pair in self.made()]
        files = sorted(glob.glob(os.path.join(self.folder, "hosts", "*.db")))
        rows = rows_of(self.merged)
        for node in self.cluster.nodes:
            must("history", "init", node.url(DATABASE), "--cluster", "fleet")
        with Cost(self.cluster) as pushing:
            for file in files:
                must("history", "push", "--history", file, self.url)
        with Cost(self.cluster) as again:
            must("history", "push", "--history", files[0], self.url)
        self.tell("%.1f million rows: %d hosts, %d days" % (rows / 1e6, self.hosts, self.days),
                  "rows a second", "CPU of the program", "CPU of the servers")
        self.lines.append("|---|---|---|---|")
        for name, cost in (("made and put into SQLite, a file a host", costs[0]),
                           ("`history merge` of the files", costs[1]),
                           ("`history push` of each file", pushing)):
            self.tell(name, "%d,000" % (rows / cost.wall / 1000), "%.1f s" % cost.own,
                      "%.1f s" % cost.servers)
        self.tell("`history push` of one file again", "0 rows in %.2f s" % again.wall,
                  "%.2f s" % again.own, "%.2f s" % again.servers)
        return rows

    def sizes(self, rows):
        held = [list(bytes_in(node)) for node in self.cluster.nodes]
        size = sum(number for number, _ in held)
        stored = os.path.getsize(self.merged)
        self.lines.append("")
        self.tell("kept", "SQLite, merged", "two shards")
        self.lines.append("|---|---|---|")
        self.tell("size", "%d MB" % (stored / 1e6), "%d MB" % (size / 1e6))
        self.tell("bytes a row", "%.1f" % (stored / rows), "%.1f" % (size / rows))
        self.tell("memory of the servers", "", " and ".join(
            "%d MB" % (node.memory() / 1e6) for node in self.cluster.nodes))

    def ask(self, name, sqlite, cluster):
        file, both = measured(None, sqlite), measured(self.cluster, cluster)
        self.tell(name, "%.2f s" % file.wall, "%.2f s" % file.own, "%.2f s" % both.wall,
                  "%.2f s" % both.own, "%.2f s" % both.servers)

    def asked(self):
        self.lines.append("")
        self.tell("asked", "SQLite: wall", "CPU", "two shards: wall", "CPU of the program",
                  "CPU of the servers")
        self.lines.append("|---|---|---|---|---|---|")
        day = ["--since", "-36h", "--until", "-30h"]
        for name, words in (("a report over all", []),
                            ("a report over one host", ["--host", "mx001.example.org"]),
                            ("a report over six hours", day)):
            self.ask(name, lambda words=words: report(self.merged, *words),
                     lambda words=words: report(self.url, *words))
        self.ask("failures of one domain by hour (SQL)", lambda: domain_in_sqlite(self.merged),
                 lambda: domain_in_cluster(self.cluster.nodes[0]))


def main():
    hosts, days = (int(word) for word in (sys.argv[1:] + ["200", "30"][len(sys.argv) - 1:]))
    with own_folder() as folder, Cluster(folder) as cluster:
        speed = Speed(folder, cluster, hosts, days)
        rows = speed.fill()
        speed.sizes(rows)
        speed.asked()
    target = os.path.join(ROOT, "build/bench/fleet.md")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8") as file:
        file.write("\n".join(speed.lines) + "\n")


if __name__ == "__main__":
    main()
