/* How: of each dimension the first value is kept, until there is another one. Servers and clients
 * are told apart by the way the mail goes: all of it may go out by one smart host. What does not
 * have a value has no other one; but who logs in is not everybody.
 */
#include "tally/common.h"

#include <stdlib.h>

#include "base/memory.h"
#include "tally/counting.h"

/* The only value so far. */
struct sole {
    char *text; /* owned; NULL: there was none */
    size_t length;
    uint64_t count;
    bool differs;
};

enum { LEAST_DELIVERED = 10 };

struct common {
    struct sole host;   /* of all there is, asked for or not */
    unsigned asked_for; /* a bit for each dimension */
    struct sole asked[DRIVER_SHOWN][DIRECTION_LOCAL + 1];
    /* Of deliveries; of any way in the place of DIRECTION_NONE, but for servers and clients. */
    struct sole delivered[DRIVER_SHOWN][DIRECTION_LOCAL + 1];
};

/* What is the same in all that fits one word of a filter. What only tells how it failed is no part
 * of this: wordings and codes hang on the reason (drivers.c). */
static unsigned dimensions_of(unsigned filters) {
    static const unsigned dimensions[FILTER_COUNT] = {
        [FILTER_SENDER] = 1u << DRIVER_SENDER | 1u << DRIVER_SENDER_DOMAIN,
        [FILTER_RECIPIENT] = 1u << DRIVER_RECIPIENT_DOMAIN,
        [FILTER_RECIPIENT_DOMAIN] = 1u << DRIVER_RECIPIENT_DOMAIN,
        [FILTER_PEER] = 1u << DRIVER_PEER_HOST | 1u << DRIVER_PEER_IP,
        [FILTER_USER] = 1u << DRIVER_USER,
        [FILTER_QUEUE_ID] = 1u << DRIVER_SENDER | 1u << DRIVER_SENDER_DOMAIN | 1u << DRIVER_USER,
        [FILTER_HOST] = 1u << DRIVER_HOST,
    };
    unsigned all = 0;
    for (unsigned by = 0; by < FILTER_COUNT; by++)
        if (filters >> by & 1)
            all |= dimensions[by];
    return all;
}

struct common *common_new(const struct filter *filter) {
    struct common *common = memory_new(sizeof *common);
    common->asked_for = dimensions_of(filter->given);
    return common;
}

void common_free(struct common *common) {
    if (!common)
        return;
    free(common->host.text);
    for (size_t by = 0; by < DRIVER_SHOWN; by++)
        for (size_t way = 0; way <= DIRECTION_LOCAL; way++) {
            free(common->asked[by][way].text);
            free(common->delivered[by][way].text);
        }
    free(common);
}

static bool hangs_on_way(enum driver_dimension by) {
    return by == DRIVER_PEER_HOST || by == DRIVER_PEER_IP;
}

/* Deliveries have no wording, no code that tells, and whose server it is was not looked for. */
static bool is_of_deliveries(enum driver_dimension by) {
    return by != DRIVER_PROVIDER && by != DRIVER_TEMPLATE && by != DRIVER_CODE;
}

static struct slice text_of(const struct sole *sole) {
    return (struct slice){sole->text, sole->length};
}

static void note(struct sole *sole, struct slice value) {
    if (!sole->text) {
        sole->text = memory_copy(value.at, value.length);
        sole->length = value.length;
    }
    sole->differs = !slice_equal(text_of(sole), value);
}

static void note_of(struct sole *sole, struct slice value, bool may_lack, uint64_t count) {
    if (sole->differs)
        return;
    sole->count += count;
    if (value.length)
        note(sole, value);
    else
        sole->differs = !may_lack;
}

static void note_asked(struct common *common, const struct finding *finding) {
    char room[FAILURE_NAME + 1];
    for (enum driver_dimension by = 0; by < DRIVER_SHOWN; by++) {
        struct sole *sole =
            &common->asked[by][hangs_on_way(by) ? finding->record.direction : DIRECTION_NONE];
        if (common->asked_for >> by & 1 && !sole->differs)
            note_of(sole, failure_value(finding, by, room), by != DRIVER_USER, 1);
    }
}

