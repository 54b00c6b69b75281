"""standard_schema - our schemas and our reports, judged by the validator that others use; started by
formats_json.sh."""
import copy
import json

from jsonschema import Draft202012Validator

from checks import Checks, SAMPLES, hostile_log, mailtriage
from json_schema import Schema

HOSTILE = hostile_log()


def load(name):
    with open(f"docs/{name}.schema.json", encoding="utf-8") as text:
        return json.load(text)


OUT = object()
REPORT, ROW = load("report"), load("export")


def faults(schema, value):
    return [fault.message[:200] for fault in Draft202012Validator(schema).iter_errors(value)]


def no_schema():
    for schema in (REPORT, ROW):
        Draft202012Validator.check_schema(schema)
    return []


def report(*logs):
    return json.loads(mailtriage("report", "--format", "json", *logs))


def rows(*logs):
    lines = mailtriage("export", "--all", "--format", "ndjson", *logs).splitlines()
    return (fault for line in lines for fault in faults(ROW, json.loads(line)))


def members(value, path=()):
    """The way to every member and item."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield (*path, key)
        if isinstance(value[key], (dict, list)):
            yield from members(value[key], (*path, key))


def shortened(value):
    """With one item of each list: the others are alike, and judging takes its time."""
    if isinstance(value, dict):
        return {key: shortened(below) for key, below in value.items()}
    return [shortened(item) for item in value[:1]] if isinstance(value, list) else value


def changed_at(value, path, change):
    """A copy in which one member is gone (OUT), or something else."""
    value = holder = copy.deepcopy(value)
    for key in path[:-1]:
        holder = holder[key]
    if change is OUT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = change
    return value


def judgements():
    """Each member in turn is taken out, or made something else: both find fault, or neither. A
    section at a time, for the same reason."""
    whole = shortened(report(*SAMPLES))
    for name in whole:
        part = {key: whole[key] for key in ("schema", "filters", name)}
        for change in (OUT, None, -1, 1.5, True, "no such word", [], {}):
            for path in members(part):
                changed = changed_at(part, path, change)
                ours, theirs = list(Schema(REPORT).faults(changed)), faults(REPORT, changed)
                if bool(ours) != bool(theirs):
                    yield f"{path} {change!r}: ours says {ours[:1]}, jsonschema {theirs[:1]}"


checks = Checks()
checks.check("the schemas are schemas", no_schema)
checks.check("reports fit", lambda: faults(REPORT, report(*SAMPLES)) + faults(REPORT, report(HOSTILE)))
checks.check("rows fit", lambda: rows(*SAMPLES, HOSTILE))
checks.check("both judge alike", judgements)
checks.end()
