"""What goes wrong for a while, each as servers log it, and what only looks as if it did.

A cause has a reason and event (as mailtriage names them), a time, a size and its true drivers. It
strikes usual mail (`strikes`), sends mail of its own (`mail`), or both. How many events it should
make is planned before; what it made is counted.
"""

import datetime
import math

from mail_lines import Client, Relay
from replies import OF_PROVIDERS, REPLIES, event_of
from usual_mail import (DAY, FAILURES, HOUR, NAMES, OURS, hash_of, some_client, some_ip)


class Cause:
    reasons = ()
    event = None         # told by the reason where None
    chance = 0.0         # that a retry gets through while the cause lasts
    follows_traffic = True  # the usual level of its series does

    def __init__(self, life, rng, number):
        self.life, self.rng, self.number = life, rng, number
        self.site = life.site
        self.reason = rng.choice(self.reasons)
        self.event = self.event or event_of(self.reason)
        self.start = self.end = self.ramp = 0
        self.wanted = 0.0      # events above usual
        self.drivers = []
        self.share = 0.0       # of the mail it can strike

    def usual_rate(self):
        """Events a day of this reason on usual days, about."""
        out = self.site.volume * self.site.out * 1.09
        again = 1 / max(.15, FAILURES[self.reason][1]) if self.event == "deferred" else 1
        careless = self.site.careless * 6 if self.reason == "user-unknown" else 0
        return out * self.site.failures[self.reason] * again + careless

    def strength(self, time):
        """From 0 to 1: some begin at once, some build up."""
        return min(1.0, (time - self.start + 60) / self.ramp) if self.ramp else 1.0

    def relay_of(self, domain):
        return domain.relay

    def gives_in(self, time):
        return self.chance if time < self.end else .9

    @property
    def attempts(self):
        """Events that one recipient makes while it lasts, retries among them."""
        if self.event != "deferred":
            return 1.0
        steps, total, length = self.life.mta.steps, 0.0, self.end - self.start
        for i in range(20):
            left, tries, weight = length * (i + .5) / 20, 0, 1.0
            while left > 0 and weight > .02:
                total += weight / 20
                left -= steps[min(tries, len(steps) - 1)] * 1.1
                tries, weight = tries + 1, weight * (1 - self.chance)
        return max(total, 1.0)

    def struck_mail(self, wide):
        """Sets how much of the mail to a part (`wide`) of all recipients has to fail."""
        days = (self.end - self.start) / DAY
        mail = self.site.volume * self.site.out * 1.09 * days * wide
        self.share = min(.95, self.wanted / self.attempts / max(mail, .001))
        self.extra = max(0.0, self.wanted / self.attempts - self.share * mail)

    def strikes(self, _time, _domain, _to, _host):
        return None

    def mail(self, life, begin, end):
        """Mail of its own, in what part of a slot it lasts."""
        if begin >= end or not self.extra:
            return
        busy = .3 + .7 * life.rate(begin) / (self.site.volume / DAY)
        mean = self.extra * (end - begin) / (self.end - self.start) * busy
        for time in life.times(begin, end, mean):
            if self.rng.random() < self.strength(time):
                self.one(life, time)

    extra = 0.0


class BadList(Cause):
    """One sender writes to a list of old addresses."""
    what, reasons = "bad list", ("user-unknown",)

    def choose(self):
        new = self.rng.random() < .5
        self.sender = f"news{self.number}@{OURS}" if new else self.life.some_person()
        self.bad = self.rng.uniform(.3, .95)
        self.batch = self.rng.choice((1, 1, 12))
        self.extra = self.wanted / self.bad / self.batch
        self.drivers = [("sender", self.sender)]

    def from_whom(self):
        return self.sender

    def one(self, life, time):
        targets = []
        for _ in range(self.batch):
            domain = life.some_domain()
            to = life.address_at(domain)
            stale = self.rng.random() < self.bad
            failure = life.failure_of(domain, self.reason, to) if stale else None
            targets.append((domain, to, failure))
        life.send(time, self.from_whom(), targets, self)


