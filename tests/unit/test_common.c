/* What all mail has in common: by what is asked for, and by what there is of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tally/common.h"

enum { MOST = 4, OUT = 1u << DIRECTION_OUT, IN = 1u << DIRECTION_IN, BOTH = IN | OUT };

/* Delivered, where it has no reason. */
struct mail {
    enum direction way;
    const char *class_name, *recipient, *sender, *user, *peer_host, *peer_ip;
    bool is_other; /* not asked for, nor its mail */
};

static const struct mail to_b = {
    DIRECTION_OUT, "mailbox-full", "kim@B.example.net", "ann@a.example", NULL, "mx.b", NULL, false};
static const struct mail to_c = {
    DIRECTION_OUT, NULL, "kim@c.example.net", "ann@a.example", NULL, "mx.c", NULL, false};
static const struct mail elsewhere = {
    DIRECTION_OUT, NULL, "kim@d.example.net", "bob@d.example", NULL, "mx.d", NULL, true};
static const struct mail of_alice = {
    DIRECTION_OUT, NULL, "kim@b.example.net", "alice@a.example", "Alice", "mx.b", NULL, false};
static const struct mail from_client = {DIRECTION_IN, "relay-denied", "x@y.example", "z@y.example",
                                        NULL,         "unknown",      "192.0.2.9",   false};
static const struct mail from_named_client = {DIRECTION_IN,  "relay-denied", "x@y.example",
                                              "z@y.example", NULL,           "c.example",
                                              "192.0.2.9",   false};

static struct finding finding_of(const struct mail *mail) {
    return (struct finding){.record = {.kind = RECORD_OUTCOME,
                                       .event = mail->class_name ? EVENT_BOUNCED : EVENT_DELIVERED,
                                       .level = LEVEL_RECIPIENT,
                                       .direction = mail->way,
                                       .recipient = slice_of(mail->recipient),
                                       .sender = slice_of(mail->sender),
                                       .has_sender = true,
                                       .user = slice_of(mail->user),
                                       .peer_host = slice_of(mail->peer_host),
                                       .peer_ip = slice_of(mail->peer_ip)},
                            .host = SLICE("mx1"),
                            .verdict.class_name = mail->class_name ? mail->class_name : "accepted",
                            .left_out = mail->is_other || !mail->class_name,
                            .of_asked_mail = !mail->is_other,
                            .repeat = 1};
}

