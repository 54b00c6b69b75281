#!/usr/bin/env python3
"""A rotator may take its steps at any place of a run: no line is lost, and none is out of order.

usage: check_moves.py [TRIES]      of the places in each run, that many are tried

A log was read, written on, and rotated; while a run looks for the rest of it and reads, it is
rotated once more (moving_files.c): between any two looks of the run at the folder and its files,
the steps of the rotator at once or spread over the looks that follow. A run behind that must have
made of history, cell by cell, what one run over the whole log makes of it.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile

from proof import HERE, MAILTRIAGE, NAMES, dump

LOG = os.path.join(HERE, "../../samples/postfix/mail.log")
# What is there before the run, {name: part of the log}, parts being numbered from the oldest on;
# and the steps of the rotator in it. Part 1 was read as far as its first half.
PARTS = 4
MOVES = {
    "create": ({"mail.log.2": 0, "mail.log.1": 1, "mail.log": 2},
               ["rename mail.log.2 mail.log.3", "rename mail.log.1 mail.log.2",
                "rename mail.log mail.log.1", "append ../3 mail.log"]),
    "gzip": ({"mail.log.2.gz": 0, "mail.log.1.gz": 1, "mail.log": 2},
             ["rename mail.log.2.gz mail.log.3.gz", "rename mail.log.1.gz mail.log.2.gz",
              "rename mail.log mail.log.1", "append ../3 mail.log",
              "append ../2.half.gz mail.log.1.gz", "append ../2.rest.gz mail.log.1.gz",
              "remove mail.log.1"]),
    "gzip of the one before": (
        {"mail.log-20260601.gz": 0, "mail.log-20260602": 1, "mail.log": 2},
        ["append ../1.half.gz mail.log-20260602.gz", "append ../1.rest.gz mail.log-20260602.gz",
         "remove mail.log-20260602", "rename mail.log mail.log-20260603", "append ../3 mail.log"]),
    "copytruncate": ({"mail.log.2": 0, "mail.log.1": 1, "mail.log": 2},
                     ["rename mail.log.2 mail.log.3", "rename mail.log.1 mail.log.2",
                      "append ../2.half mail.log.1", "append ../2.rest mail.log.1",
                      "cut mail.log", "append ../3 mail.log"]),
    "nothing to go on with": ({"mail.log.1": 0, "mail.log": 1},
                              ["rename mail.log.1 mail.log.2", "rename mail.log mail.log.1",
                               "append ../2 mail.log", "append ../3 mail.log"]),
}
SPREADS = 0, 1, 3, 17


def write(path, text):
    with open(path, "wb") as file:
        file.write(text)


class Moves:
    def __init__(self, folder, tries):
        self.folder, self.tries, self.told = folder, tries, 0
        self.logs = self.path("logs")
        self.library = self.path("moving_files.so")
        subprocess.run([os.environ.get("CC") or "cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o",
                        self.library, os.path.join(HERE, "moving_files.c"), "-ldl"], check=True)
        with open(LOG, "rb") as file:
            lines = file.readlines()[:800]
        self.parts = [b"".join(lines[len(lines) * part // PARTS:len(lines) * (part + 1) // PARTS])
                      for part in range(PARTS)]
        for number, text in enumerate(self.parts):
            packed = gzip.compress(text)
            write(self.path(str(number)), text)
            for name, whole in ("%d.%s", text), ("%d.%s.gz", packed):
                write(self.path(name % (number, "half")), whole[:len(whole) // 2])
                write(self.path(name % (number, "rest")), whole[len(whole) // 2:])
        write(self.path("whole"), b"".join(self.parts))
        os.mkdir(self.logs)
        self.run("whole.db", ["../whole"])
        self.whole = dump(self.path("whole.db"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, history, names, **words):
        """Gives what went wrong, or nothing."""
        done = subprocess.run([MAILTRIAGE, "report", "--no-config", "--resume", "--jobs", "1",
                               "--history", self.path(history), "--format", "json", *names],
                              cwd=self.logs, env=dict(os.environ, **words), check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
        self.said = done.stderr.decode().strip()
        return "status %d, and it said: %s" % (done.returncode, self.said) if done.returncode else ""

    def lay_out(self, files):
        """A folder that nothing has moved in for a while."""
        shutil.rmtree(self.logs)
        os.mkdir(self.logs)
        for name, part in files.items():
            text = self.parts[part]
            write(os.path.join(self.logs, name),
                  gzip.compress(text) if name.endswith(".gz") else text)
        os.utime(self.logs, (0, 0))

    def first_run(self, files):
        """A history that has read all of part 0 and the half of part 1."""
        self.lay_out({"mail.log.1": 0})
        self.run("first.db", ["mail.log.1"])
        half = self.parts[1][:len(self.parts[1]) // 2]
        write(os.path.join(self.logs, "mail.log"), half[:half.rindex(b"\n") + 1])
        self.run("first.db", ["mail.log"])
        self.lay_out(files)

    def moved_run(self, files, names, **words):
        """Gives what is odd behind a run in which the files were moved, and another one."""
        self.lay_out(files)
        shutil.copy(self.path("first.db"), self.path("history.db"))
        odd = self.run("history.db", names, LD_PRELOAD=self.library, MOVE_COUNT=self.path("count"),
                       MOVE_STEPS=self.path("steps"), **words)
        said = self.said
        os.utime(self.logs, (0, 0))
        odd = odd or self.run("history.db", names)
        if "any more" in said + self.said:
            odd = odd or "it said: %s %s" % (said, self.said)
        if not odd and dump(self.path("history.db")) != self.whole:
            odd = "history is not that of one run; it said: %s" % said
        return odd

    def try_each(self, name, names):
        files, steps = MOVES[name]
        self.first_run(files)
        write(self.path("steps"), "".join(step + "\n" for step in steps).encode())
        self.moved_run(files, names)
        with open(self.path("count"), encoding="utf-8") as file:
            count = int(file.read())
        places = [(at, each) for at in range(1, count + 1) for each in SPREADS]
        step = max(1, len(places) // self.tries)
        odd = ["at look %d, each %d.: %s" % (at, each, wrong) for at, each in places[::step]
               for wrong in [self.moved_run(files, names, MOVE_AT=str(at), MOVE_EACH=str(each))]
               if wrong]
        self.told += 1
        print("%sok %d %s, of %s (%d places of %d)" %
              ("not " if odd else "", self.told, name, " ".join(names), len(places[::step]),
               len(places)), flush=True)
        for line in odd[:5]:
            print("# %.600s" % line, flush=True)
        if odd:
            print("# %d such places" % len(odd), flush=True)


def main():
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    with tempfile.TemporaryDirectory(prefix="mailtriage-moves.") as folder:
        moves = Moves(folder, tries)
        for name in MOVES:
            for names in NAMES:
                moves.try_each(name, names)
        print("1..%d" % moves.told)


if __name__ == "__main__":
    sys.exit(main())
