/* Why: a report is read by a tired administrator, who wants to know from its first lines whether
 * something is wrong, what, who must act and what to do.
 *
 * How: of the reasons, kept apart from what strangers did, those from a warning on are things to
 * do: a card each, the most serious first, which begins with who acts and what to do. All others
 * are rows of two tables. Machines get each reason whole, in one list.
 */
#include "report/todo.h"

#include "base/out.h"
#include "finding/hint.h"
#include "report/change_table.h"
#include "report/page_words.h"
#include "report/when.h"

enum { ACCOUNTS_SHOWN = 3 };

/* The unit of a count, by event (contract, section 4), and what people read. */
static const struct event_words {
    const char *event, *unit;
    enum word one, many;
    enum word unit_of_one; /* of several it is the next word */
} event_words[] = {
    {"delivered", "recipients", WORD_ONE_DELIVERED, WORD_MANY_DELIVERED, WORD_UNIT_RECIPIENT},
    {"bounced", "recipients", WORD_ONE_BOUNCED, WORD_MANY_BOUNCED, WORD_UNIT_RECIPIENT},
    {"expired", "recipients", WORD_ONE_EXPIRED, WORD_MANY_EXPIRED, WORD_UNIT_RECIPIENT},
    {"deferred", "attempts", WORD_ONE_DEFERRED, WORD_MANY_DEFERRED, WORD_UNIT_ATTEMPT},
    {"rejected", "rejections", WORD_ONE_REJECTED, WORD_MANY_REJECTED, WORD_UNIT_REJECTION},
    {"auth-failed", "logins", WORD_ONE_AUTH_FAILED, WORD_MANY_AUTH_FAILED, WORD_UNIT_LOGIN},
    {"tls-failed", "sessions", WORD_ONE_TLS_FAILED, WORD_MANY_TLS_FAILED, WORD_UNIT_SESSION},
    {"connection-lost", "sessions", WORD_ONE_CONNECTION_LOST, WORD_MANY_CONNECTION_LOST,
     WORD_UNIT_SESSION},
    {"timeout", "sessions", WORD_ONE_TIMEOUT, WORD_MANY_TIMEOUT, WORD_UNIT_SESSION},
    {"discarded", "recipients", WORD_ONE_DISCARDED, WORD_MANY_DISCARDED, WORD_UNIT_RECIPIENT},
    {"held", "recipients", WORD_ONE_HELD, WORD_MANY_HELD, WORD_UNIT_RECIPIENT},
    {"warning", "warnings", WORD_ONE_WARNING, WORD_MANY_WARNING, WORD_UNIT_WARNING},
};

static const struct event_words *words_of(struct slice event) {
    size_t i = 0, last = sizeof event_words / sizeof *event_words - 1;
    while (i < last && !slice_is(event, event_words[i].event))
        i++;
    return &event_words[i];
}

static struct slice code_words(struct page *page, const struct joined *joined) {
    struct out words;
    out_init_memory(&words);
    for (size_t i = 0; i < joined->code_count && i < 6; i++) {
        const struct joined_code *code = &joined->codes[i];
        char enhanced[16];
        size_t length = enhanced_print(code->enhanced, enhanced);
        out_text(&words, i ? ", " : "");
        if (code->code)
            out_number(&words, code->code);
        else
            out_text(&words, length ? "" : page_word(page, WORD_NO_CODE));
        if (length) {
            out_text(&words, code->code ? " " : "");
            out_slice(&words, (struct slice){enhanced, length});
        }
        out_byte(&words, ' ');
        out_slice(&words, WORDS_FILL(&page->arena,
                                     code->implied ? page_word(page, WORD_COUNT_IMPLIED) : "({1})",
                                     words_number(page, code->count)));
    }
    if (joined->code_count > 6) {
        out_byte(&words, ' ');
        out_slice(&words, WORDS_FILL(&page->arena, page_word(page, WORD_AND_MORE),
                                     words_number(page, joined->code_count - 6)));
    }
    struct slice kept = arena_copy(&page->arena, out_held(&words));
    out_release(&words);
    return kept;
}

