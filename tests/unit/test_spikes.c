/* spikes - what is one, from when to when; and what looks like one and is none. Traffic is made of
 * numbers that look like chance: failures come in clusters, days and hours differ. */
#include "tally/spikes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/moment.h"
#include "chance.h"
#include "tally/doubts.h"

enum { BUCKETS = 288 /* a day */, WEEKS = 3, MIDNIGHT = 1780272000 /* a Monday, of UTC */ };

static double even(void) {
    return (chance(1 << 20) + 0.5) / (1 << 20);
}

/* Poisson's numbers. */
static unsigned some(double mean) {
    double left = exp(-(mean < 500 ? mean : 500)), product = even();
    unsigned count = 0;
    for (; product > left; product *= even())
        count++;
    return count;
}

/* More at day than at night, less on Saturdays and Sundays; 1 on average. */
static double shape_of(int bucket) {
    int hour = bucket / 12 % 24, day = bucket / BUCKETS % 7;
    double daily = hour >= 7 && hour < 19 ? 1.8 : 0.5;
    return daily * (day < 5 ? 1.1 : 0.5);
}

static int64_t time_of(int bucket) {
    return MIDNIGHT + (int64_t)bucket * SERIES_BUCKET;
}

struct traffic {
    struct series_book *book;
    int from, to; /* buckets */
    int off_from, off_to;
};

static void add(const struct traffic *traffic, enum event event, const char *class_name, int bucket,
                unsigned count) {
    bool is_session = event == EVENT_REJECTED || event == EVENT_AUTH_FAILED;
    bool is_off = bucket >= traffic->off_from && bucket < traffic->off_to;
    const struct finding finding = {
        .record = {.kind = is_session ? RECORD_INCIDENT : RECORD_OUTCOME,
                   .event = event,
                   .level = is_session ? LEVEL_SESSION : LEVEL_RECIPIENT,
                   .direction = is_session ? DIRECTION_IN : DIRECTION_OUT},
        .verdict.class_name = class_name,
        .time = {.seconds = time_of(bucket) + 17},
        .repeat = count,
        .after = is_session                 ? FATE_NONE
                 : event == EVENT_DELIVERED ? FATE_DELIVERED
                                            : FATE_BOUNCED,
    };
    if (count && !is_off && bucket >= traffic->from && bucket < traffic->to)
        series_book_add(traffic->book, &finding);
}

enum { DELIVERIES = 2000 /* a day */ };
static const struct {
    enum event event;
    const char *class_name;
    double a_day;
} usual_failures[] = {
    {EVENT_BOUNCED, "user-unknown", 40},  {EVENT_BOUNCED, "mailbox-full", 6},
    {EVENT_BOUNCED, "dmarc-failed", 0.3}, {EVENT_REJECTED, "blocklisted", 400},
    {EVENT_REJECTED, "relay-denied", 15}, {EVENT_AUTH_FAILED, "bad-credentials", 100},
};

static void add_usual(const struct traffic *traffic, enum event event, const char *class_name,
                      double a_day, double cluster) {
    double today = 1;
    for (int bucket = 0; bucket < WEEKS * 7 * BUCKETS; bucket++) {
        if (bucket % BUCKETS == 0)
            today = 0.8 + 0.4 * even();
        unsigned clusters = some(a_day / BUCKETS * shape_of(bucket) * today / cluster);
        for (; clusters; clusters--)
            add(traffic, event, class_name, bucket, 1 + some(cluster - 1));
    }
}

static struct traffic begin(int from, int to) {
    struct traffic traffic = {series_book_new(SERIES_BUCKET), from, to, 0, 0};
    struct problem problem;
    assert_true(moment_zone("UTC", &problem));
    return traffic;
}

