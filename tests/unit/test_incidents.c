/* incidents - under which groups and owners findings count, and what is bounded. */
#include "tally/incidents.h"

#include <stdio.h>

#include <cmocka.h>

#include "rules/rulebook.h"

static const struct reason of_strangers = {.name = "relay-denied", .of_strangers = true};

static struct finding finding_of(enum event event, const char *class_name) {
    return (struct finding){
        .record = {.kind = RECORD_INCIDENT,
                   .event = event,
                   .level = LEVEL_SESSION,
                   .direction = DIRECTION_IN,
                   .side = SIDE_LOCAL,
                   .stage = STAGE_RCPT,
                   .line_type = "PF-SMTPD-REJECT",
                   .peer_ip = SLICE_INIT("203.0.113.9"),
                   .peer_host = SLICE_INIT("bad.example.net")},
        .mta = mta_named(SLICE("postfix")),
        .program = SLICE_INIT("postfix/smtpd"),
        .verdict.class_name = class_name,
        .source = "log",
        .line = 5,
        .time = {.seconds = 1000},
        .repeat = 1,
    };
}

/* "a|b" for the parts of a group, as far as there are any. */
static void assert_group(const struct incidents *read, size_t place, const char *parts,
                         uint64_t count, uint64_t owners) {
    char shown[200] = "";
    size_t length = 0;
    assert_true(place < read->group_count);
    const struct incident_group *group = &read->groups[place];
    for (size_t i = 0; i < INCIDENT_PARTS; i++)
        if (group->parts[i].length)
            length += (size_t)snprintf(shown + length, sizeof shown - length, "%s%.*s",
                                       length ? "|" : "", SLICE_ARGS(group->parts[i]));
    assert_string_equal(shown, parts);
    assert_int_equal(group->count, count);
    assert_int_equal(group->owners, owners);
}

static void each_theme_knows_its_own(void **state) {
    (void)state;
#define CASE(name, theme, parts, ...)                                                              \
    {                                                                                              \
        struct finding finding = finding_of(EVENT_REJECTED, "blocklisted");                        \
        __VA_ARGS__;                                                                               \
        struct tally *tally = tally_new();                                                         \
        struct incidents read;                                                                     \
        tally_add(tally, &finding);                                                                \
        incidents_read(tally, theme, &read);                                                       \
        if (!*(parts) != !read.group_count)                                                        \
            fail_msg("%s: %zu groups", name, read.group_count);                                    \
        if (*(parts))                                                                              \
            assert_group(&read, 0, parts, 1, read.groups[0].owners);                               \
        incidents_release(&read);                                                                  \
        tally_free(tally);                                                                         \
    }
    CASE("a rejection", THEME_REJECTIONS, "blocklisted|rcpt", (void)0);
    CASE("what is no rejection", THEME_REJECTIONS, "", finding.record.event = EVENT_DEFERRED);
    CASE("a list of ours", THEME_BLOCKLISTS, "bl.example.org",
         finding.verdict.blocklist = SLICE("bl.example.org"));
    CASE("a list of ours is none of theirs", THEME_LISTED, "",
         finding.verdict.blocklist = SLICE("bl.example.org"));
    CASE("a list of theirs", THEME_LISTED, "bl.example.org|192.0.2.25",
         finding.verdict.blocklist = SLICE("bl.example.org");
         finding.record.side = SIDE_REMOTE; finding.listed_ip = SLICE("192.0.2.25"));
    CASE("a list of theirs, at a callout", THEME_LISTED, "bl.example.org",
         finding.verdict.blocklist = SLICE("bl.example.org");
         finding.record.side = SIDE_CALLOUT);
    CASE("no list", THEME_LISTED, "", finding.record.side = SIDE_REMOTE);
    CASE("smtpd is not postscreen", THEME_POSTSCREEN, "", (void)0);
    CASE("postscreen refuses", THEME_POSTSCREEN, "reject|blocklisted",
         finding.record.line_type = "PF-PSC-REJECT");
    CASE("a test of postscreen", THEME_POSTSCREEN, "PREGREET",
         finding.record.line_type = "PF-PSC-TEST";
         finding.record.reply = SLICE("PREGREET 14 after 0.22"));
    CASE("a step counts", THEME_POSTSCREEN, "PASS OLD", finding.record.kind = RECORD_STEP;
         finding.record.line_type = "PF-PSC-DULL"; finding.record.reply = SLICE("PASS OLD"));
    CASE("a milter", THEME_FILTERS, "milter|rejected|no", finding.record.by_filter = true;
         finding.template = SLICE("no"));
    CASE("a policy service", THEME_FILTERS, "policy service|rejected",
         finding.verdict.class_name = "greylisted");
    CASE("Exim greylists by itself", THEME_FILTERS, "", finding.verdict.class_name = "greylisted";
         finding.record.line_type = "EX-REJECT");
    CASE("no filter", THEME_FILTERS, "", (void)0);
    CASE("TLS with a client", THEME_TLS, "tls-failed|in|no cipher",
         finding.record.event = EVENT_TLS_FAILED;
         finding.template = SLICE("no cipher"));
    CASE("TLS with a server", THEME_TLS, "deferred|out", finding.record.event = EVENT_DEFERRED;
         finding.record.direction = DIRECTION_OUT; finding.verdict.class_name = "tls-failure");
    CASE("a login", THEME_LOGIN_USERS, "LOGIN", finding.record.event = EVENT_AUTH_FAILED;
         finding.record.method = SLICE("LOGIN"));
    CASE("trouble", THEME_TROUBLE, "postfix/smtpd|fatal|server-error|open database <path>",
         finding.record.event = EVENT_WARNING;
         finding.record.level = LEVEL_MTA; finding.record.label = SLICE("fatal");
         finding.verdict.class_name = "server-error";
         finding.template = SLICE("open database <path>"));
    CASE("a warning about a session is no trouble", THEME_TROUBLE, "",
         finding.record.event = EVENT_WARNING);
    CASE("one of several hosts counts nowhere", THEME_REJECTIONS, "",
         finding.record.level = LEVEL_HOST);
#undef CASE
}

