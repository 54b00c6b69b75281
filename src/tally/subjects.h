/* subjects - which recipients of messages have failed before: the tries after the first one tell
 * nothing new.
 */
#ifndef TALLY_SUBJECTS_H
#define TALLY_SUBJECTS_H

#include "tally/failure.h"

struct subjects;

struct subjects *subjects_new(void);
void subjects_free(struct subjects *subjects);

/* Whether the subject of a failure came before in the same series (event and reason) and `place`,
 * a number of the caller's; from now on it did. What has no subject never did. */
bool subjects_again(struct subjects *subjects, const struct failure *failure, uint64_t place);

#endif
