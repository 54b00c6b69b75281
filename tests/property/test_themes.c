/* themes - the tables of what went wrong add up to the totals and to the reasons: of the
 * samples, of logs by chance, and of what filters leave of them.
 */
#include "laws.h"

#include <setjmp.h>

#include <cmocka.h>

#include "tally/incidents.h"

enum { ROUNDS = 40, LINES = 400 };

struct sums {
    uint64_t groups, owners, tls_failed;
};

static struct sums sums_of(const struct tally *tally, enum theme theme) {
    struct incidents read;
    struct sums sums = {0};
    incidents_read(tally, theme, &read);
    for (size_t i = 0; i < read.group_count; i++) {
        const struct incident_group *group = &read.groups[i];
        assert_true(group->strangers <= group->count);
        assert_true(group->owners <= group->count);
        assert_true(group->example.seconds == MOMENT_NONE || group->example.seconds <= group->last);
        sums.groups += group->count;
        if (theme == THEME_TLS && slice_is(group->parts[0], "tls-failed"))
            sums.tls_failed += group->count;
    }
    for (size_t i = 0; i < read.owner_count; i++) {
        const struct incident_owner *owner = &read.owners[i];
        assert_true(owner->first <= owner->last);
        assert_true(!owner->name.length == !owner->mostly);
        sums.owners += owner->count;
    }
    assert_int_equal(sums.groups, read.count);
    assert_int_equal(sums.groups, sums.owners); /* of all logs here fewer than 1000 owners */
    incidents_release(&read);
    return sums;
}

static void add_warning(void *context, const struct tally_reason *reason) {
    uint64_t *warnings = context;
    if (slice_is(reason->event, "warning") && slice_is(reason->level, "mta"))
        *warnings += reason->count;
}

static void assert_sums(const struct tally *tally) {
    struct totals totals = tally_totals(tally);
    uint64_t warnings = 0;
    tally_each_reason(tally, add_warning, &warnings);
    assert_int_equal(sums_of(tally, THEME_REJECTIONS).groups, totals.rejections);
    assert_int_equal(sums_of(tally, THEME_LOGIN_USERS).groups, totals.auth_failed);
    assert_int_equal(sums_of(tally, THEME_LOGIN_CLIENTS).groups, totals.auth_failed);
    assert_int_equal(sums_of(tally, THEME_TLS).tls_failed, totals.tls_failed);
    assert_int_equal(sums_of(tally, THEME_TROUBLE).groups, warnings);
    for (unsigned theme = 0; theme < THEMES; theme++)
        sums_of(tally, (enum theme)theme);
}

static void assert_sums_of(const struct slice *lines, size_t count) {
    static const char *const asked[] = {NULL, "!blocklisted", "bad-*,unclassified"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct options options = *laws_options(1);
        struct problem problem;
        struct run run;
        if (asked[i])
            assert_true(filter_add(&options.filter, FILTER_CLASS, asked[i], &problem));
        run_init(&run, &options, laws_knowledge());
        laws_feed(&run, "log", lines, 0, count);
        assert_sums(run.tally);
        run_release(&run);
    }
}

static void the_samples_add_up(void **state) {
    (void)state;
    struct laws_lines lines = laws_samples();
    assert_sums_of(lines.items, lines.count);
}

static void random_logs_add_up(void **state) {
    (void)state;
    struct laws_lines samples = laws_samples();
    struct slice lines[LINES];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < LINES; i++)
            lines[i] = samples.items[laws_chance((unsigned)samples.count)];
        assert_sums_of(lines, LINES);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_samples_add_up),
        cmocka_unit_test(random_logs_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
