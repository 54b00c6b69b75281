"""exim - sets up, starts and asks a real Exim.

Why one daemon with many ports: each is another way to be set up (a "door"), told apart by
$received_port in exim.conf; what belongs to a single scenario is told by the name of its client.
What a scenario wants of the hosts Exim speaks to becomes lists and tables of their addresses.
"""
import os
import signal
import socket
import subprocess
import time
from dataclasses import replace

from scenario import SENDER
from world import LOGIN, NOBODY_PORT, OUR_ADDRESS

HERE = os.path.dirname(__file__)
FOLDER = "/var/log/exim4"

# name: (address, port); what they are is in exim.conf
DOORS = {
    "open": ("127.0.0.1", 25),
    "filtered": ("127.0.0.1", 26),
    "mx": (OUR_ADDRESS, 25),
    "submission": (OUR_ADDRESS, 587),
    "smtps": (OUR_ADDRESS, 465),
    "tls-only": (OUR_ADDRESS, 2525),
    "login-down": (OUR_ADDRESS, 2526),
    "small": (OUR_ADDRESS, 2530),
    "narrow": (OUR_ADDRESS, 2531),
}

# Debian's own; without these Exim logs nothing of wrong commands.
SELECTORS = {
    "debian": "+smtp_protocol_error +smtp_syntax_error +tls_certificate_verified +tls_peerdn",
    "default": "",
    "all": "+all",
}

USERS = ("dave", "carol", "erin", "frank")
ALIASES = {
    "info": "dave",
    "moved": ":fail: 551 5.1.6 moved to <new@example.net>",
    "retired": ":fail: no such person here",
    "waiting": ":defer: the directory is not ready",
    "broken-pipe": "|/bin/false",
    "silent-pipe": '"|/bin/sh -c \\"exit 75\\""',
    "noisy-pipe": '"|/bin/sh -c \\"echo 550 5.1.1 said: status=sent; exit 1\\""',
    "slow-pipe": '"|/bin/sleep 60"',
    "missing-pipe": "|/usr/local/bin/not-there",
    "unwritable": "/proc/mailbox",
    "loop-a": "loop-b",
    "loop-b": "loop-a",
}


# Texts of these stages come with a code or are about the session; at RCPT they are about a recipient.
HOST_STAGES = ("connect", "helo", "mail", "data", "end-of-data")
UNREACHED = ("connection-refused", "host-unreachable", "connection-timeout")


def concerns_host(columns):
    if columns.get("peer_ip") is None:
        return False
    return columns["stage"] in HOST_STAGES or columns["class"] in ("connection-lost", "encryption-required")


def wait_for_listener(door):
    """Without speaking with it: a connection would be one of those that are counted."""
    wanted = "%s:%04X" % (socket.inet_aton(door[0])[::-1].hex().upper(), door[1])
    for _ in range(100):
        with open("/proc/net/tcp", encoding="ascii") as file:
            if any(line.split()[1:4:2] == [wanted, "0A"] for line in file):
                return
        time.sleep(0.05)
    raise RuntimeError(f"nobody listens at {door}")