class Verp(BadList):
    """The same of a mailing that has a sender of its own for each recipient."""
    what = "bad list, a sender for each"

    def choose(self):
        super().choose()
        self.domain = f"news{self.number}.example.org"
        self.batch, self.extra = 1, self.wanted / self.bad
        self.drivers = [("sender_domain", self.domain)]

    def from_whom(self):
        return f"bounce+{self.rng.getrandbits(32):x}@{self.domain}"


class OneDomain(Cause):
    """One domain refuses what we send, or cannot take it."""

    def choose(self):
        domains = self.site.domains
        days = (self.end - self.start) / DAY
        needed = self.wanted / self.attempts / (self.site.volume * self.site.out * max(days, .01))
        able = [i for i in range(len(domains)) if self.site.popular.share(i) > needed * 1.1]
        if self.site.mta != "postfix":  # the others name the relay: then it must be the domain's
            able = [i for i in able if "hoster" not in domains[i].relay.host] or able
        place = self.rng.choice(able[-12:] if able else range(min(15, len(domains))))
        self.domain = domains[place]
        self.struck_mail(self.site.popular.share(place))
        wordings = REPLIES.get(self.reason)
        self.wording = self.rng.choice(wordings) if wordings else None
        self.drivers = [("recipient_domain", self.domain.name)]

    def strikes(self, time, domain, to, _host):
        if domain is self.domain and self.rng.random() < self.share * self.strength(time):
            return self.life.failure_of(domain, self.reason, to, self.wording)
        return None

    def one(self, life, time):
        to = life.address_at(self.domain)
        failure = life.failure_of(self.domain, self.reason, to, self.wording)
        life.send(time, life.some_person(), [(self.domain, to, failure)], self)


class Dmarc(OneDomain):
    what, reasons = "one domain refuses", ("dmarc-fail", "spf-fail", "policy-rejected")


class Full(OneDomain):
    what, reasons, chance = "full mailboxes", ("mailbox-full",), .03


class Slow(OneDomain):
    what, reasons, chance = "rate limit of a domain", ("rate-limited",), .3


class NoName(OneDomain):
    what, chance = "DNS of a domain", .05
    reasons = ("dns-failure",)


class Dead(OneDomain):
    what, reasons, chance = "server of a domain", ("connection-timeout",), .05


class Hoster(Cause):
    """The server that many domains have in common."""
    what, chance = "a hoster", .1
    reasons = ("connection-timeout", "server-error", "rate-limited")

    def choose(self):
        relays = {}
        for i, domain in enumerate(self.site.domains):
            if "hoster" in domain.relay.host:
                relays.setdefault(domain.relay, []).append(i)
        able = [relay for relay, places in relays.items() if len(places) > 2]
        self.relay = self.rng.choice(able or sorted(relays))
        self.struck_mail(sum(self.site.popular.share(i) for i in relays[self.relay]))
        self.domains = [self.site.domains[i] for i in relays[self.relay]]
        self.drivers = [("peer_host", self.relay.host), ("peer_ip", self.relay.ip)]

    def strikes(self, time, domain, to, _host):
        if domain.relay == self.relay and self.rng.random() < self.share * self.strength(time):
            return self.life.failure_of(self.domains[0], self.reason, to)
        return None

    def one(self, life, time):
        domain = self.rng.choice(self.domains)
        to = life.address_at(domain)
        failure = life.failure_of(self.domains[0], self.reason, to)
        life.send(time, life.some_person(), [(domain, to, failure)], self)


class Everywhere(Cause):
    """What many domains say at once."""

    def choose(self):
        self.part = self.rng.uniform(.4, .9)
        self.of = self.rng.randrange(1000)
        self.struck_mail(self.part)
        self.say()

    def hit(self, domain):
        return hash_of(f"{self.of} {domain.name}") % 1000 < self.part * 1000

    def strikes(self, time, domain, to, _host):
        if self.hit(domain) and self.rng.random() < self.share * self.strength(time):
            return self.failure(domain, to)
        return None

    def failure(self, domain, to):
        return self.life.failure_of(domain, self.reason, to, self.wording)

    def one(self, life, time):
        domain = life.some_domain()
        to = life.address_at(domain)
        life.send(time, life.some_person(), [(domain, to, self.failure(domain, to))], self)


