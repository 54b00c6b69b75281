/* journey - one message's life, told entry by entry. */
#include "finding/journey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "finding/queue.h"

#include "chance.h"

/* What the journey gave, in order. */
struct given {
    struct finding items[16];
    char recipients[16][64], senders[16][64], ips[32][64];
    struct slice origin_ips[16], counted_ips[16]; /* in ips */
    size_t count;
};

static struct slice kept_ip(const struct origin *origin, char room[64]) {
    struct slice ip = origin ? origin->ip : (struct slice){0};
    return (struct slice){room, (size_t)snprintf(room, 64, "%.*s", SLICE_ARGS(ip))};
}

static void keep(void *context, const struct finding *finding) {
    struct given *given = context;
    assert_true(given->count < 16);
    given->items[given->count] = *finding;
    snprintf(given->recipients[given->count], 64, "%.*s", SLICE_ARGS(finding->record.recipient));
    snprintf(given->senders[given->count], 64, "%.*s", SLICE_ARGS(finding->record.sender));
    given->origin_ips[given->count] = kept_ip(finding->origin, given->ips[given->count]);
    given->counted_ips[given->count] = kept_ip(finding->counted, given->ips[16 + given->count]);
    given->count++;
}

static struct finding about(const char *queue_id, enum record_kind kind) {
    return (struct finding){
        .record = {.kind = kind,
                   .queue_id = slice_of(queue_id),
                   .size = -1,
                   .delay = -1,
                   .nrcpt = -1,
                   .instance = SLICE("postfix")},
        .mta = mta_named(SLICE("postfix")),
        .host = SLICE("mx1"),
        .time = {.seconds = 1000},
        .repeat = 1,
    };
}

static struct finding outcome(const char *queue_id, enum event event, const char *recipient) {
    struct finding finding = about(queue_id, RECORD_OUTCOME);
    finding.record.event = event;
    finding.record.level = event == EVENT_DEFERRED ? LEVEL_ATTEMPT : LEVEL_RECIPIENT;
    finding.record.recipient = slice_of(recipient);
    return finding;
}

static void take(struct journey *journey, struct finding finding, struct given *given) {
    given->count = 0;
    journey_take(journey, &finding, keep, given);
}

static void test_sender_and_size(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding arrival = about("A1", RECORD_ARRIVAL);
    arrival.record.instance = SLICE("postfix/submission"); /* the same queue */
    arrival.record.user = SLICE("alice");
    take(journey, arrival, &given);
    assert_int_equal(given.count, 0); /* it may still be refused */
    struct finding detail = about("A1", RECORD_DETAIL);
    detail.record.sender = SLICE("alice@example.org");
    detail.record.has_sender = true;
    detail.record.size = 1200;
    take(journey, detail, &given);
    assert_int_equal(given.count, 1);
    assert_int_equal(given.items[0].new_messages, 1);
    assert_int_equal(given.items[0].new_bytes, 1200);
    take(journey, detail, &given); /* qmgr says it again at each queue run */
    assert_int_equal(given.count, 0);
    take(journey, outcome("A1", EVENT_BOUNCED, "bob@example.net"), &given);
    assert_int_equal(given.count, 1);
    assert_string_equal(given.senders[0], "alice@example.org");
    assert_true(slice_is(given.items[0].record.user, "alice"));
    assert_int_equal(given.items[0].record.size, 1200);
    assert_int_equal(given.items[0].before, FATE_NONE);
    assert_int_equal(given.items[0].after, FATE_BOUNCED);
    journey_free(journey);
}

static void test_made_here_is_not_received(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding bounce = about("B1", RECORD_DETAIL);
    bounce.record.has_sender = true;
    bounce.record.size = 900;
    take(journey, bounce, &given);
    assert_int_equal(given.count, 0);
    journey_free(journey);
}

static void test_other_queue_is_another_message(void **state) {
    (void)state;
    static const struct {
        const char *host, *instance;
    } rows[] = {{"mx2", "postfix"}, {"mx1", "postfix-out"}};
    struct journey *journey = journey_new();
    struct given given;
    struct finding detail = about("A1", RECORD_DETAIL);
    detail.record.sender = SLICE("alice@example.org");
    detail.record.has_sender = true;
    take(journey, detail, &given);
    for (size_t i = 0; i < 2; i++) {
        struct finding other = outcome("A1", EVENT_BOUNCED, "bob@example.net");
        other.host = slice_of(rows[i].host);
        other.record.instance = slice_of(rows[i].instance);
        take(journey, other, &given);
        assert_false(given.items[0].record.has_sender);
    }
    journey_free(journey);
}

static void test_deferred_then_delivered(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.net"), &given);
    assert_true(given.items[0].first_deferral);
    assert_int_equal(given.items[0].before, FATE_NONE);
    assert_int_equal(given.items[0].after, FATE_WAITING);
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.net"), &given);
    assert_false(given.items[0].first_deferral);
    assert_int_equal(given.items[0].before, FATE_WAITING);
    take(journey, outcome("A1", EVENT_DELIVERED, "bob@example.net"), &given);
    assert_int_equal(given.items[0].before, FATE_WAITING);
    assert_int_equal(given.items[0].after, FATE_DELIVERED);
    take(journey, outcome("A1", EVENT_DELIVERED, "carol@example.net"), &given);
    assert_int_equal(given.items[0].before, FATE_NONE);
    journey_free(journey);
}

static void test_host_level_moves_nobody(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding attempt = outcome("A1", EVENT_DEFERRED, "bob@example.net");
    attempt.record.level = LEVEL_HOST;
    take(journey, attempt, &given);
    assert_int_equal(given.count, 1);
    assert_int_equal(given.items[0].after, FATE_NONE);
    assert_false(given.items[0].first_deferral);
    journey_free(journey);
}

static void test_expired_is_about_all_who_wait(void **state) {
    (void)state;
    static const char *const recipients[] = {"a@example.net", "b@example.net", "c@example.net"};
    struct journey *journey = journey_new();
    struct given given;
    for (size_t i = 0; i < 3; i++)
        take(journey, outcome("A1", EVENT_DEFERRED, recipients[i]), &given);
    take(journey, outcome("A1", EVENT_DELIVERED, "b@example.net"), &given);
    take(journey, outcome("A1", EVENT_EXPIRED, ""), &given);
    assert_int_equal(given.count, 2);
    assert_string_equal(given.recipients[0], "a@example.net");
    assert_string_equal(given.recipients[1], "c@example.net");
    assert_int_equal(given.items[1].before, FATE_WAITING);
    assert_int_equal(given.items[1].after, FATE_EXPIRED);
    take(journey, outcome("B1", EVENT_EXPIRED, ""), &given); /* its deferrals were never seen */
    assert_int_equal(given.count, 1);
    assert_int_equal(given.items[0].before, FATE_NONE);
    journey_free(journey);
}

/* Sendmail says it for each recipient, or once for all, and to the postmaster again. */
static void test_an_expiry_is_told_once(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding notice = outcome("A1", EVENT_EXPIRED, "");
    notice.record.is_echo = true;
    take(journey, outcome("A1", EVENT_DEFERRED, "a@example.net"), &given);
    take(journey, notice, &given);
    assert_int_equal(given.count, 1);
    assert_string_equal(given.recipients[0], "a@example.net");
    take(journey, notice, &given);
    assert_int_equal(given.count, 0);
    notice.record.queue_id = SLICE("B1");
    take(journey, outcome("B1", EVENT_DEFERRED, "b@example.net"), &given);
    take(journey, outcome("B1", EVENT_EXPIRED, "b@example.net"), &given);
    take(journey, notice, &given);
    assert_int_equal(given.count, 0);
    journey_free(journey);
}

/* Addresses are cut at twice what RFC 5321 allows; each still comes back as itself. */
static void test_long_addresses_wait(void **state) {
    (void)state;
    char recipient[700], original[700];
    struct journey *journey = journey_new();
    struct given given;
    memset(recipient, 'r', sizeof recipient);
    memset(original, 'o', sizeof original);
    struct finding deferred = outcome("A1", EVENT_DEFERRED, "");
    deferred.record.recipient = (struct slice){recipient, sizeof recipient};
    deferred.record.orig_recipient = (struct slice){original, sizeof original};
    take(journey, deferred, &given);
    take(journey, outcome("A1", EVENT_EXPIRED, ""), &given);
    assert_int_equal(given.count, 1);
    assert_int_equal(given.items[0].record.recipient.length, 512);
    assert_int_equal(given.items[0].record.orig_recipient.length, 512);
    journey_free(journey);
}

