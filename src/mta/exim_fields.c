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
    *s = slice_from(rest, slice_find(rest, stop));
    return slice_head(whole, whole.length - s->length);
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

/* Of the keys of one letter: where in the fields the value goes. 0: nothing is kept of it. */
static const uint8_t kept_at[256] = {
    ['R'] = offsetof(struct exim_fields, router),
    ['T'] = offsetof(struct exim_fields, transport),
    ['F'] = offsetof(struct exim_fields, sender),
    ['P'] = offsetof(struct exim_fields, protocol),
    ['C'] = offsetof(struct exim_fields, confirmation),
    ['S'] = offsetof(struct exim_fields, size),
    ['U'] = offsetof(struct exim_fields, ident),
    ['A'] = offsetof(struct exim_fields, authenticated),
    ['X'] = offsetof(struct exim_fields, cipher),
};

/* NULL: a key of which nothing is kept. */
static inline struct slice *field_of(struct exim_fields *fields, struct slice key) {
    if (key.length > 1)
        return slice_is(key, "id") || slice_is(key, "id*") ? &fields->message_id
               : slice_is(key, "QT")                       ? &fields->queue_time
                                                           : NULL;
    size_t at = kept_at[(unsigned char)key.at[0]];
    return at ? (struct slice *)(void *)((char *)fields + at) : NULL;
}

/* Length of the key in front of '=', 0 when the text does not begin with one. */
static inline size_t key_length(struct slice s) {
    size_t length = 0;
    if (s.length > 1 && s.at[1] == '=') /* most of them */
        return is_alnum(s.at[0]);
    if (s.length > 2 && s.at[2] == '=' && is_alnum(s.at[1])) /* and most others */
        return is_alnum(s.at[0]) ? 2 : 0;
    while (length < s.length && length < 8 && is_alnum(s.at[length]))
        length++;
    if (length && length < s.length && s.at[length] == '*')
        length++;
    return length && length < s.length && s.at[length] == '=' ? length : 0;
}

/* "T=remote_smtp: TEXT": the colon belongs to the text (failure_log up to 4.98). */
static inline struct slice take_word(struct slice *s) {
    const char *blank = s->length ? memchr(s->at, ' ', s->length) : NULL;
    struct slice word = {s->at, blank ? (size_t)(blank - s->at) : s->length};
    if (word.length && word.at[word.length - 1] == ':')
        word.length--;
    *s = (struct slice){s->at + word.length, s->length - word.length};
    return word;
}

/* Seldom: only what is copied here is put into memory. */
static inline struct slice take_marked(struct slice *s) {
    struct slice rest = *s;
    struct slice value = rest.at[0] == '"' ? take_quoted(&rest) : exim_take_bracketed(&rest);
    *s = (struct slice){rest.at, rest.length};
    return value;
}

static inline struct slice take_value(struct slice *s) {
    char first = s->length ? s->at[0] : '\0';
    return first == '"' || first == '<' ? take_marked(s) : take_word(s);
}

struct slice exim_take_value(struct slice *s) {
    return take_value(s);
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
    if (!word.length || word.at[0] < 'A' || word.at[0] > 'Z')
        return 0;
    word = slice_head(word, slice_find(word, ' '));
    return is_flag(word) ? word.length : 0;
}

/* Takes the field at the front of *s, with the blank before it. H=, and what is no field, is left
 * where it stands. */
static inline bool take_plain_field(struct slice *s, struct exim_fields *fields) {
    size_t blank = s->length && s->at[0] == ' ';
    struct slice rest = {s->at + blank, s->length - blank};
    size_t length = key_length(rest);
    if (length == 1 && rest.at[0] == 'H')
        return false;
    if (length) {
        struct slice *field = field_of(fields, (struct slice){rest.at, length});
        rest = (struct slice){rest.at + length + 1, rest.length - length - 1};
        struct slice value = take_value(&rest);
        if (field && !field->at)
            *field = value;
    } else if ((length = flag_length(rest)) > 0) {
        rest = slice_from(rest, length);
    } else {
        return false;
    }
    *s = rest;
    return true;
}

/* The text goes in and out by value: through a pointer its two words are written one by one, and
 * read again at once as one, for which the processor waits (half the time of exim_take_fields). */
static struct slice behind_plain_fields(struct slice s, struct exim_fields *fields) {
    while (s.length && take_plain_field(&s, fields))
        ;
    return s;
}

