/* why - how a reason was found, as part of a page: the fields that were read, what each step found,
 * the rule that decided and those it beat.
 */
#ifndef APP_WHY_H
#define APP_WHY_H

#include "finding/trace.h"
#include "report/page.h"

/* Adds what deciding looked at to a record. */
void why_fields(struct page *page, struct cell *record, const struct finding *finding,
                const struct reason_trace *trace);
/* Adds the sections `steps`, `rules` (those that match, the winner first) and `unmet`. */
void why_steps(struct page *page, const struct reason_trace *trace);

#endif
