/* make_postfix_log - a made-up Postfix log of any size, and what is exactly in it (traffic.h).
 *
 * Lines are those of Postfix 3.8 (smtpd.c, cleanup, qmgr_active.c, log_adhoc.c, postscreen), about
 * 7 a message and 150 bytes each; TLS is told for those who log in (smtpd_tls_loglevel in
 * master.cf).
 */
#include "traffic.h"

#include <inttypes.h>
#include <math.h>

/* "mx1.river6.example.com[198.51.100.9]" */
static const char *mx_name(unsigned domain, unsigned number) {
    static char text[2][160];
    static unsigned turn;
    char *into = text[turn++ % 2];
    struct peer peer = mx_peer(domain, number);
    snprintf(into, sizeof text[0], "%s[%s]", peer.host, peer.ip);
    return into;
}

/* A short queue id: microseconds and inode. */
static void queue_id(char into[32]) {
    static uint32_t inode = 0x21000;
    inode = inode >= 0xFFFFFF ? 0x21000 : inode + 1;
    snprintf(into, 32, "%05X%06X", (unsigned)(now_microseconds() % 1000000), inode);
}

/* --- deliveries */

struct answer {
    const char *dsn, *text;
};

/* %1$s: the peer with its address, %2$s: the recipient's user, %3$s: the recipient's domain. */
static const struct answer deferrals[] = {
    {"4.2.0", "host %1$s said: 450 4.2.0 <%2$s@%3$s>: Recipient address rejected: Greylisted, "
              "come back in five minutes (in reply to RCPT TO command)"},
    {"4.7.1", "host %1$s said: 451 4.7.1 Greylisting in action, please try later (in reply to RCPT "
              "TO command)"},
    {"4.4.1", "connect to %1$s:25: Connection timed out"},
    {"4.4.1", "connect to %1$s:25: Connection refused"},
    {"4.4.2", "lost connection with %1$s while receiving the initial server greeting"},
    {"4.4.2", "conversation with %1$s timed out while sending RCPT TO"},
    {"4.7.0",
     "host %1$s refused to talk to me: 421 4.7.0 mx1.example.net too many connections from "
     "your address, slow down and use one connection for several messages"},
    {"4.2.2", "host %1$s said: 452 4.2.2 <%2$s@%3$s> the mailbox of this user is over its quota at "
              "the moment; ask the user to make room and send again (in reply to RCPT TO command)"},
    {"4.4.3", "Host or domain name not found. Name service error for name=%3$s type=MX: Host not "
              "found, try again"},
    {"4.7.8",
     "SASL authentication failed; server %1$s said: 535 5.7.8 Error: those credentials are "
     "not valid"},
};
static const struct answer bounces[] = {
    {"5.1.1", "host %1$s said: 550 5.1.1 <%2$s@%3$s>: Recipient address rejected: User unknown in "
              "virtual mailbox table (in reply to RCPT TO command)"},
    {"5.1.1",
     "host %1$s said: 550-5.1.1 There is no account of that name at this server. 550-5.1.1 "
     "Please check the address for typing errors and needless blanks. 550-5.1.1 Read more "
     "at 550 5.1.1 https://help.example.org/bounce/nouser q6-20020a05600c46c600b0040 (in "
     "reply to RCPT TO command)"},
    {"5.7.1",
     "host %1$s said: 554 5.7.1 Service unavailable; client host [192.0.2.25] is listed by "
     "bl.example.org; see https://bl.example.org/why?ip=192.0.2.25 (in reply to MAIL FROM "
     "command)"},
    {"5.7.0", "host %1$s said: 530 5.7.0 Please authenticate before sending (in reply to MAIL FROM "
              "command)"},
    {"5.2.2", "host %1$s said: 552 5.2.2 <%2$s@%3$s> mailbox has no room left (in reply to end of "
              "DATA command)"},
    {"5.1.3", "host %1$s said: 553 5.1.3 the address does not parse (in reply to RCPT TO command)"},
    {"5.4.4", "Host or domain name not found. Name service error for name=%3$s type=A: Host not "
              "found"},
    {"5.3.4", "message size 28400100 exceeds size limit 20971520 of server %1$s"},
};

