"""The life of a made-up mail server on usual days: who sends how much to whom, and what fails.

A Site is drawn from a seed: its shape of day and week, its size, its people and the domains they
write to, and how often each thing goes wrong there. Life lets its mail flow, keeps what waits until
it is tried again, writes the log hour by hour, and counts every failure with what it belongs to.
"""

import datetime
import heapq
import math
import random
from bisect import bisect
from collections import Counter, defaultdict, namedtuple

from mail_lines import KINDS, Client, Failure, Message, Relay
from replies import OF_PROVIDERS, REPLIES, event_of

HOUR, DAY = 3600, 86400
SLOT = 600  # mail is made so many seconds at a time
QUEUE_DAYS = 5

# Hours of a working day, each as busy as its number.
DAYS = {
    "office": [2, 1, 1, 1, 1, 2, 5, 15, 40, 60, 62, 55,
               38, 50, 58, 55, 45, 28, 14, 8, 6, 5, 4, 3],
    "shop": [12, 7, 4, 3, 3, 4, 8, 14, 20, 24, 26, 28,
             32, 30, 28, 30, 33, 38, 45, 55, 60, 55, 40, 25],
    "machines": [20] * 24,
    "campus": [10, 6, 4, 3, 2, 2, 4, 12, 30, 42, 48, 45,
               35, 44, 46, 44, 40, 32, 26, 24, 26, 26, 22, 15],
    "shifts": [12, 12, 14, 12, 14, 35, 40, 22, 25, 28, 25, 22,
               25, 42, 40, 25, 22, 20, 18, 18, 25, 38, 30, 15],
}

# How many in a hundred outgoing recipients fail so, and how many of those that wait get through at
# the next attempt.
FAILURES = {
    "user-unknown": (1.6, 0), "greylisted": (2.0, .9), "connection-timeout": (.5, .5),
    "mailbox-full": (.25, .1), "rate-limited": (.4, .7), "dns-failure": (.25, .6),
    "dmarc-fail": (.12, 0), "spf-fail": (.1, 0), "blocklisted": (.25, 0), "spam-content": (.2, 0),
    "policy-rejected": (.1, 0), "mailbox-disabled": (.2, 0), "server-error": (.15, .7),
    "domain-not-found": (.2, 0), "bad-credentials": (.05, .8),
}
# The same of what comes in, and is refused at once.
REFUSALS = {"blocklisted": 20, "user-unknown": 8, "relay-denied": 1, "invalid-sender": 2,
            "reverse-dns-fail": 3, "greylisted": 5}

PLACES = ["north", "south", "harbour", "valley", "bridge", "castle", "river", "meadow", "island",
          "market", "forest", "station", "garden", "quarry", "mill", "lake"]
TOPS = ["example.com", "example.org", "example.net"]
NAMES = ["ana", "bruno", "chloe", "dmitri", "elif", "farid", "greta", "hugo", "ines", "jonas",
         "kamal", "lena", "mateo", "nora", "olga", "pavel"]
OURS = "example.com"
GUESSED = ["info", "admin", "test", "sales", "office", "webmaster", "support", "contact", "backup",
           "scan", "postmaster", "user", "mail", "root", "guest", "marketing"]

Domain = namedtuple("Domain", "name relay wordings")
Bot = namedtuple("Bot", "client every tries wants")


def poisson(rng, mean):
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    count, product, limit = 0, rng.random(), math.exp(-mean)
    while product > limit:
        count += 1
        product *= rng.random()
    return count


class Zipf:
    def __init__(self, count, steepness):
        self.sums, total = [], 0.0
        for i in range(count):
            total += (i + 1) ** -steepness
            self.sums.append(total)

    def pick(self, rng):
        return min(bisect(self.sums, rng.random() * self.sums[-1]), len(self.sums) - 1)

    def share(self, i):
        return (self.sums[i] - (self.sums[i - 1] if i else 0)) / self.sums[-1]


def some_ip(rng):
    if rng.random() < .15:
        return f"2001:db8:{rng.randrange(1, 0xffff):x}::{rng.randrange(1, 0xffff):x}"
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randrange(1, 255)}"


def some_client(rng, number):
    if rng.random() < .3:
        return Client("unknown", some_ip(rng))
    return Client(f"out{number}.{rng.choice(PLACES)}{number}.{rng.choice(TOPS)}", some_ip(rng))