static void test_end_forgets(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, about("A1", RECORD_ARRIVAL), &given);
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.net"), &given);
    assert_int_equal(journey_open(journey), 1);
    take(journey, about("A1", RECORD_END), &given);
    assert_int_equal(given.count, 1); /* it says no more of bob, and he waits no more */
    assert_int_equal(given.items[0].before, FATE_WAITING);
    assert_int_equal(given.items[0].after, FATE_HANDED_ON);
    assert_int_equal(journey_open(journey), 0);
    assert_int_equal(journey_dropped(journey), 0);
    struct finding again = about("A1", RECORD_ARRIVAL); /* the queue ID is used again */
    again.record.size = 5;
    take(journey, again, &given);
    assert_int_equal(given.items[0].new_messages, 1);
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.net"), &given);
    assert_true(given.items[0].first_deferral);
    journey_free(journey);
}

/* The clock goes on by an hour an entry: entries of one message up to a time. */
static void live_until(struct journey *journey, struct finding *finding, int64_t seconds) {
    struct given given;
    while (finding->time.seconds < seconds) {
        finding->time.seconds += 3600;
        if (finding->time.seconds > seconds)
            finding->time.seconds = seconds;
        take(journey, *finding, &given);
    }
}

/* One entry of another year ends nothing, nor does the message it is about stay for ever. */
static void test_wrong_clock(void **state) {
    (void)state;
    static const int64_t wild[] = {1000 + 100 * (int64_t)QUEUE_AGE, -100 * (int64_t)QUEUE_AGE};
    struct journey *journey = journey_new();
    struct given given;
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.net"), &given);
        struct finding odd = about("ODD", RECORD_ARRIVAL);
        odd.time.seconds = wild[i];
        take(journey, odd, &given);
        take(journey, outcome("A1", EVENT_DELIVERED, "bob@example.net"), &given);
        assert_int_equal(given.items[0].before, FATE_WAITING);
        assert_int_equal(journey_dropped(journey), 0);
    }
    struct finding later = about("NEW", RECORD_DETAIL);
    live_until(journey, &later, 8000 + QUEUE_AGE);
    assert_int_equal(journey_open(journey), 1);
    journey_free(journey);
}

static void test_silent_ones_are_let_go(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, about("OLD", RECORD_ARRIVAL), &given);
    struct finding later = about("NEW", RECORD_DETAIL);
    live_until(journey, &later, 1000 + QUEUE_AGE);
    assert_int_equal(journey_open(journey), 2);
    later.record.queue_id = SLICE("NEXT"); /* with a new one an old one goes */
    later.time.seconds++;
    take(journey, later, &given);
    assert_int_equal(journey_open(journey), 2);
    assert_int_equal(journey_dropped(journey), 0);
    take(journey, outcome("NEW", EVENT_DEFERRED, "bob@example.net"), &given);
    later.record.queue_id = SLICE("LAST");
    live_until(journey, &later, 1001 + 3 * (int64_t)QUEUE_AGE);
    later.record.queue_id = SLICE("END");
    take(journey, later, &given);
    assert_int_equal(journey_open(journey), 2);
    assert_int_equal(journey_dropped(journey), 1); /* somebody was waiting */
    journey_free(journey);
}

static void test_number_is_bounded(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    for (unsigned i = 0; i < QUEUE_OPEN + 100u; i++) {
        char id[16];
        snprintf(id, sizeof id, "Q%u", i);
        struct finding arrival = about(id, RECORD_ARRIVAL);
        arrival.record.size = 1;
        take(journey, arrival, &given);
        /* Among so many some have the hash of another. */
        assert_int_equal(journey_open(journey), i < QUEUE_OPEN ? i + 1 : QUEUE_OPEN);
    }
    struct finding again = about("Q0", RECORD_ARRIVAL); /* was let go: it is new again */
    again.record.size = 1;
    take(journey, again, &given);
    assert_int_equal(given.items[0].new_messages, 1);
    again = about("Q200", RECORD_DETAIL);
    again.record.size = 1;
    take(journey, again, &given);
    assert_int_equal(given.count, 0);
    journey_free(journey);
}

/* Text counts with the room it takes, so the oldest go when the longest senders fill it. */
static void test_text_is_bounded(void **state) {
    (void)state;
    enum { LONG = 16000, ROOM = LONG + 100, MANY = QUEUE_TEXT / LONG + 10 };
    static char sender[LONG];
    struct journey *journey = journey_new();
    struct given given;
    memset(sender, 's', sizeof sender);
    for (unsigned i = 0; i < MANY; i++) {
        char id[16];
        snprintf(id, sizeof id, "Q%u", i);
        struct finding detail = about(id, RECORD_DETAIL);
        detail.record.has_sender = true;
        detail.record.sender = (struct slice){sender, sizeof sender};
        take(journey, detail, &given);
    }
    assert_in_range(journey_open(journey), QUEUE_TEXT / ROOM, QUEUE_TEXT / LONG);
    assert_int_equal(journey_dropped(journey), 0); /* nobody waited */
    journey_free(journey);
}

/* Exim names one who waits by the address he came from, or had been told only that before. */
static void test_waiting_under_another_spelling(void **state) {
    (void)state;
    static const struct {
        const char *recipient, *original, *later, *later_original;
        enum fate before;
    } rows[] = {
        {"bob@example.net", "info@example.net", "info@example.net", "", FATE_WAITING},
        {"info@example.net", "", "bob@example.net", "info@example.net", FATE_WAITING},
        {"bob@example.net", "info@example.net", "bob@example.net", "info@example.net",
         FATE_WAITING},
        {"bob@example.net", "info@example.net", "bob@example.net", "", FATE_NONE},
        {"bob@example.net", "info@example.net", "bob@example.net", "sales@example.net", FATE_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct journey *journey = journey_new();
        struct given given;
        struct finding finding = outcome("A1", EVENT_DEFERRED, rows[i].recipient);
        finding.record.orig_recipient = slice_of(rows[i].original);
        take(journey, finding, &given);
        finding = outcome("A1", EVENT_DELIVERED, rows[i].later);
        finding.record.orig_recipient = slice_of(rows[i].later_original);
        take(journey, finding, &given);
        assert_int_equal(given.items[0].before, rows[i].before);
        take(journey, about("A1", RECORD_END), &given);
        assert_int_equal(given.count, rows[i].before == FATE_NONE); /* he still did */
        journey_free(journey);
    }
}

/* One message with more recipients than may wait: they are forgotten, and it goes on. */
static void test_recipients_are_bounded(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    char recipient[32];
    for (unsigned i = 0; i <= QUEUE_RECIPIENTS; i++) {
        snprintf(recipient, sizeof recipient, "r%u@example.net", i);
        assert_int_equal(journey_dropped(journey), 0);
        struct finding deferred = outcome("A1", EVENT_DEFERRED, recipient);
        if (i % 2) {
            deferred.record.orig_recipient = deferred.record.recipient;
            deferred.record.recipient = SLICE("list@example.net");
        }
        take(journey, deferred, &given);
        assert_int_equal(given.items[0].before, FATE_NONE); /* though some have one hash */
    }
    assert_int_equal(journey_dropped(journey), 1);
    take(journey, outcome("A1", EVENT_DEFERRED, recipient), &given);
    assert_int_equal(given.items[0].before, FATE_NONE);
    take(journey, outcome("A1", EVENT_DELIVERED, recipient), &given);
    assert_int_equal(given.items[0].before, FATE_WAITING);
    assert_int_equal(journey_open(journey), 1);
    journey_free(journey);
}

/* Queue IDs of one hash table that come and go: none is ever taken for another one. */
static void test_many_come_and_go(void **state) {
    (void)state;
    enum { AT_ONCE = 1000, MANY = 20 * AT_ONCE };
    struct journey *journey = journey_new();
    struct given given;
    for (unsigned i = 0; i < MANY; i++) {
        char id[16];
        snprintf(id, sizeof id, "Q%u", i);
        struct finding first = about(id, RECORD_ARRIVAL);
        first.record.peer_ip = SLICE("192.0.2.1");
        first.record.size = i;
        take(journey, first, &given);
        if (i < AT_ONCE)
            continue;
        snprintf(id, sizeof id, "Q%u", i - AT_ONCE);
        take(journey, outcome(id, EVENT_BOUNCED, "bob@example.net"), &given);
        assert_int_equal(given.items[0].record.size, i - AT_ONCE);
        assert_int_equal(given.origin_ips[0].length, strlen("192.0.2.1"));
        take(journey, about(id, RECORD_END), &given);
        assert_int_equal(journey_open(journey), AT_ONCE);
    }
    journey_free(journey);
}

static struct finding refusal(const char *recipient, bool is_echo) {
    struct finding finding = about("A1", RECORD_INCIDENT);
    finding.record.event = EVENT_REJECTED;
    finding.record.level = LEVEL_SESSION;
    finding.record.recipient = slice_of(recipient);
    finding.record.is_echo = is_echo;
    return finding;
}

static void test_an_echo_counts_once(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, refusal("a@example.org", false), &given);
    assert_int_equal(given.count, 1);
    take(journey, refusal("a@example.org", true), &given);
    assert_int_equal(given.count, 0);
    take(journey, refusal("b@example.org", true), &given); /* told by this entry alone */
    assert_int_equal(given.count, 1);
    take(journey, refusal("b@example.org", false), &given); /* refused again, in its own right */
    assert_int_equal(given.count, 1);
    journey_free(journey);
}