static void add_codes(struct page *page, struct cell *reason, const struct joined *joined) {
    struct cell *codes = cell_list(page, reason, "codes", NULL);
    for (size_t i = 0; i < joined->code_count; i++) {
        const struct joined_code *code = &joined->codes[i];
        char enhanced[16];
        size_t length = enhanced_print(code->enhanced, enhanced);
        struct cell *cell = cell_record(page, codes, NULL, NULL);
        if (code->code)
            cell_code(page, cell, "code", NULL, code->code);
        else
            cell_none(page, cell, "code", NULL);
        cell_known(page, cell, "enhanced", NULL, (struct slice){enhanced, length});
        cell_count(page, cell, "count", NULL, code->count, NULL);
        if (code->code)
            cell_text(page, cell, "code_source", NULL,
                      code->implied ? SLICE("implied") : SLICE("explicit"));
        else
            cell_none(page, cell, "code_source", NULL);
    }
}

/* "connection-timeout (2), greylisted (1)" */
static struct slice tie_words(struct page *page, const struct joined *joined, bool sequels) {
    struct slice words = {0};
    for (size_t i = 0; i < joined->tie_count; i++) {
        const struct tally_tie *tie = &joined->ties[i];
        if (tie->is_sequel == sequels)
            words = arena_print(&page->arena, "%.*s%s%.*s (%llu)", SLICE_ARGS(words),
                                words.length ? ", " : "", SLICE_ARGS(tie->class_name),
                                (unsigned long long)tie->count);
    }
    return words;
}

static void add_tie_words(struct page *page, struct cell *cell, const struct joined *joined) {
    struct slice causes = tie_words(page, joined, false), sequels = tie_words(page, joined, true);
    bool expired = slice_is(joined->event, "expired");
    if (causes.length)
        cell_text(page, cell, NULL,
                  page_word(page, expired ? WORD_EXPIRED_BECAUSE : WORD_COMES_AFTER), causes);
    if (sequels.length)
        cell_text(page, cell, NULL, page_word(page, WORD_ONLY_FOLLOWED), sequels);
}

static void add_ties(struct page *page, struct cell *reason, const struct joined *joined,
                     const char *key, bool sequels) {
    struct cell *list = cell_list(page, reason, key, NULL);
    for (size_t i = 0; i < joined->tie_count; i++) {
        if (joined->ties[i].is_sequel != sequels)
            continue;
        struct cell *cell = cell_record(page, list, NULL, NULL);
        cell_text(page, cell, "class", NULL, joined->ties[i].class_name);
        cell_count(page, cell, "count", NULL, joined->ties[i].count, NULL);
    }
}

static void add_acts(struct page *page, struct cell *reason, unsigned acts) {
    char words[96];
    cell_words(page, cell_list(page, reason, "acts", NULL),
               (struct slice){words, acts_print(acts, '|', words)});
}

struct slice todo_heading(struct page *page, struct slice class_name, struct slice event,
                          struct slice way, uint64_t count) {
    const struct event_words *words = words_of(event);
    enum direction direction = DIRECTION_NONE;
    bool of_itself = slice_is(event, "warning") && slice_is(way, "local");
    if (!of_itself)
        direction_read(way, &direction);
    return WORDS_FILL(&page->arena, page_word(page, count == 1 ? words->one : words->many),
                      class_name, words_number(page, count),
                      slice_of(words_direction(page->words, direction)));
}

/* The hint of what most of it came after, where there is one. */
static struct slice hint_of(const struct joined *joined) {
    if (!joined->reason)
        return (struct slice){0};
    for (size_t i = 0; i < joined->tie_count; i++) {
        const struct tally_tie *tie = &joined->ties[i];
        struct slice after = reason_hint_after(joined->reason, tie->class_name);
        if (!tie->is_sequel && tie->count > joined->count / 2 && after.length)
            return after;
    }
    return reason_hint(joined->reason, joined->mta, joined->way);
}

/* ---- for people ---- */

