/* A page tells what its code looks like in the log. Few codes are logged in a way of their own;
 * for all the others a row of their class shows the shape, with a placeholder where the code
 * stands. So a look-up goes from the exact code to wider ones and takes the first row there is:
 *
 *     535    5xx
 *     5.7.8  X.7.8  5.7.x  5.x.x
 *
 * What stands around the code differs by the stage: a row of a class is about RCPT TO, or names
 * another stage behind its class, 5.x.x@end-of-data. The code as written is the key, so nothing
 * needs to be understood twice.
 */
#include "rules/logged.h"

#include <stdio.h>
#include <string.h>

#include "rules/rule.h"

#define BASIC_PLACE    "{code}"
#define ENHANCED_PLACE "{enhanced}"

void logged_init(struct logged *logged) {
    map_init(&logged->texts, sizeof(struct slice));
}

void logged_release(struct logged *logged) {
    map_release(&logged->texts);
}

/* ---- rows ---- */

/* "5xx" */
static bool is_basic_class(struct slice code) {
    return code.length == 3 && code.at[0] >= '2' && code.at[0] <= '5' &&
           slice_ends(code, SLICE("xx"));
}

/* "5.x.x" or "5.7.x": with zeros for the open parts it is a code. */
static bool is_enhanced_class(struct slice code) {
    struct code with_zeros;
    char zeros[16];
    if (code.length >= sizeof zeros || !slice_ends(code, SLICE(".x")))
        return false;
    memcpy(zeros, code.at, code.length);
    zeros[code.length - 1] = '0';
    if (slice_ends(code, SLICE(".x.x")))
        zeros[code.length - 3] = '0';
    return code_read((struct slice){zeros, code.length}, &with_zeros) && !with_zeros.any_class;
}

/* The placeholder that the text of a class must have, or NULL when the row is of one code. */
static const char *place_of_class(struct slice code) {
    struct slice class, stage = code;
    if (slice_cut(&stage, '@', &class) && !rule_is_stage(stage))
        return NULL;
    if (is_basic_class(class))
        return BASIC_PLACE;
    return is_enhanced_class(class) ? ENHANCED_PLACE : NULL;
}

static bool has(struct slice text, const char *words) {
    return slice_find_text(text, slice_of(words)) != SIZE_MAX;
}

static bool is_one_line(struct slice text) {
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return false;
    return text.length > 0;
}

static const char *fault_of(const struct logged_row *row) {
    const char *place = place_of_class(row->code);
    struct code code;
    if (!place && !(code_read(row->code, &code) && (!code.any_class || row->code.at[0] == 'X')))
        return "no code (535, 5xx, 5.7.8, X.7.8, 5.7.x, 5.x.x or 5.x.x@mail)";
    if (row->mta.length == 0 || slice_find(row->mta, ' ') != SIZE_MAX)
        return "no name of an MTA for";
    if (!slice_is(row->direction, "in") && !slice_is(row->direction, "out"))
        return "no direction (in or out) for";
    if (!is_one_line(row->text))
        return "no text, or not one line, for";
    if (place && !slice_is(row->text, "-") && !has(row->text, place))
        return strcmp(place, BASIC_PLACE) == 0 ? "no " BASIC_PLACE " in the text for"
                                               : "no " ENHANCED_PLACE " in the text for";
    return NULL;
}

/* "CODE MTA DIRECTION" */
static struct slice key_of(struct arena *arena, const struct logged_row *row) {
    const struct slice parts[] = {row->code, row->mta, row->direction};
    size_t length = row->code.length + 1 + row->mta.length + 1 + row->direction.length;
    char *key = arena_alloc(arena, length), *to = key;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (i > 0)
            *to++ = ' ';
        memcpy(to, parts[i].at, parts[i].length);
        to += parts[i].length;
    }
    return (struct slice){key, length};
}

const char *logged_put(struct logged *logged, const struct logged_row *row, struct arena *arena) {
    const char *fault = fault_of(row);
    if (fault)
        return fault;
    *(struct slice *)map_put(&logged->texts, key_of(arena, row), NULL) = row->text;
    return NULL;
}

/* ---- asking ---- */

struct asking {
    const struct logged *logged;
    const char *mta, *direction;
    const char *stage; /* NULL: rows of the code alone */
    struct arena *arena;
};

static struct slice row_of(const struct asking *asking, const char *code) {
    struct slice key = arena_print(asking->arena, "%s %s %s", code, asking->mta, asking->direction);
    const struct slice *text = map_get(&asking->logged->texts, key);
    return text ? *text : (struct slice){0};
}

static struct slice row_of_class(const struct asking *asking, const char *class) {
    if (!asking->stage)
        return (struct slice){0};
    if (strcmp(asking->stage, "rcpt") == 0)
        return row_of(asking, class);
    return row_of(asking, arena_print(asking->arena, "%s@%s", class, asking->stage).at);
}

/* The text with the code in place of each placeholder. */
static struct slice filled(const struct asking *asking, struct slice text, const char *place,
                           const char *code) {
    struct slice done = {0}, part, rest = text;
    if (!has(text, place))
        return text;
    while (slice_cut_text(&rest, slice_of(place), &part))
        done = arena_print(asking->arena, "%.*s%.*s%s", SLICE_ARGS(done), SLICE_ARGS(part), code);
    return arena_print(asking->arena, "%.*s%.*s", SLICE_ARGS(done), SLICE_ARGS(part));
}

static struct slice basic_text(const struct asking *asking, unsigned number) {
    char code[16], wider[16];
    snprintf(code, sizeof code, "%u", number);
    snprintf(wider, sizeof wider, "%uxx", number / 100);
    struct slice text = row_of(asking, code);
    if (text.length == 0)
        text = row_of_class(asking, wider);
    return filled(asking, text, BASIC_PLACE, code);
}

static struct slice enhanced_text(const struct asking *asking, struct enhanced enhanced) {
    char code[16], any_class[32], wider[2][32];
    enhanced_print(enhanced, code);
    snprintf(any_class, sizeof any_class, "X.%u.%u", enhanced.subject, enhanced.detail);
    snprintf(wider[0], sizeof wider[0], "%u.%u.x", enhanced.class_digit, enhanced.subject);
    snprintf(wider[1], sizeof wider[1], "%u.x.x", enhanced.class_digit);
    struct slice text = row_of(asking, code);
    if (text.length == 0)
        text = row_of(asking, any_class);
    for (size_t i = 0; i < 2 && text.length == 0; i++)
        text = row_of_class(asking, wider[i]);
    return filled(asking, text, ENHANCED_PLACE, code);
}

/* Of a code for any class the most serious one that has a row of its own. */
static struct enhanced with_class(const struct asking *asking, struct enhanced enhanced) {
    static const uint8_t classes[] = {5, 4, 2};
    char code[16];
    for (size_t i = 0; i < sizeof classes; i++) {
        enhanced.class_digit = classes[i];
        enhanced_print(enhanced, code);
        if (row_of(asking, code).length > 0)
            return enhanced;
    }
    enhanced.class_digit = 5;
    return enhanced;
}

struct slice logged_text(const struct logged *logged, struct code code, const char *mta,
                         const char *direction, const char *stage, struct arena *arena) {
    struct asking asking = {logged, mta, direction, stage, arena};
    if (code.basic != 0)
        return basic_text(&asking, code.basic);
    return enhanced_text(&asking,
                         code.any_class ? with_class(&asking, code.enhanced) : code.enhanced);
}
