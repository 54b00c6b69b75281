/* Whoever finds a hundred replies unclassified should have a rule for them in a minute. A template
 * that nothing was masked in is a phrase. Else it becomes a pattern: words as they are, blanks as
 * \s+, and a gap where something was masked. Addresses are cut out of the text that rules see, so
 * their gap may be empty and takes the blanks beside it along.
 *
 * The item is YAML that libyaml reads back as the same text, whatever stood in the log: in single
 * quotes, and bytes that YAML cannot hold are gaps too.
 */
#include "finding/suggestion.h"

#include <assert.h>
#include <string.h>

enum {
    PHRASE_LONGEST = 200, /* docs/patterns.md */
    LOOKED_AT = 300,      /* of a template: the begin tells the cause */
    GROWTH = 16,          /* a byte of a template is at most so many of a pattern */
};

/* ---- templates */

static const struct {
    struct slice shown;
    struct slice gap; /* empty: any text, with the blanks beside it */
} masked[] = {
    {SLICE_INIT("<address>"), {0}},
    {SLICE_INIT("<time>"), {0}},
    {SLICE_INIT("<host>"), SLICE_INIT(" \\S+")},
    {SLICE_INIT("<ip>"), SLICE_INIT(" \\S+")},
    {SLICE_INIT("<url>"), SLICE_INIT(" \\S+")},
    {SLICE_INIT("<id>"), SLICE_INIT(" \\S+")},
    {SLICE_INIT("<path>"), SLICE_INIT(" \\S+")},
    {SLICE_INIT("<n>"), SLICE_INIT(" \\d \\S*")},
};

enum { MASKED = sizeof masked / sizeof *masked };

/* The mask at the front of s, or MASKED. */
static size_t mask_at(struct slice s) {
    size_t i = 0;
    while (i < MASKED && !slice_starts(s, masked[i].shown))
        i++;
    return i;
}

static bool is_word(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

static bool has_words(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        size_t mask = text.at[i] == '<' ? mask_at(slice_from(text, i)) : MASKED;
        if (mask < MASKED)
            i += masked[mask].shown.length - 1;
        else if (is_word(text.at[i]))
            return true;
    }
    return false;
}

/* Of the template so much as is looked at, cut at a blank. */
static struct slice beginning(struct slice template) {
    if (template.length <= LOOKED_AT)
        return template;
    struct slice head = slice_head(template, LOOKED_AT);
    size_t blank = slice_rfind(head, ' ');
    return slice_head(head, blank == SIZE_MAX ? LOOKED_AT : blank);
}

/* A phrase may hold anything of ASCII; one that ends in a star would mean something else. */
static bool is_phrase(struct slice text) {
    if (text.length > PHRASE_LONGEST || slice_ends(text, SLICE("*")))
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < ' ' || text.at[i] > '~' ||
            (text.at[i] == '<' && mask_at(slice_from(text, i)) < MASKED))
            return false;
    return true;
}

/* ---- patterns */

/* A pattern on its way. What stands for blanks and masks is written when a byte follows: a gap at
 * either end would say nothing. */
struct draft {
    char *to;
    size_t length;
    struct slice gap; /* behind `to` + `length` */
    bool wide;        /* the gap is any text */
};

static void put(struct draft *draft, struct slice text) {
    memcpy(draft->to + draft->length, text.at, text.length);
    draft->length += text.length;
}

static void add_gap(struct draft *draft, struct slice text) {
    char *to = draft->to + draft->length + draft->gap.length;
    if (text.length > 0)
        memcpy(to, text.at, text.length);
    draft->gap = (struct slice){draft->to + draft->length, draft->gap.length + text.length};
}

static void put_gap(struct draft *draft) {
    if (draft->length > 0 && draft->wide)
        put(draft, SLICE(" .{0,99}?"));
    else if (draft->length > 0)
        draft->length += draft->gap.length;
    if (draft->length > 0 && (draft->wide || draft->gap.length > 0))
        put(draft, SLICE(" "));
    draft->gap.length = 0;
    draft->wide = false;
}

