/* again - a source that can be read several times: what can be read once only (standard input, a
 * named pipe) is written to a temporary file without a name first.
 */
#ifndef APP_AGAIN_H
#define APP_AGAIN_H

#include <sys/types.h>

#include "input/source.h"

struct again {
    struct source *source; /* borrowed */
    int fd;                /* of the copy, unpacked; -1: none is needed */
    off_t start;           /* of a file that is standard input: where it was; -1: it is none */
};

/* Makes the copy, when one is needed. False, problem filled: there is nothing to read, or only what
 * came before a fault (then fd is there). */
bool again_init(struct again *again, struct source *source, struct problem *problem);
void again_release(struct again *again);
/* From the begin, each time. NULL with problem filled on failure. */
struct reader *again_open(struct again *again, struct problem *problem);

#endif
