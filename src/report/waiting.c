/* Why: what waits is what an administrator can still do something about: since when, for whom, and
 * because of what.
 *
 * How: the tally only knows how many wait; since when and why is in the journey, which remembers
 * each of them until he is delivered. They are put together here, when the report is made. Of what
 * is held nothing is tried until somebody releases it, so it stands in rows of its own.
 */
#include "report/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "report/rows.h"
#include "report/when.h"

enum { DOMAIN_MOST = 255, KEY_MOST = DOMAIN_MOST + 80 };

/* Under "held or not, reason, NUL, domain". */
struct waiting_value {
    uint64_t count;
    int64_t since; /* of the oldest; MOMENT_NONE: not known */
};

struct waiting_row {
    struct slice domain, reason;
    bool held;
    struct waiting_value value;
};

struct waiting_table {
    struct masker *masker; /* NULL: names are shown */
    struct map map;
    uint64_t count, held;
    int64_t since;
    struct waiting_row *rows; /* most first */
};

static int64_t older_of(int64_t one, int64_t other) {
    if (one == MOMENT_NONE || other == MOMENT_NONE)
        return one == MOMENT_NONE ? other : one;
    return one < other ? one : other;
}

static void add_waiter(void *context, const struct waiter *waiter) {
    struct waiting_table *table = context;
    char key[KEY_MOST];
    size_t used = 0;
    struct slice domain = address_domain(waiter->recipient);
    struct slice reason = slice_head(slice_of(waiter->reason), KEY_MOST - DOMAIN_MOST - 2);
    if (table->masker)
        domain = masker_host(table->masker, domain);
    domain = slice_head(domain, DOMAIN_MOST);
    key[used++] = waiter->held ? 'h' : 'd';
    if (reason.length)
        memcpy(key + used, reason.at, reason.length);
    used += reason.length;
    key[used++] = '\0';
    used += slice_lowered(domain, key + used).length;
    bool is_new;
    struct waiting_value *value = map_put(&table->map, (struct slice){key, used}, &is_new);
    value->since = is_new ? waiter->since : older_of(value->since, waiter->since);
    value->count++;
    table->since = older_of(table->since, waiter->since);
    table->count++;
    table->held += waiter->held;
    if (table->masker)
        masker_clear(table->masker);
}

/* Most first, of equals the oldest, then by name. */
static int compare_rows(const void *left, const void *right) {
    const struct waiting_row *a = left, *b = right;
    if (a->value.count != b->value.count)
        return a->value.count > b->value.count ? -1 : 1;
    if (a->value.since != b->value.since)
        return older_of(a->value.since, b->value.since) == a->value.since ? -1 : 1;
    int order = slice_compare(a->domain, b->domain);
    if (!order)
        order = slice_compare(a->reason, b->reason);
    return order ? order : a->held - b->held;
}

static void sort_rows(struct waiting_table *table) {
    size_t count = 0;
    table->rows = memory_resize(NULL, table->map.count + 1, sizeof *table->rows);
    for (size_t place = 0; place < table->map.used; place++) {
        struct slice key;
        const struct waiting_value *value = map_at(&table->map, place, &key);
        if (!value)
            continue;
        struct waiting_row *row = &table->rows[count++];
        row->held = key.at[0] == 'h';
        key = slice_from(key, 1);
        slice_cut(&key, '\0', &row->reason);
        row->domain = key;
        row->value = *value;
    }
    qsort(table->rows, count, sizeof *table->rows, compare_rows);
}

struct waiting_table *waiting_table_new(const struct journey *journey, struct masker *masker) {
    struct waiting_table *table = memory_new(sizeof *table);
    table->masker = masker;
    table->since = MOMENT_NONE;
    map_init(&table->map, sizeof(struct waiting_value));
    if (journey)
        journey_each_waiting(journey, add_waiter, table);
    sort_rows(table);
    return table;
}

void waiting_table_free(struct waiting_table *table) {
    map_release(&table->map);
    free(table->rows);
    free(table);
}

uint64_t waiting_table_held(const struct waiting_table *table) {
    return table->held;
}

/* ---- showing */

static void add_sentence(struct page *page, struct cell *list, enum word word, uint64_t number) {
    if (number)
        cell_text(page, list, NULL, NULL,
                  WORDS_FILL(&page->arena, page_word(page, word), words_number(page, number)));
}

/* Below the table: it has the title. */
static void add_words(struct page *page, const struct waiting_table *table, uint64_t waiting) {
    struct section *section = page_section(page, NULL, NULL, LOOK_TEXT, CELL_LIST);
    struct slice since = when_words(page, table->since);
    if (since.length)
        cell_text(page, section->cell, NULL, NULL,
                  WORDS_FILL(&page->arena, page_word(page, WORD_WAITING_SINCE), since));
    add_sentence(page, section->cell, WORD_WAITING_HELD, table->held);
    add_sentence(page, section->cell, WORD_WAITING_LOST,
                 waiting > table->count ? waiting - table->count : 0);
    if (!section->cell->first)
        section->look = LOOK_HIDDEN;
}

static void add_row(struct rows *rows, const struct waiting_row *waiting) {
    struct page *page = rows->page;
    struct cell *row = rows_add(rows, waiting->value.count);
    if (!row)
        return;
    row_text(rows, row, "recipient_domain", WORD_RECIPIENT_DOMAIN, waiting->domain);
    cell_text(page, row, "state", NULL, waiting->held ? SLICE("held") : SLICE("deferred"));
    cell_text(page, row, NULL, page_word(page, WORD_STATE),
              slice_of(page_word(page, waiting->held ? WORD_HELD : WORD_PUT_OFF)));
    row_text(rows, row, "reason", WORD_REASON, waiting->reason);
    cell_count(page, row, "count", page_word(page, WORD_COUNT_COLUMN), waiting->value.count,
               page_word(page, WORD_UNIT_RECIPIENT + (waiting->value.count != 1)));
    when_shown(page, row, page_word(page, WORD_SINCE), waiting->value.since);
    when_cell(page, row, "since", waiting->value.since);
}

void waiting_add(struct page *page, const struct waiting_table *table,
                 const struct summary_wishes *wishes, uint64_t waiting) {
    enum { MOST = 1000 };
    struct rows rows;
    rows_begin(&rows, page, wishes, PART_WAITING, WORD_WAITING_TABLE);
    for (size_t i = 0; i < table->map.count && i < MOST; i++)
        add_row(&rows, &table->rows[i]);
    rows.more += table->map.count > MOST ? table->map.count - MOST : 0;
    rows_end(&rows);
    page->part = part_name(PART_WAITING);
    add_words(page, table, waiting);
    page->part = NULL;
}
