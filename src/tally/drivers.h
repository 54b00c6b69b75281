/* drivers - what is different in a spike: which values its failures have that the others of the
 * same event and reason, outside of all its spikes, have not.
 *
 * All failures are given twice. The first time it is seen which values there are many of, of each
 * dimension and spike CANDIDATES at most: none that has a share of more than 1/CANDIDATES is
 * missed. The second time these are counted, exactly. docs/spikes.md has the formulas.
 */
#ifndef TALLY_DRIVERS_H
#define TALLY_DRIVERS_H

#include "tally/common.h"
#include "tally/failure.h"
#include "tally/spikes.h"

enum {
    DRIVERS_CANDIDATES = 50,
    DRIVERS_MOST = 6,     /* of a spike that are told */
    DRIVERS_SPIKES = 500, /* that are looked at; the others have no drivers */
    DRIVEN_EXAMPLES = 3,
    DRIVEN_CODES = 6,
    DRIVEN_STRIP = 48, /* steps of the timeline around a spike */
};

struct driver {
    enum driver_dimension dimension;
    struct slice value;
    uint64_t count;  /* of the spike */
    uint64_t usual;  /* of the others */
    uint64_t others; /* so many there are */
    /* What is taken for usual: where there are few others, of all failures of the event, too. */
    double usual_share;
    double part; /* of what is more than usual it has so much: 0.9 */
    double score;
};

struct driven_code {
    struct slice code; /* "550 5.7.1" */
    uint64_t count;
};

/* What is known of a spike. Texts live as long as the drivers. */
struct driven {
    uint64_t count; /* of its failures that were given */
    struct driver drivers[DRIVERS_MOST];
    size_t driver_count;
    struct driver asked_for; /* what was asked for is no driver, but all of this spike alone;
                                without a value: there is no such */
    struct slice source;     /* of the first one; at NULL: no failure was given */
    uint64_t line;
    int64_t first; /* seconds */
    uint32_t first_nanos;
    struct slice examples[DRIVEN_EXAMPLES]; /* of the most frequent wordings */
    size_t example_count;
    struct driven_code codes[DRIVEN_CODES]; /* most frequent first */
    size_t code_count, more_codes;
    struct slice cause, mta, way;    /* that most of them have; empty: no such */
    int64_t strip_start, strip_step; /* seconds */
    uint64_t strip[DRIVEN_STRIP];
};

struct drivers;

/* Borrows the spikes, and what all mail has in common (NULL: nothing that is known); the edges of
 * each are those of buckets of so many seconds. */
struct drivers *drivers_new(const struct spikes *spikes, const struct common *common,
                            int64_t bucket);
void drivers_free(struct drivers *drivers);

/* A part adds to the counts of its values alone, and not to those of the spike. */
void drivers_look(struct drivers *drivers, const struct failure *failure);
void drivers_settle(struct drivers *drivers); /* between the two */
void drivers_count(struct drivers *drivers, const struct failure *failure);
/* Where the failures themselves are gone (history): a wording with its first reply, and when it was
 * seen last. What is known of the first failure of a spike is taken from there, too. */
void drivers_offer(struct drivers *drivers, const struct failure *first, int64_t last);
void drivers_rank(struct drivers *drivers); /* at the end */

/* Of the spike in that place; NULL: it was not looked at. */
const struct driven *drivers_of(const struct drivers *drivers, size_t place);

/* For each spike the place of the one that it is told under, for they have one cause; its own: it
 * stands for itself. */
void drivers_join(const struct drivers *drivers, size_t *under, size_t count);

#endif
