/* Rules are kept honest by logs: a rule that never decides is dead weight, and what is unclassified
 * most often is what is worth the next rule. So the run of report is made, and each row counts for
 * the rule that decided, or for its template when none did. A row counts as often as it stands for
 * repeated entries.
 *
 * Templates are kept up to a bound, the rest is counted in one number: log text is hostile.
 */
#include "app/hits.h"

#include <stdlib.h>
#include <string.h>

#include "app/analysis.h"
#include "base/map.h"
#include "base/memory.h"
#include "finding/suggestion.h"

enum { TEMPLATES = 20000, TEMPLATE_LENGTH = 500, EXAMPLE_LENGTH = 300 };

/* Replies of one template; under its key in the map. */
struct unknown {
    uint64_t hits, line;
    size_t order; /* of their first ones: ties are broken by it */
    const char *under, *source;
    struct slice item, example, template;
};

struct hits {
    struct analysis analysis; /* first: the callbacks get it */
    struct arena arena;
    uint64_t *by_rule; /* by rule id */
    struct map unknowns;
    uint64_t decided, unclassified, not_kept;
};

/* ---- counting */

static void keep_first(struct hits *hits, struct unknown *unknown, const struct finding *finding) {
    struct arena *arena = &hits->arena;
    struct suggestion suggestion;
    suggestion_of(finding, arena, &suggestion);
    unknown->order = hits->unknowns.count;
    unknown->under = suggestion.under;
    unknown->item = suggestion.item;
    unknown->template = arena_copy(arena, slice_head(finding->template, TEMPLATE_LENGTH));
    unknown->example = arena_copy(arena, slice_head(finding->reply.whole, EXAMPLE_LENGTH));
    unknown->source = arena_copy(arena, slice_of(finding->source)).at;
    unknown->line = finding->line;
}

static void count_unknown(struct hits *hits, const struct finding *finding) {
    /* the same words are another matter when nobody said them */
    char key[TEMPLATE_LENGTH + 1];
    struct slice template = slice_head(finding->template, TEMPLATE_LENGTH);
    bool is_new;
    key[0] = finding->record.side == SIDE_SYNTHETIC ? 's' : ' ';
    if (template.length > 0)
        memcpy(key + 1, template.at, template.length);
    struct slice whole = {key, template.length + 1};
    hits->unclassified += finding->repeat;
    if (hits->unknowns.count >= TEMPLATES && !map_get(&hits->unknowns, whole)) {
        hits->not_kept += finding->repeat;
        return;
    }
    struct unknown *unknown = map_put(&hits->unknowns, whole, &is_new);
    if (is_new)
        keep_first(hits, unknown, finding);
    unknown->hits += finding->repeat;
}

/* Called for every finding, in the order of the input. */
static void count_hit(void *context, const struct finding *finding) {
    struct hits *hits = context;
    const struct verdict *verdict = &finding->verdict;
    if (finding->record.event == EVENT_DELIVERED)
        return;
    if (verdict->rule) {
        hits->by_rule[verdict->rule->id] += finding->repeat;
        hits->decided += finding->repeat;
    } else if (strcmp(verdict->class_name, "unclassified") == 0) {
        count_unknown(hits, finding);
    }
}

/* ---- the page */

struct rule_hits {
    const struct rule *rule;
    uint64_t hits;
};

static int compare_rules(const void *left, const void *right) {
    const struct rule_hits *a = left, *b = right;
    if (a->hits != b->hits)
        return a->hits > b->hits ? -1 : 1;
    return a->rule->id < b->rule->id ? -1 : a->rule->id > b->rule->id;
}

static int compare_unknowns(const void *left, const void *right) {
    const struct unknown *const *a = left, *const *b = right;
    if ((*a)->hits != (*b)->hits)
        return (*a)->hits > (*b)->hits ? -1 : 1;
    return (*a)->order < (*b)->order ? -1 : (*a)->order > (*b)->order;
}

static const char *step_of(const struct rule *rule) {
    static const enum class_by steps[] = {
        [RULE_TOKEN] = BY_TOKEN, [RULE_STRONG] = BY_TEXT, [RULE_ENHANCED] = BY_ENHANCED,
        [RULE_STAGED] = BY_CODE, [RULE_WEAK] = BY_WEAK,   [RULE_DEFAULT] = BY_DEFAULT};
    return class_by_name(steps[rule->strength]);
}

static void put(struct page *page, struct cell *row, const char *key, const char *title,
                struct slice text) {
    if (text.at)
        cell_text(page, row, key, title, text);
    else
        cell_none(page, row, key, NULL);
}

static struct slice place(struct page *page, const char *file, uint64_t line) {
    return arena_print(&page->arena, "%s:%llu", file, (unsigned long long)line);
}

/* One shape of record for both lists, so that a table for machines can hold them together. */
struct hits_row {
    uint64_t hits;
    struct slice class_name, step, rule, text, under, item, example, first_at;
};

