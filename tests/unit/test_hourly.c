/* hourly - which hour an entry counts in, when hours are over, and what of them is kept by name. */
#include "tally/hourly.h"

#include <stdlib.h>

#include "base/out.h"
#include "tally/tally.h"

#include <cmocka.h>

static struct out said;

static const char *const puts_said[] = {"hour", "day", "late hour", "late day", "open"};

/* Only what has a failure or a count of bounces: the rest follows the same way. */
static void take_cell(void *context, enum cell_put put, const struct hourly_cell *cell) {
    (void)context;
    if (cell->table == HOURLY_TOTALS && slice_is(cell->keys[0], "bounced"))
        out_print(&said, "%s %lld %.*s bounced %lld;", puts_said[put], (long long)cell->hour,
                  SLICE_ARGS(cell->host), (long long)cell->numbers[0]);
    if (cell->table == HOURLY_FAILURES && slice_is(cell->keys[0], "relay"))
        out_print(&said, "%s %lld %.*s %lld;", puts_said[put], (long long)cell->hour,
                  SLICE_ARGS(cell->keys[3]), (long long)cell->numbers[0]);
}

static void take_template(void *context, const struct hourly_template *text) {
    (void)context;
    (void)text;
}

static void take_clock(void *context, const struct hourly_clock *clock) {
    (void)context;
    out_print(&said, "clock %lld;", (long long)clock->closed_day);
}

static const struct hourly_sink sink = {NULL, take_cell, take_template, take_clock};

static int set_up(void **state) {
    out_init_memory(&said);
    *state = hourly_new(&sink, "own");
    return 0;
}

static int tear_down(void **state) {
    hourly_free(*state);
    out_release(&said);
    return 0;
}

/* One recipient of whom a relay says no. */
static void bounce_at(struct hourly *hourly, const char *host, int64_t seconds, const char *relay) {
    struct finding finding = {.host = slice_of(host),
                              .mta = mta_named(SLICE("postfix")),
                              .repeat = 1,
                              .after = FATE_BOUNCED,
                              .waited = -1,
                              .verdict = {.class_name = "user-unknown"},
                              .time = {.seconds = seconds}};
    finding.record = (struct record){.kind = RECORD_OUTCOME,
                                     .event = EVENT_BOUNCED,
                                     .level = LEVEL_RECIPIENT,
                                     .direction = DIRECTION_OUT,
                                     .peer_host = slice_of(relay),
                                     .recipient = SLICE("bob@example.net"),
                                     .queue_id = SLICE("4C1D2E3F40"),
                                     .size = -1};
    struct counting counting;
    counting_begin(&counting, &finding);
    hourly_add(hourly, &counting);
}

static void must_say(const char *wanted) {
    out_byte(&said, '\0');
    assert_string_equal(out_held(&said).at, wanted);
    out_release(&said);
    out_init_memory(&said);
}

static void an_hour_is_over_two_hours_past_it(void **state) {
    struct hourly *hourly = *state;
    bounce_at(hourly, "mx1", 100 * HOUR, "a");
    bounce_at(hourly, "mx1", 100 * HOUR + 1, "a");
    bounce_at(hourly, "mx1", 103 * HOUR - 1, "b");
    must_say("clock 96;");
    bounce_at(hourly, "mx1", 103 * HOUR, "b");
    must_say("hour 100 mx1 bounced 2;hour 100 a 2;");
    bounce_at(hourly, "mx1", 100 * HOUR + 2, "c");
    hourly_give(hourly);
    must_say("late hour 100 mx1 bounced 1;late hour 100 c 1;open 102 mx1 bounced 1;open 102 b 1;"
             "open 103 mx1 bounced 1;open 103 b 1;");
}

static void a_day_is_the_sum_of_its_hours(void **state) {
    struct hourly *hourly = *state;
    bounce_at(hourly, "mx1", 118 * HOUR, "a");
    bounce_at(hourly, "mx1", 119 * HOUR, "a");
    bounce_at(hourly, "mx1", 122 * HOUR, "b");
    must_say("clock 96;hour 118 mx1 bounced 1;hour 118 a 1;hour 119 mx1 bounced 1;hour 119 a 1;"
             "day 96 a 2;clock 120;");
    bounce_at(hourly, "mx1", 118 * HOUR, "z");
    hourly_give(hourly);
    must_say("late hour 118 mx1 bounced 1;late hour 118 z 1;late day 96 z 1;"
             "open 122 mx1 bounced 1;open 122 b 1;");
}

