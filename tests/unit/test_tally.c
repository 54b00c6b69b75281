/* tally - what counts where, the order of what is read out, and least elements. */
#include "tally/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tally/distinct.h"

static struct finding finding_of(enum event event, enum level level, enum fate before,
                                 enum fate after) {
    return (struct finding){
        .record = {.kind = level == LEVEL_SESSION || level == LEVEL_MTA ? RECORD_INCIDENT
                                                                        : RECORD_OUTCOME,
                   .event = event,
                   .level = level,
                   .direction = DIRECTION_OUT},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = "unclassified",
        .source = "log",
        .line = 5,
        .time = {.seconds = 1000},
        .repeat = 1,
        .before = before,
        .after = after,
    };
}

static void test_totals(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    const struct finding findings[] = {
        finding_of(EVENT_DEFERRED, LEVEL_ATTEMPT, FATE_NONE, FATE_WAITING),
        finding_of(EVENT_DEFERRED, LEVEL_ATTEMPT, FATE_WAITING, FATE_WAITING),
        finding_of(EVENT_DELIVERED, LEVEL_RECIPIENT, FATE_WAITING, FATE_DELIVERED),
        finding_of(EVENT_DELIVERED, LEVEL_RECIPIENT, FATE_NONE, FATE_DELIVERED),
        finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, FATE_NONE, FATE_BOUNCED),
        finding_of(EVENT_EXPIRED, LEVEL_RECIPIENT, FATE_NONE, FATE_EXPIRED),
        finding_of(EVENT_DISCARDED, LEVEL_RECIPIENT, FATE_NONE, FATE_DISCARDED),
        finding_of(EVENT_DISCARDED, LEVEL_SESSION, FATE_NONE, FATE_NONE),
        finding_of(EVENT_BOUNCED, LEVEL_HOST, FATE_NONE, FATE_NONE),
        finding_of(EVENT_REJECTED, LEVEL_SESSION, FATE_NONE, FATE_NONE),
        finding_of(EVENT_AUTH_FAILED, LEVEL_SESSION, FATE_NONE, FATE_NONE),
        finding_of(EVENT_TLS_FAILED, LEVEL_SESSION, FATE_NONE, FATE_NONE),
        finding_of(EVENT_CONNECTION_LOST, LEVEL_SESSION, FATE_NONE, FATE_NONE),
        finding_of(EVENT_TIMEOUT, LEVEL_SESSION, FATE_NONE, FATE_NONE),
    };
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
        tally_add(tally, &findings[i]);
    struct totals totals = tally_totals(tally);
    assert_int_equal(totals.delivered, 2);
    assert_int_equal(totals.bounced, 1);
    assert_int_equal(totals.expired, 1);
    assert_int_equal(totals.discarded, 1);
    assert_int_equal(totals.waiting, 0);
    assert_int_equal(totals.deferrals, 2);
    assert_int_equal(totals.rejections, 1);
    assert_int_equal(totals.auth_failed, 1);
    assert_int_equal(totals.tls_failed, 1);
    assert_int_equal(totals.connection_lost, 1);
    assert_int_equal(totals.timeout, 1);
    tally_free(tally);
}

/* A repeated entry counts as often as it was logged; only a recipient is one, however often his
 * state is said, when it is known which message's he is. */
static void test_repeats_weigh(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    struct finding findings[] = {
        finding_of(EVENT_AUTH_FAILED, LEVEL_SESSION, FATE_NONE, FATE_NONE),
        finding_of(EVENT_REJECTED, LEVEL_SESSION, FATE_NONE, FATE_NONE),
        finding_of(EVENT_DELIVERED, LEVEL_RECIPIENT, FATE_WAITING, FATE_DELIVERED),
        finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, FATE_NONE, FATE_BOUNCED),
        finding_of(EVENT_DEFERRED, LEVEL_ATTEMPT, FATE_NONE, FATE_WAITING),
    };
    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
        findings[i].repeat = 5;
        findings[i].first_deferral = findings[i].after == FATE_WAITING;
        tally_add(tally, &findings[i]);
    }
    findings[4].record.queue_id = SLICE("4C1D2E3F40");
    tally_add(tally, &findings[4]);
    struct totals totals = tally_totals(tally);
    assert_int_equal(totals.auth_failed, 5);
    assert_int_equal(totals.rejections, 5);
    assert_int_equal(totals.delivered, 5);
    assert_int_equal(totals.bounced, 5);
    assert_int_equal(totals.deferrals, 10);
    assert_int_equal(totals.waiting, 5 + 1 - 1);
    assert_int_equal(totals.deferred_ever, 5 + 1);
    tally_free(tally);
}

