/* A reply is looked at for thousands of phrases, so it is read once for all of them, and the book
 * of phrases must be made anew in each run, so making it must cost little.
 *
 * Of each phrase the four neighbouring bytes are taken that are the seldomest among all phrases:
 * its anchor. At every place of a text the four bytes there are looked up; nearly always a bit says
 * that they are no anchor, and only else the phrases of that anchor are compared where they would
 * stand. (The automaton of Aho and Corasick, which stood here before, was slower to search and
 * ten times as slow to make: it has a state for each byte of each phrase.) Phrases of less than
 * four bytes have anchors as long as they are, and are only asked for where two bytes stand that
 * begin one. Which places those are cannot be foretold, so they are collected first, without
 * branches, and what is known of them is fetched side by side: that took 0.5 of 2.5 microseconds
 * off a reply.
 */
#include "rules/phrases.h"

#include "base/fold.h"
#include "base/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ANCHOR_MOST = 4, MOST_LENGTH = 65535, BITS_A_SLOT = 4, LEAST_BITS = 10, STRETCH = 64 };
enum { PAIR = 0xffff }; /* two bytes */
enum { BEGINS = 1, ENDS = 2 };

/* What is told when a text is found: ids of one word of the bit set. */
struct use {
    uint64_t bits;
    uint32_t word;
    uint32_t needs; /* BEGINS, ENDS: counts only where its first word begins, its last word ends */
};

struct text {
    uint32_t at; /* in bytes, folded */
    uint32_t first_use, use_count;
    uint32_t next; /* of the same anchor: place + 1; 0: none */
    uint16_t length, anchor;
};

/* The texts of one anchor. */
struct slot {
    uint32_t anchor;
    uint32_t first; /* place + 1; 0: none, and the slot is free */
};

struct phrases {
    char *bytes;
    size_t length, room;
    struct text *texts;
    size_t count, capacity;
    struct use *uses; /* those of a text side by side; before the book is built, use i of text i */
    size_t use_capacity;
    unsigned shift;      /* takes a hash to a place in marks; 0: not built */
    uint64_t *marks;     /* bits by hash: some phrase may have this anchor */
    struct slot *slots;  /* by hash / BITS_A_SLOT, the next free ones where those are taken */
    uint32_t slot_count; /* a power of two */
    uint32_t masks[ANCHOR_MOST]; /* the bytes that shorter anchors have, by length */
    size_t mask_count;
    uint64_t *pairs; /* bits by the first two bytes: some shorter anchor may begin so */
};

/* Letters, digits, '_' and all above ASCII. */
static bool is_word(char byte) {
    static const uint64_t words[] = {UINT64_C(0x03ff000000000000), UINT64_C(0x07fffffe87fffffe),
                                     UINT64_MAX, UINT64_MAX};
    return words[(unsigned char)byte / 64] >> (unsigned char)byte % 64 & 1;
}

struct slice phrases_fold(struct slice text, char *buffer) {
    struct slice folded = {buffer, fold_blanks(text, buffer, 0)};
    if (folded.length > 0 && buffer[folded.length - 1] == ' ')
        folded.length--;
    fold_case(folded, buffer);
    return folded;
}

struct phrases *phrases_new(void) {
    return memory_new(sizeof(struct phrases));
}

void phrases_free(struct phrases *phrases) {
    if (!phrases)
        return;
    free(phrases->bytes);
    free(phrases->texts);
    free(phrases->uses);
    free(phrases->marks);
    free(phrases->slots);
    free(phrases->pairs);
    free(phrases);
}

