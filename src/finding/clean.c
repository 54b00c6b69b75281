/* A rule must not be fired by a name: bob.spam@example.com is no spam. So addresses are taken out
 * before anything is looked for, by hand, because every reply goes through here: from each '@' the
 * local part is read backwards and the domain forwards. So are servers and clients out of what the
 * MTA itself says: mx.spam.example that does not answer is none either.
 */
#include "finding/clean.h"

#include "base/ascii.h"
#include "base/fold.h"

/* Of any language. */
static bool is_of_word(char byte) {
    return is_alnum(byte) || (unsigned char)byte >= 0x80;
}

/* Without '/', '?' and ':', so that the host of a URL in front of an address stays. */
static bool is_local_part(char byte) {
    return is_of_word(byte) || (byte != '\0' && strchr(".!#$%&'*+-=^_`{|}~", byte) != NULL);
}

static bool is_domain(char byte) {
    return is_of_word(byte) || byte == '.' || byte == '-' || byte == '_';
}

/* Where the local part in front of text.at[at] begins, not before `from`. */
static size_t local_part_begin(struct slice text, size_t from, size_t at) {
    enum { MOST_QUOTED = 66 };
    size_t begin = at;
    if (at > from && text.at[at - 1] == '"') {
        size_t least = at - from > MOST_QUOTED ? at - MOST_QUOTED : from;
        for (begin = at - 1; begin > least;)
            if (text.at[--begin] == '"')
                return begin;
        return at;
    }
    while (begin > from && is_local_part(text.at[begin - 1]))
        begin--;
    return begin;
}

/* Where the domain behind text.at[at] == '@' ends. */
static size_t domain_end(struct slice text, size_t at) {
    size_t end = at + 1;
    if (end < text.length && text.at[end] == '[') {
        size_t close = slice_find(slice_head(slice_from(text, end), 64), ']');
        return close == SIZE_MAX ? end : end + close + 1;
    }
    while (end < text.length && is_domain(text.at[end]))
        end++;
    while (end > at + 1 && !is_of_word(text.at[end - 1]))
        end--; /* the full stop behind it */
    return end;
}

static struct slice trimmed(const char *to, size_t length) {
    return (struct slice){to, length - (length > 0 && to[length - 1] == ' ')};
}

struct slice clean_text(struct slice text, char *to) {
    size_t length = 0, copied = 0, from = 0;
    for (;;) {
        size_t at = slice_find(slice_from(text, from), '@');
        if (at == SIZE_MAX)
            break;
        at += from;
        from = at + 1;
        size_t begin = local_part_begin(text, copied, at), end = domain_end(text, at);
        if (begin == at || end == at + 1)
            continue;
        if (begin > copied && text.at[begin - 1] == '<' && end < text.length &&
            text.at[end] == '>') {
            begin--;
            end++;
        }
        length = fold_blanks(slice_range(text.at + copied, text.at + begin), to, length);
        length = fold_blanks(SLICE(" "), to, length);
        copied = from = end;
    }
    length = fold_blanks(slice_from(text, copied), to, length);
    return trimmed(to, length);
}

/* ---- servers */

/* The last label is letters alone. */
static bool is_server(struct slice name) {
    enum { LONGEST = 128 };
    static const bool in_label[256] = {['0' ... '9'] = true, ['a' ... 'z'] = true, ['-'] = true};
    size_t label = 0;
    if (!name.length || name.length > LONGEST || !is_lower(name.at[0]))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        if (in_label[(unsigned char)name.at[i]])
            continue;
        if (name.at[i] != '.' || label == i)
            return false;
        label = i + 1;
    }
    for (size_t i = label; i < name.length; i++)
        if (!is_lower(name.at[i]))
            return false;
    return label > 0 && name.length - label > 1;
}

/* Takes "192.0.2.1" off the front. */
static bool take_ip(struct slice *text) {
    const char *at = text->at, *end = at + text->length;
    for (unsigned part = 0; part < 4; part++) {
        if (part > 0 && (at == end || *at++ != '.'))
            return false;
        const char *begin = at;
        while (at < end && is_digit(*at))
            at++;
        if (at == begin || at - begin > 3)
            return false;
    }
    *text = slice_range(at, end);
    return true;
}

/* Where what stands between blanks begins. */
static size_t word_begin(struct slice text, size_t at) {
    return slice_rfind(slice_head(text, at), ' ') + 1; /* SIZE_MAX + 1 is 0 */
}

/* "mx.example.net[192.0.2.1]" around its bracket. A number in front may belong to what looks like
 * a name. */
static struct slice server_with_ip(struct slice text, size_t bracket) {
    struct slice behind = slice_from(text, bracket + 1);
    size_t begin = word_begin(text, bracket);
    if (begin < 2 || is_digit(text.at[begin - 2]) || slice_find(behind, '[') != SIZE_MAX ||
        !take_ip(&behind) || !slice_skip_byte(&behind, ']') ||
        !is_server(slice_range(text.at + begin, text.at + bracket)))
        return (struct slice){0};
    return slice_range(text.at + begin, behind.at);
}

