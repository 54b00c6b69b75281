"""bench - one run: a real mail server in its root, the world around it, and every scenario.

usage: python3 tests/mta/bench.py VARIANT ROOT OUT [SCENARIO... | --story]
Started by tests/mta/run in namespaces of its own (network, mounts, processes, host name): what is
set up here cannot be seen outside and is gone when this ends, however it ends. Leaves in OUT the
logs, wire.jsonl with what was said and heard, and truth.json with what the logs must tell; of the
story (story.py) moments.json, with when each step was really played.
"""
import concurrent.futures
import dataclasses
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

from client import hold_talk
from dns import NameServer
from exim import Exim
from postfix import Postfix
from root import Root
from scenario import Expire, Mail, Report, Retry, Talk, lines, offer
from scenarios import scenarios_for
from rsyslog import Rsyslog
from sendmail import Sendmail
from story import story_for
from wire import Wire
from world import DNS_ADDRESS, HOME, OUR_ADDRESS, OUR_NAME, Certificates, World

# What is run: the server, and how it is set up.
VARIANTS = {
    "postfix": (Postfix, {}),
    "postfix-file": (Postfix, {"own_log": True}),
    "exim": (Exim, {}),
    "exim-default": (Exim, {"selector": "default", "duplication": False}),
    "exim-all": (Exim, {"selector": "all", "inner_stamp": False}),
    "sendmail": (Sendmail, {}),
    "sendmail-12": (Sendmail, {"log_level": 12}),
    "sendmail-14": (Sendmail, {"log_level": 14}),
    "sendmail-15": (Sendmail, {"log_level": 15}),
}
AT_ONCE = 40  # scenarios side by side: most of their time is waiting
LONGEST_WAIT = 90
SAMPLE = "samples/postfix/mail.log"  # what a report of ours is about
SENDING_USER, STATE = "mailtriage", "/var/lib/mailtriage"  # as installed


def set_up_network(world):
    reachable, unreachable = world.addresses()
    commands = ["link set lo up"]
    commands += [f"addr add {address}/32 dev lo" for address in reachable]
    commands += [f"route add unreachable {address}/32" for address in unreachable]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)


def set_up_names(root):
    socket.sethostname(OUR_NAME.split(".", maxsplit=1)[0])
    root.write("/etc/hostname", OUR_NAME.split(".", maxsplit=1)[0] + "\n")
    root.write("/etc/hosts", f"127.0.0.1 localhost\n{OUR_ADDRESS} {OUR_NAME} mail\n")
    root.write("/etc/resolv.conf", f"nameserver {DNS_ADDRESS}\noptions timeout:1 attempts:4\n")


class Driver:
    """Carries out the steps of scenarios."""

    def __init__(self, server, wire):
        self.server, self.wire = server, wire

    def drive(self, cast):
        for step in cast.scenario.steps:
            self.take(cast, step)

    def take(self, cast, step):
        if isinstance(step, Mail):
            self.hand_in(cast, step)
        elif isinstance(step, Talk):
            door = self.server.doors[step.door]
            steps = [self.filled(cast, s) for s in step.steps]
            hold_talk(cast.name, self.wire, cast.client, door, steps)
        elif isinstance(step, Report):
            self.mail_report(cast, step)
        elif isinstance(step, Retry):
            self.wait_for_rest()
            self.server.retry(f"{cast.name}.example.net")
        elif isinstance(step, Expire):
            self.wait_for_rest()
            self.server.expire(f"{cast.name}.example.net")

    def tell(self, casts):
        """One step after the other, in the order of the story: (time of the story, seconds of the
        clock when it began) of each."""
        moments = []
        steps = [(time, cast, step) for cast in casts for time, step in cast.scenario.moments()]
        for when, cast, step in sorted(steps, key=lambda moment: moment[0]):
            moments.append((when, time.time()))
            self.take(cast, step)
            self.wait_for_rest()
        return moments

    @staticmethod
    def filled(cast, step):
        if isinstance(step, (str, bytes)):
            return cast.fill(step)
        return dataclasses.replace(step, value=cast.fill(step.value))

    def hand_in(self, cast, mail):
        to, sender = cast.fill(mail.to), cast.fill(mail.sender)
        cast.handed_in += 1
        number = f"-{cast.handed_in}" if cast.handed_in > 1 else ""
        head = (f"From: <{sender}>", f"Message-ID: <{cast.name}{number}@example.org>", "Subject: bench", "")
        if mail.door == "command":
            message = "\n".join((*head, *cast.fill(mail.lines)))
            self.wire.note(cast.name, "user", "message", said=message.encode())
            self.server.submit(sender, to, message)
            return
        hello, begin, *offers = offer(*to, sender=sender, helo="submit.example.org")
        steps = [hello, begin + (" SMTPUTF8" if mail.utf8 else ""), *offers, "DATA"]
        message = lines(*head, *cast.fill(mail.lines))
        hold_talk(cast.name, self.wire, "127.0.0.1", self.server.doors[mail.door],
                  [*steps, message, ".", "QUIT"])

    def mail_report(self, cast, report):
        """What arrives is what was handed in, to the byte, behind what the server says of itself;
        and then nothing waits any more."""
        made = subprocess.run(
            [os.environ["MAILTRIAGE"], "report", "--no-config", "--year", "2026", "--format", "mail",
             "--only", "totals", "--mail-from", SENDING_USER + "@example.com", "--mail-to",
             cast.fill(report.to), SAMPLE],
            capture_output=True, check=True).stdout
        root, outbox = self.server.root, STATE + "/outbox"
        with open("src/install/nightly.sh", encoding="utf-8") as file:
            root.write("/usr/local/libexec/nightly", file.read(), 0o755)
        root.run("useradd", "--system", "--shell", "/usr/sbin/nologin", SENDING_USER)
        root.write(outbox + "/20260101T060000Z.1.eml", made.decode("ascii"), 0o600)
        root.run("chown", "-R", f"{SENDING_USER}:", STATE)
        said = root.run("setpriv", "--reuid", SENDING_USER, "--regid", SENDING_USER, "--init-groups",
                        "/usr/local/libexec/nightly", "send")
        if said or os.listdir(root.path + outbox) != ["lock"]:
            raise RuntimeError(f"{cast.name}: {said}{os.listdir(root.path + outbox)}")
        arrived = self.arrived(cast.name).replace(b"\r\n", b"\n")
        if re.sub(rb"\A(?:Received:.*\n(?:[ \t].*\n)*)+", b"", arrived) != made:
            raise RuntimeError(f"{cast.name}: what arrived is not what was sent:\n"
                               f"{arrived.decode('latin-1')}")

    def arrived(self, name):
        end = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < end:
            if self.wire.messages.get(name):
                return self.wire.messages[name][0]
            time.sleep(0.2)
        raise RuntimeError(f"{name}: no mail arrived")

    def wait_for_rest(self):
        """Until the server has had nothing to do for a while."""
        calm, end = 0, time.monotonic() + LONGEST_WAIT
        while calm < 5 and time.monotonic() < end:
            time.sleep(0.2)
            calm = calm + 1 if self.server.idle() else 0
        return calm >= 5


