"""postfix - sets up, starts and asks a real Postfix.

Why many smtpd services on one address: each is another way to be set up (a "door"), and one Postfix
with ten doors is quicker than ten Postfixes. What differs towards a scenario's domain is in tables
made of its route().
"""
import os

from world import DNS_ADDRESS, OUR_ADDRESS, OUR_NAME

SETTINGS = {
    "compatibility_level": "3.6",
    "myhostname": OUR_NAME,
    "mydomain": "example.com",
    "mydestination": "example.com, localhost",
    "mynetworks": "127.0.0.0/8",
    "inet_interfaces": f"127.0.0.1, {OUR_ADDRESS}",
    "inet_protocols": "ipv4",
    "recipient_delimiter": "+",
    "local_recipient_maps": "texthash:/etc/postfix/users, texthash:/etc/postfix/aliases",
    "alias_maps": "texthash:/etc/postfix/aliases",
    "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
    "transport_maps": "texthash:/etc/postfix/transport",
    "smtp_bind_address": OUR_ADDRESS,
    "smtp_tls_security_level": "may",
    "smtp_tls_CAfile": "/etc/bench-tls/ca.pem",
    "smtp_tls_policy_maps": "texthash:/etc/postfix/tls_policy",
    "smtp_tls_loglevel": "1",
    "smtp_tls_mandatory_protocols": ">=TLSv1.2",
    "smtp_sasl_auth_enable": "yes",
    "smtp_sasl_password_maps": "texthash:/etc/postfix/passwords",
    "smtp_sasl_security_options": "",
    "smtpd_tls_security_level": "may",
    "smtpd_tls_cert_file": "/etc/bench-tls/ours.pem",
    "smtpd_tls_key_file": "/etc/bench-tls/ours.key",
    "smtpd_tls_loglevel": "1",
    # Nobody waits for long; nothing is tried again unless a scenario asks for it.
    "smtp_connect_timeout": "3s",
    "smtp_helo_timeout": "3s",
    "smtp_starttls_timeout": "3s",
    "smtp_mail_timeout": "3s",
    "smtp_rcpt_timeout": "3s",
    "smtp_data_init_timeout": "3s",
    "smtp_data_xfer_timeout": "3s",
    "smtp_data_done_timeout": "3s",
    "smtp_quit_timeout": "3s",
    "smtpd_error_sleep_time": "0",
    "queue_run_delay": "2s",
    "minimal_backoff_time": "1h",
    "maximal_backoff_time": "1h",
}

SERVICES = """
pickup    unix  n       -       n       1       1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
proxywrite unix -       -       n       -       1       proxymap
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""

# name: (address, port, settings)
DOORS = {
    "open": ("127.0.0.1", 25, {}),
    "mx": (OUR_ADDRESS, 25, {}),
}

USERS = ("dave", "carol")


class Postfix:
    title = "Postfix"

    def __init__(self, root, world, own_log=False):
        self.root, self.world, self.own_log = root, world, own_log
        self.uses_syslog = not own_log
        self.doors = {name: (address, port) for name, (address, port, _) in DOORS.items()}

    def start(self):
        self.root.write("/etc/postfix/main.cf", "".join(
            f"{key} = {value}\n" for key, value in self.settings().items()))
        self.root.write("/etc/postfix/master.cf", self.services())
        for name, table in self.tables().items():
            self.root.write("/etc/postfix/" + name, "".join(f"{k} {v}\n" for k, v in table.items()))
        for user in USERS:
            self.root.run("useradd", "--create-home", user)
        self.root.run("postfix", "start")

    def settings(self):
        return {**SETTINGS, **({"maillog_file": "/var/log/maillog"} if self.own_log else {})}

    def services(self):
        inet = "".join(
            f"{address}:{port} inet n - n - - smtpd\n"
            + "".join(f"  -o {{ {key} = {value} }}\n" for key, value in settings.items())
            for address, port, settings in DOORS.values()
        )
        return SERVICES + inet

    def tables(self):
        tables = {"transport": {}, "tls_policy": {}, "passwords": {}, "aliases": {},
                  "users": {user: "x" for user in USERS}}
        for cast in self.world.casts:
            domain, route = f"{cast.name}.example.net", cast.scenario.route
            if "login" in route:
                tables["passwords"][domain] = ":".join(route["login"])
            if "tls" in route:
                tables["tls_policy"][domain] = {"must": "encrypt", "verify": "verify"}[route["tls"]]
        return tables

    def idle(self):
        """Nothing in the queue but what waits for another try."""
        spool = "/var/spool/postfix/"
        return not self.root.files(spool + "maildrop", spool + "incoming", spool + "active")

    def retry(self, domain):
        for message in self.root.run("postqueue", "-j").splitlines():
            if "@" + domain in message:
                self.root.run("postqueue", "-i", message.split('"queue_id": "')[1].split('"')[0])

    def stop(self):
        self.root.run("postfix", "stop", check=False)

    def own_logs(self):
        """File name in the results -> where the server itself writes it."""
        return {"maillog_file.log": self.root.path + "/var/log/maillog"} if self.own_log else {}
