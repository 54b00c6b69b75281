/* outcomes - what became of each message that is traced: by the pipeline of every report, run over
 * the kept lines alone.
 */
#ifndef APP_OUTCOMES_H
#define APP_OUTCOMES_H

#include "app/messages.h"

/* Fills the outcomes of the messages; of_lines: the message of each kept line, NULL for none. */
void outcomes_read(struct messages *messages, const struct run *run, const struct sources *sources,
                   const struct found_lines *lines, struct traced *const *of_lines);

#endif