class Site:
    def __init__(self, rng, mta, volume):
        self.mta = mta or rng.choice(("postfix", "postfix", "exim", "sendmail"))
        self.volume = volume or round(math.exp(rng.uniform(math.log(400), math.log(8000))))
        self.day = rng.choice(sorted(DAYS))
        self.weekend = rng.choice((.1, .25, .5, .9, 1.2))
        self.unrest = rng.uniform(.05, .35)  # of the hours, as the sigma of a log-normal factor
        self.out = rng.uniform(.25, .8)
        self.old_stamps = rng.random() < .5
        self.zone = rng.choice((0, 0, 0, 2, -5))
        self.hosts = ["mx1", "mx2"] if rng.random() < .25 and self.mta != "exim" else ["mail"]
        self.failures = {reason: share * rng.lognormvariate(0, .6) / 100
                         for reason, (share, _) in FAILURES.items()}
        if self.mta == "sendmail":  # there a login that fails is no deferral
            self.failures["bad-credentials"] = 0
        self.refusals = {reason: share * rng.lognormvariate(0, .6) / 100
                         for reason, share in REFUSALS.items()}
        self.domains = self._domains(rng)
        self.popular = Zipf(len(self.domains), rng.uniform(.6, 1.1))
        self.people = [f"{rng.choice(NAMES)}.{i}@{OURS}" for i in range(rng.randrange(8, 200))]
        self.busy = Zipf(len(self.people), rng.uniform(.4, 1))
        self.clients = [some_client(rng, i) for i in range(rng.randrange(40, 400))]
        self.frequent = Zipf(len(self.clients), 1)
        self.bots = [Bot(some_client(rng, 900 + i), rng.uniform(1, 9) * HOUR,
                         round(rng.lognormvariate(2, .8)) + 1, rng.choice(("login", "relay")))
                     for i in range(rng.randrange(1, 7))]
        self.guesses = rng.uniform(2, 60)     # a day, of many clients that come once
        self.careless = rng.uniform(.1, 1)    # messages a day to many stale addresses
        self.carelessness = rng.uniform(1.1, 1.8)
        self.flow = [share * 24 / sum(DAYS[self.day]) for share in DAYS[self.day]]

    def _domains(self, rng):
        hosters = [Relay(f"in.hoster{i}.example.net", some_ip(rng)) for i in range(5)]
        domains = []
        for i in range(rng.randrange(50, 500)):
            name = f"{rng.choice(PLACES)}{i}.{rng.choice(TOPS)}"
            relay = rng.choice(hosters) if rng.random() < .2 else Relay(f"mx1.{name}", some_ip(rng))
            domains.append(Domain(name, relay, rng.randrange(1000)))
        return domains

    def rate(self, moment):
        """Messages a second at this time, of the server's own clock."""
        at = moment.hour + moment.minute / 60
        low, part = int(at), at - int(at)
        level = self.flow[low] * (1 - part) + self.flow[(low + 1) % 24] * part
        return self.volume / DAY * level * (self.weekend if moment.weekday() >= 5 else 1)


