"""How Postfix, Exim and Sendmail log what happens to mail: the lines, and nothing about chance.

A message is known by its id; `put(time, text)` takes the lines. Each class has the same methods.
"""

from collections import namedtuple

Client = namedtuple("Client", "host ip")            # host: "unknown" for one without a name
Message = namedtuple("Message", "id sender user client size count begun")
Relay = namedtuple("Relay", "host ip")
# What a server said, or (code 0) what our own server found out without one.
Failure = namedtuple("Failure", "reason code enhanced text command")

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def digits_of(number, width, base=60):
    text = ""
    for _ in range(width):
        text = DIGITS[number % base] + text
        number //= base
    return text


def domain_of(address):
    return address.rpartition("@")[2]


class Syslog:
    """Lines of syslog, in one of its two stamps."""

    MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

    def stamped(self, moment, fraction, host, text):
        if self.old_stamps:
            return f"{self.MONTHS[moment.month - 1]} {moment.day:2} {moment:%H:%M:%S} {host} {text}"
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:06}{self.zone} {host} {text}"


class Postfix(Syslog):
    name = "postfix"
    steps = [300, 600, 1200, 2400, 4000]  # between two attempts, the last one ever again

    def __init__(self, put, old_stamps, zone):
        self.put, self.old_stamps, self.zone = put, old_stamps, zone
        self.count = 0

    def fresh_id(self, _time):
        self.count += 1
        return f"{0x2A1B3C000 + self.count * 4099:X}"

    def came_in(self, time, message):
        host, ip = message.client
        program = "submission/smtpd" if message.user else "smtpd"
        pid = 3000 + message.begun % 50
        login = f", sasl_method=PLAIN, sasl_username={message.user}" if message.user else ""
        name = f"postfix/{program}[{pid}]: "
        self.put(time, f"{name}connect from {host}[{ip}]")
        self.put(time, f"{name}{message.id}: client={host}[{ip}]{login}")
        self.put(time, f"postfix/cleanup[5001]: {message.id}: "
                       f"message-id=<{message.id}.{message.begun}@{domain_of(message.sender)}>")
        self.active(time, message)
        self.put(time, f"{name}disconnect from {host}[{ip}] ehlo=1 mail=1 rcpt={message.count} "
                       f"data=1 quit=1 commands={message.count + 4}")

    def active(self, time, message):
        self.put(time, f"postfix/qmgr[811]: {message.id}: from=<{message.sender}>, "
                       f"size={message.size}, nrcpt={message.count} (queue active)")

    def _status(self, time, message, to, relay, dsn, said):
        whole = int(time) - message.begun + 0.3
        self.put(time, f"postfix/smtp[{2000 + message.begun % 90}]: {message.id}: to=<{to}>, "
                       f"relay={relay}, delay={whole:.3g}, delays={whole:.3g}/0.01/0.1/0.2, "
                       f"dsn={dsn}, {said}")

    def sent(self, time, message, to, relay):
        self._status(time, message, to, f"{relay.host}[{relay.ip}]:25", "2.0.0",
                     f"status=sent (250 2.0.0 Ok: queued as 4X{self.count:08X})")

    def sent_here(self, time, message, to):
        self.put(time, f"postfix/lmtp[31001]: {message.id}: to=<{to}>, "
                       f"relay=mail.example.com[private/dovecot-lmtp], delay=0.2, "
                       f"delays=0.1/0/0.01/0.09, dsn=2.0.0, status=sent (250 2.0.0 <{to}> Saved)")

    def failed(self, time, message, to, relay, failure, event):
        where = f"{relay.host}[{relay.ip}]"
        if failure.code:
            said = " ".join(x for x in (str(failure.code), failure.enhanced, failure.text) if x)
            dsn = failure.enhanced or f"{failure.code // 100}.0.0"
            reason = f"host {where} said: {said} (in reply to {failure.command} command)"
            if failure.command == "AUTH":
                dsn = "4.7.8"
                reason = f"SASL authentication failed; server {where} said: {said}"
            self._status(time, message, to, where + ":25", dsn, f"status={event} ({reason})")
        elif failure.reason == "connection-timeout":
            self._status(time, message, to, "none", "4.4.1",
                         f"status={event} (connect to {where}:25: Connection timed out)")
        else:
            again = ", try again" if event == "deferred" else ""
            self._status(time, message, to, "none", "4.4.3" if again else "5.4.4",
                         f"status={event} (Host or domain name not found. Name service error for "
                         f"name={domain_of(to)} type=MX: Host not found{again})")

    def expired(self, time, message, to):
        self.put(time, f"postfix/qmgr[811]: {message.id}: from=<{message.sender}>, "
                       "status=expired, returned to sender")

    def notice(self, time, message, to):
        if not message.sender:
            return
        bounce = self.fresh_id(time)
        self.put(time, f"postfix/cleanup[5001]: {bounce}: "
                       f"message-id=<{bounce}.{int(time)}@mail.example.com>")
        self.put(time, f"postfix/bounce[6001]: {message.id}: sender non-delivery notification: "
                       f"{bounce}")
        self.put(time, f"postfix/qmgr[811]: {bounce}: from=<>, size=2900, nrcpt=1 (queue active)")
        self.sent_here(time, Message(bounce, "", "", None, 0, 1, int(time)), message.sender)
        self.done(time, Message(bounce, "", "", None, 0, 1, int(time)))

    def done(self, time, message):
        self.put(time, f"postfix/qmgr[811]: {message.id}: removed")

    REFUSALS = {
        "blocklisted": "554 5.7.1 Service unavailable; Client host [{ip}] blocked using "
                       "bl.example.org; https://bl.example.org/q?{ip}",
        "user-unknown": "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual "
                        "mailbox table",
        "relay-denied": "554 5.7.1 <{to}>: Relay access denied",
        "invalid-sender": "450 4.1.8 <{sender}>: Sender address rejected: Domain not found",
        "reverse-dns-fail": "450 4.7.1 Client host rejected: cannot find your hostname, [{ip}]",
        "greylisted": "450 4.2.0 <{to}>: Recipient address rejected: Greylisted, see "
                      "https://grey.example.org/{domain}.html",
    }

    def refused(self, time, client, reason, sender, to):
        host, ip = client
        said = self.REFUSALS[reason].format(ip=ip, to=to, sender=sender, domain=domain_of(to))
        self.put(time, f"postfix/smtpd[3100]: connect from {host}[{ip}]")
        self.put(time, f"postfix/smtpd[3100]: NOQUEUE: reject: RCPT from {host}[{ip}]: {said}; "
                       f"from=<{sender}> to=<{to}> proto=ESMTP helo=<{host}>")
        self.put(time, f"postfix/smtpd[3100]: disconnect from {host}[{ip}] ehlo=1 mail=1 rcpt=0/1 "
                       "quit=1 commands=3/4")

    def guessed(self, time, client, user):
        host, ip = client
        self.put(time, f"postfix/submission/smtpd[3200]: connect from {host}[{ip}]")
        self.put(time, f"postfix/submission/smtpd[3200]: warning: {host}[{ip}]: SASL LOGIN "
                       f"authentication failed: (reason unavailable), sasl_username={user}")
        self.put(time, f"postfix/submission/smtpd[3200]: disconnect from {host}[{ip}] ehlo=1 "
                       "auth=0/1 quit=1 commands=2/3")


