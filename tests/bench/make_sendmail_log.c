/* make_sendmail_log - a made-up Sendmail log of any size, and what is exactly in it (traffic.h).
 *
 * Lines are those of Sendmail 8.17 at LogLevel 9 (srvrsmtp.c, headers.c, deliver.c, savemail.c),
 * about 3.3 a message and 200 bytes each.
 */
#include "traffic.h"

#include <inttypes.h>
#include <math.h>

/* "out1.river6.example.org [192.0.2.7]", "[IPv6:2001:db8::1]" */
static const char *client_text(unsigned client) {
    static char text[2][256];
    static unsigned turn;
    char *into = text[turn++ % 2];
    struct peer peer = client_peer(client);
    bool named = strcmp(peer.host, "unknown") != 0;
    snprintf(into, sizeof text[0], "%s%s[%s%s]%s", named ? peer.host : "", named ? " " : "",
             strchr(peer.ip, ':') ? "IPv6:" : "", peer.ip,
             named && client % 23 == 6 ? " (may be forged)" : "");
    return into;
}

/* "65L80001002101": a digit of base 60 for each part of the time, two that count, the process. */
static void queue_id(char into[32], unsigned pid) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx";
    static unsigned times;
    struct civil_time t = civil_time(now_microseconds() / 1000000);
    times++;
    const int parts[] = {
        (t.year - 1900) % 60,   t.month - 1,      t.day, t.hour, t.minute, t.second,
        (int)(times / 60 % 60), (int)(times % 60)};
    for (unsigned i = 0; i < 8; i++)
        into[i] = digits[parts[i]];
    snprintf(into + 8, 24, "%06u", pid);
}

static const char *sender_of(const struct message *message) {
    return message->notice ? "" : address_text(message->sender);
}

/* --- messages */

static void accepted(const struct session *session, struct message *message) {
    const char *client = client_text(session->client);
    message->pid = session->pid;
    queue_id(message->id, session->pid);
    uint64_t name = chance();
    bool tls = session->client % 3 != 0;
    log_line("sm-mta", session->pid,
             "%s: from=<%s>, size=%u, class=0, nrcpts=%u, msgid=<%016" PRIx64
             "@%s>, proto=ESMTP%s%s, daemon=%s, relay=%s",
             message->id, sender_of(message), message->size, message->count, name,
             domain_name(message->sender.domain), tls ? "S" : "",
             session->kind == SESSION_LOGIN ? "A" : "",
             session->kind == SESSION_LOGIN ? "MSA" : "MTA-v4", client);
}

static void nothing(const struct message *message) {
    (void)message;
}

/* %1$s: the recipient, %2$s: his server, %3$s: his domain. */
struct answer {
    const char *dsn, *reply, *stat; /* no reply: nobody said one */
};

/* "to=<...>,<...>, delay=00:05:01, xdelay=00:00:01, mailer=esmtp, ..., dsn=4.2.0, " and the end */
static void to_line(const struct message *message, struct group group, const char *dsn,
                    const char *rest) {
    char list[RCPT_MOST * 100];
    int length = 0, age = (int)message_age(message), days = age / 86400;
    struct peer peer = mx_peer(group.list->address.domain, 1);
    for (unsigned i = 0; i < group.count; i++)
        length += snprintf(list + length, sizeof list - (size_t)length, "%s<%s>", i ? "," : "",
                           address_text(group.list[i].address));
    char delay[32];
    int written = days ? snprintf(delay, sizeof delay, "%d+", days) : 0;
    snprintf(delay + written, sizeof delay - (size_t)written, "%02d:%02d:%02d", age / 3600 % 24,
             age / 60 % 60, age % 60);
    bool here = group.list->address.domain == 0;
    log_line("sm-mta", message->pid + 2,
             "%s: to=%s, delay=%s, xdelay=00:00:%02u, mailer=%s, pri=%u, relay=%s%s%s%s, dsn=%s, "
             "%s",
             message->id, list, delay, below(4), here ? "local" : "esmtp",
             30000 * message->count + message->size + 90000 * message->attempts,
             here ? "local" : peer.host, here ? "" : ". [", here ? "" : peer.ip, here ? "" : "]",
             dsn, rest);
}

static void sent(const struct message *message, struct group group) {
    char text[100];
    unsigned domain = group.list->address.domain;
    if (domain == 0) {
        to_line(message, group, "2.0.0", "stat=Sent");
        return;
    }
    if (domain % 3)
        log_line("sm-mta", message->pid + 2,
                 "STARTTLS=client, relay=%s., version=TLSv1.3, verify=%s, "
                 "cipher=TLS_AES_256_GCM_SHA384, bits=256/256",
                 mx_peer(domain, 1).host, domain % 2 ? "OK" : "FAIL");
    unsigned last = below(65536);
    snprintf(text, sizeof text, "stat=Sent (Ok: queued as 4X%08" PRIX32 "z%04X)",
             (uint32_t)chance(), last);
    to_line(message, group, "2.0.0", text);
}

