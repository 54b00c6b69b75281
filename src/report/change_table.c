/* Why: people want the few names that changed, with their numbers side by side; and where nothing
 * is told, to know that it was looked for.
 *
 * How: one table for all kinds of names, which begins with the totals and the reasons. What the
 * number would be if nothing had changed is a column only where the two spans are not of the same
 * length. */
#include "report/change_table.h"

#include "report/page_words.h"
#include "report/parts.h"
#include "report/when.h"

static const struct {
    const char *key;
    enum word word;
} tables[CHANGED_TABLES] = {
    [CHANGED_TOTALS] = {"totals", WORD_CHANGED_TOTAL},
    [CHANGED_REASONS] = {"reasons", WORD_REASON},
    [CHANGED_TEMPLATES] = {"templates", WORD_TEXT},
    [CHANGED_RELAYS] = {"relays", WORD_LIST_RELAY},
    [CHANGED_RECIPIENT_DOMAINS] = {"recipient_domains", WORD_RECIPIENT_DOMAIN},
    [CHANGED_SENDER_DOMAINS] = {"sender_domains", WORD_CHANGED_SENDER_DOMAIN},
    [CHANGED_CLIENTS] = {"clients", WORD_CLIENT},
    [CHANGED_USERS] = {"users", WORD_USER},
};

static const struct {
    const char *key;
    enum word word, card; /* card: {1} before, {2} now */
} kinds[] = {
    [CHANGE_NONE] = {NULL, WORD_CHANGE_NONE, WORD_CARD_AS_BEFORE},
    [CHANGE_NEW] = {"new", WORD_CHANGE_NEW, WORD_CARD_NEW},
    [CHANGE_GREW] = {"grew", WORD_CHANGE_GREW, WORD_CARD_GREW},
    [CHANGE_SHRANK] = {"shrank", WORD_CHANGE_SHRANK, WORD_CARD_SHRANK},
    [CHANGE_GONE] = {"gone", WORD_CHANGE_GONE, WORD_CARD_SHRANK},
};

/* The unit that machines see, in the words of people. */
static const struct {
    const char *unit;
    enum word word;
} units[] = {
    {"messages", WORD_UNIT_MESSAGES},    {"recipients", WORD_UNIT_RECIPIENTS},
    {"attempts", WORD_UNIT_ATTEMPTS},    {"rejections", WORD_UNIT_REJECTIONS},
    {"logins", WORD_AUTH_FAILED},        {"sessions", WORD_UNIT_SESSIONS},
    {"warnings", WORD_UNIT_WARNINGS},    {"tries", WORD_LIST_TRIES},
    {"failures", WORD_CHANGED_FAILURES}, {"refused", WORD_REJECTED},
    {"failed_logins", WORD_AUTH_FAILED}, {"findings", WORD_CHANGED_FINDINGS},
};

static const char *unit_shown(const struct page *page, const char *unit) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_is(slice_of(unit), units[i].unit))
            return page_word(page, units[i].word);
    return unit;
}

/* Of reasons by their event: contract, section 4. */
static const char *unit_of(const struct changed *row) {
    static const struct {
        const char *event, *unit;
    } of_events[] = {{"deferred", "attempts"},  {"rejected", "rejections"},
                     {"auth-failed", "logins"}, {"tls-failed", "sessions"},
                     {"timeout", "sessions"},   {"connection-lost", "sessions"},
                     {"warning", "warnings"}};
    if (row->table != CHANGED_REASONS)
        return row->unit;
    for (size_t i = 0; i < sizeof of_events / sizeof *of_events; i++)
        if (slice_is(row->event, of_events[i].event))
            return of_events[i].unit;
    return "recipients";
}

/* ---- the table */

/* A total has the word of the totals. */
static struct slice total_shown(const struct page *page, struct slice name) {
    static const struct {
        const char *name;
        enum word word;
    } words[] = {{"received", WORD_RECEIVED},     {"delivered", WORD_DELIVERED},
                 {"bounced", WORD_BOUNCED},       {"expired", WORD_EXPIRED},
                 {"discarded", WORD_DISCARDED},   {"deferred", WORD_DEFERRED},
                 {"rejected", WORD_REJECTED},     {"auth_failed", WORD_AUTH_FAILED},
                 {"tls_failed", WORD_TLS_FAILED}, {"connection_lost", WORD_CONNECTION_LOST},
                 {"timeout", WORD_TIMEOUT}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_is(name, words[i].name))
            return slice_of(page_word(page, words[i].word));
    return name;
}