/* A word begins here; what was in front of it goes. */
static void put_border(struct draft *draft) {
    put_gap(draft);
    put(draft, SLICE("\\b "));
}

static void put_byte(struct draft *draft, char byte) {
    put_gap(draft);
    if (strchr("\\^$.[]|()?*+{}#", byte))
        draft->to[draft->length++] = '\\';
    draft->to[draft->length++] = byte;
}

static struct slice pattern_of(struct slice text, struct arena *arena) {
    struct draft draft = {.to = arena_alloc(arena, GROWTH * text.length + GROWTH)};
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.at[i];
        size_t mask = byte == '<' ? mask_at(slice_from(text, i)) : MASKED;
        if (mask < MASKED) {
            draft.wide |= masked[mask].gap.length == 0;
            add_gap(&draft, masked[mask].gap);
            i += masked[mask].shown.length - 1;
        } else if (byte == ' ') {
            add_gap(&draft, SLICE(" \\s+"));
        } else if (byte < ' ' || byte > '~') {
            draft.wide = true;
        } else {
            if (draft.length == 0 && is_word(byte) && (i == 0 || text.at[i - 1] == ' '))
                put_border(&draft);
            put_byte(&draft, byte);
        }
    }
    return (struct slice){draft.to, draft.length};
}

/* ---- YAML */

/* 'it''s', which YAML reads as it's. */
static struct slice quoted(struct slice text, struct arena *arena) {
    char *to = arena_alloc(arena, 2 * text.length + 2);
    size_t length = 0;
    to[length++] = '\'';
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '\'')
            to[length++] = '\'';
        to[length++] = text.at[i];
    }
    to[length++] = '\'';
    return (struct slice){to, length};
}

/* ---- */

/* A code may only hint, and does so where the reply says nothing: an address alone is nothing. */
static bool is_silent(const struct finding *finding) {
    struct slice text = finding->reply.text;
    if (slice_is(slice_trim(finding->template), "<address>") && slice_find(text, '@') != SIZE_MAX)
        return true;
    for (size_t i = 0; i < text.length; i++)
        if (is_word(text.at[i]) || (unsigned char)text.at[i] >= 0x80)
            return false;
    return true;
}

static bool suggest_code(const struct finding *finding, struct arena *arena,
                         struct suggestion *suggestion) {
    char enhanced[16];
    const struct reply *reply = &finding->reply;
    size_t length = enhanced_print(reply->enhanced, enhanced);
    if (!is_silent(finding))
        return false;
    suggestion->under = "codes: hinting";
    if (length > 0)
        suggestion->item = arena_print(arena, "%.*s", (int)length, enhanced);
    else if (reply->code)
        suggestion->item = arena_print(arena, "%u", reply->code);
    if (suggestion->item.length == 0)
        suggestion->under = NULL;
    return suggestion->under != NULL;
}

bool suggestion_of(const struct finding *finding, struct arena *arena,
                   struct suggestion *suggestion_r) {
    struct slice text = slice_trim(beginning(finding->template));
    *suggestion_r = (struct suggestion){0};
    if (!has_words(text))
        return suggest_code(finding, arena, suggestion_r);
    bool phrase = is_phrase(text);
    const char *key = phrase ? "says" : "matches";
    text = quoted(phrase ? text : pattern_of(text, arena), arena);
    /* what nobody said counts for most reasons only where a rule asks for it */
    if (finding->record.side == SIDE_SYNTHETIC && finding->reply.code == 0) {
        suggestion_r->under = "strong: when";
        suggestion_r->item =
            arena_print(arena, "{%s: %.*s, side: [synthetic]}", key, SLICE_ARGS(text));
    } else {
        suggestion_r->under = phrase ? "strong: says" : "strong: matches";
        suggestion_r->item = text;
    }
    return true;
}
