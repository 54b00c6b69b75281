"""wire - the record of what was said and heard: the truth that logs are held to.

Why: what a mail server logs is judged by what really happened, and only who spoke with it knows
that. Scripted servers and clients note every line here, with the scenario it belongs to; one JSON
object a line, in the order of happening. Whoever is spoken to takes connections in one way, answer.
"""
import json
import threading
import time


def answer(listener, talk):
    """Every connection is talked to in a thread of its own: talk(connection, peer address)."""
    def accept():
        while True:
            connection, (peer, _) = listener.accept()
            threading.Thread(target=talk, args=(connection, peer), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()


class Wire:
    def __init__(self, path):
        self.file = open(path, "w", encoding="ascii")
        self.lock = threading.Lock()
        self.notes = []
        self.messages = {}  # scenario -> what scripted servers took, byte by byte

    def note(self, scenario, who, stage, **what):
        """what: said= or heard= (bytes), event= (connected, dropped ...), peer=, to=."""
        for key, value in what.items():
            if isinstance(value, bytes):
                what[key] = value.decode("latin-1")
        note = {"t": round(time.time(), 3), "scenario": scenario, "who": who, "stage": stage, **what}
        with self.lock:
            self.notes.append(note)
            self.file.write(json.dumps(note) + "\n")
            self.file.flush()

    def count(self, scenario, **want):
        """How many notes of a scenario have these values."""
        with self.lock:
            return sum(
                1
                for note in self.notes
                if note["scenario"] == scenario
                and all(note.get(key) == value for key, value in want.items())
            )
