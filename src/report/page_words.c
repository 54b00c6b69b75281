/* A page is made once, in the language of its reader: what makes it asks here for every word that
 * is not log text, a code or a name. Numbers and names stay out of the translations as {1}, {2};
 * a printf format in a file of translations would be a hole.
 */
#include "report/page_words.h"

#include <string.h>

#include "base/out.h"

static const struct {
    const char *key, *text;
} table[WORD_COUNT] = {
#define WORD(constant, key, text) [constant] = {"words." key, text},
#include "report/page_words.def"
#undef WORD
};

const struct words words_english = {.lang = "en",
                                    .text = {
#define WORD(constant, key, text) [constant] = text,
#include "report/page_words.def"
#undef WORD
                                    }};

void words_read(const struct lang *lang, const char *name, struct arena *arena,
                struct words *words_r) {
    words_r->lang = name;
    for (size_t i = 0; i < WORD_COUNT; i++) {
        struct slice english = slice_of(table[i].text);
        words_r->text[i] = arena_copy(arena, lang_text(lang, slice_of(table[i].key), english)).at;
    }
}

void words_each_text(void (*each)(void *context, struct slice key, struct slice *text),
                     void *context) {
    for (size_t i = 0; i < WORD_COUNT; i++) {
        struct slice text = slice_of(table[i].text);
        each(context, slice_of(table[i].key), &text);
    }
}

/* The value that "{1}" at the front of text stands for; NULL: none. */
static const struct slice *value_at(struct slice text, const struct slice *values, size_t count) {
    if (text.length < 3 || text.at[0] != '{' || text.at[2] != '}')
        return NULL;
    size_t number = (size_t)(unsigned char)text.at[1] - '0';
    return number >= 1 && number <= count ? &values[number - 1] : NULL;
}

struct slice words_fill(struct arena *arena, const char *text, const struct slice *values,
                        size_t count) {
    struct out filled;
    out_init_memory(&filled);
    for (struct slice rest = slice_of(text); rest.length > 0;) {
        const struct slice *value = value_at(rest, values, count);
        if (value)
            out_slice(&filled, *value);
        else
            out_byte(&filled, rest.at[0]);
        rest = slice_from(rest, value ? 3 : 1);
    }
    struct slice kept = arena_copy(arena, out_held(&filled));
    out_release(&filled);
    return kept;
}

struct slice words_number(struct page *page, uint64_t number) {
    return arena_print(&page->arena, "%llu", (unsigned long long)number);
}

const char *words_severity(const struct words *words, enum severity severity) {
    static const enum word by_severity[] = {[SEVERITY_INFO] = WORD_INFO,
                                            [SEVERITY_NOTICE] = WORD_NOTICE,
                                            [SEVERITY_WARNING] = WORD_WARNING,
                                            [SEVERITY_ERROR] = WORD_ERROR,
                                            [SEVERITY_CRITICAL] = WORD_CRITICAL};
    return words->text[by_severity[severity]];
}

void words_add_severity(struct page *page, struct cell *record, const char *key, const char *title,
                        enum severity severity) {
    struct cell *cell =
        cell_text(page, record, key, title, slice_of(words_severity(page->words, severity)));
    cell->tone = TONE_INFO + (severity - SEVERITY_INFO);
}

const char *words_permanence(const struct words *words, enum permanence permanence) {
    if (permanence == PERMANENCE_NONE)
        return "";
    return words->text[permanence == TEMPORARY ? WORD_TEMPORARY : WORD_PERMANENT];
}

const char *words_class_by(const struct words *words, enum class_by by) {
    static const enum word by_step[] = {
        [BY_TOKEN] = WORD_BY_TOKEN, [BY_TEXT] = WORD_BY_TEXT, [BY_ENHANCED] = WORD_BY_ENHANCED,
        [BY_CODE] = WORD_BY_CODE,   [BY_WEAK] = WORD_BY_WEAK, [BY_DEFAULT] = WORD_BY_DEFAULT};
    return by == BY_NOTHING ? "" : words->text[by_step[by]];
}

const char *words_direction(const struct words *words, enum direction direction) {
    static const enum word by_direction[] = {[DIRECTION_NONE] = WORD_SERVER,
                                             [DIRECTION_IN] = WORD_IN,
                                             [DIRECTION_OUT] = WORD_OUT,
                                             [DIRECTION_LOCAL] = WORD_LOCAL};
    return words->text[by_direction[direction]];
}

struct slice words_acts(const struct words *words, unsigned acts, struct arena *arena) {
    struct slice joined = {0};
    for (unsigned bit = 0; bit <= WORD_ACTS_WAIT - WORD_ACTS_OUR_ADMIN; bit++)
        if (acts >> bit & 1u)
            joined = arena_print(arena, "%.*s%s%s", SLICE_ARGS(joined), joined.length ? ", " : "",
                                 words->text[WORD_ACTS_OUR_ADMIN + bit]);
    return joined;
}
