/* A reply is looked at for more than a thousand phrases, so it is read once for all of them
 * (Aho and Corasick, 1975).
 *
 * The phrases are sorted; a state of the automaton is the range of phrases that share the same
 * beginning. Going through the states breadth first gives the children of a state neighbouring
 * numbers, so a state needs no table of its own: its children are children[state] ..
 * children[state + 1] - 1, and labels[] says by which byte each is entered. That is some 18 bytes
 * a state instead of a row of 256. Only the start has such a row, because most bytes are met there.
 */
#include "rules/phrases.h"

#include "base/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { START = 0, MOST_LENGTH = 65535 };

struct phrase {
    char *text; /* folded, owned */
    size_t length;
    unsigned id;
    bool begins, ends; /* counts only where its first word begins and its last word ends */
};

struct state {
    uint32_t fail;    /* the longest end of this beginning that is a beginning too */
    uint32_t also;    /* the next state on the way of fail that ends a phrase; START: none */
    uint32_t phrase;  /* the first of the phrases that end here */
    uint32_t phrases; /* how many do */
    uint16_t depth;
    bool starts_word, ends_word; /* the first and last byte are of a word */
};

struct phrases {
    struct phrase *items;
    size_t count, capacity;
    size_t state_count;
    struct state *states;
    uint32_t *children; /* state_count + 1 */
    uint8_t *labels;    /* state_count */
    uint32_t from_start[256];
};

static bool is_blank(unsigned char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_word(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte >= 0x80;
}

/* The small letter of two bytes of UTF-8, in place: Latin-1 and Russian, where it is as long as the
 * capital. Other pairs stay. */
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

struct slice phrases_fold(struct slice text, char *buffer) {
    size_t length = 0;
    bool blank = true; /* none at the front */
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (!is_blank(byte))
            buffer[length++] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
        else if (!blank)
            buffer[length++] = ' ';
        if (byte >= 0x80 && length > 1)
            fold_pair(buffer + length - 2);
        blank = is_blank(byte);
    }
    if (length > 0 && blank)
        length--;
    return (struct slice){buffer, length};
}

struct phrases *phrases_new(void) {
    return memory_new(sizeof(struct phrases));
}

void phrases_free(struct phrases *phrases) {
    if (!phrases)
        return;
    for (size_t i = 0; i < phrases->count; i++)
        free(phrases->items[i].text);
    free(phrases->items);
    free(phrases->states);
    free(phrases->children);
    free(phrases->labels);
    free(phrases);
}

static void add(struct phrases *phrases, struct slice text, unsigned id, bool begins, bool ends) {
    assert(!phrases->states);
    char *folded = memory_copy(text.at, text.length);
    size_t length = phrases_fold(text, folded).length;
    assert(length > 0 && length <= MOST_LENGTH);
    phrases->items =
        memory_grow(phrases->items, &phrases->capacity, phrases->count + 1, sizeof *phrases->items);
    phrases->items[phrases->count++] = (struct phrase){folded, length, id, begins, ends};
}

/* Chinese and Japanese put no blanks between words (U+3000 to U+9FFF in UTF-8). */
static bool is_unspaced(char lead) {
    return (unsigned char)lead >= 0xe3 && (unsigned char)lead <= 0xe9;
}

/* The first byte of the last letter. */
static char last_lead(struct slice text) {
    size_t at = text.length - 1;
    while (at > 0 && ((unsigned char)text.at[at] & 0xc0) == 0x80)
        at--;
    return text.at[at];
}

void phrases_add(struct phrases *phrases, struct slice phrase, unsigned id) {
    bool open = phrase.length > 1 && phrase.at[phrase.length - 1] == '*';
    struct slice text = slice_head(phrase, phrase.length - open);
    add(phrases, text, id, !is_unspaced(text.at[0]), !open && !is_unspaced(last_lead(text)));
}

void phrases_add_part(struct phrases *phrases, struct slice text, unsigned id) {
    add(phrases, text, id, false, false);
}

