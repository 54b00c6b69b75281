/* unique - a list without repetitions in the order of the log, written as it is found: sorting
 * would have to wait for the end, and sort -u loses the order. */
#include "app/unique.h"

void unique_init(struct unique *unique, size_t most_values, size_t most_bytes) {
    *unique = (struct unique){.most_values = most_values, .most_bytes = most_bytes};
    map_init(&unique->seen, 1);
}

void unique_release(struct unique *unique) {
    map_release(&unique->seen);
}

bool unique_is_new(struct unique *unique, struct slice value) {
    if (map_get(&unique->seen, value))
        return false;
    unique->full |= unique->seen.count >= unique->most_values ||
                    unique->bytes + value.length > unique->most_bytes;
    if (!unique->full) {
        map_put(&unique->seen, value, NULL);
        unique->bytes += value.length;
    }
    return true;
}
