/* summary - makes the page of `report`. The tally counts reasons by MTA; people and the contract
 * see one reason a class, event and direction, so equal ones are joined here, with the hint of the
 * MTA when there is only one.
 */
#include "report/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/moment.h"
#include "base/out.h"
#include "finding/hint.h"
#include "finding/reason.h"
#include "report/asked.h"
#include "report/page_words.h"
#include "report/parts.h"

struct joined_code {
    uint16_t code;
    struct enhanced enhanced;
    bool implied;
    uint64_t count;
};

/* One reason of the page. */
struct joined {
    struct slice class_name, event, direction;
    uint64_t count;
    const struct mta *mta; /* NULL: several */
    const struct reason *reason;
    enum severity severity;
    unsigned acts;
    struct joined_code *codes;
    size_t code_count, code_capacity;
    struct tally_tie *ties;
    size_t tie_count, tie_capacity;
    struct tally_example example;
};

struct joining {
    const struct rulebook *book;
    struct joined *items;
    size_t count, capacity;
};

/* A paragraph for people. */
static void add_text(struct page *page, struct slice text) {
    page_section(page, NULL, NULL, LOOK_TEXT, CELL_TEXT)->cell->text = text;
}

/* ---- joining ---- */

static void join_code(struct joined *joined, const struct tally_code *code) {
    for (size_t i = 0; i < joined->code_count; i++) {
        struct joined_code *known = &joined->codes[i];
        if (known->code == code->code && known->implied == code->implied &&
            enhanced_equal(known->enhanced, code->enhanced)) {
            known->count += code->count;
            return;
        }
    }
    joined->codes = memory_grow(joined->codes, &joined->code_capacity, joined->code_count + 1,
                                sizeof *joined->codes);
    joined->codes[joined->code_count++] =
        (struct joined_code){code->code, code->enhanced, code->implied, code->count};
}

static void join_tie(struct joined *joined, const struct tally_tie *tie) {
    for (size_t i = 0; i < joined->tie_count; i++) {
        struct tally_tie *known = &joined->ties[i];
        if (known->is_sequel == tie->is_sequel && slice_equal(known->class_name, tie->class_name)) {
            known->count += tie->count;
            return;
        }
    }
    joined->ties =
        memory_grow(joined->ties, &joined->tie_capacity, joined->tie_count + 1, sizeof *tie);
    joined->ties[joined->tie_count++] = *tie;
}

static bool is_in(struct slice direction) {
    return slice_is(direction, "in");
}

static struct joined *joined_for(struct joining *joining, const struct tally_reason *reason) {
    for (size_t i = joining->count; i-- > 0;) {
        struct joined *known = &joining->items[i];
        if (slice_equal(known->class_name, reason->class_name) &&
            slice_equal(known->event, reason->event) &&
            slice_equal(known->direction, reason->direction))
            return known;
    }
    joining->items =
        memory_grow(joining->items, &joining->capacity, joining->count + 1, sizeof *joining->items);
    struct joined *fresh = &joining->items[joining->count++];
    *fresh = (struct joined){.class_name = reason->class_name,
                             .event = reason->event,
                             .direction = reason->direction,
                             .mta = mta_named(reason->mta),
                             .reason = rulebook_reason(joining->book, reason->class_name),
                             .severity = SEVERITY_NOTICE,
                             .example = reason->example};
    if (fresh->reason) {
        bool in = is_in(reason->direction);
        fresh->severity = in ? fresh->reason->severity_in : fresh->reason->severity_out;
        fresh->acts = in ? fresh->reason->acts_in : fresh->reason->acts_out;
    } else if (slice_is(reason->class_name, "accepted") ||
               slice_is(reason->class_name, "intermediate")) {
        fresh->severity = SEVERITY_INFO;
    }
    return fresh;
}

