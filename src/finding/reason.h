/* reason - the class of a reply or failure, by the nine steps of classes: token, wording, enhanced
 * code, stage and code, weak wording, default. Pure; the rule book is only read.
 */
#ifndef FINDING_REASON_H
#define FINDING_REASON_H

#include "finding/finding.h"
#include "finding/proof.h"

/* Memory of one thread: match data, scratch text, and a cache of whole texts (exact: keyed by all
 * that the decision looks at). Making one prepares the book: one after the other. */
struct reason_memory;
struct reason_memory *reason_memory_new(struct rulebook *book);
void reason_memory_free(struct reason_memory *memory);

/* Begins a round, a block of the log: a pattern that met a limit too often in the last one is tried
 * again. What is decided in a round depends on nothing before it. */
void reason_memory_round(struct reason_memory *memory);
/* Whether none is off, and the last decision met none: then a verdict is that of any round. */
bool reason_memory_is_sure(const struct reason_memory *memory);
/* Whether such a pattern was off in any round, and where it stands; `place` is below
 * reason_patterns. */
bool reason_memory_was_off(const struct reason_memory *memory, size_t place, const char **file_r,
                           unsigned *line_r);

size_t reason_patterns(const struct rulebook *book);

/* Whether the host, or a domain above it, bears the name of a provider's servers. */
bool reason_knows_host(const struct reason_memory *memory, struct slice host);

/* Three ways to the same verdict, for those who hold them against each other: with the cache,
 * without it, and by trying every rule without any search. A new memory takes the first. */
enum reason_way { REASON_CACHED, REASON_UNCACHED, REASON_PLAIN };
void reason_memory_go(struct reason_memory *memory, enum reason_way way);

/* Fills finding->verdict from its record, reply, mta and code_implied. */
void reason_decide(const struct rulebook *book, struct reason_memory *memory,
                   struct finding *finding);

/* The same for a reply that a person gave; the record and mta of the finding are its context. A
 * side that is not known is remote where there is a code, else synthetic: no SMTP reply happened.
 */
void reason_of_reply(const struct rulebook *book, struct reason_memory *memory, struct slice text,
                     struct arena *arena, struct finding *finding);

#endif
