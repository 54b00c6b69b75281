#!/usr/bin/env python3
"""Proof that no line is counted twice and none is lost.

usage: proof.py [--killed N] [--rate LINES] [--seed N] [--full] [--keep FOLDER]

A writer with a count of its own (writer.py) logs without a pause; logrotate rotates the log, in one
mode after the other; and mailtriage is run at random times and killed with SIGKILL at random times,
until N of its runs were. Then a last run is let be, and its history must hold what the writer has
counted, and cell by cell what one run over the whole log gives that nobody rotated or killed. What
the runs remember of messages that are still on their way must be the same, too.

With --full, history and reports lie on a disk of their own, which somebody else fills up again and
again, now to the last byte, now to a few; a run may end with status 1 then, as three do at least,
but history must come out the same. It is a tmpfs in a mount namespace, and where none can be had the proof is skipped.

With --keep, all is in FOLDER, and stays there when it comes out wrong: the logs, the history, and
in kept/diary what was done when and what mailtriage said.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MAILTRIAGE = os.environ.get("MAILTRIAGE") or os.path.join(HERE, "../../build/mailtriage")
# Name and the lines of logrotate's configuration. The proof goes through them once.
MODES = [
    ("create", "create\nnocompress"),
    ("gzip", "create\ncompress"),
    ("gzip a rotation later, dated names",
     "create\ncompress\ndelaycompress\ndateext\ndateformat -%Y%m%d-%s"),
    ("copytruncate", "copytruncate\ncompress"),
    ("nocreate, xz", "nocreate\ncompress\ncompresscmd /usr/bin/xz\ncompressext .xz"),
]
KEPT = 1000  # rotated logs
# What is named on the command line.
NAMES = ["mail.log"], ["mail.log*"], ["."]

# Said of what nothing here gives a reason for: something would be lost, or was forgotten.
LOST = "is not beside it any more", "is shorter than", "cannot be read"
# Said of a disk that is full.
FULL = re.compile("nothing of this run is stored|whether this one is stored|disk is full|"
                  "No space left|disk I/O error|unable to open database")
DISK = 16 << 20  # bytes of the disk that is filled up


class Proof:
    def __init__(self, folder, wishes):
        self.folder, self.wishes = folder, wishes
        self.logs = os.path.join(folder, "logs")
        self.kept = os.path.join(folder, "kept")
        self.disk = os.path.join(folder, "disk")
        for made in (self.logs, self.kept, self.disk):
            os.mkdir(made)
        if wishes.full:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d" % DISK, "none", self.disk],
                           check=True)
        self.writer = subprocess.Popen([sys.executable, "-B", os.path.join(HERE, "writer.py"),
                                        folder, str(wishes.seed), str(wishes.rate)])
        self.killed = self.whole = self.full = self.rotations = 0
        self.mode = self.rotates_in = 0
        self.ends = threading.Event()
        self.troubles = []
        self.begun = time.monotonic()
        self.diary = open(os.path.join(self.kept, "diary"), "w", encoding="utf-8")
        self.wait_for("answered")

    def note(self, *what):
        """A line of what was done when, for who looks for a fault."""
        print("%.3f" % (time.monotonic() - self.begun), *what, file=self.diary, flush=True)

    # ---- the writer

    def wait_for(self, name, more_than=None):
        path = os.path.join(self.kept, name)
        while True:
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                if more_than is None or int(text) > more_than:
                    return text
            if self.writer.poll() is not None and name != "counts":
                raise RuntimeError("the writer has ended")
            time.sleep(0.002)

    def tell_writer(self, number):
        before = int(self.wait_for("answered"))
        self.writer.send_signal(number)
        self.wait_for("answered", before)

    # ---- the rotator

    def change_mode(self, mode):
        """A logrotate that packs writes over the mail.log.1 of one that did not."""
        self.rotates_in = mode
        for name in os.listdir(self.logs):
            number = name.rpartition(".")[2]
            if number.isdigit() and int(number) < KEPT:
                os.rename(os.path.join(self.logs, name),
                          os.path.join(self.logs, "mail.log.%d" % (int(number) + 10 * KEPT)))

    def rotate(self):
        """One rotation; a service that logs opens its log anew when it is told so."""
        if self.rotates_in != self.mode:
            self.change_mode(self.mode)
        name, lines = MODES[self.rotates_in]
        config = os.path.join(self.folder, "rotate.conf")
        reopens = ("before=$(cat {0}); kill -HUP {1}\n"
                   "while [ \"$(cat {0})\" = $before ]; do sleep 0.01; done").format(
                       os.path.join(self.kept, "answered"), self.writer.pid)
        if name != "copytruncate":
            lines += "\npostrotate\n%s\nendscript" % reopens
        with open(config, "w", encoding="utf-8") as file:
            file.write("%s/mail.log {\nrotate %d\nmissingok\n%s\n}\n" %
                       (self.logs, KEPT, lines))
        os.chmod(config, 0o644)
        if name == "copytruncate":
            self.tell_writer(signal.SIGUSR1)
        command = ["logrotate", "-f", "-s", os.path.join(self.folder, "rotate.state"), config]
        self.note("rotation begins,", name)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
        if name == "copytruncate":
            self.tell_writer(signal.SIGUSR2)
        if done.returncode:
            self.troubles.append("logrotate, %s: %s" % (name, done.stdout.decode()))
        self.rotations += 1
        self.note("rotation", self.rotations, "ends")

    def rotate_on(self):
        while not self.ends.is_set():
            time.sleep(1.1 + random.expovariate(1 / 0.5))  # dated names have whole seconds
            self.rotate()

    # ---- who fills the disk

    def fill_on(self):
        """Not before a run has ended well: what waits for the next one would only grow."""
        filler, ended_well = os.path.join(self.disk, "filler"), 0
        while not self.ends.wait(random.expovariate(1 / 0.5)):
            if self.whole == ended_well:
                continue
            ended_well = self.whole
            disk = os.statvfs(self.disk)
            room = random.choice((0, 0, random.randrange(1 << 17)))
            with contextlib.suppress(OSError), open(filler, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, disk.f_bavail * disk.f_bsize - room)
            self.note("the disk has room for", room)
            self.ends.wait(random.expovariate(1 / 0.5))
            os.unlink(filler)
            self.note("the disk has room again")

    # ---- mailtriage

    def command(self, history, names):
        return [MAILTRIAGE, "report", "--no-config", "--resume", "--history", history,
                "--format", "json", "--output", os.path.join(self.disk, "report.json"), *names]

    def history(self):
        return os.path.join(self.disk, "history.db")

    def run_once(self, longest):
        """Gives how long it took; killed when that is more than it may."""
        begun, names = time.monotonic(), random.choice(NAMES)
        self.note("run of", *names)
        run = subprocess.Popen(self.command(self.history(), names), cwd=self.logs,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            said = run.communicate(timeout=longest)[1].decode()
        except subprocess.TimeoutExpired:
            run.kill()
            said = run.communicate()[1].decode()
        if run.returncode == -signal.SIGKILL:
            self.killed += 1
        elif self.wishes.full and run.returncode == 1 and FULL.search(said):
            self.full += 1
        else:
            self.whole += 1
            if run.returncode or any(lost in said for lost in LOST):
                self.troubles.append("mailtriage, %d: %s" % (run.returncode, said))
        self.note("run ends with", run.returncode, "and said", repr(said))
        return time.monotonic() - begun

    def run_on(self):
        """Killed three times out of four, at any time from its begin to its end."""
        usual = self.run_once(None)
        while not self.troubles and (self.killed < self.wishes.killed or
                                     self.wishes.full and self.full < 3):
            self.mode = min(self.killed * len(MODES) // self.wishes.killed, len(MODES) - 1)
            if random.random() < 0.25:
                usual = (usual + self.run_once(None)) / 2
            else:
                self.run_once(random.random() * usual * 1.1)
            time.sleep(random.expovariate(1 / 0.05))

    # ---- what came of it

    def one_run(self):
        return os.path.join(self.folder, "whole.db")

    def play(self):
        others = [threading.Thread(target=self.rotate_on)]
        if self.wishes.full:
            others.append(threading.Thread(target=self.fill_on))
        for other in others:
            other.start()
        try:
            self.run_on()
        finally:
            self.ends.set()
            for other in others:
                other.join()
            self.writer.terminate()
            self.writer.wait()
        self.counts = json.loads(self.wait_for("counts"))
        self.run_once(None)
        subprocess.run(self.command(self.one_run(), ["../kept/full.log"]), cwd=self.logs, check=True,
                       stdout=subprocess.DEVNULL)

    def odd_counts(self):
        """What history and the writer do not agree on."""
        found = {}
        for key, numbers in dump(self.history()).items():
            if key[0] in ("totals_hour", "totals_open"):
                name = key[-1]
            elif key[0] in ("reasons_hour", "reasons_open"):
                name = "%s %s" % key[3:5]
            else:
                continue
            found[name] = found.get(name, 0) + numbers[0]
        return ["%s: %s in history, %s written" % (name, found.get(name, 0), count)
                for name, count in self.counts.items() if found.get(name, 0) != count]

    def odd_cells(self):
        """What the two histories do not agree on."""
        cells = [dump(history) for history in (self.history(), self.one_run())]
        self.cells = len(cells[1])
        return ["%s: %s, and in one run %s" % (" ".join(map(str, key)), cells[0].get(key),
                                               cells[1].get(key))
                for key in sorted(cells[0].keys() | cells[1].keys(), key=str)
                if cells[0].get(key) != cells[1].get(key)]


# Of these all rows are compared, but for where an example was found; numbers by which texts are
# known, and what tells one file or one run from another, are not.
ROWS = {"template": ("host class event direction level mta text",
                     "count first last reply"),
        "clock": ("host", "closed_day")}
TEXTS = {"host", "class", "event", "direction", "level", "mta", "text"}


def dump(path):
    """All cells of a history, {key: numbers}, with texts for their numbers."""
    store = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    texts = dict(store.execute("SELECT id, text FROM str"))
    cells = {}
    for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = store.execute("PRAGMA table_info(%s)" % table).fetchall()
        names = [column[1] for column in columns]
        if table.endswith(("_hour", "_open", "_day")):
            keys = [column[1] for column in columns if column[5] and column[1] != "origin"]
            numbers = [column[1] for column in columns if not column[5]]
            named = set(keys) - {"hour"}
        elif table in ROWS:
            keys, numbers = (words.split() for words in ROWS[table])
            named = TEXTS
        else:
            continue
        for row in store.execute("SELECT * FROM %s" % table):
            row = dict(zip(names, row))
            key = (table, *(texts.get(row[name]) if name in named else row[name] for name in keys))
            cells[key] = tuple(row[name] for name in numbers)
    for name, held in store.execute("SELECT name, bytes FROM state"):
        if name in ("reading", "hours"):
            cells["state", name] = held
    return cells


@contextlib.contextmanager
def folder_of(wishes):
    """A temporary folder, or the one that was named, which stays when something goes wrong."""
    if not wishes.keep:
        with tempfile.TemporaryDirectory(prefix="mailtriage-proof.") as folder:
            yield folder
        return
    os.mkdir(wishes.keep)
    yield wishes.keep


def tell(number, name, odd):
    """One line of TAP."""
    print("%sok %d %s" % ("not " if odd else "", number, name))
    for line in odd[:20]:
        print("# %.300s" % line)
    return not odd


def in_a_namespace():
    """All of it again, where a disk can be had that nobody else sees."""
    begin = ["unshare", "--mount", "--map-root-user"]
    if shutil.which("unshare") is None or \
            subprocess.run([*begin, "mount", "-t", "tmpfs", "none", "/mnt"], check=False,
                           stderr=subprocess.DEVNULL).returncode:
        print("ok 1 # SKIP a disk of its own cannot be had here\n1..1")
        return 0
    return subprocess.run([*begin, sys.executable, "-B", *sys.argv, "--inside"],
                          check=False).returncode


@contextlib.contextmanager
def disk_of(folder, wishes):
    """Taken away before the folder is."""
    try:
        yield
    finally:
        if wishes.full:
            subprocess.run(["umount", "-l", os.path.join(folder, "disk")], check=False)


def main():
    asks = argparse.ArgumentParser()
    asks.add_argument("--killed", type=int, default=40)
    asks.add_argument("--rate", type=int, default=3000)
    asks.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    asks.add_argument("--full", action="store_true")
    asks.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asks.add_argument("--keep", metavar="FOLDER")
    wishes = asks.parse_args()
    if wishes.full and not wishes.inside:
        return in_a_namespace()
    random.seed(wishes.seed)
    for tool in ("logrotate", "xz"):
        if shutil.which(tool) is None:
            print("ok 1 # SKIP %s is not installed\n1..1" % tool)
            return 0
    begun = time.monotonic()
    with folder_of(wishes) as folder, disk_of(folder, wishes):
        proof = Proof(folder, wishes)
        proof.play()
        lines = sum(1 for _ in open(os.path.join(proof.kept, "full.log"), "rb"))
        good = [tell(1, "no trouble on the way", proof.troubles),
                tell(2, "history has what the writer counted", proof.odd_counts()),
                tell(3, "history is that of one run", proof.odd_cells())]
    print("1..%d" % len(good))
    print("# %d lines, %d rotations, %d runs killed, %d found the disk full, %d not; %d cells; "
          "seed %d, %.0f s" % (lines, proof.rotations, proof.killed, proof.full, proof.whole,
                               proof.cells, wishes.seed, time.monotonic() - begun))
    if all(good) and wishes.keep:
        shutil.rmtree(wishes.keep)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
