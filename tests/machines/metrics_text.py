"""metrics_text - OpenMetrics text as the standard has it (openmetrics.io, section 4), as far as we
write it: gauges alone, no time stamps."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
ESCAPED = r'(?:[^"\\\n]|\\["\\n])*'
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:[a-zA-Z_][a-zA-Z0-9_]*="{ESCAPED}",?)*)\}})? ([0-9]+(?:\.[0-9]+)?)')
# What collectors themselves serve has other numbers.
SERVED = re.compile(rf'({NAME})(?:\{{((?:[a-zA-Z_][a-zA-Z0-9_]*="{ESCAPED}",?)*)\}})? (\S+)')
LABEL = re.compile(rf'([a-zA-Z_][a-zA-Z0-9_]*)="({ESCAPED})"(?:,|\Z)')
KEYWORDS = ("HELP", "TYPE", "UNIT")
LONGEST_LABEL = 64


class Family:
    def __init__(self):
        self.said = {}
        self.series = {}


def read(raw):
    """The families by name; ValueError for what is no OpenMetrics text."""
    families, name = {}, None
    if not raw.endswith(b"\n# EOF\n"):
        raise ValueError("does not end with # EOF")
    for line in raw.decode("utf-8").split("\n")[:-2]:
        said = re.fullmatch(rf"# (HELP|TYPE|UNIT) ({NAME}) (.*)", line)
        sample = SAMPLE.fullmatch(line)
        if said:
            if said[2] != name and said[2] in families:
                raise ValueError(f"{said[2]} stands twice")
            name = said[2]
            family = families.setdefault(name, Family())
            if said[1] in family.said or family.series:
                raise ValueError(f"too late or twice: {line}")
            family.said[said[1]] = said[3]
        elif sample and sample[1] == name:
            labels = tuple(LABEL.findall(sample[2] or ""))
            if labels in families[name].series:
                raise ValueError(f"a series stands twice: {line}")
            families[name].series[labels] = float(sample[3])
        else:
            raise ValueError(f"no line of {name}: {line[:80]}")
    return families


def faults(families):
    """What a collector, or whoever pays for it, would not like."""
    for name, family in families.items():
        if set(family.said) - {"UNIT"} != {"HELP", "TYPE"} or family.said["TYPE"] != "gauge":
            yield f"{name} has {family.said}"
        if "UNIT" in family.said and not name.endswith("_" + family.said["UNIT"]):
            yield f"{name} does not end with its unit"
        if not re.fullmatch("mailtriage_[a-z_]+", name):
            yield f"{name} is no name of ours"
        if re.search("_(total|count|sum|bucket|created)$", name):
            yield f"{name} ends like what is no gauge"
        if not family.series:
            yield f"{name} has no series"
        if len({tuple(label for label, _ in labels) for labels in family.series}) > 1:
            yield f"{name} has series with different labels"
        for labels in family.series:
            for label, value in labels:
                if not re.fullmatch(r"[a-z0-9._-]*", value) or len(value) > LONGEST_LABEL:
                    yield f"{name}: {label} is {value!r:.80}"