static void add_all_usual(const struct traffic *traffic) {
    add_usual(traffic, EVENT_DELIVERED, "accepted", DELIVERIES, 1);
    for (size_t i = 0; i < sizeof usual_failures / sizeof *usual_failures; i++)
        add_usual(traffic, usual_failures[i].event, usual_failures[i].class_name,
                  usual_failures[i].a_day, usual_failures[i].a_day > 50 ? 3 : 1.3);
}

static void add_evenly(const struct traffic *traffic, enum event event, const char *class_name,
                       int from, int to, double count) {
    for (int bucket = from; bucket < to; bucket++)
        add(traffic, event, class_name, bucket, some(count / (to - from)));
}

static void end(struct traffic *traffic, struct spikes *spikes) {
    spikes_release(spikes);
    series_book_free(traffic->book);
}

/* ---- what is one */

static const struct {
    enum event event;
    const char *class_name;
    int from, to; /* buckets */
    double count;
} causes[] = {
    {EVENT_BOUNCED, "user-unknown", 8 * BUCKETS + 120, 8 * BUCKETS + 132, 60},
    {EVENT_BOUNCED, "mailbox-full", 15 * BUCKETS + 100, 15 * BUCKETS + 148, 40},
    {EVENT_BOUNCED, "dmarc-failed", 3 * BUCKETS, 4 * BUCKETS, 60},
    {EVENT_BOUNCED, "never-before", 10 * BUCKETS + 5, 10 * BUCKETS + 8, 30},
    {EVENT_REJECTED, "blocklisted", 9 * BUCKETS, 11 * BUCKETS, 6000},
    {EVENT_REJECTED, "relay-denied", 17 * BUCKETS + 200, 17 * BUCKETS + 230, 60},
    {EVENT_AUTH_FAILED, "bad-credentials", 12 * BUCKETS + 30, 12 * BUCKETS + 60, 400},
};

/* Numbers have no drivers that could bear out the others. */
static void find_sure(const struct series_book *book, const struct series_book *usual,
                      struct spikes *spikes_r) {
    spikes_find(book, NULL, usual, spikes_r);
    doubts_settle(NULL, spikes_r);
}

static const struct spike *spike_of(const struct spikes *spikes, enum event event,
                                    const char *class_name, int from, int to) {
    for (size_t i = 0; i < spikes->count; i++) {
        const struct spike *spike = &spikes->items[i];
        if (spike->event == event && slice_is(spike->class_name, class_name) &&
            spike->start < time_of(to) && spike->end > time_of(from))
            return spike;
    }
    return NULL;
}

/* In all of the tests together: chance shows one now and then. */
static size_t weeks_looked_at, false_alarms;

static void test_found(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
        struct spikes spikes;
        add_all_usual(&traffic);
        add_evenly(&traffic, causes[i].event, causes[i].class_name, causes[i].from, causes[i].to,
                   causes[i].count);
        find_sure(traffic.book, NULL, &spikes);
        assert_int_equal(spikes.note, SPIKES_KNOWN);
        const struct spike *spike =
            spike_of(&spikes, causes[i].event, causes[i].class_name, causes[i].from, causes[i].to);
        assert_non_null(spike);
        assert_in_range(spike->start, time_of(causes[i].from) - 75 * 60,
                        time_of(causes[i].from) + 75 * 60);
        assert_in_range(spike->end, time_of(causes[i].to) - 150 * 60,
                        time_of(causes[i].to) + 150 * 60);
        assert_int_equal(spike->start % SERIES_BUCKET, 0);
        assert_int_equal(spike->count,
                         series_book_count(traffic.book, spike->event, spike->class_name,
                                           spike->start, spike->end));
        assert_true((double)spike->count > 2 * spike->expected);
        weeks_looked_at += WEEKS;
        false_alarms += spikes.count - 1;
        end(&traffic, &spikes);
    }
}

/* ---- moments */

enum { GUESSES = 72 };

static void add_guess(const struct traffic *traffic, struct series_book *moments, int bucket,
                      unsigned count) {
    add(traffic, EVENT_AUTH_FAILED, "bad-credentials", bucket, count);
    series_book_note(moments, EVENT_AUTH_FAILED, SLICE("bad-credentials"), time_of(bucket));
}