static const struct answer deferrals[] = {
    {"4.2.0", "450 4.2.0 <%1$s>: Recipient address rejected: Greylisted, come back in five minutes",
     "Deferred: 450 4.2.0 <%1$s>: Recipient address rejected: Greylisted, come back in five "
     "minutes"},
    {"4.7.1", "451 4.7.1 Greylisting in action, please try later",
     "Deferred: 451 4.7.1 Greylisting in action, please try later"},
    {"4.4.1", NULL, "Deferred: Connection timed out with %2$s."},
    {"4.4.1", NULL, "Deferred: Connection refused by %2$s."},
    {"4.4.2", NULL, "Deferred: Connection reset by %2$s."},
    {"4.5.0",
     "421 4.7.0 mx1.example.net too many connections from your address, slow down and use one "
     "connection for several messages",
     "Deferred: 421 4.7.0 mx1.example.net too many connections from your address, slow down and "
     "use one connection for several messages"},
    {"4.2.2",
     "452 4.2.2 <%1$s> the mailbox of this user is over its quota at the moment; ask the user to "
     "make room and send again",
     "Deferred: 452 4.2.2 <%1$s> the mailbox of this user is over its quota at the moment; ask "
     "the user to make room and send again"},
    {"4.4.3", NULL, "Deferred: Name server: %2$s.: host name lookup failure"},
};
static const struct answer bounces[] = {
    {"5.1.1", "550 5.1.1 <%1$s>: Recipient address rejected: User unknown in virtual mailbox table",
     "User unknown"},
    {"5.1.1",
     "550-5.1.1 There is no account of that name at this server. Please check the address for "
     "typing errors and needless blanks. Read more at https://help.example.org/bounce/nouser",
     "User unknown"},
    {"5.7.1",
     "554 5.7.1 Service unavailable; client host [192.0.2.25] is listed by bl.example.org; see "
     "https://bl.example.org/why?ip=192.0.2.25",
     "Service unavailable"},
    {"5.7.0", "530 5.7.0 Please authenticate before sending", "Service unavailable"},
    {"5.2.2", "552 5.2.2 <%1$s> mailbox has no room left", "Service unavailable"},
    {"5.1.3", "553 5.1.3 the address does not parse", "User unknown"},
    {"5.1.2", NULL, "Host unknown (Name server: %3$s: no data known)"},
};

static void answer_line(const struct message *message, struct group group,
                        const struct answer *answer) {
    struct address to = group.list->address;
    char reply[400] = "", stat[400], rest[900];
    const char *const arguments[] = {address_text(to), mx_peer(to.domain, 1).host,
                                     domain_name(to.domain)};
    if (answer->reply)
        fill_in(reply, sizeof reply, answer->reply, arguments);
    fill_in(stat, sizeof stat, answer->stat, arguments);
    snprintf(rest, sizeof rest, "%s%s%sstat=%s", answer->reply ? "reply=" : "", reply,
             answer->reply ? ", " : "", stat);
    to_line(message, group, answer->dsn, rest);
}

static void deferred(const struct message *message, struct group group) {
    answer_line(message, group, &deferrals[below(sizeof deferrals / sizeof *deferrals)]);
}

static void bounced(const struct message *message, struct group group) {
    answer_line(message, group, &bounces[below(sizeof bounces / sizeof *bounces)]);
}

/* Who sent a message is told by a notice; nobody is told of a notice. */
static void expired(const struct message *message, struct group group) {
    if (message->notice)
        to_line(message, group, "5.4.7", "stat=Cannot send message for 5 days");
}

static void notified(const struct message *message, struct message *notice) {
    notice->pid = message->pid;
    queue_id(notice->id, message->pid + 2);
    log_line("sm-mta", message->pid + 2, "%s: %s: %s", message->id, notice->id,
             message->expired ? "sender notify: Cannot send message for 5 days"
                              : "DSN: User unknown");
}

/* --- sessions */

static void session_begin(struct session *session) {
    const char *client = client_text(session->client);
    queue_id(session->id, session->pid);
    if (session->kind <= SESSION_LOGIN && session->client % 3)
        log_line("sm-mta", session->pid,
                 "STARTTLS=server, relay=%s, version=TLSv1.3, verify=NO, "
                 "cipher=TLS_AES_256_GCM_SHA384, bits=256/256",
                 client);
    if (session->kind == SESSION_LOGIN)
        log_line("sm-mta", session->pid, "AUTH=server, relay=%s, authid=%s, mech=PLAIN, bits=0",
                 client, user_name(session->client * 8));
}

