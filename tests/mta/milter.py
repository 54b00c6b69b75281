"""milter - a mail filter that accepts everything but what the scenario wants refused.

It speaks the milter protocol, version 6: packets of a length, a command letter and data. The
connect packet has the client's address, and that is whose scenario it is.
"""
import struct

from wire import answer

VERSION, NOTHING = 6, 0
STAGES = {b"C": "connect", b"H": "helo", b"M": "mail", b"R": "rcpt", b"T": "data", b"L": "header",
          b"N": "header", b"B": "body", b"E": "dot", b"U": "other"}
UNANSWERED = (b"D", b"A", b"K")  # macros, abort, another connection
CONTINUE, REPLY = b"c", b"y"


class Milter:
    def __init__(self, listener, answers):
        """answers: client address -> {stage: reply, or "" to go away}."""
        self.answers = answers
        answer(listener, self.talk)

    def talk(self, connection, _peer):
        with connection, connection.makefile("rb") as file:
            wanted = {}
            while head := file.read(5):
                length, command = struct.unpack(">Ic", head)
                data = file.read(length - 1)
                if command == b"Q":
                    return
                if command == b"O":
                    self.send(connection, b"O" + struct.pack(">III", VERSION, NOTHING, NOTHING))
                    continue
                if command == b"C":
                    address = data.split(b"\0")[1][3:].decode("latin-1")
                    wanted = self.answers.get(address, {})
                if command in UNANSWERED:
                    continue
                reply = wanted.get(STAGES.get(command, "other"))
                if reply == "":
                    return
                self.send(connection, REPLY + reply.encode() + b"\0" if reply else CONTINUE)

    @staticmethod
    def send(connection, packet):
        connection.sendall(struct.pack(">I", len(packet)) + packet)
