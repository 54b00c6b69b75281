/* exim - why: Exim writes one free line an event; what stands where is known only from its source.
 *
 * By hand are read the lines that make up a log: arrivals, deliveries, deferrals, failures, their
 * end, and what attackers make frequent: rejections, failed logins, protocol errors, lost sessions.
 *
 *   2026-06-01 10:00:01 1wAbCd-000000012AB-0xYz <= alice@example.org H=(laptop) [192.0.2.10] S=1200
 *                                                                                    receive.c
 *   ... 1wAbCd-000000012AB-0xYz => bob@example.net R=dnslookup T=remote_smtp H=mx.example.net
 *       [198.51.100.5] C="250 OK"                                      deliver.c, delivery_log()
 *   ... 1wAbCd-000000012AB-0xYz == bob@example.net R=r T=t defer (-44) H=... : TEXT deferral_log()
 *   ... 1wAbCd-000000012AB-0xYz ** bob@example.net R=r T=t H=... : TEXT               failure_log()
 *   ... H=(box) [203.0.113.77] F=<x@example.net> rejected RCPT <a@example.com>: relay not permitted
 *                                                                       smtp_in.c, log_reject()
 *
 * How: a line is read from the left, token by token (`KEY=value`), so that text from outside never
 * decides where a field begins. Only a HELO name may hold anything: each `) [address]` behind it is
 * tried in turn, and the first one counts behind which the rest of the line has its known form.
 * Everything else is a shape: program "exim-message" with a message id in front, "exim" without.
 */
#include "mta/mta.h"

#include "base/ascii.h"
#include "base/slice.h"
#include "input/entry.h"
#include "mta/shapes.h"

/* ---- small readers ---- */

/* The pid Exim puts in brackets; empty when there is none. */
static struct slice take_pid(struct slice *text) {
    struct slice s = *text;
    uint64_t pid;
    if (!slice_skip(&s, SLICE("[")) || !slice_take_number(&s, &pid))
        return (struct slice){0};
    struct slice digits = slice_range(text->at + 1, s.at);
    if (!slice_skip(&s, SLICE("] ")))
        return (struct slice){0};
    *text = s;
    return digits;
}

/* " +0200" */
static void skip_zone(struct slice *text) {
    struct slice s = *text;
    uint64_t zone;
    if (s.length > 6 && s.at[0] == ' ' && (s.at[1] == '+' || s.at[1] == '-') && s.at[6] == ' ') {
        s = slice_head(slice_from(s, 2), 4);
        if (slice_number(s, &zone))
            *text = slice_from(*text, 6);
    }
}

/* "2026-06-01 10:00:01.123 +0200 ": under syslog the stamp of Exim's own files stands inside too.
 */
static void skip_inner_stamp(struct slice *text) {
    struct slice s = *text;
    struct civil civil;
    if (!civil_take_dashed(&s, &civil))
        return;
    skip_zone(&s);
    if (slice_skip(&s, SLICE(" ")))
        *text = s;
}

/* "1wAbCd-0012AB-0x" and, since 4.97, "1wAbCd-000000012AB-0xYz". */
static size_t message_id_length(struct slice text) {
    static const unsigned char forms[][3] = {{6, 11, 4}, {6, 6, 2}};
    for (size_t form = 0; form < sizeof forms / sizeof *forms; form++) {
        size_t at = 0;
        for (size_t part = 0; part < 3; part++) {
            size_t end = at + forms[form][part];
            if (end > text.length)
                break;
            while (at < end && is_alnum(text.at[at]))
                at++;
            if (at < end)
                break;
            if (part == 2 && (at == text.length || text.at[at] == ' '))
                return at;
            if (at == text.length || text.at[at] != '-')
                break;
            at++;
        }
    }
    return 0;
}

static bool take_message_id(struct slice *text, struct slice *id_r) {
    size_t length = message_id_length(*text);
    *id_r = slice_head(*text, length);
    if (length)
        *text = slice_from(*text, length + 1);
    return length > 0;
}

/* What stands in quotes at the front of *s, where a backslash keeps the next byte. */
static struct slice take_quoted(struct slice *s) {
    size_t end = 1;
    while (end < s->length && s->at[end] != '"')
        end += s->at[end] == '\\' && end + 1 < s->length ? 2 : 1;
    struct slice inside = slice_head(slice_from(*s, 1), end - 1);
    *s = slice_from(*s, end + 1);
    return inside;
}

/* An address ends at `stop`, unless that stands in a quoted local part. */
static struct slice take_address(struct slice *s, char stop) {
    struct slice whole = *s;
    size_t end = 0;
    if (whole.length && whole.at[0] == '"') {
        struct slice rest = whole;
        take_quoted(&rest);
        if (rest.length && rest.at[0] == '@')
            end = whole.length - rest.length;
    }
    while (end < whole.length && whole.at[end] != stop)
        end++;
    *s = slice_from(whole, end);
    return slice_head(whole, end);
}

/* "<alice@example.org>", or without brackets as old versions wrote it. */
static struct slice take_bracketed(struct slice *s) {
    if (!slice_skip(s, SLICE("<")))
        return take_address(s, ' ');
    struct slice address = take_address(s, '>');
    slice_skip(s, SLICE(">"));
    return address;
}

/* "1.5s", "2m42s", "1d2h" as microseconds; -1 for anything else. */
static int64_t read_span(struct slice s) {
    static const struct {
        char unit;
        int32_t seconds;
    } units[] = {{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    int64_t total = 0;
    if (!s.length)
        return -1;
    while (s.length) {
        size_t digits = 0;
        int64_t part, seconds = 0;
        while (digits < s.length && (is_digit(s.at[digits]) || s.at[digits] == '.'))
            digits++;
        if (digits > 12 || digits == s.length || !slice_seconds(slice_head(s, digits), &part))
            return -1;
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (units[i].unit == s.at[digits])
                seconds = units[i].seconds;
        if (!seconds || part > INT64_MAX / 4 / seconds || total > INT64_MAX / 4)
            return -1;
        total += part * seconds;
        s = slice_from(s, digits + 1);
    }
    return total;
}

/* ---- the fields of a line ---- */

/* `KEY=value` tokens of one line; the first of a name counts, because what comes later may have
 * been written by a client (id=, T=, C=). */
struct fields {
    struct slice host, helo, ip, port;
    struct slice sender;        /* F= */
    struct slice ident;         /* U= */
    struct slice authenticated; /* A=plain:alice */
    struct slice router, transport, protocol;
    struct slice size, message_id, confirmation, queue_time;
};

/* Whether the rest of a line, behind a host and its fields, has a known form. */
typedef bool rest_fits(struct slice rest, const struct fields *fields);

static const struct field_key {
    struct slice key;
    size_t offset;
} field_keys[] = {
    {SLICE_INIT("R"), offsetof(struct fields, router)},
    {SLICE_INIT("T"), offsetof(struct fields, transport)},
    {SLICE_INIT("F"), offsetof(struct fields, sender)},
    {SLICE_INIT("P"), offsetof(struct fields, protocol)},
    {SLICE_INIT("C"), offsetof(struct fields, confirmation)},
    {SLICE_INIT("S"), offsetof(struct fields, size)},
    {SLICE_INIT("id"), offsetof(struct fields, message_id)},
    {SLICE_INIT("id*"), offsetof(struct fields, message_id)},
    {SLICE_INIT("U"), offsetof(struct fields, ident)},
    {SLICE_INIT("A"), offsetof(struct fields, authenticated)},
    {SLICE_INIT("QT"), offsetof(struct fields, queue_time)},
};

/* Length of the key in front of '=', 0 when the text does not begin with one. */
static size_t key_length(struct slice s) {
    size_t length = 0;
    while (length < s.length && length < 8 && is_alnum(s.at[length]))
        length++;
    if (length && length < s.length && s.at[length] == '*')
        length++;
    return length && length < s.length && s.at[length] == '=' ? length : 0;
}

static struct slice take_value(struct slice *s) {
    if (s->length && s->at[0] == '"')
        return take_quoted(s);
    if (s->length && s->at[0] == '<')
        return take_bracketed(s);
    size_t end = slice_find(*s, ' ');
    struct slice value = slice_head(*s, end);
    /* "T=remote_smtp: TEXT": the colon belongs to the text (failure_log up to 4.98). */
    if (value.length && value.at[value.length - 1] == ':')
        value.length--;
    *s = slice_from(*s, value.length);
    return value;
}

/* Words without a value: DNSSEC, PRDR, CHUNKING, PIPELINING, TCP fast open and ARC were used. */
static bool skip_flag(struct slice *s) {
    static const struct slice flags[] = {SLICE_INIT("DS"), SLICE_INIT("PRDR"), SLICE_INIT("K"),
                                         SLICE_INIT("L"),  SLICE_INIT("L*"),   SLICE_INIT("L."),
                                         SLICE_INIT("L-"), SLICE_INIT("TFO"),  SLICE_INIT("TFO*"),
                                         SLICE_INIT("ARC")};
    struct slice word = slice_head(*s, slice_find(*s, ' '));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!slice_equal(word, flags[i]))
            continue;
        *s = slice_from(*s, word.length);
        return true;
    }
    return false;
}

