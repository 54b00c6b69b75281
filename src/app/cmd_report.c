/* report - totals, reasons and what to do: one run over the inputs, one page. */
#include "app/analysis.h"
#include "report/summary.h"

int cmd_report(const struct options *options);

static bool has_page(const struct format *format) {
    return format->page;
}

static void write_page(struct analysis *analysis, struct run *run) {
    struct page page;
    struct format_wishes wishes =
        result_wishes(&analysis->result, run->options, &run->knowledge->words);
    unsigned top = run->options->top_given || analysis->format->for_people ? run->options->top : 0;
    page_init(&page, run->knowledge->words.text[WORD_REPORT]);
    page.words = &run->knowledge->words;
    summary_of(run->tally, run->knowledge->book,
               &(struct summary_wishes){.top = top, .filter = &run->options->filter}, &page);
    analysis->format->page(&page, &wishes, &analysis->result.out);
    page_release(&page);
}

int cmd_report(const struct options *options) {
    struct analysis analysis = {.default_format = "text", .has = has_page, .end = write_page};
    return analysis_run(&analysis, options);
}
