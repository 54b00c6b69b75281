/* make_exim_log - a made-up Exim main log of any size, and what is exactly in it (traffic.h).
 *
 * Lines are those of Exim 4.97 (receive.c, deliver.c, smtp_in.c) with Debian's log_selector, about
 * 3.6 a message and 170 bytes each; ids of 4.96 under the stamps "own" and "rfc3164". In a file of
 * its own a line begins with Exim's stamp, with milliseconds and zone ("own-zone") or without; in
 * syslog that stamp stands inside, and what also goes to the reject log is there twice.
 */
#include "traffic.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

/* --- names */

/* "H=out1.river6.example.org (out1) [192.0.2.7]", as Exim writes the host of a client */
static const char *client_text(unsigned client) {
    static char text[2][256];
    static unsigned turn;
    char *into = text[turn++ % 2];
    struct peer peer = client_peer(client);
    if (strcmp(peer.host, "unknown") == 0)
        snprintf(into, sizeof text[0], "(%s%u) [%s]", place_name(client), client, peer.ip);
    else if (client % 4 == 1)
        snprintf(into, sizeof text[0], "%s [%s]", peer.host, peer.ip);
    else
        snprintf(into, sizeof text[0], "%s (%s%u) [%s]", peer.host, place_name(client), client,
                 peer.ip);
    return into;
}

/* "mx1.river6.example.com [198.51.100.9]" */
static const char *mx_text(unsigned domain, unsigned number) {
    static char text[2][160];
    static unsigned turn;
    char *into = text[turn++ % 2];
    struct peer peer = mx_peer(domain, number);
    snprintf(into, sizeof text[0], "%s [%s]", peer.host, peer.ip);
    return into;
}

/* A number of `width` digits of base 62. */
static void put_base62(char *into, unsigned width, uint64_t number) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (unsigned i = width; i-- > 0; number /= 62)
        into[i] = digits[number % 62];
}

/* Seconds, process, part of the second: "1wAbCd-0012AB-0x", since 4.97 "1wAbCd-000000012AB-0xYz".
 */
static void message_id(char into[32], unsigned pid) {
    static uint32_t times;
    unsigned middle = stamps_are_new() ? 11 : 6, last = stamps_are_new() ? 4 : 2;
    int64_t now = now_microseconds();
    put_base62(into, 6, (uint64_t)now / 1000000);
    into[6] = '-';
    put_base62(into + 7, middle, (uint64_t)pid * 30011 + times++ % 30011);
    into[7 + middle] = '-';
    put_base62(into + 8 + middle, last, (uint64_t)now % 1000000 / (stamps_are_new() ? 1 : 500));
    into[8 + middle + last] = 0;
}

