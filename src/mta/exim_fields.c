/* exim_fields - why: in a line of Exim much is text from outside (HELO names, addresses, replies),
 * and nothing but its place tells it from what Exim says.
 *
 * How: a line is read from the left, token by token (`KEY=value`), so that text from outside never
 * decides where a field begins. Only a HELO name may hold anything: each `) [address]` behind it is
 * tried in turn, and the first one counts behind which the rest of the line has its known form.
 */
#include "mta/exim_fields.h"

#include "base/ascii.h"

/* ---- addresses and times ---- */

/* What stands in quotes at the front of *s, where a backslash keeps the next byte. */
static struct slice take_quoted(struct slice *s) {
    size_t end = 1;
    while (end < s->length && s->at[end] != '"')
        end += s->at[end] == '\\' && end + 1 < s->length ? 2 : 1;
    struct slice inside = slice_head(slice_from(*s, 1), end - 1);
    *s = slice_from(*s, end + 1);
    return inside;
}

struct slice exim_take_address(struct slice *s, char stop) {
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

struct slice exim_take_bracketed(struct slice *s) {
    if (!slice_skip(s, SLICE("<")))
        return exim_take_address(s, ' ');
    struct slice address = exim_take_address(s, '>');
    slice_skip(s, SLICE(">"));
    return address;
}

int64_t exim_read_span(struct slice s) {
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

static const struct field_key {
    struct slice key;
    size_t offset;
} field_keys[] = {
    {SLICE_INIT("R"), offsetof(struct exim_fields, router)},
    {SLICE_INIT("T"), offsetof(struct exim_fields, transport)},
    {SLICE_INIT("F"), offsetof(struct exim_fields, sender)},
    {SLICE_INIT("P"), offsetof(struct exim_fields, protocol)},
    {SLICE_INIT("C"), offsetof(struct exim_fields, confirmation)},
    {SLICE_INIT("S"), offsetof(struct exim_fields, size)},
    {SLICE_INIT("id"), offsetof(struct exim_fields, message_id)},
    {SLICE_INIT("id*"), offsetof(struct exim_fields, message_id)},
    {SLICE_INIT("U"), offsetof(struct exim_fields, ident)},
    {SLICE_INIT("A"), offsetof(struct exim_fields, authenticated)},
    {SLICE_INIT("X"), offsetof(struct exim_fields, cipher)},
    {SLICE_INIT("QT"), offsetof(struct exim_fields, queue_time)},
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

struct slice exim_take_value(struct slice *s) {
    if (s->length && s->at[0] == '"')
        return take_quoted(s);
    if (s->length && s->at[0] == '<')
        return exim_take_bracketed(s);
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

static bool take_plain_field(struct slice *s, struct exim_fields *fields) {
    size_t length = key_length(*s);
    if (!length)
        return skip_flag(s);
    struct slice key = slice_head(*s, length);
    if (slice_is(key, "H"))
        return false;
    *s = slice_from(*s, length + 1);
    struct slice value = exim_take_value(s);
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

void exim_take_plain_fields(struct slice *rest, struct exim_fields *fields) {
    for (;;) {
        struct slice s = *rest;
        slice_skip(&s, SLICE(" "));
        if (!s.length || !take_plain_field(&s, fields))
            return;
        *rest = s;
    }
}

/* Only the bytes are looked at that addresses (and the names of masked ones) are made of. */
bool exim_take_ip(struct slice *s, struct slice *ip_r, struct slice *port_r) {
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
static bool try_ip(struct slice *s, exim_fits *fits, struct exim_fields *fields) {
    struct exim_fields trial = *fields;
    struct slice rest = *s;
    if (!exim_take_ip(&rest, &trial.ip, &trial.port))
        return false;
    exim_take_plain_fields(&rest, &trial);
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
bool exim_take_host(struct slice *s, exim_fits *fits, struct exim_fields *fields) {
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
    struct exim_fields trial = *fields;
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

bool exim_take_fields(struct slice *rest, exim_fits *fits, struct exim_fields *fields) {
    exim_take_plain_fields(rest, fields);
    struct slice s = *rest;
    slice_skip(&s, SLICE(" "));
    if (!slice_skip(&s, SLICE("H=")))
        return true;
    if (!exim_take_host(&s, fits, fields)) {
        /* "H=mx.example.net" without an address: a local delivery to a routed host. */
        struct slice name = slice_head(s, slice_find(s, ' '));
        if (fits || slice_find(name, '(') != SIZE_MAX)
            return false;
        fields->host = name;
        s = slice_from(s, name.length);
        exim_take_plain_fields(&s, fields);
    }
    *rest = s;
    return true;
}

void exim_set_peer(struct record *record, const struct exim_fields *fields) {
    record->peer_host = fields->host;
    record->peer_ip = fields->ip;
    record->peer_port = fields->port;
    record->helo = fields->helo;
    record->tls = fields->cipher.length ? TLS_USED : TLS_NONE;
    struct slice user = fields->authenticated, method;
    if (slice_cut(&user, ':', &method)) {
        record->user = user;
        record->method = method;
    } else if (!fields->ip.length) {
        record->user = fields->ident; /* a local submission: who ran the program */
    }
}

void exim_set_sender(struct record *record, struct slice sender) {
    record->has_sender = sender.at != NULL;
    record->sender = sender;
}

struct slice exim_text_after_colon(struct slice rest) {
    slice_skip(&rest, SLICE(" "));
    slice_skip(&rest, SLICE(":"));
    slice_skip(&rest, SLICE(" "));
    return rest;
}
