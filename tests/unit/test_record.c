/* The words of the columns read back as they are written, and a new record knows nothing. */
#include "mta/record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void words_read_back(void **state) {
    (void)state;
    size_t count = 0;
#define READS_BACK(noun)                                                                           \
    for (int number = 1; noun##_name((enum noun)number)[0]; number++, count++) {                   \
        enum noun noun;                                                                            \
        assert_true(noun##_read(slice_of(noun##_name((enum noun)number)), &noun));                 \
        assert_int_equal(noun, number);                                                            \
    }
    READS_BACK(event)
    READS_BACK(level)
    READS_BACK(direction)
    READS_BACK(side)
    READS_BACK(stage)
    assert_int_equal(count, 12 + 5 + 3 + 4 + 13);
}

static void spellings_are_the_contracts(void **state) {
    (void)state;
    assert_string_equal(event_name(EVENT_AUTH_FAILED), "auth-failed");
    assert_string_equal(level_name(LEVEL_MTA), "mta");
    assert_string_equal(direction_name(DIRECTION_LOCAL), "local");
    assert_string_equal(side_name(SIDE_SYNTHETIC), "synthetic");
    assert_string_equal(stage_name(STAGE_END_OF_DATA), "end-of-data");
    assert_string_equal(event_name(EVENT_NONE), "");
    assert_string_equal(stage_name((enum stage)99), "");
}

static void other_words_are_refused(void **state) {
    (void)state;
    static const char *const words[] = {"", "Rcpt", "rcp", "rcpt ", "none"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        enum stage stage = STAGE_RCPT;
        enum event event = EVENT_HELD;
        assert_false(stage_read(slice_of(words[i]), &stage));
        assert_false(event_read(slice_of(words[i]), &event));
        assert_int_equal(stage, STAGE_RCPT); /* as it was */
        assert_int_equal(event, EVENT_HELD);
    }
}

static void a_new_record_knows_nothing(void **state) {
    (void)state;
    struct records records;
    records_init(&records, sizeof(struct record));
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 100; i++) {
            struct record *record = records_add(&records, RECORD_END, "PF-QM-REMOVED");
            assert_ptr_equal(record, records_at(&records, i));
            assert_int_equal(record->kind, RECORD_END);
            assert_string_equal(record->line_type, "PF-QM-REMOVED");
            assert_int_equal(record->size, -1);
            assert_int_equal(record->delay, -1);
            assert_int_equal(record->nrcpt, -1);
            assert_int_equal(record->reply.length, 0);
            assert_false(record->has_sender);
            record->reply = SLICE("left over");
            record->has_sender = true;
        }
        assert_int_equal(records.count, 100);
        records_clear(&records);
        assert_int_equal(records.count, 0);
    }
    records_release(&records);
}

static void verbs_of_smtp(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_verb;
    } rows[] = {
        {"AUTH LOGIN", true},
        {"mail from:<a@example.org>", true},
        {"STARTTLS", true},
        {"Data", true},
        {"HELP\\r\\n", true},
        {"RCPT:", true},
        {"", false},
        {"HEL", false},
        {"Helpful as ever", false},
        {"datasheet", false},
        {" QUIT", false},
        {"this is text", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (record_is_verb(slice_of(rows[i].text)) != rows[i].is_verb)
            fail_msg("%s", rows[i].text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_read_back),         cmocka_unit_test(spellings_are_the_contracts),
        cmocka_unit_test(other_words_are_refused), cmocka_unit_test(a_new_record_knows_nothing),
        cmocka_unit_test(verbs_of_smtp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
