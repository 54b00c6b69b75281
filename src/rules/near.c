/* What people mistype in a code: they hold a key too long (5550), press a neighbour (536), swap two
 * digits (553 for 535), lose a digit (53) or a dot (5.71, 57.8), take the letter O for zero. So
 * each known code is weighed by the edits that lead to it, the usual mistakes at half the price:
 *
 *     a digit pressed twice, a dot forgotten, all dots forgotten    1
 *     any other digit too many, missing or wrong, two swapped       2
 *
 * What is a whole slip farther than the nearest one is not offered, nor anything beside a code that
 * needs no edit. Among equals come first codes of the kind that was typed, then those of a
 * standard, then those whose number is close; the rest is the order of numbers, so that the answer
 * is always the same.
 */
#include "rules/near.h"

#include "base/ascii.h"
#include <stdio.h>
#include <stdlib.h>

enum { LONGEST = sizeof((struct near_code){0}.text) - 1, HALF = 1, EDIT = 2, FARTHEST = 2 * EDIT };

/* What was typed, as codes are written. */
struct typed {
    char text[LONGEST + 1];
    size_t length;
    int farthest; /* what is still taken for a slip */
    bool dotted;
};

struct candidate {
    struct near_code code;
    int edits;
    bool other_kind, unusual;
    long apart; /* of the numbers */
};

/* ---- what was typed */

static char as_in_codes(char byte) {
    if (byte == 'O' || byte == 'o')
        return '0';
    if (byte == 'l' || byte == 'I')
        return '1';
    return byte == ',' ? '.' : byte;
}

/* Half of a code may be wrong, and no more than two edits. */
static int farthest_of(size_t digits) {
    if (digits < EDIT)
        return EDIT;
    return digits < FARTHEST ? (int)digits : FARTHEST;
}

/* False when it is no code, however badly typed. One foreign letter may be a slip; with two the
 * text is a word. */
static bool read_typed(struct slice text, struct typed *typed) {
    size_t foreign = 0, digits = 0;
    text = slice_trim(text);
    if (text.length == 0 || text.length > LONGEST)
        return false;
    *typed = (struct typed){.length = text.length};
    for (size_t i = 0; i < text.length; i++) {
        char byte = as_in_codes(text.at[i]);
        if (i == 0 && (byte == 'x' || byte == 'X'))
            byte = '5'; /* x.7.8 is of any class */
        typed->text[i] = byte;
        typed->dotted |= byte == '.';
        digits += is_digit(byte);
        foreign += !is_digit(byte) && byte != '.';
    }
    typed->farthest = foreign == 0 ? farthest_of(digits) : EDIT;
    return foreign <= 1 && digits > 0;
}

/* ---- distances */

static int least(int a, int b) {
    return a < b ? a : b;
}

/* The price of the edits between what was typed and a code. */
static int edits_to(const struct typed *typed, const char *code) {
    const char *from = typed->text;
    size_t rows = typed->length, columns = strlen(code);
    int price[LONGEST + 1][LONGEST + 1] = {{0}};
    for (size_t j = 1; j <= columns; j++)
        price[0][j] = price[0][j - 1] + (code[j - 1] == '.' ? HALF : EDIT);
    for (size_t i = 1; i <= rows; i++) {
        int too_many = i > 1 && from[i - 1] == from[i - 2] ? HALF : EDIT;
        price[i][0] = price[i - 1][0] + too_many;
        for (size_t j = 1; j <= columns; j++) {
            int missing = code[j - 1] == '.' ? HALF : EDIT;
            int wrong = from[i - 1] == code[j - 1] ? 0 : EDIT;
            int best = least(price[i - 1][j] + too_many, price[i][j - 1] + missing);
            best = least(best, price[i - 1][j - 1] + wrong);
            if (i > 1 && j > 1 && from[i - 1] == code[j - 2] && from[i - 2] == code[j - 1])
                best = least(best, price[i - 2][j - 2] + EDIT);
            price[i][j] = best;
        }
    }
    return price[rows][columns];
}

