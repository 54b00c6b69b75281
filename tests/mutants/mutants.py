"""mutants - takes each guard of guards.py out in turn, on a copy of the tree, and has the tests that
name it fail. A guard that is not found any more, a mutant that does not build and a test that
passes are failures all; so is a test that fails with every guard in its place.

    make mutants              all of them
    make mutants ONLY=JSON    those whose name begins so
"""
import os
import shutil
import subprocess
import sys

from guards import GUARDS, misplaced

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREE = os.path.join(ROOT, "build", "mutants")
PARTS = ["Makefile", "src", "patterns", "tests", "samples", "docs", "README.md"]
VARIANT = "debug"  # the quickest to build
PATIENCE = 300  # seconds, of a test
GOLDEN = """. tests/golden/case.bash
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case_run "$1" "$folder/found"
case_compare "$1" "$folder/found"
"""


def copy_tree():
    """Times are kept, so that only what has changed since the last run is built; and what the last
    run may have left as a mutant."""
    for part in PARTS:
        old, new = os.path.join(ROOT, part), os.path.join(TREE, part)
        if os.path.isdir(old):
            shutil.rmtree(new, ignore_errors=True)
            shutil.copytree(old, new, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            os.makedirs(TREE, exist_ok=True)
            shutil.copy2(old, new)
    for guard in GUARDS:
        if os.path.exists(os.path.join(TREE, guard.file)):
            os.utime(os.path.join(TREE, guard.file))


def run(command):
    program = os.path.join(TREE, "build", VARIANT, "mailtriage")
    try:
        return subprocess.run(command, cwd=TREE, env={**os.environ, "MAILTRIAGE": program},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as ended:
        return subprocess.CompletedProcess(command, 1, ended.output or b"", b"")


def build(tests):
    programs = [f"build/{VARIANT}/tests/{test}" for test in tests
                if test.startswith(("unit/", "fuzz/"))]
    return run([os.environ.get("MAKE", "make"), "-s", "--no-print-directory",
                "-j" + os.environ.get("JOBS", "2"), f"VARIANT={VARIANT}",
                f"build/{VARIANT}/mailtriage", *programs])


def passes(test):
    kind, name = test.split("/")
    if kind == "unit":
        return run([f"build/{VARIANT}/tests/unit/{name}"]).returncode == 0
    if kind == "fuzz":
        corpus = "tests/fuzz/corpus/" + name.removeprefix("fuzz_")
        return run([f"build/{VARIANT}/tests/fuzz/{name}", corpus]).returncode == 0
    if kind == "golden":
        return run(["bash", "-c", GOLDEN, "bash", name]).returncode == 0
    if kind == "machines":
        done = run([sys.executable, "-B", f"tests/machines/{name}.py"])
        return done.returncode == 0 and b"\nnot ok" not in b"\n" + done.stdout
    raise ValueError(f"{test}: no such kind of test")


class Mutant:
    """A guard that is out as long as the mutant lives."""

    def __init__(self, guard):
        self.guard = guard
        self.path = os.path.join(TREE, guard.file)

    def __enter__(self):
        with open(self.path, encoding="utf-8") as file:
            self.whole = file.read()
        self.write(self.whole.replace(self.guard.old, self.guard.new))
        return self

    def __exit__(self, *_):
        self.write(self.whole)

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)


def fault_of(guard):
    """What is wrong with a guard: nothing, when all its tests fail without it."""
    wrong = misplaced(guard, TREE)
    if wrong:
        return wrong
    with Mutant(guard):
        built = build(guard.tests)
        if built.returncode != 0:
            return ["the mutant does not build:", *built.stdout.decode().splitlines()[-20:]]
        alive = [test for test in guard.tests if passes(test)]
    return [f"{test} passes without it" for test in alive]


def tell(number, name, fault):
    for line in fault:
        print("#", line)
    print("not ok" if fault else "ok", number, name, flush=True)


def main():
    wanted = os.environ.get("ONLY", "")
    guards = [guard for guard in GUARDS if guard.name.startswith(wanted)]
    tests = sorted({test for guard in guards for test in guard.tests})
    copy_tree()
    built = build(tests)
    if built.returncode != 0:
        print(built.stdout.decode())
        tell(1, "the copy of the tree builds", ["see above"])
    else:
        tell(1, "with every guard all tests pass",
             [f"{test} fails" for test in tests if not passes(test)])
        for number, guard in enumerate(guards, 2):
            tell(number, f"{guard.name}: {', '.join(guard.tests)}", fault_of(guard))
    print(f"1..{len(guards) + 1}")


main()
