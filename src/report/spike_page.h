/* spike_page - makes the page of `spikes`: when failures left their usual level, and what drove it.
 */
#ifndef REPORT_SPIKE_PAGE_H
#define REPORT_SPIKE_PAGE_H

#include "report/page.h"
#include "rules/rulebook.h"
#include "tally/drivers.h"
#include "tally/tally.h"

struct spike_page_wishes {
    const struct spikes *spikes;
    const struct drivers *drivers;
    const size_t *under; /* of each spike, as drivers_join says */
    int64_t bucket;      /* seconds */
    size_t series;       /* that were looked at */
    const struct rulebook *book;
    const struct tally *tally;   /* for the account of lines */
    const struct filter *filter; /* as it is shown; may be NULL */
    unsigned top;                /* 0: all */
    struct slice missing;        /* nodes of a cluster that did not answer; empty: none */
    bool is_masked;
    bool is_past;        /* comes from history alone */
    bool has_history;    /* which tells what is usual, too */
    struct slice inputs; /* what was read, without a span, as it can be given again */
};

/* The page has its words. */
void spike_page(struct page *page, const struct spike_page_wishes *wishes);

#endif
