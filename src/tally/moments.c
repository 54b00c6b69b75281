/* How: which recipients of messages have failed before is what subjects.h knows; of each series the
 * minute of its last moment is kept.
 */
#include "tally/moments.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/moment.h"
#include "tally/subjects.h"

enum { MINUTE = 60 };

struct moments {
    struct subjects *subjects;
    struct series_book *book;
    struct map minutes; /* series_key() -> int64_t */
};

struct moments *moments_new(void) {
    struct moments *moments = memory_new(sizeof *moments);
    moments->subjects = subjects_new();
    moments->book = series_book_new(SERIES_BUCKET);
    map_init(&moments->minutes, sizeof(int64_t));
    return moments;
}

void moments_free(struct moments *moments) {
    if (!moments)
        return;
    subjects_free(moments->subjects);
    series_book_free(moments->book);
    map_release(&moments->minutes);
    free(moments);
}

static int64_t *minute_of(struct moments *moments, const struct failure *failure) {
    char room[SERIES_KEY];
    bool is_new;
    struct slice key = series_key(failure->event, failure->class_name, room);
    int64_t *minute = map_put(&moments->minutes, key, &is_new);
    if (is_new)
        *minute = MOMENT_NONE;
    return minute;
}

void moments_look(struct moments *moments, const struct failure *failure) {
    if (failure->row != FAILURE_WHOLE || failure->seconds == MOMENT_NONE ||
        subjects_again(moments->subjects, failure, 0))
        return;
    if (moments_is_next(minute_of(moments, failure), failure->seconds))
        series_book_note(moments->book, failure->event, failure->class_name, failure->seconds);
}

const struct series_book *moments_book(const struct moments *moments) {
    return moments->book;
}

bool moments_is_next(int64_t *minute, int64_t seconds) {
    int64_t now = moment_units(seconds, MINUTE);
    if (*minute == now)
        return false;
    *minute = now;
    return true;
}
