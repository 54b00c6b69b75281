/* Why: numbers out of history look like those of logs, and some of them are less.
 *
 * How: one table says what each part of a report is then; the section, the words and what is left
 * out are made of it.
 */
#include "report/past_section.h"

#include "report/page_words.h"
#include "report/parts.h"
#include "report/when.h"

enum kept { NOT_KEPT, EXACT, ABOUT, BESIDE /* made of what is there */ };

/* The others are not kept. */
static const enum kept kept_as[PART_COUNT] = {
    [PART_TOTALS] = EXACT,        [PART_REASONS] = EXACT,
    [PART_CODES] = EXACT,         [PART_DAYS] = EXACT,
    [PART_HOURS] = EXACT,         [PART_REJECTIONS] = EXACT,
    [PART_NOTICES] = EXACT,       [PART_REJECTED_CLIENTS] = ABOUT,
    [PART_BLOCKLISTS] = ABOUT,    [PART_LOGIN_USERS] = ABOUT,
    [PART_LOGIN_CLIENTS] = ABOUT, [PART_RECIPIENT_DOMAINS] = ABOUT,
    [PART_RELAYS] = ABOUT,        [PART_SENDER_DOMAINS] = ABOUT,
    [PART_SENDERS] = ABOUT,       [PART_RECIPIENTS] = ABOUT,
    [PART_CLIENTS] = ABOUT,       [PART_NETWORKS] = ABOUT,
    [PART_CHANGES] = BESIDE,      [PART_COMPARED] = BESIDE,
    [PART_MUTED] = BESIDE,
};

uint64_t past_parts(void) {
    uint64_t parts = 0;
    for (int part = 0; part < PART_COUNT; part++)
        if (kept_as[part] != NOT_KEPT)
            parts |= PART_BIT(part);
    return parts;
}

static void add_parts(struct page *page, struct cell *record, const char *key, enum kept kept) {
    struct cell *list = cell_list(page, record, key, NULL);
    for (int part = 0; part < PART_COUNT; part++)
        if (kept_as[part] == kept)
            cell_text(page, list, NULL, NULL, slice_of(part_name((enum part)part)));
}

/* What people know of that is not kept. */
static const enum word not_kept[] = {WORD_FLOW,          WORD_WAITING_TABLE, WORD_TROUBLE,
                                     WORD_ACCOUNTS,      WORD_LISTED,        WORD_POSTSCREEN,
                                     WORD_MILTERS,       WORD_TLS,           WORD_TLS_PEERS,
                                     WORD_LOGIN_METHODS, WORD_BY_OPERATOR};

static struct slice titles_of_not_kept(struct page *page) {
    struct slice titles = {0};
    for (size_t i = 0; i < sizeof not_kept / sizeof *not_kept; i++)
        titles = arena_print(&page->arena, "%.*s%s%s", SLICE_ARGS(titles), i ? "; " : "",
                             page_word(page, not_kept[i]));
    return titles;
}

void past_section(struct page *page, const struct summary_past *past) {
    struct cell *record = page_section(page, "history", NULL, LOOK_HIDDEN, CELL_RECORD)->cell;
    when_cell(page, record, "since", past->since);
    when_cell(page, record, "until", past->until);
    if (past->missing.length)
        cell_text(page, record, "missing", NULL, arena_copy(&page->arena, past->missing));
    add_parts(page, record, "exact", EXACT);
    add_parts(page, record, "about", ABOUT);
    add_parts(page, record, "not_kept", NOT_KEPT);
    if (past->missing.length)
        page_text(page,
                  WORDS_FILL(&page->arena, page_word(page, WORD_PAST_MISSING), past->missing));
    page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_PAST),
                               when_words(page, past->since), when_words(page, past->until)));
    page_text(page, slice_of(page_word(page, WORD_PAST_EXACT)));
    page_text(page, slice_of(page_word(page, WORD_PAST_ABOUT)));
    page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_PAST_NOT_KEPT),
                               titles_of_not_kept(page)));
    if (past->is_full)
        page_text(page, slice_of(page_word(page, WORD_PAST_FULL)));
}
