/* The journey of one recipient when only some findings are asked for: what each entry moves in the
 * totals, by rows.
 */
#include "finding/journey.h"

#include <cmocka.h>

struct given {
    unsigned count;
    bool is_finding, first_deferral, left_out, of_asked_mail;
    enum fate before, after;
    int new_messages;
};

static void keep(void *context, const struct finding *finding) {
    struct given *given = context;
    given->count++;
    given->is_finding = record_is_finding(&finding->record);
    given->first_deferral = finding->first_deferral;
    given->left_out = finding->left_out;
    given->of_asked_mail = finding->of_asked_mail;
    given->before = finding->before;
    given->after = finding->after;
    given->new_messages = finding->new_messages;
}

struct step {
    enum event event;
    const char *class_name;
    bool given, shown, first; /* shown: as a finding, else only to take a state back */
    enum fate before, after;
};

static struct finding outcome(enum event event, const char *class_name) {
    bool final = event != EVENT_DEFERRED;
    return (struct finding){.record = {.kind = RECORD_OUTCOME,
                                       .event = event,
                                       .level = final ? LEVEL_RECIPIENT : LEVEL_ATTEMPT,
                                       .direction = DIRECTION_OUT,
                                       .queue_id = SLICE("A1"),
                                       .recipient = SLICE("bob@example.net"),
                                       .size = -1,
                                       .delay = -1,
                                       .nrcpt = -1},
                            .mta = mta_named(SLICE("postfix")),
                            .verdict.class_name = class_name,
                            .host = SLICE("mx1"),
                            .time = {.seconds = 1000},
                            .repeat = 1};
}

static void follow(enum filter_by by, const char *wanted, const struct step *steps, size_t count) {
    struct journey *journey = journey_new();
    struct filter filter = {0};
    assert_true(filter_add(&filter, by, wanted, NULL));
    journey_ask(journey, &filter);
    for (size_t i = 0; i < count; i++) {
        struct finding finding = outcome(steps[i].event, steps[i].class_name);
        struct given given = {0};
        journey_take(journey, &finding, keep, &given);
        if (given.count != steps[i].given)
            fail_msg("step %zu is given %u times", i, given.count);
        if (given.count &&
            (given.is_finding != steps[i].shown || given.first_deferral != steps[i].first ||
             given.before != steps[i].before || given.after != steps[i].after))
            fail_msg("step %zu: shown %d, first %d, from %d to %d", i, given.is_finding,
                     given.first_deferral, given.before, given.after);
    }
    journey_free(journey);
}

