"""watch_meter - runs a command whose standard error is a terminal, and tells what it drew there.

usage: watch_meter.py [--rows] LOG COMMAND...     feeds LOG bit by bit to its standard input; --rows:
                                                  standard output is the same terminal, else it is
                                                  thrown away
"""
import os
import re
import subprocess
import sys
import threading
import time

STEPS, SECONDS = 30, 1.5
CLEAR = "\r\x1b[K"
DRAWN = re.compile(r"-: \d+ [KMG]B(, \d+ [KMG]B/s)?$")
MOST_A_SECOND = 10


def feed(pipe, data):
    size = len(data) // STEPS + 1
    for at in range(0, len(data), size):
        pipe.write(data[at:at + size])
        pipe.flush()
        time.sleep(SECONDS / STEPS)
    pipe.close()


def seen_on(terminal):
    """All that is written there, until nobody has it open any more."""
    seen = b""
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:
        pass
    return seen.decode().replace("\r\n", "\n")


def run(rows, log, command):
    terminal, other = os.openpty()
    with open(log, "rb") as file:
        data = file.read()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=other,
                          stdout=other if rows else subprocess.DEVNULL) as process:
        os.close(other)
        feeder = threading.Thread(target=feed, args=(process.stdin, data))
        feeder.start()
        seen = seen_on(terminal)
        feeder.join()
        return process.wait(), seen


def main(args):
    rows = args[0] == "--rows"
    log, *command = args[rows:]
    began = time.monotonic()
    status, seen = run(rows, log, command)
    most = (time.monotonic() - began) * MOST_A_SECOND + 1
    between = seen.split(CLEAR)
    drawn = [piece for piece in between if DRAWN.match(piece)]
    left = [piece for piece in between if piece and not DRAWN.match(piece)]
    print(f"status {status}, drawn {'more often than it may' if len(drawn) > most else bool(drawn)},"
          f" with a rate {any('B/s' in piece for piece in drawn)},"
          f" gone at the end {not DRAWN.match(between[-1])}")
    print("".join(left).strip().split("\n")[-1][:100])


main(sys.argv[1:])