class Listed(Everywhere):
    """We stand on a block list that many ask."""
    what, reasons = "block list", ("blocklisted",)

    def say(self):
        name = f"dnsbl{self.number}.example.net"
        code, enhanced, text, command = self.rng.choice(REPLIES[self.reason])
        self.wording = (code, enhanced, text.replace("{list}", name), command)
        self.drivers = [("template", name)]


class OfProvider(Everywhere):
    """A provider that many domains use has enough of us."""
    what, reasons, chance = "a provider", ("blocklisted", "rate-limited"), .3

    def choose(self):
        self.part = self.rng.uniform(.1, .3)
        self.of = self.rng.randrange(1000)
        self.struck_mail(self.part)
        self.say()

    def say(self):
        name, self.wording = OF_PROVIDERS[self.reason]
        self.drivers = [("provider", name)]

    def one(self, life, time):
        domain = self.rng.choice([d for d in self.site.domains if self.hit(d)]
                                 or self.site.domains)
        to = life.address_at(domain)
        life.send(time, life.some_person(), [(domain, to, self.failure(domain, to))], self)


class NoResolver(Everywhere):
    """Our own resolver is down, of one of our servers when there are two."""
    what, reasons, chance = "our resolver", ("dns-failure",), .2
    wording = None

    def say(self):
        self.part = 1.1
        self.host = self.rng.choice(self.site.hosts) if len(self.site.hosts) > 1 else None
        if self.host:
            self.drivers = [("host", self.host)]

    def strikes(self, time, domain, to, host):
        if self.host and host != self.host:
            return None
        chance = self.share * (len(self.site.hosts) if self.host else 1)
        if self.rng.random() < chance * self.strength(time):
            return self.failure(domain, to)
        return None

    extra = property(lambda self: 0.0, lambda self, value: None)


class SmartHost(Everywhere):
    """The password for the smart host is wrong: some senders' mail goes there."""
    what, reasons, chance = "smart-host password", ("bad-credentials",), .02

    def say(self):
        self.wording = REPLIES[self.reason][0]
        self.relay = Relay("smtp.relay.example.net", "198.51.100.250")
        self.drivers = [("peer_host", self.relay.host), ("peer_ip", self.relay.ip)]

    def relay_of(self, _domain):
        return self.relay


class FromOutside(Cause):
    """Clients that want in; usual_rate is that of REFUSALS or of guesses."""

    @property
    def follows_traffic(self):
        return self.event == "rejected" and self.reason != "relay-denied"

    def usual_rate(self):
        if self.event == "auth-failed":
            return self.site.guesses + self.of_bots("login")
        bots = self.of_bots("relay")
        return (self.site.volume * (1 - self.site.out) * self.site.refusals[self.reason]
                + (bots if self.reason == "relay-denied" else 0))

    def of_bots(self, wants):
        return sum(bot.tries * DAY / bot.every for bot in self.site.bots if bot.wants == wants)

    def choose(self):
        self.extra = self.wanted
        self.client = some_client(self.rng, 700 + self.number)
        if self.client.host == "unknown" or self.rng.random() < .5:
            self.client = Client("unknown", self.client.ip)
            self.drivers = [("peer_ip", self.client.ip)]
        else:
            self.drivers = [("peer_host", self.client.host), ("peer_ip", self.client.ip)]

    def mail(self, life, begin, end):
        if begin >= end:
            return
        mean = self.extra * (end - begin) / (self.end - self.start)
        for time in life.times(begin, end, mean):
            if self.rng.random() < self.strength(time):
                self.one(life, time)


class GuessedByOne(FromOutside):
    what, reasons, event = "password guessing, one client", ("bad-credentials",), "auth-failed"

    def one(self, life, time):
        life.guess(time, self.client, f"{self.rng.choice(NAMES)}{self.rng.randrange(500)}", self)


class GuessedForOne(FromOutside):
    what, reasons, event = "password guessing, one name", ("bad-credentials",), "auth-failed"

    def choose(self):
        self.extra = self.wanted
        self.user = self.life.some_person().partition("@")[0]
        self.drivers = [("user", self.user)]

    def one(self, life, time):
        life.guess(time, Client("unknown", some_ip(self.rng)), self.user, self)


