"""postfix - sets up, starts and asks a real Postfix.

Why many smtpd services on one address: each is another way to be set up (a "door"), and one Postfix
with ten doors is quicker than ten Postfixes. What differs towards a scenario's domain is in tables
made of its route().
"""
import json

from scenario import Alias
from world import (
    FILTER_PORT, FILTERED_PORT, LOGIN, MILTER_PORT, NOBODY_PORT, OUR_ADDRESS, OUR_NAME, POLICY_PORT,
)

SETTINGS = {
    "compatibility_level": "3.6",
    "myhostname": OUR_NAME,
    "mydomain": "example.com",
    "myorigin": "example.com",
    "mydestination": "example.com, localhost",
    "mynetworks": "127.0.0.0/8",
    "inet_interfaces": f"127.0.0.1, {OUR_ADDRESS}",
    "inet_protocols": "ipv4",
    "recipient_delimiter": "+",
    "relay_domains": "texthash:/etc/postfix/relayed",
    "local_recipient_maps": "texthash:/etc/postfix/users, texthash:/etc/postfix/aliases",
    "virtual_alias_maps": "texthash:/etc/postfix/virtual",
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
    "smtpd_tls_mandatory_protocols": ">=TLSv1.2",
    # Nobody waits for long, but for longer than the other side may take on a busy machine; nothing is
    # tried again unless a scenario asks for it.
    "smtp_connect_timeout": "3s",
    "smtp_helo_timeout": "8s",
    "smtp_starttls_timeout": "8s",
    "smtp_mail_timeout": "8s",
    "smtp_rcpt_timeout": "8s",
    "smtp_data_init_timeout": "8s",
    "smtp_data_xfer_timeout": "8s",
    "smtp_data_done_timeout": "8s",
    "smtp_quit_timeout": "3s",
    "smtpd_error_sleep_time": "0",
    "command_time_limit": "8s",
    "initial_destination_concurrency": "1",  # one failure, and a destination is dead
    "queue_run_delay": "2s",
    "bounce_queue_lifetime": "6s",  # of mail without a sender
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
dnsblog   unix  -       -       n       -       0       dnsblog
tlsproxy  unix  -       -       n       -       0       tlsproxy
smtpd     pass  -       -       n       -       -       smtpd
smtp      unix  -       -       n       -       -       smtp
relay     unix  -       -       n       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
local     unix  -       n       n       -       -       local
  -o mailbox_size_limit=20000
  -o message_size_limit=10000
pipe-exit unix  -       n       n       -       -       pipe
  flags=F user=nobody argv=/bin/sh -c { exit $nexthop }
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
cleanup-checks unix n   -       n       -       0       cleanup
  -o header_checks=pcre:/etc/postfix/header_checks
"""

DOVECOT = """
protocols =
base_dir = /run/dovecot
log_path = syslog
auth_verbose = yes
auth_mechanisms = plain login
disable_plaintext_auth = no
passdb {
  driver = passwd-file
  args = /etc/dovecot/bench-users
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
"""

FILES = {
    "/etc/postfix/header_checks": "/^Subject: prize/ REJECT 5.7.1 Rejected by local policy\n"
                                  "/^Subject: later/ REJECT 4.7.1 Greylisted by a rule\n"
                                  "/^Subject: hold/ HOLD to be looked at\n"
                                  "/^Subject: away/ DISCARD unwanted\n",
    "/etc/postfix/sasl/smtpd.conf": "pwcheck_method: auxprop\nauxprop_plugin: sasldb\n"
                                    "mech_list: PLAIN LOGIN CRAM-MD5\n",
    "/etc/postfix/sasl/down.conf": "pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\n",
    "/etc/dovecot/dovecot.conf": DOVECOT,
    "/etc/dovecot/bench-users": "%s:{PLAIN}%s\n" % LOGIN,
}

# name: (address, port, settings of its smtpd)
DOORS = {
    "open": ("127.0.0.1", 25, {}),
    "mx": (OUR_ADDRESS, 25, {}),
    "to-filter": ("127.0.0.1", 2527, {"content_filter": f"smtp:[127.0.0.1]:{FILTER_PORT}"}),
    "filter-down": ("127.0.0.1", 2528, {"content_filter": f"smtp:[127.0.0.1]:{NOBODY_PORT}"}),
    "filtered": ("127.0.0.1", FILTERED_PORT, {"receive_override_options": "no_unknown_recipient_checks"}),
    "blind": ("127.0.0.1", 2526, {"smtpd_reject_unlisted_recipient": "no"}),
    "submission": (OUR_ADDRESS, 587, {
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": "private/auth",
        "smtpd_sender_login_maps": "texthash:/etc/postfix/owners",
        "smtpd_sender_restrictions": "reject_sender_login_mismatch",
    }),
    "submission-cyrus": (OUR_ADDRESS, 2587, {
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "cyrus",
        "smtpd_sasl_path": "smtpd",
        "smtpd_sasl_local_domain": "example.com",
    }),
    "login-down": (OUR_ADDRESS, 2588, {
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "cyrus",
        "smtpd_sasl_path": "down",
    }),
    "tls-only": (OUR_ADDRESS, 2590, {"smtpd_tls_security_level": "encrypt"}),
    "tls-login-only": (OUR_ADDRESS, 2591, {
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": "private/auth",
        "smtpd_tls_auth_only": "yes",
    }),
    "smtps": (OUR_ADDRESS, 465, {"smtpd_tls_wrappermode": "yes"}),
    "strict": (OUR_ADDRESS, 2601, {
        "smtpd_helo_required": "yes",
        "smtpd_helo_restrictions": "reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname,"
                                   " reject_unknown_helo_hostname",
        "smtpd_sender_restrictions": "reject_non_fqdn_sender, reject_unknown_sender_domain",
        "smtpd_recipient_restrictions": "reject_non_fqdn_recipient",
        "smtpd_client_restrictions": "reject_unknown_reverse_client_hostname,"
                                     " reject_rbl_client bl.example.org,"
                                     " check_client_access texthash:/etc/postfix/clients",
    }),
    "early": (OUR_ADDRESS, 2602, {
        "smtpd_delay_reject": "no",
        "smtpd_client_restrictions": "reject_rbl_client bl.example.org",
        "smtpd_helo_restrictions": "reject_invalid_helo_hostname",
        "smtpd_sender_restrictions": "reject_unknown_sender_domain",
    }),
    "small": (OUR_ADDRESS, 2603, {"message_size_limit": "2000"}),
    "limited": (OUR_ADDRESS, 2604, {
        "smtpd_recipient_limit": "2",
        "smtpd_recipient_overshoot_limit": "1",
        "smtpd_hard_error_limit": "3",
        "smtpd_soft_error_limit": "2",
    }),
    "impatient": (OUR_ADDRESS, 2605, {
        "smtpd_timeout": "2s",
        "smtpd_starttls_timeout": "2s",
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": "private/auth",
    }),
    "milter": (OUR_ADDRESS, 2606, {"smtpd_milters": f"inet:127.0.0.1:{MILTER_PORT}"}),
    "milter-down": (OUR_ADDRESS, 2607, {"smtpd_milters": f"inet:127.0.0.1:{NOBODY_PORT}"}),
    "policy": (OUR_ADDRESS, 2608, {
        "smtpd_recipient_restrictions":
            f"reject_unauth_destination, check_policy_service inet:127.0.0.1:{POLICY_PORT}",
    }),
    "policy-down": (OUR_ADDRESS, 2609, {
        "smtpd_recipient_restrictions":
            "check_policy_service { inet:127.0.0.1:%d, try_limit=1, timeout=2s }" % NOBODY_PORT,
    }),
    "rate": (OUR_ADDRESS, 2610, {
        "smtpd_client_connection_rate_limit": "1",
        "smtpd_client_event_limit_exceptions": "",
    }),
    "message-rate": (OUR_ADDRESS, 2611, {
        "smtpd_client_message_rate_limit": "1",
        "smtpd_client_event_limit_exceptions": "",
    }),
    "recipient-rate": (OUR_ADDRESS, 2612, {
        "smtpd_client_recipient_rate_limit": "1",
        "smtpd_client_event_limit_exceptions": "",
    }),
    "in-turn": (OUR_ADDRESS, 2613, {"smtpd_data_restrictions": "reject_unauth_pipelining"}),
    "out-of-turn": (OUR_ADDRESS, 2618, {}),
    "checks": (OUR_ADDRESS, 2614, {"cleanup_service_name": "cleanup-checks"}),
    "proxy-down": (OUR_ADDRESS, 2615, {
        "smtpd_proxy_filter": f"127.0.0.1:{NOBODY_PORT}",
        "error_notice_recipient": "dave+proxy-down@example.com",
    }),
    "callout": (OUR_ADDRESS, 2616, {
        "smtpd_recipient_restrictions": "reject_unverified_recipient",
        "unverified_recipient_reject_code": "550",
        "address_verify_poll_count": "5",
        "address_verify_poll_delay": "1s",
    }),
    "callout-sender": (OUR_ADDRESS, 2622, {
        "smtpd_recipient_restrictions": "reject_unverified_sender",
        "unverified_sender_reject_code": "550",
        "address_verify_poll_count": "5",
        "address_verify_poll_delay": "1s",
    }),
    "table-broken": (OUR_ADDRESS, 2617, {
        "smtpd_recipient_restrictions": "check_recipient_access texthash:/etc/postfix/not-there",
    }),
    "one-at-a-time": (OUR_ADDRESS, 2619, {
        "smtpd_client_connection_count_limit": "1",
        "smtpd_client_event_limit_exceptions": "",
    }),
    "login-rate": (OUR_ADDRESS, 2620, {
        "smtpd_sasl_auth_enable": "yes",
        "smtpd_sasl_type": "dovecot",
        "smtpd_sasl_path": "private/auth",
        "smtpd_client_auth_rate_limit": "1",
        "smtpd_client_event_limit_exceptions": "",
    }),
    "tls-rate": (OUR_ADDRESS, 2621, {
        "smtpd_client_new_tls_session_rate_limit": "1",
        "smtpd_client_event_limit_exceptions": "",
    }),
}

# The same, of postscreen.
SCREENED = {
    "screen": (OUR_ADDRESS, 2630, {}),
    "screen-drop": (OUR_ADDRESS, 2631, {
        "postscreen_greet_action": "drop",
        "postscreen_dnsbl_action": "drop",
        "postscreen_blacklist_action": "drop",
    }),
    "screen-deep": (OUR_ADDRESS, 2632, {
        "postscreen_pipelining_enable": "yes",
        "postscreen_non_smtp_command_enable": "yes",
        "postscreen_bare_newline_enable": "yes",
        "postscreen_bare_newline_action": "enforce",
        "postscreen_non_smtp_command_action": "drop",
        "postscreen_pipelining_action": "enforce",
        "postscreen_command_count_limit": "5",
        "postscreen_command_time_limit": "2s",
    }),
    "screen-ignore": (OUR_ADDRESS, 2633, {
        "postscreen_greet_action": "ignore",
        "postscreen_dnsbl_action": "ignore",
        "postscreen_client_connection_count_limit": "1",
    }),
}
SCREEN_SETTINGS = {
    "postscreen_greet_wait": "3s",
    "postscreen_greet_action": "enforce",
    "postscreen_dnsbl_sites": "bl.example.org",
    "postscreen_dnsbl_action": "enforce",
    "postscreen_blacklist_action": "enforce",
    "postscreen_access_list": "texthash:/etc/postfix/screened",
    "postscreen_cache_map": "",
}
DOORS.update(SCREENED)

USERS = ("dave", "carol", "full", "locked")


class Postfix:
    title = "Postfix"
    DOORS = DOORS
    as_logged = staticmethod(list)  # rows hold as they are told
    by_chance = ("file system clock is", "resetting file time stamps")

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
        for path, text in FILES.items():
            self.root.write(path, text)
        for user in USERS:
            self.root.run("useradd", "--create-home", user)
        self.root.run("sh", "-c", "echo %s | saslpasswd2 -p -c -u example.com %s && "
                      "chgrp postfix /etc/sasldb2" % (LOGIN[1], LOGIN[0]))
        self.root.write("/var/mail/full", "From nobody\n" + 30000 * "x" + "\n")
        self.root.run("chown", "full", "/var/mail/full")
        self.root.run("mkdir", "/var/mail/locked")
        self.dovecot = self.root.spawn("dovecot", "-F")
        self.root.run("postfix", "start")

    def settings(self):
        own = {"maillog_file": "/var/log/maillog", "smtpd_forbid_unauth_pipelining": "yes"}
        return {**SETTINGS, **(own if self.own_log else {})}

    def services(self):
        inet = ""
        for name, (address, port, settings) in DOORS.items():
            screened = name in SCREENED
            inet += f"{address}:{port} inet n - n - " + ("1 postscreen\n" if screened else "- smtpd\n")
            own = {**SCREEN_SETTINGS, **settings} if screened else settings
            inet += "".join(f"  -o {{ {key} = {value} }}\n" for key, value in own.items())
        return SERVICES + inet

    def tables(self):
        tables = {"transport": {}, "tls_policy": {}, "passwords": {}, "aliases": {}, "clients": {},
                  "screened": {},
                  "virtual": {}, "relayed": {},
                  "owners": {"anna@example.com": LOGIN[0], "boss@example.com": "boss"},
                  "users": {user: "x" for user in USERS}}
        for cast in self.world.casts:
            domain, route = f"{cast.name}.example.net", cast.scenario.route
            if "login" in route:
                tables["passwords"][domain] = ":".join(route["login"])
            for part in cast.scenario.entries("postfix"):
                tables[part.table][cast.fill(part.key)] = cast.fill(part.value)
            for part in cast.scenario.parts_of(Alias):
                tables["aliases"][cast.fill(part.name)] = cast.fill(part.target)
            if "relayed" in route:
                tables["relayed"][domain] = "yes"
            if "tls" in route:
                tables["tls_policy"][domain] = {"must": "encrypt", "verify": "verify"}[route["tls"]]
        return tables

    def idle(self):
        """Nothing in the queue but what waits for another try."""
        spool = "/var/spool/postfix/"
        return not self.root.files(spool + "maildrop", spool + "incoming", spool + "active")

    def waiting(self, domain):
        """The queue IDs of what waits for a domain."""
        return [json.loads(line)["queue_id"] for line in self.root.run("postqueue", "-j").splitlines()
                if "@" + domain in line]

    def retry(self, domain):
        for queue_id in self.waiting(domain):
            self.root.run("postqueue", "-i", queue_id)

    def expire(self, domain):
        for queue_id in self.waiting(domain):
            self.root.run("postsuper", "-e", queue_id)
            self.root.run("postqueue", "-i", queue_id)

    def stop(self):
        self.root.run("postfix", "stop", check=False)
        self.dovecot.terminate()
        self.dovecot.wait()

    def own_logs(self):
        """File name in the results -> where the server itself writes it."""
        return {"maillog_file.log": self.root.path + "/var/log/maillog"} if self.own_log else {}