static bool is_earlier(const struct tally_example *a, const struct tally_example *b) {
    if (a->seconds == MOMENT_NONE || b->seconds == MOMENT_NONE)
        return b->seconds == MOMENT_NONE && a->seconds != MOMENT_NONE;
    return a->seconds != b->seconds ? a->seconds < b->seconds : a->nanos < b->nanos;
}

static void join(void *context, const struct tally_reason *reason) {
    struct joining *joining = context;
    struct joined *joined = joined_for(joining, reason);
    joined->count += reason->count;
    if (joined->mta != mta_named(reason->mta))
        joined->mta = NULL;
    if (is_earlier(&reason->example, &joined->example))
        joined->example = reason->example;
    for (size_t i = 0; i < reason->code_count; i++)
        join_code(joined, &reason->codes[i]);
    for (size_t i = 0; i < reason->tie_count; i++)
        join_tie(joined, &reason->ties[i]);
}

static int compare_ties(const void *left, const void *right) {
    const struct tally_tie *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return slice_compare(a->class_name, b->class_name);
}

static int compare_codes(const void *left, const void *right) {
    const struct joined_code *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    if (a->implied != b->implied)
        return a->implied - b->implied;
    char texts[2][16];
    size_t lengths[2] = {enhanced_print(a->enhanced, texts[0]),
                         enhanced_print(b->enhanced, texts[1])};
    return slice_compare((struct slice){texts[0], lengths[0]},
                         (struct slice){texts[1], lengths[1]});
}

/* Most serious first; of equals the most frequent; then by name, so that order never depends on
 * chance. */
static int compare_joined(const void *left, const void *right) {
    const struct joined *a = left, *b = right;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = slice_compare(a->class_name, b->class_name);
    if (!order)
        order = slice_compare(a->event, b->event);
    return order ? order : slice_compare(a->direction, b->direction);
}

/* ---- the reasons ---- */

/* The unit of a count, by event (contract, section 4), and what people read. */
static const struct event_words {
    const char *event, *unit;
    enum word one, many;
} event_words[] = {
    {"delivered", "recipients", WORD_ONE_DELIVERED, WORD_MANY_DELIVERED},
    {"bounced", "recipients", WORD_ONE_BOUNCED, WORD_MANY_BOUNCED},
    {"expired", "recipients", WORD_ONE_EXPIRED, WORD_MANY_EXPIRED},
    {"deferred", "attempts", WORD_ONE_DEFERRED, WORD_MANY_DEFERRED},
    {"rejected", "rejections", WORD_ONE_REJECTED, WORD_MANY_REJECTED},
    {"auth-failed", "logins", WORD_ONE_AUTH_FAILED, WORD_MANY_AUTH_FAILED},
    {"tls-failed", "sessions", WORD_ONE_TLS_FAILED, WORD_MANY_TLS_FAILED},
    {"connection-lost", "sessions", WORD_ONE_CONNECTION_LOST, WORD_MANY_CONNECTION_LOST},
    {"timeout", "sessions", WORD_ONE_TIMEOUT, WORD_MANY_TIMEOUT},
    {"discarded", "recipients", WORD_ONE_DISCARDED, WORD_MANY_DISCARDED},
    {"held", "recipients", WORD_ONE_HELD, WORD_MANY_HELD},
    {"warning", "warnings", WORD_ONE_WARNING, WORD_MANY_WARNING},
};

static const struct event_words *words_of(struct slice event) {
    size_t i = 0, last = sizeof event_words / sizeof *event_words - 1;
    while (i < last && !slice_is(event, event_words[i].event))
        i++;
    return &event_words[i];
}

static struct slice print_number(struct page *page, uint64_t number) {
    return arena_print(&page->arena, "%llu", (unsigned long long)number);
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
                                     print_number(page, code->count)));
    }
    if (joined->code_count > 6) {
        out_byte(&words, ' ');
        out_slice(&words, WORDS_FILL(&page->arena, page_word(page, WORD_AND_MORE),
                                     print_number(page, joined->code_count - 6)));
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
        if (length)
            cell_text(page, cell, "enhanced", NULL, (struct slice){enhanced, length});
        else
            cell_none(page, cell, "enhanced", NULL);
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
    struct slice rest = {words, acts_print(acts, '|', words)}, word;
    struct cell *list = cell_list(page, reason, "acts", NULL);
    while (rest.length) {
        slice_cut(&rest, '|', &word);
        cell_text(page, list, NULL, NULL, word);
    }
}

