/* exim_fields - why: in a line of Exim much is text from outside (HELO names, addresses, replies),
 * and nothing but its place tells it from what Exim says.
 *
 * How: a line is read from the left, token by token (`KEY=value`), so that text from outside never
 * decides where a field begins. Only a HELO name may hold anything: each `) [address]` behind it is
 * tried in turn, and the first one counts behind which the rest of the line has its known form.
 */
#include "mta/exim_fields.h"

#include "base/ascii.h"
#include "base/guess.h"
#include "base/scan.h"

/* ---- addresses and times ---- */

/* Length of what stands in front of the quote that ends it; a backslash keeps the next byte. */
static size_t quoted_length(struct slice inside) {
    struct slice plain = slice_head(inside, slice_find(inside, '"'));
    size_t end = slice_find(plain, '\\');
    if (end == SIZE_MAX)
        return plain.length;
    while (end < inside.length && inside.at[end] != '"')
        end += inside.at[end] == '\\' && end + 1 < inside.length ? 2 : 1;
    return end;
}

/* What stands in quotes at the front of *s. */
static struct slice take_quoted(struct slice *s) {
    struct slice inside = slice_from(*s, 1);
    inside = slice_head(inside, quoted_length(inside));
    *s = slice_from(*s, inside.length + 2);
    return inside;
}