static bool take_plain_field(struct slice *s, struct fields *fields) {
    size_t length = key_length(*s);
    if (!length)
        return skip_flag(s);
    struct slice key = slice_head(*s, length);
    if (slice_is(key, "H"))
        return false;
    *s = slice_from(*s, length + 1);
    struct slice value = take_value(s);
    for (size_t i = 0; i < sizeof field_keys / sizeof *field_keys; i++) {
        if (!slice_equal(key, field_keys[i].key))
            continue;
        struct slice *field = (struct slice *)((char *)fields + field_keys[i].offset);
        if (!field->at)
            *field = value;
        break;
    }
    return true;
}

/* All fields but H=; *rest is left in front of the blank before what is none. */
static void take_plain_fields(struct slice *rest, struct fields *fields) {
    for (;;) {
        struct slice s = *rest;
        slice_skip(&s, SLICE(" "));
        if (!s.length || !take_plain_field(&s, fields))
            return;
        *rest = s;
    }
}

/* "[192.0.2.10]:50111*" at the front of *s, and past it. Only the bytes are looked at that
 * addresses (and the names of masked ones) are made of. */
static bool take_ip(struct slice *s, struct slice *ip_r, struct slice *port_r) {
    struct slice rest = *s;
    if (!slice_skip(&rest, SLICE("[")))
        return false;
    size_t end = 0;
    while (end < rest.length && end < 64 &&
           (is_alnum(rest.at[end]) || rest.at[end] == '.' || rest.at[end] == ':' ||
            rest.at[end] == '%'))
        end++;
    if (!end || end == rest.length || rest.at[end] != ']')
        return false;
    struct slice ip = slice_head(rest, end), port = {0};
    rest = slice_from(rest, end + 1);
    if (rest.length > 1 && rest.at[0] == ':' && is_alnum(rest.at[1])) {
        end = 1;
        while (end < rest.length && (is_alnum(rest.at[end]) || rest.at[end] == '_'))
            end++;
        port = slice_head(slice_from(rest, 1), end - 1);
        rest = slice_from(rest, end);
    }
    slice_skip(&rest, SLICE("*"));
    *ip_r = ip;
    *port_r = port;
    *s = rest;
    return true;
}

/* Tries one place for the address; takes the fields behind it. */
static bool try_ip(struct slice *s, rest_fits *fits, struct fields *fields) {
    struct fields trial = *fields;
    struct slice rest = *s;
    if (!take_ip(&rest, &trial.ip, &trial.port))
        return false;
    take_plain_fields(&rest, &trial);
    if (fits && !fits(rest, &trial))
        return false;
    *fields = trial;
    *s = rest;
    return true;
}

/*   host = [ name SP ] [ "(" helo ")" SP ] "[" address "]" [ ":" port ]    (host.c)
 *
 * A helo is the client's: it ends at the first `) [address]` behind which the line fits. The number
 * of places tried is bounded, a name is far shorter. */
static bool take_host(struct slice *s, rest_fits *fits, struct fields *fields) {
    enum { PLACES = 16 };
    struct slice rest = *s;
    if (try_ip(&rest, fits, fields)) {
        *s = rest;
        return true;
    }
    struct slice name = {0};
    if (rest.length && rest.at[0] != '(') {
        if (!slice_cut(&rest, ' ', &name))
            return false;
        slice_skip(&rest, SLICE("DS "));
    }
    struct fields trial = *fields;
    trial.host = name;
    if (try_ip(&rest, fits, &trial)) {
        *fields = trial;
        *s = rest;
        return true;
    }
    if (!slice_skip(&rest, SLICE("(")))
        return false;
    struct slice after = rest, part;
    for (int place = 0; place < PLACES && slice_cut_text(&after, SLICE(") "), &part); place++) {
        struct slice candidate = after;
        trial = *fields;
        trial.host = name;
        trial.helo = slice_range(rest.at, after.at - 2);
        if (!try_ip(&candidate, fits, &trial))
            continue;
        *fields = trial;
        *s = candidate;
        return true;
    }
    return false;
}

/* All fields with their host. False when there is an H= that cannot be read; *rest is left in front
 * of the blank before what is no field. */
static bool take_fields(struct slice *rest, rest_fits *fits, struct fields *fields) {
    take_plain_fields(rest, fields);
    struct slice s = *rest;
    slice_skip(&s, SLICE(" "));
    if (!slice_skip(&s, SLICE("H=")))
        return true;
    if (!take_host(&s, fits, fields)) {
        /* "H=mx.example.net" without an address: a local delivery to a routed host. */
        struct slice name = slice_head(s, slice_find(s, ' '));
        if (fits || slice_find(name, '(') != SIZE_MAX)
            return false;
        fields->host = name;
        s = slice_from(s, name.length);
        take_plain_fields(&s, fields);
    }
    *rest = s;
    return true;
}

static void set_peer(struct record *record, const struct fields *fields) {
    record->peer_host = fields->host;
    record->peer_ip = fields->ip;
    record->peer_port = fields->port;
    record->helo = fields->helo;
    struct slice user = fields->authenticated, method;
    if (slice_cut(&user, ':', &method))
        record->user = user;
    else if (!fields->ip.length)
        record->user = fields->ident; /* a local submission: who ran the program */
}

static void set_sender(struct record *record, struct slice sender) {
    record->has_sender = sender.at != NULL;
    record->sender = sender;
}

/* ---- what a failed delivery says ---- */

static const struct command {
    struct slice word;
    enum stage stage;
} commands[] = {
    {SLICE_INIT("RCPT"), STAGE_RCPT},
    {SLICE_INIT("MAIL"), STAGE_MAIL},
    {SLICE_INIT("end of data"), STAGE_END_OF_DATA},
    {SLICE_INIT("DATA"), STAGE_DATA},
    {SLICE_INIT("BDAT"), STAGE_DATA},
    {SLICE_INIT("sending data block"), STAGE_DATA},
    {SLICE_INIT("initial connection"), STAGE_CONNECT},
    {SLICE_INIT("EHLO"), STAGE_HELO},
    {SLICE_INIT("HELO"), STAGE_HELO},
    {SLICE_INIT("LHLO"), STAGE_HELO},
    {SLICE_INIT("STARTTLS"), STAGE_STARTTLS},
    {SLICE_INIT("AUTH"), STAGE_AUTH},
    {SLICE_INIT("QUIT"), STAGE_QUIT},
};

