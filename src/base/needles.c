/* Two ways to look, by how many texts there are.
 *
 * Few: two bytes of each text that are seldom in logs are compared at 64 places at once, which
 * the compiler makes vector instructions of. Many: a window as long as the shortest text moves over
 * the block; the four bytes at its end tell how far it may jump (Wu and Manber, "A fast algorithm
 * for multi-pattern searching", 1994), and only where they end the begin of some text is it
 * compared. Short texts would keep the window from jumping, so they are always looked for the
 * first way. Both look at bytes with the bit of small letters set and compare exactly afterwards.
 */
#include "base/needles.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/map.h"
#include "base/memory.h"

enum {
    FEW = 6,    /* texts looked for the first way */
    SHORT = 6,  /* bytes of a text that would make the window too short */
    GRAM = 4,   /* bytes that tell how far to jump */
    LANES = 64, /* places compared at once */
    LEAST_BITS = 14,
    MOST_BITS = 20,
};
#define NOBODY UINT32_MAX

struct needle {
    char *text; /* owned */
    uint32_t length;
    bool any_case;
    uint32_t first_at, second_at; /* of the seldomest bytes */
    unsigned char first, second;  /* them, as looked for */
    uint32_t next;                /* that ends its window alike; NOBODY: none */
};

struct needles {
    struct needle *items;
    size_t count, capacity;
    struct map numbers; /* text -> its number */
    /* Of the second way; valid for the texts below `built`: */
    size_t built, window, grams;
    unsigned bits;
    unsigned char *jumps; /* by gram: how far the window may move; 0: it ends a text's window */
    uint32_t *heads;      /* by gram: the first such text */
};

struct needles *needles_new(void) {
    struct needles *needles = memory_new(sizeof *needles);
    map_init(&needles->numbers, sizeof(uint32_t));
    return needles;
}

void needles_free(struct needles *needles) {
    if (!needles)
        return;
    for (size_t i = 0; i < needles->count; i++)
        free(needles->items[i].text);
    map_release(&needles->numbers);
    free(needles->items);
    free(needles->jumps);
    free(needles->heads);
    free(needles);
}

size_t needles_number(const struct needles *needles, struct slice text) {
    const uint32_t *number = map_get(&needles->numbers, text);
    return number ? *number : SIZE_MAX;
}

size_t needles_count(const struct needles *needles) {
    return needles->count;
}

struct slice needles_text(const struct needles *needles, size_t needle) {
    return (struct slice){needles->items[needle].text, needles->items[needle].length};
}

/* How often a byte is in a log, about: the lower the seldomer. */
static unsigned commonness(unsigned char byte) {
    if (byte >= '0' && byte <= '9')
        return 9;
    if (strchr("etaoinsrlcmpx.:-=, ", byte))
        return 8;
    if (byte >= 'a' && byte <= 'z')
        return 4;
    if (byte >= 'A' && byte <= 'F')
        return 3;
    return byte >= 'A' && byte <= 'Z' ? 2 : 5;
}

static void choose_bytes(struct needle *needle) {
    size_t first = 0, second = needle->length - 1;
    for (size_t i = 0; i < needle->length; i++)
        if (commonness((unsigned char)needle->text[i]) <
            commonness((unsigned char)needle->text[first]))
            first = i;
    if (second == first)
        second = 0;
    for (size_t i = 0; i < needle->length; i++)
        if (i != first && commonness((unsigned char)needle->text[i]) <
                              commonness((unsigned char)needle->text[second]))
            second = i;
    needle->first_at = (uint32_t)(first < second ? first : second);
    needle->second_at = (uint32_t)(first < second ? second : first);
    needle->first = (unsigned char)needle->text[needle->first_at] | 0x20;
    needle->second = (unsigned char)needle->text[needle->second_at] | 0x20;
}

size_t needles_add(struct needles *needles, struct slice text, bool any_case, bool *is_new_r) {
    bool is_new;
    uint32_t *number = map_put(&needles->numbers, text, &is_new);
    if (is_new_r)
        *is_new_r = is_new;
    if (!is_new)
        return *number;
    *number = (uint32_t)needles->count;
    needles->items =
        memory_grow(needles->items, &needles->capacity, needles->count + 1, sizeof *needles->items);
    struct needle *needle = &needles->items[needles->count++];
    *needle = (struct needle){.text = memory_copy(text.at, text.length),
                              .length = (uint32_t)text.length,
                              .any_case = any_case,
                              .next = NOBODY};
    choose_bytes(needle);
    return needles->count - 1;
}

/* ---- what was found ---- */

static bool stands_at(const struct needle *needle, const char *at) {
    if (!needle->any_case)
        return memcmp(at, needle->text, needle->length) == 0;
    for (size_t i = 0; i < needle->length; i++)
        if (lower_of(at[i]) != lower_of(needle->text[i]))
            return false;
    return true;
}

static void found(struct needle_hits *hits, size_t at, size_t needle) {
    hits->items = memory_grow(hits->items, &hits->capacity, hits->count + 1, sizeof *hits->items);
    hits->items[hits->count++] = (struct needle_hit){(uint32_t)at, (uint32_t)needle};
}

static int by_place(const void *a, const void *b) {
    const struct needle_hit *one = a, *other = b;
    if (one->at != other->at)
        return one->at < other->at ? -1 : 1;
    return one->needle < other->needle ? -1 : one->needle > other->needle;
}

