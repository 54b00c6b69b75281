/* page_words - the fixed words of pages, in the language of the run; page_words.def has them in
 * English.
 */
#ifndef REPORT_PAGE_WORDS_H
#define REPORT_PAGE_WORDS_H

#include "finding/reason.h"
#include "report/page.h"
#include "rules/lang.h"

enum word {
#define WORD(constant, key, text) constant,
#include "report/page_words.def"
#undef WORD
    WORD_COUNT
};

struct words {
    const char *lang; /* "en" */
    const char *text[WORD_COUNT];
};

extern const struct words words_english;

/* The words of a language; what it does not know stays English. They live in the arena. */
void words_read(const struct lang *lang, const char *name, struct arena *arena,
                struct words *words_r);
/* Each word with its key ("words.hint"), as lang_each_text does for the book. */
void words_each_text(void (*each)(void *context, struct slice key, struct slice *text),
                     void *context);

/* The text with values in place of {1}, {2} ...; lives in the arena. */
struct slice words_fill(struct arena *arena, const char *text, const struct slice *values,
                        size_t count);
#define WORDS_FILL(arena, text, ...)                                                               \
    words_fill((arena), (text), (const struct slice[]){__VA_ARGS__},                               \
               sizeof((const struct slice[]){__VA_ARGS__}) / sizeof(struct slice))

/* The page is in this language: page_word(page, ...) gives its words. */
static inline const char *page_word(const struct page *page, enum word word) {
    return page->words->text[word];
}
/* The digits of a number; they live with the page. */
struct slice words_number(struct page *page, uint64_t number);
/* Adds a severity as people read it, in its tone. */
void words_add_severity(struct page *page, struct cell *record, const char *key, const char *title,
                        enum severity severity);

/* What people read for words that machines get as they are. */
const char *words_severity(const struct words *words, enum severity severity);
const char *words_permanence(const struct words *words, enum permanence permanence);
const char *words_class_by(const struct words *words, enum class_by by);
const char *words_direction(const struct words *words, enum direction direction);
/* "our administrator, our user"; lives in the arena. */
struct slice words_acts(const struct words *words, unsigned acts, struct arena *arena);

#endif