static const struct row {
    const char *what;
    enum filter_by by;
    const char *word;
    const struct mail *mail[MOST];
    enum driver_dimension dimension;
    unsigned ways;
    const char *value;
    bool has;
} rows[] = {
    {"the only one",
     FILTER_RECIPIENT_DOMAIN,
     "b.example.net",
     {&to_b, &elsewhere},
     DRIVER_RECIPIENT_DOMAIN,
     OUT,
     "b.example.net",
     true},
    {"another value",
     FILTER_RECIPIENT_DOMAIN,
     "b.example.net",
     {&to_b},
     DRIVER_RECIPIENT_DOMAIN,
     OUT,
     "c.example.net",
     false},
    {"one of two, the other was delivered",
     FILTER_RECIPIENT_DOMAIN,
     "*",
     {&to_b, &to_c},
     DRIVER_RECIPIENT_DOMAIN,
     OUT,
     "b.example.net",
     false},
    {"the other is not asked for",
     FILTER_RECIPIENT,
     "*",
     {&to_b, &elsewhere, &of_alice},
     DRIVER_RECIPIENT_DOMAIN,
     OUT,
     "b.example.net",
     true},
    {"not what is asked of",
     FILTER_RECIPIENT_DOMAIN,
     "b.example.net",
     {&to_b, &to_c},
     DRIVER_HOST,
     OUT,
     "mx1",
     false},
    {"nothing is asked of mail",
     FILTER_CLASS,
     "*",
     {&to_b},
     DRIVER_RECIPIENT_DOMAIN,
     OUT,
     "b.example.net",
     false},
    {"a sender and his domain",
     FILTER_SENDER,
     "ann@a.example",
     {&to_b, &to_c},
     DRIVER_SENDER_DOMAIN,
     OUT,
     "a.example",
     true},
    {"a domain of two senders",
     FILTER_SENDER,
     "*@a.example",
     {&to_b, &of_alice},
     DRIVER_SENDER_DOMAIN,
     OUT,
     "a.example",
     true},
    {"one of two senders",
     FILTER_SENDER,
     "*@a.example",
     {&to_b, &of_alice},
     DRIVER_SENDER,
     OUT,
     "ann@a.example",
     false},
    {"a login", FILTER_USER, "alice", {&of_alice}, DRIVER_USER, OUT, "alice", true},
    {"a login, or none", FILTER_USER, "!bob", {&of_alice, &to_c}, DRIVER_USER, OUT, "alice", false},
    {"a client without a name",
     FILTER_PEER,
     "192.0.2.9",
     {&from_client},
     DRIVER_PEER_IP,
     IN,
     "192.0.2.9",
     true},
    {"its name, now and then",
     FILTER_PEER,
     "192.0.2.9",
     {&from_client, &from_named_client},
     DRIVER_PEER_HOST,
     IN,
     "c.example",
     true},
    {"a server of one way",
     FILTER_PEER,
     "*",
     {&of_alice, &from_named_client},
     DRIVER_PEER_HOST,
     OUT,
     "mx.b",
     true},
    {"another one of the other way",
     FILTER_PEER,
     "*",
     {&of_alice, &from_named_client},
     DRIVER_PEER_HOST,
     BOTH,
     "mx.b",
     false},
    {"a host", FILTER_HOST, "mx*", {&to_b, &from_client}, DRIVER_HOST, BOTH, "mx1", true},
    {"no mail", FILTER_HOST, "mx*", {NULL}, DRIVER_HOST, BOTH, "mx1", false},
};

static void what_is_asked_for_is_common(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct filter filter = {0};
        assert_true(filter_add(&filter, row->by, row->word, NULL));
        struct common *common = common_new(&filter);
        for (size_t j = 0; j < MOST && row->mail[j]; j++) {
            struct finding finding = finding_of(row->mail[j]);
            common_add(common, &finding);
        }
        if (common_is_asked(common, row->dimension, row->ways, slice_of(row->value)) != row->has)
            fail_msg("%s", row->what);
        common_free(common);
    }
}

/* Outside of the span, and what is no event of its own. */
static void what_does_not_count_is_none_of_it(void **state) {
    struct filter filter = {0};
    (void)state;
    assert_true(filter_add(&filter, FILTER_RECIPIENT_DOMAIN, "*", NULL));
    struct common *common = common_new(&filter);
    struct finding counts = finding_of(&to_b), outside = finding_of(&to_c),
                   one_of_several = finding_of(&to_c);
    outside.outside = true;
    one_of_several.record.level = LEVEL_HOST;
    common_add(common, &outside);
    common_add(common, &counts);
    common_add(common, &one_of_several);
    assert_true(common_is_asked(common, DRIVER_RECIPIENT_DOMAIN, OUT, SLICE("b.example.net")));
    common_free(common);
}

/* ---- what is delivered */

static struct finding delivery(enum direction way, const char *recipient, const char *peer,
                               const char *client) {
    static struct origin origin;
    origin.ip = slice_of(client);
    return (struct finding){.record = {.kind = RECORD_OUTCOME,
                                       .event = EVENT_DELIVERED,
                                       .level = LEVEL_RECIPIENT,
                                       .direction = way,
                                       .recipient = slice_of(recipient),
                                       .peer_host = slice_of(peer)},
                            .origin = &origin,
                            .host = SLICE("mx1"),
                            .verdict.class_name = "accepted",
                            .repeat = 1};
}

