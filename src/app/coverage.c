/* coverage - goes through the pieces of each log in the order of their times, and remembers how far
 * the span is covered.
 *
 * An hour without an entry at the ends, a day between two pieces: a quiet server is no missing log,
 * and a note too many is one that is not read. What lies between the entries of one piece is never
 * told: that log was there.
 */
#include "app/coverage.h"

#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/moment.h"
#include "input/rotated.h"

enum { AT_THE_ENDS = 3600, BETWEEN_PIECES = 86400 };

void coverage_add(struct coverage *coverage, const char *name, const struct span *span) {
    if (span->first > span->last)
        return;
    coverage->items = memory_grow(coverage->items, &coverage->capacity, coverage->count + 1,
                                  sizeof *coverage->items);
    coverage->items[coverage->count++] = (struct covered){.name = name, .span = *span};
}

void coverage_release(struct coverage *coverage) {
    free(coverage->items);
    coverage->items = NULL;
    coverage->count = coverage->capacity = 0;
}

/* In the zone of the run, as --since takes it. */
static const char *print_time(int64_t seconds, char text[40]) {
    time_t at = (time_t)seconds;
    struct tm parts;
    if (localtime_r(&at, &parts) == NULL || strftime(text, 40, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        text[0] = '\0';
    return text;
}

static void tell_missing(const struct coverage *coverage, const char *name, int64_t from,
                         int64_t to) {
    char begin[40], end[40];
    struct problem problem;
    problem_say(&problem, "no log from %s to %s, a part of the asked span, among '%s' and its like",
                print_time(from, begin), print_time(to, end), name);
    coverage->told(problem.text);
}

static int by_begin(const void *a, const void *b) {
    const struct covered *one = a, *other = b;
    return (one->span.first > other->span.first) - (one->span.first < other->span.first);
}

/* All pieces of the log that the piece at `begin` is one of. */
static void tell_log(const struct coverage *coverage, size_t begin, int64_t end) {
    const char *name = coverage->items[begin].name;
    int64_t reached = coverage->since;
    bool has_begun = coverage->since == MOMENT_NONE;
    for (size_t i = begin; i < coverage->count; i++) {
        struct covered *piece = &coverage->items[i];
        if (piece->is_told || !rotated_together(name, piece->name))
            continue;
        piece->is_told = true;
        if (piece->span.last < coverage->since)
            continue;
        int64_t until = end != MOMENT_NONE && piece->span.first > end ? end : piece->span.first;
        if (reached != MOMENT_NONE && until - reached > (has_begun ? BETWEEN_PIECES : AT_THE_ENDS))
            tell_missing(coverage, name, reached, until);
        reached = piece->span.last > until ? piece->span.last : until;
        has_begun = true;
    }
    if (end == MOMENT_NONE && !has_begun)
        end = coverage->now; /* the whole span is missing */
    if (end != MOMENT_NONE && reached != MOMENT_NONE && end - reached > AT_THE_ENDS)
        tell_missing(coverage, name, reached, end);
}

void coverage_tell(struct coverage *coverage) {
    if (coverage->count == 0 || (coverage->since == MOMENT_NONE && coverage->until == MOMENT_NONE))
        return;
    bool is_yet_to_come = coverage->until != MOMENT_NONE && coverage->until > coverage->now;
    int64_t end = is_yet_to_come ? coverage->now : coverage->until;
    qsort(coverage->items, coverage->count, sizeof *coverage->items, by_begin);
    for (size_t i = 0; i < coverage->count; i++)
        if (!coverage->items[i].is_told)
            tell_log(coverage, i, end);
}
