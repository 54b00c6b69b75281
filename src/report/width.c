/* width - columns are the sum over the code points, as terminals count. What belongs together is
 * asked of each two neighbours, so that both builds go the same way and nothing is looked for far
 * ahead in hostile text; for the same reason a unit that grows too wide is ended.
 *
 * Thai has no blanks between words, and what knows the words is a dictionary. Without one a line
 * may be cut inside a word, but not so that it begins with what leans on the consonant before: the
 * marks of the Unicode standard (annex 29), and the vowels that stand in a column of their own.
 */
#include "report/width.h"

#include <stdio.h>

#include "report/utf8.h"

struct range {
    uint32_t first, last;
};

static bool is_in(struct range range, uint32_t code_point) {
    return code_point >= range.first && code_point <= range.last;
}

/* ---- what libunistring knows, or little of it */

#ifdef HAVE_LIBUNISTRING

#include <unigbrk.h>
#include <unistring/version.h>
#include <uniwidth.h>

static size_t columns_of(uint32_t code_point) {
    int columns = code_point == UTF8_BROKEN ? 1 : uc_width(code_point, "UTF-8");
    return columns < 0 ? 1 : (size_t)columns;
}

static bool is_mark_of(uint32_t before, uint32_t after) {
    return before != UTF8_BROKEN && after != UTF8_BROKEN && !uc_is_grapheme_break(before, after);
}

const char *width_about(void) {
    static char text[40];
    snprintf(text, sizeof text, "libunistring %d.%d", _libunistring_version >> 16,
             _libunistring_version >> 8 & 0xFF);
    return text;
}

#else

static size_t columns_of(uint32_t code_point) {
    static const struct range marks[] = {
        {0x0300, 0x036F}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (is_in(marks[i], code_point))
            return 0;
    return 1;
}

static bool is_mark_of(uint32_t before, uint32_t after) {
    return before != UTF8_BROKEN && columns_of(after) == 0;
}

const char *width_about(void) {
    return "not built in (make LIBUNISTRING=yes; Chinese, Japanese, Korean and emoji do not line "
           "up without)";
}

#endif

/* ---- units */

/* What belongs together beyond the marks. */
static const struct {
    struct range before, after;
} pairs[] = {
    {{0x0E40, 0x0E44}, {0x0E01, 0x0E2E}},     /* Thai vowels written before their consonant */
    {{0x0E01, 0x0E4E}, {0x0E2F, 0x0E33}},     /* and behind it; the sign of a shortened word */
    {{0x0E01, 0x0E4E}, {0x0E45, 0x0E46}},     /* a long vowel; the sign of a doubled word */
    {{0x200D, 0x200D}, {0x80, 0x10FFFF}},     /* emoji joined to one */
    {{0x1F1E6, 0x1F1FF}, {0x1F1E6, 0x1F1FF}}, /* the two letters of a flag */
};

static bool is_together(uint32_t before, uint32_t after) {
    if (after < 0x300) /* no mark, no Thai */
        return false;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (is_in(pairs[i].before, before) && is_in(pairs[i].after, after))
            return true;
    return is_mark_of(before, after);
}

size_t width_of(struct slice text) {
    size_t columns = 0;

    while (text.length > 0) {
        size_t plain = utf8_plain(text);
        columns += plain;
        text = slice_from(text, plain);
        if (text.length > 0)
            columns += columns_of(utf8_take(&text));
    }
    return columns;
}

/* A letter of ASCII stands for itself, unless what is none follows: that may be an accent. */
static bool is_lone_letter(struct slice text) {
    return utf8_plain(slice_head(text, 1)) == 1 &&
           (text.length == 1 || (unsigned char)text.at[1] < 0x80);
}

size_t width_take(struct slice *text) {
    if (is_lone_letter(*text)) {
        *text = slice_from(*text, 1);
        return 1;
    }
    uint32_t before = utf8_take(text);
    size_t columns = columns_of(before);

    for (struct slice rest = *text; rest.length > 0; *text = rest) {
        uint32_t after = utf8_take(&rest);
        size_t more = columns_of(after);
        if (columns + more > WIDTH_UNIT || !is_together(before, after))
            break;
        columns += more;
        before = after;
    }
    return columns;
}
