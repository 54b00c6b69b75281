/* sendmail - why: Sendmail writes `key=value, key=value` lines that look regular and are not:
 * values hold commas, the reply of a stranger stands in the middle, and codes are mostly left out.
 *
 * By hand are read the lines that make up a log, and those whose values are hostile:
 *
 *   65L80001002101: from=<alice@example.org>, size=1200, class=0, nrcpts=2, msgid=<m1@example.org>,
 *       proto=ESMTPS, daemon=MTA-v4, relay=client.example.org [192.0.2.10]   headers.c, logsender()
 *   65L80001002101: to=<bob@example.net>,<carol@example.net>, delay=00:00:02, mailer=esmtp,
 *       relay=mx.example.net. [198.51.100.5], dsn=5.1.1, reply=550 5.1.1 No such box,
 *       stat=User unknown                                                  deliver.c, logdelivery()
 *   65L80004002110: ruleset=check_rcpt, arg1=<x@example.com>, relay=[203.0.113.77],
 *       reject=550 5.7.1 <x@example.com>... Relaying denied                  parseaddr.c, rscheck()
 *   65L80006002112: AUTH failure (LOGIN): SASL(-13): authentication failure, user=bob,
 *       relay=[203.0.113.77]                                                          srvrsmtp.c
 *   STARTTLS=client, relay=mx.example.net., version=TLSv1.3, verify=OK, cipher=..., bits=256/256
 *                                                                                          tls.c
 *
 * How: fields are taken in the order in which Sendmail writes them; addresses end at their bracket,
 * not at a comma. What was decided of a recipient is told by dsn=, which no stranger can write, and
 * by the words of stat= only where there is no dsn=. The other kinds are shapes of the program
 * "sendmail".
 */
#include "mta/mta.h"

#include "base/ascii.h"
#include "base/digits.h"
#include "base/slice.h"
#include "input/entry.h"
#include "mta/shapes.h"

/* ---- small readers ---- */

/* Time and process as letters and digits; the process has five digits or more [queue.c,
 * assign_queueid]. Gives the length, 0 for anything else. */
static size_t queue_id_length(struct slice text) {
    enum { SHORTEST = 8, LONGEST = 20, PROCESS = 5 };
    size_t length = 0;
    unsigned more = 8;
    for (; more == 8 && length + 8 <= text.length && length <= LONGEST; length += more)
        more = digits_alnum(text.at + length);
    if (more == 8)
        while (length < text.length && length <= LONGEST && is_alnum(text.at[length]))
            length++;
    if (length < SHORTEST || length > LONGEST)
        return 0;
    return digits_end(text.at + length - SHORTEST, PROCESS) ? length : 0;
}

/* "65L80001002101: " */
static bool take_queue_id(struct slice *text, struct slice *id_r) {
    size_t length = queue_id_length(*text);
    struct slice rest = slice_from(*text, length);
    if (!length || !slice_skip(&rest, SLICE(": ")))
        return false;
    *id_r = slice_head(*text, length);
    *text = rest;
    return true;
}

/* The same with quotes or backslashes in it: what stands in them counts for nothing. */
static size_t quoted_address_length(struct slice s, bool bracket) {
    bool quoted = false;
    for (size_t i = 0; i < s.length; i++) {
        if (s.at[i] == '\\' && i + 1 < s.length)
            i++;
        else if (s.at[i] == '"')
            quoted = !quoted;
        else if (!quoted && bracket && s.at[i] == '>')
            return i + 1;
        else if (!quoted && !bracket && s.at[i] == ',')
            return i;
    }
    /* A quote cut in its middle (shortenstring) never ends: the next comma and blank then does. */
    return quoted ? slice_head(s, slice_find_text(s, SLICE(", "))).length : s.length;
}

/* Length of an address at the front: up to and with its bracket, or to a comma. */
static size_t address_length(struct slice s) {
    bool bracket = s.length && s.at[0] == '<';
    struct slice address = slice_head(s, slice_find(s, bracket ? '>' : ','));
    if (slice_find(address, '"') != SIZE_MAX || slice_find(address, '\\') != SIZE_MAX)
        return quoted_address_length(s, bracket);
    return address.length + (bracket && address.length < s.length);
}

static struct slice without_brackets(struct slice address) {
    if (slice_skip(&address, SLICE("<")) && slice_ends(address, SLICE(">")))
        address.length--;
    return address;
}

static struct slice take_address(struct slice *s) {
    size_t length = address_length(*s);
    struct slice address = slice_head(*s, length);
    *s = slice_from(*s, length);
    return without_brackets(address);
}

/*   relay = [ host SP ] "[" [ "IPv6:" ] address "]" [ SP "(may be forged)" ] / host / user "@" host
 */
static void read_relay(struct slice relay, struct record *record) {
    static const struct slice forged = SLICE_INIT(" (may be forged)");
    if (slice_ends(relay, forged))
        relay.length -= forged.length;
    size_t open = slice_rfind(relay, '[');
    if (open != SIZE_MAX && slice_ends(relay, SLICE("]"))) {
        record->peer_ip = slice_range(relay.at + open + 1, relay.at + relay.length - 1);
        slice_skip(&record->peer_ip, SLICE("IPv6:"));
        relay = slice_trim(slice_head(relay, open));
    }
    size_t at = slice_find(relay, '@');
    if (at != SIZE_MAX)
        relay = slice_from(relay, at + 1);
    if (slice_ends(relay, SLICE(".")))
        relay.length--;
    record->peer_host = relay;
}

/* "00:00:02", as nearly all are, in seconds; -1: it has another form. */
static inline int64_t read_short_delay(struct slice s) {
    if (s.length != 8 || s.at[2] != ':' || s.at[5] != ':')
        return -1;
    int64_t total = 0;
    for (size_t i = 0; i < 8; i += 3) {
        if (!is_digit(s.at[i]) || !is_digit(s.at[i + 1]))
            return -1;
        total = total * 60 + (s.at[i] - '0') * 10 + s.at[i + 1] - '0';
    }
    return total;
}

/*   delay = [ days "+" ] HH ":" MM ":" SS, as microseconds; -1 for anything else */
static int64_t read_delay(struct slice s) {
    enum { PARTS = 3 };
    int64_t seconds = read_short_delay(s);
    if (seconds >= 0)
        return seconds * 1000000;
    uint64_t days = 0, total = 0, part;
    struct slice rest = s;
    if (slice_find(s, '+') != SIZE_MAX &&
        (!slice_take_number(&rest, &days) || !slice_skip(&rest, SLICE("+"))))
        return -1;
    for (int i = 0; i < PARTS; i++) {
        if ((i > 0 && !slice_skip(&rest, SLICE(":"))) || !slice_take_number(&rest, &part) ||
            part > 99)
            return -1;
        total = total * 60 + part;
    }
    return rest.length || days > 100000 ? -1 : (int64_t)((days * 86400 + total) * 1000000);
}

