"""exim - sets up, starts and asks a real Exim.

Why one daemon with many ports: each is another way to be set up (a "door"), told apart by
$received_port in exim.conf; what belongs to a single scenario is told by the name of its client.
What a scenario wants of the hosts Exim speaks to becomes lists and tables of their addresses.
"""
import os
import signal
import subprocess
import time

from scenario import SENDER, Row
from world import LOGIN, OUR_ADDRESS

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
                logged.append(Row({**columns, "level": "host", "recipient": None}, row.times))
                if columns["class"] in UNREACHED and columns["stage"] == "connect":
                    columns = {**columns, "peer_host": None, "peer_ip": None}
            logged.append(Row(columns, row.times))
        return logged

    def __init__(self, root, world, selector="debian", inner_stamp=True, own_log=True):
        self.root, self.world, self.selector = root, world, selector
        self.inner_stamp, self.own_log = inner_stamp, own_log
        self.doors = DOORS
        self.daemon, self.expiring = None, set()

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
        self.daemon = self.root.spawn("exim4", "-bdf")

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
            "interfaces": " ; ".join(f"{address}.{port}" for address, port in DOORS.values()),
            "expiring_retry": "\n".join(expiring),
            "recipients_max_reject": "true" if self.selector == "all" else "false",
            "log_selector": SELECTORS[self.selector],
            "log_file_path": f"syslog : {FOLDER}/%slog" if self.own_log else "syslog",
            "syslog_timestamp": "true" if self.inner_stamp else "false",
            "syslog_duplication": "true",
        }

    def idle(self):
        """Nothing runs but the daemon: what waits for another try has no process."""
        return self.processes() <= 1

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

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        try:
            self.daemon.wait(10)
        except subprocess.TimeoutExpired:
            self.daemon.kill()

    def own_logs(self):
        return {"exim4": self.root.path + FOLDER} if self.own_log else {}