static void status_line(const struct message *message, const struct recipient *recipient,
                        const char *status, const struct answer *answer) {
    char reason[1200], delay[32];
    struct address to = recipient->address;
    double whole = message_age(message);
    const char *user = user_name(to.user), *relay = mx_name(to.domain, 1);
    bool connected = strncmp(answer->text, "connect to", 10) != 0 && answer->text[0] != 'H';
    double sending = (double)below(90) / 100, connecting = (double)below(50) / 100;
    fill_in(reason, sizeof reason, answer->text,
            (const char *const[]){relay, user, domain_name(to.domain)});
    snprintf(delay, sizeof delay, whole < 10 ? "%.2f" : whole < 100 ? "%.1f" : "%.0f", whole);
    log_line("postfix/smtp", 20000 + (unsigned)(to.user % 97),
             "%s: to=<%s>, relay=%s%s, delay=%s, delays=%.2f/0.02/%.2f/%.2f, dsn=%s, status=%s "
             "(%s)",
             message->id, address_text(to), connected ? relay : "none", connected ? ":25" : "",
             delay, whole / 2, connecting, sending, answer->dsn, status, reason);
}

static void sent_here(const struct message *message, struct address to) {
    log_line("postfix/lmtp", 31000 + below(20),
             "%s: to=<%s>, relay=mx1.example.com[private/dovecot-lmtp], delay=%.2f, "
             "delays=0.1/0/0.01/0.05, dsn=2.0.0, status=sent (250 2.0.0 <%s> "
             "YMQKJ%08" PRIX32 "ydAq Saved)",
             message->id, address_text(to), message_age(message), address_text(to),
             (uint32_t)chance());
}

static void sent(const struct message *message, struct group group) {
    char text[160];
    struct address to = group.list->address;
    if (to.domain == 0) {
        sent_here(message, to);
        return;
    }
    if (to.domain % 3 == 1) {
        unsigned last = below(1000), part = below(65536);
        snprintf(text, sizeof text, "250 2.0.0 OK  %u %08" PRIx32 "-%04x.%u - gsmtp", 1780272000u,
                 (uint32_t)chance(), part, last);
    } else {
        unsigned last = below(65536);
        snprintf(text, sizeof text, "250 2.0.0 Ok: queued as 4X%08" PRIX32 "z%04X",
                 (uint32_t)chance(), last);
    }
    status_line(message, group.list, "sent", &(struct answer){"2.0.0", text});
}

static void deferred(const struct message *message, struct group group) {
    const struct answer *answer = &deferrals[below(sizeof deferrals / sizeof *deferrals)];
    struct address to = group.list->address;
    unsigned pid = 20000 + (unsigned)(to.user % 97);
    if (strncmp(answer->text, "connect to", 10) == 0)
        log_line("postfix/smtp", pid, "connect to %s:25: Connection timed out",
                 mx_name(to.domain, 2));
    else if (answer->dsn[2] == '7') /* another host was tried first */
        log_line("postfix/smtp", pid,
                 "%s: host %s said: 451 4.3.0 Temporary lookup failure (in reply to MAIL FROM "
                 "command)",
                 message->id, mx_name(to.domain, 2));
    status_line(message, group.list, "deferred", answer);
}

static void bounced(const struct message *message, struct group group) {
    status_line(message, group.list, "bounced", &bounces[below(sizeof bounces / sizeof *bounces)]);
}

/* "alice@example.com", nothing for the sender of a notice */
static const char *sender_of(const struct message *message) {
    return message->notice ? "" : address_text(message->sender);
}

static void expired(const struct message *message, struct group group) {
    (void)group;
    log_line("postfix/qmgr", 811, "%s: from=<%s>, status=expired, returned to sender", message->id,
             sender_of(message));
}

static void removed(const struct message *message) {
    log_line("postfix/qmgr", 811, "%s: removed", message->id);
}

/* --- messages */

#define TLS_WORDS                                                                                  \
    "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 "               \
    "server-signature RSA-PSS (2048 bits) server-digest SHA256"