/* "bad-credentials (auth-failed, in)": the words that filters take. */
static struct slice name_shown(struct page *page, const struct changed *row) {
    if (row->table == CHANGED_RELAYS && slice_is(row->name, "(local)"))
        return slice_of(page_word(page, WORD_LIST_LOCAL));
    if (row->table == CHANGED_TOTALS)
        return total_shown(page, row->name);
    if (row->table != CHANGED_REASONS)
        return row->name;
    return arena_print(&page->arena, "%.*s (%.*s%s%.*s%s%s)", SLICE_ARGS(row->name),
                       SLICE_ARGS(row->event), row->direction.length ? ", " : "",
                       SLICE_ARGS(row->direction), row->strangers ? ", " : "",
                       row->strangers ? page_word(page, WORD_OF_STRANGERS) : "");
}

static void add_row(struct page *page, struct cell *list, const struct changed *changed,
                    enum word before, bool shows_expected) {
    struct cell *row = cell_record(page, list, NULL, NULL);
    bool is_reason = changed->table == CHANGED_REASONS;
    uint64_t expected = differ_expected(changed->before, changed->spans);
    cell_text(page, row, NULL, page_word(page, WORD_CHANGE_COLUMN),
              slice_of(page_word(page, kinds[changed->change].word)));
    cell_text(page, row, "change", NULL, slice_of(kinds[changed->change].key));
    cell_text(page, row, NULL, page_word(page, WORD_CHANGED_WHAT),
              slice_of(page_word(page, tables[changed->table].word)));
    cell_text(page, row, "table", NULL, slice_of(tables[changed->table].key));
    cell_text(page, row, "name", NULL, changed->name);
    cell_known(page, row, "event", NULL, changed->event);
    cell_known(page, row, "direction", NULL, changed->direction);
    if (is_reason)
        cell_text(page, row, "who", NULL, changed->strangers ? SLICE("strangers") : SLICE("ours"));
    else
        cell_none(page, row, "who", NULL);
    cell_count(page, row, "before", page_word(page, before), changed->before, NULL);
    cell_count(page, row, "expected",
               shows_expected ? page_word(page, WORD_CHANGED_EXPECTED) : NULL, expected, NULL);
    cell_count(page, row, "now", page_word(page, WORD_CHANGED_NOW), changed->now, NULL);
    cell_text(page, row, "unit", NULL, slice_of(unit_of(changed)));
    cell_text(page, row, NULL, page_word(page, WORD_CHANGED_OF),
              slice_of(unit_shown(page, unit_of(changed))));
    cell_text(page, row, NULL, page_word(page, WORD_CHANGED_NAME), name_shown(page, changed));
}

/* The same number in both columns would only be asked about. */
static bool differ_in_length(struct differ_spans spans) {
    const double close = 0.02;
    double more = spans.now > spans.before ? spans.now : spans.before;
    double less = spans.now > spans.before ? spans.before : spans.now;
    return less > 0 && more - less > close * more;
}

static struct section *add_rows(struct page *page, const struct changes *changes,
                                const struct compared *comparison, unsigned most,
                                size_t *left_out_r) {
    struct section *section = page_section(page, "changes", NULL, LOOK_TABLE, CELL_LIST);
    bool shows_expected = comparison->usual || differ_in_length(comparison->spans);
    enum word before = comparison->usual ? WORD_CHANGED_USUAL : WORD_CHANGED_BEFORE;
    unsigned shown[CHANGED_TABLES] = {0};
    *left_out_r = 0;
    for (size_t i = 0; i < changes->count; i++) {
        const struct changed *row = &changes->rows[i];
        if (row->change == CHANGE_NONE)
            continue;
        if (most && shown[row->table] == most)
            ++*left_out_r;
        else
            add_row(page, section->cell, row, before, shows_expected);
        shown[row->table] += !most || shown[row->table] < most;
    }
    return section;
}

/* ---- what was compared */

/* "2026-06-01 10:00 - 2026-06-02 10:00"; "?" for a time that no entry has. */
static struct slice span_words(struct page *page, int64_t begin, int64_t end) {
    struct slice first = when_words(page, begin), last = when_words(page, end);
    return WORDS_FILL(&page->arena, page_word(page, WORD_CHANGED_SPAN),
                      first.length ? first : SLICE("?"), last.length ? last : SLICE("?"));
}

enum { BEFORE, NOW };

static void add_compared(struct page *page, const struct compared *comparison) {
    page_section(page, NULL, page_word(page, WORD_CHANGES), LOOK_TEXT, CELL_TEXT)->cell->text =
        WORDS_FILL(&page->arena, page_word(page, WORD_CHANGES_COMPARED), comparison->with,
                   span_words(page, comparison->begins[BEFORE], comparison->ends[BEFORE]),
                   span_words(page, comparison->begins[NOW], comparison->ends[NOW]));
}

