/* fuzz_state - any bytes as the saved state of a journey, of a tally and of places in logs.
 *
 * Holds: what is refused leaves them empty and usable; what is taken, saved and loaded again is the
 * same to the last byte.
 */
#include "finding/journey.h"
#include "input/resume.h"
#include "tally/tally.h"

#include "target.h"

/* Of a thing with new, free, save and load. */
#define TRY(kind)                                                                                  \
    static bool try_##kind(struct slice bytes, struct pack *saved_r) {                             \
        struct kind *kind = kind##_new();                                                          \
        struct unpack unpack = {.rest = bytes};                                                    \
        bool taken = kind##_load(kind, &unpack);                                                   \
        MUST(taken == !unpack.broken);                                                             \
        pack_init(saved_r);                                                                        \
        kind##_save(kind, saved_r);                                                                \
        kind##_free(kind);                                                                         \
        return taken;                                                                              \
    }
TRY(journey)
TRY(tally)
TRY(resume)

static void twice(bool (*try)(struct slice bytes, struct pack *saved_r), struct slice bytes) {
    struct pack first, second;
    try(bytes, &first);
    struct slice saved = {first.bytes, first.length};
    MUST(try(saved, &second));
    MUST(slice_equal(saved, (struct slice){second.bytes, second.length}));
    pack_release(&first);
    pack_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length == 0)
        return 0;
    struct slice state = {(const char *)bytes + 1, length - 1};
    twice(bytes[0] % 2 ? try_journey : bytes[0] % 4 ? try_resume : try_tally, state);
    return 0;
}
