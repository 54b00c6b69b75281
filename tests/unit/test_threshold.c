/* Thresholds: what they say, what is wrong with them and where, and when they hold; by rows. */
#include "tally/threshold.h"

#include <cmocka.h>

#include "base/moment.h"
#include "tally/past.h"

/* The metric with its unit, and the bound. */
static const struct {
    const char *text, *metric, *bound;
    uint64_t at_least;
} good[] = {
    {"bounced > 5", "bounced", "> 5", 0},
    {"  bounced\t>5 ", "bounced", "> 5", 0},
    {"bounced% > 5", "bounced%", "> 5%", 0},
    {"bounced > 5%", "bounced%", "> 5%", 0},
    {"bounced % > 5 %", "bounced%", "> 5%", 0},
    {"bounced%>=5.25", "bounced%", ">= 5.25%", 0},
    {"delivered% < 99", "delivered%", "< 99%", 0},
    {"waiting <= 0", "waiting", "<= 0", 0},
    {"received = 0", "received", "= 0", 0},
    {"held != 007.500", "held", "!= 7.5", 0},
    {"bounced > 5/h", "bounced/h", "> 5/h", 0},
    {"bounced/d > 5", "bounced/d", "> 5/d", 0},
    {"bounced /m > 5 /m", "bounced/m", "> 5/m", 0},
    {"rejected > 100", "rejected/h", "> 100/h", 0}, /* per hour, unless said otherwise */
    {"rejected > 100/d", "rejected/d", "> 100/d", 0},
    {"rejected/m > 100", "rejected/m", "> 100/m", 0},
    {"auth-failed > 3", "auth-failed/h", "> 3/h", 0},
    {"timeout > 3", "timeout/h", "> 3/h", 0},
    {"deferred > 3", "deferred", "> 3", 0},
    {"deferred-ever > 3", "deferred-ever", "> 3", 0},
    {"class bad-credentials > 100/h", "class bad-credentials/h", "> 100/h", 0},
    {"class bad-credentials > 100", "class bad-credentials", "> 100", 0},
    {"class bad-credentials>100", "class bad-credentials", "> 100", 0},
    {"class mailbox-full% > 2", "class mailbox-full%", "> 2%", 0},
    {"class mailbox-full bounced% > 2", "class mailbox-full bounced%", "> 2%", 0},
    {"class mailbox-full rejected > 2", "class mailbox-full rejected/h", "> 2/h", 0},
    {"class 'auth-*' > 2", "class auth-*", "> 2", 0},
    {"class auth-* > 2", "class auth-*", "> 2", 0},
    {"any class > 2/h", "any class/h", "> 2/h", 0},
    {"any class deferred > 2", "any class deferred", "> 2", 0},
    {"domain example.com bounced% > 2", "domain example.com bounced%", "> 2%", 0},
    {"any domain bounced% > 50 of at least 20", "any domain bounced%", "> 50%", 20},
    {"bounced > 5% of  at\tleast 100", "bounced%", "> 5%", 100},
    {"relay \"mx.example.net [198.51.100.5]\" deferred > 9",
     "relay mx.example.net [198.51.100.5] deferred", "> 9", 0},
    {"relay 2001:db8::1 deferred > 9", "relay 2001:db8::1 deferred", "> 9", 0},
    {"client 192.0.2.1 rejected > 9", "client 192.0.2.1 rejected/h", "> 9/h", 0},
    {"user any received > 9", "user any received", "> 9", 0},
    {"user 'o''clock'", NULL, NULL, 0},
    {"user \"o'clock\" received > 9", "user o'clock received", "> 9", 0},
    {"user 'a > b' received > 9", "user a > b received", "> 9", 0},
    {"any sender recipients > 500/h", "any sender recipients/h", "> 500/h", 0},
    {"sender-domain example.org received > 1", "sender-domain example.org received", "> 1", 0},
    {"bounced > 3x", "bounced growth", "> 3x", 0},
    {"bounced growth > 3", "bounced growth", "> 3x", 0},
    {"bounced growth > 3 x of at least 9", "bounced growth", "> 3x", 9},
    {"rejected > 0.5x", "rejected growth", "> 0.5x", 0},
    {"class mailbox-full growth > 3", "class mailbox-full growth", "> 3x", 0},
    {"class growth growth > 3", "class growth growth", "> 3x", 0},
    {"any class > 3x", "any class growth", "> 3x", 0},
    {"any class bounced > 3x", "any class bounced growth", "> 3x", 0},
    {"p95 delay > 10m", "p95 delay", "> 10m", 0},
    {"p50 delay > 1.5h of at least 10", "p50 delay", "> 1.5h", 10},
    {"p95 delay > 90s", "p95 delay", "> 1.5m", 0},
    {"domain example.com p99 delay >= 2d", "domain example.com p99 delay", ">= 2d", 0},
    {"silence > 30 m", "silence", "> 30m", 0},
    {"silence > 0.5s", "silence", "> 0.5s", 0},
};

