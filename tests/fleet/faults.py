#!/usr/bin/env python3
"""What a server may answer that a real one does not give on demand.

usage: faults.py

A scripted HTTP server (scripted.py) stands where the cluster should be. Each fault must end each
command with status 1 and words that tell what it is; never with the key in them, never with a page.
"""
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../machines"))
from checks import Checks
from mailhosts import (MAILTRIAGE, make_log, read_into,
                       skip_without_library)
from nodes import free_ports, own_folder
from scripted import (Scripted, answer, chunked, endless, hang_up, raw, silence, tls_context)

KEY = "a very secret key"
ENV = dict(os.environ, MAILTRIAGE_CLICKHOUSE_USER="somebody", MAILTRIAGE_CLICKHOUSE_KEY=KEY)
EXCEPTION = b"Code: 241, e.displayText() = DB::Exception: Memory limit (for query) exceeded\n"
SILENT = 60  # seconds that the program waits for an answer (src/store/http.c)

# Name, what is answered to every request, what is said of it.
FAULTS = [
    ("a wrong key, as old servers say it",
     answer(401, "Code: 193, e.displayText() = DB::Exception: Wrong password for user somebody"),
     "401.*Wrong password"),
    ("a wrong key, as new servers say it",
     answer(403, "Code: 516. DB::Exception: somebody: Authentication failed"), "403.*Code: 516"),
    ("an unknown table", answer(404, "Code: 60, e.displayText() = DB::Exception: Table mail.node "
                                     "doesn't exist."), "."),
    ("a bad row", answer(400, "Code: 27, e.displayText() = DB::Exception: Cannot parse input"),
     "400.*Code: 27"),
    ("a server in trouble, without a word", answer(500, ""), "500"),
    ("a page of a proxy", answer(502, b"<html>\n<h1>Bad \x1b[31mgateway</h1>" + b"x" * 100000),
     "502"),
    ("a redirect", answer(302, "", Location="http://127.0.0.1:1/elsewhere"), "302"),
    ("an answer that is cut off", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n1\t2\n"),
     "."),
    ("an answer without its last chunk", chunked(b"1\t1\t\t0\n", whole=False), "."),
    ("an exception in the middle of an answer", chunked(b"1\t1\t\t0\n", EXCEPTION), "."),
    ("an exception as the whole answer", answer(200, EXCEPTION), "."),
    ("rows of another kind", answer(200, b"\xff\xfe\tx\n\n\t\t\t\t\t\t\n"), "."),
    ("no rows", answer(200, b""), "."),
    ("no HTTP", raw(b"220 mx.example.net ESMTP\r\n"), "."),
    ("bytes of chance", raw(bytes(range(256)) * 40), "."),
    ("the end of the connection", hang_up, "."),
    ("headers without end", raw(*[b"HTTP/1.1 200 OK\r\n"] + [b"X-More: " + b"y" * 8000 + b"\r\n"]
                                * 2000), "."),
]


def ended(*words, env=None):
    """Status, what is written, what is said, and kilobytes at the most."""
    with tempfile.TemporaryFile() as written, tempfile.TemporaryFile() as said:
        program = subprocess.Popen([MAILTRIAGE, *words, "--no-config"], stdin=subprocess.DEVNULL,
                                   stdout=written, stderr=said, env=env or ENV)
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        written.seek(0)
        said.seek(0)
        return (program.returncode, written.read(), said.read().decode(errors="replace"),
                usage.ru_maxrss)


def odd(done, pattern, status=1):
    """What is not as it should be about the end of a command."""
    if done[0] != status:
        yield "status %d" % done[0]
    if status and done[1]:
        yield "it writes %.100r" % done[1]
    if not re.search(pattern, done[2], re.S):
        yield "it says: %.1000s" % done[2]
    if KEY in done[2] or len(done[2]) > 2000 or "\x1b" in done[2]:
        yield "it should not say: %.3000r" % done[2]


