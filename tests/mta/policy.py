"""policy - a policy server for Postfix (SMTPD_POLICY_README) that answers as the scenario wants.

Whose session it is tells the client's address. Without a word in the scenario it has no opinion.
"""
from wire import answer


class PolicyServer:
    def __init__(self, listener, answers):
        """answers: client address -> action, as in an access table."""
        self.answers = answers
        answer(listener, self.talk)

    def talk(self, connection, _peer):
        attributes = {}
        for line in connection.makefile("r", encoding="latin-1", newline="\n"):
            name, _, value = line.rstrip("\n").partition("=")
            attributes[name] = value
            if not name:
                action = self.answers.get(attributes.get("client_address"), "DUNNO")
                connection.sendall(f"action={action}\n\n".encode())
                attributes = {}