/* How long history has learned, and what it is still unsure of. */
static void add_usual(struct page *page, const struct compared *comparison) {
    const struct usual *usual = comparison->usual;
    struct slice now = span_words(page, comparison->begins[NOW], comparison->ends[NOW]);
    struct cell *cell =
        page_section(page, NULL, page_word(page, WORD_CHANGES), LOOK_TEXT, CELL_TEXT)->cell;
    if (usual->since == MOMENT_NONE)
        cell->text = slice_of(page_word(page, WORD_USUAL_NOTHING));
    else
        cell->text =
            WORDS_FILL(&page->arena, page_word(page, WORD_USUAL_WEEKS),
                       when_words(page, usual->since), words_number(page, usual->week_count), now);
    if (usual->learning_until != MOMENT_NONE)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_USUAL_LEARNING),
                                   when_words(page, usual->learning_until)));
    if (usual->rules_changed)
        page_text(page, slice_of(page_word(page, WORD_USUAL_RULES)));
}

static void add_span(struct page *page, struct cell *record, const char *key, int64_t begin,
                     int64_t end, double seconds) {
    struct cell *span = cell_record(page, record, key, NULL);
    when_cell(page, span, "begin", begin);
    when_cell(page, span, "end", end);
    cell_count(page, span, "seconds", NULL, (uint64_t)seconds, NULL);
}

static void add_history(struct page *page, struct cell *record, const struct usual *usual) {
    if (!usual) {
        cell_none(page, record, "history", NULL);
        return;
    }
    struct cell *history = cell_record(page, record, "history", NULL);
    when_cell(page, history, "since", usual->since);
    cell_count(page, history, "weeks", NULL, usual->week_count, NULL);
    when_cell(page, history, "learning_until", usual->learning_until);
    cell_count(page, history, "rules_changed", NULL, usual->rules_changed, NULL);
}

static void add_account(struct page *page, const struct changes *changes,
                        const struct compared *comparison) {
    page->part = part_name(PART_COMPARED);
    struct cell *record = page_section(page, "compared", NULL, LOOK_HIDDEN, CELL_RECORD)->cell;
    cell_text(page, record, "with", NULL, comparison->with);
    add_span(page, record, "before", comparison->begins[BEFORE], comparison->ends[BEFORE],
             comparison->spans.before);
    add_span(page, record, "now", comparison->begins[NOW], comparison->ends[NOW],
             comparison->spans.now);
    add_history(page, record, comparison->usual);
    cell_count(page, record, "names", NULL, changes->names, NULL);
    cell_count(page, record, "seldom_new", NULL, changes->seldom_new, NULL);
    cell_count(page, record, "seldom_gone", NULL, changes->seldom_gone, NULL);
}

void change_table_add(struct page *page, const struct changes *changes,
                      const struct compared *comparison, unsigned most) {
    size_t left_out;
    page->part = part_name(PART_CHANGES);
    if (comparison->usual)
        add_usual(page, comparison);
    else
        add_compared(page, comparison);
    struct section *section = add_rows(page, changes, comparison, most, &left_out);
    if (!section->cell->first && comparison->usual && comparison->usual->since == MOMENT_NONE) {
        section->look = LOOK_HIDDEN;
    } else if (!section->cell->first) {
        section->look = LOOK_HIDDEN;
        page_text(page, slice_of(page_word(page, WORD_CHANGES_NOTHING)));
    }
    if (left_out)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_CHANGES_MORE),
                                   words_number(page, left_out)));
    if (changes->seldom_new || changes->seldom_gone)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_CHANGES_SELDOM),
                                   words_number(page, changes->seldom_new),
                                   words_number(page, changes->seldom_gone)));
    add_account(page, changes, comparison);
    page->part = NULL;
}

void change_table_none(struct page *page, bool is_asked) {
    page->part = part_name(PART_CHANGES);
    page_section(page, "changes", NULL, LOOK_HIDDEN, CELL_LIST);
    if (is_asked)
        page_text(page, slice_of(page_word(page, WORD_CHANGES_NOT_COMPARED)));
    page->part = part_name(PART_COMPARED);
    page_section(page, "compared", NULL, LOOK_HIDDEN, CELL_NONE);
    page->part = NULL;
}

struct slice change_words(struct page *page, const struct changed *changed) {
    bool is_new = !changed->was_known;
    enum word word = is_new ? WORD_CARD_NEW : kinds[changed->change].card;
    return WORDS_FILL(&page->arena, page_word(page, word), words_number(page, changed->before));
}
