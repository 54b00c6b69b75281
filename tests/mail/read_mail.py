"""read_mail - reads a mail as strictly as Python does, and shows how it is made.

usage: read_mail.py MAIL FOLDER      writes each part into FOLDER, decoded, named after its file or
                                     its type; fails when anything in the mail is not as it must be
"""
import email
import email.policy
import re
import sys
from pathlib import Path

CHANGING = {"Date": r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$",
            "Message-ID": r"<[^<>@\s]+@[^<>@\s]+>$"}


def faults_of(raw, message):
    for number, line in enumerate(raw.split(b"\n"), 1):
        if len(line) > 78:
            yield f"line {number} has {len(line)} bytes"
        if re.search(rb"[^\t\x20-\x7e]", line):
            yield f"line {number} holds a byte that is no text: {line!r}"
    for part in message.walk():
        for fault in part.defects:
            yield f"{part.get_content_type()}: {fault!r}"
        for name, value in part.items():
            for fault in value.defects:
                yield f"{name}: {fault!r}"


def show_headers(message, host):
    for name, value in message.items():
        if name in CHANGING:
            value = "good" if re.match(CHANGING[name], value) else f"odd: {value}"
        print(f"{name}: {value}".replace(host, "HOST"))


def show_part(part, depth, folder):
    kind = part.get_content_type()
    name = part.get_filename()
    print("  " * depth + kind + (f", {part.get_content_disposition()} {name}" if name else ""))
    if part.is_multipart():
        for inner in part.iter_parts():
            show_part(inner, depth + 1, folder)
    else:
        content = part.get_payload(decode=True)
        content.decode("utf-8")  # or it fails
        (folder / (name or kind.replace("/", "."))).write_bytes(content)


def main():
    raw, folder = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    message = email.message_from_bytes(raw, policy=email.policy.strict)
    show_headers(message, sys.argv[3] if len(sys.argv) > 3 else "\n")
    show_part(message, 0, folder)
    faults = list(faults_of(raw, message))
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


sys.exit(main())