/* What goes with "delivered" comes and goes with it. */
static void test_delivered(void **state) {
    (void)state;
    static const struct {
        enum fate before, after;
        bool put_off, sized; /* sized: what is taken back */
        int64_t size;
        uint64_t got_through, bytes, unsized; /* then */
    } steps[] = {
        {FATE_NONE, FATE_DELIVERED, false, false, 700, 0, 700, 0},
        {FATE_WAITING, FATE_DELIVERED, true, false, -1, 1, 700, 1},
        {FATE_WAITING, FATE_DELIVERED, true, false, 50, 2, 750, 1},
        {FATE_DELIVERED, FATE_DELIVERED, true, true, 50, 2, 750, 1},
        {FATE_DELIVERED, FATE_BOUNCED, true, false, 50, 1, 750, 0},
        {FATE_DELIVERED, FATE_HANDED_ON, false, true, 700, 1, 50, 0},
        {FATE_WAITING, FATE_BOUNCED, true, false, 50, 1, 50, 0},
    };
    struct tally *tally = tally_new();
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct finding finding =
            finding_of(EVENT_DELIVERED, LEVEL_RECIPIENT, steps[i].before, steps[i].after);
        finding.was_put_off = steps[i].put_off;
        finding.was_sized = steps[i].sized;
        finding.record.size = steps[i].size;
        tally_add(tally, &finding);
        struct totals totals = tally_totals(tally);
        assert_int_equal(totals.got_through, steps[i].got_through);
        assert_int_equal(totals.bytes_delivered, steps[i].bytes);
        assert_int_equal(totals.unsized, steps[i].unsized);
    }
    tally_free(tally);
}

static void assert_distinct(const struct tally *tally, const struct distinct *expected) {
    struct tally *loaded = tally_new(), *merged = tally_new();
    struct pack pack;
    pack_init(&pack);
    tally_save(tally, &pack);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    assert_true(tally_load(loaded, &unpack));
    tally_merge(merged, loaded);
    tally_merge(merged, tally); /* the same ones again */
    const struct tally *all[] = {tally, loaded, merged};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct distinct distinct = distinct_of(all[i]);
        assert_memory_equal(&distinct, expected, sizeof distinct);
    }
    pack_release(&pack);
    tally_free(loaded);
    tally_free(merged);
}

/* Also when the tables by name know the sender under the name of his message's origin, and a
 * recipient under none; and what is taken back stays one that there was. */
static void test_distinct(void **state) {
    (void)state;
    static const struct {
        const char *sender, *recipient, *original;
        enum fate before, after;
        bool by_origin;
        struct distinct distinct; /* then */
    } steps[] = {
        {"anna@example.com", "bob@example.net", "", FATE_NONE, FATE_DELIVERED, true, {1, 1, 1, 1}},
        {"Anna@Example.com", "BOB@example.NET", "", FATE_NONE, FATE_DELIVERED, false, {1, 1, 1, 1}},
        {"", "carol@example.net", "", FATE_NONE, FATE_DELIVERED, true, {1, 1, 2, 1}},
        {"ben@example.com",
         "dave@example.org",
         "",
         FATE_WAITING,
         FATE_DELIVERED,
         false,
         {2, 1, 2, 1}},
        {"ben@example.org", "bob", "", FATE_NONE, FATE_DELIVERED, true, {3, 2, 3, 1}},
        {"ben@example.org", "", "erin@example.org", FATE_NONE, FATE_DELIVERED, false, {3, 2, 4, 2}},
        {"Ben@example.com", "erin@example.org", "", FATE_NONE, FATE_DELIVERED, true, {3, 2, 4, 2}},
        {"ben@example.com",
         "carol@example.net",
         "",
         FATE_DELIVERED,
         FATE_HANDED_ON,
         true,
         {3, 2, 4, 2}},
        {"ben@", "frank@", "", FATE_NONE, FATE_WAITING, true, {4, 3, 5, 3}},
    };
    struct tally *tally = tally_new();
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct finding finding =
            finding_of(EVENT_DELIVERED, LEVEL_RECIPIENT, steps[i].before, steps[i].after);
        struct origin origin = {.has_sender = true, .sender = slice_of(steps[i].sender)};
        finding.record.sender = slice_of(steps[i].sender);
        finding.record.recipient = slice_of(steps[i].recipient);
        finding.record.orig_recipient = slice_of(steps[i].original);
        finding.counted = steps[i].by_origin ? &origin : NULL;
        finding.new_messages = 1;
        tally_add(tally, &finding);
        assert_distinct(tally, &steps[i].distinct);
    }
    tally_free(tally);
}

