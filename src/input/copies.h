/* copies - the lines of a rejectlog or paniclog that another log of the same Exim has as well.
 *
 * Exim writes most rejections to mainlog and rejectlog and most panics to mainlog and paniclog, to
 * the byte the same; but what log_selector keeps out of the mainlog, or an administrator sends
 * elsewhere (log_reject_target), stands in the other one alone. So neither file can be left out
 * when both are read: a line that is in both counts where it is in the mainlog.
 */
#ifndef INPUT_COPIES_H
#define INPUT_COPIES_H

#include "input/source.h"

struct copies;

/* NULL: the source is no such log, or none is read that it may have copies of. Borrows the names
 * of the sources. */
struct copies *copies_new(const struct sources *sources, const struct source *source);
void copies_free(struct copies *copies); /* NULL is fine */

/* True: the line, counted from 1, stands in another log too. To be asked in ascending order. */
bool copies_has(struct copies *copies, uint64_t line);

#endif