/* People see a rule as a line of a table, and what no rule knows as a card. */
static void add_row(struct page *page, struct cell *list, const struct hits_row *row) {
    enum { SHOWN = 60 };
    struct cell *record = cell_record(page, list, NULL, NULL);
    bool is_rule = row->rule.at, is_long = is_rule && row->text.length > SHOWN;
    cell_count(page, record, "hits", is_rule ? "hits" : "", row->hits, NULL);
    put(page, record, "class", is_rule ? "class" : NULL, row->class_name);
    put(page, record, "step", is_rule ? "step" : NULL, row->step);
    put(page, record, "rule", is_rule ? "rule" : NULL, row->rule);
    put(page, record, "text", is_rule ? NULL : "", row->text);
    if (is_rule)
        put(page, record, NULL, "text",
            is_long ? arena_print(&page->arena, "%.*s...", SHOWN, row->text.at) : row->text);
    put(page, record, "under", "Under", row->under);
    put(page, record, "item", NULL, row->item);
    if (row->item.length > 0)
        put(page, record, NULL, "Item", arena_print(&page->arena, "- %.*s", SLICE_ARGS(row->item)));
    put(page, record, "example", "Example", row->example);
    put(page, record, "first_at", "First at", row->first_at);
}

static void add_rules(const struct hits *hits, const struct rulebook *book, size_t top,
                      struct page *page, struct cell *list) {
    struct rule_hits *sorted = memory_new((book->rule_count + 1) * sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; i < book->rule_count; i++)
        if (hits->by_rule[i] > 0)
            sorted[count++] = (struct rule_hits){&book->rules[i], hits->by_rule[i]};
    qsort(sorted, count, sizeof *sorted, compare_rules);
    for (size_t i = 0; i < count && (top == 0 || i < top); i++) {
        const struct rule *rule = sorted[i].rule;
        add_row(page, list,
                &(struct hits_row){.hits = sorted[i].hits,
                                   .class_name = slice_of(rule->reason->name),
                                   .step = slice_of(step_of(rule)),
                                   .rule = place(page, rule->file, rule->line),
                                   .text = rule->text});
    }
    free(sorted);
}

static void add_unknowns(const struct hits *hits, size_t top, struct page *page,
                         struct cell *list) {
    size_t count = 0;
    struct unknown **sorted = memory_new((hits->unknowns.used + 1) * sizeof(struct unknown *));
    for (size_t i = 0; i < hits->unknowns.used; i++)
        if ((sorted[count] = map_at(&hits->unknowns, i, NULL)))
            count++;
    qsort(sorted, count, sizeof(struct unknown *), compare_unknowns);
    for (size_t i = 0; i < count && (top == 0 || i < top); i++) {
        const struct unknown *unknown = sorted[i];
        add_row(page, list,
                &(struct hits_row){.hits = unknown->hits,
                                   .class_name = SLICE("unclassified"),
                                   .text = unknown->template,
                                   .under = slice_of(unknown->under),
                                   .item = unknown->item,
                                   .example = unknown->example,
                                   .first_at = place(page, unknown->source, unknown->line)});
    }
    free(sorted);
}

static void add_totals(const struct hits *hits, const struct rulebook *book, struct page *page) {
    struct cell *totals = page_section(page, "totals", "Rows", LOOK_FACTS, CELL_RECORD)->cell;
    size_t hit = 0;
    for (size_t i = 0; i < book->rule_count; i++)
        hit += hits->by_rule[i] > 0;
    cell_count(page, totals, "decided", "decided by a rule", hits->decided, NULL);
    cell_count(page, totals, "unclassified", "unclassified", hits->unclassified, NULL);
    cell_count(page, totals, "not_kept", hits->not_kept ? "unclassified, not kept" : NULL,
               hits->not_kept, NULL);
    cell_count(page, totals, "rules", NULL, book->rule_count, NULL);
    cell_count(page, totals, "rules_hit", "rules that decided", hit, NULL);
}

/* CSV is one table. */
static void write_hits(struct analysis *analysis, struct run *run) {
    struct hits *hits = (struct hits *)analysis;
    const struct rulebook *book = run->knowledge->book;
    bool one_table = strcmp(analysis->format->name, "csv") == 0;
    size_t top = run->options->top_given || analysis->format->for_people ? run->options->top : 0;
    struct format_wishes wishes =
        result_wishes(&analysis->result, run->options, &run->knowledge->words);
    struct page page;
    page_init(&page, "mailtriage rules, hits");
    add_totals(hits, book, &page);
    struct cell *list =
        page_section(&page, "rules", "Rules that decided", LOOK_TABLE, CELL_LIST)->cell;
    add_rules(hits, book, top, &page, list);
    if (!one_table)
        list = page_section(&page, "unclassified", "Unclassified, each with a rule to paste",
                            LOOK_CARDS, CELL_LIST)
                   ->cell;
    add_unknowns(hits, top, &page, list);
    analysis->format->page(&page, &wishes, &analysis->result.out);
    page_release(&page);
}

/* ---- the run */

static bool has_page(const struct format *format) {
    return format->page && !format->of_reports;
}

static bool begin_hits(struct analysis *analysis, struct run *run, struct problem *problem) {
    struct hits *hits = (struct hits *)analysis;
    (void)problem;
    hits->by_rule = memory_new((run->knowledge->book->rule_count + 1) * sizeof *hits->by_rule);
    run->counts = false;
    run->listen = count_hit;
    run->context = hits;
    return true;
}

int hits_list(const struct options *options) {
    struct hits hits = {
        .analysis = {
            .default_format = "text", .has = has_page, .begin = begin_hits, .end = write_hits}};
    arena_init(&hits.arena);
    map_init(&hits.unknowns, sizeof(struct unknown));
    int status = analysis_run(&hits.analysis, options);
    map_release(&hits.unknowns);
    arena_release(&hits.arena);
    free(hits.by_rule);
    return status;
}
