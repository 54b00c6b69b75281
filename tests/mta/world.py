"""world - everything around the server under test: addresses, names, scripted servers, mailboxes.

Why: each scenario has hosts of its own, so that whatever the log says of an address or a name
belongs to one scenario. This gives them out, and makes of all scenarios together what must be
there: addresses on loopback, the table of the name server, the scripted servers.
"""
import os
import socket
import ssl
import subprocess

from scenario import (
    NXDOMAIN, UNREACHABLE, Dns, Mail, MilterSays, Policy, Server,
)
from filter import Filter
from milter import Milter
from policy import PolicyServer
from server import ScriptedServer

OUR_NAME, OUR_ADDRESS = "mail.example.com", "192.0.2.1"
HOME_NAME, HOME_ADDRESS = "home.example.org", "192.0.2.200"
DNS_ADDRESS = "127.0.0.53"
HOME = "(home)"  # whom the mail for our own users belongs to, in the record of the wire
# On 127.0.0.1: helpers of the server, its door for filtered mail, and a port where nobody listens.
MILTER_PORT, POLICY_PORT, FILTER_PORT, FILTERED_PORT, NOBODY_PORT = 8891, 8892, 8893, 8894, 8899
LOGIN = ("anna", "right-secret")  # who may log in to the server under test


# For documentation, and when these are used up, for benchmarks (RFC 5737, RFC 2544).
CLIENT_NETS, SERVER_NETS = ("203.0.113", "198.18.1"), ("198.51.100", "198.18.2")


def address(nets, number):
    """The address of the number-th host, counted from 1."""
    return f"{nets[(number - 1) // 250]}.{(number - 1) % 250 + 1}"


class Cast:
    """The hosts and people of one scenario."""

    def __init__(self, scenario, number):
        self.scenario, self.name = scenario, scenario.name
        self.client = address(CLIENT_NETS, number)
        self.scripts = scenario.servers
        if not self.scripts and scenario.parts_of(Mail) and not scenario.parts_of(Dns):
            self.scripts = [Server({})]
        self.servers = []  # (script, name, address)
        self.handed_in = 0  # messages

    def texts(self):
        texts = {
            "name": self.name,
            "client": self.client,
            "reversed": ".".join(reversed(self.client.split("."))),
            "sender": f"alice@{self.name}.example.org",
            "recipient": f"bob@{self.name}.example.net",
        }
        for number, (_, _, address) in enumerate(self.servers, 1):
            texts[f"mx{number}"] = address
        return texts

    def fill(self, value):
        """The value with {name} and the like filled in, through lists and tuples."""
        if isinstance(value, str):
            for key, text in self.texts().items():
                value = value.replace("{" + key + "}", text)
            return value
        if isinstance(value, bytes):
            return self.fill(value.decode("latin-1")).encode("latin-1")
        if isinstance(value, (list, tuple)):
            return type(value)(self.fill(item) for item in value)
        if isinstance(value, dict):
            return {self.fill(key): self.fill(item) for key, item in value.items()}
        return value


    def fill_columns(self, columns):
        return {key: self.fill(value) for key, value in columns.items()}


def reverse(address):
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