static struct finding arrival(const char *queue_id, const char *peer_ip, int64_t size) {
    struct finding finding = about(queue_id, RECORD_ARRIVAL);
    finding.record.peer_ip = slice_of(peer_ip);
    finding.record.size = size;
    return finding;
}

static struct finding linked(struct finding finding, enum link link, const char *id) {
    finding.record.link = link;
    finding.record.linked_id = slice_of(id);
    return finding;
}

static void test_a_hop_counts_once(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding first = arrival("A1", "192.0.2.10", 1000);
    first.record.user = SLICE("alice");
    take(journey, first, &given);
    take(journey, arrival("B1", "127.0.0.1", 1400), &given);
    assert_int_equal(given.items[0].new_messages, 1);
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.net"), &given);
    take(journey, linked(outcome("A1", EVENT_DELIVERED, "bob@example.net"), LINK_ONWARD, "B1"),
         &given);
    assert_int_equal(given.items[0].new_messages, -1);
    assert_int_equal(given.items[0].new_bytes, 0 - (uint64_t)1400);
    assert_int_equal(given.items[0].before, FATE_WAITING);
    assert_int_equal(given.items[0].after, FATE_HANDED_ON);
    assert_int_equal(given.items[0].record.level, LEVEL_HOST);
    take(journey, linked(outcome("A1", EVENT_DELIVERED, "eve@example.net"), LINK_ONWARD, "B1"),
         &given);
    assert_int_equal(given.items[0].new_messages, 0);
    take(journey, outcome("B1", EVENT_DELIVERED, "bob@example.net"), &given);
    assert_int_equal(given.items[0].after, FATE_DELIVERED);
    assert_true(slice_is(given.items[0].record.user, "alice"));
    take(journey, linked(outcome("B1", EVENT_DELIVERED, "eve@example.net"), LINK_ONWARD, "FAR"),
         &given); /* of another server: the last we hear of it */
    assert_int_equal(given.items[0].after, FATE_DELIVERED);
    journey_free(journey);
}

/* Whose mail it is: the client of the first hop, while what is counted twice is taken back from the
 * client it was counted under. */
static void test_a_hop_keeps_its_origin(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, arrival("A1", "192.0.2.10", 1000), &given);
    assert_true(slice_is(given.counted_ips[0], "192.0.2.10"));
    take(journey, arrival("B1", "127.0.0.1", 1400), &given);
    assert_true(slice_is(given.counted_ips[0], "127.0.0.1"));
    take(journey, linked(outcome("A1", EVENT_DELIVERED, "bob@example.net"), LINK_ONWARD, "B1"),
         &given);
    assert_true(slice_is(given.counted_ips[0], "127.0.0.1"));
    assert_true(slice_is(given.origin_ips[0], "192.0.2.10"));
    take(journey, outcome("B1", EVENT_DELIVERED, "bob@example.net"), &given);
    assert_true(slice_is(given.origin_ips[0], "192.0.2.10"));
    assert_int_equal(given.counted_ips[0].length, 0);
    take(journey, outcome("C1", EVENT_DELIVERED, "bob@example.net"), &given);
    assert_int_equal(given.origin_ips[0].length, 0);
    journey_free(journey);
}

/* What the entry says itself, else the time since the arrival. */
static void test_how_long_it_took(void **state) {
    (void)state;
    static const struct {
        int64_t seconds, delay, waited;
        uint32_t nanos;
    } rows[] = {
        {1007, -1, 6750000, 0},
        {1007, 2500000, 2500000, 0},
        {1000, -1, 250000, 500000000},
        {1000, -1, -1, 0},
        {900, -1, -1, 0},
        {MOMENT_NONE, -1, -1, 0},
        {INT64_MAX, -1, -1, 0},
    };
    struct journey *journey = journey_new();
    struct given given;
    struct finding first = arrival("A1", "192.0.2.10", 1000);
    first.arrives = true;
    first.time.nanos = 250000000;
    take(journey, first, &given);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding finding = outcome("A1", EVENT_DEFERRED, "bob@example.net");
        finding.time = (struct moment){.seconds = rows[i].seconds, .nanos = rows[i].nanos};
        finding.record.delay = rows[i].delay;
        take(journey, finding, &given);
        assert_int_equal(given.items[0].waited, rows[i].waited);
        assert_int_equal(given.items[0].record.delay, rows[i].delay);
    }
    take(journey, outcome("B1", EVENT_DEFERRED, "bob@example.net"), &given);
    assert_int_equal(given.items[0].waited, -1);
    journey_free(journey);
}

static void test_a_hop_by_message_id(void **state) {
    (void)state;
    static const char *const ids[] = {"<m1@example.org>", "<m2@example.org>"};
    struct journey *journey = journey_new();
    struct given given;
    take(journey, arrival("Z1", "127.0.0.1", 1), &given); /* a host with filters */
    for (int same = 0; same < 2; same++) {
        struct finding first = arrival("A1", "192.0.2.10", 1000);
        struct finding second = arrival("B1", "127.0.0.1", 1400);
        first.record.message_id = slice_of(ids[0]);
        second.record.message_id = slice_of(ids[!same]);
        take(journey, first, &given);
        take(journey, second, &given);
        struct finding sent = outcome("A1", EVENT_DELIVERED, "bob@example.net");
        sent.record.peer_ip = SLICE("127.0.0.1");
        take(journey, sent, &given);
        assert_int_equal(given.items[0].after, same ? FATE_HANDED_ON : FATE_DELIVERED);
        assert_int_equal(given.items[0].new_messages, same ? -1 : 0);
    }
    journey_free(journey);
}

static struct finding piped(const char *queue_id, const char *recipient) {
    struct finding finding = outcome(queue_id, EVENT_DELIVERED, recipient);
    finding.record.daemon = SLICE("pipe");
    return finding;
}

/* Takes the message-id, and then sender and size; gives how many messages that is. */
static int32_t begin(struct journey *journey, const char *queue_id, const char *ip) {
    struct given given;
    struct finding finding = arrival(queue_id, ip, -1);
    take(journey, finding, &given);
    finding.record.kind = RECORD_DETAIL;
    finding.record.message_id = SLICE("<m1@example.org>");
    take(journey, finding, &given);
    finding.record.size = 1000;
    take(journey, finding, &given);
    return given.count ? given.items[0].new_messages : 0;
}

static void test_a_filter_behind_a_pipe(void **state) {
    static const struct {
        bool is_first; /* nothing came by a pipe on this host so far */
        bool is_late;  /* the filter hands in before pipe(8) says that it took the message */
        const char *ip, *recipient;
        int32_t messages;
        enum fate before;
    } rows[] = {
        {false, false, "", "bob@example.net", 1, FATE_DELIVERED},
        {true, false, "", "bob@example.net", 1, FATE_DELIVERED},
        {false, true, "", "bob@example.net", 1, FATE_DELIVERED},
        {false, false, "", "carol@example.net", 1, FATE_NONE},         /* sent on to another one */
        {false, false, "192.0.2.11", "bob@example.net", 2, FATE_NONE}, /* a client sent it again */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct journey *journey = journey_new();
        struct given given;
        if (!rows[i].is_first)
            take(journey, piped("Z1", "x@example.net"), &given);
        int32_t messages = begin(journey, "A1", "192.0.2.10");
        if (rows[i].is_late)
            messages += begin(journey, "B1", rows[i].ip);
        take(journey, piped("A1", "bob@example.net"), &given);
        messages += given.items[0].new_messages;
        assert_int_equal(given.items[0].after, FATE_DELIVERED);
        take(journey, about("A1", RECORD_END), &given);
        if (!rows[i].is_late)
            messages += begin(journey, "B1", rows[i].ip);
        assert_int_equal(messages, rows[i].messages);
        take(journey, outcome("B1", EVENT_DEFERRED, rows[i].recipient), &given);
        assert_int_equal(given.items[0].before, rows[i].before);
        take(journey, outcome("B1", EVENT_BOUNCED, rows[i].recipient), &given);
        assert_int_equal(given.items[0].before, FATE_WAITING);
        assert_int_equal(given.items[0].after, FATE_BOUNCED);
        journey_free(journey);
    }
}

