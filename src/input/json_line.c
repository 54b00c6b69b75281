/* json_line - one pass over the text (RFC 8259), one function a kind of value.
 *
 * What is inside arrays and objects that nobody asked for is walked with a counter of open
 * brackets, one bit each to know which of the two has to close: no recursion, so depth costs
 * nothing, and it is bounded all the same.
 */
#include "input/json_line.h"

#include "base/ascii.h"

enum { DEPTH = 32 };

static inline bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Mostly there is none: one comparison. */
static inline void skip_blanks(struct slice *s) {
    while (s->length && (unsigned char)s->at[0] <= ' ' && is_blank(s->at[0])) {
        s->at++;
        s->length--;
    }
}

static inline bool skip_token(struct slice *s, char byte) {
    skip_blanks(s);
    return slice_skip_byte(s, byte);
}

/* ---- values ---- */

static bool hex_read(const char *at, unsigned *number_r) {
    unsigned number = 0;
    for (int i = 0; i < 4; i++) {
        char low = (char)(at[i] | 0x20);
        if (!is_digit(at[i]) && (low < 'a' || low > 'f'))
            return false;
        number = number * 16 + (unsigned)(is_digit(at[i]) ? at[i] - '0' : low - 'a' + 10);
    }
    *number_r = number;
    return true;
}

/* The length of the escape at the front ("\n", "\u0041"); 0: none. */
static size_t escape_length(struct slice s) {
    unsigned number;
    if (s.length < 2)
        return 0;
    if (s.at[1] == 'u')
        return s.length >= 6 && hex_read(s.at + 2, &number) ? 6 : 0;
    return memchr("\"\\/bfnrt", s.at[1], 8) ? 2 : 0;
}

/* Control bytes are let through: what logs them unescaped is at fault, but its text is plain. The
 * quote that may be the last one is looked for again only when it turns out to be escaped, so each
 * byte is looked at twice at most. */
static bool take_string(struct slice *s, struct slice *raw_r) {
    if (!skip_token(s, '"'))
        return false;
    const char *begin = s->at;
    size_t quote = slice_find(*s, '"');
    while (quote != SIZE_MAX) {
        size_t escape = slice_find(slice_head(*s, quote), '\\');
        if (escape == SIZE_MAX) {
            *raw_r = slice_range(begin, s->at + quote);
            *s = slice_from(*s, quote + 1);
            return true;
        }
        *s = slice_from(*s, escape);
        size_t length = escape_length(*s);
        if (!length)
            return false;
        *s = slice_from(*s, length);
        quote = escape + length <= quote ? quote - escape - length : slice_find(*s, '"');
    }
    return false;
}

static bool skip_digits(struct slice *s) {
    size_t before = s->length;
    while (s->length && is_digit(s->at[0]))
        *s = slice_from(*s, 1);
    return s->length < before;
}

static bool skip_number(struct slice *s) {
    slice_skip_byte(s, '-');
    if (!slice_skip_byte(s, '0') && !skip_digits(s))
        return false;
    if (slice_skip_byte(s, '.') && !skip_digits(s))
        return false;
    if (!slice_skip_byte(s, 'e') && !slice_skip_byte(s, 'E'))
        return true;
    if (!slice_skip_byte(s, '+'))
        slice_skip_byte(s, '-');
    return skip_digits(s);
}

/* A value without brackets. */
static bool skip_scalar(struct slice *s, enum json_kind *kind_r, struct slice *raw_r) {
    skip_blanks(s);
    const char *begin = s->at;
    *kind_r = JSON_OTHER;
    if (s->length && s->at[0] == '"') {
        *kind_r = JSON_STRING;
        return take_string(s, raw_r);
    }
    if (slice_skip(s, SLICE("null")))
        *kind_r = JSON_NULL;
    else if (s->length && (s->at[0] == '-' || is_digit(s->at[0])))
        *kind_r = JSON_NUMBER;
    else if (!slice_skip(s, SLICE("true")) && !slice_skip(s, SLICE("false")))
        return false;
    bool is_good = *kind_r != JSON_NUMBER || skip_number(s);
    *raw_r = slice_range(begin, s->at);
    return is_good;
}

static bool skip_name(struct slice *s) {
    struct slice name;
    return take_string(s, &name) && skip_token(s, ':');
}

/* What an array or object holds, up to the bracket that closes it. Each turn stands where a value
 * may begin; bit 0 of `objects` is the innermost open bracket, 1 for an object. */
static bool skip_nested(struct slice *s) {
    uint64_t objects = 0;
    unsigned depth = 0;
    for (;;) {
        enum json_kind kind;
        struct slice raw;
        skip_blanks(s);
        bool is_object = s->length && s->at[0] == '{';
        if (is_object || (s->length && s->at[0] == '[')) {
            *s = slice_from(*s, 1);
            objects = objects << 1 | is_object;
            if (++depth > DEPTH)
                return false;
            if (!skip_token(s, is_object ? '}' : ']')) {
                if (is_object && !skip_name(s))
                    return false;
                continue;
            }
            depth--;
            objects >>= 1;
        } else if (!skip_scalar(s, &kind, &raw)) {
            return false;
        }
        while (depth && !skip_token(s, ',')) {
            if (!skip_token(s, objects & 1 ? '}' : ']'))
                return false;
            depth--;
            objects >>= 1;
        }
        if (!depth)
            return true;
        if ((objects & 1) && !skip_name(s))
            return false;
    }
}