/* Each two hours a client tries many passwords in a minute. Guesses that come one by one for six
 * hours, as many as in three of its visits, are nothing beside that. */
static void add_guesses(const struct traffic *traffic, struct series_book *moments, int from,
                        unsigned burst) {
    for (int bucket = traffic->from; bucket < traffic->to; bucket++) {
        if (bucket % 24 == 7)
            add_guess(traffic, moments, bucket, burst);
        if (bucket >= from && bucket < from + GUESSES)
            add_guess(traffic, moments, bucket, 1);
    }
}

static const struct spike *by_moments(const struct spikes *spikes, int from, int to) {
    const struct spike *spike = spike_of(spikes, EVENT_AUTH_FAILED, "bad-credentials", from, to);
    return spike && spike->by_moments ? spike : NULL;
}

static void test_moments(void **state) {
    (void)state;
    enum { FROM = 10 * BUCKETS + 100, TO = FROM + GUESSES };
    struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
    struct series_book *moments = series_book_new(SERIES_BUCKET);
    struct spikes without, with;
    add_usual(&traffic, EVENT_DELIVERED, "accepted", DELIVERIES, 1);
    add_guesses(&traffic, moments, FROM, 27);
    spikes_find(traffic.book, NULL, NULL, &without);
    assert_null(spike_of(&without, EVENT_AUTH_FAILED, "bad-credentials", FROM, TO));
    spikes_release(&without);
    spikes_find(traffic.book, moments, NULL, &with);
    const struct spike *spike = by_moments(&with, FROM, TO);
    assert_non_null(spike);
    assert_false(spike->comes_again);
    assert_in_range(spike->start, time_of(FROM) - HOUR, time_of(FROM) + HOUR);
    assert_in_range(spike->end, time_of(TO) - HOUR, time_of(TO) + HOUR);
    assert_int_equal(spike->count,
                     series_book_count(traffic.book, spike->event, spike->class_name, spike->start,
                                       spike->end)); /* failures, not moments */
    series_book_free(moments);
    end(&traffic, &with);
}

/* Two thirds as many at the same time of the week before: only who drove it can tell them apart. */
static void test_moments_again(void **state) {
    (void)state;
    enum { FROM = 10 * BUCKETS + 100, TO = FROM + GUESSES, WEEK = 7 * BUCKETS };
    struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
    struct series_book *moments = series_book_new(SERIES_BUCKET);
    struct spikes spikes;
    add_usual(&traffic, EVENT_DELIVERED, "accepted", DELIVERIES, 1);
    add_guesses(&traffic, moments, FROM, 8);
    for (int bucket = FROM - WEEK; bucket < TO - WEEK; bucket += bucket % 3 ? 1 : 2)
        add_guess(&traffic, moments, bucket, 1);
    spikes_find(traffic.book, moments, NULL, &spikes);
    const struct spike *spike = by_moments(&spikes, FROM, TO);
    assert_non_null(spike);
    assert_true(spike->comes_again);
    doubts_settle(NULL, &spikes); /* and nobody knows who did */
    assert_null(by_moments(&spikes, FROM, TO));
    series_book_free(moments);
    end(&traffic, &spikes);
}

/* In two days nobody can say how many are usual. */
static void test_moments_of_few_days(void **state) {
    (void)state;
    enum { FROM = BUCKETS + 100, TO = FROM + GUESSES };
    struct traffic traffic = begin(0, 2 * BUCKETS);
    struct series_book *moments = series_book_new(SERIES_BUCKET);
    struct spikes spikes;
    add_usual(&traffic, EVENT_DELIVERED, "accepted", DELIVERIES, 1);
    add_guesses(&traffic, moments, FROM, 27);
    spikes_find(traffic.book, moments, NULL, &spikes);
    assert_null(by_moments(&spikes, FROM, TO));
    series_book_free(moments);
    end(&traffic, &spikes);
}

