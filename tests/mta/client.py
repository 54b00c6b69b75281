"""client - an SMTP client that does what a scenario says, and notes what it said and heard.

Why not smtplib: it cannot hang up after a stage, send what is no command, or talk on without
waiting. A socket can.
"""
import base64
import socket
import ssl
import struct
import time

PATIENCE = 60
BEFORE_GREETING = ("early", "early_crowd", "vanish", "wrapped_tls")
STAGES = {
    "EHLO": "helo", "HELO": "helo", "STARTTLS": "starttls", "AUTH": "auth", "MAIL": "mail",
    "RCPT": "rcpt", "DATA": "data", "QUIT": "quit", ".": "end-of-data",
}


class Closed(Exception):
    """The server ended the session."""


class Client:
    def __init__(self, scenario, wire, source, door):
        self.scenario, self.wire, self.source, self.door = scenario, wire, source, door
        self.crowd = []
        self.connection = socket.create_connection(door, PATIENCE, source_address=(source, 0))
        self.file = self.connection.makefile("rb")
        self.stage = "connect"

    def note(self, **what):
        self.wire.note(self.scenario, "client", self.stage, **what)

    def hear(self):
        """One reply, all its lines."""
        reply = b""
        while True:
            line = self.file.readline(1 << 16)
            if not line:
                self.note(event="closed by server", heard=reply)
                raise Closed
            reply += line
            if line[3:4] != b"-":
                self.note(heard=reply)
                return reply.decode("latin-1")

    def send(self, data):
        self.note(said=data)
        self.connection.sendall(data)

    def command(self, line):
        data = line if isinstance(line, bytes) else line.encode()
        self.stage = STAGES.get(data.split(b" ")[0].split(b":")[0].decode("latin-1").upper(), "other")
        self.send(data + b"\r\n")
        return self.hear()

    # --- the things a scenario may do, by their names

    def do_greeting(self, _):
        self.stage = "connect"
        return self.hear()

    def do_lines(self, texts):
        self.stage = "message"
        self.send(b"".join((t if isinstance(t, bytes) else t.encode()) + b"\r\n" for t in texts))

    def do_burst(self, commands):
        self.stage = STAGES.get(commands[-1].split(" ")[0].split(":")[0], "other")
        self.send("".join(command + "\r\n" for command in commands).encode())
        return [self.hear() for _ in commands][-1]

    def do_raw(self, data):
        self.send(data)
        return self.hear()

    def do_pause(self, seconds):
        time.sleep(seconds)

    def do_await_close(self, _):
        self.connection.settimeout(PATIENCE)
        try:
            while True:
                self.hear()
        except (Closed, OSError):
            pass

    def do_crowd(self, count):
        for _ in range(count):
            self.crowd.append(Client(self.scenario, self.wire, self.source, self.door))
            try:
                self.crowd[-1].do_greeting(None)
            except Closed:
                pass

    def do_early_crowd(self, count):
        self.do_crowd(count)
        self.do_greeting(None)

    def do_vanish(self, _):
        self.do_drop(_)

    def end_crowd(self):
        for one in self.crowd:
            try:
                one.command("QUIT")
            except (Closed, OSError):
                pass
            one.connection.close()

    def do_drop(self, _):
        self.note(event="dropped")
        self.connection.close()
        raise Closed

    def do_reset(self, _):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.do_drop(_)

    def do_meanwhile(self, steps):
        """Another session of the same client, from its beginning to its end."""
        source, door = self.connection.getsockname()[0], self.connection.getpeername()
        hold_talk(self.scenario, self.wire, source, door, steps)

    def do_early(self, data):
        """Speaks before it is its turn."""
        self.send(data)
        self.do_greeting(None)

    def do_wrapped_tls(self, how):
        self.secure(how)
        self.do_greeting(None)

    def do_tls(self, how):
        if self.command("STARTTLS").startswith("220"):
            self.secure(how)

    def secure(self, how):
        self.stage = "starttls"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if "newest" in how:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = getattr(ssl.TLSVersion, how["newest"])
            context.set_ciphers("ALL:@SECLEVEL=0")
        self.connection = context.wrap_socket(self.connection)
        self.file = self.connection.makefile("rb")
        self.note(event="secured")

    def do_plain_login(self, login):
        secret = "\0%s\0%s" % login
        return self.command("AUTH PLAIN " + base64.b64encode(secret.encode()).decode())

    def do_login_login(self, login):
        reply = self.command("AUTH LOGIN")
        for word in login:
            if not reply.startswith("334"):
                break
            self.send(base64.b64encode(word.encode()) + b"\r\n")
            reply = self.hear()
        return reply


def hold_talk(scenario, wire, source, door, steps):
    """A whole session. What ends it early is noted and is no fault of the driver."""
    client = Client(scenario, wire, source, door)
    try:
        if not (steps and getattr(steps[0], "what", "") in BEFORE_GREETING):
            client.do_greeting(None)
        for step in steps:
            if isinstance(step, (str, bytes)):
                client.command(step)
            else:
                getattr(client, "do_" + step.what)(step.value)
    except Closed:
        pass
    except (OSError, ssl.SSLError) as error:
        client.note(event="broken", why=repr(error))
    finally:
        client.end_crowd()
        client.connection.close()
