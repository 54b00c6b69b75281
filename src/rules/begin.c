/* Most patterns for whole lines begin with "^" and some words of one program, so the pattern is
 * read from its left for as long as it is made of plain bytes, of \s and of groups of those:
 *
 *   ^ (?: Trusted | Verified ) \s TLS \s (?<peer_host> ...       "Trusted TLS ", "Verified TLS "
 *   ^ (?: temporarily \s )? rejected \s " .*                    "temporarily rejected \"",
 *                                                               "rejected \""
 *
 * Each branch of a group goes on from each begin that was read before it, and what follows the
 * group goes on from all of them. At anything else, and where they would be too many, a begin ends.
 * A pattern with branches of its own, or one that is not understood for sure, has none.
 */
#include "rules/begin.h"

#include "base/ascii.h"

enum { ANY = '\0' };

static bool is_one_of(char byte, const char *bytes) {
    return byte != '\0' && strchr(bytes, byte) != NULL;
}

/* \Q and \E, between which nothing is what it seems, and \c, of which the next byte is a part. */
static bool is_odd_escape(struct slice s, size_t at) {
    return s.at[at] == '\\' && is_one_of(slice_byte(s, at + 1), "QEc");
}

/* Behind the ']' of a class whose '[' stands at `at`; SIZE_MAX: not understood. */
static size_t behind_class(struct slice s, size_t at) {
    at++;
    if (slice_byte(s, at) == '^')
        at++;
    if (slice_byte(s, at) == ']') /* a byte of the class; not so behind a \E, which is odd */
        at++;
    for (; at < s.length && s.at[at] != ']'; at++) {
        if (s.at[at] == '[' || is_odd_escape(s, at))
            return SIZE_MAX; /* [:alpha:] */
        at += s.at[at] == '\\';
    }
    return at < s.length ? at + 1 : SIZE_MAX;
}

/* Whether an option such as (?i), a verb, whose name may hold any byte, or what is not known opens
 * at '('. It may hold in the branches behind it, too. */
static bool is_option(struct slice s, size_t at) {
    char kind = slice_byte(s, at + 2);
    return slice_byte(s, at + 1) == '*' ||
           (slice_byte(s, at + 1) == '?' && (is_alnum(kind) || is_one_of(kind, "^-")));
}

/* Where the branch that goes on at `at` ends: at its '|' or ')', or at the end of all; SIZE_MAX:
 * not understood. */