/* "mail.log:12, 2026-06-01 10:00; last 2026-06-01 12:01" */
static struct slice place_words(struct page *page, const struct joined *joined) {
    struct slice first = when_words(page, joined->example.seconds);
    struct slice last = when_words(page, joined->last);
    struct slice place = arena_print(&page->arena, "%.*s:%llu", SLICE_ARGS(joined->example.source),
                                     (unsigned long long)joined->example.line);
    if (!first.length)
        return place;
    if (slice_equal(first, last))
        return WORDS_FILL(&page->arena, page_word(page, WORD_PLACE_ONCE), place, first);
    return WORDS_FILL(&page->arena, page_word(page, WORD_PLACE), place, first, last);
}

/* How many have a name that is shown; the last may be those not told apart. */
static size_t affected_shown(const struct joined *joined) {
    size_t named = joined->affected_count - joined->affected_more;
    return named < AFFECTED_KNOWN ? named : AFFECTED_KNOWN;
}

/* "example.net (12), example.org (3) and 4 more" */
static struct slice affected_words(struct page *page, const struct joined *joined) {
    struct slice words = {0};
    size_t shown = 0;
    for (; shown < affected_shown(joined); shown++) {
        const struct tally_affected *affected = &joined->affected[shown];
        words = arena_print(&page->arena, "%.*s%s%.*s (%llu)", SLICE_ARGS(words), shown ? ", " : "",
                            SLICE_ARGS(affected->name), (unsigned long long)affected->count);
    }
    if (shown == joined->affected_count)
        return words;
    enum word more = joined->affected_more ? WORD_AND_MANY_MORE : WORD_AND_MORE;
    struct slice rest = WORDS_FILL(&page->arena, page_word(page, more),
                                   words_number(page, joined->affected_count - shown));
    return arena_print(&page->arena, "%.*s %.*s", SLICE_ARGS(words), SLICE_ARGS(rest));
}

struct slice todo_do(struct page *page, unsigned all_acts, struct slice hint) {
    unsigned acts = all_acts & ~(unsigned)ACTS_WAIT;
    if (!all_acts)
        return hint;
    if (!acts)
        return WORDS_FILL(&page->arena, page_word(page, WORD_DO_WAIT), hint);
    struct slice who = words_acts(page->words, acts, &page->arena);
    return WORDS_FILL(&page->arena, page_word(page, WORD_CODE_COLON), who, hint);
}

/* apart: strangers are a reason of their own here. */
static struct slice rows_words(const struct digging *digging, const struct joined *joined,
                               bool apart) {
    struct dig dig;
    dig_begin(&dig, digging);
    dig_value(&dig, FILTER_CLASS, joined->class_name);
    dig_event(&dig, joined->event);
    dig_value(&dig, FILTER_DIRECTION, joined->direction);
    if (apart && slice_is(joined->direction, "in"))
        dig_word(&dig, FILTER_STRANGERS, joined->strangers ? "yes" : "no");
    return dig_end(&dig);
}

static struct slice trace_words(const struct digging *digging, const struct joined *joined) {
    return digging_trace(digging, joined->example.source, joined->example.line);
}

/* What shows that it is so. */
static void add_proof(const struct digging *digging, struct cell *cell,
                      const struct joined *joined) {
    struct page *page = digging->page;
    cell_text(page, cell, NULL, page_word(page, WORD_CODES), code_words(page, joined));
    add_tie_words(page, cell, joined);
    cell_text(page, cell, NULL, page_word(page, WORD_EXAMPLE), joined->example.reply)->literal =
        true;
    cell_text(page, cell, NULL, page_word(page, WORD_FIRST_AT), place_words(page, joined));
    digging_cell(digging, cell, NULL, page_word(page, WORD_ROWS),
                 rows_words(digging, joined, true));
    digging_cell(digging, cell, NULL, page_word(page, WORD_MESSAGE), trace_words(digging, joined));
}

/* before: NULL when the record has no cell in front of them. */
static void fold_behind(const struct cell *record, const struct cell *before) {
    for (struct cell *cell = before ? before->next : record->first; cell; cell = cell->next)
        cell->folded = true;
}

