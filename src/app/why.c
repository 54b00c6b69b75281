/* A reason that cannot be checked is only believed, so `explain --why` shows everything that led to
 * it. Nothing is decided here: the trace is made by finding/trace with the functions that decide,
 * and what stands first in it and matches is the winner.
 */
#include "app/why.h"

#include "report/page_words.h"

static struct slice say(const struct page *page, enum word which) {
    return slice_of(page_word(page, which));
}

/* ---- the fields */

static struct slice providers_shown(struct page *page, const struct reason_trace *trace) {
    struct slice text = {0};
    for (size_t i = 0; i < trace->seen_count; i++) {
        const struct reason_seen *seen = &trace->seen[i];
        struct slice by = seen->mark ? arena_print(&page->arena, "%s:%u '%.*s'", seen->mark->file,
                                                   seen->mark->line, SLICE_ARGS(seen->mark->text))
                                     : say(page, WORD_WHY_HOST);
        struct slice said = WORDS_FILL(&page->arena, page_word(page, WORD_WHY_PROVIDER_BY),
                                       seen->provider->name, by);
        text = arena_print(&page->arena, "%.*s%s%.*s", SLICE_ARGS(text), i ? "; " : "",
                           SLICE_ARGS(said));
    }
    return trace->seen_count ? text : say(page, WORD_WHY_NO_PROVIDER);
}

static void list_providers(struct page *page, struct cell *list, const struct reason_trace *trace) {
    for (size_t i = 0; i < trace->seen_count; i++) {
        const struct reason_seen *seen = &trace->seen[i];
        struct cell *item = cell_record(page, list, NULL, NULL);
        cell_text(page, item, "provider", NULL, seen->provider->name);
        if (!seen->mark) {
            cell_text(page, item, "by", NULL, SLICE("host"));
            continue;
        }
        cell_text(page, item, "by", NULL, seen->mark->text);
        cell_text(page, item, "rule", NULL,
                  arena_print(&page->arena, "%s:%u", seen->mark->file, seen->mark->line));
    }
}

/* Where the enhanced code stood: in front of the text, or inside it. */
static void put_place(struct page *page, struct cell *record, const struct reply *reply) {
    if (!reply->enhanced.class_digit) {
        cell_none(page, record, "enhanced_from", NULL);
        return;
    }
    cell_text(page, record, "enhanced_from", NULL,
              reply->enhanced_behind ? SLICE("the text") : SLICE("the head"));
    cell_text(page, record, NULL, page_word(page, WORD_WHY_FROM),
              say(page, reply->enhanced_behind ? WORD_WHY_FROM_TEXT : WORD_WHY_FROM_HEAD));
}

void why_fields(struct page *page, struct cell *record, const struct finding *finding,
                const struct reason_trace *trace) {
    put_place(page, record, &finding->reply);
    cell_text(page, record, "text", page_word(page, WORD_WHY_WORDS), trace->text);
    cell_text(page, record, "stage", page_word(page, WORD_WHY_STAGE),
              slice_of(stage_name(finding->record.stage)));
    cell_text(page, record, "side", page_word(page, WORD_WHY_SIDE),
              slice_of(side_name(finding->record.side)));
    cell_text(page, record, "direction", page_word(page, WORD_WHY_DIRECTION),
              slice_of(direction_name(finding->record.direction)));
    if (finding->mta)
        cell_text(page, record, "mta", "MTA", slice_of(finding->mta->name));
    else
        cell_none(page, record, "mta", NULL);
    cell_text(page, record, NULL, page_word(page, WORD_WHY_PROVIDER), providers_shown(page, trace));
    list_providers(page, cell_list(page, record, "providers", NULL), trace);
}

/* ---- the steps */

static const struct {
    enum class_by by;
    enum word what;
} steps[] = {
    {BY_TOKEN, WORD_WHY_BY_TOKEN}, {BY_TEXT, WORD_WHY_BY_TEXT}, {BY_ENHANCED, WORD_WHY_BY_ENHANCED},
    {BY_CODE, WORD_WHY_BY_CODE},   {BY_WEAK, WORD_WHY_BY_WEAK}, {BY_DEFAULT, WORD_WHY_BY_DEFAULT},
};