static const char *text_of(struct out *out) {
    out_byte(out, '\0');
    return out->bytes;
}

static void what_is_right_is_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct threshold threshold;
        struct threshold_mistake mistake;
        bool read = threshold_read(slice_of(good[i].text), &threshold, &mistake);
        if (read != (good[i].metric != NULL))
            fail_msg("'%s': %s", good[i].text, read ? "is read" : mistake.why.text);
        if (!read)
            continue;
        struct out metric, bound;
        out_init_memory(&metric);
        out_init_memory(&bound);
        threshold_put_metric(&metric, &threshold, threshold.name);
        threshold_put_unit(&metric, &threshold);
        threshold_put_bound(&bound, &threshold);
        assert_string_equal(text_of(&metric), good[i].metric);
        assert_string_equal(text_of(&bound), good[i].bound);
        assert_int_equal(threshold.at_least, good[i].at_least);
        out_release(&metric);
        out_release(&bound);
    }
}

/* The mark under the place, and some of the words. */
static const struct {
    const char *text, *mark, *words;
} wrong[] = {
    {"", "^", "what is it about?"},
    {"   ", "   ^", "what is it about?"},
    {"> 5", "^", "what is it about?"},
    {"bouncd > 5", "^", "did you mean 'bounced'?"},
    {"Bounced > 5", "^", "did you mean 'bounced'?"},
    {"clas x > 5", "^", "did you mean 'class'?"},
    {"any domaine bounced > 5", "    ^", "after 'any'"},
    {"anydomain bounced > 5", "^", "what is it about?"},
    {"any", "   ^", "after 'any'"},
    {"class", "     ^", "a name is expected"},
    {"class > 5", "      ^", "a name is expected"},
    {"class '' > 5", "      ^", "a name is expected"},
    {"class 'x > 5", "      ^", "quote does not end"},
    {"class [x > 5", "      ^", "without its ']'"},
    {"class x", "       ^", "a comparison is expected"},
    {"class x 5", "        ^", "a comparison is expected"},
    {"class x received > 5", "        ^", "of a class this can be asked: bounced"},
    {"class x bouced > 5", "        ^", "did you mean 'bounced'?"},
    {"domain x > 5", "         ^", "of a domain this can be asked: recipients delivered"},
    {"domain x waiting > 5", "         ^", "of a domain"},
    {"user x deferred > 5", "       ^", "of a user this can be asked: received recipients"},
    {"domain x silence > 5m", "         ^", "of a domain"},
    {"bounced", "       ^", "a comparison is expected"},
    {"bounced 5", "        ^", "a comparison is expected"},
    {"bounced => 5", "         ^", "a number is expected"},
    {"bounced =! 5", "         ^", "a number is expected"},
    {"bounced > ", "          ^", "a number is expected"},
    {"bounced > five", "          ^", "a number is expected"},
    {"bounced > -5", "          ^", "a number is expected"},
    {"bounced > .5", "          ^", "a number is expected"},
    {"bounced > 5.", "           ^", "the end is expected"},
    {"bounced > 5,0", "           ^", "the end is expected"},
    {"bounced > 1e3", "           ^", "the end is expected"},
    {"bounced > 1234567890123456", "          ^", "a number is expected"},
    {"bounced > 5 5", "            ^", "the end is expected"},
    {"bounced > 5 and", "            ^", "the end is expected"},
    {"bounced > 5/w", "           ^", "a rate is /m, /h or /d"},
    {"bounced/w > 5", "       ^", "a rate is /m, /h or /d"},
    {"bounced% > 5/h", "            ^", "another one: %"},
    {"bounced/h > 5/d", "             ^", "another one: /h"},
    {"bounced% > 101", "           ^", "at most 100"},
    {"bounced > 5h", "           ^", "the end is expected"},
    {"bounced > 3xx", "           ^", "the end is expected"},
    {"bounced x > 3", "        ^", "a comparison is expected"},
    {"bounced growths > 3", "        ^", "a comparison is expected"},
    {"bounced% > 3x", "            ^", "another one: %"},
    {"bounced growth > 3%", "                  ^", "another one: growth"},
    {"silence > 3x", "           ^", "a unit of time"},
    {"rejected% > 5", "        ^", "share of the recipients"},
    {"rejected > 5%", "            ^", "share of the recipients"},
    {"deferred% > 5", "        ^", "share of the recipients"},
    {"sender x bounced% > 5", "                ^", "share of the recipients"},
    {"bounced > 5 of", "            ^", "'of at least' and a number"},
    {"bounced > 5 of at", "            ^", "'of at least' and a number"},
    {"bounced > 5 of at least", "                       ^", "a number is expected"},
    {"bounced > 5 of at least 5 5", "                          ^", "nothing more"},
    {"delay > 5m", "^", "p95 delay"},
    {"p95 > 5m", "    ^", "'delay' is expected"},
    {"p95 bounced > 5", "    ^", "'delay' is expected"},
    {"p0 delay > 5m", "^", "p1 to p99"},
    {"p100 delay > 5m", "^", "p1 to p99"},
    {"class x p95 delay > 5m", "            ^", "of a class"},
    {"p95 delay > 5", "             ^", "a unit of time"},
    {"p95 delay > 5w", "             ^", "a unit of time"},
    {"p95 delay > 5min", "             ^", "a unit of time"},
    {"p95 delay% > 5m", "         ^", "a time"},
    {"silence > 5", "           ^", "a unit of time"},
    {"silence > 5m of at least 3", "                         ^", "of no number"},
};

