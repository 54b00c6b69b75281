"""filter - a content filter behind the queue (FILTER_README): takes a message by SMTP and hands it
back to another door of the server, with the reply that such filters give."""
import smtplib

from wire import answer


class Filter:
    def __init__(self, listener, back):
        """back: (address, port) of the door that takes filtered mail."""
        self.back = back
        answer(listener, self.talk)

    def talk(self, connection, _peer):
        with connection, connection.makefile("rwb") as file:
            sender, recipients = "", []
            self.say(file, "220 filter.example.com ESMTP")
            for line in iter(file.readline, b""):
                verb, address = line[:4].upper(), line.decode().partition("<")[2].partition(">")[0]
                if verb == b"MAIL":
                    sender, recipients = address, []
                elif verb == b"RCPT":
                    recipients.append(address)
                elif verb == b"DATA":
                    self.say(file, "354 go on")
                    lines = list(iter(file.readline, b".\r\n"))
                    self.say(file, self.hand_back(sender, recipients, b"".join(lines)))
                    continue
                elif verb == b"QUIT":
                    self.say(file, "221 2.0.0 Bye")
                    return
                self.say(file, "250 2.0.0 Ok")

    @staticmethod
    def say(file, text):
        file.write(text.encode() + b"\r\n")
        file.flush()

    def hand_back(self, sender, recipients, message):
        with smtplib.SMTP(*self.back) as server:
            server.ehlo("filter.example.com")
            server.mail(sender)
            for recipient in recipients:
                server.rcpt(recipient)
            code, text = server.data(message)
        return f"{code} 2.0.0 from MTA(smtp:[{self.back[0]}]:{self.back[1]}): {code} {text.decode()}"