static void add_card(const struct digging *digging, struct cell *list,
                     const struct joined *joined) {
    struct page *page = digging->page;
    struct cell *cell = cell_record(page, list, NULL, NULL);
    words_add_severity(page, cell, NULL, "", joined->severity);
    cell_text(
        page, cell, NULL, "",
        todo_heading(page, joined->class_name, joined->event, joined->direction, joined->count));
    cell_text(page, cell, NULL, page_word(page, WORD_DO),
              todo_do(page, joined->acts, hint_of(joined)));
    if (joined->reason)
        cell_text(page, cell, NULL, page_word(page, WORD_WHAT), joined->reason->title);
    cell_text(page, cell, NULL, page_word(page, WORD_AFFECTED), affected_words(page, joined));
    if (joined->changed)
        cell_text(page, cell, NULL, page_word(page, WORD_CARD_CHANGE),
                  change_words(page, joined->changed));
    struct cell *before = cell->last;
    add_proof(digging, cell, joined);
    fold_behind(cell, before);
}

/* Which share of the page a reason is told in. */
enum share { SHARE_TODO, SHARE_STRANGERS, SHARE_NOTICED, SHARE_MUTED };

static enum share share_of(const struct joined *joined) {
    if (joined->muted)
        return SHARE_MUTED;
    if (joined->strangers)
        return SHARE_STRANGERS;
    return joined->severity >= SEVERITY_WARNING ? SHARE_TODO : SHARE_NOTICED;
}

/* Ends a list that was given so many, of which the first `top` are in it; one without any is not
 * shown. */
static void end_list(struct page *page, struct section *section, size_t count, unsigned top) {
    if (!count)
        section->look = LOOK_HIDDEN;
    if (top && count > top)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_MORE_REASONS),
                                   words_number(page, count - top)));
}

/* "mailtriage export --all --user bob mail.log" */
static struct slice suspect_rows(const struct digging *digging, const struct suspects *suspects) {
    struct dig dig;
    dig_begin(&dig, digging);
    out_text(&dig.words, " --all");
    dig_name(&dig, FILTER_USER, suspects->items[0].account.name);
    return dig_end(&dig);
}

static void add_suspects(const struct digging *digging, struct cell *list,
                         const struct suspects *suspects) {
    struct page *page = digging->page;
    struct cell *cell = cell_record(page, list, NULL, NULL);
    words_add_severity(page, cell, NULL, "", suspects_severity(suspects));
    cell_text(page, cell, NULL, "",
              WORDS_FILL(&page->arena, page_word(page, WORD_ONE_ACCOUNT + (suspects->count != 1)),
                         words_number(page, suspects->count)));
    cell_text(page, cell, NULL, page_word(page, WORD_DO),
              WORDS_FILL(&page->arena, page_word(page, WORD_CODE_COLON),
                         words_acts(page->words, ACTS_OUR_ADMIN | ACTS_OUR_USER, &page->arena),
                         slice_of(page_word(page, WORD_ACCOUNTS_DO))));
    for (size_t i = 0; i < suspects->count && i < ACCOUNTS_SHOWN; i++)
        cell_text(page, cell, NULL, page_word(page, i ? WORD_AND : WORD_AFFECTED),
                  WORDS_FILL(&page->arena, page_word(page, WORD_CODE_COLON),
                             suspects->items[i].account.name,
                             suspect_words(page, &suspects->items[i])));
    digging_cell(digging, cell, NULL, page_word(page, WORD_ROWS), suspect_rows(digging, suspects));
}

/* Suspects stand in front of the reasons that are not more serious. */
void todo_cards(const struct digging *digging, const struct joining *apart,
                const struct suspects *suspects, unsigned top) {
    struct page *page = digging->page;
    struct section *section =
        page_section(page, NULL, page_word(page, WORD_TODO), LOOK_CARDS, CELL_LIST);
    size_t count = 0;
    bool told = !suspects->count;
    for (size_t i = 0; i <= apart->count; i++) {
        const struct joined *joined = i < apart->count ? &apart->items[i] : NULL;
        bool is_next = !joined || share_of(joined) != SHARE_TODO ||
                       joined->severity <= suspects_severity(suspects);
        if (!told && is_next && (++count <= top || !top))
            add_suspects(digging, section->cell, suspects);
        told |= is_next;
        if (joined && share_of(joined) == SHARE_TODO && (++count <= top || !top))
            add_card(digging, section->cell, joined);
    }
    end_list(page, section, count, top);
}