static void what_is_wrong_is_pointed_at(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct threshold threshold;
        struct threshold_mistake mistake;
        if (threshold_read(slice_of(wrong[i].text), &threshold, &mistake))
            fail_msg("'%s' is read", wrong[i].text);
        if (mistake.at != strlen(wrong[i].mark) - 1 || !strstr(mistake.why.text, wrong[i].words))
            fail_msg("\n  %s\n  %*s^ %s", wrong[i].text, (int)mistake.at, "", mistake.why.text);
    }
}

static void a_long_text_is_refused(void **state) {
    char text[THRESHOLD_LONGEST + 2];
    struct threshold threshold;
    struct threshold_mistake mistake;
    (void)state;
    memset(text, ' ', sizeof text);
    assert_false(threshold_read((struct slice){text, sizeof text}, &threshold, &mistake));
    assert_string_equal(mistake.why.text, "a threshold has at most 400 bytes");
    memcpy(text, "user ", 5);
    memset(text + 5, 'u', 300);
    assert_false(threshold_read((struct slice){text, 350}, &threshold, &mistake));
    assert_string_equal(mistake.why.text, "a name has at most 255 bytes");
    assert_int_equal(mistake.at, 5);
}

/* ---- judging */

static struct finding finding_of(enum event event, const char *class_name) {
    return (struct finding){
        .record = {.event = event,
                   .level = event == EVENT_DEFERRED ? LEVEL_ATTEMPT : LEVEL_RECIPIENT,
                   .direction = DIRECTION_OUT,
                   .queue_id = SLICE("A1"),
                   .has_sender = true,
                   .sender = SLICE("alice@example.com"),
                   .recipient = SLICE("bob@example.net"),
                   .peer_host = SLICE("mx.example.net"),
                   .peer_ip = SLICE("198.51.100.5"),
                   .delay = -1},
        .mta = mta_named(SLICE("postfix")),
        .verdict.class_name = class_name,
        .source = "log",
        .time = {.seconds = 1000},
        .repeat = 1,
        .waited = -1,
    };
}

static void add_outcome(struct tally *tally, enum event event, enum fate fate, const char *domain,
                        const char *relay, const char *class_name) {
    struct finding finding = finding_of(event, class_name);
    char recipient[64];
    snprintf(recipient, sizeof recipient, "bob@%s", domain);
    finding.record.kind = RECORD_OUTCOME;
    finding.record.recipient = slice_of(recipient);
    finding.record.peer_host = slice_of(relay);
    finding.after = fate;
    if (event == EVENT_DELIVERED)
        finding.waited = 4000000;
    tally_add(tally, &finding);
}