static void test_a_last_state_replaces_one(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, outcome("A1", EVENT_DELIVERED, "bob@example.org"), &given);
    take(journey, outcome("A1", EVENT_BOUNCED, "bob@example.org"), &given);
    assert_int_equal(given.items[0].before, FATE_DELIVERED);
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.org"), &given);
    assert_int_equal(given.items[0].before, FATE_BOUNCED);
    assert_true(given.items[0].first_deferral);
    take(journey, outcome("A1", EVENT_DELIVERED, "bob@example.org"), &given);
    assert_int_equal(given.items[0].before, FATE_WAITING);
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.org"), &given);
    assert_int_equal(given.items[0].before, FATE_DELIVERED);
    assert_false(given.items[0].first_deferral);
    journey_free(journey);
}

static void test_a_notice_is_no_mail(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, linked(about("A1", RECORD_DETAIL), LINK_NOTICE, "N1"), &given);
    assert_int_equal(given.items[0].new_notices, 1);
    take(journey, linked(about("A1", RECORD_DETAIL), LINK_NOTICE, "N1"), &given);
    assert_int_equal(given.count, 0);
    take(journey, arrival("N1", "", 900), &given);
    assert_int_equal(given.count, 0);
    take(journey, outcome("N1", EVENT_DEFERRED, "alice@example.org"), &given);
    assert_true(given.items[0].is_notice);
    assert_int_equal(given.items[0].after, FATE_NONE);
    assert_int_equal(given.items[0].record.level, LEVEL_MTA);
    take(journey, linked(about("N2", RECORD_DETAIL), LINK_CAUSE, "A1"), &given);
    assert_int_equal(given.items[0].new_notices, 1);
    take(journey, outcome("C1", EVENT_DEFERRED, "bob@example.net"), &given);
    take(journey, outcome("C1", EVENT_DEFERRED, "carol@example.net"), &given);
    take(journey, linked(outcome("C1", EVENT_EXPIRED, ""), LINK_NOTICE, "N3"), &given);
    assert_int_equal(given.count, 2); /* one notice about both */
    assert_int_equal(given.items[0].new_notices + given.items[1].new_notices, 1);
    journey_free(journey);
}

static void test_an_id_is_used_again(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, arrival("A1", "192.0.2.10", 10), &given);
    take(journey, outcome("A1", EVENT_DEFERRED, "bob@example.net"), &given);
    take(journey, arrival("A1", "192.0.2.11", 20), &given); /* its end is not in the log */
    assert_int_equal(given.items[0].new_messages, 1);
    assert_int_equal(journey_open(journey), 1);
    assert_int_equal(journey_dropped(journey), 1);
    journey_free(journey);
}

static void test_sendmail_ends_by_number(void **state) {
    (void)state;
    static const char *const recipients[] = {"a@example.net", "b@example.net"};
    struct journey *journey = journey_new();
    struct given given;
    struct finding start = arrival("A1", "192.0.2.10", 10);
    start.mta = mta_named(SLICE("sendmail"));
    start.record.nrcpt = 2;
    take(journey, start, &given);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(journey_open(journey), 1);
        struct finding sent = outcome("A1", EVENT_DELIVERED, recipients[i]);
        sent.mta = start.mta;
        take(journey, sent, &given);
    }
    assert_int_equal(journey_open(journey), 0);
    journey_free(journey);
}

static void test_no_queue_id(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding rejected = about("", RECORD_INCIDENT);
    rejected.record.event = EVENT_REJECTED;
    rejected.record.level = LEVEL_SESSION;
    take(journey, rejected, &given);
    assert_int_equal(given.count, 1);
    assert_int_equal(given.items[0].after, FATE_NONE);
    take(journey, outcome("", EVENT_DELIVERED, "bob@example.net"), &given);
    assert_int_equal(given.items[0].after, FATE_DELIVERED);
    assert_int_equal(journey_open(journey), 0);
    journey_free(journey);
}

/* ---- causes ---- */

static struct finding classed(struct finding finding, const char *class_name, unsigned code) {
    finding.verdict.class_name = class_name;
    finding.reply.code = (uint16_t)code;
    return finding;
}

static void assert_cause(const struct given *given, size_t at, const char *cause, bool follows) {
    assert_true(at < given->count);
    assert_true(slice_is(slice_of(given->items[at].cause), cause));
    assert_int_equal(given->items[at].follows, follows);
}

/* The last deferral of each recipient, not that of another, and not that he was held. */
static void test_an_expiry_has_a_cause(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    take(journey, classed(outcome("A1", EVENT_DEFERRED, "a@example.net"), "greylisted", 451),
         &given);
    assert_cause(&given, 0, "", false);
    take(journey, classed(outcome("A1", EVENT_DEFERRED, "b@example.net"), "mailbox-full", 452),
         &given);
    take(journey, classed(outcome("A1", EVENT_DEFERRED, "a@example.net"), "connection-timeout", 0),
         &given);
    take(journey, classed(outcome("A1", EVENT_HELD, "b@example.net"), "unclassified", 0), &given);
    take(journey, classed(outcome("A1", EVENT_EXPIRED, ""), "queue-expired", 0), &given);
    assert_int_equal(given.count, 2);
    assert_cause(&given, 0, "connection-timeout", false);
    assert_cause(&given, 1, "mailbox-full", false);
    assert_string_equal(given.items[1].verdict.class_name, "queue-expired");

    /* Exim tells each; a server may say it in a bounce; who is delivered has no cause */
    take(journey, classed(outcome("B1", EVENT_DEFERRED, "a@example.net"), "greylisted", 451),
         &given);
    take(journey, classed(outcome("B1", EVENT_DEFERRED, "b@example.net"), "dns-failure", 0),
         &given);
    take(journey, classed(outcome("B1", EVENT_DEFERRED, "c@example.net"), "dns-failure", 0),
         &given);
    take(journey, classed(outcome("B1", EVENT_EXPIRED, "a@example.net"), "unclassified", 0),
         &given);
    assert_cause(&given, 0, "greylisted", false);
    take(journey, classed(outcome("B1", EVENT_BOUNCED, "b@example.net"), "queue-expired", 550),
         &given);
    assert_cause(&given, 0, "dns-failure", false);
    take(journey, classed(outcome("B1", EVENT_DELIVERED, "c@example.net"), "accepted", 250),
         &given);
    assert_cause(&given, 0, "", false);
    /* nothing known of him */
    take(journey, classed(outcome("C1", EVENT_EXPIRED, "a@example.net"), "queue-expired", 0),
         &given);
    assert_cause(&given, 0, "", false);
    journey_free(journey);
}

static struct finding refused(const char *mta, const char *pid, const char *ip, enum stage stage,
                              const char *class_name, unsigned code) {
    struct finding finding = classed(about("", RECORD_INCIDENT), class_name, code);
    finding.mta = mta_named(slice_of(mta));
    finding.pid = slice_of(pid);
    finding.record.event = EVENT_REJECTED;
    finding.record.level = LEVEL_SESSION;
    finding.record.direction = DIRECTION_IN;
    finding.record.side = SIDE_LOCAL;
    finding.record.stage = stage;
    finding.record.peer_ip = slice_of(ip);
    return finding;
}

/* ---- sessions that are logged word for word ---- */

static struct finding said(enum stage stage, const char *recipient, bool is_answer) {
    struct finding finding = refused("sendmail", "7", "", stage, "user-unknown", 550);
    finding.record.recipient = slice_of(recipient);
    finding.record.is_answer = is_answer;
    return finding;
}

static struct finding command(enum stage stage, const char *address) {
    struct finding finding = said(stage, stage == STAGE_MAIL ? "" : address, false);
    finding.record.kind = RECORD_DETAIL;
    finding.record.is_command = true;
    finding.record.has_sender = stage == STAGE_MAIL;
    if (finding.record.has_sender)
        finding.record.sender = slice_of(address);
    return finding;
}

