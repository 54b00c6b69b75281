#!/usr/bin/env python3
"""What goes wrong with a history is said in plain words, costs nothing, leaves nothing by halves.

usage: check_faults.py [TRIES]      of the places where writing may fail, that many are tried

Each fault meets a history that knows the first half of a log, while the second half is read. The
run must end with its status and message, and history must be what it was, to the last cell and byte
of state; then a run without the fault must make of it what it would have been.
"""

import contextlib
import datetime
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from proof import HERE, MAILTRIAGE, dump

TABLES = {"totals": "name", "reasons": "event, class, direction, code, enhanced",
          "failures": "dimension, event, class", "delays": "direction, edge"}
LOG = os.path.join(HERE, "../../samples/postfix/mail.log")
NOBODY = 65534


def sums(history):
    """What all hours have counted together."""
    with contextlib.closing(sqlite3.connect(history)) as store:
        texts = dict(store.execute("SELECT id, text FROM str"))
        return {(table, *(texts[key] for key in row[:-1])): row[-1]
                for table, keys in TABLES.items() for row in store.execute(
                    "SELECT %s, sum(count) FROM (SELECT * FROM %s_hour UNION ALL SELECT * FROM "
                    "%s_open) GROUP BY %s" % (keys, table, table, keys)) if row[-1]}


