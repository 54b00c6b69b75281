"""spreadsheet - what LibreOffice makes of our tables; started by formats_spreadsheet.sh.

Each table is opened by a LibreOffice that takes itself for English or German, and saved as flat XML,
which tells of each cell what it is. As it opens by itself: nothing is a formula. By the recipe of
docs/spreadsheet.md: every text is that text, every number that number.
"""
import os
import re
import subprocess
import tempfile
import xml.etree.ElementTree as xml

import csv_cells
from checks import Checks, SAMPLES, hostile_log, mailtriage, names_in

HOSTILE = hostile_log()
IDS = "tests/machines/spreadsheet.log"
SCRATCH = tempfile.TemporaryDirectory()
PARTS = names_in("src/report/parts.def", "PART")
LONGEST = 32767  # a cell of Excel's takes no more; LibreOffice's does
NAMES = {"office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
         "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
         "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0"}
LOCALE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>{}</value></prop></item></oor:items>
"""


def tag(name):
    space, name = name.split(":")
    return f"{{{NAMES[space]}}}{name}"


def shown(paragraph):
    """The text of a paragraph: runs of blanks are elements."""
    words = paragraph.text or ""
    for child in paragraph:
        if child.tag == tag("text:s"):
            words += " " * int(child.get(tag("text:c"), "1"))
        else:
            words += shown(child)
        words += child.tail or ""
    return words


class Cell:
    def __init__(self, element=xml.Element("nothing")):
        self.formula = element.get(tag("table:formula"))
        self.kind = element.get(tag("office:value-type"))
        self.number = element.get(tag("office:value"))
        self.text = "\n".join(shown(one) for one in element.findall(tag("text:p")))


def cells_of(path):
    """The rows of the first sheet, as far as anything stands in them."""
    rows = []
    for row in xml.parse(path).iter(tag("table:table-row")):
        cells = []
        for one in row:
            repeated = int(one.get(tag("table:number-columns-repeated"), "1"))
            cells += [Cell(one)] * min(repeated, 100)
        rows += [cells] * min(int(row.get(tag("table:number-rows-repeated"), "1")), 100)
    while rows and not any(cell.kind for cell in rows[-1]):
        rows.pop()
    return rows


class Office:
    """LibreOffice with a profile of its own, whose language is `language`."""

    def __init__(self, language):
        self.language = language
        self.profile = os.path.join(SCRATCH.name, language)
        os.makedirs(os.path.join(self.profile, "user"))
        with open(os.path.join(self.profile, "user", "registrymodifications.xcu"), "w",
                  encoding="utf-8") as settings:
            settings.write(LOCALE.format(language))

    def opened(self, tables_of, options=None):
        """The cells of each table. options: of the import, as docs/spreadsheet.md has them."""
        with tempfile.TemporaryDirectory(dir=SCRATCH.name) as folder:
            paths = [os.path.join(folder, f"{number}.csv") for number in range(len(tables_of))]
            for path, raw in zip(paths, tables_of):
                with open(path, "wb") as table:
                    table.write(raw)
            command = ["soffice", f"-env:UserInstallation=file://{self.profile}", "--headless",
                       *([f"--infilter=CSV:{options}"] if options else []),
                       "--convert-to", "fods", "--outdir", folder, *paths]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=300, check=False)
            if not all(os.path.exists(path[:-3] + "fods") for path in paths):
                raise AssertionError(done.stdout.decode(errors="replace"))
            return [cells_of(path[:-3] + "fods") for path in paths]


def tables(delimiter, *words):
    """Tables by name: the exports with every column, and every section of a report."""
    words = ["--delimiter", delimiter, *words]
    logs = [*SAMPLES, IDS, HOSTILE]
    found = {log: mailtriage("export", "--all", "--columns", "all", *words, log) for log in logs}
    for part in PARTS:
        found[part] = mailtriage("report", "--format", "csv", "--only", part, *words, *logs)
    return found


def formulas(office, delimiter, *words):
    """As it opens by itself."""
    all_tables = tables(delimiter, *words)
    for name, rows in zip(all_tables, office.opened(list(all_tables.values()))):
        for number, row in enumerate(rows, 1):
            for cell in row:
                if cell.formula:
                    yield f"{name}, row {number}: {cell.formula:.80}"


def difference(cell, text, quoted):
    if cell.formula:
        return f"is the formula {cell.formula:.80}"
    if not text:
        return "is not empty" if cell.text else None
    if quoted:
        same = cell.kind == "string" and cell.text.startswith(text[:LONGEST])
        return None if same else f"is the {cell.kind} {cell.text!r:.80}"
    same = cell.kind == "float" and float(cell.number) == float(text)
    return None if same else f"is the {cell.kind} {cell.text!r:.80}, {cell.number}"


def recipe():
    """The options of the import out of docs/spreadsheet.md, for a comma."""
    with open("docs/spreadsheet.md", encoding="utf-8") as page:
        return re.search(r"--infilter='CSV:([0-9a-z,]+)'", page.read())[1]


def misread(office, delimiter, *words):
    """By the recipe."""
    options = re.sub("^44,", f"{ord(delimiter)},", recipe())
    all_tables = tables(delimiter, *words)
    opened = office.opened(list(all_tables.values()), options)
    for (name, raw), found in zip(all_tables.items(), opened):
        wanted = csv_cells.read(raw, delimiter)
        if len(wanted) != len(found):
            yield f"{name}: {len(found)} rows, not {len(wanted)}"
        for number, (row, cells) in enumerate(zip(wanted, found), 1):
            cells = cells + [Cell()] * (len(row) - len(cells))
            for column, ((text, quoted), cell) in enumerate(zip(row, cells), 1):
                fault = difference(cell, text, quoted or number == 1)
                if fault:
                    yield f"{name}, row {number}, column {column}: {text[:80]!r} {fault}"


def survivors():
    """The texts that a spreadsheet likes to take for something else are all in the table of ids."""
    cells = {text for row in csv_cells.read(mailtriage("export", "--columns", "all", IDS))
             for text, quoted in row if quoted}
    for text in ("12E4", "12E456", "0012345", "5.1.1", "10:11", "1/2", "1.000,5", "TRUE", "50%", "Mar 2",
                 "1.2.2026", "'-1"):
        if text not in cells:
            yield f"{text} is not in the table"


def naive(office):
    """Without the recipe ids do not survive: or nobody would need it."""
    raw = b'a,b,c,d\r\n"12E4","0012345","5.1.1","=1+1"\r\n'
    if [cell.text for cell in office.opened([raw])[0][1]] != ["12E4", "0012345", "5.1.1", "=1+1"]:
        yield "changed"


checks = Checks()
english, german = Office("en-US"), Office("de-DE")
checks.check("the table of ids", survivors)
checks.catches("English: an unguarded table", lambda: naive(english))
checks.catches("German: an unguarded table", lambda: naive(german))
checks.check("English: nothing is a formula", lambda: formulas(english, ","))
checks.check("German: nothing is a formula", lambda: formulas(german, ";", "--bom"))
checks.check("English, by the recipe: all is as it was", lambda: misread(english, ","))
checks.check("German, by the recipe: all is as it was", lambda: misread(german, ";", "--bom"))
checks.check("German, by the recipe, a comma", lambda: misread(german, ","))
checks.end()
