/* fuzz_state - any bytes as the saved state of a journey, of a tally, of places in logs and of
 * hours that are open.
 *
 * Holds: what is refused leaves them empty and usable; what is taken, saved and loaded again is the
 * same to the last byte.
 */
#include "finding/journey.h"
#include "input/resume.h"
#include "tally/hourly.h"
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

static void take_cell(void *context, enum cell_put put, const struct hourly_cell *cell) {
    (void)context;
    (void)put;
    MUST(cell->table < HOURLY_TABLES);
}

static void take_template(void *context, const struct hourly_template *text) {
    (void)context;
    (void)text;
}

static void take_clock(void *context, const struct hourly_clock *clock) {
    (void)context;
    (void)clock;
}

/* What is taken can be handed over. */
static bool try_hourly(struct slice bytes, struct pack *saved_r) {
    const struct hourly_sink sink = {NULL, take_cell, take_template, take_clock};
    struct hourly *hourly = hourly_new(&sink, "mx1");
    struct unpack unpack = {.rest = bytes};
    bool taken = hourly_load(hourly, &unpack);
    MUST(taken == !unpack.broken);
    hourly_give(hourly);
    pack_init(saved_r);
    hourly_save(hourly, saved_r);
    hourly_free(hourly);
    return taken;
}

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
    twice(bytes[0] % 2   ? try_journey
          : bytes[0] % 4 ? try_resume
          : bytes[0] % 8 ? try_hourly
                         : try_tally,
          state);
    return 0;
}