class Faults:
    def __init__(self, folder, tries):
        self.folder, self.tries, self.told = folder, tries, 0
        os.chmod(folder, 0o755)
        self.program = shutil.copy(MAILTRIAGE, folder)  # where nobody may not go, it may not run
        with open(LOG, "rb") as file:
            self.lines = file.readlines()[:1200]
        self.write_log(len(self.lines) // 2)
        self.good = self.path("good.db")
        self.run(self.good)
        self.half = dump(self.good)
        self.write_log(len(self.lines))
        shutil.copy(self.good, self.path("whole.db"))
        self.run(self.path("whole.db"))
        self.whole = dump(self.path("whole.db"))
        assert self.whole != self.half

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_log(self, count):
        with open(self.path("mail.log"), "wb") as file:
            file.writelines(self.lines[:count])

    def told_to(self):
        """What a run that is told to writes its report to; not there yet."""
        report = self.path("report.txt")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(report)
        return "--output", report

    def begin(self, history, words=(), **how):
        return subprocess.Popen([self.program, "report", "--no-config", "--resume", "--history",
                                 history, *words, self.path("mail.log")], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)

    def run(self, history, words=(), **how):
        """Gives status and messages."""
        run = self.begin(history, words, **how)
        said = run.communicate()[1].decode().strip()
        return run.returncode, said

    def tell(self, name, odd):
        self.told += 1
        print("%sok %d %s" % ("not " if odd else "", self.told, name), flush=True)
        if odd:
            print("# %.1000s" % odd, flush=True)

    @contextlib.contextmanager
    def history(self):
        """A history of the first half, in a folder of its own."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield shutil.copy(self.good, os.path.join(folder, "history.db"))

    def odd_after(self, history, done, status, pattern, stays=True):
        """Nothing, or what is not as it should be after a run that met a fault."""
        if done[0] != status or not re.search(pattern, done[1]):
            return "status %d, and it said: %s" % done
        if stays and dump(history) != self.half:
            return "history has changed"
        if not stays:
            shutil.copy(self.good, history)
        return self.odd_at_the_end(history)

    def odd_at_the_end(self, history):
        done = self.run(history)
        if done[0]:
            return "the next run: status %d, and it said: %s" % done
        return None if dump(history) == self.whole else "history is not what it should be"

    def narrowed(self):
        """No fault, but it must cost history as little."""
        with self.history() as history:
            words = ("--since", "2026-06-01T12:00:00Z", "--class", "mailbox-*", "--mask")
            done = self.run(history, words=words)
            odd = "status %d, and it said: %s" % done if done[0] else None
            self.tell("a report of some of it stores all", odd or self.odd_at_the_end(history))

    # ---- faults

    def full_disk(self):
        """A file size limit is met like a full disk; it must not end the program, either."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (90000, 90000))
        with self.history() as history:
            done = self.run(history, preexec_fn=limit)
            self.tell("the file cannot grow", self.odd_after(
                history, done, 1, "history '.*': .*nothing of this run is stored"))

    def full_folder(self):
        script = ("mount -t tmpfs -o size=200k none \"$1\" && cp \"$2\" \"$1/h.db\" || exit 99\n"
                  "\"$3\" report --no-config --resume --history \"$1/h.db\" \"$4\" "
                  "> \"$1/../out\"\n"
                  "status=$?; cp \"$1/h.db\" \"$1/../after.db\"\nexit $status")
        with self.history() as history:
            folder = os.path.dirname(history)
            os.mkdir(os.path.join(folder, "disk"))
            done = subprocess.run(
                ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh",
                 os.path.join(folder, "disk"), history, self.program, self.path("mail.log")],
                stderr=subprocess.PIPE, check=False)
            if done.returncode == 99 or b"unshare" in done.stderr:
                self.told += 1
                print("ok %d # SKIP a disk of its own cannot be had here" % self.told)
                return
            after = os.path.join(folder, "after.db")
            self.tell("the disk is full", self.odd_after(
                after, (done.returncode, done.stderr.decode()), 1, "history '.*': .*full"))

    def full_outbox(self):
        """A message that could not be written was told to nobody: the next one has it all."""
        words = ["report", "--no-config", "--resume", "--quiet", "--format", "json", "--history"]
        script = ("mount -t tmpfs -o size=8k none \"$1\" || exit 99\n"
                  "\"$2\" report --no-config --resume --history \"$3\" --format mail "
                  "--mail-to root --output \"$1/message.eml\" \"$4\"\nstatus=$?; ls -A \"$1\" >&2\nexit $status")

        def told(history):
            return subprocess.run([self.program, *words, history, self.path("mail.log")],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  check=True).stdout
        with self.history() as history, self.history() as other:
            folder = os.path.dirname(history)
            os.mkdir(os.path.join(folder, "disk"))
            done = subprocess.run(
                ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh",
                 os.path.join(folder, "disk"), self.program, history, self.path("mail.log")],
                stderr=subprocess.PIPE, check=False)
            if done.returncode == 99 or b"unshare" in done.stderr:
                self.told += 1
                print("ok %d # SKIP a disk of its own cannot be had here" % self.told)
                return
            shutil.copy(history, self.path("after.db"))
            odd = self.odd_after(self.path("after.db"), (done.returncode, done.stderr.decode()), 1,
                                 "No space left(.|\n)*nothing of this run is stored.*again$")
            if not odd and told(history) != told(other):
                odd = "the next report does not make up for it"
            self.tell("the disk of the messages is full", odd)

    def every_change(self):
        """Each time SQLite changes a file it fails or the run is killed; then all is done again."""
        library = self.path("failing_writes.so")
        subprocess.run([os.environ.get("CC") or "cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o",
                        library, os.path.join(HERE, "failing_writes.c"), "-ldl"], check=True)
        count = self.path("count")
        for how, name in (("full", "any write fails"), ("kill", "killed at any write")):
            odd, at, changes = None, 1, 1
            step = 1
            while odd is None and at <= changes:
                with self.history() as history:
                    words = dict(os.environ, LD_PRELOAD=library, FAIL_FILE=history,
                                 FAIL_HOW=how, FAIL_AT=str(at), FAIL_COUNT=count)
                    if at == 1:
                        with self.history() as other:
                            self.run(other, env=dict(words, FAIL_FILE=other, FAIL_AT="1000000"))
                            with open(count, encoding="utf-8") as file:
                                changes = int(file.read())
                            step = max(1, changes // self.tries)
                    done = self.run(history, self.told_to(), env=words)
                    odd = self.odd_after_change(history, done, how)
                at += step
            self.tell("%s (of %d, each %d.)" % (name, changes, step),
                      odd and "change %d: %s" % (at - step, odd))

    def odd_after_change(self, history, done, how):
        """Behind the commit a change may fail, as the log of SQLite is put into its place."""
        found = dump(history)
        if found not in (self.half, self.whole):
            return "history is neither as before nor as after"
        if found == self.whole and not os.path.exists(self.path("report.txt")):
            return "it is stored, and nobody was told"
        if how == "full" and done[0] and "see whether this one is stored" in done[1]:
            return self.odd_at_the_end(history)
        if how == "full" and (done[0] == 0) != (found == self.whole):
            return "status %d, and it said: %s" % done
        if how == "full" and done[0] and \
                not re.search("history '.*': .*nothing of this run is stored", done[1]):
            return "it said: %s" % done[1]
        if how == "kill" and done[0] not in (0, -9):
            return "status %d, and it said: %s" % done
        return self.odd_at_the_end(history)

    def read_only(self):
        def leave():
            if os.getuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
        with self.history() as history:
            os.chmod(history, 0o444)
            os.chmod(os.path.dirname(history), 0o555)
            done = self.run(history, preexec_fn=leave)
            os.chmod(os.path.dirname(history), 0o755)
            os.chmod(history, 0o644)
            self.tell("read only", self.odd_after(history, done, 1,
                                                  "history '.*': (Permission denied|.*read.*only)"))

    def read_beside(self):
        """Who reads is in nobody's way, changes nothing, and leaves nothing beside the file."""
        with self.history() as history, \
                contextlib.closing(sqlite3.connect(history, isolation_level=None)) as other:
            def read(words):
                done = subprocess.run([self.program, *words], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      check=False)
                return done.stderr.decode() or done.returncode
            with open(history, "rb") as file:
                before = file.read()
            words = (["report", "--no-config", "--quiet", "--history", history],
                     ["history", "show", history])
            other.execute("BEGIN IMMEDIATE")
            odd = next(filter(None, map(read, words)), None)
            other.execute("ROLLBACK")
            other.close()
            odd = odd or next(filter(None, map(read, words)), None)
            beside = os.listdir(os.path.dirname(history))
            with open(history, "rb") as file:
                odd = odd or (file.read() != before and "the file has changed")
            self.tell("read", odd or (beside != ["history.db"] and beside))

    def not_readable(self):
        def leave():
            if os.getuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
        with self.history() as history:
            os.chmod(os.path.dirname(history), 0o755)
            os.chmod(history, 0)
            done = subprocess.run([self.program, "report", "--no-config", "--history", history],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, preexec_fn=leave, check=False)
            said = done.stderr.decode().strip()
            self.tell("read by who may not", None if done.returncode and re.search(
                "history '.*': Permission denied$", said) else said)

    def damaged(self):
        for name, change, pattern in (
                ("damaged in the middle", lambda file: file.seek(4096) and file.write(b"?" * 20000),
                 "history '.*': .*damaged: move it away"),
                ("cut off", lambda file: file.truncate(5000),
                 "history '.*': .*damaged: move it away"),
                ("no history", lambda file: file.write(b"some text\n"),
                 "history '.*': .*no history of mailtriage")):
            with self.history() as history:
                with open(history, "r+b") as file:
                    change(file)
                    file.seek(0)
                with open(history, "rb") as file:
                    before = file.read()
                done = self.run(history)
                with open(history, "rb") as file:
                    changed = file.read() != before
                self.tell(name, "it was changed" if changed else
                          self.odd_after(history, done, 1, pattern, stays=False))

    def change_state(self, history, statement, *values):
        with contextlib.closing(sqlite3.connect(history)) as store:
            store.execute(statement, values)
            store.commit()

    def newer(self):
        with self.history() as history:
            self.change_state(history, "PRAGMA user_version = 1000")
            done = self.run(history)
            self.tell("of a newer version",
                      self.odd_after(history, done, 1, "newer mailtriage", stays=False))

    def other_reading(self):
        with self.history() as history:
            self.change_state(history, "UPDATE state SET bytes = x'ff' WHERE name = 'reading'")
            done = self.run(history)
            odd = None if done[0] == 0 and "note: history" in done[1] and \
                "on their way cannot be read" in done[1] else "status %d, and it said: %s" % done
            again = self.run(history)
            if not odd and (again[0] or "nothing new since the last run" not in again[1]):
                odd = "then status %d, and it said: %s" % again
            self.tell("messages on their way that cannot be read", odd)

    def other_hours(self):
        with self.history() as history:
            self.change_state(history, "UPDATE state SET bytes = x'ff' WHERE name = 'hours'")
            done = self.run(history)
            odd = None
            if done[0] or not re.search("note: history .* hours that go on cannot be", done[1]):
                odd = "status %d, and it said: %s" % done
            if not odd and sums(history) != sums(self.path("whole.db")):
                odd = "history has not counted what there is"
            self.tell("hours that cannot be read", odd)

    def heard_in_the_future(self):
        """What the log of a clock that was wrong has said must not hide silence for years."""
        with self.history() as history:
            self.change_state(history, "UPDATE state SET bytes = x'80e0ffd80f' "
                                       "WHERE name = 'heard'")
            self.run(history)
            done = subprocess.run([self.program, "check", "--no-config", "--history", history,
                                   "--critical", "silence > 1d"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, check=False)
            self.tell("heard in the future", done.stdout if done.returncode != 2 else None)

    def before_who_is_hit(self):
        """Histories of programs that did not keep it tell the domains of recipients instead."""
        def hit(history):
            done = subprocess.run([self.program, "report", "--no-config", "--quiet", "--history",
                                   history, "--format", "json"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, check=True)
            return {(reason["class"], reason["event"], reason["direction"]): reason["affected"]
                    for reason in json.loads(done.stdout)["reasons"] if reason["affected"]}
        with self.history() as history:
            told = hit(history)
            for rows in ("hour", "day", "open"):
                self.change_state(history, "DELETE FROM failures_%s WHERE dimension IN (SELECT id "
                                           "FROM str WHERE text LIKE 'affected%%')" % rows)
            old = hit(history)
            mails = {key for key in told if key[2] == "out"}
            odd = mails != set(old) and "reasons: %s" % (mails ^ set(old))
            if not odd and len(told) == len(old):
                odd = "nobody is hit by what comes in"
            self.tell("a history that does not tell who is hit", odd)

    def broken_places(self):
        with self.history() as history:
            self.change_state(history, "UPDATE state SET bytes = substr(bytes, 1, 9) "
                                       "WHERE name = 'places'")
            done = self.run(history)
            self.tell("positions that cannot be read",
                      self.odd_after(history, done, 1, "history '.*': .*cannot be read", False))

    def two_at_once(self):
        with self.history() as history:
            runs = [self.begin(history) for _ in range(4)]
            status = [(run.communicate()[1], run.returncode)[1] for run in runs]
            odd = "status: %s" % status if any(status) else None
            self.tell("four at once wait for each other", odd or self.odd_at_the_end(history))
        with self.history() as history:
            with contextlib.closing(sqlite3.connect(history, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                done = self.run(history)
                other.execute("ROLLBACK")
            self.tell("another one that does not end",
                      self.odd_after(history, done, 1, "history '.*': .*another run"))

    def clock_back(self):
        with self.history() as history:
            last = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
            self.change_state(history, "UPDATE run SET ended = ?", int(last.timestamp()))
            done = self.run(history)
            odd = None if dump(history) == self.whole else "history is not what it should be"
            if done[0] or "note: the clock" not in done[1]:
                odd = "status %d, and it said: %s" % done
            self.tell("the clock went back", odd)


def main():
    with tempfile.TemporaryDirectory(prefix="mailtriage-faults.") as folder:
        faults = Faults(folder, int(sys.argv[1]) if len(sys.argv) > 1 else 25)
        for fault in (faults.narrowed, faults.full_disk, faults.full_folder, faults.full_outbox,
                      faults.every_change, faults.read_only, faults.read_beside,
                      faults.not_readable, faults.damaged,
                      faults.newer, faults.other_reading, faults.other_hours,
                      faults.heard_in_the_future, faults.before_who_is_hit, faults.broken_places,
                      faults.two_at_once, faults.clock_back):
            fault()
        print("1..%d" % faults.told)


if __name__ == "__main__":
    sys.exit(main())
