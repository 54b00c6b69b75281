/* Why: a reply says whom it is about in words of its own, and a line that was not understood says
 * everything: names must go there too, and what is said must stay.
 *
 * How: the text is taken apart as for templates (wording.c). Pieces that are names by their looks
 * are masked by kind; of the rest a word is masked that is a name of the finding (its user, its
 * host), or stands where a name stands: "user=bob", "mailbox 'bob'", <bob>. What the rules know as
 * a word of the trade is never taken for a name that stands alone.
 */
#include "finding/masking.h"

#include "base/ascii.h"
#include "base/network.h"
#include "finding/wording.h"

struct walk {
    struct masker *masker;
    struct slice text;
    size_t done; /* bytes that are written */
};

static bool is_word(char byte) {
    return is_alnum(byte) || (unsigned char)byte >= 0x80;
}

/* ---- words that are known ---- */

bool is_of_trade(const struct masker *masker, struct slice word) {
    char text[64];
    if (word.length > sizeof text)
        return false;
    return map_get(&masker->vocabulary, slice_lowered(word, text));
}

/* What stands for a thing in a template. */
static bool is_placeholder(struct slice word) {
    static const char *const words[] = {"address", "ip", "host", "url", "id", "time", "path", "n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_is(word, words[i]))
            return true;
    return false;
}

/* A code, a size, a year; of a login that is one only its place tells. */
static bool is_small_number(struct slice word) {
    enum { DIGITS = 4 };
    uint64_t number;
    return word.length <= DIGITS && slice_number(word, &number);
}

void know_word(struct masker *masker, struct slice word,
               void (*put)(struct masker *masker, struct slice text)) {
    if (word.length < 2 || masker->known_count == KNOWN_MOST || is_placeholder(word) ||
        is_of_trade(masker, word) || is_small_number(word))
        return;
    masker->known[masker->known_count++] = (struct known){word, put};
}

/* No part of a longer name. */
static bool ends_word(struct slice text, size_t end) {
    char next = slice_byte(text, end);
    if (next == '.' || next == '-')
        return !is_word(slice_byte(text, end + 1));
    return !is_word(next) && next != '_' && next != '@' && next != '+';
}

static bool put_known(struct walk *walk, size_t begin) {
    const struct masker *masker = walk->masker;
    struct slice rest = slice_from(walk->text, begin);
    const struct known *found = NULL;
    if (begin && is_word(walk->text.at[begin - 1]))
        return false;
    for (size_t i = 0; i < masker->known_count; i++) {
        const struct known *known = &masker->known[i];
        if ((!found || known->word.length > found->word.length) &&
            slice_starts_nocase(rest, known->word) && ends_word(rest, known->word.length))
            found = known;
    }
    if (!found)
        return false;
    struct slice word = slice_head(rest, found->word.length);
    if (found->put)
        found->put(walk->masker, word);
    else
        out_slice(&walk->masker->out, word);
    walk->done = begin + word.length;
    return true;
}

/* ---- words that stand where a name stands ---- */

/* A word in front of a name: "user bob", "mailbox 'bob'", "helo=pc". */
struct lead {
    const char *word;
    bool needs_sign; /* '=' between them; other words may stand behind it too */
    void (*put)(struct masker *masker, struct slice text);
};

static const struct lead leads[] = {
    {"user", false, put_user},    {"username", false, put_user},  {"userid", false, put_user},
    {"uid", false, put_user},     {"login", false, put_user},     {"account", false, put_user},
    {"mailbox", false, put_user}, {"recipient", false, put_user}, {"address", false, put_user},
    {"authid", false, put_user},  {"authcid", false, put_user},   {"set_id", true, put_user},
    {"from", true, put_user},     {"to", true, put_user},         {"sasl_username", true, put_user},
    {"relay", true, put_host},    {"client", true, put_host},     {"helo", true, put_host},
    {"h", true, put_host},        {"host", true, put_host},
};

/* "A=plain:bob" of Exim: authenticators are named by whoever set the server up. */
static const struct lead authenticator = {"a", true, put_user};

static bool ends_in_key(struct slice text, struct slice key) {
    return slice_ends(text, key) &&
           (text.length == key.length || strchr(" \t", text.at[text.length - key.length - 1]));
}

/* What leads to the place, NULL: nothing; *sure_r: by a '=', so whatever word stands there. */
static const struct lead *lead_to(struct slice before, bool *sure_r) {
    enum { MARKS = 4 };
    size_t end = before.length;
    *sure_r = false;
    while (end && before.length - end < MARKS && strchr(" \t'\"`<(:=", before.at[end - 1]))
        *sure_r |= before.at[--end] == '=';
    if (end == before.length)
        return NULL;
    size_t begin = end;
    while (begin && (is_word(before.at[begin - 1]) || before.at[begin - 1] == '_'))
        begin--;
    struct slice word = slice_range(before.at + begin, before.at + end);
    if (before.at[end] == ':' && ends_in_key(slice_head(before, begin), SLICE("A="))) {
        *sure_r = true;
        return &authenticator;
    }
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if (slice_equal_nocase(word, slice_of(leads[i].word)) && (*sure_r || !leads[i].needs_sign))
            return &leads[i];
    return NULL;
}

static bool put_led(struct walk *walk, size_t begin) {
    bool sure;
    const struct lead *lead = lead_to(slice_head(walk->text, begin), &sure);
    if (!lead)
        return false;
    size_t end = begin;
    while (end < walk->text.length && !strchr(" \t\r\n'\"`<>(),;:=&?/[]{}|", walk->text.at[end]))
        end++;
    while (end > begin && walk->text.at[end - 1] == '.')
        end--;
    struct slice word = slice_range(walk->text.at + begin, walk->text.at + end);
    bool in_brackets = walk->text.at[begin - 1] == '<';
    if (!word.length || (!sure && is_of_trade(walk->masker, word)) ||
        (in_brackets && is_placeholder(word)))
        return false;
    lead->put(walk->masker, word);
    walk->done = end;
    return true;
}

/* "(pc) [192.0.2.1]": what the client called itself in HELO. */
static bool put_greeting(struct walk *walk, size_t begin) {
    enum { LONGEST = 255 };
    struct slice rest = slice_head(slice_from(walk->text, begin), LONGEST), behind;
    struct network network;
    size_t end = 0;
    if (!begin || walk->text.at[begin - 1] != '(')
        return false;
    while (end < rest.length && !strchr(" ()", rest.at[end]))
        end++;
    behind = slice_head(slice_from(walk->text, begin + end), LONGEST);
    if (!end || !slice_starts(behind, SLICE(") [")))
        return false;
    behind = slice_from(behind, 3);
    if (!network_read(slice_head(behind, slice_find(behind, ']')), &network))
        return false;
    put_host(walk->masker, slice_head(rest, end));
    walk->done = begin + end;
    return true;
}

/* "<bob>", "<pc-17>" */
static bool put_in_brackets(struct walk *walk, size_t begin) {
    enum { LONGEST = 255 };
    struct slice rest = slice_head(slice_from(walk->text, begin + 1), LONGEST);
    size_t end = slice_find(rest, '>');
    struct slice word = slice_head(rest, end == SIZE_MAX ? 0 : end);
    if (!word.length || slice_find(word, ' ') != SIZE_MAX || slice_find(word, '<') != SIZE_MAX ||
        is_placeholder(word) || is_of_trade(walk->masker, word))
        return false;
    out_byte(&walk->masker->out, '<');
    walk->done = begin + 1;
    if (!put_known(walk, begin + 1)) {
        put_user(walk->masker, word);
        walk->done = begin + 1 + word.length;
    }
    return true;
}

/* "Mail.Example.Com": the last label, of two or three letters, only begins with a capital one. */
static bool put_capital_host(struct walk *walk, size_t begin) {
    enum { LONGEST = 255 };
    struct slice rest = slice_head(slice_from(walk->text, begin), LONGEST);
    size_t end = 0, label = 0;
    while (is_word(slice_byte(rest, end)) || slice_byte(rest, end) == '-' ||
           (slice_byte(rest, end) == '.' && is_word(slice_byte(rest, end + 1))))
        if (rest.at[end++] == '.')
            label = end;
    struct slice last = slice_head(slice_from(rest, label), end - label);
    if (!label || last.length < 2 || last.length > 3 || last.at[0] < 'A' || last.at[0] > 'Z')
        return false;
    for (size_t i = 1; i < last.length; i++)
        if (last.at[i] < 'a' || last.at[i] > 'z')
            return false;
    put_host(walk->masker, slice_head(rest, end));
    walk->done = begin + end;
    return true;
}

/* ---- URLs and paths ---- */

/* Has a suffix of files, and no domain: "main.cf", "mail.log.2.gz". *stem_r: what is in front. */
static bool is_file(struct slice name, struct slice *stem_r) {
    static const char *const suffixes[] = {
        "log", "gz",  "bz2", "xz",   "zst",  "lz4",  "err",  "info",   "warn", "json",
        "cf",  "db",  "so",  "conf", "txt",  "yaml", "eml",  "lock",   "sock", "pid",
        "csv", "key", "cfg", "pem",  "html", "pcre", "lmdb", "regexp", "hash", "journal"};
    bool found = false;
    for (;;) {
        size_t dot = slice_rfind(name, '.'), before = name.length;
        if (dot == SIZE_MAX)
            break;
        struct slice suffix = slice_from(name, dot + 1);
        uint64_t number;
        for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
            if (slice_equal_nocase(suffix, slice_of(suffixes[i])))
                name = slice_head(name, dot);
        if (before == name.length && slice_number(suffix, &number) && number < 10000)
            name = slice_head(name, dot);
        if (before == name.length)
            break;
        found = true;
    }
    *stem_r = name;
    return found;
}

/* Of a file that is named after what it is for: what no mail server calls so may be a name. */
static void put_odd_labels(struct masker *masker, struct slice name) {
    for (bool more = true; more;) {
        struct slice label;
        more = slice_cut(&name, '.', &label);
        if (is_of_trade(masker, label))
            out_slice(&masker->out, label);
        else
            put_host(masker, label);
        if (more)
            out_byte(&masker->out, '.');
    }
}

static bool ends_in_letters(struct slice name) {
    struct slice last = slice_from(name, slice_rfind(name, '.') + 1);
    for (size_t i = 0; i < last.length; i++)
        if (!is_word(last.at[i]) || is_digit(last.at[i]))
            return false;
    return last.length > 1;
}

static void put_part(struct masker *masker, struct slice name) {
    if (name.length && name.at[0] != '.' && slice_find(name, '.') != SIZE_MAX &&
        !ends_in_letters(name))
        put_odd_labels(masker, name);
    else
        put_text(masker, name);
}

/* A name of a file, cut where hosts and dates are joined to other words. */
static void put_stem(struct masker *masker, struct slice stem) {
    while (stem.length) {
        size_t end = 0;
        while (end < stem.length && stem.at[end] != '-' && stem.at[end] != '_')
            end++;
        put_part(masker, slice_head(stem, end));
        if (end < stem.length)
            out_byte(&masker->out, stem.at[end++]);
        stem = slice_from(stem, end);
    }
}

static void put_component(struct masker *masker, struct slice name, bool of_user) {
    struct slice stem;
    if (is_file(name, &stem)) {
        put_stem(masker, stem);
        out_slice(&masker->out, slice_from(name, stem.length));
    } else if (of_user && slice_find(name, '.') == SIZE_MAX && !is_of_trade(masker, name)) {
        put_user(masker, name);
    } else if (slice_find(name, '@') != SIZE_MAX) {
        put_address(masker, name);
    } else {
        put_part(masker, name);
    }
}

/* Below these folders stand people, or domains and then people. */
static bool is_folder_of_users(struct slice name) {
    static const char *const words[] = {"home",    "mail",   "users",     "vmail",
                                        "virtual", "vhosts", "mailboxes", "domains"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_nocase(name, slice_of(words[i])))
            return true;
    return false;
}

static bool is_in_mailbox(struct slice name) {
    static const char *const words[] = {"Maildir", "cur", "new", "tmp", "inbox", "mbox"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_nocase(name, slice_of(words[i])))
            return true;
    return slice_starts(name, SLICE("."));
}

void put_path(struct masker *masker, struct slice path) {
    bool of_user = false, more = true;
    while (more) {
        struct slice name;
        more = slice_cut(&path, '/', &name);
        bool is_folder = is_folder_of_users(name) || is_in_mailbox(name);
        if (is_folder)
            out_slice(&masker->out, name);
        else if (name.length)
            put_component(masker, name, of_user);
        of_user = is_folder_of_users(name) ||
                  (of_user && name.length && slice_find(name, '.') != SIZE_MAX);
        if (more)
            out_byte(&masker->out, '/');
    }
}

/* A value of a URL may write '@' as "%40". */
static void put_value(struct masker *masker, struct slice value) {
    size_t at = slice_find_text(value, SLICE("%40"));
    if (at == SIZE_MAX) {
        put_text(masker, value);
        return;
    }
    put_user(masker, slice_head(value, at));
    out_text(&masker->out, "%40");
    put_host(masker, slice_from(value, at + 3));
}

/* "?a=1&b=2", "/q/192.0.2.9": what stands between marks is a value. */
static void put_values(struct masker *masker, struct slice rest) {
    while (rest.length) {
        size_t end = 0;
        while (end < rest.length && !strchr("/?&;=#", rest.at[end]))
            end++;
        put_value(masker, slice_head(rest, end));
        if (end < rest.length)
            out_byte(&masker->out, rest.at[end++]);
        rest = slice_from(rest, end);
    }
}

static void put_url(struct masker *masker, struct slice url) {
    size_t slashes = slice_find_text(url, SLICE("://")), end;
    size_t begin = slashes != SIZE_MAX ? slashes + 3 : 0;
    if (slice_starts_nocase(url, SLICE("mailto:")))
        begin = sizeof "mailto:" - 1;
    out_slice(&masker->out, slice_head(url, begin));
    url = slice_from(url, begin);
    for (end = 0; end < url.length && !strchr("/?:#", url.at[end]);)
        end++;
    struct slice host = slice_head(url, end);
    if (slice_find(host, '@') != SIZE_MAX)
        put_address(masker, host);
    else if (wording_is_list(host))
        out_slice(&masker->out, host);
    else
        put_host(masker, host);
    put_values(masker, slice_from(url, end));
}

/* ---- pieces ---- */

static void put_bare(struct masker *masker, struct slice piece,
                     void (*put)(struct masker *masker, struct slice text)) {
    bool brackets = piece.length > 1 && piece.at[0] == '<';
    struct slice bare = brackets ? slice_head(slice_from(piece, 1), piece.length - 2) : piece;
    if (brackets)
        out_byte(&masker->out, '<');
    if (brackets && is_placeholder(bare))
        out_slice(&masker->out, bare);
    else
        put(masker, bare);
    if (brackets)
        out_byte(&masker->out, '>');
}

static void put_host_or_file(struct masker *masker, struct slice name) {
    struct slice stem;
    if (is_file(name, &stem))
        put_component(masker, name, false);
    else
        put_host(masker, name);
}

/* Names of ciphers mix letters and digits, as ids do. */
static bool is_cipher(struct slice word) {
    return slice_find_text(word, SLICE("AES")) != SIZE_MAX ||
           slice_find_text(word, SLICE("SHA")) != SIZE_MAX ||
           slice_find_text(word, SLICE("CHACHA")) != SIZE_MAX;
}

static void put_id_or_cipher(struct masker *masker, struct slice word) {
    if (is_cipher(word))
        out_slice(&masker->out, word);
    else
        put_id(masker, word);
}

/* A long number is an id; a size or a port is not that long. */
static void put_number(struct masker *masker, struct slice number) {
    enum { ID_DIGITS = 10 };
    uint64_t value;
    if (number.length >= ID_DIGITS && slice_number(slice_head(number, 19), &value))
        put_id(masker, number);
    else
        out_slice(&masker->out, number);
}

/* "error:0A000102:SSL routines" */
static bool is_error_of_tls(const struct walk *walk, enum wording_kind kind, size_t begin) {
    return kind == WORDING_ID && slice_ends(slice_head(walk->text, begin), SLICE("error:"));
}

static void put_same(struct masker *masker, struct slice text) {
    out_slice(&masker->out, text);
}

/* By its looks. */
static void put_piece(struct walk *walk, enum wording_kind kind, struct slice piece, size_t begin) {
    static void (*const puts[])(struct masker * masker, struct slice text) = {
        [WORDING_PLAIN] = put_same,        [WORDING_USER] = put_user,
        [WORDING_URL] = put_url,           [WORDING_ADDRESS] = put_address,
        [WORDING_TIME] = put_same,         [WORDING_IP] = put_ip,
        [WORDING_HOST] = put_host_or_file, [WORDING_ID] = put_id_or_cipher,
        [WORDING_AMOUNT] = put_same,       [WORDING_NUMBER] = put_number,
        [WORDING_PATH] = put_path,
    };
    bool may_begin_more = kind == WORDING_PLAIN;
    if (may_begin_more && piece.at[0] == '<' && put_in_brackets(walk, begin))
        return;
    if (may_begin_more && is_word(piece.at[0]) && put_capital_host(walk, begin))
        return;
    put_bare(walk->masker, piece, is_error_of_tls(walk, kind, begin) ? put_same : puts[kind]);
}

/* What a word that stands where a name stands may look like. */
static bool may_be_led(enum wording_kind kind, struct slice piece) {
    return (kind == WORDING_PLAIN || kind == WORDING_HOST || kind == WORDING_ID) &&
           is_word(piece.at[0]);
}

static void take(void *context, enum wording_kind kind, struct slice piece) {
    struct walk *walk = context;
    size_t begin = (size_t)(piece.at - walk->text.at), end = begin + piece.length;
    if (end <= walk->done)
        return;
    if (begin < walk->done)
        out_slice(&walk->masker->out, slice_from(piece, walk->done - begin));
    else if (!put_greeting(walk, begin) && !put_known(walk, begin) &&
             !(may_be_led(kind, piece) && put_led(walk, begin)))
        put_piece(walk, kind, piece, begin);
    walk->done = walk->done > end ? walk->done : end;
}

void put_text(struct masker *masker, struct slice text) {
    struct walk walk = {.masker = masker, .text = text};
    wording_walk(text, take, &walk);
}
