/* Why: people read minutes, machines want the offset; and both must mean the same zone. */
#include "report/when.h"

struct slice when_words(struct page *page, int64_t seconds) {
    enum { TO_MINUTES = 16 };
    struct moment moment = moment_here(seconds);
    char text[MOMENT_TEXT];
    size_t length = moment_print(&moment, text);
    if (length < TO_MINUTES)
        return (struct slice){0};
    text[10] = ' ';
    return arena_copy(&page->arena, (struct slice){text, TO_MINUTES});
}

void when_shown(struct page *page, struct cell *record, const char *title, int64_t seconds) {
    cell_text(page, record, NULL, title, when_words(page, seconds))->uncut = true;
}

void when_cell(struct page *page, struct cell *record, const char *key, int64_t seconds) {
    struct moment moment = moment_here(seconds);
    char text[MOMENT_TEXT];
    cell_known(page, record, key, NULL, (struct slice){text, moment_print(&moment, text)});
}