static size_t count_tried(const struct reason_trace *trace, enum class_by by, bool met) {
    size_t count = 0;
    for (size_t i = 0; i < trace->tried_count; i++)
        count += trace->tried[i].by == by && !trace->tried[i].unmet == met;
    return count;
}

static void add_steps(struct page *page, const struct reason_trace *trace) {
    struct cell *list =
        page_section(page, "steps", page_word(page, WORD_WHY_STEPS), LOOK_SENTENCES, CELL_LIST)
            ->cell;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct cell *row = cell_record(page, list, NULL, NULL);
        cell_text(page, row, "step", page_word(page, WORD_WHY_STEP),
                  slice_of(class_by_name(steps[i].by)));
        cell_text(page, row, NULL, page_word(page, WORD_WHY_DECIDES), say(page, steps[i].what));
        cell_count(page, row, "match", page_word(page, WORD_WHY_MATCH),
                   count_tried(trace, steps[i].by, true), NULL);
        cell_count(page, row, "unmet", page_word(page, WORD_WHY_UNMET),
                   count_tried(trace, steps[i].by, false), NULL);
    }
}

/* ---- the rules */

/* How a rule came off. */
static const struct place {
    const char *name; /* for machines */
    enum word word;
} winner = {"winner", WORD_WHY_WINNER}, runner_up = {"runner-up", WORD_WHY_RUNNER_UP},
  beaten = {"beaten", WORD_WHY_BEATEN}, unmet = {"not met", WORD_WHY_IS_UNMET};

/* Of a rule that matches, by how many have matched before it. */
static const struct place *place_of(size_t before) {
    return before == 0 ? &winner : before == 1 ? &runner_up : &beaten;
}

/* A pattern of half a page tells people no more than its begin and its place. */
static struct slice shortened(struct page *page, struct slice text) {
    enum { SHOWN = 100 };
    if (text.length <= SHOWN + 3)
        return text;
    return arena_print(&page->arena, "%.*s...", SHOWN, text.at);
}

static void add_rule(struct page *page, struct cell *list, const struct reason_tried *tried,
                     const struct place *place) {
    const struct rule *rule = tried->rule;
    struct cell *card = cell_record(page, list, NULL, NULL);
    struct slice where = arena_print(&page->arena, "%s:%u", rule->file, rule->line);
    cell_text(page, card, "place", NULL, slice_of(place->name));
    cell_text(page, card, NULL, "", say(page, place->word));
    cell_text(page, card, "class", "", slice_of(rule->reason->name));
    cell_text(page, card, "step", "", slice_of(class_by_name(tried->by)));
    cell_text(page, card, "rule", page_word(page, WORD_RULE), where);
    cell_text(page, card, NULL, page_word(page, WORD_WHY_SAYS), shortened(page, rule->text));
    cell_text(page, card, "text", NULL, rule->text);
    if (tried->unmet)
        cell_text(page, card, "unmet", page_word(page, WORD_WHY_LACKS), slice_of(tried->unmet));
    else
        cell_none(page, card, "unmet", NULL);
}

/* Those that match, the winner first; or those of which a condition is not met. */
static void add_rules(struct page *page, const struct reason_trace *trace, const char *key,
                      const char *title, bool met) {
    struct cell *list = page_section(page, key, title, LOOK_CARDS, CELL_LIST)->cell;
    size_t before = 0;
    for (size_t i = 0; i < trace->tried_count; i++) {
        const struct reason_tried *tried = &trace->tried[i];
        if (!tried->unmet == met)
            add_rule(page, list, tried, met ? place_of(before++) : &unmet);
    }
}

void why_steps(struct page *page, const struct reason_trace *trace) {
    if (!trace->is_failure) {
        page_text(page, say(page, WORD_WHY_NO_RULE));
        page_section(page, "steps", NULL, LOOK_HIDDEN, CELL_LIST);
        page_section(page, "rules", NULL, LOOK_HIDDEN, CELL_LIST);
        page_section(page, "unmet", NULL, LOOK_HIDDEN, CELL_LIST);
        return;
    }
    add_steps(page, trace);
    add_rules(page, trace, "rules", page_word(page, WORD_WHY_RULES), true);
    add_rules(page, trace, "unmet", page_word(page, WORD_WHY_RULES_UNMET), false);
}