class Exim:
    title = "Exim"
    DOORS = DOORS
    uses_syslog = True

    @staticmethod
    def as_logged(rows):
        """A failure that concerns the host, not the recipient, is logged twice: with H= for the
        host, and with == for the recipient, where the host is left out when it was not reached."""
        logged = []
        for row in rows:
            columns = row.columns
            if columns["level"] == "host" and columns["event"] == "deferred":
                columns = {**columns, "sender": SENDER, "recipient": None}
            elif columns["event"] == "deferred" and concerns_host(columns):
                logged.append(replace(row, columns={**columns, "level": "host", "recipient": None}))
                if columns["class"] in UNREACHED and columns["stage"] == "connect":
                    columns = {**columns, "peer_host": None, "peer_ip": None}
            logged.append(replace(row, columns=columns))
        return logged

    def __init__(self, root, world, selector="debian", inner_stamp=True, own_log=True,
                 duplication=True):
        self.root, self.world, self.selector = root, world, selector
        self.inner_stamp, self.own_log, self.duplication = inner_stamp, own_log, duplication
        self.doors = DOORS
        self.daemons, self.expiring = [], set()

    def start(self):
        for user in USERS:
            self.root.run("useradd", "--create-home", user)
        self.root.run("chgrp", "Debian-exim", "/etc/bench-tls/ours.key")
        self.root.run("chmod", "640", "/etc/bench-tls/ours.key")
        tables, blanks = self.wishes()
        for name, entries in tables.items():
            lines = "".join(f"{key}: {value}\n" for key, value in entries.items())
            self.root.write("/etc/exim4/bench-" + name, lines)
        with open(os.path.join(HERE, "exim.conf"), encoding="utf-8") as file:
            text = file.read()
        for name, value in blanks.items():
            text = text.replace(f"@{name}@", value)
        self.root.write("/etc/exim4/exim4.conf", text)
        address, port = DOORS["narrow"]
        self.daemons = [self.root.spawn("exim4", "-bdf"),
                        self.root.spawn("exim4", "-bdf", "-DNARROW", "-oX", f"{address}.{port}",
                                        "-oP", "/run/exim4/narrow.pid")]
        for door in (DOORS["open"], DOORS["narrow"]):
            wait_for_listener(door)

    def wishes(self):
        """Tables for look-ups, and what fills the blanks of exim.conf."""
        aliases = dict(ALIASES)
        routes, transports, logins = {}, {}, {}
        must, verify, expiring, refused, verified = [], [], [], [], []
        for cast in self.world.casts:
            domain, route = f"{cast.name}.example.net", cast.scenario.route
            hosts = [address for _, _, address in cast.servers]
            if "login" in route:
                logins.update({host: "user={} pass={}".format(*route["login"]) for host in hosts})
                transports[domain] = "smart_smtp" if route.get("must_login") else "remote_smtp"
            if "tls" in route:
                must += hosts
                verify += hosts if route["tls"] == "verify" else []
            if "via" in route:
                transports[domain] = route["via"]
            if "hosts" in route:
                routes[domain] = cast.fill(route["hosts"])
            if "expires" in route:
                self.expiring.add(domain)
                expiring.append(f"*{domain}  *  F,{route['expires']},1s")
            if cast.name.startswith("host-rejected"):
                refused.append(cast.client)
            if cast.name.startswith("helo-verified"):
                verified.append(cast.client)
            aliases[f"to-{cast.name}"] = f"bob@{domain}"
        tables = {"routes": routes, "transports": transports, "logins": logins,
                  "aliases": aliases, "users": dict([LOGIN])}
        hosts = {"refused_hosts": refused, "verified_helo_hosts": verified, "tls_hosts": must,
                 "verify_hosts": verify, "auth_hosts": list(logins)}
        return tables, {
            **{name: " : ".join(addresses) for name, addresses in hosts.items()},
            "interfaces": " ; ".join(f"{address}.{port}" for name, (address, port) in DOORS.items()
                                     if name != "narrow"),
            "nobody_port": str(NOBODY_PORT),
            "ignore_bounce_errors_after": "1s" if self.selector == "all" else "1h",
            "expiring_retry": "\n".join(expiring),
            "recipients_max_reject": "true" if self.selector == "all" else "false",
            "log_selector": SELECTORS[self.selector],
            "log_file_path": f"syslog : {FOLDER}/%slog" if self.own_log else "syslog",
            "syslog_timestamp": "true" if self.inner_stamp else "false",
            "syslog_duplication": "true" if self.duplication else "false",
        }

    def idle(self):
        """Nothing runs but the daemon: what waits for another try has no process."""
        return self.processes() <= len(self.daemons)

    @staticmethod
    def processes():
        count = 0
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{number}/cmdline", encoding="latin-1") as file:  # the dead have none
                    count += os.path.basename(file.read().split("\0")[0]).startswith("exim")
            except OSError:
                pass
        return count

    def retry(self, domain):
        """Whatever the retry times say; but what shall expire does so only when its time has come."""
        if domain in self.expiring:
            time.sleep(5)
        self.root.run("exim4", "-R" if domain in self.expiring else "-Rff", domain)

    def expire(self, domain):
        """What is frozen for longer than it may be is looked at again."""
        time.sleep(2)
        for message in self.waiting(domain):
            self.root.run("exim4", "-Mc", message)

    def waiting(self, domain):
        """The IDs of what waits for a domain, as -bp lists them: a line each, then the recipients."""
        message = None
        for line in self.root.run("exim4", "-bp").splitlines():
            words = line.split()
            if line[:1] == " " and len(words) > 2 and words[3:4]:
                message = words[2]
            elif line.strip().endswith("@" + domain):
                yield message

    def stop(self):
        for daemon in self.daemons:
            daemon.send_signal(signal.SIGTERM)
        for daemon in self.daemons:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()

    def own_logs(self):
        return {"exim4": self.root.path + FOLDER} if self.own_log else {}
