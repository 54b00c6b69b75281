"""scenarios - all that is told, in files by what the server under test is in them.

What holds for one server alone stands in files of its own: scenarios, which take the place of those
of the same name; DIFFERS, the rows that it (or a variant of it) gives in place of those of the
others; ROWS, parts that are added, and CANNOT, what it cannot play. REREAD makes the rows of a
variant out of the server's own. A scenario at a door that a server does not have is not told of it.
"""
from copy import copy

from scenario import On, Talk, also, on, unclear
from scenarios import (
    as_client, as_server, exim_only, postfix_only, sendmail_client, sendmail_levels, sendmail_rows,
    sendmail_server,
)

OWN = {"exim": (exim_only,), "postfix": (postfix_only,),
       "sendmail": (sendmail_server, sendmail_client, sendmail_rows, sendmail_levels)}


def all_of(modules, name):
    return {key: value for module in modules for key, value in getattr(module, name, {}).items()}


def told_anew(scenario, mta, variant, reread):
    """What holds for the variant, so that nothing told for the server is added to it."""
    is_told = any(part.mta == variant for part in scenario.parts_of(On))
    rows = () if is_told else (on(variant, *reread(scenario, scenario.rows(mta))),)
    return (*rows, also(variant), unclear(variant, ""))


def scenarios_for(variant, doors):
    mta = variant.partition("-")[0]
    modules = OWN.get(mta, ())
    own = [copy(s) for module in modules for s in getattr(module, "SCENARIOS", ())]
    cannot = {name for module in modules for name in getattr(module, "CANNOT", ())}
    names = [scenario.name for scenario in own]
    told = [copy(s) for s in as_server.SCENARIOS + as_client.SCENARIOS
            if s.concerns(mta) and s.name not in names
            and all(talk.door in doors for talk in s.parts_of(Talk))]
    names += [scenario.name for scenario in told]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    added, reread = all_of(modules, "ROWS"), all_of(modules, "REREAD").get(variant)
    for scenario in told + own:
        scenario.parts += tuple(on(name, *rows[scenario.name])
                                for name, rows in all_of(modules, "DIFFERS").items()
                                if scenario.name in rows)
        scenario.parts += tuple(added.get(scenario.name, ()))
        if reread:
            scenario.parts += told_anew(scenario, mta, variant, reread)
    return [scenario for scenario in told + own
            if scenario.name not in cannot and not scenario.is_without(variant)]
