/* How much mail the hours of history had, and how much of it is what failed: by rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tally/past_mail.h"

enum { THIS_HOUR = 495000 };

/* "delivered 5": of the totals; "out bounced 3": a reason; "local delay 2": delays. */
static void put(struct past_mail *past, int64_t hour, struct slice text) {
    struct slice words[3] = {{0}};
    size_t count = 0;
    while (text.length && count < 3)
        slice_cut(&text, ' ', &words[count++]);
    struct hourly_cell cell = {.table = HOURLY_TOTALS, .hour = hour, .keys = {words[0]}};
    if (count == 3 && slice_is(words[1], "delay")) {
        cell.table = HOURLY_DELAYS;
    } else if (count == 3) {
        cell.table = HOURLY_REASONS;
        cell.keys[0] = words[1];
        cell.keys[1] = SLICE("mailbox-full");
        cell.keys[2] = words[0];
    }
    cell.numbers[0] = strtol(words[count - 1].at, NULL, 10);
    past_mail_put(past, &cell);
}

static struct past_mail *past_of(const char *rows) {
    struct past_mail *past = past_mail_new();
    struct slice rest = slice_of(rows), row;
    while (rest.length) {
        slice_cut(&rest, ',', &row);
        put(past, THIS_HOUR, slice_trim(row));
    }
    return past;
}

static const struct row {
    const char *what, *rows;
    double out, local;
    double deferred, bounced, expired; /* parts that were heard first */
} rows[] = {
    {"all is delivered", "delivered 9, out delay 6, local delay 3", 6, 3, 0, 0, 0},
    {"bounces are all that is heard of some", "delivered 8, bounced 4, out delay 8, out bounced 4",
     12, 0, 0, 1, 0},
    {"they had waited", "delivered 8, bounced 4, waiting -4, out delay 8, out bounced 4", 8, 0, 0,
     0, 0},
    {"half had", "bounced 4, waiting -2, out bounced 4", 2, 0, 0, 0.5, 0},
    {"first tries and others", "waiting 5, deferred_ever 5, out deferred 20", 5, 0, 0.25, 0, 0},
    {"some got through at once, some later",
     "delivered 10, delivered_after_deferral 3, waiting 2, deferred_ever 5, out deferred 10, out "
     "delay 10",
     12, 0, 0.5, 0, 0},
    {"what expired had waited", "bounced 2, expired 3, waiting -3, out bounced 2, out expired 3", 2,
     0, 0, 1, 0},
    {"but where nothing else was heard of it", "expired 3, out expired 3", 3, 0, 0, 0, 1},
    {"failures on this host", "delivered 4, bounced 6, out delay 4, out bounced 2, local bounced 4",
     6, 4, 0, 1, 0},
    {"a few that fail differently at once",
     "waiting 4, deferred_ever 4, bounced 3, discarded 1, out deferred 8, out bounced 3, local "
     "discarded 1",
     7, 1, 0.5, 1, 0},
    {"what is refused as it comes in", "delivered 5, out delay 5, in discarded 7, in bounced 2", 5,
     0, 0, 0, 0},
    {"no delays are known", "delivered 5", 5, 0, 0, 0, 0},
    {"more is taken back than came", "delivered -3, bounced 1, out bounced 1", 0, 0, 0, 0, 0},
    {"more bounces than there are recipients", "bounced 3, out bounced 12", 3, 0, 0, 0.25, 0},
    {"totals of other things", "delivered 2, notices 7, rejected 5, deferred 4, out delay 2", 2, 0,
     0, 0, 0},
};

static void assert_near(const char *what, double found, double wanted) {
    if (fabs(found - wanted) > 1e-9)
        fail_msg("%s: %g, not %g", what, found, wanted);
}

static void what_was_heard_first(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct past_mail *past = past_of(row->rows);
        assert_int_equal(past_mail_hours(past), 1);
        struct past_hour hour = past_mail_at(past, 0);
        assert_int_equal(hour.hour, THIS_HOUR);
        assert_near(row->what, hour.out, row->out);
        assert_near(row->what, hour.local, row->local);
        assert_near(row->what, past_mail_first_part(past, THIS_HOUR, EVENT_DEFERRED),
                    row->deferred);
        assert_near(row->what, past_mail_first_part(past, THIS_HOUR, EVENT_BOUNCED), row->bounced);
        assert_near(row->what, past_mail_first_part(past, THIS_HOUR, EVENT_EXPIRED), row->expired);
        past_mail_free(past);
    }
}

/* Each by itself, and those of several hosts together. */
static void hours_and_hosts(void **state) {
    struct past_mail *past = past_mail_new();
    const struct hourly_cell list = {.table = HOURLY_LISTS, .hour = THIS_HOUR + 7};
    (void)state;
    put(past, THIS_HOUR, SLICE("delivered 4"));
    put(past, THIS_HOUR + 1, SLICE("bounced 2"));
    put(past, THIS_HOUR + 1, SLICE("out bounced 2"));
    put(past, THIS_HOUR, SLICE("delivered 3"));
    past_mail_put(past, &list);
    assert_int_equal(past_mail_hours(past), 2);
    assert_near("one", past_mail_at(past, 0).out, 7);
    assert_near("other", past_mail_at(past, 1).out, 2);
    assert_near("part", past_mail_first_part(past, THIS_HOUR + 1, EVENT_BOUNCED), 1);
    assert_near("no failures", past_mail_first_part(past, THIS_HOUR, EVENT_BOUNCED), 0);
    assert_near("no hour", past_mail_first_part(past, THIS_HOUR + 5, EVENT_BOUNCED), 0);
    assert_near("no mail", past_mail_first_part(past, THIS_HOUR + 1, EVENT_AUTH_FAILED), 0);
    past_mail_free(past);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_heard_first),
        cmocka_unit_test(hours_and_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
