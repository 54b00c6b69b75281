/* fold - text made comparable: runs of blanks as one blank, capital letters as small ones. */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include "base/slice.h"

/* Writes text behind the `length` bytes that stand in `to`, a run of blanks as one and none at the
 * front of all. Gives the new length, at most length + text.length. `to` may be text itself. */
size_t fold_blanks(struct slice text, char *to, size_t length);
/* Whether blanks are folded in the text already: none beside another or at an end, and no control
 * byte. */
bool fold_is_done(struct slice text);
/* Writes text with small letters: ASCII, Latin-1 and Russian ones in UTF-8, which are as long as
 * their capitals. `to` holds text.length bytes and may be text itself. */
void fold_case(struct slice text, char *to);

#endif
