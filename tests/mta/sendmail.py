"""sendmail - sets up, starts and asks a real Sendmail.

Why three daemons over one queue: most of what a scenario needs is an entry of the access map for
its own client or its own server, so one daemon does nearly all. What holds for a whole daemon
(checks put off until RCPT, a login that asks a saslauthd that is not there, low limits) needs
another one. Doors that differ for the client alone are the same port, with such an entry.
"""
import glob
import signal
import time

from scenario import Alias, Talk
from world import FILTER_PORT, FILTERED_PORT, LOGIN, MILTER_PORT, NOBODY_PORT, OUR_ADDRESS, OUR_NAME

# What both daemons have in common. Nobody waits for long; nothing is tried again unless asked for.
COMMON = f"""
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`debian')dnl
define(`confDOMAIN_NAME', `{OUR_NAME}')dnl
define(`confLOG_LEVEL', `@LEVEL@')dnl
define(`confTRUSTED_USER', `smmta')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupReadableKeyFile,GroupReadableSASLDBFile,GroupReadableDefaultAuthInfoFile')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confBIND_OPTS', `-DNSRCH -DEFNAMES')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confREFUSE_LA', `0')dnl
define(`confQUEUE_LA', `10000')dnl
define(`confREFUSE_LA', `10000')dnl
define(`confCONNECTION_RATE_THROTTLE', `0')dnl
define(`confTO_CONNECT', `3s')dnl
define(`confTO_ICONNECT', `3s')dnl
define(`confTO_INITIAL', `8s')dnl
define(`confTO_HELO', `8s')dnl
define(`confTO_MAIL', `8s')dnl
define(`confTO_RCPT', `8s')dnl
define(`confTO_DATAINIT', `8s')dnl
define(`confTO_DATABLOCK', `10s')dnl
define(`confTO_DATAFINAL', `8s')dnl
define(`confTO_QUIT', `8s')dnl
define(`confTO_STARTTLS', `8s')dnl
define(`confTO_AUTH', `8s')dnl
define(`confTO_COMMAND', `10s')dnl
define(`confTO_IDENT', `0')dnl
define(`confTO_RESOLVER_RETRANS', `1s')dnl
define(`confTO_RESOLVER_RETRY', `2')dnl
define(`confMAX_MESSAGE_SIZE', `100000')dnl
INPUT_MAIL_FILTER(`bench', `S=inet:@MILTER_PORT@@127.0.0.1, F=T, T=C:8s;S:8s;R:8s;E:16s')dnl
INPUT_MAIL_FILTER(`nobody', `S=inet:@NOBODY_PORT@@127.0.0.1, F=T, T=C:1s;S:1s;R:1s;E:3s')dnl
INPUT_MAIL_FILTER(`nobody-strict', `S=inet:@NOBODY_PORT@@127.0.0.1, F=R, T=C:1s;S:1s;R:1s;E:3s')dnl
define(`confINPUT_MAIL_FILTERS', `')dnl
define(`confBAD_RCPT_THROTTLE', `3')dnl
define(`confMAX_HOP', `20')dnl
define(`confPRIVACY_FLAGS', `needmailhelo,authwarnings')dnl
define(`confCACERT', `/etc/bench-tls/ca.pem')dnl
define(`confCACERT_PATH', `/etc/bench-tls')dnl
define(`confSERVER_CERT', `/etc/bench-tls/ours.pem')dnl
define(`confSERVER_KEY', `/etc/bench-tls/ours.key')dnl
define(`confCLIENT_CERT', `/etc/bench-tls/ours.pem')dnl
define(`confCLIENT_KEY', `/etc/bench-tls/ours.key')dnl
define(`confAUTH_MECHANISMS', `PLAIN LOGIN CRAM-MD5')dnl
define(`confDEF_AUTH_MECHANISMS', `PLAIN LOGIN CRAM-MD5')dnl
define(`confAUTH_OPTIONS', `A')dnl
TRUST_AUTH_MECH(`PLAIN LOGIN CRAM-MD5')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`access_db', `hash -T<TMPF> -o /etc/mail/access')dnl
FEATURE(`blocklist_recipients')dnl
FEATURE(`authinfo', `hash -o /etc/mail/authinfo')dnl
FEATURE(`greet_pause', `0')dnl
FEATURE(`conncontrol', `nodelay', `terminate')dnl
FEATURE(`ratecontrol', `nodelay', `terminate')dnl
FEATURE(`block_bad_helo')dnl
FEATURE(`dnsbl', `bl.example.org', `', `t')dnl
FEATURE(`local_lmtp')dnl
define(`LOCAL_MAILER_FLAGS', defn(`LOCAL_MAILER_FLAGS')`S')dnl
LOCAL_DOMAIN(`example.com')dnl
define(`ALIAS_FILE', `/etc/mail/aliases')dnl
undefine(`confHOST_STATUS_DIRECTORY')dnl
define(`confSMTP_LOGIN_MSG', `$j Sendmail')dnl
CLIENT_OPTIONS(`Family=inet, Address={OUR_ADDRESS}')dnl
"""

