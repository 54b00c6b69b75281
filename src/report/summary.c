/* summary - makes the page of `report`: its sections in the order in which people read them. That
 * of machines is the same, as each section is for both, or for one of them alone.
 */
#include "report/summary.h"

#include "report/asked.h"
#include "report/by_code.h"
#include "report/change_table.h"
#include "report/flow.h"
#include "report/incident_tables.h"
#include "report/metrics.h"
#include "report/mute_table.h"
#include "report/page_words.h"
#include "report/parts.h"
#include "report/past_section.h"
#include "report/timeline.h"
#include "report/todo.h"
#include "report/top_lists.h"
#include "report/trouble.h"
#include "report/waiting.h"
#include "tally/distinct.h"

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

static void hide_if_none(struct cell *amount) {
    if (!amount->number)
        amount->title = NULL;
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

/* What most logs have none of is left out for people. */
static void add_delivered(struct page *page, struct cell *all, const struct totals *totals) {
    struct cell *part = cell_record(page, all, "delivered", page_word(page, WORD_DELIVERED_MAIL));
    const struct amount amounts[] = {
        {"after_deferral", WORD_AFTER_DEFERRAL, WORD_UNIT_RECIPIENT, totals->got_through},
        {"unsized", WORD_UNSIZED, WORD_UNIT_RECIPIENT, totals->unsized},
    };
    cell_bytes(page, part, "bytes", page_word(page, WORD_DELIVERED_SIZE), totals->bytes_delivered);
    add_amounts(page, part, amounts, sizeof amounts / sizeof *amounts);
    hide_if_none(part->last);
}

/* People are told with who waits. */
static void add_held(struct page *page, struct cell *all, uint64_t held, bool is_past) {
    struct cell *waiting = cell_record(page, all, "waiting", NULL);
    if (is_past)
        cell_none(page, waiting, "held", NULL);
    else
        cell_count(page, waiting, "held", NULL, held, NULL);
}

static void add_on_arrival(struct page *page, struct cell *all, const struct totals *totals) {
    const struct amount arrivals[] = {
        {"held", WORD_HELD, WORD_UNIT_MESSAGE, totals->held_on_arrival},
        {"discarded", WORD_DISCARDED, WORD_UNIT_MESSAGE, totals->discarded_on_arrival},
    };
    struct cell *part = cell_record(page, all, "on_arrival", page_word(page, WORD_ON_ARRIVAL));
    add_amounts(page, part, arrivals, sizeof arrivals / sizeof *arrivals);
    hide_if_none(part->first);
    hide_if_none(part->last);
    if (!part->first->title && !part->last->title)
        part->title = NULL;
}

/* Senders are those of messages received. From history none of these is known. */
static void add_distinct(struct page *page, struct cell *all, const struct distinct *distinct,
                         const struct filter *filter, bool is_past) {
    const struct {
        const char *key;
        enum word title;
        uint64_t number;
        bool of_messages;
    } rows[] = {{"senders", WORD_SENDERS, distinct->senders, true},
                {"sender_domains", WORD_SENDER_DOMAINS, distinct->sender_domains, true},
                {"recipients", WORD_RECIPIENTS_COUNTED, distinct->recipients, false},
                {"recipient_domains", WORD_RECIPIENT_DOMAINS, distinct->recipient_domains, false}};
    struct cell *part =
        cell_record(page, all, "distinct", is_past ? NULL : page_word(page, WORD_DISTINCT));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_past || (rows[i].of_messages && filter && !filter_is_of_messages(filter)))
            cell_none(page, part, rows[i].key, NULL);
        else
            cell_count(page, part, rows[i].key, page_word(page, rows[i].title), rows[i].number,
                       NULL);
}

