/* Why: people act on "logins fail", whichever daemon said it; the tally has to keep MTA and level
 * apart, because units and hints hang on them.
 *
 * How: reasons come sorted, so that the same tally is always joined in the same order.
 */
#include "report/joined.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/moment.h"
#include "finding/hint.h"
#include "mta/mta.h"

static void join_code(struct joined *joined, const struct tally_code *code) {
    for (size_t i = 0; i < joined->code_count; i++) {
        struct joined_code *known = &joined->codes[i];
        if (known->code == code->code && known->implied == code->implied &&
            enhanced_equal(known->enhanced, code->enhanced)) {
            known->count += code->count;
            return;
        }
    }
    joined->codes = memory_grow(joined->codes, &joined->code_capacity, joined->code_count + 1,
                                sizeof *joined->codes);
    joined->codes[joined->code_count++] =
        (struct joined_code){code->code, code->enhanced, code->implied, code->count};
}

static void join_tie(struct joined *joined, const struct tally_tie *tie) {
    for (size_t i = 0; i < joined->tie_count; i++) {
        struct tally_tie *known = &joined->ties[i];
        if (known->is_sequel == tie->is_sequel && slice_equal(known->class_name, tie->class_name)) {
            known->count += tie->count;
            return;
        }
    }
    joined->ties =
        memory_grow(joined->ties, &joined->tie_capacity, joined->tie_count + 1, sizeof *tie);
    joined->ties[joined->tie_count++] = *tie;
}

/* Not yet folded: there may be a thousand names of each reason. */
static void join_affected(struct joined *joined, const struct tally_reason *reason) {
    if (!reason->affected_count)
        return;
    size_t before = joined->affected_count;
    joined->affected_count += reason->affected_count;
    joined->affected = memory_grow(joined->affected, &joined->affected_capacity,
                                   joined->affected_count, sizeof *joined->affected);
    memcpy(joined->affected + before, reason->affected,
           reason->affected_count * sizeof *joined->affected);
    joined->affected_of++;
}

static enum direction way_of(const struct reason *reason, const struct tally_reason *of) {
    enum event event = EVENT_NONE;
    enum direction direction = DIRECTION_NONE;
    event_read(of->event, &event);
    direction_read(of->direction, &direction);
    return reason_way(reason, event, direction);
}

/* By its words, as it was counted, or as a whole. */
static unsigned muted_by(const struct joining *joining, const struct tally_reason *reason) {
    if (!joining->mutes || reason->strangers)
        return 0;
    return reason->muted ? reason->muted : mutes_of_class(joining->mutes, reason->class_name);
}

static struct joined *joined_for(struct joining *joining, const struct tally_reason *reason) {
    unsigned muted = muted_by(joining, reason);
    for (size_t i = joining->count; i-- > 0;) {
        struct joined *known = &joining->items[i];
        if (slice_equal(known->class_name, reason->class_name) &&
            slice_equal(known->event, reason->event) &&
            slice_equal(known->direction, reason->direction) &&
            (!joining->apart || (known->strangers == reason->strangers && known->muted == muted)))
            return known;
    }
    joining->items =
        memory_grow(joining->items, &joining->capacity, joining->count + 1, sizeof *joining->items);
    struct joined *fresh = &joining->items[joining->count++];
    *fresh = (struct joined){.class_name = reason->class_name,
                             .event = reason->event,
                             .direction = reason->direction,
                             .mta = mta_named(reason->mta),
                             .reason = rulebook_reason(joining->book, reason->class_name),
                             .severity = SEVERITY_NOTICE,
                             .strangers = joining->apart && reason->strangers,
                             .muted = muted,
                             .example = reason->example,
                             .last = reason->last};
    fresh->way = way_of(fresh->reason, reason);
    if (fresh->reason) {
        bool in = fresh->way == DIRECTION_IN;
        fresh->severity = in ? fresh->reason->severity_in : fresh->reason->severity_out;
        fresh->acts = in ? fresh->reason->acts_in : fresh->reason->acts_out;
    } else if (slice_is(reason->class_name, "accepted") ||
               slice_is(reason->class_name, "intermediate")) {
        fresh->severity = SEVERITY_INFO;
    }
    return fresh;
}

