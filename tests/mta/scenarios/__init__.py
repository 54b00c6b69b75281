"""scenarios - all that is told, in files by what the server under test is in them."""
from scenarios import as_client, as_server, postfix_only


def scenarios_for(mta):
    told = [s for module in (as_server, as_client, postfix_only) for s in module.SCENARIOS if s.concerns(mta)]
    names = [scenario.name for scenario in told]
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    return told