void exim_take_plain_fields(struct slice *rest, struct exim_fields *fields) {
    *rest = behind_plain_fields(*rest, fields);
}

/* Addresses, and the names that stand for masked ones, are made of these. */
static const bool in_address[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
    ['.'] = true,         [':'] = true,         ['%'] = true,
};

/* ":50111", or a service's name: its length with the colon. */
static inline size_t port_length(struct slice s) {
    if (s.length < 2 || s.at[0] != ':' || !is_alnum(s.at[1]))
        return 0;
    size_t end = 1;
    while (end < s.length && (is_alnum(s.at[end]) || s.at[end] == '_'))
        end++;
    return end;
}

/* "[192.0.2.10]:50111*"; 0: it is none. */
static size_t ip_length(struct slice s, struct slice *ip_r, struct slice *port_r) {
    enum { LONGEST = 64 };
    size_t end = 1, most = s.length < LONGEST + 1 ? s.length : LONGEST + 1;
    if (!s.length || s.at[0] != '[')
        return 0;
    while (end < most && in_address[(unsigned char)s.at[end]])
        end++;
    if (end == 1 || end == s.length || s.at[end] != ']')
        return 0;
    size_t port = port_length(slice_from(s, end + 1));
    *ip_r = (struct slice){s.at + 1, end - 1};
    *port_r = port ? (struct slice){s.at + end + 2, port - 1} : (struct slice){0};
    end += 1 + port;
    return end + (end < s.length && s.at[end] == '*');
}

bool exim_take_ip(struct slice *s, struct slice *ip_r, struct slice *port_r) {
    size_t length = ip_length(*s, ip_r, port_r);
    *s = slice_from(*s, length);
    return length > 0;
}

/* Here a text is handed on by value, and what stands behind comes back so: in memory each step
 * would wait until the last one has written it (a tenth of the time of a block). At NULL: it is not
 * there. */
static const struct slice nothing = {NULL, 0};

/* Behind an address and its fields. Nothing when it is none, or when the rest does not fit: then
 * everything is as before. */
static inline struct slice behind_ip_and_fields(struct slice rest, exim_fits *fits,
                                                struct exim_fields *fields) {
    struct exim_fields before;
    if (!rest.length || rest.at[0] != '[')
        return nothing;
    if (fits)
        before = *fields;
    size_t length = ip_length(rest, &fields->ip, &fields->port);
    if (!length)
        return nothing;
    rest = behind_plain_fields(slice_from(rest, length), fields);
    if (fits && !fits(rest, fields)) {
        *fields = before;
        return nothing;
    }
    return rest;
}

/* "(helo) [address]": a helo is the client's, it ends at the first `) [address]` behind which the
 * line fits. The number of places tried is bounded, a name is far shorter. */
static struct slice behind_helo(struct slice rest, exim_fits *fits, struct exim_fields *fields) {
    enum { PLACES = 16 };
    struct slice part;
    if (!slice_skip(&rest, SLICE("(")))
        return nothing;
    const char *begin = rest.at;
    for (int place = 0; place < PLACES && slice_cut_text(&rest, SLICE(") "), &part); place++) {
        fields->helo = slice_range(begin, rest.at - 2);
        struct slice behind = behind_ip_and_fields(rest, fits, fields);
        if (behind.at)
            return behind;
    }
    return nothing;
}

/*   host = [ name SP ] [ "(" helo ")" SP ] "[" address "]" [ ":" port ]    (host.c) */
bool exim_take_host(struct slice *s, exim_fits *fits, struct exim_fields *fields) {
    struct slice rest = *s, behind = behind_ip_and_fields(rest, fits, fields);
    if (!behind.at && rest.length && rest.at[0] != '(') {
        size_t length = slice_find(rest, ' ');
        if (length == SIZE_MAX)
            return false;
        fields->host = slice_head(rest, length);
        rest = slice_from(rest, length + 1);
        slice_skip(&rest, SLICE("DS "));
        behind = behind_ip_and_fields(rest, fits, fields);
    }
    if (!behind.at)
        behind = behind_helo(rest, fits, fields);
    if (!behind.at) {
        fields->host = fields->helo = (struct slice){0};
        return false;
    }
    *s = behind;
    return true;
}

bool exim_take_fields(struct slice *rest, exim_fits *fits, struct exim_fields *fields) {
    struct slice s = behind_plain_fields(*rest, fields);
    *rest = s;
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