static struct finding refuses_all(void) {
    struct finding finding = said(STAGE_CONNECT, "", false);
    finding.record.refuses_all = true;
    return finding;
}

/* The journey saved and loaded between any two entries. */
static void test_words_of_a_session(void **state) {
    (void)state;
    const struct {
        struct finding finding;
        const char *told; /* "STAGE SENDER RECIPIENT" of what is given; NULL: nothing */
    } steps[] = {
        {command(STAGE_CONNECT, ""), NULL},
        {command(STAGE_MAIL, "a@example.org"), NULL},
        {said(STAGE_OTHER, "", true), "mail a@example.org "},
        {command(STAGE_RCPT, "b@example.com"), NULL},
        {said(STAGE_OTHER, "", true), "rcpt a@example.org b@example.com"},
        {said(STAGE_RCPT, "b@example.com", false), NULL},
        {said(STAGE_RCPT, "b@example.com", false), "rcpt a@example.org b@example.com"},
        {command(STAGE_RCPT, "c@example.com"), NULL},
        {said(STAGE_RCPT, "c@example.com", false), "rcpt a@example.org c@example.com"},
        {said(STAGE_OTHER, "c@example.com", true), NULL},
        {command(STAGE_DATA, ""), NULL},
        {said(STAGE_OTHER, "", true), "data a@example.org "},
        {command(STAGE_OTHER, ""), NULL},
        {said(STAGE_OTHER, "", true), "other  "},
        {command(STAGE_CONNECT, ""), NULL},
        {refuses_all(), "connect  "},
        {command(STAGE_MAIL, "a@example.org"), NULL},
        {said(STAGE_OTHER, "", true), NULL},
        {command(STAGE_CONNECT, ""), NULL},
        {command(STAGE_MAIL, "a@example.org"), NULL},
        {said(STAGE_OTHER, "d@example.org", true), "mail d@example.org "},
    };
    struct journey *journey = journey_new();
    struct given given;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct pack pack;
        pack_init(&pack);
        journey_save(journey, &pack);
        struct unpack unpack = {{pack.bytes, pack.length}, false};
        assert_true(journey_load(journey, &unpack));
        pack_release(&pack);
        take(journey, steps[i].finding, &given);
        assert_int_equal(given.count, steps[i].told != NULL);
        if (!steps[i].told)
            continue;
        char told[100];
        const struct record *record = &given.items[0].record;
        snprintf(told, sizeof told, "%s %.*s %.*s", stage_name(record->stage),
                 SLICE_ARGS(record->sender), SLICE_ARGS(record->recipient));
        assert_string_equal(told, steps[i].told);
    }
    journey_free(journey);
}

static struct finding later(struct finding finding, int64_t seconds) {
    finding.time.seconds += seconds;
    return finding;
}

static void test_data_follows_refused_recipients(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding rcpt = refused("exim", "", "203.0.113.9", STAGE_RCPT, "user-unknown", 550);
    struct finding data = refused("exim", "", "203.0.113.9", STAGE_DATA, "bad-sequence", 503);
    take(journey, data, &given);
    assert_cause(&given, 0, "", false);
    take(journey, rcpt, &given);
    assert_cause(&given, 0, "", false);
    take(journey, data, &given);
    assert_cause(&given, 0, "user-unknown", true);
    /* who has no rule says it by his code; words of the reply, where the stage does not tell */
    struct finding words = refused("exim", "", "203.0.113.9", STAGE_OTHER, "unclassified", 503);
    words.reply.text = SLICE("no such order, Recipients first");
    take(journey, words, &given);
    assert_cause(&given, 0, "user-unknown", true);
    take(journey, refused("exim", "", "203.0.113.10", STAGE_DATA, "bad-sequence", 503), &given);
    assert_cause(&given, 0, "", false); /* another client */
    take(journey, later(data, 1000), &given);
    assert_cause(&given, 0, "", false); /* hours later */
    take(journey, rcpt, &given);
    take(journey, refused("exim", "", "203.0.113.9", STAGE_MAIL, "auth-required", 503), &given);
    assert_cause(&given, 0, "", false); /* another fault */
    take(journey, data, &given);
    assert_cause(&given, 0, "", false); /* and now another command was between */
    journey_free(journey);
}

/* postscreen speaks with many clients in one process, smtpd with one after the other. */
static void test_a_process_has_other_clients(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding rcpt = refused("postfix", "7", "203.0.113.9", STAGE_RCPT, "blocklisted", 550);
    struct finding data = refused("postfix", "7", "203.0.113.9", STAGE_DATA, "bad-sequence", 554);
    take(journey, rcpt, &given);
    take(journey, data, &given);
    assert_cause(&given, 0, "blocklisted", true);
    take(journey, refused("postfix", "7", "203.0.113.10", STAGE_DATA, "bad-sequence", 554), &given);
    assert_cause(&given, 0, "", false);
    take(journey, rcpt, &given);
    struct finding connect = about("", RECORD_DETAIL);
    connect.pid = SLICE("7");
    connect.record.direction = DIRECTION_IN;
    connect.record.peer_ip = SLICE("203.0.113.9");
    take(journey, connect, &given);
    take(journey, data, &given);
    assert_cause(&given, 0, "", false);
    journey_free(journey);
}

/* A server told each recipient no, and the data that was sent with them. */
static void test_data_follows_at_the_other_side(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding first =
        classed(outcome("A1", EVENT_BOUNCED, "a@example.net"), "user-unknown", 550);
    struct finding second =
        classed(outcome("A1", EVENT_DEFERRED, "b@example.net"), "bad-sequence", 503);
    first.record.side = second.record.side = SIDE_REMOTE;
    first.record.stage = STAGE_RCPT;
    second.record.stage = STAGE_DATA;
    take(journey, second, &given);
    assert_cause(&given, 0, "", false);
    take(journey, first, &given);
    take(journey, second, &given);
    assert_cause(&given, 0, "user-unknown", true);
    take(journey, classed(outcome("A1", EVENT_EXPIRED, "b@example.net"), "queue-expired", 0),
         &given);
    assert_cause(&given, 0, "user-unknown", false); /* not that it only followed */
    second.record.queue_id = SLICE("B1");
    take(journey, second, &given);
    assert_cause(&given, 0, "", false);
    journey_free(journey);
}

static void test_commands_that_were_text(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding arrival = about("A1", RECORD_ARRIVAL);
    arrival.mta = mta_named(SLICE("exim"));
    arrival.record.peer_ip = SLICE("192.0.2.10");
    struct finding text = refused("exim", "", "192.0.2.10", STAGE_OTHER, "syntax-error", 500);
    struct finding mail = refused("exim", "", "192.0.2.10", STAGE_MAIL, "invalid-sender", 550);
    take(journey, text, &given);
    assert_cause(&given, 0, "", false);
    take(journey, arrival, &given);
    take(journey, text, &given);
    assert_cause(&given, 0, "accepted", false);
    text.reply.code = 503;
    take(journey, text, &given); /* each line of it */
    assert_cause(&given, 0, "accepted", false);
    take(journey, mail, &given);
    assert_cause(&given, 0, "", false);
    take(journey, text, &given); /* a command was understood between */
    assert_cause(&given, 0, "", false);
    take(journey, arrival, &given);
    take(journey, later(text, 1000), &given);
    assert_cause(&given, 0, "", false);
    take(journey, arrival, &given);
    text.record.is_verb = true;
    take(journey, text, &given);
    assert_cause(&given, 0, "", false);
    text.record.is_verb = false;
    take(journey, text, &given); /* behind a command */
    assert_cause(&given, 0, "", false);
    /* Postfix tells of an arrival before the data is there */
    arrival.mta = text.mta = mta_named(SLICE("postfix"));
    arrival.pid = text.pid = SLICE("7");
    take(journey, arrival, &given);
    take(journey, text, &given);
    assert_cause(&given, 0, "", false);
    journey_free(journey);
}