/* Cuts at the first '=' that the word stands in front of; it is rarer than a blank or a letter. */
static bool cut_at_sign(struct slice *rest, struct slice word, struct slice *before_r) {
    size_t at;
    for (size_t from = 0; (at = slice_find(slice_from(*rest, from), '=')) != SIZE_MAX;
         from += at + 1) {
        struct slice before = slice_head(*rest, from + at);
        if (!slice_ends(before, word))
            continue;
        *before_r = slice_head(before, before.length - word.length);
        *rest = slice_from(*rest, before.length + 1);
        return true;
    }
    return false;
}

/* The name that DNS was asked for. */
static struct slice server_asked_for(struct slice text) {
    struct slice rest = text, before, name;
    if (!cut_at_sign(&rest, SLICE(" name"), &before) ||
        !cut_at_sign(&rest, SLICE(" type"), &name) || !is_server(name))
        return (struct slice){0};
    return name;
}

static size_t find_server(struct slice text, struct slice *server_r) {
    size_t bracket = slice_find(text, '[');
    *server_r = bracket != SIZE_MAX ? server_with_ip(text, bracket) : server_asked_for(text);
    return server_r->length > 0;
}

/* ---- clients */

/* Whether the begin of a word is that of a URL and of nothing else. */
static bool is_url(struct slice begin) {
    if (!slice_skip(&begin, SLICE("http://")) && !slice_skip(&begin, SLICE("https://")))
        return false;
    for (size_t i = 0; i < begin.length; i++)
        if (!is_alnum(begin.at[i]) &&
            (i == 0 || slice_find(SLICE("/.?=&-_"), begin.at[i]) == SIZE_MAX))
            return false;
    return begin.length > 0;
}

/* "192.0.2.9 is listed at bl.example.org", "550 5.7.1 Rejected: 192.0.2.9 listed at ...": in front
 * of a word, and behind nothing or a colon. */
static bool is_subject(struct slice text, size_t at, size_t end) {
    return (at == 0 || slice_ends(slice_head(text, at), SLICE(": "))) && text.length - end > 1 &&
           text.at[end] == ' ' && is_lower(text.at[end + 1]);
}

/* The subject of the text, in brackets, or in a URL. */
static bool is_apart(struct slice text, size_t at, size_t end) {
    char before = at > 0 ? text.at[at - 1] : ' ', behind = end < text.length ? text.at[end] : ' ';
    return is_subject(text, at, end) || (before == '[' && behind == ']') ||
           (before == '(' && behind == ')') ||
           is_url(slice_range(text.at + word_begin(text, at), text.at + at));
}

/* What stands for all of them. */
static const struct slice any_client = SLICE_INIT("192.0.2.1");

/* Our own addresses are not those of clients that anybody lists. */
static size_t find_client(struct slice text, struct slice client,
                          struct slice names_r[CLEAN_NAMES]) {
    struct slice rest = client;
    size_t count = 0, at = client.length ? slice_find_text(text, client) : SIZE_MAX;
    if (at == SIZE_MAX || !take_ip(&rest) || rest.length || slice_starts(client, SLICE("127.")) ||
        slice_equal(client, any_client) || slice_find(text, '<') != SIZE_MAX)
        return 0;
    for (size_t from = 0; at != SIZE_MAX; at = slice_find_text(slice_from(text, from), client)) {
        size_t begin = from + at;
        if (count == CLEAN_NAMES || !is_apart(text, begin, begin + client.length))
            return 0;
        names_r[count++] = slice_range(text.at + begin, text.at + begin + client.length);
        from = begin + client.length;
    }
    return count;
}

size_t clean_names(struct slice text, enum side side, struct slice client,
                   struct slice names_r[CLEAN_NAMES]) {
    return side == SIDE_SYNTHETIC ? find_server(text, names_r)
           : side == SIDE_LOCAL   ? find_client(text, client, names_r)
                                  : 0;
}

/* That an address stands there may be what a rule looks for. */
struct slice clean_own_words(struct slice text, enum side side, struct slice client, char *to) {
    static const struct slice server = SLICE_INIT(" ");
    struct slice names[CLEAN_NAMES];
    bool has_address = slice_find(text, '@') != SIZE_MAX;
    size_t count = has_address ? 0 : clean_names(text, side, client, names), length = 0;
    const char *from = text.at;
    if (!count)
        return clean_text(text, to);
    for (size_t i = 0; i < count; i++) {
        length = fold_blanks(slice_range(from, names[i].at), to, length);
        length = fold_blanks(side == SIDE_LOCAL ? any_client : server, to, length);
        from = names[i].at + names[i].length;
    }
    length = fold_blanks(slice_range(from, text.at + text.length), to, length);
    return trimmed(to, length);
}

struct slice words_of(struct slice text, char *buffer, size_t size) {
    size_t length = 0;
    for (size_t i = 0; i < text.length && length < size; i++) {
        char byte = text.at[i];
        if (is_of_word(byte))
            buffer[length++] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
        else if (length > 0 && buffer[length - 1] != ' ')
            buffer[length++] = ' ';
    }
    while (length > 0 && buffer[length - 1] == ' ')
        length--;
    return (struct slice){buffer, length};
}