/* "bad-credentials: 3 logins failed, a client spoke to us" */
static struct slice heading_words(struct page *page, const struct joined *joined) {
    const struct event_words *words = words_of(joined->event);
    enum direction direction = DIRECTION_NONE;
    direction_read(joined->direction, &direction);
    return WORDS_FILL(&page->arena, page_word(page, joined->count == 1 ? words->one : words->many),
                      joined->class_name, print_number(page, joined->count),
                      slice_of(words_direction(page->words, direction)));
}

/* Cells with a title are for people, cells with a key for machines: see page.h. */
static void add_words(struct page *page, struct cell *cell, const struct joined *joined,
                      struct slice hint) {
    words_add_severity(page, cell, NULL, "", joined->severity);
    cell_text(page, cell, NULL, "", heading_words(page, joined));
    if (joined->reason)
        cell_text(page, cell, NULL, page_word(page, WORD_WHAT), joined->reason->meaning);
    cell_text(page, cell, NULL, page_word(page, WORD_CODES), code_words(page, joined));
    add_tie_words(page, cell, joined);
    if (joined->acts)
        cell_text(page, cell, NULL, page_word(page, WORD_WHO_ACTS_LINE),
                  words_acts(page->words, joined->acts, &page->arena));
    if (hint.length)
        cell_text(page, cell, NULL, page_word(page, WORD_HINT_LINE), hint);
    cell_text(page, cell, NULL, page_word(page, WORD_EXAMPLE), joined->example.reply);
    cell_text(page, cell, NULL, page_word(page, WORD_FIRST_AT),
              arena_print(&page->arena, "%.*s:%llu", SLICE_ARGS(joined->example.source),
                          (unsigned long long)joined->example.line));
}

static void add_values(struct page *page, struct cell *cell, const struct joined *joined,
                       struct slice hint) {
    cell_text(page, cell, "class", NULL, joined->class_name);
    cell_text(page, cell, "event", NULL, joined->event);
    cell_text(page, cell, "direction", NULL, joined->direction);
    cell_count(page, cell, "count", NULL, joined->count, NULL);
    cell_text(page, cell, "unit", NULL, slice_of(words_of(joined->event)->unit));
    add_codes(page, cell, joined);
    cell_text(page, cell, "severity", NULL, slice_of(severity_name(joined->severity)));
    add_acts(page, cell, joined->acts);
    if (hint.length)
        cell_text(page, cell, "hint", NULL, hint);
    else
        cell_none(page, cell, "hint", NULL);
    struct cell *example = cell_record(page, cell, "example", NULL);
    cell_text(page, example, "reply", NULL, joined->example.reply);
    cell_text(page, example, "source", NULL, joined->example.source);
    cell_count(page, example, "line", NULL, joined->example.line, NULL);
    add_ties(page, cell, joined, "causes", false);
    add_ties(page, cell, joined, "follow_ups", true);
}

/* The hint of what most of it came after, where there is one. */
static struct slice hint_of(const struct joined *joined) {
    enum direction direction = DIRECTION_NONE;
    direction_read(joined->direction, &direction);
    if (!joined->reason)
        return (struct slice){0};
    for (size_t i = 0; i < joined->tie_count; i++) {
        const struct tally_tie *tie = &joined->ties[i];
        struct slice after = reason_hint_after(joined->reason, tie->class_name);
        if (!tie->is_sequel && tie->count > joined->count / 2 && after.length)
            return after;
    }
    return reason_hint(joined->reason, joined->mta, direction);
}

