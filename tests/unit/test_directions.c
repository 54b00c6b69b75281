/* One code, two directions: what a server says to us is our administrator's matter, what we say to
 * a client is most often the client's. And 354 is no failure, but what follows it is classed where
 * it stands. With the built-in pattern files; the replies are worded otherwise than their examples.
 */
#include <string.h>

#include "finding/hint.h"
#include "reason_book.h"

static struct verdict decide(struct book *book, const char *reply, enum stage stage,
                             enum direction direction) {
    struct finding finding = {
        .record = {.side = direction == DIRECTION_IN ? SIDE_LOCAL : SIDE_REMOTE,
                   .direction = direction,
                   .stage = stage}};
    reason_of_reply(book->rules, book->memory, slice_of(reply), &book->arena, &finding);
    return finding.verdict;
}

static const struct {
    const char *reply;
    enum stage stage;
    const char *class_name;
    enum severity out, in;
    unsigned acts_out, acts_in;
} rows[] = {
    {"535 5.7.8 Wrong login data", STAGE_AUTH, "bad-credentials", SEVERITY_ERROR, SEVERITY_NOTICE,
     ACTS_OUR_ADMIN, ACTS_OUR_ADMIN | ACTS_OUR_USER},
    {"530 5.7.0 You have to log in first", STAGE_MAIL, "auth-required", SEVERITY_ERROR,
     SEVERITY_NOTICE, ACTS_OUR_ADMIN, ACTS_OUR_USER},
    {"550 5.7.1 We do not relay for you", STAGE_RCPT, "relay-denied", SEVERITY_ERROR, SEVERITY_INFO,
     ACTS_OUR_ADMIN | ACTS_OUR_USER, ACTS_REMOTE_SENDER},
    {"454 4.7.1 Relay access denied", STAGE_RCPT, "relay-denied", SEVERITY_ERROR, SEVERITY_INFO,
     ACTS_OUR_ADMIN | ACTS_OUR_USER, ACTS_REMOTE_SENDER},
    {"454 4.7.0 Temporary authentication failure", STAGE_AUTH, "auth-temporary", SEVERITY_WARNING,
     SEVERITY_ERROR, ACTS_WAIT, ACTS_OUR_ADMIN | ACTS_WAIT},
};

static void the_direction_tells_who_acts(void **state) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict out = decide(*state, rows[i].reply, rows[i].stage, DIRECTION_OUT);
        struct verdict in = decide(*state, rows[i].reply, rows[i].stage, DIRECTION_IN);
        assert_string_equal(out.class_name, rows[i].class_name);
        assert_string_equal(in.class_name, rows[i].class_name);
        assert_int_equal(out.severity, rows[i].out);
        assert_int_equal(in.severity, rows[i].in);
        assert_int_equal(out.acts, rows[i].acts_out);
        assert_int_equal(in.acts, rows[i].acts_in);
        if (slice_equal(reason_hint(out.reason, NULL, DIRECTION_OUT),
                        reason_hint(in.reason, NULL, DIRECTION_IN)))
            fail_msg("'%s': one hint for both directions", rows[i].reply);
    }
}

/* The same digits are another thing at another stage. */
static void the_stage_tells_what_a_code_is(void **state) {
    static const struct {
        const char *reply;
        enum stage stage;
        const char *class_name;
    } codes[] = {
        {"454 4.7.0", STAGE_AUTH, "auth-temporary"},
        {"454 4.7.0 TLS not available for now", STAGE_STARTTLS, "tls-failure"},
        {"525", STAGE_AUTH, "sender-account-disabled"},
        {"525 5.7.13", STAGE_RCPT, "mailbox-disabled"},
        {"550", STAGE_RCPT, "user-unknown"},
        {"530", STAGE_MAIL, "auth-required"},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct verdict verdict = decide(*state, codes[i].reply, codes[i].stage, DIRECTION_OUT);
        if (strcmp(verdict.class_name, codes[i].class_name) != 0)
            fail_msg("'%s' at %s: %s", codes[i].reply, stage_name(codes[i].stage),
                     verdict.class_name);
    }
}

static void what_follows_354_is_the_error(void **state) {
    static const char *const words[] = {"354", "354 Start mail input",
                                        "354 Go ahead, spam and virus and quota are looked for",
                                        "354 5.7.1 blocked", "334 VXNlcm5hbWU6"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct verdict verdict = decide(*state, words[i], STAGE_DATA, DIRECTION_OUT);
        assert_string_equal(verdict.class_name, "intermediate");
        assert_int_equal(verdict.severity, SEVERITY_INFO);
        assert_null(verdict.rule);
    }
    struct verdict full =
        decide(*state, "552 5.2.2 This mailbox is full", STAGE_END_OF_DATA, DIRECTION_OUT);
    assert_string_equal(full.class_name, "mailbox-full");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_direction_tells_who_acts),
        cmocka_unit_test(the_stage_tells_what_a_code_is),
        cmocka_unit_test(what_follows_354_is_the_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