class Life:
    def __init__(self, site, rng, begin, days, log):
        self.site, self.rng, self.log = site, rng, log
        self.begin, self.end = begin, begin + days * DAY
        zone = f"{site.zone:+03}:00"
        self.zone = datetime.timezone(datetime.timedelta(hours=site.zone))
        self.mta = KINDS[site.mta](self.put, site.old_stamps, zone)
        self.hours = defaultdict(list)
        self.waiting, self.turn = [], 0
        self.left = {}
        self.counts = Counter()                # (event, reason, cause or None)
        self.by_hour = defaultdict(Counter)    # (event, reason): those of no cause, by hour
        self.of_cause = defaultdict(list)      # (cause, event, reason): times
        self.causes, self.specials, self.gap = [], [], None
        self.hour_factor = 1.0
        self.host = site.hosts[0]
        self.bot_next = [begin + rng.random() * bot.every for bot in site.bots]
        self.messages = 0

    # ---- the log

    def put(self, time, text):
        if self.begin <= time < self.end and not (self.gap and self.gap[0] <= time < self.gap[1]):
            self.hours[int(time) // HOUR].append((time, self.host, text))

    def write_hour(self, hour):
        lines = self.hours.pop(hour, [])
        lines.sort(key=lambda line: line[0])
        second, moment = None, None
        for time, host, text in lines:
            if int(time) != second:
                second = int(time)
                moment = datetime.datetime.fromtimestamp(second, self.zone)
            self.log.write(self.mta.stamped(moment, int(time % 1 * 1e6), host, text) + "\n")

    def count(self, time, event, reason, cause):
        if not self.begin <= time < self.end or self.gap and self.gap[0] <= time < self.gap[1]:
            return
        self.counts[event, reason, cause.number if cause else None] += 1
        if cause:
            self.of_cause[cause.number, event, reason].append(time)
        else:
            self.by_hour[event, reason][int(time) // HOUR] += 1

    # ---- what goes out

    def failure_of(self, domain, reason, to, wording=None):
        if reason not in REPLIES:
            return Failure(reason, 0, "", "", "")
        wordings = REPLIES[reason]
        code, enhanced, text, command = wording or wordings[domain.wordings % len(wordings)]
        text = text.format(to=to, domain=domain.name, ip="192.0.2.25", list="bl.example.org",
                           tag=f"{self.rng.getrandbits(40):x}")
        return Failure(reason, code, enhanced, text, command)

    def usual_failure(self, domain, to):
        chance = self.rng.random()
        for reason, share in self.site.failures.items():
            chance -= share
            if chance < 0:
                if reason in OF_PROVIDERS and self.rng.random() < .3:
                    return self.failure_of(domain, reason, to, OF_PROVIDERS[reason][1])
                return self.failure_of(domain, reason, to)
        return None

    def some_domain(self):
        return self.site.domains[self.site.popular.pick(self.rng)]

    def address_at(self, domain):
        return f"{self.rng.choice(NAMES)}.{self.rng.getrandbits(24):x}@{domain.name}"

    def some_person(self):
        return self.site.people[self.site.busy.pick(self.rng)]

    def send(self, time, sender, targets, cause=None):
        """targets: of each recipient (Domain, address, Failure or None); chance fails as usual"""
        site, rng = self.site, self.rng
        host = self.host = rng.choice(site.hosts)
        client = Client(f"pc{hash_of(sender) % 90}.{OURS}", f"192.0.2.{hash_of(sender) % 90 + 100}")
        message = Message(self.mta.fresh_id(time), sender, sender.partition("@")[0], client,
                          round(rng.lognormvariate(9, 1)), len(targets), int(time))
        self.messages += 1
        self.mta.came_in(time, message)
        self.left[message.id] = len(targets)
        for domain, to, failure in targets:
            of = cause if failure else None
            if not failure:
                failure, of = self.failure_now(time, domain, to, host)
            self.attempt(time + rng.uniform(.3, 4), message, domain, to, failure, of, 0)

    def failure_now(self, time, domain, to, host):
        for cause in self.causes:
            if cause.start <= time < cause.end:
                failure = cause.strikes(time, domain, to, host)
                if failure:
                    return failure, cause
        return self.usual_failure(domain, to), None

    def attempt(self, time, message, domain, to, failure, cause, tries):
        relay = cause.relay_of(domain) if cause else domain.relay
        if not failure:
            self.mta.sent(time, message, to, relay)
            self.gone(time, message)
            return
        event = event_of(failure.reason)
        self.mta.failed(time, message, to, relay, failure, event)
        self.count(time, event, failure.reason, cause)
        if event == "bounced":
            self.mta.notice(time, message, to)
            self.gone(time, message)
            return
        step = self.mta.steps[min(tries, len(self.mta.steps) - 1)]
        self.turn += 1
        heapq.heappush(self.waiting, (time + step * self.rng.uniform(1, 1.2), self.turn, self.host,
                                      message, domain, to, failure, cause, tries + 1))

    def gone(self, time, message):
        self.left[message.id] -= 1
        if not self.left[message.id]:
            del self.left[message.id]
            self.mta.done(time, message)

    def try_again(self, until):
        while self.waiting and self.waiting[0][0] < until:
            time, _, self.host, message, domain, to, failure, cause, tries = \
                heapq.heappop(self.waiting)
            if self.gap and self.gap[0] <= time < self.gap[1]:  # all of it when it is up again
                self.turn += 1
                heapq.heappush(self.waiting,
                               (self.gap[1] + self.rng.uniform(5, 900), self.turn, self.host,
                                message, domain, to, failure, cause, tries))
                continue
            self.mta.active(time, message)
            if time - message.begun > QUEUE_DAYS * DAY:
                self.mta.expired(time, message, to)
                reason = "queue-expired" if self.site.mta == "exim" else failure.reason
                self.count(time, "expired", reason, cause)
                self.mta.notice(time, message, to)
                self.gone(time, message)
                continue
            chance = cause.gives_in(time) if cause else FAILURES[failure.reason][1]
            through = self.rng.random() < chance
            self.attempt(time + .5, message, domain, to, None if through else failure, cause, tries)

    # ---- what comes in

    def receive(self, time):
        client = self.site.clients[self.site.frequent.pick(self.rng)]
        self.host = self.rng.choice(self.site.hosts)
        sender = f"{self.rng.choice(NAMES)}@{self.some_domain().name}"
        chance = self.rng.random()
        for reason, share in self.site.refusals.items():
            chance -= share
            if chance < 0:
                self.refuse(time, client, reason, sender)
                return
        to = self.some_person()
        message = Message(self.mta.fresh_id(time), sender, "", client,
                          round(self.rng.lognormvariate(9, 1)), 1, int(time))
        self.messages += 1
        self.mta.came_in(time, message)
        self.mta.sent_here(time + .2, message, to)
        self.mta.done(time + .2, message)

    def refuse(self, time, client, reason, sender, cause=None):
        to = f"{self.rng.choice(NAMES)}.{self.rng.getrandbits(16):x}@"
        to += self.some_domain().name if reason == "relay-denied" else OURS
        self.mta.refused(time, client, reason, sender, to)
        self.count(time, "rejected", reason, cause)

    def guess(self, time, client, user, cause=None):
        self.host = self.site.hosts[0]
        self.mta.guessed(time, client, user)
        self.count(time, "auth-failed", "bad-credentials", cause)

    # ---- one slot after the other

    def bots_come(self, until):
        rng = self.rng
        for i, bot in enumerate(self.site.bots):
            while self.bot_next[i] < until:
                time = self.bot_next[i]
                for _ in range(max(1, poisson(rng, bot.tries))):
                    if bot.wants == "login":
                        self.guess(time, bot.client, rng.choice(GUESSED))
                    else:
                        self.refuse(time, bot.client, "relay-denied", "probe@river.example.org")
                    time += rng.uniform(.5, 8)
                self.bot_next[i] += bot.every * rng.uniform(.8, 1.25)

    def careless_mail(self, time):
        """One message to many addresses of which many are stale: few have many more than most."""
        most = min(60, 12 + self.site.volume // 60)
        bad = min(most, round(2 * self.rng.paretovariate(self.site.carelessness)))
        targets = []
        for i in range(bad + self.rng.randrange(1, 5)):
            domain = self.some_domain()
            to = self.address_at(domain)
            stale = self.failure_of(domain, "user-unknown", to) if i < bad else None
            targets.append((domain, to, stale))
        self.send(time, self.some_person(), targets)

    def rate(self, time):
        rate = self.site.rate(datetime.datetime.fromtimestamp(time, self.zone)) * self.hour_factor
        for special in self.specials:
            if special.start <= time < special.end:
                rate *= special.factor
        return rate

    def times(self, begin, end, mean):
        return sorted(self.rng.uniform(begin, end) for _ in range(poisson(self.rng, mean)))

    def run_slot(self, begin):
        end, rng = begin + SLOT, self.rng
        mean = self.rate(begin) * SLOT
        for time in self.times(begin, end, mean * self.site.out):
            domain = self.some_domain()
            targets = [(domain, self.address_at(domain), None)]
            while rng.random() < .08:
                domain = self.some_domain()
                targets.append((domain, self.address_at(domain), None))
            self.send(time, self.some_person(), targets)
        for time in self.times(begin, end, mean * (1 - self.site.out)):
            self.receive(time)
        busy = self.rate(begin) / (self.site.volume / DAY)
        for time in self.times(begin, end, self.site.careless * SLOT / DAY * busy):
            self.careless_mail(time)
        for time in self.times(begin, end, self.site.guesses * SLOT / DAY):
            self.guess(time, some_client(rng, rng.randrange(1000)), rng.choice(GUESSED))
        self.bots_come(end)

    def run(self):
        begin = self.begin
        while begin < self.end:
            if begin % HOUR == 0:
                self.hour_factor = self.rng.lognormvariate(0, self.site.unrest)
            if not (self.gap and self.gap[0] <= begin < self.gap[1]):
                self.run_slot(begin)
                for special in self.specials:
                    special.mail(self, begin, begin + SLOT)
            for cause in self.causes:  # none of them lasts while the server is off
                cause.mail(self, max(begin, cause.start), min(begin + SLOT, cause.end))
            self.try_again(begin + SLOT)
            begin += SLOT
            if begin % HOUR == 0:
                self.write_hour(begin // HOUR - 1)
        self.write_hour(begin // HOUR)


def hash_of(text):
    """Not Python's own, which is another one in each run."""
    number = 5381
    for sign in text:
        number = number * 33 + ord(sign) & 0xffffffff
    return number


def fresh_random(*words):
    return random.Random(hash_of(" ".join(str(word) for word in words)))
