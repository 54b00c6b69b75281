/* Why: where more mail goes out than usual more of it fails, and that is no spike; but recipients
 * whose failure is all that was heard of them must not make the mail more that excuses it.
 *
 * How: who comes into a state and was in none before is one more in the sum of all states. Those
 * who were delivered and not deferred before were first heard of then; the others by a failure: as
 * many by a deferral as were deferred for the first time, and the rest by what ended them. Who
 * expired has waited, so these come last. Deliveries went which way the delays tell, which are kept
 * by it.
 */
#include "tally/past_mail.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

enum kind { DEFERRALS, ENDS, EXPIRIES, KINDS };

/* As it is kept; below zero, where what was counted in another hour is taken back. */
struct sums {
    int64_t heard; /* in all states */
    int64_t delivered, got_through, deferred_ever;
    int64_t delivered_out, delivered_here; /* that a delay is known of */
    int64_t out[KINDS], here[KINDS];       /* failures */
};

struct past_mail {
    struct map hours; /* int64_t -> struct sums */
};

struct past_mail *past_mail_new(void) {
    struct past_mail *past = memory_new(sizeof *past);
    map_init(&past->hours, sizeof(struct sums));
    return past;
}

void past_mail_free(struct past_mail *past) {
    if (!past)
        return;
    map_release(&past->hours);
    free(past);
}

/* ---- rows ---- */

static void put_total(struct sums *sums, struct slice name, int64_t count) {
    static const char *const states[] = {"delivered", "bounced", "expired", "waiting", "discarded"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (slice_is(name, states[i]))
            sums->heard += count;
    if (slice_is(name, "delivered"))
        sums->delivered += count;
    if (slice_is(name, "delivered_after_deferral"))
        sums->got_through += count;
    if (slice_is(name, "deferred_ever"))
        sums->deferred_ever += count;
}

static enum kind kind_of(enum event event) {
    switch (event) {
    case EVENT_DEFERRED:
        return DEFERRALS;
    case EVENT_BOUNCED:
    case EVENT_DISCARDED:
    case EVENT_HELD:
        return ENDS;
    case EVENT_EXPIRED:
        return EXPIRIES;
    default:
        return KINDS;
    }
}

/* What comes in is refused before there is a recipient. */
static void put_reason(struct sums *sums, struct slice event_word, struct slice way,
                       int64_t count) {
    enum event event = EVENT_NONE;
    enum direction direction = DIRECTION_NONE;
    event_read(event_word, &event);
    direction_read(way, &direction);
    enum kind kind = kind_of(event);
    if (kind != KINDS && direction != DIRECTION_IN)
        *(direction == DIRECTION_OUT ? &sums->out[kind] : &sums->here[kind]) += count;
}

static void put_delay(struct sums *sums, struct slice way, int64_t count) {
    enum direction direction = DIRECTION_NONE;
    direction_read(way, &direction);
    *(direction == DIRECTION_OUT ? &sums->delivered_out : &sums->delivered_here) += count;
}

void past_mail_put(struct past_mail *past, const struct hourly_cell *cell) {
    enum { EVENT = 0, DIRECTION = 2, DELAY_DIRECTION = 0 };
    if (cell->table != HOURLY_TOTALS && cell->table != HOURLY_REASONS &&
        cell->table != HOURLY_DELAYS)
        return;
    struct sums *sums =
        map_put(&past->hours, (struct slice){(const char *)&cell->hour, sizeof cell->hour}, NULL);
    if (cell->table == HOURLY_TOTALS)
        put_total(sums, cell->keys[0], cell->numbers[0]);
    if (cell->table == HOURLY_REASONS)
        put_reason(sums, cell->keys[EVENT], cell->keys[DIRECTION], cell->numbers[0]);
    if (cell->table == HOURLY_DELAYS)
        put_delay(sums, cell->keys[DELAY_DIRECTION], cell->numbers[0]);
}

/* ---- what follows ---- */

static double least(double a, double b) {
    return a < b ? a : b;
}

/* What of a recipient was heard first. */
struct firsts {
    double all, deliveries, parts[KINDS]; /* of the failures of a kind */
};

static struct firsts firsts_of(const struct sums *sums) {
    struct firsts firsts = {.all = sums->heard > 0 ? (double)sums->heard : 0};
    double at_once = (double)(sums->delivered - sums->got_through);
    firsts.deliveries = at_once > 0 ? least(at_once, firsts.all) : 0;
    double failed = firsts.all - firsts.deliveries;
    for (enum kind kind = DEFERRALS; kind < KINDS; kind++) {
        double count = (double)(sums->out[kind] + sums->here[kind]), first = least(count, failed);
        if (kind == DEFERRALS)
            first = least(first, (double)sums->deferred_ever);
        if (first <= 0)
            continue;
        firsts.parts[kind] = first / count;
        failed -= first;
    }
    return firsts;
}

size_t past_mail_hours(const struct past_mail *past) {
    return past->hours.used; /* none is ever removed */
}

struct past_hour past_mail_at(const struct past_mail *past, size_t place) {
    struct past_hour hour;
    struct slice key;
    const struct sums *sums = map_at(&past->hours, place, &key);
    const struct firsts firsts = firsts_of(sums);
    int64_t with_delay = sums->delivered_out + sums->delivered_here;
    memcpy(&hour.hour, key.at, sizeof hour.hour);
    hour.local =
        with_delay > 0 ? firsts.deliveries * (double)sums->delivered_here / (double)with_delay : 0;
    for (enum kind kind = DEFERRALS; kind < KINDS; kind++)
        hour.local += firsts.parts[kind] * (double)sums->here[kind];
    hour.local = least(hour.local, firsts.all);
    hour.out = firsts.all - hour.local;
    return hour;
}

double past_mail_first_part(const struct past_mail *past, int64_t hour, enum event event) {
    const struct sums *sums =
        map_get(&past->hours, (struct slice){(const char *)&hour, sizeof hour});
    enum kind kind = kind_of(event);
    return sums && kind != KINDS ? firsts_of(sums).parts[kind] : 0;
}
