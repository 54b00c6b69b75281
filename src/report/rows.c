/* Why: a tired administrator reads ten rows of a table, a script all of them; each table says so in
 * the same way. */
#include "report/rows.h"

#include "report/when.h"

void rows_begin(struct rows *rows, struct page *page, const struct summary_wishes *wishes,
                enum part part, enum word title) {
    page->part = part_name(part);
    *rows = (struct rows){
        page, wishes,
        page_section(page, part_name(part), page_word(page, title), LOOK_TABLE, CELL_LIST), 0, 0};
}

struct cell *rows_add(struct rows *rows, uint64_t count) {
    if (count < rows->wishes->min)
        return NULL;
    if (rows->wishes->list_top && rows->shown == rows->wishes->list_top) {
        rows->more++;
        return NULL;
    }
    rows->shown++;
    return cell_record(rows->page, rows->section->cell, NULL, NULL);
}

struct cell *rows_add_others(struct rows *rows, uint64_t count) {
    if (!count || count < rows->wishes->min)
        return NULL;
    rows->shown++;
    return cell_record(rows->page, rows->section->cell, NULL, NULL);
}

void rows_end(struct rows *rows) {
    struct page *page = rows->page;
    if (!rows->shown)
        rows->section->look = LOOK_HIDDEN;
    if (rows->more)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_MORE_ROWS),
                                   words_number(page, rows->more)));
    page->part = NULL;
}

void row_text(struct rows *rows, struct cell *row, const char *key, enum word title,
              struct slice text) {
    const char *shown = page_word(rows->page, title);
    if (text.length)
        cell_text(rows->page, row, key, shown, text);
    else
        cell_none(rows->page, row, key, shown);
}

void row_name(struct rows *rows, struct cell *row, const char *key, enum word title,
              struct slice name, bool is_others) {
    struct slice shown = is_others ? slice_of(page_word(rows->page, WORD_LIST_OTHERS)) : name;
    cell_known(rows->page, row, NULL, page_word(rows->page, title), shown);
    cell_known(rows->page, row, key, NULL, is_others ? SLICE("(others)") : name);
}

void row_count(struct rows *rows, struct cell *row, const char *key, enum word title,
               uint64_t count) {
    cell_count(rows->page, row, key, page_word(rows->page, title), count, NULL);
}

void row_times(struct rows *rows, struct cell *row, int64_t first, int64_t last) {
    struct page *page = rows->page;
    when_shown(page, row, page_word(page, WORD_FIRST), first);
    row_last(rows, row, first, last);
}

void row_last(struct rows *rows, struct cell *row, int64_t first, int64_t last) {
    struct page *page = rows->page;
    when_shown(page, row, page_word(page, WORD_LAST), last);
    when_cell(page, row, "first", first);
    when_cell(page, row, "last", last);
}

void row_example(struct rows *rows, struct cell *row, const struct tally_example *example) {
    struct cell *cell = cell_record(rows->page, row, "example", NULL);
    cell_text(rows->page, cell, "reply", NULL, example->reply);
    cell_text(rows->page, cell, "source", NULL, example->source);
    cell_count(rows->page, cell, "line", NULL, example->line, NULL);
    struct digging digging = summary_digging(rows->page, rows->wishes);
    digging_cell(&digging, cell, "trace", NULL,
                 digging_trace(&digging, example->source, example->line));
}
