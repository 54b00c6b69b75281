/* Most patterns for whole lines begin with "^" and some words of one program, so the pattern is
 * read from its left for as long as it is made of plain bytes and of \s:
 *
 *   ^ (?<reply> lost \s input \s channel ) \s from \s (?<peer_host> ...        "lost input channel
 * from "
 *
 * A group with one branch that must be there is read as if its brackets were not. At anything else
 * the begin ends; a pattern with branches of its own, or one that is not understood for sure, has
 * none.
 */
#include "rules/begin.h"

#include "base/ascii.h"

static bool is_one_of(char byte, const char *bytes) {
    return byte != '\0' && strchr(bytes, byte) != NULL;
}

static char byte_at(struct slice s, size_t at) {
    return at < s.length ? s.at[at] : '\0';
}

/* Behind the ']' of a class whose '[' stands at `at`; SIZE_MAX: not understood. */
static size_t behind_class(struct slice s, size_t at) {
    at++;
    if (byte_at(s, at) == '^')
        at++;
    if (byte_at(s, at) == ']')
        at++;
    for (; at < s.length && s.at[at] != ']'; at++) {
        if (s.at[at] == '\\')
            at++;
        else if (s.at[at] == '[')
            return SIZE_MAX; /* [:alpha:] */
    }
    return at < s.length ? at + 1 : SIZE_MAX;
}

/* Where the branch that goes on at `at` ends: at its '|' or ')', or at the end of all; SIZE_MAX:
 * not understood. */
static size_t end_of_branch(struct slice s, size_t at) {
    size_t depth = 0;
    while (at < s.length) {
        char byte = s.at[at];
        if (depth == 0 && (byte == '|' || byte == ')'))
            return at;
        if (byte == '#' || (byte == '\\' && is_one_of(byte_at(s, at + 1), "QE")))
            return SIZE_MAX;
        depth += byte == '(';
        depth -= byte == ')';
        at = byte == '[' ? behind_class(s, at) : at + (byte == '\\' ? 2 : 1);
    }
    return at == s.length ? at : SIZE_MAX;
}

static size_t skip_ignored(struct slice s, size_t at) {
    while (at < s.length && is_space(s.at[at]))
        at++;
    return at;
}

/* Behind "(", "(?:" or "(?<name>" of a group that is read as if it were none; 0: another one. */
static size_t enter_group(struct slice s, size_t at) {
    at++;
    if (byte_at(s, at) == '*')
        return 0;
    if (byte_at(s, at) == '?') {
        bool named = byte_at(s, at + 1) == '<' && is_alnum(byte_at(s, at + 2));
        if (!named && byte_at(s, at + 1) != ':')
            return 0;
        at += 2;
        if (named)
            at += slice_find(slice_from(s, at), '>') + 1;
    }
    size_t end = end_of_branch(s, at);
    if (end == SIZE_MAX || byte_at(s, end) != ')')
        return 0;
    return is_one_of(byte_at(s, skip_ignored(s, end + 1)), "?*+{") ? 0 : at;
}

/* Takes one byte, escaped or not, or \s. False: something else. */
static bool take_byte(struct slice s, size_t *at, char *byte_r) {
    char byte = byte_at(s, *at);
    if (is_alnum(byte) || is_one_of(byte, "-_/:;,=@<>!%&'\"~`")) {
        *byte_r = byte;
        *at += 1;
        return true;
    }
    char escaped = byte_at(s, *at + 1);
    if (byte != '\\' || escaped == '\0' || (is_alnum(escaped) && escaped != 's') ||
        (unsigned char)escaped >= 0x80)
        return false;
    *byte_r = escaped == 's' || escaped == ' ' ? BEGIN_BLANK : escaped;
    *at += 2;
    return true;
}

struct slice begin_of(struct arena *arena, struct slice pattern) {
    size_t at = skip_ignored(pattern, 0), length = 0;
    if (byte_at(pattern, at) != '^' || end_of_branch(pattern, at) != pattern.length)
        return (struct slice){0};
    char *begin = arena_alloc(arena, pattern.length);
    for (at = skip_ignored(pattern, at + 1); at < pattern.length; at = skip_ignored(pattern, at)) {
        char byte;
        if (pattern.at[at] == '(') {
            at = enter_group(pattern, at);
            if (!at)
                break;
            continue;
        }
        if (pattern.at[at] == ')') { /* of a group that was entered */
            at++;
            continue;
        }
        if (!take_byte(pattern, &at, &byte))
            break;
        char next = byte_at(pattern, skip_ignored(pattern, at));
        if (is_one_of(next, "?*{"))
            break;
        begin[length++] = byte;
        if (next == '+')
            break;
    }
    return (struct slice){begin, length};
}

bool begin_fits(struct slice begin, struct slice text) {
    if (text.length < begin.length)
        return false;
    for (size_t i = 0; i < begin.length; i++)
        if (text.at[i] != begin.at[i] && (begin.at[i] != BEGIN_BLANK || !is_space(text.at[i])))
            return false;
    return true;
}