# All but the daemon behind the content filter send what the filter is to see to it.
TO_FILTER = "FEATURE(`mailertable', `hash -o /etc/mail/mailertable')dnl\n"

# daemon: (its own settings, {door: (address, port, more of DaemonPortOptions)})
DAEMONS = {
    "mta": (TO_FILTER, {
        "open": ("127.0.0.1", 25, ""),
        "mx": (OUR_ADDRESS, 25, ""),
        "submission": (OUR_ADDRESS, 587, "M=Ea"),
        "smtps": (OUR_ADDRESS, 465, "M=s"),
        "milter": (OUR_ADDRESS, 2606, "InputMailFilters=bench"),
        "milter-down": (OUR_ADDRESS, 2607, "InputMailFilters=nobody"),
        "milter-down-strict": (OUR_ADDRESS, 2609, "InputMailFilters=nobody-strict"),
    }),
    "late": ("FEATURE(`delay_checks')dnl\n", {
        "strict": (OUR_ADDRESS, 2601, ""),
        "login-down": (OUR_ADDRESS, 2588, ""),
    }),
    "tight": (
        "define(`confMAX_MESSAGE_SIZE', `2000')dnl\n"
        "define(`confMAX_RCPTS_PER_MESSAGE', `2')dnl\n"
        "define(`confDOUBLE_BOUNCE_ADDRESS', `@@')dnl\n"
        "define(`confDEAD_LETTER_DROP', `/nowhere/dead.letter')dnl\n"
        "define(`confTO_COMMAND', `4s')dnl\n"
        "define(`confTO_DATABLOCK', `4s')dnl\n",
        {"small": (OUR_ADDRESS, 2603, "")},
    ),
    "after": ("", {"filtered": ("127.0.0.1", FILTERED_PORT, "")}),
}
SAME_DOOR = {
    "submission-cyrus": "mx", "tls-only": "mx", "rate": "mx", "early": "mx", "in-turn": "mx", "out-of-turn": "mx",
    "limited": "small", "impatient": "small",
}
ACCESS = {"tls-only": ("TLS_Clt:", "ENCR:112"), "rate": ("ClientRate:", "1")}  # for the client

DOORS = {name: (address, port) for _, doors in DAEMONS.values()
         for name, (address, port, _) in doors.items()}
DOORS.update({name: DOORS[other] for name, other in SAME_DOOR.items()})

MAILERS = f"""MAILER(`local')dnl
MAILER(`smtp')dnl
MAILER_DEFINITIONS
Mfilter, P=[IPC], F=mDFMuXk, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\\r\\n, L=990,
\tT=DNS/RFC822/SMTP, A=TCP $h {FILTER_PORT}
Mcyrusbox, P=/usr/local/sbin/box, F=lsDFMnqAzS, S=EnvFromL, R=EnvToL, E=\\r\\n,
\tT=DNS/RFC822/SMTP, A=box
"""
# A server of mailboxes that speaks LMTP, as Cyrus does; those of its users are full.
BOX = """#!/bin/sh
answer() { printf '%s\\r\\n' "$1"; }
answer '220 box LMTP'
while read -r verb rest; do
    case $verb in
        RCPT) answer '552 5.2.2 Over quota' ;;
        QUIT*) answer '221 2.0.0 Bye' && exit ;;
        *) answer '250 2.0.0 Ok' ;;
    esac
done
"""
# Mail of a user of this host goes this way: a queue and a log of its own, then to the door "open".
SUBMIT = """
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`debian')dnl
define(`MSP_QUEUE_DIR', `/var/spool/mqueue-client')dnl
define(`confLOG_LEVEL', `@LEVEL@')dnl
undefine(`confHOST_STATUS_DIRECTORY')dnl
FEATURE(`msp', `[127.0.0.1]')dnl
"""
USERS = ("dave", "carol", "frank")
# The mailbox of frank lies where there is no room.
FULL = ("mkdir /full && mount -t tmpfs -o size=4k tmpfs /full && install -o frank -g mail -m 660 /dev/null /full/box"
        " && touch /var/mail/frank && mount --bind /full/box /var/mail/frank && yes > /full/filler")
LISTENS = "0A"  # in /proc/net/tcp
SASL = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN CRAM-MD5\n"
SASL_DOWN = "pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\n"