static void accepted(const struct session *session, struct message *message) {
    struct peer peer = client_peer(session->client);
    queue_id(message->id);
    if (session->kind == SESSION_LOGIN && session->sent == 0)
        log_line("postfix/submission/smtpd", session->pid,
                 "Anonymous TLS connection established from %s[%s]: " TLS_WORDS, peer.host,
                 peer.ip);
    if (session->kind == SESSION_LOGIN)
        log_line("postfix/submission/smtpd", session->pid,
                 "%s: client=%s[%s], sasl_method=PLAIN, sasl_username=%s", message->id, peer.host,
                 peer.ip, address_text(message->sender));
    else
        log_line("postfix/smtpd", session->pid, "%s: client=%s[%s]", message->id, peer.host,
                 peer.ip);
}

static void header_read(const struct message *message) {
    uint64_t name = chance();
    log_line("postfix/cleanup", 5000 + below(60), "%s: message-id=<%016" PRIx64 "@%s>", message->id,
             name, domain_name(message->sender.domain));
}

static void attempt(const struct message *message) {
    log_line("postfix/qmgr", 811, "%s: from=<%s>, size=%u, nrcpt=%u (queue active)", message->id,
             sender_of(message), message->size, message->left);
}

static void notified(const struct message *message, struct message *notice) {
    queue_id(notice->id);
    log_line("postfix/cleanup", 5000 + below(60), "%s: message-id=<20260601.%s@mx1.example.net>",
             notice->id, notice->id);
    log_line("postfix/bounce", 6000 + below(60), "%s: sender non-delivery notification: %s",
             message->id, notice->id);
}

/* --- sessions */

static const char *session_tag(const struct session *session) {
    return session->kind == SESSION_LOGIN || session->kind == SESSION_GUESSING
               ? "postfix/submission/smtpd"
               : "postfix/smtpd";
}

static void session_begin(struct session *session) {
    struct peer peer = client_peer(session->client);
    if (session->kind == SESSION_SCREENED)
        log_line("postfix/postscreen", 799, "CONNECT from [%s]:%u to [192.0.2.25]:25", peer.ip,
                 1024 + session->pid);
    else
        log_line(session_tag(session), session->pid, "connect from %s[%s]", peer.host, peer.ip);
}

static void refused(const struct session *session) {
    static const char *const refusals[] = {
        "554 5.7.1 Service unavailable; Client host [%1$s] blocked using bl.example.org; "
        "https://bl.example.org/q?%1$s",
        "554 5.7.1 <%2$s@%3$s>: Relay access denied",
        "550 5.1.1 <%2$s@%3$s>: Recipient address rejected: User unknown in virtual mailbox table",
        "450 4.2.0 <%2$s@%3$s>: Recipient address rejected: Greylisted, see "
        "https://grey.example.org/%3$s.html",
        "450 4.1.8 <x@nowhere.example.net>: Sender address rejected: Domain not found",
        "553 5.7.1 <office@example.com>: Sender address rejected: not logged in",
        "450 4.7.1 Client host rejected: cannot find your hostname, [%1$s]",
    };
    char text[400];
    struct peer peer = client_peer(session->client);
    unsigned home = session->client % 8;
    const char *user = user_name(stranger_guess(home));
    fill_in(text, sizeof text, refusals[below(sizeof refusals / sizeof *refusals)],
            (const char *const[]){peer.ip, user, domain_name(home)});
    log_line("postfix/smtpd", session->pid,
             "NOQUEUE: reject: RCPT from %s[%s]: %s; from=<news@%s%u.example.net> to=<%s@%s> "
             "proto=ESMTP helo=<%s>",
             peer.host, peer.ip, text, place_name(session->client), session->client, user,
             domain_name(home), peer.host);
}

static void guessed(const struct session *session) {
    static const char *const ways[] = {
        "LOGIN authentication failed: UGFzc3dvcmQ6",
        "PLAIN authentication failed: ", "LOGIN authentication failed: authentication failure"};
    struct peer peer = client_peer(session->client);
    log_line("postfix/submission/smtpd", session->pid, "warning: %s[%s]: SASL %s", peer.host,
             peer.ip, ways[below(3)]);
}

static const char *const stages[] = {[AT_CONNECT] = "CONNECT",
                                     [AT_EHLO] = "EHLO",
                                     [AT_MAIL] = "MAIL",
                                     [AT_RSET] = "RSET",
                                     [AT_AUTH] = "AUTH"};

static void lost(const struct session *session, unsigned stage) {
    struct peer peer = client_peer(session->client);
    log_line(session_tag(session), session->pid, "lost connection after %s from %s[%s]",
             stages[stage], peer.host, peer.ip);
}