struct seen {
    struct tally_reason reasons[8];
    struct tally_code codes[8];
    char replies[8][32];
    size_t count;
};

static void keep_reason(void *context, const struct tally_reason *reason) {
    struct seen *seen = context;
    seen->reasons[seen->count] = *reason;
    if (reason->code_count)
        seen->codes[seen->count] = reason->codes[0];
    snprintf(seen->replies[seen->count], 32, "%.*s", SLICE_ARGS(reason->example.reply));
    seen->count++;
}

static void add_reply(struct tally *tally, int64_t seconds, uint16_t code, const char *reply) {
    struct finding finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, FATE_NONE, FATE_BOUNCED);
    finding.time.seconds = seconds;
    finding.reply.code = code;
    finding.reply.whole = slice_of(reply);
    tally_add(tally, &finding);
}

static void test_reasons(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    add_reply(tally, 2000, 550, "later");
    add_reply(tally, MOMENT_NONE, 554, "no time");
    add_reply(tally, 1000, 554, "earliest");
    add_reply(tally, 1500, 554, "middle");
    struct finding host = finding_of(EVENT_BOUNCED, LEVEL_HOST, FATE_NONE, FATE_NONE);
    tally_add(tally, &host);
    struct seen seen = {0};
    tally_each_reason(tally, keep_reason, &seen);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.reasons[0].count, 4);
    assert_int_equal(seen.reasons[0].code_count, 2);
    assert_int_equal(seen.codes[0].code, 554);
    assert_int_equal(seen.codes[0].count, 3);
    assert_string_equal(seen.replies[0], "earliest");
    tally_free(tally);
}

static void count_sample(void *context, struct slice source, uint64_t line, struct slice text) {
    uint64_t *lines = context;
    assert_true(slice_is(source, "a") || slice_is(source, "b"));
    assert_true(text.length > 0);
    lines[lines[15]++] = line;
}

static void test_samples_are_the_first(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    for (uint64_t line = 20; line > 0; line--) {
        tally_sample(tally, "b", line, SLICE("text"));
        tally_sample(tally, "a", line, SLICE("text"));
    }
    uint64_t lines[16] = {0};
    tally_each_sample(tally, count_sample, lines);
    assert_int_equal(lines[15], 10);
    for (uint64_t i = 0; i < 10; i++)
        assert_int_equal(lines[i], i + 1);
    tally_free(tally);
}

static void test_ledger_adds_up(void **state) {
    (void)state;
    struct tally *tally = tally_new();
    tally_source(tally, "a", &(struct ledger){10, 1, 2, 3, 4, 0});
    tally_source(tally, "b", &(struct ledger){5, 0, 0, 0, 0, 5});
    struct ledger sum = tally_ledger(tally);
    assert_int_equal(sum.read, 15);
    assert_int_equal(sum.used + sum.dull + sum.other + sum.outside + sum.not_understood, 15);
    tally_free(tally);
}