/* Two sessions of one address, told apart by what the lines say of them. */
static void test_text_is_of_the_same_session(void **state) {
    (void)state;
    static const struct {
        const char *pid, *port, *helo; /* of the arrival: 4711, 999, "box" */
        int64_t seconds;               /* after it */
        const char *cause;
    } rows[] = {
        {"", "", "", 0, "accepted"},
        {"", "", "", 60, "accepted"},
        {"", "", "", 61, ""},
        {"", "", "", -61, ""},
        {"", "", "box", 1, "accepted"},
        {"", "", "pc2", 1, ""},
        {"", "999", "", 1, "accepted"},
        {"", "1000", "", 1, ""},
        {"4711", "", "", 1, "accepted"},
        {"4712", "", "", 1, ""},
        {"4711", "999", "box", 1, "accepted"},
        {"4711", "1000", "box", 1, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct journey *journey = journey_new();
        struct given given;
        struct finding arrival = about("A1", RECORD_ARRIVAL);
        struct finding text = refused("exim", "", "192.0.2.10", STAGE_OTHER, "syntax-error", 500);
        arrival.mta = text.mta;
        arrival.time = text.time;
        arrival.record.peer_ip = text.record.peer_ip;
        arrival.record.session_pid = slice_of(*rows[i].pid ? "4711" : "");
        arrival.record.peer_port = slice_of(*rows[i].port ? "999" : "");
        arrival.record.helo = SLICE("box");
        text.record.session_pid = slice_of(rows[i].pid);
        text.record.peer_port = slice_of(rows[i].port);
        text.record.helo = slice_of(rows[i].helo);
        text.time.seconds += rows[i].seconds;
        take(journey, arrival, &given);
        take(journey, text, &given);
        assert_cause(&given, 0, rows[i].cause, false);
        journey_free(journey);
    }
}

/* What ends a session is its end, with or without a queue ID. */
static void test_an_end_is_the_end(void **state) {
    (void)state;
    struct finding arrival = about("A1", RECORD_ARRIVAL);
    struct finding text = refused("exim", "", "192.0.2.10", STAGE_OTHER, "syntax-error", 500);
    struct finding closed = about("", RECORD_DETAIL), lost = text;
    arrival.mta = closed.mta = text.mta;
    arrival.time = closed.time = text.time;
    arrival.record.peer_ip = closed.record.peer_ip = text.record.peer_ip;
    closed.record.direction = DIRECTION_IN;
    lost.record.event = EVENT_CONNECTION_LOST;
    lost.record.queue_id = SLICE("B1");
    const struct finding ends[] = {closed, lost};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct journey *journey = journey_new();
        struct given given;
        take(journey, arrival, &given);
        take(journey, ends[i], &given);
        take(journey, text, &given);
        assert_cause(&given, 0, "", false);
        journey_free(journey);
    }
}

/* All of it, with the journey saved and loaded between any two entries. */
static void test_causes_are_saved(void **state) {
    (void)state;
    struct finding arrival = about("B1", RECORD_ARRIVAL);
    arrival.mta = mta_named(SLICE("exim"));
    arrival.record.peer_ip = SLICE("192.0.2.10");
    arrival.record.helo = SLICE("laptop");
    struct finding renamed = refused("exim", "", "192.0.2.10", STAGE_OTHER, "syntax-error", 500);
    renamed.record.helo = SLICE("tablet");
    const struct {
        struct finding finding;
        const char *cause;
    } steps[] = {
        {classed(outcome("A1", EVENT_DEFERRED, "a@example.net"), "greylisted", 451), ""},
        {refused("exim", "", "203.0.113.9", STAGE_RCPT, "user-unknown", 550), ""},
        {arrival, NULL},
        {refused("exim", "", "203.0.113.9", STAGE_DATA, "bad-sequence", 503), "user-unknown"},
        {refused("exim", "", "192.0.2.10", STAGE_OTHER, "syntax-error", 500), "accepted"},
        {renamed, ""},
        {classed(outcome("A1", EVENT_EXPIRED, ""), "queue-expired", 0), "greylisted"},
    };
    struct journey *journey = journey_new();
    struct given given;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct pack pack;
        pack_init(&pack);
        journey_save(journey, &pack);
        struct unpack unpack = {{pack.bytes, pack.length}, false};
        assert_true(journey_load(journey, &unpack));
        pack_release(&pack);
        take(journey, steps[i].finding, &given);
        if (steps[i].cause)
            assert_true(slice_is(slice_of(given.items[0].cause), steps[i].cause));
    }
    journey_free(journey);
}

/* A letter is an incident of that text, a capital one of another process, a digit one that goes to
 * one log alone, a dot two seconds. Behind each step the journey is saved and loaded. */
static void test_what_exim_logs_twice(void **state) {
    (void)state;
    static const struct {
        const char *told, *counted;
    } rows[] = {
        {"aabb", "1-1-"},
        {"aaaa", "1-1-"}, /* the same, twice, in one second */
        {"aAaA", "11--"}, /* two processes at a time */
        {"aBaB.cc", "11--.1-"},
        {"ab.aaa", "11.111"}, /* once, as the first two show */
        {"a.B.cc", "1.1.11"},
        {"aba", "111"},               /* not the one before */
        {"aabbc.ddee", "1-1-1.1-1-"}, /* a lost line is no habit */
        {"abcddeeffgghhiijjkk", "1111111111111111111"},
        {"abcddeeffgghhiijjkkll", "1111111111111111111"
                                  "1-"}, /* twice, as eight showed */
        {"1.2.3.aa", "1.1.1.1-"},
        {"112233", "1-1-1-"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct journey *journey = journey_new();
        struct given given;
        char counted[64] = "";
        int64_t seconds = 0;
        for (size_t at = 0; rows[i].told[at]; at++) {
            char letter = rows[i].told[at];
            bool is_other = letter >= 'A' && letter <= 'Z';
            struct finding incident = refused("exim", is_other ? "12" : "11", "192.0.2.10",
                                              STAGE_RCPT, "user-unknown", 550);
            incident.time.seconds += seconds;
            incident.twin = (uint64_t)(is_other ? letter + 'a' - 'A' : letter);
            incident.record.is_doubled = letter >= 'A';
            seconds += letter == '.' ? 2 : 0;
            given.count = 0;
            if (letter != '.')
                take(journey, incident, &given);
            counted[at] = letter == '.' ? '.' : given.count ? '1' : '-';
            struct pack pack;
            pack_init(&pack);
            journey_save(journey, &pack);
            struct unpack unpack = {{pack.bytes, pack.length}, false};
            assert_true(journey_load(journey, &unpack));
            pack_release(&pack);
        }
        if (strcmp(counted, rows[i].counted) != 0)
            fail_msg("%s: %s and not %s", rows[i].told, counted, rows[i].counted);
        journey_free(journey);
    }
}

static void save_and_load(struct journey *journey) {
    struct pack pack;
    pack_init(&pack);
    journey_save(journey, &pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_true(journey_load(journey, &unpack));
    pack_release(&pack);
}

/* p: improper pipelining, c: another client connects, m: a message comes in, r: a refusal; a
 * capital one is of another process. What is not counted is a remark. */
static void test_pipelining_may_be_a_remark(void **state) {
    (void)state;
    static const struct {
        const char *told, *counted;
    } rows[] = {
        {"cpcpcp", "-1-1-1"}, /* each session ends with it */
        {"cpmcp", "-1---"},   /* one goes on, and so all do */
        {"cprcp", "-11--"},
        {"cpCMP", "-1--1"}, /* another process, another session */
        {"cpCPmcp", "-1-1---"},
        {"cpmcpcpcpcpcpcpcpcpcp", "-1------------------1"}, /* eight that end: a new setting */
    };
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) { /* also in steps */
        struct journey *journey = journey_new();
        struct given given;
        char counted[64] = "";
        for (size_t at = 0; rows[i / 2].told[at]; at++) {
            char letter = rows[i / 2].told[at];
            const char *pid = letter < 'a' ? "12" : "11";
            struct finding finding =
                refused("postfix", pid, "192.0.2.10", STAGE_HELO, "bad-sequence", 554);
            letter = (char)(letter < 'a' ? letter + 'a' - 'A' : letter);
            finding.record.is_pipelining = letter == 'p';
            if (letter == 'c')
                finding.record.kind = RECORD_DETAIL;
            if (letter == 'm')
                finding.record.kind = RECORD_ARRIVAL;
            take(journey, finding, &given);
            counted[at] = given.count ? '1' : '-';
            if (i % 2)
                save_and_load(journey);
        }
        if (strcmp(counted, rows[i / 2].counted) != 0)
            fail_msg("%s: %s and not %s", rows[i / 2].told, counted, rows[i / 2].counted);
        journey_free(journey);
    }
}

static struct finding screened(enum screen screen, char letter) {
    struct finding finding = refused("postfix", "11", "192.0.2.10", STAGE_CONNECT, "x", 521);
    finding.record.peer_port = slice_of(letter < 'a' ? "1" : "2");
    finding.record.screen = screen;
    return finding;
}

/* e, l: talked early, listed; p: passes; r: a refused recipient; ".": the end, which stands for all
 * tests. A capital one is of another client. */
static void test_screen(void **state) {
    (void)state;
    static const struct {
        const char *told, *counted;
    } rows[] = {
        {"e.", "-e"},   {"l.", "-l"},       {"el.", "--l"}, {".", "-"},   {"er.", "-1-"},
        {"lp.", "---"}, {"eLe,.", "---le"}, {"e..", "-e-"}, {"p.", "--"}, {"er.e.", "-1--e"},
    };
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) { /* also in steps */
        struct journey *journey = journey_new();
        struct given given;
        char counted[64] = "";
        for (size_t at = 0; rows[i / 2].told[at]; at++) {
            char letter = rows[i / 2].told[at], lower = (char)(letter | 0x20);
            if (i % 2)
                save_and_load(journey);
            counted[at] = '-';
            bool is_end = letter == '.' || letter == ',';
            char client = letter == ',' ? 'A' : letter == '.' ? 'a' : letter;
            if (is_end) {
                take(journey, screened(SCREEN_EARLY, client), &given);
                counted[at] = given.count ? 'e' : counted[at];
                take(journey, screened(SCREEN_LISTED, client), &given);
                counted[at] = given.count ? 'l' : counted[at];
                continue;
            }
            struct finding finding = screened(lower == 'e'   ? SCREEN_EARLY
                                              : lower == 'l' ? SCREEN_LISTED
                                              : lower == 'p' ? SCREEN_PASSED
                                                             : SCREEN_NONE,
                                              client);
            if (finding.record.screen)
                finding.record.kind = RECORD_STEP;
            take(journey, finding, &given);
            counted[at] = given.count && !finding.record.screen ? '1' : '-';
        }
        if (strcmp(counted, rows[i / 2].counted) != 0)
            fail_msg("%s: %s and not %s", rows[i / 2].told, counted, rows[i / 2].counted);
        journey_free(journey);
    }
}