static bool take_value(struct slice *s, enum json_kind *kind_r, struct slice *raw_r) {
    skip_blanks(s);
    if (!s->length || (s->at[0] != '[' && s->at[0] != '{'))
        return skip_scalar(s, kind_r, raw_r);
    const char *begin = s->at;
    *kind_r = s->at[0] == '[' ? JSON_ARRAY : JSON_OTHER;
    if (!skip_nested(s))
        return false;
    *raw_r = slice_range(begin, s->at);
    return true;
}

/* ---- the object ---- */

static struct json_member *member_named(struct json_member *members, size_t count,
                                        struct slice name) {
    for (size_t i = 0; i < count; i++)
        if (members[i].kind == JSON_ABSENT && slice_equal(members[i].name, name))
            return &members[i];
    return NULL;
}

bool json_object(struct slice text, struct json_member *members, size_t count) {
    bool is_last = false;
    for (size_t i = 0; i < count; i++)
        members[i].kind = JSON_ABSENT;
    if (!skip_token(&text, '{'))
        return false;
    if (!skip_token(&text, '}')) {
        while (!is_last) {
            struct slice name, raw;
            enum json_kind kind;
            if (!take_string(&text, &name) || !skip_token(&text, ':') ||
                !take_value(&text, &kind, &raw))
                return false;
            struct json_member *member = member_named(members, count, name);
            if (member) {
                member->kind = kind;
                member->raw = raw;
            }
            is_last = skip_token(&text, '}');
            if (!is_last && !skip_token(&text, ','))
                return false;
        }
    }
    skip_blanks(&text);
    return text.length == 0;
}

/* ---- texts ---- */

static size_t put_utf8(char *at, unsigned number) {
    if (number < 0x80) {
        at[0] = (char)number;
        return 1;
    }
    size_t length = number < 0x800 ? 2 : number < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, number >>= 6)
        at[i] = (char)(0x80 | (number & 0x3f));
    at[0] = (char)(0xf00 >> length | number);
    return length;
}

/* Reads "\u0041", or the two halves of a surrogate pair; a half alone is U+FFFD. */
static unsigned take_code_point(struct slice *s) {
    unsigned number, low;
    hex_read(s->at + 2, &number);
    *s = slice_from(*s, 6);
    if (number < 0xd800 || number > 0xdfff)
        return number;
    if (number < 0xdc00 && s->length >= 6 && slice_starts(*s, SLICE("\\u")) &&
        hex_read(s->at + 2, &low) && low >= 0xdc00 && low <= 0xdfff) {
        *s = slice_from(*s, 6);
        return 0x10000 + ((number - 0xd800) << 10) + (low - 0xdc00);
    }
    return 0xfffd;
}

/* No escape is shorter than what it stands for, so the text fits in the room of its raw form. */
static struct slice unescaped(struct slice raw, struct arena *arena) {
    static const char meaning[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                      ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    if (slice_find(raw, '\\') == SIZE_MAX)
        return raw;
    char *text = arena_alloc(arena, raw.length);
    size_t used = 0;
    while (raw.length) {
        size_t plain = slice_find(raw, '\\');
        plain = plain < raw.length ? plain : raw.length;
        memcpy(text + used, raw.at, plain);
        used += plain;
        raw = slice_from(raw, plain);
        if (!raw.length)
            break;
        if (raw.at[1] == 'u') {
            used += put_utf8(text + used, take_code_point(&raw));
        } else {
            text[used++] = meaning[(unsigned char)raw.at[1]];
            raw = slice_from(raw, 2);
        }
    }
    return (struct slice){text, used};
}

/* "[72,101,255]"; the brackets are known to be there. */
static bool bytes_text(struct slice raw, struct arena *arena, struct slice *text_r) {
    char *text = arena_alloc(arena, raw.length);
    size_t used = 0;
    uint64_t byte;
    slice_skip_byte(&raw, '[');
    do {
        skip_blanks(&raw);
        if (!slice_take_number(&raw, &byte) || byte > 255)
            return false;
        text[used++] = (char)byte;
    } while (skip_token(&raw, ','));
    *text_r = (struct slice){text, used};
    return skip_token(&raw, ']');
}

bool json_text(const struct json_member *member, struct arena *arena, struct slice *text_r) {
    struct slice raw = member->raw, string;
    if (member->kind == JSON_STRING) {
        *text_r = unescaped(raw, arena);
        return true;
    }
    if (member->kind != JSON_ARRAY)
        return false;
    slice_skip_byte(&raw, '[');
    if (take_string(&raw, &string)) {
        *text_r = unescaped(string, arena);
        return true;
    }
    return bytes_text(member->raw, arena, text_r);
}