static void add_reason(struct page *page, struct cell *list, const struct joined *joined) {
    struct slice hint = hint_of(joined);
    struct cell *cell = cell_record(page, list, NULL, NULL);
    add_words(page, cell, joined, hint);
    add_values(page, cell, joined, hint);
}

/* Leaves out what came less often than asked for; gives how many those are. */
static size_t leave_out_rare(struct joining *joining, uint64_t least) {
    size_t kept = 0, all = joining->count;
    for (size_t i = 0; i < all; i++) {
        struct joined *joined = &joining->items[i];
        if (joined->count >= least) {
            joining->items[kept++] = *joined;
            continue;
        }
        free(joined->codes);
        free(joined->ties);
    }
    joining->count = kept;
    return all - kept;
}

static void add_reasons(struct page *page, const struct tally *tally, const struct rulebook *book,
                        const struct summary_wishes *wishes) {
    struct joining joining = {.book = book};
    unsigned top = wishes->top;
    tally_each_reason(tally, join, &joining);
    size_t rare = leave_out_rare(&joining, wishes->min);
    if (joining.count)
        qsort(joining.items, joining.count, sizeof *joining.items, compare_joined);
    size_t shown = top && top < joining.count ? top : joining.count;
    struct section *section =
        page_section(page, "reasons", page_word(page, WORD_TODO), LOOK_CARDS, CELL_LIST);
    for (size_t i = 0; i < joining.count; i++) {
        struct joined *joined = &joining.items[i];
        qsort(joined->codes, joined->code_count, sizeof *joined->codes, compare_codes);
        if (joined->tie_count)
            qsort(joined->ties, joined->tie_count, sizeof *joined->ties, compare_ties);
        if (i < shown)
            add_reason(page, section->cell, joined);
        free(joined->codes);
        free(joined->ties);
    }
    if (!shown)
        section->look = LOOK_HIDDEN;
    if (shown < joining.count)
        add_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_MORE_REASONS),
                                  print_number(page, joining.count - shown)));
    if (rare)
        add_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_RARE_REASONS),
                                  print_number(page, rare), print_number(page, wishes->min)));
    free(joining.items);
}

/* ---- totals and ledger ---- */

/* One line of the totals. */
struct amount {
    const char *key;
    enum word title, unit; /* the unit of one; of several it is the next word */
    uint64_t number;
};

static void add_amounts(struct page *page, struct cell *record, const struct amount *amounts,
                        size_t count) {
    for (size_t i = 0; i < count; i++)
        cell_count(page, record, amounts[i].key, page_word(page, amounts[i].title),
                   amounts[i].number, page_word(page, amounts[i].unit + (amounts[i].number != 1)));
}

static void add_received(struct page *page, struct cell *all, const struct totals *totals) {
    struct cell *part = cell_record(page, all, "messages", page_word(page, WORD_MESSAGES));
    const struct amount messages = {"received", WORD_RECEIVED, WORD_UNIT_MESSAGE,
                                    totals->messages_received};
    add_amounts(page, part, &messages, 1);
    cell_bytes(page, part, "bytes", page_word(page, WORD_SIZE), totals->bytes_received);
}

/* What cannot be counted under the filters is null, and not shown to people. */
static void add_received_unknown(struct page *page, struct cell *all) {
    struct cell *part = cell_record(page, all, "messages", NULL);
    cell_none(page, part, "received", NULL);
    cell_none(page, part, "bytes", NULL);
}

static void add_mail(struct page *page, struct cell *all, const struct totals *totals,
                     const struct filter *filter) {
    if (!filter || filter_is_of_messages(filter))
        add_received(page, all, totals);
    else
        add_received_unknown(page, all);
    const struct amount recipients[] = {
        {"delivered", WORD_DELIVERED, WORD_UNIT_RECIPIENT, totals->delivered},
        {"bounced", WORD_BOUNCED, WORD_UNIT_RECIPIENT, totals->bounced},
        {"expired", WORD_EXPIRED, WORD_UNIT_RECIPIENT, totals->expired},
        {"waiting", WORD_WAITING, WORD_UNIT_RECIPIENT, totals->waiting},
        {"discarded", WORD_DISCARDED, WORD_UNIT_RECIPIENT, totals->discarded},
        {"deferred_ever", WORD_DEFERRED_EVER, WORD_UNIT_RECIPIENT, totals->deferred_ever},
    };
    struct cell *part = cell_record(page, all, "recipients", page_word(page, WORD_RECIPIENTS));
    add_amounts(page, part, recipients, sizeof recipients / sizeof *recipients);
}