static enum stage stage_of_command(struct slice text) {
    slice_skip(&text, SLICE("pipelined "));
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (slice_starts_nocase(text, commands[i].word))
            return commands[i].stage;
    return STAGE_OTHER;
}

/* Past "RCPT TO:<bob@example.net>: host mx [198.51.100.5]: " to the reply. Until 4.84 the host
 * stood there. */
static bool skip_command(struct slice *text, struct slice *host_r, struct slice *ip_r) {
    struct slice s = *text, command;
    slice_skip(&s, SLICE("pipelined "));
    bool has_address = slice_starts(s, SLICE("RCPT TO:<")) || slice_starts(s, SLICE("MAIL FROM:<"));
    if (has_address) {
        slice_cut(&s, ':', &command);
        take_bracketed(&s);
    }
    if (!slice_cut_text(&s, SLICE(": "), &command))
        return false;
    *text = s;
    struct slice host, ip, port;
    if (slice_skip(&s, SLICE("host ")) && slice_cut(&s, ' ', &host) && take_ip(&s, &ip, &port) &&
        slice_skip(&s, SLICE(": "))) {
        *text = s;
        *host_r = host;
        *ip_r = ip;
    }
    return true;
}

/* A reply of a remote server, and the server when the text names it. */
struct quoted {
    enum stage stage;
    struct slice host, ip, reply;
};

/* Finds the reply of a remote server in a text that may quote one. */
static bool find_remote_reply(struct slice text, struct quoted *quoted_r) {
    static const struct slice anchors[] = {
        SLICE_INIT("SMTP error from remote mail server after "),
        SLICE_INIT("SMTP error from remote mailer after "),
        SLICE_INIT("LMTP error after "),
    };
    for (size_t i = 0; i < sizeof anchors / sizeof *anchors; i++) {
        size_t at = slice_find_text(text, anchors[i]);
        if (at == SIZE_MAX)
            continue;
        struct slice rest = slice_from(text, at + anchors[i].length);
        *quoted_r = (struct quoted){.stage = stage_of_command(rest)};
        if (!skip_command(&rest, &quoted_r->host, &quoted_r->ip))
            return false;
        quoted_r->reply = rest;
        return true;
    }
    return false;
}

/* Texts for what went wrong without a reply. STAGE_NONE: the command follows and names the stage.
 */
static const struct condition {
    struct slice text;
    enum stage stage;
} conditions[] = {
    {SLICE_INIT("SMTP timeout after "), STAGE_NONE},
    {SLICE_INIT("LMTP timeout after "), STAGE_NONE},
    {SLICE_INIT("Remote host closed connection in response to "), STAGE_NONE},
    {SLICE_INIT("Malformed SMTP reply in response to "), STAGE_NONE},
    {SLICE_INIT("Malformed LMTP reply after "), STAGE_NONE},
    {SLICE_INIT("Connection refused"), STAGE_CONNECT},
    {SLICE_INIT("Connection timed out"), STAGE_CONNECT},
    {SLICE_INIT("Connection reset"), STAGE_CONNECT},
    {SLICE_INIT("Operation timed out"), STAGE_CONNECT},
    {SLICE_INIT("No route to host"), STAGE_CONNECT},
    {SLICE_INIT("Network is unreachable"), STAGE_CONNECT},
    {SLICE_INIT("Network Error"), STAGE_CONNECT},
    {SLICE_INIT("Host is down"), STAGE_CONNECT},
    {SLICE_INIT("a TLS session is required"), STAGE_STARTTLS},
    {SLICE_INIT("TLS session"), STAGE_STARTTLS},
    {SLICE_INIT("TLS error"), STAGE_STARTTLS},
    {SLICE_INIT("DANE "), STAGE_STARTTLS},
    {SLICE_INIT("authentication required but"), STAGE_AUTH},
    {SLICE_INIT("utf8 support required"), STAGE_MAIL},
    {SLICE_INIT("failed to write a data block"), STAGE_DATA},
    {SLICE_INIT("Unrouteable address"), STAGE_DNS},
    {SLICE_INIT("Unrouteable mail domain"), STAGE_DNS},
    {SLICE_INIT("all relevant MX records"), STAGE_DNS},
    {SLICE_INIT("lowest numbered MX record"), STAGE_DNS},
    {SLICE_INIT("remote host address is the local host"), STAGE_DNS},
    {SLICE_INIT("an MX or SRV record"), STAGE_DNS},
    {SLICE_INIT("host lookup"), STAGE_DNS},
    {SLICE_INIT("lookup of host"), STAGE_DNS},
    {SLICE_INIT("failed to lookup IP address"), STAGE_DNS},
    {SLICE_INIT("no IP address found"), STAGE_DNS},
    {SLICE_INIT("retry time"), STAGE_QUEUE},
    {SLICE_INIT("Retry time"), STAGE_QUEUE},
    {SLICE_INIT("all hosts "), STAGE_QUEUE},
};

static enum stage stage_of_condition(struct slice text) {
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        struct slice rest = text;
        if (!slice_skip(&rest, conditions[i].text))
            continue;
        return conditions[i].stage ? conditions[i].stage : stage_of_command(rest);
    }
    /* Until 4.84 the host stood inside: "Remote host mx [198.51.100.5] closed connection in ...".
     */
    struct slice host;
    if (slice_starts(text, SLICE("Remote host ")) &&
        slice_cut_text(&text, SLICE(" closed connection in response to "), &host))
        return stage_of_command(text);
    return STAGE_NONE;
}

/* "Connection timed out : SMTP timeout after DATA": of two texts the second counts, which names the
 * command; in front of it stands strerror(). */
static struct slice without_system_error(struct slice text) {
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        size_t at = conditions[i].stage ? SIZE_MAX : slice_find_text(text, conditions[i].text);
        if (at != SIZE_MAX && slice_ends(slice_head(text, at), SLICE(": ")))
            return slice_from(text, at);
    }
    return text;
}

/* "+deliver_time" puts " DT=0.6s" behind the text. */
static struct slice without_delivery_time(struct slice text) {
    size_t at = slice_rfind_text(text, SLICE(" DT="));
    if (at != SIZE_MAX && read_span(slice_from(text, at + 4)) >= 0)
        return slice_head(text, at);
    return text;
}

/* LMTP without a host is a socket of this one. */
static bool is_outward(const struct fields *fields, enum stage stage) {
    if (slice_find_text(fields->transport, SLICE("lmtp")) != SIZE_MAX && !fields->ip.length)
        return false;
    return fields->host.length || fields->ip.length ||
           (stage >= STAGE_CONNECT && stage <= STAGE_QUIT) || stage == STAGE_DNS ||
           (stage == STAGE_QUEUE && !fields->transport.length) ||
           slice_find_text(fields->transport, SLICE("smtp")) != SIZE_MAX;
}

/* Fills reply, stage, side and direction. A text without a transport is a router's: the words of an
 * administrator (:fail:), which may begin with a code. */
