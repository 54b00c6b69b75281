/* Why: the reason says what is wrong; the code, who gave it and at which stage say where to look,
 * and the wording is what to search the web and the other side's manual for.
 *
 * How: a row is what fits into a line, with the wording that came most; the domains and the other
 * wordings, each with a place in the log, are folded behind it. Machines get all that is kept.
 */
#include "report/by_code.h"

#include "base/out.h"
#include "report/rows.h"
#include "tally/coded.h"

enum { MOST = 1000 /* rows, for machines */ };

struct by_code {
    struct rows rows;
    const struct digging *digging;
    size_t count;
    bool any_warning, any_other; /* among those shown */
};

/* "550 5.1.1", "550 5.1.1 (implied)"; empty: none. */
static struct slice code_words(struct page *page, const struct coded *coded) {
    char enhanced[16];
    struct slice words = {0}, printed = {enhanced, enhanced_print(coded->enhanced, enhanced)};
    if (coded->code)
        words = arena_print(&page->arena, "%u%s%.*s", (unsigned)coded->code,
                            printed.length ? " " : "", SLICE_ARGS(printed));
    else if (printed.length)
        words = arena_copy(&page->arena, printed);
    return coded->implied ? WORDS_FILL(&page->arena, page_word(page, WORD_IMPLIED_CODE), words)
                          : words;
}

/* "example.net (12), example.org (3)" */
static struct slice domain_words(struct page *page, const struct coded *coded) {
    struct slice words = {0};
    for (size_t i = 0; i < coded->domain_count; i++) {
        const struct podium_place *place = &coded->domains[i];
        words = arena_print(&page->arena, "%.*s%s%.*s (%llu)", SLICE_ARGS(words), i ? ", " : "",
                            (int)place->length, place->name, (unsigned long long)place->count);
    }
    return words;
}

static struct slice name_of(const struct podium_place *place) {
    return (struct slice){place->name, place->length};
}

static struct slice place_words(struct page *page, const struct podium_place *place) {
    struct tally_example example = example_read(&place->example);
    return arena_print(&page->arena, "%.*s (%llu), %.*s:%llu", SLICE_ARGS(name_of(place)),
                       (unsigned long long)place->count, SLICE_ARGS(example.source),
                       (unsigned long long)example.line);
}

/* The rows with all that a row of this table says; of one wording, where there is one. */
static struct slice rows_words(const struct digging *digging, const struct coded *coded,
                               const struct podium_place *template) {
    char enhanced[16];
    struct dig dig;
    dig_begin(&dig, digging);
    dig_value(&dig, FILTER_CLASS, coded->class_name);
    dig_event(&dig, slice_of(event_name(coded->event)));
    dig_value(&dig, FILTER_DIRECTION, slice_of(direction_name(coded->direction)));
    dig_value(&dig, FILTER_CODE,
              coded->code ? arena_print(&digging->page->arena, "%u", (unsigned)coded->code)
                          : (struct slice){0});
    dig_value(&dig, FILTER_ENHANCED,
              (struct slice){enhanced, enhanced_print(coded->enhanced, enhanced)});
    if (coded->code)
        dig_word(&dig, FILTER_CODE_SOURCE, coded->implied ? "implied" : "explicit");
    dig_value(&dig, FILTER_SIDE, slice_of(side_name(coded->side)));
    dig_value(&dig, FILTER_STAGE, slice_of(stage_name(coded->stage)));
    if (template)
        dig_beginning(&dig, FILTER_TEMPLATE, name_of(template), CODED_TEMPLATE_LENGTH);
    return dig_end(&dig);
}

/* What there is no room for in a row. */
static void add_folded(const struct digging *digging, struct cell *row, const struct coded *coded) {
    struct page *page = digging->page;
    struct slice domains = domain_words(page, coded);
    if (domains.length)
        cell_text(page, row, NULL, page_word(page, WORD_RECIPIENT_DOMAIN), domains)->folded = true;
    for (size_t i = 0; i < coded->template_count; i++) {
        struct cell *cell = cell_text(page, row, NULL, page_word(page, WORD_TEXT),
                                      place_words(page, &coded->templates[i]));
        cell->folded = cell->literal = true;
        struct tally_example example = example_read(&coded->templates[i].example);
        digging_cell(digging, row, NULL, page_word(page, WORD_ROWS),
                     rows_words(digging, coded, &coded->templates[i]));
        digging_cell(digging, row, NULL, page_word(page, WORD_MESSAGE),
                     digging_trace(digging, example.source, example.line));
    }
}