/* What goes to the main log and the reject log: in syslog it is there twice. */
static void rejected_line(unsigned pid, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void rejected_line(unsigned pid, const char *format, ...) {
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (int i = 0; i < (in_syslog() ? 2 : 1); i++)
        log_line("exim", pid, "%s", text);
}

/* --- messages */

static void accepted(const struct session *session, struct message *message) {
    static const char tls[] = "X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=no";
    const char *client = client_text(session->client);
    message->pid = session->pid;
    message_id(message->id, session->pid);
    uint64_t name = chance();
    if (session->kind == SESSION_LOGIN)
        log_line("exim", session->pid,
                 "%s <= %s H=%s P=esmtpsa %s A=plain_server:%s S=%u id=%016" PRIx64 "@%s",
                 message->id, address_text(message->sender), client, tls,
                 address_text(message->sender), message->size, name,
                 domain_name(message->sender.domain));
    else
        log_line("exim", session->pid, "%s <= %s H=%s P=%s %s%sS=%u id=%016" PRIx64 "@%s",
                 message->id, address_text(message->sender), client,
                 session->client % 3 ? "esmtps" : "esmtp", session->client % 3 ? tls : "",
                 session->client % 3 ? " " : "", message->size, name,
                 domain_name(message->sender.domain));
}

static void nothing(const struct message *message) {
    (void)message;
}

static void sent(const struct message *message, struct group group) {
    for (unsigned i = 0; i < group.count; i++) {
        struct address to = group.list[i].address;
        const char *flag = i ? "->" : "=>";
        if (to.domain == 0)
            log_line("exim", message->pid,
                     "%s %s %s <%s> R=local_user T=dovecot_lmtp C=\"250 2.0.0 <%s> "
                     "YMQKJ%08" PRIX32 "ydAq Saved\"",
                     message->id, flag, user_name(to.user), address_text(to), address_text(to),
                     (uint32_t)chance());
        else
            log_line("exim", message->pid,
                     "%s %s %s R=dnslookup T=remote_smtp H=%s "
                     "X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=yes "
                     "C=\"250 2.0.0 Ok: queued as 4X%08" PRIX32 "z%04X\"",
                     message->id, flag, address_text(to), mx_text(to.domain, 1), (uint32_t)chance(),
                     to.user % 65536);
    }
}

/* --- failures */

/* %1$s: the recipient, %2$s: his domain, %3$s: the sender. */
struct answer {
    enum { ROUTING, NO_HOST, HOST } where; /* the host is named in the line of the recipient */
    const char *number, *text;
};

#define SAID "SMTP error from remote mail server after "

static const struct answer deferrals[] = {
    {HOST, "-44",
     SAID "RCPT TO:<%1$s>: 450 4.2.0 <%1$s>: Recipient address rejected: Greylisted, come back in "
          "five minutes"},
    {HOST, "-44", SAID "RCPT TO:<%1$s>: 451 4.7.1 Greylisting in action, please try later"},
    {NO_HOST, "110", "Connection timed out"},
    {NO_HOST, "111", "Connection refused"},
    {HOST, "-18", "Remote host closed connection in response to initial connection"},
    {HOST, "110", "SMTP timeout after RCPT TO:<%1$s>: Connection timed out"},
    {HOST, "0",
     SAID "initial connection: 421 4.7.0 mx1.example.net too many connections from your address, "
          "slow down and use one connection for several messages"},
    {HOST, "-44",
     SAID "RCPT TO:<%1$s>: 452 4.2.2 <%1$s> the mailbox of this user is over its quota at the "
          "moment; ask the user to make room and send again"},
    {ROUTING, "-1", "host lookup did not complete"},
    {HOST, "-45", SAID "MAIL FROM:<%3$s>: 451 4.3.0 Temporary lookup failure"},
};
static const struct answer bounces[] = {
    {HOST, "",
     SAID "RCPT TO:<%1$s>: 550 5.1.1 <%1$s>: Recipient address rejected: User unknown in virtual "
          "mailbox table"},
    {HOST, "",
     SAID "RCPT TO:<%1$s>: 550-5.1.1 There is no account of that name at this server.\\n550-5.1.1 "
          "Please check the address for typing errors and needless blanks.\\n550-5.1.1 Read more "
          "at\\n550 5.1.1 https://help.example.org/bounce/nouser q6-20020a05600c46c600b0040"},
    {HOST, "",
     SAID "MAIL FROM:<%3$s>: 554 5.7.1 Service unavailable; client host [192.0.2.25] is listed by "
          "bl.example.org; see https://bl.example.org/why?ip=192.0.2.25"},
    {HOST, "", SAID "MAIL FROM:<%3$s>: 530 5.7.0 Please authenticate before sending"},
    {HOST, "", SAID "end of data: 552 5.2.2 <%1$s> mailbox has no room left"},
    {HOST, "", SAID "RCPT TO:<%1$s>: 553 5.1.3 the address does not parse"},
    {HOST, "",
     SAID "end of data: 550 5.7.26 Refused by the DMARC policy of the sending domain %2$s"},
};

static void answer_fill(char *into, size_t room, const struct message *message, struct address to,
                        const struct answer *answer) {
    fill_in(into, room, answer->text,
            (const char *const[]){address_text(to), domain_name(to.domain),
                                  message->notice ? "" : address_text(message->sender)});
}

static void deferred(const struct message *message, struct group group) {
    const struct answer *answer = &deferrals[below(sizeof deferrals / sizeof *deferrals)];
    unsigned domain = group.list->address.domain;
    char text[600];
    for (unsigned host = 1; answer->where == NO_HOST && host <= 2; host++) /* all were tried */
        log_line("exim", message->pid, "%s H=%s %s", message->id, mx_text(domain, host),
                 answer->text);
    for (unsigned i = 0; i < group.count; i++) {
        struct address to = group.list[i].address;
        answer_fill(text, sizeof text, message, to, answer);
        log_line("exim", message->pid, "%s == %s R=dnslookup%s defer (%s)%s%s: %s", message->id,
                 address_text(to), answer->where == ROUTING ? "" : " T=remote_smtp", answer->number,
                 answer->where == HOST ? " H=" : "",
                 answer->where == HOST ? mx_text(domain, 1) : "", text);
    }
}

static void bounced(const struct message *message, struct group group) {
    const struct answer *answer = &bounces[below(sizeof bounces / sizeof *bounces)];
    char text[900];
    bool unrouteable = percent(10);
    for (unsigned i = 0; i < group.count; i++) {
        struct address to = group.list[i].address;
        answer_fill(text, sizeof text, message, to, answer);
        if (unrouteable)
            log_line("exim", message->pid, "%s ** %s: Unrouteable address", message->id,
                     address_text(to));
        else
            log_line("exim", message->pid, "%s ** %s R=dnslookup T=remote_smtp H=%s: %s",
                     message->id, address_text(to), mx_text(to.domain, 1), text);
    }
}

static void expired(const struct message *message, struct group group) {
    log_line("exim", message->pid, "%s ** %s: retry timeout exceeded", message->id,
             address_text(group.list->address));
}

static void notified(const struct message *message, struct message *notice) {
    notice->pid = message->pid % 30000 + 1;
    message_id(notice->id, notice->pid);
    log_line("exim", notice->pid, "%s <= <> R=%s U=Debian-exim P=local S=%u", notice->id,
             message->id, notice->size);
}

/* A notice that cannot be delivered stays, frozen. */
static void removed(const struct message *message) {
    bool frozen = message->notice && (message->failed || message->expired);
    log_line("exim", message->pid, "%s %s", message->id,
             frozen ? "Frozen (delivery error message)" : "Completed");
}

/* --- sessions */

static void session_begin(struct session *session) {
    if (session->kind == SESSION_TIMEOUT && session->client % 2)
        log_line("exim", session->pid, "no host name found for IP address %s",
                 client_peer(session->client).ip);
}

static void session_end(const struct session *session) {
    (void)session;
}

static void refused(const struct session *session) {
    static const char *const refusals[] = {
        "rejected RCPT <%1$s@%2$s>: relay not permitted",
        "rejected RCPT <%1$s@%2$s>: Unrouteable address",
        "temporarily rejected RCPT <%1$s@%2$s>: 450 4.2.0 Greylisted, see "
        "https://grey.example.org/%2$s.html",
        "rejected RCPT <%1$s@%2$s>: Sender verify failed",
        "rejected RCPT <%1$s@%2$s>: 553 5.7.1 Sender address rejected: not logged in",
        "rejected RCPT <%1$s@%2$s>: %3$s is in a black list at bl.example.org",
    };
    char text[400];
    unsigned client = session->client;
    const char *home = domain_name(client % 8), *user = user_name(stranger_guess(client % 8));
    fill_in(text, sizeof text, refusals[below(sizeof refusals / sizeof *refusals)],
            (const char *const[]){user, home, client_peer(client).ip});
    rejected_line(session->pid, "H=%s F=<news@%s%u.example.net> %s", client_text(client),
                  place_name(client), client, text);
}

static void guessed(const struct session *session) {
    static const char *const names[] = {"plain_server", "login_server"};
    unsigned domain = session->client % 8;
    rejected_line(session->pid,
                  "%s authenticator failed for %s: 535 Incorrect authentication data "
                  "(set_id=%s@%s)",
                  names[below(2)], client_text(session->client), user_name(below(300) * 8),
                  domain_name(domain));
}

static void lost(const struct session *session, unsigned stage) {
    const char *client = client_text(session->client);
    if (stage == AT_CONNECT)
        log_line("exim", session->pid, "SMTP connection from %s lost D=%us", client, below(9));
    else
        log_line("exim", session->pid,
                 "unexpected disconnection while reading SMTP command from %s D=%us", client,
                 below(30));
}

static void lost_in_data(const struct session *session) {
    char id[32];
    message_id(id, session->pid);
    log_line("exim", session->pid, "%s SMTP connection from %s lost while reading message data", id,
             client_text(session->client));
}

static void timed_out(const struct session *session, unsigned stage) {
    (void)stage;
    log_line("exim", session->pid, "SMTP command timeout on connection from %s D=5m%us",
             client_text(session->client), below(3));
}

static void tls_failed(const struct session *session) {
    log_line("exim", session->pid,
             "TLS error on connection from %s (gnutls_handshake): A packet with illegal or "
             "unsupported version was received.",
             client_text(session->client));
}

static void screened(const struct session *session) {
    rejected_line(session->pid,
                  "H=%s rejected connection in \"connect\" ACL: %s is listed at bl.example.org",
                  client_text(session->client), client_peer(session->client).ip);
}

static void noise(void) {
    unsigned kind = below(3), pid = 4000 + below(900);
    if (kind == 0) {
        log_line("exim", pid, "Start queue run: pid=%u", pid);
        log_line("exim", pid, "End queue run: pid=%u", pid);
    } else if (kind == 1 || !in_syslog()) {
        log_line("exim", pid, "no host name found for IP address %s", some_client().ip);
    } else {
        log_line("CRON", pid, "(root) CMD (/usr/local/bin/rotate-keys --quietly)");
    }
}

static const struct server exim = {
    .name = "exim",
    .bytes_a_message = 690,
    .own_files = true,
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
    .removed = removed,
    .noise = noise,
};

int main(int argc, char **argv) {
    return make_log(argc, argv, &exim);
}
