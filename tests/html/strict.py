"""strict - reads HTML pages as ours have to be, which is far stricter than a browser is: every
element that is opened is closed in order, every attribute stands in double quotes, no text holds
what a browser could take for more than text, and the policy lets through what the page holds.

usage: strict.py PAGE...   (says what is wrong, and ends with 1 when something is)
"""
import base64
import hashlib
import re
import sys

VOID = {"meta", "br", "hr", "col", "input"}
RAW = {"style", "script"}
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-zA-Z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*)(/?)>')
ATTRIBUTE = re.compile(r' ([a-zA-Z][a-zA-Z0-9-]*)(?:="([^"<>]*)")?')
REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|#39);)")
CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Fault(Exception):
    pass


class Page:
    def __init__(self, text):
        self.text = text
        self.open = []
        self.ids = set()
        self.wanted_ids = set()
        self.hashes = {"style": [], "script": []}
        self.policy = None

    def read(self):
        if not self.text.startswith("<!DOCTYPE html>\n"):
            raise Fault("does not begin with its document type")
        at = len("<!DOCTYPE html>\n")
        while at < len(self.text):
            at = self.read_tag(at) if self.text[at] == "<" else self.read_text(at)
        if self.open:
            raise Fault("left open: " + " ".join(self.open))
        self.judge_policy()
        if self.wanted_ids - self.ids:
            raise Fault("no such id: " + " ".join(self.wanted_ids - self.ids))

    def read_text(self, at):
        end = self.text.find("<", at)
        end = len(self.text) if end < 0 else end
        text = self.text[at:end]
        for wrong in (REFERENCE, CONTROL, re.compile("[>]")):
            if wrong.search(text):
                raise Fault("not fit for text: " + repr(text[:80]))
        return end

    def read_tag(self, at):
        tag = TAG.match(self.text, at)
        if not tag:
            raise Fault("no tag: " + repr(self.text[at:at + 80]))
        closes, name, attributes, closed = tag.groups()
        if closes:
            if attributes or not self.open or self.open.pop() != name:
                raise Fault("closes what was not opened: " + repr(self.text[at - 80:at + 20]))
            return tag.end()
        self.read_attributes(name, attributes)
        if name in VOID or closed:
            return tag.end()
        if name in RAW:
            return self.read_raw(name, tag.end())
        self.open.append(name)
        return tag.end()

    def read_attributes(self, name, text):
        seen = {}
        for key, value in ATTRIBUTE.findall(text):
            if key in seen:
                raise Fault("twice in one tag: " + key)
            if key == "style" or key.startswith("on"):
                raise Fault("an attribute that the policy blocks: " + key)
            if key in ("href", "src") and not re.match("(?:https?://|#)", value):
                raise Fault("an address of another kind: " + value)
            if REFERENCE.search(value) or CONTROL.search(value):
                raise Fault("not fit for an attribute: " + repr(value[:80]))
            seen[key] = value
        if "id" in seen:
            if seen["id"] in self.ids:
                raise Fault("an id twice: " + seen["id"])
            self.ids.add(seen["id"])
        for key in ("aria-labelledby", "aria-describedby"):
            self.wanted_ids.update(seen.get(key, "").split())
        if seen.get("href", "").startswith("#"):
            self.wanted_ids.add(seen["href"][1:])
        if name == "meta" and seen.get("http-equiv") == "Content-Security-Policy":
            self.policy = seen["content"]

    def read_raw(self, name, at):
        end = self.text.find("</" + name + ">", at)
        if end < 0:
            raise Fault("never ends: " + name)
        digest = hashlib.sha256(self.text[at:end].encode()).digest()
        self.hashes[name].append(base64.b64encode(digest).decode())
        return end + len(name) + 3

    def judge_policy(self):
        if self.policy is None:
            raise Fault("no policy")
        rules = dict(rule.strip().split(" ", 1) for rule in self.policy.split(";"))
        for name in ("default-src", "base-uri", "form-action"):
            if rules.get(name) != "'none'":
                raise Fault(name + " is not 'none'")
        for name, hashes in self.hashes.items():
            allowed = set(rules.get(name + "-src", "").split())
            if allowed != {"'sha256-" + one + "'" for one in hashes}:
                raise Fault("the policy is not that of its " + name)


def main(paths):
    wrong = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="strict", newline="") as file:
                Page(file.read()).read()
        except (Fault, UnicodeDecodeError) as fault:
            print(f"{path}: {fault}")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
