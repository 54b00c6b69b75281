/* Any bytes as lines of Exim: under its own tag, and in a wrapping of its own where it has one. */
#include "mta_target.h"

extern const struct mta mta_exim;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice rest = {(const char *)bytes, length}, line;
    while (rest.length) {
        slice_cut(&rest, '\n', &line);
        struct entry entry = {.program = SLICE("exim"), .text = line};
        check_entry(&mta_exim, &entry);
        entry.wrapping = &wrap_exim;
        assert(mta_of(&entry) == &mta_exim);
        check_entry(&mta_exim, &entry);
    }
    return 0;
}
