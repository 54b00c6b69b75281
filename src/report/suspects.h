/* suspects - accounts that somebody else may use: the section `accounts`, and how many there are
 * for the first lines. */
#ifndef REPORT_SUSPECTS_H
#define REPORT_SUSPECTS_H

#include "report/summary.h"
#include "tally/accounts.h"

enum sign {
    SIGN_GUESSED = 1,    /* logins failed, and then one from the same new client did not */
    SIGN_NETWORKS = 2,   /* many networks for the first time within an hour */
    SIGN_RECIPIENTS = 4, /* far more recipients than others */
    SIGN_BOUNCES = 8,    /* many of them do not exist */
};

struct suspect {
    struct account account;
    unsigned signs; /* of enum sign */
    unsigned points;
    uint64_t usual; /* recipients of the others: half of them have no more */
};

struct suspects {
    struct suspect *items; /* worst first */
    size_t count;
};

void suspects_find(struct suspects *suspects, const struct tally *tally);
/* How serious it is: somebody got in, or there is no more than odd mail. */
enum severity suspects_severity(const struct suspects *suspects);
void suspects_release(struct suspects *suspects);
/* What speaks against an account, in words. */
struct slice suspect_words(struct page *page, const struct suspect *suspect);
void suspects_section(struct page *page, const struct suspects *suspects,
                      const struct summary_wishes *wishes);

#endif
