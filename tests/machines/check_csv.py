#!/usr/bin/env python3
"""check_csv - every table is CSV by the book: RFC 4180, the same width everywhere, no formula, text
quoted and numbers bare. tests/machines/formats_spreadsheet.sh asks a real spreadsheet."""
import json

import csv_cells
from checks import Checks, SAMPLES, golden_logs, hostile_log, mailtriage, names_in

PARTS = names_in("src/report/parts.def", "PART")
NUMBERS = set(names_in("src/report/columns.def", "COLUMN", "COLUMN_NUMBER"))
HOSTILE = hostile_log()


def export_faults(logs, *words, delimiter=","):
    raw = mailtriage("export", *words, *logs)
    return csv_cells.faults(raw, delimiter, lambda name: name in NUMBERS)


def exports():
    for log in SAMPLES + golden_logs() + ["tests/machines/spreadsheet.log", HOSTILE]:
        for fault in export_faults([log], "--all", "--columns", "all"):
            yield f"{log}: {fault}"


def parts(*words, delimiter=","):
    """Every section as a table: nothing where it is an empty list, of which nobody knows
    columns, or null."""
    for logs in (SAMPLES, [HOSTILE]):
        report = json.loads(mailtriage("report", "--format", "json", *logs))
        for part in PARTS:
            raw = mailtriage("report", "--format", "csv", "--only", part, *words, *logs)
            if report[part] in ([], None) and not raw:
                continue
            for fault in csv_cells.faults(raw, delimiter):
                yield f"--only {part}: {fault}"


def delimiters():
    plain = csv_cells.read(mailtriage("export", "--columns", "all", HOSTILE))
    for word, sign in ((";", ";"), ("tab", "\t"), ("|", "|"), (" ", " "), ("'", "'"), ("\\", "\\"),
                       ("=", "=")):
        raw = mailtriage("export", "--columns", "all", "--delimiter", word, HOSTILE)
        if csv_cells.read(raw, sign) != plain:
            yield f"--delimiter '{word}' gives other cells"


def marks():
    for words in (("export",), ("export", "--unique", "recipient"), ("report", "--format", "csv"),
                  ("report", "--format", "csv", "--only", "totals")):
        plain, marked = mailtriage(*words, *SAMPLES), mailtriage(*words, "--bom", *SAMPLES)
        if marked != csv_cells.MARK + plain:
            yield f"{' '.join(words)}: --bom changes more than the first three bytes"


def planted(raw):
    return lambda: csv_cells.faults(raw)


checks = Checks()
checks.check("exports", exports)
checks.check("sections of reports", parts)
checks.check("sections with another delimiter", lambda: parts("--delimiter", ";", delimiter=";"))
checks.check("every delimiter gives the same cells", delimiters)
checks.check("--bom is the mark and nothing else", marks)
for what, raw in {
        "a formula": b'a\r\n"=1"\r\n', "a formula behind blanks": b'a\r\n"  @x"\r\n',
        "a bare text": b"a\r\nx\r\n", "a short row": b'a,b\r\n1\r\n',
        "a control character": b'a\r\n"\x1b"\r\n', "a turned text": b'a\r\n"\xe2\x80\xae"\r\n',
        "a column of two kinds": b'a\r\n1\r\n"x"\r\n', "a number that is none": b"a\r\n007\r\n",
        "a column of two names": b"a,a\r\n1,1\r\n"}.items():
    checks.catches(what, planted(raw))
for what, raw in {
        "a bare line end": b"a\n1\n", "broken UTF-8": b'a\r\n"\xff"\r\n',
        "a quote inside": b'a\r\n"x"y"\r\n', "a line that does not end": b"a\r\n1"}.items():
    checks.refuses(what, planted(raw))
checks.end()
