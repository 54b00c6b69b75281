/* coverage - the part of the asked span (--since, --until) for which no log is there. */
#ifndef APP_COVERAGE_H
#define APP_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times of the first and the last of some entries; first > last: there was none with a time. */
struct span {
    int64_t first, last; /* seconds */
};
static const struct span span_none = {INT64_MAX, INT64_MIN};

/* Once a line, so it is inline. MOMENT_NONE and the times of span_none add nothing. */
static inline void span_add(struct span *span, int64_t seconds) {
    if (seconds == span_none.first || seconds == span_none.last)
        return;
    if (seconds < span->first)
        span->first = seconds;
    if (seconds > span->last)
        span->last = seconds;
}

struct coverage {
    int64_t since, until; /* MOMENT_NONE: not asked */
    int64_t now;          /* no log is missing of what is yet to come */
    void (*told)(const char *text);
    struct covered {
        const char *name;
        struct span span;
        bool is_told;
    } * items;
    size_t count, capacity;
};

/* Borrows the name of the source. */
void coverage_add(struct coverage *coverage, const char *name, const struct span *span);
/* Tells each missing part of more than an hour at the ends of the asked span, and of more than a
 * day between two pieces of one log. Files that are pieces of one log (rotated.h) count together.
 */
void coverage_tell(struct coverage *coverage);
void coverage_release(struct coverage *coverage);

#endif
