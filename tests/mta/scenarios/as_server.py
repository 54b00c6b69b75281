"""as_server - a client speaks with the server under test, and is refused, leaves or errs."""
from scenario import Scenario, offer, rejected, talk

SCENARIOS = [
    Scenario(
        "relay-denied",
        talk(*offer("somebody@elsewhere.example.net"), "QUIT"),
        rejected("rcpt", "554 5.7.1", "relay-denied", recipient="somebody@elsewhere.example.net"),
    ),
]