static void read_count(struct slice s, int64_t *count_r) {
    uint64_t count;
    if (slice_number(s, &count) && count <= INT64_MAX)
        *count_r = (int64_t)count;
}

static const bool in_key[256] = {
    ['0' ... '9'] = true,
    ['A' ... 'Z'] = true,
    ['a' ... 'z'] = true,
    ['_'] = true,
};

/* Up to the first ", ", or all of it. */
static inline size_t value_length(struct slice s) {
    const char *at = s.at, *end = s.at + s.length;
    while (at < end && (at = memchr(at, ',', (size_t)(end - at)))) {
        at++;
        if (at < end && *at == ' ')
            return (size_t)(at - 1 - s.at);
    }
    return s.length;
}

/* Takes ", key=" off the front. */
static inline bool take_key(struct slice *rest, struct slice *key_r) {
    enum { LONGEST = 24 };
    const char *begin = rest->at, *end = rest->at + rest->length;
    begin += begin < end && *begin == ',';
    begin += begin < end && *begin == ' ';
    const char *at = begin, *most = end - begin > LONGEST ? begin + LONGEST : end;
    while (at < most && in_key[(unsigned char)*at])
        at++;
    if (at == begin || at == end || *at != '=')
        return false;
    *key_r = slice_range(begin, at);
    *rest = slice_range(at + 1, end);
    return true;
}

/* Takes the value up to ", ". */
static inline struct slice take_value(struct slice *rest) {
    struct slice s = *rest;
    size_t end = s.length && s.at[0] == '<' ? address_length(s) : 0;
    size_t length = end + value_length((struct slice){s.at + end, s.length - end});
    *rest = (struct slice){s.at + length, s.length - length};
    return (struct slice){s.at, length};
}

static bool take_field(struct slice *rest, struct slice *key_r, struct slice *value_r) {
    if (!take_key(rest, key_r))
        return false;
    *value_r = take_value(rest);
    return true;
}

/* ---- from= ---- */

/* relay= is the last field, and a message-id may hold anything: it is looked for from the right. */
static enum reading read_from(struct slice rest, struct records *records) {
    static const struct slice relay = SLICE_INIT(", relay=");
    struct slice key, value;
    struct record *record = records_add(records, RECORD_ARRIVAL, "SM-FROM");
    record->direction = DIRECTION_IN;
    record->has_sender = true;
    record->sender = take_address(&rest);
    size_t last = slice_rfind_text(rest, relay);
    if (last != SIZE_MAX) {
        read_relay(slice_from(rest, last + relay.length), record);
        rest = slice_head(rest, last);
    }
    while (take_field(&rest, &key, &value)) {
        if (slice_is(key, "size") && record->size < 0)
            read_count(value, &record->size);
        else if (slice_is(key, "nrcpts") && record->nrcpt < 0)
            read_count(value, &record->nrcpt);
        else if (slice_is(key, "msgid") && !record->message_id.at)
            record->message_id = value;
    }
    /* Every recipient was refused, or the client left before the message: nothing entered the
     * queue. A message has a Message-ID, Sendmail gives it one where it came without. */
    if (record->nrcpt == 0 || (record->size == 0 && !record->message_id.at))
        record->kind = RECORD_DETAIL;
    return READING_READ;
}

/* ---- to= ---- */

/* The fields of a to= line that matter. */
struct delivery {
    struct slice recipients;
    struct slice owner; /* ctladdr= */
    struct slice delay, mailer, relay, stage, reply, stat;
    struct enhanced dsn;
    bool quarantined;
};

/* The list ends where a comma is followed by a blank; an address may hold both in quotes. */
static struct slice take_recipients(struct slice *rest) {
    static const struct slice more = SLICE_INIT("[more]");
    struct slice whole = *rest, s = *rest;
    for (;;) {
        s = slice_from(s, address_length(s));
        if (s.length < 2 || s.at[0] != ',' || s.at[1] == ' ')
            break;
        s = slice_from(s, 1);
    }
    struct slice list = slice_head(whole, whole.length - s.length + value_length(s));
    *rest = slice_from(whole, list.length);
    if (slice_ends(list, more))
        list = slice_trim(slice_head(list, list.length - more.length));
    return list;
}

/* That of a bounce is followed by a word of Sendmail's own, so that it ends at the last ", stat=",
 * and other replies at the first. */
static struct slice take_reply(struct slice *rest, bool is_final) {
    static const struct slice stat = SLICE_INIT(", stat=");
    size_t end = is_final ? slice_rfind_text(*rest, stat) : slice_find_text(*rest, stat);
    struct slice reply = slice_head(*rest, end);
    *rest = slice_from(*rest, reply.length);
    return reply;
}

/* A field of a to= line, told by its first letter before its name is compared. */
static inline void set_field(struct delivery *delivery, struct slice key, struct slice value) {
    switch (key.at[0]) {
    case 'd':
        if (slice_is(key, "delay"))
            delivery->delay = value;
        else if (slice_is(key, "dsn") && !enhanced_take(&value, &delivery->dsn))
            delivery->dsn = (struct enhanced){0};
        break;
    case 'm':
        if (slice_is(key, "mailer"))
            delivery->mailer = value;
        break;
    case 'r':
        if (slice_is(key, "relay"))
            delivery->relay = value;
        break;
    case 'c':
        if (slice_is(key, "ctladdr"))
            delivery->owner = take_address(&value);
        break;
    case 's':
        if (slice_is(key, "stage"))
            delivery->stage = value;
        break;
    case 'q':
        if (slice_is(key, "quarantine"))
            delivery->quarantined = true;
        break;
    }
}

/* reply= and stat= come last and hold text of a stranger: stat= goes on to the end of the line. */
static void take_delivery(struct slice rest, struct delivery *delivery) {
    struct slice key, value;
    delivery->recipients = take_recipients(&rest);
    while (take_key(&rest, &key)) {
        if (slice_is(key, "stat")) {
            delivery->stat = rest;
            return;
        }
        if (slice_is(key, "reply")) {
            delivery->reply = take_reply(&rest, delivery->dsn.class_digit == 5);
            continue;
        }
        value = take_value(&rest);
        set_field(delivery, key, value);
    }
}

