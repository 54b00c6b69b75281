/* Why: what is kept quiet must be seen to be so, or a mute outlives its cause. So all of them are
 * listed, those that met nothing and those that are over, too. */
#include "report/mute_table.h"

#include "report/page_words.h"
#include "report/parts.h"
#include "report/when.h"

static uint64_t count_of(const struct joining *apart, size_t place) {
    uint64_t count = 0;
    for (size_t i = 0; i < apart->count; i++)
        if (apart->items[i].muted == place + 1)
            count += apart->items[i].count;
    return count;
}

static void add_row(struct page *page, struct cell *list, const struct mute *mute, uint64_t count) {
    struct cell *row = cell_record(page, list, NULL, NULL);
    struct slice until = when_words(page, mute->until);
    if (mute->is_over)
        until = WORDS_FILL(&page->arena, page_word(page, WORD_MUTE_OVER), until);
    cell_known(page, row, "class", page_word(page, WORD_REASON), mute->class_name);
    cell_known(page, row, "words", page_word(page, WORD_MUTE_WORDS), mute->words);
    cell_count(page, row, "count", page_word(page, WORD_COUNT_COLUMN), count, NULL);
    when_cell(page, row, "until", mute->until);
    cell_text(page, row, NULL, page_word(page, WORD_MUTE_UNTIL), until)->uncut = true;
    cell_text(page, row, "state", NULL, mute->is_over ? SLICE("over") : SLICE("muted"));
    cell_known(page, row, "why", page_word(page, WORD_MUTE_WHY), mute->why);
}

void mute_table_add(struct page *page, const struct mutes *mutes, const struct joining *apart) {
    page->part = part_name(PART_MUTED);
    struct section *section =
        page_section(page, "muted", page_word(page, WORD_MUTED), LOOK_TABLE, CELL_LIST);
    for (size_t i = 0; mutes && i < mutes->count; i++)
        add_row(page, section->cell, &mutes->items[i], count_of(apart, i));
    if (!section->cell->first)
        section->look = LOOK_HIDDEN;
    page->part = NULL;
}