static void add_totals(struct page *page, const struct tally *tally, uint64_t held,
                       const struct filter *filter, bool is_past) {
    const struct totals counted = tally_totals(tally), *totals = &counted;
    const struct distinct distinct = distinct_of(tally);
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
    add_delivered(page, all, totals);
    add_held(page, all, held, is_past);
    add_on_arrival(page, all, totals);
    add_distinct(page, all, &distinct, filter, is_past);
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

void summary_lines(struct page *page, const struct tally *tally) {
    const struct ledger ledger = tally_ledger(tally);
    ledger_cells(page, page_section(page, "lines", NULL, LOOK_HIDDEN, CELL_RECORD)->cell, &ledger,
                 false);
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
    cell_text(table->page, row, "text", page_word(table->page, WORD_LINE), text)->literal = true;
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

void summary_balance(struct page *page, const struct tally *tally) {
    const struct ledger sum = tally_ledger(tally);
    page_text(page,
              WORDS_FILL(&page->arena, page_word(page, WORD_BALANCE), words_number(page, sum.read),
                         words_number(page, sum.used), words_number(page, sum.dull),
                         words_number(page, sum.other), words_number(page, sum.outside),
                         words_number(page, sum.not_understood)));
    uint64_t lost = tally_entries_lost(tally);
    if (lost)
        page_text(page,
                  WORDS_FILL(&page->arena, page_word(page, WORD_LOST), words_number(page, lost)));
    uint64_t dropped = tally_messages_dropped(tally);
    if (dropped)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_DROPPED),
                                   words_number(page, dropped)));
}

/* History has no rows. */
struct digging summary_digging(struct page *page, const struct summary_wishes *wishes) {
    return (struct digging){page, wishes->filter, wishes->past ? (struct slice){0} : wishes->inputs,
                            wishes->masker != NULL};
}

void summary_of(const struct tally *tally, const struct rulebook *book,
                const struct summary_wishes *wishes, struct page *page) {
    struct totals totals = tally_totals(tally);
    struct ledger ledger = tally_ledger(tally);
    struct waiting_table *waiting = waiting_table_new(wishes->journey, wishes->masker);
    struct joining all, apart; /* apart: ours and strangers' */
    struct suspects suspects;
    struct changes changes = {0};
    struct digging digging = summary_digging(page, wishes);
    joining_make(&all, &apart, tally, book, wishes->mutes);
    size_t rare = joining_leave_out(&all, wishes->min);
    joining_keep(&apart, &all);
    if (wishes->comparison) {
        changes_find(&changes, tally, wishes->comparison);
        if (!wishes->comparison->usual || wishes->comparison->usual->since != MOMENT_NONE)
            joining_rank(&apart, &changes);
    }
    suspects_find(&suspects, tally);
    if (wishes->past) /* it was read when it was written */
        ledger.used = 1;
    todo_verdict(page, &apart, &suspects, &ledger);
    page->metrics = report_metrics;
    page_section(page, "schema", NULL, LOOK_HIDDEN, CELL_COUNT)->cell->number = 1;
    page->part = part_name(PART_LINES);
    summary_lines(page, tally);
    page->part = NULL;
    asked_of(wishes->filter, page);
    asked_leaves_out(wishes->filter, page);
    if (wishes->past)
        past_section(page, wishes->past);
    if (wishes->masker)
        page_text(page, slice_of(page_word(page, WORD_MASKED)));
    page->part = part_name(PART_REASONS);
    todo_cards(&digging, &apart, &suspects, wishes->top);
    mute_table_add(page, wishes->mutes, &apart);
    if (wishes->comparison)
        change_table_add(page, &changes, wishes->comparison, wishes->list_top);
    else
        change_table_none(page, wishes->only & PART_BIT(PART_CHANGES));
    page->part = part_name(PART_TOTALS);
    add_totals(page, tally, waiting_table_held(waiting), wishes->filter, wishes->past);
    page->part = part_name(PART_REASONS);
    todo_reasons(&digging, &all, wishes->top);
    todo_strangers(&digging, &apart, wishes->top);
    todo_noticed(&digging, &apart, wishes->top);
    if (rare)
        page_text(page, WORDS_FILL(&page->arena, page_word(page, WORD_RARE_REASONS),
                                   words_number(page, rare), words_number(page, wishes->min)));
    flow_add(page, tally, wishes);
    by_code_add(&digging, tally, wishes);
    waiting_add(page, waiting, wishes, totals.waiting);
    waiting_table_free(waiting);
    timeline_days(page, tally, wishes->filter, wishes->top);
    timeline_hours(page, tally, wishes->filter);
    trouble_section(page, tally, wishes);
    suspects_section(page, &suspects, wishes);
    incident_tables(page, tally, wishes);
    top_lists(&digging, tally, wishes->list_top, wishes->only, wishes->past);
    page->part = part_name(PART_LINES);
    summary_balance(page, tally);
    page->part = part_name(PART_NOTICES);
    add_notices(page, &totals, wishes->filter);
    add_ledgers(page, tally);
    page->part = NULL;
    changes_release(&changes);
    suspects_release(&suspects);
    joining_release(&all);
    joining_release(&apart);
}
