"""checks - TAP for the programs of this folder, and the logs that they have reports made of."""
import atexit
import glob
import os
import subprocess
import sys
import tempfile
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("MAILTRIAGE", os.path.join(ROOT, "build", "mailtriage"))
SAMPLES = ["samples/postfix/mail.log", "samples/exim/mainlog", "samples/sendmail/maillog"]

os.chdir(ROOT)


def golden_logs():
    """The logs of the golden cases: odd, cut and hostile ones."""
    return sorted(glob.glob("tests/golden/*/*.log"))


def mailtriage(command, *words):
    """What the program writes. Status 1 is a log that it finds fault with, and as good as any."""
    configured = [] if "--config" in words else ["--no-config"]
    done = subprocess.run([PROGRAM, command, *configured, "--quiet", "--year", "2026",
                           "--timezone", "UTC", *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode > 1:
        raise AssertionError(f"{command} {' '.join(words)}: status {done.returncode}: "
                             f"{done.stderr.decode(errors='replace')}")
    return done.stdout


def names_in(path, macro, kind=""):
    """The words of the lines MACRO(constant, "word", ...) of a .def file, those of a kind."""
    with open(path, encoding="utf-8") as lines:
        return [line.split('"')[1] for line in lines
                if line.startswith(macro + "(") and kind in line]


def hostile_log():
    """A log in which strangers put everything that some reader obeys; gone when the program ends."""
    folder = tempfile.TemporaryDirectory()
    path = os.path.join(folder.name, "=cmd() <b>.log")
    subprocess.run(["bash", "-c", '. "$0"; hostile_log "$1"',
                    "tests/golden/hostile-csv/make_log.bash", path], check=True)
    atexit.register(folder.cleanup)
    return path


class Checks:
    """Each check is a function that says what is wrong, a line a fault, or nothing."""

    def __init__(self):
        self.count = 0

    def check(self, name, faults):
        self.count += 1
        try:
            found = list(faults())
        except Exception:  # a check that breaks is a check that fails
            found = traceback.format_exc().splitlines()
        for fault in found[:20]:
            print("#", fault)
        print("not ok" if found else "ok", self.count, name)

    def catches(self, name, faults):
        """The same for a check that must find fault: one that never does is worth nothing."""
        self.check(name + " is noticed", lambda: [] if list(faults()) else ["nothing was found"])

    def refuses(self, name, reading):
        """For what must not even be read."""
        def taken():
            try:
                list(reading())
            except ValueError:
                return
            yield "it was taken"
        self.check(name + " is refused", taken)

    def skip(self, name, reason):
        self.count += 1
        print("ok", self.count, name, "# SKIP", reason)

    def end(self):
        print(f"1..{self.count}")
        sys.exit(0)