static void add_totals(struct page *page, const struct totals *totals,
                       const struct filter *filter) {
    struct cell *all =
        page_section(page, "totals", page_word(page, WORD_TOTALS), LOOK_FACTS, CELL_RECORD)->cell;
    add_mail(page, all, totals, filter);
    const struct amount attempts = {"deferred", WORD_DEFERRED, WORD_UNIT_ATTEMPT,
                                    totals->deferrals};
    add_amounts(page, cell_record(page, all, "attempts", page_word(page, WORD_ATTEMPTS)), &attempts,
                1);
    const struct amount rejections = {"rejected", WORD_REJECTED, WORD_UNIT_REJECTION,
                                      totals->rejections};
    add_amounts(page, cell_record(page, all, "rejections", page_word(page, WORD_REFUSED)),
                &rejections, 1);
    const struct amount sessions[] = {
        {"auth_failed", WORD_AUTH_FAILED, WORD_UNIT_LOGIN, totals->auth_failed},
        {"tls_failed", WORD_TLS_FAILED, WORD_UNIT_SESSION, totals->tls_failed},
        {"connection_lost", WORD_CONNECTION_LOST, WORD_UNIT_SESSION, totals->connection_lost},
        {"timeout", WORD_TIMEOUT, WORD_UNIT_SESSION, totals->timeout},
    };
    add_amounts(page, cell_record(page, all, "sessions", page_word(page, WORD_SESSIONS)), sessions,
                sizeof sessions / sizeof *sessions);
}

/* Bounces and the like are no mail of users: beside the totals, and shown when there are any. */
static void add_notices(struct page *page, const struct totals *totals,
                        const struct filter *filter) {
    bool knows_made = !filter || filter_is_of_hosts(filter);
    struct section *section =
        page_section(page, "notices", page_word(page, WORD_NOTICES), LOOK_FACTS, CELL_RECORD);
    const struct amount notices[] = {
        {"made", WORD_MADE, WORD_UNIT_MESSAGE, totals->notices},
        {"delivered", WORD_DELIVERED, WORD_UNIT_RECIPIENT, totals->notices_delivered},
        {"failed", WORD_BOUNCED_OR_EXPIRED, WORD_UNIT_RECIPIENT, totals->notices_failed},
    };
    if (!knows_made)
        cell_none(page, section->cell, "made", NULL);
    add_amounts(page, section->cell, notices + !knows_made,
                sizeof notices / sizeof *notices - !knows_made);
    if (!totals->notices && !totals->notices_delivered && !totals->notices_failed)
        section->look = LOOK_HIDDEN;
}