class Faults:
    def __init__(self, folder):
        self.folder = folder
        self.file = os.path.join(folder, "mx1.db")
        read_into(self.file, make_log(folder, "mx1", "postfix", 1, 1, 50000))
        self.slow = {}

    def commands(self, url):
        """Each of them asks the server; a push has a file that was never pushed."""
        file = shutil.copy(self.file, os.path.join(self.folder, "push.db"))
        return [("report", "--history", url), ("report", "--history", url, "--partial"),
                ("history", "show", url), ("history", "push", "--history", file, url),
                ("history", "prune", url), ("history", "init", url)]

    def odd_commands(self, server, pattern):
        for words in self.commands(server.url("mail")):
            for fault in odd(ended(*words), pattern):
                yield "%s: %s" % (" ".join(words[:2]), fault)

    def fault(self, what, pattern):
        def faults():
            with Scripted(lambda request: what) as server:
                yield from self.odd_commands(server, pattern)
                if not server.requests:
                    yield "nothing was asked"
                if any(KEY in request.path or KEY.encode() in request.body
                       for request in server.requests):
                    yield "the key is in a URL or a body"
        return faults

    # ---- faults that need more than one answer

    def nobody_there(self):
        """nobody listens"""
        url = "clickhouse://127.0.0.1:%d/mail" % free_ports(1)[0]
        for words in self.commands(url):
            yield from odd(ended(*words), "127.0.0.1.*([Rr]efused|[Cc]onnect)")

    def no_such_host(self):
        """a host that has no address"""
        for words in self.commands("clickhouse://nowhere.invalid:8123/mail")[:1]:
            yield from odd(ended(*words), "nowhere.invalid")

    def redirected(self):
        """a redirect is not followed, and the key stays here"""
        with Scripted(lambda request: None) as other:
            script = answer(307, "", Location="http://127.0.0.1:%d/" % other.port)
            with Scripted(lambda request: script) as server:
                yield from self.odd_commands(server, "307")
            if other.requests:
                yield "%d requests came to the other server" % len(other.requests)

    def no_proxy(self):
        """a proxy of the environment does not get the key"""
        with Scripted(lambda request: None) as proxy, \
                Scripted(lambda request: answer(500, "here")) as server:
            address = "http://127.0.0.1:%d" % proxy.port
            env = dict(ENV, http_proxy=address, https_proxy=address, all_proxy=address)
            yield from odd(ended("report", "--history", server.url("mail"), env=env), "500")
            if proxy.requests:
                yield "the proxy was asked"

    def huge(self):
        """an answer without end takes no memory without end"""
        for piece in (b"1\t1\t\t0\n", b"x"):
            with Scripted(lambda request, piece=piece: endless(piece, 100_000_000)) as server:
                done = ended("report", "--history", server.url("mail"))
                yield from odd(done, ".")
                if done[3] > 100_000:
                    yield "it took %d MB" % (done[3] // 1000)

    def begin_slow(self):
        """Begins what takes a minute: an answer that does not come, and one that stops."""
        def wait(name, what):
            with Scripted(lambda request: what) as server:
                begun = time.monotonic()
                done = ended("report", "--history", server.url("mail"))
                self.slow[name] = (done, time.monotonic() - begun)

        stops = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n1", b"", pause=SILENT + 15)
        self.threads = [threading.Thread(target=wait, args=arguments) for arguments in
                        (("no answer", silence), ("an answer that stops", stops))]
        for thread in self.threads:
            thread.start()

    def end_slow(self):
        """an answer that does not come, or stops, is given up"""
        for thread in self.threads:
            thread.join()
        for name, (done, seconds) in self.slow.items():
            for fault in odd(done, "."):
                yield "%s: %s" % (name, fault)
            if not SILENT - 2 < seconds < SILENT + 12:
                yield "%s: %d seconds" % (name, seconds)

    # ---- TLS

    def tls(self):
        """a certificate that nobody vouches for is refused before the key is sent"""
        with Scripted(lambda request: None, tls=tls_context(self.folder)) as server:
            yield from odd(ended("report", "--history", server.url("mail", "clickhouses")),
                           "certificate|issuer|CA")
            if server.requests:
                yield "it was asked all the same"

    def authorities(self):
        """a certificate of a given authority is taken, unless it is that of another name"""
        for name, pattern in (("127.0.0.1", "500.*here"), ("other.example.net", "name|match")):
            context = tls_context(self.folder, name)
            env = dict(ENV, SSL_CERT_FILE=os.path.join(self.folder, "ca.pem"))
            with Scripted(lambda request: answer(500, "here"), tls=context) as server:
                done = ended("report", "--history", server.url("mail", "clickhouses"), env=env)
                yield from odd(done, pattern)
                if len(server.requests) != (name == "127.0.0.1"):
                    yield "%s: %d requests" % (name, len(server.requests))
                if any(request.headers["x-clickhouse-key"] != KEY for request in server.requests):
                    yield "the key did not come"

    # ---- the library

    def loaded(self):
        """libcurl is loaded for a URL, and for nothing else"""
        env = dict(ENV, LD_DEBUG="files")
        for words, is_loaded in ((("explain", "550"), False), (("--help",), False),
                                 (("report", "--history", self.file), False),
                                 (("history", "show", self.file), False),
                                 (("report", "--history", "clickhouse://127.0.0.1:1/mail"), True)):
            said = ended(*words, env=env)[2]
            if ("libcurl" in said) != is_loaded:
                yield "%s: %s" % (" ".join(words), "not loaded" if is_loaded else "loaded")


def main():
    skip_without_library("faults")
    checks = Checks()
    with own_folder() as folder:
        faults = Faults(folder)
        faults.begin_slow()
        for name, what, pattern in FAULTS:
            checks.check(name, faults.fault(what, pattern))
        for fault in (faults.nobody_there, faults.no_such_host, faults.redirected, faults.no_proxy,
                      faults.huge, faults.tls, faults.authorities, faults.loaded,
                      faults.end_slow):
            checks.check(fault.__doc__, fault)
    checks.end()


if __name__ == "__main__":
    main()
