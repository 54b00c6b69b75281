/* Trying a pattern costs some hundred times more than not trying it, and of most patterns a given
 * reply lacks a word. So the pattern is read once, when it is loaded:
 *
 *   \b (?: mail \s* box | folder ) \s+ (?:is\s+)? exceed\w*     needs {exceed} and {mail, folder}
 *
 * A run of plain bytes is a set of one. A group in which every branch needs something needs one of
 * the words of its branches; an optional one needs nothing. What stands in a look-ahead must be in
 * the text, too; what stands in a negative one is passed over. Whatever is not understood for sure
 * makes the whole pattern need nothing: then it is always tried, which is slow and right.
 */
#include "rules/needed.h"

#include <assert.h>
#include <string.h>

#include "base/ascii.h"

enum { MOST_DEPTH = 32 };

struct set {
    const struct slice *words; /* in the arena of who asks */
    size_t count;
    size_t least; /* length of the shortest word */
};

struct sets {
    struct set items[NEEDED_MOST]; /* best first */
    size_t count;
};

struct reader {
    struct arena *arena;
    struct slice rest;
    char *free; /* where the next run is written */
    char *run;  /* the run being read; ends at free */
    bool lost;  /* something was not understood */
};

static bool read_branches(struct reader *reader, unsigned depth, struct sets *sets_r);

static inline bool is_one_of(char byte, const char *bytes) {
    for (; *bytes; bytes++)
        if (*bytes == byte)
            return true;
    return false;
}

/* Bytes that stand for themselves wherever they are outside of a class. */
static bool is_plain(char byte) {
    return is_alnum(byte) || is_one_of(byte, "-_/:;,=@<>!%&'\"~`") || (unsigned char)byte >= 0x80;
}

static char peek(const struct reader *reader) {
    return reader->rest.length > 0 ? reader->rest.at[0] : '\0';
}

static char take(struct reader *reader) {
    char byte = peek(reader);
    reader->rest = slice_from(reader->rest, 1);
    return byte;
}

static bool lose(struct reader *reader) {
    reader->lost = true;
    return false;
}

/* ---- sets */

/* The longer the shortest word, the seldomer it is met. */
static bool is_better(const struct set *a, const struct set *b) {
    return a->least != b->least ? a->least > b->least : a->count < b->count;
}

static void add_set(struct sets *sets, const struct set *set) {
    size_t place = sets->count;
    while (place > 0 && is_better(set, &sets->items[place - 1]))
        place--;
    if (place == NEEDED_MOST)
        return;
    if (sets->count < NEEDED_MOST)
        sets->count++;
    memmove(&sets->items[place + 1], &sets->items[place], (sets->count - place - 1) * sizeof *set);
    sets->items[place] = *set;
}

static void end_run(struct reader *reader, struct sets *sets) {
    size_t length = (size_t)(reader->free - reader->run);
    if (length >= NEEDED_LEAST) {
        struct slice *word = arena_alloc(reader->arena, sizeof *word);
        *word = (struct slice){reader->run, length};
        add_set(sets, &(struct set){word, 1, length});
    }
    reader->run = reader->free;
}

/* Adds the best of a branch to the words of all branches, which stand in `words`; false when there
 * is nothing to add. */
static bool join(struct set *all, struct slice *words, const struct sets *branch) {
    if (branch->count == 0 || all->count + branch->items[0].count > NEEDED_WORDS)
        return false;
    const struct set *best = &branch->items[0];
    memcpy(&words[all->count], best->words, best->count * sizeof *words);
    all->count += best->count;
    if (all->least == 0 || best->least < all->least)
        all->least = best->least;
    return true;
}

/* ---- parts of a pattern */

static void skip_ignored(struct reader *reader) {
    while (reader->rest.length > 0) {
        if (peek(reader) == '#') {
            while (reader->rest.length > 0 && take(reader) != '\n')
                ;
        } else if (is_space(peek(reader))) {
            take(reader);
        } else {
            return;
        }
    }
}

/* Behind '[' up to its ']'. */
static bool skip_class(struct reader *reader) {
    if (peek(reader) == '^')
        take(reader);
    if (peek(reader) == ']')
        take(reader);
    while (reader->rest.length > 0) {
        char byte = take(reader);
        if (byte == ']')
            return true;
        if (byte == '[' && is_one_of(peek(reader), ":.=")) /* [:alpha:] */
            return lose(reader);
        if (byte == '\\' && is_one_of(take(reader), "QE"))
            return lose(reader);
    }
    return lose(reader);
}

/* Behind '{': a count, "2}", "2,}", "2,3}" or ",3}"; anything else is text. */
static bool read_count(struct reader *reader, bool *optional_r) {
    size_t least = 0;
    bool digits = false;
    while (is_digit(peek(reader))) {
        least = least * 10 + (size_t)(take(reader) - '0');
        digits = true;
        if (least > 65535)
            return lose(reader);
    }
    if (peek(reader) == ',') {
        take(reader);
        while (is_digit(peek(reader)))
            take(reader);
    }
    *optional_r = least == 0;
    return (digits && take(reader) == '}') || lose(reader);
}

/* What follows a part: whether it may be missing, and whether it may come again. */
static bool read_quantifier(struct reader *reader, bool *optional_r, bool *repeated_r) {
    skip_ignored(reader);
    char byte = peek(reader);
    *optional_r = byte == '?' || byte == '*';
    *repeated_r = is_one_of(byte, "?*+{");
    if (!*repeated_r)
        return true;
    take(reader);
    if (byte == '{' && !read_count(reader, optional_r))
        return false;
    if (is_one_of(peek(reader), "+?"))
        take(reader);
    return true;
}

