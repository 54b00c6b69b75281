/* Failures as bytes: what is put is taken, texts of one place take turns, a reply is written once
 * for a wording and five minutes, and bytes that are no failures are told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tally/failure.h"

static struct failure failure_at(int64_t seconds, const char *user) {
    struct failure failure = {.seconds = seconds,
                              .nanos = 5,
                              .event = EVENT_AUTH_FAILED,
                              .class_name = SLICE("bad-credentials"),
                              .count = 2,
                              .subject = 77,
                              .source = SLICE("mail.log"),
                              .line = 12,
                              .reply = SLICE("535 5.7.8 no")};
    failure.values[DRIVER_USER] = slice_of(user);
    failure.values[DRIVER_TEMPLATE] = SLICE("no");
    return failure;
}

static void assert_text(struct slice found, struct slice wanted) {
    assert_int_equal(found.length, wanted.length);
    assert_memory_equal(found.at ? found.at : "", wanted.at ? wanted.at : "", wanted.length);
}

static void assert_same(const struct failure *found, const struct failure *wanted) {
    assert_int_equal(found->seconds, wanted->seconds);
    assert_int_equal(found->nanos, wanted->nanos);
    assert_int_equal(found->event, wanted->event);
    assert_int_equal(found->row, wanted->row);
    assert_int_equal(found->count, wanted->count);
    assert_int_equal(found->subject, wanted->subject);
    assert_int_equal(found->line, wanted->line);
    assert_text(found->class_name, wanted->class_name);
    assert_text(found->source, wanted->source);
    for (size_t i = 0; i < DRIVER_DIMENSIONS; i++)
        assert_text(found->values[i], wanted->values[i]);
}

struct both {
    struct failure_memory *writer, *reader;
    struct pack pack;
};

static void begin(struct both *both) {
    both->writer = failure_memory_new();
    both->reader = failure_memory_new();
    pack_init(&both->pack);
}

static void end(struct both *both) {
    failure_memory_free(both->writer);
    failure_memory_free(both->reader);
    pack_release(&both->pack);
}

/* Through the bytes and back; gives the reply that came with it. */
static size_t pass(struct both *both, const struct failure *failure) {
    struct failure found;
    both->pack.length = 0;
    failure_put(both->writer, failure, &both->pack);
    struct unpack unpack = {.rest = {both->pack.bytes, both->pack.length}};
    assert_true(failure_take(both->reader, &unpack, &found));
    assert_int_equal(unpack.rest.length, 0);
    assert_same(&found, failure);
    return found.reply.length;
}

static void gives_back_what_was_put(void **state) {
    static const int64_t times[] = {0, 1780300801, MOMENT_NONE, INT64_MAX, -5, 1780300801};
    struct both both;
    (void)state;
    begin(&both);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct failure failure = failure_at(times[i], i % 2 ? "bob" : "alice");
        failure.line = i * UINT64_C(0x3333333333333333);
        pass(&both, &failure);
    }
    end(&both);
}

/* More texts than there are places, so many of them meet. */
static void texts_take_turns(void **state) {
    const unsigned names = 40000, turns = 60000;
    struct both both;
    (void)state;
    begin(&both);
    for (unsigned i = 0; i < turns; i++) {
        char user[32], host[32];
        snprintf(user, sizeof user, "user%u", i * 7919 % names);
        snprintf(host, sizeof host, "mx%u.example.net", i * 10007 % names);
        struct failure failure = failure_at(1000 + i, user);
        failure.values[DRIVER_PEER_HOST] = slice_of(host);
        failure.values[DRIVER_SENDER] = slice_of(host);
        pass(&both, &failure);
    }
    end(&both);
}

static void a_text_that_came_takes_few_bytes(void **state) {
    struct both both;
    (void)state;
    begin(&both);
    struct failure failure = failure_at(1780300801, "alice");
    pass(&both, &failure);
    failure.seconds += 20;
    pass(&both, &failure);
    assert_in_range(both.pack.length, 1, 40);
    end(&both);
}

static void a_reply_is_written_once_in_five_minutes(void **state) {
    static const struct {
        int64_t seconds;
        const char *wording;
        enum event event;
        bool has_reply;
    } rows[] = {
        {6000, "no", EVENT_AUTH_FAILED, true},  {6001, "no", EVENT_AUTH_FAILED, false},
        {6299, "no", EVENT_AUTH_FAILED, false}, {6300, "no", EVENT_AUTH_FAILED, true},
        {6300, "nope", EVENT_REJECTED, true},   {6301, "no", EVENT_REJECTED, true},
        {6302, "no", EVENT_REJECTED, false},    {6303, "no", EVENT_AUTH_FAILED, false},
    };
    struct both both;
    (void)state;
    begin(&both);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct failure failure = failure_at(rows[i].seconds, "alice");
        failure.values[DRIVER_TEMPLATE] = slice_of(rows[i].wording);
        failure.event = rows[i].event;
        assert_int_equal(pass(&both, &failure) != 0, rows[i].has_reply);
    }
    end(&both);
}

/* And takes the reply of none that is not. */
static void what_is_left_out_has_no_reply(void **state) {
    struct both both;
    struct failure failure = failure_at(100, "anna"), left_out = failure;
    (void)state;
    begin(&both);
    left_out.row = FAILURE_LEFT_OUT;
    assert_int_equal(pass(&both, &left_out), 0);
    assert_int_equal(pass(&both, &failure), failure.reply.length);
    end(&both);
}

