/* strangers - whose business it is: the reason, the client and what is known of him. */
#include "finding/strangers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct reason guessing = {.of_strangers = true}, full_disk = {.of_strangers = false};

static void judges(void **state) {
    (void)state;
    static const struct {
        const struct reason *reason;
        enum direction direction;
        enum event event;
        const char *user, *ip;
        bool client_is_ours, stranger;
    } rows[] = {
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "192.0.2.66", false, true},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "admin", "192.0.2.66", false, true},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "admin", "2001:db8::66", false, true},
        {&guessing, DIRECTION_IN, EVENT_REJECTED, "", "172.32.0.1", false, true},
        {&guessing, DIRECTION_IN, EVENT_REJECTED, "", "1.2.3.4", false, true},
        {&guessing, DIRECTION_IN, EVENT_REJECTED, "", "100.0.0.1", false, true},
        /* ours: logged in, from here, known */
        {&guessing, DIRECTION_IN, EVENT_REJECTED, "alice", "192.0.2.66", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "alice", "192.0.2.66", true, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "127.0.0.1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "10.1.2.3", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "172.16.0.1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "172.31.255.1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "192.168.1.1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "169.254.1.1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "::1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "FD00::1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "fe80::1", false, false},
        {&guessing, DIRECTION_IN, EVENT_AUTH_FAILED, "", "::ffff:10.1.2.3", false, false},
        /* ours: nobody is named, we spoke, or the fault cannot be his */
        {&guessing, DIRECTION_IN, EVENT_REJECTED, "", "", false, false},
        {&guessing, DIRECTION_OUT, EVENT_DEFERRED, "", "192.0.2.66", false, false},
        {&guessing, DIRECTION_LOCAL, EVENT_BOUNCED, "", "192.0.2.66", false, false},
        {&full_disk, DIRECTION_IN, EVENT_REJECTED, "", "192.0.2.66", false, false},
        {NULL, DIRECTION_IN, EVENT_REJECTED, "", "192.0.2.66", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct finding finding = {
            .record = {.direction = rows[i].direction,
                       .event = rows[i].event,
                       .user = slice_of(rows[i].user),
                       .peer_ip = slice_of(rows[i].ip)},
            .verdict.reason = rows[i].reason,
            .client_is_ours = rows[i].client_is_ours,
        };
        if (strangers_did(&finding) != rows[i].stranger)
            fail_msg("row %zu, from '%s'", i, rows[i].ip);
    }
}

/* What only follows is his whose fault it follows from. */
static void judges_what_follows(void **state) {
    (void)state;
    struct finding finding = {.record = {.direction = DIRECTION_IN, .peer_ip = SLICE("192.0.2.66")},
                              .verdict.reason = &guessing,
                              .follows = true};
    assert_false(strangers_did(&finding));
    finding.follows_stranger = true;
    finding.verdict.reason = &full_disk;
    assert_true(strangers_did(&finding));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(judges),
                                       cmocka_unit_test(judges_what_follows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