/* In the words that machines get, too: with them the rows are found in an export. */
static void add_row(const struct digging *digging, struct cell *list, const struct joined *joined) {
    struct page *page = digging->page;
    enum word unit = words_of(joined->event)->unit_of_one + (joined->count != 1);
    struct cell *row = cell_record(page, list, NULL, NULL);
    cell_text(page, row, NULL, page_word(page, WORD_REASON), joined->class_name);
    cell_text(page, row, NULL, page_word(page, WORD_EVENT), joined->event);
    if (!joined->strangers)
        cell_text(page, row, NULL, page_word(page, WORD_DIRECTION), joined->direction);
    cell_count(page, row, NULL, page_word(page, WORD_COUNT_COLUMN), joined->count,
               page_word(page, unit));
    if (joined->reason)
        cell_text(page, row, NULL, page_word(page, WORD_WHAT), joined->reason->title);
    else
        cell_none(page, row, NULL, page_word(page, WORD_WHAT));
    struct cell *before = row->last;
    cell_text(page, row, NULL, page_word(page, WORD_DO),
              todo_do(page, joined->acts, hint_of(joined)));
    cell_text(page, row, NULL, page_word(page, WORD_AFFECTED), affected_words(page, joined));
    add_proof(digging, row, joined);
    fold_behind(row, before);
}

/* "mailtriage export --class REASON --event EVENT --strangers yes mail.log" */
static void add_rows_line(const struct digging *digging, enum share share, bool of_warnings) {
    struct dig dig;
    dig_begin(&dig, digging);
    dig_word(&dig, FILTER_CLASS, "REASON");
    dig_word(&dig, FILTER_EVENT, of_warnings ? "warning" : "EVENT");
    if (share == SHARE_NOTICED) {
        dig_word(&dig, FILTER_DIRECTION, "DIRECTION");
        if (!of_warnings)
            dig_counted(&dig);
    }
    dig_word(&dig, FILTER_STRANGERS, share == SHARE_STRANGERS ? "yes" : "no");
    digging_line(digging, dig_end(&dig));
}

/* What strangers are warned of is asked for as all that they do. */
static bool is_asked_apart(const struct joined *joined) {
    return !joined->strangers && slice_is(joined->event, "warning");
}

static void add_share(const struct digging *digging, struct section *section,
                      const struct joining *apart, enum share share, unsigned top) {
    struct page *page = digging->page;
    size_t count = 0;
    bool any_apart = false, any_other = false;
    for (size_t i = 0; i < apart->count; i++) {
        const struct joined *joined = &apart->items[i];
        if (share_of(joined) != share || (++count > top && top))
            continue;
        add_row(digging, section->cell, joined);
        any_apart |= is_asked_apart(joined);
        any_other |= !is_asked_apart(joined);
    }
    end_list(page, section, count, top);
    if (any_other)
        add_rows_line(digging, share, false);
    if (any_apart)
        add_rows_line(digging, share, true);
}

void todo_strangers(const struct digging *digging, const struct joining *apart, unsigned top) {
    struct page *page = digging->page;
    struct section *hint =
        page_section(page, NULL, page_word(page, WORD_STRANGERS), LOOK_TEXT, CELL_TEXT);
    struct section *section = page_section(page, NULL, NULL, LOOK_TABLE, CELL_LIST);
    hint->cell->text = slice_of(page_word(page, WORD_STRANGERS_HINT));
    add_share(digging, section, apart, SHARE_STRANGERS, top);
    if (section->look == LOOK_HIDDEN)
        hint->look = LOOK_HIDDEN;
}

void todo_noticed(const struct digging *digging, const struct joining *apart, unsigned top) {
    struct page *page = digging->page;
    struct section *section =
        page_section(page, NULL, page_word(page, WORD_NOTICED), LOOK_TABLE, CELL_LIST);
    add_share(digging, section, apart, SHARE_NOTICED, top);
}

/* ---- the verdict ---- */

