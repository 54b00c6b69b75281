"""scenarios - all that is told, in files by what the server under test is in them.

What holds for one server alone stands in a file of its own: scenarios, which take the place of those
of the same name, and DIFFERS, the rows that it (or a variant of it) gives in place of those of the
others. A scenario at a door that a server does not have is not told of it.
"""
from scenario import Talk, on
from scenarios import as_client, as_server, exim_only, postfix_only

OWN = {"exim": exim_only, "postfix": postfix_only}


def scenarios_for(variant, doors):
    mta = variant.partition("-")[0]
    own = OWN[mta].SCENARIOS if mta in OWN else []
    differs = getattr(OWN.get(mta), "DIFFERS", {})
    names = [scenario.name for scenario in own]
    told = [s for s in as_server.SCENARIOS + as_client.SCENARIOS
            if s.concerns(mta) and s.name not in names
            and all(talk.door in doors for talk in s.parts_of(Talk))]
    names += [scenario.name for scenario in told]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    for scenario in told:
        scenario.parts += tuple(on(name, *rows[scenario.name]) for name, rows in differs.items()
                                if scenario.name in rows)
    return [scenario for scenario in told + own if not scenario.is_without(variant)]
