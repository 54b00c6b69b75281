/* postfix - reads what Postfix logs.
 *
 * Why by hand: a few line kinds make up nine tenths of a log and set the speed. Read here, without
 * a pattern and without allocation, are
 *
 *   4C1D2E3F40: client=client.example.org[192.0.2.10], sasl_username=alice     smtpd/smtpd.c
 *   4C1D2E3F40: message-id=<m1@example.org>                                    cleanup_message.c
 *   4C1D2E3F40: from=<alice@example.org>, size=1200, nrcpt=2 (queue active)    qmgr/qmgr_active.c
 *   4C1D2E3F40: to=<bob@example.net>, relay=mx.example.net[198.51.100.5]:25, delay=0.9,
 *       delays=0.05/0.01/0.5/0.34, dsn=2.0.0, status=sent (250 2.0.0 Ok)       global/log_adhoc.c
 *   4C1D2E3F40: removed                                                        qmgr/qmgr_active.c
 *   connect from client.example.org[192.0.2.10], disconnect from ...           smtpd/smtpd.c
 *   NOQUEUE: reject: RCPT from bad.example.net[203.0.113.77]: 554 5.7.1 Relay access denied;
 *       from=<x@example.net> to=<dave@example.com> proto=ESMTP helo=<bad>      smtpd/smtpd_check.c
 *
 * and the errors of smtp(8), in a status line or on their own (smtp/smtp_trouble.c). All else is a
 * shape in patterns/mta/postfix.yaml: first those of the daemon, then those of "postfix", which any
 * daemon may log. Shapes see the text behind the queue id.
 *
 * How: a line is cut from the left, each step at the one place where that field can stand. Text
 * that strangers chose (addresses, replies, HELO names) is only ever looked at from its anchor on.
 */
#include "mta/mta.h"

#include <string.h>

#include "base/digits.h"
#include "base/scan.h"
#include "mta/postfix_screen.h"
#include "mta/shapes.h"

/* What takes something off the front of a text is inline, and asks functions that get the text by
 * value how long it is: so what is left of the text stays in registers. Where it lies in memory,
 * each step waits until the last one has written it.
 *
 * As slice_skip(), but here, so that the comparison with a literal becomes a few instructions: it
 * is made dozens of times a line. */
static inline bool starts(struct slice text, struct slice word) {
    return text.length >= word.length && bytes_same(text.at, word.at, word.length);
}

static inline bool skip(struct slice *rest, struct slice word) {
    if (!starts(*rest, word))
        return false;
    rest->at += word.length;
    rest->length -= word.length;
    return true;
}

/* ---- the daemons ---- */

/* What a daemon does with a message whose outcome it logs. */
enum delivers {
    DELIVERS_NOT,
    DELIVERS_SMTP,   /* speaks to a server */
    DELIVERS_HERE,   /* local(8), virtual(8), pipe(8) */
    DELIVERS_NOTHING /* tells why there is no delivery: the text may quote smtp(8) */
};

/* Those of which some lines mean another thing than elsewhere. */
enum special { SPECIAL_NOT, SPECIAL_CLEANUP, SPECIAL_POSTSCREEN, SPECIAL_DISCARD, SPECIAL_SUPER };

struct daemon {
    struct slice name;
    enum delivers delivers;
    bool bare; /* the name alone, without "postfix/" in front, is telling enough */
    enum special special;
};

