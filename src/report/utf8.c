/* Why: a page and a row go to terminals, spreadsheets and JSON readers, and each of them trips over
 * bytes that are no UTF-8 or are commands to a terminal.
 *
 * How: decoding after table 3-7 of the Unicode standard (RFC 3629 section 4 is the same): the range
 * of the second byte tells overlong forms and surrogates apart, so nothing is checked afterwards.
 */
#include "report/utf8.h"

#include <assert.h>

struct lead {
    unsigned char first, last; /* of the first byte */
    unsigned char low, high;   /* of the second byte */
    unsigned char tail, bits;  /* bytes that follow; mask of the first byte */
};

/*
 *   UTF8-octets = %x00-7F / %xC2-DF UTF8-tail / %xE0 %xA0-BF UTF8-tail / %xE1-EC 2(UTF8-tail) /
 *                 %xED %x80-9F UTF8-tail / %xEE-EF 2(UTF8-tail) / %xF0 %x90-BF 2(UTF8-tail) /
 *                 %xF1-F3 3(UTF8-tail) / %xF4 %x80-8F 2(UTF8-tail)
 */
static const struct lead leads[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 1, 0x1F}, {0xE0, 0xE0, 0xA0, 0xBF, 2, 0x0F},
    {0xE1, 0xEC, 0x80, 0xBF, 2, 0x0F}, {0xED, 0xED, 0x80, 0x9F, 2, 0x0F},
    {0xEE, 0xEF, 0x80, 0xBF, 2, 0x0F}, {0xF0, 0xF0, 0x90, 0xBF, 3, 0x07},
    {0xF1, 0xF3, 0x80, 0xBF, 3, 0x07}, {0xF4, 0xF4, 0x80, 0x8F, 3, 0x07},
};

static const struct lead *lead_of(unsigned char byte) {
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    return NULL;
}

uint32_t utf8_take(struct slice *s) {
    assert(s->length > 0);
    const unsigned char *at = (const unsigned char *)s->at;
    const struct lead *lead = at[0] < 0x80 ? NULL : lead_of(at[0]);
    size_t length = lead ? 1u + lead->tail : 1;
    uint32_t code_point = lead ? at[0] & lead->bits : at[0] < 0x80 ? at[0] : UTF8_BROKEN;

    bool broken = lead && (s->length < length || at[1] < lead->low || at[1] > lead->high);
    for (size_t i = 1; i < length && !broken; i++) {
        broken = at[i] < 0x80 || at[i] > 0xBF;
        code_point = code_point << 6 | (at[i] & 0x3Fu);
    }
    *s = slice_from(*s, broken ? 1 : length);
    return broken ? UTF8_BROKEN : code_point;
}

bool utf8_is_control(uint32_t code_point) {
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x61C, 0x61C},
                  {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    return false;
}

#define ODD_8  BYTE_ODD, BYTE_ODD, BYTE_ODD, BYTE_ODD, BYTE_ODD, BYTE_ODD, BYTE_ODD, BYTE_ODD
#define ODD_32 ODD_8, ODD_8, ODD_8, ODD_8

static const unsigned char kinds_of_byte[256] = {
    ODD_32,
    [' '] = BYTE_BEFORE_FORMULA,
    ['+'] = BYTE_BEFORE_FORMULA,
    ['-'] = BYTE_BEFORE_FORMULA,
    ['='] = BYTE_BEFORE_FORMULA,
    ['@'] = BYTE_BEFORE_FORMULA,
    ['"'] = BYTE_QUOTE,
    ['\\'] = BYTE_BACKSLASH,
    ['<'] = BYTE_LESS,
    ['/'] = BYTE_SLASH,
    [0x7f] = BYTE_ODD,
    ODD_32,
    ODD_32,
    ODD_32,
    ODD_32, /* behind DEL */
};

unsigned utf8_bytes(struct slice s) {
    if (!s.length)
        return 0; /* an empty slice may point nowhere */
    const unsigned char *at = (const unsigned char *)s.at, *end = at + s.length;
    unsigned kinds = 0;

    for (; end - at >= 4; at += 4) /* four at a time: two instructions a byte */
        kinds |= kinds_of_byte[at[0]] | kinds_of_byte[at[1]] | kinds_of_byte[at[2]] |
                 kinds_of_byte[at[3]];
    for (; at < end; at++)
        kinds |= kinds_of_byte[*at];
    return kinds;
}

size_t utf8_plain(struct slice s) {
    size_t length = 0;
    while (length < s.length && s.at[length] >= ' ' && s.at[length] < 0x7f)
        length++;
    return length;
}

struct slice utf8_head(struct slice s, size_t most) {
    enum { LONGEST = 4 };
    if (s.length <= most)
        return s;
    size_t end = most;
    while (end > 0 && most - end < LONGEST && ((unsigned char)s.at[end] & 0xC0) == 0x80)
        end--;
    return slice_head(s, end);
}