static void add(struct phrases *phrases, struct slice text, unsigned id, bool begins, bool ends) {
    assert(phrases->shift == 0);
    phrases->bytes = memory_grow(phrases->bytes, &phrases->room, phrases->length + text.length, 1);
    struct slice folded = phrases_fold(text, phrases->bytes + phrases->length);
    assert(folded.length > 0 && folded.length <= MOST_LENGTH && phrases->length < UINT32_MAX / 2);
    phrases->texts =
        memory_grow(phrases->texts, &phrases->capacity, phrases->count + 1, sizeof *phrases->texts);
    phrases->uses = memory_grow(phrases->uses, &phrases->use_capacity, phrases->count + 1,
                                sizeof *phrases->uses);
    phrases->texts[phrases->count] = (struct text){
        .at = (uint32_t)phrases->length,
        .length = (uint16_t)folded.length,
    };
    phrases->uses[phrases->count++] =
        (struct use){UINT64_C(1) << id % 64, id / 64, (begins ? BEGINS : 0) | (ends ? ENDS : 0)};
    phrases->length += folded.length;
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

/* Reads a phrase as it is written: takes the "*" off its end, and tells where it stands only as a
 * word. */
static void read_phrase(struct slice *phrase, bool *begins_r, bool *ends_r) {
    bool open = phrase->length > 1 && phrase->at[phrase->length - 1] == '*';
    *phrase = slice_head(*phrase, phrase->length - open);
    *begins_r = !is_unspaced(phrase->at[0]);
    *ends_r = !open && !is_unspaced(last_lead(*phrase));
}

void phrases_add(struct phrases *phrases, struct slice phrase, unsigned id) {
    bool begins, ends;
    read_phrase(&phrase, &begins, &ends);
    add(phrases, phrase, id, begins, ends);
}

void phrases_add_part(struct phrases *phrases, struct slice text, unsigned id) {
    add(phrases, text, id, false, false);
}

/* ---- anchors */

/* The first bytes of `at` as a number, missing ones 0. */
static uint32_t bytes_at(const char *at, size_t left) {
    const unsigned char *byte = (const unsigned char *)at;
    if (left >= ANCHOR_MOST)
        return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
    uint32_t bytes = 0;
    for (size_t i = 0; i < left; i++)
        bytes |= (uint32_t)byte[i] << 8 * i;
    return bytes;
}

static uint32_t pair_at(const char *at) {
    const unsigned char *byte = (const unsigned char *)at;
    return byte[0] | (uint32_t)byte[1] << 8;
}

static uint32_t hash_of(const struct phrases *phrases, uint32_t bytes) {
    return bytes * UINT32_C(0x9e3779b1) >> phrases->shift;
}

static size_t anchor_length(const struct text *text) {
    return text->length < ANCHOR_MOST ? text->length : ANCHOR_MOST;
}

/* The bytes of a text that an anchor from there on has. */
static uint32_t anchor_at(const struct phrases *phrases, const struct text *text, size_t from) {
    return bytes_at(phrases->bytes + text->at + from, anchor_length(text));
}

/* How often the bytes of each hash stand in phrases. */
static uint32_t *count_anchors(const struct phrases *phrases) {
    uint32_t *counts = memory_new(((size_t)1 << (32 - phrases->shift)) * sizeof *counts);
    for (size_t i = 0; i < phrases->count; i++) {
        const struct text *text = &phrases->texts[i];
        for (size_t from = 0; from + anchor_length(text) <= text->length; from++)
            counts[hash_of(phrases, anchor_at(phrases, text, from))]++;
    }
    return counts;
}

static void choose_anchor(const struct phrases *phrases, const uint32_t *counts,
                          struct text *text) {
    uint32_t least = UINT32_MAX;
    for (size_t from = 0; from + anchor_length(text) <= text->length; from++) {
        uint32_t count = counts[hash_of(phrases, anchor_at(phrases, text, from))];
        if (count >= least)
            continue;
        least = count;
        text->anchor = (uint16_t)from;
    }
}

/* The slot of an anchor, or the one it will have. */
static inline struct slot *slot_of(const struct phrases *phrases, uint32_t anchor, uint32_t hash) {
    uint32_t place = hash / BITS_A_SLOT;
    while (phrases->slots[place].first != 0 && phrases->slots[place].anchor != anchor)
        place = (place + 1) & (phrases->slot_count - 1);
    return &phrases->slots[place];
}

/* The place of the same text under this anchor, or SIZE_MAX. */
static size_t same_text(const struct phrases *phrases, const struct slot *slot,
                        const struct text *text) {
    for (uint32_t place = slot->first; place != 0; place = phrases->texts[place - 1].next) {
        const struct text *other = &phrases->texts[place - 1];
        if (other->length == text->length &&
            memcmp(phrases->bytes + other->at, phrases->bytes + text->at, text->length) == 0)
            return place - 1;
    }
    return SIZE_MAX;
}

/* Puts text i under its anchor, when the same is not there yet. Gives the place of the one there.
 */
static size_t put_text(struct phrases *phrases, size_t i) {
    struct text *text = &phrases->texts[i];
    uint32_t anchor = anchor_at(phrases, text, text->anchor), hash = hash_of(phrases, anchor);
    struct slot *slot = slot_of(phrases, anchor, hash);
    size_t same = same_text(phrases, slot, text);
    if (same != SIZE_MAX)
        return same;
    text->next = slot->first;
    *slot = (struct slot){anchor, (uint32_t)i + 1};
    phrases->marks[hash / 64] |= UINT64_C(1) << hash % 64;
    return i;
}

/* Puts a use behind those of its text, or into one of them that has the same word. */
static void put_use(struct use *uses, struct text *text, const struct use *use) {
    for (struct use *same = uses + text->first_use; same < uses + text->first_use + text->use_count;
         same++)
        if (same->word == use->word && same->needs == use->needs) {
            same->bits |= use->bits;
            return;
        }
    uses[text->first_use + text->use_count++] = *use;
}

/* Puts the uses of each text side by side: `texts` tells for each use of which text it is. */
static void sort_uses(struct phrases *phrases, const uint32_t *texts) {
    struct use *sorted = memory_new(phrases->count * sizeof *sorted);
    for (size_t i = 0; i < phrases->count; i++)
        phrases->texts[texts[i]].use_count++;
    for (uint32_t i = 0, first = 0; i < phrases->count; i++) {
        phrases->texts[i].first_use = first;
        first += phrases->texts[i].use_count;
        phrases->texts[i].use_count = 0;
    }
    for (size_t i = 0; i < phrases->count; i++)
        put_use(sorted, &phrases->texts[texts[i]], &phrases->uses[i]);
    free(phrases->uses);
    phrases->uses = sorted;
}

static uint32_t mask_of(size_t length) {
    return UINT32_MAX >> 8 * (ANCHOR_MOST - length);
}

/* What is known of anchors of less than four bytes. */
static void set_short(struct phrases *phrases) {
    bool seen[ANCHOR_MOST] = {false};
    phrases->pairs = memory_new((PAIR + 1) / 8);
    for (size_t i = 0; i < phrases->count; i++) {
        const struct text *text = &phrases->texts[i];
        if (text->length >= ANCHOR_MOST)
            continue;
        seen[text->length] = true;
        uint32_t known = mask_of(text->length) & PAIR, first = anchor_at(phrases, text, 0) & PAIR;
        for (uint32_t pair = first; pair <= PAIR; pair += known + 1) /* any byte behind one */
            phrases->pairs[pair / 64] |= UINT64_C(1) << pair % 64;
    }
    for (size_t length = ANCHOR_MOST - 1; length > 0; length--)
        if (seen[length])
            phrases->masks[phrases->mask_count++] = mask_of(length);
}

void phrases_build(struct phrases *phrases) {
    assert(phrases->shift == 0 && phrases->count < UINT32_MAX / 32);
    unsigned bits = LEAST_BITS;
    while ((size_t)1 << bits < 2 * BITS_A_SLOT * phrases->count) /* half of the slots stay free */
        bits++;
    phrases->shift = 32 - bits;
    phrases->slot_count = (UINT32_C(1) << bits) / BITS_A_SLOT;
    phrases->marks = memory_new(((size_t)1 << bits) / 8);
    phrases->slots = memory_new(phrases->slot_count * sizeof *phrases->slots);
    set_short(phrases);
    uint32_t *counts = count_anchors(phrases);
    uint32_t *texts = memory_new(phrases->count * sizeof *texts);
    for (size_t i = 0; i < phrases->count; i++) {
        choose_anchor(phrases, counts, &phrases->texts[i]);
        texts[i] = (uint32_t)put_text(phrases, i);
    }
    sort_uses(phrases, texts);
    free(texts);
    free(counts);
}

/* ---- searching */

/* Whether no word goes on in front of the byte at `begin`, or behind the one before `end`. */
static bool is_word_begin(struct slice text, size_t begin) {
    return begin == 0 || !(is_word(text.at[begin]) & is_word(text.at[begin - 1]));
}

static bool is_word_end(struct slice text, size_t end) {
    return end == text.length || !(is_word(text.at[end - 1]) & is_word(text.at[end]));
}

/* Sets the bits of a text that stands at `begin`: of those that do not count here nothing, without
 * a branch that would be guessed wrong. */
static void tell(const struct phrases *phrases, const struct text *text, struct slice folded,
                 size_t begin, uint64_t *found) {
    uint32_t lacks = (is_word_begin(folded, begin) ? 0 : BEGINS) |
                     (is_word_end(folded, begin + text->length) ? 0 : ENDS);
    const struct use *use = &phrases->uses[text->first_use], *behind = use + text->use_count;
    for (; use < behind; use++)
        found[use->word] |= use->needs & lacks ? 0 : use->bits;
}

/* A place of the text where an anchor stands. */
struct hit {
    uint32_t at;   /* from the begin of the stretch */
    uint32_t text; /* place of the first text of the anchor + 1 */
};

/* A stretch of the text. */
struct stretch {
    struct slice text; /* to the end of all, as anchors may go on behind the stretch */
    struct hit hits[STRETCH * ANCHOR_MOST];
    size_t count;
};

/* The places of a stretch that have so many bytes. */
static size_t places_of(const struct stretch *stretch, size_t bytes) {
    size_t places = stretch->text.length < bytes ? 0 : stretch->text.length - bytes + 1;
    return places < STRETCH ? places : STRETCH;
}

static uint32_t bytes_of(const struct stretch *stretch, size_t at) {
    return bytes_at(stretch->text.at + at, stretch->text.length - at);
}

/* Keeps a place when an anchor stands there, and has its texts fetched. */
static inline void look_up(const struct phrases *phrases, struct stretch *stretch, uint32_t anchor,
                           uint32_t hash, uint32_t at) {
    uint32_t text = slot_of(phrases, anchor, hash)->first;
    stretch->hits[stretch->count] = (struct hit){at, text};
    stretch->count += text != 0;
    memory_expect(&phrases->texts[text ? text - 1 : 0]);
}

/* Finds anchors of four bytes. */
static void find_long(const struct phrases *phrases, struct stretch *stretch) {
    uint16_t places[STRETCH + 1];
    size_t count = 0, end = places_of(stretch, ANCHOR_MOST);
    for (size_t at = 0; at < end; at++) {
        uint32_t hash = hash_of(phrases, bytes_at(stretch->text.at + at, ANCHOR_MOST));
        places[count] = (uint16_t)at;
        count += phrases->marks[hash / 64] >> hash % 64 & 1;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t anchor = bytes_at(stretch->text.at + places[i], ANCHOR_MOST);
        look_up(phrases, stretch, anchor, hash_of(phrases, anchor), places[i]);
    }
}

static bool begins_short(const struct phrases *phrases, uint32_t bytes) {
    return phrases->pairs[(bytes & PAIR) / 64] >> bytes % 64 & 1;
}

/* Finds shorter ones: few pairs of bytes begin one. */
static void find_short(const struct phrases *phrases, struct stretch *stretch) {
    uint16_t places[STRETCH + 1];
    size_t count = 0, end = places_of(stretch, 1), paired = places_of(stretch, 2);
    for (size_t at = 0; at < paired; at++) {
        places[count] = (uint16_t)at;
        count += begins_short(phrases, pair_at(stretch->text.at + at));
    }
    if (paired < end) {
        places[count] = (uint16_t)paired;
        count += begins_short(phrases, bytes_of(stretch, paired));
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < phrases->mask_count; j++) {
            uint32_t anchor = bytes_of(stretch, places[i]) & phrases->masks[j];
            uint32_t hash = hash_of(phrases, anchor);
            if (phrases->marks[hash / 64] >> hash % 64 & 1)
                look_up(phrases, stretch, anchor, hash, places[i]);
        }
}

/* Compares the texts of an anchor that stands at `at`. */
static void compare(const struct phrases *phrases, const struct hit *hit, struct slice folded,
                    size_t at, uint64_t *found) {
    for (uint32_t place = hit->text; place != 0;) {
        const struct text *text = &phrases->texts[place - 1];
        if (at >= text->anchor && text->length <= folded.length - (at - text->anchor) &&
            memcmp(folded.at + (at - text->anchor), phrases->bytes + text->at, text->length) == 0)
            tell(phrases, text, folded, at - text->anchor, found);
        place = text->next;
    }
}

void phrases_search(const struct phrases *phrases, struct slice folded, uint64_t *found) {
    struct stretch stretch;
    assert(phrases->shift != 0);
    for (size_t from = 0; from < folded.length; from += STRETCH) {
        stretch.text = slice_from(folded, from);
        stretch.count = 0;
        find_long(phrases, &stretch);
        find_short(phrases, &stretch);
        for (size_t i = 0; i < stretch.count; i++)
            compare(phrases, &stretch.hits[i], folded, from + stretch.hits[i].at, found);
    }
}

bool phrase_stands(struct slice phrase, struct slice folded) {
    char buffer[256];
    bool begins, ends;
    read_phrase(&phrase, &begins, &ends);
    assert(phrase.length <= sizeof buffer);
    struct slice wanted = phrases_fold(phrase, buffer);
    for (size_t from = 0; from < folded.length;) {
        size_t begin = slice_find_text(slice_from(folded, from), wanted);
        if (begin == SIZE_MAX)
            return false;
        begin += from;
        if ((!begins || is_word_begin(folded, begin)) &&
            (!ends || is_word_end(folded, begin + wanted.length)))
            return true;
        from = begin + 1;
    }
    return false;
}
