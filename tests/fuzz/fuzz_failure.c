/* fuzz_failure - any bytes as the failures that a run keeps to ask what drove a spike.
 *
 * Holds: what is taken can be put and is taken as the same again; what any failures drive is told
 * within the bounds, and shares are of the spike.
 */
#include "tally/drivers.h"

#include "target.h"

enum { MOST = 500, START = 3000, END = 9000 };

struct taken {
    struct drivers *drivers;
    void (*give)(struct drivers *drivers, const struct failure *failure);
    enum failure_row row;
};

static void put_and_take(struct failure_memory *writer, struct failure_memory *reader,
                         const struct failure *failure) {
    struct pack pack;
    struct failure again;
    pack_init(&pack);
    failure_put(writer, failure, &pack);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    MUST(failure_take(reader, &unpack, &again));
    MUST(!unpack.rest.length && again.seconds == failure->seconds && again.line == failure->line);
    MUST(again.count == failure->count && again.subject == failure->subject);
    MUST(slice_equal(again.class_name, failure->class_name));
    for (size_t i = 0; i < DRIVER_DIMENSIONS; i++)
        MUST(slice_equal(again.values[i], failure->values[i]));
    pack_release(&pack);
}

static void give_all(struct slice bytes, const struct taken *taken) {
    struct failure_memory *memory = failure_memory_new(), *writer = failure_memory_new(),
                          *reader = failure_memory_new();
    struct unpack unpack = {.rest = bytes};
    struct failure failure;
    for (int i = 0; i < MOST && failure_take(memory, &unpack, &failure); i++) {
        if (taken->give == drivers_look)
            put_and_take(writer, reader, &failure);
        failure.row = taken->row;
        taken->give(taken->drivers, &failure);
    }
    failure_memory_free(memory);
    failure_memory_free(writer);
    failure_memory_free(reader);
}

static void must_be_told_well(const struct driven *driven) {
    MUST(driven->driver_count <= DRIVERS_MOST && driven->example_count <= DRIVEN_EXAMPLES);
    MUST(driven->code_count <= DRIVEN_CODES);
    for (size_t i = 0; i < driven->driver_count; i++) {
        MUST(driven->drivers[i].count <= driven->count);
        MUST(driven->drivers[i].dimension < DRIVER_SHOWN && driven->drivers[i].value.length);
        MUST(!i || driven->drivers[i].value.at != driven->drivers[i - 1].value.at);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct spike items[] = {{.event = EVENT_BOUNCED,
                             .class_name = SLICE("user-unknown"),
                             .start = START,
                             .end = END,
                             .expected = 2},
                            {.event = EVENT_EXPIRED,
                             .class_name = SLICE("mailbox-full"),
                             .start = START,
                             .end = END,
                             .expected = 2}};
    struct spikes spikes = {.items = items, .count = sizeof items / sizeof *items};
    size_t under[sizeof items / sizeof *items];
    if (!length)
        return 0;
    struct slice failures = {(const char *)bytes + 1, length - 1};
    struct taken taken = {drivers_new(&spikes, NULL, 300), drivers_look,
                          (enum failure_row)(bytes[0] % 3)};
    give_all(failures, &taken);
    drivers_settle(taken.drivers);
    taken.give = drivers_count;
    give_all(failures, &taken);
    drivers_rank(taken.drivers);
    drivers_join(taken.drivers, under, spikes.count);
    for (size_t i = 0; i < spikes.count; i++) {
        MUST(under[i] < spikes.count && under[under[i]] == under[i]);
        must_be_told_well(drivers_of(taken.drivers, i));
    }
    drivers_free(taken.drivers);
    return 0;
}