/* What came in is told apart by the clients that handed it in. */
static void note_clients(struct common *common, const struct origin *origin) {
    char room[FAILURE_NAME + 1];
    if (origin && !slice_is(origin->host, "unknown"))
        note_of(&common->delivered[DRIVER_PEER_HOST][DIRECTION_IN],
                failure_name(origin->host, room), true, 1);
    if (origin)
        note_of(&common->delivered[DRIVER_PEER_IP][DIRECTION_IN], failure_name(origin->ip, room),
                true, 1);
}

static void note_delivered(struct common *common, const struct finding *finding) {
    char room[FAILURE_NAME + 1];
    enum direction way = finding->record.direction;
    for (enum driver_dimension by = 0; by < DRIVER_SHOWN; by++) {
        struct sole *of_way = &common->delivered[by][way],
                    *of_all = &common->delivered[by][DIRECTION_NONE];
        bool is_peer = hangs_on_way(by);
        if (!is_of_deliveries(by) || (of_way->differs && (is_peer || of_all->differs)))
            continue;
        struct slice value = failure_value(finding, by, room);
        note_of(of_way, value, is_peer, 1);
        if (!is_peer && of_all != of_way)
            note_of(of_all, value, false, 1);
    }
    note_clients(common, finding->origin);
}

void common_note_host(struct common *common, struct slice host) {
    char room[FAILURE_NAME + 1];
    if (!common->host.differs)
        note_of(&common->host, failure_name(host, room), true, 1);
}

void common_add(struct common *common, const struct finding *finding) {
    bool is_asked = !finding->left_out || finding->of_asked_mail;
    if (finding->outside || !counting_is_event(finding))
        return;
    common_note_host(common, finding->host);
    if (!is_asked)
        return;
    note_asked(common, finding);
    if (finding->record.event == EVENT_DELIVERED)
        note_delivered(common, finding);
}

void common_note(struct common *common, enum driver_dimension by, enum direction peers_way,
                 struct slice value, uint64_t count) {
    char room[FAILURE_NAME + 1];
    value = failure_name(value, room);
    if (common->asked_for >> by & 1 && !hangs_on_way(by))
        note_of(&common->asked[by][DIRECTION_NONE], value, true, count);
    for (enum direction way = DIRECTION_NONE; way <= DIRECTION_LOCAL; way++)
        if (!hangs_on_way(by) || way == peers_way)
            note_of(&common->delivered[by][way], value, true, count);
}

static bool is_sole(const struct sole *sole, struct slice value) {
    return sole->text && !sole->differs && slice_equal(text_of(sole), value);
}

bool common_is_asked(const struct common *common, enum driver_dimension by, unsigned ways,
                     struct slice value) {
    if (!hangs_on_way(by) || !ways)
        return is_sole(&common->asked[by][DIRECTION_NONE], value);
    for (size_t way = 0; way <= DIRECTION_LOCAL; way++)
        if (ways >> way & 1 && !is_sole(&common->asked[by][way], value))
            return false;
    return true;
}

/* What is refused as it comes in has no deliveries of its own, so it is held against all. */
static enum direction way_of_deliveries(enum driver_dimension by, unsigned ways) {
    if (ways == 1u << DIRECTION_OUT)
        return DIRECTION_OUT;
    if (ways == 1u << DIRECTION_LOCAL)
        return DIRECTION_LOCAL;
    return ways == 1u << DIRECTION_IN && hangs_on_way(by) ? DIRECTION_IN : DIRECTION_NONE;
}

bool common_is_usual(const struct common *common, enum driver_dimension by, unsigned ways,
                     struct slice value) {
    const struct sole *sole = &common->delivered[by][way_of_deliveries(by, ways)];
    return sole->count >= LEAST_DELIVERED && is_sole(sole, value);
}

bool common_is_only_host(const struct common *common, struct slice host) {
    return is_sole(&common->host, host);
}
