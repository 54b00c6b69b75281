"""policy - a policy server for Postfix (SMTPD_POLICY_README) that answers as the scenario wants.

Whose session it is tells the client's address. Without a word in the scenario it has no opinion.
"""
import threading


class PolicyServer:
    def __init__(self, listener, answers):
        """answers: client address -> action, as in an access table."""
        self.listener, self.answers = listener, answers
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        attributes = {}
        for line in connection.makefile("r", encoding="latin-1", newline="\n"):
            name, _, value = line.rstrip("\n").partition("=")
            attributes[name] = value
            if not name:
                action = self.answers.get(attributes.get("client_address"), "DUNNO")
                connection.sendall(f"action={action}\n\n".encode())
                attributes = {}
