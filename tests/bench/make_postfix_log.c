/* make_postfix_log - writes a made-up Postfix log of any size, and what is exactly in it.
 *
 * Why: speed figures need logs larger than anyone may publish, and counts can only be proved
 * against a log whose totals are known beforehand. How: a heap of events ordered by time. Sessions
 * and messages are small state machines; taking an event prints its lines and puts the next event
 * of the same session or message into the heap, so that lives overlap as they do in a busy log.
 * Each line that counts adds to `totals` where it is printed. Same seed, same bytes.
 *
 * Lines are those of Postfix 3.8 (smtpd.c, cleanup, qmgr_active.c, log_adhoc.c, postscreen), about
 * 6.7 a message and 150 bytes each; names are example.*, addresses RFC 5737 and RFC 3849.
 */
#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    DOMAINS = 4000,    /* recipient domains, Zipf: the first has a tenth of the mail */
    REGULARS = 30000,  /* addresses that come again and again */
    CLIENTS = 3000,    /* hosts that connect */
    RCPT_MOST = 6,     /* recipients of one message */
    ATTEMPTS_MOST = 7, /* after so many the message expires */
    BYTES_A_MESSAGE = 1000,
    DAY = 86400,
};

static const int64_t second = 1000000;       /* times are microseconds */
static const int64_t beginning = 1780272000; /* 2026-06-01T00:00:00Z */

/* --- chance */

static uint64_t chance_state;

