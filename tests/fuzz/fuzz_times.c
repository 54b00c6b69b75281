/* Any bytes as a stamp, in each way a log or an option writes one, in several zones.
 *
 * Holds: what is read is printed so that it is read again as the same instant; a stamp without a
 * year lies no more than a day after its anchor; what is left of the text is an end of it.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"

#include "target.h"

enum { DAY = 24 * 60 * 60 };

static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0",
                                    "<+0545>-5:45", "AEST-10AEDT,M10.1.0,M4.1.0/3"};

static void use_zone(size_t place) {
    static size_t used = SIZE_MAX;
    if (place == used)
        return;
    used = place;
    setenv("TZ", zones[place], 1);
    if (!moment_zone(NULL, NULL))
        abort();
}

static void check_end(struct slice rest, struct slice text) {
    assert(rest.at + rest.length == text.at + text.length && rest.length <= text.length);
}

static bool is_same(const struct moment *a, const struct moment *b) {
    return a->seconds == b->seconds && a->nanos == b->nanos;
}

static void check_printed(const struct moment *moment) {
    char text[MOMENT_TEXT];
    struct slice printed = {text, moment_print(moment, text)};
    struct clock clock = {0};
    struct moment again;
    if (printed.length == 0)
        return;
    assert(moment_take_rfc3339(&clock, &printed, &again) && printed.length == 0);
    assert(is_same(moment, &again) && again.offset == moment->offset &&
           again.digits == moment->digits);
}

static void check_civil(struct slice text, int64_t anchor,
                        bool (*take)(struct slice *s, struct civil *civil_r)) {
    struct slice rest = text;
    struct civil civil;
    struct moment moment, again;
    struct clock clock = {.anchor = anchor}, fresh = {.anchor = anchor};
    if (!take(&rest, &civil))
        return;
    check_end(rest, text);
    if (!moment_local(&clock, &civil, &moment))
        return;
    assert(civil_valid(&civil));
    assert(civil.year || moment.seconds <= anchor + DAY);
    /* The memory of the last minute changes nothing. */
    assert(moment_local(&clock, &civil, &again) && is_same(&moment, &again));
    assert(moment_local(&fresh, &civil, &again) && is_same(&moment, &again));
    check_printed(&moment);
}

static bool take_dashed(struct clock *clock, struct slice *s, struct moment *moment_r) {
    struct wall wall;
    if (!wall_take_dashed(clock, s, &wall))
        return false;
    *moment_r = moment_of_wall(clock, &wall);
    return true;
}

/* What stands at the front, and again behind it: the memory of the stamps before changes nothing.
 */
static void check_moments(struct slice text, int64_t anchor,
                          bool (*take)(struct clock *clock, struct slice *s,
                                       struct moment *moment_r)) {
    struct clock warm = {.anchor = anchor};
    for (struct slice rest = text; rest.length; rest = slice_from(rest, 1)) {
        struct slice a = rest, b = rest;
        struct clock cold = {.anchor = anchor};
        struct moment moment, again;
        bool is_taken = take(&warm, &a, &moment);
        assert(take(&cold, &b, &again) == is_taken && a.length == b.length);
        check_end(a, text);
        if (!is_taken)
            continue;
        assert(is_same(&moment, &again) && moment.offset == again.offset &&
               moment.digits == again.digits);
        check_printed(&moment);
        rest = a;
        if (!rest.length)
            return;
    }
}

static void check_stamps(struct slice text, int64_t anchor) {
    struct moment moment;
    check_moments(text, anchor, moment_take_rfc3339);
    check_moments(text, anchor, moment_take_rfc3164);
    check_moments(text, anchor, take_dashed);
    if (moment_unix(text, &moment))
        check_printed(&moment);
    if (moment_unix_micros(text, &moment))
        check_printed(&moment);
    check_civil(text, anchor, civil_take_rfc3164);
    check_civil(text, anchor, civil_take_dashed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    uint32_t anchor;
    if (length <= sizeof anchor)
        return 0;
    memcpy(&anchor, bytes + 1, sizeof anchor);
    use_zone(bytes[0] % (sizeof zones / sizeof zones[0]));
    struct slice text = {(const char *)bytes + 1 + sizeof anchor, length - 1 - sizeof anchor};
    struct problem problem;
    int64_t seconds;
    check_stamps(text, anchor);
    moment_read_wish(text, anchor, &seconds, &problem);
    return 0;
}