static bool is_earlier(const struct tally_example *a, const struct tally_example *b) {
    if (a->seconds == MOMENT_NONE || b->seconds == MOMENT_NONE)
        return b->seconds == MOMENT_NONE && a->seconds != MOMENT_NONE;
    return a->seconds != b->seconds ? a->seconds < b->seconds : a->nanos < b->nanos;
}

static void join(struct joining *joining, const struct tally_reason *reason) {
    struct joined *joined = joined_for(joining, reason);
    joined->count += reason->count;
    if (joined->mta != mta_named(reason->mta))
        joined->mta = NULL;
    if (is_earlier(&reason->example, &joined->example))
        joined->example = reason->example;
    if (reason->last > joined->last)
        joined->last = reason->last;
    if (reason->strangers)
        joined->of_strangers += reason->count;
    for (size_t i = 0; i < reason->code_count; i++)
        join_code(joined, &reason->codes[i]);
    for (size_t i = 0; i < reason->tie_count; i++)
        join_tie(joined, &reason->ties[i]);
    join_affected(joined, reason);
}

struct both {
    struct joining *all, *apart;
};

static void join_both(void *context, const struct tally_reason *reason) {
    const struct both *both = context;
    join(both->all, reason);
    join(both->apart, reason);
}

static int compare_ties(const void *left, const void *right) {
    const struct tally_tie *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return slice_compare(a->class_name, b->class_name);
}

static int compare_codes(const void *left, const void *right) {
    const struct joined_code *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    if (a->implied != b->implied)
        return a->implied - b->implied;
    char texts[2][16];
    size_t lengths[2] = {enhanced_print(a->enhanced, texts[0]),
                         enhanced_print(b->enhanced, texts[1])};
    return slice_compare((struct slice){texts[0], lengths[0]},
                         (struct slice){texts[1], lengths[1]});
}

static int compare_affected(const void *left, const void *right) {
    const struct tally_affected *a = left, *b = right;
    if (!a->name.length != !b->name.length)
        return a->name.length ? -1 : 1; /* those not told apart come last */
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return slice_compare(a->name, b->name);
}

/* Told in another place than what is to be done. */
static int aside(const struct joined *joined) {
    return joined->muted ? 2 : joined->strangers;
}

/* What strangers did comes behind, whatever its severity. Most serious first; of equals the most
 * frequent; then by name, so that order never depends on chance. */