static void set_failure(struct record *record, const struct fields *fields, struct slice text) {
    record->reply = text;
    struct quoted quoted;
    if (find_remote_reply(text, &quoted)) {
        record->side = SIDE_REMOTE;
        record->stage = quoted.stage;
        record->reply = quoted.reply;
        record->reply_may_have_code = true;
        if (!record->peer_ip.length) {
            record->peer_host = quoted.host;
            record->peer_ip = quoted.ip;
        }
    } else {
        record->stage = stage_of_condition(text);
        record->side = SIDE_SYNTHETIC;
        if (!record->stage && fields->router.length && !fields->transport.length) {
            record->side = SIDE_LOCAL;
            record->reply_may_have_code = true;
        }
    }
    bool outward = is_outward(fields, record->stage);
    record->direction = outward ? DIRECTION_OUT : DIRECTION_LOCAL;
    if (!record->stage)
        record->stage = outward ? STAGE_OTHER : STAGE_DELIVERY;
}

/* ---- lines of a message ---- */

/* Where the fields of a delivery line begin: behind what stands for the address. */
static size_t fields_start(struct slice text) {
    static const struct slice keys[] = {SLICE_INIT(" R="), SLICE_INIT(" F=<"), SLICE_INIT(" P=<"),
                                        SLICE_INIT(" T="), SLICE_INIT(" : ")};
    size_t start = text.length;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t at = slice_find_text(slice_head(text, start), keys[i]);
        if (at != SIZE_MAX)
            start = at;
    }
    return start;
}

/* Pipes, files and the like may hold blanks: "|/usr/bin/filter -x <bob@example.org> R=...". */
static struct slice take_odd_target(struct slice *rest) {
    size_t end = fields_start(*rest);
    struct slice target = slice_head(*rest, end);
    size_t open = slice_rfind_text(target, SLICE(" <"));
    *rest = slice_from(*rest, open == SIZE_MAX ? end : open);
    return slice_head(target, open);
}

static bool is_odd_target(struct slice text) {
    static const struct slice words[] = {SLICE_INIT("save "), SLICE_INIT("discarded"),
                                         SLICE_INIT("blackhole ("), SLICE_INIT("blackhole *")};
    if (text.length && (text.at[0] == '|' || text.at[0] == '/' || text.at[0] == '>'))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_starts(text, words[i]))
            return true;
    return false;
}

/*   target [ " (" parent *( ", " parent ) ")" ] [ " <" top ">" ]      deliver.c, string_log_address
 * The recipient is the target when that is an address, else the address that led to a mailbox, pipe
 * or file. Gives the target. */
static struct slice take_recipient(struct slice *rest, struct record *record) {
    struct slice target, top = {0};
    if (is_odd_target(*rest)) {
        target = take_odd_target(rest);
    } else {
        target = take_address(rest, ' ');
        if (target.length && target.at[target.length - 1] == ':' && target.at[0] != ':') {
            target.length--;
            *rest = slice_range(target.at + target.length, rest->at + rest->length);
        }
        struct slice parents, s = *rest;
        if (slice_skip(&s, SLICE(" (")) && slice_cut(&s, ')', &parents))
            *rest = s;
    }
    struct slice s = *rest;
    if (slice_skip(&s, SLICE(" <"))) {
        top = take_address(&s, '>');
        slice_skip(&s, SLICE(">"));
        *rest = s;
    }
    if (slice_is(top, "system-filter"))
        top = (struct slice){0};
    bool is_address = slice_find(target, '@') != SIZE_MAX && !is_odd_target(target);
    if (is_address || !top.length)
        record->recipient = target;
    else
        record->target = target;
    if (top.length)
        *(record->recipient.length ? &record->orig_recipient : &record->recipient) = top;
    return target;
}

static bool fits_arrival(struct slice rest, const struct fields *fields) {
    return fields->protocol.length && (!rest.length || rest.at[0] == ' ');
}

/* "<=", and "(=" for a message that was taken although the client was told it was refused. */
static enum reading read_arrival(struct slice rest, struct records *records, bool refused) {
    struct fields fields = {0};
    struct slice sender = take_bracketed(&rest);
    if (!take_fields(&rest, fits_arrival, &fields))
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_ARRIVAL, "EX-ARRIVE");
    record->direction = DIRECTION_IN;
    record->has_sender = true;
    record->sender = sender;
    set_peer(record, &fields);
    if (fields.router.length && !fields.ip.length) { /* R=: a bounce, made by Exim itself */
        record->kind = RECORD_DETAIL;
        record->user = (struct slice){0};
        record->link = LINK_CAUSE;
        record->linked_id = fields.router;
    }
    record->message_id = fields.message_id;
    uint64_t size;
    if (slice_number(fields.size, &size) && size <= INT64_MAX)
        record->size = (int64_t)size;
    if (!refused)
        return READING_READ;
    struct record copy = *record;
    record = records_add(records, RECORD_INCIDENT, "EX-ARRIVE");
    *record = copy;
    record->kind = RECORD_INCIDENT;
    record->event = EVENT_REJECTED;
    record->level = LEVEL_SESSION;
    record->side = SIDE_LOCAL;
    record->stage = STAGE_END_OF_DATA;
    record->implied = SLICE("EX-REJECT end-of-data");
    return READING_READ;
}

static bool is_discarded(struct slice target) {
    return slice_is(target, ":blackhole:") || slice_starts(target, SLICE("discarded")) ||
           slice_starts(target, SLICE("blackhole (")) || slice_starts(target, SLICE("blackhole *"));
}

static enum reading read_delivery(struct slice rest, struct records *records) {
    struct fields fields = {0};
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-DELIVER");
    struct slice target = take_recipient(&rest, record);
    take_fields(&rest, NULL, &fields);
    record->event = is_discarded(target) ? EVENT_DISCARDED : EVENT_DELIVERED;
    record->level = LEVEL_RECIPIENT;
    record->delay = read_span(fields.queue_time);
    set_sender(record, fields.sender);
    record->peer_host = fields.host;
    record->peer_ip = fields.ip;
    record->direction = fields.host.length || fields.ip.length ? DIRECTION_OUT : DIRECTION_LOCAL;
    if (record->event == EVENT_DISCARDED && !record->orig_recipient.length &&
        slice_equal(record->recipient, target)) {
        /* "=> discarded (system filter)": nobody is named. */
        record->recipient = (struct slice){0};
        record->level = LEVEL_SESSION;
    }
    record->reply = fields.confirmation;
    record->reply_may_have_code = fields.confirmation.length > 0;
    record_link_onward(record, fields.confirmation);
    bool answered = fields.confirmation.length || record->direction == DIRECTION_OUT;
    record->side = answered ? SIDE_REMOTE : SIDE_LOCAL;
    record->stage = answered ? STAGE_END_OF_DATA : STAGE_DELIVERY;
    return READING_READ;
}

/* Between fields and text stands ": ", since 4.99 " : ". */
static struct slice text_after_colon(struct slice rest) {
    slice_skip(&rest, SLICE(" "));
    slice_skip(&rest, SLICE(":"));
    slice_skip(&rest, SLICE(" "));
    return rest;
}

static enum reading read_failure(struct slice rest, struct records *records) {
    static const struct slice expired = SLICE_INIT("retry timeout exceeded");
    struct fields fields = {0};
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-FAIL");
    take_recipient(&rest, record);
    take_fields(&rest, NULL, &fields);
    struct slice text = without_system_error(without_delivery_time(text_after_colon(rest)));
    record->event = EVENT_BOUNCED;
    record->level = LEVEL_RECIPIENT;
    if (slice_ends(text, expired)) {
        record->event = EVENT_EXPIRED;
        struct slice cause = slice_head(text, text.length - expired.length);
        if (cause.length > 2 && slice_ends(cause, SLICE(": ")))
            text = slice_head(cause, cause.length - 2);
    }
    set_sender(record, fields.sender);
    record->peer_host = fields.host;
    record->peer_ip = fields.ip;
    set_failure(record, &fields, text);
    return READING_READ;
}

