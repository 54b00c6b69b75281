/* todo - what the tally says of reasons: the verdict, what to do, what strangers did, the rest. */
#ifndef REPORT_TODO_H
#define REPORT_TODO_H

#include "report/digging.h"
#include "report/joined.h"
#include "report/page.h"
#include "report/suspects.h"

/* For people. The verdict becomes the title of the page: "3 things to do: 1 critical, 2 errors". */
void todo_verdict(struct page *page, const struct joining *apart, const struct suspects *suspects,
                  const struct ledger *ledger);
/* The things to do, as cards; the first `top` (0: all). All accounts that somebody else may use are
 * one. */
void todo_cards(const struct digging *digging, const struct joining *apart,
                const struct suspects *suspects, unsigned top);
/* What strangers did, and what is no fault to act on, as tables. */
void todo_strangers(const struct digging *digging, const struct joining *apart, unsigned top);
void todo_noticed(const struct digging *digging, const struct joining *apart, unsigned top);
/* "bad-credentials: 3 logins failed, a client spoke to us" */
struct slice todo_heading(struct page *page, struct slice class_name, struct slice event,
                          struct slice way, uint64_t count);
/* "our administrator: Free space at once." */
struct slice todo_do(struct page *page, unsigned acts, struct slice hint);
/* For machines: all reasons. */
void todo_reasons(const struct digging *digging, const struct joining *joining, unsigned top);

#endif