static void add_code(struct rows *rows, struct cell *row, const struct coded *coded) {
    struct page *page = rows->page;
    char enhanced[16];
    size_t length = enhanced_print(coded->enhanced, enhanced);
    cell_known(page, row, NULL, page_word(page, WORD_CODE_COLUMN), code_words(page, coded))->uncut =
        true;
    if (coded->code)
        cell_code(page, row, "code", NULL, coded->code);
    else
        cell_none(page, row, "code", NULL);
    cell_known(page, row, "enhanced", NULL, (struct slice){enhanced, length});
    if (coded->code)
        cell_text(page, row, "code_source", NULL,
                  coded->implied ? SLICE("implied") : SLICE("explicit"));
    else
        cell_none(page, row, "code_source", NULL);
}

static void add_lists(const struct digging *digging, struct cell *row, const struct coded *coded) {
    struct page *page = digging->page;
    struct cell *domains = cell_list(page, row, "recipient_domains", NULL);
    for (size_t i = 0; i < coded->domain_count; i++) {
        struct cell *domain = cell_record(page, domains, NULL, NULL);
        cell_text(page, domain, "name", NULL, name_of(&coded->domains[i]));
        cell_count(page, domain, "count", NULL, coded->domains[i].count, NULL);
    }
    struct cell *templates = cell_list(page, row, "templates", NULL);
    for (size_t i = 0; i < coded->template_count; i++) {
        const struct podium_place *place = &coded->templates[i];
        struct tally_example example = example_read(&place->example);
        struct cell *template = cell_record(page, templates, NULL, NULL);
        cell_text(page, template, "template", NULL, name_of(place));
        cell_count(page, template, "count", NULL, place->count, NULL);
        cell_text(page, template, "source", NULL, example.source);
        cell_count(page, template, "line", NULL, example.line, NULL);
        digging_cell(digging, template, "rows", NULL, rows_words(digging, coded, place));
        digging_cell(digging, template, "trace", NULL,
                     digging_trace(digging, example.source, example.line));
    }
    digging_cell(digging, row, "rows", page_word(page, WORD_ROWS),
                 rows_words(digging, coded, NULL));
}

static void add_row(void *context, const struct coded *coded) {
    struct by_code *by_code = context;
    struct rows *rows = &by_code->rows;
    struct cell *row = by_code->count++ < MOST ? rows_add(rows, coded->count) : NULL;
    if (!row)
        return;
    struct page *page = rows->page;
    by_code->any_warning |= coded->event == EVENT_WARNING;
    by_code->any_other |= coded->event != EVENT_WARNING;
    row_text(rows, row, "class", WORD_REASON, coded->class_name);
    cell_text(page, row, "event", page_word(page, WORD_EVENT), slice_of(event_name(coded->event)))
        ->folded = true;
    cell_text(page, row, "direction", NULL, slice_of(direction_name(coded->direction)));
    add_code(rows, row, coded);
    row_text(rows, row, "side", WORD_SAID_BY, slice_of(side_name(coded->side)));
    row_text(rows, row, "stage", WORD_STAGE_COLUMN, slice_of(stage_name(coded->stage)));
    row_count(rows, row, "count", WORD_COUNT_COLUMN, coded->count);
    if (!rows->wishes->past) /* history keeps texts by reason alone */
        row_text(rows, row, NULL, WORD_TEXT,
                 coded->template_count ? name_of(&coded->templates[0]) : (struct slice){0});
    add_folded(by_code->digging, row, coded);
    add_lists(by_code->digging, row, coded);
}

/* "mailtriage export --class REASON --code CODE --stage STAGE --template 'TEXT*' mail.log";
 * warnings are asked for apart, because they count at other levels. */
static void add_rows_line(const struct by_code *by_code, bool of_warnings) {
    struct dig dig;
    dig_begin(&dig, by_code->digging);
    dig_word(&dig, FILTER_CLASS, "REASON");
    dig_word(&dig, FILTER_CODE, "CODE");
    dig_word(&dig, FILTER_STAGE, "STAGE");
    dig_word(&dig, FILTER_TEMPLATE, "TEXT*");
    if (of_warnings)
        dig_word(&dig, FILTER_EVENT, "warning");
    else
        dig_counted(&dig);
    digging_line(by_code->digging, dig_end(&dig));
}

void by_code_add(const struct digging *digging, const struct tally *tally,
                 const struct summary_wishes *wishes) {
    struct by_code by_code = {.digging = digging};
    rows_begin(&by_code.rows, digging->page, wishes, PART_CODES, WORD_BY_CODE_TABLE);
    coded_each(tally, add_row, &by_code);
    rows_end(&by_code.rows);
    digging->page->part = part_name(PART_CODES);
    if (by_code.any_other)
        add_rows_line(&by_code, false);
    if (by_code.any_warning)
        add_rows_line(&by_code, true);
    digging->page->part = NULL;
}