/* ">" or "'" behind the name of a group. */
static bool skip_name(struct reader *reader, char end) {
    while (is_alnum(peek(reader)) || peek(reader) == '_')
        take(reader);
    return take(reader) == end || lose(reader);
}

/* Behind '(': what kind of group opens. *counts_r: what it needs must be in the text. */
static bool read_opening(struct reader *reader, bool *counts_r) {
    *counts_r = true;
    if (peek(reader) == '*')
        return lose(reader);
    if (peek(reader) != '?')
        return true;
    take(reader);
    char kind = take(reader);
    if (kind == 'P')
        return take(reader) == '<' ? skip_name(reader, '>') : lose(reader);
    if (kind == '\'')
        return skip_name(reader, '\'');
    if (kind == '<' && !is_one_of(peek(reader), "=!"))
        return skip_name(reader, '>');
    if (kind == '<')
        kind = take(reader);
    *counts_r = kind != '!';
    return is_one_of(kind, ":=!>|") || lose(reader);
}

static bool read_group(struct reader *reader, unsigned depth, struct sets *sets_r) {
    bool counts;
    sets_r->count = 0;
    if (depth >= MOST_DEPTH)
        return lose(reader);
    if (!read_opening(reader, &counts) || !read_branches(reader, depth + 1, sets_r))
        return false;
    if (!counts)
        sets_r->count = 0;
    return take(reader) == ')' || lose(reader);
}

/* Behind a backslash. *byte_r: the byte it stands for, or NUL. */
static bool read_escape(struct reader *reader, char *byte_r) {
    if (reader->rest.length == 0)
        return lose(reader);
    char byte = take(reader);
    *byte_r = is_alnum(byte) || is_space(byte) ? '\0' : byte;
    if (is_alnum(byte) && !is_one_of(byte, "bBsSdDwWAzZGhHvVRtrnfeXK"))
        return lose(reader); /* it takes what follows with it */
    return true;
}

/* One part of a branch: a plain byte (*byte_r), or something else that needs *sets_r. */
static bool read_part(struct reader *reader, unsigned depth, char *byte_r, struct sets *sets_r) {
    char byte = take(reader);
    *byte_r = '\0';
    sets_r->count = 0;
    if (is_plain(byte)) {
        *byte_r = byte;
        return true;
    }
    switch (byte) {
    case '\\':
        return read_escape(reader, byte_r);
    case '[':
        return skip_class(reader);
    case '(':
        return read_group(reader, depth, sets_r);
    case '.':
    case '^':
    case '$':
        return true;
    default:
        return lose(reader);
    }
}

/* The front of a word, but for its last byte, which may have a quantifier: most of all bytes. */
static void take_letters(struct reader *reader) {
    size_t length = 0;
    while (length + 1 < reader->rest.length && is_alnum(reader->rest.at[length]) &&
           is_alnum(reader->rest.at[length + 1]))
        *reader->free++ = reader->rest.at[length++];
    reader->rest = slice_from(reader->rest, length);
}

/* Up to '|', ')' or the end. */
static bool read_branch(struct reader *reader, unsigned depth, struct sets *sets_r) {
    sets_r->count = 0;
    reader->run = reader->free;
    for (;;) {
        skip_ignored(reader);
        take_letters(reader);
        if (reader->rest.length == 0 || is_one_of(peek(reader), "|)"))
            break;
        char byte;
        bool optional, repeated;
        struct sets inner;
        if (is_one_of(peek(reader), "([")) /* what is inside starts runs of its own */
            end_run(reader, sets_r);
        if (!read_part(reader, depth, &byte, &inner) ||
            !read_quantifier(reader, &optional, &repeated))
            return false;
        if (byte != '\0' && !optional)
            *reader->free++ = byte;
        if (byte == '\0' || repeated)
            end_run(reader, sets_r);
        for (size_t i = 0; !optional && i < inner.count; i++)
            add_set(sets_r, &inner.items[i]);
    }
    end_run(reader, sets_r);
    return true;
}

/* Up to ')' or the end. One branch needs what it needs, several need one set together. */
static bool read_branches(struct reader *reader, unsigned depth, struct sets *sets_r) {
    struct slice words[NEEDED_WORDS];
    struct set all = {.count = 0};
    if (!read_branch(reader, depth, sets_r))
        return false;
    if (peek(reader) != '|')
        return true;
    bool sure = join(&all, words, sets_r);
    while (peek(reader) == '|') {
        take(reader);
        if (!read_branch(reader, depth, sets_r))
            return false;
        sure = sure && join(&all, words, sets_r);
    }
    sets_r->count = 0;
    if (sure) {
        struct slice *kept = arena_alloc(reader->arena, all.count * sizeof *kept);
        all.words = memcpy(kept, words, all.count * sizeof *kept);
        add_set(sets_r, &all);
    }
    return true;
}

struct needed needed_of(struct arena *arena, struct slice pattern) {
    struct needed needed = {.count = 0};
    struct sets sets;
    char *runs = arena_alloc(arena, pattern.length + 1);
    struct reader reader = {.arena = arena, .rest = pattern, .free = runs, .run = runs};
    if (!read_branches(&reader, 0, &sets) || reader.rest.length > 0 || reader.lost)
        return needed;
    for (size_t i = 0; i < sets.count; i++) {
        needed.sets[i].words = sets.items[i].words;
        needed.sets[i].count = sets.items[i].count;
        needed.count++;
    }
    assert((size_t)(reader.free - runs) <= pattern.length);
    return needed;
}
