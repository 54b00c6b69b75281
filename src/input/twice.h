/* twice - sources whose lines another source holds too: they are taken out, so that nothing is
 * counted twice, and each is told as a note with the name of the other.
 *
 * What is sound and what is not told apart: docs/decisions/0005. Logs that have only some lines of
 * another one: copies.h.
 */
#ifndef INPUT_TWICE_H
#define INPUT_TWICE_H

#include "input/source.h"

/* Takes out, of regular files: the same file under another name; the same content, packed or not;
 * and a begin of what another holds (the copy of a log that went on growing). A file that is
 * damaged and told here is a fault. */
void twice_remove(struct sources *sources, source_told *told, void *context);

#endif