/* The words of stat=, in the order of trying. EVENT_NONE: no attempt was made. The implied code is
 * that of the exit status behind the word [libsm/strexit.c]. */
static const struct stat_word {
    struct slice word;
    enum event event;
    enum stage stage;
    struct slice implied;
} stat_words[] = {
    {SLICE_INIT("Sent"), EVENT_DELIVERED, STAGE_END_OF_DATA, SLICE_INIT("SM-STAT sent")},
    {SLICE_INIT("Deferred"), EVENT_DEFERRED, STAGE_OTHER, SLICE_INIT("SM-STAT deferred")},
    {SLICE_INIT("queued"), EVENT_NONE, STAGE_QUEUE, SLICE_INIT("")},
    {SLICE_INIT("quarantined"), EVENT_HELD, STAGE_QUEUE, SLICE_INIT("")},
    {SLICE_INIT("Cannot send message"), EVENT_EXPIRED, STAGE_QUEUE, SLICE_INIT("")},
    {SLICE_INIT("Message could not be delivered for"), EVENT_EXPIRED, STAGE_QUEUE, SLICE_INIT("")},
    {SLICE_INIT("Please try again later"), EVENT_DEFERRED, STAGE_OTHER,
     SLICE_INIT("SM-STAT please try again later")},
    {SLICE_INIT("User unknown"), EVENT_BOUNCED, STAGE_RCPT, SLICE_INIT("SM-STAT user unknown")},
    {SLICE_INIT("Host unknown"), EVENT_BOUNCED, STAGE_DNS, SLICE_INIT("SM-STAT host unknown")},
    {SLICE_INIT("Service unavailable"), EVENT_BOUNCED, STAGE_OTHER,
     SLICE_INIT("SM-STAT service unavailable")},
    {SLICE_INIT("Data format error"), EVENT_BOUNCED, STAGE_OTHER,
     SLICE_INIT("SM-STAT data format error")},
    {SLICE_INIT("Command line usage error"), EVENT_BOUNCED, STAGE_OTHER,
     SLICE_INIT("SM-STAT command line usage error")},
    {SLICE_INIT("Cannot open input"), EVENT_BOUNCED, STAGE_DELIVERY,
     SLICE_INIT("SM-STAT cannot open input")},
    {SLICE_INIT("Internal error"), EVENT_BOUNCED, STAGE_OTHER,
     SLICE_INIT("SM-STAT internal error")},
    {SLICE_INIT("Operating system error"), EVENT_DEFERRED, STAGE_DELIVERY,
     SLICE_INIT("SM-STAT operating system error")},
    {SLICE_INIT("System file missing"), EVENT_BOUNCED, STAGE_DELIVERY,
     SLICE_INIT("SM-STAT system file missing")},
    {SLICE_INIT("Can't create output"), EVENT_BOUNCED, STAGE_DELIVERY,
     SLICE_INIT("SM-STAT can't create output")},
    {SLICE_INIT("I/O error"), EVENT_DEFERRED, STAGE_DELIVERY, SLICE_INIT("SM-STAT i/o error")},
    {SLICE_INIT("Remote protocol error"), EVENT_BOUNCED, STAGE_OTHER,
     SLICE_INIT("SM-STAT remote protocol error")},
    {SLICE_INIT("Insufficient permission"), EVENT_BOUNCED, STAGE_OTHER,
     SLICE_INIT("SM-STAT insufficient permission")},
    {SLICE_INIT("Local configuration error"), EVENT_BOUNCED, STAGE_OTHER,
     SLICE_INIT("SM-STAT local configuration error")},
    {SLICE_INIT("Message exceeds maximum fixed size"), EVENT_BOUNCED, STAGE_MAIL,
     SLICE_INIT("SM-STAT message exceeds maximum fixed size")},
    {SLICE_INIT("Too many hops"), EVENT_BOUNCED, STAGE_DELIVERY,
     SLICE_INIT("SM-STAT too many hops")},
};

static const struct stat_word stat_loop = {SLICE_INIT("config error: "), EVENT_BOUNCED, STAGE_DNS,
                                           SLICE_INIT("SM-STAT config error")};
static const struct stat_word stat_other = {SLICE_INIT(""), EVENT_BOUNCED, STAGE_OTHER,
                                            SLICE_INIT("")};

static const struct stat_word *stat_word_of(struct slice stat) {
    for (size_t i = 0; i < sizeof stat_words / sizeof *stat_words; i++)
        if (slice_starts(stat, stat_words[i].word))
            return &stat_words[i];
    return slice_find_text(stat, stat_loop.word) != SIZE_MAX ? &stat_loop : &stat_other;
}

static bool starts_with_code(struct slice text) {
    return text.length >= 3 && text.at[0] >= '2' && text.at[0] <= '5' && is_digit(text.at[1]) &&
           is_digit(text.at[2]) && (text.length == 3 || text.at[3] == ' ' || text.at[3] == '-');
}

/* dsn= cannot be written by the peer, stat= can: "Deferred: 451 later, stat=Sent". */
static enum event event_of(const struct delivery *delivery, const struct stat_word *word) {
    if (word->event == EVENT_NONE) /* queued: because something failed, or as asked */
        return delivery->dsn.class_digit == 4 ? EVENT_DEFERRED : EVENT_NONE;
    if (word->event == EVENT_HELD || word->event == EVENT_EXPIRED)
        return word->event;
    switch (delivery->dsn.class_digit) {
    case 2:
        return EVENT_DELIVERED;
    case 4:
        return EVENT_DEFERRED;
    case 5:
        return EVENT_BOUNCED;
    default:
        if (word == &stat_other && delivery->stat.length && delivery->stat.at[0] == '4' &&
            starts_with_code(delivery->stat))
            return EVENT_DEFERRED;
        return word->event;
    }
}

/* What stands for a reply when none came, or when it was our own demand for TLS that was not met
 * [tls_server and its like in cf/m4/proto.m4]. Before the words may stand a code that nobody said,
 * or the host: "421 4.4.1 Connection reset by mx.example.net.", "mx.example.net.: No route". */
