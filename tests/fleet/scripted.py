"""scripted - an HTTP server that answers as its script says; what that leaves, a real one does.

A script is a function: it is given each request and gives what is done to the connection instead of
an answer of the real server behind, or None. With no server behind, what is left is answered with
200 and nothing. All requests are kept, with their bodies as they came.
"""
import contextlib
import http.client
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse

LONG = 100  # seconds: longer than any limit that a test sets


class Request:
    """One request: number (from 0), method, path, headers (lower case), query and body."""

    def __init__(self, number, line, headers, body):
        self.number, self.headers, self.body = number, headers, body
        self.method, self.path = line.split(" ")[:2]
        self.settings = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query,
                                                    keep_blank_values=True))
        self.query = self.settings.get("query") or body.decode("utf-8", "replace")

    @property
    def inserts(self):
        return self.query.lstrip().upper().startswith("INSERT")


# ---- what may be done to a connection; each gives whether it stays open


def answer(status, body, **headers):
    """An answer that is whole."""
    text = body if isinstance(body, bytes) else body.encode()

    def do(connection, _):
        head = ["HTTP/1.1 %d Said" % status, "Content-Length: %d" % len(text)]
        head += ["%s: %s" % (name.replace("_", "-"), value) for name, value in headers.items()]
        connection.sendall("\r\n".join(head + ["", ""]).encode() + text)
        return True
    return do


def raw(*pieces, pause=0):
    """Bytes as they are, with a pause behind each, and the end of the connection."""
    def do(connection, server):
        for piece in pieces:
            connection.sendall(piece)
            server.ends.wait(pause)
        return False
    return do


def chunked(*pieces, status=200, pause=0, whole=True):
    """An answer in chunks; one that is not whole lacks its last."""
    head = b"HTTP/1.1 %d Said\r\nTransfer-Encoding: chunked\r\n\r\n" % status
    return raw(head, *(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces),
               *([b"0\r\n\r\n"] if whole else []), pause=pause)


def endless(piece, most):
    """An answer of one piece again and again, until nobody reads it or so many bytes are sent."""
    def do(connection, server):
        connection.sendall(b"HTTP/1.1 200 Said\r\nTransfer-Encoding: chunked\r\n\r\n")
        block = piece * (65536 // len(piece))
        server.sent = 0
        while server.sent < most:
            connection.sendall(b"%x\r\n%s\r\n" % (len(block), block))
            server.sent += len(block)
        return False
    return do


def silence(connection, server):
    """Nothing, for long."""
    del connection
    server.ends.wait(LONG)
    return False


def hang_up(connection, server):
    """The end of the connection, and no word."""
    del connection, server
    return False


def lost(request):
    """The real server does it, and nobody is told."""
    def do(connection, server):
        server.forward(request)
        return hang_up(connection, server)
    return do


class Scripted:
    """`with Scripted(script, port of the real server) as server`: server.port, server.requests."""

    def __init__(self, script, behind=None, tls=None):
        self.script, self.behind, self.tls = script, behind, tls
        self.requests, self.lock = [], threading.Lock()
        self.sent = 0
        self.ends = threading.Event()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError, ValueError):
                    outer.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, database, scheme="clickhouse", host="127.0.0.1"):
        return "%s://%s:%d/%s" % (scheme, host, self.port, database)

    def serve(self, connection):
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as reader:
            while self.serve_one(connection, reader):
                pass
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def serve_one(self, connection, reader):
        request = self.read(connection, reader)
        if request is None:
            return False
        what = self.script(request)
        if what is None:
            what = answer(200, b"") if self.behind is None else self.forward(request)
        return what(connection, self)

    def read(self, connection, reader):
        line = reader.readline().decode("latin-1").strip()
        if not line:
            return None
        headers = {}
        while True:
            header = reader.readline().decode("latin-1").strip()
            if not header:
                break
            name, value = header.split(":", 1)
            headers[name.lower()] = value.strip()
        if headers.get("expect"):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.read_body(headers, reader)
        if body is None:
            return None
        with self.lock:
            request = Request(len(self.requests), line, headers, body)
            self.requests.append(request)
        return request

    @staticmethod
    def read_body(headers, reader):
        """None: it was cut off."""
        if "chunked" not in headers.get("transfer-encoding", ""):
            wanted = int(headers.get("content-length", 0))
            body = reader.read(wanted)
            return body if len(body) == wanted else None
        body = []
        while True:
            size = reader.readline().strip()
            if not size:
                return None
            piece = reader.read(int(size, 16))
            if len(piece) < int(size, 16):
                return None
            reader.readline()
            if not piece:
                return b"".join(body)
            body.append(piece)

    def forward(self, request):
        """What the real server answers."""
        headers = {name: value for name, value in request.headers.items()
                   if name not in ("transfer-encoding", "content-length", "expect", "host",
                                   "connection")}
        inner = http.client.HTTPConnection("127.0.0.1", self.behind, timeout=120)
        with contextlib.closing(inner):
            inner.request(request.method, request.path, request.body, headers)
            got = inner.getresponse()
            body = got.read()
            return answer(got.status, body)


def tls_context(folder, name="127.0.0.1"):
    """A server's side of TLS, with a certificate for that name which is its own authority:
    folder/ca.pem."""
    key, pem = folder + "/key.pem", folder + "/ca.pem"
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
                    "-subj", "/CN=" + name, "-addext", "subjectAltName=%s:%s" % (kind, name),
                    "-keyout", key, "-out", pem], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context


def wait_for(holds, seconds=10):
    """Whether it comes to hold in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