/* "defer (-44)" and its error number: an errno of the system, 0, or one of Exim's negative ones. */
static bool take_defer(struct slice *rest, int *number_r) {
    struct slice s = *rest;
    uint64_t number = 0;
    slice_skip(&s, SLICE(" routing"));
    if (!slice_skip(&s, SLICE(" defer (")))
        return false;
    bool negative = slice_skip(&s, SLICE("-"));
    /* Other than digits only in masked logs: taken as an errno. */
    struct slice digits;
    if (!slice_cut(&s, ')', &digits))
        return false;
    if (!slice_number(digits, &number) || number > 100000)
        number = 1;
    *number_r = negative ? -(int)number : (int)number;
    *rest = s;
    return true;
}

/* Exim's errors that say nothing was tried [macros.h]. */
enum {
    ERRNO_HELD = -23,
    ERRNO_RETRY_ROUTING = -52,
    ERRNO_RETRY_LOCAL = -53,
    ERRNO_RETRY_HOSTS = -54,
    ERRNO_LOCAL_ONLY = -55,
    ERRNO_QUEUE_DOMAIN = -56,
    ERRNO_TRANSPORT_LIMIT = -57,
};

static bool is_not_due(int number, struct slice text) {
    slice_skip(&text, SLICE(": "));
    return slice_starts_nocase(text, SLICE("retry time not")) || number == ERRNO_RETRY_ROUTING ||
           number == ERRNO_RETRY_LOCAL || number == ERRNO_RETRY_HOSTS ||
           number == ERRNO_TRANSPORT_LIMIT;
}

/* The administrator's or the sender's wish to wait, not a failure. */
static bool is_held(int number, struct slice text) {
    return number == ERRNO_HELD || number == ERRNO_LOCAL_ONLY || number == ERRNO_QUEUE_DOMAIN ||
           slice_starts(text, SLICE("first-pass only routing")) ||
           slice_starts(text, SLICE("SMTP delivery explicitly queued"));
}

/* Behind the error number: [": " strerror] [" H=" host] [" DT=" time] [": " text]; strerror only
 * for errors of the system. The text counts, else the strerror. */
static struct slice take_deferral_text(struct slice rest, int number, struct fields *fields) {
    struct slice error = {0};
    if (number > 0 && slice_skip(&rest, SLICE(": "))) {
        size_t end = slice_find_text(rest, SLICE(" H="));
        error = slice_head(rest, end);
        rest = slice_from(rest, error.length);
    }
    if (rest.length && rest.at[0] == ' ')
        take_fields(&rest, NULL, fields);
    struct slice text = text_after_colon(rest);
    return without_delivery_time(text.length ? text : error);
}

static enum reading read_deferral(struct slice rest, struct records *records) {
    struct fields fields = {0};
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-DEFER");
    int number = 0;
    take_recipient(&rest, record);
    take_plain_fields(&rest, &fields);
    if (!take_defer(&rest, &number)) {
        records->count--;
        return READING_UNKNOWN;
    }
    if (is_not_due(number, rest)) {
        records->count--;
        return READING_DULL;
    }
    struct slice text = take_deferral_text(rest, number, &fields);
    record->event = EVENT_DEFERRED;
    record->level = LEVEL_ATTEMPT;
    set_sender(record, fields.sender);
    record->peer_host = fields.host;
    record->peer_ip = fields.ip;
    set_failure(record, &fields, text);
    if (is_held(number, text)) {
        record->event = EVENT_HELD;
        record->level = LEVEL_RECIPIENT;
        record->side = SIDE_LOCAL;
        record->stage = STAGE_QUEUE;
        record->reply_may_have_code = false;
    }
    return READING_READ;
}

static bool fits_attempt(struct slice rest, const struct fields *fields) {
    (void)rest;
    return fields->helo.length == 0;
}

/* "H=mx1.example.net [198.51.100.5]: SMTP error from ...": one host failed, others may follow. */
static enum reading read_attempt(struct slice text, struct records *records) {
    struct fields fields = {0};
    if (!slice_starts(text, SLICE("H=")) || !take_fields(&text, fits_attempt, &fields))
        return READING_UNKNOWN;
    text = without_delivery_time(text_after_colon(text));
    if (!text.length)
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_OUTCOME, "EX-ATTEMPT");
    record->event = EVENT_DEFERRED;
    record->level = LEVEL_HOST;
    record->peer_host = fields.host;
    record->peer_ip = fields.ip;
    set_failure(record, &fields, text);
    return READING_READ;
}

/* ---- what is said to clients ---- */

/* What was rejected, its stage, and what Exim says when the configuration names no code. */
static const struct rejection {
    struct slice what;
    enum stage stage;
    struct slice implied, implied_temporary;
    bool has_address;
} rejections[] = {
#define REJECTION(what, stage, name, has_address)                                                  \
    {                                                                                              \
        SLICE_INIT(what), stage, SLICE_INIT("EX-REJECT " name),                                    \
            SLICE_INIT("EX-REJECT " name " temporary"), has_address                                \
    }
    REJECTION("RCPT ", STAGE_RCPT, "rcpt", true),
    REJECTION("MAIL ", STAGE_MAIL, "mail", true),
    REJECTION("connection in \"connect\" ACL", STAGE_CONNECT, "connect", false),
    REJECTION("EHLO or HELO ", STAGE_HELO, "helo", false),
    REJECTION("STARTTLS", STAGE_STARTTLS, "starttls", false),
    REJECTION("AUTH ", STAGE_AUTH, "auth", false),
    REJECTION("DATA", STAGE_DATA, "data", false),
    REJECTION("after DATA PRDR", STAGE_END_OF_DATA, "prdr", false),
    REJECTION("after DATA", STAGE_END_OF_DATA, "end-of-data", false),
    REJECTION("during MIME ACL", STAGE_END_OF_DATA, "mime", false),
    REJECTION("DKIM ", STAGE_END_OF_DATA, "dkim", false),
    REJECTION("EXPN", STAGE_OTHER, "expn", false),
    REJECTION("VRFY", STAGE_OTHER, "vrfy", false),
    REJECTION("ETRN", STAGE_OTHER, "etrn", false),
    REJECTION("ATRN", STAGE_OTHER, "atrn", false),
    REJECTION("by non-SMTP ACL", STAGE_END_OF_DATA, "end-of-data", false),
#undef REJECTION
    {SLICE_INIT("by local_scan()"), STAGE_END_OF_DATA, SLICE_INIT("EX-OTHERREJ local-scan"),
     SLICE_INIT("EX-OTHERREJ local-scan temporary"), false},
    {SLICE_INIT(""), STAGE_OTHER, SLICE_INIT(""), SLICE_INIT(""), false},
};

/* The last one fits anything. */
static const struct rejection *rejection_of(struct slice what) {
    const struct rejection *rejection = rejections;
    while (!slice_starts(what, rejection->what))
        rejection++;
    return rejection;
}

static bool starts_with_code(struct slice text) {
    return text.length >= 3 && (text.at[0] == '4' || text.at[0] == '5') && is_digit(text.at[1]) &&
           is_digit(text.at[2]) && (text.length == 3 || text.at[3] == ' ' || text.at[3] == '-');
}