class Exim:
    name = "exim"
    steps = [900] * 8 + [1800 * n for n in (2, 3, 4, 7, 10, 15, 23, 32)] + [21600]

    def __init__(self, put, old_stamps, zone):
        self.put, self.count = put, 0
        self.old_stamps, self.zone = old_stamps, zone.replace(":", "")

    def stamped(self, moment, fraction, _host, text):
        if self.old_stamps:
            return f"{moment:%Y-%m-%d %H:%M:%S} {text}"
        return f"{moment:%Y-%m-%d %H:%M:%S}.{fraction // 1000:03} {self.zone} {text}"

    def fresh_id(self, time):
        self.count += 1
        return (f"{digits_of(int(time), 6, 62)}-{digits_of(self.count * 7, 6, 62)}-"
                f"{digits_of(self.count % 1000, 2, 62)}")

    @staticmethod
    def _client(client):
        return f"(pc) [{client.ip}]" if client.host == "unknown" else f"{client.host} [{client.ip}]"

    def came_in(self, time, message):
        login = f" A=plain_server:{message.user}" if message.user else ""
        self.put(time, f"{message.id} <= {message.sender} H={self._client(message.client)} "
                       f"P=esmtp{'sa' if login else ''}{login} S={message.size} "
                       f"id={message.id}@{domain_of(message.sender)}")

    def active(self, time, message):
        pass

    def sent(self, time, message, to, relay):
        self.put(time, f"{message.id} => {to} R=dnslookup T=remote_smtp H={relay.host} "
                       f"[{relay.ip}] C=\"250 2.0.0 Ok: queued as 4X{self.count:08X}\"")

    def sent_here(self, time, message, to):
        self.put(time, f"{message.id} => {to.partition('@')[0]} <{to}> R=local_user "
                       "T=local_delivery")

    def failed(self, time, message, to, relay, failure, event):
        where = f"H={relay.host} [{relay.ip}]"
        if failure.code:
            command = {"MAIL FROM": f"MAIL FROM:<{message.sender}>", "RCPT TO": f"RCPT TO:<{to}>",
                       "end of DATA": "end of data"}.get(failure.command, "initial connection")
            said = " ".join(x for x in (str(failure.code), failure.enhanced, failure.text) if x)
            text = f"SMTP error from remote mail server after {command}: {said}"
            if failure.command == "AUTH":
                self.put(time, f"{message.id} {where}: plain_client authenticator failed {said}")
                text = "authentication required but authentication attempt(s) failed"
            if event == "deferred":
                number = "-42" if failure.command == "AUTH" else "-44"
                self.put(time, f"{message.id} == {to} R=dnslookup T=remote_smtp defer ({number}) "
                               f"{where}: {text}")
            else:
                self.put(time, f"{message.id} ** {to} R=dnslookup T=remote_smtp {where}: {text}")
        elif failure.reason == "connection-timeout":
            self.put(time, f"{message.id} {where} Connection timed out")
            self.put(time, f"{message.id} == {to} R=dnslookup T=remote_smtp defer (110) "
                           f"{where}: Connection timed out")
        elif event == "deferred":
            self.put(time, f"{message.id} == {to} R=dnslookup defer (-1): host lookup did not "
                           "complete")
        else:
            self.put(time, f"{message.id} ** {to}: all relevant MX records point to non-existent "
                           "hosts")

    def expired(self, time, message, to):
        self.put(time, f"{message.id} ** {to}: retry timeout exceeded")

    def notice(self, time, message, to):
        if not message.sender:
            return
        bounce = self.fresh_id(time)
        self.put(time, f"{bounce} <= <> R={message.id} U=Debian-exim P=local S=2900")
        self.sent_here(time, Message(bounce, "", "", None, 0, 1, 0), message.sender)
        self.put(time, f"{bounce} Completed")

    def done(self, time, message):
        self.put(time, f"{message.id} Completed")

    REFUSALS = {
        "blocklisted": "{ip} is in a black list at bl.example.org",
        "user-unknown": "Unrouteable address",
        "relay-denied": "relay not permitted",
        "invalid-sender": "Sender verify failed",
        "reverse-dns-fail": "550 5.7.25 cannot find your hostname, [{ip}]",
        "greylisted": "450 4.2.0 Greylisted, see https://grey.example.org/{domain}.html",
    }

    def refused(self, time, client, reason, sender, to):
        said = self.REFUSALS[reason].format(ip=client.ip, domain=domain_of(to))
        word = "temporarily rejected" if reason == "greylisted" else "rejected"
        self.put(time, f"H={self._client(client)} F=<{sender}> {word} RCPT <{to}>: {said}")

    def guessed(self, time, client, user):
        self.put(time, f"login_server authenticator failed for {self._client(client)}: 535 "
                       f"Incorrect authentication data (set_id={user})")