/* 5726 is 5.7.26 without its dots. */
static bool lacks_its_dots(const struct typed *typed, const char *code) {
    size_t at = 0;
    for (; *code; code++)
        if (*code != '.' && typed->text[at++] != *code)
            return false;
    return !typed->dotted && at == typed->length;
}

/* A code as one number: its first three digits, or its three parts. What lacks is zero. */
static long number_of(const char *text, bool dotted) {
    long parts[3] = {0};
    size_t part = 0, length = 0;
    for (; *text && part < 3; text++) {
        if (*text == '.')
            part++;
        else if (is_digit(*text) && parts[part] < 1000 && (dotted || length++ < 3))
            parts[part] = parts[part] * 10 + (*text - '0');
    }
    if (dotted)
        return (parts[0] * 10000 + parts[1]) * 10000 + parts[2];
    for (; length < 3; length++)
        parts[0] *= 10;
    return parts[0];
}

/* ---- the nearest ones */

static bool is_nearer(const struct candidate *one, const struct candidate *other) {
    if (one->edits != other->edits)
        return one->edits < other->edits;
    if (one->other_kind != other->other_kind)
        return other->other_kind;
    if (one->unusual != other->unusual)
        return other->unusual;
    if (one->apart != other->apart)
        return one->apart < other->apart;
    return strcmp(one->code.text, other->code.text) < 0;
}

struct nearest {
    struct candidate items[NEAR_MOST + 1];
    size_t count;
};

/* Puts a candidate to its place; the farthest one falls off the end. */
static void keep(struct nearest *nearest, const struct candidate *candidate) {
    size_t place = nearest->count;
    for (size_t i = 0; i < nearest->count; i++)
        if (strcmp(nearest->items[i].code.text, candidate->code.text) == 0)
            return;
    for (; place > 0 && is_nearer(candidate, &nearest->items[place - 1]); place--)
        nearest->items[place] = nearest->items[place - 1];
    nearest->items[place] = *candidate;
    if (nearest->count < NEAR_MOST)
        nearest->count++;
}

static bool is_of_standard(const struct code_page *page) {
    return slice_starts(page->source, SLICE("RFC")) || slice_starts(page->source, SLICE("IANA"));
}

/* The code of a page as text: of several the first, of any class the one of the class typed. */
static void print_code(const struct code_page *page, const struct typed *typed, char *text) {
    struct enhanced enhanced = page->first.enhanced;
    if (page->first.any_class)
        enhanced.class_digit =
            typed->text[0] == '2' || typed->text[0] == '4' ? (uint8_t)(typed->text[0] - '0') : 5;
    if (page->first.basic)
        snprintf(text, LONGEST + 1, "%u", page->first.basic);
    else
        enhanced_print(enhanced, text);
}

static void weigh(struct nearest *nearest, const struct typed *typed,
                  const struct code_page *page) {
    bool dotted = page->first.basic == 0;
    struct candidate candidate = {.unusual = !is_of_standard(page),
                                  .other_kind = dotted != typed->dotted};
    char *text = candidate.code.text;
    print_code(page, typed, text);
    candidate.edits = dotted && lacks_its_dots(typed, text) ? HALF : edits_to(typed, text);
    candidate.apart = labs(number_of(typed->text, dotted) - number_of(text, dotted));
    if (candidate.edits <= typed->farthest)
        keep(nearest, &candidate);
}

size_t codes_near(const struct codes *codes, struct slice typed,
                  struct near_code near_r[NEAR_MOST]) {
    struct nearest nearest = {0};
    struct typed read;
    if (!read_typed(typed, &read))
        return 0;
    for (size_t i = 0; i < codes_reply_count(codes); i++)
        weigh(&nearest, &read, codes_reply_at(codes, i));
    for (size_t i = 0; i < codes_enhanced_count(codes); i++)
        weigh(&nearest, &read, codes_enhanced_at(codes, i));
    size_t count = 0;
    int limit = nearest.items[0].edits ? nearest.items[0].edits + EDIT - 1 : 0;
    for (; count < nearest.count && nearest.items[count].edits <= limit; count++)
        near_r[count] = nearest.items[count].code;
    return count;
}