static size_t end_of_branch(struct slice s, size_t at) {
    size_t depth = 0;
    while (at < s.length) {
        char byte = s.at[at];
        if (is_alnum(byte) || is_space(byte)) { /* most are */
            at++;
            continue;
        }
        if (depth == 0 && (byte == '|' || byte == ')'))
            return at;
        if (byte == '#' || is_odd_escape(s, at) || (byte == '(' && is_option(s, at)))
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

/* Behind "(", "(?:" or "(?<name>" of a group that is read; 0: another one. */
static size_t enter_group(struct slice s, size_t at) {
    at++;
    if (slice_byte(s, at) == '*')
        return 0;
    if (slice_byte(s, at) != '?')
        return at;
    at++;
    if (slice_byte(s, at) == ':')
        return at + 1;
    if (slice_byte(s, at) != '<' || !is_alnum(slice_byte(s, at + 1)))
        return 0;
    return at + slice_find(slice_from(s, at), '>') + 1;
}

/* Takes one byte, escaped or not, or \s as ANY. False: something else. */
static bool take_byte(struct slice s, size_t *at, char *byte_r) {
    char byte = slice_byte(s, *at);
    if (is_alnum(byte) || is_one_of(byte, "-_/:;,=@<>!%&'\"~`")) {
        *byte_r = byte;
        *at += 1;
        return true;
    }
    char escaped = slice_byte(s, *at + 1);
    if (byte != '\\' || escaped == '\0' || (is_alnum(escaped) && escaped != 's') ||
        (unsigned char)escaped >= 0x80)
        return false;
    *byte_r = escaped == 's' ? ANY : escaped;
    *at += 2;
    return true;
}

/* ---- all begins of a pattern while it is read */

struct set {
    struct growing {
        char bytes[BEGIN_LONGEST];
        uint8_t length;
        bool is_ended;
    } items[BEGINS_MOST];
    size_t count;
};

static void end_all(struct set *set) {
    for (size_t i = 0; i < set->count; i++)
        set->items[i].is_ended = true;
}

static void add_byte(struct set *set, char byte) {
    for (size_t i = 0; i < set->count; i++) {
        struct growing *begin = &set->items[i];
        begin->is_ended |= begin->length == BEGIN_LONGEST;
        if (!begin->is_ended)
            begin->bytes[begin->length++] = byte;
    }
}

/* Those that have ended, or those that have not. False: there is no room for them. */
static bool add_those(struct set *set, const struct set *more, bool is_ended) {
    for (size_t i = 0; i < more->count; i++) {
        if (more->items[i].is_ended != is_ended)
            continue;
        if (set->count == BEGINS_MOST)
            return false;
        set->items[set->count++] = more->items[i];
    }
    return true;
}

static bool add_set(struct set *set, const struct set *more) {
    return add_those(set, more, true) && add_those(set, more, false);
}

static void read_branch(struct slice s, struct set *set);

/* A group at *at, up to what is behind it. False: it is not read. */
static bool read_group(struct slice s, size_t *at, struct set *set) {
    struct set all;
    all.count = 0;
    size_t begin = enter_group(s, *at), end = begin;
    bool has_room = begin && add_those(&all, set, true);
    while (has_room) {
        struct set branch;
        branch.count = 0;
        end = end_of_branch(s, begin);
        if (end == SIZE_MAX || slice_byte(s, end) == '\0')
            return false;
        add_those(&branch, set, false);
        read_branch(slice_from(slice_head(s, end), begin), &branch);
        has_room = add_set(&all, &branch);
        begin = end + 1;
        if (s.at[end] == ')')
            break;
    }
    *at = skip_ignored(s, begin);
    if (slice_byte(s, *at) == '?') {
        has_room = has_room && add_those(&all, set, false);
        *at += is_one_of(slice_byte(s, *at + 1), "?+") ? 2 : 1;
    }
    if (!has_room || is_one_of(slice_byte(s, *at), "*+{"))
        return false;
    *set = all;
    return true;
}

/* One byte at *at, up to what is behind it; a '+' there is no byte and ends the begin. False: it is
 * none, or may be missing. */
static bool read_byte(struct slice s, size_t *at, struct set *set) {
    char byte;
    if (!take_byte(s, at, &byte))
        return false;
    if (is_one_of(slice_byte(s, skip_ignored(s, *at)), "?*{"))
        return false;
    add_byte(set, byte);
    return true;
}

static bool all_ended(const struct set *set) {
    for (size_t i = 0; i < set->count; i++)
        if (!set->items[i].is_ended)
            return false;
    return true;
}

/* Goes on from the begins of the set. */
static void read_branch(struct slice s, struct set *set) {
    size_t at = skip_ignored(s, 0);
    for (; at < s.length && !all_ended(set); at = skip_ignored(s, at)) {
        if (s.at[at] == '(' ? read_group(s, &at, set) : read_byte(s, &at, set))
            continue;
        end_all(set);
        return;
    }
}

static struct begin begin_of(const struct growing *growing) {
    char masks[BEGIN_LONGEST] = {0};
    struct begin begin = {{0}, {0}};
    for (size_t i = 0; i < growing->length; i++)
        masks[i] = growing->bytes[i] == ANY ? 0 : '\xff';
    memcpy(begin.words, growing->bytes, growing->length);
    memcpy(begin.masks, masks, sizeof masks);
    return begin;
}

struct begins begins_of(struct arena *arena, struct slice pattern) {
    struct set set;
    set.count = 1;
    set.items[0].length = 0;
    set.items[0].is_ended = false;
    size_t at = skip_ignored(pattern, 0);
    if (slice_byte(pattern, at) != '^' || end_of_branch(pattern, at) != pattern.length)
        return (struct begins){NULL, 0};
    read_branch(slice_from(pattern, at + 1), &set);
    struct begin *items = arena_alloc(arena, set.count * sizeof *items);
    for (size_t i = 0; i < set.count; i++) {
        if (!set.items[i].length)
            return (struct begins){NULL, 0};
        items[i] = begin_of(&set.items[i]);
    }
    return (struct begins){items, set.count};
}
