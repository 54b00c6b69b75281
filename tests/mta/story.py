"""story - a day of a small mail server, played by a real one: samples/ is what it logged.

Why: samples must look like a day and show what a postmaster meets, while scenarios only want to be
quick. So the story is told in scenarios as well, each step with the time of day at which it is said
to have happened. bench.py plays them one after the other, within minutes; samples.py puts the
stamps where they belong.
"""
from scenario import (
    NODATA, NXDOMAIN, SERVFAIL, VOID, CLOSED, At, Scenario, dns, expire, lines, mail, milter, offer,
    only, plain_login, policy, retry, route, server, start_tls, talk, tries, DROP,
)

DAVE, CAROL, EVE = "dave@example.com", "carol@example.com", "eve@{name}.example.net"
RIGHT, GUESSES = ("anna", "right-secret"), ("admin", "info", "test", "sales", "anna", "office")
DOMAIN = "{name}.example.net"
HELLO = "EHLO client.{name}.example.net"


def at(time):
    return At(time)


def to(*people):
    return mail(to=tuple(f"{who}@{DOMAIN}" for who in people))


def letter(subject, sender=EVE, size=1):
    head = (f"From: <{sender}>", f"Message-ID: <{subject}-{{name}}@example.net>", f"Subject: {subject}")
    return lines(*head, "", *["a line of text that says nothing much at all"] * size)


def brings(*people, subject="news", size=1, door="mx"):
    """A client that has mail for our users."""
    return talk(*offer(*people), "DATA", letter(subject, size=size), ".", "QUIT", door=door)


def guesses(*names):
    logins = [plain_login(name, "guess") for name in names]
    return talk(HELLO, *logins, "QUIT", door="submission")


def writes(whom):
    """Anna logs in and sends."""
    return talk(HELLO, plain_login(*RIGHT), "MAIL FROM:<anna@example.com>", f"RCPT TO:<{whom}>",
                "DATA", letter("letter", "anna@example.com"), ".", "QUIT", door="submission")


# Who takes our mail, and sends us some.
FRIENDS = [
    Scenario("meadow", server(features=["STARTTLS"]),
             at("06:05"), to("kim"), at("07:40"), to("kim", "lee"), at("09:12"), brings(DAVE),
             at("11:31"), to("lee"), at("14:20"), brings(DAVE, CAROL, subject="plans", size=40),
             at("16:48"), to("kim")),
    Scenario("castle", server(features=["STARTTLS"]),
             at("06:31"), to("amina"), at("08:02"), brings(CAROL), at("10:15"), to("amina", "noor"),
             at("13:05"), to("noor"), at("17:30"), to("amina")),
    Scenario("valley", server(rcpt={"jon.smyth": "550 5.1.1 <jon.smyth@{name}.example.net>: no mailbox of that name here",
                                    "old.shop": "550 5.1.1 <old.shop@{name}.example.net>: no mailbox of that name here"}),
             at("07:02"), to("jo"), at("08:45"), to("jon.smyth"), at("09:50"), to("jo", "old.shop"),
             at("12:10"), brings(DAVE), at("15:44"), to("jo"), at("18:21"), to("jon.smyth")),
    Scenario("harbor", server(features=["STARTTLS"], rcpt={"ines": "552 5.2.2 The mailbox of this user is full",
                                                           "paulo": tries("452 4.2.2 Mailbox over its quota, try again later",
                                                                          "250 2.1.5 Ok")}),
             at("07:20"), to("ines"), at("08:12"), to("rui"), at("09:33"), to("paulo"), at("10:05"), retry(),
             at("13:47"), to("ines"), at("15:02"), brings(CAROL)),
    Scenario("garden", server(features=["STARTTLS"]),
             at("08:30"), to("fay"), at("11:02"), brings(DAVE), at("13:30"), to("fay"), at("19:10"), to("gus")),
]