static const struct condition {
    struct slice text;
    enum stage stage;
} conditions[] = {
    {SLICE_INIT("Connection refused by"), STAGE_CONNECT},
    {SLICE_INIT("Connection timed out with"), STAGE_CONNECT},
    {SLICE_INIT("Operation timed out with"), STAGE_CONNECT},
    {SLICE_INIT("No route to host"), STAGE_CONNECT},
    {SLICE_INIT("Network is unreachable"), STAGE_CONNECT},
    {SLICE_INIT("Host is down"), STAGE_CONNECT},
    {SLICE_INIT("Connection reset by"), STAGE_OTHER},
    {SLICE_INIT("Connection closed by"), STAGE_OTHER},
    {SLICE_INIT("Name server: "), STAGE_DNS},
    {SLICE_INIT("Temporary AUTH failure"), STAGE_AUTH},
    {SLICE_INIT("TLS handshake failed"), STAGE_STARTTLS},
    {SLICE_INIT("encryption too weak "), STAGE_STARTTLS},
    {SLICE_INIT("authentication failed"), STAGE_STARTTLS},
    {SLICE_INIT("no authentication requested"), STAGE_STARTTLS},
    {SLICE_INIT("other side does not support STARTTLS"), STAGE_STARTTLS},
    {SLICE_INIT("CN "), STAGE_STARTTLS},
    {SLICE_INIT("Cert Subject "), STAGE_STARTTLS},
    {SLICE_INIT("Cert Issuer "), STAGE_STARTTLS},
    /* what a server may say, too, in words; no server says 403 */
    {SLICE_INIT("403 "), STAGE_STARTTLS},
    {SLICE_INIT("454 4.7.0 not authenticated"), STAGE_STARTTLS},
};

/* Takes "NNN N.N.N " off the front. */
static bool skip_code(struct slice *text) {
    struct slice rest = *text, word;
    struct enhanced enhanced;
    uint64_t code;
    if (!slice_cut(&rest, ' ', &word) || word.length != 3 || !slice_number(word, &code) ||
        !enhanced_take(&rest, &enhanced) || !slice_skip(&rest, SLICE(" ")))
        return false;
    *text = rest;
    return true;
}

/* NULL: it is none. */
static const struct condition *condition_of(struct slice text) {
    struct slice whole = text, behind = text, host;
    if (!skip_code(&text) && slice_cut_text(&behind, SLICE(".: "), &host) &&
        slice_find(host, ' ') == SIZE_MAX)
        text = behind;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++)
        if (slice_starts(text, conditions[i].text) || slice_starts(whole, conditions[i].text))
            return &conditions[i];
    return NULL;
}

/* stage= and the words in which Sendmail speaks of a command. */
static const struct {
    struct slice word;
    enum stage stage;
} stage_words[] = {
    {SLICE_INIT("RCPT"), STAGE_RCPT},        {SLICE_INIT("MAIL"), STAGE_MAIL},
    {SLICE_INIT("EOM"), STAGE_END_OF_DATA},  {SLICE_INIT("."), STAGE_END_OF_DATA},
    {SLICE_INIT("DATA"), STAGE_DATA},        {SLICE_INIT("BDAT"), STAGE_DATA},
    {SLICE_INIT("EHLO"), STAGE_HELO},        {SLICE_INIT("HELO"), STAGE_HELO},
    {SLICE_INIT("LHLO"), STAGE_HELO},        {SLICE_INIT("STARTTLS"), STAGE_STARTTLS},
    {SLICE_INIT("AUTH"), STAGE_AUTH},        {SLICE_INIT("CONNECT"), STAGE_CONNECT},
    {SLICE_INIT("greeting"), STAGE_CONNECT}, {SLICE_INIT("QUIT"), STAGE_QUIT},
};

static enum stage stage_named(struct slice word) {
    for (size_t i = 0; i < sizeof stage_words / sizeof *stage_words; i++)
        if (slice_starts_nocase(word, stage_words[i].word))
            return stage_words[i].stage;
    return STAGE_OTHER;
}

static bool is_local_mailer(struct slice mailer) {
    static const struct slice names[] = {SLICE_INIT("local"), SLICE_INIT("prog"), SLICE_INIT("*"),
                                         SLICE_INIT("cyrus"), SLICE_INIT("procmail")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_starts(mailer, names[i]))
            return true;
    return false;
}

/* "Sent (ok queued)" -> "ok queued"; "Deferred: 451 later" -> "451 later". */
static struct slice text_of_stat(struct slice stat) {
    struct slice text = stat;
    if (slice_skip(&text, SLICE("Sent"))) {
        if (slice_skip(&text, SLICE(" (")) && slice_ends(text, SLICE(")")))
            text.length--;
        return text;
    }
    return slice_skip(&text, SLICE("Deferred: ")) ? text : stat;
}

/* A host was reached and then lost, or did not speak on: dsn= tells the two apart. */
enum { NETWORK = 4, BAD_CONNECTION = 2 };
static bool was_connected(const struct record *record) {
    return record->dsn.subject == NETWORK && record->dsn.detail == BAD_CONNECTION;
}

/* What our own rules demand of a host has a code, which they choose; what happened has none. */
static void set_condition(struct record *record, const struct condition *condition) {
    struct slice text = record->reply;
    bool demand = skip_code(&text) && condition->stage == STAGE_STARTTLS;
    if (!demand)
        record->reply = text;
    record->side = demand ? SIDE_LOCAL : SIDE_SYNTHETIC;
    record->reply_may_have_code = demand;
    record->stage = condition->stage;
    if (record->stage == STAGE_CONNECT && was_connected(record))
        record->stage = STAGE_OTHER;
}

/* Who said it, at which stage. A code in stat= is the peer's, and a word is what Sendmail made of
 * the peer's code, unless nobody was reached. */
static void set_stat(struct record *record, struct slice stat, const struct stat_word *word) {
    bool deferred = record->event == EVENT_DEFERRED, delivered = record->event == EVENT_DELIVERED;
    const struct condition *condition = delivered ? NULL : condition_of(text_of_stat(stat));
    record->reply = text_of_stat(stat);
    record->reply_may_have_code = !delivered && starts_with_code(record->reply);
    bool unsaid = deferred && (!record->reply_may_have_code || condition);
    if (condition)
        set_condition(record, condition);
    else if (unsaid || record->stage == STAGE_DNS || record->stage == STAGE_QUEUE ||
             (record->direction == DIRECTION_OUT && !record->peer_ip.length))
        record->side = SIDE_SYNTHETIC;
    if (word->event == EVENT_NONE && record->dsn.subject == NETWORK)
        record->stage = STAGE_DNS; /* the way was to be looked up when the message came */
    bool bare = slice_equal(stat, word->word) && !(deferred && was_connected(record));
    if (!record->reply_may_have_code && (bare || !unsaid) &&
        !(delivered && record->direction == DIRECTION_LOCAL))
        record->implied = word->implied;
}