static void keep_ties(void *context, const struct tally_reason *reason) {
    char *text = context;
    size_t used = strlen(text);
    used += (size_t)snprintf(text + used, 400 - used, "%.*s %llu:", SLICE_ARGS(reason->class_name),
                             (unsigned long long)reason->count);
    for (size_t i = 0; i < reason->tie_count; i++)
        used += (size_t)snprintf(
            text + used, 400 - used, " %s%.*s %llu", reason->ties[i].is_sequel ? "+" : "-",
            SLICE_ARGS(reason->ties[i].class_name), (unsigned long long)reason->ties[i].count);
    snprintf(text + used, 400 - used, "\n");
}

/* What only follows counts with its cause; a cause is told beside the reason. */
static void test_causes(void **state) {
    (void)state;
    static const struct {
        enum event event;
        const char *class_name, *cause;
        bool follows;
        uint64_t repeat;
    } rows[] = {
        {EVENT_EXPIRED, "queue-expired", "greylisted", false, 1},
        {EVENT_EXPIRED, "queue-expired", "mailbox-full", false, 2},
        {EVENT_EXPIRED, "queue-expired", NULL, false, 1},
        {EVENT_REJECTED, "user-unknown", NULL, false, 3},
        {EVENT_REJECTED, "bad-sequence", "user-unknown", true, 2},
        {EVENT_REJECTED, "bad-sequence", "accepted", false, 1},
    };
    struct tally *tally = tally_new(), *sum = tally_new(), *loaded = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding finding = finding_of(rows[i].event, LEVEL_SESSION, FATE_NONE, FATE_NONE);
        finding.verdict.class_name = rows[i].class_name;
        finding.cause = rows[i].cause;
        finding.follows = rows[i].follows;
        finding.repeat = rows[i].repeat;
        tally_add(tally, &finding);
    }
    assert_int_equal(tally_totals(tally).rejections, 6);
    struct pack pack;
    pack_init(&pack);
    tally_save(tally, &pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_true(tally_load(loaded, &unpack));
    tally_merge(sum, loaded);
    char text[400] = "";
    tally_each_reason(sum, keep_ties, text);
    assert_string_equal(text, "bad-sequence 1: -accepted 1\n"
                              "queue-expired 4: -mailbox-full 2 -greylisted 1\n"
                              "user-unknown 5: +bad-sequence 2\n");
    pack_release(&pack);
    tally_free(tally);
    tally_free(sum);
    tally_free(loaded);
}

static int compare_affected(const void *left, const void *right) {
    const struct tally_affected *a = left, *b = right;
    return slice_compare(a->name, b->name);
}

/* They come in no order. */
static void keep_affected(void *context, const struct tally_reason *reason) {
    char *text = context;
    size_t used = strlen(text);
    struct tally_affected affected[3];
    assert_true(reason->affected_count <= 3);
    memcpy(affected, reason->affected, reason->affected_count * sizeof *affected);
    qsort(affected, reason->affected_count, sizeof *affected, compare_affected);
    used += (size_t)snprintf(text + used, 400 - used,
                             "%.*s%s %llu until %lld:", SLICE_ARGS(reason->class_name),
                             reason->strangers ? " strangers" : "",
                             (unsigned long long)reason->count, (long long)reason->last);
    for (size_t i = 0; i < reason->affected_count; i++)
        used +=
            (size_t)snprintf(text + used, 400 - used, " %.*s %llu", SLICE_ARGS(affected[i].name),
                             (unsigned long long)affected[i].count);
    snprintf(text + used, 400 - used, "\n");
}

static const struct reason guessing = {.name = "bad-credentials", .of_strangers = true};