static void ledger_cells(struct page *page, struct cell *record, const struct ledger *ledger,
                         bool titled) {
    const struct {
        const char *key;
        enum word title;
        uint64_t lines;
    } cells[] = {{"read", WORD_READ, ledger->read},
                 {"used", WORD_USED, ledger->used},
                 {"dull", WORD_DULL, ledger->dull},
                 {"other", WORD_OTHER, ledger->other},
                 {"outside", WORD_OUTSIDE, ledger->outside},
                 {"not_understood", WORD_NOT_UNDERSTOOD, ledger->not_understood}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        cell_count(page, record, cells[i].key, titled ? page_word(page, cells[i].title) : NULL,
                   cells[i].lines, NULL);
}

struct ledger_table {
    struct page *page;
    struct cell *list;
    const char *key, *title;
};

static void ledger_row(void *context, struct slice name, const struct ledger *ledger) {
    struct ledger_table *table = context;
    struct cell *row = cell_record(table->page, table->list, NULL, NULL);
    cell_text(table->page, row, table->key, table->title,
              name.length ? name : slice_of(page_word(table->page, WORD_NO_WRAPPING)));
    ledger_cells(table->page, row, ledger, true);
}

static void sample_row(void *context, struct slice source, uint64_t line, struct slice text) {
    struct ledger_table *table = context;
    struct cell *row = cell_record(table->page, table->list, NULL, NULL);
    cell_text(table->page, row, NULL, page_word(table->page, WORD_WHERE),
              arena_print(&table->page->arena, "%.*s:%llu", SLICE_ARGS(source),
                          (unsigned long long)line));
    cell_text(table->page, row, "source", NULL, source);
    cell_count(table->page, row, "line", NULL, line, NULL);
    cell_text(table->page, row, "text", page_word(table->page, WORD_LINE), text);
}

static void drop_if_empty(struct section *section) {
    if (!section->cell->first)
        section->look = LOOK_HIDDEN;
}

static void add_ledgers(struct page *page, const struct tally *tally) {
    page->part = part_name(PART_SOURCES);
    struct section *section =
        page_section(page, "sources", page_word(page, WORD_SOURCES), LOOK_TABLE, CELL_LIST);
    tally_each_source(
        tally, ledger_row,
        &(struct ledger_table){page, section->cell, "source", page_word(page, WORD_SOURCE)});
    drop_if_empty(section);
    page->part = part_name(PART_PROGRAMS);
    section = page_section(page, "programs", page_word(page, WORD_PROGRAMS), LOOK_TABLE, CELL_LIST);
    tally_each_program(
        tally, ledger_row,
        &(struct ledger_table){page, section->cell, "program", page_word(page, WORD_PROGRAM)});
    drop_if_empty(section);
    page->part = part_name(PART_SAMPLES);
    section = page_section(page, "samples", page_word(page, WORD_SAMPLES), LOOK_TABLE, CELL_LIST);
    tally_each_sample(tally, sample_row, &(struct ledger_table){page, section->cell, NULL, NULL});
    drop_if_empty(section);
}

static void add_balance(struct page *page, const struct tally *tally) {
    struct ledger sum = tally_ledger(tally);
    add_text(page,
             WORDS_FILL(&page->arena, page_word(page, WORD_BALANCE), print_number(page, sum.read),
                        print_number(page, sum.used), print_number(page, sum.dull),
                        print_number(page, sum.other), print_number(page, sum.outside),
                        print_number(page, sum.not_understood)));
    uint64_t lost = tally_entries_lost(tally);
    if (lost)
        add_text(page,
                 WORDS_FILL(&page->arena, page_word(page, WORD_LOST), print_number(page, lost)));
    uint64_t dropped = tally_messages_dropped(tally);
    if (dropped)
        add_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_DROPPED),
                                  print_number(page, dropped)));
}

void summary_of(const struct tally *tally, const struct rulebook *book,
                const struct summary_wishes *wishes, struct page *page) {
    struct totals totals = tally_totals(tally);
    struct ledger ledger = tally_ledger(tally);
    page_section(page, "schema", NULL, LOOK_HIDDEN, CELL_COUNT)->cell->number = 1;
    page->part = part_name(PART_LINES);
    ledger_cells(page, page_section(page, "lines", NULL, LOOK_HIDDEN, CELL_RECORD)->cell, &ledger,
                 false);
    page->part = NULL;
    asked_of(wishes->filter, page);
    page->part = part_name(PART_TOTALS);
    add_totals(page, &totals, wishes->filter);
    page->part = part_name(PART_REASONS);
    add_reasons(page, tally, book, wishes);
    page->part = part_name(PART_LINES);
    add_balance(page, tally);
    page->part = part_name(PART_NOTICES);
    add_notices(page, &totals, wishes->filter);
    add_ledgers(page, tally);
    page->part = NULL;
}