/* A reply= is the peer's, but for what Sendmail writes there when the connection broke. */
static void set_reply(struct record *record, const struct delivery *delivery,
                      const struct stat_word *word) {
    bool local = is_local_mailer(delivery->mailer);
    read_relay(delivery->relay, record);
    record->direction = local ? DIRECTION_LOCAL : DIRECTION_OUT;
    record->side = local ? SIDE_SYNTHETIC : SIDE_REMOTE;
    record->stage = local ? STAGE_DELIVERY : word->stage;
    if (delivery->reply.length) {
        const struct condition *said = condition_of(delivery->reply);
        const struct condition *made = condition_of(text_of_stat(delivery->stat));
        record->side = SIDE_REMOTE;
        record->reply = delivery->reply;
        record->reply_may_have_code = true;
        if (said && was_connected(record))
            set_condition(record, said);
        else if (made && (made->stage == STAGE_STARTTLS || made->stage == STAGE_AUTH))
            record->stage = made->stage;
    } else {
        set_stat(record, delivery->stat, word);
    }
    if (delivery->stage.length)
        record->stage = stage_named(delivery->stage);
    /* The name that was looked up, or the mailer's own: nobody was met. */
    if (!record->peer_ip.length &&
        (record->stage == STAGE_DNS || slice_equal(record->peer_host, delivery->mailer)))
        record->peer_host = (struct slice){0};
}

/* A command or file stands in the place of the address whose alias it is. */
static bool is_target(struct slice mailer) {
    return slice_is(mailer, "prog") || slice_is(mailer, "*file*");
}

static enum level level_of(enum event event) {
    return event == EVENT_DEFERRED ? LEVEL_ATTEMPT : LEVEL_RECIPIENT;
}

static void set_recipient(struct record *record, const struct delivery *delivery,
                          struct slice recipient) {
    bool is_owned = is_target(delivery->mailer) && delivery->owner.length;
    record->recipient = is_owned ? delivery->owner : recipient;
    if (is_owned)
        record->target = recipient;
}

/* A line without mailer= and dsn= repeats for each recipient what a milter or ruleset said: a twin.
 */
static enum reading read_to(struct slice rest, struct records *records) {
    struct delivery delivery = {0};
    take_delivery(rest, &delivery);
    const struct stat_word *word = stat_word_of(delivery.stat);
    enum event event = delivery.quarantined ? EVENT_HELD : event_of(&delivery, word);
    if (word->event == EVENT_DELIVERED && event != EVENT_DELIVERED)
        word = &stat_other; /* "Sent" in the words of the peer */
    bool twin = !delivery.mailer.length && !delivery.dsn.class_digit && event != EVENT_EXPIRED &&
                event != EVENT_HELD;
    if (event == EVENT_NONE)
        return READING_DULL;
    if (!delivery.recipients.length || (!delivery.stat.length && !delivery.dsn.class_digit))
        return READING_UNKNOWN;
    size_t first = records->count;
    struct record *record = records_add(records, twin ? RECORD_DETAIL : RECORD_OUTCOME, "SM-TO");
    record->delay = read_delay(delivery.delay);
    record->dsn = delivery.dsn;
    if (!twin) {
        record->event = event;
        record->level = level_of(event);
        set_reply(record, &delivery, word);
        if (event == EVENT_DELIVERED)
            record_link_onward(record, record->reply);
    }
    struct slice list = delivery.recipients;
    for (;;) {
        set_recipient(record, &delivery, take_address(&list));
        if (!slice_skip_byte(&list, ',') || !list.length)
            return READING_READ;
        record = records_add(records, RECORD_OUTCOME, "SM-TO");
        *record = *records_at(records, first);
    }
}

/* ---- refusals ---- */

static struct record *add_incident(struct records *records, const char *line_type, enum event event,
                                   enum stage stage) {
    struct record *record = records_add(records, RECORD_INCIDENT, line_type);
    record->event = event;
    record->level = LEVEL_SESSION;
    record->direction = DIRECTION_IN;
    record->side = SIDE_LOCAL;
    record->stage = stage;
    return record;
}

static const struct ruleset {
    struct slice name;
    enum stage stage;
    enum direction direction;
    enum event event; /* of a refusal; EVENT_NONE: only told, refuses nothing */
} rulesets[] = {
    {SLICE_INIT("check_relay"), STAGE_CONNECT, DIRECTION_IN, EVENT_REJECTED},
    {SLICE_INIT("check_mail"), STAGE_MAIL, DIRECTION_IN, EVENT_REJECTED},
    {SLICE_INIT("check_rcpt"), STAGE_RCPT, DIRECTION_IN, EVENT_REJECTED},
    {SLICE_INIT("check_compat"), STAGE_RCPT, DIRECTION_IN, EVENT_REJECTED},
    {SLICE_INIT("check_data"), STAGE_DATA, DIRECTION_IN, EVENT_REJECTED},
    {SLICE_INIT("check_eom"), STAGE_END_OF_DATA, DIRECTION_IN, EVENT_REJECTED},
    {SLICE_INIT("tls_client"), STAGE_STARTTLS, DIRECTION_IN, EVENT_TLS_FAILED},
    {SLICE_INIT("tls_"), STAGE_STARTTLS, DIRECTION_OUT, EVENT_TLS_FAILED},
    {SLICE_INIT("try_tls"), STAGE_STARTTLS, DIRECTION_OUT, EVENT_TLS_FAILED},
    {SLICE_INIT("trust_auth"), STAGE_AUTH, DIRECTION_IN, EVENT_NONE},
    {SLICE_INIT(""), STAGE_OTHER, DIRECTION_IN, EVENT_REJECTED},
};

static const struct ruleset *ruleset_of(struct slice name) {
    const struct ruleset *ruleset = rulesets;
    while (!slice_starts(name, ruleset->name))
        ruleset++;
    return ruleset;
}

/* What a ruleset or milter decided, behind ", ". */
static bool set_decision(struct record *record, struct slice decision) {
    if (slice_skip(&decision, SLICE("reject="))) {
        record->reply = decision;
        record->reply_may_have_code = true;
        return true;
    }
    struct slice quarantine = decision;
    if (slice_skip(&quarantine, SLICE("quarantine="))) {
        record->event = EVENT_HELD;
        record->reply = quarantine;
        return true;
    }
    if (!slice_starts(decision, SLICE("discard")))
        return false;
    record->event = EVENT_DISCARDED;
    record->reply = SLICE("discard");
    return true;
}

