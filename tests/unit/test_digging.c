/* Commands that a report shows: exact, and safe to paste. */
#include "report/digging.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tally/ranking.h"

static struct page page;
static struct filter filter;
static struct digging digging;

static int page_begin(void **state) {
    (void)state;
    page_init(&page, NULL);
    filter = (struct filter){.count = 0};
    digging = (struct digging){&page, &filter, SLICE(" mail.log"), false};
    return 0;
}

static int page_end(void **state) {
    (void)state;
    page_release(&page);
    return 0;
}

static void assert_text(struct slice found, const char *wanted) {
    if (!slice_is(found, wanted))
        fail_msg("'%.*s', not '%s'", SLICE_ARGS(found), wanted);
}

/* What stands behind "--sender ". */
static const struct {
    struct slice name;
    const char *wanted; /* NULL: no command */
} names[] = {
    {SLICE_INIT("bob@example.com"), "bob@example.com"},
    {SLICE_INIT("-x@example.com"), "-x@example.com"},
    {SLICE_INIT("it's"), "'it'\\''s'"},
    {SLICE_INIT("$(ls) `ls` ; & | > \" # ~"), "'$(ls) `ls` ; & | > \" # ~'"},
    {SLICE_INIT("a,b"), "'a\\,b'"},
    {SLICE_INIT("*?[x]"), "'\\*\\?\\[x]'"},
    {SLICE_INIT("a\\b"), "'a\\\\b'"},
    {SLICE_INIT("!a!b"), "'\\!a!b'"},
    {SLICE_INIT("<a>"), "'\\<a>'"},
    {SLICE_INIT(" a b "), "'?a b?'"},
    {SLICE_INIT("a\nb\tc\x1b[31m"), "'a?b?c?\\[31m'"},
    {SLICE_INIT("\u202e\u0e01"), "'?\u0e01'"},
    {SLICE_INIT("caf\u00e9"), "'caf\u00e9'"},
    {SLICE_INIT("\xff"), NULL},
    {SLICE_INIT(""), NULL},
};

static void names_are_asked_for_exactly(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct dig dig;
        dig_begin(&dig, &digging);
        dig_name(&dig, FILTER_SENDER, names[i].name);
        struct slice found = dig_end(&dig);
        struct slice wanted = SLICE("");
        if (names[i].wanted)
            wanted =
                arena_print(&page.arena, "mailtriage export --sender %s mail.log", names[i].wanted);
        assert_text(found, wanted.length ? wanted.at : "");
    }
}

/* What the filter makes of it fits the name, and hardly another one. */
static void patterns_fit_their_names(void **state) {
    (void)state;
    static char word[2 * FILTER_LONGEST];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct finding finding = {.record.sender = names[i].name, .record.has_sender = true};
        struct filter made = {.count = 0};
        struct problem problem;
        struct dig dig;
        if (!names[i].wanted || slice_find(names[i].name, '\'') != SIZE_MAX)
            continue;
        dig_begin(&dig, &digging);
        dig_name(&dig, FILTER_SENDER, names[i].name);
        struct slice text = dig_end(&dig);
        text = slice_from(text, strlen("mailtriage export --sender "));
        text.length -= strlen(" mail.log");
        if (text.at[0] == '\'')
            text = (struct slice){text.at + 1, text.length - 2};
        snprintf(word, sizeof word, "%.*s", SLICE_ARGS(text));
        assert_true(filter_add(&made, FILTER_SENDER, word, &problem));
        assert_true(filter_matches(&made, &finding));
        finding.record.sender = SLICE("b");
        assert_false(filter_matches(&made, &finding));
    }
}

static void long_names_end_in_a_star(void **state) {
    (void)state;
    static char name[1000];
    struct filter made = {.count = 0};
    struct problem problem;
    struct dig dig;
    memset(name, 'x', sizeof name);
    dig_begin(&dig, &digging);
    dig_name(&dig, FILTER_SENDER, (struct slice){name, sizeof name});
    struct slice found = dig_end(&dig);
    assert_true(found.length < FILTER_LONGEST + 50);
    struct slice value = slice_from(found, strlen("mailtriage export --sender '"));
    value.length -= strlen("' mail.log");
    assert_true(filter_add(&made, FILTER_SENDER,
                           arena_print(&page.arena, "%.*s", SLICE_ARGS(value)).at, &problem));
}

/* Names are kept up to a length, and what stands in the log may be longer. */
static void a_name_that_was_cut_begins_so(void **state) {
    (void)state;
    static char name[RANKING_NAME + 10];
    memset(name, 'x', sizeof name);
    for (size_t length = RANKING_NAME - 1; length <= RANKING_NAME; length++) {
        struct filter made = {.count = 0};
        struct problem problem;
        struct dig dig;
        bool was_cut = length == RANKING_NAME;
        dig_begin(&dig, &digging);
        dig_name(&dig, FILTER_SENDER, (struct slice){name, length});
        struct slice value = slice_from(dig_end(&dig), strlen("mailtriage export --sender "));
        value.length -= strlen(" mail.log");
        if (was_cut) { /* its star is in quotes */
            value = slice_from(value, 1);
            value.length--;
        }
        assert_true(filter_add(&made, FILTER_SENDER,
                               arena_print(&page.arena, "%.*s", SLICE_ARGS(value)).at, &problem));
        struct finding finding = {.record.sender = {name, length}, .record.has_sender = true};
        assert_true(filter_matches(&made, &finding));
        finding.record.sender.length = sizeof name;
        assert_int_equal(filter_matches(&made, &finding), was_cut);
    }
}

