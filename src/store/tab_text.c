/* tab_text - what has to be escaped is rare: the rest is copied in one piece. */
#include "store/tab_text.h"

#include "base/ascii.h"

enum { PRIVATE_FIRST = 0xF780, CHARACTER = 3 /* bytes of a private one */ };

static bool is_tail(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

/* Bytes of the character at the front, 0 where none stands (RFC 3629, section 4). */
static size_t character_at(const unsigned char *at, size_t left) {
    static const struct {
        unsigned char first, last, low, high;
        size_t length;
    } leads[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                 {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
                 {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
                 {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    if (at[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        if (at[0] < leads[i].first || at[0] > leads[i].last)
            continue;
        bool whole = left >= leads[i].length && at[1] >= leads[i].low && at[1] <= leads[i].high;
        for (size_t tail = 2; whole && tail < leads[i].length; tail++)
            whole = is_tail(at[tail]);
        return whole ? leads[i].length : 0;
    }
    return 0;
}

/* U+F780 is EF 9E 80, U+F7C0 is EF 9F 80. */
static bool is_private(const unsigned char *at) {
    return at[0] == 0xEF && (at[1] & 0xFE) == 0x9E;
}

static void put_private(struct out *out, unsigned char byte) {
    unsigned code = PRIVATE_FIRST + (byte - 0x80u);
    const char bytes[CHARACTER] = {(char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)),
                                   (char)(0x80 | (code & 0x3F))};
    out_slice(out, (struct slice){bytes, CHARACTER});
}

/* The sign behind the backslash; 0: it needs none. */
static char escape_of(unsigned char byte) {
    switch (byte) {
    case '\0':
        return '0';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\'':
    case '\\':
        return (char)byte;
    default:
        return 0;
    }
}

static bool is_plain(unsigned char byte) {
    return byte >= ' ' && byte < 0x7F && byte != '\\' && byte != '\'';
}

void tab_text_put(struct out *out, struct slice text) {
    const unsigned char *at = (const unsigned char *)text.at;
    for (size_t i = 0, length; i < text.length; i += length) {
        for (length = 0; i + length < text.length && is_plain(at[i + length]); length++)
            ;
        if (!length && escape_of(at[i])) {
            const char escaped[] = {'\\', escape_of(at[i])};
            out_slice(out, (struct slice){escaped, sizeof escaped});
            length = 1;
            continue;
        }
        size_t whole = length ? length : character_at(at + i, text.length - i);
        length = whole ? whole : 1;
        if (whole == 0 || (whole == CHARACTER && is_private(at + i))) {
            put_private(out, at[i]);
            length = 1;
        } else {
            out_slice(out, (struct slice){text.at + i, length});
        }
    }
}

void tab_text_literal(struct out *out, struct slice text) {
    out_byte(out, '\'');
    tab_text_put(out, text);
    out_byte(out, '\'');
}

void tab_text_parameter(struct out *out, struct slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (is_alnum(text.at[i]) || memchr("-._", text.at[i], 3))
            out_byte(out, text.at[i]);
        else
            out_print(out, "%%%02X", (unsigned)(unsigned char)text.at[i]);
}

/* What the sign behind a backslash stands for; any other stands for itself. */
static char meant_by(char sign) {
    static const struct {
        char sign, meant;
    } signs[] = {{'0', '\0'}, {'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].sign == sign)
            return signs[i].meant;
    return sign;
}

struct slice tab_text_take(char *text, size_t length) {
    size_t used = 0;
    if (!length || (!memchr(text, '\\', length) && !memchr(text, 0xEF, length)))
        return (struct slice){text, length};
    for (size_t i = 0; i < length; i++) {
        const unsigned char *at = (const unsigned char *)text + i;
        if (text[i] == '\\' && i + 1 < length) {
            text[used++] = meant_by(text[++i]);
        } else if (length - i >= CHARACTER && is_private(at) && is_tail(at[2])) {
            text[used++] = (char)(0x80 | (at[1] & 1) << 6 | (at[2] & 0x3F));
            i += CHARACTER - 1;
        } else {
            text[used++] = text[i];
        }
    }
    return (struct slice){text, used};
}
