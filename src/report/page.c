/* Why: what a report says and how it is written are two things; the page is what lies between.
 *
 * How: everything of a page lives in its arena, so building is adding and releasing is one call.
 */
#include "report/page.h"

#include <assert.h>
#include <stdio.h>

void page_init(struct page *page, const char *title) {
    *page = (struct page){.title = title};
    arena_init(&page->arena);
}

void page_release(struct page *page) {
    arena_release(&page->arena);
    *page = (struct page){0};
}

static struct cell *new_cell(struct page *page, enum cell_kind kind, const char *key,
                             const char *title) {
    struct cell *cell = arena_zero(&page->arena, sizeof(*cell));
    cell->kind = kind;
    cell->key = key;
    cell->title = title;
    return cell;
}

struct section *page_section(struct page *page, const char *key, const char *title,
                             enum section_look look, enum cell_kind kind) {
    struct section *section = arena_zero(&page->arena, sizeof(*section));

    section->key = key;
    section->title = title;
    section->part = page->part;
    section->look = look;
    section->cell = new_cell(page, kind, key, title);
    if (page->last)
        page->last->next = section;
    else
        page->first = section;
    page->last = section;
    return section;
}

static struct cell *add(struct page *page, struct cell *parent, enum cell_kind kind,
                        const char *key, const char *title) {
    assert(parent->kind == CELL_RECORD || (parent->kind == CELL_LIST && key == NULL));
    struct cell *cell = new_cell(page, kind, key, title);
    if (parent->last)
        parent->last->next = cell;
    else
        parent->first = cell;
    parent->last = cell;
    return cell;
}

struct cell *cell_none(struct page *page, struct cell *parent, const char *key, const char *title) {
    return add(page, parent, CELL_NONE, key, title);
}

struct cell *cell_count(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number, const char *unit) {
    struct cell *cell = add(page, parent, CELL_COUNT, key, title);
    cell->number = number;
    cell->unit = unit;
    return cell;
}

struct cell *cell_code(struct page *page, struct cell *parent, const char *key, const char *title,
                       uint64_t number) {
    struct cell *cell = add(page, parent, CELL_CODE, key, title);
    cell->number = number;
    return cell;
}

struct cell *cell_bytes(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number) {
    struct cell *cell = add(page, parent, CELL_BYTES, key, title);
    cell->number = number;
    return cell;
}

struct cell *cell_text(struct page *page, struct cell *parent, const char *key, const char *title,
                       struct slice text) {
    struct cell *cell = add(page, parent, CELL_TEXT, key, title);
    cell->text = arena_copy(&page->arena, text);
    return cell;
}

struct cell *cell_link(struct page *page, struct cell *parent, const char *key, const char *title,
                       struct slice text, struct slice address) {
    struct cell *cell = add(page, parent, CELL_LINK, key, title);
    cell->text = arena_copy(&page->arena, text);
    cell->address = arena_copy(&page->arena, address);
    return cell;
}

struct cell *cell_list(struct page *page, struct cell *parent, const char *key, const char *title) {
    return add(page, parent, CELL_LIST, key, title);
}

struct cell *cell_record(struct page *page, struct cell *parent, const char *key,
                         const char *title) {
    return add(page, parent, CELL_RECORD, key, title);
}

void cell_words(struct page *page, struct cell *list, struct slice words) {
    struct slice word;
    while (words.length > 0) {
        slice_cut(&words, '|', &word);
        cell_text(page, list, NULL, NULL, word);
    }
}

const struct cell *cell_get(const struct cell *record, const char *key) {
    for (const struct cell *cell = record->first; cell; cell = cell->next)
        if (cell->key && slice_is(slice_of(cell->key), key))
            return cell;
    return NULL;
}

/* ---- what people see */

bool cell_is_amount(const struct cell *cell) {
    return cell->kind == CELL_COUNT || cell->kind == CELL_CODE || cell->kind == CELL_BYTES ||
           cell->kind == CELL_NONE;
}

bool cell_is_shown(const struct cell *cell) {
    return cell->title && cell->kind != CELL_NONE &&
           !(cell->kind == CELL_TEXT && cell->text.length == 0) &&
           !(cell->kind == CELL_LIST && !cell->first);
}

bool cell_is_heading(const struct cell *card, const struct cell *cell) {
    bool marked = false;

    for (const struct cell *child = card->first; child; child = child->next)
        marked |= child->title && !*child->title;
    if (marked)
        return cell->title && !*cell->title;
    const struct cell *first = card->first;
    while (first && !first->title)
        first = first->next;
    return cell == first;
}

/* Columns are told by their key; those for people alone have none and are told by their title. */
const struct cell *cell_under(const struct cell *row, const struct cell *column) {
    if (column->key)
        return cell_get(row, column->key);
    for (const struct cell *cell = row->first; cell; cell = cell->next)
        if (cell->title && slice_is(slice_of(cell->title), column->title))
            return cell;
    return NULL;
}

struct slice size_shown(uint64_t bytes, char room[SIZE_ROOM]) {
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
    unsigned long long size = bytes, rest = 0;
    size_t unit = 0;
    int length;

    for (; size >= 1000 && unit < 5; unit++) {
        rest = size % 1000;
        size /= 1000;
    }
    if (unit == 0)
        length = snprintf(room, SIZE_ROOM, "%llu B", size);
    else
        length = snprintf(room, SIZE_ROOM, "%llu.%llu %s", size, rest / 100, units[unit]);
    return (struct slice){room, (size_t)length};
}