/* More classes than have a number: no cause is better than a wrong one. */
static void test_too_many_classes(void **state) {
    (void)state;
    struct causes causes = {0};
    char name[16];
    for (int i = 0; i < CAUSES_MOST; i++) {
        snprintf(name, sizeof name, "c%d", i);
        assert_int_equal(causes_number(&causes, slice_of(name)), i + 1);
    }
    assert_int_equal(causes_number(&causes, SLICE("c7")), 8);
    assert_int_equal(causes_number(&causes, SLICE("one more")), 0);
    assert_int_equal(causes_number(&causes, SLICE("")), 0);
    assert_int_equal(causes_number(&causes, SLICE("a\0b")), 0);
    assert_null(causes_name(&causes, 0));
    assert_string_equal(causes_name(&causes, 255), "c254");
    struct causes loaded = {0};
    struct pack pack;
    pack_init(&pack);
    causes_save(&causes, &pack);
    struct unpack unpack = {.rest = {pack.bytes, pack.length}};
    causes_load(&loaded, &unpack);
    assert_false(unpack.broken);
    assert_int_equal(causes_number(&loaded, SLICE("one more")), 0);
    assert_int_equal(causes_number(&loaded, SLICE("c7")), 8);
    causes_release(&loaded);
    unpack = (struct unpack){.rest = {"\2\1a\1a", 5}};
    causes_load(&loaded, &unpack);
    assert_true(unpack.broken); /* one name has one number */
    unpack = (struct unpack){.rest = {"\2", 1}};
    assert_int_equal(causes_unpack(&loaded, &unpack), 0);
    assert_true(unpack.broken);
    causes_release(&loaded);
    pack_release(&pack);
    causes_release(&causes);
    assert_null(causes_name(&causes, 1));
}

/* Those who wait, as "address reason since", "!" behind what is held. */
struct waiters {
    char text[256];
    size_t length;
};

static void keep_waiter(void *context, const struct waiter *waiter) {
    struct waiters *waiters = context;
    waiters->length += (size_t)snprintf(
        waiters->text + waiters->length, sizeof waiters->text - waiters->length, "%.*s %s %d%s; ",
        SLICE_ARGS(waiter->recipient), waiter->reason ? waiter->reason : "-", (int)waiter->since,
        waiter->held ? "!" : "");
}

static void assert_waiting(const struct journey *journey, const char *expected) {
    struct waiters waiters = {.length = 0};
    journey_each_waiting(journey, keep_waiter, &waiters);
    assert_string_equal(waiters.text, expected);
}

static void go_on(struct journey *journey) {
    struct pack pack;
    pack_init(&pack);
    journey_save(journey, &pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_true(journey_load(journey, &unpack));
    pack_release(&pack);
}

static void test_who_waits(void **state) {
    (void)state;
    static const struct {
        enum event event;
        const char *recipient, *reason;
        int64_t seconds;
        const char *waiting;
    } steps[] = {
        {EVENT_DEFERRED, "a@example.net", "greylisted", 1000, "a@example.net greylisted 1000; "},
        {EVENT_DEFERRED, "a@example.net", "mailbox-full", 1100,
         "a@example.net mailbox-full 1000; "},
        {EVENT_HELD, "b@example.net", "unclassified", 1200,
         "a@example.net mailbox-full 1000; b@example.net - 1200!; "},
        {EVENT_HELD, "a@example.net", "unclassified", 1300,
         "a@example.net mailbox-full 1000!; b@example.net - 1200!; "},
        {EVENT_DELIVERED, "b@example.net", "accepted", 1400, "a@example.net mailbox-full 1000!; "},
        {EVENT_DEFERRED, "a@example.net", "greylisted", 1500, "a@example.net greylisted 1000; "},
        {EVENT_DEFERRED, "c@example.net", "greylisted", MOMENT_NONE, NULL},
        {EVENT_DEFERRED, "c@example.net", "greylisted", 1600,
         "a@example.net greylisted 1000; c@example.net greylisted 1600; "},
        {EVENT_EXPIRED, "", "queue-expired", 1700, ""},
    };
    struct journey *journey = journey_new();
    struct given given;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct finding finding =
            classed(outcome("A1", steps[i].event, steps[i].recipient), steps[i].reason, 0);
        finding.time.seconds = steps[i].seconds;
        take(journey, finding, &given);
        go_on(journey);
        if (steps[i].waiting)
            assert_waiting(journey, steps[i].waiting);
    }
    journey_free(journey);
}

/* Who is not asked for does not wait, but that he was deferred before is known. */
static void test_who_waits_of_those_asked_for(void **state) {
    (void)state;
    struct filter filter = {0};
    struct problem problem;
    assert_true(filter_add(&filter, FILTER_EVENT, "delivered,held", &problem));
    struct journey *journey = journey_new();
    struct given given;
    journey_ask(journey, &filter);
    take(journey, classed(outcome("A1", EVENT_DEFERRED, "a@example.net"), "greylisted", 0), &given);
    assert_waiting(journey, "");
    take(journey, classed(outcome("A1", EVENT_HELD, "b@example.net"), "unclassified", 0), &given);
    assert_waiting(journey, "b@example.net - 1000!; ");
    take(journey, outcome("A1", EVENT_DELIVERED, "a@example.net"), &given);
    assert_true(given.items[0].was_put_off);
    take(journey, outcome("A1", EVENT_DELIVERED, "b@example.net"), &given);
    assert_false(given.items[0].was_put_off);
    journey_free(journey);
}

/* What is said when a delivery is taken back is what was said when it was counted. */
static void test_what_was_delivered_is_known(void **state) {
    (void)state;
    struct journey *journey = journey_new();
    struct given given;
    struct finding sized = outcome("A1", EVENT_DELIVERED, "b@example.net");
    sized.record.size = 700;
    take(journey, outcome("A1", EVENT_DEFERRED, "a@example.net"), &given);
    take(journey, outcome("A1", EVENT_DELIVERED, "a@example.net"), &given);
    assert_true(given.items[0].was_put_off);
    take(journey, sized, &given);
    go_on(journey);
    take(journey, outcome("A1", EVENT_BOUNCED, "a@example.net"), &given);
    assert_int_equal(given.items[0].before, FATE_DELIVERED);
    assert_true(given.items[0].was_put_off);
    assert_false(given.items[0].was_sized);
    take(journey, outcome("A1", EVENT_BOUNCED, "b@example.net"), &given);
    assert_false(given.items[0].was_put_off);
    assert_true(given.items[0].was_sized);
    take(journey, outcome("A1", EVENT_DEFERRED, "a@example.net"), &given);
    assert_true(given.items[0].was_put_off);
    journey_free(journey);
}

