/* Any bytes as lines of Sendmail. */
#include "mta_target.h"

extern const struct mta mta_sendmail;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice rest = {(const char *)bytes, length}, line;
    while (rest.length) {
        slice_cut(&rest, '\n', &line);
        struct entry entry = {.program = SLICE("sendmail"), .text = line};
        assert(mta_of(&entry) == &mta_sendmail);
        check_entry(&mta_sendmail, &entry);
    }
    return 0;
}
