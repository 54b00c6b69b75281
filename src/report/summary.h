/* summary - the page of `report`: what a tally says, for people and machines (contract, section 4).
 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "finding/journey.h"
#include "finding/masker.h"
#include "finding/mutes.h"
#include "report/changes.h"
#include "report/digging.h"
#include "rules/rulebook.h"
#include "tally/tally.h"

/* A report from history, of whole hours. */
struct summary_past {
    int64_t since, until; /* seconds */
    struct slice missing; /* nodes of a cluster that did not answer; empty: none */
    bool is_full;         /* it has reached its size: names of new hours are not told apart */
};

struct summary_wishes {
    unsigned top;                  /* reasons shown; 0: all */
    unsigned list_top;             /* rows of a table by name; 0: all that are known */
    unsigned min;                  /* reasons that came less often are left out; 0: none */
    uint64_t only;                 /* parts that were asked for by name (parts.h); 0: none was */
    const struct filter *filter;   /* by which the tally was made; NULL: none */
    const struct journey *journey; /* at the end of the log; NULL: who waits is not known */
    struct masker *masker;         /* names are under masks, and it is said; NULL: they are not */
    const struct slice *local_domains; /* for the flow of mail */
    size_t local_domain_count;         /* 0: they are guessed */
    const struct summary_past *past;   /* NULL: from logs */
    const struct mutes *mutes;         /* NULL: nothing is muted */
    const struct compared *comparison; /* NULL: with nothing */
    struct slice inputs; /* options and paths of what was read: " --year 2026 mail.log" */
};

/* How the commands of the report ask for what it counted. */
struct digging summary_digging(struct page *page, const struct summary_wishes *wishes);
/* Adds the sections of the report to an initialised page that has its words. */
void summary_of(const struct tally *tally, const struct rulebook *book,
                const struct summary_wishes *wishes, struct page *page);

/* What every page of logs has of the account of lines: the member "lines", and for people the sum.
 */
void summary_lines(struct page *page, const struct tally *tally);
void summary_balance(struct page *page, const struct tally *tally);

#endif
