/* matching - which rules fit a reply: its words or codes find them, and their context holds.
 *
 * The order of calls: matching_asked, matching_find, then the rest in any.
 */
#ifndef FINDING_MATCHING_H
#define FINDING_MATCHING_H

#include "finding/deciding.h"

/* What is asked of a finding. The text is cleaned into the memory. */
struct asked matching_asked(struct reason_memory *memory, const struct finding *finding);
/* Finds what stands in the text: phrases, what patterns need, providers. */
void matching_find(struct reason_memory *memory, struct asked *asked);
/* The next id in [from, end) that was found with all it needs, or end. */
size_t matching_next(const struct reason_memory *memory, size_t from, size_t end);
/* The next mark in the text, from the place of one on; NULL: no more. */
const struct provider_mark *matching_mark(const struct reason_memory *memory,
                                          const struct asked *asked, size_t from);
/* The block list that the text names; a known one goes before a name that is only read there. */
struct listed matching_list(const struct reason_memory *memory, const struct asked *asked);

/* Whether the reply has the words, or the code, of a rule. */
bool matching_words(const struct reason_memory *memory, const struct asked *asked,
                    const struct rule *rule);
bool matching_code(const struct asked *asked, const struct rule *rule);
/* The condition that is not met here, by its key; NULL: all are. For rules by words, and by code.
 */
const char *matching_wording_unmet(const struct reason_memory *memory, const struct asked *asked,
                                   const struct guard *guard);
const char *matching_code_unmet(const struct reason_memory *memory, const struct asked *asked,
                                const struct rule *rule, const char *hint_unmet);
/* Why a code that may only hint says nothing but in its stage; NULL: it may say all it does. */
const char *matching_hint_unmet(const struct reason_memory *memory, const struct asked *asked,
                                enum rule_strength strength);
/* The first rule of a strength that fits; NULL: none does. */
const struct rule *matching_first_wording(const struct reason_memory *memory,
                                          const struct asked *asked, enum rule_strength strength);
const struct rule *matching_first_code(const struct reason_memory *memory,
                                       const struct asked *asked, enum rule_strength strength);

#endif