class Refused(FromOutside):
    what, event = "one client is refused", "rejected"
    reasons = ("user-unknown", "relay-denied", "blocklisted")

    def one(self, life, time):
        life.refuse(time, self.client, self.reason,
                    f"{self.rng.choice(NAMES)}@{life.some_domain().name}", self)


class SpamRun(FromOutside):
    """Many clients, and one domain that their mail says it is of."""
    what, reasons, event = "a run of spam", ("blocklisted", "user-unknown"), "rejected"

    def choose(self):
        self.extra = self.wanted
        self.domain = f"promo{self.number}.example.net"
        self.drivers = [("sender_domain", self.domain)]

    def one(self, life, time):
        client = some_client(self.rng, self.rng.randrange(1000))
        life.refuse(time, client, self.reason, f"{self.rng.choice(NAMES)}@{self.domain}", self)


KINDS_OF_CAUSE = [BadList, Verp, Dmarc, Full, Slow, NoName, Dead, Hoster, Listed, OfProvider,
                  NoResolver, SmartHost, GuessedByOne, GuessedForOne, Refused, SpamRun]


# ---- what is no cause of anything

class Special:
    """Some hours that are not like others, and nothing is wrong."""
    factor = 1.0

    def __init__(self, what, start, end):
        self.what, self.start, self.end = what, start, end

    def mail(self, life, begin, end):
        pass


class Quiet(Special):
    def __init__(self, what, start, end, factor):
        super().__init__(what, start, end)
        self.factor = factor


class Mailing(Special):
    """Much mail of one sender that fails as usual mail does."""

    def __init__(self, what, start, end, sender, count):
        super().__init__(what, start, end)
        self.sender, self.count = sender, count

    def mail(self, life, begin, end):
        begin, end = max(begin, self.start), min(end, self.end)
        if begin >= end:
            return
        mean = self.count * (end - begin) / (self.end - self.start)
        for time in life.times(begin, end, mean):
            domain = life.some_domain()
            life.send(time, self.sender, [(domain, life.address_at(domain), None)])


def newsletters(life, rng):
    """Every night, or every week, at about the same time."""
    specials = []
    for number in range(rng.randrange(0, 3)):
        weekday = rng.choice((None, rng.randrange(7)))
        hour, length = rng.randrange(24), rng.uniform(.3, 3) * HOUR
        count = life.site.volume * rng.uniform(.05, .4 if weekday is None else 1.2)
        for day in range(int((life.end - life.begin) / DAY) + 1):
            moment = datetime.datetime.fromtimestamp(life.begin + day * DAY, life.zone)
            if weekday is None or moment.weekday() == weekday:
                start = moment.replace(hour=hour, minute=0).timestamp() + rng.uniform(0, 900)
                specials.append(Mailing("newsletter", start, start + length,
                                        f"letter{number}@{OURS}", count))
    return specials


def decoys(life, rng):
    site, found = life.site, newsletters(life, rng)
    days = (life.end - life.begin) / DAY

    def some_time(length):
        return life.begin + rng.uniform(1, days - 1) * DAY, length

    for _ in range(rng.randrange(1, 4)):
        start, length = some_time(math.exp(rng.uniform(math.log(.4), math.log(6))) * HOUR)
        found.append(Mailing("busy mailing", start, start + length, f"offers@{OURS}",
                             site.volume * rng.uniform(.2, 1.5)))
    if rng.random() < .6:
        start, length = some_time(rng.uniform(5, 9) * HOUR)
        found.append(Quiet("quiet hours", start, start + length, rng.choice((0.0, .1, .3))))
    if rng.random() < .6:
        start = (life.begin // DAY + rng.randrange(3, int(days) - 2)) * DAY
        found.append(Quiet("holiday", start, start + DAY, rng.uniform(.08, .4)))
    if rng.random() < .5:
        start, length = some_time(rng.uniform(1, 10) * HOUR)
        life.gap = (start, start + length)
        found.append(Special("server off", *life.gap))
    life.specials = found
    return found


