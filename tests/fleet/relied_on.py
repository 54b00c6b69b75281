#!/usr/bin/env python3
"""What the history of a fleet relies on of ClickHouse, tried on the server that is here.

usage: clickhouse.sh relied_on.py

One check a feature, without mailtriage: where another server does these, it will do. docs/fleet.md
has the same list.
"""
import os
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../machines"))
from checks import Checks
from nodes import KEY, USER, Cluster, Refused, own_folder

COLUMNS = "(hour UInt32, host String, name String, count Int64, version UInt64)"
ROWS = b"10\tmx1\tbounced\t5\t1\n11\tmx1\tbounced\t7\t1\n"


def refusal(node, query, body=b""):
    """What the server says against it; empty when it does it."""
    try:
        node.ask(query, body)
    except Refused as fault:
        return str(fault)
    return ""


class Relied:
    def __init__(self, cluster):
        self.nodes = cluster.nodes
        self.one = self.nodes[0]
        for node in self.nodes:
            node.ask("CREATE DATABASE t")
            node.ask("CREATE TABLE IF NOT EXISTS t.totals %s ENGINE = ReplacingMergeTree(version) "
                     "PARTITION BY intDiv(hour, 24) ORDER BY (hour, host, name)" % COLUMNS)
            node.ask("CREATE TABLE IF NOT EXISTS t.totals_all %s ENGINE = "
                     "Distributed(fleet, t, totals, sipHash64(host))" % COLUMNS)

    def insert(self, rows, table="t.totals", node=None):
        (node or self.one).ask("INSERT INTO %s (hour, host, name, count, version) FORMAT "
                               "TabSeparated" % table, rows)

    def sum(self, table="t.totals", node=None):
        return (node or self.one).ask("SELECT sum(count) FROM %s FINAL" % table)

    def says(self, wanted, found):
        if wanted != found:
            yield "%r, not %r" % (found, wanted)

    # ---- the features

    def replacing(self):
        """the same rows again change nothing, and of two the one of the higher version counts"""
        for _ in range(3):
            self.insert(ROWS)
        yield from self.says("12", self.sum())
        self.insert(b"10\tmx1\tbounced\t6\t2\n")
        self.insert(b"10\tmx1\tbounced\t1000\t1\n")
        yield from self.says("13", self.sum())

    def distributed(self):
        """rows go to shards by their host, both nodes see all, and again changes nothing"""
        rows = b"".join(b"%d\tmx%d\tsent\t1\t1\n" % (hour, host)
                        for hour in range(50) for host in range(8))
        for _ in range(2):
            self.one.ask("INSERT INTO t.totals_all (hour, host, name, count, version) FORMAT "
                         "TabSeparated", rows, insert_distributed_sync=1)
        for node in self.nodes:
            yield from self.says("400", node.ask(
                "SELECT sum(count) FROM t.totals_all FINAL WHERE name = 'sent'"))
            if node.ask("SELECT count() FROM t.totals WHERE name = 'sent'") in ("0", "800"):
                yield "all rows went to one shard"

    def bad_row(self):
        """a bad row among at most 500,000 refuses all of them"""
        rows = b"".join(b"%d\tmx9\tbad\t1\t1\n" % hour for hour in range(499999))
        said = refusal(self.one, "INSERT INTO t.totals (hour, host, name, count, version) FORMAT "
                       "TabSeparated", rows + b"no number\tmx9\tbad\t1\t1\n")
        if "Code: " not in said:
            yield "it was taken: " + said[-200:]
        # Not how many rows there are in all: merging takes away those that were replaced.
        yield from self.says("0", self.one.ask("SELECT count() FROM t.totals WHERE name = 'bad'"))

    def texts(self):
        """TabSeparated gives every byte back"""
        text = bytes(range(1, 256)) + b"'); DROP TABLE t.totals; --"
        sent = text.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n")
        self.insert(b"900\tmx1\t" + sent + b"\t1\t1\n")
        got = self.one.ask("SELECT hex(name), length(name) FROM t.totals WHERE hour = 900")
        yield from self.says("%s\t%d" % (text.hex().upper(), len(text)), got)
        quoted = "'%s'" % "a\\'b\\\\c"
        yield from self.says("5", self.one.ask("SELECT length(%s)" % quoted))

    def statuses(self):
        """a fault has an HTTP status of its own, and a text that begins with its code"""
        for query, code in (("SELECT * FROM t.none", 60), ("SELECT none FROM t.totals", 47),
                            ("SELECT", 62), ("SELECT * FROM none.none", 81)):
            if "Code: %d" % code not in refusal(self.one, query):
                yield "%s: %s" % (query, refusal(self.one, query))

    def keys(self):
        """a user and a key in the headers, and none without"""
        def status(key):
            request = urllib.request.Request(
                "http://127.0.0.1:%d/?query=SELECT%%201" % self.one.http,
                headers={"X-ClickHouse-User": USER, "X-ClickHouse-Key": key})
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status
            except urllib.error.HTTPError as fault:
                return fault.code
        yield from self.says(200, status(KEY))
        if status("wrong") not in (401, 403):
            yield "a wrong key: status %d" % status("wrong")

    def partitions(self):
        """a day goes by its partition"""
        self.insert(b"%d\tmx1\told\t1\t1\n%d\tmx1\told\t1\t1\n" % (24 * 400, 24 * 401))
        self.one.ask("ALTER TABLE t.totals DROP PARTITION 400")
        yield from self.says("1", self.one.ask("SELECT count() FROM t.totals WHERE name = 'old'"))

    def shard_down(self):
        """with a shard down a query fails, and tells only the others when that is asked for"""
        self.nodes[1].stop()
        try:
            said = refusal(self.one, "SELECT count() FROM t.totals_all")
            if "Code: 279" not in said:
                yield "it said: " + said
            if not self.one.ask("SELECT count() FROM t.totals_all", skip_unavailable_shards=1):
                yield "nothing without the shard"
            if not refusal(self.one, "INSERT INTO t.totals_all (hour, host, name, count, version) "
                           "SETTINGS insert_distributed_sync = 1 FORMAT TabSeparated",
                           b"".join(b"1\tmx%d\tx\t1\t1\n" % host for host in range(8))):
                yield "rows were taken"
        finally:
            self.nodes[1].start()


def main():
    checks = Checks()
    with own_folder() as folder, Cluster(folder) as cluster:
        relied = Relied(cluster)
        print("# ClickHouse", cluster.nodes[0].ask("SELECT version()"))
        for feature in (relied.replacing, relied.distributed, relied.bad_row, relied.texts,
                        relied.statuses, relied.keys, relied.partitions, relied.shard_down):
            checks.check(feature.__doc__, feature)
    checks.end()


if __name__ == "__main__":
    main()
