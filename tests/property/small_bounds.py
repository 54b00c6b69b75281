"""small_bounds - the law of test_go_on with bounds so small that a few hundred lines reach them.

What is remembered from entry to entry is bounded, and what is given up at a bound must not depend
on where a run was stopped. Logs that reach the real bounds are too long for a test: so the bounds
are made small, on a copy of the tree in build/small. A bound that is not found any more is a failure.

    make small-bounds             ten seeds of test_go_on, and two of test_jobs
    make small-bounds SEEDS=100   that many
"""
import os
import re
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TREE = os.path.join(ROOT, "build", "small")
BOUNDS = {
    "finding/causes.h": {"CAUSES_MOST": 3},
    "finding/ciphers.c": {"SESSIONS": 8},
    "finding/deciding.h": {"CACHE_SLOTS": 16},
    "finding/judge.c": {"PAIRS": 4, "HOSTS": 4},
    "finding/logins.c": {"PLACES": 8},
    "finding/queue.c": {"ADDRESS_MOST": 12, "TEXT_MOST": 120},
    "finding/queue.h": {"QUEUE_OPEN": 16, "QUEUE_RECIPIENTS": 8, "QUEUE_TEXT": 4096,
                        "QUEUE_AGE": 3600, "QUEUE_ENDED": 8, "QUEUE_FINALS": 2},
    "finding/sessions.c": {"ROWS": 2, "HABITS": 2},
    "input/heads.h": {"HEADS_HOSTS": 2, "HEADS_TAGS": 2},
    "input/lasts.h": {"LASTS_HOSTS": 2},
    "input/pieces.h": {"PIECES_OPEN": 2},
    "tally/accounts.c": {"NAMES": 4, "GUESSES": 4},
    "tally/coded.c": {"COMBINATIONS": 5},
    "tally/incidents.h": {"INCIDENT_GROUPS": 5},
    "tally/ranking.h": {"RANKING_NAMES": 5},
    "tally/tally.c": {"AFFECTED": 3, "PROGRAMS": 4},
    "tally/templates.h": {"TEMPLATES": 20},
}
TESTS = ["test_go_on", "test_jobs"]


def copy_tree():
    """Times are kept: only what has changed since the last time is built again."""
    for part in ["src", "patterns", "tests", "samples", "docs"]:
        shutil.rmtree(os.path.join(TREE, part), ignore_errors=True)
        shutil.copytree(os.path.join(ROOT, part), os.path.join(TREE, part),
                        ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(os.path.join(ROOT, "Makefile"), TREE)


def shrink():
    """Yields what is not found."""
    for name, bounds in BOUNDS.items():
        path = os.path.join(TREE, "src", name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for bound, small in bounds.items():
            text, count = re.subn(rf"\b{bound} = [^,}}\n/]*[^,}}\n/ ]", f"{bound} = {small}", text)
            if count != 1:
                yield f"{name} has {count} bounds {bound}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def build():
    make = [os.environ.get("MAKE", "make"), "-s", "--no-print-directory"]
    jobs = "-j" + os.environ.get("JOBS", "2")
    programs = [f"build/release/tests/property/{test}" for test in TESTS]
    return subprocess.run([*make, jobs, *programs], cwd=TREE, check=False).returncode == 0


def passes(test, seed):
    done = subprocess.run([f"build/release/tests/property/{test}"], cwd=TREE, check=False,
                          env={**os.environ, "CHANCE": str(seed)}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        print("\n".join("# " + line for line in done.stdout.decode(errors="replace").splitlines()))
    return done.returncode == 0


def main():
    seeds = int(os.environ.get("SEEDS") or 10)
    copy_tree()
    wrong = list(shrink())
    for line in wrong:
        print("#", line)
    runs = [("test_go_on", seed) for seed in range(seeds)]
    runs += [("test_jobs", seed) for seed in range((seeds + 4) // 5)]
    if wrong or not build():
        runs = []
        print("not ok the bounds are found, and what has small ones is built")
    else:
        print("ok the bounds are found, and what has small ones is built")
    for test, seed in runs:
        print("ok" if passes(test, seed) else "not ok", f"{test} CHANCE={seed}", flush=True)
    print(f"1..{1 + len(runs)}")


main()
