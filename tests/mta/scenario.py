"""scenario - the words in which scenarios are told.

Why: a scenario is read far more often than written, so it is one entry of a few lines: a name, who
is in it, what the driver does, and which rows the log must give. Nothing here runs; bench.py makes
it happen and judge.py compares.

    Scenario("rcpt-550",
             server(rcpt="550 5.1.1 No such user here"),
             mail(),
             bounced("rcpt", "550 5.1.1", "user-unknown"))

How things are named, so that every row of the log can be traced to its scenario:
  NAME.example.net   the outside world of the scenario: its servers mx1, mx2 ..., each with an
                     address of its own in 198.51.100.0/24, and its client, client.NAME.example.net,
                     with one in 203.0.113.0/24
  NAME.example.org   our user's domain: alice@NAME.example.org sends; what comes back to her goes to
                     a host that takes everything
  example.com        the domain whose mail the server under test delivers itself
In texts, {name}, {sender}, {recipient}, {client} and {mx1} stand for these, and {reversed} for the
client's address as block lists ask for it.
"""
import re
from dataclasses import dataclass, field, replace

SENDER = "alice@{name}.example.org"
RECIPIENT = "bob@{name}.example.net"

# --- what a scripted server does instead of a plain reply


@dataclass(frozen=True)
class Drop:
    """Closes the connection; after saying something, if there is anything to say."""
    say: object = b""
    reset: bool = False


@dataclass(frozen=True)
class Hang:
    """Says nothing until the other side gives up."""


@dataclass(frozen=True)
class Slow:
    say: object
    seconds: float


@dataclass(frozen=True)
class Tries:
    """One answer after the other, each time this stage is reached; the last one stays."""
    answers: tuple


def tries(*answers):
    return Tries(answers)


# Where a server ought to be: nothing listens, no route, or packets go into the void.
CLOSED, UNREACHABLE, VOID = "closed", "unreachable", "void"


@dataclass
class Server:
    replies: dict
    features: tuple = ()
    at: str = ""  # or CLOSED, UNREACHABLE, VOID
    certificate: str = "good"


def server(at="", features=(), certificate="good", **replies):
    """replies: connect ehlo helo starttls auth mail rcpt data dot quit rset; rcpt may be a dict by
    local part. A text with newlines is a reply of several lines, written out in full."""
    return Server(replies, tuple(features), at, certificate)


# --- answers of the name server

NXDOMAIN, SERVFAIL, TIMEOUT, NODATA = "NXDOMAIN", "SERVFAIL", "TIMEOUT", "NODATA"


@dataclass
class Dns:
    records: dict  # (name, type) -> list of data, or one of the words above


def dns(records):
    return Dns(records)


# --- what the driver does


@dataclass
class Mail:
    """A message handed to our server by a user of it."""
    to: tuple
    sender: str
    lines: tuple
    door: str
    utf8: bool


def mail(to=(RECIPIENT,), sender=SENDER, lines=("a message",), door="open", utf8=False):
    return Mail((to,) if isinstance(to, str) else tuple(to), sender, tuple(lines), door, utf8)


@dataclass
class Talk:
    """A client's session: texts are commands that wait for their reply, the rest is done."""
    door: str
    steps: tuple


def talk(*steps, door="mx"):
    return Talk(door, steps)


@dataclass(frozen=True)
class Do:
    what: str
    value: object = None


def lines(*texts):
    """Lines of a message, sent without waiting; follow with "." to end it."""
    return Do("lines", texts)


def burst(*commands):
    """Commands sent at once, and then their replies."""
    return Do("burst", commands)


def raw(data):
    """Bytes as they are, and the reply to them."""
    return Do("raw", data)


ANSWER = raw(b"")  # to what was said before it was the client's turn


def pause(seconds):
    return Do("pause", seconds)


def await_close():
    """Waits until the server ends the session by itself."""
    return Do("await_close")


def meanwhile(*steps):
    """Another session of the same client; this one waits for its end."""
    return Do("meanwhile", steps)


def early(data):
    """Bytes before the greeting."""
    return Do("early", data)


def wrapped_tls(**how):
    """TLS from the first byte on, as on port 465."""
    return Do("wrapped_tls", how)