static struct slice severity_count(struct page *page, const struct joining *apart,
                                   const struct suspects *suspects, enum severity severity) {
    static const enum word one[] = {[SEVERITY_WARNING] = WORD_ONE_OF_WARNING,
                                    [SEVERITY_ERROR] = WORD_ONE_OF_ERROR,
                                    [SEVERITY_CRITICAL] = WORD_ONE_OF_CRITICAL};
    size_t count = suspects->count && suspects_severity(suspects) == severity;
    for (size_t i = 0; i < apart->count; i++)
        count += share_of(&apart->items[i]) == SHARE_TODO && apart->items[i].severity == severity;
    if (!count)
        return (struct slice){0};
    return WORDS_FILL(&page->arena, page_word(page, one[severity] + (count != 1)),
                      words_number(page, count));
}

/* Why there is nothing to do. */
static enum word nothing_to_do(const struct ledger *ledger) {
    if (ledger->used)
        return WORD_VERDICT_NOTHING;
    if (!ledger->read)
        return WORD_VERDICT_EMPTY;
    return ledger->outside ? WORD_VERDICT_OUTSIDE : WORD_VERDICT_UNREAD;
}

void todo_verdict(struct page *page, const struct joining *apart, const struct suspects *suspects,
                  const struct ledger *ledger) {
    size_t count = suspects->count != 0;
    struct slice words = {0};
    for (size_t i = 0; i < apart->count; i++)
        count += share_of(&apart->items[i]) == SHARE_TODO;
    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_WARNING; severity--) {
        struct slice more = severity_count(page, apart, suspects, (enum severity)severity);
        if (more.length)
            words = arena_print(&page->arena, "%.*s%s%.*s", SLICE_ARGS(words),
                                words.length ? ", " : "", SLICE_ARGS(more));
    }
    if (!count)
        page->title = page_word(page, nothing_to_do(ledger));
    else
        page->title = WORDS_FILL(&page->arena,
                                 page_word(page, count == 1 ? WORD_VERDICT_ONE : WORD_VERDICT_MANY),
                                 words_number(page, count), words)
                          .at;
}

/* ---- for machines ---- */

static void add_affected(struct page *page, struct cell *reason, const struct joined *joined) {
    struct cell *list = cell_list(page, reason, "affected", NULL);
    for (size_t i = 0; i < affected_shown(joined); i++) {
        struct cell *cell = cell_record(page, list, NULL, NULL);
        cell_text(page, cell, "name", NULL, joined->affected[i].name);
        cell_count(page, cell, "count", NULL, joined->affected[i].count, NULL);
    }
}

static void add_values(const struct digging *digging, struct cell *cell,
                       const struct joined *joined) {
    struct page *page = digging->page;
    struct slice hint = hint_of(joined);
    cell_text(page, cell, "class", NULL, joined->class_name);
    cell_text(page, cell, "event", NULL, joined->event);
    cell_text(page, cell, "direction", NULL, joined->direction);
    cell_count(page, cell, "count", NULL, joined->count, NULL);
    cell_text(page, cell, "unit", NULL, slice_of(words_of(joined->event)->unit));
    add_codes(page, cell, joined);
    cell_text(page, cell, "severity", NULL, slice_of(severity_name(joined->severity)));
    add_acts(page, cell, joined->acts);
    cell_known(page, cell, "hint", NULL, hint);
    struct cell *example = cell_record(page, cell, "example", NULL);
    cell_text(page, example, "reply", NULL, joined->example.reply);
    cell_text(page, example, "source", NULL, joined->example.source);
    cell_count(page, example, "line", NULL, joined->example.line, NULL);
    digging_cell(digging, example, "trace", NULL, trace_words(digging, joined));
    add_ties(page, cell, joined, "causes", false);
    add_ties(page, cell, joined, "follow_ups", true);
    cell_count(page, cell, "strangers", NULL, joined->of_strangers, NULL);
    when_cell(page, cell, "first", joined->example.seconds);
    when_cell(page, cell, "last", joined->last);
    add_affected(page, cell, joined);
    digging_cell(digging, cell, "rows", NULL, rows_words(digging, joined, false));
}

void todo_reasons(const struct digging *digging, const struct joining *joining, unsigned top) {
    struct page *page = digging->page;
    struct cell *list = page_section(page, "reasons", NULL, LOOK_HIDDEN, CELL_LIST)->cell;
    for (size_t i = 0; i < joining->count && (!top || i < top); i++)
        add_values(digging, cell_record(page, list, NULL, NULL), &joining->items[i]);
}