static void add(struct tally *tally, const char *ip, const char *class_name, int64_t seconds) {
    struct finding finding = finding_of(EVENT_REJECTED, class_name);
    finding.record.peer_ip = slice_of(ip);
    finding.time.seconds = seconds;
    if (slice_is(slice_of(class_name), "relay-denied"))
        finding.verdict.reason = &of_strangers;
    tally_add(tally, &finding);
}

static void owners_have_what_they_had_most_of(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    struct incidents read;
    add(tally, "203.0.113.9", "blocklisted", 2000);
    add(tally, "203.0.113.9", "relay-denied", MOMENT_NONE);
    add(tally, "203.0.113.9", "relay-denied", 1000);
    add(tally, "2001:DB8::9", "blocklisted", 3000);
    add(tally, "2001:db8::9", "blocklisted", 3000);
    incidents_read(tally, THEME_REJECTIONS, &read);
    assert_int_equal(read.count, 5);
    assert_int_equal(read.strangers, 2);
    assert_int_equal(read.distinct, 2);
    assert_group(&read, 0, "blocklisted|rcpt", 3, 2);
    assert_group(&read, 1, "relay-denied|rcpt", 2, 1);
    assert_int_equal(read.groups[0].example.seconds, 2000);
    assert_int_equal(read.groups[0].last, 3000);
    assert_int_equal(read.owner_count, 2);
    assert_true(slice_is(read.owners[0].name, "203.0.113.9"));
    assert_int_equal(read.owners[0].count, 3);
    assert_int_equal(read.owners[0].strangers, 2);
    assert_int_equal(read.owners[0].first, 1000);
    assert_int_equal(read.owners[0].last, 2000);
    assert_true(slice_is(read.owners[0].mostly->parts[0], "relay-denied"));
    assert_true(slice_is(read.owners[1].name, "2001:db8::9"));
    incidents_release(&read);
    tally_free(tally);
}

static void the_nameless_are_one_row_and_no_owner(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    struct incidents read;
    struct finding finding = finding_of(EVENT_REJECTED, "spam-content");
    finding.record.peer_ip = finding.record.peer_host = (struct slice){0};
    finding.time.seconds = MOMENT_NONE;
    tally_add(tally, &finding);
    incidents_read(tally, THEME_REJECTIONS, &read);
    assert_group(&read, 0, "spam-content|rcpt", 1, 0);
    assert_int_equal(read.distinct, 0);
    assert_int_equal(read.owner_count, 1);
    assert_int_equal(read.owners[0].name.length, 0);
    assert_int_equal(read.owners[0].first, MOMENT_NONE);
    assert_int_equal(read.owners[0].last, MOMENT_NONE);
    assert_null(read.owners[0].mostly);
    incidents_release(&read);
    tally_free(tally);
}

/* Texts come out of the log: of too many the rest is one group. */
static void groups_are_bounded(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    struct incidents read;
    struct finding finding = finding_of(EVENT_REJECTED, "spam-content");
    finding.record.by_filter = true;
    for (int i = 0; i < INCIDENT_GROUPS + 50; i++) {
        char text[600];
        memset(text, 'x', sizeof text);
        snprintf(text, 20, "text %d", i);
        finding.template = (struct slice){text, sizeof text};
        tally_add(tally, &finding);
    }
    incidents_read(tally, THEME_FILTERS, &read);
    assert_int_equal(read.group_count, INCIDENT_GROUPS + 1);
    assert_int_equal(read.count, INCIDENT_GROUPS + 50);
    assert_group(&read, 0, "", 50, 1);
    incidents_release(&read);
    tally_free(tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_theme_knows_its_own),
        cmocka_unit_test(owners_have_what_they_had_most_of),
        cmocka_unit_test(the_nameless_are_one_row_and_no_owner),
        cmocka_unit_test(groups_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