/* arg1 is the client's and is repeated in the refusal: it ends at its bracket. arg2 and relay= come
 * from the connection, so the first ", relay=" behind it is the true one. */
static enum reading read_ruleset(struct slice rest, struct records *records) {
    struct slice name, key, value, address = {0}, relay = {0};
    if (!slice_cut(&rest, ',', &name))
        return READING_UNKNOWN;
    const struct ruleset *ruleset = ruleset_of(name);
    for (;;) {
        struct slice decision = rest;
        slice_skip(&decision, SLICE(","));
        if (slice_starts(decision, SLICE(" reject=")) ||
            slice_starts(decision, SLICE(" quarantine=")) || !take_field(&rest, &key, &value))
            break;
        if (slice_is(key, "arg1"))
            address = without_brackets(value);
        else if (slice_is(key, "relay"))
            relay = value;
    }
    if (ruleset->event == EVENT_NONE)
        return READING_DULL;
    struct record *record = add_incident(records, "SM-RULESET", ruleset->event, ruleset->stage);
    record->direction = ruleset->direction;
    if (ruleset->direction == DIRECTION_OUT)
        record->level = LEVEL_HOST;
    read_relay(relay, record);
    if (ruleset->stage == STAGE_RCPT)
        record->recipient = address;
    record->has_sender = ruleset->stage == STAGE_MAIL;
    if (record->has_sender)
        record->sender = address;
    slice_skip(&rest, SLICE(","));
    slice_skip(&rest, SLICE(" "));
    bool is_decided = set_decision(record, rest);
    if (is_decided && record_may_tell(record->kind, record->event, record->level))
        return READING_READ;
    records->count--;
    return READING_UNKNOWN; /* a server of others is not put on hold, nor discarded */
}

/* "Milter: to=<bob@example.net>, reject=451 4.7.1 Greylisted" [milter.c, milter_quit_filter ...].
 */
static const struct {
    struct slice what;
    enum stage stage;
} milter_stages[] = {
    {SLICE_INIT("from="), STAGE_MAIL},         {SLICE_INIT("to="), STAGE_RCPT},
    {SLICE_INIT("connect: "), STAGE_CONNECT},  {SLICE_INIT("helo="), STAGE_HELO},
    {SLICE_INIT("cmd=data"), STAGE_DATA},      {SLICE_INIT("data"), STAGE_END_OF_DATA},
    {SLICE_INIT("header"), STAGE_END_OF_DATA}, {SLICE_INIT("body"), STAGE_END_OF_DATA},
    {SLICE_INIT("eom"), STAGE_END_OF_DATA},    {SLICE_INIT("cmd="), STAGE_OTHER},
};

static enum stage take_milter_stage(struct slice *rest) {
    for (size_t i = 0; i < sizeof milter_stages / sizeof *milter_stages; i++)
        if (slice_skip(rest, milter_stages[i].what))
            return milter_stages[i].stage;
    return STAGE_NONE;
}

/* "host=h, addr=203.0.113.77" */
static void read_milter_client(struct slice *rest, struct record *record) {
    struct slice key, value, s = *rest;
    while (take_field(&s, &key, &value) && !slice_is(key, "reject")) {
        if (slice_is(key, "host"))
            record->peer_host = value;
        else if (slice_is(key, "addr"))
            record->peer_ip = value;
        *rest = s;
    }
}

static enum reading read_milter(struct slice rest, struct records *records) {
    enum stage stage = take_milter_stage(&rest);
    if (!stage)
        return READING_UNKNOWN;
    struct record *record = add_incident(records, "SM-MILTER", EVENT_REJECTED, stage);
    record->by_filter = true;
    if (stage == STAGE_MAIL) {
        record->has_sender = true;
        record->sender = take_address(&rest);
    } else if (stage == STAGE_RCPT) {
        record->recipient = take_address(&rest);
    } else if (stage == STAGE_CONNECT) {
        read_milter_client(&rest, record);
    } else if (stage == STAGE_HELO) {
        size_t end = slice_rfind_text(rest, SLICE(", "));
        record->helo = slice_head(rest, end);
        rest = slice_from(rest, end);
    }
    slice_skip(&rest, SLICE(","));
    slice_skip(&rest, SLICE(" "));
    if (slice_starts(rest, SLICE("rejecting commands")))
        record->implied = stage == STAGE_CONNECT ? SLICE("SM-MILTER init-permanent")
                                                 : SLICE("SM-MILTER permanent");
    else if (slice_starts(rest, SLICE("temp failing commands")))
        record->implied = SLICE("SM-MILTER temporary");
    else if (set_decision(record, rest))
        return READING_READ;
    record->reply = rest;
    if (record->implied.length)
        return READING_READ;
    records->count--;
    return READING_UNKNOWN;
}

/* The name is the client's and comes before relay=: the last ", relay=" is the true one. */
static enum reading read_authentication(struct slice rest, struct records *records) {
    static const struct slice relay = SLICE_INIT(", relay="), user = SLICE_INIT(", user=");
    struct slice mechanism;
    if (!slice_cut_text(&rest, SLICE("): "), &mechanism))
        return READING_UNKNOWN;
    struct record *record = add_incident(records, "SM-AUTHFAIL", EVENT_AUTH_FAILED, STAGE_AUTH);
    record->implied = SLICE("SM-AUTHFAIL");
    record->method = mechanism;
    size_t last = slice_rfind_text(rest, relay);
    if (last != SIZE_MAX) {
        read_relay(slice_from(rest, last + relay.length), record);
        rest = slice_head(rest, last);
    }
    size_t name = slice_find_text(rest, user);
    if (name != SIZE_MAX) {
        record->user = slice_from(rest, name + user.length);
        rest = slice_head(rest, name);
    }
    record->reply = rest;
    return READING_READ;
}

/* The code Sendmail gives with a text [cf/m4/proto.m4]; other texts come from tables of the
 * administrator, who chooses the code too. */
static struct slice code_of_user_error(struct slice text) {
    static const struct {
        struct slice text, implied;
    } known[] = {
        {SLICE_INIT("User unknown"), SLICE_INIT("SM-USERERR")},
        {SLICE_INIT("User address required"), SLICE_INIT("SM-USERERR syntax")},
        {SLICE_INIT("Hostname required"), SLICE_INIT("SM-USERERR syntax")},
        {SLICE_INIT("Colon illegal in host"), SLICE_INIT("SM-USERERR syntax")},
        {SLICE_INIT("List:; syntax illegal"), SLICE_INIT("SM-USERERR syntax")},
        {SLICE_INIT("Invalid host name"), SLICE_INIT("SM-USERERR host")},
        {SLICE_INIT("Invalid route address"), SLICE_INIT("SM-USERERR route")},
        {SLICE_INIT("Domain name required for"), SLICE_INIT("SM-USERERR domain")},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_starts(text, known[i].text))
            return known[i].implied;
    return SLICE("");
}