static uint64_t chance(void) /* splitmix64 */
{
    uint64_t z = chance_state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

static unsigned below(unsigned limit) {
    return (unsigned)((chance() >> 32) * limit >> 32);
}

static bool percent(double share) {
    return (double)(chance() >> 11) / 9007199254740992.0 * 100 < share;
}

static int64_t between(int64_t low, int64_t high) {
    return low + (int64_t)(chance() % (uint64_t)(high - low + 1));
}

struct zipf {
    unsigned count;
    double *sums; /* cumulative, the last is 1 */
};

static void zipf_init(struct zipf *zipf, unsigned count, double steepness) {
    double sum = 0;
    zipf->count = count;
    zipf->sums = malloc(count * sizeof *zipf->sums);
    if (!zipf->sums)
        abort();
    for (unsigned i = 0; i < count; i++)
        zipf->sums[i] = sum += pow(i + 1, -steepness);
    for (unsigned i = 0; i < count; i++)
        zipf->sums[i] /= sum;
}

static unsigned zipf_pick(const struct zipf *zipf) {
    double wish = (double)(chance() >> 11) / 9007199254740992.0;
    unsigned low = 0, high = zipf->count - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (zipf->sums[middle] < wish)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct zipf domains, clients;

/* --- what is in the log */

static struct {
    uint64_t bytes, lines;
    uint64_t received, received_bytes;
    uint64_t delivered, bounced, expired, waiting, discarded, deferred_ever;
    uint64_t deferrals, rejected, auth_failed, tls_failed, connection_lost, timeout;
} totals;

static void totals_print(FILE *file) {
    fprintf(file,
            "{\"lines\": {\"read\": %" PRIu64 "},\n"
            " \"totals\": {\"messages\": {\"received\": %" PRIu64 ", \"bytes\": %" PRIu64 "},\n"
            "  \"recipients\": {\"delivered\": %" PRIu64 ", \"bounced\": %" PRIu64
            ", \"expired\": %" PRIu64 ", \"waiting\": %" PRIu64 ", \"discarded\": %" PRIu64
            ", \"deferred_ever\": %" PRIu64 "},\n"
            "  \"attempts\": {\"deferred\": %" PRIu64 "},\n"
            "  \"rejections\": {\"rejected\": %" PRIu64 "},\n"
            "  \"sessions\": {\"auth_failed\": %" PRIu64 ", \"tls_failed\": %" PRIu64
            ", \"connection_lost\": %" PRIu64 ", \"timeout\": %" PRIu64 "}}}\n",
            totals.lines, totals.received, totals.received_bytes, totals.delivered, totals.bounced,
            totals.expired, totals.waiting, totals.discarded, totals.deferred_ever,
            totals.deferrals, totals.rejected, totals.auth_failed, totals.tls_failed,
            totals.connection_lost, totals.timeout);
}

/* --- printing a line */

static bool old_stamps; /* RFC 3164 instead of RFC 3339 */
static int64_t now;     /* microseconds since `beginning` */

/* The date of a day since 1970 (the usual civil-from-days arithmetic, years from March). */
static void date_of(int64_t days, int *year, int *month, int *day) {
    int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static const char *stamp(void) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static char text[64];
    static int64_t known = -1;
    static int head;
    int64_t seconds = beginning + now / second;
    if (seconds != known) {
        int year, month, day, rest = (int)(seconds % DAY);
        date_of(seconds / DAY, &year, &month, &day);
        if (old_stamps)
            head = snprintf(text, sizeof text, "%s %2d %02d:%02d:%02d", months[month - 1], day,
                            rest / 3600, rest / 60 % 60, rest % 60);
        else
            head = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                            rest / 3600, rest / 60 % 60, rest % 60);
        known = seconds;
    }
    if (!old_stamps)
        snprintf(text + head, sizeof text - (size_t)head, ".%06d+00:00", (int)(now % second));
    return text;
}

static FILE *log_file;

static void line(const char *tag, unsigned pid, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void line(const char *tag, unsigned pid, const char *format, ...) {
    va_list arguments;
    int written = fprintf(log_file, "%s mx1 %s[%u]: ", stamp(), tag, pid);
    va_start(arguments, format);
    written += vfprintf(log_file, format, arguments);
    va_end(arguments);
    fputc('\n', log_file);
    totals.bytes += (uint64_t)written + 1;
    totals.lines++;
}

/* --- names */

static const char *const places[] = {"north", "south",  "harbour", "valley", "bridge", "castle",
                                     "river", "meadow", "island",  "market", "forest", "station"};
static const char *const tops[] = {"example.com", "example.org", "example.net"};

static const char *domain_name(unsigned domain) {
    static char text[64];
    snprintf(text, sizeof text, "%s%u.%s", places[domain % 12], domain, tops[domain % 3]);
    return text;
}

struct peer {
    char host[64], ip[48];
};

static struct peer client_peer(unsigned client) {
    static const char *const nets[] = {"192.0.2", "198.51.100", "203.0.113"};
    struct peer peer;
    if (client % 11 == 3)
        snprintf(peer.host, sizeof peer.host, "unknown");
    else
        snprintf(peer.host, sizeof peer.host, "out%u.%s%u.%s", client % 7, places[client % 12],
                 client, tops[client % 3]);
    if (client % 5 == 4)
        snprintf(peer.ip, sizeof peer.ip, "2001:db8:%x::%x", client / 5, client % 250 + 1);
    else
        snprintf(peer.ip, sizeof peer.ip, "%s.%u", nets[client % 3], client / 3 % 254 + 1);
    return peer;
}

/* "mx1.river6.example.com[198.51.100.9]" */
static const char *mx_name(unsigned domain, unsigned number) {
    static char text[2][96];
    static unsigned turn;
    char *into = text[turn++ % 2];
    snprintf(into, sizeof text[0], "mx%u.%s[%s.%u]", number, domain_name(domain),
             domain % 2 ? "198.51.100" : "203.0.113", (domain + number) % 254 + 1);
    return into;
}

/* --- messages and sessions */

enum state { FRESH, DEFERRED, GONE };

struct recipient {
    unsigned domain;
    uint32_t user;
    enum state state;
};

struct message {
    char id[16];
    uint32_t sender_user;
    unsigned sender_domain, size, attempts, count, left, turn;
    int64_t arrived;
    struct recipient recipients[RCPT_MOST];
};

enum session_kind {
    SESSION_MAIL,
    SESSION_LOGIN, /* a customer who logs in and sends */
    SESSION_REJECTED,
    SESSION_GUESSING,
    SESSION_LOST,
    SESSION_TIMEOUT,
    SESSION_TLS,
    SESSION_SCREENED,
};

struct session {
    enum session_kind kind;
    unsigned client, pid, left, sent, refused;
    bool ending;
};

enum event_kind { NEW_SESSION, SESSION_STEP, MESSAGE_ID, MESSAGE_ACTIVE, DELIVERY, RETRY, NOISE };

struct event {
    int64_t time;
    uint64_t number; /* equal times: in the order they were made */
    enum event_kind kind;
    void *subject;
};

static struct event *heap;
static size_t heap_count, heap_room;
static uint64_t event_number;

static bool earlier(const struct event *a, const struct event *b) {
    return a->time != b->time ? a->time < b->time : a->number < b->number;
}

static void after(int64_t delay, enum event_kind kind, void *subject) {
    struct event event = {now + delay, event_number++, kind, subject};
    if (heap_count == heap_room) {
        heap_room = heap_room ? heap_room * 2 : 1024;
        heap = realloc(heap, heap_room * sizeof *heap);
        if (!heap)
            abort();
    }
    size_t i = heap_count++;
    for (; i > 0 && earlier(&event, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = event;
}

static struct event soonest(void) {
    struct event first = heap[0], last = heap[--heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap_count)
            break;
        if (child + 1 < heap_count && earlier(&heap[child + 1], &heap[child]))
            child++;
        if (!earlier(&heap[child], &last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return first;
}

static void *fresh(size_t size) {
    void *block = calloc(1, size);
    if (!block)
        abort();
    return block;
}

static const char *user_name(uint32_t user) {
    static const char *const names[] = {"ana",   "bruno", "chloe", "dmitri", "elif",
                                        "farid", "greta", "hugo",  "ines",   "jonas",
                                        "kamal", "lena",  "mateo", "nora"};
    static char text[2][32];
    static unsigned turn;
    char *into = text[turn++ % 2];
    snprintf(into, sizeof text[0], "%s.%x", names[user % 14], user / 14);
    return into;
}

struct address {
    unsigned domain;
    uint32_t user;
};

/* An address out of the regulars, `regular` times in a hundred, or one hardly seen again. */
static struct address address_pick(double regular) {
    static unsigned homes[REGULARS];
    static bool ready;
    for (unsigned i = 0; !ready && i < REGULARS; i++)
        homes[i] = zipf_pick(&domains);
    ready = true;
    if (percent(regular)) {
        unsigned number = below(REGULARS);
        return (struct address){homes[number], number * 8};
    }
    return (struct address){zipf_pick(&domains), ((uint32_t)chance() >> 4) / 8 * 8};
}

/* A short queue id: microseconds and inode. */
static void queue_id(char into[16]) {
    static uint32_t inode = 0x21000;
    inode = inode >= 0xFFFFFF ? 0x21000 : inode + 1;
    snprintf(into, 16, "%05X%06X", (unsigned)(now % second), inode);
}

static struct message *message_new(void) {
    struct message *message = fresh(sizeof *message);
    queue_id(message->id);
    struct address sender = address_pick(65);
    message->sender_user = sender.user;
    message->sender_domain = sender.domain;
    message->size = 600 + below(9000) + (percent(8) ? below(4000000) : 0);
    message->count = percent(84) ? 1 : 2 + below(percent(75) ? 1 : RCPT_MOST - 1);
    message->left = message->count;
    message->arrived = now;
    for (unsigned i = 0; i < message->count; i++) {
        struct recipient *recipient = &message->recipients[i];
        struct address address = address_pick(30);
        recipient->domain = address.domain;
        recipient->user = address.user + i; /* so those of one message differ */
    }
    return message;
}

static void message_accept(struct session *session) {
    struct message *message = message_new();
    struct peer peer = client_peer(session->client);
    if (session->kind == SESSION_LOGIN)
        line("postfix/submission/smtpd", session->pid,
             "%s: client=%s[%s], sasl_method=PLAIN, sasl_username=%s@%s", message->id, peer.host,
             peer.ip, user_name(message->sender_user), domain_name(message->sender_domain));
    else
        line("postfix/smtpd", session->pid, "%s: client=%s[%s]", message->id, peer.host, peer.ip);
    totals.received++;
    totals.received_bytes += message->size;
    after(between(5000, 90000), MESSAGE_ID, message);
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

/* Prints a text with the numbered arguments above; the C library does not take every subset. */
static void fill_in(char *into, size_t room, const char *text, const char *const arguments[3]) {
    size_t length = 0;
    while (*text && length + 1 < room) {
        if (text[0] == '%' && text[1] >= '1' && text[1] <= '3' && text[2] == '$') {
            const char *argument = arguments[text[1] - '1'];
            int added = snprintf(into + length, room - length, "%s", argument);
            length = length + (size_t)added < room ? length + (size_t)added : room - 1;
            text += 4;
        } else {
            into[length++] = *text++;
        }
    }
    into[length] = 0;
}

static void status_line(const struct message *message, const struct recipient *recipient,
                        const char *status, const struct answer *answer) {
    char reason[1200], delay[32];
    double whole = (double)(now - message->arrived) / 1e6;
    const char *user = user_name(recipient->user), *relay = mx_name(recipient->domain, 1);
    bool connected = strncmp(answer->text, "connect to", 10) != 0 && answer->text[0] != 'H';
    fill_in(reason, sizeof reason, answer->text,
            (const char *const[]){relay, user, domain_name(recipient->domain)});
    snprintf(delay, sizeof delay, whole < 10 ? "%.2f" : whole < 100 ? "%.1f" : "%.0f", whole);
    line("postfix/smtp", 20000 + (unsigned)(recipient->user % 97),
         "%s: to=<%s@%s>, relay=%s%s, delay=%s, delays=%.2f/0.02/%.2f/%.2f, dsn=%s, status=%s (%s)",
         message->id, user, domain_name(recipient->domain), connected ? relay : "none",
         connected ? ":25" : "", delay, whole / 2, (double)below(50) / 100, (double)below(90) / 100,
         answer->dsn, status, reason);
}

static void deliver_sent(const struct message *message, struct recipient *recipient) {
    char text[160];
    if (recipient->state == DEFERRED)
        totals.waiting--;
    recipient->state = GONE;
    totals.delivered++;
    if (recipient->domain == 0) {
        line("postfix/lmtp", 31000 + below(20),
             "%s: to=<%s@%s>, relay=mx1.example.com[private/dovecot-lmtp], delay=%.2f, "
             "delays=0.1/0/0.01/0.05, dsn=2.0.0, status=sent (250 2.0.0 <%s@%s> "
             "YMQKJ%08" PRIX32 "ydAq Saved)",
             message->id, user_name(recipient->user), domain_name(0),
             (double)(now - message->arrived) / 1e6, user_name(recipient->user), domain_name(0),
             (uint32_t)chance());
        return;
    }
    if (recipient->domain % 3 == 1)
        snprintf(text, sizeof text, "250 2.0.0 OK  %u %08" PRIx32 "-%04x.%u - gsmtp", 1780272000u,
                 (uint32_t)chance(), below(65536), below(1000));
    else
        snprintf(text, sizeof text, "250 2.0.0 Ok: queued as 4X%08" PRIX32 "z%04X",
                 (uint32_t)chance(), below(65536));
    status_line(message, recipient, "sent", &(struct answer){"2.0.0", text});
}

static void deliver_deferred(const struct message *message, struct recipient *recipient) {
    const struct answer *answer = &deferrals[below(sizeof deferrals / sizeof *deferrals)];
    if (recipient->state == FRESH) {
        totals.deferred_ever++;
        totals.waiting++;
    }
    recipient->state = DEFERRED;
    totals.deferrals++;
    if (strncmp(answer->text, "connect to", 10) == 0)
        line("postfix/smtp", 20000 + (unsigned)(recipient->user % 97),
             "connect to %s:25: Connection timed out", mx_name(recipient->domain, 2));
    else if (answer->dsn[2] == '7') /* another host was tried first */
        line("postfix/smtp", 20000 + (unsigned)(recipient->user % 97),
             "%s: host %s said: 451 4.3.0 Temporary lookup failure (in reply to MAIL FROM command)",
             message->id, mx_name(recipient->domain, 2));
    status_line(message, recipient, "deferred", answer);
}

static void deliver_bounced(const struct message *message, struct recipient *recipient) {
    if (recipient->state == DEFERRED)
        totals.waiting--;
    recipient->state = GONE;
    totals.bounced++;
    status_line(message, recipient, "bounced", &bounces[below(sizeof bounces / sizeof *bounces)]);
}

static void message_expire(struct message *message) {
    for (unsigned i = 0; i < message->count; i++) {
        if (message->recipients[i].state != DEFERRED)
            continue;
        totals.waiting--;
        totals.expired++;
    }
    line("postfix/qmgr", 811, "%s: from=<%s@%s>, status=expired, returned to sender", message->id,
         user_name(message->sender_user), domain_name(message->sender_domain));
    line("postfix/qmgr", 811, "%s: removed", message->id);
    free(message);
}

static void message_active(struct message *message) {
    line("postfix/qmgr", 811, "%s: from=<%s@%s>, size=%u, nrcpt=%u (queue active)", message->id,
         user_name(message->sender_user), domain_name(message->sender_domain), message->size,
         message->left);
    message->turn = 0;
    after(between(100000, 1500000), DELIVERY, message);
}

static void message_attempt_over(struct message *message) {
    if (message->left == 0) {
        line("postfix/qmgr", 811, "%s: removed", message->id);
        free(message);
        return;
    }
    int64_t pause = 300 * second << (message->attempts < 4 ? message->attempts : 4);
    message->attempts++;
    after(pause + between(0, 60 * second), RETRY, message);
}

/* One recipient at a time; the retry of a queue run meets only those that are left. */
static void message_deliver(struct message *message) {
    while (message->recipients[message->turn].state == GONE)
        message->turn++;
    struct recipient *recipient = &message->recipients[message->turn++];
    bool again = recipient->state == DEFERRED;
    if (percent(again ? 52 : 92))
        deliver_sent(message, recipient);
    else if (percent(again ? 12 : 45))
        deliver_bounced(message, recipient);
    else
        deliver_deferred(message, recipient);
    message->left -= recipient->state == GONE;
    for (unsigned i = message->turn; i < message->count; i++) {
        if (message->recipients[i].state != GONE) {
            after(between(1000, 400000), DELIVERY, message);
            return;
        }
    }
    message_attempt_over(message);
}

/* --- sessions */

static const char *session_tag(const struct session *session) {
    return session->kind == SESSION_LOGIN || session->kind == SESSION_GUESSING
               ? "postfix/submission/smtpd"
               : "postfix/smtpd";
}

static enum session_kind session_kind_pick(void) {
    static const struct {
        double share;
        enum session_kind kind;
    } shares[] = {
        {80.0, SESSION_MAIL},     {88.0, SESSION_LOGIN},     {93.5, SESSION_REJECTED},
        {96.0, SESSION_GUESSING}, {97.0, SESSION_LOST},      {97.5, SESSION_TIMEOUT},
        {98.0, SESSION_TLS},      {100.1, SESSION_SCREENED},
    };
    double wish = (double)below(100000) / 1000;
    unsigned i = 0;
    while (wish >= shares[i].share)
        i++;
    return shares[i].kind;
}

static void session_begin(void) {
    static unsigned pid = 4000;
    struct session *session = fresh(sizeof *session);
    session->kind = session_kind_pick();
    session->client = zipf_pick(&clients);
    session->pid = pid = pid > 30000 ? 4000 : pid + 1;
    session->left = session->kind <= SESSION_LOGIN ? 1 + (percent(40) ? below(6) : 0)
                    : session->kind == SESSION_REJECTED || session->kind == SESSION_GUESSING
                        ? 1 + below(4)
                        : 1;
    struct peer peer = client_peer(session->client);
    if (session->kind == SESSION_SCREENED)
        line("postfix/postscreen", 799, "CONNECT from [%s]:%u to [192.0.2.25]:25", peer.ip,
             1024 + session->pid);
    else
        line(session_tag(session), session->pid, "connect from %s[%s]", peer.host, peer.ip);
    after(between(20000, 800000), SESSION_STEP, session);
}

static void session_reject(struct session *session) {
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
    const char *user = user_name((uint32_t)chance() >> 4);
    fill_in(text, sizeof text, refusals[below(sizeof refusals / sizeof *refusals)],
            (const char *const[]){peer.ip, user, domain_name(session->client % 8)});
    line("postfix/smtpd", session->pid,
         "NOQUEUE: reject: RCPT from %s[%s]: %s; from=<news@%s%u.example.net> to=<%s@%s> "
         "proto=ESMTP helo=<%s>",
         peer.host, peer.ip, text, places[session->client % 12], session->client, user,
         domain_name(session->client % 8), peer.host);
    totals.rejected++;
    session->refused++;
}

static void session_guess(struct session *session) {
    static const char *const ways[] = {
        "LOGIN authentication failed: UGFzc3dvcmQ6",
        "PLAIN authentication failed: ", "LOGIN authentication failed: authentication failure"};
    struct peer peer = client_peer(session->client);
    line("postfix/submission/smtpd", session->pid, "warning: %s[%s]: SASL %s", peer.host, peer.ip,
         ways[below(3)]);
    totals.auth_failed++;
    session->refused++;
}

static void session_lost(const struct session *session, const char *stage) {
    struct peer peer = client_peer(session->client);
    line(session_tag(session), session->pid, "lost connection after %s from %s[%s]", stage,
         peer.host, peer.ip);
    totals.connection_lost++;
}

/* The client goes while it sends: a queue id was given away, and no message was received. */
static void session_lost_in_data(const struct session *session) {
    struct peer peer = client_peer(session->client);
    char id[16];
    queue_id(id);
    line("postfix/smtpd", session->pid, "%s: client=%s[%s]", id, peer.host, peer.ip);
    line("postfix/smtpd", session->pid, "lost connection after DATA (%u bytes) from %s[%s]",
         below(90000), peer.host, peer.ip);
    totals.connection_lost++;
}

static void session_tls(const struct session *session) {
    struct peer peer = client_peer(session->client);
    line("postfix/smtpd", session->pid, "SSL_accept error from %s[%s]: -1", peer.host, peer.ip);
    line("postfix/smtpd", session->pid,
         "warning: TLS library problem: error:0A000102:SSL routines::unsupported "
         "protocol:../ssl/statem/statem_srvr.c:1657:");
    totals.tls_failed++;
}

static void session_screened(const struct session *session) {
    struct peer peer = client_peer(session->client);
    unsigned port = 1024 + session->pid;
    line("postfix/postscreen", 799, "DNSBL rank %u for [%s]:%u", 3 + below(8), peer.ip, port);
    line("postfix/postscreen", 799,
         "NOQUEUE: reject: RCPT from [%s]:%u: 550 5.7.1 Service unavailable; client [%s] blocked "
         "using bl.example.org; from=<promo@%s%u.example.net>, to=<%s@%s>, proto=ESMTP, helo=<%s>",
         peer.ip, port, peer.ip, places[session->client % 12], session->client,
         user_name((uint32_t)chance() >> 4), domain_name(0), peer.host);
    line("postfix/postscreen", 799, "DISCONNECT [%s]:%u", peer.ip, port);
    totals.rejected++;
}

static void session_end(struct session *session) {
    struct peer peer = client_peer(session->client);
    unsigned mail = session->sent, bad = session->refused;
    if (session->kind == SESSION_REJECTED)
        line("postfix/smtpd", session->pid,
             "disconnect from %s[%s] ehlo=1 mail=1 rcpt=0/%u quit=1 commands=3/%u", peer.host,
             peer.ip, bad, bad + 3);
    else if (session->kind == SESSION_GUESSING)
        line("postfix/submission/smtpd", session->pid,
             "disconnect from %s[%s] ehlo=1 auth=0/%u rset=1 commands=2/%u", peer.host, peer.ip,
             bad, bad + 2);
    else if (mail > 0)
        line(session_tag(session), session->pid,
             "disconnect from %s[%s] ehlo=2 starttls=1 mail=%u rcpt=%u data=%u quit=1 commands=%u",
             peer.host, peer.ip, mail, mail, mail, 4 + 3 * mail);
    else
        line(session_tag(session), session->pid, "disconnect from %s[%s] ehlo=1 commands=1",
             peer.host, peer.ip);
    free(session);
}

/* True when the session has no further step but its end. */
static bool session_one_step(struct session *session) {
    static const char *const stages[] = {"CONNECT", "EHLO", "MAIL", "RSET"};
    struct peer peer = client_peer(session->client);
    switch (session->kind) {
    case SESSION_MAIL:
    case SESSION_LOGIN:
        message_accept(session);
        session->sent++;
        break;
    case SESSION_REJECTED:
        session_reject(session);
        break;
    case SESSION_GUESSING:
        session_guess(session);
        if (session->left == 1 && percent(50))
            session_lost(session, "AUTH");
        break;
    case SESSION_LOST:
        if (percent(30))
            session_lost_in_data(session);
        else
            session_lost(session, stages[below(4)]);
        break;
    case SESSION_TIMEOUT:
        line("postfix/smtpd", session->pid, "timeout after %s from %s[%s]", stages[below(4)],
             peer.host, peer.ip);
        totals.timeout++;
        break;
    case SESSION_TLS:
        session_tls(session);
        break;
    case SESSION_SCREENED:
        session_screened(session);
        break;
    }
    return --session->left == 0;
}

static void session_step(struct session *session) {
    if (session->ending) {
        session_end(session);
    } else {
        bool screened = session->kind == SESSION_SCREENED;
        session->ending = session_one_step(session);
        if (screened)
            free(session);
        else
            after(between(60000, 900000), SESSION_STEP, session);
    }
}

/* Lines that say nothing of mail, and lines of neighbours in the same file. */
static void noise(void) {
    unsigned kind = below(3);
    struct peer peer = client_peer(zipf_pick(&clients));
    if (kind == 0)
        line("postfix/anvil", 4821,
             "statistics: max connection rate %u/60s for (smtp:%s) at Jun  1 "
             "10:00:01",
             2 + below(60), peer.ip);
    else if (kind == 1)
        line("postfix/smtpd", 4000 + below(900),
             "warning: hostname %s does not resolve to address %s: Name or service not known",
             peer.host, peer.ip);
    else
        line("CRON", 9000 + below(900), "(root) CMD (/usr/local/bin/rotate-keys --quietly)");
}

/* --- the run */

struct wish {
    uint64_t bytes, messages, seed;
    const char *log, *totals;
};

static bool enough(const struct wish *wish) {
    return wish->bytes ? totals.bytes >= wish->bytes : totals.received >= wish->messages;
}

static void take_event(const struct event *event, bool stopping, int64_t pace) {
    struct message *message = event->subject;
    switch (event->kind) {
    case NEW_SESSION:
        if (!stopping) {
            session_begin();
            after(between(1, 2 * pace), NEW_SESSION, NULL);
        }
        break;
    case SESSION_STEP:
        session_step(event->subject);
        break;
    case MESSAGE_ID:
        line("postfix/cleanup", 5000 + below(60), "%s: message-id=<%016" PRIx64 "@%s>", message->id,
             chance(), domain_name(message->sender_domain));
        after(between(2000, 60000), MESSAGE_ACTIVE, message);
        break;
    case MESSAGE_ACTIVE:
        message_active(message);
        break;
    case DELIVERY:
        message_deliver(message);
        break;
    case RETRY:
        if (stopping)
            free(message); /* the log ends before: its recipients are waiting */
        else if (message->attempts >= ATTEMPTS_MOST)
            message_expire(message);
        else
            message_active(message);
        break;
    case NOISE:
        if (!stopping) {
            noise();
            after(between(1, 40 * pace), NOISE, NULL);
        }
        break;
    }
}

/* The log spans a day where it can, so that retries come to their end also in a small one. */
static void make_log(const struct wish *wish) {
    uint64_t messages = wish->bytes ? wish->bytes / BYTES_A_MESSAGE + 1 : wish->messages;
    double sessions = (double)messages * 0.64;
    int64_t pace = (int64_t)((double)DAY * (double)second / sessions);
    zipf_init(&domains, DOMAINS, 1.02);
    zipf_init(&clients, CLIENTS, 0.9);
    after(0, NEW_SESSION, NULL);
    after(0, NOISE, NULL);
    while (heap_count) {
        struct event event = soonest();
        assert(event.time >= now);
        now = event.time;
        take_event(&event, enough(wish), pace > 0 ? pace : 1);
    }
    free(heap);
    free(domains.sums);
    free(clients.sums);
}

static int usage(void) {
    fprintf(stderr, "usage: make_postfix_log (--bytes N | --messages N) [--seed S]\n"
                    "    [--stamps rfc3339|rfc3164] LOG TOTALS.json\n");
    return 2;
}

static bool read_arguments(int argc, char **argv, struct wish *wish) {
    static const struct option options[] = {{"bytes", required_argument, NULL, 'b'},
                                            {"messages", required_argument, NULL, 'm'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"stamps", required_argument, NULL, 't'},
                                            {NULL, 0, NULL, 0}};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'b')
            wish->bytes = strtoull(optarg, NULL, 10);
        else if (option == 'm')
            wish->messages = strtoull(optarg, NULL, 10);
        else if (option == 's')
            wish->seed = strtoull(optarg, NULL, 10);
        else if (option == 't')
            old_stamps = strcmp(optarg, "rfc3164") == 0;
        else
            return false;
    }
    if (argc - optind != 2 || !(wish->bytes || wish->messages))
        return false;
    wish->log = argv[optind];
    wish->totals = argv[optind + 1];
    return true;
}

int main(int argc, char **argv) {
    struct wish wish = {.seed = 1};
    if (!read_arguments(argc, argv, &wish))
        return usage();
    chance_state = wish.seed;
    log_file = fopen(wish.log, "w");
    FILE *totals_file = fopen(wish.totals, "w");
    if (!log_file || !totals_file) {
        perror("make_postfix_log");
        return 1;
    }
    setvbuf(log_file, NULL, _IOFBF, 1 << 20);
    make_log(&wish);
    totals_print(totals_file);
    if (fclose(log_file) || fclose(totals_file)) {
        perror("make_postfix_log");
        return 1;
    }
    return 0;
}
