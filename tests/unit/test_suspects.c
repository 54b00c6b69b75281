/* suspects - which accounts somebody else seems to use, and whom nobody must suspect. Each case is
 * a story: who logged in, from where and when, and what was sent.
 */
#include "report/suspects.h"

#include <stdio.h>

#include <cmocka.h>

#include "report/page_words.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 24 * HOUR };

static struct finding finding_of(const char *user, int64_t seconds) {
    return (struct finding){
        .record = {.kind = RECORD_DETAIL,
                   .direction = DIRECTION_IN,
                   .line_type = "PF-SMTPD-CLIENT",
                   .user = slice_of(user)},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = "bad-credentials",
        .source = "log",
        .time = {.seconds = seconds},
        .repeat = 1,
    };
}

static void logs_in(struct tally *tally, const char *user, const char *ip, int64_t seconds) {
    struct finding finding = finding_of(user, seconds);
    finding.record.peer_ip = slice_of(ip);
    finding.login = true;
    tally_add(tally, &finding);
}

static void fails(struct tally *tally, const char *user, const char *ip, int64_t seconds,
                  uint64_t times) {
    for (; times; times--, seconds += MINUTE) {
        struct finding finding = finding_of(user, seconds);
        finding.record.kind = RECORD_INCIDENT;
        finding.record.event = EVENT_AUTH_FAILED;
        finding.record.level = LEVEL_SESSION;
        finding.record.peer_ip = slice_of(ip);
        tally_add(tally, &finding);
    }
}

/* Then bob logs in there. */
static void fails_first(struct tally *tally, const char *user, const char *ip, uint64_t times) {
    fails(tally, user, ip, 2 * HOUR, times);
    logs_in(tally, "bob", ip, 3 * HOUR);
}

/* One message to so many. */
static void sends(struct tally *tally, const char *user, uint64_t recipients, uint64_t bounced) {
    struct finding message = finding_of(user, DAY);
    message.new_messages = 1;
    tally_add(tally, &message);
    for (uint64_t i = 0; i < recipients; i++) {
        struct finding finding = finding_of(user, DAY);
        finding.record.kind = RECORD_OUTCOME;
        finding.record.queue_id = SLICE("4C1D2E3F40");
        finding.record.level = LEVEL_RECIPIENT;
        finding.record.event = i < bounced ? EVENT_BOUNCED : EVENT_DELIVERED;
        finding.after = i < bounced ? FATE_BOUNCED : FATE_DELIVERED;
        tally_add(tally, &finding);
    }
}

/* Five users as all have them: anna, at home and at work. */
static void usual_day(struct tally *tally) {
    static const char *const users[] = {"anna", "carla", "dave", "emil", "fred"};
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        logs_in(tally, users[i], "192.0.2.10", HOUR + (int64_t)i);
        logs_in(tally, users[i], "198.51.100.7", 8 * HOUR);
        sends(tally, users[i], 4 + i, i == 0);
    }
}

/* ---- stories */

static void phone_and_laptop(struct tally *tally) {
    static const char *const mobile[] = {"198.51.100.20", "198.51.101.20", "198.51.102.20",
                                         "2001:db8:1::20"};
    fails(tally, "bob", "192.0.2.77", HOUR, 2); /* mistyped */
    logs_in(tally, "bob", "192.0.2.77", HOUR + 10 * MINUTE);
    for (int i = 0; i < 4; i++)
        logs_in(tally, "bob", mobile[i], HOUR + (20 + i) * MINUTE);
    fails(tally, "bob", "198.51.100.20", 3 * HOUR, 1);
    logs_in(tally, "bob", "198.51.100.20", 4 * HOUR);
    for (int i = 0; i < 30; i++)
        sends(tally, "bob", 2, i == 0);
}

static void old_password_on_the_phone(struct tally *tally) {
    fails(tally, "bob", "203.0.113.50", HOUR, 120);  /* until three o'clock */
    logs_in(tally, "bob", "203.0.113.50", 2 * HOUR); /* the laptop, beside it */
}

static void colleagues_in_an_office(struct tally *tally) {
    logs_in(tally, "anna", "203.0.113.50", HOUR);
    fails_first(tally, "bob", "203.0.113.50", 12);
}

static void colleagues_in_a_network(struct tally *tally) {
    logs_in(tally, "anna", "2001:db8:5::1", HOUR);
    fails_first(tally, "bob", "2001:db8:5::2", 12);
}

/* Other networks, whose eight bytes are a number that a /24 or another one has. */
static void guessed_beside_odd_networks(struct tally *tally) {
    logs_in(tally, "anna", "0:ff:ffcb:71::1", HOUR);
    logs_in(tally, "carla", "0:0:0:1::5", HOUR);
    fails_first(tally, "bob", "203.0.113.50", 15);
}

static void guessed_beside_network_one(struct tally *tally) {
    logs_in(tally, "anna", "0:0:0:1::5", HOUR);
    fails_first(tally, "bob", "::5", 15);
}

static void guessed_from_elsewhere(struct tally *tally) {
    logs_in(tally, "bob", "192.0.2.77", HOUR);
    fails(tally, "bob", "203.0.113.50", 2 * HOUR, 500); /* and none got in */
}

