/* The same reason asks other things of a sender than of a receiver, and Postfix is set up otherwise
 * than Exim, so a reason has hints for contexts beside its own. The one that fits best is given.
 */
#include "finding/hint.h"

/* How well the context of a hint fits: 0 not, 1 direction, 2 MTA, 3 both. */
static unsigned hint_fit(struct slice where, const struct mta *mta, struct slice direction) {
    struct slice second = where, first;
    bool both = slice_cut(&second, ' ', &first);
    bool mta_fits = mta && slice_is(first, mta->name);
    if (both)
        return mta_fits && slice_equal(second, direction) ? 3 : 0;
    if (mta_fits)
        return 2;
    return slice_equal(first, direction) ? 1 : 0;
}

enum direction reason_way(const struct reason *reason, enum event event, enum direction direction) {
    bool of_itself = event == EVENT_WARNING && direction == DIRECTION_LOCAL;
    return of_itself && reason && reason->severity_in > reason->severity_out ? DIRECTION_IN
                                                                             : direction;
}

struct slice reason_hint_after(const struct reason *reason, struct slice cause) {
    for (size_t i = 0; i < reason->hint_count && cause.length; i++) {
        struct slice where = reason->hints[i].where;
        if (slice_skip(&where, SLICE("after ")) && slice_equal(where, cause))
            return reason->hints[i].text;
    }
    return (struct slice){0};
}

struct slice reason_hint(const struct reason *reason, const struct mta *mta,
                         enum direction direction) {
    struct slice word = slice_of(direction_name(direction)), best = reason->hint;
    unsigned best_fit = 0;
    for (size_t i = 0; i < reason->hint_count; i++) {
        unsigned fit = hint_fit(reason->hints[i].where, mta, word);
        if (fit > best_fit) {
            best_fit = fit;
            best = reason->hints[i].text;
        }
    }
    if (best_fit == 0 && direction == DIRECTION_LOCAL) /* local takes out */
        return reason_hint(reason, mta, DIRECTION_OUT);
    return best;
}
