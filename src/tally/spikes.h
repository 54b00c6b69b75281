/* spikes - when failures of an event and reason left their usual level. docs/spikes.md tells how.
 */
#ifndef TALLY_SPIKES_H
#define TALLY_SPIKES_H

#include "tally/series.h"

struct spike {
    enum event event;
    struct slice class_name; /* borrowed from the book that was looked at */
    int64_t start, end;      /* seconds, edges of buckets: [start, end) */
    uint64_t count;          /* of this series, between them */
    double expected;         /* what is usual there, */
    double extra;            /* and the part of it that is due to more mail than usual */
    double surprise;  /* how far beyond chance it is: the natural logarithm of one in how many */
    double needed;    /* so much surprise is sure; with less there must be more that says so */
    bool by_moments;  /* the surprise is that of the moments: there are no more failures than bursts
                         and retries make of them at other times */
    bool comes_again; /* at the same time of other days or weeks: it is none, unless someone drove
                         it who did not drive the others */
};

/* Whether it is a spike of that series. */
bool spike_is_of(const struct spike *spike, enum event event, struct slice class_name);

/* What there was to go by. */
enum spikes_note {
    SPIKES_KNOWN,     /* days enough, or history */
    SPIKES_FEW_DAYS,  /* the level of the rest of the log alone: history would help */
    SPIKES_TOO_SHORT, /* nothing can be said: less than some hours, and no history */
    SPIKES_NO_TIMES,  /* nothing with a time was counted */
};

struct spikes {
    struct spike *items; /* the greatest surprise first */
    size_t count;
    enum spikes_note note;
    int64_t begin, end; /* of what was looked at, seconds */
};

/* Looks through `book`, and through the `moments` of its failures (moments.h; NULL: they are not
 * known). What is usual is learned from these, and from `usual`, of other hours (those that are in
 * the book too are passed over; may be NULL), of which the buckets may be longer. */
void spikes_find(const struct series_book *book, const struct series_book *moments,
                 const struct series_book *usual, struct spikes *spikes_r);
void spikes_release(struct spikes *spikes);

#endif
