"""page - writes docs/servers.md: what each mail server logs, and does not log, of each scenario.

usage: python3 tests/mta/page.py > docs/servers.md     (make mta-docs)

Made of the scenarios themselves: a run holds the logs of real servers to the same rows.
"""
from importlib import import_module

from scenarios import scenarios_for

TITLES = {"postfix": "Postfix", "exim": "Exim", "sendmail": "Sendmail"}
HEAD = """# What mail servers log, and what they do not

Each scenario of `make check-mta` was played with a real server, and its log gave these findings, no more and
no less. A line is event, stage, reply code, enhanced code and reason; `~` marks a code that the log does not have and
that the client heard, `xN` what comes N times, `(host)` one host of
several and `(mta)` a word of the server about itself or a notice that it made. Written by `make mta-docs`.
"""


def finding(row):
    columns = row.columns
    code = columns.get("code")
    words = [columns["event"], columns["stage"],
             f"{'~' if columns.get('code_source') == 'implied' else ''}{code}" if code else "",
             columns.get("enhanced") or "", columns["class"]]
    if columns["level"] in ("host", "mta"):
        words.insert(1, f"({columns['level']})")
    if row.times > 1:
        words.append(f"x{row.times}")
    if row.log:
        words.append(f"(in the {row.log} alone)")
    return " ".join(word for word in words if word)


def cell(scenario, mta, server):
    told = "<br>".join(finding(row) for row in scenario.rows(mta, server.as_logged)) or "no finding"
    reason = scenario.reason_for_silence(mta)
    if reason:
        told = f"**nothing**: {reason}"
    for text in filter(None, dict.fromkeys(scenario.unclear(mta).values())):
        told += f"<br>*unclear*: {text}"
    return told.replace("|", "\\|")


def table(mta):
    server = getattr(import_module(mta), mta.title())
    print(f"\n## {TITLES[mta]}\n\n| scenario | finding |\n|---|---|")
    for scenario in scenarios_for(mta + "-page", server.DOORS):
        print(f"| {scenario.name} | {cell(scenario, mta, server)} |")


# A variant that tells more than its server does as it is mostly set up.
TELLS_MORE = {"sendmail": ("sendmail-15", "from LogLevel 15 on")}


def table_of_more(mta):
    variant, when = TELLS_MORE[mta]
    server = getattr(import_module(mta), mta.title())
    usual = {s.name: cell(s, mta, server) for s in scenarios_for(mta, server.DOORS)}
    print(f"\n## {TITLES[mta]} {when}\n\nWhere it logs more than above.\n\n| scenario | finding |\n|---|---|")
    for scenario in scenarios_for(variant, server.DOORS):
        told = cell(scenario, variant, server)
        if told.replace("~", "") != usual[scenario.name].replace("~", "").partition("<br>*unclear*")[0]:
            print(f"| {scenario.name} | {told} |")


def is_there(mta):
    try:
        return import_module(mta) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    print(HEAD, end="")
    for server in TITLES:
        if is_there(server):
            table(server)
        if is_there(server) and server in TELLS_MORE:
            table_of_more(server)
