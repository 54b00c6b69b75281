"""json_schema - says how a value differs from a JSON Schema (2020-12), with the standard library.

It knows the keywords that docs/*.schema.json use, and refuses any other: a keyword that is not
looked at would let everything through.
"""
import json
import re

TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
REMARKS = {"$comment", "$schema", "$defs", "title", "description"}


def is_equal(a, b):
    return type(a) is type(b) and a == b


def fits_type(names, value):
    return any(TYPES[name](value) for name in ([names] if isinstance(names, str) else names))


class Schema:
    def __init__(self, root):
        self.root = root
        self.seen = set()  # the members met, each as the id of the object that has it and its name

    def resolve(self, reference):
        if not reference.startswith("#/$defs/"):
            raise ValueError(f"unknown reference {reference}")
        return self.root["$defs"][reference[len("#/$defs/"):]]

    def faults(self, value, schema=None, path="$"):
        """Yields a line for each fault."""
        schema = self.root if schema is None else schema
        for keyword, wanted in schema.items():
            if keyword in REMARKS:
                continue
            look = getattr(self, "look_" + keyword.strip("$"), None)
            if look is None:
                raise ValueError(f"{path}: unknown keyword {keyword}")
            yield from look(wanted, value, schema, path)

    def look_ref(self, wanted, value, _schema, path):
        yield from self.faults(value, self.resolve(wanted), path)

    def look_type(self, wanted, value, _schema, path):
        if not fits_type(wanted, value):
            yield f"{path}: {value!r:.60} is no {wanted}"

    def look_const(self, wanted, value, _schema, path):
        if not is_equal(wanted, value):
            yield f"{path}: {value!r:.60} is not {wanted!r}"

    def look_enum(self, wanted, value, _schema, path):
        if not any(is_equal(one, value) for one in wanted):
            yield f"{path}: {value!r:.60} is none of {wanted}"

    def look_pattern(self, wanted, value, _schema, path):
        if isinstance(value, str) and not re.search(wanted, value):
            yield f"{path}: {value!r:.60} does not match {wanted}"

    def look_minimum(self, wanted, value, _schema, path):
        if fits_type("number", value) and value < wanted:
            yield f"{path}: {value} is less than {wanted}"

    def look_maximum(self, wanted, value, _schema, path):
        if fits_type("number", value) and value > wanted:
            yield f"{path}: {value} is more than {wanted}"

    def look_minItems(self, wanted, value, _schema, path):
        if isinstance(value, list) and len(value) < wanted:
            yield f"{path}: fewer than {wanted} items"

    def look_items(self, wanted, value, _schema, path):
        for number, item in enumerate(value if isinstance(value, list) else []):
            yield from self.faults(item, wanted, f"{path}[{number}]")

    def look_required(self, wanted, value, _schema, path):
        for name in wanted if isinstance(value, dict) else []:
            if name not in value:
                yield f"{path}: member '{name}' is missing"

    def look_properties(self, wanted, value, schema, path):
        for name in value if isinstance(value, dict) else []:
            if name in wanted:
                self.seen.add((id(schema), name))
                yield from self.faults(value[name], wanted[name], f"{path}.{name}")

    def look_additionalProperties(self, wanted, value, schema, path):
        if wanted is not False:
            raise ValueError(f"{path}: additionalProperties must be false")
        for name in value if isinstance(value, dict) else []:
            if name not in schema.get("properties", {}):
                yield f"{path}: member '{name}' is not in the schema"

    def objects(self, schema=None, path="$"):
        """Yields the path and schema of each object with properties."""
        schema = self.root if schema is None else schema
        if "properties" in schema:
            yield path, schema
        for name, below in schema.get("properties", {}).items():
            yield from self.objects(below, f"{path}.{name}")
        if "items" in schema:
            yield from self.objects(schema["items"], path + "[]")
        for name, below in schema.get("$defs", {}).items():
            yield from self.objects(below, f"$defs.{name}")


def no_twins(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a member stands twice in {names}")
    return dict(pairs)


def no_constant(word):
    raise ValueError(f"{word} is no JSON")


def read(text):
    """Bytes as JSON of the strict kind: valid UTF-8, no bare control character, no member twice, no
    half of a surrogate pair."""
    text = text.decode("utf-8")
    bare = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", text)
    if bare:
        raise ValueError(f"bare control character {bare.group()!r} at {bare.start()}")
    value = json.loads(text, object_pairs_hook=no_twins, parse_constant=no_constant)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value
