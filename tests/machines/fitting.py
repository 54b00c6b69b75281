"""fitting - what does not fit a schema, and what of a schema fits nothing."""
import copy


def misfits(schema, values):
    for name, value in values:
        for fault in schema.faults(value):
            yield f"{name}: {fault}"


def loose(schema, free):
    """Objects that let more or less pass than their members; free: whose members may be missing."""
    for path, one in schema.objects():
        if one.get("additionalProperties") is not False:
            yield f"{path}: additionalProperties is not false"
        if path not in free and one.get("required") != list(one["properties"]):
            yield f"{path}: required are not all its properties, in their order"


def unseen(schema, free=()):
    """Members of the schema that were in no value it was held against."""
    for path, one in schema.objects():
        for name in one["properties"]:
            if path not in free and (id(one), name) not in schema.seen:
                yield f"{path}.{name} was in no report"


def changed(value, change):
    value = copy.deepcopy(value)
    change(value)
    return [("changed", value)]
