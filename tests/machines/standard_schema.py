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


def judgements():
    """Each member in turn is taken out, or made something else: both find fault, or neither."""
    good = report(*SAMPLES)
    good["reasons"] = good["reasons"][:2]
    for change in ("out", None, -1, 1.5, True, "no such word", [], {}):
        for path in members(good):
            changed = copy.deepcopy(good)
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            if change == "out":
                del holder[path[-1]]
            else:
                holder[path[-1]] = change
            ours, theirs = list(Schema(REPORT).faults(changed)), faults(REPORT, changed)
            if bool(ours) != bool(theirs):
                yield f"{path} {change!r}: ours says {ours[:1]}, jsonschema {theirs[:1]}"


checks = Checks()
checks.check("the schemas are schemas", no_schema)
checks.check("reports fit", lambda: faults(REPORT, report(*SAMPLES)) + faults(REPORT, report(HOSTILE)))
checks.check("rows fit", lambda: rows(*SAMPLES, HOSTILE))
checks.check("both judge alike", judgements)
checks.end()