/* The busiest first. */
static const struct daemon daemons[] = {
    {SLICE_INIT("smtp"), DELIVERS_SMTP, true, SPECIAL_NOT},
    {SLICE_INIT("smtpd"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("qmgr"), DELIVERS_NOTHING, true, SPECIAL_NOT},
    {SLICE_INIT("cleanup"), DELIVERS_HERE, true, SPECIAL_CLEANUP},
    {SLICE_INIT("lmtp"), DELIVERS_SMTP, true, SPECIAL_NOT},
    {SLICE_INIT("local"), DELIVERS_HERE, true, SPECIAL_NOT},
    {SLICE_INIT("virtual"), DELIVERS_HERE, true, SPECIAL_NOT},
    {SLICE_INIT("pipe"), DELIVERS_HERE, true, SPECIAL_NOT},
    {SLICE_INIT("postscreen"), DELIVERS_NOT, true, SPECIAL_POSTSCREEN},
    {SLICE_INIT("error"), DELIVERS_NOTHING, false, SPECIAL_NOT},
    {SLICE_INIT("retry"), DELIVERS_NOTHING, false, SPECIAL_NOT},
    {SLICE_INIT("discard"), DELIVERS_NOTHING, false, SPECIAL_DISCARD},
    {SLICE_INIT("bounce"), DELIVERS_NOTHING, true, SPECIAL_NOT},
    {SLICE_INIT("defer"), DELIVERS_NOTHING, true, SPECIAL_NOT},
    {SLICE_INIT("trace"), DELIVERS_NOTHING, false, SPECIAL_NOT},
    {SLICE_INIT("pickup"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("anvil"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("scache"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("verify"), DELIVERS_NOT, false, SPECIAL_NOT},
    {SLICE_INIT("dnsblog"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("tlsproxy"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("tlsmgr"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("trivial-rewrite"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("proxymap"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("flush"), DELIVERS_NOT, false, SPECIAL_NOT},
    {SLICE_INIT("oqmgr"), DELIVERS_NOTHING, true, SPECIAL_NOT},
    {SLICE_INIT("nqmgr"), DELIVERS_NOTHING, true, SPECIAL_NOT},
    {SLICE_INIT("master"), DELIVERS_NOT, false, SPECIAL_NOT},
    {SLICE_INIT("postdrop"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("postsuper"), DELIVERS_NOT, true, SPECIAL_SUPER},
    {SLICE_INIT("postqueue"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("postlog"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("postlogd"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("postalias"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("postmap"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("postfix-script"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("sendmail"), DELIVERS_NOT, false, SPECIAL_NOT},
    {SLICE_INIT("showq"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("qmqpd"), DELIVERS_NOT, true, SPECIAL_NOT},
    {SLICE_INIT("spawn"), DELIVERS_NOT, false, SPECIAL_NOT},
    {SLICE_INIT("policyd-spf"), DELIVERS_NOT, false, SPECIAL_NOT},
};

static const struct daemon *daemon_named(struct slice name) {
    for (size_t i = 0; i < sizeof daemons / sizeof daemons[0]; i++)
        if (daemons[i].name.length == name.length && daemons[i].name.at[0] == name.at[0] &&
            slice_equal(daemons[i].name, name))
            return &daemons[i];
    return NULL;
}

/* syslog_name may be anything and hold slashes: the daemon is what stands behind the last one, from
 * here on. 0: there is none. */
static size_t daemon_at(struct slice program) {
    size_t at = program.length;
    while (at > 0 && program.at[at - 1] != '/')
        at--;
    return at;
}

static const void *postfix_speaker(struct slice program) {
    return daemon_named(slice_from(program, daemon_at(program)));
}

static unsigned postfix_likeness(const struct entry *entry) {
    struct slice program = entry->program;
    size_t at = daemon_at(program);
    if (slice_starts(program, SLICE("postfix")))
        return at ? 100 : 90;
    const struct daemon *daemon = daemon_named(slice_from(program, at));
    if (!daemon)
        return 0;
    if (at)
        return 95;
    return daemon->bare ? 40 : 0;
}

/* ---- the frame: severity, queue id ---- */

struct frame {
    struct slice daemon, instance;
    const struct daemon *known; /* NULL: no daemon we know */
    struct slice queue_id;
    struct slice text; /* behind the queue id; with the severity word when there is one */
    bool severe;       /* begins with a severity word */
};

static bool is_special(const struct frame *frame, enum special special) {
    return frame->known && frame->known->special == special;
}

/*   queue-id = short / long                                  global/mail_queue.h
 *   short    = 6*HEXUPPER                                    micro-seconds and inode
 *   long     = 6*LETTER 4LETTER "z" 1*LETTER                 seconds, micro-seconds, inode
 * where LETTER is a digit or a consonant. */
enum { ID_SHORT = 1, ID_LONG = 2, ID_SHORTEST = 6, ID_LONG_MARK = 10, ID_LONGEST = 64 };

#define HEX (ID_SHORT | ID_LONG)
static const unsigned char id_bytes[256] = {
    ['0'] = HEX,      ['1'] = HEX,     ['2'] = HEX,     ['3'] = HEX,     ['4'] = HEX,
    ['5'] = HEX,      ['6'] = HEX,     ['7'] = HEX,     ['8'] = HEX,     ['9'] = HEX,
    ['A'] = ID_SHORT, ['B'] = HEX,     ['C'] = HEX,     ['D'] = HEX,     ['E'] = ID_SHORT,
    ['F'] = HEX,      ['G'] = ID_LONG, ['H'] = ID_LONG, ['J'] = ID_LONG, ['K'] = ID_LONG,
    ['L'] = ID_LONG,  ['M'] = ID_LONG, ['N'] = ID_LONG, ['P'] = ID_LONG, ['Q'] = ID_LONG,
    ['R'] = ID_LONG,  ['S'] = ID_LONG, ['T'] = ID_LONG, ['V'] = ID_LONG, ['W'] = ID_LONG,
    ['X'] = ID_LONG,  ['Y'] = ID_LONG, ['Z'] = ID_LONG, ['b'] = ID_LONG, ['c'] = ID_LONG,
    ['d'] = ID_LONG,  ['f'] = ID_LONG, ['g'] = ID_LONG, ['h'] = ID_LONG, ['j'] = ID_LONG,
    ['k'] = ID_LONG,  ['l'] = ID_LONG, ['m'] = ID_LONG, ['n'] = ID_LONG, ['p'] = ID_LONG,
    ['q'] = ID_LONG,  ['r'] = ID_LONG, ['s'] = ID_LONG, ['t'] = ID_LONG, ['v'] = ID_LONG,
    ['w'] = ID_LONG,  ['x'] = ID_LONG, ['y'] = ID_LONG, ['z'] = ID_LONG,
};
#undef HEX

static inline unsigned id_byte(char byte) {
    return id_bytes[(unsigned char)byte];
}

/* How many bytes of a short queue ID stand at the front; 0 too when there may be more of them. */
static inline size_t short_id_length(struct slice text) {
    return text.length < SCAN_STEP ? 0 : scan_hex(text.at);
}

static inline bool ends_id(struct slice text, size_t length) {
    return length + 1 < text.length && text.at[length] == ':' && text.at[length + 1] == ' ';
}

/* Of either form, byte by byte. */
static size_t any_id_length(struct slice text) {
    unsigned forms = ID_SHORT | ID_LONG, left;
    size_t length = 0, most = slice_head(text, ID_LONGEST).length;
    for (; length < most && (left = forms & id_byte(text.at[length])); length++)
        forms = left;
    bool is_id = length >= ID_SHORTEST && ends_id(text, length) &&
                 ((forms & ID_SHORT) || (length > ID_LONG_MARK && text.at[ID_LONG_MARK] == 'z'));
    return is_id ? length : 0;
}

/* The queue ID that stands in front of ": "; 0: there is none. */
static inline size_t id_length(struct slice text) {
    size_t length = short_id_length(text);
    return length >= ID_SHORTEST && ends_id(text, length) ? length : any_id_length(text);
}

/* Cuts "ID: " off the front. */
static inline bool queue_id_take(struct slice *text, struct slice *id_r) {
    size_t length = id_length(*text);
    if (!length)
        return false;
    *id_r = (struct slice){text->at, length};
    *text = (struct slice){text->at + length + 2, text->length - length - 2};
    return true;
}

static inline bool severity_take(struct slice *text) {
    char first = slice_byte(*text, 0);
    if (first != 'w' && first != 'e' && first != 'f' && first != 'p')
        return false;
    return skip(text, SLICE("warning: ")) || skip(text, SLICE("error: ")) ||
           skip(text, SLICE("fatal: ")) || skip(text, SLICE("panic: "));
}

/* Which daemon speaks, and as what. */
static inline void set_daemon(struct frame *frame, const struct entry *entry) {
    const struct daemon *known = entry->speaker;
    struct slice program = entry->program;
    size_t at = known ? program.length - known->name.length : daemon_at(program);
    frame->daemon = slice_range(program.at + at, program.at + program.length);
    frame->instance = (struct slice){program.at, at - (at > 0)};
    frame->known = known ? known : daemon_named(frame->daemon);
}

/* In its place: a frame that is handed back is copied, and the copy waits for what was just written
 * (a tenth of the time of postfix_read). */
__attribute__((always_inline)) static inline void frame_read(const struct entry *entry,
                                                             struct frame *frame) {
    struct slice text = entry->text;
    set_daemon(frame, entry);
    frame->queue_id = (struct slice){0};
    frame->severe = false;
    if (!queue_id_take(&text, &frame->queue_id) && !skip(&text, SLICE("NOQUEUE: "))) {
        struct slice behind = text;
        frame->severe = severity_take(&behind);
        if (frame->severe)
            queue_id_take(&behind, &frame->queue_id);
    }
    frame->text = text;
}

/* ---- parts of a line ---- */

/* A quoted local part may hold ">" and "," (external form, 3.5 and later); the ">" that closes is
 * followed by a comma, a blank or the end. */
static size_t address_length(struct slice text) {
    size_t at = 0;
    if (text.length && text.at[0] == '"') {
        for (at = 1; at < text.length && text.at[at] != '"'; at++)
            at += text.at[at] == '\\';
    }
    while (at < text.length) {
        at = (size_t)(scan_for(text.at + at, text.at + text.length, '>') - text.at);
        char next = at + 1 < text.length ? text.at[at + 1] : ' ';
        if (next == ',' || next == ' ')
            break;
        at++;
    }
    return at;
}

/* "<addr>", the "<" already cut off. */
static inline struct slice address_take(struct slice *rest) {
    size_t length = address_length(*rest);
    struct slice address = slice_head(*rest, length);
    *rest = slice_from(*rest, length + 1);
    return address;
}

/* "name[addr]", "name[addr]:port", "[addr]:port", "name[private/socket]" */
struct peer {
    struct slice host, ip, port;
    bool is_socket;
    bool is_nobody; /* relay=none */
};

/* The parts of a peer. False: it is none. */
static bool parts_read(struct slice text, struct slice *host_r, struct slice *ip_r,
                       bool *is_socket_r) {
    size_t open = slice_find(text, '[');
    struct slice host = slice_head(text, open), ip = slice_from(text, host.length + 1);
    size_t close = slice_find(ip, ']');
    if (open == SIZE_MAX || close == SIZE_MAX || slice_find(host, ' ') != SIZE_MAX ||
        slice_find(host, ']') != SIZE_MAX)
        return false;
    *host_r = host;
    *ip_r = slice_head(ip, close);
    *is_socket_r = slice_find(*ip_r, '/') != SIZE_MAX;
    return true;
}

/* The same of most, in five looks of 32 bytes. False: it is none, or longer. */
static inline bool near_parts_read(struct slice text, struct slice *host_r, struct slice *ip_r,
                                   bool *is_socket_r) {
    const char *end = text.at + text.length;
    uint32_t open = text.length < SCAN_WIDTH ? 0 : scan_bits(text.at, '[');
    if (!open || ((scan_bits(text.at, ' ') | scan_bits(text.at, ']')) & (open ^ (open - 1))))
        return false;
    const char *ip = text.at + __builtin_ctz(open) + 1;
    uint32_t close = scan_bits_until(ip, end, ']');
    if (!close)
        return false;
    *host_r = slice_range(text.at, ip - 1);
    *ip_r = (struct slice){ip, (size_t)__builtin_ctz(close)};
    *is_socket_r = (scan_bits_until(ip, end, '/') & (close ^ (close - 1))) != 0;
    return true;
}

static inline size_t port_length(struct slice text) {
    uint32_t few;
    size_t digits = digits_few(text.at, text.length, &few);
    struct slice rest = text;
    uint64_t number;
    return digits || !slice_take_number(&rest, &number) ? digits : text.length - rest.length;
}

/* 0: it is none. */
static size_t peer_length(struct slice text, struct peer *peer_r) {
    struct slice host, ip, port = {0};
    bool is_socket;
    if (!near_parts_read(text, &host, &ip, &is_socket) && !parts_read(text, &host, &ip, &is_socket))
        return 0;
    struct slice behind = slice_range(ip.at + ip.length + 1, text.at + text.length);
    if (skip(&behind, SLICE(":")))
        port = slice_head(behind, port_length(behind));
    bool has_ip = !is_socket && !slice_equal(ip, SLICE("unknown"));
    peer_r->host = host;
    peer_r->ip = has_ip ? ip : (struct slice){0};
    peer_r->port = port;
    peer_r->is_socket = is_socket;
    peer_r->is_nobody = false;
    return host.length + ip.length + 2 + (port.length ? 1 + port.length : 0);
}

static inline bool peer_take(struct slice *rest, struct peer *peer_r) {
    size_t length = peer_length(*rest, peer_r);
    if (!length)
        return false;
    *rest = slice_from(*rest, length);
    return true;
}

static void record_peer(struct record *record, const struct peer *peer) {
    record->peer_host = peer->host;
    record->peer_ip = peer->ip;
    record->peer_port = peer->port;
}

/* A word as Postfix writes it, and the stage it stands for. */
struct stage_word {
    struct slice word;
    enum stage stage;
};

/* The first row whose word the text begins with. A text cut by syslog may end inside the word. */
static enum stage stage_of(const struct stage_word *words, size_t count, struct slice text) {
    for (size_t i = 0; text.length && i < count; i++)
        if (slice_starts(text, words[i].word) ||
            (text.length >= 4 && slice_starts(words[i].word, text)))
            return words[i].stage;
    return STAGE_OTHER;
}
#define STAGE_OF(words, text) stage_of(words, sizeof(words) / sizeof(words)[0], text)

/* ---- why a delivery failed: smtp/smtp_trouble.c, smtp_connect.c, smtp_sasl_glue.c ---- */

/* "... (in reply to RCPT TO command)": smtp/smtp_proto.c */
static const struct stage_word replied_to[] = {
    {SLICE_INIT("RCPT TO"), STAGE_RCPT},   {SLICE_INIT("end of DATA"), STAGE_END_OF_DATA},
    {SLICE_INIT("MAIL FROM"), STAGE_MAIL}, {SLICE_INIT("DATA"), STAGE_DATA},
    {SLICE_INIT("EHLO"), STAGE_HELO},      {SLICE_INIT("HELO"), STAGE_HELO},
    {SLICE_INIT("LHLO"), STAGE_HELO},      {SLICE_INIT("STARTTLS"), STAGE_STARTTLS},
    {SLICE_INIT("AUTH"), STAGE_AUTH},      {SLICE_INIT("QUIT"), STAGE_QUIT},
};

/* "lost connection with H[ip] while ..." */
static const struct stage_word done_meanwhile[] = {
    {SLICE_INIT("receiving the initial server greeting"), STAGE_CONNECT},
    {SLICE_INIT("performing the EHLO"), STAGE_HELO},
    {SLICE_INIT("performing the HELO"), STAGE_HELO},
    {SLICE_INIT("performing the LHLO"), STAGE_HELO},
    {SLICE_INIT("receiving the STARTTLS"), STAGE_STARTTLS},
    {SLICE_INIT("performing SASL"), STAGE_AUTH},
    {SLICE_INIT("sending MAIL FROM"), STAGE_MAIL},
    {SLICE_INIT("sending RCPT TO"), STAGE_RCPT},
    {SLICE_INIT("sending DATA"), STAGE_DATA},
    {SLICE_INIT("sending message body"), STAGE_DATA},
    {SLICE_INIT("sending end of data"), STAGE_END_OF_DATA},
    {SLICE_INIT("sending QUIT"), STAGE_QUIT},
};

/* What stands in front of a server that said something. */
static const struct slice sayers[] = {
    SLICE_INIT("host "),
    SLICE_INIT("TLS is required, but host "),
    SLICE_INIT("SASL authentication failed; server "),
    SLICE_INIT("SASL [CACHED] authentication failed; server "),
    SLICE_INIT("Protocol error: host "),
};
enum { SAYER_AUTH_FIRST = 2, SAYER_AUTH_LAST = 3 };

/* What stands between the server and its reply; STAGE_NONE: "(in reply to ...)" tells. */
static const struct stage_word sayings[] = {
    {SLICE_INIT(" said: "), STAGE_NONE},
    {SLICE_INIT(" refused to talk to me: "), STAGE_CONNECT},
    {SLICE_INIT(" refused to start TLS: "), STAGE_STARTTLS},
};

/* Failures without a reply, by how they begin. */
static const struct stage_word failures[] = {
    {SLICE_INIT("connect to "), STAGE_CONNECT},
    {SLICE_INIT("lost connection with "), STAGE_NONE},
    {SLICE_INIT("conversation with "), STAGE_NONE},
    {SLICE_INIT("SASL authentication failed: server "), STAGE_AUTH},
    {SLICE_INIT("SASL authentication failed; cannot authenticate to server "), STAGE_AUTH},
    {SLICE_INIT("SASL "), STAGE_AUTH},
    {SLICE_INIT("Cannot start TLS: "), STAGE_STARTTLS},
    {SLICE_INIT("TLS is required, but was not offered by host "), STAGE_STARTTLS},
    {SLICE_INIT("TLS is required"), STAGE_STARTTLS},
    {SLICE_INIT("Server certificate "), STAGE_STARTTLS},
    {SLICE_INIT("TLSA lookup error for "), STAGE_STARTTLS},
    {SLICE_INIT("Sender requested REQUIRETLS"), STAGE_STARTTLS},
    {SLICE_INIT("Host or domain name not found"), STAGE_DNS},
    {SLICE_INIT("Host not found"), STAGE_DNS},
    {SLICE_INIT("Name service error "), STAGE_DNS},
    {SLICE_INIT("Domain "), STAGE_DNS},
    {SLICE_INIT("mail for "), STAGE_DNS},
    {SLICE_INIT("unable to find primary relay for "), STAGE_DNS},
    {SLICE_INIT("unable to look up host "), STAGE_DNS},
    {SLICE_INIT("message size "), STAGE_MAIL},
    {SLICE_INIT("message requires SMTPUTF8"), STAGE_MAIL},
    {SLICE_INIT("SMTPUTF8 is required"), STAGE_MAIL},
    {SLICE_INIT("local data error while talking to "), STAGE_DATA},
    {SLICE_INIT("server unavailable or unable to receive mail"), STAGE_CONNECT},
    {SLICE_INIT("unknown mail transport error"), STAGE_QUEUE},
};
static const struct slice host_not_found = SLICE_INIT(": host not found");

/* Cuts " (in reply to X command)" off the end; syslog may have cut its own end off. */
static enum stage replied_stage(struct slice *reply) {
    static const struct slice mark = SLICE_INIT(" (in reply to ");
    size_t at = slice_rfind_text(*reply, mark);
    if (at == SIZE_MAX)
        return STAGE_OTHER;
    struct slice command = slice_from(*reply, at + mark.length);
    *reply = slice_head(*reply, at);
    return STAGE_OF(replied_to, command);
}

/* "host mx.example.net[198.51.100.5] said: 550 5.1.1 ... (in reply to RCPT TO command)" */
static bool said_read(struct slice reason, struct record *record) {
    size_t sayer = 0;
    while (sayer < sizeof sayers / sizeof sayers[0] && !slice_skip(&reason, sayers[sayer]))
        sayer++;
    struct peer peer;
    if (sayer == sizeof sayers / sizeof sayers[0] || !peer_take(&reason, &peer))
        return false;
    for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++) {
        if (!skip(&reason, sayings[i].word))
            continue;
        bool is_auth = sayer >= SAYER_AUTH_FIRST && sayer <= SAYER_AUTH_LAST;
        record->stage = sayings[i].stage;
        if (record->stage == STAGE_NONE)
            record->stage = is_auth ? STAGE_AUTH : replied_stage(&reason);
        record_peer(record, &peer);
        record->side = SIDE_REMOTE;
        record->reply = reason;
        record->reply_may_have_code = true;
        return true;
    }
    return false;
}

/* "lost connection with mx.example.net[198.51.100.5] while sending message body" */
static bool failure_read(struct slice reason, struct record *record) {
    size_t form = 0;
    struct slice rest = reason;
    while (form < sizeof failures / sizeof failures[0] && !slice_skip(&rest, failures[form].word))
        form++;
    bool known = form < sizeof failures / sizeof failures[0];
    if (!known && !slice_ends(reason, host_not_found))
        return false;
    record->side = SIDE_SYNTHETIC;
    record->stage = known ? failures[form].stage : STAGE_DNS;
    record->reply = reason;
    struct peer peer;
    if (known && peer_take(&rest, &peer)) {
        record_peer(record, &peer);
        if (peer.is_socket)
            record->direction = DIRECTION_LOCAL;
    }
    if (record->stage == STAGE_NONE) {
        skip(&rest, SLICE(" timed out"));
        skip(&rest, SLICE(" while "));
        record->stage = STAGE_OF(done_meanwhile, rest);
    }
    return true;
}

/* What smtp(8) says of a failure, in its own words or quoted by error(8), retry(8) and qmgr(8). */
static bool reason_read(struct slice reason, struct record *record) {
    skip(&reason, SLICE("delivery temporarily suspended: "));
    return said_read(reason, record) || failure_read(reason, record);
}

/* ---- the status line: global/log_adhoc.c ---- */

struct status {
    struct slice word;
    enum event event;
    enum level level;
};

static const struct status statuses[] = {
    {SLICE_INIT("sent"), EVENT_DELIVERED, LEVEL_RECIPIENT},
    {SLICE_INIT("deferred"), EVENT_DEFERRED, LEVEL_ATTEMPT},
    {SLICE_INIT("bounced"), EVENT_BOUNCED, LEVEL_RECIPIENT},
    {SLICE_INIT("expired"), EVENT_EXPIRED, LEVEL_RECIPIENT},
    {SLICE_INIT("SOFTBOUNCE"), EVENT_DEFERRED, LEVEL_ATTEMPT},
    {SLICE_INIT("deliverable"), EVENT_NONE, LEVEL_NONE}, /* probes of verify(8) */
    {SLICE_INIT("undeliverable"), EVENT_NONE, LEVEL_NONE},
};

/* Cuts the word and the blank behind it off the front. */
static const struct status *status_take(struct slice *rest) {
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct slice behind = *rest;
        if (!skip(&behind, statuses[i].word) || (behind.length && !skip(&behind, SLICE(" "))))
            continue;
        *rest = behind;
        return &statuses[i];
    }
    return NULL;
}

/* Cuts "value" and the comma behind it; values of these fields hold no comma. */
static inline struct slice value_take(struct slice *rest) {
    const char *end = rest->at + rest->length, *comma = scan_for(rest->at, end, ',');
    struct slice value = slice_range(rest->at, comma);
    *rest = comma < end ? slice_range(comma + 1, end) : (struct slice){0};
    skip(rest, SLICE(" "));
    return value;
}

/* Whether a value ends behind its first `length` bytes, as most do: then nobody has to look where
 * it ends. */
static inline bool value_ends(struct slice rest, size_t length) {
    return rest.length > length + 1 && rest.at[length] == ',' && rest.at[length + 1] == ' ';
}

static inline void value_pass(struct slice *rest, size_t length) {
    if (value_ends(*rest, length))
        *rest = (struct slice){rest->at + length + 2, rest->length - length - 2};
    else
        value_take(rest);
}

/* The number that is the whole value. */
static inline bool number_take(struct slice *rest, int64_t *number_r) {
    uint32_t few;
    size_t digits = digits_few(rest->at, rest->length, &few);
    if (digits && value_ends(*rest, digits)) {
        value_pass(rest, digits);
        *number_r = few;
        return true;
    }
    uint64_t number;
    if (!slice_number(value_take(rest), &number) || number > INT64_MAX)
        return false;
    *number_r = (int64_t)number;
    return true;
}

/* "0.98" */
static inline void delay_take(struct slice *rest, struct record *record) {
    static const uint32_t micros[] = {0, 100000, 10000, 1000, 100, 10, 1};
    uint32_t whole = 0, fraction = 0;
    size_t before = digits_few(rest->at, rest->length, &whole);
    struct slice decimals = slice_from(*rest, before + 1);
    size_t behind = digits_few(decimals.at, decimals.length, &fraction);
    if (before && behind && behind < sizeof micros / sizeof *micros && rest->at[before] == '.' &&
        value_ends(*rest, before + 1 + behind)) {
        record->delay = (int64_t)whole * 1000000 + fraction * micros[behind];
        value_pass(rest, before + 1 + behind);
        return;
    }
    if (!slice_seconds(value_take(rest), &record->delay))
        record->delay = -1;
}

static inline void dsn_take(struct slice *rest, struct record *record) {
    struct slice behind = *rest;
    enhanced_take(&behind, &record->dsn);
    value_pass(rest, (size_t)(behind.at - rest->at));
}

/* "mx.example.net[198.51.100.5]:25", "none", "local" */
static inline void relay_take(struct slice *rest, struct peer *relay) {
    struct peer peer;
    size_t length = peer_length(*rest, &peer);
    if (length && value_ends(*rest, length) &&
        scan_for(rest->at, rest->at + rest->length, ',') == rest->at + length) {
        value_pass(rest, length);
        *relay = peer;
        return;
    }
    struct slice value = value_take(rest);
    if (!peer_length(value, relay))
        relay->is_nobody = slice_is(value, "none");
}

/* From Postfix 3.11 on: the level that was asked for, ":" and the one that came of it when that is
 * another; "?" while it is not known. "may", "dane:encrypt", "may:none", "none". */
static void tls_take(struct slice *rest, struct record *record) {
    struct slice value = value_take(rest);
    size_t slash = slice_find(value, '/'); /* "/requiretls" */
    value = slice_head(value, slash);
    if (slice_ends(value, SLICE("?")) || !value.length)
        return;
    record->tls = slice_ends(value, SLICE("none")) ? TLS_NOT : TLS_USED;
}

/* "<addr>" of an alias, the "<" already cut off. */
static void orig_to_take(struct slice *rest, struct record *record) {
    record->orig_recipient = address_take(rest);
    value_take(rest);
}

/* The fields between to= and status=, in their fixed order; all but relay= and delay= may be
 * missing. conn_use=, delays= and what a version to come adds are passed over. Each is asked for
 * where it stands: to tell them by their first letter took more. False: no status= follows. */
static bool status_fields_take(struct slice *rest, struct record *record, struct peer *relay) {
    while (rest->length) {
        const char *begin = rest->at;
        if (skip(rest, SLICE("orig_to=<")))
            orig_to_take(rest, record);
        if (skip(rest, SLICE("relay=")))
            relay_take(rest, relay);
        if (skip(rest, SLICE("delay=")))
            delay_take(rest, record);
        if (skip(rest, SLICE("delays=")))
            value_take(rest);
        if (skip(rest, SLICE("tls=")))
            tls_take(rest, record);
        if (skip(rest, SLICE("dsn=")))
            dsn_take(rest, record);
        if (skip(rest, SLICE("status=")))
            return true;
        if (rest->at == begin)
            value_take(rest);
    }
    return false;
}

/* The text in the outer parentheses; the closing one is missing where syslog cut the line. */
static struct slice outer_parentheses(struct slice rest) {
    rest = slice_trim(rest);
    if (!skip(&rest, SLICE("(")))
        return rest;
    return rest.length && rest.at[rest.length - 1] == ')' ? slice_head(rest, rest.length - 1)
                                                          : rest;
}

/* A daemon that we do not know (RFC 5424 as rsyslog writes it has "postfix" alone) is known by whom
 * it spoke to: nobody, when smtp(8) reached no server or error(8) did not try. */
static enum delivers delivers_of(const struct frame *frame, const struct peer *relay) {
    if (frame->known)
        return frame->known->delivers;
    if (relay->is_nobody)
        return DELIVERS_NOTHING;
    return relay->ip.length || relay->is_socket ? DELIVERS_SMTP : DELIVERS_HERE;
}

static enum direction delivery_direction(enum delivers delivers, const struct peer *relay) {
    if (delivers == DELIVERS_HERE || relay->is_socket)
        return DIRECTION_LOCAL;
    return DIRECTION_OUT;
}

/* side, stage and reply of a status line. */
static void status_reason(enum delivers delivers, struct slice reason, struct record *record) {
    if (record->event == EVENT_DELIVERED && delivers == DELIVERS_SMTP) {
        record->side = SIDE_REMOTE;
        record->stage = STAGE_END_OF_DATA;
        record->reply = reason;
        record->reply_may_have_code = true;
        return;
    }
    /* local(8) and pipe(8) print what programs wrote: only smtp(8) is believed in its quotes. */
    if (delivers != DELIVERS_HERE && record->event != EVENT_DELIVERED &&
        reason_read(reason, record))
        return;
    record->side = SIDE_SYNTHETIC;
    record->reply = reason;
    if (delivers == DELIVERS_HERE)
        record->stage = STAGE_DELIVERY;
    else
        record->stage = delivers == DELIVERS_SMTP ? STAGE_OTHER : STAGE_QUEUE;
}

/* Behind "to=<". */
static enum reading status_read(const struct frame *frame, struct slice rest,
                                struct records *records) {
    struct record *record = records_add(records, RECORD_OUTCOME, "PF-STATUS");
    struct peer relay = {0};
    record->recipient = address_take(&rest);
    if (!skip(&rest, SLICE(", ")))
        value_take(&rest);
    const struct status *status = NULL;
    if (status_fields_take(&rest, record, &relay))
        status = status_take(&rest);
    if (!status || status->event == EVENT_NONE) {
        records->count--;
        return status ? READING_DULL : READING_UNKNOWN;
    }
    record->event = status->event;
    record->level = status->level;
    enum delivers delivers = delivers_of(frame, &relay);
    record->direction = delivery_direction(delivers, &relay);
    record_peer(record, &relay);
    status_reason(delivers, outer_parentheses(rest), record);
    if (record->event == EVENT_DELIVERED)
        record_link_onward(record, record->reply);
    if (record->event == EVENT_DELIVERED &&
        (is_special(frame, SPECIAL_DISCARD) || (!frame->known && relay.is_nobody)))
        record->event = EVENT_DISCARDED;
    return READING_READ;
}

/* One host failed and another is tried, so there is no recipient and no status:
 * "4C1D2E3F40: host mx1.example.net[198.51.100.5] said: 450 ...", and without a queue id
 * "connect to mx.example.com[2001:db8::25]:25: Connection timed out". */
static enum reading host_read(const struct frame *frame, struct records *records) {
    if ((frame->known && frame->known->delivers != DELIVERS_SMTP) ||
        !(frame->queue_id.length || slice_starts(frame->text, SLICE("connect to "))))
        return READING_UNKNOWN;
    const char *line_type = frame->queue_id.length ? "PF-SMTP-ATTEMPT" : "PF-SMTP-CONNFAIL";
    struct record *record = records_add(records, RECORD_OUTCOME, line_type);
    if (!reason_read(frame->text, record)) {
        records->count--;
        return READING_UNKNOWN;
    }
    record->event = EVENT_DEFERRED;
    record->level = LEVEL_HOST;
    if (!record->direction)
        record->direction = DIRECTION_OUT;
    return READING_READ;
}

/* ---- arrival: smtpd, cleanup, qmgr ---- */

static void link_back(struct record *record, struct slice id) {
    record->link = LINK_BACK;
    record->linked_id = id;
}

/* Behind "client=". The message may still be refused: the journey counts it when qmgr tells its
 * size. With orig_queue_id= it comes back from a content filter and may have arrived before. */
static enum reading client_read(struct slice rest, struct records *records) {
    struct peer peer;
    if (!peer_take(&rest, &peer))
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_ARRIVAL, "PF-SMTPD-CLIENT");
    record->direction = DIRECTION_IN;
    record_peer(record, &peer);
    for (value_take(&rest); rest.length; value_take(&rest)) {
        if (skip(&rest, SLICE("orig_queue_id=")))
            link_back(record, slice_head(rest, slice_find(rest, ',')));
        else if (skip(&rest, SLICE("sasl_username=")))
            record->user = slice_head(rest, slice_find(rest, ','));
        else if (skip(&rest, SLICE("sasl_method=")))
            record->method = slice_head(rest, slice_find(rest, ','));
    }
    return READING_READ;
}

/* Behind "uid=": "1000 from=<alice>". qmgr tells the sender in full. With orig_id= postsuper sent
 * the message through pickup once more. */
static enum reading pickup_read(struct slice rest, struct records *records) {
    static const struct slice orig_id = SLICE_INIT(" orig_id=");
    struct record *record = records_add(records, RECORD_ARRIVAL, "PF-PICKUP");
    record->direction = DIRECTION_IN;
    size_t at = slice_rfind_text(rest, orig_id);
    if (at != SIZE_MAX)
        link_back(record, slice_from(rest, at + orig_id.length));
    return READING_READ;
}

/* "sender non-delivery notification: 4C1D2E3F99": bounce(8) made that message. */
static enum reading notice_read(struct slice rest, struct records *records) {
    static const struct slice kinds[] = {SLICE_INIT("non-delivery "), SLICE_INIT("delay "),
                                         SLICE_INIT("delivery status ")};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (skip(&rest, kinds[i]))
            break;
    if (!skip(&rest, SLICE("notification: ")))
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_DETAIL, "PF-BO-NDN");
    record->link = LINK_NOTICE;
    record->linked_id = slice_trim(rest);
    return READING_READ;
}

/* Behind "from=<": qmgr takes the message up, again at every retry; or it gives up. */
static enum reading queued_read(struct slice rest, struct records *records) {
    struct slice sender = address_take(&rest);
    uint64_t number;
    bool expired =
        starts(rest, SLICE(", status=expired")) || starts(rest, SLICE(", status=force-expired"));
    struct record *record = expired ? records_add(records, RECORD_OUTCOME, "PF-QM-EXPIRED")
                                    : records_add(records, RECORD_DETAIL, "PF-QM-ACTIVE");
    record->sender = sender;
    record->has_sender = true;
    if (!skip(&rest, SLICE(", ")))
        value_take(&rest);
    if (expired) {
        record_expired(record, rest);
        return READING_READ;
    }
    if (skip(&rest, SLICE("size=")))
        number_take(&rest, &record->size);
    if (skip(&rest, SLICE("nrcpt=")) && slice_take_number(&rest, &number) && number <= INT64_MAX)
        record->nrcpt = (int64_t)number;
    return READING_READ;
}

/* ---- refused commands: smtpd/smtpd_check.c log_whatsup(), postscreen_smtpd.c, cleanup_milter.c */

struct action {
    struct slice word; /* with ": " */
    enum event event;
    bool has_code;
};

static const struct action actions[] = {
    {SLICE_INIT("reject: "), EVENT_REJECTED, true},
    {SLICE_INIT("milter-reject: "), EVENT_REJECTED, true},
    {SLICE_INIT("reject_warning: "), EVENT_WARNING, true},
    {SLICE_INIT("proxy-reject: "), EVENT_REJECTED, true},
    {SLICE_INIT("hold: "), EVENT_HELD, false},
    {SLICE_INIT("milter-hold: "), EVENT_HELD, false},
    {SLICE_INIT("discard: "), EVENT_DISCARDED, false},
    {SLICE_INIT("milter-discard: "), EVENT_DISCARDED, false},
};

static const struct stage_word commands[] = {
    {SLICE_INIT("RCPT"), STAGE_RCPT},
    {SLICE_INIT("END-OF-MESSAGE"), STAGE_END_OF_DATA},
    {SLICE_INIT("END-OF-DATA"), STAGE_END_OF_DATA},
    {SLICE_INIT("MAIL"), STAGE_MAIL},
    {SLICE_INIT("EHLO"), STAGE_HELO},
    {SLICE_INIT("HELO"), STAGE_HELO},
    {SLICE_INIT("CONNECT"), STAGE_CONNECT},
    {SLICE_INIT("connect"), STAGE_CONNECT},
    {SLICE_INIT("DATA"), STAGE_DATA},
    {SLICE_INIT("BDAT"), STAGE_DATA},
    {SLICE_INIT("STARTTLS"), STAGE_STARTTLS},
    {SLICE_INIT("AUTH"), STAGE_AUTH},
    {SLICE_INIT("QUIT"), STAGE_QUIT},
};

/* postscreen's refusals without a code in the line: keys of patterns/codes/implied.csv. */
static const struct {
    struct slice text, implied;
} bare_refusals[] = {
    {SLICE_INIT("too many connections"), SLICE_INIT("PF-PSC too-many-connections")},
    {SLICE_INIT("all server ports busy"), SLICE_INIT("PF-PSC all-ports-busy")},
    {SLICE_INIT("all screening ports busy"), SLICE_INIT("PF-PSC all-ports-busy")},
};

/* Where the quoted local part begins in which a place of the envelope stands: to=<"a; to=<b"@...>.
 * SIZE_MAX: in none. */
static size_t quoted_from(struct slice text, size_t place) {
    size_t open = slice_rfind_text(slice_head(text, place), SLICE("=<\""));
    if (open == SIZE_MAX)
        return SIZE_MAX;
    struct slice before = slice_range(text.at + open + 3, text.at + place);
    struct slice behind = slice_from(text, place);
    behind = slice_from(behind, slice_find(behind, '"'));
    return slice_find(before, '"') == SIZE_MAX && slice_starts(behind, SLICE("\"@")) ? open
                                                                                     : SIZE_MAX;
}

static bool begins_envelope(struct slice text) {
    static const struct slice heads[] = {SLICE_INIT(" from=<"), SLICE_INIT(" to=<"),
                                         SLICE_INIT(" proto="), SLICE_INIT(" helo=<")};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (slice_starts(text, heads[i]))
            return true;
    return false;
}

/* Where the envelope begins: the last "; " with a field behind it. The text in front may quote
 * an address with "; from=<" in it, and so may the envelope; a HELO name cannot (smtpd replaces
 * blanks and ";" by "?"). */
static size_t envelope_at(struct slice text) {
    for (size_t at = text.length; (at = slice_rfind(slice_head(text, at), ';')) != SIZE_MAX;) {
        if (!begins_envelope(slice_from(text, at + 1)))
            continue;
        size_t open = quoted_from(text, at);
        if (open == SIZE_MAX)
            return at;
        at = open;
    }
    return SIZE_MAX;
}

/* "from=<x@example.net> to=<dave@example.com> proto=ESMTP helo=<h> sasl_username=alice";
 * postscreen sets commas between the fields. */
static void envelope_read(struct slice rest, struct record *record) {
    struct slice value;
    while (rest.length) {
        if (skip(&rest, SLICE("from=<"))) {
            record->sender = address_take(&rest);
            record->has_sender = true;
        } else if (skip(&rest, SLICE("to=<"))) {
            record->recipient = address_take(&rest);
        } else if (skip(&rest, SLICE("helo=<"))) {
            record->helo = address_take(&rest);
        } else if (skip(&rest, SLICE("sasl_username=<"))) {
            record->user = address_take(&rest);
        } else if (skip(&rest, SLICE("sasl_username="))) {
            slice_cut(&rest, ' ', &record->user);
        } else {
            slice_cut(&rest, ' ', &value);
        }
        skip(&rest, SLICE(","));
        skip(&rest, SLICE(" "));
    }
}

/* "450 4.1.1 <d@example.com>: Recipient address rejected: unverified address: host x said: 550 ..."
 */
static bool quotes_callout(struct slice reply) {
    size_t at = slice_find_text(reply, SLICE("unverified address: "));
    if (at == SIZE_MAX)
        at = slice_find_text(reply, SLICE("undeliverable address: "));
    return at != SIZE_MAX && slice_find_text(slice_from(reply, at), SLICE(" said: ")) != SIZE_MAX;
}

/* cleanup(8) has cut off the code that the milter gave; of a daemon without a name it is known by
 * that. */
static bool lacks_code(const struct frame *frame, const struct record *record) {
    if (frame->known)
        return is_special(frame, SPECIAL_CLEANUP);
    return record->stage == STAGE_END_OF_DATA && record->reply.length > 1 &&
           record->reply.at[1] == '.';
}

static void refusal_implied(const struct frame *frame, struct record *record) {
    if (lacks_code(frame, record)) {
        record->implied = record->reply.length && record->reply.at[0] == '4'
                              ? SLICE("PF-CL-MILTER temporary")
                              : SLICE("PF-CL-MILTER permanent");
        return;
    }
    for (size_t i = 0; i < sizeof bare_refusals / sizeof bare_refusals[0]; i++)
        if (slice_equal(record->reply, bare_refusals[i].text))
            record->implied = bare_refusals[i].implied;
}

static const char *refusal_type(const struct frame *frame, const struct action *action) {
    if (is_special(frame, SPECIAL_POSTSCREEN))
        return "PF-PSC-REJECT";
    if (is_special(frame, SPECIAL_CLEANUP))
        return "PF-CL-MILTER";
    return slice_is(action->word, "proxy-reject: ") ? "PF-SMTPD-PROXY" : "PF-SMTPD-REJECT";
}

/* "RCPT from bad.example.net[203.0.113.77]: 554 5.7.1 ...; from=<..." behind the action. Only a
 * proxy's refusal has no client: "END-OF-MESSAGE: 554 5.7.1 ...". */
static enum reading refusal_read(const struct frame *frame, const struct action *action,
                                 struct slice rest, struct records *records) {
    size_t length = 0;
    while (length < rest.length && (rest.at[length] == '-' || (rest.at[length] | 0x20) >= 'a'))
        length++;
    struct slice command = slice_head(rest, length);
    struct peer peer = {0};
    rest = slice_from(rest, length);
    skip(&rest, SLICE(" content")); /* "DATA content from ..." */
    if (!length || (skip(&rest, SLICE(" from ")) && !peer_take(&rest, &peer)) ||
        !skip(&rest, SLICE(": ")))
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_INCIDENT, refusal_type(frame, action));
    size_t envelope = envelope_at(rest);
    record->event = action->event;
    record->level = LEVEL_SESSION;
    record->direction = DIRECTION_IN;
    record->side = SIDE_LOCAL;
    record->stage = STAGE_OF(commands, command);
    record_peer(record, &peer);
    record->reply = slice_head(rest, envelope);
    record->reply_may_have_code = action->has_code;
    record->by_filter = slice_starts(action->word, SLICE("milter-"));
    record->is_stand = slice_is(action->word, "milter-reject: ") &&
                       (record->stage == STAGE_CONNECT || record->stage == STAGE_HELO ||
                        record->stage == STAGE_MAIL);
    if (envelope != SIZE_MAX)
        envelope_read(slice_from(rest, envelope + 2), record);
    else if (slice_ends(record->reply, SLICE(";")))
        record->reply.length--;
    if (quotes_callout(record->reply))
        record->side = SIDE_CALLOUT;
    if (action->event == EVENT_REJECTED)
        refusal_implied(frame, record);
    return READING_READ;
}

static enum reading action_read(const struct frame *frame, struct records *records) {
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        struct slice rest = frame->text;
        if (skip(&rest, actions[i].word))
            return refusal_read(frame, &actions[i], rest, records);
    }
    return READING_UNKNOWN;
}

/* ---- a whole entry ---- */

/* postsuper(1) took the message out of the queue: what waited in it is gone. */
static void removal_add(struct records *records, struct slice text) {
    struct record *record = records_add(records, RECORD_OUTCOME, "PF-PSUPER");
    record->event = EVENT_DISCARDED;
    record->level = LEVEL_RECIPIENT;
    record->direction = DIRECTION_LOCAL;
    record->side = SIDE_LOCAL;
    record->stage = STAGE_QUEUE;
    record->reply = text;
}

/* "removed" of qmgr(8) and postsuper(1), "removed (canceled)" of cleanup(8) since 3.10, and
 * "requeued", after which the message has another queue ID. */
static enum reading end_read(const struct frame *frame, struct records *records) {
    bool by_admin = is_special(frame, SPECIAL_SUPER);
    struct slice rest = frame->text;
    bool requeued = by_admin && slice_is(rest, "requeued");
    if (!requeued &&
        (!skip(&rest, SLICE("removed")) || (rest.length && !slice_starts(rest, SLICE(" (")))))
        return READING_UNKNOWN;
    if (by_admin && !requeued)
        removal_add(records, frame->text);
    records_add(records, RECORD_END, by_admin ? "PF-PSUPER" : "PF-QM-REMOVED");
    return READING_READ;
}

static enum reading message_id_read(struct slice rest, struct records *records) {
    struct record *record = records_add(records, RECORD_DETAIL, "PF-CL-MSGID");
    record->message_id = slice_trim(rest);
    return READING_READ;
}

/* The lines of a message, by their first letter. */
static enum reading message_read(const struct frame *frame, struct records *records) {
    struct slice rest = frame->text;
    switch (rest.length ? rest.at[0] : 0) {
    case 't':
        if (skip(&rest, SLICE("to=<")))
            return status_read(frame, rest, records);
        break;
    case 'f':
        if (skip(&rest, SLICE("from=<")))
            return queued_read(rest, records);
        break;
    case 'c':
        if (skip(&rest, SLICE("client=")))
            return client_read(rest, records);
        break;
    case 'm':
        if (skip(&rest, SLICE("message-id=")))
            return message_id_read(rest, records);
        break;
    case 'r':
        return end_read(frame, records);
    case 's':
        if (skip(&rest, SLICE("sender ")))
            return notice_read(rest, records);
        break;
    case 'p':
        if (skip(&rest, SLICE("postmaster ")))
            return notice_read(rest, records);
        break;
    case 'u':
        if (skip(&rest, SLICE("uid=")))
            return pickup_read(rest, records);
        break;
    }
    return READING_UNKNOWN;
}

/* "connect from client.example.org[192.0.2.10]", and the client of no message of a before-queue
 * proxy: lines of the same process that name no client are about this one. */
static enum reading session_read(struct slice rest, struct records *records) {
    struct peer peer;
    if (!peer_take(&rest, &peer))
        return READING_DULL;
    struct record *record = records_add(records, RECORD_DETAIL, "PF-SMTPD-CONNECT");
    record->direction = DIRECTION_IN;
    record_peer(record, &peer);
    return READING_DULL;
}

/* Each session begins and ends with one of these. */
static enum reading dull_read(struct slice text, struct records *records) {
    if (skip(&text, SLICE("connect from ")) || skip(&text, SLICE("client=")))
        return session_read(text, records);
    return skip(&text, SLICE("disconnect from ")) ? READING_DULL : READING_UNKNOWN;
}

static enum reading hand_read(const struct frame *frame, struct records *records) {
    enum reading reading = READING_UNKNOWN;
    if (frame->severe)
        return reading;
    if (frame->queue_id.length)
        reading = message_read(frame, records);
    else if (is_special(frame, SPECIAL_POSTSCREEN) || slice_is(frame->daemon, "postfix"))
        reading = postfix_read_screen(frame->text, records);
    if (!frame->queue_id.length && reading == READING_UNKNOWN)
        reading = dull_read(frame->text, records);
    if (reading == READING_UNKNOWN)
        reading = action_read(frame, records);
    return reading == READING_UNKNOWN ? host_read(frame, records) : reading;
}

/* The shapes of a daemon; of all daemons where the tag does not name it, but not "whatever else" a
 * program beside Postfix says. */
static enum reading daemon_read(const struct shapes *shapes, const struct frame *frame,
                                struct records *records) {
    if (frame->known || !slice_is(frame->daemon, "postfix"))
        return shapes_read(shapes, frame->daemon, frame->text, records);
    for (size_t i = 0; i < sizeof daemons / sizeof daemons[0]; i++) {
        enum reading reading = shapes_read(shapes, daemons[i].name, frame->text, records);
        if (reading != READING_UNKNOWN && reading != READING_OTHER)
            return reading;
    }
    return READING_UNKNOWN;
}

/* What few records have. Apart, as the comparison took eight instructions of each line. */
__attribute__((noinline)) static void set_rare(struct record *record, const struct frame *frame,
                                               struct slice text) {
    record->is_pipelining = slice_is(record->implied, "PF-SMTPD-PROTO pipelining");
    if (frame->severe)
        record->label = slice_head(text, slice_find(text, ':'));
}

static enum reading postfix_read(const struct shapes *shapes, const struct entry *entry,
                                 struct records *records) {
    struct frame frame;
    size_t first = records->count;
    frame_read(entry, &frame);
    enum reading reading = hand_read(&frame, records);
    if (reading == READING_UNKNOWN)
        reading = daemon_read(shapes, &frame, records);
    if (reading == READING_UNKNOWN)
        reading = shapes_read(shapes, SLICE("postfix"), frame.text, records);
    for (size_t i = first; i < records->count; i++) {
        struct record *record = records_at(records, i);
        record->daemon = frame.daemon;
        record->instance = frame.instance;
        if (frame.severe || record->implied.length)
            set_rare(record, &frame, entry->text);
        if (!record->queue_id.length)
            record->queue_id = frame.queue_id;
    }
    return reading;
}

const struct mta mta_postfix = {
    .name = "postfix",
    .title = "Postfix",
    .tags = {SLICE_INIT("postfix/")},
    .likeness = postfix_likeness,
    .speaker = postfix_speaker,
    .read = postfix_read,
};
