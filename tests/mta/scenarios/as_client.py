"""as_client - the server under test hands mail on, and the servers it meets answer as they like."""
from scenario import Scenario, bounced, mail, server

SCENARIOS = [
    Scenario(
        "rcpt-550",
        server(rcpt="550 5.1.1 No such user here"),
        mail(),
        bounced("rcpt", "550 5.1.1", "user-unknown"),
    ),
]
