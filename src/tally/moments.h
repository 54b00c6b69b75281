/* moments - minutes in which something of a series (event and reason) failed that had not failed
 * before. A message to many recipients, a client that tries thirty passwords in a row, and a
 * recipient that is tried for days are one moment each, so moments come nearly as single events do
 * by chance, and show what bursts and retries hide.
 */
#ifndef TALLY_MOMENTS_H
#define TALLY_MOMENTS_H

#include "tally/failure.h"
#include "tally/series.h"

struct moments;

struct moments *moments_new(void);
void moments_free(struct moments *moments);

/* Every failure, in the order of the log. */
void moments_look(struct moments *moments, const struct failure *failure);

/* How many there were of each series, in buckets of SERIES_BUCKET. Lives as long as the moments. */
const struct series_book *moments_book(const struct moments *moments);

/* For who counts those of a part of the failures: whether one that had not failed before comes in
 * another minute than the one before; `minute` remembers it, and begins as MOMENT_NONE. */
bool moments_is_next(int64_t *minute, int64_t seconds);

#endif
