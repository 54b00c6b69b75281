#!/usr/bin/env python3
"""shut_in - runs a command shut in as a unit says it: no memory that is written and executed, and
only the system calls of its SystemCallFilter. Any other ends the command (SIGSYS), where systemd
would give an error that the command might not mind: so a test notices.

usage: shut_in.py UNIT COMMAND...

By PR_SET_MDWE and a filter of its own, since a systemd that runs is not to be had everywhere."""
import ctypes
import os
import re
import struct
import subprocess
import sys

NO_NEW_PRIVS, SET_SECCOMP, SET_MDWE = 38, 22, 65
MDWE_REFUSE_EXEC_GAIN = 1
FILTER = 2
LOAD, EQUALS, RETURN = 0x20, 0x15, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000

libc = ctypes.CDLL(None, use_errno=True)


def prctl(*numbers):
    words = [ctypes.c_ulong(number) for number in numbers] + [ctypes.c_ulong(0)] * 4
    if libc.prctl(*words[:5]) != 0:
        sys.exit(f"shut_in: prctl({numbers[0]}): {os.strerror(ctypes.get_errno())}")


def said_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def members(group, seen):
    """Every call of a group, or the call itself."""
    if not group.startswith("@"):
        return {group}
    if group not in seen:
        lines = said_by("systemd-analyze", "--no-pager", "syscall-filter", group).splitlines()[1:]
        words = [line.strip() for line in lines if line.strip() and "#" not in line]
        seen[group] = set().union(*(members(word, seen) for word in words))
    return seen[group]


def allowed_names(settings):
    allowed, seen = set(), {}
    for words in settings.get("SystemCallFilter", []):
        for word in words.lstrip("~").split():
            if words.startswith("~"):
                allowed -= members(word, seen)
            else:
                allowed |= members(word, seen)
    if os.geteuid() == 0:
        allowed.add("fchown")  # SQLite gives its files to the database's owner, as root alone
    return allowed


def numbers_of(names):
    """As this machine numbers them; groups name those of other machines, too."""
    text = said_by(os.environ.get("CC", "cc").split()[0], "-E", "-dM", "-include", "sys/syscall.h",
                   "-x", "c", "/dev/null")
    known = dict(re.findall(r"^#define __NR_(\w+) (\d+)$", text, re.M))
    return sorted(int(known[name]) for name in names if name in known)


def install(numbers):
    steps = [(LOAD, 0, 0, 0)]
    for number in numbers:
        steps += [(EQUALS, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    steps.append((RETURN, 0, 0, KILL))
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    memory = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(
        struct.pack("@HP", len(steps), ctypes.addressof(memory)))
    prctl(SET_SECCOMP, FILTER, ctypes.addressof(program))


def main():
    settings = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        key, sign, value = line.strip().partition("=")
        if sign and not key.startswith("#"):
            settings.setdefault(key, []).append(value)
    numbers = numbers_of(allowed_names(settings))
    prctl(NO_NEW_PRIVS, 1)
    if settings.get("MemoryDenyWriteExecute") == ["yes"]:
        prctl(SET_MDWE, MDWE_REFUSE_EXEC_GAIN)
    if numbers:
        install(numbers)
    os.execvp(sys.argv[2], sys.argv[2:])


main()
