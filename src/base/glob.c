/* glob - fnmatch() wants strings with an end, knows the locale, and takes exponential time for some
 * patterns. Here a star that did not fit is tried one byte further on, and only the last one: time
 * is at most the product of the lengths. */
#include "base/glob.h"

static char folded(char byte, bool fold) {
    return fold && byte >= 'A' && byte <= 'Z' ? (char)(byte + 'a' - 'A') : byte;
}

/* Where the set that begins at `at` ends: behind its ']'; 0: nowhere. A ']' at its front is one of
 * the set. */
static size_t set_end(struct slice pattern, size_t at) {
    at++;
    if (at < pattern.length && (pattern.at[at] == '!' || pattern.at[at] == '^'))
        at++;
    for (size_t first = at; at < pattern.length; at++)
        if (pattern.at[at] == ']' && at > first)
            return at + 1;
    return 0;
}

static bool check_set(struct slice pattern, size_t at, size_t *end_r, struct problem *problem) {
    size_t end = set_end(pattern, at);
    if (!end)
        return problem_say(problem, "'%.*s': a '[' without its ']' (the sign itself is '\\[')",
                           SLICE_ARGS(pattern));
    *end_r = end;
    for (; at < end; at++)
        if ((unsigned char)pattern.at[at] >= 0x80)
            return problem_say(problem, "'%.*s': between [ and ] only ASCII", SLICE_ARGS(pattern));
    return true;
}

bool glob_check(struct slice pattern, struct problem *problem) {
    for (size_t at = 0; at < pattern.length;) {
        if (pattern.at[at] == '[') {
            if (!check_set(pattern, at, &at, problem))
                return false;
        } else if (pattern.at[at] == '\\' && at + 1 == pattern.length) {
            return problem_say(problem, "'%.*s': nothing stands behind the '\\'",
                               SLICE_ARGS(pattern));
        } else {
            at += pattern.at[at] == '\\' ? 2 : 1;
        }
    }
    return true;
}

/* One character more of the text: a byte, and the rest of it in UTF-8. */
static size_t character_end(struct slice text, size_t at) {
    bool is_ascii = (unsigned char)text.at[at++] < 0x80;
    while (!is_ascii && at < text.length && ((unsigned char)text.at[at] & 0xc0) == 0x80)
        at++;
    return at;
}

/* `set` without its brackets. */
static bool is_in_set(struct slice set, char byte, bool fold) {
    byte = folded(byte, fold);
    for (size_t i = 0; i < set.length; i++) {
        char from = folded(set.at[i], fold), to = from;
        if (i + 2 < set.length && set.at[i + 1] == '-')
            to = folded(set.at[i += 2], fold);
        if (byte >= from && byte <= to)
            return true;
    }
    return false;
}

/* Takes one item of the pattern, no star, and the character it fits off both fronts. */
static bool take_one(struct slice *pattern, struct slice *text, bool fold) {
    if (!pattern->length || !text->length)
        return false;
    size_t used = 1, taken = 1;
    char sign = pattern->at[0];
    if (sign == '?') {
        taken = character_end(*text, 0);
    } else if (sign == '[') {
        used = set_end(*pattern, 0);
        struct slice set = {pattern->at + 1, used - 2};
        bool negated = set.at[0] == '!' || set.at[0] == '^';
        if (is_in_set(slice_from(set, negated), text->at[0], fold) == negated)
            return false;
        taken = character_end(*text, 0);
    } else {
        used += sign == '\\';
        if (folded(pattern->at[used - 1], fold) != folded(text->at[0], fold))
            return false;
    }
    *pattern = slice_from(*pattern, used);
    *text = slice_from(*text, taken);
    return true;
}

bool glob_matches(struct slice pattern, struct slice text, bool fold) {
    struct slice behind_star = {0}, tried = {0};
    bool has_star = false;
    while (text.length) {
        if (slice_skip_byte(&pattern, '*')) {
            has_star = true;
            behind_star = pattern;
            tried = text;
        } else if (!take_one(&pattern, &text, fold)) {
            if (!has_star)
                return false;
            pattern = behind_star;
            text = tried = slice_from(tried, 1);
        }
    }
    while (slice_skip_byte(&pattern, '*'))
        ;
    return !pattern.length;
}