static void session_end(const struct session *session) {
    if (session->kind == SESSION_GUESSING || session->kind == SESSION_TIMEOUT)
        log_line("sm-mta", session->pid,
                 "%s: %s did not issue MAIL/EXPN/VRFY/ETRN during connection to MTA-v4",
                 session->id, client_text(session->client));
    if (session->kind == SESSION_REJECTED)
        log_line("sm-mta", session->pid,
                 "%s: from=<news@%s%u.example.net>, size=0, class=0, nrcpts=0, proto=ESMTP, "
                 "daemon=MTA-v4, relay=%s",
                 session->id, place_name(session->client), session->client,
                 client_text(session->client));
}

static void refused(const struct session *session) {
    static const char *const refusals[] = {
        "550 5.7.1 <%1$s@%2$s>... Relaying denied. Proper authentication required.",
        "550 5.7.1 <%1$s@%2$s>... Rejected: %3$s listed at bl.example.org",
        "553 5.1.8 <%1$s@%2$s>... Domain of sender address news@gone.%2$s does not exist",
        "450 4.4.0 <%1$s@%2$s>... Relaying temporarily denied. Cannot resolve PTR record for %3$s",
        "550 5.2.1 <%1$s@%2$s>... Mailbox disabled for this recipient",
    };
    char text[400];
    unsigned client = session->client;
    const char *home = domain_name(client % 8), *user = user_name(stranger_guess(client % 8));
    fill_in(text, sizeof text, refusals[below(sizeof refusals / sizeof *refusals)],
            (const char *const[]){user, home, client_peer(client).ip});
    log_line("sm-mta", session->pid, "%s: ruleset=check_rcpt, arg1=<%s@%s>, relay=%s, reject=%s",
             session->id, user, home, client_text(client), text);
}

static void guessed(const struct session *session) {
    static const char *const ways[] = {
        "user not found (-20) SASL(-13): user not found: Password verification failed",
        "authentication failure (-13) SASL(-13): authentication failure: checkpass failed"};
    log_line("sm-mta", session->pid, "%s: AUTH failure (%s): %s, user=%s, relay=%s", session->id,
             session->client % 2 ? "LOGIN" : "PLAIN", ways[below(2)], user_name(below(300) * 8),
             client_text(session->client));
}

static void lost(const struct session *session, unsigned stage) {
    static const char *const stages[] = {[AT_CONNECT] = "startup",
                                         [AT_EHLO] = "helo",
                                         [AT_MAIL] = "mail",
                                         [AT_RSET] = "rset",
                                         [AT_AUTH] = "auth"};
    log_line("sm-mta", session->pid, "%s: lost input channel from %s to MTA-v4 after %s",
             session->id, client_text(session->client), stages[stage]);
}

static void lost_in_data(const struct session *session) {
    const char *client = client_text(session->client);
    log_line("sm-mta", session->pid, "%s: collect: premature EOM: unexpected close", session->id);
    log_line("sm-mta", session->pid,
             "%s: collect: unexpected close on connection from %s, "
             "sender=<news@%s%u.example.net>",
             session->id, client, place_name(session->client), session->client);
}

static void timed_out(const struct session *session, unsigned stage) {
    (void)stage;
    log_line("sm-mta", session->pid, "timeout waiting for input from %s during server cmd read",
             client_text(session->client));
}

static void tls_failed(const struct session *session) {
    log_line("sm-mta", session->pid,
             "STARTTLS=server, error: accept failed=-1, reason=unsupported protocol, SSL_error=1, "
             "errno=0, retry=-1, relay=%s",
             client_text(session->client));
}

static void screened(const struct session *session) {
    struct peer peer = client_peer(session->client);
    log_line("sm-mta", session->pid,
             "ruleset=check_relay, arg1=%s, arg2=%s, relay=%s, reject=550 5.7.1 Rejected: %s "
             "listed at bl.example.org",
             peer.host, peer.ip, client_text(session->client), peer.ip);
}

static void noise(void) {
    unsigned kind = below(2), pid = 4000 + below(900);
    struct peer peer = some_client();
    if (kind == 0)
        log_line("sm-mta", pid,
                 "%s [%s] did not issue MAIL/EXPN/VRFY/ETRN during connection to "
                 "MTA-v4",
                 peer.host, peer.ip);
    else
        log_line("CRON", pid, "(root) CMD (/usr/local/bin/rotate-keys --quietly)");
}

static const struct server sendmail = {
    .name = "sendmail",
    .bytes_a_message = 680,
    .groups = true,
    .notices = true,
    .session_begin = session_begin,
    .session_end = session_end,
    .accepted = accepted,
    .refused = refused,
    .guessed = guessed,
    .lost = lost,
    .lost_in_data = lost_in_data,
    .timed_out = timed_out,
    .tls_failed = tls_failed,
    .screened = screened,
    .header_read = nothing,
    .attempt = nothing,
    .sent = sent,
    .deferred = deferred,
    .bounced = bounced,
    .expired = expired,
    .notified = notified,
    .removed = nothing,
    .noise = noise,
};

int main(int argc, char **argv) {
    return make_log(argc, argv, &sendmail);
}
