/* glob - fnmatch() wants strings with an end, knows the locale, and takes exponential time for some
 * patterns. Here a star that did not fit is tried one byte further on, and only the last one: time
 * is at most the product of the lengths. */
#include "base/glob.h"

#include <assert.h>

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

/* ---- what fits two patterns ---- */

/* The bytes that an item fits, when it is one byte; what fits more than one is not asked for. */
struct bytes {
    uint64_t bits[4];
};

struct item {
    struct bytes bytes;
    bool is_run; /* any number of them */
};

/* Takes the item, no star, off the front. */
static struct bytes take_bytes(struct slice *pattern, bool fold) {
    struct bytes bytes = {{0}};
    struct slice rest = *pattern;
    for (unsigned byte = 0; byte < 256; byte++) {
        char sign = (char)byte;
        struct slice behind = *pattern, text = {&sign, 1};
        if (take_one(&behind, &text, fold)) {
            bytes.bits[byte / 64] |= (uint64_t)1 << byte % 64;
            rest = behind;
        }
    }
    /* A set that nothing fits ends all the same. */
    *pattern = rest.at == pattern->at ? slice_from(rest, set_end(rest, 0)) : rest;
    return bytes;
}

static struct bytes bytes_without(const char *without) {
    struct bytes bytes = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    for (; *without; without++) {
        unsigned byte = (unsigned char)*without;
        bytes.bits[byte / 64] &= ~((uint64_t)1 << byte % 64);
    }
    return bytes;
}

static bool overlap(const struct bytes *a, const struct bytes *b) {
    for (size_t i = 0; i < sizeof a->bits / sizeof *a->bits; i++)
        if (a->bits[i] & b->bits[i])
            return true;
    return false;
}

/* Places of the form that are reached with no byte more: a run may be empty. */
static uint32_t past_runs(const struct item *items, size_t count, uint32_t reached) {
    for (size_t i = 0; i < count; i++)
        if (items[i].is_run && reached >> i & 1)
            reached |= (uint32_t)1 << (i + 1);
    return reached;
}

bool glob_meets(struct slice pattern, const char *form, const char *without, bool fold) {
    struct item items[GLOB_FORM];
    size_t count = 0;
    for (struct slice rest = slice_of(form); rest.length; count++) {
        assert(count < GLOB_FORM);
        items[count].is_run = slice_skip_byte(&rest, '*');
        items[count].bytes = items[count].is_run ? bytes_without(without) : take_bytes(&rest, fold);
    }
    uint32_t reached = past_runs(items, count, 1); /* a bit for each place between the items */
    while (pattern.length && reached) {
        uint32_t next = 0;
        if (slice_skip_byte(&pattern, '*')) {
            next = ~(uint32_t)0 << __builtin_ctz(reached); /* that place and all behind */
        } else {
            struct bytes bytes = take_bytes(&pattern, fold);
            for (size_t i = 0; i < count; i++)
                if (reached >> i & 1 && overlap(&bytes, &items[i].bytes))
                    next |= (uint32_t)1 << (i + !items[i].is_run);
        }
        reached = past_runs(items, count, next);
    }
    return reached >> count & 1;
}