/* Takes "<nobody@example.org>... " off the front; the bracket that ends it may be what is missing.
 */
static bool take_refused(struct slice *text, struct slice *address_r) {
    static const struct slice dots = SLICE_INIT("... ");
    struct slice rest = *text, address;
    bool bracket = slice_starts(rest, SLICE("<"));
    if (bracket)
        address = take_address(&rest);
    if (!bracket || !slice_skip(&rest, dots)) {
        rest = *text;
        if (!slice_cut_text(&rest, dots, &address) || slice_find(address, ' ') != SIZE_MAX)
            return false;
        slice_skip(&address, SLICE("<"));
    }
    *text = rest;
    *address_r = address;
    return true;
}

/* "<nobody@example.org>... User unknown": the only line of an unknown user at RCPT, and an echo
 * where a ruleset or a filter refused the same recipient. */
static enum reading read_user_error(struct slice text, struct records *records) {
    struct slice rest = text, address;
    if (!take_refused(&rest, &address))
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_INCIDENT, "SM-USERERR");
    record->event = EVENT_REJECTED;
    record->level = LEVEL_SESSION;
    record->is_echo = true;
    record->direction = DIRECTION_IN;
    record->side = SIDE_LOCAL;
    record->stage = STAGE_RCPT;
    record->recipient = address;
    record->reply = rest;
    record->implied = code_of_user_error(rest);
    return READING_READ;
}

/* One of the recipients, whoever it is, is an alias of itself [recipient.c]. */
static void set_loop(struct record *record, struct slice text) {
    record->event = EVENT_BOUNCED;
    record->level = LEVEL_RECIPIENT;
    record->direction = DIRECTION_LOCAL;
    record->side = SIDE_SYNTHETIC;
    record->stage = STAGE_DELIVERY;
    record->reply = text;
    record->implied = SLICE("SM-DSN loop");
}

/* "65L80009002130: DSN: User unknown" [savemail.c]: Sendmail made that message about this one. What
 * no to= line says is that the message expired, where its recipients are those that wait, and that
 * aliases go in a circle; the notice for the postmaster is an echo. */
static enum reading read_notice(struct slice id, struct slice text, struct records *records) {
    static const struct slice kinds[] = {
        SLICE_INIT("DSN: "), SLICE_INIT("return to sender: "), SLICE_INIT("sender notify: "),
        SLICE_INIT("postmaster notify: "), SLICE_INIT("return receipt: ")};
    size_t kind = 0;
    while (kind < sizeof kinds / sizeof *kinds && !slice_skip(&text, kinds[kind]))
        kind++;
    if (kind == sizeof kinds / sizeof *kinds)
        return READING_UNKNOWN;
    bool expired = slice_starts(text, SLICE("Cannot send message"));
    bool loop = slice_starts(text, SLICE("aliasing/forwarding loop"));
    struct record *record =
        records_add(records, expired || loop ? RECORD_OUTCOME : RECORD_DETAIL, "SM-DSN");
    record->link = LINK_NOTICE;
    record->linked_id = id;
    record->is_echo = expired || loop;
    if (expired)
        record_expired(record, text);
    else if (loop)
        set_loop(record, text);
    return READING_READ;
}

/* That message is a part of this one. */
static void add_part(struct records *records, struct slice whole, struct slice part) {
    struct record *record = records_add(records, RECORD_DETAIL, "SM-SPLIT");
    record->queue_id = part;
    record->link = LINK_BACK;
    record->linked_id = whole;
}

/* "split: maxrcpts=100, rcpts=250, count=2, ids=65L80009002132, 65L80009002133" [deliver.c] */
static enum reading read_split(struct slice whole, struct slice text, struct records *records) {
    struct slice part;
    size_t before = records->count;
    slice_cut_text(&text, SLICE("ids="), &part);
    for (size_t length; (length = queue_id_length(text)) > 0;) {
        add_part(records, whole, slice_head(text, length));
        text = slice_from(text, length);
        slice_skip(&text, SLICE(", "));
    }
    return records->count > before ? READING_READ : READING_DULL;
}

/* Lines about another message, whose queue ID comes first, and about all parts of one. */
static enum reading read_other(struct slice id, struct slice text, struct records *records) {
    struct slice other;
    if (slice_skip(&text, SLICE("split: ")))
        return read_split(id, text, records);
    if (slice_starts(text, SLICE("clone: ")))
        return READING_DULL;
    if (!take_queue_id(&text, &other))
        return READING_UNKNOWN;
    if (!slice_starts(text, SLICE("clone: ")))
        return read_notice(other, text, records);
    add_part(records, id, other);
    return READING_READ;
}

/* ---- from LogLevel 15 on: what was said ---- */

static bool is_verb_of(struct slice verb, size_t i) {
    return verb.length == stage_words[i].word.length &&
           slice_starts_nocase(verb, stage_words[i].word);
}

/* "<-- RCPT TO:<bob@example.net>" [srvrsmtp.c], tried when it is no address that was refused: a
 * client may give one that begins so. Only the verb and the address are taken: what stands behind
 * AUTH is a secret. */
static enum reading read_command(struct slice rest, struct records *records) {
    struct slice verb, address = {0}, before;
    struct record *record = records_add(records, RECORD_DETAIL, "SM-REPLY");
    record->is_command = true;
    record->direction = DIRECTION_IN;
    record->stage = STAGE_OTHER;
    slice_cut(&rest, ' ', &verb);
    for (size_t i = 0; i < sizeof stage_words / sizeof *stage_words; i++)
        if (is_verb_of(verb, i))
            record->stage = stage_words[i].stage;
    record->has_sender = record->stage == STAGE_MAIL;
    if (!record->has_sender && record->stage != STAGE_RCPT)
        return READING_READ;
    if (slice_cut(&rest, ':', &before) && slice_find(before, ' ') == SIZE_MAX) {
        rest = slice_trim(rest);
        address = take_address(&rest);
    }
    *(record->has_sender ? &record->sender : &record->recipient) = address;
    return READING_READ;
}

/* The address that "--- 550 5.1.1 <bob@example.net>... User unknown" is about: the journey knows
 * whether as the sender or as a recipient. */
