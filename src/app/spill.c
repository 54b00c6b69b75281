/* Why: which failures belong to a spike is known when all of the log is read.
 *
 * How: each failure is written behind its length, so that a reader with a buffer knows when it has
 * one whole.
 */
#include "app/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/nameless.h"
#include "base/memory.h"

enum {
    IN_MEMORY = 1 << 20,
    LONGEST = 1 << 16, /* a failure with all its texts */
    LENGTH_BYTES = 4
};
_Static_assert((DRIVER_DIMENSIONS + 3) * (FAILURE_TEXT + 16) + 100 < LONGEST, "fits");

static const char what[] = "the failures of the log";

void spill_init(struct spill *spill) {
    *spill = (struct spill){.fd = -1, .memory = failure_memory_new()};
    pack_init(&spill->packed);
}

void spill_release(struct spill *spill) {
    if (spill->fd >= 0)
        close(spill->fd);
    failure_memory_free(spill->memory);
    pack_release(&spill->packed);
}

static void put_length(char *at, uint32_t length) {
    memcpy(at, &length, LENGTH_BYTES);
}

static void write_out(struct spill *spill) {
    if (spill->fd < 0)
        spill->fd = nameless_open(what, &spill->problem);
    spill->failed = spill->fd < 0 || !nameless_write(spill->fd, spill->packed.bytes,
                                                     spill->packed.length, what, &spill->problem);
    spill->packed.length = 0;
}

void spill_add(struct spill *spill, const struct failure *failure) {
    static const char no_length[LENGTH_BYTES];
    struct pack *packed = &spill->packed;
    size_t begin = packed->length;
    if (spill->failed)
        return;
    pack_bytes(packed, (struct slice){no_length, LENGTH_BYTES});
    failure_put(spill->memory, failure, packed);
    put_length(packed->bytes + begin, (uint32_t)(packed->length - begin - LENGTH_BYTES));
    if (packed->length >= IN_MEMORY)
        write_out(spill);
}

/* ---- reading again ---- */

struct rereading {
    struct failure_memory *memory;
    void (*each)(void *context, const struct failure *failure);
    void *context;
};

static bool say_broken(struct problem *problem) {
    return problem_say(problem, "%s were kept in a temporary file, and came back as others", what);
}

/* Gives what is whole, and cuts it off the front. False: these are no failures. */
static bool give_whole(const struct rereading *reading, struct slice *bytes) {
    while (bytes->length >= LENGTH_BYTES) {
        uint32_t length;
        struct failure failure;
        memcpy(&length, bytes->at, LENGTH_BYTES);
        if (length > LONGEST)
            return false;
        if (bytes->length - LENGTH_BYTES < length)
            break;
        struct unpack unpack = {.rest = {bytes->at + LENGTH_BYTES, length}};
        if (!failure_take(reading->memory, &unpack, &failure))
            return false;
        reading->each(reading->context, &failure);
        *bytes = slice_from(*bytes, LENGTH_BYTES + length);
    }
    return true;
}

static ssize_t read_some(int fd, char *bytes, size_t length, off_t at) {
    ssize_t got;
    do
        got = pread(fd, bytes, length, at);
    while (got < 0 && errno == EINTR);
    return got;
}

static bool read_file(const struct rereading *reading, int fd, struct problem *problem) {
    enum { ROOM = 4 * LONGEST };
    char *room = memory_new(ROOM);
    size_t held = 0;
    off_t at = 0;
    ssize_t got;
    bool good = true;
    while (good && (got = read_some(fd, room + held, ROOM - held, at)) != 0) {
        struct slice bytes = {room, held + (size_t)(got < 0 ? 0 : got)};
        good = got > 0 ? give_whole(reading, &bytes) || say_broken(problem)
                       : problem_errno(problem, "cannot read %s again", what);
        at += got;
        held = bytes.length;
        if (held)
            memmove(room, bytes.at, held);
    }
    free(room);
    return good && (!held || say_broken(problem));
}

bool spill_each(struct spill *spill, void (*each)(void *context, const struct failure *failure),
                void *context, struct problem *problem) {
    struct rereading reading = {failure_memory_new(), each, context};
    struct slice rest = {spill->packed.bytes, spill->packed.length};
    bool good = (spill->fd < 0 || read_file(&reading, spill->fd, problem)) &&
                (give_whole(&reading, &rest) || say_broken(problem));
    failure_memory_free(reading.memory);
    if (spill->failed)
        *problem = spill->problem;
    return good && !spill->failed;
}