/* ---- few: two bytes at many places ---- */

/* A bit for each place from `at` on where both bytes stand. */
static uint64_t places_of(const struct needle *needle, const char *at) {
    const char *first = at + needle->first_at, *second = at + needle->second_at;
    unsigned char same[LANES];
    unsigned char any = 0;
    for (size_t i = 0; i < LANES; i++) {
        unsigned char differs = (unsigned char)(((unsigned char)first[i] | 0x20) ^ needle->first) |
                                (unsigned char)(((unsigned char)second[i] | 0x20) ^ needle->second);
        same[i] = differs == 0 ? 1 : 0;
        any |= same[i];
    }
    uint64_t places = 0;
    for (size_t i = 0; any && i < LANES; i++)
        places |= (uint64_t)same[i] << i;
    return places;
}

static void find_one(const struct needles *needles, size_t number, struct slice block,
                     struct needle_hits *hits) {
    const struct needle *needle = &needles->items[number];
    size_t at = 0, end = block.length >= needle->length ? block.length - needle->length + 1 : 0;
    for (; at + LANES <= end; at += LANES)
        for (uint64_t places = places_of(needle, block.at + at); places; places &= places - 1) {
            size_t place = at + (size_t)__builtin_ctzll(places);
            if (stands_at(needle, block.at + place))
                found(hits, place, number);
        }
    for (; at < end; at++)
        if (((unsigned char)block.at[at + needle->first_at] | 0x20) == needle->first &&
            stands_at(needle, block.at + at))
            found(hits, at, number);
}

/* ---- many: a window that jumps ---- */

static size_t gram_at(const struct needles *needles, const char *at) {
    uint32_t gram;
    memcpy(&gram, at, sizeof gram);
    return (size_t)(((gram | 0x20202020u) * UINT32_C(0x9e3779b1)) >> (32 - needles->bits));
}

static void put_needle(struct needles *needles, size_t number) {
    struct needle *needle = &needles->items[number];
    for (size_t end = GRAM; end <= needles->window; end++) {
        size_t gram = gram_at(needles, needle->text + end - GRAM), jump = needles->window - end;
        if (needles->jumps[gram] > jump)
            needles->jumps[gram] = (unsigned char)jump;
        if (jump == 0) {
            needle->next = needles->heads[gram];
            needles->heads[gram] = (uint32_t)number;
        }
    }
}

static bool is_for_window(const struct needles *needles, size_t number) {
    return needles->items[number].length >= SHORT;
}

static void build_anew(struct needles *needles, size_t window) {
    needles->window = window;
    needles->bits = LEAST_BITS;
    needles->grams = needles->count * (window - GRAM + 1);
    while (needles->bits < MOST_BITS && (size_t)1 << needles->bits < 16 * needles->grams)
        needles->bits++;
    size_t room = (size_t)1 << needles->bits;
    needles->jumps = memory_resize(needles->jumps, room, sizeof *needles->jumps);
    needles->heads = memory_resize(needles->heads, room, sizeof *needles->heads);
    memset(needles->jumps, (int)(window - GRAM + 1), room);
    memset(needles->heads, 0xff, room * sizeof *needles->heads);
    needles->built = 0;
}

/* Puts in what was added since, or all, when the table has become too small for it. */
static void build(struct needles *needles) {
    enum { WINDOW_MOST = 32 };
    size_t window = WINDOW_MOST;
    for (size_t i = needles->built; i < needles->count; i++)
        if (is_for_window(needles, i) && needles->items[i].length < window)
            window = needles->items[i].length;
    if (needles->jumps && needles->window < window)
        window = needles->window;
    bool is_small =
        needles->count * (window - GRAM + 1) > 4 * needles->grams + 64 && needles->bits < MOST_BITS;
    if (!needles->jumps || window < needles->window || is_small)
        build_anew(needles, window);
    for (; needles->built < needles->count; needles->built++)
        if (is_for_window(needles, needles->built))
            put_needle(needles, needles->built);
}

static void find_many(const struct needles *needles, struct slice block, struct needle_hits *hits) {
    size_t end = needles->window;
    while (end <= block.length) {
        size_t gram = gram_at(needles, block.at + end - GRAM), jump = needles->jumps[gram];
        if (jump) {
            end += jump;
            continue;
        }
        size_t at = end - needles->window;
        for (uint32_t i = needles->heads[gram]; i != NOBODY; i = needles->items[i].next)
            if (needles->items[i].length <= block.length - at &&
                stands_at(&needles->items[i], block.at + at))
                found(hits, at, i);
        end++;
    }
}

void needles_find(struct needles *needles, struct slice block, size_t first,
                  struct needle_hits *hits) {
    size_t begin = hits->count;
    bool are_few = needles->count - first <= FEW;
    for (size_t i = first; i < needles->count; i++)
        if (are_few || !is_for_window(needles, i))
            find_one(needles, i, block, hits);
    if (!are_few) {
        build(needles);
        size_t kept = hits->count;
        find_many(needles, block, hits);
        for (size_t i = kept; i < hits->count; i++)
            if (hits->items[i].needle >= first)
                hits->items[kept++] = hits->items[i];
        hits->count = kept;
    }
    if (hits->count - begin > 1)
        qsort(hits->items + begin, hits->count - begin, sizeof *hits->items, by_place);
}