#define FOLLOW(by, wanted, ...)                                                                    \
    follow(by, wanted, (const struct step[]){__VA_ARGS__},                                         \
           sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static void only_what_is_asked_for_counts(void **state) {
    (void)state;
    /* the deferral asked for is the first that counts; then he waits for another reason */
    FOLLOW(FILTER_CLASS, "greylisted",
           {EVENT_DEFERRED, "dns-failure", false, false, false, FATE_NONE, FATE_NONE},
           {EVENT_DEFERRED, "greylisted", true, true, true, FATE_NONE, FATE_WAITING},
           {EVENT_DEFERRED, "greylisted", true, true, false, FATE_WAITING, FATE_WAITING},
           {EVENT_DEFERRED, "dns-failure", true, false, false, FATE_WAITING, FATE_HANDED_ON},
           {EVENT_DEFERRED, "dns-failure", false, false, false, FATE_NONE, FATE_NONE},
           {EVENT_DEFERRED, "greylisted", true, true, false, FATE_NONE, FATE_WAITING},
           {EVENT_DELIVERED, "", true, false, false, FATE_WAITING, FATE_HANDED_ON}, );
    /* who was waiting uncounted has no state to leave */
    FOLLOW(FILTER_EVENT, "delivered",
           {EVENT_DEFERRED, "greylisted", false, false, false, FATE_NONE, FATE_NONE},
           {EVENT_DELIVERED, "", true, true, false, FATE_NONE, FATE_DELIVERED},
           {EVENT_BOUNCED, "user-unknown", true, false, false, FATE_DELIVERED, FATE_HANDED_ON},
           {EVENT_BOUNCED, "user-unknown", false, false, false, FATE_NONE, FATE_NONE},
           {EVENT_DELIVERED, "", true, true, false, FATE_NONE, FATE_DELIVERED}, );
    FOLLOW(FILTER_EVENT, "!deferred",
           {EVENT_BOUNCED, "user-unknown", true, true, false, FATE_NONE, FATE_BOUNCED},
           {EVENT_DEFERRED, "greylisted", true, false, false, FATE_BOUNCED, FATE_HANDED_ON},
           {EVENT_EXPIRED, "queue-expired", true, true, false, FATE_NONE, FATE_EXPIRED}, );
}

/* Who asks for all gets what is not asked for as a finding that counts nothing, and is told whether
 * its mail is asked for. */
static void what_is_left_out_is_told_to_who_asks(void **state) {
    static const struct {
        enum filter_by by;
        const char *wanted;
        bool left_out, of_asked_mail;
    } rows[] = {{FILTER_CLASS, "greylisted", true, true},
                {FILTER_EVENT, "bounced", true, true},
                {FILTER_RECIPIENT_DOMAIN, "example.org", true, false},
                {FILTER_HOST, "mx2", true, false},
                {FILTER_DIRECTION, "in", true, false},
                {FILTER_RECIPIENT, "bob@*", false, false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct journey *journey = journey_new();
        struct filter filter = {0};
        struct given given = {0};
        struct finding finding = outcome(EVENT_DEFERRED, "dns-failure");
        assert_true(filter_add(&filter, rows[i].by, rows[i].wanted, NULL));
        journey_ask(journey, &filter);
        journey_tell_all(journey);
        journey_take(journey, &finding, keep, &given);
        if (given.count != 1 || !given.is_finding || given.left_out != rows[i].left_out ||
            given.of_asked_mail != rows[i].of_asked_mail ||
            given.after != (rows[i].left_out ? FATE_HANDED_ON : FATE_WAITING))
            fail_msg("row %zu: --%s '%s'", i, filter_name(rows[i].by), rows[i].wanted);
        journey_free(journey);
    }
}

/* qmgr says the sender together with the size, and that is when a message counts. */
static int received(enum filter_by by, const char *wanted) {
    struct journey *journey = journey_new();
    struct filter filter = {0};
    struct given given = {0};
    struct finding finding = {.record = {.kind = RECORD_ARRIVAL,
                                         .queue_id = SLICE("A1"),
                                         .user = SLICE("anna"),
                                         .peer_ip = SLICE("192.0.2.7"),
                                         .size = -1},
                              .mta = mta_named(SLICE("postfix")),
                              .host = SLICE("mx1"),
                              .verdict.class_name = "",
                              .repeat = 1};
    assert_true(filter_add(&filter, by, wanted, NULL));
    journey_ask(journey, &filter);
    struct finding arrival = finding, detail = finding;
    journey_take(journey, &arrival, keep, &given);
    assert_int_equal(given.count ? given.new_messages : 0, 0); /* his login alone is told */
    given.count = 0;
    detail.record = (struct record){.kind = RECORD_DETAIL,
                                    .queue_id = SLICE("A1"),
                                    .sender = SLICE("anna@example.com"),
                                    .has_sender = true,
                                    .size = 1200};
    journey_take(journey, &detail, keep, &given);
    journey_free(journey);
    return given.count ? given.new_messages : 0;
}

static void messages_are_received_by_what_is_known(void **state) {
    (void)state;
    static const struct {
        enum filter_by by;
        const char *wanted;
        int received;
    } rows[] = {{FILTER_SENDER, "anna@example.com", 1},
                {FILTER_SENDER, "!anna@example.com", 0},
                {FILTER_SENDER, "<>", 0},
                {FILTER_USER, "anna", 1},
                {FILTER_USER, "bob", 0},
                {FILTER_QUEUE_ID, "A1", 1},
                {FILTER_QUEUE_ID, "A2", 0},
                {FILTER_HOST, "mx1", 1},
                {FILTER_HOST, "mx2", 0},
                {FILTER_PEER, "192.0.2.7", 0},
                {FILTER_CLASS, "!spam-*", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (received(rows[i].by, rows[i].wanted) != rows[i].received)
            fail_msg("row %zu: --%s '%s'", i, filter_name(rows[i].by), rows[i].wanted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_asked_for_counts),
        cmocka_unit_test(what_is_left_out_is_told_to_who_asks),
        cmocka_unit_test(messages_are_received_by_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
