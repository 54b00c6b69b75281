/* span_words - spans of time in words: "yesterday", "last week", "2026-11-01..2026-11-08".
 *
 *     SPAN   FROM..UNTIL          words of --since and --until; one side may be empty
 *            today, yesterday, 2026-11-20                              a day, whole
 *            last hour, last day, last week, last month                the one before this one
 *            before, day before, week before     as long as the base, and so much earlier
 *
 * A blank may be written as '-'. Weeks begin on Monday. What is half-open stays so.
 */
#ifndef BASE_SPAN_WORDS_H
#define BASE_SPAN_WORDS_H

#include "base/moment.h"

struct time_span {
    int64_t since, until; /* seconds, half-open; MOMENT_NONE: open */
};

enum span_reading {
    SPAN_IS_NONE, /* not the words of a span */
    SPAN_IS_READ,
    SPAN_IS_WRONG, /* the words of one that cannot be; said in problem */
};

/* Resolved against `now`, in the zone of the run. base: what "before" is relative to. */
enum span_reading span_words_read(struct slice text, int64_t now, struct time_span base,
                                  struct time_span *span_r, struct problem *problem);

#endif