/* ---- what is none */

static void test_usual_traffic(void **state) {
    (void)state;
    for (int i = 0; i < 15; i++) {
        struct traffic traffic = begin(100 + i, WEEKS * 7 * BUCKETS - 3 * i);
        struct spikes spikes;
        add_all_usual(&traffic);
        find_sure(traffic.book, NULL, &spikes);
        weeks_looked_at += WEEKS;
        false_alarms += spikes.count;
        end(&traffic, &spikes);
    }
    assert_true(4 * false_alarms <= weeks_looked_at);
}

static void assert_none(struct traffic *traffic, enum event event, const char *class_name, int from,
                        int to) {
    struct spikes spikes;
    find_sure(traffic->book, NULL, &spikes);
    assert_null(spike_of(&spikes, event, class_name, from, to));
    assert_in_range(spikes.count, 0, 2);
    end(traffic, &spikes);
}

/* As many of them fail as ever. */
static void test_busy_mailing(void **state) {
    (void)state;
    struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
    int at = 9 * BUCKETS + 150;
    add_all_usual(&traffic);
    add_evenly(&traffic, EVENT_DELIVERED, "accepted", at, at + 24, 6000);
    add_evenly(&traffic, EVENT_BOUNCED, "user-unknown", at, at + 24, 120);
    assert_none(&traffic, EVENT_BOUNCED, "user-unknown", at - 12, at + 36);
}

static void test_each_night(void **state) {
    (void)state;
    struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
    add_all_usual(&traffic);
    for (int day = 0; day < WEEKS * 7; day++)
        add_evenly(&traffic, EVENT_BOUNCED, "user-unknown", day * BUCKETS + 36, day * BUCKETS + 39,
                   50);
    assert_none(&traffic, EVENT_BOUNCED, "user-unknown", 0, WEEKS * 7 * BUCKETS);
}

static void test_each_monday(void **state) {
    (void)state;
    struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
    add_all_usual(&traffic);
    for (int day = 0; day < WEEKS * 7; day += 7)
        add_evenly(&traffic, EVENT_REJECTED, "relay-denied", day * BUCKETS + 110,
                   day * BUCKETS + 118, 80);
    assert_none(&traffic, EVENT_REJECTED, "relay-denied", 0, WEEKS * 7 * BUCKETS);
}

static void test_behind_a_gap(void **state) {
    (void)state;
    struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
    traffic.off_from = 8 * BUCKETS + 130;
    traffic.off_to = 11 * BUCKETS + 140;
    add_all_usual(&traffic);
    struct spikes spikes;
    find_sure(traffic.book, NULL, &spikes);
    for (size_t i = 0; i < spikes.count; i++)
        assert_true(spikes.items[i].end <= time_of(traffic.off_from) ||
                    spikes.items[i].start > time_of(traffic.off_to + 36));
    end(&traffic, &spikes);
}

/* One message to many, or one client, in one bucket. */
static void test_one_burst(void **state) {
    (void)state;
    struct traffic traffic = begin(0, WEEKS * 7 * BUCKETS);
    add_all_usual(&traffic);
    add(&traffic, EVENT_BOUNCED, "mailbox-full", 10 * BUCKETS + 140, 60);
    assert_none(&traffic, EVENT_BOUNCED, "mailbox-full", 10 * BUCKETS, 11 * BUCKETS);
}

/* ---- how much there is to go by */

static void test_short_logs(void **state) {
    (void)state;
    static const struct {
        int from, to;
        enum spikes_note note;
    } rows[] = {{100, 100, SPIKES_NO_TIMES},
                {100, 112, SPIKES_TOO_SHORT},
                {0, BUCKETS, SPIKES_FEW_DAYS},
                {60, 2 * BUCKETS, SPIKES_FEW_DAYS}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct traffic traffic = begin(rows[i].from, rows[i].to);
        struct spikes spikes;
        add_all_usual(&traffic);
        find_sure(traffic.book, NULL, &spikes);
        assert_int_equal(spikes.note, rows[i].note);
        assert_int_equal(spikes.count, 0);
        end(&traffic, &spikes);
    }
}