/* A queue id was given away, and no message was received. */
static void lost_in_data(const struct session *session) {
    struct peer peer = client_peer(session->client);
    char id[32];
    queue_id(id);
    log_line("postfix/smtpd", session->pid, "%s: client=%s[%s]", id, peer.host, peer.ip);
    log_line("postfix/smtpd", session->pid, "lost connection after DATA (%u bytes) from %s[%s]",
             below(90000), peer.host, peer.ip);
}

static void timed_out(const struct session *session, unsigned stage) {
    struct peer peer = client_peer(session->client);
    log_line("postfix/smtpd", session->pid, "timeout after %s from %s[%s]", stages[stage],
             peer.host, peer.ip);
}

static void tls_failed(const struct session *session) {
    struct peer peer = client_peer(session->client);
    log_line("postfix/smtpd", session->pid, "SSL_accept error from %s[%s]: -1", peer.host, peer.ip);
    log_line("postfix/smtpd", session->pid,
             "warning: TLS library problem: error:0A000102:SSL routines::unsupported "
             "protocol:../ssl/statem/statem_srvr.c:1657:");
}

static void screened(const struct session *session) {
    struct peer peer = client_peer(session->client);
    unsigned port = 1024 + session->pid;
    log_line("postfix/postscreen", 799, "DNSBL rank %u for [%s]:%u", 3 + below(8), peer.ip, port);
    log_line("postfix/postscreen", 799,
             "NOQUEUE: reject: RCPT from [%s]:%u: 550 5.7.1 Service unavailable; client [%s] "
             "blocked using bl.example.org; from=<promo@%s%u.example.net>, to=<%s@%s>, "
             "proto=ESMTP, helo=<%s>",
             peer.ip, port, peer.ip, place_name(session->client), session->client,
             user_name(stranger_guess(0)), domain_name(0), peer.host);
    log_line("postfix/postscreen", 799, "DISCONNECT [%s]:%u", peer.ip, port);
}

static void session_end(const struct session *session) {
    struct peer peer = client_peer(session->client);
    unsigned mail = session->sent, bad = session->refused;
    if (session->kind == SESSION_REJECTED)
        log_line("postfix/smtpd", session->pid,
                 "disconnect from %s[%s] ehlo=1 mail=1 rcpt=0/%u quit=1 commands=3/%u", peer.host,
                 peer.ip, bad, bad + 3);
    else if (session->kind == SESSION_GUESSING)
        log_line("postfix/submission/smtpd", session->pid,
                 "disconnect from %s[%s] ehlo=1 auth=0/%u rset=1 commands=2/%u", peer.host, peer.ip,
                 bad, bad + 2);
    else if (mail > 0)
        log_line(session_tag(session), session->pid,
                 "disconnect from %s[%s] ehlo=2 starttls=1 mail=%u rcpt=%u data=%u quit=1 "
                 "commands=%u",
                 peer.host, peer.ip, mail, mail, mail, 4 + 3 * mail);
    else
        log_line(session_tag(session), session->pid, "disconnect from %s[%s] ehlo=1 commands=1",
                 peer.host, peer.ip);
}

static void noise(void) {
    unsigned kind = below(3);
    struct peer peer = some_client();
    if (kind == 0)
        log_line("postfix/anvil", 4821,
                 "statistics: max connection rate %u/60s for (smtp:%s) at Jun  1 "
                 "10:00:01",
                 2 + below(60), peer.ip);
    else if (kind == 1)
        log_line("postfix/smtpd", 4000 + below(900),
                 "warning: hostname %s does not resolve to address %s: Name or service not known",
                 peer.host, peer.ip);
    else
        log_line("CRON", 9000 + below(900), "(root) CMD (/usr/local/bin/rotate-keys --quietly)");
}

static const struct server postfix = {
    .name = "postfix",
    .bytes_a_message = 1110,
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
    .header_read = header_read,
    .attempt = attempt,
    .sent = sent,
    .deferred = deferred,
    .bounced = bounced,
    .expired = expired,
    .notified = notified,
    .removed = removed,
    .noise = noise,
};

int main(int argc, char **argv) {
    return make_log(argc, argv, &postfix);
}
