/* Every reply and every phrase goes through here, so eight bytes are done at once, as one number:
 * blanks where nothing is to fold in them, as nearly everywhere; letters always, and the pairs of
 * UTF-8 once more where there are any.
 */
#include "base/fold.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t eight_at(const char *at) {
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return eight;
}

/* ---- blanks */

static bool is_blank(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The high bit of each byte that is 0, and perhaps of those above one. */
static uint64_t zeros(uint64_t eight) {
    return (eight - EACH(0x01)) & ~eight & EACH(0x80);
}

/* Whether eight bytes stay as they are: no two blanks side by side, and no byte below a blank. May
 * say no when they do. */
static bool is_folded(uint64_t eight) {
    uint64_t blanks = zeros(eight ^ EACH(' '));
    uint64_t below = (eight - EACH(' ')) & ~eight & EACH(0x80);
    return ((blanks & blanks << 8) | below) == 0;
}

size_t fold_blanks(struct slice text, char *to, size_t length) {
    for (size_t i = 0; i < text.length; i++) {
        bool blank = is_blank(text.at[i]), behind_blank = length == 0 || to[length - 1] == ' ';
        if (blank && behind_blank)
            continue;
        uint64_t eight = text.length - i >= 8 ? eight_at(text.at + i) : 0;
        if (is_folded(eight)) {
            memcpy(to + length, &eight, sizeof eight);
            length += 8;
            i += 7;
        } else {
            to[length++] = blank ? ' ' : text.at[i];
        }
    }
    return length;
}

bool fold_is_done(struct slice text) {
    if (text.length == 0 || text.at[0] == ' ' || text.at[text.length - 1] == ' ')
        return text.length == 0;
    size_t i = 0;
    /* The last of eight is the first of the next eight, so that no two blanks are parted. */
    for (; i + 8 <= text.length; i += 7) {
        uint64_t eight = eight_at(text.at + i);
        if (!is_folded(eight) || zeros(eight ^ EACH(0x7f)))
            break;
    }
    for (char before = 'x'; i < text.length; before = text.at[i++])
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f ||
            (text.at[i] == ' ' && before == ' '))
            return false;
    return true;
}

/* ---- letters */

/* What stands above 0x7f is none, and must not carry into its neighbour. */
static uint64_t small_letters(uint64_t eight) {
    uint64_t low = eight & EACH(0x7f);
    uint64_t from_a = low + EACH(0x80 - 'A'), behind_z = low + EACH(0x80 - 'Z' - 1);
    return eight | ((from_a ^ behind_z) & ~eight & EACH(0x80)) >> 2;
}

/* The small letter of two bytes of UTF-8, in place. Other pairs stay. */
static void fold_pair(char *pair) {
    unsigned char lead = (unsigned char)pair[0], rest = (unsigned char)pair[1];

    if (lead == 0xc3 && rest >= 0x80 && rest <= 0x9e && rest != 0x97) {
        pair[1] = (char)(rest | 0x20);
    } else if (lead == 0xd0 && rest >= 0x90 && rest <= 0x9f) {
        pair[1] = (char)(rest | 0x20);
    } else if (lead == 0xd0 && rest >= 0xa0 && rest <= 0xaf) {
        pair[0] = (char)0xd1;
        pair[1] = (char)(rest & ~0x20);
    }
}

void fold_case(struct slice text, char *to) {
    uint64_t all = 0;
    size_t i = 0;
    for (; i + 8 <= text.length; i += 8) {
        uint64_t eight = eight_at(text.at + i), folded = small_letters(eight);
        memcpy(to + i, &folded, sizeof folded);
        all |= eight;
    }
    for (; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        to[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
        all |= byte;
    }
    for (i = 1; (all & EACH(0x80)) && i < text.length; i++)
        if ((unsigned char)to[i] >= 0x80)
            fold_pair(to + i - 1);
}
