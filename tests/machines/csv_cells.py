"""csv_cells - CSV as RFC 4180 has it, cell by cell, with whether a cell was quoted: our numbers are
not, our texts are, and that is what a spreadsheet is told to go by."""
import csv
import io
import re

MARK = b"\xef\xbb\xbf"
NUMBER = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
MIXED = "value"  # the column of a section that is no table and has texts
# What a spreadsheet takes for the beginning of a formula, behind blanks too.
FORMULA = re.compile(r"[ ]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
# What a terminal obeys, and what turns a line around.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def read(raw, delimiter=","):
    """The rows of a file; a cell is (text, quoted)."""
    text = raw.removeprefix(MARK).decode("utf-8")
    cell = re.compile(r'(?:"((?:[^"]|"")*)"|([^"\r\n%s]*))(%s|\r\n)'
                      % (re.escape(delimiter), re.escape(delimiter)))
    rows, row, at = [], [], 0
    while at < len(text):
        found = cell.match(text, at)
        if not found:
            raise ValueError(f"no cell at {at}: {text[at:at + 60]!r}")
        quoted = found[1] is not None
        row.append((found[1].replace('""', '"') if quoted else found[2], quoted))
        if found[3] == "\r\n":
            rows.append(row)
            row = []
        at = found.end()
    if row:
        raise ValueError("the last line does not end")
    plain = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    if list(plain) != [[cell[0] for cell in row] for row in rows]:
        raise ValueError("Python's csv reads other cells")
    return rows


def faults(raw, delimiter=",", is_number=lambda name: None):
    """What is wrong with a table of ours. is_number: whether the column of that name holds numbers,
    None: that is not known, and only the same in all rows."""
    head, *rows = read(raw, delimiter) or [[]]
    if not head:
        yield "nothing"
    names = [name for name, _ in head]
    if len(set(names)) != len(names):
        yield f"a column stands twice: {names}"
    for name, quoted in head:
        if quoted or not re.fullmatch("[a-z0-9_]+", name):
            yield f"the column {name!r}"
    quoted_in = {name: not is_number(name) for name in names if is_number(name) is not None}
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            yield f"row {number} has {len(row)} cells, the header {len(head)}"
        for name, (text, quoted) in zip(names, row):
            where = f"row {number}, {name}: {text[:60]!r}"
            if CONTROL.search(text):
                yield f"{where} has a control character"
            if quoted and FORMULA.match(text):
                yield f"{where} begins like a formula"
            if not quoted and text and not NUMBER.match(text):
                yield f"{where} is neither quoted nor a number"
            if text and name != MIXED and quoted_in.setdefault(name, quoted) != quoted:
                yield f"{where} is of another kind than the column"
