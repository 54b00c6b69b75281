/* unique - which values were not there before. Bounded: past the bounds nothing more is remembered,
 * so a value may come again, and `full` says so.
 */
#ifndef APP_UNIQUE_H
#define APP_UNIQUE_H

#include "base/map.h"

enum { UNIQUE_VALUES = 1 << 22, UNIQUE_BYTES = 1 << 28 };

struct unique {
    struct map seen; /* value -> nothing */
    size_t bytes, most_values, most_bytes;
    bool full;
};

void unique_init(struct unique *unique, size_t most_values, size_t most_bytes);
void unique_release(struct unique *unique);
/* True for a value that is not remembered; it is from now on. */
bool unique_is_new(struct unique *unique, struct slice value);

#endif