static int compare_joined(const void *left, const void *right) {
    const struct joined *a = left, *b = right;
    if (aside(a) != aside(b))
        return aside(a) - aside(b);
    if (!aside(a) && a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = slice_compare(a->class_name, b->class_name);
    if (!order)
        order = slice_compare(a->event, b->event);
    return order ? order : slice_compare(a->direction, b->direction);
}

static void sort(void *items, size_t count, size_t size,
                 int (*compare)(const void *, const void *)) {
    if (count)
        qsort(items, count, size, compare);
}

/* Names that several reasons have become one. */
static void fold_affected(struct joined *joined) {
    struct tally_affected *all = joined->affected;
    struct map places;
    size_t kept = 0;
    if (joined->affected_of < 2)
        return;
    map_init(&places, sizeof kept);
    for (size_t i = 0; i < joined->affected_count; i++) {
        bool is_new;
        size_t *place = map_put(&places, all[i].name, &is_new);
        if (is_new) {
            *place = kept;
            all[kept++] = all[i];
        } else {
            all[*place].count += all[i].count;
        }
    }
    map_release(&places);
    joined->affected_count = kept;
}

/* Counts the names, and keeps those that are most hit: there may be thousands. */
static void count_affected(struct joined *joined) {
    struct tally_affected *all = joined->affected;
    size_t kept = 0;
    fold_affected(joined);
    for (size_t i = 0; i < joined->affected_count; i++) {
        struct tally_affected affected = all[i];
        size_t place = kept;
        joined->affected_more |= !affected.name.length;
        for (; place > 0 && compare_affected(&affected, &all[place - 1]) < 0; place--)
            if (place < AFFECTED_KNOWN)
                all[place] = all[place - 1];
        if (place < AFFECTED_KNOWN)
            all[place] = affected;
        kept += kept < AFFECTED_KNOWN;
    }
    if (joined->affected_count > AFFECTED_KNOWN) {
        joined->affected = memory_resize(all, AFFECTED_KNOWN, sizeof *all);
        joined->affected_capacity = AFFECTED_KNOWN;
    }
}

static void joining_sort(struct joining *joining) {
    sort(joining->items, joining->count, sizeof *joining->items, compare_joined);
    for (size_t i = 0; i < joining->count; i++) {
        struct joined *joined = &joining->items[i];
        sort(joined->codes, joined->code_count, sizeof *joined->codes, compare_codes);
        sort(joined->ties, joined->tie_count, sizeof *joined->ties, compare_ties);
        count_affected(joined);
    }
}

void joining_make(struct joining *all, struct joining *apart, const struct tally *tally,
                  const struct rulebook *book, const struct mutes *mutes) {
    *all = (struct joining){.book = book};
    *apart = (struct joining){.book = book, .mutes = mutes, .apart = true};
    tally_each_reason(tally, join_both, &(struct both){all, apart});
    joining_sort(all);
    joining_sort(apart);
}

static void joined_release(struct joined *joined) {
    free(joined->codes);
    free(joined->ties);
    free(joined->affected);
}

static bool is_in(const struct joining *joining, const struct joined *wanted) {
    for (size_t i = 0; i < joining->count; i++) {
        const struct joined *joined = &joining->items[i];
        if (slice_equal(joined->class_name, wanted->class_name) &&
            slice_equal(joined->event, wanted->event) &&
            slice_equal(joined->direction, wanted->direction))
            return true;
    }
    return false;
}

void joining_keep(struct joining *joining, const struct joining *others) {
    size_t kept = 0;
    for (size_t i = 0; i < joining->count; i++)
        if (is_in(others, &joining->items[i]))
            joining->items[kept++] = joining->items[i];
        else
            joined_release(&joining->items[i]);
    joining->count = kept;
}

size_t joining_leave_out(struct joining *joining, uint64_t least) {
    size_t kept = 0, all = joining->count;
    for (size_t i = 0; i < all; i++)
        if (joining->items[i].count >= least)
            joining->items[kept++] = joining->items[i];
        else
            joined_release(&joining->items[i]);
    joining->count = kept;
    return all - kept;
}

void joining_release(struct joining *joining) {
    for (size_t i = 0; i < joining->count; i++)
        joined_release(&joining->items[i]);
    free(joining->items);
}

/* ---- beside what was before ---- */

static bool is_background(const struct joined *joined) {
    return joined->changed && joined->changed->was_known &&
           joined->changed->change != CHANGE_GREW && joined->severity < SEVERITY_CRITICAL;
}

/* Names that are hit; what is not told apart is at least one more. */
static int compare_breadth(const struct joined *a, const struct joined *b) {
    return (a->affected_count < b->affected_count) - (a->affected_count > b->affected_count);
}

static int compare_growth(const struct joined *a, const struct joined *b) {
    double a_score = a->changed ? a->changed->score : 0,
           b_score = b->changed ? b->changed->score : 0;
    return (a_score < b_score) - (a_score > b_score);
}

static int compare_ranks(const void *left, const void *right) {
    const struct joined *a = left, *b = right;
    int order = aside(a) - aside(b);
    if (!order)
        order = is_background(a) - is_background(b);
    if (!order && !aside(a))
        order = (a->severity < b->severity) - (a->severity > b->severity);
    if (!order)
        order = compare_growth(a, b);
    if (!order)
        order = compare_breadth(a, b);
    return order ? order : compare_joined(left, right);
}

void joining_rank(struct joining *apart, const struct changes *changes) {
    for (size_t i = 0; i < apart->count; i++) {
        struct joined *joined = &apart->items[i];
        joined->changed = changes_of_reason(changes, joined->class_name, joined->event,
                                            joined->direction, joined->strangers);
    }
    sort(apart->items, apart->count, sizeof *apart->items, compare_ranks);
}
