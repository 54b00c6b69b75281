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

/* There are few links, so only they have room for an address. */
struct link {
    struct cell cell;
    struct slice address;
};

static struct cell *new_cell(struct page *page, enum cell_kind kind, const char *key,
                             const char *title) {
    struct cell *cell =
        arena_zero(&page->arena, kind == CELL_LINK ? sizeof(struct link) : sizeof *cell);
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

void page_text(struct page *page, struct slice text) {
    page_section(page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text = text;
}

static struct cell *add(struct page *page, struct cell *parent, enum cell_kind kind,
                        const char *key, const char *title) {
    if (parent == &page->unseen || (page->for_machines && parent->kind == CELL_RECORD && !key)) {
        page->unseen = (struct cell){0};
        return &page->unseen;
    }
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

struct cell *cell_duration(struct page *page, struct cell *parent, const char *key,
                           const char *title, uint64_t microseconds) {
    struct cell *cell = add(page, parent, CELL_DURATION, key, title);
    cell->number = microseconds;
    return cell;
}

struct cell *cell_share(struct page *page, struct cell *parent, const char *key, const char *title,
                        uint64_t number, uint64_t whole) {
    struct cell *cell = add(page, parent, CELL_SHARE, key, title);
    cell->number = number;
    cell->whole = whole;
    return cell;
}

struct cell *cell_text(struct page *page, struct cell *parent, const char *key, const char *title,
                       struct slice text) {
    struct cell *cell = add(page, parent, CELL_TEXT, key, title);
    if (cell != &page->unseen)
        cell->text = arena_copy(&page->arena, text);
    return cell;
}

struct cell *cell_known(struct page *page, struct cell *parent, const char *key, const char *title,
                        struct slice text) {
    return text.length ? cell_text(page, parent, key, title, text)
                       : cell_none(page, parent, key, title);
}

struct cell *cell_link(struct page *page, struct cell *parent, const char *key, const char *title,
                       struct slice text, struct slice address) {
    struct cell *cell = add(page, parent, CELL_LINK, key, title);
    if (cell == &page->unseen)
        return cell;
    cell->text = arena_copy(&page->arena, text);
    ((struct link *)cell)->address = arena_copy(&page->arena, address);
    return cell;
}

struct slice cell_address(const struct cell *link) {
    return ((const struct link *)link)->address;
}

struct cell *cell_list(struct page *page, struct cell *parent, const char *key, const char *title) {
    return add(page, parent, CELL_LIST, key, title);
}

struct cell *cell_record(struct page *page, struct cell *parent, const char *key,
                         const char *title) {
    return add(page, parent, CELL_RECORD, key, title);
}

struct cell *cell_strip(struct page *page, struct cell *parent, const char *key, const char *title,
                        const struct strip *strip) {
    struct cell *cell = add(page, parent, CELL_STRIP, key, title);
    cell->strip = strip;
    return cell;
}

uint64_t strip_most(const struct strip *strip) {
    uint64_t most = 0;
    for (size_t i = 0; i < strip->count; i++)
        most = strip->amounts[i] > most ? strip->amounts[i] : most;
    return most;
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
    switch (cell->kind) {
    case CELL_NONE:
    case CELL_COUNT:
    case CELL_BYTES:
    case CELL_DURATION:
    case CELL_SHARE:
    case CELL_CODE:
        return true;
    case CELL_TEXT:
    case CELL_LINK:
    case CELL_STRIP:
    case CELL_LIST:
    case CELL_RECORD:
        break;
    }
    return false;
}

bool cell_is_shown(const struct cell *cell) {
    return cell->title && cell->kind != CELL_NONE &&
           !(cell->kind == CELL_TEXT && cell->text.length == 0) &&
           !(cell->kind == CELL_LIST && !cell->first) &&
           !(cell->kind == CELL_STRIP && !strip_most(cell->strip));
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

static struct slice show_size(uint64_t bytes, char room[AMOUNT_ROOM]) {
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
    unsigned long long size = bytes, rest = 0;
    size_t unit = 0;
    int length;

    for (; size >= 1000 && unit < 5; unit++) {
        rest = size % 1000;
        size /= 1000;
    }
    if (unit == 0)
        length = snprintf(room, AMOUNT_ROOM, "%llu B", size);
    else
        length = snprintf(room, AMOUNT_ROOM, "%llu.%llu %s", size, rest / 100, units[unit]);
    return (struct slice){room, (size_t)length};
}

/* Two digits that count: 0.05 s, 1.2 s, 59 s, 2 min 05 s, 3 h 20 min, 4 d 07 h. */
static struct slice show_duration(uint64_t microseconds, char room[AMOUNT_ROOM]) {
    static const struct {
        unsigned long long unit, part; /* seconds */
        const char *of_units, *of_parts;
    } steps[] = {{86400, 3600, "d", "h"}, {3600, 60, "h", "min"}, {60, 1, "min", "s"}};
    unsigned long long seconds = (microseconds + 500000) / 1000000;
    unsigned long long tenths = (microseconds + 50000) / 100000;
    int length = -1;

    for (size_t i = 0; i < sizeof steps / sizeof *steps && length < 0; i++)
        if (seconds >= steps[i].unit)
            length = snprintf(room, AMOUNT_ROOM, "%llu %s %02llu %s", seconds / steps[i].unit,
                              steps[i].of_units, seconds % steps[i].unit / steps[i].part,
                              steps[i].of_parts);
    if (length < 0 && seconds >= 10)
        length = snprintf(room, AMOUNT_ROOM, "%llu s", seconds);
    else if (length < 0 && tenths >= 10)
        length = snprintf(room, AMOUNT_ROOM, "%llu.%llu s", tenths / 10, tenths % 10);
    else if (length < 0)
        length = snprintf(room, AMOUNT_ROOM, "0.%02llu s",
                          ((unsigned long long)microseconds + 5000) / 10000);
    return (struct slice){room, (size_t)length};
}

/* A part of a whole in units of 1/scale, rounded; both are halved until nothing overflows. */
static unsigned long long part_of(uint64_t number, uint64_t whole, uint64_t scale) {
    while (number > UINT64_MAX / scale / 2) {
        number /= 2;
        whole /= 2;
    }
    return whole ? (number * scale + whole / 2) / whole : 0;
}

static struct slice show_count(uint64_t count, char room[AMOUNT_ROOM]) {
    char *at = room + AMOUNT_ROOM;
    do
        *--at = (char)('0' + count % 10);
    while (count /= 10);
    return slice_range(at, room + AMOUNT_ROOM);
}

struct slice amount_shown(const struct cell *amount, char room[AMOUNT_ROOM]) {
    if (amount->kind == CELL_BYTES)
        return show_size(amount->number, room);
    if (amount->kind == CELL_DURATION)
        return show_duration(amount->number, room);
    if (amount->kind == CELL_NONE || (amount->kind == CELL_SHARE && !amount->whole))
        return SLICE("-");
    if (amount->kind != CELL_SHARE)
        return show_count(amount->number, room);
    unsigned long long part = part_of(amount->number, amount->whole, 1000);
    int length = snprintf(room, AMOUNT_ROOM, "%llu.%llu %%", part / 10, part % 10);
    return (struct slice){room, (size_t)length};
}

struct slice amount_number(const struct cell *amount, char room[AMOUNT_ROOM]) {
    unsigned long long number = amount->number;
    int length;

    if (amount->kind == CELL_NONE || (amount->kind == CELL_SHARE && !amount->whole))
        return (struct slice){room, 0};
    if (amount->kind != CELL_SHARE && amount->kind != CELL_DURATION)
        return show_count(number, room);
    if (amount->kind == CELL_SHARE) {
        number = part_of(amount->number, amount->whole, 10000);
        length = snprintf(room, AMOUNT_ROOM, "%llu.%04llu", number / 10000, number % 10000);
    } else {
        number = (number + 500) / 1000;
        length = snprintf(room, AMOUNT_ROOM, "%llu.%03llu", number / 1000, number % 1000);
    }
    return (struct slice){room, (size_t)length};
}
