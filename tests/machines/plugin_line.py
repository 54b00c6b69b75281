"""plugin_line - the line of a monitoring plugin, read as strictly as the Monitoring Plugins
Development Guidelines are written: text, one bar, and 'label'=value[UOM];[warn];[crit];[min];[max]
for each metric."""
import re

STATUS = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
RANGE = rf"@?(?:(?:~|{NUMBER}):)?(?:{NUMBER})?"
DATUM = re.compile(rf"(?:'((?:[^'=|]|'')+)'|([^'=| ]+))=(U|{NUMBER})(us|ms|s|%|[KMGT]?B|c)?"
                   rf";((?:{RANGE})?);((?:{RANGE})?);((?:{NUMBER})?);?((?:{NUMBER})?)(?: |$)")


class Datum:
    def __init__(self, found):
        quoted, bare, value, self.unit, self.warn, self.crit, self.least, self.most = found.groups()
        self.label = quoted.replace("''", "'") if quoted else bare
        self.value = None if value == "U" else float(value)


class Line:
    """Raises ValueError for what is no such line."""

    def __init__(self, raw):
        text = raw.decode("utf-8")
        if not text.endswith("\n") or "\n" in text[:-1]:
            raise ValueError("not one line")
        text = text[:-1]
        if any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text):
            raise ValueError("a control character")
        head = re.match("MAILTRIAGE (OK|WARNING|CRITICAL|UNKNOWN) - ([^|]+?)(?: \\|(.*))?$", text)
        if not head:
            raise ValueError(f"no status and text: {text}")
        self.status = STATUS[head[1]]
        self.text = head[2]
        self.data = {}
        rest = (head[3] or "")
        if rest and not rest.startswith(" "):
            raise ValueError("no blank behind the bar")
        rest = rest[1:]
        while rest:
            found = DATUM.match(rest)
            if not found:
                raise ValueError(f"no performance data: {rest}")
            datum = Datum(found)
            if datum.label in self.data:
                raise ValueError(f"{datum.label} twice")
            if found.group(3) == "U" and datum.unit:
                raise ValueError("a unit of what is not known")
            self.data[datum.label] = datum
            rest = rest[found.end():]


def alerts(value, range_):
    """What a range says of a value."""
    inside = range_.startswith("@")
    range_ = range_.lstrip("@")
    begin, colon, end = range_.partition(":")
    if not colon:
        begin, end = "0", range_
    low = float("-inf") if begin == "~" else float(begin or 0)
    high = float(end) if end else float("inf")
    if low > high:
        raise ValueError(f"a range that ends before it begins: {range_}")
    return (low <= value <= high) == inside