static void webmail(struct tally *tally) {
    fails(tally, "x", "127.0.0.1", HOUR, 20);
    fails(tally, "y", "10.0.0.7", HOUR, 20);
    fails(tally, "z", "10.0.0.7", HOUR, 20);
    fails(tally, "bob", "10.0.0.7", HOUR, 20);
    logs_in(tally, "bob", "10.0.0.7", 2 * HOUR);
}

static void a_letter_to_the_club(struct tally *tally) {
    logs_in(tally, "bob", "192.0.2.77", HOUR);
    sends(tally, "bob", 1000, 30);
}

static void alone_on_his_server(struct tally *tally) {
    sends(tally, "bob", 400, 90); /* too many bounce, but there is nobody to compare him with */
}

static void traveller(struct tally *tally) {
    char ip[20];
    for (int i = 0; i < 20; i++) {
        snprintf(ip, sizeof ip, "203.0.%d.9", i);
        logs_in(tally, "bob", ip, i * 3 * HOUR);
    }
}

static void guessed(struct tally *tally) {
    logs_in(tally, "bob", "192.0.2.77", HOUR);
    fails_first(tally, "Bob", "203.0.113.50", 15);
}

/* Postfix before 3.9 does not log for whom a login failed. */
static void guessed_without_a_name(struct tally *tally) {
    fails_first(tally, "", "2001:db8::50", 15);
}

static void one_of_many_names(struct tally *tally) {
    fails(tally, "admin", "203.0.113.50", HOUR, 4);
    fails(tally, "info", "203.0.113.50", HOUR, 4);
    fails(tally, "test", "203.0.113.50", HOUR, 400); /* goes on behind the login */
    fails(tally, "bob", "203.0.113.50", HOUR, 1);
    logs_in(tally, "bob", "203.0.113.50", 2 * HOUR);
}

static void botnet(struct tally *tally) {
    char ip[20];
    for (int i = 0; i < 12; i++) {
        snprintf(ip, sizeof ip, "203.0.%d.9", i);
        logs_in(tally, "bob", ip, HOUR + i * 4 * MINUTE);
    }
}

static void spammer(struct tally *tally) {
    logs_in(tally, "bob", "203.0.113.50", HOUR);
    sends(tally, "bob", 1000, 300);
}

static void a_few_guesses_and_then_spam(struct tally *tally) {
    fails(tally, "bob", "203.0.113.50", HOUR, 4);
    logs_in(tally, "bob", "203.0.113.50", 2 * HOUR);
    sends(tally, "bob", 150, 0);
}

/* Bounces of a part of the log that is not here are taken back. */
static void taken_back(struct tally *tally) {
    struct finding finding = finding_of("bob", DAY);
    finding.record.kind = RECORD_OUTCOME;
    finding.record.event = EVENT_DELIVERED;
    finding.record.level = LEVEL_RECIPIENT;
    finding.record.queue_id = SLICE("4C1D2E3F40");
    finding.before = FATE_BOUNCED;
    finding.after = FATE_DELIVERED;
    fails(tally, "bob", "203.0.113.50", HOUR, 4);
    logs_in(tally, "bob", "203.0.113.50", 2 * HOUR);
    tally_add(tally, &finding);
}

/* A program on this host that was broken into: no login at all. */
static void web_server(struct tally *tally) {
    sends(tally, "www-data", 500, 200);
}

static const struct {
    const char *name;
    void (*story)(struct tally *tally);
    bool usual;        /* besides a usual day */
    const char *words; /* "": nobody is suspected */
    unsigned points;
} rows[] = {
    {"phone and laptop", phone_and_laptop, true, "", 0},
    {"phone and laptop, nobody else", phone_and_laptop, false, "", 0},
    {"old password on the phone", old_password_on_the_phone, true, "", 0},
    {"colleagues in an office", colleagues_in_an_office, true, "", 0},
    {"colleagues in a network", colleagues_in_a_network, true, "", 0},
    {"guessed from elsewhere", guessed_from_elsewhere, true, "", 0},
    {"webmail", webmail, true, "", 0},
    {"a letter to the club", a_letter_to_the_club, true, "", 0},
    {"alone on his server", alone_on_his_server, false, "", 0},
    {"taken back", taken_back, true, "", 0},
    {"traveller", traveller, true, "", 0},
    {"guessed", guessed, true, "bob: 15 failed logins from 203.0.113.50, then a good one", 2},
    {"guessed beside odd networks", guessed_beside_odd_networks, true,
     "bob: 15 failed logins from 203.0.113.50, then a good one", 2},
    {"guessed beside network one", guessed_beside_network_one, true,
     "bob: 15 failed logins from ::5, then a good one", 2},
    {"guessed without a name", guessed_without_a_name, true,
     "bob: 15 failed logins from 2001:db8::50, then a good one", 2},
    {"one of many names", one_of_many_names, true,
     "bob: 4 names tried from 203.0.113.50, and this one got in", 2},
    {"botnet", botnet, true, "bob: 12 new networks within an hour", 2},
    {"spammer", spammer, true,
     "bob: 1000 recipients, where 6 is usual; 300 of 1000 recipients bounced", 2},
    {"a few guesses and then spam", a_few_guesses_and_then_spam, true,
     "bob: 4 failed logins from 203.0.113.50, then a good one; 150 recipients, where 6 is usual",
     2},
    {"web server", web_server, true,
     "www-data: 500 recipients, where 6 is usual; 200 of 500 recipients bounced", 2},
};