static void add_incident(struct tally *tally, enum event event, const char *client,
                         const char *user, uint64_t times) {
    struct finding finding = finding_of(event, "bad-credentials");
    finding.record.kind = RECORD_INCIDENT;
    finding.record.level = LEVEL_SESSION;
    finding.record.direction = DIRECTION_IN;
    finding.record.peer_host = (struct slice){0};
    finding.record.peer_ip = slice_of(client);
    finding.record.user = slice_of(user);
    finding.repeat = (uint32_t)times;
    tally_add(tally, &finding);
}

static void add_login(struct tally *tally, const char *user) {
    struct finding finding = finding_of(EVENT_NONE, "");
    finding.record.kind = RECORD_STEP;
    finding.record.user = slice_of(user);
    finding.login = true;
    tally_add(tally, &finding);
}

/* 6 delivered, 2 bounced, 1 expired, 1 waiting; 30 failed logins and 12 rejections. */
static struct tally *small_day(void) {
    struct tally *tally = tally_new();
    for (int i = 0; i < 6; i++)
        add_outcome(tally, EVENT_DELIVERED, FATE_DELIVERED, i < 4 ? "example.net" : "example.org",
                    "mx.example.net", "accepted");
    add_outcome(tally, EVENT_BOUNCED, FATE_BOUNCED, "example.org", "mx.example.org",
                "user-unknown");
    add_outcome(tally, EVENT_BOUNCED, FATE_BOUNCED, "example.org", "mx.example.org",
                "mailbox-full");
    add_outcome(tally, EVENT_EXPIRED, FATE_EXPIRED, "example.com", "mx.example.org", "timeout");
    add_outcome(tally, EVENT_DEFERRED, FATE_WAITING, "example.com", "mx.example.net", "timeout");
    add_incident(tally, EVENT_AUTH_FAILED, "192.0.2.1", "Anna", 20);
    add_incident(tally, EVENT_AUTH_FAILED, "192.0.2.2", "ben", 10);
    add_login(tally, "anna");
    add_incident(tally, EVENT_REJECTED, "192.0.2.2", "", 12);
    return tally;
}

/* A span of two hours, the last entry 90 s ago. */
static const struct {
    const char *text;
    double value; /* below 0: not known */
    bool holds;
    const char *name;
} judged[] = {
    {"delivered > 5", 6, true, ""},
    {"delivered > 6", 6, false, ""},
    {"delivered >= 6", 6, true, ""},
    {"delivered < 6", 6, false, ""},
    {"delivered <= 6", 6, true, ""},
    {"delivered = 6", 6, true, ""},
    {"delivered != 6", 6, false, ""},
    {"recipients = 10", 10, true, ""},
    {"waiting = 1", 1, true, ""},
    {"deferred = 1", 1, true, ""},
    {"bounced% > 22.2", 200.0 / 9, true, ""}, /* who waits is in no final state */
    {"bounced% > 22.3", 200.0 / 9, false, ""},
    {"bounced% > 22.2 of at least 9", 200.0 / 9, true, ""},
    {"bounced% > 22.2 of at least 10", 200.0 / 9, false, ""},
    {"bounced > 1 of at least 3", 2, false, ""},
    {"expired% > 11", 100.0 / 9, true, ""},
    {"discarded% > 0", 0, false, ""},
    {"rejected > 5", 6, true, ""},     /* 12 in two hours */
    {"rejected > 11/d", 12, true, ""}, /* no day has passed yet */
    {"rejected < 0.11/m", 0.1, true, ""},
    {"auth-failed = 15", 15, true, ""},
    {"class bad-credentials > 41", 42, true, ""},
    {"class bad-credentials rejected > 5", 6, true, ""},
    {"class bad-* auth-failed/d > 29", 30, true, ""},
    {"class user-unknown% > 11", 100.0 / 9, true, ""},
    {"class [mu]*% > 22", 200.0 / 9, true, ""},
    {"class timeout% > 11", 100.0 / 9, true, ""}, /* the one who expired, no attempt */
    {"class timeout = 2", 2, true, ""},
    {"class greylisted > 0", 0, false, ""},
    {"any class > 40", 42, true, "bad-credentials"},
    {"any class bounced% > 11", 100.0 / 9, true, "mailbox-full"}, /* the first of two */
    {"domain example.org bounced% >= 50", 50, true, ""},
    {"domain EXAMPLE.ORG bounced% >= 50", 50, true, ""},
    {"domain nowhere.example.org bounced% > 0", -1, false, ""},
    {"domain nowhere.example.org bounced% < 50", -1, false, ""},
    {"any domain bounced% > 40", 50, true, "example.org"},
    {"any domain delivered% < 60 of at least 1", 0, true, "example.com"},
    {"any domain delivered% < 60 of at least 2", 50, true, "example.org"},
    {"any domain delivered% < 60 of at least 5", 0, false, "example.com"},
    {"relay mx.example.net deferred > 0", 1, true, ""},
    {"relay 198.51.100.5 bounced = 2", 2, true, ""}, /* both relays have it */
    {"relay \"mx.example.org [198.51.100.5]\" bounced = 2", 2, true, ""},
    {"any relay bounced > 1", 2, true, "mx.example.org [198.51.100.5]"},
    {"client 192.0.2.2 auth-failed = 5", 5, true, ""},
    {"client 192.0.2.2 rejected = 6", 6, true, ""},
    {"any client auth-failed > 9", 10, true, "192.0.2.1"},
    {"user anna auth-failed = 10", 10, true, ""},
    {"user ANNA auth-failed = 10", 10, true, ""},
    {"any user auth-failed > 1", 10, true, "anna"},
    {"any user auth-failed < 6", 5, true, "ben"},
    {"any user auth-failed <= 5 of at least 11", 5, false, "ben"},
    {"sender alice@example.com bounced = 3", 3, true, ""}, /* the expired one as well */
    {"sender-domain example.com deferred = 1", 1, true, ""},
    {"p95 delay > 3s", 4, true, ""},
    {"p95 delay > 3s of at least 7", 4, false, ""},
    {"domain example.org p50 delay > 3s of at least 2", 4, true, ""},
    {"domain example.com p50 delay > 3s", -1, false, ""},
    {"any domain p50 delay < 5s of at least 4", 4, true, "example.net"},
    {"relay mx.example.net p50 delay < 5s", 4, true, ""},
    {"silence > 1m", 90, true, ""},
    {"silence > 90s", 90, false, ""},
};

