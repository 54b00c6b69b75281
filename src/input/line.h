/* line - one physical line of a source, and where it came from. */
#ifndef INPUT_LINE_H
#define INPUT_LINE_H

#include "base/slice.h"

struct line {
    struct slice text; /* without its line end; borrowed from the block */
    uint64_t
        number; /* within its block, from 0; the ordered step makes it the number in the file */
    bool cut;   /* longer than LINE_LONGEST: the rest was read and dropped */
};

/* Bytes kept of one line. */
enum { LINE_LONGEST = 65536 };

#endif