static int compare(const void *one, const void *other) {
    const struct phrase *a = one, *b = other;
    int order =
        slice_compare((struct slice){a->text, a->length}, (struct slice){b->text, b->length});
    if (order != 0)
        return order;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* The child of a state by a byte, or START. */
static uint32_t child_of(const struct phrases *phrases, uint32_t state, uint8_t byte) {
    if (state == START)
        return phrases->from_start[byte];
    uint32_t end = phrases->children[state + 1];
    for (uint32_t child = phrases->children[state]; child < end; child++)
        if (phrases->labels[child] == byte)
            return child;
    return START;
}

/* Where a text goes on that stands in `state` and reads `byte`. */
static uint32_t step(const struct phrases *phrases, uint32_t state, uint8_t byte) {
    for (;;) {
        uint32_t child = child_of(phrases, state, byte);
        if (child != START || state == START)
            return child;
        state = phrases->states[state].fail;
    }
}

/* The phrases first .. end - 1 that make up a state, while it is built. */
struct range {
    uint32_t first, end;
};

/* Makes the children of a state: one for each byte its phrases go on with. */
static void add_children(struct phrases *phrases, struct range *ranges, uint32_t state) {
    struct state *parent = &phrases->states[state];
    uint32_t i = ranges[state].first, end = ranges[state].end;
    parent->phrase = i;
    while (i < end && phrases->items[i].length == parent->depth)
        i++;
    parent->phrases = i - parent->phrase;
    phrases->children[state] = (uint32_t)phrases->state_count;
    while (i < end) {
        uint32_t child = (uint32_t)phrases->state_count++;
        uint8_t byte = (uint8_t)phrases->items[i].text[parent->depth];
        ranges[child].first = i;
        while (i < end && (uint8_t)phrases->items[i].text[parent->depth] == byte)
            i++;
        ranges[child].end = i;
        phrases->labels[child] = byte;
        phrases->states[child] = (struct state){
            .depth = (uint16_t)(parent->depth + 1),
            .starts_word = is_word((unsigned char)phrases->items[ranges[child].first].text[0]),
            .ends_word = is_word(byte)};
        if (state == START)
            phrases->from_start[byte] = child;
        else
            phrases->states[child].fail = step(phrases, parent->fail, byte);
    }
}

static void set_also(struct phrases *phrases, uint32_t state) {
    uint32_t fail = phrases->states[state].fail;
    phrases->states[state].also = phrases->states[fail].phrases ? fail : phrases->states[fail].also;
}

void phrases_build(struct phrases *phrases) {
    assert(!phrases->states);
    size_t most = 1;
    for (size_t i = 0; i < phrases->count; i++)
        most += phrases->items[i].length;
    assert(most < UINT32_MAX);
    if (phrases->count > 0)
        qsort(phrases->items, phrases->count, sizeof *phrases->items, compare);
    phrases->states = memory_new(most * sizeof *phrases->states);
    phrases->children = memory_new((most + 1) * sizeof *phrases->children);
    phrases->labels = memory_new(most);
    struct range *ranges = memory_new(most * sizeof *ranges);
    ranges[START].end = (uint32_t)phrases->count;
    phrases->state_count = 1;
    for (uint32_t state = START; state < phrases->state_count; state++) {
        add_children(phrases, ranges, state);
        phrases->children[state + 1] = (uint32_t)phrases->state_count;
        set_also(phrases, state);
    }
    free(ranges);
    size_t count = phrases->state_count;
    phrases->states = memory_resize(phrases->states, count, sizeof *phrases->states);
    phrases->children = memory_resize(phrases->children, count + 1, sizeof *phrases->children);
    phrases->labels = memory_resize(phrases->labels, count, 1);
}

/* Tells the phrases that end in this state at `end` of the text. */
static void tell(const struct phrases *phrases, const struct state *state, struct slice folded,
                 size_t end, void (*found)(void *context, unsigned id), void *context) {
    const unsigned char *text = (const unsigned char *)folded.at;
    size_t begin = end - state->depth;
    bool begins = !(state->starts_word && begin > 0 && is_word(text[begin - 1]));
    bool ends = !(state->ends_word && end < folded.length && is_word(text[end]));
    for (uint32_t i = 0; i < state->phrases; i++) {
        const struct phrase *phrase = &phrases->items[state->phrase + i];
        if ((begins || !phrase->begins) && (ends || !phrase->ends))
            found(context, phrase->id);
    }
}

void phrases_search(const struct phrases *phrases, struct slice folded,
                    void (*found)(void *context, unsigned id), void *context) {
    assert(phrases->states);
    uint32_t state = START;
    for (size_t i = 0; i < folded.length; i++) {
        state = step(phrases, state, (uint8_t)folded.at[i]);
        uint32_t ends = phrases->states[state].phrases ? state : phrases->states[state].also;
        for (; ends != START; ends = phrases->states[ends].also)
            tell(phrases, &phrases->states[ends], folded, i + 1, found, context);
    }
}