static void cut_bytes_are_no_failure(void **state) {
    struct both both;
    (void)state;
    begin(&both);
    struct failure failure = failure_at(1780300801, "alice"), found;
    failure_put(both.writer, &failure, &both.pack);
    for (size_t length = 0; length < both.pack.length; length++) {
        struct failure_memory *reader = failure_memory_new();
        struct unpack unpack = {.rest = {both.pack.bytes, length}};
        assert_false(failure_take(reader, &unpack, &found));
        failure_memory_free(reader);
    }
    end(&both);
}

static void a_place_that_nothing_is_in_is_told(void **state) {
    struct both both;
    (void)state;
    begin(&both);
    struct failure failure = failure_at(1780300801, "alice"), found;
    failure_put(both.writer, &failure, &both.pack);
    both.pack.length = 0;
    failure_put(both.writer, &failure, &both.pack);
    struct unpack unpack = {.rest = {both.pack.bytes, both.pack.length}};
    assert_false(failure_take(both.reader, &unpack, &found));
    end(&both);
}

/* ---- out of a finding ---- */

static struct finding bounce(void) {
    struct finding finding = {.record = {.kind = RECORD_OUTCOME,
                                         .event = EVENT_BOUNCED,
                                         .level = LEVEL_RECIPIENT,
                                         .direction = DIRECTION_OUT,
                                         .queue_id = SLICE("4C1D2E"),
                                         .has_sender = true,
                                         .sender = SLICE("News@List.Example.com"),
                                         .recipient = SLICE("bob@Firm.Example.net"),
                                         .peer_host = SLICE("mx.firm.example.net"),
                                         .peer_ip = SLICE("198.51.100.7")},
                              .time = {.seconds = 1780300801},
                              .host = SLICE("mx1"),
                              .repeat = 1,
                              .reply = {.code = 550, .whole = SLICE("550 no")},
                              .verdict = {.class_name = "user-unknown"},
                              .template = SLICE("no"),
                              .source = "mail.log",
                              .line = 3};
    return finding;
}

static void keeps_the_names_of_a_finding(void **state) {
    static const struct {
        enum driver_dimension dimension;
        const char *value;
    } rows[] = {{DRIVER_RECIPIENT_DOMAIN, "firm.example.net"},
                {DRIVER_SENDER, "news@list.example.com"},
                {DRIVER_SENDER_DOMAIN, "list.example.com"},
                {DRIVER_USER, ""},
                {DRIVER_PEER_HOST, "mx.firm.example.net"},
                {DRIVER_PEER_IP, "198.51.100.7"},
                {DRIVER_PROVIDER, ""},
                {DRIVER_HOST, "mx1"},
                {DRIVER_TEMPLATE, "no"},
                {DRIVER_CODE, "550"},
                {DRIVER_CODES, "550"},
                {DRIVER_WAY, "out"}};
    struct finding finding = bounce();
    struct failure_room room;
    struct failure failure;
    (void)state;
    assert_true(failure_of(&finding, &room, &failure));
    assert_text(failure.class_name, SLICE("user-unknown"));
    assert_int_equal(failure.count, 1);
    assert_int_not_equal(failure.subject, 0);
    assert_int_equal(failure.row, FAILURE_WHOLE);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_text(failure.values[rows[i].dimension], slice_of(rows[i].value));
}

static void the_null_sender_is_a_name_and_an_unknown_host_is_none(void **state) {
    struct finding finding = bounce();
    struct failure_room room;
    struct failure failure;
    (void)state;
    finding.record.sender = SLICE("");
    finding.record.peer_host = SLICE("unknown");
    finding.reply.enhanced = (struct enhanced){5, 1, 1};
    finding.code_implied = true;
    assert_true(failure_of(&finding, &room, &failure));
    assert_text(failure.values[DRIVER_SENDER], SLICE("<>"));
    assert_text(failure.values[DRIVER_SENDER_DOMAIN], SLICE(""));
    assert_text(failure.values[DRIVER_PEER_HOST], SLICE(""));
    assert_text(failure.values[DRIVER_CODES], SLICE("550 5.1.1 implied"));
}

static void what_counts_nowhere_is_no_failure(void **state) {
    struct finding delivered = bounce(), one_of_several = bounce(), notice = bounce();
    struct failure_room room;
    struct failure failure;
    (void)state;
    delivered.record.event = EVENT_DELIVERED;
    one_of_several.record.level = LEVEL_HOST;
    notice.is_notice = true;
    assert_false(failure_of(&delivered, &room, &failure));
    assert_false(failure_of(&one_of_several, &room, &failure));
    assert_false(failure_of(&notice, &room, &failure));
}

static void what_is_left_out_is_told_apart(void **state) {
    struct finding finding = bounce();
    struct failure_room room;
    struct failure failure;
    (void)state;
    finding.left_out = true;
    assert_true(failure_of(&finding, &room, &failure));
    assert_int_equal(failure.row, FAILURE_LEFT_OUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_put),
        cmocka_unit_test(texts_take_turns),
        cmocka_unit_test(a_text_that_came_takes_few_bytes),
        cmocka_unit_test(a_reply_is_written_once_in_five_minutes),
        cmocka_unit_test(what_is_left_out_has_no_reply),
        cmocka_unit_test(cut_bytes_are_no_failure),
        cmocka_unit_test(a_place_that_nothing_is_in_is_told),
        cmocka_unit_test(keeps_the_names_of_a_finding),
        cmocka_unit_test(the_null_sender_is_a_name_and_an_unknown_host_is_none),
        cmocka_unit_test(what_counts_nowhere_is_no_failure),
        cmocka_unit_test(what_is_left_out_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