static struct finding failed_login(const char *ip) {
    struct finding finding = about("", RECORD_INCIDENT);
    finding.record.event = EVENT_AUTH_FAILED;
    finding.record.level = LEVEL_SESSION;
    finding.record.direction = DIRECTION_IN;
    finding.record.peer_ip = slice_of(ip);
    finding.record.user = SLICE("alice");
    return finding;
}

/* Who comes from an address from which a login was good is no guesser; it is known across a save.
 */
static void test_a_login_makes_ours(void **state) {
    (void)state;
    struct journey *journey = journey_new(), *later = journey_new();
    struct given given;
    take(journey, failed_login("192.0.2.7"), &given);
    assert_false(given.items[0].client_is_ours);
    take(journey, failed_login("192.0.2.7"), &given); /* trying is no login */
    assert_false(given.items[0].client_is_ours);
    struct finding arrival = about("A1", RECORD_ARRIVAL);
    arrival.record.direction = DIRECTION_IN;
    arrival.record.peer_ip = SLICE("192.0.2.7");
    arrival.record.user = SLICE("alice");
    take(journey, arrival, &given);
    struct pack pack;
    pack_init(&pack);
    journey_save(journey, &pack);
    struct unpack unpack = {{pack.bytes, pack.length}, false};
    assert_true(journey_load(later, &unpack));
    take(later, failed_login("192.0.2.7"), &given);
    assert_true(given.items[0].client_is_ours);
    take(later, failed_login("192.0.2.8"), &given);
    assert_false(given.items[0].client_is_ours);
    pack_release(&pack);
    journey_free(journey);
    journey_free(later);
}

/* Whatever becomes of the messages: what was given stays as it was for as many turns as were asked
 * for. A turn here begins and ends more messages than are remembered once they ended, uses queue
 * IDs again, and says more of a message than it has room for after some of it was given. */
enum { LENT_TURNS = 3, LENT_MOST = 4096, LENT_ID = 0, LENT_TEXTS = 6 };

struct lent {
    struct arena arena;
    struct {
        struct slice text[LENT_TEXTS], copy[LENT_TEXTS];
    } all[LENT_MOST];
    size_t count;
};

static void keep_lent(void *context, const struct finding *finding) {
    struct lent *lent = context;
    const struct origin *origin = finding->origin;
    struct slice texts[LENT_TEXTS] = {finding->record.message_id, finding->record.sender};
    texts[2] = finding->record.user;
    if (origin) {
        texts[3] = origin->host;
        texts[4] = origin->ip;
    }
    if (finding->counted)
        texts[5] = finding->counted->host;
    assert_true(lent->count < LENT_MOST);
    for (size_t i = 0; i < LENT_TEXTS; i++) {
        lent->all[lent->count].text[i] = texts[i];
        lent->all[lent->count].copy[i] = arena_copy(&lent->arena, texts[i]);
    }
    lent->count++;
}

static void give_back(struct lent *lent) {
    for (size_t i = 0; i < lent->count; i++)
        for (size_t k = 0; k < LENT_TEXTS; k++)
            assert_true(slice_equal(lent->all[i].text[k], lent->all[i].copy[k]));
    lent->count = 0;
    arena_clear(&lent->arena);
}

/* As a line of the block. */
static struct slice some_text(struct lent *lent, unsigned most) {
    size_t length = 1 + chance(most);
    char *room = arena_alloc(&lent->arena, length);
    memset(room, 'a' + (int)chance(26), length);
    return (struct slice){room, length};
}

static void lent_message(struct journey *journey, const char *id, struct lent *lent) {
    struct finding arrival = about(id, RECORD_ARRIVAL), detail = about(id, RECORD_DETAIL);
    arrival.record.peer_host = some_text(lent, 400);
    arrival.record.peer_ip = SLICE("192.0.2.7");
    arrival.record.user = some_text(lent, 20);
    journey_take(journey, &arrival, keep_lent, lent);
    detail.record.sender = some_text(lent, 40);
    detail.record.has_sender = true;
    detail.record.size = 10;
    journey_take(journey, &detail, keep_lent, lent);
    struct finding first = outcome(id, EVENT_DEFERRED, "bob@example.net"), second = first;
    journey_take(journey, &first, keep_lent, lent);
    size_t known = lent->count;
    detail.record.message_id = some_text(lent, 400);
    journey_take(journey, &detail, keep_lent, lent);
    journey_take(journey, &second, keep_lent, lent);
    for (size_t i = 0; i < LENT_TEXTS; i++)
        if (i != LENT_ID)
            assert_true(
                slice_equal(lent->all[known - 1].text[i], lent->all[lent->count - 1].text[i]));
    struct finding end = about(id, RECORD_END);
    if (chance(8))
        journey_take(journey, &end, keep_lent, lent);
}

static void test_what_is_lent_stays(void **state) {
    (void)state;
    enum { ROUNDS = 20 };
    static struct lent turns[LENT_TURNS];
    struct journey *journey = journey_new();
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct lent *lent = &turns[round % LENT_TURNS];
        give_back(lent);
        journey_lend(journey, &lent->arena, LENT_TURNS);
        for (unsigned i = 0, some = chance(2 * QUEUE_ENDED); i < some; i++) {
            char id[16];
            snprintf(id, sizeof id, i % 2 ? "Q%u" : "4C1D2E%u",
                     chance(3) ? 1000 * round + i : chance(4));
            lent_message(journey, id, lent);
        }
    }
    for (unsigned round = ROUNDS; round < ROUNDS + LENT_TURNS; round++) /* the oldest first */
        give_back(&turns[round % LENT_TURNS]);
    for (size_t i = 0; i < LENT_TURNS; i++)
        arena_release(&turns[i].arena);
    journey_free(journey);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_login_makes_ours),
        cmocka_unit_test(test_who_waits),
        cmocka_unit_test(test_who_waits_of_those_asked_for),
        cmocka_unit_test(test_what_was_delivered_is_known),
        cmocka_unit_test(test_what_is_lent_stays),
        cmocka_unit_test(test_sender_and_size),
        cmocka_unit_test(test_made_here_is_not_received),
        cmocka_unit_test(test_other_queue_is_another_message),
        cmocka_unit_test(test_deferred_then_delivered),
        cmocka_unit_test(test_host_level_moves_nobody),
        cmocka_unit_test(test_expired_is_about_all_who_wait),
        cmocka_unit_test(test_an_expiry_is_told_once),
        cmocka_unit_test(test_long_addresses_wait),
        cmocka_unit_test(test_end_forgets),
        cmocka_unit_test(test_silent_ones_are_let_go),
        cmocka_unit_test(test_wrong_clock),
        cmocka_unit_test(test_number_is_bounded),
        cmocka_unit_test(test_text_is_bounded),
        cmocka_unit_test(test_waiting_under_another_spelling),
        cmocka_unit_test(test_recipients_are_bounded),
        cmocka_unit_test(test_many_come_and_go),
        cmocka_unit_test(test_an_echo_counts_once),
        cmocka_unit_test(test_no_queue_id),
        cmocka_unit_test(test_a_hop_counts_once),
        cmocka_unit_test(test_a_hop_keeps_its_origin),
        cmocka_unit_test(test_how_long_it_took),
        cmocka_unit_test(test_a_hop_by_message_id),
        cmocka_unit_test(test_a_filter_behind_a_pipe),
        cmocka_unit_test(test_a_last_state_replaces_one),
        cmocka_unit_test(test_a_notice_is_no_mail),
        cmocka_unit_test(test_an_id_is_used_again),
        cmocka_unit_test(test_sendmail_ends_by_number),
        cmocka_unit_test(test_an_expiry_has_a_cause),
        cmocka_unit_test(test_data_follows_refused_recipients),
        cmocka_unit_test(test_a_process_has_other_clients),
        cmocka_unit_test(test_data_follows_at_the_other_side),
        cmocka_unit_test(test_commands_that_were_text),
        cmocka_unit_test(test_text_is_of_the_same_session),
        cmocka_unit_test(test_an_end_is_the_end),
        cmocka_unit_test(test_causes_are_saved),
        cmocka_unit_test(test_words_of_a_session),
        cmocka_unit_test(test_what_exim_logs_twice),
        cmocka_unit_test(test_pipelining_may_be_a_remark),
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_too_many_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
