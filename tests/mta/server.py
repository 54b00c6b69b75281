"""server - the mail servers that ours speaks to: each answers as its scenario wants.

Why: only a server that does what it is told shows what ours makes of every code at every stage, and
of what no server should do. Each scripted server has an address of its own, so the scenario is
known from the first byte on. Python's standard library alone.
"""
import socket
import ssl
import struct
import threading
import time

from scenario import CLOSED, UNREACHABLE, VOID, Drop, Hang, Slow, Tries
from wire import answer

PORT = 25
LONGEST_WAIT = 120
STAGES = {
    "EHLO": "ehlo", "HELO": "helo", "LHLO": "ehlo", "STARTTLS": "starttls", "AUTH": "auth",
    "MAIL": "mail", "RCPT": "rcpt", "DATA": "data", "QUIT": "quit", "RSET": "rset", "NOOP": "noop",
}
DEFAULTS = {
    "starttls": "220 2.0.0 Ready to start TLS",
    "auth": "235 2.7.0 Authentication successful",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 End data with <CR><LF>.<CR><LF>",
    "dot": "250 2.0.0 Ok: queued as {queued}",
    "quit": "221 2.0.0 Bye",
    "rset": "250 2.0.0 Ok",
    "noop": "250 2.0.0 Ok",
    "other": "502 5.5.2 Error: command not recognized",
}


class Gone(Exception):
    """The connection is over."""


def reset_on_close(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class ScriptedServer:
    """One host: a script, an address, a name."""

    def __init__(self, scenario, script, name, address, wire, certificates, port=PORT):
        self.scenario, self.script, self.name = scenario, script, name
        self.address, self.wire, self.certificates = address, wire, certificates
        self.asked, self.lock, self.queued = {}, threading.Lock(), 0
        if script.at in (CLOSED, UNREACHABLE):
            return
        # Nobody accepts in the void; what fits in the queue of connections is put there at once.
        self.listener = socket.create_server((address, port), backlog=0 if script.at == VOID else 50)
        if script.at == VOID:
            self.filler = socket.create_connection((address, port))
            return
        answer(self.listener, self.talk)

    def talk(self, connection, peer):
        try:
            Session(self, connection, peer).run()
        except (Gone, OSError, ssl.SSLError) as error:
            self.note("end", event="over", why=repr(error))
        finally:
            connection.close()

    def note(self, stage, **what):
        self.wire.note(self.scenario, self.name, stage, **what)

    def scripted(self, stage, key=""):
        """What the script answers at a stage; the tries are counted over all sessions."""
        answer = self.script.replies.get(stage)
        if isinstance(answer, dict):
            answer = answer.get(key, answer.get("*"))
        if isinstance(answer, Tries):
            with self.lock:
                number = self.asked[stage, key] = self.asked.get((stage, key), -1) + 1
            answer = answer.answers[min(number, len(answer.answers) - 1)]
        return DEFAULTS.get(stage) if answer is None else answer

    def next_queued(self):
        with self.lock:
            self.queued += 1
            return f"{self.scenario.upper()}{self.queued:03d}"


class Session:
    def __init__(self, host, connection, peer):
        self.host, self.peer = host, peer
        self.connection, self.file = connection, connection.makefile("rb")
        self.secure = False

    def say(self, stage, answer, **about):
        """Carries out an answer; returns its first digit."""
        if isinstance(answer, Hang):
            self.host.note(stage, event="says nothing", **about)
            self.connection.settimeout(LONGEST_WAIT)
            while self.connection.recv(4096):
                pass
            raise Gone("the other side gave up")
        if isinstance(answer, Slow):
            time.sleep(answer.seconds)
            return self.say(stage, answer.say, **about)
        if isinstance(answer, Drop):
            if answer.say:
                self.send(stage, answer.say, about)
            if answer.reset:
                reset_on_close(self.connection)
            self.host.note(stage, event="dropped", **about)
            raise Gone("dropped")
        self.send(stage, answer, about)
        if self.text_of(answer).startswith(b"421"):
            raise Gone("said 421")
        return self.text_of(answer)[:1]

    @staticmethod
    def text_of(answer):
        return answer if isinstance(answer, bytes) else answer.encode().replace(b"\n", b"\r\n") + b"\r\n"

    def send(self, stage, answer, about):
        self.host.note(stage, said=self.text_of(answer), **about)
        self.connection.sendall(self.text_of(answer))

    def hear(self, stage):
        line = self.file.readline(1 << 20)
        if not line:
            self.host.note(stage, event="closed by client")
            raise Gone("closed")
        self.host.note(stage, heard=line)
        return line.rstrip(b"\r\n")

    def run(self):
        self.connection.settimeout(LONGEST_WAIT)
        self.host.note("connect", event="connected", peer=self.peer)
        greeting = self.host.scripted("connect") or f"220 {self.host.name} ESMTP"
        self.say("connect", greeting)
        while True:
            self.command(self.hear("command"))

    def command(self, line):
        verb = line.split(b" ")[0].split(b":")[0].upper().decode("latin-1")
        stage = STAGES.get(verb, "other")
        if stage in ("ehlo", "helo"):
            self.say(stage, self.host.scripted(stage) or self.features(stage))
        elif stage == "starttls":
            self.start_tls()
        elif stage == "auth":
            self.authenticate(line.decode("latin-1"))
        elif stage == "rcpt":
            address = line.partition(b"<")[2].rpartition(b">")[0].decode("latin-1")
            local = address.rpartition("@")[0]
            self.say("rcpt", self.host.scripted("rcpt", local), to=address)
        elif stage == "data":
            self.take_message()
        else:
            self.say(stage, self.host.scripted(stage))
            if stage == "quit":
                raise Gone("quit")

    def features(self, stage):
        if stage == "helo":
            return f"250 {self.host.name}"
        offered = [f for f in self.host.script.features if not (self.secure and f == "STARTTLS")]
        texts = [self.host.name, "ENHANCEDSTATUSCODES", "8BITMIME", *offered]
        return "\n".join(f"250-{text}" for text in texts[:-1]) + f"\n250 {texts[-1]}"

    def start_tls(self):
        if self.say("starttls", self.host.scripted("starttls")) != b"2":
            return
        context = self.host.certificates.context(self.host.script.certificate)
        if context is None:  # what comes now is no TLS
            self.say("tls", self.host.scripted("tls") or "500 what was that?")
            raise Gone("no TLS")
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.file, self.secure = self.connection.makefile("rb"), True
        self.host.note("tls", event="secured")

    def authenticate(self, line):
        words = line.split(" ")
        if len(words) > 1 and words[1].upper() == "LOGIN":
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6")[len(words) - 2 :]:
                self.say("auth-step", prompt)
                self.hear("auth-step")
        elif len(words) == 2:
            self.say("auth-step", "334 ")
            self.hear("auth-step")
        self.say("auth", self.host.scripted("auth"))

    def take_message(self):
        if self.say("data", self.host.scripted("data")) != b"3":
            return
        line, message = b"", b""
        while line.rstrip(b"\r\n") != b".":
            message += line[line.startswith(b"."):]
            line = self.file.readline(1 << 20)
            if not line:
                self.host.note("dot", event="closed by client")
                raise Gone("closed")
        self.host.wire.messages.setdefault(self.host.scenario, []).append(message)
        answer = self.host.scripted("dot")
        if isinstance(answer, str):
            answer = answer.replace("{queued}", self.host.next_queued())
        self.say("dot", answer)