class Sendmail(Syslog):
    name = "sendmail"
    steps = [1800]

    def __init__(self, put, old_stamps, zone):
        self.put, self.old_stamps, self.zone = put, old_stamps, zone
        self.count = 0

    @property
    def pid(self):
        """Of this session or delivery: each has a process of its own."""
        return 1000 + self.count % 30000

    def fresh_id(self, time):
        self.count += 1
        return f"66{digits_of(int(time) // 60, 4)}{digits_of(self.count, 2)}" \
               f"{self.count % 1000000:06}"

    @staticmethod
    def _client(client):
        ip = f"[IPv6:{client.ip}]" if ":" in client.ip else f"[{client.ip}]"
        return ip if client.host == "unknown" else f"{client.host} {ip}"

    def came_in(self, time, message):
        relay = self._client(message.client)
        if message.user:
            self.put(time, f"sm-mta[{self.pid}]: AUTH=server, relay={relay}, "
                           f"authid={message.user}, mech=PLAIN, bits=0")
        self.put(time, f"sm-mta[{self.pid}]: {message.id}: from=<{message.sender}>, "
                       f"size={message.size}, class=0, nrcpts={message.count}, "
                       f"msgid=<{message.id}@{domain_of(message.sender)}>, "
                       f"proto=ESMTP{'A' if message.user else ''}, daemon=MTA-v4, relay={relay}")

    def active(self, time, message):
        pass

    def _to(self, time, message, to, relay, dsn, said):
        age = int(time) - message.begun
        days = f"{age // 86400}+" if age >= 86400 else ""
        self.put(time, f"sm-mta[{self.pid}]: {message.id}: to=<{to}>, delay={days}"
                       f"{age // 3600 % 24:02}:{age // 60 % 60:02}:{age % 60:02}, "
                       f"xdelay=00:00:01, mailer={'esmtp' if relay else 'local'}, pri=30000, "
                       f"relay={f'{relay.host}. [{relay.ip}]' if relay else 'local'}, dsn={dsn}, "
                       f"{said}")

    def sent(self, time, message, to, relay):
        self._to(time, message, to, relay, "2.0.0",
                 f"stat=Sent (Ok: queued as 4X{self.count:08X})")

    def sent_here(self, time, message, to):
        self._to(time, message, to, None, "2.0.0", "stat=Sent")

    def failed(self, time, message, to, relay, failure, event):
        if failure.code:
            said = " ".join(x for x in (str(failure.code), failure.enhanced, failure.text) if x)
            stat = f"Deferred: {said}" if event == "deferred" else \
                "User unknown" if failure.reason == "user-unknown" else "Service unavailable"
            self._to(time, message, to, relay,
                     failure.enhanced or f"{failure.code // 100}.0.0", f"reply={said}, stat={stat}")
        elif failure.reason == "connection-timeout":
            self._to(time, message, to, relay, "4.4.1",
                     f"stat=Deferred: Connection timed out with {relay.host}.")
        elif event == "deferred":
            self._to(time, message, to, relay, "4.4.3",
                     f"stat=Deferred: Name server: {relay.host}.: host name lookup failure")
        else:
            self._to(time, message, to, relay, "5.1.2",
                     f"stat=Host unknown (Name server: {domain_of(to)}: no data known)")

    def expired(self, time, message, to):
        self.put(time, f"sm-mta[{self.pid}]: {message.id}: {self.fresh_id(time)}: sender notify: "
                       "Cannot send message for 5 days")

    def notice(self, time, message, to):
        if not message.sender:
            return
        bounce = self.fresh_id(time)
        self.put(time, f"sm-mta[{self.pid}]: {message.id}: {bounce}: DSN: User unknown")
        self.sent_here(time, Message(bounce, "", "", None, 0, 1, int(time)), message.sender)

    def done(self, time, message):
        pass

    REFUSALS = {
        "blocklisted": "550 5.7.1 <{to}>... Rejected: {ip} listed at bl.example.org",
        "user-unknown": "550 5.1.1 <{to}>... User unknown",
        "relay-denied": "550 5.7.1 <{to}>... Relaying denied. Proper authentication required.",
        "invalid-sender": "553 5.1.8 <{to}>... Domain of sender address {sender} does not exist",
        "reverse-dns-fail": "550 5.7.1 <{to}>... Fix reverse DNS for {ip}",
        "greylisted": "451 4.7.1 <{to}>... Greylisting in action, please come back later",
    }

    def refused(self, time, client, reason, sender, to):
        relay, session = self._client(client), self.fresh_id(time)
        said = self.REFUSALS[reason].format(ip=client.ip, to=to, sender=sender)
        self.put(time, f"sm-mta[{self.pid}]: {session}: ruleset=check_rcpt, arg1=<{to}>, "
                       f"relay={relay}, reject={said}")
        self.put(time, f"sm-mta[{self.pid}]: {session}: from=<{sender}>, size=0, class=0, "
                       f"nrcpts=0, proto=ESMTPS, daemon=MTA-v4, relay={relay}")

    def guessed(self, time, client, user):
        session = self.fresh_id(time)
        self.put(time, f"sm-mta[{self.pid}]: {session}: AUTH failure (LOGIN): authentication "
                       "failure (-13) SASL(-13): authentication failure: checkpass failed, "
                       f"user={user}, relay={self._client(client)}")


KINDS = {kind.name: kind for kind in (Postfix, Exim, Sendmail)}