/* Who is hit: domains of recipients, users, clients; what strangers did is kept apart. */
static void test_affected(void **state) {
    (void)state;
    static const struct {
        const char *class_name;
        enum direction direction;
        const char *recipient, *target, *user, *ip;
        int64_t seconds;
        uint64_t repeat;
    } rows[] = {
        {"greylisted", DIRECTION_OUT, "a@Example.NET", "", "", "", 1000, 1},
        {"greylisted", DIRECTION_OUT, "b@example.net", "", "", "", 3000, 2},
        {"greylisted", DIRECTION_OUT, "c@example.org", "", "", "", 2000, 1},
        {"local", DIRECTION_LOCAL, "a@example.com", "", "", "", 1000, 1},
        {"local", DIRECTION_LOCAL, "", "|/bin/x", "", "", MOMENT_NONE, 1},
        {"bad-credentials", DIRECTION_IN, "", "", "bob", "192.168.0.5", 1000, 1},
        {"bad-credentials", DIRECTION_IN, "", "", "", "10.1.2.3", 1000, 3},
        {"bad-credentials", DIRECTION_IN, "", "", "eve", "192.0.2.66", 1000, 7},
        {"unclassified", DIRECTION_OUT, "", "", "", "", MOMENT_NONE, 1},
    };
    struct tally *tally = tally_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding finding = finding_of(EVENT_AUTH_FAILED, LEVEL_SESSION, FATE_NONE, FATE_NONE);
        finding.verdict.class_name = rows[i].class_name;
        finding.verdict.reason = rows[i].direction == DIRECTION_IN ? &guessing : NULL;
        finding.record.direction = rows[i].direction;
        finding.record.recipient = slice_of(rows[i].recipient);
        finding.record.target = slice_of(rows[i].target);
        finding.record.user = slice_of(rows[i].user);
        finding.record.peer_ip = slice_of(rows[i].ip);
        finding.time.seconds = rows[i].seconds;
        finding.repeat = rows[i].repeat;
        tally_add(tally, &finding);
    }
    char text[400] = "";
    tally_each_reason(tally, keep_affected, text);
    assert_string_equal(text, "bad-credentials 4 until 1000: 10.1.2.3 3 bob 1\n"
                              "bad-credentials strangers 7 until 1000:\n"
                              "greylisted 4 until 3000: example.net 3 example.org 1\n"
                              "local 2 until 1000: a@example.com 1 |/bin/x 1\n"
                              "unclassified 1 until -9223372036854775808:\n");
    tally_free(tally);
}

static void add_domains(struct tally *tally, unsigned from, unsigned to) {
    for (unsigned i = from; i < to; i++) {
        char recipient[32];
        snprintf(recipient, sizeof recipient, "a@d%u.example.net", i);
        struct finding finding = finding_of(EVENT_BOUNCED, LEVEL_RECIPIENT, FATE_NONE, FATE_NONE);
        finding.record.recipient = slice_of(recipient);
        tally_add(tally, &finding);
    }
}

static void keep_names(void *context, const struct tally_reason *reason) {
    uint64_t *numbers = context;
    numbers[0] = reason->affected_count;
    for (size_t i = 0; i < reason->affected_count; i++)
        if (!reason->affected[i].name.length)
            numbers[1] = reason->affected[i].count;
}

/* A log of made-up names takes no more memory than a thousand of them; a merge cuts nothing. */
static void test_affected_is_bounded(void **state) {
    (void)state;
    struct tally *tally = tally_new(), *other = tally_new(), *sums[2] = {tally_new(), tally_new()};
    struct pack packs[2];
    uint64_t numbers[2] = {0};
    add_domains(tally, 0, 1500);
    add_domains(other, 1400, 2000);
    tally_each_reason(tally, keep_names, numbers);
    assert_int_equal(numbers[0], 1001);
    assert_int_equal(numbers[1], 500);
    for (int i = 0; i < 2; i++) {
        tally_merge(sums[i], i ? tally : other);
        tally_merge(sums[i], i ? other : tally);
        pack_init(&packs[i]);
        tally_save(sums[i], &packs[i]);
    }
    assert_int_equal(packs[0].length, packs[1].length);
    assert_memory_equal(packs[0].bytes, packs[1].bytes, packs[0].length);
    tally_each_reason(sums[0], keep_names, numbers);
    assert_int_equal(numbers[0], 1601);
    for (int i = 0; i < 2; i++) {
        pack_release(&packs[i]);
        tally_free(sums[i]);
    }
    tally_free(tally);
    tally_free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),         cmocka_unit_test(test_delivered),
        cmocka_unit_test(test_distinct),       cmocka_unit_test(test_repeats_weigh),
        cmocka_unit_test(test_reasons),        cmocka_unit_test(test_samples_are_the_first),
        cmocka_unit_test(test_ledger_adds_up), cmocka_unit_test(test_causes),
        cmocka_unit_test(test_affected),       cmocka_unit_test(test_affected_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
