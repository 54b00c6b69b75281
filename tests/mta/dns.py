"""dns - a small name server on loopback, which answers from a table.

Why: what a mail server does with a name that is not there, that is there without an address, or
whose server is out of order must be chosen by the scenario. Over UDP and TCP; a name may be a
wildcard, "*.example.org".
"""
import socket
import struct
import threading

from scenario import NODATA, NXDOMAIN, SERVFAIL, TIMEOUT

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
NAMES = {number: name for name, number in TYPES.items()}
FAILED, NOT_THERE = 2, 3


def name_bytes(name):
    labels = [label.encode("latin-1") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def data_bytes(kind, data):
    if kind == "A":
        return socket.inet_aton(data)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, data)
    if kind == "MX":
        preference, host = data
        return struct.pack(">H", preference) + name_bytes(host)
    if kind == "TXT":
        text = data.encode()
        return bytes([len(text)]) + text
    return name_bytes(data)


class NameServer:
    def __init__(self, records, addresses):
        """records: (name, type) -> list of data, or NXDOMAIN, NODATA, SERVFAIL or TIMEOUT; the
        type "*" stands for every type."""
        self.records = {(name.lower(), kind): data for (name, kind), data in records.items()}
        self.known = {name for name, _ in self.records}
        for address in addresses:
            self.listen(address)

    def listen(self, address):
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind((address, 53))
        threading.Thread(target=self.serve_udp, args=(datagrams,), daemon=True).start()
        stream = socket.create_server((address, 53))
        threading.Thread(target=self.serve_tcp, args=(stream,), daemon=True).start()

    def serve_udp(self, datagrams):
        while True:
            query, peer = datagrams.recvfrom(4096)
            answer = self.answer(query)
            if answer:
                datagrams.sendto(answer, peer)

    def serve_tcp(self, stream):
        while True:
            connection, _ = stream.accept()
            with connection:
                query = connection.recv(4096)[2:]
                answer = self.answer(query) if query else None
                if answer:
                    connection.sendall(struct.pack(">H", len(answer)) + answer)

    def look_up(self, name, kind):
        candidates = [name]
        labels = name.split(".")
        candidates += ["*." + ".".join(labels[i:]) for i in range(1, len(labels))]
        for candidate in candidates:
            if candidate in self.known:
                for key in ((candidate, kind), (candidate, "*")):
                    if key in self.records:
                        return self.records[key]
                return NODATA
        # A name between two that are there is there itself, and has nothing (RFC 8020).
        if any(known.endswith("." + name) for known in self.known):
            return NODATA
        return NXDOMAIN

    def answer(self, query):
        try:
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1").lower())
                at += 1 + query[at]
            (number,) = struct.unpack(">H", query[at + 1 : at + 3])
        except (IndexError, struct.error):
            return None
        question = query[12 : at + 5]
        kind = NAMES.get(number, str(number))
        found = self.look_up(".".join(labels), kind)
        if found == TIMEOUT:
            return None
        code = NOT_THERE if found == NXDOMAIN else FAILED if found == SERVFAIL else 0
        answers = [] if isinstance(found, str) else found
        head = query[:2] + struct.pack(">BBHHHH", 0x85, 0x80 | code, 1, len(answers), 0, 0)
        body = b""
        for data in answers:
            value = data_bytes(kind, data)
            body += b"\xc0\x0c" + struct.pack(">HHIH", number, 1, 60, len(value)) + value
        return head + question + body