/* A rejection because of an address that another server refused quotes that server. */
static bool find_callout(struct slice text, struct slice *reply_r) {
    struct quoted quoted;
    if (find_remote_reply(text, &quoted)) {
        *reply_r = quoted.reply;
        return true;
    }
    /* Old versions named the host: `response to "..." from mx [198.51.100.5] was: ` */
    static const struct slice ends[] = {SLICE_INIT("\" was: "), SLICE_INIT("] was: ")};
    struct slice rest = slice_from(text, slice_find_text(text, SLICE("response to \"")));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = slice_find_text(rest, ends[i]);
        if (end == SIZE_MAX)
            continue;
        *reply_r = slice_from(rest, end + ends[i].length);
        return true;
    }
    return false;
}

/* The first part of the text is ours, or quotes another server; a code only when it begins with
 * one. */
static void set_local_reply(struct record *record, struct slice text) {
    record->side = SIDE_LOCAL;
    record->reply = text;
    record->reply_may_have_code = starts_with_code(text);
    if (!record->reply_may_have_code && find_callout(text, &record->reply)) {
        record->side = SIDE_CALLOUT;
        record->reply_may_have_code = true;
    }
}

static struct record *add_incident(struct records *records, const char *line_type, enum event event,
                                   enum stage stage, const struct fields *fields) {
    struct record *record = records_add(records, RECORD_INCIDENT, line_type);
    record->event = event;
    record->level = LEVEL_SESSION;
    record->direction = DIRECTION_IN;
    record->side = SIDE_LOCAL;
    record->stage = stage;
    set_peer(record, fields);
    set_sender(record, fields->sender);
    return record;
}

/* Tells only whose session went on or ended. */
static void add_detail(struct records *records, const char *line_type,
                       const struct fields *fields) {
    struct record *record = records_add(records, RECORD_DETAIL, line_type);
    record->direction = DIRECTION_IN;
    set_peer(record, fields);
}

/* "RCPT <dave@example.com>: relay not permitted", behind "rejected " or "temporarily rejected ". */
static enum reading read_rejection(struct slice what, bool temporary, const struct fields *fields,
                                   struct records *records) {
    const struct rejection *rejection = rejection_of(what);
    struct record *record =
        add_incident(records, "EX-REJECT", EVENT_REJECTED, rejection->stage, fields);
    record->implied = temporary ? rejection->implied_temporary : rejection->implied;
    struct slice rest = slice_from(what, rejection->what.length), part;
    if (rejection->has_address) {
        struct slice address = take_bracketed(&rest);
        if (address.length && address.at[address.length - 1] == ':')
            address.length--;
        if (rejection->stage == STAGE_RCPT)
            record->recipient = address;
        else
            set_sender(record, address);
        rest = text_after_colon(rest);
    } else if (!slice_cut_text(&rest, SLICE(": "), &part)) {
        rest = (struct slice){0};
    }
    set_local_reply(record, rest);
    return READING_READ;
}

/* What may stand behind a client and its fields, and what it means. */
enum tail {
    TAIL_REJECTED,
    TAIL_TEMPORARY,
    TAIL_TWIN,
    TAIL_DULL,
    TAIL_DISCARDED,
    TAIL_DROPPED,
    TAIL_LOST,
};
static const struct tail_form {
    struct slice text;
    enum tail tail;
} tails[] = {
    {SLICE_INIT(" rejected "), TAIL_REJECTED},
    {SLICE_INIT(" temporarily rejected "), TAIL_TEMPORARY},
    {SLICE_INIT(" sender verify fail for "), TAIL_TWIN},
    {SLICE_INIT(" sender verify defer for "), TAIL_TWIN},
    {SLICE_INIT(" Warning: "), TAIL_DULL},
    {SLICE_INIT(" RCPT <"), TAIL_DISCARDED},
    {SLICE_INIT(" dropped by "), TAIL_DROPPED},
    {SLICE_INIT(" incomplete transaction "), TAIL_LOST},
};

static const struct tail_form *tail_of(struct slice rest) {
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (slice_starts(rest, tails[i].text))
            return &tails[i];
    return NULL;
}

static bool fits_tail(struct slice rest, const struct fields *fields) {
    (void)fields;
    return tail_of(rest) != NULL;
}

/* "H=(box) [203.0.113.77] dropped by 'connect' ACL: text" */
static enum reading read_dropped(struct slice rest, const struct fields *fields,
                                 struct records *records) {
    struct slice acl;
    enum stage stage = slice_starts(rest, SLICE("'connect'")) ? STAGE_CONNECT : STAGE_OTHER;
    struct record *record = add_incident(records, "EX-CONN", EVENT_REJECTED, stage, fields);
    record->implied = SLICE("EX-REJECT connect");
    if (slice_cut_text(&rest, SLICE(": "), &acl))
        set_local_reply(record, rest);
    return READING_READ;
}

/* "RCPT <bob@example.net>: discarded by RCPT ACL" */
static enum reading read_discarded(struct slice rest, const struct fields *fields,
                                   struct records *records) {
    struct record *record =
        add_incident(records, "EX-OTHERREJ", EVENT_DISCARDED, STAGE_RCPT, fields);
    record->recipient = take_address(&rest, '>');
    slice_skip(&rest, SLICE(">"));
    record->reply = text_after_colon(rest);
    return READING_READ;
}

/* "incomplete transaction (connection lost) from <a> for b" */
static enum reading read_incomplete(struct slice rest, const struct fields *fields,
                                    struct records *records) {
    struct slice reason = {0};
    if (!slice_skip(&rest, SLICE("(")) || !slice_cut(&rest, ')', &reason))
        return READING_UNKNOWN;
    if (!slice_is(reason, "connection lost")) { /* QUIT, RSET: the client's choice */
        add_detail(records, "EX-CONN", fields);
        return READING_DULL;
    }
    struct record *record =
        add_incident(records, "EX-CONN", EVENT_CONNECTION_LOST, STAGE_OTHER, fields);
    record->side = SIDE_SYNTHETIC;
    record->reply = reason;
    if (slice_skip(&rest, SLICE(" from ")))
        set_sender(record, take_bracketed(&rest));
    return READING_READ;
}

/* Lines that begin with the client's fields: "H=(box) [203.0.113.77] F=<x@example.net> rejected
 * ..." */
static enum reading read_client_line(struct slice text, struct records *records) {
    struct fields fields = {0};
    struct slice rest = text;
    if (!take_fields(&rest, fits_tail, &fields) || rest.at == text.at)
        return READING_UNKNOWN;
    const struct tail_form *form = tail_of(rest);
    if (!form)
        return READING_UNKNOWN;
    rest = slice_from(rest, form->text.length);
    switch (form->tail) {
    case TAIL_REJECTED:
    case TAIL_TEMPORARY:
        return read_rejection(rest, form->tail == TAIL_TEMPORARY, &fields, records);
    case TAIL_DROPPED:
        return read_dropped(rest, &fields, records);
    case TAIL_DISCARDED:
        return read_discarded(rest, &fields, records);
    case TAIL_LOST:
        return read_incomplete(rest, &fields, records);
    case TAIL_TWIN:
        set_peer(records_add(records, RECORD_DETAIL, "EX-VERIFY"), &fields);
        return READING_READ;
    case TAIL_DULL:
        break;
    }
    return READING_DULL;
}

/* The codes smtp_in_auth gives; only these, so that a HELO name cannot bring its own. */
static bool fits_auth_reply(struct slice rest, const struct fields *fields) {
    static const struct slice codes[] = {SLICE_INIT(": 535 "), SLICE_INIT(": 435 "),
                                         SLICE_INIT(": 501 "), SLICE_INIT(": 553 "),
                                         SLICE_INIT(": 454 ")};
    (void)fields;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (slice_starts(rest, codes[i]))
            return true;
    return false;
}

