/* failure - the few fields of a finding that tell what drove a spike, and how they are kept until
 * it is known where the spikes are.
 *
 * Kept failures are bytes in the order of coming. A text that came a moment ago is written as the
 * number of its place, so most take some twenty bytes; a reply is written once for each wording and
 * five minutes, for all that is wanted of replies are examples.
 */
#ifndef TALLY_FAILURE_H
#define TALLY_FAILURE_H

#include "base/pack.h"
#include "finding/finding.h"

enum driver_dimension {
#define DIMENSION(constant, name) constant,
#include "tally/dimensions.def"
#undef DIMENSION
    DRIVER_SHOWN,
    DRIVER_CODES = DRIVER_SHOWN, /* "550 5.7.1", "550 5.7.1 implied" */
    DRIVER_CAUSE,                /* the class it came after */
    DRIVER_MTA,
    DRIVER_WAY, /* direction */
    DRIVER_DIMENSIONS
};
const char *driver_name(enum driver_dimension dimension); /* of those that are shown */

enum { FAILURE_NAME = 255, FAILURE_TEXT = 1000 };

/* A row of history is the sum of many, of which it knows all codes and hosts; or a part of such, by
 * one name. What a filter leaves out only tells what is usual of such failures. */
enum failure_row { FAILURE_WHOLE, FAILURE_SUM, FAILURE_PART, FAILURE_LEFT_OUT, FAILURE_ROWS };

struct failure {
    int64_t seconds; /* MOMENT_NONE: no time is known */
    uint32_t nanos;
    enum event event;
    enum failure_row row;
    struct slice class_name;
    uint64_t count;   /* failures that it stands for */
    uint32_t subject; /* the same for each failure of one recipient of a message; 0: of none */
    struct slice values[DRIVER_DIMENSIONS]; /* without any bytes: it has none */
    struct slice source;
    uint64_t line;
    struct slice reply; /* empty: none, or one of the same wording came just before */
};

/* What the texts of a failure may stand in. */
struct failure_room {
    char names[DRIVER_DIMENSIONS][FAILURE_NAME + 1];
};

/* False: it is no failure that is counted (counting.h). Borrows from the finding and the room. */
bool failure_of(const struct finding *finding, struct failure_room *room,
                struct failure *failure_r);

/* What one place of it is: of any finding, not of failures alone. */
struct slice failure_value(const struct finding *finding, enum driver_dimension by,
                           char room[FAILURE_NAME + 1]);
/* A name as it stands there: in small letters. */
struct slice failure_name(struct slice name, char room[FAILURE_NAME + 1]);

/* What writing or reading remembers from failure to failure: the same on both sides. */
struct failure_memory;
struct failure_memory *failure_memory_new(void);
void failure_memory_free(struct failure_memory *memory);

void failure_put(struct failure_memory *memory, const struct failure *failure, struct pack *pack);
/* False: these are no bytes of failure_put. Texts are borrowed from the bytes and the memory until
 * the next call. */
bool failure_take(struct failure_memory *memory, struct unpack *unpack, struct failure *failure_r);

#endif
