"""The mail server of the proof: writes a log of Postfix as syslog would, and counts what it writes.

usage: writer.py FOLDER SEED LINES_A_SECOND

The log is FOLDER/logs/mail.log; the same lines go to FOLDER/kept/full.log, which nobody rotates.
Messages overlap: what one line says of a message is needed for another one, maybe after a rotation
and some runs. Some lines are written in two parts. Times are made up and run far faster than the
clock, so that hours end and messages wait for days; now and then the clock of the server goes back
four hours, and later on.

HUP: opens the log anew, as after a rotation. USR1: stands still; USR2: goes on. TERM: ends. Each is
answered by a number more in FOLDER/kept/answered; at the end the counts are in FOLDER/kept/counts.
"""

import datetime
import heapq
import json
import os
import random
import signal
import sys
import time

START = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc).timestamp()
DOMAINS = ["%s.example.%s" % (name, end) for name in
           ("meadow", "castle", "valley", "harbor", "island", "orchard") for end in ("net", "org")]
REPLIES = {
    "bounced": [("5.1.1", "550 5.1.1 No such user here", "user-unknown"),
                ("5.2.2", "552 5.2.2 The mailbox of this user is full", "mailbox-full")],
    "deferred": [("4.2.2", "452 4.2.2 The mailbox of this user is full", "mailbox-full"),
                 ("4.4.2", "", "")],
}