static void stories_end_as_they_must(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tally *tally = tally_new();
        struct suspects suspects;
        struct page page;
        char shown[400] = "";
        if (rows[i].usual)
            usual_day(tally);
        rows[i].story(tally);
        page_init(&page, NULL);
        page.words = &words_english;
        suspects_find(&suspects, tally);
        if (suspects.count)
            snprintf(shown, sizeof shown, "%.*s: %.*s", SLICE_ARGS(suspects.items[0].account.name),
                     SLICE_ARGS(suspect_words(&page, &suspects.items[0])));
        if (strcmp(shown, rows[i].words) != 0)
            fail_msg("%s: '%s', expected '%s'", rows[i].name, shown, rows[i].words);
        assert_int_equal(suspects.count, rows[i].points != 0);
        if (suspects.count)
            assert_int_equal(suspects.items[0].points, rows[i].points);
        suspects_release(&suspects);
        page_release(&page);
        tally_free(tally);
    }
}

static void the_worst_comes_first(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    struct suspects suspects;
    usual_day(tally);
    web_server(tally);
    guessed(tally);
    botnet(tally);
    suspects_find(&suspects, tally);
    assert_int_equal(suspects.count, 2);
    assert_true(slice_is(suspects.items[0].account.name, "bob"));
    assert_int_equal(suspects.items[0].points, 4);
    assert_int_equal(suspects.items[0].signs, SIGN_GUESSED | SIGN_NETWORKS);
    assert_int_equal(suspects_severity(&suspects), SEVERITY_CRITICAL);
    assert_true(slice_is(suspects.items[1].account.name, "www-data"));
    suspects_release(&suspects);
    tally_free(tally);
}

/* What is counted of two halves and merged, in any order, is what is counted of the whole. */
static void halves_add_up(void **state) {
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        struct tally *halves[2] = {tally_new(), tally_new()};
        struct suspects suspects;
        usual_day(halves[swapped]);
        fails(halves[swapped], "bob", "203.0.113.50", HOUR, 15);
        logs_in(halves[!swapped], "bob", "203.0.113.50", 2 * HOUR);
        tally_merge(halves[0], halves[1]);
        suspects_find(&suspects, halves[0]);
        assert_int_equal(suspects.count, 1);
        const struct account *bob = &suspects.items[0].account;
        assert_int_equal(bob->failures, 15);
        assert_int_equal(bob->networks, 1);
        assert_int_equal(bob->first, 2 * HOUR);
        char client[INET6_ADDRSTRLEN];
        assert_true(slice_is(account_client(&bob->guess, client), "203.0.113.50"));
        suspects_release(&suspects);
        tally_free(halves[0]);
        tally_free(halves[1]);
    }
}

/* Three clients failed, and got in: who failed most is told, of equals the first by address. */
static void the_worst_client_is_told(void **state) {
    (void)state;
    static const struct {
        const char *more; /* failed once more than the others */
        const char *told;
    } cases[] = {
        {NULL, "203.0.113.50"}, {"203.0.114.9", "203.0.114.9"}, {"2001:db8:7::1", "2001:db8:7::1"}};
    static const char *const clients[] = {"2001:db8:7::1", "203.0.114.9", "203.0.113.50"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tally *tally = tally_new();
        struct suspects suspects;
        for (size_t at = 0; at < 3; at++) {
            fails(tally, "bob", clients[at], HOUR, 9);
            fails(tally, "eve", clients[at], HOUR, 2);
            fails(tally, "", clients[at], HOUR, 1);
            logs_in(tally, "bob", clients[at], 2 * HOUR);
        }
        if (cases[i].more)
            fails(tally, "eve", cases[i].more, HOUR, 1);
        logs_in(tally, "bob", "198.51.100.7", 2 * HOUR);
        suspects_find(&suspects, tally);
        assert_int_equal(suspects.count, 1);
        const struct account *bob = &suspects.items[0].account;
        char client[INET6_ADDRSTRLEN];
        assert_true(slice_is(account_client(&bob->guess, client), cases[i].told));
        assert_int_equal(bob->guess.failures, 10);
        assert_int_equal(bob->guess.others, cases[i].more ? 3 : 2);
        assert_int_equal(bob->guess.names, 1);
        assert_true(bob->guess.stopped);
        assert_int_equal(bob->networks, 4);
        assert_int_equal(bob->failures, 27);
        suspects_release(&suspects);
        tally_free(tally);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stories_end_as_they_must),
        cmocka_unit_test(the_worst_comes_first),
        cmocka_unit_test(halves_add_up),
        cmocka_unit_test(the_worst_client_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