static void test_one_day(void **state) {
    (void)state;
    struct traffic traffic = begin(0, BUCKETS);
    struct spikes spikes;
    add_all_usual(&traffic);
    add_evenly(&traffic, EVENT_BOUNCED, "mailbox-full", 150, 160, 60);
    find_sure(traffic.book, NULL, &spikes);
    assert_int_equal(spikes.count, 1);
    assert_in_range(spikes.items[0].start, time_of(150 - 6), time_of(150 + 6));
    end(&traffic, &spikes);
}

/* ---- history: what is usual of one day is told by the weeks before it */

static void put_hour(struct series_book *book, const char *event, const char *class_name,
                     int64_t hour, unsigned count) {
    bool is_total = !event;
    struct hourly_cell cell = {.table = is_total ? HOURLY_TOTALS : HOURLY_REASONS, .hour = hour};
    cell.keys[0] = slice_of(is_total ? class_name : event);
    cell.keys[1] = slice_of(class_name);
    cell.keys[2] = SLICE("out");
    cell.numbers[0] = count;
    series_book_put(book, &cell);
}

static struct series_book *four_weeks_before(unsigned each_night) {
    struct series_book *book = series_book_new(HOUR);
    for (int64_t i = 1; i <= 28 * DAY_HOURS; i++) {
        int64_t hour = MIDNIGHT / HOUR - i;
        put_hour(book, NULL, "delivered", hour, 80);
        put_hour(book, "bounced", "mailbox-full", hour,
                 hour % DAY_HOURS == 2 ? each_night : some(0.5));
    }
    return book;
}

static size_t found_with(const struct series_book *book, const struct series_book *usual) {
    struct spikes spikes;
    find_sure(book, usual, &spikes);
    size_t count = spikes.count;
    spikes_release(&spikes);
    return count;
}

/* Sixty come at two in the night, within half an hour. */
static void test_history(void **state) {
    (void)state;
    struct traffic traffic = begin(0, BUCKETS);
    struct series_book *calm = four_weeks_before(0), *nightly = four_weeks_before(60);
    for (int bucket = 0; bucket < BUCKETS; bucket++)
        add(&traffic, EVENT_DELIVERED, "accepted", bucket, 7);
    add_evenly(&traffic, EVENT_BOUNCED, "mailbox-full", 25, 31, 60);
    assert_int_equal(found_with(traffic.book, calm), 1);
    assert_int_equal(found_with(traffic.book, nightly), 0);
    series_book_free(calm);
    series_book_free(nightly);
    series_book_free(traffic.book);
}

/* Out of history alone: hours. */
static void test_history_alone(void **state) {
    (void)state;
    struct series_book *book = four_weeks_before(0);
    struct spikes spikes;
    for (int64_t hour = 0; hour < 3; hour++)
        put_hour(book, "bounced", "mailbox-full", MIDNIGHT / HOUR - 100 + hour, 20);
    find_sure(book, NULL, &spikes);
    assert_int_equal(spikes.count, 1);
    assert_int_equal(spikes.items[0].start, MIDNIGHT - 100 * HOUR);
    assert_int_equal(spikes.items[0].end, MIDNIGHT - 97 * HOUR);
    spikes_release(&spikes);
    series_book_free(book);
}