class Log:
    """Two files, the one of which is rotated."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "logs", "mail.log")
        self.kept = os.open(os.path.join(folder, "kept", "full.log"),
                            os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.file = -1
        self.reopen()

    def reopen(self):
        if self.file >= 0:
            os.close(self.file)
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, line, in_two):
        line = line.encode()
        if in_two:
            half = random.randrange(1, len(line))
            os.write(self.file, line[:half])
            time.sleep(random.random() / 100)
            os.write(self.file, line[half:])
        else:
            os.write(self.file, line)
        os.write(self.kept, line)


class Server:
    """Makes lines with their times, and counts each when it is written."""

    def __init__(self):
        self.now = START
        self.behind = 0  # seconds that its clock is
        self.todo = []  # (time, number, line, what it counts)
        self.number = 0
        self.messages = 0
        self.counts = {}
        self.waiting = {}  # recipient of a message -> was it ever deferred
        self.deferred_ever = 0

    def later(self, seconds, program, text, *counted):
        self.number += 1
        heapq.heappush(self.todo, (self.now + seconds, self.number, program, text, counted))

    def add(self, name, number=1):
        self.counts[name] = self.counts.get(name, 0) + number

    def count(self, counted):
        """("delivered", recipient, reason) or a name alone"""
        for what in counted:
            if isinstance(what, str):
                self.add(what)
                continue
            state, recipient, reason = what
            self.add(state)
            if reason:
                self.add("%s %s" % (state, reason))
            if state == "deferred":
                self.deferred_ever += recipient not in self.waiting
                self.waiting[recipient] = True
            else:
                self.waiting.pop(recipient, None)

    def next_line(self):
        while not self.todo or random.random() < 0.15:
            self.begin_something()
        when, _, program, text, counted = heapq.heappop(self.todo)
        self.now = max(self.now, when)
        self.count(counted)
        if random.random() < 1 / 3000:
            self.behind = 0 if self.behind else 4 * 3600
        stamp = datetime.datetime.fromtimestamp(self.now - self.behind, datetime.timezone.utc)
        return "%s mx1 postfix/%s: %s\n" % (stamp.isoformat(timespec="microseconds"), program, text)

    def begin_something(self):
        kind = random.random()
        if kind < 0.75:
            self.begin_message()
        elif kind < 0.9:
            self.refuse()
        else:
            self.fail_login()

    def client(self):
        number = random.randrange(1, 200)
        return "client%d.example.net[203.0.113.%d]" % (number, number)

    def refuse(self):
        client = self.client()
        self.later(random.expovariate(1 / 20), "smtpd[%d]" % random.randrange(300, 340),
                   "NOQUEUE: reject: RCPT from %s: 554 5.7.1 <probe@elsewhere.example.org>: Relay "
                   "access denied; from=<eve@example.net> to=<probe@elsewhere.example.org> "
                   "proto=ESMTP helo=<client.example.net>" % client, "rejected")

    def fail_login(self):
        self.later(random.expovariate(1 / 20), "smtpd[%d]" % random.randrange(300, 340),
                   "warning: %s: SASL LOGIN authentication failed: (reason unavailable), "
                   "sasl_username=%s" % (self.client(), random.choice(("info", "admin", "test"))),
                   "auth_failed")

    def begin_message(self):
        self.messages += 1
        ident = "%08X" % (0x10000000 + self.messages * 16 + random.randrange(16))
        recipients = random.choice((1, 1, 1, 2, 3))
        sender, size = random.choice(DOMAINS), random.randrange(300, 90000)
        at = random.expovariate(1 / 20)
        self.later(at, "smtpd[%d]" % random.randrange(300, 340), "%s: client=%s" %
                   (ident, self.client()))
        self.later(at + 0.01, "cleanup[220]",
                   "%s: message-id=<%s@%s>" % (ident, ident.lower(), sender))
        self.later(at + 0.02, "qmgr[214]", "%s: from=<alice@%s>, size=%d, nrcpt=%d (queue active)" %
                   (ident, sender, size, recipients), "received")
        last = 0
        for number in range(recipients):
            last = max(last, self.deliver(ident, "r%d@%s" % (number, random.choice(DOMAINS)), at))
        self.later(last + 0.01, "qmgr[214]", "%s: removed" % ident)

    def deliver(self, ident, recipient, at):
        """All attempts for one recipient; gives the time of the last one."""
        begun = at
        at += 0.1 + random.expovariate(1 / 2)
        while random.random() < 0.2:
            self.attempt(ident, recipient, at, at - begun, "deferred")
            at += 300 * random.randrange(1, 40)
        state = "bounced" if random.random() < 0.15 else "delivered"
        self.attempt(ident, recipient, at, at - begun, state)
        return at

    def attempt(self, ident, recipient, at, delay, state):
        host = "mx1.%s" % recipient.partition("@")[2]
        relay, reason = "%s[198.51.100.%d]" % (host, len(host)), ""
        if state == "delivered":
            dsn, said = "2.0.0", "sent (250 2.0.0 Ok: queued as %s)" % ident[::-1]
        else:
            dsn, reply, reason = random.choice(REPLIES[state])
            said = "%s (host %s said: %s (in reply to RCPT TO command))" % (state, relay, reply)
            if not reply:
                said = "deferred (connect to %s:25: Connection timed out)" % relay
                relay = "none"
        self.later(at, "smtp[%d]" % random.randrange(225, 235),
                   "%s: to=<%s>, relay=%s%s, delay=%.2g, delays=0.05/0/0.1/%.2g, dsn=%s, status=%s"
                   % (ident, recipient, relay, "" if relay == "none" else ":25", delay, delay, dsn,
                      said), (state, ident + recipient, reason))


class Writer:
    """Writes lines until it is told to end."""

    def __init__(self, folder, rate):
        self.folder, self.rate = folder, rate
        self.log, self.server = Log(folder), Server()
        self.asked, self.answered, self.stands, self.ends = [], 0, False, False
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM):
            signal.signal(number, lambda number, _: self.asked.append(number))

    def put(self, name, text):
        path = os.path.join(self.folder, "kept", name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def answer(self):
        while self.asked:
            number = self.asked.pop(0)
            if number == signal.SIGHUP:
                self.log.reopen()
            self.stands = number == signal.SIGUSR1 or (self.stands and number != signal.SIGUSR2)
            self.ends |= number == signal.SIGTERM
            self.answered += 1
            self.put("answered", str(self.answered))

    def run(self):
        self.put("answered", "0")
        while not self.ends:
            begun = time.monotonic()
            for _ in range(random.randrange(1, self.rate // 25)):
                self.answer()
                if self.stands or self.ends:
                    break
                self.log.write(self.server.next_line(), random.random() < 0.002)
            left = begun + 1 / 50 - time.monotonic()
            time.sleep(max(left, 0.001))
            self.answer()
        counts = self.server.counts
        counts["waiting"] = len(self.server.waiting)
        counts["deferred_ever"] = self.server.deferred_ever
        self.put("counts", json.dumps(counts, indent=1, sort_keys=True))


if __name__ == "__main__":
    random.seed(int(sys.argv[2]))
    Writer(sys.argv[1], int(sys.argv[3])).run()