static void what_all_has_that_is_delivered_is_usual(void **state) {
    static const struct filter none;
    static const struct {
        enum driver_dimension by;
        unsigned ways;
        const char *value;
        bool is_usual;
    } wanted[] = {
        {DRIVER_PEER_HOST, OUT, "smart.example", true},
        {DRIVER_PEER_HOST, OUT, "other.example", false},
        {DRIVER_PEER_HOST, BOTH, "smart.example", false},
        {DRIVER_PEER_IP, IN, "192.0.2.1", true}, /* of who hands in */
        {DRIVER_PEER_IP, OUT, "192.0.2.1", false},
        {DRIVER_RECIPIENT_DOMAIN, OUT, "b.example", true},
        {DRIVER_RECIPIENT_DOMAIN, IN, "b.example", false}, /* others are local */
        {DRIVER_RECIPIENT_DOMAIN, 1u << DIRECTION_LOCAL, "here.example", false}, /* too few */
        {DRIVER_HOST, BOTH, "mx1", true},
        {DRIVER_USER, OUT, "alice", false},
    };
    struct common *common = common_new(&none);
    (void)state;
    for (size_t i = 0; i < 12; i++) {
        struct finding out = delivery(DIRECTION_OUT, "kim@B.example", "smart.example", "192.0.2.1");
        struct finding here = delivery(DIRECTION_LOCAL, "ann@here.example", NULL, "192.0.2.1");
        out.record.user = i ? SLICE("alice") : (struct slice){0};
        common_add(common, &out);
        if (i < 9)
            common_add(common, &here);
    }
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (common_is_usual(common, wanted[i].by, wanted[i].ways, slice_of(wanted[i].value)) !=
            wanted[i].is_usual)
            fail_msg("row %zu: %s", i, wanted[i].value);
    common_free(common);
}

static void history_tells_what_all_has(void **state) {
    static const struct filter none;
    struct common *common = common_new(&none);
    (void)state;
    common_note(common, DRIVER_SENDER_DOMAIN, DIRECTION_NONE, SLICE("Ours.example"), 9);
    assert_false(common_is_usual(common, DRIVER_SENDER_DOMAIN, OUT, SLICE("ours.example")));
    common_note(common, DRIVER_SENDER_DOMAIN, DIRECTION_NONE, SLICE("ours.example"), 1);
    assert_true(common_is_usual(common, DRIVER_SENDER_DOMAIN, OUT, SLICE("ours.example")));
    assert_true(common_is_usual(common, DRIVER_SENDER_DOMAIN, BOTH, SLICE("ours.example")));
    common_note(common, DRIVER_SENDER_DOMAIN, DIRECTION_NONE, SLICE("(other)"), 1);
    assert_false(common_is_usual(common, DRIVER_SENDER_DOMAIN, OUT, SLICE("ours.example")));
    common_note(common, DRIVER_PEER_HOST, DIRECTION_OUT, SLICE("smart.example"), 20);
    assert_true(common_is_usual(common, DRIVER_PEER_HOST, OUT, SLICE("smart.example")));
    assert_false(common_is_usual(common, DRIVER_PEER_HOST, IN, SLICE("smart.example")));
    common_free(common);
}

/* Of all there is: a log of another host may hold nothing that is asked for. */
static void the_only_host_is_known(void **state) {
    struct filter filter = {0};
    (void)state;
    assert_true(filter_add(&filter, FILTER_USER, "alice", NULL));
    struct common *common = common_new(&filter);
    struct finding first = finding_of(&of_alice), other = finding_of(&elsewhere);
    common_add(common, &first);
    assert_true(common_is_only_host(common, SLICE("mx1")));
    assert_false(common_is_only_host(common, SLICE("mx2")));
    other.host = SLICE("mx2");
    common_add(common, &other);
    assert_false(common_is_only_host(common, SLICE("mx1")));
    common_free(common);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_is_common),
        cmocka_unit_test(what_does_not_count_is_none_of_it),
        cmocka_unit_test(what_all_has_that_is_delivered_is_usual),
        cmocka_unit_test(history_tells_what_all_has),
        cmocka_unit_test(the_only_host_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
