/* wrap_exim - the parts of a line of Exim's own files, for those who know its stamp already. */
#ifndef INPUT_WRAP_EXIM_H
#define INPUT_WRAP_EXIM_H

#include "base/guess.h"
#include "input/entry.h"

/* Whether what stands behind the stamp is that of another wrapping. */
bool wrap_exim_is_other(struct slice behind);
/* Cuts the pid off the front, where one may be. */
struct slice wrap_exim_take_pid(struct slice *behind);

/* Fills program, pid and text with what stands behind the stamp and its zone. */
static inline void wrap_exim_read_behind(struct slice behind, struct entry *entry) {
    entry->program = SLICE("exim");
    entry->pid = (struct slice){0};
    if (behind.length > 1 && behind.at[1] == '[') {
        struct slice rest = behind;
        entry->pid = wrap_exim_take_pid(&rest);
        behind = rest;
    }
    if (guess(behind.length > 0 && behind.at[0] == ' '))
        behind = (struct slice){behind.at + 1, behind.length - 1};
    entry->text = behind;
}

#endif