static void name_refused(struct record *record) {
    struct slice text = record->reply, code, enhanced;
    slice_cut(&text, ' ', &code);
    struct slice behind = text;
    if (slice_cut(&behind, ' ', &enhanced) && slice_find(enhanced, '@') == SIZE_MAX &&
        !slice_starts(enhanced, SLICE("<")) && !slice_ends(enhanced, SLICE("...")))
        text = behind;
    take_refused(&text, &record->recipient);
}

/* ---- TLS ---- */

/* "mx.example.net., version=TLSv1.3, verify=OK, ...": whether a delivery went over TLS is told
 * here, by the same process (finding/ciphers). */
static enum reading read_tls_to_server(struct slice rest, struct records *records) {
    static const bool ends_name[256] = {['['] = true, [' '] = true, ['\t' ... '\r'] = true};
    struct slice relay;
    size_t length = 0;
    if (!slice_cut(&rest, ',', &relay) || !slice_starts(rest, SLICE(" version=")))
        return READING_UNKNOWN;
    while (length < relay.length && !ends_name[(unsigned char)relay.at[length]])
        length++;
    if (!length)
        return READING_UNKNOWN;
    struct record *record = records_add(records, RECORD_DETAIL, "SM-TLS");
    record->direction = DIRECTION_OUT;
    record->tls = TLS_USED;
    record->peer_host = slice_head(relay, length);
    return READING_DULL;
}

static enum reading read_tls_with_client(struct slice rest, struct records *records) {
    (void)rest;
    (void)records;
    return READING_DULL;
}

/* ---- the line as a whole ---- */

typedef enum reading rest_reader(struct slice rest, struct records *records);

static const struct line_form {
    struct slice begin;
    rest_reader *read;
} line_forms[] = {
    {SLICE_INIT("to="), read_to},
    {SLICE_INIT("from="), read_from},
    {SLICE_INIT("ruleset="), read_ruleset},
    {SLICE_INIT("AUTH failure ("), read_authentication},
    {SLICE_INIT("Milter: "), read_milter},
    {SLICE_INIT("STARTTLS=client, relay="), read_tls_to_server},
    {SLICE_INIT("STARTTLS=server, relay="), read_tls_with_client},
};

static enum reading read_text(struct slice id, struct slice text, struct records *records) {
    for (size_t i = 0; i < sizeof line_forms / sizeof *line_forms; i++) {
        struct slice rest = text;
        if (slice_skip(&rest, line_forms[i].begin))
            return line_forms[i].read(rest, records);
    }
    enum reading reading = read_user_error(text, records);
    if (reading == READING_UNKNOWN && slice_skip(&text, SLICE("<-- ")))
        return read_command(text, records);
    return reading == READING_UNKNOWN ? read_other(id, text, records) : reading;
}

/* Only of a command it does not know does Sendmail repeat the text: `Command unrecognized: "x"`.
 * Other replies that a command is refused with are to one of SMTP's. */
static bool is_to_verb(const struct record *record) {
    struct slice command = record->reply, before;
    return !slice_cut_text(&command, SLICE(": \""), &before) || record_is_verb(command);
}

/* After a time-out the end of the session is told once more: "lost input channel". */
static bool may_be_echo(const struct record *record) {
    return record->is_echo || record->event == EVENT_CONNECTION_LOST;
}

/* A ruleset or milter that refuses the client, or a milter its name: the commands that follow are
 * answered so, one by one. */
static bool refuses_all(const struct record *record) {
    return record->event == EVENT_REJECTED &&
           (record->stage == STAGE_CONNECT ||
            (record->stage == STAGE_HELO && strcmp(record->line_type, "SM-MILTER") == 0));
}

/* The fourth letter tells most types apart. */
static inline bool is_type(const struct record *record, const char *type) {
    return strncmp(record->line_type, "SM-", 3) == 0 && record->line_type[3] == type[3] &&
           strcmp(record->line_type, type) == 0;
}

/* What the journey needs to know of the line. */
static void finish(struct record *record, struct slice id) {
    bool is_reply = is_type(record, "SM-REPLY");
    /* The id told of a session in which no message was begun, or none that this line is about. */
    bool names_no_message =
        record->kind == RECORD_DETAIL && (is_reply || is_type(record, "SM-SESSION"));
    if (names_no_message && record->stage == STAGE_CONNECT) {
        record->is_command = true;
    } else if (is_reply && !record->is_command) {
        record->is_answer = true;
        if (record->event == EVENT_REJECTED)
            name_refused(record);
    } else if (refuses_all(record)) {
        record->refuses_all = true;
    }
    record->is_verb = is_reply && is_to_verb(record);
    record->is_echo = may_be_echo(record);
    if (!names_no_message && !record->queue_id.length)
        record->queue_id = id;
}

static enum reading sendmail_read(const struct shapes *shapes, const struct entry *entry,
                                  struct records *records) {
    struct slice text = entry->text, id = {0};
    size_t first = records->count;
    if (!take_queue_id(&text, &id))
        slice_skip(&text, SLICE("NOQUEUE: "));
    enum reading reading = read_text(id, text, records);
    if (reading == READING_UNKNOWN)
        reading = shapes_read(shapes, SLICE("sendmail"), text, records);
    for (size_t i = first; i < records->count; i++)
        finish(records_at(records, i), id);
    return reading;
}

/* Any tag may be given with -L: then the queue id and a form of Sendmail's own tell. */
static unsigned sendmail_likeness(const struct entry *entry) {
    static const struct slice forms[] = {
        SLICE_INIT("from="),    SLICE_INIT("to="),   SLICE_INIT("ruleset="),  SLICE_INIT("Milter"),
        SLICE_INIT("milter="),  SLICE_INIT("AUTH"),  SLICE_INIT("STARTTLS"),  SLICE_INIT("SYSERR"),
        SLICE_INIT("lost inp"), SLICE_INIT("done;"), SLICE_INIT("collect: "),
    };
    struct slice text = entry->text, id;
    if (!take_queue_id(&text, &id) || id.length < 12)
        return 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (slice_starts(text, forms[i]))
            return 60;
    return 0;
}

const struct mta mta_sendmail = {
    .name = "sendmail",
    .title = "Sendmail",
    .tags = {SLICE_INIT("sendmail"), SLICE_INIT("sm-")},
    .likeness = sendmail_likeness,
    .read = sendmail_read,
    .arrives_whole = true,
    .logs_words = true,
    .keeps_sessions = true,
    .ends_unsaid = true,
};