static void what_the_report_was_asked_follows(void **state) {
    (void)state;
    struct problem problem;
    struct dig dig;
    static const enum event events[] = {EVENT_BOUNCED, EVENT_DEFERRED, EVENT_REJECTED};
    assert_true(filter_add(&filter, FILTER_EVENT, "!deferred", &problem));
    assert_true(filter_add(&filter, FILTER_PEER, "192.0.2.0/24", &problem));
    dig_begin(&dig, &digging);
    dig_value(&dig, FILTER_CODE, SLICE(""));
    dig_events(&dig, events, 3);
    assert_text(dig_end(&dig), "mailtriage export --code '!*' --event bounced,rejected --level "
                               "'!host,!mta' --peer 192.0.2.0/24 mail.log");
    dig_begin(&dig, &digging);
    dig_domain(&dig, FILTER_SENDER, SLICE("example.com"));
    assert_text(dig_end(&dig), "mailtriage export --sender '*@example.com' --event '!deferred' "
                               "--peer 192.0.2.0/24 mail.log");
    assert_true(filter_add(&filter, FILTER_SENDER, "a*", &problem));
    dig_begin(&dig, &digging);
    dig_domain(&dig, FILTER_SENDER, SLICE("example.com")); /* not both at once */
    assert_text(dig_end(&dig), "");
}

/* Hosts of several, and what became of notices, are in no total; warnings of the server are. */
static void events_are_asked_for_where_they_count(void **state) {
    (void)state;
    static const struct {
        const char *event, *level;
    } rows[] = {{"deferred", "attempt"},   {"bounced", "recipient"},
                {"expired", "recipient"},  {"discarded", "'!host,!mta'"},
                {"held", "'!host,!mta'"},  {"tls-failed", "'!host,!mta'"},
                {"rejected", NULL},        {"auth-failed", NULL},
                {"connection-lost", NULL}, {"timeout", NULL},
                {"warning", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dig dig;
        dig_begin(&dig, &digging);
        dig_event(&dig, slice_of(rows[i].event));
        struct slice wanted =
            arena_print(&page.arena, "mailtriage export --event %s%s%s mail.log", rows[i].event,
                        rows[i].level ? " --level " : "", rows[i].level ? rows[i].level : "");
        assert_text(dig_end(&dig), wanted.at);
    }
}

/* Levels that the report was asked for hold beside those that count. */
static void levels_of_the_report_follow(void **state) {
    (void)state;
    struct problem problem;
    struct dig dig;
    static const enum event events[] = {EVENT_BOUNCED, EVENT_DEFERRED};
    assert_true(filter_add(&filter, FILTER_LEVEL, "recipient,session", &problem));
    dig_begin(&dig, &digging);
    dig_events(&dig, events, 2);
    assert_text(dig_end(&dig), "mailtriage export --event bounced,deferred --level '!host,!mta' "
                               "--level recipient --level session mail.log");
    dig_begin(&dig, &digging);
    dig_event(&dig, SLICE("bounced"));
    assert_text(dig_end(&dig), "mailtriage export --event bounced --level recipient mail.log");
}

static void places_are_traced(void **state) {
    (void)state;
    static const struct {
        struct slice source;
        uint64_t line;
        const char *wanted;
    } rows[] = {
        {SLICE_INIT("mail.log"), 215, "mailtriage trace mail.log:215 mail.log"},
        {SLICE_INIT("-n.log"), 1, "mailtriage trace ./-n.log:1 mail.log"},
        {SLICE_INIT("it's.log"), 1, "mailtriage trace 'it'\\''s.log:1' mail.log"},
        {SLICE_INIT("-"), 1, ""},
        {SLICE_INIT("a\nb"), 1, ""},
        {SLICE_INIT("mail.log"), 0, ""},
        {SLICE_INIT(""), 1, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_text(digging_trace(&digging, rows[i].source, rows[i].line), rows[i].wanted);
}

static void nothing_without_logs_or_names(void **state) {
    (void)state;
    struct dig dig;
    digging.is_masked = true;
    dig_begin(&dig, &digging);
    dig_value(&dig, FILTER_CLASS, SLICE("mailbox-full"));
    assert_text(dig_end(&dig), "mailtriage export --class mailbox-full mail.log");
    dig_begin(&dig, &digging);
    dig_name(&dig, FILTER_SENDER, SLICE("a@example.com"));
    assert_text(dig_end(&dig), "");
    assert_text(digging_trace(&digging, SLICE("mail.log"), 1), "");
    digging = (struct digging){&page, NULL, {0}, false};
    dig_begin(&dig, &digging);
    dig_value(&dig, FILTER_CLASS, SLICE("mailbox-full"));
    assert_text(dig_end(&dig), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_asked_for_exactly, page_begin, page_end),
        cmocka_unit_test_setup_teardown(patterns_fit_their_names, page_begin, page_end),
        cmocka_unit_test_setup_teardown(long_names_end_in_a_star, page_begin, page_end),
        cmocka_unit_test_setup_teardown(a_name_that_was_cut_begins_so, page_begin, page_end),
        cmocka_unit_test_setup_teardown(what_the_report_was_asked_follows, page_begin, page_end),
        cmocka_unit_test_setup_teardown(events_are_asked_for_where_they_count, page_begin,
                                        page_end),
        cmocka_unit_test_setup_teardown(levels_of_the_report_follow, page_begin, page_end),
        cmocka_unit_test_setup_teardown(places_are_traced, page_begin, page_end),
        cmocka_unit_test_setup_teardown(nothing_without_logs_or_names, page_begin, page_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