/* A client: "H=(box) [203.0.113.77]", without H= before 4.99, or a local user ("U=bob", "bob"). */
static bool take_client(struct slice *rest, rest_fits *fits, struct fields *fields) {
    struct slice s = *rest, user;
    slice_skip(&s, SLICE("H="));
    if (take_host(&s, fits, fields)) {
        *rest = s;
        return true;
    }
    s = *rest;
    if (!slice_skip(&s, SLICE("U=")) && (slice_find(s, '(') == 0 || slice_find(s, '[') == 0))
        return false;
    user = take_value(&s);
    take_plain_fields(&s, fields);
    if (!user.length || !fits(s, fields))
        return false;
    *rest = s;
    return true;
}

/* "plain authenticator failed for (box) [203.0.113.77]: 535 Incorrect authentication data
 * (set_id=bob)"; set_id is what the client said. */
static enum reading read_authentication(struct slice text, struct records *records) {
    static const struct slice failed = SLICE_INIT(" authenticator failed for ");
    struct fields fields = {0};
    struct slice rest = slice_from(text, slice_find(text, ' '));
    if (!slice_skip(&rest, failed) || !take_client(&rest, fits_auth_reply, &fields))
        return READING_UNKNOWN;
    struct record *record =
        add_incident(records, "EX-AUTHFAIL", EVENT_AUTH_FAILED, STAGE_AUTH, &fields);
    record->implied = SLICE("EX-AUTHFAIL");
    rest = slice_from(rest, 2);
    size_t set_id = slice_find_text(rest, SLICE(" (set_id="));
    size_t close = slice_rfind(rest, ')');
    record->reply = rest;
    record->reply_may_have_code = true;
    if (set_id != SIZE_MAX && close != SIZE_MAX && close >= set_id + 9) {
        record->user = slice_range(rest.at + set_id + 9, rest.at + close);
        /* "435 Unable ... (set_id=bob): REASON": the reason is worth more than an even wording. */
        if (close + 1 == rest.length)
            record->reply = slice_head(rest, set_id);
    }
    return READING_READ;
}

/* "already authenticated", "not permitted in mail transaction" and the like are 503. */
static struct slice protocol_error_implied(bool syntax, struct slice reason) {
    static const struct {
        struct slice text, implied;
    } known[] = {
        {SLICE_INIT("authentication mechanism not supported"), SLICE_INIT("EX-SYNPROT mechanism")},
        {SLICE_INIT("unrecognized command"), SLICE_INIT("EX-SYNPROT unrecognized")},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_find_text(reason, known[i].text) != SIZE_MAX)
            return known[i].implied;
    return syntax ? SLICE("EX-SYNPROT syntax") : SLICE("EX-SYNPROT protocol");
}

/* "SMTP protocol error in "AUTH PLAIN ..." H=(box) [203.0.113.79] AUTH command used when not
 * advertised". The command is the client's and may hold a password and quotes: it ends at the last
 * `" H=`, and nothing of it is kept but the stage. */
static enum reading read_protocol_error(struct slice text, struct records *records) {
    struct slice rest = text;
    bool syntax = slice_skip(&rest, SLICE("SMTP syntax error in \""));
    if (!syntax && !slice_skip(&rest, SLICE("SMTP protocol error in \"")))
        return READING_UNKNOWN;
    size_t end = slice_rfind_text(rest, SLICE("\" H="));
    if (end == SIZE_MAX)
        end = slice_rfind_text(rest, SLICE("\" U="));
    struct fields fields = {0};
    struct slice command = slice_head(rest, end);
    enum stage stage = stage_of_command(command);
    rest = slice_from(rest, end == SIZE_MAX ? rest.length : end + 2);
    take_fields(&rest, NULL, &fields);
    struct record *record = add_incident(records, "EX-SYNPROT", EVENT_REJECTED, stage, &fields);
    slice_skip(&rest, SLICE(" "));
    record->reply = rest;
    record->implied = protocol_error_implied(syntax, rest);
    record->is_verb = record_is_verb(command);
    return READING_READ;
}

/* ---- sessions that ended badly ---- */

/* "PREFIX client TAIL text". An empty tail: nothing but the end. Without words for a reply it is
 * the text. Without an event nothing is counted: a detail when there are words, else dull; either
 * way the session before is over. */
static const struct session_form {
    struct slice prefix, tail;
    const char *line_type;
    enum event event;
    enum stage stage;
    struct slice implied, reply;
} session_forms[] = {
    {SLICE_INIT("no MAIL in SMTP connection from "), SLICE_INIT(""), "EX-CONN", EVENT_NONE,
     STAGE_NONE, SLICE_INIT(""), SLICE_INIT("no MAIL")},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" closed by DROP in ACL"), "EX-CONN",
     EVENT_NONE, STAGE_NONE, SLICE_INIT(""), SLICE_INIT("drop")},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" closed "), "EX-CONN", EVENT_NONE, STAGE_NONE,
     SLICE_INIT(""), SLICE_INIT("")},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" (TCP/IP connection count"), "EX-CONN",
     EVENT_NONE, STAGE_NONE, SLICE_INIT(""), SLICE_INIT("")},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" lost while reading message data"), "EX-CONN",
     EVENT_CONNECTION_LOST, STAGE_DATA, SLICE_INIT(""),
     SLICE_INIT("connection lost while reading message data")},
    {SLICE_INIT("SMTP connection from "), SLICE_INIT(" lost"), "EX-CONN", EVENT_CONNECTION_LOST,
     STAGE_OTHER, SLICE_INIT(""), SLICE_INIT("connection lost")},
    {SLICE_INIT("unexpected disconnection while reading SMTP command from "), SLICE_INIT(""),
     "EX-CONN", EVENT_CONNECTION_LOST, STAGE_OTHER, SLICE_INIT(""),
     SLICE_INIT("connection lost while reading an SMTP command")},
    {SLICE_INIT("SMTP connection lost after final dot "), SLICE_INIT(""), "EX-CONN",
     EVENT_CONNECTION_LOST, STAGE_END_OF_DATA, SLICE_INIT(""),
     SLICE_INIT("connection lost after final dot")},
    {SLICE_INIT("SMTP command timeout on connection from "), SLICE_INIT(""), "EX-CONN",
     EVENT_TIMEOUT, STAGE_OTHER, SLICE_INIT("EX-CONN command-timeout"),
     SLICE_INIT("SMTP command timeout")},
    {SLICE_INIT("SMTP command timeout on TLS connection from "), SLICE_INIT(""), "EX-CONN",
     EVENT_TIMEOUT, STAGE_OTHER, SLICE_INIT("EX-CONN command-timeout"),
     SLICE_INIT("SMTP command timeout")},
    {SLICE_INIT("SMTP data timeout (message abandoned) on connection from "), SLICE_INIT(""),
     "EX-CONN", EVENT_TIMEOUT, STAGE_DATA, SLICE_INIT("EX-CONN data-timeout"),
     SLICE_INIT("SMTP data timeout")},
    {SLICE_INIT("SMTP data timeout (message abandoned) on TLS connection from "), SLICE_INIT(""),
     "EX-CONN", EVENT_TIMEOUT, STAGE_DATA, SLICE_INIT("EX-CONN data-timeout"),
     SLICE_INIT("SMTP data timeout")},
    {SLICE_INIT("SMTP call from "), SLICE_INIT(" dropped: too many nonmail commands"), "EX-DROP",
     EVENT_REJECTED, STAGE_OTHER, SLICE_INIT("EX-DROP nonmail"),
     SLICE_INIT("too many nonmail commands")},
    {SLICE_INIT("SMTP call from "), SLICE_INIT(" dropped: too many unrecognized commands"),
     "EX-DROP", EVENT_REJECTED, STAGE_OTHER, SLICE_INIT("EX-DROP unrecognized"),
     SLICE_INIT("too many unrecognized commands")},
    {SLICE_INIT("SMTP call from "), SLICE_INIT(" dropped: too many syntax or protocol errors"),
     "EX-DROP", EVENT_REJECTED, STAGE_OTHER, SLICE_INIT("EX-DROP syntax"),
     SLICE_INIT("too many syntax or protocol errors")},
    {SLICE_INIT("Connection from "), SLICE_INIT(" refused: "), "EX-CONN", EVENT_REJECTED,
     STAGE_CONNECT, SLICE_INIT("EX-CONN refused"), SLICE_INIT("")},
    {SLICE_INIT("temporarily refused connection from "), SLICE_INIT(": "), "EX-CONN",
     EVENT_REJECTED, STAGE_CONNECT, SLICE_INIT("EX-CONN reserve"), SLICE_INIT("")},
    {SLICE_INIT("refused connection from "), SLICE_INIT(""), "EX-CONN", EVENT_REJECTED,
     STAGE_CONNECT, SLICE_INIT("EX-CONN host-reject"), SLICE_INIT("connection refused")},
    {SLICE_INIT("TLS error on connection from "), SLICE_INIT(" "), "EX-TLSIN", EVENT_TLS_FAILED,
     STAGE_STARTTLS, SLICE_INIT(""), SLICE_INIT("")},
};