static void hosts_have_clocks_of_their_own(void **state) {
    struct hourly *hourly = *state;
    bounce_at(hourly, "mx1", 100 * HOUR, "a");
    bounce_at(hourly, "mx2", 110 * HOUR, "a");
    bounce_at(hourly, "", 100 * HOUR, "a");
    must_say("clock 96;clock 96;clock 96;");
    bounce_at(hourly, "mx1", 103 * HOUR, "a");
    must_say("hour 100 mx1 bounced 1;hour 100 a 1;");
    bounce_at(hourly, "", 103 * HOUR, "a");
    must_say("hour 100 own bounced 1;hour 100 a 1;");
}

static void one_wrong_stamp_moves_no_clock(void **state) {
    struct hourly *hourly = *state;
    bounce_at(hourly, "mx1", 100 * HOUR, "a");
    bounce_at(hourly, "mx1", 5000 * HOUR, "a");
    bounce_at(hourly, "mx1", 100 * HOUR, "a");
    must_say("clock 96;");
    bounce_at(hourly, "mx1", 200 * HOUR, "a"); /* a log that was silent for long */
    must_say("");
    bounce_at(hourly, "mx1", 201 * HOUR, "a");
    must_say("hour 100 mx1 bounced 2;hour 100 a 2;day 96 a 2;clock 192;");
}

static void many_late_entries_are_another_log(void **state) {
    struct hourly *hourly = *state;
    bounce_at(hourly, "mx1", 200 * HOUR, "a");
    for (int i = 0; i < 60; i++)
        bounce_at(hourly, "mx1", 100 * HOUR, "a");
    hourly_give(hourly);
    must_say("clock 192;late hour 100 mx1 bounced 49;late hour 100 a 49;late day 96 a 49;clock 96;"
             "open 200 mx1 bounced 1;open 200 a 1;open 100 mx1 bounced 11;open 100 a 11;");
}

static void no_time_is_that_of_the_log(void **state) {
    struct hourly *hourly = *state;
    bounce_at(hourly, "mx1", MOMENT_NONE, "a");
    bounce_at(hourly, "mx1", 100 * HOUR, "a");
    bounce_at(hourly, "mx1", MOMENT_NONE, "a");
    hourly_give(hourly);
    must_say(
        "hour 0 mx1 bounced 1;hour 0 a 1;day 0 a 1;clock 96;open 100 mx1 bounced 2;open 100 a 2;");
}

static void the_most_are_kept_by_name(void **state) {
    struct hourly *hourly = *state;
    char name[40];
    for (int i = 0; i < HOURLY_KEPT + 30; i++) {
        snprintf(name, sizeof name, "relay%03d", i);
        for (int times = 0; times < 1 + (i == 129); times++)
            bounce_at(hourly, "mx1", 100 * HOUR, name);
    }
    bounce_at(hourly, "mx1", 103 * HOUR, "z");
    struct slice text = out_held(&said);
    assert_true(slice_find_text(text, SLICE("hour 100 relay000 1;")) != SIZE_MAX);
    assert_true(slice_find_text(text, SLICE("hour 100 relay098 1;")) != SIZE_MAX);
    assert_true(slice_find_text(text, SLICE("relay099")) == SIZE_MAX);
    assert_true(slice_find_text(text, SLICE("hour 100 relay129 2;")) != SIZE_MAX);
    assert_true(slice_find_text(text, SLICE("hour 100 (other) 30;")) != SIZE_MAX);
}

static void without_room_none_is_kept(void **state) {
    struct hourly *hourly = *state;
    hourly_without_names(hourly);
    bounce_at(hourly, "mx1", 100 * HOUR, "a");
    bounce_at(hourly, "mx1", 100 * HOUR, "b");
    bounce_at(hourly, "mx1", 103 * HOUR, "c");
    must_say("clock 96;hour 100 mx1 bounced 2;hour 100 (other) 2;");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(an_hour_is_over_two_hours_past_it), TEST(a_day_is_the_sum_of_its_hours),
        TEST(hosts_have_clocks_of_their_own),    TEST(one_wrong_stamp_moves_no_clock),
        TEST(many_late_entries_are_another_log), TEST(no_time_is_that_of_the_log),
        TEST(the_most_are_kept_by_name),         TEST(without_room_none_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