class World:
    def __init__(self, scenarios):
        self.casts, hosts = [], 0
        for number, scenario in enumerate(scenarios, 1):
            cast = Cast(scenario, number)
            for index, script in enumerate(cast.scripts, 1):
                hosts += 1
                name = f"mx{index}.{cast.name}.example.net"
                cast.servers.append((script, name, address(SERVER_NETS, hosts)))
            self.casts.append(cast)

    def addresses(self):
        """Those that must be on loopback, and those that must have no way to them."""
        reachable, unreachable = [OUR_ADDRESS, HOME_ADDRESS], []
        for cast in self.casts:
            reachable.append(cast.client)
            for script, _, address in cast.servers:
                (unreachable if script.at == UNREACHABLE else reachable).append(address)
        return reachable, unreachable

    def records(self):
        records = {
            ("example.com", "MX"): [(10, OUR_NAME)],
            (OUR_NAME, "A"): [OUR_ADDRESS],
            (reverse(OUR_ADDRESS), "PTR"): [OUR_NAME],
            ("*.example.org", "MX"): [(10, HOME_NAME)],
            (HOME_NAME, "A"): [HOME_ADDRESS],
            (reverse(HOME_ADDRESS), "PTR"): [HOME_NAME],
        }
        for cast in self.casts:
            domain, client = f"{cast.name}.example.net", f"client.{cast.name}.example.net"
            own = {
                (domain, "MX"): [(10 * i, name) for i, (_, name, _) in enumerate(cast.servers, 1)]
                or [(10, client)],
                (client, "A"): [cast.client],
                (reverse(cast.client), "PTR"): [client],
            }
            for _, name, address in cast.servers:
                own[name, "A"] = [address]
                own[reverse(address), "PTR"] = [name]
            for part in cast.scenario.parts_of(Dns):
                for (name, kind), data in part.records.items():
                    own[cast.fill(name), kind] = cast.fill(data) if isinstance(data, list) else data
                    if data == NXDOMAIN:
                        own = {key: v for key, v in own.items() if key[0] != cast.fill(name)}
            records.update(own)
        return records

    def start_servers(self, wire, certificates):
        home = ScriptedServer(HOME, Server({}, ("SMTPUTF8",)), HOME_NAME, HOME_ADDRESS, wire, certificates)
        started = [home]
        for cast in self.casts:
            for script, name, address in cast.servers:
                script = Server(cast.fill(script.replies), script.features, script.at, script.certificate)
                started.append(
                    ScriptedServer(cast.name, script, name, address, wire, certificates)
                )
        return started

    def start_helpers(self):
        """What the server under test asks about its clients."""
        policies = {cast.client: cast.fill(part.action)
                    for cast in self.casts for part in cast.scenario.parts_of(Policy)}
        milters = {cast.client: cast.fill(part.replies)
                   for cast in self.casts for part in cast.scenario.parts_of(MilterSays)}
        return [PolicyServer(socket.create_server(("127.0.0.1", POLICY_PORT)), policies),
                Milter(socket.create_server(("127.0.0.1", MILTER_PORT)), milters),
                Filter(socket.create_server(("127.0.0.1", FILTER_PORT)), ("127.0.0.1", FILTERED_PORT))]


class Certificates:
    """Made when they are asked for, with the openssl of the root; keys of the bench alone."""

    def __init__(self, root):
        self.root, self.folder = root, "/etc/bench-tls"
        os.makedirs(root + self.folder, exist_ok=True)
        self.contexts = {}
        self.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
                     " -subj /CN=bench -keyout ca.key -out ca.pem")
        self.make("ours", OUR_NAME)
        for kind in ("good", "self-signed", "expired"):
            self.make(kind, "mx1.example.net")

    def openssl(self, words, data=None):
        subprocess.run(["chroot", self.root, "sh", "-c", f"cd {self.folder} && openssl {words}"],
                       input=data, check=True, capture_output=True, text=True)

    def make(self, kind, name, names=()):
        key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        if kind == "self-signed":
            self.openssl(f"req -x509 {key} -days 30 -subj /CN={name} -keyout {kind}.key -out {kind}.pem")
            return
        self.openssl(f"req {key} -subj /CN={name} -keyout {kind}.key -out {kind}.csr")
        alternatives = ",".join(f"DNS:{n}" for n in (name, *names))
        days = "-days -1" if kind == "expired" else "-days 30"
        self.openssl(f"x509 -req {days} -in {kind}.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
                     f" -out {kind}.pem -extfile /dev/stdin", f"subjectAltName={alternatives}\n")

    def path(self, file):
        return f"{self.folder}/{file}"

    def context(self, kind):
        """What a scripted server speaks TLS with; None for the one that only says it does."""
        if kind == "none":
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind == "old":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = ssl.TLSVersion.TLSv1
            kind = "good"
        base = f"{self.root}{self.folder}/{kind}"
        context.load_cert_chain(base + ".pem", base + ".key")
        return context