static bool fits_session(struct slice rest, const struct fields *fields) {
    static const struct slice known[] = {
        SLICE_INIT(" closed "),   SLICE_INIT(" lost"),        SLICE_INIT(" dropped: "),
        SLICE_INIT(" refused: "), SLICE_INIT(" (TCP/IP con"), SLICE_INIT(": "),
        SLICE_INIT(" (")};
    (void)fields;
    if (!rest.length)
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_starts(rest, known[i]))
            return true;
    return false;
}

/* Any end will do behind prefixes that name all there is. */
static bool fits_any(struct slice rest, const struct fields *fields) {
    (void)fields;
    return !rest.length || rest.at[0] == ' ' || rest.at[0] == ',' || rest.at[0] == ':';
}

/* `(last was "AUTH")`, `(last command was "AUTH LOGIN ...", C=...)`: its stage, and no byte of it.
 */
static enum stage stage_of_last(struct slice rest) {
    struct slice before;
    return slice_cut_text(&rest, SLICE("was \""), &before) ? stage_of_command(rest) : STAGE_OTHER;
}

static enum reading read_session_form(const struct session_form *form, struct slice rest,
                                      const struct fields *fields, struct records *records) {
    if (form->event == EVENT_NONE) {
        add_detail(records, form->line_type, fields);
        return form->reply.length ? READING_READ : READING_DULL;
    }
    struct record *record =
        add_incident(records, form->line_type, form->event, form->stage, fields);
    record->implied = form->implied;
    record->reply = form->reply.length ? form->reply : rest;
    if (form->event != EVENT_REJECTED)
        record->side = SIDE_SYNTHETIC;
    if (slice_is(slice_of(form->line_type), "EX-DROP"))
        record->stage = stage_of_last(rest);
    return READING_READ;
}

static enum reading read_session(struct slice text, struct records *records) {
    for (size_t i = 0; i < sizeof session_forms / sizeof *session_forms; i++) {
        const struct session_form *form = &session_forms[i];
        struct fields fields = {0};
        struct slice rest = text;
        if (!slice_skip(&rest, form->prefix))
            continue;
        slice_skip(&rest, SLICE("Ci="));
        if (!take_client(&rest, form->tail.length ? fits_session : fits_any, &fields) ||
            !slice_skip(&rest, form->tail))
            continue;
        return read_session_form(form, rest, &fields, records);
    }
    return READING_UNKNOWN;
}

/* ---- the line as a whole ---- */

static enum reading read_flag(struct slice text, struct records *records) {
    struct slice rest = slice_from(text, 3);
    if (text.length < 3 || text.at[2] != ' ')
        return READING_UNKNOWN;
    if (slice_starts(text, SLICE("=>")) || slice_starts(text, SLICE("->")) ||
        slice_starts(text, SLICE(">>")))
        return read_delivery(rest, records);
    if (slice_starts(text, SLICE("<=")) || slice_starts(text, SLICE("(=")))
        return read_arrival(rest, records, text.at[0] == '(');
    if (slice_starts(text, SLICE("==")))
        return read_deferral(rest, records);
    if (slice_starts(text, SLICE("**")))
        return read_failure(rest, records);
    return slice_starts(text, SLICE("*>")) ? READING_DULL : READING_UNKNOWN;
}

typedef enum reading line_reader(struct slice text, struct records *records);

static enum reading read_first(line_reader *const readers[], size_t count, struct slice text,
                               struct records *records) {
    enum reading reading = READING_UNKNOWN;
    for (size_t i = 0; i < count && reading == READING_UNKNOWN; i++)
        reading = readers[i](text, records);
    return reading;
}

static enum reading read_text(const struct shapes *shapes, bool has_id, struct slice text,
                              struct records *records) {
    static line_reader *const with_id[] = {read_flag, read_client_line, read_session, read_attempt};
    static line_reader *const without_id[] = {read_client_line, read_authentication, read_session,
                                              read_protocol_error};
    if (has_id && (slice_is(text, "Completed") || slice_starts(text, SLICE("Completed QT=")))) {
        struct record *record = records_add(records, RECORD_END, "EX-COMPLETED");
        record->delay = text.length > 13 ? read_span(slice_from(text, 13)) : -1;
        return READING_READ;
    }
    enum reading reading =
        has_id ? read_first(with_id, 4, text, records) : read_first(without_id, 4, text, records);
    if (reading != READING_UNKNOWN)
        return reading;
    return shapes_read(shapes, has_id ? SLICE("exim-message") : SLICE("exim"), text, records);
}

static enum reading exim_read(const struct shapes *shapes, const struct entry *entry,
                              struct records *records) {
    struct slice rest = entry->text, text, id;
    size_t first = records->count;
    slice_cut(&rest, '\n', &text); /* behind it a rejectlog has the header of the message */
    if (!entry->wrapping || !slice_is(slice_of(entry->wrapping->name), "exim"))
        skip_inner_stamp(&text);
    struct slice pid = take_pid(&text);
    bool has_id = take_message_id(&text, &id);
    enum reading reading = read_text(shapes, has_id, text, records);
    for (size_t i = first; i < records->count; i++) {
        records->items[i].reply_escaped = true;
        records->items[i].session_pid = pid;
        if (!records->items[i].queue_id.length)
            records->items[i].queue_id = id;
    }
    return reading;
}

/* Its own files are told by their stamp; under syslog the tag is syslog_processname. */
static unsigned exim_likeness(const struct entry *entry) {
    struct slice program = entry->program;
    if (entry->wrapping && slice_is(slice_of(entry->wrapping->name), "exim"))
        return 90;
    return slice_skip(&program, SLICE("exim")) &&
                   (!program.length || !is_alnum(program.at[0]) || is_digit(program.at[0]))
               ? 100
               : 0;
}

const struct mta mta_exim = {
    .name = "exim",
    .title = "Exim",
    .likeness = exim_likeness,
    .read = exim_read,
    .arrives_whole = true,
    .logs_twice = true, /* syslog_duplication: as main log and as reject log */
};
