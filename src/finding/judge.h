/* judge - what a failure says: its reply, the code that it stands for, the reason, the template.
 *
 * A log tells the same failure in the same words over and over, so each thread remembers what it
 * made of the texts that came last. No result depends on the memory.
 */
#ifndef FINDING_JUDGE_H
#define FINDING_JUDGE_H

#include "finding/finding.h"
#include "finding/reason.h"

struct judge;
/* Making one prepares the book: one after the other. */
struct judge *judge_new(struct rulebook *book);
void judge_free(struct judge *judge);

/* What it decides with. */
struct reason_memory *judge_reasons(struct judge *judge);

/* Fills reply, code_implied, verdict and template of a finding; a delivery has no template. */
void judge_finding(struct judge *judge, struct arena *arena, struct finding *finding);

#endif
