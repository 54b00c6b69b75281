/* reason - the class of a reply or failure, by the nine steps of classes: token, wording, enhanced
 * code, stage and code, weak wording, default. Pure; the rule book is only read.
 */
#ifndef FINDING_REASON_H
#define FINDING_REASON_H

#include "finding/finding.h"
#include "finding/proof.h"

/* Memory of one thread: match data, scratch text, and a cache of whole texts (exact: keyed by all
 * that the decision looks at). */
struct reason_memory;
struct reason_memory *reason_memory_new(const struct rulebook *book);
void reason_memory_free(struct reason_memory *memory);

/* Fills finding->verdict from its record, reply, mta and code_implied. */
void reason_decide(const struct rulebook *book, struct reason_memory *memory,
                   struct finding *finding);

/* The same for a reply that a person gave; the record and mta of the finding are its context. A
 * side that is not known is remote where there is a code, else synthetic: no SMTP reply happened.
 */
void reason_of_reply(const struct rulebook *book, struct reason_memory *memory, struct slice text,
                     struct arena *arena, struct finding *finding);

/* The hint for this MTA and direction: the most specific of reason->hints, else reason->hint. */
struct slice reason_hint(const struct reason *reason, const struct mta *mta,
                         enum direction direction);

#endif