def start_tls(**how):
    return Do("tls", how)


def plain_login(user, password):
    return Do("plain_login", (user, password))


def login_login(user, password):
    return Do("login_login", (user, password))


def crowd(count):
    """More connections from the same address, while this one lasts."""
    return Do("crowd", count)


def early_crowd(count):
    """The same, before the greeting of this one."""
    return Do("early_crowd", count)


DROP = Do("drop")
VANISH = Do("vanish")  # before the greeting
RESET = Do("reset")


def offer(*to, sender="eve@{name}.example.net", helo="client.{name}.example.net"):
    """The usual beginning of a session, up to the recipients."""
    return (f"EHLO {helo}", f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{r}>" for r in to))


@dataclass
class Policy:
    """What the policy server says of this scenario's client, as in an access table."""
    action: str


def policy(action):
    return Policy(action)


@dataclass
class MilterSays:
    """What the milter refuses of this scenario's client, by stage; "" is to hang up."""
    replies: dict


def milter(**replies):
    return MilterSays(replies)


@dataclass
class Retry:
    """The queue is told to try the scenario's domain again, when its servers were tried before."""


def retry():
    return Retry()


@dataclass
class Expire:
    """The administrator gives up what still waits for the scenario's domain."""


def expire():
    return Expire()


@dataclass
class Report:
    """A report of our own program as a mail that waits, sent by `nightly send` as the unit would."""
    to: str


def report(to=RECIPIENT):
    return Report(to)


@dataclass
class At:
    """When the steps behind it are said to have happened, "HH:MM"; for a story (story.py)."""
    time: str


@dataclass
class Route:
    """How our server is set up towards the scenario's domain."""
    how: dict


def route(**how):
    """login=(user, password), tls="must" or "verify", relayed=True (we take its mail)."""
    return Route(how)


@dataclass
class Entry:
    """A row of one server's own table, for what route() has no word."""
    mta: str
    table: str
    key: str
    value: str


def entry(mta, table, key, value):
    return Entry(mta, table, key, value)


@dataclass
class Alias:
    """A line of the aliases of example.com."""
    name: str
    target: str


def alias(name, target):
    return Alias(name, target)


# --- what the log must tell


@dataclass
class Row:
    columns: dict
    times: int = 1
    unsaid: bool = False  # a code of the server's own, which nobody heard
    nameless: bool = False  # names nobody of the scenario: any row like it will do
    log: str = ""  # of the server's own logs, the only one that has it


def row(event, level, direction, stage, reply="", cls="", times=1, unsaid=False, nameless=False,
        **columns):
    """reply: "550 5.1.1" as it was on the wire, or "" when there was none."""
    match = re.match(r"(\d{3})?[ -]?(\d\.\d{1,3}\.\d{1,3})?", reply)
    columns = {
        "event": event,
        "level": level,
        "direction": direction,
        "stage": stage,
        "code": int(match[1]) if match[1] else None,
        "enhanced": match[2],
        "code_source": "explicit" if match[1] else None,
        "class": cls,
        **columns,
    }
    return Row(columns, times, unsaid, nameless)


def only_in(log, told):
    """The row, told in one of the server's own logs alone."""
    return replace(told, log=log)


IMPLIED = {"code_source": "implied"}  # the client heard the code, the log does not have it


def sent_out(event, level, stage, reply, cls, **columns):
    reply_made = {"side": "remote" if reply else "synthetic"}
    peers = {"peer_host": "mx1.{name}.example.net", "peer_ip": "{mx1}"}
    people = {"sender": SENDER, "recipient": RECIPIENT}
    return row(event, level, "out", stage, reply, cls, **{**reply_made, **peers, **people, **columns})


def delivered(reply="250", stage="end-of-data", cls="accepted", **columns):
    return sent_out("delivered", "recipient", stage, reply, cls, **columns)


def bounced(stage, reply, cls, level="recipient", **columns):
    return sent_out("bounced", level, stage, reply, cls, **columns)


def deferred(stage, reply, cls, **columns):
    return sent_out("deferred", "attempt", stage, reply, cls, **columns)


def host_failed(stage, reply, cls, event="deferred", **columns):
    """One host of several; its line names nobody of the message."""
    return sent_out(event, "host", stage, reply, cls, **{"sender": None, "recipient": None, **columns})


def came_in(event, stage, reply, cls, **columns):
    side = {"side": "local" if reply else "synthetic"}
    peers = {"peer_host": "client.{name}.example.net", "peer_ip": "{client}"}
    return row(event, "session", "in", stage, reply, cls, **{**side, **peers, **columns})


def rejected(stage, reply, cls, **columns):
    if stage in ("rcpt", "mail", "data", "end-of-data"):
        columns.setdefault("sender", "eve@{name}.example.net")
    return came_in("rejected", stage, reply, cls, **columns)


def warned(text, cls, stage="other", **columns):
    """What the server says of itself; it names no client, so the row is found by these words."""
    return row("warning", "mta", "local", stage, "", cls, says=text, **{"side": "local", **columns})


@dataclass
class Silent:
    """This server logs nothing of it; the reason stands in docs/servers.md."""
    mta: str
    reason: str


def silent(mta, reason):
    return Silent(mta, reason)


@dataclass
class On:
    """What holds for one server alone: its rows in place of the others."""
    mta: str
    rows: tuple


def on(mta, *rows):
    return On(mta, rows)


@dataclass
class Also:
    """Rows that one server gives beside the others."""
    mta: str
    rows: tuple


def also(mta, *rows):
    return Also(mta, rows)


@dataclass
class Unclear:
    """What this server's log does not tell, and what is read instead; the reason stands in
    docs/servers.md."""
    mta: str
    columns: dict
    reason: str


def unclear(mta, reason, **columns):
    return Unclear(mta, columns, reason)


@dataclass
class Only:
    mtas: tuple


def only(*mtas):
    return Only(mtas)


@dataclass
class Without:
    """Not done with this variant, for what its logs tell cannot be compared."""
    mta: str
    reason: str


def without(variant, reason):
    return Without(variant, reason)


# --- the scenario itself


@dataclass
class Scenario:
    name: str
    parts: tuple = field(default_factory=tuple)

    def __init__(self, name, *parts, about=""):
        self.name, self.parts, self.about = name, parts, about
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,50}", name), name

    def parts_of(self, kind):
        return [part for part in self.parts if isinstance(part, kind)]

    @property
    def servers(self):
        return self.parts_of(Server)

    @property
    def steps(self):
        return [part for part in self.parts if isinstance(part, (Mail, Report, Talk, Retry, Expire))]

    def moments(self):
        """(time, step) of each step of a story."""
        time = None
        for part in self.parts:
            if isinstance(part, At):
                time = part.time
            elif part in self.steps:
                yield time, part

    @property
    def route(self):
        return {key: value for part in self.parts_of(Route) for key, value in part.how.items()}

    def entries(self, mta):
        return [part for part in self.parts_of(Entry) if part.mta == mta]

    def concerns(self, mta):
        return all(mta in part.mtas for part in self.parts_of(Only))

    def is_without(self, variant):
        return any(part.mta == variant for part in self.parts_of(Without))

    def told_for(self, variant, kind):
        """What is told for the variant, else for its server: "exim-all" before "exim"."""
        for name in (variant, variant.partition("-")[0]):
            told = [part for part in self.parts_of(kind) if part.mta == name]
            if told:
                return told
        return []

    def reason_for_silence(self, variant):
        own = self.told_for(variant, (On, Silent))
        return next((part.reason for part in own if isinstance(part, Silent)), None)

    def unclear(self, variant):
        """Column -> why the log does not tell it; "" for what is no matter of a column."""
        return {key: part.reason for part in self.told_for(variant, Unclear)
                for key in part.columns or [""]}

    def rows(self, variant, as_logged=list):
        """The rows that the log of this server must give, beside those of notices; as_logged makes
        them of the rows that hold for all."""
        own = self.told_for(variant, (On, Silent))
        rows = [row for part in own if isinstance(part, On) for row in part.rows]
        rows = rows if own else as_logged(self.parts_of(Row))
        blurred = {key: value for part in self.told_for(variant, Unclear)
                   for key, value in part.columns.items()}
        rows = [replace(row, columns={**row.columns, **blurred}) for row in rows]
        return rows + [row for part in self.told_for(variant, Also) for row in part.rows]