def truth(world, variant, wire, as_logged):
    """What the logs must tell, with every name filled in."""
    told = []
    for cast in world.casts:
        rows = [
            {**dataclasses.asdict(row), "columns": cast.fill_columns(row.columns)}
            for row in cast.scenario.rows(variant, as_logged)
        ]
        told.append({
            "scenario": cast.name,
            "silent": cast.scenario.reason_for_silence(variant),
            "unclear": cast.scenario.unclear(variant),
            "addresses": [cast.client, *(address for _, _, address in cast.servers)],
            "rows": rows,
            "notices": notices(cast.name, wire),
        })
    told.append({"scenario": "bench", "silent": None, "unclear": [], "addresses": [], "rows": [],
                 "notices": notices("bench", wire)})  # what the postmaster is told
    return told


def notices(name, wire):
    """How many messages of the server itself reached the people of this scenario."""
    domain = f"@{name}.example.org"
    return [note["to"] for note in wire.notes
            if note["scenario"] == HOME and note["stage"] == "rcpt"
            and note.get("said", "").startswith("250") and note["to"].endswith(domain)]


def main(variant, made_root, out, *names):
    kind, how = VARIANTS[variant]
    mta = variant.partition("-")[0]
    is_story = names == ("--story",)
    scenarios = story_for(mta, kind.DOORS) if is_story else [
        s for s in scenarios_for(variant, kind.DOORS) if not names or s.name in names]
    world = World(scenarios)
    wire = Wire(os.path.join(out, "wire.jsonl"))
    set_up_network(world)
    root = Root(made_root, os.path.join(out, "scratch"))
    set_up_names(root)
    certificates = Certificates(root.path)
    NameServer(world.records(), [DNS_ADDRESS])
    stage = [world.start_servers(wire, certificates), world.start_helpers()]
    syslog = Rsyslog(root)
    server = kind(root, world, **how)
    server.start()
    driver = Driver(server, wire)
    wait_for_door(server.doors["open"])

    if is_story:
        with open(os.path.join(out, "moments.json"), "w", encoding="utf-8") as file:
            json.dump(driver.tell(world.casts), file, indent=1)
    else:
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for future in [pool.submit(driver.drive, cast) for cast in world.casts]:
                future.result()
    at_rest = driver.wait_for_rest()

    server.stop()
    syslog.stop()
    logs = {**(syslog.logs() if server.uses_syslog else {}), **server.own_logs()}
    for name, path in logs.items():
        copy = shutil.copytree if os.path.isdir(path) else shutil.copy  # a folder is read as one
        copy(path, os.path.join(out, "logs", name))
    with open(os.path.join(out, "truth.json"), "w", encoding="utf-8") as file:
        told = truth(world, variant, wire, kind.as_logged)
        json.dump({"mta": mta, "title": kind.title, "at_rest": at_rest, "scenarios": told,
                   "by_chance": getattr(kind, "by_chance", ())}, file, indent=1)
    del stage  # it had to last until here


def wait_for_door(door):
    for _ in range(100):
        try:
            with socket.create_connection(door, 5) as connection:
                connection.recv(100)
                connection.sendall(b"QUIT\r\n")
                connection.recv(100)
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nobody answers at {door}")


if __name__ == "__main__":
    main(*sys.argv[1:])