/* Of little mail a third fails: what fails more is no more mail, of which a third would fail. */
static void test_history_of_failures(void **state) {
    (void)state;
    struct series_book *book = series_book_new(HOUR);
    struct spikes spikes;
    for (int64_t hour = 0; hour < WEEKS * 7 * DAY_HOURS; hour++) {
        unsigned bounced = hour >= 200 && hour < 204 ? 60 : 2;
        put_hour(book, NULL, "delivered", MIDNIGHT / HOUR + hour, 4);
        put_hour(book, NULL, "bounced", MIDNIGHT / HOUR + hour, bounced);
        put_hour(book, "bounced", "mailbox-full", MIDNIGHT / HOUR + hour, bounced);
    }
    find_sure(book, NULL, &spikes);
    assert_int_equal(spikes.count, 1);
    assert_int_equal(spikes.items[0].start, MIDNIGHT + 200 * HOUR);
    assert_int_equal(spikes.items[0].end, MIDNIGHT + 204 * HOUR);
    assert_true(spikes.items[0].expected < 10);
    spikes_release(&spikes);
    series_book_free(book);
}

/* But where more of it goes out, more of it fails. */
static void test_history_of_a_mailing(void **state) {
    (void)state;
    struct series_book *book = series_book_new(HOUR);
    struct spikes spikes;
    for (int64_t hour = 0; hour < WEEKS * 7 * DAY_HOURS; hour++) {
        unsigned times = hour >= 200 && hour < 204 ? 30 : 1;
        put_hour(book, NULL, "delivered", MIDNIGHT / HOUR + hour, 4 * times);
        put_hour(book, NULL, "bounced", MIDNIGHT / HOUR + hour, 2 * times);
        put_hour(book, "bounced", "mailbox-full", MIDNIGHT / HOUR + hour, 2 * times);
    }
    find_sure(book, NULL, &spikes);
    assert_int_equal(spikes.count, 0);
    spikes_release(&spikes);
    series_book_free(book);
}

/* ---- laws */

static void assert_same(const struct spikes *a, const struct spikes *b) {
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->items[i].start, b->items[i].start);
        assert_int_equal(a->items[i].end, b->items[i].end);
        assert_int_equal(a->items[i].count, b->items[i].count);
        assert_true(a->items[i].expected == b->items[i].expected);
        assert_true(slice_equal(a->items[i].class_name, b->items[i].class_name));
    }
}

static void add_in_order(struct series_book *book, bool is_backwards) {
    struct traffic traffic = {book, 0, WEEKS * 7 * BUCKETS, 0, 0};
    for (int i = 0; i < WEEKS * 7 * BUCKETS; i++) {
        int bucket = is_backwards ? WEEKS * 7 * BUCKETS - 1 - i : i;
        bool is_spike = bucket >= 2000 && bucket < 2030;
        add(&traffic, EVENT_DELIVERED, "accepted", bucket, 5);
        add(&traffic, EVENT_BOUNCED, "mailbox-full", bucket, bucket % 50 == 0 || is_spike);
        add(&traffic, EVENT_REJECTED, "blocklisted", bucket, bucket % 7 == 0 ? 3 : is_spike * 5);
    }
}

static void test_any_order(void **state) {
    (void)state;
    struct spikes spikes[2];
    struct series_book *books[2];
    for (int i = 0; i < 2; i++) {
        books[i] = series_book_new(SERIES_BUCKET);
        add_in_order(books[i], i == 1);
        find_sure(books[i], NULL, &spikes[i]);
    }
    assert_int_equal(spikes[0].count, 2);
    assert_same(&spikes[0], &spikes[1]);
    for (int i = 0; i < 2; i++) {
        spikes_release(&spikes[i]);
        series_book_free(books[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_usual_traffic),
        cmocka_unit_test(test_busy_mailing),
        cmocka_unit_test(test_each_night),
        cmocka_unit_test(test_each_monday),
        cmocka_unit_test(test_one_burst),
        cmocka_unit_test(test_behind_a_gap),
        cmocka_unit_test(test_short_logs),
        cmocka_unit_test(test_one_day),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_history_alone),
        cmocka_unit_test(test_history_of_failures),
        cmocka_unit_test(test_history_of_a_mailing),
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_moments_again),
        cmocka_unit_test(test_moments_of_few_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
