/* export - one row per finding that is not a delivery, written as it is found; or each value of one
 * column once. */
#include <string.h>

#include "app/analysis.h"
#include "app/say.h"
#include "app/unique.h"

int cmd_export(const struct options *options);

struct exporting {
    struct analysis analysis; /* first: the callbacks get it */
    struct column_choice columns;
    struct format_wishes wishes;
    struct row row;
    struct unique unique; /* of the one column, with --unique */
    bool begun, deliveries, once;
};

static bool has_rows(const struct format *format) {
    return format->row;
}

static void begin_rows(struct exporting *exporting) {
    struct analysis *analysis = &exporting->analysis;
    if (exporting->begun)
        return;
    exporting->begun = true;
    exporting->wishes =
        result_wishes(&analysis->result, analysis->run->options, &analysis->run->knowledge->words);
    if (analysis->format->rows_begin)
        analysis->format->rows_begin(&exporting->columns, &exporting->wishes,
                                     &analysis->result.out);
}

static bool is_new_value(struct exporting *exporting) {
    const struct row_cell *cell = &exporting->row.cells[exporting->columns.items[0]];
    return cell->present && unique_is_new(&exporting->unique, cell->text);
}

static void write_row(void *context, const struct finding *finding) {
    struct exporting *exporting = context;
    struct run *run = exporting->analysis.run;
    struct out *out = &exporting->analysis.result.out;
    if (finding->record.event == EVENT_DELIVERED && !exporting->deliveries)
        return;
    begin_rows(exporting);
    row_of(finding, &exporting->row);
    if (exporting->once && !is_new_value(exporting))
        return;
    exporting->analysis.format->row(&exporting->row, &exporting->columns, &exporting->wishes, out);
    run->stopped = out->error != 0;
}

/* The configuration may ask for columns, and the command line for each value of one. */
static bool wants_unique(const struct options *options) {
    return options->unique &&
           !(options_insist(options, "columns") && !options_insist(options, "unique"));
}

static bool choose_columns(struct exporting *exporting, const struct options *options,
                           struct problem *problem) {
    const char *unique = options->unique;
    struct problem why;
    if (!exporting->once)
        return column_choose(exporting->analysis.format->all_columns ? "all" : options->columns,
                             &exporting->columns, &why) ||
               problem_say(problem, "--columns: %s", why.text);
    if (options->columns && options_insist(options, "columns") == options_insist(options, "unique"))
        return problem_say(problem, "--unique and --columns: the one or the other");
    if (strchr(unique, ',') || strcmp(unique, "all") == 0)
        return problem_say(problem, "--unique '%s': name one column", unique);
    return column_choose(unique, &exporting->columns, &why) ||
           problem_say(problem, "--unique: %s", why.text);
}

static bool begin_export(struct analysis *analysis, struct run *run, struct problem *problem) {
    struct exporting *exporting = (struct exporting *)analysis;
    run->counts = false; /* rows tell no totals: half of the time of a report */
    run->listen = write_row;
    run->has_rows = true;
    run->context = exporting;
    exporting->deliveries =
        run->options->all || filter_names_event(&run->options->filter, EVENT_DELIVERED);
    run->wants_deliveries |= exporting->deliveries;
    exporting->once = wants_unique(run->options);
    return choose_columns(exporting, run->options, problem);
}

static void end_export(struct analysis *analysis, struct run *run) {
    struct exporting *exporting = (struct exporting *)analysis;
    begin_rows(exporting); /* a header stands even without rows */
    if (exporting->unique.full && !run->options->quiet)
        say_note("--unique: too many values to remember them all (%d, or %d MiB): some may stand "
                 "twice",
                 UNIQUE_VALUES, UNIQUE_BYTES >> 20);
}

int cmd_export(const struct options *options) {
    struct exporting exporting = {
        .analysis = {
            .default_format = "csv", .has = has_rows, .begin = begin_export, .end = end_export}};
    unique_init(&exporting.unique, UNIQUE_VALUES, UNIQUE_BYTES);
    int status = analysis_run(&exporting.analysis, options);
    unique_release(&exporting.unique);
    return status;
}