# Mail of ours that does not get through, or not at once.
OUTWARD = [
    Scenario("relay", server(mail="530 5.7.0 Log in before you send"),
             at("06:20"), to("ana"), at("07:15"), to("ben"), at("08:23"), to("cleo"), at("09:41"), to("dan"),
             at("12:55"), to("ana"), at("16:02"), to("eli")),
    Scenario("island", server(features=["AUTH PLAIN LOGIN"], auth="535 5.7.8 User name or password not right"),
             route(login=("mailer", "last-years")), at("06:40"), to("olga"), at("06:55"), retry(),
             at("07:55"), retry(), at("11:56"), to("pia")),
    Scenario("forest", server(rcpt=tries("450 4.2.0 Greylisted, please come back in five minutes",
                                         "250 2.1.5 Ok")),
             at("07:30"), to("hugo"), at("07:36"), retry(), at("12:32"), brings(DAVE)),
    Scenario("river", server(rcpt=tries("450 4.2.0 Greylisted, please come back in five minutes",
                                        "250 2.1.5 Ok")),
             at("10:44"), to("iris"), at("10:51"), retry()),
    Scenario("bridge", server(rcpt="554 5.7.1 Your address [192.0.2.1] stands on the list bl.example.org,"
                                   " see https://bl.example.org/q/192.0.2.1"),
             at("08:41"), to("karl"), at("14:41"), to("karl")),
    Scenario("market", server(rcpt="553 5.1.3 two dots in a row make no address"),
             at("07:50"), to('"shop..orders"'), at("09:49"), to('"shop..orders"')),
    Scenario("summit", server(connect=tries("421 4.3.2 Too many connections, try again later",
                                            "421 4.3.2 Too many connections, try again later",
                                            "220 mx1.summit.example.net ESMTP")),
             at("08:52"), to("max"), at("09:07"), retry(), at("09:37"), retry()),
    Scenario("quarry", only("postfix", "sendmail"), server(VOID), at("08:06"), to("nils"),
             at("08:36"), retry(), at("10:21"), retry(), at("20:10"), expire()),
    Scenario("quarry", only("exim"), server(VOID), route(expires="3s"), at("08:06"), to("nils"),
             at("20:10"), retry()),
    Scenario("cellar", server(CLOSED), at("13:15"), to("otto"), at("13:45"), retry()),
    Scenario("vault", server(), route(tls="must"), at("08:48"), to("vera"), at("10:08"), retry()),
    Scenario("tower", server(dot="554 5.7.1 Message refused as spam, score 14.2"),
             at("11:20"), to("uma", "zoe")),
    Scenario("policy", server(dot="550 5.7.26 Refused by the DMARC policy of the sending domain"),
             at("11:45"), to("wim"), at("15:15"), to("wim")),
    Scenario("nowhere", dns({(DOMAIN, "*"): NXDOMAIN}), at("09:02"), to("tom")),
    Scenario("sickbed", dns({(DOMAIN, "MX"): SERVFAIL}), at("10:12"), to("eva"), at("10:42"), retry()),
    Scenario("archive", server(features=["SIZE 500"], mail="552 5.3.4 Message size exceeds the fixed limit"),
             at("14:05"), mail(to="max@" + DOMAIN, lines=["x" * 70] * 20)),
    Scenario("bazaar", server(rcpt={"one": "250 2.1.5 Ok", "two": "550 5.2.1 This account has been disabled",
                                    "three": "452 4.2.2 The recipient's mailbox is over quota"}),
             at("12:20"), to("one", "two", "three")),
]

# Our own people.
INSIDE = [
    Scenario("desk", at("08:15"), writes("amina@castle.example.net"), at("09:20"), writes("kim@meadow.example.net"),
             at("14:33"), writes("jo@valley.example.net"),
             at("17:05"), guesses("anna"), at("17:06"), writes("fay@garden.example.net")),
    Scenario("laptop", at("10:30"), talk(*offer("kim@meadow.example.net", sender="anna@example.com"), "QUIT")),
]

# Strangers.
OUTSIDE = [
    Scenario("host-17", *[part for hour in range(1, 6) for part in (at(f"0{hour}:1{hour}"), guesses(GUESSES[hour]))]),
    Scenario("host-23", at("02:40"), guesses(*GUESSES[:2]), at("02:43"), guesses(*GUESSES[2:4]),
             at("03:20"), guesses(*GUESSES[4:])),
    Scenario("host-31", at("03:02"), talk(*offer("probe@elsewhere.example.org"), "QUIT"),
             at("04:02"), talk(*offer("probe@elsewhere.example.org"), "QUIT")),
    Scenario("host-44", at("04:30"), talk(*offer("admin@example.com", "webmaster@example.com", "sales@example.com",
                                                 "jobs@example.com"), "QUIT"),
             at("21:15"), talk(*offer("ceo@example.com", "hr@example.com"), "QUIT")),
    Scenario("host-58", dns({("{reversed}.bl.example.org", "A"): ["127.0.0.2"],
                             ("{reversed}.bl.example.org", "TXT"): ["Listed, see https://bl.example.org/q"]}),
             *[part for hour in (5, 9, 13, 22) for part in
               (at(f"{hour:02}:25"), talk(*offer(DAVE), "QUIT", door="strict"))]),
    Scenario("host-60", dns({("gone.{name}.example.net", "MX"): NODATA}),
             at("05:55"), talk(*offer(DAVE, sender="eve@gone.{name}.example.net"), "QUIT", door="strict")),
    Scenario("host-66", at("09:58"), talk(HELLO, start_tls(newest="TLSv1"), door="tls-only")),
    Scenario("host-71", at("12:45"), talk(*offer(DAVE), DROP), at("22:05"), talk(HELLO, DROP)),
    Scenario("host-75", at("15:31"), brings(DAVE, subject="brochure", size=80, door="small")),
    Scenario("host-82", policy("DEFER_IF_PERMIT 4.2.0 Greylisted, see https://grey.example.org/"),
             at("16:20"), talk(*offer(CAROL), "QUIT", door="policy")),
    Scenario("host-90", milter(dot="554 5.7.1 Spam message rejected"),
             at("18:40"), brings(CAROL, subject="offer", door="milter")),
    Scenario("host-93", at("19:40"), talk("GET / HTTP/1.1", DROP)),
]

SCENARIOS = [*FRIENDS, *OUTWARD, *INSIDE, *OUTSIDE]


def story_for(mta, doors):
    """What a server can play at these doors; a step at a door that is not there is left out."""
    told = []
    for scenario in SCENARIOS:
        if not scenario.concerns(mta):
            continue
        parts = tuple(part for part in scenario.parts if getattr(part, "door", "mx") in doors)
        told.append(Scenario(scenario.name, *parts))
    return [scenario for scenario in told if scenario.steps]