class Sendmail:
    title = "Sendmail"
    DOORS = DOORS
    by_chance = ()
    as_logged = staticmethod(list)  # rows hold as they are told

    def __init__(self, root, world, log_level=9):
        self.root, self.world, self.log_level = root, world, log_level
        self.uses_syslog = True
        self.started = []
        self.doors = DOORS

    def start(self):
        for user in USERS:
            self.root.run("useradd", "--create-home", user)
        self.root.write("/usr/local/sbin/box", BOX, 0o755)
        self.root.run("sh", "-c", FULL, check=False)  # the last word is that the disk is full
        self.root.run("userdel", "nobody")  # unknown here as with the other servers
        for table, rows in self.tables().items():
            path = "/etc/mail/" + table
            separator = ": " if table == "aliases" else "\t"
            self.root.write(path, "".join(f"{key}{separator}{value}\n" for key, value in rows))
            if table != "aliases":
                self.root.run("sh", "-c", f"makemap hash {path} < {path}")
        self.root.write("/etc/sasl2/Sendmail.conf", SASL)
        self.root.write("/etc/sasl-down/Sendmail.conf", SASL_DOWN)
        self.root.run("saslpasswd2", "-p", "-c", "-u", OUR_NAME, LOGIN[0], input=LOGIN[1])
        for daemon in DAEMONS:
            self.configure(daemon)
        self.root.write("/etc/mail/submit.mc", SUBMIT.replace("@LEVEL@", str(self.log_level)))
        self.root.run("sh", "-c", "cd /etc/mail && m4 submit.mc > submit.cf")
        self.root.run("newaliases")
        for daemon in DAEMONS:
            command = f"exec /usr/sbin/sendmail -L sm-mta -C {self.file_of(daemon)} -bD"
            if daemon == "late":  # Sendmail clears its environment: only the file itself can differ
                command = "mount --bind /etc/sasl-down /etc/sasl2 && " + command
            self.started.append(self.root.spawn("unshare", "--mount", "sh", "-c", command))

        self.wait_for_doors()

    def wait_for_doors(self):
        """bench.py asks at one door; here are others, of other daemons."""
        wanted = {port for _, port in self.doors.values()}
        for _ in range(300):
            with open("/proc/net/tcp", encoding="ascii") as file:
                rows = [line.split() for line in file][1:]
            if wanted <= {int(row[1].split(":")[1], 16) for row in rows if row[3] == LISTENS}:
                return
            time.sleep(0.1)
        raise RuntimeError("a daemon does not listen")

    @staticmethod
    def file_of(daemon):
        return "/etc/mail/sendmail.cf" if daemon == "mta" else f"/etc/mail/{daemon}.cf"

    def configure(self, daemon):
        own, doors = DAEMONS[daemon]
        listening = "".join(
            f"DAEMON_OPTIONS(`Family=inet, Name={name}, Addr={address}, Port={port}{',' if more else ''}{more}')dnl\n"
            for name, (address, port, more) in doors.items())
        text = COMMON.replace("@LEVEL@", str(self.log_level)) + own + listening
        text = text.replace("@MILTER_PORT@", f"{MILTER_PORT}").replace("@NOBODY_PORT@", f"{NOBODY_PORT}")
        text += f"define(`confPID_FILE', `/run/sendmail/{daemon}.pid')dnl\n" + MAILERS
        self.root.write(f"/etc/mail/{daemon}.mc", text)
        self.root.run("sh", "-c", f"mkdir -p /run/sendmail && cd /etc/mail && m4 {daemon}.mc > {self.file_of(daemon)}")

    def tables(self):
        tables = {"access": [("Connect:127.0.0.1", "RELAY")], "mailertable": [], "authinfo": [],
                  "aliases": [("root", "postmaster"), ("MAILER-DAEMON", "postmaster"),
                              ("postmaster", "postmaster@bench.example.org")]}
        for cast in self.world.casts:
            route = cast.scenario.route
            for _, host, _ in cast.servers:
                if "login" in route:
                    name, password = route["login"]
                    tables["authinfo"].append((f"AuthInfo:{host}", f'"U:{name}" "P:{password}"'))
                if "tls" in route:
                    demand = {"must": "ENCR:112", "verify": "VERIFY:112"}[route["tls"]]
                    tables["access"].append((f"TLS_Srv:{host}", demand))
            for door in {step.door for step in cast.scenario.parts_of(Talk)} & set(ACCESS):
                tag, value = ACCESS[door]
                tables["access"].append((tag + cast.client, value))
            tables["aliases"] += [
                (cast.fill(part.name), cast.fill(part.target)) for part in cast.scenario.parts_of(Alias)]
            for entry in cast.scenario.entries("sendmail"):
                tables[entry.table].append((cast.fill(entry.key), cast.fill(entry.value)))
        return tables

    def idle(self):
        """Nobody is at work but the daemons themselves."""
        return len(self.processes()) <= len(self.started)

    def processes(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as file:
                    if file.read(9) == b"sendmail:" or b"sm-mta" in file.read():
                        found.append(int(path.split("/")[2]))
            except OSError:
                pass
        return found

    def retry(self, domain):
        self.root.run("sendmail", "-L", "sm-mta", "-qR@" + domain)

    def expire(self, domain):
        """Tried once more, with a time-out that is over."""
        time.sleep(2)
        self.root.run("sendmail", "-L", "sm-mta", "-OTimeout.queuereturn=1s", "-qR@" + domain)

    def submit(self, sender, recipients, message):
        self.root.run("sendmail", "-Ac", "-i", "-f", sender, *recipients, input=message, check=False)

    def stop(self):
        for daemon in self.started:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait()

    def own_logs(self):
        return {}
