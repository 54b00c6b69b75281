/* How: of the last million of them a print of 32 bits, in the place that its hash says; one that
 * finds another there takes the place.
 */
#include "tally/subjects.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

enum { PLACES = 1 << 20 };

struct subjects {
    uint32_t prints[PLACES];
};

struct subjects *subjects_new(void) {
    return memory_new(sizeof(struct subjects));
}

void subjects_free(struct subjects *subjects) {
    free(subjects);
}

bool subjects_again(struct subjects *subjects, const struct failure *failure, uint64_t place) {
    if (!failure->subject)
        return false;
    const uint64_t what[] = {failure->subject, (uint64_t)failure->event, place,
                             bytes_hash(failure->class_name.at, failure->class_name.length)};
    uint64_t hash = bytes_hash(what, sizeof what);
    uint32_t *kept = &subjects->prints[hash % PLACES], print = (uint32_t)(hash >> 32);
    bool is_known = *kept == print;
    *kept = print;
    return is_known;
}