static void what_is_counted_is_judged(void **state) {
    struct tally *tally = small_day();
    const struct threshold_basis basis = {
        .tally = tally, .begin = 1000, .end = 1000 + 2 * 3600, .last = 8000, .now = 8090};
    (void)state;
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        struct threshold threshold;
        struct threshold_mistake mistake;
        if (!threshold_read(slice_of(judged[i].text), &threshold, &mistake))
            fail_msg("'%s': %s", judged[i].text, mistake.why.text);
        struct threshold_result result = threshold_judge(&threshold, &basis);
        double error = result.value - judged[i].value;
        double most = threshold.figure == FIGURE_DELAY ? 0.3 : 1e-9; /* spread.h */
        bool is_known = judged[i].value >= 0;
        if (result.known != is_known || (is_known && (error > most || error < -most)))
            fail_msg("'%s' is %f", judged[i].text, result.known ? result.value : -1);
        if (result.holds != judged[i].holds)
            fail_msg("'%s' %s", judged[i].text, result.holds ? "holds" : "does not hold");
        struct slice name = {result.name, result.name_length};
        if (threshold.any && !slice_is(name, judged[i].name))
            fail_msg("'%s' of '%.*s'", judged[i].text, SLICE_ARGS(name));
    }
    tally_free(tally);
}

/* What is usual: the median of two, or of four weeks. */
static const struct {
    const char *text;
    size_t weeks;
    double value; /* below 0: it is not known yet */
    bool holds;
    const char *name;
} grown[] = {
    {"bounced > 1x", 0, -1, false, ""},
    {"bounced < 9x", 1, -1, false, ""},
    {"bounced > 0.9x", 2, 1, true, ""},
    {"bounced > 1x", 2, 1, false, ""},
    {"bounced growth > 1", 3, 1, false, ""}, /* of 2, 2 and none */
    {"bounced > 1.9x", 4, 2, true, ""},      /* of 2, 2, none and none; half of two */
    {"bounced > 1.9x of at least 3", 4, 2, false, ""},
    {"any class > 1.9x", 4, 2, true, "bad-credentials"},
    {"class bad-credentials > 1.9x", 4, 2, true, ""},
    {"user ANNA auth-failed > 1.9x", 4, 2, true, ""},
    {"any user auth-failed > 1.9x of at least 12", 4, 2, true, "anna"},
    {"discarded > 0x", 4, 0, false, ""},
    {"held > 0x", 4, 0, false, ""},
};

