/* wrap_exim - the parts of a line of Exim's own files, for those who know its stamp already. */
#ifndef INPUT_WRAP_EXIM_H
#define INPUT_WRAP_EXIM_H

#include "input/entry.h"

/* Whether what stands behind the stamp is that of another wrapping. */
bool wrap_exim_is_other(struct slice behind);
/* Fills program, pid and text with what stands behind the stamp and its zone. */
void wrap_exim_read_behind(struct slice behind, struct entry *entry);

#endif
