/* phrases - many plain phrases looked for in one pass over a text by their seldomest bytes.
 *
 * Phrases and text are compared folded: the case of ASCII, Latin-1 and Russian letters (in UTF-8)
 * is ignored, any run of blanks is one blank, and a phrase only counts where it stands as whole
 * words; Chinese and Japanese words need no border. Build once, then read by any thread.
 */
#ifndef RULES_PHRASES_H
#define RULES_PHRASES_H

#include "base/slice.h"

struct phrases;

struct phrases *phrases_new(void);
void phrases_free(struct phrases *phrases);
/* `id` comes back from the search. Several phrases may have one text. Not empty once folded. The
 * word that "*" stands behind may go on: "block*" stands in "blocked". */
void phrases_add(struct phrases *phrases, struct slice phrase, unsigned id);
/* The same for text that may also stand within a word. */
void phrases_add_part(struct phrases *phrases, struct slice text, unsigned id);
void phrases_build(struct phrases *phrases);
/* Sets in `found` the bit of the id of each phrase that stands in text. `folded` is text as
 * phrases_fold made it. */
void phrases_search(const struct phrases *phrases, struct slice folded, uint64_t *found);
/* Whether one phrase, written as for phrases_add, stands in a folded text. */
bool phrase_stands(struct slice phrase, struct slice folded);
/* Folds into buffer (at least text.length bytes, may be text itself); gives what was written. */
struct slice phrases_fold(struct slice text, char *buffer);

#endif
