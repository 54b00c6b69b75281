/* export - one row per finding that is not a delivery, written as it is found. */
#include "app/analysis.h"

int cmd_export(const struct options *options);

struct exporting {
    struct analysis analysis; /* first: the callbacks get it */
    struct column_choice columns;
    struct row row;
    bool begun, deliveries;
};

static bool has_rows(const struct format *format) {
    return format->row;
}

static void begin_rows(struct exporting *exporting) {
    if (!exporting->begun && exporting->analysis.format->rows_begin)
        exporting->analysis.format->rows_begin(&exporting->columns,
                                               &exporting->analysis.result.out);
    exporting->begun = true;
}

static void write_row(void *context, const struct finding *finding) {
    struct exporting *exporting = context;
    struct run *run = exporting->analysis.run;
    struct out *out = &exporting->analysis.result.out;
    if (finding->record.event == EVENT_DELIVERED && !exporting->deliveries)
        return;
    begin_rows(exporting);
    row_of(finding, &exporting->row);
    exporting->analysis.format->row(&exporting->row, &exporting->columns, out);
    run->stopped = out->error != 0;
}

static bool begin_export(struct analysis *analysis, struct run *run, struct problem *problem) {
    struct exporting *exporting = (struct exporting *)analysis;
    run->listen = write_row;
    run->context = exporting;
    exporting->deliveries =
        run->options->all || filter_names_event(&run->options->filter, EVENT_DELIVERED);
    run->wants_deliveries |= exporting->deliveries;
    const char *wish = run->options->columns;
    return column_choose(analysis->format->all_columns ? "all" : wish, &exporting->columns,
                         problem);
}

static void end_export(struct analysis *analysis, struct run *run) {
    (void)run;
    begin_rows((struct exporting *)analysis); /* a header stands even without rows */
}

int cmd_export(const struct options *options) {
    struct exporting exporting = {
        .analysis = {
            .default_format = "csv", .has = has_rows, .begin = begin_export, .end = end_export}};
    return analysis_run(&exporting.analysis, options);
}