static void what_grows_is_judged(void **state) {
    struct tally *now = small_day(), *then = small_day(), *none = tally_new();
    const struct tally *const before[WEEKS_MOST] = {then, then, none, none};
    (void)state;
    for (size_t i = 0; i < sizeof grown / sizeof *grown; i++) {
        const struct threshold_basis basis = {.tally = now,
                                              .begin = 0,
                                              .end = 2 * 3600,
                                              .before = before,
                                              .before_count = grown[i].weeks,
                                              .hours = 2};
        struct threshold threshold;
        struct threshold_mistake mistake;
        assert_true(threshold_read(slice_of(grown[i].text), &threshold, &mistake));
        struct threshold_result result = threshold_judge(&threshold, &basis);
        bool is_known = grown[i].value >= 0;
        if (result.known != is_known || result.learning == is_known ||
            (is_known && result.value != grown[i].value) || result.holds != grown[i].holds)
            fail_msg("row %zu: '%s' is %f", i, grown[i].text, result.known ? result.value : -1);
        if (threshold.any &&
            !slice_is((struct slice){result.name, result.name_length}, grown[i].name))
            fail_msg("row %zu: of '%.*s'", i, (int)result.name_length, result.name);
    }
    tally_free(now);
    tally_free(then);
    tally_free(none);
}

/* Steps of 0.1, 0.2, 0.5, 1 ... seconds: 90 recipients in the first, 10 between 30 and 60 s. */
static void delays_out_of_history_are_about_right(void **state) {
    const struct hourly_cell cells[] = {
        {.table = HOURLY_DELAYS, .keys = {SLICE("out"), SLICE("0.1")}, .numbers = {60}},
        {.table = HOURLY_DELAYS, .keys = {SLICE("local"), SLICE("0.1")}, .numbers = {30}},
        {.table = HOURLY_DELAYS, .keys = {SLICE("out"), SLICE("60")}, .numbers = {10}},
        {.table = HOURLY_DELAYS, .keys = {SLICE("out"), SLICE("soon")}, .numbers = {1000}},
    };
    struct tally *tally = tally_new();
    struct past past = {.tally = tally};
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        past_cell(&past, &cells[i]);
    const struct threshold_basis basis = {.tally = tally};
    struct threshold threshold;
    struct threshold_mistake mistake;
    assert_true(threshold_read(SLICE("p90 delay < 0.1s of at least 100"), &threshold, &mistake));
    assert_true(threshold_judge(&threshold, &basis).holds);
    assert_true(threshold_read(SLICE("p91 delay > 40s"), &threshold, &mistake));
    assert_true(threshold_judge(&threshold, &basis).holds);
    assert_true(threshold_read(SLICE("p91 delay > 50s"), &threshold, &mistake));
    assert_false(threshold_judge(&threshold, &basis).holds);
    tally_free(tally);
}

/* No mail, no share of it; no time, no rate but that of the shortest span. */
static void nothing_is_known_of_nothing(void **state) {
    static const char *const unknown[] = {"bounced% < 50", "p95 delay < 1d", "silence > 0s",
                                          "any domain bounced >= 0", "any class >= 0"};
    struct tally *tally = tally_new();
    const struct threshold_basis basis = {
        .tally = tally, .begin = MOMENT_NONE, .end = MOMENT_NONE, .last = MOMENT_NONE, .now = 5000};
    struct threshold threshold;
    struct threshold_mistake mistake;
    (void)state;
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_true(threshold_read(slice_of(unknown[i]), &threshold, &mistake));
        struct threshold_result result = threshold_judge(&threshold, &basis);
        if (result.known || result.holds)
            fail_msg("'%s' is known", unknown[i]);
    }
    add_incident(tally, EVENT_AUTH_FAILED, "192.0.2.1", "anna", 20);
    assert_true(threshold_read(SLICE("auth-failed = 20"), &threshold, &mistake));
    assert_true(threshold_judge(&threshold, &basis).holds);
    const struct threshold_basis blind = {
        .tally = tally, .last = 4000, .now = 5000, .is_blind = true};
    assert_false(threshold_judge(&threshold, &blind).known);
    assert_true(threshold_read(SLICE("silence > 10m"), &threshold, &mistake));
    assert_true(threshold_judge(&threshold, &blind).holds);
    tally_free(tally);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_is_read),
        cmocka_unit_test(what_is_wrong_is_pointed_at),
        cmocka_unit_test(a_long_text_is_refused),
        cmocka_unit_test(what_is_counted_is_judged),
        cmocka_unit_test(what_grows_is_judged),
        cmocka_unit_test(delays_out_of_history_are_about_right),
        cmocka_unit_test(nothing_is_known_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