struct slice exim_take_address(struct slice *s, char stop) {
    struct slice whole = *s, rest = whole;
    if (rest.length && rest.at[0] == '"') {
        take_quoted(&rest);
        if (!rest.length || rest.at[0] != '@')
            rest = whole;
    }
    const char *end = whole.at + whole.length;
    *s = slice_range(scan_for(rest.at, end, stop), end);
    return slice_range(whole.at, s->at);
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

/* Of the keys of one letter: where in the fields the value goes. 0: it is no key, or that of a
 * host, which is not read with the others. */
#define AT(field) offsetof(struct exim_fields, field)
static const uint8_t kept_at[256] = {
    ['0' ... '9'] = AT(other), ['a' ... 'z'] = AT(other), ['A'] = AT(authenticated),
    ['B'] = AT(other),         ['C'] = AT(confirmation),  ['D' ... 'E'] = AT(other),
    ['F'] = AT(sender),        ['G'] = AT(other),         ['I' ... 'O'] = AT(other),
    ['P'] = AT(protocol),      ['Q'] = AT(other),         ['R'] = AT(router),
    ['S'] = AT(size),          ['T'] = AT(transport),     ['U'] = AT(ident),
    ['V' ... 'W'] = AT(other), ['X'] = AT(cipher),        ['Y' ... 'Z'] = AT(other),
};

/* Of the others. */
static inline size_t long_kept_at(struct slice key) {
    if (key.at[0] == 'i')
        return slice_is(key, "id") || slice_is(key, "id*") ? AT(message_id) : AT(other);
    return slice_is(key, "QT") ? AT(queue_time) : AT(other);
}
#undef AT

/* Length of the key in front of '=', 0 when the text does not begin with one. */
static inline size_t key_length(struct slice s) {
    size_t length = 0;
    if (s.length > 2 && s.at[2] == '=' && is_alnum(s.at[1])) /* many */
        return is_alnum(s.at[0]) ? 2 : 0;
    while (length < s.length && length < 8 && is_alnum(s.at[length]))
        length++;
    if (length && length < s.length && s.at[length] == '*')
        length++;
    return length && length < s.length && s.at[length] == '=' ? length : 0;
}

/* Seldom: only what is copied here is put into memory. */
static struct slice marked_value(const char *at, const char *end, const char **behind_r) {
    struct slice rest = slice_range(at, end);
    struct slice value = *at == '"' ? take_quoted(&rest) : exim_take_bracketed(&rest);
    *behind_r = rest.at;
    return value;
}

/* "T=remote_smtp: TEXT": the colon belongs to the text (failure_log up to 4.98). */
static inline const char *word_end(const char *at, const char *end) {
    const char *blank = scan_for(at, end, ' ');
    if (blank > at && guess_not(blank[-1] == ':'))
        blank--;
    return blank;
}

static inline struct slice value_at(const char *at, const char *end, const char **behind_r) {
    if (at < end && (*at == '"' || *at == '<'))
        return marked_value(at, end, behind_r);
    *behind_r = word_end(at, end);
    return slice_range(at, *behind_r);
}

struct slice exim_take_value(struct slice *s) {
    const char *end = s->at + s->length, *behind;
    struct slice value = value_at(s->at, end, &behind);
    *s = slice_range(behind, end);
    return value;
}

/* Words without a value: DNSSEC, PRDR, CHUNKING, PIPELINING, TCP fast open and ARC were used. */
static bool is_flag(struct slice word) {
    static const struct slice flags[] = {SLICE_INIT("DS"), SLICE_INIT("PRDR"), SLICE_INIT("K"),
                                         SLICE_INIT("L"),  SLICE_INIT("L*"),   SLICE_INIT("L."),
                                         SLICE_INIT("L-"), SLICE_INIT("TFO"),  SLICE_INIT("TFO*"),
                                         SLICE_INIT("ARC")};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (slice_equal(word, flags[i]))
            return true;
    return false;
}

/* 0: there is none. */
static size_t flag_length(struct slice s) {
    enum { LONGEST = 4 };
    struct slice word = slice_head(s, LONGEST + 1);
    if (word.length < 2 || word.at[1] == '=' || word.at[0] < 'A' || word.at[0] > 'Z')
        return word.length == 1 && is_flag(word);
    word = slice_head(word, slice_find(word, ' '));
    return is_flag(word) ? word.length : 0;
}

/* The key at the front of a text and its '=': where its value goes, in *place_r, and where that
 * begins. NULL: there is no key, or that of a host. */
static inline const char *behind_key(const char *at, const char *end, size_t *place_r) {
    enum { SURE = 3 };
    bool is_short = end - at >= SURE && at[1] == '='; /* as most are */
    size_t length = is_short ? 1 : key_length(slice_range(at, end));
    *place_r = length < 2 ? kept_at[(unsigned char)*at] : long_kept_at((struct slice){at, length});
    return length && *place_r ? at + length + 1 : NULL;
}

/* Past the fields at the front of a text, each with the blank before it. H=, and what is no field,
 * is left where it stands. What is left of the text is handed on in registers: through a pointer it
 * is written, and read again at once, for which the processor waits (half the time of
 * exim_take_fields). */
static const char *behind_plain_fields(const char *at, const char *end,
                                       struct exim_fields *fields) {
    while (at < end) {
        size_t place;
        const char *key = at;
        if (guess(*key == ' '))
            key++;
        const char *value = key < end ? behind_key(key, end, &place) : NULL;
        if (!value) {
            size_t flag = flag_length(slice_range(key, end));
            if (!flag)
                break;
            at = key + flag;
            continue;
        }
        struct slice *field = (struct slice *)(void *)((char *)fields + place);
        struct slice text = value_at(value, end, &at);
        if (!field->at)
            *field = text;
    }
    return at;
}

void exim_take_plain_fields(struct slice *rest, struct exim_fields *fields) {
    const char *end = rest->at + rest->length;
    *rest = slice_range(behind_plain_fields(rest->at, end, fields), end);
}

/* ":50111", or a service's name: where it ends. */
static inline const char *behind_port(const char *at, const char *end) {
    if (end - at < 2 || at[0] != ':' || !is_alnum(at[1]))
        return at;
    for (at++; at < end && (is_alnum(*at) || *at == '_');)
        at++;
    return at;
}

/* "[192.0.2.10]:50111*": where it ends; NULL: it is none. Addresses, and the names that stand for
 * masked ones, are made of letters, digits, dots, colons and '%'. */
static inline const char *behind_ip(const char *at, const char *end, struct slice *ip_r,
                                    struct slice *port_r) {
    enum { LONGEST = 64 };
    if (at == end || *at != '[')
        return NULL;
    const char *ip = at + 1, *most = end - ip < LONGEST ? end : ip + LONGEST;
    const char *close = scan_past_address(ip, most);
    if (close == ip || close == end || *close != ']')
        return NULL;
    const char *behind = behind_port(close + 1, end);
    *ip_r = slice_range(ip, close);
    *port_r = behind > close + 1 ? slice_range(close + 2, behind) : (struct slice){0};
    if (guess_not(behind < end && *behind == '*'))
        behind++;
    return behind;
}

bool exim_take_ip(struct slice *s, struct slice *ip_r, struct slice *port_r) {
    const char *end = s->at + s->length, *behind = behind_ip(s->at, end, ip_r, port_r);
    if (behind)
        *s = slice_range(behind, end);
    return behind != NULL;
}

/* What was taken from here on. */
static void drop_behind(struct exim_fields *fields, const char *at) {
    struct slice *each = (struct slice *)(void *)fields;
    for (size_t i = 0; i < sizeof *fields / sizeof *each; i++)
        if ((uintptr_t)each[i].at >= (uintptr_t)at)
            each[i] = (struct slice){0};
}

/* Behind an address and its fields. NULL when it is none, or when the rest does not fit: then
 * everything is as before. */
static inline const char *behind_ip_and_fields(const char *at, const char *end, exim_fits *fits,
                                               struct exim_fields *fields) {
    const char *behind = behind_ip(at, end, &fields->ip, &fields->port);
    if (!behind)
        return NULL;
    behind = behind_plain_fields(behind, end, fields);
    if (!fits || fits(slice_range(behind, end), fields))
        return behind;
    drop_behind(fields, at);
    return NULL;
}

/* "(helo) [address]": a helo is the client's, it ends at the first `) [address]` behind which the
 * line fits. The number of places tried is bounded, a name is far shorter. */
static const char *behind_helo(const char *at, const char *end, exim_fits *fits,
                               struct exim_fields *fields) {
    enum { PLACES = 16 };
    if (at == end || *at != '(')
        return NULL;
    const char *close = ++at;
    for (int place = 0; place < PLACES; close++) {
        close = scan_for(close, end, ')');
        if (end - close < 2)
            break;
        if (close[1] != ' ')
            continue;
        place++;
        fields->helo = slice_range(at, close);
        const char *behind = behind_ip_and_fields(close + 2, end, fits, fields);
        if (behind)
            return behind;
    }
    return NULL;
}

/*   host = [ name SP ] [ "(" helo ")" SP ] "[" address "]" [ ":" port ]    (host.c) */
bool exim_take_host(struct slice *s, exim_fits *fits, struct exim_fields *fields) {
    const char *at = s->at, *end = at + s->length;
    const char *behind = behind_ip_and_fields(at, end, fits, fields);
    if (!behind && at < end && *at != '(') {
        const char *blank = scan_for(at, end, ' ');
        if (blank == end)
            return false;
        fields->host = slice_range(at, blank);
        at = blank + 1;
        if (end - at >= 3 && memcmp(at, "DS ", 3) == 0)
            at += 3;
        behind = behind_ip_and_fields(at, end, fits, fields);
    }
    if (!behind)
        behind = behind_helo(at, end, fits, fields);
    if (!behind) {
        fields->host = fields->helo = (struct slice){0};
        return false;
    }
    *s = slice_range(behind, end);
    return true;
}

/* "H=mx.example.net" without an address: a local delivery to a routed host. */
static bool take_routed_host(struct slice *s, struct exim_fields *fields) {
    struct slice name = slice_head(*s, slice_find(*s, ' '));
    if (slice_find(name, '(') != SIZE_MAX)
        return false;
    fields->host = name;
    *s = slice_from(*s, name.length);
    exim_take_plain_fields(s, fields);
    return true;
}

bool exim_take_fields(struct slice *rest, exim_fits *fits, struct exim_fields *fields) {
    const char *end = rest->at + rest->length;
    const char *at = behind_plain_fields(rest->at, end, fields);
    *rest = slice_range(at, end);
    if (guess(at < end && *at == ' '))
        at++;
    if (end - at < 2 || at[0] != 'H' || at[1] != '=')
        return true;
    struct slice s = slice_range(at + 2, end);
    if (!exim_take_host(&s, fits, fields) && (fits || !take_routed_host(&s, fields)))
        return false;
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
    if (user.length && slice_cut(&user, ':', &method)) {
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
