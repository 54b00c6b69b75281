/* Why: the numbers of a report as a monitoring system collects them: OpenMetrics text, which
 * Prometheus and the textfile collector of its node_exporter read too.
 *
 *   metricset    = *metricfamily "# EOF" LF
 *   metricfamily = "# HELP" SP name SP text LF "# TYPE" SP name SP type LF [ "# UNIT" ... LF ]
 * *sample sample       = name [ "{" label "=" DQUOTE escaped DQUOTE *( "," ... ) "}" ] SP number LF
 *
 * How: the page names its metrics (metrics.h); for each, the path is walked through the page and
 * the numbers found are kept as series. All are gauges: the numbers of one run, which may go down
 * in the next. No sample has a time: the textfile collector refuses files with them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/format.h"
#include "report/metrics.h"
#include "report/utf8.h"

#define PREFIX "mailtriage_"

/* ---- text */

/* What may stand between the quotes of a label. */
static void put_escaped(struct out *out, struct slice text) {
    while (text.length > 0) {
        const char *begin = text.at;
        uint32_t code_point = utf8_take(&text);
        if (code_point == UTF8_BROKEN)
            out_text(out, UTF8_REPLACEMENT);
        else if (code_point == '"' || code_point == '\\')
            out_print(out, "\\%c", (int)code_point);
        else if (code_point == '\n')
            out_text(out, "\\n");
        else if (!utf8_is_control(code_point))
            out_slice(out, slice_range(begin, text.at));
    }
}

static void put_head(struct out *out, const char *name, const char *unit, const char *help) {
    out_print(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s gauge\n", name, help, name);
    if (*unit)
        out_print(out, "# UNIT " PREFIX "%s %s\n", name, unit);
}

/* ---- the series of one metric */

struct series {
    struct slice labels; /* class="greylisted",event="deferred" */
    struct cell amount;
};

struct family {
    const struct metric *metric;
    struct arena arena;
    struct series *items;
    size_t count, capacity;
};

static void add_series(struct family *family, const struct cell *amount, struct slice labels) {
    char room[AMOUNT_ROOM];

    if (!cell_is_amount(amount) || amount_number(amount, room).length == 0)
        return;
    for (size_t i = 0; i < family->count; i++)
        if (slice_equal(family->items[i].labels, labels)) {
            family->items[i].amount.number += amount->number;
            return;
        }
    family->items =
        memory_grow(family->items, &family->capacity, family->count + 1, sizeof *family->items);
    family->items[family->count++] = (struct series){labels, *amount};
}

/* The labels so far and one more. */
static struct slice with_label(struct family *family, struct slice labels, struct slice name,
                               struct slice value) {
    struct out all;

    out_init_memory(&all);
    out_slice(&all, labels);
    out_print(&all, "%s%.*s=\"", labels.length ? "," : "", SLICE_ARGS(name));
    put_escaped(&all, value);
    out_byte(&all, '"');
    struct slice kept = arena_copy(&family->arena, out_held(&all));
    out_release(&all);
    return kept;
}

static const struct cell *member(const struct cell *record, struct slice key) {
    const struct cell *cell = record->kind == CELL_RECORD ? record->first : NULL;
    for (; cell; cell = cell->next)
        if (slice_equal(slice_of(cell->key), key))
            return cell;
    return NULL;
}

/* The labels so far, and those that are members of this record. */
static struct slice labels_of(struct family *family, const struct cell *record,
                              struct slice labels) {
    struct slice rest = slice_of(family->metric->labels), name;
    char room[AMOUNT_ROOM];

    while (rest.length > 0) {
        slice_cut(&rest, ' ', &name);
        const struct cell *cell = member(record, name);
        if (cell)
            labels = with_label(family, labels, name,
                                cell_is_amount(cell) ? amount_number(cell, room) : cell->text);
    }
    return labels;
}

/* ---- walking */

/* "state=delivered|bounced" */
static void walk_members(struct family *family, const struct cell *record, struct slice step,
                         struct slice labels) {
    struct slice label, key;

    slice_cut(&step, '=', &label);
    while (step.length > 0) {
        slice_cut(&step, '|', &key);
        const struct cell *cell = member(record, key);
        if (cell)
            add_series(family, cell, with_label(family, labels, label, key));
    }
}

/* True when the step is for each record of a list. */
static bool is_each(struct slice *step) {
    bool each = slice_ends(*step, SLICE("[]"));
    if (each)
        *step = slice_head(*step, step->length - 2);
    return each;
}

static void walk(struct family *family, const struct cell *cell, bool each, struct slice path,
                 struct slice labels);

/* A path that ends here asks how many records there are; none is a number too. */
static void walk_rows(struct family *family, const struct cell *list, struct slice path,
                      struct slice labels) {
    static const struct cell one = {.kind = CELL_COUNT, .number = 1}, none = {.kind = CELL_COUNT};

    if (path.length == 0 && !*family->metric->labels)
        add_series(family, &none, labels);
    for (const struct cell *row = list->first; row; row = row->next)
        walk(family, path.length ? row : &one, false, path, labels_of(family, row, labels));
}

static void walk(struct family *family, const struct cell *cell, bool each, struct slice path,
                 struct slice labels) {
    struct slice step = {0};

    if (each) {
        walk_rows(family, cell, path, labels);
        return;
    }
    slice_cut(&path, '.', &step);
    if (step.length == 0) {
        add_series(family, cell, labels);
    } else if (memchr(step.at, '=', step.length)) {
        walk_members(family, cell, step, labels);
    } else {
        each = is_each(&step);
        cell = member(cell, step);
        if (cell)
            walk(family, cell, each, path, labels);
    }
}

static void walk_page(struct family *family, const struct page *page) {
    struct slice path = slice_of(family->metric->path), step;

    slice_cut(&path, '.', &step);
    bool each = is_each(&step);
    for (const struct section *section = page->first; section; section = section->next)
        if (section->key && slice_equal(slice_of(section->key), step))
            walk(family, section->cell, each, path, (struct slice){0});
}

/* ---- the page */

static void put_metric(struct out *out, const struct page *page, const struct metric *metric) {
    struct family family = {.metric = metric};
    char room[AMOUNT_ROOM];

    arena_init(&family.arena);
    walk_page(&family, page);
    if (family.count > 0)
        put_head(out, metric->name, metric->unit, metric->help);
    for (size_t i = 0; i < family.count; i++) {
        struct slice labels = family.items[i].labels;
        out_print(out, PREFIX "%s%s", metric->name, labels.length ? "{" : "");
        out_slice(out, labels);
        out_print(out, "%s %.*s\n", labels.length ? "}" : "",
                  SLICE_ARGS(amount_number(&family.items[i].amount, room)));
    }
    arena_release(&family.arena);
    free(family.items);
}

static void openmetrics_page(const struct page *page, const struct format_wishes *wishes,
                             struct out *out) {
    for (const struct metric *metric = page->metrics; metric && metric->name; metric++)
        put_metric(out, page, metric);
    put_head(out, "build_info", "", "The version of mailtriage that wrote this.");
    out_text(out, PREFIX "build_info{version=\"" MAILTRIAGE_VERSION "\"} 1\n");
    put_head(out, "last_run_timestamp_seconds", "seconds", "When that run began.");
    out_print(out, PREFIX "last_run_timestamp_seconds %lld\n", (long long)wishes->now);
    out_text(out, "# EOF\n");
}

extern const struct format format_openmetrics; /* formats.def */

const struct format format_openmetrics = {
    .name = "openmetrics", .page = openmetrics_page, .of_reports = true};
